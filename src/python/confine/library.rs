//! What there is of the file system for a worker: the standard library, the shared objects, and nothing else.
//!
//! A path is judged by its letters first. Where they do not lead below what the policy lets be read, nobody looks whether there
//! is something, so neither the answer nor the time that it takes tells. Only then the file is opened, and it counts what it
//! is: a link that leads out of the library leads nowhere.
//!
//! Paths are made plain before (`..` takes back a name, whatever that was), which is not what the kernel does with links to
//! folders. It is the plain path that is opened, so nobody gets another file than the one that was judged.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs::CWD;
use rustix::fs::FileType;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::fs::ResolveFlags;
use rustix::io::Errno;

use super::files;
use super::policy::Policy;

/// What all paths get that lead anywhere else, whether there is something or not.
pub(super) const ELSEWHERE: Errno = Errno::ACCESS;

/// How often a path is looked up again that somebody moved while it was.
const TRIES: usize = 8;

/// What a worker may read.
pub(super) struct Library {
    folders: Vec<Folder>,
    /// Files that go by just this path.
    named: BTreeSet<PathBuf>,
    /// Folders in which a shared object may be looked for by other names of it: links to it lie beside it.
    beside: BTreeSet<PathBuf>,
    /// The files that there may be at the end of such a path: device and number.
    files: BTreeSet<(u64, u64)>,
}

/// A folder of which all may be read.
struct Folder {
    path: PathBuf,
    opened: OwnedFd,
}

/// Where a path leads, by its letters.
enum Place<'a> {
    /// To this path from the folder.
    Below(&'a Folder, PathBuf),
    /// To what may be one of the files.
    File(PathBuf),
}

impl Library {
    /// Returns what may be read by `policy`, as far as it is there, or why this kernel cannot tell where paths lead.
    pub(super) fn of(policy: &Policy) -> Result<Library, Errno> {
        let (mut folders, mut named) = (Vec::new(), BTreeSet::new());
        let (mut beside, mut files) = (BTreeSet::new(), BTreeSet::new());
        for path in policy.execute.iter().chain(&policy.read).map(AsRef::<Path>::as_ref) {
            let Ok(metadata) = fs::metadata(path) else { continue };
            if metadata.is_dir() {
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let opened = rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_MAGICLINKS)?;
                folders.push(Folder { path: plain(path), opened });
                continue;
            }
            files.insert((metadata.dev(), metadata.ino()));
            named.insert(plain(path));
            if let Some(folder) = path.parent().filter(|_| is_shared_object(path))
                && beside.insert(plain(folder))
            {
                beside.extend(without_usr(folder));
            }
        }
        Ok(Library { folders, named, beside, files })
    }

    /// Opens what is at `path` for reading, with those of `flags` that matter.
    pub(super) fn open(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let kept = flags & (OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::NONBLOCK);
        // Who waits for somebody to write into a pipe would wait for ever.
        let file = self.find(path, OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | kept)?;
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&file)?.st_mode);
        if !matches!(kind, FileType::RegularFile | FileType::Directory) {
            return Err(ELSEWHERE);
        }
        if !kept.contains(OFlags::NONBLOCK) {
            rustix::fs::fcntl_setfl(&file, OFlags::empty())?;
        }
        Ok(file)
    }

    /// Opens what is at `path` to look at it from outside; if it is a link, that itself unless `follows`.
    pub(super) fn look_at(&self, path: &[u8], follows: bool) -> Result<OwnedFd, Errno> {
        let last = if follows { OFlags::empty() } else { OFlags::NOFOLLOW };
        self.find(path, OFlags::PATH | last)
    }

    fn find(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        if path.is_empty() {
            return Err(Errno::NOENT);
        }
        let plain = plain(Path::new(OsStr::from_bytes(path)));
        // Who asks for more than a name asks for a folder.
        let ends_in_folder = path.ends_with(b"/") || path.ends_with(b"/.") || path.ends_with(b"/..");
        let flags = if ends_in_folder { flags | OFlags::DIRECTORY } else { flags };
        match self.place(&plain, flags)? {
            Place::Below(folder, rest) => match open_below(folder, &rest, flags) {
                // It leads out by a link of the library's own, perhaps to another part of it.
                Err(Errno::XDEV) => self.open_far(&folder.path.join(rest), flags),
                opened => opened,
            },
            Place::File(path) => self.open_file(&path, flags),
        }
    }

    /// Returns where the plain path leads by its letters, for what is opened with `flags`.
    fn place(&self, path: &Path, flags: OFlags) -> Result<Place<'_>, Errno> {
        for folder in &self.folders {
            if let Ok(rest) = path.strip_prefix(&folder.path) {
                let mut names = rest.components();
                let is_foreign =
                    names.next().is_some_and(|first| files::FOREIGN.iter().any(|name| first.as_os_str() == *name));
                // That there is such a folder shows in the one around it, and who lists that looks at each.
                let looks_from_outside = names.next().is_none() && flags.contains(OFlags::PATH);
                return if is_foreign && !looks_from_outside {
                    Err(ELSEWHERE)
                } else {
                    Ok(Place::Below(folder, rest.to_owned()))
                };
            }
        }
        let is_beside = path.parent().is_some_and(|folder| self.beside.contains(folder)) && is_shared_object(path);
        if is_beside || self.named.contains(path) { Ok(Place::File(path.to_owned())) } else { Err(ELSEWHERE) }
    }

    /// Opens one of the files by `path`, which may be a link.
    fn open_file(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let open = |flags| rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_MAGICLINKS);
        let is_known =
            |file: &OwnedFd| rustix::fs::fstat(file).is_ok_and(|stat| self.files.contains(&(stat.st_dev, stat.st_ino)));
        // What it is not known for is not told, and nothing is opened for reading before it is known.
        let looked_at = open(OFlags::PATH | OFlags::CLOEXEC).map_err(|_| ELSEWHERE)?;
        if !is_known(&looked_at) {
            return Err(ELSEWHERE);
        }
        if flags.contains(OFlags::PATH) {
            return if flags.contains(OFlags::DIRECTORY) { Err(Errno::NOTDIR) } else { Ok(looked_at) };
        }
        open((flags & !OFlags::NOFOLLOW) | OFlags::CLOEXEC)
            .and_then(|file| if is_known(&file) { Ok(file) } else { Err(ELSEWHERE) })
    }

    /// Opens what a path of the library leads to by links out of its folder, if that is part of the library too.
    fn open_far(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let real = fs::canonicalize(path).map_err(|_| ELSEWHERE)?;
        match self.place(&real, flags)? {
            Place::Below(folder, rest) => open_below(folder, &rest, flags).map_err(|_| ELSEWHERE),
            Place::File(path) => self.open_file(&path, flags),
        }
    }
}

/// Opens `rest` from `folder`, and nothing that does not lie below that.
fn open_below(folder: &Folder, rest: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let rest = if rest.as_os_str().is_empty() { Path::new(".") } else { rest };
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    let mut tries = (0..TRIES)
        .map(|_| rustix::fs::openat2(&folder.opened, rest, flags | OFlags::CLOEXEC, Mode::empty(), resolve))
        .skip_while(|opened| matches!(opened, Err(Errno::AGAIN)));
    tries.next().unwrap_or(Err(ELSEWHERE))
}

/// Returns `path` from the root, which is everybody's folder, without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::Normal(name) => plain.push(name),
            Component::ParentDir => _ = plain.pop(),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    plain
}

/// Whether the name of the file is that of a shared object.
fn is_shared_object(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_bytes().windows(3).any(|letters| letters == b".so"))
}

/// Returns the other name of a folder in `/usr`, where `/lib` is a link to what is there: the loader goes by either.
fn without_usr(folder: &Path) -> Option<PathBuf> {
    let other = Path::new("/").join(folder.strip_prefix("/usr").ok()?);
    fs::canonicalize(&other).is_ok_and(|real| real == folder).then_some(other)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A library with all kinds of links, and something beside it that is nobody's business.
    struct Ground {
        folder: tempfile::TempDir,
        library: Library,
    }

    impl Ground {
        fn new() -> Ground {
            let folder = tempfile::TempDir::new().expect("a folder");
            let at = |name: &str| folder.path().join(name);
            for name in ["lib", "lib/package", "lib/site-packages", "more", "objects", "secrets"] {
                fs::create_dir(at(name)).expect("folders can be made");
            }
            let files = ["lib/os.py", "lib/package/a.py", "lib/site-packages/b.py", "more/c.py"];
            let others = ["objects/libz.so.1.2", "objects/other.so", "objects/notes", "secrets/key", "cache"];
            for name in files.into_iter().chain(others) {
                fs::write(at(name), name).expect("files can be written");
            }
            let links = [
                ("lib/within", "package/a.py"),
                ("lib/up", "../lib/os.py"),
                ("lib/out", "../secrets/key"),
                ("lib/nowhere", "../secrets/missing"),
                ("lib/over", "../more/c.py"),
                ("lib/folder", "../secrets"),
                ("objects/libz.so.1", "libz.so.1.2"),
                ("objects/libkey.so", "../secrets/key"),
            ];
            for (link, to) in links {
                symlink(to, at(link)).expect("links can be made");
            }
            let absolute = at("secrets/key");
            symlink(absolute, at("lib/far")).expect("links can be made");
            let read = ["lib", "more", "objects/libz.so.1.2", "cache", "missing"].map(&at);
            let library = Library::of(&Policy::to_read(read)).expect("this kernel tells where paths lead");
            Ground { folder, library }
        }

        fn path(&self, name: &str) -> Vec<u8> {
            self.folder.path().join(name).into_os_string().into_encoded_bytes()
        }

        fn read(&self, name: &str) -> Result<String, Errno> {
            let mut text = String::new();
            let mut file = fs::File::from(self.library.open(&self.path(name), OFlags::empty())?);
            file.read_to_string(&mut text).expect("what is open can be read");
            Ok(text)
        }
    }

    #[test]
    fn what_is_of_the_library_is_there() {
        let ground = Ground::new();
        for (path, file) in [
            ("lib/os.py", "lib/os.py"),
            ("lib//./package/../os.py", "lib/os.py"),
            ("lib/within", "lib/package/a.py"),
            ("lib/over", "more/c.py"),
            ("lib/../more/c.py", "more/c.py"),
            ("objects/libz.so.1.2", "objects/libz.so.1.2"),
            ("objects/libz.so.1", "objects/libz.so.1.2"),
            ("cache", "cache"),
        ] {
            assert_eq!(ground.read(path).as_deref(), Ok(file), "{path}");
            assert!(ground.library.look_at(&ground.path(path), true).is_ok(), "{path}");
        }
        assert_eq!(ground.read("lib/up").as_deref(), Ok("lib/os.py"));
        assert_eq!(ground.read("lib/missing"), Err(Errno::NOENT));
        assert_eq!(ground.read("lib/os.py/"), Err(Errno::NOTDIR));
        assert_eq!(ground.read("cache/"), Err(Errno::NOTDIR));
        assert_eq!(ground.library.open(b"", OFlags::empty()).err(), Some(Errno::NOENT));
    }

    #[test]
    fn what_is_elsewhere_is_the_same_whether_it_is_there_or_not() {
        let ground = Ground::new();
        for path in [
            "",
            "/",
            "/proc/self/environ",
            "/proc/1",
            "secrets",
            "secrets/key",
            "secrets/missing",
            "missing",
            "lib/..",
            "lib/../secrets/key",
            "lib/package/../../secrets/missing",
            "lib/out",
            "lib/nowhere",
            "lib/far",
            "lib/folder",
            "lib/folder/key",
            "lib/folder/missing",
            "lib/site-packages/b.py",
            "lib/site-packages/missing",
            "library",
            "objects",
            "objects/notes",
            "objects/other.so",
            "objects/missing.so",
            "objects/libkey.so",
            "objects/libz.so.1/../../secrets/key",
            "cache/../secrets/key",
        ] {
            let path = if path.starts_with('/') { path.as_bytes().to_owned() } else { ground.path(path) };
            let shown = String::from_utf8_lossy(&path).into_owned();
            assert_eq!(ground.library.open(&path, OFlags::empty()).err(), Some(ELSEWHERE), "{shown}");
            assert_eq!(ground.library.look_at(&path, true).err(), Some(ELSEWHERE), "{shown}");
        }
    }

    #[test]
    fn a_link_is_looked_at_itself_if_it_is_of_the_library() {
        let ground = Ground::new();
        let kind = |path: &str| {
            let found = ground.library.look_at(&ground.path(path), false)?;
            rustix::fs::fstat(&found).map(|stat| FileType::from_raw_mode(stat.st_mode))
        };
        assert_eq!(kind("lib/out"), Ok(FileType::Symlink));
        assert_eq!(kind("lib/package"), Ok(FileType::Directory));
        assert_eq!(kind("lib/site-packages"), Ok(FileType::Directory));
        assert_eq!(ground.read("lib/site-packages"), Err(ELSEWHERE));
        assert_eq!(kind("lib/folder/key"), Err(ELSEWHERE));
        assert_eq!(kind("secrets/key"), Err(ELSEWHERE));
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let ground = Ground::new();
        let path = ground.folder.path().join("lib/pipe");
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::RUSR, 0).expect("a pipe can be made");
        assert_eq!(ground.read("lib/pipe"), Err(ELSEWHERE));
    }
}
