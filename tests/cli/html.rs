//! `raceday explore --html`: where the page goes, and the page in a real browser, its arrow keys pressed.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;

use crate::world::World;

const COUNT: &str = "\
import threading

lock = threading.Lock()
count = 0
# </ol></script><script>document.title = 'taken over'</script>


def work():
    global count
    seen = count
    with lock:
        count = seen + 1


threads = [threading.Thread(target=work, name='</td><script>document.title = 1</script>') for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
";

fn world() -> World {
    World::new().file("count.py", COUNT)
}

#[test]
fn a_page_is_written_besides_the_outcomes() {
    let world = world();
    let output = world.run(&["explore", "count.py", "--observe", "count", "--html", "page.html"]);
    assert_eq!(output.code, Some(0), "{output}");
    assert!(output.stdout.starts_with("count.py: 2 outcomes of count"), "{output}");
    let page = std::fs::read_to_string(world.path("page.html")).expect("a page");
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"), "{page}");
    let files: Vec<_> = std::fs::read_dir(world.path("")).expect("a folder").collect();
    assert_eq!(files.len(), 2, "{files:?}");
}

#[test]
fn a_page_can_go_down_a_pipe_alone() {
    let output = world().run(&["explore", "count.py", "--observe", "count", "--html", "-"]);
    assert!(output.stdout.starts_with("<!doctype html>") && output.stdout.ends_with("</html>\n"), "{output}");
    let output = world().run(&["explore", "count.py", "--json", "--html", "-"]);
    insta::assert_snapshot!(output, @"
    exit code 2
    --- stderr
    error: `--json` and `--html -` both write to the standard output
    hint: name a file for the page
    ");
}

#[test]
fn a_place_where_no_page_can_be_is_refused_at_once() {
    insta::assert_snapshot!(world().run(&["explore", "count.py", "--html", "none/page.html"]), @"
    exit code 2
    --- stderr
    error: cannot write `none/page.html`: there is no folder `none`
    hint: make the folder first, or name another
    ");
}

/// The page took the program's place.
#[cfg(unix)]
#[test]
fn a_page_does_not_take_the_programs_place() {
    let world = world();
    std::os::unix::fs::symlink("count.py", world.path("link")).expect("linked");
    std::fs::hard_link(world.path("count.py"), world.path("twin")).expect("linked");
    for (page, read) in [
        ("count.py", "count.py"),
        ("../count.py", "count.py"),
        ("link", "count.py"),
        ("twin", "count.py"),
        ("count.py", "link"),
    ] {
        let page = page.replace("..", world.path("").to_str().expect("text"));
        let output = world.run(&["explore", read, "--html", &page]);
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{page}: {output}");
        assert!(output.stderr.contains("is the program itself"), "{page}: {output}");
        assert_eq!(std::fs::read_to_string(world.path("count.py")).expect("it is there"), COUNT, "{page}");
    }
}

#[test]
fn arrow_keys_step_through_the_page() {
    let Some(mut browser) = Browser::start() else { return };
    let world = world();
    world.run(&["explore", "count.py", "--observe", "count", "--races", "--html", "page.html"]);
    browser.open(&world.path("page.html"));

    assert_eq!(browser.see("performance.getEntriesByType('resource').length"), 0, "it loads nothing");
    assert_eq!(browser.see("document.title"), "count.py: 2 outcomes of count", "and runs nobody else's script");
    assert_eq!(browser.see("document.querySelectorAll('section.outcome.chosen').length"), 1);
    assert_eq!(browser.see("document.querySelectorAll('.source li').length"), COUNT.lines().count());
    let steps = browser.see("document.querySelectorAll('section.chosen tr[data-line]').length").as_u64();
    let steps = steps.expect("a number");
    let status = |browser: &mut Browser| browser.see("document.getElementById('status').textContent");
    assert_eq!(status(&mut browser), format!("Step 1 of {steps}"));

    browser.press("ArrowLeft", 37);
    assert_eq!(status(&mut browser), format!("Step 1 of {steps}"), "there is nothing before the first");
    let mut seen = Vec::new();
    for step in 2..=steps {
        browser.press("ArrowRight", 39);
        assert_eq!(status(&mut browser), format!("Step {step} of {steps}"));
        let row = browser.see("document.querySelector('section.chosen tr.now').dataset.line");
        let line = browser.see(
            "[...document.querySelectorAll('.source li')].findIndex((line) => line.classList.contains('now')) + 1",
        );
        assert_eq!(row, line.to_string(), "the source shows the step's line");
        seen.push(browser.see("document.getElementById('state').textContent").to_string());
    }
    assert!(seen.iter().any(|state| state.contains("holds lock")), "{seen:#?}");
    assert!(seen.iter().any(|state| state.contains("waits for")), "{seen:#?}");
    assert!(seen.iter().any(|state| state.contains("write count ← 1")), "{seen:#?}");
    browser.press("ArrowRight", 39);
    assert_eq!(status(&mut browser), format!("Step {steps} of {steps}"), "nor after the last");
    browser.press("ArrowLeft", 37);
    assert_eq!(status(&mut browser), format!("Step {} of {steps}", steps - 1));
    browser.press("2", 50);
    assert_eq!(browser.see("document.querySelector('section.chosen').id"), "outcome-2");
    assert_eq!(browser.see("document.querySelectorAll('tr.later:not(.now)').length > 0"), true);

    // With many outcomes the first step is far below; the page begins at its top all the same.
    let names = "import threading\nthreads = [threading.Thread(target=print, args=(n,)) for n in range(4)]\n\
                 for thread in threads:\n    thread.start()\n";
    let world = world.file("names.py", names);
    world.run(&["explore", "names.py", "--html", "names.html"]);
    browser.open(&world.path("names.html"));
    assert_eq!(browser.see("document.querySelectorAll('nav a').length"), 24);
    assert_eq!(browser.see("scrollY"), 0);
    browser.press("ArrowRight", 39);
    assert_eq!(browser.see("scrollY > 0"), true, "who steps sees the step");
    browser.open(&world.path("page.html"));

    browser.ask("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(&world.path("page.html"));
    let shown =
        "[...document.querySelectorAll('section.outcome')].filter((outcome) => outcome.offsetHeight > 0).length";
    assert_eq!(browser.see(shown), 2, "without its script it is a list");
    assert_eq!(browser.see("document.querySelector('.panel').offsetHeight"), 0);
}

/// Chromium, spoken to through a pipe.
struct Browser {
    child: Child,
    asks: ChildStdin,
    says: BufReader<ChildStdout>,
    asked: u64,
    session: Option<String>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts it, if it is there.
    #[expect(clippy::disallowed_methods, reason = "the page is for a browser")]
    #[expect(clippy::print_stderr, reason = "what a test skips is said aloud")]
    fn start() -> Option<Browser> {
        let Some(binary) = find() else {
            eprintln!("SKIPPED: there is no Chromium on PATH, so nobody pressed the page's keys");
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder");
        // It reads from its third stream and writes to its fourth; a shell makes these of the first two.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "sh"])
            .arg(binary)
            .args(["--remote-debugging-pipe", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let asks = child.stdin.take().expect("is piped");
        let says = BufReader::new(child.stdout.take().expect("is piped"));
        let mut browser = Browser { child, asks, says, asked: 0, session: None, _profile: profile };
        let target = browser.ask("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone();
        let attached = browser.ask("Target.attachToTarget", json!({"targetId": target, "flatten": true}));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        browser.ask("Page.enable", json!({}));
        Some(browser)
    }

    /// Asks something of the browser and returns its answer.
    #[track_caller]
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.asks.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let said = self.hear();
            if said["id"] == self.asked {
                assert_eq!(said.get("error"), None, "{method}");
                return said["result"].clone();
            }
        }
    }

    #[track_caller]
    fn hear(&mut self) -> Value {
        let mut said = Vec::new();
        self.says.read_until(0, &mut said).expect("the browser speaks");
        assert_eq!(said.pop(), Some(0), "the browser ended");
        serde_json::from_slice(&said).expect("JSON")
    }

    /// Opens a page and waits until it is there.
    #[track_caller]
    fn open(&mut self, page: &Path) {
        self.ask("Page.navigate", json!({"url": format!("file://{}", page.display())}));
        while self.hear()["method"] != "Page.loadEventFired" {}
    }

    /// Returns the value of a JavaScript expression on the page.
    #[track_caller]
    fn see(&mut self, expression: &str) -> Value {
        let seen = self.ask("Runtime.evaluate", json!({"expression": expression, "returnByValue": true}));
        assert_eq!(seen.get("exceptionDetails"), None, "{expression}");
        seen["result"]["value"].clone()
    }

    #[track_caller]
    fn press(&mut self, key: &str, code: u32) {
        for kind in ["rawKeyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
            self.ask("Input.dispatchKeyEvent", event);
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a browser is found by the real PATH")]
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}
