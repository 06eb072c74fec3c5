//! `raceday settings`: how much the learner takes on in a day, and how well it is to be remembered.

use std::io::Write;

use crate::report::grouped;
use crate::srs::Model;
use crate::store::Settings;

use super::Exit;
use super::Failure;
use super::World;

const DETAILS: &str = "\
New cards and due ones are counted over the whole day, however many reviews it has. Cards that were missed and come back \
count once. A higher chance of recall means that cards come back sooner, and that there are more of them.

Examples:
  raceday settings
  raceday settings --new 20 --reviews 100
  raceday settings --retention 85
";

/// Show or change how much to learn in a day, and how well to remember it
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub(super) struct SettingsArgs {
    /// Meet at most so many new cards in a day
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_limit)]
    new: Option<u32>,
    /// Ask at most so many due cards in a day
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_limit)]
    reviews: Option<u32>,
    /// Ask a card again when the chance of recalling it has sunk to so many percent
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true, value_parser = parse_retention)]
    retention: Option<f64>,
}

/// Changes what is to be changed, and shows what is set.
pub(super) fn run(args: &SettingsArgs, world: &mut World) -> Result<Exit, Failure> {
    let mut store = world.store()?;
    let before = store.settings()?;
    let mut settings = before;
    settings.limits.new_per_day = args.new.unwrap_or(before.limits.new_per_day);
    settings.limits.reviews_per_day = args.reviews.unwrap_or(before.limits.reviews_per_day);
    settings.retention = args.retention.unwrap_or(before.retention);
    if settings != before {
        store.keep_settings(&settings)?;
    }
    let rows = rows(&settings).into_iter().zip(rows(&Settings::default()));
    for ((number, what), (standard, _)) in rows {
        let changed = if number == standard { String::new() } else { format!(" (unless set: {standard})") };
        writeln!(world.out, "  {number:>6}  {what}{changed}")?;
    }
    if (args.new, args.reviews, args.retention) == (None, None, None) {
        writeln!(world.out, "\n`raceday settings --help` says how to change them.")?;
    }
    Ok(Exit::Fine)
}

/// Returns what is set, and what that is.
fn rows(settings: &Settings) -> [(String, &'static str); 3] {
    [
        (grouped(settings.limits.new_per_day.into()), "new cards a day, at most"),
        (grouped(settings.limits.reviews_per_day.into()), "due cards a day, at most"),
        (format!("{}%", percent(settings.retention)), "chance of recall when a card is due"),
    ]
}

/// Returns a share in whole percent.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is from 0 to 1")]
fn percent(share: f64) -> u64 {
    (share * 100.0).round() as u64
}

fn parse_limit(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "write a whole number from 0".to_owned())
}

fn parse_retention(text: &str) -> Result<f64, String> {
    let (least, most) = (percent(Model::RETENTIONS.0), percent(Model::RETENTIONS.1));
    let number: Option<u8> = text.strip_suffix('%').unwrap_or(text).parse().ok();
    number
        .filter(|number| (least..=most).contains(&u64::from(*number)))
        .map(|number| f64::from(number) / 100.0)
        .ok_or_else(|| format!("write a whole number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chance_is_in_percent_and_in_reason() {
        assert_eq!(parse_retention("90"), Ok(0.9));
        assert_eq!(parse_retention("85%"), Ok(0.85));
        for text in ["0", "0.9", "100", "-90", "ninety", "90%%", "300"] {
            assert!(parse_retention(text).is_err(), "{text}");
        }
    }
}
