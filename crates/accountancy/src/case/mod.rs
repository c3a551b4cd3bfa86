//! Cases: a JSON text with a question, and the object that answers it.
//!
//! Invariant: a text that is a case always gets an object. Where it has no answer the object holds
//! `error` (a stable code), `where` and the reason in both languages. [`NotACase`] is for what is
//! no case at all: no JSON, no object, an unknown kind, no inputs.

mod answer;
mod balances;
mod input;
mod json_text;
mod others;
mod sequences;
mod verification;

use serde_json::{Map, Value};

use crate::Language;
use crate::fault::Fault;
use crate::limits;

use self::input::Input;

/// A text that is no case of accountancy. One line: what, where, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACase {
    /// The text is too long to be read.
    #[error("the text has {found} bytes, at most {} are read; split the case", limits::CASE_BYTES)]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// The text is no JSON.
    #[error("not JSON: {what} at line {line}, column {column}; repair the file")]
    NotJson {
        /// What the parser says.
        what: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// The text is JSON, but no object.
    #[error("the text is {found}; a case is an object with \"kind\" and \"inputs\"")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// A case without kind or inputs.
    #[error("{place} is {found}, {wanted} is needed; see the description of the case kinds")]
    BadPart {
        /// Which part.
        place: &'static str,
        /// What it is.
        found: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// A kind that is not known.
    #[error("kind {found:?} is not known; known are: {known}")]
    UnknownKind {
        /// The kind.
        found: String,
        /// All kinds.
        known: String,
    },
}

type Solver = fn(&Input<'_>) -> Result<Map<String, Value>, Fault>;

/// Each kind and what answers it.
const KINDS: [(&str, Solver); 19] = [
    ("attribute_sampling", verification::attribute_sampling),
    ("balance", balances::balance),
    ("component_product", others::component_product),
    ("continuity", balances::continuity),
    ("defects_from_goal", verification::defects_from_goal),
    ("en_number", verification::en_number),
    ("mba_rollup", balances::mba_rollup),
    ("mbr_entries", balances::mbr_entries),
    ("muf_sequence", sequences::muf_sequence),
    ("nondetection_partial", verification::nondetection_partial),
    ("operator_inspector", verification::operator_inspector),
    ("page_only", sequences::page_only),
    ("page_probability", others::page_probability),
    ("page_threshold", others::page_threshold),
    ("power", others::power),
    ("sequential_tests", sequences::sequential_tests),
    ("sequential_tests_error", sequences::sequential_tests),
    ("srd", others::srd),
    ("stratified_plan", verification::stratified_plan),
];

/// Names of all kinds.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(kind, _)| *kind)
}

/// Answers a case.
pub fn answer(text: &str) -> Result<Value, NotACase> {
    if text.len() > limits::CASE_BYTES {
        return Err(NotACase::TooLong { found: text.len() });
    }
    let case = json_text::parse(text)?;
    let Some(case) = case.as_object() else {
        return Err(NotACase::NotAnObject { found: input::described(&case) });
    };
    let part = |place, wanted| {
        let found = case.get(place).map_or("missing", input::described);
        NotACase::BadPart { place, found, wanted }
    };
    let kind = case.get("kind").and_then(Value::as_str).ok_or_else(|| part("kind", "a text"))?;
    let Some((kind, solver)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        let known = kinds().collect::<Vec<_>>().join(", ");
        return Err(NotACase::UnknownKind { found: shortened(kind), known });
    };
    let inputs = case.get("inputs").filter(|inputs| inputs.is_object());
    let inputs = inputs.ok_or_else(|| part("inputs", "an object"))?;
    let mut object = solver(&Input::root(inputs)).unwrap_or_else(|fault| no_answer(&fault));
    object.insert("kind".into(), Value::from(*kind));
    if let Some(unit) = case.get("unit").and_then(Value::as_str) {
        object.insert("unit".into(), Value::from(shortened(unit)));
    }
    Ok(Value::Object(object))
}

/// The object that says why there is no answer.
fn no_answer(fault: &Fault) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("error".into(), Value::from(fault.code()));
    object.insert("where".into(), Value::from(fault.place()));
    object.insert("message".into(), Value::from(fault.text(Language::En)));
    object.insert("message_zh".into(), Value::from(fault.text(Language::Zh)));
    object
}

/// Words of a file, cut to what fits a line.
fn shortened(word: &str) -> String {
    const MOST: usize = 40;
    if word.chars().count() <= MOST {
        return word.to_owned();
    }
    word.chars().take(MOST).chain(['…']).collect()
}
