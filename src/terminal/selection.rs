//! What is picked of a list, and how keys and typed words change it.

use std::collections::BTreeSet;

/// A list under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    count: usize,
    /// Where the arrow keys are.
    pub(super) at: usize,
    pub(super) marked: BTreeSet<usize>,
}

impl Selection {
    pub(super) fn new(count: usize, at: usize) -> Selection {
        Selection { count, at, marked: BTreeSet::new() }
    }

    /// Goes down, and around at the end.
    pub(super) fn down(&mut self) {
        self.at = (self.at + 1) % self.count.max(1);
    }

    /// Goes up, and around at the top.
    pub(super) fn up(&mut self) {
        self.at = (self.at + self.count.max(1) - 1) % self.count.max(1);
    }

    /// Marks what is at `place`, or takes the mark away.
    pub(super) fn toggle(&mut self, place: usize) {
        if !self.marked.remove(&place) {
            self.marked.insert(place);
        }
    }
}

/// Returns the place that a key or a word stands for: `1` and `a` are the first of `count`.
pub(super) fn place(word: &str, count: usize) -> Option<usize> {
    let number = match word.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => usize::from(letter.to_ascii_lowercase() - b'a') + 1,
        digits if digits.iter().all(u8::is_ascii_digit) => word.parse().ok()?,
        _ => return None,
    };
    (1..=count).contains(&number).then(|| number - 1)
}

/// Returns the places that a typed line stands for, or what in it stands for none.
///
/// Places are separated by spaces or commas; the text of an option stands for it, too; `0` and `none` for nothing.
pub(super) fn places(line: &str, options: &[String]) -> Result<BTreeSet<usize>, String> {
    let line = line.trim();
    let words: Vec<&str> = line.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty()).collect();
    if let [word] = words[..]
        && matches!(word.to_lowercase().as_str(), "0" | "none" | "-")
        && !options.iter().any(|option| option == word)
    {
        return Ok(BTreeSet::new());
    }
    let meant = |word: &str| {
        place(word, options.len()).or_else(|| options.iter().position(|option| option.eq_ignore_ascii_case(word)))
    };
    let separate: Result<BTreeSet<usize>, String> =
        words.iter().map(|word| meant(word).ok_or_else(|| (*word).to_owned())).collect();
    // `ab` without a space is two options as well, unless it is one's text.
    match (separate, meant(line)) {
        (Ok(places), _) if !places.is_empty() => Ok(places),
        (_, Some(place)) => Ok([place].into()),
        (Ok(_), None) => Err(String::new()),
        (Err(word), None) => Err(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_around() {
        let mut selection = Selection::new(3, 0);
        selection.up();
        assert_eq!(selection.at, 2);
        selection.down();
        selection.down();
        assert_eq!(selection.at, 1);
        Selection::new(0, 0).down();
    }

    #[test]
    fn marks_come_and_go() {
        let mut selection = Selection::new(3, 0);
        selection.toggle(1);
        selection.toggle(2);
        selection.toggle(1);
        assert_eq!(selection.marked, BTreeSet::from([2]));
    }

    #[track_caller]
    fn check(line: &str, expected: Result<&[usize], &str>) {
        let options = ["500", "300", "-200", "it stops"].map(str::to_owned);
        let expected = expected.map(|places| places.iter().copied().collect()).map_err(str::to_owned);
        assert_eq!(places(line, &options), expected, "{line:?}");
    }

    #[test]
    fn places_are_numbers_letters_or_texts() {
        check("1", Ok(&[0]));
        check(" 3, 1 ", Ok(&[0, 2]));
        check("1,3", Ok(&[0, 2]));
        check("a C", Ok(&[0, 2]));
        check("500 -200", Ok(&[0, 2]));
        check("it stops", Ok(&[3]));
        check("IT STOPS", Ok(&[3]));
        check("1 1", Ok(&[0]));
        check("0", Ok(&[]));
        check("none", Ok(&[]));
    }

    #[test]
    fn what_stands_for_nothing_is_named() {
        check("5", Err("5"));
        check("1 5", Err("5"));
        check("e", Err("e"));
        check("0 1", Err("0"));
        check("", Err(""));
        check("maybe 1", Err("maybe"));
        check("99999999999999999999999", Err("99999999999999999999999"));
    }
}
