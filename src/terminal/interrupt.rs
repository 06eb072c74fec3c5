//! Ctrl-C while nothing is being asked: it ends the process in order, stops a search, or is left to another program. What else asks a
//! process to end, SIGTERM, SIGHUP and SIGQUIT, ends it in order too. And Ctrl-Z, and what else a terminal stops a process by: those stop with
//! it that are in no terminal.

use std::process;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::Once;
use std::sync::OnceLock;
use std::sync::PoisonError;

use console::Term;

use super::status;

/// The exit code of a program that Ctrl-C ended, as shells have it.
pub(super) const INTERRUPTED: i32 = 130;

/// What asks the process to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    /// Ctrl-C.
    Interrupt,
    /// Somebody who wants the process gone (Ctrl-\ is one), or has closed its terminal: the exit code says which.
    End { code: i32 },
}

impl Request {
    fn code(self) -> i32 {
        match self {
            Request::Interrupt => INTERRUPTED,
            Request::End { code } => code,
        }
    }
}

/// Whose Ctrl-C is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// Ours: it ends the process.
    Ourselves,
    /// A search's: the first stops it, the next ends the process.
    Search { stopped: bool },
    /// Another program has the terminal, and Ctrl-C goes to it as well: what that makes of it shows in how it ends. Nothing else
    /// ends us before it either, for what it writes is still to be kept.
    Guest { request: Option<Request> },
    /// The other program has just ended. A Ctrl-C that was pressed before may be heard of only now; what asked for more is
    /// answered once what the program wrote is kept.
    Nobody { request: Option<Request> },
}

static OWNER: Mutex<Owner> = Mutex::new(Owner::Ourselves);

/// Lets Ctrl-C end the process in order from now on: the cursor shows, the exit code says what happened. So do SIGTERM, SIGHUP and
/// SIGQUIT.
///
/// Nothing else has to be put in order: what was answered is kept.
pub fn end_on_interrupt() {
    static ONCE: Once = Once::new();
    ONCE.call_once(platform::listen);
}

/// Has a write fail from now on that would make a file larger than it may be (`ulimit -f`), so that somebody hears of it: the signal that comes then
/// would end the process without a word. What the process starts is as it was.
pub fn outlive_full_files() {
    platform::outlive_full_files();
}

/// What stops when this process is stopped by Ctrl-Z, and goes on when it does.
#[derive(Clone, Copy, Debug)]
pub struct Followers {
    /// Stops them.
    pub stop: fn(),
    /// Lets them go on.
    pub go_on: fn(),
}

static FOLLOWERS: OnceLock<Followers> = OnceLock::new();

/// Has `followers` stop with this process once it listens to signals. Processes that are in another session do not hear of Ctrl-Z by themselves.
pub fn stop_together(followers: Followers) {
    // There is one program, and it says so once.
    let _ = FOLLOWERS.set(followers);
}

/// Does what is to be done at a request.
fn answer(request: Request) {
    // Whatever signal ends the reading of a key, `console` raises Ctrl-C's then, which is heard of first.
    let request = if request == Request::Interrupt { platform::asked().unwrap_or(request) } else { request };
    let mut owner = owner();
    match (&mut *owner, request) {
        (Owner::Search { stopped: stopped @ false }, Request::Interrupt) => {
            *stopped = true;
            return;
        }
        (Owner::Guest { request: last } | Owner::Nobody { request: last }, _) => {
            // Ctrl-C is not what takes back a request for more.
            if !matches!(last, Some(Request::End { .. })) {
                *last = Some(request);
            }
            return;
        }
        (Owner::Ourselves | Owner::Search { .. }, _) => {}
    }
    // The owner is not let go: nobody is asked anything, and no other program is started, any more.
    leave(request)
}

/// Ends the process in order.
#[expect(clippy::disallowed_methods, reason = "main may wait for a line that never comes, and cannot return")]
fn leave(request: Request) -> ! {
    let term = Term::stdout();
    // What goes to a file or a pipe has no cursor.
    if term.is_term() {
        let _ = term.show_cursor();
    }
    let is_clear = status::clear_for_good();
    platform::restore();
    // The shell's prompt begins a line of its own. Where output goes elsewhere, nothing is added to it.
    if term.is_term() && !is_clear {
        let _ = term.write_line("");
    }
    process::exit(request.code())
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
        is_search_stopped()
    }
}

/// Returns whether there is a search, and somebody has pressed Ctrl-C since it began.
pub fn is_search_stopped() -> bool {
    *owner() == Owner::Search { stopped: true }
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
    *owner() = Owner::Guest { request: None };
    Guest
}

/// Makes Ctrl-C ours again, where a guest has had it: somebody is asked something next.
pub(super) fn take_back() {
    let mut owner = owner();
    match *owner {
        Owner::Nobody { request: Some(request @ Request::End { .. }) } => leave(request),
        Owner::Nobody { .. } => match platform::asked() {
            Some(request) => leave(request),
            None => *owner = Owner::Ourselves,
        },
        _ => {}
    }
}

/// Ends the process if somebody wanted that while another program had the terminal, or just now: what is to be kept is kept.
pub fn end_if_asked() {
    let owner = owner();
    let heard = match *owner {
        Owner::Guest { request } | Owner::Nobody { request } => {
            request.filter(|request| *request != Request::Interrupt)
        }
        _ => None,
    };
    if let Some(request) = heard.or_else(platform::asked) {
        leave(request);
    }
}

/// Says that a key is read from now on, until this is dropped: then the terminal is not as it was, and who ends the process meanwhile
/// gives it back.
pub(super) fn reading() -> Reading {
    platform::remember();
    Reading
}

/// Somebody who reads a key.
pub(super) struct Reading;

impl Drop for Reading {
    fn drop(&mut self) {
        platform::forget();
    }
}

/// Another program in the terminal.
pub(super) struct Guest;

impl Guest {
    /// Returns whether somebody has pressed Ctrl-C since, or wanted us to end.
    pub(super) fn was_interrupted(&self) -> bool {
        matches!(*owner(), Owner::Guest { request: Some(_) })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut owner = owner();
        let Owner::Guest { request } = *owner else { return };
        *owner = Owner::Nobody { request: request.filter(|request| *request != Request::Interrupt) };
    }
}

fn owner() -> MutexGuard<'static, Owner> {
    OWNER.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
mod platform {
    use std::fmt::Display;
    use std::io;
    use std::io::IsTerminal as _;
    use std::sync::Arc;
    use std::sync::LazyLock;
    use std::sync::Mutex;
    use std::sync::PoisonError;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering;
    use std::sync::mpsc;
    use std::thread;

    use rustix::process::getpgrp;
    use rustix::termios::OptionalActions;
    use rustix::termios::Termios;
    use rustix::termios::tcgetattr;
    use rustix::termios::tcgetpgrp;
    use rustix::termios::tcsetattr;
    use signal_hook::consts::SIGHUP;
    use signal_hook::consts::SIGINT;
    use signal_hook::consts::SIGQUIT;
    use signal_hook::consts::SIGTERM;
    use signal_hook::consts::SIGTSTP;
    use signal_hook::consts::SIGTTIN;
    use signal_hook::consts::SIGTTOU;
    use signal_hook::consts::SIGXFSZ;
    use signal_hook::flag::register;
    use signal_hook::flag::register_usize;
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use super::FOLLOWERS;
    use super::Request;
    use super::answer;

    /// How the terminal was before somebody began to read a key.
    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// Which signal has asked us to end, if one has. It is known here before the thread that answers signals has its turn.
    static ASKED: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

    /// What asks us to end, or to stop: Ctrl-Z, and what a terminal says to who reads or writes there in the background.
    const LISTENED: [i32; 7] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU];

    /// Answers signals from now on, those apart that whoever started us has ignored: `nohup` does that to SIGHUP, a script to
    /// Ctrl-C for what it runs in the background.
    pub(super) fn listen() {
        // If there can be no thread, or no handler, the system ends the process: a handler alone would have signals passed over.
        let (sender, receiver) = mpsc::channel::<Signals>();
        let listening = thread::Builder::new().name("signals".into()).spawn(move || {
            let Ok(mut signals) = receiver.recv() else { return };
            for signal in signals.forever() {
                match signal {
                    SIGINT => answer(Request::Interrupt),
                    SIGTSTP | SIGTTIN | SIGTTOU => stop(),
                    signal => answer(Request::End { code: 128 + signal }),
                }
            }
        });
        if listening.is_ok()
            && let Ok(signals) = Signals::new(LISTENED.into_iter().filter(|signal| !is_ignored(*signal)))
        {
            for signal in [SIGTERM, SIGHUP, SIGQUIT].into_iter().filter(|signal| !is_ignored(*signal)) {
                let _ = register_usize(signal, Arc::clone(&ASKED), usize::try_from(signal).unwrap_or(0));
            }
            let _ = sender.send(signals);
        }
    }

    /// Stops this process as Ctrl-Z would, until somebody has it go on.
    fn stop() {
        // As the kernel has it: nobody would ever have it go on.
        if is_orphaned() {
            return;
        }
        let followers = FOLLOWERS.get();
        if let Some(followers) = followers {
            (followers.stop)();
        }
        let _ = emulate_default_handler(SIGTSTP);
        if let Some(followers) = followers {
            (followers.go_on)();
        }
    }

    /// Returns whether nobody is there who could know that this process was stopped: who started it, or who started those of its group that it comes
    /// from, is in no other group of its session. Where that cannot be told somebody is.
    fn is_orphaned() -> bool {
        let Some(own) = standing("self") else { return false };
        let mut ancestor = own.parent;
        while ancestor != 0 {
            let Some(other) = standing(ancestor) else { return false };
            if other.session != own.session {
                return true;
            }
            if other.group != own.group {
                return false;
            }
            ancestor = other.parent;
        }
        true
    }

    /// Where a process stands among others. All of these are 0 for who is outside this process's namespace, which is why they are no `Pid`: `rustix`
    /// takes it for granted that there is no 0.
    struct Standing {
        parent: u32,
        group: u32,
        session: u32,
    }

    /// Returns where a process stands, where there are files that tell.
    fn standing(process: impl Display) -> Option<Standing> {
        let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
        // Its name, which comes first, may be anything.
        let after_name = stat.rsplit(|byte| *byte == b')').next()?;
        let mut numbers =
            str::from_utf8(after_name).ok()?.split_ascii_whitespace().skip(1).map_while(|number| number.parse().ok());
        Some(Standing { parent: numbers.next()?, group: numbers.next()?, session: numbers.next()? })
    }

    pub(super) fn outlive_full_files() {
        let _ = register(SIGXFSZ, Arc::default());
    }

    /// Returns what has asked us to end, and may not be answered yet.
    pub(super) fn asked() -> Option<Request> {
        let signal = i32::try_from(ASKED.load(Ordering::SeqCst)).unwrap_or(0);
        (signal != 0).then_some(Request::End { code: 128 + signal })
    }

    pub(super) fn remember() {
        let now = io::stdin().is_terminal().then(|| tcgetattr(io::stdin()).ok()).flatten();
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    pub(super) fn forget() {
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Gives the terminal back as it was: a prompt that waits for a key has it otherwise.
    pub(super) fn restore() {
        // From the background it would stop us instead.
        let in_front = tcgetpgrp(io::stdin()).map_or(0, |group| group.as_raw_nonzero().get().unsigned_abs());
        let ours = standing("self").map_or_else(|| getpgrp().as_raw_nonzero().get().unsigned_abs(), |own| own.group);
        if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take().filter(|_| in_front == ours)
        {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
        }
    }

    /// Whether the process ignores a signal. Only Linux tells without `unsafe`; elsewhere SIGHUP is let be, which is right under
    /// `nohup` and ends the process anywhere else.
    fn is_ignored(signal: i32) -> bool {
        if !cfg!(target_os = "linux") {
            return signal == SIGHUP;
        }
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        ignored.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).is_some_and(|set| set >> (signal - 1) & 1 != 0)
    }
}

#[cfg(not(unix))]
mod platform {
    use super::Request;
    use super::answer;

    /// Answers Ctrl-C from now on. Without a handler the system ends the process.
    pub(super) fn listen() {
        let _ = ctrlc::try_set_handler(|| answer(Request::Interrupt));
    }

    /// Files may grow.
    pub(super) fn outlive_full_files() {}

    /// There is nothing to remember, nor to give back: consoles need no restoring.
    pub(super) fn remember() {}

    pub(super) fn forget() {}

    pub(super) fn restore() {}

    /// Nothing but Ctrl-C is heard of.
    pub(super) fn asked() -> Option<Request> {
        None
    }
}
