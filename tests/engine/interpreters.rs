//! What is found out about an interpreter, and when that is remembered.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use raceday::python;
use raceday::python::Described;
use raceday::python::FindError;
use raceday::python::Forgetful;
use raceday::python::Interpreter;
use raceday::python::Remember;
use raceday::python::Search;
use tempfile::TempDir;

use crate::pythons::interpreters;

/// Remembers, and counts how often somebody was asked because nothing was remembered.
#[derive(Default)]
struct Counted {
    kept: HashMap<PathBuf, Described>,
    asked: usize,
}

impl Remember for Counted {
    fn recall(&mut self, executable: &Path) -> Option<Described> {
        self.kept.get(executable).cloned()
    }

    fn keep(&mut self, executable: &Path, described: &Described) {
        self.asked += 1;
        // As it is kept in a file.
        let json = serde_json::to_string(described).expect("it is JSON");
        self.kept.insert(executable.to_owned(), serde_json::from_str(&json).expect("it is what was written"));
    }
}

fn find(path: &Path, memory: &mut dyn Remember) -> Result<Interpreter, FindError> {
    python::find(&Search { flag: Some(path.to_owned()), ..Search::default() }, memory)
}

#[test]
fn an_interpreter_says_what_a_process_of_it_reads() {
    for interpreter in interpreters() {
        assert!(interpreter.modules.iter().any(|folder| folder.join("threading.py").is_file()), "{interpreter:?}");
        assert!(interpreter.path.is_absolute() && !interpreter.path.is_symlink(), "{interpreter:?}");
        if cfg!(target_os = "linux") {
            let loaded = |name: &str| interpreter.libraries.iter().any(|file| file.to_string_lossy().contains(name));
            assert!(loaded("/libc.") || loaded("musl"), "{interpreter:?}");
            assert!(!interpreter.has_ctypes || loaded("/libffi.") && loaded("/libgcc_s."), "{interpreter:?}");
            assert!(interpreter.loader.as_ref().is_some_and(|loader| loader.is_file()), "{interpreter:?}");
            assert!(interpreter.libraries.iter().all(|file| file.is_file()), "{interpreter:?}");
        }
    }
}

#[test]
fn what_is_remembered_is_not_asked_again() {
    for known in interpreters() {
        let mut memory = Counted::default();
        assert_eq!(&find(&known.path, &mut memory).expect("found"), known);
        assert_eq!(&find(&known.path, &mut memory).expect("found"), known);
        assert_eq!(memory.asked, 1);
    }
}

/// Programs may read what an interpreter reads, so who wrote to the file that this was kept in had anything read that he liked.
#[cfg(target_os = "linux")]
#[test]
fn what_was_made_up_is_asked_again() {
    let known = &interpreters()[0];
    let mut memory = Counted::default();
    find(&known.path, &mut memory).expect("found");
    let said = serde_json::to_value(&memory.kept[&known.path]).expect("JSON");
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut said = said.clone();
        change(&mut said);
        serde_json::from_value::<Described>(said).expect("it is well-formed")
    };
    let more = |list: &'static str, path: &'static str| {
        with(&move |said| {
            said[list].as_array_mut().expect("a list").push(path.into());
            // Who makes things up makes up what they hang on.
            if list != "links" {
                let stamp = said["hangs_on"][0].clone();
                said["hangs_on"].as_array_mut().expect("a list").push(serde_json::json!([path, stamp[1]]));
            }
        })
    };
    let made_up = [
        more("modules", "/etc/shadow"),
        more("modules", "/root"),
        more("modules", "/"),
        more("libraries", "/etc/shadow"),
        more("libraries", "/etc"),
        more("links", "/etc/passwd"),
        with(&|said| said["hangs_on"] = serde_json::json!([])),
        with(&|said| said["loader"] = "/bin/sh".into()),
        with(&|said| said["executable"] = "/bin/sh".into()),
        with(&|said| said["modules"] = vec!["/etc"; 100_000].into()),
        with(&|said| said["libraries"] = vec![said["libraries"][0].clone(); 100_000].into()),
    ];
    for (times, described) in made_up.into_iter().enumerate() {
        memory.kept.insert(known.path.clone(), described);
        assert_eq!(&find(&known.path, &mut memory).expect("found"), known, "{times}");
        assert_eq!(memory.asked, times + 2);
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_the_same_interpreter() {
    let known = &interpreters()[0];
    let folder = TempDir::new().expect("a folder");
    let link = folder.path().join("python3");
    std::os::unix::fs::symlink(&known.path, &link).expect("linked");
    let mut memory = Counted::default();
    assert_eq!(&find(&link, &mut memory).expect("found"), known);
    assert_eq!(&find(&known.path, &mut memory).expect("found"), known);
    assert_eq!(memory.asked, 1);
}

#[cfg(target_os = "linux")]
#[test]
fn what_was_said_before_a_file_changed_is_asked_again() {
    let folder = TempDir::new().expect("a folder");
    let mut memory = Counted::default();
    let known = &interpreters()[0];
    // A copy, with the modules of the one it was made of.
    let copy = folder.path().join("bin/python3");
    fs::create_dir(folder.path().join("bin")).expect("made");
    install(&known.path, &copy);
    let home = known.path.parent().expect("a folder").display();
    fs::write(folder.path().join("pyvenv.cfg"), format!("home = {home}\n")).expect("written");
    let copied = find(&copy, &mut memory).expect("found");
    assert_eq!((copied.path.as_path(), &copied.modules), (copy.as_path(), &known.modules));
    find(&copy, &mut memory).expect("found");
    assert_eq!(memory.asked, 1);

    let stale = memory.kept.clone();
    fs::write(folder.path().join("bin/pyvenv.cfg"), format!("home = {home}\n")).expect("written");
    find(&copy, &mut memory).expect("found");
    assert_eq!(memory.asked, 2, "a file that was not there is");
    fs::remove_file(folder.path().join("bin/pyvenv.cfg")).expect("removed");
    memory.kept = stale;
    install(&known.path, &folder.path().join("other"));
    fs::rename(folder.path().join("other"), &copy).expect("replaced");
    find(&copy, &mut memory).expect("found");
    assert_eq!(memory.asked, 3, "the executable is another");
}

#[cfg(unix)]
#[test]
fn a_shim_is_asked_each_time_where_it_leads() {
    let known = &interpreters()[0];
    let folder = TempDir::new().expect("a folder");
    let (shim, log) = (folder.path().join("python3"), folder.path().join("log"));
    script(&shim, &format!("echo asked >> '{}'\nexec '{}' \"$@\"\n", log.display(), known.path.display()));
    let mut memory = Counted::default();
    for times in 1..3 {
        assert_eq!(&find(&shim, &mut memory).expect("found"), known);
        assert_eq!(memory.asked, 1);
        assert_eq!(fs::read_to_string(&log).expect("it was asked").lines().count(), times);
    }
    script(&shim, "exit 7\n");
    let error = find(&shim, &mut memory).expect_err("it leads nowhere");
    assert_eq!(error.to_string(), format!("`{}` does not run as a Python: exit status: 7", shim.display()));
}

/// Some shims are links to one program, which does what it is called by.
#[cfg(unix)]
#[test]
fn a_program_that_goes_by_its_name_is_asked_by_that_name() {
    let known = &interpreters()[0];
    let folder = TempDir::new().expect("a folder");
    let manager = folder.path().join("manager");
    let shim = folder.path().join("python3");
    let leads = format!("case \"$0\" in *python3) exec '{}' \"$@\";; esac\nexit 1\n", known.path.display());
    script(&manager, &leads);
    std::os::unix::fs::symlink(&manager, &shim).expect("linked");
    assert_eq!(&find(&shim, &mut Forgetful).expect("found"), known);
    assert!(matches!(find(&manager, &mut Forgetful), Err(FindError::NotPython { .. })));
}

#[cfg(unix)]
fn script(path: &Path, text: &str) {
    let draft = path.with_extension("draft");
    fs::write(&draft, format!("#!/bin/sh\n{text}")).expect("written");
    install(&draft, path);
}

/// Copies a program, by another process: one that this process wrote cannot be run while any child that another test is just
/// starting has it open.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "see above")]
fn install(from: &Path, to: &Path) {
    let status = std::process::Command::new("install").args(["-m", "755"]).arg(from).arg(to).status();
    assert!(status.expect("`install` runs").success());
}
