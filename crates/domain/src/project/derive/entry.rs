//! Rows that one entry gives alone: flows of streams and places, stock takes, monitors, periods.

use super::finding::finding_row;
use super::flows::replace_flows;
use super::handover::derive_handover;
use super::master::master_at;
use super::{amount, node_end, place_end, stream_ends};
use crate::event::{Amount, Body, FlowReport, FlowSource, Master, StoreDraw};
use crate::project::books::{Books, Fact};
use crate::project::rows::{
    End, FlowKind, FlowRow, MonitorRow, PeriodRow, ResolutionRow, Row, RowKey, StockTakeRow,
    SubmissionRow, Table,
};

/// Kinds whose entries own flows by themselves.
const OWNING: [&str; 4] = ["flow.report", "store.draw", "handover.dispatch", "handover.receive"];

/// Tables whose rows one entry gives alone.
const ALONE: [Table; 6] = [
    Table::StockTake,
    Table::Monitor,
    Table::Period,
    Table::Resolution,
    Table::Finding,
    Table::Submission,
];

/// Derives the rows that belong to one entry, whatever its body is now.
pub(in crate::project) fn derive_entry<B: Books>(
    books: &mut B,
    fact: &Fact,
) -> Result<(), B::Error> {
    let body = if fact.suspect { None } else { fact.body.as_ref() };
    let flows = match body {
        Some(Body::FlowReport(report)) => vec![stream_flow(books, fact, report)?],
        Some(Body::StoreDraw(draw)) => vec![draw_flow(books, fact, draw)?],
        _ => Vec::new(),
    };
    let handover = derive_handover(books, fact, body)?;
    let kind = match &fact.body {
        Some(body) => Some(body.kind().to_owned()),
        None => books.original_kind(fact.id)?,
    };
    // A registration's flows are the batch's: they are not ours to replace.
    if kind.is_some_and(|kind| OWNING.contains(&kind.as_str())) {
        replace_flows(books, fact.id, [flows, handover].concat())?;
    }
    let row = match body {
        Some(Body::StockTake(take)) => Row::StockTake(StockTakeRow {
            entry: fact.id,
            node: take.node.clone(),
            at: take.at.micros(),
            lines: take.lines.clone(),
            witness: take.witness.clone(),
        }),
        Some(Body::MonitorReading(reading)) => Row::Monitor(MonitorRow {
            entry: fact.id,
            stream: reading.stream.clone(),
            since: reading.span.from.micros(),
            until: reading.span.to.micros(),
            values: reading.values.clone(),
        }),
        Some(Body::PeriodClose(close)) => Row::Period(PeriodRow {
            entry: fact.id,
            node: close.node.clone(),
            site: close.site.clone(),
            since: close.span.from.micros(),
            until: close.span.to.micros(),
            substance: close.substance.clone(),
            size: close.size,
            figures: close.figures.clone(),
        }),
        Some(Body::SampleSubmit(submit)) => Row::Submission(SubmissionRow {
            entry: fact.id,
            number: submit.number.clone(),
            lab: submit.lab.clone(),
            lab_name: submit.lab_name.clone(),
            commission: submit.commission.clone(),
            analytes: submit.analytes.clone(),
            sent_at: fact.observed_at,
            due: submit.due.micros(),
            sampled_by: submit.sampled_by,
            lines: submit.lines.clone(),
        }),
        Some(Body::FindingResolve(resolve)) => Row::Resolution(ResolutionRow {
            entry: fact.id,
            index: fact.index,
            resolve: resolve.clone(),
        }),
        _ => {
            if let Some(row) = body.and_then(|body| finding_row(fact, body)) {
                return books.put(Row::Finding(row));
            }
            if fact.corrected_by.is_some() {
                for table in ALONE {
                    books.remove(&RowKey::new(table, fact.id))?;
                }
            }
            return Ok(());
        }
    };
    books.put(row)
}

fn stream_flow<B: Books>(
    books: &mut B,
    fact: &Fact,
    report: &FlowReport,
) -> Result<FlowRow, B::Error> {
    let (from, to, material) = stream_ends(books, fact.index, &report.stream)?;
    let (wet, dry, volume) = match &report.amount {
        Amount::Mass(mass) => {
            let moisture = amount::percent(report.moisture.as_ref());
            (amount::wet(mass, moisture), amount::dry(mass), None)
        }
        Amount::Volume(volume) => (None, None, Some(volume.cubic_metres().normalize().into())),
    };
    Ok(FlowRow {
        stream: Some(report.stream.clone()),
        since: report.span.from.micros(),
        until: report.span.to.micros(),
        volume,
        dry,
        moisture: report.moisture.clone(),
        density: report.density.clone(),
        source: report.source,
        meter: report.meter.clone(),
        uncertainty: report.uncertainty.clone(),
        wet,
        material,
        ..plain_flow(fact, FlowKind::Stream, from, to)
    })
}

fn draw_flow<B: Books>(books: &mut B, fact: &Fact, draw: &StoreDraw) -> Result<FlowRow, B::Error> {
    let from = place_end(books, fact.index, &draw.place)?;
    let to = match (&draw.to, from.node()) {
        (Some(node), _) => node_end(books, fact.index, node.clone())?,
        (None, Some(node)) => End::Process { node: node.clone() },
        (None, None) => End::Unknown,
    };
    let mut material = match master_at(books, fact.index, "place", draw.place.as_str())? {
        Some(Master::Place(place)) => place.material,
        _ => None,
    };
    if let (None, Some(stream)) = (&material, &draw.stream) {
        material = stream_ends(books, fact.index, stream)?.2;
    }
    Ok(FlowRow {
        stream: draw.stream.clone(),
        material,
        wet: amount::wet(&draw.mass, None),
        dry: amount::dry(&draw.mass),
        meter: draw.meter.clone(),
        uncertainty: draw.uncertainty.clone(),
        ..plain_flow(fact, FlowKind::Draw, from, to)
    })
}

/// A flow of one moment with nothing but its ends.
pub(super) fn plain_flow(fact: &Fact, kind: FlowKind, from: End, to: End) -> FlowRow {
    FlowRow {
        owner: fact.id,
        line: 0,
        kind,
        from,
        to,
        stream: None,
        material: None,
        batch: None,
        since: fact.observed_at,
        until: fact.observed_at,
        wet: None,
        dry: None,
        volume: None,
        moisture: None,
        density: None,
        source: FlowSource::Measured,
        returned: false,
        meter: None,
        calibration: None,
        uncertainty: Vec::new(),
        evidence: vec![fact.id],
    }
}
