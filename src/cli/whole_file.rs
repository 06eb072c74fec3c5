//! Writes a file whole or not at all: under another name first, which takes the wanted one's place in one act.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use super::Failure;

/// How many names are tried for what is not whole yet.
const MOST_NAMES: u32 = 100;

/// Refuses a place where no file can be, before anything is computed for it.
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        let hint = "name a file in it";
        return Err(Failure::unusable(format!("`{}` is a folder", path.display())).hint(hint));
    }
    let folder = folder_of(path);
    match folder.is_dir() {
        true => Ok(()),
        false => Err(Failure::unusable(format!(
            "cannot write `{}`: there is no folder `{}`",
            path.display(),
            folder.display()
        ))
        .hint("make the folder first, or name another")),
    }
}

/// Writes `bytes` to `path`. If that fails, what was there before still is.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    // A link stays one, and what is no file at all (a pipe, `/dev/null`) takes it as it comes.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let written = match fs::metadata(&target) {
        Ok(there) if !there.is_file() => {
            File::options().write(true).open(&target).and_then(|mut file| file.write_all(bytes))
        }
        there => replace(&target, there.ok().map(|there| there.permissions()), bytes),
    };
    written.map_err(|error| Failure::file("write", path, &error))
}

fn replace(target: &Path, permissions: Option<fs::Permissions>, bytes: &[u8]) -> io::Result<()> {
    let (mut file, part) = create_beside(target)?;
    let written = (|| {
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()?;
        fs::rename(&part, target)
    })();
    if written.is_err() {
        // It is of no use; that it could not be written is what is said.
        let _ = fs::remove_file(&part);
    }
    written
}

fn create_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..MOST_NAMES {
        let part = folder_of(target).join(format!(".{name}.{number}.part"));
        match File::create_new(&part) {
            Ok(file) => return Ok((file, part)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_is_written_and_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.html");
        for text in ["one", "another"] {
            write(&path, text.as_bytes()).expect("it is written");
            assert_eq!(fs::read_to_string(&path).expect("it is there"), text);
            assert_eq!(names(folder.path()), ["page.html"]);
        }
    }

    #[test]
    fn what_cannot_be_replaced_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.html");
        fs::create_dir(&path).expect("a folder");
        assert!(replace(&path, None, b"text").is_err());
        assert_eq!(names(folder.path()), ["page.html"]);
    }

    #[test]
    fn a_place_where_no_file_can_be_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(check(folder.path()).is_err());
        assert!(check(&folder.path().join("none/page.html")).is_err());
        assert!(check(&folder.path().join("page.html")).is_ok());
        assert!(check(Path::new("page.html")).is_ok());
    }
}
