//! Lines that come again and again, told once: what a loop prints that nobody ends.

use std::borrow::Cow;

use super::text;

/// The most lines that come again together.
const MOST_TOGETHER: usize = 8;
/// How many lines have to be saved for it to be worth it.
const LEAST_SAVED: usize = 8;
/// How often lines have to come again.
const LEAST_OFTEN: usize = 3;

/// Lines, or how often they come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A line.
    Line(&'a str),
    /// The last so many lines come so many times more.
    Again { lines: usize, times: usize },
}

impl Piece<'_> {
    /// Returns the line, or how often the lines before come again.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match *self {
            Piece::Line(line) => line.into(),
            Piece::Again { lines: 1, times } => format!("… the same {} times more", text::grouped(times as u64)).into(),
            Piece::Again { lines, times } => {
                format!("… these {lines} lines {} times more", text::grouped(times as u64)).into()
            }
        }
    }

    /// Returns how many lines it stands for.
    pub(super) fn lines(&self) -> u64 {
        match self {
            Piece::Line(_) => 1,
            Piece::Again { lines, times } => (lines * times) as u64,
        }
    }
}

/// Returns `lines` with those that come again many times in a row told once.
pub(super) fn fold<'a>(lines: &[&'a str]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let times = |together: usize| {
            let again = rest.iter().zip(rest.iter().skip(together)).take_while(|(line, later)| line == later).count();
            again / together
        };
        let mut folds = (1..=MOST_TOGETHER).map(|together| (together, times(together)));
        let fold = folds.find(|(together, times)| *times >= LEAST_OFTEN && together * times >= LEAST_SAVED);
        let (lines, times) = fold.unwrap_or((1, 0));
        pieces.extend(rest[..lines].iter().map(|line| Piece::Line(line)));
        pieces.extend(fold.map(|_| Piece::Again { lines, times }));
        rest = &rest[lines * (times + 1)..];
    }
    pieces
}

/// Returns a text of lines, with those that come again many times in a row told once.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    let pieces = fold(&text.split('\n').collect::<Vec<_>>());
    if pieces.iter().all(|piece| matches!(piece, Piece::Line(_))) {
        return text.into();
    }
    pieces.iter().map(Piece::text).collect::<Vec<_>>().join("\n").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let lines: Vec<&str> = text.split(' ').collect();
        let pieces = fold(&lines)
            .iter()
            .map(|piece| match piece {
                Piece::Line(line) => (*line).to_owned(),
                Piece::Again { lines, times } => format!("{lines}*{times}"),
            })
            .collect::<Vec<_>>();
        assert_eq!(pieces.join(" "), expected);
    }

    #[test]
    fn what_comes_again_is_told_once() {
        check("a b a b", "a b a b");
        check(&format!("x{} y", " a".repeat(9)), "x a 1*8 y");
        check(&format!("x{} y", " a".repeat(8)), "x a a a a a a a a y");
        check(&format!("x{} a y", " a b".repeat(5)), "x a b 2*4 a y");
        check(&format!("a{}{}", " a".repeat(20), " b".repeat(20)), "a 1*20 b 1*19");
        check(&["a b c d e f g h"; 4].join(" "), "a b c d e f g h 8*3");
        for as_it_is in [["a b c d e f g h i"; 4].join(" "), ["a b c d e f g h"; 3].join(" ")] {
            check(&as_it_is, &as_it_is);
        }
        assert!(fold(&[]).is_empty());
    }

    #[test]
    fn a_text_stays_as_it_is_where_nothing_comes_again() {
        assert_eq!(folded("a\r\na\n\nb\n"), "a\r\na\n\nb\n");
        assert_eq!(folded(&"tick\n".repeat(30)), "tick\n… the same 29 times more\n");
    }

    #[test]
    fn how_often_is_said_in_words() {
        let told = |lines, times| Piece::Again { lines, times }.text().into_owned();
        assert_eq!(told(1, 9_981), "… the same 9,981 times more");
        assert_eq!(told(2, 8), "… these 2 lines 8 times more");
        assert_eq!((Piece::Line("a").lines(), Piece::Again { lines: 2, times: 8 }.lines()), (1, 16));
    }
}
