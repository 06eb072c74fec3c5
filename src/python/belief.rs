//! Whether what is remembered of an interpreter could be what it said.
//!
//! What an interpreter said of itself decides what programs may read, and it is kept in a file. Whoever can write to that file had
//! better not be able to have anything else read by a program that he could not have read himself, or that he would have to talk the
//! learner into reading. So of what is remembered only such paths are believed as an interpreter in this place has: its standard
//! library, where Pythons have theirs, and shared objects. Of an interpreter that has other ones nothing is believed, and it is asked
//! each time.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::elf;
use super::interpreter::Version;

/// How many paths of a kind are believed. An interpreter has three, some fifteen shared objects, and about as many links.
const MOST_PATHS: usize = 256;

/// How `pyvenv.cfg` says whose environment it makes.
const HOME: &str = "home";

/// Returns whether an interpreter of this version at `executable` could say that it reads these.
pub(super) fn could_say(
    executable: &Path,
    version: Version,
    modules: &[PathBuf],
    libraries: &[PathBuf],
    links: &[PathBuf],
) -> bool {
    // Elsewhere nothing follows from it.
    if !cfg!(target_os = "linux") {
        return true;
    }
    let places = places_of_modules(executable, version);
    // Whoever installed the executable may as well have installed what it reads.
    let owner = owner(executable);
    [modules, libraries, links].iter().all(|paths| paths.len() <= MOST_PATHS)
        && modules.iter().all(|path| places.contains(path) && is_real(path))
        && libraries.iter().all(|path| {
            let is_named_so = path.file_name().is_some_and(|name| name.to_string_lossy().contains(".so"));
            let is_trusted = |owned| owned == Some(0) || owned == owner;
            is_named_so
                && is_real(path)
                && path.is_file()
                && is_trusted(self::owner(path))
                && elf::is_shared_object(path)
        })
        && links.iter().all(|link| fs::canonicalize(link).is_ok_and(|real| libraries.contains(&real)))
}

/// Returns where the standard library of an interpreter can be.
fn places_of_modules(executable: &Path, version: Version) -> Vec<PathBuf> {
    let Version { major, minor, .. } = version;
    let mut places = Vec::new();
    for prefix in prefixes(executable) {
        for folder in ["lib", "lib64"].map(|name| prefix.join(name)) {
            // Those without a global lock have a folder of their own.
            for threads in ["", "t"] {
                let modules = folder.join(format!("python{major}.{minor}{threads}"));
                places.push(modules.join("lib-dynload"));
                places.push(modules);
                places.push(folder.join(format!("python{major}{minor}{threads}.zip")));
            }
        }
    }
    places
}

/// Returns where an interpreter is installed: around the folder that it is in, or around the one that a virtual environment names.
fn prefixes(executable: &Path) -> Vec<PathBuf> {
    let around = |folder: &Path| folder.parent().map(Path::to_owned);
    let beside = executable.ancestors().skip(1).take(2).map(|folder| folder.join("pyvenv.cfg"));
    let homes = beside.filter_map(|file| home(&fs::read_to_string(file).ok()?));
    let own = executable.parent().and_then(around);
    own.into_iter().chain(homes.filter_map(|home| around(&home))).collect()
}

fn home(configuration: &str) -> Option<PathBuf> {
    let pairs = configuration.lines().filter_map(|line| line.split_once('='));
    let mut homes = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(HOME)).map(|(_, home)| home.trim());
    homes.next().map(PathBuf::from).filter(|home| home.is_absolute())
}

/// Whether no link leads to what is at `path`, and nothing else is at play.
fn is_real(path: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|real| real == path)
}

#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata))
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: Version = Version { major: 3, minor: 11, patch: 7 };

    #[test]
    fn an_environment_says_whose_it_is() {
        for (text, expected) in [
            ("home = /opt/python/bin\ninclude-system-site-packages = false\n", Some("/opt/python/bin")),
            ("version=3\nHOME=/x\nhome=/y", Some("/x")),
            ("home = relative", None),
            ("home", None),
            ("", None),
        ] {
            assert_eq!(home(text), expected.map(PathBuf::from), "{text:?}");
        }
    }

    #[test]
    fn modules_are_where_pythons_have_them() {
        let places = places_of_modules(Path::new("/opt/python/bin/python3.11"), VERSION);
        for place in ["lib/python3.11", "lib64/python3.11/lib-dynload", "lib/python311.zip", "lib/python3.11t"] {
            assert!(places.contains(&Path::new("/opt/python").join(place)), "{place}");
        }
        for place in ["lib", "lib/python3.11/site-packages", "lib/python3.12", "bin", ""] {
            assert!(!places.contains(&Path::new("/opt/python").join(place)), "{place}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_is_believed_but_what_an_interpreter_has() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a folder");
        let at = |name: &str| root.join(name);
        for name in ["bin", "lib/python3.11", "lib/python3.11/site-packages"] {
            fs::create_dir_all(at(name)).expect("made");
        }
        let own = std::env::current_exe().expect("a test has an executable");
        let loader = fs::canonicalize(elf::loader(&own).expect("it is linked dynamically")).expect("it is there");
        for name in ["bin/python3.11", "lib/libx.so.1", "lib/object"] {
            fs::copy(&loader, at(name)).expect("copied");
        }
        fs::write(at("lib/secret.so"), "secret").expect("written");
        symlink(at("lib/libx.so.1"), at("lib/libx.so")).expect("linked");
        symlink("/etc", at("lib64")).expect("linked");
        let check = |modules: &[&str], libraries: &[&str], links: &[&str]| {
            let [modules, libraries, links] =
                [modules, libraries, links].map(|paths| paths.iter().map(|path| at(path)).collect::<Vec<_>>());
            could_say(&at("bin/python3.11"), VERSION, &modules, &libraries, &links)
        };
        assert!(check(&["lib/python3.11"], &["lib/libx.so.1"], &["lib/libx.so"]));
        for module in [
            "/etc/shadow",
            "/root",
            "/",
            "lib",
            "lib/python3.11/site-packages",
            "lib/python3.11/../../bin",
            "lib64/python3.11",
        ] {
            assert!(!check(&["lib/python3.11", module], &[], &[]), "{module}");
        }
        for library in ["/etc/shadow", "lib/secret.so", "lib/object", "lib/libx.so", "lib", "lib/none.so"] {
            assert!(!check(&[], &[library], &[]), "{library}");
        }
        for link in ["/etc/passwd", "lib/none", "/etc/mtab"] {
            assert!(!check(&[], &["lib/libx.so.1"], &[link]), "{link}");
        }
        assert!(!check(&["lib/python3.11"; MOST_PATHS + 1], &[], &[]));
    }
}
