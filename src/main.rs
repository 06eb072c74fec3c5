//! Wires the world and returns the exit code; all else is in the library.

fn main() {}
