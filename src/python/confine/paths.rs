//! What a worker is told of a path, in the place of calls that it does not make itself.
//!
//! The path is read from the worker's memory once, looked up in what there is for it (`library`), and what is found there is looked
//! at or opened here. So it does not matter that another of its threads may change the path meanwhile.

use std::ffi::CStr;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;

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

/// The longest path that the kernel takes, with the byte that ends it.
const PATH_MAX: usize = 4096;
/// How a processor's memory is cut up at least: nothing that is there ends within such a piece.
const PAGE: u64 = 4096;

/// What a worker is told of paths.
pub(super) struct Paths {
    process: OwnedFd,
    memory: File,
    library: Library,
}

impl Paths {
    /// Returns what the process `pid`, which `process` is a descriptor of, is told of paths: what is in `library` is there.
    ///
    /// # Errors
    ///
    /// The system does not let this process read the memory of that one.
    pub(super) fn of(pid: u32, process: OwnedFd, library: Library) -> Result<Paths, std::io::Error> {
        let memory = File::options().read(true).write(true).open(format!("/proc/{pid}/mem"))?;
        Ok(Paths { process, memory, library })
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
        let spelled = self.letters(path.place)?;
        // So some C libraries look at what is open.
        let found = match path.folder {
            Some(descriptor) if spelled.is_empty() && path.or_itself => self.file(descriptor)?,
            _ => self.library.look_at(&path.checked(spelled)?, path.follows)?,
        };
        self.write(place, &as_bytes(&rustix::fs::fstat(&found)?))?;
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
        self.write(place, &target.as_bytes()[..size])?;
        Ok(Answer::Value(size as i64))
    }

    fn spelled(&self, path: Path) -> Result<Vec<u8>, Errno> {
        path.checked(self.letters(path.place)?)
    }

    /// Returns what the process has open as `descriptor`.
    fn file(&self, descriptor: i32) -> Result<OwnedFd, Errno> {
        open_file_of(&self.process, descriptor)
    }

    /// Returns the letters of the path at `place`.
    fn letters(&self, place: u64) -> Result<Vec<u8>, Errno> {
        let mut letters = [0; PATH_MAX];
        let mut known = 0;
        while known < PATH_MAX {
            // Not beyond what is there: the next page may not be.
            let from = place.checked_add(known as u64).ok_or(Errno::FAULT)?;
            let to = PATH_MAX.min(known + (PAGE - from % PAGE) as usize);
            let count = self.memory.read_at(&mut letters[known..to], from).map_err(|_| Errno::FAULT)?;
            if count == 0 {
                return Err(Errno::FAULT);
            }
            known += count;
            if let Ok(path) = CStr::from_bytes_until_nul(&letters[..known]) {
                return Ok(path.to_bytes().to_owned());
            }
        }
        Err(Errno::NAMETOOLONG)
    }

    fn write(&self, place: u64, bytes: &[u8]) -> Result<(), Errno> {
        self.memory.write_all_at(bytes, place).map_err(|_| Errno::FAULT)
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
    use rustix::process::Pid;
    use rustix::process::PidfdFlags;

    use super::super::policy::Policy;
    use super::*;

    #[test]
    fn a_file_is_told_in_as_many_bytes_as_the_kernel_takes() {
        let stat = rustix::fs::stat("/").expect("there is a root");
        assert_eq!(as_bytes(&stat).len(), size_of::<libc::stat>());
    }

    #[test]
    fn paths_are_read_up_to_their_end() {
        let memory = File::open("/proc/self/mem").expect("one's own memory");
        let pid = Pid::from_raw(std::process::id().cast_signed()).expect("a process");
        let process = rustix::process::pidfd_open(pid, PidfdFlags::empty()).expect("a process");
        let paths = Paths { process, memory, library: Library::of(&Policy::to_read([]), &[]).expect("nothing") };
        let read = |bytes: &[u8]| paths.letters(bytes.as_ptr() as u64);
        assert_eq!(read(b"/usr/lib\0more"), Ok(b"/usr/lib".to_vec()));
        assert_eq!(read(b"\0"), Ok(Vec::new()));
        assert_eq!(read(&[b'x'; 3 * PATH_MAX]), Err(Errno::NAMETOOLONG));
        let longest = [&[b'x'; PATH_MAX - 1][..], b"\0"].concat();
        assert_eq!(read(&longest).map(|path| path.len()), Ok(PATH_MAX - 1));
        for nowhere in [0, 1, u64::MAX, u64::MAX - 4096, 1 << 63] {
            assert_eq!(paths.letters(nowhere), Err(Errno::FAULT), "{nowhere}");
        }
    }
}
