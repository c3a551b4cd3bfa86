//! What people do to a worksheet: cells, confirmations, retests, deviations, submission.

use actix_web::web::{Data, Form, Json, Path, ReqData};
use actix_web::{HttpResponse, Responder, web};
use serde::Deserialize;

use super::grid;
use crate::capture::lab::series::{self, Change};
use crate::capture::lab::submit;
use crate::capture::{Context, refuse};
use crate::outbox::{Tx, WriteError};
use crate::page::Page;
use crate::page::answer::{Outcome, Submission, capture, problem};
use crate::page::guard::{Act, Visitor};
use crate::words::Words;

/// Runs a job of a script off the worker; what is wrong is answered at once.
pub(super) async fn job<T, F>(
    page: &Data<Page>,
    visitor: &Visitor,
    work: F,
) -> Result<T, HttpResponse>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx<'_>, &Context) -> Result<T, WriteError> + Send + 'static,
{
    if !visitor.may(Act::Laboratory) {
        let words = Words::new(
            "您的角色不能录入化验结果,请换人登录",
            "your role may not enter results; sign in as somebody else",
        );
        return Err(problem(page, visitor, &words, "/lab"));
    }
    let (inner, context) = (page.clone(), page.context(visitor));
    let done = web::block(move || inner.outbox.write(move |tx| work(tx, &context))).await;
    match done {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(problem(page, visitor, &error.words(), "/lab")),
        Err(_) => Err(problem(page, visitor, &WriteError::Stopped.words(), "/lab")),
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct Changes {
    changes: Vec<Change>,
}

pub(in crate::page) async fn cells(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    body: Json<Changes>,
) -> impl Responder {
    let (sheet, changes) = (id.clone(), body.into_inner().changes);
    let done = job(&page, &visitor, move |tx, context| {
        tx.admit()?;
        series::edit(tx, context, &sheet, &changes)
    });
    match done.await {
        Ok(()) => grid::answer(&page, &visitor, &id),
        Err(answer) => answer,
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct Confirmed {
    n: u32,
    text: String,
}

pub(in crate::page) async fn confirm(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    body: Json<Confirmed>,
) -> impl Responder {
    let (sheet, body) = (id.clone(), body.into_inner());
    let done = job(&page, &visitor, move |tx, context| {
        series::confirm(tx, context, &sheet, body.n, &body.text)
    });
    match done.await {
        Ok(()) => grid::answer(&page, &visitor, &id),
        Err(answer) => answer,
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct ActForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    n: u32,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    words: String,
}

/// A form on a worksheet that leads back to it.
async fn act<F>(
    page: &Data<Page>,
    visitor: &Visitor,
    (id, form): (String, ActForm),
    work: F,
) -> HttpResponse
where
    F: FnOnce(&mut Tx<'_>, &Context, &str, &ActForm) -> Result<Option<Words>, WriteError>
        + Send
        + 'static,
{
    let back = format!("/lab/sheets/{id}");
    let once = form.once.clone();
    let submission = Submission { visitor, act: Act::Laboratory, once: &once, back: &back };
    let to = back.clone();
    capture(page, submission, move |tx, context| {
        let words = work(tx, context, &id, &form)?;
        let outcome = Outcome::from(to);
        Ok(match words {
            Some(words) => outcome.saying(words),
            None => outcome,
        })
    })
    .await
}

pub(in crate::page) async fn submit(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<ActForm>,
) -> impl Responder {
    let home = page.outbox.shared().home.clone();
    act(&page, &visitor, (id.into_inner(), form.into_inner()), move |tx, context, id, _| {
        let done = submit::submit(tx, context, &home, id)?;
        let (number, reports) = (done.number, done.reports);
        Ok(Some(Words::new(
            format!("工作单 {number} 已提交 {reports} 个结果,待另一人复核"),
            format!("worksheet {number}: {reports} results submitted, another person reviews"),
        )))
    })
    .await
}

pub(in crate::page) async fn retest(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<ActForm>,
) -> impl Responder {
    act(&page, &visitor, (id.into_inner(), form.into_inner()), |tx, context, id, form| {
        series::retest(tx, context, id, form.n, &form.reason).map(|_| None)
    })
    .await
}

pub(in crate::page) async fn take_over(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<ActForm>,
) -> impl Responder {
    act(&page, &visitor, (id.into_inner(), form.into_inner()), |tx, context, id, _| {
        series::take_over(tx, context, id).map(|()| None)
    })
    .await
}

pub(in crate::page) async fn give_up(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<ActForm>,
) -> impl Responder {
    act(&page, &visitor, (id.into_inner(), form.into_inner()), |tx, context, id, _| {
        series::give_up(tx, context, id).map(|()| None)
    })
    .await
}

/// The technical lead's explanation; the lead need not own the worksheet.
pub(in crate::page) async fn deviation(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<ActForm>,
) -> impl Responder {
    let back = format!("/lab/sheets/{id}");
    if !grid::leads(&visitor) {
        let error = refuse(
            "偏离说明由技术负责人填写,请换人登录",
            "the technical lead states deviations; sign in as that person",
        );
        return problem(&page, &visitor, &error.words(), &back);
    }
    let (inner, context) = (page.clone(), page.context(&visitor));
    let (sheet, words) = (id.into_inner(), form.into_inner().words);
    let done = web::block(move || {
        inner.outbox.write(move |tx| series::state_deviation(tx, &context, &sheet, &words))
    });
    match done.await {
        Ok(Ok(())) => crate::page::answer::go(&visitor, &back),
        Ok(Err(error)) => problem(&page, &visitor, &error.words(), &back),
        Err(_) => problem(&page, &visitor, &WriteError::Stopped.words(), &back),
    }
}
