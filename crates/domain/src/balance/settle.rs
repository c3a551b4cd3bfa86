//! Computing a balance: classify flows at the boundary, value them, add stocks, sum up.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::boundary::{Boundary, Question, Scope};
use super::content::{Contents, Wanted};
use super::defaults::{self, ClassData};
use super::value::{Amount, AmountErrors, Value, moisture, value};
use super::{
    Balance, Cause, Coverage, Missing, Quality, Records, Role, Term, Totals, graph, stock,
};
use crate::event::{FlowSource, Master, MaterialClass, MeterKind, StreamRole};
use crate::ids::{Analyte, EntryId, MaterialId, MeterId, NodeId, PartyId, StreamId};
use crate::project::{End, FlowKind, FlowRow};
use crate::quantity::{DecimalText, DryMass, Spread, SubstanceMass};
use crate::time::MicrosSpan;

/// What parts share when they stand in one line of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TermKey {
    pub(super) role: Role,
    pub(super) stream: Option<StreamId>,
    pub(super) material: Option<MaterialId>,
    pub(super) from: Option<NodeId>,
    pub(super) to: Option<NodeId>,
    pub(super) partner: Option<PartyId>,
    pub(super) returned: bool,
    pub(super) transit: bool,
}

/// What the balance reads while it goes through flows and stocks.
pub(super) struct Desk<'a> {
    pub(super) records: &'a Records,
    pub(super) question: &'a Question,
    pub(super) boundary: Boundary,
    pub(super) contents: Contents<'a>,
    pub(super) moistures: Contents<'a>,
    meters: BTreeMap<&'a MeterId, (MeterKind, &'a [crate::quantity::Component])>,
    roles: BTreeMap<&'a StreamId, StreamRole>,
    lines: BTreeMap<TermKey, Line>,
    gaps: BTreeMap<(Missing, String), u64>,
    unknown_ends: BTreeSet<EntryId>,
}

#[derive(Default)]
struct Line {
    count: u64,
    dry: DryMass,
    volume: Decimal,
    substance: SubstanceMass,
    range: (SubstanceMass, SubstanceMass),
    spread: Spread,
    missing: u64,
    by_quality: BTreeMap<Quality, SubstanceMass>,
    evidence: BTreeSet<EntryId>,
}

/// The balance that a question asks for.
#[must_use]
pub fn balance(records: &Records, question: &Question) -> Balance {
    let moisture = "moisture".parse::<Analyte>().expect("a name");
    let mut desk = Desk {
        boundary: Boundary::of(records, &question.scope),
        contents: Contents::of(records, &question.substance),
        moistures: Contents::of(records, &moisture),
        meters: BTreeMap::new(),
        roles: BTreeMap::new(),
        lines: BTreeMap::new(),
        gaps: BTreeMap::new(),
        unknown_ends: BTreeSet::new(),
        records,
        question,
    };
    for master in &records.masters {
        match master {
            Master::Meter(meter) => {
                desk.meters.insert(&meter.id, (meter.kind, &meter.uncertainty));
            }
            Master::Stream(stream) => {
                desk.roles.insert(&stream.id, stream.role);
            }
            _ => {}
        }
    }
    for flow in &records.flows {
        desk.flow(flow);
    }
    let stocks = stock::stocks(&mut desk);
    desk.finish(stocks)
}

impl<'a> Desk<'a> {
    fn flow(&mut self, flow: &FlowRow) {
        if flow.kind == FlowKind::Difference || flow.from.node() == flow.to.node() {
            self.note_unknown(flow);
            return;
        }
        let Some(share) = share(flow, self.question.span) else {
            return self.transit(flow);
        };
        let (inside, outside) = (self.boundary.holds(&flow.from), self.boundary.holds(&flow.to));
        let role = match (inside, outside) {
            _ if flow.kind == FlowKind::Opening => {
                if self.boundary.holds(&flow.to) {
                    Role::Opening
                } else {
                    return;
                }
            }
            (false, true) => Role::Input,
            (true, true) => Role::Internal,
            (true, false) => self.leaving(flow),
            (false, false) => {
                self.note_unknown(flow);
                return;
            }
        };
        if self.boundary.transit && flow.kind == FlowKind::Dispatch {
            return self.transit(flow);
        }
        self.add_flow(flow, role, share, false);
    }

    /// What leaves is a discharge by its stream's role, or by being water or gas.
    fn leaving(&self, flow: &FlowRow) -> Role {
        match flow.stream.as_ref().and_then(|id| self.roles.get(id)) {
            Some(StreamRole::Discharge) => Role::Discharge,
            Some(_) => Role::Output,
            None => match self.class(flow.material.as_ref()) {
                Some(MaterialClass::Water | MaterialClass::Gas) => Role::Discharge,
                _ => Role::Output,
            },
        }
    }

    /// What was shipped to a party of this system leaves the enterprise when that party received
    /// it; until then it is stock in transit, at the shipper's value (DESIGN §6).
    fn transit(&mut self, flow: &FlowRow) {
        if !self.boundary.transit
            || flow.kind != FlowKind::Dispatch
            || !self.boundary.holds(&flow.from)
        {
            return;
        }
        let span = self.question.span;
        let shipped = flow.until;
        let reception =
            flow.evidence.iter().find_map(|entry| self.records.receptions.get(entry).copied());
        let left = match reception {
            None => Some(shipped),
            Some(received) => received.map(|received| received.max(shipped)),
        };
        let before = shipped < span.from && left.is_none_or(|left| left >= span.from);
        if before {
            self.add_flow(flow, Role::Opening, Decimal::ONE, true);
        }
        if let Some(left) = left.filter(|left| *left < span.to) {
            if span.holds(left) {
                let role = self.leaving(flow);
                self.add_flow(flow, role, Decimal::ONE, false);
            }
        } else if shipped < span.to {
            self.add_flow(flow, Role::Closing, Decimal::ONE, true);
        }
    }

    fn note_unknown(&mut self, flow: &FlowRow) {
        let unknown = matches!(flow.from, End::Unknown) || matches!(flow.to, End::Unknown);
        if unknown && share(flow, self.question.span).is_some() {
            self.unknown_ends.extend(&flow.evidence);
        }
    }

    fn add_flow(&mut self, flow: &FlowRow, role: Role, share: Decimal, transit: bool) {
        let partner = [&flow.from, &flow.to].into_iter().find_map(|end| match end {
            End::Outside { party } => party.clone(),
            _ => None,
        });
        let stream_returns = flow.stream.as_ref().and_then(|id| self.roles.get(id));
        let key = TermKey {
            role,
            stream: flow.stream.clone(),
            material: flow.material.clone(),
            from: flow.from.node().filter(|_| self.boundary.holds(&flow.from)).cloned(),
            to: flow.to.node().filter(|_| self.boundary.holds(&flow.to)).cloned(),
            partner,
            returned: flow.returned || stream_returns == Some(&StreamRole::Return),
            transit,
        };
        let value = self.flow_value(flow, share);
        self.add(key, &value, &flow.evidence);
    }

    /// The value of a flow, or of the share of it that lies in the span.
    pub(super) fn flow_value(&self, flow: &FlowRow, share: Decimal) -> Value {
        let wanted = Wanted {
            batch: flow.batch,
            stream: flow.stream.as_ref(),
            material: flow.material.as_ref(),
            span: MicrosSpan { from: flow.since, to: flow.until },
        };
        let entered = flow.moisture.as_ref().and_then(|reading| reading.bounds());
        let amount = Amount {
            wet: flow.wet.map(|wet| crate::quantity::WetMass(wet.0 * share)),
            dry: flow.dry.map(|dry| DryMass(dry.0 * share)),
            volume: flow.volume.as_ref().map(|volume| volume.value() * share),
            density: flow.density.as_ref().map(DecimalText::value),
            moisture: entered.map(|bounds| bounds.middle),
        };
        let class = self.class(flow.material.as_ref());
        let (meter, class_data, own) = self.meter(flow);
        let errors = AmountErrors {
            part: format!("{}/{}", flow.owner, flow.line),
            calibration: flow.calibration.clone().unwrap_or_else(|| meter.clone()),
            meter,
            own,
            class: class_data,
        };
        let water = moisture(&self.moistures, wanted, amount.moisture);
        let source = if share == Decimal::ONE {
            flow.source
        } else {
            flow.source.max(FlowSource::Calculated)
        };
        value(&amount, water, self.contents.find(wanted), &errors, source, class)
    }

    fn meter<'f>(&self, flow: &'f FlowRow) -> (String, ClassData, &'f [crate::quantity::Component])
    where
        'a: 'f,
    {
        let known = flow.meter.as_ref().and_then(|id| self.meters.get(id));
        let name = flow.meter.as_ref().map_or_else(
            || flow.stream.as_ref().map_or("unknown".to_owned(), ToString::to_string),
            ToString::to_string,
        );
        let data = match (flow.source, known) {
            (FlowSource::Estimated, _) => defaults::ESTIMATED_AMOUNT,
            (FlowSource::Calculated, _) => defaults::CALCULATED_AMOUNT,
            (FlowSource::Measured, Some((kind, _))) => defaults::meter(*kind),
            (FlowSource::Measured, None) if flow.volume.is_some() => {
                defaults::meter(MeterKind::FlowMeter)
            }
            (FlowSource::Measured, None) if flow.kind == FlowKind::Stream => {
                defaults::meter(MeterKind::BeltScale)
            }
            (FlowSource::Measured, None) => defaults::meter(MeterKind::Weighbridge),
        };
        let own = if flow.uncertainty.is_empty() {
            known.map_or(&[][..], |(_, components)| components)
        } else {
            &flow.uncertainty
        };
        (name, data, own)
    }

    pub(super) fn class(&self, material: Option<&MaterialId>) -> Option<MaterialClass> {
        self.contents.material(material).map(|record| record.class)
    }

    /// Adds a part to its line.
    pub(super) fn add(&mut self, key: TermKey, value: &Value, evidence: &[EntryId]) {
        if let (Err(lack), true) = (&value.figure, key.role != Role::Internal) {
            let stream = key.stream.as_ref().map(ToString::to_string);
            let of = stream.or_else(|| key.material.as_ref().map(ToString::to_string));
            *self.gaps.entry((*lack, of.unwrap_or_default())).or_default() += 1;
        }
        let line = self.lines.entry(key).or_default();
        line.count += 1;
        line.evidence.extend(evidence);
        line.dry += value.dry.unwrap_or_default();
        line.volume += value.volume.unwrap_or_default();
        match &value.figure {
            Ok(figure) => {
                line.substance += figure.grams;
                line.range.0 += figure.range.0;
                line.range.1 += figure.range.1;
                line.spread.add_scaled(&figure.spread, 1.0);
                *line.by_quality.entry(figure.quality).or_default() += figure.grams;
                line.evidence.extend(&figure.evidence);
            }
            Err(_) => line.missing += 1,
        }
    }

    fn finish(self, stocks: stock::Stocks) -> Balance {
        let mut grams = Totals::<SubstanceMass>::default();
        let mut dry = Totals::<DryMass>::default();
        let mut spread = Spread::new();
        let mut range = (SubstanceMass::ZERO, SubstanceMass::ZERO);
        for (key, line) in &self.lines {
            grams.add(key.role, line.substance);
            match key.role.sign() {
                sign if sign > 0.0 => range = (range.0 + line.range.0, range.1 + line.range.1),
                sign if sign < 0.0 => range = (range.0 - line.range.1, range.1 - line.range.0),
                _ => {}
            }
            dry.add(key.role, line.dry);
            spread.add_scaled(&line.spread, key.role.sign());
        }
        grams.close();
        dry.close();
        let change = grams.closing - grams.opening;
        let closure_percent = (grams.input != SubstanceMass::ZERO).then(|| {
            let found = grams.output + grams.discharge + change;
            found.0 / grams.input.0 * Decimal::ONE_HUNDRED
        });
        let coverage = self.coverage();
        let causes = self.causes(&stocks, &coverage);
        let terms: Vec<Term> = self.lines.into_iter().map(|(key, line)| term(key, line)).collect();
        let graph = graph::graph(&terms, &self.question.scope);
        Balance {
            scope: self.question.scope.clone(),
            span: self.question.span,
            substance: self.question.substance.clone(),
            nodes: self.boundary.nodes().cloned().collect(),
            grams,
            dry,
            unaccounted_range: range,
            sigma_grams: spread.sigma(),
            closure_percent,
            coverage,
            stock_measured: stocks.measured(),
            error_sources: spread
                .shares()
                .into_iter()
                .take(ERROR_SOURCES_MAX)
                .map(|(key, share)| (key.to_owned(), share))
                .collect(),
            causes,
            graph,
            terms,
        }
    }

    fn coverage(&self) -> Coverage {
        let mut by_quality: BTreeMap<Quality, Decimal> = BTreeMap::new();
        let mut missing = 0;
        let boundary = self.lines.iter().filter(|(key, _)| key.role != Role::Internal);
        for (_, line) in boundary {
            missing += line.missing;
            for (quality, grams) in &line.by_quality {
                *by_quality.entry(*quality).or_default() += grams.0.abs();
            }
        }
        let turnover: Decimal = by_quality.values().sum();
        let percent = |grams: Decimal| grams / turnover * Decimal::ONE_HUNDRED;
        by_quality.retain(|_, grams| !grams.is_zero());
        let percent = by_quality.into_iter().map(|(q, grams)| (q, percent(grams))).collect();
        Coverage { percent, missing }
    }

    fn causes(&self, stocks: &stock::Stocks, coverage: &Coverage) -> Vec<Cause> {
        let mut causes = Vec::new();
        let transit: Vec<_> =
            self.lines.iter().filter(|(key, _)| key.transit && key.role == Role::Closing).collect();
        if !transit.is_empty() {
            causes.push(Cause::InTransit {
                grams: transit.iter().map(|(_, line)| line.substance).sum(),
                entries: transit.iter().flat_map(|(_, line)| line.evidence.clone()).collect(),
            });
        }
        causes.extend(stocks.causes());
        for ((what, of), count) in &self.gaps {
            let (what, of, count) = (*what, of.clone(), *count);
            causes.push(Cause::MissingContent { what, of, count });
        }
        if let Some(percent) = coverage.percent.get(&Quality::Estimated) {
            causes.push(Cause::Estimates { percent: *percent });
        }
        if !self.unknown_ends.is_empty() {
            let entries = self.unknown_ends.iter().copied().collect();
            causes.push(Cause::UnknownEnds { entries });
        }
        causes
    }
}

/// Error sources that a balance names.
const ERROR_SOURCES_MAX: usize = 20;

/// Share of a flow that lies in a span: all or nothing for a moment, by time for a flow report.
fn share(flow: &FlowRow, span: MicrosSpan) -> Option<Decimal> {
    if flow.since == flow.until {
        return span.holds(flow.until).then_some(Decimal::ONE);
    }
    let own = MicrosSpan { from: flow.since, to: flow.until };
    match own.overlap(&span) {
        0 => None,
        overlap if overlap == own.length() => Some(Decimal::ONE),
        overlap => Some(Decimal::from(overlap) / Decimal::from(own.length())),
    }
}

fn term(key: TermKey, line: Line) -> Term {
    Term {
        role: key.role,
        stream: key.stream,
        material: key.material,
        from: key.from,
        to: key.to,
        partner: key.partner,
        returned: key.returned,
        transit: key.transit,
        count: line.count,
        dry: line.dry,
        volume: line.volume,
        substance: line.substance,
        range: line.range,
        sigma_grams: line.spread.sigma(),
        missing: line.missing,
        by_quality: line.by_quality,
        evidence: line.evidence.into_iter().collect(),
    }
}

impl Role {
    /// Sign of a term in the unaccounted figure.
    fn sign(self) -> f64 {
        match self {
            Self::Opening | Self::Input => 1.0,
            Self::Output | Self::Discharge | Self::Closing => -1.0,
            Self::Internal => 0.0,
        }
    }
}

impl<T> Totals<T>
where
    T: Copy + std::ops::AddAssign + std::ops::Add<Output = T> + std::ops::Sub<Output = T>,
{
    fn add(&mut self, role: Role, amount: T) {
        match role {
            Role::Opening => self.opening += amount,
            Role::Input => self.input += amount,
            Role::Output => self.output += amount,
            Role::Discharge => self.discharge += amount,
            Role::Closing => self.closing += amount,
            Role::Internal => {}
        }
    }

    fn close(&mut self) {
        self.unaccounted = self.opening + self.input - self.output - self.discharge - self.closing;
    }
}

/// Whether a scope is one node: its own picture needs no inner nodes.
pub(super) fn is_node(scope: &Scope) -> bool {
    matches!(scope, Scope::Node(_))
}
