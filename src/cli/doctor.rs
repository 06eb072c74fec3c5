//! `raceday doctor`: what is found of Python, the database and the decks, what is wrong, and what to do.

use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;

use crate::python::Level;
use crate::python::NEWEST;
use crate::python::OLDEST;
use crate::report::Style;
use crate::report::clean_line;
use crate::report::count;
use crate::report::pad;
use crate::report::wrap;
use crate::scenario::Scenario;
use crate::store::Store;
use crate::store::StoreError;

use super::Exit;
use super::Failure;
use super::World;
use super::engine::Budget;
use super::engine::Engine;
use super::failure::unless_unread;

/// A program to try out the Python with: two threads, two outcomes.
const TRIAL: &str = "\
import threading
count = 0
def work():
    global count
    count += 1
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

/// What the database needs for an answer or two.
const TRIAL_BYTES: usize = 64 << 10;

/// Say what Raceday finds of Python, the database and the decks, and what to do
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    /// Make anew, from the log of answers, what is remembered, the counts of the days, and the index of the notes
    #[arg(long)]
    rebuild: bool,
}

/// Looks at everything that the other commands need.
pub(super) fn run(args: &DoctorArgs, world: &mut World) -> Result<Exit, Failure> {
    if args.rebuild && world.database().is_some_and(|database| Store::is_there(&database)) {
        world.store()?.rebuild()?;
    }
    let mut engine = Engine::new(world);
    let findings =
        [python(&mut engine, world), confinement(&engine), data_folder(world), database(world), decks(world)].concat();
    unless_unread(write(&findings, world))?;
    let worst = findings.iter().find_map(|finding| match finding.state {
        State::Wrong(exit) => Some(exit),
        State::Fine | State::Note => None,
    });
    Ok(worst.unwrap_or(Exit::Fine))
}

fn write(findings: &[Finding], world: &mut World) -> io::Result<()> {
    let page = world.page();
    let mut subject = "";
    for finding in findings {
        let head = if finding.subject == subject { "" } else { finding.subject };
        subject = finding.subject;
        let (style, mark) = match finding.state {
            State::Fine => (Style::Good, "ok"),
            State::Note => (Style::Plain, "--"),
            State::Wrong(_) => (Style::Bad, "!!"),
        };
        let lines = finding.text.lines().flat_map(|line| wrap(&clean_line(line), page.width() - 14, 2));
        for (index, line) in lines.enumerate() {
            let (head, mark) = if index == 0 { (head, mark) } else { ("", "") };
            writeln!(world.out, "{} {} {line}", pad(head, 10), page.paint(style, &pad(mark, 2)))?;
        }
    }
    Ok(())
}

/// One thing that was looked at.
#[derive(Clone)]
struct Finding {
    subject: &'static str,
    state: State,
    text: String,
}

#[derive(Clone, Copy)]
enum State {
    Fine,
    /// Neither right nor wrong.
    Note,
    /// Wrong, and how the command is to end for it.
    Wrong(Exit),
}

fn fine(subject: &'static str, text: impl Into<String>) -> Finding {
    Finding { subject, state: State::Fine, text: text.into() }
}

fn note(subject: &'static str, text: impl Into<String>) -> Finding {
    Finding { subject, state: State::Note, text: text.into() }
}

fn wrong(subject: &'static str, exit: Exit, text: impl Into<String>) -> Finding {
    Finding { subject, state: State::Wrong(exit), text: text.into() }
}

fn failed(subject: &'static str, failure: &Failure) -> Finding {
    let hints = failure.hints.iter().map(|hint| format!("\nhint: {hint}"));
    wrong(subject, Exit::Broken, failure.message.clone() + &hints.collect::<String>())
}

fn python(engine: &mut Engine, world: &World) -> Vec<Finding> {
    engine.ask_anew();
    let found = match engine.interpreter() {
        Ok(interpreter) => format!("CPython {} at {}", interpreter.version, interpreter.path.display()),
        Err(failure) => {
            let wanted = format!("needed to run programs: a CPython 3.{OLDEST} to 3.{NEWEST}");
            return vec![failed("Python", &failure), note("Python", wanted)];
        }
    };
    let trial = Scenario { observe: Some("count".to_owned()), ..Scenario::new("trial.py", TRIAL) };
    let explored = match engine.explore(&trial, Budget::QUESTION, &mut |_| true) {
        Ok(explored) => explored,
        Err(failure) => return vec![fine("Python", found), failed("Python", &failure)],
    };
    let report = explored.report;
    let values: Vec<&str> = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).collect();
    let tried = if report.is_exhaustive() && values == ["1", "2"] {
        let effort = count(report.executions, "execution");
        fine("Python", format!("runs two threads in every order: {effort}, as there should be two outcomes"))
    } else {
        let text = format!(
            "two threads that count ended in {values:?}, and not in 1 or 2\nhint: try another Python with `--python PATH`"
        );
        wrong("Python", Exit::Broken, text)
    };
    let remembered = match world.cache.folder() {
        Some(folder) => note("Python", format!("asked anew; what it said is kept in {}", folder.display())),
        None => note("Python", "asked anew each time: there is no folder for caches"),
    };
    vec![fine("Python", found), tried, remembered]
}

/// How the program that was tried out was confined.
fn confinement(engine: &Engine) -> Vec<Finding> {
    // If no program could be run, Python's finding says why.
    let Some(confined) = engine.confined() else { return Vec::new() };
    let subject = "Programs";
    let promise = match confined.level {
        Level::Full => "they can read Python's own library, and reach nothing else",
        Level::Strict => "they can reach nothing; this system has no Landlock, so they can import only common modules",
        Level::None => {
            let text = "confinement: none; this system cannot confine programs: they run with your rights\n\
                        hint: decks that you add run no programs without `--unconfined`";
            return vec![note(subject, text)];
        }
    };
    let level = fine(subject, format!("confinement: {}; {promise}", confined.level));
    let probes = confined.probes.iter().map(|probe| fine(subject, format!("one that tried to {probe} was refused")));
    let uncounted = (!confined.counts_threads).then(|| {
        let text = "the system does not limit the threads of a program, so Raceday counts them; it does limit them where \
                    user namespaces can be made, and for anybody but root";
        note(subject, text)
    });
    let unsupervised = confined.unsupervised.as_ref().map(|why| {
        let text = format!(
            "Raceday cannot answer in the system's place what they ask of a file ({why}), so they can find out whether it \
             is there, how large it is and whose"
        );
        note(subject, text)
    });
    std::iter::once(level).chain(probes).chain(uncounted).chain(unsupervised).collect()
}

fn data_folder(world: &World) -> Vec<Finding> {
    let Some(folder) = &world.data_dir else { return vec![failed("Data", &Failure::no_data_dir())] };
    let shown = folder.display();
    let wrong = |what: &str| {
        let text = format!("{shown}{what}\nhint: name another folder with `--data-dir DIR`");
        vec![wrong("Data", Exit::Broken, text)]
    };
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => wrong(" is a file, not a folder"),
        Ok(_) => match try_writing(folder) {
            Ok(()) => vec![fine("Data", format!("{shown}"))],
            Err(error) => wrong(&format!(" cannot be written to: {error}")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // It will be made in the nearest folder above that there is.
            let above = folder.ancestors().skip(1).map(|above| match above.as_os_str().is_empty() {
                true => Path::new("."),
                false => above,
            });
            match above.filter(|above| above.exists()).map(try_writing).next() {
                Some(Err(error)) => wrong(&format!(" is not there and cannot be made: {error}")),
                Some(Ok(())) | None => {
                    vec![note("Data", format!("{shown} is not there yet; the first review, quiz or note makes it"))]
                }
            }
        }
        Err(error) => wrong(&format!(": {error}")),
    }
}

/// Finds out by trying whether files can be made in `folder`: permissions are not all that can be in the way, there may
/// be no room left.
fn try_writing(folder: &Path) -> io::Result<()> {
    let mut trial = tempfile::NamedTempFile::new_in(folder)?;
    trial.write_all(&[b'.'; TRIAL_BYTES])?;
    trial.as_file().sync_all()?;
    trial.close()
}

fn database(world: &World) -> Vec<Finding> {
    // What is wrong with the folder is said of the folder.
    let Some(path) = world.database() else { return Vec::new() };
    let shown = path.display();
    if !Store::is_there(&path) {
        return vec![note("Database", format!("{shown} is not there yet; the first review, quiz or note makes it"))];
    }
    let looked = Store::open(&path).and_then(|mut store| {
        let version = store.version()?;
        Ok((version, store.integrity()?))
    });
    let hint = "keep a copy of the file: the log of answers may still hold everything; to begin anew, move it away";
    match looked {
        Err(error @ StoreError::Damaged { .. }) => {
            vec![wrong("Database", Exit::Broken, format!("{error}\nhint: {hint}"))]
        }
        Err(error) => vec![failed("Database", &error.into())],
        Ok((version, faults)) if faults.is_empty() => {
            vec![fine("Database", format!("{shown}, version {version}, sound"))]
        }
        Ok((_, faults)) => {
            let faults = faults.join("\n");
            let hint = "keep a copy of the file, then try `raceday doctor --rebuild`";
            vec![wrong("Database", Exit::Broken, format!("{shown} is damaged:\n{faults}\nhint: {hint}"))]
        }
    }
}

fn decks(world: &World) -> Vec<Finding> {
    let library = world.library();
    let sound = library.entries.iter().map(|entry| {
        let questions = count(entry.deck.questions.len() as u64, "question");
        fine("Decks", format!("{} ({}), {questions}", entry.deck.id, entry.origin))
    });
    let faulty = library.faulty.iter().map(|faulty| {
        let faults = count(faulty.faults.count() as u64, "fault");
        let text = format!("{}: not loaded, {faults}\nhint: `raceday check` says which", faulty.origin);
        wrong("Decks", Exit::Violated, text)
    });
    let own = world.own_decks().map(|folder| note("Decks", format!("your own decks go in {}", folder.display())));
    sound.chain(faulty).chain(own).collect()
}
