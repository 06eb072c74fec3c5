//! The helper: our own program, started with a policy, which takes its own rights away and then becomes Python.
//!
//! It is single-threaded and knows its own number, which a user namespace and the list of system calls need. It either
//! becomes Python with all of the policy in force, or ends with one line on what went wrong: a step that fails is never passed over.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use seccompiler::BackendError;
use seccompiler::BpfProgram;

use super::calls;
use super::calls::Stage;
use super::files;
use super::files::FilesError;
use super::filter;
use super::limits;
use super::policy::Policy;

/// The harness is told so that it has to close its memory to others.
const SHUT: &str = "shut";

/// How the helper ends that could not make a worker of itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaunchError {
    /// Landlock was asked for, and there is none.
    #[error(transparent)]
    NoLandlock(FilesError),
    /// Seccomp was asked for, and there is none.
    #[error("this system does not let a process restrict its system calls: {0}")]
    NoSeccomp(seccompiler::Error),
    /// A step failed.
    #[error("{step}: {why}")]
    Step {
        /// Which one.
        step: &'static str,
        /// Why.
        why: String,
    },
}

/// Becomes `command` (a program and its arguments) under `policy`, given as JSON. Returns only if that fails.
pub(super) fn become_worker(policy: &str, command: &[OsString]) -> LaunchError {
    match try_to_become_worker(policy, command) {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

/// What there is no value of: who succeeds is somebody else.
enum Never {}

fn try_to_become_worker(policy: &str, command: &[OsString]) -> Result<Never, LaunchError> {
    let policy: Policy = serde_json::from_str(policy).map_err(step("the policy cannot be read"))?;
    let [program, arguments @ ..] = command else {
        return Err(LaunchError::Step { step: "there is nothing to become", why: "name a program".to_owned() });
    };
    let above = first_free_descriptor().map_err(step("cannot see which files are open"))?;
    rustix::process::setsid().map_err(step("cannot leave the terminal"))?;
    limits::offer_as_victim();
    let traces = limits::may_trace_others();
    let apart = policy.user_namespace && limits::leave_user_namespace();
    if policy.limits {
        let alone = apart && limits::counts_by_namespace();
        limits::drop_capabilities().map_err(step("cannot give up capabilities"))?;
        limits::set(alone).map_err(step("cannot set limits"))?;
        limits::leave_huge_pages().map_err(step("cannot do without huge pages"))?;
    }
    // Changes of rights can undo this, so it comes after.
    policy.parent.map_or(Ok(()), limits::end_with).map_err(step("cannot tie its life to who started it"))?;
    rustix::thread::set_no_new_privs(true).map_err(step("cannot give up new privileges"))?;
    if policy.files {
        files::restrict(&policy).map_err(|error| match error {
            FilesError::Missing(_) => LaunchError::NoLandlock(error),
            FilesError::Refused(_) => LaunchError::Step { step: "cannot restrict files", why: error.to_string() },
        })?;
    }
    if policy.calls || policy.supervisor {
        let program = calls_at_first(&policy).map_err(step("cannot list system calls"))?;
        seccompiler::apply_filter(&program).map_err(LaunchError::NoSeccomp)?;
    }
    // Who answers for the worker has to look into it. It may as the owner of its namespace, or by a capability; else the worker has
    // to stay as open as the parent itself is to its user's other processes.
    let shut = !policy.supervisor || apart || traces;
    #[expect(clippy::disallowed_methods, reason = "this process becomes Python")]
    let error = Command::new(program).args(arguments).arg(above.to_string()).arg(if shut { SHUT } else { "" }).exec();
    Err(step("cannot execute Python")(error))
}

/// Returns the filter that is in force from the start of Python.
fn calls_at_first(policy: &Policy) -> Result<BpfProgram, BackendError> {
    let unknown = calls::unknown()?;
    if !policy.calls {
        return Ok(filter::joined([unknown]));
    }
    Ok(filter::joined([unknown, calls::shared_waits()?, calls::allow(Stage::First, std::process::id())?]))
}

fn step<E: ToString>(step: &'static str) -> impl FnOnce(E) -> LaunchError {
    move |error| LaunchError::Step { step, why: error.to_string() }
}

/// Returns the number above all open descriptors. What leaks in from a shell or an editor would stay usable whatever paths are
/// refused. A descriptor that nobody owns can only be closed by `unsafe` code here, so Python closes them, first thing.
fn first_free_descriptor() -> io::Result<u32> {
    let mut above = 3;
    for entry in fs::read_dir("/proc/self/fd")? {
        let number = entry?.file_name().to_str().and_then(|name| name.parse().ok());
        above = above.max(number.unwrap_or(0) + 1);
    }
    Ok(above)
}
