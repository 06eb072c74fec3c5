//! YAML as a tree of nodes that know their places, within fixed time and memory.
//!
//! A tree first and types afterwards, because a typed reader gives up at the first thing that is wrong, and a deck's
//! author wants to hear of everything.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_saphyr::Error;
use serde_saphyr::Location;
use serde_saphyr::Spanned;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::options::NonFiniteFloatPolicy;

use super::problem::Problem;
use super::reading::Reading;
use super::reading::Span;
use super::source::is_forbidden;

/// How deep lists and mappings may nest: the format needs seven levels.
pub(super) const MAX_DEPTH: usize = 32;
/// How many values a file may have: a question has about twenty.
pub(super) const MAX_NODES: usize = 50_000;

/// A value.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Value {
    /// Nothing, `null` or `~`.
    Nothing,
    /// A text or whatever else is written in one piece, as it is written.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order in which it is written.
    Mapping(Vec<(Key, Node)>),
}

/// What is written in one piece.
#[derive(Debug)]
pub(super) struct Scalar {
    /// `1.10` stays `1.10`: an author's text is a text whether or not a number could be made of it.
    pub(super) text: String,
    /// The truth value, for an unquoted `true` or `false`.
    pub(super) truth: Option<bool>,
}

/// A mapping's key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) span: Span,
    pub(super) text: String,
}

impl Node {
    /// Returns the value of a key, in a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|(has, _)| has.text == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Returns the text of what is written in one piece.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Returns the entries of a list; none for anything else.
    pub(super) fn list(&self) -> &[Node] {
        match &self.value {
            Value::List(nodes) => nodes,
            _ => &[],
        }
    }
}

/// Returns the tree of a file, or tells why there is none.
pub(super) fn grow(reading: &mut Reading, file: usize) -> Option<Node> {
    let text = reading.source(file).without_forbidden();
    match serde_saphyr::from_str_with_options::<Spanned<Loose>>(&text, options()) {
        Ok(loose) => {
            let node = Grower { reading, file, text: &text }.node(loose);
            if matches!(node.value, Value::Nothing) {
                let path = reading.source(file).path.clone();
                reading.fault_of_file(&path, Problem::EmptyFile);
                return None;
            }
            Some(node)
        }
        Err(error) => {
            let (span, problem) = explain(reading, file, &error);
            reading.fault(span, problem);
            None
        }
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            // A deck shares text by files. Without anchors there is nothing that an alias could multiply.
            max_anchors: 0,
            max_aliases: 0,
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_documents: 1,
        },
        // Both are told by the grower and the typed readers, with all the others.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        with_snippet: false,
    }
}

/// Returns what the YAML parser's complaint means for a deck, and where.
fn explain(reading: &Reading, file: usize, error: &Error) -> (Span, Problem) {
    let source = reading.source(file);
    let location = error.location().unwrap_or(Location::UNKNOWN);
    // Complaints of the scanner have line and column only.
    let start = location.span().byte_offset().map_or_else(
        || {
            let line = usize::try_from(location.line()).unwrap_or(1).max(1) - 1;
            let line = line.min(source.line_of(source.text.len()));
            let column = usize::try_from(location.column()).unwrap_or(1).max(1) - 1;
            let text = source.line(line);
            source.line_start(line) + text.char_indices().nth(column).map_or(text.len(), |(index, _)| index)
        },
        |offset| usize::try_from(offset).unwrap_or(0).min(source.text.len()),
    );
    let span = Span { file, start, end: start + 1 };
    let problem = match error {
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => Problem::Anchor,
            BudgetBreach::Depth { .. } => Problem::TooDeep,
            BudgetBreach::Documents { .. } => Problem::SecondDocument,
            _ => Problem::TooManyNodes,
        },
        Error::UnknownAnchor { .. } => Problem::Anchor,
        Error::MultipleDocuments { .. } => Problem::SecondDocument,
        _ => {
            let line = source.line(source.line_of(start));
            let indent = &line[..line.len() - line.trim_start().len()];
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            if indent.contains('\t') {
                Problem::Tab
            } else if message == "recursion limit exceeded" {
                Problem::TooDeep
            } else {
                Problem::Syntax(message.replace('`', "'"))
            }
        }
    };
    (span, problem)
}

/// A value as serde hands it over. What is not a text in YAML's eyes is kept as its place only, since its text stands
/// there.
enum Loose {
    Nothing,
    Plain,
    Truth(bool),
    Text(String),
    List(Vec<Spanned<Loose>>),
    Mapping(Vec<(Spanned<Loose>, Spanned<Loose>)>),
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Loose, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Nothing)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Loose, E> {
        Ok(Loose::Truth(truth))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Loose, E> {
        Ok(Loose::Plain)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Loose, E> {
        Ok(Loose::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Loose, E> {
        Ok(Loose::Plain)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Loose, E> {
        Ok(Loose::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Loose, E> {
        Ok(Loose::Plain)
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Loose, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            list.push(entry);
        }
        Ok(Loose::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Loose, A::Error> {
        let mut mapping = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            mapping.push(entry);
        }
        Ok(Loose::Mapping(mapping))
    }
}

/// Makes nodes of loose values.
struct Grower<'a> {
    reading: &'a mut Reading,
    file: usize,
    /// What was parsed; its offsets are the source's.
    text: &'a str,
}

impl Grower<'_> {
    fn node(&mut self, loose: Spanned<Loose>) -> Node {
        let span = self.span(&loose.referenced);
        let written = || self.text[span.start..span.end].to_owned();
        let value = match loose.value {
            Loose::Nothing => Value::Nothing,
            Loose::Plain => Value::Scalar(Scalar { text: written(), truth: None }),
            Loose::Truth(truth) => Value::Scalar(Scalar { text: written(), truth: Some(truth) }),
            Loose::Text(text) => {
                // Quoted text can hold by escapes what the file itself must not hold.
                if let Some(character) = text.chars().find(|&character| is_forbidden(character)) {
                    self.reading.fault(span, Problem::ForbiddenCharacter { character });
                }
                Value::Scalar(Scalar { text, truth: None })
            }
            Loose::List(list) => Value::List(list.into_iter().map(|entry| self.node(entry)).collect()),
            Loose::Mapping(entries) => Value::Mapping(self.mapping(entries)),
        };
        Node { span, value }
    }

    fn mapping(&mut self, entries: Vec<(Spanned<Loose>, Spanned<Loose>)>) -> Vec<(Key, Node)> {
        let mut mapping: Vec<(Key, Node)> = Vec::new();
        let mut first_lines = HashMap::new();
        for (key, value) in entries {
            let key = self.node(key);
            let value = self.node(value);
            let Value::Scalar(Scalar { text, .. }) = key.value else {
                self.reading.fault(key.span, Problem::KeyIsNoText);
                continue;
            };
            let line = self.reading.line(key.span);
            if let Some(&first_line) = first_lines.get(&text) {
                let problem = Problem::DuplicateKey { key: shortened(&text), first_line };
                self.reading.fault(key.span, problem);
                continue;
            }
            first_lines.insert(text.clone(), line);
            mapping.push((Key { span: key.span, text }, value));
        }
        mapping
    }

    fn span(&self, location: &Location) -> Span {
        let span = location.span();
        let offset = |offset: Option<u64>| offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(0);
        let start = offset(span.byte_offset()).min(self.text.len());
        let end = (start + offset(span.byte_len())).min(self.text.len());
        Span { file: self.file, start, end }
    }
}

/// Returns a text as a message quotes it.
pub(super) fn shortened(text: &str) -> String {
    const MAX: usize = 60;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
