//! From the texts of a deck's files to a [`Deck`], or to everything that is wrong with them.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::Concept;
use super::Deck;
use super::Question;
use super::Reference;
use super::fault::Faults;
use super::format::Format;
use super::format::Head;
use super::format::RawConcept;
use super::format::RawQuestion;
use super::format::RawReference;
use super::format::Topic;
use super::links::Links;
use super::paths;
use super::problem::Problem;
use super::problem::Subject;
use super::reading::At;
use super::reading::Reading;
use super::record::Read;
use super::record::Record;
use super::record::Sound;
use super::scalars::Line;
use super::scalars::Text;
use super::scalars::Url;
use super::tree;
use super::tree::Node;
use super::tree::Value;
use super::tree::shortened;

/// The endings of topic files, the preferred one first.
const TOPIC_EXTENSIONS: &[&str] = &[".yaml", ".yml"];

/// Reads the deck that `files` are; their keys are paths inside the deck.
pub fn parse(files: &BTreeMap<String, Vec<u8>>) -> Result<Deck, Faults> {
    parse_with_refused(files, &BTreeMap::new())
}

/// Reads the deck that `files` are, while `refused` are files of it that could not be had, and why: they are told
/// with all other faults, and not as missing.
pub fn parse_with_refused(
    files: &BTreeMap<String, Vec<u8>>,
    refused: &BTreeMap<String, Problem>,
) -> Result<Deck, Faults> {
    let mut reading = Reading::new(files, refused);
    let node = head_node(&mut reading);
    if let Some(format) = node.as_ref().and_then(|node| node.get("format"))
        && is_foreign(format)
    {
        // Whatever else seems wrong may be right in that format.
        Format::read(format, Subject::Key("format"), &mut reading);
        return Err(reading.into_faults().expect("a foreign format is a fault"));
    }
    let head = node.as_ref().and_then(|node| Head::read(node, Subject::Record(Head::WHAT), &mut reading));

    let topics = topic_nodes(node.as_ref(), &mut reading);
    let (mut concepts, mut questions) = (Vec::new(), Vec::new());
    for node in topics.iter().flatten() {
        let topic = Topic::read(node, Subject::Record(Topic::WHAT), &mut reading);
        let Some(Topic { concepts: more_concepts, questions: more_questions }) = topic else { continue };
        concepts.extend(more_concepts.into_iter().flat_map(|more| more.0).map(concept));
        questions.extend(more_questions.into_iter().flat_map(|more| more.0).map(|RawQuestion(question)| question));
    }

    // A file that could not be read, or is not even named, may hold what seems to be missing.
    let listed = node.as_ref().and_then(|node| node.get("topics")).map(Node::list).unwrap_or_default();
    let named = !listed.is_empty() && listed.iter().all(|topic| topic.text().is_some());
    let whole = named && topics.iter().all(Option::is_some);
    let nodes: Vec<Node> = topics.into_iter().flatten().collect();
    let links = Links::of(&nodes);
    links.tell_clashes(&mut reading);
    let order = links.teaching_order(&mut reading);
    if whole {
        links.tell_unknown_concepts(&mut reading);
        tell_unused(&nodes, &mut reading);
        if !links.has_questions() {
            reading.fault_of_file(Reading::HEAD, Problem::NoQuestions);
        }
    }

    let position: HashMap<&str, usize> = order.iter().enumerate().map(|(position, &id)| (id, position)).collect();
    concepts.sort_by_key(|concept: &Concept| position.get(concept.id.as_str()).copied());
    questions.sort_by_key(|question: &Question| position.get(question.concept.as_str()).copied());
    match (reading.into_faults(), head) {
        // The topics were taken from the tree, where they can be had even if the rest of the head cannot.
        (None, Some(Head { format: Format, id, title: Line(title), about, topics: Sound(_) })) => {
            Ok(Deck { id, title, about: about.map(|Text(about)| about), concepts, questions })
        }
        (faults, _) => Err(faults.expect("a head that cannot be read has faults")),
    }
}

/// Returns the tree of the head.
fn head_node(reading: &mut Reading) -> Option<Node> {
    if !reading.knows(Reading::HEAD) {
        reading.fault_of_file(Reading::HEAD, Problem::NoHead);
    }
    let file = reading.take(Reading::HEAD)?;
    tree::grow(reading, file)
}

/// Returns whether a head says that the deck is in another format than ours.
fn is_foreign(format: &Node) -> bool {
    format.text().is_some_and(|text| !text.trim().is_empty() && text.trim() != "1")
}

/// Returns the trees of the topics that the head lists or, where that is not known, of all that there are. `None`
/// stands for one that cannot be read.
fn topic_nodes(head: Option<&Node>, reading: &mut Reading) -> Vec<Option<Node>> {
    let files: Vec<Option<usize>> = match head.and_then(|head| head.get("topics")) {
        Some(topics) => {
            if topics.list().is_empty() && matches!(topics.value, Value::List(_)) {
                reading.fault(topics.span, Problem::TooFew { key: "topics", found: 0, least: 1 });
            }
            let mut files = Vec::new();
            let mut seen = HashMap::new();
            for topic in topics.list() {
                let Some(path) = topic.text().map(str::trim) else { continue };
                if let Some(&first) = seen.get(path) {
                    let first_line = reading.line(first);
                    let problem = Problem::Repeated { key: "topics", entry: shortened(path), first_line };
                    reading.fault(topic.span, problem);
                } else if !path.is_empty() {
                    seen.insert(path, topic.span);
                    let path = At { value: Line(path.to_owned()), span: topic.span };
                    files.push(paths::file(&path, TOPIC_EXTENSIONS, reading));
                }
            }
            files
        }
        None => {
            let paths: Vec<String> = reading.paths().filter(|&path| is_topic(path)).map(str::to_owned).collect();
            paths.into_iter().map(|path| reading.take(&path)).collect()
        }
    };
    files.into_iter().map(|file| file.and_then(|file| tree::grow(reading, file))).collect()
}

fn is_topic(path: &str) -> bool {
    path != Reading::HEAD && TOPIC_EXTENSIONS.iter().any(|extension| path.ends_with(extension))
}

/// Tells of files that look like a part of the deck and are none: most likely somebody forgot something.
fn tell_unused(topics: &[Node], reading: &mut Reading) {
    // A question with another fault still uses its file.
    for question in topics.iter().filter_map(|topic| topic.get("questions")).flat_map(Node::list) {
        if let Some(scenario) = question.get("scenario")
            && let Some(path) = scenario.get("file").unwrap_or(scenario).text()
        {
            reading.take(path.trim());
        }
    }
    for path in reading.unused() {
        if is_topic(&path) {
            reading.fault_of_file(&path, Problem::StrayTopic);
        } else if path.ends_with(".py") {
            reading.fault_of_file(&path, Problem::StrayScenario);
        }
    }
}

fn concept(raw: RawConcept) -> Concept {
    let reference = |raw: RawReference| {
        let (Line(title), Url(url)) = (raw.title, raw.url);
        Reference { title, url }
    };
    Concept {
        id: raw.id,
        title: raw.title.0,
        requires: raw.requires.unwrap_or_default(),
        teach: raw.teach.0,
        refs: raw.refs.unwrap_or_default().into_iter().map(reference).collect(),
    }
}
