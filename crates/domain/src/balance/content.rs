//! Which assay counts (DESIGN §5): a rule over the data, never a choice by hand.
//!
//! Reviewed results, else provisional ones; the party's own before a supplier's; replicates of one
//! sample averaged, samples of one batch averaged; settled values never count. Where nothing was
//! assayed: the ladder own mean of 90 days → supplier's mean of 90 days → default of the material,
//! each shown as what it is.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Quality, Records, defaults};
use crate::event::{
    Determination, Master, MaterialRecord, MethodRecord, Purpose, SampleSubject, Side, StreamRecord,
};
use crate::ids::{Analyte, BatchId, EntryId, MaterialId, MethodId, SampleId, StreamId};
use crate::project::{AssayRow, Review};
use crate::quantity::{Basis, Bounds, ContentUnit, Spread};
use crate::time::{DAY_MICROS, Micros, MicrosSpan};

/// How far back means of other days reach.
const LADDER_MICROS: Micros = 90 * DAY_MICROS;

/// A content with all it rests on. `spread` is relative: key → per cent (k = 1).
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) value: Decimal,
    /// Lowest and highest value; equal to `value` unless censored results are in it.
    pub(super) range: (Decimal, Decimal),
    pub(super) unit: ContentUnit,
    pub(super) basis: Basis,
    pub(super) quality: Quality,
    pub(super) spread: Spread,
    pub(super) evidence: Vec<EntryId>,
}

/// One usable determination in its place.
struct Found<'a> {
    assay: &'a AssayRow,
    determination: &'a Determination,
    rank: (u8, u8),
}

/// What is looked up for a part of a term.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) batch: Option<BatchId>,
    pub(super) stream: Option<&'a StreamId>,
    pub(super) material: Option<&'a MaterialId>,
    pub(super) span: MicrosSpan,
}

/// All assays of one analyte, found by what their samples stand for.
pub(super) struct Contents<'a> {
    analyte: Analyte,
    by_batch: BTreeMap<BatchId, Vec<Found<'a>>>,
    by_stream: BTreeMap<&'a StreamId, Vec<(MicrosSpan, Found<'a>)>>,
    by_stock: Vec<(&'a SampleSubject, Found<'a>)>,
    by_material: BTreeMap<MaterialId, Vec<Found<'a>>>,
    materials: BTreeMap<&'a MaterialId, &'a MaterialRecord>,
    methods: BTreeMap<&'a MethodId, &'a MethodRecord>,
}

impl<'a> Contents<'a> {
    pub(super) fn of(records: &'a Records, analyte: &Analyte) -> Self {
        let mut contents = Self {
            analyte: analyte.clone(),
            by_batch: BTreeMap::new(),
            by_stream: BTreeMap::new(),
            by_stock: Vec::new(),
            by_material: BTreeMap::new(),
            materials: BTreeMap::new(),
            methods: BTreeMap::new(),
        };
        let mut streams: BTreeMap<&StreamId, &StreamRecord> = BTreeMap::new();
        for master in &records.masters {
            match master {
                Master::Material(record) => {
                    contents.materials.insert(&record.id, record);
                }
                Master::Method(record) => {
                    contents.methods.insert(&record.id, record);
                }
                Master::Stream(record) => {
                    streams.insert(&record.id, record);
                }
                _ => {}
            }
        }
        let batches: BTreeMap<BatchId, &MaterialId> = records
            .flows
            .iter()
            .filter_map(|flow| Some((flow.batch?, flow.material.as_ref()?)))
            .collect();
        for assay in &records.assays {
            contents.add(assay, &batches, &streams);
        }
        contents
    }

    fn add(
        &mut self,
        assay: &'a AssayRow,
        batches: &BTreeMap<BatchId, &MaterialId>,
        streams: &BTreeMap<&StreamId, &StreamRecord>,
    ) {
        let Some(rank) = rank(assay) else {
            return;
        };
        let usable = assay.determinations.iter().filter(|determination| {
            determination.analyte == self.analyte && determination.result.bounds().is_some()
        });
        for determination in usable {
            let found = || Found { assay, determination, rank };
            let mut material = None;
            match &assay.subject {
                Some(SampleSubject::Batches(shares)) => {
                    for share in shares {
                        self.by_batch.entry(share.batch).or_default().push(found());
                        material = batches.get(&share.batch).copied().or(material);
                    }
                }
                Some(SampleSubject::Stream { stream, span }) => {
                    let at = (span.micros(), found());
                    self.by_stream.entry(stream).or_default().push(at);
                    material = streams.get(stream).map(|stream| &stream.material);
                }
                Some(subject @ SampleSubject::Stock { material: of, .. }) => {
                    self.by_stock.push((subject, found()));
                    material = Some(of);
                }
                None => {}
            }
            if let Some(material) = material {
                self.by_material.entry(material.clone()).or_default().push(found());
            }
        }
    }

    pub(super) fn material(&self, id: Option<&MaterialId>) -> Option<&'a MaterialRecord> {
        self.materials.get(id?).copied()
    }

    /// The content that counts for a part; `None` when there is not even a default.
    pub(super) fn find(&self, wanted: Wanted<'_>) -> Option<Content> {
        self.of_batch(wanted)
            .or_else(|| self.of_stream(wanted))
            .or_else(|| self.mean(wanted, true))
            .or_else(|| self.mean(wanted, false))
            .or_else(|| self.default_content(wanted.material?))
    }

    /// The content of a stock by its own sample, else as for any other part.
    pub(super) fn find_stock(
        &self,
        node: &crate::ids::NodeId,
        place: Option<&crate::ids::PlaceId>,
        at: Micros,
        wanted: Wanted<'_>,
    ) -> Option<Content> {
        let sampled: Vec<&Found<'_>> = self
            .by_stock
            .iter()
            .filter(|(subject, _)| match subject {
                SampleSubject::Stock { location, material, at: sampled_at } => {
                    location.node == *node
                        && (location.place.is_none() || location.place.as_ref() == place)
                        && Some(material) == wanted.material
                        && (sampled_at.micros() - at).abs() <= DAY_MICROS
                }
                _ => false,
            })
            .map(|(_, found)| found)
            .collect();
        self.average(&best(sampled), wanted).or_else(|| {
            let mut content = self.find(wanted)?;
            // What lies in a store is known through what was assayed on its way there.
            if wanted.batch.is_none() && content.quality == Quality::Assayed {
                content.quality = Quality::Calculated;
            }
            Some(content)
        })
    }

    fn of_batch(&self, wanted: Wanted<'_>) -> Option<Content> {
        let found = self.by_batch.get(&wanted.batch?)?;
        self.average(&best(found.iter().collect()), wanted)
    }

    /// Samples of the stream, weighted by how much of the part's span each stands for.
    fn of_stream(&self, wanted: Wanted<'_>) -> Option<Content> {
        let share = |span: &MicrosSpan| {
            if wanted.span.length() == 0 {
                Micros::from(span.holds(wanted.span.from))
            } else {
                span.overlap(&wanted.span)
            }
        };
        let near = || {
            let found = self.by_stream.get(wanted.stream?)?;
            Some(found.iter().filter(|(span, _)| share(span) > 0))
        };
        let rank = near()?.map(|(_, found)| found.rank).min()?;
        let mut spans: BTreeMap<MicrosSpan, Vec<&Found<'_>>> = BTreeMap::new();
        for (span, found) in near()?.filter(|(_, found)| found.rank == rank) {
            spans.entry(*span).or_default().push(found);
        }
        let average = |(span, found): (MicrosSpan, Vec<&Found<'_>>)| {
            Some((share(&span), self.average(&found, wanted)?))
        };
        weighted(spans.into_iter().filter_map(average))
    }

    /// Mean of what was assayed of this material in the 90 days before.
    fn mean(&self, wanted: Wanted<'_>, own: bool) -> Option<Content> {
        let found = self.by_material.get(wanted.material?)?;
        let since = wanted.span.from - LADDER_MICROS;
        let recent = |found: &&Found<'_>| {
            let at = found.assay.reported_at;
            since <= at && at < wanted.span.to.max(wanted.span.from + 1)
        };
        let of_side = |found: &&Found<'_>| (found.assay.side == Side::Own) == own;
        let recent: Vec<_> = found.iter().filter(recent).filter(of_side).collect();
        let mut content = self.average(&recent, wanted)?;
        content.quality = Quality::Estimated;
        content.spread = Spread::new();
        let material = wanted.material?;
        content.spread.add(format!("mean:{material}"), defaults::MEAN_CONTENT_PERCENT);
        Some(content)
    }

    fn default_content(&self, material: &MaterialId) -> Option<Content> {
        let record = self.materials.get(material)?;
        let default = record.defaults.iter().find(|d| d.analyte == self.analyte)?;
        let percent = default.percent.value().to_f64();
        let mut spread = Spread::new();
        spread.add(
            format!("default:{material}"),
            percent.unwrap_or(defaults::DEFAULT_CONTENT_PERCENT),
        );
        Some(Content {
            value: default.value.value(),
            range: (default.value.value(), default.value.value()),
            unit: default.unit,
            basis: default.basis.unwrap_or(Basis::Dry),
            quality: Quality::Estimated,
            spread,
            evidence: Vec::new(),
        })
    }

    /// Mean over samples of the mean over each sample's replicates, all in the unit of the first.
    fn average(&self, found: &[&Found<'_>], wanted: Wanted<'_>) -> Option<Content> {
        let first = found.first()?.determination;
        let basis = first.basis.unwrap_or(Basis::Dry);
        let like: Vec<_> = found
            .iter()
            .filter(|f| f.determination.basis.unwrap_or(Basis::Dry) == basis)
            .filter_map(|f| Some((f, converted(f.determination, first.unit)?)))
            .collect();
        let mut samples: BTreeMap<SampleId, Vec<_>> = BTreeMap::new();
        for (found, bounds) in &like {
            samples.entry(found.assay.sample).or_default().push((*found, *bounds));
        }
        let count = Decimal::from(samples.len());
        let mut content = Content {
            value: Decimal::ZERO,
            range: (Decimal::ZERO, Decimal::ZERO),
            unit: first.unit,
            basis,
            quality: Quality::Assayed,
            spread: Spread::new(),
            evidence: Vec::new(),
        };
        for replicates in samples.values() {
            let parts = Decimal::from(replicates.len()) * count;
            let total = |pick: fn(&Bounds) -> Decimal| {
                replicates.iter().map(|(_, bounds)| pick(bounds)).sum::<Decimal>() / parts
            };
            content.value += total(|bounds| bounds.middle);
            content.range.0 += total(|bounds| bounds.low);
            content.range.1 += total(|bounds| bounds.high);
        }
        for (sample, replicates) in &samples {
            let of_samples = 1.0 / samples.len() as f64;
            self.sampling(*sample, wanted, of_samples, &mut content.spread);
            for (found, bounds) in replicates {
                let weight = of_samples / replicates.len() as f64;
                let own = bounds.middle.to_f64().unwrap_or(0.0);
                let mean = content.value.to_f64().unwrap_or(0.0);
                let relative = if mean == 0.0 { weight } else { weight * own / mean };
                self.determined(found, relative, wanted, &mut content);
            }
        }
        content.evidence.sort_unstable();
        content.evidence.dedup();
        Some(content)
    }

    fn sampling(&self, sample: SampleId, wanted: Wanted<'_>, weight: f64, spread: &mut Spread) {
        let class = self.material(wanted.material).map(|material| material.class);
        let data = defaults::sampling(class);
        let material = wanted.material.map_or("unknown", MaterialId::as_str);
        spread.add(format!("sample:{sample}"), data.random * weight);
        spread.add(format!("sampling:{material}"), data.long * weight);
    }

    fn determined(
        &self,
        found: &Found<'_>,
        weight: f64,
        wanted: Wanted<'_>,
        content: &mut Content,
    ) {
        let determination = found.determination;
        content.evidence.extend(&found.assay.evidence);
        let lab = found.assay.lab.as_ref().map_or("own", crate::ids::PartyId::as_str);
        let method = determination.method.as_ref();
        let method_name = method.map_or("-", MethodId::as_str);
        if let Some(bounds) = determination.result.bounds().filter(|bounds| bounds.censored) {
            content.quality = Quality::Censored;
            // Many NDs of one method must not average an unknown away: one key for all of them.
            let half = (bounds.high - bounds.low) / Decimal::TWO;
            let relative = if bounds.middle.is_zero() {
                0.0
            } else {
                (half / bounds.middle).to_f64().unwrap_or(1.0) * 100.0 / 3.0_f64.sqrt()
            };
            let of = wanted.stream.map(ToString::to_string);
            let of = of.or_else(|| wanted.material.map(ToString::to_string)).unwrap_or_default();
            content.spread.add(format!("censored:{of}:{lab}/{method_name}"), relative * weight);
            return;
        }
        let own = &determination.uncertainty;
        let known = method.and_then(|id| self.methods.get(id)).map(|record| &record.uncertainty);
        let given = if own.is_empty() { known.filter(|u| !u.is_empty()) } else { Some(own) };
        if let Some(components) = given {
            for component in components {
                let percent = component.percent.value().to_f64().unwrap_or(0.0);
                content.spread.add(component.key.clone(), percent * weight);
            }
            return;
        }
        let value = converted(determination, ContentUnit::MilligramPerKilogram);
        let value = value.and_then(|value| value.middle.to_f64()).unwrap_or(0.0);
        let data = defaults::assay(determination.unit, value);
        content.spread.add(format!("assay:{}", found.assay.id), data.random * weight);
        content.spread.add(format!("series:{lab}/{method_name}"), data.short * weight);
        content.spread.add(format!("lab:{lab}/{method_name}"), data.long * weight);
    }
}

/// Rank of an assay, lower is better; `None` for those that never count.
fn rank(assay: &AssayRow) -> Option<(u8, u8)> {
    if assay.review == Review::Returned || assay.quality_failed {
        return None;
    }
    // A settled value is commercial and replaces neither measurement.
    if matches!(assay.purpose, Purpose::Settlement | Purpose::Comparison) {
        return None;
    }
    let reviewed = u8::from(assay.review != Review::Accepted);
    let side = match assay.side {
        Side::Own => 0,
        Side::Third => 1,
        Side::Supplier | Side::Buyer => 2,
    };
    Some((side, reviewed))
}

/// Those of the best rank: reviewed before provisional, own before the supplier's.
fn best<'f, 'a>(found: Vec<&'f Found<'a>>) -> Vec<&'f Found<'a>> {
    let Some(rank) = found.iter().map(|f| f.rank).min() else {
        return found;
    };
    found.into_iter().filter(|f| f.rank == rank).collect()
}

/// The interval of a determination in another unit of the same kind.
fn converted(determination: &Determination, unit: ContentUnit) -> Option<Bounds> {
    let bounds = determination.result.bounds()?;
    if determination.unit == unit {
        return Some(bounds);
    }
    let ratio = |from: Option<Decimal>, to: Option<Decimal>| Some(from? / to?);
    let factor = ratio(determination.unit.per_gram(), unit.per_gram())
        .or_else(|| ratio(determination.unit.per_cubic_metre(), unit.per_cubic_metre()))?;
    Some(Bounds {
        low: bounds.low * factor,
        middle: bounds.middle * factor,
        high: bounds.high * factor,
        censored: bounds.censored,
    })
}

/// Mean of contents weighted by time; equal contents stay what they are, to the last digit.
fn weighted(groups: impl IntoIterator<Item = (Micros, Content)>) -> Option<Content> {
    let mut groups = groups.into_iter();
    let (mut weight, mut mean) = groups.next()?;
    for (other_weight, other) in groups {
        if other.unit != mean.unit || other.basis != mean.basis {
            continue;
        }
        let (of_mean, of_other) = (Decimal::from(weight), Decimal::from(other_weight));
        let blend = |mean: Decimal, other: Decimal| {
            if mean == other {
                return mean;
            }
            (mean * of_mean + other * of_other) / (of_mean + of_other)
        };
        mean.value = blend(mean.value, other.value);
        mean.range = (blend(mean.range.0, other.range.0), blend(mean.range.1, other.range.1));
        let share = other_weight as f64 / (weight + other_weight) as f64;
        let mut spread = Spread::new();
        spread.add_scaled(&mean.spread, 1.0 - share);
        spread.add_scaled(&other.spread, share);
        mean.spread = spread;
        mean.quality = mean.quality.max(other.quality);
        mean.evidence.extend(other.evidence);
        weight += other_weight;
    }
    mean.evidence.sort_unstable();
    mean.evidence.dedup();
    Some(mean)
}
