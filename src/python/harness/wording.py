# What a person calls a thing, a place and a value, for what is told of an execution. Part of the harness; see core.py.

showing = False  # what a `__repr__` prints now is nobody's output
MOST_SHOWN = 10_000  # turns of loops
ENDLESS = "<it takes too long to say>"


def show(value):
    """`repr` for a replay: never long, never a step, never an error."""
    global solo, showing
    before, solo = solo, True
    before_that, showing = showing, True
    turns, cur.turns = cur.turns, MAX_TURNS - MOST_SHOWN  # these are not the program's, and there are many texts
    try:
        text = repr(value)
    except Endless:
        text = ENDLESS
    except Exception as error:
        text = "<%s>" % type(error).__name__
    finally:
        solo, showing = before, before_that
        cur.turns = turns
    text = stable(text)
    return text if len(text) <= 200 else text[:197] + "..."


def stable(text):
    """Text that can be sent and compared: without memory addresses, which are never the same twice, and without lone
    surrogates, which are no text."""
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if "at 0x" not in text:
        return text
    import re

    return re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x...", text)


def place_of(thing, attribute=None):
    """What a person calls `thing` (or its attribute): by the global name that leads to it, if one does."""
    text = called(thing)
    return text if attribute is None else "%s.%s" % (text, attribute)


def item_place(thing, key):
    return "%s[%s]" % (called(thing), show(key))


def called(thing):
    if issubclass(type(thing), type):
        return thing.__qualname__
    if type(thing) is types.ModuleType:
        return thing.__name__
    for name, value in program_globals.items():
        if value is thing and not name.startswith("__"):
            return name
    for name, value in program_globals.items():
        if name.startswith("__"):
            continue
        inner = dict_of(value)
        if inner is not None and type(value) not in (types.ModuleType, types.FunctionType):
            for attribute, held in inner.items():
                if held is thing:
                    return part_of(name, value, attribute)
        elif issubclass(type(value), type) and value.__module__ == "__main__":
            for attribute, held in vars(value).items():
                if held is thing:
                    return "%s.%s" % (name, attribute)
        if type(value) in (list, tuple):
            for index, held in enumerate(value):
                if held is thing:
                    return "%s[%d]" % (name, index)
        elif type(value) is dict:
            for key, held in value.items():
                if held is thing:
                    return "%s[%s]" % (name, show(key))
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == program.filename and frame.f_code.co_name != "<module>":
            # Not what inner functions share: CPython 3.13.0 crashes when asked for a variable of a comprehension that goes on if
            # another comprehension has one of that name in a closure.
            shared = frame.f_code.co_cellvars if sys.version_info >= (3, 13) else ()
            seen = frame.f_locals
            local = {name: seen[name] for name in list(seen) if name not in shared}
            for name, value in local.items():
                if value is thing and not name.startswith("__rd"):
                    return name
            for name, value in local.items():
                inner = dict_of(value)
                if inner is not None and type(value) not in (types.ModuleType, types.FunctionType):
                    for attribute, held in inner.items():
                        if held is thing:
                            return part_of(name, value, attribute)
        frame = frame.f_back
    for _, other in names.values():
        if issubclass(type(other), Condition) and other._lock is thing:
            return called(other)
    label = getattr(thing, "_label", None)
    if isinstance(label, str):
        return label
    return type(thing).__name__.lower()


def part_of(name, value, attribute):
    """What an attribute of `value`, which goes by `name`, is called. The lock that a condition made for itself goes by the condition's."""
    return name if issubclass(type(value), Condition) and attribute == "_lock" else "%s.%s" % (name, attribute)
