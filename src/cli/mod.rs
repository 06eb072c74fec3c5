//! The command line: where the core and the edges meet.
//!
//! One file a command: its arguments with their help first, then the function. A command is given a [`World`] and
//! returns an [`Exit`] or a [`Failure`]; `failure.rs` alone turns errors into text and exit codes.

mod whole_file;
mod world;
mod failure;
mod numbers;
mod cache;
mod engine;
mod workers;
mod progress;
mod learner;
mod today;
mod drill;
mod quiz;
mod review;
mod undo;
mod reset;
mod settings;
mod note;
mod explore;
mod check;
mod deck;
mod doctor;

pub use crate::python::sandbox;
pub use check::Finding;
pub use check::Proof;
pub use check::prove;
pub use engine::Budget;
pub use engine::Engine;
pub use engine::Explored;
pub use failure::Exit;
pub use failure::Failure;
pub use failure::FailureKind;
pub use world::Colour;
pub use world::Environment;
pub use world::Process;
pub use world::Terminals;
pub use world::World;

use cache::Anew;
use cache::Cache;
use world::Settings;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::FromArgMatches as _;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::clock::Stopwatch;
use crate::python;
use crate::report::Guard;
use crate::report::Page;
use crate::terminal::Followers;
use crate::terminal::end_if_asked;
use crate::terminal::outlive_full_files;
use crate::terminal::stop_together;

const AFTER_HELP: &str = "\
Examples:
  raceday                     what is due today
  raceday quiz thread-safety  ten questions
  raceday review              what is due, then new cards
  raceday explore bank.py     every outcome that bank.py can have

Exit codes:
    0  fine
    1  a claim is violated, or a deck has faults
    2  the arguments or the input cannot be used, or the program cannot be run
    3  something that Raceday needs is missing or broken: Python, the database
  130  Ctrl-C ended it (SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131)
";

/// Practise thread safety with questions that are checked by running every order of threads
#[derive(Debug, Parser)]
#[command(name = "raceday", version, after_help = AFTER_HELP, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command understands.
#[derive(Clone, Debug, clap::Args)]
struct Globals {
    /// Keep reviews, notes and own decks in this folder
    #[arg(long, global = true, value_name = "DIR", help_heading = "Everywhere")]
    data_dir: Option<PathBuf>,
    /// Run programs with this Python (3.9 to 3.14)
    #[arg(long, global = true, value_name = "PATH", help_heading = "Everywhere")]
    python: Option<PathBuf>,
    /// Use colour: auto (in a terminal, unless NO_COLOR is set), always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    #[arg(hide_possible_values = true, help_heading = "Everywhere")]
    color: ColorWhen,
    /// Say only what was asked for: no progress, no remarks
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    quiet: bool,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Quiz(quiz::QuizArgs),
    Review(review::ReviewArgs),
    Undo(undo::UndoArgs),
    Reset(reset::ResetArgs),
    Settings(settings::SettingsArgs),
    Note(note::NoteArgs),
    Explore(explore::ExploreArgs),
    Check(check::CheckArgs),
    Deck(deck::DeckArgs),
    Doctor(doctor::DoctorArgs),
}

/// Runs the program with `arguments` (the program's name first) in `process`, and returns its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, mut process: Process) -> ExitCode {
    outlive_full_files();
    stop_together(Followers { stop: stop_all, go_on: let_all_go_on });
    let parsed = Arguments::command()
        .term_width(process.width().min(100))
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return show_usage(&error, &mut process).code(),
    };
    let settings = match Settings::new(&arguments.globals, &process) {
        Ok(settings) => settings,
        Err(failure) => {
            let page = Page { width: usize::MAX, colour: false };
            return failure::conclude(Err(failure), &mut Guard::new(process.err, false), page);
        }
    };
    let mut world = World::new(&arguments.globals, settings, process);
    // Prompts and progress bars ask `console`, which would otherwise look at the environment itself.
    console::set_colors_enabled(world.colour.out);
    console::set_colors_enabled_stderr(world.colour.err);
    let result = dispatch(arguments.command, &mut world).and_then(|exit| {
        failure::unless_unread(world.out.flush())?;
        Ok(exit)
    });
    let page = world.margin();
    let code = failure::conclude(result, world.err.as_mut(), page);
    end_if_asked();
    code
}

/// Stops what does not stop by itself with this process.
fn stop_all() {
    python::stop_workers();
    Stopwatch::stop_all();
}

fn let_all_go_on() {
    Stopwatch::go_on_all();
    python::let_workers_go_on();
}

fn dispatch(command: Option<Command>, world: &mut World) -> Result<Exit, Failure> {
    match command {
        None => today::run(world),
        Some(Command::Quiz(args)) => quiz::run(&args, world),
        Some(Command::Review(args)) => review::run(&args, world),
        Some(Command::Undo(args)) => undo::run(&args, world),
        Some(Command::Reset(args)) => reset::run(&args, world),
        Some(Command::Settings(args)) => settings::run(&args, world),
        Some(Command::Note(args)) => note::run(&args, world),
        Some(Command::Explore(args)) => explore::run(&args, world),
        Some(Command::Check(args)) => check::run(&args, world),
        Some(Command::Deck(args)) => deck::run(&args, world),
        Some(Command::Doctor(args)) => doctor::run(&args, world),
    }
}

/// Shows help, the version, or what is wrong with the arguments.
fn show_usage(error: &clap::Error, process: &mut Process) -> Exit {
    let colour = process.colour(ColorWhen::Auto);
    let (stream, colour) = match error.use_stderr() {
        true => (&mut process.err, colour.err),
        false => (&mut process.out, colour.out),
    };
    // What was typed is quoted; it may be the name of a file that somebody else chose.
    let mut stream = Guard::new(stream, colour);
    let text = error.render();
    // Whether the text arrives or not, there is nothing else to say.
    let _ = if colour { write!(stream, "{}", text.ansi()) } else { write!(stream, "{text}") };
    let _ = stream.flush();
    if error.use_stderr() { Exit::Unusable } else { Exit::Fine }
}
