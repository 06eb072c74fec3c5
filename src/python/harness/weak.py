# Objects to which weak references lead, and when they die. Part of the harness; see core.py.
#
# An object dies where a thread lets go of the last other reference to it: at the end of a function, say, which is no step. But who asks the
# weak reference then finds nothing. So while several threads live, such an object is kept alive beyond that, until the thread that let go
# of it comes to its next step. Before that it takes another: the object's death.

mortal = {}  # by its id, each object that weak references lead to: a reference of ours, and the places of the collections that know it so
kept = {}  # by its id, the object itself, while several threads live
dying = set()  # those whose death is announced
reference_places = {}  # by the id of a weak reference: that, and the place that says whether it leads anywhere


def forget_weak():
    mortal.clear()
    kept.clear()
    dying.clear()
    reference_places.clear()


def may_die(thing, holder=None):
    """From now on a weak reference leads to `thing`, from `holder` if that is a collection. What does anything as it dies, dies as ever."""
    kind = type(thing)
    if kind.__module__ != "__main__" or not kind.__flags__ & 512 or not kind.__weakrefoffset__ or hasattr(kind, "__del__"):
        return
    where = id(thing)
    if where not in mortal:
        name_of(thing)
        mortal[where] = weak_reference(thing, functools.partial(forget, mortal, where)), set()
    if holder is not None:
        mortal[where][1].add(digest((name_of(holder), "state")))
    if not solo:
        keep_mortal()


def keep_mortal():
    """Several threads live."""
    global plain
    for where, (reference, _) in list(mortal.items()):
        thing = reference()
        if thing is not None and where not in kept:
            kept[where] = thing
            plain = False


def life_touches(where, manner):
    return ((digest((names[where][0], "life")), manner),)


def bury():
    """The running thread is to take a step: those of which it has let go die before."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename == program.filename:
            frame.f_locals  # what was told of variables holds what they held then
        frame = frame.f_back
    for where in list(kept):
        if where in kept and where not in dying and sys.getrefcount(kept[where]) == 2:
            dying.add(where)
            places = sorted(mortal[where][1])
            visible(op_of(life_touches(where, WRITE) + tuple((place, WRITE) for place in places)))
            dying.discard(where)
            if detail:
                note("let go of", type(kept[where]).__name__.lower())
            # Others may have come by it meanwhile.
            if sys.getrefcount(kept[where]) == 2:
                del kept[where]


def refer(make, /, *arguments, **keywords):
    """Makes a weak reference."""
    reference = make(*arguments, **keywords)
    thing = reference()
    if type(thing) is types.MethodType:
        thing = thing.__self__
    may_die(thing)
    if id(thing) in mortal:
        # One with a callback is not kept: once the scenario has let go of it nobody is called.
        reference_places[id(reference)] = reference if reference.__callback__ is None else None, life_touches(id(thing), READ)
    return reference


def follow(reference):
    """Asks a weak reference for what it leads to."""
    if not solo and id(reference) in reference_places:
        announce(lambda: reference_places[id(reference)][1])  # the place has a name though what is there may be gone
        if detail:
            note("follow", "weak reference")
    return reference()


def adapt_weak_references(module):
    """Collections of weak references say what they come to know."""
    for kind, changes in (
        (module.WeakValueDictionary, ("__setitem__", "setdefault", "update", "__ior__")),
        (module.WeakKeyDictionary, ("__setitem__", "setdefault", "update", "__ior__")),
        (module.WeakSet, ("add", "update", "__ior__")),
        (module.finalize, ("__init__",)),
    ):
        for name in changes:
            if name in vars(kind):
                setattr(kind, name, watching(vars(kind)[name]))


def watching(method):
    def call(self, *arguments, **keywords):
        for each in (*arguments, *keywords.values()):
            for part in (*each, *each.values()) if type(each) is dict else each if type(each) in CONTAINERS else (each,):
                may_die(part, self)
        return method(self, *arguments, **keywords)

    call.__name__, call.__qualname__, call.__doc__ = method.__name__, method.__qualname__, method.__doc__
    return call


not_adapted["weakref"] = adapt_weak_references
