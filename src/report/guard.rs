//! The last thing that text passes before a terminal: lets through what is ours, and shows the rest as escapes.
//!
//! Texts from elsewhere are cleaned where they are put into sentences (see [`super::clean`]). This catches what was
//! forgotten there: of all that is written, only plain text goes on, and the few sequences that [`super::Page::paint`]
//! and the help of the command line use for colour.

use std::fmt::Write as _;
use std::io;
use std::io::Write;

use super::clean;

/// The longest sequence for colour; ours are shorter.
const LONGEST: usize = 16;

/// Numbers of styles that cannot hide text: none, bold, faint, underlined, and foregrounds other than black and white.
const STYLES: &[&str] = &["", "0", "1", "2", "4", "22", "24", "31", "32", "33", "35", "36"];

/// Writes on to `out`, but for what a terminal would obey.
///
/// What is no text at all (bytes that are not UTF-8) is shown as escapes too. Characters may come in pieces.
pub struct Guard<W: Write> {
    out: W,
    colour: bool,
    /// The beginning of a character or of a sequence whose end is to come.
    pending: Vec<u8>,
}

/// Returns what arrives of `text` behind a guard, for who has to write to a terminal by another way.
pub fn guarded(text: &str, colour: bool) -> String {
    let mut out = Vec::new();
    let mut guard = Guard::new(&mut out, colour);
    guard.write_all(text.as_bytes()).expect("memory takes all that is written");
    drop(guard);
    String::from_utf8(out).expect("only text goes on")
}

impl<W: Write> Guard<W> {
    /// Returns what guards `out`, where sequences for `colour` are welcome or not.
    pub fn new(out: W, colour: bool) -> Guard<W> {
        Guard { out, colour, pending: Vec::new() }
    }

    /// Writes what is certain of the pending bytes; all of them, if this is `the_end`.
    fn pass(&mut self, the_end: bool) -> io::Result<()> {
        let bytes = std::mem::take(&mut self.pending);
        let mut safe = String::with_capacity(bytes.len());
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (text, broken) = match std::str::from_utf8(rest) {
                Ok(text) => (text, 0),
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    let text = std::str::from_utf8(valid).expect("it is valid up to there");
                    // What only lacks its end may be completed by what is written next.
                    (text, error.error_len().unwrap_or(if the_end { after.len() } else { 0 }))
                }
            };
            let passed = self.pass_text(text, the_end || text.len() < rest.len(), &mut safe);
            rest = &rest[passed..];
            if passed < text.len() || (broken == 0 && !rest.is_empty()) {
                break;
            }
            for byte in &rest[..broken] {
                write!(safe, "\\x{byte:02x}").expect("a String takes all that is written");
            }
            rest = &rest[broken..];
        }
        self.pending = rest.to_vec();
        self.out.write_all(safe.as_bytes())
    }

    /// Adds `text` to `safe`, up to a sequence that may go on where the text ends. Returns how many bytes that was.
    fn pass_text(&self, text: &str, complete: bool, safe: &mut String) -> usize {
        let mut passed = 0;
        while let Some(found) = text[passed..].find('\x1b').filter(|_| self.colour) {
            let start = passed + found;
            add(&text[passed..start], safe);
            passed = match sequence(&text[start..]) {
                Sequence::Colour(length) => {
                    safe.push_str(&text[start..start + length]);
                    start + length
                }
                Sequence::Unfinished if !complete => return start,
                Sequence::Unfinished | Sequence::Foreign => {
                    add("\x1b", safe);
                    start + 1
                }
            };
        }
        add(&text[passed..], safe);
        text.len()
    }
}

/// What begins with an escape character.
enum Sequence {
    /// One of ours, of so many bytes.
    Colour(usize),
    /// It could become one of ours.
    Unfinished,
    Foreign,
}

fn sequence(text: &str) -> Sequence {
    let Some(parameters) = text.strip_prefix("\x1b[") else {
        return if text.len() == 1 { Sequence::Unfinished } else { Sequence::Foreign };
    };
    let end = parameters.bytes().take(LONGEST).position(|byte| !byte.is_ascii_digit() && byte != b';');
    match end {
        Some(end) if parameters.as_bytes()[end] == b'm' && parameters[..end].split(';').all(is_style) => {
            Sequence::Colour("\x1b[".len() + end + "m".len())
        }
        None if parameters.len() < LONGEST => Sequence::Unfinished,
        _ => Sequence::Foreign,
    }
}

fn is_style(number: &str) -> bool {
    STYLES.contains(&number)
}

/// Adds text without any sequences. Unlike in sentences, a tab stays one: it may be a page or JSON that is written.
fn add(text: &str, safe: &mut String) {
    for (index, piece) in text.split('\t').enumerate() {
        safe.push_str(if index > 0 { "\t" } else { "" });
        safe.push_str(&clean(piece));
    }
}

impl<W: Write> Write for Guard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        self.pass(false)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Drop for Guard<W> {
    fn drop(&mut self) {
        // Nobody is left who could be told that it failed.
        let _ = self.pass(true).and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns what arrives of `pieces` that are written one by one.
    fn arrives(pieces: &[&[u8]], colour: bool) -> String {
        let mut out = Vec::new();
        let mut guard = Guard::new(&mut out, colour);
        for piece in pieces {
            guard.write_all(piece).expect("memory takes it");
        }
        drop(guard);
        String::from_utf8(out).expect("only text goes on")
    }

    #[track_caller]
    fn check(text: &str, colour: bool, expected: &str) {
        assert_eq!(arrives(&[text.as_bytes()], colour), expected);
        // However it is cut up.
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(arrives(&bytes, colour), expected, "byte by byte");
    }

    #[test]
    fn text_goes_on_as_it_is() {
        let text = "naïve, 変数, 👩‍💻, עברית, العربية\n\ttab and \"quotes\" \\ \u{fffd}\n";
        check(text, true, text);
        check(text, false, text);
    }

    #[test]
    fn our_colours_go_on_where_there_is_colour() {
        for text in
            ["\x1b[1mstrong\x1b[0m", "\x1b[1;31merror:\x1b[0m", "\x1b[4m\x1b[32mUsage\x1b[m", "\x1b[36mcode\x1b[0m"]
        {
            check(text, true, text);
            check(text, false, &text.replace('\x1b', "\\x1b"));
        }
    }

    #[test]
    fn what_a_terminal_obeys_is_shown() {
        for (text, expected) in [
            ("\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"),
            ("\x1b[2J\x1b[1;1H", "\\x1b[2J\\x1b[1;1H"),
            ("\x1b[8mhidden", "\\x1b[8mhidden"),
            ("\x1b[30;40m", "\\x1b[30;40m"),
            ("\x1b[38;5;0m", "\\x1b[38;5;0m"),
            ("\x1b[1;1;1;1;1;1;1;1;1;1;1m", "\\x1b[1;1;1;1;1;1;1;1;1;1;1m"),
            ("\u{9b}2J\u{9d}0;x\u{9c}\u{90}q", "\\x9b2J\\x9d0;x\\x9c\\x90q"),
            ("a\rb\x08c\x7f\0\x0e", "a\\x0db\\x08c\\x7f\\x00\\x0e"),
            ("\x1b\x1b[1m", "\\x1b\x1b[1m"),
            ("\x1b", "\\x1b"),
            ("\x1b[1", "\\x1b[1"),
            ("user\u{202e}nimda\u{2066}", "user\\u202enimda\\u2066"),
        ] {
            check(text, true, expected);
        }
    }

    #[test]
    fn what_is_no_text_is_shown() {
        assert_eq!(arrives(&[b"a\xff\x9b2Jb\xe5\xa4"], true), "a\\xff\\x9b2Jb\\xe5\\xa4");
        assert_eq!(arrives(&[b"\xe5\xa4", b"\x89 ", b"\xe5", b"!"], true), "\u{5909} \\xe5!");
        assert_eq!(arrives(&[b"\x1b[3", b"\xff", b"1m"], true), "\\x1b[3\\xff1m");
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_goes_on(
            pieces in prop::collection::vec("(\\x1b|\\[|[0-9;m]|\\x9b|\\PC|.|\\n){0,8}", 0..6),
            bytes in prop::collection::vec(any::<u8>(), 0..8),
        ) {
            let mut all: Vec<&[u8]> = pieces.iter().map(|piece| piece.as_bytes()).collect();
            all.push(&bytes);
            let arrived = arrives(&all, false);
            prop_assert!(arrived.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()), "{:?}", arrived);
            let whole = arrives(&[&all.concat()], true);
            prop_assert_eq!(&arrives(&all, true), &whole);
            // What is left of escapes is colour.
            for (at, _) in whole.match_indices('\x1b') {
                prop_assert!(matches!(sequence(&whole[at..]), Sequence::Colour(_)), "{:?}", whole);
            }
        }
    }
}
