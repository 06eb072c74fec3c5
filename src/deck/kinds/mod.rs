//! The kinds of question: what each has beside what all have, one file a kind.
//!
//! A new kind is a file here with a record and what it means, a line in [`ALL`], and a variant of
//! [`Kind`](super::Kind).

mod choice;
mod cloze;
mod outcomes;
mod recall;
mod scenario;
mod verdict;

use std::collections::HashMap;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;

use super::Kind;
use super::problem::Problem;
use super::reading::Reading;
use super::reading::Span;
use super::record::Entries;
use super::record::Record;
use super::tree::shortened;

/// All kinds, the plainest first.
pub(super) const ALL: &[Entry] = &[
    Entry::of::<recall::Recall>(),
    Entry::of::<cloze::RawCloze>(),
    Entry::of::<choice::Choice>(),
    Entry::of::<outcomes::Outcomes>(),
    Entry::of::<verdict::Verdict>(),
];

/// Returns the kind with this name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|kind| kind.name == name)
}

/// Returns the first kind that has this key.
pub(super) fn owner(key: &str) -> Option<&'static str> {
    ALL.iter().find(|kind| kind.keys.contains(&key)).map(|kind| kind.name)
}

/// What a question asks, and how it is answered and checked.
pub(super) struct Asked {
    pub(super) ask: String,
    pub(super) kind: Kind,
}

/// A kind's own part of a question.
trait Part: Record + JsonSchema {
    /// The word that decks use.
    const NAME: &str;

    /// Makes the question of what was read. `id` is the question's, for naming what has no other name.
    fn asked(self, id: &str) -> Asked;
}

/// A kind, to those that know it by name only.
pub(super) struct Entry {
    /// The word that decks use.
    pub(super) name: &'static str,
    /// What a question of this kind is called in messages.
    pub(super) what: &'static str,
    /// The keys that it has beside what all questions have.
    pub(super) keys: &'static [&'static str],
    /// Reads a question of this kind; the text is its id.
    pub(super) read: fn(&mut Entries<'_>, &str, &mut Reading) -> Option<Asked>,
    /// The schema of the keys.
    pub(super) schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Entry {
    const fn of<P: Part>() -> Entry {
        Entry {
            name: P::NAME,
            what: P::WHAT,
            keys: P::KEYS,
            read: |entries, id, reading| Some(P::take(entries, reading)?.asked(id)),
            schema: P::json_schema,
        }
    }
}

/// Tells of entries that a list has already.
fn tell_repeated<'a>(key: &'static str, entries: impl Iterator<Item = (&'a str, Span)>, reading: &mut Reading) {
    let mut seen = HashMap::new();
    for (text, span) in entries {
        if let Some(&first) = seen.get(text) {
            let first_line = reading.line(first);
            reading.fault(span, Problem::Repeated { key, entry: shortened(text), first_line });
        } else {
            seen.insert(text, span);
        }
    }
}
