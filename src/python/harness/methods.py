# Methods of containers that threads share, and code of the scenario's that compares what is in them. Part of the harness; see core.py.

HANDING_OUT = frozenset("discard pop popitem popleft remove".split())  # one that is in the container
STORES = frozenset("append appendleft insert extend extendleft add update setdefault __setitem__ __iadd__ __ior__ __init__".split())
STRUCTURE = {
    "L": frozenset("append appendleft extend extendleft insert remove pop popleft clear sort reverse rotate __init__".split()),
    "D": frozenset("popitem clear update subtract move_to_end __init__".split()),
    "S": frozenset(
        "pop clear update intersection_update difference_update symmetric_difference_update __init__".split()
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
TAKING = frozenset("pop popleft popitem remove clear".split())  # what changes nothing where nothing is
# What operators call, called by name.
OPERATES = {
    "__getitem__": lambda thing, shape, key: item_touches(thing, key, READ, shape),
    "__setitem__": lambda thing, shape, key: item_touches(thing, key, WRITE, shape),
    "__delitem__": lambda thing, shape, key: removal_touches(thing, key, shape),
    "__missing__": lambda thing, shape, key: item_touches(thing, key, WRITE, shape),
    "__contains__": lambda thing, shape, key: (
        whole_touches(shape, thing) if shape == "L" else key_touches(thing, key, READ, None)
    ),
    "__len__": lambda thing, shape, key: structure_touches(shape, thing, READ),
}
OPERATES.update(dict.fromkeys(
    "__iadd__ __imul__ __ior__ __iand__ __isub__ __ixor__ __init__ __missing__ __setstate__".split(),
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
        if kind in VIEWS:
            return functools.partial(rd_call, getattr(thing, name))
        if kind in PROXIES and container_of(stands_for(thing)) is not None:
            return rd_method(stands_for(thing), name)
        if name in tracked_attributes:
            return rd_attr(thing, name)
        return rd_opaque(thing, name) if opaqueness(kind) else getattr(thing, name)
    method = getattr(thing, name)
    if type(method) is types.MethodType:
        if method.__func__.__module__ == "__main__" or method.__func__ in counting:
            return method
        if method.__func__.__module__ == "collections" and method.__func__.__qualname__ in COUNTING:
            return Method(count, thing, name, shape, method)
    elif not isinstance(method, (types.BuiltinMethodType, types.MethodWrapperType)):
        return method
    return Method(call_method, thing, name, shape, method)


def method_of_super(method, name):
    """`super().name`: a method of Python's own container that the scenario's class inherits from, or any other."""
    if isinstance(method, (types.BuiltinMethodType, types.MethodWrapperType)) and name != "__init__":
        thing = method.__self__
        shape = kinds.get(type(thing)) or kind_of(type(thing))
        if shape != "-":
            return Method(call_method, thing, name, shape, method)
    return opaque_of_super(method, name)


def join_text(text, parts):
    return text.join(rd_spread(parts, False))


def method_touches(thing, name, shape, key, arguments):
    """What calling a method touches: its own container, and those that it is given and looks into."""
    if name in STRUCTURE[shape]:
        touches = structure_touches(shape, thing, ATTEMPT if name in TAKING and not raw_len(thing) else WRITE)
        if id(thing) in namespaces:
            touches += names_written(thing, arguments)
    elif name in OPERATES:
        touches = OPERATES[name](thing, shape, key)
    elif name in WHOLE[shape]:
        touches = whole_touches(shape, thing)
    elif key is MISSING:
        touches = structure_touches(shape, thing, WRITE)
        if id(thing) in namespaces:
            touches += names_written(thing, arguments)
    elif name == "get":
        touches = key_touches(thing, key, READ, None)
    else:
        # What adds changes something where the key is not there, what removes where it is.
        changes = seems_there(thing, key) != (name in ("setdefault", "add"))
        touches = key_touches(thing, key, WRITE if changes else ATTEMPT, WRITE if changes else ATTEMPT)
    if name in COMPARING and shape == "L" and key is not BY_KEY and not (arguments and type(arguments[0]) in SIMPLE_KEYS):
        touches += deep_touches([thing, *arguments], attributes_got((key,)))
    return with_others(touches, thing, arguments)


def names_written(thing, arguments):
    """What changing all of a dict touches that holds attributes or global names: who reads one does not know that it is an element too."""
    own = name_of(thing)
    return tuple((digest((own, each)), WRITE) for each in {**thing, **dict(*arguments)} if type(each) is str)


MERGES = ("update", "__init__", "__ior__")

# Methods that take all of an iterator, one item after the other, and what each item is taken by.
BY_ITEM = {"extend": "append", "extendleft": "appendleft", "update": "add", "__iadd__": "append"}


# Methods of lists, deques and sets that take all of what they are given, and those by which a list asks it for its length.
HINTED = frozenset(("extend", "__iadd__", "__init__"))
TAKES_ALL = HINTED | frozenset((
    "extendleft update union difference difference_update intersection intersection_update symmetric_difference symmetric_difference_update "
    "issubset issuperset isdisjoint"
).split())  # fmt: skip


def comes_by_item(given):
    """Whether a generator of the scenario's own makes the items: others fit in between."""
    if type(given) is types.GeneratorType:
        return given.gi_code.co_filename == program.filename
    return type(given) in PASSING and any(type(each) is types.GeneratorType and comes_by_item(each) for each in innards_of(given).iterators)


def take_by_item(thing, name, shape, given):
    """`thing.extend(given)` and its like, item by item as CPython does it."""
    for number, item in enumerate(given if type(given) is types.GeneratorType else rd_turns(given)):
        if shape == "D":
            put_element(thing, *pair_of(rd_whole(item), number))
        else:
            call_method(thing, BY_ITEM[name], shape, getattr(thing, BY_ITEM[name]), item)
    return thing if name == "__iadd__" else None


def put_element(thing, key, value):
    """Puts an element into a dict as code in C does, whatever the dict's class has to say of that."""
    kind = collections.OrderedDict if isinstance(thing, collections.OrderedDict) else dict
    call_method(thing, "__setitem__", "D", functools.partial(kind.__setitem__, thing), key, value)


def pair_of(item, number):
    """The key and the value that are the item of that number in what a dict is made of."""
    try:
        ((key, value),) = dict((item,)).items()
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("#0", "#%d" % number)) from None
    return key, value


def with_gap(thing, key, runs=True):
    """The key function of a sort, in the midst of which the list is empty for others, who may change it too: it runs code written in Python,
    or what it returns does when it is compared."""
    is_empty = False

    def called(item):
        nonlocal is_empty
        value = item if key is None else key(item)
        if not is_empty and (runs or compares_in_python(value)):
            is_empty = True
            touches = announce(structure_touches, "L", thing, WRITE)
            if detail and touches:
                note("sort", place_of(thing))
        return value

    return called


class Interrupted:
    """A generator of the scenario's that C goes through in the middle of an act: with each turn others may come in, whatever it looks at."""

    __slots__ = ("inner",)

    def __init__(self, inner):
        self.inner = inner

    def __iter__(self):
        return self

    def __next__(self):
        within_what = begin_within()
        try:
            item = next(self.inner)
        except BaseException:
            leave_within(None, within_what)  # C goes on with what that means
            raise
        cur.inside = within_what
        return item if not solo and rd_all_deep((item,)) else leave_within(item, within_what)


# Methods that go through what they are given, and keep nothing of it but the items.
CONSUMES = frozenset("writelines writerow writerows extend difference_update intersection_update symmetric_difference_update".split())


def interrupted(name, arguments):
    """What to give a method of that name instead of `arguments`, which touches something that others may have to do with."""
    if name not in CONSUMES:
        return arguments
    return tuple(Interrupted(each) if type(each) is types.GeneratorType and comes_by_item(each) else each for each in arguments)


KeyWrapper = type(functools.cmp_to_key(len))


def compares_in_python(value, way="__lt__"):
    """Whether comparing a value with another of its kind, in that way, runs code of the scenario's."""
    left = [value]
    passed = set()
    while left:
        value = left.pop()
        kind = type(value)
        if kind is tuple or kind is list:
            if id(value) not in passed:
                passed.add(id(value))
                left += value
        elif kind is KeyWrapper or type(getattr(kind, way)) is types.FunctionType and (kind.__module__ == "__main__" or kind in COMPARED_IN_PYTHON):
            return True
    return False


COMPARED_IN_PYTHON = set()  # classes of the library whose code that compares begins like the scenario's


def compare_in_python(kind):
    """Has the code by which things of a class of the library's are compared begin like the scenario's."""
    COMPARED_IN_PYTHON.add(kind)
    for name in CALLED_WITHIN & set(vars(kind)):
        setattr(kind, name, begun(vars(kind)[name]))


def begun(function):
    """A function that C calls in the middle of its acts: that is a step."""

    def called(*arguments):
        within_what = begin_within()
        return leave_within(function(*arguments), within_what)

    return called


def begin_within():
    """Begins code written in Python that C may have called in the middle of an act: its own steps have nothing to do with that. Returns what
    the act touches."""
    me = cur
    within_what, me.inside = me.inside, ()
    return within_what


def leave_within(result, within_what):
    """What such code returns that compares two things, makes a text, or says what a key or the next item is. In the middle of an act it ends with
    a step: a thread may lose the processor there, and C goes on with the act after that."""
    cur.inside = within_what
    if within_what and not solo:
        visible(op_of(within_what))
        if detail:
            note("go on")
    return result


BY_KEY = object()  # what a list is sorted by that is sorted by a key


def comparing(key, others=(), in_place=False):
    """The key function of what compares what it returns with each other and with `others`, and not the elements themselves; `in_place` if
    it goes on to the next element after each call."""
    kept = list(others)

    def called(item):
        value = key(item)
        if type(value) not in ATOMS and within((value,), False)[0]:
            kept.append(value)
        if kept and not solo and rd_all_deep(kept):
            return value
        return leave_within(value, cur.inside) if in_place else value

    return called


COMPARING = frozenset(("count", "index", "remove", "sort"))  # elements, which may be containers themselves


def with_others(touches, thing, others):
    """`touches`, and what reading all of those of `others` touches that are containers other than `thing`, or iterators in C."""
    containers = [each for each in containers_among(others) if each[1] is not thing]
    for each in others:
        if is_of_c(each):
            touches += parts_touches(innards_of(each), True)
    return touches + touches_of_all(containers) if containers else touches


def publish_given(given):
    """Names what a container keeps of what is added to it: what an iterator passes on, and not the iterator."""
    if type(given) in PASSING:
        for turns in innards_of(given).sources:
            publish(turns.thing)
    else:
        publish(given)


def call_method(thing, name, shape, method, /, *arguments, **keywords):
    """Calls a container's method: one step, unless it calls the scenario's code."""
    touches = passing = ()
    is_step = False
    sorts_by = MISSING
    if (not solo and name in BY_ITEM and type(method) in BUILT_IN_METHODS and len(arguments) == 1 and not keywords
            and comes_by_item(arguments[0])):  # fmt: skip
        return take_by_item(thing, name, shape, arguments[0])
    if not solo and name in TAKES_ALL and shape != "D" and type(method) in BUILT_IN_METHODS:
        arguments = tuple(gone_into(each, name in HINTED and shape == "L" and not isinstance(thing, collections.deque)) for each in arguments)
    if name == "__setitem__" and len(arguments) == 2:
        arguments = (arguments[0], given_slice(*arguments))
    if name in MERGES and shape == "D" and type(method) in BUILT_IN_METHODS and not isinstance(thing, collections.OrderedDict):
        arguments = tuple(map(mapped, arguments))
        if not solo and len(arguments) == 1 and type(arguments[0]) is Mapped:
            for key in arguments[0].keys():
                put_element(thing, key, arguments[0][key])
            arguments = ({},)
    if name == "sort" and not solo and runs_python(keywords.get("key")):
        keywords["key"] = with_gap(thing, comparing(keywords["key"]))
        sorts_by = BY_KEY
    elif name == "sort" and not solo:
        key = keywords.get("key")
        if type(key) is operator.attrgetter:
            sorts_by = key
        if is_asked_at_once(key, thing):
            keywords["key"], sorts_by = key.args[3], key.args[0]
        elif raw_len(thing) > 1 and (key is not None or any(map(compares_in_python, raw_iter(thing)))):
            keywords["key"] = with_gap(thing, key, runs=False)
    if not solo and (name in STRUCTURE[shape] or name in WHOLE[shape] or name in ELEMENT or name in OPERATES):
        key = arguments[0] if arguments and (name in ELEMENT or name in OPERATES) else sorts_by
        if shape == "D" and id(thing) in namespaces and name not in ("get", "copy", "__getitem__", "__contains__", "__len__"):
            if name in ("update", "__ior__", "__init__"):
                arguments, keywords = (dict(*arguments, **keywords),), {}
            wrote_in_namespace(thing, {**thing, **dict(*arguments)} if key is MISSING else (key,))
        looked_into = arguments if name not in KEEPING else arguments[1:] if type(key) is slice else ()
        given = thing, name, shape, key, looked_into
        if kept and name in HANDING_OUT:
            touches = announce(with_life, method_touches, given, taken_by, name, thing, *arguments)
        elif kept and name in ("clear", "update"):
            touches = announce(with_all_deaths, method_touches, given, thing)
        else:
            touches = announce(method_touches, *given)
        is_step = bool(touches)
        if name in AT_ONCE or name in ELEMENT and shape != "L" and type(thing) in CONTAINERS and not runs_code(key):
            touches = ()
        passing = [each for each in looked_into if is_of_c(each)]
    if passing or touches:
        act = method

        def method(*arguments, **keywords):
            if passing:
                return go_at_once(touches, passing, act, arguments, keywords)
            return in_the_middle(touches, act, interrupted(name, arguments), keywords)

    if name in STORES and id(thing) in names:
        for argument in arguments:
            if type(argument) not in ATOMS:
                publish(argument) if name in KEEPING else publish_given(argument)
    if detail and is_step:
        value = told(lambda: method(*arguments, **keywords), name, place_of(thing), ", ".join(map(show, arguments)) or None)
    else:
        value = method(*arguments, **keywords)
    if kept:
        hold(value)
    return value


def go_through(asked, thing, /, *arguments):
    """`__iter__` of Python's own, called by name: what others do to a container in the midst of that is seen."""
    kind = type(thing)
    if not arguments and type(getattr(kind, "__iter__", None)) in UNBOUND and (kind in VIEWS or (kinds.get(kind) or kind_of(kind)) != "-"):
        return iter(rd_turns(thing))
    touches = use(thing, "__iter__")
    return in_the_middle(touches, asked, (thing, *arguments), {}) if touches else asked(thing, *arguments)
