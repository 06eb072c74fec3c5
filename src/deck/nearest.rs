//! The word that was probably meant.

/// Returns the candidate that `word` is probably a slip of: few letters missing, added, changed or swapped.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody's slip is longer, and comparing takes the product of the lengths.
    const MAX_LENGTH: usize = 100;
    if word.len() > MAX_LENGTH {
        return None;
    }
    let word: Vec<char> = word.to_lowercase().replace('_', "-").chars().collect();
    let allowed = (word.len() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_LENGTH)
        .map(|candidate| (distance(&word, &candidate.to_lowercase().chars().collect::<Vec<char>>()), candidate))
        .filter(|&(distance, candidate)| distance <= allowed && distance < candidate.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Returns how many letters must be added, removed, changed or swapped with their neighbour to make one word of the
/// other ("optimal string alignment"; Damerau 1964, the table of Wagner and Fischer 1974).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let changed = last[j] + usize::from(a[i] != b[j]);
            let mut best = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn slips_are_recognised() {
        let keys = ["id", "answer", "ask", "explain", "hints"];
        for (word, meant) in [
            ("anwser", Some("answer")),
            ("answr", Some("answer")),
            ("Answer", Some("answer")),
            ("hint", Some("hints")),
            ("aks", Some("ask")),
            ("explanation", None),
            ("question", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, keys), meant, "{word}");
        }
        assert_eq!(nearest(&"a".repeat(100_000), keys), None);
        assert_eq!(nearest("race_condition", ["race-condition"]), Some("race-condition"));
    }

    proptest! {
        #[test]
        fn distance_is_a_distance(a in "[ab]{0,6}", b in "[ab]{0,6}") {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
            prop_assert!(distance(&a, &b) <= a.len().max(b.len()));
            prop_assert!(distance(&a, &b) >= a.len().abs_diff(b.len()));
        }
    }
}
