//! A party's devices: which there are, and taking one out of service.

use tl_domain::ids::DeviceId;
use tl_store::Device;

use super::installation::revoke_device;
use crate::app::App;
use crate::auth::permit::{ManageDevices, Permit};
use crate::error::Failure;

/// Devices by id.
///
/// # Errors
/// The store's.
pub fn list(app: &App, permit: &Permit<ManageDevices>) -> Result<Vec<Device>, Failure> {
    Ok(app.store.devices(Some(permit.party()))?)
}

/// Revokes a device of the party.
///
/// # Errors
/// `NotFound` for a device that is not the party's.
pub fn revoke(
    app: &App,
    permit: &Permit<ManageDevices>,
    id: &DeviceId,
    reason: &str,
) -> Result<(), Failure> {
    let device = app.store.device(id)?.filter(|device| device.party == *permit.party());
    if device.is_none() {
        return Err(Failure::not_found());
    }
    app.find_signer(permit.party())?;
    let operator = Some(permit.operator().clone());
    Ok(revoke_device(&app.store, &app.clock, id, reason, operator)?)
}
