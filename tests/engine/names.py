"""Says which names the harness uses and nobody defines, or two define, one a line; nothing if all is well.

    names.py WORKER_RS [--without FUNCTION | --again FUNCTION | --imports]

WORKER_RS is `src/python/worker.rs`, which names the harness's files in their order. They are one namespace, so a name that any of them
defines is there for all. `--without` looks at the harness as if that function were called something else, `--again` as if another
file had one of that name.

With `--imports` it says instead which modules written in Python the harness imports as it starts, beyond those that the interpreter does.

Also said are attributes of modules that these do not have, and functions that rewritten scenarios are made to call
(`__rd_...__`) and do not find among their builtins.
"""

import argparse
import ast
import builtins
import functools
import os
import re
import subprocess
import symtable
import sys

GIVEN = {"harness_code", "plan_json", "__class__"}  # by boot.py, and by Python to methods that call `super()`


def harness(worker_rs):
    """The harness's text."""
    with open(worker_rs, encoding="utf-8") as file:
        text = file.read()
    text = text[text.index("HARNESS: &str") :]
    parts = []
    for name in re.findall(r'include_str!\("(harness/\w+\.py)"\)', text[: text.index(");")]):
        with open(os.path.join(os.path.dirname(worker_rs), name), encoding="utf-8") as file:
            parts.append(file.read())
    return "".join(parts)


def tables_in(table):
    yield table
    for inner in table.get_children():
        yield from tables_in(inner)


def undefined(source):
    """The global names that are used and never bound."""
    module = symtable.symtable(source, "<harness>", "exec")
    known = set(vars(builtins)) | GIVEN | {"__name__"}
    known.update(symbol.get_name() for symbol in module.get_symbols() if symbol.is_assigned() or symbol.is_imported())
    used = set()
    for table in tables_in(module):
        for symbol in table.get_symbols():
            is_global = symbol.is_global() or table is module
            if is_global and symbol.is_referenced():
                used.add(symbol.get_name())
            if symbol.is_declared_global() and symbol.is_assigned():
                # A global that only functions bind is there once one of them has run: the module is to bind it too.
                used.add(symbol.get_name())
    return used - known


def defined_twice(source):
    """The names that more than one of the module's own statements binds: whichever file comes last has its way."""
    seen = set()
    for statement in ast.parse(source).body:
        names = {statement.name} if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) else set()
        for target in getattr(statement, "targets", ()):
            if isinstance(target, (ast.Name, ast.Tuple)):
                names.update(node.id for node in ast.walk(target) if isinstance(node, ast.Name))
        yield from names & seen
        seen |= names


def missing_attributes(source):
    """Attributes of imported modules that these do not have. What some versions lack begins with a capital, or is asked for."""
    tree = ast.parse(source)
    modules = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                modules[alias.asname or alias.name] = alias.name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            name = modules[node.value.id]
            if isinstance(node.ctx, ast.Load) and node.attr[0].islower() and node.attr not in has(name):
                yield "%s.%s" % (name, node.attr)


@functools.lru_cache(maxsize=None)
def has(module):
    """The names in a module, asked in a process where nothing else has imported parts of it, as in a worker."""
    asked = "import %s; print(*dir(%s))" % (module, module)
    answer = subprocess.run([sys.executable, "-S", "-c", asked], stdout=subprocess.PIPE, check=True).stdout
    return frozenset(answer.decode().split())


def unknown_calls(source):
    """What the rewriting makes scenarios call though `make_builtins` does not have it."""
    offered = set(re.findall(r'"(__rd_\w+__)": ', source))
    offered.update("__rd_%s__" % name for name in re.findall(r'"(\w+)": operator\.\w+', source))
    return set(re.findall(r'(?:calls|Name)\("(__rd_\w+__)"', source)) - offered


def imported(source):
    """The modules written in Python that are there once the harness is, and were not before."""
    program = (
        "import sys; before = set(sys.modules); source = sys.stdin.read(); exec(source, {'__name__': 'harness'}); "
        "print(*sorted(name for name in set(sys.modules) - before if getattr(sys.modules[name], '__file__', '').endswith('.py')))"
    )
    source = source[: source.rindex("\nserve()")]
    answer = subprocess.run([sys.executable, "-I", "-S", "-c", program], input=source, stdout=subprocess.PIPE, check=True, text=True)
    return answer.stdout.split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("worker_rs")
    parser.add_argument("--without")
    parser.add_argument("--again")
    parser.add_argument("--imports", action="store_true")
    options = parser.parse_args()
    source = harness(options.worker_rs)
    if options.imports:
        print(*imported(source), sep="\n")
        return
    if options.without:
        definition = "\ndef %s(" % options.without
        assert source.count(definition) == 1, "the harness has such a function"
        source = source.replace(definition, "\ndef renamed_%s(" % options.without)
    if options.again:
        source = "def %s(): pass\n%s" % (options.again, source)
    for name in sorted(undefined(source) | unknown_calls(source) | {*missing_attributes(source), *defined_twice(source)}):
        print(name)


if __name__ == "__main__":
    main()
