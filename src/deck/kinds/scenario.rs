//! The program of a question that is checked by running it.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use crate::deck::paths;
use crate::deck::problem::Problem;
use crate::deck::problem::Subject;
use crate::deck::reading::At;
use crate::deck::reading::Reading;
use crate::deck::record::Read;
use crate::deck::record::Record;
use crate::deck::record::record;
use crate::deck::record::schema_of;
use crate::deck::scalars::Line;
use crate::deck::scalars::Program;
use crate::deck::scalars::word;
use crate::deck::tree::Node;
use crate::scenario::Scenario;
use crate::scenario::Sleeps;

record! {
    /// A Python program with threads, in a file or written out, and what to observe of it.
    ScenarioKeys, "a scenario" {
        /// The program's file, by its path in the deck: `scenarios/withdraw.py`.
        file: Option<At<Line>>,
        /// The program itself, instead of a file.
        code: Option<Program>,
        /// A Python expression over the program's globals, evaluated when an execution ended. Left out, what the
        /// program prints is observed.
        observe: Option<Line>,
        /// What `time.sleep` means. `unordered`, unless said otherwise: sleeping orders nothing. `ordered`: who
        /// sleeps shorter wakes first.
        sleeps: Option<RawSleeps>,
    }
}

/// A scenario that still lacks its name if its program is written out.
pub(in crate::deck) struct RawScenario(Scenario);

schema_of!(RawScenario = ScenarioKeys);

impl RawScenario {
    /// Returns the scenario, named after the question if it has no name of its own.
    pub(super) fn named(self, question: &str) -> Scenario {
        let RawScenario(mut scenario) = self;
        if scenario.name.is_empty() {
            scenario.name = format!("{question}.py");
        }
        scenario
    }
}

impl Read for RawScenario {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<RawScenario> {
        let ScenarioKeys { file, code, observe, sleeps } = ScenarioKeys::read(node, subject, reading)?;
        let (name, source) = match (file, code) {
            (Some(path), None) => program(path, reading)?,
            (None, Some(Program(code))) => (String::new(), code),
            (file, _) => {
                let (what, one, both) = (ScenarioKeys::WHAT, "either `file` or `code`", file.is_some());
                reading.fault(node.span, Problem::OneOf { what, one, both });
                return None;
            }
        };
        Some(RawScenario(Scenario {
            name,
            source,
            observe: observe.map(|Line(expression)| expression),
            claims: Vec::new(),
            sleeps: sleeps.map_or(Sleeps::Unordered, |RawSleeps(sleeps)| sleeps),
        }))
    }
}

/// Returns a file's path and text.
fn program(path: At<Line>, reading: &mut Reading) -> Option<(String, String)> {
    let file = paths::file(&path, &[".py"], reading)?;
    // The same program has the same digest however its lines end.
    let text = reading.source(file).text.replace("\r\n", "\n");
    if text.trim().is_empty() {
        reading.fault(path.span, Problem::EmptyProgram(path.value.0));
        return None;
    }
    Some((path.value.0, text))
}

pub(in crate::deck) struct RawSleeps(Sleeps);

const SLEEPS: &[(&str, Sleeps)] = &[("unordered", Sleeps::Unordered), ("ordered", Sleeps::Ordered)];

impl Read for RawSleeps {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<RawSleeps> {
        word(node, subject, SLEEPS, reading).map(RawSleeps)
    }
}

impl JsonSchema for RawSleeps {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Sleeps".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": SLEEPS.iter().map(|(word, _)| word).collect::<Vec<_>>() })
    }
}
