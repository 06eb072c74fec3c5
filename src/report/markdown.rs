//! Markdown on a page: teaching notes, explanations, the learner's own notes.
//!
//! Paragraphs and lists are wrapped, code is not. Where there is no colour, `code` keeps its backticks, so that nothing
//! is said by colour alone.

use std::io;
use std::io::Write;

use pulldown_cmark::Event;
use pulldown_cmark::HeadingLevel;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use super::clean;
use super::clean_line;
use super::text::Page;
use super::text::Style;
use super::text::width;

/// Writes `markdown`, each line indented by `indent`.
pub fn write_markdown(out: &mut dyn Write, markdown: &str, indent: usize, page: Page) -> io::Result<()> {
    let mut renderer = Renderer {
        page,
        margins: vec![Margin { first: None, rest: " ".repeat(indent) }],
        words: Vec::new(),
        glued: false,
        style: Style::Plain,
        lists: Vec::new(),
        links: Vec::new(),
        code: None,
        lines: Vec::new(),
    };
    for event in Parser::new(markdown) {
        renderer.take(event);
    }
    renderer.end_block();
    renderer.lines.iter().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

/// What stands left of a block.
struct Margin {
    /// Left of its first line, until that is written: a bullet.
    first: Option<String>,
    /// Left of all others.
    rest: String,
}

/// A piece of a line that is not broken.
struct Word {
    style: Style,
    text: String,
    /// Whether it follows the word before it without a space.
    glued: bool,
    /// Whether the line ends here.
    breaks: bool,
}

struct Renderer {
    page: Page,
    margins: Vec<Margin>,
    words: Vec<Word>,
    /// Whether the next word follows without a space.
    glued: bool,
    style: Style,
    /// The next number of each list that is open; a list without numbers has none.
    lists: Vec<Option<u64>>,
    /// Where the links lead that are open, and how many words there were before each.
    links: Vec<(String, usize)>,
    /// The code block that is open.
    code: Option<String>,
    lines: Vec<String>,
}

impl Renderer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.add(&text, self.style),
            },
            Event::Code(code) => {
                let code = clean_line(&code);
                let text = if self.page.colour { code.into_owned() } else { format!("`{code}`") };
                self.push(text, Style::Code);
            }
            // Shown as written: nothing here understands it.
            Event::Html(html) | Event::InlineHtml(html) => self.add(&html, self.style),
            Event::SoftBreak => self.glued = false,
            Event::HardBreak => {
                if let Some(last) = self.words.last_mut() {
                    last.breaks = true;
                }
                self.glued = false;
            }
            Event::Rule => {
                self.begin_block();
                let room = self.room().min(40);
                self.words.push(Word { style: Style::Faint, text: "─".repeat(room), glued: false, breaks: false });
                self.end_block();
            }
            // Extensions, none of which is switched on.
            Event::FootnoteReference(_) | Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.begin_block(),
            Tag::Heading { level, .. } => {
                self.begin_block();
                self.style = Style::Strong;
                if level == HeadingLevel::H1 && !self.page.colour {
                    self.push("#".to_owned(), Style::Strong);
                    self.glued = false;
                }
            }
            Tag::BlockQuote(_) => {
                self.begin_block();
                self.margins.push(Margin { first: Some("│ ".to_owned()), rest: "│ ".to_owned() });
            }
            Tag::CodeBlock(_) => {
                self.begin_block();
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.end_block();
                if self.lists.is_empty() {
                    self.begin_block();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_block();
                let bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                let rest = " ".repeat(bullet.len());
                self.margins.push(Margin { first: Some(bullet), rest });
            }
            Tag::Emphasis | Tag::Strong => self.style = Style::Strong,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.words.len()));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_block(),
            TagEnd::Heading(_) => {
                self.style = Style::Plain;
                self.end_block();
            }
            TagEnd::BlockQuote(_) => {
                self.end_block();
                self.margins.pop();
            }
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                for line in clean(&code).lines() {
                    let margin = self.margin();
                    let line = self.page.paint(Style::Code, line);
                    self.lines.push(format!("{margin}    {line}"));
                }
            }
            TagEnd::List(_) => {
                self.end_block();
                self.lists.pop();
            }
            TagEnd::Item => {
                self.end_block();
                self.margins.pop();
            }
            TagEnd::Emphasis | TagEnd::Strong => self.style = Style::Plain,
            TagEnd::Link | TagEnd::Image => {
                let Some((url, before)) = self.links.pop() else { return };
                let shown: String = self.words[before..].iter().map(|word| word.text.as_str()).collect();
                if shown != clean_line(&url) {
                    self.glued = false;
                    self.push(format!("<{}>", clean_line(&url)), Style::Faint);
                }
            }
            _ => {}
        }
    }

    /// Adds running text, whose words may be parted.
    fn add(&mut self, text: &str, style: Style) {
        for (index, word) in text.split([' ', '\n', '\t']).enumerate() {
            if index > 0 {
                self.glued = false;
            }
            if !word.is_empty() {
                self.push(clean_line(word).into_owned(), style);
            }
        }
    }

    fn push(&mut self, text: String, style: Style) {
        self.words.push(Word { style, text, glued: self.glued, breaks: false });
        self.glued = true;
    }

    /// Leaves a line free before a block, but for the first and for the text of a list's item.
    fn begin_block(&mut self) {
        self.end_block();
        let is_items_text = self.margins.last().is_some_and(|margin| margin.first.is_some());
        if !self.lines.is_empty() && !is_items_text {
            let margin = self.margin();
            self.lines.push(margin);
        }
    }

    /// Writes the words that were gathered.
    fn end_block(&mut self) {
        self.glued = false;
        if self.words.is_empty() {
            return;
        }
        let room = self.room();
        let words = std::mem::take(&mut self.words);
        let mut line = String::new();
        let mut line_width = 0;
        for chunk in chunks(&words) {
            let chunk_width: usize = chunk.iter().map(|word| width(&word.text)).sum();
            if !line.is_empty() && line_width + 1 + chunk_width > room {
                self.write_line(&line);
                line.clear();
                line_width = 0;
            }
            if !line.is_empty() {
                line.push(' ');
                line_width += 1;
            }
            for word in chunk {
                line.push_str(&self.page.paint(word.style, &word.text));
            }
            line_width += chunk_width;
            if chunk.iter().any(|word| word.breaks) {
                self.write_line(&line);
                line.clear();
                line_width = 0;
            }
        }
        if !line.is_empty() {
            self.write_line(&line);
        }
    }

    fn write_line(&mut self, line: &str) {
        let margin = self.margin();
        self.lines.push(format!("{margin}{line}"));
    }

    /// Returns what stands left of the next line. A bullet stands there once.
    fn margin(&mut self) -> String {
        self.margins.iter_mut().map(|margin| margin.first.take().unwrap_or_else(|| margin.rest.clone())).collect()
    }

    fn room(&self) -> usize {
        let margins: usize = self.margins.iter().map(|margin| width(&margin.rest)).sum();
        self.page.width().saturating_sub(margins).max(20)
    }
}

/// Returns the runs of words that stand together without a space.
fn chunks(words: &[Word]) -> impl Iterator<Item = &[Word]> {
    words.chunk_by(|_, next| next.glued)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str, width: usize, colour: bool) -> String {
        let mut out = Vec::new();
        write_markdown(&mut out, markdown, 2, Page { width, colour }).expect("a Vec takes all");
        String::from_utf8(out).expect("UTF-8")
    }

    const NOTE: &str = "\
# Locks

A `Lock` does not ask *who* holds it: a thread that takes it **twice** waits
for itself, see [the docs](https://docs.python.org/3/).

```python
with lock:
    with lock:      # for ever, and this line is longer than the page is wide
        ...
```

- one thing
- another thing that goes on for more than a line, so that it has to be wrapped
  1. a nested
  2. list
- the last

> quoted, at some length, for more than a line
";

    #[test]
    fn blocks_are_laid_out() {
        insta::assert_snapshot!(shown(NOTE, 60, false), @"
        # Locks

        A `Lock` does not ask who holds it: a thread that takes it
        twice waits for itself, see the docs
        <https://docs.python.org/3/>.

            with lock:
                with lock:      # for ever, and this line is longer than the page is wide
                    ...

        - one thing
        - another thing that goes on for more than a line, so that
          it has to be wrapped
          1. a nested
          2. list
        - the last

        │ quoted, at some length, for more than a line
        ");
    }

    #[test]
    fn colour_takes_the_place_of_marks() {
        let text = shown("a `b`, **c**", 60, true);
        assert_eq!(text, "  a \\x1b[36mb\\x1b[0m, \\x1b[1mc\\x1b[0m\n".replace("\\x1b", "\x1b"));
    }

    #[test]
    fn nothing_but_code_passes_the_edge() {
        for width in [40, 50, 80] {
            let text = shown(NOTE, width, false);
            for line in text.lines().filter(|line| !line.contains("for ever")) {
                assert!(super::width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn decks_cannot_move_the_cursor() {
        let text = shown("a\x1b[2J `b\x07`\n\n```\nc\x1b]0;x\x07\n```\n[d](http://\x1b[31m)", 60, false);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
}
