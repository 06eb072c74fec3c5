//! Who answers a worker's calls in the kernel's place: exactly, always, and for no longer than the worker is there.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::process::Stdio;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::explore;
use raceday::python::Confinement;
use raceday::python::Interpreter;
use raceday::python::Layers;
use raceday::python::Level;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;
use raceday::scenario::Scenario;
use rustix::process::Signal;
use tempfile::TempDir;

use super::endings;
use super::ground;
use super::machine;

/// How many threads a worker may have.
const THREADS: u64 = 64;

/// What all the programs here begin with.
const COMMON: &str = r#"
import os
import sys
import_ = os.__dict__["__builtins__"]["__import__"]
ctypes = import_("ctypes")
lib = ctypes.CDLL(None, use_errno=True)
STAT, OPEN, ACCESS, READLINK, UNAME = {"x86_64": (262, 257, 269, 267, 63), "aarch64": (79, 56, 48, 78, 160)}[os.uname().machine]

def error(number, *arguments):
    ctypes.set_errno(0)
    result = lib.syscall(number, *arguments)
    if number == OPEN and result > 2:
        os.close(result)
    return ctypes.get_errno() if result == -1 else "done"

def answer(path):
    try:
        return os.stat(path)
    except OSError as error:
        return error
"#;

/// Starts threads from several at once, under a name that is no text and looks like something else, some of which stay and some of which are gone at once, far more than it may have. Executions are
/// repeated, so those that stay end with the program.
const CROWD: &str = r#"
pthread = ctypes.CDLL(None)
go, stay = (ctypes.cast(getattr(lib, name), ctypes.c_void_p) for name in ("getpid", "sem_wait"))

def start(answers, ready, count):
    lib.prctl(15, b"\xff) S 1 1")
    thread = ctypes.c_ulong()
    for number in range(count):
        what = go if number % 3 == 0 else stay
        answers.append(pthread.pthread_create(ctypes.byref(thread), None, what, ctypes.c_void_p(ready)))

def work(answers, ready, ends):
    try:
        start(answers, ready, 100)
    finally:
        ends.append(1)

semaphore = ctypes.create_string_buffer(64)
kept = import_("gc").kept = [semaphore]
lib.sem_init(semaphore, 0, 0)
ready, answers, ends = ctypes.addressof(semaphore), [], []
for _ in range(5):
    import_("_thread").start_new_thread(work, (answers, ready, ends))
start(answers, ready, 100)
while len(ends) < 5:
    lib.usleep(1000)
for _ in answers:
    lib.sem_post(semaphore)
lib.usleep(100000)
result = sorted(set(answers))
"#;

/// Has as many threads as it may, most of which try to start more all the while, and asks for files meanwhile. Executions are repeated,
/// so all of them end with the program.
const SPAM: &str = r#"
start, thread = ctypes.CDLL(None).pthread_create, import_("_thread")
stay = ctypes.cast(lib.sem_wait, ctypes.c_void_p)
gate, over, ends = thread.allocate_lock(), [], []
semaphore = ctypes.create_string_buffer(64)
kept = import_("gc").kept = [semaphore]
lib.sem_init(semaphore, 0, 0)

def spam():
    space = ctypes.c_ulong()
    with gate:
        pass
    while not over:
        start(ctypes.byref(space), None, stay, ctypes.c_void_p(ctypes.addressof(semaphore)))
    ends.append(1)

gate.acquire()
for _ in range(24):
    thread.start_new_thread(spam, ())
gate.release()
lib.usleep(300000)
result = [type(answer("/etc/passwd")).__name__ for _ in range(200)].count("PermissionError")
over.append(1)
while len(ends) < 24:
    lib.usleep(1000)
for _ in range(100):
    lib.sem_post(semaphore)
lib.usleep(100000)
"#;

/// One of its threads may start another, which nobody ever sees, and goes on without a rest; a second one wants to start one all the
/// while, and a third asks for files.
const RESTLESS: &str = r#"
start, thread = ctypes.CDLL(None).pthread_create, import_("_thread")
go, differ = (ctypes.cast(getattr(lib, name), ctypes.c_void_p) for name in ("getpid", "strcmp"))
one, other = ctypes.create_string_buffer(b"one"), ctypes.create_string_buffer(b"other")
over, ends = [], []

def want():
    space = ctypes.c_ulong()
    lib.usleep(600000)
    while not over:
        start(ctypes.byref(space), None, go, None)
    ends.append(1)

def spin():
    space, without_end = ctypes.c_ulong(), ctypes.c_size_t(2 ** 62)
    lib.usleep(300000)
    start(ctypes.byref(space), None, go, None)
    lib.lfind(one, other, ctypes.byref(without_end), ctypes.c_size_t(0), differ)
    ends.append(1)

thread.start_new_thread(want, ())
thread.start_new_thread(spin, ())
lib.usleep(900000)
result = [type(answer("/etc/passwd")).__name__ for _ in range(200)].count("PermissionError")
over.append(1)
other.value = one.value
while len(ends) < 2:
    lib.usleep(1000)
"#;

/// The same without what needs a file.
const CROWD_OF_PYTHON: &str = r#"
import os
thread = os.__dict__["__builtins__"]["__import__"]("_thread")
lock, answers = thread.allocate_lock(), []
lock.acquire()

def stay():
    with lock:
        pass

for _ in range(300):
    try:
        thread.start_new_thread(stay, ())
        answers.append(0)
    except RuntimeError:
        answers.append(11)
lock.release()
result = sorted(set(answers))
"#;

/// Looks at and opens what a path of any shape leads to.
const SHAPES: &str = r#"
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
page = 4096
fixed = libc.mmap(None, page, 1, 0x22, -1, 0)
start = libc.mmap(None, 2 * page, 3, 0x22, -1, 0)
libc.munmap(start + page, page)
own = os.__file__.encode()
space = ctypes.create_string_buffer(4096)

def at_the_end(letters):
    place = start + page - len(letters)
    ctypes.memmove(place, letters, len(letters))
    return ctypes.c_void_p(place)

def each(path):
    return [error(STAT, -100, path, space, 0), error(OPEN, -100, path, 0), error(ACCESS, -100, path, 4, 0), error(READLINK, -100, path, space, 9)]

result = {
    "of the library": each(own),
    "ends with its page": each(at_the_end(own + b"\0")),
    "does not end": each(at_the_end(own)),
    "not there": each(ctypes.c_void_p(start + page)),
    "nowhere": each(ctypes.c_void_p(0)),
    "beyond memory": each(ctypes.c_void_p(2 ** 64 - 100)),
    "too long": each(b"/" + b"x" * 5000),
    "longest": each(b"/" * 4000 + own),
    "empty": each(b""),
    "no name": error(UNAME, ctypes.c_void_p(start + page - 300)),
    "a name": (os.uname().nodename, os.uname().sysname, import_("platform").node()),
    "nowhere to write": error(STAT, -100, own, ctypes.c_void_p(start + page), 0),
    "room for a part": error(STAT, -100, own, ctypes.c_void_p(start + page - 100), 0),
    "only to be read": (error(STAT, -100, own, ctypes.c_void_p(fixed), 0), ctypes.string_at(fixed, 4096).strip(b"\0")),
    "an open file": error(STAT, 0, b"", space, 0x1000),
    "no file": [error(STAT, descriptor, b"", space, 0x1000) for descriptor in (63, 5000, -1, -2 ** 31)],
    "the own folder": error(STAT, -100, b"", space, 0x1000),
}
opened = [lib.syscall(OPEN, -100, own, 0) for _ in range(100)]
result["descriptors used up"] = error(OPEN, -100, own, 0)
for descriptor in opened:
    lib.close(descriptor)
"#;

/// Uses what looks at files in the library.
const USES: &str = r#"
folder = os.path.dirname(os.__file__)
json, traceback, inspect, linecache = (import_(name) for name in ("json", "traceback", "inspect", "linecache"))
try:
    json.loads("{")
except ValueError as error:
    text = traceback.format_exc()
entries = {
    entry.name: (entry.is_dir(follow_symlinks=False), entry.stat(follow_symlinks=False).st_size > 0)
    for entry in os.scandir(folder) if not entry.name.endswith("-packages")
}
below = next(iter(os.walk(folder + "/json")))
reading, writing = os.pipe()
os.write(writing, b"through a pipe")
os.close(writing)
opened = os.open(os.__file__, os.O_RDONLY)
again = os.dup(opened)
result = {
    "real": os.path.realpath(folder + "/json/../os.py") == os.path.realpath(os.__file__),
    "source": inspect.getsource(json.dumps).startswith("def dumps"),
    "line": "self.scan_once(s, idx)" in text,
    "linecache": linecache.getline(os.__file__, 1) != "",
    "entries": (entries["json"][0], entries["os.py"]),
    "below": "decoder.py" in below[2],
    "packages": type(answer(folder + "/site-packages")).__name__,
    "found": (os.path.isdir(folder), os.path.isfile(os.__file__), os.path.exists(folder + "/missing")),
    "same": os.path.samestat(os.fstat(opened), os.stat(os.__file__)) and os.path.samestat(os.fstat(again), os.fstat(opened)),
    "pipe": os.fdopen(reading).read(),
    "may": [os.access(os.__file__, mode) for mode in (os.F_OK, os.R_OK, os.W_OK, os.X_OK)],
    "exception": type(answer("/etc/passwd")).__name__ + type(answer("/missing")).__name__ + type(answer(folder + "/missing")).__name__,
    "spec": import_("importlib.util").util.find_spec("colorsys").origin == folder + "/colorsys.py",
}
"#;

/// Imports all that is in the library, and says what cannot be.
const MODULES: &str = r#"
folder = os.path.dirname(os.__file__)
names = set(sys.builtin_module_names)
for place in (folder, folder + "/lib-dynload"):
    for name in os.listdir(place):
        stem, _, rest = name.partition(".")
        if rest == "py" or rest.endswith("so") or not rest and os.path.exists(place + "/" + name + "/__init__.py"):
            names.add(stem)
# What opens a browser, prints, changes the process, or is there to be tried on Python itself.
names -= {"antigravity", "this", "test", "idlelib", "turtledemo", "lib2to3", "pydoc_data", "__phello__", "site", "sitecustomize"}
names -= {name for name in names if "test" in name or name.startswith(("_xx", "xx", "_sysconfigdata"))}
result = []
for name in sorted(names):
    try:
        import_(name)
    except BaseException:
        result.append(name)
result = (len(names) > 200, result)
"#;

/// Has a thread of its own that takes a while, and waits for its end.
const JOINED: &str = r#"
thread, got = ctypes.c_ulong(), ctypes.c_void_p()
begin = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda given: lib.usleep(100_000) or given)
started = lib.pthread_create(ctypes.byref(thread), None, begin, ctypes.c_void_p(7))
result = (started, lib.pthread_join(thread, ctypes.byref(got)), got.value)
"#;

fn scenario(source: &str) -> Scenario {
    Scenario { observe: Some("result".to_owned()), ..Scenario::new("scenario.py", source) }
}

fn value(worker: &mut Worker, source: &str) -> Result<String, PythonError> {
    let source = if source.contains("import os\n") { source.to_owned() } else { COMMON.to_owned() + source };
    let bounds = Bounds { executions: 1, ..Bounds::default() };
    let report = explore(&mut worker.load(&scenario(&source))?, Dpor::default(), bounds, &mut |_| true)?;
    let outcome = &report.outcomes[0].outcome;
    Ok(outcome.value.clone().unwrap_or_else(|| panic!("{outcome:?}")))
}

fn start(interpreter: &Interpreter, confinement: &Confinement) -> Worker {
    Worker::start(interpreter, confinement, Limits::default()).expect("a worker starts")
}

/// Runs what starts more threads than it may, and returns what it was told, and how many threads were ever seen.
fn crowd(source: &str) -> (String, u64) {
    let mut worker = start(&machine::interpreter(), &machine::confinement());
    assert_eq!(worker.confined().and_then(|confined| confined.unsupervised.clone()), None);
    let child = endings::children()[0].as_raw_nonzero().get().unsigned_abs();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let most = scope.spawn(|| {
            let mut most = 0;
            while !over.load(Ordering::SeqCst) {
                most = most.max(ground::number_in_status(child, "Threads").unwrap_or(0));
            }
            most
        });
        let said = value(&mut worker, source);
        over.store(true, Ordering::SeqCst);
        (said.expect("it lives"), most.join().expect("it looks"))
    })
}

#[test]
fn there_are_never_more_threads_than_there_may_be() {
    // Where user namespaces are refused, the kernel counts for nobody.
    machine::without_calls(&[libc::SYS_unshare], libc::EPERM, || {
        let _alone = machine::alone();
        let expected = (format!("[0, {}]", libc::EAGAIN), THREADS);
        assert_eq!(crowd(CROWD), expected);
        assert_eq!(crowd(CROWD_OF_PYTHON), expected);
    });
}

#[test]
fn there_are_never_more_threads_without_landlock() {
    let calls = [&machine::LANDLOCK[..], &[libc::SYS_unshare]].concat();
    machine::without_calls(&calls, libc::ENOSYS, || {
        let _alone = machine::alone();
        assert_eq!(crowd(CROWD_OF_PYTHON), (format!("[0, {}]", libc::EAGAIN), THREADS));
    });
}

#[test]
fn there_are_never_more_threads_for_an_ordinary_user() {
    machine::as_ordinary_user("supervisor::there_are_never_more_threads_than_there_may_be");
}

#[test]
fn who_wants_threads_holds_up_no_other_answer() {
    let _alone = machine::alone();
    for source in [SPAM, RESTLESS] {
        let mut worker = start(&machine::interpreter(), &machine::confinement());
        // It has 10 s, of which it needs some two. Each answer took 50 ms or a second where such calls held up the others.
        assert_eq!(value(&mut worker, source).expect("it has the time"), "200");
    }
}

#[test]
fn paths_of_any_shape_are_answered() {
    let _alone = machine::alone();
    let said = value(&mut start(&machine::interpreter(), &machine::confinement()), SHAPES).expect("it lives");
    let all = |error: i32| format!("[{error}, {error}, {error}, {error}]");
    let (fault, long, none) = (all(libc::EFAULT), all(libc::ENAMETOOLONG), all(libc::ENOENT));
    let there = format!("['done', 'done', 'done', {}]", libc::EINVAL);
    let (bad, full) = (libc::EBADF, libc::EMFILE);
    let expected = [
        format!("'of the library': {there}"),
        format!("'ends with its page': {there}"),
        format!("'does not end': {fault}"),
        format!("'not there': {fault}"),
        format!("'nowhere': {fault}"),
        format!("'beyond memory': {fault}"),
        format!("'too long': {long}"),
        format!("'longest': {there}"),
        format!("'empty': {none}"),
        format!("'no name': {}", libc::EFAULT),
        "'a name': ('raceday', 'Linux', 'raceday')".to_owned(),
        format!("'nowhere to write': {}", libc::EFAULT),
        format!("'room for a part': {}", libc::EFAULT),
        format!("'only to be read': ({}, b'')", libc::EFAULT),
        "'an open file': 'done'".to_owned(),
        format!("'no file': [{bad}, {bad}, {bad}, {bad}]"),
        format!("'the own folder': {}", libc::ENOENT),
        format!("'descriptors used up': {full}"),
    ];
    assert_eq!(said, format!("{{{}}}", expected.join(", ")));
}

#[test]
fn what_looks_at_the_library_finds_it() {
    let _alone = machine::alone();
    let said = value(&mut start(&machine::interpreter(), &machine::confinement()), USES).expect("it lives");
    let expected = "{'real': True, 'source': True, 'line': True, 'linecache': True, 'entries': (True, (False, True)), 'below': True, \
                    'packages': 'PermissionError', 'found': (True, True, False), 'same': True, 'pipe': 'through a pipe', 'may': [True, True, False, False], \
                    'exception': 'PermissionErrorPermissionErrorFileNotFoundError', 'spec': True}";
    assert_eq!(said, expected);
}

#[test]
fn what_looks_at_the_library_finds_it_for_an_ordinary_user() {
    machine::as_ordinary_user("supervisor::what_looks_at_the_library_finds_it");
}

#[test]
fn what_looks_at_the_library_finds_it_where_user_namespaces_are_refused() {
    machine::as_ordinary_user("supervisor::all_is_answered_without_user_namespaces");
}

#[test]
fn all_is_answered_without_user_namespaces() {
    machine::without_calls(&[libc::SYS_unshare], libc::EPERM, || {
        what_looks_at_the_library_finds_it();
        paths_of_any_shape_are_answered();
    });
}

#[test]
fn all_that_can_be_imported_can_be_with_somebody_who_answers() {
    let _alone = machine::alone();
    let layers = Layers { supervisor: false, ..Layers::ALL };
    for interpreter in [machine::interpreter()].into_iter().chain(machine::other_interpreters()) {
        let modules =
            |confinement: &Confinement| value(&mut start(&interpreter, confinement), MODULES).expect("it lives");
        let (with, without) = (modules(&machine::confinement()), modules(&machine::confinement().with_layers(layers)));
        assert!(with.starts_with("(True, "), "{with}");
        assert_eq!(with, without, "{}", interpreter.version);
    }
}

/// The C library waits for them at a place that other processes could share, where nobody waits any more.
#[test]
fn the_end_of_a_native_thread_is_waited_for() {
    let _alone = machine::alone();
    for interpreter in [machine::interpreter()].into_iter().chain(machine::other_interpreters()) {
        let joined = value(&mut start(&interpreter, &machine::confinement()), JOINED).expect("it lives");
        assert_eq!(joined, "(0, 0, 7)", "{}", interpreter.version);
    }
}

#[test]
fn nobody_but_raceday_answers() {
    let _alone = machine::alone();
    // Every descriptor, every ioctl of a listener; and no further filter.
    let source = "
space = ctypes.create_string_buffer(4096)
result = {error({'x86_64': 16, 'aarch64': 29}[os.uname().machine], descriptor, number, space)
          for descriptor in range(64) for number in (0xC0502100, 0xC0182101, 0x40082102, 0x40182103, 0x40082104)}
result.add(error({'x86_64': 317, 'aarch64': 277}[os.uname().machine], 1, 8, space))
";
    let said = value(&mut start(&machine::interpreter(), &machine::confinement()), source).expect("it lives");
    assert_eq!(said, format!("{{{}}}", libc::EPERM));
}

/// Returns how many threads of this process answer for a worker.
fn supervisors() -> usize {
    let threads = fs::read_dir("/proc/self/task").expect("one's own threads").flatten();
    threads.filter(|thread| fs::read(thread.path().join("comm")).is_ok_and(|name| name == b"supervisor\n")).count()
}

#[test]
fn who_answers_ends_with_the_worker() {
    let _alone = machine::alone();
    let wait_for = |count: usize| {
        let mut patience = 2_000_000;
        while supervisors() != count {
            patience -= 1;
            assert!(patience > 0, "there are {}, and not {count}", supervisors());
            thread::yield_now();
        }
    };
    wait_for(0);
    let interpreter = machine::interpreter();
    let worker = start(&interpreter, &machine::confinement());
    wait_for(1);
    drop(worker);
    wait_for(0);
    // It dies in the middle of a call that waits, as well as may be.
    let endless = "while True:\n    os.path.exists('/etc')\n    import_('_thread').start_new_thread(os.getpid, ())\n";
    for round in 0..10 {
        let mut worker = start(&interpreter, &machine::confinement());
        let asking = AtomicBool::new(true);
        let result = thread::scope(|scope| {
            scope.spawn(|| {
                (0..round * 2000).for_each(|_| thread::yield_now());
                while asking.load(Ordering::SeqCst) {
                    for child in endings::children() {
                        let _ = rustix::process::kill_process(child, Signal::KILL);
                    }
                }
            });
            let result = value(&mut worker, endless);
            asking.store(false, Ordering::SeqCst);
            result
        });
        match &result {
            Err(PythonError::Broken { death, .. }) => assert_eq!(death, "killed by SIGKILL"),
            // It was killed before, and the next one as it started.
            Err(PythonError::NotReady { .. } | PythonError::NotConfined { .. }) => {}
            other => panic!("round {round}: {other:?}"),
        }
        wait_for(0);
        assert_eq!(value(&mut worker, "result = 7").expect("another takes its place"), "7", "round {round}");
    }
}

#[test]
fn where_nobody_can_answer_it_is_said_and_all_else_holds() {
    let missing = [(libc::SYS_pidfd_getfd, libc::EPERM), (libc::SYS_process_vm_writev, libc::ENOSYS)];
    missing.into_iter().for_each(|(call, error)| machine::without_calls(&[call], error, nobody_answers));
}

fn nobody_answers() {
    let _alone = machine::alone();
    let mut worker = start(&machine::interpreter(), &machine::confinement());
    let confined = worker.confined().expect("it is there").clone();
    assert_eq!(confined.level, Level::Full);
    assert_eq!(confined.unsupervised.as_deref(), Some("the system does not let Raceday look into its own workers"));
    assert_eq!(value(&mut worker, "result = str(answer('/etc/passwd').st_mode)[:1]").expect("it lives"), "'3'");
    let read = "try:\n    result = os.open('/etc/passwd', 0)\nexcept OSError as error:\n    result = error.errno\n";
    assert_eq!(value(&mut worker, read).expect("it lives"), libc::EACCES.to_string());
}

/// Sets a filter that somebody listens to already, and becomes the program that it is given.
const LISTENED_TO: &str = r#"
import ctypes, os, sys
lib = ctypes.CDLL(None, use_errno=True)
class Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("place", ctypes.c_void_p)]
allow = ctypes.create_string_buffer(bytes([6, 0, 0, 0, 0, 0, 255, 127]))
lib.prctl(38, 1, 0, 0, 0)
number = {"x86_64": 317, "aarch64": 277}[os.uname().machine]
listener = lib.syscall(number, 1, 8, ctypes.byref(Program(1, ctypes.addressof(allow))))
assert listener > 2, ctypes.get_errno()
os.set_inheritable(listener, True)
os.execv(sys.argv[1], sys.argv[1:])
"#;

#[test]
#[expect(clippy::disallowed_methods, reason = "tests start the binary")]
fn where_somebody_else_is_asked_already_the_doctor_says_so() {
    let _alone = machine::alone();
    let home = TempDir::new().expect("a folder");
    let python = machine::interpreter().path;
    let output = Command::new(&python)
        .args(["-c", LISTENED_TO])
        .arg(machine::helper())
        .args(["doctor", "--python"])
        .arg(&python)
        .env_clear()
        .env("HOME", home.path())
        .env("COLUMNS", "200")
        .stdin(Stdio::null())
        .output()
        .expect("Python starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let words: BTreeSet<&str> = said.split_whitespace().collect();
    assert!(said.contains("confinement: full") && !said.contains("see whether a file is there"), "{said}");
    assert!(said.contains("Raceday cannot answer in the system's place") && words.contains("16]"), "{said}");
}
