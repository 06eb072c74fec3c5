//! `raceday quiz`, answered from a pipe.

use crate::tiny;
use crate::world::World;

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
    `acquire` is not among them: type all that apply, as in `1 3`, or 0 if nothing does
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

/// It was said above the question, which may fill the screen.
#[test]
fn what_became_of_a_note_is_said_below_the_question() {
    let output = tiny::world().run_with_input(&["quiz", "tiny", "--count", "1", "--seed", "1"], "n\n1\nMine.\nq\n");
    let (before, after) = output.stdout.split_once("Note 1 is on tiny/").expect("a note");
    assert_eq!(before.matches("Question 1 of 1").count(), 2, "{output}");
    assert!(!after.contains("Question 1 of 1"), "{output}");
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
    // It once was a second deck of the same id, and refused.
    let output = world.run_with_input(&["quiz", "./data/decks/../decks/tiny", "--count", "1"], "q\n");
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output}");
    assert!(output.stdout.starts_with("1 question from Tiny deck"), "{output}");
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

#[test]
fn a_program_is_the_key_to_its_question() {
    let output =
        tiny::with_program().run_with_input(&["quiz", "runs"], "2 0\nit holds in every order\nupdate\n1 2\n2\n");
    insta::assert_snapshot!(output, @"
    exit code 0
    --- stdout
    3 questions from Tiny deck (seed 1)

    ────────────────────────────────────────────────────────────────────────────────
    Question 1 of 3 · Races                                               runs/total

    What can `count` be?

         ┌ count.py
       1 │ from threading import Thread
       2 │
       3 │ count = 0
       4 │
       5 │
       6 │ def add():
       7 │     global count
       8 │     count += 1
       9 │
      10 │
      11 │ threads = [Thread(target=add), Thread(target=add)]
      12 │ for thread in threads:
      13 │     thread.start()
      14 │ for thread in threads:
      15 │     thread.join()
      What counts is `count` at the end.

      a) 0
      b) 2
      c) 1
    (all that apply) > 2 0

    ✗ Not right.

    ✗ 0  impossible: none of all 4 executions ends so; you picked it
    ✓ 2  possible
    ✗ 1  possible; you left it out

    How it comes to this: 1 (4 context switches)
        MainThread                │  Thread-1 (add)     │  Thread-2 (add)
        13 thread.start()         │                     │
           start Thread-2         │                     │
      ┆ waits for Thread-1 to end │   8 count += 1      │
      ┆                           │     read count → 0  │
      ┆                           │                     │   8 count += 1
      ┆                           │                     │     read count → 0
      ┆                           │                     │     write count ← 1
      ┆                           │   8 count += 1      │
      ┆                           │     write count ← 1 │
        15 thread.join()          │                     │
           join Thread-1          │                     │
           join Thread-2          │                     │
      ┆ waits

    How it comes to this: 2 (3 context switches)
        MainThread                │  Thread-1 (add)     │  Thread-2 (add)
        13 thread.start()         │                     │
           start Thread-2         │                     │
      ┆ waits for Thread-1 to end │   8 count += 1      │
      ┆                           │     read count → 0  │
      ┆                           │     write count ← 1 │
                                  │                     │   8 count += 1
                                  │                     │     read count → 1
                                  │                     │     write count ← 2
        15 thread.join()          │                     │
           join Thread-1          │                     │
           join Thread-2          │                     │
      ┆ waits

    One update can be lost, not both.

    ────────────────────────────────────────────────────────────────────────────────
    Question 2 of 3 · Races                                              runs/always

    Is it always 2?

         ┌ count.py
       1 │ from threading import Thread
       2 │
       3 │ count = 0
       4 │
       5 │
       6 │ def add():
       7 │     global count
       8 │     count += 1
       9 │
      10 │
      11 │ threads = [Thread(target=add), Thread(target=add)]
      12 │ for thread in threads:
      13 │     thread.start()
      14 │ for thread in threads:
      15 │     thread.join()
      The claim: `count == 2` is true at the end.

      1) it holds in every order
      2) some order breaks it
      3) some order gets stuck
    > it holds in every order

    ✗ Not right.

    ✗ it holds in every order  no: an execution shows otherwise; you picked it
    ✗ some order breaks it     yes: an execution shows it; you left it out
    · some order gets stuck    no: none of all 4 executions does

    How it comes to this: some order breaks it (4 context switches)
        MainThread                │  Thread-1 (add)     │  Thread-2 (add)
        13 thread.start()         │                     │
           start Thread-2         │                     │
      ┆ waits for Thread-1 to end │   8 count += 1      │
      ┆                           │     read count → 0  │
      ┆                           │                     │   8 count += 1
      ┆                           │                     │     read count → 0
      ┆                           │                     │     write count ← 1
      ┆                           │   8 count += 1      │
      ┆                           │     write count ← 1 │
        15 thread.join()          │                     │
           join Thread-1          │                     │
           join Thread-2          │                     │
      ┆ waits

    ────────────────────────────────────────────────────────────────────────────────
    Question 3 of 3 · Races                                                runs/word

    What is it called?

      A lost […].

    […] > update

    ✓ Right.

    ✓ `update`

      A lost update.

    ────────────────────────────────────────────────────────────────────────────────
    Once more · Races                                                     runs/total

    What can `count` be?

         ┌ count.py
       1 │ from threading import Thread
       2 │
       3 │ count = 0
       4 │
       5 │
       6 │ def add():
       7 │     global count
       8 │     count += 1
       9 │
      10 │
      11 │ threads = [Thread(target=add), Thread(target=add)]
      12 │ for thread in threads:
      13 │     thread.start()
      14 │ for thread in threads:
      15 │     thread.join()
      What counts is `count` at the end.

      a) 1
      b) 0
      c) 2
    (all that apply) > 1 2

    ✓ Right.

    ✓ 1  possible
    · 0  impossible: none of all 4 executions ends so
    ✓ 2  possible

    How it comes to this: 1 (4 context switches)
        MainThread                │  Thread-1 (add)     │  Thread-2 (add)
        13 thread.start()         │                     │
           start Thread-2         │                     │
      ┆ waits for Thread-1 to end │   8 count += 1      │
      ┆                           │     read count → 0  │
      ┆                           │                     │   8 count += 1
      ┆                           │                     │     read count → 0
      ┆                           │                     │     write count ← 1
      ┆                           │   8 count += 1      │
      ┆                           │     write count ← 1 │
        15 thread.join()          │                     │
           join Thread-1          │                     │
           join Thread-2          │                     │
      ┆ waits

    How it comes to this: 2 (3 context switches)
        MainThread                │  Thread-1 (add)     │  Thread-2 (add)
        13 thread.start()         │                     │
           start Thread-2         │                     │
      ┆ waits for Thread-1 to end │   8 count += 1      │
      ┆                           │     read count → 0  │
      ┆                           │     write count ← 1 │
                                  │                     │   8 count += 1
                                  │                     │     read count → 1
                                  │                     │     write count ← 2
        15 thread.join()          │                     │
           join Thread-1          │                     │
           join Thread-2          │                     │
      ┆ waits

    One update can be lost, not both.

    ────────────────────────────────────────────────────────────────────────────────
    Once more · Races                                                    runs/always

    Is it always 2?

         ┌ count.py
       1 │ from threading import Thread
       2 │
       3 │ count = 0
       4 │
       5 │
       6 │ def add():
       7 │     global count
       8 │     count += 1
       9 │
      10 │
      11 │ threads = [Thread(target=add), Thread(target=add)]
      12 │ for thread in threads:
      13 │     thread.start()
      14 │ for thread in threads:
      15 │     thread.join()
      The claim: `count == 2` is true at the end.

      1) it holds in every order
      2) some order breaks it
      3) some order gets stuck
    > 2

    ✓ Right.

    · it holds in every order  no: an execution shows otherwise
    ✓ some order breaks it     yes: an execution shows it
    · some order gets stuck    no: none of all 4 executions does

    How it comes to this: some order breaks it (4 context switches)
        MainThread                │  Thread-1 (add)     │  Thread-2 (add)
        13 thread.start()         │                     │
           start Thread-2         │                     │
      ┆ waits for Thread-1 to end │   8 count += 1      │
      ┆                           │     read count → 0  │
      ┆                           │                     │   8 count += 1
      ┆                           │                     │     read count → 0
      ┆                           │                     │     write count ← 1
      ┆                           │   8 count += 1      │
      ┆                           │     write count ← 1 │
        15 thread.join()          │                     │
           join Thread-1          │                     │
           join Thread-2          │                     │
      ┆ waits

    ────────────────────────────────────────────────────────────────────────────────
    Score: 1 of 3

      Races  1 of 3  ●○○

    Missed: runs/total, runs/always.
    Asked once more: 2, right then: 2.
    ");
}

/// No Python is started for what was explored before: who starts one keeps the compiled harness, if there is none.
#[cfg(unix)]
#[test]
fn what_was_explored_is_asked_and_explained_without_starting_python() {
    let world = tiny::with_program();
    let answers = "2 0\nit holds in every order\nupdate\n1 2\n2\n";
    let first = world.run_with_input(&["quiz", "runs"], answers);
    assert!(first.stdout.contains("read count → 0"), "{first}");

    let harnesses = || {
        let kept = std::fs::read_dir(world.path("data/cache")).expect("a cache").map(|entry| entry.expect("an entry"));
        let named = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("harness-");
        kept.filter(named).map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let kept = harnesses();
    assert_eq!(kept.len(), 1);
    std::fs::remove_file(&kept[0]).expect("removed");
    let second = world.run_with_input(&["quiz", "runs"], answers);
    assert_eq!(second.to_string(), first.to_string());
    assert!(harnesses().is_empty(), "it was started");
    let unknown = world.run(&["explore", "data/decks/runs/count.py"]);
    assert_eq!(unknown.code, Some(0), "{unknown}");
    assert_eq!(harnesses(), kept, "had it been started, it would have shown");
}

#[test]
fn without_python_the_other_questions_are_asked() {
    let world = tiny::with_program().variable("RACEDAY_PYTHON", "/no/such/python");
    let output = world.run_with_input(&["quiz", "runs"], "update\n");
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(output.stdout.matches("Questions that run a program are left out: ").count(), 1, "{output}");
    assert!(output.stdout.contains("\nhint: "), "{output}");
    assert!(output.stdout.contains("Score: 1 of 1"), "{output}");
}

#[test]
fn nobody_passes_by_a_program_that_kills_its_interpreter() {
    let topic = "\
concepts: [{id: c, title: C, teach: T.}]
questions:
  - id: holds
    concept: c
    kind: verdict
    ask: Does it hold?
    claim: {always: ready}
    scenario:
      code: |
        import os
        from threading import Thread
        ready = False
        def prepare():
            global ready
            ready = True
        def use():
            if not ready:
                os.abort()
        threads = [Thread(target=use), Thread(target=prepare)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
";
    let world = World::new()
        .file(".local/share/raceday/decks/mine/deck.yaml", "format: 1\nid: mine\ntitle: Mine\ntopics: [topic.yaml]\n")
        .file(".local/share/raceday/decks/mine/topic.yaml", topic);
    for (answer, said) in [("1", "✗ Not right."), ("2", "? Not decided"), ("3", "? Not decided")] {
        let output = world.run_with_input(&["quiz", "mine"], &format!("{answer}\n"));
        assert!(output.stdout.contains(said), "{output}");
        assert!(output.stdout.contains("not known: an order that kills the interpreter proves\n"), "{output}");
    }
}
