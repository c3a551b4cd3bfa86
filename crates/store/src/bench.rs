//! Rows for measurements alone: a log of millions, faster than entries can be signed.
//!
//! Compiled with the feature `bench`, which no product has. Invariant: leaves, frontier and root
//! are those of the bytes, so that tick, audit and proofs go their usual ways; nothing else is
//! true of such rows: no signature, no stream, no projection.

use diesel::sql_types::{BigInt, Binary};
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::time::Micros;
use tl_ledger::{Frontier, Hash};

use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// Device, kind and key that these rows name.
const DEVICE: &str = "bench";
const KIND: &str = "bench.row";
const KEY_ID: &str = "0000000000000000";

#[derive(diesel::QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    frontier: Vec<u8>,
}

impl Store {
    /// Appends rows that nobody signed to a log, in one transaction; gives the log's new size.
    ///
    /// # Errors
    /// `NoLog`, the database's.
    pub fn append_unsigned_for_bench(
        &self,
        party: &PartyId,
        rows: impl IntoIterator<Item = (EntryId, Vec<u8>)>,
        at: Micros,
    ) -> Result<u64, StoreError> {
        self.shared.write(|conn, engine| {
            engine.forget();
            let mut tree = frontier(conn, party)?;
            for (id, bytes) in rows {
                insert(conn, party, (tree.size(), id), &bytes, at)?;
                tree.append(Hash::leaf(&bytes));
            }
            let (root, bytes) = (tree.root(), tree.to_bytes());
            conn.run(
                "UPDATE log SET size = ?, projected = ?, root = ?, frontier = ? WHERE party = ?",
                &[
                    Value::count(tree.size()),
                    Value::count(tree.size()),
                    Value::hash(&root),
                    Value::bytes(&bytes),
                    Value::text(party.as_str()),
                ],
            )?;
            Ok(tree.size())
        })
    }
}

fn frontier(conn: &mut Conn, party: &PartyId) -> Result<Frontier, StoreError> {
    let sql = "SELECT size, frontier FROM log WHERE party = ?";
    let row: HeadRow = conn
        .one(sql, &[Value::text(party.as_str())])?
        .ok_or_else(|| StoreError::NoLog(party.clone()))?;
    Frontier::from_bytes(row.size.unsigned_abs(), &row.frontier)
        .map_err(|error| StoreError::Damaged(error.to_string()))
}

fn insert(
    conn: &mut Conn,
    party: &PartyId,
    (index, id): (u64, EntryId),
    bytes: &[u8],
    at: Micros,
) -> Result<(), StoreError> {
    let leaf = Hash::leaf(bytes);
    let row = vec![
        Value::text(party.as_str()),
        Value::count(index),
        Value::display(id),
        Value::text(DEVICE),
        Value::Int(1),
        Value::count(index),
        Value::text(KIND),
        Value::Int(at),
        Value::Int(at),
        Value::hash(&leaf),
        Value::text(KEY_ID),
        Value::flag(false),
        Value::bytes(bytes),
    ];
    conn.insert(
        "INSERT INTO entry (party, idx, id, device, epoch, dseq, kind, observed_at, received_at, \
         leaf, key_id, suspect, bytes)",
        "",
        &[row],
    )?;
    Ok(())
}
