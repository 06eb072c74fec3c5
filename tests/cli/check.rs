//! `raceday check`.

use crate::world::World;

const HEAD: &str = "format: 1\nid: mine\ntitle: Mine\ntopics: [topic.yaml]\n";

const COUNT: &str = "\
import threading

count = 0


def work():
    global count
    count += 1


threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

fn topic(choices: &str, claim: &str) -> String {
    format!(
        "concepts:
  - id: race
    title: Races
    teach: What there is to know.
questions:
  - id: which-counts
    concept: race
    kind: outcomes
    ask: Which counts are possible?
    scenario: {{file: scenarios/count.py, observe: count}}
    choices: {choices}
  - id: never-lost
    concept: race
    kind: verdict
    ask: Does it count to two?
    scenario: {{file: scenarios/count.py}}
    claim: {{always: {claim}}}
"
    )
}

fn world(choices: &str, claim: &str) -> World {
    World::new()
        .file("mine/deck.yaml", HEAD)
        .file("mine/topic.yaml", topic(choices, claim))
        .file("mine/scenarios/count.py", COUNT)
}

#[test]
fn the_built_in_decks_are_fine() {
    let output = World::new().run(&["check"]);
    assert_eq!(output.code, Some(0), "{output}");
}

#[test]
fn a_sound_deck_is_proven_by_execution() {
    insta::assert_snapshot!(world("[0, 1, 2]", "count == 2").run(&["check", "mine"]), @"
    exit code 0
    --- stdout
    mine (mine): 2 questions, 2 proven by 8 executions: fine
    ");
}

#[test]
fn wrong_keys_are_found_by_execution() {
    insta::assert_snapshot!(world("[0, 1]", "coumt == 2").run(&["check", "./mine"]), @"
    exit code 1
    --- stdout
    ./mine/topic.yaml:6:5: `which-counts`: `count = 2` is possible, and not among the choices
      hint: add it, or change the program so that it cannot happen
    ./mine/topic.yaml:12:5: `never-lost`: `coumt == 2` raises an exception wherever it is evaluated
      hint: a claim is an expression over the module's globals when the program has ended
    mine (./mine): 2 questions, 0 proven by 8 executions: 2 faults
    ");
}

#[test]
fn a_deck_is_its_folder_however_it_is_named() {
    let world = world("[0, 1, 2]", "count == 2").file("mine/notes.txt", "");
    let fine = world.run(&["check", "mine"]);
    let output = world.run(&["check", "mine/deck.yaml"]);
    assert_eq!((output.code, &output.stdout), (Some(0), &fine.stdout), "{output}");
    insta::assert_snapshot!(world.run(&["check", "mine/topic.yaml"]), @"
    exit code 2
    --- stderr
    error: `mine/topic.yaml` is a file
    hint: a deck is a folder with a `deck.yaml` in it: name the folder
    ");
    insta::assert_snapshot!(world.run(&["check", "."]), @"
    exit code 1
    --- stdout
    .: the folder has no `deck.yaml`
      hint: a deck is a folder with a `deck.yaml`; did you mean `./mine`?

    .: 1 fault
    ");
    insta::assert_snapshot!(world.run(&["review", "."]), @"
    exit code 2
    --- stderr
    error: .: the folder has no `deck.yaml`
      hint: a deck is a folder with a `deck.yaml`; did you mean `./mine`?
    ");
    insta::assert_snapshot!(world.run(&["deck", "show", "mine/deck.yaml"]), @"
    exit code 0
    --- stdout
    Mine (mine)

    Races (race)
      outcomes  which-counts
      verdict   never-lost
    ");
}

#[test]
fn every_fault_is_told_with_its_place() {
    let world = world("[0, 1, 2]", "count == 2").file("mine/topic.yaml", "concepts: []\nquestoins: []\n");
    let output = world.run(&["check", "mine"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stdout.contains("mine/topic.yaml:2:1: "), "{output}");
    assert!(output.stdout.contains("\n\nmine: "), "the sum stands apart: {output}");
}

#[test]
fn a_scenario_that_is_not_supported_is_a_fault_of_the_deck() {
    let world = world("[0, 1, 2]", "count == 2").file("mine/scenarios/count.py", "import multiprocessing\n");
    let output = world.run(&["check", "mine"]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stdout.contains("not supported"), "{output}");
}

#[test]
fn a_scenario_that_kills_its_interpreter_is_a_fault_and_the_rest_is_checked() {
    let broken = topic("[0, 1, 2]", "count == 2").replacen("scenarios/count.py", "scenarios/exit.py", 1);
    let world = world("[0, 1, 2]", "count == 2")
        .file("mine/topic.yaml", broken)
        .file("mine/scenarios/exit.py", "import os\nos._exit(1)\n");
    insta::assert_snapshot!(world.run(&["check", "mine"]), @"
    exit code 1
    --- stdout
    mine/topic.yaml:6:5: `which-counts`: the program kills its interpreter in some order of its steps
      hint: a question can only be about programs that Python survives
    mine (mine): 2 questions, 1 proven by 5 executions: 1 fault
    ");
}

#[test]
fn a_deck_that_is_not_there_is_named() {
    insta::assert_snapshot!(World::new().run(&["check", "nowhere"]), @"
    exit code 2
    --- stderr
    error: there is no deck `nowhere`
    hint: there is `thread-safety`
    ");
    insta::assert_snapshot!(World::new().run(&["check", "./nowhere"]), @"
    exit code 2
    --- stderr
    error: there is no folder `./nowhere`, and no deck of that name
    hint: there is `thread-safety`
    ");
}

/// A process that had confirmed one program explored the next, and whatever the first had done to it told in what was found of the second:
/// here the library's class, and with more ill will all that was reported and kept.
#[test]
fn no_program_is_run_where_another_was() {
    let question = |id: &str, code: &str, right: &str| {
        format!(
            "  - id: {id}
    concept: c
    kind: outcomes
    ask: What does it print?
    scenario: {{code: '{code}'}}
    choices: ['{right}', other]
"
        )
    };
    let topic = format!(
        "concepts: [{{id: c, title: C, teach: T.}}]\nquestions:\n{}{}",
        question("first", "import string; string.Template.delimiter = \"%\"; print(1)", "1"),
        question("second", "import string; print(string.Template.delimiter)", "$"),
    );
    let world = World::new().file("mine/deck.yaml", HEAD).file("mine/topic.yaml", topic);
    let output = world.run(&["check", "mine"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("2 proven"), "{output}");
}
