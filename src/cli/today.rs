//! `raceday` alone: what there is to do today, and what to type.

use std::io::Write;

use crate::report;
use crate::report::Style;
use crate::report::count;

use super::Exit;
use super::Failure;
use super::World;
use super::learner;
use super::learner::Learner;

/// Shows today.
pub(super) fn run(world: &mut World) -> Result<Exit, Failure> {
    let learner = Learner::new(world, None)?;
    let ids = learner.decks(None)?;
    let now = learner::moment(world);
    let today = learner.store.today(&learner.model, now.day, &ids, learner.limits)?;
    let page = world.page();
    let date = now.day.date().format("%A, %-d %B %Y").to_string();
    writeln!(world.out, "{}\n", page.paint(Style::Strong, &date))?;
    let plan = &today.plan;
    let questions = learner.library.decks().map(|deck| deck.questions.len()).sum::<usize>();
    let beginner = today.done.total() == 0 && plan.reviews.is_empty() && plan.new.len() + plan.new_waiting == questions;
    let advice: Vec<(&str, String)> = if ids.is_empty() {
        writeln!(world.out, "There are no decks.\n")?;
        vec![("raceday doctor", "says where decks are looked for".to_owned())]
    } else if beginner {
        let decks = count(ids.len() as u64, "deck");
        writeln!(world.out, "Nothing is learned yet. {} wait in {decks}.\n", count(questions as u64, "question"))?;
        let learn = match plan.new.len() {
            0 => ("raceday settings", "no new cards a day are set: there is nothing to review".to_owned()),
            new => ("raceday review", format!("learn: {new} a day, and back before you forget")),
        };
        vec![("raceday quiz", "10 questions, to see where you stand".to_owned()), learn]
    } else if plan.reviews.is_empty() && plan.new.is_empty() {
        writeln!(world.out, "Done for today: {} answered.\n", count(today.done.total().into(), "card"))?;
        vec![("raceday quiz", "10 questions for fun; nothing depends on it".to_owned())]
    } else {
        let minutes = today.pace.estimate(plan).as_secs().div_ceil(60).max(1);
        let done = today.done.total();
        writeln!(world.out, "  {:>4}  due", plan.reviews.len())?;
        writeln!(world.out, "  {:>4}  new", plan.new.len())?;
        if done > 0 {
            writeln!(world.out, "  {done:>4}  answered today")?;
        }
        if plan.reviews_waiting > 0 {
            writeln!(world.out, "  {:>4}  more due, beyond the day's limit", plan.reviews_waiting)?;
        }
        writeln!(world.out, "\nThat is about {}.\n", count(minutes, "minute"))?;
        vec![
            ("raceday review", "ask them".to_owned()),
            ("raceday quiz", "10 questions, with no bearing on reviews".to_owned()),
        ]
    };
    let column = advice.iter().map(|(command, _)| report::width(command)).max().unwrap_or_default();
    for (command, what) in advice {
        let command = page.paint(Style::Code, &report::pad(command, column));
        writeln!(world.out, "  {command}   {what}")?;
    }
    writeln!(world.out, "\n`raceday help` lists all commands.")?;
    Ok(Exit::Fine)
}
