//! From a projection row, and the entry that it rests on, to rows of the event graph.
//!
//! A flow says how much left a batch and when; which run, batch or handover it went to stands in
//! the entry. Invariant: a row depends on one projection row and one entry, so a correction changes
//! the rows of the objects that it touches and no others. Nothing is valued here.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tl_domain::event::{Body, HandoverDispatch, HandoverReceive};
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::project::{End, FlowKind, FlowRow, HandoverHalf, HandoverRow, RunRow};
use tl_domain::quantity::{Basis, Mass};

use crate::row::{Holder, Kind, Row};

/// First line of what receptions say about batches; below it are the lines of flows.
pub const RECEIVE_LINE: u32 = 1 << 20;
/// First line of a run and its outputs.
pub const RUN_LINE: u32 = 1 << 21;

/// Milligrams in a gram, and millilitres in a litre.
const MILLI: Decimal = Decimal::ONE_THOUSAND;
/// Grams in a tonne; millilitres in a cubic metre.
const MILLION: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// Rows that take the place of all those of an owner from `first` to before `end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// The owner.
    pub owner: u128,
    /// First line that is replaced.
    pub first: u32,
    /// The line after the last that is replaced.
    pub end: u32,
    /// The rows that stand there now.
    pub rows: Vec<Row>,
}

/// The row of a flow. `nth` counts the flows of the same owner, kind and entry before it; `entry`
/// is the body of the entry that the flow rests on first.
#[must_use]
pub fn of_flow(own: &PartyId, flow: &FlowRow, nth: usize, entry: Option<&Body>) -> Option<Row> {
    let first = flow.evidence.first();
    let begins = flow.batch.is_some() && first == Some(&flow.owner) && flow.line == 0;
    let batch = flow.batch.map(|batch| Holder::Batch(batch.0.as_u128()));
    let here = || batch.clone().unwrap_or_else(|| holder(&flow.from));
    let (kind, source, target) = match flow.kind {
        FlowKind::Arrival if begins => (Kind::Arrival, Holder::Outside, batch?),
        FlowKind::Opening => (Kind::Opening, Holder::Outside, batch?),
        FlowKind::Produce => (Kind::Produce, holder(&flow.from), batch?),
        FlowKind::Relabel if begins => (Kind::Relabel, Holder::Outside, batch?),
        FlowKind::Arrival => (Kind::Carry, received(own, nth, entry), holder(&flow.to)),
        FlowKind::Relabel => (Kind::Carry, here(), relabelled(nth, entry)?),
        FlowKind::Put | FlowKind::Stream => (Kind::Carry, here(), holder(&flow.to)),
        FlowKind::Draw => (Kind::Carry, here(), filled(entry).unwrap_or(holder(&flow.to))),
        FlowKind::Consume => (Kind::Carry, here(), consumed(*first?, entry)?),
        FlowKind::Dispatch => (Kind::Carry, here(), dispatched(own, flow, nth, entry)),
        FlowKind::Dispose => (Kind::Carry, here(), Holder::Loss),
        FlowKind::Difference => (Kind::Close, here(), Holder::Outside),
        FlowKind::Move => return None,
    };
    let told = kind.begins() || flow.batch.is_none();
    let volume = flow.volume.as_ref().map(|volume| volume.value());
    let weighed = volume.zip(flow.density.as_ref()).and_then(|(volume, density)| {
        milli(volume.checked_mul(density.value())?.checked_mul(MILLION)?)
    });
    let moisture = flow.moisture.as_ref().and_then(|reading| reading.bounds());
    Some(Row {
        owner: flow.owner.0.as_u128(),
        line: flow.line,
        kind,
        source,
        target,
        since: flow.since,
        until: flow.until,
        wet: flow.wet.and_then(|wet| milli(wet.0)).or(weighed),
        dry: flow.dry.and_then(|dry| milli(dry.0)),
        volume: volume.and_then(|volume| volume.checked_mul(MILLION)?.round().to_i64()),
        moisture: moisture.and_then(|bounds| (bounds.middle * Decimal::from(10_000)).to_i64()),
        material: flow.material.as_ref().filter(|_| told).map(ToString::to_string),
        stream: flow.stream.as_ref().map(ToString::to_string),
    })
}

/// The rows of a run: itself and the batches that it made.
#[must_use]
pub fn of_run(run: &RunRow) -> Gathered {
    let owner = run.id.0.as_u128();
    let this = Holder::Run(owner);
    let node = run.node.as_ref().map(|node| Holder::Process(node.to_string()));
    let ended = run.ended_at.or(run.started_at).unwrap_or_default();
    let started = run.started_at.unwrap_or(ended);
    let mut rows = vec![Row {
        source: node.unwrap_or(Holder::Outside),
        target: this.clone(),
        since: started.min(ended),
        ..empty(owner, RUN_LINE, Kind::Run, ended)
    }];
    rows.extend((RUN_LINE + 1..).zip(&run.outputs).map(|(line, output)| Row {
        source: this.clone(),
        target: Holder::Batch(output.batch.0.as_u128()),
        since: started.min(ended),
        ..empty(owner, line, Kind::Output, ended)
    }));
    Gathered { owner, first: RUN_LINE, end: u32::MAX, rows }
}

/// What a reception says about batches of the receiver, and what it refused.
#[must_use]
pub fn of_reception(own: &PartyId, half: &HandoverRow) -> Gathered {
    let owner = half.entry.0.as_u128();
    let mut rows = Vec::new();
    if let (HandoverHalf::Receive, Some(partner)) = (half.half, &half.partner) {
        for line in &half.received {
            let source = Holder::Transit {
                from: partner.to_string(),
                to: own.to_string(),
                code: half.code.as_str().to_owned(),
                line: line.line,
            };
            let taken = line.batch.map(|batch| (Holder::Batch(batch.0.as_u128()), &line.mass));
            let refused = line.refused.as_ref().map(|mass| (Holder::Outside, mass));
            for (target, mass) in taken.into_iter().chain(refused) {
                let line = RECEIVE_LINE + u32::try_from(rows.len()).unwrap_or(0);
                let grams = milli(mass.grams());
                rows.push(Row {
                    source: source.clone(),
                    target,
                    wet: grams.filter(|_| mass.basis == Basis::Wet),
                    dry: grams.filter(|_| mass.basis == Basis::Dry),
                    ..empty(owner, line, Kind::Carry, half.at)
                });
            }
        }
    }
    Gathered { owner, first: RECEIVE_LINE, end: RUN_LINE, rows }
}

fn empty(owner: u128, line: u32, kind: Kind, at: i64) -> Row {
    Row {
        owner,
        line,
        kind,
        source: Holder::Outside,
        target: Holder::Outside,
        since: at,
        until: at,
        wet: None,
        dry: None,
        volume: None,
        moisture: None,
        material: None,
        stream: None,
    }
}

fn holder(end: &End) -> Holder {
    match end {
        End::Held { place: Some(place), .. } => Holder::Place(place.to_string()),
        End::Held { node, place: None } => Holder::Stock(node.to_string()),
        End::Process { node } => Holder::Process(node.to_string()),
        End::Outside { .. } | End::Opening | End::Unknown => Holder::Outside,
    }
}

/// Milligrams; what no database could hold as a number is the largest that it can.
fn milli(grams: Decimal) -> Option<i64> {
    let milligrams = grams.checked_mul(MILLI)?.round();
    Some(milligrams.to_i64().unwrap_or(if milligrams.is_sign_negative() {
        i64::MIN
    } else {
        i64::MAX
    }))
}

/// The batch that the nth part of a split, or a portion of a blend, became.
fn relabelled(nth: usize, entry: Option<&Body>) -> Option<Holder> {
    let batch = match entry? {
        Body::BatchSplit(split) => split.parts.get(nth)?.batch,
        Body::BatchBlend(blend) => blend.batch,
        _ => return None,
    };
    Some(Holder::Batch(batch.0.as_u128()))
}

fn filled(entry: Option<&Body>) -> Option<Holder> {
    match entry? {
        Body::StoreDraw(draw) => Some(Holder::Batch(draw.batch?.0.as_u128())),
        _ => None,
    }
}

fn consumed(first: EntryId, entry: Option<&Body>) -> Option<Holder> {
    match entry? {
        Body::RunStart(_) => Some(Holder::Run(first.0.as_u128())),
        Body::RunClose(close) => Some(Holder::Run(close.run.0.as_u128())),
        _ => None,
    }
}

fn dispatched(own: &PartyId, flow: &FlowRow, nth: usize, entry: Option<&Body>) -> Holder {
    let Some(Body::HandoverDispatch(dispatch)) = entry else { return Holder::Outside };
    let HandoverDispatch { lines, to, code, .. } = dispatch;
    let mut own_lines = lines
        .iter()
        .filter(|line| line.portion.as_ref().map(|portion| portion.batch) == flow.batch);
    own_lines.nth(nth).map_or(Holder::Outside, |line| Holder::Transit {
        from: own.to_string(),
        to: to.as_ref().map(ToString::to_string).unwrap_or_default(),
        code: code.as_str().to_owned(),
        line: line.line,
    })
}

/// The line of a reception whose mass went to a place without a batch.
fn received(own: &PartyId, nth: usize, entry: Option<&Body>) -> Holder {
    let Some(Body::HandoverReceive(receive)) = entry else { return Holder::Outside };
    let HandoverReceive { lines, from, code, .. } = receive;
    lines.iter().filter(|line| line.batch.is_none()).nth(nth).map_or(Holder::Outside, |line| {
        Holder::Transit {
            from: from.to_string(),
            to: own.to_string(),
            code: code.as_str().to_owned(),
            line: line.line,
        }
    })
}

/// Grams of a mass as it was written, on whatever basis.
#[must_use]
pub(crate) fn grams(mass: &Mass) -> Option<f64> {
    mass.grams().to_f64()
}
