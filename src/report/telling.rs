//! What of an execution is worth telling, and the words for it: what a thread is called, does, holds, waits for.
//!
//! How that is laid out is for `steps`, on a page of text, and for `html`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::scenario::Aside;
use crate::scenario::Blocked;
use crate::scenario::Death;
use crate::scenario::Detail;
use crate::scenario::Ending;
use crate::scenario::Exception;
use crate::scenario::Location;
use crate::scenario::Replay;
use crate::scenario::Step;
use crate::scenario::ThreadId;

use super::clean_line;
use super::text;

/// How much of a value is shown.
const LONGEST_VALUE: usize = 120;
/// How much of a thread's name is shown.
const LONGEST_NAME: usize = 40;
/// How much of a line of the program is shown beside a step, as often as there are steps.
const LONGEST_CODE: usize = 400;
/// How much of what a thread waits for, and of the names of the locks that it holds, is shown: both may be so in each of many rows.
const LONGEST_REASON: usize = 200;

/// What puts something somewhere.
const STORES: [&str; 11] = [
    "append",
    "appendleft",
    "extend",
    "extendleft",
    "insert",
    "add",
    "update",
    "put",
    "heappush",
    "insort_left",
    "insort_right",
];
/// What may be given something, and give something back.
const CALLS: [&str; 15] = [
    "heappushpop",
    "heapreplace",
    "pop",
    "get",
    "setdefault",
    "index",
    "count",
    "remove",
    "discard",
    "insert",
    "append",
    "add",
    "update",
    "look up",
    "keep",
];
/// How the telling of an act begins that failed.
const RAISES: &str = "raises ";
/// What is told of an iterator that has come to its end.
const NOTHING_MORE: &str = "nothing more";

/// How much of an execution is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every step.
    Everything,
    /// What matters to other threads and, of many more than so many steps, the first and the last.
    AtMost(usize),
    /// The same, and `--replay` shows the others.
    AtMostOfReplay(usize),
}

impl Extent {
    /// Returns which of so many steps, by their places, are not shown. A few more than there should be leave no gap.
    pub(super) fn gap(self, steps: usize) -> Range<usize> {
        match self {
            Extent::AtMost(most) | Extent::AtMostOfReplay(most) if steps > most + most / 4 => {
                most / 2..steps - most / 2
            }
            _ => 0..0,
        }
    }
}

/// Returns what is said of an execution none of whose steps is worth telling, without a full stop.
pub(super) fn nothing_told(replay: &Replay) -> &'static str {
    match replay.execution.outcome.ending {
        Ending::Limit => "up to there, no other thread could notice anything: an endless loop?",
        _ => "there is nothing in it that another thread could notice",
    }
}

/// Returns the steps that are worth telling.
pub(super) fn told(replay: &Replay, extent: Extent) -> Vec<usize> {
    // What has no name is a step in the middle of another act.
    let named = |step: &usize| !replay.details[*step].verb.is_empty();
    if extent == Extent::Everything {
        return (0..replay.details.len()).filter(named).collect();
    }
    // Who touches each location.
    let mut users: BTreeMap<Location, BTreeSet<ThreadId>> = BTreeMap::new();
    for step in &replay.execution.steps {
        for touch in step.operation.touches.iter() {
            users.entry(touch.location).or_default().insert(step.thread);
        }
    }
    let is_told = |(_, (step, detail)): &(usize, (&Step, &Detail))| {
        let is_private = step.operation.touches.iter().all(|touch| users[&touch.location].len() == 1);
        match detail.verb.as_str() {
            "" => false,
            // What was done beside it is told with it.
            _ if !detail.asides.is_empty() => true,
            "begin" | "end" => false,
            // What kills the process may hang on what its thread alone has seen.
            "read" => !is_private || replay.death.is_some(),
            // What a thread writes for itself is often what it found out; the main thread's are loop variables.
            "write" => !is_private || step.thread != ThreadId::MAIN,
            _ => true,
        }
    };
    let steps = || replay.execution.steps.iter().zip(&replay.details).enumerate();
    let who_is_told: BTreeSet<ThreadId> = steps().filter(is_told).map(|(_, (step, _))| step.thread).collect();
    // Of a task that does nothing else to tell, others see when it ended, and with what.
    let is_all_there_is = |(_, (step, detail)): &(usize, (&Step, &Detail))| {
        detail.verb == "end" && detail.value.is_some() && !who_is_told.contains(&step.thread)
    };
    steps().filter(|each| is_told(each) || is_all_there_is(each)).map(|(index, _)| index).collect()
}

/// Returns what is told beside a step: not that an exception was raised, where the step itself says so.
pub(super) fn told_beside(detail: &Detail) -> impl Iterator<Item = &Aside> {
    detail.asides.iter().filter(|aside| {
        let says_so = detail.value.as_ref().and_then(|value| value.strip_prefix("raises ")) == Some(&aside.location);
        !(aside.verb == "raise" && aside.line == detail.line && says_so)
    })
}

/// Returns the line at which an exception was raised that ended a thread or a task, if that is told.
pub(super) fn line_raised(replay: &Replay, exception: &Exception) -> Option<u32> {
    let name_of = |thread| index_of(replay, thread).and_then(|index| replay.names.get(index));
    let steps = replay.execution.steps.iter().zip(&replay.details).rev();
    let own = steps.filter(|(step, _)| name_of(step.thread) == Some(&exception.thread));
    let mut asides = own.flat_map(|(_, detail)| detail.asides.iter().rev());
    let raised = asides.find(|aside| aside.verb == "raise" && aside.location == exception.class);
    raised.map(|aside| aside.line).filter(|&line| line > 0)
}

/// Returns from which to which step each thread lives, as far as the steps show it.
pub(super) fn lives(replay: &Replay) -> Vec<Option<(usize, usize)>> {
    let execution = &replay.execution;
    let one = |index: usize| {
        let thread = execution.threads[index];
        let goes = |step: &Step| step.thread == thread || could_go(step, index);
        let first = execution.steps.iter().position(goes)?;
        let is_left = execution.pending.iter().any(|pending| pending.thread == thread);
        let last = if is_left {
            execution.steps.len()
        } else {
            execution.steps.iter().rposition(|step| step.thread == thread)?
        };
        Some((first, last))
    };
    (0..execution.threads.len()).map(one).collect()
}

/// Returns what the thread that cannot go at `step` waits for: what it does next, or is left waiting for.
pub(super) fn next_wait(replay: &Replay, holdings: &Holdings<'_>, thread: usize, step: usize) -> Option<String> {
    let id = replay.execution.threads[thread];
    let mut later = replay.execution.steps.iter().zip(&replay.details).skip(step);
    // Of several steps that are one act, the last is told.
    let waits = match later.find(|(step, detail)| step.thread == id && !detail.verb.is_empty()) {
        Some((_, detail)) => {
            let what = waits_for(replay, &detail.verb, &detail.location);
            let holds = |other: &usize| *other != thread && holdings.after(*other, step).contains(&detail.location);
            let holders: Vec<usize> = (0..replay.execution.threads.len()).filter(holds).collect();
            match holders.as_slice() {
                [holder] if detail.verb == "acquire" => {
                    format!("{what}, which {} holds", short_name_of(replay, replay.execution.threads[*holder]))
                }
                _ => what,
            }
        }
        None => {
            let blocked = replay.blocked.iter().find(|blocked| blocked.thread == id)?;
            waiting(replay, blocked)
        }
    };
    Some(text::cut(&waits, LONGEST_REASON))
}

/// Returns a thread's place in the execution. A telling that names a stranger comes from a program that meddles with
/// its runner; what it says of the stranger is not shown.
pub(super) fn index_of(replay: &Replay, thread: ThreadId) -> Option<usize> {
    replay.execution.threads.iter().position(|other| *other == thread)
}

/// Returns whether the thread with this place could go at `step`.
pub(super) fn could_go(step: &Step, thread: usize) -> bool {
    u32::try_from(thread).ok().and_then(|thread| step.enabled.checked_shr(thread)).is_some_and(|rest| rest & 1 == 1)
}

/// Which locks each thread holds when.
pub(super) struct Holdings<'a> {
    /// Of each thread: before which step it held what, then what it held to the end.
    of: Vec<Vec<(usize, Cow<'a, [String]>)>>,
}

impl<'a> Holdings<'a> {
    pub(super) fn new(replay: &'a Replay) -> Holdings<'a> {
        let mut of: Vec<Vec<(usize, Cow<'a, [String]>)>> = vec![Vec::new(); replay.execution.threads.len()];
        for (index, (step, detail)) in replay.execution.steps.iter().zip(&replay.details).enumerate() {
            if let Some(thread) = index_of(replay, step.thread) {
                of[thread].push((index, Cow::Borrowed(detail.holds.as_slice())));
                // Who ends without giving a lock back keeps it.
                if detail.verb == "end" {
                    of[thread].push((usize::MAX, Cow::Borrowed(detail.holds.as_slice())));
                }
            }
        }
        for blocked in &replay.blocked {
            if let Some(thread) = index_of(replay, blocked.thread) {
                of[thread].push((usize::MAX, Cow::Borrowed(blocked.holds.as_slice())));
            }
        }
        for (index, (step, detail)) in replay.execution.steps.iter().zip(&replay.details).enumerate() {
            let failed = detail.value.as_deref().is_some_and(is_failure);
            if detail.verb != "release" || failed || detail.holds.contains(&detail.location) {
                continue;
            }
            // Whoever likes may give a lock back. Who took it holds it no more, though it said what it holds before that.
            for (thread, known) in of.iter_mut().enumerate() {
                let next = known.partition_point(|(before, _)| *before <= index);
                let Some((_, holds)) = known.get(next) else { continue };
                if replay.execution.threads[thread] != step.thread && holds.contains(&detail.location) {
                    let left = holds.iter().filter(|lock| **lock != detail.location).cloned().collect();
                    let held = std::mem::replace(&mut known[next].1, Cow::Owned(left));
                    known.insert(next, (index, held));
                }
            }
        }
        Holdings { of }
    }

    /// Returns the locks that `thread` holds once `step` is done.
    pub(super) fn after(&self, thread: usize, step: usize) -> &[String] {
        let known = &self.of[thread];
        known.get(known.partition_point(|(before, _)| *before <= step)).map_or(&[], |(_, holds)| holds)
    }
}

/// Returns how the process died, and where: `the process was killed by SIGSEGV while Thread-1 was at line 7`.
pub(super) fn describe_death(replay: &Replay, death: &Death) -> String {
    let verb = if death.how.starts_with("killed") { "was " } else { "" };
    let name = short_name_of(replay, death.thread);
    let place = if death.line > 0 { format!("was at line {}", death.line) } else { "ran".to_owned() };
    format!("the process {verb}{} while {name} {place}", clean_line(&death.how))
}

/// Returns what a thread waits for and who has it: `waits for lock, which Thread-1 holds`.
pub(super) fn waiting(replay: &Replay, blocked: &Blocked) -> String {
    let what = waits_for(replay, &blocked.verb, &blocked.location);
    match blocked.held_by {
        // Who waits for a thread's end need not be told who could bring it about.
        _ if blocked.verb == "join" => what,
        Some(holder) if holder == blocked.thread => format!("{what}, which it holds itself"),
        // Who waits for a future waits for its task, which is a thread or in the hands of one.
        Some(holder) if blocked.verb == "wait" => match short_name_of(replay, holder) {
            name if name == blocked.location => format!("{what} to end"),
            name => format!("{what} to end, which {name} runs"),
        },
        Some(holder) => format!("{what}, which {} holds", short_name_of(replay, holder)),
        None => what,
    }
}

/// Returns what is to be said of an end that is none, without a full stop: nobody waits in a livelock, and each thread has tried but once.
pub(super) fn repeats(replay: &Replay) -> Option<&'static str> {
    let text = "all is as it was before: they can try so again, any number of times";
    (replay.execution.outcome.ending == Ending::Livelock).then_some(text)
}

fn waits_for(replay: &Replay, verb: &str, location: &str) -> String {
    let is_thread = replay.names.iter().any(|name| name == location);
    let location = shown_location(replay, location);
    match verb {
        "join" if is_thread => format!("waits for {location} to end"),
        // A queue can be joined as well.
        "join" => format!("waits until all of {location} is done"),
        "spin" => "waits for a change".to_owned(),
        "retry" => format!("goes on trying for {location}"),
        _ if location.is_empty() => format!("waits to {}", clean_line(verb)),
        "wake" if !location.starts_with("at ") => format!("waits for {location} to be notified"),
        "acquire" | "wait" => format!("waits for {location}"),
        _ => format!("waits to {} {location}", clean_line(verb)),
    }
}

/// Returns a thread's name, fit to be shown, with a number if others have the same.
pub(super) fn name_of(replay: &Replay, thread: ThreadId) -> String {
    let index = replay.execution.threads.iter().position(|other| *other == thread);
    let Some((index, name)) = index.and_then(|index| Some((index, replay.names.get(index)?))) else {
        return format!("thread {thread}");
    };
    let namesakes = |names: &[String]| names.iter().filter(|other| *other == name).count();
    let (before, all) = (namesakes(&replay.names[..index]), namesakes(&replay.names));
    if all == 1 { shown_name(name) } else { format!("{} #{}", shown_name(name), before + 1) }
}

/// Returns a thread's name as an outcome has it, fit to be shown.
pub(super) fn shown_name(name: &str) -> String {
    text::cut(&clean_line(name), LONGEST_NAME)
}

/// Returns a line of the program, from 1, as it is shown beside a step: nothing where there is no such line.
pub(super) fn code(source: &[&str], line: u32) -> String {
    let line = (line as usize).checked_sub(1).and_then(|line| source.get(line));
    line.map_or(String::new(), |line| text::cut(&clean_line(line.trim()), LONGEST_CODE))
}

/// Returns the names of locks, fit to be shown.
pub(super) fn locks(held: &[String]) -> String {
    // What is not shown need not be put together first.
    let held = &held[..held.len().min(LONGEST_REASON)];
    text::cut(&clean_line(&held.join(", ")), LONGEST_REASON)
}

/// Returns a thread's name without the function that Python adds to it (`Thread-1 (work)`), if that is still one of a
/// kind.
pub(super) fn short_name_of(replay: &Replay, thread: ThreadId) -> String {
    let name = name_of(replay, thread);
    match name.split_once(" (") {
        Some((short, _)) if !has_namesake(replay, short) => short.to_owned(),
        _ => name,
    }
}

fn has_namesake(replay: &Replay, short: &str) -> bool {
    let begins = |name: &&String| name.split(" (").next() == Some(short);
    replay.names.iter().filter(begins).count() > 1
}

/// Returns a location, or the short name of the thread that it is.
fn shown_location(replay: &Replay, location: &str) -> String {
    let mut so_named = replay.execution.threads.iter().zip(&replay.names).filter(|(_, name)| *name == location);
    match (so_named.next(), so_named.next()) {
        (Some((&thread, _)), None) => short_name_of(replay, thread),
        _ => clean_line(location).into_owned(), // no thread, or nobody knows which of several
    }
}

/// Returns what one step did: `read account.balance → 1000`, `pop stock ('a', None) → 3`.
pub(super) fn describe(replay: &Replay, detail: &Detail) -> String {
    describe_act(replay, &detail.verb, &detail.location, detail.value.as_deref())
}

/// Returns what was done beside a step: `notify ready → nobody waits`.
pub(super) fn describe_aside(replay: &Replay, aside: &Aside) -> String {
    describe_act(replay, &aside.verb, &aside.location, aside.value.as_deref())
}

fn describe_act(replay: &Replay, verb: &str, location: &str, value: Option<&str>) -> String {
    let mut text = clean_line(verb).into_owned();
    if !location.is_empty() {
        text.push(' ');
        text.push_str(&shown_location(replay, location));
    }
    if let Some(value) = value {
        // Addresses are not told anyway.
        let value = text::cut(&clean_line(value).replace(" object at 0x...>", ">"), LONGEST_VALUE);
        text.push_str(&match (verb, given_and_got(&value)) {
            ("write", _) if !is_failure(&value) => format!(" ← {value}"),
            // What a call is given, and what it gives back.
            (verb, Some((given, result))) if CALLS.contains(&verb) => format!(" ({given}) → {result}"),
            ("remove" | "discard", None) if !is_failure(&value) => format!(" ({value})"),
            (verb, None) if STORES.contains(&verb) && !is_failure(&value) => format!(" ← {value}"),
            _ => format!(" → {value}"),
        });
    }
    text
}

/// Returns whether what came of a step is that it failed, and no value.
pub(super) fn is_failure(value: &str) -> bool {
    value.starts_with(RAISES) || value == NOTHING_MORE
}

/// Returns what one step did, by arrows alone if it can be: `account.balance → 1000`.
pub(super) fn short(replay: &Replay, detail: &Detail) -> Option<String> {
    let is_access = matches!(detail.verb.as_str(), "read" | "write") && detail.value.is_some();
    let text = is_access.then(|| describe(replay, detail))?;
    text.split_once(' ').map(|(_, rest)| rest.to_owned())
}

/// Returns what a call was given and what came of it, of a value that is told as `given -> got`: a text or an object that is
/// shown with such an arrow in it is told as it is.
fn given_and_got(value: &str) -> Option<(&str, &str)> {
    const ARROW: &str = " -> ";
    let (mut quote, mut depth, mut is_escaped) = (None, 0_usize, false);
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        if quote.is_none() && depth == 0 && rest.starts_with(ARROW) {
            return Some((&value[..value.len() - rest.len()], &rest[ARROW.len()..]));
        }
        let is_arrow = quote.is_none() && rest.starts_with("->");
        match (quote, c) {
            _ if std::mem::take(&mut is_escaped) || is_arrow => {}
            (Some(_), '\\') => is_escaped = true,
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{' | '<') => depth += 1,
            (None, ')' | ']' | '}' | '>') => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = &rest[if is_arrow { 2 } else { c.len_utf8() }..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_was_given_is_told_from_what_came_of_it() {
        for (value, parts) in [
            ("'a', None -> 0", Some(("'a', None", "0"))),
            ("(2,) -> <Node a -> b>", Some(("(2,)", "<Node a -> b>"))),
            ("'it\\'s -> b' -> \"x -> y\"", Some(("'it\\'s -> b'", "\"x -> y\""))),
            ("<Node a -> b>", None),
            ("['a -> b', x -> y]", None),
            ("'cut -> …", None),
            ("0", None),
            ("", None),
        ] {
            assert_eq!(given_and_got(value), parts, "{value}");
        }
    }

    /// A queue was waited for to end.
    #[test]
    fn a_queue_is_joined_when_all_of_it_is_done() {
        let replay = crate::report::samples::lost_update();
        assert_eq!(waits_for(&replay, "join", "jobs"), "waits until all of jobs is done");
        let name = replay.names[1].clone();
        assert_eq!(waits_for(&replay, "join", &name), format!("waits for {} to end", shown_location(&replay, &name)));
    }

    /// One arrow was `→`, and the next `->`.
    #[test]
    fn a_call_has_one_arrow() {
        let replay = crate::report::samples::lost_update();
        let told = |verb: &str, value: &str| {
            let (verb, location, value) = (verb.to_owned(), "d".to_owned(), Some(value.to_owned()));
            describe(&replay, &Detail { line: 1, verb, location, value, holds: Vec::new(), asides: Vec::new() })
        };
        assert_eq!(told("pop", "'a', None -> 0"), "pop d ('a', None) → 0");
        assert_eq!(told("append", "3"), "append d ← 3");
        assert_eq!(told("read", "a -> b"), "read d → a -> b");
        assert_eq!(told("write", "a -> b"), "write d ← a -> b");
    }
}
