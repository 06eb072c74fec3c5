//! Decks read as a whole: what a good one becomes, and the exact words for all that can be wrong with one.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::Claim;
use super::Deck;
use super::Faults;
use super::Kind;
use super::MAX_DECK_BYTES;
use super::MAX_FILE_BYTES;
use super::MAX_FILES;
use super::MAX_ID_LENGTH;
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

#[test]
fn faults_of_keys() {
    assert_snapshot!(faults(
        "\
concepts:
  - id: c
    title: C
    teech: T
    \"colour\\e\": red
questions:
  - id: q
    id: r
    concept: c
    kind: recall
    aks: What?
    anwser: That.
    options: []
    <<: x
    [a]: b
  - concept: c
    kind: verdict
question: []
"
    ), @r#"
    t.yaml:4:5: unknown key `teech` in a concept
      4 |     teech: T
        |     ^^^^^
      hint: did you mean `teach`?

    t.yaml:5:5: the control character U+001B is not allowed
      5 |     "colour\e": red
        |     ^^^^^^^^^^
      hint: remove it: it does not show, or it changes how the text around it shows

    t.yaml:5:5: unknown key `colour�` in a concept
      5 |     "colour\e": red
        |     ^^^^^^^^^^
      hint: the keys here are `id`, `title`, `requires`, `teach` and `refs`

    t.yaml:8:5: the key `id` stands here twice
      8 |     id: r
        |     ^^
      hint: it stands in line 7 already; keep one of the two

    t.yaml:11:5: unknown key `aks` in a `recall` question
      11 |     aks: What?
         |     ^^^
      hint: did you mean `ask`?

    t.yaml:12:5: unknown key `anwser` in a `recall` question
      12 |     anwser: That.
         |     ^^^^^^
      hint: did you mean `answer`?

    t.yaml:13:5: unknown key `options` in a `recall` question
      13 |     options: []
         |     ^^^^^^^
      hint: questions of the kind `choice` have such a key

    t.yaml:14:5: unknown key `<<` in a `recall` question
      14 |     <<: x
         |     ^^
      hint: the keys here are `id`, `concept`, `kind`, `hints`, `explain`, `formerly`, `ask` and `answer`

    t.yaml:15:5: a key must be a word
      15 |     [a]: b
         |     ^
      hint: put a text that begins with `[`, `{` or `{{` in quotes

    t.yaml:16:5: a `verdict` question needs the keys `id`, `ask`, `scenario` and `claim`
      16 |   - concept: c
         |     ^^^^^^^
      hint: add a line for each, `key: …`

    t.yaml:18:1: unknown key `question` in a topic
      18 | question: []
         | ^^^^^^^^
      hint: did you mean `questions`?
    "#);
}

#[test]
fn faults_of_shapes() {
    assert_snapshot!(faults(
        "\
concepts:
  - just text
  - id: [a]
    title: {a: b}
    teach:
    requires: c
    refs:
      - title: |
          two
          lines
        url: www.python.org
      - title: ' '
        url: https://
questions:
  - id: q
    concept: c
    kind: choice
    ask: '  '
    hints: Think.
    formerly: [[a], ]
    options:
      - text: a
        correct: 'true'
      - {text: b, correct: yes}
"
    ), @r"
    t.yaml:2:5: a concept should be a mapping, not a text
      2 |   - just text
        |     ^^^^^^^^^
      hint: write `key: value`, one a line and further in than the line above

    t.yaml:3:9: `id` should be a text, not a list
      3 |   - id: [a]
        |         ^
      hint: put a text in quotes if it holds `: ` or begins with one of [ ] { } & * ! | > % @ `

    t.yaml:4:12: `title` should be a text, not a mapping
      4 |     title: {a: b}
        |            ^
      hint: put a text in quotes if it holds `: ` or begins with one of [ ] { } & * ! | > % @ `

    t.yaml:5:10: `teach` is empty
      5 |     teach:
        |          ^
      hint: write something, or remove the key if it is optional

    t.yaml:6:15: `requires` should be a list, not a text
      6 |     requires: c
        |               ^
      hint: write it in brackets, `[ … ]`, or one entry a line, each after `- `

    t.yaml:9:11: `title` should be one line
      9 |           two
        |           ^^^
      hint: shorten it to one line

    t.yaml:11:14: `www.python.org` is not a web address
      11 |         url: www.python.org
         |              ^^^^^^^^^^^^^^
      hint: write it whole, beginning with `https://`

    t.yaml:12:16: `title` is empty
      12 |       - title: ' '
         |                ^^^
      hint: write something, or remove the key if it is optional

    t.yaml:13:14: `https://` is not a web address
      13 |         url: https://
         |              ^^^^^^^^
      hint: write it whole, beginning with `https://`

    t.yaml:16:14: there is no concept `c`
      16 |     concept: c
         |              ^
      hint: add it to `concepts` in one of the topics, or correct the id

    t.yaml:18:10: `ask` is empty
      18 |     ask: '  '
         |          ^^^^
      hint: write something, or remove the key if it is optional

    t.yaml:19:12: `hints` should be a list, not a text
      19 |     hints: Think.
         |            ^^^^^^
      hint: write it in brackets, `[ … ]`, or one entry a line, each after `- `

    t.yaml:20:16: an entry of `formerly` should be a text, not a list
      20 |     formerly: [[a], ]
         |                ^
      hint: put a text in quotes if it holds `: ` or begins with one of [ ] { } & * ! | > % @ `

    t.yaml:23:18: `correct` should be `true` or `false`, not a text
      23 |         correct: 'true'
         |                  ^^^^^^
      hint: write `true` or `false`, without quotes

    t.yaml:24:28: `correct` should be `true` or `false`, not a text
      24 |       - {text: b, correct: yes}
         |                            ^^^
      hint: write `true` or `false`, without quotes
    ");
    assert_snapshot!(faults("concepts: {}\nquestions: none\n"), @r"
    deck.yaml: the deck has no questions
      hint: add `questions` to a topic

    t.yaml:1:11: `concepts` should be a list, not a mapping
      1 | concepts: {}
        |           ^
      hint: write it in brackets, `[ … ]`, or one entry a line, each after `- `

    t.yaml:2:12: `questions` should be a list, not a text
      2 | questions: none
        |            ^^^^
      hint: write it in brackets, `[ … ]`, or one entry a line, each after `- `
    ");
    assert_snapshot!(faults("- concepts\n"), @r"
    deck.yaml: the deck has no questions
      hint: add `questions` to a topic

    t.yaml:1:1: a topic should be a mapping, not a list
      1 | - concepts
        | ^
      hint: write `key: value`, one a line and further in than the line above
    ");
}

#[test]
fn faults_of_ids() {
    let long = "a".repeat(65);
    let topic = format!(
        "\
concepts:
  - {{id: c_c, title: C, teach: T}}
  - {{id: {long}, title: C, teach: T}}
  - {{id: d, title: D, teach: T}}
  - {{id: d, title: D again, teach: T}}
questions:
  - {{id: q, concept: d, kind: recall, ask: A, answer: B, formerly: [q2, old]}}
  - {{id: q2, concept: d, kind: recall, ask: A, answer: B, formerly: [old]}}
"
    );
    let more = "questions:\n  - {id: q, concept: d, kind: recall, answer: B}\n";
    let head = HEAD.replace("t.yaml", "t.yaml, u.yaml").replace("id: d", "id: My deck");
    assert_snapshot!(faults_of(&[("deck.yaml", &head), ("t.yaml", &topic), ("u.yaml", more)]), @r"
    deck.yaml:2:5: `My deck` is not an id: ids are lower-case letters and digits, in words joined by single hyphens
      2 | id: My deck
        |     ^^^^^^^
      hint: write it like `withdraw-final-balance`

    t.yaml:2:10: `c_c` is not an id: ids are lower-case letters and digits, in words joined by single hyphens
      2 |   - {id: c_c, title: C, teach: T}
        |          ^^^
      hint: write it like `withdraw-final-balance`

    t.yaml:3:10: `aaaaaaaaaaaaaaaaaaaa…` is too long for an id: 64 characters are allowed
      3 |   - {id: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
        |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      hint: choose a shorter one

    t.yaml:5:10: the concept `d` is there twice
      5 |   - {id: d, title: D again, teach: T}
        |          ^
      hint: the first concept is at t.yaml:4; rename one of the two

    t.yaml:7:69: `q2` cannot be a former id: a question has it now
      7 | …: q, concept: d, kind: recall, ask: A, answer: B, formerly: [q2, old]}
        |                                                               ^^
      hint: that question is at t.yaml:8; remove the former id or rename that question

    t.yaml:8:70: `old` cannot be a former id of two questions
      8 | …{id: q2, concept: d, kind: recall, ask: A, answer: B, formerly: [old]}
        |                                                                   ^^^
      hint: it is claimed at t.yaml:7 already; history can go to one question only

    u.yaml:2:6: a `recall` question needs the key `ask`
      2 |   - {id: q, concept: d, kind: recall, answer: B}
        |      ^^
      hint: add a line `ask: …`

    u.yaml:2:10: the question `q` is there twice
      2 |   - {id: q, concept: d, kind: recall, answer: B}
        |          ^
      hint: the first question is at t.yaml:7; rename one of the two
    ");
}

#[test]
fn faults_of_concepts() {
    assert_snapshot!(faults(
        "\
concepts:
  - {id: lock, title: L, teach: T, requires: [race-conditions, lock]}
  - {id: race-condition, title: R, teach: T, requires: [gil]}
  - id: gil
    title: G
    teach: T
    requires: [thread, race-condition]
questions:
  - {id: q, concept: dragon, kind: recall, ask: A, answer: B}
"
    ), @r"
    t.yaml:2:47: there is no concept `race-conditions`
      2 |   - {id: lock, title: L, teach: T, requires: [race-conditions, lock]}
        |                                               ^^^^^^^^^^^^^^^
      hint: did you mean `race-condition`?

    t.yaml:2:64: concepts require each other in a circle: lock → lock
      2 |   - {id: lock, title: L, teach: T, requires: [race-conditions, lock]}
        |                                                                ^^^^
      hint: remove one of these ids from a `requires`

    t.yaml:7:16: there is no concept `thread`
      7 |     requires: [thread, race-condition]
        |                ^^^^^^
      hint: add it to `concepts` in one of the topics, or correct the id

    t.yaml:7:24: concepts require each other in a circle: race-condition → gil → race-condition
      7 |     requires: [thread, race-condition]
        |                        ^^^^^^^^^^^^^^
      hint: remove one of these ids from a `requires`

    t.yaml:9:22: there is no concept `dragon`
      9 |   - {id: q, concept: dragon, kind: recall, ask: A, answer: B}
        |                      ^^^^^^
      hint: add it to `concepts` in one of the topics, or correct the id
    ");
}

#[test]
fn long_chains_of_concepts_are_taught_from_their_end() {
    const LENGTH: usize = 4000;
    let concepts: String = (0..LENGTH)
        .map(|number| format!("  - {{id: c{number}, title: C, teach: T, requires: [c{}]}}\n", number + 1))
        .collect();
    let last = format!("  - {{id: c{LENGTH}, title: C, teach: T}}\n");
    let deck = read(&format!(
        "concepts:\n{concepts}{last}questions: [{{id: q, concept: c0, kind: recall, ask: A, answer: B}}]\n"
    ));
    let order: Vec<&str> = deck.concepts.iter().map(|concept| concept.id.as_str()).collect();
    assert_eq!((order[0], order[LENGTH]), ("c4000", "c0"));
}

#[test]
fn faults_of_kinds() {
    assert_snapshot!(faults_of_question("kind: chioce"), @r"
    t.yaml:7:11: `kind` cannot be `chioce`
      7 |     kind: chioce
        |           ^^^^^^
      hint: did you mean `choice`?
    ");
    assert_snapshot!(faults_of_question("kind: essay\nanswer: all keys of all kinds pass\nlength: 3"), @r"
    t.yaml:7:11: `kind` cannot be `essay`
      7 |     kind: essay
        |           ^^^^^
      hint: it can be `recall`, `cloze`, `choice`, `outcomes` or `verdict`

    t.yaml:9:5: unknown key `length` in a question
      9 |     length: 3
        |     ^^^^^^
      hint: the keys here are `id`, `concept`, `kind`, `hints`, `explain`, `formerly`, `ask`, `answer`, `text`, `options`, `scenario`, `choices` and `claim`
    ");
    assert_snapshot!(faults_of_question("answer: B"), @r"
    t.yaml:4:5: a question needs the key `kind`
      4 |   - id: q
        |     ^^
      hint: add a line `kind: …`
    ");
    assert_snapshot!(faults_of_question("kind: [choice]"), @r"
    t.yaml:7:11: `kind` should be a text, not a list
      7 |     kind: [choice]
        |           ^
      hint: put a text in quotes if it holds `: ` or begins with one of [ ] { } & * ! | > % @ `
    ");
}

#[test]
fn faults_of_choices() {
    assert_snapshot!(faults_of_question("kind: choice\noptions: []"), @r"
    t.yaml:8:14: no option is correct
      8 |     options: []
        |              ^
      hint: add `correct: true` to each option that should be picked
    ");
    assert_snapshot!(
        faults_of_question("kind: choice\noptions:\n  - {text: a, correct: true}\n  - {text: a, correct: true}"),
        @r"
        t.yaml:9:7: every option is correct
          9 |       - {text: a, correct: true}
            |       ^
          hint: add an option without `correct: true`

        t.yaml:10:16: `a` stands in `options` twice
          10 |       - {text: a, correct: true}
             |                ^
          hint: it stands in line 9 already; remove or change one of the two
        "
    );
    assert_snapshot!(faults_of_question("kind: choice\noptions: [a, {text: b, correct: false, feeback: c}]"), @r"
    t.yaml:8:15: an option should be a mapping, not a text
      8 |     options: [a, {text: b, correct: false, feeback: c}]
        |               ^
      hint: write `key: value`, one a line and further in than the line above

    t.yaml:8:44: unknown key `feeback` in an option
      8 |     options: [a, {text: b, correct: false, feeback: c}]
        |                                            ^^^^^^^
      hint: did you mean `feedback`?
    ");
}

#[test]
fn faults_of_clozes() {
    assert_snapshot!(faults_of_question("kind: cloze\ntext: no gap"), @r"
    t.yaml:8:11: the text has no gap
      8 |     text: no gap
        |           ^^^^^^
      hint: put what is hidden in double braces: `a {{lock}} lets one thread in`
    ");
    assert_snapshot!(faults_of_question("kind: cloze\ntext: a {{gap"), @r"
    t.yaml:8:11: a gap is opened and not closed
      8 |     text: a {{gap
        |           ^^^^^^^
      hint: close it with `}}`; braces that are part of the text are written `\{{`
    ");
    assert_snapshot!(faults_of_question("kind: cloze\ntext: a {{ | }}"), @r"
    t.yaml:8:11: a gap is empty
      8 |     text: a {{ | }}
        |           ^^^^^^^^^
      hint: write what is hidden between the braces, with `|` between alternatives
    ");
    assert_snapshot!(faults_of_question("kind: cloze\ntext: |\n  a {{lock|Lock}}"), @r"
    t.yaml:9:7: a gap accepts `Lock` twice
      9 |       a {{lock|Lock}}
        |       ^^^^^^^^^^^^^^^
      hint: capitals and spaces do not matter; remove one of the two
    ");
    assert_snapshot!(faults_of_question("kind: cloze\ntext: {{lock}} a"), @r"
    t.yaml:8:20: not YAML: while parsing a block mapping, did not find expected key
      8 |     text: {{lock}} a
        |                    ^
      hint: check that the line is as far in as its neighbours; put a text that begins with `{`, `[` or a quote in quotes
    ");
}

#[test]
fn faults_of_outcomes() {
    assert_snapshot!(faults_of_question("kind: outcomes\nscenario: {file: s/a.py}\nchoices: [1]"), @r"
    t.yaml:9:14: `choices` has 1 of at least 2 entries
      9 |     choices: [1]
        |              ^
      hint: add what is missing
    ");
    assert_snapshot!(
        faults_of_question(
            "kind: outcomes\nscenario: {code: x = 1, sleeps: order}\nchoices:\n  - 1\n  - '1'\n  - true\n  - null\n  -\n  - {ending: deadlok}\n  - {ending: crash}\n  - [1, 2]"
        ),
        @r#"
        t.yaml:8:37: `sleeps` cannot be `order`
          8 |     scenario: {code: x = 1, sleeps: order}
            |                                     ^^^^^
          hint: it can be `unordered` or `ordered`

        t.yaml:12:9: `true` is not what Python shows
          12 |       - true
             |         ^^^^
          hint: write `True`; if the text itself is meant, put it in quotes: `"true"`

        t.yaml:13:9: `null` is not what Python shows
          13 |       - null
             |         ^^^^
          hint: write `None`; if the text itself is meant, put it in quotes: `"null"`

        t.yaml:14:8: an entry of `choices` is empty
          14 |       -
             |        ^
          hint: write something, or remove the key if it is optional

        t.yaml:15:18: `ending` cannot be `deadlok`
          15 |       - {ending: deadlok}
             |                  ^^^^^^^
          hint: did you mean `deadlock`?

        t.yaml:16:18: `ending` cannot be `crash`
          16 |       - {ending: crash}
             |                  ^^^^^
          hint: it can be `deadlock` or `spin`

        t.yaml:17:9: an entry of `choices` should be a value, not a list
          17 |       - [1, 2]
             |         ^
          hint: put a value that begins with a bracket in quotes: `"[1, 2]"`
        "#
    );
    assert_snapshot!(faults_of_question("kind: outcomes\nscenario: {code: x = 1}\nchoices: [1, 1, deadlock, {ending: deadlock}, {ending: deadlock}]"), @r"
    t.yaml:9:18: `1` stands in `choices` twice
      9 |     choices: [1, 1, deadlock, {ending: deadlock}, {ending: deadlock}]
        |                  ^
      hint: it stands in line 9 already; remove or change one of the two

    t.yaml:9:51: `deadlock` stands in `choices` twice
      9 |     choices: [1, 1, deadlock, {ending: deadlock}, {ending: deadlock}]
        |                                                   ^
      hint: it stands in line 9 already; remove or change one of the two
    ");
    assert_snapshot!(
        faults_of_question("kind: outcomes\nscenario: {code: x = 1}\nchoices: [(1, 2), {'a': 1}, {endign: spin}]"),
        @r#"
        t.yaml:9:15: `(1` has a bracket without its partner
          9 |     choices: [(1, 2), {'a': 1}, {endign: spin}]
            |               ^^
          hint: put a value that holds a comma in quotes: `"(1, 2)"`

        t.yaml:9:19: `2)` has a bracket without its partner
          9 |     choices: [(1, 2), {'a': 1}, {endign: spin}]
            |                   ^^
          hint: put a value that holds a comma in quotes: `"(1, 2)"`

        t.yaml:9:23: an entry of `choices` should be a value, not a mapping
          9 |     choices: [(1, 2), {'a': 1}, {endign: spin}]
            |                       ^
          hint: put a value that begins with a bracket in quotes: `"[1, 2]"`

        t.yaml:9:34: unknown key `endign` in a choice
          9 |     choices: [(1, 2), {'a': 1}, {endign: spin}]
            |                                  ^^^^^^
          hint: did you mean `ending`?
        "#
    );
}

#[test]
fn faults_of_verdicts() {
    assert_snapshot!(faults_of_question("kind: verdict\nscenario: {file: s/a.py}\nclaim: {}"), @r"
    t.yaml:9:12: a claim needs either `always` or `never`, and has neither
      9 |     claim: {}
        |            ^
      hint: add one of the two
    ");
    assert_snapshot!(
        faults_of_question("kind: verdict\nscenario: s/a.py\nclaim: {always: x, never: y}"),
        @r"
        t.yaml:8:15: a scenario should be a mapping, not a text
          8 |     scenario: s/a.py
            |               ^^^^^^
          hint: write `key: value`, one a line and further in than the line above

        t.yaml:9:12: a claim needs either `always` or `never`, and has both
          9 |     claim: {always: x, never: y}
            |            ^
          hint: remove one of the two
        "
    );
}

#[test]
fn faults_of_scenarios() {
    let scenario = |scenario: &str| {
        let topic = format!(
            "{CONCEPT}questions:\n{QUESTION}    kind: outcomes\n    choices: [1, 2]\n    scenario: {scenario}\n"
        );
        faults_of(&[("deck.yaml", HEAD), ("t.yaml", &topic), ("scenarios/withdrew.py", "x = 1"), ("t/a.py", "x = 1")])
            .split("\n\n")
            .find(|fault| fault.starts_with("t.yaml"))
            .map(str::to_owned)
            .expect("a fault")
    };
    assert_snapshot!(scenario("{observe: x}"), @r"
    t.yaml:9:15: a scenario needs either `file` or `code`, and has neither
      9 |     scenario: {observe: x}
        |               ^
      hint: add one of the two
    ");
    assert_snapshot!(scenario("{file: t/a.py, code: x = 1}"), @r"
    t.yaml:9:15: a scenario needs either `file` or `code`, and has both
      9 |     scenario: {file: t/a.py, code: x = 1}
        |               ^
      hint: remove one of the two
    ");
    assert_snapshot!(scenario("{file: a.py}"), @r"
    t.yaml:9:22: there is no file `a.py` in the deck
      9 |     scenario: {file: a.py}
        |                      ^^^^
      hint: did you mean `t/a.py`?
    ");
    assert_snapshot!(scenario("{file: x/y.py}"), @r"
    t.yaml:9:22: there is no file `x/y.py` in the deck
      9 |     scenario: {file: x/y.py}
        |                      ^^^^^^
      hint: create the file, or correct its path; paths start at the deck's folder
    ");
    assert_snapshot!(scenario("{file: scenarios/withdraw.py}"), @r"
    t.yaml:9:22: there is no file `scenarios/withdraw.py` in the deck
      9 |     scenario: {file: scenarios/withdraw.py}
        |                      ^^^^^^^^^^^^^^^^^^^^^
      hint: did you mean `scenarios/withdrew.py`?
    ");
    assert_snapshot!(scenario("{file: ../t/a.py}"), @r"
    t.yaml:9:22: `../t/a.py` is not a path inside the deck
      9 |     scenario: {file: ../t/a.py}
        |                      ^^^^^^^^^
      hint: move the file into the deck's folder and write its path from there, with `/` between folders
    ");
    assert_snapshot!(scenario("{file: s/a.txt}"), @r"
    t.yaml:9:22: `s/a.txt` should be a `.py` file
      9 |     scenario: {file: s/a.txt}
        |                      ^^^^^^^
      hint: rename the file so that it ends in `.py`
    ");
}

#[test]
fn faults_of_files() {
    let empty_program = format!(
        "{CONCEPT}questions:\n{QUESTION}    kind: outcomes\n    scenario: {{file: a.py}}\n    choices: [1, 2]\n"
    );
    assert_snapshot!(faults_of(&[("deck.yaml", HEAD), ("t.yaml", &empty_program), ("a.py", " \n")]), @r"
    t.yaml:8:22: there is no program in `a.py`
      8 |     scenario: {file: a.py}
        |                      ^^^^
      hint: write the program, or remove the question
    ");
    assert_snapshot!(faults_of(&[("t.yaml", "nonsense: 1\n")]), @r"
    deck.yaml: the deck has no `deck.yaml`
      hint: a deck is a folder with a `deck.yaml`, which holds `format: 1`, `id`, `title` and `topics`

    t.yaml:1:1: unknown key `nonsense` in a topic
      1 | nonsense: 1
        | ^^^^^^^^
      hint: the keys here are `concepts` and `questions`
    ");
    assert_snapshot!(
        faults_of(&[
            ("deck.yaml", "format: 1\nid: d\ntopics: [t.yaml, topics/t.yaml, s.yaml, u.yaml, t.yaml, /etc/x.yaml, x.txt, '']\n"),
            ("t.yaml", CONCEPT),
            ("s/s.yaml", "nobody: reads this\n"),
            ("v.yaml", "nobody: reads this\n"),
            ("w.yml", ""),
            ("s/b.py", "x"),
        ]),
        @r"
        deck.yaml:1:1: a deck's head needs the key `title`
          1 | format: 1
            | ^^^^^^
          hint: add a line `title: …`

        deck.yaml:3:18: there is no file `topics/t.yaml` in the deck
          3 | topics: [t.yaml, topics/t.yaml, s.yaml, u.yaml, t.yaml, /etc/x.yaml, x…
            |                  ^^^^^^^^^^^^^
          hint: did you mean `t.yaml`?

        deck.yaml:3:33: there is no file `s.yaml` in the deck
          3 | topics: [t.yaml, topics/t.yaml, s.yaml, u.yaml, t.yaml, /etc/x.yaml, x…
            |                                 ^^^^^^
          hint: did you mean `s/s.yaml`?

        deck.yaml:3:41: there is no file `u.yaml` in the deck
          3 | …s: [t.yaml, topics/t.yaml, s.yaml, u.yaml, t.yaml, /etc/x.yaml, x.txt,…
            |                                     ^^^^^^
          hint: create the file, or correct its path; paths start at the deck's folder

        deck.yaml:3:49: `t.yaml` stands in `topics` twice
          3 | …t.yaml, topics/t.yaml, s.yaml, u.yaml, t.yaml, /etc/x.yaml, x.txt, '']
            |                                         ^^^^^^
          hint: it stands in line 3 already; remove or change one of the two

        deck.yaml:3:57: `/etc/x.yaml` is not a path inside the deck
          3 | …t.yaml, topics/t.yaml, s.yaml, u.yaml, t.yaml, /etc/x.yaml, x.txt, '']
            |                                                 ^^^^^^^^^^^
          hint: move the file into the deck's folder and write its path from there, with `/` between folders

        deck.yaml:3:70: `x.txt` should be a `.yaml` file
          3 | …t.yaml, topics/t.yaml, s.yaml, u.yaml, t.yaml, /etc/x.yaml, x.txt, '']
            |                                                              ^^^^^
          hint: rename the file so that it ends in `.yaml`

        deck.yaml:3:77: an entry of `topics` is empty
          3 | …t.yaml, topics/t.yaml, s.yaml, u.yaml, t.yaml, /etc/x.yaml, x.txt, '']
            |                                                                     ^^
          hint: write something, or remove the key if it is optional
        "
    );
    let sound = format!("{CONCEPT}questions:\n{QUESTION}    kind: recall\n    answer: B\n");
    assert_snapshot!(faults_of(&[("deck.yaml", HEAD), ("t.yaml", &sound), ("v.yaml", "x"), ("w/w.yml", "\0"), ("s/b.py", ""), ("s/b.txt", "\0")]), @r"
    s/b.py: no scenario uses the file
      hint: use it in a question (`scenario: {file: …}`), or move it out of the deck

    s/b.txt:1:1: the control character U+0000 is not allowed
      1 | �
        | ^
      hint: remove it: it does not show, or it changes how the text around it shows

    v.yaml: the file is not among the deck's topics
      hint: add it to `topics` in deck.yaml, or move it out of the deck

    w/w.yml: the file is not among the deck's topics
      hint: add it to `topics` in deck.yaml, or move it out of the deck

    w/w.yml:1:1: the control character U+0000 is not allowed
      1 | �
        | ^
      hint: remove it: it does not show, or it changes how the text around it shows
    ");
    assert_snapshot!(faults_of(&[("deck.yaml", "format: 1\ntopics: [t.yaml]\n"), ("t.yaml", CONCEPT), ("v.yaml", "x")]), @r"
    deck.yaml: the deck has no questions
      hint: add `questions` to a topic

    deck.yaml:1:1: a deck's head needs the keys `id` and `title`
      1 | format: 1
        | ^^^^^^
      hint: add a line for each, `key: …`

    v.yaml: the file is not among the deck's topics
      hint: add it to `topics` in deck.yaml, or move it out of the deck
    ");
    assert_snapshot!(faults_of(&[("deck.yaml", "format: 1\nid: d\ntitle: D\ntopics: []\n")]), @r"
    deck.yaml:4:9: `topics` has 0 of at least 1 entries
      4 | topics: []
        |         ^
      hint: add what is missing
    ");
    assert_snapshot!(faults(CONCEPT), @r"
    deck.yaml: the deck has no questions
      hint: add `questions` to a topic
    ");
}

#[test]
fn faults_of_formats() {
    let format =
        |format: &str| faults_of(&[("deck.yaml", &format!("format: {format}\nnew: key\n")), ("t.yaml", "new: too\n")]);
    assert_snapshot!(format("2"), @r"
    deck.yaml:1:9: the deck is written in format 2, and this raceday reads format 1
      1 | format: 2
        |         ^
      hint: update raceday
    ");
    assert_snapshot!(format("one"), @r"
    deck.yaml:1:9: `one` is not a format
      1 | format: one
        |         ^^^
      hint: write `format: 1`
    ");
    assert_snapshot!(faults_of(&[("deck.yaml", "id: d\ntitle: D\ntopics: [t.yaml]\n"), ("t.yaml", CONCEPT)]), @r"
    deck.yaml: the deck has no questions
      hint: add `questions` to a topic

    deck.yaml:1:1: a deck's head needs the key `format`
      1 | id: d
        | ^^
      hint: add a line `format: …`
    ");
    assert_snapshot!(faults_of(&[("deck.yaml", "format:\nid: d\ntitle: D\ntopics: [t.yaml]\n"), ("t.yaml", CONCEPT)]), @r"
    deck.yaml: the deck has no questions
      hint: add `questions` to a topic

    deck.yaml:1:7: `format` is empty
      1 | format:
        |       ^
      hint: write something, or remove the key if it is optional
    ");
}

/// A file that cannot be read may hold what others seem to lack.
#[test]
fn of_a_broken_file_only_that_is_told() {
    let head = HEAD.replace("t.yaml", "t.yaml, u.yaml");
    let topic = "questions: [{id: q, concept: in-u, kind: recall, ask: A, answer: B}]\n";
    assert_snapshot!(faults_of(&[("deck.yaml", &head), ("t.yaml", topic), ("u.yaml", "concepts: ["), ("s/a.py", "x")]), @r"
    u.yaml:1:11: not YAML: unclosed bracket '['
      1 | concepts: [
        |           ^
      hint: close what is open, and put a text that begins with `[` or `{` in quotes
    ");
}

#[test]
fn what_yaml_does_not_allow() {
    assert_snapshot!(faults("questions:\n\t- id: q\n"), @r"
    t.yaml:2:2: a tab indents this line
      2 |  - id: q
        |  ^
      hint: indent with spaces
    ");
    assert_snapshot!(faults("concepts:\n  - id: a\n    title: What is this: a test?\n"), @r"
    t.yaml:3:24: not YAML: mapping values are not allowed in this context
      3 |     title: What is this: a test?
        |                        ^
      hint: put a text that holds `: ` in quotes, and check that the line is not further in than it should be
    ");
    assert_snapshot!(faults("concepts:\n  - id: a\n    title: @home\n"), @r"
    t.yaml:3:12: not YAML: unexpected character: '@'
      3 |     title: @home
        |            ^
      hint: put a text that begins with one of | > % @ ` in quotes
    ");
    assert_snapshot!(faults("concepts:\n  - id: a\n    title: 'it's'\n"), @r#"
    t.yaml:3:16: not YAML: invalid trailing content after single-quoted scalar
      3 |     title: 'it's'
        |                ^
      hint: close the quotes; in double quotes a quote is written \" and a backslash \\, in single quotes a quote ''
    "#);
    assert_snapshot!(faults("concepts:\n  - id: a\n    title: \"open\n"), @r#"
    t.yaml:3:12: not YAML: unclosed quote
      3 |     title: "open
        |            ^
      hint: close the quotes; in double quotes a quote is written \" and a backslash \\, in single quotes a quote ''
    "#);
    assert_snapshot!(faults("concepts:\n  - id: a\n   title: A\n"), @r"
    t.yaml:3:4: not YAML: while parsing a block collection, did not find expected '-' indicator
      3 |    title: A
        |    ^
      hint: check that the line is as far in as its neighbours; put a text that begins with `{`, `[` or a quote in quotes
    ");
    assert_snapshot!(faults("concepts: [\n"), @r"
    t.yaml:1:11: not YAML: unclosed bracket '['
      1 | concepts: [
        |           ^
      hint: close what is open, and put a text that begins with `[` or `{` in quotes
    ");
    assert_snapshot!(faults("concepts:\n  - id: a\n    teach: {x} is\n"), @r"
    t.yaml:3:16: not YAML: while parsing a block mapping, did not find expected key
      3 |     teach: {x} is
        |                ^
      hint: check that the line is as far in as its neighbours; put a text that begins with `{`, `[` or a quote in quotes
    ");
    assert_snapshot!(faults("concepts:\n  - id: !!binary a\n"), @r"
    t.yaml:2:18: not YAML: invalid !!binary base64
      2 |   - id: !!binary a
        |                  ^
      hint: check that the line is as far in as its neighbours; put a text that begins with `{`, `[` or a quote in quotes
    ");
    assert_snapshot!(faults("concepts: *args\n"), @r"
    t.yaml:1:11: anchors and aliases (`&name`, `*name`) are not part of the format
      1 | concepts: *args
        |           ^
      hint: put a text that begins with `&` or `*` in quotes; to use a program twice, put it in a file
    ");
    assert_snapshot!(faults("concepts: &a []\nquestions: *a\n"), @r"
    t.yaml:1:14: anchors and aliases (`&name`, `*name`) are not part of the format
      1 | concepts: &a []
        |              ^
      hint: put a text that begins with `&` or `*` in quotes; to use a program twice, put it in a file
    ");
    assert_snapshot!(faults("concepts: []\n---\nquestions: []\n"), @r"
    t.yaml:2:1: a second document begins here
      2 | ---
        | ^
      hint: remove the `---`, or move what follows to a file of its own
    ");
    assert_snapshot!(faults(""), @r"
    t.yaml: the file is empty
      hint: write the file, or remove it
    ");
    assert_snapshot!(faults("# nothing\n"), @r"
    t.yaml: the file is empty
      hint: write the file, or remove it
    ");
}

#[test]
fn what_is_no_text() {
    let with = |topic: &[u8]| {
        let mut files = files(&[("deck.yaml", HEAD)]);
        files.insert("t.yaml".to_owned(), topic.to_vec());
        tell(&files)
    };
    assert_snapshot!(with(b"concepts: []\n# caf\xe9, na\xefve\n"), @r"
    t.yaml:2:6: the file is not UTF-8: it breaks at byte 18
      2 | # caf�, na�ve
        |      ^
      hint: save the file as UTF-8
    ");
    assert_snapshot!(with(b"\xff\xfec\0o\0n\0"), @r"
    t.yaml:1:1: the file is not UTF-8: it breaks at byte 0
      1 | ��c�o�n�
        | ^
      hint: the file looks like UTF-16; save it as UTF-8
    ");
    assert_snapshot!(with(b"concepts: []\nqu\0estions: []\n"), @r"
    deck.yaml: the deck has no questions
      hint: add `questions` to a topic

    t.yaml:2:1: unknown key `qu?estions` in a topic
      2 | qu�estions: []
        | ^^^^^^^^^^
      hint: did you mean `questions`?

    t.yaml:2:3: the control character U+0000 is not allowed
      2 | qu�estions: []
        |   ^
      hint: remove it: it does not show, or it changes how the text around it shows
    ");
    assert_snapshot!(
        with(format!("{CONCEPT}questions:\n{QUESTION}    kind: recall\n    answer: \"a\\u202Eb\"\n    explain: a\u{202e}b\n    hints: [\"\\e[2J\"]\n").as_bytes()),
        @r#"
        t.yaml:8:13: the invisible character U+202E is not allowed
          8 |     answer: "a\u202Eb"
            |             ^^^^^^^^^^
          hint: remove it: it does not show, or it changes how the text around it shows

        t.yaml:9:15: the invisible character U+202E is not allowed
          9 |     explain: a�b
            |               ^
          hint: remove it: it does not show, or it changes how the text around it shows

        t.yaml:10:13: the control character U+001B is not allowed
          10 |     hints: ["\e[2J"]
             |             ^^^^^^^
          hint: remove it: it does not show, or it changes how the text around it shows
        "#
    );
    assert_snapshot!(
        faults_of(&[("deck.yaml", HEAD), ("t.yaml", CONCEPT), ("a.py", "x = 1 # \u{2066}\n")]),
        @r"
        deck.yaml: the deck has no questions
          hint: add `questions` to a topic

        a.py: no scenario uses the file
          hint: use it in a question (`scenario: {file: …}`), or move it out of the deck

        a.py:1:9: the invisible character U+2066 is not allowed
          1 | x = 1 # �
            |         ^
          hint: remove it: it does not show, or it changes how the text around it shows
        "
    );
}

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    let topic = format!("{CONCEPT}questions:\n{QUESTION}    kind: recall\n    answer: |\n      a\n      b\n");
    let plain = read(&topic);
    let windows = files(&[
        ("deck.yaml", &format!("\u{feff}{}", HEAD.replace('\n', "\r\n"))),
        ("t.yaml", &format!("\u{feff}{}", topic.replace('\n', "\r\n"))),
    ]);
    assert_eq!(parse(&windows).expect("a deck"), plain);

    assert_snapshot!(faults("\u{feff}concepts: []\r\nquestion: []\r\n"), @r"
    deck.yaml: the deck has no questions
      hint: add `questions` to a topic

    t.yaml:2:1: unknown key `question` in a topic
      2 | question: []
        | ^^^^^^^^
      hint: did you mean `questions`?
    ");
}

/// Whatever a file holds, it is told within the limits of a file: what must not happen here is waiting, and an abort.
#[test]
fn hostile_files_are_refused() {
    let first_lines = |topic: &str| {
        let told = faults(topic);
        assert!(told.len() < 200_000, "{} bytes of faults", told.len());
        told.lines().next().unwrap_or_default().to_owned()
    };

    let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned())
        .chain(
            (1..30).map(|level| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "))),
        )
        .collect();
    assert_snapshot!(first_lines(&bomb), @"t.yaml:1:9: anchors and aliases (`&name`, `*name`) are not part of the format");

    for nest in ["[", "{a: ", "- ", "? "] {
        let told = first_lines(&nest.repeat(10_000));
        assert_eq!(
            told.split_once(": ").map(|(_, message)| message),
            Some("lists and mappings are nested too deeply"),
            "{nest}"
        );
    }
    let stairs: String = (0..1000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    assert_snapshot!(first_lines(&stairs), @"t.yaml:33:33: lists and mappings are nested too deeply");

    assert_snapshot!(first_lines(&"#".repeat(MAX_FILE_BYTES + 1)), @"t.yaml: the file has 1048577 bytes, and a file of a deck may have 1048576");
    assert_snapshot!(first_lines(&format!("[{}]", "x,".repeat(200_000))), @"t.yaml:1:100000: the file has too many values");
    assert_snapshot!(first_lines(&"\u{202e}".repeat(MAX_FILE_BYTES / 3)), @"t.yaml:1:1: the invisible character U+202E is not allowed");
    assert_snapshot!(first_lines(&"\0".repeat(MAX_FILE_BYTES)), @"t.yaml:1:1: the control character U+0000 is not allowed");
    assert_snapshot!(first_lines(&format!("concepts: {}", "x".repeat(MAX_FILE_BYTES - 100))), @"deck.yaml: the deck has no questions");
    assert_snapshot!(first_lines(&"x: ".repeat(300_000)), @"t.yaml:1:5: not YAML: mapping values are not allowed in this context");
    assert_snapshot!(first_lines(&format!("\"{}", "\\".repeat(500_000))), @"t.yaml:1:1: not YAML: unclosed quote");
    assert_snapshot!(first_lines(&"--- a\n".repeat(100_000)), @"t.yaml:2:1: a second document begins here");
    assert_snapshot!(first_lines(&"%TAG ! tag:a\n".repeat(50_000)), @"t.yaml:2:1: not YAML: the TAG directive must only be given at most once per handle in the same document");
    assert_snapshot!(first_lines(&format!("a: {}", "!".repeat(500_000))), @"t.yaml:1:4: not YAML: while parsing a tag, did not find expected tag URI");
    assert_snapshot!(first_lines(&"a: 1\n".repeat(20_000)), @"t.yaml:2:1: the key `a` stands here twice");
}

/// Faults take time and room of their own: all the more of them, the larger the file.
#[test]
fn faults_are_counted_when_there_are_too_many() {
    let questions: String = (0..3000)
        .map(|number| format!("{{id: q{number},concept: x{number},kind: outcomes,scenario: {{file: s{number}.py}}}},"))
        .collect();
    let scenarios: Vec<String> = (0..900).map(|number| format!("scenarios/{number}.py")).collect();
    let topic = format!("questions: [{questions}]");
    let mut all = files(&[("deck.yaml", HEAD), ("t.yaml", &topic)]);
    all.extend(scenarios.into_iter().map(|path| (path, b"x".to_vec())));
    let faults = parse(&all).expect_err("faults");
    assert_eq!(faults.iter().count(), Faults::MAX);
    // Of each question: keys that are missing, no such file, no such concept. Of each scenario: unused.
    assert_eq!(faults.count(), 3 * 3000 + 900);
    let told = faults.to_string();
    assert!(told.ends_with("\n\n… and 9700 more"), "{}", &told[told.len() - 100..]);
    assert!(told.len() < 200_000, "{} bytes of faults", told.len());
}

/// The guide for authors.
const GUIDE: &str = include_str!("../../docs/writing-decks.md");

/// Returns the files of its example.
fn example() -> BTreeMap<String, Vec<u8>> {
    GUIDE
        .split("\n```")
        .filter_map(|block| block.strip_prefix("yaml\n# ").or_else(|| block.strip_prefix("python\n# ")))
        .map(|block| block.split_once('\n').expect("a path and a text"))
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect()
}

#[test]
fn the_guides_example_is_a_deck_of_every_kind() {
    let deck = parse(&example()).unwrap_or_else(|faults| panic!("{faults}"));
    let kinds: Vec<&str> = deck.questions.iter().map(|question| question.kind.name()).collect();
    let all: Vec<&str> = super::kinds::ALL.iter().map(|kind| kind.name).collect();
    assert_eq!(kinds, all);
}

#[test]
fn the_guide_names_every_key_and_limit() {
    let schema = super::schema();
    let mut keys = Vec::new();
    collect_keys(&schema, &mut keys);
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        let named = [format!("`{key}`"), format!("`{key}: "), format!("{{{key}: ")];
        assert!(named.iter().any(|named| GUIDE.contains(named)), "docs/writing-decks.md lacks `{key}`");
    }
    assert_eq!((MAX_FILE_BYTES, MAX_DECK_BYTES, MAX_FILES, MAX_ID_LENGTH), (1 << 20, 16 << 20, 1000, 64));
    assert_eq!((super::tree::MAX_NODES, super::tree::MAX_DEPTH), (50_000, 32));
}

fn collect_keys(schema: &serde_json::Value, keys: &mut Vec<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        keys.extend(properties.keys().cloned());
    }
    let parts: Vec<&serde_json::Value> = match schema {
        serde_json::Value::Array(parts) => parts.iter().collect(),
        serde_json::Value::Object(parts) => parts.values().collect(),
        _ => Vec::new(),
    };
    parts.into_iter().for_each(|part| collect_keys(part, keys));
}

proptest! {
    /// Whatever slips into a file, the deck is read or refused, and every fault has its place in the file.
    #[test]
    fn damaged_files_are_read_or_refused(
        file in 0..3usize,
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0..20usize, prop::string::bytes_regex(DAMAGE).expect("a pattern")), 1..4),
    ) {
        let mut files = example();
        let path = files.keys().nth(file).expect("three files").clone();
        let mut text = files[&path].clone();
        for (at, cut, inserted) in damages {
            let start = at.index(text.len());
            let end = (start + cut).min(text.len() - 1);
            text.splice(start..end, inserted);
        }
        files.insert(path, text);
        if let Err(faults) = parse(&files) {
            prop_assert!(faults.count() > 0);
            for fault in faults.iter() {
                let Some(mark) = &fault.mark else { continue };
                let text = String::from_utf8_lossy(&files[&fault.file]);
                let line = text.split('\n').nth(mark.line - 1);
                let inside = line.is_some_and(|line| mark.column <= line.chars().count() + 1);
                prop_assert!(inside, "{}", fault);
            }
        }
    }
}

/// What may slip into a file: what means something to YAML, to a terminal or to UTF-8, or anything.
const DAMAGE: &str = r"(?s-u:[:\-?,\[\]{}#&*!|>'\x22%@`\n\r\t \x00\x1b\xff\xc3]{0,4}|.{0,3})";
