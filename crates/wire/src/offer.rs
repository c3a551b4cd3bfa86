//! What an enrolment QR says: where the server is, the one-time token, and which CA to believe.
//!
//! One address with a fragment, because a fragment is never sent: a browser that opens it gives the
//! token to nobody. Scanners may turn the case of all letters round, so nothing depends on it.

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use tl_ledger::Hash;

/// Path that the address names.
const PATH: &str = "/device/v1/enrol";
/// Longest text that is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 1024;
/// Shortest token: 128 bits in Crockford symbols.
const TOKEN_SYMBOLS_MIN: usize = 26;

/// Everything that enrols one box.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentOffer {
    /// Base address of the page port, `https://host:port`.
    pub server: String,
    /// One-time token, Crockford symbols.
    pub token: String,
    /// SHA-256 of the CA's certificate as DER.
    pub ca_sha256: Hash,
}

/// Why a text is no enrolment offer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Another address, or no address at all.
    #[error("expected https://HOST:PORT{PATH}#token=…&ca=…, read {0:?}")]
    Address(String),
    /// A part of the fragment is missing or there twice.
    #[error("the code has no {0}: scan the whole code, or copy the whole line")]
    Missing(&'static str),
    /// The token is too short, or holds other signs.
    #[error(
        "the token in the code is damaged: {0} symbols, expected {TOKEN_SYMBOLS_MIN} letters and \
         digits"
    )]
    Token(usize),
    /// The fingerprint is no SHA-256.
    #[error("the CA fingerprint in the code is damaged: expected 64 hex digits")]
    Fingerprint,
}

impl fmt::Display for EnrolmentOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{PATH}#token={}&ca={}", self.server, self.token, self.ca_sha256)
    }
}

impl fmt::Debug for EnrolmentOffer {
    /// Without the token: whoever has it can enrol.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnrolmentOffer({}, ca {})", self.server, self.ca_sha256)
    }
}

impl FromStr for EnrolmentOffer {
    type Err = OfferError;

    fn from_str(text: &str) -> Result<Self, OfferError> {
        let text = text.trim().trim_start_matches('\u{feff}');
        // Never the fragment: it holds the token.
        let shown = || text.split('#').next().unwrap_or_default().chars().take(120).collect();
        if text.len() > TEXT_BYTES_MAX {
            return Err(OfferError::Address(shown()));
        }
        let (address, fragment) =
            text.split_once('#').ok_or_else(|| OfferError::Address(shown()))?;
        let address = address.to_ascii_lowercase();
        let server = address
            .trim_end_matches('/')
            .strip_suffix(PATH)
            .filter(|server| is_base(server))
            .ok_or_else(|| OfferError::Address(shown()))?;
        let token = part(fragment, "token")?.to_ascii_uppercase();
        let plain = token.bytes().all(|b| b.is_ascii_alphanumeric());
        if !plain || token.len() < TOKEN_SYMBOLS_MIN {
            return Err(OfferError::Token(token.len()));
        }
        let ca = part(fragment, "ca")?.to_ascii_lowercase();
        let ca_sha256 = ca.parse().map_err(|_| OfferError::Fingerprint)?;
        Ok(Self { server: server.to_owned(), token, ca_sha256 })
    }
}

/// `https://` and a host, perhaps with a port; nothing that would hide another one.
fn is_base(server: &str) -> bool {
    let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    server.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && rest.chars().all(host))
}

fn part<'a>(fragment: &'a str, name: &'static str) -> Result<&'a str, OfferError> {
    let mut found = fragment
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(known, value)| known.eq_ignore_ascii_case(name) && !value.is_empty());
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Ok(value),
        _ => Err(OfferError::Missing(name)),
    }
}
