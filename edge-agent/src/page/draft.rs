//! Half-filled forms of the person who is signed in, and what the header shows between pages.

use actix_web::web::{self, Data, Form, Query, ReqData};
use actix_web::{HttpResponse, Responder};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Page;
use super::answer::link_now;
use super::guard::Visitor;
use crate::outbox::{DRAFT_BYTES_MAX, draft_of};

/// Longest name of a page's form.
const PATH_BYTES_MAX: usize = 200;

#[derive(Debug, Deserialize)]
pub(super) struct DraftQuery {
    path: String,
}

pub(super) async fn load(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<DraftQuery>,
) -> impl Responder {
    let Some(operator) = &visitor.operator else {
        return HttpResponse::NoContent().finish();
    };
    match page.outbox.read(|db| draft_of(db, operator.as_str(), &query.path)) {
        Ok(Some(fields)) => HttpResponse::Ok().content_type("application/json").body(fields),
        Ok(None) => HttpResponse::NoContent().finish(),
        Err(error) => {
            tracing::warn!(%error, "a draft was not read");
            HttpResponse::NoContent().finish()
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct DraftForm {
    path: String,
    fields: String,
}

/// Keeps the fields of a form; an empty form is forgotten.
pub(super) async fn save(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<DraftForm>,
) -> impl Responder {
    let Some(operator) = visitor.operator.clone() else {
        return HttpResponse::NoContent().finish();
    };
    let DraftForm { path, fields } = form.into_inner();
    let large = path.len() > PATH_BYTES_MAX || fields.len() > DRAFT_BYTES_MAX;
    let Some(read) = serde_json::from_str::<Map<String, Value>>(&fields).ok().filter(|_| !large)
    else {
        return HttpResponse::UnprocessableEntity().finish();
    };
    let filled = read.values().any(|value| value.as_str().is_some_and(|text| !text.is_empty()));
    let kept = web::block(move || {
        page.outbox.write(move |tx| {
            tx.save_draft(operator.as_str(), &path, filled.then_some(fields.as_str()))
        })
    })
    .await;
    match kept {
        Ok(Ok(())) => HttpResponse::NoContent().finish(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a draft was not kept");
            HttpResponse::InsufficientStorage().finish()
        }
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// The header's state, asked for every few seconds.
pub(super) async fn pill(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let (class, words) = link_now(&page, &visitor);
    let scan = page.board.newest_scan();
    HttpResponse::Ok().json(json!({ "class": class, "words": words, "scan": scan }))
}
