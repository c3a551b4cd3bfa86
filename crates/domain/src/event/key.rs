//! Logs, parties and keys.

use serde::{Deserialize, Serialize};
use tl_ledger::{Hash, PublicKey};

use crate::ids::{DeviceId, PartyId, SiteId};

/// What a party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// 企业: keeps the ledger of its thallium.
    Enterprise,
    /// 监管部门: city or county bureau.
    Bureau,
    /// 外委检测机构.
    Laboratory,
    /// 承运单位.
    Carrier,
}

/// Entry 0 of a log: who it belongs to and which key opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogOpen {
    /// The party, equal to the entry's `log`.
    pub party: PartyId,
    /// What the party is.
    pub kind: PartyKind,
    /// Name as registered.
    pub name: String,
    /// Administrative area code (county, GB/T 2260), for the bureau's competence.
    pub area: String,
    /// 统一社会信用代码, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_code: Option<String>,
    /// Key of the installation that writes for this party.
    pub key: PublicKey,
}

/// What a key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// The installation that serves the party's pages.
    Server,
    /// 门岗 agent: receiving, weighing, sampling, dispatch.
    Gate,
    /// 化验室 agent: samples and assays.
    Lab,
    /// Gate and lab in one box.
    Plant,
    /// Water station: monitor readings and flow reports.
    Water,
}

/// A key becomes valid for the entries after this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEnrol {
    /// Device that holds the key.
    pub device: DeviceId,
    /// The key.
    pub key: PublicKey,
    /// What it may sign.
    pub role: KeyRole,
    /// Site where the device stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

/// A key is no longer valid; what it signed and arrives later is suspect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoke {
    /// Device that held the key.
    pub device: DeviceId,
    /// The key.
    pub key: PublicKey,
    /// Why, in words.
    pub reason: String,
}

/// Why a device opened a new epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpochReason {
    /// Its store came back from a backup.
    Restored,
    /// The box was replaced.
    Replaced,
    /// Two boxes wrote under one name.
    Cloned,
}

/// First entry of an epoch after the first: names where the old one ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochOpen {
    /// The epoch before.
    pub old_epoch: u64,
    /// Its last number, as far as the device knows.
    pub old_dseq: u64,
    /// Leaf hash of that entry.
    pub old_head: Hash,
    /// Why.
    pub reason: EpochReason,
}
