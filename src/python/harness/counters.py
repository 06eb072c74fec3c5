# `collections.Counter`, whose methods and operators are written in Python: each count is read and then written, and others get in between.
# Part of the harness; see core.py.

counters = set()  # the class, once a scenario has it
counting = set()  # its methods that take steps
COUNTING = ("Counter.__init__", "Counter.update", "Counter.subtract")


def count(thing, name, shape, method, /, *arguments, **keywords):
    """`Counter.update` or `subtract`, or `__init__` called again: but for elements that are added up at once, each is read and then
    written."""
    if solo or len(arguments) > 1:
        return method(*arguments, **keywords)
    from _collections_abc import Mapping

    if name == "__init__":
        name = "update"
    for given in (*arguments, keywords):
        counts = isinstance(given, Mapping)
        if given is None or given is keywords and not keywords:
            continue
        if name == "update" and not counts:
            for part in ((item,) for item in given) if comes_by_item(given) else (given,):
                call_method(thing, name, shape, method, part)
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


# What the operators make of two counts.
OF_COUNTS = {
    "add": operator.add, "sub": operator.sub,
    "or": lambda mine, others: others if mine < others else mine, "and": lambda mine, others: mine if mine < others else others,
}  # fmt: skip


def adapt_counters(module):
    """Has the operators of counters take a step for each act of theirs."""
    kind = module.Counter
    counters.add(kind)
    for name, combine in OF_COUNTS.items():
        step_by_step(kind, "__%s__" % name, counters_combined, name, combine)
        step_by_step(kind, "__i%s__" % name, counter_changed, name, combine)
    step_by_step(kind, "__pos__", counter_signed, 1)
    step_by_step(kind, "__neg__", counter_signed, -1)
    step_by_step(kind, "__delitem__", no_longer_counted)


def step_by_step(kind, name, way, *how):
    """Has that method of counters go that way while several threads live."""
    method = getattr(kind, name)

    def called(thing, *given):
        return method(thing, *given) if solo else way(thing, *given, *how)

    counting.add(called)
    setattr(kind, name, called)


def counts_by_steps(kind, name):
    """Whether a class's method of that name is one of those."""
    return bool(counting) and getattr(kind, name, None) in counting


def counter_signed(mine, sign):
    """`+mine` and `-mine`."""
    made = next(iter(counters))()
    for key, times in rd_turns(mine.items()):
        if times * sign > 0:
            made[key] = times if sign > 0 else 0 - times
    return made


def counters_combined(mine, others, name, combine):
    """`mine + others` and its kin."""
    kind = next(iter(counters))
    if not isinstance(others, kind):
        return NotImplemented
    made = kind()
    for key, times in rd_turns(mine.items()):
        times = combine(times, rd_item(others, key))
        if times > 0:
            made[key] = times
    if name == "and":
        return made
    for key, times in rd_turns(others.items()):
        if not rd_in(key, mine) and (times < 0 if name == "sub" else times > 0):
            made[key] = 0 - times if name == "sub" else times
    return made


def counter_changed(mine, others, name, combine):
    """`mine += others` and its kin."""
    if name == "and":
        for key, times in rd_turns(mine.items()):
            fewer = rd_item(others, key)
            if fewer < times:
                wr_item(fewer, mine, key)
    else:
        for key, times in rd_turns(others.items()):
            before = rd_item(mine, key)
            if name != "or" or times > before:
                wr_item(combine(before, times), mine, key)
    for key in [key for key, times in rd_turns(mine.items()) if not times > 0]:
        del_item(mine, key)
    return mine


def no_longer_counted(thing, key):
    """`del thing[key]`: what is not there is no error, unless it goes between the look and the act."""
    if rd_in(key, thing):
        touches = announce_change(removal_touches, (thing, key, "D"), element_itself, thing, key)
        if detail and touches:
            note("delete", item_place(thing, key))
        dict.__delitem__(thing, key)
