//! From changed projections to rows of the event graph, in bulk.

use std::borrow::Cow;
use std::collections::BTreeSet;

use tl_domain::ids::{EntryId, PartyId};
use tl_domain::project::{FlowRow, Row, RowKey, Table};
use tl_lineage::{Gathered, RECEIVE_LINE, RUN_LINE, of_flow, of_reception, of_run};
use uuid::Uuid;

use crate::StoreError;
use crate::books::{Shelf, SqlBooks};
use crate::sql::{Conn, Value};

/// Columns after the key.
const COLUMNS: [&str; 11] = [
    "kind", "source", "target", "since", "until", "wet", "dry", "volume", "moisture", "material",
    "stream",
];

/// What is to be written and removed.
#[derive(Default)]
struct Changes {
    rows: Vec<tl_lineage::Row>,
    /// Owner, first line and the line after the last.
    removed: Vec<(u128, u32, u32)>,
}

/// Writes what follows from the rows on the shelf that are about to be written.
pub(crate) fn note(conn: &mut Conn, party: &PartyId, shelf: &mut Shelf) -> Result<(), StoreError> {
    let unread = unread(shelf);
    if !unread.is_empty() {
        SqlBooks { conn, party, shelf }.read_facts(&unread)?;
    }
    let mut changes = Changes::default();
    for (key, row) in shelf.changed() {
        match (key.table, row) {
            (Table::Flow, Some(Row::Flow(flow))) => changes.flow(party, shelf, flow),
            (Table::Run, Some(Row::Run(run))) => changes.replace(of_run(run)),
            (Table::Handover, Some(Row::Handover(half))) => {
                changes.replace(of_reception(party, half));
            }
            (Table::Flow, None) => {
                let (owner, line) = key.key.split_once('/').unwrap_or_default();
                if let (Some(owner), Ok(line)) = (id(owner), line.parse()) {
                    changes.removed.push((owner, line, line + 1));
                }
            }
            (Table::Run, None) => changes.clear(&key.key, RUN_LINE, u32::MAX),
            (Table::Handover, None) => changes.clear(&key.key, RECEIVE_LINE, RUN_LINE),
            _ => {}
        }
    }
    write(conn, party, &changes)
}

/// Entries that changed flows rest on and that are not on the shelf.
fn unread(shelf: &Shelf) -> Vec<EntryId> {
    let first = |row: Option<&Row>| match row {
        Some(Row::Flow(flow)) => flow.evidence.first().copied(),
        _ => None,
    };
    let wanted: BTreeSet<EntryId> = shelf.changed().filter_map(|(_, row)| first(row)).collect();
    wanted.into_iter().filter(|id| shelf.body(*id).is_none()).collect()
}

fn id(text: &str) -> Option<u128> {
    Uuid::try_parse(text).ok().map(|id| id.as_u128())
}

impl Changes {
    fn flow(&mut self, party: &PartyId, shelf: &Shelf, flow: &FlowRow) {
        let entry = flow.evidence.first().and_then(|id| shelf.body(*id)).flatten();
        match of_flow(party, flow, nth(shelf, flow), entry) {
            Some(row) => self.rows.push(row),
            None => self.removed.push((flow.owner.0.as_u128(), flow.line, flow.line + 1)),
        }
    }

    fn replace(&mut self, gathered: Gathered) {
        let kept = u32::try_from(gathered.rows.len()).unwrap_or(u32::MAX);
        let rest = gathered.first.saturating_add(kept);
        self.removed.push((gathered.owner, rest, gathered.end));
        self.rows.extend(gathered.rows);
    }

    fn clear(&mut self, owner: &str, first: u32, end: u32) {
        self.removed.extend(id(owner).map(|owner| (owner, first, end)));
    }
}

/// How many flows of the same owner and kind the same entry gave before this one.
fn nth(shelf: &Shelf, flow: &FlowRow) -> usize {
    let before =
        (0..flow.line).rev().map_while(|line| match shelf.known(&RowKey::flow(flow.owner, line)) {
            Some(Row::Flow(other)) if other.evidence.first() == flow.evidence.first() => {
                Some(other.kind)
            }
            _ => None,
        });
    before.filter(|kind| *kind == flow.kind).count()
}

fn write(conn: &mut Conn, party: &PartyId, changes: &Changes) -> Result<(), StoreError> {
    for (owner, first, end) in &changes.removed {
        conn.run(
            "DELETE FROM lineage_row WHERE party = ? AND owner = ? AND line >= ? AND line < ?",
            &[
                Value::text(party.as_str()),
                Value::bytes(&owner.to_be_bytes()),
                Value::Int(i64::from(*first)),
                Value::Int(i64::from(*end)),
            ],
        )?;
    }
    insert(conn, party, &changes.rows)
}

/// Inserts rows in place of those with the same key.
pub(super) fn insert(
    conn: &mut Conn,
    party: &PartyId,
    rows: &[tl_lineage::Row],
) -> Result<(), StoreError> {
    let head = format!("INSERT INTO lineage_row (party, owner, line, {})", COLUMNS.join(", "));
    let set: Vec<String> = COLUMNS.iter().map(|name| format!("{name} = excluded.{name}")).collect();
    let tail = format!("ON CONFLICT (party, owner, line) DO UPDATE SET {}", set.join(", "));
    let values: Vec<Vec<Value<'_>>> = rows.iter().map(|row| values(party, row)).collect();
    conn.insert(&head, &tail, &values).map(drop)
}

fn values<'a>(party: &'a PartyId, row: &tl_lineage::Row) -> Vec<Value<'a>> {
    let bytes = |bytes: Vec<u8>| Value::Bytes(Cow::Owned(bytes));
    vec![
        Value::text(party.as_str()),
        bytes(row.owner.to_be_bytes().to_vec()),
        Value::Int(i64::from(row.line)),
        Value::Int(row.kind.number()),
        bytes(row.source.to_bytes()),
        bytes(row.target.to_bytes()),
        Value::Int(row.since),
        Value::Int(row.until),
        Value::maybe_int(row.wet),
        Value::maybe_int(row.dry),
        Value::maybe_int(row.volume),
        Value::maybe_int(row.moisture),
        Value::maybe_text(row.material.as_ref()),
        Value::maybe_text(row.stream.as_ref()),
    ]
}
