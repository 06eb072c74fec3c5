//! Faults as people see them: file, line and column, the line itself with the place marked, and what to do.

use std::fmt;

use unicode_width::UnicodeWidthChar;

use super::problem::Problem;
use super::source::Source;
use super::source::is_forbidden;

/// Something that is wrong with a deck, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file's path: inside the deck, or as [`Faults::within`] has it. Empty for the deck's folder itself.
    pub file: String,
    /// The place, where the fault is not about the file as a whole.
    pub mark: Option<Mark>,
    /// What is wrong.
    pub problem: Problem,
}

/// A place in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The line, or the part of a long one that the fault is in.
    text: String,
    /// How many columns of `text` are left of the place.
    indent: usize,
    /// How many columns of `text` the place takes.
    width: usize,
}

impl Mark {
    /// The most characters shown of a line: with the line's number they fit a terminal.
    const LENGTH: usize = 70;

    /// Returns the place of the bytes from `start` to `end`. Of several lines the first is marked.
    pub(super) fn new(source: &Source, start: usize, end: usize) -> Mark {
        let line = source.line_of(start);
        let column = source.column_of(start) + 1;
        let text = source.line(line);
        let start = (start - source.line_start(line)).min(text.len());
        let end = (end.saturating_sub(source.line_start(line))).clamp(start, text.len());
        let (before, rest) = text.split_at(start);
        // A short line is shown whole, of a long one the part around the place.
        let left = before.chars().count();
        let length = left + rest.chars().count();
        let skipped = left.saturating_sub(Mark::LENGTH / 2).min(length.saturating_sub(Mark::LENGTH));
        let mut shown = String::from(if skipped > 0 { "…" } else { "" });
        shown.extend(before.chars().skip(skipped).map(visible));
        let indent = width(&shown);
        let room = Mark::LENGTH - (left - skipped);
        let mut marked = 0;
        for (index, character) in rest.char_indices().take(room) {
            let character = visible(character);
            if index < end - start {
                marked += character.width().unwrap_or(0);
            }
            shown.push(character);
        }
        if rest.chars().nth(room).is_some() {
            shown.push('…');
        }
        Mark { line: line + 1, column, text: shown, indent, width: marked.max(1) }
    }
}

fn width(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

/// Returns a character that takes a column and does nothing else.
fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        _ if is_forbidden(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A deck is somebody else's text: what it holds must not reach a terminal as anything but text.
        let shown = |text: &str| -> String {
            text.chars().map(|character| if character == '\n' { ' ' } else { visible(character) }).collect()
        };
        write!(f, "{}", shown(&self.file))?;
        if let Some(mark) = &self.mark {
            write!(f, ":{}:{}", mark.line, mark.column)?;
        }
        write!(f, ": {}", shown(&self.problem.to_string()))?;
        if let Some(mark) = &self.mark {
            let number = mark.line.to_string();
            write!(f, "\n  {number} | {}", mark.text.trim_end())?;
            write!(f, "\n  {:gutter$} | {:indent$}", "", "", gutter = number.len(), indent = mark.indent)?;
            f.write_str(&"^".repeat(mark.width))?;
        }
        write!(f, "\n  hint: {}", shown(&self.problem.hint()))
    }
}

/// All that is wrong with a deck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    faults: Vec<Fault>,
    omitted: usize,
}

impl Faults {
    /// How many faults of one deck are kept. The rest is counted: nobody mends more at once, and a deck that is
    /// wrong throughout must not fill memory with quotations of itself.
    pub const MAX: usize = 200;

    /// Returns `faults` in this order.
    pub(super) fn new(faults: Vec<Fault>, omitted: usize) -> Faults {
        Faults { faults, omitted }
    }

    /// Returns the faults, file by file and from top to bottom.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter()
    }

    /// Returns how many faults there are, with those beyond [`Faults::MAX`].
    pub fn count(&self) -> usize {
        self.faults.len() + self.omitted
    }

    /// Returns the same faults with each file's path put under `folder`.
    pub fn within(mut self, folder: &str) -> Faults {
        let folder = folder.trim_end_matches('/');
        for fault in &mut self.faults {
            fault.file = if fault.file.is_empty() { folder.to_owned() } else { format!("{folder}/{}", fault.file) };
        }
        self
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        Faults::new(vec![fault], 0)
    }
}

impl Fault {
    /// Returns a fault of a file as a whole or, where `file` is empty, of the deck's folder.
    pub fn of_file(file: impl Into<String>, problem: Problem) -> Fault {
        Fault { file: file.into(), mark: None, problem }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{fault}")?;
        }
        if self.omitted > 0 {
            write!(f, "\n\n… and {} more", self.omitted)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, start: usize, end: usize, expected: &str) {
        let (source, _) = Source::decode("a/b.yaml", text.as_bytes(), |_, _, _| ());
        let mark = Some(Mark::new(&source, start, end));
        let fault = Fault { file: "a/b.yaml".to_owned(), mark, problem: Problem::Tab };
        assert_eq!(fault.to_string(), expected);
    }

    #[test]
    fn the_place_is_marked() {
        check(
            "one\ntwo three\n",
            8,
            13,
            "a/b.yaml:2:5: a tab indents this line\n  2 | two three\n    |     ^^^^^\n  hint: indent with spaces",
        );
    }

    #[test]
    fn of_several_lines_the_first_is_marked() {
        check(
            "a: x\n  y\n",
            3,
            8,
            "a/b.yaml:1:4: a tab indents this line\n  1 | a: x\n    |    ^\n  hint: indent with spaces",
        );
    }

    #[test]
    fn the_end_of_a_file_can_be_marked() {
        check("a\n", 2, 2, "a/b.yaml:2:1: a tab indents this line\n  2 | \n    | ^\n  hint: indent with spaces");
        check("a", 1, 9, "a/b.yaml:1:2: a tab indents this line\n  1 | a\n    |  ^\n  hint: indent with spaces");
        check("", 0, 0, "a/b.yaml:1:1: a tab indents this line\n  1 | \n    | ^\n  hint: indent with spaces");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        check(
            "鍵: 鍵b\n",
            5,
            8,
            "a/b.yaml:1:4: a tab indents this line\n  1 | 鍵: 鍵b\n    |     ^^\n  hint: indent with spaces",
        );
    }

    #[test]
    fn of_long_lines_a_part_is_shown() {
        let text = format!("{}here{}", "a".repeat(100_000), "b".repeat(100_000));
        let expected = format!(
            "a/b.yaml:1:100001: a tab indents this line\n  1 | …{}here{}…\n    | {}^^^^\n  hint: indent with spaces",
            "a".repeat(35),
            "b".repeat(31),
            " ".repeat(36),
        );
        check(&text, 100_000, 100_004, &expected);
    }

    #[test]
    fn nothing_of_a_deck_reaches_a_terminal_raw() {
        let (source, _) = Source::decode("a\x1b.yaml", "\x1b[2J\u{202e}\tx\r\n".as_bytes(), |_, _, _| ());
        let fault = Fault {
            file: "a\x1b.yaml".to_owned(),
            mark: Some(Mark::new(&source, 0, 1)),
            problem: Problem::NotAUrl("\x1b]0;\u{7}\n".to_owned()),
        };
        let text = fault.to_string();
        assert!(!text.chars().any(is_forbidden), "{text:?}");
        assert!(text.starts_with("a\u{fffd}.yaml:1:1: `\u{fffd}]0;\u{fffd} ` is not"), "{text}");
    }

    #[test]
    fn faults_can_be_put_under_a_folder() {
        let fault = Fault { file: "deck.yaml".to_owned(), mark: None, problem: Problem::NoHead };
        let faults = Faults::from(fault).within("decks/x/");
        assert_eq!(
            faults.to_string(),
            "decks/x/deck.yaml: the deck has no `deck.yaml`\n  hint: a deck is a folder with a `deck.yaml`, which \
             holds `format: 1`, `id`, `title` and `topics`"
        );
    }
}
