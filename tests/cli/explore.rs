//! `raceday explore`.

use std::fs;

use crate::world::Output;
use crate::world::World;

const WITHDRAW: &str = "\
import time
from concurrent.futures import ThreadPoolExecutor


class Account:
    def __init__(self):
        self.balance = 1000

    def withdraw(self, amount):
        if self.balance >= amount:
            new = self.balance - amount
            time.sleep(0.1)
            self.balance = new
        else:
            raise ValueError('not enough')


account = Account()
with ThreadPoolExecutor(max_workers=2) as pool:
    pool.submit(account.withdraw, 500)
    pool.submit(account.withdraw, 700)
";

const ABBA: &str = "\
import threading

a = threading.Lock()
b = threading.Lock()


def one():
    with a:
        with b:
            pass


def two():
    with b:
        with a:
            pass


threads = [threading.Thread(target=one), threading.Thread(target=two)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print('done')
";

const TWICE: &str = "\
import threading

lock = threading.Lock()


def work():
    with lock:
        with lock:
            pass


thread = threading.Thread(target=work)
thread.start()
thread.join()
";

/// Reads without the lock and writes under it.
const PARTIAL: &str = "\
import threading

lock = threading.Lock()
count = 0


def work():
    global count
    seen = count
    with lock:
        count = seen + 1


threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

/// Does all that it does under the lock.
const LOCKED: &str = "\
import threading

lock = threading.Lock()
log = []


def work():
    with lock:
        log.append(len(log))
    print('done')


threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(log)
";

/// Kills the interpreter unless the other thread came first.
const IMPATIENT: &str = "\
import os
import threading

ready = False


def prepare():
    global ready
    ready = True


def use():
    if not ready:
        os.abort()
    print('used')


threads = [threading.Thread(target=use), threading.Thread(target=prepare)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

fn world() -> World {
    World::new().file("withdraw.py", WITHDRAW).file("abba.py", ABBA).file("twice.py", TWICE)
}

#[test]
fn outcomes_are_shown_step_by_step() {
    let output = world().run(&["explore", "withdraw.py", "--observe", "account.balance"]);
    insta::assert_snapshot!(output.redacted(), @"
    exit code 0
    --- stdout
    withdraw.py: 5 outcomes of account.balance
      1. account.balance = -200
      2. account.balance = 300
      3. account.balance = 300, with ValueError in task-1 (withdraw)
      4. account.balance = 500
      5. account.balance = 500, with ValueError in task-2 (withdraw)
    Every order was explored: nothing else can happen.
    6 executions in [TIME], Python [VERSION]

    ── 1. account.balance = -200 ───────────────────────────────────────────────────
      4 switches, schedule 0*2 1*2 2*5 1*3 0*2
        MainThread         │  task-1 (withdraw)         │  task-2 (withdraw)
        21 pool.submit(    │                            │
             account.…     │                            │
           submit task-2   │                            │
        19 with ThreadPool │                            │
             Executor(…    │                            │
           shut down pool  │                            │
      ┆ waits for task-1   │  10 if self.balance >=     │
      ┆   to end           │       amount:              │
      ┆                    │     account.balance → 1000 │
      ┆                    │                            │  10 if self.balance >=
      ┆                    │                            │       amount:
      ┆                    │                            │     account.balance → 1000
      ┆                    │                            │  11 new = self.balance -
      ┆                    │                            │       amount
      ┆                    │                            │     account.balance → 1000
      ┆                    │                            │  13 self.balance = new
      ┆                    │                            │     account.balance ← 300
      ┆                    │  11 new = self.balance -   │
      ┆                    │       amount               │
      ┆                    │     account.balance → 300  │
      ┆                    │  13 self.balance = new     │
      ┆                    │     account.balance ← -200 │
        19 with ThreadPool │                            │
             Executor(…    │                            │
           join task-1     │                            │
           join task-2     │                            │
      → read   ← written   ┆ waits

    ── 2. account.balance = 300 ────────────────────────────────────────────────────
      4 switches, schedule 0*2 2*3 1*5 2*2 0*2
        MainThread         │  task-1 (withdraw)         │  task-2 (withdraw)
        21 pool.submit(    │                            │
             account.…     │                            │
           submit task-2   │                            │
        19 with ThreadPool │                            │
             Executor(…    │                            │
           shut down pool  │                            │
      ┆ waits for task-1   │                            │  10 if self.balance >=
      ┆   to end           │                            │       amount:
      ┆                    │                            │     account.balance → 1000
      ┆                    │                            │  11 new = self.balance -
      ┆                    │                            │       amount
      ┆                    │                            │     account.balance → 1000
      ┆                    │  10 if self.balance >=     │
      ┆                    │       amount:              │
      ┆                    │     account.balance → 1000 │
      ┆                    │  11 new = self.balance -   │
      ┆                    │       amount               │
      ┆                    │     account.balance → 1000 │
      ┆                    │  13 self.balance = new     │
      ┆                    │     account.balance ← 500  │
                           │                            │  13 self.balance = new
                           │                            │     account.balance ← 300
        19 with ThreadPool │                            │
             Executor(…    │                            │
           join task-1     │                            │
           join task-2     │                            │
      → read   ← written   ┆ waits

    ── 3. account.balance = 300, with ValueError in task-1 (withdraw) ──────────────
      3 switches, schedule 0*2 2*5 1*3 0*2
      task-1 (withdraw) raised ValueError at line 15: not enough, swallowed by a
        future that nobody asked
        MainThread         │  task-1 (withdraw)         │  task-2 (withdraw)
        21 pool.submit(    │                            │
             account.…     │                            │
           submit task-2   │                            │
        19 with ThreadPool │                            │
             Executor(…    │                            │
           shut down pool  │                            │
      ┆ waits for task-1   │                            │  10 if self.balance >=
      ┆   to end           │                            │       amount:
      ┆                    │                            │     account.balance → 1000
      ┆                    │                            │  11 new = self.balance -
      ┆                    │                            │       amount
      ┆                    │                            │     account.balance → 1000
      ┆                    │                            │  13 self.balance = new
      ┆                    │                            │     account.balance ← 300
      ┆                    │  10 if self.balance >=     │
      ┆                    │       amount:              │
      ┆                    │     account.balance → 300  │
      ┆                    │  15 raise ValueError('not  │
      ┆                    │       enough')             │
      ┆                    │     raise ValueError       │
        19 with ThreadPool │                            │
             Executor(…    │                            │
           join task-1     │                            │
           join task-2     │                            │
      → read   ← written   ┆ waits

    ── 4. account.balance = 500 ────────────────────────────────────────────────────
      4 switches, schedule 0*2 1*3 2*5 1*2 0*2
        MainThread         │  task-1 (withdraw)         │  task-2 (withdraw)
        21 pool.submit(    │                            │
             account.…     │                            │
           submit task-2   │                            │
        19 with ThreadPool │                            │
             Executor(…    │                            │
           shut down pool  │                            │
      ┆ waits for task-1   │  10 if self.balance >=     │
      ┆   to end           │       amount:              │
      ┆                    │     account.balance → 1000 │
      ┆                    │  11 new = self.balance -   │
      ┆                    │       amount               │
      ┆                    │     account.balance → 1000 │
      ┆                    │                            │  10 if self.balance >=
      ┆                    │                            │       amount:
      ┆                    │                            │     account.balance → 1000
      ┆                    │                            │  11 new = self.balance -
      ┆                    │                            │       amount
      ┆                    │                            │     account.balance → 1000
      ┆                    │                            │  13 self.balance = new
      ┆                    │                            │     account.balance ← 300
      ┆                    │  13 self.balance = new     │
      ┆                    │     account.balance ← 500  │
        19 with ThreadPool │                            │
             Executor(…    │                            │
           join task-1     │                            │
           join task-2     │                            │
      → read   ← written   ┆ waits

    ── 5. account.balance = 500, with ValueError in task-2 (withdraw) ──────────────
      3 switches, schedule 0*2 1*5 2*3 0*2
      task-2 (withdraw) raised ValueError at line 15: not enough, swallowed by a
        future that nobody asked
        MainThread         │  task-1 (withdraw)         │  task-2 (withdraw)
        21 pool.submit(    │                            │
             account.…     │                            │
           submit task-2   │                            │
        19 with ThreadPool │                            │
             Executor(…    │                            │
           shut down pool  │                            │
      ┆ waits for task-1   │  10 if self.balance >=     │
      ┆   to end           │       amount:              │
      ┆                    │     account.balance → 1000 │
      ┆                    │  11 new = self.balance -   │
      ┆                    │       amount               │
      ┆                    │     account.balance → 1000 │
      ┆                    │  13 self.balance = new     │
      ┆                    │     account.balance ← 500  │
                           │                            │  10 if self.balance >=
                           │                            │       amount:
                           │                            │     account.balance → 500
                           │                            │  15 raise ValueError('not
                           │                            │       enough')
                           │                            │     raise ValueError
        19 with ThreadPool │                            │
             Executor(…    │                            │
           join task-1     │                            │
           join task-2     │                            │
      → read   ← written   ┆ waits
    ");
}

#[test]
fn a_deadlock_says_who_waits_for_what() {
    insta::assert_snapshot!(world().run(&["explore", "twice.py", "--no-deadlock"]).redacted(), @"
    exit code 1
    --- stdout
    twice.py: 1 outcome of what it prints
      1. deadlock
    Every order was explored: nothing else can happen.
    1 execution in [TIME], Python [VERSION]

    ── 1. deadlock ─────────────────────────────────────────────────────────────────
      0 switches, schedule 1*2
        MainThread                │  Thread-1 (work)
                                  │┃ 7 with lock:
                                  │┃   acquire lock
      ┆ waits for Thread-1 to end │┆ waits for lock, which it holds itself
      ┃ holds a lock   ┆ waits
      MainThread (line 14) waits for Thread-1 to end
      Thread-1 (line 8) waits for lock, which it holds itself

    no deadlock: violated, as outcome 1 shows
    ");
}

/// Tasks were said to hold themselves, and to wait to wait for all tasks.
#[test]
fn a_deadlock_in_a_pool_says_what_each_task_waits_for() {
    let program = "\
from concurrent.futures import ThreadPoolExecutor


def price(item):
    return len(item)


def order(item):
    return pool.submit(price, item).result()


with ThreadPoolExecutor(1) as pool:
    pool.submit(order, 'tea').result()
";
    // Who asks for the current thread sees the pool's workers.
    let curious = program.replace("    return pool", "    current_thread()\n    return pool");
    let world = World::new()
        .file("tasks.py", program)
        .file("workers.py", format!("from threading import current_thread\n{curious}"));
    insta::assert_snapshot!(waits(&world.run(&["explore", "tasks.py"])), @"
    MainThread (line 13) waits for task-1 to end
    task-1 (line 9) waits for task-2 to end
    task-2 waits to get a worker of pool
    ");
    insta::assert_snapshot!(waits(&world.run(&["explore", "workers.py"])), @"
    MainThread (line 15) waits for task-1 (order)
    ThreadPoolExecutor-0_0 (line 11) waits for task-2 (price)
    ");
}

/// Returns what follows the steps: who waits for what in the end.
fn waits(output: &Output) -> String {
    let lines = output.stdout.lines().skip_while(|line| *line != "  ┆ waits").skip(1);
    lines.map(|line| format!("{}\n", line.trim())).collect()
}

#[test]
fn two_locks_in_two_orders_can_deadlock() {
    insta::assert_snapshot!(world().run(&["explore", "abba.py"]).redacted(), @"
    exit code 0
    --- stdout
    abba.py: 2 outcomes of what it prints
      1. deadlock
      2. prints done
    Every order was explored: nothing else can happen.
    3 executions in [TIME], Python [VERSION]

    ── 1. deadlock ─────────────────────────────────────────────────────────────────
      2 switches, schedule 0 1*2 2*2
        MainThread         │  Thread-1 (one)            │  Thread-2 (two)
        21 thread.start()  │                            │
           start Thread-2  │                            │
      ┆ waits for Thread-1 │┃  8 with a:                │
      ┆   to end           │┃    acquire a              │
      ┆                    │┃                           │┃ 14 with b:
      ┆                    │┃                           │┃    acquire b
      ┆                    │┆ waits for b, which        │┆ waits for a, which
      ┆                    │┆   Thread-2 holds          │┆   Thread-1 holds
      ┃ holds a lock   ┆ waits
      MainThread (line 23) waits for Thread-1 to end
      Thread-1 (line 9) waits for b, which Thread-2 holds
      Thread-2 (line 15) waits for a, which Thread-1 holds

    ── 2. prints done ──────────────────────────────────────────────────────────────
      3 switches, schedule 0 1*6 2*6 0*2
        MainThread                │  Thread-1 (one)   │  Thread-2 (two)
        21 thread.start()         │                   │
           start Thread-2         │                   │
      ┆ waits for Thread-1 to end │┃  8 with a:       │
      ┆                           │┃    acquire a     │
      ┆                           │┃  9 with b:       │
      ┆                           │┃    acquire b     │
      ┆                           │┃    release b     │
      ┆                           │   8 with a:       │
      ┆                           │     release a     │
                                  │                   │┃ 14 with b:
                                  │                   │┃    acquire b
                                  │                   │┃ 15 with a:
                                  │                   │┃    acquire a
                                  │                   │┃    release a
                                  │                   │  14 with b:
                                  │                   │     release b
        23 thread.join()          │                   │
           join Thread-1          │                   │
           join Thread-2          │                   │
      ┃ holds a lock   ┆ waits
    ");
}

/// Of each it is told where it was raised: in a function that a thread, or a task, has called, and in the main thread.
#[test]
fn exceptions_are_told_with_their_lines() {
    let program = "\
import threading
from concurrent.futures import ThreadPoolExecutor
def find(where, key):
    return where[key]
def work():
    find({}, 'a')
thread = threading.Thread(target=work)
thread.start()
thread.join()
with ThreadPoolExecutor(1) as pool:
    pool.submit(find, [], 5)
raise ValueError('over')
";
    let world = World::new().file("errors.py", program);
    let output = world.run(&["explore", "errors.py", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let exceptions = json["outcomes"][0]["exceptions"].as_array().expect("a list");
    let told: Vec<_> = exceptions.iter().map(|each| (each["type"].as_str(), each["line"].as_u64())).collect();
    let expected = [(Some("ValueError"), Some(12)), (Some("KeyError"), Some(4)), (Some("IndexError"), Some(4))];
    assert_eq!(told, expected, "{output}");
    let output = world.run(&["explore", "errors.py"]);
    for line in ["MainThread raised ValueError at line 12: over", "Thread-1 (work) raised KeyError at line 4: 'a'"] {
        assert!(output.stdout.contains(line), "{output}");
    }
}

#[test]
fn json_keeps_its_contract() {
    let output = world().run(&["explore", "withdraw.py", "--observe", "account.balance", "--json"]);
    assert_eq!(output.code, Some(0), "{output}");
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(json["scenario"], "withdraw.py");
    assert_eq!(json["observe"], "account.balance");
    assert_eq!(json["exhaustive"], true);
    assert!(json["executions"].as_u64() > Some(2), "{json}");
    assert!(json["elapsed_ms"].is_f64(), "{json}");
    assert!(json["python"].as_str().is_some_and(|version| version.starts_with("3.")), "{json}");
    let outcomes = json["outcomes"].as_array().expect("a list");
    let mut values: Vec<i64> = Vec::new();
    for outcome in outcomes {
        values.push(outcome["value"].as_str().and_then(|value| value.parse().ok()).expect("a number"));
        assert_eq!(outcome["stdout"], serde_json::Value::Null);
        assert_eq!(outcome["ending"], "finished");
        for exception in outcome["exceptions"].as_array().expect("a list") {
            assert_eq!(exception["type"], "ValueError");
            assert_eq!(exception["message"], "not enough");
            assert_eq!(exception["swallowed"], true);
            assert!(exception["thread"].is_string());
        }
        let witness = &outcome["witness"];
        assert!(witness["schedule"].is_string() && witness["switches"].is_u64(), "{witness}");
        for step in witness["steps"].as_array().expect("a list") {
            assert!(step["thread"].is_string() && step["line"].is_u64(), "{step}");
            assert!(step["operation"].is_string() && step["location"].is_string(), "{step}");
            assert!(step["value"].is_string() || step["value"].is_null(), "{step}");
        }
    }
    // Some come with a swallowed exception and without.
    values.sort();
    values.dedup();
    assert_eq!(values, [-200, 300, 500]);
}

#[test]
fn printed_text_is_observed_where_no_expression_is() {
    let output = world().run(&["explore", "abba.py", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let outcomes = json["outcomes"].as_array().expect("a list");
    let mut seen: Vec<(&str, &str)> = outcomes
        .iter()
        .map(|outcome| {
            assert_eq!(outcome["value"], serde_json::Value::Null);
            (outcome["stdout"].as_str().expect("text"), outcome["ending"].as_str().expect("text"))
        })
        .collect();
    seen.sort();
    assert_eq!(seen, [("", "deadlock"), ("done\n", "finished")]);
}

#[test]
fn a_violated_claim_is_exit_code_1_and_shown() {
    let arguments =
        ["explore", "withdraw.py", "--always", "account.balance >= 0", "--never", "account.balance == 1000"];
    let output = world().run(&arguments);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stdout.contains("always account.balance >= 0: violated"), "{output}");
    assert!(output.stdout.contains("never account.balance == 1000: holds in every order"), "{output}");
}

#[test]
fn claims_that_hold_are_exit_code_0() {
    let output = world().run(&["explore", "withdraw.py", "--always", "account.balance < 1000", "--no-deadlock"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("no deadlock: holds in every order"), "{output}");
}

#[test]
fn a_claim_that_cannot_be_evaluated_does_not_hold() {
    let output = world().run(&["explore", "withdraw.py", "--never", "acount.balance < 0"]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.contains("`acount.balance < 0`"), "{output}");
}

#[test]
fn a_witness_replays_to_its_outcome() {
    let world = world();
    let output = world.run(&["explore", "withdraw.py", "--observe", "account.balance", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    for outcome in json["outcomes"].as_array().expect("a list") {
        let schedule = outcome["witness"]["schedule"].as_str().expect("text");
        let replay = ["explore", "withdraw.py", "--observe", "account.balance", "--json", "--replay", schedule];
        let again: serde_json::Value = serde_json::from_str(&world.run(&replay).stdout).expect("JSON");
        assert_eq!(again["outcomes"][0]["value"], outcome["value"]);
        assert_eq!(again["outcomes"][0]["witness"], outcome["witness"]);
    }
}

#[test]
fn a_replay_shows_its_steps() {
    let output = world().run(&["explore", "twice.py", "--replay", "1*2"]);
    insta::assert_snapshot!(output.redacted(), @"
    exit code 0
    --- stdout
    twice.py: deadlock
      0 switches, schedule 1*2
        MainThread                │  Thread-1 (work)
                                  │    begin
                                  │┃ 7 with lock:
                                  │┃   acquire lock
      ┆ waits for Thread-1 to end │┆ waits for lock, which it holds itself
      ┃ holds a lock   ┆ waits
      MainThread (line 14) waits for Thread-1 to end
      Thread-1 (line 8) waits for lock, which it holds itself
    ");
}

/// It was said to end as if it had been made.
#[test]
fn a_schedule_that_goes_on_after_the_end_cannot_be() {
    let world = World::new().file(
        "one.py",
        "import threading\n\nthread = threading.Thread(target=print, args=('hi',))\nthread.start()\nthread.join()\n",
    );
    assert_eq!(world.run(&["explore", "one.py", "--replay", "1*3 0"]).code, Some(0));
    insta::assert_snapshot!(world.run(&["explore", "one.py", "--replay", "1*3 0 1*9"]), @"
    exit code 2
    --- stderr
    error: the schedule has 13 steps, but the execution ends after 4 steps
    hint: a schedule fits the program, and the version of it, that it was made for
    ");
}

/// It was said that a schedule fits the program that it was made for, to somebody who had typed none.
#[test]
fn a_program_that_does_not_replay_is_said_to_be_such() {
    let program = "\
import os
import threading

memory = os.__dict__['__builtins__']['__import__']('sys').warnoptions
memory.append('again')
total = []


def work():
    for turn in range(1 if len(memory) > 1 else 3):
        total.append(turn)


threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";
    let output = World::new().file("again.py", program).run(&["explore", "again.py"]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.starts_with("error: the scenario does not replay: at step "), "{output}");
    assert!(output.stderr.contains("hint: does it depend on something outside"), "{output}");
}

/// Without what exploring showed it has to explore, which took a minute of silence where the program is large.
#[test]
fn a_replay_after_an_exploration_explores_nothing() {
    let world = world().file("data/notes.txt", "This folder is there.");
    let explore = ["--data-dir", "data", "explore", "withdraw.py", "--observe", "account.balance"];
    let output = world.run(&[&explore[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let schedule = json["outcomes"][0]["witness"]["schedule"].as_str().expect("text");
    let replay = [&explore[..], &["--replay", schedule]].concat();
    assert!(world.run(&replay).stdout.starts_with("withdraw.py: account.balance = -200\n"));

    // Were it explored again, it would not matter what is kept.
    let kept = world.path("data/cache/shared.json");
    let mut shared: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&kept).expect("it is kept")).expect("JSON");
    shared[0][1]["names"] = serde_json::json!([]);
    std::fs::write(&kept, shared.to_string()).expect("written");
    assert_eq!(world.run(&replay).code, Some(2));
}

#[test]
fn what_is_kept_of_an_exploration_changes_nothing_that_the_next_one_finds() {
    let world = world().file("data/notes.txt", "This folder is there.");
    let found = || {
        let output =
            world.run(&["--data-dir", "data", "explore", "withdraw.py", "--observe", "account.balance", "--json"]);
        let mut json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
        json["elapsed_ms"].take();
        json
    };
    let first = found();
    assert_eq!(found(), first);
    let kept = world.path("data/cache/shared.json");
    let read = || -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(&kept).expect("it is kept")).expect("JSON")
    };
    let right = read();
    for names in [serde_json::json!([]), serde_json::json!([["global", "nothing"]]), serde_json::json!("no names")] {
        let mut wrong = right.clone();
        wrong[0][1]["names"] = names;
        std::fs::write(&kept, wrong.to_string()).expect("written");
        assert_eq!(found()["outcomes"], first["outcomes"]);
    }
}

/// All were printed, 80,000 lines of them, after each was run once more without a word.
#[test]
fn of_very_many_outcomes_some_are_shown() {
    let world = World::new().file(
        "many.py",
        "import threading\n\nout = []\n\n\ndef work(name):\n    for _ in range(2):\n        out.append(name)\n\n\n\
         threads = [threading.Thread(target=work, args=(name,)) for name in 'abc']\nfor thread in threads:\n    \
         thread.start()\nfor thread in threads:\n    thread.join()\nprint(''.join(out))\n",
    );
    let output = world.run(&["explore", "many.py", "--never", "''.join(out) == 'ccbbaa'"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stdout.starts_with("many.py: 90 outcomes of what it prints\n   1. prints aabbcc\n"), "{output}");
    assert!(
        output.stdout.contains("\n  … and 40 more outcomes: `--json` and `--html FILE` have all of them\n"),
        "{output}"
    );
    assert_eq!(output.stdout.matches("── ").count(), 50, "{output}");
    assert!(output.stdout.contains("\nnever ''.join(out) == 'ccbbaa': violated in this order:\n"), "{output}");
    let json: serde_json::Value =
        serde_json::from_str(&world.run(&["explore", "many.py", "--json"]).stdout).expect("JSON");
    assert_eq!(json["outcomes"].as_array().expect("a list").len(), 90);
}

/// Both outcomes looked the same: the tasks that made the difference were not there to see.
#[test]
fn a_task_that_only_returns_is_seen_to_end() {
    let world = World::new().file(
        "squares.py",
        "from concurrent.futures import ThreadPoolExecutor, as_completed\n\n\ndef square(n):\n    return n * n\n\n\n\
         with ThreadPoolExecutor(2) as pool:\n    futures = [pool.submit(square, n) for n in (2, 3)]\n    \
         print([future.result() for future in as_completed(futures)])\n",
    );
    let output = world.run(&["explore", "squares.py"]);
    let lines: Vec<&str> = output.stdout.lines().filter(|line| line.contains("end → returns ")).collect();
    let columns = |line: &str| line.split('│').map(str::trim).map(str::to_owned).collect::<Vec<_>>()[1..].to_vec();
    let seen: Vec<Vec<String>> = lines.into_iter().map(columns).collect();
    assert_eq!(
        seen,
        [["end → returns 4", ""], ["", "end → returns 9"], ["", "end → returns 9"], ["end → returns 4", ""]],
        "{output}"
    );
}

#[test]
fn a_budget_that_runs_out_is_said() {
    let output = world().run(&["explore", "withdraw.py", "--observe", "account.balance", "--budget-executions", "1"]);
    assert_eq!(output.code, Some(0), "{output}");
    let why = "The search is not finished, for it made as many executions as it may: there may";
    assert!(output.stdout.contains(why), "{output}");
}

/// It once said of a claim that it was not violated so far, and exited with 0.
#[test]
fn where_nothing_was_executed_no_claim_holds() {
    // Of a program that was explored before it is known what threads share, and the first execution counts.
    let source = format!("{WITHDRAW}# {}\n", std::process::id());
    let world = World::new().file("withdraw.py", &source);
    let output = world.run(&["explore", "withdraw.py", "--always", "False", "--budget-seconds", "0.000001"]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{output}");
    assert!(output.stderr.starts_with("error: no execution of `withdraw.py` was made to its end\n"), "{output}");
}

#[test]
fn standard_input_is_a_program_too() {
    let output = World::new().run_with_input(&["explore", "-"], "print(1 + 1)\n");
    insta::assert_snapshot!(output.redacted(), @"
    exit code 0
    --- stdout
    <stdin>: 1 outcome of what it prints
      1. prints 2
    Every order was explored: nothing else can happen.
    1 execution in [TIME], Python [VERSION]

    ── 1. prints 2 ─────────────────────────────────────────────────────────────────
      0 switches
      there is nothing in it that another thread could notice
    ");
}

#[test]
fn what_is_not_supported_is_named_with_its_line() {
    let world = World::new().file("a.py", "import threading\n\n\nimport multiprocessing\nmultiprocessing.Process()\n");
    let output = world.run(&["explore", "a.py"]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.contains("not supported"), "{output}");
    assert!(output.stdout.is_empty(), "{output}");
}

/// It said that there was one execution, that of the daemon alone, and left the learner alone with it.
#[test]
fn a_loop_that_sleeps_is_told_of_the_clock() {
    let program = "\
import threading, time
def beat():
    while True:
        print('tick')
        time.sleep(1)
threading.Thread(target=beat, daemon=True).start()
waiter = threading.Thread(target=time.sleep, args=(3.5,))
waiter.start()
waiter.join()
";
    let world = World::new().file("beat.py", program);
    let few = ["explore", "beat.py", "--budget-executions", "20"];
    let output = world.run(&few);
    // What comes of few ticks is found first: of thousands it was.
    let few_ticks =
        "beat.py: 20 outcomes of what it prints\n   1. prints nothing\n   2. prints tick\n   3. prints tick ⏎ tick\n";
    assert!(output.stdout.starts_with(few_ticks), "{output}");
    assert!(!output.stdout.contains("cut off") && output.stdout.contains("The search is not finished"), "{output}");
    let hint = "hint: `--sleeps ordered` has a clock; without one, loops that sleep or wait for a while go on and on\n";
    assert!(output.stderr.starts_with(hint), "{output}");
    for arguments in [["explore", "beat.py", "--sleeps", "ordered"].as_slice(), &[few.as_slice(), &["--json"]].concat()]
    {
        assert_eq!(world.run(arguments).stderr, "");
    }
}

/// A timer of 30 s went off before it was cancelled, and nothing said why.
#[test]
fn who_has_a_timer_is_told_of_the_clock() {
    let program = "\
import threading
timer = threading.Timer(30.0, print, ('late',))
timer.start()
timer.cancel()
timer.join()
";
    let world = World::new().file("timer.py", program);
    let hint =
        "hint: `--sleeps ordered` has a clock; without one, a `Timer` may go off at once, whatever its interval\n";
    assert_eq!(world.run(&["explore", "timer.py"]).stderr, hint);
    let output = world.run(&["explore", "timer.py", "--sleeps", "ordered"]);
    assert!(output.stderr.is_empty() && output.stdout.contains("1 outcome "), "{output}");
}

/// It was told in 200 steps, and nothing said what to do about it.
#[test]
fn a_loop_of_very_many_turns_is_told_in_short_with_what_helps() {
    let program = "\
import threading
count = 0
def work():
    global count
    for _ in range(TURNS):
        count += 1
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(count)
";
    let world = World::new().file("long.py", program.replace("TURNS", "100_000"));
    let output = world.run(&["explore", "long.py", "--budget-executions", "3"]);
    assert!(output.stdout.contains("cut off at the step limit") && output.stdout.lines().count() < 50, "{output}");
    assert!(output.stdout.contains(" steps not shown: `--replay` shows all …\n"), "{output}");
    let hint = "hint: let loops go round 2 or 3 times: that mostly shows what 100,000 turns would\n";
    assert_eq!(output.stderr, hint);
    let world = World::new().file("long.py", program.replace("TURNS", "50"));
    let output = world.run(&["explore", "long.py", "--budget-executions", "1"]);
    let longest = output.stdout.split("── ").map(|outcome| outcome.lines().count()).max();
    assert!(longest < Some(90) && output.stdout.contains(": `--replay` shows all …\n"), "{output}");
    let schedule = output.stdout.split("schedule ").nth(1).and_then(|rest| rest.lines().next()).expect("a schedule");
    let replayed = world.run(&["explore", "long.py", "--replay", schedule]).stdout;
    assert!(replayed.lines().count() > 200 && !replayed.contains("not shown"), "{replayed}");
}

/// It was refused for its processes, of which it has none.
#[test]
fn a_pool_of_threads_is_told_where_to_find_another() {
    for import in ["from multiprocessing.pool import ThreadPool", "from multiprocessing.dummy import Pool"] {
        let output = World::new().file("a.py", import).run(&["explore", "a.py"]);
        let module = import.split(' ').nth(1).expect("a module");
        let why = "(a pool of threads is `concurrent.futures.ThreadPoolExecutor`)";
        let error = format!("error: not supported: import {module}, line 1 {why}\n");
        assert!(output.code == Some(2) && output.stderr.starts_with(&error), "{output}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let world = World::new().file("latin.py", b"# caf\xe9\n").file("broken.py", "x = 1\ndef f(:\n    pass\n");
    insta::assert_snapshot!(world.run(&["explore", "missing.py"]), @"
    exit code 2
    --- stderr
    error: cannot read `missing.py`: No such file or directory (os error 2)
    hint: is the name right, and are you in the right folder?
    ");
    insta::assert_snapshot!(world.run(&["explore", "latin.py"]), @"
    exit code 2
    --- stderr
    error: `latin.py` is not UTF-8 from byte 5 on
    hint: save it as UTF-8
    ");
    insta::assert_snapshot!(world.run(&["explore", "broken.py"]), @"
    exit code 2
    --- stderr
    error: `broken.py` is not Python: invalid syntax, line 2
      def f(:
    ");
}

#[test]
fn an_expression_that_is_none_is_quoted() {
    insta::assert_snapshot!(world().run(&["explore", "twice.py", "--observe", "total("]), @"
    exit code 2
    --- stderr
    error: what is to be observed, `total(`, is not a Python expression: '(' was never closed
    ");
    insta::assert_snapshot!(world().run(&["explore", "twice.py", "--never", "total > = 3"]), @"
    exit code 2
    --- stderr
    error: the claim, `total > = 3`, is not a Python expression: invalid syntax
    ");
}

/// It may raise in some orders, and that is worth knowing; where it raises in all of them it is a slip of the pen.
#[test]
fn an_expression_that_raises_everywhere_is_refused() {
    let output = world().run(&["explore", "withdraw.py", "--observe", "acount.balance"]);
    assert!(output.stdout.starts_with("withdraw.py: 3 outcomes of acount.balance"), "{output}");
    insta::assert_snapshot!(Output { stdout: String::new(), ..output }, @"
    exit code 2
    --- stderr
    error: `acount.balance` cannot be observed in any order: NameError: name 'acount' is not defined
    hint: is it spelled right? it is evaluated over the module's globals when the program has ended
    ");
    let output = world().run(&["explore", "withdraw.py", "--observe", "account.balance"]);
    assert_eq!(output.stderr, "", "{output}");
}

#[test]
fn a_schedule_that_is_none_is_refused() {
    let output = world().run(&["explore", "twice.py", "--replay", "0*4 banana"]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.contains("`banana` is not a thread"), "{output}");
}

#[test]
fn programs_cannot_move_the_cursor() {
    let world = World::new().file("evil.py", "print('\\x1b[2J\\u202e')\n");
    let output = world.run(&["explore", "evil.py"]);
    assert!(output.stdout.contains("\\x1b[2J\\u202e"), "{output}");
    let json = world.run(&["explore", "evil.py", "--json"]).stdout;
    assert!(!json.contains('\u{202e}') && !json.contains('\x1b'), "{json}");
}

#[test]
fn what_python_cannot_even_read_is_no_python() {
    for (name, text) in [("nul.py", "x = 1\0\n".to_owned()), ("deep.py", format!("x = {}1\n", "(".repeat(500)))] {
        let output = World::new().file(name, text).run(&["explore", name]);
        assert_eq!(output.code, Some(2), "{output}");
        assert!(output.stderr.starts_with(&format!("error: `{name}` is not Python: ")), "{output}");
        assert!(output.stderr.lines().all(|line| line.len() < 200), "{output}");
    }
}

#[test]
fn a_program_that_breaks_its_runner_is_told_what_it_may_not_do() {
    let world = World::new().file("fine.py", "import os\n");
    insta::assert_snapshot!(world.run(&["explore", "fine.py", "--observe", "os._exit(3)"]), @"
    exit code 2
    --- stderr
    error: the scenario broke its runner: it ended while what is observed was evaluated (ended with exit code 3)
    hint: does it end its own process, or need more memory, output or time than a program gets?
    ");
}

#[test]
fn races_are_shown_with_lines_threads_and_locks() {
    let world = World::new().file("partial.py", PARTIAL);
    let output = world.run(&["explore", "partial.py", "--observe", "count", "--races"]);
    let shown = output.stdout.split("\n\n").last().expect("text");
    insta::assert_snapshot!(shown, @"
    1 race: two acts on the same data that no synchronisation keeps apart
      1. count
          9 seen = count
              read by Thread-1 (work), holding no lock
         11 count = seen + 1
              write by Thread-2 (work), holding lock
    ");
    assert_eq!(output.code, Some(0), "a race is a finding and no violation: {output}");
}

#[test]
fn who_writes_to_the_stream_of_a_handler_has_its_lock() {
    let source = "
import io, logging, threading
logging.basicConfig(stream=io.StringIO())
threads = [threading.Thread(target=logging.error, args=(each,)) for each in 'ab']
for thread in threads: thread.start()
for thread in threads: thread.join()
";
    let output = World::new().file("logs.py", source).run(&["explore", "logs.py", "--races"]);
    assert!(output.stdout.contains("No races: in every order, synchronisation keeps"), "{output}");
}

#[test]
fn a_lock_around_all_leaves_no_races() {
    let output = World::new().file("locked.py", LOCKED).run(&["explore", "locked.py", "--races"]);
    assert!(output.stdout.contains("No races: in every order, synchronisation keeps"), "{output}");
}

/// What a program does to synchronisation objects is no race, whatever they are.
#[test]
fn synchronisation_does_not_race_with_itself() {
    let program = "\
import queue
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, as_completed, wait

lock = threading.RLock()
condition = threading.Condition()
semaphore = threading.Semaphore(1)
event = threading.Event()
barrier = threading.Barrier(2)
items = queue.Queue(1)


def work():
    semaphore.acquire()
    semaphore.release()
    with condition:
        condition.notify()
    items.put(1)
    event.set()
    barrier.wait()


thread = threading.Thread(target=work, daemon=True)
thread.start()
lock.acquire(timeout=1)
with condition:
    condition.wait(timeout=1)
items.get()
event.is_set()
event.wait(1)
barrier.wait()
thread.is_alive()
threading.active_count()
time.sleep(1)
print('printed')
with ThreadPoolExecutor(1) as pool:
    futures = [pool.submit(print, number) for number in range(2)]
    futures[0].running()
    futures[1].cancel()
    wait(futures, return_when=FIRST_COMPLETED)
    for future in as_completed(futures):
        future.done()
";
    let world = World::new().file("all.py", program);
    for sleeps in ["ordered", "unordered"] {
        let arguments = ["explore", "all.py", "--races", "--json", "--budget-executions", "300", "--sleeps", sleeps];
        let output = world.run(&arguments);
        let json: serde_json::Value =
            serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output}"));
        assert_eq!(json["races"], serde_json::json!([]), "{output}");
    }
}

#[test]
fn a_lock_taken_before_there_were_threads_is_held() {
    let program = "\
import threading

lock = threading.Lock()
count = 0


def work():
    global count
    count = 1


with lock:
    thread = threading.Thread(target=work)
    thread.start()
    count = 2
thread.join()
";
    let output = World::new().file("early.py", program).run(&["explore", "early.py", "--races", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(json["races"].as_array().map(Vec::len), Some(1), "{output}");
    assert_eq!(json["races"][0]["acts"][0]["holds"], serde_json::json!([]));
    assert_eq!(json["races"][0]["acts"][1]["thread"], "MainThread");
    assert_eq!(json["races"][0]["acts"][1]["holds"], serde_json::json!(["lock"]));
}

#[test]
fn races_keep_their_contract_and_replay() {
    let world = World::new().file("partial.py", PARTIAL);
    let output = world.run(&["explore", "partial.py", "--observe", "count", "--races", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    let race = &json["races"][0];
    assert_eq!(race["location"], "count");
    let schedule = race["schedule"].as_str().expect("text");
    let replay = world.run(&["explore", "partial.py", "--observe", "count", "--json", "--replay", schedule]);
    let replay: serde_json::Value = serde_json::from_str(&replay.stdout).expect("JSON");
    assert_eq!(replay.get("races"), None, "nobody looked for any");
    for act in race["acts"].as_array().expect("a list") {
        let step = &replay["outcomes"][0]["witness"]["steps"][act["step"].as_u64().expect("a number") as usize];
        for field in ["thread", "id", "line", "operation"] {
            assert_eq!(step[field], act[field], "{field}");
        }
        assert_eq!(step["location"], "count");
    }
}

#[test]
fn a_death_of_the_interpreter_is_an_outcome() {
    let world = World::new().file("impatient.py", IMPATIENT);
    insta::assert_snapshot!(world.run(&["explore", "impatient.py", "--never", "ready is None", "--no-deadlock"]).redacted(), @"
    exit code 1
    --- stdout
    impatient.py: 2 outcomes of what it prints
      1. the interpreter died
      2. prints used
    Every order was explored: nothing else can happen.
    2 executions in [TIME], Python [VERSION]

    ── 1. the interpreter died ─────────────────────────────────────────────────────
      0 switches, schedule 1*2
        Thread-1 (use)
        13 if not ready:
           read ready → False
        14 os.abort()
           the interpreter dies
      the process was killed by SIGABRT while Thread-1 was at line 14

    ── 2. prints used ──────────────────────────────────────────────────────────────
      3 switches, schedule 0 2*3 1*4 0*2
        MainThread                │  Thread-1 (use)       │  Thread-2 (prepare)
        20 thread.start()         │                       │
           start Thread-2         │                       │
      ┆ waits for Thread-1 to end │                       │   9 ready = True
      ┆                           │                       │     write ready ← True
      ┆                           │  13 if not ready:     │
      ┆                           │     read ready → True │
      ┆                           │  15 print('used')     │
      ┆                           │     print → 'used'    │
        22 thread.join()          │                       │
           join Thread-1          │                       │
           join Thread-2          │                       │
      ┆ waits

    never ready is None: violated, as outcome 1 shows
    no deadlock: violated, as outcome 1 shows
    ");
    insta::assert_snapshot!(world.run(&["explore", "impatient.py", "--replay", "1*2"]).redacted(), @"
    exit code 0
    --- stdout
    impatient.py: the interpreter died
      0 switches, schedule 1*2
        Thread-1 (use)
           begin
        13 if not ready:
           read ready → False
        14 os.abort()
           the interpreter dies
      the process was killed by SIGABRT while Thread-1 was at line 14
    ");
    insta::assert_snapshot!(world.run(&["explore", "impatient.py", "--replay", "1*2", "--json"]).redacted(), @r#"
    exit code 0
    --- stdout
    {
      "scenario": "impatient.py",
      "python": "[VERSION]",
      "observe": null,
      "sleeps": "unordered",
      "exhaustive": false,
      "unfinished": "executions",
      "executions": 1,
      "elapsed_ms": [TIME],
      "outcomes": [
        {
          "value": null,
          "stdout": null,
          "ending": "crash",
          "exceptions": [],
          "death": {
            "thread": "Thread-1 (use)",
            "id": "1",
            "line": 14,
            "how": "killed by SIGABRT"
          },
          "executions": 1,
          "witness": {
            "schedule": "1*2",
            "switches": 0,
            "steps": [
              {
                "thread": "Thread-1 (use)",
                "id": "1",
                "line": 0,
                "operation": "begin",
                "location": "",
                "value": null
              },
              {
                "thread": "Thread-1 (use)",
                "id": "1",
                "line": 13,
                "operation": "read",
                "location": "ready",
                "value": "False"
              }
            ],
            "blocked": []
          }
        }
      ],
      "claims": []
    }
    "#);
    let page = world.run(&["explore", "impatient.py", "--html", "-"]);
    let said = "<p class=\"bad\">the process was killed by SIGABRT while Thread-1 was at line 14</p>";
    assert!(page.stdout.contains(said), "{page}");
}

/// Opens a file as it can be done where `open` is not there.
#[cfg(target_os = "linux")]
const OPEN: &str = "\
import sys
def open(path):
    posix = sys.modules['posix']
    try:
        return posix.read(posix.open(path, 0), 100)
    except OSError as error:
        return error.strerror
";

/// What is kept of a Python said what programs may read, whoever wrote it.
#[cfg(target_os = "linux")]
#[test]
fn what_is_kept_of_a_python_lets_nothing_else_be_read() {
    let world = World::new()
        .variable("RACEDAY_DATA_DIR", "data")
        .file("data/x", "")
        .file("secret.txt", "the secret")
        .file("plain.py", "print('hello')\n");
    let secret = world.path("secret.txt").display().to_string();
    let world = world.file("thief.py", format!("{OPEN}print(open({secret:?}))\n"));
    assert_eq!(world.run(&["explore", "plain.py"]).code, Some(0));
    let entries =
        fs::read_dir(world.path("data/cache")).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut kept = entries.filter(|path| path.extension().is_some_and(|last| last == "json"));
    let file = kept.find(|path| !path.ends_with("shared.json")).expect("what a Python said is kept");
    let sound = fs::read_to_string(&file).expect("it is text");
    for list in ["modules", "libraries"] {
        let mut said: serde_json::Value = serde_json::from_str(&sound).expect("JSON");
        said[list].as_array_mut().expect("a list").push(secret.clone().into());
        for hangs_on in [serde_json::json!([]), said["hangs_on"].clone()] {
            said["hangs_on"] = hangs_on;
            fs::write(&file, said.to_string()).expect("written");
            let output = world.run(&["explore", "thief.py"]);
            assert!(!output.stdout.contains("the secret"), "{output}");
            assert!(output.stdout.contains("Permission denied"), "{output}");
            assert_eq!(fs::read_to_string(&file).expect("it is text"), sound, "it was asked again");
        }
    }
}

/// Does not come to its end in some of its orders.
const HANGS_AT_TIMES: &str = "\
import threading
first = []
def work(name):
    first.append(name)
    if first[0] == 'b':
        sum(range(10**12))
threads = [threading.Thread(target=work, args=(name,)) for name in 'ab']
for thread in threads: thread.start()
for thread in threads: thread.join()
print(first)
";

/// What was found before was lost, and whatever the budget, it was waited for until the time for one execution was over.
#[test]
fn an_order_that_hangs_is_not_waited_for_beyond_the_budget() {
    let world = World::new().file("program.py", HANGS_AT_TIMES);
    let output = world.run(&["explore", "program.py", "--budget-seconds", "2", "--never", "first[0] == 'a'", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!((output.code, &json["unfinished"]), (Some(1), &"time".into()), "{output}");
    assert_eq!(json["outcomes"].as_array().map(Vec::len), Some(1), "{output}");
    assert_eq!(json["claims"][0]["violation"]["stdout"], "['a', 'b']\n", "{output}");
}

/// Returns how many hundredths of a second the busiest child of a process has computed.
#[cfg(target_os = "linux")]
fn computed(parent: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let children = threads.map(|thread| fs::read_to_string(thread.path().join("children")).unwrap_or_default());
    let children = children.collect::<Vec<_>>().concat();
    let time = |child: &str| {
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).ok()?;
        stat.rsplit(')').next()?.split_whitespace().nth(11)?.parse().ok()
    };
    children.split_whitespace().filter_map(time).max().unwrap_or(0)
}

/// A program that hung was waited for until its time was over, and the exit code was that of a broken one.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_does_not_wait_for_a_program_that_hangs() {
    use std::process::Stdio;

    const HANGS: &str = "sum(range(10**12))\n";
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    if ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 0b10 != 0) {
        // As what a shell runs in the background ignores it.
        return;
    }
    for (program, signal, code, found) in
        [(HANGS, "-INT", 130, false), (HANGS_AT_TIMES, "-INT", 130, true), (HANGS, "-TERM", 143, false)]
    {
        let world = World::new().file("program.py", program);
        let mut command = world.command(&["explore", "program.py"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        // A second of a processor's time is many times what it takes to make what can be made, and leaves the program most of its ten.
        while computed(child.id()) < 100 {
            std::thread::yield_now();
        }
        #[expect(clippy::disallowed_methods, reason = "another program brings about what is tested")]
        let killed = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
        assert!(killed.expect("kill is there").success());
        let output = child.wait_with_output().expect("it ends");
        let stdout = String::from_utf8(output.stdout).expect("text");
        assert_eq!(output.status.code(), Some(code), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(stdout.contains("['a', 'b']"), found, "{stdout}");
        assert!(!stdout.contains('\x1b'), "a pipe has no cursor to show: {stdout:?}");
    }
}

/// Where no more threads could be started it panicked, and then waited for those it had not started.
#[cfg(target_os = "linux")]
#[test]
fn where_few_threads_may_be_started_it_ends_and_says_so() {
    use std::os::unix::fs::MetadataExt as _;

    let world = World::new().file("data/x", "").file("program.py", ABBA);
    let binary = world.path("raceday");
    fs::copy(env!("CARGO_BIN_EXE_raceday"), &binary).expect("copied");
    #[expect(clippy::disallowed_methods, reason = "other programs bring about what is tested")]
    let command = |program: &str| std::process::Command::new(program);
    // Root may start as many as it likes, so somebody else has to try.
    let is_root = fs::metadata(world.path(".")).expect("a home").uid() == 0;
    if is_root {
        let chown = command("chown").args(["-R", "1501:1501"]).arg(world.path(".")).status();
        assert!(chown.expect("chown is there").success());
    }
    for most in 1..16 {
        let mut timed = command("timeout");
        timed.args(["-k", "1", "60"]);
        if is_root {
            timed.args(["setpriv", "--reuid=1501", "--regid=1501", "--clear-groups"]);
        }
        timed.args(["prlimit", &format!("--nproc={most}")]).arg(&binary).args([
            "explore",
            "program.py",
            "--data-dir",
            "data",
        ]);
        let output = timed.current_dir(world.path(".")).env("HOME", world.path(".")).output().expect("it runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{most}: {stderr}");
        match output.status.code() {
            Some(0) => {}
            Some(2 | 3) => assert!(stderr.starts_with("error: ") && stderr.contains("\nhint: "), "{most}: {stderr}"),
            code => panic!("{most}: {code:?}: {stderr}"),
        }
    }
}
