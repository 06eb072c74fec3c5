//! Any files as a deck: a sound deck or a list of faults, and nothing in either that a terminal would obey.
//!
//! A line `=== PATH` begins a file. What comes before the first such line is a topic of a deck that is sound otherwise.

use std::collections::BTreeMap;

use raceday::deck;
use raceday::deck::is_forbidden;

const HEAD: &[u8] = b"format: 1\nid: any\ntitle: Any\ntopics: [t.yaml]\n";

/// Does it with one input.
pub fn check(data: &[u8]) {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::from([("deck.yaml".to_owned(), HEAD.to_vec())]);
    let mut path = "t.yaml".to_owned();
    for line in data.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_prefix(b"=== ").and_then(|path| std::str::from_utf8(path).ok()) {
            Some(named) => {
                path = named.trim_end().to_owned();
                files.remove(&path);
            }
            None => files.entry(path.clone()).or_default().extend_from_slice(line),
        }
    }
    match deck::parse(&files) {
        Ok(deck) => {
            // A deck's texts have line breaks and tabs; all else is refused.
            assert!(!format!("{deck:?}").chars().any(|c| c != '\n' && is_forbidden(c)));
            assert!(deck.questions.iter().all(|question| deck.concept(&question.concept).is_some()));
        }
        Err(faults) => {
            assert!(faults.count() > 0);
            assert!(!faults.within("a/b").to_string().chars().any(is_forbidden));
        }
    }
}
