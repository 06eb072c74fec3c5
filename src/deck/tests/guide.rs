//! The guide for authors: its example is a deck, and it names all that there is. The example, damaged, is read or refused.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::parse;
use crate::deck;
use crate::deck::MAX_DECK_BYTES;
use crate::deck::MAX_DECKS;
use crate::deck::MAX_ENTRIES;
use crate::deck::MAX_FILE_BYTES;
use crate::deck::MAX_FILES;
use crate::deck::MAX_FOLDER_DEPTH;
use crate::deck::MAX_ID_LENGTH;
use crate::deck::kinds;
use crate::deck::tree;

/// The guide for authors.
const GUIDE: &str = include_str!("../../../docs/writing-decks.md");

/// Returns the files of its example.
fn example() -> BTreeMap<String, Vec<u8>> {
    GUIDE
        .split("\n```")
        .filter_map(|block| block.strip_prefix("yaml\n# ").or_else(|| block.strip_prefix("python\n# ")))
        .map(|block| block.split_once('\n').expect("a path and a text"))
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect()
}

#[test]
fn the_guides_example_is_a_deck_of_every_kind() {
    let deck = parse(&example()).unwrap_or_else(|faults| panic!("{faults}"));
    let kinds: Vec<&str> = deck.questions.iter().map(|question| question.kind.name()).collect();
    let all: Vec<&str> = kinds::ALL.iter().map(|kind| kind.name).collect();
    assert_eq!(kinds, all);
}

#[test]
fn the_guide_names_every_key_and_limit() {
    let schema = deck::schema();
    let mut keys = Vec::new();
    collect_keys(&schema, &mut keys);
    assert!(keys.len() > 20, "{keys:?}");
    for key in keys {
        let named = [format!("`{key}`"), format!("`{key}: "), format!("{{{key}: ")];
        assert!(named.iter().any(|named| GUIDE.contains(named)), "docs/writing-decks.md lacks `{key}`");
    }
    assert_eq!((MAX_FILE_BYTES, MAX_DECK_BYTES, MAX_FILES, MAX_ID_LENGTH), (1 << 20, 16 << 20, 1000, 64));
    assert_eq!((MAX_ENTRIES, MAX_FOLDER_DEPTH, MAX_DECKS), (10_000, 16, 1000));
    assert_eq!((tree::MAX_NODES, tree::MAX_DEPTH), (50_000, 32));
}

fn collect_keys(schema: &serde_json::Value, keys: &mut Vec<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        keys.extend(properties.keys().cloned());
    }
    let parts: Vec<&serde_json::Value> = match schema {
        serde_json::Value::Array(parts) => parts.iter().collect(),
        serde_json::Value::Object(parts) => parts.values().collect(),
        _ => Vec::new(),
    };
    parts.into_iter().for_each(|part| collect_keys(part, keys));
}

proptest! {
    /// Whatever slips into a file, the deck is read or refused, and every fault has its place in the file.
    #[test]
    fn damaged_files_are_read_or_refused(
        file in 0..3usize,
        damages in prop::collection::vec((any::<prop::sample::Index>(), 0..20usize, prop::string::bytes_regex(DAMAGE).expect("a pattern")), 1..4),
    ) {
        let mut files = example();
        let path = files.keys().nth(file).expect("three files").clone();
        let mut text = files[&path].clone();
        for (at, cut, inserted) in damages {
            let start = at.index(text.len());
            let end = (start + cut).min(text.len() - 1);
            text.splice(start..end, inserted);
        }
        files.insert(path, text);
        if let Err(faults) = parse(&files) {
            prop_assert!(faults.count() > 0);
            for fault in faults.iter() {
                let Some(mark) = &fault.mark else { continue };
                let text = String::from_utf8_lossy(&files[&fault.file]);
                let line = text.split('\n').nth(mark.line - 1);
                let inside = line.is_some_and(|line| mark.column <= line.chars().count() + 1);
                prop_assert!(inside, "{}", fault);
            }
        }
    }
}

/// What may slip into a file: what means something to YAML, to a terminal or to UTF-8, or anything.
const DAMAGE: &str = r"(?s-u:[:\-?,\[\]{}#&*!|>'\x22%@`\n\r\t \x00\x1b\xff\xc3]{0,4}|.{0,3})";
