//! The text of one of a deck's files: decoding, lines, and characters that must not be in it.

use super::problem::Problem;

/// A file's text, and where its lines begin.
pub(super) struct Source {
    /// The path inside the deck.
    pub(super) path: String,
    /// The text without a byte-order mark; what is not UTF-8 is replaced by U+FFFD.
    pub(super) text: String,
    /// The offset of each line's first byte.
    line_starts: Vec<usize>,
    /// How many characters begin before every [`BLOCK`]th byte. A file can be one line, and asking for the columns
    /// of everything in it must not take the square of its length.
    characters: Vec<usize>,
}

/// See [`Source::characters`].
const BLOCK: usize = 4096;

impl Source {
    /// Decodes `bytes`. What is wrong with them is told to `fault` with the bytes of the text that it is about.
    /// Returns the source, and whether it is text at all.
    pub(super) fn decode(path: &str, bytes: &[u8], mut fault: impl FnMut(usize, usize, Problem)) -> (Source, bool) {
        let marked = bytes.strip_prefix(b"\xef\xbb\xbf");
        let content = marked.unwrap_or(bytes);
        let text = String::from_utf8_lossy(content).into_owned();
        let decoded = match std::str::from_utf8(content) {
            Ok(_) => true,
            Err(error) => {
                // Up to here the lossy text is the file's, so the offset holds in both.
                let start = error.valid_up_to();
                let byte = bytes.len() - content.len() + start;
                let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
                fault(start, start + char::REPLACEMENT_CHARACTER.len_utf8(), Problem::NotUtf8 { byte, utf16 });
                false
            }
        };
        if decoded {
            let mut characters = text.char_indices().peekable();
            while let Some((start, character)) = characters.next() {
                let line_break = character == '\r' && characters.peek().is_some_and(|&(_, next)| next == '\n');
                if is_forbidden(character) && !line_break {
                    fault(start, start + character.len_utf8(), Problem::ForbiddenCharacter { character });
                }
            }
        }
        let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(index, _)| index + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        let mut count = 0;
        let mut characters = Vec::with_capacity(text.len() / BLOCK + 1);
        for block in text.as_bytes().chunks(BLOCK) {
            characters.push(count);
            count += block.iter().filter(|&&byte| begins_character(byte)).count();
        }
        (Source { path: path.to_owned(), text, line_starts, characters }, decoded)
    }

    /// Returns the text with each forbidden character replaced by as many question marks as it has bytes: what is
    /// told once is not stumbled over again, and every place stays where it is.
    pub(super) fn without_forbidden(&self) -> String {
        let mut clean = String::with_capacity(self.text.len());
        for character in self.text.chars() {
            if is_forbidden(character) && character != '\r' {
                clean.extend(std::iter::repeat_n('?', character.len_utf8()));
            } else {
                clean.push(character);
            }
        }
        clean
    }

    /// Returns which line, counted from 0, the byte at `offset` is in.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start <= offset) - 1
    }

    /// Returns which column, counted from 0 in characters, the byte at `offset` is in.
    pub(super) fn column_of(&self, offset: usize) -> usize {
        self.characters_before(offset) - self.characters_before(self.line_starts[self.line_of(offset)])
    }

    fn characters_before(&self, offset: usize) -> usize {
        // The end of the text may be the end of a block, which begins no other.
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let rest = &self.text.as_bytes()[block * BLOCK..offset];
        let counted = self.characters.get(block).copied().unwrap_or(0);
        counted + rest.iter().filter(|&&byte| begins_character(byte)).count()
    }

    /// Returns the offset of the first byte of a line, counted from 0.
    pub(super) fn line_start(&self, line: usize) -> usize {
        self.line_starts[line]
    }

    /// Returns a line, counted from 0, without its line break.
    pub(super) fn line(&self, line: usize) -> &str {
        let end = self.line_starts.get(line + 1).copied().unwrap_or(self.text.len());
        self.text[self.line_starts[line]..end].trim_end_matches(['\n', '\r'])
    }
}

/// Returns whether a byte of UTF-8 is the first of a character.
fn begins_character(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// Returns whether a character may not stand in a deck: it would move a terminal's cursor, hide, or show text in
/// another order than it has.
pub fn is_forbidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // Words of some scripts and emoji are spelt with these; they hide no less elsewhere, but there is no telling by the
        // character alone: the joiners, and the selectors of how an emoji looks.
        '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => false,
        // Line and paragraph separators; what stands around annotations between the lines.
        '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' => true,
        // What Unicode would have nothing shown for (Default_Ignorable_Code_Point in DerivedCoreProperties.txt, the same from
        // version 14 on): soft hyphens, spaces and operators without width, fillers, selectors of variants, the byte-order mark,
        // tags, and all that changes the direction of text.
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => character.is_control() || is_meaningless(character),
    }
}

/// Returns whether a character means nothing but between those who agreed on something (private use), or is none: what a terminal makes of
/// it nobody knows.
pub(super) fn is_meaningless(character: char) -> bool {
    match character {
        '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..='\u{10ffff}' => true,
        _ => u32::from(character) & 0xfffe == 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], faults: &[(usize, usize, &str)]) {
        let mut found = Vec::new();
        Source::decode("a", bytes, |start, end, problem| found.push((start, end, problem.to_string())));
        let found: Vec<_> = found.iter().map(|(start, end, problem)| (*start, *end, problem.as_str())).collect();
        assert_eq!(found, faults);
    }

    #[test]
    fn text_is_utf_8() {
        check("a\tä\r\n\u{1f980} \u{200d}\n".as_bytes(), &[]);
        check(b"\xef\xbb\xbfa", &[]);
        check(b"a\xe4b\xe4", &[(1, 4, "the file is not UTF-8: it breaks at byte 1")]);
        check(b"\xef\xbb\xbfa\xe4", &[(1, 4, "the file is not UTF-8: it breaks at byte 4")]);
        check(b"\xff\xfea\0", &[(0, 3, "the file is not UTF-8: it breaks at byte 0")]);
    }

    #[test]
    fn characters_that_deceive_are_found() {
        check(b"a\0", &[(1, 2, "the control character U+0000 is not allowed")]);
        check(b"\x1b[2J", &[(0, 1, "the control character U+001B is not allowed")]);
        check(b"a\rb", &[(1, 2, "the control character U+000D is not allowed")]);
        check("a\u{85}".as_bytes(), &[(1, 3, "the control character U+0085 is not allowed")]);
        check("\u{202e}".as_bytes(), &[(0, 3, "the invisible character U+202E is not allowed")]);
        check("a\u{feff}".as_bytes(), &[(1, 4, "the invisible character U+FEFF is not allowed")]);
        check("\u{2028}".as_bytes(), &[(0, 3, "the invisible character U+2028 is not allowed")]);
        check("ad\u{ad}min".as_bytes(), &[(2, 4, "the invisible character U+00AD is not allowed")]);
        check("\u{3164} = 1".as_bytes(), &[(0, 3, "the invisible character U+3164 is not allowed")]);
        check("a\u{e000}".as_bytes(), &[(1, 4, "the undefined character U+E000 is not allowed")]);
        check("\u{1ffff}".as_bytes(), &[(0, 4, "the undefined character U+1FFFF is not allowed")]);
        check("a\u{e0100}".as_bytes(), &[(1, 5, "the invisible character U+E0100 is not allowed")]);
    }

    #[test]
    fn what_words_are_spelt_with_is_allowed() {
        for text in [
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "☎\u{fe0e}",
            "e\u{301}",
            "한글",
        ] {
            check(text.as_bytes(), &[]);
        }
    }

    #[test]
    fn no_character_is_forbidden_but_those_that_do_not_show() {
        let forbidden = ('\0'..=char::MAX).filter(|&character| is_forbidden(character));
        let (control, invisible): (Vec<char>, Vec<char>) = forbidden.partition(|character| character.is_control());
        // Those for private use, of which two whole planes are but for their last two, and the others that are no characters.
        let (meaningless, invisible): (Vec<char>, Vec<char>) =
            invisible.into_iter().partition(|&it| is_meaningless(it));
        assert_eq!(meaningless.len(), 6400 + 2 * 0x10000 + 32 + 15 * 2);
        // All but the line break and the tab; the 4174 that are ignorable, without four and with five more.
        assert_eq!((control.len(), invisible.len()), (65 - 2, 4174 - 4 + 5));
    }

    #[test]
    fn cleaned_text_keeps_every_place() {
        let (source, _) = Source::decode("a", "ä\u{202e}b\0\r\nc".as_bytes(), |_, _, _| ());
        assert_eq!(source.without_forbidden(), "ä???b?\r\nc");
    }

    #[test]
    fn lines_end_at_line_breaks() {
        let (source, _) = Source::decode("a", b"ab\r\n\nc", |_, _, _| ());
        assert_eq!((source.line(0), source.line(1), source.line(2)), ("ab", "", "c"));
        assert_eq!([0, 3, 4, 5, 6].map(|offset| source.line_of(offset)), [0, 0, 1, 2, 2]);
    }

    #[test]
    fn columns_count_characters() {
        let (source, _) = Source::decode("a", "äb\nä\u{1f980}c".as_bytes(), |_, _, _| ());
        assert_eq!([0, 2, 3, 4, 6, 10, 11].map(|offset| source.column_of(offset)), [0, 1, 2, 0, 1, 2, 3]);
        for length in [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let text = "ä".repeat(length);
            let (source, _) = Source::decode("a", text.as_bytes(), |_, _, _| ());
            for character in [0, 1, length / 2, length - 1, length] {
                assert_eq!(source.column_of(2 * character), character);
            }
        }
        assert_eq!(Source::decode("a", b"", |_, _, _| ()).0.column_of(0), 0);
    }
}
