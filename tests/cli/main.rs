//! The binary as a user runs it: wiring and wording. What lies below is tested below.

mod ignored;
mod tiny;
mod world;

mod check;
mod database;
mod deck;
mod doctor;
mod explore;
mod hostile;
mod html;
mod usage;
mod kill;
mod note;
mod quiz;
mod review;
mod settings;
mod telling;
