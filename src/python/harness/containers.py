# Containers that threads can share: of which kind each is, whether an access is a step, and which places it touches. The accesses themselves
# are in elements.py. Part of the harness; see core.py.

KEY_VIEWS = (type({}.keys()), type(collections.OrderedDict().keys()))
VIEWS = (*KEY_VIEWS, type({}.values()), type({}.items()), type(collections.OrderedDict().values()),
         type(collections.OrderedDict().items()))  # fmt: skip

# Kinds -----------------------------------------------------------------------------------------------------------------

CONTAINERS = (list, collections.deque, bytearray, dict, set)


def container_class(thing):
    """Python's own class of container that `thing` is of: what a scenario's subclass overrides may print, and is not asked."""
    return next(kind for kind in CONTAINERS if issubclass(type(thing), kind))


def raw_len(thing):
    return len(thing) if type(thing) in CONTAINERS else container_class(thing).__len__(thing)


def raw_iter(thing):
    return iter(thing) if type(thing) in CONTAINERS else container_class(thing).__iter__(thing)


peeking = False


def peeked(function, *arguments):
    """Finds out what an act will touch. What the scenario's code prints for that is nobody's output: the act will call it again."""
    global peeking
    before, peeking = peeking, True
    try:
        return atomically(function, *arguments)
    finally:
        peeking = before


keys_notice = False  # whether the scenario has keys that do something where they are hashed or compared


def runs_code(key):
    """Whether looking for a key may run code of the scenario's: its own, or that of a key that is there."""
    if keys_notice:
        return True
    kind = type(key)
    if kind in SIMPLE_KEYS:
        return False
    if issubclass(kind, (tuple, list)):  # a list is what `functools` looks several arguments up by
        return any(map(runs_code, key))
    return is_written_here(kind.__hash__) or is_written_here(kind.__eq__)


def seems_there(thing, key):
    """Whether it is known before the act that the key is there. Where keys notice it nobody looks before."""
    return not keys_notice and raw_has(thing, key)


def raw_has(thing, key):
    if type(key) not in SIMPLE_KEYS:
        return peeked(container_class(thing).__contains__, thing, key)
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
            return ("object", class_name(key) if issubclass(kind, type) else name_of(key))
        for plain in (str, int, bytes):
            if kind.__hash__ is plain.__hash__ and isinstance(key, plain):
                # As the plain value that it is equal to, without asking the scenario's class for it.
                return int.__pos__(key) if plain is int else plain.__getitem__(key, slice(None))
        return key_of_parts(key) if kind in ADDRESSED else peeked(hash, key)  # which numbers that are equal have in common
    except TypeError:
        return ("unhashable",)


# The hashes of these come from where something lies, which is never the same.
ADDRESSED = {tuple, frozenset, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType}


def key_of_parts(key):
    kind = type(key)
    if kind is tuple:
        return ("tuple", *map(key_of, key))
    if kind is frozenset:
        return ("set", *sorted(digest(key_of(each)) for each in key))
    hash(key)
    owner = key.__self__
    return ("method", key.__name__, 0 if type(owner) in ATOMS else name_of(owner))


tracked_containers = frozenset()  # by name, those that one thread was seen to change and another to use
every_use = False  # whether that is taken for all of them
shared_here = set()  # the same, in this execution: with those of which it is clear from the beginning
container_users = {}  # of each other container: the thread that has used it, or `MANY` if several only looked
changed_containers = set()  # those of them that were changed
unpublished_containers = set()  # those that were used before they were published
MANY = object()
EVERYTHING = ("everything", "shared")  # what one thread alone has to do with is announced too


def is_step(thing, changes):
    """Whether what the running thread does to a container, `changes` it or only looks, is to be announced. As long as nobody else has
    to do with it, it is the thread's own business."""
    known = names.get(id(thing))
    if known is not None:
        name = known[0]
    else:
        name = name_of(thing)
        unpublished_containers.add(name)
    if name in shared_here or every_use:
        return True
    me = cur
    user = container_users.get(name)
    if user is not me:
        if user is None:
            container_users[name] = me
        elif changes or name in changed_containers:
            # Who names what was never published is the first that comes: in another order it has another name.
            found.add(EVERYTHING if name in unpublished_containers else ("container", name))
        else:
            container_users[name] = MANY
    if changes:
        changed_containers.add(name)
        me.acts += 1
        if me.daemon:
            # The end of the program cuts that off anywhere, which may be seen.
            found.add(EVERYTHING if name in unpublished_containers else ("container", name))
    return bool(me.inside)  # in the middle of an act others may come in between where a step is


# A container has a location for each element, and three for the whole: '*' is its structure (which elements there are, in
# what order), 'all' is written by what concerns every element at once, and 'any' stands for all elements that there are: who looks at
# several, or at one whose place hangs on the structure, reads it, and each write of an element is a write within it.


def list_element_touches(thing, key, manner):
    """What reading or writing one element of something list-like touches."""
    if not is_step(thing, manner == WRITE):
        return ()
    name = name_of(thing)
    structure = digest((name, "*"))
    if isinstance(key, slice):
        return ((structure, WRITE),) if manner == WRITE else whole_touches("L", thing)
    try:
        index = operator.index(key)
    except TypeError:
        return ((structure, READ),)
    if index < 0:
        # Where that is hangs on how many there are.
        return ((structure, WRITE),) if manner == WRITE else ((structure, READ), (digest((name, "any")), READ))
    element = (digest((name, index)), manner)
    if manner == WRITE:
        return (element, (structure, READ), (digest((name, "any")), WITHIN))
    return (element, (structure, READ))


def key_touches(thing, key, manner, structure):
    """What an act on one key of a dict or one member of a set touches: the element, and the structure or not."""
    if keys_notice:
        # Which element that is is not known.
        return whole_touches("D", thing) if manner == READ else structure_touches("D", thing, WRITE)
    if not is_step(thing, manner == WRITE or structure == WRITE):
        return ()
    name = name_of(thing)
    touches = ((digest((name, key_of(key))), manner), (digest((name, "all")), READ))
    if structure is None:
        return touches
    touches += ((digest((name, "*")), structure),)
    # Where the structure changes with it, all who look at more than one element are in conflict with that.
    return touches + ((digest((name, "any")), WITHIN),) if manner == WRITE and structure == ATTEMPT else touches


def whole_touches(shape, thing):
    """What reading all of a container touches."""
    if shape == "A":
        return field_touches(thing)
    if type(shape) is frozenset:
        return field_touches(thing, shape)
    if shape == "O":
        return state_touches(thing, manner_of_use(thing, "__next__"))
    if not is_step(thing, False):
        return ()
    name = name_of(thing)
    touches = ((digest((name, "*")), READ), (digest((name, "any")), READ))
    if shape == "L":
        return touches
    touches += ((digest((name, "all")), READ),)
    return touches + names_touches(thing) if id(thing) in namespaces else touches


def structure_touches(shape, thing, manner):
    """What changing all of a container, or measuring it, touches."""
    if not is_step(thing, manner == WRITE):
        return ()
    name = name_of(thing)
    if shape != "L":
        if manner != READ:
            return ((digest((name, "*")), manner), (digest((name, "all")), manner))
        if id(thing) in namespaces:
            return ((digest((name, "*")), READ), *names_touches(thing))
    return ((digest((name, "*")), manner),)


def names_touches(thing):
    """What looking which elements a dict has touches, if they are also something else: who binds a name or sets an attribute does
    not know that it is an element too."""
    name = name_of(thing)
    tracked = tracked_globals if namespaces[id(thing)] == "global" else tracked_attributes
    return tuple((digest((name, each)), READ) for each in sorted(tracked))
