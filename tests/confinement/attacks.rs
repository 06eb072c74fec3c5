//! The attacks, run one by one against each way of confining.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use raceday::explore::Bounds;
use raceday::explore::Dpor;
use raceday::explore::explore;
use raceday::python::Confinement;
use raceday::python::Interpreter;
use raceday::python::Layers;
use raceday::python::Level;
use raceday::python::Limits;
use raceday::python::PythonError;
use raceday::python::Worker;
use raceday::scenario::Scenario;

use super::ground::Ground;
use super::ground::Witness;
use super::machine;

const ATTACKS: &str = include_str!("attacks.py");
const DOCUMENTATION: &str = include_str!("../../docs/security.md");

/// The layers that can stop an attack.
const LAYERS: [&str; 5] = ["files", "calls", "limits", "namespace", "supervisor"];

/// A layer that stops an attack by itself.
struct Stopper {
    /// One of [`LAYERS`].
    layer: &'static str,
    /// Whether it stops it when root tries.
    for_root_alone: bool,
    /// Since which version of Landlock.
    version: i32,
}

impl Stopper {
    /// Returns what a heading calls `name`.
    fn named(name: &'static str) -> Stopper {
        let (layer, condition) = name.split_once('/').unwrap_or((name, "1"));
        assert!(LAYERS.contains(&layer), "`{layer}` stops nothing");
        let for_root_alone = condition == "root";
        let version = if for_root_alone { 1 } else { condition.parse().expect("a version of Landlock") };
        Stopper { layer, for_root_alone, version }
    }

    /// Whether this machine and this user have it.
    fn is_here(&self) -> bool {
        (self.layer != "files" || machine::landlock() >= self.version)
            && (self.layer != "namespace" || machine::has_user_namespaces())
    }

    /// Returns what the documentation calls it.
    fn documented(&self) -> String {
        let name = match self.layer {
            "files" => "Landlock",
            "calls" => "seccomp",
            "namespace" => "user namespace",
            other => other,
        };
        let version = if self.version > 1 { format!(" {}", self.version) } else { String::new() };
        format!("{name}{version}{}", if self.for_root_alone { " (root)" } else { "" })
    }
}

/// One attack.
struct Attack {
    name: &'static str,
    /// Which layers stop it, each by itself.
    stoppers: Vec<Stopper>,
    witness: Witness,
    for_root: bool,
    /// The first minor version of Python 3 that has what it uses.
    since: u32,
    code: String,
}

/// Returns all attacks.
fn attacks() -> Vec<Attack> {
    let mut parts = ATTACKS.split("# == ");
    let common = parts.next().expect("there is something before the first heading");
    let attack = |part: &'static str| {
        let (heading, code) = part.split_once('\n').expect("a heading is a line");
        let (name, rest) = heading.split_once(": ").expect("a heading has a colon");
        let words: Vec<&str> = rest.split(", ").collect();
        let stoppers = words[0].split('+').map(Stopper::named).collect();
        let witness = Witness::named(words[1]);
        let for_root = words.contains(&"root");
        let since = words.iter().find_map(|word| word.strip_prefix("since 3."));
        let since = since.map_or(0, |minor| minor.parse().expect("a minor version"));
        Attack { name, stoppers, witness, for_root, since, code: common.to_owned() + code }
    };
    parts.map(attack).collect()
}

/// Returns these of [`LAYERS`] and no others.
fn layers(these: &[&str]) -> Layers {
    let has = |layer| these.contains(&layer);
    Layers {
        files: has("files"),
        calls: has("calls"),
        limits: has("limits"),
        user_namespace: has("namespace"),
        supervisor: has("supervisor"),
        ..Layers::ALL
    }
}

/// Runs `attack` with `confinement`; returns what the witness saw, if it saw anything.
fn breach(attack: &Attack, interpreter: &Interpreter, confinement: &Confinement, compiled: &[u8]) -> Option<String> {
    let ground = Ground::new();
    let source = ground.told(&attack.code);
    let scenario = Scenario { observe: Some("result".to_owned()), ..Scenario::new("attack.py", source) };
    let limits = Limits::default();
    let mut worker = Worker::start_compiled(interpreter, confinement, limits, compiled.into())
        .unwrap_or_else(|error| panic!("{}: {error}", attack.name));
    let report = worker.load(&scenario).and_then(|mut program| {
        explore(&mut program, Dpor::default(), Bounds { executions: 1, ..Bounds::default() }, &mut |_| true)
    });
    let said = match &report {
        Ok(report) => report.outcomes.iter().map(|found| format!("{:?}", found.outcome)).collect::<String>(),
        Err(PythonError::Syntax { message, line, .. }) => panic!("{}: {message} in line {line}", attack.name),
        Err(error) => error.to_string(),
    };
    // The process is still there, if it did not end itself.
    ground.saw(attack.witness, &said)
}

/// Runs `attack` with each of its stoppers as the only layer, where it has to fail, and with all layers but its stoppers, where it
/// has to succeed. Returns what is not so.
fn faults_of_layers(attack: &Attack, interpreter: &Interpreter, compiled: &[u8]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |layers: Layers, succeeds: bool| {
        let seen = breach(attack, interpreter, &machine::confinement().with_layers(layers), compiled);
        if seen.is_some() != succeeds {
            faults.push(format!("`{}` {} with {layers:?}", attack.name, if succeeds { "fails" } else { "succeeds" }));
        }
    };
    let relevant = || attack.stoppers.iter().filter(|each| machine::is_root() || !each.for_root_alone);
    let is_other = |layer: &&str| !relevant().any(|each| each.layer == *layer);
    let others = layers(&LAYERS.into_iter().filter(is_other).collect::<Vec<_>>());
    check(others, true);
    for stopper in relevant() {
        if stopper.version > 1 {
            check(Layers { files: true, oldest_landlock: true, ..others }, true);
        }
        if stopper.is_here() {
            check(layers(&[stopper.layer]), false);
        }
    }
    faults
}

/// Runs all attacks, confined by `confinement`, which has to come to `level`; and with single layers if `layer_by_layer`.
fn run_all(interpreter: &Interpreter, confinement: &Confinement, level: Level, layer_by_layer: bool) {
    let _alone = machine::alone();
    let mut worker = Worker::start(interpreter, confinement, Limits::default()).expect("a worker starts");
    assert_eq!(worker.confined().map(|confined| confined.level), Some(level));
    let compiled = worker.compiled().expect("the harness is compiled");
    drop(worker);
    let (mut faults, mut count) = (Vec::new(), 0);
    let is_possible =
        |attack: &&Attack| (machine::is_root() || !attack.for_root) && interpreter.version.minor >= attack.since;
    for attack in attacks().iter().filter(is_possible) {
        count += 1;
        if layer_by_layer {
            faults.extend(faults_of_layers(attack, interpreter, &compiled));
        }
        if let Some(seen) = breach(attack, interpreter, confinement, &compiled) {
            faults.push(format!("`{}` succeeded: {seen}", attack.name));
        }
    }
    assert!(faults.is_empty(), "{}, level {level}:\n{}", interpreter.version, faults.join("\n"));
    assert!(count >= 60, "only {count} attacks");
}

#[test]
fn each_attack_is_stopped_by_each_layer_that_is_said_to_stop_it_and_by_no_other() {
    run_all(&machine::interpreter(), &machine::confinement(), Level::Full, true);
}

/// The list of the start is a layer of the same name as the one that comes after it. This is one of the attacks that it lets pass.
#[test]
fn what_only_the_start_needs_is_stopped_by_the_second_list_of_calls() {
    let _alone = machine::alone();
    let (interpreter, whole) = (machine::interpreter(), machine::confinement());
    let mut worker = Worker::start(&interpreter, &whole, Limits::default()).expect("a worker starts");
    let compiled = worker.compiled().expect("the harness is compiled");
    let attacks = attacks();
    let attack = attacks.iter().find(|attack| attack.name == "find out who started this process").expect("it is there");
    assert_eq!(breach(attack, &interpreter, &whole, &compiled), None);
    let without = whole.with_layers(Layers { second_list: false, ..Layers::ALL });
    assert!(breach(attack, &interpreter, &without, &compiled).is_some());
}

#[test]
fn the_documentation_says_which_layers_stop_an_attack() {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for attack in attacks() {
        let stoppers: Vec<String> = attack.stoppers.iter().map(Stopper::documented).collect();
        groups.entry(stoppers.join(", ")).or_default().push(attack.name);
    }
    let mut groups: Vec<(String, Vec<&str>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, names)| Reverse(names.len()));
    let rows: Vec<String> = groups
        .into_iter()
        .map(|(stoppers, names)| format!("| {stoppers} | {} | {} |", names.len(), names.join(", ")))
        .collect();
    let table = format!("| stopped by each of | attacks | which |\n| --- | --- | --- |\n{}\n", rows.join("\n"));
    assert!(DOCUMENTATION.contains(&table), "docs/security.md lacks this table:\n{table}");
}

#[test]
fn the_first_landlock_is_enough() {
    let layers = Layers { oldest_landlock: true, ..Layers::ALL };
    run_all(&machine::interpreter(), &machine::confinement().with_layers(layers), Level::Full, false);
}

#[test]
fn attacks_fail_where_user_namespaces_are_refused() {
    machine::without_calls(&[libc::SYS_unshare], libc::EPERM, || {
        assert!(!machine::has_user_namespaces());
        run_all(&machine::interpreter(), &machine::confinement(), Level::Full, false);
    });
}

#[test]
fn attacks_fail_without_landlock() {
    machine::without_calls(&machine::LANDLOCK, libc::ENOSYS, || {
        run_all(&machine::interpreter(), &machine::confinement(), Level::Strict, false);
    });
}

#[test]
fn attacks_fail_with_every_python() {
    for interpreter in machine::other_interpreters() {
        run_all(&interpreter, &machine::confinement(), Level::Full, false);
    }
}

#[test]
fn attacks_fail_for_an_ordinary_user() {
    for test in [
        "attacks::each_attack_is_stopped_by_each_layer_that_is_said_to_stop_it_and_by_no_other",
        "attacks::the_first_landlock_is_enough",
        "attacks::attacks_fail_where_user_namespaces_are_refused",
        "attacks::attacks_fail_without_landlock",
    ] {
        machine::as_ordinary_user(test);
    }
}

#[test]
fn nobody_runs_unconfined_without_leave() {
    let calls = [&machine::LANDLOCK[..], &[libc::SYS_seccomp]].concat();
    machine::without_calls(&calls, libc::ENOSYS, || {
        let _alone = machine::alone();
        let (interpreter, confinement) = (machine::interpreter(), machine::confinement());
        let refused = Worker::start(&interpreter, &confinement, Limits::default()).err();
        assert!(matches!(refused, Some(PythonError::CannotConfine { .. })), "{refused:?}");
        let worker =
            Worker::start(&interpreter, &confinement.or_none(), Limits::default()).expect("with leave it starts");
        assert_eq!(worker.confined().map(|confined| confined.level), Some(Level::None));
    });
}

#[test]
fn whoever_fails_to_be_confined_is_refused_even_with_leave() {
    // Everything seems to be there, and one step on the way fails.
    machine::without_calls(&[libc::SYS_setsid], libc::EPERM, || {
        let _alone = machine::alone();
        let confinement = machine::confinement().or_none();
        let refused = Worker::start(&machine::interpreter(), &confinement, Limits::default()).err();
        assert!(matches!(refused, Some(PythonError::NotConfined { .. })), "{refused:?}");
    });
}
