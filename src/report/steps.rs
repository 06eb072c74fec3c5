//! An execution, step by step: one column a thread where they fit, a list where they do not.
//!
//! A thread's column shows the source line it is at, then what it read and wrote there. A bar beside the column says
//! that the thread holds a lock, a broken bar that it waits. What nobody else could notice is left out, if so wished:
//! what remains is what decides how the execution ends.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::io::Write;

use crate::scenario::Replay;
use crate::scenario::ThreadId;

use super::folding::Piece;
use super::folding::fold;
use super::telling::Extent;
use super::telling::Holdings;
use super::telling::code;
use super::telling::could_go;
use super::telling::describe;
use super::telling::describe_aside;
use super::telling::describe_death;
use super::telling::index_of;
use super::telling::lives;
use super::telling::name_of;
use super::telling::next_wait;
use super::telling::nothing_told;
use super::telling::repeats;
use super::telling::short;
use super::telling::short_name_of;
use super::telling::told;
use super::telling::told_beside;
use super::telling::waiting;
use super::text;
use super::text::Page;
use super::text::Style;

/// The most threads that get a column each.
const MOST_COLUMNS: usize = 6;
/// The narrowest column that can be read.
const NARROWEST_COLUMN: usize = 16;
/// How wide the main thread's column gets where there is little room: it mostly starts threads and waits for them.
const MAIN_COLUMN: usize = 18;
/// In a narrower column, arrows alone say what is read and written.
const WIDE_COLUMN: usize = 34;
/// On how many lines of a narrow main thread's column a line of source is shown, as far as it goes.
const MOST_CODE_LINES: usize = 2;
/// What stands between two columns.
const SEPARATOR: &str = "│";
const HOLDS: char = '┃';
const WAITS: char = '┆';

/// Writes what each thread did in `replay`, an execution of the program `source`.
pub fn write_steps(out: &mut dyn Write, replay: &Replay, source: &str, extent: Extent, page: Page) -> io::Result<()> {
    let layout = Layout::new(replay, source, extent);
    if layout.rows.is_empty() {
        let text = format!("  {}", nothing_told(replay));
        return text::wrap(&text, page.width(), 2).iter().try_for_each(|line| writeln!(out, "{line}"));
    }
    let mut columns = layout.columns();
    let room = page.width() - 2;
    let fits = |count: usize| count <= MOST_COLUMNS && count * (NARROWEST_COLUMN + 3) <= room + 1;
    let is_without_main = !fits(columns.len())
        && fits(columns.len() - 1)
        && columns.first() == Some(&0)
        && layout.main_only_starts_and_joins;
    if is_without_main {
        columns.retain(|thread| *thread != 0);
    }
    let has_arrows = if fits(columns.len()) {
        layout.write_columns(out, &columns, room, page)?
    } else {
        layout.write_list(out, page)?;
        false
    };
    if is_without_main {
        let text = format!("  {} is left out: while others live, it only starts and joins them", layout.name(0));
        writeln!(out, "{}", page.paint(Style::Faint, &text::cut(&text, page.width())))?;
    }
    let shows = |row: &Row, mark| columns.iter().any(|thread| row.marks.get(thread) == Some(&mark));
    let is_used = |mark: char| layout.rows.iter().any(|row| shows(row, mark));
    let has_arrows = has_arrows && layout.rows.iter().any(Row::has_arrows);
    let arrows = if has_arrows { ["→ read", "← written"].as_slice() } else { &[] };
    let marks = [(HOLDS, "holds a lock"), (WAITS, "waits")];
    let marks = marks.iter().filter(|(mark, _)| is_used(*mark)).map(|(mark, meaning)| format!("{mark} {meaning}"));
    let legend: Vec<String> = arrows.iter().map(|arrow| (*arrow).to_owned()).chain(marks).collect();
    if legend.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", page.paint(Style::Faint, &legend.join("   ")))
}

/// Writes what there is to say of the end of `replay`: who waits for what, and who holds it, or how the process died.
pub fn write_end(out: &mut dyn Write, replay: &Replay, page: Page) -> io::Result<()> {
    for blocked in &replay.blocked {
        let name = short_name_of(replay, blocked.thread);
        let place = if blocked.line > 0 { format!(" (line {})", blocked.line) } else { String::new() };
        let text = format!("  {name}{place} {}", waiting(replay, blocked));
        for line in text::wrap(&text, page.width(), 4) {
            writeln!(out, "{line}")?;
        }
    }
    if let Some(repeats) = repeats(replay) {
        for line in text::wrap(&format!("  {repeats}"), page.width(), 4) {
            writeln!(out, "{line}")?;
        }
    }
    let Some(death) = &replay.death else { return Ok(()) };
    for line in text::wrap(&format!("  {}", describe_death(replay, death)), page.width(), 4) {
        writeln!(out, "{}", page.paint(Style::Bad, &line))?;
    }
    Ok(())
}

/// What is shown of an execution, before it is laid out.
struct Layout<'a> {
    replay: &'a Replay,
    rows: Vec<Row>,
    /// What to say of the steps that are left out: how to see them.
    rest: &'static str,
    /// Whether nobody misses the main thread.
    main_only_starts_and_joins: bool,
}

/// What is shown while one thread goes.
struct Row {
    /// Whose texts these are, by index.
    cells: BTreeMap<usize, Vec<Text>>,
    /// Who holds or waits meanwhile, by index.
    marks: BTreeMap<usize, char>,
    /// How many steps are left out before this row.
    skipped: usize,
    /// Whether the main thread was alone before, after others had lived: what it does then are no steps.
    follows_alone: bool,
}

struct Text {
    style: Style,
    text: String,
    /// The same where there is little room.
    short: Option<String>,
    /// How far the lines after the first are indented.
    hanging: usize,
}

impl Row {
    /// Returns all that is to be seen of it.
    fn look(&self) -> String {
        let mut look = format!("{} {:?}", self.skipped, self.marks);
        for (thread, texts) in &self.cells {
            look.extend(texts.iter().map(|text| format!("\n{thread} {}", text.text)));
        }
        look
    }

    fn has_arrows(&self) -> bool {
        self.cells.values().flatten().any(|text| text.short.is_some())
    }
}

impl Text {
    fn new(style: Style, text: String, hanging: usize) -> Text {
        Text { style, text, short: None, hanging }
    }
}

/// Returns `rows` with those that come again many times in a row shown once: the turns of a loop.
fn folded(rows: Vec<Row>, digits: usize) -> Vec<Row> {
    let looks: Vec<String> = rows.iter().map(Row::look).collect();
    let looks: Vec<&str> = looks.iter().map(String::as_str).collect();
    let mut rows = rows.into_iter();
    let mut folded = Vec::new();
    for piece in fold(&looks) {
        let Piece::Again { lines, times } = piece else {
            folded.extend(rows.next());
            continue;
        };
        let last = rows.by_ref().take(lines * times).last();
        folded.extend(last.map(|mut row| {
            let times = text::grouped(times as u64);
            let what = if lines == 1 { "the same".to_owned() } else { format!("these {lines} steps") };
            let text = format!("{:digits$} … {what} {times} times more", "");
            // Whose steps they are; of several threads', in the column of the last.
            row.cells = row
                .cells
                .into_keys()
                .next_back()
                .map(|thread| (thread, vec![Text::new(Style::Faint, text, digits + 3)]))
                .into_iter()
                .collect();
            row
        }));
    }
    folded
}

impl<'a> Layout<'a> {
    fn new(replay: &'a Replay, source: &str, extent: Extent) -> Layout<'a> {
        let source: Vec<&str> = source.lines().collect();
        let death = replay.death.iter().map(|death| death.line);
        let digits = replay.details.iter().map(|detail| detail.line).chain(death).max().unwrap_or(0).to_string().len();
        let lives = lives(replay);
        let told = told(replay, extent);
        let gap = extent.gap(told.len());
        let holdings = Holdings::new(replay);
        let mut waiters = BTreeSet::new();
        let mut rows: Vec<Row> = Vec::new();
        let mut skipped = 0;
        let mut before: Option<(usize, u32)> = None;
        for (step, (made, detail)) in replay.execution.steps.iter().zip(&replay.details).enumerate() {
            let Some(actor) = index_of(replay, made.thread) else { continue };
            let Ok(place) = told.binary_search(&step) else { continue };
            if gap.contains(&place) {
                skipped += 1;
                before = None;
                continue;
            }
            let mut cells = BTreeMap::new();
            let mut marks = BTreeMap::new();
            for (thread, life) in lives.iter().enumerate() {
                let waits = life.is_some_and(|(first, last)| first <= step && step <= last)
                    && thread != actor
                    && !could_go(made, thread);
                if !waits {
                    waiters.remove(&thread);
                } else if waiters.insert(thread)
                    && let Some(text) = next_wait(replay, &holdings, thread, step)
                {
                    cells.insert(thread, vec![Text::new(Style::Faint, text, 2)]);
                }
                let mark = if waits {
                    WAITS
                } else if !holdings.after(thread, step).is_empty() {
                    HOLDS
                } else {
                    ' '
                };
                marks.insert(thread, mark);
            }
            let texts: &mut Vec<Text> = cells.entry(actor).or_default();
            if before != Some((actor, detail.line)) && detail.line > 0 {
                let text = format!("{:>digits$} {}", detail.line, code(&source, detail.line));
                texts.push(Text::new(Style::Code, text, digits + 3));
            }
            before = Some((actor, detail.line));
            let others = lives.iter().skip(1).flatten().filter(|(first, _)| *first <= step);
            let last = others.map(|(_, last)| *last).max();
            let follows_alone = actor == 0 && detail.verb == "start" && last.is_some_and(|last| last < step);
            let text = format!("{:digits$} {}", "", describe(replay, detail));
            let short = short(replay, detail).map(|short| format!("{:digits$} {short}", ""));
            texts.push(Text { short, ..Text::new(Style::Plain, text, digits + 3) });
            for aside in told_beside(detail) {
                if before != Some((actor, aside.line)) && aside.line > 0 {
                    let text = format!("{:>digits$} {}", aside.line, code(&source, aside.line));
                    texts.push(Text::new(Style::Code, text, digits + 3));
                }
                before = Some((actor, aside.line));
                let text = format!("{:digits$} {}", "", describe_aside(replay, aside));
                texts.push(Text::new(Style::Plain, text, digits + 3));
            }
            rows.push(Row { cells, marks, skipped: std::mem::take(&mut skipped), follows_alone });
        }
        if extent != Extent::Everything {
            rows = folded(rows, digits);
        }
        rows.extend(last_row(replay, &waiters, &holdings, skipped));
        if let Some(death) = &replay.death
            && let Some(actor) = index_of(replay, death.thread)
        {
            let mut texts = Vec::new();
            if before != Some((actor, death.line)) && death.line > 0 {
                let text = format!("{:>digits$} {}", death.line, code(&source, death.line));
                texts.push(Text::new(Style::Code, text, digits + 3));
            }
            texts.push(Text::new(Style::Bad, format!("{:digits$} the interpreter dies", ""), digits + 3));
            let marks = BTreeMap::from([(
                actor,
                if holdings.after(actor, replay.details.len()).is_empty() { ' ' } else { HOLDS },
            )]);
            let cells = BTreeMap::from([(actor, texts)]);
            rows.push(Row { cells, marks, skipped: std::mem::take(&mut skipped), follows_alone: false });
        }
        let is_main = |step: &&usize| replay.execution.steps[**step].thread == ThreadId::MAIN;
        let main_only_starts_and_joins =
            told.iter().filter(is_main).all(|step| ["start", "join"].contains(&replay.details[*step].verb.as_str()));
        let rest = match extent {
            Extent::AtMostOfReplay(_) => ": `--replay` shows all",
            _ => "",
        };
        Layout { replay, rows, rest, main_only_starts_and_joins }
    }

    /// Returns the threads that have anything to show.
    fn columns(&self) -> Vec<usize> {
        let shown: BTreeSet<usize> = self.rows.iter().flat_map(|row| row.cells.keys().copied()).collect();
        shown.into_iter().collect()
    }

    fn name(&self, thread: usize) -> String {
        name_of(self.replay, self.replay.execution.threads[thread])
    }

    /// Writes a column a thread. Returns whether there was so little room that arrows took the place of words.
    fn write_columns(&self, out: &mut dyn Write, columns: &[usize], room: usize, page: Page) -> io::Result<bool> {
        // Each column has its mark and a space before the text, and but for the last a space and the separator after.
        let spare = columns.len() * 2 + (columns.len() - 1) * 2;
        let mut wanted: Vec<usize> = columns.iter().map(|thread| self.widest(*thread)).collect();
        if wanted.iter().sum::<usize>() > room - spare && columns.len() > 2 && columns[0] == 0 {
            wanted[0] = wanted[0].min(MAIN_COLUMN);
        }
        let widths = share(room - spare, &wanted);
        let is_narrow = widths.iter().zip(&wanted).any(|(width, wanted)| width < wanted && *width < WIDE_COLUMN);
        let write_line = |out: &mut dyn Write, cells: &[(char, Style, String)]| {
            let mut line = String::from("  ");
            for (index, (mark, style, text)) in cells.iter().enumerate() {
                line.push(*mark);
                line.push(' ');
                if index + 1 < cells.len() {
                    line.push_str(&page.paint(*style, &text::pad(text, widths[index])));
                    line.push(' ');
                    line.push_str(&page.paint(Style::Faint, SEPARATOR));
                } else {
                    line.push_str(&page.paint(*style, text));
                }
            }
            writeln!(out, "{}", line.trim_end())
        };
        let names = columns.iter().zip(&widths).map(|(thread, width)| text::cut(&self.name(*thread), *width));
        let heads: Vec<(char, Style, String)> = names.map(|name| (' ', Style::Strong, name)).collect();
        write_line(out, &heads)?;
        for row in &self.rows {
            write_skipped(out, row.skipped, self.rest, page)?;
            if row.follows_alone && !columns.contains(&0) {
                let text = format!("    … {} goes on alone …", self.name(0));
                writeln!(out, "{}", page.paint(Style::Faint, &text::cut(&text, page.width())))?;
            }
            let laid: Vec<Vec<(Style, String)>> = columns
                .iter()
                .zip(&widths)
                .map(|(thread, width)| {
                    row.cells.get(thread).map_or_else(Vec::new, |texts| lay(texts, *width, is_narrow, *thread == 0))
                })
                .collect();
            let height = laid.iter().map(Vec::len).max().unwrap_or(0);
            for index in 0..height {
                let cells: Vec<(char, Style, String)> = columns
                    .iter()
                    .zip(&laid)
                    .map(|(thread, lines)| {
                        let mark = row.marks.get(thread).copied().unwrap_or(' ');
                        let (style, text) = lines.get(index).cloned().unwrap_or((Style::Plain, String::new()));
                        (mark, style, text)
                    })
                    .collect();
                write_line(out, &cells)?;
            }
        }
        Ok(is_narrow)
    }

    fn write_list(&self, out: &mut dyn Write, page: Page) -> io::Result<()> {
        let widest = self.columns().iter().map(|thread| text::width(&self.name(*thread))).max().unwrap_or(0);
        let names = widest.min(20);
        let room = page.width() - names - 6;
        let mut before = None;
        for row in &self.rows {
            write_skipped(out, row.skipped, self.rest, page)?;
            for (thread, texts) in &row.cells {
                let mark = row.marks.get(thread).copied().unwrap_or(' ');
                for (style, text) in lay(texts, room, false, false) {
                    let name =
                        if before == Some(*thread) { String::new() } else { text::cut(&self.name(*thread), names) };
                    before = Some(*thread);
                    let name = page.paint(Style::Strong, &text::pad(&name, names));
                    let line = format!("  {name} {mark} {}", page.paint(style, &text));
                    writeln!(out, "{}", line.trim_end())?;
                }
            }
        }
        Ok(())
    }

    fn widest(&self, thread: usize) -> usize {
        let texts = self.rows.iter().filter_map(|row| row.cells.get(&thread)).flatten();
        let widest = texts.map(|text| text::width(&text.text)).max().unwrap_or(0);
        widest.max(text::width(&self.name(thread))).max(NARROWEST_COLUMN)
    }
}

fn write_skipped(out: &mut dyn Write, skipped: usize, rest: &str, page: Page) -> io::Result<()> {
    if skipped == 0 {
        return Ok(());
    }
    let text = format!("    … {} not shown{rest} …", text::count(skipped as u64, "step"));
    writeln!(out, "{}", page.paint(Style::Faint, &text::cut(&text, page.width())))
}

fn lay(texts: &[Text], room: usize, is_narrow: bool, is_main: bool) -> Vec<(Style, String)> {
    let laid = texts.iter().flat_map(|text| {
        let shown = text.short.as_ref().filter(|_| is_narrow).unwrap_or(&text.text);
        let mut lines = text::wrap(shown, room, text.hanging);
        if is_narrow && is_main && text.style == Style::Code && lines.len() > MOST_CODE_LINES {
            lines.truncate(MOST_CODE_LINES);
            let last = lines.pop().unwrap_or_default();
            lines.push(text::cut(&format!("{}…", text::cut(&last, room - 1).trim_end_matches('…')), room));
        }
        lines.into_iter().map(|line| (text.style, line))
    });
    laid.collect()
}

/// Returns a width for each column: what it wants if all fit, else a fair share, where what a narrow column leaves
/// goes to the others.
fn share(room: usize, wanted: &[usize]) -> Vec<usize> {
    let mut widths = vec![0; wanted.len()];
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|index| wanted[*index]);
    let mut left = room;
    for (done, index) in order.iter().enumerate() {
        widths[*index] = wanted[*index].min(left / (wanted.len() - done));
        left -= widths[*index];
    }
    widths
}

/// Returns the row that shows what the threads wait for when nobody can go any more, if they have not said so yet.
fn last_row(replay: &Replay, waiters: &BTreeSet<usize>, holdings: &Holdings<'_>, skipped: usize) -> Option<Row> {
    let mut cells = BTreeMap::new();
    let mut marks = BTreeMap::new();
    for blocked in &replay.blocked {
        let Some(thread) = index_of(replay, blocked.thread) else { continue };
        marks.insert(thread, WAITS);
        if !waiters.contains(&thread) {
            cells.insert(thread, vec![Text::new(Style::Bad, waiting(replay, blocked), 2)]);
        }
    }
    for thread in 0..replay.execution.threads.len() {
        if !marks.contains_key(&thread) && !holdings.after(thread, replay.execution.steps.len()).is_empty() {
            marks.insert(thread, HOLDS);
        }
    }
    (!cells.is_empty()).then_some(Row { cells, marks, skipped, follows_alone: false })
}

#[cfg(test)]
mod tests {
    use crate::report::samples;
    use crate::scenario::Aside;
    use crate::scenario::Ending;

    use super::*;

    fn shown(replay: &Replay, source: &str, width: usize) -> String {
        let mut out = Vec::new();
        let page = Page { width, colour: false };
        write_steps(&mut out, replay, source, Extent::AtMost(200), page).expect("a Vec takes all");
        write_end(&mut out, replay, page).expect("a Vec takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn two_threads_stand_side_by_side() {
        insta::assert_snapshot!(shown(&samples::lost_update(), samples::LOST_UPDATE, 80), @"
          MainThread                     │  Thread-1 (work)    │  Thread-2 (work)
          10 for t in threads: t.start() │                     │
             start Thread-2              │                     │
        ┆ waits for Thread-1 to end      │   7 count += 1      │
        ┆                                │     read count → 0  │
        ┆                                │                     │   7 count += 1
        ┆                                │                     │     read count → 0
        ┆                                │                     │     write count ← 1
        ┆                                │   7 count += 1      │
        ┆                                │     write count ← 1 │
          11 for t in threads: t.join()  │                     │
             join Thread-1               │                     │
             join Thread-2               │                     │
        ┆ waits
        ");
    }

    #[test]
    fn everything_is_shown_where_it_is_wished() {
        let mut out = Vec::new();
        let page = Page { width: 80, colour: false };
        write_steps(&mut out, &samples::lost_update(), samples::LOST_UPDATE, Extent::Everything, page)
            .expect("a Vec takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        for step in ["write t ←", "read t →", "begin"] {
            assert!(text.contains(step), "{text}");
        }
    }

    #[test]
    fn a_deadlock_shows_who_holds_and_who_waits() {
        insta::assert_snapshot!(shown(&samples::deadlock(), samples::DEADLOCK, 80), @"
          MainThread         │  Thread-1                  │  Thread-2
          14 threading.      │                            │
               Thread(…      │                            │
             start Thread-1  │                            │
                             │┃  5 with a:                │
                             │┃    acquire a              │
          15 threading.      │┃                           │
               Thread(…      │┃                           │
             start Thread-2  │┃                           │
                             │┃                           │┃ 10 with b:
                             │┃                           │┃    acquire b
                             │┆ waits for b, which        │┆ waits for a, which
                             │┆   Thread-2 holds          │┆   Thread-1 holds
        ┃ holds a lock   ┆ waits
        Thread-1 (line 6) waits for b, which Thread-2 holds
        Thread-2 (line 11) waits for a, which Thread-1 holds
        ");
    }

    #[test]
    fn four_threads_stand_side_by_side_without_one_that_only_starts_them() {
        let text = shown(&samples::readers(4), samples::LOST_UPDATE, 80);
        let head = "    Thread-1         │  Thread-2         │  Thread-3         │  Thread-4\n";
        assert!(text.starts_with(head), "{text}");
        assert!(
            text.ends_with(
                "\n  Thread-0 is left out: while others live, it only starts and joins them\n  → read   ← written\n"
            ),
            "{text}"
        );
        let lines = text.lines().filter(|line| line.contains('│'));
        assert!(lines.map(text::width).max() <= Some(80), "{text}");
        // Where there is room, it is there.
        assert!(shown(&samples::readers(4), samples::LOST_UPDATE, 100).starts_with("    Thread-0         │"));
    }

    #[test]
    fn many_threads_become_a_list() {
        insta::assert_snapshot!(shown(&samples::readers(5), samples::LOST_UPDATE, 80), @"
        Thread-0   10 for t in threads: t.start()
                      start Thread-1
        Thread-1    7 count += 1
                      read registry['a rather long key'].account.balance → 1000000
                      write registry['a rather long key'].account.balance ← 999999
                      print → 'a line that was printed'
        Thread-0   11 for t in threads: t.join()
                      join Thread-1
                   10 for t in threads: t.start()
                      start Thread-2
        Thread-2    7 count += 1
                      read registry['a rather long key'].account.balance → 1000000
                      write registry['a rather long key'].account.balance ← 999999
                      print → 'a line that was printed'
        Thread-0   11 for t in threads: t.join()
                      join Thread-2
                   10 for t in threads: t.start()
                      start Thread-3
        Thread-3    7 count += 1
                      read registry['a rather long key'].account.balance → 1000000
                      write registry['a rather long key'].account.balance ← 999999
                      print → 'a line that was printed'
        Thread-0   11 for t in threads: t.join()
                      join Thread-3
                   10 for t in threads: t.start()
                      start Thread-4
        Thread-4    7 count += 1
                      read registry['a rather long key'].account.balance → 1000000
                      write registry['a rather long key'].account.balance ← 999999
                      print → 'a line that was printed'
        Thread-0   11 for t in threads: t.join()
                      join Thread-4
                   10 for t in threads: t.start()
                      start Thread-5
        Thread-5    7 count += 1
                      read registry['a rather long key'].account.balance → 1000000
                      write registry['a rather long key'].account.balance ← 999999
                      print → 'a line that was printed'
        Thread-0   11 for t in threads: t.join()
                      join Thread-5
        ");
    }

    #[test]
    fn narrow_columns_wrap_and_nothing_passes_the_edge() {
        for threads in 2..=6 {
            for width in [40, 60, 80, 100] {
                let text = shown(&samples::readers(threads), samples::LOST_UPDATE, width);
                for line in text.lines() {
                    assert!(text::width(line) <= width, "{threads} threads, {width} columns:\n{text}");
                }
            }
        }
    }

    #[test]
    fn the_turns_of_a_loop_are_shown_once() {
        let mut replay = samples::lost_update();
        let (read, write) = (4, 7);
        for _ in 0..12 {
            for step in [read, write] {
                replay.execution.steps.insert(write + 1, replay.execution.steps[step].clone());
                replay.details.insert(write + 1, replay.details[step].clone());
            }
        }
        insta::assert_snapshot!(shown(&replay, samples::LOST_UPDATE, 80), @"
          MainThread         │  Thread-1 (work)                  │  Thread-2 (work)
          10 for t in        │                                   │
               threads:      │                                   │
               t.start()     │                                   │
             start Thread-2  │                                   │
        ┆ waits for Thread-1 │   7 count += 1                    │
        ┆   to end           │     read count → 0                │
        ┆                    │                                   │   7 count += 1
        ┆                    │                                   │     read count → 0
        ┆                    │                                   │     write count ← 1
        ┆                    │   7 count += 1                    │
        ┆                    │     write count ← 1               │
        ┆                    │     write count ← 1               │
        ┆                    │     read count → 0                │
        ┆                    │     … these 2 steps 11 times more │
          11 for t in        │                                   │
               threads:      │                                   │
               t.join()      │                                   │
             join Thread-1   │                                   │
             join Thread-2   │                                   │
        ┆ waits
        ");
        let all = {
            let mut out = Vec::new();
            let page = Page { width: 80, colour: false };
            write_steps(&mut out, &replay, samples::LOST_UPDATE, Extent::Everything, page).expect("a Vec takes all");
            String::from_utf8(out).expect("UTF-8")
        };
        assert!(all.matches("write count").count() > 12 && !all.contains("times more"), "{all}");
    }

    #[test]
    fn an_execution_without_steps_says_why() {
        let mut replay = samples::lost_update();
        replay.details.clear();
        replay.execution.steps.clear();
        let text = shown(&replay, "", 80);
        assert_eq!(text, "  there is nothing in it that another thread could notice\n");
        // It was told of an endless loop as if that had ended.
        replay.execution.outcome.ending = Ending::Limit;
        assert_eq!(shown(&replay, "", 80), "  up to there, no other thread could notice anything: an endless loop?\n");
    }

    #[test]
    fn the_middle_of_a_long_execution_is_left_out() {
        let mut out = Vec::new();
        let page = Page { width: 80, colour: false };
        write_steps(&mut out, &samples::readers(2), samples::LOST_UPDATE, Extent::AtMost(2), page)
            .expect("a Vec takes all");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.contains("… 8 steps not shown …"), "{text}");
    }

    #[test]
    fn a_telling_that_makes_no_sense_is_shown_as_far_as_it_does() {
        let mut replay = samples::deadlock();
        let stranger = ThreadId::MAIN.child(77).expect("in range");
        replay.blocked[0].thread = stranger;
        replay.blocked[1].held_by = Some(stranger);
        replay.execution.steps[1].thread = stranger;
        replay.names.pop();
        replay.details.pop();
        let text = shown(&replay, "", 80);
        assert!(text.contains("start Thread-1"), "{text}");
    }

    #[test]
    fn what_is_done_beside_a_step_comes_after_it_with_its_own_line() {
        let mut replay = samples::lost_update();
        let aside = Aside { line: 3, verb: "notify".to_owned(), location: "ready".to_owned(), value: None };
        replay.details[7].asides = vec![aside.clone(), aside];
        let text = shown(&replay, "one\ntwo\nready.notify()\n", 80);
        let rows: Vec<&str> =
            text.lines().filter(|row| row.contains("notify")).map(|row| row.trim_matches([' ', '│', '┆'])).collect();
        assert_eq!(rows, ["3 ready.notify()", "notify ready", "notify ready"], "{text}");
    }

    #[test]
    fn threads_of_one_name_are_told_apart_by_numbers() {
        let mut replay = samples::deadlock();
        replay.names[1..].fill("diner".to_owned());
        let text = shown(&replay, "", 80);
        for one_of_them in ["diner #1", "diner #2", "which diner #2 holds"] {
            assert!(text.contains(one_of_them), "{text}");
        }
        replay.details[0].location = "diner".to_owned();
        let text = shown(&replay, "", 80);
        assert!(text.contains("start diner") && !text.contains("start diner #"), "nobody knows which\n{text}");
    }

    #[test]
    fn what_a_program_prints_cannot_move_the_cursor() {
        let mut replay = samples::lost_update();
        replay.names[1] = "\x1b[2Jevil".to_owned();
        replay.details[4].value = Some("\x1b]0;title\x07".to_owned());
        replay.details[5].location = "a\u{202e}b".to_owned();
        let text = shown(&replay, "\x1b[31m\n".repeat(20).as_str(), 80);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
        assert!(!text.contains('\u{202e}'), "{text}");
    }
}
