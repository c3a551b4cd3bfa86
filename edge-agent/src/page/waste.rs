//! 含铊废物: containers by the register of HJ 1259, and how long each lies in store.

use actix_web::Responder;
use actix_web::web::{Data, Form, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::code::CodeKind;
use tl_domain::event::MaterialClass;

use super::Page;
use super::answer::{Frame, Outcome, Submission, capture, problem, render};
use super::form;
use super::guard::{Act, Visitor};
use crate::capture::refuse;
use crate::capture::waste::{self, Container, Register};
use crate::outbox::{WasteKept, WriteError, waste_in_store};
use crate::site::Site;

/// Containers on the page.
const ROWS: i64 = 200;
const DAY_MICROS: i64 = 86_400_000_000;
/// Share of the longest storage from which a container is marked, in per cent.
const WARN_PERCENT: i64 = 80;

/// A container as the page shows it.
pub(super) struct Stored {
    pub(super) batch: String,
    pub(super) name: String,
    pub(super) waste_code: String,
    pub(super) days: i64,
    pub(super) days_max: i64,
    /// `ok`, `warn` or `over`.
    pub(super) state: &'static str,
}

/// How long a container lies there.
pub(super) fn stored(row: WasteKept, now: i64) -> Stored {
    let days = (now - row.made_micros).max(0) / DAY_MICROS;
    let state = if days > row.days_max {
        "over"
    } else if days * 100 >= row.days_max * WARN_PERCENT {
        "warn"
    } else {
        "ok"
    };
    let WasteKept { batch, name, waste_code, days_max, .. } = row;
    Stored { batch, name, waste_code, days, days_max, state }
}

#[derive(Template)]
#[template(path = "waste.html")]
struct WasteTemplate {
    frame: Frame,
    materials: Vec<(String, String, String)>,
    places: Vec<(String, String)>,
    stored: Vec<Stored>,
}

pub(super) async fn form(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let site = page.site.now();
    let now = page.outbox.shared().clock.wall();
    match page.outbox.read(|db| waste_in_store(db, ROWS)) {
        Ok(rows) => render(&WasteTemplate {
            frame: Frame::new(&page, &visitor, "含铊废物", "Waste"),
            materials: wastes(&site),
            places: site.places().map(|it| (it.id.to_string(), it.name.clone())).collect(),
            stored: rows.into_iter().map(|row| stored(row, now)).collect(),
        }),
        Err(error) => problem(&page, &visitor, &error.words(), "/"),
    }
}

/// Wastes of the site: id, name, waste code.
fn wastes(site: &Site) -> Vec<(String, String, String)> {
    let waste = site.materials().filter(|it| it.class == MaterialClass::Waste);
    let shown = waste
        .map(|it| (it.id.to_string(), it.name.clone(), it.waste_code.clone().unwrap_or_default()));
    shown.collect()
}

#[derive(Debug, Deserialize)]
pub(super) struct WasteForm {
    #[serde(default)]
    once: String,
    #[serde(default)]
    code: String,
    material: String,
    #[serde(default)]
    waste_code: String,
    value: String,
    unit: String,
    #[serde(default)]
    container_code: String,
    #[serde(default)]
    container_type: String,
    #[serde(default)]
    container_count: String,
    #[serde(default)]
    national_code: String,
    #[serde(default)]
    batch_number: String,
    #[serde(default)]
    facility: String,
    #[serde(default)]
    destination: String,
    place: String,
}

pub(super) async fn store(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<WasteForm>,
) -> impl Responder {
    let form = form.into_inner();
    let (once, days_max) = (form.once.clone(), page.gate.waste_days);
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: "/waste" };
    let (inner, who) = (page.clone(), visitor.clone().into_inner());
    capture(&page, submission, move |tx, context| {
        let container = container(&context.site, &form, days_max)?;
        let (done, code) = waste::store(tx, context, &container)?;
        Outcome::from(done).labelled(tx, &inner, &who, CodeKind::Batch, Some(&code))
    })
    .await
}

fn container(site: &Site, form: &WasteForm, days_max: u32) -> Result<Container, WriteError> {
    let material =
        form::id(&form.material)?.ok_or_else(|| refuse("请选择废物", "choose the waste"))?;
    let declared = site.material(form.material.trim()).and_then(|record| record.waste_code.clone());
    let waste_code = form::text(&form.waste_code).or(declared).ok_or_else(|| {
        refuse(
            "该物料没有废物代码,请填写(国家危险废物名录)",
            "this material has no waste code; enter it",
        )
    })?;
    let place = site.place(form.place.trim()).cloned().ok_or_else(|| {
        refuse(
            "请选择贮存设施(仓位);没有时请管理员先登记",
            "choose where it is stored; have the place entered when there is none",
        )
    })?;
    let parts = [&form.container_code, &form.container_type, &form.container_count];
    let parts: Vec<String> = parts.into_iter().filter_map(|it| form::text(it)).collect();
    Ok(Container {
        code: form::code_of(&form.code, CodeKind::Batch)?,
        material,
        waste_code,
        mass: form::mass(&form.value, &form.unit)?,
        manual: "废物产生登记".to_owned(),
        containers: (!parts.is_empty()).then(|| parts.join(" · ")),
        national_code: form::text(&form.national_code),
        place,
        register: Register {
            batch_number: form::text(&form.batch_number),
            facility: form::text(&form.facility),
            destination: form::text(&form.destination),
        },
        days_max,
    })
}
