//! Processes that are killed at any moment: what was said to be kept is kept, no worker is left behind, and a worker that is
//! killed proves nothing.
//!
//! `RACEDAY_TEST_KILLS` says how often, for the long runs that docs/security.md names.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use raceday::store::Store;
use rusqlite::Connection;

use crate::world::World;

const QUESTIONS: usize = 100;

/// Returns a world with a deck `long` of many questions, all of which are met on the first day.
fn world() -> World {
    let mut topic = "concepts: [{id: all, title: All, teach: All.}]\nquestions:\n".to_owned();
    for number in 0..QUESTIONS {
        topic.push_str(&format!(
            "  - {{id: q{number}, concept: all, kind: choice, ask: \"{number}?\", options: [{{text: \"yes\", correct: \
             true}}, {{text: \"no\", correct: false}}]}}\n"
        ));
    }
    let world = World::new()
        .variable("RACEDAY_DATA_DIR", "data")
        .file("data/decks/long/deck.yaml", "format: 1\nid: long\ntitle: Long\ntopics: [topic.yaml]\n")
        .file("data/decks/long/topic.yaml", topic);
    let mut store = Store::open(&world.path("data/raceday.db")).expect("a database");
    let mut settings = store.settings().expect("settings");
    settings.limits.new_per_day = 1000;
    store.keep_settings(&settings).expect("settings are kept");
    world
}

/// Reviews until `answers` are said to be kept, and for `delay` more, then is killed. Returns the cards that were said
/// to be kept.
fn review_until_killed(world: &World, answers: usize, delay: Duration) -> Vec<String> {
    let mut child = world
        .command(&["review", "long"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // Most of it is wrong, and comes back, so there is always something to ask.
    let input = "no\nno\nno\nno\nyes\nno\nno\nno\nno\n".repeat(300);
    child.stdin.take().expect("is piped").write_all(input.as_bytes()).expect("a pipe takes some pages");
    let mut lines = BufReader::new(child.stdout.take().expect("is piped")).lines().map_while(Result::ok);
    let mut kept = Vec::new();
    let mut take = |line: &str| {
        let said = line.strip_prefix("Rated ").and_then(|rest| rest.split_once(" comes back "));
        kept.extend(said.and_then(|(rated, _)| rated.split_once(": ")).map(|(_, card)| card.to_owned()));
        kept.len()
    };
    let first = lines.next().expect("a first line");
    take(&first);
    while take("") < answers {
        take(&lines.next().expect("more answers"));
    }
    thread::sleep(delay);
    child.kill().expect("a child can be killed");
    child.wait().expect("a killed child ends");
    // What it had said by then still waits in the pipe.
    lines.for_each(|line| _ = take(&line));
    kept
}

/// Returns how often to kill: as often as the environment says, or as `usual`.
#[expect(clippy::disallowed_methods, reason = "who runs the tests says how long they may take")]
fn kills(usual: u64) -> u64 {
    std::env::var("RACEDAY_TEST_KILLS").map_or(usual, |kills| kills.parse().expect("a number of kills"))
}

#[test]
fn no_answer_that_was_kept_is_lost_or_half_written() {
    let kills = kills(200);
    let unsaid: usize = by_several(kills, review_and_kill).into_iter().sum();
    assert!(unsaid < kills as usize, "some of it was said");
}

/// Does `act` as often as `times` says, several at once; each takes every so-many-th turn. Returns what they return.
fn by_several<T: Send>(times: u64, act: impl Fn(&mut dyn Iterator<Item = u64>) -> T + Sync) -> Vec<T> {
    let hands = thread::available_parallelism().map_or(1, |processors| 2 * processors.get());
    let act = &act;
    thread::scope(|scope| {
        let begun: Vec<_> =
            (0..hands).map(|hand| scope.spawn(move || act(&mut (hand as u64..times).step_by(hands)))).collect();
        let all = begun.into_iter().map(|each| each.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        all.collect()
    })
}

/// Reviews a deck again and again and is killed each time. Returns how many answers were kept without there being time to say so.
fn review_and_kill(kills: &mut dyn Iterator<Item = u64>) -> usize {
    let world = world();
    let database = world.path("data/raceday.db");
    let mut seen = 0;
    let mut unsaid = 0;
    for kill in kills {
        let delay = Duration::from_micros(kill.wrapping_mul(2_654_435_761) % 12_000);
        let kept = review_until_killed(&world, kill as usize % 3, delay);
        let connection = Connection::open(&database).expect("the database opens");
        let mut statement = connection
            .prepare("select id, deck || '/' || question from log where kind = 'review' and id > ? order by id")
            .expect("the log is there");
        let rows = statement.query_map([seen], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        let logged: Vec<(i64, String)> = rows.collect::<Result<_, _>>().expect("whole rows");
        seen = logged.last().map_or(seen, |(id, _)| *id);
        let logged: Vec<String> = logged.into_iter().map(|(_, card)| card).collect();
        // The last one may have been kept without there being time to say so.
        assert!(logged.starts_with(&kept), "kill {kill}: said {kept:?}, kept {logged:?}");
        assert!(logged.len() <= kept.len() + 1, "kill {kill}: said {kept:?}, kept {logged:?}");
        unsaid += logged.len() - kept.len();
        let differences: i64 = connection
            .query_row(
                "select (select count(*) from (select * from memories except select * from memories_of_log))
                    + (select count(*) from (select * from memories_of_log except select * from memories))
                    + (select count(*) from (select * from days except select * from days_of_log))
                    + (select count(*) from (select * from days_of_log except select * from days))",
                [],
                |row| row.get(0),
            )
            .expect("a count");
        assert_eq!(differences, 0, "kill {kill}: memory and counts follow from the log");
    }
    let connection = Connection::open(&database).expect("the database opens");
    let verdict: String = connection.query_row("pragma integrity_check", [], |row| row.get(0)).expect("a verdict");
    assert_eq!(verdict, "ok");
    unsaid
}

/// What was asked which Python it is went on when Raceday ended: a shell that computes for ever, and what it had started.
#[cfg(unix)]
#[test]
fn who_is_asked_which_python_it_is_ends_with_raceday() {
    use std::fs::File;
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;

    #[expect(clippy::disallowed_methods, reason = "other programs bring about what is tested")]
    let command = |program: &str| std::process::Command::new(program);
    // Whoever holds the pipe lives.
    let computes = "#!/bin/sh\nexec 3> held\nsleep 600 &\necho here >&3\nwhile :; do :; done\n";
    let waits = "#!/bin/sh\nexec 3> held\necho here >&3\nsleep 600\nexit 1\n";
    let ends = "#!/bin/sh\nexec 3> held\nsleep 600 &\necho here >&3\n";
    let prints = "#!/bin/sh\nexec 3> held\nsleep 600 &\necho here >&3\nexec yes\n";
    for (script, signal) in [
        (computes, "-KILL"),
        (computes, "-TERM"),
        (computes, "-HUP"),
        (computes, "-QUIT"),
        (waits, "-KILL"),
        (waits, "-TERM"),
        (ends, ""),
        (prints, ""),
    ] {
        if crate::ignored::ignores(signal) {
            continue;
        }
        let world = World::new().file("python", script).file("program.py", "");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(world.path("python"), executable).expect("set");
        assert!(command("mkfifo").arg(world.path("held")).status().expect("mkfifo is there").success());
        let mut raceday = world.command(&["--python", "./python", "explore", "program.py"]);
        let mut child = raceday.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts");
        let mut held = File::open(world.path("held")).expect("it is held");
        let mut here = [0; 5];
        held.read_exact(&mut here).expect("it says so");
        if !signal.is_empty() {
            let killed = command("kill").args([signal, &child.id().to_string()]).status();
            assert!(killed.expect("kill is there").success());
        }
        let (gone, is_gone) = std::sync::mpsc::channel();
        thread::Builder::new().spawn(move || gone.send(held.read_to_end(&mut Vec::new()))).expect("a thread");
        let gone = is_gone.recv_timeout(Duration::from_secs(15));
        assert!(matches!(gone, Ok(Ok(0))), "{script} after {signal}: {gone:?}");
        child.wait().expect("it ends");
    }
}

/// Workers are found by what Linux says of processes.
#[cfg(target_os = "linux")]
mod workers {
    use std::fs;
    use std::process::Child;
    use std::process::Command;
    use std::process::Stdio;
    use std::thread;
    use std::time::Duration;
    use std::time::Instant;

    use super::by_several;
    use super::kills;
    use crate::world::World;

    /// Three threads that take longer than anybody waits here.
    const PROGRAM: &str = "\
import threading

count = 0


def work():
    global count
    for _ in range(3):
        count += 1


threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

    /// How often workers are killed below a process that has to tell of it. tests/confinement/endings.rs does it by the thousand.
    const KILLS_TOLD: u64 = 12;

    /// How long anything may take to be over.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Returns a world in which Python was found already, so that workers are the only children.
    fn world() -> World {
        let world = World::new().file("long.py", PROGRAM);
        let output = world.run(&["explore", "long.py", "--budget-executions", "1"]);
        assert_eq!(output.code, Some(0), "{output}");
        world
    }

    /// Explores until there is a worker, and for a while more. Returns it with the workers that there are then.
    fn explore(world: &World, delay: Duration) -> (Child, Vec<u32>) {
        explore_within(world, ["--budget-seconds", "3"], delay)
    }

    fn explore_within(world: &World, budget: [&str; 2], delay: Duration) -> (Child, Vec<u32>) {
        let mut command = world.command(&["explore", "long.py", "--observe", "count", budget[0], budget[1]]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        wait_for(|| children(child.id()).first().copied());
        thread::sleep(delay);
        let workers = children(child.id());
        (child, workers)
    }

    fn children(of: u32) -> Vec<u32> {
        let threads = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
        let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "tests may look at the clock, so as not to wait for ever")]
    fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not come about");
            thread::yield_now();
        }
    }

    /// Returns whether a process is over, be it that nobody has asked how yet.
    fn is_over(process: u32) -> bool {
        matches!(state(process), None | Some('Z' | 'X'))
    }

    /// Returns what a process is doing, by the letter that Linux has for it, if it is there.
    fn state(process: u32) -> Option<char> {
        let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        status.rsplit(')').next()?.trim_start().chars().next()
    }

    #[test]
    fn no_worker_outlives_who_started_it() {
        let world = world();
        by_several(kills(20), |kills| {
            for kill in kills {
                let delay = Duration::from_micros(kill.wrapping_mul(2_654_435_761) % 40_000);
                let (mut child, workers) = explore(&world, delay);
                child.kill().expect("a child can be killed");
                child.wait().expect("a killed child ends");
                wait_for(|| workers.iter().all(|&worker| is_over(worker)).then_some(()));
            }
        });
    }

    #[test]
    fn a_worker_that_is_killed_is_told_and_proves_nothing() {
        let world = world();
        let mut told = 0;
        for kill in 0..KILLS_TOLD {
            let (child, workers) = explore(&world, Duration::from_micros(kill.wrapping_mul(2_654_435_761) % 1_200_000));
            signal("KILL", &workers);
            let output = child.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&output.stderr);
            let shown = String::from_utf8_lossy(&output.stdout);
            // 2 while a program runs, 3 while Python starts.
            if matches!(output.status.code(), Some(2 | 3)) {
                told += 1;
                assert!(
                    shown.is_empty() && said.starts_with("error: ") && said.contains("hint: "),
                    "kill {kill}: {said}"
                );
            } else {
                // It came too late, or so early that another worker was started.
                assert_eq!(output.status.code(), Some(0), "kill {kill}: {said}");
                assert!(
                    shown.contains("The search is not finished") && !shown.contains("crash"),
                    "kill {kill}: {shown}"
                );
            }
        }
        assert!(told > 0, "none of {KILLS_TOLD} came while a program ran");
    }

    #[test]
    fn who_is_stopped_for_a_while_goes_on_with_or_without_his_workers() {
        let world = world();
        // A key in the terminal stops Raceday alone, whoever wants the machine for himself stops everybody.
        for (stops_raceday, stops_workers) in [(true, false), (false, true), (true, true)] {
            let (child, workers) = explore_within(&world, ["--budget-executions", "300"], Duration::ZERO);
            let raceday = [child.id()].into_iter().filter(|_| stops_raceday);
            let stopped: Vec<u32> = raceday.chain(workers.into_iter().filter(|_| stops_workers)).collect();
            signal("STOP", &stopped);
            wait_for(|| stopped.iter().all(|&each| state(each) == Some('T') || is_over(each)).then_some(()));
            signal("CONT", &stopped);
            let output = child.wait_with_output().expect("it ends");
            let shown = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
            assert!(shown.contains("The search is not finished"), "{shown}");
        }
    }

    #[expect(clippy::disallowed_methods, reason = "only a program can send another one a signal here")]
    fn signal(name: &str, to: &[u32]) {
        let ids = to.iter().map(u32::to_string);
        // They may have ended before.
        let _ = Command::new("kill").arg(format!("-{name}")).args(ids).stderr(Stdio::null()).status();
    }
}
