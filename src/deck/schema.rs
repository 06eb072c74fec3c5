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
