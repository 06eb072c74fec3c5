//! The files of a deck as they are written: head, topics, concepts, and what all questions have.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use super::ConceptId;
use super::DeckId;
use super::Digest;
use super::Question;
use super::QuestionId;
use super::kinds;
use super::kinds::Asked;
use super::problem::Problem;
use super::problem::Subject;
use super::reading::Reading;
use super::record::Entries;
use super::record::Read;
use super::record::Record;
use super::record::Sound;
use super::record::record;
use super::scalars::Line;
use super::scalars::Text;
use super::scalars::Url;
use super::scalars::word;
use super::tree::Node;
use super::tree::shortened;

record! {
    /// The head of a deck: the file `deck.yaml`.
    Head, "a deck's head" {
        /// The version of the format: 1.
        format: Format,
        /// The deck's name for ever. The learner's history hangs on it.
        id: DeckId,
        /// The deck's name for people.
        title: Line,
        /// What the deck is about, in Markdown.
        about: Option<Text>,
        /// The topic files, in teaching order.
        topics: Sound<Line>,
    }
}

record! {
    /// A topic: concepts, and questions about them.
    Topic, "a topic" {
        /// What there is to learn, in teaching order.
        concepts: Option<Sound<RawConcept>>,
        /// What is asked, in teaching order.
        questions: Option<Sound<RawQuestion>>,
    }
}

record! {
    /// A thing to learn.
    RawConcept, "a concept" {
        /// The concept's name for ever: lower-case words joined by hyphens.
        id: ConceptId,
        /// The concept's name for people.
        title: Line,
        /// Ids of concepts that are better learned before. They order new questions and lock nothing.
        requires: Option<Vec<ConceptId>>,
        /// The teaching text, in Markdown, shown before the first question on the concept and on demand.
        teach: Text,
        /// Where to read on.
        refs: Option<Vec<RawReference>>,
    }
}

record! {
    /// Where to read on.
    RawReference, "a reference" {
        /// What is found there.
        title: Line,
        /// The address, beginning with `https://`.
        url: Url,
    }
}

record! {
    /// What all questions have, whatever their kind.
    Common, "a question" {
        /// The question's name for ever: lower-case words joined by hyphens. The learner's history hangs on it, so
        /// keep it when you reword the question.
        id: QuestionId,
        /// The id of the concept that the question is about.
        concept: ConceptId,
        /// How the question is answered and checked.
        kind: KindName,
        /// Help, one at a time, the vaguest first.
        hints: Option<Vec<Text>>,
        /// What follows the answer, right or wrong, in Markdown.
        explain: Option<Text>,
        /// Ids that this question once had: history follows it.
        formerly: Option<Vec<QuestionId>>,
    }
}

/// The only version of the format so far. Others are told before anything else is read.
pub(super) struct Format;

impl Read for Format {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Format> {
        let Line(text) = Line::read(node, subject, reading)?;
        let problem = match text.parse() {
            Ok(1) => return Some(Format),
            Ok(version) if version > 1 => Problem::NewerFormat(version),
            _ => Problem::UnknownFormat(shortened(&text)),
        };
        reading.fault(node.span, problem);
        None
    }
}

impl JsonSchema for Format {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}

/// The name of a kind of question. Which kind it is asked later, by [`RawQuestion`].
pub(super) struct KindName;

impl Read for KindName {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<KindName> {
        let names: Vec<(&'static str, ())> = kinds::ALL.iter().map(|kind| (kind.name, ())).collect();
        word(node, subject, &names, reading).map(|()| KindName)
    }
}

impl JsonSchema for KindName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "KindName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": kinds::ALL.iter().map(|kind| kind.name).collect::<Vec<_>>() })
    }
}

/// A question of any kind.
pub(super) struct RawQuestion(pub(super) Question);

impl Read for RawQuestion {
    fn read(node: &Node, _: Subject, reading: &mut Reading) -> Option<RawQuestion> {
        let mut entries = Entries::open(node, Common::WHAT, reading)?;
        let begins = entries.span();
        let common = Common::take(&mut entries, reading);
        // The kind is asked again, since it says what else to look for even where something common is wrong.
        let kind = node.get("kind").and_then(Node::text).and_then(|name| kinds::find(name.trim()));
        let asked = match kind {
            Some(kind) => {
                entries.rename(kind.what);
                let id = node.get("id").and_then(Node::text).unwrap_or_default();
                (kind.read)(&mut entries, id, reading)
            }
            None => {
                kinds::ALL.iter().for_each(|kind| entries.pass(kind.keys));
                None
            }
        };
        entries.close(kinds::owner, reading);
        let Common { id, concept, kind: KindName, hints, explain, formerly } = common?;
        let Asked { ask, kind } = asked?;
        Some(RawQuestion(Question {
            digest: Digest::of(&ask, &kind),
            id,
            concept,
            ask,
            hints: hints.unwrap_or_default().into_iter().map(|Text(hint)| hint).collect(),
            explain: explain.map(|Text(explain)| explain),
            formerly: formerly.unwrap_or_default(),
            kind,
            place: reading.place(begins),
        }))
    }
}
