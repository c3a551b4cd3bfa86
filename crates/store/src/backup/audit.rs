//! Whether what a backup holds is sound by itself: leaves, signatures, numbers, chains and roots.
//!
//! It sees the rows in the order of the files and keeps one state for each log and stream and one
//! hash for each refused entry, never the entries. Nothing but the rows is believed: keys are taken
//! from the entries that enrolled them.

use std::collections::{BTreeMap, HashMap};

use tl_domain::event::{Body, Entry};
use tl_domain::ids::{DeviceId, PartyId};
use tl_ledger::merkle::TreeHead;
use tl_ledger::{Envelope, Frontier, Hash, PublicKey};

use super::manifest::LogLine;
use crate::sql::Value;
use crate::trees::Replay;

/// Device and epoch.
type Stream = (String, i64);

/// State of the check.
#[derive(Debug, Default)]
pub(super) struct Audit {
    logs: BTreeMap<String, Log>,
}

#[derive(Debug)]
struct Log {
    head: LogLine,
    stored_frontier: Vec<u8>,
    frontier: Frontier,
    keys: HashMap<DeviceId, Vec<PublicKey>>,
    /// Where the streams end, as stored.
    heads: BTreeMap<Stream, (i64, Hash)>,
    /// Where they end, as read.
    ends: BTreeMap<Stream, (i64, Hash)>,
    /// Refused entries that took a number.
    counted: BTreeMap<(Stream, i64), Hash>,
    /// What was signed over the log.
    trees: Vec<Replay>,
}

/// Head of a log from its row.
pub(super) fn head_of(row: &[Value<'static>]) -> Result<LogLine, String> {
    let cells = Cells(row);
    Ok(LogLine {
        party: cells.text(0)?.parse::<PartyId>().map_err(|e| e.to_string())?,
        size: cells.count(6)?,
        root: cells.hash(7)?,
    })
}

impl Audit {
    /// Checks a row.
    pub(super) fn row(&mut self, table: &str, row: &[Value<'static>]) -> Result<(), String> {
        let cells = Cells(row);
        if table == "log" {
            let log = Log {
                head: head_of(row)?,
                stored_frontier: cells.bytes(8)?.to_vec(),
                frontier: Frontier::new(),
                keys: HashMap::new(),
                heads: BTreeMap::new(),
                ends: BTreeMap::new(),
                counted: BTreeMap::new(),
                trees: Vec::new(),
            };
            self.logs.insert(cells.text(0)?.to_owned(), log);
            return Ok(());
        }
        if !matches!(table, "stream" | "evidence" | "entry" | "tree" | "checkpoint") {
            return Ok(());
        }
        let party = cells.text(0)?;
        let log = self.logs.get_mut(party).ok_or_else(|| format!("there is no log of {party}"))?;
        match table {
            "stream" => {
                let stream = (cells.text(1)?.to_owned(), cells.int(2)?);
                log.heads.insert(stream, (cells.int(3)?, cells.hash(4)?));
                Ok(())
            }
            "evidence" => log.evidence(&cells),
            "tree" => {
                let opening = cells.int(5).ok().map(i64::unsigned_abs);
                log.trees.push(Replay::new(cells.count(4)?, opening, cells.count(1)?));
                Ok(())
            }
            "checkpoint" => {
                let (number, size) = (cells.count(1)?, cells.count(2)?);
                let tree = log.trees.iter_mut().find(|tree| tree.number() == number);
                let tree = tree.ok_or_else(|| format!("{party} has no tree {number}"))?;
                tree.expect(TreeHead { size, root: cells.hash(3)? });
                Ok(())
            }
            _ => log.entry(&cells),
        }
    }

    /// Compares the ends of all logs and streams with what is stored of them.
    pub(super) fn finish(mut self, heads: &[LogLine]) -> Result<(), String> {
        let stored: Vec<&LogLine> = self.logs.values().map(|log| &log.head).collect();
        if stored != heads.iter().collect::<Vec<_>>() {
            return Err("the logs are not those that the manifest names".to_owned());
        }
        self.logs.values_mut().try_for_each(Log::finish)
    }
}

impl Log {
    fn evidence(&mut self, cells: &Cells<'_>) -> Result<(), String> {
        let leaf = Hash::leaf(cells.bytes(9)?);
        if leaf != cells.hash(2)? {
            return Err(format!("the evidence has leaf hash {leaf}"));
        }
        if cells.int(5)? != 0 {
            let stream = (cells.text(1)?.to_owned(), cells.int(3)?);
            self.counted.insert((stream, cells.int(4)?), leaf);
        }
        Ok(())
    }

    fn entry(&mut self, cells: &Cells<'_>) -> Result<(), String> {
        let index = self.frontier.size();
        if cells.count(1)? != index {
            return Err(format!("entry {index} is missing"));
        }
        let bytes = cells.bytes(12)?;
        let leaf = Hash::leaf(bytes);
        if leaf != cells.hash(9)? {
            return Err(format!("entry {index} has leaf hash {leaf}"));
        }
        let wrong = |what: String| format!("entry {index}: {what}");
        let envelope = Envelope::parse(bytes).map_err(|e| wrong(e.to_string()))?;
        let entry = Entry::read(&envelope.payload).map_err(|e| wrong(e.to_string()))?;
        let head = &entry.head;
        let stream = (cells.text(3)?.to_owned(), cells.int(4)?);
        let same = head.log == self.head.party
            && head.id.to_string() == cells.text(2)?
            && head.device.as_str() == stream.0
            && i64::try_from(head.epoch) == Ok(stream.1)
            && i64::try_from(head.dseq) == Ok(cells.int(5)?)
            && head.observed_at.micros() == cells.int(7)?;
        if !same {
            return Err(wrong("the row is not the one of the signed entry".to_owned()));
        }
        self.signature(&envelope, &entry).map_err(wrong)?;
        self.chain(stream, &entry, leaf).map_err(wrong)?;
        for tree in &mut self.trees {
            tree.push(&self.frontier, leaf)?;
        }
        self.frontier.append(leaf);
        Ok(())
    }

    /// A key that an earlier entry enrolled for the device must have signed; entry 0 brings one.
    fn signature(&mut self, envelope: &Envelope, entry: &Entry) -> Result<(), String> {
        let device = &entry.head.device;
        if let (0, Body::LogOpen(open)) = (self.frontier.size(), &entry.body) {
            self.keys.entry(device.clone()).or_default().push(open.key.clone());
        }
        let keys = self.keys.get(device).map_or(&[][..], Vec::as_slice);
        if !keys.iter().any(|key| envelope.verify(key).is_ok()) {
            return Err(format!("no key of {device} has signed it"));
        }
        if let Body::KeyEnrol(enrol) = &entry.body {
            self.keys.entry(enrol.device.clone()).or_default().push(enrol.key.clone());
        }
        Ok(())
    }

    /// An entry follows on the one before in its stream, or on refused ones.
    fn chain(&mut self, stream: Stream, entry: &Entry, leaf: Hash) -> Result<(), String> {
        let (last, prev) = self.end(&stream);
        let dseq = last + 1;
        let head = &entry.head;
        if i64::try_from(head.dseq) != Ok(dseq) || head.prev != prev {
            let (device, epoch) = &stream;
            let read = (head.dseq, head.prev);
            return Err(format!(
                "{device}, epoch {epoch}: number {} after {}; expected {dseq} after {prev}",
                read.0, read.1
            ));
        }
        self.ends.insert(stream, (dseq, leaf));
        Ok(())
    }

    /// Where a stream ends so far, refused entries included.
    fn end(&self, stream: &Stream) -> (i64, Hash) {
        let (mut last, mut prev) = self.ends.get(stream).copied().unwrap_or((0, Hash::ZERO));
        while let Some(leaf) = self.counted.get(&(stream.clone(), last + 1)) {
            (last, prev) = (last + 1, *leaf);
        }
        (last, prev)
    }

    fn finish(&mut self) -> Result<(), String> {
        let party = &self.head.party;
        let (size, root) = (self.frontier.size(), self.frontier.root());
        if (size, root) != (self.head.size, self.head.root) {
            return Err(format!(
                "log of {party}: {size} entries with root {root}; expected {} with {}",
                self.head.size, self.head.root
            ));
        }
        if let Some(tree) = self.trees.iter().find(|tree| !tree.is_done()) {
            let number = tree.number();
            return Err(format!(
                "log of {party}: tree {number} has checkpoints beyond its entries"
            ));
        }
        if self.frontier.to_bytes() != self.stored_frontier {
            return Err(format!("log of {party}: the stored frontier is another one"));
        }
        let read = self.ends.keys().chain(self.counted.keys().map(|(stream, _)| stream));
        if let Some((device, epoch)) = read.into_iter().find(|s| !self.heads.contains_key(*s)) {
            return Err(format!("log of {party}: nothing is stored of {device}, epoch {epoch}"));
        }
        for (stream, stored) in &self.heads {
            let end = self.end(stream);
            if end != *stored {
                let (device, epoch) = stream;
                return Err(format!(
                    "log of {party}: {device}, epoch {epoch} ends at {} {}; stored is {} {}",
                    end.0, end.1, stored.0, stored.1
                ));
            }
        }
        Ok(())
    }
}

/// Values of a row by position.
struct Cells<'a>(&'a [Value<'static>]);

impl Cells<'_> {
    fn text(&self, at: usize) -> Result<&str, String> {
        match self.0.get(at) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(format!("value {at} is missing")),
        }
    }

    fn int(&self, at: usize) -> Result<i64, String> {
        match self.0.get(at) {
            Some(Value::Int(number)) => Ok(*number),
            _ => Err(format!("value {at} is missing")),
        }
    }

    fn count(&self, at: usize) -> Result<u64, String> {
        u64::try_from(self.int(at)?).map_err(|_| format!("value {at} is negative"))
    }

    fn bytes(&self, at: usize) -> Result<&[u8], String> {
        match self.0.get(at) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            _ => Err(format!("value {at} is missing")),
        }
    }

    fn hash(&self, at: usize) -> Result<Hash, String> {
        Hash::from_slice(self.bytes(at)?).ok_or_else(|| format!("value {at} is no hash"))
    }
}
