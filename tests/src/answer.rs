//! Compares what `tl-edge decode` prints with what a case expects.
//!
//! Every key of the expectation counts, text as text; keys beyond it are free. Of what is rejected
//! only whether anything was: names of reasons are advice.

use serde_json::Value;

/// Keys of an expectation that are compared.
const KEYS: &[&str] = &["accepted", "locked", "replies", "reply", "skipped", "ignored"];
/// Keys inside that say how an answer was found, not what it is.
const FREE: &[&str] = &["checks", "reason", "note", "why"];

/// Differences, each with its path; empty when the answer is right.
#[must_use]
pub fn differences(case: &Value, got: &Value) -> Vec<String> {
    let want = &case["expect"];
    let mut found = Vec::new();
    let nothing = |value: &Value| value.as_array().is_none_or(Vec::is_empty);
    let lab = case["family"] == "icpms_csv";
    for key in KEYS {
        let Some(expected) = want.get(key) else { continue };
        // Of a lab file that is refused as a whole there is no more to say.
        if *key != "accepted" && lab && nothing(&want["accepted"]) {
            continue;
        }
        compare(expected, got.get(key).unwrap_or(&Value::Null), key, &mut found);
    }
    if nothing(&want["rejected"]) != nothing(&got["rejected"]) {
        found.push(format!("rejected: {} wanted, got {}", want["rejected"], got["rejected"]));
    }
    found
}

fn compare(want: &Value, got: &Value, path: &str, found: &mut Vec<String>) {
    match (want, got) {
        (Value::Object(fields), Value::Object(given)) => {
            for (key, value) in fields.iter().filter(|(key, _)| !FREE.contains(&key.as_str())) {
                let path = format!("{path}.{key}");
                match given.get(key) {
                    Some(given) => compare(value, given, &path, found),
                    None if is_empty(value) => {}
                    None => found.push(format!("{path}: missing")),
                }
            }
        }
        (Value::Array(items), Value::Array(given)) if items.len() == given.len() => {
            for (index, (item, given)) in items.iter().zip(given).enumerate() {
                compare(item, given, &format!("{path}[{index}]"), found);
            }
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        _ if want == got => {}
        _ => found.push(format!("{path}: {want} wanted, got {got}")),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
