//! `verdict`: the learner says whether a claim holds in every order, can fail, or can deadlock.

use super::Asked;
use super::Part;
use super::scenario::RawScenario;
use crate::deck::Claim;
use crate::deck::Kind;
use crate::deck::problem::Problem;
use crate::deck::reading::At;
use crate::deck::reading::Reading;
use crate::deck::record::record;
use crate::deck::scalars::Line;
use crate::deck::scalars::Text;

record! {
    /// The learner says whether a claim about a program holds in every order of its threads' steps, fails in some, or
    /// whether the program can deadlock.
    Verdict, "a `verdict` question" {
        /// The question, in Markdown.
        ask: Text,
        /// The program.
        scenario: At<RawScenario>,
        /// What is claimed of it.
        claim: At<RawClaim>,
    }
}

record! {
    /// What is claimed: one of the two.
    RawClaim, "a claim" {
        /// A Python expression over the program's globals that is claimed to be true whenever an execution ends.
        always: Option<Line>,
        /// A Python expression over the program's globals that is claimed to be false whenever an execution ends.
        never: Option<Line>,
    }
}

impl Part for Verdict {
    const NAME: &str = "verdict";

    fn asked(self, id: &str, reading: &mut Reading) -> Option<Asked> {
        let scenario = self.scenario.scenario(id, reading);
        let claim = match (self.claim.value.always, self.claim.value.never) {
            (Some(Line(expression)), None) => Claim::Always(expression),
            (None, Some(Line(expression))) => Claim::Never(expression),
            (always, _) => {
                let (what, one, both) = ("a claim", "either `always` or `never`", always.is_some());
                reading.fault(self.claim.span, Problem::OneOf { what, one, both });
                return None;
            }
        };
        let mut scenario = scenario?;
        scenario.claims = vec![claim.expression().to_owned()];
        Some(Asked { ask: self.ask.0, kind: Kind::Verdict { scenario, claim } })
    }
}
