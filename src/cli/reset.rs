//! `raceday reset`: lets a question begin anew, or forgets one that has left its deck.

use std::io::Write;

use crate::deck::CardId;
use crate::srs::Card;

use super::Exit;
use super::Failure;
use super::World;
use super::learner;
use super::learner::Learner;

const DETAILS: &str = "\
Nothing is remembered of it then, and it waits among the new ones; of one that is no longer in its deck nothing is left. The \
log keeps what was answered, and so do notes. A question whose deck has changed it keeps its history, unless you reset it.

Examples:
  raceday reset thread-safety/last-word
";

/// Let a question begin anew, as if you had never answered it
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub(super) struct ResetArgs {
    /// Which one, as in `thread-safety/last-word`
    question: String,
}

/// Lets a question begin anew.
pub(super) fn run(args: &ResetArgs, world: &mut World) -> Result<Exit, Failure> {
    let card: CardId = args.question.parse()?;
    let Learner { mut store, library, .. } = Learner::new(world, None)?;
    let question = library.deck(card.deck.as_str()).and_then(|deck| deck.question(&card.question));
    if question.is_none() && !store.orphans()?.contains(&card) {
        return Err(match library.deck(card.deck.as_str()) {
            Some(deck) => Failure::no_question(deck, &card),
            None => Failure::no_deck(card.deck.as_str(), &library),
        });
    }
    if question.is_some() && store.card(&card)? == Card::New {
        writeln!(world.out, "Nothing is remembered of {card}: it is new.")?;
        return Ok(Exit::Fine);
    }
    store.reset(&card, question.map(|question| question.digest), learner::moment(world))?;
    match question {
        Some(_) => writeln!(world.out, "{card} begins anew: it waits among the new ones.")?,
        None => writeln!(world.out, "{card}, which is in no deck, is forgotten.")?,
    }
    Ok(Exit::Fine)
}
