//! Shipper–receiver differences (交接差): per line, and cumulated per pair of partners and material.
//!
//! D = shipper's − receiver's grams; both sides measured by themselves. A side whose books are at
//! hand is valued as its own balance values it; the other counts as it stated itself on the
//! handover. What one side never measured is not evaluable, never 0 (practice §2.1). Errors keep
//! their keys, so that the cumulated sum finds a bias that no line shows (accountancy §2.3). A
//! difference is split into 磅差, 水分差 and 化验差, one replaced after the other; their sum is D.

mod side;

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use tl_domain::balance::{self, Figure, Part, Quality, Question, Records, Unit, Way};
use tl_domain::code::Code;
use tl_domain::ids::{Analyte, EntryId, MaterialId, PartyId};
use tl_domain::project::HandoverRow;
use tl_domain::quantity::{Spread, SubstanceMass};
use tl_domain::time::Micros;

use side::{receiver_side, shipper_side};

/// Limit on |z|.
const SIGMAS: f64 = 2.0;
/// Differences up to this many grams need no explanation.
const DE_MINIMIS_GRAMS: f64 = 50.0;
/// What one side measured of a line.
#[derive(Debug, Clone, Default)]
struct Side {
    /// Wet grams.
    wet: Option<f64>,
    /// Dry grams.
    dry: Option<f64>,
    /// Grams of the substance.
    grams: Option<SubstanceMass>,
    spread: Spread,
}

/// What the books of one party say of arrivals and dispatches, by the entries they rest on.
#[derive(Debug, Default)]
pub struct Values {
    arrived: BTreeMap<EntryId, Vec<(Option<MaterialId>, Side)>>,
    shipped: BTreeMap<EntryId, Vec<(Option<MaterialId>, Side)>>,
}

impl Values {
    /// Values what came over the fence and what left with handovers in the question's span.
    #[must_use]
    pub fn of(records: &Records, question: &Question) -> Self {
        let mut values = Self::default();
        balance::parts(records, question, &[question.span], &mut |part| values.add(&part));
        values
    }

    fn add(&mut self, part: &Part<'_>) {
        let Way::Flow { from, dispatch, opening: false, .. } = &part.way else { return };
        let list = match (from, dispatch) {
            (_, true) => &mut self.shipped,
            (None, false) => &mut self.arrived,
            _ => return,
        };
        let mut side = Side::default();
        match part.amount {
            Some((Unit::Dry, grams)) => side.dry = grams.to_f64(),
            Some((Unit::Wet, grams)) => side.wet = grams.to_f64(),
            Some((Unit::Volume, _)) | None => {}
        }
        // A mean of other days or a default is nobody's measurement of this consignment.
        let measured = |figure: &&Figure| figure.content_quality != Quality::Estimated;
        if let Some(figure) = part.figure.as_ref().ok().filter(measured) {
            side.grams = Some(figure.grams);
            side.spread = figure.spread.clone();
        }
        for entry in part.evidence {
            list.entry(*entry).or_default().push((part.material.cloned(), side.clone()));
        }
    }
}

/// Why a line can't be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotEvaluable {
    /// The receiver's half, or its line, is not there yet.
    NotReceived,
    /// The shipper's half is not there.
    NotShipped,
    /// The shipper gave no content.
    ShipperHasNoContent,
    /// The receiver measured no content.
    ReceiverHasNoContent,
    /// A side gave no error, so nothing can be tested.
    NoError,
}

/// A difference with its test, grams.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Shipper's minus receiver's.
    pub grams: f64,
    /// Its standard deviation.
    pub sigma: f64,
    /// Their quotient.
    pub z: f64,
    /// |z| above 2 and more than 50 g.
    pub significant: bool,
}

/// What a difference is made of, grams; the sum is the difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Split {
    /// 磅差.
    pub weight: f64,
    /// 水分差.
    pub moisture: f64,
    /// 化验差.
    pub assay: f64,
}

/// One line of a handover as both sides have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedLine {
    /// Code of the handover.
    pub code: Code,
    /// Number of the line.
    pub line: u32,
    /// When it was shipped.
    pub shipped_at: Option<Micros>,
    /// When it was received.
    pub received_at: Option<Micros>,
    /// Shipper's grams.
    pub shipped: Option<SubstanceMass>,
    /// Receiver's grams.
    pub received: Option<SubstanceMass>,
    /// The difference, when both sides measured.
    pub difference: Option<Difference>,
    /// What it is made of, when both sides have wet and dry mass.
    pub split: Option<Split>,
    /// Why there is no difference.
    pub lack: Option<NotEvaluable>,
}

/// All lines of a pair of partners and a material, the earliest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartnerAccount {
    /// Who shipped.
    pub shipper: PartyId,
    /// Who received.
    pub receiver: PartyId,
    /// What, in the shipper's words; the receiver's where the shipper's half is missing.
    pub material: Option<MaterialId>,
    /// Its lines.
    pub lines: Vec<ComparedLine>,
    /// Over all lines that can be evaluated.
    pub cumulated: Option<Difference>,
}

/// Both halves of a handover, each as far as it is there.
#[derive(Debug, Clone)]
pub struct Halves<'a> {
    /// Who shipped, and the half.
    pub dispatch: Option<(&'a PartyId, &'a HandoverRow)>,
    /// Who received, and the half.
    pub receive: Option<(&'a PartyId, &'a HandoverRow)>,
}

/// Who shipped what to whom.
type Key = (PartyId, PartyId, Option<MaterialId>);

/// Compares handovers; `books` are those that may be read, by party.
#[must_use]
pub fn compare(
    handovers: &[Halves<'_>],
    books: &BTreeMap<PartyId, Values>,
    substance: &Analyte,
) -> Vec<PartnerAccount> {
    let mut pairs: BTreeMap<Key, Vec<(ComparedLine, Spread)>> = BTreeMap::new();
    for halves in handovers {
        for (key, line, spread) in lines(halves, books, substance) {
            pairs.entry(key).or_default().push((line, spread));
        }
    }
    let account =
        |((shipper, receiver, material), mut lines): (Key, Vec<(ComparedLine, Spread)>)| {
            lines.sort_by(|(a, _), (b, _)| {
                let at = |line: &ComparedLine| line.shipped_at.or(line.received_at);
                (at(a), &a.code, a.line).cmp(&(at(b), &b.code, b.line))
            });
            let (mut sum, mut spread, mut any) = (0.0, Spread::new(), false);
            for (line, own) in &lines {
                if let Some(difference) = line.difference {
                    any = true;
                    sum += difference.grams;
                    spread.add_scaled(own, 1.0);
                }
            }
            let cumulated = any.then(|| difference(sum, spread.sigma())).flatten();
            let lines = lines.into_iter().map(|(line, _)| line).collect();
            PartnerAccount { shipper, receiver, material, lines, cumulated }
        };
    pairs.into_iter().map(account).collect()
}

fn lines(
    halves: &Halves<'_>,
    books: &BTreeMap<PartyId, Values>,
    substance: &Analyte,
) -> Vec<(Key, ComparedLine, Spread)> {
    let Some((shipper, receiver)) = partners(halves) else { return Vec::new() };
    let shipped = halves.dispatch.map_or(&[][..], |(_, row)| &row.shipped);
    let received = halves.receive.map_or(&[][..], |(_, row)| &row.received);
    let mut numbers: Vec<u32> = shipped.iter().map(|line| line.line).collect();
    numbers.extend(received.iter().map(|line| line.line));
    numbers.sort_unstable();
    numbers.dedup();
    let mut found = Vec::new();
    for number in numbers {
        let out = shipped.iter().find(|line| line.line == number);
        let come = received.iter().find(|line| line.line == number);
        let ours = out.map(|line| shipper_side(halves, line, books.get(&shipper), substance));
        let theirs = come.map(|line| receiver_side(halves, line, books.get(&receiver)));
        let material = out
            .map(|line| line.material.clone())
            .or_else(|| come.and_then(|line| line.material.clone()));
        let (line, spread) = compared(halves, number, ours, theirs);
        found.push(((shipper.clone(), receiver.clone(), material), line, spread));
    }
    found
}

/// Shipper and receiver, the other named by the half that is there.
fn partners(halves: &Halves<'_>) -> Option<(PartyId, PartyId)> {
    let shipper = match (halves.dispatch, halves.receive) {
        (Some((shipper, _)), _) => shipper.clone(),
        (None, Some((_, row))) => row.partner.clone()?,
        (None, None) => return None,
    };
    let receiver = match (halves.receive, halves.dispatch) {
        (Some((receiver, _)), _) => receiver.clone(),
        (None, Some((_, row))) => row.partner.clone()?,
        (None, None) => return None,
    };
    Some((shipper, receiver))
}

fn compared(
    halves: &Halves<'_>,
    line: u32,
    shipper: Option<Side>,
    receiver: Option<Side>,
) -> (ComparedLine, Spread) {
    let grams = |side: &Option<Side>| side.as_ref().and_then(|side| side.grams);
    let (shipped, received) = (grams(&shipper), grams(&receiver));
    let mut spread = Spread::new();
    let (mut found, mut split) = (None, None);
    let lack = match (&shipper, &receiver) {
        (None, _) => Some(NotEvaluable::NotShipped),
        (_, None) => Some(NotEvaluable::NotReceived),
        (Some(ours), Some(theirs)) => match (shipped, received) {
            (None, _) => Some(NotEvaluable::ShipperHasNoContent),
            (_, None) => Some(NotEvaluable::ReceiverHasNoContent),
            (Some(out), Some(come)) => {
                spread.add_scaled(&ours.spread, 1.0);
                spread.add_scaled(&theirs.spread, -1.0);
                found = difference((out - come).to_f64(), spread.sigma());
                split = split_of(ours, theirs);
                found.is_none().then_some(NotEvaluable::NoError)
            }
        },
    };
    let compared = ComparedLine {
        code: halves.dispatch.or(halves.receive).expect("a half is there").1.code.clone(),
        line,
        shipped_at: halves.dispatch.map(|(_, row)| row.at),
        received_at: halves.receive.map(|(_, row)| row.at),
        shipped,
        received,
        difference: found,
        split,
        lack,
    };
    (compared, spread)
}

fn difference(grams: f64, sigma: f64) -> Option<Difference> {
    if sigma <= 0.0 || !sigma.is_finite() {
        return None;
    }
    let z = grams / sigma;
    let significant = z.abs() > SIGMAS && grams.abs() > DE_MINIMIS_GRAMS;
    Some(Difference { grams, sigma, z, significant })
}

/// The shipper's figures replaced by the receiver's, one after the other.
fn split_of(shipper: &Side, receiver: &Side) -> Option<Split> {
    let parts = |side: &Side| {
        let (wet, dry) = (side.wet?, side.dry?);
        let grams = side.grams?.to_f64();
        (wet > 0.0 && dry > 0.0).then(|| (wet, dry / wet, grams / dry))
    };
    let ((wet_s, dry_s, content_s), (wet_r, dry_r, content_r)) =
        (parts(shipper)?, parts(receiver)?);
    Some(Split {
        weight: (wet_s - wet_r) * dry_s * content_s,
        moisture: wet_r * (dry_s - dry_r) * content_s,
        assay: wet_r * dry_r * (content_s - content_r),
    })
}
