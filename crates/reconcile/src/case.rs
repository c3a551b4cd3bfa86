//! Cases as JSON text (schema `tlbal-case/1`) to answers as JSON values.
//!
//! Invariant: a text that is a case always has an answer object, `status` "ok" or a reason code
//! with its place; only what is no case at all is an error. Nothing is read or written here.

mod limited;
mod number;
mod read;
mod write;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use thiserror::Error;

use crate::flowsheet::{Flowsheet, Options};
use crate::refusal::{Code, Refusal};
use crate::report::reconcile;

/// The text is no case; one line says why.
#[derive(Debug, Error)]
#[error("not a balance case: {0}")]
pub struct NotACase(String);

/// A case's flow sheet and options, or the reason why it has none.
///
/// # Errors
/// `NotACase` for text that is no JSON, another schema, or another structure.
pub fn read(text: &str) -> Result<Result<(Flowsheet, Options), Refusal>, NotACase> {
    read::read(text)
}

/// Answers a case.
///
/// # Errors
/// As `read`; whatever is wrong inside a case is part of the answer.
pub fn answer(text: &str) -> Result<Value, NotACase> {
    let result = read(text)?.and_then(|(sheet, options)| reconcile(&sheet, &options));
    Ok(match result {
        Ok(answer) => write::answer(&answer),
        Err(refusal) => refused(&refusal),
    })
}

/// A refusal as an answer object.
#[must_use]
pub fn refused(refusal: &Refusal) -> Value {
    let mut out = Map::new();
    let status = match refusal.code {
        Code::Inconsistent => "inconsistent",
        Code::NotConverged => "not_converged",
        _ => "refused",
    };
    out.insert("status".into(), status.into());
    out.insert("error".into(), refusal.code.name().into());
    out.insert("where".into(), refusal.place.as_str().into());
    out.insert("message".into(), refusal.text.as_str().into());
    if refusal.code == Code::Inconsistent {
        out.insert("nodes".into(), refusal.nodes.clone().into());
        out.insert("balances".into(), refusal.balances.clone().into());
    }
    Value::Object(out)
}
