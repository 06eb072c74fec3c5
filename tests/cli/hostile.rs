//! Texts that would take over a terminal: whatever says them, and wherever they are told, they stay texts.

use raceday::deck::is_forbidden;
use serde_json::Value;

use crate::tiny;
use crate::world::Output;
use crate::world::World;

/// The clipboard is set, the screen cleared, a title set, all by one byte, text turned round, columns gone back, letters put in between
/// that nobody sees; and letters that have to stay as they are.
const EVIL: &str =
    "é変👩‍💻\x1b]52;c;ZXZpbA==\x07\x1b[2J\u{9d}0;title\u{9c}\u{9b}31m\u{202e}gpj\u{ad}\u{2066}\u{200b}\r\x08\u{7f}";
/// What of it is shown as it is, by all who show it.
const GOOD: &str = "é変👩‍💻";

/// A program that says it wherever it can: names of threads, reprs, what it prints, exceptions, names of attributes.
const PROGRAM: &str = r#"
import threading

EVIL = "é変👩‍💻\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9d0;title\x9c\x9b31m\u202egpj\xad\u2066\u200b\r\x08\x7f"


class Evil(Exception):
    def __repr__(self):
        return EVIL

    def __str__(self):
        return EVIL


Evil.__name__ = Evil.__qualname__ = EVIL
total = [Evil()]
named = {EVIL: 0}
lock = threading.Lock()


def work():
    with lock:
        total.append(Evil())
    named[EVIL] += 1
    print(EVIL)
    print(EVIL)
    raise Evil(EVIL)


for _ in range(2):
    threading.Thread(target=work, name=EVIL).start()
"#;

/// Checks that nothing that was said is obeyed by a terminal. Only where colour was asked for may there be colour.
#[track_caller]
fn check_tame(output: &Output, colour: bool) {
    for text in [&output.stdout, &output.stderr] {
        let mut text = text.clone();
        if colour {
            for style in ["1", "2", "4", "31", "32", "33", "36", "1;31", "1;36", "0", "22", "24"] {
                text = text.replace(&format!("\x1b[{style}m"), "");
            }
        }
        let obeyed: Vec<char> = text.chars().filter(|&c| is_forbidden(c)).collect();
        assert!(obeyed.is_empty(), "{obeyed:?} in {text:?}");
    }
}

/// Runs a command that is told the text, and checks that it tells it again and stays tame, with colour and without.
#[track_caller]
fn check(world: &World, arguments: &[&str], input: &str) -> Output {
    let coloured = world.run_with_input(&[arguments, &["--color", "always"]].concat(), input);
    check_tame(&coloured, true);
    let output = world.run_with_input(arguments, input);
    check_tame(&output, false);
    for output in [&coloured, &output] {
        assert!(format!("{}{}", output.stdout, output.stderr).contains(GOOD), "it was not told: {output}");
    }
    output
}

#[test]
fn of_a_programs_words_none_is_obeyed() {
    let world = World::new().file("evil.py", PROGRAM);
    let output = check(&world, &["explore", "evil.py"], "");
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("\\x1b]52;c;ZXZpbA==\\x07\\x1b[2J"), "{output}");
    check(&world, &["explore", "evil.py", "--observe", "total", "--races"], "");
    check(&world, &["explore", "evil.py", "--observe", "named", "--always", "not total", "--html", "page.html"], "");
    let page = std::fs::read_to_string(world.path("page.html")).expect("a page");
    assert!(!page.chars().any(is_forbidden) && page.contains(GOOD));

    let output = check(&world, &["explore", "evil.py", "--observe", "total", "--json"], "");
    let json: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let outcome = &json["outcomes"][0];
    assert_eq!(outcome["value"], format!("[{EVIL}, {EVIL}, {EVIL}]"), "JSON means what was said");
    let schedule = outcome["witness"]["schedule"].as_str().expect("a schedule");
    check(&world, &["explore", "evil.py", "--observe", "total", "--replay", schedule], "");
}

#[test]
fn of_a_programs_mistakes_none_is_obeyed() {
    for text in [
        format!("x = '{}' (\n", EVIL.replace('\r', "")),
        format!("__import__('threading', name='{}')\n", EVIL.escape_debug().to_string().replace("\\u{", "\\U{")),
        format!("import threading as {GOOD}\n{GOOD}.x\n"),
    ] {
        let output = World::new().file("é変👩‍💻.py", &text).run(&["explore", "é変👩‍💻.py"]);
        check_tame(&output, false);
    }
}

#[test]
fn of_what_is_typed_none_is_obeyed() {
    let world = tiny::world().file("two.py", "print(1)\n");
    for arguments in [
        [EVIL].as_slice(),
        &["quiz", EVIL],
        &["review", EVIL],
        &["check", EVIL],
        &["deck", "show", EVIL],
        &["explore", EVIL],
        &["explore", "two.py", "--observe", EVIL],
        &["explore", "two.py", "--always", EVIL],
        &["explore", "two.py", "--replay", EVIL],
        &["explore", "two.py", "--sleeps", EVIL],
        &["explore", "two.py", "--html", &format!("{EVIL}/page.html")],
        &["explore", "two.py", "--python", &format!("/none/{EVIL}")],
        &["note", "show", EVIL],
        &["note", "list", EVIL],
        &["note", "add", EVIL, "-m", "x"],
        &["note", "add", &format!("tiny/{EVIL}"), "-m", "x"],
        &["doctor", "--python", EVIL],
        &["doctor", "--data-dir", EVIL],
        &["note", "list", "--data-dir", &format!("two.py/{EVIL}")],
        &["--color", EVIL],
    ] {
        let output = check(&world, arguments, "");
        assert!(output.code.is_some_and(|code| code != 0) || arguments[0] == "doctor", "{arguments:?}: {output}");
    }
    for variable in ["RACEDAY_NOW", "RACEDAY_TIMEZONE", "RACEDAY_SEED"] {
        check(&World::new().variable(variable, EVIL), &["deck", "list"], "");
    }
    check(&world, &["quiz", "tiny"], &format!("{EVIL}\n{EVIL}\n"));
}

#[test]
fn of_a_note_nothing_is_obeyed() {
    let world = tiny::world();
    world.run(&["note", "add", "tiny", "-m", &format!("# {EVIL}\n\n`{EVIL}` lock\n\n```\n{EVIL}\n```\n")]);
    world.run_with_input(&["note", "add", "tiny/concept:lock"], &format!("[{EVIL}](https://{EVIL})"));
    for arguments in [
        ["note", "list"].as_slice(),
        &["note", "show", "1"],
        &["note", "show", "1", "--history"],
        &["note", "show", "2"],
        &["note", "search", "lock"],
    ] {
        check(&world, arguments, "");
    }
    let output = check(&world, &["note", "list", "--json"], "");
    let json: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert!(json[0]["text"].as_str().expect("a text").contains(&EVIL.replace('\r', "\n")), "{json}");
}

#[test]
fn of_a_deck_nothing_is_obeyed() {
    let head = "format: 1\nid: evil\ntitle: Evil\ntopics: [t.yaml]\n";
    let deck = |path: &str, topic: &str| {
        World::new().file(&format!("{path}/deck.yaml"), head).file(&format!("{path}/t.yaml"), topic)
    };
    let raw = format!("concepts: [{{id: c, title: {EVIL}, teach: T}}]\nquestions: []\n");
    let escaped = "concepts: [{id: c, title: \"é変👩‍💻\\e]52;c;\\a\\x9b2J\\u202e\", teach: T}]\nquestions: []\n";
    let key = format!("\"é変👩‍💻\\e[2J\": 1\n{GOOD}: {EVIL}\n");
    for topic in [raw.as_str(), escaped, &key] {
        let world = deck("deck", topic);
        check_tame(&world.run(&["quiz", "deck"]), false);
        let output = check(&world, &["check", "deck"], "");
        assert_eq!(output.code, Some(1), "{output}");
    }
    // A folder's name is somebody's text as well, and so are those of the files in it.
    let folder = EVIL.replace('/', "");
    let sound =
        "concepts: [{id: c, title: C, teach: T}]\nquestions: [{id: q, concept: c, kind: recall, ask: A, answer: B}]\n";
    let world = deck(&format!("data/decks/{folder}"), sound).variable("RACEDAY_DATA_DIR", "data");
    for arguments in [["deck", "list"].as_slice(), &["check"], &["doctor"]] {
        check(&world, arguments, "");
    }
    let world = world.file(&format!("data/decks/{folder}/{folder}.py"), "");
    for arguments in [["deck", "list"].as_slice(), &["check"], &["doctor"], &["review"]] {
        check(&world, arguments, "");
    }
    check(&world, &["check", &format!("data/decks/{folder}")], "");
}

#[test]
fn very_long_words_are_told_in_a_bounded_space() {
    let program = "
wide = 'x' * 300000
flat = '\\u0301' * 300000
for text in (wide, flat):
    print(text)
for number in range(1000):
    print(flat[:100], number)
";
    let world = World::new().file("long.py", program).variable("RACEDAY_DATA_DIR", "data");
    let output = world.run(&["explore", "long.py"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("… and 802 lines more"), "{}", output.stdout.len());
    let output = world.run(&["explore", "long.py", "--observe", "wide + flat"]);
    assert!(output.stdout.len() < 100_000, "{}", output.stdout.len());
    // A note is the learner's own and shown whole, and it does not take the square of its length.
    world.run(&["note", "add", "thread-safety", "-m", &"\u{301}".repeat(30_000)]);
    let output = world.run(&["note", "show", "1"]);
    assert!(output.stdout.len() > 60_000, "{output}");
    let output = world.run(&["note", "list"]);
    assert!(output.stdout.len() < 10_000, "{output}");
}
