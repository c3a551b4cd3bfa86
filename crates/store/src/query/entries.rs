//! Entries as they were signed, with what the log says of them.

use std::collections::{HashMap, HashSet};

use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use tl_domain::event::{Body, Entry};
use tl_domain::ids::{DeviceId, EntryId, MeterId, PartyId};
use tl_domain::project::{Object, Verdict};
use tl_domain::time::Micros;
use tl_ledger::Hash;

use super::{Page, Paged, verdicts};
use crate::books::{entry_of, object_text};
use crate::limits::PAGE_ROWS_MAX;
use crate::sql::{Conn, Value, list};
use crate::{Store, StoreError};

/// An entry for a history.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryView {
    /// Index in the log.
    pub index: u64,
    /// Id.
    pub id: EntryId,
    /// Leaf hash.
    pub leaf: Hash,
    /// Kind as signed.
    pub kind: String,
    /// Device that signed.
    pub device: DeviceId,
    /// Epoch of the device.
    pub epoch: u64,
    /// Number in the device's stream.
    pub dseq: u64,
    /// When it happened, by the device's clock.
    pub observed_at: Micros,
    /// When it was received.
    pub received_at: Micros,
    /// What is odd about it.
    pub verdicts: Vec<Verdict>,
    /// Signed by a key that was revoked before.
    pub suspect: bool,
    /// The entry.
    pub entry: Entry,
    /// The supersede entry that counts instead of it.
    pub corrected_by: Option<EntryId>,
    /// The entry that it corrects, when it is a supersede.
    pub corrects: Option<EntryId>,
}

/// An entry with its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEntry {
    /// What the log says of it.
    pub view: EntryView,
    /// The envelope as received: what the leaf hash covers.
    pub bytes: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
struct Row {
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
    #[diesel(sql_type = Nullable<Text>)]
    winner: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct VerdictRow {
    #[diesel(sql_type = BigInt)]
    idx: i64,
    #[diesel(sql_type = Text)]
    code: String,
}

/// Entries with their corrections; `rest` follows after `WHERE e.party = ?`.
fn select(
    conn: &mut Conn,
    rest: &str,
    binds: &[Value<'_>],
    party: &PartyId,
) -> Result<Vec<StoredEntry>, StoreError> {
    let sql = format!(
        "SELECT e.idx, e.received_at, e.suspect, e.leaf, e.bytes, c.winner FROM entry e \
         LEFT JOIN correction c ON c.party = e.party AND c.target = e.id \
         WHERE e.party = ? {rest}"
    );
    let rows: Vec<Row> = conn.load(&sql, binds)?;
    let (Some(low), Some(high)) =
        (rows.iter().map(|row| row.idx).min(), rows.iter().map(|row| row.idx).max())
    else {
        return Ok(Vec::new());
    };
    let mut codes: HashMap<i64, Vec<String>> = HashMap::new();
    let found: Vec<VerdictRow> = conn.load(
        "SELECT idx, code FROM verdict WHERE party = ? AND idx >= ? AND idx <= ?",
        &[Value::text(party.as_str()), Value::Int(low), Value::Int(high)],
    )?;
    for row in found {
        codes.entry(row.idx).or_default().push(row.code);
    }
    let stored = rows.into_iter().map(|row| {
        let codes = codes.remove(&row.idx).unwrap_or_default();
        row.stored(codes)
    });
    let mut stored = stored.collect::<Result<Vec<_>, _>>()?;
    mark_missing_blobs(conn, &mut stored, party)?;
    Ok(stored)
}

#[derive(diesel::QueryableByName)]
struct BlobRow {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Files arrive after the entries that name them, so what is missing is judged when it is read: no
/// projection depends on it.
fn mark_missing_blobs(
    conn: &mut Conn,
    stored: &mut [StoredEntry],
    party: &PartyId,
) -> Result<(), StoreError> {
    let named = stored.iter().flat_map(|stored| stored.view.entry.body.blobs());
    let mut names: Vec<String> = named.map(|blob| blob.sha256.to_string()).collect();
    if names.is_empty() {
        return Ok(());
    }
    names.sort_unstable();
    names.dedup();
    let rows: Vec<BlobRow> = conn.load(
        "SELECT name FROM blob WHERE party = ? AND complete = 1 AND name = ANY_OF(?)",
        &[Value::text(party.as_str()), list(names)],
    )?;
    let there: HashSet<String> = rows.into_iter().map(|row| row.name).collect();
    for StoredEntry { view, .. } in stored {
        let blobs = view.entry.body.blobs();
        if blobs.iter().any(|blob| !there.contains(&blob.sha256.to_string())) {
            view.verdicts.push(Verdict::BlobMissing);
        }
    }
    Ok(())
}

impl Row {
    fn stored(self, codes: Vec<String>) -> Result<StoredEntry, StoreError> {
        let damaged = |what: &str| StoreError::Damaged(format!("entry {}: {what}", self.idx));
        let entry = entry_of(&self.bytes)?;
        let winner = self.winner.as_deref().map(str::parse).transpose();
        let view = EntryView {
            index: self.idx.unsigned_abs(),
            id: entry.head.id,
            leaf: Hash::from_slice(&self.leaf).ok_or_else(|| damaged("its leaf hash"))?,
            kind: entry.body.kind().to_owned(),
            device: entry.head.device.clone(),
            epoch: entry.head.epoch,
            dseq: entry.head.dseq,
            observed_at: entry.head.observed_at.micros(),
            received_at: self.received_at,
            verdicts: verdicts(codes.into_iter()),
            suspect: self.suspect != 0,
            corrected_by: winner.map_err(|_| damaged("its correction"))?,
            corrects: match &entry.body {
                Body::Supersede(supersede) => Some(supersede.target.id),
                _ => None,
            },
            entry,
        };
        Ok(StoredEntry { view, bytes: self.bytes })
    }
}

/// What a correction puts in place of a commissioning.
fn replacement(body: Body) -> Option<Body> {
    let Body::Supersede(supersede) = body else { return None };
    Body::read("device.commission", supersede.replacement?).ok()
}

impl Store {
    /// Entries that touch an object, by index; the newest `PAGE_ROWS_MAX` of a longer history.
    ///
    /// # Errors
    /// The database's.
    pub fn history(&self, party: &PartyId, object: &Object) -> Result<Vec<EntryView>, StoreError> {
        let object = object_text(object);
        let binds = [
            Value::text(party.as_str()),
            Value::text(party.as_str()),
            Value::text(&object),
            Value::Int(i64::from(PAGE_ROWS_MAX)),
        ];
        let rest = "AND e.idx IN (SELECT idx FROM link WHERE party = ? AND object = ?) \
                    ORDER BY e.idx DESC LIMIT ?";
        let mut found = self.read_all(|conn| select(conn, rest, &binds, party))?;
        found.reverse();
        Ok(found.into_iter().map(|stored| stored.view).collect())
    }

    /// An entry by id.
    ///
    /// # Errors
    /// The database's.
    pub fn entry(&self, party: &PartyId, id: EntryId) -> Result<Option<StoredEntry>, StoreError> {
        let binds = [Value::text(party.as_str()), Value::display(id)];
        let found = self.read_all(|conn| select(conn, "AND e.id = ?", &binds, party))?;
        Ok(found.into_iter().next())
    }

    /// An entry by index.
    ///
    /// # Errors
    /// The database's.
    pub fn entry_at(&self, party: &PartyId, index: u64) -> Result<Option<StoredEntry>, StoreError> {
        Ok(self.entries(party, index, 1)?.into_iter().find(|found| found.view.index == index))
    }

    /// Entries from an index on, by index, at most `PAGE_ROWS_MAX`.
    ///
    /// # Errors
    /// The database's.
    pub fn entries(
        &self,
        party: &PartyId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let binds = [
            Value::text(party.as_str()),
            Value::count(from),
            Value::Int(i64::from(limit.min(PAGE_ROWS_MAX))),
        ];
        let rest = "AND e.idx >= ? ORDER BY e.idx LIMIT ?";
        self.read_all(|conn| select(conn, rest, &binds, party))
    }

    /// The calibration block that a meter is in at a moment, by the last commissioning before it
    /// that
    /// was not withdrawn.
    ///
    /// # Errors
    /// The database's.
    pub fn calibration_at(
        &self,
        party: &PartyId,
        meter: &MeterId,
        at: Micros,
    ) -> Result<Option<String>, StoreError> {
        let binds =
            [Value::text(party.as_str()), Value::Int(at), Value::Int(i64::from(PAGE_ROWS_MAX))];
        let rest = "AND e.kind = 'device.commission' AND e.observed_at <= ? \
                    ORDER BY e.observed_at DESC, e.idx DESC LIMIT ?";
        for stored in self.read_all(|conn| select(conn, rest, &binds, party))? {
            let body = match stored.view.corrected_by {
                None => Some(stored.view.entry.body),
                Some(by) => self.entry(party, by)?.and_then(|by| replacement(by.view.entry.body)),
            };
            if let Some(Body::DeviceCommission(body)) = body
                && body.meter == *meter
            {
                return Ok(Some(body.calibration));
            }
        }
        Ok(None)
    }

    /// The log page: newest entries first.
    ///
    /// # Errors
    /// The database's.
    pub fn recent(&self, party: &PartyId, page: Page) -> Result<Paged<EntryView>, StoreError> {
        let mut binds = vec![Value::text(party.as_str())];
        binds.extend(page.binds());
        let (rows, total) = self.read_all(|conn| {
            let sql = "SELECT COUNT(*) AS number FROM entry WHERE party = ?";
            let total = conn.number(sql, &[Value::text(party.as_str())])?;
            let rest = "ORDER BY e.idx DESC LIMIT ? OFFSET ?";
            Ok((select(conn, rest, &binds, party)?, total))
        })?;
        let rows = rows.into_iter().map(|stored| stored.view).collect();
        Ok(Paged { rows, total: total.unsigned_abs() })
    }
}
