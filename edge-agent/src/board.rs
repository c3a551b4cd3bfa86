//! What every port is doing, for the page and `tl-edge status`.
//!
//! Ports write, page and keeper read; the keeper copies it to `DIR/state.json` so that `status`
//! can show it while the agent runs. Nothing depends on that file.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::clock::wall;
use crate::outbox::lock;

/// Scans that the page can still ask for.
const SCANS_KEPT: usize = 32;
/// The same code again at the same port within this time is one scan.
const REPEAT: Duration = Duration::from_secs(2);

/// How a port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PortState {
    /// Not opened yet.
    Starting,
    /// Open; data may come.
    Open,
    /// Gone or never there; tried again with growing pauses.
    Gone,
}

/// What is shown of a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PortView {
    /// Kind as in the configuration.
    pub(crate) kind: String,
    /// How it is.
    pub(crate) state: PortState,
    /// Why it is gone, or what it did last.
    pub(crate) detail: String,
    /// When it last gave something good, microseconds since 1970.
    pub(crate) last_good_micros: Option<i64>,
    /// Readings taken since the start.
    pub(crate) accepted: u64,
    /// Readings refused since the start.
    pub(crate) rejected: u64,
}

/// A scan for the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ScanView {
    /// Grows with each scan.
    pub(crate) number: u64,
    /// Port that read it.
    pub(crate) port: String,
    /// What was read.
    pub(crate) data: String,
    /// Bytes as they came, hexadecimal, at most 4 KiB.
    pub(crate) raw: String,
    /// When, microseconds since 1970.
    pub(crate) at_micros: i64,
}

/// The ports and the newest scans.
#[derive(Debug, Default)]
pub(crate) struct Board {
    ports: Mutex<BTreeMap<String, PortView>>,
    scans: Mutex<Scans>,
}

#[derive(Debug, Default)]
struct Scans {
    number: u64,
    kept: VecDeque<ScanView>,
    /// When the newest one came, by a clock that is never set.
    newest: Option<Instant>,
}

impl Board {
    /// Puts a port on the board.
    pub(crate) fn add(&self, name: &str, kind: &str) {
        let view = PortView {
            kind: kind.to_owned(),
            state: PortState::Starting,
            detail: String::new(),
            last_good_micros: None,
            accepted: 0,
            rejected: 0,
        };
        lock(&self.ports).insert(name.to_owned(), view);
    }

    /// Notes how a port is; changes are logged once.
    pub(crate) fn set(&self, name: &str, state: PortState, detail: &str) {
        if let Some(view) = lock(&self.ports).get_mut(name) {
            if view.state != state {
                tracing::info!(port = name, ?state, detail, "port");
            }
            view.state = state;
            detail.clone_into(&mut view.detail);
        }
    }

    /// Notes a good reading.
    pub(crate) fn good(&self, name: &str) {
        if let Some(view) = lock(&self.ports).get_mut(name) {
            view.accepted += 1;
            view.last_good_micros = Some(wall());
        }
    }

    /// Notes a refused reading and why.
    pub(crate) fn bad(&self, name: &str, detail: &str) {
        if let Some(view) = lock(&self.ports).get_mut(name) {
            view.rejected += 1;
            detail.clone_into(&mut view.detail);
        }
    }

    /// All ports by name.
    pub(crate) fn ports(&self) -> BTreeMap<String, PortView> {
        lock(&self.ports).clone()
    }

    /// Offers a scan to the page; `false` when it repeats the last one at once.
    pub(crate) fn scan(&self, port: &str, data: &str, raw: &[u8]) -> bool {
        if self.repeats(port, data) {
            return false;
        }
        let at_micros = wall();
        let mut scans = lock(&self.scans);
        scans.number += 1;
        let number = scans.number;
        scans.newest = Some(Instant::now());
        if scans.kept.len() == SCANS_KEPT {
            scans.kept.pop_front();
        }
        scans.kept.push_back(ScanView {
            number,
            port: port.to_owned(),
            data: data.to_owned(),
            raw: hex::encode(raw),
            at_micros,
        });
        true
    }

    /// Whether the last scan was the same code at the same port a moment ago: one pull of the
    /// trigger too many. Another port may mean something else by it.
    pub(crate) fn repeats(&self, port: &str, data: &str) -> bool {
        let scans = lock(&self.scans);
        let recent = scans.newest.is_some_and(|newest| newest.elapsed() < REPEAT);
        recent && scans.kept.back().is_some_and(|last| last.port == port && last.data == data)
    }

    /// The newest scan after a number.
    pub(crate) fn scan_after(&self, number: u64) -> Option<ScanView> {
        lock(&self.scans).kept.back().filter(|scan| scan.number > number).cloned()
    }

    /// Number of the newest scan; 0 for none.
    pub(crate) fn newest_scan(&self) -> u64 {
        lock(&self.scans).number
    }
}
