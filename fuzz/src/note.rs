//! Any text as a note that comes from elsewhere, shown narrow and wide, and followed through any program.

use raceday::deck::is_forbidden;
use raceday::notes;
use raceday::notes::LineRange;
use raceday::notes::Lines;
use raceday::notes::NoteText;
use raceday::report;
use raceday::report::Page;

/// Does it with one input.
pub fn check(input: (u8, u8, &str, &str)) {
    let (first, last, text, source) = input;
    if let Some(range) = LineRange::new(first.into(), last.into())
        && let Some(noted) = range.of(source)
    {
        let card = "deck/card".parse().expect("a card");
        let lines = Lines { card, range, text: noted };
        assert_eq!(notes::follow(&lines, source), notes::Followed::Here);
        notes::follow(&lines, text);
    }
    let Ok(note) = NoteText::new(text) else { return };
    assert_eq!(NoteText::new(note.as_str()).as_ref(), Ok(&note));
    assert!(!note.title().contains('\n'));
    for width in [40, 80] {
        let mut out = Vec::new();
        report::write_markdown(&mut out, note.as_str(), 2, Page { width, colour: false }).expect("memory takes it");
        let shown = String::from_utf8(out).expect("text");
        assert!(!shown.chars().any(is_forbidden), "{shown:?}");
    }
}
