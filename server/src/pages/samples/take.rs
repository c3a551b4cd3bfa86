//! The form in which a sample is recorded: of batches, of a stream and span, or of a stock.

use serde::Deserialize;
use tl_domain::event::{SampleShare, SampleSubject, SampleTake};
use tl_domain::ids::{BatchId, MaterialId, StreamId};

use super::super::capture::{
    Capture, batch_named, choosing, form_sheet, location, location_choices, material_choices,
    new_form,
};
use super::super::desk::Desk;
use super::super::flows::report::span;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::permit::RecordSample;
use crate::error::Failure;
use crate::usecase;

/// Batches of one composite that a page takes.
const BATCHES_MAX: usize = 50;

/// Takes a sample.
#[derive(Deserialize)]
pub(crate) struct Take;

impl Capture for Take {
    type Needs = RecordSample;

    fn usual(&self, app: &App, desk: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        typed.usual("of", "batches");
        let asked = typed.text("batch").parse::<BatchId>().ok();
        if let Some(id) = asked
            && let Some(row) = app.store.batch(&desk.party.party, id)?
        {
            let code = row.code.map_or_else(|| id.to_string(), |code| code.display());
            typed.usual("batches", code);
        }
        Ok(())
    }

    fn sheet(&self, _: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let mut form = new_form(desk, typed, t.sign_and_record(), "/samples");
        let subjects = vec![
            Choice::new("batches", t.sample_of_batches()),
            Choice::new("stream", t.sample_of_stream()),
            Choice::new("stock", t.sample_of_stock()),
        ];
        form.line(vec![
            typed.list_field("of", t.stands_for(), subjects).required(),
            typed.field("code", t.label_code(), FieldKind::Scan).hint(t.label_code_hint()),
        ]);
        form.group(
            t.sample_of_batches(),
            vec![
                typed
                    .field("batches", t.batch_codes(), FieldKind::Words)
                    .hint(t.batch_codes_hint()),
            ],
        );
        let streams = desk.names.streams.iter().map(|s| Choice::new(s.id.as_str(), &s.name));
        form.group(
            t.sample_of_stream(),
            vec![
                typed.list_field("stream", t.stream(), choosing(desk, streams)),
                typed.field("from", t.span_begins(), FieldKind::Minute),
                typed.field("to", t.span_ends(), FieldKind::Minute),
            ],
        );
        form.group(
            t.sample_of_stock(),
            vec![
                typed.list_field("location", t.location(), location_choices(desk)),
                typed.list_field("material", t.material(), material_choices(desk)),
            ],
        );
        form.line(vec![
            typed.number_field("increments", t.increments(), ""),
            typed.field("lab_name", t.lab_name(), FieldKind::Text).hint(t.lab_name_hint()),
        ]);
        form.line(typed.when_fields());
        Ok(form_sheet(desk, t.act_sample(), &[(t.samples(), "/samples")], t.capture_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordSample>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let code = typed.code("code");
        let increments = typed.maybe::<u32>("increments");
        let lab_name = typed.optional("lab_name");
        let subject = match typed.text("of") {
            "stream" => of_stream(typed, desk.offset),
            "stock" => of_stock(typed, desk.offset),
            _ => of_batches(app, desk, typed)?,
        };
        let sent = typed.sent(desk.offset);
        let Some(subject) = subject.filter(|_| !typed.is_wrong()) else { return Ok(None) };
        let code = usecase::codes::code_for(app, permit, code, &sent)?;
        let body = SampleTake {
            code: Some(code),
            subject,
            increments,
            lab_name,
            sampler: None,
            raw: None,
        };
        let recorded = usecase::samples::take(app, permit, sent, body)?;
        Ok(Some(format!("/samples/{}?done=sampled", recorded.id)))
    }
}

fn of_stream(typed: &mut Typed, offset: i32) -> Option<SampleSubject> {
    let stream = typed.pick::<StreamId>("stream");
    let span = span(typed, offset);
    Some(SampleSubject::Stream { stream: stream?, span: span? })
}

fn of_stock(typed: &mut Typed, offset: i32) -> Option<SampleSubject> {
    let location = location(typed, "location");
    let material = typed.pick::<MaterialId>("material");
    let at = typed.minute("observed_at", offset);
    Some(SampleSubject::Stock { location: location?, material: material?, at: at? })
}

/// Batches by code or id, one a line or separated by commas.
fn of_batches(app: &App, desk: &Desk, typed: &mut Typed) -> Result<Option<SampleSubject>, Failure> {
    let Some(text) = typed.required("batches") else { return Ok(None) };
    let mut shares = Vec::new();
    let texts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | ';' | '；'));
    for text in texts.filter(|text| !text.is_empty()) {
        if shares.len() == BATCHES_MAX {
            let words = desk.t.too_many_batches(BATCHES_MAX);
            typed.error("batches", words);
            return Ok(None);
        }
        let Some(row) = batch_named(app, desk, typed, "batches", text)? else { return Ok(None) };
        shares.push(SampleShare { batch: row.id, weight: None });
    }
    Ok(Some(SampleSubject::Batches(shares)))
}
