//! Rows that one entry gives alone (flows of streams and places, stock takes, monitors, periods),
//! and rows where the first or last entry wins (codes, masters, runs).

use super::batch::derive_batch;
use super::flows::replace_flows;
use super::handover::derive_handover;
use super::{counting, node_end, place_end, stream_ends};
use crate::code::{Code, CodeKind};
use crate::event::{Amount, Body, FlowReport, FlowSource, Master, StoreDraw};
use crate::ids::{EntryId, RunId};
use crate::project::books::{Books, Fact};
use crate::project::object::Object;
use crate::project::rows::{
    CodeRow, End, FlowKind, FlowRow, MasterRow, MonitorRow, PeriodRow, Row, RowKey, RunRow,
    StockTakeRow, Table,
};
use crate::quantity::Mass;

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
    let owns = !flows.is_empty() || !handover.is_empty();
    if owns || fact.corrected_by.is_some() {
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
            since: close.span.from.micros(),
            until: close.span.to.micros(),
            substance: close.substance.clone(),
            size: close.size,
            figures: close.figures.clone(),
        }),
        _ => {
            if fact.corrected_by.is_some() {
                for table in [Table::StockTake, Table::Monitor, Table::Period] {
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
    let (from, to, material) = stream_ends(books, &report.stream)?;
    let (wet, dry, volume) = match &report.amount {
        Amount::Mass(mass) => {
            let moisture = report
                .moisture
                .as_ref()
                .and_then(|m| m.bounds())
                .and_then(|bounds| crate::quantity::Moisture::from_percent(bounds.middle).ok());
            (mass.wetted(moisture), mass.dry(None), None)
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
    let from = place_end(books, &draw.place)?;
    let to = match (&draw.to, from.node()) {
        (Some(node), _) => node_end(books, node.clone())?,
        (None, Some(node)) => End::Process { node: node.clone() },
        (None, None) => End::Unknown,
    };
    let material = match super::master(books, "place", draw.place.as_str())? {
        Some(Master::Place(place)) => place.material,
        _ => None,
    };
    Ok(FlowRow {
        stream: draw.stream.clone(),
        material,
        wet: wet(&draw.mass),
        dry: draw.mass.dry(None),
        meter: draw.meter.clone(),
        uncertainty: draw.uncertainty.clone(),
        ..plain_flow(fact, FlowKind::Draw, from, to)
    })
}

fn wet(mass: &Mass) -> Option<crate::quantity::WetMass> {
    mass.wetted(None)
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

/// Who owns a code: the first effective claim in the log. Derives batches and samples anew whose
/// claim was lost or won by a correction.
pub(in crate::project) fn derive_code<B: Books>(
    books: &mut B,
    code: &Code,
) -> Result<(), B::Error> {
    let key = RowKey::new(Table::Code, code.as_str());
    let before = match books.row(&key)? {
        Some(Row::Code(row)) => Some(row),
        _ => None,
    };
    let claims = counting(books, &Object::Code(code.clone()))?;
    let after = claims.iter().find_map(|(fact, body)| claim(fact, body, code));
    match &after {
        Some(row) => books.put(Row::Code(row.clone()))?,
        None => books.remove(&key)?,
    }
    if let Some(old) = before.filter(|old| after.as_ref() != Some(old)) {
        for row in [Some(old), after].into_iter().flatten() {
            match row.kind {
                CodeKind::Batch => {
                    derive_batch(books, row.owner.into())?;
                }
                CodeKind::Sample => super::derive_sample(books, row.owner.into())?,
                CodeKind::Handover | CodeKind::Place | CodeKind::Command => {}
            }
        }
    }
    Ok(())
}

fn claim(fact: &Fact, body: &Body, code: &Code) -> Option<CodeRow> {
    let kind = match body {
        Body::BatchRegister(b) if b.code.as_ref() == Some(code) => CodeKind::Batch,
        Body::SampleTake(b) if b.code.as_ref() == Some(code) => CodeKind::Sample,
        Body::HandoverDispatch(b) if b.code == *code => CodeKind::Handover,
        Body::MasterPut(b) => match &b.record {
            Master::Place(place) if place.code.as_ref() == Some(code) => CodeKind::Place,
            _ => return None,
        },
        _ => return None,
    };
    Some(CodeRow { code: code.clone(), kind, owner: fact.id })
}

/// The newest effective version of a master record.
pub(in crate::project) fn derive_master<B: Books>(
    books: &mut B,
    what: &'static str,
    id: &str,
) -> Result<(), B::Error> {
    let facts = counting(books, &Object::Master(what, id.to_owned()))?;
    let newest = facts.into_iter().rev().find_map(|(fact, body)| match body {
        Body::MasterPut(put) if put.record.what() == what && put.record.id() == id => {
            Some(MasterRow { record: put.record, active: put.active, entry: fact.id })
        }
        _ => None,
    });
    match newest {
        Some(row) => books.put(Row::Master(row)),
        None => books.remove(&RowKey::master(what, id)),
    }
}

/// A run from its start and close. Returns whether its start is in the log.
pub(in crate::project) fn derive_run<B: Books>(books: &mut B, id: RunId) -> Result<bool, B::Error> {
    let mut row = RunRow {
        id,
        node: None,
        operation: None,
        started_at: None,
        ended_at: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
    };
    for (fact, body) in counting(books, &Object::Run(id))? {
        match body {
            Body::RunStart(start) if fact.id == EntryId(id.0) => {
                row.node = Some(start.node);
                row.operation = Some(start.operation);
                row.started_at = Some(fact.observed_at);
                row.inputs.splice(0..0, start.inputs);
            }
            Body::RunClose(close) => {
                let ended = close.ended_at.as_ref().map(crate::time::Moment::micros);
                row.ended_at = Some(ended.unwrap_or(fact.observed_at));
                row.inputs.extend(close.inputs);
                row.outputs.extend(close.outputs);
            }
            _ => {}
        }
    }
    let started = row.node.is_some();
    books.put(Row::Run(row))?;
    Ok(started)
}
