//! The form of the shipper's half: to whom, from where, and what, batch by batch or from a place.

use serde::Deserialize;
use tl_domain::event::{DispatchLine, HandoverDispatch, HandoverKind, Portion, StockContent, Take};
use tl_domain::ids::{Analyte, MaterialId, NodeId, PartyId, PlaceId};
use tl_domain::project::BatchRow;
use tl_domain::quantity::{Basis, ContentUnit, DecimalText, Mass, MassUnit, Reading};

use super::super::capture::{
    Capture, batch_named, choosing, chosen, form_sheet, material_choices, new_form, node_choices,
    offered, partner_choices,
};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind, Form};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordHandover;
use crate::error::Failure;
use crate::usecase;

/// Lines that a form offers; a longer load is a second handover.
const LINES: usize = 6;
const KINDS: [(&str, HandoverKind); 2] =
    [("delivery", HandoverKind::Delivery), ("manifest", HandoverKind::Manifest)];

/// Writes a dispatch.
#[derive(Deserialize)]
pub(crate) struct Dispatch;

impl Capture for Dispatch {
    type Needs = RecordHandover;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        typed.usual("kind", "delivery");
        if let [only] = desk.names.nodes.as_slice() {
            typed.usual("from", only.id.as_str());
        }
        for i in 0..LINES {
            typed.usual(&format!("unit-{i}"), "t");
        }
        if let Ok(id) = typed.text("batch").parse()
            && let Some(row) = app.store.batch(&desk.party.party, id)?
        {
            typed.usual("from", row.node.as_ref().map_or("", NodeId::as_str));
            let code = row.code.map_or_else(|| row.id.to_string(), |code| code.display());
            typed.usual("batch-0", code);
        }
        Ok(())
    }

    fn sheet(&self, _: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/handovers");
        let kinds = offered(&KINDS, |kind| t.handover_kind(kind));
        form.line(vec![
            typed.list_field("kind", t.paper(), kinds).required(),
            typed.list_field("from", t.leaves_node(), node_choices(desk)).required(),
            typed.list_field("to", t.receiver(), partner_choices(desk)),
            typed
                .field("manifest_number", t.manifest_number(), FieldKind::Text)
                .hint(t.manifest_hint()),
        ]);
        for i in 0..LINES {
            line_fields(desk, typed, &mut form, i);
        }
        form.line(typed.when_fields());
        let crumbs = [(t.nav_handovers(), "/handovers")];
        Ok(form_sheet(desk, t.new_dispatch(), &crumbs, t.dispatch_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordHandover>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let kind = chosen(&KINDS, typed.text("kind")).unwrap_or(HandoverKind::Delivery);
        let from = typed.pick::<NodeId>("from");
        let to = typed.maybe::<PartyId>("to");
        let manifest_number = typed.optional("manifest_number");
        if kind == HandoverKind::Manifest && manifest_number.is_none() {
            let words = desk.t.manifest_number_missing();
            typed.error("manifest_number", words);
        }
        let mut lines = Vec::new();
        for i in 0..LINES {
            if let Some(mut line) = line(app, desk, typed, i)? {
                line.line = u32::try_from(lines.len() + 1).unwrap_or(u32::MAX);
                lines.push(line);
            }
        }
        let sent = typed.sent(desk.offset);
        if lines.is_empty() && !typed.is_wrong() {
            desk.t.dispatch_empty().clone_into(&mut typed.whole);
        }
        let Some(from) = from.filter(|_| !typed.is_wrong()) else { return Ok(None) };
        let code = usecase::codes::code_for(app, permit, None, &sent)?;
        let target = format!("/handovers/{}?done=dispatched", code.as_str());
        let body = HandoverDispatch {
            code,
            kind,
            manifest_number,
            from,
            to,
            carrier: None,
            lines,
            blobs: Vec::new(),
        };
        usecase::handovers::dispatch(app, permit, sent, body)?;
        Ok(Some(target))
    }
}

fn line_fields(desk: &Desk, typed: &Typed, form: &mut Form, i: usize) {
    let t = desk.t;
    let named = |name: &str| format!("{name}-{i}");
    let places = desk.names.places.iter().map(|p| Choice::new(p.id.as_str(), &p.name));
    form.repeated(
        i,
        t.dispatch_line(i + 1),
        vec![
            typed.field(&named("batch"), t.batch_code(), FieldKind::Scan),
            typed.list_field(&named("place"), t.or_from_place(), choosing(desk, places)),
            typed.list_field(&named("material"), t.material(), material_choices(desk)),
            typed.number_field(&named("amount"), t.net(), "").hint(t.whole_batch_hint()),
            typed.unit_field(&named("unit")),
            typed.number_field(&named("moisture"), t.moisture_word(), "%"),
            typed
                .number_field(&named("content"), &t.content_of(&desk.substance), "mg/kg")
                .hint(t.content_disclosed_hint()),
            typed.field(&named("waste_code"), t.waste_code(), FieldKind::Text),
        ],
    );
}

/// A line; `None` for one that was left empty or holds an error.
fn line(
    app: &App,
    desk: &Desk,
    typed: &mut Typed,
    i: usize,
) -> Result<Option<DispatchLine>, Failure> {
    let named = |name: &str| format!("{name}-{i}");
    let batch = match typed.optional(&named("batch")) {
        Some(text) => batch_named(app, desk, typed, &named("batch"), &text)?,
        None => None,
    };
    let filled = ["batch", "place", "amount"].iter().any(|n| !typed.text(&named(n)).is_empty());
    if !filled {
        return Ok(None);
    }
    let place = typed.maybe::<PlaceId>(&named("place"));
    let part = typed.mass(&named("amount"), &named("unit"));
    let material = match batch.as_ref().and_then(|row| row.material.clone()) {
        Some(material) => Some(material),
        None => typed.pick::<MaterialId>(&named("material")),
    };
    let mass = part.clone().or_else(|| left(batch.as_ref()));
    let moisture = typed.percent(&named("moisture"));
    let contents = disclosed(&desk.substance, typed.decimal(&named("content")));
    let waste_code = typed.optional(&named("waste_code"));
    let Some(mass) = mass else {
        let words = desk.t.fill_in();
        typed.error(&named("amount"), words);
        return Ok(None);
    };
    let Some(material) = material else { return Ok(None) };
    let moisture = moisture.or_else(|| batch.as_ref().and_then(|row| row.moisture.clone()));
    let portion = batch.map(|row| Portion {
        batch: row.id,
        amount: part.map_or(Take::All, |mass| Take::Part { mass }),
    });
    Ok(Some(DispatchLine {
        line: 0,
        material,
        place: if portion.is_some() { None } else { place },
        portion,
        mass,
        moisture,
        contents,
        waste_code,
        containers: None,
        uncertainty: Vec::new(),
    }))
}

/// The content that the shipper chose to state, as the form asks for it: mg/kg of dry material.
fn disclosed(substance: &str, content: Option<DecimalText>) -> Vec<StockContent> {
    let stated = content.and_then(|value| {
        let analyte = substance.parse::<Analyte>().ok()?;
        let (unit, basis) = (ContentUnit::MilligramPerKilogram, Some(Basis::Dry));
        Some(StockContent { analyte, result: Reading::Value { value }, unit, basis })
    });
    stated.into_iter().collect()
}

/// What is left of a batch, as a mass to ship.
fn left(batch: Option<&BatchRow>) -> Option<Mass> {
    let left = batch?.left?;
    let kilograms = (left.0 / MassUnit::Kilogram.grams()).normalize();
    Some(Mass::wet(DecimalText::from(kilograms), MassUnit::Kilogram))
}
