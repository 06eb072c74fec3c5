//! What `raceday explore --json` writes. Other tools rely on it: fields may be added, none renamed or removed.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use std::ops::Not;

use serde::Serialize;
use serde::Serializer;

use crate::explore::Found;
use crate::explore::Unfinished;
use crate::scenario::Aside;
use crate::scenario::Ending;
use crate::scenario::Exception;
use crate::scenario::Hang;
use crate::scenario::Replay;
use crate::scenario::Sleeps;

use super::clean::clean_json;
use super::exploration::Claim;
use super::exploration::Exploration;
use super::exploration::Witnessed;
use super::races::Race;
use super::races::RaceAct;
use super::telling::line_raised;

/// Writes `exploration` as JSON.
pub fn write_json(out: &mut dyn Write, exploration: &Exploration<'_>) -> io::Result<()> {
    let json = ExplorationJson {
        scenario: &exploration.scenario.name,
        python: exploration.python,
        observe: exploration.scenario.observe.as_deref(),
        sleeps: exploration.scenario.sleeps,
        exhaustive: exploration.is_exhaustive(),
        unfinished: exploration.unfinished.as_ref().map(word),
        hang: exploration.unfinished.as_ref().and_then(hang),
        executions: exploration.executions,
        elapsed_ms: (exploration.elapsed.as_secs_f64() * 1e6).round() / 1e3,
        outcomes: OutcomesJson(&exploration.outcomes),
        unconfirmed: exploration.unconfirmed,
        claims: exploration
            .claims
            .iter()
            .map(|claimed| ClaimJson {
                claim: match &claimed.claim {
                    Claim::Always(_) => "always",
                    Claim::Never(_) => "never",
                    Claim::NoDeadlock => "no-deadlock",
                },
                expression: match &claimed.claim {
                    Claim::Always(expression) | Claim::Never(expression) => Some(expression),
                    Claim::NoDeadlock => None,
                },
                holds: match (&claimed.violation, exploration.is_exhaustive()) {
                    (Some(_), _) => Some(false),
                    (None, true) => Some(true),
                    (None, false) => None,
                },
                unconfirmed: claimed.is_unconfirmed,
                violation: claimed.violation.as_ref().map(outcome),
            })
            .collect(),
        races: exploration.races.as_ref().map(|races| races.told.iter().map(race).collect()),
        races_cut: exploration.races.as_ref().is_some_and(|races| races.is_cut),
    };
    let mut out = Cleaning(io::BufWriter::new(out));
    serde_json::to_writer_pretty(&mut out, &json)?;
    writeln!(out)?;
    out.flush()
}

fn word(unfinished: &Unfinished) -> &'static str {
    match unfinished {
        Unfinished::Executions => "executions",
        Unfinished::Time => "time",
        Unfinished::Stopped => "stopped",
        Unfinished::Room => "room",
        Unfinished::Steps => "steps",
        Unfinished::Hang(_) => "hang",
        Unfinished::Deaths => "deaths",
        Unfinished::Sharing => "sharing",
        Unfinished::Lives => "lives",
        Unfinished::Order => "order",
        Unfinished::Library => "library",
    }
}

fn hang(unfinished: &Unfinished) -> Option<HangJson<'_>> {
    let Unfinished::Hang(hang) = unfinished else { return None };
    let Hang { schedule, thread, name, line, seconds } = hang;
    let (id, schedule) = (thread.to_string(), schedule.to_string());
    Some(HangJson { thread: name, id, line: *line, schedule, seconds: *seconds })
}

fn outcome(witnessed: &Witnessed) -> OutcomeJson<'_> {
    let found = &witnessed.found;
    let Some(replay) = &witnessed.replay else {
        return OutcomeJson { death: None, ..outcome_of(found, None, Vec::new(), Vec::new()) };
    };
    let name = |thread| {
        let index = replay.execution.threads.iter().position(|other| *other == thread);
        index.and_then(|index| replay.names.get(index)).map_or("", String::as_str)
    };
    let steps = replay.execution.steps.iter().zip(&replay.details).map(|(step, detail)| StepJson {
        thread: name(step.thread),
        id: step.thread.to_string(),
        line: detail.line,
        operation: &detail.verb,
        location: &detail.location,
        value: detail.value.as_deref(),
        asides: detail.asides.iter().map(aside).collect(),
    });
    let blocked = replay.blocked.iter().map(|blocked| BlockedJson {
        thread: name(blocked.thread),
        id: blocked.thread.to_string(),
        line: blocked.line,
        operation: &blocked.verb,
        location: &blocked.location,
        held_by: blocked.held_by.map(name),
    });
    let death = replay.death.as_ref().map(|death| DeathJson {
        thread: name(death.thread),
        id: death.thread.to_string(),
        line: death.line,
        how: &death.how,
    });
    OutcomeJson { death, ..outcome_of(found, Some(replay), steps.collect(), blocked.collect()) }
}

fn aside(aside: &Aside) -> AsideJson<'_> {
    let Aside { line, verb, location, value } = aside;
    AsideJson { line: *line, operation: verb, location, value: value.as_deref() }
}

/// Returns an outcome with these steps and this end, those of its `replay` if it is told.
fn outcome_of<'a>(
    found: &'a Found,
    replay: Option<&Replay>,
    steps: Vec<StepJson<'a>>,
    blocked: Vec<BlockedJson<'a>>,
) -> OutcomeJson<'a> {
    let exceptions = found
        .outcome
        .exceptions
        .iter()
        .map(|exception| ExceptionJson { line: replay.and_then(|replay| line_raised(replay, exception)), exception });
    let (schedule, switches) = (found.witness.to_string(), found.switches);
    OutcomeJson {
        value: found.outcome.value.as_deref(),
        stdout: found.outcome.stdout.as_deref(),
        ending: found.outcome.ending,
        exceptions: exceptions.collect(),
        death: None,
        executions: found.executions,
        witness: WitnessJson { schedule, switches, untold: replay.is_none(), steps, blocked },
    }
}

/// The outcomes, put into JSON one after another: all at once would take as much room again as what is kept of them.
struct OutcomesJson<'a>(&'a BTreeMap<usize, Witnessed>);

impl Serialize for OutcomesJson<'_> {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        into.collect_seq(self.0.values().map(outcome))
    }
}

/// Writes JSON with nothing in it that a terminal would obey.
struct Cleaning<'a>(io::BufWriter<&'a mut dyn Write>);

impl Write for Cleaning<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Text comes in whole characters: it is cut in two only where something is escaped.
        let text = std::str::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.0.write_all(clean_json(text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn race(race: &Race) -> RaceJson<'_> {
    let act = |act: &'_ RaceAct| RaceActJson {
        thread: act.thread.clone(),
        id: act.id.to_string(),
        step: act.step,
        line: act.line,
        operation: act.verb.clone(),
        holds: act.holds.clone(),
    };
    RaceJson { location: &race.location, acts: race.acts.each_ref().map(act), schedule: race.schedule.to_string() }
}

#[derive(Serialize)]
struct ExplorationJson<'a> {
    scenario: &'a str,
    python: &'a str,
    observe: Option<&'a str>,
    sleeps: Sleeps,
    exhaustive: bool,
    /// Not there if it is exhaustive.
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<&'static str>,
    /// Not there unless an execution hung.
    #[serde(skip_serializing_if = "Option::is_none")]
    hang: Option<HangJson<'a>>,
    executions: u64,
    elapsed_ms: f64,
    outcomes: OutcomesJson<'a>,
    /// How many more were found. Not there if all are confirmed.
    #[serde(skip_serializing_if = "is_zero")]
    unconfirmed: usize,
    claims: Vec<ClaimJson<'a>>,
    /// Not there if races were not looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    races: Option<Vec<RaceJson<'a>>>,
    /// That there are executions that were not looked at for races. Not there unless there are.
    #[serde(skip_serializing_if = "Not::not")]
    races_cut: bool,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Serialize)]
struct RaceJson<'a> {
    location: &'a str,
    acts: [RaceActJson; 2],
    schedule: String,
}

#[derive(Serialize)]
struct RaceActJson {
    thread: String,
    id: String,
    step: usize,
    line: u32,
    operation: String,
    holds: Vec<String>,
}

#[derive(Serialize)]
struct OutcomeJson<'a> {
    value: Option<&'a str>,
    stdout: Option<&'a str>,
    ending: Ending,
    exceptions: Vec<ExceptionJson<'a>>,
    /// Not there unless the process died.
    #[serde(skip_serializing_if = "Option::is_none")]
    death: Option<DeathJson<'a>>,
    executions: u64,
    witness: WitnessJson<'a>,
}

#[derive(Serialize)]
struct ExceptionJson<'a> {
    #[serde(flatten)]
    exception: &'a Exception,
    /// Where the witness has it raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
struct DeathJson<'a> {
    thread: &'a str,
    id: String,
    line: u32,
    how: &'a str,
}

#[derive(Serialize)]
struct HangJson<'a> {
    thread: &'a str,
    id: String,
    line: u32,
    schedule: String,
    seconds: u64,
}

#[derive(Serialize)]
struct WitnessJson<'a> {
    schedule: String,
    switches: usize,
    /// That steps and end are left out. Not there unless they are.
    #[serde(skip_serializing_if = "Not::not")]
    untold: bool,
    steps: Vec<StepJson<'a>>,
    blocked: Vec<BlockedJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    thread: &'a str,
    id: String,
    line: u32,
    operation: &'a str,
    location: &'a str,
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asides: Vec<AsideJson<'a>>,
}

/// What a thread did after a step, though it is none.
#[derive(Serialize)]
struct AsideJson<'a> {
    line: u32,
    operation: &'a str,
    location: &'a str,
    value: Option<&'a str>,
}

#[derive(Serialize)]
struct BlockedJson<'a> {
    thread: &'a str,
    id: String,
    line: u32,
    operation: &'a str,
    location: &'a str,
    held_by: Option<&'a str>,
}

#[derive(Serialize)]
struct ClaimJson<'a> {
    claim: &'static str,
    expression: Option<&'a str>,
    holds: Option<bool>,
    /// That a violation was found, but is not confirmed. Not there unless it is so.
    #[serde(skip_serializing_if = "Not::not")]
    unconfirmed: bool,
    violation: Option<OutcomeJson<'a>>,
}

#[cfg(test)]
mod tests {
    use crate::report::exploration::Races;
    use crate::report::exploration::tests as samples;

    use super::*;

    #[test]
    fn the_contract_holds() {
        let scenario = samples::scenario();
        let mut exploration = samples::exploration(&scenario);
        exploration.claims.clear();
        exploration.outcomes.remove(&1);
        let mut out = Vec::new();
        write_json(&mut out, &exploration).expect("a Vec takes all");
        insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"), @r#"
        {
          "scenario": "count.py",
          "python": "3.11.7",
          "observe": "count",
          "sleeps": "unordered",
          "exhaustive": true,
          "executions": 6,
          "elapsed_ms": 3.1,
          "outcomes": [
            {
              "value": "2",
              "stdout": null,
              "ending": "finished",
              "exceptions": [
                {
                  "thread": "Thread-2",
                  "type": "ValueError",
                  "message": "not enough",
                  "swallowed": true
                }
              ],
              "executions": 4,
              "witness": {
                "schedule": "0*3 1*2 2*2 1 0*2",
                "switches": 4,
                "steps": [
                  {
                    "thread": "MainThread",
                    "id": "0",
                    "line": 10,
                    "operation": "write",
                    "location": "t",
                    "value": "<Thread(Thread-2 (work), initial)>"
                  },
                  {
                    "thread": "MainThread",
                    "id": "0",
                    "line": 10,
                    "operation": "read",
                    "location": "t",
                    "value": "<Thread(Thread-2 (work), initial)>"
                  },
                  {
                    "thread": "MainThread",
                    "id": "0",
                    "line": 10,
                    "operation": "start",
                    "location": "Thread-2 (work)",
                    "value": null
                  },
                  {
                    "thread": "Thread-1 (work)",
                    "id": "1",
                    "line": 0,
                    "operation": "begin",
                    "location": "",
                    "value": null
                  },
                  {
                    "thread": "Thread-1 (work)",
                    "id": "1",
                    "line": 7,
                    "operation": "read",
                    "location": "count",
                    "value": "0"
                  },
                  {
                    "thread": "Thread-2 (work)",
                    "id": "2",
                    "line": 7,
                    "operation": "read",
                    "location": "count",
                    "value": "0"
                  },
                  {
                    "thread": "Thread-2 (work)",
                    "id": "2",
                    "line": 7,
                    "operation": "write",
                    "location": "count",
                    "value": "1"
                  },
                  {
                    "thread": "Thread-1 (work)",
                    "id": "1",
                    "line": 7,
                    "operation": "write",
                    "location": "count",
                    "value": "1"
                  },
                  {
                    "thread": "MainThread",
                    "id": "0",
                    "line": 11,
                    "operation": "join",
                    "location": "Thread-1 (work)",
                    "value": null
                  },
                  {
                    "thread": "MainThread",
                    "id": "0",
                    "line": 11,
                    "operation": "join",
                    "location": "Thread-2 (work)",
                    "value": null
                  }
                ],
                "blocked": []
              }
            }
          ],
          "claims": []
        }
        "#);
    }

    #[test]
    fn races_are_there_if_they_were_looked_for() {
        let scenario = samples::scenario();
        let mut exploration = samples::exploration(&scenario);
        exploration.races = Some(Races { told: vec![crate::report::races::tests::race()], is_cut: false });
        let mut out = Vec::new();
        write_json(&mut out, &exploration).expect("a Vec takes all");
        let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(
            json["races"],
            serde_json::json!([{
                "location": "count",
                "acts": [
                    {"thread": "Thread-1 (work)", "id": "1", "step": 4, "line": 7, "operation": "read", "holds": []},
                    {"thread": "Thread-2 (work)", "id": "2", "step": 6, "line": 7, "operation": "write", "holds": ["lock"]},
                ],
                "schedule": "0*3 1*2 2*2 1 0*2",
            }])
        );
    }

    #[test]
    fn claims_say_what_became_of_them() {
        let scenario = samples::scenario();
        let written = |unfinished| {
            let mut out = Vec::new();
            write_json(&mut out, &Exploration { unfinished, ..samples::exploration(&scenario) })
                .expect("a Vec takes all");
            serde_json::from_slice::<serde_json::Value>(&out).expect("JSON")
        };
        let finished = &written(None)["claims"];
        assert_eq!(
            (&finished[1]["unconfirmed"], &written(None)["unconfirmed"]),
            (&serde_json::Value::Null, &serde_json::Value::Null)
        );
        assert_eq!(finished[0]["claim"], "always");
        assert_eq!(finished[0]["expression"], "count == 2");
        assert_eq!(finished[0]["holds"], false);
        assert_eq!(finished[0]["violation"]["value"], "1");
        assert_eq!(finished[1]["claim"], "no-deadlock");
        assert_eq!(finished[1]["holds"], true);
        let cut = written(Some(Unfinished::Executions));
        assert_eq!(cut["claims"][1]["holds"], serde_json::Value::Null);
        assert_eq!((&cut["exhaustive"], &cut["unfinished"]), (&false.into(), &"executions".into()));
        let (schedule, thread) = ("0*3 2".parse().expect("a schedule"), "2".parse().expect("a thread"));
        let hang = Hang { schedule, thread, name: "Thread-2".to_owned(), line: 7, seconds: 10 };
        let hung = written(Some(Unfinished::Hang(hang)));
        let told = serde_json::json!({"thread": "Thread-2", "id": "2", "line": 7, "schedule": "0*3 2", "seconds": 10});
        assert_eq!((&hung["unfinished"], &hung["hang"]), (&"hang".into(), &told));
    }
}
