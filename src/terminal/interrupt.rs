//! Ctrl-C while nothing is being asked: noticed, so that the work at hand can end in order.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use console::Term;

/// Knows whether the person pressed Ctrl-C.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for Ctrl-C from now on, which then no longer ends the process by itself. Once a process.
    ///
    /// If it cannot be watched for, it goes on ending the process.
    pub fn watch() -> Interrupt {
        let interrupt = Interrupt::default();
        let pressed = interrupt.clone();
        // Whoever set a handler before looks after it, and without one the system ends the process.
        let _ = ctrlc::set_handler(move || {
            pressed.0.store(true, Ordering::SeqCst);
            let _ = Term::stdout().show_cursor();
        });
        interrupt
    }

    /// Returns whether Ctrl-C was pressed.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
