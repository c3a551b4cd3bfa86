//! Writing what changed on the shelf, in bulk.

use std::collections::BTreeMap;

use tl_domain::ids::PartyId;
use tl_domain::project::{RowKey, Table};

use super::Shelf;
use crate::StoreError;
use crate::accounts;
use crate::lineage;
use crate::rows::{columns, doc, key, shape};
use crate::sql::{Conn, Value, list};

/// Writes changed rows, new links and corrections; afterwards the shelf is as the tables are, if
/// the transaction commits.
pub(crate) fn flush(conn: &mut Conn, party: &PartyId, shelf: &mut Shelf) -> Result<(), StoreError> {
    links(conn, party, shelf)?;
    corrections(conn, party, shelf)?;
    lineage::note(conn, party, shelf)?;
    let mut tables: BTreeMap<Table, Vec<RowKey>> = BTreeMap::new();
    for key in std::mem::take(&mut shelf.dirty) {
        tables.entry(key.table).or_default().push(key);
    }
    for (table, keys) in tables {
        rows(conn, party, shelf, table, &keys)?;
    }
    accounts::note(conn, party, std::mem::take(&mut shelf.touched))
}

fn rows(
    conn: &mut Conn,
    party: &PartyId,
    shelf: &Shelf,
    table: Table,
    keys: &[RowKey],
) -> Result<(), StoreError> {
    let (name, names) = shape(table);
    let mut written = Vec::with_capacity(keys.len());
    let mut removed = Vec::new();
    for row_key in keys {
        match shelf.rows.get(row_key) {
            Some(Some(row)) => {
                let mut values = vec![Value::text(party.as_str()), Value::display(key(row_key))];
                values.extend(columns(row));
                values.push(Value::display(doc(row)?));
                written.push(values);
            }
            _ => removed.push(key(row_key)),
        }
    }
    if !removed.is_empty() {
        let sql = format!("DELETE FROM {name} WHERE party = ? AND key = ANY_OF(?)");
        conn.run(&sql, &[Value::text(party.as_str()), list(removed)])?;
    }
    let names: Vec<&str> = names.iter().copied().chain(["doc"]).collect();
    let head = format!("INSERT INTO {name} (party, key, {})", names.join(", "));
    let set: Vec<String> = names.iter().map(|name| format!("{name} = excluded.{name}")).collect();
    let tail = format!("ON CONFLICT (party, key) DO UPDATE SET {}", set.join(", "));
    conn.insert(&head, &tail, &written).map(drop)
}

fn links(conn: &mut Conn, party: &PartyId, shelf: &mut Shelf) -> Result<(), StoreError> {
    let new = std::mem::take(&mut shelf.new_links);
    let rows: Vec<Vec<Value<'_>>> = new
        .iter()
        .flat_map(|(object, entries)| entries.keys().map(move |index| (object, index)))
        .map(|(object, index)| {
            vec![Value::text(party.as_str()), Value::text(object), Value::count(*index)]
        })
        .collect();
    conn.insert("INSERT INTO link (party, object, idx)", "ON CONFLICT DO NOTHING", &rows).map(drop)
}

fn corrections(conn: &mut Conn, party: &PartyId, shelf: &mut Shelf) -> Result<(), StoreError> {
    let new = std::mem::take(&mut shelf.corrections);
    let rows: Vec<Vec<Value<'_>>> = new
        .values()
        .map(|correction| {
            let body = correction.body.as_ref();
            vec![
                Value::text(party.as_str()),
                Value::display(correction.target),
                Value::display(correction.by),
                Value::maybe_text(body.map(|body| body.kind().to_owned())),
                Value::maybe_text(body.map(|body| body.to_value())),
            ]
        })
        .collect();
    conn.insert(
        "INSERT INTO correction (party, target, winner, kind, body)",
        "ON CONFLICT (party, target) DO UPDATE SET winner = excluded.winner, \
         kind = excluded.kind, body = excluded.body",
        &rows,
    )
    .map(drop)
}
