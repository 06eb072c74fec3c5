//! The equivalent order of an execution's steps that switches threads least.
//!
//! Equivalent orders are the linear extensions of happens-before. Between two switches a thread may as well go on for as
//! long as it can: a step that is done earlier than needed stands in nobody's way. So what was done before a switch is all
//! there is to know of the way there, a set that has everything another has is at least as good, and a search by the
//! number of *runs* (stretches of one thread's steps) over such sets finds the fewest. Where a thread can go on to its
//! end, or to where it must wait for another in any order, that run is as good as any: whatever order is best from
//! there on has those steps in runs of their own, which can come first. The search is exact unless the sets become too
//! many; then the best are kept, and the order found is still a valid one.

use super::Causality;
use super::causality::as_u32;
use super::crews;

/// Finds orders with few switches. One value serves execution after execution and keeps its memory.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// Of each thread and number of its steps done: in how many runs at least the others can be done.
    runs_left: Vec<u32>,
    /// Where each thread's part of `runs_left` begins.
    starts: Vec<usize>,
    /// The sets that were reached: how many steps of each thread are done.
    done: Vec<u32>,
    /// Of each set, the one it came from and the thread whose run led from there.
    came_by: Vec<(u32, usize)>,
    /// Sets reached by the latest run, each with the runs it needs at least and its steps.
    level: Vec<Reached>,
    next: Vec<Reached>,
    scratch: Vec<u32>,
    effort: usize,
}

#[derive(Clone, Copy, Debug)]
struct Reached {
    set: u32,
    runs_left: u32,
    steps: u32,
}

impl Search {
    /// The effort, in steps done or looked at, that an execution is worth whose outcome was seen before.
    pub(super) const SHORT: usize = 20_000;
    /// The effort that the first execution with an outcome is worth.
    pub(super) const LONG: usize = 1_000_000;
    /// How many sets are kept after each run.
    const WIDTH: usize = 64;
    /// How many are kept when the effort is spent.
    const NARROW: usize = 4;

    /// Returns the threads, by index, in an equivalent order of the steps with fewer than `switches` switches, if one is
    /// found: one with the fewest, unless there was too much to search.
    pub(super) fn fewer_switches(
        &mut self,
        causality: &Causality,
        switches: usize,
        effort: usize,
    ) -> Option<Vec<usize>> {
        // One run fewer than the order that is to be bettered has.
        let most = u32::try_from(switches).ok().filter(|&most| most > 0)?;
        let least = self.count_runs(causality);
        self.effort = effort;
        for runs in least..=most {
            if let Some(order) = self.within(causality, runs, Search::WIDTH) {
                return Some(order);
            }
            if self.effort == 0 {
                self.effort = usize::MAX;
                return if runs < most { self.within(causality, most, Search::NARROW) } else { None };
            }
        }
        None
    }

    /// Fills `runs_left` and returns a number of runs that no equivalent order can do without.
    fn count_runs(&mut self, causality: &Causality) -> u32 {
        self.runs_left.clear();
        self.starts.clear();
        for thread in 0..causality.threads() {
            let start = self.runs_left.len();
            let steps = causality.steps_of(thread);
            self.starts.push(start);
            self.runs_left.resize(start + steps.len() + 1, 0);
            for nth in (0..steps.len()).rev() {
                let rest = self.runs_left[start + nth + 1];
                let split = steps.get(nth + 1).is_none_or(|&next| splits(causality, thread, nth + 1, next));
                self.runs_left[start + nth] = rest + u32::from(split);
            }
        }
        let runs: u32 = self.starts.iter().map(|&start| self.runs_left[start]).sum();
        runs + self.count_tangles(causality)
    }

    /// Returns how many disjoint pairs of threads there are that could each go in one run, but not both do, because each
    /// has a step that comes after one of the other's.
    fn count_tangles(&self, causality: &Causality) -> u32 {
        let last_clock = |thread: usize| causality.steps_of(thread).last().map(|&last| causality.clock(last));
        let mut tangles = 0;
        let mut taken = 0u64;
        for one in 0..causality.threads() {
            for other in one + 1..causality.threads() {
                let free = taken & (1 << one | 1 << other) == 0;
                if free
                    && self.runs_left[self.starts[one]] == 1
                    && self.runs_left[self.starts[other]] == 1
                    && last_clock(one).is_some_and(|clock| clock[other] > 0)
                    && last_clock(other).is_some_and(|clock| clock[one] > 0)
                {
                    taken |= 1 << one | 1 << other;
                    tangles += 1;
                }
            }
        }
        tangles
    }

    /// Returns an order of at most `most` runs, if one is found with `width` sets kept after each run.
    fn within(&mut self, causality: &Causality, most: u32, width: usize) -> Option<Vec<usize>> {
        let threads = causality.threads();
        let steps: usize = (0..threads).map(|thread| causality.steps_of(thread).len()).sum();
        self.done.clear();
        self.done.resize(threads, 0);
        self.came_by.clear();
        self.came_by.push((0, 0));
        self.level.clear();
        self.level.push(Reached { set: 0, runs_left: 0, steps: 0 });
        for run in 1..=most {
            self.next.clear();
            for at in 0..self.level.len() {
                let reached = self.level[at];
                let whole = (0..threads).find(|&thread| self.is_whole_run(causality, reached.set, thread));
                for thread in whole.map_or(0..threads, |thread| thread..thread + 1) {
                    let count = self.run(causality, reached.set, thread);
                    if count == 0 {
                        continue;
                    }
                    let done = reached.steps + count;
                    let runs_left = (0..threads)
                        .map(|thread| self.runs_left[self.starts[thread] + self.scratch[thread] as usize])
                        .sum();
                    if run + runs_left > most || self.is_covered(threads) {
                        continue;
                    }
                    self.came_by.push((reached.set, thread));
                    self.done.extend_from_slice(&self.scratch);
                    let set = u32::try_from(self.came_by.len() - 1).expect("the effort bounds the sets");
                    if done as usize == steps {
                        return Some(self.order(causality, set));
                    }
                    self.next.push(Reached { set, runs_left, steps: done });
                }
                if self.effort == 0 {
                    return None;
                }
            }
            if self.next.len() > width {
                self.next.sort_by_key(|reached| (reached.runs_left, std::cmp::Reverse(reached.steps)));
                self.next.truncate(width);
            }
            std::mem::swap(&mut self.level, &mut self.next);
            if self.level.is_empty() {
                return None;
            }
        }
        None
    }

    /// Returns whether `thread` can go on from `set` to its end, or to where it must wait for another in any order.
    fn is_whole_run(&mut self, causality: &Causality, set: u32, thread: usize) -> bool {
        let count = self.run(causality, set, thread);
        let after = self.starts[thread] + self.scratch[thread] as usize;
        count > 0 && self.runs_left[after] < self.runs_left[after - count as usize]
    }

    /// Sets `scratch` to what is done after `thread` went on from `set` for as long as it could, and returns how many
    /// steps that were.
    fn run(&mut self, causality: &Causality, set: u32, thread: usize) -> u32 {
        let threads = causality.threads();
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.done[set as usize * threads..][..threads]);
        let count = crews::go_on(causality, thread, &mut self.scratch);
        self.effort = self.effort.saturating_sub(count + 1);
        as_u32(count)
    }

    /// Returns whether a set that this run reached already has everything that `scratch` has.
    fn is_covered(&self, threads: usize) -> bool {
        self.next.iter().any(|reached| {
            let done = &self.done[reached.set as usize * threads..][..threads];
            done.iter().zip(&self.scratch).all(|(theirs, ours)| theirs >= ours)
        })
    }

    fn order(&self, causality: &Causality, mut set: u32) -> Vec<usize> {
        let threads = causality.threads();
        let mut order = Vec::new();
        while set != 0 {
            let (before, thread) = self.came_by[set as usize];
            let done = |set: u32| self.done[set as usize * threads + thread];
            order.extend(std::iter::repeat_n(thread, (done(set) - done(before)) as usize));
            set = before;
        }
        order.reverse();
        order
    }
}

/// Returns whether a step of another thread must come between the `nth` step of `thread` (from 1) and its next step.
fn splits(causality: &Causality, thread: usize, nth: usize, next: u32) -> bool {
    let clock = causality.clock(next);
    clock.iter().enumerate().any(|(other, &count)| {
        other != thread && count > 0 && {
            let last = causality.steps_of(other)[count as usize - 1];
            causality.clock(last)[thread] as usize >= nth
        }
    })
}
