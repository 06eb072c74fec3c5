//! The harness uses no name that nobody defines, and none that two define: its files are one namespace, which no checker of single
//! files sees.
//!
//! `names.py` beside this file looks.

use std::process::Command;

use super::pythons::interpreters;

#[expect(clippy::disallowed_methods, reason = "the search is a Python program of its own, without a worker")]
fn said_of_names(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(&interpreters()[0].path)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/names.py"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/python/worker.rs"))
        .args(arguments)
        .output()
        .expect("an interpreter that was found starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn every_name_of_the_harness_is_defined() {
    assert_eq!(said_of_names(&[]), [""; 0]);
}

#[test]
fn a_helper_with_another_name_is_missed() {
    for helper in ["locks_of", "key_touches", "item_place", "checked_timeout", "refused_builtin", "line_of"] {
        assert_eq!(said_of_names(&["--without", helper]), [helper]);
    }
}

#[test]
fn two_helpers_of_one_name_are_told() {
    for helper in ["locks_of", "OPAQUE", "Semaphore", "cur"] {
        assert_eq!(said_of_names(&["--again", helper]), [helper]);
    }
}

/// Each module that is written in Python takes about as long to import as a small program takes to explore.
#[test]
fn the_harness_imports_hardly_anything_as_it_starts() {
    let imports = said_of_names(&["--imports"]);
    match interpreters()[0].version.minor {
        ..14 => assert_eq!(imports, ["types"]),
        _ => assert_eq!(imports, ["_collections_abc", "abc", "io", "types"]),
    }
}
