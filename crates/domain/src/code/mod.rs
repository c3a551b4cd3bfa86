//! Label codes: 9 Crockford-32 symbols and a check symbol (DESIGN §10).
//!
//! The check symbol is the value modulo 37 in Crockford's check alphabet; only codes whose check is
//! one of the 32 letters are issued, so that a label holds nothing but `0-9 A-Z`. A code is an
//! alias of a batch, sample, handover or place; it carries no meaning of its own.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS: usize = 9;
/// Number of values that nine symbols can show.
pub const VALUES: u64 = 1 << 45;

/// A label code with a good check symbol, stored as its ten symbols.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

/// Why text is no label code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not ten symbols.
    #[error("read {read:?}: a code has 10 symbols, this has {symbols}")]
    Length {
        /// What was read, as typed.
        read: String,
        /// How many symbols it has without spaces and dashes.
        symbols: usize,
    },
    /// A character that no code holds.
    #[error("read {read:?}: {symbol:?} is no symbol of a code")]
    Symbol {
        /// What was read, as typed.
        read: String,
        /// The offending character.
        symbol: char,
    },
    /// The check symbol does not fit: misread or mistyped.
    #[error("read {read:?}: the check symbol does not fit; scan again or type it anew")]
    Check {
        /// What was read, as typed.
        read: String,
    },
    /// A QR text that is not one of ours.
    #[error("not a code of this system: {read:?}")]
    Foreign {
        /// The first 40 characters of what was read.
        read: String,
    },
}

impl Code {
    /// The code of a drawn value, `None` when its check symbol is never issued.
    #[must_use]
    pub fn issue(value: u64) -> Option<Self> {
        if value >= VALUES {
            return None;
        }
        let check = usize::try_from(value % 37).ok().filter(|check| *check < 32)?;
        let symbol = |shift: usize| char::from(ALPHABET[(value >> (5 * shift)) as usize & 31]);
        let mut text: String = (0..SYMBOLS).rev().map(symbol).collect();
        text.push(char::from(ALPHABET[check]));
        Some(Self(text))
    }

    /// The value that was drawn: what the nine symbols before the check say.
    #[must_use]
    pub fn value(&self) -> u64 {
        let digit = |symbol: u8| ALPHABET.iter().position(|it| *it == symbol).unwrap_or(0) as u64;
        self.0.bytes().take(SYMBOLS).fold(0, |value, symbol| value * 32 + digit(symbol))
    }

    /// The ten symbols without dashes: what a QR and the database hold.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form people read: `ABC-DEF-GHJK`.
    #[must_use]
    pub fn display(&self) -> String {
        format!("{}-{}-{}", &self.0[..3], &self.0[3..6], &self.0[6..])
    }
}

impl FromStr for Code {
    type Err = CodeError;

    /// Reads what people type: case, spaces and dashes are ignored, O is 0, I and L are 1.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let read = || text.chars().take(40).collect::<String>();
        let mut symbols = String::with_capacity(SYMBOLS + 1);
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let symbol = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if !symbol.is_ascii() || !ALPHABET.contains(&(symbol as u8)) {
                return Err(CodeError::Symbol { read: read(), symbol: c });
            }
            symbols.push(symbol);
        }
        if symbols.len() != SYMBOLS + 1 {
            return Err(CodeError::Length { read: read(), symbols: symbols.len() });
        }
        let digit = |b: u8| ALPHABET.iter().position(|a| *a == b).expect("symbol of the alphabet");
        let digits: Vec<usize> = symbols.bytes().map(digit).collect();
        let value = digits[..SYMBOLS].iter().fold(0_usize, |value, digit| value * 32 + digit);
        if value % 37 == digits[SYMBOLS] {
            Ok(Self(symbols))
        } else {
            Err(CodeError::Check { read: read() })
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    /// In signed bytes a code has one spelling: ten upper-case symbols without dashes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let code: Self = text.parse().map_err(serde::de::Error::custom)?;
        if code.0 == text {
            Ok(code)
        } else {
            Err(serde::de::Error::custom(format!("code {text:?} must be written {:?}", code.0)))
        }
    }
}

/// What a QR of ours names: the path letter of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// `B`: a batch.
    Batch,
    /// `S`: a sample.
    Sample,
    /// `M`: a handover or manifest.
    Handover,
    /// `P`: a place.
    Place,
    /// `C`: a command for the gate's page.
    Command,
}

impl CodeKind {
    /// The letter in the QR's path.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Batch => 'B',
            Self::Sample => 'S',
            Self::Handover => 'M',
            Self::Place => 'P',
            Self::Command => 'C',
        }
    }

    fn from_letter(letter: &str) -> Option<Self> {
        [Self::Batch, Self::Sample, Self::Handover, Self::Place, Self::Command]
            .into_iter()
            .find(|kind| letter.len() == 1 && letter.starts_with(kind.letter()))
    }
}

/// The text of a QR: upper case, so that the alphanumeric mode of QR can hold it.
#[must_use]
pub fn qr_text(host: &str, kind: CodeKind, code: &Code) -> String {
    format!("HTTPS://{}/{}/{}", host.to_ascii_uppercase(), kind.letter(), code.as_str())
}

/// Reads a scan: one of our addresses (any host, any case), or a bare code as typed.
///
/// # Errors
/// `Foreign` for other addresses and texts, else why the code itself is wrong.
pub fn read_scan(text: &str) -> Result<(Option<CodeKind>, Code), CodeError> {
    let text = text.trim();
    let foreign = || CodeError::Foreign { read: text.chars().take(40).collect() };
    let upper = text.to_ascii_uppercase();
    let Some(address) = upper.strip_prefix("HTTPS://") else {
        // A scanned text of about the right length is a mistyped code, anything else is foreign.
        let symbols = text.chars().filter(|c| !c.is_whitespace() && *c != '-').count();
        let near = (SYMBOLS..=SYMBOLS + 2).contains(&symbols);
        return if near { Ok((None, text.parse()?)) } else { Err(foreign()) };
    };
    let mut parts = address.splitn(3, '/');
    let (host, letter, code) = (parts.next(), parts.next(), parts.next());
    match (host, letter.and_then(CodeKind::from_letter), code) {
        (Some(host), Some(kind), Some(code)) if !host.is_empty() => Ok((Some(kind), code.parse()?)),
        _ => Err(foreign()),
    }
}
