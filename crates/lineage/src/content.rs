//! Which content counts, in floats: the rule of `tl_domain::balance` (DESIGN §5) for the graph.
//!
//! Reviewed results, else provisional ones; own before a supplier's; replicates of a sample
//! averaged, then samples; settled values never. Where nothing was assayed: own mean of 90 days,
//! supplier's mean, default of the material. A test holds these figures against those of the
//! balance. Errors, evidence and censoring's range are the balance's: the graph needs one figure.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tl_domain::event::{Determination, Master, Purpose, SampleSubject, Side};
use tl_domain::ids::{Analyte, SampleId};
use tl_domain::project::{AssayRow, Review};
use tl_domain::quantity::{Basis, ContentUnit, Moisture};
use tl_domain::time::{DAY_MICROS, Micros, MicrosSpan};

/// How far back means of other days reach.
const LADDER_MICROS: Micros = 90 * DAY_MICROS;

/// What a content is counted by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Per {
    /// Grams per gram of dry mass.
    Dry,
    /// Grams per gram as it was.
    Wet,
    /// Grams per cubic metre.
    Volume,
    /// A per cent or a density: no content.
    Other,
}

/// A content.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Content {
    pub(crate) value: f64,
    pub(crate) per: Per,
    /// Determined on this very object, not taken from others like it.
    pub(crate) assayed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Found {
    rank: (u8, u8),
    sample: SampleId,
    at: Micros,
    own: bool,
    value: f64,
    unit: ContentUnit,
    basis: Basis,
}

/// What is looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) batch: Option<u128>,
    pub(crate) stream: Option<&'a str>,
    pub(crate) material: Option<&'a str>,
    pub(crate) span: MicrosSpan,
}

/// All assays of one analyte of a party.
pub(crate) struct Contents {
    by_batch: HashMap<u128, Vec<Found>>,
    by_stream: HashMap<String, Vec<(MicrosSpan, Found)>>,
    by_stock: Vec<(SampleSubject, Found)>,
    by_material: HashMap<String, Vec<Found>>,
    defaults: HashMap<String, Content>,
}

impl Contents {
    /// `material_of` names the material of a batch that the books know.
    pub(crate) fn of(
        analyte: &Analyte,
        assays: &[AssayRow],
        masters: &[Master],
        material_of: impl Fn(u128) -> Option<String>,
    ) -> Self {
        let mut contents = Self {
            by_batch: HashMap::new(),
            by_stream: HashMap::new(),
            by_stock: Vec::new(),
            by_material: HashMap::new(),
            defaults: HashMap::new(),
        };
        let mut streams = HashMap::new();
        for master in masters {
            match master {
                Master::Stream(stream) => {
                    streams.insert(stream.id.as_str(), stream.material.as_str());
                }
                Master::Material(material) => {
                    let default = material.defaults.iter().find(|d| d.analyte == *analyte);
                    if let Some(default) = default {
                        let basis = default.basis.unwrap_or(Basis::Dry);
                        let value = default.value.value().to_f64().unwrap_or(0.0);
                        let content = content(value, default.unit, basis, false);
                        contents.defaults.insert(material.id.to_string(), content);
                    }
                }
                _ => {}
            }
        }
        for assay in assays {
            for found in usable(analyte, assay) {
                contents.add(assay, found, &streams, &material_of);
            }
        }
        contents
    }

    fn add(
        &mut self,
        assay: &AssayRow,
        found: Found,
        streams: &HashMap<&str, &str>,
        material_of: &impl Fn(u128) -> Option<String>,
    ) {
        let mut material = None;
        match &assay.subject {
            Some(SampleSubject::Batches(shares)) => {
                for share in shares {
                    let batch = share.batch.0.as_u128();
                    self.by_batch.entry(batch).or_default().push(found);
                    material = material_of(batch).or(material);
                }
            }
            Some(SampleSubject::Stream { stream, span }) => {
                let known = self.by_stream.entry(stream.to_string()).or_default();
                known.push((span.micros(), found));
                material = streams.get(stream.as_str()).map(|name| (*name).to_owned());
            }
            Some(subject @ SampleSubject::Stock { material: of, .. }) => {
                self.by_stock.push((subject.clone(), found));
                material = Some(of.to_string());
            }
            None => {}
        }
        if let Some(material) = material {
            self.by_material.entry(material).or_default().push(found);
        }
    }

    /// The content that counts; none when there is not even a default.
    pub(crate) fn find(&self, wanted: Wanted<'_>) -> Option<Content> {
        self.measured(wanted)
            .or_else(|| self.mean(wanted, true))
            .or_else(|| self.mean(wanted, false))
            .or_else(|| self.defaults.get(wanted.material?).copied())
    }

    /// What was determined on this batch or stream.
    pub(crate) fn measured(&self, wanted: Wanted<'_>) -> Option<Content> {
        self.of_batch(wanted).or_else(|| self.of_stream(wanted))
    }

    /// What was determined on the stock of a node or place within a day.
    pub(crate) fn of_stock(
        &self,
        node: &str,
        place: Option<&str>,
        material: &str,
        at: Micros,
    ) -> Option<Content> {
        let near = self.by_stock.iter().filter(|(subject, _)| match subject {
            SampleSubject::Stock { location, material: of, at: sampled } => {
                let there = location.place.as_ref().map(|place| place.as_str());
                location.node.as_str() == node
                    && (there.is_none() || there == place)
                    && of.as_str() == material
                    && (sampled.micros() - at).abs() <= DAY_MICROS
            }
            _ => false,
        });
        average(&best(near.map(|(_, found)| *found).collect()))
    }

    fn of_batch(&self, wanted: Wanted<'_>) -> Option<Content> {
        average(&best(self.by_batch.get(&wanted.batch?)?.clone()))
    }

    /// Samples of the stream, weighted by how much of the span each stands for.
    fn of_stream(&self, wanted: Wanted<'_>) -> Option<Content> {
        let share = |span: &MicrosSpan| match wanted.span.length() {
            0 => Micros::from(span.holds(wanted.span.from)),
            _ => span.overlap(&wanted.span),
        };
        let known = self.by_stream.get(wanted.stream?)?;
        let near: Vec<_> = known.iter().filter(|(span, _)| share(span) > 0).collect();
        let rank = near.iter().map(|(_, found)| found.rank).min()?;
        let mut spans: BTreeMap<MicrosSpan, Vec<Found>> = BTreeMap::new();
        for (span, found) in near.into_iter().filter(|(_, found)| found.rank == rank) {
            spans.entry(*span).or_default().push(*found);
        }
        let mut mean: Option<(f64, Content)> = None;
        for (span, found) in spans {
            let Some(next) = average(&found) else { continue };
            let weight = share(&span) as f64;
            mean = Some(match mean {
                None => (weight, next),
                Some((before, content)) if content.per == next.per => {
                    let sum = content.value * before + next.value * weight;
                    (before + weight, Content { value: sum / (before + weight), ..content })
                }
                Some(other) => other,
            });
        }
        mean.map(|(_, content)| content)
    }

    /// Mean of what was assayed of this material in the 90 days before.
    fn mean(&self, wanted: Wanted<'_>, own: bool) -> Option<Content> {
        let found = self.by_material.get(wanted.material?)?;
        let since = wanted.span.from - LADDER_MICROS;
        let end = wanted.span.to.max(wanted.span.from + 1);
        let recent = |found: &&Found| since <= found.at && found.at < end && found.own == own;
        let recent: Vec<Found> = found.iter().filter(recent).copied().collect();
        average(&recent).map(|content| Content { assayed: false, ..content })
    }
}

/// The moisture that counts: an assay of it, else as entered, else the material's default.
pub(crate) fn moisture(
    moistures: &Contents,
    wanted: Wanted<'_>,
    entered: Option<f64>,
    default: Option<f64>,
) -> Option<f64> {
    let assayed = moistures.find(wanted).filter(|found| found.assayed || entered.is_none());
    // A content in per cent was turned into grams per gram.
    let percent = assayed.map(|found| found.value * 100.0).or(entered).or(default)?;
    let percent = Decimal::try_from(percent).ok()?;
    Moisture::from_percent(percent).ok()?.fraction().to_f64()
}

fn usable(analyte: &Analyte, assay: &AssayRow) -> Vec<Found> {
    let Some(rank) = rank(assay) else { return Vec::new() };
    let found = |determination: &Determination| {
        let value = determination.result.bounds()?.middle.to_f64()?;
        Some(Found {
            rank,
            sample: assay.sample,
            at: assay.reported_at,
            own: assay.side == Side::Own,
            value,
            unit: determination.unit,
            basis: determination.basis.unwrap_or(Basis::Dry),
        })
    };
    let own = assay.determinations.iter().filter(|known| known.analyte == *analyte);
    own.filter_map(found).collect()
}

/// Rank of an assay, lower is better; none for those that never count.
fn rank(assay: &AssayRow) -> Option<(u8, u8)> {
    let commercial = matches!(assay.purpose, Purpose::Settlement | Purpose::Comparison);
    if assay.review == Review::Returned || assay.quality_failed || commercial {
        return None;
    }
    let side = match assay.side {
        Side::Own => 0,
        Side::Third => 1,
        Side::Supplier | Side::Buyer => 2,
    };
    Some((side, u8::from(assay.review != Review::Accepted)))
}

fn best(mut found: Vec<Found>) -> Vec<Found> {
    if let Some(rank) = found.iter().map(|found| found.rank).min() {
        found.retain(|found| found.rank == rank);
    }
    found
}

/// Mean over samples of the mean over each sample's replicates.
fn average(found: &[Found]) -> Option<Content> {
    let first = found.first()?;
    let kind = content(1.0, first.unit, first.basis, true);
    let mut samples: BTreeMap<SampleId, (f64, f64)> = BTreeMap::new();
    for found in found.iter().filter(|found| found.basis == first.basis) {
        let same = found.unit == first.unit;
        let one = content(found.value, found.unit, found.basis, true);
        if !same && (one.per != kind.per || one.per == Per::Other) {
            continue;
        }
        let sum = samples.entry(found.sample).or_default();
        *sum = (sum.0 + one.value, sum.1 + 1.0);
    }
    let count = samples.len() as f64;
    let value = samples.values().map(|(sum, replicates)| sum / replicates).sum::<f64>() / count;
    Some(Content { value, ..kind })
}

fn content(value: f64, unit: ContentUnit, basis: Basis, assayed: bool) -> Content {
    // A moisture in per cent is no content: its figure is kept as it is.
    let factor = |factor: Decimal| value * factor.to_f64().unwrap_or(0.0);
    let (value, per) = match (unit, unit.per_gram(), unit.per_cubic_metre()) {
        (_, _, Some(grams)) => (factor(grams), Per::Volume),
        (_, Some(grams), _) if basis == Basis::Wet => (factor(grams), Per::Wet),
        (_, Some(grams), _) => (factor(grams), Per::Dry),
        _ => (value, Per::Other),
    };
    Content { value, per, assayed }
}
