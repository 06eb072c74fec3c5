//! Python programs, really run, in every order their threads can take: what the engine finds is what can happen.

mod bare;
mod between;
mod bytecodes;
mod clock;
mod conformance;
mod copying;
mod crews;
mod deaths;
mod differential;
mod exactness;
mod field;
mod finalizers;
mod interpreters;
mod iterators;
mod lanes;
mod library;
mod literature;
mod livelock;
mod locks;
mod mistakes;
mod names;
mod output;
mod owning;
mod pairs;
mod pythons;
mod random;
mod scenarios;
mod sharing;
mod signals;
mod stacks;
#[path = "../explore/states.rs"]
mod states;
mod synchronisation;
mod team;
mod tutorials;
