//! Which declared layout a scale speaks, found with known weights and never guessed.
//!
//! The bytes that came while a known weight lay on the scale are read under every layout of every
//! family. A layout counts when it reads them and shows the known weight; when layouts that can
//! differ elsewhere both count, the answer is that it is ambiguous, and which other weight would
//! tell them apart is for people to choose. Nothing is stored or signed here.

#[cfg(test)]
mod tests;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::decoder::Output;
use crate::reading::{MassUnit, Reading, Weight};
use crate::registry::decoder_for;

/// Equal weights at the end of the bytes that make a weight stand.
pub const EQUAL_FRAMES: usize = 5;
/// Most bytes of one load that are looked at.
pub const LOAD_BYTES_MAX: usize = 64 << 10;
/// A layout shows the known weight when it is within this share of it, in thousandths: wrong
/// layouts are ten times off, a scale never is.
const LAYOUT_TOLERANCE: i64 = 50;

/// A known weight and what the scale sent while it lay there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The known weight.
    pub value: Decimal,
    /// Its unit.
    pub unit: MassUnit,
    /// What came on the line.
    pub bytes: Vec<u8>,
}

/// What a layout makes of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The layout, as a profile.
    pub profile: Value,
    /// Weights that were read.
    pub accepted: usize,
    /// Pieces that were refused.
    pub rejected: usize,
    /// The weight that stood at the end, when one did.
    pub standing: Option<Weight>,
    /// The bytes of its last frame.
    pub raw: Vec<u8>,
}

/// What the loads say.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement {
    /// One layout shows every load; what it showed of each, and the last frame of each.
    Agreed {
        /// The layout.
        profile: Value,
        /// What was shown, load by load.
        shown: Vec<(Weight, Vec<u8>)>,
    },
    /// Layouts that differ both show every load: another weight has to be put on.
    Ambiguous(Vec<Value>),
    /// No layout shows every load; these read the line, but other weights.
    NoneFits(Vec<Heard>),
    /// Nothing that came is a scale's.
    Unreadable,
}

/// Every layout that can be declared, the usual ones first; rare ones are in [`rare_layouts`].
#[must_use]
pub fn layouts() -> Vec<Value> {
    let mut all = Vec::new();
    for unit in ["kg", "t", "g"] {
        all.push(json!({"protocol": "yaohua_tf0", "layout": "6d+dp", "unit": unit}));
        all.push(json!({"protocol": "yaohua_tf0", "layout": "7d", "unit": unit}));
        for layout in ["6d+dp", "7d"] {
            all.push(json!({
                "protocol": "yaohua_tf0", "layout": layout, "unit": unit, "xor_nibble": "plus30",
            }));
        }
        all.push(json!({"protocol": "yaohua_eq", "order": "low_first", "unit": unit}));
        all.push(json!({"protocol": "yaohua_eq", "order": "high_first", "unit": unit}));
    }
    // These say their unit themselves.
    for checksum in ["twos7", "none"] {
        all.push(json!({"protocol": "toledo_continuous", "checksum": checksum}));
        for zero in ["included", "excluded"] {
            all.push(json!({
                "protocol": "toledo_continuous", "checksum": checksum, "dummy_zero": zero,
            }));
        }
    }
    for protocol in ["yaohua_a12e", "mt_sics", "text_st", "rlws_stream", "awt_stream"] {
        all.push(json!({ "protocol": protocol }));
        if !matches!(protocol, "yaohua_a12e" | "mt_sics") {
            all.push(json!({ "protocol": protocol, "line_end": "cr" }));
        }
    }
    with_parity(all)
}

/// Layouts that are looked at only when no usual one shows the known weight.
#[must_use]
pub fn rare_layouts() -> Vec<Value> {
    let base = || json!({"protocol": "yaohua_tf0", "layout": "7d"});
    let seven = |(unit, decimals): (&str, u8)| {
        let mut profile = base();
        profile["unit"] = json!(unit);
        profile["decimals"] = json!(decimals);
        profile
    };
    with_parity([("kg", 1), ("kg", 2), ("kg", 3), ("t", 1), ("t", 2)].map(seven).into())
}

/// The same once more for lines of 7 data bits that are read as 8.
fn with_parity(mut all: Vec<Value>) -> Vec<Value> {
    let stripped: Vec<Value> = all
        .iter()
        .map(|profile| {
            let mut profile = profile.clone();
            profile["strip_parity"] = json!(true);
            profile
        })
        .collect();
    all.extend(stripped);
    all
}

/// What one layout makes of some bytes; `None` when it is no layout.
#[must_use]
pub fn hear(profile: &Value, bytes: &[u8]) -> Option<Heard> {
    let mut decoder = decoder_for(profile).ok()?;
    let mut outputs = Vec::new();
    decoder.push(bytes.get(..LOAD_BYTES_MAX).unwrap_or(bytes), &mut outputs);
    // What is incomplete at the end is a frame under way, no damage: `finish` is not called.
    let mut heard =
        Heard { profile: profile.clone(), accepted: 0, rejected: 0, standing: None, raw: vec![] };
    let mut run: (Option<Weight>, usize) = (None, 0);
    for output in outputs {
        match output {
            Output::Accepted(accepted) => {
                let Reading::Weight(weight) = accepted.reading else { continue };
                heard.accepted += 1;
                let same = run.0.as_ref() == Some(&weight);
                let still = weight.stable != Some(false);
                run = (Some(weight), if same { run.1 + 1 } else { 1 } * usize::from(still));
                heard.raw = accepted.raw;
            }
            // The first frame is often cut by the start of listening.
            Output::Rejected(_) if heard.accepted == 0 => {}
            Output::Rejected(_) => {
                heard.rejected += 1;
                run = (None, 0);
            }
            Output::Skipped(_) => {}
        }
    }
    heard.standing = run.0.filter(|_| run.1 >= EQUAL_FRAMES);
    Some(heard)
}

/// What every usual layout makes of some bytes, those that read them best; for a live view.
#[must_use]
pub fn listen(bytes: &[u8]) -> Vec<Heard> {
    readers(&layouts(), bytes)
}

fn readers(all: &[Value], bytes: &[u8]) -> Vec<Heard> {
    let heard = all.iter().filter_map(|profile| hear(profile, bytes));
    let mut readers: Vec<Heard> =
        heard.filter(|it| it.accepted > 0 && it.rejected * 4 <= it.accepted).collect();
    let protocol = |it: &Heard| it.profile["protocol"].clone();
    // A layout that refuses nothing is not compared with one of its family that loses frames.
    let best = readers.clone();
    readers.retain(|it| {
        !best.iter().any(|other| {
            let less = other.rejected < it.rejected || other.accepted > it.accepted;
            protocol(other) == protocol(it) && less && other.rejected <= it.rejected
        })
    });
    // Undoing parity is declared only where nothing reads the line without it.
    if readers.iter().any(|it| it.profile.get("strip_parity").is_none()) {
        readers.retain(|it| it.profile.get("strip_parity").is_none());
    }
    readers
}

/// Finds the layout that shows every load.
#[must_use]
pub fn judge(loads: &[Load]) -> Judgement {
    let Some(first) = loads.first() else { return Judgement::Unreadable };
    let usual = listen(&first.bytes);
    if usual.is_empty() {
        return Judgement::Unreadable;
    }
    let mut fitting = fitting(&usual, loads);
    if fitting.is_empty() {
        fitting = self::fitting(&readers(&rare_layouts(), &first.bytes), loads);
    }
    match fitting.as_slice() {
        [] => Judgement::NoneFits(usual),
        [(profile, shown)] => Judgement::Agreed { profile: profile.clone(), shown: shown.clone() },
        several => {
            Judgement::Ambiguous(several.iter().map(|(profile, _)| profile.clone()).collect())
        }
    }
}

/// What was shown of each load, with the last frame.
type Shown = Vec<(Weight, Vec<u8>)>;

/// Layouts that show every load; of those that read every weight alike the first, and none that
/// declares more than another one needs.
fn fitting(readers: &[Heard], loads: &[Load]) -> Vec<(Value, Shown)> {
    let shows = |heard: &Heard| -> Option<(Value, Shown)> {
        let all = loads.iter().map(|load| shown(&heard.profile, load)).collect::<Option<Shown>>();
        Some((heard.profile.clone(), all?))
    };
    let mut kept: Vec<(Value, Shown)> = Vec::new();
    let all: Vec<(Value, Shown)> = readers.iter().filter_map(shows).collect();
    for candidate in &all {
        let covered = kept.iter().any(|it| what_is_read(&it.0) == what_is_read(&candidate.0));
        let needless = all.iter().any(|it| declares_less(&it.0, &candidate.0));
        if !covered && !needless {
            kept.push(candidate.clone());
        }
    }
    kept
}

/// What a profile shows of a load, when it is the known weight within what a layout can be off.
fn shown(profile: &Value, load: &Load) -> Option<(Weight, Vec<u8>)> {
    let heard = hear(profile, &load.bytes)?;
    let weight = heard.standing?;
    let (shown, known) = (grams(&weight)?, load.value * grams_of(load.unit));
    let off = (shown - known).abs();
    (off * Decimal::from(1000) <= known.abs() * Decimal::from(LAYOUT_TOLERANCE))
        .then_some((weight, heard.raw))
}

/// A layout without what is only checked of a frame.
fn what_is_read(profile: &Value) -> serde_json::Map<String, Value> {
    let mut fields = profile.as_object().cloned().unwrap_or_default();
    for check in ["xor_nibble", "checksum", "line_end", "strip_parity"] {
        fields.remove(check);
    }
    fields
}

/// Whether `a` says of what is read only a part of what `b` says, and nothing else.
fn declares_less(a: &Value, b: &Value) -> bool {
    let (a, b) = (what_is_read(a), what_is_read(b));
    a.len() < b.len() && a.iter().all(|(name, value)| b.get(name) == Some(value))
}

/// A weight in grams.
#[must_use]
pub fn grams(weight: &Weight) -> Option<Decimal> {
    let value = Decimal::from_str_exact(weight.value.as_str()).ok()?;
    Some(value * grams_of(weight.unit))
}

fn grams_of(unit: MassUnit) -> Decimal {
    match unit {
        MassUnit::G => Decimal::ONE,
        MassUnit::Kg => Decimal::from(1_000),
        MassUnit::T => Decimal::from(1_000_000),
        MassUnit::Lb => Decimal::new(45_359_237, 5),
    }
}
