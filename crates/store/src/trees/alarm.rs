//! Alarms: why a tree must not be signed any further, and what has answered them.
//!
//! An alarm is never taken back or deleted. Whoever has understood it opens a next tree, which
//! commits to the last good checkpoint of this one: that answers what was noticed before. What is
//! noticed of an ended tree while a later one grows is answered by none of those before it, but
//! for heads beyond the one that was taken up: those are lost, and known to be.

use diesel::sql_types::{BigInt, Nullable, Text};
use tl_domain::ids::PartyId;
use tl_domain::time::Micros;

use super::fact::AlarmFact;
use super::{Stored, TREE, Tree, TreeRow, key};
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

/// Whether something has answered an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmState {
    /// Nothing has.
    Open,
    /// The log goes on in the tree of this number, which commits to the last good checkpoint.
    Answered(u64),
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
    /// The newest tree of the log when it was noticed; the store knows it.
    pub newest_then: u64,
    /// What was read and expected; none for alarms of earlier versions.
    pub facts: Vec<AlarmFact>,
    /// The same in English.
    pub detail: String,
    /// The other head as a note, or empty.
    pub evidence: String,
    /// When.
    pub noticed_at: Micros,
}

impl Alarm {
    /// An alarm over the tree that grows, without evidence from outside.
    #[must_use]
    pub fn new(
        (party, number): (&PartyId, u64),
        code: AlarmCode,
        facts: Vec<AlarmFact>,
        noticed_at: Micros,
    ) -> Self {
        let detail = facts.iter().map(AlarmFact::to_string).collect::<Vec<_>>().join("; ");
        let (party, evidence) = (party.clone(), String::new());
        Self { party, number, code, newest_then: number, facts, detail, evidence, noticed_at }
    }

    /// The same with what shows it.
    #[must_use]
    pub fn with_evidence(self, evidence: impl Into<String>) -> Self {
        Self { evidence: evidence.into(), ..self }
    }

    /// Its name among the alarms of its tree: the code, and behind a stroke the newest tree when
    /// it was noticed, where that was a later one.
    #[must_use]
    pub fn mark(&self) -> String {
        let code = self.code.as_str();
        if self.newest_then == self.number {
            code.to_owned()
        } else {
            format!("{code}/{}", self.newest_then)
        }
    }

    /// Whether a tree has answered it; `trees` may hold those of other logs too. A tree answers
    /// from its first checkpoint on, which covers its entry 0.
    #[must_use]
    pub fn state(&self, trees: &[Tree]) -> AlarmState {
        let lost = matches!(self.code, AlarmCode::NewerHead | AlarmCode::SignerAhead);
        let after = if lost { self.number } else { self.newest_then };
        let later = trees
            .iter()
            .filter(|tree| tree.party == self.party && tree.number > after && tree.head.size > 0);
        later.map(|tree| tree.number).min().map_or(AlarmState::Open, AlarmState::Answered)
    }
}

#[derive(diesel::QueryableByName)]
struct AlarmRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<Text>)]
    facts: Option<String>,
    #[diesel(sql_type = Text)]
    detail: String,
    #[diesel(sql_type = Text)]
    evidence: String,
    #[diesel(sql_type = BigInt)]
    noticed_at: i64,
}

const ALARM: &str = "SELECT party, number, code, facts, detail, evidence, noticed_at FROM alarm";

impl TryFrom<AlarmRow> for Alarm {
    type Error = StoreError;

    fn try_from(row: AlarmRow) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged(format!("alarm {:?} of {:?}", row.code, row.party));
        let number = row.number.unsigned_abs();
        let (code, newest_then) = match row.code.split_once('/') {
            Some((code, newest)) => (code, newest.parse().map_err(|_| damaged())?),
            None => (row.code.as_str(), number),
        };
        let code = AlarmCode::ALL.into_iter().find(|one| one.as_str() == code);
        // What a later version noticed is still told by its detail.
        let facts = row.facts.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Ok(Self {
            party: row.party.parse().map_err(|_| damaged())?,
            number,
            code: code.ok_or_else(damaged)?,
            newest_then,
            facts: facts.unwrap_or_default(),
            detail: row.detail.clone(),
            evidence: row.evidence.clone(),
            noticed_at: row.noticed_at,
        })
    }
}

/// Keeps an alarm; gives whether it is a new one. Of one kind one is kept for each tree that was
/// the newest when it was noticed, and what was said already is not said again.
pub(super) fn raise(conn: &mut Conn, alarm: &Alarm) -> Result<bool, StoreError> {
    let [party, number] = key(&alarm.party, alarm.number);
    let newest = conn.number(
        "SELECT COALESCE(MAX(number), 0) AS number FROM tree WHERE party = ?",
        std::slice::from_ref(&party),
    )?;
    let raised = Alarm { newest_then: newest.unsigned_abs().max(alarm.number), ..alarm.clone() };
    let (mark, code) = (raised.mark(), alarm.code.as_str());
    let same = [
        party.clone(),
        number.clone(),
        Value::text(&alarm.detail),
        Value::text(code),
        Value::Text(format!("{code}/%").into()),
    ];
    let said = conn.number(
        "SELECT COUNT(*) AS number FROM alarm WHERE party = ? AND number = ? AND detail = ? \
         AND (code = ? OR code LIKE ?)",
        &same,
    )?;
    if said > 0 {
        return Ok(false);
    }
    let facts = serde_json::to_string(&alarm.facts)
        .map_err(|error| StoreError::Damaged(format!("an alarm's facts: {error}")))?;
    let changed = conn.run(
        "INSERT INTO alarm (party, number, code, facts, detail, evidence, noticed_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        &[
            party,
            number,
            Value::text(&mark),
            Value::text(&facts),
            Value::text(&alarm.detail),
            Value::text(&alarm.evidence),
            Value::Int(alarm.noticed_at),
        ],
    )?;
    Ok(changed > 0)
}

/// Alarms of a log that nothing has answered, in words; while one stands over the newest tree,
/// nothing of the log is signed.
pub(crate) fn standing(conn: &mut Conn, party: &PartyId) -> Result<Vec<String>, StoreError> {
    let binds = [Value::text(party.as_str())];
    let rows: Vec<AlarmRow> =
        conn.load(&format!("{ALARM} WHERE party = ? ORDER BY number, code"), &binds)?;
    if rows.is_empty() {
        return Ok(vec![]);
    }
    let trees: Vec<TreeRow> = conn.load(&format!("{TREE} WHERE party = ?"), &binds)?;
    let newest = trees.iter().map(|tree| tree.number.unsigned_abs()).max();
    // A row that can't be read answers nothing; the audit names it.
    let readable = trees.into_iter().filter_map(|row| Stored::try_from(row).ok());
    let trees: Vec<Tree> = readable.map(|stored| stored.tree).collect();
    let mut told = Vec::new();
    for row in rows {
        let alarm = Alarm::try_from(row)?;
        if alarm.state(&trees) != AlarmState::Open {
            continue;
        }
        let (number, code, detail) = (alarm.number, alarm.code.as_str(), &alarm.detail);
        told.push(if newest == Some(number) {
            format!("tree {number} is not signed any further, alarm {code}: {detail}")
        } else {
            format!("tree {number} has ended, alarm {code} is not answered: {detail}")
        });
    }
    Ok(told)
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
            conn.load(&format!("{ALARM} ORDER BY noticed_at DESC, party, number, code"), &[])
        })?;
        rows.into_iter().map(Alarm::try_from).collect()
    }
}
