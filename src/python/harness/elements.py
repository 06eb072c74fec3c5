# Accesses to containers that threads can share: reading, writing and removing elements, or all of them. Which places they touch is said in
# containers.py. Part of the harness; see core.py.


def item_touches(thing, key, manner, shape):
    if shape == "L":
        return list_element_touches(thing, key, manner)
    if manner == WRITE:
        return key_touches(thing, key, WRITE, ATTEMPT if seems_there(thing, key) else WRITE)
    if type(thing) is collections.defaultdict:
        if seems_there(thing, key):
            return key_touches(thing, key, ATTEMPT, ATTEMPT)
        return key_touches(thing, key, WRITE, WRITE) + factory_touches(thing)
    return key_touches(thing, key, READ, None)


def factory_touches(thing):
    """What asking a `defaultdict` for its factory touches."""
    return ((digest((name_of(thing), "default_factory")), READ),) if "default_factory" in tracked_attributes else ()


def lookup_touches(thing, key):
    """What looking for an element touches that code written in Python may make."""
    if not runs_python(thing.default_factory):  # any more
        return item_touches(thing, key, READ, "D")
    return key_touches(thing, key, READ, None) + (() if seems_there(thing, key) else factory_touches(thing))


def slice_touches(thing, key, value):
    """What `thing[key] = value` touches if the key is a slice: the value is read whole."""
    return with_others(item_touches(thing, key, WRITE, "L"), thing, (value,))


def removal_touches(thing, key, shape):
    if shape == "L":
        return structure_touches(shape, thing, WRITE if raw_len(thing) else ATTEMPT)
    if seems_there(thing, key):
        return key_touches(thing, key, WRITE, WRITE)
    return key_touches(thing, key, ATTEMPT, ATTEMPT)


def index_of(thing, key):
    """The index that `key` stands for: its own code is asked once, as the access itself would."""
    if not hasattr(type(key), "__index__") or type(thing).__module__ == "__main__":
        return key  # if it is none the access says so
    return operator.index(key)


def rd_item(thing, key):
    """`thing[key]`."""
    if solo:
        value = thing[key]
        if type(value) not in ATOMS and id(thing) in names:
            publish(value)  # a default that was just made: later nobody knows who made it
        return value
    kind = type(thing)
    shape = kinds.get(kind) or kind_of(kind)
    if shape == "-":
        return adopted(thing[key]) if use(thing, "__getitem__") else thing[key]
    if kind is collections.defaultdict and runs_python(thing.default_factory):
        return rd_made(thing, key)
    if shape == "L" and type(key) is not int:
        key = index_of(thing, key)
    touches = announce(item_touches, thing, key, READ, shape)
    if detail and touches:
        makes = kind is collections.defaultdict and not keys_notice and not raw_has(thing, key)
        value = told(lambda: in_the_middle(touches, operator.getitem, (thing, key), {}), "make" if makes else "read", item_place(thing, key))
    else:
        is_plain = kind is list or kind is dict and not (touches and runs_code(key))
        value = thing[key] if is_plain else in_the_middle(touches, operator.getitem, (thing, key), {})
    if type(value) not in ATOMS and id(thing) in names:
        publish(value)  # a default that was just made: here it is still known who made it
        if kept:
            hold(value)
    return value


def rd_made(thing, key):
    """`thing[key]`, where what is missing is made by code written in Python: others fit in before it is kept."""
    touches = announce(lookup_touches, thing, key)
    there = act_by_key(touches, got, thing, key)
    if detail and touches:
        note("read", item_place(thing, key), None if there is MISSING else show(there))
    if there is not MISSING:
        return there
    if not runs_python(thing.default_factory):
        return thing[key]
    value = callee(thing.default_factory)()
    wr_item(value, thing, key)
    return value


def runs_python(function):
    """Whether calling `function` runs code written in Python, so that others may come in between."""
    kind = type(function)
    if kind is functools.partial:
        return runs_python(function.func)
    if kind is types.FunctionType or kind is types.MethodType:
        return True
    if issubclass(kind, type):
        makers = (getattr(function, "__init__", None), getattr(function, "__new__", None))
        return function not in (Lock, RLock, SimpleQueue) and any(type(each) is types.FunctionType for each in makers)
    return kind.__module__ == "__main__"


def wr_item(value, thing, key):
    """`thing[key] = value`."""
    kind = type(thing)
    shape = kinds.get(kind) or kind_of(kind)
    value = given_slice(key, value)
    is_passed = type(key) is slice and type(value) in PASSING
    if shape != "-":
        if type(value) not in ATOMS and id(thing) in names:
            publish_given(value) if is_passed else publish(value)
        if not solo:
            if shape == "D" and id(thing) in namespaces:
                wrote_in_namespace(thing, (key,))
            if type(key) is slice and type(value) not in ATOMS:
                touches = announce_change_within(slice_touches, (thing, key, value), thing)
            else:
                if shape == "L" and type(key) is not int:
                    key = index_of(thing, key)
                if loops and not kept and kind.__module__ != "__main__":
                    cur.storing = element_itself, (thing, key), value
                touches = announce_change(item_touches, (thing, key, WRITE, shape), element_itself, thing, key)
                cur.storing = None  # where that was no step
            if detail and touches:
                note("write", item_place(thing, key), show(value))
            if is_passed:
                go_at_once(touches, (value,), operator.setitem, (thing, key, value), {})
                return
            if touches and shape == "D" and runs_code(key):
                in_the_middle(touches, operator.setitem, (thing, key, value), {})
                return
    elif opaqueness(kind):
        publish(value)
        use(thing, "__setitem__", None, (key, value) if type(key) is slice else ())
    thing[key] = value


def given_slice(key, value):
    """What is put in the place of `key`: of a slice CPython makes a list of that before it touches anything."""
    return [*iter(rd_spread(value, False))] if type(key) is slice and is_handing(value) else value  # nobody asks it for its length


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
            if shape == "D" and kind is not dict and counts_by_steps(kind, "__delitem__"):
                del thing[key]
                return
            if shape == "D" and id(thing) in namespaces:
                wrote_in_namespace(thing, (key,))
            if type(key) is slice:
                touches = announce_change_within(removal_touches, (thing, key, shape), thing)
            else:
                touches = announce_change(removal_touches, (thing, key, shape), element_itself, thing, key)
            if detail and touches:
                told(lambda: act_by_key(touches, operator.delitem, thing, key), "delete", item_place(thing, key))
                return
        else:
            use(thing, "__delitem__")
            touches = ()
        if touches:
            act_by_key(touches, operator.delitem, thing, key)
            return
    del thing[key]


def act_by_key(touches, act, thing, key, *more):
    """Does something with a key: one act, unless looking for the key runs code of the scenario's."""
    return in_the_middle(touches, act, (thing, key, *more), {}) if runs_code(key) else act(thing, key, *more)


def got(thing, key):
    """What a dict has under a key, or `MISSING`."""
    return dict.get(thing, key, MISSING)


def rd_in(key, thing):
    """`key in thing`."""
    if not solo:
        thing_read = thing
        touches = ()
        by_key = True
        if type(thing) in VIEWS:
            thing_read = gc.get_referents(thing)[0]
            by_key = type(thing) in KEY_VIEWS
        kind = type(thing_read)
        shape = kinds.get(kind) or kind_of(kind)
        if shape == "D" and not by_key:
            rd_all_deep((key, thing_read))
            return key in thing
        if shape == "L" and type(key) in ATOMS:
            touches = announce(whole_touches, shape, thing_read)
        elif shape == "L" or type(thing) is tuple:
            touches = rd_all_deep((key, thing_read))
            if touches and compares_in_python([key, *(raw_iter(thing) if shape == "L" else thing)], "__eq__"):
                return in_the_middle(touches, operator.contains, (thing, key), {})
            return key in thing
        elif shape != "-":
            touches = announce(key_touches, thing_read, key, READ, None)
        elif kind is types.GeneratorType and is_shared_opaque(thing):
            return any(each is key or each == key for each in OpaqueTurns(thing))
        elif kind in PASSING or kind in REVERSED or is_handing(thing) and not looks_by_itself(kind):
            return call_read(operator.contains, gone_into(thing, False), key)
        else:
            use(thing, "__contains__", None, () if type(key) in ATOMS else (key,))
        if detail and touches:
            return told(lambda: act_by_key(touches, operator.contains, thing, key), "read", "%s in %s" % (show(key), place_of(thing_read)))
        if touches:
            return act_by_key(touches, operator.contains, thing, key)
    return key in thing


def rd_not_in(key, thing):
    """`key not in thing`."""
    return not rd_in(key, thing)


def rd_whole(thing):
    """Before something reads all of `thing`, if that is a container. Returns it."""
    if not solo and type(thing) not in ATOMS:
        if is_of_c(thing):
            return rd_unpacked_at_once(thing)
        container = container_of(thing)
        if container is not None:
            touches = announce(whole_touches, *container)
            if detail and touches:
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
        if kind is Turns and id(thing) in names:
            return "O", thing  # how far it has come
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
    if touches:
        tell_read(containers)
    return touches


def rd_operands(operands):
    """Before an operator reads all of its operands, in one act unless it counts."""
    if type(operands[0]) not in counters:
        rd_wholes(operands)


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
    of all objects, or those of the names that it holds, not only of those whose text and comparison are made of them."""
    inside, _ = within(things, objects)
    if not inside:
        return ()
    touches = announce(deep_touches, things, objects)
    if touches:
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
                owner = thing()
                touches = announce(attribute_touches, owner, name, READ)
                if detail and touches:
                    inner = dict_of(owner) or {}
                    note("read", place_of(owner, name), show(inner[name]) if name in inner else None)
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
        if kind is functools.partial:
            todo += [(each, is_inner) for each in (*thing.args, *thing.keywords.values())]
            continue
        if issubclass(kind, BaseException) and not is_written_here(kind.__str__):
            todo += [(each, is_inner) for each in thing.args]  # its text is theirs
            continue
        container = container_of(thing)
        if container is None and (kind.__module__ == "__main__" and objects or has_fields(kind)):
            container = (objects if type(objects) is frozenset else "A", thing)
        if container is None and opaque_kinds.get(kind) == "class" and id(thing) not in seen:
            seen.add(id(thing))
            todo += [(each, is_inner) for _, each, is_part in held_by(thing) if is_part]
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
        elif shape == "O":
            todo += [(each, is_inner) for shape, each, is_part in held_by(thing) if is_part and shape != "O"]
        elif shape == "A":
            todo += [(each, True) for each in (dict_of(thing) or {}).values()]
        elif type(shape) is frozenset:
            todo += [(each, True) for name, each in (dict_of(thing) or {}).items() if name in shape]
    return inside, nested


def has_fields(kind):
    """Whether the text of instances, or what they are equal to, is made of their attributes by code that nobody rewrites."""
    return (
        "__dataclass_fields__" in kind.__dict__ and kind.__module__ != "__main__" or issubclass(kind, types.SimpleNamespace)
        or kind.__module__ == "argparse" and kind.__qualname__ == "Namespace"
    )  # fmt: skip


def field_touches(thing, names=None):
    """What reading all attributes of an object touches, or those of the given names."""
    touches = ()
    for name in sorted(tracked_attributes if names is None else names):
        if name not in tracked_attributes:
            continue
        touches += attribute_touches(thing, name, READ)
    return touches


def deep_touches(things, objects):
    inside, nested = within(things, objects)
    touches = touches_of_all(inside)
    if nested and touches:
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


def rd_formatted(operands):
    """Before `%`: a text says all of what is put into it."""
    text, given = operands
    if isinstance(text, (str, bytes, bytearray)):
        if issubclass(type(given), collections.defaultdict):
            mark, end = (b"%(", b")") if isinstance(text, (bytes, bytearray)) else ("%(", ")")
            keys = [part.partition(end)[0] for part in text.split(mark)[1:]]
            announce(asked_touches, (text, given), False, [(given, keys)])
        else:
            rd_all_deep((text, given))


COMPARISONS = frozenset("Eq NotEq Lt LtE Gt GtE".split())
ON_BOTH = {
    "__rd_%s__" % name: both(function, rd_all_deep if name in COMPARISONS else rd_operands) for name, function in {
        "Add": operator.add, "Sub": operator.sub, "BitOr": operator.or_, "BitAnd": operator.and_, "BitXor": operator.xor,
        "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtE": operator.le, "Gt": operator.gt, "GtE": operator.ge,
        "Mult": operator.mul,
    }.items()
}  # fmt: skip
ON_BOTH["__rd_Mod__"] = both(operator.mod, rd_formatted)


def rd_truth(thing):
    """Before the truth of `thing` is asked, which for a container is its length. Returns it."""
    if not solo:
        kind = type(thing)
        if kind in VIEWS:
            rd_truth(gc.get_referents(thing)[0])
            return thing
        shape = kinds.get(kind) or kind_of(kind)
        if shape != "-":
            touches = announce(structure_touches, shape, thing, READ)
            if detail and touches:
                note("read", "len(%s)" % place_of(thing), show(raw_len(thing)))
        else:
            use(thing, "__len__")
    return thing
