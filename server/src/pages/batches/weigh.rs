//! The form that weighs a batch by hand; agents read scales themselves.

use serde::Deserialize;
use tl_domain::event::{BatchWeigh, TicketRef};
use tl_domain::ids::MeterId;
use tl_domain::quantity::{DecimalText, Mass};

use super::super::capture::{Capture, form_sheet, meter_choices, new_form};
use super::super::desk::Desk;
use super::super::part::{FieldKind, Form};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::register::TICKET_SOFTWARE;
use super::{find, title};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordBatch;
use crate::error::Failure;
use crate::i18n::Words;
use crate::usecase;

/// Weighs the batch of a path.
#[derive(Deserialize)]
pub(crate) struct Weigh(String);

/// Figures of a weighing by hand.
pub(super) struct Weighed {
    pub(super) gross: Option<Mass>,
    pub(super) tare: Option<Mass>,
    pub(super) net: Mass,
    pub(super) manual: String,
}

/// The fields of a weighing.
pub(super) fn mass_fields(t: Words, typed: &Typed, form: &mut Form) {
    form.group(
        t.act_weigh(),
        vec![
            typed.number_field("gross", t.gross(), ""),
            typed.number_field("tare", t.tare(), ""),
            typed.number_field("net", t.net(), "").hint(t.net_hint()),
            typed.unit_field("unit"),
        ],
    );
    form.line(vec![
        typed.number_field("moisture", t.moisture_word(), "%").hint(t.moisture_hint()),
        typed.field("manual", t.manual_reason(), FieldKind::Text).hint(t.manual_hint()),
    ]);
}

/// Reads the figures: net as typed, or gross less tare; nothing when no figure was given.
pub(super) fn weighed(typed: &mut Typed) -> Option<Weighed> {
    let gross = typed.mass("gross", "unit");
    let tare = typed.mass("tare", "unit");
    let net = typed.mass("net", "unit");
    let net = match (net, &gross, &tare) {
        (Some(net), Some(gross), Some(tare)) => {
            if gross.grams() - tare.grams() != net.grams() {
                let words = typed.t.net_mismatch(&gross.value, &tare.value, &net.value);
                typed.error("net", words);
            }
            net
        }
        (Some(net), _, _) => net,
        (None, Some(gross), Some(tare)) if typed.text("net").is_empty() => {
            let difference = gross.value.value() - tare.value.value();
            if difference.is_sign_negative() {
                let words = typed.t.tare_above_gross(&gross.value, &tare.value);
                typed.error("tare", words);
                return None;
            }
            Mass { value: DecimalText::from(difference), ..gross.clone() }
        }
        (None, Some(_), None) if typed.text("tare").is_empty() => {
            let words = typed.t.tare_missing();
            typed.error("tare", words);
            return None;
        }
        _ => return None,
    };
    let manual = typed.required("manual")?;
    Some(Weighed { gross, tare, net, manual })
}

impl Capture for Weigh {
    type Needs = RecordBatch;

    fn usual(&self, _: &App, _: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        typed.usual("unit", "t");
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let row = find(app, desk, &self.0)?;
        let card = format!("/batches/{}", row.id);
        let mut form = new_form(desk, typed, t.sign_and_record(), &card);
        mass_fields(t, typed, &mut form);
        form.line(vec![
            typed.list_field("meter", t.meter(), meter_choices(desk)),
            typed.field("ticket", t.ticket(), FieldKind::Text),
        ]);
        form.line(typed.when_fields());
        let name = title(&row);
        let crumbs = [(t.nav_batches(), "/batches"), (name.as_str(), card.as_str())];
        Ok(form_sheet(desk, t.act_weigh(), &crumbs, t.capture_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordBatch>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let row = find(app, desk, &self.0)?;
        let weighed = weighed(typed);
        let moisture = typed.percent("moisture");
        let meter = typed.maybe::<MeterId>("meter");
        let ticket = typed.optional("ticket");
        let sent = typed.sent(desk.offset);
        if weighed.is_none() && !typed.is_wrong() {
            let words = desk.t.fill_in();
            typed.error("net", words);
        }
        let Some(Weighed { gross, tare, net, manual }) = weighed else { return Ok(None) };
        if typed.is_wrong() {
            return Ok(None);
        }
        let calibration = match &meter {
            Some(meter) => usecase::batches::calibration(app, permit, meter, &sent)?,
            None => None,
        };
        let body = BatchWeigh {
            batch: row.id,
            gross,
            tare,
            net,
            moisture,
            meter,
            calibration,
            manual: Some(manual),
            ticket: ticket.map(|number| TicketRef { number, software: TICKET_SOFTWARE.to_owned() }),
            uncertainty: Vec::new(),
            raw: None,
            blobs: Vec::new(),
        };
        usecase::batches::weigh(app, permit, sent, body)?;
        Ok(Some(format!("/batches/{}?done=weighed", row.id)))
    }
}
