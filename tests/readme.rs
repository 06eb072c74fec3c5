//! What README shows is what the program does: its commands run, and print what stands below them.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

#[test]
fn commands_print_what_readme_shows() {
    let readme = readme();
    let home = TempDir::new().expect("a folder for a home");
    for (name, text) in programs(&readme) {
        fs::write(home.path().join(name), text).expect("files can be written");
    }
    let mut shown = 0;
    for block in blocks(&readme, "console") {
        for session in block.split("$ ").skip(1) {
            let (command, expected) = session.split_once('\n').unwrap_or((session, ""));
            let printed = run(home.path(), command);
            assert_eq!(redacted(&printed), redacted(expected), "README shows something else for `{command}`");
            shown += 1;
        }
    }
    assert!(shown >= 2, "README shows no commands");
}

/// A terminal shows its choices and keys in another way than a pipe; all else must be the same, word by word.
#[test]
fn the_quiz_that_readme_shows_is_what_a_quiz_prints() {
    let readme = readme();
    let home = TempDir::new().expect("a folder for a home");
    let shown = blocks(&readme, "text").next().expect("README shows a quiz");
    let command = shown.lines().next().and_then(|line| line.strip_prefix("$ ")).expect("it begins with a command");
    let printed = run(home.path(), &format!("printf '1 4\\n' | {command}"));
    let words = |text: &str| {
        // Where there is colour, code needs no marks, and paragraphs break elsewhere for it.
        let lines = text.lines().filter(|line| !["[x]", "[ ]", "q stop"].iter().any(|keys| line.contains(keys)));
        let words: Vec<String> = lines.flat_map(str::split_whitespace).map(|word| word.replace('`', "")).collect();
        words
    };
    let printed = words(&printed);
    let mut rest = printed.iter();
    for word in words(shown).iter().skip(words(command).len() + 1) {
        assert!(rest.any(|printed| printed == word), "`{word}` is not, or not there, in: {}", printed.join(" "));
    }
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
    assert_eq!(codes.len(), 4, "{help}");
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

/// Runs a line of a shell with this binary as `raceday`, and returns what it printed.
#[expect(clippy::disallowed_methods, reason = "README's commands are run as a reader would")]
fn run(home: &Path, line: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_raceday"));
    let folder = binary.parent().expect("a binary lies in a folder");
    let mut search = vec![folder.to_owned()];
    search.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(home)
        .env_clear()
        .env("PATH", std::env::join_paths(search).expect("folders without colons"))
        .env("HOME", home)
        .env("COLUMNS", "80")
        .env("RACEDAY_NOW", "2026-03-02T09:00:00Z")
        .env("RACEDAY_TIMEZONE", "+00:00")
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    assert!(output.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what is printed is UTF-8")
}

/// Returns the blocks of code in `language`.
fn blocks<'a>(text: &'a str, language: &str) -> impl Iterator<Item = &'a str> {
    let opening = format!("```{language}\n");
    let starts: Vec<usize> = text.match_indices(&opening).map(|(at, opening)| at + opening.len()).collect();
    starts.into_iter().map(|start| text[start..].split("```").next().unwrap_or_default())
}

/// Returns the programs that README shows: each is named in the paragraph before it.
fn programs(readme: &str) -> Vec<(&str, &str)> {
    let named = |block: &&str| {
        let at = readme.find(*block).unwrap_or(0);
        readme[..at].rsplit('`').find(|word| word.ends_with(".py"))
    };
    blocks(readme, "python").filter_map(|block| Some((named(&block)?, block))).collect()
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
