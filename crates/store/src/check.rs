//! The doctor: everything that was stored is hashed anew and compared.
//!
//! Each log is judged in one state of the database while it goes on growing, in pages: what is
//! kept is one end for each stream and one hash for each refused entry, never the entries, however
//! long a log is. Nothing is repaired here.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::{BigInt, Binary, Text};
use tl_domain::event::Head;
use tl_domain::ids::PartyId;
use tl_ledger::{Frontier, Hash};

use crate::blobs::hash_file;
use crate::books::entry_of;
use crate::limits::BATCH_ENTRIES_MAX;
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// Most findings that are listed; a disk that fails gives one for each entry.
const FINDINGS_MAX: usize = 1_000;
/// Refused entries that are read at once; each may be as large as an upload.
const EVIDENCE_AT_ONCE: u64 = 64;

/// Something that is wrong in what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose log.
    pub party: PartyId,
    /// Index of the entry, where one is concerned.
    pub index: Option<u64>,
    /// What was expected and what is there.
    pub message: String,
}

/// What `Store::check` looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Logs that were read.
    pub logs: u64,
    /// Entries whose bytes were hashed again.
    pub entries: u64,
    /// Refused entries and forks kept as evidence.
    pub evidence: u64,
    /// Blobs whose bytes were hashed again.
    pub blobs: u64,
    /// What is wrong, the first `FINDINGS_MAX` of it; empty when all is well.
    pub findings: Vec<Finding>,
}

#[derive(diesel::QueryableByName)]
struct LogRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
    #[diesel(sql_type = Binary)]
    frontier: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = BigInt)]
    idx: i64,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = BigInt)]
    dseq: i64,
    #[diesel(sql_type = Binary)]
    leaf: Vec<u8>,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
struct EvidenceRow {
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = BigInt)]
    dseq: i64,
    #[diesel(sql_type = BigInt)]
    counted: i64,
    #[diesel(sql_type = Binary)]
    leaf: Vec<u8>,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

#[derive(diesel::QueryableByName)]
struct StreamRow {
    #[diesel(sql_type = Text)]
    device: String,
    #[diesel(sql_type = BigInt)]
    epoch: i64,
    #[diesel(sql_type = BigInt)]
    acked: i64,
    #[diesel(sql_type = Binary)]
    head: Vec<u8>,
}

/// Device and epoch.
type Stream = (String, i64);

impl Store {
    /// Hashes everything that is stored anew and compares: leaves, roots, numbers, chains, blobs.
    /// `progress` hears entries done and in all.
    ///
    /// # Errors
    /// The database's; what is wrong in the data is a finding, not an error.
    pub fn check(&self, mut progress: impl FnMut(u64, u64)) -> Result<CheckReport, StoreError> {
        let logs = self.logs()?;
        let total = logs.iter().map(|log| log.size).sum();
        let mut report = CheckReport::default();
        for log in logs {
            self.read_all(|conn| {
                let mut checked = Checked {
                    party: &log.party,
                    report: &mut report,
                    counted: BTreeMap::new(),
                    ends: BTreeMap::new(),
                };
                checked.evidence(conn)?;
                checked.entries(conn, &mut |done| progress(done, total))?;
                checked.streams(conn)?;
                for found in crate::trees::audit(conn, &log.party)? {
                    checked.find(None, found.message);
                }
                for message in crate::trees::standing(conn, &log.party)? {
                    checked.find(None, message);
                }
                Ok(())
            })?;
            report.logs += 1;
        }
        self.check_blobs(&mut report)?;
        Ok(report)
    }
}

impl CheckReport {
    fn find(&mut self, party: &PartyId, index: Option<u64>, message: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { party: party.clone(), index, message });
        }
    }
}

/// A complete blob.
#[derive(diesel::QueryableByName)]
struct BlobName {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    name: String,
}

impl Store {
    /// Hashes every complete blob anew.
    fn check_blobs(&self, report: &mut CheckReport) -> Result<(), StoreError> {
        let sql = "SELECT party, name FROM blob WHERE complete = 1 ORDER BY party, name";
        let rows: Vec<BlobName> = self.read(|conn| conn.load(sql, &[]))?;
        for row in rows {
            let damaged = || StoreError::Damaged(format!("blob {:?}", row.name));
            let party: PartyId = row.party.parse().map_err(|_| damaged())?;
            let name: Hash = row.name.parse().map_err(|_| damaged())?;
            report.blobs += 1;
            let found = self.blob_place(&party, &name).and_then(|place| hash_file(place.whole()));
            let message = match found {
                Ok(found) if found == name => continue,
                Ok(found) => format!("blob {name}: the file has SHA-256 {found}"),
                Err(error) => format!("blob {name}: {error}"),
            };
            report.find(&party, None, message);
        }
        Ok(())
    }
}

struct Checked<'a> {
    party: &'a PartyId,
    report: &'a mut CheckReport,
    /// Refused entries that took a number of a stream.
    counted: BTreeMap<(Stream, i64), Hash>,
    /// Number and leaf of the last entry of each stream so far.
    ends: BTreeMap<Stream, (i64, Hash)>,
}

impl Checked<'_> {
    fn find(&mut self, index: Option<u64>, message: String) {
        self.report.find(self.party, index, message);
    }

    fn evidence(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let mut last: Option<(String, Vec<u8>)> = None;
        loop {
            let (device, leaf) = last.unwrap_or_default();
            let rows: Vec<EvidenceRow> = conn.load(
                "SELECT device, epoch, dseq, counted, leaf, bytes FROM evidence \
                 WHERE party = ? AND (device, leaf) > (?, ?) ORDER BY device, leaf LIMIT ?",
                &[
                    Value::text(self.party.as_str()),
                    Value::text(&device),
                    Value::bytes(&leaf),
                    Value::count(EVIDENCE_AT_ONCE),
                ],
            )?;
            let Some(end) = rows.last() else { return Ok(()) };
            last = Some((end.device.clone(), end.leaf.clone()));
            rows.into_iter().for_each(|row| self.refused(row));
        }
    }

    fn refused(&mut self, row: EvidenceRow) {
        self.report.evidence += 1;
        let leaf = Hash::leaf(&row.bytes);
        if row.leaf != leaf.0 {
            let at = format!("device {}, epoch {}, number {}", row.device, row.epoch, row.dseq);
            self.find(None, format!("evidence of {at} has been altered"));
        }
        if row.counted != 0 {
            self.counted.insert(((row.device, row.epoch), row.dseq), leaf);
        }
    }

    /// Leaves, chains, root, frontier, and what the rows say beside the bytes.
    fn entries(
        &mut self,
        conn: &mut Conn,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), StoreError> {
        let sql = "SELECT size, root, frontier FROM log WHERE party = ?";
        let stored: Option<LogRow> = conn.one(sql, &[Value::text(self.party.as_str())])?;
        let stored = stored.ok_or_else(|| StoreError::NoLog(self.party.clone()))?;
        let mut frontier = Frontier::new();
        let mut next = 0;
        loop {
            let rows: Vec<EntryRow> = conn.load(
                "SELECT idx, id, device, epoch, dseq, leaf, bytes FROM entry \
                 WHERE party = ? AND idx >= ? ORDER BY idx LIMIT ?",
                &[
                    Value::text(self.party.as_str()),
                    Value::Int(next),
                    Value::count(u64::try_from(BATCH_ENTRIES_MAX).unwrap_or(1)),
                ],
            )?;
            let Some(end) = rows.last() else { break };
            next = end.idx + 1;
            for row in rows {
                self.entry(row, &mut frontier);
            }
            progress(self.report.entries);
        }
        let (size, root) = (frontier.size(), frontier.root());
        if size != stored.size.unsigned_abs() {
            let expected = stored.size;
            let message =
                format!("{size} entries are there, {expected} expected: missing or added");
            self.find(None, message);
        }
        if stored.root != root.0 {
            self.find(None, format!("the entries give root {root}, the log's row has another"));
        }
        if stored.frontier != frontier.to_bytes() {
            self.find(None, "the stored frontier is not that of the entries".to_owned());
        }
        Ok(())
    }

    fn entry(&mut self, row: EntryRow, frontier: &mut Frontier) {
        let index = row.idx.unsigned_abs();
        if index != frontier.size() {
            let expected = frontier.size();
            self.find(Some(index), format!("index {expected} is missing before this one"));
        }
        let leaf = Hash::leaf(&row.bytes);
        frontier.append(leaf);
        self.report.entries += 1;
        if row.leaf != leaf.0 {
            self.find(Some(index), format!("the bytes give leaf {leaf}, the row has another"));
        }
        let prev = match entry_of(&row.bytes) {
            Ok(entry) => {
                self.signed(&row, &entry.head);
                Some(entry.head.prev)
            }
            Err(error) => {
                self.find(Some(index), error.to_string());
                None
            }
        };
        self.chain((row.device, row.epoch), (row.dseq, leaf), prev, index);
    }

    fn signed(&mut self, row: &EntryRow, head: &Head) {
        let said = (row.id.as_str(), row.device.as_str(), row.epoch, row.dseq);
        let id = head.id.to_string();
        let number = |number| i64::try_from(number).unwrap_or(-1);
        let signed = (&*id, head.device.as_str(), number(head.epoch), number(head.dseq));
        if said != signed || head.log != *self.party {
            let index = row.idx.unsigned_abs();
            self.find(Some(index), format!("the row says {said:?}, signed is {signed:?}"));
        }
    }

    /// Numbers without gaps, each naming the one before; refused entries take theirs.
    fn chain(&mut self, stream: Stream, here: (i64, Hash), prev: Option<Hash>, index: u64) {
        let (last, leaf) = self.end(&stream, here.0);
        let at = format!("device {}, epoch {}", stream.0, stream.1);
        let numbered = (stream, here.0);
        if self.counted.contains_key(&numbered) {
            self.find(Some(index), format!("{at}: number {} is that of refused bytes too", here.0));
        }
        if here.0 != last + 1 {
            self.find(Some(index), format!("{at}: {} follows on {last}", here.0));
        } else if prev.is_some_and(|prev| prev != leaf) {
            self.find(Some(index), format!("{at}: prev of {} is not {leaf}", here.0));
        }
        self.ends.insert(numbered.0, here);
    }

    /// Where a stream ends before a number, refused entries included.
    fn end(&self, stream: &Stream, before: i64) -> (i64, Hash) {
        let (mut last, mut leaf) = self.ends.get(stream).copied().unwrap_or((0, Hash::ZERO));
        while last + 1 < before
            && let Some(counted) = self.counted.get(&(stream.clone(), last + 1))
        {
            (last, leaf) = (last + 1, *counted);
        }
        (last, leaf)
    }

    /// Streams end where they are stored to end.
    fn streams(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let rows: Vec<StreamRow> = conn.load(
            "SELECT device, epoch, acked, head FROM stream WHERE party = ? ORDER BY device, epoch",
            &[Value::text(self.party.as_str())],
        )?;
        let mut heads: BTreeMap<Stream, (i64, Vec<u8>)> =
            rows.into_iter().map(|row| ((row.device, row.epoch), (row.acked, row.head))).collect();
        let counted = self.counted.keys().map(|(stream, _)| stream.clone());
        let read: BTreeSet<Stream> = self.ends.keys().cloned().chain(counted).collect();
        for stream in &read {
            let (last, leaf) = self.end(stream, i64::MAX);
            let stored = heads.remove(stream);
            if stored.as_ref().is_none_or(|(acked, head)| *acked != last || *head != leaf.0) {
                let (device, epoch) = stream;
                let acked = stored.map(|(acked, _)| acked);
                let message = format!(
                    "device {device}, epoch {epoch}: ends at {last} {leaf}, stored is {acked:?}"
                );
                self.find(None, message);
            }
        }
        for ((device, epoch), (acked, _)) in heads {
            if acked > 0 {
                self.find(None, format!("device {device}, epoch {epoch}: {acked} entries missing"));
            }
        }
        Ok(())
    }
}
