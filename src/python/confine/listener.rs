//! The kernel's side of a call that waits for an answer (seccomp's user notification): hear of it, and answer it.
//!
//! Linux has ioctls for that, and no other way; what an ioctl takes only its number tells. And to write an answer into a worker's
//! memory by that one's own rights it has a call that nobody has wrapped. So this is the one file of this package with `unsafe` in it,
//! and it has nothing else. What calls are answered is for `supervisor` to say.

use std::io;
use std::os::fd::AsFd as _;
use std::os::fd::AsRawFd as _;
use std::os::fd::BorrowedFd;
use std::os::fd::OwnedFd;
use std::ptr;

use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::event::Timespec;
use rustix::io::Errno;
use rustix::io::retry_on_intr;
use rustix::ioctl::IntegerSetter;
use rustix::ioctl::Opcode;
use rustix::ioctl::opcode;

use super::super::leader::Leader;

/// The letter that seccomp's ioctls have in their numbers.
const GROUP: u8 = b'!';
const RECEIVE: Opcode = opcode::read_write::<libc::seccomp_notif>(GROUP, 0);
const SEND: Opcode = opcode::read_write::<libc::seccomp_notif_resp>(GROUP, 1);
const ADD_DESCRIPTOR: Opcode = opcode::write::<libc::seccomp_notif_addfd>(GROUP, 3);
const SET_FLAGS: Opcode = opcode::write::<u64>(GROUP, 4);

/// Who waits and who answers take turns, so each may run where the other did: no processor has to be woken. libc does not know it yet.
const SYNC_WAKE_UP: usize = 1;

/// A call that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// What the answer names it by.
    id: u64,
    /// The thread that makes it.
    pub(super) thread: u32,
    /// Which one it is.
    pub(super) number: i64,
    /// What is in its registers. It waits with copies of them, so nobody changes them any more.
    pub(super) arguments: [u64; 6],
}

#[cfg(test)]
impl Call {
    /// Returns some call of `thread`.
    pub(super) fn by(thread: u32) -> Call {
        Call { id: 0, thread, number: 0, arguments: [0; 6] }
    }
}

/// What there is to be heard.
#[derive(Debug)]
pub(super) enum Heard {
    /// A call waits.
    Call(Call),
    /// None does by now.
    Nothing,
    /// None ever will again: nobody is left who could make one.
    End,
}

/// What becomes of a call.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is not made, and returns this.
    Value(i64),
    /// It is not made, and fails with this.
    Error(Errno),
    /// It is not made, and returns a new descriptor of this file.
    File {
        /// The file.
        file: OwnedFd,
        /// Whether the descriptor is closed where another program is executed.
        close_on_exec: bool,
    },
    /// It is made. Right only where all that matters is in its registers: memory may have been changed by another thread.
    GoAhead,
}

/// Where the kernel tells of calls that wait.
#[derive(Debug)]
pub(super) struct Listener(OwnedFd);

impl Listener {
    /// Takes `descriptor` for what it has to be, a listener of seccomp; if it is something else, every call of it fails.
    pub(super) fn new(descriptor: OwnedFd) -> Listener {
        let listener = Listener(descriptor);
        // Linux has it since 6.6; it only saves time.
        let _ = listener.take_turns();
        listener
    }

    #[expect(unsafe_code, reason = "how calls that wait are told of is set by an ioctl alone")]
    fn take_turns(&self) -> Result<(), Errno> {
        // SAFETY: this one takes a number, and has nothing to do with memory.
        unsafe {
            let set = IntegerSetter::<SET_FLAGS>::new_usize(SYNC_WAKE_UP);
            rustix::ioctl::ioctl(&self.0, set)
        }
    }

    /// Returns the next call that waits, if one does within `patience`.
    pub(super) fn next(&self, patience: Option<Timespec>) -> Heard {
        loop {
            // To ask without having looked would take for ever once nobody is left.
            let mut ready = [PollFd::new(&self.0, PollFlags::IN)];
            match rustix::event::poll(&mut ready, patience.as_ref()) {
                Ok(0) => return Heard::Nothing,
                Ok(_) if ready[0].revents().contains(PollFlags::IN) => {}
                Err(Errno::INTR) => continue,
                Ok(_) | Err(_) => return Heard::End,
            }
            let mut heard = libc::seccomp_notif {
                id: 0,
                pid: 0,
                flags: 0,
                data: libc::seccomp_data { nr: 0, arch: 0, instruction_pointer: 0, args: [0; 6] },
            };
            match ask::<RECEIVE, _>(self.0.as_fd(), &mut heard) {
                Ok(_) => {
                    let number = i64::from(heard.data.nr);
                    let call = Call { id: heard.id, thread: heard.pid, number, arguments: heard.data.args };
                    return Heard::Call(call);
                }
                // Who made the call has been killed since, or was interrupted.
                Err(Errno::NOENT | Errno::INTR) => {}
                Err(_) => return Heard::End,
            }
        }
    }

    /// Answers a call. Who made it may have gone, and then nobody hears the answer.
    pub(super) fn answer(&self, call: Call, answer: Answer) {
        let (value, error, flags) = match answer {
            Answer::Value(value) => (value, 0, 0),
            Answer::Error(error) => (0, -error.raw_os_error(), 0),
            Answer::GoAhead => (0, 0, libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32),
            Answer::File { file, close_on_exec } => match self.hand_over(call, &file, close_on_exec) {
                Ok(descriptor) => (i64::from(descriptor), 0, 0),
                // It may have no descriptor left.
                Err(error) => (0, -error.raw_os_error(), 0),
            },
        };
        let mut response = libc::seccomp_notif_resp { id: call.id, val: value, error, flags };
        let _ = retry_on_intr(|| ask::<SEND, _>(self.0.as_fd(), &mut response));
    }

    /// Gives who made `call` a descriptor of `file`, and returns its number there.
    ///
    /// The kernel can have the call return it, too. But if a signal comes while it does so, the call is taken to be answered and returns 0, which
    /// is another file.
    fn hand_over(&self, call: Call, file: &OwnedFd, close_on_exec: bool) -> Result<i32, Errno> {
        let mut addition = libc::seccomp_notif_addfd {
            id: call.id,
            flags: 0,
            srcfd: file.as_raw_fd().unsigned_abs(),
            newfd: 0,
            newfd_flags: if close_on_exec { libc::O_CLOEXEC.unsigned_abs() } else { 0 },
        };
        retry_on_intr(|| ask::<ADD_DESCRIPTOR, _>(self.0.as_fd(), &mut addition))
    }
}

/// What each of the other three ioctls takes.
trait Argument<const NUMBER: Opcode> {}
impl Argument<RECEIVE> for libc::seccomp_notif {}
impl Argument<SEND> for libc::seccomp_notif_resp {}
impl Argument<ADD_DESCRIPTOR> for libc::seccomp_notif_addfd {}

/// Makes one of the other three ioctls, and returns what the kernel does.
#[expect(unsafe_code, reason = "Linux tells of waiting calls, and takes answers, by ioctls alone")]
fn ask<const NUMBER: Opcode, A: Argument<NUMBER>>(listener: BorrowedFd<'_>, argument: &mut A) -> Result<i32, Errno> {
    // SAFETY: by `Argument` the argument has the shape that the kernel reads and writes for this number, which has the size in
    // it. All of it is set, there is no pointer in it, and any bits are a value of its fields. The kernel keeps no address of it.
    // A descriptor that is no listener refuses the number (`ENOTTY`): no other file of Linux has an ioctl of this letter with such
    // a size.
    let returned = unsafe { libc::ioctl(listener.as_raw_fd(), libc::Ioctl::from(NUMBER), ptr::from_mut(argument)) };
    if returned < 0 { Err(last_error()) } else { Ok(returned) }
}

/// Writes `bytes` at `place` in the memory of `worker`, as far as it could write there itself, and returns how many that were.
#[expect(unsafe_code, reason = "by `/proc/PID/mem`, the way without, what is there to be read alone would be changed")]
pub(super) fn write_into(worker: &Leader, place: u64, bytes: &[u8]) -> Result<usize, Errno> {
    let place = usize::try_from(place).map_err(|_| Errno::FAULT)?;
    let from = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let to = libc::iovec { iov_base: ptr::without_provenance_mut(place), iov_len: bytes.len() };
    let write = |pid: u32| {
        // SAFETY: the kernel reads of `from`, which is `bytes`, and writes nothing there. `to` is a place in another process, and a
        // number here: `pid` is a child's, and nobody else's as long as this runs.
        unsafe { libc::process_vm_writev(pid.cast_signed(), &from, 1, &to, 1, 0) }
    };
    match worker.while_there(write) {
        Some(count) => usize::try_from(count).map_err(|_| last_error()),
        None => Err(Errno::SRCH),
    }
}

/// Returns what the C library says was wrong with the last call.
fn last_error() -> Errno {
    Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::FAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As <linux/seccomp.h> has them on all processors that are known here.
    #[test]
    fn the_numbers_are_the_kernels() {
        let numbers = [RECEIVE, SEND, ADD_DESCRIPTOR, SET_FLAGS].map(u64::from);
        assert_eq!(numbers, [0xc050_2100, 0xc018_2101, 0x4018_2103, 0x4008_2104]);
    }

    #[test]
    fn what_is_no_listener_tells_of_nothing() {
        let (reading, mut writing) = std::io::pipe().expect("a pipe");
        std::io::Write::write_all(&mut writing, b"x").expect("it takes a byte");
        assert!(matches!(Listener::new(reading.into()).next(None), Heard::End));
    }
}
