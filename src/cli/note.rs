//! `raceday note`: the learner's own notes, on anything that can be named.

use std::io;
use std::io::Read as _;
use std::io::Write;
use std::path::PathBuf;

use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::deck_files::Library;
use crate::notes;
use crate::notes::Address;
use crate::notes::Followed;
use crate::notes::Note;
use crate::notes::NoteId;
use crate::notes::NoteText;
use crate::notes::Target;
use crate::report;
use crate::report::Page;
use crate::report::Style;
use crate::report::clean_json;
use crate::report::clean_line;
use crate::scenario::Scenario;
use crate::session::Subject;
use crate::store::Store;
use crate::store::StoreError;
use crate::terminal;
use crate::terminal::EditError;

use super::Exit;
use super::Failure;
use super::World;
use super::learner::Learner;

/// How much is kept of a text that can be no note.
const MAX_KEPT: u64 = 64 << 20;

const EXAMPLES: &str = "\
A note is attached to a deck (`thread-safety`), a concept (`thread-safety/concept:lock`), a question \
(`thread-safety/last-word`), lines of its program (`thread-safety/last-word:7-9`) or a past answer (`answer:17`). Without \
`-m` it is written in your editor, or read from standard input.

Examples:
  raceday note add thread-safety/concept:lock -m 'Locks protect data.'
  raceday note add thread-safety/last-word:7-9
  raceday note list thread-safety
  raceday note search lost update
";

/// Write, find and read your notes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct NoteArgs {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Attach a note
    Add {
        /// What to: a deck, a concept, a question, lines, or an answer
        target: String,
        /// What it says, in Markdown
        #[arg(short = 'm', long, value_name = "TEXT")]
        text: Option<String>,
    },
    /// List notes, or those on something
    List {
        /// On what: a deck (with all that is in it), a concept, a question, lines, or an answer
        target: Option<String>,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a note
    Show {
        /// Its number
        note: String,
        /// Show every version it had
        #[arg(long)]
        history: bool,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Edit a note; one that was removed is there again
    Edit {
        /// Its number
        note: String,
        /// What it says from now on
        #[arg(short = 'm', long, value_name = "TEXT")]
        text: Option<String>,
    },
    /// Remove a note; its versions are kept
    Remove {
        /// Its number
        note: String,
    },
    /// Find the notes that have these words
    Search {
        /// The words; the last may be unfinished
        #[arg(required = true)]
        words: Vec<String>,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
}

/// Does what was asked about notes.
pub(super) fn run(args: &NoteArgs, world: &mut World) -> Result<Exit, Failure> {
    let Learner { mut store, library, .. } = Learner::new(world, None)?;
    match &args.act {
        Act::Add { target, text } => {
            let target = target_of(target, &library)?;
            let Some(text) = given(text.as_deref(), "", world)? else { return nothing_written(world) };
            let id = store.add_note(&target, &text, world.clock.now())?;
            writeln!(world.out, "Note {id} is on {}.", target.address())?;
        }
        Act::List { target, json } => {
            let notes = match target {
                None => store.notes()?,
                Some(target) => match address(target)? {
                    Address::Deck(deck) => store.notes_in(&deck)?,
                    address => store.notes_on(&address)?,
                },
            };
            if *json {
                write_json(world, &notes.iter().map(note_json).collect())?;
            } else {
                let none = match target {
                    None => "There are no notes yet.".to_owned(),
                    Some(target) => format!("There are no notes on {}.", clean_line(target)),
                };
                write_list(world, notes.iter().map(|note| (note, note.title())), &none)?;
            }
        }
        Act::Show { note, history, json } => show(number(note)?, *history, *json, &store, &library, world)?,
        Act::Edit { note, text } => {
            let id = number(note)?;
            let versions = store.note_versions(id)?;
            let before = versions.last().ok_or_else(|| Failure::from(StoreError::NoSuchNote(id)))?;
            let Some(text) = given(text.as_deref(), before.text.as_str(), world)? else {
                return nothing_written(world);
            };
            if text == before.text && !before.removed {
                writeln!(world.out, "Note {id} is as it was.")?;
            } else {
                store.edit_note(id, &text, world.clock.now())?;
                let what = if before.removed { "is there again" } else { "has changed" };
                writeln!(world.out, "Note {id} {what}.")?;
            }
        }
        Act::Remove { note } => {
            let id = number(note)?;
            store.remove_note(id, world.clock.now())?;
            writeln!(world.out, "Note {id} is removed. `raceday note edit {id}` brings it back.")?;
        }
        Act::Search { words, json } => {
            let hits = store.note_search(&words.join(" "))?;
            if *json {
                let hits = hits.iter().map(|hit| {
                    let mut value = note_json(&hit.note);
                    value["excerpt"] = json!(hit.excerpt);
                    value
                });
                write_json(world, &hits.collect())?;
            } else {
                let none = "No note has all of these words.";
                write_list(world, hits.iter().map(|hit| (&hit.note, hit.excerpt.as_str())), none)?;
            }
        }
    }
    Ok(Exit::Fine)
}

/// Writes a note with what it is attached to. Of one on lines it says where they are in `scenario`, as that now is.
pub(super) fn write_note(out: &mut dyn Write, note: &Note, scenario: Option<&Scenario>, page: Page) -> io::Result<()> {
    let now = match (&note.target, scenario) {
        (Target::Lines(lines), Some(scenario)) => match notes::follow(lines, &scenario.source) {
            Followed::Here => String::new(),
            Followed::Moved(range) => format!(", now {range}"),
            Followed::Lost => ", which have changed since".to_owned(),
        },
        _ => String::new(),
    };
    let head = format!("Note {} on {}{now}", note.id, note.target.address());
    writeln!(out, "{}", page.paint(Style::Strong, &head))?;
    if let Target::Lines(lines) = &note.target {
        for line in lines.text.lines() {
            writeln!(out, "    {}", page.paint(Style::Code, &report::clean(line)))?;
        }
    }
    report::write_markdown(out, note.text.as_str(), 2, page)
}

/// Returns what the learner made of `text` in the editor; none if nothing is left of it. What can be no note is kept beside the
/// database: it may be the work of hours.
pub(super) fn edited(world: &World, text: &str) -> Result<Option<NoteText>, Failure> {
    match terminal::edit(world.environment.editor.as_deref(), text) {
        Ok(edited) if edited.trim().is_empty() => Ok(None),
        Ok(edited) => NoteText::new(&edited).map(Some).map_err(|error| refused(error.into(), edited.as_bytes(), world)),
        Err(error) => {
            let message = error.to_string();
            match error {
                EditError::NotText { left, .. } => Err(refused(Failure::broken(message), left, world)),
                error => Err(error.into()),
            }
        }
    }
}

/// Keeps what can be no note in a file of its own, and has the failure say where.
fn refused(mut failure: Failure, text: impl io::Read, world: &World) -> Failure {
    failure.message.push_str(&match keep(text, world) {
        Ok((file, true)) => format!("; it is kept in `{}`", file.display()),
        Ok((file, false)) => format!("; its first {} MiB are kept in `{}`", MAX_KEPT >> 20, file.display()),
        Err(error) => format!("; nor can it be kept: {error}"),
    });
    failure
}

/// Writes a text to a new file in the data folder, and returns which, and whether all of it is there.
fn keep(mut text: impl io::Read, world: &World) -> io::Result<(PathBuf, bool)> {
    let folder = world.data_dir.as_ref().ok_or(io::ErrorKind::NotFound)?;
    let mut file = tempfile::Builder::new().prefix("note-").suffix(".txt").tempfile_in(folder)?;
    io::copy(&mut (&mut text).take(MAX_KEPT), &mut file)?;
    file.as_file().sync_all()?;
    let is_whole = text.read(&mut [0])? == 0;
    let (_, path) = file.keep()?;
    Ok((path, is_whole))
}

fn show(
    id: NoteId,
    history: bool,
    json: bool,
    store: &Store,
    library: &Library,
    world: &mut World,
) -> Result<(), Failure> {
    let note = store.note(id)?;
    let versions = if history || note.is_none() { store.note_versions(id)? } else { Vec::new() };
    if note.is_none() && (!history || versions.is_empty()) {
        let failure = Failure::from(StoreError::NoSuchNote(id));
        return Err(match versions.is_empty() {
            true => failure,
            false => failure.hint(format!("it was removed; `raceday note show {id} --history` shows what it was")),
        });
    }
    if json {
        let versions = versions.iter().map(|version| {
            json!({
                "at": moment(version.at),
                "target": version.target.address().to_string(),
                "text": version.text.as_str(),
                "removed": version.removed,
            })
        });
        let mut value = note.as_ref().map_or_else(|| json!({ "id": id.0, "removed": true }), note_json);
        if history {
            value["versions"] = versions.collect();
        }
        return Ok(write_json(world, &value)?);
    }
    let page = world.page();
    if let Some(note) = &note {
        let scenario = match &note.target {
            Target::Lines(lines) => Subject::find(&library.decks().collect::<Vec<_>>(), &lines.card)
                .and_then(|subject| subject.scenario().cloned()),
            _ => None,
        };
        write_note(&mut world.out, note, scenario.as_ref(), page)?;
    }
    for version in &versions {
        let at = version.at.with_timezone(&world.clock.zone()).format("%Y-%m-%d %H:%M");
        let what = if version.removed { "removed".to_owned() } else { format!("on {}", version.target.address()) };
        writeln!(world.out, "\n{}", page.paint(Style::Strong, &format!("{at}, {what}")))?;
        report::write_markdown(&mut world.out, version.text.as_str(), 2, page)?;
    }
    Ok(())
}

/// Returns the text of a note: from the command line, from standard input, or from the editor, which begins with
/// `before`; none if the learner left it empty.
fn given(text: Option<&str>, before: &str, world: &mut World) -> Result<Option<NoteText>, Failure> {
    if let Some(text) = text {
        return Ok(Some(NoteText::new(text)?));
    }
    if world.terminals.input || (!before.is_empty() && world.environment.editor.is_some()) {
        return edited(world, before);
    }
    let mut bytes = Vec::new();
    (&mut world.input).take(NoteText::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes)
        .map_err(|error| Failure::not_utf8("<stdin>".as_ref(), error.utf8_error().valid_up_to()))?;
    Ok(Some(NoteText::new(&text)?))
}

fn nothing_written(world: &mut World) -> Result<Exit, Failure> {
    writeln!(world.out, "Nothing was written, so nothing has changed.")?;
    Ok(Exit::Fine)
}

/// Returns the target that a text names, if there is such a thing in the decks.
fn target_of(text: &str, library: &Library) -> Result<Target, Failure> {
    let address = address(text)?;
    let decks: Vec<_> = library.decks().collect();
    let source = match &address {
        Address::Answer(_) => None,
        Address::Deck(deck) | Address::Concept { deck, .. } => {
            let found = library.deck(deck.as_str()).ok_or_else(|| Failure::no_deck(deck.as_str(), library))?;
            if let Address::Concept { concept, .. } = &address
                && found.concept(concept).is_none()
            {
                return Err(Failure::no_concept(found, concept));
            }
            None
        }
        Address::Question(card) | Address::Lines { card, .. } => {
            let deck = library.deck(card.deck.as_str()).ok_or_else(|| Failure::no_deck(card.deck.as_str(), library))?;
            let subject = Subject::find(&decks, card).ok_or_else(|| Failure::no_question(deck, card))?;
            subject.scenario().map(|scenario| scenario.source.clone())
        }
    };
    Ok(address.target(source.as_deref())?)
}

fn address(text: &str) -> Result<Address, Failure> {
    Ok(text.parse::<Address>()?)
}

fn number(text: &str) -> Result<NoteId, Failure> {
    Ok(text.parse::<NoteId>()?)
}

/// Writes notes one after the other, or says that there are `none`.
fn write_list<'n>(world: &mut World, notes: impl Iterator<Item = (&'n Note, &'n str)>, none: &str) -> io::Result<()> {
    let notes: Vec<_> = notes.collect();
    if notes.is_empty() {
        return writeln!(world.out, "{none}");
    }
    let page = world.page();
    let column = notes.iter().map(|(note, _)| note.id.to_string().len()).max().unwrap_or_default();
    for (note, text) in notes {
        let target = note.target.address().to_string();
        let head = format!("{:>column$}  {target}", note.id.to_string());
        writeln!(world.out, "{}", page.paint(Style::Strong, &head))?;
        let room = page.width().saturating_sub(column + 2);
        writeln!(world.out, "{:column$}  {}", "", report::cut(&clean_line(text), room))?;
    }
    Ok(())
}

fn note_json(note: &Note) -> Value {
    json!({
        "id": note.id.0,
        "target": note.target.address().to_string(),
        "text": note.text.as_str(),
        "created": moment(note.created),
        "changed": moment(note.changed),
    })
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn write_json(world: &mut World, value: &Value) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value).expect("a JSON value is JSON");
    writeln!(world.out, "{}", clean_json(&text))
}
