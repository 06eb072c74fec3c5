//! What exploring a program found, as one page for a browser: each outcome's timeline, one column a thread, and the
//! source beside it.
//!
//! The page is whole: it loads nothing, and says so to the browser. Without its script it is a list; with it, one steps
//! through an outcome with the arrow keys. The script takes what it shows from the page's own text, so whatever a
//! program is called, prints or holds is written here once, as text, and is never code.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::io::Write;

use crate::scenario::Replay;

use super::clean;
use super::clean_line;
use super::exploration::Claimed;
use super::exploration::Exploration;
use super::exploration::UNTOLD;
use super::exploration::Witnessed;
use super::exploration::describe_exception;
use super::exploration::effort;
use super::exploration::hang;
use super::exploration::labels;
use super::exploration::observed;
use super::exploration::reach;
use super::exploration::unconfirmed;
use super::exploration::unviolated;
use super::folding::folded;
use super::races::Race;
use super::races::heading;
use super::races::held;
use super::telling::Extent;
use super::telling::Holdings;
use super::telling::code;
use super::telling::could_go;
use super::telling::describe;
use super::telling::describe_aside;
use super::telling::describe_death;
use super::telling::index_of;
use super::telling::is_failure;
use super::telling::lives;
use super::telling::locks;
use super::telling::name_of;
use super::telling::next_wait;
use super::telling::nothing_told;
use super::telling::repeats;
use super::telling::told;
use super::telling::told_beside;
use super::telling::waiting;
use super::text;
use super::text::Style;

const STYLE: &str = include_str!("html.css");
const SCRIPT: &str = include_str!("html.js");

/// The most steps of an outcome that are shown.
const MOST_STEPS: usize = 2000;
/// How many bytes all timelines take: a row has a cell for each thread, with what it waits for. A browser has its trouble with less.
const MOST_TIMELINES: usize = 64 << 20;
/// The longest value that is shown.
const LONGEST_VALUE: usize = 200;

/// Writes `exploration` as a page. If it is one execution that was asked for by its schedule, `is_replay` says so.
pub fn write_html(out: &mut dyn Write, exploration: &Exploration<'_>, is_replay: bool) -> io::Result<()> {
    let scenario = exploration.scenario;
    let outcomes = text::count(exploration.certain() as u64, "outcome");
    let title = match is_replay {
        true => format!("{}: one order of steps", scenario.name),
        false => format!("{}: {outcomes} of {}", scenario.name, observed(scenario)),
    };
    let title = inline(&title);
    // The browser is told to load nothing, whatever should slip into the page.
    writeln!(
        out,
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="generator" content="Raceday">
<title>{title}</title>
<style>
{STYLE}</style>
</head>
<body>"#
    )?;
    writeln!(out, "<div class=\"stage\">\n<main>\n<header>\n<h1>{title}</h1>")?;
    let labels = labels(exploration);
    if !is_replay {
        write_summary(out, exploration, &labels)?;
    }
    writeln!(
        out,
        "<p class=\"legend faint\"><span class=\"holds\">holds a lock</span> <span class=\"waits\">waits</span></p>"
    )?;
    writeln!(out, "</header>")?;
    let mut room = MOST_TIMELINES;
    for (number, witnessed) in &exploration.outcomes {
        write_outcome(out, exploration, (*number, &labels[number]), witnessed, is_replay, &mut room)?;
    }
    if let Some(races) = &exploration.races {
        write_races(out, &races.told, exploration)?;
    }
    writeln!(out, "</main>")?;
    write_aside(out, &scenario.source)?;
    writeln!(out, "</div>\n<script>\n{SCRIPT}</script>\n</body>\n</html>")
}

/// Writes the list of outcomes, how far the search went, and what became of the claims.
fn write_summary(
    out: &mut dyn Write,
    exploration: &Exploration<'_>,
    labels: &BTreeMap<usize, String>,
) -> io::Result<()> {
    writeln!(out, "<nav aria-label=\"Outcomes\">\n<ol>")?;
    for number in exploration.outcomes.keys() {
        let label = inline(&labels[number]);
        writeln!(out, "<li><a href=\"#outcome-{number}\">{label}</a></li>")?;
    }
    writeln!(out, "</ol>\n</nav>")?;
    if let Some(unconfirmed) = unconfirmed(exploration) {
        writeln!(out, "<p>And {}.</p>", inline(&unconfirmed))?;
    }
    let (style, reach) = reach(exploration);
    writeln!(out, "<p><span class=\"{}\">{}.</span>", class(style), inline(&reach))?;
    writeln!(out, "<span class=\"faint\">{}.</span></p>", inline(&effort(exploration)))?;
    if let Some(hang) = hang(exploration) {
        writeln!(out, "<p class=\"bad\">{}.</p>", inline(&hang))?;
    }
    if !exploration.claims.is_empty() {
        writeln!(out, "<ul>")?;
        for claimed in &exploration.claims {
            let (style, verdict) = verdict(claimed, exploration);
            writeln!(out, "<li class=\"{}\">{}: {verdict}</li>", class(style), inline(&claimed.claim.to_string()))?;
        }
        writeln!(out, "</ul>")?;
    }
    Ok(())
}

/// Returns what became of a claim, with a link to the outcome that breaks it if the page shows that.
fn verdict(claimed: &Claimed, exploration: &Exploration<'_>) -> (Style, String) {
    let Some(violation) = &claimed.violation else {
        let (style, verdict) = unviolated(claimed, exploration);
        return (style, verdict.to_owned());
    };
    let witness = &violation.found.witness;
    match exploration.outcomes.iter().find(|(_, shown)| shown.found.witness == *witness) {
        Some((number, _)) => {
            (Style::Bad, format!("violated, as <a href=\"#outcome-{number}\">outcome {number}</a> shows"))
        }
        None => (Style::Bad, format!("violated by schedule <code>{}</code>", inline(&witness.to_string()))),
    }
}

fn write_outcome(
    out: &mut dyn Write,
    exploration: &Exploration<'_>,
    (number, label): (usize, &str),
    witnessed: &Witnessed,
    is_replay: bool,
    room: &mut usize,
) -> io::Result<()> {
    let found = &witnessed.found;
    let label = inline(label);
    writeln!(out, "<section class=\"outcome\" id=\"outcome-{number}\">\n<h2>{number}. {label}</h2>")?;
    write!(out, "<p class=\"faint\">{}", text::count(found.switches as u64, "switch"))?;
    if !found.witness.threads().is_empty() {
        write!(out, ", schedule <code>{}</code>", inline(&found.witness.to_string()))?;
    }
    writeln!(out, "</p>")?;
    if let Some(stdout) = &found.outcome.stdout
        && stdout.trim_end_matches('\n').contains('\n')
    {
        let printed = if is_replay { stdout.into() } else { folded(stdout) };
        writeln!(out, "<p>printed:</p>\n<pre>{}</pre>", escape(clean(&printed).trim_end_matches('\n')))?;
    }
    for exception in &found.outcome.exceptions {
        writeln!(out, "<p class=\"bad\">{}</p>", escape(&describe_exception(exception, witnessed.replay.as_ref())))?;
    }
    let extent = if is_replay { Extent::Everything } else { Extent::AtMost(MOST_STEPS) };
    let mut timeline = Vec::new();
    if let Some(replay) = witnessed.replay.as_ref().filter(|_| *room > 0) {
        write_timeline(&mut timeline, replay, &exploration.scenario.source, extent)?;
        // The first is there however long it is: somebody asked for it.
        let fits = *room == MOST_TIMELINES || timeline.len() <= *room;
        *room = if fits { room.saturating_sub(timeline.len()) } else { 0 };
        if !fits {
            timeline.clear();
        }
    }
    match timeline.is_empty() {
        true => writeln!(out, "<p class=\"faint\">{}</p>", escape(UNTOLD))?,
        false => out.write_all(&timeline)?,
    }
    if let Some(replay) = &witnessed.replay {
        for blocked in &replay.blocked {
            let place = if blocked.line > 0 { format!(" (line {})", blocked.line) } else { String::new() };
            let name = escape(&name_of(replay, blocked.thread));
            writeln!(out, "<p class=\"bad\">{name}{place} {}</p>", escape(&waiting(replay, blocked)))?;
        }
        if let Some(repeats) = repeats(replay) {
            writeln!(out, "<p class=\"bad\">{}</p>", escape(repeats))?;
        }
        if let Some(death) = &replay.death {
            writeln!(out, "<p class=\"bad\">{}</p>", escape(&describe_death(replay, death)))?;
        }
    }
    writeln!(out, "</section>")
}

/// Writes a row a step and a column a thread.
fn write_timeline(out: &mut dyn Write, replay: &Replay, source: &str, extent: Extent) -> io::Result<()> {
    let steps = told(replay, extent);
    if steps.is_empty() {
        return writeln!(out, "<p class=\"faint\">{}</p>", escape(nothing_told(replay)));
    }
    let columns = columns(replay, &steps);
    let lives = lives(replay);
    let holdings = Holdings::new(replay);
    let lines: Vec<&str> = source.lines().collect();
    writeln!(out, "<div class=\"timeline\">\n<table>\n<thead><tr><th scope=\"col\">step</th>")?;
    for &thread in &columns {
        let name = name_of(replay, replay.execution.threads[thread]);
        writeln!(out, "<th scope=\"col\">{}</th>", escape(&name))?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    let gap = extent.gap(steps.len());
    let mut waiters = BTreeSet::new();
    let mut before = None;
    for (index, &step) in steps.iter().enumerate() {
        if gap.contains(&index) {
            if index == gap.start {
                let skipped = text::count(gap.len() as u64, "step");
                let columns = columns.len() + 1;
                writeln!(out, "<tr><td colspan=\"{columns}\" class=\"faint\">… {skipped} not shown …</td></tr>")?;
            }
            before = None;
            continue;
        }
        let (made, detail) = (&replay.execution.steps[step], &replay.details[step]);
        let Some(actor) = index_of(replay, made.thread) else { continue };
        write!(out, "<tr data-line=\"{}\"", detail.line)?;
        if let Some(value) = &detail.value
            && matches!(detail.verb.as_str(), "read" | "write")
            && !is_failure(value)
        {
            let value = inline(&text::cut(value, LONGEST_VALUE));
            write!(out, " data-place=\"{}\" data-value=\"{value}\"", inline(&detail.location))?;
        }
        writeln!(out, ">\n<th scope=\"row\">{}</th>", index + 1)?;
        for &thread in &columns {
            let waits = lives[thread].is_some_and(|(first, last)| first <= step && step <= last)
                && thread != actor
                && !could_go(made, thread);
            let waits =
                if waits { next_wait(replay, &holdings, thread, step).or(Some("waits".to_owned())) } else { None };
            let is_news = waits.is_some() && waiters.insert(thread);
            if waits.is_none() {
                waiters.remove(&thread);
            }
            let holds = locks(holdings.after(thread, step));
            let names = [(thread == actor, "acts"), (waits.is_some(), "waits"), (!holds.is_empty(), "holds")];
            let names: Vec<&str> = names.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
            write!(out, "<td")?;
            if !names.is_empty() {
                write!(out, " class=\"{}\"", names.join(" "))?;
            }
            if let Some(waits) = &waits {
                write!(out, " data-waits=\"{}\"", escape(waits))?;
            }
            if !holds.is_empty() {
                let holds = escape(&holds);
                write!(out, " data-holds=\"{holds}\" title=\"holds {holds}\"")?;
            }
            write!(out, ">")?;
            if thread == actor {
                if before != Some((actor, detail.line)) && detail.line > 0 {
                    write!(out, "<code>{} {}</code>", detail.line, escape(&code(&lines, detail.line)))?;
                }
                write!(out, "<span class=\"act\">{}</span>", escape(&describe(replay, detail)))?;
                let mut line = detail.line;
                for aside in told_beside(detail) {
                    if aside.line != line && aside.line > 0 {
                        write!(out, "<code>{} {}</code>", aside.line, escape(&code(&lines, aside.line)))?;
                    }
                    line = aside.line;
                    write!(out, "<span class=\"act\">{}</span>", escape(&describe_aside(replay, aside)))?;
                }
            } else if let Some(waits) = waits.filter(|_| is_news) {
                write!(out, "{}", escape(&waits))?;
            }
            writeln!(out, "</td>")?;
        }
        before = Some((actor, detail.asides.last().map_or(detail.line, |aside| aside.line)));
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>")
}

/// Returns the threads that do something in `steps`, or are left waiting.
fn columns(replay: &Replay, steps: &[usize]) -> Vec<usize> {
    let acting = steps.iter().filter_map(|&step| index_of(replay, replay.execution.steps[step].thread));
    let waiting = replay.blocked.iter().filter_map(|blocked| index_of(replay, blocked.thread));
    let shown: BTreeSet<usize> = acting.chain(waiting).collect();
    shown.into_iter().collect()
}

fn write_races(out: &mut dyn Write, races: &[Race], exploration: &Exploration<'_>) -> io::Result<()> {
    let lines: Vec<&str> = exploration.scenario.source.lines().collect();
    let (style, heading) = heading(races.len(), exploration.has_all_races());
    writeln!(out, "<section id=\"races\">\n<h2 class=\"{}\">{}</h2>\n<ol>", class(style), inline(&heading))?;
    for race in races {
        writeln!(out, "<li><strong>{}</strong>\n<ul>", inline(&race.location))?;
        for act in &race.acts {
            let code = escape(&code(&lines, act.line));
            write!(out, "<li><code>{} {code}</code><br>", act.line)?;
            let said = format!("{} by {}, {}", act.verb, act.thread, held(race, act));
            writeln!(out, "{}</li>", inline(&said))?;
        }
        writeln!(out, "</ul></li>")?;
    }
    writeln!(out, "</ol>\n</section>")
}

/// Writes what stands beside the outcomes: where one is, and the source.
fn write_aside(out: &mut dyn Write, source: &str) -> io::Result<()> {
    writeln!(
        out,
        r#"<aside>
<div class="panel">
<p><button type="button" id="back" aria-label="back">←</button> <button type="button" id="on" aria-label="on">→</button>
<strong id="status" role="status"></strong> <span class="faint">arrow keys step, digits choose an outcome</span></p>
<dl id="state"></dl>
</div>"#
    )?;
    let mut lines = String::new();
    for line in source.lines() {
        writeln!(lines, "<li>{}</li>", escape(&clean(line))).expect("a String takes all that is written");
    }
    writeln!(out, "<ol class=\"source\" aria-label=\"source\">\n{lines}</ol>\n</aside>")
}

fn class(style: Style) -> &'static str {
    match style {
        Style::Good => "good",
        Style::Bad => "bad",
        Style::Plain | Style::Strong | Style::Code => "plain",
        Style::Faint => "faint",
    }
}

/// Returns `text` on one line, fit for a page's text and for an attribute in quotes.
fn inline(text: &str) -> String {
    escape(&clean_line(text))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use crate::explore::Unfinished;
    use crate::report::exploration::Races;
    use crate::report::exploration::tests as explorations;
    use crate::report::races;
    use crate::report::samples;
    use crate::scenario::Aside;
    use crate::scenario::Scenario;

    use super::*;

    fn page(exploration: &Exploration<'_>) -> String {
        let mut out = Vec::new();
        write_html(&mut out, exploration, false).expect("a Vec takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    /// Returns what the page says, without its style and script.
    fn body(page: &str) -> &str {
        let start = page.find("<body>").expect("a body");
        &page[start..page.find("<script>").expect("a script")]
    }

    /// Checks that all elements of `html` are closed in the order in which they were opened.
    #[track_caller]
    fn check_nesting(html: &str) {
        let mut open = Vec::new();
        for tag in html.split('<').skip(1) {
            let inside = tag.split_once('>').expect("each tag ends").0;
            let name = inside.split([' ', '\n']).next().expect("a name");
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name), "</{name}>"),
                None if ["!doctype", "meta", "br"].contains(&name) => {}
                None => open.push(name),
            }
        }
        assert_eq!(open, [""; 0]);
    }

    #[test]
    fn what_is_not_confirmed_is_counted_and_not_shown() {
        let scenario = explorations::scenario();
        let mut exploration = explorations::exploration(&scenario);
        exploration.outcomes.remove(&2);
        (exploration.unconfirmed, exploration.unfinished) = (1, Some(Unfinished::Stopped));
        exploration.claims[1].is_unconfirmed = true;
        let page = page(&exploration);
        for text in [
            "<h1>count.py: 1 outcome of count</h1>",
            "<p>And 1 more outcome, found but not confirmed.</p>",
            "The search is not finished, for it was stopped: there may be more outcomes.",
            "no deadlock: a violation was found, but is not confirmed",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
    }

    #[test]
    fn a_page_has_a_timeline_an_outcome_and_the_source() {
        let scenario = explorations::scenario();
        let mut exploration = explorations::exploration(&scenario);
        exploration.outcomes.remove(&2);
        exploration.found = 1;
        exploration.races = Some(Races { told: vec![races::tests::race()], is_cut: false });
        let page = page(&exploration);
        insta::assert_snapshot!(body(&page), @r##"
        <body>
        <div class="stage">
        <main>
        <header>
        <h1>count.py: 1 outcome of count</h1>
        <nav aria-label="Outcomes">
        <ol>
        <li><a href="#outcome-1">count = 1</a></li>
        </ol>
        </nav>
        <p><span class="good">Every order was explored: nothing else can happen.</span>
        <span class="faint">6 executions in 3.1 ms, Python 3.11.7.</span></p>
        <ul>
        <li class="bad">always count == 2: violated, as <a href="#outcome-1">outcome 1</a> shows</li>
        <li class="good">no deadlock: holds in every order</li>
        </ul>
        <p class="legend faint"><span class="holds">holds a lock</span> <span class="waits">waits</span></p>
        </header>
        <section class="outcome" id="outcome-1">
        <h2>1. count = 1</h2>
        <p class="faint">4 switches, schedule <code>0*3 1*2 2*2 1 0*2</code></p>
        <div class="timeline">
        <table>
        <thead><tr><th scope="col">step</th>
        <th scope="col">MainThread</th>
        <th scope="col">Thread-1 (work)</th>
        <th scope="col">Thread-2 (work)</th>
        </tr></thead>
        <tbody>
        <tr data-line="10">
        <th scope="row">1</th>
        <td class="acts"><code>10 for t in threads: t.start()</code><span class="act">start Thread-2</span></td>
        <td></td>
        <td></td>
        </tr>
        <tr data-line="7" data-place="count" data-value="0">
        <th scope="row">2</th>
        <td class="waits" data-waits="waits for Thread-1 to end">waits for Thread-1 to end</td>
        <td class="acts"><code>7 count += 1</code><span class="act">read count → 0</span></td>
        <td></td>
        </tr>
        <tr data-line="7" data-place="count" data-value="0">
        <th scope="row">3</th>
        <td class="waits" data-waits="waits for Thread-1 to end"></td>
        <td></td>
        <td class="acts"><code>7 count += 1</code><span class="act">read count → 0</span></td>
        </tr>
        <tr data-line="7" data-place="count" data-value="1">
        <th scope="row">4</th>
        <td class="waits" data-waits="waits for Thread-1 to end"></td>
        <td></td>
        <td class="acts"><span class="act">write count ← 1</span></td>
        </tr>
        <tr data-line="7" data-place="count" data-value="1">
        <th scope="row">5</th>
        <td class="waits" data-waits="waits for Thread-1 to end"></td>
        <td class="acts"><code>7 count += 1</code><span class="act">write count ← 1</span></td>
        <td></td>
        </tr>
        <tr data-line="11">
        <th scope="row">6</th>
        <td class="acts"><code>11 for t in threads: t.join()</code><span class="act">join Thread-1</span></td>
        <td></td>
        <td></td>
        </tr>
        <tr data-line="11">
        <th scope="row">7</th>
        <td class="acts"><span class="act">join Thread-2</span></td>
        <td></td>
        <td></td>
        </tr>
        </tbody>
        </table>
        </div>
        </section>
        <section id="races">
        <h2 class="bad">1 race: two acts on the same data that no synchronisation keeps apart</h2>
        <ol>
        <li><strong>count</strong>
        <ul>
        <li><code>7 count += 1</code><br>read by Thread-1 (work), holding no lock</li>
        <li><code>7 count += 1</code><br>write by Thread-2 (work), holding lock</li>
        </ul></li>
        </ol>
        </section>
        </main>
        <aside>
        <div class="panel">
        <p><button type="button" id="back" aria-label="back">←</button> <button type="button" id="on" aria-label="on">→</button>
        <strong id="status" role="status"></strong> <span class="faint">arrow keys step, digits choose an outcome</span></p>
        <dl id="state"></dl>
        </div>
        <ol class="source" aria-label="source">
        <li>import threading</li>
        <li></li>
        <li>count = 0</li>
        <li></li>
        <li>def work():</li>
        <li>    global count</li>
        <li>    count += 1</li>
        <li></li>
        <li>threads = [threading.Thread(target=work) for _ in range(2)]</li>
        <li>for t in threads: t.start()</li>
        <li>for t in threads: t.join()</li>
        </ol>
        </aside>
        </div>
        "##);
        check_nesting(&page[..page.find("<style>").expect("a style")].replace("<html lang=\"en\">\n<head>", ""));
        check_nesting(&body(&page).replacen("<body>", "", 1));
    }

    #[test]
    fn who_holds_and_who_waits_is_said_in_each_row() {
        let scenario = Scenario::new("deadlock.py", samples::DEADLOCK);
        let mut exploration = explorations::exploration(&scenario);
        exploration.outcomes.get_mut(&1).expect("is shown").replay = Some(samples::deadlock());
        let page = page(&exploration);
        assert!(page.contains("<td class=\"holds\" data-holds=\"a\" title=\"holds a\"></td>"), "{page}");
        assert!(page.contains("Thread-1 (line 6) waits for b, which Thread-2 holds</p>"), "{page}");
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        let scenario = explorations::scenario();
        let page = page(&explorations::exploration(&scenario));
        for foreign in ["http://", "https://", "src=", "@import", "url(", "<link", "fetch(", "innerHTML"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
    }

    #[test]
    fn what_a_program_says_stays_text() {
        let hostile =
            "</script><script>alert(1)</script><img src=x onerror='alert(2)' \"q\">&amp;\u{202e}\x1b[2J\0]]>--><!--";
        let scenario = Scenario {
            observe: Some(hostile.to_owned()),
            ..Scenario::new(hostile, format!("{hostile}\n{hostile}").repeat(6))
        };
        let mut exploration = explorations::exploration(&scenario);
        exploration.python = hostile;
        for witnessed in exploration.outcomes.values_mut() {
            let outcome = &mut witnessed.found.outcome;
            outcome.value = Some(hostile.to_owned());
            for exception in &mut outcome.exceptions {
                exception.thread = hostile.to_owned();
                exception.class = hostile.to_owned();
                exception.message = hostile.to_owned();
            }
            let replay = witnessed.replay.as_mut().expect("it is told");
            replay.names.iter_mut().for_each(|name| *name = hostile.to_owned());
            for detail in &mut replay.details {
                detail.location = hostile.to_owned();
                detail.value = Some(hostile.to_owned());
                detail.holds = vec![hostile.to_owned()];
                let (verb, location, value) = (hostile.to_owned(), hostile.to_owned(), Some(hostile.to_owned()));
                detail.asides = vec![Aside { line: 2, verb, location, value }];
            }
            replay.details[5].verb = hostile.to_owned();
        }
        let mut printing = exploration.outcomes[&1].clone();
        printing.found.outcome.value = None;
        printing.found.outcome.stdout = Some(format!("{hostile}\n{hostile}"));
        exploration.outcomes.insert(3, printing);
        exploration.found = 3;
        exploration.claims[0].claim = crate::report::Claim::Never(hostile.to_owned());
        let mut race = races::tests::race();
        race.location = hostile.to_owned();
        race.acts[0].thread = hostile.to_owned();
        race.acts[0].verb = hostile.to_owned();
        race.acts[0].holds = vec![hostile.to_owned()];
        exploration.races = Some(Races { told: vec![race], is_cut: false });
        let page = page(&exploration);
        assert!(page.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'));
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</script").count(), 1);
        for tag in ["<img", "<!--", "onerror='", "\"q\""] {
            assert!(!page.contains(tag), "{tag}");
        }
        check_nesting(&body(&page).replacen("<body>", "", 1));
    }

    /// A page is put together whole before it is written: one took 457 MB.
    #[test]
    fn all_timelines_together_are_bounded() {
        let scenario = explorations::scenario();
        let exploration = explorations::exploration(&scenario);
        let witnessed = exploration.outcomes[&1].clone();
        let mut room = MOST_TIMELINES;
        let write = |room: &mut usize| {
            let mut out = Vec::new();
            write_outcome(&mut out, &exploration, (1, "x"), &witnessed, false, room).expect("a Vec takes all");
            String::from_utf8(out).expect("UTF-8").contains("<table>")
        };
        assert!(write(&mut room));
        let one = MOST_TIMELINES - room;
        assert!(one > 500);
        let mut room = one * 2 + 1;
        assert_eq!([(); 4].map(|()| write(&mut room)), [true, true, false, false]);
    }

    #[test]
    fn the_middle_of_a_very_long_outcome_is_left_out() {
        let scenario = explorations::scenario();
        let mut exploration = explorations::exploration(&scenario);
        let replay = exploration.outcomes.get_mut(&1).and_then(|shown| shown.replay.as_mut()).expect("is shown");
        let (step, detail) = (replay.execution.steps[4].clone(), replay.details[4].clone());
        replay.execution.steps.splice(4..4, std::iter::repeat_n(step, 2 * MOST_STEPS));
        replay.details.splice(4..4, std::iter::repeat_n(detail, 2 * MOST_STEPS));
        exploration.outcomes.remove(&2);
        exploration.found = 1;
        let page = page(&exploration);
        assert!(page.contains("steps not shown …"), "{}", page.len());
        assert_eq!(page.matches("<tr data-line").count(), MOST_STEPS);
    }
}
