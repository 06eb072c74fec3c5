# How an access is announced, and accesses to the names that threads can share: functions that rewritten scenarios call. Each announces,
# then does the access within the same step. attributes.py has those to attributes, containers.py those to elements. Part of the
# harness; see core.py.

MISSING = object()
GLOBALS = -1  # the name of the module's namespace
tracked_globals = frozenset()
tracked_attributes = frozenset()
tracked_class_attributes = frozenset()  # those that threads set on classes, where instances find them
tracked_cells = frozenset()
shows_attributes = False  # whether the scenario may see all attributes of an object, in their order, or give it others all at once
reads_within = False  # whether the scenario was seen to read containers within containers in one act
program_globals = {}
attribute_shapes = {}
one_place = {}  # by class and name: whether whoever reads or writes that of an instance touches one place, which is the instance's
namespaces = {}  # the dicts whose elements are also something else, by their id: attributes, or global names


def wrote_in_namespace(thing, keys):
    """Elements of a dict that is also something else were written while several threads lived: that has to be tracked."""
    for key in list(keys):
        if type(key) is str:
            found.add((namespaces[id(thing)], key))


def announce(make, *arguments):
    """Announces what `make(*arguments)` touches. Returns what it touched when it was chosen."""
    touches = touches_now(make, arguments)
    if not touches:
        return ()
    visible(ops_by_key.get((touches, 0)) or op_of(touches), None, (make, arguments))
    op = ops[trace[-2]]
    if loops and not op.writes:
        seen = cur.seen
        for place, _ in op.touches:
            seen.setdefault(place, position)
    return op.touches


def in_the_middle(touches, function, arguments, keywords):
    """Calls what may call the scenario's code in the middle of an act that touches that."""
    global plain
    me = cur
    outer = me.inside
    me.inside = outer + touches
    plain = False
    try:
        return function(*arguments, **keywords)
    finally:
        me.inside = outer


def touches_now(make, arguments):
    """What `make(*arguments)` touches as things are."""
    touches = make(*arguments)
    if reads_within and any(manner == WRITE for _, manner in touches):
        touches += ((nested_place, READ),)  # see `deep_touches`
    return touches


def told(act, verb, place, value=None):
    """Does the act of the last step and returns what came of it, which a replay is told of: a value, or an exception. What the
    scenario's own code does meanwhile are steps of their own."""
    entry = details[-1] if details else ["", "", None, 0, ()]
    note(verb, place, value)
    try:
        result = act()
    except Exception as error:
        came = "nothing more" if type(error) is StopIteration else "raises %s" % type(error).__name__
        entry[2] = came if value is None else "%s -> %s" % (value, came)
        raise
    if verb == "read":
        # What the scenario's own code made up in steps of its own was not there to be read.
        entry[2] = show(result) if not details or details[-1] is entry else None
    elif result is not None and verb != "delete":
        entry[2] = show(result) if value is None else "%s -> %s" % (value, show(result))
    return result


def rd_global(name):
    """Before a tracked global name is read. Returns True."""
    if not solo:
        op = reads.get((GLOBALS, name)) or read_op(GLOBALS, name)
        visible(op)
        if kept:
            hold(program_globals.get(name))
        if loops:
            cur.seen.setdefault(op.touches[0][0], position)
        if detail:
            missing = None if name in scenario_builtins else "raises NameError"
            note("read", name, show(program_globals[name]) if name in program_globals else missing)
    return True


def wr_global(value, name):
    """Before a global name is bound to `value`, which is returned."""
    if type(value) not in ATOMS:
        publish(value)
    if not solo:
        if name not in tracked_globals:
            found.add(("global", name))
        else:
            op = writes.get((GLOBALS, name)) or write_op(GLOBALS, name)
            if kept:
                announce_change(touches_of, (op,), program_globals.get, name)
            else:
                if loops:
                    cur.storing = program_globals.__getitem__, (name,), value
                visible(op)
            if detail:
                note("write", name, show(value))
    return value


def rd_cell(getter, name):
    """Before a tracked variable that functions share is read. Returns True."""
    if not solo:
        cell = getter.__closure__[0]
        op = read_op(name_of(cell), "cell")
        visible(op)
        if kept:
            hold(next(iter(gc.get_referents(cell)), None))
        if loops:
            cur.seen.setdefault(op.touches[0][0], position)
        if detail:
            try:
                note("read", name, show(cell.cell_contents))
            except ValueError:  # nothing is bound there: the read will say so
                note("read", name, "raises NameError")
    return True


def wr_cell(value, getter, name, scope):
    """Before a variable that inner functions share is bound to `value`, which is returned."""
    if type(value) not in ATOMS:
        publish(value)
    if not solo:
        if (scope, name) not in tracked_cells:
            found.add(("cell", scope, name))
        else:
            cell = getter.__closure__[0]
            op = write_op(name_of(cell), "cell")
            if kept:
                announce_change(touches_of, (op,), variable_itself, cell)
            else:
                if loops:
                    cur.storing = variable_itself, (cell,), value
                visible(op)
            if detail:
                note("write", name, show(value))
    return value


def born(value):
    """Names what a thread has made or got, where others may come by it unannounced: a default, a class attribute, what a global of the
    module's own is bound to."""
    if type(value) not in ATOMS:
        publish(value)
    return value


def capture(hidden):
    """What a pattern has captured under a name that nobody else knows."""
    return program_globals.pop(hidden)


def handled():
    """At the top of handlers that catch nearly anything: a mistake of the harness is not the scenario's to handle."""
    sound(sys.exc_info()[1])


def caught():
    """The exception that the caller handles."""
    return sys.exc_info()[1]


def defines(name):
    """The outermost decorator of a definition of a global name: it announces the binding that follows."""
    return functools.partial(defined, name)


def defined(name, value):
    return wr_global(value, name)


def hashed(made):
    """The outermost decorator of a class: what has no hash of its own gets one that is always the same, for the order of a set
    follows from it; and what is a container's method under the name of another (`__getattr__ = dict.__getitem__`), or a function in C
    that a property calls, is announced."""
    if isinstance(made, type):
        if made.__hash__ is object.__hash__:
            type.__setattr__(made, "__hash__", stable_hash)
        if program.seen_dying and type(vars(made).get("__del__")) is types.FunctionType:
            type.__setattr__(made, "__del__", dying_in_steps(made.__del__))
        if issubclass(made, CONTAINERS):
            for name, held in list(vars(made).items()):
                if type(held) in UNBOUND and name[:2] == "__" and name != held.__name__:
                    type.__setattr__(made, name, announcing(held))
        for name, held in list(vars(made).items()) if program.has_properties else ():
            if type(held) is property and any(type(each) in CALLED for each in (held.fget, held.fset, held.fdel)):
                accessors = [each and callee(each) for each in (held.fget, held.fset, held.fdel)]
                type.__setattr__(made, name, property(*accessors, held.__doc__))
    return made


def announcing(method):
    """A container's method as a function that announces what it does."""

    def call(*arguments, **keywords):
        return rd_call(method, *arguments, **keywords)

    return call


def stable_hash(self):
    return hash(name_of(self))


# Places: targets of assignments, loops and `with` whose storing is announced. Python evaluates a target `place(thing)[name]`
# when it would have evaluated `thing.name`.


class GlobalPlace:
    """The module's globals."""

    __slots__ = ()

    def __setitem__(self, name, value):
        program_globals[name] = wr_global(value, name)


class CellPlace:
    """A variable that functions share."""

    __slots__ = ("getter", "scope")

    def __init__(self, getter, scope):
        self.getter = getter
        self.scope = scope

    def __setitem__(self, name, value):
        self.getter.__closure__[0].cell_contents = wr_cell(value, self.getter, name, self.scope)


class AttributePlace:
    """The attributes of `thing`."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __setitem__(self, name, value):
        wr_attr(value, self.thing, name)


class ItemPlace:
    """The elements of `thing`."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __setitem__(self, key, value):
        wr_item(value, self.thing, key)


class OwnPlace:
    """The globals that only the module's own code knows."""

    __slots__ = ()

    def __setitem__(self, name, value):
        program_globals[name] = born(value)


at_global = GlobalPlace()
at_own = OwnPlace()
