//! `recall`: the learner knows whether it came to mind, and nobody else can.

use super::Graded;
use super::Mark;
use super::Parts;

pub(super) fn grade(known: bool) -> Graded {
    Graded { mark: if known { Mark::Right } else { Mark::Wrong }, parts: Parts::Recall }
}
