//! A refused case: what is refused, where, why, and what to do.

use serde_json::{Map, Value, json};

use crate::book::Reason;
use crate::flow::FlowError;

/// Why a case has no answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    code: &'static str,
    message: String,
    place: Map<String, Value>,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place: Map::new() }
    }

    /// Says where: `event`, `index`, `field`, `store`, …; what was said first stays.
    pub(super) fn at(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.place.entry(key.to_owned()).or_insert_with(|| value.into());
        self
    }

    pub(super) fn field(code: &'static str, field: &str, message: impl Into<String>) -> Self {
        Self::new(code, message).at("field", field)
    }

    pub(super) fn answer(self) -> Value {
        let mut answer = self.place;
        answer.insert("status".to_owned(), json!("error"));
        answer.insert("reason".to_owned(), json!(self.code));
        answer.insert("error".to_owned(), json!(self.code));
        answer.insert("message".to_owned(), json!(self.message));
        Value::Object(answer)
    }
}

/// Why there is no answer in this kind of number.
pub(super) enum Stop {
    Refused(Refusal),
    /// Exact fractions grew too large.
    Budget,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        if reason == Reason::Budget {
            return Self::Budget;
        }
        let refusal = Refusal::new(reason.code(), reason.to_string());
        Self::Refused(match reason {
            Reason::Overdraw { from, held, asked } => refusal
                .at("holder", from)
                .at("held_t", held.to_string())
                .at("asked_t", asked.to_string()),
            Reason::UnknownId { id }
            | Reason::DuplicateId { id }
            | Reason::MadeLater { id, .. } => refusal.at("id", id),
            Reason::SharesOverOne { sum } => refusal.at("sum", sum.to_string()),
            Reason::UnknownLot { store, lot } => refusal.at("store", store).at("lot", lot),
            Reason::Loop { through } => refusal.at("through", through),
            Reason::NegativeMass { of }
            | Reason::NegativeSubstance { of }
            | Reason::NegativeShare { of } => refusal.at("of", of),
            _ => refusal,
        })
    }
}

impl From<FlowError> for Stop {
    fn from(error: FlowError) -> Self {
        let refusal = Refusal::new(error.code(), error.to_string());
        Self::Refused(match error {
            FlowError::Budget => return Self::Budget,
            FlowError::Overdraw { node, .. } | FlowError::ClosedLoop { node } => {
                refusal.at("node", node)
            }
            FlowError::Nowhere { stream } | FlowError::UnknownNode { stream } => {
                refusal.at("stream", stream)
            }
            FlowError::Negative { of } => refusal.at("of", of),
        })
    }
}
