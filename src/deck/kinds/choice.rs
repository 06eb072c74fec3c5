//! `choice`: the learner picks all that is right among the author's options.

use super::Asked;
use super::Part;
use super::tell_repeated;
use crate::deck::ChoiceOption;
use crate::deck::Kind;
use crate::deck::problem::Problem;
use crate::deck::reading::At;
use crate::deck::reading::Reading;
use crate::deck::record::record;
use crate::deck::scalars::Text;

record! {
    /// The learner picks all that is right among the author's options.
    Choice, "a `choice` question" {
        /// The question, in Markdown.
        ask: Text,
        /// What can be picked; at least one option is correct and at least one is not. They are shuffled.
        options: At<Vec<RawOption>>,
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

    fn asked(self, _: &str, reading: &mut Reading) -> Option<Asked> {
        let mut sound = true;
        let correct = self.options.value.iter().filter(|option| option.correct == Some(true)).count();
        if correct == 0 {
            reading.fault(self.options.span, Problem::NoCorrectOption);
            sound = false;
        } else if correct == self.options.value.len() {
            reading.fault(self.options.span, Problem::NoWrongOption);
            sound = false;
        }
        let texts = self.options.value.iter().map(|option| (option.text.value.0.as_str(), option.text.span));
        sound &= tell_repeated("options", texts, reading);
        let options = self.options.value.into_iter().map(|option| ChoiceOption {
            text: option.text.value.0,
            correct: option.correct == Some(true),
            feedback: option.feedback.map(|feedback| feedback.0),
        });
        sound.then(|| Asked { ask: self.ask.0, kind: Kind::Choice { options: options.collect() } })
    }
}
