//! Alarms: why a tree must not be signed any further.
//!
//! An alarm is never taken back. Whoever has understood it opens a next tree, which commits to the
//! last good checkpoint of this one.

use diesel::sql_types::{BigInt, Text};
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;

use super::key;
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlarmCode {
    /// Stored entries are not those that were signed.
    RowsChanged,
    /// Stored tiles, checkpoints or heads are not what the entries give.
    TreeChanged,
    /// The signer has signed a newer head than the store has.
    SignerAhead,
    /// A witness or an agent holds a newer head than the store has: it was set back.
    NewerHead,
    /// A witness or an agent holds a head that is not consistent with this one.
    SplitView,
}

impl AlarmCode {
    const ALL: [Self; 5] =
        [Self::RowsChanged, Self::TreeChanged, Self::SignerAhead, Self::NewerHead, Self::SplitView];

    /// Stable text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RowsChanged => "rows_changed",
            Self::TreeChanged => "tree_changed",
            Self::SignerAhead => "signer_ahead",
            Self::NewerHead => "newer_head",
            Self::SplitView => "split_view",
        }
    }
}

/// An alarm over a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Whose log.
    pub party: PartyId,
    /// Which of its trees.
    pub number: u64,
    /// What was noticed.
    pub code: AlarmCode,
    /// What was read and expected.
    pub detail: String,
    /// The other head as a note, or empty.
    pub evidence: String,
    /// When.
    pub noticed_at: Micros,
}

#[derive(diesel::QueryableByName)]
struct AlarmRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    detail: String,
    #[diesel(sql_type = Text)]
    evidence: String,
    #[diesel(sql_type = BigInt)]
    noticed_at: i64,
}

impl TryFrom<AlarmRow> for Alarm {
    type Error = StoreError;

    fn try_from(row: AlarmRow) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged(format!("alarm {:?} of {:?}", row.code, row.party));
        let code = AlarmCode::ALL.into_iter().find(|code| code.as_str() == row.code);
        Ok(Self {
            party: row.party.parse().map_err(|_| damaged())?,
            number: row.number.unsigned_abs(),
            code: code.ok_or_else(damaged)?,
            detail: row.detail,
            evidence: row.evidence,
            noticed_at: row.noticed_at,
        })
    }
}

/// Keeps an alarm; gives whether it is a new one.
pub(super) fn raise(conn: &mut Conn, alarm: &Alarm) -> Result<bool, StoreError> {
    let [party, number] = key(&alarm.party, alarm.number);
    let changed = conn.run(
        "INSERT INTO alarm (party, number, code, detail, evidence, noticed_at) \
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        &[
            party,
            number,
            Value::text(alarm.code.as_str()),
            Value::text(&alarm.detail),
            Value::text(&alarm.evidence),
            Value::Int(alarm.noticed_at),
        ],
    )?;
    Ok(changed > 0)
}

/// Alarms over the newest tree of a log, in words: while one stands, nothing of the log is signed.
pub(crate) fn standing(conn: &mut Conn, party: &PartyId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<AlarmRow> = conn.load(
        "SELECT party, number, code, detail, evidence, noticed_at FROM alarm WHERE party = ? \
         AND number = (SELECT MAX(number) FROM tree WHERE tree.party = alarm.party) ORDER BY code",
        &[Value::text(party.as_str())],
    )?;
    let told = |row: AlarmRow| {
        format!("tree {} is not signed any further, alarm {}: {}", row.number, row.code, row.detail)
    };
    Ok(rows.into_iter().map(told).collect())
}

impl Store {
    /// Keeps an alarm: from now on the tree is not signed. Gives whether it is a new one.
    ///
    /// # Errors
    /// The database's.
    pub fn raise_alarm(&self, alarm: &Alarm) -> Result<bool, StoreError> {
        self.write(|conn| raise(conn, alarm))
    }

    /// All alarms, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub fn alarms(&self) -> Result<Vec<Alarm>, StoreError> {
        let rows: Vec<AlarmRow> = self.read(|conn| {
            conn.load(
                "SELECT party, number, code, detail, evidence, noticed_at FROM alarm \
                 ORDER BY noticed_at DESC, party, number, code",
                &[],
            )
        })?;
        rows.into_iter().map(Alarm::try_from).collect()
    }
}
