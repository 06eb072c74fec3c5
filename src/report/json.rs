//! What `raceday explore --json` writes. Other tools rely on it: fields may be added, none renamed or removed.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::scenario::Ending;
use crate::scenario::Exception;
use crate::scenario::Sleeps;

use super::clean::clean_json;
use super::exploration::Claim;
use super::exploration::Exploration;
use super::exploration::Witnessed;
use super::races::Race;
use super::races::RaceAct;

/// Writes `exploration` as JSON.
pub fn write_json(out: &mut dyn Write, exploration: &Exploration<'_>) -> io::Result<()> {
    let json = ExplorationJson {
        scenario: &exploration.scenario.name,
        python: exploration.python,
        observe: exploration.scenario.observe.as_deref(),
        sleeps: exploration.scenario.sleeps,
        exhaustive: exploration.exhaustive,
        executions: exploration.executions,
        elapsed_ms: (exploration.elapsed.as_secs_f64() * 1e6).round() / 1e3,
        outcomes: exploration.outcomes.values().map(outcome).collect(),
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
                holds: match (&claimed.violation, exploration.exhaustive) {
                    (Some(_), _) => Some(false),
                    (None, true) => Some(true),
                    (None, false) => None,
                },
                violation: claimed.violation.as_ref().map(outcome),
            })
            .collect(),
        races: exploration.races.as_ref().map(|races| races.iter().map(race).collect()),
    };
    let text = serde_json::to_string_pretty(&json)?;
    writeln!(out, "{}", clean_json(&text))
}

fn outcome(witnessed: &Witnessed) -> OutcomeJson<'_> {
    let found = &witnessed.found;
    let replay = &witnessed.replay;
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
    });
    let blocked = replay.blocked.iter().map(|blocked| BlockedJson {
        thread: name(blocked.thread),
        id: blocked.thread.to_string(),
        line: blocked.line,
        operation: &blocked.verb,
        location: &blocked.location,
        held_by: blocked.held_by.map(name),
    });
    OutcomeJson {
        value: found.outcome.value.as_deref(),
        stdout: found.outcome.stdout.as_deref(),
        ending: found.outcome.ending,
        exceptions: &found.outcome.exceptions,
        death: replay.death.as_ref().map(|death| DeathJson {
            thread: name(death.thread),
            id: death.thread.to_string(),
            line: death.line,
            how: &death.how,
        }),
        executions: found.executions,
        witness: WitnessJson {
            schedule: found.witness.to_string(),
            switches: found.switches,
            steps: steps.collect(),
            blocked: blocked.collect(),
        },
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
    executions: u64,
    elapsed_ms: f64,
    outcomes: Vec<OutcomeJson<'a>>,
    claims: Vec<ClaimJson<'a>>,
    /// Not there if races were not looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    races: Option<Vec<RaceJson<'a>>>,
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
    exceptions: &'a [Exception],
    /// Not there unless the process died.
    #[serde(skip_serializing_if = "Option::is_none")]
    death: Option<DeathJson<'a>>,
    executions: u64,
    witness: WitnessJson<'a>,
}

#[derive(Serialize)]
struct DeathJson<'a> {
    thread: &'a str,
    id: String,
    line: u32,
    how: &'a str,
}

#[derive(Serialize)]
struct WitnessJson<'a> {
    schedule: String,
    switches: usize,
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
    violation: Option<OutcomeJson<'a>>,
}

#[cfg(test)]
mod tests {
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
        exploration.races = Some(vec![crate::report::races::tests::race()]);
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
        let claims = |exhaustive| {
            let mut out = Vec::new();
            write_json(&mut out, &Exploration { exhaustive, ..samples::exploration(&scenario) })
                .expect("a Vec takes all");
            let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
            json["claims"].clone()
        };
        let finished = claims(true);
        assert_eq!(finished[0]["claim"], "always");
        assert_eq!(finished[0]["expression"], "count == 2");
        assert_eq!(finished[0]["holds"], false);
        assert_eq!(finished[0]["violation"]["value"], "1");
        assert_eq!(finished[1]["claim"], "no-deadlock");
        assert_eq!(finished[1]["holds"], true);
        assert_eq!(claims(false)[1]["holds"], serde_json::Value::Null);
    }
}
