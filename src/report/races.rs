//! Races, told: which two acts on the same data nothing keeps apart, who did them, where, and what they held meanwhile.

use std::io;
use std::io::Write;

use crate::explore::RacingAct;
use crate::explore::RacingPair;
use crate::scenario::Replay;
use crate::scenario::Schedule;
use crate::scenario::ThreadId;

use super::clean_line;
use super::telling::locks;
use super::telling::name_of;
use super::text;
use super::text::Page;
use super::text::Style;

/// The longest location that is shown.
const LONGEST_LOCATION: usize = 60;

/// Two acts on the same data that no synchronisation keeps apart, in the scenario's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Race {
    /// What both touch: `account.balance`.
    pub location: String,
    /// The two acts, in the order of their lines; on one line, what writes comes last.
    pub acts: [RaceAct; 2],
    /// An execution that shows it.
    pub schedule: Schedule,
}

/// One side of a race.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceAct {
    /// Who, by name and id.
    pub thread: String,
    /// Who.
    pub id: ThreadId,
    /// Which step of the execution, from 0.
    pub step: usize,
    /// The line of the program, from 1; 0 where there is none.
    pub line: u32,
    /// What was done: `read`, `write`, `append`, …
    pub verb: String,
    /// The locks that the thread held meanwhile.
    pub holds: Vec<String>,
}

impl Race {
    /// Returns `pair` as it shows in `replay`, the execution of its schedule; `None` if it does not.
    pub fn told(pair: &RacingPair, replay: &Replay) -> Option<Race> {
        let act = |act: &RacingAct| {
            let detail = replay.details.get(act.step)?;
            let goes = replay.execution.steps.get(act.step)?.thread == act.thread;
            let verb = match detail.verb.as_str() {
                "" if act.writes => "write",
                "" => "read",
                verb => verb,
            };
            let told = RaceAct {
                thread: name_of(replay, act.thread),
                id: act.thread,
                step: act.step,
                line: detail.line,
                verb: verb.to_owned(),
                holds: detail.holds.clone(),
            };
            goes.then_some((told, detail.location.as_str()))
        };
        let mut sides = [&pair.first, &pair.second];
        sides.sort_by_key(|side| (side.line, side.writes, side.thread));
        let ((first, one), (second, other)) = (act(sides[0])?, act(sides[1])?);
        let location = location((one, sides[0].writes), (other, sides[1].writes));
        Some(Race { location, acts: [first, second], schedule: pair.schedule.clone() })
    }

    /// Returns about how many bytes it takes.
    pub fn size(&self) -> usize {
        let act = |act: &RaceAct| {
            act.thread.len()
                + act.verb.len()
                + act.holds.iter().map(|lock| size_of_val(lock) + lock.len()).sum::<usize>()
        };
        let schedule = size_of_val(self.schedule.threads());
        size_of_val(self) + self.location.len() + schedule + self.acts.iter().map(act).sum::<usize>()
    }

    /// Returns whether a reader would take this one and `other` for the same.
    pub fn looks_like(&self, other: &Race) -> bool {
        let sides = |race: &Race| {
            let mut sides = race.acts.each_ref().map(|act| (act.line, act.verb.clone()));
            sides.sort();
            sides
        };
        self.location == other.location && sides(self) == sides(other)
    }
}

/// Returns what a place is called of which two acts speak, each in its own way; and whether each writes.
fn location(one: (&str, bool), other: (&str, bool)) -> String {
    // Both may be about all of a list, one by its first element and one by its last.
    let stem = |name: &str| name.strip_suffix(']').and_then(|name| name.rfind('[')).map(|end| name[..end].to_owned());
    if one.0 != other.0
        && let (Some(one), Some(other)) = (stem(one.0), stem(other.0))
        && one == other
    {
        return one;
    }
    // Who writes speaks of what he writes; who reads may read much else in the same act, or speak of `len(items)`. Only what an
    // object says of itself is better said by others.
    let named = [one, other].into_iter().filter(|(name, _)| !name.is_empty());
    let best = named.min_by_key(|(name, writes)| (name.starts_with("self."), !writes, name.len()));
    best.map_or("", |(name, _)| name).to_owned()
}

/// Writes `races`, of the program `source`, for people; `exhaustive` says whether there can be more.
pub fn write_races(out: &mut dyn Write, races: &[Race], source: &str, exhaustive: bool, page: Page) -> io::Result<()> {
    let source: Vec<&str> = source.lines().collect();
    let (style, head) = heading(races.len(), exhaustive);
    for line in text::wrap(&head, page.width(), 2) {
        writeln!(out, "{}", page.paint(style, &line))?;
    }
    let lines = races.iter().flat_map(|race| race.acts.iter().map(|act| act.line));
    let digits = lines.max().unwrap_or(0).to_string().len();
    for (index, race) in races.iter().enumerate() {
        let location = text::cut(&clean_line(&race.location), LONGEST_LOCATION);
        writeln!(out, "  {}", page.paint(Style::Strong, &format!("{}. {location}", index + 1)))?;
        let mut before = 0;
        for act in &race.acts {
            let code = (act.line as usize).checked_sub(1).and_then(|line| source.get(line)).unwrap_or(&"");
            if act.line != before {
                let code = format!("     {:>digits$} {}", act.line, clean_line(code.trim()));
                writeln!(out, "{}", page.paint(Style::Code, &text::cut(code.trim_end(), page.width())))?;
            }
            before = act.line;
            let held = clean_line(&held(race, act)).into_owned();
            let said = format!("     {:digits$}   {} by {}, {held}", "", clean_line(&act.verb), act.thread);
            for line in text::wrap(&said, page.width(), digits + 10) {
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

/// Returns how many races there are, said as surely as it is known.
pub(super) fn heading(races: usize, exhaustive: bool) -> (Style, String) {
    let so_far = if exhaustive { "" } else { " so far" };
    match (races, exhaustive) {
        (0, true) => {
            (Style::Good, "No races: in every order, synchronisation keeps all acts on shared data apart.".to_owned())
        }
        (0, false) => (Style::Plain, "No races so far, but the search is not finished.".to_owned()),
        (1, _) => {
            (Style::Bad, format!("1 race{so_far}: two acts on the same data that no synchronisation keeps apart"))
        }
        (many, _) => {
            let what = "pairs of acts on the same data that no synchronisation keeps apart";
            (Style::Bad, format!("{many} races{so_far}: {what}"))
        }
    }
}

/// Returns what was held during `act`, one of `race`.
pub(super) fn held(race: &Race, act: &RaceAct) -> String {
    // No lock that both hold lets them race, so those with the same name are two.
    let is_second = !std::ptr::eq(act, &race.acts[0]);
    let is_other = is_second && act.holds.iter().any(|lock| race.acts[0].holds.contains(lock));
    match act.holds.as_slice() {
        [] => "holding no lock".to_owned(),
        holds if is_other => format!("holding another {}", locks(holds)),
        holds => format!("holding {}", locks(holds)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::report::samples;
    use crate::scenario::Location;

    use super::*;

    /// The race of a read and a write in the lost update, the write under a lock.
    pub(in crate::report) fn race() -> Race {
        let mut replay = samples::lost_update();
        replay.details[6].holds = vec!["lock".to_owned()];
        Race::told(&pair(&replay, 4, 6), &replay).expect("both steps are there")
    }

    fn pair(replay: &Replay, first: usize, second: usize) -> RacingPair {
        let act = |step: usize| {
            let thread = replay.execution.steps[step].thread;
            RacingAct { thread, step, line: 7, writes: replay.details[step].verb == "write" }
        };
        let schedule = replay.execution.schedule();
        RacingPair { location: Location(1), first: act(first), second: act(second), schedule }
    }

    fn shown(races: &[Race], exhaustive: bool) -> String {
        let mut out = Vec::new();
        let page = Page { width: 80, colour: false };
        write_races(&mut out, races, samples::LOST_UPDATE, exhaustive, page).expect("a Vec takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn both_sides_say_who_did_what_and_held_what() {
        insta::assert_snapshot!(shown(&[race()], true), @"
        1 race: two acts on the same data that no synchronisation keeps apart
          1. count
             7 count += 1
                 read by Thread-1 (work), holding no lock
                 write by Thread-2 (work), holding lock
        ");
    }

    #[test]
    fn locks_of_one_name_are_two() {
        let mut race = race();
        race.acts[0].holds = vec!["lock".to_owned()];
        assert!(shown(&[race], true).contains("write by Thread-2 (work), holding another lock"));
    }

    #[test]
    fn none_is_said_as_surely_as_it_is_known() {
        insta::assert_snapshot!(shown(&[], true), @"No races: in every order, synchronisation keeps all acts on shared data apart.");
        insta::assert_snapshot!(shown(&[], false), @"No races so far, but the search is not finished.");
        assert!(shown(&[race()], false).starts_with("1 race so far: two acts"));
    }

    #[test]
    fn the_same_lines_of_other_threads_look_alike() {
        let replay = samples::lost_update();
        let told = |first, second| Race::told(&pair(&replay, first, second), &replay).expect("both steps are there");
        assert!(told(4, 6).looks_like(&told(5, 7)));
        assert!(!told(4, 6).looks_like(&told(6, 7)));
    }

    #[test]
    fn who_writes_says_what_it_is_about() {
        let mut replay = samples::lost_update();
        replay.details[4].location = "b".to_owned();
        replay.details[6].location = "b.count".to_owned();
        let location = |replay: &Replay| Race::told(&pair(replay, 4, 6), replay).expect("is there").location;
        assert_eq!(location(&replay), "b.count");
        replay.details[4].location = "len(b.count)".to_owned();
        assert_eq!(location(&replay), "b.count");
        replay.details[6].location = "self.count".to_owned();
        assert_eq!(location(&replay), "len(b.count)");
        replay.details[6].location = String::new();
        assert_eq!(location(&replay), "len(b.count)");
        replay.details[4].location = "b[0]".to_owned();
        replay.details[6].location = "b[-1]".to_owned();
        assert_eq!(location(&replay), "b");
    }

    #[test]
    fn an_act_without_a_word_of_its_own_reads_or_writes() {
        let mut replay = samples::lost_update();
        let pair = pair(&replay, 4, 6);
        replay.details[4].verb = String::new();
        replay.details[6].verb = String::new();
        let race = Race::told(&pair, &replay).expect("both steps are there");
        assert_eq!(race.acts.map(|act| act.verb), ["read", "write"]);
    }

    #[test]
    fn a_pair_that_the_execution_does_not_show_is_not_told() {
        let replay = samples::lost_update();
        let mut other = pair(&replay, 4, 6);
        other.second.step = 77;
        assert_eq!(Race::told(&other, &replay), None);
        other.second.step = 0;
        assert_eq!(Race::told(&other, &replay), None);
    }

    #[test]
    fn hostile_names_stay_on_their_line() {
        let mut race = race();
        race.location = "a\u{202e}\n\x1b[2J".repeat(30);
        race.acts[0].holds = vec!["\x1b[31m".to_owned()];
        race.acts[1].verb = "write\r".to_owned();
        let text = shown(&[race], true);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text}");
        assert!(text.lines().all(|line| text::width(line) <= 80), "{text}");
    }
}
