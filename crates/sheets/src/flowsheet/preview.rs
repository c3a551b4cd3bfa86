//! What storing a flow sheet would change.
//!
//! Invariant: a record that is there already, in use and equal, is unchanged and never written
//! again, so that the same file twice writes nothing the second time. Records that the file does
//! not name are left alone.

use serde::Serialize;
use serde_json::Value;
use tl_domain::event::Master;

/// What would become of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// New.
    Added,
    /// There, and different.
    Changed {
        /// Fields that differ, as signed.
        fields: Vec<String>,
    },
    /// There, but out of use: it comes back into use.
    Revived,
    /// There and equal.
    Unchanged,
}

/// One record of the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changed {
    /// Kind of record, as signed.
    pub what: &'static str,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What would become of it.
    #[serde(flatten)]
    pub change: Change,
    /// The record itself.
    #[serde(skip)]
    pub record: Master,
}

/// All records of a file against those that are known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// In the order of the file's sections.
    pub records: Vec<Changed>,
    /// Number of new ones.
    pub added: usize,
    /// Number of changed ones, revived ones included.
    pub changed: usize,
    /// Number of equal ones.
    pub unchanged: usize,
}

impl Preview {
    /// Records that have to be written.
    pub fn to_write(&self) -> impl Iterator<Item = &Master> {
        let written = self.records.iter().filter(|record| record.change != Change::Unchanged);
        written.map(|record| &record.record)
    }
}

/// Compares records with those known, each with whether it is in use.
#[must_use]
pub fn preview(records: &[Master], known: &[(Master, bool)]) -> Preview {
    let changed: Vec<Changed> = records
        .iter()
        .map(|record| {
            let same = |(other, _): &&(Master, bool)| {
                other.what() == record.what() && other.id() == record.id()
            };
            let change = match known.iter().find(same) {
                None => Change::Added,
                Some((before, _)) if before != record => {
                    Change::Changed { fields: fields(before, record) }
                }
                Some((_, false)) => Change::Revived,
                Some((_, true)) => Change::Unchanged,
            };
            let (what, id) = (record.what(), record.id().to_owned());
            Changed { what, id, name: name(record), change, record: record.clone() }
        })
        .collect();
    let count = |is: fn(&Change) -> bool| changed.iter().filter(|c| is(&c.change)).count();
    Preview {
        added: count(|change| *change == Change::Added),
        changed: count(|change| matches!(change, Change::Changed { .. } | Change::Revived)),
        unchanged: count(|change| *change == Change::Unchanged),
        records: changed,
    }
}

/// Fields that differ.
fn fields(before: &Master, after: &Master) -> Vec<String> {
    let value = |master| serde_json::to_value(master).unwrap_or_default();
    let (before, after): (Value, Value) = (value(before), value(after));
    let empty = serde_json::Map::new();
    let keys = |value: &Value| value.as_object().unwrap_or(&empty).keys().cloned().collect();
    let mut all: Vec<String> = keys(&before);
    all.extend::<Vec<String>>(keys(&after));
    all.sort();
    all.dedup();
    all.retain(|key| before.get(key) != after.get(key));
    all
}

fn name(record: &Master) -> String {
    match record {
        Master::Site(record) => record.name.clone(),
        Master::Node(record) => record.name.clone(),
        Master::Stream(record) => record.name.clone(),
        Master::Material(record) => record.name.clone(),
        Master::Place(record) => record.name.clone(),
        Master::Meter(record) => record.name.clone(),
        Master::Method(record) => record.name.clone(),
        _ => String::new(),
    }
}
