//! The messages to and from the harness, and what they mean in our words. How much of them is taken in is for `room` to say.

use std::fmt;
use std::mem;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de::Unexpected;
use serde::de::Visitor;

use crate::scenario::Access;
use crate::scenario::Aside;
use crate::scenario::Blocked;
use crate::scenario::Crew;
use crate::scenario::Detail;
use crate::scenario::Execution;
use crate::scenario::Guard;
use crate::scenario::Location;
use crate::scenario::Operation;
use crate::scenario::Outcome;
use crate::scenario::Pending;
use crate::scenario::Replay;
use crate::scenario::Step;
use crate::scenario::ThreadId;
use crate::scenario::Touch;
use crate::scenario::Try;
use crate::scenario::Turn;
use crate::scenario::Unsure;

use super::confine;
use super::numbers::Numbers;
use super::process;
use super::room;
use super::room::Nonsense;
use super::room::Room;

/// What the harness is asked.
#[derive(Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Ask<'a> {
    /// Load a scenario.
    Load {
        id: u64,
        name: &'a str,
        source: &'a str,
        observe: Option<&'a str>,
        claims: &'a [String],
        sleeps: Sleeps,
        shared: &'a Shared,
    },
    /// Execute each of these prefixes; and whether to say at which lines, and whether to wait for what is asked next without sleeping.
    Run { id: u64, requests: Vec<Vec<u64>>, lines: bool, awake: bool },
    /// Say what the harness is, compiled.
    Code { id: u64 },
    /// Execute one schedule and tell it in full.
    Replay { id: u64, schedule: Vec<u64> },
    /// Execute one schedule and tell each step before it is done, for the process may not live to tell it afterwards; the
    /// threads that do these steps, counted from 0, stop there for ever.
    Careful { id: u64, schedule: Vec<u64>, stops: &'a [usize], lines: bool, detail: bool },
}

pub(super) use crate::scenario::Sleeps;

/// What exploring a scenario showed about it: which of its names several threads can see changing, and whether the workers of its
/// pools can be told apart.
///
/// What counts as a step depends on it, so a schedule means something only together with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    names: Vec<Box<[Part]>>,
    workers: bool,
}

impl Shared {
    /// Adds that the tasks of all pools wait for a worker.
    pub(super) fn limit_pools(&mut self) {
        let every: Box<[Part]> = ["limited pool", "every"].map(|part| Part::Text(part.into())).into();
        if !self.names.contains(&every) {
            self.names.push(every);
        }
    }
}

/// A part of what is shared is called: a kind, a name in the program, the number of a thing. Nothing is within it, however deep a
/// process that was taken over would like to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Part {
    Text(Box<str>),
    Number(i64),
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Part, D::Error> {
        struct Parts;

        impl Visitor<'_> for Parts {
            type Value = Part;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Part, E> {
                Ok(Part::Text(text.into()))
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Part, E> {
                Ok(Part::Number(number))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Part, E> {
                let known = i64::try_from(number).map(Part::Number);
                known.map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
            }
        }

        from.deserialize_any(Parts)
    }
}

impl Shared {
    /// Returns how many bytes it takes.
    fn size(&self) -> usize {
        let of_part = |part: &Part| match part {
            Part::Text(text) => size_of::<Part>() + text.len(),
            Part::Number(_) => size_of::<Part>(),
        };
        self.names.iter().map(|name| size_of_val(name) + name.iter().map(of_part).sum::<usize>()).sum()
    }
}

/// What the harness says before anything else, and when it is ready.
#[derive(Deserialize)]
pub(super) struct Hello {
    /// The descriptor at which it waits for somebody to answer for it, before it is ready.
    #[serde(default)]
    pub(super) listener: Option<i32>,
    /// How it is confined, if it is.
    #[serde(default)]
    pub(super) confined: Option<confine::Said>,
}

/// What the harness answers. Which fields are there depends on what was asked.
#[derive(Deserialize)]
pub(super) struct Said {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) error: Option<Fault>,
    #[serde(default)]
    pub(super) start_over: bool,
    /// All outcomes together have become too long.
    #[serde(default)]
    pub(super) full: bool,
    #[serde(default)]
    pub(super) shared: Shared,
    /// What the numbers behind the JSON tell.
    #[serde(skip)]
    pub(super) executions: Vec<Ran>,
    #[serde(default)]
    ops: Vec<(Vec<u64>, u64)>,
    #[serde(default)]
    outcomes: Vec<Outcome>,
    /// The harness, compiled; in the JSON, that this is what is behind it.
    #[serde(default, deserialize_with = "bytes_behind")]
    pub(super) code: Option<Vec<u8>>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    details: Vec<Did>,
    #[serde(default)]
    asides: Vec<Beside>,
    #[serde(default)]
    blocked: Vec<Waits>,
    /// What a careful execution tells on its way; then the answer is still to come.
    #[serde(default)]
    pub(super) word: Option<Word>,
}

/// Something that a careful execution tells on its way.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    /// A step that will be done now: its thread's code, its operation's number, who could go, and the new threads, by code and
    /// name.
    Step { thread: u64, operation: u64, enabled: u64, threads: Vec<(u64, String)> },
    /// What a step did, by its number.
    Did(usize, Did),
    /// The line that the running thread is at now.
    Line(u32),
    /// It is over, and what is observed will be evaluated.
    Seeing,
}

/// What a step did: line, verb, location, value, and the locks that its thread held.
pub(super) type Did = (u32, String, String, Option<String>, Vec<String>);

/// What was done after a step though it is none: the step's number, line, verb, location, value.
type Beside = (usize, u32, String, String, Option<String>);

/// Who is left waiting: thread, line, verb, location, who holds that, and the locks that it holds itself.
type Waits = (u64, u32, String, String, Option<u64>, Vec<String>);

/// Why the harness could not do what it was asked.
#[derive(Deserialize)]
pub(super) struct Fault {
    pub(super) kind: String,
    pub(super) what: String,
    #[serde(default)]
    pub(super) why: String,
    #[serde(default)]
    pub(super) line: u32,
    #[serde(default)]
    pub(super) file: Option<String>,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) step: usize,
    #[serde(default)]
    pub(super) thread: u64,
}

/// So many times the reason's number is added to an outcome's where the execution could have ended otherwise.
const UNSURE: i64 = 1 << 40;

/// An execution in numbers: threads, steps (thread's index, operation's number, mask of who could go), pending (thread's
/// index, operation's number), the outcome's number, changes of guards (step, guard, open), guards shut at first,
/// the steps' lines if they were asked for, and pools (workers, how many tasks, their threads' indices) after their count.
pub(super) struct Ran(
    pub(super) Vec<u64>,
    pub(super) Vec<u64>,
    Vec<u64>,
    i64,
    Vec<(i64, u64, bool)>,
    Vec<u64>,
    Vec<u32>,
    Vec<(u64, Vec<u64>)>,
);

impl Ran {
    /// Reads an execution, of which each list comes after its count; `None` if something is missing.
    fn read(numbers: &mut Numbers) -> Option<Ran> {
        let (threads, steps, pending) = (numbers.many()?, numbers.many()?, numbers.many()?);
        let outcome = numbers.one()? as i64;
        let changes = numbers.many().filter(|changes| changes.len() % 3 == 0)?;
        let changes = changes.chunks_exact(3).map(|change| (change[0] as i64, change[1], change[2] != 0)).collect();
        let shut = numbers.many()?;
        let lines = numbers.many()?.into_iter().map(|line| u32::try_from(line).ok()).collect::<Option<_>>()?;
        let mut crews = Vec::new();
        for _ in 0..numbers.one()? {
            crews.push((numbers.one()?, numbers.many()?));
        }
        Some(Ran(threads, steps, pending, outcome, changes, shut, lines, crews))
    }
}

/// Reads executions, one after another, from the bytes that their numbers are in.
fn read_executions(bytes: &[u8]) -> Result<Vec<Ran>, &'static str> {
    let mut numbers = Numbers::read(bytes, room::MAX_NUMBERS).ok_or("no numbers")?;
    let mut executions = Vec::new();
    while !numbers.is_empty() {
        if executions.len() == room::MAX_EXECUTIONS {
            return Err("too many executions");
        }
        executions.push(Ran::read(&mut numbers).ok_or("an execution is incomplete")?);
    }
    Ok(executions)
}

/// Reads whether there are bytes behind the JSON, which are still to be taken.
fn bytes_behind<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
    Ok(bool::deserialize(from)?.then(Vec::new))
}

/// What numbers in the messages stand for.
#[derive(Default)]
pub(super) struct Meanings {
    /// Operations by their number, for the worker's whole life.
    operations: Vec<Operation>,
    /// What these take.
    explained: Room,
    /// Outcomes by their number, for one loaded scenario.
    outcomes: Vec<Outcome>,
    /// What these take.
    seen: Room,
    /// How many claims it has, so each of its outcomes.
    claims: usize,
}

impl Meanings {
    /// Forgets what belonged to the scenario loaded before. That one has so many claims.
    pub(super) fn begin_scenario(&mut self, claims: usize) {
        self.outcomes.clear();
        self.seen = Room::default();
        self.claims = claims;
    }

    /// Learns the numbers that `said` explains.
    pub(super) fn learn(&mut self, said: &mut Said) -> Result<(), Nonsense> {
        for (touches, guard) in said.ops.drain(..) {
            if touches.len() % 2 != 0 {
                return Err(Nonsense("an operation has half a touch"));
            }
            let guard = (guard != 0).then_some(Guard(guard));
            let (mut tries, mut turn) = (None, None);
            let mut touched = Vec::with_capacity(touches.len() / 2);
            for touch in touches.chunks_exact(2) {
                let access = match touch[1] {
                    0 => Access::Read,
                    1 => Access::Write,
                    2 => Access::Attempt,
                    5 => Access::Within,
                    4 => {
                        // So many of those before it are of a turn.
                        let until = touched.len();
                        let from = usize::try_from(touch[0]).ok().and_then(|count| until.checked_sub(count));
                        let writes = |from: &usize| {
                            touched.get(*from).is_some_and(|touch: &Touch| touch.access == Access::Write)
                        };
                        turn = from.filter(writes).map(|from| Turn { from, until });
                        continue;
                    }
                    _ => {
                        // It says on which guard the manner of those before it hangs.
                        tries = Some(Try { guard: Guard(touch[0]), touches: touched.len() });
                        continue;
                    }
                };
                touched.push(Touch { location: Location(touch[0]), access });
            }
            let operation = Operation { touches: touched.into(), guard, tries, turn };
            self.explained.explain(&operation)?;
            self.operations.push(operation);
        }
        for mut outcome in said.outcomes.drain(..) {
            if outcome.claims.len() != self.claims {
                return Err(Nonsense("an outcome does not say what becomes of each claim"));
            }
            self.seen.keep(&outcome)?;
            // As with its steps: a thread goes by the same name wherever it is told of.
            for exception in &mut outcome.exceptions {
                exception.thread = room::called(mem::take(&mut exception.thread));
            }
            self.outcomes.push(outcome);
        }
        if said.shared.size() > room::MAX_SHARED {
            return Err(Nonsense("it shares too much"));
        }
        Ok(())
    }

    /// Returns the operation with this number.
    pub(super) fn operation(&self, number: u64) -> Result<Operation, Nonsense> {
        let known = usize::try_from(number).ok().and_then(|number| self.operations.get(number));
        known.cloned().ok_or(Nonsense("no such operation"))
    }

    /// Returns the execution that `ran` tells of, if there is `room` for it beside the others of its answer.
    pub(super) fn execution(&self, ran: &Ran, room: &mut Room) -> Result<Execution, Nonsense> {
        let Ran(codes, trace, pending, outcome, changes, shut, lines, crews) = ran;
        let threads: Vec<ThreadId> = codes
            .iter()
            .map(|&code| ThreadId::from_code(code).ok_or(Nonsense("a thread has no id")))
            .collect::<Result<_, _>>()?;
        if threads.first() != Some(&ThreadId::MAIN) || threads.len() > room::MAX_THREADS {
            return Err(Nonsense("the threads are wrong"));
        }
        let thread = |index: u64| {
            usize::try_from(index).ok().and_then(|index| threads.get(index)).copied().ok_or(Nonsense("no such thread"))
        };
        let operation = |number: u64| self.operation(number);
        if trace.len() % 3 != 0 || pending.len() % 2 != 0 {
            return Err(Nonsense("a step is incomplete"));
        }
        if trace.len() / 3 > room::MAX_STEPS {
            return Err(Nonsense("an execution has too many steps"));
        }
        if pending.len() / 2 > threads.len() {
            return Err(Nonsense("more threads are left than there are"));
        }
        if !lines.is_empty() && lines.len() != trace.len() / 3 {
            return Err(Nonsense("a step has no line"));
        }
        let mut steps: Vec<Step> = Vec::with_capacity(trace.len() / 3);
        for step in trace.chunks_exact(3) {
            let (thread, operation) = (thread(step[0])?, operation(step[1])?);
            room.touch(&operation)?;
            check_choice(thread, step[2], &threads)?;
            steps.push(Step { thread, operation, enabled: step[2], guards: Vec::new() });
        }
        for &(step, guard, open) in changes {
            let step = usize::try_from(step).ok().and_then(|step| steps.get_mut(step));
            step.ok_or(Nonsense("a guard changes in no step"))?.guards.push((Guard(guard), open));
        }
        let pending = pending.chunks_exact(2).map(|each| {
            let (thread, operation) = (thread(each[0])?, operation(each[1])?);
            room.touch(&operation)?;
            Ok(Pending { thread, operation })
        });
        let pending = pending.collect::<Result<_, _>>()?;
        let unsure = match outcome.div_euclid(UNSURE) {
            1 => Some(Unsure::Lives),
            2 => Some(Unsure::Order),
            3 => Some(Unsure::Library),
            _ => None,
        };
        let number = if unsure.is_some() { outcome.rem_euclid(UNSURE) } else { *outcome };
        let outcome = usize::try_from(number).ok().and_then(|number| self.outcomes.get(number));
        let outcome = outcome.ok_or(Nonsense("no such outcome"))?;
        room.see(outcome)?;
        let outcome = outcome.clone();
        let shut = shut.iter().copied().map(Guard).collect();
        let index = |index: u64| usize::try_from(index).ok().filter(|&index| index < threads.len());
        let crew = |(workers, tasks): &(u64, Vec<u64>)| {
            let tasks: Option<Vec<usize>> = tasks.iter().map(|&task| index(task)).collect();
            Some(Crew { workers: usize::try_from(*workers).ok()?, tasks: tasks? })
        };
        let crews: Option<Vec<Crew>> = crews.iter().map(crew).collect();
        let crews = crews.ok_or(Nonsense("a pool has tasks that there are not"))?;
        if crews.iter().any(|crew| crew.workers == 0 || crew.tasks.len() <= crew.workers || crew.tasks.contains(&0))
            || crews.iter().map(|crew| crew.tasks.len()).sum::<usize>() > threads.len()
        {
            return Err(Nonsense("pools have more tasks than there are"));
        }
        let lines = lines.clone();
        Ok(Execution { threads, shut, steps, lines, pending, lived: None, crews, unsure, outcome })
    }
}

/// Refuses a step of a thread that could not go then, and one before which a thread could go that there is not: an exploration
/// relies on a thread's first step coming after the step that made it able to go.
pub(super) fn check_choice(thread: ThreadId, enabled: u64, threads: &[ThreadId]) -> Result<(), Nonsense> {
    let place = threads.iter().position(|&other| other == thread).ok_or(Nonsense("no such thread"))?;
    let beyond = u32::try_from(threads.len()).ok().and_then(|count| enabled.checked_shr(count)).unwrap_or(0);
    match (beyond, enabled >> place & 1) {
        (0, 1) => Ok(()),
        (0, _) => Err(Nonsense("a thread went that could not")),
        _ => Err(Nonsense("a thread could go that there is not")),
    }
}

/// Returns what a worker would be understood to have said that answered these bytes, up to the first that makes no sense: each
/// execution, the first of an answer told with what that says of a replay.
///
/// For fuzzing: this is the way of everything that comes from a process that may be hostile.
#[doc(hidden)]
pub fn replays_in(mut bytes: &[u8]) -> Vec<Replay> {
    let mut replays = Vec::new();
    let mut meanings = Meanings::default();
    while let Ok(frame) = process::read_frame(&mut bytes) {
        let Ok(mut said) = Said::read(&frame) else { break };
        if meanings.learn(&mut said).is_err() {
            break;
        }
        let (mut names, mut details) = (said.names(), said.details());
        let Ok(mut blocked) = said.blocked() else { break };
        let mut room = Room::default();
        for ran in &said.executions {
            let Ok(execution) = meanings.execution(ran, &mut room) else { return replays };
            let (names, details, blocked) = (mem::take(&mut names), mem::take(&mut details), mem::take(&mut blocked));
            replays.push(Replay { execution, names, details, blocked, death: None });
        }
    }
    replays
}

/// Returns what a step did, with no more of each name and of the value than a person would read.
pub(super) fn detail((line, verb, location, value, holds): Did) -> Detail {
    let value = value.map(room::told);
    let (verb, location) = (room::called(verb), room::called(location));
    Detail { line, verb, location, value, holds: all_called(holds), asides: Vec::new() }
}

fn all_called(names: Vec<String>) -> Vec<String> {
    names.into_iter().map(room::called).collect()
}

impl Said {
    /// Reads an answer, or says what is wrong with it. An answer is JSON, behind which, after a zero, there may be bytes: the
    /// numbers of executions, or the harness.
    pub(super) fn read(frame: &[u8]) -> Result<Said, String> {
        let (json, behind) = match frame.iter().position(|&byte| byte == 0) {
            Some(zero) => (&frame[..zero], &frame[zero + 1..]),
            None => (frame, &[][..]),
        };
        if room::has_too_many_values(json) {
            return Err("its answer has too many parts".to_owned());
        }
        let mut said: Said =
            serde_json::from_slice(json).map_err(|error| room::told(format!("its answer is wrong: {error}")))?;
        if let Some(code) = &mut said.code {
            *code = behind.to_vec();
        } else if !behind.is_empty() {
            said.executions = read_executions(behind).map_err(|what| format!("its answer is wrong: {what}"))?;
        }
        Ok(said)
    }

    /// Returns what the threads of a replay are called.
    pub(super) fn names(&mut self) -> Vec<String> {
        all_called(mem::take(&mut self.names))
    }

    /// Returns what each step of a replay did, and what was done after it.
    pub(super) fn details(&mut self) -> Vec<Detail> {
        let mut details: Vec<Detail> = self.details.drain(..).map(detail).collect();
        for (step, line, verb, location, value) in self.asides.drain(..) {
            // What comes after no step of the replay is not to be told.
            if let Some(detail) = details.get_mut(step) {
                let (verb, location, value) = (room::called(verb), room::called(location), value.map(room::told));
                detail.asides.push(Aside { line, verb, location, value });
            }
        }
        details
    }

    /// Returns who was left waiting at the end of a replay.
    pub(super) fn blocked(&mut self) -> Result<Vec<Blocked>, Nonsense> {
        let id = |code| ThreadId::from_code(code).ok_or(Nonsense("a thread has no id"));
        if self.blocked.len() > room::MAX_THREADS {
            return Err(Nonsense("more threads wait than there can be"));
        }
        self.blocked
            .drain(..)
            .map(|(thread, line, verb, location, held_by, holds)| {
                let (thread, held_by) = (id(thread)?, held_by.map(id).transpose()?);
                let (verb, location) = (room::called(verb), room::called(location));
                Ok(Blocked { thread, line, verb, location, held_by, holds: all_called(holds) })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever forged one had all of it shown, six times as long.
    #[test]
    fn what_is_wrong_with_a_long_answer_is_told_in_short() {
        let frame = format!(r#"{{"id":"{}"}}"#, "\u{7f}".repeat(1 << 20));
        let error = Said::read(frame.as_bytes()).map(|_| ()).expect_err("an id is a number");
        assert!(error.starts_with("its answer is wrong: invalid type: string"), "{error}");
        assert!(error.chars().count() <= 1000, "{} characters", error.chars().count());
    }

    #[test]
    fn who_goes_could_go_and_is_there() {
        let child = ThreadId::MAIN.child(1).expect("in range");
        let threads = [ThreadId::MAIN, child];
        for (thread, enabled, is_sound) in [
            (ThreadId::MAIN, 0b01, true),
            (child, 0b11, true),
            (child, 0b01, false),
            (ThreadId::MAIN, 0, false),
            (ThreadId::MAIN, 0b101, false),
            (ThreadId::MAIN, u64::MAX, false),
        ] {
            assert_eq!(check_choice(thread, enabled, &threads).is_ok(), is_sound, "{thread} of {enabled:b}");
        }
        let many: Vec<ThreadId> = (1..=64).map(|nth| ThreadId::MAIN.child(nth).expect("in range")).collect();
        assert!(check_choice(many[63], u64::MAX, &many).is_ok());
    }

    #[test]
    fn pools_have_no_more_tasks_than_there_are_threads() {
        let meanings = Meanings {
            outcomes: vec![Outcome {
                value: None,
                stdout: None,
                ending: crate::scenario::Ending::Finished,
                exceptions: Vec::new(),
                claims: Vec::new(),
            }],
            ..Meanings::default()
        };
        let told = |crews: Vec<(u64, Vec<u64>)>| {
            let ran = Ran(vec![0, 1, 2], vec![], vec![], 0, vec![], vec![], vec![], crews);
            meanings.execution(&ran, &mut Room::default())
        };
        let execution = told(vec![(1, vec![1, 2])]).expect("it makes sense");
        assert_eq!(execution.crews, [Crew { workers: 1, tasks: vec![1, 2] }]);
        for crews in [
            vec![(1, vec![2, 3])],
            vec![(1, vec![1])],
            vec![(1, vec![0, 1])],
            vec![(0, vec![1])],
            vec![(1, vec![1, 2]), (1, vec![1, 2])],
        ] {
            assert!(told(crews.clone()).is_err(), "{crews:?}");
        }
    }

    /// Found by fuzzing: a worker that lies about who could go must not bring down who asks it.
    #[test]
    fn frames_that_lie_about_choices_end_before_they_are_explored() {
        let frame = |steps: &[u8]| {
            // Two threads, their steps, nobody waiting, the first outcome, and four empty lists.
            let execution = [&[2, 0, 1, u8::try_from(steps.len()).expect("few")], steps, &[0, 0, 0, 0, 0, 0]].concat();
            let numbers = execution.iter().flat_map(|&number| [b'i', number, 0, 0, 0]);
            let count = u8::try_from(execution.len()).expect("few");
            let json = r#"{"ops":[[[],0]],"outcomes":[{"value":null,"stdout":"","ending":"finished","claims":[],"exceptions":[]}],"id":1}"#;
            let frame: Vec<u8> = json.bytes().chain([0, b'[', count, 0, 0, 0]).chain(numbers).collect();
            [&u32::try_from(frame.len()).expect("short").to_be_bytes(), frame.as_slice()].concat()
        };
        assert_eq!(replays_in(&frame(&[0, 0, 1, 1, 0, 3])).len(), 1);
        assert_eq!(replays_in(&frame(&[1, 0, 1])).len(), 0);
        assert_eq!(replays_in(&frame(&[0, 0, 5])).len(), 0);
    }

    /// Returns a list that has `entry` so many times.
    fn list(entry: &str, count: usize) -> String {
        format!("[{}]", vec![entry; count].join(","))
    }

    fn understood(members: &str) -> Result<Said, String> {
        Said::read(format!(r#"{{"id":1,{members}}}"#).as_bytes())
    }

    /// A frame of 64 MB took up to 6 GB: of millions of parts each became something that is larger.
    #[test]
    fn answers_of_millions_of_parts_are_not_read() {
        let names = |name: &str, count| format!(r#""names":{}"#, list(name, count));
        let details = |detail: &str, count| format!(r#""details":{}"#, list(detail, count));
        let outcomes = |outcome: &str, count| format!(r#""outcomes":{}"#, list(outcome, count));
        let shared = |name: &str, count| format!(r#""shared":{{"workers":false,"names":{}}}"#, list(name, count));
        let held = |count| format!(r#"[12,"read","account.balance","100",{}]"#, list(r#""lock""#, count));
        let raised =
            |count| format!(r#"[null,"","finished",{},[]]"#, list(r#"["Thread-1","ValueError","",true]"#, count));
        for (few, many) in [
            (names(r#""a""#, 64), names(r#""a""#, 3 << 20)),
            (names(r#""[[[[[[[[[[""#, 300_000), names(r#""\"""#, 3 << 20)),
            (details(&held(1), room::MAX_STEPS), details(&held(1), 300_000)),
            (details(&held(200), room::MAX_STEPS), details(&held(300), room::MAX_STEPS)),
            (r#""blocked":[]"#.to_owned(), format!(r#""blocked":{}"#, list(r#"[0,0,"","",null,[]]"#, 300_000))),
            (format!(r#""ops":{}"#, list("[[0,0],0]", 400_000)), format!(r#""ops":{}"#, list("[[],0]", 1 << 20))),
            (format!(r#""ops":[[{},0]]"#, list("0", 2_000_000)), format!(r#""ops":[[{},0]]"#, list("0", 3 << 20))),
            (outcomes(&raised(64), 8), outcomes(&raised(1_000_000), 1)),
            (outcomes(&raised(10_000), 8), outcomes("[null,null,\"spin\",[],[]]", 500_000)),
            (shared(r#"["global","x"]"#, 1000), shared(r#"["global","x"]"#, 1 << 20)),
        ] {
            assert!(understood(&few).is_ok(), "{}", &few[..30]);
            let error = understood(&many).err();
            assert_eq!(error.as_deref(), Some("its answer has too many parts"), "{}", &many[..30]);
        }
        let numbers = |count: u32| {
            let falses = b"F".repeat(count as usize);
            Said::read(&[&br#"{"id":1}"#[..], &[0, b'['], &count.to_le_bytes()[..], &falses].concat())
        };
        // Those of seven zeros are told in the fewest numbers.
        let most = 7 * u32::try_from(room::MAX_EXECUTIONS).expect("a small number");
        assert!(numbers(most).is_ok());
        assert!(numbers(most + 7).is_err());
        assert!(numbers(5 << 20).is_err());
    }

    /// A thread's name of a megabyte was kept with each step that told of it, and of every outcome.
    #[test]
    fn what_replays_call_things_is_cut() {
        let long = "x".repeat(1 << 20);
        let members = format!(
            r#""names":["{long}"],"details":[[1,"{long}","{long}","{long}",["{long}"]]],"blocked":[[0,1,"{long}","{long}",null,["{long}"]]]"#
        );
        let mut said = understood(&members).expect("it is an answer");
        let (names, details) = (said.names(), said.details());
        let blocked = said.blocked().expect("it makes sense");
        let (detail, blocked) = (&details[0], &blocked[0]);
        let held = detail.holds.iter().chain(&blocked.holds);
        let called = [&detail.verb, &detail.location, &blocked.verb, &blocked.location].into_iter().chain(held);
        assert!(called.chain(&names).all(|name| name.chars().count() == 200));
        assert_eq!(detail.value.as_ref().map(|value| value.chars().count()), Some(1000));
    }

    #[test]
    fn nothing_is_within_what_is_shared() {
        let json = r#"{"names":[["global","x"],["container",-1],["cell","3","n"],["container",4503599627370495],[]],"workers":true}"#;
        let shared: Shared = serde_json::from_str(json).expect("what is shared");
        assert_eq!(serde_json::to_string(&shared).expect("JSON"), json);
        for part in ["[]", "[[0]]", "{}", "null", "true", "1.5", "18446744073709551615"] {
            let json = format!(r#"{{"names":[["container",{part}]],"workers":true}}"#);
            assert!(serde_json::from_str::<Shared>(&json).is_err(), "{part}");
        }
    }

    /// However it is spread over answers.
    #[test]
    fn what_a_process_says_in_its_life_is_bounded() {
        let mut meanings = Meanings::default();
        let mut learn = |members: &str, times: usize| -> Result<(), Nonsense> {
            (0..times).try_for_each(|_| meanings.learn(&mut understood(members).expect("it is an answer")))
        };
        let operations = format!(r#""ops":{}"#, list("[[],0]", 1 << 18));
        assert!(learn(&operations, 4).is_ok());
        assert!(learn(&operations, 1).is_err());
        let text = |size| format!(r#""outcomes":[["{}",null,"finished",[],[]]]"#, "x".repeat(size));
        assert!(learn(&text(8 << 20), 1).is_err(), "an outcome is bounded as well");
        assert!(learn(&text(7 << 20), 5).is_ok());
        assert!(learn(&text(7 << 20), 1).is_err());
        let names = format!(r#""shared":{{"workers":false,"names":{}}}"#, list(r#"["global","x"]"#, 100_000));
        assert!(learn(&names, 3).is_ok(), "the last is what counts");
        let names = format!(r#""shared":{{"workers":false,"names":{}}}"#, list(r#"["global","x"]"#, 400_000));
        assert!(learn(&names, 1).is_err());
    }

    #[test]
    fn a_thread_goes_by_as_much_of_its_name_in_an_exception_as_in_a_step() {
        let mut meanings = Meanings::default();
        let exception = format!(r#"["{}","ValueError","no",false]"#, "x".repeat(900));
        let said = format!(r#""outcomes":[[null,null,"finished",[{exception}],[]]]"#);
        meanings.learn(&mut understood(&said).expect("an answer")).expect("it makes sense");
        let name = &meanings.outcomes[0].exceptions[0].thread;
        assert_eq!(*name, room::called("x".repeat(900)));
        assert!(name.chars().count() < 900);
    }

    /// An answer of some megabytes once took gigabytes: each of its steps had all that one operation touches.
    #[test]
    fn executions_that_touch_too_much_are_nonsense() {
        let operation = |touches: usize| {
            let touches = (0..touches as u64).map(|place| Touch { location: Location(place), access: Access::Read });
            Operation { touches: touches.collect(), guard: None, tries: None, turn: None }
        };
        let outcome: Outcome = serde_json::from_value(serde_json::json!(
            {"value": null, "stdout": "", "ending": "finished", "claims": [], "exceptions": []}
        ))
        .expect("an outcome");
        let operations = vec![operation(10), operation(1 << 16)];
        let meanings = Meanings { operations, outcomes: vec![outcome], ..Meanings::default() };
        let ran = |number: u64, steps: usize, threads: u64| {
            let pending = (0..threads).flat_map(|thread| [thread, number]).collect();
            Ran((0..64).collect(), [0, number, 1].repeat(steps), pending, 0, vec![], vec![], vec![], vec![])
        };
        let execution = |ran: &Ran| meanings.execution(ran, &mut Room::default()).is_ok();
        assert!(execution(&ran(0, 10_000, 64)));
        assert!(execution(&ran(1, 64, 0)));
        assert!(!execution(&ran(1, 65, 0)));
        assert!(execution(&ran(1, 0, 64)));
        assert!(!execution(&ran(1, 1, 64)), "what waits touches as much as what is done");
        // However many executions there are.
        let mut room = Room::default();
        assert!(meanings.execution(&ran(1, 40, 0), &mut room).is_ok());
        assert!(meanings.execution(&ran(1, 40, 0), &mut room).is_err());
    }
}
