# Weak references and proxies: who makes one, who goes by it, and where nobody can tell whether it leads anywhere. When what they lead to dies is
# for weak.py to say. Part of the harness; see core.py.


def refer(make, /, *arguments, **keywords):
    """Makes a weak reference."""
    reference = make(*arguments, **keywords)
    thing = reference()
    if type(thing) is types.MethodType:
        thing = thing.__self__
    return referred_by(reference, thing, reference.__callback__)


def referred_by(reference, thing, callback=None):
    """Notes that a weak reference, or a proxy, leads to `thing`; returns it."""
    may_die(thing)
    doubt_its_death(thing)
    if type(reference) in PROXIES:
        followed_by.append(weak_reference(thing, proxied_died))
    if id(thing) in mortal:
        referred.add(id(thing))
        # One with a callback is not kept: once the scenario has let go of it nobody is called.
        reference_places[id(reference)] = reference if callback is None else None, life_touches(id(thing), READ)
    return reference


followed_by = []  # notices of the deaths of what proxies lead to


def proxied_died(_):
    """What a proxy led to is gone: another order is not tried for it where a proxy is used otherwise than for an attribute."""
    if not (solo or ended):
        program.proxied_died = True


def follow(reference):
    """Asks a weak reference for what it leads to."""
    go_along(reference)
    there = reference()
    if kept:
        hold(there)
    return there


def followed(thing):
    """What a proxy leads to, whose attribute is asked for; anything else is that itself."""
    if type(thing) not in PROXIES:
        return thing
    go_along(thing)
    there = stands_for(thing)
    if there is None:
        raise ReferenceError("weakly-referenced object no longer exists")
    if kept:
        hold(there)
    return there


def go_along(reference):
    """The step in which somebody goes by a weak reference or a proxy."""
    if solo:
        forget_unheld()
    elif id(reference) in reference_places:
        announce(lambda: reference_places[id(reference)][1])  # the place has a name though what is there may be gone
        if detail:
            note("follow", "weak reference")


def adapt_weak_references(module):
    """Collections of weak references say what they come to know."""
    for kind, changes in (
        (module.WeakValueDictionary, ("__setitem__", "setdefault", "update", "__ior__")),
        (module.WeakKeyDictionary, ("__setitem__", "setdefault", "update", "__ior__")),
        (module.WeakSet, ("add", "update", "__ior__")),
    ):
        for name in changes:
            if name in vars(kind):
                setattr(kind, name, watching(vars(kind)[name]))
    adapt_finalizers(module.finalize)


def watching(method):
    def call(self, *arguments, **keywords):
        for each in (*arguments, *keywords.values()):
            for part in (*each, *each.values()) if type(each) is dict else each if type(each) in CONTAINERS else (each,):
                may_die(part, self)
        return method(self, *arguments, **keywords)

    return named_as(method, call)


def named_as(method, replaced):
    """The function that is there in place of a method of the library's, named as that is."""
    replaced.__name__, replaced.__qualname__, replaced.__doc__ = method.__name__, method.__qualname__, method.__doc__
    return replaced


def doubt_its_death(thing):
    """A weak reference leads to `thing`. If that is a model, or one holds it for whoever asks (a future what came of it, a thread's own attributes), it
    lives here until the execution is over, whoever lets go of it."""
    global unsure
    if not type(thing).__weakrefoffset__:
        return  # none does: it came with something else
    if isinstance(thing, Model) or not program.buries and is_held_by_models(thing):
        unsure = unsure or UNSURE_OF_LIVES


def is_held_by_models(thing):
    tables = [each for known in locals_made for local in [known()] if local is not None
              for each in object.__getattribute__(local, "_rd_tables").values()]  # fmt: skip
    return any(future._value is thing for future in futures) or any(value is thing for table in tables for value in table.values())


def doubt_if_mortal(thing):
    """The same where a model comes to hold it, and a weak reference may lead to it already."""
    global unsure
    if id(thing) in mortal and not program.buries:
        unsure = unsure or UNSURE_OF_LIVES


not_adapted["weakref"] = adapt_weak_references
