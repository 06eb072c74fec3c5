//! Whether a worker is confined: what it says it tried, held against what the kernel says of it.

use std::fs;

use super::Confined;
use super::Excess;
use super::Level;
use super::Said;
use super::limits;

/// What a worker must have tried, and been refused. harness/confine.py has them.
const PROBES: [&str; 8] = [
    "read a file",
    "list a folder",
    "write to a file",
    "start a process",
    EXECUTE,
    "signal another process",
    "use the network",
    "use a local socket",
];
/// What is refused to whom somebody answers.
const SEE: &str = "see whether a file is there";
/// What a Python that cannot set the second list may try: Landlock leaves it nothing to execute but itself, confined as it is.
const EXECUTE: &str = "execute a program";

/// Looks at the process `pid`, which said `said` and is to be confined as far as `level`. Its calls are answered here, unless there is
/// a reason that they are not.
pub(super) fn check(
    level: Level,
    pid: u32,
    said: Option<&Said>,
    unsupervised: Option<String>,
) -> Result<Confined, String> {
    let said = said.ok_or("it says nothing of its confinement")?;
    let excused = |probe: &str| probe == EXECUTE && !said.second && level == Level::Full;
    if let Some(allowed) = said.allowed.iter().find(|allowed| !(excused(EXECUTE) && allowed.starts_with(EXECUTE))) {
        return Err(format!("its confinement leaks: it was free to {allowed}"));
    }
    let tried = |probe: &&str| said.refused.iter().any(|refused| refused == probe);
    let supervised = unsupervised.is_none();
    let see = supervised.then_some(&SEE);
    if let Some(missing) = PROBES.iter().chain(see).find(|probe| !tried(probe) && !excused(probe)) {
        return Err(format!("its confinement is not proven: it did not try to {missing}"));
    }
    if !said.second && level == Level::Strict {
        return Err("its Python has no `ctypes`, which confining it takes on a system without Landlock".to_owned());
    }
    let before = Status::of("self")?;
    let status = Status::of(&pid.to_string())?;
    let expected = [("NoNewPrivs", "1"), ("Seccomp", "2"), ("THP_enabled", "0")];
    let empty = ["CapInh", "CapPrm", "CapEff", "CapAmb"].map(|set| (set, "0000000000000000"));
    for (field, value) in expected.into_iter().chain(empty) {
        match status.field(field) {
            Some(found) if found == value => {}
            // Not every kernel says so.
            None if field == "CapAmb" || field == "THP_enabled" => {}
            found => return Err(format!("its confinement is not in force: {field} is {}", found.unwrap_or("missing"))),
        }
    }
    // How many lists are in force can be read since Linux 5.9.
    let filters = |status: &Status| status.field("Seccomp_filters").and_then(|count| count.parse::<u32>().ok());
    if let (Some(before), Some(now)) = (filters(&before), filters(&status))
        && now < before + 1 + u32::from(said.second || supervised)
    {
        return Err(format!("its confinement is not in force: {now} lists of system calls"));
    }
    let probes = said.refused.clone();
    Ok(Confined { level, counts_threads: supervised || counts_threads(pid), unsupervised, probes })
}

/// Returns whether the process `pid` has more threads than a worker may have.
pub(crate) fn is_crowded(pid: u32) -> bool {
    let status = Status::of(&pid.to_string()).ok();
    let threads = status.and_then(|status| status.field("Threads")?.parse::<u64>().ok());
    threads.is_some_and(|threads| threads > limits::THREADS)
}

/// Returns what the process `pid` has come to that a worker may not.
///
/// The kernel may keep so much for it, to find its memory by: what is mapped is limited, and not that, and of 65,530 pieces that lie far apart each
/// takes sixteen kilobytes.
pub(crate) fn excess(pid: u32) -> Option<Excess> {
    let status = Status::of(&pid.to_string()).ok()?;
    match status.bytes("VmPTE") {
        Some(tables) => (tables > limits::TABLES).then_some(Excess::Gorged),
        None => Some(Excess::Headless),
    }
}

/// Returns how much memory the process `pid` has mapped at most, in bytes.
fn peak_of_memory(pid: u32) -> Option<u64> {
    Status::of(&pid.to_string()).ok()?.bytes("VmPeak")
}

/// Returns how much memory each of `workers` may have, of which `pid` is the first, so that all together have what one may; `None` if
/// what it has come to need is more.
pub(crate) fn share_of_memory(pid: u32, workers: usize) -> Option<u64> {
    limits::share_of_memory(workers, peak_of_memory(pid)?)
}

/// Returns whether the kernel keeps the process `pid` from having too many threads. It does not count root's.
pub(super) fn counts_threads(pid: u32) -> bool {
    let parent = Status::of("self").ok();
    let ids = parent.as_ref().and_then(|parent| parent.field("Uid"));
    let root = ids.is_none_or(|ids| ids.split_whitespace().any(|id| id == "0"));
    let text = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
    let mut line = text.lines().filter_map(|line| line.strip_prefix("Max processes"));
    let limit = line.next().and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    !root && limit.is_some_and(|limit| limit <= limits::THREADS)
}

/// What the kernel says of a process.
struct Status(String);

impl Status {
    fn of(process: &str) -> Result<Status, String> {
        let path = format!("/proc/{process}/status");
        let text = fs::read(&path).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
        // A process gives itself its name, which need not be text.
        Ok(Status(String::from_utf8_lossy(&text).into_owned()))
    }

    /// Returns what is said in kilobytes.
    fn bytes(&self, name: &str) -> Option<u64> {
        let kilobytes: u64 = self.field(name)?.split_whitespace().next()?.parse().ok()?;
        kilobytes.checked_mul(1 << 10)
    }

    fn field(&self, name: &str) -> Option<&str> {
        let rest = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        rest.map(str::trim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(refused: &[&str], allowed: &[&str], second: bool) -> Said {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Said { second, unsupervised: None, refused: owned(refused), allowed: owned(allowed) }
    }

    fn fault(level: Level, said: Option<&Said>) -> String {
        // This process is not confined, so whatever is said of it is not believed.
        let why = Some("nobody answers".to_owned());
        check(level, std::process::id(), said, why).expect_err("nothing of that is true")
    }

    #[test]
    fn who_is_answered_for_must_have_asked() {
        let all = said(&PROBES, &[], true);
        let fault = check(Level::Full, std::process::id(), Some(&all), None).expect_err("one was not tried");
        assert_eq!(fault, "its confinement is not proven: it did not try to see whether a file is there");
    }

    #[test]
    fn who_says_nothing_is_not_believed() {
        assert_eq!(fault(Level::Full, None), "it says nothing of its confinement");
        let most = said(&PROBES[1..], &[], true);
        assert_eq!(fault(Level::Full, Some(&most)), "its confinement is not proven: it did not try to read a file");
    }

    #[test]
    fn who_can_do_anything_is_not_confined() {
        let leaky = said(&PROBES, &["list a folder"], true);
        assert_eq!(fault(Level::Full, Some(&leaky)), "its confinement leaks: it was free to list a folder");
    }

    #[test]
    fn who_only_says_so_is_not_believed() {
        let perfect = said(&PROBES, &[], true);
        assert_eq!(fault(Level::Full, Some(&perfect)), "its confinement is not in force: NoNewPrivs is 0");
    }

    #[test]
    fn a_python_without_ctypes_may_try_to_execute_but_only_under_landlock() {
        let refused: Vec<&str> = PROBES.into_iter().filter(|probe| *probe != EXECUTE).collect();
        let plain = said(&refused, &["execute a program (FileNotFoundError)"], false);
        assert_eq!(fault(Level::Full, Some(&plain)), "its confinement is not in force: NoNewPrivs is 0");
        assert!(fault(Level::Strict, Some(&plain)).starts_with("its confinement leaks"));
    }
}
