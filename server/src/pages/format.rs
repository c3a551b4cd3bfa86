//! How figures, times and codes are written on pages.
//!
//! What was measured keeps its text (`1.20` stays `1.20`); what was calculated is rounded half away
//! from zero to the places of its table, so that a column is read at one scale. Separators are thin
//! for the eye: thousands by comma, always a point for decimals. Nothing here knows a language.

use chrono::{DateTime, FixedOffset, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use tl_domain::quantity::WetMass;
use tl_domain::time::Micros;

/// Offset used where no site tells another: UTC+8.
pub(crate) const DEFAULT_OFFSET_MINUTES: i32 = 480;

/// A decimal text with its thousands separated; digits after the point stay as they are.
pub(crate) fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::with_capacity(text.len() + text.len() / 3 + 3);
    out.push_str(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A calculated figure rounded to `places`, with thousands separated; never `−0`.
pub(crate) fn rounded(value: Decimal, places: u32) -> String {
    let mut value = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    if value.is_zero() {
        value.set_sign_positive(true);
    }
    grouped(&format!("{value:.0$}", places as usize))
}

/// Places for a table of grams whose largest figure is `largest`: about four digits that matter.
pub(crate) fn gram_places(largest: Decimal) -> u32 {
    let largest = largest.abs();
    match () {
        () if largest >= Decimal::ONE_THOUSAND => 0,
        () if largest >= Decimal::TEN => 1,
        () if largest.is_zero() => 0,
        () if largest >= Decimal::new(1, 1) => 3,
        () => 6,
    }
}

/// A calculated figure with about three digits that matter.
pub(crate) fn significant(value: Decimal) -> String {
    let size = value.abs();
    let mut places = 0;
    let mut bound = Decimal::ONE_HUNDRED;
    while size < bound && places < SIGNIFICANT_PLACES_MAX && !size.is_zero() {
        bound /= Decimal::TEN;
        places += 1;
    }
    rounded(value, places)
}

/// Places beyond which a calculated figure is nothing to look at.
const SIGNIFICANT_PLACES_MAX: u32 = 9;

/// A signed figure: `+` in front of what is above zero.
pub(crate) fn signed(value: Decimal, places: u32) -> String {
    let text = rounded(value, places);
    let above = value > Decimal::ZERO && text.chars().any(|c| ('1'..='9').contains(&c));
    if above { format!("+{text}") } else { text }
}

/// A mass of material in tonnes with at least three places (whole kilograms), exact below that.
pub(crate) fn tonnes(mass: WetMass) -> String {
    let tonnes = mass.tonnes().normalize();
    let places = tonnes.scale().max(3) as usize;
    grouped(&format!("{tonnes:.places$}"))
}

/// A share as a percentage with one place.
pub(crate) fn percent(part: Decimal, whole: Decimal) -> Option<String> {
    let share = part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
    Some(rounded(share, 1))
}

fn local(micros: Micros, offset_minutes: i32) -> Option<DateTime<FixedOffset>> {
    let offset = FixedOffset::east_opt(offset_minutes.checked_mul(60)?)?;
    Some(DateTime::<Utc>::from_timestamp_micros(micros)?.with_timezone(&offset))
}

/// `2026-11-23 08:41` at the offset given.
pub(crate) fn minute(micros: Micros, offset_minutes: i32) -> String {
    local(micros, offset_minutes)
        .map_or_else(|| micros.to_string(), |at| at.format("%Y-%m-%d %H:%M").to_string())
}

/// `2026-11-23 08:41:07.123 +08:00`, for the raw entry.
pub(crate) fn precise(micros: Micros, offset_minutes: i32) -> String {
    local(micros, offset_minutes)
        .map_or_else(|| micros.to_string(), |at| at.format("%Y-%m-%d %H:%M:%S%.3f %:z").to_string())
}

/// RFC 3339 text for the `datetime` attribute.
pub(crate) fn machine(micros: Micros, offset_minutes: i32) -> String {
    local(micros, offset_minutes).map_or_else(String::new, |at| at.to_rfc3339())
}

/// Value of an `<input type=datetime-local>`.
pub(crate) fn input_minute(micros: Micros, offset_minutes: i32) -> String {
    local(micros, offset_minutes)
        .map_or_else(String::new, |at| at.format("%Y-%m-%dT%H:%M").to_string())
}

/// The first `count` characters, with `…` when there are more.
pub(crate) fn shortened(text: &str, count: usize) -> String {
    match text.char_indices().nth(count) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Bytes as rows of 16: offset, hex, printable ASCII.
pub(crate) fn hex_dump(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 5);
    for (row, chunk) in bytes.chunks(16).enumerate() {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let ascii: String = chunk
            .iter()
            .map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '·' })
            .collect();
        out.push_str(&format!("{:06x}  {:<47}  {ascii}\n", row * 16, hex.join(" ")));
    }
    out
}

#[cfg(test)]
mod tests;
