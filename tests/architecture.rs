//! Who may use whom, held against the sources; and the house rules that neither rustc nor clippy knows.
//!
//! The table is the one of ARCHITECTURE.md. Test modules are free to use what they like: they show, they do not carry.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The modules in a topological order, and what each may use.
const MODULES: &[(&str, &[&str])] = &[
    ("scenario", &[]),
    ("explore", &["scenario"]),
    ("deck", &["scenario"]),
    ("srs", &[]),
    ("grade", &["deck", "explore", "scenario"]),
    ("session", &["deck", "explore", "grade", "scenario", "srs"]),
    ("notes", &["deck", "scenario"]),
    ("report", &["deck", "explore", "grade", "notes", "scenario", "session", "srs"]),
    ("python", &["scenario"]),
    ("store", &["deck", "notes", "srs"]),
    ("deck_files", &["deck"]),
    ("terminal", &[]),
    ("clock", &[]),
    (
        "cli",
        &[
            "clock",
            "deck",
            "deck_files",
            "explore",
            "grade",
            "notes",
            "python",
            "report",
            "scenario",
            "session",
            "srs",
            "store",
            "terminal",
        ],
    ),
    ("main", &["cli"]),
];

/// Foreign things, and the only modules that may touch them.
const FOREIGN: &[(&str, &[&str])] = &[
    ("std::fs", &["cli", "deck_files", "python", "store", "terminal"]),
    ("std::env", &["main", "python"]),
    ("std::net", &[]),
    ("std::os", &["cli", "deck_files", "python", "store", "terminal"]),
    ("std::process", &["cli", "main", "python", "terminal"]),
    ("std::thread", &["cli", "python", "terminal"]),
    ("std::io::stdin", &["main", "terminal"]),
    ("std::io::stdout", &["main", "terminal"]),
    ("std::io::stderr", &["main", "terminal"]),
    ("io::stdin", &["main", "terminal"]),
    ("io::stdout", &["main", "terminal"]),
    ("io::stderr", &["main", "terminal"]),
    ("std::time::Instant", &["clock"]),
    ("std::time::SystemTime", &["clock"]),
    ("chrono::Local", &["clock"]),
    ("chrono::Utc::now", &["clock"]),
    ("Utc::now", &["clock"]),
    ("clap", &["cli"]),
    ("console", &["cli", "main", "terminal"]),
    ("ctrlc", &["terminal"]),
    ("dialoguer", &["terminal"]),
    ("etcetera", &["main"]),
    ("fsrs", &["srs"]),
    ("landlock", &["python"]),
    ("libc", &["python"]),
    ("rusqlite", &["store"]),
    ("rusqlite_migration", &["store"]),
    // Of decks, and of what is kept for later: to open files so that links are not followed.
    ("rustix", &["cli", "deck_files", "python", "terminal"]),
    ("schemars", &["deck"]),
    ("seccompiler", &["python"]),
    ("serde_saphyr", &["deck"]),
    ("signal_hook", &["terminal"]),
];

/// File names that say what a file is for its author, not what it holds.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "misc", "prelude", "types", "util", "utils"];

/// Code that is not wanted anywhere, and why.
const UNWANTED: &[(&str, &str)] = &[
    ("#[ignore", "a test is run, or is not there"),
    ("allow(dead_code)", "what is not used is not there"),
    ("allow(clippy::", "`#[expect(…, reason = \"…\")]` says why, and says when it is no longer needed"),
];

/// The one file with code that the compiler cannot vouch for, and how often the word is in it: twice for each of three blocks, to say why
/// and to do it.
const UNSAFE: (&str, usize) = ("src/python/confine/listener.rs", 6);

#[test]
fn modules_use_only_whom_they_may() {
    let faults: Vec<String> = sources().iter().flat_map(dependency_faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn foreign_things_stay_at_home() {
    let faults: Vec<String> = sources().iter().flat_map(foreign_faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_keep_the_house_rules() {
    let mut all = sources();
    all.extend(files_below("tests").into_iter().chain(files_below("benches")).map(|path| Source::read("", path)));
    let faults: Vec<String> = all.iter().flat_map(house_faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn one_file_has_unsafe_code() {
    let files = ["src", "tests", "benches", "fuzz"].into_iter().flat_map(files_below);
    let found: Vec<(PathBuf, usize)> = files
        .map(|path| Source::read("", path))
        .map(|source| (source.path.clone(), count_of_unsafe(&source)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let (path, count) = UNSAFE;
    assert_eq!(found, [(PathBuf::from(path), count)]);
}

#[test]
fn reviews_are_never_called_schedules() {
    let memory = ["srs", "store"];
    let faults: Vec<String> = sources()
        .iter()
        .filter(|source| memory.contains(&source.module.as_str()))
        .flat_map(|source| word_faults(source, "schedul"))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_library_lists_its_modules_in_the_tables_order() {
    let listed = declared_modules(&read(&root().join("src/lib.rs")));
    let table: Vec<&str> = MODULES.iter().map(|(module, _)| *module).filter(|module| *module != "main").collect();
    assert_eq!(listed, table);
}

#[test]
fn the_table_has_an_order() {
    for (index, (module, uses)) in MODULES.iter().enumerate() {
        for used in *uses {
            let earlier = MODULES[..index].iter().any(|(earlier, _)| earlier == used);
            assert!(earlier, "`{module}` may use `{used}`, which does not come before it");
        }
    }
}

#[test]
fn architecture_md_shows_the_table() {
    let text = read(&root().join("ARCHITECTURE.md"));
    let rows: Vec<(String, BTreeSet<String>)> = text
        .lines()
        .skip_while(|line| !line.starts_with("| module | may use"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let used = cells[1].split(',').map(|name| name.trim().trim_matches('`')).filter(|name| *name != "–");
            (cells[0].trim_matches('`').to_owned(), used.map(str::to_owned).collect())
        })
        .collect();
    let table: Vec<(String, BTreeSet<String>)> = MODULES
        .iter()
        .map(|(module, uses)| ((*module).to_owned(), uses.iter().map(|used| (*used).to_owned()).collect()))
        .collect();
    assert_eq!(rows, table);
}

#[test]
fn architecture_md_names_all_there_is() {
    let text = read(&root().join("ARCHITECTURE.md"));
    for folder in ["src", "tests", "."] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder can be listed") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("names are text");
            let is_code = entry.path().is_dir() || name.ends_with(".rs") || name.ends_with(".toml");
            if !is_code || name.starts_with('.') || ["target", "docs", "data"].contains(&name.as_str()) {
                continue;
            }
            let shown = if entry.path().is_dir() { format!("{name}/") } else { name };
            let named = text.lines().any(|line| line.split_whitespace().any(|word| word == shown));
            assert!(named, "the code map does not name `{shown}` of {folder}");
        }
    }
}

#[test]
fn the_checker_finds_forbidden_uses() {
    let check = |module: &str, path: &str, text: &str| dependency_faults(&Source::new(module, path, text)).len();
    assert_eq!(check("explore", "src/explore/dpor.rs", "use crate::python::Worker;"), 1);
    assert_eq!(check("explore", "src/explore/dpor.rs", "fn f() { crate::store::open() }"), 1);
    assert_eq!(check("explore", "src/explore/dpor.rs", "use super::super::store::Store;"), 1);
    assert_eq!(check("explore", "src/explore/mod.rs", "use super::store::Store;"), 1);
    assert_eq!(check("clock", "src/clock.rs", "use super::cli::World;"), 1);
    assert_eq!(check("store", "src/store/mod.rs", "use crate::{deck::Deck, session::Session};"), 1);
    assert_eq!(check("store", "src/store/mod.rs", "use crate :: session :: Session;"), 1);
    assert_eq!(check("main", "src/main.rs", "use raceday::store::Store;"), 1);
    assert_eq!(check("new", "src/new.rs", ""), 1, "a module that the table lacks");
    assert_eq!(check("explore", "src/explore/dpor.rs", "use super::Report;"), 0);
    assert_eq!(check("explore", "src/explore/mod.rs", "use crate::scenario::Step;"), 0);
    assert_eq!(check("explore", "src/explore/mod.rs", "use crate::explore::Report;"), 0);
    assert_eq!(
        check("explore", "src/explore/mod.rs", "// crate::python is elsewhere\nconst A: &str = \"crate::cli\";"),
        0
    );
    assert_eq!(check("explore", "src/explore/mod.rs", "#[cfg(test)]\nmod tests {\n use crate::python::Worker;\n}"), 0);
    assert_eq!(
        check("explore", "src/explore/mod.rs", "#[cfg(test)]\nmod tests { }\nuse crate::python::Worker;"),
        1,
        "what follows a test module counts"
    );
}

#[test]
fn the_checker_finds_foreign_things() {
    let check = |module: &str, text: &str| foreign_faults(&Source::new(module, "src/x.rs", text)).len();
    assert_eq!(check("explore", "use std::fs::File;"), 1);
    assert_eq!(check("report", "fn f() { std::io::stdout(); }"), 1);
    assert_eq!(check("session", "let now = chrono::Utc::now();"), 1);
    assert_eq!(check("deck", "use rusqlite::Connection;"), 1);
    assert_eq!(check("store", "use rusqlite::Connection;"), 0);
    assert_eq!(check("grade", "use crate::console::Thing; let fsrs_like = 1;"), 0);
    assert_eq!(check("explore", "/* std::fs */ let a = r#\"std::fs\"#; let b: &'static str = \"std::env\";"), 0);
}

#[test]
fn the_checker_finds_broken_house_rules() {
    let check = |path: &str, text: &str| house_faults(&Source::new("cli", path, text)).len();
    assert_eq!(check("src/cli/mod.rs", "//! What it is for.\nuse a::b;\n"), 0);
    assert_eq!(check("src/cli/mod.rs", "use a::b;\n"), 1, "no module doc");
    assert_eq!(check("src/cli/mod.rs", "//!\n"), 1, "an empty module doc");
    assert_eq!(check("src/cli/utils.rs", "//! Things.\n"), 1, "a name that says nothing");
    assert_eq!(check("src/cli/mod.rs", "//! X.\nuse a::{b, c};\n"), 1, "two uses on a line");
    assert_eq!(check("src/cli/mod.rs", "//! X.\nuse super::*;\n"), 1, "a use of everything");
    assert_eq!(check("src/cli/mod.rs", "//! X.\n#[cfg(test)]\nmod tests {\n    use super::*;\n}\n"), 0);
    assert_eq!(check("src/cli/mod.rs", "//! X.\n#[ignore]\nfn f() {}\n"), 1);
    assert_eq!(check("src/cli/mod.rs", "//! X.\n#[allow(dead_code)]\nfn f() {}\n"), 1);
    assert_eq!(word_faults(&Source::new("srs", "src/srs/mod.rs", "//! Schedules reviews.\n"), "schedul").len(), 1);
    let text =
        "#![allow(unsafe_code)]\n// unsafe\nconst A: &str = \"unsafe\";\n#[cfg(test)]\nmod tests { unsafe fn f() {} }";
    assert_eq!(count_of_unsafe(&Source::new("cli", "src/cli/mod.rs", text)), 2);
    assert_eq!(declared_modules("pub mod a;\n// mod b;\nmod c;\n"), ["a", "c"]);
}

/// A file of Rust.
struct Source {
    /// The top module that it belongs to.
    module: String,
    /// Where it lies, from the package's root.
    path: PathBuf,
    /// As written.
    text: String,
    /// The same without comments, the insides of literals, and test modules; line breaks stay.
    code: String,
}

impl Source {
    fn new(module: &str, path: &str, text: &str) -> Source {
        let code = without_test_modules(&without_comments_and_literals(text));
        Source { module: module.to_owned(), path: PathBuf::from(path), text: text.to_owned(), code }
    }

    fn read(module: &str, path: PathBuf) -> Source {
        let text = read(&root().join(&path));
        Source::new(module, path.to_str().expect("our own names are UTF-8"), &text)
    }

    /// How many `super`s lead from here to the crate's root.
    fn depth(&self) -> usize {
        let inside = self.path.strip_prefix("src").unwrap_or(&self.path).with_extension("");
        inside.iter().filter(|part| *part != "mod" && *part != "main" && *part != "lib").count()
    }

    fn place(&self, offset: usize) -> String {
        let line = self.code[..offset].matches('\n').count() + 1;
        format!("{}:{line}", self.path.display())
    }
}

/// All of `src`, but for lib.rs, which only lists.
fn sources() -> Vec<Source> {
    let sources: Vec<Source> = files_below("src")
        .into_iter()
        .filter(|path| path != Path::new("src/lib.rs"))
        .map(|path| {
            let first = path.iter().nth(1).expect("a file below src");
            let module = Path::new(first).with_extension("");
            Source::read(module.to_str().expect("our own names are UTF-8"), path)
        })
        .collect();
    assert!(sources.len() > MODULES.len(), "where are the sources?");
    sources
}

fn dependency_faults(source: &Source) -> Vec<String> {
    let Some((_, allowed)) = MODULES.iter().find(|(module, _)| *module == source.module) else {
        return vec![format!("{}: `{}` is not in the table", source.path.display(), source.module)];
    };
    used_modules(source)
        .into_iter()
        .filter(|(_, used)| *used != source.module && !allowed.contains(&used.as_str()))
        .map(|(offset, used)| format!("{}: `{}` may not use `{used}`", source.place(offset), source.module))
        .collect()
}

/// Finds the top modules that paths from the crate's root name, with where.
fn used_modules(source: &Source) -> Vec<(usize, String)> {
    let tokens = tokens(&source.code);
    let known = |name: &str| MODULES.iter().any(|(module, _)| *module == name);
    let mut used = Vec::new();
    for start in 0..tokens.len() {
        let starts_path = start == 0 || tokens[start - 1].1 != "::";
        let at = |index: usize| tokens.get(index).map_or("", |(_, token)| token);
        let mut next = match at(start) {
            "crate" if starts_path && at(start + 1) == "::" => start + 2,
            "raceday" if starts_path && source.module == "main" && at(start + 1) == "::" => start + 2,
            "super" if starts_path => {
                let supers = (0..).take_while(|step| at(start + 2 * step) == "super").count();
                if supers < source.depth() || at(start + 2 * supers - 1) != "::" {
                    continue;
                }
                start + 2 * supers
            }
            _ => continue,
        };
        if at(next) != "{" {
            used.push((tokens[start].0, at(next).to_owned()));
            continue;
        }
        // `crate::{a::B, c::{D, E}}`: the names at the outermost depth that begin a path.
        let mut depth = 0;
        loop {
            match at(next) {
                "{" => depth += 1,
                "}" => depth -= 1,
                "" => break,
                name if depth == 1 && matches!(at(next - 1), "{" | ",") && known(name) => {
                    used.push((tokens[next].0, name.to_owned()));
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
            next += 1;
        }
    }
    used
}

fn foreign_faults(source: &Source) -> Vec<String> {
    let tokens = tokens(&source.code);
    let mut faults = Vec::new();
    for start in 0..tokens.len() {
        if start > 0 && matches!(tokens[start - 1].1, "::" | "." | "mod" | "fn") {
            continue;
        }
        for (thing, homes) in FOREIGN {
            let parts = thing.split("::").flat_map(|part| ["::", part]).skip(1);
            let mut ahead = tokens[start..].iter().map(|(_, token)| *token);
            let named = parts.into_iter().all(|part| ahead.next() == Some(part));
            // A foreign crate is named by a path; a variable may be called `console`.
            let is_path = thing.contains("::") || ahead.next() == Some("::");
            if named && is_path && !homes.contains(&source.module.as_str()) {
                faults.push(format!(
                    "{}: `{thing}` has no place in `{}`",
                    source.place(tokens[start].0),
                    source.module
                ));
            }
        }
    }
    faults
}

fn house_faults(source: &Source) -> Vec<String> {
    let path = source.path.display();
    let mut faults = Vec::new();
    let opening = source.text.lines().next().unwrap_or_default();
    if !opening.starts_with("//! ") {
        faults.push(format!("{path}:1: the file does not open with a `//!` line that says what it is for"));
    }
    let stem = source.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if EMPTY_NAMES.contains(&stem) {
        faults.push(format!("{path}: `{stem}` does not say what the file holds"));
    }
    let mut offset = 0;
    for line in source.code.split_inclusive('\n') {
        let place = source.place(offset);
        let use_item = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(super) ");
        let is_use = use_item.starts_with("use ");
        if is_use && use_item.contains('{') {
            faults.push(format!("{place}: one `use` an item, so that a new dependency is one line of the diff"));
        }
        if is_use && use_item.contains("::*") && !use_item.contains("proptest::prelude") {
            faults.push(format!("{place}: a `use` of everything hides what is used"));
        }
        for (unwanted, why) in UNWANTED {
            if line.contains(unwanted) {
                faults.push(format!("{place}: `{unwanted}`: {why}"));
            }
        }
        offset += line.len();
    }
    faults
}

/// Counts what lets in code that the compiler cannot vouch for, in test modules too.
fn count_of_unsafe(source: &Source) -> usize {
    let code = without_comments_and_literals(&source.text);
    tokens(&code).into_iter().filter(|(_, token)| matches!(*token, "unsafe" | "unsafe_code")).count()
}

fn word_faults(source: &Source, word: &str) -> Vec<String> {
    let lines = source.text.lines().enumerate();
    lines
        .filter(|(_, line)| line.to_lowercase().contains(word))
        .map(|(index, line)| format!("{}:{}: `{word}` in `{}`", source.path.display(), index + 1, line.trim()))
        .collect()
}

fn declared_modules(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// Splits `code` into names, `::` and single signs, with where each begins.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let offset = code.len() - rest.len();
        let length = if is_name(first) {
            rest.find(|c| !is_name(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push((offset, &rest[..length]));
        }
        rest = &rest[length..];
    }
    tokens
}

/// Blanks comments and the insides of literals, so that what is left is code. Offsets and line breaks stay.
fn without_comments_and_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after_name = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if !after_name && let Some(length) = raw_string(rest) {
            length
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if first == '\'' {
            char_literal(rest).unwrap_or(0)
        } else {
            0
        };
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..length].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    code
}

/// Returns how long the raw string is that `text` begins with.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    let body = after[hashes..].strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&closing).map_or(body.len(), |end| end + closing.len());
    Some(text.len() - body.len() + end)
}

/// Returns how long the character is that `text` begins with; a lifetime is none.
fn char_literal(text: &str) -> Option<usize> {
    let body = &text[1..];
    if let Some(escape) = body.strip_prefix('\\') {
        let end = escape.char_indices().skip(1).find(|(_, c)| *c == '\'')?.0;
        return Some(2 + end + 1);
    }
    let first = body.chars().next()?;
    body[first.len_utf8()..].starts_with('\'').then_some(1 + first.len_utf8() + 1)
}

/// Blanks each `#[cfg(test)]` and the item after it.
fn without_test_modules(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut result = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        let mut depth = 0;
        let end = rest[start..].char_indices().find_map(|(offset, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            let ends = depth == 0 && matches!(c, '}' | ';');
            ends.then_some(start + offset + 1)
        });
        let end = end.unwrap_or(rest.len());
        result.push_str(&rest[..start]);
        result.extend(rest[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    result.push_str(rest);
    result
}

fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root().join(&folder)) else { continue };
        for entry in entries {
            let path = folder.join(entry.expect("a readable folder").file_name());
            if root().join(&path).is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
