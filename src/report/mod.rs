//! Text for people and JSON for tools, written to any `Write`.
//!
//! Everything here is a function of its arguments: nothing asks a terminal how wide it is or whether it shows colour.

mod clean;
mod feedback;
mod markdown;
mod question;
mod score;
mod steps;
mod text;

pub use clean::clean;
pub use clean::clean_json;
pub use clean::clean_line;
pub use feedback::evidence;
pub use feedback::write_evidence;
pub use feedback::write_explanation;
pub use feedback::write_feedback;
pub use markdown::write_markdown;
pub use question::options;
pub use question::write_code;
pub use question::write_hint;
pub use question::write_question;
pub use score::write_summary;
pub use steps::write_blocked;
pub use steps::write_steps;
pub use text::Page;
pub use text::Style;
pub use text::count;
pub use text::cut;
pub use text::pad;
pub use text::width;
pub use text::wrap;

#[cfg(test)]
mod samples;
