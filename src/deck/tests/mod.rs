//! Decks read as a whole: what a good one becomes, and the exact words for all that can be wrong with one.

mod files;
mod guide;
mod questions;
mod structure;

use std::collections::BTreeMap;

use super::Claim;
use super::Deck;
use super::Kind;
use super::OutcomeChoice;
use super::Place;
use super::parse;
use crate::scenario::Ending;
use crate::scenario::Sleeps;

const HEAD: &str = "format: 1\nid: d\ntitle: D\ntopics: [t.yaml]\n";

const CONCEPT: &str = "concepts:\n  - {id: c, title: C, teach: T}\n";

/// A question, the beginning of a block that more keys can follow.
const QUESTION: &str = "  - id: q\n    concept: c\n    ask: What?\n";

fn files(files: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

/// Returns a deck of one topic.
#[track_caller]
fn read(topic: &str) -> Deck {
    parse(&files(&[("deck.yaml", HEAD), ("t.yaml", topic)])).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Returns all that is wrong with a deck of these files.
#[track_caller]
fn faults_of(texts: &[(&str, &str)]) -> String {
    tell(&files(texts))
}

/// Returns all that is wrong with a deck of one topic.
#[track_caller]
fn faults(topic: &str) -> String {
    faults_of(&[("deck.yaml", HEAD), ("t.yaml", topic)])
}

/// Returns all that is wrong with a question that has these lines more.
#[track_caller]
fn faults_of_question(lines: &str) -> String {
    let program = if lines.contains("s/a.py") { ("s/a.py", "x = 1\n") } else { ("a.txt", "") };
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    let topic = format!("{CONCEPT}questions:\n{QUESTION}{lines}");
    faults_of(&[("deck.yaml", HEAD), ("t.yaml", &topic), program])
}

#[track_caller]
fn tell(files: &BTreeMap<String, Vec<u8>>) -> String {
    match parse(files) {
        Ok(deck) => panic!("{deck:#?}"),
        Err(faults) => faults.to_string(),
    }
}

#[test]
fn a_deck_is_its_head_and_its_topics() {
    let head = "format: 1\nid: d\ntitle: A deck\nabout: |\n  What it is *for*.\ntopics: [b.yaml, a.yml]\n";
    let first = "\
concepts:
  - id: two
    title: Two
    requires: [one]
    teach: |
      Some *text*.

          indented
    refs:
      - {title: Python, url: 'https://docs.python.org/3/'}
questions:
  - id: second
    concept: two
    kind: recall
    ask: What?
    answer: That.
    hints: [Think., Think harder.]
    explain: Because.
    formerly: [old, older]
";
    let second = "\
concepts:
  - {id: one, title: 1984, teach: T}
questions:
  - {id: first, concept: one, kind: recall, ask: A, answer: 1.10}
";
    let deck = parse(&files(&[("deck.yaml", head), ("b.yaml", first), ("a.yml", second)])).expect("a deck");
    assert_eq!((deck.id.as_str(), deck.title.as_str()), ("d", "A deck"));
    assert_eq!(deck.about.as_deref(), Some("What it is *for*."));

    // What is required comes first, wherever it is written.
    let concepts: Vec<&str> = deck.concepts.iter().map(|concept| concept.id.as_str()).collect();
    assert_eq!(concepts, ["one", "two"]);
    assert_eq!(deck.concepts[0].title, "1984");
    assert_eq!(deck.concepts[1].teach, "Some *text*.\n\n    indented");
    assert_eq!(deck.concepts[1].refs[0].url, "https://docs.python.org/3/");
    let questions: Vec<&str> = deck.questions.iter().map(|question| question.id.as_str()).collect();
    assert_eq!(questions, ["first", "second"]);
    assert_eq!(deck.questions[0].kind, Kind::Recall { answer: "1.10".to_owned() });
    assert_eq!(deck.questions[1].hints, ["Think.", "Think harder."]);
    assert_eq!(deck.questions[1].explain.as_deref(), Some("Because."));
    assert_eq!(deck.questions[1].formerly.len(), 2);
    assert_eq!(deck.questions[1].place, Place { file: "b.yaml".to_owned(), line: 12, column: 5 });
    assert_eq!(deck.card(&deck.questions[1]).to_string(), "d/second");
}

#[test]
fn cloze_needs_no_question() {
    let deck = read(&format!("{CONCEPT}questions: [{{id: q, concept: c, kind: cloze, text: 'a {{{{b}}}}'}}]\n"));
    assert_eq!(deck.questions[0].ask, "Fill in what is missing.");
}

#[test]
fn outcomes_are_text_as_python_shows_it() {
    let deck = read(&format!(
        "{CONCEPT}questions:\n{QUESTION}    kind: outcomes\n    scenario: {{code: 'x = 1', observe: x, sleeps: ordered}}\n    \
         choices: [1000, -200, 1.10, 0x1F, True, None, \"'a'\", '', \"(1, 2)\", \"true\", {{ending: deadlock}}, {{ending: spin}}, \"a\\n\"]\n"
    ));
    let Kind::Outcomes { scenario, choices } = &deck.questions[0].kind else { panic!("{deck:?}") };
    assert_eq!((scenario.name.as_str(), scenario.source.as_str()), ("q.py", "x = 1\n"));
    assert_eq!((scenario.observe.as_deref(), scenario.sleeps), (Some("x"), Sleeps::Ordered));
    let values: Vec<&str> = choices
        .iter()
        .filter_map(|choice| match choice {
            OutcomeChoice::Value(value) => Some(value.as_str()),
            OutcomeChoice::Ending(_) => None,
        })
        .collect();
    assert_eq!(values, ["1000", "-200", "1.10", "0x1F", "True", "None", "'a'", "", "(1, 2)", "true", "a"]);
    assert!(choices.contains(&OutcomeChoice::Ending(Ending::Deadlock)));
    assert!(choices.contains(&OutcomeChoice::Ending(Ending::Spin)));
}

#[test]
fn a_verdicts_claim_is_the_scenarios() {
    let topic = format!(
        "{CONCEPT}questions:\n{QUESTION}    kind: verdict\n    scenario: {{file: s/a.py}}\n    claim: {{never: balance < 0}}\n"
    );
    let deck = parse(&files(&[("deck.yaml", HEAD), ("t.yaml", &topic), ("s/a.py", "x = 1\r\ny = 2\r\n")]));
    let deck = deck.expect("a deck");
    let Kind::Verdict { scenario, claim } = &deck.questions[0].kind else { panic!("{deck:?}") };
    assert_eq!(*claim, Claim::Never("balance < 0".to_owned()));
    assert_eq!(scenario.claims, ["balance < 0"]);
    assert_eq!((scenario.name.as_str(), scenario.source.as_str()), ("s/a.py", "x = 1\ny = 2\n"));
}
