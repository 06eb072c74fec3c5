//! Keys, shapes, ids, concepts: the exact words for what can be wrong with them.

use insta::assert_snapshot;

use super::HEAD;
use super::faults;
use super::faults_of;
use super::read;

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
