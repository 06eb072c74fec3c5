//! Typed reading of a tree: records with known keys, lists, optional values.
//!
//! A record is declared once, by [`record!`]; the reader and the JSON Schema are both made of that declaration, so
//! that what an editor accepts is what Raceday accepts.

use super::nearest::nearest;
use super::problem::Problem;
use super::problem::Subject;
use super::reading::At;
use super::reading::Reading;
use super::reading::Span;
use super::tree::Key;
use super::tree::Node;
use super::tree::Value;
use super::tree::shortened;

/// What can be read from a node.
pub(super) trait Read: Sized {
    /// Reads the value of `key`, or tells everything that is wrong with it.
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Self>;

    /// Returns what a missing key stands for, where it may be missing.
    fn absent() -> Option<Self> {
        None
    }
}

/// A mapping with known keys. Implemented by [`record!`].
pub(super) trait Record: Sized {
    /// What it is, as a message has it: "a question".
    const WHAT: &str;
    /// The keys that it knows.
    const KEYS: &[&str];

    /// Reads the record's keys and leaves the others.
    fn take(entries: &mut Entries<'_>, reading: &mut Reading) -> Option<Self>;
}

/// Declares a record: a mapping with these keys. A key whose type is an `Option` may be missing. The documentation
/// is what editors show, so it speaks to a deck's author.
macro_rules! record {
    ($(#[doc = $docs:literal])* $name:ident, $what:literal {
        $($(#[doc = $key_docs:literal])* $key:ident: $type:ty,)*
    }) => {
        $(#[doc = $docs])*
        #[derive(schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(in crate::deck) struct $name {
            $($(#[doc = $key_docs])* pub(in crate::deck) $key: $type,)*
        }

        impl $crate::deck::record::Record for $name {
            const WHAT: &str = $what;
            const KEYS: &[&str] = &[$(stringify!($key)),*];

            fn take(
                entries: &mut $crate::deck::record::Entries<'_>,
                reading: &mut $crate::deck::reading::Reading,
            ) -> Option<$name> {
                // All of them first, so that every fault is told.
                $(let $key = entries.take(stringify!($key), reading);)*
                Some($name { $($key: $key?),* })
            }
        }
    };
}
pub(super) use record;

impl<R: Record> Read for R {
    fn read(node: &Node, _: Subject, reading: &mut Reading) -> Option<R> {
        let mut entries = Entries::open(node, R::WHAT, reading)?;
        let record = R::take(&mut entries, reading);
        entries.close(|_| None, reading);
        record
    }
}

impl<T: Read> Read for Option<T> {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Option<T>> {
        T::read(node, subject, reading).map(Some)
    }

    fn absent() -> Option<Option<T>> {
        Some(None)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Vec<T>> {
        // All of them first, so that every fault is told.
        let read: Vec<Option<T>> = read_entries(node, subject, reading)?;
        read.into_iter().collect()
    }
}

/// A list of which some entries may have faults: what follows from the others can still be told.
pub(super) struct Sound<T>(pub(super) Vec<T>);

impl<T: Read> Read for Sound<T> {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Sound<T>> {
        let read: Vec<Option<T>> = read_entries(node, subject, reading)?;
        Some(Sound(read.into_iter().flatten().collect()))
    }
}

/// Reads the entries of a list; `None` stands for one with faults.
fn read_entries<T: Read>(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Vec<Option<T>>> {
    let Value::List(entries) = &node.value else {
        wrong_shape(node, subject, "a list", reading);
        return None;
    };
    let entry_of = match subject {
        Subject::Key(key) | Subject::EntryOf(key) | Subject::Record(key) => Subject::EntryOf(key),
    };
    Some(entries.iter().map(|entry| T::read(entry, entry_of, reading)).collect())
}

/// Gives a type the schema of what it is read from.
macro_rules! schema_of {
    (<$parameter:ident> $read:ty = $written:ty) => {
        schema_of!(@ [<$parameter: schemars::JsonSchema>] $read = $written);
    };
    ($read:ident = $written:ty) => {
        schema_of!(@ [] $read = $written);
    };
    (@ [$($parameters:tt)*] $read:ty = $written:ty) => {
        impl$($parameters)* schemars::JsonSchema for $read {
            fn inline_schema() -> bool {
                <$written as schemars::JsonSchema>::inline_schema()
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                <$written as schemars::JsonSchema>::schema_name()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                <$written as schemars::JsonSchema>::schema_id()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$written as schemars::JsonSchema>::json_schema(generator)
            }
        }
    };
}
pub(super) use schema_of;

schema_of!(<T> Sound<T> = Vec<T>);
schema_of!(<T> At<T> = T);

impl<T: Read> Read for At<T> {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<At<T>> {
        T::read(node, subject, reading).map(|value| At { value, span: node.span })
    }
}

/// A mapping whose keys are being taken.
pub(super) struct Entries<'n> {
    what: &'static str,
    span: Span,
    entries: &'n [(Key, Node)],
    known: Vec<&'static str>,
    missing: Vec<&'static str>,
}

impl<'n> Entries<'n> {
    /// Opens a node that should be a mapping.
    pub(super) fn open(node: &'n Node, what: &'static str, reading: &mut Reading) -> Option<Entries<'n>> {
        let Value::Mapping(entries) = &node.value else {
            wrong_shape(node, Subject::Record(what), "a mapping", reading);
            return None;
        };
        // A mapping in braces begins with its brace; one in lines is best shown by its first key.
        let span = entries.first().map_or(node.span, |(key, _)| key.span);
        Some(Entries { what, span, entries, known: Vec::new(), missing: Vec::new() })
    }

    /// Says what the mapping is, once that is known better.
    pub(super) fn rename(&mut self, what: &'static str) {
        self.what = what;
    }

    /// Where the mapping begins.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// Reads the value of a key.
    pub(super) fn take<T: Read>(&mut self, key: &'static str, reading: &mut Reading) -> Option<T> {
        self.known.push(key);
        match self.entries.iter().find(|(has, _)| has.text == key) {
            Some((_, node)) => T::read(node, Subject::Key(key), reading),
            None => {
                let absent = T::absent();
                if absent.is_none() {
                    self.missing.push(key);
                }
                absent
            }
        }
    }

    /// Lets keys pass that cannot be judged.
    pub(super) fn pass(&mut self, keys: &[&'static str]) {
        for key in keys {
            if !self.known.contains(key) {
                self.known.push(key);
            }
        }
    }

    /// Tells which keys are unknown and which are missing. `kind_of` knows the keys of other kinds of question.
    pub(super) fn close(self, kind_of: impl Fn(&str) -> Option<&'static str>, reading: &mut Reading) {
        let mut meant_keys = Vec::new();
        for (key, _) in self.entries.iter().filter(|(key, _)| !self.known.contains(&key.text.as_str())) {
            let kind = kind_of(&key.text);
            // What is a key elsewhere is no slip.
            let meant = if kind.is_none() { nearest(&key.text, self.known.iter().copied()) } else { None };
            meant_keys.extend(meant);
            let known = if meant.is_none() && kind.is_none() { self.known.clone() } else { Vec::new() };
            let problem = Problem::UnknownKey { key: shortened(&key.text), what: self.what, meant, kind, known };
            reading.fault(key.span, problem);
        }
        let keys: Vec<&'static str> = self.missing.into_iter().filter(|key| !meant_keys.contains(key)).collect();
        if !keys.is_empty() {
            reading.fault(self.span, Problem::MissingKeys { keys, what: self.what });
        }
    }
}

/// Tells that a node is something else than it should be.
pub(super) fn wrong_shape(node: &Node, subject: Subject, wanted: &'static str, reading: &mut Reading) {
    let problem = match &node.value {
        Value::Nothing => Problem::Empty(subject),
        Value::Scalar(_) => Problem::WrongShape { subject, wanted, found: "a text" },
        Value::List(_) => Problem::WrongShape { subject, wanted, found: "a list" },
        Value::Mapping(_) => Problem::WrongShape { subject, wanted, found: "a mapping" },
    };
    reading.fault(node.span, problem);
}
