//! Lines of a given width: measuring, wrapping, cutting, and what little colour there is.

use std::io;
use std::io::Write;

use unicode_width::UnicodeWidthChar as _;
use unicode_width::UnicodeWidthStr as _;

/// How many characters may share a column: a family's emoji has seven in two.
const MOST_IN_A_COLUMN: usize = 8;

/// What text is written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many columns there are.
    pub width: usize,
    /// Whether colour is understood. Nothing is said by colour alone.
    pub colour: bool,
}

impl Page {
    /// The narrowest page that is written for; on a narrower one, lines are too long.
    pub const NARROWEST: usize = 40;

    /// Returns the usable width.
    pub fn width(&self) -> usize {
        self.width.max(Self::NARROWEST)
    }

    /// Returns `text` in `style`, if there is colour.
    pub fn paint(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Plain => return text.to_owned(),
            Style::Strong => "1",
            Style::Faint => "2",
            Style::Good => "32",
            Style::Bad => "31",
            Style::Code => "36",
        };
        if self.colour && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// How a piece of text looks where there is colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// Headings.
    Strong,
    /// What the eye may skip.
    Faint,
    /// What is as it should be.
    Good,
    /// What is not.
    Bad,
    /// Code.
    Code,
}

/// Returns how many columns `text` takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Returns `text` on as many lines of at most `room` columns as it needs, each but the first indented by `hanging`.
/// Breaks at spaces, or within a word that is longer than a line. The first line's own indentation stays.
pub fn wrap(text: &str, room: usize, hanging: usize) -> Vec<String> {
    let hanging = hanging.min(room / 2);
    let start = text.len() - text.trim_start_matches(' ').len();
    let mut lines = Vec::new();
    let mut line = text[..start].to_owned();
    // The columns that `line` takes. To measure it again for each character would take the square of its length, and
    // a word of characters without width has no end.
    let mut columns = start;
    let mut line_is_empty = true;
    for word in text[start..].split(' ') {
        let gap = usize::from(!line_is_empty);
        // A word that is longer than a line is broken anyway, so it may as well begin here.
        let word_columns = word.width();
        let fits_alone = word_columns <= room - hanging;
        if !line_is_empty && fits_alone && columns + gap + word_columns > room {
            lines.push(std::mem::replace(&mut line, " ".repeat(hanging)));
            columns = hanging;
            line_is_empty = true;
        }
        if !line_is_empty {
            line.push(' ');
            columns += 1;
        }
        line_is_empty = false;
        if columns + word_columns <= room {
            line.push_str(word);
            columns += word_columns;
            continue;
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            if columns + wide > room && columns > hanging {
                let rest = line.split_off(break_in_word(&line, room / 2));
                let rest = rest.trim_start_matches(' ');
                columns = hanging + rest.width();
                lines.push(std::mem::replace(&mut line, " ".repeat(hanging) + rest));
            }
            line.push(c);
            columns += wide;
        }
    }
    lines.push(line);
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// Returns where to break a line that ends within a word: after a sign that ends a part of it, or at its end.
fn break_in_word(line: &str, least: usize) -> usize {
    let after = line.rfind(['(', '[', '{', ',', '.', '/', '=', '-']).map(|at| at + 1);
    after.filter(|at| *at > least).unwrap_or(line.len())
}

/// Writes a paragraph, wrapped to the page.
pub fn write_wrapped(out: &mut dyn Write, text: &str, page: Page) -> io::Result<()> {
    wrap(text, page.width(), 2).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Returns `text` cut to `room` columns, with `…` in place of what is lost. Characters without width are not without
/// number: what has more characters than any writing needs for so many columns is cut too.
pub fn cut(text: &str, room: usize) -> String {
    let most = room.saturating_mul(MOST_IN_A_COLUMN);
    let fits = text.chars().nth(most).is_none() && text.width() <= room;
    if fits {
        return text.to_owned();
    }
    let mut end = 0;
    let mut columns = 0;
    for c in text.chars().take(most) {
        columns += c.width().unwrap_or(0);
        if columns + 1 > room {
            break;
        }
        end += c.len_utf8();
    }
    format!("{}…", &text[..end])
}

/// Returns `text` filled up with spaces to `room` columns.
pub fn pad(text: &str, room: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', room.saturating_sub(text.width())));
    padded
}

/// Returns `1 step`, `2 steps`, `1,234 steps`.
pub fn count(number: u64, one: &str) -> String {
    let plural = match one {
        _ if number == 1 => "",
        _ if one.ends_with("sh") || one.ends_with("ch") => "es",
        _ => "s",
    };
    format!("{} {one}{plural}", grouped(number))
}

/// Returns `1,234`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_hang() {
        assert_eq!(wrap("one two three", 80, 2), ["one two three"]);
        assert_eq!(wrap("one two three", 9, 2), ["one two", "  three"]);
        assert_eq!(wrap("    indented text", 12, 6), ["    indented", "      text"]);
        assert_eq!(wrap("", 10, 2), [""]);
    }

    #[test]
    fn long_words_break_anywhere() {
        assert_eq!(wrap("abcdefghij", 4, 1), ["abcd", " efg", " hij"]);
        assert_eq!(wrap("12 abcdefghij", 6, 4), ["12 abc", "   def", "   ghi", "   j"]);
        assert_eq!(wrap("Thread(target=one)", 16, 2), ["Thread(target=", "  one)"]);
        assert_eq!(wrap("変数変数", 5, 0), ["変数", "変数"]);
        // A space at which a line is broken is in neither part.
        assert_eq!(
            wrap("wait(fs, return_when=FIRST_COMPLETED)", 14, 2),
            ["wait(fs,", "  return_when=", "  FIRST_COMPLE", "  TED)"]
        );
    }

    #[test]
    fn wide_signs_count_as_they_show() {
        assert_eq!(width("変数"), 4);
        assert_eq!(cut("変数変数", 5), "変数…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(pad("変", 4), "変  ");
    }

    #[test]
    fn signs_without_width_neither_vanish_nor_go_on_for_ever() {
        let marks = "\u{301}".repeat(100_000);
        assert_eq!(cut(&marks, 5).chars().count(), 41);
        assert_eq!(cut("e\u{301}e\u{301}", 2), "e\u{301}e\u{301}");
        assert_eq!(wrap(&format!("a {marks} b"), 4, 2).concat().chars().count(), 100_004);
    }

    #[test]
    fn numbers_are_grouped_and_nouns_agree() {
        assert_eq!(count(1, "step"), "1 step");
        assert_eq!(count(0, "step"), "0 steps");
        assert_eq!(count(1_234_567, "execution"), "1,234,567 executions");
        assert_eq!(count(2, "switch"), "2 switches");
    }
}
