//! The linker's list of shared objects, cut down to those that a worker may open.
//!
//! Where a module needs a shared object, the C library looks up there where that lies. All that are installed are in it, so a worker
//! is given a list of its own: the same without the others.

use std::ffi::OsStr;
use std::fs;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::MemfdFlags;
use rustix::fs::SealFlags;
use rustix::io::Errno;

/// Where the list is.
pub(super) const LIST: &str = "/etc/ld.so.cache";

/// What it begins with: `struct cache_file_new` of the GNU C library.
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// What it begins with if a list of an older kind comes before it, which has a header and entries of other sizes.
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0";
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;

const HEADER: usize = 48;
/// Where the header says how many entries there are.
const COUNT: usize = 20;
/// Where it says how long all names are.
const LENGTH: usize = 24;
/// Where it says which end of a number comes first. What comes after is about what is left out here.
const ENDIAN: usize = 28;

const ENTRY: usize = 24;
/// Where an entry says where its name is.
const NAME: usize = 4;
/// Where it says where its path is.
const PATH: usize = 8;
/// Where it says which processors it is for. Of the shared objects that differ in that, a worker may open the one that was chosen here.
const PROCESSORS: usize = 16;

/// Opens a list of those shared objects that are in the system's and of whose paths `keeps` is true. Nobody can write to it.
pub(super) fn open(keeps: impl Fn(&Path) -> bool) -> Result<OwnedFd, Errno> {
    let whole = fs::read(LIST).map_err(|_| Errno::NOENT)?;
    let part = part(&whole, keeps).ok_or(Errno::NOENT)?;
    let file = rustix::fs::memfd_create(c"list", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let mut file = File::from(file);
    file.write_all(&part).map_err(|_| Errno::NOSPC)?;
    rustix::fs::fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
    Ok(file.into())
}

/// Returns the part of the list `whole` that has only the paths which `keeps` is true of, if it is a list.
fn part(whole: &[u8], keeps: impl Fn(&Path) -> bool) -> Option<Vec<u8>> {
    let list = whole.get(start(whole)?..).filter(|list| list.starts_with(MAGIC))?;
    let text = |at: usize| list.get(at..)?.split(|byte| *byte == 0).next();
    let entries = list.get(HEADER..)?.chunks_exact(ENTRY).take(number(list, COUNT)?);
    let kept: Vec<(&[u8], &[u8], &[u8])> = entries
        .filter_map(|entry| Some((entry, text(number(entry, NAME)?)?, text(number(entry, PATH)?)?)))
        .filter(|(_, _, path)| keeps(Path::new(OsStr::from_bytes(path))))
        .collect();

    let first_text = HEADER + kept.len() * ENTRY;
    let (mut entries, mut texts) = (Vec::new(), Vec::new());
    for (entry, name, path) in &kept {
        let mut entry = entry.to_vec();
        for (field, text) in [(NAME, name), (PATH, path)] {
            put(&mut entry, field, first_text + texts.len());
            texts.extend_from_slice(text);
            texts.push(0);
        }
        entry[PROCESSORS..].fill(0);
        entries.extend(entry);
    }
    let mut header = list.get(..=ENDIAN)?.to_vec();
    header.resize(HEADER, 0);
    put(&mut header, COUNT, kept.len());
    put(&mut header, LENGTH, texts.len());
    Some([header, entries, texts].concat())
}

/// Returns where in the file the list begins.
fn start(whole: &[u8]) -> Option<usize> {
    if !whole.starts_with(OLD_MAGIC) {
        return Some(0);
    }
    let entries = number(whole, OLD_HEADER - 4)?.checked_mul(OLD_ENTRY)?;
    entries.checked_add(OLD_HEADER)?.checked_next_multiple_of(8)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let number = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_ne_bytes(*number)).ok()
}

/// The list is smaller than the one that was read, whose numbers are as long.
fn put(bytes: &mut [u8], at: usize, number: usize) {
    bytes[at..at + 4].copy_from_slice(&(number as u32).to_ne_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a list of these names and paths, each for some processor, with something after the names.
    fn list(of: &[(&str, &str)]) -> Vec<u8> {
        let (mut entries, mut texts) = (Vec::new(), Vec::new());
        for (name, path) in of {
            let mut entry = vec![7; ENTRY];
            for (field, text) in [(NAME, name), (PATH, path)] {
                put(&mut entry, field, HEADER + of.len() * ENTRY + texts.len());
                texts.extend_from_slice(text.as_bytes());
                texts.push(0);
            }
            entries.extend(entry);
        }
        let mut header = MAGIC.to_vec();
        header.resize(HEADER, 0xff);
        put(&mut header, COUNT, of.len());
        put(&mut header, LENGTH, texts.len());
        [header, entries, texts, b"more".to_vec()].concat()
    }

    /// Returns what a list says: names, paths, and what else is in their entries.
    fn said(list: &[u8]) -> Vec<(String, String, Vec<u8>)> {
        let text =
            |at| String::from_utf8_lossy(list[at..].split(|byte| *byte == 0).next().expect("a text")).into_owned();
        let entry = |nth| &list[HEADER + nth * ENTRY..][..ENTRY];
        let each = |nth| {
            let field = |at| number(entry(nth), at).expect("a number");
            (text(field(NAME)), text(field(PATH)), [&entry(nth)[..NAME], &entry(nth)[PROCESSORS - 4..]].concat())
        };
        (0..number(list, COUNT).expect("a number")).map(each).collect()
    }

    const ALL: [(&str, &str); 3] = [("libz.so.1", "/lib/libz.so.1"), ("libx.so", "/opt/x/libx.so"), ("a", "/lib/a.so")];

    #[test]
    fn what_may_not_be_opened_is_left_out() {
        let whole = list(&ALL);
        let keeps = |path: &Path| path.starts_with("/lib");
        let kept = part(&whole, keeps).expect("a list");
        let rest = [[7; 8], [0; 8]].concat();
        let expected = [ALL[0], ALL[2]].map(|(name, path)| (name.to_owned(), path.to_owned(), rest.clone()));
        assert_eq!(said(&kept), expected);
        assert_eq!(kept.len(), HEADER + 2 * ENTRY + number(&kept, LENGTH).expect("a number"));
        assert!(kept[ENDIAN + 1..HEADER].iter().all(|byte| *byte == 0));
        assert!(!kept.windows(4).any(|letters| letters == b"libx" || letters == b"more"));
        assert_eq!(said(&part(&whole, |_| false).expect("a list")), []);

        let old = [OLD_MAGIC, &[0], &3_u32.to_ne_bytes(), &[1; 3 * OLD_ENTRY], &[0; 4], &whole].concat();
        assert_eq!(part(&old, keeps), Some(kept));
    }

    #[test]
    fn what_is_no_list_gives_none() {
        let whole = list(&ALL);
        for length in 0..whole.len() {
            let part = part(&whole[..length], |_| true);
            assert!(part.is_none_or(|part| length >= HEADER && said(&part).len() <= ALL.len()), "{length}");
        }
        assert_eq!(part(b"glibc-ld.so.cache1.0 and so on, and so on, and so on", |_| true), None);
        let endless = [OLD_MAGIC, &[0], &u32::MAX.to_ne_bytes()].concat();
        assert_eq!(part(&endless, |_| true), None);
    }
}
