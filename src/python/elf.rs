//! Reads of an ELF file what kind it is, and of an executable which program loads it (`PT_INTERP`); nothing else.

use std::fs;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::SeekFrom;
use std::path::Path;
use std::path::PathBuf;

/// The kind of file that a shared object is.
const ET_DYN: u64 = 3;
/// The kind of segment that names the loader.
const PT_INTERP: u64 = 3;
/// As long as the name of a loader may be.
const LONGEST: u64 = 4096;

/// Returns the loader that the executable at `file` names. What is no ELF file, or is linked statically, names none.
pub(super) fn loader(file: &Path) -> Option<PathBuf> {
    let mut file = fs::File::open(file).ok()?;
    let header = read(&mut file, 0, 64)?;
    if !header.starts_with(b"\x7fELF") {
        return None;
    }
    // Offsets as in the two layouts of the format, of 64 and of 32 bits.
    let layout = Layout { wide: header[4] == 2, little: header[5] == 1 };
    let (table, entry_size, entries) = match layout.wide {
        true => (layout.number(&header, 32, 8)?, layout.number(&header, 54, 2)?, layout.number(&header, 56, 2)?),
        false => (layout.number(&header, 28, 4)?, layout.number(&header, 42, 2)?, layout.number(&header, 44, 2)?),
    };
    for index in 0..entries {
        let entry = read(&mut file, table.checked_add(index * entry_size)?, entry_size)?;
        if layout.number(&entry, 0, 4)? != PT_INTERP {
            continue;
        }
        let (offset, length) = match layout.wide {
            true => (layout.number(&entry, 8, 8)?, layout.number(&entry, 32, 8)?),
            false => (layout.number(&entry, 4, 4)?, layout.number(&entry, 16, 4)?),
        };
        let name = read(&mut file, offset, length.min(LONGEST))?;
        let name = name.split(|byte| *byte == 0).next()?;
        return str::from_utf8(name).ok().map(PathBuf::from).filter(|path| path.is_absolute());
    }
    None
}

/// Returns whether `file`, which is a file, is a shared object.
pub(super) fn is_shared_object(file: &Path) -> bool {
    let header = fs::File::open(file).ok().and_then(|mut file| read(&mut file, 0, 18));
    let header = header.filter(|header| header.starts_with(b"\x7fELF"));
    header.is_some_and(|header| {
        let layout = Layout { wide: header[4] == 2, little: header[5] == 1 };
        layout.number(&header, 16, 2) == Some(ET_DYN)
    })
}

fn read(file: &mut fs::File, offset: u64, length: u64) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(offset)).ok()?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}

/// How numbers are written in this file.
struct Layout {
    wide: bool,
    little: bool,
}

impl Layout {
    fn number(&self, bytes: &[u8], offset: usize, length: usize) -> Option<u64> {
        let bytes = bytes.get(offset..offset + length)?;
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(if self.little { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns an executable that names `loader`, in the layout asked for, with another segment before.
    fn executable(wide: bool, little: bool, loader: &[u8]) -> Vec<u8> {
        let number = |value: u64, length: usize| {
            let bytes = value.to_le_bytes();
            let mut bytes = bytes[..length].to_vec();
            if !little {
                bytes.reverse();
            }
            bytes
        };
        let mut bytes = vec![0; 256];
        bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', if wide { 2 } else { 1 }, if little { 1 } else { 2 }]);
        let mut put = |at: usize, value: u64, length| bytes[at..at + length].copy_from_slice(&number(value, length));
        let (entry, name_at) = (if wide { 56 } else { 32 }, 200);
        match wide {
            true => (put(32, 64, 8), put(54, entry, 2), put(56, 2, 2)),
            false => (put(28, 64, 4), put(42, entry, 2), put(44, 2, 2)),
        };
        let second = 64 + usize::try_from(entry).expect("small");
        put(64, 1, 4);
        put(second, PT_INTERP, 4);
        let length = loader.len() as u64;
        match wide {
            true => (put(second + 8, name_at, 8), put(second + 32, length, 8)),
            false => (put(second + 4, name_at, 4), put(second + 16, length, 4)),
        };
        bytes.truncate(200);
        bytes.extend_from_slice(loader);
        bytes
    }

    fn loader_of(bytes: &[u8]) -> Option<PathBuf> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), bytes).expect("written");
        loader(file.path())
    }

    #[test]
    fn every_layout_names_its_loader() {
        for (wide, little) in [(true, true), (true, false), (false, true), (false, false)] {
            let found = loader_of(&executable(wide, little, b"/lib/ld.so\0"));
            assert_eq!(found, Some(PathBuf::from("/lib/ld.so")), "wide {wide}, little {little}");
        }
    }

    #[test]
    fn what_is_cut_off_or_something_else_names_none() {
        let whole = executable(true, true, b"/lib/ld.so\0");
        for length in [0, 3, 63, 64, 100, 180, 205] {
            assert_eq!(loader_of(&whole[..length]), None, "{length} bytes");
        }
        assert_eq!(loader_of(&executable(true, true, b"ld.so\0")), None, "not a whole path");
        assert_eq!(loader_of(&[b'#'; 300]), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_shared_object_is_told_from_what_is_none() {
        let own = std::env::current_exe().expect("a test has an executable");
        let loader = loader(&own).expect("it is linked dynamically");
        assert!(is_shared_object(&loader));
        for none in ["/etc/passwd", "/dev/null", "/", "/none"] {
            assert!(!is_shared_object(Path::new(none)), "{none}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_loader_of_this_test_is_in_memory() {
        let own = std::env::current_exe().expect("a test has an executable");
        let loader = loader(&own).expect("it is linked dynamically");
        let real = fs::canonicalize(&loader).expect("it is there");
        let maps = fs::read_to_string("/proc/self/maps").expect("Linux tells");
        assert!(maps.contains(&real.display().to_string()), "{}", real.display());
    }
}
