//! Writes a file whole or not at all: under another name first, which takes the wanted one's place in one act.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Write as _;
use std::path::Path;

use super::Failure;

/// Refuses the place of the program that is read, be it by links.
pub(super) fn check_is_apart(path: &Path, program: &Path) -> Result<(), Failure> {
    match is_same_file(path, program) {
        false => Ok(()),
        true => Err(Failure::unusable(format!(
            "`{}` is the program itself, whose place the page would take",
            path.display()
        ))
        .hint("name another file for the page")),
    }
}

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

/// Returns whether two paths lead to one file, be it by links.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let file = |path| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|there| (there.dev(), there.ino()));
    file(one).is_some_and(|one| file(other) == Some(one))
}

#[cfg(not(unix))]
fn is_same_file(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

fn replace(target: &Path, permissions: Option<fs::Permissions>, bytes: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".raceday-").suffix(".part");
    #[cfg(unix)]
    if permissions.is_none() {
        use std::os::unix::fs::PermissionsExt as _;

        // As any new file, which the umask has a say in; until it replaces another one, it is nobody else's business.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut part = builder.tempfile_in(folder_of(target))?;
    part.write_all(bytes)?;
    if let Some(permissions) = permissions {
        part.as_file().set_permissions(permissions)?;
    }
    part.as_file().sync_all()?;
    // What could not be put in its place is removed; that it could not be written is what is said.
    part.persist(target).map(drop).map_err(|error| error.error)
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

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.html");
        let usual = folder.path().join("usual");
        fs::write(&usual, "").expect("a file");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        write(&path, b"one").expect("it is written");
        assert_eq!(mode(&path), mode(&usual));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        write(&path, b"another").expect("it is written");
        assert_eq!(mode(&path), 0o640);
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
