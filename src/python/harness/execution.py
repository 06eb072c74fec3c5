# A scenario that is loaded, and one execution of it from beginning to end. Part of the harness; see core.py.


class Program:
    """A loaded scenario."""

    def __init__(self, request):
        self.filename = request["name"]
        self.source = request["source"]
        self.observe = request["observe"]
        self.ordered = request["sleeps"] == "ordered"
        self.pools = "ThreadPoolExecutor" in self.source
        self.callbacks = "add_done_callback" in self.source
        self.seeds = "seed(" in self.source
        self.knows_itself = "modules" in self.source or "import __main__" in self.source
        beside_sleep = self.source.replace("time.sleep", "").replace("from time import sleep", "")
        self.reads_clocks = any(word in beside_sleep for word in CLOCKS)
        # A record's thread need not have its name before that is put into a text, where nobody sees it otherwise.
        put = ("%(threadName)", "{threadName", "$threadName")
        shows_records = "logging" in self.source and any(word in self.source for word in ("vars", "__dict__"))
        self.names_records = shows_records or self.source.count("threadName") > sum(map(self.source.count, put))
        self.uses_contexts = "contextvars" in self.source or "decimal" in self.source  # and not the library alone, as since CPython 3.14
        self.buries = "__del__" in self.source
        self.sees_deaths = "weakref" in self.source or self.buries
        self.seen_dying = self.buries and "weakref" in self.source
        self.collects = self.sees_deaths and "collect" in self.source
        self.has_properties = "property(" in self.source
        self.knows_main = any(word in self.source for word in ("main_thread", "current_thread", "enumerate"))
        self.observed = compile(self.observe, "<observe>", "eval") if self.observe is not None else None
        self.claims = [compile(claim, "<claim>", "eval") for claim in request["claims"]]
        # What was found out about the same text before: which names are shared, and whether pools have workers that can be
        # told apart. With it a schedule means what it meant then.
        shared = request["shared"]
        self.tracked = {tuple(each) for each in shared["names"]}
        self.workers = shared["workers"] or self.pools and self.uses_contexts
        # Where a thread runs on top of another's stack, nobody has to be able to tell.
        self.on_top = not any(word in self.source.lower() for word in STACK_WORDS)
        self.ways_given = 0
        self.outcomes = {}
        self.outcomes_sent = 0
        self.told_size = 0  # how many characters they have
        self.is_settled = False
        self.proxied_died = self.uses_proxies = False  # what proxies led to, while several threads lived; and whether they are more than followed
        self.lessons = 0  # how often more turned out to be shared
        self.code = None
        # Whatever is wrong with the text is found in the text itself.
        compile(self.source, self.filename, "exec", dont_inherit=True)
        self.compile()

    def compile(self):
        global tracked_globals, tracked_attributes, tracked_class_attributes, tracked_cells
        global loop_mentions, passing_names, reads_within, uses_opaque, tracked_containers, every_use, loops, shows_attributes, keep_name
        global follows_proxies, keys_notice
        tracked_globals = frozenset(name for kind, name in self.pairs() if kind == "global")
        tracked_attributes = frozenset(name for kind, name in self.pairs() if kind == "attribute")
        if self.knows_itself:
            tracked_attributes |= tracked_globals
        if LOGGING in self.tracked:
            tracked_attributes |= CONFIGURED
        tracked_class_attributes = frozenset(name for kind, name in self.pairs() if kind == "class attribute")
        tracked_containers = frozenset(name for kind, name in self.pairs() if kind == "container")
        # What happens when the last one lets go of a thing is noticed by who does nothing else in common with him.
        every_use = EVERYTHING in self.tracked or self.sees_deaths
        tracked_cells = frozenset(each[1:] for each in self.tracked if each[0] == "cell")
        reads_within = NESTED in self.tracked
        uses_opaque = OPAQUE in self.tracked
        follows_proxies = "proxy" in self.source
        keep_name = keep_mortal_name if self.buries else keep_only_name
        give_identifiers_again(IDENTIFIERS in self.tracked)
        list_apart(LISTED in self.tracked)
        module = parse(self.source, self.filename)
        self.optional = optional_imports(module)
        self.delays, self.draws_delays = frozenset(), False
        shows_variables = any(word in self.source for word in SHOWING_VARIABLES)
        if "while" in self.source and "sleep" in self.source and not (self.ordered or self.reads_clocks or shows_variables):
            delays = Delays(module)
            self.delays, self.draws_delays = delays.names, delays.draws and not self.seeds
        rewriter = Rewriter(module)
        self.on_top = self.on_top and not rewriter.swallows
        keys_notice = rewriter.keys_notice
        never_on_top.clear()
        lengths.clear()
        lane_acts.clear()
        lane_guards.clear()
        arrivals.clear()
        generated.clear()
        forget_weak()
        forget_times()
        shows_attributes = any(word in self.source for word in ("__dict__", "vars", "Namespace", "__getstate__", "__reduce", "pickle"))
        loops = rewriter.loops or self.ordered  # who waits on the clock asks the same
        loop_mentions = rewriter.mentions
        passing_names = frozenset(rewriter.passing)
        if self.buries:
            settle_after_each(rewriter.module)
        self.code = compile(rewriter.module, self.filename, "exec", dont_inherit=True)

    def pairs(self):
        return [each for each in self.tracked if len(each) == 2]


# What programs say that could look at a clock.
CLOCKS = ("time.", "time as ", "from time import", "datetime", "asctime", "timeit", "created")

# What programs say that could tell what is below them in the stack, or which operating system thread they are in.
# Python also notes by that thread whose text is being made (`repr`, and that of data classes) and who is in a buffer, and warnings go by how
# deep they are. And an exception that came of too deep a recursion has to be seen (see `sound`).
STACK_WORDS = (
    "frame", "stack", "trace", "profile", "recursion", "faulthandler", "sqlite3", "repr", "dataclass", "buffered", "warn", "suppress", "__exit__",
)  # fmt: skip
MANY_WAYS = 20  # so often an execution is made again with a carrier for each thread, before all are made so


def see(ending):
    """Notes the outcome: what the learner can see now."""
    global outcome, solo, seeing, problem
    if journal is not None:
        journal.say("seeing")
    if in_vain and is_noticed():
        found.add(NOTICED)
    if ending == "redundant":
        outcome = None, None, ending, (), (None,) * len(program.claims)
        return
    before = solo
    solo = seeing = True
    cur.turns = 0  # what is seen is no turn of the program's
    try:
        value = None
        if program.observed is not None:
            try:
                value = stable(repr(eval(program.observed, program_globals)))
            except Abandon:
                raise
            except Endless:
                value = ENDLESS
            except BaseException as error:
                keep_mistake(error)
                value = "<%s>" % describe(error)
        claims = []
        for claim in program.claims:
            try:
                claims.append(bool(eval(claim, program_globals)))
            except Abandon:
                raise
            except BaseException as error:
                keep_mistake(error)
                claims.append(None)
        if program.buries and program.observed is None and ending == "finished":
            die_last()
        exceptions = [(code, name, error, False, words) for code, name, error, words in failures]
        for future in futures:
            if future._rd_error is not None and not future._rd_asked and future._rd_strand is not None:
                exceptions.append((future._rd_strand.code, future._rd_strand.label, future._rd_error, True, None))
            elif future._rd_error is not None and not future._rd_asked and future._rd_task is not None:
                exceptions.append((0, future._rd_label, future._rd_error, True, None))
        exceptions.sort(key=lambda each: (each[3], each[0], each[1]))
        outcome = (
            value,
            None if program.observed is not None else stable("".join(output)),
            ending,
            tuple(
                (name, type(error).__name__, message_of(error) if words is None else words, swallowed)
                for _, name, error, swallowed, words in exceptions
            ),
            tuple(claims),
        )
        if outcome not in program.outcomes and problem is None:  # as most are: what follows is not for every execution
            texts = [text for text in outcome[:2] if text is not None] + [text for each in outcome[3] for text in each[:3]]
            size = sum(map(len, texts))
            program.told_size += size
            if size > MAX_OUTPUT:
                problem = Unsupported("more than %d characters in what comes of one execution" % MAX_OUTPUT)
            elif program.told_size > MAX_TOLD and not detail and journal is None:  # what is told of is known already
                problem = NoRoom()
    finally:
        solo, seeing = before, False


def keep_mistake(error):
    """As `sound`, where the execution is over anyway."""
    global problem
    if problem is None and is_mistake(error):
        problem = error


def message_of(error):
    try:
        return stable(str(error))
    except Endless:
        return ENDLESS
    except BaseException as another:
        keep_mistake(another)
        return "<its text cannot be had>"


def fail_with(code, name, error):
    """Notes that `error` has ended a thread. Returns the note, for `tell_failure` if nobody else is told of it."""
    failure = [code, name, sound(error), None]
    if detail:
        tell_raised(error)
    failures.append(failure)
    return failure


def tell_raised(error):
    """Tells a replay where an error was raised that ends the running thread. What it says is not asked here: that may be code of the scenario's."""
    aside("raise", type(error).__name__, None, line_of(error))


def tell_failure(failure):
    """Has the error say what it says as it ends its thread, which is printed: what it looks at for that are steps of the thread's. Where a hook of the
    program's is told instead, nobody asks it."""
    error = failure[2]
    if not solo:
        rd_all_deep((error,))
    try:
        failure[3] = stable(str(error))
    except (Abandon, Unsupported, Diverged, StartOver):
        raise
    except BaseException:
        pass  # whoever asks again is told why there is none


def describe(error):
    message = message_of(error)
    return "%s: %s" % (type(error).__name__, message) if message else type(error).__name__


def remember_blocked():
    """For a replay: who waits for what."""
    blocked_now.clear()
    for strand in strands:
        if strand.done or not strand.waits:
            continue
        what = strand.waits
        holder = None
        verb, place = "wait", ""
        if isinstance(what, Exclusive):
            verb, place = "acquire", called(what)
            holder = what._rd_holder.code if what._rd_holder is not None else None
        elif isinstance(what, Strand):
            verb, place, holder = "join", what.label, what.code
        elif isinstance(what, Future):
            place = what._rd_called()
            holder = what._rd_strand.code if what._rd_strand is not None else None
        elif isinstance(what, tuple):
            verb, place = what[1], called(what[0])
        elif isinstance(what, Condition):
            verb, place = "wake", called(what)
        elif isinstance(what, Model):
            place = called(what)
        elif what == "spin":
            verb, place = ("retry", called(strand.vain.refusals[0][1])) if strand.vain is not None else ("spin", "")
        if not enabled & strand.bit and not strand.done and (strand.guard is not None and not strand.guard.open):
            blocked_now.append([strand.code, strand.line, verb, place, holder, strand.holds])


blocked_now = []


def execute(request_prefix, in_detail, with_lines):
    """Runs the program once, as far as anybody can tell."""
    global on_top
    on_top = program.on_top and not in_detail and not with_lines and journal is None
    execute_once(request_prefix, in_detail, with_lines)
    if type(problem) is GiveWay:
        program.ways_given += 1
        if program.ways_given >= MANY_WAYS:
            program.on_top = False
        on_top = False
        release()
        execute_once(request_prefix, in_detail, with_lines)


# What an execution may have left behind that the next begins without.
LEFT_OVER = (
    pending, guard_changes, shut_at_first, unjoined, last_write, spinning, names, container_users, changed_containers, unpublished_containers, futures,
    pools, failures, output, settled_order, details, asides, blocked_now, settings, at_exit, at_work, handlers, in_vain,
    unchanging,
)  # fmt: skip


def execute_once(request_prefix, in_detail, with_lines):
    """Runs the program."""
    global solo, ended, detail, lined, cur, enabled, prefix, prefix_length, look_up_at, position, live, shared_here
    global ordered, collects, plain, output_size, outcome, problem, program_globals, exiting, finalizing, ending_now, unsure, handed_on
    strands.clear()
    by_code.clear()
    trace.clear()
    for left in LEFT_OVER:
        if left:  # as few are: to ask takes less time than to call
            left.clear()
    if program.sees_deaths:
        forget_weak()
        locals_made.clear()
    if program.reads_clocks or looks:
        forget_times()
    kinds.clear()
    forget_opaque_kinds()
    forget_attributes()
    namespaces.clear()
    thread_counter[0] = pool_counter[0] = 0
    forget_draws()
    if changed_settings:
        restore_settings()
    if environment != environment_kept:
        restore_environment()
    if changed_modules:
        restore_modules()
    if changed_classes:
        restore_classes()
    if logging_used:
        restore_logging()
    if warnings_changed:
        restore_warnings()
    if program.buries:
        # What is left of the execution before would die in this one. Now that nothing is known any more of its classes, nothing keeps them.
        collect_garbage()
        output.clear()
        at_exit.clear()
    output_size = enabled = position = live = 0
    prefix, prefix_length = request_prefix, min(len(request_prefix), MAX_STEPS)  # no schedule leads beyond it
    look_up_at = min(prefix_length + PATIENCE, MAX_STEPS)
    detail = in_detail
    lined = in_detail or with_lines
    ordered = program.ordered
    collects = program.collects
    plain = not ordered and not collects
    virtual_now[0] = 0.0
    outcome = problem = ending_now = None
    exiting = finalizing = handed_on = False
    unsure = 0
    sys.modules["__main__"] = types.ModuleType("__main__")
    program_globals = vars(sys.modules["__main__"])
    program_globals.update(__builtins__=scenario_builtins, __file__=program.filename, __annotations__={})
    where = id(program_globals)
    names[where] = (GLOBALS, program_globals)
    namespaces[where] = "global"
    shared_here = {GLOBALS, *tracked_containers}
    main = Strand(0, None, "MainThread")
    if program.knows_main:
        main.end_is_told()
    main.began = True
    main.baton = main_baton
    cur = main
    main.model = MainThread(main)
    is_printed = program.observed is None
    sys.stdout = sys.__stdout__ = stdout_observed if is_printed else stdout_ignored
    sys.stderr = sys.__stderr__ = stderr_observed if is_printed else stderr_ignored
    sys.argv = [program.filename]
    ended = False
    solo = True
    try:
        if Context is None:
            run_main(main)
        else:
            Context().run(run_main, main)
    except Abandon:
        pass
    except (Unsupported, Diverged, StartOver) as error:
        if problem is None:
            problem = error
    finally:
        sys.stdout = stdout_ignored
        sys.stderr = real_stderr
        ended = True
        solo = False
        main.done = True
        for strand in strands:
            if strand.done is not True and strand.began:
                cur = strand
                strand.baton.release()
                reaped.acquire()
        while reaped.acquire(False):
            pass  # A strand that was done may have found the end: its carrier has said so, or will.
        solo = True
    if program.proxied_died and program.uses_proxies:
        unsure = unsure or UNSURE_OF_LIVES
    if on_top and not lengths and problem is None and position < MAX_STEPS:
        whose = trace[::3]
        for strand in strands:
            lengths[strand.code] = whose.count(strand.index)


def run_main(main):
    """The module, and what the interpreter does after it."""
    global exiting, finalizing
    try:
        exec(program.code, program_globals)
    except SystemExit as error:
        if error.code is not None and not (type(error.code) in (int, bool) and error.code == 0):
            tell_failure(fail_with(0, "MainThread", error))  # who started the process sees that it failed
    except (Abandon, Unsupported, Diverged, StartOver):
        raise
    except BaseException as error:
        failure = fail_with(0, "MainThread", error)
        hook = my_getattr(sys, "excepthook")
        if hook is sys.__excepthook__:
            tell_failure(failure)
        else:
            call_hook(hook, type(error), error, error.__traceback__)
    if ended:
        raise Abandon  # again: where it was raised, in a `__del__`, Python let it go no further
    if MAIN_STARTS_THE_LAST:
        if not solo:
            visible(finalize_op)
            if detail:
                note("reach the end: no more threads are started")
        finalizing = True
    # concurrent.futures' exit hook runs first, then the threads that are no daemons are joined.
    if not solo and program.pools:
        visible(refuse_op)
        if detail:
            note("reach the end: pools take no more tasks")
    exiting = True
    if pools:
        end_pools()
    if main.over is not None:
        # Who joins the main thread waits for it so far.
        if not solo:
            visible(main.end_op)
            if detail:
                note("end")
        main.over.set(True)
    while True:
        left = [
            strand for strand in strands
            if not (strand.code in main.known or strand is main or strand.daemon or strand.pool or solo and strand.done)
        ]  # fmt: skip
        if not left:
            break
        # First those that are there in any order of steps: who started them is over.
        certain = [strand for strand in left if strand.code >> 12 == 0 or strand.code >> 12 in main.known]
        strand = min(certain or left, key=operator.attrgetter("code"))
        join_strand(strand, strand.label)
        joined(strand)
    if at_exit:
        call_at_exit()
    if any(strand.daemon for strand in strands) and not solo:
        # Daemons are cut off wherever they are.
        main.waits = None
        visible(exit_op)
        if detail:
            runs = any(strand.daemon and not strand.done for strand in strands)
            note("exit", "", "threads that still run are stopped" if runs else None)
    see("finished")
    main.done = True
    remember_pending()


def end_pools():
    """What `concurrent.futures` does at exit: tells the workers of all pools to end, and waits for them. None are made any more, so which there are
    is certain."""
    if program.workers:
        with_workers = [pool for pool in pools if pool._rd_workers]
        with_workers.sort(key=lambda pool: pool._rd_workers[0]._rd_strand.code)
        if not solo:
            for pool in with_workers:
                pool._rd_end_workers()
        for pool in with_workers:
            pool._rd_wait_for_all()
        return
    for strand in sorted((strand for strand in strands if strand.pool), key=operator.attrgetter("code")):
        if strand.code not in cur.known:
            join_strand(strand, strand.label)
            joined(strand)


real_stderr = sys.stderr
exit_op = op_of(((PROCESS, WRITE),))
refuse_op = op_of(((EXITING, WRITE),))
main_baton = allocate_lock()
main_baton.acquire()
