//! Editing a longer text in the person's own editor.
//!
//! The text goes by a file in a folder of its own, which nobody else can read or foresee the name of, and which is gone
//! afterwards with all that the editor put beside it. The editor is started as it is named, by no shell. While it runs,
//! Ctrl-C is its own affair.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::process::ExitStatus;

use super::interrupt;

/// What is used where neither `VISUAL` nor `EDITOR` is set.
const USUAL_EDITOR: &str = "vi";

/// The number of the signal that Ctrl-C sends.
const SIGINT: i32 = 2;

/// The longest text that is read back. What is longer is no text that a person wrote.
const MAX_BYTES: u64 = 1 << 20;

/// Why a text could not be edited.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The name of the editor does not name a program.
    #[error("`{editor}` names no editor")]
    NoEditor {
        /// The name.
        editor: String,
    },
    /// The editor cannot be started, or there is no place for the text.
    #[error("cannot edit with `{editor}`: {error}")]
    Failed {
        /// The command.
        editor: String,
        /// What happened.
        error: io::Error,
    },
    /// The editor says that it failed, so what it left is not what the person wanted.
    #[error("`{editor}` failed ({status}), so the text is not kept")]
    Ended {
        /// The command.
        editor: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// There is something else in the place of the file, or it is no longer there.
    #[error("`{editor}` left no file in the place of the one that it was given, so nothing is changed")]
    NoFile {
        /// The command.
        editor: String,
    },
    /// What the editor left is no text, or a very long one.
    #[error("what `{editor}` wrote is not text of at most {MAX_BYTES} bytes")]
    NotText {
        /// The command.
        editor: String,
        /// What it is: the file itself has gone from its folder, and can still be read here.
        left: File,
    },
    /// Ctrl-C ended the editor.
    #[error("interrupted")]
    Interrupted,
}

/// Returns what the person made of `text` with `editor`, a command that takes a file. Line breaks at the end are lost.
pub fn edit(editor: Option<&OsStr>, text: &str) -> Result<String, EditError> {
    let editor = editor.unwrap_or(OsStr::new(USUAL_EDITOR));
    let name = editor.to_string_lossy().trim().to_owned();
    let (program, arguments) = command(editor).ok_or_else(|| EditError::NoEditor { editor: name.clone() })?;
    let failed = |error| EditError::Failed { editor: name.clone(), error };

    let folder = make_folder().map_err(failed)?;
    // The folder's name is what cannot be foreseen.
    let file = tempfile::Builder::new().prefix("note").rand_bytes(0).suffix(".md").tempfile_in(&folder);
    let mut file = file.map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    let file = file.into_temp_path();
    let guest = interrupt::hand_over();
    let status = run(&program, &arguments, &file).map_err(failed)?;
    if !status.success() {
        return Err(match guest.was_interrupted() || is_interruption(status) {
            true => EditError::Interrupted,
            false => EditError::Ended { editor: name, status },
        });
    }
    drop(guest);
    // Many editors write another file and put it in the place of the first, so it is opened anew.
    let mut left = open_left(&file).map_err(failed)?.ok_or_else(|| EditError::NoFile { editor: name.clone() })?;
    let mut bytes = Vec::new();
    (&left).take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    left.rewind().map_err(failed)?;
    folder.close().map_err(failed)?;
    let edited = String::from_utf8(bytes).ok().filter(|text| text.len() as u64 <= MAX_BYTES);
    edited.map(|text| text.trim_end_matches(['\n', '\r']).to_owned()).ok_or(EditError::NotText { editor: name, left })
}

/// Returns the program and the arguments that `editor` names, as in `code --wait`; words can be quoted, and nothing else
/// that a shell knows has a meaning.
fn command(editor: &OsStr) -> Option<(OsString, Vec<OsString>)> {
    // A program can have blanks in its name, and what is not UTF-8 has no words.
    let Some(text) = editor.to_str().filter(|_| !Path::new(editor).is_file()) else {
        return Some((editor.to_owned(), Vec::new()));
    };
    let mut words = shell_words::split(text).ok()?.into_iter().map(OsString::from);
    let program = words.next().filter(|program| !program.is_empty())?;
    Some((program, words.collect()))
}

#[expect(clippy::disallowed_methods, reason = "this is where the editor is started")]
fn run(program: &OsStr, arguments: &[OsString], file: &Path) -> io::Result<ExitStatus> {
    Command::new(program).args(arguments).arg(file).status()
}

/// Opens what an editor left, if it is a file. Who opens a pipe would wait for somebody to write to it, and a link could lead to any
/// file of the person's.
fn open_left(path: &Path) -> io::Result<Option<File>> {
    let opened = match open_without_waiting(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound || is_none(&error) => return Ok(None),
        opened => opened?,
    };
    Ok(opened.metadata()?.is_file().then_some(opened))
}

#[cfg(unix)]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    use rustix::fs::Mode;
    use rustix::fs::OFlags;

    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Returns whether this is what is said of a link or a socket.
#[cfg(unix)]
fn is_none(error: &io::Error) -> bool {
    use rustix::io::Errno;

    [Errno::LOOP, Errno::NXIO].iter().any(|none| error.raw_os_error() == Some(none.raw_os_error()))
}

#[cfg(not(unix))]
fn is_none(_: &io::Error) -> bool {
    false
}

/// Returns whether it was Ctrl-C that ended a program: the program may hear of it before we do.
fn is_interruption(status: ExitStatus) -> bool {
    status.code() == Some(interrupt::INTERRUPTED) || signal(status) == Some(SIGINT)
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;

    status.signal()
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// Makes a folder that nobody else can look into, so that what is in it need not be protected one by one.
fn make_folder() -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        builder.permissions(fs::Permissions::from_mode(0o700));
    }
    builder.prefix("raceday-").tempdir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(editor: &str, expected: Option<&[&str]>) {
        let named = command(OsStr::new(editor)).map(|(program, arguments)| [vec![program], arguments].concat());
        let expected = expected.map(|words| words.iter().map(OsString::from).collect());
        assert_eq!(named, expected, "{editor}");
    }

    #[test]
    fn an_editor_is_a_program_with_arguments_and_no_script() {
        check("vi", Some(&["vi"]));
        check("code --wait", Some(&["code", "--wait"]));
        check("  'my editor'  -x \"a b\" ", Some(&["my editor", "-x", "a b"]));
        check("vi; touch $(x) > y | z &", Some(&["vi;", "touch", "$(x)", ">", "y", "|", "z", "&"]));
        for none in ["#x", "  ", "", "''", "'unbalanced", "\"", "\n"] {
            check(none, None);
        }
    }

    #[test]
    fn a_program_with_a_blank_in_its_name_is_one_word() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("my 'editor");
        fs::write(&program, "").expect("a file");
        check(program.to_str().expect("UTF-8"), Some(&[program.to_str().expect("UTF-8")]));
    }
}
