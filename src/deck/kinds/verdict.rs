//! `verdict`: the learner says whether a claim holds in every order, can fail, or can deadlock.

use super::Asked;
use super::Part;
use super::scenario::RawScenario;
use crate::deck::Claim;
use crate::deck::Kind;
use crate::deck::problem::Problem;
use crate::deck::problem::Subject;
use crate::deck::reading::Reading;
use crate::deck::record::Read;
use crate::deck::record::Record;
use crate::deck::record::record;
use crate::deck::record::schema_of;
use crate::deck::scalars::Line;
use crate::deck::scalars::Text;
use crate::deck::tree::Node;

record! {
    /// The learner says whether a claim about a program holds in every order of its threads' steps, fails in some, or
    /// whether the program can deadlock.
    Verdict, "a `verdict` question" {
        /// The question, in Markdown.
        ask: Text,
        /// The program.
        scenario: RawScenario,
        /// What is claimed of it.
        claim: RawClaim,
    }
}

record! {
    /// What is claimed: one of the two.
    ClaimKeys, "a claim" {
        /// A Python expression over the program's globals that is claimed to be true whenever an execution ends.
        always: Option<Line>,
        /// A Python expression over the program's globals that is claimed to be false whenever an execution ends.
        never: Option<Line>,
    }
}

impl Part for Verdict {
    const NAME: &str = "verdict";

    fn asked(self, id: &str) -> Asked {
        let (mut scenario, RawClaim(claim)) = (self.scenario.named(id), self.claim);
        scenario.claims = vec![claim.expression().to_owned()];
        Asked { ask: self.ask.0, kind: Kind::Verdict { scenario, claim } }
    }
}

/// A claim of one of the two sorts.
pub(in crate::deck) struct RawClaim(Claim);

schema_of!(RawClaim = ClaimKeys);

impl Read for RawClaim {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<RawClaim> {
        let ClaimKeys { always, never } = ClaimKeys::read(node, subject, reading)?;
        match (always, never) {
            (Some(Line(expression)), None) => Some(RawClaim(Claim::Always(expression))),
            (None, Some(Line(expression))) => Some(RawClaim(Claim::Never(expression))),
            (always, _) => {
                let (what, one, both) = (ClaimKeys::WHAT, "either `always` or `never`", always.is_some());
                reading.fault(node.span, Problem::OneOf { what, one, both });
                None
            }
        }
    }
}
