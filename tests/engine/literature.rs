//! Programs of the literature, as Python: as many executions as were published for Optimal DPOR (Abdulla et al., JACM 2017), none
//! more. `benches/literature.rs` has the large ones.

use super::pythons::explored;
use super::pythons::scenario;

#[track_caller]
fn runs(source: &str, n: usize, executions: u64) {
    let report = explored(&scenario(&format!("N = {n}\n{source}"), Some("0"))).expect("it explores");
    assert!(report.is_exhaustive());
    assert_eq!(report.executions, executions);
}

#[test]
fn readers_8() {
    runs(include_str!("../data/literature/readers.py"), 8, 256);
}

#[test]
fn indexer_12() {
    runs(include_str!("../data/literature/indexer.py"), 12, 8);
}

/// Once 2,521 were executed: a race was reversed with the first execution that had it only.
#[test]
fn lastzero_10() {
    runs(include_str!("../data/literature/lastzero.py"), 10, 3328);
}

#[test]
fn lastzero_5() {
    runs(include_str!("../data/literature/lastzero.py"), 5, 64);
}
