//! A program that is run once, to its end: a Python that is asked what it is. Nobody knows what it really is, so what it prints and
//! how long it takes are bounded, and nothing stays of it.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::leader::kill_group;
use super::minder;
use super::process::command;
use super::process::wait_until_ended;

/// The most that is read of either stream of such a program: many times what any Python says of itself.
const MAX_OUTPUT: u64 = 256 << 10;
/// How many characters are told of the reason that it gives.
const LONGEST_REASON: usize = 400;

/// Runs `path` to its end and returns what it printed, or what went wrong. With a `minder` nothing stays of it, nor of what it has
/// started in its process group, however it ends and however we do.
pub(super) fn output(
    path: &Path,
    arguments: &[&str],
    minder: Option<&Path>,
    patience: Duration,
) -> Result<Vec<u8>, String> {
    let mut command = minder.map_or_else(|| command(path, &[""; 0]), |minder| minder::command(minder, path));
    if minder.is_none() {
        command.stdin(Stdio::null());
    }
    let child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| error.to_string())?;
    let (id, output, side) = (child.id(), child.stdout.take(), child.stderr.take());
    let (tell, told) = mpsc::channel();
    let tell_of_side = tell.clone();
    let listening = thread::Builder::new().spawn(move || read_some(side, &tell_of_side)).and_then(|side| {
        thread::Builder::new().spawn(move || {
            let output = read_some(output, &tell);
            wait_until_ended(id);
            tell.send(Told::End(output, side.join().unwrap_or_default()))
        })
    });
    let told = match listening {
        Ok(_) => told.recv_timeout(patience).map_err(|_| format!("it did not end within {} s", patience.as_secs())),
        Err(error) => Err(format!("nobody can listen to it: {error}")),
    };
    // It was not waited for yet, so its number is its own. A minder kills what it minds once we wait for it, which ends its pipe.
    if minder.is_none() && !matches!(told, Ok(Told::End(..))) {
        kill_group(id);
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    match told? {
        Told::End(output, _) if status.success() => Ok(output),
        Told::End(_, said) => {
            let said = String::from_utf8_lossy(&said);
            let last: String =
                said.trim_end().lines().last().unwrap_or_default().chars().take(LONGEST_REASON).collect();
            Err(if last.is_empty() { status.to_string() } else { last })
        }
        Told::Flood => Err(format!("it printed more than {} KiB", MAX_OUTPUT >> 10)),
    }
}

/// What is heard of a program that is run to its end.
enum Told {
    /// It has ended, and printed this, and this on the side.
    End(Vec<u8>, Vec<u8>),
    /// It prints more than anybody reads.
    Flood,
}

/// Returns what can be read to the end, or until it cannot be read any more, or is too much, which is told.
fn read_some(from: Option<impl Read>, tell: &mpsc::Sender<Told>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.map(|from| from.take(MAX_OUTPUT + 1).read_to_end(&mut bytes));
    if bytes.len() as u64 > MAX_OUTPUT {
        let _ = tell.send(Told::Flood);
    }
    bytes
}

#[cfg(all(test, unix))]
mod tests {
    use super::Duration;
    use super::Path;
    use super::output;

    #[test]
    fn who_takes_too_long_or_lives_on_in_silence_is_killed() {
        let patience = Duration::from_millis(200);
        for script in ["while :; do :; done", "exec >&- 2>&-; while :; do :; done"] {
            let said = output(Path::new("/bin/sh"), &["-c", script], None, patience);
            assert_eq!(said, Err("it did not end within 0 s".to_owned()), "{script}");
        }
        let said =
            output(Path::new("/bin/sh"), &["-c", "echo out; echo no >&2; exit 3"], None, Duration::from_secs(20));
        assert_eq!(said, Err("no".to_owned()));
        let said = output(Path::new("/bin/sh"), &["-c", "echo out; echo no >&2"], None, Duration::from_secs(20));
        assert_eq!(said, Ok(b"out\n".to_vec()));
    }

    /// All of it was kept, for 20 s: 8.6 GB.
    #[test]
    fn who_prints_without_end_is_not_read_to_the_end() {
        let patience = Duration::from_secs(600);
        for script in ["yes", "yes >&2", "while :; do echo y; done", "exec 2>&-; yes", "exec >&-; yes >&2"] {
            let said = output(Path::new("/bin/sh"), &["-c", script], None, patience);
            assert_eq!(said, Err("it printed more than 256 KiB".to_owned()), "{script}");
        }
        let script = "head -c 262144 /dev/zero; head -c 262144 /dev/zero >&2";
        let said = output(Path::new("/bin/sh"), &["-c", script], None, patience);
        assert_eq!(said.map(|said| said.len()), Ok(256 << 10));
        let script = "head -c 262143 /dev/zero | tr '\\0' x >&2; exit 1";
        let said = output(Path::new("/bin/sh"), &["-c", script], None, patience);
        assert_eq!(said, Err("x".repeat(400)));
    }
}
