//! The JSON Schema of a deck's files, for editors: made of the same declarations that the reader is made of.

use std::borrow::Cow;

use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::format::Common;
use super::format::Head;
use super::format::RawQuestion;
use super::format::Topic;
use super::kinds;

/// Returns the JSON Schema (draft 7, which editors know best) of a deck's YAML files: of its head or of a topic.
pub fn schema() -> Value {
    let mut generator = SchemaGenerator::new(SchemaSettings::draft07());
    let any_of = json!([generator.subschema_for::<Head>(), generator.subschema_for::<Topic>()]);
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A file of a Raceday deck",
        "description": "deck.yaml, the head of a deck, or one of its topics.",
        "anyOf": any_of,
        "definitions": generator.take_definitions(true),
    });
    tidy(&mut schema);
    schema
}

/// Makes of what Rust's types say what decks mean: what is optional may be left out, not `null`; and where a comment's
/// line ends says nothing.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(entries) => entries.iter_mut().for_each(tidy),
        Value::Object(keys) => {
            if let Some(Value::String(description)) = keys.get_mut("description") {
                *description = description.replace('\n', " ");
            }
            for key in ["type", "enum"] {
                if let Some(Value::Array(allowed)) = keys.get_mut(key) {
                    allowed.retain(|allowed| !allowed.is_null() && allowed != "null");
                    if let ("type", [only]) = (key, allowed.as_slice()) {
                        keys[key] = only.clone();
                    }
                }
            }
            keys.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

impl JsonSchema for RawQuestion {
    fn schema_name() -> Cow<'static, str> {
        "Question".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds: Vec<Value> = kinds::ALL.iter().map(|kind| question(kind, generator)).collect();
        let mut schema = Map::new();
        schema.insert("anyOf".to_owned(), kinds.into());
        schema.insert("description".to_owned(), "One thing to ask about a concept.".into());
        schema.into()
    }
}

/// Returns the schema of questions of one kind: what all have, and what those have.
fn question(kind: &kinds::Entry, generator: &mut SchemaGenerator) -> Value {
    let mut common = Common::json_schema(generator).to_value();
    let own = (kind.schema)(generator).to_value();
    for (key, schema) in own["properties"].as_object().into_iter().flatten() {
        common["properties"][key] = schema.clone();
    }
    if let (Some(required), Some(more)) = (common["required"].as_array_mut(), own["required"].as_array()) {
        required.extend(more.iter().cloned());
    }
    common["title"] = kind.name.into();
    common["description"] = own["description"].clone();
    common["properties"]["kind"] = json!({ "const": kind.name, "description": own["description"] });
    common
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::collections::BTreeSet;

    use super::*;
    use crate::deck::parse;
    use crate::deck::record::Record;

    fn keys(schema: &Value) -> BTreeSet<&str> {
        schema["properties"].as_object().expect("an object").keys().map(String::as_str).collect()
    }

    #[test]
    fn the_schema_has_the_readers_keys() {
        let schema = schema();
        let definitions = &schema["definitions"];
        assert_eq!(keys(&definitions["Head"]), BTreeSet::from_iter(Head::KEYS.iter().copied()));
        assert_eq!(keys(&definitions["Topic"]), BTreeSet::from_iter(Topic::KEYS.iter().copied()));
        let questions = definitions["Question"]["anyOf"].as_array().expect("a list");
        assert_eq!(questions.len(), kinds::ALL.len());
        for (kind, question) in kinds::ALL.iter().zip(questions) {
            let all = Common::KEYS.iter().chain(kind.keys).copied();
            assert_eq!(keys(question), BTreeSet::from_iter(all), "{}", kind.name);
            assert_eq!(question["properties"]["kind"]["const"], kind.name);
        }
    }

    #[test]
    fn everything_is_described() {
        let schema = schema();
        let questions = schema["definitions"]["Question"]["anyOf"].as_array().expect("a list");
        let definitions = schema["definitions"].as_object().expect("an object");
        for record in definitions.values().chain(questions).filter(|record| record["properties"].is_object()) {
            assert!(record["description"].is_string(), "{record}");
            assert_eq!(record["additionalProperties"], false, "{record}");
            for (key, value) in record["properties"].as_object().expect("an object") {
                assert!(value["description"].is_string(), "{key}: {value}");
            }
        }
    }

    /// What is required by the schema is what the reader misses.
    #[test]
    fn the_schema_requires_what_the_reader_does() {
        let schema = schema();
        for question in schema["definitions"]["Question"]["anyOf"].as_array().expect("a list") {
            let kind = question["title"].as_str().expect("a name");
            let files = BTreeMap::from([
                ("deck.yaml".to_owned(), b"format: 1\nid: d\ntitle: D\ntopics: [t.yaml]\n".to_vec()),
                ("t.yaml".to_owned(), format!("questions: [{{kind: {kind}}}]").into_bytes()),
            ]);
            let told = parse(&files).expect_err("keys are missing").to_string();
            let required = question["required"].as_array().expect("a list").iter().filter_map(Value::as_str);
            let required: Vec<String> = required.filter(|key| *key != "kind").map(|key| format!("`{key}`")).collect();
            let (last, others) = required.split_last().expect("an id at least");
            let sentence = format!("question needs the keys {} and {last}\n", others.join(", "));
            assert!(told.contains(&sentence), "{told}\n{sentence}");
        }
    }

    #[test]
    fn built_in_decks_follow_the_schema() {
        let schema = schema();
        let decks = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/decks")).unwrap();
        let files = decks.flat_map(|deck| std::fs::read_dir(deck.unwrap().path()).unwrap());
        let topics =
            files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "yaml"));
        let mut count = 0;
        for path in topics {
            let value: Value = serde_yaml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            assert!(accepts(&schema, &schema, &value), "{}", path.display());
            count += 1;
        }
        assert!(count > 1);
    }

    #[test]
    fn what_the_reader_refuses_the_schema_refuses() {
        let schema = schema();
        let check = |text: &str| accepts(&schema, &schema, &serde_yaml::from_str(text).unwrap());
        assert!(check("format: 1\nid: d\ntitle: D\ntopics: [t.yaml]"));
        assert!(!check("format: 2\nid: d\ntitle: D\ntopics: [t.yaml]"));
        assert!(!check("format: 1\nid: d\ntitle: D\ntopics: [t.yaml]\nabout:"));
        let question = |lines: &str| check(&format!("questions: [{{id: q, concept: c, {lines}}}]"));
        assert!(question("kind: recall, ask: A, answer: 1"));
        assert!(!question("kind: recall, ask: A"));
        assert!(!question("kind: recall, ask: A, answer: 1, anwser: 2"));
        assert!(!question("kind: essay, ask: A"));
        assert!(question("kind: cloze, text: 'a {{b}}'"));
        let outcomes = |rest: &str| question(&format!("kind: outcomes, ask: A, scenario: {rest}"));
        assert!(outcomes("{code: x, sleeps: ordered}, choices: [1, True, a, {ending: spin}]"));
        assert!(!outcomes("{code: x, sleeps: order}, choices: [1, 2]"));
        assert!(!outcomes("{code: x}, choices: [1, {ending: crash}]"));
        assert!(!outcomes("a.py, choices: [1, 2]"));
    }

    /// Returns whether `schema`, a part of `root`, accepts a value: as much of JSON Schema as ours uses.
    fn accepts(root: &Value, schema: &Value, value: &Value) -> bool {
        schema.as_object().expect("a schema").iter().all(|(keyword, wanted)| match keyword.as_str() {
            "$schema" | "title" | "description" | "definitions" => true,
            // The words of an id are tested where ids are.
            "pattern" | "maxLength" => true,
            "$ref" => {
                let name = wanted.as_str().and_then(|path| path.strip_prefix("#/definitions/")).expect("a definition");
                accepts(root, &root["definitions"][name], value)
            }
            "anyOf" => wanted.as_array().expect("a list").iter().any(|schema| accepts(root, schema, value)),
            "allOf" => wanted.as_array().expect("a list").iter().all(|schema| accepts(root, schema, value)),
            "const" => value == wanted,
            "enum" => wanted.as_array().expect("a list").contains(value),
            "type" => {
                let name = match value {
                    Value::Null => "null",
                    Value::Bool(_) => "boolean",
                    Value::Number(_) => "number",
                    Value::String(_) => "string",
                    Value::Array(_) => "array",
                    Value::Object(_) => "object",
                };
                wanted == name || wanted.as_array().is_some_and(|types| types.iter().any(|wanted| wanted == name))
            }
            "minLength" => value.as_str().is_none_or(|text| !text.is_empty()),
            "items" => value.as_array().is_none_or(|entries| entries.iter().all(|entry| accepts(root, wanted, entry))),
            "properties" => wanted
                .as_object()
                .expect("an object")
                .iter()
                .all(|(key, schema)| value.get(key).is_none_or(|value| accepts(root, schema, value))),
            "required" => wanted
                .as_array()
                .expect("a list")
                .iter()
                .all(|key| value.as_object().is_none_or(|object| object.contains_key(key.as_str().expect("a key")))),
            "additionalProperties" => {
                assert_eq!(*wanted, false);
                value.as_object().is_none_or(|object| object.keys().all(|key| !schema["properties"][key].is_null()))
            }
            other => panic!("`{other}` is new here"),
        })
    }
}
