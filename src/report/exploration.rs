//! What exploring a program found: its outcomes with a witness each, what became of the claims, and how far the search
//! went. Also a single execution that was asked for by its schedule.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;
use std::io;
use std::io::Write;
use std::time::Duration;

use crate::explore::Found;
use crate::explore::Report;
use crate::explore::Unfinished;
use crate::scenario::Ending;
use crate::scenario::Exception;
use crate::scenario::Hang;
use crate::scenario::Outcome;
use crate::scenario::Replay;
use crate::scenario::Scenario;

use super::clean;
use super::clean_line;
use super::folding::Piece;
use super::folding::fold;
use super::folding::folded;
use super::races::Race;
use super::races::write_races;
use super::steps::write_end;
use super::steps::write_steps;
use super::telling::Extent;
use super::telling::line_raised;
use super::telling::shown_name;
use super::text;
use super::text::Page;
use super::text::Style;

/// The most outcomes that are shown to a person.
pub const MOST_OUTCOMES: usize = 50;
/// The most steps of a witness that are shown.
const MOST_STEPS: usize = 60;
/// The most of one that was cut off: how it ends tells little.
const MOST_STEPS_CUT_OFF: usize = 20;
/// How many lines of what a program printed are shown unless all of it is wished for.
const MOST_LINES: usize = 200;
/// What is said in place of the steps where there is no room for them.
pub(super) const UNTOLD: &str =
    "its steps are not kept, for those before take all the room: `--replay` with its schedule shows them";
/// The most of a value, a message or a line that is shown in a heading.
const LONGEST: usize = 400;

/// What is known of a program after exploring it.
#[derive(Clone, Debug)]
pub struct Exploration<'a> {
    /// The program.
    pub scenario: &'a Scenario,
    /// The version of the Python that ran it.
    pub python: &'a str,
    /// Why not every order was explored, if not each was.
    pub unfinished: Option<Unfinished>,
    /// How many executions were made.
    pub executions: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// How many outcomes were found that look different (see [`distinct`]).
    pub found: usize,
    /// How many of them are not confirmed. If some are not, those that are confirmed are all that is shown.
    pub unconfirmed: usize,
    /// Those of them that are shown, by their places among all, counted from 1.
    pub outcomes: BTreeMap<usize, Witnessed>,
    /// What became of each claim that was made.
    pub claims: Vec<Claimed>,
    /// The races, if they were looked for.
    pub races: Option<Races>,
}

/// The races that were found.
#[derive(Clone, Debug)]
pub struct Races {
    /// Those that executions were looked at for.
    pub told: Vec<Race>,
    /// Whether there are executions that were not looked at.
    pub is_cut: bool,
}

impl Exploration<'_> {
    /// Returns whether every order was explored.
    pub(super) fn is_exhaustive(&self) -> bool {
        self.unfinished.is_none()
    }

    /// Returns how many outcomes are certain to be there.
    pub(super) fn certain(&self) -> usize {
        self.found - self.unconfirmed
    }

    /// Returns whether no other races can be found: executions are looked at until their process dies, if it does.
    pub(super) fn has_all_races(&self) -> bool {
        let crashes = |witnessed: &Witnessed| witnessed.found.outcome.ending == Ending::Crash;
        let is_cut = self.races.as_ref().is_some_and(|races| races.is_cut);
        self.is_exhaustive() && !is_cut && !self.outcomes.values().any(crashes)
    }
}

/// An outcome and the execution that shows it.
#[derive(Clone, Debug)]
pub struct Witnessed {
    /// The outcome, and how to get it.
    pub found: Found,
    /// The execution, told in full; nothing if there was no room for it beside those of the outcomes before.
    pub replay: Option<Replay>,
}

/// A claim about every execution, and what became of it.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// What is claimed.
    pub claim: Claim,
    /// What breaks it, if something does.
    pub violation: Option<Witnessed>,
    /// Whether something was found that breaks it, and is not confirmed.
    pub is_unconfirmed: bool,
}

/// Something that is claimed of every execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The expression is true whenever an execution ends.
    Always(String),
    /// The expression is true at no execution's end.
    Never(String),
    /// No execution ends in a deadlock.
    NoDeadlock,
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Claim::Always(expression) => write!(f, "always {}", clean_line(expression)),
            Claim::Never(expression) => write!(f, "never {}", clean_line(expression)),
            Claim::NoDeadlock => f.write_str("no deadlock"),
        }
    }
}

/// Returns the outcomes of `report` that look different: by value or printed text, ending and exceptions. Of those that
/// look the same, the witness with the fewest switches stays.
pub fn distinct(report: &Report) -> Vec<Found> {
    let mut distinct: Vec<Found> = Vec::new();
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    for found in &report.outcomes {
        match places.entry(look(&found.outcome)) {
            Entry::Vacant(place) => {
                place.insert(distinct.len());
                distinct.push(found.clone());
            }
            Entry::Occupied(place) => {
                let same = &mut distinct[*place.get()];
                let executions = same.executions + found.executions;
                if found.switches < same.switches {
                    *same = found.clone();
                }
                same.executions = executions;
            }
        }
    }
    // Numbers in the order of numbers, which that of their digits is not.
    let number = |found: &Found| found.outcome.value.as_deref().and_then(|value| value.parse::<i128>().ok());
    distinct.sort_by_key(|found| number(found).map_or((true, 0), |number| (false, number)));
    distinct
}

/// Returns the places of those of `outcomes` that a person is shown: all, or of very many the first of each kind, by its
/// ending and the classes of its exceptions, and as many of the others as there is room for. What prints few lines comes first: of a loop
/// that goes on and on, what comes of few turns is what anybody has seen.
pub fn worth_showing<'a>(outcomes: impl ExactSizeIterator<Item = &'a Outcome>) -> BTreeSet<usize> {
    let count = outcomes.len();
    if count <= MOST_OUTCOMES {
        return (0..count).collect();
    }
    let mut kinds = BTreeSet::new();
    let mut chosen = BTreeSet::new();
    let mut outcomes: Vec<(usize, &Outcome)> = outcomes.enumerate().collect();
    outcomes.sort_by_key(|(_, outcome)| outcome.stdout.as_deref().map_or(0, |text| text.lines().count()));
    for &(place, outcome) in &outcomes {
        let classes: Vec<&str> = outcome.exceptions.iter().map(|exception| exception.class.as_str()).collect();
        if chosen.len() < MOST_OUTCOMES && kinds.insert((outcome.ending, classes)) {
            chosen.insert(place);
        }
    }
    let others = outcomes.into_iter().map(|(place, _)| place).filter(|place| !chosen.contains(place));
    let others: Vec<usize> = others.take(MOST_OUTCOMES - chosen.len()).collect();
    chosen.extend(others);
    chosen
}

/// Returns what can be seen of an outcome.
fn look(outcome: &Outcome) -> (&Option<String>, &Option<String>, Ending, &[Exception]) {
    (&outcome.value, &outcome.stdout, outcome.ending, &outcome.exceptions)
}

/// Writes the whole of `exploration` for people.
pub fn write_exploration(out: &mut dyn Write, exploration: &Exploration<'_>, page: Page) -> io::Result<()> {
    let worth_showing = worth_showing(exploration.outcomes.values().map(|witnessed| &witnessed.found.outcome));
    let outcomes = exploration.outcomes.iter().enumerate().filter(|(place, _)| worth_showing.contains(place));
    let shown: BTreeMap<usize, &Witnessed> = outcomes.map(|(_, (number, witnessed))| (*number, witnessed)).collect();
    let labels = labels(exploration);
    write_summary(out, exploration, &shown, &labels, page)?;
    for (number, witnessed) in &shown {
        writeln!(out)?;
        write_heading(out, *number, &labels[number], page)?;
        write_witnessed(out, witnessed, &exploration.scenario.source, page)?;
    }
    if !exploration.claims.is_empty() {
        writeln!(out)?;
        for claimed in &exploration.claims {
            write_claimed(out, exploration, &shown, claimed, page)?;
        }
    }
    if let Some(races) = &exploration.races {
        writeln!(out)?;
        write_races(out, &races.told, &exploration.scenario.source, exploration.has_all_races(), page)?;
    }
    Ok(())
}

/// Writes an exploration that was one execution, asked for by its schedule.
pub fn write_replay(out: &mut dyn Write, exploration: &Exploration<'_>, page: Page) -> io::Result<()> {
    let scenario = exploration.scenario;
    for witnessed in exploration.outcomes.values() {
        let head = format!("{}: {}", clean_line(&scenario.name), label(&witnessed.found.outcome, scenario));
        writeln!(out, "{}", page.paint(Style::Strong, &text::cut(&head, page.width())))?;
        write_details(out, witnessed, &scenario.source, Extent::Everything, page)?;
    }
    for claimed in &exploration.claims {
        let (style, verdict) = match claimed.violation {
            Some(_) => (Style::Bad, "violated here"),
            None => (Style::Plain, "not violated here"),
        };
        for line in text::wrap(&format!("{}: {verdict}", claimed.claim), page.width(), 2) {
            writeln!(out, "{}", page.paint(style, &line))?;
        }
    }
    Ok(())
}

/// Writes the steps of an outcome's witness, and what there is to say of its end.
pub fn write_witnessed(out: &mut dyn Write, witnessed: &Witnessed, source: &str, page: Page) -> io::Result<()> {
    let most = if witnessed.found.outcome.ending == Ending::Limit { MOST_STEPS_CUT_OFF } else { MOST_STEPS };
    write_details(out, witnessed, source, Extent::AtMostOfReplay(most), page)
}

fn write_details(
    out: &mut dyn Write,
    witnessed: &Witnessed,
    source: &str,
    extent: Extent,
    page: Page,
) -> io::Result<()> {
    let found = &witnessed.found;
    let mut schedule = text::count(found.switches as u64, "switch");
    if !found.witness.threads().is_empty() {
        let whole = found.witness.to_string();
        let shown = match extent {
            Extent::Everything => whole.clone(),
            _ => text::cut(&whole, LONGEST),
        };
        schedule.push_str(&format!(", schedule {shown}"));
        if shown != whole {
            schedule.push_str(" (`--json` has all of it)");
        }
    }
    for line in text::wrap(&format!("  {schedule}"), page.width(), 4) {
        writeln!(out, "{}", page.paint(Style::Faint, &line))?;
    }
    if let Some(stdout) = &found.outcome.stdout
        && stdout.trim_end_matches('\n').contains('\n')
    {
        writeln!(out, "  printed:")?;
        write_printed(out, stdout, extent)?;
    }
    for exception in &found.outcome.exceptions {
        for line in
            text::wrap(&format!("  {}", describe_exception(exception, witnessed.replay.as_ref())), page.width(), 4)
        {
            writeln!(out, "{}", page.paint(Style::Bad, &line))?;
        }
    }
    let Some(replay) = &witnessed.replay else {
        return text::write_wrapped(out, &format!("  {UNTOLD}"), page);
    };
    write_steps(out, replay, source, extent, page)?;
    write_end(out, replay, page)
}

/// Writes the lines that a program printed, or as many of them and as much of each as a person would read.
fn write_printed(out: &mut dyn Write, stdout: &str, extent: Extent) -> io::Result<()> {
    let lines: Vec<&str> = stdout.trim_end_matches('\n').lines().collect();
    if extent == Extent::Everything {
        return lines.iter().try_for_each(|line| writeln!(out, "    {}", clean(line)));
    }
    let pieces = fold(&lines);
    for piece in pieces.iter().take(MOST_LINES) {
        writeln!(out, "    {}", text::cut(&clean(&piece.text()), LONGEST))?;
    }
    match pieces.iter().skip(MOST_LINES).map(Piece::lines).sum() {
        0 => Ok(()),
        more => writeln!(out, "    … and {} more", text::count(more, "line")),
    }
}

/// Writes how many outcomes there are, which, and how far the search went.
fn write_summary(
    out: &mut dyn Write,
    exploration: &Exploration<'_>,
    shown: &BTreeMap<usize, &Witnessed>,
    labels: &BTreeMap<usize, String>,
    page: Page,
) -> io::Result<()> {
    let observed = observed(exploration.scenario);
    let outcomes = text::count(exploration.certain() as u64, "outcome");
    let name = clean_line(&exploration.scenario.name);
    let head = format!("{name}: {outcomes} of {observed}");
    for line in text::wrap(&head, page.width(), 2) {
        writeln!(out, "{}", page.paint(Style::Strong, &line))?;
    }
    let digits = exploration.found.to_string().len();
    for number in shown.keys() {
        let text = format!("  {number:>digits$}. {}", labels[number]);
        for line in text::wrap(&text, page.width(), digits + 5) {
            writeln!(out, "{line}")?;
        }
    }
    match exploration.certain() - shown.len() {
        0 => {}
        more => {
            let more = text::count(more as u64, "more outcome");
            let text = format!("  … and {more}: `--json` and `--html FILE` have all of them");
            text::write_wrapped(out, &text, page)?;
        }
    }
    if let Some(unconfirmed) = unconfirmed(exploration) {
        text::write_wrapped(out, &format!("  … and {unconfirmed}"), page)?;
    }
    let (style, reach) = reach(exploration);
    for line in text::wrap(&format!("{reach}."), page.width(), 0) {
        writeln!(out, "{}", page.paint(style, &line))?;
    }
    if let Some(hang) = hang(exploration) {
        text::write_wrapped(out, &format!("  {hang}"), page)?;
    }
    writeln!(out, "{}", page.paint(Style::Faint, &effort(exploration)))
}

/// Returns where an execution hung, if one did.
pub(super) fn hang(exploration: &Exploration<'_>) -> Option<String> {
    match &exploration.unfinished {
        Some(Unfinished::Hang(hang)) => Some(describe_hang(hang)),
        _ => None,
    }
}

/// Returns where an execution hung: `Thread-2 was at line 7 when its time was over, after schedule 0*3 2`.
pub fn describe_hang(hang: &Hang) -> String {
    let place = if hang.line > 0 { format!("was at line {}", hang.line) } else { "ran".to_owned() };
    let schedule = text::cut(&hang.schedule.to_string(), LONGEST);
    format!("{} {place} when its time was over, after schedule {schedule}", shown_name(&hang.name))
}

/// Returns how many outcomes more were found, if some are not confirmed.
pub(super) fn unconfirmed(exploration: &Exploration<'_>) -> Option<String> {
    let more = (exploration.unconfirmed > 0).then_some(exploration.unconfirmed as u64)?;
    Some(format!("{}, found but not confirmed", text::count(more, "more outcome")))
}

/// Returns what is observed of `scenario`.
pub(super) fn observed(scenario: &Scenario) -> String {
    match &scenario.observe {
        Some(expression) => clean_line(expression).into_owned(),
        None => "what it prints".to_owned(),
    }
}

/// Returns what exploring took.
pub(super) fn effort(exploration: &Exploration<'_>) -> String {
    format!(
        "{} in {}, Python {}",
        text::count(exploration.executions, "execution"),
        duration(exploration.elapsed),
        clean_line(exploration.python)
    )
}

/// Returns how far the search went, without a full stop.
pub(super) fn reach(exploration: &Exploration<'_>) -> (Style, String) {
    match &exploration.unfinished {
        None => (Style::Good, "Every order was explored: nothing else can happen".to_owned()),
        Some(Unfinished::Steps) => {
            let text = "Some executions were cut off at the step limit: more may happen beyond it";
            (Style::Bad, text.to_owned())
        }
        Some(why) => {
            let why = why_unfinished(why);
            (Style::Bad, format!("The search is not finished, for {why}: there may be more outcomes"))
        }
    }
}

/// Returns why a search is not finished, to follow a "for".
pub fn why_unfinished(unfinished: &Unfinished) -> String {
    let why = match unfinished {
        Unfinished::Steps => "some executions were cut off at the step limit",
        Unfinished::Executions => "it made as many executions as it may",
        Unfinished::Time => "its time was over",
        Unfinished::Stopped => "it was stopped",
        Unfinished::Room => "what it found leaves no room for more",
        Unfinished::Hang(hang) => return format!("an order did not end within {} s", hang.seconds),
        Unfinished::Deaths => "the interpreter died too often",
        Unfinished::Sharing => "threads shared something new each time",
        Unfinished::Lives => "it is not known in every order when which object dies",
        Unfinished::Order => "sets of futures come in too many orders",
        Unfinished::Library => "threads use one thing of the library at once that lets others in while it works",
    };
    why.to_owned()
}

fn write_heading(out: &mut dyn Write, number: usize, label: &str, page: Page) -> io::Result<()> {
    let mut head = format!("── {number}. {} ", text::cut(label, page.width() - 12));
    let rest = page.width().saturating_sub(text::width(&head));
    head.extend(std::iter::repeat_n('─', rest));
    writeln!(out, "{}", page.paint(Style::Strong, &head))
}

fn write_claimed(
    out: &mut dyn Write,
    exploration: &Exploration<'_>,
    outcomes: &BTreeMap<usize, &Witnessed>,
    claimed: &Claimed,
    page: Page,
) -> io::Result<()> {
    let claim = &claimed.claim;
    let Some(violation) = &claimed.violation else {
        let (style, verdict) = unviolated(claimed, exploration);
        let lines = text::wrap(&format!("{claim}: {verdict}"), page.width(), 2);
        return lines.iter().try_for_each(|line| writeln!(out, "{}", page.paint(style, line)));
    };
    let same = outcomes.iter().find(|(_, shown)| shown.found.witness == violation.found.witness);
    let shown = match same {
        Some((number, _)) => format!("violated, as outcome {number} shows"),
        None => "violated in this order:".to_owned(),
    };
    for line in text::wrap(&format!("{claim}: {shown}"), page.width(), 2) {
        writeln!(out, "{}", page.paint(Style::Bad, &line))?;
    }
    match same {
        Some(_) => Ok(()),
        None => write_witnessed(out, violation, &exploration.scenario.source, page),
    }
}

/// Returns what is known of a claim that nothing is shown to break.
pub(super) fn unviolated(claimed: &Claimed, exploration: &Exploration<'_>) -> (Style, &'static str) {
    match exploration.is_exhaustive() {
        _ if claimed.is_unconfirmed => (Style::Bad, "a violation was found, but is not confirmed"),
        true => (Style::Good, "holds in every order"),
        false => (Style::Plain, "not violated so far, but the search is not finished"),
    }
}

/// Returns the shown outcomes on one line each, by their numbers. Where only the messages of exceptions tell two apart, these
/// are there as well.
pub(super) fn labels(exploration: &Exploration<'_>) -> BTreeMap<usize, String> {
    let scenario = exploration.scenario;
    let mut labels: BTreeMap<usize, String> = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (number, witnessed) in &exploration.outcomes {
        let label = label(&witnessed.found.outcome, scenario);
        *counts.entry(label.clone()).or_default() += 1;
        labels.insert(*number, label);
    }
    for (number, label) in &mut labels {
        let outcome = &exploration.outcomes[number].found.outcome;
        if counts[label] > 1 {
            for exception in &outcome.exceptions {
                let message = short_line(&exception.message);
                label.push_str(&format!("; {}: {message}", shown_class(exception)));
            }
        }
    }
    labels
}

/// Returns an outcome on one line: `account.balance = 300, with ValueError in Thread-1`.
pub fn label(outcome: &Outcome, scenario: &Scenario) -> String {
    if outcome.ending == Ending::Crash {
        return describe_ending(Ending::Crash).to_owned();
    }
    let mut label = match (&outcome.value, &outcome.stdout) {
        (Some(value), _) => {
            let observe = scenario.observe.as_deref().unwrap_or("value");
            format!("{} = {}", short_line(observe), short_line(value))
        }
        (None, Some(stdout)) => match stdout.trim_end_matches('\n') {
            "" => "prints nothing".to_owned(),
            text => {
                format!("prints {}", short_line(&folded(text).replace('\n', " ⏎ ")))
            }
        },
        (None, None) => match &scenario.observe {
            Some(observe) => format!("{} could not be evaluated", short_line(observe)),
            None => String::new(),
        },
    };
    let ending = describe_ending(outcome.ending);
    if outcome.ending != Ending::Finished {
        label = if label.is_empty() || outcome.stdout.as_deref() == Some("") {
            ending.to_owned()
        } else {
            format!("{ending}; {label}")
        };
    } else if label.is_empty() {
        label = ending.to_owned();
    }
    if !outcome.exceptions.is_empty() {
        let classes: Vec<String> = outcome
            .exceptions
            .iter()
            .map(|exception| format!("{} in {}", shown_class(exception), shown_name(&exception.thread)))
            .collect();
        label.push_str(&format!(", with {}", classes.join(" and ")));
    }
    label
}

/// Returns how an execution ended, in a few words.
pub(super) fn describe_ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Finished => "finished",
        Ending::Deadlock => "deadlock",
        Ending::Spin => "stuck in a spin",
        Ending::Livelock => "livelock",
        Ending::Limit => "cut off at the step limit",
        Ending::Redundant => "not followed further",
        Ending::Crash => "the interpreter died",
    }
}

/// Returns an exception on one line, fit to be shown, with the line where it was raised if `replay` tells that.
pub(super) fn describe_exception(exception: &Exception, replay: Option<&Replay>) -> String {
    let message = short_line(&exception.message);
    let separator = if message.is_empty() { "" } else { ": " };
    let fate = if exception.swallowed { ", swallowed by a future that nobody asked" } else { "" };
    let (thread, class) = (shown_name(&exception.thread), shown_class(exception));
    let line = replay.and_then(|replay| line_raised(replay, exception));
    let place = line.map_or(String::new(), |line| format!(" at line {line}"));
    format!("{thread} raised {class}{place}{separator}{message}{fate}")
}

/// Returns `text` fit for one line of a report, and no longer than any value is shown there.
pub fn short_line(text: &str) -> String {
    text::cut(&clean_line(text), LONGEST)
}

/// Returns the name of an exception's class, fit to be shown: a program may make one that is as long as it likes.
fn shown_class(exception: &Exception) -> String {
    short_line(&exception.class)
}

/// Returns a duration in the unit that fits it.
fn duration(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1000.0;
    match millis {
        _ if millis < 10.0 => format!("{millis:.1} ms"),
        _ if millis < 1000.0 => format!("{millis:.0} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::report::samples;

    use super::*;

    /// What exploring a lost update found, with the claims that it ends in 2 and never in a deadlock.
    pub(in crate::report) fn exploration(scenario: &Scenario) -> Exploration<'_> {
        let lost = witnessed(samples::lost_update(), 2);
        let mut kept = witnessed(samples::lost_update(), 4);
        kept.found.outcome.value = Some("2".to_owned());
        kept.found.outcome.exceptions.push(Exception {
            thread: "Thread-2".to_owned(),
            class: "ValueError".to_owned(),
            message: "not enough".to_owned(),
            swallowed: true,
        });
        Exploration {
            scenario,
            python: "3.11.7",
            unfinished: None,
            executions: 6,
            elapsed: Duration::from_micros(3100),
            found: 2,
            unconfirmed: 0,
            outcomes: BTreeMap::from([(1, lost.clone()), (2, kept)]),
            claims: vec![
                Claimed { claim: Claim::Always("count == 2".to_owned()), violation: Some(lost), is_unconfirmed: false },
                Claimed { claim: Claim::NoDeadlock, violation: None, is_unconfirmed: false },
            ],
            races: None,
        }
    }

    /// The program of [`exploration`].
    pub(in crate::report) fn scenario() -> Scenario {
        Scenario { observe: Some("count".to_owned()), ..Scenario::new("count.py", samples::LOST_UPDATE) }
    }

    fn witnessed(replay: Replay, executions: u64) -> Witnessed {
        let witness = replay.execution.schedule();
        let outcome = replay.execution.outcome.clone();
        Witnessed { found: Found { outcome, switches: witness.switches(), witness, executions }, replay: Some(replay) }
    }

    const PAGE: Page = Page { width: 80, colour: false };

    fn shown(exploration: &Exploration<'_>, page: Page) -> String {
        let mut out = Vec::new();
        write_exploration(&mut out, exploration, page).expect("a Vec takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    /// What was found is told all the same.
    #[test]
    fn steps_that_there_is_no_room_for_are_said_to_be_left_out() {
        let scenario = scenario();
        let mut exploration = exploration(&scenario);
        exploration.outcomes.get_mut(&2).expect("is shown").replay = None;
        let text = shown(&exploration, PAGE);
        assert_eq!(text.matches("its steps are not kept").count(), 1, "{text}");
        assert!(text.contains("── 2. count = 2") && text.contains("Thread-2 raised ValueError"), "{text}");
        let mut page = Vec::new();
        crate::report::write_html(&mut page, &exploration, false).expect("a Vec takes all");
        let page = String::from_utf8(page).expect("UTF-8");
        assert_eq!(page.matches("its steps are not kept").count(), 1, "{page}");
        let mut json = Vec::new();
        crate::report::write_json(&mut json, &exploration).expect("a Vec takes all");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        let witness = |place: usize| &json["outcomes"][place]["witness"];
        assert_eq!(witness(0).get("untold"), None);
        assert_eq!((&witness(1)["untold"], &witness(1)["steps"]), (&true.into(), &serde_json::json!([])));
        assert!(!witness(1)["schedule"].as_str().expect("a schedule").is_empty());
    }

    /// A line of 90,000 characters stood beside each of the steps that were made there: 206 MB went to the terminal.
    #[test]
    fn what_stands_in_many_places_is_short() {
        let long = "v".repeat(100_000);
        let scenario = Scenario { source: scenario().source.replace("count", &long), ..scenario() };
        let mut exploration = exploration(&scenario);
        for witnessed in exploration.outcomes.values_mut() {
            for exception in &mut witnessed.found.outcome.exceptions {
                exception.thread.clone_from(&long);
                exception.class.clone_from(&long);
            }
            for detail in &mut witnessed.replay.as_mut().expect("it is told").details {
                detail.holds = vec![long.clone(); 100];
            }
        }
        let text = shown(&exploration, PAGE);
        assert!(text.contains("vvv") && text.len() < 100_000, "{}", text.len());
        let mut page = Vec::new();
        crate::report::write_html(&mut page, &exploration, false).expect("a Vec takes all");
        // The source is there once, with each of the lines that has the name whole.
        let source = scenario.source.len();
        assert!((source..source + 200_000).contains(&page.len()), "{} of {source}", page.len());
    }

    #[test]
    fn what_is_printed_again_and_again_is_told_once() {
        let scenario = Scenario::new("a.py", "");
        let mut looping = witnessed(samples::lost_update(), 0);
        let printed = format!("begin\n{}end\n", "tick\n".repeat(2_000));
        looping.found.outcome = Outcome { value: None, stdout: Some(printed), ..looping.found.outcome };
        let label = label(&looping.found.outcome, &scenario);
        assert_eq!(label, "prints begin ⏎ tick ⏎ … the same 1,999 times more ⏎ end");
        let written = |extent| {
            let mut out = Vec::new();
            let stdout = looping.found.outcome.stdout.as_deref().expect("it printed");
            write_printed(&mut out, stdout, extent).expect("a Vec takes all");
            String::from_utf8(out).expect("UTF-8")
        };
        let folded = "    begin\n    tick\n    … the same 1,999 times more\n    end\n";
        assert_eq!(written(Extent::AtMost(200)), folded);
        assert_eq!(written(Extent::Everything).lines().count(), 2_002);
    }

    #[test]
    fn outcomes_are_listed_and_then_shown_step_by_step() {
        let scenario = scenario();
        insta::assert_snapshot!(shown(&exploration(&scenario), PAGE), @"
        count.py: 2 outcomes of count
          1. count = 1
          2. count = 2, with ValueError in Thread-2
        Every order was explored: nothing else can happen.
        6 executions in 3.1 ms, Python 3.11.7

        ── 1. count = 1 ────────────────────────────────────────────────────────────────
          4 switches, schedule 0*3 1*2 2*2 1 0*2
            MainThread                     │  Thread-1 (work)    │  Thread-2 (work)
            10 for t in threads: t.start() │                     │
               start Thread-2              │                     │
          ┆ waits for Thread-1 to end      │   7 count += 1      │
          ┆                                │     read count → 0  │
          ┆                                │                     │   7 count += 1
          ┆                                │                     │     read count → 0
          ┆                                │                     │     write count ← 1
          ┆                                │   7 count += 1      │
          ┆                                │     write count ← 1 │
            11 for t in threads: t.join()  │                     │
               join Thread-1               │                     │
               join Thread-2               │                     │
          ┆ waits

        ── 2. count = 2, with ValueError in Thread-2 ───────────────────────────────────
          4 switches, schedule 0*3 1*2 2*2 1 0*2
          Thread-2 raised ValueError: not enough, swallowed by a future that nobody
            asked
            MainThread                     │  Thread-1 (work)    │  Thread-2 (work)
            10 for t in threads: t.start() │                     │
               start Thread-2              │                     │
          ┆ waits for Thread-1 to end      │   7 count += 1      │
          ┆                                │     read count → 0  │
          ┆                                │                     │   7 count += 1
          ┆                                │                     │     read count → 0
          ┆                                │                     │     write count ← 1
          ┆                                │   7 count += 1      │
          ┆                                │     write count ← 1 │
            11 for t in threads: t.join()  │                     │
               join Thread-1               │                     │
               join Thread-2               │                     │
          ┆ waits

        always count == 2: violated, as outcome 1 shows
        no deadlock: holds in every order
        ");
    }

    #[test]
    fn what_was_not_finished_is_not_called_finished() {
        let scenario = scenario();
        let mut exploration = Exploration { unfinished: Some(Unfinished::Time), ..exploration(&scenario) };
        exploration.claims[0].violation = None;
        let text = shown(&exploration, PAGE);
        assert!(text.contains("The search is not finished, for its time was over"), "{text}");
        assert!(text.contains("always count == 2: not violated so far, but"), "{text}");
        assert!(!text.contains("nothing else"), "{text}");
        assert!(!text.contains("every order"), "{text}");
    }

    #[test]
    fn an_order_that_hangs_is_told() {
        let scenario = scenario();
        let hang = Hang {
            schedule: "0*3 2".parse().expect("a schedule"),
            thread: "2".parse().expect("a thread"),
            name: "Thread-2 (work)".to_owned(),
            line: 7,
            seconds: 10,
        };
        let told = |line| {
            let unfinished = Some(Unfinished::Hang(Hang { line, ..hang.clone() }));
            shown(&Exploration { unfinished, ..exploration(&scenario) }, PAGE)
        };
        let text = "The search is not finished, for an order did not end within 10 s: there may be\nmore outcomes.\n  \
                    Thread-2 (work) was at line 7 when its time was over, after schedule 0*3 2\n6 executions in ";
        assert!(told(7).contains(text), "{}", told(7));
        assert!(told(0).contains("\n  Thread-2 (work) ran when its time was over, after"), "{}", told(0));
    }

    #[test]
    fn what_is_not_confirmed_is_said_to_be_left_out() {
        let scenario = scenario();
        let mut exploration =
            Exploration { unfinished: Some(Unfinished::Stopped), unconfirmed: 7, found: 8, ..exploration(&scenario) };
        exploration.outcomes.remove(&2);
        exploration.claims[1].is_unconfirmed = true;
        let text = shown(&exploration, PAGE);
        let head = "count.py: 1 outcome of count\n  1. count = 1\n  … and 7 more outcomes, found but not confirmed\n\
                    The search is not finished, for it was stopped: there may be more outcomes.\n";
        assert!(text.starts_with(head), "{text}");
        assert!(text.ends_with("\nno deadlock: a violation was found, but is not confirmed\n"), "{text}");
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let scenario = scenario();
        let exploration = exploration(&scenario);
        let coloured = shown(&exploration, Page { colour: true, ..PAGE });
        assert!(coloured.contains("\x1b[1m"));
        assert_eq!(console::strip_ansi_codes(&coloured), shown(&exploration, PAGE));
    }

    #[test]
    fn a_violation_that_no_outcome_shows_is_shown_itself() {
        let scenario = scenario();
        let mut exploration = exploration(&scenario);
        let mut other = exploration.outcomes[&1].clone();
        other.found.witness = "0 1 0 1".parse().expect("a schedule");
        exploration.claims[0].violation = Some(other);
        let text = shown(&exploration, PAGE);
        assert!(text.contains("always count == 2: violated in this order:\n"), "{text}");
        assert!(text.contains("schedule 0 1 0 1\n"), "{text}");
    }

    /// Of a daemon's turns the longest came first, as their text does, and none that anybody sees were shown.
    #[test]
    fn of_very_many_outcomes_those_that_print_little_are_shown() {
        let scenario = scenario();
        let outcome = exploration(&scenario).outcomes[&1].found.outcome.clone();
        let ticks = |count: usize| Outcome { stdout: Some("tick\n".repeat(count)), ..outcome.clone() };
        let outcomes: Vec<Outcome> = (0..MOST_OUTCOMES + 10).rev().map(ticks).collect();
        assert_eq!(worth_showing(outcomes.iter()), (10..MOST_OUTCOMES + 10).collect());
    }

    #[test]
    fn of_very_many_outcomes_some_are_shown_and_one_of_each_kind() {
        let scenario = scenario();
        let mut exploration = exploration(&scenario);
        let shown_one = exploration.outcomes[&1].clone();
        let numbered = |number: usize| {
            let mut witnessed = shown_one.clone();
            witnessed.found.outcome.value = Some(number.to_string());
            (number, witnessed)
        };
        exploration.claims.clear();
        exploration.outcomes = (1..=MOST_OUTCOMES + 1200).map(numbered).collect();
        exploration.found = exploration.outcomes.len();
        exploration.outcomes.get_mut(&1000).expect("is there").found.outcome.ending = Ending::Deadlock;
        let text = shown(&exploration, PAGE);
        assert!(
            text.starts_with("count.py: 1,250 outcomes of count\n     1. count = 1\n     2. count = 2\n"),
            "{text}"
        );
        assert!(
            text.contains("\n    49. count = 49\n  1000. deadlock; count = 1000\n  … and 1,200 more outcomes: "),
            "{text}"
        );
        assert_eq!(text.matches("── ").count(), MOST_OUTCOMES);
        assert!(text.contains("\n── 1000. deadlock; count = 1000 ──"), "{text}");

        // Whether they were chosen before they were confirmed makes no difference.
        let outcomes = exploration.outcomes.values().map(|witnessed| &witnessed.found.outcome);
        let chosen: BTreeSet<usize> = worth_showing(outcomes).into_iter().map(|place| place + 1).collect();
        exploration.outcomes.retain(|number, _| chosen.contains(number));
        assert_eq!(shown(&exploration, PAGE), text);
    }

    #[test]
    fn outcomes_that_only_a_message_tells_apart_are_told_apart() {
        let scenario = scenario();
        let mut exploration = exploration(&scenario);
        let mut third = exploration.outcomes[&2].clone();
        third.found.outcome.exceptions[0].message = "too much".to_owned();
        exploration.outcomes.insert(3, third);
        exploration.found = 3;
        let text = shown(&exploration, PAGE);
        for label in [
            "  1. count = 1\n",
            "  2. count = 2, with ValueError in Thread-2; ValueError: not enough\n",
            "  3. count = 2, with ValueError in Thread-2; ValueError: too much\n",
            "── 3. count = 2, with ValueError in Thread-2; ValueError: too much ──",
        ] {
            assert!(text.contains(label), "{label}: {text}");
        }
    }

    #[test]
    fn a_schedule_that_nobody_would_type_is_cut() {
        let scenario = scenario();
        let mut exploration = exploration(&scenario);
        let long: String = "0 1 ".repeat(2000);
        exploration.outcomes.get_mut(&1).expect("is there").found.witness = long.parse().expect("a schedule");
        exploration.claims.clear();
        let text = shown(&exploration, PAGE);
        assert!(text.contains("… (`--json` has all of it)\n"), "{text}");
        assert!(text.lines().count() < 60, "{text}");
        let mut out = Vec::new();
        write_replay(&mut out, &exploration, PAGE).expect("a Vec takes all");
        assert!(out.len() > 8000, "who asked for it sees all of it");
    }

    #[test]
    fn outcomes_that_look_the_same_are_one_with_the_simplest_witness() {
        let found = |value: &str, claims: Vec<Option<bool>>, switches, executions| Found {
            outcome: Outcome {
                value: Some(value.to_owned()),
                stdout: None,
                ending: Ending::Finished,
                exceptions: Vec::new(),
                claims,
            },
            witness: "0".repeat(switches).chars().map(|_| crate::scenario::ThreadId::MAIN).collect(),
            switches,
            executions,
        };
        let report = Report {
            outcomes: vec![
                found("1", vec![Some(false)], 3, 4),
                found("1", vec![Some(true)], 2, 5),
                found("10", vec![Some(true)], 1, 1),
                found("2", vec![Some(true)], 1, 6),
            ],
            executions: 15,
            unfinished: None,
        };
        let distinct = distinct(&report);
        assert_eq!(distinct.len(), 3);
        assert_eq!((distinct[0].switches, distinct[0].executions), (2, 9));
        assert_eq!(distinct[1], report.outcomes[3]);
        assert_eq!(distinct[2], report.outcomes[2]);
    }

    #[test]
    fn labels_say_all_of_an_outcome() {
        let check = |stdout: Option<&str>, value: Option<&str>, ending, expected: &str| {
            let mut scenario = scenario();
            scenario.observe = value.map(|_| "x".to_owned());
            let outcome = Outcome {
                value: value.map(str::to_owned),
                stdout: stdout.map(str::to_owned),
                ending,
                exceptions: Vec::new(),
                claims: Vec::new(),
            };
            assert_eq!(label(&outcome, &scenario), expected);
        };
        check(Some("300\n"), None, Ending::Finished, "prints 300");
        check(Some(""), None, Ending::Finished, "prints nothing");
        check(Some("a\nb\n"), None, Ending::Finished, "prints a ⏎ b");
        check(Some(""), None, Ending::Deadlock, "deadlock");
        check(None, Some("[1]"), Ending::Spin, "stuck in a spin; x = [1]");
        check(None, Some("'\x1b[31m'"), Ending::Finished, "x = '\\x1b[31m'");
    }
}
