//! Objects that entries are about, and which entry touches which.

use std::fmt;

use crate::code::Code;
use crate::event::{Body, Master, SampleSubject};
use crate::ids::{AssayId, BatchId, DeviceId, EntryId, PlaceId, RunId, SampleId, StreamId};

/// Something with a history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// A batch.
    Batch(BatchId),
    /// A run.
    Run(RunId),
    /// A sample.
    Sample(SampleId),
    /// An assay.
    Assay(AssayId),
    /// A label code: who claims it.
    Code(Code),
    /// A handover, by its code.
    Handover(Code),
    /// A place.
    Place(PlaceId),
    /// A stream.
    Stream(StreamId),
    /// A master record by kind and id.
    Master(&'static str, String),
    /// The versions of a master record alone; its history also holds the entries about it.
    Versions(&'static str, String),
    /// Entries whose rows follow from a master record, or that name it in vain.
    Uses(&'static str, String),
    /// A device: its clock and keys.
    Device(DeviceId),
    /// An entry that others name: corrections of it.
    Entry(EntryId),
    /// A kind of entry that this version does not know.
    Kind(String),
}

impl fmt::Display for Object {
    /// `noun:id`, the key of histories and tasks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Batch(id) => write!(f, "batch:{id}"),
            Self::Run(id) => write!(f, "run:{id}"),
            Self::Sample(id) => write!(f, "sample:{id}"),
            Self::Assay(id) => write!(f, "assay:{id}"),
            Self::Code(code) => write!(f, "code:{}", code.as_str()),
            Self::Handover(code) => write!(f, "handover:{}", code.as_str()),
            Self::Place(id) => write!(f, "place:{id}"),
            Self::Stream(id) => write!(f, "stream:{id}"),
            Self::Master(what, id) => write!(f, "{what}:{id}"),
            Self::Versions(what, id) => write!(f, "versions-{what}:{id}"),
            Self::Uses(what, id) => write!(f, "uses-{what}:{id}"),
            Self::Device(id) => write!(f, "device:{id}"),
            Self::Entry(id) => write!(f, "entry:{id}"),
            Self::Kind(kind) => write!(f, "kind:{kind}"),
        }
    }
}

/// Assay plans as `Master::what` names them.
pub(crate) const PLAN: &str = "assay_plan";

/// The objects that a body touches; `id` is the entry's own id.
#[must_use]
pub fn objects(id: EntryId, body: &Body) -> Vec<Object> {
    let mut found = Vec::new();
    let mut add = |object| {
        if !found.contains(&object) {
            found.push(object);
        }
    };
    match body {
        Body::BatchRegister(b) => {
            add(Object::Batch(id.into()));
            b.code.iter().for_each(|code| add(Object::Code(code.clone())));
        }
        Body::BatchWeigh(b) => add(Object::Batch(b.batch)),
        Body::BatchMove(b) => add(Object::Batch(b.batch)),
        Body::BatchVoid(b) => add(Object::Batch(b.batch)),
        Body::BatchSplit(b) => {
            add(Object::Batch(b.batch));
            b.parts.iter().for_each(|part| add(Object::Batch(part.batch)));
        }
        Body::BatchBlend(b) => {
            add(Object::Batch(b.batch));
            b.inputs.iter().for_each(|part| add(Object::Batch(part.batch)));
        }
        Body::StorePut(b) => {
            add(Object::Batch(b.portion.batch));
            add(Object::Place(b.place.clone()));
        }
        Body::StoreDraw(b) => {
            add(Object::Place(b.place.clone()));
            b.batch.iter().for_each(|batch| add(Object::Batch(*batch)));
        }
        Body::FlowReport(b) => add(Object::Stream(b.stream.clone())),
        Body::MonitorReading(b) => add(Object::Stream(b.stream.clone())),
        Body::RunStart(b) => {
            add(Object::Run(id.into()));
            b.inputs.iter().for_each(|part| add(Object::Batch(part.batch)));
        }
        Body::RunClose(b) => {
            add(Object::Run(b.run));
            b.inputs.iter().for_each(|part| add(Object::Batch(part.batch)));
            b.outputs.iter().for_each(|output| add(Object::Batch(output.batch)));
        }
        Body::SampleTake(b) => {
            add(Object::Sample(id.into()));
            b.code.iter().for_each(|code| add(Object::Code(code.clone())));
            match &b.subject {
                SampleSubject::Batches(shares) => {
                    shares.iter().for_each(|share| add(Object::Batch(share.batch)));
                }
                SampleSubject::Stream { stream, .. } => add(Object::Stream(stream.clone())),
                SampleSubject::Stock { location, .. } => {
                    location.place.iter().for_each(|place| add(Object::Place(place.clone())));
                }
            }
        }
        Body::AssayReport(b) => {
            add(Object::Assay(id.into()));
            add(Object::Sample(b.sample));
        }
        Body::AssayReview(b) => add(Object::Assay(b.assay)),
        Body::SampleSubmit(b) => b.lines.iter().for_each(|line| add(Object::Sample(line.sample))),
        Body::PlanApprove(b) => {
            add(Object::Master(PLAN, b.plan.to_string()));
            add(Object::Versions(PLAN, b.plan.to_string()));
        }
        Body::HandoverDispatch(b) => {
            add(Object::Handover(b.code.clone()));
            add(Object::Code(b.code.clone()));
            for line in &b.lines {
                line.portion.iter().for_each(|portion| add(Object::Batch(portion.batch)));
                line.place.iter().for_each(|place| add(Object::Place(place.clone())));
            }
        }
        Body::HandoverReceive(b) => {
            add(Object::Handover(b.code.clone()));
            b.location.place.iter().for_each(|place| add(Object::Place(place.clone())));
            b.lines.iter().filter_map(|line| line.batch).for_each(|b| add(Object::Batch(b)));
        }
        Body::WasteStore(b) => {
            add(Object::Batch(b.batch));
            add(Object::Place(b.place.clone()));
        }
        Body::WasteDispose(b) => add(Object::Batch(b.portion.batch)),
        Body::MasterPut(b) => {
            add(Object::Master(b.record.what(), b.record.id().to_owned()));
            add(Object::Versions(b.record.what(), b.record.id().to_owned()));
            if let Master::Place(place) = &b.record {
                place.code.iter().for_each(|code| add(Object::Code(code.clone())));
            }
        }
        Body::LabelPrint(b) => add(Object::Code(b.code.clone())),
        Body::LogOpen(_)
        | Body::KeyEnrol(_)
        | Body::KeyRevoke(_)
        | Body::EpochOpen(_)
        | Body::LogContinue(_)
        | Body::LogHeads(_)
        | Body::DeviceCommission(_)
        | Body::StockTake(_)
        | Body::PeriodClose(_)
        | Body::FindingResolve(_)
        | Body::FindingOpen(_)
        | Body::FindingExplain(_)
        | Body::FindingReturn(_)
        | Body::FindingClose(_)
        | Body::ShiftHandover(_)
        | Body::EvidenceAdd(_)
        | Body::Unknown { .. } => {}
        Body::Supersede(b) => add(Object::Entry(b.target.id)),
    }
    found
}
