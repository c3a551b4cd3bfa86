//! Label codes for labels that are printed from pages.
//!
//! The installation draws from its own lease, at random, like a device: nobody can guess the next
//! code from one that is known, and no two printers draw the same.

use tl_domain::code::Code;
use tl_domain::event::Body;
use tl_domain::ids::{DeviceId, PartyId};
use tl_wire::problem::ErrorCode;

use super::capture::Form;
use crate::app::App;
use crate::auth::micros;
use crate::auth::permit::{Action, Permit};
use crate::error::Failure;
use crate::limits::LEASE_LIFE;
use crate::random;

/// Draws that may miss before the lease is taken for used up: 5 of 37 checks are never issued.
const DRAWS_MAX: usize = 1_000;

/// The code for what a form creates: the one on its label, else the one that an earlier sending of
/// the same form took, else a new one.
///
/// # Errors
/// As `draw`.
pub fn code_for<A: Action>(
    app: &App,
    permit: &Permit<A>,
    label: Option<Code>,
    form: &Form,
) -> Result<Code, Failure> {
    if let Some(code) = label {
        return Ok(code);
    }
    let earlier = match form.id {
        Some(id) => app.store.entry(permit.party(), id)?,
        None => None,
    };
    let taken = earlier.and_then(|stored| match stored.view.entry.body {
        Body::BatchRegister(body) => body.code,
        Body::SampleTake(body) => body.code,
        Body::HandoverDispatch(body) => Some(body.code),
        _ => None,
    });
    taken.map_or_else(|| draw(app, permit), Ok)
}

/// A code that nothing of the party claims yet.
///
/// # Errors
/// `Conflict` when the lease is used up; the store's.
fn draw<A: Action>(app: &App, permit: &Permit<A>) -> Result<Code, Failure> {
    let party = permit.party();
    let lease = lease(app, party)?;
    for _ in 0..DRAWS_MAX {
        let value = lease.start + u64::from_be_bytes(random::bytes()) % lease.count.max(1);
        let Some(code) = Code::issue(value) else { continue };
        if app.store.code(party, &code)?.is_none() {
            return Ok(code);
        }
    }
    Err(Failure::new(ErrorCode::Conflict, "the lease of label codes is used up"))
}

fn lease(app: &App, party: &PartyId) -> Result<tl_store::CodeLease, Failure> {
    let device: DeviceId = format!("pages.{party}")
        .chars()
        .take(tl_domain::ids::NAME_CHARS_MAX)
        .collect::<String>()
        .parse()
        .map_err(|error| Failure::internal(&error))?;
    let now = app.clock.micros();
    let leases = app.store.code_leases(&device, now)?;
    if let Some(lease) = leases.into_iter().find(|lease| lease.party == *party) {
        return Ok(lease);
    }
    let draw = u64::from_be_bytes(random::bytes()) % tl_domain::code::VALUES;
    Ok(app.store.lease_codes(party, &device, draw, now + micros(LEASE_LIFE))?)
}
