//! `outcomes`: the learner picks all the outcomes that a scenario can have.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use super::Asked;
use super::Part;
use super::scenario::RawScenario;
use super::tell_repeated;
use crate::deck::Kind;
use crate::deck::OutcomeChoice;
use crate::deck::problem::Problem;
use crate::deck::reading::At;
use crate::deck::reading::Reading;
use crate::deck::record::Read;
use crate::deck::record::record;
use crate::deck::scalars::Text;
use crate::deck::scalars::word;
use crate::deck::tree::Node;
use crate::deck::tree::Scalar;
use crate::deck::tree::Value;
use crate::scenario::Ending;

record! {
    /// The learner picks all the outcomes that a program can have, over all orders of its threads' steps.
    Outcomes, "an `outcomes` question" {
        /// The question, in Markdown.
        ask: Text,
        /// The program.
        scenario: At<RawScenario>,
        /// What can be picked, at least two. Which of them are possible is found by running the program.
        choices: At<Vec<At<RawOutcome>>>,
    }
}

record! {
    /// A way for the program to end, instead of a value.
    RawEnding, "a choice" {
        /// `deadlock`: all threads wait for each other. `spin`: a loop waits for what never comes.
        ending: EndingName,
    }
}

/// A value as Python's `repr` shows it, a string without its quotes, or printed text; or a way to end.
pub(in crate::deck) struct RawOutcome(OutcomeChoice);

impl Part for Outcomes {
    const NAME: &str = "outcomes";

    fn asked(self, id: &str, reading: &mut Reading) -> Option<Asked> {
        const LEAST: usize = 2;
        let scenario = self.scenario.scenario(id, reading);
        let choices = self.choices.value;
        let mut sound = true;
        if choices.len() < LEAST {
            let problem = Problem::TooFew { key: "choices", found: choices.len(), least: LEAST };
            reading.fault(self.choices.span, problem);
            sound = false;
        }
        let values = choices.iter().filter_map(|choice| match &choice.value.0 {
            OutcomeChoice::Value(text) => Some((text.as_str(), choice.span)),
            OutcomeChoice::Ending(_) => None,
        });
        sound &= tell_repeated("choices", values, reading);
        let endings = choices.iter().filter_map(|choice| match choice.value.0 {
            OutcomeChoice::Value(_) => None,
            OutcomeChoice::Ending(ending) => Some((ending_name(ending), choice.span)),
        });
        sound &= tell_repeated("choices", endings, reading);
        let choices = choices.into_iter().map(|choice| choice.value.0).collect();
        let scenario = scenario.filter(|_| sound)?;
        Some(Asked { ask: self.ask.0, kind: Kind::Outcomes { scenario, choices } })
    }
}

impl Read for RawOutcome {
    fn read(node: &Node, key: &'static str, reading: &mut Reading) -> Option<RawOutcome> {
        let (written, python) = match &node.value {
            Value::List(_) | Value::Mapping(_) => {
                let ending = RawEnding::read(node, key, reading)?;
                return Some(RawOutcome(OutcomeChoice::Ending(ending.ending.0)));
            }
            // A block's text ends in a line break that its author did not think of, and so does what `print` prints.
            Value::Scalar(Scalar { text, truth }) => match (truth, text.as_str()) {
                (None, _) | (Some(_), "True" | "False") => {
                    let text = text.strip_suffix('\n').unwrap_or(text);
                    return Some(RawOutcome(OutcomeChoice::Value(text.to_owned())));
                }
                (Some(truth), _) => (text.clone(), if *truth { "True" } else { "False" }),
            },
            Value::Nothing => (reading.source(node.span.file).text[node.span.start..node.span.end].to_owned(), "None"),
        };
        let problem = if written.is_empty() { Problem::Empty { key } } else { Problem::NotPython { written, python } };
        reading.fault(node.span, problem);
        None
    }
}

impl JsonSchema for RawOutcome {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Outcome".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "type": ["string", "number", "boolean"] }, generator.subschema_for::<RawEnding>()],
            "description": "A value as Python's `repr` shows it, or a string without its quotes; without `observe`, \
                            what the program prints; or `{ending: deadlock}`.",
        })
    }
}

pub(in crate::deck) struct EndingName(Ending);

const ENDINGS: &[(&str, Ending)] = &[("deadlock", Ending::Deadlock), ("spin", Ending::Spin)];

fn ending_name(ending: Ending) -> &'static str {
    ENDINGS.iter().find(|(_, other)| *other == ending).map(|(name, _)| *name).expect("no other ending is read")
}

impl Read for EndingName {
    fn read(node: &Node, key: &'static str, reading: &mut Reading) -> Option<EndingName> {
        word(node, key, ENDINGS, reading).map(EndingName)
    }
}

impl JsonSchema for EndingName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Ending".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": ENDINGS.iter().map(|(name, _)| name).collect::<Vec<_>>() })
    }
}
