//! The attacks, run one by one against each way of confining.

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

/// One attack.
struct Attack {
    name: &'static str,
    without: Layers,
    witness: Witness,
    for_root: bool,
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
        let without = match words[0] {
            "files" => Layers { files: false, ..Layers::ALL },
            "calls" => Layers { calls: false, ..Layers::ALL },
            "limits" => Layers { limits: false, user_namespace: false, ..Layers::ALL },
            "both" => Layers::NONE,
            other => panic!("`{other}` stops nothing"),
        };
        let witness = Witness::named(words[1]);
        Attack { name, without, witness, for_root: words.get(2) == Some(&"root"), code: common.to_owned() + code }
    };
    parts.map(attack).collect()
}

/// Runs `attack` with `confinement`; returns what the witness saw, if it saw anything.
fn breach(attack: &Attack, interpreter: &Interpreter, confinement: &Confinement, compiled: &[u8]) -> Option<String> {
    let ground = Ground::new();
    let source = ground.told(&attack.code);
    let scenario = Scenario { observe: Some("result".to_owned()), ..Scenario::new("attack.py", source) };
    let limits = Limits::default();
    let mut worker = Worker::start_compiled(interpreter, confinement, limits, compiled.to_vec())
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

/// Runs all attacks, confined by `confinement`, which has to come to `level`; first without what stops them if `controls`.
fn run_all(interpreter: &Interpreter, confinement: &Confinement, level: Level, controls: bool) {
    let _alone = machine::alone();
    let mut worker = Worker::start(interpreter, confinement, Limits::default()).expect("a worker starts");
    assert_eq!(worker.confined().map(|confined| confined.level), Some(level));
    let compiled = worker.compiled().expect("the harness is compiled");
    drop(worker);
    let (mut faults, mut count) = (Vec::new(), 0);
    for attack in attacks().iter().filter(|attack| machine::is_root() || !attack.for_root) {
        count += 1;
        if controls {
            let open = confinement.clone().with_layers(attack.without);
            if breach(attack, interpreter, &open, &compiled).is_none() {
                faults.push(format!("`{}` proves nothing: it fails although nothing stops it", attack.name));
            }
        }
        if let Some(seen) = breach(attack, interpreter, confinement, &compiled) {
            faults.push(format!("`{}` succeeded: {seen}", attack.name));
        }
    }
    assert!(faults.is_empty(), "{}, level {level}:\n{}", interpreter.version, faults.join("\n"));
    assert!(count >= 60, "only {count} attacks");
}

#[test]
fn attacks_succeed_without_what_stops_them_and_fail_with_it() {
    run_all(&machine::interpreter(), &machine::confinement(), Level::Full, true);
}

#[test]
fn the_first_landlock_is_enough() {
    let layers = Layers { oldest_landlock: true, ..Layers::ALL };
    run_all(&machine::interpreter(), &machine::confinement().with_layers(layers), Level::Full, false);
}

#[test]
fn attacks_fail_without_a_user_namespace() {
    let layers = Layers { user_namespace: false, ..Layers::ALL };
    run_all(&machine::interpreter(), &machine::confinement().with_layers(layers), Level::Full, false);
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
    machine::as_ordinary_user("attacks::attacks_succeed_without_what_stops_them_and_fail_with_it");
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
