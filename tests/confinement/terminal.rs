//! A terminal under attack: what a scenario writes, or types in the learner's place, never arrives there.

use std::fs;
use std::process::Command;
use std::time::Duration;

use expectrl::Eof;
use expectrl::Expect as _;
use expectrl::session::OsSession;
use tempfile::TempDir;

use super::machine;

/// What must not be seen. It is put together in the attack, so that showing the attack's text is not to be attacked.
const MARK: &str = "terminal was reached";

/// Each is tried, whatever became of the one before. A shell puts the number of the parent in the place of `PARENT`.
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
attempt(write, "/proc/PARENT/fd/1")
for descriptor in range(10):
    attempt(type_it, descriptor)
"#;

/// Runs what a shell is told, in a terminal of its own, and returns all that was seen there.
#[expect(clippy::disallowed_methods, reason = "tests start the binary, and Python plainly")]
fn seen(told: &str) -> String {
    let folder = TempDir::new().expect("a folder");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", told]).env_clear().env("HOME", folder.path()).env("TERM", "dumb").env("PATH", "/usr/bin:/bin");
    let mut session = OsSession::spawn(command).expect("it starts");
    session.set_expect_timeout(Some(Duration::from_secs(60)));
    let all = session.expect(Eof).expect("it ends");
    String::from_utf8_lossy(all.as_bytes()).into_owned()
}

#[test]
fn no_scenario_reaches_the_terminal() {
    let folder = TempDir::new().expect("a folder");
    let [template, file] = ["attack", "attack.py"].map(|name| folder.path().join(name).display().to_string());
    fs::write(&template, ATTACK).expect("files can be written");
    let (helper, python) = (machine::helper().display().to_string(), machine::interpreter().path.display().to_string());
    let _alone = machine::alone();
    let begin = format!("sed \"s/PARENT/$$/\" '{template}' > '{file}'");
    // The shell stays, so that the parent's standard output is the terminal too.
    let plain = seen(&format!("{begin}; '{python}' '{file}'; true"));
    assert!(plain.contains(MARK), "the attack works on what is not confined: {plain:?}");
    let confined = seen(&format!("{begin}; exec '{helper}' explore --python '{python}' '{file}'"));
    assert!(confined.contains("1 outcome"), "{confined}");
    assert!(!confined.contains(MARK), "{confined}");
}
