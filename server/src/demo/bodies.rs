//! Bodies of entries in few words; what the demonstration never fills in is absent.

use tl_domain::code::Code;
use tl_domain::event::{
    Amount, BatchRegister, BatchWeigh, DispatchLine, EntryRef, FlowReport, FlowSource,
    HandoverDispatch, HandoverKind, HandoverReceive, Location, MeterReading, Origin, Portion,
    ReceiveLine, RunOutput, StockLine, StockMethod, StockTake, StoreDraw, StorePut, Take,
    TicketRef, WasteStore,
};
use tl_domain::ids::{BatchId, EntryId};
use tl_domain::quantity::{Mass, Reading, Volume};
use tl_domain::time::{Micros, Span};

use super::lot::{decimal, kilograms};
use super::script::moment;

/// Reads an id of the demonstration.
pub(super) fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("ids of the demonstration are names")
}

/// A node, and a place in it.
pub(super) fn location(node: &str, place: Option<&str>) -> Location {
    Location { node: name(node), place: place.map(name) }
}

/// A span.
pub(super) fn span(from: Micros, to: Micros) -> Span {
    Span { from: moment(from), to: moment(to) }
}

/// All that is left of a batch.
pub(super) fn whole(batch: EntryId) -> Portion {
    Portion { batch: batch.into(), amount: Take::All }
}

/// Part of a batch.
pub(super) fn part(batch: EntryId, mass: Mass) -> Portion {
    Portion { batch: batch.into(), amount: Take::Part { mass } }
}

/// A batch begins.
pub(super) fn register(material: &str, origin: Origin, at: Location, code: Code) -> BatchRegister {
    BatchRegister {
        code: Some(code),
        material: name(material),
        origin,
        location: at,
        stream: None,
        supplier: None,
        dispatch: None,
        declared: None,
        mass: None,
        moisture: None,
        uncertainty: vec![],
        parents: vec![],
        ticket: None,
        raw: None,
        blobs: vec![],
    }
}

/// A truck on the bridge: gross and tare with the net mass that counts.
pub(super) fn weigh(
    batch: EntryId,
    net: f64,
    tare: f64,
    moisture: Reading,
    ticket: Option<TicketRef>,
) -> BatchWeigh {
    BatchWeigh {
        batch: batch.into(),
        gross: Some(kilograms(net + tare)),
        tare: Some(kilograms(tare)),
        net: kilograms(net),
        moisture: Some(moisture),
        meter: Some(name("bridge")),
        calibration: Some("bridge/1".to_owned()),
        manual: None,
        ticket,
        uncertainty: vec![],
        raw: None,
        blobs: vec![],
    }
}

/// A batch is emptied into a place.
pub(super) fn put(batch: EntryId, place: &str) -> StorePut {
    StorePut { portion: whole(batch), place: name(place) }
}

/// Material is drawn from a place, into a node or a batch.
pub(super) fn draw(
    place: &str,
    mass: Mass,
    node: Option<&str>,
    batch: Option<EntryId>,
) -> StoreDraw {
    StoreDraw {
        place: name(place),
        mass,
        to: node.map(name),
        stream: None,
        batch: batch.map(BatchId::from),
        meter: Some(name("belt")),
        uncertainty: vec![],
    }
}

/// What a stream carried.
pub(super) fn flow(
    stream: &str,
    span: Span,
    amount: Amount,
    moisture: Option<Reading>,
    meter: &str,
) -> FlowReport {
    FlowReport {
        stream: name(stream),
        span,
        amount,
        source: FlowSource::Measured,
        moisture,
        density: None,
        reading: None,
        meter: Some(name(meter)),
        uncertainty: vec![],
        raw: None,
        blobs: vec![],
    }
}

/// Totaliser of a volume at both ends of a span.
pub(super) fn totaliser(start: f64, end: f64) -> MeterReading {
    MeterReading { start: decimal(start, 1), end: decimal(end, 1) }
}

/// An output of a run.
pub(super) fn output(batch: EntryId, mass: Mass, returned: bool) -> RunOutput {
    RunOutput { batch: batch.into(), mass: Some(mass), returned, location: None }
}

/// Waste goes into the store.
pub(super) fn waste(batch: EntryId, place: &str, code: &str) -> WasteStore {
    WasteStore {
        batch: batch.into(),
        place: name(place),
        waste_code: code.to_owned(),
        containers: None,
        national_code: None,
    }
}

/// A line of a dispatch.
pub(super) fn dispatch_line(
    line: u32,
    material: &str,
    batch: EntryId,
    mass: Mass,
    moisture: Reading,
) -> DispatchLine {
    DispatchLine {
        line,
        material: name(material),
        portion: Some(whole(batch)),
        place: None,
        mass,
        moisture: Some(moisture),
        contents: vec![],
        waste_code: None,
        containers: None,
        uncertainty: vec![],
    }
}

/// The shipper's half.
pub(super) fn dispatch(
    code: Code,
    manifest: Option<String>,
    from: &str,
    to: Option<&str>,
    lines: Vec<DispatchLine>,
) -> HandoverDispatch {
    let kind = if manifest.is_some() { HandoverKind::Manifest } else { HandoverKind::Delivery };
    HandoverDispatch {
        code,
        kind,
        manifest_number: manifest,
        from: name(from),
        to: to.map(name),
        carrier: None,
        lines,
        blobs: vec![],
    }
}

/// The receiver's half.
pub(super) fn receive(
    code: Code,
    from: &str,
    dispatch: EntryRef,
    at: Location,
    lines: Vec<ReceiveLine>,
) -> HandoverReceive {
    HandoverReceive {
        code,
        from: name(from),
        dispatch: Some(dispatch),
        location: at,
        decision: tl_domain::event::Decision::Accept,
        reason: None,
        lines,
        raw: None,
        blobs: vec![],
    }
}

/// A line as received, with the receiver's own batch.
pub(super) fn receive_line(line: u32, batch: EntryId, mass: Mass) -> ReceiveLine {
    ReceiveLine {
        line,
        mass,
        material: None,
        refused: None,
        batch: Some(batch.into()),
        uncertainty: vec![],
    }
}

/// A line of a stock take.
pub(super) fn stock_line(material: &str, method: StockMethod, mass: Mass) -> StockLine {
    StockLine {
        material: name(material),
        place: None,
        batch: None,
        method,
        mass: Some(mass),
        volume: None,
        moisture: None,
        content: None,
        measured_at: None,
        uncertainty: vec![],
    }
}

/// Measured inventory of a node.
pub(super) fn stock_take(
    node: &str,
    at: Micros,
    lines: Vec<StockLine>,
    witness: &str,
) -> StockTake {
    StockTake {
        node: name(node),
        at: moment(at),
        lines,
        witness: Some(name(witness)),
        blobs: vec![],
    }
}

/// A volume in cubic metres, of gas at standard conditions where `gas`.
pub(super) fn volume(value: f64, gas: bool) -> Volume {
    use tl_domain::quantity::VolumeUnit::{CubicMetre, StandardCubicMetre};
    let unit = if gas { StandardCubicMetre } else { CubicMetre };
    Volume { unit, value: decimal(value, if gas { 0 } else { 1 }) }
}
