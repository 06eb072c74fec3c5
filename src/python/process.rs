//! A child process with pipes: frames in, frames out, what it prints on the side kept short, and a death that is certain.
//!
//! A frame is a length (four bytes, big end first) and as many bytes. What frames mean is for `protocol` to say.

use std::collections::VecDeque;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The largest frame that is taken from a child.
const MAX_FRAME: u32 = 64 << 20;
/// How much of the end of a child's standard error is kept.
const KEPT: usize = 16 << 10;
/// How much a child may print on standard error in all.
const MAX_PRINTED: usize = 8 << 20;

/// A child process that answers frames with frames.
pub(super) struct Process {
    child: Child,
    requests: Option<mpsc::Sender<Vec<u8>>>,
    answers: mpsc::Receiver<Result<Vec<u8>, String>>,
    printed: Arc<Mutex<Printed>>,
}

#[derive(Default)]
struct Printed {
    end: VecDeque<u8>,
    flooded: bool,
}

impl Process {
    /// Starts `path` with `arguments` and nothing else: no environment but `environment`, no files but three pipes.
    pub(super) fn start(
        path: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Process, std::io::Error> {
        let mut child = command(path, arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().expect("it was asked to be piped");
        let mut output = child.stdout.take().expect("it was asked to be piped");
        let mut side = child.stderr.take().expect("it was asked to be piped");
        // A thread each, so that a child which does not read, or does not stop printing, holds up nobody.
        let (requests, to_write) = mpsc::channel::<Vec<u8>>();
        thread::spawn(move || {
            for frame in to_write {
                if input.write_all(&frame).and_then(|()| input.flush()).is_err() {
                    break;
                }
            }
        });
        let (read, answers) = mpsc::channel();
        thread::spawn(move || {
            loop {
                let frame = read_frame(&mut output);
                let over = frame.is_err();
                if read.send(frame).is_err() || over {
                    break;
                }
            }
        });
        let printed = Arc::new(Mutex::new(Printed::default()));
        let kept = Arc::clone(&printed);
        let group = child.id();
        thread::spawn(move || drain(&mut side, &kept, group));
        Ok(Process { child, requests: Some(requests), answers, printed })
    }

    /// Sends one frame. Whether it arrived shows in the answer.
    pub(super) fn send(&self, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("requests are far smaller than 4 GiB");
        let mut frame = Vec::with_capacity(payload.len() + 4);
        frame.extend_from_slice(&length.to_be_bytes());
        frame.extend_from_slice(payload);
        if let Some(requests) = &self.requests {
            // The writer has gone only if the child has, and then the answer is an error.
            let _ = requests.send(frame);
        }
    }

    /// Returns the next frame, or what went wrong instead.
    pub(super) fn receive(&self, patience: Duration) -> Result<Vec<u8>, String> {
        match self.answers.recv_timeout(patience) {
            Ok(frame) => frame,
            Err(mpsc::RecvTimeoutError::Timeout) => Err(format!("it said nothing for {} s", patience.as_secs())),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err("it had ended".to_owned()),
        }
    }

    /// Kills the child and returns the end of what it printed on the side, and whether that was too much.
    pub(super) fn kill(&mut self) -> (String, bool) {
        self.requests = None;
        kill_group(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        let printed = self.printed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let bytes: Vec<u8> = printed.end.iter().copied().collect();
        (String::from_utf8_lossy(&bytes).into_owned(), printed.flooded)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs `path` to its end and returns what it printed, or what went wrong.
pub(super) fn output(path: &Path, arguments: &[&str], patience: Duration) -> Result<String, String> {
    let child = command(path, arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let group = child.id();
    let (done, finished) = mpsc::channel();
    thread::spawn(move || done.send(child.wait_with_output()));
    match finished.recv_timeout(patience) {
        Ok(Ok(output)) if output.status.success() => {
            String::from_utf8(output.stdout).map_err(|_| "it printed something that is not text".to_owned())
        }
        Ok(Ok(output)) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.trim_end().lines().last().unwrap_or_default().to_owned();
            Err(if last.is_empty() { output.status.to_string() } else { last })
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => {
            kill_group(group);
            Err(format!("it did not end within {} s", patience.as_secs()))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where Python is started")]
fn command(path: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(path);
    command.args(arguments);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// Kills a child's whole process group, so that nothing it may have started stays behind.
#[cfg(unix)]
fn kill_group(leader: u32) {
    if let Some(group) = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_leader: u32) {}

fn read_frame(from: &mut impl Read) -> Result<Vec<u8>, String> {
    let mut length = [0; 4];
    from.read_exact(&mut length).map_err(|_| "it ended".to_owned())?;
    let length = u32::from_be_bytes(length);
    if length > MAX_FRAME {
        return Err(format!("it announced an answer of {length} bytes"));
    }
    let mut payload = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut payload).map_err(|error| error.to_string())?;
    if payload.len() < length as usize {
        return Err("it ended in the middle of an answer".to_owned());
    }
    Ok(payload)
}

/// Keeps the end of what the child prints on the side; ends a child that does not stop printing.
fn drain(from: &mut impl Read, kept: &Mutex<Printed>, group: u32) {
    let mut total = 0;
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer)
        && count > 0
    {
        total += count;
        let mut printed = kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        printed.end.extend(&buffer[..count]);
        let surplus = printed.end.len().saturating_sub(KEPT);
        printed.end.drain(..surplus);
        if total > MAX_PRINTED && !printed.flooded {
            printed.flooded = true;
            kill_group(group);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_give_a_frame_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let frame = read_frame(&mut bytes.as_slice());
            if let Ok(payload) = frame {
                prop_assert_eq!(payload.len(), u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize);
            }
        }
    }

    #[test]
    fn a_frame_that_is_too_large_is_not_read() {
        let error = read_frame(&mut [0xff, 0xff, 0xff, 0xff, 0].as_slice()).expect_err("too large");
        assert_eq!(error, "it announced an answer of 4294967295 bytes");
    }
}
