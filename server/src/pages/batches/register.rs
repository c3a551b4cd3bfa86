//! The form that registers a batch and, when figures are given, weighs it.

use serde::Deserialize;
use tl_domain::event::{BatchRegister, BatchWeigh, Origin, TicketRef};
use tl_domain::ids::{MaterialId, PartyId};

use super::super::capture::{
    Capture, chosen, form_sheet, location, location_choices, material_choices, new_form,
    partner_choices,
};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::weigh::{Weighed, mass_fields, weighed};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordBatch;
use crate::error::Failure;
use crate::usecase;

/// Registers a batch.
#[derive(Deserialize)]
pub(crate) struct Register;

/// Where a batch registered by hand can come from; splits and blends have forms of their own.
const ORIGINS: [(&str, Origin); 3] = [
    ("arrival", Origin::Arrival),
    ("production", Origin::Production),
    ("opening", Origin::Opening),
];

/// Name under which tickets typed on pages are kept apart from those of the weighbridge software.
pub(super) const TICKET_SOFTWARE: &str = "page";

impl Capture for Register {
    type Needs = RecordBatch;

    fn usual(&self, _: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        typed.usual("origin", "arrival");
        typed.usual("unit", "t");
        if let [only] = desk.names.nodes.as_slice() {
            typed.usual("location", only.id.as_str());
        }
        Ok(())
    }

    fn sheet(&self, _: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/batches");
        let origins = ORIGINS.iter().map(|(value, origin)| Choice::new(*value, t.origin(*origin)));
        form.line(vec![
            typed.list_field("material", t.material(), material_choices(desk)).required(),
            typed.list_field("origin", t.origin_word(), origins.collect()).required(),
            typed.list_field("location", t.location(), location_choices(desk)).required(),
        ]);
        form.line(vec![
            typed.list_field("supplier", t.supplier(), partner_choices(desk)),
            typed.field("ticket", t.ticket(), FieldKind::Text),
            typed.field("code", t.label_code(), FieldKind::Scan).hint(t.label_code_hint()),
        ]);
        mass_fields(t, typed, &mut form);
        form.line(typed.when_fields());
        let crumbs = [(t.nav_batches(), "/batches")];
        Ok(form_sheet(desk, t.register_batch(), &crumbs, t.capture_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordBatch>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let material = typed.pick::<MaterialId>("material");
        let origin = chosen(&ORIGINS, typed.text("origin"));
        let place = location(typed, "location");
        let supplier = typed.maybe::<PartyId>("supplier");
        let ticket = typed.optional("ticket");
        let code = typed.code("code");
        let weighed = weighed(typed);
        let moisture = typed.percent("moisture");
        let sent = typed.sent(desk.offset);
        let (Some(material), Some(location)) = (material, place) else { return Ok(None) };
        if typed.is_wrong() {
            return Ok(None);
        }
        let sent = sent.numbered(&app.clock);
        let code = usecase::codes::code_for(app, permit, code, &sent)?;
        let ticket =
            ticket.map(|number| TicketRef { number, software: TICKET_SOFTWARE.to_owned() });
        let body = BatchRegister {
            code: Some(code),
            material,
            origin: origin.unwrap_or(Origin::Arrival),
            location,
            stream: None,
            supplier,
            dispatch: None,
            declared: None,
            mass: None,
            moisture: moisture.clone(),
            uncertainty: Vec::new(),
            parents: Vec::new(),
            ticket: ticket.clone(),
            raw: None,
            blobs: Vec::new(),
        };
        let Some(Weighed { gross, tare, net, manual }) = weighed else {
            let recorded = usecase::batches::register(app, permit, sent, body)?;
            return Ok(Some(format!("/batches/{}?done=registered", recorded.id)));
        };
        let batch = sent.id.expect("numbered above").into();
        let weigh = BatchWeigh {
            batch,
            gross,
            tare,
            net,
            moisture: None,
            meter: None,
            calibration: None,
            manual: Some(manual),
            ticket,
            uncertainty: Vec::new(),
            raw: None,
            blobs: Vec::new(),
        };
        let weighing = sent.further(1);
        usecase::batches::register_weighed(app, permit, vec![(sent, body)], weighing, weigh)?;
        Ok(Some(format!("/batches/{batch}?done=registered")))
    }
}
