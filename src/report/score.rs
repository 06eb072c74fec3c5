//! What a session came to.

use std::io;
use std::io::Write;

use crate::session::Mode;
use crate::session::Summary;

use super::clean_line;
use super::text;
use super::text::Page;
use super::text::Style;
use super::text::count;
use super::text::cut;
use super::text::pad;

/// The widest column of concepts' titles.
const WIDEST_TITLE: usize = 40;

/// How many missed questions are named.
const MOST_MISSED: usize = 10;

/// Writes what a session came to.
pub fn write_summary(out: &mut dyn Write, summary: &Summary<'_>, mode: Mode, page: Page) -> io::Result<()> {
    writeln!(out, "{}", page.paint(Style::Faint, &"─".repeat(page.width())))?;
    if summary.answered == 0 {
        writeln!(out, "Nothing was answered.")?;
    } else {
        let decided = summary.answered - summary.undecided;
        let score = match mode {
            Mode::Quiz => format!("Score: {} of {decided}", summary.right),
            Mode::Review => format!("{}: {} of {decided} right", count(summary.answered as u64, "card"), summary.right),
        };
        let new = if summary.new > 0 { format!(", {} new", summary.new) } else { String::new() };
        writeln!(out, "{}", page.paint(Style::Strong, &format!("{score}{new}")))?;
        write_concepts(out, summary, page)?;
    }
    for line in remarks(summary, mode) {
        for line in text::wrap(&line, page.width(), 2) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn write_concepts(out: &mut dyn Write, summary: &Summary<'_>, page: Page) -> io::Result<()> {
    let titles: Vec<String> =
        summary.concepts.iter().map(|score| cut(&clean_line(&score.concept.title), WIDEST_TITLE)).collect();
    let column = titles.iter().map(|title| text::width(title)).max().unwrap_or_default();
    writeln!(out)?;
    for (score, title) in summary.concepts.iter().zip(&titles) {
        let marks = "●".repeat(score.right) + &"○".repeat(score.answered - score.right);
        let style = if score.right == score.answered { Style::Good } else { Style::Bad };
        let figures = format!("{} of {}", score.right, score.answered);
        writeln!(out, "  {}  {figures}  {}", pad(title, column), page.paint(style, &marks))?;
    }
    writeln!(out)
}

fn remarks(summary: &Summary<'_>, mode: Mode) -> Vec<String> {
    let mut remarks = Vec::new();
    if !summary.missed.is_empty() {
        let cards: Vec<String> = summary.missed.iter().take(MOST_MISSED).map(ToString::to_string).collect();
        let more = match summary.missed.len() - cards.len() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        remarks.push(format!("Missed: {}{more}.", cards.join(", ")));
    }
    if summary.retried > 0 {
        remarks.push(format!("Asked once more: {}, right then: {}.", summary.retried, summary.mended));
    }
    if summary.undecided > 0 {
        remarks.push(format!("Not decided, and not held against you: {}.", summary.undecided));
    }
    if !summary.skipped.is_empty() {
        let them = count(summary.skipped.len() as u64, "question");
        remarks.push(format!("Left out, because the program could not be run: {them}."));
    }
    if summary.left > 0 {
        let later = match mode {
            Mode::Review => ", left for the next review",
            Mode::Quiz => "",
        };
        remarks.push(format!("Not asked: {}{later}.", count(summary.left as u64, "question")));
    }
    remarks
}
