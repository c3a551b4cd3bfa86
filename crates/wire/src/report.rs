//! What a device says of itself now and then, so that people see from afar how it stands.
//!
//! It is no evidence and proves nothing: a server shows it with the time at which it came. Members
//! that a later device adds are passed over; bounds are the reader's to keep (`trimmed`).

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use tl_ledger::Hash;

use crate::update::Version;

/// Most alarms of one report.
pub const ALARMS_MAX: usize = 16;
/// Most characters of an alarm's words.
pub const DETAIL_CHARS_MAX: usize = 300;
/// Most programs that failed, of one report.
pub const REFUSED_MAX: usize = 16;
/// Most characters of a machine's name and of an alarm's code.
const NAME_CHARS_MAX: usize = 64;

/// What a device says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// Version of the program that runs.
    pub version: Version,
    /// Machine that it runs on, as `x86_64-linux`.
    pub target: String,
    /// Version on probation, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Version>,
    /// SHA-256 of programs that failed here, latest last.
    #[serde(default)]
    pub refused: Vec<Hash>,
    /// Entries that the server has not acknowledged yet.
    pub queue: u64,
    /// Files that are not whole at the server yet.
    #[serde(default)]
    pub files: u64,
    /// What was set aside for a person to decide: readings and results without a place.
    #[serde(default)]
    pub set_aside: u64,
    /// Bytes that the outbox takes.
    #[serde(default)]
    pub disk_used_bytes: u64,
    /// Bytes that it may take.
    #[serde(default)]
    pub disk_quota_bytes: u64,
    /// End of its client certificate, microseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<i64>,
    /// What is wrong.
    #[serde(default)]
    pub alarms: Vec<DeviceAlarm>,
}

/// Something that is wrong at a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAlarm {
    /// Stable word, such as `uplink_stopped`; readers pass over words that they do not know.
    pub code: String,
    /// What the device says of it.
    #[serde(default)]
    pub detail: String,
}

/// The uplink stands still until a person has looked: a fork, or bytes that were changed.
pub const UPLINK_STOPPED: &str = "uplink_stopped";
/// A checkpoint of the server contradicts one that the device holds.
pub const CHECKPOINT: &str = "checkpoint";
/// A link of the device's own chain does not hold.
pub const CHAIN_BROKEN: &str = "chain_broken";
/// The clock was never confirmed, or jumped.
pub const CLOCK_UNSURE: &str = "clock_unsure";
/// Little room is left for the outbox.
pub const DISK_LOW: &str = "disk_low";
/// A port does not see its device.
pub const PORT_GONE: &str = "port_gone";

impl DeviceReport {
    /// The same within its bounds: a device that says too much is not believed more for it.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        let cut = |text: &mut String, most: usize| {
            if text.chars().count() > most {
                *text = text.chars().take(most).collect();
            }
        };
        cut(&mut self.target, NAME_CHARS_MAX);
        self.alarms.truncate(ALARMS_MAX);
        for alarm in &mut self.alarms {
            cut(&mut alarm.code, NAME_CHARS_MAX);
            cut(&mut alarm.detail, DETAIL_CHARS_MAX);
        }
        let over = self.refused.len().saturating_sub(REFUSED_MAX);
        self.refused.drain(..over);
        self
    }

    /// Share of the outbox's room that is taken, in percent; `None` when it may take none.
    #[must_use]
    pub fn disk_percent(&self) -> Option<u64> {
        let taken = self.disk_used_bytes.saturating_mul(100);
        taken.checked_div(self.disk_quota_bytes)
    }
}
