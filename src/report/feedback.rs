//! What became of an answer: right or wrong, why for each of its parts, and the executions that show it.

use std::io;
use std::io::Write;

use crate::deck::Cloze;
use crate::deck::Kind;
use crate::deck::Part;
use crate::explore::Report;
use crate::grade::Change;
use crate::grade::Fit;
use crate::grade::GapFit;
use crate::grade::Judgement;
use crate::grade::Mark;
use crate::grade::Parts;
use crate::grade::Pick;
use crate::grade::Truth;
use crate::scenario::Replay;
use crate::session::Shown;

use super::clean_line;
use super::markdown::write_markdown;
use super::question::code;
use super::question::judgement_text;
use super::question::outcome_text;
use super::question::prose;
use super::steps::Extent;
use super::steps::write_blocked;
use super::steps::write_steps;
use super::text;
use super::text::Page;
use super::text::Style;
use super::text::count;

/// How many steps of an execution are shown.
const MOST_STEPS: usize = 60;

/// The widest column of picks that has its reasons beside it.
const WIDEST_COLUMN: usize = 24;

/// Writes what became of an answer, but for the executions and the explanation.
pub fn write_feedback(out: &mut dyn Write, shown: &Shown<'_>, page: Page) -> io::Result<()> {
    let (style, symbol, words) = match shown.graded.mark {
        Mark::Right => (Style::Good, "✓", "Right."),
        Mark::Nearly => (Style::Bad, "≈", "Nearly: a slip away. It counts as wrong unless you rate it otherwise."),
        Mark::Wrong => (Style::Bad, "✗", "Not right."),
        Mark::Undecided => {
            (Style::Strong, "?", "Not decided: the search did not finish, so it is not held against you.")
        }
    };
    for line in text::wrap(&format!("{symbol} {words}"), page.width(), 2) {
        writeln!(out, "{}", page.paint(style, &line))?;
    }
    match &shown.graded.parts {
        Parts::Recall => {}
        Parts::Gaps(gaps) => {
            writeln!(out)?;
            gaps.iter().try_for_each(|gap| write_gap(out, gap, page))?;
            if let Kind::Cloze(cloze) = &shown.asked.subject.question.kind {
                writeln!(out)?;
                write_markdown(out, &filled(cloze), 2, page)?;
            }
        }
        Parts::Picks(picks) => {
            writeln!(out)?;
            write_picks(out, shown, picks, page)?;
        }
    }
    Ok(())
}

/// Writes the explanation of a question, if it has one.
pub fn write_explanation(out: &mut dyn Write, shown: &Shown<'_>, page: Page) -> io::Result<()> {
    let Some(explain) = &shown.asked.subject.question.explain else { return Ok(()) };
    writeln!(out)?;
    write_markdown(out, explain, 0, page)
}

/// Returns the outcomes of the report that show something of the answer, those first that it got wrong.
pub fn evidence(shown: &Shown<'_>) -> Vec<usize> {
    let Parts::Picks(picks) = &shown.graded.parts else { return Vec::new() };
    let (right, wrong): (Vec<&Pick>, Vec<&Pick>) =
        in_order(shown, picks).into_iter().map(|(_, pick)| pick).partition(|pick| pick.is_right() == Some(true));
    let mut outcomes = Vec::new();
    for found in wrong.into_iter().chain(right).filter_map(|pick| pick.truth.outcome()) {
        if !outcomes.contains(&found) {
            outcomes.push(found);
        }
    }
    outcomes
}

/// Writes the execution that shows an outcome of the report, thread by thread.
pub fn write_evidence(
    out: &mut dyn Write,
    shown: &Shown<'_>,
    outcome: usize,
    replay: &Replay,
    page: Page,
) -> io::Result<()> {
    let subject = shown.asked.subject;
    let (Some(report), Some(scenario)) = (&shown.report, subject.scenario()) else { return Ok(()) };
    let Some(found) = report.outcomes.get(outcome) else { return Ok(()) };
    let Some(what) = shown_by(shown, outcome) else { return Ok(()) };
    let switches = count(found.switches as u64, "context switch");
    writeln!(out)?;
    for line in text::wrap(&format!("How it comes to this: {what} ({switches})"), page.width(), 2) {
        writeln!(out, "{}", page.paint(Style::Strong, &line))?;
    }
    write_steps(out, replay, &scenario.source, Extent::AtMost(MOST_STEPS), page)?;
    write_blocked(out, replay, page)?;
    for exception in &found.outcome.exceptions {
        let swallowed = if exception.swallowed { " (swallowed: nobody asked the future)" } else { "" };
        let text = format!("  {} raised {}: {}{swallowed}", exception.thread, exception.class, exception.message);
        for line in text::wrap(&clean_line(&text), page.width(), 4) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Returns what an outcome of the report shows of the answer.
fn shown_by(shown: &Shown<'_>, outcome: usize) -> Option<String> {
    let Parts::Picks(picks) = &shown.graded.parts else { return None };
    let place = picks.iter().position(|pick| pick.truth == Truth::Witnessed(outcome))?;
    match &shown.asked.subject.question.kind {
        Kind::Outcomes { choices, .. } => Some(clean_line(&outcome_text(&choices[place])).into_owned()),
        _ => Some(judgement_text(Judgement::ALL[place]).to_owned()),
    }
}

/// Returns the picks with their places in the deck, in the order in which they were shown.
fn in_order<'p>(shown: &Shown<'_>, picks: &'p [Pick]) -> Vec<(usize, &'p Pick)> {
    match shown.asked.order.is_empty() {
        true => picks.iter().enumerate().collect(),
        false => shown.asked.order.iter().map(|&place| (place, &picks[place])).collect(),
    }
}

fn write_picks(out: &mut dyn Write, shown: &Shown<'_>, picks: &[Pick], page: Page) -> io::Result<()> {
    let kind = &shown.asked.subject.question.kind;
    // Painted as a whole below, so no piece of it has a colour of its own.
    let plain = Page { colour: false, ..page };
    let what = |place: usize| match kind {
        Kind::Choice { options } => prose(&options[place].text, page.width() - 4, plain),
        Kind::Outcomes { choices, .. } => outcome_text(&choices[place]),
        _ => judgement_text(Judgement::ALL[place]).to_owned(),
    };
    let picks: Vec<(usize, &Pick, String)> =
        in_order(shown, picks).into_iter().map(|(place, pick)| (place, pick, what(place))).collect();
    let short = picks.iter().map(|(_, _, what)| text::width(what)).filter(|width| *width <= WIDEST_COLUMN);
    let column = short.max().unwrap_or_default();
    for (place, pick, what) in picks {
        let (symbol, style) = match (pick.is_right(), pick.picked) {
            (None, _) => ("?", Style::Plain),
            (Some(true), true) => ("✓", Style::Good),
            (Some(true), false) => ("·", Style::Faint),
            (Some(false), _) => ("✗", Style::Bad),
        };
        let head = if style == Style::Faint { Style::Plain } else { Style::Strong };
        let reason = reason(pick, shown.report.as_ref(), kind);
        let padded = text::pad(&what, column);
        let line = format!("{padded}  {reason}");
        let symbol = page.paint(style, symbol);
        if !what.contains('\n') && text::width(&line) + 2 <= page.width() {
            writeln!(out, "{symbol} {}", format!("{}  {reason}", page.paint(head, &padded)).trim_end())?;
        } else {
            for (row, line) in what.lines().enumerate() {
                let before = if row == 0 { &symbol } else { " " };
                writeln!(out, "{before} {}", page.paint(head, line))?;
            }
            for line in text::wrap(&reason, page.width() - 4, 0).iter().filter(|line| !line.is_empty()) {
                writeln!(out, "    {line}")?;
            }
        }
        if let Kind::Choice { options } = kind
            && let Some(feedback) = &options[place].feedback
        {
            write_markdown(out, feedback, 4, page)?;
        }
    }
    Ok(())
}

/// Returns what is so, how that is known, and what the learner said of it.
fn reason(pick: &Pick, report: Option<&Report>, kind: &Kind) -> String {
    let executions = report.map_or(0, |report| report.executions);
    let all = count(executions, "execution");
    let results = matches!(kind, Kind::Outcomes { .. });
    let so = match (pick.truth, results) {
        (Truth::Key(true), _) => "right".to_owned(),
        (Truth::Key(false), _) if pick.picked => "wrong".to_owned(),
        (Truth::Key(false), _) => return String::new(),
        (Truth::Witnessed(_), true) => "possible".to_owned(),
        (Truth::Refuted, true) if executions == 1 => {
            "impossible: the only execution there is ends otherwise".to_owned()
        }
        (Truth::Refuted, true) => format!("impossible: none of all {all} ends so"),
        (Truth::Witnessed(_), false) => "yes: an execution shows it".to_owned(),
        (Truth::Proven, _) if executions == 1 => "yes: the only execution there is shows it".to_owned(),
        (Truth::Proven, _) => format!("yes: all {all} agree, and there are no others"),
        (Truth::Refuted, false) => format!("no: none of all {all} does"),
        (Truth::Contradicted(_), _) => "no: an execution shows otherwise".to_owned(),
        (Truth::Unknown, _) => format!("not known: {all} did not show it, but not all were made"),
    };
    match (pick.picked, pick.is_right()) {
        (true, Some(false)) => format!("{so}; you picked it"),
        (false, Some(false)) => format!("{so}; you left it out"),
        _ => so,
    }
}

fn write_gap(out: &mut dyn Write, gap: &GapFit, page: Page) -> io::Result<()> {
    let wanted = code(&gap.wanted, page);
    let typed = if gap.typed.is_empty() { "nothing".to_owned() } else { code(&gap.typed, page) };
    let line = match &gap.fit {
        Fit::Same => format!("{} {wanted}", page.paint(Style::Good, "✓")),
        Fit::Near(changes) => {
            let symbol = page.paint(Style::Bad, "≈");
            format!("{symbol} {wanted} was wanted; you typed {typed}: {}", difference(changes, page))
        }
        Fit::Other => format!("{} {wanted} was wanted; you typed {typed}", page.paint(Style::Bad, "✗")),
    };
    writeln!(out, "{line}")
}

/// Returns the way from what was typed to what was wanted: `a[+c]quire`, `lock[-k]`.
fn difference(changes: &[Change], page: Page) -> String {
    let pieces = changes.iter().map(|change| match change {
        Change::Kept(text) => clean_line(text).into_owned(),
        Change::Missing(text) => page.paint(Style::Good, &format!("[+{}]", clean_line(text))),
        Change::Surplus(text) => page.paint(Style::Bad, &format!("[-{}]", clean_line(text))),
    });
    pieces.collect()
}

/// Returns the Markdown of a text with its gaps filled.
fn filled(cloze: &Cloze) -> String {
    let parts = cloze.parts.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Gap(gap) => format!("**{}**", gap.accepted[0]),
    });
    parts.collect()
}
