//! A meter as declared, and its spans as `flow.report` entries.
//!
//! An entry carries both readings in the meter's unit and both answers as they came: whoever
//! doubts a figure reads the registers again by the layout that stands beside them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_device::modbus::{
    Break, Judged, Layout, Report, Request, Rollover, Rules, Seen, Shifts, Totaliser,
};
use tl_domain::event::{Amount, FlowReport, FlowSource, MeterReading, Raw};
use tl_domain::quantity::{DecimalText, Mass, Volume};
use tl_domain::time::Span;

use super::ask::Answered;
use crate::capture::record_fact;
use crate::config::{FlowUnit, Framed, ModbusRules, Totalised};
use crate::outbox::{Draft, Outbox, Quarantined, Tx, WriteError, meter_state};

/// A reading so shortly after a change of shift stands for it: two rounds, and at least this long.
const TOLERANCE_US_MIN: i64 = 30_000_000;
const SECOND_US: i64 = 1_000_000;

/// A meter as declared.
#[derive(Clone)]
pub(super) struct Meter {
    port: String,
    declared: Totalised,
    layout: Layout,
    shifts: Shifts,
    request: Request,
    tolerance_us: i64,
    framed: Framed,
}

impl Meter {
    pub(super) fn new(
        port: &str,
        declared: &Totalised,
        rules: &ModbusRules,
        framed: Framed,
    ) -> anyhow::Result<Self> {
        let round_us = i64::from(rules.poll_seconds) * SECOND_US;
        Ok(Self {
            port: port.to_owned(),
            layout: declared.total.clone(),
            shifts: rules.shifts.clone(),
            request: declared.total.request(declared.device, declared.table)?,
            tolerance_us: (2 * round_us).max(TOLERANCE_US_MIN),
            declared: declared.clone(),
            framed,
        })
    }

    pub(super) fn name(&self) -> &str {
        self.declared.meter.as_str()
    }

    pub(super) fn request(&self) -> Request {
        self.request
    }

    pub(super) fn rules(&self, offset_minutes: i32) -> Rules {
        let value = |text: &Option<DecimalText>| text.as_ref().map(|it| it.value());
        Rules {
            rollover: value(&self.declared.rollover).map(|at| Rollover { at }),
            rate_max: value(&self.declared.rate_max),
            shifts: self.shifts.clone(),
            offset_minutes,
            tolerance_us: self.tolerance_us,
        }
    }

    /// What has to be the same for a span to go on: where the total stands and what it means.
    pub(super) fn declared(&self) -> String {
        let Totalised { stream, device, table, unit, .. } = &self.declared;
        let (table, layout, unit) = (table.name(), self.layout.describe(), unit.sign());
        format!("{stream} {device} {table} {layout} {unit}")
    }

    /// The span that was open, and the declaration under which it was read.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn known(&self, outbox: &Outbox) -> Result<Option<(String, Totaliser)>, WriteError> {
        let kept = outbox.read(|db| meter_state(db, &self.port, self.name()))?;
        Ok(kept.and_then(|(declared, state)| match serde_json::from_str(&state) {
            Ok(state) => Some((declared, state)),
            Err(error) => {
                tracing::error!(%error, meter = self.name(), "the open span cannot be read");
                None
            }
        }))
    }

    /// An answer as a reading.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub(super) fn read(&self, at_us: i64, answer: &Answered) -> Result<Seen, String> {
        let registers = answer.content.as_ref().map_err(ToString::to_string)?;
        let total = self.layout.read(registers).map_err(|error| error.to_string())?;
        if let Some(at) = self.declared.rollover.as_ref().filter(|it| total.value >= it.value()) {
            return Err(format!("the total {} is not below `rollover` {at}", total.value));
        }
        let (total, resolution) = (total.value, total.resolution);
        Ok(Seen { at_us, total, resolution, frame: hex::encode(&answer.frame) })
    }

    /// A reading for the board; a step that is coarse against the total is said.
    pub(super) fn words(&self, seen: &Seen) -> String {
        let unit = self.declared.unit.sign();
        format!("{} {unit} ±{}", seen.total, seen.resolution.normalize())
    }

    fn body(&self, tx: &Tx<'_>, report: &Report) -> FlowReport {
        let value = DecimalText::from(report.amount);
        let amount = match (self.declared.unit, self.declared.basis) {
            (FlowUnit::Volume(unit), _) => Amount::Volume(Volume { unit, value }),
            (FlowUnit::Mass(unit), Some(basis)) => Amount::Mass(Mass { basis, unit, value }),
            (FlowUnit::Mass(unit), None) => Amount::Mass(Mass::wet(value, unit)),
        };
        FlowReport {
            stream: self.declared.stream.clone(),
            span: Span { from: tx.moment(report.from_us), to: tx.moment(report.to_us) },
            amount,
            source: FlowSource::Measured,
            moisture: None,
            density: self.declared.density.clone(),
            reading: Some(MeterReading {
                start: report.start.total.into(),
                end: report.end.total.into(),
            }),
            meter: Some(self.declared.meter.clone()),
            uncertainty: Vec::new(),
            raw: Some(Raw {
                base64: STANDARD.encode(frames(&report.start, &report.end)),
                decoder: self.decoder(report),
            }),
            blobs: Vec::new(),
        }
    }

    /// How the bytes are to be read: framing, registers, and how fine the total is there.
    fn decoder(&self, report: &Report) -> String {
        let framing = match self.framed {
            Framed::Rtu => "modbus_rtu",
            Framed::Tcp => "modbus_tcp",
        };
        let (table, layout) = (self.declared.table.name(), self.layout.describe());
        let resolution = report.start.resolution.max(report.end.resolution).normalize();
        let mut words = format!("{framing}:{table}:{layout}:resolution={resolution}");
        if let Some(at) = &self.declared.rollover {
            words.push_str(&format!(":rollover={at}:rollovers={}", report.rollovers));
        }
        words
    }

    fn aside(&self, why: Break, before: &Seen, after: &Seen) -> Quarantined {
        let unit = self.declared.unit.sign();
        let (zh, en, reason) = match why {
            Break::Reset => ("累计值变小,可能被清零或换表", "the total fell", "meter_reset"),
            Break::Jump => {
                ("累计值增加过快,超过 rate_max", "it rose faster than `rate_max`", "meter_jump")
            }
            Break::ClockBack => ("本机时钟被拨回", "our clock was set back", "clock_back"),
            Break::Redeclared => {
                ("寄存器配置已更改", "declared in another way", "meter_redeclared")
            }
        };
        let gap = match why {
            Break::ClockBack => "累计量连续,时间以记录为准 (amounts go on, times may overlap)",
            _ => {
                "两次读数之间的量未记录,请人工补报 (what flowed between is not recorded: report it \
                  by hand)"
            }
        };
        Quarantined {
            port: self.port.clone(),
            source: self.name().to_owned(),
            reason: reason.to_owned(),
            detail: format!(
                "{} {zh} ({en}): {} → {} {unit}, {} → {} µs; {gap}",
                self.name(),
                before.total,
                after.total,
                before.at_us,
                after.at_us
            ),
            raw: frames(before, after),
        }
    }
}

fn frames(start: &Seen, end: &Seen) -> Vec<u8> {
    let bytes = |seen: &Seen| hex::decode(&seen.frame).unwrap_or_default();
    [bytes(start), bytes(end)].concat()
}

/// Records what a reading led to, with the state from which the next one goes on; gives what was
/// set aside, in words.
///
/// # Errors
/// The outbox's; then nothing is kept.
pub(super) fn record(
    tx: &mut Tx<'_>,
    meter: &Meter,
    judged: &[Judged],
    state: &Totaliser,
) -> Result<Vec<String>, WriteError> {
    let mut aside = Vec::new();
    for it in judged {
        match it {
            Judged::Report(report) => {
                let body = meter.body(tx, report);
                let (subject, at) = (format!("{} {}", body.stream, body.span.from), &body.span.to);
                let at = Some(at.clone());
                let id = tx.new_id()?;
                let draft = Draft { body: body.into(), operator: None, subject, at };
                record_fact(tx, id, draft)?;
            }
            Judged::Broken { why, before, after } => {
                let what = meter.aside(*why, before, after);
                tx.put_aside(&what)?;
                aside.push(what.detail);
            }
        }
    }
    let state = serde_json::to_string(state)
        .map_err(|error| WriteError::Form(format!("a meter's span: {error}")))?;
    tx.save_meter(&meter.port, meter.name(), (&meter.declared(), &state))?;
    Ok(aside)
}
