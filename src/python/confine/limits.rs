//! What a worker may take of the machine, and the rights it gives up: the parts of the confinement that are not lists.

use std::fs;
use std::io;

use rustix::process::Pid;
use rustix::process::Resource;
use rustix::process::Rlimit;
use rustix::process::Signal;
use rustix::thread::CapabilitySet;
use rustix::thread::CapabilitySets;
use rustix::thread::UnshareFlags;

/// How much memory a worker may map.
pub(super) const MEMORY: u64 = 1 << 30;
/// How much the kernel may keep to find a worker's memory by. For all that it may map, where that lies together, it takes two mebibytes. So much
/// again is there before somebody looks: some two gibibytes a second can be had.
pub(super) const TABLES: u64 = 32 << 20;
/// How many threads a worker may have.
pub(super) const THREADS: u64 = 64;
/// How many files a worker may have open at once.
const FILES: u64 = 64;
/// How large a thread's stack may grow.
const STACK: u64 = 8 << 20;

/// Moves into a user namespace of one's own, if there can be one, and returns whether there is. No identities are mapped into it:
/// files are opened with the same rights as before.
#[expect(deprecated, reason = "what is deprecated is to unshare descriptors by it, and the way without `unsafe`")]
pub(super) fn leave_user_namespace() -> bool {
    rustix::thread::unshare(UnshareFlags::NEWUSER).is_ok()
}

/// Whether this Linux counts a user's processes in each namespace for itself.
pub(super) fn counts_by_namespace() -> bool {
    is_linux_since(5, 14)
}

/// Whether this is Linux of that release, or a later one.
pub(super) fn is_linux_since(major: u32, minor: u32) -> bool {
    is_since(&fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default(), (major, minor))
}

fn is_since(release: &str, since: (u32, u32)) -> bool {
    let mut numbers = release.split(|character: char| !character.is_ascii_digit()).map_while(|part| part.parse().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= since
}

/// Whether this process, like the one that started it, may look into others whatever they say.
pub(super) fn may_trace_others() -> bool {
    rustix::thread::capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::SYS_PTRACE))
}

/// Gives up all capabilities for ever. A new user namespace hands out a full set, so this comes after.
pub(super) fn drop_capabilities() -> io::Result<()> {
    for number in 0..CapabilitySet::all().bits().count_ones().max(64) {
        let capability = CapabilitySet::from_bits_retain(1 << number);
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            Ok(()) => {}
            // The kernel knows no more of them.
            Err(rustix::io::Errno::INVAL) => break,
            // Who has no right to change the set has nothing in it to gain: no new privileges come by executing.
            Err(rustix::io::Errno::PERM) => break,
            Err(error) => return Err(error.into()),
        }
    }
    rustix::thread::clear_ambient_capability_set().or_else(|error| match error {
        rustix::io::Errno::INVAL => Ok(()),
        error => Err(error),
    })?;
    let none = CapabilitySet::empty();
    let nothing = CapabilitySets { effective: none, permitted: none, inheritable: none };
    rustix::thread::set_capabilities(None, nothing)?;
    Ok(())
}

/// Sets all limits. `alone` says whether threads are counted for this worker alone; where they are not, a limit would count
/// everything else that its user runs, and the parent has to look instead.
pub(super) fn set(alone: bool) -> io::Result<()> {
    let limits = [
        (Resource::As, MEMORY),
        (Resource::Fsize, 0),
        // Less than any dump takes; and whoever is given dumps by a pipe, for whom 0 is no limit, gets none with 1.
        (Resource::Core, 1),
        (Resource::Nofile, FILES),
        (Resource::Memlock, 0),
        (Resource::Msgqueue, 0),
        (Resource::Rtprio, 0),
        (Resource::Nice, 0),
        (Resource::Sigpending, 256),
        (Resource::Stack, STACK),
    ];
    let threads = alone.then_some((Resource::Nproc, THREADS));
    for (resource, limit) in limits.into_iter().chain(threads) {
        // A lower limit that is there already stays.
        let before = rustix::process::getrlimit(resource).maximum;
        let limit = Some(before.map_or(limit, |before| before.min(limit)));
        rustix::process::setrlimit(resource, Rlimit { current: limit, maximum: limit })?;
    }
    Ok(())
}

/// Has memory come in pages of the smallest size from now on. Of a huge one all is there as long as any of it is mapped, and the limit counts
/// only what is.
pub(super) fn leave_huge_pages() -> io::Result<()> {
    match rustix::thread::disable_transparent_huge_pages(true) {
        Ok(()) => Ok(()),
        // The kernel knows nothing of them.
        Err(rustix::io::Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// How much more one of several workers may need than the first has come to.
const SPARE: u64 = 64 << 20;

/// Returns how much memory each of `workers` may map that share what one may have, if that is enough for one that has mapped
/// `peak` at most.
pub(super) fn share_of_memory(workers: usize, peak: u64) -> Option<u64> {
    let share = MEMORY / workers as u64;
    (peak + SPARE <= share).then_some(share)
}

/// Has the process `pid` map no more than `bytes` from now on, what it has included, and returns whether it does.
pub(crate) fn lower_memory(pid: u32, bytes: u64) -> bool {
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::prlimit(Some(pid), Resource::As, limit).is_ok())
}

/// Has the kernel choose this process first when memory is short. Best effort.
pub(super) fn offer_as_victim() {
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
}

/// Ends with the parent, however that ends. Fails if the parent, the process `parent`, has gone already.
pub(super) fn end_with(parent: u32) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    let now = rustix::process::getppid().map(Pid::as_raw_nonzero);
    if now.is_none_or(|now| now.get().unsigned_abs() != parent) {
        return Err(io::Error::other("who started it has gone"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_share_memory_only_if_that_is_enough() {
        const MB: u64 = 1 << 20;
        assert_eq!(share_of_memory(2, 200 * MB), Some(512 * MB));
        assert_eq!(share_of_memory(4, 192 * MB), Some(256 * MB));
        assert_eq!(share_of_memory(4, 193 * MB), None);
        assert_eq!(share_of_memory(2, MEMORY), None);
    }

    #[test]
    fn threads_are_counted_apart_since_5_14() {
        for release in ["5.14.0-162.el9", "6.18.44-fc", "5.15", "10.0.1"] {
            assert!(is_since(release, (5, 14)), "{release}");
        }
        for release in ["5.13.19", "4.18.0-553.el8", "5.4.0-150-generic", "", "unknown"] {
            assert!(!is_since(release, (5, 14)), "{release}");
        }
    }
}
