//! Makes text from elsewhere safe to show: no control codes, nothing that turns the direction of writing, nothing invisible.
//!
//! Whatever a program printed, a deck says or a learner typed passes here before it reaches a terminal, where an
//! escape sequence could rewrite what stands above it, and a change of direction could make code read as what it is
//! not. Two texts that differ in an invisible character would look the same, and be told apart all the same by a program. What
//! is not shown as it is, is shown as an escape, so that nothing vanishes.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::deck::is_forbidden;

/// Returns `text` fit for several lines: line breaks stay, tabs become spaces.
pub fn clean(text: &str) -> Cow<'_, str> {
    escape(text, |c| match c {
        '\n' => Fate::Stays,
        '\t' => Fate::Becomes("    "),
        _ => fate(c),
    })
}

/// Returns `text` fit for one line: line breaks and tabs are shown as escapes.
pub fn clean_line(text: &str) -> Cow<'_, str> {
    escape(text, |c| match c {
        '\n' => Fate::Becomes("\\n"),
        '\t' => Fate::Becomes("\\t"),
        _ => fate(c),
    })
}

/// Returns `json` with the same meaning, and nothing in it that a terminal would obey.
pub fn clean_json(json: &str) -> Cow<'_, str> {
    // Outside of strings, JSON has none of these characters but line breaks.
    escape(json, |c| match c {
        '\n' => Fate::Stays,
        _ if is_forbidden(c) => Fate::JsonEscaped,
        _ => Fate::Stays,
    })
}

enum Fate {
    Stays,
    Becomes(&'static str),
    Escaped,
    JsonEscaped,
}

fn fate(c: char) -> Fate {
    // What no deck may hold is shown of no program either.
    if is_forbidden(c) { Fate::Escaped } else { Fate::Stays }
}

fn escape(text: &str, fate: impl Fn(char) -> Fate) -> Cow<'_, str> {
    if text.chars().all(|c| matches!(fate(c), Fate::Stays)) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let code = u32::from(c);
        let written = match fate(c) {
            Fate::Stays => {
                cleaned.push(c);
                Ok(())
            }
            Fate::Becomes(other) => {
                cleaned.push_str(other);
                Ok(())
            }
            // As Python's `repr` would.
            Fate::Escaped if code < 0x100 => write!(cleaned, "\\x{code:02x}"),
            Fate::Escaped if code < 0x10000 => write!(cleaned, "\\u{code:04x}"),
            Fate::Escaped => write!(cleaned, "\\U{code:08x}"),
            Fate::JsonEscaped => {
                c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(cleaned, "\\u{unit:04x}"))
            }
        };
        written.expect("a String takes all that is written");
    }
    Cow::Owned(cleaned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_as_an_escape() {
        for (text, shown) in [
            ("plain text, naïve, 変数, 👩‍💻", "plain text, naïve, 変数, 👩‍💻"),
            ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
            ("a\rb\x08c\x7fd", "a\\x0db\\x08c\\x7fd"),
            ("\u{9b}31m", "\\x9b31m"),
            ("if admin\u{202e}: \u{2066}x\u{200f}", "if admin\\u202e: \\u2066x\\u200f"),
            ("a\u{feff}b\u{2028}c\u{e0041}", "a\\ufeffb\\u2028c\\U000e0041"),
            ("ad\u{ad}min \u{200b}\u{2063}\u{3164}", "ad\\xadmin \\u200b\\u2063\\u3164"),
            ("a\u{fe00}\u{e01ef}\u{34f}\u{fff9}", "a\\ufe00\\U000e01ef\\u034f\\ufff9"),
            ("می\u{200c}خواهم, क्\u{200d}ष, ❤\u{fe0f}, e\u{301}", "می\u{200c}خواهم, क्\u{200d}ष, ❤\u{fe0f}, e\u{301}"),
            ("a\u{e000}b\u{f8ff}c\u{fdd0}d\u{1ffff}e\u{10fffd}", "a\\ue000b\\uf8ffc\\ufdd0d\\U0001ffffe\\U0010fffd"),
            ("\u{fffd}\u{fffc}", "\u{fffd}\u{fffc}"),
            ("two\nlines\tand a tab", "two\nlines    and a tab"),
        ] {
            assert_eq!(clean(text), shown);
        }
    }

    #[test]
    fn a_line_stays_one() {
        assert_eq!(clean_line("a\nb\tc\r\n"), "a\\nb\\tc\\x0d\\n");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let text = "\u{9b}31m \u{202e} \u{e0041} \u{ad} \x7f é";
        let json = serde_json::to_string(text).expect("a string");
        let cleaned = clean_json(&json);
        assert_eq!(cleaned, "\"\\u009b31m \\u202e \\udb40\\udc41 \\u00ad \\u007f é\"");
        assert_eq!(serde_json::from_str::<String>(&cleaned).expect("JSON"), text);
    }
}
