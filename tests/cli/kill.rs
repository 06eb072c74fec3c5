//! Reviews that are killed: what was said to be kept is kept, whenever the end comes.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use raceday::store::Store;
use rusqlite::Connection;

use crate::world::World;

const KILLS: u64 = 200;
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
        let said = line.strip_prefix("Kept as answer ").and_then(|rest| rest.split_once(" is rated "));
        kept.extend(said.and_then(|(answer, _)| answer.split_once(": ")).map(|(_, card)| card.to_owned()));
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

#[test]
fn no_answer_that_was_kept_is_lost_or_half_written() {
    let world = world();
    let database = world.path("data/raceday.db");
    let mut seen = 0;
    let mut unsaid = 0;
    for kill in 0..KILLS {
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
    assert!(unsaid < KILLS as usize, "some of it was said");
}
