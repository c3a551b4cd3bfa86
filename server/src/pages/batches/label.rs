//! Labels of a batch: a picture on the page, and the label itself as PDF of 100 × 70 mm.
//!
//! Who gets a label to print says so first: the form records `label.print`, and the PDF is given
//! for that entry alone. A reprint needs a reason. The picture says that it is none to print.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use tl_domain::code::{CodeKind, qr_text};
use tl_domain::event::{Body, LabelPrint};
use tl_domain::ids::EntryId;
use tl_domain::project::BatchRow;
use tl_report::label::{Drawing, Label, LabelKind, Paper, TEMPLATE_VERSION, pdf as pdf_of};

use super::super::capture::{Capture, form_sheet, new_form};
use super::super::desk::Desk;
use super::super::part::FieldKind;
use super::super::sheet::Sheet;
use super::super::typed::Typed;
use super::super::{format, query, story};
use super::{find, title};
use crate::app::App;
use crate::auth::permit::RecordBatch;
use crate::auth::{Permit, Session};
use crate::error::{Failure, PageError};
use crate::usecase;

/// Most copies of one print.
const COPIES_MAX: u32 = 20;
/// Where a page's label is printed, as the entry names it.
const PRINTER: &str = "page";

/// Hands out the label of the batch of a path.
#[derive(Deserialize)]
pub(crate) struct Print(String);

impl Capture for Print {
    type Needs = RecordBatch;

    fn usual(&self, _: &App, _: &Desk, typed: &mut Typed) -> Result<(), Failure> {
        typed.usual("copies", "2");
        Ok(())
    }

    fn sheet(&self, app: &App, desk: &Desk, typed: &Typed) -> Result<Sheet, Failure> {
        let t = desk.t;
        let row = find(app, desk, &self.0)?;
        let code = row.code.clone().ok_or_else(Failure::not_found)?;
        let card = format!("/batches/{}", row.id);
        let printed = usecase::batches::copies_printed(app, &desk.party.party, &code)?;
        let mut form = new_form(desk, typed, t.act_label_pdf(), &card);
        let mut fields = vec![typed.number_field("copies", t.label_copies(), "").required()];
        if printed > 0 {
            let reason = typed.field("reason", t.label_reason(), FieldKind::Text).required();
            fields.push(reason.hint(t.label_printed_before(printed)));
        }
        form.line(fields);
        let name = title(&row);
        let crumbs = [(t.nav_batches(), "/batches"), (name.as_str(), card.as_str())];
        Ok(form_sheet(desk, t.act_label_pdf(), &crumbs, t.label_note(), form))
    }

    fn record(
        &self,
        app: &App,
        desk: &Desk,
        permit: &Permit<RecordBatch>,
        typed: &mut Typed,
    ) -> Result<Option<String>, Failure> {
        let row = find(app, desk, &self.0)?;
        let code = row.code.clone().ok_or_else(Failure::not_found)?;
        let printed = usecase::batches::copies_printed(app, permit.party(), &code)?;
        let copies: Option<u32> = typed.text("copies").parse().ok();
        let copies = copies.filter(|count| (1..=COPIES_MAX).contains(count));
        if copies.is_none() {
            let words = desk.t.label_copies_wrong(COPIES_MAX);
            typed.error("copies", words);
        }
        let reason = if printed > 0 { typed.required("reason") } else { None };
        let sent = typed.sent(desk.offset);
        let Some(copies) = copies.filter(|_| !typed.is_wrong()) else { return Ok(None) };
        let body = LabelPrint {
            printer: Some(PRINTER.to_owned()),
            first: Some(printed.saturating_add(1)),
            reason,
            template: Some(format!("{}/{TEMPLATE_VERSION}", Paper::Batch.name())),
            ..LabelPrint::new(CodeKind::Batch, code, copies)
        };
        let recorded = usecase::batches::print_label(app, permit, sent, body)?;
        Ok(Some(format!("/batches/{}/label.pdf?print={}", row.id, recorded.id)))
    }
}

/// `GET /batches/{id}/label.svg`: how the label looks.
pub async fn svg(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (query, id) = (query(&request), id.into_inner());
    let drawn: Result<(String, Drawing), Failure> = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let row = find(app, &desk, &id)?;
        let mut label = label(app, &desk, &row)?;
        label.printed_at = desk.t.label_preview().to_owned();
        Ok((label.code_display.clone(), draw(&label)?))
    })
    .await;
    let (name, drawing) = drawn?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.svg\"")))
        .body(drawing.svg()))
}

/// `GET /batches/{id}/label.pdf?print=ENTRY`: the copies of a print that was recorded; without one
/// to the form that records it.
pub async fn pdf(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (query, id) = (query(&request), id.into_inner());
    let made: Result<Result<(String, Vec<u8>), String>, Failure> = App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let row = find(app, &desk, &id)?;
        let label = label(app, &desk, &row)?;
        let Some(print) = printed(app, &desk, &row, query.value("print"))? else {
            return Ok(Err(desk.links.to(format!("/batches/{}/print", row.id))));
        };
        let copies = (1..=print.copies).map(|copy| {
            let number = desk.t.label_copy(copy, print.copies);
            draw(&Label { printed_at: format!("{} {number}", label.printed_at), ..label.clone() })
        });
        let copies = copies.collect::<Result<Vec<_>, _>>()?;
        Ok(Ok((label.code_display, pdf_of(&copies))))
    })
    .await;
    Ok(match made? {
        Ok((name, bytes)) => HttpResponse::Ok()
            .content_type("application/pdf")
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("inline; filename=\"{name}.pdf\""),
            ))
            .body(bytes),
        Err(form) => HttpResponse::SeeOther().insert_header((header::LOCATION, form)).finish(),
    })
}

fn draw(label: &Label) -> Result<Drawing, Failure> {
    label.draw().map_err(|error| Failure::internal(&error))
}

/// The recorded print of this batch's label that an address names.
fn printed(
    app: &App,
    desk: &Desk,
    row: &BatchRow,
    named: Option<&str>,
) -> Result<Option<LabelPrint>, Failure> {
    let Some(id) = named.and_then(|id| id.parse::<EntryId>().ok()) else { return Ok(None) };
    let stored = app.store.entry(&desk.party.party, id)?;
    Ok(match stored.map(|stored| stored.view.entry.body) {
        Some(Body::LabelPrint(print)) if Some(&print.code) == row.code.as_ref() => Some(print),
        _ => None,
    })
}

/// What the label of a batch says.
fn label(app: &App, desk: &Desk, row: &BatchRow) -> Result<Label, Failure> {
    let (t, names) = (desk.t, &desk.names);
    let code = row.code.as_ref().ok_or_else(Failure::not_found)?;
    let mut lines =
        vec![(t.location().to_owned(), names.spot(row.node.as_ref(), row.place.as_ref()))];
    let mut add = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| (name.to_owned(), value)));
    };
    add(t.origin_word(), row.origin.map(|origin| t.origin(origin).to_owned()));
    add(t.supplier(), row.supplier.as_ref().map(|party| names.party(party)));
    add(t.mass_tonnes(), row.wet.map(format::tonnes));
    add(t.moisture_word(), row.moisture.as_ref().map(|value| story::percent(t, value)));
    add(t.ticket(), row.ticket.clone());
    add(t.registered_at(), row.registered_at.map(|at| desk.minute(at)));
    let material = row.material.as_ref().map(|id| names.material(id));
    Ok(Label {
        kind: LabelKind::Batch,
        code_display: code.display(),
        qr_text: qr_text(&app.config.qr_host, CodeKind::Batch, code),
        title: material.unwrap_or_else(|| t.unknown().to_owned()),
        lines,
        party: desk.party.name.clone(),
        printed_at: t.printed_at(desk.minute(desk.now)),
        footer: t.product_long().to_owned(),
    })
}
