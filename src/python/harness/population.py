# Who there is: identifiers of threads, and which threads live. Part of the harness; see core.py.

def native_id_of(strand):
    """A number of its own, which no other thread is given for a long time."""
    return 140000000000000 + strand.code * 4096


# Identifiers. CPython's are where the system keeps a thread, which may keep a new one there as soon as it has let go of an old one: some
# time after that one's end, and since 3.13 when it is joined. Where that was seen to matter, letting go is a step or part of joining, and
# whoever starts a thread looks who has gone.

IDENTIFIERS = ("identifiers", "threads")
identifiers_place = sync_place(IDENTIFIERS)
identifiers_come_again = False


def ident_of(strand):
    return identifiers()[1].get(strand.code) or native_id_of(strand)


def identifiers():
    """Of this execution: those that no thread has any more, by their codes those that threads have from others, and who is gone."""
    return strands[0].model.__dict__.setdefault("_identifiers", ([], {}, set()))


def free_identifier(strand):
    free, _, gone = identifiers()
    if strand.code not in gone:
        gone.add(strand.code)
        free.append(ident_of(strand))


def seen_ident_of(strand):
    """The identifier, where the scenario sees it."""
    if not identifiers_come_again and strand.code and len(strands) > 2 and not showing:
        found.add(IDENTIFIERS)
    return ident_of(strand)


def gone_place(strand):
    return sync_place(("gone", strand.code))


def end_and_let_go(strand):
    """`end` where identifiers come again."""
    global live, enabled
    if strand.pool is not None:
        end_at_once(strand)
        return
    visible(strand.end_op)
    if detail:
        note("end")
    strand.done = LEAVING
    unjoined.update((strand.code, IDENTIFIERS))  # who joins it is not alone: it may be gone or not
    strand.over.set(True)
    visible(op_of(((gone_place(strand), WRITE),)))
    if detail:
        note("free its identifier")
    strand.done = True
    free_identifier(strand)
    live -= 1
    enabled &= ~strand.bit


def join_and_let_go(strand, label):
    """`join_strand` where identifiers come again and joining lets go."""
    join_only(strand, label)
    if strand.code and strand.pool is None:
        free_identifier(strand)


def begin_with_identifier(thread):
    """`Thread._rd_begin` where identifiers come again. Which of several a new thread is given is left open: the lowest."""
    begin_thread(thread)
    strand = thread._rd_strand
    free, given, _ = identifiers()
    if free:
        given[strand.code] = min(free)
        free.remove(min(free))
    if JOINING_LETS_GO:
        strand.join_op = op_of(((strand.life, READ), (gone_place(strand), WRITE)), strand.over.id)


def looking_who_is_gone(touches):
    """Has what starts a thread look who is gone."""
    return lambda self: (
        *touches(self), (identifiers_place, WRITE), *((gone_place(strand), READ) for strand in strands if strand.code and not strand.pool)
    )  # fmt: skip


JOINING_LETS_GO = sys.version_info >= (3, 13)
end_at_once, join_only, begin_thread = end, join_strand, Thread._rd_begin
start_touches, submit_touches = Thread._rd_start_touches, None


def give_identifiers_again(again):
    """Does so or not, in the executions to come."""
    global identifiers_come_again, end, join_strand, submit_touches
    identifiers_come_again = again
    end = end_and_let_go if again and not JOINING_LETS_GO else end_at_once
    join_strand = join_and_let_go if again and JOINING_LETS_GO else join_only
    Thread._rd_begin = begin_with_identifier if again else begin_thread
    Thread._rd_start_touches = looking_who_is_gone(start_touches) if again else start_touches
    submit_touches = submit_touches or ThreadPoolExecutor._rd_submit_touches
    ThreadPoolExecutor._rd_submit_touches = looking_who_is_gone(submit_touches) if again else submit_touches


def thread_of(strand):
    if strand.model is None or not isinstance(strand.model, Thread):
        if strand.pool is not None:
            raise NeedsWorkers
        raise Unsupported("the current thread of a task")
    return strand.model


class NeedsWorkers(StartOver):
    """The scenario can tell a pool's workers apart."""


def current_thread():
    introduce()
    return thread_of(cur)


def introduce():
    """Has `threading` know the running thread, where `_thread` started it."""
    if not thread_of(cur)._rd_is_known:
        cur.model._rd_introduce()


def get_ident():
    thread_of(cur)
    return seen_ident_of(cur)


def get_native_id():
    thread_of(cur)
    return native_id_of(cur)


def main_thread():
    return strands[0].model


# CPython takes a thread from its table of those that live, and some time after it is over. Where a program was seen to ask whether one lives that
# it had not found in the list, each is a step.

LISTED = ("listed", "threads")
listed_apart = False


def missed():
    """The codes of the threads that were over, and nobody had joined, when somebody asked for all that live."""
    return strands[0].model.__dict__.setdefault("_missed", set())


def listed_place(strand):
    """What changes when a thread is listed no more."""
    return sync_place(("listed", strand.code)) if listed_apart and strand.pool is None else strand.life


def unlisted():
    """The codes of this execution's threads that are listed no more."""
    return strands[0].model.__dict__.setdefault("_unlisted", set())


def list_apart(apart):
    """Does so or not, in the executions to come; after `give_identifiers_again`."""
    global listed_apart, end
    listed_apart = apart
    if apart:
        end = functools.partial(leave_list, end)


def leave_list(end, strand):
    """`end` where a thread is listed no more before that."""
    if strand.pool is None:
        visible(op_of(((listed_place(strand), WRITE),)))
        if detail:
            note("leave the list of threads")
        unlisted().add(strand.code)
    end(strand)


def population_touches():
    return ((POPULATION, WRITE),) + tuple((listed_place(strand), READ) for strand in strands)


def listing_touches():
    order = ((THREADS_ORDER_PLACE, READ),) if len(strands) > 2 else ()
    return population_touches() + order


def enumerate_threads():
    listed = strands_alive(listing_touches)
    if len(strands) > 2 and not solo:
        found.add(THREADS_ORDER)
        if loops:
            cur.seen.setdefault(THREADS_ORDER_PLACE, position)
    # A thread enters itself in CPython's table when it begins. Those that were only started come last, in that order.
    begun = {index: place for place, index in enumerate(dict.fromkeys([0] + trace[::3]))}
    listed.sort(key=lambda strand: begun.get(strand.index, len(begun)))
    return [strand.model for strand in listed]


def active_count():
    return len(strands_alive(population_touches))


def strands_alive(touches):
    if not solo:
        me = cur
        acts = me.acts
        announce(touches)
        if loops:
            # To ask changes nothing, so a loop that only asks waits until somebody ends or starts.
            me.acts = acts
            for place in (STARTS, *(listed_place(strand) for strand in strands if not strand.done)):
                me.seen.setdefault(place, position)
        if not listed_apart:
            missed().update(strand.code for strand in strands if strand.done and strand.code in unjoined)
    if pools and not program.workers:
        raise NeedsWorkers
    known = [strand for strand in strands if strand.model is not None and strand.model._rd_is_known]
    if any(type(strand.model) is BareThread and strand.done for strand in known):
        raise Unsupported("asking which threads live after the end of one of `_thread` that asked which it is", "CPython may still list it")
    alive = [strand for strand in known if not strand.done]
    if listed_apart:
        alive = [strand for strand in alive if strand.code not in unlisted()]
    if detail and not solo:
        note("ask which threads live", "", ", ".join(strand.label for strand in alive))
    return alive
