//! What there is of the file system for a worker: the standard library, the shared objects with a list of them (`linker`), and
//! nothing else.
//!
//! A path is judged by its letters first. Where they do not lead below what the policy lets be read, nobody looks whether there
//! is something, so neither the answer nor the time that it takes tells. The kernel follows no link on the way: where one leads is
//! read, and judged by its letters again, so one that leads out of the library leads nowhere, and nobody looks there either.
//!
//! Paths are made plain before (`..` takes back a name, whatever that was), which is not what the kernel does with links to
//! folders. It is the plain path that is opened, so nobody gets another file than the one that was judged. What is found is looked at
//! before it is opened, for to open a device or a pipe can do something.
//!
//! For a name that is not in its folder's list the kernel is not asked: it would remember that, as long as it likes, for each name that
//! somebody thinks of.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs;
use std::os::fd::AsRawFd as _;
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
use super::linker;
use super::policy::Policy;

/// What all paths get that lead anywhere else, whether there is something or not.
pub(super) const ELSEWHERE: Errno = Errno::ACCESS;

/// How many links a path may lead through, as the kernel has it.
const LINKS: usize = 40;

/// What a worker may read.
pub(super) struct Library {
    folders: Vec<Folder>,
    /// Files that go by just this path, shared objects by each that is known of them.
    named: BTreeSet<PathBuf>,
    /// The files that there may be at the end of such a path: device and number.
    files: BTreeSet<(u64, u64)>,
}

/// A folder of which all may be read.
struct Folder {
    path: PathBuf,
    opened: OwnedFd,
    /// What is in each folder below that somebody has looked into, by its path from here; nothing of what is no folder.
    listed: RefCell<BTreeMap<PathBuf, Option<BTreeSet<OsString>>>>,
}

/// Where a path leads, by its letters.
enum Place<'a> {
    /// To this path from the folder.
    Below(&'a Folder, PathBuf),
    /// To what may be one of the files.
    File(PathBuf),
}

impl Library {
    /// Returns what may be read by `policy`, as far as it is there, some of it also by `links`, or why this kernel cannot tell where
    /// paths lead.
    pub(super) fn of(policy: &Policy, links: &[PathBuf]) -> Result<Library, Errno> {
        let (mut folders, mut named, mut files) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let paths = policy.execute.iter().chain(&policy.read).map(AsRef::<Path>::as_ref);
        for path in paths.filter(|path| *path != Path::new(linker::LIST)) {
            let Ok(metadata) = fs::metadata(path) else { continue };
            if metadata.is_dir() {
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
                let opened = rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_MAGICLINKS)?;
                folders.push(Folder { path: plain(path), opened, listed: RefCell::default() });
                continue;
            }
            files.insert((metadata.dev(), metadata.ino()));
            named.insert(plain(path));
        }
        // Names without a version are for who compiles: which of them are there tells what is installed for that.
        let versioned = links.iter().filter(|link| link.extension().is_some_and(|last| last != "so"));
        named.extend(versioned.map(|link| plain(link)));
        let around: BTreeSet<_> = named.iter().filter_map(|path| path.parent()).collect();
        let other_names: BTreeMap<_, _> =
            around.into_iter().filter_map(|folder| Some((folder, without_usr(folder)?))).collect();
        let others = named.iter().filter_map(|path| Some(other_names.get(path.parent()?)?.join(path.file_name()?)));
        let others: Vec<PathBuf> = others.collect();
        named.extend(others);
        Ok(Library { folders, named, files })
    }

    /// Opens what is at `path` for reading, with those of `flags` that matter.
    pub(super) fn open(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let found = match path == linker::LIST.as_bytes() {
            true => linker::open(|path| self.named.contains(path)).map_err(|_| ELSEWHERE)?,
            false => self.find(path, flags & (OFlags::DIRECTORY | OFlags::NOFOLLOW))?,
        };
        match kind(&found)? {
            FileType::RegularFile | FileType::Directory => {}
            FileType::Symlink => return Err(Errno::LOOP),
            _ => return Err(ELSEWHERE),
        }
        // By its path it could be something else by now.
        let itself = format!("/proc/self/fd/{}", found.as_raw_fd());
        let kept = flags & (OFlags::DIRECTORY | OFlags::NONBLOCK);
        rustix::fs::open(itself, OFlags::RDONLY | OFlags::NOCTTY | OFlags::CLOEXEC | kept, Mode::empty())
    }

    /// Returns what is at `path` to be looked at from outside; if it is a link, that itself unless `follows`.
    pub(super) fn look_at(&self, path: &[u8], follows: bool) -> Result<OwnedFd, Errno> {
        let last = if follows { OFlags::empty() } else { OFlags::NOFOLLOW };
        self.find(path, OFlags::PATH | last)
    }

    /// Returns what is at `path`, not opened yet, which it will be unless `flags` have [`OFlags::PATH`].
    fn find(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        if path.is_empty() {
            return Err(Errno::NOENT);
        }
        let mut plain = plain(Path::new(OsStr::from_bytes(path)));
        // Who asks for more than a name asks for a folder, and for what is behind a link.
        let ends_in_folder = path.ends_with(b"/") || path.ends_with(b"/.") || path.ends_with(b"/..");
        let flags = if ends_in_folder { (flags - OFlags::NOFOLLOW) | OFlags::DIRECTORY } else { flags };
        for _ in 0..LINKS {
            plain = match self.place(&plain)? {
                Place::File(path) => return self.find_file(&path, flags),
                Place::Below(folder, rest) => match folder.find(&rest, flags) {
                    Err(Errno::LOOP) => folder.behind_link(&rest)?,
                    found => return found,
                },
            };
        }
        Err(Errno::LOOP)
    }

    /// Returns where the plain path leads by its letters.
    fn place(&self, path: &Path) -> Result<Place<'_>, Errno> {
        for folder in &self.folders {
            if let Ok(rest) = path.strip_prefix(&folder.path) {
                // How many packages there are, and since when, shows in the folder itself.
                return if files::is_foreign(rest) {
                    Err(ELSEWHERE)
                } else {
                    Ok(Place::Below(folder, rest.to_owned()))
                };
            }
        }
        if self.named.contains(path) { Ok(Place::File(path.to_owned())) } else { Err(ELSEWHERE) }
    }

    /// Returns one of the files by `path`, which may be a link.
    fn find_file(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let looking = OFlags::PATH | OFlags::CLOEXEC;
        // What it is not known for is not told.
        let found = rustix::fs::openat2(CWD, path, looking, Mode::empty(), ResolveFlags::NO_MAGICLINKS)
            .map_err(|_| ELSEWHERE)?;
        match rustix::fs::fstat(&found) {
            Ok(stat) if !self.files.contains(&(stat.st_dev, stat.st_ino)) => Err(ELSEWHERE),
            Ok(_) if flags.contains(OFlags::DIRECTORY) => Err(Errno::NOTDIR),
            stat => stat.map(|_| found),
        }
    }
}

impl Folder {
    /// Returns what is at the end of `rest`, if no link is on the way.
    fn find(&self, rest: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        if !self.may_be_there(rest) {
            return Err(Errno::NOENT);
        }
        self.open(rest, flags | OFlags::PATH)
    }

    fn open(&self, rest: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let rest = if rest.as_os_str().is_empty() { Path::new(".") } else { rest };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        rustix::fs::openat2(&self.opened, rest, flags | OFlags::CLOEXEC, Mode::empty(), resolve)
    }

    /// Returns whether each name of `rest` is in its folder, as far as there are folders on the way.
    fn may_be_there(&self, rest: &Path) -> bool {
        let mut listed = self.listed.borrow_mut();
        let mut around = PathBuf::new();
        for name in rest {
            let names = match listed.get(&around) {
                Some(names) => names,
                None => listed.entry(around.clone()).or_insert(self.list(&around)),
            };
            match names {
                Some(names) if !names.contains(name) => return false,
                Some(_) => around.push(name),
                None => break, // as the kernel will say
            }
        }
        true
    }

    /// Returns what is in the folder `around`, if it is one and can be read.
    fn list(&self, around: &Path) -> Option<BTreeSet<OsString>> {
        let opened = self.open(around, OFlags::RDONLY | OFlags::DIRECTORY).ok()?;
        let entries = rustix::fs::Dir::new(opened).ok()?;
        let name = |entry: rustix::fs::DirEntry| OsStr::from_bytes(entry.file_name().to_bytes()).to_owned();
        entries.map(|entry| entry.map(name)).collect::<Result<_, _>>().ok()
    }

    /// Returns where the first link on the way to the end of `rest` leads, by its letters, and from there what is left of the way.
    fn behind_link(&self, rest: &Path) -> Result<PathBuf, Errno> {
        let (mut around, mut names) = (PathBuf::new(), rest.iter());
        while let Some(name) = names.next() {
            let found = self.find(&around.join(name), OFlags::NOFOLLOW)?;
            if kind(&found)? == FileType::Symlink {
                let target = rustix::fs::readlinkat(&found, c"", Vec::new())?;
                let target = self.path.join(around).join(OsStr::from_bytes(target.as_bytes()));
                return Ok(plain(&target.join(names.as_path())));
            }
            around.push(name);
        }
        // Somebody has just put something else there.
        Err(Errno::NOENT)
    }
}

fn kind(file: &OwnedFd) -> Result<FileType, Errno> {
    rustix::fs::fstat(file).map(|stat| FileType::from_raw_mode(stat.st_mode))
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

/// Returns the other name of a folder in `/usr`, where `/lib` is a link to what is there: the loader goes by either.
fn without_usr(folder: &Path) -> Option<PathBuf> {
    let other = Path::new("/").join(folder.strip_prefix("/usr").ok()?);
    fs::canonicalize(&other).is_ok_and(|real| real == folder).then_some(other)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;

    use rustix::fs::inotify::CreateFlags;
    use rustix::fs::inotify::WatchFlags;

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
                ("lib/inside", "package"),
                ("lib/gone", "package/missing"),
                ("lib/round", "round"),
                ("lib/installed", "site-packages/b.py"),
                ("lib/package/installed", "../site-packages"),
                ("objects/libz.so.1", "libz.so.1.2"),
                ("objects/libkey.so", "../secrets/key"),
                ("objects/libother.so", "other.so"),
            ];
            for (link, to) in links {
                symlink(to, at(link)).expect("links can be made");
            }
            let absolute = at("secrets/key");
            symlink(absolute, at("lib/far")).expect("links can be made");
            let read = ["lib", "more", "objects/libz.so.1.2", "cache", "missing"].map(&at);
            let links =
                ["objects/libz.so.1", "objects/libz.so", "objects/libother.so", "objects/libmissing.so"].map(&at);
            let library = Library::of(&Policy::to_read(read), &links).expect("this kernel tells where paths lead");
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
            ("lib/inside/a.py", "lib/package/a.py"),
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
        assert_eq!(ground.read("lib/inside/missing"), Err(Errno::NOENT));
        assert_eq!(ground.read("lib/gone"), Err(Errno::NOENT));
        assert_eq!(ground.read("lib/round"), Err(Errno::LOOP));
        assert_eq!(ground.read("lib/within/"), Err(Errno::NOTDIR));
        let unfollowed = |path| ground.library.open(&ground.path(path), OFlags::NOFOLLOW).err();
        assert_eq!([unfollowed("lib/within"), unfollowed("lib/inside/a.py")], [Some(Errno::LOOP), None]);
        assert_eq!(ground.read("lib/os.py/"), Err(Errno::NOTDIR));
        assert_eq!(ground.read("cache/"), Err(Errno::NOTDIR));
        assert_eq!(ground.library.open(b"", OFlags::empty()).err(), Some(Errno::NOENT));
    }

    /// It would remember each name that is not there, in memory of its own: a worker that asked for one after the other left 1.7 GiB.
    #[test]
    fn the_kernel_is_not_asked_for_what_is_not_in_the_list() {
        let ground = Ground::new();
        let later = ["lib/later", "lib/package/later"];
        for name in later {
            assert_eq!(ground.read(name), Err(Errno::NOENT));
            fs::write(ground.folder.path().join(name), "").expect("files can be written");
            assert_eq!(ground.read(name), Err(Errno::NOENT), "it was looked for");
        }
        assert_eq!(ground.read("lib/os.py/below"), Err(Errno::NOTDIR));
        assert_eq!(ground.read("lib/within/below"), Err(Errno::NOTDIR));
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
            "lib/installed",
            "lib/package/installed/b.py",
            "lib/package/installed/missing",
            "library",
            "objects",
            "objects/notes",
            "objects/other.so",
            "objects/missing.so",
            "objects/libkey.so",
            "objects/libother.so",
            "objects/libmissing.so",
            "objects/libz.so.1/../../secrets/key",
            "cache/../secrets/key",
        ] {
            let path = if path.starts_with('/') { path.as_bytes().to_owned() } else { ground.path(path) };
            let shown = String::from_utf8_lossy(&path).into_owned();
            assert_eq!(ground.library.open(&path, OFlags::empty()).err(), Some(ELSEWHERE), "{shown}");
            assert_eq!(ground.library.look_at(&path, true).err(), Some(ELSEWHERE), "{shown}");
        }
    }

    /// It is not among the names that are known, and to look where it leads would take a time that tells whether it is there.
    #[test]
    fn nobody_looks_whether_a_shared_object_is_there_under_another_name() {
        let ground = Ground::new();
        for name in ["objects/libz.so", "objects/libz.so.2"] {
            symlink("libz.so.1.2", ground.folder.path().join(name)).expect("links can be made");
        }
        assert_eq!(ground.read("objects/libz.so.2"), Err(ELSEWHERE));
        assert_eq!(ground.read("objects/libz.so"), Err(ELSEWHERE));
        assert_eq!(ground.read("objects/libz.so.1").as_deref(), Ok("objects/libz.so.1.2"));
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
        assert_eq!(kind("lib/inside"), Ok(FileType::Symlink));
        assert_eq!(kind("lib/inside/"), Ok(FileType::Directory));
        assert_eq!(kind("lib/site-packages"), Err(ELSEWHERE));
        assert_eq!(ground.read("lib/package/installed"), Err(ELSEWHERE));
        assert_eq!(kind("lib/folder/key"), Err(ELSEWHERE));
        assert_eq!(kind("secrets/key"), Err(ELSEWHERE));
    }

    /// Who opens a pipe for reading lets somebody go on who wants to write into it.
    #[test]
    fn what_is_no_file_is_not_even_opened() {
        let ground = Ground::new();
        let path = ground.folder.path().join("lib/pipe");
        rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe can be made");
        let notes = rustix::fs::inotify::init(CreateFlags::NONBLOCK).expect("files can be watched");
        rustix::fs::inotify::add_watch(&notes, &path, WatchFlags::OPEN).expect("a pipe can be watched");
        assert_eq!(ground.read("lib/pipe"), Err(ELSEWHERE));
        assert!(ground.library.look_at(&ground.path("lib/pipe"), true).is_ok());
        assert_eq!(rustix::io::read(&notes, &mut [0; 64]), Err(Errno::AGAIN), "it was opened");
    }
}
