//! The learner's notes in the database: every version, and a search over their words.

use chrono::DateTime;
use chrono::Utc;
use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::ToSql;
use rusqlite::params;

use super::Store;
use super::StoreError;
use super::cards;
use super::columns;
use crate::deck::CardId;
use crate::deck::ConceptId;
use crate::deck::DeckId;
use crate::notes::Address;
use crate::notes::AnswerId;
use crate::notes::LineRange;
use crate::notes::Lines;
use crate::notes::Note;
use crate::notes::NoteId;
use crate::notes::NoteText;
use crate::notes::NoteVersion;
use crate::notes::Target;

/// A note that has the words searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteHit {
    /// The note.
    pub note: Note,
    /// The part of it that has them.
    pub excerpt: String,
}

impl Store {
    /// Attaches a note.
    pub fn add_note(&mut self, target: &Target, text: &NoteText, now: DateTime<Utc>) -> Result<NoteId, StoreError> {
        self.write(|connection| {
            let place = Place::of(connection, target)?;
            connection
                .prepare_cached(
                    "insert into notes (kind, deck, concept, card, first_line, last_line, lines, answer, text,
                        created_ms, changed_ms, removed)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?9, ?10, ?10, 0)",
                )?
                .execute(params![
                    place.kind,
                    place.deck,
                    place.concept,
                    place.card,
                    place.first_line,
                    place.last_line,
                    place.lines,
                    place.answer,
                    text,
                    columns::Instant(now),
                ])?;
            Ok(NoteId(connection.last_insert_rowid()))
        })
    }

    /// Gives a note another text. A note that was removed is there again.
    pub fn edit_note(&mut self, id: NoteId, text: &NoteText, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|connection| {
            let changed = connection
                .prepare_cached("update notes set text = ?, changed_ms = ?, removed = 0 where id = ?")?
                .execute(params![text, columns::Instant(now), id])?;
            found(id, changed)
        })
    }

    /// Removes a note. Its versions are kept, and editing it brings it back.
    pub fn remove_note(&mut self, id: NoteId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|connection| {
            let changed = connection
                .prepare_cached("update notes set removed = 1, changed_ms = ? where id = ? and not removed")?
                .execute(params![columns::Instant(now), id])?;
            found(id, changed)
        })
    }

    /// Returns a note, unless it was removed.
    pub fn note(&self, id: NoteId) -> Result<Option<Note>, StoreError> {
        Ok(self.notes_where("notes.id = ?", params![id])?.pop())
    }

    /// Returns all notes, in the order in which they were written.
    pub fn notes(&self) -> Result<Vec<Note>, StoreError> {
        self.notes_where("true", params![])
    }

    /// Returns the notes on anything in a deck, the deck itself included.
    pub fn notes_in(&self, deck: &DeckId) -> Result<Vec<Note>, StoreError> {
        self.notes_where("coalesce(notes.deck, cards.deck) = ?", params![deck])
    }

    /// Returns the notes at an address: those on a question with those on its lines and on answers to it; those on
    /// lines that are among the given ones; those on a deck or a concept as such.
    pub fn notes_on(&self, address: &Address) -> Result<Vec<Note>, StoreError> {
        match address {
            Address::Deck(deck) => self.notes_where("notes.kind = 'deck' and notes.deck = ?", params![deck]),
            Address::Concept { deck, concept } => self
                .notes_where("notes.kind = 'concept' and notes.deck = ? and notes.concept = ?", params![deck, concept]),
            Address::Question(card) => {
                self.notes_where("cards.deck = ? and cards.question = ?", params![card.deck, card.question])
            }
            Address::Lines { card, range } => self.notes_where(
                "notes.kind = 'lines' and cards.deck = ? and cards.question = ?
                    and notes.last_line >= ? and notes.first_line <= ?",
                params![card.deck, card.question, range.first(), range.last()],
            ),
            Address::Answer(answer) => self.notes_where("notes.answer = ?", params![answer]),
        }
    }

    /// Returns every version of a note, the first one first; none if there never was such a note.
    pub fn note_versions(&self, id: NoteId) -> Result<Vec<NoteVersion>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "select versions.*, cards.deck as card_deck, cards.question as card_question
                from note_versions as versions left join cards on cards.id = versions.card
                where note = ? order by versions.id",
            )?;
            let mut rows = statement.query([id])?;
            let mut versions = Vec::new();
            while let Some(row) = rows.next()? {
                versions.push(NoteVersion {
                    at: row.get::<_, columns::Instant>("at_ms")?.0,
                    target: target(row)?,
                    text: row.get("text")?,
                    removed: row.get("removed")?,
                });
            }
            Ok(versions)
        })
    }

    /// Returns the notes that have all the words of `query`, the best match first. The last word may be unfinished.
    /// Where `query` has no words, as in `+=`, the signs themselves are looked for.
    pub fn note_search(&self, query: &str) -> Result<Vec<NoteHit>, StoreError> {
        let words: Vec<String> = query
            .split_whitespace()
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
            .collect();
        self.read(|connection| {
            let (sql, searched) = if words.is_empty() {
                let sql = format!(
                    "{NOTES}, notes.text as excerpt {FROM}
                    where not notes.removed and instr(notes.text, ?) > 0 order by notes.id"
                );
                (sql, query.trim().to_owned())
            } else {
                let sql = format!(
                    "{NOTES}, snippet(note_words, 0, '', '', '…', 12) as excerpt
                    {FROM} join note_words on note_words.rowid = notes.id
                    where not notes.removed and note_words match ? order by note_words.rank, notes.id"
                );
                (sql, format!("{}*", words.join(" ")))
            };
            if searched.is_empty() {
                return Ok(Vec::new());
            }
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([&searched])?;
            let mut hits = Vec::new();
            while let Some(row) = rows.next()? {
                let text: String = row.get("excerpt")?;
                let line = text.lines().find(|line| line.contains(&searched)).unwrap_or(&text);
                hits.push(NoteHit { note: note(row)?, excerpt: line.trim().replace('\n', " ") });
            }
            Ok(hits)
        })
    }

    fn notes_where(&self, condition: &str, parameters: &[&dyn ToSql]) -> Result<Vec<Note>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(&format!("{NOTES} {FROM} where not notes.removed and {condition} order by notes.id"))?;
            let mut rows = statement.query(parameters)?;
            let mut notes = Vec::new();
            while let Some(row) = rows.next()? {
                notes.push(note(row)?);
            }
            Ok(notes)
        })
    }
}

/// A note with the card that it hangs on, directly or by an answer.
const NOTES: &str = "select notes.*, cards.deck as card_deck, cards.question as card_question";
const FROM: &str = "from notes
    left join log on log.id = notes.answer
    left join cards on cards.id = coalesce(notes.card, log.card)";

fn note(row: &Row<'_>) -> Result<Note, StoreError> {
    Ok(Note {
        id: row.get("id")?,
        target: target(row)?,
        text: row.get("text")?,
        created: row.get::<_, columns::Instant>("created_ms")?.0,
        changed: row.get::<_, columns::Instant>("changed_ms")?.0,
    })
}

fn target(row: &Row<'_>) -> Result<Target, StoreError> {
    let card = || -> rusqlite::Result<CardId> {
        Ok(CardId { deck: row.get("card_deck")?, question: row.get("card_question")? })
    };
    let kind: String = row.get("kind")?;
    Ok(match kind.as_str() {
        "deck" => Target::Deck(row.get("deck")?),
        "concept" => Target::Concept { deck: row.get("deck")?, concept: row.get("concept")? },
        "question" => Target::Question(card()?),
        "answer" => Target::Answer(row.get("answer")?),
        "lines" => {
            let (first, last) = (row.get("first_line")?, row.get("last_line")?);
            let range = LineRange::new(first, last)
                .ok_or_else(|| StoreError::Damaged { what: format!("a note is on lines {first} to {last}") })?;
            Target::Lines(Lines { card: card()?, range, text: row.get("lines")? })
        }
        _ => return Err(StoreError::Damaged { what: format!("a note is on a `{kind}`") }),
    })
}

/// A target as columns.
#[derive(Default)]
struct Place<'a> {
    kind: &'static str,
    deck: Option<&'a DeckId>,
    concept: Option<&'a ConceptId>,
    card: Option<i64>,
    first_line: Option<u32>,
    last_line: Option<u32>,
    lines: Option<&'a str>,
    answer: Option<AnswerId>,
}

impl Place<'_> {
    fn of<'a>(connection: &Connection, target: &'a Target) -> Result<Place<'a>, StoreError> {
        Ok(match target {
            Target::Deck(deck) => Place { kind: "deck", deck: Some(deck), ..Place::default() },
            Target::Concept { deck, concept } => {
                Place { kind: "concept", deck: Some(deck), concept: Some(concept), ..Place::default() }
            }
            Target::Question(card) => {
                let row = cards::row_of(connection, card, None)?;
                Place { kind: "question", card: Some(row), ..Place::default() }
            }
            Target::Lines(lines) => Place {
                kind: "lines",
                card: Some(cards::row_of(connection, &lines.card, None)?),
                first_line: Some(lines.range.first()),
                last_line: Some(lines.range.last()),
                lines: Some(&lines.text),
                ..Place::default()
            },
            Target::Answer(answer) => {
                let mut statement =
                    connection.prepare_cached("select 1 from log where id = ? and kind in ('review', 'quiz')")?;
                if statement.query_row([answer], |_| Ok(())).optional()?.is_none() {
                    return Err(StoreError::NoSuchAnswer(*answer));
                }
                Place { kind: "answer", answer: Some(*answer), ..Place::default() }
            }
        })
    }
}

fn found(id: NoteId, changed: usize) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::NoSuchNote(id)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::srs::Model;
    use crate::srs::Rating;
    use crate::store::fixtures::answer;
    use crate::store::fixtures::card;
    use crate::store::fixtures::moment;
    use crate::store::fixtures::review;

    const PROGRAM: &str = "import threading\n\nx = 0\n\ndef f():\n    global x\n    x += 1\n";

    fn target(address: &str) -> Target {
        address.parse::<Address>().expect("an address").target(Some(PROGRAM)).expect("a target")
    }

    fn text(text: &str) -> NoteText {
        NoteText::new(text).expect("a note")
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        moment(minutes).at
    }

    /// Returns a store with a note at each address, which says its address.
    fn store_with(addresses: &[&str]) -> Store {
        let mut store = Store::in_memory().expect("a store");
        let id = card("deck/one");
        store.answer(&answer(&id), &review(Rating::Good, moment(0)), &Model::default()).expect("kept");
        for address in addresses {
            store.add_note(&target(address), &text(address), at(0)).expect("added");
        }
        store
    }

    fn titles(notes: &[Note]) -> Vec<&str> {
        notes.iter().map(Note::title).collect()
    }

    #[test]
    fn notes_are_found_where_they_belong() {
        let all = [
            "deck",
            "other",
            "deck/concept:lock",
            "deck/one",
            "deck/one:3",
            "deck/one:5-7",
            "deck/two:5-7",
            "answer:1",
        ];
        let store = store_with(&all);
        assert_eq!(titles(&store.notes().expect("notes")), all);
        for note in store.notes().expect("notes") {
            assert_eq!(note.target.address().to_string(), note.title());
            assert_eq!(store.note(note.id).expect("read"), Some(note.clone()));
            assert_eq!(note.target, target(note.title()));
        }
        let on = |address: &str| {
            let notes = store.notes_on(&address.parse().expect("an address")).expect("notes");
            notes.iter().map(|note| note.title().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(on("deck"), ["deck"]);
        assert_eq!(on("deck/concept:lock"), ["deck/concept:lock"]);
        assert_eq!(on("deck/one"), ["deck/one", "deck/one:3", "deck/one:5-7", "answer:1"]);
        assert_eq!(on("deck/one:6-9"), ["deck/one:5-7"]);
        assert_eq!(on("deck/one:3-5"), ["deck/one:3", "deck/one:5-7"]);
        assert_eq!(on("answer:1"), ["answer:1"]);
        assert_eq!(on("deck/three"), [""; 0]);
        let in_deck = store.notes_in(&"deck".parse().expect("an id")).expect("notes");
        assert_eq!(in_deck.len(), 7);
    }

    #[test]
    fn every_edit_is_kept() {
        let mut store = store_with(&["deck/one:3"]);
        let id = NoteId(1);
        store.edit_note(id, &text("second"), at(1)).expect("edited");
        store.remove_note(id, at(3)).expect("removed");
        assert_eq!(store.note(id).expect("read"), None);
        assert_eq!(store.notes().expect("notes"), []);
        assert!(matches!(store.remove_note(id, at(4)), Err(StoreError::NoSuchNote(NoteId(1)))));
        store.edit_note(id, &text("back"), at(5)).expect("brought back");
        let note = store.note(id).expect("read").expect("a note");
        assert_eq!((note.created, note.changed, note.title()), (at(0), at(5), "back"));

        let version = |minutes, address, note, removed| NoteVersion {
            at: at(minutes),
            target: target(address),
            text: text(note),
            removed,
        };
        assert_eq!(
            store.note_versions(id).expect("versions"),
            [
                version(0, "deck/one:3", "deck/one:3", false),
                version(1, "deck/one:3", "second", false),
                version(3, "deck/one:3", "second", true),
                version(5, "deck/one:3", "back", false),
            ]
        );
        for sql in ["update note_versions set text = 'x'", "delete from note_versions", "delete from notes"] {
            assert!(store.connection.execute(sql, []).is_err(), "{sql}");
        }
    }

    #[test]
    fn what_is_not_there_is_told() {
        let mut store = store_with(&[]);
        let missing = store.add_note(&target("answer:2"), &text("x"), at(0));
        assert!(matches!(missing, Err(StoreError::NoSuchAnswer(AnswerId(2)))));
        assert!(matches!(store.edit_note(NoteId(7), &text("x"), at(0)), Err(StoreError::NoSuchNote(NoteId(7)))));
        assert_eq!(store.note(NoteId(7)).expect("read"), None);
        assert_eq!(store.note_versions(NoteId(7)).expect("versions"), []);
    }

    #[test]
    fn notes_are_found_by_their_words() {
        let mut store = store_with(&[]);
        for note in [
            "# Locks\n\nAn RLock may be acquired again by its owner.",
            "`x += 1` is a read and a write: two steps",
            "Ein Schloß für Fäden",
            "acquire(timeout=-1)\nreturns \"True\"",
        ] {
            store.add_note(&target("deck"), &text(note), at(0)).expect("added");
        }
        let check = |store: &Store, query: &str, expected: &[i64]| {
            let hits = store.note_search(query).expect("searched");
            let mut found: Vec<i64> = hits.iter().map(|hit| hit.note.id.0).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{query}");
        };
        check(&store, "rlock", &[1]);
        check(&store, "owner again", &[1]);
        check(&store, "acq", &[1, 4]);
        check(&store, "owner steps", &[]);
        check(&store, "faden", &[3]);
        check(&store, "x += 1", &[2]);
        check(&store, "+=", &[2]);
        check(&store, "\"true\"", &[4]);
        check(&store, "locks OR steps", &[]);
        check(&store, "text:locks", &[]);
        check(&store, "", &[]);
        check(&store, " \t", &[]);
        check(&store, "%", &[]);

        let hit = &store.note_search("+=").expect("searched")[0];
        assert_eq!(hit.excerpt, "`x += 1` is a read and a write: two steps");
        assert!(store.note_search("owner").expect("searched")[0].excerpt.contains("again by its owner"));

        store.edit_note(NoteId(1), &text("nothing"), at(1)).expect("edited");
        check(&store, "rlock", &[]);
        check(&store, "nothing", &[1]);
        store.remove_note(NoteId(1), at(2)).expect("removed");
        check(&store, "nothing", &[]);
        store.edit_note(NoteId(1), &text("nothing again"), at(3)).expect("brought back");
        check(&store, "nothing", &[1]);
        assert_eq!(store.integrity().expect("checked"), [""; 0]);
    }

    proptest! {
        #[test]
        fn anything_can_be_searched_for(query in "[a-c\"*:()^+\\-{}%' ANDORT\\PC]{0,12}") {
            let store = store_with(&["deck"]);
            prop_assert!(store.note_search(&query).is_ok());
        }

        #[test]
        fn the_index_follows_every_edit(edits in prop::collection::vec((0i64..3, 0..2usize, 0..3usize), 0..20)) {
            let words = ["lock", "rlock event", "event lock lock"];
            let mut store = store_with(&["deck", "deck/one", "other"]);
            for (note, act, word) in edits {
                let id = NoteId(note + 1);
                let done = match act {
                    0 => store.edit_note(id, &text(words[word]), at(1)),
                    _ => store.remove_note(id, at(1)),
                };
                prop_assert!(matches!(done, Ok(()) | Err(StoreError::NoSuchNote(_))));
            }
            prop_assert_eq!(store.integrity().expect("checked"), Vec::<String>::new());
            for word in ["lock", "event", "deck"] {
                let notes = store.notes().expect("notes");
                let expected = notes.iter().filter(|note| {
                    note.text.as_str().split(|c: char| !c.is_alphanumeric()).any(|found| found.starts_with(word))
                });
                prop_assert_eq!(store.note_search(word).expect("searched").len(), expected.count());
            }
        }
    }
}
