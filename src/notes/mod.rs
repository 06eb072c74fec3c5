//! The learner's own notes: their text, what they are attached to, and how they follow lines that move.
//!
//! Notes are Markdown. Where they are kept and how they are found again is left to others.

mod follow;
mod target;

pub use follow::Followed;
pub use follow::follow;
pub use target::Address;
pub use target::AnswerId;
pub use target::LineRange;
pub use target::Lines;
pub use target::ParseAddressError;
pub use target::Target;
pub use target::TargetError;

use std::fmt;
use std::str::FromStr;

use chrono::DateTime;
use chrono::Utc;

/// A note as it now is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub id: NoteId,
    /// What it is attached to.
    pub target: Target,
    /// What it says.
    pub text: NoteText,
    /// When it was written first.
    pub created: DateTime<Utc>,
    /// When it was last edited or moved.
    pub changed: DateTime<Utc>,
}

impl Note {
    /// Returns the first line, without the marks of a heading: what a list shows.
    pub fn title(&self) -> &str {
        self.text.title()
    }
}

/// A note as it once was, or is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteVersion {
    /// From when on.
    pub at: DateTime<Utc>,
    /// What it was attached to.
    pub target: Target,
    /// What it said.
    pub text: NoteText,
    /// Whether it was removed then.
    pub removed: bool,
}

/// The number of a note. Numbers are never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId(pub i64);

impl fmt::Display for NoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not the number of a note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a note: notes have numbers from 1")]
pub struct ParseNoteIdError(pub String);

impl FromStr for NoteId {
    type Err = ParseNoteIdError;

    fn from_str(text: &str) -> Result<NoteId, ParseNoteIdError> {
        target::number(text).map(NoteId).ok_or_else(|| ParseNoteIdError(text.chars().take(80).collect()))
    }
}

/// What a note says: Markdown, never blank, with `\n` at the ends of lines but none at the end of the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NoteText(String);

/// Why a text cannot be a note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteTextError {
    /// There is nothing but blanks.
    #[error("the note is empty")]
    Empty,
    /// It is longer than [`NoteText::MAX_BYTES`].
    #[error("the note has {0} bytes; {max} are allowed", max = NoteText::MAX_BYTES)]
    TooLong(usize),
    /// It has a NUL character, which no text has and databases end texts at.
    #[error("the note has a NUL character at byte {0}")]
    Nul(usize),
}

impl NoteText {
    /// The longest note: a long chapter.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Returns a note's text, with line ends unified, and blanks around it gone (but for the first line's indentation,
    /// which means something in Markdown).
    pub fn new(text: &str) -> Result<NoteText, NoteTextError> {
        if text.len() > NoteText::MAX_BYTES {
            return Err(NoteTextError::TooLong(text.len()));
        }
        if let Some(place) = text.find('\0') {
            return Err(NoteTextError::Nul(place));
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim_end();
        let blank = text.len() - text.trim_start().len();
        let start = text[..blank].rfind('\n').map_or(0, |newline| newline + 1);
        if blank == text.len() { Err(NoteTextError::Empty) } else { Ok(NoteText(text[start..].to_owned())) }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first line, without the marks of a heading.
    pub fn title(&self) -> &str {
        let line = self.0.lines().next().unwrap_or_default().trim();
        let heading = line.trim_start_matches('#');
        let marks = line.len() - heading.len();
        let is_heading = (1..=6).contains(&marks) && heading.starts_with([' ', '\t']);
        if is_heading { heading.trim().trim_end_matches('#').trim_end() } else { line }
    }
}

impl fmt::Display for NoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for NoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteText({:?})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, title: &str) {
        let note = NoteText::new(text).expect("a note");
        assert_eq!((note.as_str(), note.title()), (expected, title));
    }

    #[test]
    fn the_first_line_is_the_title() {
        check("one\ntwo", "one\ntwo", "one");
        check("\n\n# Locks #\r\n\r\nare locks\r\n", "# Locks #\n\nare locks", "Locks");
        check("#!/bin/sh", "#!/bin/sh", "#!/bin/sh");
        check("####### seven", "####### seven", "####### seven");
        check("\n    indented = code\n", "    indented = code", "indented = code");
        check("#  ", "#", "#");
    }

    #[test]
    fn what_cannot_be_a_note_is_refused() {
        assert_eq!(NoteText::new(" \n\t\r\n"), Err(NoteTextError::Empty));
        assert_eq!(NoteText::new(""), Err(NoteTextError::Empty));
        assert_eq!(NoteText::new("a\0b"), Err(NoteTextError::Nul(1)));
        assert_eq!(NoteText::new(&"a".repeat(65_537)), Err(NoteTextError::TooLong(65_537)));
        assert!(NoteText::new(&"a".repeat(65_536)).is_ok());
    }

    #[test]
    fn a_note_has_a_number() {
        assert_eq!("17".parse(), Ok(NoteId(17)));
        for text in ["", "0", "-1", "+1", "01", "x", "99999999999999999999"] {
            assert!(text.parse::<NoteId>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_notes_text_is_a_notes_text(text in "[ #\\na-c\\r\\t]{0,30}") {
            if let Ok(note) = NoteText::new(&text) {
                prop_assert_eq!(NoteText::new(note.as_str()), Ok(note.clone()));
                prop_assert!(!note.title().contains('\n'));
            }
        }
    }
}
