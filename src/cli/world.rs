//! What a command is given: clock, folders, environment, streams, and what is known of the terminal.
//!
//! [`Process`] is what the process was started with, untouched; [`World`] is what follows from it and from the
//! arguments that every command understands.

use std::ffi::OsString;
use std::io;
use std::io::BufRead;
use std::io::Write;
use std::path::PathBuf;

use crate::clock::Clock;
use crate::deck_files::Library;
use crate::python::PyenvVariables;
use crate::report::Guard;
use crate::report::Page;
use crate::store::Store;

use super::Cache;
use super::ColorWhen;
use super::Failure;
use super::Globals;
use super::failure;

/// Values of the environment, read once.
///
/// Variables that are set to nothing count as not set, as is the custom.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `RACEDAY_DATA_DIR`: where reviews, notes and own decks are.
    pub data_dir: Option<OsString>,
    /// `RACEDAY_PYTHON`: the Python to run programs with.
    pub python: Option<OsString>,
    /// `RACEDAY_NOW`: a moment at which the clock stands, for tests.
    pub now: Option<OsString>,
    /// `RACEDAY_TIMEZONE`: an offset from UTC in place of the system's zone.
    pub time_zone: Option<OsString>,
    /// `RACEDAY_SEED`: what chance starts from, for tests.
    pub seed: Option<OsString>,
    /// `PATH`: where programs are looked for.
    pub path: Option<OsString>,
    /// What a shim of pyenv goes by.
    pub pyenv: PyenvVariables,
    /// `NO_COLOR`: whether colour is unwelcome.
    pub no_color: bool,
    /// `TERM`: what the terminal can do.
    pub term: Option<OsString>,
    /// `COLUMNS`: how wide to write.
    pub columns: Option<OsString>,
    /// `VISUAL` or `EDITOR`: what to edit notes with.
    pub editor: Option<OsString>,
}

impl Environment {
    /// Reads the variables that matter here, by `get`.
    pub fn read(get: impl Fn(&str) -> Option<OsString>) -> Environment {
        let get = |name: &str| get(name).filter(|value| !value.is_empty());
        Environment {
            data_dir: get("RACEDAY_DATA_DIR"),
            python: get("RACEDAY_PYTHON"),
            now: get("RACEDAY_NOW"),
            time_zone: get("RACEDAY_TIMEZONE"),
            seed: get("RACEDAY_SEED"),
            path: get("PATH"),
            pyenv: PyenvVariables::read(get),
            no_color: get("NO_COLOR").is_some(),
            term: get("TERM"),
            columns: get("COLUMNS"),
            editor: get("VISUAL").or_else(|| get("EDITOR")),
        }
    }
}

/// Something said of standard input, output and error each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminals {
    /// Standard input.
    pub input: bool,
    /// Standard output.
    pub out: bool,
    /// Standard error.
    pub err: bool,
}

/// Which streams to write in colour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Colour {
    /// Standard output.
    pub out: bool,
    /// Standard error.
    pub err: bool,
}

/// What the process was started with.
pub struct Process {
    /// The program itself, which Python is started by.
    pub program: PathBuf,
    /// The environment.
    pub environment: Environment,
    /// The folder where the platform keeps programs' data, if it has one.
    pub data_home: Option<PathBuf>,
    /// The folder where the platform keeps what programs can make anew, if it has one.
    pub cache_home: Option<PathBuf>,
    /// How wide the terminal is, if there is one.
    pub columns: Option<usize>,
    /// Which streams are terminals.
    pub terminals: Terminals,
    /// Standard input.
    pub input: Box<dyn BufRead>,
    /// Standard output.
    pub out: Box<dyn Write>,
    /// Standard error.
    pub err: Box<dyn Write>,
}

impl Process {
    /// The width to write for where nothing says otherwise.
    const USUAL_WIDTH: usize = 80;
    /// The largest width that is believed: lines and rules are filled up to it.
    const LARGEST_WIDTH: usize = 10_000;

    /// Returns how many columns to write: `COLUMNS`, the terminal's, or 80.
    pub(super) fn width(&self) -> usize {
        let given = self.environment.columns.as_ref().and_then(|columns| columns.to_str()?.parse().ok());
        let columns = given.or(self.columns).filter(|&columns| columns > 0).unwrap_or(Self::USUAL_WIDTH);
        columns.min(Self::LARGEST_WIDTH)
    }

    /// Returns which streams to write in colour.
    pub(super) fn colour(&self, when: ColorWhen) -> Colour {
        let welcome = !self.environment.no_color && !self.is_dumb();
        match when {
            ColorWhen::Always => Colour { out: true, err: true },
            ColorWhen::Never => Colour::default(),
            ColorWhen::Auto => Colour { out: welcome && self.terminals.out, err: welcome && self.terminals.err },
        }
    }

    fn is_dumb(&self) -> bool {
        self.environment.term.as_ref().is_some_and(|term| term == "dumb")
    }
}

/// What a command is given.
pub struct World {
    /// The clock and the learner's zone.
    pub clock: Clock,
    /// Where reviews, notes and own decks are. It need not exist yet; where nobody has a home, there is none, and what
    /// needs no memory works all the same.
    pub data_dir: Option<PathBuf>,
    /// What was made once and can be made anew.
    pub(super) cache: Cache,
    /// The program itself, which Python is started by.
    pub program: PathBuf,
    /// The Python that `--python` names.
    pub python: Option<PathBuf>,
    /// The environment.
    pub environment: Environment,
    /// Which streams are terminals.
    pub terminals: Terminals,
    /// Whether the terminal can do nothing but print.
    pub is_dumb: bool,
    /// Whether a person can be asked: input and error are terminals that can move the cursor.
    pub interactive: bool,
    /// How many columns to write.
    pub width: usize,
    /// Which streams to write in colour.
    pub colour: Colour,
    /// Whether to leave out progress and remarks.
    pub quiet: bool,
    /// What chance starts from, if the environment fixes it.
    pub seed: Option<u64>,
    /// Standard input.
    pub input: Box<dyn BufRead>,
    /// Standard output. Whatever is written there, a terminal obeys none of it but colour.
    pub out: Box<dyn Write>,
    /// Standard error, of which the same holds.
    pub err: Box<dyn Write>,
}

impl World {
    /// Returns what follows from `globals`, `settings` and `process`.
    pub(super) fn new(globals: &Globals, settings: Settings, process: Process) -> World {
        let colour = process.colour(globals.color);
        World {
            clock: settings.clock,
            data_dir: settings.data_dir,
            cache: Cache::new(settings.cache_dir),
            python: globals.python.clone(),
            terminals: process.terminals,
            is_dumb: process.is_dumb(),
            interactive: process.terminals.input && process.terminals.err && !process.is_dumb(),
            width: process.width(),
            colour,
            quiet: globals.quiet,
            seed: settings.seed,
            program: process.program,
            environment: process.environment,
            input: process.input,
            out: Box::new(Guard::new(process.out, colour.out)),
            err: Box::new(Guard::new(process.err, colour.err)),
        }
    }

    /// Returns all decks: those built in, and the learner's.
    pub fn library(&self) -> Library {
        let mut library = Library::builtin();
        if let Some(folder) = self.own_decks() {
            library.add_folders_in(&folder);
        }
        library
    }

    /// Returns where the learner's own decks are, or can be put.
    pub fn own_decks(&self) -> Option<PathBuf> {
        self.data_dir.as_ref().map(|folder| folder.join("decks"))
    }

    /// Returns where the learner's database is, or will be.
    pub fn database(&self) -> Option<PathBuf> {
        self.data_dir.as_ref().map(|folder| folder.join("raceday.db"))
    }

    /// Opens the learner's database, which is made where there is none.
    pub fn store(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.database().ok_or_else(Failure::no_data_dir)?)?)
    }

    /// Returns what standard output is written on.
    pub fn page(&self) -> Page {
        Page { width: self.width, colour: self.colour.out }
    }

    /// Returns what standard error is written on: a terminal has an edge, a file has none.
    pub fn margin(&self) -> Page {
        let width = if self.terminals.err { self.width } else { usize::MAX };
        Page { width, colour: self.colour.err }
    }

    /// Says something beside the output, on standard error, after a word for what it is: `note: …`.
    pub(super) fn say(&mut self, what: &str, text: &str) -> io::Result<()> {
        let page = self.margin();
        failure::write_said(&mut self.err, what, text, page)
    }

    /// Returns what chance starts from: the fixed seed, or one that differs from run to run.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(|| self.clock.now().timestamp_micros().unsigned_abs())
    }
}

/// What can be wrong about the arguments that every command understands, and about the environment.
pub(super) struct Settings {
    clock: Clock,
    data_dir: Option<PathBuf>,
    cache_dir: Option<PathBuf>,
    seed: Option<u64>,
}

impl Settings {
    /// Makes sense of `globals` and of the environment.
    pub(super) fn new(globals: &Globals, process: &Process) -> Result<Settings, Failure> {
        let environment = &process.environment;
        let now = environment.now.as_ref().map(|value| value.to_string_lossy());
        let zone = environment.time_zone.as_ref().map(|value| value.to_string_lossy());
        let clock = Clock::new(now.as_deref(), zone.as_deref())?;
        let named = globals.data_dir.clone().or_else(|| environment.data_dir.clone().map(PathBuf::from));
        // Nothing is written outside a folder that was named.
        let (data_dir, cache_dir) = match named {
            // To remember something is no reason to make it.
            Some(named) => (Some(named.clone()), named.is_dir().then(|| named.join("cache"))),
            None => {
                let below = |home: &Option<PathBuf>| home.as_ref().map(|home| home.join("raceday"));
                (below(&process.data_home), below(&process.cache_home))
            }
        };
        let seed = environment.seed.as_ref().map(|seed| {
            let text = seed.to_string_lossy();
            text.parse().map_err(|_| Failure::seed(&text))
        });
        Ok(Settings { clock, data_dir, cache_dir, seed: seed.transpose()? })
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn process(environment: Environment) -> Process {
        Process {
            program: PathBuf::from("raceday"),
            environment,
            data_home: Some(PathBuf::from("/home/me/.local/share")),
            cache_home: None,
            columns: None,
            terminals: Terminals { input: true, out: true, err: true },
            input: Box::new(io::empty()),
            out: Box::new(io::sink()),
            err: Box::new(io::sink()),
        }
    }

    fn globals() -> Globals {
        Globals { data_dir: None, python: None, color: ColorWhen::Auto, quiet: false }
    }

    fn world(globals: &Globals, environment: Environment) -> World {
        let process = process(environment);
        let settings = Settings::new(globals, &process).expect("settings");
        World::new(globals, settings, process)
    }

    #[test]
    fn the_data_folder_is_the_flags_then_the_environments_then_the_platforms() {
        let flagged = Globals { data_dir: Some(PathBuf::from("flag")), ..globals() };
        let environment = Environment { data_dir: Some("variable".into()), ..Environment::default() };
        assert_eq!(world(&flagged, environment.clone()).data_dir, Some(PathBuf::from("flag")));
        assert_eq!(world(&globals(), environment).data_dir, Some(PathBuf::from("variable")));
        assert_eq!(
            world(&globals(), Environment::default()).data_dir,
            Some(PathBuf::from("/home/me/.local/share/raceday"))
        );
    }

    #[test]
    fn who_has_no_home_can_do_what_needs_no_memory() {
        let process = Process { data_home: None, ..process(Environment::default()) };
        let settings = Settings::new(&globals(), &process).expect("settings");
        let world = World::new(&globals(), settings, process);
        assert!(world.library().decks().next().is_some());
        assert_eq!(world.database(), None);
        assert_eq!(world.store().err(), Some(Failure::no_data_dir()));
    }

    #[test]
    fn colour_needs_a_terminal_that_welcomes_it_or_an_order() {
        let plain = Environment::default();
        let dumb = Environment { term: Some("dumb".into()), ..Environment::default() };
        let unwelcome = Environment { no_color: true, ..Environment::default() };
        let always = Globals { color: ColorWhen::Always, ..globals() };
        let never = Globals { color: ColorWhen::Never, ..globals() };
        assert!(world(&globals(), plain.clone()).colour.out);
        assert!(!world(&never, plain).colour.out);
        assert!(!world(&globals(), dumb.clone()).colour.out);
        assert!(!world(&globals(), dumb).interactive);
        assert!(!world(&globals(), unwelcome.clone()).colour.out);
        assert!(world(&always, unwelcome).colour.out);
    }

    #[test]
    fn the_width_is_the_environments_then_the_terminals_then_eighty() {
        let fixed = Environment { columns: Some("64".into()), ..Environment::default() };
        let nonsense = Environment { columns: Some("wide".into()), ..Environment::default() };
        assert_eq!(Process { columns: Some(120), ..process(fixed) }.width(), 64);
        assert_eq!(Process { columns: Some(120), ..process(nonsense) }.width(), 120);
        assert_eq!(process(Environment::default()).width(), 80);
    }

    /// A line that is filled up to some width took as much memory as that.
    #[test]
    fn no_width_is_believed_that_nobody_has() {
        for columns in ["99999999999", "18446744073709551615"] {
            let endless = Environment { columns: Some(columns.into()), ..Environment::default() };
            assert_eq!(process(endless).width(), Process::LARGEST_WIDTH);
        }
        let none = Environment { columns: Some("0".into()), ..Environment::default() };
        assert_eq!(process(none).width(), 80);
    }

    #[test]
    fn variables_that_are_set_to_nothing_are_not_set() {
        let environment = Environment::read(|_| Some(OsString::new()));
        assert!(!environment.no_color);
        assert_eq!(environment.data_dir, None);
    }
}
