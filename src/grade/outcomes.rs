//! `outcomes`: pick all that the program can do. The report is the key.

use std::str::Chars;

use crate::deck::OutcomeChoice;
use crate::explore::Report;
use crate::scenario::Ending;
use crate::scenario::Outcome;

use super::Truth;

pub(super) fn truths(choices: &[OutcomeChoice], report: Option<&Report>) -> Vec<Truth> {
    let truth = |choice: &OutcomeChoice| {
        let Some(report) = report else { return Truth::Unknown };
        match simplest(report, |outcome| shows(choice, outcome)) {
            Some(found) => Truth::Witnessed(found),
            None if report.decides() => Truth::Refuted,
            None => Truth::Unknown,
        }
    };
    choices.iter().map(truth).collect()
}

/// Returns whether `outcome` is what `choice` says.
///
/// A value is what is there at the end: one seen in an execution that got stuck, or was cut off, is not a result.
pub fn shows(choice: &OutcomeChoice, outcome: &Outcome) -> bool {
    match choice {
        OutcomeChoice::Ending(ending) => outcome.ending == *ending,
        OutcomeChoice::Value(text) => {
            outcome.ending == Ending::Finished
                && match (&outcome.value, &outcome.stdout) {
                    (Some(value), _) => value == text || unquoted(value).as_ref() == Some(text),
                    (None, Some(printed)) => without_last_break(printed) == without_last_break(text),
                    (None, None) => false,
                }
        }
    }
}

/// Returns the outcome with the fewest context switches among those that are as wanted.
pub(super) fn simplest(report: &Report, wanted: impl Fn(&Outcome) -> bool) -> Option<usize> {
    let found = report.outcomes.iter().enumerate().filter(|(_, found)| wanted(&found.outcome));
    found.min_by_key(|(_, found)| found.switches).map(|(index, _)| index)
}

fn without_last_break(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}

/// Returns the string whose Python `repr` this is, if it is a string's.
fn unquoted(repr: &str) -> Option<String> {
    let quote = repr.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let mut rest = repr.strip_prefix(quote)?.strip_suffix(quote)?.chars();
    let mut text = String::new();
    while let Some(next) = rest.next() {
        text.push(if next == '\\' { escaped(&mut rest)? } else { next });
    }
    Some(text)
}

/// Returns the character that an escape of `repr` stands for, the backslash being read.
fn escaped(rest: &mut Chars<'_>) -> Option<char> {
    let digits = match rest.next()? {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        itself => return Some(itself),
    };
    let code: String = rest.take(digits).collect();
    u32::from_str_radix(&code, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::deck::Kind;
    use crate::explore::Found;
    use crate::explore::Unfinished;
    use crate::grade::Answer;
    use crate::grade::Mark;
    use crate::grade::Parts;
    use crate::grade::grade;
    use crate::scenario::Exception;
    use crate::scenario::Scenario;
    use crate::scenario::Schedule;

    /// Makes a report of these outcomes; each takes one context switch more than the one before.
    pub(in crate::grade) fn report(outcomes: impl IntoIterator<Item = Outcome>, exhaustive: bool) -> Report {
        let found = |(switches, outcome)| Found { outcome, witness: Schedule::default(), switches, executions: 1 };
        let outcomes: Vec<Found> = outcomes.into_iter().enumerate().map(found).collect();
        Report { executions: outcomes.len() as u64, outcomes, unfinished: (!exhaustive).then_some(Unfinished::Time) }
    }

    fn value(value: &str) -> Outcome {
        Outcome {
            value: Some(value.to_owned()),
            stdout: None,
            ending: Ending::Finished,
            exceptions: Vec::new(),
            claims: Vec::new(),
        }
    }

    fn kind(choices: &[OutcomeChoice]) -> Kind {
        Kind::Outcomes { scenario: Scenario::new("a.py", ""), choices: choices.to_vec() }
    }

    /// Grades a pick among the values 500, 300 and 1000 and the ending `deadlock`.
    #[track_caller]
    fn check(outcomes: Vec<Outcome>, exhaustive: bool, picked: &[usize], mark: Mark) {
        let mut choices = ["500", "300", "1000"].map(|text| OutcomeChoice::Value(text.to_owned())).to_vec();
        choices.push(OutcomeChoice::Ending(Ending::Deadlock));
        let answer = Answer::Picked(picked.iter().copied().collect());
        assert_eq!(grade(&kind(&choices), &answer, Some(&report(outcomes, exhaustive))).mark, mark);
    }

    #[test]
    fn all_that_is_possible_and_nothing_else_is_right() {
        let found = || vec![value("500"), value("300")];
        check(found(), true, &[0, 1], Mark::Right);
        check(found(), true, &[0], Mark::Wrong);
        check(found(), true, &[0, 1, 2], Mark::Wrong);
        check(found(), true, &[0, 1, 3], Mark::Wrong);
        check(found(), true, &[], Mark::Wrong);
        check(Vec::new(), true, &[], Mark::Right);
    }

    #[test]
    fn what_a_bounded_report_did_not_find_is_never_held_against_the_learner() {
        let found = || vec![value("500"), value("300")];
        check(found(), false, &[0, 1], Mark::Undecided);
        check(found(), false, &[0, 1, 2], Mark::Undecided);
        check(found(), false, &[0, 2], Mark::Wrong);
        let all = vec![value("500"), value("300"), value("1000"), Outcome { ending: Ending::Deadlock, ..value("0") }];
        check(all, false, &[0, 1, 2, 3], Mark::Right);
    }

    #[test]
    fn a_program_that_kills_its_interpreter_passes_nobody() {
        let crash = || Outcome { ending: Ending::Crash, value: None, ..value("") };
        check(vec![value("500"), crash()], true, &[0], Mark::Undecided);
        check(vec![value("500"), crash()], true, &[0, 1], Mark::Undecided);
        check(vec![value("500"), crash()], true, &[1], Mark::Wrong);
    }

    #[test]
    fn without_a_report_nothing_is_known() {
        let kind = kind(&[OutcomeChoice::Value("1".to_owned())]);
        assert_eq!(grade(&kind, &Answer::Picked([0].into()), None).mark, Mark::Undecided);
    }

    #[test]
    fn a_value_seen_at_a_deadlock_is_no_result() {
        let deadlock = || Outcome { ending: Ending::Deadlock, ..value("500") };
        check(vec![deadlock()], true, &[3], Mark::Right);
        check(vec![deadlock()], true, &[0, 3], Mark::Wrong);
    }

    #[test]
    fn the_witness_with_the_fewest_switches_is_shown() {
        let swallowed = Exception {
            thread: "a".to_owned(),
            class: "ValueError".to_owned(),
            message: String::new(),
            swallowed: true,
        };
        let found = [Outcome { exceptions: vec![swallowed], ..value("500") }, value("300"), value("500")];
        let choices = [OutcomeChoice::Value("300".to_owned()), OutcomeChoice::Value("500".to_owned())];
        let graded = grade(&kind(&choices), &Answer::Picked([0].into()), Some(&report(found, true)));
        let Parts::Picks(picks) = graded.parts else { panic!("{graded:?}") };
        assert_eq!(picks.iter().map(|pick| pick.truth).collect::<Vec<_>>(), [Truth::Witnessed(1), Truth::Witnessed(0)]);
        assert_eq!(picks.iter().map(|pick| pick.is_right()).collect::<Vec<_>>(), [Some(true), Some(false)]);
    }

    #[track_caller]
    fn check_shows(text: &str, outcome: &Outcome, expected: bool) {
        assert_eq!(shows(&OutcomeChoice::Value(text.to_owned()), outcome), expected, "{text:?} {outcome:?}");
    }

    #[test]
    fn a_string_may_be_written_as_itself_or_as_python_does() {
        check_shows("done", &value("'done'"), true);
        check_shows("'done'", &value("'done'"), true);
        check_shows("it's", &value("\"it's\""), true);
        check_shows("a\nb\\c", &value(r"'a\nb\\c'"), true);
        check_shows("é\u{7}", &value(r"'\xe9\u0007'"), true);
        check_shows("done", &value("done2"), false);
        check_shows("[1, 2]", &value("[1, 2]"), true);
        check_shows("", &value("'"), false);
        check_shows("x", &value(r"'\ud800'"), false);
    }

    #[test]
    fn without_an_observed_value_what_is_printed_counts() {
        let printed = |text: &str| Outcome { value: None, stdout: Some(text.to_owned()), ..value("") };
        check_shows("a\nb", &printed("a\nb\n"), true);
        check_shows("a\nb\n", &printed("a\nb\n"), true);
        check_shows("a", &printed("a\n\n"), false);
        check_shows("", &printed(""), true);
    }
}
