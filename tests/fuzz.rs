//! The fuzz targets, fed with their seeds and with what is near to them: what fuzzing found once is among the seeds.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

#[path = "../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "it is a library where it is at home")]
mod targets;

/// Returns all seeds of a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let entries = fs::read_dir(folder).expect("a folder can be listed");
    let seeds: Vec<Vec<u8>> =
        entries.map(|entry| fs::read(entry.expect("an entry").path()).expect("a seed can be read")).collect();
    assert!(!seeds.is_empty());
    seeds
}

/// Returns seeds of a target with a few bytes in the place of others, some of them digits.
fn near(target: &str) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), b'0'..=b'9'];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), byte), 0..6);
    (prop::sample::select(seeds(target)), changes).prop_map(|(mut seed, changes)| {
        for (place, byte) in changes {
            let place = place.index(seed.len());
            seed[place] = byte;
        }
        seed
    })
}

proptest! {
    #[test]
    fn any_files_are_a_deck_or_a_list_of_faults(files in near("deck")) {
        targets::deck::check(&files);
    }

    #[test]
    fn any_bytes_of_a_worker_are_executions_that_can_be_shown_or_refused(frames in near("frames")) {
        targets::frames::check(&frames);
    }

    #[test]
    fn any_text_is_understood_alike_when_it_is_written_anew(text in near("schedule")) {
        targets::schedule::check(&String::from_utf8_lossy(&text));
    }

    #[test]
    fn any_text_is_a_note_that_can_be_shown_or_refused(
        first in any::<u8>(), last in any::<u8>(), text in near("note"), source in any::<String>(),
    ) {
        targets::note::check((first, last, &String::from_utf8_lossy(&text), &source));
    }
}

#[test]
fn seeds_are_taken_or_refused() {
    seeds("deck").iter().for_each(|seed| targets::deck::check(seed));
    seeds("frames").iter().for_each(|seed| targets::frames::check(seed));
    for seed in seeds("schedule") {
        targets::schedule::check(&String::from_utf8_lossy(&seed));
    }
}
