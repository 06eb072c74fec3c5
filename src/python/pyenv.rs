//! Where a shim of pyenv leads, in the simple case that nearly everybody has, without running it.
//!
//! A shim is a shell script that takes ten times as long as the Python behind it. Which Python that is hangs on variables and
//! on files named `.python-version`, so it cannot be remembered; but it can be looked up as pyenv does. Wherever that
//! is not simple (several versions, `system`, the beginning of a version, another script than pyenv's own, hooks that may
//! change the answer), there is no answer here, and the shim has to be asked.

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

/// A longer file is no shim, and no choice of a version.
const LONGEST: u64 = 4096;

/// Folders of hooks that are the machine's, besides pyenv's own.
const HOOKS: [&str; 4] = ["/usr/etc/pyenv.d", "/usr/local/etc/pyenv.d", "/etc/pyenv.d", "/usr/lib/pyenv/hooks"];

/// The variables that a shim of pyenv goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PyenvVariables {
    version: Option<OsString>,
    /// The folder that the shell says it is in, links not followed.
    folder: Option<PathBuf>,
    /// Whether something is set that may change what the scripts do.
    unusual: bool,
}

impl PyenvVariables {
    /// Reads the variables by `get`.
    pub fn read(get: impl Fn(&str) -> Option<OsString>) -> PyenvVariables {
        let unusual = ["PYENV_DIR", "PYENV_HOOK_PATH", "BASH_ENV"];
        PyenvVariables {
            version: get("PYENV_VERSION"),
            folder: get("PWD").map(PathBuf::from),
            unusual: unusual.iter().any(|name| get(name).is_some()),
        }
    }

    /// Returns the program that `shim` runs, if it is a shim of pyenv and the case is simple.
    pub(super) fn behind(&self, shim: &Path) -> Option<PathBuf> {
        if self.unusual {
            return None;
        }
        let root = root_of(&read(shim)?)?;
        let version = match &self.version {
            Some(version) => simple(version.to_str()?)?.to_owned(),
            None => chosen(&self.version_file(&root)?)?,
        };
        let program = root.join("versions").join(version).join("bin").join(shim.file_name()?);
        (is_executable(&program) && !has_hooks(&root)).then_some(program)
    }

    /// Returns the file that chooses a version here.
    fn version_file(&self, root: &Path) -> Option<PathBuf> {
        let here = std::env::current_dir().ok()?;
        // The shell's way up may be another than ours if links led here.
        if let Some(folder) = &self.folder
            && *folder != here
            && fs::canonicalize(folder).is_ok_and(|folder| folder == here)
        {
            return None;
        }
        Some(nearest(&here).unwrap_or_else(|| root.join("version")))
    }
}

/// Returns the file that chooses a version in `folder`, or in the nearest folder above that has one.
fn nearest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(".python-version")).find(|file| file.is_file())
}

/// Returns the root that a shim names, if the shim is word for word what pyenv writes.
fn root_of(shim: &str) -> Option<PathBuf> {
    let root = shim.split_once("export PYENV_ROOT=\"")?.1.split_once('"')?.0;
    let pyenv = shim.split_once("\nexec \"")?.1.split_once('"')?.0;
    let plain = |path: &str| path.starts_with('/') && !path.contains(['$', '`', '\\', '\n']);
    let expected = format!(
        "#!/usr/bin/env bash\n\
         set -e\n\
         [ -n \"$PYENV_DEBUG\" ] && set -x\n\
         \n\
         program=\"${{0##*/}}\"\n\
         \n\
         export PYENV_ROOT=\"{root}\"\n\
         SHIM_PATH=${{0%/*}}\n\
         if [[ $SHIM_PATH != \"{root}/shims\" ]]; then\n  \
           export _PYENV_SHIM_PATH=\"$SHIM_PATH\"\n\
         fi\n\
         exec \"{pyenv}\" exec \"$program\" \"$@\"\n"
    );
    (shim == expected && plain(root) && plain(pyenv) && pyenv.ends_with("/pyenv")).then(|| PathBuf::from(root))
}

/// Returns the version that a file chooses, if it is just one.
fn chosen(file: &Path) -> Option<String> {
    let text = read(file)?;
    let lines = text.lines().filter_map(|line| line.split_ascii_whitespace().next());
    let mut versions = lines.filter(|word| !word.starts_with('#'));
    let version = simple(versions.next()?)?;
    versions.next().is_none().then(|| version.to_owned())
}

/// Returns `version` if it can be nothing but the name of a folder.
fn simple(version: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    (version != "system" && !version.starts_with(['.', '-']) && !version.is_empty() && version.bytes().all(plain))
        .then_some(version)
}

/// Whether hooks are there that may choose another program. Those that come with pyenv care for `pip` and `conda` alone.
fn has_hooks(root: &Path) -> bool {
    let plugins = fs::read_dir(root.join("plugins")).into_iter().flatten().flatten();
    let foreign = plugins.filter(|plugin| plugin.file_name() != "pyenv-virtualenv");
    let of_plugins = foreign
        .map(|plugin| plugin.path().join("etc/pyenv.d"))
        .any(|hooks| ["exec", "version-name", "which"].iter().any(|hook| hooks.join(hook).exists()));
    let own = root.join("pyenv.d");
    of_plugins
        || own.join("version-name").exists()
        || own.join("which").exists()
        || HOOKS.iter().any(|folder| Path::new(folder).exists())
}

fn read(file: &Path) -> Option<String> {
    let mut text = String::new();
    fs::File::open(file).ok()?.take(LONGEST + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= LONGEST).then_some(text)
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// There are no shell scripts to lead anywhere.
#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A root of pyenv with two versions and a shim.
    struct Pyenv {
        root: tempfile::TempDir,
    }

    impl Pyenv {
        fn new() -> Pyenv {
            let pyenv = Pyenv { root: tempfile::tempdir().expect("a folder") };
            let root = pyenv.path("").display().to_string();
            let root = root.trim_end_matches('/');
            pyenv.write("version", "3.11.7\n");
            pyenv.write("versions/3.11.7/bin/python3", "");
            pyenv.write("versions/3.13.0/bin/python3", "");
            pyenv.write("plugins/pyenv-virtualenv/etc/pyenv.d/which/conda.bash", "");
            pyenv.write(
                "shims/python3",
                &format!(
                    r#"#!/usr/bin/env bash
set -e
[ -n "$PYENV_DEBUG" ] && set -x

program="${{0##*/}}"

export PYENV_ROOT="{root}"
SHIM_PATH=${{0%/*}}
if [[ $SHIM_PATH != "{root}/shims" ]]; then
  export _PYENV_SHIM_PATH="$SHIM_PATH"
fi
exec "{root}/libexec/pyenv" exec "$program" "$@"
"#
                ),
            );
            pyenv
        }

        fn path(&self, path: &str) -> PathBuf {
            self.root.path().join(path)
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.path(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
        }

        /// Returns which version the shim is for, in a shell with these variables.
        fn behind(&self, variables: &[(&str, &str)]) -> Option<String> {
            let get = |name: &str| variables.iter().find(|(each, _)| *each == name).map(|(_, value)| value.into());
            let program = PyenvVariables::read(get).behind(&self.path("shims/python3"))?;
            let folder = program.strip_prefix(self.path("versions")).expect("below the versions");
            Some(folder.to_str()?.strip_suffix("/bin/python3")?.to_owned())
        }
    }

    #[test]
    fn a_version_is_chosen_by_the_variable_or_for_everywhere() {
        let pyenv = Pyenv::new();
        assert_eq!(pyenv.behind(&[]).as_deref(), Some("3.11.7"));
        assert_eq!(pyenv.behind(&[("PYENV_VERSION", "3.13.0")]).as_deref(), Some("3.13.0"));
        pyenv.write("version", "# ours\n\n 3.13.0 and more words\r\n");
        assert_eq!(pyenv.behind(&[]).as_deref(), Some("3.13.0"));
    }

    #[test]
    fn the_nearest_file_above_chooses_before_that() {
        let pyenv = Pyenv::new();
        let variables = PyenvVariables::default();
        let here = std::env::current_dir().expect("a folder");
        // Where tests run nothing chooses a version, nor above.
        assert_eq!(variables.version_file(&pyenv.path("")), Some(pyenv.path("version")));
        let there = PyenvVariables { folder: Some(here), ..PyenvVariables::default() };
        assert_eq!(there.version_file(&pyenv.path("")), Some(pyenv.path("version")));
        assert_eq!(nearest(&pyenv.path("versions/3.11.7/bin")), None);
        pyenv.write(".python-version", "3.13.0");
        assert_eq!(nearest(&pyenv.path("versions/3.11.7/bin")), Some(pyenv.path(".python-version")));
        pyenv.write("versions/3.11.7/.python-version", "3.11.7");
        assert_eq!(nearest(&pyenv.path("versions/3.11.7/bin")), Some(pyenv.path("versions/3.11.7/.python-version")));
    }

    #[test]
    fn what_is_not_simple_is_not_answered() {
        let pyenv = Pyenv::new();
        for version in ["system", "3.11", "3.11.7:3.13.0", "../../etc", "..", "", "-", "nowhere"] {
            assert_eq!(pyenv.behind(&[("PYENV_VERSION", version)]), None, "{version:?}");
        }
        for (name, value) in [("PYENV_DIR", "/"), ("PYENV_HOOK_PATH", "/hooks"), ("BASH_ENV", "/root/.env")] {
            assert_eq!(pyenv.behind(&[(name, value)]), None, "{name}");
        }
        for text in ["", "#\n", "3.11.7\n3.13.0\n", "system", &"x".repeat(5000)] {
            pyenv.write("version", text);
            assert_eq!(pyenv.behind(&[]), None, "{text:?}");
        }
    }

    #[test]
    fn a_folder_that_links_led_to_is_not_answered() {
        let pyenv = Pyenv::new();
        let link = pyenv.path("link");
        std::os::unix::fs::symlink(std::env::current_dir().expect("a folder"), &link).expect("linked");
        assert_eq!(pyenv.behind(&[("PWD", link.to_str().expect("text"))]), None);
        // A shell does not believe this one either.
        assert_eq!(pyenv.behind(&[("PWD", "/proc")]).as_deref(), Some("3.11.7"));
    }

    #[test]
    fn hooks_and_other_scripts_are_not_answered() {
        for (path, text) in [
            ("pyenv.d/which/own.bash", ""),
            ("plugins/implicit/etc/pyenv.d/version-name/it.bash", ""),
            ("shims/python3", "#!/usr/bin/env bash\nexec pyenv exec python3"),
            ("shims/python3", ""),
        ] {
            let pyenv = Pyenv::new();
            pyenv.write(path, text);
            assert_eq!(pyenv.behind(&[]), None, "{path}");
        }
        let pyenv = Pyenv::new();
        let shim = fs::read_to_string(pyenv.path("shims/python3")).expect("a shim");
        pyenv.write("shims/python3", &shim.replace("set -e", "set -e; PYENV_VERSION=3.13.0"));
        assert_eq!(pyenv.behind(&[]), None);
    }

    #[test]
    fn what_cannot_be_run_is_not_what_a_shim_runs() {
        let pyenv = Pyenv::new();
        let program = pyenv.path("versions/3.11.7/bin/python3");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o644)).expect("set");
        assert_eq!(pyenv.behind(&[]), None);
        fs::remove_file(&program).expect("removed");
        assert_eq!(pyenv.behind(&[]), None);
    }
}
