# What the library's own Python code reads or changes step by step: `copy.deepcopy`, `dataclasses.asdict` and `astuple`, `json`,
# `string.Template` and `random.shuffle`. Part of the harness; see core.py.

# Copying what is within -------------------------------------------------------------------------------------------------

copy_module = None  # once it is there
dicts_of_copied = {}  # of each dict of attributes that is being copied: whose they are


def adapt_copying(module):
    """Has `copy.deepcopy` look at one thing after the other, and `copy.copy` know our iterators."""
    global copy_module
    copy_module = module
    if hasattr(module, "_copy_dispatch"):
        module._copy_dispatch[Turns] = Turns.twin
    BLIND_IDS.add(id(module.deepcopy))
    known = module._deepcopy_dispatch
    known[list] = in_steps(known[list], list_copied)
    known[dict] = in_steps(known[dict], dict_copied)
    module._deepcopy_dispatch = Copiers(known)


def in_steps(at_once_made, made_in_steps):
    """A function of the library's that takes steps while several threads live."""

    def called(*arguments):
        return at_once_made(*arguments) if solo else made_in_steps(*arguments)

    return called


class Copiers(dict):
    """What `copy.deepcopy` copies things of each class by."""

    def get(self, kind):
        """`dict.get`: what is of no class that Python itself knows is looked at in steps too."""
        return dict.get(self, kind, None if solo else thing_copied)


def list_copied(thing, memo):
    made = []
    memo[id(thing)] = made
    for each in rd_turns(thing):
        made.append(copy_module.deepcopy(each, memo))
    return made


def dict_copied(thing, memo):
    made = {}
    memo[id(thing)] = made
    owner = dicts_of_copied.get(id(thing))
    for key, value in rd_turns(thing.items()) if owner is None else attributes_in_turn(owner, thing):
        made[copy_module.deepcopy(key, memo)] = copy_module.deepcopy(value, memo)
    return made


def attributes_in_turn(owner, attributes):
    """The attributes of an object, a step each: any others may come or go meanwhile."""
    left = iter(attributes.items())
    while True:
        touches = announce(field_touches, owner)
        try:
            name, value = next(left)
        except StopIteration:
            return
        if detail and touches:
            note("read", place_of(owner, name), show(value))
        yield name, value


def thing_copied(thing, memo):
    """What `copy.deepcopy` does with a thing of any other class."""
    kind = type(thing)
    if issubclass(kind, type):
        return thing
    copier = getattr(thing, "__deepcopy__", None)
    if copier is not None:
        rd_wholes((thing,))
        return copier(memo)
    attributes = dict_of(thing) if kind.__module__ == "__main__" or has_fields(kind) else None
    container = container_of(thing)
    if container is not None and container[0] == "S" or attributes is None or sets_slots(kind):
        rd_copied(thing)
    elif not attributes and container is None:
        announce(field_touches, thing)
    reduced = copy_module.dispatch_table.get(kind)
    reduced = thing.__reduce_ex__(4) if reduced is None else reduced(thing)
    if isinstance(reduced, str):
        return thing
    state, elements, items = (*reduced[2:], None, None, None)[:3]
    if container is not None and container[0] != "O":
        elements = None if elements is None else Turns(thing, "L", elements, False)
        items = None if items is None else Turns(thing, "D", items, True)
    if state is None or state is not attributes:
        return copy_module._reconstruct(thing, memo, *reduced[:2], state, elements, items)
    dicts_of_copied[id(attributes)] = thing
    try:
        return copy_module._reconstruct(thing, memo, *reduced[:2], state, elements, items)
    finally:
        dicts_of_copied.pop(id(attributes), None)


def sets_slots(kind):
    """Whether some attributes of things of a class are in slots, which are read at once."""
    return any("__slots__" in vars(each) and each.__module__ == "__main__" for each in kind.__mro__)


def fields_in_turn(fields, by_name, keeps_factory):
    """`dataclasses._asdict_inner` or `_astuple_inner`, a field a step. Newer ones give a `defaultdict` its factory again; others fail."""

    def inner(thing, factory):
        kind = type(thing)
        if kind in ATOMS:
            return thing
        if hasattr(kind, "__dataclass_fields__"):
            made = [(field.name, inner(my_getattr(thing, field.name), factory)) for field in fields(thing)]
            return factory(made if by_name else [value for _, value in made])
        if issubclass(kind, tuple):
            made = [inner(each, factory) for each in thing]
            return kind(*made) if hasattr(thing, "_fields") else kind(made)
        if issubclass(kind, list):
            return kind([inner(each, factory) for each in rd_turns(thing)])
        if issubclass(kind, dict):
            made = ((inner(key, factory), inner(value, factory)) for key, value in rd_turns(thing.items()))
            return kind(thing.default_factory, made) if keeps_factory and hasattr(kind, "default_factory") else kind(made)
        return sys.modules["copy"].deepcopy(thing)

    return inner


def adapt_fields(module):
    """Has `asdict` and `astuple` look at one field after the other."""
    for name, by_name in (("asdict", True), ("astuple", False)):
        BLIND_IDS.add(id(getattr(module, name)))
        inner = getattr(module, "_%s_inner" % name)
        keeps_factory = "default_factory" in inner.__code__.co_consts
        setattr(module, inner.__name__, in_steps(inner, fields_in_turn(module.fields, by_name, keeps_factory)))


# Copying what threads are put in order by ---------------------------------------------------------------------------------


class CopyOfModel:
    """What would make a copy of a model. `copy.copy` calls it at once; `copy.deepcopy` and `pickle` see to what is within first, and get no
    further than what cannot be copied."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __call__(self, *_):
        refuse_copying(self.name)

    def __reduce_ex__(self, protocol):
        return object, ()


def made_in_c(module, name, *given, **named):
    """A thing of CPython's own, to be refused in this Python's words."""
    return getattr(real_import(module), name)(*given, **named)


def refuse_copying(name):
    raise Unsupported("copying %s %s" % ("an" if name[0] in "AEIOU" else "a", name), "the copy would share its locks")


def reduced_model(model, protocol):
    """What `__reduce_ex__` says of a model: what is written in C cannot be copied, and of what is written in Python some part is in C."""
    kind = type(model)
    if kind.__reduce__ is not object.__reduce__:
        return model.__reduce__()
    own = next(each for each in kind.__mro__ if each in MODEL_CLASSES or each.__module__ != "__main__")
    if any(getattr(kind, name, None) is not getattr(object, name, None) for name in SAYS_WHAT_TO_COPY):
        refuse_copying(own.__name__)
    if kind._rd_in_c is not None:
        if kind is not own:
            raise TypeError("cannot pickle %r object" % kind.__name__)
        return made_in_c(*kind._rd_in_c).__reduce_ex__(protocol)
    within = {}
    for name, value in vars(model).items():
        if name == "_rd_name_":
            within.update(model._rd_parts())
            return CopyOfModel(own.__name__), (within,) if kind is own else (kind, within)
        within[name] = value  # set before the class of the library's had its say
    return object.__reduce_ex__(model, protocol)


SAYS_WHAT_TO_COPY = ("__getstate__", "__getnewargs__", "__getnewargs_ex__")


# Texts -----------------------------------------------------------------------------------------------------------------

encodes = set()  # the functions of `json`, once it is there


def adapt_encoding(module):
    """Has the encoder that is written in Python, which is that of `json.dump` and, before CPython 3.13, of `json.dumps` with an indent, look at one element
    after the other."""
    module._make_iterencode = in_steps(module._make_iterencode, encoded_in_turn)


def adapt_json(module):
    encodes.update((module.dump, module.dumps))


def is_encoded_in_turn(function, keywords):
    in_python = function in encodes and (function.__name__ == "dump" or keywords.get("indent") is not None and INDENTS_IN_PYTHON)
    return in_python and keywords.get("cls") is None


INDENTS_IN_PYTHON = sys.version_info < (3, 13)


CONSTANTS_OF_JSON = {None: "null", True: "true", False: "false"}


def encoded_in_turn(markers, default, encoder, indent, floatstr, key_separator, item_separator, sort_keys, skipkeys, *others):
    """`json.encoder._make_iterencode`."""
    if indent is not None and not isinstance(indent, str):
        indent = " " * indent

    def text_of(thing):
        """The text of what holds nothing else; nothing of what does."""
        if isinstance(thing, str):
            return encoder(thing)
        if thing is None or thing is True or thing is False:
            return CONSTANTS_OF_JSON[thing]
        if isinstance(thing, int):
            return int.__repr__(thing)
        return floatstr(thing) if isinstance(thing, float) else None

    def parts(thing, level):
        text = text_of(thing)
        if text is not None:
            yield text
        elif isinstance(thing, (list, tuple, dict)):
            yield from (pairs if isinstance(thing, dict) else elements)(thing, level + 1)
        else:
            with_marker(thing)
            yield from parts(default(thing), level)
            without_marker(thing)

    def with_marker(thing):
        if markers is not None:
            if id(thing) in markers:
                raise ValueError("Circular reference detected")
            markers[id(thing)] = thing

    def without_marker(thing):
        if markers is not None:
            del markers[id(thing)]

    def line(level):
        return "" if indent is None else "\n" + indent * level

    def elements(thing, level):
        if not rd_truth(thing):
            yield "[]"
            return
        with_marker(thing)
        before = "[" + line(level)
        for each in rd_turns(thing):
            text = text_of(each)
            if text is None:
                yield before
                yield from parts(each, level)
            else:
                yield before + text
            before = item_separator + line(level)
        if indent is not None:
            yield line(level - 1)
        yield "]"
        without_marker(thing)

    def pairs(thing, level):
        if not rd_truth(thing):
            yield "{}"
            return
        with_marker(thing)
        yield "{"
        before = line(level)
        for key, value in sorted(rd_whole(thing.items())) if sort_keys else rd_turns(thing.items()):
            if isinstance(key, float):
                key = floatstr(key)
            elif key is None or key is True or key is False:
                key = CONSTANTS_OF_JSON[key]
            elif isinstance(key, int):
                key = int.__repr__(key)
            elif not isinstance(key, str):
                if skipkeys:
                    continue
                raise TypeError("keys must be str, int, float, bool or None, not %s" % key.__class__.__name__)
            if before:
                yield before
            before = item_separator + line(level)
            yield encoder(key)
            yield key_separator
            yield from parts(value, level)
        if indent is not None:
            yield line(level - 1)
        yield "}"
        without_marker(thing)

    return parts


SUBSTITUTING = ("substitute", "safe_substitute")


def is_substituting(function, arguments):
    """Whether that puts what a mapping holds into a `string.Template`."""
    return (
        type(function) is types.MethodType and function.__func__.__module__ == "string" and len(arguments) == 1
        and function.__name__ in SUBSTITUTING
    )  # fmt: skip


class AskedInTurn:
    """A mapping that is asked for one key after the other."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __getitem__(self, key):
        return rd_deep(rd_item(self.thing, key))


# Shuffling --------------------------------------------------------------------------------------------------------------


def shuffles(function, arguments, keywords):
    """Whether that is the `shuffle` of a generator of random numbers, of a list that threads may share."""
    if type(function) is not types.MethodType or RealRandom is None or function.__func__ is not RealRandom.shuffle:
        return False
    given = (*arguments, *keywords.values())
    return len(given) == 1 and keywords.keys() <= {"x"} and type(given[0]) not in ATOMS and (container_of(given[0]) or "-")[0] == "L"


def shuffled(generator, thing, draw):
    """`generator.shuffle(thing)`: swaps one after the other, and `draw()` before each number is drawn."""
    rd_truth(thing)
    for last in range(raw_len(thing) - 1, 0, -1):
        other = drawn_below(generator, last + 1, draw)
        swapped = rd_item(thing, other), rd_item(thing, last)
        wr_item(swapped[0], thing, last)
        wr_item(swapped[1], thing, other)


def drawn_below(generator, limit, draw):
    """A number below a limit, drawn as `random` draws it: again and again until it is."""
    if type(generator)._randbelow is not RealRandom._randbelow:
        return generator._randbelow(limit)
    while True:
        draw()
        drawn = generator.getrandbits(limit.bit_length())
        if drawn < limit:
            return drawn
