//! A child process with pipes: frames in, frames out, what it prints on the side kept short, and a death that is certain.
//!
//! A frame is a length (four bytes, big end first) and as many bytes. What frames mean is for `protocol` to say.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::leader::Leader;
#[cfg(unix)]
use super::leader::pid;
use super::watchdog::IsStopped;
use super::watchdog::Verdict;
use super::watchdog::Watchdog;

/// The largest frame that is taken from a child.
const MAX_FRAME: u32 = 64 << 20;
/// How long most frames are at most, in bytes.
const USUAL_FRAME: usize = 1 << 16;
/// How much of the end of a child's standard error is kept.
const KEPT: usize = 16 << 10;
/// How much a child may print on standard error in all.
const MAX_PRINTED: usize = 8 << 20;
/// The largest request that is written without a thread of its own: as much as a pipe takes at once that says that it takes something
/// (`PIPE_BUF`). A child may not have read the requests before, even if it has answered them.
const MAX_DIRECT: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };
/// How much of what it is sent may wait for a child: as much as anybody may have wait. A harness is some 900 KiB, and a child that is still
/// starting need not be woken for each 64 KiB of it.
#[cfg(any(target_os = "linux", test))]
const WAITING: usize = 1 << 20;
/// How many frames may wait to be written to a child at once. One that reads is never asked for so many before it has answered, and what one
/// leaves that does not would grow without end.
const MAX_UNWRITTEN: u32 = 16;
/// How often to look whether a child has answered before going to sleep.
#[cfg(unix)]
const LOOKS: usize = 500;
/// A child process that answers frames with frames.
///
/// Requests are written and answers read by whoever asks, without a thread in between, which would take longer than most
/// executions do. A watchdog kills a child that does not answer in time, and so ends the reading.
pub(super) struct Process {
    child: Arc<Leader>,
    /// How it ended, once it was waited for.
    ended: Option<ExitStatus>,
    /// Whether its answers ended before it was told to, or killed.
    fell_silent: bool,
    input: Arc<Mutex<ChildStdin>>,
    /// Writes what may take longer, in order, and how much it has not written yet; nothing else is written before.
    writer: Option<mpsc::Sender<Vec<u8>>>,
    unwritten: Arc<AtomicU32>,
    /// Why something could not be sent, if so: then nothing is answered any more.
    unsent: Option<io::Error>,
    output: BufReader<ChildStdout>,
    printed: Arc<Mutex<Printed>>,
    /// Hears when all that it printed on the side was taken.
    drained: mpsc::Receiver<()>,
    watchdog: Arc<Watchdog>,
    /// Ends the watch as it is dropped.
    _watched: mpsc::Sender<()>,
}

/// How long a child may take to be gone after it closed its end of the pipe, if it is dying.
const DYING: Duration = Duration::from_secs(1);

/// How long to wait for what a child that has ended has printed on the side. Nobody has that pipe any more, unless something went wrong.
const DRAINING: Duration = Duration::from_millis(200);

#[derive(Default)]
struct Printed {
    end: VecDeque<u8>,
    flooded: bool,
}

impl Process {
    /// Starts `path` with `arguments` and nothing else: no environment but `environment`, no folder but the root, no files
    /// but three pipes. `leaves_by_itself` says whether the child makes a process group of its own, which it cannot if it is
    /// given one.
    pub(super) fn start(
        path: &Path,
        arguments: &[OsString],
        environment: &[(&str, &str)],
        leaves_by_itself: bool,
    ) -> Result<Process, std::io::Error> {
        let mut command = match leaves_by_itself {
            true => command_in_our_group(path, arguments),
            false => command(path, arguments),
        };
        command
            .env_clear()
            .envs(environment.iter().copied())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let (alive, gone) = mpsc::channel();
        let (start, started) = mpsc::channel();
        let watchdog = Arc::new(Watchdog::new());
        let watching = Arc::clone(&watchdog);
        // A confined child ends when the thread ends that started it, so that is a thread that stays.
        thread::Builder::new().spawn(move || match command.spawn() {
            Ok(mut child) => {
                let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
                let child = Arc::new(Leader::new(child));
                if start.send(Ok((Arc::clone(&child), pipes))).is_ok() {
                    watching.watch(&child, &gone);
                }
            }
            Err(error) => _ = start.send(Err(error)),
        })?;
        let (child, pipes) = started.recv().map_err(io::Error::other)??;
        let (Some(input), Some(output), Some(mut side)) = pipes else {
            unreachable!("all three were asked to be piped")
        };
        // A user may have so many such pipes; any other will do as well.
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&input, WAITING);
        let input = Arc::new(Mutex::new(input));
        let output = BufReader::new(output);

        let printed = Arc::new(Mutex::new(Printed::default()));
        let (kept, talking) = (Arc::clone(&printed), Arc::clone(&child));
        let (taken, drained) = mpsc::channel();
        let draining = thread::Builder::new().spawn(move || {
            drain(&mut side, &kept, &talking);
            let _ = taken.send(());
        });
        let process = Process {
            child,
            ended: None,
            fell_silent: false,
            input,
            writer: None,
            unwritten: Arc::default(),
            unsent: None,
            output,
            printed,
            drained,
            watchdog,
            _watched: alive,
        };
        // If nobody can listen to what it says on the side, it is killed as it is dropped.
        draining.map(|_| process)
    }

    /// Returns the child's number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the child, for who has to do with it by its number.
    pub(super) fn leader(&self) -> Arc<Leader> {
        Arc::clone(&self.child)
    }

    /// Returns the `nth` of the processors that we may use after the one that the child keeps to, if it keeps to one.
    #[cfg(target_os = "linux")]
    pub(super) fn processor_after(&self, nth: usize) -> Option<usize> {
        use rustix::thread::CpuSet;
        use rustix::thread::sched_getaffinity;

        let ours = sched_getaffinity(None).ok()?;
        let theirs = sched_getaffinity(pid(self.id())).ok()?;
        let mut ours: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|&processor| ours.is_set(processor)).collect();
        let at = ours.iter().position(|&processor| theirs.is_set(processor)).filter(|_| theirs.count() == 1)?;
        let count = ours.len();
        ours.rotate_left((at + nth) % count);
        ours.first().copied()
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn processor_after(&self, _nth: usize) -> Option<usize> {
        None
    }

    /// Has the child run on one processor only. One that does not is none the worse for it.
    #[cfg(target_os = "linux")]
    pub(super) fn keep_to(&self, processor: usize) {
        let mut one = rustix::thread::CpuSet::new();
        one.set(processor);
        let _ = rustix::thread::sched_setaffinity(pid(self.id()), &one);
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn keep_to(&self, _processor: usize) {}

    /// Has the watchdog count the child's threads from now on: the kernel does not.
    pub(super) fn count_threads(&self) {
        self.watchdog.count_threads();
    }

    /// Has the watchdog give the child little time to answer once `is_stopped` says that nobody wants to know any more.
    pub(super) fn stop_when(&self, is_stopped: IsStopped) {
        self.watchdog.stop_when(is_stopped);
    }

    /// Sends one frame. Whether it arrived shows in the answer.
    pub(super) fn send(&mut self, payload: &[u8]) {
        self.send_all(&[&[payload]]);
    }

    /// Sends frames, one after another, each of which may be in parts.
    pub(super) fn send_all(&mut self, payloads: &[&[&[u8]]]) {
        let lengths = payloads.iter().map(|parts| parts.iter().map(|part| part.len()).sum::<usize>());
        let mut frame = Vec::with_capacity(lengths.clone().map(|length| length + 4).sum());
        for (parts, length) in payloads.iter().zip(lengths) {
            let length = u32::try_from(length).expect("requests are far smaller than 4 GiB");
            frame.extend_from_slice(&length.to_be_bytes());
            parts.iter().for_each(|part| frame.extend_from_slice(part));
        }
        // A child that does not read must not hold up who waits for its answer.
        let direct = frame.len() <= MAX_DIRECT && self.unwritten.load(Ordering::SeqCst) == 0;
        if direct && is_writable(&lock(&self.input)) {
            // If writing fails the child has gone, and then the answer is an error.
            let _ = lock(&self.input).write_all(&frame);
        } else if self.unwritten.fetch_add(1, Ordering::SeqCst) >= MAX_UNWRITTEN {
            self.unsent = Some(io::Error::other("it does not read what it is asked"));
        } else {
            match self.writer() {
                Ok(writer) => _ = writer.send(frame),
                Err(error) => self.unsent = Some(error),
            }
        }
    }

    /// Returns the way to the thread that writes, which is started if there is none.
    fn writer(&mut self) -> io::Result<&mpsc::Sender<Vec<u8>>> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => writer(&self.input, &self.unwritten)?,
        };
        Ok(self.writer.insert(writer))
    }

    /// As [`Process::receive`], for a frame that will be there in less time than it takes to sleep and to be woken.
    pub(super) fn receive_soon(&mut self, patience: Duration) -> Result<Vec<u8>, String> {
        if self.output.buffer().is_empty() {
            look_for(self.output.get_ref());
        }
        self.receive(patience)
    }

    /// Returns whether the child has begun to say something that was not received yet, or has ended.
    pub(super) fn has_said(&self) -> bool {
        !self.output.buffer().is_empty() || is_readable(self.output.get_ref())
    }

    /// Returns the next frame, or what went wrong instead.
    pub(super) fn receive(&mut self, patience: Duration) -> Result<Vec<u8>, String> {
        self.receive_in_time(Some(patience), || format!("it did not answer within {} s", patience.as_secs()))
    }

    /// Returns the next frame, for which there is as much time as the frame before left of its `patience`.
    pub(super) fn receive_more(&mut self, patience: Duration) -> Result<Vec<u8>, String> {
        let late = || format!("it did not come to the end of its answer within {} s", patience.as_secs());
        self.receive_in_time(None, late)
    }

    /// Returns the next frame, if it comes in so much time, or what the one before left of its own, and says `late` if not.
    fn receive_in_time(
        &mut self,
        patience: Option<Duration>,
        late: impl FnOnce() -> String,
    ) -> Result<Vec<u8>, String> {
        if let Some(error) = &self.unsent {
            return Err(format!("it cannot be asked: {error}"));
        }
        self.watchdog.begin(&self.child, patience);
        let frame = read_frame(&mut self.output);
        match self.watchdog.end() {
            Some(Verdict::Crowded) => Err("it started too many threads".to_owned()),
            Some(Verdict::Gorged) => Err("it took too much memory".to_owned()),
            Some(Verdict::Late) => Err(late()),
            None => frame.map_err(|error| {
                self.fell_silent = matches!(error, FrameError::Ended);
                error.to_string()
            }),
        }
    }

    /// Says whether there are answers to come. A child that owes none has nothing to do.
    pub(super) fn owes(&self, answers: bool) {
        self.watchdog.owes(&self.child, answers);
    }

    /// Returns whether the child was killed because it had not answered in time.
    pub(super) fn was_late(&self) -> bool {
        self.watchdog.verdict() == Some(Verdict::Late)
    }

    /// Returns how the child ended, if it did so by itself: nobody killed it for being late or for printing too much.
    pub(super) fn death(&self) -> Option<String> {
        if !self.fell_silent || lock(&self.printed).flooded {
            return None;
        }
        // Who dies closes his files a moment before it can be told how.
        let tick = Duration::from_millis(1);
        (0..DYING.as_millis()).find_map(|_| {
            let how = how_ended(self.id());
            if how.is_none() {
                thread::sleep(tick);
            }
            how
        })
    }

    /// Kills the child and returns the end of what it printed on the side, and whether that was too much.
    pub(super) fn kill(&mut self) -> (String, bool) {
        self.end();
        // Its last words may be on their way.
        let _ = self.drained.recv_timeout(DRAINING);
        let printed = lock(&self.printed);
        let bytes: Vec<u8> = printed.end.iter().copied().collect();
        (String::from_utf8_lossy(&bytes).into_owned(), printed.flooded)
    }

    fn end(&mut self) {
        self.child.kill();
        self.ended = self.child.wait().or(self.ended);
    }

    /// Returns the exit code of a child that was killed, if it had ended before by itself.
    pub(super) fn exit_code(&self) -> Option<i32> {
        self.ended?.code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// What a thread that panicked left behind is still true here: nothing is changed in two steps.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[expect(clippy::disallowed_methods, reason = "this is where Python is started")]
pub(super) fn command_in_our_group(path: &Path, arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(path);
    command.args(arguments);
    command
}

pub(super) fn command(path: &Path, arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = command_in_our_group(path, arguments);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Returns once something can be read, or after some 500 microseconds.
#[cfg(unix)]
fn look_for(output: &ChildStdout) {
    for _ in 0..LOOKS {
        if is_readable(output) {
            return;
        }
        thread::yield_now();
    }
}

#[cfg(not(unix))]
fn look_for(_output: &ChildStdout) {}

/// Returns whether to read would not wait.
#[cfg(unix)]
fn is_readable(output: &ChildStdout) -> bool {
    ready(output, rustix::event::PollFlags::IN) != Ok(0)
}

/// Returns whether to write as much as [`MAX_DIRECT`] would not wait.
#[cfg(unix)]
fn is_writable(input: &ChildStdin) -> bool {
    ready(input, rustix::event::PollFlags::OUT) == Ok(1)
}

/// Returns how many of one pipe are ready now.
#[cfg(unix)]
fn ready(pipe: &impl std::os::fd::AsFd, flags: rustix::event::PollFlags) -> rustix::io::Result<usize> {
    let mut pipe = [rustix::event::PollFd::new(pipe, flags)];
    rustix::event::poll(&mut pipe, Some(&rustix::event::Timespec::default()))
}

/// Nobody knows.
#[cfg(not(unix))]
fn is_readable(_output: &ChildStdout) -> bool {
    false
}

/// Nobody knows.
#[cfg(not(unix))]
fn is_writable(_input: &ChildStdin) -> bool {
    false
}

/// Returns how the child with this number ended, if it has, and leaves it to be waited for.
#[cfg(unix)]
fn how_ended(child: u32) -> Option<String> {
    use rustix::process::WaitId;
    use rustix::process::WaitIdOptions;

    let child = pid(child)?;
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let status = rustix::process::waitid(WaitId::Pid(child), options).ok()??;
    match (status.terminating_signal(), status.exit_status()) {
        (Some(signal), _) => Some(format!("killed by {}", name_of_signal(signal))),
        (None, Some(code)) => Some(format!("ended with exit code {code}")),
        (None, None) => None,
    }
}

/// Returns once the child with this number has ended, and leaves it to be waited for.
#[cfg(unix)]
pub(super) fn wait_until_ended(child: u32) {
    use rustix::process::WaitId;
    use rustix::process::WaitIdOptions;

    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let ended = |child| rustix::process::waitid(WaitId::Pid(child), options);
    while pid(child).is_some_and(|child| matches!(ended(child), Err(rustix::io::Errno::INTR))) {}
}

/// Who waits for it does so as long as it takes.
#[cfg(not(unix))]
pub(super) fn wait_until_ended(_child: u32) {}

#[cfg(not(unix))]
fn how_ended(_child: u32) -> Option<String> {
    None
}

/// Returns the name of a signal that ends processes.
#[cfg(unix)]
fn name_of_signal(signal: i32) -> String {
    use rustix::process::Signal;

    let named = [
        (Signal::ABORT, "SIGABRT"),
        (Signal::ALARM, "SIGALRM"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::HUP, "SIGHUP"),
        (Signal::ILL, "SIGILL"),
        (Signal::INT, "SIGINT"),
        (Signal::KILL, "SIGKILL"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::SYS, "SIGSYS"),
        (Signal::TERM, "SIGTERM"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::XCPU, "SIGXCPU"),
    ];
    let known = named.iter().find(|(known, _)| known.as_raw() == signal);
    known.map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).to_owned())
}

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    #[error("it ended")]
    Ended,
    #[error("it announced an answer of {0} bytes")]
    TooLong(u32),
    #[error("it ended in the middle of an answer")]
    Cut,
    #[error(transparent)]
    Io(#[from] io::Error),
}

pub(super) fn read_frame(from: &mut impl Read) -> Result<Vec<u8>, FrameError> {
    let mut length = [0; 4];
    from.read_exact(&mut length).map_err(|_| FrameError::Ended)?;
    let length = u32::from_be_bytes(length);
    if length > MAX_FRAME {
        return Err(FrameError::TooLong(length));
    }
    // Room for what most are; a length alone takes none.
    let mut payload = Vec::with_capacity((length as usize).min(USUAL_FRAME));
    from.take(u64::from(length)).read_to_end(&mut payload)?;
    if payload.len() < length as usize {
        return Err(FrameError::Cut);
    }
    Ok(payload)
}

/// Returns the way to a thread that writes frames one after another.
fn writer(input: &Arc<Mutex<ChildStdin>>, unwritten: &Arc<AtomicU32>) -> io::Result<mpsc::Sender<Vec<u8>>> {
    let (input, unwritten) = (Arc::clone(input), Arc::clone(unwritten));
    let (sender, frames) = mpsc::channel::<Vec<u8>>();
    thread::Builder::new().spawn(move || {
        for frame in frames {
            let _ = lock(&input).write_all(&frame);
            unwritten.fetch_sub(1, Ordering::SeqCst);
        }
    })?;
    Ok(sender)
}

/// Keeps the end of what the child prints on the side; ends a child that does not stop printing.
fn drain(from: &mut impl Read, kept: &Mutex<Printed>, child: &Leader) {
    let mut total = 0;
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer)
        && count > 0
    {
        total += count;
        let mut printed = lock(kept);
        printed.end.extend(&buffer[..count]);
        let surplus = printed.end.len().saturating_sub(KEPT);
        printed.end.drain(..surplus);
        if total > MAX_PRINTED && !printed.flooded {
            printed.flooded = true;
            child.kill();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_give_a_frame_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let frame = read_frame(&mut bytes.as_slice());
            if let Ok(payload) = frame {
                prop_assert_eq!(payload.len(), u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize);
            }
        }
    }

    /// Says one byte at a time, and ends when it has said so many.
    #[cfg(unix)]
    const TALKATIVE: &str = "count=0; while [ $((count += 1)) -lt 1000000 ]; do printf '\\0\\0\\0\\1w'; done";

    #[test]
    #[cfg(unix)]
    fn whoever_keeps_talking_has_the_time_of_one_answer() {
        let arguments = ["-c", TALKATIVE].map(OsString::from);
        let mut child = Process::start(Path::new("/bin/sh"), &arguments, &[], false).expect("a shell starts");
        let patience = Duration::from_millis(200);
        let mut frame = child.receive(patience);
        while frame.is_ok() {
            frame = child.receive_more(patience);
        }
        assert_eq!(frame, Err("it did not come to the end of its answer within 0 s".to_owned()));
    }

    /// As much was sent as a pipe takes, and then for ever: no limit of time covers sending.
    #[test]
    #[cfg(unix)]
    fn whoever_answers_what_it_has_not_read_holds_nobody_up() {
        let arguments = ["-c", TALKATIVE].map(OsString::from);
        let mut child = Process::start(Path::new("/bin/sh"), &arguments, &[], false).expect("a shell starts");
        let (done, over) = mpsc::channel();
        // Who were held up would be so for ever, and not come to fail.
        let asking = move || {
            let request = [b'r'; MAX_DIRECT - 4];
            let mut asked = 0..2 * (WAITING / MAX_DIRECT);
            let answer = asked.find_map(|_| {
                child.send(&request);
                child.receive(Duration::from_secs(60)).err()
            });
            let _ = done.send((answer, child.unwritten.load(Ordering::SeqCst)));
        };
        thread::Builder::new().spawn(asking).expect("a thread starts");
        let (answer, unwritten) = over.recv_timeout(Duration::from_secs(60)).expect("it is over");
        assert_eq!(answer.as_deref(), Some("it cannot be asked: it does not read what it is asked"));
        assert!(unwritten <= MAX_UNWRITTEN + 1, "{unwritten} frames wait");
    }

    /// Half of them were lost where whoever waited for the end was quicker than who takes what is printed.
    #[test]
    #[cfg(unix)]
    fn last_words_are_heard() {
        let arguments = ["-c", "echo why >&2"].map(OsString::from);
        for _ in 0..40 {
            let mut child = Process::start(Path::new("/bin/sh"), &arguments, &[], false).expect("a shell starts");
            assert_eq!(child.receive(Duration::from_secs(60)), Err("it ended".to_owned()));
            assert_eq!(child.kill(), ("why\n".to_owned(), false));
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn nothing_is_done_by_the_number_of_a_child_that_was_waited_for() {
        let arguments = ["-c", "while :; do read line; done"].map(OsString::from);
        let mut child = Process::start(Path::new("/bin/sh"), &arguments, &[], false).expect("a shell starts");
        let (leader, id) = (child.leader(), child.id());
        assert_eq!(leader.while_there(|id| id), Some(id));
        child.kill();
        assert_eq!(leader.while_there(|id| id), None);
        assert!(child.ended.is_some_and(|status| !status.success()));
        child.kill();
        assert!(child.ended.is_some(), "what is known of its end stays known");
    }

    #[test]
    fn a_frame_that_is_too_large_is_not_read() {
        let error = read_frame(&mut [0xff, 0xff, 0xff, 0xff, 0].as_slice()).expect_err("too large");
        assert_eq!(error.to_string(), "it announced an answer of 4294967295 bytes");
    }
}
