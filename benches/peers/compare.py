"""Runs the same programs through Raceday and through frontrun (PyPI), in one go: executions, seconds, outcomes found.

    cargo build --release
    python3 benches/peers/compare.py target/release/raceday

Installs frontrun in an environment of its own, which is gone afterwards. Prints a table in Markdown, as it stands in docs/performance.md. Each program is written twice: as the script that Raceday
explores unmodified, and as the set-up, workers and final look that frontrun asks for. Seconds are of the exploration alone, as
each tool counts or lets be counted: no interpreter's start, no import.
"""

import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time

FRONTRUN = "0.7.0"
BOUND = 400  # executions that frontrun may make of one program


def counter(n):
    class Program:
        def __init__(self):
            self.value = 0

        def work(self):
            temp = self.value
            self.value = temp + 1

    script = f"""
from threading import Thread
class Counter:
    def __init__(self):
        self.value = 0
    def work(self):
        temp = self.value
        self.value = temp + 1
counter = Counter()
threads = [Thread(target=counter.work) for _ in range({n})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
    return f"counter, {n} threads", script, "counter.value", Program, [Program.work] * n, lambda p: p.value


def withdrawal():
    class Program:
        def __init__(self):
            self.balance = 1000

        def withdraw(self, amount):
            if self.balance >= amount:
                new = self.balance - amount
                self.balance = new

    script = """
from threading import Thread
class Account:
    def __init__(self):
        self.balance = 1000
    def withdraw(self, amount):
        if self.balance >= amount:
            new = self.balance - amount
            self.balance = new
account = Account()
threads = [Thread(target=account.withdraw, args=(amount,)) for amount in (500, 700)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
    workers = [lambda p: p.withdraw(500), lambda p: p.withdraw(700)]
    return "withdrawal", script, "account.balance", Program, workers, lambda p: p.balance


def philosophers(n):
    class Program:
        def __init__(self):
            self.forks = [threading.Lock() for _ in range(n)]
            self.meals = 0

        def dine(self, seat):
            # The last one picks up the other fork first, so that nobody starves.
            first, second = sorted((seat, (seat + 1) % n))
            with self.forks[first]:
                with self.forks[second]:
                    pass

    script = f"""
from threading import Lock, Thread
forks = [Lock() for _ in range({n})]
def dine(seat):
    first, second = sorted((seat, (seat + 1) % {n}))
    with forks[first]:
        with forks[second]:
            pass
threads = [Thread(target=dine, args=(seat,)) for seat in range({n})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
    workers = [lambda p, seat=seat: p.dine(seat) for seat in range(n)]
    return f"dining philosophers, {n}", script, "0", Program, workers, lambda p: 0


def buffer():
    class Program:
        def __init__(self):
            self.items = []
            self.condition = threading.Condition()
            self.got = []

        def put(self):
            for item in range(2):
                with self.condition:
                    while len(self.items) >= 1:
                        self.condition.wait()
                    self.items.append(item)
                    self.condition.notify_all()

        def get(self):
            for _ in range(2):
                with self.condition:
                    while not self.items:
                        self.condition.wait()
                    self.got.append(self.items.pop(0))
                    self.condition.notify_all()

    script = """
from threading import Condition, Thread
items, got = [], []
condition = Condition()
def put():
    for item in range(2):
        with condition:
            while len(items) >= 1:
                condition.wait()
            items.append(item)
            condition.notify_all()
def get():
    for _ in range(2):
        with condition:
            while not items:
                condition.wait()
            got.append(items.pop(0))
            condition.notify_all()
threads = [Thread(target=put), Thread(target=get)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
    return "bounded buffer", script, "got", Program, [Program.put, Program.get], lambda p: p.got


def by_frontrun(program, workers, look):
    import frontrun

    outcomes = set()

    def invariant(state):
        outcomes.add(repr(look(state)))
        return True

    started = time.perf_counter()
    result = frontrun.explore(
        setup=program, workers=workers, invariant=invariant, stop_on_first=False, max_executions=BOUND, total_timeout=120.0
    )
    seconds = time.perf_counter() - started
    return result.num_explored, seconds, outcomes


def by_raceday(raceday, script, observe):
    command = [raceday, "explore", "-", "--observe", observe, "--json"]
    # Without what frontrun has every process of its own load, which looks into reading and writing.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    ran = subprocess.run(command, input=script, capture_output=True, text=True, check=True, env=environment)
    said = json.loads(ran.stdout)
    assert said["exhaustive"], "Raceday did not finish"
    outcomes = {each["value"] for each in said["outcomes"] if each["ending"] == "finished"}
    return said["executions"], said["elapsed_ms"] / 1000, outcomes


def main():
    raceday = sys.argv[1]
    print(f"CPython {platform.python_version()}, frontrun {FRONTRUN}, at most {BOUND} executions of it.\n")
    print("| program | Raceday: executions | seconds | outcomes | frontrun: executions | seconds | outcomes | per execution |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    ours = theirs = ours_where_both = theirs_where_both = 0.0
    for name, script, observe, program, workers, look in (
        counter(2), counter(3), counter(4), withdrawal(), philosophers(3), buffer(),
    ):  # fmt: skip
        made, seconds, found = by_raceday(raceday, script, observe)
        made_too, seconds_too, found_too = by_frontrun(program, workers, look)
        ours += seconds
        theirs += seconds_too
        if found_too:
            ours_where_both += seconds
            theirs_where_both += seconds_too
        bound = " (bound)" if made_too >= BOUND else ""
        ratio = (seconds_too / made_too) / (seconds / made)
        print(
            f"| {name} | {made} | {seconds:.4f} | {len(found)} | {made_too}{bound} | {seconds_too:.2f} | {len(found_too)}"
            f" | {ratio:.0f} times |"
        )
    print(f"\nIn all: {ours:.3f} s against {theirs:.2f} s, {theirs / ours:.0f} times;")
    ratio = theirs_where_both / ours_where_both
    print(f"where both found an outcome, {ours_where_both:.3f} s against {theirs_where_both:.2f} s, {ratio:.0f} times.")


def run_with_frontrun():
    """Runs this script in an environment that has it. Returns its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        programs = os.path.join(folder, "bin")
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{programs}/pip", "install", "--quiet", f"frontrun=={FRONTRUN}"], check=True)
        return subprocess.run([f"{programs}/frontrun", f"{programs}/python", __file__, *sys.argv[1:]]).returncode


if importlib.util.find_spec("frontrun"):
    main()
else:
    sys.exit(run_with_frontrun())
