//! Ctrl-C while nothing is being asked.

use std::process;

use console::Term;

/// The exit code of a program that Ctrl-C ended, as shells have it.
const INTERRUPTED: i32 = 130;

/// Lets Ctrl-C end the process in order from now on: the cursor shows, the exit code says what happened.
///
/// Nothing else has to be put in order: prompts restore the terminal themselves, and what was answered is kept.
pub fn end_on_interrupt() {
    // Whoever set a handler before looks after it, and without one the system ends the process.
    let _ = ctrlc::try_set_handler(|| {
        let term = Term::stdout();
        let _ = term.show_cursor();
        // The shell's prompt begins a line of its own. Where output goes elsewhere, nothing is added to it.
        if term.is_term() {
            let _ = term.write_line("");
        }
        leave();
    });
}

#[expect(clippy::disallowed_methods, reason = "main may wait for a line that never comes, and cannot return")]
fn leave() -> ! {
    process::exit(INTERRUPTED)
}
