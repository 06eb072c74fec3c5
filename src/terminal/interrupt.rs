//! Ctrl-C while nothing is being asked: it ends the process in order, stops a search, or is left to another program.

use std::process;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use console::Term;

use super::status;

/// The exit code of a program that Ctrl-C ended, as shells have it.
pub(super) const INTERRUPTED: i32 = 130;

/// Whose Ctrl-C is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// Ours: it ends the process.
    Ourselves,
    /// A search's: the first stops it, the next ends the process.
    Search { stopped: bool },
    /// Another program has the terminal, and Ctrl-C goes to it as well: what that makes of it shows in how it ends.
    Guest { interrupted: bool },
    /// The other program has just ended. A Ctrl-C that was pressed before may be heard of only now.
    Nobody,
}

static OWNER: Mutex<Owner> = Mutex::new(Owner::Ourselves);

/// Lets Ctrl-C end the process in order from now on: the cursor shows, the exit code says what happened.
///
/// Nothing else has to be put in order: prompts restore the terminal themselves, and what was answered is kept.
pub fn end_on_interrupt() {
    // Whoever set a handler before looks after it, and without one the system ends the process.
    let _ = ctrlc::try_set_handler(|| {
        let mut owner = owner();
        match &mut *owner {
            Owner::Ourselves | Owner::Search { stopped: true } => {}
            Owner::Search { stopped } => {
                *stopped = true;
                return;
            }
            Owner::Guest { interrupted } => {
                *interrupted = true;
                return;
            }
            Owner::Nobody => return,
        }
        let term = Term::stdout();
        let _ = term.show_cursor();
        let is_clear = status::clear_for_good();
        // The shell's prompt begins a line of its own. Where output goes elsewhere, nothing is added to it.
        if term.is_term() && !is_clear {
            let _ = term.write_line("");
        }
        leave();
    });
}

/// Has Ctrl-C stop a search from now on, until the search is dropped.
pub fn begin_search() -> Search {
    end_on_interrupt();
    *owner() = Owner::Search { stopped: false };
    Search(())
}

/// Something that takes long, and has something to show whenever it is stopped.
#[derive(Debug)]
pub struct Search(());

impl Search {
    /// Returns whether somebody has pressed Ctrl-C since.
    pub fn is_stopped(&self) -> bool {
        *owner() == Owner::Search { stopped: true }
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        *owner() = Owner::Ourselves;
    }
}

/// Leaves the terminal to another program until the guest is dropped, and Ctrl-C until somebody is asked something. What
/// the program leaves behind can so be cleared away.
pub(super) fn hand_over() -> Guest {
    end_on_interrupt();
    *owner() = Owner::Guest { interrupted: false };
    Guest
}

/// Makes Ctrl-C ours again, where a guest has had it: somebody is asked something next.
pub(super) fn take_back() {
    let mut owner = owner();
    if *owner == Owner::Nobody {
        *owner = Owner::Ourselves;
    }
}

/// Another program in the terminal.
pub(super) struct Guest;

impl Guest {
    /// Returns whether somebody has pressed Ctrl-C since.
    pub(super) fn was_interrupted(&self) -> bool {
        *owner() == Owner::Guest { interrupted: true }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        *owner() = Owner::Nobody;
    }
}

fn owner() -> MutexGuard<'static, Owner> {
    OWNER.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "main may wait for a line that never comes, and cannot return")]
fn leave() -> ! {
    process::exit(INTERRUPTED)
}
