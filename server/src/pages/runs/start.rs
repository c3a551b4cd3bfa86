//! The form that starts a run: where, what it is called, and the batches that go in.

use serde::Deserialize;
use tl_domain::event::RunStart;
use tl_domain::ids::NodeId;

use super::super::capture::{Capture, form_sheet, new_form, node_choices, portion, portion_fields};
use super::super::desk::Desk;
use super::super::part::FieldKind;
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::INPUTS;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordRun;
use crate::error::Failure;
use crate::usecase;

/// Starts a run.
#[derive(Deserialize)]
pub(crate) struct Start;

impl Capture for Start {
    type Needs = RecordRun;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        if let [only] = desk.names.nodes.as_slice() {
            typed.usual("node", only.id.as_str());
        }
        if let Ok(id) = typed.text("batch").parse()
            && let Some(row) = app.store.batch(&desk.party.party, id)?
        {
            typed.usual("node", row.node.as_ref().map_or("", NodeId::as_str));
            let code = row.code.map_or_else(|| row.id.to_string(), |code| code.display());
            typed.usual("batch-0", code);
        }
        (0..INPUTS).for_each(|i| typed.usual(&format!("unit-{i}"), "t"));
        Ok(())
    }

    fn sheet(&self, _: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/runs");
        form.line(vec![
            typed.list_field("node", t.node(), node_choices(desk)).required(),
            typed
                .field("operation", t.operation(), FieldKind::Text)
                .required()
                .hint(t.operation_hint()),
        ]);
        (0..INPUTS).for_each(|i| portion_fields(desk, typed, &mut form, i));
        form.line(typed.when_fields());
        let crumbs = [(t.nav_runs(), "/runs")];
        Ok(form_sheet(desk, t.start_run(), &crumbs, t.start_run_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordRun>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let node = typed.pick::<NodeId>("node");
        let operation = typed.required("operation");
        let mut inputs = Vec::new();
        for i in 0..INPUTS {
            inputs.extend(portion(app, desk, typed, i)?.map(|(_, portion)| portion));
        }
        let sent = typed.sent(desk.offset);
        let (Some(node), Some(operation)) = (node, operation) else { return Ok(None) };
        if typed.is_wrong() {
            return Ok(None);
        }
        let body = RunStart { node, inputs, operation };
        let recorded = usecase::runs::start(app, permit, sent, body)?;
        Ok(Some(format!("/runs/{}?done=run_started", recorded.id)))
    }
}
