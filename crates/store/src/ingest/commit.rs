//! One transaction over all logs that have something waiting.

use std::collections::{BTreeMap, HashMap};

use diesel::sql_types::{BigInt, Binary, Text};
use tl_domain::event::Body;
use tl_domain::ids::{EntryId, PartyId};
use tl_ledger::Hash;
use tl_wire::device::EntryResult;

use super::accept::{Intake, Known, NewEntry};
use super::engine::{Engine, LogState};
use super::{Submission, evidence, parties};
use crate::StoreError;
use crate::books::{self, SqlBooks};
use crate::open::Shared;
use crate::sql::{Conn, Value, list};

/// Takes the submissions of several callers in order; gives their results. Nothing is durable
/// before the transaction around it commits.
pub(super) fn commit(
    conn: &mut Conn,
    engine: &mut Engine,
    shared: &Shared,
    batches: &[&[Submission]],
) -> Result<Vec<Vec<EntryResult>>, StoreError> {
    let parties = parties(batches.iter().copied().flatten());
    let mut known = HashMap::new();
    for party in &parties {
        engine.notice_guests(conn, party)?;
        engine.log(conn, party)?;
        let coming = coming(batches, party);
        find_known(conn, party, coming.keys(), &mut known)?;
        let fresh = coming
            .into_iter()
            .filter(|(id, _)| !known.contains_key(&(party.clone(), *id)))
            .collect::<Vec<_>>();
        let log = engine.log(conn, party)?;
        books::prefill(&mut SqlBooks { conn, party, shelf: &mut log.shelf }, fresh)?;
    }
    let mut intake = Intake { conn, engine, shared, new: vec![], evidence: vec![], known };
    let mut results = Vec::with_capacity(batches.len());
    for batch in batches {
        let taken = batch.iter().map(|submission| intake.take(submission));
        results.push(taken.collect::<Result<Vec<_>, _>>()?);
    }
    let Intake { conn, engine, new, evidence, .. } = intake;
    insert_entries(conn, &new)?;
    evidence::insert(conn, &evidence)?;
    for party in &parties {
        let log = engine.log(conn, party)?;
        books::flush(conn, party, &mut log.shelf)?;
        write_streams(conn, party, log)?;
        swap_head(conn, party, log)?;
    }
    Ok(results)
}

fn coming<'a>(batches: &[&'a [Submission]], party: &PartyId) -> BTreeMap<EntryId, &'a Body> {
    batches
        .iter()
        .copied()
        .flatten()
        .filter(|submission| submission.party() == party)
        .filter_map(|submission| match submission {
            Submission::Signed(verified, _) => Some((verified.entry.head.id, &verified.entry.body)),
            Submission::Own(draft, _) => Some((draft.id, &draft.body)),
            Submission::Refused(..) => None,
        })
        .collect()
}

#[derive(diesel::QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = BigInt)]
    idx: i64,
    #[diesel(sql_type = Binary)]
    leaf: Vec<u8>,
}

fn find_known<'a>(
    conn: &mut Conn,
    party: &PartyId,
    ids: impl Iterator<Item = &'a EntryId>,
    known: &mut HashMap<(PartyId, EntryId), Known>,
) -> Result<(), StoreError> {
    let ids = list(ids.map(EntryId::to_string));
    let rows: Vec<KnownRow> = conn.load(
        "SELECT id, idx, leaf FROM entry WHERE party = ? AND id = ANY_OF(?)",
        &[Value::text(party.as_str()), ids],
    )?;
    for row in rows {
        let damaged = || StoreError::Damaged(format!("entry {} of {party}", row.id));
        let id: EntryId = row.id.parse().map_err(|_| damaged())?;
        let leaf = Hash::from_slice(&row.leaf).ok_or_else(damaged)?;
        known.insert((party.clone(), id), Known { index: row.idx.unsigned_abs(), leaf });
    }
    Ok(())
}

fn insert_entries(conn: &mut Conn, new: &[NewEntry]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value<'_>>> = new
        .iter()
        .map(|new| {
            let head = &new.entry.head;
            vec![
                Value::text(head.log.as_str()),
                Value::count(new.index),
                Value::display(head.id),
                Value::text(head.device.as_str()),
                Value::count(head.epoch),
                Value::count(head.dseq),
                crate::sql::search_text(new.entry.body.kind()),
                Value::Int(head.observed_at.micros()),
                Value::Int(new.received_at),
                Value::hash(&new.leaf),
                Value::display(new.key.id()),
                Value::flag(new.suspect),
                Value::bytes(&new.bytes),
            ]
        })
        .collect();
    conn.insert(
        "INSERT INTO entry (party, idx, id, device, epoch, dseq, kind, observed_at, received_at, \
         leaf, key_id, suspect, bytes)",
        "",
        &rows,
    )?;
    let verdicts: Vec<Vec<Value<'_>>> = new
        .iter()
        .flat_map(|new| new.verdicts.iter().map(move |verdict| (new, verdict)))
        .map(|(new, verdict)| verdict_row(&new.entry.head.log, new.index, verdict.code()))
        .collect();
    insert_verdicts(conn, &verdicts)
}

/// A row of the table of verdicts.
pub(crate) fn verdict_row<'a>(
    party: &'a PartyId,
    index: u64,
    code: &'static str,
) -> Vec<Value<'a>> {
    vec![Value::text(party.as_str()), Value::count(index), Value::text(code)]
}

pub(crate) fn insert_verdicts(conn: &mut Conn, rows: &[Vec<Value<'_>>]) -> Result<(), StoreError> {
    conn.insert("INSERT INTO verdict (party, idx, code)", "", rows).map(drop)
}

fn write_streams(conn: &mut Conn, party: &PartyId, log: &mut LogState) -> Result<(), StoreError> {
    let changed = log.streams.iter().filter(|(_, stream)| stream.dirty);
    let rows: Vec<Vec<Value<'_>>> = changed
        .map(|((device, epoch), stream)| {
            vec![
                Value::text(party.as_str()),
                Value::text(device.as_str()),
                Value::count(*epoch),
                Value::count(stream.acked),
                Value::hash(&stream.head),
                Value::flag(stream.forked),
            ]
        })
        .collect();
    conn.insert(
        "INSERT INTO stream (party, device, epoch, acked, head, forked)",
        "ON CONFLICT (party, device, epoch) DO UPDATE SET acked = excluded.acked, \
         head = excluded.head, forked = excluded.forked",
        &rows,
    )?;
    log.streams.values_mut().for_each(|stream| stream.dirty = false);
    Ok(())
}

/// Compare-and-swap of the log's row: whoever finds another size, root or term must stop.
fn swap_head(conn: &mut Conn, party: &PartyId, log: &mut LogState) -> Result<(), StoreError> {
    let (old_size, old_root) = log.committed;
    let (size, root) = (log.frontier.size(), log.frontier.root());
    let frontier = log.frontier.to_bytes();
    let changed = conn.run(
        "UPDATE log SET size = ?, projected = ?, root = ?, frontier = ? \
         WHERE party = ? AND size = ? AND projected = ? AND root = ? AND term = ?",
        &[
            Value::count(size),
            Value::count(size),
            Value::hash(&root),
            Value::bytes(&frontier),
            Value::text(party.as_str()),
            Value::count(old_size),
            Value::count(old_size),
            Value::hash(&old_root),
            Value::Int(log.term),
        ],
    )?;
    if changed == 0 {
        return Err(StoreError::Fenced(party.clone()));
    }
    log.committed = (size, root);
    Ok(())
}
