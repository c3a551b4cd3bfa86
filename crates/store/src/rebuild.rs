//! Making projections anew from the logs.
//!
//! What is dropped and what is done is kept in the log's own row (`projected`), so an interrupted
//! rebuild goes on when the store is opened again; until it is done the log takes no entries.

use std::collections::HashMap;

use diesel::sql_types::{BigInt, Binary, Text};
use tl_domain::ids::PartyId;
use tl_domain::project::{Logged, apply};
use tl_ledger::Hash;

use crate::accounts;
use crate::books::{self, Shelf, SqlBooks, entry_of};
use crate::ingest::{insert_verdicts, verdict_row};
use crate::limits::{BATCH_ENTRIES_MAX, CACHE_ITEMS_MAX};
use crate::rows::{TABLES, shape};
use crate::sql::{Conn, Number, Value};
use crate::{Store, StoreError};

/// Tables besides the rows that follow from entries.
const DERIVED: [&str; 4] = ["link", "correction", "verdict", "lineage_row"];

#[derive(diesel::QueryableByName)]
struct Unfinished {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = BigInt)]
    projected: i64,
}

#[derive(diesel::QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = BigInt)]
    idx: i64,
    #[diesel(sql_type = BigInt)]
    received_at: i64,
    #[diesel(sql_type = BigInt)]
    suspect: i64,
    #[diesel(sql_type = Binary)]
    leaf: Vec<u8>,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

impl Store {
    /// Makes all projections anew from the logs; `progress` hears entries done and in all. Other
    /// processes are fenced from the logs.
    ///
    /// # Errors
    /// The database's; an interrupted rebuild goes on when the store is opened again.
    pub fn rebuild(&self, mut progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        let parties: Vec<PartyId> = self.logs()?.into_iter().map(|log| log.party).collect();
        self.shared.write(|conn, engine| {
            engine.forget_logs();
            engine.take_over_all(conn, &parties)?;
            let rows = TABLES.iter().map(|table| shape(*table).0);
            for table in rows.chain(DERIVED) {
                conn.script(&format!("DELETE FROM {table}"))?;
            }
            accounts::whole(conn)?;
            conn.script("UPDATE log SET projected = 0")
        })?;
        self.finish_rebuild(&mut progress)
    }

    /// Projects what is in the logs and not yet in the projections.
    pub(crate) fn finish_rebuild(
        &self,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), StoreError> {
        let unfinished: Vec<Unfinished> = self.read(|conn| {
            let sql =
                "SELECT party, size, projected FROM log WHERE projected < size ORDER BY party";
            conn.load(sql, &[])
        })?;
        let mut done = 0;
        let total = unfinished.iter().map(|log| log.size.abs_diff(log.projected)).sum::<u64>();
        for log in unfinished {
            let party: PartyId = log
                .party
                .parse()
                .map_err(|_| StoreError::Damaged(format!("party {:?}", log.party)))?;
            let mut shelf = Shelf::default();
            let mut next = log.projected.unsigned_abs();
            loop {
                let reached = self.shared.write(|conn, engine| {
                    engine.forget_logs();
                    chunk(conn, &party, &mut shelf, next)
                })?;
                if reached == next {
                    break;
                }
                done += reached - next;
                next = reached;
                if shelf.len() > CACHE_ITEMS_MAX {
                    shelf = Shelf::default();
                }
                progress(done, total);
            }
            self.shared.forget_keys([&party]);
        }
        Ok(())
    }
}

/// Projects the next entries of a log; gives the index that follows, equal when there are none.
fn chunk(
    conn: &mut Conn,
    party: &PartyId,
    shelf: &mut Shelf,
    next: u64,
) -> Result<u64, StoreError> {
    let sql = "SELECT projected AS number FROM log WHERE party = ?";
    let there = conn.one::<Number>(sql, &[Value::text(party.as_str())])?;
    let next = match there.map(|row| row.number.unsigned_abs()) {
        Some(there) if there != next => {
            // Another process works on it too: its rows are not on this shelf.
            *shelf = Shelf::default();
            there
        }
        _ => next,
    };
    let rows: Vec<EntryRow> = conn.load(
        "SELECT idx, received_at, suspect, leaf, bytes FROM entry \
         WHERE party = ? AND idx >= ? ORDER BY idx LIMIT ?",
        &[
            Value::text(party.as_str()),
            Value::count(next),
            Value::count(u64::try_from(BATCH_ENTRIES_MAX).unwrap_or(1)),
        ],
    )?;
    let logged = rows.into_iter().map(EntryRow::logged).collect::<Result<Vec<_>, _>>()?;
    let named = logged.iter().map(|logged| (logged.entry.head.id, &logged.entry.body));
    books::prefill(&mut SqlBooks { conn, party, shelf }, named.collect::<HashMap<_, _>>())?;
    let mut verdicts = Vec::new();
    for logged in &logged {
        let found = apply(&mut SqlBooks { conn, party, shelf }, logged)?;
        verdicts.extend(found.iter().map(|v| verdict_row(party, logged.index, v.code())));
    }
    insert_verdicts(conn, &verdicts)?;
    books::flush(conn, party, shelf)?;
    let reached = logged.last().map_or(next, |logged| logged.index + 1);
    conn.run(
        "UPDATE log SET projected = ? WHERE party = ?",
        &[Value::count(reached), Value::text(party.as_str())],
    )?;
    Ok(reached)
}

impl EntryRow {
    fn logged(self) -> Result<Logged, StoreError> {
        Ok(Logged {
            index: self.idx.unsigned_abs(),
            leaf: Hash::from_slice(&self.leaf)
                .ok_or_else(|| StoreError::Damaged(format!("leaf hash of entry {}", self.idx)))?,
            entry: entry_of(&self.bytes)?,
            received_at: self.received_at,
            suspect: self.suspect != 0,
        })
    }
}
