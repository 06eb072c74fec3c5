//! A digest of a question: tells whether a deck's new version asks something else.
//!
//! It covers what is asked and how an answer is checked, and nothing that only helps: hints, feedback, explanation.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

use super::Claim;
use super::Kind;
use super::OutcomeChoice;
use super::Part;
use crate::scenario::Ending;
use crate::scenario::Scenario;
use crate::scenario::Sleeps;

/// What a question asked, in 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of a question that asks `ask` and is answered as `kind` says.
    pub fn of(ask: &str, kind: &Kind) -> Digest {
        let mut fields = Fields(blake3::Hasher::new());
        fields.text("raceday question 1");
        fields.text(kind.name());
        fields.text(ask);
        match kind {
            Kind::Recall { answer } => fields.text(answer),
            Kind::Cloze(cloze) => {
                fields.count(cloze.parts.len());
                for part in &cloze.parts {
                    match part {
                        Part::Text(text) => {
                            fields.text("text");
                            fields.text(text);
                        }
                        Part::Gap(gap) => {
                            fields.text("gap");
                            fields.texts(&gap.accepted);
                        }
                    }
                }
            }
            Kind::Choice { options } => {
                fields.count(options.len());
                for option in options {
                    fields.text(&option.text);
                    fields.text(if option.correct { "correct" } else { "wrong" });
                }
            }
            Kind::Outcomes { scenario, choices } => {
                fields.scenario(scenario);
                fields.count(choices.len());
                for choice in choices {
                    match choice {
                        OutcomeChoice::Value(text) => {
                            fields.text("value");
                            fields.text(text);
                        }
                        OutcomeChoice::Ending(ending) => {
                            fields.text("ending");
                            fields.text(ending_name(*ending));
                        }
                    }
                }
            }
            Kind::Verdict { scenario, claim } => {
                fields.scenario(scenario);
                fields.text(match claim {
                    Claim::Always(_) => "always",
                    Claim::Never(_) => "never",
                });
                fields.text(claim.expression());
            }
        }
        Digest(*fields.0.finalize().as_bytes())
    }
}

/// Fields are hashed with their lengths, so that "ab" and "c" differ from "a" and "bc".
struct Fields(blake3::Hasher);

impl Fields {
    fn count(&mut self, count: usize) {
        self.0.update(&(count as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    /// The name is left out: a file can be renamed without asking something else.
    fn scenario(&mut self, scenario: &Scenario) {
        self.text(&scenario.source);
        self.count(usize::from(scenario.observe.is_some()));
        self.text(scenario.observe.as_deref().unwrap_or_default());
        self.texts(&scenario.claims);
        self.text(match scenario.sleeps {
            Sleeps::Unordered => "unordered",
            Sleeps::Ordered => "ordered",
        });
    }
}

fn ending_name(ending: Ending) -> &'static str {
    match ending {
        Ending::Finished => "finished",
        Ending::Deadlock => "deadlock",
        Ending::Spin => "spin",
        Ending::Livelock => "livelock",
        Ending::Limit => "limit",
        Ending::Redundant => "redundant",
        Ending::Crash => "crash",
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// Why a text is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a digest: digests are 64 hexadecimal digits")]
pub struct ParseDigestError(pub String);

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Digest, ParseDigestError> {
        let wrong = || ParseDigestError(text.chars().take(80).collect());
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() != 64 || !digits {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Digest(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::deck::ChoiceOption;
    use crate::deck::Cloze;
    use crate::deck::Gap;

    fn option(text: &str, correct: bool, feedback: Option<&str>) -> ChoiceOption {
        ChoiceOption { text: text.to_owned(), correct, feedback: feedback.map(str::to_owned) }
    }

    #[test]
    fn whatever_is_asked_or_checked_differently_has_another_digest() {
        let scenario = |change: fn(&mut Scenario)| {
            let mut scenario = Scenario::new("a.py", "x = 1");
            change(&mut scenario);
            scenario
        };
        let value = |text: &str| OutcomeChoice::Value(text.to_owned());
        let gap = |accepted: &[&str]| Part::Gap(Gap { accepted: accepted.iter().map(ToString::to_string).collect() });
        let text = |text: &str| Part::Text(text.to_owned());
        let cloze = |parts: Vec<Part>| Kind::Cloze(Cloze { parts });
        let outcomes = |choices| Kind::Outcomes { scenario: scenario(|_| ()), choices };
        let kinds = vec![
            Kind::Recall { answer: "a".to_owned() },
            Kind::Recall { answer: "b".to_owned() },
            cloze(vec![gap(&["ab", "c"])]),
            cloze(vec![gap(&["a", "bc"])]),
            cloze(vec![gap(&["a"]), gap(&["bc"])]),
            cloze(vec![gap(&["a"]), text("bc")]),
            cloze(vec![text("a"), gap(&["bc"])]),
            Kind::Choice { options: vec![option("a", true, None), option("b", false, None)] },
            Kind::Choice { options: vec![option("a", false, None), option("b", true, None)] },
            Kind::Choice { options: vec![option("a", true, None), option("b", true, None)] },
            outcomes(vec![value("1")]),
            outcomes(vec![value("2")]),
            outcomes(vec![value("deadlock")]),
            outcomes(vec![OutcomeChoice::Ending(Ending::Deadlock)]),
            outcomes(vec![OutcomeChoice::Ending(Ending::Spin)]),
            Kind::Outcomes { scenario: scenario(|s| s.observe = Some(String::new())), choices: vec![value("1")] },
            Kind::Outcomes { scenario: scenario(|s| s.observe = Some("x".to_owned())), choices: vec![value("1")] },
            Kind::Outcomes { scenario: scenario(|s| s.sleeps = Sleeps::Ordered), choices: vec![value("1")] },
            Kind::Outcomes { scenario: scenario(|s| s.source.push('\n')), choices: vec![value("1")] },
            Kind::Verdict { scenario: scenario(|_| ()), claim: Claim::Always("x".to_owned()) },
            Kind::Verdict { scenario: scenario(|_| ()), claim: Claim::Never("x".to_owned()) },
            Kind::Verdict { scenario: scenario(|_| ()), claim: Claim::Never("y".to_owned()) },
        ];
        let digests: BTreeSet<Digest> =
            kinds.iter().flat_map(|kind| [Digest::of("ask", kind), Digest::of("asks", kind)]).collect();
        assert_eq!(digests.len(), 2 * kinds.len());
    }

    #[test]
    fn help_and_file_names_do_not_count() {
        let plain = Kind::Choice { options: vec![option("a", true, None)] };
        let helped = Kind::Choice { options: vec![option("a", true, Some("because"))] };
        assert_eq!(Digest::of("?", &plain), Digest::of("?", &helped));

        let named = |name: &str| Kind::Outcomes { scenario: Scenario::new(name, "x = 1"), choices: Vec::new() };
        assert_eq!(Digest::of("?", &named("a.py")), Digest::of("?", &named("b.py")));
    }

    /// Learners' databases hold digests: one that changes without reason calls every card changed.
    #[test]
    fn digests_stay_what_they_are() {
        let digest = Digest::of("What?", &Kind::Recall { answer: "That.".to_owned() });
        assert_eq!(digest.to_string(), "a38d070ec7db766906302417e469ca603586e3f243dd79639b742afaaf882a90");
        assert_eq!(digest.to_string().parse(), Ok(digest));
    }

    #[test]
    fn what_is_not_a_digest_is_refused() {
        for text in ["", "0", &"A".repeat(64), &"g".repeat(64), &"0".repeat(65), &"ä".repeat(32)] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }
}
