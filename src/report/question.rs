//! A question as it is asked: its place in the session, its text, its program with line numbers, its options.

use std::io;
use std::io::Write;

use crate::deck::Claim;
use crate::deck::Cloze;
use crate::deck::Concept;
use crate::deck::Kind;
use crate::deck::OutcomeChoice;
use crate::deck::Part;
use crate::grade::Judgement;
use crate::scenario::Ending;
use crate::scenario::Scenario;
use crate::session::Asked;

use super::clean;
use super::clean_line;
use super::markdown::write_markdown;
use super::text;
use super::text::Page;
use super::text::Style;

/// What stands left of a program's lines.
const CODE_INDENT: &str = "  ";

/// Writes all of a question but its options.
pub fn write_question(out: &mut dyn Write, asked: &Asked<'_>, page: Page) -> io::Result<()> {
    let subject = asked.subject;
    write_head(out, asked, page)?;
    writeln!(out)?;
    write_markdown(out, &subject.question.ask, 0, page)?;
    match &subject.question.kind {
        Kind::Cloze(cloze) => {
            writeln!(out)?;
            write_markdown(out, &with_gaps(cloze), 2, page)?;
        }
        Kind::Outcomes { scenario, .. } => {
            writeln!(out)?;
            write_code(out, scenario, page)?;
            let observed = match &scenario.observe {
                Some(expression) => format!("What counts is {} at the end.", span(expression)),
                None => "What counts is all that is printed.".to_owned(),
            };
            write_markdown(out, &observed, CODE_INDENT.len(), page)?;
        }
        Kind::Verdict { scenario, claim } => {
            writeln!(out)?;
            write_code(out, scenario, page)?;
            let claimed = match claim {
                Claim::Always(expression) => format!("The claim: {} is true at the end.", span(expression)),
                Claim::Never(expression) => format!("The claim: {} is never true at the end.", span(expression)),
            };
            write_markdown(out, &claimed, CODE_INDENT.len(), page)?;
        }
        Kind::Recall { .. } | Kind::Choice { .. } => {}
    }
    for (place, hint) in asked.hints.iter().enumerate() {
        writeln!(out)?;
        write_hint(out, place + 1, hint, page)?;
    }
    writeln!(out)
}

/// Writes a hint, the `number`th of its question.
pub fn write_hint(out: &mut dyn Write, number: usize, hint: &str, page: Page) -> io::Result<()> {
    let label = format!("Hint {number}:");
    writeln!(out, "{}", page.paint(Style::Strong, &label))?;
    write_markdown(out, hint, 2, page)
}

/// Writes the teaching note of a concept.
pub fn write_teaching(out: &mut dyn Write, concept: &Concept, page: Page) -> io::Result<()> {
    writeln!(out, "{}", page.paint(Style::Faint, &"─".repeat(page.width())))?;
    writeln!(out, "{}\n", page.paint(Style::Strong, &clean_line(&concept.title)))?;
    write_markdown(out, &concept.teach, 0, page)?;
    if !concept.refs.is_empty() {
        writeln!(out)?;
        for reference in &concept.refs {
            let text = format!("See {}: {}", clean_line(&reference.title), clean_line(&reference.url));
            text::write_wrapped(out, &text, page)?;
        }
    }
    writeln!(out)
}

/// Writes a program with its name and the numbers of its lines.
pub fn write_code(out: &mut dyn Write, scenario: &Scenario, page: Page) -> io::Result<()> {
    let digits = scenario.source.lines().count().to_string().len().max(2);
    let name = text::cut(&clean_line(&scenario.name), page.width() / 2);
    writeln!(out, "{CODE_INDENT}{}", page.paint(Style::Faint, &format!("{:>digits$} ┌ {name}", "")))?;
    let room = page.width().saturating_sub(CODE_INDENT.len() + digits + 3).max(Page::NARROWEST / 2);
    for (place, line) in scenario.source.lines().enumerate() {
        let line = clean(line);
        let indentation = line.len() - line.trim_start().len();
        // A line that is too long goes on below, further in, with no number of its own.
        for (row, text) in text::wrap(&line, room, indentation + 8).iter().enumerate() {
            let number = if row == 0 { (place + 1).to_string() } else { String::new() };
            let gutter = page.paint(Style::Faint, &format!("{number:>digits$} │"));
            writeln!(out, "{}", format!("{CODE_INDENT}{gutter} {text}").trim_end())?;
        }
    }
    Ok(())
}

/// Returns the texts of what can be picked, in the order in which it is shown, wrapped to `page` less `indent`.
pub fn options(asked: &Asked<'_>, indent: usize, page: Page) -> Vec<String> {
    let room = page.width().saturating_sub(indent).max(Page::NARROWEST / 2);
    let texts: Vec<String> = match &asked.subject.question.kind {
        Kind::Verdict { .. } => return Judgement::ALL.map(|judgement| judgement_text(judgement).to_owned()).to_vec(),
        Kind::Choice { options } => options.iter().map(|option| prose(&option.text, room, page)).collect(),
        Kind::Outcomes { choices, .. } => choices.iter().map(outcome_text).collect(),
        Kind::Recall { .. } | Kind::Cloze(_) => Vec::new(),
    };
    asked.order.iter().map(|&place| texts[place].clone()).collect()
}

/// Returns what a judgement says of a claim.
pub(super) fn judgement_text(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Holds => "it holds in every order",
        Judgement::Breaks => "some order breaks it",
        Judgement::Sticks => "some order gets stuck",
    }
}

/// Returns what an outcome looks like.
pub fn outcome_text(choice: &OutcomeChoice) -> String {
    match choice {
        OutcomeChoice::Value(value) if value.trim().is_empty() => "(nothing)".to_owned(),
        OutcomeChoice::Value(value) => clean(value.trim_end_matches('\n')).into_owned(),
        OutcomeChoice::Ending(Ending::Deadlock) => "it ends in a deadlock".to_owned(),
        OutcomeChoice::Ending(Ending::Spin) => "a loop waits for ever".to_owned(),
        OutcomeChoice::Ending(Ending::Livelock) => "it ends in a livelock: threads try again for ever".to_owned(),
        OutcomeChoice::Ending(ending) => format!("{ending:?}").to_lowercase(),
    }
}

/// Returns Markdown on lines of at most `room` columns.
pub(super) fn prose(markdown: &str, room: usize, page: Page) -> String {
    let mut lines = Vec::new();
    write_markdown(&mut lines, markdown, 0, Page { width: room, ..page }).expect("a Vec takes all that is written");
    String::from_utf8(lines).expect("what is written is text").trim_end().to_owned()
}

fn write_head(out: &mut dyn Write, asked: &Asked<'_>, page: Page) -> io::Result<()> {
    let subject = asked.subject;
    let place = match asked.again {
        true => "Once more".to_owned(),
        false => format!("Question {} of {}", asked.number, asked.of),
    };
    let title = clean_line(&subject.concept().title);
    let left = format!("{place} · {title}{}", if asked.new && !asked.again { " · new" } else { "" });
    let right = subject.card().to_string();
    let gap = page.width().saturating_sub(text::width(&left) + text::width(&right));
    let rule = page.paint(Style::Faint, &"─".repeat(page.width()));
    writeln!(out, "{rule}")?;
    if gap < 2 {
        return writeln!(out, "{}", page.paint(Style::Strong, &left));
    }
    writeln!(out, "{}{}{}", page.paint(Style::Strong, &left), " ".repeat(gap), page.paint(Style::Faint, &right))
}

/// Returns the Markdown of a text whose gaps are marked: `[…]`, or by numbers where there are several.
fn with_gaps(cloze: &Cloze) -> String {
    let single = cloze.gaps().count() == 1;
    let mut number = 0;
    let parts = cloze.parts.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Gap(_) if single => "[…]".to_owned(),
        Part::Gap(_) => {
            number += 1;
            format!("[{number}…]")
        }
    });
    parts.collect()
}

pub(super) fn code(text: &str, page: Page) -> String {
    let text = clean_line(text);
    if page.colour { page.paint(Style::Code, &text) } else { format!("`{text}`") }
}

/// Returns `text` as a span of code in Markdown, whatever it holds.
fn span(text: &str) -> String {
    let fence = "`".repeat(text.split(|c| c != '`').map(str::len).max().unwrap_or(0) + 1);
    format!("{fence} {} {fence}", clean_line(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_a_span_of_code_whatever_it_holds() {
        for text in ["x", "`", "a``b", "'`' in text", " `x` "] {
            let mut out = Vec::new();
            write_markdown(&mut out, &span(text), 0, Page { width: 60, colour: false }).expect("a Vec takes all");
            assert_eq!(String::from_utf8(out).expect("text"), format!("`{text}`\n"));
        }
    }

    #[test]
    fn lines_that_are_too_long_go_on_below_without_a_number() {
        let source = "def f():\n    first, second = sorted((source, target), key=lambda account: account.number)\n";
        let mut out = Vec::new();
        let page = Page { width: 60, colour: false };
        write_code(&mut out, &Scenario::new("a.py", source), page).expect("a Vec takes all");
        insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"), @"
             ┌ a.py
           1 │ def f():
           2 │     first, second = sorted((source, target),
             │             key=lambda account: account.number)
        ");
    }
}
