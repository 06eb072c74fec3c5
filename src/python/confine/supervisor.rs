//! Who answers for a worker: calls that take a path, start a thread, or ask what the machine is called, wait for an answer from here.
//!
//! Landlock keeps a worker from opening what it may not, but not from asking whether it is there, and seccomp sees no paths.
//! And where the kernel does not count a worker's threads, whoever looks now and then looks too late. So such calls are made to wait
//! (`calls::asking`), and a thread of the parent's answers them one after another (`listener`):
//!
//! - Files are looked at here, and opened here and handed over (`paths`). None of these calls is ever made by the worker: another of
//!   its threads could change the path between the look and the call.
//! - Whether a thread may be started is told by how many there are (`threads`). That call is the worker's own, for all that
//!   matters of it is in registers. Where that cannot be told yet, it waits, and the others are answered meanwhile.
//! - What is told of the machine is the truth, but for its name, which is the same everywhere.
//!
//! The thread ends with the worker, for then there is nobody left who could ask.

use std::ffi::CStr;
use std::io;
use std::sync::Arc;
use std::thread;

use rustix::io::Errno;
use rustix::process::Pid;
use rustix::process::PidfdFlags;

use super::super::leader::Leader;
use super::calls;
use super::library::Library;
use super::limits;
use super::listener::Answer;
use super::listener::Call;
use super::listener::Heard;
use super::listener::Listener;
use super::memory::Memory;
use super::paths;
use super::paths::Paths;
use super::threads::Threads;

/// Answers for a worker.
pub(super) struct Supervisor {
    listener: Listener,
    threads: Threads,
    memory: Arc<Memory>,
    /// What is told of paths, where there are any.
    paths: Option<Paths>,
}

/// Whether this kernel has all that it takes. The last of it came with 5.9; on none before 5.14 it was tried.
pub(super) fn is_known_here() -> bool {
    limits::is_linux_since(5, 14)
}

/// What every machine is called.
const NAME: &CStr = c"raceday";
/// How long the kernel's texts about the machine are, with the zeros behind them.
const TEXT: usize = 65;

/// Returns what is told of the machine, as the kernel lays it out.
fn machine() -> Vec<u8> {
    let truth = rustix::system::uname();
    let texts = [truth.sysname(), NAME, truth.release(), truth.version(), truth.machine(), c"(none)"];
    texts.into_iter().flat_map(|text| text.to_bytes().iter().copied().chain(std::iter::repeat(0)).take(TEXT)).collect()
}

impl Supervisor {
    /// Begins to answer for `worker`, which waits for that at its descriptor `listener` and may open what is in `library`, if it may open
    /// anything.
    ///
    /// # Errors
    ///
    /// The system does not let this process look into that one.
    pub(super) fn start(worker: Arc<Leader>, listener: i32, library: Option<Library>) -> Result<(), io::Error> {
        let open = |pid: u32| {
            let id = i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or(Errno::SRCH)?;
            Ok((Threads::of(pid), rustix::process::pidfd_open(id, PidfdFlags::empty())?))
        };
        let (threads, process) = worker.while_there(open).unwrap_or(Err(Errno::SRCH))?;
        let listener = Listener::new(paths::open_file_of(&process, listener)?);
        let memory = Arc::new(Memory::of(worker)?);
        let paths = library.map(|library| Paths::of(process, Arc::clone(&memory), library));
        let supervisor = Supervisor { listener, threads, memory, paths };
        thread::Builder::new().name("supervisor".to_owned()).spawn(|| supervisor.run())?;
        Ok(())
    }

    fn run(mut self) {
        loop {
            match self.listener.next(self.threads.patience()) {
                Heard::Call(call) if call.number == calls::CLONE => match calls::makes_a_thread(call.arguments[0]) {
                    true => self.threads.ask(call),
                    false => self.listener.answer(call, Answer::Error(Errno::PERM)),
                },
                Heard::Call(call) => {
                    let answer = self.answer(call).unwrap_or_else(Answer::Error);
                    self.listener.answer(call, answer);
                }
                Heard::Nothing => self.threads.pause(),
                Heard::End => return,
            }
            for (call, may) in self.threads.decided() {
                self.listener.answer(call, if may { Answer::GoAhead } else { Answer::Error(Errno::AGAIN) });
            }
        }
    }

    fn answer(&self, call: Call) -> Result<Answer, Errno> {
        match &self.paths {
            _ if call.number == libc::SYS_uname => {
                self.memory.write(call.arguments[0], &machine()).map(|()| Answer::Value(0))
            }
            Some(paths) => paths.answer(call),
            None => Err(Errno::NOSYS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_told_as_the_kernel_does_but_for_its_name() {
        let told = machine();
        assert_eq!(told.len(), size_of::<libc::utsname>());
        let texts: Vec<_> = told.chunks(TEXT).map(|text| CStr::from_bytes_until_nul(text).expect("it ends")).collect();
        let truth = rustix::system::uname();
        assert_eq!(texts[..4], [truth.sysname(), NAME, truth.release(), truth.version()]);
        assert_eq!(texts[4..], [truth.machine(), c"(none)"]);
    }
}
