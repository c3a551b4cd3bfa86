//! Facts of a plant by what they are looked up by: ways of batches, materials of streams, assays of
//! samples, when samples went out.
//!
//! Built once for all lines of all plans. It judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use crate::ids::{BatchId, MaterialId, NodeId, PlaceId, SampleId, StreamId};
use crate::lab::plan::{PlanItem, Point};
use crate::project::{AssayRow, BatchRow};
use crate::time::Micros;

/// Facts by what they are looked up by.
pub(super) struct Index<'a> {
    pub(super) facts: Facts<'a>,
    /// Streams and nodes by which each batch came.
    ways: BTreeMap<BatchId, (BTreeSet<&'a StreamId>, BTreeSet<&'a NodeId>)>,
    /// Materials of streams, by what they carried.
    carried: BTreeMap<&'a StreamId, BTreeSet<&'a MaterialId>>,
    places: BTreeMap<BatchId, BTreeSet<&'a PlaceId>>,
    pub(super) assays: BTreeMap<SampleId, Vec<&'a AssayRow>>,
    pub(super) sent: BTreeMap<SampleId, Micros>,
}

impl<'a> Index<'a> {
    pub(super) fn of(facts: Facts<'a>) -> Self {
        let mut index = Self {
            facts,
            ways: BTreeMap::new(),
            carried: BTreeMap::new(),
            places: BTreeMap::new(),
            assays: BTreeMap::new(),
            sent: BTreeMap::new(),
        };
        for flow in facts.flows {
            if let (Some(stream), Some(material)) = (&flow.stream, &flow.material) {
                index.carried.entry(stream).or_default().insert(material);
            }
            let Some(batch) = flow.batch else {
                continue;
            };
            let (streams, nodes) = index.ways.entry(batch).or_default();
            streams.extend(&flow.stream);
            nodes.extend([&flow.from, &flow.to].into_iter().filter_map(|end| end.node()));
            for end in [&flow.from, &flow.to] {
                if let crate::project::End::Held { place: Some(place), .. } = end {
                    index.places.entry(batch).or_default().insert(place);
                }
            }
        }
        for assay in facts.assays {
            index.assays.entry(assay.sample).or_default().push(assay);
        }
        for sheet in facts.submissions {
            for line in &sheet.lines {
                let sent = index.sent.entry(line.sample).or_insert(sheet.sent_at);
                *sent = (*sent).min(sheet.sent_at);
            }
        }
        index
    }

    /// Whether a stream is that of a line, or carries its material where the line names no stream.
    pub(super) fn is_of(&self, stream: &StreamId, item: &PlanItem) -> bool {
        match &item.point {
            Some(Point::Stream(id)) => id == stream,
            Some(Point::Place(_)) => false,
            _ => self.carried.get(stream).is_some_and(|of| of.contains(&item.material)),
        }
    }

    /// Whether a batch is of a point: it came by the stream, was in the node or place.
    pub(super) fn batch_at(&self, batch: &BatchRow, point: Option<&Point>) -> bool {
        let ways = self.ways.get(&batch.id);
        match point {
            None => true,
            Some(Point::Stream(id)) => ways.is_some_and(|(streams, _)| streams.contains(id)),
            Some(Point::Node(id)) => {
                batch.node.as_ref() == Some(id) || ways.is_some_and(|(_, nodes)| nodes.contains(id))
            }
            Some(Point::Place(id)) => {
                batch.place.as_ref() == Some(id)
                    || self.places.get(&batch.id).is_some_and(|places| places.contains(id))
            }
        }
    }
}
