//! GS1 element strings: application identifiers and their data (GS1 General Specifications 3 and
//! 7.8). Where a separator was lost on the way, a variable field swallows what follows it: this
//! reads exactly what is there and never cuts a field by guessing.

use std::collections::BTreeMap;

use serde::Serialize;

/// One application identifier with its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Element {
    /// The identifier, two to four digits.
    pub ai: String,
    /// Its data.
    pub data: String,
}

/// Data that does not follow the GS1 rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gs1Error {
    /// No identifier where one must be.
    #[error("no known GS1 application identifier at character {at}")]
    NoIdentifier {
        /// Position in characters, from 1.
        at: usize,
    },
    /// A field of fixed length is cut or holds a separator.
    #[error("GS1 application identifier {ai} needs {wanted} characters, {found} are there")]
    Short {
        /// The identifier.
        ai: String,
        /// Its fixed length.
        wanted: usize,
        /// What is there.
        found: usize,
    },
    /// An identifier without data.
    #[error("GS1 application identifier {ai} has no data")]
    Empty {
        /// The identifier.
        ai: String,
    },
}

const GS: char = '\u{1d}';

/// Takes GS1 data apart; `fixed` adds identifiers with a fixed length of data.
pub fn elements(data: &str, fixed: &BTreeMap<String, usize>) -> Result<Vec<Element>, Gs1Error> {
    let mut found = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let at = data.chars().count() - rest.chars().count() + 1;
        let (ai, tail) = identifier(rest).ok_or(Gs1Error::NoIdentifier { at })?;
        let until = tail.find(GS).unwrap_or(tail.len());
        let (field, behind) = match fixed.get(ai).copied().or_else(|| fixed_length(ai)) {
            Some(wanted) => {
                let available = tail.split_at(until).0;
                let cut = available.char_indices().nth(wanted).map_or(available.len(), |it| it.0);
                let count = available.chars().count();
                if count < wanted {
                    return Err(Gs1Error::Short { ai: ai.to_owned(), wanted, found: count });
                }
                tail.split_at(cut)
            }
            None => tail.split_at(until),
        };
        if field.is_empty() {
            return Err(Gs1Error::Empty { ai: ai.to_owned() });
        }
        found.push(Element { ai: ai.to_owned(), data: field.to_owned() });
        rest = behind.strip_prefix(GS).unwrap_or(behind);
    }
    Ok(found)
}

/// Splits off the identifier at the beginning.
fn identifier(text: &str) -> Option<(&str, &str)> {
    let digits = match text.get(..2)?.parse::<u8>().ok()? {
        0..=4 | 10..=22 | 30 | 37 | 90..=99 => 2,
        23..=25 | 40..=42 | 71 => 3,
        31..=36 | 39 | 43 | 70 | 72 | 80..=82 => 4,
        _ => return None,
    };
    let (ai, rest) = text.split_at_checked(digits)?;
    ai.bytes().all(|byte| byte.is_ascii_digit()).then_some((ai, rest))
}

/// Length of the data of identifiers that need no separator (General Specifications 7.8.5).
fn fixed_length(ai: &str) -> Option<usize> {
    match ai.get(..2)? {
        "00" => Some(18),
        "01" | "02" | "03" => Some(14),
        "04" => Some(16),
        "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => Some(6),
        "20" => Some(2),
        "31" | "32" | "33" | "34" | "35" | "36" => Some(6),
        "41" => Some(13),
        _ => None,
    }
}
