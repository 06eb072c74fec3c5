//! The learner's database under many writers at once, and under `kill -9`.
//!
//! The processes that are run beside the test, or killed, are this very binary: a test that finds [`PART`] in its
//! environment plays the part named there instead.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use raceday::deck::CardId;
use raceday::deck::Digest;
use raceday::deck::Kind;
use raceday::notes::AnswerId;
use raceday::srs;
use raceday::srs::Card;
use raceday::srs::Counts;
use raceday::srs::Model;
use raceday::srs::Moment;
use raceday::srs::Rating;
use raceday::srs::Review;
use raceday::store::Answer;
use raceday::store::Occasion;
use raceday::store::PastAnswer;
use raceday::store::Store;

/// `ANSWERS NAME`: how many answers to give, and by which name.
const PART: &str = "RACEDAY_TEST_PART";
/// Where the part's database is.
const DATABASE: &str = "RACEDAY_TEST_DATABASE";

const CARDS: usize = 4;

#[test]
fn processes_that_answer_at_once_lose_nothing() {
    if playing_a_part() {
        return;
    }
    const PROCESSES: usize = 4;
    const ANSWERS: usize = 500;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("raceday.db");
    let mut children: Vec<Child> = (0..PROCESSES)
        .map(|process| {
            child("processes_that_answer_at_once_lose_nothing", &path, &format!("{ANSWERS} process-{process}"))
        })
        .collect();
    let mut told = BTreeSet::new();
    for child in &mut children {
        told.extend(BufReader::new(child.stdout.take().expect("a pipe")).lines().filter_map(told_answer));
        assert!(child.wait().expect("ended").success());
    }
    let mut store = Store::open(&path).expect("a store");
    assert_eq!(told.len(), PROCESSES * ANSWERS);
    check_sound(&mut store, &told, PROCESSES * ANSWERS);
}

#[test]
fn threads_that_answer_and_undo_at_once_lose_nothing() {
    const THREADS: usize = 6;
    const ANSWERS: usize = 60;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("raceday.db");
    let undone: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|index| {
                let path = &path;
                scope.spawn(move || {
                    let mut store = Store::open(path).expect("a store");
                    let mut undone = 0;
                    for number in 0..ANSWERS {
                        give(&mut store, &format!("thread-{index}"), number);
                        if number % 5 == 4 {
                            undone += usize::from(store.undo(moment(number)).expect("undone").is_some());
                        }
                    }
                    undone
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(undone, THREADS * ANSWERS / 5);
    let mut store = Store::open(&path).expect("a store");
    assert_eq!(count_reviews(&store), THREADS * ANSWERS - undone);
    check_sound(&mut store, &BTreeSet::new(), THREADS * ANSWERS);
}

#[test]
fn a_new_database_is_made_once_whoever_comes_first() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("raceday.db");
        let all_at_once = Barrier::new(6);
        thread::scope(|scope| {
            for index in 0..6 {
                let (path, all_at_once) = (&path, &all_at_once);
                scope.spawn(move || {
                    all_at_once.wait();
                    give(&mut Store::open(path).expect("a store"), &format!("thread-{index}"), 0);
                });
            }
        });
        check_sound(&mut Store::open(&path).expect("a store"), &BTreeSet::new(), 6);
    }
}

#[test]
fn killed_at_any_moment_no_answer_is_lost() {
    if playing_a_part() {
        return;
    }
    const ROUNDS: usize = if cfg!(debug_assertions) { 60 } else { 200 };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("raceday.db");
    let mut told = BTreeSet::new();
    let mut random = Random(20_260_302);
    let mut kept = 0;
    for round in 0..ROUNDS {
        let mut child = child("killed_at_any_moment_no_answer_is_lost", &path, &format!("1000000 round-{round}"));
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        #[expect(clippy::disallowed_methods, reason = "a test may panic")]
        let reader = thread::spawn(move || lines.filter_map(told_answer).collect::<Vec<_>>());
        // Sometimes before it has opened the database, mostly in the midst of answers.
        thread::sleep(Duration::from_micros(random.below(60_000)));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let told_now = reader.join().expect("no panic");

        let mut store = Store::open(&path).expect("a store");
        let answers = store.last_answers(1_000_000).expect("answers").len();
        // It can have kept one more answer than it had the time to tell.
        assert!((told_now.len()..=told_now.len() + 1).contains(&(answers - kept)), "round {round}");
        kept = answers;
        told.extend(told_now);
        if round % 10 == 9 {
            check_sound(&mut store, &told, kept);
        }
    }
    assert!(told.len() > ROUNDS, "the children hardly came to answer: {}", told.len());
}

#[test]
fn killed_while_it_makes_the_database_the_next_makes_it() {
    if playing_a_part() {
        return;
    }
    let mut random = Random(4);
    for round in 0..40 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("raceday.db");
        let mut child =
            child("killed_while_it_makes_the_database_the_next_makes_it", &path, &format!("1000000 round-{round}"));
        thread::sleep(Duration::from_micros(random.below(20_000)));
        child.kill().expect("killed");
        let output = child.wait_with_output().expect("ended");
        let told: BTreeSet<AnswerId> = output.stdout.lines().filter_map(told_answer).collect();
        let mut store = Store::open(&path).expect("a store");
        let kept = store.last_answers(1_000_000).expect("answers").len();
        assert!((told.len()..=told.len() + 1).contains(&kept), "round {round}");
        check_sound(&mut store, &told, kept);
    }
}

/// A database of every version that was ever released, each made by the program of its time.
#[test]
fn a_database_of_every_past_version_opens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/databases");
    let migrations = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")).expect("a folder").count();
    for version in 1..=migrations {
        let copy = tempfile::tempdir().expect("a folder");
        let path = copy.path().join("raceday.db");
        fs::copy(folder.join(format!("{version}.db")), &path).expect("copied");
        let mut store = Store::open(&path).expect("a store");
        check_sound(&mut store, &BTreeSet::new(), 20);
        let notes = store.note_search("lock").expect("searched");
        assert_eq!(notes.iter().map(|hit| hit.note.target.address().to_string()).collect::<Vec<_>>(), ["deck/card-1"]);
        assert_eq!(count_reviews(&store), 19);
        give(&mut store, "now", 20);
        check_sound(&mut store, &BTreeSet::new(), 21);
    }
}

/// Answers as the environment says, if it does, and tells the number of each answer once it is kept.
#[expect(clippy::disallowed_methods, reason = "the parent says by the environment which part to play")]
fn playing_a_part() -> bool {
    let (Some(path), Ok(part)) = (env::var_os(DATABASE), env::var(PART)) else { return false };
    let (answers, name) = part.split_once(' ').expect("a part");
    let answers: usize = answers.parse().expect("a number");
    let mut store = Store::open(Path::new(&path)).expect("a store");
    for number in 0..answers {
        let id = give(&mut store, name, number);
        let mut out = io::stdout().lock();
        writeln!(out, "answer {id}").expect("a reader");
        out.flush().expect("a reader");
    }
    true
}

/// Starts this test binary once more, to play a part in `test`.
#[expect(clippy::disallowed_methods, reason = "a process is what is killed")]
fn child(test: &str, path: &Path, part: &str) -> Child {
    Command::new(env::current_exe().expect("this binary"))
        .args([test, "--exact", "--nocapture"])
        .env(DATABASE, path)
        .env(PART, part)
        .stdout(Stdio::piped())
        .spawn()
        .expect("started")
}

/// Reads what a child tells of an answer; the test harness speaks too, and the last line may be cut.
fn told_answer(line: io::Result<String>) -> Option<AnswerId> {
    line.ok()?.strip_prefix("answer ")?.parse().ok().map(AnswerId)
}

fn give(store: &mut Store, name: &str, number: usize) -> AnswerId {
    let card = card(number);
    let text = text(name, number);
    let answer = Answer { card: &card, digest: digest(), text: &text, correct: Some(true), hints: 1 };
    let rating = Rating::ALL[number / CARDS % 4];
    let review = Review { at: moment(number), rating, proposed: Some(Rating::Good), seconds: 1.5 };
    store.answer(&answer, &review, &Model::default()).expect("kept").id
}

/// Long enough to take more than one page.
fn text(name: &str, number: usize) -> String {
    format!("{name} {number} ").repeat(300)
}

fn card(number: usize) -> CardId {
    format!("deck/card-{}", number % CARDS).parse().expect("a card")
}

fn digest() -> Digest {
    Digest::of("?", &Kind::Recall { answer: String::new() })
}

/// A quarter of a day for each round through the cards.
fn moment(number: usize) -> Moment {
    let noon: DateTime<Utc> = "2026-03-02T12:00:00Z".parse().expect("an instant");
    Moment::of(noon + TimeDelta::hours(6 * (number / CARDS) as i64), &Utc)
}

fn count_reviews(store: &Store) -> usize {
    store.last_answers(10_000).expect("answers").iter().filter_map(counted).count()
}

/// Checks that the database is intact, that all answers that were told are there, each whole, and that what is
/// remembered of each card is what its answers lead to in their order: none was computed from a card gone by.
#[track_caller]
fn check_sound(store: &mut Store, told: &BTreeSet<AnswerId>, count: usize) {
    assert_eq!(store.integrity().expect("checked"), Vec::<String>::new());
    let mut answers = store.last_answers(1_000_000).expect("answers");
    answers.reverse();
    assert_eq!(answers.len(), count);
    let kept: BTreeSet<AnswerId> = answers.iter().map(|answer| answer.id).collect();
    assert!(told.is_subset(&kept));
    let mut numbers = BTreeSet::new();
    for answer in &answers {
        let words: Vec<&str> = answer.text.split(' ').take(2).collect();
        let number: usize = words[1].parse().expect("a number");
        assert_eq!(answer.text, text(words[0], number));
        assert_eq!(answer.card, card(number));
        assert!(numbers.insert((words[0], number)), "{words:?} is there twice");
    }
    for number in 0..CARDS {
        let card = card(number);
        let expected = answers
            .iter()
            .filter(|answer| answer.card == card)
            .filter_map(counted)
            .fold(Card::New, |before, review| srs::review(&Model::default(), &before, review.rating, review.at));
        assert_eq!(store.card(&card).expect("a card"), expected, "{card}");
    }
    let days: BTreeSet<srs::Day> = answers.iter().filter_map(counted).map(|review| review.at.day).collect();
    let counts = days.into_iter().map(|day| store.counts_of_day(day).expect("counts"));
    let total: u32 = counts.map(|counts: Counts| counts.total()).sum();
    assert_eq!(total as usize, answers.iter().filter_map(counted).count());
}

fn counted(answer: &PastAnswer) -> Option<Review> {
    match answer.occasion {
        Occasion::Review { review, undone: false } => Some(review),
        Occasion::Review { undone: true, .. } | Occasion::Quiz { .. } => None,
    }
}

/// Numbers that are the same in every run (Knuth's MMIX generator).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
