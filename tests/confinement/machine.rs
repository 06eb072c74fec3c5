//! This machine: its Pythons, its users, and a kernel that lacks something.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::thread;

use landlock::AccessFs;
use landlock::LandlockStatus;
use landlock::Ruleset;
use landlock::RulesetAttr as _;
use landlock::RulesetCreated;
use libc::c_long;
use raceday::python;
use raceday::python::Confinement;
use raceday::python::Forgetful;
use raceday::python::Interpreter;
use raceday::python::Search;
use seccompiler::SeccompAction;
use seccompiler::SeccompFilter;

/// The calls that make up Landlock.
pub(crate) const LANDLOCK: [c_long; 3] =
    [libc::SYS_landlock_create_ruleset, libc::SYS_landlock_add_rule, libc::SYS_landlock_restrict_self];

/// Names the helper where it is not where Cargo put it.
const HELPER: &str = "RACEDAY_TEST_HELPER";

/// Lets one test at a time start processes: each looks at all children of this process, and takes them for its own.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the Python that tests run with.
pub(crate) fn interpreter() -> Interpreter {
    static FOUND: OnceLock<Interpreter> = OnceLock::new();
    let search = || Search::by(variable("RACEDAY_PYTHON"), variable("PATH"));
    FOUND.get_or_init(|| python::find(&search(), &mut Forgetful).expect("these tests need a CPython")).clone()
}

/// Returns others that are here, of pyenv's and the system's: all if all are asked for, else the oldest, the newest and the system's own.
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
pub(crate) fn other_interpreters() -> Vec<Interpreter> {
    let pyenv = variable("HOME").map(|home| PathBuf::from(home).join(".pyenv/versions"));
    let versions = pyenv.into_iter().flat_map(fs::read_dir).flatten().flatten();
    let candidates = versions.map(|entry| entry.path().join("bin/python3")).chain([PathBuf::from("/usr/bin/python3")]);
    let found = candidates.filter_map(|path| python::find(&named(path), &mut Forgetful).ok());
    let mut found: Vec<Interpreter> = found.filter(|found| found.path != interpreter().path).collect();
    found.sort_by_key(|found| found.version);
    if variable("RACEDAY_ATTACKS").is_none() && found.len() > 2 {
        eprintln!("SKIPPED: set RACEDAY_ATTACKS=all to run the attacks with every Python");
        let (oldest, newest) = (found[0].path.clone(), found[found.len() - 1].path.clone());
        found.retain(|found| found.path == oldest || found.path == newest || found.path.starts_with("/usr"));
    }
    found
}

/// Returns where to look for one Python.
pub(crate) fn named(path: impl Into<PathBuf>) -> Search {
    Search { flag: Some(path.into()), ..Search::default() }
}

/// Returns the confinement that the product has.
pub(crate) fn confinement() -> Confinement {
    Confinement::by(helper())
}

/// Returns the product itself.
pub(crate) fn helper() -> PathBuf {
    variable(HELPER).map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_raceday")), PathBuf::from)
}

/// Whether root runs this.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Returns which version of Landlock the kernel has; 0 if none.
pub(crate) fn landlock() -> i32 {
    static VERSION: OnceLock<i32> = OnceLock::new();
    // To restrict a thread that is about to end is the way to be told.
    let asked = || {
        let ruleset = Ruleset::default().handle_access(AccessFs::MakeSock).and_then(Ruleset::create);
        let status = ruleset.and_then(RulesetCreated::restrict_self).expect("best effort always works");
        match status.landlock {
            LandlockStatus::Available { effective_abi, .. } => effective_abi as i32,
            LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => 0,
        }
    };
    *VERSION.get_or_init(|| thread::scope(|scope| scope.spawn(asked).join()).expect("it says"))
}

/// Whether a process may make a user namespace here.
#[expect(clippy::disallowed_methods, reason = "who has several threads, as tests have, cannot try it himself")]
pub(crate) fn has_user_namespaces() -> bool {
    let tried = Command::new("unshare").args(["--user", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}

/// Does something where the kernel refuses `calls` with `error`, for this and every process it starts.
pub(crate) fn without_calls(calls: &[c_long], error: i32, act: impl FnOnce() + Send) {
    let rules = calls.iter().map(|&call| (call, Vec::new())).collect::<BTreeMap<_, _>>();
    let refusal = SeccompAction::Errno(u32::try_from(error).expect("errors are positive"));
    let processor = std::env::consts::ARCH.try_into().expect("a known processor");
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refusal, processor).expect("a filter");
    let filter: seccompiler::BpfProgram = filter.try_into().expect("a filter");
    // A filter is the thread's that sets it, and of what that starts.
    thread::scope(|scope| {
        let filtered = scope.spawn(|| {
            seccompiler::apply_filter(&filter).expect("a filter can be set");
            act();
        });
        if let Err(panic) = filtered.join() {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Runs the test `name` of this binary once more, as an ordinary user, if root runs this one.
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
#[expect(clippy::disallowed_methods, reason = "this is where the tests start themselves")]
pub(crate) fn as_ordinary_user(name: &str) {
    let python = Path::new("/usr/bin/python3");
    if !is_root() || python::find(&named(python), &mut Forgetful).is_err() || !Path::new("/usr/bin/setpriv").exists() {
        eprintln!("SKIPPED: needs root, `setpriv` and a Python that everybody can run");
        return;
    }
    let _alone = alone();
    // Everybody may run these, wherever the originals are.
    let folder = tempfile::TempDir::new().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a folder of one's own");
    let copy = |from: &Path, name: &str| {
        let to = folder.path().join(name);
        fs::copy(from, &to).expect("programs can be copied");
        to
    };
    let tests = copy(&std::env::current_exe().expect("a test is a program"), "tests");
    let output = Command::new("setpriv")
        .args(["--reuid", "1500", "--regid", "1500", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"])
        .arg(tests)
        .args(["--exact", name])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("RACEDAY_PYTHON", python)
        .env(HELPER, copy(&helper(), "raceday"))
        .current_dir("/")
        .output()
        .expect("setpriv starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[expect(clippy::disallowed_methods, reason = "a test finds what is on this machine")]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
