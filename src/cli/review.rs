//! `raceday review`: asks what is due today, then what is new.

use std::collections::BTreeSet;
use std::io::Write;

use crate::deck::CardId;
use crate::report;
use crate::report::count;
use crate::session::Session;
use crate::srs::Card;
use crate::srs::Plan;

use super::Exit;
use super::Failure;
use super::World;
use super::deck::parse_deck;
use super::drill::Drill;
use super::learner;
use super::learner::Learner;
use super::numbers::parse_count;

const EXAMPLES: &str = "\
Each answer is rated and kept at once; what is missed comes back in the same session. In a terminal, `?` gives a hint, \
`t` shows the teaching note, `n` takes a note, `u` takes the last answer back and `q` stops.

Examples:
  raceday review
  raceday review thread-safety --limit 20
";

/// Review what is due today, then meet what is new
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReviewArgs {
    /// Only this deck: its id, or its folder
    #[arg(value_parser = parse_deck)]
    deck: Option<String>,
    /// Run this deck's programs even if this system cannot confine them; kept until the deck changes
    #[arg(long, requires = "deck")]
    unconfined: bool,
    /// Ask at most so many cards
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_count::<u32>)]
    limit: Option<u32>,
}

/// Leads a review.
pub(super) fn run(args: &ReviewArgs, world: &mut World) -> Result<Exit, Failure> {
    let mut learner = Learner::new(world, args.deck.as_deref())?;
    let ids = learner.decks(args.deck.as_deref())?;
    let trusted = learner.trusted(&ids, args.unconfined)?;
    let Learner { store, library, model, limits } = learner;
    let decks = learner::chosen(&library, &ids);
    let today = store.today(&model, learner::moment(world).day, &ids, limits)?;
    let mut known = BTreeSet::new();
    for id in &ids {
        let cards = store.cards_of_deck(id)?;
        known.extend(cards.into_iter().filter(|card| card.card != Card::New).map(|card| card.id));
    }
    let page = world.page();
    let plan = limited(today.plan, args.limit);
    if plan.reviews.is_empty() && plan.new.is_empty() {
        let text = if plan.new_waiting > 0 {
            "Done for today: nothing is due, and the day's new cards were met. Come back tomorrow, or `raceday quiz`."
        } else {
            "Done for today: nothing is due. Come back tomorrow, or `raceday quiz`."
        };
        report::write_wrapped(&mut world.out, text, page)?;
        return Ok(Exit::Fine);
    }
    writeln!(world.out, "{} due, {} new\n", count(plan.reviews.len() as u64, "card"), plan.new.len())?;
    let session = Session::review(&decks, &plan, &known, today.pace, world.seed());
    Drill::new(world, store, model, session, trusted).run()
}

/// Returns the first so many cards of a plan, reviews before new ones.
fn limited(mut plan: Plan<CardId>, limit: Option<u32>) -> Plan<CardId> {
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    plan.reviews.truncate(limit);
    plan.new.truncate(limit - plan.reviews.len());
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_keeps_reviews_before_new_cards() {
        let cards = |names: &[&str]| names.iter().map(|name| name.parse().expect("a card")).collect::<Vec<CardId>>();
        let plan = || Plan {
            reviews: cards(&["d/a", "d/b"]),
            new: cards(&["d/c", "d/e"]),
            reviews_waiting: 0,
            new_waiting: 0,
        };
        let check = |limit, reviews: &[&str], new: &[&str]| {
            let limited = limited(plan(), limit);
            assert_eq!((limited.reviews, limited.new), (cards(reviews), cards(new)));
        };
        check(None, &["d/a", "d/b"], &["d/c", "d/e"]);
        check(Some(3), &["d/a", "d/b"], &["d/c"]);
        check(Some(1), &["d/a"], &[]);
    }
}
