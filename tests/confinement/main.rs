//! Attacks on what surrounds a worker, each with a witness outside: what the attack says of itself does not count.
//!
//! `attacks.py` has the attacks, each below a heading `# == what it does: stoppers, witness[, root][, since 3.x]`. The stoppers,
//! with `+` between them, are the layers of which each stops the attack by itself: `files` (Landlock), `calls` (seccomp), `limits`
//! (with the capabilities), the user `namespace`, and the `supervisor`, who answers calls in the worker's place; `files/4` does so
//! since version 4 of Landlock, and `limits/root` for root alone. Every attack is run confined, where the witness must not see it
//! succeed; with each of its stoppers as the only layer, where it must not either; and with all layers but its stoppers, where it
//! must, for otherwise it would prove nothing. So a layer that stops an attack is said to, and no other one is. `root` marks attacks
//! that only root could do, or see, anyway, and `since 3.x` those that need such a Python.
//!
//! `cargo test` runs this with one Python, confined fully, with the first Landlock alone, and without Landlock, and again as an
//! ordinary user if root runs it. `RACEDAY_ATTACKS=all cargo test --test confinement` takes every Python that is here.

#![cfg(target_os = "linux")]

mod attacks;
mod endings;
mod ground;
mod leave;
mod machine;
mod supervisor;
mod terminal;
