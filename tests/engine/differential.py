"""Programs of one thread, run as they are and as the harness rewrites them: nobody may be able to tell.

    differential.py WORKER_RS [--count N] [--seed S] [--only NAME] [--show] [--tell HOW_MANY]

WORKER_RS is `src/python/worker.rs`, which names the harness's files in their order. The programs are the hand-written ones of
`differential_programs.py` and N that are generated from the seeds S, S + 1 and so on. Each is run

- natively, by plain `exec`,
- rewritten, alone (nothing is a step),
- rewritten, with another thread alive, what is shared found out as for any scenario (every fourth of the generated ones),
- rewritten, with another thread alive, everything tracked,
- the same once more, told in full as for a replay,

and all have to agree on what is printed, on the exception that ends it, on every line of its traceback, and on the names that
the module has in the end. Exit code 0 if all agree; else 1, with the differences.
"""

import argparse
import io
import os
import re
import sys
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from differential_grammar import generated  # noqa: E402
from differential_programs import programs  # noqa: E402

FILE = "scenario.py"
ADDRESS = re.compile(r"at 0x[0-9a-fA-F]+")


class Everything(frozenset):
    """A set that has whatever it is asked for."""

    def __contains__(self, _):
        return True


def harness(worker_rs):
    """The harness's namespace, as a worker prepares it before it answers its first request."""
    with open(worker_rs, encoding="utf-8") as file:
        text = file.read()
    text = text[text.index("HARNESS: &str") :]
    names = re.findall(r'include_str!\("(harness/\w+\.py)"\)', text[: text.index(");")])
    parts = []
    for name in names:
        with open(os.path.join(os.path.dirname(worker_rs), name), encoding="utf-8") as file:
            parts.append(file.read())
    source = "".join(parts)
    assert source.count("\nserve()\n") == 1, "the harness is started in one place"
    space = {"__name__": "raceday_harness"}
    exec(compile(source.replace("\nserve()\n", "\n"), "<harness>", "exec"), space)
    space["make_models"]()
    space["scenario_builtins"] = space["make_builtins"]()
    space["MAX_STEPS"] = 10_000_000
    return space


def lines_of(error):
    """The scenario's frames in the error's traceback."""
    lines = []
    trace_back = error.__traceback__
    while trace_back is not None:
        code = trace_back.tb_frame.f_code
        if code.co_filename == FILE:
            lines.append((code.co_name, trace_back.tb_lineno))
        trace_back = trace_back.tb_next
    return lines


def told(error):
    """An exception, with what it came from."""
    if error is None:
        return None
    return (type(error).__name__, ADDRESS.sub("at 0x...", str(error)), lines_of(error), told(error.__cause__),
            told(error.__context__))  # fmt: skip


def text_of(value):
    try:
        return ADDRESS.sub("at 0x...", repr(value))
    except Exception as error:  # of an object within that has lost an attribute
        return repr(error)


def names_in(space):
    """The module's names with the values that have a text of their own."""
    plain = (int, float, str, bool, list, dict, set, tuple, type(None))
    return {
        name: text_of(value) if type(value) in plain else type(value).__name__
        for name, value in space.items()
        if name.strip("_") == name or name.startswith("__rd_")
    }


TRACKED = ("tracked_globals", "tracked_attributes", "tracked_class_attributes", "tracked_cells")


last_loaded = [None]
last_compiled = [None, None]  # with everything tracked, for the manners that share it


def fresh_main():
    sys.modules["__main__"] = types.ModuleType("__main__")


def natively(source):
    fresh_main()
    space = {"__name__": "__main__", "__doc__": None, "__file__": FILE, "__package__": None, "__loader__": None,
             "__spec__": None, "__annotations__": {}}  # fmt: skip
    before, sys.stdout = sys.stdout, io.StringIO()
    error = None
    try:
        exec(compile(source, FILE, "exec", dont_inherit=True), space)
    except BaseException as raised:
        if not isinstance(raised, SystemExit) or raised.code is not None and raised.code != 0:
            error = raised
    finally:
        text = sys.stdout.getvalue()
        sys.stdout = before
    return ADDRESS.sub("at 0x...", text), told(error), names_in(space)


def rewritten(space, source, company, everything, in_detail):
    fresh_main()
    if last_loaded[0] != source:
        # One loading for all manners: they come in the order in which they know more of what is shared.
        answer = space["load"]({"name": FILE, "source": source, "observe": None, "claims": [], "sleeps": "unordered",
                                "shared": {"names": [], "workers": False}})  # fmt: skip
        if "error" in answer:
            return "the harness: %s" % answer
        last_loaded[0] = source
    if everything:
        for name in TRACKED:
            space[name] = Everything()
        if last_compiled[0] != source:
            tree = space["Rewriter"](space["parse"](source, FILE)).module
            last_compiled[:] = source, compile(tree, FILE, "exec", dont_inherit=True)
        space["program"].code = last_compiled[1]
    kept = []

    def run(code, into):
        kept.append(into)
        if company:
            child = space["Strand"](space["child_code"](space["cur"]), lambda: space["end"](child), "company")
            space["solo"] = False
        try:
            exec(code, into)
        finally:
            kept.append(names_in(into))

    space["exec"] = run
    before = sys.stdout
    try:
        while True:
            space["found"].clear()
            space["execute"]((), in_detail, in_detail)
            more = space["found"] - space["program"].tracked
            if everything or not more:
                break
            kept.clear()
            fresh_main()
            space["learn"](set(more), False)
    finally:
        sys.stdout = before
    if space["problem"] is not None:
        return "the harness: %r" % space["problem"]
    if space["outcome"] is None or space["outcome"][2] != "finished":
        return "it ended with %r" % (space["outcome"],)
    failures = space["failures"]
    return space["outcome"][1], told(failures[0][2] if failures else None), kept[1]


MANNERS = (
    ("alone", False, False, False),
    ("in company", True, False, False),
    ("in company, all tracked", True, True, False),
    ("in company, all tracked, in detail", True, True, True),
)


# A replay looks at the locals of frames to call things by name, and until CPython 3.13 a frame keeps what was seen of it.
EXCUSED = {("objects-go-when-they-should", "in company, all tracked, in detail")}


SKIPPED = ()
# How deep a recursion can go is another depth with our calls in between. And the order of a set of things that hash by their address is another one each time: such a generated program proves nothing.
OF_ADDRESSES = re.compile(r"\{[^{}:]*(at 0x|<class)")


def is_steady(source, expected):
    """Whether the program does the same again where objects have other addresses: some take apart the text that has one."""
    kept = []
    for size in (1, 7, 1009):
        kept.append([type("Filler", (), {})() for _ in range(size)])
        if natively(source) != expected:
            return False
    return True


def differences(space, name, source, show):
    expected = natively(source)
    if name.startswith("generated") and (
        OF_ADDRESSES.search(expected[0] + str(expected[2])) or "RecursionError" in expected[0] + str(expected[1])
    ):
        return SKIPPED
    if show:
        sys.stdout.write("%s\n%s\n" % (expected[0], expected[1]))
    for manner, *how in MANNERS:
        learns = how == [True, False, False]
        if (name, manner) in EXCUSED or learns and re.search(r"-\d*[^048\D]$", name):
            continue
        got = rewritten(space, source, *how)
        if got != expected:
            if name.startswith("generated") and not is_steady(source, expected):
                return SKIPPED
            return manner, expected, got
    return None


def tell(name, source, manner, expected, got):
    write = sys.stdout.write
    write("=== %s differs %s (CPython %d.%d.%d)\n" % ((name, manner) + sys.version_info[:3]))
    for number, line in enumerate(source.splitlines(), 1):
        write("%4d  %s\n" % (number, line))
    if isinstance(got, str):
        write("--- %s\n" % got)
        return
    for what, one, other in zip(("printed", "raised", "names"), expected, got):
        if one == other:
            continue
        if what == "printed":
            left, right = one.splitlines(), other.splitlines()
            at = next((at for at, pair in enumerate(zip(left, right)) if pair[0] != pair[1]), min(len(left), len(right)))
            one, other = left[max(0, at - 3) : at + 3], right[max(0, at - 3) : at + 3]
        if what == "names":
            one, other = ({k: v for k, v in a.items() if b.get(k, a) != v} for a, b in ((one, other), (other, one)))
        write("--- %s natively:  %s\n--- %s rewritten: %s\n" % (what, one, what, other))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("worker_rs")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only")
    parser.add_argument("--tell", type=int, default=5)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    out = sys.stdout
    space = harness(options.worker_rs)
    sources = programs() + [("generated-%d" % seed, None) for seed in range(options.seed, options.seed + options.count)]
    wrong = run = skipped = 0
    for name, source in sources:
        if options.only not in (None, name):
            continue
        if source is None:
            source = generated(int(name.split("-")[1]))
        found = differences(space, name, source, options.show)
        run += 1
        skipped += found is SKIPPED
        if found:
            wrong += 1
            if wrong <= options.tell:
                tell(name, source, *found)
    out.write("%d programs, %d differ, %d are SKIPPED: they depend on addresses or on the depth of recursion\n" % (run, wrong, skipped))
    out.flush()
    os._exit(1 if wrong or not run else 0)


if __name__ == "__main__":
    main()
