//! The rules of a session, without a terminal.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::deck::CardId;
use crate::deck::ChoiceOption;
use crate::deck::Concept;
use crate::deck::Deck;
use crate::deck::Digest;
use crate::deck::Kind;
use crate::deck::OutcomeChoice;
use crate::deck::Place;
use crate::deck::Question;
use crate::explore::Found;
use crate::explore::Report;
use crate::explore::Unfinished;
use crate::grade::Answer;
use crate::grade::Mark;
use crate::scenario::Ending;
use crate::scenario::Outcome;
use crate::scenario::Scenario;
use crate::scenario::Schedule;
use crate::srs::MAX_SECONDS;
use crate::srs::Pace;
use crate::srs::Plan;
use crate::srs::Rating;

use super::Session;
use super::Skipped;
use super::Step;

const SOON: Duration = Duration::from_secs(5);

/// Makes a deck `d` from concepts and their questions. A question whose name begins with `run` has a program.
fn deck(concepts: &[(&str, &[&str])]) -> Vec<Deck> {
    let concept = |(id, _): &(&str, &[&str])| Concept {
        id: id.parse().expect("an id"),
        title: id.to_uppercase(),
        requires: Vec::new(),
        teach: format!("All about {id}."),
        refs: Vec::new(),
    };
    let question = |concept: &str, id: &str| {
        let kind = if id.starts_with("run") {
            let choices = ["1", "2", "3", "4"].map(|text| OutcomeChoice::Value(text.to_owned())).to_vec();
            Kind::Outcomes { scenario: Scenario::new("a.py", id), choices }
        } else {
            let option = |text: &str| ChoiceOption { text: text.to_owned(), correct: text == "yes", feedback: None };
            Kind::Choice { options: ["yes", "no", "never", "perhaps"].map(option).to_vec() }
        };
        Question {
            id: id.parse().expect("an id"),
            concept: concept.parse().expect("an id"),
            ask: format!("{id}?"),
            hints: vec!["first".to_owned(), "second".to_owned()],
            explain: None,
            formerly: Vec::new(),
            digest: Digest::of(id, &kind),
            kind,
            place: Place { file: "topic.yaml".to_owned(), line: 1, column: 1 },
        }
    };
    vec![Deck {
        id: "d".parse().expect("an id"),
        title: "Deck".to_owned(),
        about: None,
        concepts: concepts.iter().map(concept).collect(),
        questions: concepts.iter().flat_map(|(id, all)| all.iter().map(move |name| question(id, name))).collect(),
    }]
}

fn card(name: &str) -> CardId {
    format!("d/{name}").parse().expect("a card")
}

/// Begins a review of these cards.
fn review<'a>(decks: &'a [Deck], due: &[&str], new: &[&str], seed: u64) -> Session<'a> {
    let cards = |names: &[&str]| names.iter().map(|name| card(name)).collect::<Vec<_>>();
    let plan = Plan { reviews: cards(due), new: cards(new), reviews_waiting: 0, new_waiting: 0 };
    Session::review(&decks.iter().collect::<Vec<_>>(), &plan, &cards(due).into_iter().collect(), Pace::default(), seed)
}

/// Begins a quiz of so many questions.
fn quiz(decks: &[Deck], count: usize, seed: u64) -> Session<'_> {
    Session::quiz(&decks.iter().collect::<Vec<_>>(), count, seed)
}

fn report(values: &[&str]) -> Report {
    let found = |value: &&str| Found {
        outcome: Outcome {
            value: Some(value.to_string()),
            stdout: None,
            ending: Ending::Finished,
            exceptions: Vec::new(),
            claims: Vec::new(),
        },
        witness: Schedule::default(),
        switches: 0,
        executions: 1,
    };
    Report { outcomes: values.iter().map(found).collect(), executions: 3, unfinished: None }
}

fn pick(index: usize) -> Answer {
    Answer::Picked(BTreeSet::from([index]))
}

/// Says what a session does, step by step: `name` asked, `+concept` taught, `!name` explored. Those in `missed` are
/// answered wrong as often as they stand there, all others right.
fn play(session: &mut Session<'_>, missed: &[&str]) -> String {
    let mut missed = missed.to_vec();
    let mut told = Vec::new();
    loop {
        assert!(told.len() < 1000, "{told:?}");
        match session.next_step() {
            Step::Done => return told.join(" "),
            Step::Teach(subject) => {
                told.push(format!("+{}", subject.concept().id));
                session.taught();
            }
            Step::Explore(subject, _) => {
                told.push(format!("!{}", subject.question.id));
                session.explored(report(&["1"]));
            }
            Step::Ask(asked) => {
                let name = asked.subject.question.id.to_string();
                let miss = missed.iter().position(|missed| *missed == name);
                miss.map(|miss| missed.remove(miss));
                told.push(name);
                session.answered(pick(if miss.is_some() { 1 } else { 0 }), SOON);
            }
            Step::Show(shown) => {
                session.concluded(shown.proposed);
            }
        }
    }
}

#[track_caller]
fn check_review(due: &[&str], new: &[&str], missed: &[&str], expected: &str) {
    let decks = deck(&[("a", &["a1", "a2", "a3"]), ("b", &["b1", "b2", "run1"]), ("c", &["c1", "c2"])]);
    let told = play(&mut review(&decks, due, new, 1), missed);
    assert_eq!(told, expected);
}

#[test]
fn reviews_come_before_new_cards() {
    check_review(&["b1", "a1"], &["c1"], &[], "b1 a1 +c c1");
}

#[test]
fn a_concept_is_taught_before_its_first_new_card_and_once() {
    check_review(&[], &["a1", "a2", "b1"], &[], "+a a1 a2 +b b1");
    check_review(&["a1"], &["a2"], &[], "a1 a2");
}

#[test]
fn a_program_is_explored_before_its_question_and_once() {
    check_review(&["run1", "a1"], &[], &["run1"], "!run1 run1 a1 run1");
}

#[test]
fn what_is_missed_comes_back_after_some_others() {
    check_review(&["a1", "a2", "a3", "b1", "b2", "c1", "c2"], &[], &["a1"], "a1 a2 a3 b1 b2 a1 c1 c2");
    check_review(&["a1", "a2"], &[], &["a1"], "a1 a2 a1");
    check_review(&["a1"], &["b1"], &["a1", "a1"], "a1 +b b1 a1 a1");
}

#[test]
fn what_is_missed_again_and_again_is_left_for_another_day() {
    check_review(&["a1", "a2"], &[], &["a1"; 9], "a1 a2 a1 a1 a1");
}

#[test]
fn cards_without_a_question_are_left_out() {
    check_review(&["gone", "a1"], &[], &[], "a1");
    check_review(&[], &[], &[], "");
}

#[test]
fn what_cannot_be_explored_is_left_out_and_told() {
    let decks = deck(&[("a", &["run1", "a1"])]);
    let mut session = review(&decks, &["run1", "a1"], &[], 1);
    assert!(matches!(session.next_step(), Step::Explore(..)));
    session.unexplored("no Python");
    assert_eq!(play(&mut session, &[]), "a1");
    let summary = session.summary();
    assert_eq!(summary.skipped, [Skipped { card: card("run1"), why: "no Python".to_owned() }]);
    assert_eq!(summary.answered, 1);
}

#[test]
fn asking_again_gives_the_same() {
    let decks = deck(&[("a", &["a1"])]);
    let mut session = review(&decks, &["a1"], &[], 1);
    let order = |step| match step {
        Step::Ask(asked) => asked.order,
        step => panic!("{step:?}"),
    };
    assert_eq!(order(session.next_step()), order(session.next_step()));
}

#[test]
fn options_are_shuffled_by_the_seed_and_anew_when_they_come_back() {
    let decks = deck(&[("a", &["a1"])]);
    let orders = |seed| {
        let mut session = review(&decks, &["a1"], &[], seed);
        let mut orders = Vec::new();
        loop {
            match session.next_step() {
                Step::Ask(asked) => {
                    orders.push(asked.order);
                    session.answered(pick(1), SOON);
                }
                Step::Show(shown) => _ = session.concluded(shown.proposed),
                _ => return orders,
            }
        }
    };
    assert_eq!(orders(1), orders(1));
    let all: BTreeSet<Vec<usize>> = (0..20).flat_map(orders).collect();
    assert!(all.len() > 12, "{all:?}");
    assert!(orders(1).iter().any(|order| *order != orders(1)[0]));
}

#[test]
fn hints_are_given_in_order_and_lower_the_rating() {
    let decks = deck(&[("a", &["a1"])]);
    let mut session = review(&decks, &["a1"], &[], 1);
    session.next_step();
    assert_eq!([session.hint(), session.hint(), session.hint()], [Some("first"), Some("second"), None]);
    let Step::Ask(asked) = session.next_step() else { panic!("a question") };
    assert_eq!(asked.hints, ["first", "second"]);
    session.answered(pick(0), SOON);
    let Step::Show(shown) = session.next_step() else { panic!("an answer") };
    assert_eq!((shown.graded.mark, shown.proposed), (Mark::Right, Some(Rating::Hard)));
    let reviewed = session.concluded(Some(Rating::Easy));
    assert_eq!(reviewed.effort.hints, 2);
    assert_eq!((reviewed.proposed, reviewed.rating), (Some(Rating::Hard), Some(Rating::Easy)));
    assert_eq!((reviewed.subject.card(), reviewed.is_right()), (card("a1"), Some(true)));
}

#[test]
fn time_is_capped() {
    let decks = deck(&[("a", &["a1"])]);
    let mut session = review(&decks, &["a1"], &[], 1);
    session.next_step();
    session.answered(pick(0), Duration::from_secs(86_400));
    session.next_step();
    assert_eq!(session.concluded(Some(Rating::Good)).effort.seconds, MAX_SECONDS);
}

#[test]
fn the_learner_may_count_a_miss_as_known_and_then_it_does_not_come_back() {
    let decks = deck(&[("a", &["a1"])]);
    let mut session = review(&decks, &["a1"], &[], 1);
    session.next_step();
    session.answered(pick(1), SOON);
    session.next_step();
    session.concluded(Some(Rating::Hard));
    assert!(matches!(session.next_step(), Step::Done));
    assert_eq!(session.summary().right, 1);
}

#[test]
fn what_could_not_be_decided_gets_no_rating_and_does_not_come_back() {
    let decks = deck(&[("a", &["run1"])]);
    let mut session = review(&decks, &["run1"], &[], 1);
    session.next_step();
    session.explored(Report { unfinished: Some(Unfinished::Time), ..report(&["1"]) });
    session.next_step();
    session.answered(pick(0), SOON);
    let Step::Show(shown) = session.next_step() else { panic!("an answer") };
    assert_eq!((shown.graded.mark, shown.proposed), (Mark::Undecided, None));
    assert_eq!(session.concluded(None).is_right(), None);
    assert!(matches!(session.next_step(), Step::Done));
    let summary = session.summary();
    assert_eq!((summary.answered, summary.right, summary.undecided), (1, 0, 1));
}

#[test]
fn an_answer_can_be_taken_back_before_it_is_rated() {
    let decks = deck(&[("a", &["a1"])]);
    let mut session = review(&decks, &["a1"], &[], 1);
    session.next_step();
    assert!(!session.reopened());
    session.answered(pick(1), SOON);
    assert!(session.reopened());
    assert_eq!(play(&mut session, &[]), "a1");
    assert_eq!(session.summary().right, 1);
}

#[test]
fn undo_asks_again_several_deep_also_after_the_last_card() {
    let decks = deck(&[("a", &["a1", "a2", "a3"])]);
    let mut session = review(&decks, &["a1", "a2", "a3"], &[], 1);
    assert_eq!(play(&mut session, &["a3"]), "a1 a2 a3 a3");
    // The second answer to a3, then the first, then a2.
    for name in ["a3", "a3", "a2"] {
        assert_eq!(session.last(), Some(card(name)));
        assert!(session.undone(&card(name), false));
        let Step::Ask(asked) = session.next_step() else { panic!("a question") };
        assert_eq!(asked.subject.card(), card(name));
    }
    assert_eq!(session.summary().answered, 1);
    assert_eq!(play(&mut session, &[]), "a2 a3");
    assert_eq!(session.summary().right, 3);
}

#[test]
fn undoing_a_miss_takes_its_return_away() {
    let decks = deck(&[("a", &["a1", "a2"])]);
    let mut session = review(&decks, &["a1", "a2"], &[], 1);
    session.next_step();
    session.answered(pick(1), SOON);
    session.concluded(Some(Rating::Again));
    assert!(session.undone(&card("a1"), false));
    assert_eq!(play(&mut session, &[]), "a1 a2");
}

#[test]
fn an_earlier_sessions_answer_can_be_undone() {
    let decks = deck(&[("a", &["a1", "a2", "a3"])]);
    let mut session = review(&decks, &["a1", "a3"], &[], 1);
    session.next_step();
    assert!(session.undone(&card("a2"), true));
    assert!(!session.undone(&card("elsewhere"), true));
    assert_eq!(play(&mut session, &[]), "a2 a1 a3");
    // One that waits already is not asked twice.
    let mut session = review(&decks, &["a1", "a3"], &[], 1);
    session.next_step();
    assert!(session.undone(&card("a3"), false));
    assert_eq!(play(&mut session, &[]), "a3 a1");
}

#[test]
fn questions_are_numbered_without_those_that_come_back() {
    let decks = deck(&[("a", &["a1", "a2"])]);
    let mut session = review(&decks, &["a1", "a2"], &[], 1);
    let mut numbers = Vec::new();
    loop {
        match session.next_step() {
            Step::Ask(asked) => {
                numbers.push((asked.number, asked.of, asked.again));
                session.answered(pick(usize::from(!asked.again)), SOON);
            }
            Step::Show(shown) => _ = session.concluded(shown.proposed),
            _ => break,
        }
    }
    assert_eq!(numbers, [(1, 2, false), (2, 2, false), (2, 2, true), (2, 2, true)]);
}

#[test]
fn a_quiz_is_spread_over_concepts_in_teaching_order_without_teaching() {
    let decks = deck(&[("a", &["a1", "a2", "a3", "a4"]), ("b", &["b1", "b2"]), ("c", &["c1"])]);
    for seed in 0..50 {
        let told = play(&mut quiz(&decks, 3, seed), &[]);
        let concepts: String = told.split(' ').map(|name| &name[..1]).collect();
        assert_eq!(concepts, "abc", "{told}");
    }
    let all = play(&mut quiz(&decks, 100, 1), &[]);
    assert_eq!(all, "a1 a2 a3 a4 b1 b2 c1");
    assert_eq!(play(&mut quiz(&decks, 0, 1), &[]), "");
}

#[test]
fn a_seed_gives_the_same_quiz() {
    let decks = deck(&[("a", &["a1", "a2", "a3", "a4", "a5", "a6"])]);
    let told = |seed| play(&mut quiz(&decks, 3, seed), &[]);
    assert_eq!(told(1), told(1));
    assert!((0..20).map(told).collect::<BTreeSet<_>>().len() > 5);
}

#[test]
fn what_a_quiz_missed_comes_back_once_at_the_end_and_does_not_change_the_score() {
    let decks = deck(&[("a", &["a1", "a2", "a3"]), ("b", &["b1"])]);
    let mut session = quiz(&decks, 10, 1);
    assert_eq!(play(&mut session, &["a1", "a3", "a3"]), "a1 a2 a3 b1 a1 a3");
    let summary = session.summary();
    assert_eq!((summary.answered, summary.right), (4, 2));
    assert_eq!(summary.missed, [card("a1"), card("a3")]);
    assert_eq!((summary.retried, summary.mended), (2, 1));
    let scores: Vec<_> =
        summary.concepts.iter().map(|score| (score.concept.id.as_str(), score.right, score.answered)).collect();
    assert_eq!(scores, [("a", 1, 3), ("b", 1, 1)]);
}

#[test]
fn a_quiz_asks_another_question_for_one_that_cannot_be_explored() {
    let decks = deck(&[("a", &["run1", "run2", "a1", "a2", "a3"])]);
    let mut session = quiz(&decks, 3, 1);
    let mut asked = BTreeSet::new();
    loop {
        match session.next_step() {
            Step::Explore(..) => session.unexplored("no Python"),
            Step::Ask(question) => {
                asked.insert(question.subject.question.id.to_string());
                session.answered(pick(0), SOON);
            }
            Step::Show(_) => _ = session.concluded(None),
            _ => break,
        }
    }
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["a1", "a2", "a3"]);
}

#[test]
fn a_session_that_stops_early_says_what_is_left() {
    let decks = deck(&[("a", &["a1", "a2", "a3"])]);
    let mut session = review(&decks, &["a1", "a2"], &["a3"], 1);
    session.next_step();
    session.answered(pick(1), SOON);
    session.concluded(Some(Rating::Again));
    session.next_step();
    let summary = session.summary();
    assert_eq!((summary.answered, summary.new, summary.left), (1, 0, 3));
}
