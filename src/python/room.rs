//! How much of what a process says is taken in.
//!
//! A process that a scenario took over can say anything, and a frame of 64 MB can be of thirty million parts, each of which would
//! take a hundred bytes here, or name again and again something that is large. So there are bounds beside that of a frame.
//! The harness stays far below them even with programs that reach its own limits; what goes beyond is nonsense, like any other.

use crate::scenario::Detail;
use crate::scenario::Operation;
use crate::scenario::Outcome;

/// How many threads an execution has at most: `MAX_THREADS` of the harness.
pub(super) const MAX_THREADS: usize = 64;
/// How many steps: `MAX_STEPS` of the harness.
pub(super) const MAX_STEPS: usize = 10_000;
/// How many values there may be in the JSON of a frame, with members' names among them. The telling of the longest execution has six
/// for each step, and one for each lock that is held then: two hundred of those fit. An operation that touches one place has five:
/// a batch of sixteen of the longest executions may explain two new ones at each step.
const MAX_VALUES: usize = 2 << 20;
/// How many numbers the executions of an answer are told in. They have four for each step, and three for each guard that it changes:
/// in sixteen of the longest, twenty-six a step.
pub(super) const MAX_NUMBERS: usize = 4 << 20;
/// How many executions an answer tells of. Explorations ask for sixteen at once, and our tests for a thousand.
pub(super) const MAX_EXECUTIONS: usize = 4096;
/// How many operations a process may explain in its life. The harness keeps them all, in some 500 bytes each, and has 1 GiB: by
/// then it would have little room for anything else.
const MAX_OPERATIONS: usize = 1 << 20;
/// How much the steps of an answer's executions may touch in all, and the operations that a process explains. Some hundred steps
/// touch some hundred places.
const MAX_TOUCHES: usize = 4 << 20;
/// How many bytes an outcome may take. It has 1 Mi characters at most, which are six times as many bytes at most once those are escaped
/// that are none.
const MAX_OUTCOME: usize = 8 << 20;
/// How many bytes a scenario's outcomes may take: `MAX_TOLD` characters of the harness's, of four bytes at most, and what they are in.
const MAX_OUTCOMES: usize = 36 << 20;
/// How many bytes the outcomes of an answer's executions may take, and the telling of a careful execution. A
/// program comes to 6 MiB at most: 96 MiB in a batch of sixteen. The telling of the longest execution has room for 13 KB of each step,
/// of which a value is 200 characters.
const MAX_TEXT: usize = 128 << 20;
/// How many bytes what a scenario shares may take: as much as a hundred thousand names, where a large program has hundreds.
pub(super) const MAX_SHARED: usize = 16 << 20;

/// How many characters of what a replay calls something are taken in: a thread, a place, a lock, an act. `MOST_CALLED` of the harness.
const MOST_CALLED: usize = 200;
/// How many characters of a value that a replay tells, of which the harness cuts each part to 200. `MOST_VALUE` of the harness.
const MOST_VALUE: usize = 1000;

const TOO_MUCH: &str = "it says too much";

/// An answer that does not make sense.
#[derive(Debug)]
pub(super) struct Nonsense(pub(super) &'static str);

/// What was taken in, of one answer or in all.
#[derive(Default)]
pub(super) struct Room {
    operations: usize,
    touches: usize,
    text: usize,
}

impl Room {
    /// Takes in an operation that is explained.
    pub(super) fn explain(&mut self, operation: &Operation) -> Result<(), Nonsense> {
        take(&mut self.operations, 1, MAX_OPERATIONS, "it explains too many operations")?;
        self.touch(operation)
    }

    /// Takes in an operation that is done, or waited with.
    pub(super) fn touch(&mut self, operation: &Operation) -> Result<(), Nonsense> {
        take(&mut self.touches, operation.touches.len(), MAX_TOUCHES, "it touches too much")
    }

    /// Takes in an outcome.
    pub(super) fn see(&mut self, outcome: &Outcome) -> Result<(), Nonsense> {
        let of_exceptions = outcome.exceptions.iter().map(|exception| {
            size_of_val(exception) + exception.thread.len() + exception.class.len() + exception.message.len()
        });
        let of_texts = [&outcome.value, &outcome.stdout].into_iter().flatten().map(String::len);
        let size = size_of_val(outcome) + outcome.claims.len() + of_exceptions.chain(of_texts).sum::<usize>();
        if size > MAX_OUTCOME { Err(Nonsense(TOO_MUCH)) } else { self.read(size) }
    }

    /// Takes in an outcome of a scenario, which is kept.
    pub(super) fn keep(&mut self, outcome: &Outcome) -> Result<(), Nonsense> {
        self.see(outcome)?;
        if self.text > MAX_OUTCOMES { Err(Nonsense(TOO_MUCH)) } else { Ok(()) }
    }

    /// Takes in what a step did.
    pub(super) fn hear(&mut self, detail: &Detail) -> Result<(), Nonsense> {
        let of_holds = detail.holds.iter().map(|lock| size_of_val(lock) + lock.len());
        let of_texts = [Some(&detail.verb), Some(&detail.location), detail.value.as_ref()];
        let of_texts = of_texts.into_iter().flatten().map(String::len);
        self.read(size_of_val(detail) + of_holds.chain(of_texts).sum::<usize>())
    }

    /// Takes in so many bytes of text.
    pub(super) fn read(&mut self, bytes: usize) -> Result<(), Nonsense> {
        take(&mut self.text, bytes, MAX_TEXT, TOO_MUCH)
    }
}

fn take(taken: &mut usize, more: usize, most: usize, what: &'static str) -> Result<(), Nonsense> {
    *taken = taken.saturating_add(more);
    if *taken > most { Err(Nonsense(what)) } else { Ok(()) }
}

/// Returns what a replay calls something, as much of it as is taken in. Both ends stay: names of a kind differ in either.
pub(super) fn called(name: String) -> String {
    brief(name, MOST_CALLED)
}

/// Returns a value that a replay tells, or what a process says went wrong, as much of it as is taken in.
pub(super) fn told(text: String) -> String {
    brief(text, MOST_VALUE)
}

fn brief(text: String, most: usize) -> String {
    // No character takes less than a byte: mostly they need not be counted.
    if text.len() <= most || text.chars().nth(most).is_none() {
        return text;
    }
    let (head, tail) = (most / 2, most - most / 2 - 1);
    let starts = |from_end: usize| text.char_indices().rev().nth(from_end - 1).map_or(0, |(start, _)| start);
    let end = text.char_indices().nth(head).map_or(text.len(), |(end, _)| end);
    format!("{}…{}", &text[..end], &text[starts(tail)..])
}

/// Returns whether there are more values in JSON than an answer has. Whoever reads it makes something of each, however short it is.
pub(super) fn has_too_many_values(json: &[u8]) -> bool {
    // Before each value but the first there is one of four signs, and mostly there is no room for so many.
    if json.len() < MAX_VALUES {
        return false;
    }
    let (mut values, mut rest) = (1, json.iter());
    while let Some(byte) = rest.next() {
        match byte {
            b'[' | b'{' | b',' | b':' => values += 1,
            b'"' => {
                while let Some(byte) = rest.next().filter(|&&byte| byte != b'"') {
                    if *byte == b'\\' {
                        rest.next();
                    }
                }
            }
            _ => {}
        }
    }
    values > MAX_VALUES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::worker::HARNESS;

    #[test]
    fn the_bounds_are_those_of_the_harness() {
        for line in [
            "\nMAX_STEPS = 10_000\n",
            "\nMAX_THREADS = 64\n",
            "\nMAX_OUTPUT = 1 << 20\n",
            "\nMOST_CALLED = 200\n",
            "\nMOST_VALUE = 1000\n",
        ] {
            assert!(HARNESS.contains(line), "{line}");
        }
        assert_eq!((MAX_STEPS, MAX_THREADS, MOST_CALLED, MOST_VALUE), (10_000, 64, 200, 1000));
    }

    #[test]
    fn names_are_cut_in_the_middle() {
        assert_eq!(brief("äbcde".to_owned(), 5), "äbcde");
        assert_eq!(brief("äbcdéf".to_owned(), 5), "äb…éf");
        assert_eq!(brief("äbcdef".to_owned(), 4), "äb…f");
        let [one, other] = ["a", "b"].map(|end| called(format!("{}{end}", "x".repeat(1_000_000))));
        assert_eq!(one.chars().count(), MOST_CALLED);
        assert_ne!(one, other);
        assert!(one.capacity() < 1000, "nothing is kept of what was cut off");
    }

    #[test]
    fn values_are_counted_outside_of_strings() {
        let list = |entry: &str, count: usize| format!("[{}]", vec![entry; count].join(","));
        for (entry, values) in [
            ("0", 1),
            ("\"a\"", 1),
            ("[]", 2),
            ("[0,0]", 3),
            (r#"{"a":0}"#, 3),
            (r#""[{,:\"[{,:\\""#, 1),
            (r#""\u0022[[[[[[[[""#, 1),
        ] {
            // An empty list counts as if it had an entry: less than what it is taken for is nothing.
            let fit = (MAX_VALUES - 1) / values;
            assert!(!has_too_many_values(list(entry, fit - 1).as_bytes()), "{entry}");
            assert!(has_too_many_values(list(entry, fit + 1).as_bytes()), "{entry}");
        }
        assert!(has_too_many_values(&b"[".repeat(MAX_VALUES)));
        assert!(!has_too_many_values(format!("\"{}\"", "[".repeat(MAX_VALUES)).as_bytes()));
        // What is no JSON is for others to find out.
        assert!(!has_too_many_values(format!("\"{}\\", "[".repeat(MAX_VALUES)).as_bytes()));
    }
}
