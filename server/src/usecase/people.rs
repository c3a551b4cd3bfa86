//! People who sign in at agents: who they are, and which sites' boxes hold them.
//!
//! PIN hashes never leave the store by this way. People are made by the command line, which shows
//! badge and PIN once.

use std::collections::BTreeSet;

use tl_domain::event::Master;
use tl_domain::ids::{OperatorId, PartyId, SiteId};
use tl_store::{PageUser, Store};
use tl_wire::problem::ErrorCode;

use crate::app::App;
use crate::auth::permit::{ManagePeople, Permit};
use crate::error::Failure;

/// People of the party by operator id.
///
/// # Errors
/// The store's.
pub fn list(app: &App, permit: &Permit<ManagePeople>) -> Result<Vec<PageUser>, Failure> {
    Ok(app.store.page_users(permit.party())?)
}

/// Says at which sites a person works; `None` for every site of the party.
///
/// # Errors
/// `NotFound` for somebody who is not the party's, `Refused` for a site that is not.
pub fn keep_to(
    app: &App,
    permit: &Permit<ManagePeople>,
    operator: &OperatorId,
    sites: Option<&[SiteId]>,
) -> Result<(), Failure> {
    require_sites(&app.store, permit.party(), sites.unwrap_or_default())?;
    Ok(app.store.put_page_user_sites(permit.party(), operator, sites)?)
}

/// Refuses sites that the party does not have: a misspelt one would lock people out.
///
/// # Errors
/// `Refused` with the sites that there are.
pub fn require_sites(store: &Store, party: &PartyId, sites: &[SiteId]) -> Result<(), Failure> {
    let rows = store.masters(party)?;
    let known: BTreeSet<&SiteId> = rows
        .iter()
        .filter_map(|row| match &row.record {
            Master::Site(site) if row.active => Some(&site.id),
            _ => None,
        })
        .collect();
    let Some(stray) = sites.iter().find(|site| !known.contains(site)) else { return Ok(()) };
    let known: Vec<&str> = known.into_iter().map(SiteId::as_str).collect();
    let detail = format!("{party} has no site {stray}; it has: {}", known.join(", "));
    Err(Failure::new(ErrorCode::Refused, detail))
}
