//! Finds a CPython to run scenarios with, resolves shims to the real executable, and learns what a process of it reads.
//!
//! Asking an interpreter takes several times as long as starting it, so what it said is remembered, by whoever is given as
//! [`Remember`], together with the state of the files that the answer hangs on. A shim is no such file: which Python it
//! leads to hangs on variables and on files that only its author knows, so it is asked each time, unless it is one of
//! pyenv's, whose way is known (`pyenv`).

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use super::belief;
use super::elf;
use super::foreign;
use super::pyenv::PyenvVariables;
use super::stamp::Stamp;

/// The oldest minor version of Python 3 that is supported.
pub const OLDEST: u32 = 9;
/// The newest minor version of Python 3 that is supported.
pub const NEWEST: u32 = 14;

/// How long an interpreter may take to say what it is: many times what a cold disk needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an interpreter is asked. Plain enough for any Python, so that an old one can be told from no Python at all.
const PROBE: &str = include_str!("probe.py");

/// What a shim is asked.
const WHO: &str = "import os, sys; sys.stdout.buffer.write(os.fsencode(os.path.realpath(sys.executable)))";

/// A Python that scenarios can run with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The real executable, behind all shims and links.
    pub path: PathBuf,
    /// What it says it is.
    pub version: Version,
    /// Where its standard library is: folders, and perhaps an archive. Compiled modules lie in one of them.
    pub modules: Vec<PathBuf>,
    /// The shared objects elsewhere that it and the compiled modules need, as far as the platform tells.
    pub libraries: Vec<PathBuf>,
    /// Links to those, beside them: other names that they are looked for by.
    pub links: Vec<PathBuf>,
    /// What loads the executable and its libraries, if the executable names one.
    pub loader: Option<PathBuf>,
    /// Whether it can call any function of a shared object (`ctypes`).
    pub has_ctypes: bool,
}

/// A version of Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// 3, in `3.11.7`.
    pub major: u32,
    /// 11, in `3.11.7`.
    pub minor: u32,
    /// 7, in `3.11.7`.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Why there is no Python to run scenarios with.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing on the search path is a Python.
    #[error("no Python was found on the search path")]
    None,
    /// What was named does not run as a Python.
    #[error("`{}` does not run as a Python: {why}", .path.display())]
    NotPython {
        /// What was named.
        path: PathBuf,
        /// What happened.
        why: String,
    },
    /// It is a Python, but not one that is supported.
    #[error("`{}` is {implementation} {version}; CPython 3.{OLDEST} to 3.{NEWEST} is supported", .path.display())]
    Unsupported {
        /// Which one.
        path: PathBuf,
        /// What it says it is.
        implementation: String,
        /// Its version.
        version: Version,
    },
}

/// Where to look for an interpreter: the one that `flag` names, else the one that `variable` (the environment's
/// `RACEDAY_PYTHON`) names, else the first on `path` (the environment's `PATH`) that is supported.
///
/// A name without a slash is looked up on `path`.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What `--python` names.
    pub flag: Option<PathBuf>,
    /// The value of `RACEDAY_PYTHON`.
    pub variable: Option<OsString>,
    /// The value of `PATH`.
    pub path: Option<OsString>,
    /// What a shim of pyenv goes by. Where that is not known, shims are asked.
    pub pyenv: Option<PyenvVariables>,
    /// Our own program, which calls [`sandbox`](super::sandbox) first thing: where it is known, nothing of what is asked here outlives us.
    pub minder: Option<PathBuf>,
}

impl Search {
    /// Returns a search for what `variable` names, or else what is on `path`; shims are asked.
    pub fn by(variable: Option<OsString>, path: Option<OsString>) -> Search {
        Search { variable, path, ..Search::default() }
    }
}

/// Remembers what interpreters said of themselves.
///
/// To remember nothing is right, only slow. What is returned is checked against the files that it hangs on, so it may be old; and it is
/// believed of no path that is not where such paths are, so it may be made up.
pub trait Remember {
    /// Returns what was kept for `executable`.
    fn recall(&mut self, executable: &Path) -> Option<Described>;
    /// Keeps what `executable` said.
    fn keep(&mut self, executable: &Path, described: &Described);
}

/// Remembers nothing.
pub struct Forgetful;

impl Remember for Forgetful {
    fn recall(&mut self, _: &Path) -> Option<Described> {
        None
    }

    fn keep(&mut self, _: &Path, _: &Described) {}
}

/// What an executable said of itself, and when that is no longer to be believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// What it was asked: a later version of this program may ask more.
    question: String,
    executable: PathBuf,
    implementation: String,
    version: Version,
    modules: Vec<PathBuf>,
    libraries: Vec<PathBuf>,
    links: Vec<PathBuf>,
    loader: Option<PathBuf>,
    has_ctypes: bool,
    /// All files that the answer hangs on, as they were, those that were not there included.
    hangs_on: Vec<(PathBuf, Option<Stamp>)>,
}

/// Finds the interpreter.
///
/// # Errors
///
/// What is named but cannot be used is an error; nothing else is tried in its place.
pub fn find(search: &Search, memory: &mut dyn Remember) -> Result<Interpreter, FindError> {
    let path = search.path.as_deref();
    if let Some(named) = search.flag.as_deref().or(search.variable.as_deref().map(Path::new)) {
        let mut candidates = on_path(named, path);
        return match candidates.next() {
            Some(found) => identify(&found, search, memory),
            None => Err(FindError::NotPython { path: named.to_owned(), why: "there is no such program".to_owned() }),
        };
    }
    let versioned = (OLDEST..=NEWEST).rev().map(|minor| format!("python3.{minor}"));
    let names = std::iter::once("python3".to_owned()).chain(versioned).chain(std::iter::once("python".to_owned()));
    let (mut unsupported, mut unusable) = (None, None);
    for name in names {
        for found in on_path(Path::new(&name), path) {
            match identify(&found, search, memory) {
                Ok(interpreter) => return Ok(interpreter),
                // A supported version further on is better news than an unsupported one here, and that better than
                // a shim that leads nowhere.
                Err(error @ FindError::Unsupported { .. }) => unsupported = unsupported.or(Some(error)),
                Err(error) => unusable = unusable.or(Some(error)),
            }
        }
    }
    Err(unsupported.or(unusable).unwrap_or(FindError::None))
}

fn on_path<'a>(name: &'a Path, search_path: Option<&'a OsStr>) -> impl Iterator<Item = PathBuf> + 'a {
    let has_folder = name.components().count() > 1;
    let direct = has_folder.then(|| name.to_owned()).into_iter();
    let folders = search_path.filter(|_| !has_folder).into_iter().flat_map(std::env::split_paths);
    let found = folders.map(move |folder| folder.join(name));
    let executables = [name.with_extension("exe")];
    let windows = search_path
        .filter(|_| cfg!(windows) && !has_folder)
        .into_iter()
        .flat_map(std::env::split_paths)
        .flat_map(move |folder| executables.clone().map(|each| folder.join(each)));
    direct.chain(found).chain(windows).filter(|path| path.is_file())
}

/// Returns the interpreter that the program at `found` is, or leads to.
fn identify(found: &Path, search: &Search, memory: &mut dyn Remember) -> Result<Interpreter, FindError> {
    if let Some(behind) = search.pyenv.as_ref().and_then(|variables| variables.behind(found)) {
        match identify_without_shims(&behind, search, memory) {
            // It is not what it looked like; the shim itself will say more.
            Err(FindError::NotPython { .. }) => {}
            known => return known,
        }
    }
    identify_without_shims(found, search, memory)
}

fn identify_without_shims(found: &Path, search: &Search, memory: &mut dyn Remember) -> Result<Interpreter, FindError> {
    let real = fs::canonicalize(found).unwrap_or_else(|_| found.to_owned());
    // What is behind the links may be a program that goes by the name it is called with. So the file is believed to be
    // what was found only if it says that it is itself.
    if !is_script(&real)
        && let Ok(described) = describe(&real, search, memory)
        && described.executable == real
    {
        return supported(described, found);
    }
    let wrong = |why: String| FindError::NotPython { path: found.to_owned(), why };
    let behind = ask(found, WHO, search).map_err(wrong)?;
    let behind = path_of(&behind).filter(|path| path.is_absolute());
    let behind = behind.ok_or_else(|| wrong("it answered something else".to_owned()))?;
    supported(describe(&behind, search, memory).map_err(wrong)?, found)
}

fn is_script(file: &Path) -> bool {
    let mut start = [0; 2];
    fs::File::open(file).is_ok_and(|mut file| file.read_exact(&mut start).is_ok()) && start == *b"#!"
}

fn supported(described: Described, found: &Path) -> Result<Interpreter, FindError> {
    let Described { executable, implementation, version, modules, libraries, links, loader, has_ctypes, .. } =
        described;
    if implementation != "CPython" || version.major != 3 || !(OLDEST..=NEWEST).contains(&version.minor) {
        return Err(FindError::Unsupported { path: found.to_owned(), implementation, version });
    }
    Ok(Interpreter { path: executable, version, modules, libraries, links, loader, has_ctypes })
}

/// Returns what the program at `real` says of itself, or said before.
fn describe(real: &Path, search: &Search, memory: &mut dyn Remember) -> Result<Described, String> {
    if let Some(described) = memory.recall(real)
        && described.is_still_true(real)
    {
        return Ok(described);
    }
    let said = ask(real, PROBE, search)?;
    let described = Described::parse(real, &said).ok_or_else(|| "it answered something else".to_owned())?;
    memory.keep(real, &described);
    Ok(described)
}

fn ask(program: &Path, question: &str, search: &Search) -> Result<Vec<u8>, String> {
    let minder = search.minder.as_deref().filter(|_| cfg!(unix));
    foreign::output(program, &["-I", "-S", "-B", "-c", question], minder, PATIENCE)
}

impl Described {
    /// Makes sense of what [`PROBE`] prints: names and values with `=` between them and a zero byte after each but the last.
    fn parse(asked: &Path, said: &[u8]) -> Option<Described> {
        let mut described = Described {
            question: question(),
            executable: PathBuf::new(),
            implementation: String::new(),
            version: Version { major: 0, minor: 0, patch: 0 },
            modules: Vec::new(),
            libraries: Vec::new(),
            links: Vec::new(),
            loader: elf::loader(asked),
            has_ctypes: false,
            hangs_on: Vec::new(),
        };
        for each in said.split(|byte| *byte == 0) {
            let at = each.iter().position(|byte| *byte == b'=')?;
            let (name, value) = (&each[..at], &each[at + 1..]);
            match name {
                b"executable" => described.executable = path_of(value)?,
                b"implementation" => described.implementation = str::from_utf8(value).ok()?.to_owned(),
                b"version" => described.version = version_of(str::from_utf8(value).ok()?)?,
                b"modules" => described.modules.push(path_of(value)?),
                b"library" => described.libraries.push(path_of(value)?),
                b"link" => described.links.push(path_of(value)?),
                b"ctypes" => described.has_ctypes = true,
                _ => return None,
            }
        }
        if !described.executable.is_absolute() || described.version.major == 0 {
            return None;
        }
        described.hangs_on = described.evidence(asked).into_iter().map(|file| stamped(&file)).collect();
        Some(described)
    }

    /// Returns the files that this hangs on: whatever was loaded, and what decides where it is looked for.
    fn evidence(&self, asked: &Path) -> Vec<PathBuf> {
        let mut files = vec![asked.to_owned(), PathBuf::from("/etc/ld.so.cache")];
        // A virtual environment is told by this file, beside the executable or one above.
        files.extend(asked.ancestors().skip(1).take(2).map(|folder| folder.join("pyvenv.cfg")));
        // What is added to or replaced in a folder changes the folder.
        files.extend(self.modules.iter().chain(&self.libraries).chain(&self.loader).cloned());
        files.extend((self.executable != asked).then(|| self.executable.clone()));
        files
    }

    /// Returns whether this is what the program at `asked` would say now. Who wrote to the file that it was kept in may have made it
    /// up, states of files and all, so that what it would let programs read is looked at, too.
    fn is_still_true(&self, asked: &Path) -> bool {
        let evidence = self.evidence(asked);
        self.question == question()
            && self.executable == asked
            && self.loader == elf::loader(asked)
            && self.hangs_on.iter().map(|(file, _)| file).eq(&evidence)
            && self.hangs_on.iter().all(|(file, then)| Stamp::of(file) == *then)
            && belief::could_say(asked, self.version, &self.modules, &self.libraries, &self.links)
    }
}

fn stamped(file: &Path) -> (PathBuf, Option<Stamp>) {
    (file.to_owned(), Stamp::of(file))
}

fn question() -> String {
    blake3::hash(PROBE.as_bytes()).to_hex().to_string()
}

fn version_of(text: &str) -> Option<Version> {
    let numbers: Vec<u32> = text.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let [major, minor, patch] = numbers[..] else { return None };
    Some(Version { major, minor, patch })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere not all bytes are a path")]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    Some(PathBuf::from(<OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    str::from_utf8(bytes).ok().map(PathBuf::from)
}
