//! A tree made anew from the entries: every checkpoint's root, every tile.
//!
//! The doctor compares what is stored; a restore writes the tiles again, which no backup holds, and
//! finds the last good checkpoint. In pages, so that a long log needs no more memory than a short
//! one.

use std::collections::VecDeque;

use diesel::sql_types::{BigInt, Binary};
use tl_domain::ids::PartyId;
use tl_ledger::merkle::TreeHead;
use tl_ledger::{Frontier, Hash};

use super::growth::{Growth, Tile};
use super::tick::each_leaf;
use super::{Stored, TREE, Tree, TreeRow, key, read};
use crate::StoreError;
use crate::sql::{Conn, Value};

/// Entries between two looks at tiles and checkpoints.
const STEP: u64 = 1 << 16;

#[derive(diesel::QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
}

/// What came out of a walk over a tree.
pub(super) struct Walked {
    /// Head of the last checkpoint that the entries bear out, and the whole log's frontier there.
    pub(super) good: TreeHead,
    pub(super) log_frontier: Frontier,
    /// Why the walk ended before the newest checkpoint.
    pub(super) trouble: Option<String>,
}

/// Makes a tree anew as far as its newest checkpoint; `tiles` gets what was completed.
pub(super) fn walk(
    conn: &mut Conn,
    tree: &Tree,
    tiles: &mut dyn FnMut(&mut Conn, Vec<Tile>) -> Result<(), StoreError>,
) -> Result<Walked, StoreError> {
    let (first, end) = (tree.first_index, tree.first_index + tree.head.size);
    let mut before = Frontier::new();
    let read = each_leaf(conn, &tree.party, 0, first, &mut |_, leaf| before.append(leaf))?;
    let opening = tree.opening_index.filter(|_| tree.number > 1);
    let mut growth = Growth::begin(before, opening);
    let mut walked =
        Walked { good: TreeHead::empty(), log_frontier: growth.log.clone(), trouble: read.err() };
    while walked.trouble.is_none() && growth.log.size() < end {
        let from = growth.log.size();
        let to = end.min(from + STEP);
        let signed = heads(conn, tree, from - first, to - first)?;
        let mut expected = signed.iter().peekable();
        let mut wrong = None;
        let read = each_leaf(conn, &tree.party, from, to, &mut |_, leaf| {
            growth.push(leaf);
            let size = growth.log.size() - first;
            if wrong.is_some() || expected.peek().is_none_or(|head| head.size != size) {
                return;
            }
            let head = TreeHead { size: growth.tree.size(), root: growth.tree.root() };
            if expected.next() == Some(&head) {
                walked.good = head;
                walked.log_frontier = growth.log.clone();
            } else {
                let root = head.root;
                wrong =
                    Some(format!("the first {size} entries give root {root}, not the signed one"));
            }
        })?;
        walked.trouble = read.err().or(wrong);
        tiles(conn, growth.take_full())?;
    }
    if walked.trouble.is_none() {
        tiles(conn, growth.changed_edges().collect())?;
    }
    Ok(walked)
}

/// Heads of the checkpoints of sizes `after+1 ..= to`.
fn heads(conn: &mut Conn, tree: &Tree, after: u64, to: u64) -> Result<Vec<TreeHead>, StoreError> {
    let [party, number] = key(&tree.party, tree.number);
    let rows: Vec<HeadRow> = conn.load(
        "SELECT size, root FROM checkpoint \
         WHERE party = ? AND number = ? AND size > ? AND size <= ? ORDER BY size",
        &[party, number, Value::count(after), Value::count(to)],
    )?;
    let head = |row: HeadRow| {
        let root = Hash::from_slice(&row.root)
            .ok_or_else(|| StoreError::Damaged(format!("checkpoint of size {}", row.size)))?;
        Ok(TreeHead { size: row.size.unsigned_abs(), root })
    };
    rows.into_iter().map(head).collect()
}

/// A tree as it grew, entry by entry, compared with each of its checkpoints: for a backup, whose
/// rows come in the order of the log.
#[derive(Debug)]
pub(crate) struct Replay {
    first: u64,
    opening: Option<u64>,
    number: u64,
    expected: VecDeque<TreeHead>,
    growth: Option<Growth>,
}

impl Replay {
    /// A tree over the entries from `first` on.
    pub(crate) fn new(first: u64, opening: Option<u64>, number: u64) -> Self {
        let opening = opening.filter(|_| number > 1);
        Self { first, opening, number, expected: VecDeque::new(), growth: None }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// A checkpoint, in the order of sizes.
    pub(crate) fn expect(&mut self, head: TreeHead) {
        self.expected.push_back(head);
    }

    /// Whether every checkpoint was met.
    pub(crate) fn is_done(&self) -> bool {
        self.expected.is_empty()
    }

    /// The log's next entry; `log` is the frontier before it. The error names the checkpoint that
    /// the entries do not bear out.
    pub(crate) fn push(&mut self, log: &Frontier, leaf: Hash) -> Result<(), String> {
        if log.size() < self.first || self.expected.is_empty() {
            return Ok(());
        }
        let growth = self.growth.get_or_insert_with(|| Growth::begin(log.clone(), self.opening));
        growth.push(leaf);
        growth.take_full();
        let size = growth.log.size() - self.first;
        let Some(head) = self.expected.pop_front_if(|head| head.size == size) else {
            return Ok(());
        };
        if growth.tree.root() == head.root {
            return Ok(());
        }
        let (number, root) = (self.number, growth.tree.root());
        Err(format!(
            "tree {number}: at size {size} the entries give root {root}, not the signed one"
        ))
    }
}

/// Compares a party's trees, tiles and checkpoints with its entries; gives what is wrong.
pub(crate) fn audit(conn: &mut Conn, party: &PartyId) -> Result<Vec<String>, StoreError> {
    let sql = format!("{TREE} WHERE party = ? ORDER BY number");
    let rows: Vec<TreeRow> = conn.load(&sql, &[Value::text(party.as_str())])?;
    let mut findings = Vec::new();
    for row in rows {
        let stored = match Stored::try_from(row) {
            Ok(stored) => stored,
            Err(error) => {
                findings.push(error.to_string());
                continue;
            }
        };
        let tree = &stored.tree;
        let name = &tree.origin;
        let mut wrong = Vec::new();
        let walked = walk(conn, tree, &mut |conn, tiles| {
            for tile in tiles {
                let there = read::tile(conn, &tree.party, tree.number, tile.level, tile.n)?;
                if there.as_ref() != Some(&tile.hashes) {
                    wrong.push(format!("{name}: tile {}/{} is altered", tile.level, tile.n));
                }
            }
            Ok(())
        })?;
        findings.extend(walked.trouble.map(|trouble| format!("{name}: {trouble}")));
        findings.append(&mut wrong);
        if walked.good != tree.head {
            let (good, size) = (walked.good.size, tree.head.size);
            findings.push(format!(
                "{name}: the entries bear out the checkpoint of size {good}, the newest has {size}"
            ));
        } else if stored.frontier.root() != tree.head.root {
            findings.push(format!("{name}: the stored frontier does not give the signed root"));
        }
    }
    Ok(findings)
}
