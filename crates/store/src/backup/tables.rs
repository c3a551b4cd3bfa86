//! The tables of a backup: which columns they have, and a row as a line of JSON.
//!
//! The database makes the line itself; both make the same values, so a backup of one goes into the
//! other. Bytes are hex digits. Rows are read in pages behind a key, never by offset.

use tl_domain::ids::PartyId;
use tl_ledger::Hash;

use crate::sql::{Conn, Value};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Integer or nothing.
    Int,
    /// Text or nothing.
    Text,
    /// Bytes, never nothing.
    Bytes,
}

use Kind::{Bytes, Int, Text};

/// Values of a row in the order of its table's columns.
pub(super) type Row = Vec<Value<'static>>;

/// A table as a backup holds it; the columns of the key come first.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static [&'static str],
    columns: &'static [(&'static str, Kind)],
    /// Which rows, as a condition.
    only: &'static str,
    /// Counts among the people, devices and settings.
    pub(super) is_record: bool,
}

/// All tables, in the order in which they can be filled.
pub(super) static TABLES: [Table; 20] = [
    Table {
        name: "log",
        key: &["party"],
        columns: &[
            ("party", Text),
            ("kind", Text),
            ("name", Text),
            ("area", Text),
            ("credit_code", Text),
            ("origin", Text),
            ("size", Int),
            ("root", Bytes),
            ("frontier", Bytes),
            ("term", Int),
            ("own_epoch", Int),
            ("projected", Int),
            ("opened_at", Int),
        ],
        only: "",
        is_record: false,
    },
    Table {
        name: "tree",
        key: &["party", "number"],
        columns: &[
            ("party", Text),
            ("number", Int),
            ("origin", Text),
            ("vkey", Text),
            ("first_idx", Int),
            ("opening_idx", Int),
            ("reason", Text),
            ("size", Int),
            ("root", Bytes),
            ("frontier", Bytes),
            ("log_frontier", Bytes),
            ("opened_at", Int),
        ],
        only: "",
        is_record: false,
    },
    Table {
        name: "checkpoint",
        key: &["party", "number", "size"],
        columns: &[
            ("party", Text),
            ("number", Int),
            ("size", Int),
            ("root", Bytes),
            ("note", Text),
            ("signed_at", Int),
            ("ordinal", Int),
            ("link", Text),
        ],
        only: "",
        is_record: false,
    },
    Table {
        name: "cosignature",
        key: &["party", "number", "size", "witness"],
        columns: &[
            ("party", Text),
            ("number", Int),
            ("size", Int),
            ("witness", Text),
            ("line", Text),
            ("received_at", Int),
        ],
        only: "",
        is_record: false,
    },
    Table {
        name: "alarm",
        key: &["party", "number", "code"],
        columns: &[
            ("party", Text),
            ("number", Int),
            ("code", Text),
            ("detail", Text),
            ("evidence", Text),
            ("noticed_at", Int),
            ("facts", Text),
        ],
        only: "",
        is_record: false,
    },
    Table {
        name: "stream",
        key: &["party", "device", "epoch"],
        columns: &[
            ("party", Text),
            ("device", Text),
            ("epoch", Int),
            ("acked", Int),
            ("head", Bytes),
            ("forked", Int),
        ],
        only: "",
        is_record: false,
    },
    Table {
        name: "evidence",
        key: &["party", "device", "leaf"],
        columns: &[
            ("party", Text),
            ("device", Text),
            ("leaf", Bytes),
            ("epoch", Int),
            ("dseq", Int),
            ("counted", Int),
            ("code", Text),
            ("detail", Text),
            ("received_at", Int),
            ("bytes", Bytes),
        ],
        only: "",
        is_record: false,
    },
    Table {
        name: "entry",
        key: &["party", "idx"],
        columns: &[
            ("party", Text),
            ("idx", Int),
            ("id", Text),
            ("device", Text),
            ("epoch", Int),
            ("dseq", Int),
            ("kind", Text),
            ("observed_at", Int),
            ("received_at", Int),
            ("leaf", Bytes),
            ("key_id", Text),
            ("suspect", Int),
            ("bytes", Bytes),
        ],
        only: "",
        is_record: false,
    },
    Table {
        name: "blob",
        key: &["party", "name"],
        columns: &[
            ("party", Text),
            ("name", Text),
            ("size", Int),
            ("received", Int),
            ("complete", Int),
            ("received_at", Int),
        ],
        // Devices send the others again.
        only: "complete = 1",
        is_record: false,
    },
    Table {
        name: "account",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("login", Text),
            ("name", Text),
            ("party", Text),
            ("roles", Text),
            ("area", Text),
            ("password_hash", Text),
            ("failed", Int),
            ("locked_until", Int),
            ("totp", Text),
            ("active", Int),
            ("totp_step", Int),
        ],
        only: "",
        is_record: true,
    },
    Table {
        name: "recovery_code",
        key: &["code"],
        columns: &[("code", Text), ("account", Text), ("used_at", Int)],
        only: "",
        is_record: true,
    },
    Table {
        name: "device",
        key: &["id"],
        columns: &[
            ("id", Text),
            ("party", Text),
            ("site", Text),
            ("name", Text),
            ("role", Text),
            ("epoch", Int),
            ("key", Text),
            ("certificate_serial", Text),
            ("certificate_until", Int),
            ("state", Text),
            ("seen_at", Int),
        ],
        only: "",
        is_record: true,
    },
    Table {
        name: "code_lease",
        key: &["start"],
        columns: &[
            ("start", Int),
            ("count", Int),
            ("party", Text),
            ("device", Text),
            ("expires_at", Int),
        ],
        only: "",
        is_record: true,
    },
    Table {
        name: "page_user",
        key: &["party", "operator"],
        columns: &[
            ("party", Text),
            ("operator", Text),
            ("name", Text),
            ("pin_hash", Text),
            ("badge", Text),
            ("roles", Text),
            ("active", Int),
            ("sites", Text),
        ],
        only: "",
        is_record: true,
    },
    Table {
        name: "snapshot",
        key: &["device"],
        columns: &[("device", Text), ("version", Int), ("content", Text)],
        only: "",
        is_record: true,
    },
    Table {
        name: "access_record",
        key: &["party", "number"],
        columns: &[
            ("party", Text),
            ("number", Int),
            ("at", Int),
            ("account", Text),
            ("looker", Text),
            ("what", Text),
        ],
        only: "",
        is_record: true,
    },
    Table {
        name: "account_alarm",
        key: &["party", "area", "substance", "until", "test", "direction"],
        columns: &[
            ("party", Text),
            ("area", Text),
            ("substance", Text),
            ("until", Int),
            ("test", Text),
            ("direction", Text),
            ("first_seen", Int),
        ],
        only: "",
        is_record: true,
    },
    Table {
        name: "setting",
        key: &["name"],
        columns: &[("name", Text), ("value", Text)],
        only: "",
        is_record: true,
    },
    Table {
        name: "device_end",
        key: &["device"],
        columns: &[("device", Text), ("at", Int), ("person", Text), ("reason", Text)],
        only: "",
        is_record: true,
    },
    Table {
        name: "rollout",
        key: &["party", "site", "device"],
        columns: &[
            ("party", Text),
            ("site", Text),
            ("device", Text),
            ("version", Text),
            ("at", Int),
            ("person", Text),
        ],
        only: "",
        is_record: true,
    },
];

/// Tables that backups of earlier versions do not have: nothing stands in them.
const LATER: &[&str] = &["device_end", "rollout", "recovery_code"];

/// Last columns that backups of earlier versions do not have: nothing stands there.
const ADDED: &[(&str, &str)] = &[
    ("page_user", "sites"),
    ("checkpoint", "ordinal"),
    ("checkpoint", "link"),
    ("alarm", "facts"),
    ("account", "totp_step"),
];

/// The table of a name.
pub(super) fn named(name: &str) -> &'static Table {
    TABLES.iter().find(|table| table.name == name).expect("a name of the list above")
}

impl Table {
    /// Whether a backup may lack it.
    pub(super) fn came_later(&self) -> bool {
        LATER.contains(&self.name)
    }

    /// Names of the columns, as the first line of the file has them.
    pub(super) fn header(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        serde_json::Value::from(names).to_string()
    }

    /// How many columns a file has whose first line is this; `None` when it is of another table.
    pub(super) fn columns_in(&self, header: &str) -> Option<usize> {
        let found: Vec<String> = serde_json::from_str(header).ok()?;
        let (there, missing) = self.columns.split_at_checked(found.len())?;
        let same = found.iter().zip(there).all(|(found, (name, _))| found == name);
        let added = missing.iter().all(|(name, _)| ADDED.contains(&(self.name, name)));
        (same && added).then_some(found.len())
    }

    /// A query for the next page: the last key, when there is one, and the number of rows.
    pub(super) fn page_sql(&self, conn: &Conn, goes_on: bool) -> String {
        let array = match conn {
            Conn::Sqlite(_) => "json_array",
            Conn::Postgres(_) => "json_build_array",
        };
        let column = |(name, kind): &(&str, Kind)| match (kind, conn) {
            (Bytes, Conn::Sqlite(_)) => format!("lower(hex({name}))"),
            (Bytes, Conn::Postgres(_)) => format!("encode({name}, 'hex')"),
            _ => (*name).to_owned(),
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        let key = self.key.join(", ");
        let mut conditions = Vec::new();
        if !self.only.is_empty() {
            conditions.push(self.only.to_owned());
        }
        if goes_on {
            conditions.push(format!("({key}) > ({})", vec!["?"; self.key.len()].join(", ")));
        }
        let filter = match conditions.is_empty() {
            true => String::new(),
            false => format!("WHERE {} ", conditions.join(" AND ")),
        };
        format!(
            "SELECT CAST({array}({}) AS TEXT) AS line FROM {} {filter}ORDER BY {key} LIMIT ?",
            columns.join(", "),
            self.name
        )
    }

    /// What stands before VALUES.
    pub(super) fn insert_head(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("INSERT INTO {} ({})", self.name, names.join(", "))
    }

    /// The values of a line with every column.
    pub(super) fn row(&self, line: &str) -> Result<Row, String> {
        self.row_of(line, self.columns.len())
    }

    /// The values of a line of a file that has so many columns.
    pub(super) fn row_of(&self, line: &str, columns: usize) -> Result<Row, String> {
        let mut cells: Vec<serde_json::Value> =
            serde_json::from_str(line).map_err(|e| format!("a row of {}: {e}", self.name))?;
        if cells.len() != columns {
            return Err(format!("a row of {} has {} values", self.name, cells.len()));
        }
        cells.resize(self.columns.len(), serde_json::Value::Null);
        cells.into_iter().zip(self.columns).map(|(cell, column)| self.value(cell, column)).collect()
    }

    fn value(
        &self,
        cell: serde_json::Value,
        (name, kind): &(&str, Kind),
    ) -> Result<Value<'static>, String> {
        let wrong = || format!("{}.{name} is no {kind:?}", self.name);
        Ok(match (kind, cell) {
            (Int, serde_json::Value::Null) => Value::NoInt,
            (Text, serde_json::Value::Null) => Value::NoText,
            (Int, serde_json::Value::Number(number)) => {
                Value::Int(number.as_i64().ok_or_else(wrong)?)
            }
            (Text, serde_json::Value::String(text)) => Value::Text(text.into()),
            (Bytes, serde_json::Value::String(text)) => {
                Value::Bytes(hex::decode(text).map_err(|_| wrong())?.into())
            }
            _ => return Err(wrong()),
        })
    }
}

/// Owner and name of a row of the table of blobs; `None` when it is none.
pub(super) fn blob(row: &[Value<'static>]) -> Option<(PartyId, Hash)> {
    match row {
        [Value::Text(party), Value::Text(name), ..] => {
            Some((party.parse().ok()?, name.parse().ok()?))
        }
        _ => None,
    }
}

/// Makes the row of a blob that the backup does not hold one of which nothing came yet.
pub(super) fn blob_not_received(row: &mut [Value<'static>]) {
    if let [_, _, _, received, complete, _] = row {
        (*received, *complete) = (Value::Int(0), Value::Int(0));
    }
}
