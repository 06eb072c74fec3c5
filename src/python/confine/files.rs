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
pub(super) const FOREIGN: [&str; 2] = ["site-packages", "dist-packages"];

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
        // A link that leads out of the folder would give what it leads to.
        let leads_out = || !fs::canonicalize(entry.path()).is_ok_and(|real| real.starts_with(path));
        if FOREIGN.iter().any(|foreign| name == *foreign) || kind.is_symlink() && leads_out() {
            return None;
        }
        let opened = rustix::fs::openat(folder, &name, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
        let is_folder = if kind.is_symlink() { entry.path().is_dir() } else { kind.is_dir() };
        let access = if is_folder { AccessFs::ReadFile | AccessFs::ReadDir } else { AccessFs::ReadFile.into() };
        Some(Ok(PathBeneath::new(opened, access)))
    };
    fs::read_dir(path).into_iter().flatten().flatten().filter_map(rule)
}
