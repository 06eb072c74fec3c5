//! What was made once and can be made anew, in files of the folder that the platform has for that.
//!
//! Nothing depends on it: what cannot be read, or cannot be made sense of, is as good as not there, and what cannot be
//! written is made anew the next time. It is apart from the learner's data, which nobody can make anew, and there for who
//! has none: exploring a script leaves nothing else behind.

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use crate::python::Described;
use crate::python::Remember;
use crate::python::Shared;
use crate::store::ReportKey;

/// The file that says what the threads of programs share.
const SHARED: &str = "shared.json";
/// Of how many programs it says so: those explored last.
const MOST_SHARED: usize = 32;
/// How many bytes that may take of one program: as much as thousands of names.
const LARGEST_SHARED: usize = 1 << 17;

/// How many bytes of a file are read: many times what the largest takes, which is the compiled harness.
const LARGEST_FILE: u64 = 32 << 20;
/// The permissions of a file that others can write to.
#[cfg(unix)]
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// The folder, if there is one.
#[derive(Clone, Debug, Default)]
pub(super) struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// Returns what is kept in `folder`, which is made when it is first written to.
    pub(super) fn new(folder: Option<PathBuf>) -> Cache {
        Cache { folder }
    }

    /// Returns where it is, if anything can be kept.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Returns the harness with this digest as Python `version` compiled it.
    pub(super) fn harness(&self, version: &str, digest: &str) -> Option<Vec<u8>> {
        let kept = self.read(&harness_name(version, digest))?;
        let (sum, compiled) = kept.split_at_checked(blake3::OUT_LEN)?;
        // Python believes whatever it is given, so that it is what was written is for us to know.
        (blake3::hash(compiled).as_bytes() == sum).then(|| compiled.to_owned())
    }

    /// Keeps the harness with this digest as Python `version` compiled it, in place of others of that version.
    pub(super) fn keep_harness(&self, version: &str, digest: &str, compiled: &[u8]) {
        let of_this_version = harness_name(version, "");
        for entry in self.folder.iter().flat_map(fs::read_dir).flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&of_this_version) {
                let _ = fs::remove_file(entry.path());
            }
        }
        self.write(&harness_name(version, digest), &[blake3::hash(compiled).as_bytes(), compiled].concat());
    }

    /// Returns what exploring the program with this key showed that its threads share.
    pub(super) fn shared(&self, key: &ReportKey) -> Option<Shared> {
        let key = key.to_string();
        self.all_shared().into_iter().find(|(other, _)| *other == key).map(|(_, shared)| shared)
    }

    /// Keeps what exploring the program with this key showed that its threads share.
    pub(super) fn keep_shared(&self, key: &ReportKey, shared: &Shared) {
        let (mut kept, this) = (self.all_shared(), (key.to_string(), shared.clone()));
        if kept.first() == Some(&this) {
            return;
        }
        kept.retain(|(other, _)| *other != this.0);
        // A program that says it shares a million names does not fill the disk with them: it is explored again.
        if serde_json::to_vec(&this).expect("names are JSON").len() <= LARGEST_SHARED {
            kept.insert(0, this);
        }
        kept.truncate(MOST_SHARED);
        self.write(SHARED, &serde_json::to_vec(&kept).expect("names are JSON"));
    }

    /// Returns what is kept of programs, by their keys, those explored last first.
    fn all_shared(&self) -> Vec<(String, Shared)> {
        self.read(SHARED).and_then(|kept| serde_json::from_slice(&kept).ok()).unwrap_or_default()
    }

    /// Returns what was kept as `name`, if it was kept by us.
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = open_own(&self.folder.as_ref()?.join(name))?;
        let mut bytes = Vec::new();
        file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= LARGEST_FILE).then_some(bytes)
    }

    /// Keeps `bytes` as `name`, if that can be: whole or not at all, because others may be reading.
    fn write(&self, name: &str, bytes: &[u8]) {
        let Some(folder) = &self.folder else { return };
        let written = create_private(folder).and_then(|()| {
            let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(folder)?;
            file.write_all(bytes)?;
            file.persist(folder.join(name)).map_err(|error| error.error)?;
            Ok(())
        });
        // Whoever wants it again makes it again.
        let _ = written;
    }
}

impl Remember for Cache {
    fn recall(&mut self, executable: &Path) -> Option<Described> {
        serde_json::from_slice(&self.read(&name_for(executable))?).ok()
    }

    fn keep(&mut self, executable: &Path, described: &Described) {
        // A path that is not Unicode is not JSON.
        if let Ok(json) = serde_json::to_vec(described) {
            self.write(&name_for(executable), &json);
        }
    }
}

/// Remembers for others, and believes nothing itself.
pub(super) struct Anew<'a>(pub(super) &'a mut Cache);

impl Remember for Anew<'_> {
    fn recall(&mut self, _: &Path) -> Option<Described> {
        None
    }

    fn keep(&mut self, executable: &Path, described: &Described) {
        self.0.keep(executable, described);
    }
}

fn harness_name(version: &str, digest: &str) -> String {
    format!("harness-{version}-{}", digest.get(..16).unwrap_or(digest))
}

fn name_for(executable: &Path) -> String {
    let digest = blake3::hash(executable.as_os_str().as_encoded_bytes()).to_hex();
    format!("python-{}.json", &digest[..16])
}

/// Opens a file that is ours, and that nobody else can have written to: what is kept says what programs may read. It is
/// opened without following a link, and without waiting for who writes to a pipe.
#[cfg(unix)]
fn open_own(path: &Path) -> Option<fs::File> {
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::Mode;
    use rustix::fs::OFlags;

    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = fs::File::from(rustix::fs::open(path, flags, Mode::empty()).ok()?);
    let metadata = file.metadata().ok()?;
    let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
    (metadata.is_file() && is_own && metadata.mode() & WRITABLE_BY_OTHERS == 0).then_some(file)
}

#[cfg(not(unix))]
fn open_own(path: &Path) -> Option<fs::File> {
    fs::File::open(path).ok().filter(|file| file.metadata().is_ok_and(|metadata| metadata.is_file()))
}

/// Creates a folder, and those above it, for nobody else to look into: the learner's data may come to lie beside it.
fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_there_again_and_what_cannot_be_kept_is_no_matter() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(Some(folder.path().join("new/raceday")));
        assert_eq!(cache.read("thing"), None);
        cache.write("thing", b"one");
        cache.write("thing", b"other");
        assert_eq!(cache.read("thing").as_deref(), Some(&b"other"[..]));
        assert_eq!(fs::read_dir(folder.path().join("new/raceday")).expect("a folder").count(), 1, "no parts are left");

        let file = folder.path().join("file");
        fs::write(&file, "").expect("written");
        for cache in [Cache::default(), Cache::new(Some(file.join("below"))), Cache::new(Some("/proc/self".into()))] {
            cache.write("thing", b"one");
            assert_eq!(cache.read("thing"), None);
        }
    }

    /// What a Python reads is granted to what runs in it, and anybody's file was believed that lay there.
    #[cfg(unix)]
    #[test]
    fn what_somebody_else_can_have_written_is_not_read() {
        use std::os::unix::fs::PermissionsExt as _;
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(Some(folder.path().to_owned()));
        cache.write("thing", b"one");
        let path = folder.path().join("thing");
        for (mode, is_read) in [(0o600, true), (0o644, true), (0o620, false), (0o602, false), (0o666, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changed");
            assert_eq!(cache.read("thing").is_some(), is_read, "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
        symlink(&path, folder.path().join("link")).expect("linked");
        assert_eq!(cache.read("link"), None);
        #[expect(clippy::disallowed_methods, reason = "only a program makes pipes with names")]
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status().expect("it runs");
        assert!(made.success());
        assert_eq!(cache.read("pipe"), None, "nobody is waited for");
        fs::create_dir(folder.path().join("folder")).expect("made");
        assert_eq!(cache.read("folder"), None);
        fs::File::create(&path).and_then(|file| file.set_len(LARGEST_FILE + 1)).expect("written");
        assert_eq!(cache.read("thing"), None, "it is too large");
        // Only root can give a file away.
        if std::os::unix::fs::chown(&path, Some(65_533), None).is_ok() {
            fs::write(&path, "one").expect("written");
            assert_eq!(cache.read("thing"), None, "it is somebody else's");
        }
    }

    #[test]
    fn a_harness_is_kept_until_there_is_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(Some(folder.path().to_owned()));
        cache.keep_harness("3.11.7", "old", b"code");
        cache.keep_harness("3.13.0", "old", b"other code");
        assert_eq!(cache.harness("3.11.7", "old").as_deref(), Some(&b"code"[..]));
        assert_eq!(cache.harness("3.11.7", "new"), None);
        cache.keep_harness("3.11.7", "new", b"newer code");
        assert_eq!(cache.harness("3.11.7", "old"), None);
        assert_eq!(cache.harness("3.11.7", "new").as_deref(), Some(&b"newer code"[..]));
        assert_eq!(cache.harness("3.13.0", "old").as_deref(), Some(&b"other code"[..]));

        let path = folder.path().join(harness_name("3.11.7", "new"));
        let whole = fs::read(&path).expect("it is a file");
        for damaged in [&whole[..whole.len() - 1], &whole[..20], b"", &[whole.as_slice(), b"more"].concat()] {
            fs::write(&path, damaged).expect("written");
            assert_eq!(cache.harness("3.11.7", "new"), None);
        }
    }

    #[test]
    fn what_threads_share_is_kept_of_the_programs_explored_last() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(Some(folder.path().to_owned()));
        let shared = |name: &str| -> Shared {
            serde_json::from_value(serde_json::json!({"names": [[name]], "workers": false})).expect("what is shared")
        };
        let key = |number: usize| ReportKey::of(&[&number.to_string()]);
        for number in 0..=MOST_SHARED {
            cache.keep_shared(&key(number), &shared("before"));
        }
        assert_eq!(cache.shared(&key(0)), None, "it was explored before all the others");
        cache.keep_shared(&key(1), &shared("after"));
        assert_eq!(cache.shared(&key(1)), Some(shared("after")));
        assert_eq!(cache.shared(&key(2)), Some(shared("before")), "to explore again what is kept pushes nothing out");
        cache.keep_shared(&key(2), &shared(&"x".repeat(LARGEST_SHARED)));
        assert_eq!(cache.shared(&key(2)), None, "nobody fills the disk");
        assert_eq!(cache.shared(&key(1)), Some(shared("after")));
        fs::write(folder.path().join(SHARED), "[[").expect("written");
        assert_eq!(cache.shared(&key(1)), None);
    }

    #[test]
    fn nonsense_is_not_recalled() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut cache = Cache::new(Some(folder.path().to_owned()));
        let python = Path::new("/usr/bin/python3");
        for nonsense in ["", "{}", "[]", "null", "\u{0}", "{\"version\": 3}"] {
            cache.write(&name_for(python), nonsense.as_bytes());
            assert_eq!(cache.recall(python), None, "{nonsense:?}");
        }
    }
}
