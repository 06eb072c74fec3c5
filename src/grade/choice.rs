//! `choice`: the key is in the deck.

use crate::deck::ChoiceOption;

use super::Truth;

pub(super) fn truths(options: &[ChoiceOption]) -> Vec<Truth> {
    options.iter().map(|option| Truth::Key(option.correct)).collect()
}

#[cfg(test)]
mod tests {
    use crate::deck::ChoiceOption;
    use crate::deck::Kind;
    use crate::grade::Answer;
    use crate::grade::Mark;
    use crate::grade::grade;

    #[track_caller]
    fn check(correct: &[bool], picked: &[usize], mark: Mark) {
        let option = |&correct| ChoiceOption { text: "that".to_owned(), correct, feedback: None };
        let kind = Kind::Choice { options: correct.iter().map(option).collect() };
        assert_eq!(grade(&kind, &Answer::Picked(picked.iter().copied().collect()), None).mark, mark);
    }

    #[test]
    fn all_that_is_correct_and_nothing_else_is_right() {
        check(&[true, false], &[0], Mark::Right);
        check(&[true, false, true], &[0, 2], Mark::Right);
        check(&[true, false], &[1], Mark::Wrong);
        check(&[true, false, true], &[0], Mark::Wrong);
        check(&[true, false, true], &[0, 1, 2], Mark::Wrong);
        check(&[true, false], &[], Mark::Wrong);
    }
}
