//! What is declared of online monitors that report by HJ 212.
//!
//! A monitor that is not named here is not guessed to be an outlet: its telegrams are set aside.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use serde::Deserialize;
use serde_json::Value;
use tl_domain::ids::{MeterId, StreamId};

/// Monitors that connect to us.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MonitorTcp {
    pub(crate) name: String,
    /// Address on which we wait for monitors.
    pub(crate) listen: SocketAddr,
    /// Which data become entries; the others are answered and not recorded.
    #[serde(default = "default_record")]
    pub(crate) record: BTreeSet<Recorded>,
    /// Length of the span of minute data, in minutes; needed where they are recorded.
    #[serde(default)]
    pub(crate) minute_span: Option<u8>,
    /// Monitors by their id (MN).
    pub(crate) monitors: BTreeMap<String, Outlet>,
    pub(crate) profile: Value,
}

/// Data that can be recorded; live data (2011) are not, an entry stands for a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Recorded {
    /// Minute data, 2051.
    Minute,
    /// Hour data, 2061.
    Hour,
    /// Day data, 2031.
    Day,
}

/// Where a monitor stands.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outlet {
    /// The outlet's stream.
    pub(crate) stream: StreamId,
    /// The monitor's own master record.
    #[serde(default)]
    pub(crate) meter: Option<MeterId>,
}

fn default_record() -> BTreeSet<Recorded> {
    [Recorded::Hour].into()
}
