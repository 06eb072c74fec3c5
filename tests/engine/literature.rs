//! Programs of the literature, as Python: as many executions as were published for Optimal DPOR (Abdulla et al., JACM 2017), none more.

use super::pythons::explored;
use super::pythons::scenario;

#[track_caller]
fn runs(source: &str, executions: u64) {
    let report = explored(&scenario(source, Some("0"))).expect("it explores");
    assert!(report.exhaustive);
    assert_eq!(report.executions, executions);
}

#[test]
fn readers_8() {
    runs(&readers(8), 256);
}

#[test]
fn indexer_12() {
    runs(&indexer(12), 8);
}

#[test]
fn lastzero_5() {
    runs(&lastzero(5), 64);
}

/// One thread writes a variable that `n` others read.
fn readers(n: usize) -> String {
    format!(
        "
from threading import Thread
x = 0
def write():
    global x
    x = 1
def read():
    x
threads = [Thread(target=write)] + [Thread(target=read) for _ in range({n})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
    )
}

/// `n` threads insert four messages each into a hash table of 128 places (Flanagan and Godefroid, POPL 2005, figure 1).
fn indexer(n: usize) -> String {
    format!(
        "
from threading import Lock, Thread
SIZE, MAX = 128, 4
table = [0] * SIZE
locks = [Lock() for _ in range(SIZE)]
def insert(tid):
    m = 0
    while True:
        if m >= MAX:
            return
        m += 1
        w = m * 11 + tid
        h = (w * 7) % SIZE
        while True:
            with locks[h]:
                if table[h] == 0:
                    table[h] = w
                    break
            h = (h + 1) % SIZE
threads = [Thread(target=insert, args=(tid,)) for tid in range({n})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
    )
}

/// `n` threads write `array[i] = array[i - 1] + 1`; one looks for the last zero (Abdulla et al., POPL 2014, section 2).
fn lastzero(n: usize) -> String {
    format!(
        "
from threading import Thread
array = [0] * ({n} + 1)
def write(j):
    array[j] = array[j - 1] + 1
def search():
    i = {n}
    while array[i] != 0:
        i -= 1
threads = [Thread(target=search)] + [Thread(target=write, args=(j,)) for j in range(1, {n} + 1)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"
    )
}
