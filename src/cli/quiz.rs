//! `raceday quiz`: some questions, a score, and what was missed once more. Memory knows nothing of it.

use std::io::Write;

use crate::report;
use crate::report::clean_line;
use crate::report::count;
use crate::session::Session;

use super::Exit;
use super::Failure;
use super::World;
use super::deck::parse_deck;
use super::drill::Drill;
use super::learner;
use super::learner::Learner;
use super::numbers::parse_count;
use super::numbers::parse_seed;

const EXAMPLES: &str = "\
Without a terminal, questions are printed and answers are read as lines: a number, several as in `1 3`, or the words \
asked for. The end of the input ends the quiz.

Examples:
  raceday quiz thread-safety
  raceday quiz --count 20 --seed 7
";

/// Take a quiz: see where you stand, with no bearing on reviews
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct QuizArgs {
    /// Only this deck: its id, or its folder
    #[arg(value_parser = parse_deck)]
    deck: Option<String>,
    /// Run this deck's programs even if this system cannot confine them; kept until the deck changes
    #[arg(long, requires = "deck")]
    unconfined: bool,
    /// How many questions
    #[arg(long, value_name = "N", default_value = "10", allow_negative_numbers = true, value_parser = parse_count::<u32>)]
    count: u32,
    /// Where chance starts from: the same seed gives the same quiz
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = parse_seed)]
    seed: Option<u64>,
}

/// Leads a quiz.
pub(super) fn run(args: &QuizArgs, world: &mut World) -> Result<Exit, Failure> {
    let mut learner = Learner::new(world, args.deck.as_deref())?;
    let ids = learner.decks(args.deck.as_deref())?;
    let trusted = learner.trusted(&ids, args.unconfined)?;
    let Learner { store, library, model, .. } = learner;
    let decks = learner::chosen(&library, &ids);
    // Short enough to be typed again.
    let seed = args.seed.or(world.seed).unwrap_or_else(|| world.seed() % 10_000);
    let session = Session::quiz(&decks, args.count as usize, seed);
    let questions = count(session.summary().left as u64, "question");
    let from = match decks.as_slice() {
        [deck] => clean_line(&deck.title).into_owned(),
        decks => count(decks.len() as u64, "deck"),
    };
    let page = world.page();
    report::write_wrapped(&mut world.out, &format!("{questions} from {from} (seed {seed})"), page)?;
    writeln!(world.out)?;
    Drill::new(world, store, model, session, trusted).run()
}
