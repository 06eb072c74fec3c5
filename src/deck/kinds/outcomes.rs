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
use crate::deck::nearest::nearest;
use crate::deck::problem::Problem;
use crate::deck::problem::Subject;
use crate::deck::reading::At;
use crate::deck::reading::Reading;
use crate::deck::record::Read;
use crate::deck::record::record;
use crate::deck::record::schema_of;
use crate::deck::scalars::Text;
use crate::deck::scalars::word;
use crate::deck::tree::Node;
use crate::deck::tree::Scalar;
use crate::deck::tree::Value;
use crate::deck::tree::shortened;
use crate::scenario::Ending;

record! {
    /// The learner picks all the outcomes that a program can have, over all orders of its threads' steps.
    Outcomes, "an `outcomes` question" {
        /// The question, in Markdown.
        ask: Text,
        /// The program.
        scenario: RawScenario,
        /// What can be picked, at least two. Which of them are possible is found by running the program.
        choices: Choices,
    }
}

record! {
    /// A way for the program to end, instead of a value.
    RawEnding, "a choice" {
        /// `deadlock`: all threads wait for each other. `spin`: a loop waits for what never comes. `livelock`: threads keep each other from
        /// locks for ever, and try again.
        ending: EndingName,
    }
}

impl Part for Outcomes {
    const NAME: &str = "outcomes";

    fn asked(self, id: &str) -> Asked {
        let (scenario, choices) = (self.scenario.named(id), self.choices.0);
        Asked { ask: self.ask.0, kind: Kind::Outcomes { scenario, choices } }
    }
}

/// Outcomes that differ, at least two.
pub(in crate::deck) struct Choices(Vec<OutcomeChoice>);

schema_of!(Choices = Vec<RawOutcome>);

impl Read for Choices {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Choices> {
        const LEAST: usize = 2;
        let choices = Vec::<At<RawOutcome>>::read(node, subject, reading)?;
        if choices.len() < LEAST {
            reading.fault(node.span, Problem::TooFew { key: "choices", found: choices.len(), least: LEAST });
        }
        let values = choices.iter().filter_map(|choice| match &choice.value.0 {
            OutcomeChoice::Value(text) => Some((text.as_str(), choice.span)),
            OutcomeChoice::Ending(_) => None,
        });
        tell_repeated("choices", values, reading);
        let endings = choices.iter().filter_map(|choice| match choice.value.0 {
            OutcomeChoice::Value(_) => None,
            OutcomeChoice::Ending(ending) => Some((ending_name(ending), choice.span)),
        });
        tell_repeated("choices", endings, reading);
        Some(Choices(choices.into_iter().map(|choice| choice.value.0).collect()))
    }
}

/// A value as Python's `repr` shows it, a string without its quotes, or printed text; or a way to end.
pub(in crate::deck) struct RawOutcome(OutcomeChoice);

impl Read for RawOutcome {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<RawOutcome> {
        let written = || reading.source(node.span.file).text[node.span.start..node.span.end].to_owned();
        let problem = match &node.value {
            Value::List(_) => Problem::WrongShape { subject, wanted: "a value", found: "a list" },
            // Python's dictionaries look like YAML's mappings.
            Value::Mapping(entries) if !entries.iter().any(|(key, _)| nearest(&key.text, ["ending"]).is_some()) => {
                Problem::WrongShape { subject, wanted: "a value", found: "a mapping" }
            }
            Value::Mapping(_) => {
                let ending = RawEnding::read(node, subject, reading)?;
                return Some(RawOutcome(OutcomeChoice::Ending(ending.ending.0)));
            }
            Value::Nothing if written().is_empty() => Problem::Empty(subject),
            Value::Nothing => Problem::NotPython { written: written(), python: "None" },
            Value::Scalar(Scalar { text, truth: Some(true) }) if text != "True" => {
                Problem::NotPython { written: text.clone(), python: "True" }
            }
            Value::Scalar(Scalar { text, truth: Some(false) }) if text != "False" => {
                Problem::NotPython { written: text.clone(), python: "False" }
            }
            Value::Scalar(Scalar { text, .. }) if is_cut(text) && written() == *text => {
                Problem::CutValue(shortened(text))
            }
            // A block's text ends in a line break that its author did not think of, and so does what `print` prints.
            Value::Scalar(Scalar { text, .. }) => {
                let text = text.strip_suffix('\n').unwrap_or(text);
                return Some(RawOutcome(OutcomeChoice::Value(text.to_owned())));
            }
        };
        reading.fault(node.span, problem);
        None
    }
}

/// Returns whether a text looks like half of a value: in brackets YAML takes `(1, 2)` for two.
fn is_cut(text: &str) -> bool {
    let count = |bracket| text.matches(bracket).count();
    [('(', ')'), ('[', ']'), ('{', '}')].iter().any(|&(open, close)| count(open) != count(close))
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

const ENDINGS: &[(&str, Ending)] =
    &[("deadlock", Ending::Deadlock), ("spin", Ending::Spin), ("livelock", Ending::Livelock)];

fn ending_name(ending: Ending) -> &'static str {
    ENDINGS.iter().find(|(_, other)| *other == ending).map(|(name, _)| *name).expect("no other ending is read")
}

impl Read for EndingName {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<EndingName> {
        word(node, subject, ENDINGS, reading).map(EndingName)
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
