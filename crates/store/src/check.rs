//! The doctor: everything that was stored is hashed anew and compared.
//!
//! It reads the logs in chunks while they grow: what is judged is each log as it was when the
//! doctor came to it. Nothing is repaired here.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Binary, Text};
use tl_domain::ids::PartyId;
use tl_ledger::{Frontier, Hash};

use crate::blobs::hash_file;
use crate::books::entry_of;
use crate::limits::BATCH_ENTRIES_MAX;
use crate::sql::{Conn, Value};
use crate::{LogView, Store, StoreError};

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
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
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

/// A number of a stream: who holds it and what it says of the one before.
struct Numbered {
    leaf: Hash,
    /// `prev` of an entry; evidence is not asked for it.
    prev: Option<Hash>,
    index: Option<u64>,
}

type Streams = BTreeMap<(String, i64), BTreeMap<i64, Numbered>>;

impl Store {
    /// Hashes everything that is stored anew and compares: leaves, roots, numbers, chains, blobs.
    ///
    /// # Errors
    /// The database's; what is wrong in the data is a finding, not an error.
    pub fn check(&self, mut progress: impl FnMut(u64, u64)) -> Result<CheckReport, StoreError> {
        let logs = self.logs()?;
        let total = logs.iter().map(|log| log.size).sum();
        let mut report = CheckReport::default();
        for log in logs {
            self.read_all(|conn| {
                let mut checked =
                    Checked { log: &log, report: &mut report, streams: Streams::new() };
                checked.entries(conn, &mut |done| progress(done, total))?;
                checked.evidence(conn)?;
                checked.chains(conn)
            })?;
            report.logs += 1;
        }
        self.check_blobs(&mut report)?;
        Ok(report)
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
            report.findings.push(Finding { party, index: None, message });
        }
        Ok(())
    }
}

struct Checked<'a> {
    log: &'a LogView,
    report: &'a mut CheckReport,
    streams: Streams,
}

impl Checked<'_> {
    fn find(&mut self, index: Option<u64>, message: String) {
        self.report.findings.push(Finding { party: self.log.party.clone(), index, message });
    }

    /// Leaves, root, and what the row says beside the bytes.
    fn entries(
        &mut self,
        conn: &mut Conn,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), StoreError> {
        let party = self.log.party.clone();
        let mut frontier = Frontier::new();
        while frontier.size() < self.log.size {
            let limit = u64::try_from(BATCH_ENTRIES_MAX).unwrap_or(1);
            let limit = limit.min(self.log.size - frontier.size());
            let rows: Vec<EntryRow> = conn.load(
                "SELECT idx, id, device, epoch, dseq, leaf, bytes FROM entry \
                 WHERE party = ? AND idx >= ? ORDER BY idx LIMIT ?",
                &[Value::text(party.as_str()), Value::count(frontier.size()), Value::count(limit)],
            )?;
            if rows.is_empty() {
                let message = format!("{} entries are missing", self.log.size - frontier.size());
                self.find(Some(frontier.size()), message);
                return Ok(());
            }
            for row in rows {
                self.entry(&row, &mut frontier);
            }
            progress(self.report.entries);
        }
        let root = frontier.root();
        if root != self.log.root {
            let stored = self.log.root;
            self.find(None, format!("the entries give root {root}, the log's row says {stored}"));
        }
        Ok(())
    }

    fn entry(&mut self, row: &EntryRow, frontier: &mut Frontier) {
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
        let entry = match entry_of(&row.bytes) {
            Ok(entry) => entry,
            Err(error) => return self.find(Some(index), error.to_string()),
        };
        let head = &entry.head;
        let said = (row.id.as_str(), row.device.as_str(), row.epoch, row.dseq);
        let signed = (
            &*head.id.to_string(),
            head.device.as_str(),
            i64::try_from(head.epoch).unwrap_or(-1),
            i64::try_from(head.dseq).unwrap_or(-1),
        );
        if said != signed || head.log != self.log.party {
            self.find(Some(index), format!("the row says {said:?}, signed is {signed:?}"));
        }
        let numbered = Numbered { leaf, prev: Some(head.prev), index: Some(index) };
        self.number((row.device.clone(), row.epoch), row.dseq, numbered);
    }

    fn evidence(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let rows: Vec<EvidenceRow> = conn.load(
            "SELECT device, epoch, dseq, counted, leaf, bytes FROM evidence WHERE party = ? \
             ORDER BY device, epoch, dseq, leaf",
            &[Value::text(self.log.party.as_str())],
        )?;
        for row in rows {
            self.report.evidence += 1;
            let leaf = Hash::leaf(&row.bytes);
            if row.leaf != leaf.0 {
                let at = format!("device {}, epoch {}, number {}", row.device, row.epoch, row.dseq);
                self.find(None, format!("evidence of {at} has been altered"));
            }
            if row.counted != 0 {
                let numbered = Numbered { leaf, prev: None, index: None };
                self.number((row.device, row.epoch), row.dseq, numbered);
            }
        }
        Ok(())
    }

    fn number(&mut self, stream: (String, i64), dseq: i64, numbered: Numbered) {
        let index = numbered.index;
        let twice = format!("number {dseq} of device {} (epoch {}) twice", stream.0, stream.1);
        if self.streams.entry(stream).or_default().insert(dseq, numbered).is_some() {
            self.find(index, twice);
        }
    }

    /// Numbers without gaps, each naming the one before, up to the stream's stored head.
    fn chains(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let rows: Vec<StreamRow> = conn.load(
            "SELECT device, epoch, acked, head FROM stream WHERE party = ? ORDER BY device, epoch",
            &[Value::text(self.log.party.as_str())],
        )?;
        let mut heads: BTreeMap<(String, i64), (i64, Vec<u8>)> =
            rows.into_iter().map(|row| ((row.device, row.epoch), (row.acked, row.head))).collect();
        for ((device, epoch), numbers) in std::mem::take(&mut self.streams) {
            let at = format!("device {device}, epoch {epoch}");
            let mut last = (0, Hash::ZERO);
            for (dseq, numbered) in numbers {
                if dseq != last.0 + 1 {
                    self.find(numbered.index, format!("{at}: {dseq} follows on {}", last.0));
                } else if numbered.prev.is_some_and(|prev| prev != last.1) {
                    self.find(numbered.index, format!("{at}: prev of {dseq} is not {}", last.1));
                }
                last = (dseq, numbered.leaf);
            }
            match heads.remove(&(device, epoch)) {
                Some((acked, head)) if acked == last.0 && head == last.1.0 => {}
                // The log has grown since its size was read.
                Some((acked, _)) if acked > last.0 => {}
                other => {
                    let stored = other.map(|(acked, _)| acked);
                    self.find(None, format!("{at}: ends at {}, stored is {stored:?}", last.0));
                }
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
