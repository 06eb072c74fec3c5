//! `raceday deck`: which decks there are, what is in one, and the schema that editors check decks with.

use std::convert::Infallible;
use std::io::Write;
use std::path::Path;

use crate::deck;
use crate::deck_files;
use crate::report;
use crate::report::clean_json;
use crate::report::clean_line;
use crate::report::count;

use super::Exit;
use super::Failure;
use super::World;
use super::learner;

const EXAMPLES: &str = "\
A deck is a folder with a deck.yaml. Your own decks are folders in `decks` of the data folder; `raceday doctor` says \
where that is.

Examples:
  raceday deck list
  raceday deck show thread-safety
  raceday deck schema > raceday-deck.schema.json
";

/// List decks, show one, or print the schema of the format
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DeckArgs {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// List the decks
    List,
    /// Show the concepts and questions of a deck
    Show {
        /// The deck's id, or its folder
        #[arg(value_parser = parse_deck)]
        deck: String,
    },
    /// Print the JSON Schema of the deck format
    Schema,
}

/// Returns the deck's id or its folder, which may be named by the `deck.yaml` in it.
pub(super) fn parse_deck(text: &str) -> Result<String, Infallible> {
    Ok(deck_files::named_folder(text))
}

/// Does what was asked about decks.
pub(super) fn run(args: &DeckArgs, world: &mut World) -> Result<Exit, Failure> {
    match &args.act {
        Act::List => list(world),
        Act::Show { deck } => show(deck, world),
        Act::Schema => {
            let schema = serde_json::to_string_pretty(&deck::schema()).expect("a JSON value is JSON");
            writeln!(world.out, "{}", clean_json(&schema))?;
            Ok(Exit::Fine)
        }
    }
}

fn list(world: &mut World) -> Result<Exit, Failure> {
    let library = world.library();
    let widest = library.decks().map(|deck| report::width(deck.id.as_str())).max().unwrap_or(0);
    for entry in &library.entries {
        let deck = &entry.deck;
        let programs = deck.questions.iter().filter(|question| question.kind.scenario().is_some()).count();
        writeln!(
            world.out,
            "{}  {}: {}, {programs} of them run programs ({})",
            report::pad(deck.id.as_str(), widest),
            clean_line(&deck.title),
            count(deck.questions.len() as u64, "question"),
            clean_line(&entry.origin.to_string()),
        )?;
    }
    for faulty in &library.faulty {
        let (origin, faults) = (faulty.origin.to_string(), count(faulty.faults.count() as u64, "fault"));
        writeln!(world.out, "{}: not loaded, {faults}; `raceday check` says which", clean_line(&origin))?;
    }
    Ok(Exit::Fine)
}

fn show(wanted: &str, world: &mut World) -> Result<Exit, Failure> {
    let mut library = world.library();
    let folder = Path::new(wanted);
    if library.deck(wanted).is_none() && folder.is_dir() {
        library.add_folder(folder);
    }
    let deck = learner::deck_of(&library, wanted)?;
    let page = world.page();
    writeln!(world.out, "{} ({})", page.paint(report::Style::Strong, &clean_line(&deck.title)), deck.id)?;
    if let Some(about) = &deck.about {
        writeln!(world.out)?;
        report::write_markdown(&mut world.out, about, 0, page)?;
    }
    for concept in &deck.concepts {
        writeln!(world.out)?;
        let title = page.paint(report::Style::Strong, &clean_line(&concept.title));
        writeln!(world.out, "{title} ({})", concept.id)?;
        for question in deck.questions.iter().filter(|question| question.concept == concept.id) {
            writeln!(world.out, "  {}  {}", report::pad(question.kind.name(), 8), question.id)?;
        }
    }
    Ok(Exit::Fine)
}
