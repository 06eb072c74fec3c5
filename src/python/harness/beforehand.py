# What is read off the text of a scenario before it runs: which methods of its keys do something, which packages it can do without, and
# which names a loop has to do with. Part of the harness; see core.py.

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


PLAIN = (
    ast.Name, ast.Attribute, ast.Constant, ast.Subscript, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.IfExp, ast.Tuple, ast.keyword,
    ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop, ast.Assign, ast.AugAssign, ast.Expr, ast.If, ast.While, ast.With,
    ast.withitem, ast.Pass, ast.Break, ast.Continue, ast.Return,
)  # fmt: skip
PLAIN_FUNCTIONS = frozenset("bool int isinstance len monotonic perf_counter print sleep time".split())


def mentioned_in(nodes):
    """The names and attributes in these parts of a loop, and whether there is a `with`; nothing if they could run code that knows other ones."""
    names = set()
    for each in [each for node in nodes for each in all_below(node)]:
        if isinstance(each, ast.Call):
            if isinstance(each.func, ast.Name) and each.func.id not in PLAIN_FUNCTIONS:
                return None
        elif isinstance(each, ast.Name):
            names.add(each.id)
        elif isinstance(each, ast.With):
            names.add("with")
        elif isinstance(each, ast.Attribute):
            names.add(each.attr)
        elif not isinstance(each, PLAIN):
            return None
    return frozenset(names)
