//! The confinement of workers: what runs in them was downloaded, or typed a minute ago, and must reach nothing.
//!
//! On Linux a worker is started by way of our own program (`launch`), which takes rights away from itself and then becomes
//! Python: limits and capabilities (`limits`), files (`files`, Landlock), system calls (`calls`, seccomp). When the harness is
//! ready, and before it has seen a scenario, it takes away what only the start needed, tries what must not work, and says
//! how that went. The parent believes it only if the kernel says the same of the process (`evidence`); else there is no worker.
//! From then on a thread of the parent answers the calls that neither of the two can judge (`supervisor`).
//!
//! Where the system lacks Landlock, nothing that takes a path is left to the worker instead ([`Level::Strict`]); where it
//! lacks more, whoever starts the worker has to say that it may run without ([`Confinement::or_none`]).

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod evidence;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod filter;
#[cfg(target_os = "linux")]
mod launch;
#[cfg(target_os = "linux")]
mod library;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod linker;
#[cfg(target_os = "linux")]
mod listener;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod paths;
#[cfg(target_os = "linux")]
mod policy;
#[cfg(target_os = "linux")]
mod supervisor;
#[cfg(target_os = "linux")]
mod threads;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[cfg(target_os = "linux")]
use launch::LaunchError;
use serde::Deserialize;
use serde::Serialize;

use super::Interpreter;
use super::leader::Leader;

#[cfg(target_os = "linux")]
pub(super) use evidence::excess;
#[cfg(target_os = "linux")]
pub(super) use evidence::is_crowded;
#[cfg(target_os = "linux")]
pub(super) use evidence::share_of_memory;
#[cfg(target_os = "linux")]
pub(super) use limits::lower_memory;

/// The argument that makes our program the helper.
pub(super) const SUBCOMMAND: &str = "__sandbox";

/// Stands for an exit code where nobody can answer for the worker.
const NO_SUPERVISOR: i32 = 122;
/// The exit code of a helper that misses Landlock.
const NO_LANDLOCK: i32 = 123;
/// The exit code of a helper that misses seccomp.
const NO_SECCOMP: i32 = 124;
/// The exit code of a helper that failed otherwise.
const FAILED: i32 = 125;

/// What a worker may not come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    /// The kernel keeps more for it than it may.
    Gorged,
    /// The thread that it began with has ended, or all have: then it is not said what there is of its memory.
    Headless,
}

/// How far a worker is confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not at all: nothing but a clean environment, and limits on time and output.
    None,
    /// By system calls alone: none that takes a path is left, so only modules that were loaded before can be imported.
    Strict,
    /// By files and system calls.
    Full,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::None => "none",
            Level::Strict => "strict",
            Level::Full => "full",
        })
    }
}

/// How a worker is to be confined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    helper: PathBuf,
    layers: Layers,
    or_none: bool,
}

/// The layers that a confinement is made of: all of them, but for tests that show what each of them stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    /// Whether Landlock restricts files.
    pub files: bool,
    /// Whether it does so with what its first version had.
    pub oldest_landlock: bool,
    /// Whether seccomp restricts system calls.
    pub calls: bool,
    /// Whether it does so more narrowly once the harness is ready: what only the start needs is taken away.
    pub second_list: bool,
    /// Whether a user namespace is tried for.
    pub user_namespace: bool,
    /// Whether it ends when its parent does, whatever it does just then.
    pub ends_with_parent: bool,
    /// Whether memory, threads and open files are limited, and capabilities given up.
    pub limits: bool,
    /// Whether Raceday answers calls that take a path or start a thread, if the system lets it.
    pub supervisor: bool,
}

impl Layers {
    /// All that there is.
    pub const ALL: Layers = Layers {
        files: true,
        oldest_landlock: false,
        calls: true,
        second_list: true,
        ends_with_parent: true,
        user_namespace: true,
        limits: true,
        supervisor: true,
    };
    /// A process like any other.
    pub const NONE: Layers = Layers {
        files: false,
        oldest_landlock: false,
        calls: false,
        second_list: false,
        ends_with_parent: false,
        user_namespace: false,
        limits: false,
        supervisor: false,
    };

    /// Whether a worker with these has to prove that it is confined.
    fn are_whole(self) -> bool {
        self.files && self.calls && self.second_list && self.ends_with_parent && self.limits
    }
}

impl Confinement {
    /// Returns the confinement that this system can give, by `helper`: the program that calls [`sandbox`](super::sandbox) first thing.
    pub fn by(helper: impl Into<PathBuf>) -> Confinement {
        Confinement { helper: helper.into(), layers: Layers::ALL, or_none: false }
    }

    /// Returns this, with leave to run workers unconfined where the system can give no confinement. What is given leave is no
    /// failure: a worker that does not prove its confinement is refused with it as well.
    pub fn or_none(self) -> Confinement {
        Confinement { or_none: true, ..self }
    }

    /// Returns this with some `layers` only. No build but that of the tests has it.
    #[cfg(feature = "layers")]
    pub fn with_layers(self, layers: Layers) -> Confinement {
        Confinement { layers, ..self }
    }

    /// Returns what to try first, or why nothing can be tried.
    pub(super) fn first(&self) -> Result<Attempt, String> {
        match cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
            _ if self.layers == Layers::NONE => Ok(Attempt::UNCONFINED),
            true => Ok(Attempt {
                level: Level::Full,
                user_namespace: self.layers.user_namespace,
                supervisor: self.layers.supervisor && is_supervisor_known_here(),
            }),
            false if self.or_none => Ok(Attempt::UNCONFINED),
            false => Err("confinement is known for Linux on x86-64 and aarch64 only".to_owned()),
        }
    }

    /// Returns what to try after `attempt`, which ended with `code` before it was ready, if there is anything.
    #[cfg(target_os = "linux")]
    pub(super) fn next(&self, attempt: Attempt, code: Option<i32>) -> Option<Attempt> {
        match (attempt.level, code) {
            (Level::None, _) => None,
            (Level::Full, Some(NO_LANDLOCK)) => Some(Attempt { level: Level::Strict, ..attempt }),
            (_, Some(NO_SECCOMP)) => self.or_none.then_some(Attempt::UNCONFINED),
            (_, Some(NO_SUPERVISOR)) => Some(Attempt { supervisor: false, ..attempt }),
            // Some systems give a user namespace and then let nothing be done in it.
            _ if attempt.user_namespace => Some(Attempt { user_namespace: false, ..attempt }),
            _ => None,
        }
    }

    /// Returns what to try after `attempt`: nothing, as there is only one way.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn next(&self, _: Attempt, _: Option<i32>) -> Option<Attempt> {
        None
    }

    /// Returns the program and the arguments that start `interpreter` with `arguments`, for `attempt`.
    pub(super) fn command(
        &self,
        attempt: Attempt,
        interpreter: &Interpreter,
        arguments: &[&str],
    ) -> (PathBuf, Vec<OsString>) {
        #[cfg(target_os = "linux")]
        if attempt.level > Level::None {
            let policy = serde_json::to_string(&self.policy(attempt, interpreter)).expect("a policy is JSON");
            let own = [SUBCOMMAND.into(), policy.into(), "--".into(), interpreter.path.clone().into_os_string()];
            let arguments = own.into_iter().chain(arguments.iter().map(Into::into)).collect();
            return (self.helper.clone(), arguments);
        }
        // There is nothing that leaks in to close: what is above is where the count begins.
        let arguments = arguments.iter().map(Into::into).chain(["3".into()]).collect();
        (interpreter.path.clone(), arguments)
    }

    #[cfg(target_os = "linux")]
    fn policy(&self, attempt: Attempt, interpreter: &Interpreter) -> policy::Policy {
        policy::Policy {
            parent: self.layers.ends_with_parent.then(std::process::id),
            files: attempt.level == Level::Full && self.layers.files,
            oldest_landlock: self.layers.oldest_landlock,
            calls: self.layers.calls,
            user_namespace: attempt.user_namespace,
            limits: self.layers.limits,
            supervisor: attempt.supervisor,
            execute: policy::execute(interpreter),
            read: policy::read(interpreter),
        }
    }

    /// Returns what the harness of the process `pid` is told, which keeps to the processor `processor`, as JSON.
    pub(super) fn plan(&self, attempt: Attempt, pid: u32, processor: usize) -> Vec<u8> {
        #[cfg(target_os = "linux")]
        if attempt.level > Level::None && (self.layers.calls || attempt.supervisor) {
            use calls::Stage;

            let paths = attempt.level == Level::Full;
            let [second, asking] = [
                (self.layers.calls && self.layers.second_list).then(|| calls::allow(Stage::Second { paths }, pid)),
                attempt.supervisor.then(|| calls::asking(paths)),
            ]
            .map(|program| program.map(|program| program.expect("the lists are constants, and tested")));
            let hex = |programs: Vec<_>| super::numbers::hex_of(&filter::bytes(&filter::joined(programs)));
            let asking = asking.map(|asking| second.clone().into_iter().chain([asking]).collect());
            let [filter, asking] =
                [second.map(|second| vec![second]), asking].map(|programs| programs.map(hex).unwrap_or_default());
            let plan = Plan {
                processor,
                confined: true,
                preload: if paths { &[] } else { PRELOADED },
                seccomp: libc::SYS_seccomp,
                filter,
                asking,
            };
            return serde_json::to_vec(&plan).expect("a plan is JSON");
        }
        let _ = (attempt, pid);
        format!(r#"{{"processor":{processor},"confined":false}}"#).into_bytes()
    }

    /// Gets ready to answer for a process of `interpreter`.
    #[cfg(target_os = "linux")]
    pub(super) fn supervision(&self, attempt: Attempt, interpreter: &Interpreter) -> Supervision {
        let policy = || self.policy(attempt, interpreter);
        let library = || library::Library::of(&policy(), &interpreter.links).map_err(io::Error::from);
        Supervision { library: (attempt.supervisor && attempt.level == Level::Full).then(library).transpose() }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn supervision(&self, _: Attempt, _: &Interpreter) -> Supervision {
        Supervision {}
    }

    /// Whether the process `pid`, which is not confined as a whole, has a number of threads that the parent need not see to.
    fn counts_threads(&self, attempt: Attempt, pid: u32) -> bool {
        #[cfg(target_os = "linux")]
        if attempt.level > Level::None && self.layers.limits {
            return evidence::counts_threads(pid);
        }
        let _ = (attempt, pid);
        true
    }

    /// Looks at the process `pid`, which said `said` of its confinement and is answered for if it is `supervised`, and returns what
    /// is known of it, or why it is not to be trusted.
    pub(super) fn check(
        &self,
        attempt: Attempt,
        pid: u32,
        said: Option<&Said>,
        supervised: bool,
    ) -> Result<Confined, String> {
        let unsupervised = match said.and_then(|said| said.unsupervised.clone()) {
            _ if supervised => None,
            _ if !attempt.supervisor => Some("the system does not let Raceday look into its own workers".to_owned()),
            why => Some(why.unwrap_or_else(|| "its Python has no `ctypes`".to_owned())),
        };
        if attempt.level == Level::None || !self.layers.are_whole() {
            let counts_threads = supervised || self.counts_threads(attempt, pid);
            return Ok(Confined { level: Level::None, counts_threads, unsupervised, probes: Vec::new() });
        }
        #[cfg(target_os = "linux")]
        return evidence::check(attempt.level, pid, said, unsupervised);
        #[cfg(not(target_os = "linux"))]
        Err(format!("process {pid} says {said:?}, which cannot be"))
    }
}

#[cfg(target_os = "linux")]
fn is_supervisor_known_here() -> bool {
    supervisor::is_known_here()
}

#[cfg(not(target_os = "linux"))]
fn is_supervisor_known_here() -> bool {
    false
}

/// One way to start a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    level: Level,
    user_namespace: bool,
    supervisor: bool,
}

impl Attempt {
    /// Leaves a process as it is.
    const UNCONFINED: Attempt = Attempt { level: Level::None, user_namespace: false, supervisor: false };

    /// Returns what stands for the exit code of a process that nobody answers for, because of `error`, if that is how this system is. It
    /// may as well have been killed just then.
    pub(super) fn without_supervisor(error: &io::Error) -> Option<i32> {
        matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported).then_some(NO_SUPERVISOR)
    }

    /// Whether the process leads a group of its own without being asked to.
    pub(super) fn leaves_by_itself(self) -> bool {
        self.level > Level::None
    }

    /// Returns what the exit code `code` says of a helper that did not become Python.
    pub(super) fn ended_by(self, code: Option<i32>) -> Option<HelperEnd> {
        match code.filter(|_| self.level > Level::None)? {
            NO_LANDLOCK | NO_SECCOMP => Some(HelperEnd::Unable),
            FAILED => Some(HelperEnd::Failed),
            _ => None,
        }
    }
}

/// What it takes to answer for a process.
pub(super) struct Supervision {
    /// What it may open, if it may open anything, or why that cannot be told.
    #[cfg(target_os = "linux")]
    library: io::Result<Option<library::Library>>,
}

impl Supervision {
    /// Answers from now on for `worker`, which waits for that at its descriptor `listener`.
    #[cfg(target_os = "linux")]
    pub(super) fn begin(self, worker: Arc<Leader>, listener: i32) -> io::Result<()> {
        supervisor::Supervisor::start(worker, listener, self.library?)
    }

    /// Nobody waits for answers here.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn begin(self, _: Arc<Leader>, _: i32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// How a helper ended that did not become Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HelperEnd {
    /// The system has no way to confine it.
    Unable,
    /// Something went wrong.
    Failed,
}

/// What is known of a worker's confinement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confined {
    /// How far it goes.
    pub level: Level,
    /// Whether its threads need not be counted by the parent now and then: the kernel does it, or who answers for it, or there is no
    /// limit.
    pub counts_threads: bool,
    /// Why nobody answers for its calls that take a path or start a thread, if so. What is asked of a path is then answered by the
    /// kernel, which tells of all files whether they are there.
    pub unsupervised: Option<String>,
    /// What was tried in it, and refused.
    pub probes: Vec<String>,
}

/// What the harness is told.
#[derive(Serialize)]
struct Plan<'a> {
    /// Which processor to keep to, of those there are, counted round and round.
    processor: usize,
    confined: bool,
    /// Modules to load while that is possible.
    preload: &'a [&'a str],
    /// The number of the call that sets a filter.
    seccomp: i64,
    /// The filter to set, in hexadecimal; nothing if there is none.
    filter: String,
    /// The filter to set instead if somebody can answer, which has calls wait for that, likewise.
    asking: String,
}

/// What the harness says of its confinement.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    /// Whether the second list of system calls is in force. Not every Python can set it.
    second: bool,
    /// Why none of its calls waits for an answer, where some should.
    unsupervised: Option<String>,
    /// What was tried, and refused.
    refused: Vec<String>,
    /// What was tried, and not refused.
    allowed: Vec<String>,
}

/// What can be imported where no file can be opened: what scenarios and the harness itself import after the start.
#[cfg(target_os = "linux")]
const PRELOADED: &[&str] = &[
    "_strptime",
    "abc",
    "array",
    "ast",
    "asyncio.events",
    "atexit",
    "base64",
    "bisect",
    "calendar",
    "cmath",
    "codecs",
    "collections.abc",
    "concurrent.futures.thread",
    "contextlib",
    "contextvars",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "encodings.ascii",
    "encodings.idna",
    "encodings.latin_1",
    "encodings.utf_16",
    "encodings.utf_8",
    "enum",
    "fractions",
    "functools",
    "graphlib",
    "gc",
    "getpass",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "inspect",
    "io",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging.config",
    "logging.handlers",
    "marshal",
    "math",
    "numbers",
    "opcode",
    "operator",
    "pathlib",
    "pickle",
    "platform",
    "pprint",
    "queue",
    "random",
    "re",
    "reprlib",
    "secrets",
    "shlex",
    "shutil",
    "statistics",
    "string",
    "struct",
    "tempfile",
    "textwrap",
    "time",
    "timeit",
    "token",
    "tokenize",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "uuid",
    "warnings",
    "weakref",
    "zlib",
];

/// Becomes a confined Python as `arguments` have it. Returns the exit code if that fails, having said why on `err`.
pub(super) fn sandbox(arguments: &[OsString], err: &mut dyn Write) -> ExitCode {
    let (why, code) = become_worker(arguments);
    // Who hears nothing of it still sees the exit code.
    let _ = writeln!(err, "{why}");
    ExitCode::from(u8::try_from(code).expect("all codes are small"))
}

#[cfg(target_os = "linux")]
fn become_worker(arguments: &[OsString]) -> (String, i32) {
    let [policy, dashes, command @ ..] = arguments else {
        return (format!("`{SUBCOMMAND}` is how Raceday starts Python, and not for use by hand"), FAILED);
    };
    let (Some(policy), true) = (policy.to_str(), dashes == "--") else {
        return (format!("`{SUBCOMMAND}` takes a policy, `--`, and a program"), FAILED);
    };
    let error = launch::become_worker(policy, command);
    let code = match error {
        LaunchError::NoLandlock(_) => NO_LANDLOCK,
        LaunchError::NoSeccomp(_) => NO_SECCOMP,
        LaunchError::Step { .. } => FAILED,
    };
    (error.to_string(), code)
}

#[cfg(not(target_os = "linux"))]
fn become_worker(_: &[OsString]) -> (String, i32) {
    (format!("`{SUBCOMMAND}` is for Linux"), FAILED)
}

/// Nobody limits memory here.
#[cfg(not(target_os = "linux"))]
pub(super) fn share_of_memory(_: u32, _: usize) -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(super) fn lower_memory(_: u32, _: u64) -> bool {
    false
}

/// What the process `pid` has come to: nobody limits it here.
#[cfg(not(target_os = "linux"))]
pub(super) fn excess(_: u32) -> Option<Excess> {
    None
}

/// Whether the process `pid` has too many threads: nobody limits them here.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_crowded(_: u32) -> bool {
    false
}
