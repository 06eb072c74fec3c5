//! Ends of all kinds: nothing stays when Raceday is killed, nothing leaks in when it starts, and floods are cut off.

use std::fs;
use std::io::Read as _;
use std::io::Seek as _;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python;
use raceday::python::Forgetful;
use raceday::python::Level;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;
use raceday::scenario::Scenario;
use rustix::io::FdFlags;
use tempfile::TempDir;

use super::ground;
use super::ground::Running;
use super::machine;

const KILLS: usize = 40;

/// Takes for ever, in C, where nobody asks whether it should stop.
const ENDLESS: &str = "sum(range(10 ** 15))\n";

fn explored(source: &str) -> Result<Report, PythonError> {
    let _alone = machine::alone();
    let scenario = Scenario { observe: Some("result".to_owned()), ..Scenario::new("scenario.py", source) };
    let mut worker = Worker::start(&machine::interpreter(), &machine::confinement(), Limits::default())?;
    let mut program = worker.load(&scenario)?;
    explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true)
}

#[expect(clippy::disallowed_methods, reason = "tests start the binary")]
fn start_raceday(file: &Path, folder: &Path) -> Child {
    Command::new(machine::helper())
        .args(["explore", "--python"])
        .arg(&machine::interpreter().path)
        .arg(file)
        .env_clear()
        .env("HOME", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

fn children_of(parent: u32) -> Vec<u32> {
    ground::processes().into_iter().filter(|process| process.parent == parent).map(|process| process.id).collect()
}

#[test]
fn whenever_raceday_is_killed_nothing_of_it_stays() {
    let _alone = machine::alone();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("endless.py");
    fs::write(&file, ENDLESS).expect("files can be written");
    let mut seen = 0;
    for kill in 0..KILLS {
        let mut raceday = start_raceday(&file, folder.path());
        // From the helper's first moments to a scenario that runs: each time looked at a little longer.
        let mut workers = Vec::new();
        while workers.is_empty() {
            workers = children_of(raceday.id());
        }
        (0..kill * kill).for_each(|_| thread::yield_now());
        workers.extend(children_of(raceday.id()));
        raceday.kill().expect("a child can be killed");
        raceday.wait().expect("a killed child ends");
        seen += workers.len();
        let is_left = |process: &Running| workers.contains(&process.id) && !process.stat.contains(") Z");
        let mut patience = 200_000;
        while let Some(left) = ground::processes().iter().find(|process| is_left(process)) {
            patience -= 1;
            assert!(patience > 0, "after kill {kill} this one stays: {}", left.stat);
            thread::yield_now();
        }
    }
    assert!(seen >= KILLS, "some had workers");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "Python is started plainly, to see what leaks into it")]
fn descriptors_that_leak_in_are_closed() {
    let mut secret = tempfile::tempfile().expect("a file");
    std::io::Write::write_all(&mut secret, b"a secret that leaks").expect("files can be written");
    secret.rewind().expect("files have a beginning");
    // Above those that a worker has of its own.
    let leak = rustix::io::fcntl_dupfd_cloexec(&secret, 100).expect("a descriptor can be doubled");
    rustix::io::fcntl_setfd(&leak, FdFlags::empty()).expect("a descriptor can be handed on");
    let reading = format!(
        "import os\ntry:\n    result = os.pread({}, 100, 0)\nexcept OSError as error:\n    result = error\n",
        leak.as_raw_fd()
    );
    let plain = Command::new(machine::interpreter().path).args(["-c", &format!("{reading}print(result)")]).output();
    let plain = String::from_utf8_lossy(&plain.expect("Python starts").stdout).into_owned();
    assert!(plain.contains("a secret that leaks"), "it leaks into what is not confined: {plain}");
    let report = format!("{:?}", explored(&reading).expect("it runs"));
    assert!(report.contains("Bad file descriptor"), "{report}");
    let mut text = String::new();
    secret.read_to_string(&mut text).expect("it is as it was");
    assert_eq!(text, "a secret that leaks");
}

#[test]
fn who_does_not_stop_printing_is_stopped() {
    let flood = "import os\nresult = 0\nwhile True:\n    os.write(2, b'x' * 65536)\n";
    match explored(flood) {
        Err(PythonError::Broken { what, said, .. }) => {
            assert_eq!(what, "it did not stop printing");
            assert!(said.len() <= 16 << 10);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_worker_sees_of_the_world_is_always_the_same() {
    let look = "
import os
def descriptor(number):
    try:
        return os.fstat(number) is not None
    except OSError:
        return False
result = (dict(os.environ), os.getcwd(), [each for each in range(64) if descriptor(each)])
";
    let report = explored(look).expect("it runs");
    let value = report.outcomes[0].outcome.value.as_deref().expect("it is observed");
    let expected = "({'LC_ALL': 'C.UTF-8', 'MALLOC_ARENA_MAX': '2', 'PYTHONHASHSEED': '0', 'PYTHONNOUSERSITE': '1', \
                    'PYTHONSAFEPATH': '1', 'TZ': 'UTC'}, '/', [0, 1, 2, 3])";
    let sorted = |text: &str| {
        let mut words: Vec<String> = text.split(", ").map(|word| word.replace(['{', '}', '('], "")).collect();
        words.sort();
        words
    };
    assert_eq!(sorted(value), sorted(expected));
}

#[test]
fn shims_and_virtual_environments_are_confined_like_any_python() {
    let _alone = machine::alone();
    let folder = TempDir::new().expect("a folder");
    let real = machine::interpreter().path;
    let bin = folder.path().join("venv/bin");
    fs::create_dir_all(&bin).expect("folders can be made");
    symlink(&real, bin.join("python3")).expect("links can be made");
    let home = real.parent().expect("it lies in a folder").display();
    fs::write(folder.path().join("venv/pyvenv.cfg"), format!("home = {home}\n")).expect("files can be written");
    let shim = folder.path().join("shim");
    fs::write(&shim, format!("#!/bin/sh\nexec '{}' \"$@\"\n", real.display())).expect("files can be written");
    fs::set_permissions(&shim, fs::Permissions::from_mode(0o755)).expect("a file of one's own");
    for path in [bin.join("python3"), shim] {
        let interpreter = python::find(&machine::named(&path), &mut Forgetful).expect("it is a Python");
        let worker = Worker::start(&interpreter, &machine::confinement(), Limits::default());
        let worker = worker.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(worker.confined().map(|confined| confined.level), Some(Level::Full));
    }
}
