//! The first page: what can be done, what waits to be done.

use actix_web::Responder;
use actix_web::web::{Data, ReqData};
use askama::Template;

use super::Page;
use super::answer::{Frame, problem, render};
use super::guard::Visitor;
use crate::capture::weigh;
use crate::outbox::state::{self, BatchView};
use crate::port::tickets::trucks::{self, OpenTruck};
use crate::site::Site;
use crate::words::Words;

/// Batches on the first page.
const BATCHES: i64 = 30;

/// A batch as pages show it.
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) material: String,
    pub(super) node: String,
    pub(super) left: String,
    pub(super) waits: String,
}

/// A batch in words.
pub(super) fn shown(site: &Site, visitor: &Visitor, batch: &BatchView) -> Shown {
    let material =
        site.material(&batch.material).map_or(batch.material.clone(), |it| it.name.clone());
    let node = site
        .nodes()
        .find(|node| node.id.as_str() == batch.node)
        .map_or(batch.node.clone(), |node| node.name.clone());
    let left = batch.left.map_or_else(
        || visitor.t("未过磅", "not weighed").to_owned(),
        |grams| {
            let mut tonnes = (grams / rust_decimal::Decimal::from(1_000_000)).normalize();
            if tonnes.scale() < 3 {
                tonnes.rescale(3);
            }
            format!("{tonnes} t")
        },
    );
    let waits = weigh::waits_for(batch).map_or_else(String::new, |(side, first)| {
        if visitor.en {
            format!("{first} taken, waits for the {}", side.en())
        } else {
            format!("已记 {first},待{}", side.zh())
        }
    });
    Shown { id: batch.id.to_string(), name: batch.name(), material, node, left, waits }
}

/// Materials of the site as choices.
pub(super) fn materials(site: &Site) -> Vec<(String, String)> {
    site.materials().map(|it| (it.id.to_string(), it.name.clone())).collect()
}

/// Nodes of the site as choices, the page's own first.
pub(super) fn nodes(site: &Site) -> Vec<(String, String)> {
    site.nodes().map(|it| (it.id.to_string(), it.name.clone())).collect()
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomeTemplate {
    frame: Frame,
    tiles: Vec<(&'static str, String)>,
    batches: Vec<Shown>,
    trucks: Vec<Truck>,
}

/// A truck that was weighed once.
pub(super) struct Truck {
    pub(super) name: String,
    pub(super) href: Option<String>,
    pub(super) waits: &'static str,
    pub(super) detail: String,
}

pub(super) fn truck(page: &Page, visitor: &Visitor, open: &OpenTruck) -> Truck {
    let since = open.since_micros.map(|micros| {
        let at = page.outbox.shared().clock.moment(micros);
        at.at().format("%m-%d %H:%M").to_string()
    });
    let parts = [open.plate.clone(), Some(open.material.clone()), Some(open.weight.clone()), since];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|it| !it.is_empty()).collect();
    let (zh, en) = open.waits.words();
    Truck {
        name: open.name.clone(),
        href: open.batch.as_ref().map(|id| format!("/batch/{id}")),
        waits: visitor.t(zh, en),
        detail: parts.join(" · "),
    }
}

pub(super) async fn home(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let site = page.site.now();
    let read = page.outbox.read(|db| {
        let batches = state::open_batches(db, &site, BATCHES)?;
        Ok((batches, trucks::open_trucks(db, &site, BATCHES)?))
    });
    let (batches, trucks) = match read {
        Ok(read) => read,
        Err(error) => return problem(&page, &visitor, &error.words(), "/"),
    };
    let tile = |path, zh: &str, en: &str| (path, visitor.t(zh, en).to_owned());
    render(&HomeTemplate {
        frame: Frame::new(&page, &visitor, "首页", "Home"),
        tiles: vec![
            tile("/arrive", "到厂登记", "Arrival"),
            tile("/intake", "连续收料", "Receive in a row"),
            tile("/sample", "取样", "Sample"),
            tile("/lab#receive", "样品接收", "Receive samples"),
            tile("/lab", "化验", "Laboratory"),
            tile("/runs", "工序", "Runs"),
            tile("/dispatch", "装车", "Dispatch"),
            tile("/receive", "接收", "Receive"),
            tile("/places", "仓位投料", "Places, feed"),
            tile("/waste", "含铊废物", "Waste"),
            tile("/stock", "盘点", "Stock take"),
            tile("/shift", "班报", "Shift report"),
            tile("/shift/handover", "交接班", "Shift handover"),
            tile("/paper", "纸单补录", "Paper sheets"),
            tile("/queue", "队列", "Queue"),
            tile("/print", "打印队列", "Print queue"),
            tile("/status", "状态", "Status"),
            tile("/wall", "命令码墙卡", "Wall card"),
        ],
        batches: batches.iter().map(|batch| shown(&site, &visitor, batch)).collect(),
        trucks: trucks.iter().map(|open| truck(&page, &visitor, open)).collect(),
    })
}

pub(super) async fn not_found(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let words = Words::new("没有这个页面", "there is no such page");
    let mut answer = problem(&page, &visitor, &words, "/");
    *answer.status_mut() = actix_web::http::StatusCode::NOT_FOUND;
    answer
}
