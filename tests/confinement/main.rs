//! Attacks on what surrounds a worker, each with a witness outside: what the attack says of itself does not count.
//!
//! `attacks.py` has the attacks, each below a heading `# == what it does: stopper, witness[, root]`. The stopper is the layer that has
//! to be switched off for the attack to succeed: `files` (Landlock), `calls` (seccomp), `limits`, or `both` where more than one
//! of them stops it. Every attack is run twice: once without its stopper, where the witness must see it succeed, for otherwise
//! it would prove nothing; and once confined, where it must not. `root` marks attacks that only root could do anyway.
//!
//! `cargo test` runs this with one Python, confined fully, with the first Landlock alone, and without Landlock, and again as an
//! ordinary user if root runs it. `RACEDAY_ATTACKS=all cargo test --test confinement` takes every Python that is here.

#![cfg(target_os = "linux")]

mod attacks;
mod endings;
mod ground;
mod leave;
mod machine;
mod terminal;
