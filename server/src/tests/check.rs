//! A small checker of JSON against the schemas of the committed OpenAPI document.
//!
//! Knows what that document uses: references, types, members, required and no other members,
//! enumerations, `oneOf`, `allOf`, `items`, numbers' bounds. An unknown keyword fails the check, so
//! that nothing is passed over in silence.

use serde_json::Value;

const KNOWN: [&str; 17] = [
    "$ref",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "enum",
    "oneOf",
    "allOf",
    "items",
    "minimum",
    "format",
    "description",
    "propertyNames",
    "default",
    "title",
    "examples",
    "const",
];

/// What is wrong with a value, one line for each place; empty when it fits.
pub(super) fn check(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    walk(document, schema, value, "$", &mut wrong);
    wrong
}

fn walk(document: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let Some(keywords) = schema.as_object() else {
        return;
    };
    for keyword in keywords.keys() {
        assert!(KNOWN.contains(&keyword.as_str()), "{at}: the checker does not know {keyword:?}");
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').expect("local reference");
        let target = document.pointer(pointer).unwrap_or_else(|| panic!("{reference} is missing"));
        walk(document, target, value, at, wrong);
    }
    if !type_fits(&schema["type"], value) {
        wrong.push(format!("{at}: {value} is no {}", schema["type"]));
        return;
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        wrong.push(format!("{at}: {value} is not one of {allowed:?}"));
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        wrong.push(format!("{at}: {number} is below {least}"));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        walk(document, part, value, at, wrong);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = |choice: &&Value| check(document, choice, value).is_empty();
        let count = choices.iter().filter(fits).count();
        if count != 1 {
            wrong.push(format!("{at}: fits {count} of {} choices: {value}", choices.len()));
        }
    }
    if let Some(object) = value.as_object() {
        members(document, schema, object, at, wrong);
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (index, item) in list.iter().enumerate() {
            walk(document, items, item, &format!("{at}[{index}]"), wrong);
        }
    }
}

fn members(
    document: &Value,
    schema: &Value,
    object: &serde_json::Map<String, Value>,
    at: &str,
    wrong: &mut Vec<String>,
) {
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().expect("name");
        if !object.contains_key(name) {
            wrong.push(format!("{at}: {name} is missing"));
        }
    }
    for (name, value) in object {
        let inner = format!("{at}.{name}");
        match (schema["properties"].get(name), schema.get("additionalProperties")) {
            (Some(schema), _) => walk(document, schema, value, &inner, wrong),
            (None, Some(Value::Bool(false))) => wrong.push(format!("{inner} is not declared")),
            (None, Some(schema)) => walk(document, schema, value, &inner, wrong),
            (None, None) => {}
        }
    }
}

fn type_fits(wanted: &Value, value: &Value) -> bool {
    let fits = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    };
    match wanted {
        Value::String(name) => fits(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(fits),
        _ => true,
    }
}

#[test]
fn the_checker_finds_what_does_not_fit() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": "integer" }, "b": { "type": ["string", "null"] } }
    });
    let check = |value: Value| check(&Value::Null, &schema, &value).len();
    assert_eq!(check(serde_json::json!({ "a": 1, "b": null })), 0);
    assert_eq!(check(serde_json::json!({ "a": "1" })), 1);
    assert_eq!(check(serde_json::json!({ "b": "x" })), 1);
    assert_eq!(check(serde_json::json!({ "a": 1, "c": 2 })), 1);
}
