//! Records of a message: fields, repeats, components and escapes by the header's delimiters.
//!
//! Source: ASTM E1394-97 / LIS02-A2 clauses 5.4 (delimiters) and 6.6 (escapes).

use crate::limits::quoted;
use crate::reading::{Reason, Refusal};

/// The delimiters a header record declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiters {
    /// Between fields.
    pub field: char,
    /// Between repeats.
    pub repeat: char,
    /// Between components.
    pub component: char,
    /// Around escapes.
    pub escape: char,
}

impl Delimiters {
    /// Reads them from a header record: `H|\^&`.
    pub fn of_header(header: &str) -> Result<Self, Refusal> {
        let wrong = || {
            let detail = format!(
                "{:?} declares no four different delimiters",
                quoted(header.get(..5).unwrap_or(header))
            );
            Refusal::new(Reason::BadHeader, detail)
        };
        let mut characters = header.chars().skip(1);
        let mut next = || characters.next().ok_or_else(wrong);
        let found = Self { field: next()?, repeat: next()?, component: next()?, escape: next()? };
        let all = [found.field, found.repeat, found.component, found.escape];
        let different =
            all.iter().enumerate().all(|(at, it)| all.iter().skip(at + 1).all(|other| other != it));
        let plain = all.iter().all(|it| !it.is_alphanumeric() && !it.is_control());
        let ended = characters.next().is_none_or(|it| it == found.field);
        if different && plain && ended { Ok(found) } else { Err(wrong()) }
    }

    /// Field `number` of a record, counted from 1 as the standard does, with escapes as sent.
    pub fn field<'a>(&self, record: &'a str, number: usize) -> &'a str {
        record.split(self.field).nth(number - 1).unwrap_or_default().trim()
    }

    /// Component `number` of a field, counted from 1, without escapes.
    pub fn component(&self, field: &str, number: usize) -> String {
        self.unescaped(field.split(self.component).nth(number - 1).unwrap_or_default().trim())
    }

    /// The text with its escapes resolved; unknown escapes stay as sent.
    pub fn unescaped(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(self.escape) {
            out.push_str(before);
            let Some((name, behind)) = after.split_once(self.escape) else {
                out.push(self.escape);
                rest = after;
                continue;
            };
            match self.resolved(name) {
                Some(character) => {
                    out.push(character);
                    rest = behind;
                }
                None => {
                    out.push(self.escape);
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out
    }

    fn resolved(&self, name: &str) -> Option<char> {
        match name {
            "F" => Some(self.field),
            "S" => Some(self.component),
            "R" => Some(self.repeat),
            "E" => Some(self.escape),
            other => {
                let hexadecimal = other.strip_prefix('X')?;
                let value = u8::from_str_radix(hexadecimal, 16).ok()?;
                (hexadecimal.len() == 2 && value.is_ascii_graphic()).then(|| char::from(value))
            }
        }
    }
}
