//! Kinds of question, their choices, gaps, claims and programs: the exact words for what can be wrong with them.

use insta::assert_snapshot;

use super::CONCEPT;
use super::HEAD;
use super::QUESTION;
use super::faults_of;
use super::faults_of_question;

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
          hint: it can be `deadlock`, `spin` or `livelock`

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
