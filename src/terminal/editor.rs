//! Editing a longer text in the person's own editor.

use std::ffi::OsStr;

use dialoguer::Editor;

/// What is used where neither `VISUAL` nor `EDITOR` is set.
const USUAL_EDITOR: &str = "vi";

/// Why a text could not be edited.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The editor cannot be started, or what it wrote cannot be read.
    #[error("cannot edit with `{editor}`: {error}")]
    Failed {
        /// The command.
        editor: String,
        /// What happened.
        error: dialoguer::Error,
    },
}

/// Returns what the person made of `text` with `editor`, a command that takes a file. Line breaks at the end are lost.
pub fn edit(editor: Option<&OsStr>, text: &str) -> Result<String, EditError> {
    let name = editor.unwrap_or(OsStr::new(USUAL_EDITOR)).to_string_lossy().trim().to_owned();
    let name = if name.is_empty() { USUAL_EDITOR.to_owned() } else { name };
    let edited = Editor::new().executable(&name).extension(".md").require_save(false).edit(text);
    match edited {
        Ok(edited) => Ok(edited.unwrap_or_else(|| text.to_owned())),
        Err(error) => Err(EditError::Failed { editor: name, error }),
    }
}
