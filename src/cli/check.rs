//! `raceday check`: everything that is wrong with a deck, and proof of its keys by execution.

use std::fmt;
use std::io::Write;
use std::path::Path;

use crate::deck::Deck;
use crate::deck::DeckId;
use crate::deck::Kind;
use crate::deck::OutcomeChoice;
use crate::deck::Place;
use crate::deck::Question;
use crate::deck_files;
use crate::deck_files::Faulty;
use crate::deck_files::Library;
use crate::deck_files::Origin;
use crate::explore::Progress as Explored;
use crate::explore::Report;
use crate::explore::Unfinished;
use crate::grade;
use crate::grade::Truth;
use crate::report;
use crate::report::clean;
use crate::report::clean_line;
use crate::report::count;
use crate::report::describe_hang;
use crate::report::why_unfinished;
use crate::scenario::Ending;
use crate::scenario::Outcome;
use crate::scenario::Scenario;

use super::Exit;
use super::Failure;
use super::FailureKind;
use super::World;
use super::deck::parse_deck;
use super::engine::Budget;
use super::engine::Engine;
use super::failure::unless_unread;
use super::learner;
use super::progress;
use super::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  raceday check
  raceday check thread-safety
  raceday check ./my-deck

Of a deck that you did not write, `proven` is as honest as its programs: one that sets out to deceive can answer for itself
what it likes. It can reach nothing, and change no other program's answers.

The exit code is 1 if something is wrong.
";

/// Say everything that is wrong with a deck, and prove its keys by running its programs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckArgs {
    /// A deck's id, or a deck's folder; without it, all decks
    #[arg(value_name = "DECK|PATH", value_parser = parse_deck)]
    deck: Option<String>,
    /// Run this deck's programs even if this system cannot confine them
    #[arg(long, requires = "deck")]
    unconfined: bool,
}

/// Checks decks and says what is wrong with them.
pub(super) fn run(args: &CheckArgs, world: &mut World) -> Result<Exit, Failure> {
    let library = chosen(args, world)?;
    let mut engine = Engine::new(world);
    engine.trust(trusted(args, &library, world)?);
    let mut fine = true;
    for Faulty { origin, faults } in &library.faulty {
        fine = false;
        let count = count(faults.count() as u64, "fault");
        let written = writeln!(world.out, "{faults}\n\n{}: {count}", clean_line(&origin.to_string()));
        unless_unread(written)?;
    }
    for entry in &library.entries {
        let mut progress = Progress::new("checking", progress::is_welcome(world));
        let all = entry.deck.questions.len();
        let proof = prove(&entry.deck, &mut engine, &mut |number, question, explored| {
            progress.name(&format!("checking {} ({number} of {all})", question.id));
            progress.explored(explored);
        })?;
        drop(progress);
        engine.warn(world)?;
        for finding in &proof.findings {
            let file = match &entry.origin {
                Origin::BuiltIn(folder) => Path::new("decks").join(folder).join(&finding.place.file),
                Origin::Folder(folder) => folder.join(&finding.place.file),
            };
            fine = false;
            unless_unread(writeln!(world.out, "{}:{finding}", clean_line(&file.display().to_string())))?;
        }
        let verdict = match proof.findings.len() {
            0 => "fine".to_owned(),
            faults => count(faults as u64, "fault"),
        };
        let written = writeln!(
            world.out,
            "{} ({}): {}, {} proven by {}: {verdict}",
            entry.deck.id,
            clean_line(&entry.origin.to_string()),
            count(entry.deck.questions.len() as u64, "question"),
            proof.proven,
            count(proof.executions, "execution"),
        );
        unless_unread(written)?;
    }
    Ok(if fine { Exit::Fine } else { Exit::Violated })
}

/// Returns the decks whose programs may run unconfined. Checking remembers no leave, and finds what was given in a review.
fn trusted(args: &CheckArgs, library: &Library, world: &World) -> Result<Vec<DeckId>, Failure> {
    let wanted: Vec<DeckId> = match args.unconfined {
        true => library.decks().map(|deck| deck.id.clone()).collect(),
        false => Vec::new(),
    };
    let store = match world.database().is_some_and(|database| database.exists()) {
        true => Some(world.store()?),
        false => None,
    };
    Ok(learner::trusted(library, store.as_ref())?.into_iter().chain(wanted).collect())
}

/// Returns the decks to check.
fn chosen(args: &CheckArgs, world: &World) -> Result<Library, Failure> {
    let mut library = world.library();
    let Some(wanted) = &args.deck else { return Ok(library) };
    let called = library.faulty_called(wanted).map(|faulty| faulty.origin.clone());
    library.entries.retain(|entry| entry.deck.id.as_str() == wanted);
    library.faulty.retain(|faulty| Some(&faulty.origin) == called.as_ref());
    if !library.entries.is_empty() || !library.faulty.is_empty() {
        return Ok(library);
    }
    let folder = Path::new(wanted);
    if !folder.is_dir() {
        return Err(Failure::no_deck(wanted, &world.library()));
    }
    let origin = Origin::Folder(folder.to_owned());
    match deck_files::load_folder(folder) {
        Ok(deck) => library.entries.push(deck_files::Entry { deck, origin }),
        Err(faults) => library.faulty.push(Faulty { origin, faults }),
    }
    Ok(library)
}

/// What proving a deck's keys came to.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// What is wrong, in the deck's order.
    pub findings: Vec<Finding>,
    /// How many questions were checked by execution and found right.
    pub proven: usize,
    /// How many executions that took.
    pub executions: u64,
}

/// Something that is wrong with a question, as running its program shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where the question is written.
    pub place: Place,
    /// The question.
    pub question: String,
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { line, column, .. } = self.place;
        writeln!(f, "{line}:{column}: `{}`: {}", self.question, clean(&self.message))?;
        write!(f, "  hint: {}", clean(&self.hint))
    }
}

/// Proves the keys of `deck`'s questions by exploring their programs. `watch` hears of each, by its number from 1, as it begins and how far it has come.
///
/// # Errors
///
/// There is no Python, or it stopped working. What is wrong with a question is a finding.
pub fn prove(
    deck: &Deck,
    engine: &mut Engine,
    watch: &mut dyn FnMut(usize, &Question, &Explored),
) -> Result<Proof, Failure> {
    let mut proof = Proof::default();
    engine.work_for(Some(&deck.id));
    for (question, number) in deck.questions.iter().zip(1..) {
        let Some(scenario) = question.kind.scenario() else { continue };
        watch(number, question, &Explored::default());
        let explored = engine.prove(scenario, Budget::QUESTION, &mut |explored| watch(number, question, explored));
        let wrong = match explored {
            Ok(explored) => {
                proof.executions += explored.report.executions;
                wrong(&question.kind, scenario, &explored.report)
            }
            Err(failure) if failure.kind == FailureKind::Unusable => {
                let hint = failure.hints.into_iter().next().unwrap_or_else(|| "mend the scenario".to_owned());
                vec![(failure.message, hint)]
            }
            Err(failure) => return Err(failure),
        };
        proof.proven += usize::from(wrong.is_empty());
        proof.findings.extend(wrong.into_iter().map(|(message, hint)| Finding {
            place: question.place.clone(),
            question: question.id.to_string(),
            message,
            hint,
        }));
    }
    Ok(proof)
}

/// Returns what is wrong with a question whose program has this report: message and hint.
fn wrong(kind: &Kind, scenario: &Scenario, report: &Report) -> Vec<(String, String)> {
    if report.crashes() {
        let message = "the program kills its interpreter in some order of its steps".to_owned();
        return vec![(message, "a question can only be about programs that Python survives".to_owned())];
    }
    if !report.is_exhaustive() {
        return vec![unfinished(report)];
    }
    match kind {
        Kind::Recall { .. } | Kind::Cloze(_) | Kind::Choice { .. } => Vec::new(),
        Kind::Outcomes { choices, .. } => wrong_choices(kind, choices, scenario, report),
        Kind::Verdict { claim, .. } => {
            let mut judged = report.outcomes.iter().filter(|found| found.outcome.ending == Ending::Finished).peekable();
            let evaluates = |outcome: &Outcome| outcome.claims.first().is_some_and(Option::is_some);
            if judged.peek().is_some() && !judged.any(|found| evaluates(&found.outcome)) {
                let message = format!(
                    "`{}` raises an exception wherever it is evaluated",
                    report::short_line(claim.expression())
                );
                let hint = "a claim is an expression over the module's globals when the program has ended";
                return vec![(message, hint.to_owned())];
            }
            Vec::new()
        }
    }
}

/// How many outcomes that are not among a question's choices are named.
const MOST_MISSING: usize = 10;

fn wrong_choices(
    kind: &Kind,
    choices: &[OutcomeChoice],
    scenario: &Scenario,
    report: &Report,
) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    let truths = grade::truths(kind, Some(report));
    if !truths.iter().any(|truth| matches!(truth, Truth::Witnessed(_))) {
        wrong.push((
            "none of the choices is possible".to_owned(),
            "is `observe` what the question is about, and are the choices written as Python shows them?".to_owned(),
        ));
    }
    let mut missing: Vec<String> = report
        .outcomes
        .iter()
        .filter(|found| !choices.iter().any(|choice| grade::shows(choice, &found.outcome)))
        .map(|found| report::label(&found.outcome, scenario))
        .collect();
    missing.dedup();
    // Instead of a last one to be counted it can as well be named.
    let more = if missing.len() > MOST_MISSING + 1 { missing.split_off(MOST_MISSING).len() } else { 0 };
    for outcome in missing {
        wrong.push((
            format!("`{outcome}` is possible, and not among the choices"),
            "add it, or change the program so that it cannot happen".to_owned(),
        ));
    }
    if more > 0 {
        wrong.push((
            format!("{} are possible, and not among the choices", count(more as u64, "more outcome")),
            "have `observe` show less, or make the program smaller".to_owned(),
        ));
    }
    wrong
}

fn unfinished(report: &Report) -> (String, String) {
    let message = match &report.unfinished {
        Some(Unfinished::Hang(hang)) => {
            format!("an order does not end within {} s: {}", hang.seconds, describe_hang(hang))
        }
        _ if report.outcomes.iter().any(|found| found.outcome.ending == Ending::Limit) => {
            "the program does not end within the step limit".to_owned()
        }
        Some(Unfinished::Executions | Unfinished::Time | Unfinished::Steps) | None => {
            format!("not every order could be explored: {} were not enough", count(report.executions, "execution"))
        }
        Some(why) => format!("not every order could be explored, for {}", why_unfinished(why)),
    };
    (message, "make the program smaller: fewer threads, fewer turns of its loops".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::explore::Found;
    use crate::scenario::Schedule;

    use super::*;

    fn report(found: &[(&str, Ending, Option<bool>)], exhaustive: bool) -> Report {
        let found = found.iter().map(|(value, ending, claim)| Found {
            outcome: Outcome {
                value: Some((*value).to_owned()),
                stdout: None,
                ending: *ending,
                exceptions: Vec::new(),
                claims: vec![*claim],
            },
            witness: Schedule::default(),
            switches: 0,
            executions: 1,
        });
        Report { outcomes: found.collect(), executions: 3, unfinished: (!exhaustive).then_some(Unfinished::Time) }
    }

    fn scenario() -> Scenario {
        Scenario { observe: Some("x".to_owned()), ..Scenario::new("a.py", "") }
    }

    #[track_caller]
    fn check_outcomes(choices: &[&str], found: &[(&str, Ending, Option<bool>)], exhaustive: bool, expected: &[&str]) {
        let choices: Vec<OutcomeChoice> = choices
            .iter()
            .map(|choice| match *choice {
                "deadlock" => OutcomeChoice::Ending(Ending::Deadlock),
                value => OutcomeChoice::Value(value.to_owned()),
            })
            .collect();
        let kind = Kind::Outcomes { scenario: scenario(), choices };
        let wrong = wrong(&kind, &scenario(), &report(found, exhaustive));
        let messages: Vec<&str> = wrong.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(messages, expected);
    }

    /// A question whose program had 924 outcomes had as many faults.
    #[test]
    fn of_many_outcomes_that_are_missing_some_are_named() {
        let values: Vec<String> = (0..924).map(|value| value.to_string()).collect();
        let found: Vec<_> = values.iter().map(|value| (value.as_str(), Ending::Finished, None)).collect();
        let kind = Kind::Outcomes { scenario: scenario(), choices: vec![OutcomeChoice::Value("0".to_owned())] };
        let wrong = wrong(&kind, &scenario(), &report(&found, true));
        assert_eq!(wrong.len(), MOST_MISSING + 1);
        assert_eq!(wrong[0].0, "`x = 1` is possible, and not among the choices");
        assert_eq!(wrong[MOST_MISSING].0, "913 more outcomes are possible, and not among the choices");
    }

    /// A deck of 900 kB of expression was said whole, once for each outcome.
    #[test]
    fn what_is_observed_is_no_longer_shown_than_what_it_comes_to() {
        let scenario = Scenario { observe: Some("x + ".repeat(10_000) + "x"), ..Scenario::new("a.py", "") };
        let kind = Kind::Outcomes { scenario: scenario.clone(), choices: vec![OutcomeChoice::Value("0".to_owned())] };
        let found = [("0", Ending::Finished, None), ("1", Ending::Finished, None)];
        let wrong = wrong(&kind, &scenario, &report(&found, true));
        assert_eq!(wrong.len(), 1);
        assert!(
            wrong[0].0.starts_with("`x + x + ")
                && wrong[0].0.ends_with("… = 1` is possible, and not among the choices")
        );
        assert!(wrong[0].0.len() < 500, "{} bytes", wrong[0].0.len());
    }

    #[test]
    fn some_choice_is_possible_and_none_is_missing() {
        let one = ("1", Ending::Finished, None);
        let two = ("2", Ending::Finished, None);
        let stuck = ("1", Ending::Deadlock, None);
        check_outcomes(&["1", "3"], &[one], true, &[]);
        check_outcomes(&["1", "deadlock", "3"], &[one, stuck], true, &[]);
        check_outcomes(&["3"], &[], true, &["none of the choices is possible"]);
        check_outcomes(&["1"], &[one], true, &[]);
        check_outcomes(&["1", "3"], &[one, two], true, &["`x = 2` is possible, and not among the choices"]);
        check_outcomes(&["1", "3"], &[one, stuck], true, &["`deadlock; x = 1` is possible, and not among the choices"]);
    }

    #[test]
    fn a_bounded_report_proves_no_key() {
        let one = ("1", Ending::Finished, None);
        check_outcomes(
            &["1", "3"],
            &[one],
            false,
            &["not every order could be explored: 3 executions were not enough"],
        );
        check_outcomes(
            &["1", "3"],
            &[one, ("1", Ending::Limit, None)],
            false,
            &["the program does not end within the step limit"],
        );
        check_outcomes(
            &["1", "3"],
            &[one, ("1", Ending::Crash, None)],
            true,
            &["the program kills its interpreter in some order of its steps"],
        );
    }

    #[test]
    fn a_claim_can_be_evaluated_somewhere() {
        let kind = Kind::Verdict { scenario: scenario(), claim: crate::deck::Claim::Always("typo".to_owned()) };
        let check = |claims: &[Option<bool>]| {
            let found: Vec<_> = claims.iter().map(|claim| ("1", Ending::Finished, *claim)).collect();
            wrong(&kind, &scenario(), &report(&found, true)).len()
        };
        assert_eq!(check(&[None]), 1);
        assert_eq!(check(&[None, Some(true)]), 0);
        assert_eq!(check(&[Some(false)]), 0);
        assert_eq!(wrong(&kind, &scenario(), &report(&[("1", Ending::Deadlock, None)], true)).len(), 0);
    }
}
