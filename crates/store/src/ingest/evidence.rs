//! Bytes that are no facts, kept outside the tree with the reason.

use diesel::sql_types::{BigInt, Binary, Text};
use tl_domain::ids::{DeviceId, PartyId};
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_wire::device::EntryResult;
use tl_wire::problem::ErrorCode;

use super::accept::{Intake, Known, Source};
use crate::StoreError;
use crate::sql::{Conn, Value};

/// Code of bytes that contradict a stored entry.
pub(crate) const FORKED: &str = "forked";

/// Evidence to insert.
pub(super) struct NewEvidence {
    pub(super) party: PartyId,
    pub(super) device: DeviceId,
    pub(super) epoch: u64,
    dseq: u64,
    pub(super) leaf: Hash,
    /// Takes its number in the stream.
    counted: bool,
    pub(super) code: String,
    pub(super) detail: String,
    at: Micros,
    bytes: Vec<u8>,
}

impl NewEvidence {
    /// Refused bytes in their place in the stream.
    pub(super) fn refused(source: &Source<'_>, code: ErrorCode, detail: &str) -> Self {
        Self::new(source, true, code.code().to_owned(), detail.to_owned())
    }

    /// Bytes beside a stored entry.
    pub(super) fn fork(source: &Source<'_>, stored: Hash) -> Self {
        Self::new(source, false, FORKED.to_owned(), stored.to_string())
    }

    fn new(source: &Source<'_>, counted: bool, code: String, detail: String) -> Self {
        Self {
            party: source.party.clone(),
            device: source.device.clone(),

            epoch: source.epoch,
            dseq: source.dseq,
            leaf: source.leaf,
            counted,
            code,
            detail,
            at: source.at,
            bytes: source.bytes.to_vec(),
        }
    }
}

/// Evidence that was kept before.
pub(super) struct Kept {
    pub(super) leaf: Hash,
    code: String,
    detail: String,
}

impl Kept {
    /// The answer that the bytes got the first time.
    pub(super) fn answer(self, leaf: Hash) -> Result<EntryResult, StoreError> {
        if self.code == FORKED {
            let stored = self
                .detail
                .parse()
                .map_err(|_| StoreError::Damaged(format!("evidence {leaf}: no stored hash")))?;
            return Ok(EntryResult::Forked { leaf, stored });
        }
        Ok(EntryResult::Refused { leaf, code: self.code, detail: self.detail })
    }
}

#[derive(diesel::QueryableByName)]
struct KeptRow {
    #[diesel(sql_type = Binary)]
    leaf: Vec<u8>,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(diesel::QueryableByName)]
struct EntryRow {
    #[diesel(sql_type = BigInt)]
    idx: i64,
    #[diesel(sql_type = Binary)]
    leaf: Vec<u8>,
}

fn hash(bytes: &[u8], what: &str) -> Result<Hash, StoreError> {
    Hash::from_slice(bytes).ok_or_else(|| StoreError::Damaged(format!("a leaf hash of {what}")))
}

impl Intake<'_> {
    /// Evidence with the same bytes.
    pub(super) fn kept_by_leaf(
        &mut self,
        party: &PartyId,
        device: &DeviceId,
        leaf: &Hash,
    ) -> Result<Option<Kept>, StoreError> {
        let same = |kept: &&NewEvidence| kept.party == *party && kept.leaf == *leaf;
        if let Some(kept) = self.evidence.iter().find(same) {
            return Ok(Some(Kept::of(kept)));
        }
        let row: Option<KeptRow> = self.conn.one(
            "SELECT leaf, code, detail FROM evidence WHERE party = ? AND device = ? AND leaf = ?",
            &[Value::text(party.as_str()), Value::text(device.as_str()), Value::hash(leaf)],
        )?;
        row.map(Kept::read).transpose()
    }

    /// Evidence that took a number.
    pub(super) fn kept_by_number(
        &mut self,
        source: &Source<'_>,
    ) -> Result<Option<Kept>, StoreError> {
        let there = |kept: &&NewEvidence| {
            kept.counted
                && kept.party == *source.party
                && kept.device == *source.device
                && kept.epoch == source.epoch
                && kept.dseq == source.dseq
        };
        if let Some(kept) = self.evidence.iter().find(there) {
            return Ok(Some(Kept::of(kept)));
        }
        let row: Option<KeptRow> = self.conn.one(
            "SELECT leaf, code, detail FROM evidence \
             WHERE party = ? AND device = ? AND epoch = ? AND dseq = ? AND counted = 1",
            &number(source),
        )?;
        row.map(Kept::read).transpose()
    }

    /// The entry that has a number.
    pub(super) fn entry_by_number(
        &mut self,
        source: &Source<'_>,
    ) -> Result<Option<Known>, StoreError> {
        let taken = self.new.iter().find(|new| {
            let head = &new.entry.head;
            head.dseq == source.dseq
                && head.epoch == source.epoch
                && head.device == *source.device
                && head.log == *source.party
        });
        if let Some(new) = taken {
            return Ok(Some(Known { index: new.index, leaf: new.leaf }));
        }
        let row: Option<EntryRow> = self.conn.one(
            "SELECT idx, leaf FROM entry \
             WHERE party = ? AND device = ? AND epoch = ? AND dseq = ?",
            &number(source),
        )?;
        row.map(|row| {
            Ok(Known { index: row.idx.unsigned_abs(), leaf: hash(&row.leaf, "an entry")? })
        })
        .transpose()
    }
}

impl Kept {
    fn of(new: &NewEvidence) -> Self {
        Self { leaf: new.leaf, code: new.code.clone(), detail: new.detail.clone() }
    }

    fn read(row: KeptRow) -> Result<Self, StoreError> {
        Ok(Self { leaf: hash(&row.leaf, "evidence")?, code: row.code, detail: row.detail })
    }
}

fn number<'a>(source: &'a Source<'_>) -> [Value<'a>; 4] {
    [
        Value::text(source.party.as_str()),
        Value::text(source.device.as_str()),
        Value::count(source.epoch),
        Value::count(source.dseq),
    ]
}

/// Writes evidence; the same bytes are kept once.
pub(super) fn insert(conn: &mut Conn, evidence: &[NewEvidence]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value<'_>>> = evidence
        .iter()
        .map(|kept| {
            vec![
                Value::text(kept.party.as_str()),
                Value::text(kept.device.as_str()),
                Value::count(kept.epoch),
                Value::count(kept.dseq),
                Value::hash(&kept.leaf),
                Value::flag(kept.counted),
                Value::text(&kept.code),
                Value::text(&kept.detail),
                Value::Int(kept.at),
                Value::bytes(&kept.bytes),
            ]
        })
        .collect();
    conn.insert(
        "INSERT INTO evidence (party, device, epoch, dseq, leaf, counted, code, detail, \
         received_at, bytes)",
        "ON CONFLICT (party, device, leaf) DO NOTHING",
        &rows,
    )
    .map(drop)
}
