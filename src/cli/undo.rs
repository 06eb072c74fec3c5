//! `raceday undo`: takes the last review back, also after the last card and in another session.

use std::io::Write;

use crate::report;
use crate::srs::Card;

use super::Exit;
use super::Failure;
use super::World;
use super::learner;
use super::learner::Learner;

const DETAILS: &str = "\
Again for the review before that, as far back as you like. The log keeps that it happened and that it was taken back.
";

/// Take back the last review
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub(super) struct UndoArgs {}

/// Takes the last review back.
pub(super) fn run(_: &UndoArgs, world: &mut World) -> Result<Exit, Failure> {
    let mut learner = Learner::new(world, None)?;
    let now = learner::moment(world);
    match learner.store.undo(now)? {
        None => writeln!(world.out, "There is nothing to take back.")?,
        Some(undone) => {
            let again = match &undone.restored {
                Card::New => "new again".to_owned(),
                card if card.is_due(now.day) => "due again".to_owned(),
                Card::Learning(seen) | Card::Reviewed(seen) => format!("due on {} again", seen.due),
            };
            let at = undone.review.at.at.with_timezone(&world.clock.zone()).format("%Y-%m-%d %H:%M");
            let rating = undone.review.rating;
            let text = format!("Taken back: {} was rated {rating} at {at}; it is {again}.", undone.card);
            let page = world.page();
            report::write_wrapped(&mut world.out, &text, page)?;
        }
    }
    Ok(Exit::Fine)
}
