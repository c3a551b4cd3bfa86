//! A plant's year in a running server: masters by the installation, entries by a device over mTLS.

use anyhow::{Context, Result};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::device::Device;
use crate::http::Client;
use crate::installation::Installation;
use crate::plant;
use crate::year::{Books, DAYS, day};

/// Login of the plant's environment manager.
pub const MANAGER: &str = "manager";

/// Enters a plant's year and leaves the server running; the manager's account is there.
///
/// # Errors
/// The server's.
pub fn enter(installation: &mut Installation, books: &Books) -> Result<()> {
    let party = books.party.as_str();
    installation.party(party, plant::AREA)?;
    installation.masters(&books.party, books.master_puts(), &day(0))?;
    installation.account(MANAGER, &["--role", "ehs", "--party", party])?;
    installation.start()?;
    let device = books.writer.device().as_str();
    let token = installation.token(party, Books::site().as_str(), device, "plant")?;
    Device::enrol(installation, &token, &books.writer)?.upload_all(&books.entries)
}

/// The year's balance by the API, of the installation's own substance unless one is named.
///
/// # Errors
/// Another answer than 200.
pub fn balance(client: &Client, substance: Option<&str>) -> Result<Value> {
    let moment = |number| day(number).to_string().replace('+', "%2B");
    let mut path = format!("/api/v1/balance?from={}&to={}", moment(0), moment(DAYS));
    if let Some(substance) = substance {
        path.push_str(&format!("&substance={substance}"));
    }
    let answer = client.get(&path)?;
    anyhow::ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.text());
    answer.json()
}

/// A decimal text of an answer, by its path.
///
/// # Errors
/// There is no decimal.
pub fn decimal(value: &Value, pointer: &str) -> Result<Decimal> {
    let found = value.pointer(pointer).with_context(|| format!("no {pointer} in {value}"))?;
    let text = found.as_str().with_context(|| format!("{pointer} is no text: {found}"))?;
    Decimal::from_str_exact(text).with_context(|| format!("{pointer}: {text:?}"))
}

/// The page of the year's balance.
///
/// # Errors
/// Another answer than 200.
pub fn balance_page(client: &Client) -> Result<String> {
    client.page("/balance?scope=enterprise&from=2025-01-01&to=2025-12-31")
}

/// Figures of a page without the signs that group digits.
#[must_use]
pub fn ungrouped(html: &str) -> String {
    let group = |c: char| matches!(c, ',' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    html.replace("&nbsp;", "").chars().filter(|c| !group(*c)).collect()
}
