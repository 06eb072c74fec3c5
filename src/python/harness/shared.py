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


showing = False  # what a `__repr__` prints now is nobody's output


def show(value):
    """`repr` for a replay: never long, never a step, never an error."""
    global solo, showing
    before, solo = solo, True
    before_that, showing = showing, True
    try:
        text = repr(value)
    except Exception as error:
        text = "<%s>" % type(error).__name__
    finally:
        solo, showing = before, before_that
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
    """Before a tracked variable that functions share is read. Returns True."""
    if not solo:
        cell = getter.__closure__[0]
        op = read_op(name_of(cell), "cell")
        visible(op)
        cur.seen[op.touches[0][0]] = position
        if detail:
            try:
                note("read", name, show(cell.cell_contents))
            except ValueError:  # nothing is bound there: the read will say so
                note("read", name)
    return True


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


def capture(hidden):
    """What a pattern has captured under a name that nobody else knows."""
    return program_globals.pop(hidden)


def caught():
    """The exception that the caller handles."""
    return sys.exc_info()[1]


def defines(name):
    """The outermost decorator of a definition of a global name: it announces the binding that follows."""
    return functools.partial(defined, name)


def defined(name, value):
    return wr_global(value, name)


# Places: targets of assignments, loops and `with` whose storing is announced. Python evaluates a target `place(thing)[name]`
# when it would have evaluated `thing.name`.


class GlobalPlace:
    """The module's globals."""

    __slots__ = ()

    def __setitem__(self, name, value):
        program_globals[name] = wr_global(value, name)


class CellPlace:
    """A variable that functions share."""

    __slots__ = ("getter", "scope")

    def __init__(self, getter, scope):
        self.getter = getter
        self.scope = scope

    def __setitem__(self, name, value):
        self.getter.__closure__[0].cell_contents = wr_cell(value, self.getter, name, self.scope)


class AttributePlace:
    """The attributes of `thing`."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __setitem__(self, name, value):
        wr_attr(value, self.thing, name)


class ItemPlace:
    """The elements of `thing`."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __setitem__(self, key, value):
        wr_item(value, self.thing, key)


at_global = GlobalPlace()


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
    if issubclass(kind, type):
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
        inner = dict_of(thing)
        if inner is None or name not in inner:
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
        if issubclass(type(thing), type) and name not in tracked_class_attributes:
            found.add(("class attribute", name))
        if name not in tracked_attributes:
            if attribute_touches(thing, name, WRITE):
                found.add(("attribute", name))
        else:
            announce(attribute_touches, thing, name, WRITE)
            if detail and attribute_touches(thing, name, WRITE):
                note("write", place_of(thing, name), show(value))
    is_class = issubclass(type(thing), type)
    if type(value) not in ATOMS and (id(thing) in names or is_class):
        publish(value)
    if is_class:
        attribute_shapes.clear()
    elif type(thing) is types.ModuleType and id(thing) not in changed_modules:
        changed_modules[id(thing)] = (thing, dict(vars(thing)))
    setattr(thing, name, value)


def del_attr(thing, name):
    """`del thing.name`."""
    if not solo:
        if issubclass(type(thing), type) and name not in tracked_class_attributes:
            found.add(("class attribute", name))
        if name not in tracked_attributes:
            found.add(("attribute", name))
        else:
            announce(attribute_touches, thing, name, WRITE)
            if detail:
                note("delete", place_of(thing, name))
    if issubclass(type(thing), type):
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
    if type(name) is str and name in METHODS:
        try:
            return rd_method(thing, name)
        except AttributeError:
            if default:
                return default[0]
            raise
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


def old_attr(thing, name):
    """The first half of `thing.name += right`: what is needed for the other."""
    return thing, name, rd_attr(thing, name) if name in tracked_attributes else getattr(thing, name)


def new_attr(operator_name, old, right):
    """The other half."""
    thing, name, left = old
    wr_attr(augment(operator_name, left, right), thing, name)


def my_vars(*thing):
    """The scenario's `vars`."""
    if not thing:
        return names_of(sys._getframe(1))
    if len(thing) == 1 and hasattr(thing[0], "__dict__"):
        return rd_dict(thing[0], "__dict__")
    return vars(*thing)


def my_locals():
    """The scenario's `locals`."""
    return names_of(sys._getframe(1))


def my_dir(*thing):
    """The scenario's `dir`."""
    return dir(*thing) if thing else sorted(names_of(sys._getframe(1)))


def names_of(frame):
    """The names of a frame of the scenario's, without ours."""
    local = frame.f_locals
    if type(local).__name__ == "FrameLocalsProxy":  # CPython 3.13: `locals()` is a snapshot
        return {name: value for name, value in local.items() if not name.startswith("__rd_")}
    if local is program_globals or not any(name.startswith("__rd_") for name in local):
        return local
    return {name: value for name, value in local.items() if not name.startswith("__rd_")}


# Elements --------------------------------------------------------------------------------------------------------------


def item_touches(thing, key, manner, shape):
    if shape == "L":
        return list_element_touches(thing, key, manner)
    if manner == WRITE:
        return key_touches(thing, key, WRITE, ATTEMPT if raw_has(thing, key) else WRITE)
    if type(thing) is collections.defaultdict:
        if raw_has(thing, key):
            return key_touches(thing, key, ATTEMPT, ATTEMPT)
        return key_touches(thing, key, WRITE, WRITE)
    return key_touches(thing, key, READ, None)


def removal_touches(thing, key, shape):
    if shape == "L":
        return structure_touches(shape, thing, WRITE)
    if raw_has(thing, key):
        return key_touches(thing, key, WRITE, WRITE)
    return key_touches(thing, key, ATTEMPT, ATTEMPT)


def index_of(thing, key):
    """The index that `key` stands for: its own code is asked once, as the access itself would."""
    if type(key) is slice or type(thing).__module__ == "__main__":
        return key
    try:
        return operator.index(key)
    except TypeError:  # the access will say so
        return key


def rd_item(thing, key):
    """`thing[key]`."""
    if solo:
        return thing[key]
    kind = type(thing)
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-":
        return thing[key]
    if shape == "L" and type(key) is not int:
        key = index_of(thing, key)
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
            if shape == "L" and type(key) is not int:
                key = index_of(thing, key)
            announce(item_touches, thing, key, WRITE, shape)
            if detail:
                note("write", item_place(thing, key), show(value))
    thing[key] = value


def old_item(thing, key):
    """The first half of `thing[key] += right`: what is needed for the other."""
    return thing, key, rd_item(thing, key)


def new_item(operator_name, old, right):
    """The other half."""
    thing, key, left = old
    wr_item(augment(operator_name, left, right), thing, key)


def del_item(thing, key):
    """`del thing[key]`."""
    if not solo:
        kind = type(thing)
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            if shape == "L" and type(key) is not int:
                key = index_of(thing, key)
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
            answer = key in thing
            note("read", item_place(thing_read, key) if shape != "L" else place_of(thing_read), show(answer))
            return answer
    return key in thing


def rd_not_in(key, thing):
    """`key not in thing`."""
    return not rd_in(key, thing)


def rd_whole(thing):
    """Before something reads all of `thing`, if that is a container. Returns it."""
    if not solo and type(thing) not in ATOMS:
        container = container_of(thing)
        if container is not None:
            announce(whole_touches, *container)
            if detail:
                note("read", place_of(container[1]), show(container[1]))
    return thing


def container_of(thing):
    """The shape of the container that `thing` is or is a view of, and the container; or None."""
    kind = type(thing)
    if kind in VIEWS:
        thing = gc.get_referents(thing)[0]
        kind = type(thing)
    shape = kinds.get(kind) or kind_of(kind)
    return None if shape == "-" else (shape, thing)


def rd_wholes(things):
    """Before something reads all of each of `things` that is a container, in one act."""
    containers = []
    for thing in things:
        if type(thing) not in ATOMS:
            container = container_of(thing)
            if container is not None and all(container[1] is not other for _, other in containers):
                containers.append(container)
    if containers:
        announce(touches_of_all, containers)
        if detail:
            note("read", ", ".join(place_of(thing) for _, thing in containers),
                 ", ".join(show(thing) for _, thing in containers))  # fmt: skip


def touches_of_all(containers):
    if len(containers) == 1:
        return whole_touches(*containers[0])
    return tuple(dict.fromkeys(touch for container in containers for touch in whole_touches(*container)))


def both(function):
    """An operator that reads all of its operands, once it has them both."""

    def operate(left, right):
        if not solo and not (type(left) in ATOMS and type(right) in ATOMS):
            rd_wholes((left, right))
        return function(left, right)

    return operate


ON_BOTH = {
    "__rd_%s__" % name: both(function) for name, function in {
        "Add": operator.add, "Sub": operator.sub, "BitOr": operator.or_, "BitAnd": operator.and_, "BitXor": operator.xor,
        "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge,
    }.items()
}  # fmt: skip


def rd_truth(thing):
    """Before the truth of `thing` is asked, which for a container is its length. Returns it."""
    if not solo:
        kind = type(thing)
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            announce(structure_touches, shape, thing, READ)
            if detail:
                note("read", "len(%s)" % place_of(thing), show(raw_len(thing)))
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
        cur.acts += 1  # an iterator of any kind may go on, and a loop that does that is not polling
        return thing
    if shape != "L" or issubclass(kind, collections.deque):
        measured(thing, shape)
    return Turns(thing, shape, iter(thing), False)


def measured(thing, shape):
    """Making an iterator of a dict, set or deque notes its size: the first turn fails if that has changed since."""
    if not solo:
        announce(structure_touches, shape, thing, READ)
        if detail:
            note("read", "len(%s)" % place_of(thing), show(raw_len(thing)))


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


class Method(functools.partial):
    """A method of a container, announced when it is called."""

    @property
    def __name__(self):
        return self.args[1]

    @property
    def __self__(self):
        return self.args[0]

    @property
    def __doc__(self):
        return self.args[3].__doc__

    def __repr__(self):
        return repr(self.args[3])

    def __eq__(self, other):
        return self.args[3] == (other.args[3] if type(other) is Method else other)

    def __hash__(self):
        return hash(self.args[3])


Method.__name__ = "builtin_function_or_method"  # which messages say


def rd_method(thing, name):
    """`thing.name` where the name is that of a container's method."""
    kind = type(thing)
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-":
        if kind is str and name == "join":
            return functools.partial(join_text, thing)
        if kind is super:
            return method_of_super(getattr(thing, name), name)
        if name in tracked_attributes:
            return rd_attr(thing, name)
        return getattr(thing, name)
    method = getattr(thing, name)
    if not isinstance(method, (types.BuiltinMethodType, types.MethodType)) or (
        isinstance(method, types.MethodType) and method.__func__.__module__ == "__main__"
    ):
        return method
    return Method(call_method, thing, name, shape, method)


def method_of_super(method, name):
    """`super().name`: a method of Python's own container that the scenario's class inherits from, or any other."""
    if isinstance(method, types.BuiltinMethodType):
        thing = method.__self__
        shape = kinds.get(type(thing)) or kind_of(type(thing))
        if shape != "-":
            return Method(call_method, thing, name, shape, method)
    return method


def join_text(text, parts):
    return text.join(rd_whole(parts))


def method_touches(thing, name, shape, key):
    if name in STRUCTURE[shape] or key is MISSING:
        return structure_touches(shape, thing, WRITE)
    if name == "get":
        return key_touches(thing, key, READ, None)
    if name in ("setdefault", "add"):
        changes = not raw_has(thing, key)
    else:  # pop, discard, remove
        changes = raw_has(thing, key)
    return key_touches(thing, key, WRITE if changes else ATTEMPT, WRITE if changes else ATTEMPT)


def call_method(thing, name, shape, method, /, *arguments, **keywords):
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
         functools.partial, functools.wraps, sys._getframe}  # fmt: skip
# By what they are, not by what they are equal to: a scenario's object may say that with a side effect.
LENGTH_IDS, LAZY_IDS, BLIND_IDS = (frozenset(map(id, each)) for each in (LENGTH, LAZY, BLIND))
DIRECT = frozenset((types.FunctionType, types.MethodType, functools.partial, Method))
REPLACED = frozenset("print getattr hasattr setattr delattr vars locals dir next".split())
BUILTIN_NAMES = frozenset(vars(builtins)) - REPLACED
BLIND_BUILTINS = REPLACED | {each.__name__ for each in BLIND if vars(builtins).get(each.__name__) is each}


def my_next(*iterator):
    """The scenario's `next`: the iterator goes on, so a loop that does that is not polling."""
    cur.acts += 1
    return next(*iterator)


def is_direct(function):
    """Whether a call of `function` needs no announcement: it is the scenario's own, a model, or looks at nothing."""
    kind = type(function)
    if kind in DIRECT or id(function) in BLIND_IDS:
        return True
    if issubclass(kind, type):
        # Python's own metaclasses (of enums, of abstract classes) look at who calls them.
        return kind is not type or function.__module__ in ("__main__", "typing") or function in MODEL_CLASSES
    return kind.__module__ == "__main__"


class Announced(functools.partial):
    """A call of code that is not the scenario's. In messages it goes by the name of what it calls."""

    __module__ = property(lambda self: self.args[0].__module__)

    def __getattr__(self, name):
        return getattr(self.args[0], name)


def callee(function):
    """What to call instead of `function` so that the containers it is given are read by an announced act."""
    if is_direct(function):
        return function
    if type(getattr(function, "__self__", None)) is types.GeneratorType:
        cur.acts += 1  # as in `my_next`
    return Announced(rd_call, function)


def rd_call(function, /, *arguments, **keywords):
    """Calls `function`. Code that is not the scenario's own reads the containers it is given."""
    if is_direct(function):
        return function(*arguments, **keywords)
    if id(function) in LAZY_IDS:
        return function(*[rd_turns(argument) for argument in arguments], **keywords)
    if not solo:
        if id(function) in LENGTH_IDS:
            for argument in arguments:
                rd_truth(argument)
        else:
            rd_wholes(arguments + tuple(keywords.values()) if keywords else arguments)
    return function(*arguments, **keywords)


AUGMENT = {
    "Add": operator.iadd, "Sub": operator.isub, "Mult": operator.imul, "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv, "Mod": operator.imod, "Pow": operator.ipow, "MatMult": operator.imatmul,
    "LShift": operator.ilshift, "RShift": operator.irshift, "BitOr": operator.ior, "BitXor": operator.ixor,
    "BitAnd": operator.iand,
}  # fmt: skip


def extension_touches(shape, left, right):
    touches = structure_touches(shape, left, WRITE)
    container = None if type(right) in ATOMS or right is left else container_of(right)
    return touches if container is None else touches + whole_touches(*container)


def augment(name, left, right):
    """`left += right` and its kin; in place for containers."""
    if not solo:
        kind = type(left)
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            announce(extension_touches, shape, left, right)
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
                    return "%s.%s" % (name, attribute)
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
                            return "%s.%s" % (name, attribute)
        frame = frame.f_back
    label = getattr(thing, "_label", None)
    if isinstance(label, str):
        return label
    return type(thing).__name__.lower()
