//! The form that splits a batch: each part gets a label and a register entry of its own.
//!
//! Parts and split are one step: nobody finds parts whose batch still holds everything.

use serde::Deserialize;
use tl_domain::event::{BatchSplit, Origin, Portion, Take};

use super::super::capture::{Capture, form_sheet, location, location_choices, new_form};
use super::super::desk::Desk;
use super::super::format;
use super::super::part::FieldKind;
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::{Made, find, title};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordBatch;
use crate::error::Failure;
use crate::usecase;

/// Parts that a form offers; more are split off in a second step.
const PARTS: usize = 6;

/// Splits the batch of a path.
#[derive(Deserialize)]
pub(crate) struct Split(String);

impl Capture for Split {
    type Needs = RecordBatch;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let row = find(app, desk, &self.0)?;
        if let Some(node) = &row.node {
            let place = row.place.as_ref().map(|place| format!("/{place}")).unwrap_or_default();
            typed.usual("location", format!("{node}{place}"));
        }
        for i in 0..PARTS {
            typed.usual(&format!("unit-{i}"), "t");
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let row = find(app, desk, &self.0)?;
        let card = format!("/batches/{}", row.id);
        let mut form = new_form(desk, typed, t.sign_and_record(), &card);
        let left = row.left.map_or_else(|| t.not_weighed().to_owned(), format::tonnes);
        form.line(vec![
            typed
                .list_field("location", t.parts_lie_at(), location_choices(desk))
                .required()
                .hint(t.left_of_batch(left)),
        ]);
        for i in 0..PARTS {
            let named = |name: &str| format!("{name}-{i}");
            form.repeated(
                i,
                t.part_number(i + 1),
                vec![
                    typed.number_field(&named("amount"), t.net(), ""),
                    typed.unit_field(&named("unit")),
                    typed
                        .field(&named("code"), t.label_code(), FieldKind::Scan)
                        .hint(t.label_code_hint()),
                ],
            );
        }
        form.line(typed.when_fields());
        let name = title(&row);
        let crumbs = [(t.nav_batches(), "/batches"), (name.as_str(), card.as_str())];
        Ok(form_sheet(desk, t.act_split(), &crumbs, t.split_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordBatch>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let row = find(app, desk, &self.0)?;
        let at = location(typed, "location");
        let sent = typed.sent(desk.offset).numbered(&app.clock);
        let mut parts = Vec::new();
        for i in 0..PARTS {
            let named = |name: &str| format!("{name}-{i}");
            let code = typed.code(&named("code"));
            match typed.mass(&named("amount"), &named("unit")) {
                Some(mass) => parts.push((mass, code, sent.further(i + 1))),
                None if code.is_some() => drop(typed.required(&named("amount"))),
                None => {}
            }
        }
        if parts.is_empty() && !typed.is_wrong() {
            desk.t.split_empty().clone_into(&mut typed.whole);
        }
        let Some(at) = at.filter(|_| !typed.is_wrong()) else { return Ok(None) };
        let Some(material) = row.material.clone() else {
            desk.t.batch_without_material().clone_into(&mut typed.whole);
            return Ok(None);
        };
        let (mut batches, mut portions) = (Vec::new(), Vec::new());
        for (mass, code, form) in parts {
            let code = usecase::codes::code_for(app, permit, code, &form)?;
            let made = Made { material: material.clone(), mass: Some(mass.clone()), code };
            let body = made.register(Origin::Split, &at, vec![row.id], row.moisture.clone());
            let batch = form.id.expect("numbered above").into();
            portions.push(Portion { batch, amount: Take::Part { mass } });
            batches.push((form, body));
        }
        let body = BatchSplit { batch: row.id, parts: portions };
        usecase::batches::split_into(app, permit, batches, sent, body)?;
        Ok(Some(format!("/batches/{}?done=split", row.id)))
    }
}
