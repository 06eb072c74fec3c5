//! What holds a deck together across its files: ids, the concepts that questions and concepts name, the order in which
//! concepts are taught.
//!
//! It looks at the trees rather than at what could be read of them, so that a question with a fault of its own is
//! still known by its id.

use std::collections::HashMap;

use super::ConceptId;
use super::QuestionId;
use super::nearest::nearest;
use super::problem::Problem;
use super::reading::Reading;
use super::reading::Span;
use super::tree::Node;
use super::tree::Value;
use super::tree::shortened;

/// An id, where it is written.
type Mention<'n> = (&'n str, Span);

/// The parts of topics that refer to each other.
#[derive(Default)]
pub(super) struct Links<'n> {
    concepts: Vec<(Option<Mention<'n>>, Vec<Mention<'n>>)>,
    questions: Vec<Mention<'n>>,
    question_count: usize,
    /// The concepts of questions.
    asked: Vec<Mention<'n>>,
    formerly: Vec<Mention<'n>>,
}

impl<'n> Links<'n> {
    /// Collects what the topics, in teaching order, say of each other.
    pub(super) fn of(topics: &'n [Node]) -> Links<'n> {
        let mut links = Links::default();
        let items = |topic: &'n Node, key| topic.get(key).map(Node::list).unwrap_or_default();
        for topic in topics {
            for concept in items(topic, "concepts") {
                let requires = items(concept, "requires").iter().filter_map(mention::<ConceptId>).collect();
                links.concepts.push((concept.get("id").and_then(mention::<ConceptId>), requires));
            }
            for question in items(topic, "questions") {
                links.question_count += 1;
                links.questions.extend(question.get("id").and_then(mention::<QuestionId>));
                links.asked.extend(question.get("concept").and_then(mention::<ConceptId>));
                links.formerly.extend(items(question, "formerly").iter().filter_map(mention::<QuestionId>));
            }
        }
        links
    }

    /// Returns whether anything is asked.
    pub(super) fn has_questions(&self) -> bool {
        self.question_count > 0
    }

    /// Tells of ids that are there twice, and of former ids that clash.
    pub(super) fn tell_clashes(&self, reading: &mut Reading) {
        tell_duplicates("concept", self.concepts.iter().filter_map(|(id, _)| *id), reading);
        tell_duplicates("question", self.questions.iter().copied(), reading);

        let living: HashMap<&str, Span> = self.questions.iter().rev().copied().collect();
        let mut claimed: HashMap<&str, Span> = HashMap::new();
        for &(id, span) in &self.formerly {
            if let Some(&place) = living.get(id) {
                let place = reading.file_and_line(place);
                reading.fault(span, Problem::FormerIdLives { id: id.to_owned(), place });
            } else if let Some(&first) = claimed.get(id) {
                let first = reading.file_and_line(first);
                reading.fault(span, Problem::FormerIdClaimedTwice { id: id.to_owned(), first });
            } else {
                claimed.insert(id, span);
            }
        }
    }

    /// Tells of concepts that are named and not there.
    pub(super) fn tell_unknown_concepts(&self, reading: &mut Reading) {
        let known: HashMap<&str, Span> = self.concepts.iter().filter_map(|(id, _)| *id).collect();
        let required = self.concepts.iter().flat_map(|(_, requires)| requires);
        for &(id, span) in self.asked.iter().chain(required).filter(|(id, _)| !known.contains_key(id)) {
            // Looking for what was meant takes time, and is for people.
            let candidates = (!reading.is_full()).then(|| known.keys().copied()).into_iter().flatten();
            // The map has no order, and of equally near ids always the same should be named.
            let mut candidates: Vec<&str> = candidates.collect();
            candidates.sort_unstable();
            let meant = nearest(id, candidates).map(str::to_owned);
            reading.fault(span, Problem::UnknownConcept { id: id.to_owned(), meant });
        }
    }

    /// Returns the ids of all concepts in teaching order: the authors', but none before one that it requires. Tells of
    /// concepts that require each other.
    pub(super) fn teaching_order(&self, reading: &mut Reading) -> Vec<&'n str> {
        let index: HashMap<&str, usize> =
            self.concepts.iter().enumerate().rev().filter_map(|(index, (id, _))| Some(((*id)?.0, index))).collect();
        let id_of = |concept: usize| self.concepts[concept].0.map(|(id, _)| id);
        let mut order = Vec::new();
        let mut visited = vec![Visit::Not; self.concepts.len()];
        for root in 0..self.concepts.len() {
            // Depth first. An explicit stack, since a deck can be one long chain.
            let mut path: Vec<(usize, usize)> = Vec::new();
            if visited[root] == Visit::Not {
                visited[root] = Visit::Begun;
                path.push((root, 0));
            }
            while let Some((concept, next)) = path.last_mut() {
                let concept = *concept;
                let Some(&(id, span)) = self.concepts[concept].1.get(*next) else {
                    visited[concept] = Visit::Done;
                    order.extend(id_of(concept));
                    path.pop();
                    continue;
                };
                *next += 1;
                let Some(&required) = index.get(id) else { continue };
                match visited[required] {
                    Visit::Done => {}
                    Visit::Not => {
                        visited[required] = Visit::Begun;
                        path.push((required, 0));
                    }
                    Visit::Begun if reading.is_full() => reading.fault(span, Problem::Cycle(Vec::new())),
                    Visit::Begun => {
                        let circle = path.iter().map(|&(on_path, _)| on_path);
                        let circle = circle.skip_while(|&on_path| on_path != required).chain([required]);
                        let circle = circle.filter_map(id_of).map(str::to_owned).collect();
                        reading.fault(span, Problem::Cycle(circle));
                    }
                }
            }
        }
        order
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Not,
    Begun,
    Done,
}

/// Returns a node's text if it is an id; if not, that is told elsewhere.
fn mention<Id: std::str::FromStr>(node: &Node) -> Option<Mention<'_>> {
    let Value::Scalar(scalar) = &node.value else { return None };
    let id = scalar.text.trim();
    id.parse::<Id>().ok().map(|_| (id, node.span))
}

fn tell_duplicates<'n>(what: &'static str, ids: impl Iterator<Item = Mention<'n>>, reading: &mut Reading) {
    let mut first: HashMap<&str, Span> = HashMap::new();
    for (id, span) in ids {
        if let Some(&first) = first.get(id) {
            let first = reading.file_and_line(first);
            reading.fault(span, Problem::DuplicateId { what, id: shortened(id), first });
        } else {
            first.insert(id, span);
        }
    }
}
