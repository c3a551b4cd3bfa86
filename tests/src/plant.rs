//! The testkit's smelter as a real installation: its party, masters and devices.

use anyhow::Result;
use tl_domain::ids::PartyId;
use tl_domain::time::{DAY_MICROS, Moment};
use tl_testkit::{Plant, Writer};

use crate::device::Device;
use crate::installation::Installation;

/// Area of the plants: a county of 河池.
pub const AREA: &str = "451202";
/// Offset of the plants' clocks in seconds east of UTC.
const OFFSET_SECONDS: i32 = 8 * 3600;

/// Creates a smelter's party and declares its masters; the server must be down.
///
/// # Errors
/// The server's command or the store.
pub fn create(installation: &Installation, party: &str) -> Result<Plant> {
    let plant = Plant::smelter(party);
    installation.party(party, AREA)?;
    installation.masters(&plant.party, plant.master_puts(), &days_ago(2))?;
    Ok(plant)
}

/// Enrols a device of a smelter at the running server.
///
/// # Errors
/// The server refused.
pub fn device(
    installation: &Installation,
    party: &PartyId,
    name: &str,
    role: &str,
) -> Result<(Writer, Device)> {
    let writer = Writer::new(party, name);
    let token = installation.token(party.as_str(), "main", name, role)?;
    let device = Device::enrol(installation, &token, &writer)?;
    Ok((writer, device))
}

/// Now, by the clock of this machine.
///
/// # Panics
/// The machine's clock is far off.
#[must_use]
pub fn now() -> Moment {
    days_ago(0)
}

/// Some days before now.
///
/// # Panics
/// The machine's clock is far off.
#[must_use]
pub fn days_ago(days: i64) -> Moment {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let micros = since.map_or(0, |time| i64::try_from(time.as_micros()).unwrap_or(i64::MAX));
    let micros = micros - days * DAY_MICROS;
    Moment::from_micros(micros, OFFSET_SECONDS).expect("a clock of this century")
}
