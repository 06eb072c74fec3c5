//! What is written in one piece: texts, lines, programs, addresses, ids, words.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;

use super::ConceptId;
use super::DeckId;
use super::MAX_ID_LENGTH;
use super::QuestionId;
use super::nearest::nearest;
use super::problem::Problem;
use super::problem::Subject;
use super::reading::Reading;
use super::record::Read;
use super::record::wrong_shape;
use super::tree::Node;
use super::tree::Scalar;
use super::tree::Value;
use super::tree::shortened;

/// Text of any length, in Markdown, without white space at its end.
pub(super) struct Text(pub(super) String);

/// Text of one line, without white space around it.
pub(super) struct Line(pub(super) String);

/// A program, whose last line ends as the others do.
pub(super) struct Program(pub(super) String);

/// An address on the web.
pub(super) struct Url(pub(super) String);

impl Read for Text {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Text> {
        let text = written(node, subject, reading)?.trim_start_matches('\n').trim_end();
        Some(Text(text.to_owned()))
    }
}

impl Read for Line {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Line> {
        let line = written(node, subject, reading)?.trim();
        if line.contains('\n') {
            reading.fault(node.span, Problem::SeveralLines(subject));
            return None;
        }
        Some(Line(line.to_owned()))
    }
}

impl Read for Program {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Program> {
        let text = written(node, subject, reading)?;
        Some(Program(format!("{}\n", text.trim_end())))
    }
}

impl Read for Url {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Url> {
        let Line(url) = Line::read(node, subject, reading)?;
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if rest.is_none_or(str::is_empty) || url.contains(char::is_whitespace) {
            reading.fault(node.span, Problem::NotAUrl(shortened(&url)));
            return None;
        }
        Some(Url(url))
    }
}

impl Read for bool {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<bool> {
        if let Value::Scalar(Scalar { truth: Some(truth), .. }) = node.value {
            return Some(truth);
        }
        wrong_shape(node, subject, "`true` or `false`", reading);
        None
    }
}

/// Returns the text of a node in which something must be written.
fn written<'n>(node: &'n Node, subject: Subject, reading: &mut Reading) -> Option<&'n str> {
    match &node.value {
        Value::Scalar(Scalar { text, .. }) if !text.trim().is_empty() => Some(text),
        Value::Scalar(_) => {
            reading.fault(node.span, Problem::Empty(subject));
            None
        }
        _ => {
            wrong_shape(node, subject, "a text", reading);
            None
        }
    }
}

/// Reads one of a few words.
pub(super) fn word<T: Copy>(
    node: &Node,
    subject: Subject,
    words: &[(&'static str, T)],
    reading: &mut Reading,
) -> Option<T> {
    let Line(text) = Line::read(node, subject, reading)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let known: Vec<&'static str> = words.iter().map(|&(word, _)| word).collect();
        let meant = nearest(&text, known.iter().copied());
        reading.fault(node.span, Problem::UnknownWord { subject, word: shortened(&text), meant, known });
    }
    found.map(|&(_, value)| value)
}

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl Read for $id {
            fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<$id> {
                let Line(text) = Line::read(node, subject, reading)?;
                text.parse().map_err(|error| reading.fault(node.span, Problem::Id(error))).ok()
            }
        }

        impl JsonSchema for $id {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($id).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
                    "maxLength": MAX_ID_LENGTH,
                })
            }
        }
    )*};
}

ids! { DeckId ConceptId QuestionId }

macro_rules! texts {
    ($($text:ident $schema:tt)*) => {$(
        impl JsonSchema for $text {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($text).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

// A number or `True` is a text to us, and YAML calls it something else.
texts! {
    Text { "type": ["string", "number", "boolean"], "minLength": 1 }
    Line { "type": ["string", "number", "boolean"], "minLength": 1 }
    Program { "type": "string", "minLength": 1 }
    Url { "type": "string", "pattern": "^https?://\\S+$" }
}
