//! `choice`: the learner picks all that is right among the author's options.

use super::Asked;
use super::Part;
use super::tell_repeated;
use crate::deck::ChoiceOption;
use crate::deck::Kind;
use crate::deck::problem::Problem;
use crate::deck::problem::Subject;
use crate::deck::reading::At;
use crate::deck::reading::Reading;
use crate::deck::record::Read;
use crate::deck::record::record;
use crate::deck::record::schema_of;
use crate::deck::scalars::Text;
use crate::deck::tree::Node;

record! {
    /// The learner picks all that is right among the author's options.
    Choice, "a `choice` question" {
        /// The question, in Markdown.
        ask: Text,
        /// What can be picked; at least one option is correct and at least one is not. They are shuffled.
        options: Options,
    }
}

record! {
    /// Something that can be picked.
    RawOption, "an option" {
        /// What it says, in Markdown.
        text: At<Text>,
        /// Whether it should be picked. Left out, it should not.
        correct: Option<bool>,
        /// What is said of it afterwards, in Markdown.
        feedback: Option<Text>,
    }
}

impl Part for Choice {
    const NAME: &str = "choice";

    fn asked(self, _: &str) -> Asked {
        Asked { ask: self.ask.0, kind: Kind::Choice { options: self.options.0 } }
    }
}

/// Options that differ, some of them correct and some not.
pub(in crate::deck) struct Options(Vec<ChoiceOption>);

schema_of!(Options = Vec<RawOption>);

impl Read for Options {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Options> {
        let options = Vec::<RawOption>::read(node, subject, reading)?;
        let correct = options.iter().filter(|option| option.correct == Some(true)).count();
        if correct == 0 {
            reading.fault(node.span, Problem::NoCorrectOption);
        } else if correct == options.len() {
            reading.fault(node.span, Problem::NoWrongOption);
        }
        let texts = options.iter().map(|option| (option.text.value.0.as_str(), option.text.span));
        tell_repeated("options", texts, reading);
        let options = options.into_iter().map(|option| ChoiceOption {
            text: option.text.value.0,
            correct: option.correct == Some(true),
            feedback: option.feedback.map(|feedback| feedback.0),
        });
        Some(Options(options.collect()))
    }
}
