//! A tree made anew from the entries: every checkpoint's root, every tile.
//!
//! The doctor and each start compare what is stored; a restore writes the tiles again, which no
//! backup holds, and finds the last good checkpoint. In pages, so that a long log needs no more
//! memory than a short one. What an audit at a start finds becomes an alarm: the tick looks at new
//! entries alone, and would go on over old ones that somebody has altered.

use std::collections::VecDeque;

use diesel::sql_types::{BigInt, Binary};
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_ledger::merkle::TreeHead;
use tl_ledger::{Frontier, Hash};

use super::alarm::{self, Alarm, AlarmCode};
use super::fact::AlarmFact;
use super::grow::each_leaf;
use super::growth::{Growth, Tile};
use super::{Stored, TREE, Tree, TreeRow, key, links, read};
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// Entries between two looks at tiles and checkpoints.
const STEP: u64 = 1 << 16;
/// Altered entries, tiles or checkpoints of a tree that are named.
const NAMED_MAX: usize = 8;

#[derive(diesel::QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
}

/// Gets the tiles that a walk completes.
pub(super) type TakeTiles<'a> = dyn FnMut(&mut Conn, Vec<Tile>) -> Result<(), StoreError> + 'a;

/// What came out of a walk over a tree.
pub(super) struct Walked {
    /// Head of the last checkpoint that the entries bear out, and the whole log's frontier there.
    pub(super) good: TreeHead,
    pub(super) log_frontier: Frontier,
    /// Why the walk ended before the newest checkpoint.
    pub(super) trouble: Option<AlarmFact>,
    /// The growing tiles where it ended so: what the entries give, and nothing that may be stored.
    edges: Vec<Tile>,
}

/// Makes a tree anew as far as its newest checkpoint; `tiles` gets what was completed.
pub(super) fn walk(
    conn: &mut Conn,
    tree: &Tree,
    tiles: &mut TakeTiles<'_>,
) -> Result<Walked, StoreError> {
    let (first, end) = (tree.first_index, tree.first_index + tree.head.size);
    let mut before = Frontier::new();
    let read = each_leaf(conn, &tree.party, 0, first, &mut |_, leaf| before.append(leaf))?;
    let opening = tree.opening_index.filter(|_| tree.number > 1);
    let mut growth = Growth::begin(before, opening);
    let mut walked = Walked {
        good: TreeHead::empty(),
        log_frontier: growth.log.clone(),
        trouble: read.err(),
        edges: vec![],
    };
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
                wrong = Some(AlarmFact::RootDiffers { size, root: head.root });
            }
        })?;
        walked.trouble = read.err().or(wrong);
        tiles(conn, growth.take_full())?;
    }
    let edges = growth.changed_edges().collect();
    if walked.trouble.is_none() {
        tiles(conn, edges)?;
    } else {
        walked.edges = edges;
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

/// Something that is wrong with a tree.
pub(crate) struct Finding {
    number: u64,
    code: AlarmCode,
    fact: AlarmFact,
    pub(crate) message: String,
}

impl Store {
    /// Makes the trees of a party anew from its entries and compares all that is stored. A tree
    /// with which something is wrong gets an alarm; gives those that are new.
    ///
    /// # Errors
    /// The database's.
    pub fn audit_log(&self, party: &PartyId, now: Micros) -> Result<Vec<Alarm>, StoreError> {
        let found = self.read_all(|conn| audit(conn, party))?;
        if found.is_empty() {
            return Ok(vec![]);
        }
        let mut kinds: Vec<(u64, AlarmCode, Vec<AlarmFact>)> = Vec::new();
        for Finding { number, code, fact, .. } in found {
            match kinds.iter_mut().find(|kind| (kind.0, kind.1) == (number, code)) {
                Some((.., facts)) => facts.push(fact),
                None => kinds.push((number, code, vec![fact])),
            }
        }
        let alarm = |(number, code, facts)| Alarm::new((party, number), code, facts, now);
        let alarms: Vec<Alarm> = kinds.into_iter().map(alarm).collect();
        self.write(|conn| {
            let mut new = Vec::new();
            for raised in &alarms {
                if alarm::raise(conn, raised)? {
                    new.push(raised.clone());
                }
            }
            Ok(new)
        })
    }
}

/// Compares a party's trees, tiles and checkpoints with its entries; gives what is wrong.
pub(crate) fn audit(conn: &mut Conn, party: &PartyId) -> Result<Vec<Finding>, StoreError> {
    let sql = format!("{TREE} WHERE party = ? ORDER BY number");
    let rows: Vec<TreeRow> = conn.load(&sql, &[Value::text(party.as_str())])?;
    let mut findings = Vec::new();
    for row in rows {
        let number = row.number.unsigned_abs();
        let name = row.origin.clone();
        let mut find = |code, fact: AlarmFact| {
            let message = format!("{name}: {fact}");
            findings.push(Finding { number, code, fact, message });
        };
        match Stored::try_from(row) {
            Ok(stored) => audit_tree(conn, &stored, &mut find)?,
            Err(error) => {
                let detail = error.to_string();
                find(AlarmCode::TreeChanged, AlarmFact::RowDamaged { detail });
            }
        }
    }
    Ok(findings)
}

fn audit_tree(
    conn: &mut Conn,
    stored: &Stored,
    find: &mut dyn FnMut(AlarmCode, AlarmFact),
) -> Result<(), StoreError> {
    let tree = &stored.tree;
    let mut altered = Altered::default();
    let walked = walk(conn, tree, &mut |conn, tiles| {
        tiles.iter().try_for_each(|tile| altered.compare(conn, tree, tile, true))
    })?;
    for tile in &walked.edges {
        altered.compare(conn, tree, tile, false)?;
    }
    let notes = links::judge(conn, tree)?;
    let Altered { tiles, entries } = altered;
    // Entries that give what their tiles say, under a checkpoint that says something else and is
    // not signed, are not what was altered.
    let code = match &walked.trouble {
        Some(_) if !entries.is_empty() || notes.is_empty() => AlarmCode::RowsChanged,
        _ => AlarmCode::TreeChanged,
    };
    match walked.trouble {
        Some(trouble) => {
            find(code, trouble);
            if !entries.is_empty() {
                find(code, AlarmFact::EntriesAltered { indexes: entries });
            }
        }
        None => tiles.into_iter().for_each(|fact| find(code, fact)),
    }
    notes.into_iter().for_each(|fact| find(code, fact));
    if walked.good != tree.head {
        let (size, newest) = (walked.good.size, tree.head.size);
        find(code, AlarmFact::BorneOut { size, newest });
    } else if stored.frontier.root() != tree.head.root {
        find(code, AlarmFact::FrontierDiffers);
    }
    Ok(())
}

/// What differs between stored tiles and those that the entries give.
#[derive(Default)]
struct Altered {
    tiles: Vec<AlarmFact>,
    /// Log indexes whose leaf is not the one in its tile.
    entries: Vec<u64>,
}

impl Altered {
    /// Compares a tile that the entries give; one where a walk broke off may be stored wider.
    fn compare(
        &mut self,
        conn: &mut Conn,
        tree: &Tree,
        tile: &Tile,
        whole: bool,
    ) -> Result<(), StoreError> {
        let (level, n) = (tile.level, tile.n);
        let there = read::tile(conn, &tree.party, tree.number, level, n)?.unwrap_or_default();
        let same =
            if whole { there == tile.hashes } else { there.starts_with(tile.hashes.as_slice()) };
        if same {
            return Ok(());
        }
        if self.tiles.len() < NAMED_MAX {
            self.tiles.push(AlarmFact::TileAltered { level, tile: n });
        }
        if level == 0 {
            let first = n * super::growth::TILE_WIDTH as u64;
            let pairs = (first..).zip(there.iter().zip(&tile.hashes));
            let differing = pairs.filter(|(_, (there, made))| there != made);
            let room = NAMED_MAX - self.entries.len();
            self.entries.extend(differing.map(|(place, _)| tree.index_of(place)).take(room));
        }
        Ok(())
    }
}
