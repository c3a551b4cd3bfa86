//! 撤销上一步, on every page.

use actix_web::Responder;
use actix_web::web::{Data, Form, ReqData};
use serde::Deserialize;

use super::Page;
use super::answer::{Outcome, Submission, capture};
use super::guard::{Act, Visitor};
use crate::capture::undo;

#[derive(Debug, Deserialize)]
pub(super) struct UndoForm {
    #[serde(default)]
    once: String,
}

pub(super) async fn undo(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<UndoForm>,
) -> impl Responder {
    let once = form.into_inner().once;
    // Whoever recorded it may take it back, whatever it was.
    let submission = Submission { visitor: &visitor, act: Act::Laboratory, once: &once, back: "/" };
    capture(&page, submission, |tx, context| {
        let done = undo::undo(tx, context)?;
        Ok(Outcome::from(done))
    })
    .await
}
