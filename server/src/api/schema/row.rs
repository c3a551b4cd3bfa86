//! Rows of the projections and entries.

use utoipa::ToSchema;

use super::{
    Component, Decision, Determination, DispatchLine, FlowSource, HandoverKind, MonitorValue,
    Origin, Portion, Purpose, QualityControl, Reading, ReceiveLine, RunOutput, SampleSubject, Side,
    Standing, StockLine, choices, objects,
};

choices! {
    /// Where a batch stands.
    BatchState { Missing Open Closed Void }
    /// Kind of a movement.
    FlowKind {
        Arrival Opening Move Put Draw Consume Produce Dispatch Stream Dispose Relabel Difference
    }
    /// Which half of a handover.
    HandoverHalf { Dispatch Receive }
    /// What the review said.
    Review { Pending Accepted Returned }
    /// What a party is.
    PartyKind { Enterprise Bureau Laboratory Carrier }
    /// Whether a device may speak.
    DeviceStatus { Waiting Active Revoked }
    /// What a device's key may sign.
    KeyRole { Server Gate Lab Plant Water }
}

objects! {
    /// A batch with what is left of it; masses in wet grams.
    Batch {
        id: String,
        code: Option<String>,
        code_taken: bool,
        material: Option<String>,
        origin: Option<Origin>,
        node: Option<String>,
        place: Option<String>,
        supplier: Option<String>,
        registered_at: Option<i64>,
        wet: Option<String>,
        left: Option<String>,
        moisture: Option<Reading>,
        state: BatchState,
        run: Option<String>,
        parents: Vec<String>,
        ticket: Option<String>,
    }
    /// A batch with everything that is known of it.
    BatchCard {
        batch: Batch,
        children: Vec<Batch>,
        flows: Vec<Flow>,
        samples: Vec<Sample>,
        assays: Vec<Assay>,
    }
    /// A movement of material with its evidence; masses in grams, volume in m³.
    Flow {
        owner: String,
        line: u32,
        kind: FlowKind,
        from: End,
        to: End,
        stream: Option<String>,
        material: Option<String>,
        batch: Option<String>,
        since: i64,
        until: i64,
        wet: Option<String>,
        dry: Option<String>,
        volume: Option<String>,
        moisture: Option<Reading>,
        density: Option<String>,
        source: FlowSource,
        returned: bool,
        meter: Option<String>,
        calibration: Option<String>,
        uncertainty: Vec<Component>,
        evidence: Vec<String>,
    }
    /// Book stock in wet grams.
    Holding { node: String, place: Option<String>, material: String, wet: String, }
    /// A run.
    Run {
        id: String,
        node: Option<String>,
        operation: Option<String>,
        started_at: Option<i64>,
        ended_at: Option<i64>,
        inputs: Vec<Portion>,
        outputs: Vec<RunOutput>,
    }
    /// One half of a handover.
    Half {
        entry: String,
        hash: String,
        half: HandoverHalf,
        code: String,
        kind: Option<HandoverKind>,
        manifest_number: Option<String>,
        partner: Option<String>,
        node: String,
        at: i64,
        decision: Option<Decision>,
        other: Option<String>,
        shipped: Vec<DispatchLine>,
        received: Vec<ReceiveLine>,
    }
    /// One half with the party that wrote it.
    WrittenHalf { party: String, half: Half, }
    /// Both halves of a handover, as far as the party may see them.
    Handover { code: String, dispatch: Option<WrittenHalf>, receive: Option<WrittenHalf>, }
    /// A sample.
    Sample {
        id: String,
        code: Option<String>,
        code_taken: bool,
        lab_name: Option<String>,
        subject: Option<SampleSubject>,
        taken_at: Option<i64>,
        assays: u32,
    }
    /// A sample with its assays.
    SampleCard { sample: Sample, assays: Vec<Assay>, }
    /// A laboratory's report with its review.
    Assay {
        id: String,
        sample: String,
        subject: Option<SampleSubject>,
        reported_at: i64,
        purpose: Purpose,
        standing: Standing,
        side: Side,
        lab: Option<String>,
        report_number: Option<String>,
        analyst: Option<String>,
        review: Review,
        quality_failed: bool,
        determinations: Vec<Determination>,
        quality: Vec<QualityControl>,
        evidence: Vec<String>,
    }
    /// A stock take.
    Inventory {
        entry: String,
        node: String,
        at: i64,
        lines: Vec<StockLine>,
        witness: Option<String>,
    }
    /// Values of an online monitor.
    Monitor {
        entry: String,
        stream: String,
        since: i64,
        until: i64,
        values: Vec<MonitorValue>,
    }
    /// A master in its newest version; the record names its kind in `what`.
    MasterRow {
        #[schema(value_type = Object)]
        record: (),
        active: bool,
        entry: String,
    }
    /// Something that somebody has to look at.
    Task {
        object: String,
        verdict: String,
        entry: String,
        since: i64,
        count: u64,
        detail: Vec<Vec<String>>,
    }
}

/// One end of a movement.
#[derive(Debug, ToSchema)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum End {
    /// Beyond the fence.
    Outside {
        /// Partner, when known.
        party: Option<String>,
    },
    /// In a node, lying in a place or as labelled batches.
    Held {
        /// The node.
        node: String,
        /// The place.
        place: Option<String>,
    },
    /// In a node's process.
    Process {
        /// The node.
        node: String,
    },
    /// There when the books were opened.
    Opening,
    /// Not known.
    Unknown,
}
