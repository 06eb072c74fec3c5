//! A deck while it is being read: its files, and what was found wrong with them so far.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::MAX_FILE_BYTES;
use super::Place;
use super::fault::Fault;
use super::fault::Faults;
use super::fault::Mark;
use super::problem::Problem;
use super::source::Source;

/// A part of one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    /// Which, by its position in [`Reading::sources`].
    pub(super) file: usize,
    /// The offset of the first byte.
    pub(super) start: usize,
    /// The offset behind the last byte.
    pub(super) end: usize,
}

/// A value, and where it was written.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

/// The files of a deck and the faults found in them.
pub(super) struct Reading {
    sources: Vec<Source>,
    /// Whether each source is text. What is not has been told and is not looked into.
    decoded: Vec<bool>,
    by_path: BTreeMap<String, usize>,
    /// Files that are there and cannot be had; told already.
    refused: BTreeSet<String>,
    /// The sources that something in the deck uses.
    used: BTreeSet<usize>,
    /// Ordered by file, faults about a whole file first, then from top to bottom.
    found: BTreeMap<(usize, Option<usize>, usize), Fault>,
    count: usize,
}

impl Reading {
    /// The name of a deck's head.
    pub(super) const HEAD: &str = "deck.yaml";

    /// Decodes `files`. `refused` are files that could not be had, and why.
    pub(super) fn new(files: &BTreeMap<String, Vec<u8>>, refused: &BTreeMap<String, Problem>) -> Reading {
        let mut reading = Reading {
            sources: Vec::new(),
            decoded: Vec::new(),
            by_path: BTreeMap::new(),
            refused: refused.keys().cloned().collect(),
            used: BTreeSet::new(),
            found: BTreeMap::new(),
            count: 0,
        };
        // The head comes first, so that its faults are told first.
        let mut paths: Vec<&String> = files.keys().collect();
        paths.sort_by_key(|&path| (Reverse(path == Reading::HEAD), path));
        for path in paths {
            let bytes = files[path].len();
            if bytes > MAX_FILE_BYTES {
                reading.refused.insert(path.clone());
                reading.fault_of_file(path, Problem::FileTooLarge { bytes: bytes as u64 });
                continue;
            }
            let file = reading.sources.len();
            let mut faults = Vec::new();
            let (source, decoded) = Source::decode(path, &files[path], |start, end, problem| {
                // A file may consist of nothing but forbidden characters.
                if faults.len() < Faults::MAX {
                    faults.push((Span { file, start, end }, problem));
                }
            });
            reading.sources.push(source);
            reading.decoded.push(decoded);
            reading.by_path.insert(path.clone(), file);
            for (span, problem) in faults {
                reading.fault(span, problem);
            }
        }
        for (path, problem) in refused {
            reading.fault_of_file(path, problem.clone());
        }
        reading
    }

    /// Notes that something is wrong in a place.
    pub(super) fn fault(&mut self, span: Span, problem: Problem) {
        let source = &self.sources[span.file];
        let mark = (!self.is_full()).then(|| Mark::new(source, span.start, span.end));
        self.note((span.file, Some(span.start)), Fault { file: source.path.clone(), mark, problem });
    }

    /// Notes that something is wrong with a file as a whole.
    pub(super) fn fault_of_file(&mut self, path: &str, problem: Problem) {
        let last = if path == Reading::HEAD { 0 } else { self.sources.len() };
        let file = self.by_path.get(path).copied().unwrap_or(last);
        self.note((file, None), Fault { file: path.to_owned(), mark: None, problem });
    }

    /// Returns whether further faults are only counted.
    pub(super) fn is_full(&self) -> bool {
        self.count >= Faults::MAX
    }

    fn note(&mut self, (file, start): (usize, Option<usize>), fault: Fault) {
        if !self.is_full() {
            self.found.insert((file, start, self.count), fault);
        }
        self.count += 1;
    }

    /// Returns everything that was found wrong, if anything was.
    pub(super) fn into_faults(self) -> Option<Faults> {
        let omitted = self.count - self.found.len();
        (self.count > 0).then(|| Faults::new(self.found.into_values().collect(), omitted))
    }

    /// Returns the file at a path, which counts as used from now on. `None` for one that does not exist or that is
    /// not text; [`Reading::knows`] tells them apart.
    pub(super) fn take(&mut self, path: &str) -> Option<usize> {
        let file = *self.by_path.get(path)?;
        self.used.insert(file);
        self.decoded[file].then_some(file)
    }

    /// Returns whether there is a file at a path, readable or not.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.by_path.contains_key(path) || self.refused.contains(path)
    }

    /// Returns the paths of all files that can be had.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.by_path.keys().map(String::as_str)
    }

    /// Returns the paths of all files that nothing uses.
    pub(super) fn unused(&self) -> Vec<String> {
        let unused = self.by_path.iter().filter(|(_, file)| !self.used.contains(file));
        unused.map(|(path, _)| path.clone()).collect()
    }

    /// Returns a file.
    pub(super) fn source(&self, file: usize) -> &Source {
        &self.sources[file]
    }

    /// Returns where a span begins, for people and for the deck.
    pub(super) fn place(&self, span: Span) -> Place {
        let source = &self.sources[span.file];
        Place { file: source.path.clone(), line: self.line(span), column: source.column_of(span.start) + 1 }
    }

    /// Returns the line, from 1, that a span begins in.
    pub(super) fn line(&self, span: Span) -> usize {
        self.sources[span.file].line_of(span.start) + 1
    }

    /// Returns the file and line that a span begins in, as a message has them.
    pub(super) fn file_and_line(&self, span: Span) -> String {
        format!("{}:{}", self.sources[span.file].path, self.line(span))
    }
}
