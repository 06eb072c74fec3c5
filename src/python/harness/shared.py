# Accesses to what threads can share: the functions that rewritten scenarios call. Each announces, then does the access
# within the same step. Part of the harness; see core.py.

MISSING = object()
GLOBALS = -1  # the name of the module's namespace
tracked_globals = frozenset()
tracked_attributes = frozenset()
tracked_class_attributes = frozenset()  # those that threads set on classes, where instances find them
tracked_cells = frozenset()
program_globals = {}
attribute_shapes = {}
VIEWS = (type({}.keys()), type({}.values()), type({}.items()), type(collections.OrderedDict().values()),
         type(collections.OrderedDict().items()), type(collections.OrderedDict().keys()))  # fmt: skip


def announce(make, *arguments):
    """Announces what `make(*arguments)` touches."""
    touches = make(*arguments)
    if not touches:
        return
    visible(ops_by_key.get((touches, 0)) or op_of(touches), None, (make, arguments))
    op = ops[trace[-2]]
    if not op.writes:
        seen = cur.seen
        for place, _ in op.touches:
            seen[place] = position


def show(value):
    """`repr` for a replay: never long, never a step, never an error."""
    global solo
    before = solo
    solo = True
    try:
        text = repr(value)
    except Exception as error:
        text = "<%s>" % type(error).__name__
    finally:
        solo = before
    text = stable(text)
    return text if len(text) <= 200 else text[:197] + "..."


ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")


def stable(text):
    """Text that can be sent and compared: without memory addresses, which are never the same twice, and without lone
    surrogates, which are no text."""
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return ADDRESS.sub("at 0x...", text) if "at 0x" in text else text


# Names -----------------------------------------------------------------------------------------------------------------


def rd_global(name):
    """Before a tracked global name is read. Returns True."""
    if not solo:
        op = reads.get((GLOBALS, name)) or read_op(GLOBALS, name)
        visible(op)
        cur.seen[op.touches[0][0]] = position
        if detail:
            note("read", name, show(program_globals[name]) if name in program_globals else None)
    return True


def wr_global(value, name):
    """Before a global name is bound to `value`, which is returned."""
    if type(value) not in ATOMS:
        publish(value)
    if not solo:
        if name not in tracked_globals:
            found.add(("global", name))
        else:
            visible(writes.get((GLOBALS, name)) or write_op(GLOBALS, name))
            if detail:
                note("write", name, show(value))
    return value


def rd_cell(getter, name):
    """Reads a tracked variable of an enclosing function."""
    if not solo:
        cell = getter.__closure__[0]
        op = read_op(name_of(cell), "cell")
        visible(op)
        cur.seen[op.touches[0][0]] = position
        if detail:
            note("read", name, show(cell.cell_contents))
    return getter()


def wr_cell(value, getter, name, scope):
    """Before a variable that inner functions share is bound to `value`, which is returned."""
    if type(value) not in ATOMS:
        publish(value)
    if not solo:
        if (scope, name) not in tracked_cells:
            found.add(("cell", scope, name))
        else:
            visible(write_op(name_of(getter.__closure__[0]), "cell"))
            if detail:
                note("write", name, show(value))
    return value


def born(value):
    """Names a mutable default or class attribute where it is made."""
    if type(value) not in ATOMS:
        publish(value)
    return value


# Attributes ------------------------------------------------------------------------------------------------------------

changed_modules = {}  # the modules whose attributes the execution has set, as they were


def attribute_shape(kind, name):
    """Where `name` of an instance of `kind` lives: 'own', 'code', or the class that holds a plain value."""
    for owner in kind.__mro__:
        held = owner.__dict__.get(name, MISSING)
        if held is not MISSING:
            if isinstance(held, types.MemberDescriptorType):
                return "own"
            if hasattr(type(held), "__get__"):
                return "code"
            return owner
    return "own"


def class_name(kind):
    return "class %s" % kind.__qualname__


def attribute_touches(thing, name, manner):
    """What reading or writing an attribute touches; nothing where it runs code instead."""
    kind = type(thing)
    if isinstance(thing, type):
        own = (digest((class_name(thing), name)), manner)
        if manner == WRITE:
            return (own,)
        touches = [own]
        for owner in thing.__mro__[1:]:
            if owner.__module__ == "__main__":
                touches.append((digest((class_name(owner), name)), READ))
        return tuple(touches)
    if kind is types.ModuleType:
        return ((digest(("module " + thing.__name__, name)), manner),)
    shape = attribute_shapes.get((kind, name))
    if shape is None:
        if issubclass(kind, Local):
            shape = "code"
        else:
            shape = attribute_shape(kind, name)
        attribute_shapes[kind, name] = shape
    if shape == "code":
        inner = getattr(thing, "__dict__", None)
        if type(inner) is not dict or name not in inner:
            return ()
    own = (digest((name_of(thing), name)), manner)
    if manner == WRITE or name not in tracked_class_attributes:
        return (own,)
    # Whichever class has it, or comes to have it.
    owners = [owner for owner in kind.__mro__ if owner.__module__ == "__main__"]
    return (own,) + tuple((digest((class_name(owner), name)), READ) for owner in owners)


def rd_attr(thing, name):
    """`thing.name`, tracked."""
    if solo:
        return getattr(thing, name)
    announce(attribute_touches, thing, name, READ)
    value = getattr(thing, name)
    if detail:
        if attribute_touches(thing, name, READ):
            note("read", place_of(thing, name), show(value))
    return value


def wr_attr(value, thing, name):
    """`thing.name = value`."""
    if not solo:
        if isinstance(thing, type) and name not in tracked_class_attributes:
            found.add(("class attribute", name))
        if name not in tracked_attributes:
            if attribute_touches(thing, name, WRITE):
                found.add(("attribute", name))
        else:
            announce(attribute_touches, thing, name, WRITE)
            if detail and attribute_touches(thing, name, WRITE):
                note("write", place_of(thing, name), show(value))
    if type(value) not in ATOMS and (id(thing) in names or isinstance(thing, type)):
        publish(value)
    if isinstance(thing, type):
        attribute_shapes.clear()
    elif type(thing) is types.ModuleType and id(thing) not in changed_modules:
        changed_modules[id(thing)] = (thing, dict(vars(thing)))
    setattr(thing, name, value)


def del_attr(thing, name):
    """`del thing.name`."""
    if not solo:
        if isinstance(thing, type) and name not in tracked_class_attributes:
            found.add(("class attribute", name))
        if name not in tracked_attributes:
            found.add(("attribute", name))
        else:
            announce(attribute_touches, thing, name, WRITE)
            if detail:
                note("delete", place_of(thing, name))
    if isinstance(thing, type):
        attribute_shapes.clear()
    if type(thing) is types.ModuleType and id(thing) not in changed_modules:
        changed_modules[id(thing)] = (thing, dict(vars(thing)))
    delattr(thing, name)


def my_getattr(thing, name, *default):
    """The scenario's `getattr`."""
    if not solo and name in tracked_attributes:
        announce(attribute_touches, thing, name, READ)
        if detail:
            note("read", place_of(thing, name))
    if name in METHODS:
        return rd_method(thing, name) if not default or hasattr(thing, name) else default[0]
    return getattr(thing, name, *default)


def my_hasattr(thing, name):
    """The scenario's `hasattr`."""
    if not solo and name in tracked_attributes:
        announce(attribute_touches, thing, name, READ)
        if detail:
            note("read", place_of(thing, name))
    return hasattr(thing, name)


def my_setattr(thing, name, value):
    """The scenario's `setattr`."""
    wr_attr(value, thing, name)


def rd_dict(thing, name):
    """`thing.__dict__`: the same locations as the attributes."""
    inner = getattr(thing, name)
    if type(inner) is dict and type(thing) is not types.ModuleType:
        names[id(inner)] = (name_of(thing), inner)
    return inner


def my_vars(*thing):
    """The scenario's `vars`."""
    if not thing:
        raise Unsupported("vars() without an argument")
    return rd_dict(thing[0], "__dict__")


# Elements --------------------------------------------------------------------------------------------------------------


def item_touches(thing, key, manner, shape):
    if shape == "L":
        return list_element_touches(thing, key, manner)
    if manner == WRITE:
        return key_touches(thing, key, WRITE, WRITE if key not in thing else ATTEMPT)
    if type(thing) is collections.defaultdict:
        if key not in thing:
            return key_touches(thing, key, WRITE, WRITE)
        return key_touches(thing, key, ATTEMPT, ATTEMPT)
    return key_touches(thing, key, READ, None)


def removal_touches(thing, key, shape):
    if shape == "L":
        return structure_touches(shape, thing, WRITE)
    if key in thing:
        return key_touches(thing, key, WRITE, WRITE)
    return key_touches(thing, key, ATTEMPT, ATTEMPT)


def rd_item(thing, key):
    """`thing[key]`."""
    if solo:
        return thing[key]
    kind = type(thing)
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-":
        return thing[key]
    announce(item_touches, thing, key, READ, shape)
    value = thing[key]
    if type(value) not in ATOMS and id(thing) in names:
        publish(value)  # a default that was just made: here it is still known who made it
    if detail:
        note("read", item_place(thing, key), show(value))
    return value


def wr_item(value, thing, key):
    """`thing[key] = value`."""
    kind = type(thing)
    shape = kinds.get(kind) or kind_of(kind)
    if shape != "-":
        if type(value) not in ATOMS and id(thing) in names:
            publish(value)
        if not solo:
            announce(item_touches, thing, key, WRITE, shape)
            if detail:
                note("write", item_place(thing, key), show(value))
    thing[key] = value


def del_item(thing, key):
    """`del thing[key]`."""
    if not solo:
        kind = type(thing)
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            announce(removal_touches, thing, key, shape)
            if detail:
                note("delete", item_place(thing, key))
    del thing[key]


def rd_in(key, thing):
    """`key in thing`."""
    if not solo:
        thing_read = thing
        if type(thing) in VIEWS:
            thing_read = gc.get_referents(thing)[0]
        kind = type(thing_read)
        shape = kinds.get(kind) or kind_of(kind)
        if shape == "L":
            announce(whole_touches, shape, thing_read)
        elif shape != "-":
            announce(key_touches, thing_read, key, READ, None)
        if detail and shape != "-":
            note("read", item_place(thing_read, key) if shape != "L" else place_of(thing_read), show(key in thing))
    return key in thing


def rd_not_in(key, thing):
    """`key not in thing`."""
    return not rd_in(key, thing)


def rd_whole(thing):
    """Before something reads all of `thing`, if that is a container. Returns it."""
    if not solo:
        kind = type(thing)
        if kind in VIEWS:
            thing_read = gc.get_referents(thing)[0]
            kind = type(thing_read)
        else:
            thing_read = thing
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            announce(whole_touches, shape, thing_read)
            if detail:
                note("read", place_of(thing_read), show(thing_read))
    return thing


def rd_truth(thing):
    """Before the truth of `thing` is asked, which for a container is its length. Returns it."""
    if not solo:
        kind = type(thing)
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            announce(structure_touches, shape, thing, READ)
            if detail:
                note("read", "len(%s)" % place_of(thing), show(len(thing)))
    return thing


class Turns:
    """Iterates over a container, a read a turn."""

    __slots__ = ("thing", "inner", "keys", "index", "shape", "values")

    def __init__(self, thing, shape, inner, values):
        self.thing = thing
        self.shape = shape
        self.inner = inner
        self.values = values
        self.keys = iter(thing) if values else None
        self.index = 0

    def __iter__(self):
        return self

    def __length_hint__(self):
        return operator.length_hint(self.inner)

    def __next__(self):
        if not solo:
            announce(self.touches)
            if detail:
                note("read", place_of(self.thing), None)
        self.index += 1
        if self.keys is not None:
            next(self.keys, None)
        return next(self.inner)

    def touches(self):
        name = name_of(self.thing)
        structure = (digest((name, "*")), READ)
        if self.shape == "L":
            return ((digest((name, self.index)), READ), structure)
        if self.values:
            return whole_touches(self.shape, self.thing)
        return (structure,)


def rd_turns(thing):
    """What a loop over `thing` iterates over."""
    kind = type(thing)
    if kind in ATOMS or kind is Turns:
        return thing
    if kind in VIEWS:
        inner = gc.get_referents(thing)[0]
        if isinstance(inner, dict):
            measured(inner, "D")
            return Turns(inner, "D", iter(thing), not isinstance(thing, collections.abc.KeysView))
        return thing
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-" or "__iter__" in kind.__dict__ and kind.__module__ == "__main__":
        return thing
    if shape != "L" or issubclass(kind, collections.deque):
        measured(thing, shape)
    return Turns(thing, shape, iter(thing), False)


def measured(thing, shape):
    """Making an iterator of a dict, set or deque notes its size: the first turn fails if that has changed since."""
    if not solo:
        announce(structure_touches, shape, thing, READ)
        if detail:
            note("read", "len(%s)" % place_of(thing), show(len(thing)))


# Methods of containers -------------------------------------------------------------------------------------------------

STORES = frozenset("append appendleft insert extend extendleft add update setdefault".split())
STRUCTURE = {
    "L": frozenset("append appendleft extend extendleft insert remove pop popleft clear sort reverse rotate".split()),
    "D": frozenset("popitem clear update subtract move_to_end".split()),
    "S": frozenset(
        "pop clear update intersection_update difference_update symmetric_difference_update".split()
    ),
}
WHOLE = {
    "L": frozenset("index count copy".split()),
    "D": frozenset("copy most_common elements total".split()),
    "S": frozenset(
        "copy union intersection difference symmetric_difference issubset issuperset isdisjoint".split()
    ),
}
ELEMENT = frozenset("get setdefault pop add discard remove".split())
METHODS = frozenset().union(*STRUCTURE.values(), *WHOLE.values(), ELEMENT, ("join",))


def rd_method(thing, name):
    """`thing.name` where the name is that of a container's method."""
    kind = type(thing)
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-":
        if kind is str and name == "join":
            return functools.partial(join_text, thing)
        if name in tracked_attributes:
            return rd_attr(thing, name)
        return getattr(thing, name)
    method = getattr(thing, name)
    if not isinstance(method, (types.BuiltinMethodType, types.MethodType)) or (
        isinstance(method, types.MethodType) and method.__func__.__module__ == "__main__"
    ):
        return method
    return functools.partial(call_method, thing, name, shape, method)


def join_text(text, parts):
    return text.join(rd_whole(parts))


def method_touches(thing, name, shape, key):
    if name in STRUCTURE[shape] or key is MISSING:
        return structure_touches(shape, thing, WRITE)
    if name == "get":
        return key_touches(thing, key, READ, None)
    if name in ("setdefault", "add"):
        changes = key not in thing
    else:  # pop, discard, remove
        changes = key in thing
    return key_touches(thing, key, WRITE if changes else ATTEMPT, WRITE if changes else ATTEMPT)


def call_method(thing, name, shape, method, *arguments, **keywords):
    """Calls a container's method: one step, whatever it does."""
    if not solo and (name in STRUCTURE[shape] or name in WHOLE[shape] or name in ELEMENT):
        for argument in arguments:
            if name not in ELEMENT and name not in ("append", "appendleft", "insert") and type(argument) not in ATOMS:
                rd_whole(argument)
        key = arguments[0] if arguments and name in ELEMENT else MISSING
        if name in WHOLE[shape]:
            announce(whole_touches, shape, thing)
        else:
            announce(method_touches, thing, name, shape, key)
    if name in STORES and id(thing) in names:
        for argument in arguments:
            if type(argument) not in ATOMS:
                publish(argument)
    if detail and not solo:
        note(name, place_of(thing), ", ".join(map(show, arguments)) or None)
        value = method(*arguments, **keywords)
        if value is not None and details:
            details[-1][2] = ("%s -> %s" % (details[-1][2], show(value))) if details[-1][2] else show(value)
        return value
    return method(*arguments, **keywords)


# Calls and operators ---------------------------------------------------------------------------------------------------

MODEL_CLASSES = set()
LENGTH = {len, bool}
LAZY = {enumerate, zip, map, filter, iter}
BLIND = {isinstance, id, type, callable, super, hash, issubclass, getattr, setattr, hasattr, weakref.ref, staticmethod,
         classmethod, property, range, int, float, ord, chr, abs, round, divmod, pow, object, next, slice,
         functools.partial, functools.wraps}  # fmt: skip


def rd_call(function, *arguments, **keywords):
    """Calls `function`. Code that is not the scenario's own reads the containers it is given."""
    kind = type(function)
    if kind is types.FunctionType or kind is types.MethodType or kind is functools.partial:
        return function(*arguments, **keywords)
    if isinstance(function, type) and (function.__module__ == "__main__" or function in MODEL_CLASSES):
        return function(*arguments, **keywords)
    try:
        if function in BLIND:
            return function(*arguments, **keywords)
        lazy = function in LAZY
    except TypeError:
        return function(*arguments, **keywords)
    if lazy:
        return function(*[rd_turns(argument) for argument in arguments], **keywords)
    if not solo:
        measures = function in LENGTH
        for argument in arguments:
            if type(argument) not in ATOMS:
                if measures:
                    rd_truth(argument)
                else:
                    rd_whole(argument)
        for argument in keywords.values():
            if type(argument) not in ATOMS:
                rd_whole(argument)
    return function(*arguments, **keywords)


AUGMENT = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv, "Mod": operator.imod, "Pow": operator.ipow, "MatMult": operator.imatmul,
    "LShift": operator.ilshift, "RShift": operator.irshift, "BitOr": operator.ior, "BitXor": operator.ixor,
    "BitAnd": operator.iand,
}  # fmt: skip


def augment(name, left, right):
    """`left += right` and its kin; in place for containers."""
    if not solo:
        kind = type(left)
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            rd_whole(right)
            announce(structure_touches, shape, left, WRITE)
            if detail:
                note("extend", place_of(left), show(right))
    if id(left) in names and type(right) not in ATOMS:
        publish(right)
    return AUGMENT[name](left, right)


# How places are called in a replay -------------------------------------------------------------------------------------


def place_of(thing, attribute=None):
    """What a person calls `thing` (or its attribute): by the global name that leads to it, if one does."""
    text = called(thing)
    return text if attribute is None else "%s.%s" % (text, attribute)


def item_place(thing, key):
    return "%s[%s]" % (called(thing), show(key))


def called(thing):
    if isinstance(thing, type):
        return thing.__qualname__
    if isinstance(thing, types.ModuleType):
        return thing.__name__
    for name, value in program_globals.items():
        if value is thing and not name.startswith("__"):
            return name
    for name, value in program_globals.items():
        if name.startswith("__"):
            continue
        inner = getattr(value, "__dict__", None)
        if type(inner) is dict and not isinstance(value, (types.ModuleType, types.FunctionType)):
            for attribute, held in inner.items():
                if held is thing:
                    return "%s.%s" % (name, attribute)
        elif isinstance(value, type) and value.__module__ == "__main__":
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
            for name, value in list(frame.f_locals.items()):
                if value is thing and not name.startswith("__rd"):
                    return name
            for name, value in list(frame.f_locals.items()):
                inner = getattr(value, "__dict__", None)
                if type(inner) is dict and not isinstance(value, (types.ModuleType, types.FunctionType)):
                    for attribute, held in inner.items():
                        if held is thing:
                            return "%s.%s" % (name, attribute)
        frame = frame.f_back
    label = getattr(thing, "_label", None)
    if isinstance(label, str):
        return label
    return type(thing).__name__.lower()
