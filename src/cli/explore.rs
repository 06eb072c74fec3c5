//! `raceday explore`: every outcome that a program can have, whatever the order of its threads.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;

use crate::explore;
use crate::explore::Found;
use crate::explore::RacingPair;
use crate::explore::Report;
use crate::explore::Unfinished;
use crate::report;
use crate::report::Claim;
use crate::report::Claimed;
use crate::report::Exploration;
use crate::report::Race;
use crate::report::Races;
use crate::report::Witnessed;
use crate::scenario::Ending;
use crate::scenario::Outcome;
use crate::scenario::Replay;
use crate::scenario::Scenario;
use crate::scenario::Schedule;
use crate::scenario::Sleeps;
use crate::terminal;

use super::Exit;
use super::Failure;
use super::World;
use super::engine::Budget;
use super::engine::Engine;
use super::engine::MOST_TOLD;
use super::failure::unless_unread;
use super::numbers::parse_count;
use super::numbers::parse_seconds;
use super::progress;
use super::progress::Progress;
use super::whole_file;

/// Programs that are longer are refused.
const MAX_SOURCE_BYTES: u64 = 1 << 20;

/// However short a search may be, to confirm what it found may take so long.
const LEAST_TIME_TO_REPLAY: Duration = Duration::from_secs(10);

/// Loops that go round so often are long.
const MANY_TURNS: u64 = 100;

const EXAMPLES: &str = "\
Examples:
  raceday explore withdraw.py --observe account.balance
  raceday explore withdraw.py --always 'account.balance >= 0' --no-deadlock
  raceday explore withdraw.py --replay '0 1*2 2*5 1*3 0*2'

Without `--observe`, what the program prints is observed. Claims are judged where executions end, deadlocks included; one \
that kills the interpreter breaks them all.

Of a program that you did not write, what comes of it is as honest as the program: one that sets out to deceive can answer for itself \
what it likes. It can reach nothing.

Ctrl-C stops what goes on, the search or the confirming of what it found, and what there is then is shown. Pressed a second time, \
it ends the program.

The exit code is 1 if a claim is violated, and 2 if the program uses what is not supported, or what is observed is known in no \
order.
";

/// Run a program in every order that its threads can take
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExploreArgs {
    /// The Python program; `-` is standard input
    file: PathBuf,
    /// Observe this expression, evaluated when an execution ended
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    observe: Option<String>,
    /// Claim that this expression is true whenever an execution ends
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    always: Vec<String>,
    /// Claim that this expression is never true when an execution ends
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    never: Vec<String>,
    /// Claim that no execution ends in a deadlock
    #[arg(long)]
    no_deadlock: bool,
    /// Show which acts on the same data no lock, queue, start or join keeps apart
    #[arg(long)]
    races: bool,
    /// Make only the execution of this schedule, and show its steps
    #[arg(long, value_name = "SCHEDULE", conflicts_with_all = ["races", "budget_executions", "budget_seconds"])]
    replay: Option<Schedule>,
    /// What `time.sleep` means: `unordered` (it orders nothing) or `ordered` (a virtual clock)
    #[arg(long, value_name = "HOW", default_value = "unordered", hide_default_value = true)]
    #[arg(value_parser = parse_sleeps)]
    sleeps: Sleeps,
    /// Search until so many executions were made
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_count::<u64>)]
    budget_executions: Option<u64>,
    /// Search for so many seconds; what was found is confirmed after that, in as many again, and at least 10
    #[arg(long, value_name = "S", default_value = "60", allow_negative_numbers = true)]
    #[arg(value_parser = parse_seconds)]
    budget_seconds: Duration,
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Write a page for a browser too, to step through the outcomes with the arrow keys; `-` writes nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl ExploreArgs {
    /// Returns how long it may take to confirm what was found, or to look at races: as long as the search, but not so short a time that
    /// what was found in it could not be run again.
    fn time_to_replay(&self) -> Duration {
        self.budget_seconds.max(LEAST_TIME_TO_REPLAY)
    }

    /// Returns the claims, those with an expression first, in the order of the scenario's.
    fn claims(&self) -> Vec<Claim> {
        let always = self.always.iter().cloned().map(Claim::Always);
        let never = self.never.iter().cloned().map(Claim::Never);
        always.chain(never).chain(self.no_deadlock.then_some(Claim::NoDeadlock)).collect()
    }
}

/// Explores, shows what was found, and says whether the claims hold.
pub(super) fn run(args: &ExploreArgs, world: &mut World) -> Result<Exit, Failure> {
    check_html(args, world)?;
    let (name, source) = read_program(&args.file, world)?;
    let scenario = Scenario {
        observe: args.observe.clone(),
        claims: args.always.iter().chain(&args.never).cloned().collect(),
        sleeps: args.sleeps,
        ..Scenario::new(name, source)
    };
    let mut engine = Engine::new(world);
    let exit = match &args.replay {
        Some(schedule) => replay(args, &scenario, schedule, &mut engine, world),
        None => explore(args, &scenario, &mut engine, world),
    };
    engine.warn(world)?;
    exit
}

fn explore(args: &ExploreArgs, scenario: &Scenario, engine: &mut Engine, world: &mut World) -> Result<Exit, Failure> {
    let budget = Budget { executions: args.budget_executions.unwrap_or(u64::MAX), time: args.budget_seconds };
    let name = report::clean_line(&scenario.name);
    let mut progress = Progress::new(format!("exploring {name}"), progress::is_welcome(world));
    let search = terminal::begin_search();
    let mut watch = |so_far: &explore::Progress| {
        progress.explored(so_far);
        !search.is_stopped()
    };
    engine.stop_when(terminal::is_search_stopped);
    let explored = match args.races {
        true => engine.explore_races(scenario, budget, &mut watch).map(|(explored, pairs)| (explored, Some(pairs))),
        false => engine.explore(scenario, budget, &mut watch).map(|explored| (explored, None)),
    };
    let (explored, pairs) = match explored {
        // What went wrong is what was to be stopped.
        Err(_) if search.is_stopped() => return Ok(Exit::Interrupted),
        explored => explored?,
    };
    if search.is_stopped() {
        // Whoever stopped it waits for what it found; if he does not, the next Ctrl-C ends the program.
        engine.stop_when(|| false);
    }
    if explored.report.outcomes.is_empty() {
        if search.is_stopped() {
            return Ok(Exit::Interrupted);
        }
        // Where nothing was seen, no claim holds, not even so far.
        let failure = Failure::unusable(format!("no execution of `{}` was made to its end", scenario.name));
        return Err(failure.hint("is the budget too small, or does the program share something new each time it runs?"));
    }
    check_evaluable(&args.claims(), &explored.report)?;
    progress.name(&format!("confirming what was found of {name}"));
    let distinct = report::distinct(&explored.report);
    let Confirmation { outcomes, claims, unconfirmed, cut, mut late } =
        confirm(args, &explored.report, &distinct, scenario, engine, &mut progress)?;
    let races = match pairs {
        Some(pairs) => {
            let (races, too_late) = tell_races(args, &pairs, scenario, engine, &mut progress)?;
            late = late.or(too_late);
            Some(races)
        }
        None => None,
    };
    drop(progress);
    let is_stopped = search.is_stopped();
    drop(search);
    let python = engine.interpreter()?.version.to_string();
    let exploration = Exploration {
        scenario,
        python: &python,
        // What cannot be confirmed proves nothing, so it cannot be among all that can happen.
        unfinished: explored.report.unfinished.clone().or(cut),
        executions: explored.report.executions,
        elapsed: explored.elapsed,
        found: distinct.len(),
        unconfirmed,
        outcomes,
        claims,
        races,
    };
    let exit = show(args, &exploration, world)?;
    if !args.json && !is_standard_output(args) && !world.quiet {
        let hints = hints(scenario, &explored.report, distinct.len(), args.no_deadlock);
        hints.iter().try_for_each(|hint| world.say("hint", hint))?;
    }
    // There is more to an outcome than what is observed, so it is shown all the same.
    check_observable(scenario, &explored.report)?;
    match late {
        Some(late) if exit == Exit::Fine => Err(late),
        _ if is_stopped && exit == Exit::Fine => Ok(Exit::Interrupted),
        _ => Ok(exit),
    }
}

/// What was confirmed of what a search found.
struct Confirmation {
    /// The outcomes that are to be shown, by their places counted from 1, each with its execution.
    outcomes: BTreeMap<usize, Witnessed>,
    claims: Vec<Claimed>,
    /// How many outcomes are not shown because they could not be confirmed.
    unconfirmed: usize,
    /// Why they could not.
    cut: Option<Unfinished>,
    /// What it comes to if there was no time for them.
    late: Option<Failure>,
}

/// Confirms those of the outcomes `found` that are to be shown, and what breaks a claim. Tools are shown all; what is not shown need not be
/// confirmed.
fn confirm(
    args: &ExploreArgs,
    report: &Report,
    found: &[Found],
    scenario: &Scenario,
    engine: &mut Engine,
    progress: &mut Progress,
) -> Result<Confirmation, Failure> {
    let claims = args.claims();
    let broken: Vec<Option<&Found>> =
        claims.iter().enumerate().map(|(index, claim)| violation(claim, index, report)).collect();
    let shown = match args.json || args.html.is_some() {
        true => (0..found.len()).collect(),
        false => report::worth_showing(found.iter().map(|found| &found.outcome)),
    };
    // What breaks a claim comes first: that it does must not be missed for want of time.
    let mut seen = HashSet::new();
    let wanted = broken.iter().flatten().copied().chain(shown.iter().map(|&place| &found[place]));
    let wanted: Vec<&Found> = wanted.filter(|found| seen.insert(shows(found))).collect();
    let time = args.time_to_replay();
    let confirmed =
        engine.confirm(scenario, &wanted, time, &mut |done| progress.done(done, wanted.len(), "outcome"))?;
    let is_late = confirmed.unfinished == Some(Unfinished::Time);
    let made = confirmed.replays.len();
    let mut replays: HashMap<_, Option<Replay>> = wanted.iter().copied().map(shows).zip(confirmed.replays).collect();
    let claims = claims.into_iter().zip(broken).map(|(claim, broken)| {
        let replay = broken.and_then(|found| Some((found, replays.get(&shows(found))?)));
        let violation = replay.map(|(found, replay)| Witnessed { found: found.clone(), replay: replay.clone() });
        Claimed { claim, is_unconfirmed: broken.is_some() && violation.is_none(), violation }
    });
    let claims = claims.collect();
    let outcomes = shown.into_iter().filter_map(|place| {
        let replay = replays.remove(&shows(&found[place]))?;
        Some((place + 1, Witnessed { found: found[place].clone(), replay }))
    });
    let outcomes: BTreeMap<usize, Witnessed> = outcomes.collect();
    Ok(Confirmation {
        unconfirmed: if confirmed.unfinished.is_some() { found.len() - outcomes.len() } else { 0 },
        outcomes,
        claims,
        late: is_late.then(|| Failure::replays_too_slowly(&scenario.name, made, wanted.len(), time)),
        cut: confirmed.unfinished,
    })
}

/// Returns what an execution of it is told apart by.
fn shows(found: &Found) -> (&Schedule, &Outcome) {
    (&found.witness, &found.outcome)
}

/// Returns `pairs` in the program's words, those that would read the same once, and what it comes to if there was no time for all.
fn tell_races(
    args: &ExploreArgs,
    pairs: &[RacingPair],
    scenario: &Scenario,
    engine: &mut Engine,
    progress: &mut Progress,
) -> Result<(Races, Option<Failure>), Failure> {
    progress.name(&format!("looking at the races of {}", report::clean_line(&scenario.name)));
    let mut schedules: Vec<&Schedule> = Vec::new();
    let mut places: HashMap<&Schedule, Vec<usize>> = HashMap::new();
    for (place, pair) in pairs.iter().enumerate() {
        let places = places.entry(&pair.schedule).or_default();
        if places.is_empty() {
            schedules.push(&pair.schedule);
        }
        places.push(place);
    }
    // By the place of the first pair that reads so. No execution is kept beyond what its races are.
    let mut races: BTreeMap<usize, Race> = BTreeMap::new();
    let (mut done, mut room) = (0, MOST_TOLD);
    let time = args.time_to_replay();
    let unfinished = engine.replay_each(scenario, &schedules, time, &mut |replay| {
        for &place in &places[schedules[done]] {
            let Some(race) = Race::told(&pairs[place], &replay) else { continue };
            match races.iter().find(|(_, other)| race.looks_like(other)).map(|(&other, _)| other) {
                Some(other) if other < place => continue,
                Some(other) => _ = races.remove(&other),
                None => room = room.saturating_sub(race.size()),
            }
            if room > 0 {
                races.insert(place, race);
            }
        }
        done += 1;
        progress.done(done, schedules.len(), "execution");
    })?;
    if room == 0 {
        let name = report::clean_line(&scenario.name);
        return Err(Failure::unusable(format!("`{name}` has more races than can be told")));
    }
    let late = unfinished == Some(Unfinished::Time);
    let late = late.then(|| Failure::replays_too_slowly(&scenario.name, done, schedules.len(), time));
    Ok((Races { told: races.into_values().collect(), is_cut: unfinished.is_some() }, late))
}

fn replay(
    args: &ExploreArgs,
    scenario: &Scenario,
    schedule: &Schedule,
    engine: &mut Engine,
    world: &mut World,
) -> Result<Exit, Failure> {
    let what = format!("finding out what threads share in {}", report::clean_line(&scenario.name));
    let mut progress = Progress::new(what, progress::is_welcome(world));
    engine.learn(scenario, Budget::QUESTION, &mut |so_far| progress.explored(so_far))?;
    drop(progress);
    let stopwatch = crate::clock::Stopwatch::start();
    let replay = engine.replay(scenario, schedule)?;
    let elapsed = stopwatch.elapsed();
    let outcome = replay.execution.outcome.clone();
    // The execution may go on where the schedule ended.
    let witness = replay.execution.schedule();
    if witness.threads().len() < schedule.threads().len() {
        return Err(Failure::schedule_goes_on(schedule.threads().len(), witness.threads().len()));
    }
    let found = Found { outcome, switches: witness.switches(), witness, executions: 1 };
    let witnessed = Witnessed { found, replay: Some(replay) };
    let claimed = args.claims().into_iter().enumerate().map(|(index, claim)| {
        let violation = is_violated(&claim, index, &witnessed.found.outcome).then(|| witnessed.clone());
        Claimed { claim, violation, is_unconfirmed: false }
    });
    let claims: Vec<Claimed> = claimed.collect();
    let python = engine.interpreter()?.version.to_string();
    let exploration = Exploration {
        scenario,
        python: &python,
        unfinished: Some(Unfinished::Executions),
        executions: 1,
        elapsed,
        found: 1,
        unconfirmed: 0,
        outcomes: BTreeMap::from([(1, witnessed)]),
        claims,
        races: None,
    };
    show(args, &exploration, world)
}

fn show(args: &ExploreArgs, exploration: &Exploration<'_>, world: &mut World) -> Result<Exit, Failure> {
    let mut html = Vec::new();
    if args.html.is_some() {
        report::write_html(&mut html, exploration, args.replay.is_some())?;
    }
    unless_unread(write(args, exploration, &html, world))?;
    if let Some(file) = args.html.as_ref().filter(|_| !is_standard_output(args)) {
        whole_file::write(file, &html)?;
    }
    let violated = exploration.claims.iter().any(|claimed| claimed.violation.is_some());
    Ok(if violated { Exit::Violated } else { Exit::Fine })
}

fn write(args: &ExploreArgs, exploration: &Exploration<'_>, html: &[u8], world: &mut World) -> io::Result<()> {
    let page = world.page();
    let mut out = io::BufWriter::new(&mut world.out);
    if is_standard_output(args) {
        io::Write::write_all(&mut out, html)?;
    } else if args.json {
        report::write_json(&mut out, exploration)?;
    } else if args.replay.is_some() {
        report::write_replay(&mut out, exploration, page)?;
    } else {
        report::write_exploration(&mut out, exploration, page)?;
    }
    io::Write::flush(&mut out)
}

/// Refuses a place for the page where it cannot be, before anything is explored for it.
fn check_html(args: &ExploreArgs, world: &World) -> Result<(), Failure> {
    let Some(file) = &args.html else { return Ok(()) };
    if !is_standard_output(args) {
        whole_file::check_is_apart(file, &args.file)?;
        return whole_file::check(file);
    }
    if args.json {
        return Err(Failure::unusable("`--json` and `--html -` both write to the standard output")
            .hint("name a file for the page"));
    }
    if world.terminals.out {
        return Err(Failure::unusable("`--html -` would write a page to the terminal")
            .hint("name a file, or send the output to one with `>`"));
    }
    Ok(())
}

fn is_standard_output(args: &ExploreArgs) -> bool {
    args.html.as_deref() == Some(Path::new("-"))
}

/// Returns the outcome with the fewest switches that breaks `claim`, the scenario's claim `index`.
fn violation<'a>(claim: &Claim, index: usize, report: &'a Report) -> Option<&'a Found> {
    let violations = report.outcomes.iter().filter(|found| is_violated(claim, index, &found.outcome));
    violations.min_by_key(|found| found.switches)
}

fn is_violated(claim: &Claim, index: usize, outcome: &Outcome) -> bool {
    // An execution that was cut off has not ended, so it breaks no claim about ends. One that killed the interpreter kept none.
    let truth = outcome.claims.get(index).copied().flatten();
    match claim {
        _ if outcome.ending == Ending::Crash => true,
        Claim::NoDeadlock => outcome.ending == Ending::Deadlock,
        Claim::Always(_) => outcome.ending != Ending::Limit && truth != Some(true),
        Claim::Never(_) => outcome.ending != Ending::Limit && truth == Some(true),
    }
}

/// Refuses an expression that raises wherever it is evaluated: a slip of the pen must not pass for a claim that holds.
fn check_evaluable(claims: &[Claim], report: &Report) -> Result<(), Failure> {
    for (index, claim) in claims.iter().enumerate() {
        let (Claim::Always(expression) | Claim::Never(expression)) = claim else { continue };
        let ended = report.outcomes.iter().filter(|found| found.outcome.ending != Ending::Crash);
        let mut judged = ended.filter_map(|found| found.outcome.claims.get(index)).peekable();
        if judged.peek().is_some() && judged.all(Option::is_none) {
            return Err(Failure::claim_always_raises(expression));
        }
    }
    Ok(())
}

/// Returns what would make more of a search that is not finished, or less of one that found more than anybody reads.
fn hints(scenario: &Scenario, report: &Report, found: usize, no_deadlock: bool) -> Vec<&'static str> {
    let mut hints = Vec::new();
    let says = |what| scenario.source.contains(what);
    let ends = |ending| report.outcomes.iter().any(|found| found.outcome.ending == ending);
    let waits = says("timeout") || scenario.source.split(".wait(").skip(1).any(|rest| !rest.starts_with(')'));
    let has_to_do_with_time = waits || ["sleep(", "time.time(", "monotonic(", "perf_counter("].into_iter().any(says);
    let is_cut_off = ends(Ending::Limit) || report.unfinished == Some(Unfinished::Steps);
    let is_too_long =
        is_cut_off || matches!(report.unfinished, Some(Unfinished::Time | Unfinished::Executions | Unfinished::Room));
    let has_no_clock = scenario.sleeps == Sleeps::Unordered;
    // Of what would make less of it, what helps most.
    if is_too_long && has_no_clock && has_to_do_with_time {
        hints.push("`--sleeps ordered` has a clock; without one, loops that sleep or wait for a while go on and on");
    } else if has_no_clock && says("Timer(") && found > 1 {
        hints.push("`--sleeps ordered` has a clock; without one, a `Timer` may go off at once, whatever its interval");
    } else if is_cut_off || is_too_long && has_many_turns(&scenario.source) {
        hints.push("let loops go round 2 or 3 times: that mostly shows what 100,000 turns would");
    } else if found > report::MOST_OUTCOMES && scenario.observe.is_none() {
        hints.push("`--observe EXPR` tells outcomes apart by one value, not by what is printed");
    }
    let imports = scenario.source.lines().filter_map(|line| line.trim_start().strip_prefix("from random import "));
    let functions: Vec<String> = imports
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.split_whitespace().last())
        .map(|name| format!("{}(", name.trim_matches(['(', ')'])))
        .collect();
    let draws = |line: &str| {
        let is_drawn = line.contains("random") || functions.iter().any(|function| line.contains(function));
        is_drawn && !["import ", "sleep("].iter().any(|other| line.contains(other))
    };
    if (says("import random") || !functions.is_empty()) && !says("seed(") && scenario.source.lines().any(draws) {
        hints.push("every execution draws the same numbers; with others, more may happen");
    }
    if no_deadlock && (ends(Ending::Livelock) || ends(Ending::Spin)) {
        hints.push(
            "`--no-deadlock` is about deadlocks; that it always ends is `--always finished`, set as its last act",
        );
    }
    hints
}

/// Returns whether a program says that something is done many times: `range(1_000)`.
fn has_many_turns(source: &str) -> bool {
    let turns = |rest: &str| {
        let digits: String = rest.chars().filter(|c| *c != '_').take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().is_ok_and(|turns| turns >= MANY_TURNS)
    };
    source.split("range(").skip(1).any(turns)
}

/// Refuses to observe what Python knows in no order: a slip of the pen must not pass for an outcome.
fn check_observable(scenario: &Scenario, report: &Report) -> Result<(), Failure> {
    let Some(observe) = &scenario.observe else { return Ok(()) };
    let is_unknown = |value: &str| ["<NameError: ", "<AttributeError: "].iter().any(|head| value.starts_with(head));
    let mut values = report.outcomes.iter().filter_map(|found| found.outcome.value.as_deref()).peekable();
    match values.peek().copied() {
        Some(first) if values.all(is_unknown) => Err(Failure::observes_nothing(observe, first)),
        _ => Ok(()),
    }
}

/// Returns the program's name and text.
fn read_program(file: &Path, world: &mut World) -> Result<(String, String), Failure> {
    let shown = file.display().to_string();
    let mut bytes = Vec::new();
    let (name, read) = if file == Path::new("-") {
        ("<stdin>".to_owned(), (&mut world.input).take(MAX_SOURCE_BYTES + 1).read_to_end(&mut bytes))
    } else {
        let opened = fs::File::open(file).and_then(|file| file.take(MAX_SOURCE_BYTES + 1).read_to_end(&mut bytes));
        (file.file_name().map_or(shown.clone(), |name| name.to_string_lossy().into_owned()), opened)
    };
    read.map_err(|error| Failure::file("read", file, &error))?;
    if bytes.len() as u64 > MAX_SOURCE_BYTES {
        return Err(Failure::unusable(format!("`{shown}` is longer than {MAX_SOURCE_BYTES} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|error| Failure::not_utf8(file, error.utf8_error().valid_up_to()))?;
    Ok((name, text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()))
}

fn parse_sleeps(text: &str) -> Result<Sleeps, String> {
    match text {
        "unordered" => Ok(Sleeps::Unordered),
        "ordered" => Ok(Sleeps::Ordered),
        _ => Err("write `unordered` or `ordered`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(ending: Ending, claims: &[Option<bool>]) -> Outcome {
        Outcome { value: None, stdout: None, ending, exceptions: Vec::new(), claims: claims.to_vec() }
    }

    /// A search of 5 s could be followed by 60 s in which what it found was confirmed.
    #[test]
    fn to_confirm_takes_as_long_as_the_search_or_ten_seconds() {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            explore: ExploreArgs,
        }
        for (arguments, seconds) in [
            (&["explore", "a.py"][..], 60),
            (&["explore", "a.py", "--budget-seconds", "5"], 10),
            (&["explore", "a.py", "--budget-seconds", "30"], 30),
            (&["explore", "a.py", "--budget-seconds", "600"], 600),
        ] {
            let line = <Line as clap::Parser>::parse_from(arguments);
            assert_eq!(line.explore.time_to_replay(), Duration::from_secs(seconds), "{arguments:?}");
        }
    }

    #[test]
    fn claims_are_judged_where_executions_end() {
        let always = Claim::Always("x".to_owned());
        let never = Claim::Never("x".to_owned());
        for (ending, truth, breaks_always, breaks_never) in [
            (Ending::Finished, Some(true), false, true),
            (Ending::Finished, Some(false), true, false),
            (Ending::Deadlock, Some(false), true, false),
            (Ending::Finished, None, true, false),
            (Ending::Limit, Some(false), false, false),
            (Ending::Limit, Some(true), false, false),
        ] {
            let outcome = outcome(ending, &[truth]);
            assert_eq!(is_violated(&always, 0, &outcome), breaks_always, "always: {outcome:?}");
            assert_eq!(is_violated(&never, 0, &outcome), breaks_never, "never: {outcome:?}");
        }
        assert!(is_violated(&Claim::NoDeadlock, 0, &outcome(Ending::Deadlock, &[])));
        assert!(!is_violated(&Claim::NoDeadlock, 0, &outcome(Ending::Spin, &[])));
        for claim in [always, never, Claim::NoDeadlock] {
            assert!(is_violated(&claim, 0, &outcome(Ending::Crash, &[None])), "{claim}: who crashed kept no promise");
        }
    }

    fn found_so(ending: Ending) -> Found {
        Found { outcome: outcome(ending, &[]), witness: Schedule::default(), switches: 0, executions: 1 }
    }

    #[test]
    fn hints_are_given_where_they_fit() {
        let check = |source: &str, change: fn(&mut Scenario), exhaustive: bool, found, expected: &[&str]| {
            let mut scenario = Scenario::new("a.py", source);
            change(&mut scenario);
            let unfinished = (!exhaustive).then_some(Unfinished::Time);
            let report = Report { outcomes: vec![found_so(Ending::Finished)], executions: 1, unfinished };
            let given = hints(&scenario, &report, found, false);
            let fits = given.iter().zip(expected).all(|(hint, expected)| hint.contains(expected));
            assert!(given.len() == expected.len() && fits, "{source}: {given:?}");
        };
        let livelock = found_so(Ending::Livelock);
        let report = Report { outcomes: vec![livelock], executions: 1, unfinished: None };
        let scenario = Scenario::new("a.py", "");
        assert!(hints(&scenario, &report, 1, false).is_empty());
        assert!(hints(&scenario, &report, 1, true)[0].contains("--always finished"));
        let report = Report { outcomes: vec![found_so(Ending::Limit)], executions: 1, unfinished: None };
        assert!(hints(&scenario, &report, 1, false)[0].contains("2 or 3 times"));
        assert!(hints(&Scenario::new("a.py", "time.time()"), &report, 1, false)[0].contains("--sleeps ordered"));
        let sleeps = "time.sleep(1)";
        check(sleeps, |_| {}, false, 1, &["--sleeps ordered"]);
        check(sleeps, |_| {}, false, 51, &["--sleeps ordered"]);
        check("end = time.monotonic() + 1", |_| {}, false, 1, &["--sleeps ordered"]);
        check("threading.Timer(30.0, print)", |_| {}, true, 2, &["a `Timer` may go off at once"]);
        check("threading.Timer(30.0, print)", |_| {}, true, 1, &[]);
        check("threading.Timer(30.0, print)", |scenario| scenario.sleeps = Sleeps::Ordered, true, 2, &[]);
        check("for _ in range(100_000): n += 1", |_| {}, false, 51, &["2 or 3 times"]);
        check("for _ in range(100_000): n += 1", |_| {}, true, 1, &[]);
        check(sleeps, |_| {}, true, 50, &[]);
        check(sleeps, |scenario| scenario.sleeps = Sleeps::Ordered, false, 1, &[]);
        check("while not stop.wait(1): pass", |_| {}, false, 1, &["--sleeps ordered"]);
        check("while not stop.wait(1): pass", |_| {}, true, 1, &[]);
        check("x = 1", |_| {}, false, 51, &["--observe"]);
        check("with cv: cv.wait()", |_| {}, false, 1, &[]);
        check("import random\nn = random.random()", |_| {}, true, 1, &["the same numbers"]);
        check("from random import choice, randint as draw\nn = draw(1, 2)", |_| {}, true, 1, &["the same numbers"]);
        check("from random import choice, randint as draw\nn = choices", |_| {}, true, 1, &[]);
        check("import random\ntime.sleep(random.random())", |_| {}, true, 1, &[]);
        check("import random\nrandom.seed(1)\nn = random.random()", |_| {}, true, 1, &[]);
        check("x = 1", |_| {}, true, 51, &["--observe"]);
        check("x = 1", |scenario| scenario.observe = Some("x".to_owned()), true, 51, &[]);
    }

    #[test]
    fn what_is_observed_nowhere_is_refused() {
        let report = |values: &[Option<&str>]| {
            let found = values.iter().map(|value| Found {
                outcome: Outcome { value: value.map(str::to_owned), ..outcome(Ending::Finished, &[]) },
                witness: Schedule::default(),
                switches: 0,
                executions: 1,
            });
            Report { outcomes: found.collect(), executions: 1, unfinished: None }
        };
        let scenario = Scenario { observe: Some("x.y".to_owned()), ..Scenario::new("a.py", "") };
        let unknown = Some("<NameError: name 'x' is not defined>");
        let missing = Some("<AttributeError: 'X' object has no attribute 'y'>");
        for (values, is_refused) in [
            (&[unknown, missing][..], true),
            (&[unknown, None], true),
            (&[unknown, Some("3")], false),
            (&[Some("<ZeroDivisionError: division by zero>")], false),
            (&[None], false),
            (&[], false),
        ] {
            assert_eq!(check_observable(&scenario, &report(values)).is_err(), is_refused, "{values:?}");
        }
    }

    #[test]
    fn an_expression_that_always_raises_is_refused() {
        let found = |claims: &[Option<bool>]| Found {
            outcome: outcome(Ending::Finished, claims),
            witness: Schedule::default(),
            switches: 0,
            executions: 1,
        };
        let report = |outcomes| Report { outcomes, executions: 1, unfinished: None };
        let claims = [Claim::Never("typo".to_owned())];
        assert!(check_evaluable(&claims, &report(vec![found(&[None])])).is_err());
        assert!(check_evaluable(&claims, &report(vec![found(&[None]), found(&[Some(false)])])).is_ok());
        assert!(check_evaluable(&[Claim::NoDeadlock], &report(vec![found(&[])])).is_ok());
    }
}
