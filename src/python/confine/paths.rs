//! What a worker is told of a path, in the place of calls that it does not make itself.
//!
//! The path is read from the worker's memory (`memory`) once, looked up in what there is for it (`library`), and what is found there is looked
//! at or opened here. So it does not matter that another of its threads may change the path meanwhile.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::Access;
use rustix::fs::AtFlags;
use rustix::fs::FileType;
use rustix::fs::OFlags;
use rustix::fs::Stat;
use rustix::io::Errno;
use rustix::process::PidfdGetfdFlags;

use super::calls;
use super::library::ELSEWHERE;
use super::library::Library;
use super::listener::Answer;
use super::listener::Call;
use super::memory::Memory;

/// What a worker is told of paths.
pub(super) struct Paths {
    process: OwnedFd,
    memory: Arc<Memory>,
    library: Library,
}

impl Paths {
    /// Returns what `process` is told of paths, with that `memory`: what is in `library` is there.
    pub(super) fn of(process: OwnedFd, memory: Arc<Memory>, library: Library) -> Paths {
        Paths { process, memory, library }
    }

    /// Answers a call that takes a path.
    pub(super) fn answer(&self, call: Call) -> Result<Answer, Errno> {
        let [first, second, third, fourth, ..] = call.arguments;
        match call.number {
            libc::SYS_openat => self.open(Path::at(first, second, 0), third),
            libc::SYS_newfstatat => self.stat(Path::at(first, second, fourth), third),
            libc::SYS_faccessat => self.access(Path::at(first, second, 0), third),
            libc::SYS_readlinkat => self.read_link(Path::at(first, second, 0), third, fourth),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_open => self.open(Path::plain(first), second),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_stat => self.stat(Path::plain(first), second),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_lstat => self.stat(Path { follows: false, ..Path::plain(first) }, second),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_access => self.access(Path::plain(first), second),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_readlink => self.read_link(Path::plain(first), second, third),
            _ => Err(Errno::NOSYS),
        }
    }

    fn open(&self, path: Path, flags: u64) -> Result<Answer, Errno> {
        let flags = OFlags::from_bits_retain(low(flags));
        if !calls::opens_for_reading(flags.bits()) {
            return Err(ELSEWHERE);
        }
        let file = self.library.open(&self.spelled(path)?, flags)?;
        Ok(Answer::File { file, close_on_exec: flags.contains(OFlags::CLOEXEC) })
    }

    fn stat(&self, path: Path, place: u64) -> Result<Answer, Errno> {
        let spelled = self.memory.letters(path.place)?;
        // So some C libraries look at what is open.
        let found = match path.folder {
            Some(descriptor) if spelled.is_empty() && path.or_itself => self.file(descriptor)?,
            _ => self.library.look_at(&path.checked(spelled)?, path.follows)?,
        };
        self.memory.write(place, &as_bytes(&rustix::fs::fstat(&found)?))?;
        Ok(Answer::Value(0))
    }

    fn access(&self, path: Path, wanted: u64) -> Result<Answer, Errno> {
        let found = self.library.look_at(&self.spelled(path)?, true)?;
        let wanted = Access::from_bits_retain(low(wanted));
        let mode = rustix::fs::fstat(&found)?.st_mode;
        let may_execute = FileType::from_raw_mode(mode) == FileType::Directory || mode & 0o111 != 0;
        // Nothing may be written, whoever it belongs to.
        if wanted.contains(Access::WRITE_OK) || wanted.contains(Access::EXEC_OK) && !may_execute {
            return Err(Errno::ACCESS);
        }
        Ok(Answer::Value(0))
    }

    fn read_link(&self, path: Path, place: u64, size: u64) -> Result<Answer, Errno> {
        let found = self.library.look_at(&self.spelled(path)?, false)?;
        if FileType::from_raw_mode(rustix::fs::fstat(&found)?.st_mode) != FileType::Symlink {
            return Err(Errno::INVAL);
        }
        let target = rustix::fs::readlinkat(&found, c"", Vec::new())?;
        let size = usize::try_from(size).unwrap_or(usize::MAX).min(target.as_bytes().len());
        self.memory.write(place, &target.as_bytes()[..size])?;
        Ok(Answer::Value(size as i64))
    }

    fn spelled(&self, path: Path) -> Result<Vec<u8>, Errno> {
        path.checked(self.memory.letters(path.place)?)
    }

    /// Returns what the process has open as `descriptor`.
    fn file(&self, descriptor: i32) -> Result<OwnedFd, Errno> {
        open_file_of(&self.process, descriptor)
    }
}

/// Returns what `process` has open as `descriptor`.
pub(super) fn open_file_of(process: &OwnedFd, descriptor: i32) -> Result<OwnedFd, Errno> {
    if descriptor < 0 {
        return Err(Errno::BADF);
    }
    rustix::process::pidfd_getfd(process, descriptor, PidfdGetfdFlags::empty())
}

/// A path as a call names it.
#[derive(Clone, Copy)]
struct Path {
    /// The descriptor of the folder that it starts from, if it is not the one that all have.
    folder: Option<i32>,
    /// Where its letters are.
    place: u64,
    /// Whether a link is followed.
    follows: bool,
    /// Whether no path at all means the descriptor itself.
    or_itself: bool,
}

impl Path {
    #[cfg(target_arch = "x86_64")]
    fn plain(place: u64) -> Path {
        Path { folder: None, place, follows: true, or_itself: false }
    }

    /// Returns the path at `place`, from the folder that `descriptor` is open for, with what `flags` say.
    fn at(descriptor: u64, place: u64, flags: u64) -> Path {
        let descriptor = low(descriptor).cast_signed();
        let flags = AtFlags::from_bits_retain(low(flags));
        Path {
            folder: (descriptor != libc::AT_FDCWD).then_some(descriptor),
            place,
            follows: !flags.contains(AtFlags::SYMLINK_NOFOLLOW),
            or_itself: flags.contains(AtFlags::EMPTY_PATH),
        }
    }

    /// Returns the path, of which these are the letters. From an open folder nothing is found: which one that is changes as threads please,
    /// and nobody needs it.
    fn checked(self, spelled: Vec<u8>) -> Result<Vec<u8>, Errno> {
        if self.folder.is_some() && !spelled.is_empty() && !spelled.starts_with(b"/") {
            Err(ELSEWHERE)
        } else {
            Ok(spelled)
        }
    }
}

/// The kernel looks at the lower half of some arguments.
fn low(argument: u64) -> u32 {
    argument as u32
}

/// Returns `stat` as the kernel lays it out.
#[cfg(target_arch = "x86_64")]
fn as_bytes(stat: &Stat) -> Vec<u8> {
    [
        &stat.st_dev.to_ne_bytes()[..],
        &stat.st_ino.to_ne_bytes(),
        &stat.st_nlink.to_ne_bytes(),
        &stat.st_mode.to_ne_bytes(),
        &stat.st_uid.to_ne_bytes(),
        &stat.st_gid.to_ne_bytes(),
        &[0; 4],
        &stat.st_rdev.to_ne_bytes(),
        &stat.st_size.to_ne_bytes(),
        &stat.st_blksize.to_ne_bytes(),
        &stat.st_blocks.to_ne_bytes(),
        &stat.st_atime.to_ne_bytes(),
        &stat.st_atime_nsec.to_ne_bytes(),
        &stat.st_mtime.to_ne_bytes(),
        &stat.st_mtime_nsec.to_ne_bytes(),
        &stat.st_ctime.to_ne_bytes(),
        &stat.st_ctime_nsec.to_ne_bytes(),
        &[0; 24],
    ]
    .concat()
}

/// Returns `stat` as the kernel lays it out.
#[cfg(not(target_arch = "x86_64"))]
fn as_bytes(stat: &Stat) -> Vec<u8> {
    [
        &stat.st_dev.to_ne_bytes()[..],
        &stat.st_ino.to_ne_bytes(),
        &stat.st_mode.to_ne_bytes(),
        &stat.st_nlink.to_ne_bytes(),
        &stat.st_uid.to_ne_bytes(),
        &stat.st_gid.to_ne_bytes(),
        &stat.st_rdev.to_ne_bytes(),
        &[0; 8],
        &stat.st_size.to_ne_bytes(),
        &stat.st_blksize.to_ne_bytes(),
        &[0; 4],
        &stat.st_blocks.to_ne_bytes(),
        &stat.st_atime.to_ne_bytes(),
        &stat.st_atime_nsec.to_ne_bytes(),
        &stat.st_mtime.to_ne_bytes(),
        &stat.st_mtime_nsec.to_ne_bytes(),
        &stat.st_ctime.to_ne_bytes(),
        &stat.st_ctime_nsec.to_ne_bytes(),
        &[0; 8],
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_in_as_many_bytes_as_the_kernel_takes() {
        let stat = rustix::fs::stat("/").expect("there is a root");
        assert_eq!(as_bytes(&stat).len(), size_of::<libc::stat>());
    }
}
