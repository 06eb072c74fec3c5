# Names of objects, by which they are the same from one execution to the next. Part of the harness; see core.py.

ATOMS = {
    int, float, complex, str, bytes, bool, type(None), type, types.ModuleType, range, slice, type(Ellipsis),
    type(NotImplemented),
}  # fmt: skip
CellType = types.CellType


def new_name():
    me = cur
    me.names += 1
    return me.code << 20 | me.names


def name_of(thing):
    """The thing's name, given now if it has none."""
    known = names.get(id(thing))
    if known is not None:
        return known[0]
    publish(thing)
    known = names.get(id(thing))
    if known is not None:
        return known[0]
    name = new_name()
    keep_name(thing, name)
    return name


def keep_name(thing, name):
    where = id(thing)
    kind = type(thing)
    if kind.__flags__ & 512 and kind.__weakrefoffset__ or kind is types.GeneratorType:  # an instance of a class: do not keep it alive
        try:
            names[where] = (name, weak_reference(thing, functools.partial(forget, names, where)))
            return
        except TypeError:
            pass
    names[where] = (name, thing)


def keep_mortal_name(thing, name):
    """`keep_name` where objects do something as they die."""
    keep_only_name(thing, name)
    if hasattr(type(thing), "__del__"):
        may_die(thing)


keep_only_name = keep_name


def forget(table, where, _):
    table.pop(where, None)


MANY_TUPLES = 64


def publish(thing):
    """Names `thing` and whatever can be reached through it, in an order that is always the same."""
    if type(thing) in ATOMS or id(thing) in names:
        return
    # Not by calling itself: a linked list is as deep as it is long.
    left = [thing]
    passed = 0
    while left:
        thing = left.pop()
        if type(thing) not in ATOMS and id(thing) not in names:
            if type(thing) is tuple:
                # Tuples have no names, but where there are many of them within each other none is gone through twice.
                passed += 1
                if passed > MANY_TUPLES:
                    names[id(thing)] = (0, thing)
            reached = name_one(thing)
            if reached:
                reached.reverse()
                left += reached


def name_one(thing):
    """Names `thing`, if it is something to be named, and lists what can be reached from it in one go."""
    kind = type(thing)
    if kind is types.FunctionType:
        if thing.__globals__ is not program_globals:
            return []
        names[id(thing)] = (0, thing)
        return [*(thing.__closure__ or ()), *(thing.__defaults__ or ())]
    if kind is CellType:
        names[id(thing)] = (new_name(), thing)
        try:
            return [thing.cell_contents]
        except ValueError:
            return []
    if kind is types.MethodType:
        return [thing.__self__, thing.__func__]
    if kind is types.BuiltinFunctionType or kind is types.MethodWrapperType:
        owner = thing.__self__
        return [] if owner is None or type(owner) in ATOMS else [owner]
    if kind is functools.partial:
        return [thing.func, *thing.args, *thing.keywords.values()]
    if kind is tuple or kind is frozenset:
        return [item for item in thing if type(item) not in ATOMS]
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-":
        if issubclass(kind, type):
            if thing.__module__ != "__main__":
                return []
        elif not publish_opaque(thing) and kind.__module__ != "__main__" and kind not in kinds_with_fields:
            return []
    keep_name(thing, new_name())
    reached = []
    if shape == "-" and opaque_kinds.get(kind) == "iterator":
        parts = innards_of(thing)
        reached += parts.iterators + parts.sources + [turns.thing for turns in parts.sources]
        reached += [function.args[0] for function in parts.functions if type(function) is Method]
    if shape == "L":
        reached += [item for item in raw_iter(thing) if type(item) not in ATOMS]
    elif shape == "D":
        for key, item in dict.items(thing):
            reached += (key, item)
    inner = dict_of(thing)
    if inner is not None:
        reached += inner.values()
    return reached


def dict_of(thing):
    """The attributes that the thing itself holds, whatever its class says when asked; or None."""
    try:
        inner = object.__getattribute__(thing, "__dict__")
    except (AttributeError, TypeError):
        return None
    return inner if type(inner) is dict else None


def kind_of(kind):
    """Which sort of container instances of `kind` are: list-like L, dict-like D, set S, or no container, '-'."""
    if not isinstance(kind, type):
        return "-"
    if issubclass(kind, (list, collections.deque, bytearray)):
        shape = "L"
        if kind is bytearray:
            found.add(OPAQUE)
    elif issubclass(kind, dict):
        shape = "D"
    elif issubclass(kind, set):
        shape = "S"
    else:
        shape = "-"
    kinds[kind] = shape
    return shape
