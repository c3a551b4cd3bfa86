//! 过磅: stable weights of a declared scale, or typed figures with a reason.
//!
//! A net weight is recorded as it is. Gross and tare come in any order and interleave with other
//! trucks: the first one waits with the batch (待回皮), the second one makes the entry, with both
//! frames as evidence.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use tl_domain::event::{BatchWeigh, BlobRef, Raw};
use tl_domain::ids::{BatchId, MeterId};
use tl_domain::quantity::{DecimalText, Mass, MassUnit};

use super::{Context, Done, record, refuse};
use crate::outbox::state::{self, BatchView};
use crate::outbox::{Tx, WriteError};
use crate::words::Words;

/// Which weight it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// 毛重.
    Gross,
    /// 皮重.
    Tare,
    /// 净重.
    Net,
}

impl Side {
    /// In Chinese.
    pub(crate) fn zh(self) -> &'static str {
        match self {
            Self::Gross => "毛重",
            Self::Tare => "皮重",
            Self::Net => "净重",
        }
    }

    /// In English.
    pub(crate) fn en(self) -> &'static str {
        match self {
            Self::Gross => "gross",
            Self::Tare => "tare",
            Self::Net => "net",
        }
    }
}

/// One weight with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Weighing {
    /// The figure as shown or typed.
    pub(crate) value: DecimalText,
    /// Its unit.
    pub(crate) unit: MassUnit,
    /// The scale.
    pub(crate) meter: Option<MeterId>,
    /// Calibration block of the scale.
    pub(crate) calibration: Option<String>,
    /// Reason, when it was typed.
    pub(crate) manual: Option<String>,
    /// The scale's frame, hexadecimal.
    pub(crate) raw: String,
    /// Which decoder read it.
    pub(crate) decoder: String,
    /// Photos of a typed figure.
    #[serde(default)]
    pub(crate) photos: Vec<BlobRef>,
}

impl Weighing {
    /// A typed figure; the reason is required.
    ///
    /// # Errors
    /// A refusal without a reason.
    pub(crate) fn typed(
        value: DecimalText,
        unit: MassUnit,
        reason: &str,
    ) -> Result<Self, WriteError> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(refuse(
                "手工录入重量须填写原因",
                "a typed weight needs a reason; fill it in or take it from the scale",
            ));
        }
        Ok(Self {
            value,
            unit,
            meter: None,
            calibration: None,
            manual: Some(reason.to_owned()),
            raw: String::new(),
            decoder: String::new(),
            photos: Vec::new(),
        })
    }

    fn mass(&self) -> Mass {
        Mass::wet(self.value.clone(), self.unit)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct OpenWeigh {
    side: Side,
    weighing: Weighing,
}

/// What a weighing led to.
#[derive(Debug, Clone)]
pub(crate) enum Weighed {
    /// The first of two: waits for the other side.
    Waiting(Words),
    /// The entry is there.
    Recorded(Box<Done>),
}

/// The side that a batch waits for, when it was weighed once.
pub(crate) fn waits_for(batch: &BatchView) -> Option<(Side, String)> {
    let open: OpenWeigh = serde_json::from_str(batch.open_weigh.as_deref()?).ok()?;
    let other = match open.side {
        Side::Gross => Side::Tare,
        Side::Tare => Side::Gross,
        Side::Net => return None,
    };
    Some((other, format!("{} {}", open.weighing.value, open.weighing.unit)))
}

/// Takes a weight of a batch.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn weigh(
    tx: &mut Tx<'_>,
    context: &Context,
    batch: &BatchView,
    side: Side,
    weighing: Weighing,
) -> Result<Weighed, WriteError> {
    if side == Side::Net {
        let body = body(batch.id, None, None, weighing.mass(), &[&weighing]);
        return finish(tx, context, batch, body);
    }
    let first: Option<OpenWeigh> =
        batch.open_weigh.as_deref().and_then(|open| serde_json::from_str(open).ok());
    let Some(first) = first.filter(|first| first.side != side) else {
        // The same side again replaces the first figure: the truck drove on once more.
        let words = Words::new(
            format!("已记{} {} {},等待另一次过磅", side.zh(), weighing.value, weighing.unit),
            format!(
                "{} {} {} noted, waiting for the other",
                side.en(),
                weighing.value,
                weighing.unit
            ),
        );
        let open = serde_json::to_string(&OpenWeigh { side, weighing })
            .map_err(|error| WriteError::Form(error.to_string()))?;
        state::set_open_weigh(tx, batch.id, Some(&open))?;
        return Ok(Weighed::Waiting(words));
    };
    let (gross, tare) = match side {
        Side::Gross => (&weighing, &first.weighing),
        Side::Tare | Side::Net => (&first.weighing, &weighing),
    };
    let net = net(gross, tare)?;
    let body = body(batch.id, Some(gross), Some(tare), net, &[&first.weighing, &weighing]);
    finish(tx, context, batch, body)
}

fn finish(
    tx: &mut Tx<'_>,
    context: &Context,
    batch: &BatchView,
    body: BatchWeigh,
) -> Result<Weighed, WriteError> {
    let id = tx.new_id()?;
    let (entry, notices) = record(tx, context, id, body, batch.name())?;
    Ok(Weighed::Recorded(Box::new(Done { entry, notices })))
}

/// Gross minus tare, exact, in the gross weight's unit and with its decimals.
fn net(gross: &Weighing, tare: &Weighing) -> Result<Mass, WriteError> {
    let grams = gross.mass().grams() - tare.mass().grams();
    if grams <= Decimal::ZERO {
        return Err(refuse(
            format!(
                "毛重 {} {} 不大于皮重 {} {},请核对或重新过磅",
                gross.value, gross.unit, tare.value, tare.unit
            ),
            format!(
                "gross {} {} is not above tare {} {}; check or weigh again",
                gross.value, gross.unit, tare.value, tare.unit
            ),
        ));
    }
    let mut value = (grams / gross.unit.grams()).normalize();
    let decimals = gross.value.value().scale().max(value.scale());
    value.rescale(decimals);
    Ok(Mass::wet(DecimalText::from(value), gross.unit))
}

fn body(
    batch: BatchId,
    gross: Option<&Weighing>,
    tare: Option<&Weighing>,
    net: Mass,
    weighings: &[&Weighing],
) -> BatchWeigh {
    let last = weighings.last();
    let reasons: Vec<&str> =
        weighings.iter().filter_map(|weighing| weighing.manual.as_deref()).collect();
    // Frames in the order in which they were taken; the decoder reads them one after another.
    let frames: Vec<u8> =
        weighings.iter().flat_map(|it| hex::decode(&it.raw).unwrap_or_default()).collect();
    let decoder = weighings.iter().map(|it| it.decoder.as_str()).find(|name| !name.is_empty());
    BatchWeigh {
        batch,
        gross: gross.map(Weighing::mass),
        tare: tare.map(Weighing::mass),
        net,
        moisture: None,
        meter: weighings.iter().find_map(|it| it.meter.clone()),
        calibration: last.and_then(|it| it.calibration.clone()),
        manual: (!reasons.is_empty()).then(|| reasons.join("; ")),
        ticket: None,
        uncertainty: Vec::new(),
        raw: decoder
            .map(|decoder| Raw { base64: STANDARD.encode(&frames), decoder: decoder.to_owned() }),
        blobs: weighings.iter().flat_map(|it| it.photos.clone()).collect(),
    }
}
