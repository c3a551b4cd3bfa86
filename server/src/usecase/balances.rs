//! The balance of a node, a site or an enterprise over a span.

use std::collections::BTreeMap;

use tl_domain::balance::{self, Balance, Question, Records};
use tl_domain::event::Master;
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::project::Review;
use tl_domain::time::Micros;
use tl_store::{BalanceFacts, HandoverPair};

use crate::app::App;
use crate::auth::permit::{Permit, ReadParty};
use crate::error::Failure;

/// Computes the balance from the books as they stand now.
///
/// # Errors
/// `NotFound` for a site or node that is not declared; the store's.
pub fn compute(
    app: &App,
    permit: &Permit<ReadParty>,
    question: &Question,
) -> Result<Balance, Failure> {
    let facts = app.store.balance_facts(permit.party(), question.span)?;
    let records = records(permit.party(), facts);
    if !declared(&records.masters, &question.scope) {
        return Err(Failure::not_found());
    }
    Ok(balance::balance(&records, question))
}

fn declared(masters: &[Master], scope: &balance::Scope) -> bool {
    match scope {
        balance::Scope::Enterprise => true,
        balance::Scope::Site(id) => {
            masters.iter().any(|master| matches!(master, Master::Site(site) if site.id == *id))
        }
        balance::Scope::Node(id) => {
            masters.iter().any(|master| matches!(master, Master::Node(node) if node.id == *id))
        }
    }
}

/// Masters that went out of use stay in: flows of the span may name them.
fn records(party: &PartyId, facts: BalanceFacts) -> Records {
    let mut assays = facts.assays;
    assays.retain(|assay| assay.review != Review::Returned);
    Records {
        flows: facts.flows,
        assays,
        takes: facts.stock_takes,
        masters: facts.masters.into_iter().map(|row| row.record).collect(),
        receptions: receptions(party, &facts.handovers),
    }
}

/// The party's own dispatches that have a receiver in this system, with the time of reception.
fn receptions(party: &PartyId, pairs: &[HandoverPair]) -> BTreeMap<EntryId, Option<Micros>> {
    let own = pairs.iter().filter_map(|pair| {
        let (writer, dispatch) = pair.dispatch.as_ref()?;
        let known = writer == party && dispatch.partner.is_some();
        let received = pair.receive.as_ref().map(|(_, half)| half.at);
        known.then_some((dispatch.entry, received))
    });
    own.collect()
}
