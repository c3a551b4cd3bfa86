//! Quantities in words, as they were signed: digits untouched, unit and basis beside them.

use tl_domain::event::{Amount, Determination};
use tl_domain::quantity::{Basis, Mass, Reading};

use super::format;
use crate::i18n::Words;

/// A mass as written: `32,450 kg 湿基`.
pub(crate) fn mass(t: Words, mass: &Mass) -> String {
    format!("{} {} {}", format::grouped(mass.value.as_str()), mass.unit, t.basis(mass.basis))
}

/// A mass or volume as written.
pub(crate) fn amount(t: Words, amount: &Amount) -> String {
    match amount {
        Amount::Mass(value) => mass(t, value),
        Amount::Volume(volume) => {
            let unit = match volume.unit.sign() {
                "m3" => "m³",
                "Nm3" => "Nm³",
                other => other,
            };
            format!("{} {unit}", format::grouped(volume.value.as_str()))
        }
    }
}

/// A result as printed, without unit.
pub(crate) fn reading(t: Words, reading: &Reading) -> String {
    match reading {
        Reading::Value { value } => format::grouped(value.as_str()),
        Reading::Below { limit } => format!("<{limit}"),
        Reading::NotDetected { lod } => t.not_detected(lod),
        Reading::DetectedBelowLoq { lod, loq } => t.between_limits(lod, loq),
        Reading::NotMeasured => t.not_measured().to_owned(),
    }
}

/// A result with its unit and basis.
pub(crate) fn result(t: Words, value: &Reading, unit: &str, basis: Option<Basis>) -> String {
    let mut text = reading(t, value);
    if *value != Reading::NotMeasured {
        text.push(' ');
        text.push_str(&unit_sign(unit));
        if let Some(basis) = basis {
            text.push(' ');
            text.push_str(t.basis(basis));
        }
    }
    text
}

/// A unit as people write it: `µg/L` for `ug/L`, `mg/m³` for `mg/m3`.
pub(crate) fn unit_sign(sign: &str) -> String {
    let sign = sign.strip_prefix("ug").map_or_else(|| sign.to_owned(), |rest| format!("µg{rest}"));
    sign.strip_suffix("m3").map_or_else(|| sign.clone(), |rest| format!("{rest}m³"))
}

/// One determination: what, how much, in which unit. Moisture is per cent of the wet mass.
pub(crate) fn determination(t: Words, d: &Determination) -> String {
    match d.analyte.as_str() {
        "moisture" => t.pair(t.moisture_word(), percent(t, &d.result)),
        "density" => t.pair(t.density_word(), result(t, &d.result, d.unit.sign(), None)),
        substance => t.pair(substance, result(t, &d.result, d.unit.sign(), d.basis)),
    }
}

/// A moisture as printed, with its per cent sign.
pub(crate) fn percent(t: Words, value: &Reading) -> String {
    let text = reading(t, value);
    if *value == Reading::NotMeasured { text } else { format!("{text} %") }
}
