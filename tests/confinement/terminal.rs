//! A terminal under attack: what a scenario writes, or types in the learner's place, never arrives there.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use expectrl::Eof;
use expectrl::Expect as _;
use expectrl::session::OsSession;
use tempfile::TempDir;

use super::machine;

/// What must not be seen. It is put together in the attack, so that showing the attack's text is not to be attacked.
const MARK: &str = "terminal was reached";

/// Each is tried, whatever became of the one before.
const ATTACK: &str = r#"
import os
import_ = os.__dict__["__builtins__"]["__import__"]
mark = b"terminal was " + b"reached"

def write(path):
    os.write(os.open(path, os.O_WRONLY), mark)

def type_it(descriptor):
    for byte in mark:
        import_("fcntl").ioctl(descriptor, 0x5412, bytes([byte]))

def attempt(act, *arguments):
    try:
        act(*arguments)
    except Exception:
        pass

attempt(write, "/dev/tty")
attempt(write, "/proc/%d/fd/1" % os.getppid())
for descriptor in range(10):
    attempt(type_it, descriptor)
"#;

/// Runs a program in a terminal of its own, and returns all that was seen there.
#[expect(clippy::disallowed_methods, reason = "tests start the binary, and Python plainly")]
fn seen(program: &Path, arguments: &[&str]) -> String {
    let folder = TempDir::new().expect("a folder");
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("HOME", folder.path()).env("TERM", "dumb");
    let mut session = OsSession::spawn(command).expect("it starts");
    session.set_expect_timeout(Some(Duration::from_secs(60)));
    let all = session.expect(Eof).expect("it ends");
    String::from_utf8_lossy(all.as_bytes()).into_owned()
}

#[test]
fn no_scenario_reaches_the_terminal() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("attack.py");
    fs::write(&file, ATTACK).expect("files can be written");
    let (file, python) = (file.display().to_string(), machine::interpreter().path);
    let _alone = machine::alone();
    // Below a shell, so that the parent's standard output is the terminal too.
    let command = format!("'{}' '{file}'; true", python.display());
    let plain = seen(Path::new("/bin/sh"), &["-c", &command]);
    assert!(plain.contains(MARK), "the attack works on what is not confined: {plain:?}");
    let python = python.display().to_string();
    let confined = seen(&machine::helper(), &["explore", "--python", &python, &file]);
    assert!(confined.contains("1 outcome"), "{confined}");
    assert!(!confined.contains(MARK), "{confined}");
}
