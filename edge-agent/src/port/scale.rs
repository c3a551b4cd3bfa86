//! A scale that sends all the time: the newest state for the page, a stable weight for captures.
//!
//! The stream is latest-wins; only what is captured becomes an entry. One stable phase is one
//! weight: it can't be captured for two batches, nor as gross and tare of one.

mod live;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use anyhow::Result;
use tl_device::stability::{
    CaptureRefusal, CapturedWeight, ScaleState, StabilityRule, StabilityWatch,
};
use tl_device::{MassUnit as DeviceUnit, Output};
use tl_domain::ids::MeterId;
use tl_domain::quantity::MassUnit;

use super::Ports;
use super::line::{Stream, keep_open};
use super::{serial, tcp};
use crate::capture::weigh::Weighing;
use crate::clock::AgentClock;
use crate::config::{ScaleRules, ScaleSerial, ScaleTcp};
use crate::outbox::{WriteError, commission_of, lock};
use crate::run::spawn;
use crate::words::Words;
use live::{Line, Setup, Tap};

/// All scales by port name.
pub(crate) type Scales = Arc<BTreeMap<String, Arc<Scale>>>;

/// One scale.
pub(crate) struct Scale {
    meter: MeterId,
    /// Layout and calibration block; the last commissioning changes them.
    setup: Mutex<Setup>,
    /// Who listens to the line while the scale is commissioned.
    tap: Tap,
    clock: Arc<AgentClock>,
    watch: Mutex<StabilityWatch>,
    /// The last phase that was captured.
    taken: Mutex<Option<Taken>>,
}

/// A phase that belongs to a capture.
#[derive(Debug)]
struct Taken {
    phase: u64,
    /// Batch and side.
    purpose: String,
    /// Whether the entry is durable.
    recorded: bool,
}

impl Scale {
    pub(super) fn new(config: &ScaleRules, clock: Arc<AgentClock>) -> Self {
        let rule = StabilityRule { stable_frames: config.stable_frames, ..Default::default() };
        Self {
            meter: config.meter.clone(),
            setup: Mutex::new(Setup::configured(config)),
            tap: Tap::default(),
            clock,
            watch: Mutex::new(StabilityWatch::new(rule)),
            taken: Mutex::new(None),
        }
    }

    /// What the page shows now.
    pub(crate) fn state(&self) -> ScaleState {
        lock(&self.watch).state(self.clock.monotonic())
    }

    pub(super) fn observe(&self, output: &Output) {
        lock(&self.watch).observe(output, self.clock.monotonic());
    }

    /// The stable weight for `purpose` (batch and side).
    ///
    /// # Errors
    /// Why there is none now, in both languages.
    pub(crate) fn capture(&self, purpose: &str) -> Result<(Weighing, u64), Words> {
        let captured = lock(&self.watch).capture(self.clock.monotonic()).map_err(explain)?;
        if let Some(taken) = lock(&self.taken).as_ref()
            && taken.phase == captured.phase
            && taken.purpose != purpose
        {
            return Err(used());
        }
        Ok((self.weighing(&captured)?, captured.phase))
    }

    /// Takes a phase for `purpose`. To be called inside the writer's transaction, where one capture
    /// comes after another: of two ports that read the same phase only the first has it.
    ///
    /// # Errors
    /// Another capture has the phase.
    pub(crate) fn claim(&self, phase: u64, purpose: &str) -> Result<(), WriteError> {
        let mut taken = lock(&self.taken);
        match taken.as_ref() {
            Some(known) if known.phase == phase && known.purpose != purpose => {
                Err(WriteError::Refused(used()))
            }
            Some(known) if known.phase == phase => Ok(()),
            _ => {
                *taken = Some(Taken { phase, purpose: purpose.to_owned(), recorded: false });
                Ok(())
            }
        }
    }

    /// Notes what became of a claim: durable, or free again.
    pub(crate) fn settle(&self, phase: u64, purpose: &str, recorded: bool) {
        let mut taken = lock(&self.taken);
        match taken.as_mut() {
            Some(known) if known.phase == phase && known.purpose == purpose => {
                known.recorded |= recorded;
                if !known.recorded {
                    *taken = None;
                }
            }
            _ => {}
        }
    }

    /// Whether a phase is recorded for `purpose` already: who asks again only missed the answer.
    pub(crate) fn recorded(&self, phase: u64, purpose: &str) -> bool {
        let taken = lock(&self.taken);
        taken
            .as_ref()
            .is_some_and(|known| known.recorded && known.phase == phase && known.purpose == purpose)
    }

    fn weighing(&self, captured: &CapturedWeight) -> Result<Weighing, Words> {
        let unit = match captured.weight.unit {
            DeviceUnit::G => MassUnit::Gram,
            DeviceUnit::Kg => MassUnit::Kilogram,
            DeviceUnit::T => MassUnit::Tonne,
            DeviceUnit::Lb => {
                return Err(Words::new(
                    "秤的单位是磅(lb),不能记录;请改为千克",
                    "the scale shows pounds; set it to kg",
                ));
            }
        };
        let value = captured.weight.value.as_str();
        let setup = lock(&self.setup);
        Ok(Weighing {
            value: value.parse().map_err(|_| {
                Words::new(
                    format!("重量 {value} 无法识别"),
                    format!("weight {value} is no decimal"),
                )
            })?,
            unit,
            meter: Some(self.meter.clone()),
            calibration: setup.calibration.clone(),
            manual: None,
            raw: hex::encode(&captured.raw),
            decoder: setup.decoder(),
            photos: Vec::new(),
        })
    }
}

fn used() -> Words {
    Words::new(
        "这次稳定的重量已经用过,请换下一车(件)再称",
        "this stable weight was used already; put the next load on",
    )
}

/// The refusal of a weight in both languages.
fn explain(refusal: CaptureRefusal) -> Words {
    let zh = match &refusal {
        CaptureRefusal::NoSignal => "秤没有信号,请检查电源和接线".to_owned(),
        CaptureRefusal::Moving { frames, wanted } => {
            format!("秤未稳定({frames}/{wanted}),请稍候")
        }
        CaptureRefusal::OutOfRange => "秤超出量程,请卸载或清零".to_owned(),
        CaptureRefusal::Negative(value) => format!("重量 {value} 为负,请空秤清零"),
        CaptureRefusal::Zero => "秤上没有重量".to_owned(),
    };
    Words::new(zh, refusal.to_string())
}

pub(super) fn start_serial(ports: Ports, config: ScaleSerial) -> Result<JoinHandle<()>> {
    serial::warn_of_number(&config.name, &config.line.path);
    start(ports, config.name.clone(), &config.rules(), move || serial::open(&config.line))
}

/// Listens on a line that another program owns.
pub(super) fn start_tap(ports: Ports, config: ScaleSerial) -> Result<JoinHandle<()>> {
    serial::warn_of_number(&config.name, &config.line.path);
    start(ports, config.name.clone(), &config.rules(), move || serial::open_tap(&config.line))
}

pub(super) fn start_tcp(ports: Ports, config: ScaleTcp) -> Result<JoinHandle<()>> {
    start(ports, config.name.clone(), &config.rules, move || tcp::connect(&config.connect))
}

fn start<S: Stream>(
    ports: Ports,
    name: String,
    rules: &ScaleRules,
    open: impl FnMut() -> std::io::Result<S> + Send + 'static,
) -> Result<JoinHandle<()>> {
    if !rules.profile.is_null() {
        tl_device::decoder_for(&rules.profile)?;
    }
    spawn("scale", move || {
        let Some(scale) = ports.scales.get(&name).cloned() else {
            return;
        };
        match ports.outbox.read(|db| commission_of(db, &name)) {
            Ok(row) => row.iter().for_each(|row| scale.commissioned(row)),
            Err(error) => tracing::error!(%error, port = name, "commissioning not read"),
        }
        let mut decoder = Line::new(scale.clone());
        let take = |output: Output, _: &mut S| {
            match &output {
                Output::Accepted(_) => ports.board.good(&name),
                Output::Rejected(rejection) => ports.board.bad(&name, &rejection.detail),
                Output::Skipped(_) => {}
            }
            scale.observe(&output);
        };
        keep_open(&ports, &name, open, &mut decoder, take);
    })
}
