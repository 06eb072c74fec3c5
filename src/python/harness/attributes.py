# Accesses to the attributes that threads can share, as shared.py has those to names. Part of the harness; see core.py.

changed_modules = {}  # the modules whose attributes the execution has set, as they were
changed_classes = {}  # the same of classes that are not the scenario's own, and of one attribute each


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


def is_data(kind, name):
    """Whether the class says what an attribute of that name is, whatever the instance itself has: a property, for one."""
    return decides(next((owner.__dict__[name] for owner in kind.__mro__ if name in owner.__dict__), None))


def decides(held):
    """Whether what a class has under a name says what that attribute of an instance is, whatever the instance has."""
    return hasattr(type(held), "__set__") or hasattr(type(held), "__delete__")


def is_slot(kind, name):
    """Whether one of the classes has a slot of that name."""
    return any(isinstance(owner.__dict__.get(name), types.MemberDescriptorType) for owner in kind.__mro__)


def forget_attributes():
    """Forgets what is known of the attributes of classes: there are others now."""
    attribute_shapes.clear()
    one_place.clear()


def class_name(kind):
    return "class %s" % kind.__qualname__


def attribute_touches(thing, name, manner, removes=False):
    """What reading or writing an attribute touches, or writing that removes it; nothing where it runs code instead."""
    kind = type(thing)
    if issubclass(kind, type):
        own = (digest((class_name(thing), name)), manner)
        if manner == WRITE:
            return (own, *order_touches(class_name(thing), vars(thing), name, removes))
        owners = thing.__mro__[1:] if kind is type else thing.__mro__[1:] + kind.__mro__  # a class is an instance too
        return (own,) + tuple(
            (digest((class_name(owner), name)), READ) for owner in owners if owner.__module__ == "__main__"
        )
    if kind is types.ModuleType:
        return ((digest((GLOBALS if vars(thing) is program_globals else "module " + thing.__name__, name)), manner),)
    if kind is super:
        kinds_after = itertools.dropwhile(lambda owner: owner is not thing.__thisclass__, thing.__self_class__.__mro__)
        return tuple((digest((class_name(owner), name)), READ) for owner in kinds_after if owner.__module__ == "__main__")
    shape = attribute_shapes.get((kind, name))
    if shape is None:
        if issubclass(kind, Local) or kind in PROXIES:
            shape = "code"
        else:
            shape = attribute_shape(kind, name)
        attribute_shapes[kind, name] = shape
    if shape == "code":
        if kind in PROXIES:
            return attribute_touches(stands_for(thing), name, manner)
        if issubclass(kind, Local):
            # No other thread knows what a thread's own attributes are, but slots are everybody's.
            own = ((digest((name_of(thing), name)), manner),) if is_slot(kind, name) else ()
            return own + (owners_touches(kind, name) if manner == READ else ())
        if is_of_library(kind):
            return state_touches(thing, manner)
        inner, is_decided = dict_of(thing), is_data(kind, name)
        if is_decided or inner is None or name not in inner:
            # That it is code is what may have changed, or may be about to.
            touches = owners_touches(kind, name)
            if inner is not None and not is_decided:
                touches += ((digest((name_of(thing), name)), manner),)
            return touches
    if name in CONFIGURED and is_of_logging(kind):
        if manner == WRITE:
            found.add(LOGGING)
            return logging_write.touches
        lists_of_logger(thing)
        return logging_read.touches
    own = (digest((name_of(thing), name)), manner)
    if manner == READ and type(kind.__getattribute__) is types.FunctionType and kind.__module__ == "__main__":
        return ()  # as below
    if manner == WRITE:
        # What the scenario's own `__setattr__` does it announces itself.
        if type(kind.__setattr__) is types.FunctionType and kind.__module__ == "__main__":
            return ()
        if kind.__module__ == "logging":
            found.add(LOGGING)
            return (own, *logging_write.touches)
        # Methods of the library look at it.
        state = state_touches(thing, WRITE) if is_of_library(kind) else ()
        return (own, *owners_touches(kind, name, True), *state, *own_order_touches(thing, name, removes))
    return (own, *owners_touches(kind, name, name in (dict_of(thing) or ())))


def order_touches(owner, there, name, removes):
    """What setting an attribute, or removing it, touches beyond that: which of those `there` come after which, where that can be seen. What is
    new comes last, and what goes may come again; anything else leaves them as they are."""
    return ((digest((owner, "*")), WRITE if (name in there) is removes else ATTEMPT),) if shows_attributes else ()


def own_order_touches(thing, name, removes):
    """The same for an attribute that an instance has by itself."""
    inner = dict_of(thing) if shows_attributes else None
    return () if inner is None or is_data(type(thing), name) else order_touches(name_of(thing), inner, name, removes)


DECIDES = " decides"  # after a name: that classes may come to say what that attribute of an instance is, whatever the instance has, or cease to


def note_class_attribute(owner, name, *value):
    """Some thread gives a class an attribute, or takes it away, while others live."""
    if not isinstance(name, str):
        return  # as Python will say
    if name not in tracked_class_attributes:
        found.add(("class attribute", name))
    if name + DECIDES not in tracked_class_attributes:
        held = [each.__dict__.get(name) for kind in kinds_below(owner) for each in kind.__mro__]
        if any(map(decides, (*value, *held))):
            found.add(("class attribute", name + DECIDES))


def kinds_below(kind):
    """The class and those that are derived from it."""
    below = [kind]
    for each in below:  # which grows
        below += type.__subclasses__(each)
    return below


def owners_touches(kind, name, has_it=False):
    """What an attribute of an instance, which `has_it` by itself or not, touches of its classes, where any of them changes."""
    if name not in tracked_class_attributes or has_it and name + DECIDES not in tracked_class_attributes:
        return ()
    return tuple((digest((class_name(owner), name)), READ) for owner in kind.__mro__ if owner.__module__ == "__main__")


def touches_one_place(kind, name):
    """Finds out what `one_place` has: where `attribute_touches` gives the same one place, whatever the instance is like."""
    known = one_place[kind, name] = (
        not shows_attributes and not issubclass(kind, (type, types.ModuleType, Local)) and kind not in PROXIES
        and kind is not super and name not in tracked_class_attributes and type(kind.__setattr__) is not types.FunctionType
        and type(kind.__getattribute__) is not types.FunctionType
        and (kind.__module__ == "__main__" or kind.__module__ != "logging" and not is_of_library(kind))
        and attribute_shape(kind, name) != "code" and not (name in CONFIGURED and is_of_logging(kind))
    )  # fmt: skip
    return known


def rd_attr(thing, name):
    """`thing.name`, tracked."""
    if solo:
        return getattr(thing, name)
    key = type(thing), name
    if one_place[key] if key in one_place else touches_one_place(*key):
        # Most are like that, and mostly it is not worth while to find out anew.
        who = name_of(thing)
        op = reads.get((who, name)) or read_op(who, name)
        visible(op)
        if loops:
            cur.seen.setdefault(op.touches[0][0], position)
        value = told(lambda: getattr(thing, name), "read", place_of(thing, name)) if detail else getattr(thing, name)
        if kept:
            hold(value)
        return value
    make_own_part(thing)
    touches = announce(attribute_touches, thing, name, READ)
    if detail and touches:
        return told(lambda: getattr(thing, name), "read", place_of(thing, name))
    return getattr(thing, name)


def make_own_part(thing):
    """Before an attribute is asked for or set: a thread's part of a `threading.local` is made first, and its `__init__` may take steps."""
    if issubclass(type(thing), Local):
        Local._rd_table(thing)


def wr_attr(value, thing, name):
    """`thing.name = value`."""
    if type(thing) is types.ModuleType and vars(thing) is program_globals:
        program_globals[name] = wr_global(value, name)
        return
    if not solo:
        if issubclass(type(thing), type):
            note_class_attribute(thing, name, value)
        key = type(thing), name
        if name not in tracked_attributes:
            if attribute_touches(thing, name, WRITE):
                found.add(("attribute", name))
        elif not reads_within and not kept and (one_place[key] if key in one_place else touches_one_place(*key)):
            who = name_of(thing)
            if loops:
                cur.storing = attribute_itself, (thing, name), value
            visible(writes.get((who, name)) or write_op(who, name))
            if detail:
                note("write", place_of(thing, name), show(value))
        else:
            make_own_part(thing)
            touches = announce_change(attribute_touches, (thing, name, WRITE), attribute_itself, thing, name)
            if detail and touches:
                note("write", place_of(thing, name), show(value))
    is_class = issubclass(type(thing), type)
    if type(value) not in ATOMS and (id(thing) in names or is_class):
        publish(value)
    if is_class or type(thing) is types.ModuleType:
        keep_outside(thing, name)
    try:
        setattr(thing, name, value)
    finally:
        if is_class:
            forget_attributes()


def store_attr(store, thing, name, *value):
    """`object.__setattr__` or `object.__delattr__`, called by name: what the class of `thing` makes of such acts is not asked."""
    is_class = issubclass(type(thing), type)
    is_main = type(thing) is types.ModuleType and vars(thing) is program_globals
    if not solo:
        if is_class:
            note_class_attribute(thing, name, *value)
        if is_main and name not in tracked_globals:
            found.add(("global", name))
        if name not in tracked_attributes:
            found.add(("attribute", name))
        else:
            announce(stored_touches, thing, name, not value)
            if detail:
                note("write" if value else "delete", place_of(thing, name), *map(show, value))
    if id(thing) in names or is_class or is_main:
        for each in value:
            publish(each)
    keep_outside(thing, name)
    try:
        return store(thing, name, *value)
    finally:
        if is_class:
            forget_attributes()


def stored_touches(thing, name, removes):
    if type(thing) is types.ModuleType or issubclass(type(thing), type):
        return attribute_touches(thing, name, WRITE)
    own = digest((name_of(thing), name)), WRITE
    return (own, *owners_touches(type(thing), name, True), *own_order_touches(thing, name, removes))


# Names of that form which Python itself does not look up in the class.
PLAIN_SPECIAL = frozenset("__doc__ __annotations__ __module__ __name__ __qualname__ __dict__ __match_args__".split())


def refuse_unseen(thing, name):
    """Before an attribute changes of which Python, or Raceday, takes no notice in a step."""
    if thing is builtins:
        raise Unsupported("setting `builtins.%s`" % name, "what is built in is modelled, or used by what is")
    if not solo and issubclass(type(thing), type) and str(name)[:2] == "__" == str(name)[-2:] and name not in PLAIN_SPECIAL:
        raise Unsupported("another `%s.%s` while several threads live" % (thing.__qualname__, name), "Python looks it up in no step of its own")


def keep_outside(thing=None, name=None):
    """Before an attribute changes: what that is of a module or of a class of the library's the next execution is to find as it was."""
    refuse_unseen(thing, name)
    if type(thing) is types.ModuleType:
        if id(thing) not in changed_modules:
            changed_modules[id(thing)] = (thing, dict(vars(thing)))
    elif issubclass(type(thing), type) and thing.__module__ != "__main__":
        if not solo and (thing in MODEL_CLASSES or hasattr(sys.modules.get(thing.__module__), thing.__qualname__.partition(".")[0])):
            what = "another `%s.%s.%s` while several threads live" % (thing.__module__, thing.__qualname__, name)
            raise Unsupported(what, "the library looks at it in no step of its own")
        changed_classes.setdefault((id(thing), name), (thing, vars(thing).get(name, MISSING)))


def fill_again(init, /, *arguments, **keywords):
    """`__init__` of Python's own, called by name: that of a container changes all of it, that of a namespace sets attributes."""
    thing = arguments[0] if arguments else None
    shape = kinds.get(type(thing)) or kind_of(type(thing))
    if shape != "-":
        return call_method(thing, "__init__", shape, functools.partial(init, thing), *arguments[1:], **keywords)
    if isinstance(thing, types.SimpleNamespace) and (len(arguments) == 1 or sys.version_info >= (3, 13)):
        values = dict(*arguments[1:], **keywords)
        for name in values:
            if name not in tracked_attributes:
                found.add(("attribute", name))
        announce(filled_touches, thing, values)
        if detail:
            note("write", place_of(thing), show(values))
        if id(thing) in names:
            for each in values.values():
                publish(each)
    elif not isinstance(thing, BaseException):  # they keep what they are given
        rd_all_deep((*arguments[1:], *keywords.values()))
    return init(*arguments, **keywords)


def filled_touches(thing, values):
    names = [*(name for name in values if name in tracked_attributes), *(("*",) if shows_attributes else ())]
    return tuple((digest((name_of(thing), name)), WRITE) for name in names)


def load_attr(load, thing, name):
    """`object.__getattribute__`, called by name: what the class of `thing` makes of reading is not asked."""
    if not solo and name in tracked_attributes:
        announce(loaded_touches, thing, name)
        if detail:
            return told(lambda: load(thing, name), "read", place_of(thing, name))
    return load(thing, name)


def loaded_touches(thing, name):
    if type(thing) is types.ModuleType or issubclass(type(thing), type):
        return attribute_touches(thing, name, READ)
    owners = owners_touches(type(thing), name, name in (dict_of(thing) or ()))
    return ((digest((name_of(thing), name)), READ), *owners)


def del_attr(thing, name):
    """`del thing.name`."""
    is_step = ()
    if not solo:
        make_own_part(thing)
        if issubclass(type(thing), type):
            note_class_attribute(thing, name)
        if name not in tracked_attributes:
            found.add(("attribute", name))
        else:
            is_step = announce_change(attribute_touches, (thing, name, WRITE, True), attribute_itself, thing, name)
    keep_outside(thing, name)
    try:
        if is_step and detail:
            told(lambda: delattr(thing, name), "delete", place_of(thing, name))
        else:
            delattr(thing, name)
    finally:
        if issubclass(type(thing), type):
            forget_attributes()


def my_getattr(thing, name, *default):
    """The scenario's `getattr`."""
    if not solo and name in tracked_attributes:
        make_own_part(thing)
        touches = announce(attribute_touches, thing, name, READ)
        if detail and touches:
            return told(lambda: untracked_getattr(thing, name, *default), "read", place_of(thing, name))
    return untracked_getattr(thing, name, *default)


def untracked_getattr(thing, name, *default):
    """`getattr` of what is announced already, or no place of its own."""
    if type(name) is str and name == "__dict__" and hasattr(thing, name):
        return rd_dict(thing, name)
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
        make_own_part(thing)
        touches = announce(attribute_touches, thing, name, READ)
        if detail and touches:
            return told(lambda: hasattr(thing, name), "read", "hasattr(%s, %r)" % (place_of(thing), name))
    return hasattr(thing, name)


def my_setattr(thing, name, value):
    """The scenario's `setattr`."""
    if name in RELATED:
        wr_related(value, thing, name)
    else:
        wr_attr(value, thing, name)


RELATED = ("__dict__", "__class__", "__code__", "__defaults__", "__kwdefaults__")


def wr_related(value, thing, name):
    """`thing.__dict__ = value` or `thing.__class__ = value`, from when on all its attributes are others, and the like of functions."""
    if name != "__dict__":
        if not solo and (id(thing) in names or type(thing) is types.FunctionType):
            raise Unsupported("another `%s` for what threads may share" % name, "nobody announces that he looks at it")
    elif isinstance(value, dict):  # which may be `thing` itself
        if not solo:
            for each in {**(dict_of(thing) or {}), **value}:
                if each not in tracked_attributes:
                    found.add(("attribute", each))
            announce(renaming_touches, thing, value)
            if detail:
                note("write", place_of(thing, name), show(value))
        setattr(thing, name, value)
        keep_name(thing, name_of(value))  # what has the same dict has the same attributes
        announce_all_of(value)
        namespaces[id(value)] = "attribute"
        return
    setattr(thing, name, value)


def renaming_touches(thing, other):
    """What writing all attributes of `thing` touches, as they are called now and as they will be."""
    return tuple((digest((name, each)), WRITE) for name in (name_of(thing), name_of(other)) for each in sorted(tracked_attributes))


def announce_all_of(attributes):
    """Has every use of a dict be a step, now that it holds attributes: they are places that others announce."""
    name = name_of(attributes)
    if not solo and name not in shared_here:
        found.add(("container", name))  # what was done to it until now was none
    shared_here.add(name)


def rd_dict(thing, name):
    """`thing.__dict__`: the same locations as the attributes. A class shows its own through a view, which is not looked at later."""
    if thing is builtins:
        raise Unsupported("`vars(builtins)`", "what is built in is modelled, or used by what is")
    if not solo and issubclass(type(thing), type) and thing.__module__ == "__main__":
        touches = announce(class_dict_touches, thing)
        if detail and touches:
            note("read", place_of(thing, name))
    inner = getattr(thing, name)
    if type(thing) in PROXIES:
        thing = stands_for(thing)
    if type(inner) is dict and type(thing) is not types.ModuleType:
        names[id(inner)] = (name_of(thing), inner)
        announce_all_of(inner)
        namespaces[id(inner)] = "attribute"
    return inner


def class_dict_touches(kind):
    """What reading all attributes of a class touches."""
    return tuple((digest((class_name(kind), each)), READ) for each in (*sorted(tracked_class_attributes), "*"))


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
    if not thing:
        return sorted(names_of(sys._getframe(1)))
    if not solo:
        touches = announce(field_touches, thing[0])
        if detail and touches:
            note("read", "dir(%s)" % place_of(thing[0]))
    return [name for name in dir(*thing) if not name.startswith("_rd_")]


def names_of(frame):
    """The names of a frame of the scenario's, without ours."""
    local = frame.f_locals
    if type(local).__name__ == "FrameLocalsProxy":  # CPython 3.13: `locals()` is a snapshot
        return {name: value for name, value in local.items() if not name.startswith("__rd_")}
    is_function = frame.f_code.co_flags & OPTIMIZED  # what it gives is cleared (see `forget_snapshot`)
    if not is_function and (local is program_globals or not any(name.startswith("__rd_") for name in local)):
        return local
    return {name: value for name, value in local.items() if not name.startswith("__rd_")}
