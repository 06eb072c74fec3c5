//! Paths as decks write them: from the deck's folder, with `/`, never out of it.

use super::nearest::nearest;
use super::problem::Problem;
use super::reading::At;
use super::reading::Reading;
use super::scalars::Line;
use super::tree::shortened;

/// Returns the file that a deck names, or tells why there is none. A file that cannot be had was told before.
pub(super) fn file(path: &At<Line>, extensions: &[&'static str], reading: &mut Reading) -> Option<usize> {
    let At { value: Line(written), span } = path;
    if !is_inside(written) {
        reading.fault(*span, Problem::PathOutside(shortened(written)));
        return None;
    }
    if !extensions.iter().any(|extension| written.ends_with(extension)) {
        let problem = Problem::WrongExtension { path: shortened(written), wanted: extensions[0] };
        reading.fault(*span, problem);
        return None;
    }
    if !reading.knows(written) {
        // Looking for what was meant takes time, and is for people.
        let meant = if reading.is_full() { None } else { meant(written, extensions, reading) };
        reading.fault(*span, Problem::MissingFile { path: shortened(written), meant });
        return None;
    }
    reading.take(written)
}

/// Returns a file of the same name in another folder, or else one of a similar name.
fn meant(written: &str, extensions: &[&str], reading: &Reading) -> Option<String> {
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    if let Some(same) = reading.paths().find(|path| name(path) == name(written)) {
        return Some(same.to_owned());
    }
    // Extensions are equal for all, and would make short names look alike.
    let stem = |path: &str| path.rsplit_once('.').map_or(path.len(), |(stem, _)| stem.len());
    let fitting: Vec<&str> =
        reading.paths().filter(|path| extensions.iter().any(|extension| path.ends_with(extension))).collect();
    let near = nearest(&written[..stem(written)], fitting.iter().map(|path| &path[..stem(path)]))?;
    fitting.into_iter().find(|path| &path[..stem(path)] == near).map(str::to_owned)
}

fn is_inside(path: &str) -> bool {
    !path.contains(['\\', ':']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for path in ["a.py", "scenarios/a.py", "a/b/c.py", "..a", "a..py"] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "/a", "../a", "a/../b", "./a", "a//b", "a/", "C:a", "C:\\a", "a\\b", ".."] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
