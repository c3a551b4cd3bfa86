//! The fold of a batch: each fact in log order moves it, takes from it or ends it.

mod stand;

use super::mass::measured;
use crate::event::{BatchRegister, Body, FlowSource, HandoverDispatch, Portion, Take};
use crate::ids::{BatchId, EntryId, StreamId};
use crate::project::books::{Books, Fact};
use crate::project::derive::{amount, place_end, run};
use crate::project::rows::{BatchRow, BatchState, End, FlowKind, FlowRow, Measured};
use crate::quantity::{DryMass, Mass, Reading, WetMass};
use crate::time::Micros;

/// An entry and when it happened: one that took more than there was, one that gave a flow.
pub(super) type At = (EntryId, Micros);

pub(super) struct Fold {
    pub(super) row: BatchRow,
    pub(super) register: Option<BatchRegister>,
    /// A run gave it back to the process.
    pub(super) returned: bool,
    measured: Option<Measured>,
    /// The mass is known dry and no moisture is: amounts are booked as they are, as dry mass.
    dry_only: bool,
    /// Flows of the facts that were stepped over here.
    pub(super) flows: Vec<FlowRow>,
    here: End,
    overdrawn: Option<At>,
}

/// The flow by which a registered batch came to be, before its mass is known.
pub(super) struct Beginning {
    pub(super) at: Micros,
    pub(super) kind: FlowKind,
    pub(super) from: End,
    pub(super) to: End,
    pub(super) stream: Option<StreamId>,
    pub(super) returned: bool,
}

impl Fold {
    pub(super) fn begin(id: BatchId, facts: &[(Fact, Body)]) -> Self {
        let mut fold = Self {
            row: empty(id),
            register: None,
            returned: false,
            measured: None,
            dry_only: false,
            flows: Vec::new(),
            here: End::Unknown,
            overdrawn: None,
        };
        for (fact, body) in facts {
            fold.read(fact, body);
        }
        fold.settle_mass();
        fold.row.left = fold.row.wet;
        fold
    }

    /// Reads what a fact says about the batch as a whole, whatever was taken before; tells whether
    /// it says anything.
    pub(super) fn read(&mut self, fact: &Fact, body: &Body) -> bool {
        let id = self.row.id;
        let said = measured(id, fact, body);
        if said.as_ref().is_some_and(|said| {
            self.measured.as_ref().is_none_or(|measured| measured.rank <= said.rank)
        }) {
            self.measured = said;
        }
        match body {
            Body::BatchRegister(register) if fact.id == id.entry() => {
                self.read_register(fact, register);
            }
            Body::BatchWeigh(weigh) => {
                if let Some(ticket) = &weigh.ticket {
                    self.row.ticket = Some(ticket.number.clone());
                }
                if weigh.moisture.is_some() {
                    self.row.moisture.clone_from(&weigh.moisture);
                }
            }
            Body::RunClose(close) => {
                let mut outputs = close.outputs.iter().filter(|o| o.batch == id).peekable();
                if outputs.peek().is_none() {
                    return false;
                }
                self.row.run = Some(close.run);
                self.returned |= outputs.any(|output| output.returned);
            }
            Body::HandoverReceive(_) => {}
            _ => return false,
        }
        true
    }

    /// What a weighing said stands, whichever of the two came first.
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
        if row.ticket.is_none() {
            row.ticket = register.ticket.as_ref().map(|ticket| ticket.number.clone());
        }
        if row.moisture.is_none() {
            row.moisture.clone_from(&register.moisture);
        }
        let (node, place) = (register.location.node.clone(), register.location.place.clone());
        self.here = End::Held { node, place };
        self.register = Some(register.clone());
    }

    pub(super) fn settle_mass(&mut self) {
        let moisture = amount::percent(self.row.moisture.as_ref());
        if let Some(Measured { mass, .. }) = &self.measured {
            self.dry_only = amount::wet(mass, moisture).is_none();
            self.row.wet = amount::wet_or_as_is(mass, moisture);
        }
    }

    pub(super) fn first_flow(&self, beginning: Beginning) -> FlowRow {
        let Beginning { at, kind, from, to, stream, returned } = beginning;
        let register = self.row.id.entry();
        let mut flow = self.flow((register, at), kind, from, to, self.row.wet);
        flow.stream = stream;
        flow.returned = returned;
        if let Some(Measured { mass, evidence, .. }) = &self.measured {
            flow.dry = amount::dry(mass);
            if *evidence != register {
                flow.evidence.push(*evidence);
            }
        }
        flow
    }

    pub(super) fn step<B: Books>(
        &mut self,
        books: &mut B,
        fact: &Fact,
        body: &Body,
    ) -> Result<(), B::Error> {
        match body {
            Body::BatchMove(b) => {
                let to = End::Held { node: b.to.node.clone(), place: b.to.place.clone() };
                self.relocate(fact, to, b.stream.clone());
            }
            Body::WasteStore(b) => {
                let to = place_end(books, fact.index, &b.place)?;
                self.relocate(fact, to, None);
            }
            Body::StorePut(b) => {
                let to = place_end(books, fact.index, &b.place)?;
                self.take(fact, FlowKind::Put, &to, &b.portion.amount);
            }
            Body::BatchSplit(b) if b.batch == self.row.id => {
                for part in &b.parts {
                    self.take(fact, FlowKind::Relabel, &self.same_node(), &part.amount);
                }
            }
            Body::BatchBlend(b) => {
                self.take_all(fact, FlowKind::Relabel, &self.same_node(), &b.inputs);
            }
            Body::RunStart(b) => {
                let to = End::Process { node: b.node.clone() };
                self.take_all(fact, FlowKind::Consume, &to, &b.inputs);
            }
            Body::RunClose(b) => {
                let node = run(books, b.run)?.and_then(|run| run.node);
                let to = node.map_or(End::Unknown, |node| End::Process { node });
                self.take_all(fact, FlowKind::Consume, &to, &b.inputs);
            }
            Body::HandoverDispatch(b) => self.dispatch(fact, b),
            Body::WasteDispose(b) => {
                let to = End::Outside { party: None };
                self.take(fact, FlowKind::Dispose, &to, &b.portion.amount);
            }
            Body::BatchVoid(_) => self.row.state = BatchState::Void,
            _ => {}
        }
        Ok(())
    }

    fn same_node(&self) -> End {
        self.here.node().map_or(End::Unknown, |node| End::Process { node: node.clone() })
    }

    fn relocate(&mut self, fact: &Fact, to: End, stream: Option<StreamId>) {
        let from = std::mem::replace(&mut self.here, to.clone());
        if from != to {
            let mut flow = self.flow(
                (fact.id, fact.observed_at),
                FlowKind::Move,
                from,
                to.clone(),
                self.row.left,
            );
            flow.stream = stream;
            self.flows.push(flow);
        }
        if let End::Held { node, place } = to {
            self.row.node = Some(node);
            self.row.place = place;
        }
    }

    /// Takes the portions that are of this batch.
    fn take_all(&mut self, fact: &Fact, kind: FlowKind, to: &End, portions: &[Portion]) {
        let id = self.row.id;
        for portion in portions.iter().filter(|portion| portion.batch == id) {
            self.take(fact, kind, to, &portion.amount);
        }
    }

    fn take(&mut self, fact: &Fact, kind: FlowKind, to: &End, amount: &Take) {
        let (mass, closes) = match amount {
            Take::All => (self.row.left.map(|left| left.max(WetMass::ZERO)), true),
            Take::Part { mass } => (self.booked(mass, self.row.moisture.as_ref()), false),
        };
        let flow =
            self.flow((fact.id, fact.observed_at), kind, self.here.clone(), to.clone(), mass);
        self.flows.push(flow);
        self.reduce(fact, mass, closes);
    }

    /// A mass on the basis on which the batch is kept.
    fn booked(&self, mass: &Mass, moisture: Option<&Reading>) -> Option<WetMass> {
        let moisture = amount::percent(moisture);
        if self.dry_only {
            amount::dry_or_as_is(mass, moisture).map(|dry| WetMass(dry.0))
        } else {
            amount::wet_or_as_is(mass, moisture)
        }
    }

    fn reduce(&mut self, fact: &Fact, mass: Option<WetMass>, closes: bool) {
        if let (Some(left), Some(mass)) = (self.row.left, mass) {
            let after = left - mass;
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
            let shipped = self.booked(&line.mass, reading);
            let to = End::Outside { party: dispatch.to.clone() };
            let from = self.here.clone();
            let mut flow = self.flow(
                (fact.id, fact.observed_at),
                FlowKind::Dispatch,
                from.clone(),
                to,
                shipped,
            );
            flow.dry = flow.dry.or_else(|| amount::dry(&line.mass));
            flow.uncertainty.clone_from(&line.uncertainty);
            if line.moisture.is_some() {
                flow.moisture.clone_from(&line.moisture);
            }
            self.flows.push(flow);
            let closes = portion.amount == Take::All;
            if let (true, Some(left), Some(shipped)) = (closes, self.row.left, shipped) {
                let difference = left - shipped;
                if difference != WetMass::ZERO {
                    let to = self.same_node();
                    let flow = self.flow(
                        (fact.id, fact.observed_at),
                        FlowKind::Difference,
                        from,
                        to,
                        Some(difference),
                    );
                    self.flows.push(flow);
                }
                self.row.left = Some(shipped);
            }
            self.reduce(fact, shipped, closes);
        }
    }

    fn flow(
        &self,
        (entry, at): At,
        kind: FlowKind,
        from: End,
        to: End,
        mass: Option<WetMass>,
    ) -> FlowRow {
        let basis = self.basis();
        FlowRow {
            owner: self.row.id.entry(),
            line: 0,
            kind,
            from,
            to,
            stream: None,
            material: self.row.material.clone(),
            batch: Some(self.row.id),
            since: at,
            until: at,
            wet: mass.filter(|_| !basis.dry_only),
            dry: mass.filter(|_| basis.dry_only).map(|mass| DryMass(mass.0)),
            volume: None,
            moisture: basis.moisture,
            density: None,
            source: FlowSource::Measured,
            returned: false,
            meter: basis.meter,
            calibration: basis.calibration,
            uncertainty: basis.uncertainty,
            evidence: vec![entry],
        }
    }

    /// The batch as it is now, the flows of the facts that were stepped over, and an overdraw that
    /// counts: an early one that a later, higher weighing covers is none.
    pub(super) fn finish(mut self) -> (BatchRow, Vec<FlowRow>, Option<At>) {
        let void = self.row.state == BatchState::Void;
        if void {
            self.flows.clear();
        }
        let covered = self.row.left.is_none_or(|left| left >= WetMass::ZERO);
        (self.row, self.flows, self.overdrawn.filter(|_| !void && !covered))
    }
}

fn empty(id: BatchId) -> BatchRow {
    BatchRow {
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
    }
}
