//! Which files a worker may read and execute, as a Landlock ruleset.
//!
//! Nothing may be written, made, renamed or removed anywhere, no port may be bound or connected to, and no process outside be
//! signalled. On kernels with an older Landlock some of that is not Landlock's to refuse; the list of system calls
//! (`calls`) refuses all of it again, so that the first Landlock is enough.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use landlock::ABI;
use landlock::Access as _;
use landlock::AccessFs;
use landlock::AccessNet;
use landlock::CompatLevel;
use landlock::Compatible as _;
use landlock::Ruleset;
use landlock::RulesetAttr as _;
use landlock::RulesetCreatedAttr as _;
use landlock::RulesetError;
use landlock::Scope;
use landlock::path_beneath_rules;

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
    let (whole, parted): (Vec<_>, Vec<_>) = policy.read.iter().partition(|path| foreign(path).is_none());
    ruleset
        .create()?
        .add_rules(path_beneath_rules(&policy.execute, AccessFs::ReadFile | AccessFs::Execute))?
        .add_rules(path_beneath_rules(whole, reading))?
        .add_rules(path_beneath_rules(&parted, AccessFs::ReadDir))?
        .add_rules(path_beneath_rules(parted.iter().flat_map(|path| own(path)), reading))?
        .restrict_self()?;
    Ok(())
}

/// Folders among Python's modules that hold what somebody installed there.
const FOREIGN: [&str; 2] = ["site-packages", "dist-packages"];

/// Returns the folder in the folder `path` that holds foreign modules, if there is one.
fn foreign(path: &Path) -> Option<PathBuf> {
    FOREIGN.into_iter().map(|name| path.join(name)).find(|path| path.is_dir())
}

/// Returns what is in the folder `path` but foreign modules. Rules can only give, so everything else is given by name.
fn own(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let own = entries.filter(|entry| !FOREIGN.iter().any(|name| entry.file_name() == *name));
    // A link that leads out of the folder would give what it leads to.
    let inside = |entry: &PathBuf| fs::canonicalize(entry).is_ok_and(|real| real.starts_with(path));
    own.map(|entry| entry.path()).filter(|entry| !entry.is_symlink() || inside(entry)).collect()
}
