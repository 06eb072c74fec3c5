//! A world to run the binary in: an empty home, a clean environment, a clock that stands, 80 columns.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

/// A home of its own, removed at the end.
pub(crate) struct World {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run of the binary printed, and its exit code.
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl World {
    pub(crate) fn new() -> World {
        let home = TempDir::new().expect("a folder for a home");
        World { home, variables: Vec::new() }
    }

    /// Sets a variable of the environment for the runs to come.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> World {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes a file, below the home, where the binary runs.
    #[track_caller]
    pub(crate) fn file(self, path: &str, text: impl AsRef<[u8]>) -> World {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("folders can be made");
        fs::write(path, text).expect("files can be written");
        self
    }

    /// Returns the place of something in the home.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.home.path().join(path)
    }

    /// Runs the binary with no input.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "")
    }

    /// Runs the binary with `input`.
    #[track_caller]
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        // A program that does not read its input closes it, which is no failure.
        let _ = child.stdin.take().expect("is piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("the binary ends");
        let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
        let home = self.home.path().display().to_string();
        Output {
            stdout: text(output.stdout).replace(&home, "[HOME]"),
            stderr: text(output.stderr).replace(&home, "[HOME]"),
            code: output.status.code(),
        }
    }

    /// Returns the binary with `arguments`, ready to run.
    #[expect(clippy::disallowed_methods, reason = "tests start the binary, and Python is found by the real PATH")]
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_raceday"));
        command
            .args(arguments)
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            // What was found out about Python is as true in the next test, and takes long to find out.
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("COLUMNS", "80")
            .env("RACEDAY_NOW", "2026-03-02T09:00:00Z")
            .env("RACEDAY_TIMEZONE", "+00:00")
            .env("RACEDAY_SEED", "1")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Returns a shell that does `first` and then becomes the binary, with `arguments`, in the same environment.
    #[expect(clippy::disallowed_methods, reason = "a shell sets what the binary is started with")]
    pub(crate) fn command_after(&self, first: &str, arguments: &[&str]) -> Command {
        let plain = self.command(arguments);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{first}\nexec \"$@\""), "sh"]).arg(plain.get_program()).args(plain.get_args());
        shell.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.current_dir(self.home.path());
        shell
    }
}

impl Output {
    /// Returns this with what differs from machine to machine and from run to run left out.
    pub(crate) fn redacted(mut self) -> Output {
        for stream in [&mut self.stdout, &mut self.stderr] {
            *stream = between(stream, " in ", ", Python ", "[TIME]");
            *stream = between(stream, ", Python ", "\n", "[VERSION]");
            *stream = between(stream, "\"elapsed_ms\": ", ",", "[TIME]");
            *stream = between(stream, "\"python\": \"", "\"", "[VERSION]");
        }
        self
    }
}

/// Replaces what stands between `before` and `after` on one line.
fn between(text: &str, before: &str, after: &str, replacement: &str) -> String {
    let mut result = String::new();
    for line in text.split_inclusive('\n') {
        let found = line.find(before).and_then(|at| {
            let start = at + before.len();
            Some((start, start + line[start..].find(after)?))
        });
        match found {
            Some((start, end)) => result.extend([&line[..start], replacement, &line[end..]]),
            None => result.push_str(line),
        }
    }
    result
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit code {code}")?,
            None => writeln!(f, "killed")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                writeln!(f, "--- {name}")?;
                f.write_str(text)?;
                if !text.ends_with('\n') {
                    f.write_str("[no line break]\n")?;
                }
            }
        }
        Ok(())
    }
}
