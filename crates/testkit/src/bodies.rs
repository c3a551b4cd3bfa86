//! Bodies of entries in few words.

use tl_domain::code::Code;
use tl_domain::event::{
    Amount, AssayReport, BatchMove, BatchRegister, BatchWeigh, Determination, FlowReport,
    FlowSource, Location, Origin, Portion, Purpose, RunClose, RunOutput, RunStart, SampleShare,
    SampleSubject, SampleTake, Side, Standing, StoreDraw, StorePut, Take,
};
use tl_domain::ids::{BatchId, EntryId, RunId, SampleId};
use tl_domain::quantity::{Basis, ContentUnit, Mass, MassUnit, Reading};
use tl_domain::time::{Moment, Span};

/// A label code that belongs to a number: the first valid one at or after it.
#[must_use]
pub fn code(number: u64) -> Code {
    (0..).find_map(|step| Code::issue(number * 64 + step)).expect("most values give a code")
}

/// A wet mass in kilograms.
#[must_use]
pub fn kilograms(text: &str) -> Mass {
    Mass::wet(text.parse().expect("a decimal"), MassUnit::Kilogram)
}

/// A moisture reading in per cent.
#[must_use]
pub fn moisture(percent: &str) -> Reading {
    Reading::Value { value: percent.parse().expect("a decimal") }
}

/// All that is left of a batch.
#[must_use]
pub fn whole(batch: EntryId) -> Portion {
    Portion { batch: batch.into(), amount: Take::All }
}

/// A weighed part of a batch.
#[must_use]
pub fn part(batch: EntryId, kg: &str) -> Portion {
    Portion { batch: batch.into(), amount: Take::Part { mass: kilograms(kg) } }
}

/// An arrival in a node, without a label.
#[must_use]
pub fn batch_register(material: &str, node: &str, kg: Option<&str>) -> BatchRegister {
    BatchRegister {
        code: None,
        material: material.parse().expect("a material id"),
        origin: Origin::Arrival,
        location: Location { node: node.parse().expect("a node id"), place: None },
        stream: None,
        supplier: None,
        dispatch: None,
        declared: None,
        mass: kg.map(kilograms),
        moisture: None,
        uncertainty: vec![],
        parents: vec![],
        ticket: None,
        raw: None,
        blobs: vec![],
    }
}

/// An arrival in a node with a label.
#[must_use]
pub fn batch_register_coded(
    material: &str,
    node: &str,
    kg: Option<&str>,
    label: &Code,
) -> BatchRegister {
    BatchRegister { code: Some(label.clone()), ..batch_register(material, node, kg) }
}

/// A weighing.
#[must_use]
pub fn batch_weigh(batch: EntryId, kg: &str) -> BatchWeigh {
    BatchWeigh {
        batch: batch.into(),
        gross: None,
        tare: None,
        net: kilograms(kg),
        moisture: None,
        meter: Some("scale-east".parse().expect("a meter id")),
        calibration: Some("scale-east/1".to_owned()),
        manual: None,
        ticket: None,
        uncertainty: vec![],
        raw: None,
        blobs: vec![],
    }
}

/// A whole batch goes to another node.
#[must_use]
pub fn batch_move(batch: EntryId, node: &str) -> BatchMove {
    let to = Location { node: node.parse().expect("a node id"), place: None };
    BatchMove { batch: batch.into(), to, stream: None }
}

/// A portion is emptied into a place.
#[must_use]
pub fn store_put(portion: Portion, place: &str) -> StorePut {
    StorePut { portion, place: place.parse().expect("a place id") }
}

/// Material is drawn from a place into a node.
#[must_use]
pub fn store_draw(place: &str, kg: &str, node: &str) -> StoreDraw {
    StoreDraw {
        place: place.parse().expect("a place id"),
        mass: kilograms(kg),
        to: Some(node.parse().expect("a node id")),
        stream: None,
        batch: None,
        meter: None,
        uncertainty: vec![],
    }
}

/// What a stream carried from one moment to another.
#[must_use]
pub fn flow_report(stream: &str, from: &Moment, to: &Moment, kg: &str) -> FlowReport {
    FlowReport {
        stream: stream.parse().expect("a stream id"),
        span: Span { from: from.clone(), to: to.clone() },
        amount: Amount::Mass(kilograms(kg)),
        source: FlowSource::Measured,
        moisture: Some(moisture("8.0")),
        density: None,
        reading: None,
        meter: None,
        uncertainty: vec![],
        raw: None,
        blobs: vec![],
    }
}

/// A run begins.
#[must_use]
pub fn run_start(node: &str, inputs: Vec<Portion>) -> RunStart {
    RunStart { node: node.parse().expect("a node id"), inputs, operation: "焙烧".to_owned() }
}

/// A run ends with batches and their kilograms.
#[must_use]
pub fn run_close(run: EntryId, outputs: &[(EntryId, &str)]) -> RunClose {
    let output = |(batch, kg): &(EntryId, &str)| RunOutput {
        batch: BatchId::from(*batch),
        mass: Some(kilograms(kg)),
        returned: false,
        location: None,
    };
    RunClose {
        run: RunId::from(run),
        inputs: vec![],
        outputs: outputs.iter().map(output).collect(),
        ended_at: None,
    }
}

/// A sample of one batch.
#[must_use]
pub fn sample_of_batch(batch: EntryId) -> SampleTake {
    let shares = vec![SampleShare { batch: batch.into(), weight: None }];
    sample(SampleSubject::Batches(shares))
}

/// A sample of a stream over a span.
#[must_use]
pub fn sample_of_stream(stream: &str, from: &Moment, to: &Moment) -> SampleTake {
    sample(SampleSubject::Stream {
        stream: stream.parse().expect("a stream id"),
        span: Span { from: from.clone(), to: to.clone() },
    })
}

fn sample(subject: SampleSubject) -> SampleTake {
    SampleTake { code: None, subject, increments: None, lab_name: None, sampler: None, raw: None }
}

/// A content in mg/kg of the dry mass.
#[must_use]
pub fn analysed(analyte: &str, milligrams_per_kilogram: &str) -> Determination {
    Determination {
        analyte: analyte.parse().expect("an analyte"),
        result: Reading::Value { value: milligrams_per_kilogram.parse().expect("a decimal") },
        unit: ContentUnit::MilligramPerKilogram,
        basis: Some(Basis::Dry),
        method: None,
        uncertainty: vec![],
    }
}

/// The party's own final report on a sample.
#[must_use]
pub fn assay_report(sample: EntryId, determinations: Vec<Determination>) -> AssayReport {
    AssayReport {
        sample: SampleId::from(sample),
        purpose: Purpose::Process,
        standing: Standing::Final,
        side: Side::Own,
        lab: None,
        report_number: None,
        cma_number: None,
        analyst: None,
        determinations,
        quality: vec![],
        record: None,
        raw: None,
        blobs: vec![],
    }
}
