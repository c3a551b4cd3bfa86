//! The form that closes a run: further inputs, and outputs, which become batches with labels.
//!
//! Outputs and close are one step. An output that is labelled and weighed already is named by its
//! code; every other one is registered here with its material and mass.

use serde::Deserialize;
use tl_domain::event::{BatchRegister, Location, Origin, RunClose, RunOutput};
use tl_domain::ids::MaterialId;
use tl_domain::project::RunRow;

use super::super::batches::Made;
use super::super::capture::{
    Capture, batch_named, form_sheet, location, location_choices, material_choices, new_form,
    portion, portion_fields,
};
use super::super::desk::Desk;
use super::super::part::{Choice, FieldKind, Form};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::{INPUTS, find, title};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::{RecordBatch, RecordRun};
use crate::error::Failure;
use crate::usecase;
use crate::usecase::capture::Form as Sent;

/// Outputs that a form offers.
const OUTPUTS: usize = 6;

/// Closes the run of a path.
#[derive(Deserialize)]
pub(crate) struct Close(String);

/// The run, while it is open.
fn open(app: &App, desk: &Desk, id: &str) -> Result<RunRow, Failure> {
    let row = find(app, desk, id)?;
    Some(row).filter(|row| row.node.is_some()).ok_or_else(Failure::not_found)
}

impl Capture for Close {
    type Needs = RecordRun;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        let row = open(app, desk, &self.0)?;
        let node = row.node.as_ref().map_or("", tl_domain::ids::NodeId::as_str);
        typed.usual("location", node);
        (0..INPUTS).for_each(|i| typed.usual(&format!("unit-{i}"), "t"));
        for i in 0..OUTPUTS {
            typed.usual(&format!("out-unit-{i}"), "t");
            typed.usual(&format!("out-returned-{i}"), "no");
        }
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let row = open(app, desk, &self.0)?;
        let card = format!("/runs/{}", row.id);
        let mut form = new_form(desk, typed, t.sign_and_record(), &card);
        form.line(vec![
            typed
                .list_field("location", t.outputs_lie_at(), location_choices(desk))
                .required()
                .hint(t.outputs_lie_hint()),
        ]);
        (0..OUTPUTS).for_each(|i| output_fields(desk, typed, &mut form, i));
        (0..INPUTS).for_each(|i| portion_fields(desk, typed, &mut form, i));
        form.line(typed.when_fields());
        let name = title(&row);
        let crumbs = [(t.nav_runs(), "/runs"), (name.as_str(), card.as_str())];
        Ok(form_sheet(desk, t.close_run(), &crumbs, t.close_run_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordRun>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let row = open(app, desk, &self.0)?;
        let registering: Permit<RecordBatch> = app.authorise(&desk.session, &desk.party.party)?;
        let at = location(typed, "location");
        let mut inputs = Vec::new();
        for i in 0..INPUTS {
            inputs.extend(portion(app, desk, typed, i)?.map(|(_, portion)| portion));
        }
        let sent = typed.sent(desk.offset).numbered(&app.clock);
        let (mut outputs, mut made) = (Vec::new(), Vec::new());
        for i in 0..OUTPUTS {
            let form = sent.further(i + 1);
            let read = output(app, desk, &registering, typed, at.as_ref(), i, form)?;
            if let Some((output, batch)) = read {
                outputs.push(output);
                made.extend(batch);
            }
        }
        if typed.is_wrong() {
            return Ok(None);
        }
        let body = RunClose { run: row.id, inputs, outputs, ended_at: None };
        usecase::runs::close_with_batches(app, permit, &registering, made, sent, body)?;
        Ok(Some(format!("/runs/{}?done=run_closed", row.id)))
    }
}

fn output_fields(desk: &Desk, typed: &Typed, form: &mut Form, i: usize) {
    let t = desk.t;
    let named = |name: &str| format!("out-{name}-{i}");
    let returned = vec![Choice::new("no", t.no()), Choice::new("yes", t.yes())];
    form.repeated(
        i,
        t.output_number(i + 1),
        vec![
            typed.list_field(&named("material"), t.material(), material_choices(desk)),
            typed.number_field(&named("mass"), t.net(), ""),
            typed.unit_field(&named("unit")),
            typed.field(&named("code"), t.label_code(), FieldKind::Scan).hint(t.output_code_hint()),
            typed.list_field(&named("returned"), t.returned_chip(), returned),
        ],
    );
}

type Output = (RunOutput, Option<(Sent, BatchRegister)>);

/// A line of outputs: a batch that is there already, or one to register; nothing for a line that
/// was left empty or holds an error.
fn output(
    app: &App,
    desk: &Desk,
    permit: &Permit<RecordBatch>,
    typed: &mut Typed,
    at: Option<&Location>,
    i: usize,
    form: Sent,
) -> Result<Option<Output>, Failure> {
    let named = |name: &str| format!("out-{name}-{i}");
    let filled = ["material", "mass", "code"].iter().any(|n| !typed.text(&named(n)).is_empty());
    if !filled {
        return Ok(None);
    }
    let returned = typed.text(&named("returned")) == "yes";
    let mass = typed.mass(&named("mass"), &named("unit"));
    if typed.text(&named("material")).is_empty()
        && let Some(text) = typed.optional(&named("code"))
    {
        let row = batch_named(app, desk, typed, &named("code"), &text)?;
        let location = at.cloned();
        let output = row.map(|row| RunOutput { batch: row.id, mass, returned, location });
        return Ok(output.map(|output| (output, None)));
    }
    let material = typed.pick::<MaterialId>(&named("material"));
    let code = typed.code(&named("code"));
    if mass.is_none() {
        drop(typed.required(&named("mass")));
    }
    let (Some(material), Some(at)) = (material, at.filter(|_| !typed.is_wrong())) else {
        return Ok(None);
    };
    let code = usecase::codes::code_for(app, permit, code, &form)?;
    let made = Made { material, mass, code }.register(Origin::Production, at, Vec::new(), None);
    let batch = form.id.expect("numbered by the caller").into();
    let output = RunOutput { batch, mass: None, returned, location: None };
    Ok(Some((output, Some((form, made)))))
}
