//! Whose accountancy is due, and from which moment on.
//!
//! Invariant: a change of a row that a balance reads moves the party's mark to the earliest moment
//! that the change can touch, in the same transaction. A change before a period's end can move that
//! period and all later ones, none that ended before.

use std::collections::BTreeSet;

use diesel::sql_types::{BigInt, Text};
use tl_domain::code::Code;
use tl_domain::event::SampleSubject;
use tl_domain::ids::{BatchId, PartyId};
use tl_domain::project::{AssayRow, Row, RowKey};
use tl_domain::time::{DAY_MICROS, Micros};

use crate::sql::{Conn, Value, list};
use crate::{Store, StoreError};

/// From the beginning on.
pub const EVERYTHING: Micros = -Micros::MAX;
/// No period changes, but what is said about them does.
pub const STATE_ONLY: Micros = Micros::MAX;

/// A party whose books changed since its accountancy was computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub party: PartyId,
    /// Earliest moment that changes can touch; `EVERYTHING`, or `STATE_ONLY`.
    pub since: Micros,
    /// Which change this answers: an answer to an earlier one is not kept.
    pub generation: i64,
}

/// What the entries of a transaction touched in one log.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    since: Option<Micros>,
    /// Batches whose contents changed: their first flow tells the moment.
    batches: BTreeSet<BatchId>,
    /// Partners whose goods were received or addressed, by the handover's code.
    partners: BTreeSet<(PartyId, Code)>,
}

impl Touched {
    /// Notes a row as it was, or as it is now.
    pub(crate) fn row(&mut self, row: &Row) {
        match row {
            Row::Flow(flow) => self.at(flow.since),
            Row::StockTake(take) => self.at(take.at),
            Row::Assay(assay) => self.assay(assay),
            Row::Master(_) => self.at(EVERYTHING),
            Row::Handover(half) => {
                self.at(half.at);
                if let Some(partner) = &half.partner {
                    self.partners.insert((partner.clone(), half.code.clone()));
                }
            }
            Row::Period(_) | Row::Resolution(_) => self.at(STATE_ONLY),
            _ => {}
        }
    }

    fn assay(&mut self, assay: &AssayRow) {
        // Means of other days count from the report on.
        self.at(assay.reported_at);
        match &assay.subject {
            Some(SampleSubject::Batches(shares)) => {
                self.batches.extend(shares.iter().map(|share| share.batch));
            }
            Some(SampleSubject::Stream { span, .. }) => self.at(span.from.micros()),
            // A stock's sample counts for takes within a day.
            Some(SampleSubject::Stock { at, .. }) => self.at(at.micros() - DAY_MICROS),
            None => {}
        }
    }

    fn at(&mut self, moment: Micros) {
        self.since = Some(self.since.map_or(moment, |since| since.min(moment)));
    }
}

/// Moves the marks of the party and of its partners; at the end of a transaction.
pub(crate) fn note(conn: &mut Conn, party: &PartyId, touched: Touched) -> Result<(), StoreError> {
    let mut since = touched.since;
    if !touched.batches.is_empty() {
        let first = touched.batches.iter().map(|batch| RowKey::flow(batch.entry(), 0).key);
        let sql = "SELECT COALESCE(MIN(since), ?) AS number FROM flow_row \
                   WHERE party = ? AND key = ANY_OF(?)";
        let name = Value::text(party.as_str());
        let found = conn.number(sql, &[Value::Int(STATE_ONLY), name, list(first)])?;
        since = Some(since.map_or(found, |since| since.min(found)));
    }
    let Some(since) = since else { return Ok(()) };
    mark(conn, party, since)?;
    for (partner, code) in touched.partners.iter().filter(|(partner, _)| partner != party) {
        let sql = "SELECT COALESCE(MIN(at), ?) AS number FROM handover_row \
                   WHERE party = ? AND code = ?";
        let binds =
            [Value::Int(STATE_ONLY), Value::text(partner.as_str()), Value::text(code.as_str())];
        let at = conn.number(sql, &binds)?;
        mark(conn, partner, at)?;
    }
    Ok(())
}

/// Marks all parties as due as a whole.
pub(crate) fn whole(conn: &mut Conn) -> Result<(), StoreError> {
    let sql = "INSERT INTO account_due (party, since, generation, done) \
               SELECT party, ?, 1, 0 FROM log WHERE true \
               ON CONFLICT (party) DO UPDATE SET since = excluded.since, \
               generation = account_due.generation + 1";
    conn.run(sql, &[Value::Int(EVERYTHING)]).map(drop)
}

fn mark(conn: &mut Conn, party: &PartyId, since: Micros) -> Result<(), StoreError> {
    const MARK: &str = "INSERT INTO account_due (party, since, generation, done) \
         VALUES (?, ?, 1, 0) ON CONFLICT (party) DO UPDATE SET \
         since = CASE WHEN account_due.done = account_due.generation \
         OR excluded.since < account_due.since THEN excluded.since ELSE account_due.since END, \
         generation = account_due.generation + 1";
    conn.run(MARK, &[Value::text(party.as_str()), Value::Int(since)]).map(drop)
}

#[derive(diesel::QueryableByName)]
struct DueRow {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = BigInt)]
    since: i64,
    #[diesel(sql_type = BigInt)]
    generation: i64,
}

impl Store {
    /// Parties that are due, by party.
    ///
    /// # Errors
    /// The database's.
    pub fn accounts_due(&self) -> Result<Vec<Due>, StoreError> {
        let sql = "SELECT party, since, generation FROM account_due \
                   WHERE done < generation ORDER BY party";
        let rows: Vec<DueRow> = self.read(|conn| conn.load(sql, &[]))?;
        rows.into_iter()
            .map(|row| {
                let party = row.party.parse();
                let damaged = |_| StoreError::Damaged(format!("party {:?}", row.party));
                let party = party.map_err(damaged)?;
                Ok(Due { party, since: row.since, generation: row.generation })
            })
            .collect()
    }

    /// Has what is said about all periods of these parties made anew, the periods themselves not:
    /// after a change of the city's policy.
    ///
    /// # Errors
    /// The database's.
    pub fn accounts_restate(&self, parties: &[PartyId]) -> Result<(), StoreError> {
        self.write(|conn| parties.iter().try_for_each(|party| mark(conn, party, STATE_ONLY)))
    }

    /// Has everything computed anew.
    ///
    /// # Errors
    /// The database's.
    pub fn accounts_anew(&self) -> Result<(), StoreError> {
        self.write(whole)
    }

    /// Begin of the earliest flow of a party that lasts over a moment: a change at the moment can
    /// touch whatever it touches.
    ///
    /// # Errors
    /// The database's.
    pub fn account_floor(&self, party: &PartyId, moment: Micros) -> Result<Micros, StoreError> {
        let sql = "SELECT COALESCE(MIN(since), ?) AS number FROM flow_row \
                   WHERE party = ? AND since < ? AND until > ?";
        let at = || Value::Int(moment);
        self.read(|conn| conn.number(sql, &[at(), Value::text(party.as_str()), at(), at()]))
    }
}
