# Accesses to containers that threads can share: elements, loops, methods, operators, and calls that are given a container. Part
# of the harness; see core.py.

VIEWS = (type({}.keys()), type({}.values()), type({}.items()), type(collections.OrderedDict().values()),
         type(collections.OrderedDict().items()), type(collections.OrderedDict().keys()))  # fmt: skip

# Kinds -----------------------------------------------------------------------------------------------------------------

CONTAINERS = (list, collections.deque, bytearray, dict, set)


def container_class(thing):
    """Python's own class of container that `thing` is of: what a scenario's subclass overrides may print, and is not asked."""
    return next(kind for kind in CONTAINERS if issubclass(type(thing), kind))


def raw_len(thing):
    return len(thing) if type(thing) in CONTAINERS else container_class(thing).__len__(thing)


def raw_iter(thing):
    return iter(thing) if type(thing) in CONTAINERS else container_class(thing).__iter__(thing)


def raw_has(thing, key):
    if type(key) not in SIMPLE_KEYS:
        return atomically(container_class(thing).__contains__, thing, key)
    return key in thing if type(thing) in CONTAINERS else container_class(thing).__contains__(thing, key)


# Locations --------------------------------------------------------------------------------------------------------------

SIMPLE_KEYS = {int, str, bytes, bool, type(None), float}


def key_of(key):
    """A key of a dict or a member of a set as part of a location. Equal keys give the same. What their own code does for that is no
    step: the access that follows calls it again."""
    kind = type(key)
    if kind in SIMPLE_KEYS:
        return key
    try:
        if kind.__hash__ is object.__hash__ or kind.__hash__ is stable_hash:
            return ("object", name_of(key))
        return ("hash", atomically(hash, key))
    except TypeError:
        return ("unhashable",)


SMALL = 64


# A container has a location for each element, and three for the whole: '*' is its structure (which elements there are, in
# what order), 'all' is written by what concerns every element at once, and 'any' is there for acts whose elements depend
# on the structure: they might touch others in another order of steps, so they attempt what every write of an element reads.


def list_element_touches(thing, key, manner):
    """What reading or writing one element of something list-like touches."""
    name = name_of(thing)
    structure = digest((name, "*"))
    if isinstance(key, slice):
        return ((structure, WRITE),) if manner == WRITE else whole_touches("L", thing)
    try:
        index = operator.index(key)
    except TypeError:
        return ((structure, READ),)
    moves = index < 0
    if moves:
        index += raw_len(thing)
    element = (digest((name, index)), manner)
    if manner == WRITE:
        # A write at a place that moves may be a write anywhere.
        return (element, (structure, READ), (digest((name, "any")), ATTEMPT if moves else READ))
    if moves:
        return (element, (structure, READ), (digest((name, "any")), ATTEMPT))
    return (element, (structure, READ))


def key_touches(thing, key, manner, structure):
    """What an act on one key of a dict or one member of a set touches: the element, and the structure or not."""
    name = name_of(thing)
    touches = ((digest((name, key_of(key))), manner), (digest((name, "all")), READ))
    if structure is None:
        return touches
    return touches + ((digest((name, "*")), structure), (digest((name, "any")), READ))


def whole_touches(shape, thing):
    """What reading all of a container touches."""
    if shape == "A":
        return field_touches(thing)
    if shape == "O":
        return state_touches(thing, manner_of_use(thing, "__next__"))
    name = name_of(thing)
    touches = [(digest((name, "*")), READ)]
    if shape != "L":
        touches.append((digest((name, "all")), READ))
        if id(thing) in namespaces:
            touches += names_touches(thing)
    size = raw_len(thing)
    if size > SMALL:
        touches.append((digest((name, "any")), WRITE))
        return tuple(touches)
    touches.append((digest((name, "any")), ATTEMPT))
    if shape == "L":
        touches += [(digest((name, index)), READ) for index in range(size)]
    else:
        touches += [(digest((name, key_of(key))), READ) for key in raw_iter(thing)]
    return tuple(touches)


def structure_touches(shape, thing, manner):
    """What changing all of a container, or measuring it, touches."""
    name = name_of(thing)
    if shape != "L":
        if manner == WRITE:
            return ((digest((name, "*")), WRITE), (digest((name, "all")), WRITE))
        if id(thing) in namespaces:
            return ((digest((name, "*")), READ), *names_touches(thing))
    return ((digest((name, "*")), manner),)


def names_touches(thing):
    """What looking which elements a dict has touches, if they are also something else: who binds a name or sets an attribute does
    not know that it is an element too."""
    name = name_of(thing)
    tracked = tracked_globals if namespaces[id(thing)] == "global" else tracked_attributes
    return tuple((digest((name, each)), READ) for each in sorted(tracked))


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


def slice_touches(thing, key, value):
    """What `thing[key] = value` touches if the key is a slice: the value is read whole."""
    return with_others(item_touches(thing, key, WRITE, "L"), thing, (value,))


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
        use(thing, "__getitem__")
        return thing[key]
    if shape == "L" and type(key) is not int:
        key = index_of(thing, key)
    touches = announce(item_touches, thing, key, READ, shape)
    value = thing[key] if kind is dict or kind is list else in_the_middle(touches, operator.getitem, (thing, key), {})
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
            if shape == "D" and id(thing) in namespaces:
                wrote_in_namespace(thing, (key,))
            if type(key) is slice and type(value) not in ATOMS:
                announce(slice_touches, thing, key, value)
            else:
                if shape == "L" and type(key) is not int:
                    key = index_of(thing, key)
                announce(item_touches, thing, key, WRITE, shape)
            if detail:
                note("write", item_place(thing, key), show(value))
    elif opaque_kinds.get(kind):
        publish(value)
        use(thing, "__setitem__")
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
            if shape == "D" and id(thing) in namespaces:
                wrote_in_namespace(thing, (key,))
            announce(removal_touches, thing, key, shape)
            if detail:
                note("delete", item_place(thing, key))
        else:
            use(thing, "__delitem__")
    del thing[key]


def rd_in(key, thing):
    """`key in thing`."""
    if not solo:
        thing_read = thing
        by_key = True
        if type(thing) in VIEWS:
            thing_read = gc.get_referents(thing)[0]
            by_key = isinstance(thing, _collections_abc.KeysView)
        kind = type(thing_read)
        shape = kinds.get(kind) or kind_of(kind)
        if shape == "D" and not by_key:
            rd_all_deep((key, thing_read))
            return key in thing
        if shape == "L" and type(key) in ATOMS:
            announce(whole_touches, shape, thing_read)
        elif shape == "L" or type(thing) is tuple:
            rd_all_deep((key, thing_read))
            return key in thing
        elif shape != "-":
            announce(key_touches, thing_read, key, READ, None)
        else:
            use(thing, "__contains__")
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
    if shape == "-":
        if kind in REVERSED and id(thing) not in names:
            return walked_backwards(thing)
        return ("O", thing) if is_shared_opaque(thing) else None
    return (shape, thing)


REVERSED = frozenset(type(reversed(each)) for each in ([], collections.deque(), {}, {}.values(), {}.items()))


def walked_backwards(iterator):
    """The container that `iterator` goes through from its end, as `container_of` has it; nothing if it has come to the end."""
    return next((container for container in map(container_of, gc.get_referents(iterator)) if container is not None), None)


def containers_among(things):
    """Those of `things` that are containers, or views of them, each once."""
    containers = []
    for thing in things:
        if type(thing) not in ATOMS:
            container = container_of(thing)
            if container is not None and all(container[1] is not other for _, other in containers):
                containers.append(container)
    return containers


def rd_wholes(things):
    """Before something reads all of each of `things` that is a container, in one act."""
    containers = containers_among(things)
    if not containers:
        return ()
    touches = announce(touches_of_all, containers)
    tell_read(containers)
    return touches


def tell_read(containers):
    if detail:
        note("read", ", ".join(place_of(thing) for _, thing in containers),
             ", ".join(show(thing) for _, thing in containers))  # fmt: skip


def touches_of_all(containers):
    if len(containers) == 1:
        return whole_touches(*containers[0])
    return tuple(dict.fromkeys(touch for container in containers for touch in whole_touches(*container)))


# Reading what is within: the text of a list is also that of the lists in it. Which containers those are depends on the outer
# one, and may be others in another order of steps. So such an act attempts what every change of a container reads, once a
# scenario was seen to do such a thing.

NESTED = ("containers", "nested")
nested_place = digest(NESTED)


def rd_deep(thing):
    """Before something reads all of `thing` and of the containers within, if it is one or a tuple. Returns it."""
    if not solo and type(thing) not in ATOMS:
        rd_all_deep((thing,))
    return thing


def rd_all_deep(things, objects=False):
    """Before something reads all of each of `things`, and of the containers within, in one act; `objects`: and the attributes
    of all objects, not only of those whose text and comparison are made of them."""
    inside, _ = within(things, objects)
    if not inside:
        return ()
    touches = announce(deep_touches, things, objects)
    tell_read(containers_among(things) or inside)
    return touches


def rd_subject(subject, objects, *places):
    """Before a `match` looks at `subject`, all at once, and at the places that patterns name: functions that return an object,
    each with the name of an attribute."""
    if not solo:
        if type(subject) not in ATOMS:
            rd_all_deep((subject,), objects)
        for thing, name in zip(places[::2], places[1::2]):
            try:
                announce(attribute_touches, thing(), name, READ)
            except Exception as error:  # Python may never come to that pattern
                sound(error)
    return subject


def within(things, objects):
    """The containers (and objects, as containers of shape A) that can be reached from `things` through containers and tuples,
    each once, and whether some are reached through others."""
    inside = []
    nested = False
    seen = set()
    todo = [(thing, False) for thing in things]
    for thing, is_inner in todo:  # which grows
        kind = type(thing)
        if kind in ATOMS:
            continue
        if issubclass(kind, tuple):
            todo += [(each, is_inner) for each in tuple.__iter__(thing)]
            continue
        container = container_of(thing)
        if container is None and (kind.__module__ == "__main__" and objects or has_fields(kind)):
            container = ("A", thing)
        if container is None or id(container[1]) in seen:
            continue
        seen.add(id(container[1]))
        inside.append(container)
        nested = nested or is_inner
        shape, thing = container
        if shape == "L" and type(thing) is not bytearray:
            todo += [(each, True) for each in raw_iter(thing)]
        elif shape == "D":
            todo += [(each, True) for each in dict.values(thing)]
        elif shape == "A":
            todo += [(each, True) for each in (dict_of(thing) or {}).values()]
    return inside, nested


def has_fields(kind):
    """Whether the text of instances, or what they are equal to, is made of their attributes by code that nobody rewrites."""
    return "__dataclass_fields__" in kind.__dict__ or issubclass(kind, types.SimpleNamespace)


def field_touches(thing):
    """What reading all attributes of an object touches."""
    touches = ()
    for name in sorted(tracked_attributes):
        touches += attribute_touches(thing, name, READ)
    return touches


def deep_touches(things, objects):
    inside, nested = within(things, objects)
    touches = touches_of_all(inside)
    if nested:
        if NESTED in program.tracked:
            touches += ((nested_place, ATTEMPT),)
        else:
            found.add(NESTED)
    return touches


def both(function, read=rd_wholes):
    """An operator that reads all of its operands, once it has them both."""

    def operate(left, right):
        if not solo and not (type(left) in ATOMS and type(right) in ATOMS):
            read((left, right))
        return function(left, right)

    return operate


COMPARISONS = frozenset("Eq NotEq Lt LtE Gt GtE".split())
ON_BOTH = {
    "__rd_%s__" % name: both(function, rd_all_deep if name in COMPARISONS else rd_wholes) for name, function in {
        "Add": operator.add, "Sub": operator.sub, "BitOr": operator.or_, "BitAnd": operator.and_, "BitXor": operator.xor,
        "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge,
        "Mult": operator.mul,
    }.items()
}  # fmt: skip


def rd_truth(thing):
    """Before the truth of `thing` is asked, which for a container is its length. Returns it."""
    if not solo:
        kind = type(thing)
        if kind in VIEWS:
            rd_truth(gc.get_referents(thing)[0])
            return thing
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            announce(structure_touches, shape, thing, READ)
            if detail:
                note("read", "len(%s)" % place_of(thing), show(raw_len(thing)))
        else:
            use(thing, "__len__")
    return thing


class Turns:
    """Iterates over a container, a read a turn."""

    __slots__ = ("thing", "inner", "keys", "index", "step", "shape", "values", "quiet", "row")

    def __init__(self, thing, shape, inner, values, backwards=False):
        self.thing = thing
        self.shape = shape
        self.inner = inner
        self.values = values
        self.keys = iter(thing) if values else None
        self.index, self.step = (operator.length_hint(inner) - 1, -1) if backwards else (0, 1)
        self.quiet = False  # who asks for its elements has announced that for all of them
        self.row = None  # what an element goes through that is unpacked

    def __iter__(self):
        return self

    def __length_hint__(self):
        return operator.length_hint(self.inner)

    def __next__(self):
        if not solo and not self.quiet:
            announce(self.touches)
            if detail:
                note("read", place_of(self.thing), None)
        self.index += self.step
        if self.keys is not None:
            next(self.keys, None)
        if self.row is not None:
            return self.row(next(self.inner))
        return next(self.inner)

    def touches(self):
        if id(self) in names:
            # How far it has come is shared too.
            return self.touches_of_turn() + ((digest((name_of(self), "state")), WRITE),)
        return self.touches_of_turn()

    def touches_of_turn(self):
        if self.shape == "L":
            name = name_of(self.thing)
            return ((digest((name, self.index)), READ), (digest((name, "*")), READ))
        if self.values:
            return whole_touches(self.shape, self.thing)
        return structure_touches(self.shape, self.thing, READ)


def rd_turns(thing):
    """What a loop over `thing` iterates over."""
    kind = type(thing)
    if kind in ATOMS or kind is Turns:
        return thing
    if kind in VIEWS:
        inner = gc.get_referents(thing)[0]
        if isinstance(inner, dict):
            measured(inner, "D")
            return Turns(inner, "D", iter(thing), not isinstance(thing, _collections_abc.KeysView))
        return thing
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-" or "__iter__" in kind.__dict__ and kind.__module__ == "__main__":
        cur.acts += 1  # an iterator of any kind may go on, and a loop that does that is not polling
        if kind is zip:
            sources = sources_of(thing)
            return Zipped(thing, sources) if sources and len(sources) > 1 else thing
        if kind in REVERSED and id(thing) not in names:
            container = walked_backwards(thing)
            return thing if container is None else Turns(container[1], container[0], thing, container[0] == "D", True)
        return OpaqueTurns(thing) if is_shared_opaque(thing) else thing
    if shape != "L" or issubclass(kind, collections.deque):
        measured(thing, shape)
    return Turns(thing, shape, iter(thing), False)


class Zipped:
    """Iterates over what `zip` has put side by side: a turn is one act, whatever it reads."""

    __slots__ = ("rows", "sources")

    def __init__(self, rows, sources):
        self.rows = rows
        self.sources = sources
        for turns in sources:
            turns.quiet = True

    def __iter__(self):
        return self

    def __next__(self):
        if not solo:
            announce(self.touches)
            if detail:
                note("read", ", ".join(place_of(turns.thing) for turns in self.sources), None)
        return next(self.rows)

    def touches(self):
        touches = ()
        for index, turns in enumerate(self.sources):
            if turns in self.sources[:index]:
                touches += whole_touches(*container_of(turns.thing))  # it goes on by more than one element a turn
            else:
                touches += turns.touches()
        return touches


def rd_rows(thing, pattern=None):
    """What a loop over `thing` iterates over if each element is unpacked: by `pattern` (see `unpacked`), if there is another within."""
    turns = rd_turns(thing)
    kind = type(turns)
    if pattern is None and kind in (enumerate, zip, Zipped) or not hasattr(kind, "__iter__"):
        return turns  # nobody else knows these rows
    row = rd_whole if pattern is None else functools.partial(rd_unpacked, pattern=pattern)
    if kind is Turns and turns is not thing:
        turns.row = row
        return turns
    return map(row, turns)


def rd_unpacked(value, pattern):
    """The value of an assignment to targets of which some have others within."""
    return value if solo or type(value) in ATOMS else unpacked(value, pattern)


def unpacked(value, pattern):
    """What is unpacked into targets that are unpacked into in turn. `pattern` has those before a star and those after it, if there is
    one: for each such a pattern, or nothing if it is a name."""
    rd_whole(value)
    kind = type(value)
    if not hasattr(kind, "__iter__"):
        return value  # Python says what is wrong with it
    before, after = pattern
    if after is None:
        inner = iter(value)
        return map(later, inner, itertools.chain(before, itertools.repeat(None)))
    every = list(iter(value))  # as Python does, which does not ask `value` for its length
    if len(every) < len(before) + len(after):
        return every
    within = (*before, *[None] * (len(every) - len(before) - len(after)), *after)
    return [later(each, its) for each, its in zip(every, within)]


def later(value, pattern):
    return value if pattern is None or type(value) in ATOMS else Later(value, pattern)


class Later:
    """What is unpacked when it is its turn."""

    __slots__ = ("value", "pattern")

    def __init__(self, value, pattern):
        self.value = value
        self.pattern = pattern

    def __iter__(self):
        value = self.value
        if not hasattr(type(value), "__iter__") and not hasattr(type(value), "__getitem__"):
            raise TypeError("cannot unpack non-iterable %s object" % type(value).__name__)
        return iter(unpacked(value, self.pattern))


def rd_spread(thing):
    """What all of is unpacked at once."""
    if not solo and type(thing) in PASSING:
        return rd_call(list, thing)
    return rd_whole(thing)


def measured(thing, shape):
    """Making an iterator of a dict, set or deque notes its size: the first turn fails if that has changed since."""
    if not solo:
        announce(structure_touches, shape, thing, READ)
        if detail:
            note("read", "len(%s)" % place_of(thing), show(raw_len(thing)))


# Methods of containers -------------------------------------------------------------------------------------------------

STORES = frozenset("append appendleft insert extend extendleft add update setdefault __setitem__ __iadd__ __ior__".split())
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
# What operators call, called by name.
OPERATES = {
    "__getitem__": lambda thing, shape, key: item_touches(thing, key, READ, shape),
    "__setitem__": lambda thing, shape, key: item_touches(thing, key, WRITE, shape),
    "__delitem__": lambda thing, shape, key: removal_touches(thing, key, shape),
    "__contains__": lambda thing, shape, key: (
        whole_touches(shape, thing) if shape == "L" else key_touches(thing, key, READ, None)
    ),
    "__len__": lambda thing, shape, key: structure_touches(shape, thing, READ),
}
OPERATES.update(dict.fromkeys(
    "__iadd__ __imul__ __ior__ __iand__ __isub__ __ixor__".split(),
    lambda thing, shape, key: structure_touches(shape, thing, WRITE),
))  # fmt: skip
# What calls no code but its own.
AT_ONCE = frozenset((
    "append appendleft insert popleft clear reverse rotate copy popitem move_to_end __len__ __imul__"
).split())  # fmt: skip
# What keeps what it is given, or looks for it, and looks at none of what is within.
KEEPING = ELEMENT | frozenset("append appendleft insert __setitem__ __getitem__ __delitem__ __contains__".split())
METHODS = frozenset().union(*STRUCTURE.values(), *WHOLE.values(), ELEMENT, OPERATES, ("join",))


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
        if kind in PROXIES and container_of(stands_for(thing)) is not None:
            return rd_method(stands_for(thing), name)
        if name in tracked_attributes:
            return rd_attr(thing, name)
        return rd_opaque(thing, name) if opaque_kinds.get(kind) else getattr(thing, name)
    method = getattr(thing, name)
    if type(method) is types.MethodType:
        if method.__func__.__module__ == "__main__":
            return method
        if method.__func__ in COUNTING:
            return Method(count, thing, name, shape, method)
    elif not isinstance(method, (types.BuiltinMethodType, types.MethodWrapperType)):
        return method
    return Method(call_method, thing, name, shape, method)


COUNTING = (collections.Counter.update, collections.Counter.subtract)


def count(thing, name, shape, method, /, *arguments, **keywords):
    """`Counter.update` or `subtract`, which are written in Python: but for elements that are added up at once, each is read and then
    written, and others get in between."""
    if solo or len(arguments) > 1:
        return method(*arguments, **keywords)
    for given in (*arguments, keywords):
        counts = isinstance(given, _collections_abc.Mapping)
        if given is None or given is keywords and not keywords:
            continue
        if name == "update" and not counts:
            call_method(thing, name, shape, method, given)
        elif name == "update" and not rd_truth(thing):
            call_method(thing, "update", shape, functools.partial(dict.update, thing), given)
        elif counts:
            for key, times in rd_turns(given.items()):
                wr_item(times + counted(thing, key) if name == "update" else counted(thing, key) - times, thing, key)
        else:
            for key in rd_turns(given):
                wr_item(counted(thing, key) - 1, thing, key)


def counted(thing, key):
    """How often a counter has counted `key`."""
    return call_method(thing, "get", "D", functools.partial(dict.get, thing), key, 0)


def method_of_super(method, name):
    """`super().name`: a method of Python's own container that the scenario's class inherits from, or any other."""
    if isinstance(method, (types.BuiltinMethodType, types.MethodWrapperType)):
        thing = method.__self__
        shape = kinds.get(type(thing)) or kind_of(type(thing))
        if shape != "-":
            return Method(call_method, thing, name, shape, method)
    return method


def join_text(text, parts):
    return text.join(rd_spread(parts))


def method_touches(thing, name, shape, key, arguments):
    """What calling a method touches: its own container, and those that it is given and looks into."""
    if name in OPERATES:
        touches = OPERATES[name](thing, shape, key)
    elif name in WHOLE[shape]:
        touches = whole_touches(shape, thing)
    elif name in STRUCTURE[shape] or key is MISSING:
        touches = structure_touches(shape, thing, WRITE)
        if id(thing) in namespaces:
            # Who reads an attribute or a global name does not know that it is an element too.
            own = name_of(thing)
            touches += tuple((digest((own, each)), WRITE) for each in {**thing, **dict(*arguments)} if type(each) is str)
    elif name == "get":
        touches = key_touches(thing, key, READ, None)
    else:
        # What adds changes something where the key is not there, what removes where it is.
        changes = raw_has(thing, key) != (name in ("setdefault", "add"))
        touches = key_touches(thing, key, WRITE if changes else ATTEMPT, WRITE if changes else ATTEMPT)
    return with_others(touches, thing, arguments)


def with_others(touches, thing, others):
    """`touches`, and what reading all of those of `others` touches that are containers other than `thing`."""
    containers = [each for each in containers_among(others) if each[1] is not thing]
    return touches + touches_of_all(containers) if containers else touches


def call_method(thing, name, shape, method, /, *arguments, **keywords):
    """Calls a container's method: one step, unless it calls the scenario's code."""
    touches = ()
    if not solo and (name in STRUCTURE[shape] or name in WHOLE[shape] or name in ELEMENT or name in OPERATES):
        key = arguments[0] if arguments and (name in ELEMENT or name in OPERATES) else MISSING
        if shape == "D" and id(thing) in namespaces and name not in ("get", "copy", "__getitem__", "__contains__", "__len__"):
            if name in ("update", "__ior__"):
                arguments, keywords = (dict(*arguments, **keywords),), {}
            wrote_in_namespace(thing, {**thing, **dict(*arguments)} if key is MISSING else (key,))
        looked_into = arguments if name not in KEEPING else arguments[1:] if type(key) is slice else ()
        touches = announce(method_touches, thing, name, shape, key, looked_into)
        if name in AT_ONCE or name in ELEMENT and type(key) in SIMPLE_KEYS and shape != "L" and type(thing) in CONTAINERS:
            touches = ()
    if touches:
        act = method

        def method(*arguments, **keywords):
            return in_the_middle(touches, act, arguments, keywords)

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
LENGTH = {len, bool, reversed}
LAZY = {enumerate, zip, map, filter, iter, *(
    vars(itertools)[name] for name in (
        "accumulate batched chain compress cycle dropwhile filterfalse islice pairwise starmap takewhile zip_longest".split()
    ) if name in vars(itertools)
)}  # fmt: skip
BLIND = {isinstance, id, type, callable, super, hash, issubclass, getattr, setattr, hasattr, weak_reference, staticmethod,
         classmethod, property, range, int, float, ord, chr, abs, round, divmod, pow, object, next, slice,
         functools.partial, functools.wraps, sys._getframe}  # fmt: skip
# By what they are, not by what they are equal to: a scenario's object may say that with a side effect.
LENGTH_IDS, LAZY_IDS, BLIND_IDS = (frozenset(map(id, each)) for each in (LENGTH, LAZY, BLIND))
# What changes a container that it is given: by module and name, which of its arguments that is.
CHANGES = {
    ("_heapq", name + kind): 0 for name in ("heapify", "heappop", "heappush", "heappushpop", "heapreplace") for kind in ("", "_max")
}
CHANGES.update((("_operator", name), 0) for name in (
    "setitem delitem iadd iand iconcat ifloordiv ilshift imatmul imod imul ior ipow irshift isub itruediv ixor".split()
))  # fmt: skip
CHANGES.update({("_bisect", "insort_left"): 0, ("_bisect", "insort_right"): 0, ("_struct", "pack_into"): 1})
# Modules whose functions, though written in Python, are called as if they were not: they look at what they are given, and
# not at who calls them.
LOOKING = frozenset((
    "bisect copy dataclasses difflib heapq json json.encoder operator pickle pprint random reprlib statistics string "
    "textwrap"
).split())  # fmt: skip
# Those that look at no more than the container itself.
SHALLOW = {len, bool, list, tuple, set, frozenset, bytes, bytearray, collections.deque, collections.Counter,
           collections.OrderedDict, collections.defaultdict, functools.reduce}  # fmt: skip
SHALLOW_IDS = frozenset(map(id, SHALLOW))
SHALLOW_MODULES = frozenset(("_collections", "itertools", "math", "random", "statistics", "_statistics"))
UNBOUND = (types.MethodDescriptorType, types.WrapperDescriptorType)
DIRECT = frozenset((types.FunctionType, types.MethodType, functools.partial, Method))
REPLACED = frozenset("print getattr hasattr setattr delattr vars locals dir next".split())
BUILTIN_NAMES = frozenset(vars(builtins)) - REPLACED
BLIND_BUILTINS = REPLACED | {each.__name__ for each in BLIND if vars(builtins).get(each.__name__) is each}


def my_next(*iterator):
    """The scenario's `next`: the iterator goes on, so a loop that does that is not polling."""
    cur.acts += 1
    touches = use(iterator[0], "__next__") if iterator else ()
    return in_the_middle(touches, next, iterator, {}) if touches else next(*iterator)


def is_direct(function):
    """Whether a call of `function` needs no announcement: it is the scenario's own, a model, or looks at nothing."""
    kind = type(function)
    if kind in DIRECT or id(function) in BLIND_IDS:
        written = function.__func__ if kind is types.MethodType else function
        if kind is types.MethodType and type(written) in UNBOUND:
            return False
        return type(written) is not types.FunctionType or written.__globals__.get("__name__") not in LOOKING
    if issubclass(kind, type):
        # Python's own metaclasses (of enums, of abstract classes) look at who calls them.
        return kind is not type or function.__module__ in ("__main__", "typing") or function in MODEL_CLASSES
    return kind.__module__ == "__main__" or kind is StrandRandom or kind is CachedFunction


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
    owner = getattr(function, "__self__", None)
    if owner is not None and is_shared_opaque(owner):
        return call_opaque(owner, function.__name__, function, *arguments, **keywords)
    if id(function) in LAZY_IDS:
        if arguments and (function is map or function is filter):
            # What is called later, and not by the scenario, looks at elements.
            called_later = rd_truth if arguments[0] is None and function is filter else callee(arguments[0])
            return function(called_later, *map(rd_turns, arguments[1:]))
        return function(*[rd_turns(argument) for argument in arguments], **keywords)
    if not solo:
        if id(function) in LENGTH_IDS:
            for argument in arguments:
                rd_truth(argument)
        elif type(function) is types.BuiltinFunctionType and (function.__module__, function.__name__) in CHANGES:
            return call_changing(function, CHANGES[function.__module__, function.__name__], arguments, keywords)
        elif type(function) is operator.methodcaller:
            return call_changing(function, 0, arguments, keywords)
        elif type(function) is types.MethodType and type(function.__func__) in UNBOUND:
            return rd_call(function.__func__, function.__self__, *arguments, **keywords)
        elif function is object.__setattr__ or function is object.__delattr__:
            return store_attr(function, *arguments)
        elif type(function) is types.MethodWrapperType and function.__name__ in ("__setattr__", "__delattr__"):
            return store_attr(lambda _, *rest: function(*rest), function.__self__, *arguments)
        elif type(function) in UNBOUND and arguments and function.__name__ in METHODS:
            thing, *rest = arguments
            kind = type(thing)
            shape = kinds.get(kind) or kind_of(kind)
            if shape != "-":
                return call_method(thing, function.__name__, shape, functools.partial(function, thing), *rest, **keywords)
        else:
            given = arguments + tuple(keywords.values()) if keywords else arguments
            if type(function) in BUILT_IN:
                for each in given:
                    if type(each) in PASSING:
                        sources = [turns for each in given if type(each) in PASSING for turns in sources_of(each) or ()]
                        if sources:
                            return call_at_once(function, sources, arguments, keywords)
                        break
            if id(function) in SHALLOW_IDS or getattr(function, "__module__", None) in SHALLOW_MODULES:
                touches = rd_wholes(given)
            else:
                touches = rd_all_deep(given, looks_at_attributes(function))
            if touches:
                for each in given:
                    if type(each) is types.GeneratorType and is_shared_opaque(each):
                        enter(each, touches)
                return in_the_middle(touches, function, arguments, keywords)
    return function(*arguments, **keywords)


def call_at_once(function, sources, arguments, keywords):
    """Calls what goes through `sources` to their end, or as far as it needs, and lets nobody in between."""
    things = [turns.thing for turns in sources]
    things += [each for each in (*arguments, *keywords.values()) if type(each) not in PASSING]
    touches = rd_wholes(things) if id(function) in SHALLOW_IDS else rd_all_deep(things, looks_at_attributes(function))
    loud = [turns for turns in sources if not turns.quiet]
    for turns in loud:
        turns.quiet = True
    try:
        return in_the_middle(touches, function, arguments, keywords)
    finally:
        for turns in loud:
            turns.quiet = False


def looks_at_attributes(function):
    """Whether `function` looks at attributes of objects of any class: it copies or formats them."""
    kind = type(function)
    if kind is types.BuiltinFunctionType:
        return type(function.__self__) is str and function.__name__ in ("format", "format_map")
    return kind in (types.FunctionType, types.MethodType, operator.attrgetter)


def call_changing(function, position_of_it, arguments, keywords):
    """Calls what is not the scenario's own and changes the container that is its argument at that position."""
    thing = arguments[position_of_it] if len(arguments) > position_of_it else None
    kind = type(thing)
    shape = "-" if kind in ATOMS else kinds.get(kind) or kind_of(kind)
    if shape == "-":
        return function(*arguments, **keywords)
    others = [each for index, each in enumerate(arguments) if index != position_of_it]
    if id(thing) in names:
        for argument in others:
            if type(argument) not in ATOMS:
                publish(argument)
    touches = announce(change_touches, shape, thing, others)
    if detail:
        note(getattr(function, "__name__", "call"), place_of(thing), ", ".join(map(show, others)) or None)
    return in_the_middle(touches, function, arguments, keywords)


def change_touches(shape, thing, others):
    return with_others(structure_touches(shape, thing, WRITE), thing, others)


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
            if shape == "D" and id(left) in namespaces:
                call_method(left, "update", shape, left.update, right)
                return left
            touches = announce(extension_touches, shape, left, right)
            if detail:
                note("extend", place_of(left), show(right))
            if type(right) not in ATOMS:
                if id(left) in names:
                    publish(right)
                return in_the_middle(touches, AUGMENT[name], (left, right), {})
    if id(left) in names and type(right) not in ATOMS:
        publish(right)
    return AUGMENT[name](left, right)
