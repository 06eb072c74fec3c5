//! A small deck without programs, for what has nothing to do with them.

use crate::world::World;

const HEAD: &str = "format: 1\nid: tiny\ntitle: Tiny deck\ntopics: [topic.yaml]\n";

const TOPIC: &str = r#"
concepts:
  - id: lock
    title: Locks
    teach: A lock lets **one** thread in.
  - id: race
    title: Races
    requires: [lock]
    teach: Order decides.
questions:
  - id: how-many
    concept: lock
    kind: choice
    ask: How many threads can hold a lock?
    options:
      - {text: one, correct: true, feedback: That is what it is for.}
      - {text: two, correct: false, feedback: Then it would protect nothing.}
    hints: [Fewer than two.]
    explain: One at a time.
  - id: verb
    concept: lock
    kind: cloze
    ask: What do you do with a lock?
    text: "You {{acquire|take}} it."
  - id: needs
    concept: race
    kind: choice
    ask: What does a race need?
    options:
      - {text: threads, correct: true}
      - {text: shared data, correct: true}
      - {text: luck, correct: false}
  - id: recall-it
    concept: race
    kind: recall
    ask: What is a race?
    answer: A result that hangs on the order.
"#;

const PROGRAM: &str = "\
from threading import Thread

count = 0


def add():
    global count
    count += 1


threads = [Thread(target=add), Thread(target=add)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

const PROGRAM_TOPIC: &str = r#"
concepts: [{id: race, title: Races, teach: Order decides.}]
questions:
  - id: total
    concept: race
    kind: outcomes
    ask: What can `count` be?
    scenario: {file: count.py, observe: count}
    choices: [1, 2, 0]
    explain: One update can be lost, not both.
  - id: always
    concept: race
    kind: verdict
    ask: Is it always 2?
    scenario: {file: count.py}
    claim: {always: count == 2}
  - id: word
    concept: race
    kind: cloze
    ask: What is it called?
    text: "A lost {{update}}."
"#;

/// Returns a world whose learner has the deck `runs`, two of whose three questions run a program.
pub(crate) fn with_program() -> World {
    World::new()
        .variable("RACEDAY_DATA_DIR", "data")
        .file("data/decks/runs/deck.yaml", HEAD.replace("tiny", "runs"))
        .file("data/decks/runs/topic.yaml", PROGRAM_TOPIC)
        .file("data/decks/runs/count.py", PROGRAM)
}

/// Returns a world whose learner has the deck `tiny`, with a concept `lock` and a concept `race`.
pub(crate) fn world() -> World {
    World::new()
        .variable("RACEDAY_DATA_DIR", "data")
        .file("data/decks/tiny/deck.yaml", HEAD)
        .file("data/decks/tiny/topic.yaml", TOPIC)
}
