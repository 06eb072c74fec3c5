//! `raceday deck`.

use crate::world::World;

#[test]
fn the_built_in_decks_are_listed() {
    let output = World::new().run(&["deck", "list"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("thread-safety  "), "{output}");
    assert!(output.stdout.contains("(built in)"), "{output}");
}

#[test]
fn the_learners_decks_are_listed_with_those_that_are_faulty() {
    let world = World::new()
        .file("data/decks/broken/deck.yaml", "format: 1\nid: broken\n")
        .variable("RACEDAY_DATA_DIR", "data");
    let output = world.run(&["deck", "list"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("data/decks/broken: not loaded, "), "{output}");
}

#[test]
fn a_deck_is_shown_with_its_concepts_and_questions() {
    let output = World::new().run(&["deck", "show", "thread-safety"]);
    assert_eq!(output.code, Some(0), "{output}");
    for expected in ["(thread-safety)\n", "\n  outcomes  ", "\n  cloze     "] {
        assert!(output.stdout.contains(expected), "{output}");
    }
}

#[test]
fn a_deck_that_is_not_there_is_named_with_those_that_are() {
    insta::assert_snapshot!(World::new().run(&["deck", "show", "thread-saftey"]), @"
    exit code 2
    --- stderr
    error: there is no deck `thread-saftey`
    hint: there is `thread-safety`
    ");
}

#[test]
fn the_schema_is_json() {
    let output = World::new().run(&["deck", "schema"]);
    assert_eq!(output.code, Some(0), "{output}");
    let schema: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
}
