//! The form of the receiver's half: what came of each line, where it was unloaded, the decision.
//!
//! Each accepted line becomes a batch of the receiver's own, linked to the shipper's half, so that
//! what arrived is in the books at the receiver's value.

use serde::Deserialize;
use tl_domain::code::Code;
use tl_domain::event::{
    BatchRegister, Decision, DispatchLine, EntryRef, HandoverReceive, Location, Origin, ReceiveLine,
};
use tl_domain::ids::{BatchId, MaterialId, PartyId};
use tl_domain::project::HandoverRow;
use tl_domain::quantity::Mass;

use super::super::capture::{
    Capture, form_sheet, location, location_choices, material_choices, new_form,
};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind, Form};
use super::super::sheet::Sheet;
use super::super::story;
use super::super::typed::Typed;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::{RecordBatch, RecordHandover};
use crate::error::Failure;
use crate::usecase;

/// Receives the handover of a path.
#[derive(Deserialize)]
pub(crate) struct Receive(String);

/// The shipper's half that waits for this party.
fn waiting(app: &App, desk: &Desk, code: &str) -> Result<(Code, PartyId, HandoverRow), Failure> {
    let code: Code = code.parse().map_err(|_| Failure::not_found())?;
    let pairs = usecase::handovers::by_code(app, &desk.permit, &code)?;
    let mine = pairs.into_iter().filter(|pair| pair.receive.is_none());
    let half = mine
        .filter_map(|pair| pair.dispatch)
        .find(|(_, half)| half.partner.as_ref() == Some(&desk.party.party));
    half.map(|(shipper, half)| (code, shipper, half)).ok_or_else(Failure::not_found)
}

impl Capture for Receive {
    type Needs = RecordHandover;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let (_, _, half) = waiting(app, desk, &self.0)?;
        typed.usual("decision", "accept");
        if let [only] = desk.names.nodes.as_slice() {
            typed.usual("location", only.id.as_str());
        }
        for line in &half.shipped {
            typed.usual(&format!("unit-{}", line.line), line.mass.unit.sign());
            // Often both sides call a material by the same name.
            if desk.names.materials.iter().any(|own| own.id == line.material) {
                typed.usual(&format!("material-{}", line.line), line.material.as_str());
            }
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let (code, shipper, half) = waiting(app, desk, &self.0)?;
        let card = format!("/handovers/{}", code.as_str());
        let mut form = new_form(desk, typed, t.sign_and_record(), &card);
        let decisions = [
            Choice::new("accept", t.decision(Decision::Accept)),
            Choice::new("part", t.decision(Decision::Part)),
            Choice::new("refuse", t.decision(Decision::Refuse)),
        ];
        form.line(vec![
            typed.list_field("location", t.unloaded_at(), location_choices(desk)).required(),
            typed.list_field("decision", t.decision_word(), decisions.to_vec()).required(),
            typed.field("reason", t.reason(), FieldKind::Text).hint(t.refusal_needs_reason()),
        ]);
        for line in &half.shipped {
            line_fields(desk, typed, &mut form, line);
        }
        form.line(typed.when_fields());
        let name = code.display();
        let crumbs = [(t.nav_handovers(), "/handovers"), (name.as_str(), card.as_str())];
        let note = t.receive_note(desk.names.party(&shipper));
        Ok(form_sheet(desk, t.act_receive(), &crumbs, &note, form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordHandover>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let (code, shipper, half) = waiting(app, desk, &self.0)?;
        let decision = match typed.text("decision") {
            "part" => Decision::Part,
            "refuse" => Decision::Refuse,
            _ => Decision::Accept,
        };
        let reason = typed.optional("reason");
        if decision != Decision::Accept && reason.is_none() {
            typed.error("reason", desk.t.refusal_needs_reason());
        }
        let place = location(typed, "location");
        let mut read = Vec::new();
        for line in &half.shipped {
            read.extend(received(desk, typed, line, decision));
        }
        let sent = typed.sent(desk.offset);
        let Some(place) = place.filter(|_| !typed.is_wrong()) else { return Ok(None) };
        let batches: Permit<RecordBatch> = app.authorise(&desk.session, &desk.party.party)?;
        let dispatch = EntryRef { hash: half.hash, id: half.entry };
        let sent = sent.numbered(&app.clock);
        let (mut lines, mut arrivals) = (Vec::new(), Vec::new());
        for (i, Received { line, mass, refused, material }) in read.into_iter().enumerate() {
            let arrived = sent.further(i + 1);
            let batch = arrived.id.filter(|_| material.is_some()).map(BatchId::from);
            if let Some(material) = material {
                let code = usecase::codes::code_for(app, &batches, None, &arrived)?;
                let batch = arrival(&place, &shipper, &dispatch, line, &mass, material, code);
                arrivals.push((arrived, batch));
            }
            let (line, uncertainty) = (line.line, Vec::new());
            lines.push(ReceiveLine { line, mass, material: None, refused, batch, uncertainty });
        }
        let body = HandoverReceive {
            code: code.clone(),
            from: shipper,
            dispatch: Some(dispatch),
            location: place,
            decision,
            reason,
            lines,
            raw: None,
            blobs: Vec::new(),
        };
        usecase::handovers::receive_batches(app, permit, &batches, arrivals, sent, body)?;
        Ok(Some(format!("/handovers/{}?done=received", code.as_str())))
    }
}

/// What came of one line.
struct Received<'a> {
    line: &'a DispatchLine,
    mass: Mass,
    refused: Option<Mass>,
    /// The receiver's own material; absent when nothing was taken.
    material: Option<MaterialId>,
}

fn line_fields(desk: &Desk, typed: &Typed, form: &mut Form, line: &DispatchLine) {
    let t = desk.t;
    let named = |name: &str| format!("{name}-{}", line.line);
    let shipped = story::mass(t, &line.mass);
    let mut unit = typed.unit_field(&named("unit"));
    if let FieldKind::Choose(choices) = &mut unit.kind {
        let sign = line.mass.unit.sign();
        if choices.iter().all(|choice| choice.value != sign) {
            choices.push(Choice::new(sign, sign));
        }
    }
    form.group(
        format!("{}. {} · {shipped}", line.line, desk.names.material(&line.material)),
        vec![
            typed
                .number_field(&named("mass"), t.received_written(), "")
                .required()
                .hint(t.weigh_yourself_hint()),
            unit,
            typed.number_field(&named("refused"), t.refused_mass(), ""),
            typed.list_field(&named("material"), t.own_material(), material_choices(desk)),
        ],
    );
}

fn received<'a>(
    desk: &Desk,
    typed: &mut Typed,
    line: &'a DispatchLine,
    decision: Decision,
) -> Option<Received<'a>> {
    let named = |name: &str| format!("{name}-{}", line.line);
    if decision == Decision::Refuse && typed.text(&named("mass")).is_empty() {
        let zero = "0".parse().expect("zero is a decimal");
        let mass = Mass { value: zero, ..line.mass.clone() };
        return Some(Received { line, mass, refused: Some(line.mass.clone()), material: None });
    }
    if typed.text(&named("mass")).is_empty() {
        let words = desk.t.fill_in();
        typed.error(&named("mass"), words);
    }
    let mass = typed.mass(&named("mass"), &named("unit"));
    let refused = typed.mass(&named("refused"), &named("unit"));
    let mass = mass?;
    let taken = !mass.value.value().is_zero();
    let material = if taken { typed.pick::<MaterialId>(&named("material")) } else { None };
    Some(Received { line, mass, refused, material })
}

/// The batch that an accepted line becomes.
fn arrival(
    place: &Location,
    shipper: &PartyId,
    dispatch: &EntryRef,
    line: &DispatchLine,
    mass: &Mass,
    material: MaterialId,
    code: Code,
) -> BatchRegister {
    BatchRegister {
        code: Some(code),
        material,
        origin: Origin::Arrival,
        location: place.clone(),
        stream: None,
        supplier: Some(shipper.clone()),
        dispatch: Some(dispatch.clone()),
        declared: None,
        mass: Some(mass.clone()),
        moisture: line.moisture.clone(),
        uncertainty: Vec::new(),
        parents: Vec::new(),
        ticket: None,
        raw: None,
        blobs: Vec::new(),
    }
}
