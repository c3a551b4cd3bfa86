//! Handovers: a party's own halves and the partner's halves that are addressed to it.
//!
//! Halves are joined when they are read, by code and by naming each other as partner: nothing of
//! another party is ever copied, and the order in which the halves arrive plays no part.

use std::collections::{BTreeMap, BTreeSet};

use diesel::sql_types::Text;
use tl_domain::code::Code;
use tl_domain::ids::PartyId;
use tl_domain::project::{HandoverHalf, HandoverRow};

use super::{Page, Paged};
use crate::limits::PAGE_ROWS_MAX;
use crate::rows::read;
use crate::sql::{Conn, Value};
use crate::{Store, StoreError};

/// Both halves of a handover as far as the asking party may see them, joined by code and partner.
#[derive(Debug, Clone, PartialEq)]
pub struct HandoverPair {
    /// Code of the handover.
    pub code: Code,
    /// The shipper's half, with the shipper.
    pub dispatch: Option<(PartyId, HandoverRow)>,
    /// The receiver's half, with the receiver.
    pub receive: Option<(PartyId, HandoverRow)>,
}

impl HandoverPair {
    /// When it left, or when it came while the shipper's half is missing.
    #[must_use]
    pub fn at(&self) -> Option<tl_domain::time::Micros> {
        let (_, row) = self.dispatch.as_ref().or(self.receive.as_ref())?;
        Some(row.at)
    }
}

impl Store {
    /// Handovers of a party, the latest first.
    ///
    /// # Errors
    /// The database's.
    pub fn handovers(
        &self,
        party: &PartyId,
        page: Page,
    ) -> Result<Paged<HandoverPair>, StoreError> {
        let mut rows = self.read_all(|conn| pairs(conn, party, None))?;
        rows.sort_by(|a, b| (b.at(), &b.code).cmp(&(a.at(), &a.code)));
        let total = rows.len();
        let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(page.limit.min(PAGE_ROWS_MAX)).unwrap_or(0);
        let rows = rows.into_iter().skip(offset).take(limit).collect();
        Ok(Paged { rows, total: u64::try_from(total).unwrap_or(u64::MAX) })
    }

    /// The other parties of a party's handovers.
    ///
    /// # Errors
    /// The database's.
    pub fn handover_partners(&self, party: &PartyId) -> Result<BTreeSet<PartyId>, StoreError> {
        let sql = "SELECT DISTINCT party AS other FROM handover_row \
                   WHERE partner = ? AND party <> ? UNION \
                   SELECT DISTINCT partner AS other FROM handover_row \
                   WHERE party = ? AND partner IS NOT NULL AND partner <> ?";
        let name = || Value::text(party.as_str());
        let binds = [name(), name(), name(), name()];
        let rows: Vec<Other> = self.read(|conn| conn.load(sql, &binds))?;
        rows.into_iter()
            .map(|row| {
                let damaged = |_| StoreError::Damaged(format!("party {:?}", row.other));
                row.other.parse().map_err(damaged)
            })
            .collect()
    }

    /// The handovers with a code: more than one only when codes collide.
    ///
    /// # Errors
    /// The database's.
    pub fn handovers_by_code(
        &self,
        party: &PartyId,
        code: &Code,
    ) -> Result<Vec<HandoverPair>, StoreError> {
        self.read_all(|conn| pairs(conn, party, Some(code)))
    }

    /// Dispatches addressed to the party without a half of its own, by time.
    ///
    /// # Errors
    /// The database's.
    pub fn expected_arrivals(&self, party: &PartyId) -> Result<Vec<HandoverPair>, StoreError> {
        let mut rows = self.read_all(|conn| pairs(conn, party, None))?;
        rows.retain(|pair| {
            pair.receive.is_none()
                && pair.dispatch.as_ref().is_some_and(|(shipper, _)| shipper != party)
        });
        rows.sort_by(|a, b| (a.at(), &a.code).cmp(&(b.at(), &b.code)));
        Ok(rows)
    }
}

#[derive(diesel::QueryableByName)]
struct Other {
    #[diesel(sql_type = Text)]
    other: String,
}

#[derive(diesel::QueryableByName)]
struct Half {
    #[diesel(sql_type = Text)]
    party: String,
    #[diesel(sql_type = Text)]
    doc: String,
}

/// Pairs that a party may see, by code and shipper.
pub(super) fn pairs(
    conn: &mut Conn,
    party: &PartyId,
    code: Option<&Code>,
) -> Result<Vec<HandoverPair>, StoreError> {
    let mut rows: Vec<Half> = Vec::new();
    // Two queries, each by its own index: an OR over both would read the whole table.
    for scope in ["party = ?", "partner = ? AND party <> ?"] {
        let mut sql = format!("SELECT party, doc FROM handover_row WHERE {scope}");
        let mut binds = vec![Value::text(party.as_str())];
        if scope.contains("<>") {
            binds.push(Value::text(party.as_str()));
        }
        if let Some(code) = code {
            sql.push_str(" AND code = ?");
            binds.push(Value::text(code.as_str()));
        }
        rows.extend(conn.load::<Half>(&sql, &binds)?);
    }
    let mut halves = Vec::with_capacity(rows.len());
    for row in rows {
        let owner: PartyId =
            row.party.parse().map_err(|_| StoreError::Damaged(format!("party {:?}", row.party)))?;
        halves.push((owner, read::<HandoverRow>(&row.doc)?));
    }
    // The party's own first: the half that wins when one party wrote the same half twice is the
    // one with the smaller key, whatever came first.
    halves.sort_by(|a, b| (&a.1.code, a.1.half, a.1.entry).cmp(&(&b.1.code, b.1.half, b.1.entry)));
    Ok(join(party, halves))
}

/// Joins halves by code, shipper and receiver.
fn join(party: &PartyId, halves: Vec<(PartyId, HandoverRow)>) -> Vec<HandoverPair> {
    let mut joined: BTreeMap<(Code, Option<PartyId>, Option<PartyId>), HandoverPair> =
        BTreeMap::new();
    for (owner, row) in halves {
        let partner = row.partner.clone();
        let (shipper, receiver) = match row.half {
            HandoverHalf::Dispatch => (Some(owner.clone()), partner),
            HandoverHalf::Receive => (partner, Some(owner.clone())),
        };
        // A shipper that did not say to whom: the half can only be its own.
        if owner != *party && shipper.as_ref() != Some(party) && receiver.as_ref() != Some(party) {
            continue;
        }
        let key = (row.code.clone(), shipper, receiver);
        let pair = joined.entry(key).or_insert_with(|| HandoverPair {
            code: row.code.clone(),
            dispatch: None,
            receive: None,
        });
        let place = match row.half {
            HandoverHalf::Dispatch => &mut pair.dispatch,
            HandoverHalf::Receive => &mut pair.receive,
        };
        if place.is_none() {
            *place = Some((owner, row));
        }
    }
    joined.into_values().collect()
}
