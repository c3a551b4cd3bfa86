//! The form in which a result is entered: the substance, and moisture where it was determined too.

use serde::Deserialize;
use tl_domain::event::{AssayReport, Determination, Purpose, Side, Standing};
use tl_domain::ids::{Analyte, MethodId, PartyId};
use tl_domain::quantity::{Basis, ContentUnit, Reading};

use super::super::capture::{
    Capture, choosing, chosen, form_sheet, new_form, offered, partner_choices,
};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::super::{samples, story};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordAssay;
use crate::error::Failure;
use crate::usecase;

/// Reports a result of the sample of a path.
#[derive(Deserialize)]
pub(crate) struct Report(String);

const PURPOSES: [(&str, Purpose); 7] = [
    ("process", Purpose::Process),
    ("receiving", Purpose::Receiving),
    ("settlement", Purpose::Settlement),
    ("umpire", Purpose::Umpire),
    ("self_monitoring", Purpose::SelfMonitoring),
    ("enforcement", Purpose::Enforcement),
    ("comparison", Purpose::Comparison),
];
const STANDINGS: [(&str, Standing); 4] = [
    ("preliminary", Standing::Preliminary),
    ("final", Standing::Final),
    ("estimate", Standing::Estimate),
    ("umpire", Standing::Umpire),
];
const SIDES: [(&str, Side); 4] = [
    ("own", Side::Own),
    ("supplier", Side::Supplier),
    ("buyer", Side::Buyer),
    ("third", Side::Third),
];
/// Units that laboratories print.
const UNITS: [ContentUnit; 9] = [
    ContentUnit::MilligramPerKilogram,
    ContentUnit::GramPerTonne,
    ContentUnit::GramPerKilogram,
    ContentUnit::MicrogramPerKilogram,
    ContentUnit::Percent,
    ContentUnit::MilligramPerLitre,
    ContentUnit::MicrogramPerLitre,
    ContentUnit::NanogramPerLitre,
    ContentUnit::MilligramPerCubicMetre,
];

impl Capture for Report {
    type Needs = RecordAssay;

    fn usual(&self, _: &App, _: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        for (name, value) in [
            ("result-is", "value"),
            ("unit", "mg/kg"),
            ("basis", "dry"),
            ("purpose", "process"),
            ("standing", "preliminary"),
            ("side", "own"),
        ] {
            typed.usual(name, value);
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let row = samples::find(app, desk, &self.0)?;
        let card = format!("/samples/{}", row.id);
        let mut form = new_form(desk, typed, t.sign_and_record(), &card);
        let units = UNITS.iter().map(|u| Choice::new(u.sign(), story::unit_sign(u.sign())));
        let bases = Basis::ALL.iter().map(|b| Choice::new(b.sign(), t.basis(*b)));
        form.group(
            t.content_of(&desk.substance),
            vec![
                typed.qualifier_field("result"),
                typed.number_field("result", t.result_value(), "").required().hint(t.result_hint()),
                typed.list_field("unit", t.unit(), units.collect()),
                typed.list_field("basis", t.basis_word(), bases.collect()).hint(t.basis_hint()),
            ],
        );
        let methods = desk.names.methods.iter().map(|m| Choice::new(m.id.as_str(), &m.name));
        form.line(vec![
            typed.number_field("moisture", t.moisture_word(), "%").hint(t.moisture_assay_hint()),
            typed.list_field("method", t.method(), choosing(desk, methods)),
        ]);
        let purposes = offered(&PURPOSES, |of| t.purpose(of));
        let standings = offered(&STANDINGS, |of| t.standing(of));
        let sides = offered(&SIDES, |of| t.side(of));
        form.line(vec![
            typed.list_field("purpose", t.purpose_standing(), purposes).required(),
            typed.list_field("standing", t.standing_word(), standings).required(),
            typed.list_field("side", t.side_word(), sides).required(),
        ]);
        form.line(vec![
            typed.list_field("lab", t.laboratory(), partner_choices(desk)).hint(t.lab_hint()),
            typed.field("report_number", t.report_number(), FieldKind::Text),
        ]);
        form.line(typed.when_fields());
        let name = samples::title(&row);
        let crumbs = [(t.samples(), "/samples"), (name.as_str(), card.as_str())];
        Ok(form_sheet(desk, t.act_result(), &crumbs, t.result_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordAssay>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let row = samples::find(app, desk, &self.0)?;
        let method = typed.maybe::<MethodId>("method");
        let determinations = determinations(desk, typed, method)?;
        let purpose = chosen(&PURPOSES, typed.text("purpose")).unwrap_or(Purpose::Process);
        let standing = chosen(&STANDINGS, typed.text("standing")).unwrap_or(Standing::Preliminary);
        let side = chosen(&SIDES, typed.text("side")).unwrap_or(Side::Own);
        let lab = typed.maybe::<PartyId>("lab");
        let report_number = typed.optional("report_number");
        let sent = typed.sent(desk.offset);
        if typed.is_wrong() {
            return Ok(None);
        }
        let body = AssayReport {
            sample: row.id,
            purpose,
            standing,
            side,
            lab,
            report_number,
            cma_number: None,
            analyst: Some(desk.session.account.clone()),
            determinations,
            quality: Vec::new(),
            record: None,
            raw: None,
            blobs: Vec::new(),
        };
        usecase::assays::report(app, permit, sent, body)?;
        Ok(Some(format!("/samples/{}?done=assayed", row.id)))
    }
}

fn determinations(
    desk: &Desk,
    typed: &mut Typed,
    method: Option<MethodId>,
) -> Result<Vec<Determination>, Failure> {
    let analyte = |name: &str| name.parse::<Analyte>().map_err(|error| Failure::internal(&error));
    let mut found = Vec::new();
    let unit = typed.pick::<ContentUnit>("unit");
    let basis = typed.maybe::<Basis>("basis");
    if let (Some(result), Some(unit)) = (typed.reading("result"), unit) {
        let basis = unit.per_gram().and(basis.or(Some(Basis::Dry)));
        let uncertainty = Vec::new();
        let analyte = analyte(&desk.substance)?;
        found.push(Determination { analyte, result, unit, basis, method, uncertainty });
    }
    if let Some(value) = typed.decimal("moisture") {
        found.push(Determination {
            analyte: analyte("moisture")?,
            result: Reading::Value { value },
            unit: ContentUnit::Percent,
            basis: Some(Basis::Wet),
            method: None,
            uncertainty: Vec::new(),
        });
    }
    Ok(found)
}
