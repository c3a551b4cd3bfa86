//! 班报 and 交接班: what streams carried in a shift, and a shift that two people sign.
//!
//! A flow report takes a totaliser's reading at both ends; the end of one shift is the start of the
//! next. The handover is an entry of its own kind, signed by both.

use tl_domain::event::{
    Amount, FlowReport, FlowSource, MeterReading, Raw, ShiftHandover, StreamRecord,
};
use tl_domain::ids::{MeterId, OperatorId};
use tl_domain::quantity::{DecimalText, Mass, MassUnit, Volume, VolumeUnit};
use tl_domain::time::Span;

use super::{Context, Done, record, refuse};
use crate::outbox::{Draft, Totaliser, Tx, WriteError, totalisers};

/// Unit of a totaliser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FlowUnit {
    /// A mass.
    Mass(MassUnit),
    /// A volume.
    Volume(VolumeUnit),
}

impl FlowUnit {
    /// By its sign.
    pub(crate) fn read(sign: &str) -> Option<Self> {
        let sign = if sign == "m³" { "m3" } else { sign };
        sign.parse().map(Self::Mass).ok().or_else(|| sign.parse().map(Self::Volume).ok())
    }

    fn amount(self, value: DecimalText) -> Amount {
        match self {
            Self::Mass(unit) => Amount::Mass(Mass::wet(value, unit)),
            Self::Volume(unit) => Amount::Volume(Volume { unit, value }),
        }
    }
}

/// What one stream carried.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    /// The stream.
    pub(crate) stream: StreamRecord,
    /// The totaliser at the start, or nothing.
    pub(crate) start: Option<DecimalText>,
    /// The totaliser at the end, or the amount itself without a start.
    pub(crate) end: DecimalText,
    /// The unit.
    pub(crate) unit: FlowUnit,
    /// Its sign, as it is remembered.
    pub(crate) sign: String,
    /// The meter.
    pub(crate) meter: Option<MeterId>,
}

/// Records the flows of a shift; one entry for each.
///
/// # Errors
/// A refusal that names the stream, or the outbox's.
pub(crate) fn report(
    tx: &mut Tx<'_>,
    context: &Context,
    span: &Span,
    flows: &[Flow],
) -> Result<Done, WriteError> {
    let mut done = None;
    let mut notices = Vec::new();
    for flow in flows {
        let carried = match &flow.start {
            None => flow.end.clone(),
            Some(start) => {
                let carried = flow.end.value() - start.value();
                if carried.is_sign_negative() {
                    return Err(refuse(
                        format!(
                            "{}:止读数 {} 小于起读数 {start},请核对;换表或回零请分两段填",
                            flow.stream.name, flow.end
                        ),
                        format!(
                            "{}: ends at {}, below its start {start}; check it, or report a \
                             reset in two parts",
                            flow.stream.name, flow.end
                        ),
                    ));
                }
                DecimalText::from(carried)
            }
        };
        let reading = flow.start.clone().map(|start| MeterReading { start, end: flow.end.clone() });
        let body = FlowReport {
            stream: flow.stream.id.clone(),
            span: span.clone(),
            amount: flow.unit.amount(carried),
            source: FlowSource::Measured,
            moisture: None,
            density: None,
            reading,
            meter: flow.meter.clone(),
            uncertainty: Vec::new(),
            raw: None::<Raw>,
            blobs: Vec::new(),
        };
        let id = tx.new_id()?;
        let (entry, more) = record(tx, context, id, body, flow.stream.name.clone())?;
        notices.extend(more);
        if flow.start.is_some() {
            keep(tx, flow, span.to.micros(), &entry.id.to_string())?;
        }
        done = Some(entry);
    }
    let entry = done.ok_or_else(|| {
        refuse("没有填写任何物流;停产请在生产日历中说明", "no stream was filled in")
    })?;
    Ok(Done { entry, notices })
}

fn keep(tx: &mut Tx<'_>, flow: &Flow, at_micros: i64, entry: &str) -> Result<(), WriteError> {
    let known = totalisers(tx.connection)?;
    let before = known.into_iter().find(|it| it.stream == flow.stream.id.as_str());
    let (before_value, before_micros) = before.map(|it| (it.value, it.read_micros)).unzip();
    tx.keep_totaliser(&Totaliser {
        stream: flow.stream.id.to_string(),
        value: flow.end.to_string(),
        unit: flow.sign.clone(),
        read_micros: at_micros,
        before_value,
        before_micros,
        entry: entry.to_owned(),
    })
}

/// What is open when a shift ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Open {
    /// 待回皮: trucks and batches that were weighed once.
    pub(crate) half_weighed: Vec<String>,
    /// Pots that did not go to the laboratory.
    pub(crate) unsent_samples: Vec<String>,
    /// 待核.
    pub(crate) questions: Vec<String>,
    /// Runs that are open.
    pub(crate) runs: Vec<String>,
    /// Entries that wait for the server.
    pub(crate) waiting: i64,
}

impl Open {
    /// One line for lists.
    pub(crate) fn summary(&self) -> String {
        format!(
            "待回皮 {} · 未送样 {} · 待核 {} · 工序 {} · 待传 {}",
            self.half_weighed.len(),
            self.unsent_samples.len(),
            self.questions.len(),
            self.runs.len(),
            self.waiting
        )
    }
}

/// A shift is handed over: the entry is the giver's, the taker signs with badge and PIN.
///
/// # Errors
/// A refusal when both are one person, or the outbox's.
pub(crate) fn hand_over(
    tx: &mut Tx<'_>,
    context: &Context,
    taker: &OperatorId,
    open: &Open,
    remark: &str,
) -> Result<Done, WriteError> {
    let giver = context.operator.clone().ok_or_else(|| refuse("请先登录", "sign in first"))?;
    if giver == *taker {
        return Err(refuse(
            "交班人和接班人不能是同一人,请接班人扫工牌并输入 PIN",
            "giver and taker are one person; the taker scans the badge and types the PIN",
        ));
    }
    let body = ShiftHandover {
        taken_by: taker.clone(),
        half_weighed: open.half_weighed.clone(),
        unsent_samples: open.unsent_samples.clone(),
        questions: open.questions.clone(),
        runs: open.runs.clone(),
        waiting: u64::try_from(open.waiting).unwrap_or(0),
        remark: remark.trim().to_owned(),
    };
    let entry = tx.append(Draft::now(body, Some(&giver), format!("{giver} → {taker}")))?;
    tx.keep_handover(entry.id, (giver.as_str(), taker.as_str()), &open.summary())?;
    Ok(Done { entry, notices: Vec::new() })
}
