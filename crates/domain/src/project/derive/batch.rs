//! A batch: the fold over its facts, the flows it gives, what is left of it.
//!
//! The mass that counts is the last effective weighing, else the registration's; every taking is
//! measured against it in log order. What "all" closes beyond the weighed amount is a difference
//! within the node, never a flow over a fence.

use rust_decimal::Decimal;

use super::flows::replace_flows;
use super::task::{clear, flag_once};
use super::{counting, place_end, run};
use crate::event::{
    BatchRegister, BatchWeigh, Body, FlowSource, HandoverDispatch, Origin, RunClose, Take,
};
use crate::ids::{BatchId, EntryId};
use crate::project::books::{Books, Fact};
use crate::project::object::Object;
use crate::project::rows::{BatchRow, BatchState, End, FlowKind, FlowRow, Row, RowKey, Table};
use crate::project::verdict::Verdict;
use crate::quantity::{Component, DryMass, Mass, Moisture, Reading, WetMass};

/// Derives the row, flows and tasks of a batch anew from its facts.
pub(in crate::project) fn derive_batch<B: Books>(
    books: &mut B,
    id: BatchId,
) -> Result<BatchRow, B::Error> {
    let object = Object::Batch(id);
    let facts = counting(books, &object)?;
    let mut fold = Fold::begin(id, &facts);
    if let Some(register) = &fold.register {
        let code = register.code.clone();
        if let Some(code) = code {
            let owner = match books.row(&RowKey::new(Table::Code, code.as_str()))? {
                Some(Row::Code(row)) => Some(row.owner),
                _ => None,
            };
            fold.row.code_taken = owner.is_some_and(|owner| owner != id.entry());
            fold.row.code = (!fold.row.code_taken).then_some(code);
        }
    }
    fold.begin_flow(books, &facts)?;
    for (fact, body) in &facts {
        fold.step(books, fact, body)?;
    }
    let (row, flows, overdrawn) = fold.finish();
    replace_flows(books, id.entry(), flows)?;
    set_tasks(books, &object, &row, overdrawn)?;
    books.put(Row::Batch(row.clone()))?;
    Ok(row)
}

fn set_tasks<B: Books>(
    books: &mut B,
    object: &Object,
    row: &BatchRow,
    overdrawn: Option<(EntryId, i64)>,
) -> Result<(), B::Error> {
    match (overdrawn, row.left) {
        (Some((entry, since)), Some(left)) => {
            let detail = vec![("grams".to_owned(), left.0.normalize().to_string())];
            flag_once(books, object, Verdict::Overdraw, entry, since, detail)?;
        }
        _ => clear(books, object, Verdict::Overdraw)?,
    }
    if row.code_taken {
        let since = row.registered_at.unwrap_or_default();
        flag_once(books, object, Verdict::CodeTaken, row.id.entry(), since, Vec::new())
    } else {
        clear(books, object, Verdict::CodeTaken)
    }
}

/// How the mass that counts was measured.
#[derive(Clone)]
struct Measured {
    mass: Mass,
    meter: Option<crate::ids::MeterId>,
    calibration: Option<String>,
    uncertainty: Vec<Component>,
    evidence: EntryId,
}

struct Fold {
    row: BatchRow,
    register: Option<BatchRegister>,
    measured: Option<Measured>,
    flows: Vec<FlowRow>,
    here: End,
    overdrawn: Option<(EntryId, i64)>,
}

impl Fold {
    fn begin(id: BatchId, facts: &[(Fact, Body)]) -> Self {
        let mut fold = Self {
            row: BatchRow {
                id,
                code: None,
                code_taken: false,
                material: None,
                origin: None,
                node: None,
                place: None,
                supplier: None,
                registered_at: None,
                wet: None,
                left: None,
                moisture: None,
                state: BatchState::Missing,
                run: None,
                parents: Vec::new(),
                ticket: None,
            },
            register: None,
            measured: None,
            flows: Vec::new(),
            here: End::Unknown,
            overdrawn: None,
        };
        for (fact, body) in facts {
            match body {
                Body::BatchRegister(register) if fact.id == id.entry() => {
                    fold.read_register(fact, register);
                }
                Body::BatchWeigh(weigh) if weigh.batch == id => fold.read_weighing(fact, weigh),
                Body::RunClose(close) => fold.read_run(fact, close),
                Body::HandoverReceive(receive) if fold.measured.is_none() => {
                    let line = receive.lines.iter().find(|line| line.batch == Some(id));
                    if let Some(line) = line {
                        fold.measured = Some(Measured {
                            mass: line.mass.clone(),
                            meter: None,
                            calibration: None,
                            uncertainty: line.uncertainty.clone(),
                            evidence: fact.id,
                        });
                    }
                }
                _ => {}
            }
        }
        fold.settle_mass();
        fold
    }

    fn read_register(&mut self, fact: &Fact, register: &BatchRegister) {
        let row = &mut self.row;
        row.material = Some(register.material.clone());
        row.origin = Some(register.origin);
        row.node = Some(register.location.node.clone());
        row.place.clone_from(&register.location.place);
        row.supplier.clone_from(&register.supplier);
        row.registered_at = Some(fact.observed_at);
        row.parents.clone_from(&register.parents);
        row.state = BatchState::Open;
        if let Some(ticket) = &register.ticket {
            row.ticket = Some(ticket.number.clone());
        }
        if row.moisture.is_none() {
            row.moisture.clone_from(&register.moisture);
        }
        self.here = End::Held {
            node: register.location.node.clone(),
            place: register.location.place.clone(),
        };
        if let (None, Some(mass)) = (&self.measured, &register.mass) {
            self.measured = Some(Measured {
                mass: mass.clone(),
                meter: None,
                calibration: None,
                uncertainty: register.uncertainty.clone(),
                evidence: fact.id,
            });
        }
        self.register = Some(register.clone());
    }

    fn read_weighing(&mut self, fact: &Fact, weigh: &BatchWeigh) {
        if let Some(ticket) = &weigh.ticket {
            self.row.ticket = Some(ticket.number.clone());
        }
        if weigh.moisture.is_some() {
            self.row.moisture.clone_from(&weigh.moisture);
        }
        self.measured = Some(Measured {
            mass: weigh.net.clone(),
            meter: weigh.meter.clone(),
            calibration: weigh.calibration.clone(),
            uncertainty: weigh.uncertainty.clone(),
            evidence: fact.id,
        });
    }

    fn read_run(&mut self, fact: &Fact, close: &RunClose) {
        let made = close.outputs.iter().find(|output| output.batch == self.row.id);
        let Some(made) = made else {
            return;
        };
        self.row.run = Some(close.run);
        if let (None, Some(mass)) = (&self.measured, &made.mass) {
            self.measured = Some(Measured {
                mass: mass.clone(),
                meter: None,
                calibration: None,
                uncertainty: Vec::new(),
                evidence: fact.id,
            });
        }
    }

    fn settle_mass(&mut self) {
        let moisture = percent(self.row.moisture.as_ref());
        self.row.wet = self.measured.as_ref().and_then(|m| m.mass.wetted(moisture));
        self.row.left = self.row.wet;
    }

    /// The flow by which the batch came to be.
    fn begin_flow<B: Books>(
        &mut self,
        books: &mut B,
        facts: &[(Fact, Body)],
    ) -> Result<(), B::Error> {
        let Some(register) = self.register.clone() else {
            return Ok(());
        };
        let node = register.location.node.clone();
        let made_in = match self.row.run {
            Some(id) => run(books, id)?.and_then(|run| run.node).unwrap_or(node),
            None => node,
        };
        let (kind, from) = match register.origin {
            Origin::Arrival => {
                (FlowKind::Arrival, End::Outside { party: register.supplier.clone() })
            }
            Origin::Opening => (FlowKind::Opening, End::Opening),
            Origin::Production => (FlowKind::Produce, End::Process { node: made_in }),
            Origin::Split | Origin::Blend => (FlowKind::Relabel, End::Process { node: made_in }),
        };
        let to = self.here.clone();
        let fact = facts.iter().map(|(fact, _)| fact).find(|f| f.id == self.row.id.entry());
        if let Some(fact) = fact {
            let wet = self.row.wet;
            self.flow(fact, kind, from, to, wet);
            let returned = facts.iter().any(|(_, body)| match body {
                Body::RunClose(close) => {
                    close.outputs.iter().any(|o| o.batch == self.row.id && o.returned)
                }
                _ => false,
            });
            if let Some(flow) = self.flows.last_mut() {
                flow.stream = register.stream.clone();
                flow.returned = returned;
                if let Some(Measured { mass, evidence, .. }) = &self.measured {
                    flow.dry = mass.dry(None);
                    if *evidence != fact.id {
                        flow.evidence.push(*evidence);
                    }
                }
            }
        }
        Ok(())
    }

    fn step<B: Books>(&mut self, books: &mut B, fact: &Fact, body: &Body) -> Result<(), B::Error> {
        let id = self.row.id;
        match body {
            Body::BatchMove(b) => {
                let to = End::Held { node: b.to.node.clone(), place: b.to.place.clone() };
                self.relocate(fact, to, b.stream.clone());
            }
            Body::WasteStore(b) => {
                let to = place_end(books, &b.place)?;
                self.relocate(fact, to, None);
            }
            Body::StorePut(b) => {
                let to = place_end(books, &b.place)?;
                self.take(fact, FlowKind::Put, to, &b.portion.amount);
            }
            Body::BatchSplit(b) if b.batch == id => {
                for part in &b.parts {
                    let to = self.same_node();
                    self.take(fact, FlowKind::Relabel, to, &part.amount);
                }
            }
            Body::BatchBlend(b) => {
                for part in b.inputs.iter().filter(|part| part.batch == id) {
                    let to = self.same_node();
                    self.take(fact, FlowKind::Relabel, to, &part.amount);
                }
            }
            Body::RunStart(b) => {
                for part in b.inputs.iter().filter(|part| part.batch == id) {
                    let to = End::Process { node: b.node.clone() };
                    self.take(fact, FlowKind::Consume, to, &part.amount);
                }
            }
            Body::RunClose(b) => {
                for part in b.inputs.iter().filter(|part| part.batch == id) {
                    let node = run(books, b.run)?.and_then(|run| run.node);
                    let to = node.map_or(End::Unknown, |node| End::Process { node });
                    self.take(fact, FlowKind::Consume, to, &part.amount);
                }
            }
            Body::HandoverDispatch(b) => self.dispatch(fact, b),
            Body::WasteDispose(b) => {
                let to = End::Outside { party: None };
                self.take(fact, FlowKind::Dispose, to, &b.portion.amount);
            }
            Body::BatchVoid(_) => self.row.state = BatchState::Void,
            _ => {}
        }
        Ok(())
    }

    fn same_node(&self) -> End {
        self.here.node().map_or(End::Unknown, |node| End::Process { node: node.clone() })
    }

    fn relocate(&mut self, fact: &Fact, to: End, stream: Option<crate::ids::StreamId>) {
        let from = std::mem::replace(&mut self.here, to.clone());
        if from != to {
            let left = self.row.left;
            self.flow(fact, FlowKind::Move, from, to.clone(), left);
            if let Some(flow) = self.flows.last_mut() {
                flow.stream = stream;
            }
        }
        if let End::Held { node, place } = to {
            self.row.node = Some(node);
            self.row.place = place;
        }
    }

    fn take(&mut self, fact: &Fact, kind: FlowKind, to: End, amount: &Take) {
        let moisture = percent(self.row.moisture.as_ref());
        let (wet, closes) = match amount {
            Take::All => (self.row.left.map(|left| left.max(WetMass::ZERO)), true),
            Take::Part { mass } => (mass.wetted(moisture), false),
        };
        let from = self.here.clone();
        self.flow(fact, kind, from, to, wet);
        self.reduce(fact, wet, closes);
    }

    fn reduce(&mut self, fact: &Fact, wet: Option<WetMass>, closes: bool) {
        if let (Some(left), Some(wet)) = (self.row.left, wet) {
            let after = left - wet;
            self.row.left = Some(after);
            if after < WetMass::ZERO && self.overdrawn.is_none() {
                self.overdrawn = Some((fact.id, fact.observed_at));
            }
        }
        let empty = self.row.left.is_some_and(|left| left <= WetMass::ZERO);
        if (closes || empty) && self.row.state == BatchState::Open {
            self.row.state = BatchState::Closed;
        }
    }

    fn dispatch(&mut self, fact: &Fact, dispatch: &HandoverDispatch) {
        for line in &dispatch.lines {
            let Some(portion) = line.portion.as_ref().filter(|p| p.batch == self.row.id) else {
                continue;
            };
            let reading = line.moisture.as_ref().or(self.row.moisture.as_ref());
            let shipped = line.mass.wetted(percent(reading));
            let from = self.here.clone();
            let to = End::Outside { party: dispatch.to.clone() };
            self.flow(fact, FlowKind::Dispatch, from, to, shipped);
            if let Some(flow) = self.flows.last_mut() {
                flow.dry = line.mass.dry(None);
                flow.uncertainty.clone_from(&line.uncertainty);
                if line.moisture.is_some() {
                    flow.moisture.clone_from(&line.moisture);
                }
            }
            let closes = portion.amount == Take::All;
            if let (true, Some(left), Some(shipped)) = (closes, self.row.left, shipped) {
                let difference = left - shipped;
                if difference != WetMass::ZERO {
                    let (from, to) = (self.here.clone(), self.same_node());
                    self.flow(fact, FlowKind::Difference, from, to, Some(difference));
                }
                self.row.left = Some(shipped);
            }
            self.reduce(fact, shipped, closes);
        }
    }

    fn flow(&mut self, fact: &Fact, kind: FlowKind, from: End, to: End, wet: Option<WetMass>) {
        let measured = self.measured.clone();
        self.flows.push(FlowRow {
            owner: self.row.id.entry(),
            line: 0,
            kind,
            from,
            to,
            stream: None,
            material: self.row.material.clone(),
            batch: Some(self.row.id),
            since: fact.observed_at,
            until: fact.observed_at,
            wet,
            dry: None::<DryMass>,
            volume: None,
            moisture: self.row.moisture.clone(),
            density: None,
            source: FlowSource::Measured,
            returned: false,
            meter: measured.as_ref().and_then(|m| m.meter.clone()),
            calibration: measured.as_ref().and_then(|m| m.calibration.clone()),
            uncertainty: measured.map(|m| m.uncertainty).unwrap_or_default(),
            evidence: vec![fact.id],
        });
    }

    fn finish(mut self) -> (BatchRow, Vec<FlowRow>, Option<(EntryId, i64)>) {
        if self.row.state == BatchState::Void {
            self.flows.clear();
            self.overdrawn = None;
        }
        // An early overdraw that a later, higher weighing covers is none.
        if self.row.left.is_none_or(|left| left >= WetMass::ZERO) {
            self.overdrawn = None;
        }
        (self.row, self.flows, self.overdrawn)
    }
}

/// A moisture in per cent as a share, when it is a usable figure.
fn percent(reading: Option<&Reading>) -> Option<Moisture> {
    let middle: Decimal = reading?.bounds()?.middle;
    Moisture::from_percent(middle).ok()
}
