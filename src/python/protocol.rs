//! The messages to and from the harness, and what they mean in our words.

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de::Error as _;

use crate::scenario::Access;
use crate::scenario::Blocked;
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

use super::confine;
use super::numbers::Numbers;
use super::process;

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
    /// Execute each of these prefixes; and whether to say at which lines.
    Run { id: u64, requests: Vec<Vec<u64>>, lines: bool },
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
    names: Vec<Vec<serde_json::Value>>,
    workers: bool,
}

/// What the harness says when it is ready.
#[derive(Deserialize)]
pub(super) struct Hello {
    /// How it is confined, if it is.
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
    #[serde(default)]
    pub(super) shared: Shared,
    #[serde(default, deserialize_with = "read_executions")]
    pub(super) executions: Vec<Ran>,
    #[serde(default)]
    ops: Vec<(Vec<u64>, u64)>,
    #[serde(default)]
    outcomes: Vec<Outcome>,
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    pub(super) names: Vec<String>,
    #[serde(default)]
    details: Vec<Did>,
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

/// An execution in numbers: threads, steps (thread's index, operation's number, mask of who could go), pending (thread's
/// index, operation's number), the outcome's number, changes of guards (step, guard, open), guards shut at first,
/// the steps' lines if they were asked for.
pub(super) struct Ran(
    pub(super) Vec<u64>,
    pub(super) Vec<u64>,
    Vec<u64>,
    i64,
    Vec<(i64, u64, bool)>,
    Vec<u64>,
    Vec<u32>,
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
        Some(Ran(threads, steps, pending, outcome, changes, shut, lines))
    }
}

/// Reads executions, one after another, from the text that their numbers are in.
fn read_executions<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Ran>, D::Error> {
    let mut numbers = Numbers::from_hex(<&str>::deserialize(from)?).ok_or_else(|| D::Error::custom("no numbers"))?;
    let mut executions = Vec::new();
    while !numbers.is_empty() {
        executions.push(Ran::read(&mut numbers).ok_or_else(|| D::Error::custom("an execution is incomplete"))?);
    }
    Ok(executions)
}

/// What numbers in the messages stand for.
#[derive(Default)]
pub(super) struct Meanings {
    /// Operations by their number, for the worker's whole life.
    operations: Vec<Operation>,
    /// Outcomes by their number, for one loaded scenario.
    outcomes: Vec<Outcome>,
    /// How many claims it has, so each of its outcomes.
    claims: usize,
}

/// An answer that does not make sense.
#[derive(Debug)]
pub(super) struct Nonsense(pub(super) &'static str);

impl Meanings {
    /// Forgets what belonged to the scenario loaded before. That one has so many claims.
    pub(super) fn begin_scenario(&mut self, claims: usize) {
        self.outcomes.clear();
        self.claims = claims;
    }

    /// Learns the numbers that `said` explains.
    pub(super) fn learn(&mut self, said: &mut Said) -> Result<(), Nonsense> {
        for (touches, guard) in said.ops.drain(..) {
            if touches.len() % 2 != 0 {
                return Err(Nonsense("an operation has half a touch"));
            }
            let touches = touches.chunks_exact(2).map(|touch| Touch {
                location: Location(touch[0]),
                access: match touch[1] {
                    0 => Access::Read,
                    1 => Access::Write,
                    _ => Access::Attempt,
                },
            });
            let guard = (guard != 0).then_some(Guard(guard));
            self.operations.push(Operation { touches: touches.collect(), guard });
        }
        if said.outcomes.iter().any(|outcome| outcome.claims.len() != self.claims) {
            return Err(Nonsense("an outcome does not say what becomes of each claim"));
        }
        self.outcomes.append(&mut said.outcomes);
        Ok(())
    }

    /// Returns the operation with this number.
    pub(super) fn operation(&self, number: u64) -> Result<Operation, Nonsense> {
        let known = usize::try_from(number).ok().and_then(|number| self.operations.get(number));
        known.cloned().ok_or(Nonsense("no such operation"))
    }

    /// Returns the execution that `ran` tells of.
    pub(super) fn execution(&self, ran: &Ran) -> Result<Execution, Nonsense> {
        let Ran(codes, trace, pending, outcome, changes, shut, lines) = ran;
        let threads: Vec<ThreadId> = codes
            .iter()
            .map(|&code| ThreadId::from_code(code).ok_or(Nonsense("a thread has no id")))
            .collect::<Result<_, _>>()?;
        if threads.first() != Some(&ThreadId::MAIN) || threads.len() > 64 {
            return Err(Nonsense("the threads are wrong"));
        }
        let thread = |index: u64| {
            usize::try_from(index).ok().and_then(|index| threads.get(index)).copied().ok_or(Nonsense("no such thread"))
        };
        let operation = |number: u64| self.operation(number);
        if trace.len() % 3 != 0 || pending.len() % 2 != 0 {
            return Err(Nonsense("a step is incomplete"));
        }
        if !lines.is_empty() && lines.len() != trace.len() / 3 {
            return Err(Nonsense("a step has no line"));
        }
        let mut steps: Vec<Step> = Vec::with_capacity(trace.len() / 3);
        let mut touches = 0;
        for step in trace.chunks_exact(3) {
            let (thread, operation) = (thread(step[0])?, operation(step[1])?);
            touches += operation.touches.len();
            check_touches(touches)?;
            check_choice(thread, step[2], &threads)?;
            steps.push(Step { thread, operation, enabled: step[2], guards: Vec::new() });
        }
        for &(step, guard, open) in changes {
            let step = usize::try_from(step).ok().and_then(|step| steps.get_mut(step));
            step.ok_or(Nonsense("a guard changes in no step"))?.guards.push((Guard(guard), open));
        }
        let pending = pending
            .chunks_exact(2)
            .map(|each| Ok(Pending { thread: thread(each[0])?, operation: operation(each[1])? }));
        let pending = pending.collect::<Result<_, _>>()?;
        let outcome = usize::try_from(*outcome).ok().and_then(|number| self.outcomes.get(number)).cloned();
        let outcome = outcome.ok_or(Nonsense("no such outcome"))?;
        let shut = shut.iter().copied().map(Guard).collect();
        Ok(Execution { threads, shut, steps, lines: lines.clone(), pending, lived: None, outcome })
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

/// How much the steps of one execution may touch in all. Some hundred steps touch some hundred places; what a process says that
/// was taken over must not take all memory there is.
const MAX_TOUCHES: usize = 4 << 20;

pub(super) fn check_touches(touches: usize) -> Result<(), Nonsense> {
    if touches > MAX_TOUCHES { Err(Nonsense("an execution touches too much")) } else { Ok(()) }
}

/// Returns what a worker would be understood to have said that answered these bytes, up to the first that makes no sense: each
/// execution, told with what the answer says of a replay.
///
/// For fuzzing: this is the way of everything that comes from a process that may be hostile.
#[doc(hidden)]
pub fn replays_in(mut bytes: &[u8]) -> Vec<Replay> {
    let mut replays = Vec::new();
    let mut meanings = Meanings::default();
    while let Ok(frame) = process::read_frame(&mut bytes) {
        let Ok(mut said) = serde_json::from_slice::<Said>(&frame) else { break };
        if meanings.learn(&mut said).is_err() {
            break;
        }
        let details = said.details();
        let Ok(blocked) = said.blocked() else { break };
        for ran in &said.executions {
            let Ok(execution) = meanings.execution(ran) else { return replays };
            let names = said.names.clone();
            replays.push(Replay { execution, names, details: details.clone(), blocked: blocked.clone(), death: None });
        }
    }
    replays
}

/// Returns what a step did.
pub(super) fn detail((line, verb, location, value, holds): Did) -> Detail {
    Detail { line, verb, location, value, holds }
}

impl Said {
    /// Returns what each step of a replay did.
    pub(super) fn details(&mut self) -> Vec<Detail> {
        self.details.drain(..).map(detail).collect()
    }

    /// Returns who was left waiting at the end of a replay.
    pub(super) fn blocked(&mut self) -> Result<Vec<Blocked>, Nonsense> {
        let id = |code| ThreadId::from_code(code).ok_or(Nonsense("a thread has no id"));
        self.blocked
            .drain(..)
            .map(|(thread, line, verb, location, held_by, holds)| {
                let (thread, held_by) = (id(thread)?, held_by.map(id).transpose()?);
                Ok(Blocked { thread, line, verb, location, held_by, holds })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Found by fuzzing: a worker that lies about who could go must not bring down who asks it.
    #[test]
    fn frames_that_lie_about_choices_end_before_they_are_explored() {
        let frame = |steps: &[u8]| {
            // Two threads, their steps, nobody waiting, the first outcome, and three empty lists.
            let execution = [&[2, 0, 1, u8::try_from(steps.len()).expect("few")], steps, &[0, 0, 0, 0, 0]].concat();
            let numbers: String = execution.iter().map(|number| format!("69{number:02x}000000")).collect();
            let json = format!(
                r#"{{"executions":"5b{:02x}000000{numbers}","ops":[[[],0]],"outcomes":[{{"value":null,"stdout":"","ending":"finished","claims":[],"exceptions":[]}}],"id":1}}"#,
                execution.len()
            );
            [&u32::try_from(json.len()).expect("short").to_be_bytes(), json.as_bytes()].concat()
        };
        assert_eq!(replays_in(&frame(&[0, 0, 1, 1, 0, 3])).len(), 1);
        assert_eq!(replays_in(&frame(&[1, 0, 1])).len(), 0);
        assert_eq!(replays_in(&frame(&[0, 0, 5])).len(), 0);
    }

    /// An answer of some megabytes once took gigabytes: each of its steps had all that one operation touches.
    #[test]
    fn executions_that_touch_too_much_are_nonsense() {
        let operation = |touches: usize| {
            let touches = (0..touches as u64).map(|place| Touch { location: Location(place), access: Access::Read });
            Operation { touches: touches.collect(), guard: None }
        };
        let outcome: Outcome = serde_json::from_value(serde_json::json!(
            {"value": null, "stdout": "", "ending": "finished", "claims": [], "exceptions": []}
        ))
        .expect("an outcome");
        let meanings =
            Meanings { operations: vec![operation(10), operation(1 << 16)], outcomes: vec![outcome], claims: 0 };
        let execution = |number: u64, steps: usize| {
            meanings.execution(&Ran(vec![0], [0, number, 1].repeat(steps), vec![], 0, vec![], vec![], vec![]))
        };
        assert!(execution(0, 10_000).is_ok());
        assert!(execution(1, 64).is_ok());
        assert!(execution(1, 65).is_err());
    }
}
