//! What is declared of weighbridge tickets: where they come from, and what they mean.
//!
//! Folder, database file and outside program share their meaning; only the way to the rows differs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use tl_device::ticket::TicketMapping;
use tl_domain::ids::{MaterialId, MeterId, NodeId, OperatorId, PartyId};

use super::port::default_settle_ms;

/// Longest time that an outside program may take, in seconds.
const TIMEOUT_SECONDS_MAX: u32 = 600;

/// What tickets of one weighbridge mean.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TicketRules {
    /// Key of a ticket: this and its number.
    pub(crate) software: String,
    /// Where arrivals are booked.
    pub(crate) node: NodeId,
    /// Named in corrections of changed tickets.
    pub(crate) approved_by: OperatorId,
    #[serde(default)]
    pub(crate) meter: Option<MeterId>,
    /// Names of the software and the materials they mean.
    #[serde(default)]
    pub(crate) materials: BTreeMap<String, MaterialId>,
    /// Names of the software and the parties they mean.
    #[serde(default)]
    pub(crate) suppliers: BTreeMap<String, PartyId>,
    /// Columns, as saved.
    pub(crate) mapping: Value,
}

impl TicketRules {
    /// The saved mapping, checked.
    ///
    /// # Errors
    /// What is wrong in it.
    pub(crate) fn mapping(&self) -> Result<TicketMapping, String> {
        let mapping: TicketMapping = serde_json::from_value(self.mapping.clone())
            .map_err(|error| format!("mapping: {error}"))?;
        mapping.check().map_err(|error| format!("mapping: {error}"))?;
        Ok(mapping)
    }
}

/// Files of the weighbridge's software.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketFolder {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    #[serde(default = "default_settle_ms")]
    pub(crate) settle_ms: u64,
    #[serde(flatten)]
    pub(crate) rules: TicketRules,
}

/// A table or view in an SQLite file, read and never written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketSqlite {
    pub(crate) name: String,
    /// The database file.
    pub(crate) database: PathBuf,
    /// What is asked, with `{since}` and perhaps `{limit}` in it.
    pub(crate) query: String,
    #[serde(flatten)]
    pub(crate) watch: TicketWatch,
    #[serde(flatten)]
    pub(crate) rules: TicketRules,
}

/// A program that asks another database and writes CSV.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketCommand {
    pub(crate) name: String,
    /// The program, by its whole path.
    pub(crate) program: PathBuf,
    /// What it is given, with `{since}` and perhaps `{limit}` in it; no shell reads it.
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    /// Its environment beside PATH, HOME and LANG; `file:/path` is the first line of that file.
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    /// Longest time that it may take.
    #[serde(default = "default_timeout_seconds")]
    pub(crate) timeout_seconds: u32,
    #[serde(flatten)]
    pub(crate) watch: TicketWatch,
    #[serde(flatten)]
    pub(crate) rules: TicketRules,
}

/// How a table is read up to a mark: rows whose stamp (the mapping's `stamp` column) is at or
/// behind `{since}`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TicketWatch {
    /// Pause between looks.
    #[serde(default = "default_every_seconds")]
    pub(crate) every_seconds: u32,
    /// What the stamps are.
    #[serde(default)]
    pub(crate) stamps: Stamps,
    /// Stamp of the oldest row that is ever read, as the table writes it.
    pub(crate) start: String,
    /// How far each look goes back behind the newest row: hours, or numbers.
    #[serde(default)]
    pub(crate) overlap: Option<u32>,
    /// How far one look a day goes back: hours, or numbers.
    #[serde(default)]
    pub(crate) deep: Option<u32>,
    /// Rows of one page, where the query has `{limit}` in it.
    #[serde(default = "default_limit")]
    pub(crate) limit: u32,
}

/// What grows with the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stamps {
    /// Times in the mapping's format.
    #[default]
    Time,
    /// Whole numbers.
    Number,
}

impl TicketWatch {
    /// Hours or numbers behind the newest row that each look reads again.
    pub(crate) fn overlap(&self) -> u32 {
        self.overlap.unwrap_or(match self.stamps {
            Stamps::Time => 72,
            Stamps::Number => 500,
        })
    }

    /// Hours or numbers behind the newest row that one look a day reads again.
    pub(crate) fn deep(&self) -> u32 {
        let declared = self.deep.unwrap_or(match self.stamps {
            Stamps::Time => 60 * 24,
            Stamps::Number => 10_000,
        });
        declared.max(self.overlap())
    }

    fn check(&self, texts: &[&str], mapping: &TicketMapping) -> Result<(), String> {
        if mapping.stamp.is_none() {
            return Err(
                "mapping: `stamp` is missing, the column that grows with each change of a \
                        row (its time of change, or its number)"
                    .to_owned(),
            );
        }
        if !texts.iter().any(|text| text.contains("{since}")) {
            return Err("`{since}` stands nowhere in the query: the whole table would be read at \
                        each look"
                .to_owned());
        }
        if self.every_seconds == 0 || self.limit == 0 {
            return Err("`every_seconds` and `limit` are above 0".to_owned());
        }
        let known = match self.stamps {
            Stamps::Number => self.start.parse::<u64>().is_ok(),
            Stamps::Time => mapping
                .moment(&self.start)
                .is_some_and(|at| mapping.written(at.timestamp_micros()).is_some()),
        };
        if !known {
            return Err(format!(
                "`start` {:?} is no {}",
                self.start,
                match self.stamps {
                    Stamps::Number => "whole number".to_owned(),
                    Stamps::Time => format!("time like {}", mapping.date_format),
                }
            ));
        }
        Ok(())
    }
}

impl TicketSqlite {
    pub(super) fn check(&self) -> Result<(), String> {
        let mapping = self.rules.mapping()?;
        self.watch.check(&[&self.query], &mapping)
    }
}

impl TicketCommand {
    pub(super) fn check(&self) -> Result<(), String> {
        let mapping = self.rules.mapping()?;
        if !self.program.is_absolute() {
            return Err(format!("`program` {} is no whole path", self.program.display()));
        }
        if self.timeout_seconds == 0 || self.timeout_seconds > TIMEOUT_SECONDS_MAX {
            return Err(format!("`timeout_seconds` is 1 to {TIMEOUT_SECONDS_MAX}"));
        }
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        self.watch.check(&arguments, &mapping)
    }
}

fn default_timeout_seconds() -> u32 {
    60
}
fn default_every_seconds() -> u32 {
    60
}
fn default_limit() -> u32 {
    1000
}
