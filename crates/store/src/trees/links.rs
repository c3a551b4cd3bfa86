//! Rows of checkpoints as a chain: each knows which one of its tree it is, and has a hash over
//! itself and the link before it.
//!
//! Invariant: a row that somebody takes away or changes leaves a gap in the numbers or a link that
//! does not come out, and is named. Whoever rewrites all rows from there on leaves none; against
//! him stand the signature under each note, the signer's memory, and what outsiders hold.

use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::VerifierKey;

use super::fact::AlarmFact;
use super::{Tree, key};
use crate::StoreError;
use crate::sql::{Conn, Value};

/// Checkpoints that are read at once.
const PAGE: i64 = 1_000;
/// Facts about a tree's checkpoints that are named.
const NAMED_MAX: usize = 8;

#[derive(diesel::QueryableByName)]
struct LastRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    ordinal: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    link: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct NoteRow {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    root: Vec<u8>,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = BigInt)]
    signed_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    ordinal: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    link: Option<String>,
}

/// Where a chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// The how-many-th checkpoint of its tree, from 1.
    pub(super) ordinal: u64,
    /// Hash over the row and the link before; zeros before the first row that has one.
    pub(super) hash: Hash,
}

const NONE: Link = Link { ordinal: 0, hash: Hash::ZERO };

impl Link {
    /// The link of the row that follows.
    fn next(self, size: u64, root: &[u8], note: &str, signed_at: Micros) -> Self {
        let ordinal = self.ordinal + 1;
        let mut bytes = self.hash.0.to_vec();
        bytes.extend(ordinal.to_be_bytes());
        bytes.extend(size.to_be_bytes());
        bytes.extend(signed_at.to_be_bytes());
        bytes.extend(Hash::of(root).0);
        bytes.extend(Hash::of(note.as_bytes()).0);
        Self { ordinal, hash: Hash::of(&bytes) }
    }
}

/// The link of a checkpoint that is about to be kept as the newest one of a tree.
pub(super) fn next(
    conn: &mut Conn,
    tree: &Tree,
    head: &TreeHead,
    note: &str,
    signed_at: Micros,
) -> Result<Link, StoreError> {
    let last: Option<LastRow> = conn.one(
        "SELECT ordinal, link FROM checkpoint WHERE party = ? AND number = ? \
         ORDER BY size DESC LIMIT 1",
        &key(&tree.party, tree.number),
    )?;
    let before = match last {
        None => NONE,
        Some(row) => {
            let ordinal = match row.ordinal {
                Some(ordinal) => ordinal,
                // Rows of an earlier version are counted.
                None => conn.number(
                    "SELECT COUNT(*) AS number FROM checkpoint WHERE party = ? AND number = ?",
                    &key(&tree.party, tree.number),
                )?,
            };
            let hash = row.link.and_then(|text| text.parse().ok()).unwrap_or(Hash::ZERO);
            Link { ordinal: ordinal.unsigned_abs(), hash }
        }
    };
    Ok(before.next(head.size, &head.root.0, note, signed_at))
}

/// What is wrong with the rows of a tree's checkpoints: notes that its key did not sign or that say
/// something else, rows that were changed, and rows that are gone.
pub(super) fn judge(conn: &mut Conn, tree: &Tree) -> Result<Vec<AlarmFact>, StoreError> {
    let mut facts = Vec::new();
    let vkey = match tree.vkey.as_deref().map(str::parse::<VerifierKey>) {
        None => None,
        Some(Ok(vkey)) => Some(vkey),
        Some(Err(_)) => {
            let vkey = tree.vkey.clone().unwrap_or_default();
            facts.push(AlarmFact::KeyUnreadable { vkey });
            None
        }
    };
    let (mut after, mut before, head) = (0, NONE, tree.head.size);
    let mut has_newest = head == 0;
    loop {
        let [party, number] = key(&tree.party, tree.number);
        let rows: Vec<NoteRow> = conn.load(
            "SELECT size, root, note, signed_at, ordinal, link FROM checkpoint \
             WHERE party = ? AND number = ? AND size > ? ORDER BY size LIMIT ?",
            &[party, number, Value::count(after), Value::Int(PAGE)],
        )?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let size = row.size.unsigned_abs();
            has_newest |= size == head;
            let (link, of_chain) = follow(before, after, &row);
            let of_note = vkey.as_ref().and_then(|vkey| judge_note(&row, vkey).err());
            let beyond = (size > head).then_some(AlarmFact::CheckpointBeyond { size, head });
            // A row whose note tells that it was changed is named once.
            let changed = matches!(of_chain, Some(AlarmFact::CheckpointChanged { .. }));
            let of_chain = of_chain.filter(|_| of_note.is_none() || !changed);
            facts.extend([of_chain, of_note, beyond].into_iter().flatten());
            facts.truncate(NAMED_MAX);
            (after, before) = (size, link);
        }
    }
    if !has_newest {
        facts.push(AlarmFact::NewestCheckpointMissing { size: head });
    }
    Ok(facts)
}

/// The link at a row, and what does not fit the link before it.
fn follow(before: Link, after: u64, row: &NoteRow) -> (Link, Option<AlarmFact>) {
    let size = row.size.unsigned_abs();
    let changed = Some(AlarmFact::CheckpointChanged { size });
    let stored = row.link.as_ref().map(|text| text.parse::<Hash>());
    let expected = before.next(size, &row.root, &row.note, row.signed_at);
    match (row.ordinal.map(i64::unsigned_abs), stored) {
        // Rows of an earlier version come before all that have a link.
        (None, None) => {
            let fact = if before.hash == Hash::ZERO { None } else { changed };
            (Link { hash: Hash::ZERO, ..expected }, fact)
        }
        (Some(ordinal), Some(Ok(hash))) if ordinal > expected.ordinal => {
            let count = ordinal - expected.ordinal;
            let fact = AlarmFact::CheckpointsMissing { count, after, before: size };
            (Link { ordinal, hash }, Some(fact))
        }
        (Some(ordinal), Some(Ok(hash))) => {
            let stored = Link { ordinal, hash };
            (stored, changed.filter(|_| stored != expected))
        }
        _ => (expected, changed),
    }
}

fn judge_note(row: &NoteRow, vkey: &VerifierKey) -> Result<(), AlarmFact> {
    let size = row.size.unsigned_abs();
    let unsigned = |reason: String| AlarmFact::CheckpointUnsigned { size, reason };
    let signed = SignedCheckpoint::parse(row.note.as_bytes())
        .map_err(|error| unsigned(error.to_string()))?;
    signed.verify(vkey, &[]).map_err(|error| unsigned(error.to_string()))?;
    let head = signed.head();
    if head.size != size || row.root != head.root.0 {
        return Err(AlarmFact::CheckpointSays { size, said: head.size, root: head.root });
    }
    Ok(())
}
