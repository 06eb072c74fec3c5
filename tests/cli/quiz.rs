//! `raceday quiz`, answered from a pipe.

use crate::tiny;

#[test]
fn a_quiz_is_taken_from_a_pipe() {
    let output = tiny::world().run_with_input(&["quiz", "tiny"], "one\naquire\n1 2\n\n1\n2\nacquire\n0\n");
    insta::assert_snapshot!(output, @"
    exit code 0
    --- stdout
    4 questions from Tiny deck (seed 1)

    ────────────────────────────────────────────────────────────────────────────────
    Question 1 of 4 · Locks                                            tiny/how-many

    How many threads can hold a lock?

      1) one
      2) two
    > one

    ✓ Right.

    ✓ one
        That is what it is for.
    · two
        Then it would protect nothing.

    One at a time.

    ────────────────────────────────────────────────────────────────────────────────
    Question 2 of 4 · Locks                                                tiny/verb

    What do you do with a lock?

      You […] it.

    […] > aquire

    ≈ Nearly: a slip away, which counts as wrong.

    ≈ `acquire` was wanted; you typed `aquire`: a[+c]quire

      You acquire it.

    ────────────────────────────────────────────────────────────────────────────────
    Question 3 of 4 · Races                                               tiny/needs

    What does a race need?

      1) shared data
      2) luck
      3) threads
    (all that apply) > 1 2

    ✗ Not right.

    ✓ shared data
    ✗ luck         wrong; you picked it
    ✗ threads      right; you left it out

    ────────────────────────────────────────────────────────────────────────────────
    Question 4 of 4 · Races                                           tiny/recall-it

    What is a race?

    Your answer, or Enter to see it > 

      A result that hangs on the order.

      1) I knew it
      2) I did not
    > 1

    ────────────────────────────────────────────────────────────────────────────────
    Once more · Locks                                                      tiny/verb

    What do you do with a lock?

      You […] it.

    […] > 2

    ✗ Not right.

    ✗ `acquire` was wanted; you typed `2`

      You acquire it.

    ────────────────────────────────────────────────────────────────────────────────
    Once more · Races                                                     tiny/needs

    What does a race need?

      1) luck
      2) threads
      3) shared data
    (all that apply) > acquire
    `acquire` is not among them: type all that apply, as in `1 3`, or 0 for none
    (? hint · t teach · n note · u undo · q stop)
    (all that apply) > 0

    ✗ Not right.

    · luck
    ✗ threads      right; you left it out
    ✗ shared data  right; you left it out

    ────────────────────────────────────────────────────────────────────────────────
    Score: 2 of 4

      Locks  1 of 2  ●○
      Races  1 of 2  ●○

    Missed: tiny/verb, tiny/needs.
    Asked once more: 2, right then: 0.
    ");
}

#[test]
fn the_end_of_the_input_ends_a_quiz() {
    let output = tiny::world().run_with_input(&["quiz", "tiny"], "");
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.contains("Nothing was answered."), "{output}");
    assert!(output.stdout.contains("Not asked: 4 questions."), "{output}");
}

#[test]
fn a_seed_gives_the_same_quiz_again() {
    let world = tiny::world();
    let quiz = |seed: u32| {
        let arguments = ["quiz", "tiny", "--count", "2", "--seed", &seed.to_string()];
        let told = world.run_with_input(&arguments, "1\n1\n1\n1\n").stdout;
        told.replace(&format!("(seed {seed})"), "")
    };
    assert_eq!(quiz(5), quiz(5));
    assert!((0..10).any(|seed| quiz(seed) != quiz(5)));
}

#[test]
fn commands_are_lines_of_their_own() {
    let input = "?\n?\nt\nu\nn\n1\na thought on locks\none\nq\n";
    let world = tiny::world();
    let output = world.run_with_input(&["quiz", "tiny"], input);
    for expected in [
        "Hint 1:\n  Fewer than two.\n",
        "There are no more hints.\n",
        "A lock lets one thread in.\n",
        "There is nothing to take back.\n",
        "Note 1 is on tiny/how-many.\n",
        "✓ one",
        "Score: 1 of 1\n",
    ] {
        assert!(output.stdout.contains(expected), "{expected}: {output}");
    }
    assert_eq!(output.code, Some(0), "{output}");
    let notes = world.run(&["note", "list"]);
    assert!(notes.stdout.contains("a thought on locks"), "{notes}");
}

#[test]
fn an_answer_can_be_taken_back() {
    let output = tiny::world().run_with_input(&["quiz", "tiny", "--count", "3"], "two\nu\none\nq\n");
    assert!(output.stdout.contains("Taken back: the answer to tiny/how-many; it is asked again."), "{output}");
    assert!(output.stdout.contains("Score: 1 of 1"), "{output}");
}

#[test]
fn nonsense_without_end_is_given_up_with_a_word() {
    let output = tiny::world().run_with_input(&["quiz", "tiny"], &"nonsense\n".repeat(500));
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.contains("error: 20 lines in a row were no answer to the question\nhint: "), "{output}");
}

#[test]
fn a_deck_is_named_by_its_folder_too() {
    let world = tiny::world();
    let output = world.run_with_input(&["quiz", "data/decks/tiny", "--count", "1"], "q\n");
    assert_eq!(output.code, Some(2), "the deck is there already: {output}");
    std::fs::rename(world.path("data/decks/tiny"), world.path("mine")).expect("a folder can be moved");
    let output = world.run_with_input(&["quiz", "./mine", "--count", "1"], "q\n");
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.starts_with("1 question from Tiny deck"), "{output}");
}

#[test]
fn a_deck_that_is_not_there_is_named() {
    let output = tiny::world().run(&["quiz", "tinny"]);
    assert_eq!(output.code, Some(2), "{output}");
    assert!(output.stderr.starts_with("error: there is no deck `tinny`\nhint: "), "{output}");
}

#[test]
fn a_quiz_does_not_touch_memory() {
    let world = tiny::world();
    let before = world.run(&[]).stdout;
    world.run_with_input(&["quiz", "tiny"], "one\nacquire\n1 2\n\n1\n");
    assert_eq!(world.run(&[]).stdout, before);
    assert!(world.run(&["undo"]).stdout.contains("nothing to take back"));
}
