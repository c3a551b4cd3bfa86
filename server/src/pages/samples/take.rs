//! The form in which a sample is recorded: of batches, of a stream and span, or of a stock.

use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::event::{SampleShare, SampleSubject, SampleTake};
use tl_domain::ids::{BatchId, MaterialId, StreamId};

use super::super::capture::{
    self, Capture, Pairs, form_sheet, location, location_choices, material_choices, new_form,
};
use super::super::desk::Desk;
use super::super::flows::report::span;
use super::super::part::{Choice, FieldKind};
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use crate::app::App;
use crate::auth::permit::RecordSample;
use crate::auth::{Permit, Session};
use crate::error::{Failure, PageError};
use crate::usecase;

/// Batches of one composite that a page takes.
const BATCHES_MAX: usize = 50;

/// Takes a sample.
struct Take;

/// `GET /samples/new?batch=`
pub async fn form(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    capture::open(app, session, request, Take).await
}

/// `POST /samples/new`
pub async fn submit(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    pairs: Pairs,
) -> Result<HttpResponse, PageError> {
    capture::submit(app, session, request, pairs.into_inner(), Take).await
}

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
        let streams = [Choice::new("", t.please_choose())].into_iter().chain(streams).collect();
        form.group(
            t.sample_of_stream(),
            vec![
                typed.list_field("stream", t.stream(), streams),
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
        let code = match code {
            Some(code) => code,
            None => usecase::codes::draw(app, permit)?,
        };
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
        let found = match text.parse::<BatchId>() {
            Ok(id) => app.store.batch(&desk.party.party, id)?,
            Err(_) => match tl_domain::code::read_scan(text) {
                Ok((_, code)) => app.store.batch_by_code(&desk.party.party, &code)?,
                Err(error) => {
                    let words = super::super::scan::scan_error(desk.t, &error);
                    typed.error("batches", words);
                    return Ok(None);
                }
            },
        };
        match found {
            Some(row) => shares.push(SampleShare { batch: row.id, weight: None }),
            None => {
                let words = desk.t.no_such_batch(super::super::format::shortened(text, 40));
                typed.error("batches", words);
                return Ok(None);
            }
        }
    }
    Ok(Some(SampleSubject::Batches(shares)))
}
