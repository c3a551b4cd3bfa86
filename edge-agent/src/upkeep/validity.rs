//! A certificate's validity, read from its DER (RFC 5280 §4.1).
//!
//! Walks the few elements before it and nothing else; a whole X.509 reader would be a tenth of the
//! program. Says when to renew and which time to verify at; it never decides about trust.

#[cfg(test)]
mod tests;

use chrono::NaiveDateTime;

/// Tags of DER.
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;
/// Two-digit years from here on are of the last century (RFC 5280 §4.1.2.5.1).
const UTC_TIME_PIVOT: &str = "50";

/// Seconds since 1970 at which a certificate begins and ends; `None` for what is no certificate.
pub(crate) fn validity(certificate: &[u8]) -> Option<(i64, i64)> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (mut rest, _) = element(certificate, SEQUENCE)?;
    if let Some((_, after)) = element(rest, VERSION) {
        rest = after;
    }
    // Serial number, signature algorithm, issuer.
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        (_, rest) = element(rest, tag)?;
    }
    let (validity, _) = element(rest, SEQUENCE)?;
    let (begins, after) = time(validity)?;
    let (ends, _) = time(after)?;
    Some((begins, ends))
}

/// Content of the first element when it has the tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0x00..=0x7F => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    (*found == tag).then_some((content, after))
}

fn time(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (text, after, short) = match element(bytes, UTC_TIME) {
        Some((text, after)) => (text, after, true),
        None => {
            let (text, after) = element(bytes, GENERALIZED_TIME)?;
            (text, after, false)
        }
    };
    let text = std::str::from_utf8(text).ok()?;
    let century = match (short, text.get(..2)?) {
        (false, _) => "",
        (true, year) if year >= UTC_TIME_PIVOT => "19",
        (true, _) => "20",
    };
    let at = NaiveDateTime::parse_from_str(&format!("{century}{text}"), "%Y%m%d%H%M%SZ").ok()?;
    Some((at.and_utc().timestamp(), after))
}
