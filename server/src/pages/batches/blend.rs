//! The form that blends batches into one: the new batch and what went into it are one step.

use serde::Deserialize;
use tl_domain::event::{BatchBlend, Origin, Portion, Take};
use tl_domain::ids::MaterialId;
use tl_domain::project::BatchRow;
use tl_domain::quantity::{DecimalText, Mass, MassUnit, WetMass};

use super::super::capture::{
    Capture, form_sheet, location, location_choices, material_choices, new_form, portion,
    portion_fields,
};
use super::super::desk::Desk;
use super::super::part::FieldKind;
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::Made;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordBatch;
use crate::error::Failure;
use crate::usecase;

/// Batches that a form takes; more go in by blending the blend.
const INPUTS: usize = 8;

/// Blends batches.
#[derive(Deserialize)]
pub(crate) struct Blend;

impl Capture for Blend {
    type Needs = RecordBatch;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        if let [only] = desk.names.nodes.as_slice() {
            typed.usual("location", only.id.as_str());
        }
        if let Ok(id) = typed.text("batch").parse()
            && let Some(row) = app.store.batch(&desk.party.party, id)?
        {
            let code = row.code.map_or_else(|| row.id.to_string(), |code| code.display());
            typed.usual("batch-0", code);
        }
        for i in 0..INPUTS {
            typed.usual(&format!("unit-{i}"), "t");
        }
        typed.usual("unit", "t");
        Ok(())
    }

    fn sheet(&self, _: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/batches");
        form.line(vec![
            typed.list_field("material", t.blend_material(), material_choices(desk)).required(),
            typed.list_field("location", t.location(), location_choices(desk)).required(),
            typed.field("code", t.label_code(), FieldKind::Scan).hint(t.label_code_hint()),
        ]);
        form.line(vec![
            typed.number_field("net", t.net(), "").hint(t.blend_mass_hint()),
            typed.unit_field("unit"),
        ]);
        for i in 0..INPUTS {
            portion_fields(desk, typed, &mut form, i);
        }
        form.line(typed.when_fields());
        let crumbs = [(t.nav_batches(), "/batches")];
        Ok(form_sheet(desk, t.act_blend(), &crumbs, t.capture_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordBatch>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let material = typed.pick::<MaterialId>("material");
        let at = location(typed, "location");
        let code = typed.code("code");
        let net = typed.mass("net", "unit");
        let mut taken = Vec::new();
        for i in 0..INPUTS {
            taken.extend(portion(app, desk, typed, i)?);
        }
        let sent = typed.sent(desk.offset).numbered(&app.clock);
        if taken.len() < 2 && !typed.is_wrong() {
            desk.t.blend_too_few().clone_into(&mut typed.whole);
        }
        let (Some(material), Some(at)) = (material, at) else { return Ok(None) };
        if typed.is_wrong() {
            return Ok(None);
        }
        let made = sent.further(1);
        let code = usecase::codes::code_for(app, permit, code, &made)?;
        let parents = taken.iter().map(|(row, _)| row.id).collect();
        let mass = net.or_else(|| sum(&taken));
        let body = Made { material, mass, code }.register(Origin::Blend, &at, parents, None);
        let batch = made.id.expect("numbered above").into();
        let inputs = taken.into_iter().map(|(_, portion)| portion).collect();
        let blend = BatchBlend { batch, inputs };
        usecase::batches::blend_into(app, permit, vec![(made, body)], sent, blend)?;
        Ok(Some(format!("/batches/{batch}?done=blended")))
    }
}

/// What went in, where all of it was weighed wet.
fn sum(taken: &[(BatchRow, Portion)]) -> Option<Mass> {
    let masses = taken.iter().map(|(row, portion)| match &portion.amount {
        Take::All => row.left,
        Take::Part { mass } => mass.wetted(None),
    });
    let sum: WetMass = masses.sum::<Option<WetMass>>()?;
    let tonnes = (sum.0 / MassUnit::Tonne.grams()).normalize();
    Some(Mass::wet(DecimalText::from(tonnes), MassUnit::Tonne))
}
