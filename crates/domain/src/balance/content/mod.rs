//! Which assay counts (DESIGN §5): a rule over the data, never a choice by hand.
//!
//! Reviewed results, else provisional ones; the party's own before a supplier's; a lot's own sample
//! before a composite; replicates of one sample averaged, samples of one batch averaged; settled
//! values never count. Where nothing was assayed the `ladder` goes on, each rung shown as it is.

mod average;
mod ladder;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use average::weighted;

use super::{Quality, Records, Rung};
use crate::event::{
    Determination, Master, MaterialRecord, MethodRecord, Purpose, SampleSubject, Side, Standing,
    StreamRecord,
};
use crate::ids::{Analyte, BatchId, EntryId, MaterialId, MethodId, PartyId, StreamId};
use crate::project::{AssayRow, End, Review};
use crate::quantity::{Basis, ContentUnit, Spread};
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
    pub(super) rung: Rung,
    pub(super) spread: Spread,
    pub(super) evidence: Vec<EntryId>,
}

/// One usable determination in its place.
struct Found<'a> {
    assay: &'a AssayRow,
    determination: &'a Determination,
    rank: Rank,
}

/// Rank of an assay, lower is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// 暂估: a figure that nobody measured comes after all that were.
    estimate: bool,
    side: u8,
    provisional: bool,
    /// A composite says less about a lot than the lot's own sample.
    pooled: bool,
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
    /// Parties that delivered batches.
    suppliers: BTreeMap<BatchId, &'a PartyId>,
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
            suppliers: BTreeMap::new(),
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
        for flow in &records.flows {
            if let (Some(batch), End::Outside { party: Some(party) }) = (flow.batch, &flow.from) {
                contents.suppliers.insert(batch, party);
            }
        }
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
            .or_else(|| self.provisional(wanted))
    }

    /// Whether what a result stands for was delivered by a party, all of it.
    fn delivered(&self, found: &Found<'_>, supplier: &PartyId) -> bool {
        match &found.assay.subject {
            Some(SampleSubject::Batches(shares)) => {
                shares.iter().all(|share| self.suppliers.get(&share.batch) == Some(&supplier))
            }
            _ => false,
        }
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
}

/// Rank of an assay; `None` for those that never count.
fn rank(assay: &AssayRow) -> Option<Rank> {
    if assay.review == Review::Returned || assay.quality_failed {
        return None;
    }
    // A settled value is commercial and replaces neither measurement.
    if matches!(assay.purpose, Purpose::Settlement | Purpose::Comparison) {
        return None;
    }
    let side = match assay.side {
        Side::Own => 0,
        Side::Third => 1,
        Side::Supplier | Side::Buyer => 2,
    };
    let pooled = match &assay.subject {
        Some(SampleSubject::Batches(shares)) => shares.len() > 1,
        _ => false,
    };
    let estimate = assay.standing == Standing::Estimate;
    Some(Rank { estimate, side, provisional: assay.review != Review::Accepted, pooled })
}

/// Those of the best rank: reviewed before provisional, own before the supplier's.
fn best<'f, 'a>(found: Vec<&'f Found<'a>>) -> Vec<&'f Found<'a>> {
    let Some(rank) = found.iter().map(|f| f.rank).min() else {
        return found;
    };
    found.into_iter().filter(|f| f.rank == rank).collect()
}
