//! The program: gathers what the process was given (arguments, environment, streams, terminal) and hands it to
//! [`raceday::cli`], which does the rest.

use std::io;
use std::io::IsTerminal as _;
use std::process::ExitCode;

use etcetera::BaseStrategy as _;
use raceday::cli::Environment;
use raceday::cli::Process;
use raceday::cli::Terminals;

fn main() -> ExitCode {
    // Before anything starts a thread: this may be what a worker is made of, or who minds a program.
    if let Some(code) = raceday::cli::sandbox(std::env::args_os(), io::stdin(), &mut io::stderr()) {
        return code;
    }
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    let environment = Environment::read(|name| std::env::var_os(name));
    let (data_home, cache_home) =
        etcetera::choose_base_strategy().ok().map(|strategy| (strategy.data_dir(), strategy.cache_dir())).unzip();
    let columns = console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    // By this name it is found even after an upgrade has put another in its place.
    let program =
        if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe().unwrap_or_default() };
    let process = Process {
        program,
        environment,
        data_home,
        cache_home,
        columns,
        terminals: Terminals {
            input: io::stdin().is_terminal(),
            out: io::stdout().is_terminal(),
            err: io::stderr().is_terminal(),
        },
        // Not locked: prompts and progress bars write from elsewhere, and would wait for ever.
        input: Box::new(io::BufReader::new(io::stdin())),
        out: Box::new(io::stdout()),
        err: Box::new(io::stderr()),
    };
    raceday::cli::run(std::env::args_os(), process)
}
