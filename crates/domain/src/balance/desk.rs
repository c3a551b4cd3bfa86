//! The desk of a balance: each flow is put into its line, valued as it stands.
//!
//! A flow counts by its share of the span and by which side of the fence its ends lie on; what was
//! shipped to a party of this system stays with the shipper until received.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::boundary::{Boundary, Question};
use super::content::{Contents, Wanted};
use super::defaults::{self, ClassData};
use super::value::{Amount, AmountErrors, Inputs, Value, moisture};
use super::{Missing, Quality, Records, Role, Rung};
use crate::event::{FlowSource, Master, MaterialClass, MeterKind, StreamRole};
use crate::ids::{Analyte, EntryId, MaterialId, MeterId, NodeId, PartyId, StreamId};
use crate::project::{End, FlowKind, FlowRow};
use crate::quantity::{Component, DecimalText, DryMass, Spread, SubstanceMass, WetMass};
use crate::time::{Micros, MicrosSpan};

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
    pub(super) meters: BTreeMap<&'a MeterId, (MeterKind, &'a [Component])>,
    pub(super) roles: BTreeMap<&'a StreamId, StreamRole>,
    pub(super) lines: BTreeMap<TermKey, Line>,
    pub(super) gaps: BTreeMap<(Missing, String), u64>,
    pub(super) unknown_ends: BTreeSet<EntryId>,
}

/// The sums of a line of the table.
#[derive(Default)]
pub(super) struct Line {
    pub(super) count: u64,
    pub(super) dry: DryMass,
    pub(super) volume: Decimal,
    pub(super) substance: SubstanceMass,
    pub(super) range: (SubstanceMass, SubstanceMass),
    pub(super) spread: Spread,
    pub(super) missing: u64,
    pub(super) by_quality: BTreeMap<Quality, SubstanceMass>,
    pub(super) by_rung: BTreeMap<Rung, (SubstanceMass, Spread)>,
    pub(super) evidence: BTreeSet<EntryId>,
}

impl<'a> Desk<'a> {
    /// An empty desk over the records.
    pub(super) fn new(records: &'a Records, question: &'a Question) -> Self {
        let water = "moisture".parse::<Analyte>().expect("a name");
        let mut desk = Self {
            boundary: Boundary::of(records, &question.scope),
            contents: Contents::of(records, &question.substance),
            moistures: Contents::of(records, &water),
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
        desk
    }

    /// Puts a flow where it belongs, if it belongs to this balance.
    pub(super) fn flow(&mut self, flow: &FlowRow) {
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
        let left = self.left(flow);
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

    /// When a dispatch was received, by a party of this system, or left for one beyond it; `None`
    /// while it is on its way.
    pub(super) fn left(&self, flow: &FlowRow) -> Option<Micros> {
        let shipped = flow.until;
        let known =
            flow.evidence.iter().find_map(|entry| self.records.receptions.get(entry).copied());
        match known {
            None => Some(shipped),
            Some(received) => received.map(|received| received.max(shipped)),
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
        let key = TermKey {
            role,
            stream: flow.stream.clone(),
            material: flow.material.clone(),
            from: flow.from.node().filter(|_| self.boundary.holds(&flow.from)).cloned(),
            to: flow.to.node().filter(|_| self.boundary.holds(&flow.to)).cloned(),
            partner,
            returned: self.returns(flow),
            transit,
        };
        let value = self.flow_value(flow, share);
        self.add(key, &value, &flow.evidence);
    }

    /// Whether a flow goes back into the process, by itself or by its stream's role.
    pub(super) fn returns(&self, flow: &FlowRow) -> bool {
        let role = flow.stream.as_ref().and_then(|id| self.roles.get(id));
        flow.returned || role == Some(&StreamRole::Return)
    }

    /// The value of a flow, or of the share of it that lies in the span.
    pub(super) fn flow_value(&self, flow: &FlowRow, share: Decimal) -> Value {
        self.flow_inputs(flow, share).value()
    }

    /// What a flow, or a share of it, is valued from.
    pub(super) fn flow_inputs<'f>(&self, flow: &'f FlowRow, share: Decimal) -> Inputs<'f>
    where
        'a: 'f,
    {
        let wanted = Wanted {
            batch: flow.batch,
            stream: flow.stream.as_ref(),
            material: flow.material.as_ref(),
            span: MicrosSpan { from: flow.since, to: flow.until },
        };
        let entered = flow.moisture.as_ref().and_then(|reading| reading.bounds());
        let amount = Amount {
            wet: flow.wet.map(|wet| WetMass(wet.0 * share)),
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
        let moisture = moisture(&self.moistures, wanted, amount.moisture);
        let source = if share == Decimal::ONE {
            flow.source
        } else {
            flow.source.max(FlowSource::Calculated)
        };
        let content = self.contents.find(wanted);
        Inputs { amount, moisture, content, errors, source, class }
    }

    fn meter<'f>(&self, flow: &'f FlowRow) -> (String, ClassData, &'f [Component])
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
                let (grams, spread) = line.by_rung.entry(figure.rung).or_default();
                *grams += figure.grams;
                spread.add_scaled(&figure.content_spread, 1.0);
                line.evidence.extend(&figure.evidence);
            }
            Err(_) => line.missing += 1,
        }
    }
}

/// Share of a flow that lies in a span: all or nothing for a moment, by time for a flow report.
pub(super) fn share(flow: &FlowRow, span: MicrosSpan) -> Option<Decimal> {
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
