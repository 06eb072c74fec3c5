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

/// What options are called: `1`, `2`, … or, where that could be taken for what an option says, `a`, `b`, ….
#[derive(Clone, Copy, Debug)]
pub(super) struct Labels<'a> {
    options: &'a [String],
    letters: bool,
}

impl<'a> Labels<'a> {
    pub(super) fn new(options: &'a [String]) -> Labels<'a> {
        let taken = |option: &String| option.trim().parse().is_ok_and(|number| (1..=options.len()).contains(&number));
        Labels { options, letters: options.iter().any(taken) && options.len() <= 26 }
    }

    /// Returns what the option at `place` is called.
    pub(super) fn label(&self, place: usize) -> String {
        match u8::try_from(place) {
            Ok(place) if self.letters => char::from(b'a' + place).to_string(),
            _ => (place + 1).to_string(),
        }
    }

    /// Returns what stands for none of the options.
    pub(super) fn none(&self) -> &'static str {
        if self.options.iter().any(|option| option.trim() == "0") { "none" } else { "0" }
    }

    /// Returns the place of the option that a key or a word stands for: by its label, by the label that it could have
    /// had, or by what it says.
    pub(super) fn place(&self, word: &str) -> Option<usize> {
        let number = || word.parse::<usize>().ok().filter(|_| word.bytes().all(|byte| byte.is_ascii_digit()));
        let by_number = || number().filter(|number| (1..=self.options.len()).contains(number)).map(|number| number - 1);
        let by_letter = || match word.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => {
                Some(usize::from(letter.to_ascii_lowercase() - b'a')).filter(|place| *place < self.options.len())
            }
            _ => None,
        };
        let by_text = || self.options.iter().position(|option| option.trim().eq_ignore_ascii_case(word));
        match self.letters {
            true => by_letter().or_else(by_text).or_else(by_number),
            false => by_number().or_else(by_letter).or_else(by_text),
        }
    }

    /// Returns the places that a typed line stands for, or what in it stands for none.
    ///
    /// Words are separated by spaces or commas, if the whole line is not what an option says.
    pub(super) fn places(&self, line: &str) -> Result<BTreeSet<usize>, String> {
        let line = line.trim();
        if matches!(line.to_lowercase().as_str(), "none" | "-") || line == self.none() {
            return Ok(BTreeSet::new());
        }
        let words = line.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty());
        let separate: Result<BTreeSet<usize>, String> =
            words.map(|word| self.place(word).ok_or_else(|| word.to_owned())).collect();
        match (separate, self.place(line)) {
            (Ok(places), _) if !places.is_empty() => Ok(places),
            (_, Some(place)) => Ok([place].into()),
            (Ok(_), None) => Err(String::new()),
            (Err(word), None) => Err(word),
        }
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
    fn check(options: &[&str], line: &str, expected: Result<&[usize], &str>) {
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        let expected = expected.map(|places| places.iter().copied().collect()).map_err(str::to_owned);
        assert_eq!(Labels::new(&options).places(line), expected, "{line:?}");
    }

    const TEXTS: &[&str] = &["500", "300", "-200", "it stops"];

    #[test]
    fn options_are_meant_by_number_letter_or_text() {
        check(TEXTS, "1", Ok(&[0]));
        check(TEXTS, " 3, 1 ", Ok(&[0, 2]));
        check(TEXTS, "1,3", Ok(&[0, 2]));
        check(TEXTS, "a C", Ok(&[0, 2]));
        check(TEXTS, "500 -200", Ok(&[0, 2]));
        check(TEXTS, "it stops", Ok(&[3]));
        check(TEXTS, "IT STOPS", Ok(&[3]));
        check(TEXTS, "1 1", Ok(&[0]));
        check(TEXTS, "0", Ok(&[]));
        check(TEXTS, "none", Ok(&[]));
    }

    #[test]
    fn options_that_are_small_numbers_go_by_letters() {
        let numbers = &["0", "2", "1"];
        check(numbers, "2", Ok(&[1]));
        check(numbers, "1 0", Ok(&[0, 2]));
        check(numbers, "a c", Ok(&[0, 2]));
        check(numbers, "3", Ok(&[2]));
        check(numbers, "none", Ok(&[]));
        let options = numbers.map(str::to_owned);
        let labels = Labels::new(&options);
        assert_eq!([labels.label(0), labels.label(2)], ["a", "c"]);
        assert_eq!(labels.none(), "none");
    }

    #[test]
    fn what_stands_for_nothing_is_named() {
        check(TEXTS, "5", Err("5"));
        check(TEXTS, "1 5", Err("5"));
        check(TEXTS, "e", Err("e"));
        check(TEXTS, "0 1", Err("0"));
        check(TEXTS, "", Err(""));
        check(TEXTS, "maybe 1", Err("maybe"));
        check(TEXTS, "99999999999999999999999", Err("99999999999999999999999"));
        check(TEXTS, "+1", Err("+1"));
    }
}
