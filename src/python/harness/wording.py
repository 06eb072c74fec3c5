# What a person calls a thing, a place and a value, for what is told of an execution. Part of the harness; see core.py.

showing = False  # what models say of themselves now is no step
ENDLESS = "<it takes too long to say>"


class RunsCode(BaseException):
    """The text of a value would be made by code of the scenario's."""


def refuse_code(frame, event, _):
    """A trace function that lets no code of the scenario's begin."""
    if frame.f_code.co_filename == program.filename:
        raise RunsCode


def show(value):
    """`repr` for a replay: never long, never a step, never an error, and nothing that runs code of the scenario's, for what that does
    happens in no other execution."""
    text = stable(text_of(value, 0))
    return text if len(text) <= 200 else text[:197] + "..."


def raised(error):
    """What came of an act that failed, with the words that CPython has for it."""
    words = stable(str(error))
    text = "raises %s: %s" % (type(error).__name__, words) if words else "raises %s" % type(error).__name__
    return text if len(text) <= 200 else text[:197] + "..."


def text_of(value, depth, left=None):
    """`repr`, or what a value is made of where that would run code of the scenario's: of no more parts than `left`, a list of one
    number, says."""
    global solo, showing
    before, solo = solo, True
    before_that, showing = showing, True
    outer = sys.gettrace()
    sys.settrace(refuse_code)
    try:
        return repr(value)
    except RunsCode:
        pass
    except Exception as error:
        return "<%s>" % type(error).__name__
    finally:
        sys.settrace(outer)
        solo, showing = before, before_that
    return text_by_parts(value, depth + 1, left or [MOST_PARTS])


def text_by_parts(value, depth, left):
    """What is said of a value whose own text is not asked for: its class, and its elements or attributes."""
    kind = type(value)
    if issubclass(kind, type):
        return type.__getattribute__(value, "__qualname__")
    items, parts, before, after = (), dict_of(value) or {}, kind.__name__ + "(", ")"
    for container in (list, tuple, set, frozenset, collections.deque, dict):
        if issubclass(kind, container):
            items, parts = container.__iter__(value), dict.items(value) if container is dict else {}
            before, after = {list: "[]", tuple: "()", set: "{}", dict: "{}"}.get(kind, (before, after))
    if issubclass(kind, BaseException):
        items, parts = BaseException.args.__get__(value), {}
    if depth > FARTHEST or left[0] <= 0:
        return before + "..." + after
    texts = []
    for each in parts if issubclass(kind, dict) else parts.items() if parts else items:
        if left[0] <= 0:
            texts.append("...")
            break
        left[0] -= 1
        if issubclass(kind, dict):
            texts.append("%s: %s" % (text_of(each[0], depth, left), text_of(each[1], depth, left)))
        elif parts:
            texts.append("%s=%s" % (each[0], text_of(each[1], depth, left)))
        else:
            texts.append(text_of(each, depth, left))
    return before + ", ".join(texts) + ("," if kind is tuple and len(texts) == 1 else "") + after


def stable(text):
    """Text that can be sent and compared: without memory addresses, which are never the same twice, and without lone
    surrogates, which are no text."""
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if "at 0x" not in text:
        return text
    import re

    return re.sub(r"\bat 0x[0-9a-fA-F]+", "at 0x...", text)


MOST_CALLED = 200
MOST_VALUE = 1000


def brief(text, most=MOST_CALLED):
    """Text that is told, as much of it as anybody reads. Both ends stay: names of a kind differ in either."""
    return text if text is None or len(text) <= most else text[: most // 2] + "\u2026" + text[most // 2 + 1 - most :]


def briefly(told):
    """What is told of one step: line, verb, place, value, and the locks that were held."""
    verb, place, value, line, held = told
    return [line, brief(verb), brief(place), brief(value, MOST_VALUE), [brief(lock) for lock in held]]


def place_of(thing, attribute=None):
    """What a person calls `thing` (or its attribute): by the global name that leads to it, if one does."""
    text = called(thing)
    return text if attribute is None else "%s.%s" % (text, attribute)


def item_place(thing, key):
    return "%s[%s]" % (called(thing), show(key))


MOST_PLACES = 200  # whose insides are looked at for a thing
MOST_ELEMENTS = 50  # of each of them
FARTHEST = 3
MOST_PARTS = 40  # of which the text of a value is made: more are not read
WITHOUT_PARTS = frozenset(ATOMS) - {type}
passing_names = frozenset()  # the globals that loops give to one thing after the other


def path_to(thing):
    """The shortest way to `thing` from a global name that stays: `accounts[0].lock`; nothing if there is none, or a long one."""
    # Each value with the way to it: the one that holds it, with its own way, and as what.
    level = [(value, None, name) for name, value in program_globals.items() if name[:2] != "__" and name not in passing_names]
    seen = set()
    for distance in range(FARTHEST + 1):
        for place in level:
            if place[0] is thing:
                return path_of(place)
        further = []
        for place in level if distance < FARTHEST else ():
            value = place[0]
            if type(value) not in WITHOUT_PARTS and id(value) not in seen and len(seen) < MOST_PLACES:
                seen.add(id(value))
                further += [(held, place, key) for key, held in parts_of(value) if type(held) not in WITHOUT_PARTS]
        level = further
    return None


def parts_of(value):
    """What `value` holds: by an attribute's name, an index or a key, which are told apart by the kind of `value`."""
    kind = type(value)
    if kind is list or kind is tuple:
        return itertools.islice(enumerate(value), MOST_ELEMENTS)
    if kind is dict:
        parts = value
    elif issubclass(kind, type):
        parts = vars(value) if value.__module__ == "__main__" else {}
    else:
        parts = None if kind in (types.ModuleType, types.FunctionType) else dict_of(value)
    return itertools.islice((parts or {}).items(), MOST_ELEMENTS)


def path_of(place):
    _, holder, key = place
    if holder is None:
        return key
    path, value = path_of(holder), holder[0]
    return "%s[%s]" % (path, show(key)) if type(value) in (list, tuple, dict) else part_of(path, value, key)


def called(thing):
    if issubclass(type(thing), type):
        return thing.__qualname__
    if type(thing) is types.ModuleType:
        return thing.__name__
    path = path_to(thing)
    if path is not None:
        return path
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == program.filename and frame.f_code.co_name != "<module>":
            local = local_variables(frame)
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
    for name in passing_names:
        if program_globals.get(name, MISSING) is thing:
            return name
    for _, other in names.values():
        if issubclass(type(other), Condition) and other._lock is thing:
            return called(other)
    if issubclass(type(thing), Model) and "_rd_label" in (dict_of(thing) or {}):
        return thing._rd_label
    return type(thing).__name__.lower()


def local_variables(frame):
    """The variables of a function of the program's that is its own, as they are.

    Not those that inner functions share: CPython 3.13.0 crashes when asked for a variable of a comprehension that goes on if another
    comprehension has one of that name in a closure."""
    shared = frame.f_code.co_cellvars if sys.version_info >= (3, 13) else ()
    seen = frame.f_locals
    local = {name: seen[name] for name in list(seen) if name not in shared}
    forget_snapshot(frame, seen)
    return local


def part_of(name, value, attribute):
    """What an attribute of `value`, which goes by `name`, is called. The lock that a condition made for itself goes by the condition's
    name, and so does a function by that of what wraps it; and what a queue holds by the name that it has there."""
    is_inner = attribute == "__wrapped__" or issubclass(type(value), Condition) and attribute == "_lock"
    return name if is_inner else "%s.%s" % (name, "queue" if attribute == "_rd_items" else attribute)
