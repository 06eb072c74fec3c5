//! `raceday review`, `raceday undo` and `raceday` alone, answered from a pipe.

use crate::tiny;

#[test]
fn a_review_teaches_asks_and_keeps() {
    let output = tiny::world().run_with_input(&["review", "tiny"], "one\nrelease\n1 2 3\norder\n3\n1 2\nacquire\n");
    insta::assert_snapshot!(output, @"
    exit code 0
    --- stdout
    0 cards due, 4 new

    ────────────────────────────────────────────────────────────────────────────────
    Locks

    A lock lets one thread in.

    ────────────────────────────────────────────────────────────────────────────────
    Question 1 of 4 · Locks · new                                      tiny/how-many

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

    Rated Good: tiny/how-many comes back in 2 days (answer:1).

    ────────────────────────────────────────────────────────────────────────────────
    Question 2 of 4 · Locks · new                                          tiny/verb

    What do you do with a lock?

      You […] it.

    […] > release

    ✗ Not right.

    ✗ `acquire` was wanted; you typed `release`

      You acquire it.

    Rated Again: tiny/verb comes back today (answer:2).

    ────────────────────────────────────────────────────────────────────────────────
    Races

    Order decides.

    ────────────────────────────────────────────────────────────────────────────────
    Question 3 of 4 · Races · new                                         tiny/needs

    What does a race need?

      1) shared data
      2) luck
      3) threads
    (all that apply) > 1 2 3

    ✗ Not right.

    ✓ shared data
    ✗ luck         wrong; you picked it
    ✓ threads

    Rated Again: tiny/needs comes back today (answer:3).

    ────────────────────────────────────────────────────────────────────────────────
    Question 4 of 4 · Races · new                                     tiny/recall-it

    What is a race?

    Your answer, or Enter to see it > order

      A result that hangs on the order.

    How well did you know it?
      1) Again  comes back today
      2) Hard   comes back tomorrow
      3) Good   comes back in 2 days
      4) Easy   comes back in 8 days
    > 3

    Rated Good: tiny/recall-it comes back in 2 days (answer:4).

    ────────────────────────────────────────────────────────────────────────────────
    Once more · Locks                                                      tiny/verb

    What do you do with a lock?

      You […] it.

    […] > 1 2

    ✗ Not right.

    ✗ `acquire` was wanted; you typed `1 2`

      You acquire it.

    Rated Again: tiny/verb comes back today (answer:5).

    ────────────────────────────────────────────────────────────────────────────────
    Once more · Races                                                     tiny/needs

    What does a race need?

      1) luck
      2) threads
      3) shared data
    (all that apply) > acquire
    `acquire` is not among them: type all that apply, as in `1 3`, or 0 if nothing does
    (? hint · t teach · n note · u undo · q stop)
    (all that apply) > 
    ────────────────────────────────────────────────────────────────────────────────
    4 cards: 2 of 4 right, 4 new

      Locks  1 of 2  ●○
      Races  1 of 2  ●○

    Missed: tiny/verb, tiny/needs.
    Asked once more: 1, right then: 0.
    Not asked: 2 questions, left for the next review.
    ");
}

#[test]
fn what_was_answered_is_there_the_next_time() {
    let world = tiny::world();
    world.run_with_input(&["review", "tiny", "--limit", "2"], "one\nacquire\n");
    let output = world.run_with_input(&["review", "tiny"], "");
    assert!(output.stdout.starts_with("0 cards due, 2 new\n"), "{output}");
    let later = world.variable("RACEDAY_NOW", "2026-03-09T09:00:00Z");
    let output = later.run_with_input(&["review", "tiny"], "");
    assert!(output.stdout.starts_with("2 cards due, 2 new\n"), "{output}");
}

#[test]
fn undo_takes_back_one_after_the_other_across_runs() {
    let world = tiny::world();
    world.run_with_input(&["review", "tiny", "--limit", "2"], "one\nacquire\n");
    let output = world.run_with_input(&["review", "tiny"], "u\nu\nu\nq\n");
    for expected in [
        "Taken back: the answer to tiny/verb; it is asked again.",
        "Taken back: the answer to tiny/how-many; it is asked again.",
        "There is nothing to take back.",
    ] {
        assert!(output.stdout.contains(expected), "{expected}: {output}");
    }
    assert!(world.run(&["review", "tiny"]).stdout.starts_with("0 cards due, 4 new\n"));
}

#[test]
fn undo_works_after_the_last_card() {
    let world = tiny::world();
    world.run_with_input(&["review", "tiny", "--limit", "1"], "one\n");
    insta::assert_snapshot!(world.run(&["undo"]), @"
    exit code 0
    --- stdout
    Taken back: tiny/how-many was rated Good at 2026-03-02 09:00; it is new again.
    ");
    insta::assert_snapshot!(world.run(&["undo"]), @"
    exit code 0
    --- stdout
    There is nothing to take back.
    ");
}

/// What was taken back ran over the edge.
#[test]
fn what_undo_says_keeps_to_the_page() {
    let world = tiny::world().variable("COLUMNS", "40");
    world.run_with_input(&["review", "tiny", "--limit", "2"], "one\nacquire\n");
    let output = world.run_with_input(&["review", "tiny"], "u\nq\n");
    assert!(output.stdout.contains("Taken back: the answer to tiny/verb; it\n  is asked again.\n\n"), "{output}");
    let output = world.run(&["undo"]);
    let told = "Taken back: tiny/how-many was rated Good\n  at 2026-03-02 09:00; it is new again.\n";
    assert_eq!(output.stdout, told, "{output}");
}

#[test]
fn an_answer_without_its_rating_counts_as_proposed() {
    let world = tiny::world();
    let output = world.run_with_input(&["review", "tiny"], "one\nq\n");
    assert!(output.stdout.contains("Rated Good: tiny/how-many comes back in 2 days (answer:1)."), "{output}");
}

#[test]
fn today_says_what_to_do() {
    let world = tiny::world();
    insta::assert_snapshot!(world.run(&[]), @"
    exit code 0
    --- stdout
    Monday, 2 March 2026

    Nothing is learned yet. 76 questions wait in 2 decks.

      raceday quiz     10 questions, to see where you stand
      raceday review   learn: 10 a day, and back before you forget

    `raceday help` lists all commands.
    ");
    world.run_with_input(&["review", "tiny", "--limit", "2"], "one\nrelease\nq\n");
    insta::assert_snapshot!(world.run(&[]), @"
    exit code 0
    --- stdout
    Monday, 2 March 2026

         1  due
         8  new
         2  answered today

    That is about 9 minutes.

      raceday review   ask them
      raceday quiz     10 questions, with no bearing on reviews

    `raceday help` lists all commands.
    ");
}

#[test]
fn a_day_that_is_done_says_so() {
    let world = tiny::world();
    let output = world.run_with_input(&["review", "tiny"], "one\nacquire\n1 3\n\n4\n");
    assert!(output.stdout.contains("4 cards: 4 of 4 right, 4 new\n"), "{output}");
    let output = world.run(&["review", "tiny"]);
    assert_eq!(output.stdout, "Done for today: nothing is due. Come back tomorrow, or `raceday quiz`.\n");
}

#[test]
fn a_faulty_deck_is_left_out_with_a_word() {
    let world = tiny::world().file("data/decks/broken/deck.yaml", "format: 1\nid: broken\n");
    let output = world.run_with_input(&["review", "tiny"], "one\n");
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(
        output.stderr, "note: `broken` has faults and is left out; `raceday check broken` says which\n",
        "{output}"
    );
    assert!(world.run(&["check", "broken"]).stdout.contains("data/decks/broken/deck.yaml:"));

    // Where that would name another deck, or would have to be quoted, its folder does.
    let head = "format: 1\nid: two\n";
    let world = world.file("data/decks/tiny copy/deck.yaml", head).file("other/decks/thread-safety/deck.yaml", head);
    let output = world.run_with_input(&["review", "tiny"], "one\n");
    assert!(output.stderr.contains("note: `data/decks/tiny copy` has faults"), "{output}");
    let output = world.run(&["--data-dir", "other"]);
    assert!(output.stderr.contains("; `raceday check other/decks/thread-safety` says which\n"), "{output}");
}

#[test]
fn a_faulty_deck_that_is_wanted_is_said_to_be_faulty_once() {
    let world = tiny::world().file("data/decks/broken/deck.yaml", "format: 1\nid: broken\n");
    for command in ["review", "quiz"] {
        let said =
            "error: the deck `broken` has faults, and nothing of it is used\nhint: `raceday check broken` says which\n";
        let output = world.run(&[command, "broken"]);
        assert_eq!((output.code, output.stderr.as_str()), (Some(2), said), "{output}");
        let output = world.run(&[command, "data/decks/broken"]);
        assert!(output.stderr.starts_with("error: data/decks/broken/deck.yaml:"), "{output}");
    }
    assert!(world.run(&["deck", "show", "broken"]).stderr.starts_with("error: the deck `broken` has faults"));
}

#[test]
fn a_question_that_changes_keeps_its_history_and_says_so() {
    let world = tiny::world();
    world.run_with_input(&["review", "tiny"], "one\nq\n");
    let topic = std::fs::read_to_string(world.path("data/decks/tiny/topic.yaml")).expect("a topic");
    let world = world.file("data/decks/tiny/topic.yaml", topic.replace("How many threads", "How many"));
    let output = world.run(&["review", "tiny"]);
    assert!(output.stdout.starts_with("0 cards due, 3 new\n"), "{output}");
    let expected = "note: `tiny/how-many` has changed since you last answered it; its history goes on, unless you \
                    `raceday reset tiny/how-many`\n";
    assert_eq!(output.stderr, expected, "{output}");
    assert_eq!(world.run(&["review", "tiny"]).stderr, "", "once is enough");

    let output = world.run(&["reset", "tiny/how-many"]);
    assert_eq!(output.stdout, "tiny/how-many begins anew: it waits among the new ones.\n", "{output}");
    assert!(world.run(&["review", "tiny"]).stdout.starts_with("0 cards due, 4 new\n"));
    let output = world.run(&["reset", "tiny/how-many"]);
    assert_eq!(output.stdout, "Nothing is remembered of tiny/how-many: it is new.\n", "{output}");
}

#[test]
fn what_left_its_deck_is_kept_until_it_is_reset() {
    let world = tiny::world();
    world.run_with_input(&["review", "tiny"], "one\nq\n");
    let topic = std::fs::read_to_string(world.path("data/decks/tiny/topic.yaml")).expect("a topic");
    let world = world.file("data/decks/tiny/topic.yaml", topic.replace("id: how-many", "id: how-few"));
    let expected = "note: `tiny/how-many` is no longer in its deck; its history is kept, unless you \
                    `raceday reset tiny/how-many`\n";
    assert_eq!(world.run(&[]).stderr, expected);
    let output = world.run(&["reset", "tiny/how-many"]);
    assert_eq!(output.stdout, "tiny/how-many, which is in no deck, is forgotten.\n", "{output}");
    insta::assert_snapshot!(world.run(&["reset", "tiny/how-many"]), @"
    exit code 2
    --- stderr
    error: the deck `tiny` has no question `how-many`
    hint: `raceday deck show tiny` lists them
    ");
    insta::assert_snapshot!(world.run(&["reset", "how-many"]), @"
    exit code 2
    --- stderr
    error: `how-many` is not a card: cards are written DECK/QUESTION, as in `thread-safety/withdraw-final-balance`
    hint: `raceday deck show DECK` lists the questions of a deck
    ");
}
