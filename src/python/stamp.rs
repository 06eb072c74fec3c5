//! The state of a file, as far as it shows without reading it: whether it is still the same one, and nobody wrote to it.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::Deserialize;
use serde::Serialize;

/// What is compared of a file. Two that are equal were taken of the same file, unchanged in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    size: u64,
    modified_ns: u64,
    /// The file's number and when its head last changed, which nobody can set back. Not the device: its number may be another
    /// after each start of the machine.
    head: Option<(u64, i64, i64)>,
}

impl Stamp {
    /// Returns the state of what `file` is or links to, or nothing if it is not there.
    pub(super) fn of(file: &Path) -> Option<Stamp> {
        let metadata = fs::metadata(file).ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        Some(Stamp {
            size: metadata.len(),
            modified_ns: u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX),
            head: head(&metadata),
        })
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn head(metadata: &fs::Metadata) -> Option<(u64, i64, i64)> {
    use std::os::unix::fs::MetadataExt as _;

    Some((metadata.ino(), metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn head(_: &fs::Metadata) -> Option<(u64, i64, i64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_replaced_or_written_to_is_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, other) = (folder.path().join("file"), folder.path().join("other"));
        assert_eq!(Stamp::of(&file), None);
        fs::write(&file, "one").expect("written");
        let before = Stamp::of(&file);
        assert!(before.is_some());
        assert_eq!(Stamp::of(&file), before);
        // Of the same size, and as old as the one before.
        fs::write(&other, "two").expect("written");
        let modified = fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("a time");
        fs::File::options().write(true).open(&other).and_then(|file| file.set_modified(modified)).expect("set");
        fs::rename(&other, &file).expect("renamed");
        assert_ne!(Stamp::of(&file), before);
        let replaced = Stamp::of(&file);
        fs::write(&file, "longer").expect("written");
        assert_ne!(Stamp::of(&file), replaced);
    }
}
