//! Where decks come from: those built in, and the folders of the learner's own.
//!
//! This is the edge to the file system. It reads a folder's files within limits and without leaving the folder; what
//! they mean is for [`deck`] to say.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
#[cfg(unix)]
use std::os::fd::OwnedFd;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::path::PathBuf;

#[cfg(unix)]
use rustix::fs::AtFlags;
#[cfg(unix)]
use rustix::fs::FileType;
#[cfg(unix)]
use rustix::fs::Mode;
#[cfg(unix)]
use rustix::fs::OFlags;
#[cfg(unix)]
use rustix::io::Errno;

use crate::deck;
use crate::deck::Deck;
use crate::deck::Fault;
use crate::deck::Faults;
use crate::deck::MAX_DECK_BYTES;
use crate::deck::MAX_DECKS;
use crate::deck::MAX_ENTRIES;
use crate::deck::MAX_FILE_BYTES;
use crate::deck::MAX_FILES;
use crate::deck::MAX_FOLDER_DEPTH;
use crate::deck::Problem;

macro_rules! builtin {
    ($($deck:literal { $($path:literal,)* })*) => {
        /// The files of the built-in decks: for each deck its folder, and path and bytes of each file.
        const BUILTIN: &[(&str, &[(&str, &[u8])])] = &[$(
            ($deck, &[$(($path, include_bytes!(concat!("../decks/", $deck, "/", $path)).as_slice()),)*]),
        )*];
    };
}

// Every file of decks/, one a line: the head, then topics, then scenarios. A test compares the list with the folder.
builtin! {
    "thread-safety" {
        "deck.yaml",
        "deadlocks.yaml",
        "locks.yaml",
        "pools.yaml",
        "race-conditions.yaml",
        "threads.yaml",
        "scenarios/always_released.py",
        "scenarios/append_from_three.py",
        "scenarios/auditor.py",
        "scenarios/called_too_early.py",
        "scenarios/check_again.py",
        "scenarios/counter.py",
        "scenarios/counter_locked.py",
        "scenarios/counter_twice.py",
        "scenarios/greetings.py",
        "scenarios/join_under_lock.py",
        "scenarios/last_seat.py",
        "scenarios/last_task.py",
        "scenarios/last_word.py",
        "scenarios/lazy_settings.py",
        "scenarios/local_subtotal.py",
        "scenarios/lock_let_go.py",
        "scenarios/lock_only_write.py",
        "scenarios/lock_per_call.py",
        "scenarios/lock_per_instance.py",
        "scenarios/map_order.py",
        "scenarios/never_released.py",
        "scenarios/no_join.py",
        "scenarios/one_at_a_time.py",
        "scenarios/one_worker.py",
        "scenarios/own_slots.py",
        "scenarios/page_hits.py",
        "scenarios/pool_too_early.py",
        "scenarios/pool_waits.py",
        "scenarios/program_order.py",
        "scenarios/reentrant.py",
        "scenarios/result_raises.py",
        "scenarios/rlock_abba.py",
        "scenarios/rlock_listener.py",
        "scenarios/rlock_unbalanced.py",
        "scenarios/same_lock_twice.py",
        "scenarios/silent_failure.py",
        "scenarios/sleep_and_hope.py",
        "scenarios/stock.py",
        "scenarios/submit_and_append.py",
        "scenarios/thread_raises.py",
        "scenarios/torn_pair.py",
        "scenarios/transfer_abba.py",
        "scenarios/transfer_ordered.py",
        "scenarios/transfer_try.py",
        "scenarios/two_locks.py",
        "scenarios/wait_for_own_pool.py",
        "scenarios/withdraw.py",
        "scenarios/withdraw_locked.py",
        "scenarios/word_count.py",
    }
}

/// The file that makes a folder a deck.
const HEAD_FILE: &str = "deck.yaml";

/// All decks that there are.
#[derive(Debug, Default)]
pub struct Library {
    /// The sound ones: those built in, then the learner's.
    pub entries: Vec<Entry>,
    /// The others. Nothing of them is used.
    pub faulty: Vec<Faulty>,
    /// The folders of all of these, each by its real path.
    folders: HashSet<PathBuf>,
}

/// A sound deck.
#[derive(Debug)]
pub struct Entry {
    /// The deck.
    pub deck: Deck,
    /// Where it is from.
    pub origin: Origin,
}

/// A deck that is not sound.
#[derive(Debug)]
pub struct Faulty {
    /// Where it is from.
    pub origin: Origin,
    /// What is wrong with it; paths are such as the learner can open.
    pub faults: Faults,
}

/// Where a deck is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Compiled in, from this folder of `decks/`.
    BuiltIn(&'static str),
    /// A folder.
    Folder(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::BuiltIn(_) => f.write_str("built in"),
            Origin::Folder(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Origin {
    /// Returns whether the deck is in `folder`, by whichever path that is named.
    pub fn is_folder(&self, folder: &Path) -> bool {
        match self {
            Origin::BuiltIn(_) => false,
            Origin::Folder(own) => real(own) == real(folder),
        }
    }

    /// Returns the deck's folder, as messages name it.
    pub fn folder(&self) -> String {
        match self {
            Origin::BuiltIn(folder) => format!("decks/{folder}"),
            Origin::Folder(path) => path.display().to_string(),
        }
    }
}

impl Library {
    /// Returns the decks that are built in.
    pub fn builtin() -> Library {
        let mut library = Library::default();
        for (folder, files) in BUILTIN {
            let files = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect();
            let origin = Origin::BuiltIn(folder);
            let deck = deck::parse(&files).map_err(|faults| faults.within(&origin.folder()));
            library.add(origin, deck);
        }
        library
    }

    /// Adds every deck in `folder`, which holds one deck a folder and need not exist.
    pub fn add_folders_in(&mut self, folder: &Path) {
        let folders = match folders_in(folder, MAX_DECKS) {
            Ok(folders) if folders.len() > MAX_DECKS => Err(Problem::TooManyDecks),
            Ok(folders) => Ok(folders),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(unreadable(&error)),
        };
        let folders = folders.unwrap_or_else(|problem| {
            let faults = Faults::from(Fault::of_file("", problem)).within(&folder.display().to_string());
            self.folders.insert(real(folder));
            self.faulty.push(Faulty { origin: Origin::Folder(folder.to_owned()), faults });
            Vec::new()
        });
        for folder in folders {
            self.add_folder(&folder);
        }
    }

    /// Adds the deck that a folder is, unless it is there already.
    pub fn add_folder(&mut self, folder: &Path) {
        if self.folders.insert(real(folder)) {
            self.add(Origin::Folder(folder.to_owned()), load_folder(folder));
        }
    }

    /// Returns the sound decks.
    pub fn decks(&self) -> impl Iterator<Item = &Deck> {
        self.entries.iter().map(|entry| &entry.deck)
    }

    /// Returns the sound deck with this id.
    pub fn deck(&self, id: &str) -> Option<&Deck> {
        self.decks().find(|deck| deck.id.as_str() == id)
    }

    /// Returns the sound deck that `wanted` names by its id or its folder.
    pub fn wanted(&self, wanted: &str) -> Option<&Deck> {
        let in_folder = || self.entries.iter().find(|entry| entry.origin.is_folder(Path::new(wanted)));
        self.deck(wanted).or_else(|| in_folder().map(|entry| &entry.deck))
    }

    /// Returns the deck in `folder`, if it is not sound.
    pub fn faulty_in(&self, folder: &Path) -> Option<&Faulty> {
        self.faulty.iter().find(|faulty| faulty.origin.is_folder(folder))
    }

    /// Returns the deck in a folder of this name, if it is not sound and no sound one is called so.
    pub fn faulty_called(&self, name: &str) -> Option<&Faulty> {
        let is_called = |faulty: &&Faulty| match &faulty.origin {
            Origin::BuiltIn(folder) => *folder == name,
            Origin::Folder(folder) => folder.file_name().is_some_and(|last| last == name),
        };
        self.faulty.iter().find(is_called).filter(|_| self.deck(name).is_none())
    }

    fn add(&mut self, origin: Origin, deck: Result<Deck, Faults>) {
        let deck = deck.and_then(|deck| match self.entries.iter().find(|entry| entry.deck.id == deck.id) {
            None => Ok(deck),
            // Whose history would it be? The deck that was there first keeps it.
            Some(entry) => {
                let problem = Problem::DeckIdTaken { id: deck.id.to_string(), origin: entry.origin.to_string() };
                Err(Faults::from(Fault::of_file(HEAD_FILE, problem)).within(&origin.folder()))
            }
        });
        match deck {
            Ok(deck) => self.entries.push(Entry { deck, origin }),
            Err(faults) => self.faulty.push(Faulty { origin, faults }),
        }
    }
}

/// Returns the real path of a folder, or the one that it is named by if it has none.
fn real(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// Reads the deck that a folder is. Paths in faults begin with `folder`.
pub fn load_folder(folder: &Path) -> Result<Deck, Faults> {
    let deck = match check_head(folder).and_then(|()| collect(folder)) {
        Ok(Collected { files, refused }) => deck::parse_with_refused(&files, &refused),
        Err(problem) => Err(Fault::of_file("", problem).into()),
    };
    deck.map_err(|faults| faults.within(&folder.display().to_string()))
}

/// Refuses a folder that can be no deck before it is looked through: the folder that decks lie in would have hundreds of faults.
fn check_head(folder: &Path) -> Result<(), Problem> {
    let is_missing = |folder: &Path| {
        fs::symlink_metadata(folder.join(HEAD_FILE)).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    if !folder.is_dir() || !is_missing(folder) {
        return Ok(());
    }
    let within = folders_in(folder, MAX_DECKS).map_err(|error| unreadable(&error))?;
    let decks = within.iter().filter(|folder| !is_missing(folder)).map(|folder| folder.display().to_string());
    Err(Problem::NoDeck { decks: decks.collect() })
}

/// Returns what names a deck's folder: of the path of a `deck.yaml` the folder that it is in.
pub fn named_folder(path: &str) -> String {
    let named = Path::new(path);
    match named.parent().filter(|_| named.file_name() == Some(OsStr::new(HEAD_FILE))) {
        Some(parent) if parent.as_os_str().is_empty() => ".".to_owned(),
        Some(parent) => parent.display().to_string(),
        None => path.to_owned(),
    }
}

/// Returns the folders in a folder, by name, or one more than `most` of them. Hidden ones are somebody else's.
fn folders_in(folder: &Path, most: usize) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        if folders.len() > most {
            break;
        }
        let path = entry?.path();
        if path.is_dir() && !path.file_name().is_some_and(is_hidden) {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// The files of a folder that belong to a deck.
#[derive(Default)]
struct Collected {
    /// Path inside the deck, and content.
    files: BTreeMap<String, Vec<u8>>,
    /// Path inside the deck, and why it cannot be had.
    refused: BTreeMap<String, Problem>,
}

fn collect(folder: &Path) -> Result<Collected, Problem> {
    let real = folder.canonicalize().map_err(|error| unreadable(&error))?;
    if !real.is_dir() {
        return Err(Problem::NotA("folder"));
    }
    let root = Root::open(real).map_err(|error| unreadable(&error))?;
    let mut collected = Collected::default();
    // Folders by their real paths: links can make them meet again.
    let mut visited = BTreeSet::from([root.path.clone()]);
    // With how deep each is: to find where a path leads takes the square of that.
    let mut pending = vec![(root.path.clone(), String::new(), 0)];
    let (mut entries, mut bytes) = (0, 0);
    while let Some((folder, prefix, depth)) = pending.pop() {
        let listing = match root.names(&folder) {
            Ok(listing) => listing,
            Err(problem) if prefix.is_empty() => return Err(problem),
            Err(problem) => {
                collected.refused.insert(prefix, problem);
                continue;
            }
        };
        for name in listing {
            let name = name.map_err(|error| unreadable(&error))?;
            entries += 1;
            if entries > MAX_ENTRIES {
                return Err(Problem::TooManyEntries);
            }
            if collected.files.len() + collected.refused.len() > MAX_FILES {
                return Err(Problem::TooManyFiles);
            }
            if is_hidden(&name) {
                continue;
            }
            let shown = name.to_string_lossy();
            let path = if prefix.is_empty() { shown.into_owned() } else { format!("{prefix}/{shown}") };
            match look(&root.path, &folder.join(&name)) {
                Ok(Found::Folder(real)) => {
                    // By links a deep one may be near: then it counts as far as its own path goes.
                    let own = real.strip_prefix(&root.path).map_or(0, |inside| inside.iter().count());
                    if own.max(depth + 1) > MAX_FOLDER_DEPTH {
                        collected.refused.insert(path, Problem::FolderTooDeep);
                    } else if visited.insert(real.clone()) {
                        pending.push((real, path, depth + 1));
                    }
                }
                Ok(Found::File(real)) if belongs(&name) => {
                    let content = if name.to_str().is_some() { root.read(&real) } else { Err(Problem::UnusablePath) };
                    match content {
                        Ok(content) => {
                            bytes += content.len();
                            if bytes > MAX_DECK_BYTES {
                                return Err(Problem::DeckTooLarge);
                            }
                            collected.files.insert(path, content);
                        }
                        Err(problem) => {
                            collected.refused.insert(path, problem);
                        }
                    }
                }
                Ok(Found::File(_)) => {}
                Err(problem) => {
                    // What no deck would use may lead where it likes.
                    if belongs(&name) || name.to_str().is_some_and(|name| !name.contains('.')) {
                        collected.refused.insert(path, problem);
                    }
                }
            }
        }
    }
    Ok(collected)
}

/// What is found at a path, by its real path.
enum Found {
    Folder(PathBuf),
    File(PathBuf),
}

fn look(root: &Path, path: &Path) -> Result<Found, Problem> {
    // A link to nothing has no real path; it too leads out.
    let real = path.canonicalize().map_err(|_| Problem::LinkLeadsOutside)?;
    if !real.starts_with(root) {
        return Err(Problem::LinkLeadsOutside);
    }
    let metadata = fs::metadata(&real).map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        Ok(Found::Folder(real))
    } else if metadata.is_file() {
        Ok(Found::File(real))
    } else {
        // A pipe, for one, would be waited for.
        Err(Problem::NotA("file"))
    }
}

/// A deck's folder, open. What lies in it can be exchanged for something else at any moment by whoever may write there, so what was
/// looked at is opened from here, without going through a link again, and looked at once more when it is open.
struct Root {
    path: PathBuf,
    #[cfg(unix)]
    folder: OwnedFd,
}

impl Root {
    /// Opens the folder at a real path.
    fn open(path: PathBuf) -> io::Result<Root> {
        #[cfg(unix)]
        let folder = rustix::fs::open(&path, FOLDER, Mode::empty())?;
        Ok(Root {
            path,
            #[cfg(unix)]
            folder,
        })
    }

    /// Returns the names of what is in the folder whose real path this is.
    #[cfg(unix)]
    fn names(&self, path: &Path) -> Result<impl Iterator<Item = io::Result<OsString>>, Problem> {
        let folder = rustix::fs::Dir::new(self.open_inside(path, FOLDER)?).map_err(unopened)?;
        let names = folder.map(|entry| Ok(OsStr::from_bytes(entry?.file_name().to_bytes()).to_owned()));
        // Unlike the standard library's, this has the folder itself and the one above in it.
        Ok(names.filter(|name| !name.as_ref().is_ok_and(|name| name == "." || name == "..")))
    }

    #[cfg(not(unix))]
    fn names(&self, path: &Path) -> Result<impl Iterator<Item = io::Result<OsString>>, Problem> {
        let entries = fs::read_dir(path).map_err(|error| unreadable(&error))?;
        Ok(entries.map(|entry| Ok(entry?.file_name())))
    }

    /// Reads the file whose real path this is, if it is not too large. That is asked first, and again while reading: it may grow.
    fn read(&self, path: &Path) -> Result<Vec<u8>, Problem> {
        let file = self.open_file(path)?;
        let metadata = file.metadata().map_err(|error| unreadable(&error))?;
        if !metadata.is_file() {
            return Err(Problem::NotA("file"));
        }
        let limit = MAX_FILE_BYTES as u64;
        if metadata.len() > limit {
            return Err(Problem::FileTooLarge { bytes: metadata.len() });
        }
        let mut content = Vec::new();
        file.take(limit + 1).read_to_end(&mut content).map_err(|error| unreadable(&error))?;
        if content.len() > MAX_FILE_BYTES {
            return Err(Problem::FileTooLarge { bytes: content.len() as u64 });
        }
        Ok(content)
    }

    #[cfg(unix)]
    fn open_file(&self, path: &Path) -> Result<File, Problem> {
        // Who opens a pipe would wait for somebody to write to it.
        self.open_inside(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY).map(File::from)
    }

    #[cfg(not(unix))]
    fn open_file(&self, path: &Path) -> Result<File, Problem> {
        File::open(path).map_err(|error| unreadable(&error))
    }

    /// Opens what has this real path, part by part: there is no link in it, unless one was put there since.
    #[cfg(unix)]
    fn open_inside(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Problem> {
        let inside = path.strip_prefix(&self.path).map_err(|_| Problem::LinkLeadsOutside)?;
        let open = |folder: &OwnedFd, part: &OsStr, flags: OFlags| {
            match rustix::fs::openat(folder, part, flags | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()) {
                // To the system a link is just no folder, where it is told to want one.
                Err(Errno::NOTDIR) if is_link(folder, part) => Err(Errno::LOOP),
                opened => opened,
            }
        };
        let mut parts = inside.iter();
        let last = parts.next_back().unwrap_or(OsStr::new("."));
        let mut folder: Option<OwnedFd> = None;
        for part in parts {
            folder = Some(open(folder.as_ref().unwrap_or(&self.folder), part, FOLDER).map_err(unopened)?);
        }
        open(folder.as_ref().unwrap_or(&self.folder), last, flags).map_err(unopened)
    }
}

/// How a folder is opened.
#[cfg(unix)]
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Returns whether what goes by this name in a folder is a link.
#[cfg(unix)]
fn is_link(folder: &OwnedFd, name: &OsStr) -> bool {
    let found = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Symlink)
}

/// Returns why something is not opened that was there a moment ago, with no link on the way.
#[cfg(unix)]
fn unopened(error: Errno) -> Problem {
    match error {
        Errno::LOOP => Problem::LinkLeadsOutside,
        Errno::NOTDIR => Problem::NotA("folder"),
        // A socket.
        Errno::NXIO => Problem::NotA("file"),
        error => unreadable(&error.into()),
    }
}

fn unreadable(error: &io::Error) -> Problem {
    Problem::Unreadable(error.to_string())
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || name == "__pycache__"
}

/// Returns whether a file of this name is part of a deck. A README, a licence or a picture is not looked at.
fn belongs(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    [".yaml", ".yml", ".py"].iter().any(|extension| name.ends_with(extension.as_bytes()))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const HEAD: &str = "format: 1\nid: mine\ntitle: Mine\ntopics: [t.yaml]\n";
    const TOPIC: &str = "concepts: [{id: c, title: C, teach: T}]\n\
                         questions: [{id: q, concept: c, kind: recall, ask: A, answer: B}]\n";

    /// Returns a folder with a sound deck, and with these files more or instead.
    fn folder(files: &[(&str, &[u8])]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in [("deck.yaml", HEAD.as_bytes()), ("t.yaml", TOPIC.as_bytes())].iter().chain(files) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    /// Checks what is wrong with a folder; `DIR` stands for its path.
    #[track_caller]
    fn check(folder: &TempDir, expected: &[&str]) {
        let told = match load_folder(folder.path()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults
                .iter()
                .map(|fault| fault.to_string().replace(&*folder.path().to_string_lossy(), "DIR"))
                .map(|fault| fault.split("\n  hint").next().unwrap().to_owned())
                .collect(),
        };
        assert_eq!(told, expected);
    }

    /// The list is written by hand, so that the build needs no script.
    #[test]
    fn built_in_list_is_the_folder() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("decks");
        let mut wanted = Vec::new();
        for folder in folders_in(&root, MAX_DECKS).unwrap() {
            let mut files: Vec<String> = collect(&folder).unwrap().files.into_keys().collect();
            files.sort_by_key(|path| (path != "deck.yaml", path.contains('/'), path.clone()));
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let lines: String = files.iter().map(|path| format!("        {path:?},\n")).collect();
            wanted.push(format!("    {name:?} {{\n{lines}    }}\n"));
        }
        let listed = BUILTIN.iter().map(|(deck, files)| {
            let lines: String = files.iter().map(|(path, _)| format!("        {path:?},\n")).collect();
            format!("    {deck:?} {{\n{lines}    }}\n")
        });
        let (wanted, listed) = (wanted.concat(), listed.collect::<String>());
        assert!(listed == wanted, "`builtin!` in src/deck_files.rs should be\n\nbuiltin! {{\n{wanted}}}\n");
    }

    #[test]
    fn built_in_decks_are_sound() {
        let library = Library::builtin();
        let faults: Vec<String> = library.faulty.iter().map(|faulty| faulty.faults.to_string()).collect();
        assert!(faults.is_empty(), "{}", faults.join("\n\n"));
        assert_eq!(library.entries.len(), BUILTIN.len());
        for ((folder, _), deck) in BUILTIN.iter().zip(library.decks()) {
            assert_eq!(*folder, deck.id.as_str(), "a built-in deck is in a folder of its name");
        }
    }

    #[test]
    fn a_folder_is_a_deck() {
        let sound = folder(&[
            ("README.md", b"\xff"),
            ("scenarios/.hidden.py", b"\xff"),
            (".git/x.yaml", b"\xff"),
            ("__pycache__/x.py", b"\xff"),
            ("t.yaml~", b"\xff"),
        ]);
        assert_eq!(load_folder(sound.path()).unwrap().id.as_str(), "mine");
        check(&sound, &[]);
    }

    #[test]
    fn faults_begin_with_the_folder() {
        check(
            &folder(&[("t.yaml", b"\xff"), ("s/x.py", b"")]),
            &["DIR/t.yaml:1:1: the file is not UTF-8: it breaks at byte 0\n  1 | \u{fffd}\n    | ^"],
        );
        check(&folder(&[("s/x.py", b"")]), &["DIR/s/x.py: no scenario uses the file"]);
    }

    #[test]
    fn what_is_no_deck_is_told_kindly() {
        let empty = tempfile::tempdir().unwrap();
        check(&empty, &["DIR: the folder has no `deck.yaml`"]);

        let missing = load_folder(&empty.path().join("x")).unwrap_err().to_string();
        assert!(missing.contains("/x: cannot be read: No such file or directory"), "{missing}");

        fs::write(empty.path().join("x"), "").unwrap();
        let file = load_folder(&empty.path().join("x")).unwrap_err().to_string();
        assert!(file.contains("/x: not a folder\n  hint: a deck is a folder with"), "{file}");
    }

    /// All that was wrong with everything in it was told: no topic is a topic there, no scenario is used.
    #[test]
    fn a_folder_of_decks_is_told_as_such() {
        let parent = tempfile::tempdir().unwrap();
        for deck in ["a", "b", "c/too-deep"] {
            fs::create_dir_all(parent.path().join(deck)).unwrap();
            fs::write(parent.path().join(deck).join("deck.yaml"), HEAD).unwrap();
            fs::write(parent.path().join(deck).join("t.yaml"), TOPIC).unwrap();
        }
        check(&parent, &["DIR: the folder has no `deck.yaml`"]);
        let told =
            load_folder(parent.path()).unwrap_err().to_string().replace(&parent.path().display().to_string(), "DIR");
        let hint = "\n  hint: a deck is a folder with a `deck.yaml`; did you mean `DIR/a` or `DIR/b`?";
        assert_eq!(told, format!("DIR: the folder has no `deck.yaml`{hint}"));
    }

    #[test]
    fn a_deck_may_be_named_by_its_head() {
        for (path, folder) in
            [("x/deck.yaml", "x"), ("deck.yaml", "."), ("/deck.yaml", "/"), ("x", "x"), ("x/t.yaml", "x/t.yaml")]
        {
            assert_eq!(named_folder(path), folder);
        }
    }

    #[test]
    fn large_files_are_refused_unread() {
        let large = folder(&[]);
        // A hole: a hundred megabytes that take no room.
        File::create(large.path().join("t.yaml")).unwrap().set_len(100 << 20).unwrap();
        check(&large, &["DIR/t.yaml: the file has 104857600 bytes, and a file of a deck may have 1048576"]);
    }

    #[test]
    fn many_files_are_refused() {
        let many = folder(&[]);
        for number in 0..=MAX_FILES {
            fs::write(many.path().join(format!("{number}.py")), "").unwrap();
        }
        check(&many, &["DIR: the deck has more than 1000 files"]);

        let much = folder(&[]);
        for number in 0..17 {
            fs::write(much.path().join(format!("{number}.py")), vec![b'#'; MAX_FILE_BYTES]).unwrap();
        }
        check(&much, &["DIR: the files of the deck have more than 16777216 bytes together"]);
    }

    /// The time that it took grew with the cube of how deep they were: 45 s for 1,500.
    #[test]
    fn deep_folders_are_not_gone_into() {
        let nested = |levels: usize| vec!["d"; levels].join("/");
        let deck = folder(&[(&format!("{}/a.py", nested(MAX_FOLDER_DEPTH)), b"x")]);
        check(&deck, &[&format!("DIR/{}/a.py: no scenario uses the file", nested(MAX_FOLDER_DEPTH))]);
        let deck = folder(&[(&format!("{}/a.py", nested(MAX_FOLDER_DEPTH + 1)), b"x"), ("e/.hidden/a.py", b"x")]);
        let deeper = deck.path().join(nested(1000));
        fs::create_dir_all(deeper).unwrap();
        check(
            &deck,
            &[&format!("DIR/{}: the folder is more than 16 folders deep in the deck", nested(MAX_FOLDER_DEPTH + 1))],
        );
    }

    /// Each was compared with all before it, by real paths that were found anew each time: more than 120 s for 3,000.
    #[test]
    fn so_many_decks_are_looked_through_and_no_more() {
        let decks = tempfile::tempdir().unwrap();
        for number in 0..MAX_DECKS {
            fs::create_dir(decks.path().join(number.to_string())).unwrap();
        }
        File::create(decks.path().join("notes.txt")).unwrap();
        fs::create_dir(decks.path().join(".git")).unwrap();
        let mut library = Library::default();
        library.add_folders_in(decks.path());
        assert_eq!(library.faulty.len(), MAX_DECKS);
        // Nobody is there twice.
        library.add_folders_in(decks.path());
        library.add_folder(&decks.path().join("7/../7"));
        assert_eq!(library.faulty.len(), MAX_DECKS);

        fs::create_dir(decks.path().join("one more")).unwrap();
        let mut library = Library::default();
        library.add_folders_in(decks.path());
        let told: Vec<String> = library.faulty.iter().map(|faulty| faulty.faults.to_string()).collect();
        let [told] = &told[..] else { panic!("{told:?}") };
        assert!(told.contains("there are more than 1000 folders among the decks"), "{told}");
    }

    #[test]
    fn a_folder_of_many_other_things_is_refused() {
        let deck = folder(&[]);
        for number in 0..=MAX_ENTRIES {
            File::create(deck.path().join(format!("{number}.txt"))).unwrap();
        }
        check(&deck, &["DIR: there are more than 10000 files and folders in the deck's folder"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_inside() {
        use std::os::unix::fs::symlink;

        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.py"), "secret").unwrap();
        let deck = folder(&[("s/a.txt", b"x")]);
        symlink(outside.path().join("secret.py"), deck.path().join("s/out.py")).unwrap();
        symlink(outside.path(), deck.path().join("folder")).unwrap();
        symlink("nowhere", deck.path().join("s/nothing.py")).unwrap();
        symlink("/dev/zero", deck.path().join("s/zero.py")).unwrap();
        // Not part of a deck, so it is nobody's business.
        symlink("/etc/passwd", deck.path().join("s/passwd.txt")).unwrap();
        // Round and round, but inside.
        symlink(deck.path(), deck.path().join("s/round")).unwrap();
        symlink("t.yaml", deck.path().join("again.yaml")).unwrap();
        check(
            &deck,
            &[
                "DIR/again.yaml: the file is not among the deck's topics",
                "DIR/folder: the link leads out of the deck's folder",
                "DIR/s/nothing.py: the link leads out of the deck's folder",
                "DIR/s/out.py: the link leads out of the deck's folder",
                "DIR/s/zero.py: the link leads out of the deck's folder",
            ],
        );
    }

    #[cfg(unix)]
    #[test]
    fn pipes_are_not_waited_for() {
        let deck = folder(&[]);
        let listener = std::os::unix::net::UnixListener::bind(deck.path().join("socket.py")).unwrap();
        let pipes = [deck.path().join("deck.yaml"), deck.path().join("pipe.py")];
        fs::remove_file(&pipes[0]).unwrap();
        #[expect(clippy::disallowed_methods, reason = "only a program makes pipes with names")]
        let made = std::process::Command::new("mkfifo").args(&pipes).status().unwrap();
        assert!(made.success());
        check(&deck, &["DIR/deck.yaml: not a file", "DIR/pipe.py: not a file", "DIR/socket.py: not a file"]);
        drop(listener);
    }

    /// Whoever may write to the folder could exchange what was looked at before it was opened: links out of the deck were followed then,
    /// and pipes waited for.
    #[cfg(unix)]
    #[test]
    fn what_is_exchanged_after_a_look_is_not_followed() {
        use std::os::unix::fs::symlink;

        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("a.py"), "secret").unwrap();
        let deck = folder(&[("s/a.py", b"x"), ("s/deep/a.py", b"x")]);
        let root = Root::open(deck.path().canonicalize().unwrap()).unwrap();
        let (s, file) = (root.path.join("s"), root.path.join("s/a.py"));
        let names = |folder: &Path| root.names(folder).map(|names| names.map(Result::unwrap).collect::<BTreeSet<_>>());
        assert_eq!(names(&s), Ok(BTreeSet::from(["a.py", "deep"].map(OsString::from))));
        assert_eq!(root.read(&file), Ok(b"x".to_vec()));
        assert_eq!(root.read(&s), Err(Problem::NotA("file")));

        fs::remove_file(&file).unwrap();
        symlink(outside.path().join("a.py"), &file).unwrap();
        assert_eq!(root.read(&file), Err(Problem::LinkLeadsOutside));

        fs::remove_file(&file).unwrap();
        #[expect(clippy::disallowed_methods, reason = "only a program makes pipes with names")]
        let made = std::process::Command::new("mkfifo").arg(&file).status().unwrap();
        assert!(made.success());
        assert_eq!(root.read(&file), Err(Problem::NotA("file")));

        fs::rename(&s, root.path.join("t")).unwrap();
        symlink(outside.path(), &s).unwrap();
        assert_eq!(root.read(&file), Err(Problem::LinkLeadsOutside));
        assert_eq!(names(&s), Err(Problem::LinkLeadsOutside));
        fs::remove_file(&s).unwrap();
        fs::write(&s, "").unwrap();
        assert_eq!(root.read(&file), Err(Problem::NotA("folder")));
        assert_eq!(names(&s), Err(Problem::NotA("folder")));
        // The folder itself stays who it is.
        let (away, put) = (deck.path().with_extension("away"), root.path.join("t.yaml"));
        fs::rename(deck.path(), &away).unwrap();
        symlink(outside.path(), deck.path()).unwrap();
        assert_eq!(root.read(&put), Ok(TOPIC.as_bytes().to_vec()));
        fs::remove_file(deck.path()).unwrap();
        fs::rename(away, deck.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_told() {
        use std::os::unix::ffi::OsStrExt;

        let deck = folder(&[]);
        fs::write(deck.path().join(OsStr::from_bytes(b"\xff.py")), "").unwrap();
        check(&deck, &["DIR/\u{fffd}.py: the file's name has characters that a deck cannot name"]);
    }

    #[test]
    fn the_learners_decks_stand_beside_the_built_in_ones() {
        let root = tempfile::tempdir().unwrap();
        let put = |name: &str, head: &str| {
            let folder = root.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("deck.yaml"), head).unwrap();
            fs::write(folder.join("t.yaml"), TOPIC).unwrap();
        };
        put("a", HEAD);
        put("b", HEAD);
        put("c", "format: 2");
        put("d", &HEAD.replace("mine", "thread-safety"));
        put(".e", HEAD);
        fs::write(root.path().join("notes.txt"), "").unwrap();

        let mut library = Library::builtin();
        let builtin = library.entries.len();
        library.add_folders_in(root.path());
        library.add_folders_in(&root.path().join("nowhere"));
        assert_eq!(library.entries.len(), builtin + 1);
        assert_eq!(library.entries[builtin].origin, Origin::Folder(root.path().join("a")));
        assert_eq!(library.deck("mine").map(|deck| deck.title.as_str()), Some("Mine"));
        assert!(library.deck("c").is_none());
        let told: Vec<String> = library
            .faulty
            .iter()
            .map(|faulty| faulty.faults.to_string().replace(&*root.path().to_string_lossy(), "DIR"))
            .collect();
        assert_eq!(
            told,
            [
                "DIR/b/deck.yaml: there is a deck `mine` already: DIR/a\n  \
             hint: choose another `id` in deck.yaml; history hangs on it, so do so early",
                "DIR/c/deck.yaml:1:9: the deck is written in format 2, and this raceday reads format 1\n  \
             1 | format: 2\n    |         ^\n  hint: update raceday",
                "DIR/d/deck.yaml: there is a deck `thread-safety` already: built in\n  \
             hint: choose another `id` in deck.yaml; history hangs on it, so do so early",
            ]
        );
    }
}
