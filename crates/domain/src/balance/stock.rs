//! Stocks at both ends of a span.
//!
//! A stock take of that very moment counts as it stands. Without one, the last take before is
//! rolled on by the flows between; without any, what labelled batches and places hold by the books
//! counts, and the balance says so. Unmeasured in-process stock is never set to 0 by silence: the
//! end is reported as not measured.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::content::{Content, Wanted};
use super::desk::{Desk, TermKey};
use super::value::{Amount, AmountErrors, Inputs, Value, moisture};
use super::{Cause, Quality, Role, Rung};
use crate::event::{FlowSource, StockLine};
use crate::ids::NodeId;
use crate::project::{End, FlowKind, FlowRow, StockTakeRow};
use crate::quantity::{Basis, DryMass, ErrorClass, Spread, WetMass};
use crate::time::{Micros, MicrosSpan};

/// How the stock of each node at each end was found.
pub(super) struct Stocks {
    ends: Vec<(NodeId, bool, Found)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// A stock take of that moment.
    Taken,
    /// Rolled on from an earlier take.
    Rolled,
    /// The books of batches and places alone.
    Books,
    /// Nothing is known to lie there.
    Nothing,
}

impl Stocks {
    /// Whether every node that may have stock was taken at both ends.
    pub(super) fn measured(&self) -> bool {
        let taken = |found: Found| matches!(found, Found::Taken);
        let any = self.ends.iter().any(|(.., found)| taken(*found));
        any && self.ends.iter().all(|(.., found)| taken(*found) || *found == Found::Nothing)
    }

    pub(super) fn causes(&self) -> impl Iterator<Item = Cause> {
        self.ends
            .iter()
            .filter(|(.., found)| matches!(found, Found::Rolled | Found::Books))
            .map(|(node, closing, _)| Cause::NoStockTake { node: node.clone(), closing: *closing })
    }
}

/// Adds the stock terms of all nodes inside the boundary.
pub(super) fn stocks(desk: &mut Desk<'_>) -> Stocks {
    let span = desk.question.span;
    let nodes: Vec<NodeId> = desk.boundary.nodes().cloned().collect();
    let mut ends = Vec::new();
    for node in nodes {
        for (at, role) in [(span.from, Role::Opening), (span.to, Role::Closing)] {
            let found = node_stock(desk, &node, at, role);
            ends.push((node.clone(), role == Role::Closing, found));
        }
    }
    Stocks { ends }
}

/// The take of a node that counts at a moment: the last one up to it.
pub(super) fn last_take<'a>(
    desk: &Desk<'a>,
    node: &NodeId,
    at: Micros,
) -> Option<&'a StockTakeRow> {
    let takes = desk.records.takes.iter().filter(|take| take.node == *node && take.at <= at);
    // Of two takes for one moment the later entry counts: ids are in order of time.
    takes.max_by_key(|take| (take.at, take.entry))
}

fn node_stock(desk: &mut Desk<'_>, node: &NodeId, at: Micros, role: Role) -> Found {
    match last_take(desk, node, at) {
        Some(take) => {
            for line in &take.lines {
                add_line(desk, take, line, role);
            }
            if take.at == at {
                return Found::Taken;
            }
            let between = MicrosSpan { from: take.at, to: at };
            roll(desk, node, between, role, false);
            Found::Rolled
        }
        None => {
            let before = MicrosSpan { from: Micros::MIN, to: at };
            if roll(desk, node, before, role, true) { Found::Books } else { Found::Nothing }
        }
    }
}

fn add_line(desk: &mut Desk<'_>, take: &StockTakeRow, line: &StockLine, role: Role) {
    let part = line_inputs(desk, take, line).value();
    let key = key(role, &take.node, Some(line.material.clone()));
    desk.add(key, &part, &[take.entry]);
}

/// What a line of a stock take is valued from.
pub(super) fn line_inputs<'t>(
    desk: &Desk<'_>,
    take: &StockTakeRow,
    line: &'t StockLine,
) -> Inputs<'t> {
    let wanted = Wanted {
        batch: line.batch,
        stream: None,
        material: Some(&line.material),
        span: MicrosSpan { from: take.at, to: take.at },
    };
    let entered = line.moisture.as_ref().and_then(|reading| reading.bounds());
    let mut amount = Amount {
        volume: line.volume.as_ref().map(crate::quantity::Volume::cubic_metres),
        moisture: entered.map(|bounds| bounds.middle),
        ..Amount::default()
    };
    if let Some(mass) = &line.mass {
        match mass.basis {
            Basis::Wet => amount.wet = Some(WetMass(mass.grams())),
            Basis::Dry => amount.dry = Some(DryMass(mass.grams())),
        }
    }
    let content = own_content(desk, take, line)
        .or_else(|| desk.contents.find_stock(&take.node, line.place.as_ref(), take.at, wanted));
    let method = format!("{:?}", line.method);
    let errors = AmountErrors {
        part: format!("{}/{}", take.entry, line.material),
        meter: format!("{}/{}/{method}", take.node, line.material),
        calibration: format!("{}/{method}", take.node),
        own: &line.uncertainty,
        class: super::defaults::stock(line.method),
    };
    let moisture = moisture(&desk.moistures, wanted, amount.moisture);
    let class = desk.class(Some(&line.material));
    let source = match line.method {
        crate::event::StockMethod::Estimate | crate::event::StockMethod::Carried => {
            FlowSource::Estimated
        }
        _ => FlowSource::Measured,
    };
    Inputs { amount, moisture, content, errors, source, class }
}

fn own_content(desk: &Desk<'_>, take: &StockTakeRow, line: &StockLine) -> Option<Content> {
    let own = line.content.as_ref().filter(|c| c.analyte == desk.question.substance)?;
    let bounds = own.result.bounds()?;
    let mut spread = Spread::new();
    spread.add(ErrorClass::Random, format!("stock:{}/{}", take.entry, line.material), 10.0);
    Some(Content {
        value: bounds.middle,
        range: (bounds.low, bounds.high),
        unit: own.unit,
        basis: own.basis.unwrap_or(Basis::Dry),
        quality: if bounds.censored { Quality::Censored } else { Quality::Assayed },
        rung: Rung::Assay,
        spread,
        evidence: vec![take.entry],
    })
}

/// Adds the flows of a node in a span to its stock; `held` counts only batches and places.
/// Returns whether anything was there to add.
fn roll(desk: &mut Desk<'_>, node: &NodeId, span: MicrosSpan, role: Role, held: bool) -> bool {
    let records = desk.records;
    let lies_here = |end: &End| match end {
        End::Held { node: here, .. } => here == node,
        End::Process { node: here } => !held && here == node,
        _ => false,
    };
    let mut parts: BTreeMap<TermKey, Vec<(Value, &FlowRow)>> = BTreeMap::new();
    for flow in &records.flows {
        let (out, into) = (lies_here(&flow.from), lies_here(&flow.to));
        // A flow inside the node changes nothing, unless it turns batches into process.
        if out == into || skip_opening(desk, flow, role) {
            continue;
        }
        let own = MicrosSpan { from: flow.since, to: flow.until };
        let share = if own.length() == 0 {
            Decimal::from(u8::from(span.from <= own.to && own.to < span.to))
        } else {
            let clipped = MicrosSpan { from: own.from.max(span.from), to: own.to.min(span.to) };
            Decimal::from(clipped.length()) / Decimal::from(own.length())
        };
        if share.is_zero() {
            continue;
        }
        let share = if into { share } else { -share };
        let mut part = desk.flow_value(flow, share);
        if let Ok(figure) = &mut part.figure {
            figure.quality = figure.quality.max(Quality::Calculated);
        }
        let key = key(role, node, flow.material.clone());
        parts.entry(key).or_default().push((part, flow));
    }
    let any = !parts.is_empty();
    for (key, parts) in parts {
        for (part, flow) in parts {
            desk.add(key.clone(), &part, &flow.evidence);
        }
    }
    any
}

/// Opening batches of the span are opening stock by their own flow already.
fn skip_opening(desk: &Desk<'_>, flow: &FlowRow, role: Role) -> bool {
    flow.kind == FlowKind::Opening && role == Role::Opening && desk.question.span.holds(flow.until)
}

fn key(role: Role, node: &NodeId, material: Option<crate::ids::MaterialId>) -> TermKey {
    TermKey {
        role,
        stream: None,
        material,
        from: (role == Role::Opening).then(|| node.clone()),
        to: (role == Role::Closing).then(|| node.clone()),
        partner: None,
        returned: false,
        transit: false,
    }
}
