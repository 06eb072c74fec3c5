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
use crate::scenario::Ending;
use crate::scenario::Replay;
use crate::session::Shown;

use super::clean_line;
use super::exploration::describe_ending;
use super::exploration::describe_exception;
use super::markdown::write_markdown;
use super::question::code;
use super::question::judgement_text;
use super::question::outcome_text;
use super::question::prose;
use super::steps::write_end;
use super::steps::write_steps;
use super::telling::Extent;
use super::text;
use super::text::Page;
use super::text::Style;
use super::text::count;

/// How many steps of an execution are shown.
const MOST_STEPS: usize = 60;

/// How much of what was typed is shown.
const LONGEST_TYPED: usize = 40;

/// The widest column of picks that has its reasons beside it.
const WIDEST_COLUMN: usize = 28;

/// Writes what became of an answer, but for the executions and the explanation.
pub fn write_feedback(out: &mut dyn Write, shown: &Shown<'_>, page: Page) -> io::Result<()> {
    // Who recalled it has judged it already.
    if shown.graded.parts == Parts::Recall {
        return Ok(());
    }
    let (style, symbol, words) = match shown.graded.mark {
        Mark::Right => (Style::Good, "✓", "Right."),
        Mark::Nearly if shown.proposed.is_some() => {
            (Style::Bad, "≈", "Nearly: a slip away. It counts as wrong unless you rate it otherwise.")
        }
        Mark::Nearly => (Style::Bad, "≈", "Nearly: a slip away, which counts as wrong."),
        Mark::Wrong => (Style::Bad, "✗", "Not right."),
        Mark::Undecided if shown.report.as_ref().is_some_and(Report::crashes) => {
            (Style::Strong, "?", "Not decided: the program kills its interpreter, so it is not held against you.")
        }
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
    write_end(out, replay, page)?;
    for exception in &found.outcome.exceptions {
        for line in text::wrap(&format!("  {}", describe_exception(exception, Some(replay))), page.width(), 4) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Returns what an outcome of the report shows of the answer.
fn shown_by(shown: &Shown<'_>, outcome: usize) -> Option<String> {
    let Parts::Picks(picks) = &shown.graded.parts else { return None };
    let Some(place) = picks.iter().position(|pick| pick.truth == Truth::Witnessed(outcome)) else {
        let found = shown.report.as_ref()?.outcomes.get(outcome)?;
        return (found.outcome.ending == Ending::Crash).then(|| describe_ending(Ending::Crash).to_owned());
    };
    match &shown.asked.subject.question.kind {
        Kind::Outcomes { choices, .. } => Some(outcome_text(&choices[place]).replace('\n', " ⏎ ")),
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
        let symbol = page.paint(style, symbol);
        if !what.contains('\n') && text::width(&what) <= column {
            for (row, reason) in text::wrap(&reason, page.width() - column - 4, 0).iter().enumerate() {
                let (symbol, what) = if row == 0 { (symbol.as_str(), padded.as_str()) } else { (" ", "") };
                let what = page.paint(head, &text::pad(what, column));
                writeln!(out, "{}", format!("{symbol} {what}  {reason}").trim_end())?;
            }
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
        // The feedback below says the rest.
        (Truth::Key(_), _) if pick.is_right() == Some(true) => return String::new(),
        (Truth::Key(true), _) => "right".to_owned(),
        (Truth::Key(false), _) => "wrong".to_owned(),
        (Truth::Witnessed(_), true) => "possible".to_owned(),
        (Truth::Refuted, true) if executions == 1 => {
            "impossible: the only execution there is ends otherwise".to_owned()
        }
        (Truth::Refuted, true) => format!("impossible: none of all {all} ends so"),
        (Truth::Witnessed(_), false) => "yes: an execution shows it".to_owned(),
        (Truth::Proven, _) if executions == 1 => "yes: the only execution there is shows it".to_owned(),
        (Truth::Proven, _) => format!("yes: all {all} agree, and there are no others"),
        (Truth::Refuted, false) if executions == 1 => "no: the only execution there is does not".to_owned(),
        (Truth::Refuted, false) => format!("no: none of all {all} does"),
        (Truth::Contradicted(_), _) => "no: an execution shows otherwise".to_owned(),
        (Truth::Unknown, _) if report.is_some_and(Report::crashes) => {
            "not known: an order that kills the interpreter proves nothing".to_owned()
        }
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
    let typed = match gap.typed.as_str() {
        "" => "nothing".to_owned(),
        typed => code(&text::cut(typed, LONGEST_TYPED), page),
    };
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

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;
    use crate::deck;
    use crate::deck::Deck;
    use crate::explore::Found;
    use crate::explore::Unfinished;
    use crate::grade::Answer;
    use crate::report::samples;
    use crate::report::write_question;
    use crate::report::write_summary;
    use crate::scenario::Ending;
    use crate::scenario::Exception;
    use crate::scenario::Outcome;
    use crate::session::Mode;
    use crate::session::Session;
    use crate::session::Step;

    const HEAD: &str = "format: 1\nid: sample\ntitle: Sample\ntopics: [topic.yaml]\n";
    const TOPIC: &str = r#"
concepts:
  - {id: race, title: Races, teach: "What *order* decides."}
  - {id: lock, title: Locks, teach: A lock.}
questions:
  - id: counter
    concept: race
    kind: outcomes
    ask: Two threads count. What can `count` be at the end?
    scenario: {file: scenarios/counter.py, observe: count}
    choices: [2, 1, 0, {ending: deadlock}]
    explain: Each `+=` reads and then writes.
  - id: always-two
    concept: race
    kind: verdict
    ask: Is `count` always 2?
    scenario: {file: scenarios/counter.py}
    claim: {always: count == 2}
  - id: owner
    concept: lock
    kind: choice
    ask: Who owns a `Lock`?
    options:
      - {text: Whoever acquired it, correct: false, feedback: It forgets who that was.}
      - {text: Nobody, correct: true, feedback: "Right: anybody may release it."}
      - text: The thread that made it, which is a longer answer than fits beside anything else
        correct: false
  - id: gaps
    concept: lock
    kind: cloze
    ask: Fill in.
    text: "A thread that wants a lock {{acquires|takes}} it and later {{releases}} it."
    hints: [Two verbs.]
"#;

    /// Does `act` with a quiz on the questions of the sample deck, at the one called `name`.
    pub(in crate::report) fn at(name: &str, act: impl FnOnce(&mut Session<'_>)) {
        let files: BTreeMap<String, Vec<u8>> = [
            ("deck.yaml", HEAD.to_owned()),
            ("topic.yaml", TOPIC.to_owned()),
            ("scenarios/counter.py", samples::LOST_UPDATE.to_owned()),
        ]
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .into();
        let mut deck: Deck = deck::parse(&files).unwrap_or_else(|faults| panic!("{faults}"));
        deck.questions.retain(|question| question.id.as_str() == name);
        act(&mut Session::quiz(&[&deck], 10, 3));
    }

    fn found(value: &str, switches: usize, executions: u64, claim: bool) -> Found {
        let outcome = Outcome {
            value: Some(value.to_owned()),
            stdout: None,
            ending: Ending::Finished,
            exceptions: Vec::new(),
            claims: vec![Some(claim)],
        };
        Found { outcome, witness: samples::lost_update().execution.schedule(), switches, executions }
    }

    pub(in crate::report) fn report(exhaustive: bool) -> Report {
        let outcomes = vec![found("1", 3, 4, false), found("2", 2, 2, true)];
        Report { outcomes, executions: 6, unfinished: (!exhaustive).then_some(Unfinished::Executions) }
    }

    /// Shows what becomes of an answer.
    fn feedback(name: &str, report: Option<Report>, answer: Answer) -> String {
        let mut out = Vec::new();
        at(name, |session| {
            session.next_step();
            if let Some(report) = report {
                session.explored(report);
            }
            session.answered(answer, Duration::from_secs(3));
            let Step::Show(shown) = session.next_step() else { panic!("an answer") };
            let page = Page { width: 80, colour: false };
            write_feedback(&mut out, &shown, page).expect("a Vec takes all");
            for outcome in evidence(&shown) {
                write_evidence(&mut out, &shown, outcome, &samples::lost_update(), page).expect("a Vec takes all");
            }
            write_explanation(&mut out, &shown, page).expect("a Vec takes all");
        });
        String::from_utf8(out).expect("UTF-8")
    }

    fn picked(places: &[usize]) -> Answer {
        Answer::Picked(places.iter().copied().collect::<BTreeSet<usize>>())
    }

    #[test]
    fn outcomes_are_shown_to_be_possible_or_not() {
        insta::assert_snapshot!(feedback("counter", Some(report(true)), picked(&[0, 2])), @"
        ✗ Not right.

        ✗ 1                      possible; you left it out
        ✗ 0                      impossible: none of all 6 executions ends so; you
                                 picked it
        · it ends in a deadlock  impossible: none of all 6 executions ends so
        ✓ 2                      possible

        How it comes to this: 1 (3 context switches)
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

        How it comes to this: 2 (2 context switches)
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

        Each `+=` reads and then writes.
        ");
    }

    #[test]
    fn what_is_not_known_is_not_held_against_the_learner() {
        insta::assert_snapshot!(feedback("counter", Some(report(false)), picked(&[0, 1, 2])).lines().take(8).collect::<Vec<_>>().join("\n"), @"
        ? Not decided: the search did not finish, so it is not held against you.

        ✓ 1                      possible
        ? 0                      not known: 6 executions did not show it, but not all
                                 were made
        ? it ends in a deadlock  not known: 6 executions did not show it, but not all
                                 were made
        ✓ 2                      possible
        ");
    }

    #[test]
    fn a_verdict_is_shown_by_the_order_that_breaks_it() {
        let text = feedback("always-two", Some(report(true)), Answer::Judged(Judgement::Holds));
        insta::assert_snapshot!(text.lines().take(12).collect::<Vec<_>>().join("\n"), @"
        ✗ Not right.

        ✗ it holds in every order  no: an execution shows otherwise; you picked it
        ✗ some order breaks it     yes: an execution shows it; you left it out
        · some order gets stuck    no: none of all 6 executions does

        How it comes to this: some order breaks it (3 context switches)
            MainThread                     │  Thread-1 (work)    │  Thread-2 (work)
            10 for t in threads: t.start() │                     │
               start Thread-2              │                     │
          ┆ waits for Thread-1 to end      │   7 count += 1      │
          ┆                                │     read count → 0  │
        ");
    }

    #[test]
    fn one_execution_is_not_called_all_of_them() {
        let alone = Report { outcomes: vec![found("2", 0, 1, true)], executions: 1, unfinished: None };
        let text = feedback("always-two", Some(alone), Answer::Judged(Judgement::Holds));
        insta::assert_snapshot!(text.lines().take(5).collect::<Vec<_>>().join("\n"), @"
        ✓ Right.

        ✓ it holds in every order  yes: the only execution there is shows it
        · some order breaks it     no: the only execution there is does not
        · some order gets stuck    no: the only execution there is does not
        ");
    }

    #[test]
    fn options_come_with_what_their_author_says_of_them() {
        insta::assert_snapshot!(feedback("owner", None, picked(&[0])), @"
        ✗ Not right.

        ✗ Nobody               right; you left it out
            Right: anybody may release it.
        ✗ Whoever acquired it  wrong; you picked it
            It forgets who that was.
        · The thread that made it, which is a longer answer than fits beside anything
          else
        ");
    }

    #[test]
    fn gaps_are_compared_letter_by_letter() {
        let answer = Answer::Typed(vec!["aquires".to_owned(), "Releases".to_owned()]);
        insta::assert_snapshot!(feedback("gaps", None, answer), @"
        ≈ Nearly: a slip away, which counts as wrong.

        ≈ `acquires` was wanted; you typed `aquires`: a[+c]quires
        ✓ `releases`

          A thread that wants a lock acquires it and later releases it.
        ");
    }

    #[test]
    fn what_was_typed_is_not_shown_without_end() {
        let text = feedback("gaps", None, Answer::Typed(vec!["x".repeat(60_000), "releases".to_owned()]));
        assert!(text.lines().all(|line| text::width(line) <= 80), "{}", text.len());
    }

    #[test]
    fn swallowed_exceptions_are_told() {
        let mut report = report(true);
        report.outcomes[0].outcome.exceptions.push(Exception {
            thread: "pool_0".to_owned(),
            class: "ValueError".to_owned(),
            message: "no\x1b[2J".to_owned(),
            swallowed: true,
        });
        let text = feedback("counter", Some(report), picked(&[]));
        assert!(
            text.contains("pool_0 raised ValueError: no\\x1b[2J, swallowed by a future that nobody asked"),
            "{text}"
        );
    }

    #[test]
    fn a_question_is_shown_with_its_program() {
        let mut out = Vec::new();
        at("counter", |session| {
            session.next_step();
            session.explored(report(true));
            let Step::Ask(asked) = session.next_step() else { panic!("a question") };
            let page = Page { width: 80, colour: false };
            write_question(&mut out, &asked, page).expect("a Vec takes all");
            for option in crate::report::options(&asked, 5, page) {
                writeln!(out, "* {option}").expect("a Vec takes all");
            }
        });
        insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"), @"
        ────────────────────────────────────────────────────────────────────────────────
        Question 1 of 1 · Races                                           sample/counter

        Two threads count. What can `count` be at the end?

             ┌ scenarios/counter.py
           1 │ import threading
           2 │
           3 │ count = 0
           4 │
           5 │ def work():
           6 │     global count
           7 │     count += 1
           8 │
           9 │ threads = [threading.Thread(target=work) for _ in range(2)]
          10 │ for t in threads: t.start()
          11 │ for t in threads: t.join()
          What counts is `count` at the end.

        * 1
        * 0
        * it ends in a deadlock
        * 2
        ");
    }

    #[test]
    fn gaps_are_numbered_and_hints_stay() {
        let mut out = Vec::new();
        at("gaps", |session| {
            session.next_step();
            session.hint();
            let Step::Ask(asked) = session.next_step() else { panic!("a question") };
            write_question(&mut out, &asked, Page { width: 60, colour: false }).expect("a Vec takes all");
        });
        insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"), @"
        ────────────────────────────────────────────────────────────
        Question 1 of 1 · Locks                          sample/gaps

        Fill in.

          A thread that wants a lock [1…] it and later [2…] it.

        Hint 1:
          Two verbs.
        ");
    }

    #[test]
    fn a_score_goes_by_concept() {
        let mut out = Vec::new();
        at("owner", |session| {
            session.next_step();
            session.answered(picked(&[0]), Duration::ZERO);
            session.concluded(None);
            session.next_step();
            session.answered(picked(&[1]), Duration::ZERO);
            session.concluded(None);
            let page = Page { width: 80, colour: false };
            write_summary(&mut out, &session.summary(), Mode::Quiz, page).expect("a Vec takes all");
        });
        insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"), @"
        ────────────────────────────────────────────────────────────────────────────────
        Score: 0 of 1

          Locks  0 of 1  ○

        Missed: sample/owner.
        Asked once more: 1, right then: 1.
        ");
    }
}
