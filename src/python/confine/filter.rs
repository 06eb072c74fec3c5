//! How seccomp filters are put together, so that the kernel is soon done with each call.
//!
//! A crate makes what looks at arguments, one call after another. Here are what needs only the number of a call, the calls that are made
//! most, and one filter of several. Which calls are allowed is for `calls` to say.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::BackendError;
use seccompiler::BpfProgram;
use seccompiler::SeccompAction;
use seccompiler::SeccompFilter;
use seccompiler::SeccompRule;
use seccompiler::TargetArch;
use seccompiler::sock_filter;

/// Where the kernel shows a filter the call's number, and of its second argument the 32 bits that it looks at itself, on processors whose
/// words begin with what is low.
const NUMBER: u32 = 0;
const OPERATION: u32 = 16 + 8;

/// After how many instructions of a filter it has read the number of the call: before, it looks for which processor that is.
const NUMBER_READ: usize = 4;

/// Returns the filter that has `matching` happen for calls by `rules`, and `otherwise` for all others. A call that comes from a program
/// for another kind of processor ends the process: its numbers mean other calls.
pub(super) fn by_rules(
    rules: BTreeMap<c_long, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matching: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    let processor: TargetArch = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, otherwise, matching, processor)?.try_into()
}

/// Returns the filter that answers `verdict`, one of the kernel's, to `calls`, whatever their arguments are, and lets all others pass.
pub(super) fn by_number(calls: &[c_long], verdict: u32) -> Result<BpfProgram, BackendError> {
    // The action is that of no call.
    let mut program = by_rules(BTreeMap::new(), SeccompAction::Allow, SeccompAction::KillProcess)?;
    program.insert(NUMBER_READ - 1, read(NUMBER));
    Ok(with_numbers_first(program, calls, verdict))
}

/// Returns `program` with `verdict` for `calls`, whatever it says of them.
pub(super) fn with_numbers_first(mut program: BpfProgram, calls: &[c_long], verdict: u32) -> BpfProgram {
    program.splice(NUMBER_READ..NUMBER_READ, search(&runs(calls), verdict, 0));
    program
}

/// Returns one filter of several, each of which has to let a call pass: what refuses it first decides how. That takes the kernel less time than
/// several: it runs each for a call, and works out for each, when it is set, what it lets pass whatever the arguments are.
///
/// Those calls pass at once by which threads of one process wait for each other: no list refuses them, and they are most of what a worker calls.
pub(super) fn joined(programs: impl IntoIterator<Item = BpfProgram>) -> BpfProgram {
    let joined = programs.into_iter().reduce(followed_by).unwrap_or_default();
    with_own_futexes_first(joined)
}

/// Returns `first` with `next` where it lets a call pass.
fn followed_by(mut first: BpfProgram, mut next: BpfProgram) -> BpfProgram {
    let length = first.len();
    for (at, instruction) in first.iter_mut().enumerate() {
        if instruction.code == RETURN && instruction.k == libc::SECCOMP_RET_ALLOW {
            let rest = u32::try_from(length - at - 1).expect("a filter has 4096 instructions at most");
            *instruction = statement(libc::BPF_JMP | libc::BPF_JA, rest);
        }
    }
    first.append(&mut next);
    first
}

fn with_own_futexes_first(mut program: BpfProgram) -> BpfProgram {
    let own = |command: i32| (command | libc::FUTEX_PRIVATE_FLAG) as u32;
    let first = [
        jump(libc::BPF_JEQ, libc::SYS_futex as u32, 0, 7),
        read(OPERATION),
        statement(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, !libc::FUTEX_CLOCK_REALTIME as u32),
        jump(libc::BPF_JEQ, own(libc::FUTEX_WAIT), 2, 0),
        jump(libc::BPF_JEQ, own(libc::FUTEX_WAIT_BITSET), 1, 0),
        jump(libc::BPF_JEQ, own(libc::FUTEX_WAKE), 0, 1),
        statement(RETURN.into(), libc::SECCOMP_RET_ALLOW),
        read(NUMBER),
    ];
    program.splice(NUMBER_READ..NUMBER_READ, first);
    program
}

/// Returns the bytes of `program` as the kernel reads them.
pub(super) fn bytes(program: &BpfProgram) -> Vec<u8> {
    let instruction = |each: &sock_filter| {
        let [code, jumps] = [each.code.to_ne_bytes(), [each.jt, each.jf]];
        code.into_iter().chain(jumps).chain(each.k.to_ne_bytes())
    };
    program.iter().flat_map(instruction).collect()
}

/// What ends a filter, with a constant for its answer.
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

fn statement(code: u32, k: u32) -> sock_filter {
    sock_filter { code: code as u16, jt: 0, jf: 0, k }
}

fn read(offset: u32) -> sock_filter {
    statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset)
}

/// Goes on after `if_so` more instructions if the comparison holds, else after `if_not`.
fn jump(comparison: u32, with: u32, if_so: u8, if_not: u8) -> sock_filter {
    let code = (libc::BPF_JMP | comparison | libc::BPF_K) as u16;
    sock_filter { code, jt: if_so, jf: if_not, k: with }
}

/// Numbers that follow each other, from the first to the last.
type Run = (u32, u32);

/// Returns the runs of numbers of `calls`, in order.
fn runs(calls: &[c_long]) -> Vec<Run> {
    let mut numbers: Vec<u32> = calls.iter().map(|&call| call as u32).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut runs: Vec<Run> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// Returns what looks for the number that was read in `runs`, by halves, and returns `verdict` if it is there; else it goes on `after` instructions
/// behind it.
fn search(runs: &[Run], verdict: u32, after: usize) -> BpfProgram {
    let far = |instructions: usize| u8::try_from(instructions).expect("the lists are constants, and tested");
    match *runs {
        [] => BpfProgram::new(),
        [(from, to)] => vec![
            jump(libc::BPF_JGE, from, 0, far(after + 2)),
            jump(libc::BPF_JGT, to, far(after + 1), 0),
            statement(RETURN.into(), verdict),
        ],
        _ => {
            let (low, high) = runs.split_at(runs.len() / 2);
            let mut higher = search(high, verdict, after);
            let mut lower = search(low, verdict, higher.len() + after);
            let mut tree = vec![jump(libc::BPF_JGE, high[0].0, far(lower.len()), 0)];
            tree.append(&mut lower);
            tree.append(&mut higher);
            tree
        }
    }
}
