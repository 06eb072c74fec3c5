//! Finds a CPython to run scenarios with, and resolves shims to the real executable.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::process;

/// The oldest minor version of Python 3 that is supported.
pub const OLDEST: u32 = 9;
/// The newest minor version of Python 3 that is supported.
pub const NEWEST: u32 = 14;

/// How long an interpreter may take to say what it is: many times what a cold disk needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an interpreter is asked. Plain enough for any Python, so that an old one can be told from no Python at all.
const PROBE: &str = r#"
import json, os, platform, sys
print(json.dumps({"executable": os.path.realpath(sys.executable), "implementation": platform.python_implementation(),
                  "version": list(sys.version_info[:3])}))
"#;

/// A Python that scenarios can run with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The real executable, behind all shims and links.
    pub path: PathBuf,
    /// What it says it is.
    pub version: Version,
}

/// A version of Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Finds the interpreter: the one that `flag` names, else the one that `variable` (the environment's
/// `RACEDAY_PYTHON`) names, else the first on `search_path` (the environment's `PATH`) that is supported.
///
/// A name without a slash is looked up on `search_path`.
///
/// # Errors
///
/// What is named but cannot be used is an error; nothing else is tried in its place.
pub fn find(
    flag: Option<&Path>,
    variable: Option<&OsStr>,
    search_path: Option<&OsStr>,
) -> Result<Interpreter, FindError> {
    if let Some(named) = flag.or(variable.map(Path::new)) {
        let mut candidates = on_path(named, search_path);
        return match candidates.next() {
            Some(path) => probe(&path),
            None => Err(FindError::NotPython { path: named.to_owned(), why: "there is no such program".to_owned() }),
        };
    }
    let versioned = (OLDEST..=NEWEST).rev().map(|minor| format!("python3.{minor}"));
    let names = std::iter::once("python3".to_owned()).chain(versioned).chain(std::iter::once("python".to_owned()));
    let mut first_error = None;
    for name in names {
        for path in on_path(Path::new(&name), search_path) {
            match probe(&path) {
                Ok(interpreter) => return Ok(interpreter),
                // A supported version further on is better news than an unsupported one here, and that better than
                // a shim that leads nowhere.
                Err(error @ FindError::Unsupported { .. }) => first_error = first_error.or(Some(error)),
                Err(_) => {}
            }
        }
    }
    Err(first_error.unwrap_or(FindError::None))
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

/// Asks the program at `path` what it is.
fn probe(path: &Path) -> Result<Interpreter, FindError> {
    #[derive(Deserialize)]
    struct Said {
        executable: PathBuf,
        implementation: String,
        version: [u32; 3],
    }
    let wrong = |why: String| FindError::NotPython { path: path.to_owned(), why };
    let printed = process::output(path, &["-I", "-S", "-B", "-c", PROBE], PATIENCE).map_err(&wrong)?;
    let said: Said =
        serde_json::from_str(printed.trim()).map_err(|_| wrong("it answered something else".to_owned()))?;
    let [major, minor, patch] = said.version;
    let version = Version { major, minor, patch };
    if said.implementation != "CPython" || major != 3 || !(OLDEST..=NEWEST).contains(&minor) {
        let implementation = said.implementation;
        return Err(FindError::Unsupported { path: path.to_owned(), implementation, version });
    }
    Ok(Interpreter { path: said.executable, version })
}
