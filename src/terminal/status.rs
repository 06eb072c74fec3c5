//! One line that says what goes on, on standard error. It goes when that is over, and when Ctrl-C ends the process.

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use console::Term;

use super::interrupt;

/// What turns to show that something moves.
const SPINNER: [char; 8] = ['⠋', '⠙', '⠸', '⠴', '⠦', '⠇', '⠏', '⠛'];
/// How much of a line stays free: a terminal shows `^C` where the cursor is, and what goes over the edge is not cleared.
const FREE: usize = 4;

/// Whether the line is on the screen. Who draws or clears it has this.
static SHOWN: Mutex<bool> = Mutex::new(false);

/// The line, until it is dropped.
#[derive(Debug)]
pub struct Status {
    term: Term,
    turns: usize,
}

impl Status {
    /// Returns the line, which nobody sees yet. Ctrl-C ends the process in order from now on, if it did not before.
    #[expect(clippy::new_without_default, reason = "it changes what Ctrl-C does")]
    pub fn new() -> Status {
        interrupt::end_on_interrupt();
        Status { term: Term::stderr(), turns: 0 }
    }

    /// Shows `text`, or as much of it as fits. If the terminal has gone, nobody misses it.
    pub fn show(&mut self, text: &str) {
        let line = line(text, self.turns, usize::from(self.term.size().1));
        self.turns += 1;
        let mut shown = shown();
        let _ = self.term.clear_line().and_then(|()| self.term.write_str(&line));
        *shown = true;
    }
}

impl Drop for Status {
    fn drop(&mut self) {
        clear(&mut shown());
    }
}

/// Clears the line before the process ends, and returns whether there was one. Nobody draws another.
pub(super) fn clear_for_good() -> bool {
    let mut shown = shown();
    let was_shown = clear(&mut shown);
    std::mem::forget(shown);
    was_shown
}

fn clear(shown: &mut bool) -> bool {
    let was_shown = std::mem::take(shown);
    if was_shown {
        let _ = Term::stderr().clear_line();
    }
    was_shown
}

fn shown() -> MutexGuard<'static, bool> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn line(text: &str, turns: usize, columns: usize) -> String {
    let room = columns.saturating_sub(FREE + 2);
    format!("{} {}", SPINNER[turns % SPINNER.len()], console::truncate_str(text, room, "…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_leaves_room_for_what_is_typed() {
        assert_eq!(line("exploring", 0, 80), "⠋ exploring");
        assert_eq!(line("exploring", 9, 80), "⠙ exploring");
        for columns in [0, 1, 6, 7, 40, 80] {
            let width = console::measure_text_width(&line(&"exploring ".repeat(20), 0, columns));
            assert!(width <= columns.saturating_sub(FREE).max(3), "{columns}: {width}");
        }
    }
}
