//! 盘点: what was found in a node.

use actix_web::Responder;
use actix_web::web::{Data, Form, ReqData};
use askama::Template;
use serde::Deserialize;

use super::no_node;
use crate::capture::process;
use crate::page::Page;
use crate::page::answer::{Frame, Submission, capture, render};
use crate::page::form;
use crate::page::guard::{Act, Visitor};
use crate::page::home::{materials, nodes};

#[derive(Template)]
#[template(path = "stock.html")]
struct StockTemplate {
    frame: Frame,
    nodes: Vec<(String, String)>,
    materials: Vec<(String, String)>,
}

pub(in crate::page) async fn stock_form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
) -> impl Responder {
    let site = page.site.now();
    let frame = Frame::new(&page, &visitor, "盘点", "Stock take");
    render(&StockTemplate { frame, nodes: nodes(&site), materials: materials(&site) })
}

#[derive(Debug, Deserialize)]
pub(in crate::page) struct StockForm {
    #[serde(default)]
    once: String,
    node: String,
    lines: String,
}

pub(in crate::page) async fn stock(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<StockForm>,
) -> impl Responder {
    let form = form.into_inner();
    let once = form.once.clone();
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/stock" };
    capture(&page, submission, move |tx, context| {
        let node = form::id(&form.node)?.ok_or_else(no_node)?;
        let lines = form::found(&form.lines)?;
        let done = process::take_stock(tx, context, &node, &lines)?;
        Ok(done.into())
    })
    .await
}
