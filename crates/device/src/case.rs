//! Answers recorded device cases: profile and bytes in, the decoded object out.
//!
//! The answer has the keys of a case's `expect` (`accepted`, `rejected`, and what the family
//! adds); `refusals` explains the rejected parts. The same function serves the command line, the
//! tests and commissioning ("what does this capture mean under this profile?").

use serde_json::{Map, Value, json};

use crate::decoder::{Decoder, Output, Reply};
use crate::label;
use crate::registry::{FAMILIES, ProfileError, decoder_for};
use crate::split::Split;
use crate::stability::{StabilityRule, StabilityWatch};

/// A case that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// The case lacks a field.
    #[error("the case has no {0}")]
    Missing(&'static str),
    /// A family this build has no decoder for.
    #[error("family {found:?} is not supported yet; supported are: {known}")]
    UnsupportedFamily {
        /// The case's family.
        found: String,
        /// The families of this build.
        known: String,
    },
    /// The profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

/// Decodes `input` as the case's profile declares, cut as `split` says.
pub fn decode_case(case: &Value, input: &[u8], split: Split) -> Result<Value, CaseError> {
    let family = case.get("family").and_then(Value::as_str);
    let profile = case.get("profile").ok_or(CaseError::Missing("`profile`"))?;
    match family {
        Some(label::FAMILY) => return Ok(label_answer(input)),
        Some(found) if !FAMILIES.iter().any(|it| it.name == found) => {
            return Err(unsupported(found));
        }
        Some(_) => {}
        None => return Err(CaseError::Missing("`family`")),
    }
    let mut decoder = decoder_for(profile)?;
    let (outputs, replies) = run_answering(decoder.as_mut(), input, split);
    Ok(answer(profile, &outputs, &replies))
}

fn unsupported(found: &str) -> CaseError {
    let mut known: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
    known.push(label::FAMILY);
    CaseError::UnsupportedFamily { found: found.to_owned(), known: known.join(", ") }
}

/// Runs a decoder over the whole input.
pub fn run(decoder: &mut dyn Decoder, input: &[u8], split: Split) -> Vec<Output> {
    run_answering(decoder, input, split).0
}

/// Runs a decoder over the whole input and collects its answers to the device as well.
pub fn run_answering(
    decoder: &mut dyn Decoder,
    input: &[u8],
    split: Split,
) -> (Vec<Output>, Vec<Reply>) {
    let (mut outputs, mut replies) = (Vec::new(), Vec::new());
    for piece in split.pieces(input) {
        decoder.push(piece, &mut outputs);
        replies.append(&mut decoder.take_replies());
    }
    decoder.finish(&mut outputs);
    replies.append(&mut decoder.take_replies());
    (outputs, replies)
}

fn answer(profile: &Value, outputs: &[Output], replies: &[Reply]) -> Value {
    let mut accepted = Vec::new();
    let mut rejected = Vec::new();
    let mut refusals = Vec::new();
    let mut skipped = 0usize;
    let mut ignored = Vec::new();
    for output in outputs {
        match output {
            Output::Accepted(it) => {
                let mut reading = serde_json::to_value(&it.reading)
                    .expect("readings are plain structures with text keys");
                if let Some(fields) = reading.as_object_mut() {
                    fields.insert("raw".to_owned(), json!(hex::encode(&it.raw)));
                }
                accepted.push(reading);
            }
            Output::Rejected(it) => {
                rejected.push(json!(it.reason.name()));
                refusals.push(json!({
                    "reason": it.reason.name(),
                    "detail": it.detail,
                    "offset": it.offset,
                    "length": it.length,
                    "raw": hex::encode(&it.raw),
                }));
            }
            Output::Skipped(it) => {
                skipped += 1;
                ignored.extend(it.item.as_ref().map(|item| json!(item)));
            }
        }
    }
    let mut answer = Map::new();
    answer.insert("accepted".to_owned(), Value::Array(accepted));
    answer.insert("rejected".to_owned(), Value::Array(rejected));
    answer.insert("refusals".to_owned(), Value::Array(refusals));
    answer.insert("skipped".to_owned(), json!(skipped));
    answer.insert("ignored".to_owned(), Value::Array(ignored));
    let names: Vec<&str> = replies.iter().map(|it| it.name).collect();
    answer.insert("reply".to_owned(), json!(names.first()));
    answer.insert("replies".to_owned(), json!(names));
    if let Some(locked) = locked(profile, outputs) {
        answer.insert("locked".to_owned(), locked);
    }
    Value::Object(answer)
}

/// Time between two frames of a replayed stream, in µs: a record of bytes holds no times.
const REPLAY_STEP_US: i64 = 100_000;

/// The weights that became stable, where the profile declares how many equal frames it takes.
fn locked(profile: &Value, outputs: &[Output]) -> Option<Value> {
    let declared = profile.get("stable_n").or_else(|| profile.get("stable_frames"))?;
    let stable_frames = u32::try_from(declared.as_u64()?).ok()?;
    let mut watch = StabilityWatch::new(StabilityRule { stable_frames, ..Default::default() });
    let mut now_us = 0;
    let mut values = Vec::new();
    for output in outputs {
        now_us += REPLAY_STEP_US;
        if let Some(captured) = watch.observe(output, now_us) {
            values.push(json!(captured.weight.value));
        }
    }
    Some(Value::Array(values))
}

fn label_answer(input: &[u8]) -> Value {
    match label::request::print(input) {
        Ok(bytes) => {
            json!({"accepted": [{"type": "command", "bytes": bytes}], "rejected": []})
        }
        Err(error) => json!({
            "accepted": [],
            "rejected": [error.reason().name()],
            "refusals": [{"reason": error.reason().name(), "detail": error.to_string()}],
        }),
    }
}

#[cfg(test)]
mod tests;
