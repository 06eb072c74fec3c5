# What is read off the text of a scenario before it runs: which methods of its keys do something, and which packages it can do without. Part of
# the harness; see core.py.

MAKES_KEYS = frozenset(("__eq__", "__hash__"))
# What such methods may call of which nothing comes but what it returns.
ONLY_LOOKING = frozenset((
    "hash isinstance type tuple len str int repr id getattr super abs frozenset bool round sorted min max sum ord float lower upper casefold strip "
    "__eq__ __hash__"
).split())  # fmt: skip


def does_something(function):
    """Whether a function does more than to work out what it returns: how often it was called may be seen."""
    return any(
        isinstance(each, (ast.AugAssign, ast.Delete, ast.Global, ast.Nonlocal, ast.With))
        or isinstance(each, ast.Call) and (getattr(each.func, "id", None) or getattr(each.func, "attr", "")) not in ONLY_LOOKING
        or isinstance(each, ast.Assign) and not all(isinstance(target, ast.Name) for target in each.targets)
        for each in all_below(function)
    )


def optional_imports(module):
    """The packages that the scenario asks for where it is ready to be told that they are not there."""
    optional = set()
    for node in all_below(module):
        if isinstance(node, ast.Try) and any(catches_missing(handler.type) for handler in node.handlers):
            for statement in node.body:
                if isinstance(statement, ast.Import):
                    optional |= {each.name.partition(".")[0] for each in statement.names}
                elif isinstance(statement, ast.ImportFrom) and not statement.level:
                    optional.add(statement.module.partition(".")[0])
    return optional


def catches_missing(caught):
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return caught is None or any(getattr(each, "id", "") in ("ImportError", "ModuleNotFoundError", "Exception", "BaseException") for each in names)
