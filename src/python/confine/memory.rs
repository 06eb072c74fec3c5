//! What is in a worker's memory where its calls say, and what is written there in answer to them.

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use rustix::io::Errno;

use super::super::leader::Leader;
use super::listener;

/// The longest path that the kernel takes, with the byte that ends it.
const PATH_MAX: usize = 4096;
/// How a processor's memory is cut up at least: nothing that is there ends within such a piece.
const PAGE: u64 = 4096;

/// The memory of a worker.
pub(super) struct Memory {
    worker: Arc<Leader>,
    file: File,
}

impl Memory {
    /// Returns the memory of `worker`.
    ///
    /// # Errors
    ///
    /// The system does not let this process read it, or has no way to write to it.
    pub(super) fn of(worker: Arc<Leader>) -> Result<Memory, io::Error> {
        let open = |pid| File::open(format!("/proc/{pid}/mem"));
        let file = worker.while_there(open).unwrap_or_else(|| Err(Errno::SRCH.into()))?;
        listener::write_into(&worker, 0, &[])?;
        Ok(Memory { worker, file })
    }

    /// Returns the letters of the path at `place`.
    pub(super) fn letters(&self, place: u64) -> Result<Vec<u8>, Errno> {
        letters(&self.file, place)
    }

    /// Writes `bytes` at `place`, if all of it is memory that the worker could write to.
    pub(super) fn write(&self, place: u64, bytes: &[u8]) -> Result<(), Errno> {
        let written = listener::write_into(&self.worker, place, bytes)?;
        if written == bytes.len() { Ok(()) } else { Err(Errno::FAULT) }
    }
}

fn letters(memory: &File, place: u64) -> Result<Vec<u8>, Errno> {
    let mut letters = [0; PATH_MAX];
    let mut known = 0;
    while known < PATH_MAX {
        // Not beyond what is there: the next page may not be.
        let from = place.checked_add(known as u64).ok_or(Errno::FAULT)?;
        let to = PATH_MAX.min(known + (PAGE - from % PAGE) as usize);
        let count = memory.read_at(&mut letters[known..to], from).map_err(|_| Errno::FAULT)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_up_to_their_end() {
        let memory = File::open("/proc/self/mem").expect("one's own memory");
        let read = |bytes: &[u8]| letters(&memory, bytes.as_ptr() as u64);
        assert_eq!(read(b"/usr/lib\0more"), Ok(b"/usr/lib".to_vec()));
        assert_eq!(read(b"\0"), Ok(Vec::new()));
        assert_eq!(read(&[b'x'; 3 * PATH_MAX]), Err(Errno::NAMETOOLONG));
        let longest = [&[b'x'; PATH_MAX - 1][..], b"\0"].concat();
        assert_eq!(read(&longest).map(|path| path.len()), Ok(PATH_MAX - 1));
        for nowhere in [0, 1, u64::MAX, u64::MAX - 4096, 1 << 63] {
            assert_eq!(letters(&memory, nowhere), Err(Errno::FAULT), "{nowhere}");
        }
    }
}
