//! The few cases that need a real pseudo-terminal: keys, the cursor, Ctrl-C, and a terminal that can do nothing.

#![cfg(unix)]

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use expectrl::Eof;
use expectrl::Expect as _;
use expectrl::process::unix::Signal;
use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use rustix::termios::LocalModes;
use rustix::termios::tcgetattr;
use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_shutdown;
use tempfile::TempDir;

#[path = "cli/ignored.rs"]
mod ignored;

use ignored::ignores;

const HEAD: &str = "format: 1\nid: tiny\ntitle: Tiny\ntopics: [topic.yaml]\n";
const TOPIC: &str = r#"
concepts: [{id: lock, title: Locks, teach: One at a time.}]
questions:
  - id: which
    concept: lock
    kind: choice
    ask: Pick two.
    options:
      - {text: alpha, correct: true}
      - {text: beta, correct: true}
      - {text: gamma, correct: false}
    hints: [Not the third.]
"#;

const CLEAR_LINE: &str = "\x1b[2K";
const SHOW_CURSOR: &str = "\x1b[?25h";

/// A home with a deck `tiny`, whose one question has the options alpha, beta and gamma.
struct World {
    home: TempDir,
}

impl World {
    fn new() -> World {
        let home = TempDir::new().expect("a folder");
        let deck = home.path().join("data/decks/tiny");
        fs::create_dir_all(&deck).expect("folders can be made");
        fs::write(deck.join("deck.yaml"), HEAD).expect("files can be written");
        fs::write(deck.join("topic.yaml"), TOPIC).expect("files can be written");
        World { home }
    }

    /// Starts the binary in a pseudo-terminal.
    #[expect(clippy::disallowed_methods, reason = "tests start the binary")]
    fn start(&self, arguments: &[&str], term: &str) -> OsSession {
        heed_interrupts();
        let mut command = Command::new(env!("CARGO_BIN_EXE_raceday"));
        command.args(arguments).env_clear().current_dir(self.home.path());
        for (name, value) in [
            ("TERM", term),
            ("NO_COLOR", "1"),
            ("RACEDAY_DATA_DIR", "data"),
            ("RACEDAY_NOW", "2026-03-02T09:00:00Z"),
            ("RACEDAY_TIMEZONE", "+00:00"),
            ("RACEDAY_SEED", "4"),
        ] {
            command.env(name, value);
        }
        for name in ["PATH", "RACEDAY_PYTHON"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        let mut session = OsSession::spawn(command).expect("the binary starts");
        session.set_expect_timeout(Some(Duration::from_secs(20)));
        session
    }
}

/// Sees to it that the binary hears of Ctrl-C. Whoever runs the tests in the background of a shell's script has it ignored, which the
/// binary would take over, as programs do; a handler of ours is not taken over.
fn heed_interrupts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let always = Arc::new(AtomicBool::new(true));
        register_conditional_shutdown(SIGINT, 130, always).expect("it can be handled");
    });
}

/// Waits for `text`, and returns what was printed before it.
#[track_caller]
fn wait_for(session: &mut OsSession, text: &str) -> String {
    match session.expect(text) {
        Ok(found) => String::from_utf8_lossy(found.before()).into_owned(),
        Err(error) => panic!("`{text}`: {error}"),
    }
}

/// Waits for the end, and returns the last that was printed, and the exit code.
#[track_caller]
fn wait_for_end(session: &mut OsSession) -> (String, i32) {
    let last = session.expect(Eof).expect("it ends");
    let last = String::from_utf8_lossy(last.as_bytes()).into_owned();
    match session.get_process().wait().expect("it can be waited for") {
        WaitStatus::Exited(_, code) => (last, code),
        status => panic!("{status:?}: {last}"),
    }
}

#[test]
fn keys_mark_answer_and_command() {
    let world = World::new();
    let mut session = world.start(&["quiz", "tiny"], "xterm");
    wait_for(&mut session, "q stop");
    session.send("?").expect("a key");
    wait_for(&mut session, "Not the third.");
    wait_for(&mut session, "q stop");
    for option in ["alpha", "beta"] {
        // An arrow key has the list drawn again; its number says where the seed has put the option.
        session.send("\x1b[B").expect("a key");
        let shown = wait_for(&mut session, "q stop");
        let before = shown.split(&format!(" [ ] {option}")).next().expect("it is shown");
        let number = before.split_whitespace().last().expect("a number").to_owned();
        session.send(number).expect("a key");
        wait_for(&mut session, &format!("[x] {option}"));
        wait_for(&mut session, "q stop");
    }
    session.send("\r").expect("a key");
    wait_for(&mut session, "Right.");
    wait_for(&mut session, "Enter goes on");
    session.send("\r").expect("a key");
    wait_for(&mut session, "Score: 1 of 1");
    wait_for(&mut session, "Enter ends");
    session.send("\r").expect("a key");
    let (last, code) = wait_for_end(&mut session);
    assert_eq!(code, 0, "{last}");
}

/// A hint, a note or a look at the teaching note took all marks away.
#[test]
fn marks_outlast_a_command() {
    let world = World::new();
    let mut session = world.start(&["quiz", "tiny"], "xterm");
    wait_for(&mut session, "q stop");
    session.send(" ").expect("a key");
    wait_for(&mut session, "›  1 [x] ");
    wait_for(&mut session, "q stop");
    session.send("?").expect("a key");
    wait_for(&mut session, "Not the third.");
    wait_for(&mut session, "›  1 [x] ");
    wait_for(&mut session, "q stop");
    session.send("n").expect("a key");
    wait_for(&mut session, "A note on:");
    wait_for(&mut session, "q back");
    session.send("q").expect("a key");
    wait_for(&mut session, "›  1 [x] ");
    wait_for(&mut session, "q stop");
    session.send("q").expect("a key");
    let (last, code) = wait_for_end(&mut session);
    assert_eq!(code, 0, "{last}");
}

#[test]
fn what_failed_is_said_within_the_terminal() {
    let world = World::new();
    let mut session = world.start(&["note", "add", "tiny/which:1", "-m", "x"], "xterm");
    let (said, code) = wait_for_end(&mut session);
    assert_eq!(code, 2, "{said}");
    let mut session = world.start(&["note", "add", "Tiny", "-m", "x"], "xterm");
    let (said, code) = wait_for_end(&mut session);
    assert_eq!(code, 2, "{said}");
    assert!(said.lines().count() > 2 && said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(said.contains("\n  ") && said.contains("DECK/QUESTION:LINES"), "what follows hangs: {said}");
}

#[test]
fn ctrl_c_shows_the_cursor_and_says_so_in_the_exit_code() {
    let world = World::new();
    let mut session = world.start(&["quiz", "tiny"], "xterm");
    wait_for(&mut session, "q stop");
    session.send("\x03").expect("a key");
    let (last, code) = wait_for_end(&mut session);
    assert_eq!(code, 130, "{last}");
    assert!(last.ends_with(SHOW_CURSOR), "{last:?}");
}

/// It was taken for Ctrl-C, and the terminal went on as it is while keys are read: nothing that was typed showed. So it was again, mostly, within
/// some 20 ms of the prompt.
#[test]
fn who_ends_it_at_a_prompt_gets_the_terminal_back() {
    let world = World::new();
    let signals = [(Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGQUIT, 131)];
    for ((signal, of_it), at_once) in signals.into_iter().flat_map(|signal| [(signal, false), (signal, true)]) {
        if ignores(&format!("{signal:?}")) {
            continue;
        }
        let mut session = world.start(&["quiz", "tiny"], "xterm");
        let terminal = session.get_process().get_raw_handle().expect("there is one");
        let takes_lines = || tcgetattr(&terminal).expect("a terminal").local_modes.contains(LocalModes::ICANON);
        wait_for(&mut session, "q stop");
        if !at_once {
            while takes_lines() {
                std::thread::yield_now();
            }
        }
        session.get_process_mut().kill(signal).expect("it runs");
        let (last, code) = wait_for_end(&mut session);
        assert_eq!(code, of_it, "{last}");
        assert!(last.contains(SHOW_CURSOR) && takes_lines(), "{last:?}");
    }
}

#[test]
fn ctrl_c_while_a_line_is_typed_leaves_the_shell_a_line_of_its_own() {
    let world = World::new();
    let mut session = world.start(&["quiz", "tiny"], "xterm");
    wait_for(&mut session, "q stop");
    session.send("n").expect("a key");
    wait_for(&mut session, "A note on:");
    wait_for(&mut session, "q back");
    session.send("\r").expect("a key");
    wait_for(&mut session, "your editor, q: back)");
    session.send("half a no\x03").expect("keys");
    let (last, code) = wait_for_end(&mut session);
    assert_eq!(code, 130, "{last}");
    // Two see to it, in either order, so what is at the very end is not known.
    assert!(last.contains("half a no") && last.contains("\r\n"), "{last:?}");
    assert!(last.contains(SHOW_CURSOR), "{last:?}");
}

/// Keys are read with the terminal as it is for that, where Ctrl-\ is no signal.
#[test]
fn ctrl_backslash_is_a_key_that_does_nothing() {
    let world = World::new();
    let mut session = world.start(&["quiz", "tiny"], "xterm");
    wait_for(&mut session, "q stop");
    let terminal = session.get_process().get_raw_handle().expect("there is one");
    let takes_lines = || tcgetattr(&terminal).expect("a terminal").local_modes.contains(LocalModes::ICANON);
    while takes_lines() {
        std::thread::yield_now();
    }
    session.send("\x1c").expect("a key");
    session.send("n").expect("a key");
    wait_for(&mut session, "A note on:");
    wait_for(&mut session, "q back");
    session.send("\x03").expect("a key");
    let (last, code) = wait_for_end(&mut session);
    assert_eq!(code, 130, "{last}");
    assert!(last.contains(SHOW_CURSOR) && takes_lines(), "{last:?}");
}

/// Has more orders than anybody waits for.
const COUNTERS: &str = "
import threading
n = 0
def count():
    global n
    for _ in range(3):
        n += 1
threads = [threading.Thread(target=count) for _ in range(5)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(n)
";

/// Has 24 outcomes, each of which takes a while to come about.
const SLOW: &str = "
import threading
order = []
sum(range(4_000_000))
threads = [threading.Thread(target=order.append, args=(name,)) for name in 'abcd']
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(''.join(order))
";

#[test]
fn ctrl_c_stops_a_search_which_shows_what_it_has_found() {
    let world = World::new();
    fs::write(world.home.path().join("count.py"), COUNTERS).expect("files can be written");
    let mut session = world.start(&["explore", "count.py"], "xterm");
    wait_for(&mut session, "exploring count.py: ");
    session.send("\x03").expect("a key");
    let (said, code) = wait_for_end(&mut session);
    assert_eq!(code, 130, "{said}");
    assert!(said.contains(" of what it prints") && said.contains("The search is not finished"), "{said}");
    // A claim that is violated so far is violated.
    let mut session = world.start(&["explore", "count.py", "--always", "n == 15", "--json"], "xterm");
    wait_for(&mut session, "exploring count.py: ");
    session.send("\x03").expect("a key");
    let (said, code) = wait_for_end(&mut session);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("\"exhaustive\": false"), "{said}");
}

/// A program that is the first of its terminal has no shell that could have it go on: it stayed stopped, and heard no Ctrl-C any more.
#[test]
fn ctrl_z_does_nothing_where_nobody_could_have_it_go_on() {
    let world = World::new();
    fs::write(world.home.path().join("count.py"), COUNTERS).expect("files can be written");
    let mut session = world.start(&["explore", "count.py"], "xterm");
    wait_for(&mut session, "exploring count.py: ");
    session.send("\x1a").expect("a key");
    wait_for(&mut session, "exploring count.py: ");
    wait_for(&mut session, "exploring count.py: ");
    session.send("\x03").expect("a key");
    let (said, code) = wait_for_end(&mut session);
    assert_eq!(code, 130, "{said}");
}

/// It ended with nothing shown, though some of it was confirmed.
#[test]
fn ctrl_c_while_outcomes_are_confirmed_shows_those_that_are() {
    let world = World::new();
    fs::write(world.home.path().join("slow.py"), SLOW).expect("files can be written");
    let explored = |arguments: &[&str], expected| {
        let mut session = world.start(&[&["explore", "slow.py"], arguments].concat(), "xterm");
        wait_for(&mut session, "confirming what was found of slow.py: ");
        session.send("\x03").expect("a key");
        let (said, code) = wait_for_end(&mut session);
        assert_eq!(code, expected, "{said}");
        said
    };
    let said = explored(&[], 130);
    assert!(said.contains(" of what it prints") && said.contains("outcomes, found but not confirmed"), "{said}");
    assert!(said.contains("The search is not finished, for it was stopped"), "{said}");
    assert!(!said.contains("slow.py: 24 outcomes") && !said.contains("\n  24. "), "{said}");
    // What breaks a claim is confirmed first.
    let said = explored(&["--never", "''.join(order) == 'dcba'", "--json"], 1);
    let json: serde_json::Value = serde_json::from_str(&said[said.find('{').expect("JSON")..]).expect("JSON");
    let shown = json["outcomes"].as_array().expect("a list").len();
    assert_eq!(json["unconfirmed"], 24 - shown, "{said}");
    assert_eq!((&json["exhaustive"], &json["unfinished"]), (&false.into(), &"stopped".into()), "{said}");
    assert_eq!(json["claims"][0]["violation"]["stdout"], "dcba\n", "{said}");
}

/// Nothing was shown until the first execution was over, of sixty such questions nothing for ten minutes.
#[test]
fn what_is_checked_is_shown_before_anything_came_of_it() {
    let world = World::new();
    let deck = world.home.path().join("slow");
    fs::create_dir_all(&deck).expect("folders can be made");
    fs::write(deck.join("deck.yaml"), HEAD.replace("tiny", "slow")).expect("files can be written");
    let topic = "concepts: [{id: c, title: C, teach: T.}]\nquestions:\n  - id: q\n    concept: c\n    kind: verdict\n    ask: A\n    \
         claim: {always: n}\n    scenario:\n      code: |\n        n = sum(range(10 ** 15))\n";
    fs::write(deck.join("topic.yaml"), topic).expect("files can be written");
    let mut session = world.start(&["check", "slow"], "xterm");
    wait_for(&mut session, "checking q (1 of 1): 0 executions");
    session.send("\x03").expect("a key");
    assert_eq!(wait_for_end(&mut session).1, 130);
}

/// A line that was filled up to the edge sent the `^C` of the terminal to the next one, and that was cleared in its place.
#[test]
fn ctrl_c_leaves_nothing_of_a_progress_line() {
    let world = World::new();
    let deck = world.home.path().join("slow");
    fs::create_dir_all(&deck).expect("folders can be made");
    let head = HEAD.replace("tiny", "slow");
    let program = COUNTERS.replace('\n', "\n        ");
    let topic = format!(
        "concepts: [{{id: c, title: C, teach: T.}}]\nquestions:\n  - id: q\n    concept: c\n    kind: verdict\n    ask: A\n    \
         claim: {{always: n}}\n    scenario:\n      code: |{program}\n"
    );
    fs::write(deck.join("deck.yaml"), head).expect("files can be written");
    fs::write(deck.join("topic.yaml"), topic).expect("files can be written");
    fs::write(world.home.path().join("count.py"), COUNTERS).expect("files can be written");
    for (arguments, what) in [(["explore", "count.py"], "exploring count.py: "), (["check", "slow"], "checking q")] {
        let mut session = world.start(&arguments, "xterm");
        wait_for(&mut session, what);
        let line = wait_for(&mut session, CLEAR_LINE);
        assert!(!line.contains("  ") && line.ends_with("outcomes\r"), "{line:?}");
        session.send("\x03").expect("a key");
        let (last, code) = wait_for_end(&mut session);
        assert_eq!(code, 130, "{last}");
        let said = last.rsplit(CLEAR_LINE).next().expect("it is cleared");
        assert!(!said.contains(what), "{last:?}");
    }
}

#[test]
fn a_review_is_rated_by_keys() {
    let world = World::new();
    let mut session = world.start(&["review", "tiny"], "xterm");
    wait_for(&mut session, "One at a time.");
    wait_for(&mut session, "Enter goes on");
    session.send("\r").expect("a key");
    wait_for(&mut session, "q stop");
    session.send("\r").expect("a key");
    wait_for(&mut session, "nothing is marked");
    session.send("\r").expect("a key");
    wait_for(&mut session, "Not right.");
    // The rating that is proposed can be raised.
    wait_for(&mut session, "› ");
    wait_for(&mut session, "q stop");
    session.send("2").expect("a key");
    wait_for(&mut session, "Rated Hard: tiny/which comes back tomorrow (answer:1).");
    wait_for(&mut session, "Enter ends");
    session.send("u").expect("a key");
    wait_for(&mut session, "Taken back: the answer to tiny/which; it is asked again.");
    wait_for(&mut session, "q stop");
    session.send("q").expect("a key");
    let (last, code) = wait_for_end(&mut session);
    assert_eq!(code, 0, "{last}");
    assert!(last.contains("Nothing was answered."), "{last}");
}

/// `?` and others did nothing there, and said nothing; a note could be attached to a question that nobody had seen.
#[test]
fn the_teaching_page_answers_every_key() {
    let world = World::new();
    let mut session = world.start(&["review", "tiny"], "xterm");
    wait_for(&mut session, "Enter goes on");
    session.send("?").expect("a key");
    wait_for(&mut session, "? does nothing here · Enter goes on");
    wait_for(&mut session, "q stop");
    session.send("n").expect("a key");
    let menu = wait_for(&mut session, "your editor, q: back)");
    assert!(menu.contains("A note on the concept: Locks") && !menu.contains("this question"), "{menu}");
    session.send("q\r").expect("keys");
    wait_for(&mut session, "No note was written.");
    wait_for(&mut session, "q stop");
    session.send("n").expect("a key");
    wait_for(&mut session, "your editor, q: back)");
    session.send("read it twice\r").expect("keys");
    wait_for(&mut session, "Note 1 is on tiny/concept:lock.");
    wait_for(&mut session, "q stop");
    session.send("\r").expect("a key");
    wait_for(&mut session, "q stop");
    session.send("x").expect("a key");
    wait_for(&mut session, "x does nothing here · space marks");
    wait_for(&mut session, "q stop");
    session.send("q").expect("a key");
    let (last, code) = wait_for_end(&mut session);
    assert_eq!(code, 0, "{last}");
}

#[test]
fn a_terminal_that_can_do_nothing_is_asked_by_lines() {
    let world = World::new();
    let mut session = world.start(&["quiz", "tiny"], "dumb");
    let shown = wait_for(&mut session, "(all that apply) >");
    assert!(!shown.contains('\x1b'), "{shown:?}");
    session.send("alpha beta\n").expect("a line");
    wait_for(&mut session, "Right.");
    wait_for(&mut session, "Enter goes on");
    session.send("\n").expect("a line");
    wait_for(&mut session, "Score: 1 of 1");
    wait_for(&mut session, "Enter ends");
    session.send("\n").expect("a line");
    let (last, code) = wait_for_end(&mut session);
    assert_eq!(code, 0, "{last}");
}
