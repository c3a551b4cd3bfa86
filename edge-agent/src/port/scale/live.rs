//! A scale's declared layout while the agent runs: from the last commissioning, else from the
//! configuration; changed without a restart, and tapped while somebody commissions it.
//!
//! Without a declared layout nothing becomes a weight: the bytes go to who listens alone.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tl_device::{Decoder, Output};

use super::Scale;
use crate::config::ScaleRules;
use crate::outbox::{CommissionRow, lock};

/// Pieces that may wait for who listens; more are dropped, the live view is latest-wins.
const PIECES_MAX: usize = 256;

/// What is declared of a scale now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setup {
    /// Calibration block: key of the short-term error.
    pub(super) calibration: Option<String>,
    /// Layout; null while none is declared.
    pub(super) profile: Value,
    /// Grows with each change, so that the line makes its decoder anew.
    generation: u64,
}

impl Setup {
    /// As the configuration has it.
    pub(super) fn configured(config: &ScaleRules) -> Self {
        let (calibration, profile) = (config.calibration.clone(), config.profile.clone());
        Self { calibration, profile, generation: 0 }
    }

    /// Protocol and layout: names the decoder of the raw bytes.
    pub(super) fn decoder(&self) -> String {
        let text = |field: &str| self.profile.get(field).and_then(Value::as_str);
        let protocol = text("protocol").unwrap_or_default();
        match text("layout") {
            Some(layout) => format!("{protocol}:{layout}"),
            None => protocol.to_owned(),
        }
    }
}

/// Where the bytes of a line go while somebody listens.
#[derive(Debug, Default)]
pub(super) struct Tap(Mutex<Option<SyncSender<Vec<u8>>>>);

impl Tap {
    fn give(&self, bytes: &[u8]) {
        let mut open = lock(&self.0);
        let gone = open.as_ref().is_some_and(|to| {
            let sent = to.try_send(bytes.to_vec());
            matches!(sent, Err(std::sync::mpsc::TrySendError::Disconnected(_)))
        });
        if gone {
            *open = None;
        }
    }
}

impl Scale {
    /// The meter that it is.
    pub(crate) fn meter(&self) -> &tl_domain::ids::MeterId {
        &self.meter
    }

    /// The layout in use; null while none is declared.
    pub(crate) fn profile(&self) -> Value {
        lock(&self.setup).profile.clone()
    }

    /// The calibration block that weighings are in now.
    pub(crate) fn calibration(&self) -> Option<String> {
        lock(&self.setup).calibration.clone()
    }

    /// What comes on the line from now on; who listened before hears no more.
    pub(crate) fn listen(&self) -> Receiver<Vec<u8>> {
        let (to, from) = sync_channel(PIECES_MAX);
        *lock(&self.tap.0) = Some(to);
        from
    }

    /// Takes over what was commissioned; another meter's commissioning does not count.
    pub(crate) fn commissioned(&self, row: &CommissionRow) {
        if row.meter.as_deref() != Some(self.meter.as_str()) {
            return;
        }
        let Ok(profile) = serde_json::from_str(&row.profile) else {
            tracing::error!(port = row.port, "the commissioned layout is damaged");
            return;
        };
        let mut setup = lock(&self.setup);
        let generation = setup.generation + 1;
        *setup = Setup { calibration: row.calibration.clone(), profile, generation };
        drop(setup);
        // What stood before was read by another layout, or before the recalibration.
        lock(&self.watch).forget();
    }
}

/// The decoder of a scale's line, whatever is declared at the time.
pub(super) struct Line {
    scale: Arc<Scale>,
    inner: Option<Box<dyn Decoder>>,
    generation: Option<u64>,
}

impl Line {
    pub(super) fn new(scale: Arc<Scale>) -> Self {
        Self { scale, inner: None, generation: None }
    }

    fn renew(&mut self) {
        let setup = lock(&self.scale.setup).clone();
        if self.generation == Some(setup.generation) {
            return;
        }
        self.generation = Some(setup.generation);
        self.inner = match tl_device::decoder_for(&setup.profile) {
            Ok(decoder) => Some(decoder),
            Err(error) => {
                if !setup.profile.is_null() {
                    tracing::error!(%error, "the scale's layout cannot be used");
                }
                None
            }
        };
    }
}

impl Decoder for Line {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Output>) {
        self.renew();
        self.scale.tap.give(bytes);
        if let Some(inner) = &mut self.inner {
            inner.push(bytes, out);
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        if let Some(inner) = &mut self.inner {
            inner.finish(out);
        }
    }

    fn buffered(&self) -> usize {
        self.inner.as_ref().map_or(0, |inner| inner.buffered())
    }
}
