//! The form of a stock take: one node, one moment, a line per material and place.
//!
//! What the books hold is offered as lines, without their figures: who counts must not copy.

use serde::Deserialize;
use tl_domain::event::{StockContent, StockLine, StockMethod, StockTake};
use tl_domain::ids::{Analyte, MaterialId, NodeId, OperatorId, PlaceId};
use tl_domain::quantity::{Basis, ContentUnit, Reading, Volume, VolumeUnit};

use super::super::capture::{
    Capture, chosen, form_sheet, material_choices, new_form, node_choices, offered,
};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordStock;
use crate::error::Failure;
use crate::usecase;

/// Lines that a form offers; more go into a second stock take of the same moment.
const LINES: usize = 10;
const METHODS: [(&str, StockMethod); 5] = [
    ("pile", StockMethod::Pile),
    ("level", StockMethod::Level),
    ("count", StockMethod::Count),
    ("estimate", StockMethod::Estimate),
    ("carried", StockMethod::Carried),
];

/// Takes stock.
#[derive(Deserialize)]
pub(crate) struct Take;

impl Capture for Take {
    type Needs = RecordStock;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        if let [only] = desk.names.nodes.as_slice() {
            typed.usual("node", only.id.as_str());
        }
        typed.usual("at", super::super::format::input_minute(desk.now, desk.offset));
        let node = typed.text("node").to_owned();
        let mut offered = app.store.holdings(&desk.party.party)?;
        offered.retain(|row| row.node.as_str() == node && !row.wet.0.is_zero());
        for (i, row) in offered.iter().take(LINES).enumerate() {
            typed.usual(&format!("material-{i}"), row.material.as_str());
            let place = row.place.as_ref().map_or("", PlaceId::as_str);
            typed.usual(&format!("place-{i}"), place);
        }
        for i in 0..LINES {
            typed.usual(&format!("method-{i}"), "pile");
            typed.usual(&format!("unit-{i}"), "t");
        }
        Ok(())
    }

    fn sheet(&self, _: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/stock-takes");
        form.line(vec![
            typed.list_field("node", t.node(), node_choices(desk)).required(),
            typed.field("at", t.reference_moment(), FieldKind::Minute).required(),
            typed.field("witness", t.stock_witness(), FieldKind::Text).hint(t.witness_hint()),
        ]);
        for i in 0..LINES {
            line_fields(desk, typed, &mut form, i);
        }
        form.line(typed.when_fields());
        let crumbs = [(t.stock_takes(), "/stock-takes")];
        Ok(form_sheet(desk, t.take_stock(), &crumbs, t.stock_take_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordStock>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let node = typed.pick::<NodeId>("node");
        let at = typed.minute("at", desk.offset);
        let witness = typed.maybe::<OperatorId>("witness");
        let substance = desk.substance.clone();
        let lines: Vec<StockLine> = (0..LINES).filter_map(|i| line(typed, i, &substance)).collect();
        let sent = typed.sent(desk.offset);
        let empty = lines.is_empty();
        if empty && !typed.is_wrong() {
            desk.t.stock_take_empty().clone_into(&mut typed.whole);
        }
        let (Some(node), Some(at)) = (node, at) else { return Ok(None) };
        if typed.is_wrong() {
            return Ok(None);
        }
        let body = StockTake { node, at, lines, witness, blobs: Vec::new() };
        usecase::stock::take(app, permit, sent, body)?;
        Ok(Some("/stock-takes?done=counted".to_owned()))
    }
}

fn line_fields(desk: &Desk, typed: &Typed, form: &mut super::super::part::Form, i: usize) {
    let t = desk.t;
    let node = typed.text("node");
    let places = desk.names.places.iter().filter(|p| node.is_empty() || p.node.as_str() == node);
    let places = places.map(|place| Choice::new(place.id.as_str(), &place.name));
    let places = [Choice::new("", t.labelled_batches())].into_iter().chain(places).collect();
    let methods = offered(&METHODS, |of| t.stock_method(of));
    let units = [("t", "t"), ("kg", "kg"), ("m3", "m³")];
    let units = units.iter().map(|(value, words)| Choice::new(*value, *words)).collect();
    let named = |name: &str| format!("{name}-{i}");
    form.repeated(
        i,
        t.stock_line(i + 1),
        vec![
            typed.list_field(&named("material"), t.material(), material_choices(desk)),
            typed.list_field(&named("place"), t.place(), places),
            typed.list_field(&named("method"), t.counted_how(), methods),
            typed.number_field(&named("amount"), t.amount(), ""),
            typed.list_field(&named("unit"), t.unit(), units),
            typed.number_field(&named("moisture"), t.moisture_word(), "%"),
            typed.number_field(
                &named("content"),
                &t.content_of(&desk.substance),
                if typed.text(&named("unit")) == "m3" { "mg/L" } else { "mg/kg" },
            ),
        ],
    );
}

/// A line with an amount; one without material or amount is left out unless it is half filled in.
fn line(typed: &mut Typed, i: usize, substance: &str) -> Option<StockLine> {
    let named = |name: &str| format!("{name}-{i}");
    if typed.text(&named("amount")).is_empty() {
        return None;
    }
    let material = typed.pick::<MaterialId>(&named("material"));
    let place = typed.maybe::<PlaceId>(&named("place"));
    let method = chosen(&METHODS, typed.text(&named("method")));
    let by_volume = typed.text(&named("unit")) == "m3";
    let (mass, volume) = if by_volume {
        let value = typed.decimal(&named("amount"))?;
        (None, Some(Volume { unit: VolumeUnit::CubicMetre, value }))
    } else {
        (Some(typed.mass(&named("amount"), &named("unit"))?), None)
    };
    let moisture = typed.percent(&named("moisture"));
    let content = typed.decimal(&named("content")).and_then(|value| {
        let unit = if by_volume {
            ContentUnit::MilligramPerLitre
        } else {
            ContentUnit::MilligramPerKilogram
        };
        let basis = (!by_volume).then_some(Basis::Dry);
        let analyte = substance.parse::<Analyte>().ok()?;
        Some(StockContent { analyte, result: Reading::Value { value }, unit, basis })
    });
    Some(StockLine {
        material: material?,
        place,
        batch: None,
        method: method.unwrap_or(StockMethod::Estimate),
        mass,
        volume,
        moisture,
        content,
        measured_at: None,
        uncertainty: Vec::new(),
    })
}
