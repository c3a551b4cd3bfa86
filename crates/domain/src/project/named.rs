//! What an entry names: batches, runs, samples, assays and master records that should be there.
//!
//! The verdicts and the checks at capture read the same list. Naming is not touching: `objects`
//! says whose rows an entry changes.

use super::object::{Object, PLAN};
use crate::event::{Body, Location, Portion, SampleSubject};
use crate::ids::{BatchId, MaterialId, MeterId, NodeId, PlaceId};

/// What an entry names.
#[derive(Default)]
pub(crate) struct Named {
    /// Batches, also those that it makes or fills.
    pub(crate) batches: Vec<BatchId>,
    /// Runs, samples and assays.
    pub(crate) objects: Vec<Object>,
    /// Master records by kind and id.
    pub(crate) masters: Vec<(&'static str, String)>,
}

impl Named {
    fn node(&mut self, id: &NodeId) {
        self.masters.push(("node", id.to_string()));
    }

    fn place(&mut self, id: &PlaceId) {
        self.masters.push(("place", id.to_string()));
    }

    fn material(&mut self, id: &MaterialId) {
        self.masters.push(("material", id.to_string()));
    }

    fn meter(&mut self, id: Option<&MeterId>) {
        self.masters.extend(id.map(|id| ("meter", id.to_string())));
    }

    fn location(&mut self, location: &Location) {
        self.node(&location.node);
        location.place.iter().for_each(|place| self.place(place));
    }

    fn portions(&mut self, portions: &[Portion]) {
        self.batches.extend(portions.iter().map(|portion| portion.batch));
    }

    /// What a body names, in the order of its members.
    pub(crate) fn of(body: &Body) -> Self {
        let mut named = Self::default();
        named.read(body);
        named
    }

    fn read(&mut self, body: &Body) {
        match body {
            Body::BatchRegister(b) => {
                self.material(&b.material);
                self.location(&b.location);
                self.batches.extend(b.parents.iter().copied());
            }
            Body::BatchWeigh(b) => {
                self.batches.push(b.batch);
                self.meter(b.meter.as_ref());
            }
            Body::BatchMove(b) => {
                self.batches.push(b.batch);
                self.location(&b.to);
            }
            Body::BatchVoid(b) => self.batches.push(b.batch),
            Body::BatchSplit(b) => {
                self.batches.push(b.batch);
                self.portions(&b.parts);
            }
            Body::BatchBlend(b) => {
                self.batches.push(b.batch);
                self.portions(&b.inputs);
            }
            Body::StorePut(b) => {
                self.batches.push(b.portion.batch);
                self.place(&b.place);
            }
            Body::StoreDraw(b) => {
                self.place(&b.place);
                b.to.iter().for_each(|node| self.node(node));
                self.batches.extend(b.batch);
                self.meter(b.meter.as_ref());
            }
            Body::FlowReport(b) => {
                self.masters.push(("stream", b.stream.to_string()));
                self.meter(b.meter.as_ref());
            }
            Body::MonitorReading(b) => self.masters.push(("stream", b.stream.to_string())),
            Body::RunStart(b) => {
                self.node(&b.node);
                self.portions(&b.inputs);
            }
            Body::RunClose(b) => {
                self.objects.push(Object::Run(b.run));
                self.portions(&b.inputs);
                self.batches.extend(b.outputs.iter().map(|output| output.batch));
            }
            _ => self.read_rest(body),
        }
    }

    fn read_rest(&mut self, body: &Body) {
        match body {
            Body::SampleTake(b) => match &b.subject {
                SampleSubject::Batches(shares) => {
                    self.batches.extend(shares.iter().map(|share| share.batch));
                }
                SampleSubject::Stream { stream, .. } => {
                    self.masters.push(("stream", stream.to_string()));
                }
                SampleSubject::Stock { location, material, .. } => {
                    self.location(location);
                    self.material(material);
                }
            },
            Body::AssayReport(b) => {
                self.objects.push(Object::Sample(b.sample));
                let methods = b.determinations.iter().filter_map(|d| d.method.as_ref());
                self.masters.extend(methods.map(|id| ("method", id.to_string())));
            }
            Body::AssayReview(b) => self.objects.push(Object::Assay(b.assay)),
            Body::SampleSubmit(b) => {
                self.objects.extend(b.lines.iter().map(|line| Object::Sample(line.sample)));
            }
            Body::PlanApprove(b) => self.masters.push((PLAN, b.plan.to_string())),
            Body::HandoverDispatch(b) => {
                self.node(&b.from);
                for line in &b.lines {
                    self.material(&line.material);
                    self.batches.extend(line.portion.iter().map(|portion| portion.batch));
                    line.place.iter().for_each(|place| self.place(place));
                }
            }
            Body::HandoverReceive(b) => {
                self.location(&b.location);
                self.batches.extend(b.lines.iter().filter_map(|line| line.batch));
            }
            Body::WasteStore(b) => {
                self.batches.push(b.batch);
                self.place(&b.place);
            }
            Body::WasteDispose(b) => {
                self.batches.push(b.portion.batch);
                self.node(&b.node);
            }
            Body::StockTake(b) => {
                self.node(&b.node);
                for line in &b.lines {
                    self.material(&line.material);
                    line.place.iter().for_each(|place| self.place(place));
                    self.batches.extend(line.batch);
                }
            }
            Body::DeviceCommission(b) => self.meter(Some(&b.meter)),
            _ => {}
        }
    }
}
