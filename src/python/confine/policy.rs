//! What the helper is told by the parent: plain data, so that it can be printed and tried by hand.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

use super::super::Interpreter;
use super::linker;

/// How one worker is to be confined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Policy {
    /// The process that starts it, if the end of that is its end.
    pub(super) parent: Option<u32>,
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
    /// Whether some calls will wait for the parent's answer.
    pub(super) supervisor: bool,
    /// What may be executed.
    pub(super) execute: Vec<AnyPath>,
    /// What may be read, with all below it.
    pub(super) read: Vec<AnyPath>,
}

#[cfg(test)]
impl Policy {
    /// Returns a policy that lets be read what is at `paths`, and has nothing else in it.
    pub(super) fn to_read(paths: impl IntoIterator<Item = PathBuf>) -> Policy {
        Policy {
            parent: None,
            files: false,
            oldest_landlock: false,
            calls: false,
            user_namespace: false,
            limits: false,
            supervisor: false,
            execute: Vec::new(),
            read: paths.into_iter().map(AnyPath).collect(),
        }
    }
}

/// A path, which need not be text. JSON is: there it is a list of bytes if it has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(super) struct AnyPath(PathBuf);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(PathBuf),
    Bytes(Vec<u8>),
}

impl From<AnyPath> for Written {
    fn from(AnyPath(path): AnyPath) -> Written {
        match path.to_str() {
            Some(_) => Written::Text(path),
            None => Written::Bytes(path.as_os_str().as_bytes().to_owned()),
        }
    }
}

impl From<Written> for AnyPath {
    fn from(written: Written) -> AnyPath {
        match written {
            Written::Text(path) => AnyPath(path),
            Written::Bytes(bytes) => AnyPath(OsString::from_vec(bytes).into()),
        }
    }
}

impl AsRef<Path> for AnyPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

/// Files beyond the interpreter's own that Python reads as it starts: where libraries are, and the locale it is started in.
const SYSTEM: [&str; 3] = [linker::LIST, "/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8"];

/// Returns what may be executed: the interpreter and what loads it.
pub(super) fn execute(interpreter: &Interpreter) -> Vec<AnyPath> {
    std::iter::once(&interpreter.path).chain(&interpreter.loader).cloned().map(AnyPath).collect()
}

/// Returns what may be read: the standard library, the shared objects, and little else. Never where Python is installed as
/// a whole, which may be the system's folder or the learner's.
pub(super) fn read(interpreter: &Interpreter) -> Vec<AnyPath> {
    let own = interpreter.modules.iter().chain(&interpreter.libraries).cloned();
    own.chain(SYSTEM.map(PathBuf::from)).map(AnyPath).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_whatever_they_are_made_of() {
        let paths = [&b"/usr/bin/python3"[..], "/home/björn".as_bytes(), b"/home/bj\xf6rn/python3", b""];
        let paths = paths.map(|bytes| AnyPath(OsString::from_vec(bytes.to_owned()).into()));
        let json = serde_json::to_string(&paths).expect("JSON");
        assert_eq!(serde_json::from_str::<Vec<AnyPath>>(&json).expect("paths"), paths);
        assert!(json.starts_with(r#"["/usr/bin/python3","/home/björn",[47,"#), "{json}");
    }
}
