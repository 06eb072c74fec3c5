//! What the helper is told by the parent: plain data, so that it can be printed and tried by hand.

use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use super::super::Interpreter;

/// How one worker is to be confined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Policy {
    /// The process that starts it, and whose end is its end.
    pub(super) parent: u32,
    /// Whether to restrict what may be read, by Landlock.
    pub(super) files: bool,
    /// Whether to make do with what the first Landlock had, although there is a newer one.
    pub(super) oldest_landlock: bool,
    /// Whether to restrict system calls, by seccomp.
    pub(super) calls: bool,
    /// Whether to try for a user namespace.
    pub(super) user_namespace: bool,
    /// Whether to set limits and drop capabilities.
    pub(super) limits: bool,
    /// What may be executed.
    pub(super) execute: Vec<PathBuf>,
    /// What may be read, with all below it.
    pub(super) read: Vec<PathBuf>,
}

/// Files beyond the interpreter's own that Python reads as it starts: where libraries are, and the locale it is started in.
const SYSTEM: [&str; 3] = ["/etc/ld.so.cache", "/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8"];

/// Returns what may be executed: the interpreter and what loads it.
pub(super) fn execute(interpreter: &Interpreter) -> Vec<PathBuf> {
    std::iter::once(interpreter.path.clone()).chain(interpreter.loader.clone()).collect()
}

/// Returns what may be read: the standard library, the shared objects, and little else. Never where Python is installed as
/// a whole, which may be the system's folder or the learner's.
pub(super) fn read(interpreter: &Interpreter) -> Vec<PathBuf> {
    let own = interpreter.modules.iter().chain(&interpreter.libraries).cloned();
    own.chain(SYSTEM.map(PathBuf::from)).collect()
}
