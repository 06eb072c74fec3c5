//! Signals that whoever runs the tests ignores, and so what they start does too.

use std::fs;

/// Whether this process ignores a signal (`-INT`, `SIGINT`), as what a shell runs in the background does with Ctrl-C and what `nohup`
/// starts with `SIGHUP`; where that cannot be told, it does not. Says so if it does.
#[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
pub(crate) fn ignores(signal: &str) -> bool {
    let number = match signal.trim_start_matches('-').trim_start_matches("SIG") {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "TERM" => 15,
        _ => return false,
    };
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let is_ignored = mask.is_some_and(|mask| mask >> (number - 1) & 1 == 1);
    if is_ignored {
        eprintln!("SKIPPED: {signal} is ignored here");
    }
    is_ignored
}
