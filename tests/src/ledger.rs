//! Reads the logs of an installation back and holds them against what must be true of every log.
//!
//! Independent of the store's own check: the tree is built here from the bytes, numbers and chains
//! are followed here.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail, ensure};
use tl_domain::event::Entry;
use tl_domain::ids::{DeviceId, PartyId};
use tl_ledger::{Envelope, Frontier, Hash};
use tl_store::Store;

/// Rows that are read at once.
const ROWS: u32 = 500;

/// A log as read back.
#[derive(Debug, Default)]
pub struct ReadLog {
    /// Index of each entry by its leaf hash.
    pub by_leaf: HashMap<Hash, u64>,
    /// Entries, by index.
    pub entries: Vec<Entry>,
    /// Root recomputed from the bytes.
    pub root: Option<Hash>,
}

/// Reads a log and checks it: the stored root is that of the bytes, no entry is there twice, each
/// stream is gapless from 1 and chained by `prev`.
///
/// # Errors
/// What is wrong, with index and stream.
pub fn read_checked(store: &Store, party: &PartyId) -> Result<ReadLog> {
    read_with_evidence(store, party, &[])
}

/// The same for a log one of whose devices also sent what was refused: such bytes take numbers of
/// the stream and stand outside the tree, here by their leaf hashes, in order.
///
/// # Errors
/// What is wrong, with index and stream.
pub fn read_with_evidence(store: &Store, party: &PartyId, refused: &[Hash]) -> Result<ReadLog> {
    let mut refused = refused.iter().copied();
    let view = store.log(party)?.with_context(|| format!("no log of {party}"))?;
    let mut read = ReadLog::default();
    let mut tree = Frontier::new();
    let mut streams: BTreeMap<(DeviceId, u64), (u64, Hash)> = BTreeMap::new();
    loop {
        // What came after the log's size was read belongs to the next look.
        let from = u64::try_from(read.entries.len())?;
        let wanted = u32::try_from(view.size - from).map_or(ROWS, |left| left.min(ROWS));
        let rows = if wanted == 0 { vec![] } else { store.entries(party, from, wanted)? };
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let index = u64::try_from(read.entries.len())?;
            ensure!(row.view.index == index, "{party}: index {} after {index}", row.view.index);
            let leaf = Hash::leaf(&row.bytes);
            ensure!(leaf == row.view.leaf, "{party} #{index}: the leaf is not that of the bytes");
            if let Some(first) = read.by_leaf.insert(leaf, index) {
                bail!("{party} #{index}: the same bytes stand at #{first}");
            }
            let envelope = Envelope::parse(&row.bytes)?;
            let entry = Entry::read(&envelope.payload)?;
            follow(&mut streams, &mut refused, &entry, leaf)
                .with_context(|| format!("{party} #{index}"))?;
            tree.append(leaf);
            read.entries.push(entry);
        }
    }
    ensure!(tree.size() == view.size, "{party}: {} entries, size {}", tree.size(), view.size);
    ensure!(tree.root() == view.root, "{party}: root {} is stored as {}", tree.root(), view.root);
    read.root = Some(tree.root());
    Ok(read)
}

fn follow(
    streams: &mut BTreeMap<(DeviceId, u64), (u64, Hash)>,
    refused: &mut impl Iterator<Item = Hash>,
    entry: &Entry,
    leaf: Hash,
) -> Result<()> {
    let head = &entry.head;
    let stream = (head.device.clone(), head.epoch);
    let (mut dseq, mut prev) = streams.get(&stream).copied().unwrap_or((0, Hash::ZERO));
    while dseq + 1 < head.dseq {
        let Some(leaf) = refused.next() else { break };
        (dseq, prev) = (dseq + 1, leaf);
    }
    ensure!(
        head.dseq == dseq + 1,
        "stream {} epoch {}: number {} after {dseq}",
        head.device,
        head.epoch,
        head.dseq
    );
    ensure!(head.prev == prev, "number {}: prev is not the head before it", head.dseq);
    streams.insert(stream, (head.dseq, leaf));
    Ok(())
}
