//! Which files a worker may read and execute, as a Landlock ruleset.
//!
//! Nothing may be written, made, renamed or removed anywhere, no port may be bound or connected to, and no process outside be
//! signalled. On kernels with an older Landlock some of that is not Landlock's to refuse; the list of system calls
//! (`calls`) refuses all of it again, so that the first Landlock is enough.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::path::PathBuf;

use landlock::ABI;
use landlock::Access as _;
use landlock::AccessFs;
use landlock::AccessNet;
use landlock::CompatLevel;
use landlock::Compatible as _;
use landlock::PathBeneath;
use landlock::Ruleset;
use landlock::RulesetAttr as _;
use landlock::RulesetCreatedAttr as _;
use landlock::RulesetError;
use landlock::Scope;
use landlock::path_beneath_rules;
use rustix::fs::Mode;
use rustix::fs::OFlags;

use super::policy::Policy;

/// The newest Landlock whose rights are known here.
const NEWEST: ABI = ABI::V9;

/// Why the ruleset is not in force.
#[derive(Debug, thiserror::Error)]
pub(super) enum FilesError {
    /// The kernel has no Landlock, or it is not switched on.
    #[error("this system has no Landlock: {0}")]
    Missing(RulesetError),
    /// It has, and something went wrong.
    #[error("Landlock: {0}")]
    Refused(#[from] RulesetError),
}

/// Leaves this process, for ever, only the files of `policy`.
pub(super) fn restrict(policy: &Policy) -> Result<(), FilesError> {
    let oldest = || {
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))
            .map(|ruleset| ruleset.set_compatibility(CompatLevel::BestEffort))
    };
    // Whether there is any Landlock shows where a ruleset is made.
    oldest().and_then(Ruleset::create).map_err(FilesError::Missing)?;
    let mut ruleset = oldest()?;
    if !policy.oldest_landlock {
        ruleset = ruleset
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?;
    }
    let reading = AccessFs::ReadFile | AccessFs::ReadDir;
    let read = policy.read.iter().map(AsRef::<Path>::as_ref);
    let (whole, parted): (Vec<_>, Vec<_>) = read.partition(|path| foreign(path).is_none());
    ruleset
        .create()?
        .add_rules(path_beneath_rules(&policy.execute, AccessFs::ReadFile | AccessFs::Execute))?
        .add_rules(path_beneath_rules(whole, reading))?
        .add_rules(path_beneath_rules(&parted, AccessFs::ReadDir))?
        .add_rules(parted.iter().flat_map(|path| own(path)))?
        .restrict_self()?;
    Ok(())
}

/// Folders among Python's modules that hold what somebody installed there.
const FOREIGN: [&str; 2] = ["site-packages", "dist-packages"];

/// Whether what lies at `rest` in a folder of Python's modules is, or lies in, what holds foreign ones.
pub(super) fn is_foreign(rest: &Path) -> bool {
    rest.iter().next().is_some_and(|first| FOREIGN.iter().any(|name| first == *name))
}

/// Returns the folder in the folder `path` that holds foreign modules, if there is one.
fn foreign(path: &Path) -> Option<PathBuf> {
    FOREIGN.into_iter().map(|name| path.join(name)).find(|path| path.is_dir())
}

/// Returns rules that let be read what is in the folder `path` but foreign modules. Rules can only give, so everything else is given
/// by name: some two hundred, which is why each is opened from the folder and not looked at twice. They are opened as they are
/// taken: this process may not have many files open.
fn own(path: &Path) -> impl Iterator<Item = Result<PathBeneath<OwnedFd>, RulesetError>> {
    let folder = rustix::fs::open(path, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let rule = move |entry: fs::DirEntry| {
        let (folder, name, kind) = (folder.as_ref().ok()?, entry.file_name(), entry.file_type().ok()?);
        // A link gives what it leads to: nothing outside the folder, and nothing foreign.
        let leads_out = || {
            let real = fs::canonicalize(entry.path()).ok();
            !real.is_some_and(|real| real.strip_prefix(path).is_ok_and(|rest| !is_foreign(rest)))
        };
        if is_foreign(Path::new(&name)) || kind.is_symlink() && leads_out() {
            return None;
        }
        let opened = rustix::fs::openat(folder, &name, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
        let is_folder = if kind.is_symlink() { entry.path().is_dir() } else { kind.is_dir() };
        let access = if is_folder { AccessFs::ReadFile | AccessFs::ReadDir } else { AccessFs::ReadFile.into() };
        Some(Ok(PathBeneath::new(opened, access)))
    };
    fs::read_dir(path).into_iter().flatten().flatten().filter_map(rule)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::thread;

    use super::*;

    #[test]
    fn links_to_foreign_modules_and_out_of_the_library_give_nothing() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["lib", "lib/site-packages", "secrets"] {
            fs::create_dir(at(name)).expect("folders can be made");
        }
        for name in ["lib/os.py", "lib/site-packages/b.py", "secrets/key"] {
            fs::write(at(name), name).expect("files can be written");
        }
        let links = [("own", "os.py"), ("one", "site-packages/b.py"), ("all", "site-packages"), ("out", "../secrets")];
        for (link, to) in links {
            symlink(to, at("lib").join(link)).expect("links can be made");
        }
        let policy = Policy::to_read([fs::canonicalize(at("lib")).expect("it is there")]);
        let read = |name: &str| fs::read(at("lib").join(name)).is_ok();
        let restricted = || {
            restrict(&policy).expect("this kernel has Landlock");
            ["os.py", "own", "site-packages/b.py", "one", "all/b.py", "out/key"].map(read)
        };
        // What is restricted is the thread.
        let seen = thread::scope(|scope| scope.spawn(restricted).join().expect("it lives"));
        assert_eq!(seen, [true, true, false, false, false, false]);
    }
}
