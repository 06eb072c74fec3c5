//! `cloze`: the learner types the words that a text hides.

use super::Asked;
use super::Part;
use crate::deck::Cloze;
use crate::deck::Gap;
use crate::deck::Kind;
use crate::deck::Part as ClozePart;
use crate::deck::problem::Problem;
use crate::deck::problem::Subject;
use crate::deck::reading::Reading;
use crate::deck::record::Read;
use crate::deck::record::record;
use crate::deck::record::schema_of;
use crate::deck::scalars::Text;
use crate::deck::tree::Node;
use crate::deck::tree::shortened;

record! {
    /// The learner types the words that a text hides.
    RawCloze, "a `cloze` question" {
        /// What to do, in Markdown. Left out, it is "Fill in what is missing."
        ask: Option<Text>,
        /// The text, in Markdown, with what is hidden in double braces: `a {{lock|mutex}} lets {{one}} thread in`.
        /// `|` stands between alternatives; the first is the one that is shown. `\{{` is two braces, `\|` a bar.
        text: Parts,
    }
}

/// What is asked where the author did not say.
const ASK: &str = "Fill in what is missing.";

impl Part for RawCloze {
    const NAME: &str = "cloze";

    fn asked(self, _: &str) -> Asked {
        let ask = self.ask.map_or_else(|| ASK.to_owned(), |ask| ask.0);
        Asked { ask, kind: Kind::Cloze(Cloze { parts: self.text.0 }) }
    }
}

/// What is shown and what is hidden.
pub(in crate::deck) struct Parts(Vec<ClozePart>);

schema_of!(Parts = Text);

impl Read for Parts {
    fn read(node: &Node, subject: Subject, reading: &mut Reading) -> Option<Parts> {
        let Text(text) = Text::read(node, subject, reading)?;
        parts(&text).map_err(|problem| reading.fault(node.span, problem)).ok().map(Parts)
    }
}

/// What means something else when it is typed alone: a hint, a note, the end, the teaching note, undo.
const KEYS: [&str; 5] = ["?", "n", "q", "t", "u"];

/// Returns the parts of a text with gaps.
fn parts(text: &str) -> Result<Vec<ClozePart>, Problem> {
    let mut parts = Vec::new();
    let mut shown = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("\\{{") {
            shown.push_str("{{");
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix("{{") {
            let length = gap_length(behind).ok_or(Problem::OpenGap)?;
            if !shown.is_empty() {
                parts.push(ClozePart::Text(std::mem::take(&mut shown)));
            }
            parts.push(ClozePart::Gap(Gap { accepted: alternatives(&behind[..length])? }));
            rest = &behind[length + 2..];
        } else {
            let mut characters = rest.chars();
            shown.extend(characters.next());
            rest = characters.as_str();
        }
    }
    if !shown.is_empty() {
        parts.push(ClozePart::Text(shown));
    }
    let hides = parts.iter().any(|part| matches!(part, ClozePart::Gap(_)));
    if hides { Ok(parts) } else { Err(Problem::NoGap) }
}

/// Returns where the `}}` is that ends a gap: the first that no other brace follows, so that a gap can hold `{}`.
fn gap_length(text: &str) -> Option<usize> {
    let mut end = text.find("}}")?;
    while text[end + 2..].starts_with('}') {
        end += 1;
    }
    // A gap within a gap is an open one, followed by another.
    (!text[..end].contains("{{")).then_some(end)
}

/// Returns what a gap accepts.
fn alternatives(gap: &str) -> Result<Vec<String>, Problem> {
    let mut accepted: Vec<String> = Vec::new();
    let mut alternative = String::new();
    let mut characters = gap.chars().peekable();
    loop {
        match characters.next() {
            Some('\\') if characters.peek() == Some(&'|') => alternative.extend(characters.next()),
            Some(character) if character != '|' => alternative.push(character),
            end => {
                let text = alternative.trim().to_owned();
                alternative.clear();
                if text.is_empty() {
                    return Err(Problem::EmptyGap);
                }
                if KEYS.contains(&folded(&text).as_str()) {
                    return Err(Problem::GapIsKey(text));
                }
                if accepted.iter().any(|other| folded(other) == folded(&text)) {
                    return Err(Problem::RepeatedAlternative(shortened(&text)));
                }
                accepted.push(text);
                if end.is_none() {
                    return Ok(accepted);
                }
            }
        }
    }
}

/// Returns a text as answers are compared: two alternatives that this makes equal are one.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Writes a part as an author would: `a`, or `[a|b]` for a gap.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let parts = parts(text).expect(text);
        let told: Vec<String> = parts
            .iter()
            .map(|part| match part {
                ClozePart::Text(text) => text.clone(),
                ClozePart::Gap(gap) => format!("[{}]", gap.accepted.join("/")),
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn gaps_are_in_double_braces() {
        check(
            "A {{lock}} lets {{ one | a  single }} thread in",
            &["A ", "[lock]", " lets ", "[one/a  single]", " thread in"],
        );
        check("{{a}}", &["[a]"]);
        check("{{a}}{{b}}", &["[a]", "[b]"]);
        check("{ {{a}} }", &["{ ", "[a]", " }"]);
        check("{{d = {}}}", &["[d = {}]"]);
        check("{{{'a': 1}}}", &["[{'a': 1}]"]);
        check("\\{{b}} {{a \\| b}}", &["{{b}} ", "[a | b]"]);
        check("\\a {{\\d+}}", &["\\a ", "[\\d+]"]);
    }

    #[test]
    fn faults_of_gaps() {
        for (text, problem) in [
            ("no gap", Problem::NoGap),
            ("\\{{a}}", Problem::NoGap),
            ("a {{b", Problem::OpenGap),
            ("a {{b {{c}}", Problem::OpenGap),
            ("a {{b}", Problem::OpenGap),
            ("{{}}", Problem::EmptyGap),
            ("{{ }}", Problem::EmptyGap),
            ("{{a|}}", Problem::EmptyGap),
            ("{{|a}}", Problem::EmptyGap),
            ("{{a|b|a}}", Problem::RepeatedAlternative("a".to_owned())),
            ("{{thread| T }}", Problem::GapIsKey("T".to_owned())),
            ("{{?}}", Problem::GapIsKey("?".to_owned())),
            ("{{The GIL|the  gil}}", Problem::RepeatedAlternative("the  gil".to_owned())),
        ] {
            assert_eq!(parts(text), Err(problem), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parts_round_trip(
            written in prop::collection::vec(("[a-z {|][a-z {}|]{0,5}[a-z ]", prop::collection::btree_set("[a-z][a-z{}|]{0,4}[a-z]", 1..4)), 1..5)
        ) {
            let mut expected = Vec::new();
            let mut text = String::new();
            for (shown, accepted) in written {
                let (shown, accepted): (String, Vec<String>) =
                    (shown.replace("{{", "x"), accepted.into_iter().map(|word| word.replace("{{", "y").replace("}}", "z")).collect());
                let distinct: std::collections::BTreeSet<&String> = accepted.iter().collect();
                prop_assume!(distinct.len() == accepted.len());
                let escaped: Vec<String> = accepted.iter().map(|word| word.replace('|', "\\|")).collect();
                text.push_str(&format!("{shown}{{{{{}}}}}", escaped.join("|")));
                expected.push(ClozePart::Text(shown));
                expected.push(ClozePart::Gap(Gap { accepted }));
            }
            prop_assert_eq!(parts(&text).expect("parts"), expected);
        }
    }
}
