//! Who stands between Raceday and a foreign program that is run to its end, so that nothing of that stays.
//!
//! It is our own program again, started with a hidden argument and with a pipe whose other end nobody holds but who started it. It gives
//! the program a process group of its own, and kills that group once the program has ended, or once the pipe has: because nobody waits
//! any more, or because Raceday is gone, by whichever signal. What has left the group stays, as servers do that a shim may start.

use std::ffi::OsString;
use std::io;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::ExitCode;
use std::process::Stdio;
use std::sync::Arc;
use std::thread;

use super::leader::Leader;
use super::process;

/// The argument that makes our program the minder.
pub(super) const SUBCOMMAND: &str = "__mind";

/// The exit code where the program did not end by itself, or was not started.
const FAILED: u8 = 125;

/// Returns what starts `program` under `minder`, our own program. Its arguments are to be added, and its pipes; its input is the
/// minder's.
pub(super) fn command(minder: &Path, program: &Path) -> Command {
    let mut command = process::command_in_our_group(minder, &[SUBCOMMAND]);
    command.arg(program).stdin(Stdio::piped());
    command
}

/// Runs a program and its arguments to their end, or until `input` ends, and returns its exit code. What is wrong is said on `err`.
pub(super) fn mind(command: &[OsString], input: impl Read + Send + 'static, err: &mut dyn Write) -> ExitCode {
    match try_to_mind(command, input) {
        Ok(code) => ExitCode::from(code),
        Err(why) => {
            // Who hears nothing of it still sees the exit code.
            let _ = writeln!(err, "{why}");
            ExitCode::from(FAILED)
        }
    }
}

fn try_to_mind(command: &[OsString], mut input: impl Read + Send + 'static) -> Result<u8, String> {
    let [program, arguments @ ..] = command else {
        return Err(format!("`{SUBCOMMAND}` is how Raceday asks a Python, and not for use by hand"));
    };
    // Ctrl-C is for Raceday, and then the pipe ends.
    #[cfg(unix)]
    rustix::process::setsid().map_err(|error| error.to_string())?;
    let child = process::command(Path::new(program), arguments).stdin(Stdio::null()).spawn();
    let child = Arc::new(Leader::new(child.map_err(|error| error.to_string())?));
    let minded = Arc::clone(&child);
    let waiting = thread::Builder::new().spawn(move || {
        // Nobody writes to it.
        let _ = io::copy(&mut input, &mut io::sink());
        minded.kill();
    });
    if waiting.is_ok() {
        process::wait_until_ended(child.id());
    }
    child.kill();
    let status = child.wait().ok_or("nobody knows how it ended")?;
    waiting.map_err(|error| format!("nobody can mind it: {error}"))?;
    match status.code() {
        Some(code) => Ok(u8::try_from(code).unwrap_or(FAILED)),
        None => Err(status.to_string()),
    }
}
