//! What README shows is what the program does: its commands run, and print what stands below them; keys pressed in a
//! terminal give the screens that it shows.

#![cfg(unix)]

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use expectrl::Eof;
use expectrl::Expect as _;
use expectrl::session::OsSession;
use tempfile::TempDir;

/// When README's commands run.
const NOW: &str = "2026-03-04T09:00:00Z";
/// When its reader was here for the first time.
const BEFORE: &str = "2026-03-02T09:00:00Z";

/// README is one reader's story: its commands run one after the other in one home, and where it shows a terminal, keys are
/// pressed in a real one.
#[test]
fn readme_shows_what_is_printed() {
    let readme = readme();
    let home = TempDir::new().expect("a folder for a home");
    for (name, text) in programs(&readme) {
        fs::write(home.path().join(name), text).expect("files can be written");
    }
    // The story is of somebody who was here two days before.
    run_at(BEFORE, home.path(), "printf '1 3\\n' | raceday review --limit 1");
    let mut screens = PLAYS.iter().flat_map(|play| play.shown(home.path()));
    let mut commands = 0;
    for (language, block) in blocks(&readme) {
        match language {
            "text" => {
                let screen = screens.next().expect("a play for each screen in README");
                // README may leave out what has been shown before.
                let lines: Vec<&str> = screen.lines().collect();
                let end = &lines[lines.len().saturating_sub(block.trim_end().lines().count())..];
                assert_eq!(end.join("\n"), block.trim_end(), "README shows another screen");
            }
            "console" => {
                for session in block.split("$ ").skip(1) {
                    let (command, expected) = session.split_once('\n').unwrap_or((session, ""));
                    let printed = run_at(NOW, home.path(), command);
                    assert_eq!(redacted(&printed), redacted(expected), "README shows something else for `{command}`");
                    commands += 1;
                }
            }
            _ => {}
        }
    }
    assert_eq!(screens.next(), None, "README does not show all screens");
    assert!(commands >= 4, "README shows no commands");
}

#[test]
fn every_command_is_in_the_table() {
    let readme = readme();
    let home = TempDir::new().expect("a folder for a home");
    let help = run(home.path(), "raceday --help");
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> =
        listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty()).collect();
    assert!(commands.contains(&"explore"), "{help}");
    for command in commands.into_iter().filter(|command| *command != "help") {
        assert!(readme.contains(&format!("| `raceday {command}")), "README's table has no `raceday {command}`");
    }
}

#[test]
fn exit_codes_are_those_of_the_help() {
    let readme = readme();
    let home = TempDir::new().expect("a folder for a home");
    let help = run(home.path(), "raceday --help");
    let codes = help.lines().skip_while(|line| *line != "Exit codes:").skip(1);
    let codes: Vec<(&str, &str)> = codes.filter_map(|line| line.trim().split_once("  ")).collect();
    assert_eq!(codes.len(), 5, "{help}");
    for (code, meaning) in codes {
        assert!(readme.contains(&format!("| {code} | {meaning} |")), "README lacks exit code {code}: {meaning}");
    }
}

#[test]
fn links_lead_somewhere() {
    for (file, text) in [("README.md", readme()), ("docs/exploration.md", read("docs/exploration.md"))] {
        let folder = Path::new(file).parent().expect("a file lies in a folder");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !link.contains("://") && !link.starts_with('#') {
                let path = root().join(folder).join(link.split('#').next().unwrap_or(link));
                assert!(path.exists(), "{file} links to `{link}`, which is not there");
            }
        }
    }
}

/// Something done in a terminal.
struct Play {
    command: &'static str,
    /// How many lines the terminal has.
    rows: NonZero<u16>,
    /// For each screen that README shows: what to wait for, and what to type then; the last is waited for alone.
    screens: &'static [&'static [(&'static str, &'static str)]],
    /// Likewise, until the command has ended.
    end: &'static [(&'static str, &'static str)],
}

const PLAYS: [Play; 2] = [
    Play {
        command: "raceday quiz thread-safety --count 1 --seed 175",
        rows: NonZero::new(120).expect("lines"),
        screens: &[&[("q stop", "1"), ("q stop", "4"), ("q stop", "\r"), ("q stop", "")]],
        end: &[("", "\r"), ("q stop", "q")],
    },
    Play {
        command: "raceday review",
        rows: NonZero::new(46).expect("lines"),
        screens: &[
            &[
                ("q stop", "n"),
                ("q back", "3"),
                ("(Enter: back):", "10-11\r"),
                ("q: back):", "Started first is not printed first."),
                ("printed first.", ""),
            ],
            &[("", "\r"), ("q stop", "1"), ("q stop", "2"), ("q stop", "\r"), ("s steps", ""), ("q stop", "")],
        ],
        end: &[("", "\r"), ("q stop", "q")],
    },
];

impl Play {
    /// Returns what the terminal shows, screen by screen. When the last was taken, the command goes on to its end.
    fn shown(&self, home: &Path) -> Vec<String> {
        let (rows, columns) = (self.rows, NonZero::new(80).expect("80 columns are some"));
        let line = format!("stty rows {rows} cols {columns}; exec {}", self.command);
        let mut command = shell(NOW, home, &line);
        command.env("TERM", "xterm-256color");
        let mut session = OsSession::spawn(command).expect("there is a shell");
        session.set_expect_timeout(Some(Duration::from_secs(60)));
        let mut terminal = vt100::Parser::new(rows, columns, 0);
        terminal.process(format!("$ {}\r\n", self.command).as_bytes());
        let mut type_all = |keys: &[(&str, &str)]| {
            for (awaited, typed) in keys {
                if !awaited.is_empty() {
                    let found = session.expect(awaited).unwrap_or_else(|error| {
                        panic!("`{awaited}`: {error} in:\n{}", terminal.screen().contents());
                    });
                    terminal.process(found.as_bytes());
                }
                session.send(typed).expect("keys can be sent");
            }
            let lines = terminal.screen().contents();
            lines.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
        };
        let screens = self.screens.iter().map(|keys| type_all(keys)).collect();
        type_all(self.end);
        session.expect(Eof).expect("it ends");
        screens
    }
}

/// Runs a line of a shell with this binary as `raceday`, and returns what it printed.
fn run(home: &Path, line: &str) -> String {
    run_at(NOW, home, line)
}

fn run_at(now: &str, home: &Path, line: &str) -> String {
    let output = shell(now, home, line).stdin(Stdio::null()).output().expect("there is a shell");
    assert!(output.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what is printed is UTF-8")
}

/// Returns a shell that is about to run a line, with this binary as `raceday`.
#[expect(clippy::disallowed_methods, reason = "README's commands are run as a reader would")]
fn shell(now: &str, home: &Path, line: &str) -> Command {
    let binary = Path::new(env!("CARGO_BIN_EXE_raceday"));
    let folder = binary.parent().expect("a binary lies in a folder");
    let mut search = vec![folder.to_owned()];
    search.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(home)
        .env_clear()
        .env("PATH", std::env::join_paths(search).expect("folders without colons"))
        .env("HOME", home)
        .env("COLUMNS", "80")
        .env("RACEDAY_NOW", now)
        .env("RACEDAY_TIMEZONE", "+00:00");
    command
}

/// Returns the blocks of code, each with its language.
fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'))
}

/// Returns the programs that README shows: each is named in the paragraph before it.
fn programs(readme: &str) -> Vec<(&str, &str)> {
    let named = |block: &&str| {
        let at = readme.find(*block).unwrap_or(0);
        readme[..at].rsplit('`').find(|word| word.ends_with(".py"))
    };
    let python = blocks(readme).filter(|(language, _)| *language == "python");
    python.filter_map(|(_, block)| Some((named(&block)?, block))).collect()
}

/// Returns `text` without what differs from machine to machine and from run to run.
fn redacted(text: &str) -> String {
    let line = |line: &str| match (line.find(" in "), line.find(", Python ")) {
        (Some(time), Some(python)) if time < python => line[..time].to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn readme() -> String {
    read("README.md")
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
