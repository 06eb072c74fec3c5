//! `cloze`: typed words, compared as a patient reader would.
//!
//! Case, spacing, back-ticks, the shape of quotes and dashes, and a closing full stop do not matter. A slip of the
//! keyboard in a long word is told from not knowing, but only the learner can make it count: `RLock` is one letter
//! away from `Lock`, too.

use similar::ChangeTag;
use similar::TextDiff;

use crate::deck::Cloze;
use crate::deck::Gap;

use super::Graded;
use super::Mark;
use super::Parts;

/// How a typed text fits its gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapFit {
    /// What the learner typed.
    pub typed: String,
    /// What should stand here: of several, the one nearest to what was typed.
    pub wanted: String,
    /// How the two compare.
    pub fit: Fit,
}

/// How a typed text compares with the wanted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The same, as far as it matters.
    Same,
    /// A slip away; the changes lead from what was typed to what was wanted.
    Near(Vec<Change>),
    /// Something else.
    Other,
}

/// A piece of the way from what was typed to what was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Both have it.
    Kept(String),
    /// It was typed and should not be there.
    Surplus(String),
    /// It should be there and was not typed.
    Missing(String),
}

/// Grades `texts`, one for each gap; gaps without one count as empty.
pub(super) fn grade(cloze: &Cloze, texts: &[String]) -> Graded {
    let mut texts = texts.iter().map(String::as_str);
    let fits: Vec<GapFit> = cloze.gaps().map(|gap| fit(gap, texts.next().unwrap_or_default())).collect();
    let mark = if fits.iter().all(|gap| gap.fit == Fit::Same) {
        Mark::Right
    } else if fits.iter().all(|gap| gap.fit != Fit::Other) {
        Mark::Nearly
    } else {
        Mark::Wrong
    };
    Graded { mark, parts: Parts::Gaps(fits) }
}

fn fit(gap: &Gap, typed: &str) -> GapFit {
    let normal = normalised(typed);
    let accepted = gap.accepted.iter().map(|wanted| (distance(&normal, &normalised(wanted)), wanted));
    let (distance, wanted) = accepted.min_by_key(|(distance, _)| *distance).expect("a gap accepts something");
    let fit = match distance {
        0 => Fit::Same,
        slips if slips <= allowed_slips(&normalised(wanted)) => Fit::Near(changes(typed.trim(), wanted)),
        _ => Fit::Other,
    };
    // An answer that is far off is compared with nothing: the author's first choice is the one to learn.
    let wanted = if fit == Fit::Other { &gap.accepted[0] } else { wanted };
    GapFit { typed: typed.trim().to_owned(), wanted: wanted.clone(), fit }
}

fn normalised(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|character| *character != '`')
        .map(|character| match character {
            '‘' | '’' | '‚' | '‛' | '′' => '\'',
            '“' | '”' | '„' | '‟' | '″' | '«' | '»' => '"',
            '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let stopped = words.strip_suffix('.').filter(|rest| !rest.ends_with('.')).unwrap_or(&words);
    without_hyphens(stopped)
}

/// `check-then-act` is `check then act`; the sign of `-200` stays.
fn without_hyphens(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let joins = |index: usize| {
        index > 0
            && characters[index - 1].is_alphabetic()
            && characters.get(index + 1).is_some_and(|next| next.is_alphabetic())
    };
    let replaced = characters.iter().enumerate().map(|(index, &character)| match character {
        '-' if joins(index) => ' ',
        other => other,
    });
    replaced.collect()
}

/// Returns how many slips leave `wanted` recognisable: none in short words, and none in numbers.
fn allowed_slips(wanted: &str) -> usize {
    if wanted.chars().any(|character| character.is_ascii_digit()) {
        return 0;
    }
    match wanted.chars().count() {
        0..5 => 0,
        5..10 => 1,
        _ => 2,
    }
}

/// Counts the letters to put in, leave out, replace, or swap with a neighbour (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    // rows[i][j] is the distance between the first i letters of the left and the first j of the right.
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for i in 1..=left.len() {
        let mut row = vec![i];
        for j in 1..=right.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

fn changes(typed: &str, wanted: &str) -> Vec<Change> {
    let diff = TextDiff::from_chars(typed, wanted);
    let mut changes: Vec<Change> = Vec::new();
    for change in diff.iter_all_changes() {
        let piece = change.value();
        match (change.tag(), changes.last_mut()) {
            (ChangeTag::Equal, Some(Change::Kept(text)))
            | (ChangeTag::Delete, Some(Change::Surplus(text)))
            | (ChangeTag::Insert, Some(Change::Missing(text))) => text.push_str(piece),
            (ChangeTag::Equal, _) => changes.push(Change::Kept(piece.to_owned())),
            (ChangeTag::Delete, _) => changes.push(Change::Surplus(piece.to_owned())),
            (ChangeTag::Insert, _) => changes.push(Change::Missing(piece.to_owned())),
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::deck::Part;

    fn gap(accepted: &[&str]) -> Gap {
        Gap { accepted: accepted.iter().map(ToString::to_string).collect() }
    }

    #[track_caller]
    fn check(typed: &str, wanted: &str, mark: Mark) {
        let cloze = Cloze { parts: vec![Part::Gap(gap(&[wanted]))] };
        assert_eq!(grade(&cloze, &[typed.to_owned()]).mark, mark, "{typed:?} for {wanted:?}");
    }

    #[test]
    fn what_does_not_matter_does_not_count() {
        check("  LOCK ", "lock", Mark::Right);
        check("race \t condition", "race condition", Mark::Right);
        check("Race-Condition", "race condition", Mark::Right);
        check("check–then–act", "check-then-act", Mark::Right);
        check("don’t", "don't", Mark::Right);
        check("“a”", "\"a\"", Mark::Right);
        check("`acquire()`", "acquire()", Mark::Right);
        check("a lock.", "a lock", Mark::Right);
        check("−200", "-200", Mark::Right);
    }

    #[test]
    fn a_slip_in_a_long_word_is_nearly() {
        check("aquire", "acquire", Mark::Nearly);
        check("acqiure", "acquire", Mark::Nearly);
        check("ThreadPoolExectuor", "ThreadPoolExecutor", Mark::Nearly);
        check("reentrent locking", "reentrant locking", Mark::Nearly);
    }

    #[test]
    fn other_words_are_wrong() {
        check("lick", "lock", Mark::Wrong);
        check("200", "-200", Mark::Wrong);
        check("30000", "3000", Mark::Wrong);
        check("release", "acquire", Mark::Wrong);
        check("", "lock", Mark::Wrong);
        check("aqire", "acquire", Mark::Wrong);
    }

    #[test]
    fn every_gap_counts() {
        let parts = || vec![Part::Gap(gap(&["lock"])), Part::Text(" and ".to_owned()), Part::Gap(gap(&["release"]))];
        let mark = |typed: &[&str]| {
            let typed: Vec<String> = typed.iter().map(ToString::to_string).collect();
            grade(&Cloze { parts: parts() }, &typed).mark
        };
        assert_eq!(mark(&["lock", "release"]), Mark::Right);
        assert_eq!(mark(&["lock", "relaese"]), Mark::Nearly);
        assert_eq!(mark(&["lick", "relaese"]), Mark::Wrong);
        assert_eq!(mark(&["lock"]), Mark::Wrong);
    }

    #[test]
    fn the_nearest_of_several_is_compared_and_the_first_taught() {
        let several = gap(&["one thread", "a single thread"]);
        let near = fit(&several, "a singel thread");
        assert_eq!(near.wanted, "a single thread");
        let Fit::Near(changes) = near.fit else { panic!("{near:?}") };
        assert!(changes.contains(&Change::Kept("a sing".to_owned())), "{changes:?}");
        assert_eq!(fit(&several, "nobody at all").wanted, "one thread");
        assert_eq!(fit(&several, "A single thread").fit, Fit::Same);
    }

    proptest! {
        #[test]
        fn the_changes_lead_from_typed_to_wanted(typed in ".{0,20}", wanted in ".{0,20}") {
            let changes = changes(&typed, &wanted);
            let text = |keep: fn(&Change) -> Option<&str>| changes.iter().filter_map(keep).collect::<String>();
            let typed_back = text(|change| match change {
                Change::Kept(text) | Change::Surplus(text) => Some(text),
                Change::Missing(_) => None,
            });
            let wanted_back = text(|change| match change {
                Change::Kept(text) | Change::Missing(text) => Some(text),
                Change::Surplus(_) => None,
            });
            prop_assert_eq!(typed_back, typed);
            prop_assert_eq!(wanted_back, wanted);
        }

        #[test]
        fn distance_is_symmetric_and_zero_only_for_the_same(left in "[ab]{0,6}", right in "[ab]{0,6}") {
            prop_assert_eq!(distance(&left, &right), distance(&right, &left));
            prop_assert_eq!(distance(&left, &right) == 0, left == right);
        }
    }
}
