//! Files: which there are, what YAML they may be, and what is done with hostile ones.

use insta::assert_snapshot;

use super::CONCEPT;
use super::HEAD;
use super::QUESTION;
use super::faults;
use super::faults_of;
use super::files;
use super::parse;
use super::read;
use super::tell;
use crate::deck::Faults;
use crate::deck::MAX_FILE_BYTES;

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
