//! The balance of a node, a site or an enterprise over a span.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tl_domain::balance::{self, Balance, Question, Records};
use tl_domain::event::Master;
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::project::Review;
use tl_domain::time::Micros;
use tl_store::{BalanceFacts, HandoverPair};

use crate::app::App;
use crate::auth::permit::{Permit, ReadParty};
use crate::error::Failure;

/// Balances kept at once, over all parties.
const SHELF_MAX: usize = 1024;

/// Answers kept while the books that they rest on stand as they did: an officer's home asks for
/// hundreds of closed months again and again.
#[derive(Debug, Default)]
pub struct BalanceShelf {
    kept: Mutex<HashMap<Asked, Kept>>,
}

/// Whose books, and what about them.
type Asked = (PartyId, Question);
/// Version of the books, and the answer.
type Kept = (u64, Arc<Balance>);

impl BalanceShelf {
    fn find(&self, key: &Asked, version: u64) -> Option<Arc<Balance>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(known, _)| *known == version).map(|(_, balance)| balance.clone())
    }

    fn keep(&self, key: Asked, version: u64, balance: Arc<Balance>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= SHELF_MAX && !kept.contains_key(&key) {
            kept.clear();
        }
        kept.insert(key, (version, balance));
    }
}

/// The balance from the books as they stand now.
///
/// # Errors
/// `NotFound` for a site or node that is not declared; the store's.
pub fn compute(
    app: &App,
    permit: &Permit<ReadParty>,
    question: &Question,
) -> Result<Arc<Balance>, Failure> {
    let key = (permit.party().clone(), question.clone());
    // Read before the facts: an entry that comes between makes the answer newer than its mark.
    let version = app.store.balance_version(permit.party())?;
    if let Some(balance) = app.balances.find(&key, version) {
        return Ok(balance);
    }
    let facts = app.store.balance_facts(permit.party(), question.span)?;
    let records = records(permit.party(), facts);
    if !declared(&records.masters, &question.scope) {
        return Err(Failure::not_found());
    }
    let balance = Arc::new(balance::balance(&records, question));
    app.balances.keep(key, version, balance.clone());
    Ok(balance)
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
pub(crate) fn records(party: &PartyId, facts: BalanceFacts) -> Records {
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
