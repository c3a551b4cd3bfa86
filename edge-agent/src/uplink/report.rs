//! Telling the server how this box stands, so that people see it without a walk to the gate.
//!
//! Best effort and never in the way: a report that does not arrive is not missed, and a server that
//! does not know reports is not asked again for a while.

use std::time::{Duration, Instant};

use tl_wire::report::{
    CHAIN_BROKEN, CHECKPOINT, CLOCK_UNSURE, DISK_LOW, DeviceAlarm, DeviceReport, PORT_GONE,
    UPLINK_STOPPED,
};

use super::{Uplink, renew};
use crate::api::{ApiError, Server};
use crate::board::PortState;
use crate::keeper;
use crate::outbox::{
    Outbox, RoomState, WriteError, counts, if_made, open_alarms, standing, used_bytes,
};
use crate::update::Programs;

/// How often the server hears how things stand when nothing changes.
const EVERY: Duration = Duration::from_secs(600);
/// Least pause between two reports when something did.
const LEAST: Duration = Duration::from_secs(60);
/// Pause after a server of an earlier version.
const UNKNOWN_THERE: Duration = Duration::from_secs(3600);

/// When the server was told, and what.
#[derive(Debug, Default)]
pub(super) struct Reporting {
    looked: Option<Instant>,
    told: Option<(Instant, DeviceReport)>,
    silent_until: Option<Instant>,
}

impl Reporting {
    /// Whether it is time to look how things stand.
    fn is_due(&self, now: Instant) -> bool {
        self.silent_until.is_none_or(|until| now >= until)
            && self.looked.is_none_or(|last| now.saturating_duration_since(last) >= LEAST)
    }

    /// Whether the server has not heard this, or not for long.
    fn is_news(&self, now: Instant, report: &DeviceReport) -> bool {
        self.told
            .as_ref()
            .is_none_or(|(at, told)| told != report || now.saturating_duration_since(*at) >= EVERY)
    }
}

impl<S: Server> Uplink<S> {
    /// Tells the server how this box stands, when it is time to.
    pub(super) fn report(&mut self, now: Instant) {
        if !self.reporting.is_due(now) {
            return;
        }
        self.reporting.looked = Some(now);
        let report = match gathered(&self.outbox) {
            Ok(report) => report,
            Err(error) => return tracing::warn!(%error, "how this box stands could not be read"),
        };
        if !self.reporting.is_news(now, &report) {
            return;
        }
        match self.server.report(&report) {
            Ok(()) => self.reporting.told = Some((now, report)),
            Err(ApiError::Problem { status: 404, .. }) => {
                self.reporting.silent_until = now.checked_add(UNKNOWN_THERE);
            }
            Err(error) => tracing::info!(%error, "the server was not told how this box stands"),
        }
    }
}

/// How this box stands.
fn gathered(outbox: &Outbox) -> Result<DeviceReport, WriteError> {
    let shared = outbox.shared();
    let programs = Programs::of(&shared.home);
    let journal = programs.journal().unwrap_or_default();
    let counted = outbox.read(counts)?;
    let used = outbox.read(used_bytes)?;
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    let report = DeviceReport {
        version: journal.running(),
        target: tl_wire::update::target(),
        trial: journal.trial.as_ref().map(|trial| trial.program.version),
        refused: journal.refused.clone(),
        queue: whole(counted.waiting),
        files: whole(counted.blobs),
        set_aside: whole(counted.quarantined) + whole(counted.unmatched),
        disk_used_bytes: used,
        disk_quota_bytes: shared.room.used().1,
        certificate_until: renew::ends_micros(&shared.home).ok(),
        alarms: alarms(outbox)?,
    };
    Ok(report.trimmed())
}

/// What is wrong, the gravest first.
fn alarms(outbox: &Outbox) -> Result<Vec<DeviceAlarm>, WriteError> {
    let shared = outbox.shared();
    let mut found = Vec::new();
    let mut say = |code: &str, detail: String| {
        found.push(DeviceAlarm { code: code.to_owned(), detail });
    };
    if let Some(alarm) = outbox.read(standing)?.alarm {
        say(UPLINK_STOPPED, alarm);
    }
    for code in outbox.read(|db| if_made(open_alarms(db)))?.unwrap_or_default() {
        say(CHECKPOINT, code.as_str().to_owned());
    }
    let state = keeper::shown(&shared.home);
    if let Some(state) = &state
        && !matches!(state.chain.as_str(), "checking" | "whole")
    {
        say(CHAIN_BROKEN, state.chain.clone());
    }
    if shared.room.state() != RoomState::Free {
        let (used, quota) = shared.room.used();
        say(DISK_LOW, format!("{} / {} MB", used >> 20, quota >> 20));
    }
    if !shared.clock.is_trusted() {
        say(CLOCK_UNSURE, String::new());
    }
    let ports = state.map(|state| state.ports).unwrap_or_default();
    for (name, port) in ports.iter().filter(|(_, port)| port.state == PortState::Gone) {
        say(PORT_GONE, format!("{name}: {}", port.detail));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
