//! Finding the lines of a note again in a program that has changed.

use super::LineRange;
use super::Lines;

/// Where the lines of a note are in a new text of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// Where they were.
    Here,
    /// Somewhere else.
    Moved(LineRange),
    /// Nowhere: they were changed or removed.
    Lost,
}

/// Returns where `lines` are in `source`.
///
/// They count as found where they stand in the same order and unchanged but for blanks at the ends of lines; if they
/// do so nowhere, but for indentation too, for putting lines under a `with lock:` is what changes most of our programs. Of
/// several such places the nearest is taken.
pub fn follow(lines: &Lines, source: &str) -> Followed {
    let source: Vec<&str> = source.lines().collect();
    // Not `lines()`: one empty line is a line too.
    let wanted: Vec<&str> = lines.text.split('\n').collect();
    let before = lines.range.first() as usize - 1;
    let nearest = |same: fn(&str, &str) -> bool| {
        (0..(source.len() + 1).saturating_sub(wanted.len()))
            .filter(|&start| source[start..].iter().zip(&wanted).all(|(ours, theirs)| same(ours, theirs)))
            .min_by_key(|start| start.abs_diff(before))
    };
    let found = nearest(|ours, theirs| ours.trim_end() == theirs.trim_end())
        .or_else(|| nearest(|ours, theirs| ours.trim() == theirs.trim()));
    match found {
        Some(start) if start == before => Followed::Here,
        Some(start) => u32::try_from(start + 1)
            .ok()
            .and_then(|first| LineRange::new(first, first.checked_add(lines.range.last() - lines.range.first())?))
            .map_or(Followed::Lost, Followed::Moved),
        None => Followed::Lost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: u32, last: u32, source: &str, expected: Followed) {
        let range = LineRange::new(first, last).expect("lines");
        let text =
            range.of("import threading\n\nx = 0\n\ndef f():\n    global x\n    x += 1\n    x += 1\n").expect("lines");
        let lines = Lines { card: "deck/question".parse().expect("a card"), range, text };
        assert_eq!(follow(&lines, source), expected);
    }

    fn moved(first: u32, last: u32) -> Followed {
        Followed::Moved(LineRange::new(first, last).expect("lines"))
    }

    #[test]
    fn lines_are_followed() {
        check(3, 3, "import threading\n\nx = 0\n", Followed::Here);
        check(3, 3, "x = 0\n", moved(1, 1));
        check(5, 6, "\n\n\n\n\n\n\n\n\ndef f():   \n    global x", moved(10, 11));
    }

    #[test]
    fn indented_lines_are_followed() {
        check(7, 8, "def f():\n    with lock:\n        x += 1\n        x += 1\n", moved(3, 4));
    }

    #[test]
    fn the_nearest_of_equals_is_taken() {
        check(8, 8, "\n    x += 1\n\n\n\n\n\n\n    x += 1\n", moved(9, 9));
        check(7, 7, "import threading\n\nx = 0\n\ndef f():\n    global x\n    x += 1\n    x += 1\n", Followed::Here);
    }

    #[test]
    fn an_empty_line_is_a_line() {
        check(4, 4, "a\nb\nc\nd\n\n", moved(5, 5));
        check(4, 4, "a\nb\nc\nd\n", Followed::Lost);
    }

    #[test]
    fn changed_lines_are_lost() {
        check(3, 3, "x = 1\n", Followed::Lost);
        check(3, 3, "", Followed::Lost);
        check(7, 8, "    x += 1\n", Followed::Lost);
    }
}
