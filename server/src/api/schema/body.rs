//! What is recorded: the bodies of entries, as they are signed.

use utoipa::ToSchema;

use super::{
    Amount, Basis, BlobRef, Component, EntryRef, FlowSource, LabRecord, Location, Mass, Portion,
    Raw, Reading, Span, TicketRef, Volume, choices, objects,
};

choices! {
    /// Where a batch comes from.
    Origin { Arrival Production Split Blend Opening }
    /// Why an assay was made.
    Purpose { Process Receiving Settlement Umpire SelfMonitoring Enforcement Comparison }
    /// How final a result is.
    Standing { Estimate Preliminary Final Umpire }
    /// Whose sample it is.
    Side { Own Supplier Buyer Third }
    /// What the reviewer decided.
    ReviewDecision { Accept Return }
    /// Kind of paper that goes with a handover.
    HandoverKind { Delivery Manifest }
    /// What the receiver decided.
    Decision { Accept Part Refuse }
    /// How a stock was measured.
    StockMethod { Pile Level Count Estimate Carried }
}

objects! {
    /// What the papers say.
    Declared { mass: Option<Mass>, lot: Option<String>, }
    /// `batch.register`.
    BatchRegister {
        code: Option<String>,
        material: String,
        origin: Origin,
        location: Location,
        stream: Option<String>,
        supplier: Option<String>,
        dispatch: Option<EntryRef>,
        declared: Option<Declared>,
        mass: Option<Mass>,
        moisture: Option<Reading>,
        #[schema(required = false)]
        uncertainty: Vec<Component>,
        #[schema(required = false)]
        parents: Vec<String>,
        ticket: Option<TicketRef>,
        raw: Option<Raw>,
        #[schema(required = false)]
        blobs: Vec<BlobRef>,
    }
    /// `batch.weigh`.
    BatchWeigh {
        batch: String,
        gross: Option<Mass>,
        tare: Option<Mass>,
        net: Mass,
        moisture: Option<Reading>,
        meter: Option<String>,
        calibration: Option<String>,
        manual: Option<String>,
        ticket: Option<TicketRef>,
        #[schema(required = false)]
        uncertainty: Vec<Component>,
        raw: Option<Raw>,
        #[schema(required = false)]
        blobs: Vec<BlobRef>,
    }
    /// `batch.move`.
    BatchMove { batch: String, to: Location, stream: Option<String>, }
    /// `batch.split`.
    BatchSplit { batch: String, parts: Vec<Portion>, }
    /// `batch.blend`.
    BatchBlend { batch: String, inputs: Vec<Portion>, }
    /// `batch.void`.
    BatchVoid { batch: String, reason: String, }
    /// `store.put`.
    StorePut { portion: Portion, place: String, }
    /// `store.draw`.
    StoreDraw {
        place: String,
        mass: Mass,
        to: Option<String>,
        stream: Option<String>,
        batch: Option<String>,
        meter: Option<String>,
        #[schema(required = false)]
        uncertainty: Vec<Component>,
    }
    /// A totaliser or level at both ends of a span.
    MeterReading { start: String, end: String, }
    /// `flow.report`.
    FlowReport {
        stream: String,
        span: Span,
        amount: Amount,
        source: FlowSource,
        moisture: Option<Reading>,
        density: Option<String>,
        reading: Option<MeterReading>,
        meter: Option<String>,
        #[schema(required = false)]
        uncertainty: Vec<Component>,
        raw: Option<Raw>,
        #[schema(required = false)]
        blobs: Vec<BlobRef>,
    }
    /// One value of an online monitor.
    MonitorValue { analyte: String, result: Reading, unit: String, flag: String, }
    /// `monitor.reading`.
    MonitorReading {
        stream: String,
        span: Span,
        values: Vec<MonitorValue>,
        meter: Option<String>,
        raw: Option<Raw>,
    }
    /// `run.start`.
    RunStart { node: String, inputs: Vec<Portion>, operation: String, }
    /// One output of a run.
    RunOutput { batch: String, mass: Option<Mass>, returned: bool, location: Option<Location>, }
    /// `run.close`.
    RunClose {
        run: String,
        inputs: Vec<Portion>,
        outputs: Vec<RunOutput>,
        ended_at: Option<String>,
    }
    /// A batch's share in a composite.
    SampleShare { batch: String, weight: Option<String>, }
    /// `sample.take`.
    SampleTake {
        code: Option<String>,
        subject: SampleSubject,
        increments: Option<u32>,
        lab_name: Option<String>,
        sampler: Option<String>,
        raw: Option<Raw>,
    }
    /// One determined property.
    Determination {
        analyte: String,
        result: Reading,
        unit: String,
        basis: Option<Basis>,
        method: Option<String>,
        #[schema(required = false)]
        uncertainty: Vec<Component>,
    }
    /// A laboratory's own check of a series.
    QualityControl {
        check: String,
        passed: bool,
        value: Option<String>,
        deviation: Option<String>,
    }
    /// `assay.report`.
    AssayReport {
        sample: String,
        purpose: Purpose,
        standing: Standing,
        side: Side,
        lab: Option<String>,
        report_number: Option<String>,
        cma_number: Option<String>,
        analyst: Option<String>,
        determinations: Vec<Determination>,
        #[schema(required = false)]
        quality: Vec<QualityControl>,
        record: Option<LabRecord>,
        raw: Option<Raw>,
        #[schema(required = false)]
        blobs: Vec<BlobRef>,
    }
    /// `assay.review`.
    AssayReview {
        assay: String,
        target: EntryRef,
        decision: ReviewDecision,
        reason: Option<String>,
    }
    /// One line of a dispatch.
    DispatchLine {
        line: u32,
        material: String,
        portion: Option<Portion>,
        place: Option<String>,
        mass: Mass,
        moisture: Option<Reading>,
        #[schema(required = false)]
        contents: Vec<StockContent>,
        waste_code: Option<String>,
        containers: Option<u32>,
        #[schema(required = false)]
        uncertainty: Vec<Component>,
    }
    /// `handover.dispatch`.
    HandoverDispatch {
        code: String,
        kind: HandoverKind,
        manifest_number: Option<String>,
        from: String,
        to: Option<String>,
        carrier: Option<String>,
        lines: Vec<DispatchLine>,
        #[schema(required = false)]
        blobs: Vec<BlobRef>,
    }
    /// One line as received.
    ReceiveLine {
        line: u32,
        mass: Mass,
        refused: Option<Mass>,
        batch: Option<String>,
        #[schema(required = false)]
        uncertainty: Vec<Component>,
    }
    /// `handover.receive`.
    HandoverReceive {
        code: String,
        from: String,
        dispatch: Option<EntryRef>,
        location: Location,
        decision: Decision,
        reason: Option<String>,
        lines: Vec<ReceiveLine>,
        raw: Option<Raw>,
        #[schema(required = false)]
        blobs: Vec<BlobRef>,
    }
    /// Content of the substance in a stock line.
    StockContent { analyte: String, result: Reading, unit: String, basis: Option<Basis>, }
    /// One line of a stock take.
    StockLine {
        material: String,
        place: Option<String>,
        batch: Option<String>,
        method: StockMethod,
        mass: Option<Mass>,
        volume: Option<Volume>,
        moisture: Option<Reading>,
        content: Option<StockContent>,
        measured_at: Option<String>,
        #[schema(required = false)]
        uncertainty: Vec<Component>,
    }
    /// `stock.take`.
    StockTake {
        node: String,
        at: String,
        lines: Vec<StockLine>,
        witness: Option<String>,
        #[schema(required = false)]
        blobs: Vec<BlobRef>,
    }
    /// `master.put`; the record names its kind in `what`.
    MasterPut {
        #[schema(value_type = Object)]
        record: (),
        active: bool,
    }
    /// `supersede`.
    Supersede {
        target: EntryRef,
        reason: String,
        approved_by: String,
        #[schema(value_type = Option<Object>)]
        replacement: (),
    }
}

/// What a sample stands for.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SampleSubject {
    /// One batch, or several.
    Batches(Vec<SampleShare>),
    /// A stream over a span.
    Stream {
        /// The stream.
        stream: String,
        /// The span.
        span: Span,
    },
    /// Material lying in a node or place.
    Stock {
        /// Where.
        location: Location,
        /// What.
        material: String,
        /// When, RFC 3339.
        at: String,
    },
}
