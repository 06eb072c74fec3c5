# Objects whose death shows, and when they die: those that weak references lead to, and those that do something as they die. Part of the
# harness; see core.py.
#
# An object dies where a thread lets go of the last other reference to it. Where that is an assignment or a deletion, the object's death
# is part of that step. Else, at the end of a function, say, it is no step, but who asks a weak reference then finds nothing, and its
# `__del__` has run. So while several threads live, such an object is kept alive beyond that, until the thread that let go of it comes to its
# next step (or to the next statement, in a program with `__del__`: see `died`). Before that it takes another: the object's death, or, if
# others still have it, one in which it lets go. With the object goes what it alone held.

mortal = {}  # by its id, each such object: a reference of ours, or its name's, and the places of the collections that know it by weak ones
kept = {}  # by its id, the object itself, while several threads live
letting_go = {}  # by the number of a thread and of a step that it has announced: those that die with that
holding = {}  # by the number of a thread: those that its variables held when it last announced something, each with the id of what led there
leaving = {}  # by its id, how many threads are to take a step by which they let go of a thing that their variables do not hold any more
dying = set()  # those whose death is announced as a step of its own
referred = set()  # the ids of those to which weak references lead that the program has made
follows_proxies = False  # whether the scenario may have proxies, which lead to an object as a weak reference does
reference_places = {}  # by the id of a weak reference: that, and the place that says whether it leads anywhere


def forget_weak():
    forget_finalizers()
    mortal.clear()
    kept.clear()
    dying.clear()
    letting_go.clear()
    holding.clear()
    leaving.clear()
    referred.clear()
    reference_places.clear()
    followed_by.clear()


def may_die(thing, holder=None):
    """From now on a weak reference leads to `thing`, from `holder` if that is a collection; or somebody else may let go of it, and it does
    something as it dies."""
    if holder is not None:
        doubt_its_death(thing)
    kind = type(thing)
    if kind.__module__ != "__main__" or not kind.__flags__ & 512:
        return
    where = id(thing)
    if where not in mortal:
        if kind.__weakrefoffset__:
            name_of(thing)
            mortal[where] = weak_reference(thing, functools.partial(forget, mortal, where)), set()
        elif where in names:  # which keeps it
            mortal[where] = functools.partial(named_at, where), set()
        else:
            return
    if holder is not None:
        referred.add(where)
        mortal[where][1].add(digest((name_of(holder), "state")))
    if not solo:
        keep_mortal()


def named_at(where):
    """What is named there, if nothing but its name leads to it by itself: an instance to which no weak references lead."""
    known = names.get(where)
    return known[1] if known is not None and id(known[1]) == where else None


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


def death_touches(wheres):
    """What the death of those touches."""
    lives = [touch for where in wheres for touch in life_touches(where, WRITE)]
    return (*sorted(lives), *[(place, WRITE) for place in sorted(set().union(*[mortal[where][1] for where in wheres]))])


def own_references(where, thing):
    """How many references to `thing` the harness has by itself, less those that threads have as far as others can tell."""
    settled = type(thing) is Future and any(each is thing for each in settled_order)
    return settled + references_by_name(where, thing)


def references_by_name(where, thing):
    """The same of a future, without the order in which they were settled."""
    known = names.get(where)
    return (where in kept) + (known is not None and known[1] is thing) - leaving.get(where, 0)


def references_to(alone):
    """How many references there are to the only thing in the tuple `alone`, but for that of the variable that the tuple was made of. What a variable
    gives a function counts or does not, since CPython 3.14: it hangs on what else is said of the variable. In a tuple it counts."""
    return next(map(sys.getrefcount, alone)) - OURS


def references_of_ours():
    """How many references to what a variable holds alone are seen so."""
    thing = object()
    return next(map(sys.getrefcount, (thing,)))


OURS = references_of_ours()


def dying_with(references, fetch, *arguments):
    """Which of those that are kept die if there are so many fewer references to what `fetch(*arguments)` returns: that, and what nothing
    leads to then. CPython's counts are followed."""
    try:
        thing = fetch(*arguments)
    except Exception:
        return []
    if references_to((thing,)) - own_references(id(thing), thing) > references:
        return []
    deaths = []
    lost = {}  # by its id, how many references to a thing go
    left = [thing]
    while left:
        thing = left.pop()
        if id(thing) in kept:
            deaths.append(id(thing))
        referents = gc.get_referents(thing)
        each = None
        times = {}
        for each in referents:
            where = id(each)
            times[where] = times.get(where, 0) + 1
        while referents:
            each = referents.pop()
            where = id(each)
            times[where] -= 1
            lost[where] = lost.get(where, 0) + 1
            if references_to((each,)) - times[where] - own_references(where, each) == lost[where]:
                left.append(each)
    return deaths


def announce_change(make, arguments, fetch, *fetched):
    """As `announce` of `make` and `arguments`, for a step that lets go of what `fetch(*fetched)` returns: what dies with it dies in that step."""
    if kept:
        return announce(with_deaths, make, arguments, fetch, *fetched)
    return announce(make, *arguments)


def announce_change_within(make, arguments, container):
    """The same of a step that may let go of anything that is in a container."""
    if kept:
        return announce(with_all_deaths, make, arguments, container)
    return announce(make, *arguments)


def with_deaths(make, arguments, fetch, *fetched):
    global unsure
    touches = make(*arguments)
    deaths = letting_go[cur.index, position] = dying_with(1, fetch, *fetched)
    lives = {*deaths, *known_here(fetch, *fetched)}
    if program.buries and 0 < len(deaths) < len(lives):
        unsure = unsure or UNSURE_OF_LIVES  # while some die what held them still holds the others, which here nothing does
    return touches + death_touches(lives) if touches else ()


def with_all_deaths(make, arguments, container):
    touches = make(*arguments)
    dead = letting_go[cur.index, position] = []
    lives = set()
    for index in range(len(container)):
        deaths = dying_with(1, nth_of, container, index)
        dead += deaths
        lives.update(deaths, known_here(nth_of, container, index))
    return touches + death_touches(lives) if touches else ()


def nth_of(container, index):
    return next(itertools.islice(container.values() if isinstance(container, dict) else container, index, None))


def with_life(make, arguments, fetch, *fetched):
    """The same of a step that takes out what `fetch(*fetched)` returns, and hands it to who asked for that."""
    touches = make(*arguments)
    return touches + death_touches(known_here(fetch, *fetched)) if touches else ()


def taken_by(name, container, *arguments):
    """What a container's method takes out."""
    if name in ("remove", "discard"):
        return arguments[0]
    if isinstance(container, dict):
        if name == "pop":
            return element_itself(container, *arguments[:1])
        return nth_of(container, len(container) - 1 if not arguments or arguments[0] else 0)
    if isinstance(container, set):
        return nth_of(container, 0)
    return container[0 if name == "popleft" else arguments[0] if arguments else -1]


def known_here(fetch, *arguments):
    """Those of the kept that are what `fetch(*arguments)` returns, or that containers lead to from there. Who takes it from where others find
    it lets it die, or the one who is last to let go of it does: that depends on the order."""
    try:
        thing = fetch(*arguments)
    except Exception:
        return []
    return list(kept_by(thing._value if isinstance(thing, Future) else thing))


touches_of = operator.attrgetter("touches")
variable_itself = operator.attrgetter("cell_contents")


def attribute_itself(thing, name):
    """An attribute that a thing has by itself, whatever its class says when asked. Raises an error if there is none."""
    inner = dict_of(thing)
    if inner is not None and name in inner:
        return inner[name]
    held = next((owner.__dict__[name] for owner in type(thing).__mro__ if name in owner.__dict__), None)
    if not isinstance(held, types.MemberDescriptorType):
        raise AttributeError(name)
    return held.__get__(thing)


def element_itself(thing, key):
    """An element, if no code has to be run to find it. Raises an error if there is none."""
    if not (type(key) in ATOMS or type(key) is tuple and all(type(part) in ATOMS for part in key)):
        raise LookupError(type(key))
    if isinstance(thing, dict):
        element = dict.get(thing, key, MISSING)
        if element is MISSING:
            raise LookupError(key)
        return element
    return (list if isinstance(thing, list) else collections.deque).__getitem__(thing, key)


def bury():
    """The running thread is to take a step: those of which it has let go die before."""
    waits = cur.waits
    if cur.marks:
        forget_loops()
    forget_unheld()
    if trace and trace[-3] == cur.index:
        let_die(letting_go.pop((cur.index, position - 1), ()))
        before = holding.get(cur.index, {})
        holding[cur.index] = now_held = held_now()
        left = {}
        for where, through in before.items():
            if where in kept and where not in now_held:
                left.setdefault(through, []).append(where)
                leaving[where] = leaving.get(where, 0) + 1
        for wheres in left.values():
            leave_behind(wheres)
    for where in list(kept):
        deaths = dying_with(0, kept.get, where) if where in kept and where not in dying else ()
        if deaths:
            let_go_of(deaths, op_of(death_touches(deaths)))
    cur.waits = waits  # what has died may have waited for something else


def hold(thing):
    """The running thread has got `thing`, and lets go of it by its next step if none of its variables holds it by then."""
    held = holding.setdefault(cur.index, {})
    for where in kept_by(thing):
        held.setdefault(where, id(thing))


HOLDING = (list, tuple, dict, set, frozenset, collections.deque, types.MethodType)
FEW_HELD = 100  # things in a container that are looked through


def holds_others(thing):
    """Whether whoever has `thing` has with it what is in there."""
    return type(thing) in HOLDING or isinstance(thing, (Queue, SimpleQueue))


def kept_by(thing):
    """Those of the kept that who has `thing` has with it: that itself, or those that containers lead to."""
    if id(thing) in kept:
        return [id(thing)]
    if not holds_others(thing):
        return ()
    found_here = {}
    left, passed = [thing], set()
    while left and len(passed) < FEW_HELD:
        each = left.pop()
        where = id(each)
        if where in kept:
            found_here[where] = None
        elif where not in passed and where not in namespaces and holds_others(each):
            passed.add(where)
            left += reversed(gc.get_referents(each))
    return found_here


def leave_behind(wheres):
    """The running thread lets go of what its variables held until now, in a step of its own: others may do so before it, and then it dies here."""
    if any(where in kept for where in wheres):
        visible(op_of(leaving_touches(wheres)), None, (leaving_touches, (wheres,)))
        there = [where for where in wheres if where in kept]
        if detail and there:
            note("let go of", type(kept[there[0]]).__name__.lower())
    for where in wheres:  # one after the other: while one dies what held them still holds the others
        leaving[where] -= 1
        if where in kept:
            let_die(dying_with(0, kept.get, where))


def leaving_touches(wheres):
    """What touches who lets go of those that it held."""
    touches = set()
    for where in wheres:
        leaving[where] -= 1
    for where in wheres:
        if where in kept:
            deaths = dying_with(0, kept.get, where)
            touches.update(death_touches(deaths) if deaths else life_touches(where, READ))
    for where in wheres:
        leaving[where] += 1
    written = {place for place, manner in touches if manner == WRITE}
    return tuple(sorted(touch for touch in touches if touch[1] == WRITE or touch[0] not in written))


def let_go_of(deaths, op):
    kind = type(kept[deaths[0]])
    dying.update(deaths)
    visible(op)
    dying.difference_update(deaths)
    if detail:
        note("let go of", kind.__name__.lower())
    let_die(deaths)


def held_now():
    """Those of which variables of functions hold one that the running thread is in."""
    held = {}
    frame = sys._getframe(2)
    while frame is not None and frame.f_code is not live_through.__code__:  # below may be other threads
        if frame.f_code.co_filename == program.filename and frame.f_code.co_flags & OPTIMIZED:
            for value in local_variables(frame).values():
                for where in kept_by(value):
                    held.setdefault(where, id(value))
        frame = frame.f_back
    return held


def forget_loops():
    """Has the running thread let go of the frames of functions that have returned: what it remembers of loops in them is of no use any more."""
    frame = sys._getframe(2)
    going_on = set()
    while frame is not None and frame.f_code is not live_through.__code__:
        going_on.add(frame)
        frame = frame.f_back
    cur.marks = {site: marks for site, marks in cur.marks.items() if marks[0][0] in going_on}


def variables_of(frame):
    """The variables of a running function as they are. Of those that are kept weak references, and the frame does not hold on to them either."""
    seen = frame.f_locals
    if not kept:
        return dict(seen)
    variables = {name: mortal[id(seen[name])][0] if id(seen[name]) in kept else seen[name] for name in list(seen)}
    forget_snapshot(frame, seen)
    return variables


def forget_snapshot(frame, variables):
    """Before CPython 3.13 a frame keeps what `f_locals` gave, with all that was in it then."""
    if type(variables) is dict and frame.f_code.co_flags & OPTIMIZED:
        variables.clear()


OPTIMIZED = 1  # the flag of functions' code: variables are elsewhere than in `f_locals`


NO_REFERENCE = (None,)


def forget_unheld():
    """Has containers and variables die that only their names keep alive."""
    while True:
        if settled_order:
            settled_order[:] = [each for each in settled_order if references_to((each,)) > 1 + references_by_name(id(each), each)]
        unheld = [
            where for where, known in names.items()
            if id(known[1]) == where and references_to((known[1],)) == 0 and where not in namespaces
        ]  # fmt: skip
        if not unheld:
            break
        for where in unheld:
            if type(mortal.get(where, NO_REFERENCE)[0]) is functools.partial:
                del mortal[where]
            names.pop(where, None)


def died():
    """After a statement of a program whose objects do something as they die: those that it has let go of do so now."""
    if solo:
        forget_unheld()
    elif not ended:
        bury() if kept else forget_unheld()


def let_die(wheres):
    """Has those die that only we keep alive: others may have come by some meanwhile."""
    left = [where for where in wheres if where in kept]
    dying.update(left)
    while left:
        first = next((where for where in left if is_let_go(where)), None)
        if first is None:
            break
        for held in holding.values():
            held.pop(first, None)  # there may come to be another where it was
        kept.pop(first)  # what its `__del__` does are steps of their own
        dying.discard(first)
        if program.seen_dying:
            keep_mortal()  # somebody may have got it by a weak reference meanwhile: then it lives on, and dies in silence
        forget_unheld()
        left = [where for where in left if where in kept]
    dying.difference_update(left)


def dying_in_steps(method):
    """A `__del__` of which others see the end: until then weak references lead to the object, and who gets it by one may have it live on."""

    def __del__(self):
        global unsure
        seen = not solo and id(self) in referred
        if seen:
            unsure = unsure or UNSURE_OF_LIVES
        try:
            method(self)
        finally:
            if seen and not solo and not ended:
                visible(op_of(life_touches(id(self), WRITE)))
                if detail:
                    note("is gone", type(self).__name__.lower())

    __del__.__qualname__, __del__.__doc__ = method.__qualname__, method.__doc__
    return __del__


def is_let_go(where):
    thing = kept[where]
    return references_to((thing,)) == own_references(where, thing)


def collection_touches():
    return ((GARBAGE, WRITE), *death_touches(kept))


def collect(*arguments, **keywords):
    """`gc.collect` of the scenario's: what leads only to itself dies, in one step."""
    if not solo and (kept or program.buries):
        announce(collection_touches)
        if detail:
            note("collect", "garbage")
    if not kept:
        return collect_garbage(*arguments, **keywords)
    # What only names and we ourselves keep alive is not kept meanwhile.
    called = {where: known[0] for where, known in names.items() if id(known[1]) == where and gc.is_tracked(known[1])}
    for where in called:
        del names[where]
    kept.clear()
    try:
        return collect_garbage(*arguments, **keywords)
    finally:
        names.update((id(thing), (called[id(thing)], thing)) for thing in gc.get_objects() if id(thing) in called)
        for where in called:
            if where not in names:
                mortal.pop(where, None)
        keep_mortal()


def forget_frames(code):
    """What a thread raised went up to the top and is told: Python lets go of it, and with it of the frames in which it was raised."""
    for failure in failures:
        error = failure[2]
        if failure[0] == code and references_to((error,)) == 1:  # nobody else has it
            error.__context__ = error.__cause__ = None
            BaseException.with_traceback(error, None)


def die_last():
    """What the interpreter has die as it ends: first what leads only to itself; then, unless some daemon is in the middle of the module's code,
    all that there is, in the order in which the collector comes to it. Whatever is told of the execution but its output is known by now."""
    global unsure
    names.clear()
    kept.clear()
    if settings.get("collects", True):
        collect_garbage()
    forget_frames(0)
    if any(strand.daemon and strand.done is not True for strand in strands):
        return
    ours = {id(each) for each in program_globals.values()}
    told_by = {}  # what the objects print as they die, and whether no global holds one that does
    for thing in [each for each in gc.get_objects() if type(each).__module__ == "__main__" and not gc.is_finalized(each)]:
        if hasattr(type(thing), "__del__"):
            before = len(output)
            try:
                type(thing).__del__(thing)
            except (Abandon, Unsupported, Diverged, StartOver):
                raise
            except BaseException as error:
                sound(error)  # CPython prints it and goes on
            if output[before:]:
                text = "".join(output[before:])
                told_by[text] = told_by.get(text, False) or id(thing) not in ours
    # Globals' own come in the order in which they were made. Of others it hangs on when CPython last looked for garbage by itself.
    if len(told_by) > 1 and any(told_by.values()):
        unsure = unsure or UNSURE_OF_LIVES


collect_garbage = gc.collect
