//! `recall`: the learner recalls, reveals the answer, and says how it went.

use super::Asked;
use super::Part;
use crate::deck::Kind;
use crate::deck::record::record;
use crate::deck::scalars::Text;

record! {
    /// The learner recalls the answer, reveals it, and says how it went.
    Recall, "a `recall` question" {
        /// The question, in Markdown.
        ask: Text,
        /// What should have come to mind, in Markdown.
        answer: Text,
    }
}

impl Part for Recall {
    const NAME: &str = "recall";

    fn asked(self, _: &str) -> Asked {
        Asked { ask: self.ask.0, kind: Kind::Recall { answer: self.answer.0 } }
    }
}
