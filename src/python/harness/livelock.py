# Loops that try to take locks, fail, give back what they had, and try again. Part of the harness; see core.py.
#
# A turn of a loop that changed nothing in the end (see `turn`) and failed to take a lock is *in vain*. Whatever may come after it may come in
# its place, without it and without those of others that were in vain because of it. So who had one goes no further: another execution
# shows what comes of it when it has its turn later. What ends so is an outcome only if it could go on so for ever. Either those locks are
# never given back. Or they were taken in turns that were in vain too, each because of others of these: then all is as it was before, and these
# turns can follow one another again and again. That is a livelock. (The same without what others notice of such a turn is known of
# stateless model checking: Kokologiannakis, Ren, Vafeiadis, "Dynamic partial order reductions for spinloops", FMCAD 2021.)
#
# That holds as long as nobody else makes anything of it that such a turn had a lock for a while: who fails to take that, or sees that it is
# taken, has to have done so in vain too. Where anybody has not, the search begins again, and turns in vain wait like others (`NOTICED`).


NOTICED = ("tries", "locks")
in_vain = []  # the strands that have stopped


class Vain:
    """A turn in vain: whose, after which step it began, which turns of loops it was, from the first up to the last, which it was not, what it
    failed to take, and what it read."""

    __slots__ = ("whose", "since", "first", "last", "refusals", "first_read")

    def __init__(self, *all_of_it):
        self.whose, self.since, self.first, self.last, self.refusals, self.first_read = all_of_it

    def had(self, whose, turn):
        """Whether it was in this turn that who holds a lock took it."""
        return self.whose == whose and self.first <= turn < self.last


def refused(lock):
    """The running thread has found that a lock is taken."""
    if loops and not solo and lock._rd_holder is not None:
        cur.refusals = cur.refusals or []
        cur.refusals.append((position, lock, lock._rd_holder.index, lock._rd_turn))


def stop_if_in_vain(since, first, first_read):
    """The running thread's turn changed nothing, which began after step `since` as its turn number `first`, and read that. Stops if it was in vain,
    and returns whether it was."""
    me = cur
    refusals = [refusal for refusal in me.refusals if refusal[0] > since]
    if not refusals:
        return False
    me.vain = Vain(me.index, since, first, me.turns, refusals, first_read)
    in_vain.append(me)
    me.acts += 1
    guard = Guard(guard_number(("spin", me.code, me.acts)), False)
    me.waits = "spin"
    visible(op_of((), guard.id), guard)
    me.waits = None
    return True


def go_on_trying():
    """Has those go on who stopped, where somebody wants to see what comes then: in a replay of a schedule that says nothing of it."""
    for strand in in_vain:
        strand.vain = None
        strand.guard.set(True)
    in_vain.clear()


def is_noticed():
    """Whether somebody has noticed a turn in vain otherwise than in vain."""
    for strand in strands:
        of_no_account = () if strand.vain is None else strand.vain.refusals
        for refusal in strand.refusals:
            if refusal not in of_no_account and any(other is not strand and other.vain.had(*refusal[2:]) for other in in_vain):
                return True
    return False


def what_spins():
    """Nobody can go, and some go round in loops. What that is, as things are now, if those who stopped after a turn in vain would have nothing but
    such turns."""
    stopped = {strand.index: strand for strand in in_vain}
    locks = [known[1] for known in names.values() if isinstance(known[1], Exclusive)] if stopped else ()
    taken = {lock._rd_place: lock._rd_holder for lock in locks if lock._rd_holder is not None}
    free_places = {lock._rd_place for lock in locks} - taken.keys()
    ending = "spin"
    for strand in stopped.values():
        vain = strand.vain
        refused = set()
        for _, lock, whose, turn in vain.refusals:
            refused.add(lock._rd_place)
            if lock._rd_place not in taken:
                if whose not in stopped or not stopped[whose].vain.had(whose, turn):
                    return "redundant"
                if whose != strand.index:
                    ending = "livelock"
        for at in range(3 * vain.since, len(trace), 3):
            if trace[at] == strand.index and any(taken.get(place, strand) is not strand for place in ops[trace[at + 1]].writes):
                return "redundant"  # it could not do that again
        seen_free = free_places & vain.first_read.keys() - refused
        if not unchanged({place: when for place, when in vain.first_read.items() if place not in refused and place not in seen_free}):
            return "redundant"
    return ending
