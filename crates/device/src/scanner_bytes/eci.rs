//! Extended channel interpretation: `\NNNNNN` names the encoding of what follows, `\\` is one
//! backslash. Data without an escape must be UTF-8 (ASCII included); other bytes are refused,
//! because a guess would turn a code into another one.

use encoding_rs::{BIG5, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, WINDOWS_1252};

use crate::reading::{Reason, Refusal};

/// The text of escaped data and the first interpretation named in it.
pub fn decode(data: &[u8]) -> Result<(String, Option<u32>), Refusal> {
    let bad = |detail: &str| Refusal::new(Reason::BadField, detail);
    let mut text = String::new();
    let mut first = None;
    let mut encoding = UTF_8;
    let mut segment = Vec::new();
    let mut rest = data;
    loop {
        match rest {
            [] => break,
            [b'\\', b'\\', tail @ ..] => {
                segment.push(b'\\');
                rest = tail;
            }
            [b'\\', tail @ ..] => {
                let (digits, tail) =
                    tail.split_at_checked(6).ok_or_else(|| bad("an ECI escape is cut"))?;
                let number = number(digits)
                    .ok_or_else(|| bad("a single backslash without six digits behind it"))?;
                text.push_str(&in_encoding(&segment, encoding)?);
                segment.clear();
                encoding = encoding_of(number)?;
                first = first.or(Some(number));
                rest = tail;
            }
            [byte, tail @ ..] => {
                segment.push(*byte);
                rest = tail;
            }
        }
    }
    text.push_str(&in_encoding(&segment, encoding)?);
    Ok((text, first))
}

/// Data that must be UTF-8.
pub fn utf8(data: &[u8]) -> Result<String, Refusal> {
    in_encoding(data, UTF_8)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        Some(sum * 10 + digit)
    })
}

fn encoding_of(number: u32) -> Result<&'static Encoding, Refusal> {
    Ok(match number {
        26 | 27 | 170 => UTF_8,
        // ISO 8859-1 is read as its superset; the difference are control codes, refused later.
        1 | 3 => WINDOWS_1252,
        20 => SHIFT_JIS,
        28 => BIG5,
        29 | 31 => GBK,
        32 => GB18030,
        other => {
            let detail = format!("ECI {other:06} is not supported; print codes in UTF-8 (000026)");
            return Err(Refusal::new(Reason::BadEncoding, detail));
        }
    })
}

fn in_encoding(data: &[u8], encoding: &'static Encoding) -> Result<String, Refusal> {
    match encoding.decode_without_bom_handling_and_without_replacement(data) {
        Some(text) => Ok(text.into_owned()),
        None => {
            let detail = format!(
                "the data is no {} text; set the scanner to UTF-8 or to send ECI",
                encoding.name()
            );
            Err(Refusal::new(Reason::BadEncoding, detail))
        }
    }
}
