//! What the installation knows besides the logs: people, sessions, devices, leases, looks,
//! programs of devices.
//!
//! None of it is evidence. Passwords, PINs and tokens come in as hashes and are never logged. Every
//! write is one transaction of the only writer, so that a check and the change that relies on it
//! can't be separated by another request.

mod access;
mod accounts;
mod devices;
mod leases;
mod page_users;
mod second_factor;
mod sessions;
mod settings;
mod upkeep;

#[cfg(test)]
mod tests;

pub use access::AccessRecord;
pub use accounts::Account;
pub use devices::{Device, DeviceState, EnrolToken};
pub use leases::CodeLease;
pub use page_users::PageUser;
pub use sessions::Session;
pub use upkeep::{DeviceEnd, DeviceReport, ForkedStream, Rollout};

use std::fmt::Display;
use std::str::FromStr;

use crate::StoreError;
use crate::sql::Value;

/// Reads an id, hash or key from its column.
fn parsed<T>(column: &str, text: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|e: T::Err| StoreError::Damaged(format!("{column}: {e}")))
}

/// Reads a column that may hold nothing.
fn maybe_parsed<T>(column: &str, text: Option<&str>) -> Result<Option<T>, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    text.map(|text| parsed(column, text)).transpose()
}

/// Roles as their column holds them: a JSON array of texts.
fn roles_value(roles: &[String]) -> Value<'static> {
    Value::display(serde_json::Value::from(roles))
}

/// Roles from their column.
fn roles_read(column: &str, text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::Damaged(format!("{column}: {e}")))
}
