//! A party's devices: which there are, how each stands, enrolling one, renewing its certificate,
//! taking one out of service.
//!
//! How a device stands is put together from what the server knows (contact, certificate, forks) and
//! what the device says of itself; the latter is shown with the time at which it came.

use std::sync::Arc;

use tl_domain::ids::{DeviceId, SiteId};
use tl_domain::time::{DAY_MICROS, HOUR_MICROS, Micros};
use tl_store::{Device, DeviceEnd, DeviceState, ForkedStream};
use tl_wire::offer::EnrolmentOffer;
use tl_wire::problem::ErrorCode;
use tl_wire::report::{DeviceAlarm, DeviceReport};
use tl_wire::update::Version;

use super::installation::{NewDevice, device_token, page_address, revoke_device};
use super::lapsed::{self, Asked};
use super::people::require_sites;
use super::updates::{self, Program};
use crate::app::App;
use crate::auth::permit::{ManageDevices, Permit, SeeDevices};
use crate::error::Failure;

/// A device that was not heard for so long counts as silent.
const SILENT_AFTER: Micros = 2 * HOUR_MICROS;
/// Longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 300;

/// What is wrong with a device, the gravest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceConcern {
    /// Two boxes wrote under its name.
    Cloned {
        /// Entries that contradict stored ones.
        entries: u64,
        /// When the last of them came.
        last: Micros,
    },
    /// Its certificate has ended and it asks for another one under this mark.
    Asks(String),
    /// Its certificate has ended.
    Ended,
    /// Days that are left of a certificate that was not renewed.
    EndsSoon(i64),
    /// It says so itself.
    Said(DeviceAlarm),
    /// The program that was settled for it failed there.
    UpdateFailed,
    /// Last heard then.
    Silent(Micros),
}

/// A device and how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The device.
    pub device: Device,
    /// What it said of itself, and when.
    pub report: Option<(Micros, DeviceReport)>,
    /// Why it is out of service.
    pub end: Option<DeviceEnd>,
    /// Version that was settled for it; `None` also for a halt.
    pub settled: Option<String>,
    /// Days left of its certificate; negative after its end.
    pub days_left: Option<i64>,
    /// What is wrong, the gravest first.
    pub concerns: Vec<DeviceConcern>,
}

/// Devices by id.
///
/// # Errors
/// The store's.
pub fn list(app: &App, permit: &Permit<ManageDevices>) -> Result<Vec<Device>, Failure> {
    Ok(app.store.devices(Some(permit.party()))?)
}

/// Devices by id, and how each stands.
///
/// # Errors
/// The store's.
pub fn standings(app: &App, permit: &Permit<SeeDevices>) -> Result<Vec<Standing>, Failure> {
    let party = permit.party();
    let reports = app.store.device_reports(Some(party))?;
    let forks = app.store.forked_streams(party)?;
    let rollouts = app.store.rollouts()?;
    let programs = updates::programs(app)?;
    let now = app.clock.micros();
    // Renewal begins at two thirds: below a half it has evidently failed again and again.
    let low = i64::try_from(app.config.device_certificate_days / 2).unwrap_or(i64::MAX);
    let stand = |device: Device| {
        let report = reports.iter().find(|report| report.device == device.id);
        let report = report.and_then(|it| Some((it.at, serde_json::from_str(&it.doc).ok()?)));
        let settled = updates::settled(&rollouts, &device).and_then(|it| it.version.clone());
        let asked = lapsed::asked(&app.store, &device.id)?;
        let days_left = device.certificate_until.map(|until| (until - now).div_euclid(DAY_MICROS));
        let end = app.store.device_end(&device.id)?;
        let mut standing =
            Standing { device, report, end, settled, days_left, concerns: Vec::new() };
        standing.concerns = concerns(&standing, &forks, asked.as_ref(), (now, low));
        if failed_there(&standing, &programs) {
            let at = standing.concerns.iter().position(|it| matches!(it, DeviceConcern::Silent(_)));
            let at = at.unwrap_or(standing.concerns.len());
            standing.concerns.insert(at, DeviceConcern::UpdateFailed);
        }
        Ok(standing)
    };
    app.store.devices(Some(party))?.into_iter().map(stand).collect()
}

/// One device and how it stands.
///
/// # Errors
/// `NotFound` for a device that is not the party's.
pub fn standing(
    app: &App,
    permit: &Permit<SeeDevices>,
    id: &DeviceId,
) -> Result<Standing, Failure> {
    let found = standings(app, permit)?.into_iter().find(|it| it.device.id == *id);
    found.ok_or_else(Failure::not_found)
}

fn concerns(
    standing: &Standing,
    forks: &[ForkedStream],
    asked: Option<&Asked>,
    (now, low): (Micros, i64),
) -> Vec<DeviceConcern> {
    let device = &standing.device;
    let mut found = Vec::new();
    if device.state != DeviceState::Active {
        return found;
    }
    // A later epoch is another box, or the same one enrolled anew: the matter was settled.
    let fork = forks.iter().find(|it| it.device == device.id && it.epoch == device.epoch);
    if let Some(fork) = fork {
        found.push(DeviceConcern::Cloned { entries: fork.entries, last: fork.last });
    }
    let waits = asked.filter(|asked| asked.issued_at.is_none() && asked.agreed_at.is_none());
    match (standing.days_left, waits) {
        (Some(days), Some(asked)) if days < 0 => {
            found.push(DeviceConcern::Asks(asked.mark.clone()));
        }
        (Some(days), None) if days < 0 => found.push(DeviceConcern::Ended),
        (Some(days), _) if days < low => {
            found.push(DeviceConcern::EndsSoon(days));
        }
        _ => {}
    }
    if let Some((_, report)) = &standing.report {
        // The fork stands there already, in words that say what to do.
        let told = report
            .alarms
            .iter()
            .filter(|alarm| fork.is_none() || alarm.code != tl_wire::report::UPLINK_STOPPED);
        found.extend(told.cloned().map(DeviceConcern::Said));
    }
    if let Some(seen) = device.seen_at.filter(|seen| now - seen > SILENT_AFTER) {
        found.push(DeviceConcern::Silent(seen));
    }
    found
}

/// Whether the program that was settled for a device in service failed there.
fn failed_there(standing: &Standing, programs: &[Arc<Program>]) -> bool {
    let Some((_, report)) = &standing.report else { return false };
    let settled = standing.settled.as_deref().and_then(|text| text.parse::<Version>().ok());
    standing.device.state == DeviceState::Active
        && programs.iter().any(|program| {
            Some(program.manifest.version) == settled
                && report.refused.contains(&program.manifest.sha256)
        })
}

/// A new device, or a new box for a known one.
#[derive(Debug, Clone)]
pub struct Announced {
    /// Its id.
    pub device: DeviceId,
    /// Its site.
    pub site: SiteId,
    /// Its name on screens.
    pub name: String,
    /// What its key may sign.
    pub role: tl_domain::event::KeyRole,
}

/// Announces a device, or gives a known one a new token; what the box is enrolled with is shown
/// once.
///
/// # Errors
/// `Refused` in words: the id is in use, the device was revoked, the site is unknown.
pub fn announce(
    app: &App,
    permit: &Permit<ManageDevices>,
    new: Announced,
) -> Result<EnrolmentOffer, Failure> {
    require_sites(&app.store, permit.party(), std::slice::from_ref(&new.site))?;
    let new = NewDevice {
        device: new.device,
        party: permit.party().clone(),
        site: new.site,
        name: new.name,
        role: new.role,
    };
    let device = new.device.clone();
    let token = device_token(&app.store, &app.clock, new).map_err(|error| {
        match error.downcast::<tl_store::StoreError>() {
            Ok(inner) => inner.into(),
            Err(said) => Failure::new(ErrorCode::Refused, said.to_string()),
        }
    })?;
    tracing::info!(%device, by = %permit.operator(), "enrolment token made");
    let ca_sha256 = app.authority.fingerprint();
    Ok(EnrolmentOffer { server: page_address(&app.config), token, ca_sha256 })
}

/// Agrees to a new certificate for a device whose old one has ended.
///
/// # Errors
/// `NotFound` for a device that is not the party's, `Refused` for another mark.
pub fn agree(
    app: &App,
    permit: &Permit<ManageDevices>,
    id: &DeviceId,
    mark: &str,
) -> Result<(), Failure> {
    own(app, permit, id)?;
    let now = app.clock.micros();
    lapsed::agree(&app.store, id, mark, permit.operator().as_str(), now)
        .map_err(|error| Failure::new(ErrorCode::Refused, error.to_string()))
}

/// Revokes a device of the party.
///
/// # Errors
/// `NotFound` for a device that is not the party's, `BadRequest` without a reason.
pub fn revoke(
    app: &App,
    permit: &Permit<ManageDevices>,
    id: &DeviceId,
    reason: &str,
) -> Result<(), Failure> {
    own(app, permit, id)?;
    let reason: String = reason.trim().chars().take(REASON_CHARS_MAX).collect();
    if reason.is_empty() {
        return Err(Failure::new(ErrorCode::BadRequest, "reason: say why, it is kept"));
    }
    app.find_signer(permit.party())?;
    let operator = Some(permit.operator().clone());
    Ok(revoke_device(&app.store, &app.clock, id, &reason, operator)?)
}

/// Keeps what a device says of itself.
///
/// # Errors
/// The store's.
pub fn take_report(app: &App, device: &Device, report: DeviceReport) -> Result<(), Failure> {
    let doc =
        serde_json::to_string(&report.trimmed()).map_err(|error| Failure::internal(&error))?;
    let at = app.clock.micros();
    let kept = tl_store::DeviceReport { device: device.id.clone(), at, doc };
    Ok(app.store.put_device_report(&kept)?)
}

fn own(app: &App, permit: &Permit<ManageDevices>, id: &DeviceId) -> Result<Device, Failure> {
    let device = app.store.device(id)?.filter(|device| device.party == *permit.party());
    device.ok_or_else(Failure::not_found)
}
