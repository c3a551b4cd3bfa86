//! Labels of a batch as SVG and PDF of 100 × 70 mm.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use tl_domain::code::{CodeKind, qr_text};
use tl_domain::project::BatchRow;
use tl_report::label::{Drawing, Label, LabelKind, pdf as pdf_of};

use super::super::desk::Desk;
use super::super::{format, query, story};
use super::find;
use crate::app::App;
use crate::auth::Session;
use crate::error::{Failure, PageError};

/// `GET /batches/{id}/label.svg`
pub async fn svg(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (name, drawing) = drawing(app, session, request, id.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.svg\"")))
        .body(drawing.svg()))
}

/// `GET /batches/{id}/label.pdf`
pub async fn pdf(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (name, drawing) = drawing(app, session, request, id.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\"")))
        .body(pdf_of(&[drawing])))
}

async fn drawing(
    app: web::Data<App>,
    session: Session,
    request: HttpRequest,
    id: String,
) -> Result<(String, Drawing), Failure> {
    let query = query(&request);
    App::run(&app, move |app| {
        let desk = Desk::open(app, &session, &query)?;
        let row = find(app, &desk, &id)?;
        let label = label(app, &desk, &row)?;
        let name = label.code_display.clone();
        Ok((name, label.draw().map_err(|error| Failure::internal(&error))?))
    })
    .await
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
