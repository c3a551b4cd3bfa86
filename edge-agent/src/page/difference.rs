//! Net against declared: 按实重, 拒收 or 待核.

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, ReqData};
use askama::Template;
use serde::Deserialize;

use super::Page;
use super::answer::{Frame, Outcome, Submission, capture, problem, render};
use super::guard::{Act, Visitor};
use super::home::{Shown, shown};
use crate::capture::difference::{self, Choice};
use crate::capture::refuse;
use crate::outbox::{arrival_of, state};
use crate::words::Words;

#[derive(Template)]
#[template(path = "difference.html")]
struct DifferenceTemplate {
    frame: Frame,
    batch: Shown,
    words: String,
    declared: String,
}

pub(super) async fn form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
) -> impl Responder {
    let site = page.site.now();
    let read =
        page.outbox.read(|db| Ok((state::batch_by_id(db, &site, &id)?, arrival_of(db, &id)?)));
    match read {
        Ok((Some(batch), Some(arrival))) if arrival.words.is_some() => {
            let words = difference::words(arrival.words.as_deref().unwrap_or_default());
            render(&DifferenceTemplate {
                frame: Frame::new(&page, &visitor, "重量差异", "Difference in mass"),
                batch: shown(&site, &visitor, &batch),
                words: words.say(visitor.en).to_owned(),
                declared: arrival.declared_grams.as_deref().map_or_else(String::new, tonnes),
            })
        }
        Ok(_) => {
            let words = Words::new("这个批次没有待定的差异", "this batch has no difference");
            problem(&page, &visitor, &words, "/")
        }
        Err(error) => problem(&page, &visitor, &error.words(), "/"),
    }
}

/// Grams as tonnes with at least three decimals.
pub(super) fn tonnes(grams: &str) -> String {
    use rust_decimal::Decimal;
    let Ok(grams) = Decimal::from_str_exact(grams) else {
        return grams.to_owned();
    };
    let mut tonnes = (grams / Decimal::from(1_000_000)).normalize();
    if tonnes.scale() < 3 {
        tonnes.rescale(3);
    }
    format!("{tonnes} t")
}

#[derive(Debug, Deserialize)]
pub(super) struct DifferenceForm {
    #[serde(default)]
    once: String,
    choice: Choice,
    #[serde(default)]
    reason: String,
}

pub(super) async fn settle(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<DifferenceForm>,
) -> impl Responder {
    let (id, form) = (id.into_inner(), form.into_inner());
    let back = format!("/batch/{id}/difference");
    let once = form.once.clone();
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        let batch = state::batch_by_id(tx.connection, &context.site, &id)?
            .ok_or_else(|| refuse("本机没有这个批次", "this batch is not known here"))?;
        let done = difference::settle(tx, context, &batch, form.choice, &form.reason)?;
        let kept = Words::new("已记为待核,列在队列页", "kept open; it is on the queue page");
        let card = format!("/batch/{id}");
        Ok(match (done, form.choice) {
            (Some(done), _) => Outcome::from(done),
            (None, Choice::Kept) => Outcome::from(card).saying(kept),
            (None, _) => Outcome::from(card),
        })
    })
    .await
}
