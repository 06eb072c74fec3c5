//! Text for people and JSON for tools, written to any `Write`.
//!
//! Everything here is a function of its arguments: nothing asks a terminal how wide it is or whether it shows colour.

mod clean;
mod exploration;
mod feedback;
mod folding;
mod guard;
mod html;
mod json;
mod markdown;
mod question;
mod races;
mod score;
mod steps;
mod telling;
mod text;

pub use clean::clean;
pub use clean::clean_json;
pub use clean::clean_line;
pub use exploration::Claim;
pub use exploration::Claimed;
pub use exploration::Exploration;
pub use exploration::MOST_OUTCOMES;
pub use exploration::Races;
pub use exploration::Witnessed;
pub use exploration::describe_hang;
pub use exploration::distinct;
pub use exploration::label;
pub use exploration::short_line;
pub use exploration::why_unfinished;
pub use exploration::worth_showing;
pub use exploration::write_exploration;
pub use exploration::write_replay;
pub use exploration::write_witnessed;
pub use feedback::evidence;
pub use feedback::write_evidence;
pub use feedback::write_explanation;
pub use feedback::write_feedback;
pub use guard::Guard;
pub use guard::guarded;
pub use html::write_html;
pub use json::write_json;
pub use markdown::write_markdown;
pub use question::options;
pub use question::outcome_text;
pub use question::write_code;
pub use question::write_hint;
pub use question::write_question;
pub use question::write_teaching;
pub use races::Race;
pub use races::RaceAct;
pub use races::write_races;
pub use score::write_summary;
pub use steps::write_end;
pub use steps::write_steps;
pub use telling::Extent;
pub use text::Page;
pub use text::Style;
pub use text::count;
pub use text::cut;
pub use text::grouped;
pub use text::pad;
pub use text::width;
pub use text::wrap;
pub use text::write_wrapped;

#[cfg(test)]
mod samples;
