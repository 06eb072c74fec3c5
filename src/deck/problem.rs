//! All that can be wrong with a deck, in words: what is wrong, and what to do.

use std::fmt;

use super::MAX_DECK_BYTES;
use super::MAX_DECKS;
use super::MAX_ENTRIES;
use super::MAX_FILE_BYTES;
use super::MAX_FILES;
use super::MAX_FOLDER_DEPTH;
use super::ParseIdError;
use super::source::is_meaningless;

/// How many decks are named to somebody who named none.
const MOST_DECKS: usize = 5;

/// What is wrong with a deck in one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Bytes that are no text.
    #[error("the file is not UTF-8: it breaks at byte {byte}")]
    NotUtf8 {
        /// The offset of the first wrong byte, from 0.
        byte: usize,
        /// Whether the file begins as UTF-16 does.
        utf16: bool,
    },
    /// A character that hides, moves the cursor, or changes the order in which text is shown.
    #[error("the {} character U+{:04X} is not allowed", kind_of_forbidden(*character), u32::from(*character))]
    ForbiddenCharacter {
        /// Which.
        character: char,
    },
    /// A file of more than [`MAX_FILE_BYTES`].
    #[error("the file has {bytes} bytes, and a file of a deck may have {MAX_FILE_BYTES}")]
    FileTooLarge {
        /// Its size.
        bytes: u64,
    },
    /// More than [`MAX_FILES`] files.
    #[error("the deck has more than {MAX_FILES} files")]
    TooManyFiles,
    /// More than [`MAX_ENTRIES`] files and folders, whatever they are.
    #[error("there are more than {MAX_ENTRIES} files and folders in the deck's folder")]
    TooManyEntries,
    /// A folder in so many others that [`MAX_FOLDER_DEPTH`] are passed.
    #[error("the folder is more than {MAX_FOLDER_DEPTH} folders deep in the deck")]
    FolderTooDeep,
    /// More than [`MAX_DECKS`] folders where decks lie.
    #[error("there are more than {MAX_DECKS} folders among the decks, so none of them is read")]
    TooManyDecks,
    /// Files of more than [`MAX_DECK_BYTES`] together.
    #[error("the files of the deck have more than {MAX_DECK_BYTES} bytes together")]
    DeckTooLarge,
    /// The system does not let the file or folder be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// A path that is no UTF-8, or that holds characters that a path inside a deck may not hold.
    #[error("the file's name has characters that a deck cannot name")]
    UnusablePath,
    /// Neither a file nor a folder, or a file where a folder should be or the other way round.
    #[error("not a {0}")]
    NotA(&'static str),
    /// A symbolic link to somewhere outside the deck's folder, or to nothing.
    #[error("the link leads out of the deck's folder")]
    LinkLeadsOutside,

    /// No YAML.
    #[error("not YAML: {0}")]
    Syntax(String),
    /// A tab where YAML wants spaces.
    #[error("a tab indents this line")]
    Tab,
    /// An anchor, or what looks like an alias.
    #[error("anchors and aliases (`&name`, `*name`) are not part of the format")]
    Anchor,
    /// More levels than a deck can need.
    #[error("lists and mappings are nested too deeply")]
    TooDeep,
    /// More nodes than a file may have.
    #[error("the file has too many values")]
    TooManyNodes,
    /// A second document.
    #[error("a second document begins here")]
    SecondDocument,
    /// No document.
    #[error("the file is empty")]
    EmptyFile,
    /// A key that stands twice in a mapping.
    #[error("the key `{key}` stands here twice")]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands first, from 1.
        first_line: usize,
    },
    /// A mapping's key that is no text.
    #[error("a key must be a word")]
    KeyIsNoText,

    /// A key that means nothing here.
    #[error("unknown key `{key}` in {what}")]
    UnknownKey {
        /// The key.
        key: String,
        /// What it stands in.
        what: &'static str,
        /// The key that was probably meant.
        meant: Option<&'static str>,
        /// The kind of question that has such a key.
        kind: Option<&'static str>,
        /// The keys that would mean something.
        known: Vec<&'static str>,
    },
    /// A key that has to be there.
    #[error("{what} needs the key{} {}", if keys.len() == 1 { "" } else { "s" }, listed(keys, "and"))]
    MissingKeys {
        /// The keys.
        keys: Vec<&'static str>,
        /// What they are missing in.
        what: &'static str,
    },
    /// A list where a text should be, and so on.
    #[error("{subject} should be {wanted}, not {found}")]
    WrongShape {
        /// Of what the value is.
        subject: Subject,
        /// What should stand there.
        wanted: &'static str,
        /// What does.
        found: &'static str,
    },
    /// Nothing, or only white space.
    #[error("{0} is empty")]
    Empty(Subject),
    /// A line break where one line is shown.
    #[error("{0} should be one line")]
    SeveralLines(Subject),
    /// Not an id.
    #[error(transparent)]
    Id(ParseIdError),
    /// Not a word that the key knows.
    #[error("{subject} cannot be `{word}`")]
    UnknownWord {
        /// Of what the word is the value.
        subject: Subject,
        /// The word.
        word: String,
        /// The word that was probably meant.
        meant: Option<&'static str>,
        /// The words that the key knows.
        known: Vec<&'static str>,
    },
    /// Not an address on the web.
    #[error("`{0}` is not a web address")]
    NotAUrl(String),
    /// `true` where Python writes `True`.
    #[error("`{written}` is not what Python shows")]
    NotPython {
        /// What was written.
        written: String,
        /// What Python shows.
        python: &'static str,
    },
    /// A value that YAML cut at its comma.
    #[error("`{0}` has a bracket without its partner")]
    CutValue(String),
    /// Fewer entries than make sense.
    #[error("`{key}` has {found} of at least {least} entries")]
    TooFew {
        /// The key.
        key: &'static str,
        /// How many there are.
        found: usize,
        /// How many there have to be.
        least: usize,
    },
    /// An entry that a list has already.
    #[error("`{entry}` stands in `{key}` twice")]
    Repeated {
        /// The list's key.
        key: &'static str,
        /// The entry.
        entry: String,
        /// Where it stands first, from 1.
        first_line: usize,
    },

    /// No deck.yaml.
    #[error("the deck has no `deck.yaml`")]
    NoHead,
    /// A folder without a deck.yaml. What else lies there is not looked at: it is no deck's.
    #[error("the folder has no `deck.yaml`")]
    NoDeck {
        /// The folders in it that have one.
        decks: Vec<String>,
    },
    /// The id of a deck that is there already.
    #[error("there is a deck `{id}` already: {origin}")]
    DeckIdTaken {
        /// The id.
        id: String,
        /// Where the other deck is from.
        origin: String,
    },
    /// A later format.
    #[error("the deck is written in format {0}, and this raceday reads format 1")]
    NewerFormat(u64),
    /// Not a format.
    #[error("`{0}` is not a format")]
    UnknownFormat(String),
    /// A file that does not exist.
    #[error("there is no file `{path}` in the deck")]
    MissingFile {
        /// Its path as the deck has it.
        path: String,
        /// A file that was probably meant.
        meant: Option<String>,
    },
    /// A program with nothing in it.
    #[error("there is no program in `{0}`")]
    EmptyProgram(String),
    /// A path that is absolute or climbs out.
    #[error("`{0}` is not a path inside the deck")]
    PathOutside(String),
    /// A file of the wrong sort.
    #[error("`{path}` should be a `{wanted}` file")]
    WrongExtension {
        /// Its path.
        path: String,
        /// The extension that it should have.
        wanted: &'static str,
    },
    /// A YAML file that is no topic.
    #[error("the file is not among the deck's topics")]
    StrayTopic,
    /// A Python file that no scenario names.
    #[error("no scenario uses the file")]
    StrayScenario,
    /// No question at all.
    #[error("the deck has no questions")]
    NoQuestions,
    /// An id that two have.
    #[error("the {what} `{id}` is there twice")]
    DuplicateId {
        /// `concept` or `question`.
        what: &'static str,
        /// The id.
        id: String,
        /// Where the first is: file and line.
        first: String,
    },
    /// A concept that the deck does not have.
    #[error("there is no concept `{id}`")]
    UnknownConcept {
        /// What was written.
        id: String,
        /// The concept that was probably meant.
        meant: Option<String>,
    },
    /// Concepts that require each other.
    #[error("concepts require each other in a circle: {}", .0.join(" → "))]
    Cycle(
        /// Their ids; the last is the first again.
        Vec<String>,
    ),
    /// A former id that a question of the deck has now.
    #[error("`{id}` cannot be a former id: a question has it now")]
    FormerIdLives {
        /// The id.
        id: String,
        /// Where that question is: file and line.
        place: String,
    },
    /// A former id that two questions claim.
    #[error("`{id}` cannot be a former id of two questions")]
    FormerIdClaimedTwice {
        /// The id.
        id: String,
        /// Where it is claimed first: file and line.
        first: String,
    },

    /// No option is correct.
    #[error("no option is correct")]
    NoCorrectOption,
    /// Every option is correct.
    #[error("every option is correct")]
    NoWrongOption,
    /// A cloze that hides nothing.
    #[error("the text has no gap")]
    NoGap,
    /// `{{` without `}}`.
    #[error("a gap is opened and not closed")]
    OpenGap,
    /// A gap, or one of its alternatives, with nothing in it.
    #[error("a gap is empty")]
    EmptyGap,
    /// An alternative that its gap has already.
    #[error("a gap accepts `{0}` twice")]
    RepeatedAlternative(String),
    /// An alternative that is a key while a question is asked, so that nobody could type it as an answer.
    #[error("a gap accepts `{0}`, which is a key while a question is asked")]
    GapIsKey(String),
    /// None or several of keys of which one must be there.
    #[error("{what} needs {one}, and has {}", if *both { "both" } else { "neither" })]
    OneOf {
        /// What it is about.
        what: &'static str,
        /// The keys, as a sentence has them.
        one: &'static str,
        /// Whether all are there rather than none.
        both: bool,
    },
}

impl Problem {
    /// Returns what to do about it.
    pub fn hint(&self) -> String {
        let own = |text: &str| text.to_owned();
        match self {
            Problem::NotUtf8 { utf16: true, .. } => own("the file looks like UTF-16; save it as UTF-8"),
            Problem::NotUtf8 { utf16: false, .. } => own("save the file as UTF-8"),
            Problem::ForbiddenCharacter { .. } => {
                own("remove it: it does not show, or it changes how the text around it shows")
            }
            Problem::FileTooLarge { .. } => own("split the file into several topics"),
            Problem::TooManyFiles => own("split the deck, or move what is not part of it elsewhere"),
            Problem::TooManyEntries | Problem::FolderTooDeep => own("move what is not part of the deck elsewhere"),
            Problem::TooManyDecks => {
                own("move what is no deck elsewhere; a deck can be used from any folder once it is moved there")
            }
            Problem::DeckTooLarge => own("split the deck"),
            Problem::Unreadable(_) => own("check that the file is there and that you may read it"),
            Problem::UnusablePath => own("rename it with letters, digits, `-`, `_` and `.`"),
            Problem::NotA("folder") => own("a deck is a folder with a `deck.yaml` in it: name the folder"),
            Problem::NotA(_) => own("put a plain file in its place"),
            Problem::LinkLeadsOutside => own("copy the file into the deck"),

            Problem::Syntax(message) => own(syntax_hint(message)),
            Problem::Tab => own("indent with spaces"),
            Problem::Anchor => {
                own("put a text that begins with `&` or `*` in quotes; to use a program twice, put it in a file")
            }
            Problem::TooDeep => own("put a text that begins with `[`, `{` or `- ` in quotes"),
            Problem::TooManyNodes => own("split the file into several topics"),
            Problem::SecondDocument => own("remove the `---`, or move what follows to a file of its own"),
            Problem::EmptyFile => own("write the file, or remove it"),
            Problem::DuplicateKey { first_line, .. } => {
                format!("it stands in line {first_line} already; keep one of the two")
            }
            Problem::KeyIsNoText => own("put a text that begins with `[`, `{` or `{{` in quotes"),

            Problem::UnknownKey { meant: Some(meant), .. } => format!("did you mean `{meant}`?"),
            Problem::UnknownKey { kind: Some(kind), .. } => format!("questions of the kind `{kind}` have such a key"),
            Problem::UnknownKey { known, .. } if known.len() == 1 => format!("the only key here is `{}`", known[0]),
            Problem::UnknownKey { known, .. } => format!("the keys here are {}", listed(known, "and")),
            Problem::MissingKeys { keys, .. } if keys.len() == 1 => format!("add a line `{}: …`", keys[0]),
            Problem::MissingKeys { .. } => own("add a line for each, `key: …`"),
            Problem::WrongShape { wanted: "a list", .. } => {
                own("write it in brackets, `[ … ]`, or one entry a line, each after `- `")
            }
            Problem::WrongShape { wanted: "a value", .. } => {
                own("put a value that begins with a bracket in quotes: `\"[1, 2]\"`")
            }
            Problem::WrongShape { wanted: "a text", .. } => {
                own("put a text in quotes if it holds `: ` or begins with one of [ ] { } & * ! | > % @ `")
            }
            Problem::WrongShape { wanted: "`true` or `false`", .. } => own("write `true` or `false`, without quotes"),
            Problem::WrongShape { .. } => own("write `key: value`, one a line and further in than the line above"),
            Problem::Empty(_) => own("write something, or remove the key if it is optional"),
            Problem::SeveralLines(_) => own("shorten it to one line"),
            Problem::Id(ParseIdError::Form(_)) => own("write it like `withdraw-final-balance`"),
            Problem::Id(ParseIdError::Length(_)) => own("choose a shorter one"),
            Problem::UnknownWord { meant: Some(meant), .. } => format!("did you mean `{meant}`?"),
            Problem::UnknownWord { known, .. } => format!("it can be {}", listed(known, "or")),
            Problem::NotAUrl(_) => own("write it whole, beginning with `https://`"),
            Problem::NotPython { written, python } => {
                format!("write `{python}`; if the text itself is meant, put it in quotes: `\"{written}\"`")
            }
            Problem::CutValue(_) => own("put a value that holds a comma in quotes: `\"(1, 2)\"`"),
            Problem::TooFew { .. } => own("add what is missing"),
            Problem::Repeated { first_line, .. } => {
                format!("it stands in line {first_line} already; remove or change one of the two")
            }

            Problem::NoDeck { decks } if !decks.is_empty() => {
                let named: Vec<String> = decks.iter().take(MOST_DECKS).map(|deck| format!("`{deck}`")).collect();
                let more = if decks.len() > MOST_DECKS { ", …" } else { "" };
                format!("a deck is a folder with a `deck.yaml`; did you mean {}{more}?", named.join(" or "))
            }
            Problem::NoHead | Problem::NoDeck { .. } => {
                own("a deck is a folder with a `deck.yaml`, which holds `format: 1`, `id`, `title` and `topics`")
            }
            Problem::DeckIdTaken { .. } => own("choose another `id` in deck.yaml; history hangs on it, so do so early"),
            Problem::NewerFormat(_) => own("update raceday"),
            Problem::UnknownFormat(_) => own("write `format: 1`"),
            Problem::MissingFile { meant: Some(meant), .. } => format!("did you mean `{meant}`?"),
            Problem::MissingFile { .. } => {
                own("create the file, or correct its path; paths start at the deck's folder")
            }
            Problem::EmptyProgram(_) => own("write the program, or remove the question"),
            Problem::PathOutside(_) => {
                own("move the file into the deck's folder and write its path from there, with `/` between folders")
            }
            Problem::WrongExtension { wanted, .. } => format!("rename the file so that it ends in `{wanted}`"),
            Problem::StrayTopic => own("add it to `topics` in deck.yaml, or move it out of the deck"),
            Problem::StrayScenario => own("use it in a question (`scenario: {file: …}`), or move it out of the deck"),
            Problem::NoQuestions => own("add `questions` to a topic"),
            Problem::DuplicateId { what, first, .. } => {
                format!("the first {what} is at {first}; rename one of the two")
            }
            Problem::UnknownConcept { meant: Some(meant), .. } => format!("did you mean `{meant}`?"),
            Problem::UnknownConcept { .. } => own("add it to `concepts` in one of the topics, or correct the id"),
            Problem::Cycle(_) => own("remove one of these ids from a `requires`"),
            Problem::FormerIdLives { place, .. } => {
                format!("that question is at {place}; remove the former id or rename that question")
            }
            Problem::FormerIdClaimedTwice { first, .. } => {
                format!("it is claimed at {first} already; history can go to one question only")
            }

            Problem::NoCorrectOption => own("add `correct: true` to each option that should be picked"),
            Problem::NoWrongOption => own("add an option without `correct: true`"),
            Problem::NoGap => own("put what is hidden in double braces: `a {{lock}} lets one thread in`"),
            Problem::OpenGap => own("close it with `}}`; braces that are part of the text are written `\\{{`"),
            Problem::EmptyGap => own("write what is hidden between the braces, with `|` between alternatives"),
            Problem::RepeatedAlternative(_) => own("capitals and spaces do not matter; remove one of the two"),
            Problem::GapIsKey(_) => own("hide more than this letter, as in `{{t.join()}}`"),
            Problem::OneOf { both: true, .. } => own("remove one of the two"),
            Problem::OneOf { both: false, .. } => own("add one of the two"),
        }
    }
}

fn kind_of_forbidden(character: char) -> &'static str {
    match character {
        _ if character.is_control() => "control",
        _ if is_meaningless(character) => "undefined",
        _ => "invisible",
    }
}

/// Returns what usually stands behind a message of the YAML parser.
fn syntax_hint(message: &str) -> &'static str {
    if message.contains("mapping values are not allowed") {
        "put a text that holds `: ` in quotes, and check that the line is not further in than it should be"
    } else if message.contains("unexpected character") || message.contains("block scalar") {
        "put a text that begins with one of | > % @ ` in quotes"
    } else if message.contains("quote") {
        "close the quotes; in double quotes a quote is written \\\" and a backslash \\\\, in single quotes a quote ''"
    } else if message.contains("bracket") {
        "close what is open, and put a text that begins with `[` or `{` in quotes"
    } else if message.contains("tag") {
        "put a text that begins with `!` in quotes"
    } else {
        "check that the line is as far in as its neighbours; put a text that begins with `{`, `[` or a quote in quotes"
    }
}

/// Returns names as a sentence lists them.
fn listed(names: &[&str], conjunction: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [start @ .., last] => format!("{} {conjunction} {last}", start.join(", ")),
    }
}

/// What a value is the value of: a key, or an entry of a key's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The value of a key.
    Key(&'static str),
    /// An entry of a key's list.
    EntryOf(&'static str),
    /// A mapping of a certain sort: "a question".
    Record(&'static str),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Key(key) => write!(f, "`{key}`"),
            Subject::EntryOf(key) => write!(f, "an entry of `{key}`"),
            Subject::Record(what) => f.write_str(what),
        }
    }
}
