//! The parts that balances are summed from, one by one: every movement and every stock line with
//! its amount, its substance and the error sources of either.
//!
//! For calculations over several periods that need amount and content apart (reconciliation). The
//! arithmetic is the balance's own, nothing is calculated a second time here. What was shipped
//! leaves its node at that moment; what is on its way to a party of this system is handed out as
//! such. A stock that was not taken is said to be unmeasured and never rolled on.

use rust_decimal::Decimal;

use super::boundary::Question;
use super::desk::{Desk, share};
use super::stock::{last_take, line_inputs};
use super::value::{Figure, Inputs};
use super::{Missing, Records};
use crate::event::MaterialClass;
use crate::ids::{EntryId, MaterialId, NodeId, PartyId, StreamId};
use crate::project::{End, FlowKind, FlowRow, StockTakeRow};
use crate::quantity::{DryMass, Spread, WetMass};
use crate::time::{Micros, MicrosSpan};

/// How a part belongs to the balances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Something moved in the span of this number.
    Flow {
        /// Node inside that it left.
        from: Option<NodeId>,
        /// Node inside that it entered.
        to: Option<NodeId>,
        /// Partner beyond the fence, when it is a party.
        partner: Option<PartyId>,
        /// Whether it is a handover of the party's own.
        dispatch: bool,
        /// Whether it was there when the books were opened.
        opening: bool,
    },
    /// It lay in a node at the moment of this number: 0 is the beginning of the first span.
    Stock {
        /// The node.
        node: NodeId,
    },
    /// It was on its way to a party of this system at the moment of this number.
    Transit {
        /// Who was to receive it.
        to: PartyId,
    },
}

/// In what an amount was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Dry mass, grams.
    Dry,
    /// Wet mass without a known moisture, grams.
    Wet,
    /// Cubic metres.
    Volume,
}

/// A part with all it rests on.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// How it belongs to the balances.
    pub way: Way,
    /// Number of its span, or of its moment for what lay there.
    pub number: usize,
    /// Stream, when declared.
    pub stream: Option<&'a StreamId>,
    /// Material, when known.
    pub material: Option<&'a MaterialId>,
    /// What the material is.
    pub class: Option<MaterialClass>,
    /// Whether it goes back into the process.
    pub returned: bool,
    /// Amount in its unit; absent when it was never weighed or metered.
    pub amount: Option<(Unit, Decimal)>,
    /// Relative error sources of the amount, in per cent.
    pub amount_percent: Spread,
    /// Its substance, or what is lacking for one.
    pub figure: Result<Figure, Missing>,
    /// Entries that the amount rests on.
    pub evidence: &'a [EntryId],
}

/// What is known of the stock of a node at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lying {
    /// Taken at that very moment.
    Taken,
    /// Nothing lay there, as far as anything is known.
    Nothing,
    /// Something lay there, and nobody measured it then.
    Unmeasured,
}

/// What stands beside the parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parts {
    /// Nodes inside, in their order.
    pub nodes: Vec<NodeId>,
    /// What is known of each node's stock: per moment, in the order of `nodes`.
    pub lying: Vec<Vec<Lying>>,
    /// Entries of flows whose ends are not declared; they are among no parts.
    pub unknown_ends: Vec<EntryId>,
}

/// Hands out all parts in adjoining spans that make up the question's own.
pub fn parts<'a>(
    records: &'a Records,
    question: &'a Question,
    spans: &[MicrosSpan],
    visit: &mut dyn FnMut(Part<'a>),
) -> Parts {
    let whole = question.span;
    let desk = Desk::new(records, question);
    let mut found = Parts { nodes: desk.boundary.nodes().cloned().collect(), ..Parts::default() };
    for flow in &records.flows {
        if flow.kind == FlowKind::Difference || flow.from.node() == flow.to.node() {
            if unknown(flow) && share(flow, whole).is_some() {
                found.unknown_ends.extend(&flow.evidence);
            }
            continue;
        }
        moved(&desk, flow, spans, visit, &mut found.unknown_ends);
    }
    let moments = spans.iter().map(|span| span.from).chain([whole.to]);
    for (number, at) in moments.enumerate() {
        if desk.boundary.transit {
            on_its_way(&desk, (number, at), visit);
        }
        let lying = found.nodes.iter().map(|node| stock(&desk, node, (number, at), visit));
        let lying = lying.collect();
        found.lying.push(lying);
    }
    found.unknown_ends.sort_unstable();
    found.unknown_ends.dedup();
    found
}

fn unknown(flow: &FlowRow) -> bool {
    matches!(flow.from, End::Unknown) || matches!(flow.to, End::Unknown)
}

fn moved<'a>(
    desk: &Desk<'a>,
    flow: &'a FlowRow,
    spans: &[MicrosSpan],
    visit: &mut dyn FnMut(Part<'a>),
    unknown_ends: &mut Vec<EntryId>,
) {
    let inside = |end: &End| end.node().filter(|_| desk.boundary.holds(end)).cloned();
    let (from, to) = (inside(&flow.from), inside(&flow.to));
    let opening = flow.kind == FlowKind::Opening;
    // What was there at the opening counts where it lay, as in the balance.
    let outside = if opening { to.is_none() } else { from.is_none() && to.is_none() };
    for (number, span) in spans.iter().enumerate() {
        let Some(share) = share(flow, *span) else {
            continue;
        };
        if outside {
            if unknown(flow) {
                unknown_ends.extend(&flow.evidence);
            }
            return;
        }
        let partner = [&flow.from, &flow.to].into_iter().find_map(|end| match end {
            End::Outside { party } => party.clone(),
            _ => None,
        });
        let dispatch = flow.kind == FlowKind::Dispatch;
        let (from, to) = (from.clone(), to.clone());
        let way = Way::Flow { from, to, partner, dispatch, opening };
        visit(part(desk, way, number, flow, share));
    }
}

fn part<'a>(
    desk: &Desk<'a>,
    way: Way,
    number: usize,
    flow: &'a FlowRow,
    share: Decimal,
) -> Part<'a> {
    valued(
        Part {
            way,
            number,
            stream: flow.stream.as_ref(),
            material: flow.material.as_ref(),
            class: None,
            returned: desk.returns(flow),
            amount: None,
            amount_percent: Spread::new(),
            figure: Err(Missing::Amount),
            evidence: &flow.evidence,
        },
        desk.flow_inputs(flow, share),
    )
}

/// Fills in what the inputs are worth.
fn valued<'a>(part: Part<'a>, inputs: Inputs<'_>) -> Part<'a> {
    let wet = inputs.amount.wet;
    let class = inputs.class;
    let of_dry = inputs.amount_spread(true);
    let of_other = wet.map(|_| inputs.amount_spread(false));
    let value = inputs.value();
    let amount = value
        .dry
        .map(|DryMass(grams)| (Unit::Dry, grams))
        .or_else(|| value.volume.map(|volume| (Unit::Volume, volume)))
        .or_else(|| wet.map(|WetMass(grams)| (Unit::Wet, grams)));
    let amount_percent = match amount {
        Some((Unit::Wet | Unit::Volume, _)) => of_other.unwrap_or(of_dry),
        Some((Unit::Dry, _)) | None => of_dry,
    };
    Part { class, amount, amount_percent, figure: value.figure, ..part }
}

/// Dispatches that had left and were not received at a moment.
fn on_its_way<'a>(desk: &Desk<'a>, (number, at): (usize, Micros), visit: &mut dyn FnMut(Part<'a>)) {
    for flow in &desk.records.flows {
        let End::Outside { party: Some(to) } = &flow.to else {
            continue;
        };
        let under_way = flow.kind == FlowKind::Dispatch
            && desk.boundary.holds(&flow.from)
            && flow.until < at
            && desk.left(flow).is_none_or(|left| left >= at);
        if under_way {
            let way = Way::Transit { to: to.clone() };
            visit(part(desk, way, number, flow, Decimal::ONE));
        }
    }
}

fn stock<'a>(
    desk: &Desk<'a>,
    node: &NodeId,
    (number, at): (usize, Micros),
    visit: &mut dyn FnMut(Part<'a>),
) -> Lying {
    let Some(take) = last_take(desk, node, at) else {
        let held = |end: &End| matches!(end, End::Held { node: here, .. } if here == node);
        let lay = |flow: &&FlowRow| flow.since < at && held(&flow.from) != held(&flow.to);
        let any = desk.records.flows.iter().any(|flow| lay(&flow));
        return if any { Lying::Unmeasured } else { Lying::Nothing };
    };
    if take.at == at {
        for line in &take.lines {
            visit(stock_part(desk, take, line, number));
        }
        return Lying::Taken;
    }
    let since = MicrosSpan { from: take.at, to: at };
    let touched = desk.records.flows.iter().any(|flow| {
        let here = [&flow.from, &flow.to].into_iter().any(|end| end.node() == Some(node));
        here && share(flow, since).is_some()
    });
    // A node that was found empty and saw nothing since needs no new take.
    if take.lines.is_empty() && !touched { Lying::Nothing } else { Lying::Unmeasured }
}

fn stock_part<'a>(
    desk: &Desk<'a>,
    take: &'a StockTakeRow,
    line: &'a crate::event::StockLine,
    number: usize,
) -> Part<'a> {
    valued(
        Part {
            way: Way::Stock { node: take.node.clone() },
            number,
            stream: None,
            material: Some(&line.material),
            class: None,
            returned: false,
            amount: None,
            amount_percent: Spread::new(),
            figure: Err(Missing::Amount),
            evidence: std::slice::from_ref(&take.entry),
        },
        line_inputs(desk, take, line),
    )
}
