//! Ends of all kinds: nothing stays when Raceday is killed, nothing leaks in when it starts, and floods are cut off.

use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::io::Seek as _;
use std::num::NonZero;
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::Report;
use raceday::explore::explore;
use raceday::python;
use raceday::python::Forgetful;
use raceday::python::Layers;
use raceday::python::Level;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Team;
use raceday::python::Worker;
use raceday::scenario::Ending;
use raceday::scenario::Scenario;
use rustix::io::FdFlags;
use rustix::process::Pid;
use rustix::process::Signal;
use rustix::thread::CpuSet;
use signal_hook::consts::SIGTSTP;
use signal_hook::consts::SIGTTIN;
use signal_hook::consts::SIGTTOU;
use tempfile::TempDir;

use super::ground;
use super::ground::Running;
use super::machine;

const KILLS: usize = 40;

/// How many workers are there at once when all are killed.
const HANDS: usize = 4;
/// How many executions each of them is asked for: there are some hundred thousand.
const EXECUTIONS: u64 = 300;

/// Has more orders than anybody waits for.
const LONG: &str = "
import threading
count = 0
def work():
    global count
    for _ in range(5):
        count += 1
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
result = count
";

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
        // Nobody is stopped by a terminal's signals in the group of who has nobody to tell.
        .process_group(0)
        .spawn()
        .expect("the binary starts")
}

/// How often somebody looks for something that does not come about. To look through all processes takes a millisecond or so.
const PATIENCE: u32 = 200_000;

/// Waits until none of the processes is one of `these`.
#[track_caller]
fn wait_for_none(these: impl Fn(&Running) -> bool, why: &str) {
    for patience in (0..PATIENCE).rev() {
        match ground::processes().iter().find(|process| these(process)) {
            Some(left) => assert!(patience > 0, "{why}: {}", left.stat),
            None => return,
        }
        thread::yield_now();
    }
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
        if kill % 2 == 1 {
            // Who is stopped meanwhile, and has not said yet that he ends with Raceday, would stay for ever.
            let whole = Pid::from_raw(raceday.id().cast_signed()).expect("a number");
            rustix::process::kill_process(whole, Signal::TSTP).expect("it can be signalled");
            wait_for_none(|process| process.id == raceday.id() && !process.stat.contains(") T"), "it goes on");
            workers.extend(children_of(raceday.id()));
        }
        raceday.kill().expect("a child can be killed");
        raceday.wait().expect("a killed child ends");
        seen += workers.len();
        let is_left = |process: &Running| workers.contains(&process.id) && !process.stat.contains(") Z");
        wait_for_none(is_left, &format!("after kill {kill} this one stays"));
    }
    assert!(seen >= KILLS, "some had workers");
}

/// Sees to it that the binary hears of the signals by which a terminal stops it. Some programs start others with these ignored, which the binary
/// would take over; a handler of ours is not taken over.
fn heed_stops() {
    for signal in [SIGTSTP, SIGTTIN, SIGTTOU] {
        signal_hook::flag::register(signal, Arc::default()).expect("it can be handled");
    }
}

/// They are in no terminal, and nobody looks meanwhile what they take.
#[test]
fn workers_stop_with_raceday_and_go_on_with_it() {
    heed_stops();
    let _alone = machine::alone();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("endless.py");
    fs::write(&file, ENDLESS).expect("files can be written");
    // A Raceday for each, as a program that does not end is given up in time.
    for stop in [Signal::TSTP, Signal::TTOU, Signal::TTIN] {
        let mut raceday = start_raceday(&file, folder.path());
        let whole = Pid::from_raw(raceday.id().cast_signed()).expect("a number");
        let worker = loop {
            let at_work = |&id: &u32| ticks(id).is_some_and(|ticks| ticks > 20);
            if let Some(worker) = children_of(raceday.id()).into_iter().find(at_work) {
                break worker;
            }
            assert!(raceday.try_wait().expect("a child can be asked for").is_none(), "it explores for ever");
            thread::yield_now();
        };
        rustix::process::kill_process(whole, stop).expect("it can be signalled");
        let goes = |process: &Running| [raceday.id(), worker].contains(&process.id) && !process.stat.contains(") T");
        wait_for_none(goes, "this one goes on");
        let before = ticks(worker).expect("it is there");
        rustix::process::kill_process(whole, Signal::CONT).expect("it can be signalled");
        while ticks(worker).expect("it is there") < before + 10 {
            thread::yield_now();
        }
        raceday.kill().expect("a child can be killed");
        raceday.wait().expect("a killed child ends");
    }
}

/// Who leads the session is outside then, as in some containers, and has no number that could be told: once Raceday took it from that that nobody
/// could have it go on.
#[test]
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
#[expect(clippy::disallowed_methods, reason = "tests start themselves")]
fn workers_stop_with_raceday_where_the_session_is_somebody_elses() {
    let within = || {
        let mut unshare = Command::new("unshare");
        unshare.args(["--pid", "--fork", "--mount-proc", "--kill-child"]);
        unshare
    };
    if !within().arg("true").output().is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no namespace of processes can be had here");
        return;
    }
    let _alone = machine::alone();
    let output = within()
        .arg(std::env::current_exe().expect("a test is a program"))
        .args(["--exact", "endings::workers_stop_with_raceday_and_go_on_with_it"])
        .output()
        .expect("a test starts");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

/// Says to the test that starts itself that it is the one to be killed.
const TO_BE_KILLED: &str = "RACEDAY_TEST_TO_BE_KILLED";

/// Explores for ever, by a worker that was not told to end with this process.
fn explore_for_ever() {
    let layers = Layers { ends_with_parent: false, ..Layers::ALL };
    let confinement = machine::confinement().with_layers(layers);
    let mut worker = Worker::start(&machine::interpreter(), &confinement, Limits::default()).expect("a worker starts");
    let mut program = worker.load(&Scenario::new("endless.py", ENDLESS)).expect("it loads");
    let _ = explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true);
}

/// Returns how long a process has computed, in ticks of the kernel's; nothing if it is not there any more.
fn ticks(id: u32) -> Option<u64> {
    let process = ground::processes().into_iter().find(|process| process.id == id && !process.stat.contains(") Z"))?;
    process.stat.rsplit(") ").next()?.split_whitespace().nth(11)?.parse().ok()
}

/// So what [`whenever_raceday_is_killed_nothing_of_it_stays`] sees is the doing of that layer: who computes does not hear of the end of a pipe.
#[test]
#[expect(clippy::disallowed_methods, reason = "tests start themselves")]
fn a_worker_that_does_not_end_with_its_parent_stays() {
    if machine::variable(TO_BE_KILLED).is_some() {
        return explore_for_ever();
    }
    let _alone = machine::alone();
    let mut parent = Command::new(std::env::current_exe().expect("a test is a program"))
        .args(["--exact", "endings::a_worker_that_does_not_end_with_its_parent_stays"])
        .env(TO_BE_KILLED, "yes")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a test starts");
    let worker = loop {
        let at_work = |&id: &u32| ticks(id).is_some_and(|ticks| ticks > 50);
        if let Some(worker) = children_of(parent.id()).into_iter().find(at_work) {
            break worker;
        }
        assert!(parent.try_wait().expect("a child can be asked for").is_none(), "it explores for ever");
        thread::yield_now();
    };
    parent.kill().expect("a child can be killed");
    parent.wait().expect("a killed child ends");
    let before = ticks(worker).expect("it is there");
    while ticks(worker).expect("it stays") < before + 10 {
        thread::yield_now();
    }
    let worker = Pid::from_raw(worker.cast_signed()).expect("a number");
    rustix::process::kill_process(worker, Signal::KILL).expect("it can be killed");
}

/// Returns how often to kill: as often as the environment says, or as `usual`.
fn kills(usual: usize) -> usize {
    let asked = machine::variable("RACEDAY_TEST_KILLS").map(|kills| kills.to_string_lossy().parse());
    asked.map_or(usual, |kills| kills.expect("a number of kills"))
}

#[test]
fn workers_that_are_killed_at_any_moment_prove_nothing_and_are_replaced() {
    let _alone = machine::alone();
    let (interpreter, confinement) = (machine::interpreter(), machine::confinement());
    let start = || Worker::start(&interpreter, &confinement, Limits::default());
    let compiled = start().and_then(|mut worker| worker.compiled()).expect("the harness is compiled");
    let start = || Worker::start_compiled(&interpreter, &confinement, Limits::default(), compiled.as_slice().into());
    let long = Scenario { observe: Some("result".to_owned()), ..Scenario::new("long.py", LONG) };
    let short = Scenario { observe: Some("result".to_owned()), ..Scenario::new("short.py", "result = 7\n") };
    let bounds = Bounds { executions: EXECUTIONS, ..Bounds::default() };
    let (rounds, mut told) = (kills(40).div_ceil(HANDS), 0);
    for round in 0..rounds {
        let executed = AtomicU64::new(0);
        let is_first_over = AtomicBool::new(false);
        let hand = |number: usize| {
            let mut worker = start()?;
            let report = worker.load(&long).and_then(|mut program| {
                explore(&mut program, Dpor::default(), bounds, &mut |_| {
                    executed.fetch_add(1, Ordering::SeqCst);
                    true
                })
            });
            is_first_over.store(true, Ordering::SeqCst);
            if number == 0 {
                let after = explore(&mut worker.load(&short)?, Dpor::default(), bounds, &mut |_| true)?;
                assert_eq!(after.outcomes[0].outcome.value.as_deref(), Some("7"), "round {round}");
            }
            report
        };
        let results: Vec<_> = thread::scope(|scope| {
            let hand = &hand;
            let hands: Vec<_> = (0..HANDS).map(|number| scope.spawn(move || hand(number))).collect();
            // While they start, or after so many reports of progress.
            let moment = round.wrapping_mul(2_654_435_761) / 64;
            match round % 2 {
                0 => {
                    while children().is_empty() {}
                    (0..moment % 2000).for_each(|_| thread::yield_now());
                }
                _ => {
                    let wanted = moment as u64 % 30 + 1;
                    let is_there = || executed.load(Ordering::SeqCst) >= wanted || is_first_over.load(Ordering::SeqCst);
                    while !is_there() {
                        thread::yield_now();
                    }
                }
            }
            for child in children() {
                let _ = rustix::process::kill_process(child, Signal::KILL);
            }
            hands.into_iter().map(|hand| hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
        });
        for result in results {
            match result {
                // It was not there yet, or not any more.
                Ok(report) => {
                    assert!(!report.is_exhaustive(), "round {round}: {report:?}");
                    let mut endings = report.outcomes.iter().map(|found| found.outcome.ending);
                    assert!(endings.all(|ending| ending == Ending::Finished), "round {round}: {report:?}");
                }
                Err(PythonError::Broken { death, .. }) => {
                    assert_eq!(death, "killed by SIGKILL", "round {round}");
                    told += 1;
                }
                Err(PythonError::NotReady { .. } | PythonError::NotConfined { .. }) => told += 1,
                Err(other) => panic!("round {round}: {other}"),
            }
        }
    }
    // Who is quick has ended before.
    assert!(told > 0, "of {rounds} rounds, {told} workers told that they were killed");
}

/// Returns the processes that this one has started.
pub(crate) fn children() -> Vec<Pid> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let ids =
        |list: String| list.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)).collect::<Vec<_>>();
    // Who was killed may not have been waited for yet.
    let lives = |child: &Pid| {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero())).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
    };
    lists.flat_map(ids).filter(lives).collect()
}

#[test]
fn several_workers_have_together_what_one_may_have() {
    let _alone = machine::alone();
    let (interpreter, confinement) = (machine::interpreter(), machine::confinement());
    let start = || {
        let (interpreter, confinement) = (interpreter.clone(), confinement.clone());
        let start: python::Start = Box::new(move || Worker::start(&interpreter, &confinement, Limits::default()));
        start
    };
    let mut first = start()().expect("a worker starts");
    let scenario = Scenario { observe: Some("result".to_owned()), ..Scenario::new("long.py", LONG) };
    let mut team = Team::new(first.load(&scenario).expect("it loads"), vec![start(), start(), start()]);
    let memory = || -> Vec<u64> {
        let limits = children().into_iter().map(|child| {
            fs::read_to_string(format!("/proc/{}/limits", child.as_raw_nonzero())).expect("limits can be read")
        });
        let line =
            |limits: String| limits.lines().find(|line| line.starts_with("Max address space")).map(str::to_owned);
        limits
            .filter_map(|limits| line(limits)?.split_whitespace().nth(3).and_then(|bytes| bytes.parse().ok()))
            .collect()
    };
    let bounds = Bounds { executions: 1200, ..Bounds::default() };
    let before = memory();
    assert_eq!(before, [1 << 30]);
    let report = explore(&mut team, Dpor::default(), bounds, &mut |_| true).expect("it explores");
    assert_eq!(report.executions, 1200);
    let after = memory();
    assert!(after.len() > 1, "more have joined");
    assert!(after.iter().sum::<u64>() <= 1 << 30, "{after:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
fn workers_that_start_together_keep_to_different_processors() {
    let _alone = machine::alone();
    if std::thread::available_parallelism().map_or(1, NonZero::get) < 2 {
        return eprintln!("SKIPPED: there is only one processor");
    }
    let (interpreter, confinement) = (machine::interpreter(), machine::confinement());
    let start = || Worker::start(&interpreter, &confinement, Limits::default()).expect("a worker starts");
    // The number of a process says nothing: there may be others between.
    let _two = (start(), start());
    let processors = |child: Pid| {
        let set = rustix::thread::sched_getaffinity(Some(child)).expect("where a child may run can be asked");
        (0..CpuSet::MAX_CPU).filter(|&processor| set.is_set(processor)).collect::<Vec<_>>()
    };
    let kept: Vec<_> = children().into_iter().map(processors).collect();
    assert!(kept.iter().all(|processors| processors.len() == 1), "{kept:?}");
    assert_eq!(kept.len(), 2);
    assert_ne!(kept[0], kept[1]);
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
    let flood = "import posix\nresult = 0\nwhile True:\n    posix.write(2, b'x' * 65536)\n";
    match explored(flood) {
        Err(PythonError::Broken { what, said, .. }) => {
            assert_eq!(what, "it did not stop printing");
            assert!(said.len() <= 16 << 10);
        }
        other => panic!("{other:?}"),
    }
}

/// What a worker may map is limited, and not the tables by which the kernel finds it: they took a gibibyte more.
#[test]
fn who_has_the_kernel_keep_too_much_for_it_is_stopped() {
    let scatter = "
import os
import_ = os.__dict__['__builtins__']['__import__']
types = import_('ctypes')
lib = types.CDLL(None)
lib.mmap.restype = types.c_void_p
lib.mmap.argtypes = [types.c_void_p, types.c_size_t, types.c_int, types.c_int, types.c_int, types.c_long]
result = 0
for number in range(1, 65_000):
    # Two pages on both sides of a boundary at which four tables begin: MAP_PRIVATE, MAP_ANONYMOUS
    place = lib.mmap((number << 31) - 4096, 8192, 3, 0x22, -1, 0)
    types.memset(place, 1, 8192)
while True:
    result += 1
";
    match explored(scatter) {
        Err(PythonError::Broken { what, .. }) => assert_eq!(what, "it took too much memory"),
        other => panic!("{other:?}"),
    }
}

/// Then the kernel does not say what there is of its memory, and it had half a gibibyte too much until its time was over.
#[test]
fn whose_first_thread_ends_is_ended() {
    let headless = "
import os
types = os.__dict__['__builtins__']['__import__']('ctypes')
lib = types.CDLL(None)
semaphore, thread = types.create_string_buffer(64), types.c_ulong()
lib.sem_init(semaphore, 0, 0)
stay = types.cast(lib.sem_wait, types.c_void_p)
assert not lib.pthread_create(types.byref(thread), None, stay, types.c_void_p(types.addressof(semaphore)))
lib.syscall({'x86_64': 60, 'aarch64': 93}[os.uname().machine], 0)
";
    let report = explored(headless).expect("what has died is an outcome");
    assert_eq!(report.outcomes[0].outcome.ending, Ending::Crash);
}

/// As long as a question was shown, a gibibyte and a processor were had by a thread that had outlived the answer.
#[test]
fn who_is_asked_nothing_is_stopped_until_it_is_asked_again() {
    let _alone = machine::alone();
    let mut worker =
        Worker::start(&machine::interpreter(), &machine::confinement(), Limits::default()).expect("a worker starts");
    let child = children()[0].as_raw_nonzero().get().unsigned_abs();
    for _ in 0..2 {
        let mut program = worker.load(&Scenario::new("scenario.py", "print(1)")).expect("it loads");
        explore(&mut program, Dpor::default(), Bounds::default(), &mut |_| true).expect("it explores");
        wait_for_none(|process| process.id == child && !process.stat.contains(") T"), "it goes on");
    }
}

/// A stop that is under way is made nothing of by that signal: who sent it to himself all the time went on while Raceday was stopped.
#[test]
fn nobody_lets_himself_go_on() {
    let signalled = "
import os
types = os.__dict__['__builtins__']['__import__']('ctypes')
lib = types.CDLL(None)
TGKILL, CONT = {'x86_64': 234, 'aarch64': 131}[os.uname().machine], 18
me = os.getpid()
result = [[lib.kill(me, signal), lib.syscall(TGKILL, me, me, signal)] for signal in (0, CONT)]
";
    let report = explored(signalled).expect("it runs");
    assert_eq!(report.outcomes[0].outcome.value.as_deref(), Some("[[0, 0], [-1, -1]]"));
}

/// Of a huge page all was there as long as any of it was mapped: two gibibytes were held by a program that had mapped four mebibytes.
#[test]
fn a_worker_has_no_huge_pages() {
    let (interpreter, mut confinement) = (machine::interpreter(), machine::confinement());
    let _alone = machine::alone();
    let mut huge = || {
        let _worker = Worker::start(&interpreter, &confinement, Limits::default()).expect("a worker starts");
        let huge = children()
            .into_iter()
            .find_map(|child| ground::number_in_status(child.as_raw_nonzero().get().unsigned_abs(), "THP_enabled"));
        confinement = machine::confinement().with_layers(Layers { limits: false, ..Layers::ALL });
        huge
    };
    assert_ne!(huge(), Some(1));
    // Without the limits it has what everybody has.
    assert_eq!(huge(), ground::number_in_status(std::process::id(), "THP_enabled"));
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
        let confined = worker.confined().expect("it is there");
        assert_eq!((confined.level, &confined.unsupervised), (Level::Full, &None));
        // So it is this one that is attacked.
        assert_eq!(interpreter.path, real, "{}", path.display());
    }
}

/// Paths are bytes, and what the helper is told is JSON.
#[test]
fn a_python_in_a_folder_whose_name_is_no_text_is_confined_like_any() {
    let _alone = machine::alone();
    let folder = TempDir::new().expect("a folder");
    let real = machine::interpreter().path;
    let home = folder.path().join(OsStr::from_bytes(b"bj\xf6rn"));
    fs::create_dir_all(home.join("bin")).expect("folders can be made");
    let path = home.join("bin/python3");
    fs::copy(&real, &path).expect("a program can be copied");
    let above = real.ancestors().nth(2).expect("it lies in a folder of a folder");
    symlink(above.join("lib"), home.join("lib")).expect("links can be made");
    let interpreter = python::find(&machine::named(&path), &mut Forgetful).expect("it is a Python");
    assert_eq!(interpreter.path, path);
    let worker = Worker::start(&interpreter, &machine::confinement(), Limits::default()).expect("a worker starts");
    assert_eq!(worker.confined().map(|confined| confined.level), Some(Level::Full));
}
