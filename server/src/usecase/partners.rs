//! What the books tell beside the balance: differences between partners, and a plant's own errors.

use std::collections::{BTreeMap, BTreeSet};

use tl_accounts::handover::{self, Halves, PartnerAccount, Values};
use tl_accounts::own_errors::{self, ClassPercent, OwnError};
use tl_domain::balance::{Question, Records, Scope};
use tl_domain::ids::{Analyte, PartyId};
use tl_domain::time::{DAY_MICROS, MicrosSpan};
use tl_store::HandoverPair;

use super::balances;
use crate::app::App;
use crate::auth::permit::{Permit, ReadParty};
use crate::auth::{Role, Session};
use crate::error::Failure;

/// Days that are looked at when no span is named: a year of handovers.
const DAYS_BY_DEFAULT: i64 = 365;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Substance.
    pub substance: Analyte,
    /// Half-open; the last year when absent.
    pub span: Option<MicrosSpan>,
}

/// Shipper–receiver differences of a party, by partner and material. An enterprise compares its own
/// measurements with what partners stated on handovers; a bureau also reads the books of those
/// partners that lie in its area, and each such look is recorded.
///
/// # Errors
/// The store's.
pub fn differences(
    app: &App,
    permit: &Permit<ReadParty>,
    session: &Session,
    asked: &Asked,
) -> Result<Vec<PartnerAccount>, Failure> {
    let span = span(app, asked);
    let facts = app.store.balance_facts(permit.party(), span)?;
    let pairs = facts.handovers.clone();
    let records = balances::records(permit.party(), facts);
    let readable = |pairs: &[&HandoverPair]| readable(app, permit, session, pairs);
    compared(app, permit.party(), readable, (&asked.substance, span), (&pairs, &records))
}

/// The same for who has leave already, reading the books of the partners given.
pub(super) fn between(
    app: &App,
    party: &PartyId,
    partners: &BTreeSet<PartyId>,
    asked: &Asked,
) -> Result<Vec<PartnerAccount>, Failure> {
    let span = span(app, asked);
    let facts = app.store.balance_facts(party, span)?;
    let pairs = facts.handovers.clone();
    let records = balances::records(party, facts);
    let readable = |pairs: &[&HandoverPair]| {
        let named = named(party, pairs);
        Ok(named.into_iter().filter(|partner| partners.contains(*partner)).cloned().collect())
    };
    compared(app, party, readable, (&asked.substance, span), (&pairs, &records))
}

/// A party's own measurement errors beside the class data.
///
/// # Errors
/// The store's.
pub fn own_errors(
    app: &App,
    permit: &Permit<ReadParty>,
    session: &Session,
    asked: &Asked,
) -> Result<Vec<OwnError>, Failure> {
    let span = span(app, asked);
    let facts = app.store.balance_facts(permit.party(), span)?;
    let pairs = facts.handovers.clone();
    let mut records = balances::records(permit.party(), facts);
    let readable = |pairs: &[&HandoverPair]| readable(app, permit, session, pairs);
    let about = (&asked.substance, span);
    let partners = compared(app, permit.party(), readable, about, (&pairs, &records))?;
    records.assays.retain(|assay| span.holds(assay.reported_at));
    Ok(own_errors::of(&records, &asked.substance, &partners, ClassPercent::default()))
}

fn span(app: &App, asked: &Asked) -> MicrosSpan {
    let now = app.clock.micros();
    asked.span.unwrap_or(MicrosSpan { from: now - DAYS_BY_DEFAULT * DAY_MICROS, to: now })
}

fn compared(
    app: &App,
    party: &PartyId,
    readable: impl FnOnce(&[&HandoverPair]) -> Result<Vec<PartyId>, Failure>,
    (substance, span): (&Analyte, MicrosSpan),
    (pairs, records): (&[HandoverPair], &Records),
) -> Result<Vec<PartnerAccount>, Failure> {
    let within = |pair: &&HandoverPair| pair.at().is_some_and(|at| span.holds(at));
    let pairs: Vec<&HandoverPair> = pairs.iter().filter(within).collect();
    let values = |records: &Records| {
        let substance = substance.clone();
        Values::of(records, &Question { scope: Scope::Enterprise, span, substance })
    };
    let mut books = BTreeMap::from([(party.clone(), values(records))]);
    for partner in readable(&pairs)? {
        let records = balances::records(&partner, app.store.balance_facts(&partner, span)?);
        books.insert(partner, values(&records));
    }
    let halves: Vec<Halves<'_>> = pairs
        .iter()
        .map(|pair| Halves {
            dispatch: pair.dispatch.as_ref().map(|(party, row)| (party, row)),
            receive: pair.receive.as_ref().map(|(party, row)| (party, row)),
        })
        .collect();
    Ok(handover::compare(&halves, &books, substance))
}

/// Partners whose books the person may read: those of an officer's area.
fn readable(
    app: &App,
    permit: &Permit<ReadParty>,
    session: &Session,
    pairs: &[&HandoverPair],
) -> Result<Vec<PartyId>, Failure> {
    if !session.roles.has(Role::Officer) {
        return Ok(Vec::new());
    }
    let partners = named(permit.party(), pairs);
    let visible = app.visible_parties(session)?.into_iter().map(|log| log.party);
    let found: Vec<PartyId> = visible.filter(|party| partners.contains(party)).collect();
    app.note_looks(session, found.iter())?;
    Ok(found)
}

/// The other parties of handovers.
fn named<'a>(party: &PartyId, pairs: &[&'a HandoverPair]) -> BTreeSet<&'a PartyId> {
    let halves = pairs.iter().flat_map(|pair| [&pair.dispatch, &pair.receive]);
    halves.flatten().map(|(other, _)| other).filter(|other| *other != party).collect()
}
