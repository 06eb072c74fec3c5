//! Which system calls a worker may make: two lists, the second tighter, each a seccomp filter (`filter`).
//!
//! Both are lists of what is allowed; all else answers "operation not permitted", which Python shows as `PermissionError`. The
//! first list is in force when Python starts, the second from when the harness is ready, before it has seen a scenario: by
//! then nothing more has to be executed, and no more filters set. Seccomp sees numbers and not paths, so what may be read is
//! for Landlock to say (`files`); but whatever opens a file for anything but reading is refused here as well. What the second list does not
//! refuse and takes a path, starts a thread, or asks what the machine is called, waits for an answer (`supervisor`).

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::BackendError;
use seccompiler::BpfProgram;
use seccompiler::SeccompAction;
use seccompiler::SeccompCmpArgLen;
use seccompiler::SeccompCmpOp;
use seccompiler::SeccompCondition;
use seccompiler::SeccompRule;

use super::filter;

/// What a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// From the start of Python.
    First,
    /// From before the first scenario.
    Second {
        /// Whether calls that take a path remain. They do where Landlock judges the paths.
        paths: bool,
    },
}

/// Returns the filter that allows what is needed at `stage` by the process `pid` and nothing else.
pub(super) fn allow(stage: Stage, pid: u32) -> Result<BpfProgram, BackendError> {
    let (plain, rules) = allowed(stage, pid)?;
    let program = filter::by_rules(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow)?;
    Ok(filter::with_numbers_first(program, &plain, libc::SECCOMP_RET_ALLOW))
}

/// Returns the filter that says of some calls that this kernel does not have them: their arguments lie in memory, where a
/// filter cannot look, and the C library falls back on others, of which it can see all.
pub(super) fn unknown() -> Result<BpfProgram, BackendError> {
    filter::by_number(UNKNOWN, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32)
}

/// Returns the filter that says of a wait at a futex which other processes could share that there is nothing to wait for. Two runs
/// that map a page of the library could tell each other something by it: no call need wake who waits there, for the kernel does when a
/// thread ends. So nobody waits.
///
/// The C library waits so for a thread's end. To any other error it ends the process; after this one it looks again, until the thread has
/// ended.
pub(super) fn shared_waits() -> Result<BpfProgram, BackendError> {
    let shared = |&command: &i32| masked(1, FUTEX_COMMAND | libc::FUTEX_PRIVATE_FLAG, command);
    let waits = BTreeMap::from([(libc::SYS_futex, WAITS.iter().map(shared).collect::<Result<_, _>>()?)]);
    filter::by_rules(waits, SeccompAction::Allow, SeccompAction::Errno(libc::EAGAIN as u32))
}

/// Returns the filter that has calls wait for the supervisor's answer: those that start a thread or name the machine, and with `paths`
/// those that take one.
pub(super) fn asking(paths: bool) -> Result<BpfProgram, BackendError> {
    let looking = [PATHS, OLD_PATHS, OPENING].into_iter().filter(|_| paths).flatten();
    let calls = looking.filter(|&&call| call != libc::SYS_getcwd).chain(&[CLONE, libc::SYS_uname]);
    filter::by_number(&calls.copied().collect::<Vec<_>>(), libc::SECCOMP_RET_USER_NOTIF)
}

/// Calls that may be made with any arguments.
const PLAIN: &[c_long] = &[
    // memory
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    // threads
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // signals, to oneself
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    // descriptors that are open
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_fstat,
    libc::SYS_getdents64,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    // time
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    // who and where one is
    libc::SYS_getpid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrusage,
    libc::SYS_getcpu,
    libc::SYS_uname,
    libc::SYS_getrandom,
];

/// Calls that only this processor has, from before there were better ones.
#[cfg(target_arch = "x86_64")]
const OLD: &[c_long] = &[
    libc::SYS_arch_prctl,
    libc::SYS_dup2,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_time,
    libc::SYS_getpgrp,
    libc::SYS_getrlimit,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[c_long] = &[];

/// Calls that take a path and only look.
const PATHS: &[c_long] = &[libc::SYS_newfstatat, libc::SYS_faccessat, libc::SYS_readlinkat, libc::SYS_getcwd];

/// Those of them that only this processor has.
#[cfg(target_arch = "x86_64")]
const OLD_PATHS: &[c_long] = &[libc::SYS_stat, libc::SYS_lstat, libc::SYS_access, libc::SYS_readlink];
#[cfg(not(target_arch = "x86_64"))]
const OLD_PATHS: &[c_long] = &[];

/// Calls that open a file.
#[cfg(target_arch = "x86_64")]
const OPENING: &[c_long] = &[libc::SYS_openat, libc::SYS_open];
#[cfg(not(target_arch = "x86_64"))]
const OPENING: &[c_long] = &[libc::SYS_openat];

/// The call that starts a thread.
pub(super) const CLONE: c_long = libc::SYS_clone;

/// Calls that ask about a process, and may ask about this one: it goes by 0 as well.
const ABOUT_ONESELF: &[c_long] = &[libc::SYS_sched_getaffinity, libc::SYS_getpgid, libc::SYS_getsid];

/// Calls that are needed until the harness is ready: to execute Python, to set the second filter, to keep to one processor, and to know
/// whom to try to signal. Who started a worker is no business of its programs.
const ONCE: &[c_long] =
    &[libc::SYS_execve, libc::SYS_sched_setaffinity, libc::SYS_sched_setscheduler, libc::SYS_getppid];

/// The clocks that may be looked at and waited for. Of those that count the time of a process or thread only one's own, for by the number of
/// a clock other processes can be asked for, and what they do be watched.
const CLOCKS: &[i32] = &[
    libc::CLOCK_REALTIME,
    libc::CLOCK_MONOTONIC,
    libc::CLOCK_PROCESS_CPUTIME_ID,
    libc::CLOCK_THREAD_CPUTIME_ID,
    libc::CLOCK_MONOTONIC_RAW,
    libc::CLOCK_REALTIME_COARSE,
    libc::CLOCK_MONOTONIC_COARSE,
    libc::CLOCK_BOOTTIME,
    libc::CLOCK_TAI,
];

/// What may be said of one's own memory: how it will be used, and what of it is needed no more. By what is not here, pages of files that
/// others read could be put out of the system's cache, or pages that are like another process's be found.
const ADVICES: &[i32] = &[
    libc::MADV_NORMAL,
    libc::MADV_RANDOM,
    libc::MADV_SEQUENTIAL,
    libc::MADV_WILLNEED,
    libc::MADV_DONTNEED,
    libc::MADV_FREE,
    libc::MADV_DONTFORK,
    libc::MADV_DOFORK,
    libc::MADV_HUGEPAGE,
    libc::MADV_NOHUGEPAGE,
    libc::MADV_DONTDUMP,
    libc::MADV_DODUMP,
];

/// What newer C libraries say of the last page of a thread's stack, and take back: that it is a guard. The crate has no names for them.
const GUARDS: &[i32] = &[102, 103];
/// How much may be made a guard at once: a page, however large pages are. For all that is, the kernel makes tables, in one go that nothing ends.
const GUARD: u64 = 64 << 10;

/// For whose writes to memory one may wait: those of this process's own threads. The others of the call's commands interrupt or wait for
/// every processor of the machine.
const BARRIERS: &[i32] = &[
    libc::MEMBARRIER_CMD_QUERY,
    libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED,
    libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
];

/// How a futex may be waited for. At one that other processes could share nobody comes to wait, see [`shared_waits`], but that is for
/// another filter to answer: of two that refuse a call, the last one's answer counts.
const WAITS: &[i32] = &[libc::FUTEX_WAIT, libc::FUTEX_WAIT_BITSET];

/// How others may be woken at a futex: at one of this process's own, for at a page of a file that several map, others of other runs wait.
/// Those that lend priority name their holder by the number of a thread, and tell of each whether it is there.
const WAKES: &[i32] =
    &[libc::FUTEX_WAKE, libc::FUTEX_REQUEUE, libc::FUTEX_CMP_REQUEUE, libc::FUTEX_WAKE_OP, libc::FUTEX_WAKE_BITSET];

/// The part of a futex's operation that says what is done.
const FUTEX_COMMAND: i32 = !(libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME);

/// See [`unknown`]. They are allowed in the lists, because of two filters that refuse a call, the last one's answer counts. The last two
/// are here because there are others that do as much, of which fewer have to be answered for.
const UNKNOWN: &[c_long] = &[libc::SYS_clone3, libc::SYS_openat2, libc::SYS_statx, libc::SYS_faccessat2];

/// What a thread of this process is made with, of what `clone` is told.
const THREAD: i32 = libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND | libc::CLONE_FILES | libc::CLONE_FS;
/// What nothing that `clone` makes is made with.
const NO_THREAD: i32 = libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_VFORK
    | libc::CLONE_PTRACE
    | libc::CLONE_PIDFD;

/// Whether `clone` makes a thread of the process when it is told `flags`, and nothing else that it can make.
pub(super) fn makes_a_thread(flags: u64) -> bool {
    flags & unsigned(THREAD | NO_THREAD) == unsigned(THREAD)
}

/// What a file is not opened with that is only read. `O_TMPFILE` shares a bit with `O_DIRECTORY`, which is for listing.
const WRITING: i32 = libc::O_ACCMODE
    | libc::O_CREAT
    | libc::O_TRUNC
    | libc::O_APPEND
    | libc::O_PATH
    | (libc::O_TMPFILE & !libc::O_DIRECTORY);

/// Whether a file that is opened with `flags` is opened for reading and nothing else.
pub(super) fn opens_for_reading(flags: u32) -> bool {
    flags & WRITING as u32 == libc::O_RDONLY as u32
}

/// Calls by how their arguments have to be, in one of several ways.
type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// Returns the calls that are allowed whatever their arguments are, and the others.
fn allowed(stage: Stage, pid: u32) -> Result<(Vec<c_long>, Rules), BackendError> {
    let first = stage == Stage::First;
    let paths = stage != Stage::Second { paths: false };
    let looking = [PATHS, OLD_PATHS].into_iter().filter(|_| paths);
    let once = [ONCE, &[libc::SYS_futex]].into_iter().filter(|_| first);
    let plain = [PLAIN, OLD, UNKNOWN].into_iter().chain(looking).chain(once).flatten().copied().collect();

    let mut rules = Rules::new();
    if !first {
        let wait = |&command: &i32| masked(1, FUTEX_COMMAND, command);
        let own =
            |&command: &i32| masked(1, FUTEX_COMMAND | libc::FUTEX_PRIVATE_FLAG, command | libc::FUTEX_PRIVATE_FLAG);
        let futexes = WAITS.iter().map(wait).chain(WAKES.iter().map(own));
        rules.insert(libc::SYS_futex, futexes.collect::<Result<_, _>>()?);
    }
    // Memory that is shared and no file's is there as long as any of it is mapped, and the limit counts only what is.
    rules.insert(libc::SYS_mmap, vec![masked(3, libc::MAP_SHARED, 0)?, masked(3, libc::MAP_ANONYMOUS, 0)?]);
    let of = |constants: &[i32]| constants.iter().copied().map(unsigned).collect::<Vec<u64>>();
    let guard = |&advice: &i32| SeccompRule::new(vec![equal(2, unsigned(advice))?, at_most(1, GUARD)?]);
    let guards = GUARDS.iter().map(guard).collect::<Result<Vec<_>, _>>()?;
    rules.insert(libc::SYS_madvise, one_of(2, &of(ADVICES))?.into_iter().chain(guards).collect());
    rules.insert(libc::SYS_membarrier, one_of(0, &of(BARRIERS))?);
    let clocks = of(CLOCKS);
    for call in [libc::SYS_clock_gettime, libc::SYS_clock_getres, libc::SYS_clock_nanosleep] {
        rules.insert(call, one_of(0, &clocks)?);
    }
    // All threads have the same descriptors: a table for each would be more than the limit allows.
    rules.insert(libc::SYS_close_range, one_of(2, &[0, u64::from(libc::CLOSE_RANGE_CLOEXEC)])?);
    rules.insert(CLONE, vec![masked(0, THREAD | NO_THREAD, THREAD)?]);
    if paths {
        rules.insert(libc::SYS_openat, vec![masked(2, WRITING, libc::O_RDONLY)?]);
        #[cfg(target_arch = "x86_64")]
        rules.insert(libc::SYS_open, vec![masked(1, WRITING, libc::O_RDONLY)?]);
    }
    // The kernel looks at 32 bits of an ioctl's or fcntl's number; who compares 64 can be tricked.
    let ioctls =
        [libc::TCGETS, libc::TIOCGWINSZ, libc::FIONREAD, libc::FIONBIO, libc::FIOCLEX, libc::FIONCLEX].map(u64::from);
    rules.insert(libc::SYS_ioctl, one_of(1, &ioctls)?);
    // No locks, leases, signals or notes about files.
    let fcntls = [libc::F_DUPFD, libc::F_DUPFD_CLOEXEC, libc::F_GETFD, libc::F_SETFD, libc::F_GETFL, libc::F_SETFL];
    rules.insert(libc::SYS_fcntl, one_of(1, &fcntls.map(unsigned))?);
    // Not to take another name, which the kernel writes into its log as it is, and others are shown.
    let mut prctls = vec![libc::PR_GET_NAME, libc::PR_GET_DUMPABLE, libc::PR_CAPBSET_READ, libc::PR_SET_VMA];
    // As it has long been: who sets a filter says so again.
    prctls.extend(first.then_some(libc::PR_SET_NO_NEW_PRIVS));
    let prctls: Vec<u64> = prctls.into_iter().map(unsigned).collect();
    let mut prctls = one_of(0, &prctls)?;
    // To close one's memory to others, and never to open it.
    prctls.push(SeccompRule::new(vec![equal(0, unsigned(libc::PR_SET_DUMPABLE))?, whole(1, 0)?])?);
    rules.insert(libc::SYS_prctl, prctls);
    // To look at one's own limits, not to set any.
    let own = SeccompRule::new(vec![equal(0, 0)?, whole(2, 0)?])?;
    rules.insert(libc::SYS_prlimit64, vec![own]);
    for &call in ABOUT_ONESELF {
        rules.insert(call, one_of(0, &[0, u64::from(pid)])?);
    }
    // To let oneself go on would make nothing of a signal by which one is about to be stopped.
    for (call, signal) in [(libc::SYS_kill, 1), (libc::SYS_tgkill, 2)] {
        rules.insert(call, vec![SeccompRule::new(vec![equal(0, u64::from(pid))?, other(signal, libc::SIGCONT)?])?]);
    }
    if first {
        let all = libc::SECCOMP_FILTER_FLAG_TSYNC;
        let listener = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
        let flags = [0, all, listener | all | libc::SECCOMP_FILTER_FLAG_TSYNC_ESRCH];
        let set = u64::from(libc::SECCOMP_SET_MODE_FILTER);
        let each = flags.map(|flags| SeccompRule::new(vec![equal(0, set)?, equal(1, flags)?]));
        rules.insert(libc::SYS_seccomp, each.into_iter().collect::<Result<_, _>>()?);
    }
    Ok((plain, rules))
}

/// The argument is one of `values`.
fn one_of(argument: u8, values: &[u64]) -> Result<Vec<SeccompRule>, BackendError> {
    values.iter().map(|&value| SeccompRule::new(vec![equal(argument, value)?])).collect()
}

/// Of the argument's bits in `mask`, just those of `value` are set.
fn masked(argument: u8, mask: i32, value: i32) -> Result<SeccompRule, BackendError> {
    let operator = SeccompCmpOp::MaskedEq(unsigned(mask));
    SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, unsigned(value))?])
}

fn equal(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

fn other(argument: u8, than: i32) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, unsigned(than))
}

fn at_most(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Le, value)
}

/// As [`equal`], for an argument of which the kernel looks at all 64 bits.
fn whole(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, value)
}

/// C's constants are signed where the kernel counts bits.
fn unsigned(constant: i32) -> u64 {
    u64::from(constant as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(stage: Stage) -> Vec<c_long> {
        let (mut plain, rules) = allowed(stage, 7).expect("the lists are sound");
        plain.extend(rules.into_keys());
        plain
    }

    /// What the arguments of calls have to be, where that is looked at.
    fn rules(stage: Stage) -> Rules {
        allowed(stage, 7).expect("the lists are sound").1
    }

    #[test]
    fn each_list_is_part_of_the_one_before() {
        let [first, second] = [Stage::First, Stage::Second { paths: true }].map(numbers);
        let strict = numbers(Stage::Second { paths: false });
        assert!(second.iter().all(|call| first.contains(call)));
        assert!(strict.iter().all(|call| second.contains(call)));
        assert!(strict.len() < second.len() && second.len() < first.len());
    }

    #[test]
    fn nothing_that_takes_a_path_is_left_to_the_strict() {
        let strict = numbers(Stage::Second { paths: false });
        for call in [PATHS, OLD_PATHS, &[libc::SYS_openat, libc::SYS_execve]].into_iter().flatten() {
            assert!(!strict.contains(call), "{call}");
        }
    }

    #[test]
    fn nothing_that_reaches_out_is_on_any_list() {
        let first = numbers(Stage::First);
        for call in [
            libc::SYS_socket,
            libc::SYS_socketpair,
            libc::SYS_connect,
            libc::SYS_execveat,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_io_uring_setup,
            libc::SYS_memfd_create,
            libc::SYS_unlinkat,
            libc::SYS_fchmod,
            libc::SYS_inotify_init1,
            libc::SYS_shmget,
            libc::SYS_setpriority,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_pidfd_open,
        ] {
            assert!(!first.contains(&call), "{call}");
        }
    }

    /// They told which processes there are and what time they take, and gave each thread descriptors of its own.
    #[test]
    fn calls_that_name_others_or_a_table_of_ones_own_are_looked_into() {
        let rules = rules(Stage::Second { paths: true });
        let alternatives = |call: c_long| rules.get(&call).map_or(0, Vec::len);
        assert_eq!(alternatives(libc::SYS_futex), WAITS.len() + WAKES.len());
        let own = masked(1, !libc::FUTEX_CLOCK_REALTIME, libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG).expect("a rule");
        assert!(rules[&libc::SYS_futex].contains(&own), "nobody is woken in another process");
        let name = equal(0, unsigned(libc::PR_SET_NAME)).expect("a condition");
        let takes = SeccompRule::new(vec![name]).expect("a rule");
        assert!(!rules[&libc::SYS_prctl].contains(&takes), "nobody takes another name");
        for call in [libc::SYS_clock_gettime, libc::SYS_clock_getres, libc::SYS_clock_nanosleep] {
            assert_eq!(alternatives(call), CLOCKS.len());
        }
        assert_eq!(alternatives(libc::SYS_close_range), 2);
        let all = numbers(Stage::Second { paths: true });
        assert!(!all.contains(&libc::SYS_sysinfo) && !all.contains(&libc::SYS_getppid));
        assert!(!makes_a_thread(unsigned(libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND)));
    }

    #[test]
    fn memory_can_be_closed_to_others_and_never_opened() {
        for stage in [Stage::First, Stage::Second { paths: true }, Stage::Second { paths: false }] {
            let rules = rules(stage);
            let dumpable = || equal(0, unsigned(libc::PR_SET_DUMPABLE)).expect("a condition");
            let may = |conditions| rules[&libc::SYS_prctl].contains(&SeccompRule::new(conditions).expect("a rule"));
            let to = |value| vec![dumpable(), whole(1, value).expect("a condition")];
            assert!(may(to(0)) && !may(to(1)) && !may(vec![dumpable()]), "{stage:?}");
        }
    }

    /// Of such memory three gibibytes were held by a program that had mapped some pages.
    #[test]
    fn no_memory_is_shared_but_a_files() {
        for stage in [Stage::First, Stage::Second { paths: true }, Stage::Second { paths: false }] {
            let rules = rules(stage);
            let shares_none = [libc::MAP_SHARED, libc::MAP_ANONYMOUS].map(|flag| masked(3, flag, 0).expect("a rule"));
            assert_eq!(rules[&libc::SYS_mmap], shares_none);
        }
    }

    /// For whatever is made one the kernel has tables: a gibibyte of them was made by one call, which nothing ended before it was done.
    #[test]
    fn a_guard_is_a_page_at_most() {
        for stage in [Stage::First, Stage::Second { paths: true }, Stage::Second { paths: false }] {
            let rules = rules(stage);
            for &advice in GUARDS {
                let says = || equal(2, unsigned(advice)).expect("a condition");
                let may =
                    |conditions| rules[&libc::SYS_madvise].contains(&SeccompRule::new(conditions).expect("a rule"));
                assert!(may(vec![says(), at_most(1, GUARD).expect("a condition")]) && !may(vec![says()]), "{stage:?}");
            }
        }
    }

    #[test]
    fn nobody_waits_at_what_others_could_share() {
        let program = shared_waits().expect("the list is sound");
        let answer = |operation: i32| answer(&program, libc::SYS_futex, [0, unsigned(operation), 0, 0, 0, 0]);
        for &command in WAITS {
            assert_eq!(answer(command), libc::SECCOMP_RET_ERRNO | libc::EAGAIN as u32);
            assert_eq!(answer(command | libc::FUTEX_PRIVATE_FLAG), libc::SECCOMP_RET_ALLOW);
        }
    }

    /// They told which processes there are, in which sessions, and where they run.
    #[test]
    fn nobody_else_can_be_asked_about() {
        let rules = rules(Stage::First);
        let answered = |call: c_long| rules.get(&call).is_some_and(|each| each.len() == 2);
        assert!(ABOUT_ONESELF.iter().all(|&call| answered(call)));
    }

    #[test]
    fn what_can_be_asked_of_a_path_waits_for_an_answer() {
        let waits = |program: &BpfProgram, call| answer(program, call, [0; 6]) == libc::SECCOMP_RET_USER_NOTIF;
        let program = asking(true).expect("the list is sound");
        for &call in [PATHS, OLD_PATHS, OPENING, &[CLONE, libc::SYS_uname]].into_iter().flatten() {
            assert_eq!(waits(&program, call), call != libc::SYS_getcwd, "{call}");
        }
        let strict = asking(false).expect("the list is sound");
        assert!(waits(&strict, CLONE) && !waits(&strict, libc::SYS_openat));
    }

    #[test]
    fn only_threads_are_made_and_files_read() {
        let (thread, file) = (unsigned(THREAD), |flags: i32| opens_for_reading(flags as u32));
        assert!(makes_a_thread(thread | unsigned(libc::CLONE_FS | libc::CLONE_SIGHAND)));
        for flags in
            [0, unsigned(libc::CLONE_VM), thread | unsigned(libc::CLONE_VFORK), thread | unsigned(libc::CLONE_NEWUSER)]
        {
            assert!(!makes_a_thread(flags), "{flags:x}");
        }
        assert!(file(libc::O_RDONLY | libc::O_CLOEXEC | libc::O_DIRECTORY | libc::O_NONBLOCK));
        for flags in [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC, libc::O_PATH, libc::O_TMPFILE] {
            assert!(!file(flags), "{flags:x}");
        }
    }

    /// As when each was set by itself: of filters that refuse a call the last one's answer counts, and who refuses comes before who has it wait.
    #[test]
    fn one_filter_of_several_answers_as_they_do() {
        let [first, paths, strict] =
            [Stage::First, Stage::Second { paths: true }, Stage::Second { paths: false }].map(|stage| allow(stage, 7));
        let sets = [
            vec![unknown(), shared_waits(), first],
            vec![paths, asking(true)],
            vec![strict, asking(false)],
            vec![unknown()],
        ];
        for set in sets {
            let set: Vec<BpfProgram> = set.into_iter().map(|each| each.expect("the lists are sound")).collect();
            let joined = filter::joined(set.clone());
            let check = |number: c_long, arguments: [u64; 6]| {
                let each = set.iter().map(|program| answer(program, number, arguments));
                let expected =
                    each.filter(|&answer| answer != libc::SECCOMP_RET_ALLOW).min_by_key(|answer| answer & ACTION);
                let expected = expected.unwrap_or(libc::SECCOMP_RET_ALLOW);
                assert_eq!(answer(&joined, number, arguments), expected, "{number} {arguments:x?}");
            };
            // `FUTEX_LOCK_PI2` is the last command; above the flags there may be anything, which the kernel refuses.
            for operation in (0..0x400).chain([0x8000_0081, 0x1_0000_0081, 0xFFFF_FFFF]) {
                for number in [libc::SYS_futex, libc::SYS_read, libc::SYS_ioctl, libc::SYS_madvise] {
                    check(number, [5, operation, 7, 0, 1, 2]);
                    check(number, [operation, 5, operation, operation, 1, 2]);
                }
            }
            for number in (0..600).chain([0x4000_0000, c_long::from(u32::MAX)]) {
                for first in [0, 1, 7, 128, 129] {
                    check(number, [first, 129, 0, 128, 0, 0]);
                }
            }
        }
    }

    /// The crate's own way, one call after the other, is the twin of the search by halves.
    #[test]
    fn what_is_looked_for_by_halves_is_found() {
        let action = || SeccompAction::Errno(libc::ENOSYS as u32);
        for calls in [PLAIN, OLD, UNKNOWN, PATHS, ONCE, &[]] {
            let found = filter::by_number(calls, libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32).expect("a filter");
            let rules = calls.iter().map(|&call| (call, Vec::new())).collect();
            let twin = filter::by_rules(rules, SeccompAction::Allow, action()).expect("a filter");
            for number in (0..600).chain([0x4000_0000, c_long::from(u32::MAX)]) {
                assert_eq!(answer(&found, number, [0; 6]), answer(&twin, number, [0; 6]), "{number} of {calls:?}");
            }
        }
    }

    /// The part of an answer that says what is done; the less of it, the more it counts.
    const ACTION: u32 = libc::SECCOMP_RET_ACTION_FULL;

    /// What a filter answers to a call, by the instructions that ours are made of, as the kernel's documentation has them.
    fn answer(program: &[seccompiler::sock_filter], number: c_long, arguments: [u64; 6]) -> u32 {
        const ARCHITECTURE: u32 = if cfg!(target_arch = "x86_64") { 0xC000_003E } else { 0xC000_00B7 };
        let mut data = [number as u32, ARCHITECTURE, 0, 0].to_vec();
        data.extend(arguments.iter().flat_map(|each| [*each as u32, (*each >> 32) as u32]));
        let (mut at, mut value) = (0, 0);
        loop {
            let seccompiler::sock_filter { code, jt, jf, k } = program[at];
            let jump = |holds: bool| usize::from(if holds { jt } else { jf });
            at += 1;
            match code {
                0x20 => value = data[k as usize / 4],
                0x54 => value &= k,
                0x05 => at += k as usize,
                0x15 => at += jump(value == k),
                0x25 => at += jump(value > k),
                0x35 => at += jump(value >= k),
                0x06 => return k,
                other => panic!("an instruction {other:x}"),
            }
        }
    }

    #[test]
    fn filters_fit_the_kernel() {
        for stage in [Stage::First, Stage::Second { paths: true }, Stage::Second { paths: false }] {
            let program = allow(stage, u32::MAX).expect("the lists are sound");
            assert!(program.len() <= 4096);
            assert_eq!(filter::bytes(&program).len(), program.len() * 8);
        }
        assert!(!unknown().expect("the list is sound").is_empty());
    }
}
