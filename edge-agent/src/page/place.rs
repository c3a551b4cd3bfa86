//! 仓位: the plate of a pile, tank, bin or hopper. Unloading closes labels into it, feeding draws.

use actix_web::Responder;
use actix_web::web::{Data, Form, Path, ReqData};
use askama::Template;
use serde::Deserialize;
use tl_domain::event::{MeterKind, PlaceRecord};

use super::Page;
use super::answer::{Frame, Submission, capture, problem, render};
use super::form;
use super::guard::{Act, Visitor};
use super::home::nodes;
use crate::capture::place::{self, Drawn};
use crate::capture::refuse;
use crate::outbox::WriteError;
use crate::site::Site;
use crate::words::Words;

#[derive(Template)]
#[template(path = "place.html")]
struct PlaceTemplate {
    frame: Frame,
    id: String,
    node: String,
    material: String,
    inputs: String,
    nodes: Vec<(String, String)>,
    meters: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "places.html")]
struct PlacesTemplate {
    frame: Frame,
    places: Vec<(String, String, String, String)>,
}

/// Belt scales first: they are what feeding names.
pub(super) fn meters(site: &Site) -> Vec<(String, String)> {
    let belt = |kind: MeterKind| kind == MeterKind::BeltScale;
    let mut meters: Vec<_> = site.meters().collect();
    meters.sort_by_key(|meter| !belt(meter.kind));
    meters.into_iter().map(|it| (it.id.to_string(), it.name.clone())).collect()
}

#[derive(Debug, Deserialize)]
pub(super) struct PlaceQuery {
    #[serde(default)]
    inputs: String,
}

/// All places, for plates that are not there yet.
pub(super) async fn list(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    let site = page.site.now();
    let places = site.places().map(|it| {
        let code = it.code.as_ref().map_or_else(|| "—".to_owned(), |code| code.display());
        (it.id.to_string(), it.name.clone(), node_name(&site, it), code)
    });
    let places = places.collect();
    render(&PlacesTemplate { frame: Frame::new(&page, &visitor, "仓位", "Places"), places })
}

fn node_name(site: &Site, place: &PlaceRecord) -> String {
    let node = site.nodes().find(|node| node.id == place.node);
    node.map_or_else(|| place.node.to_string(), |node| node.name.clone())
}

pub(super) async fn card(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    query: actix_web::web::Query<PlaceQuery>,
) -> impl Responder {
    let site = page.site.now();
    let Some(place) = site.place(&id) else {
        return problem(&page, &visitor, &unknown(&id), "/places");
    };
    let (zh, en) = (format!("仓位 {}", place.name), format!("Place {}", place.name));
    let material = place.material.as_ref().and_then(|id| site.material(id.as_str()));
    render(&PlaceTemplate {
        frame: Frame::new(&page, &visitor, &zh, &en),
        id: place.id.to_string(),
        node: node_name(&site, place),
        material: material.map_or_else(|| "—".to_owned(), |it| it.name.clone()),
        inputs: query.inputs.clone(),
        nodes: nodes(&site),
        meters: meters(&site),
    })
}

fn unknown(id: &str) -> Words {
    Words::new(
        format!("本机没有仓位 {id};请联网同步,或由管理员登记"),
        format!("place {id} is not known here; connect first, or have it entered"),
    )
}

fn known(site: &Site, id: &str) -> Result<PlaceRecord, WriteError> {
    site.place(id).cloned().ok_or_else(|| WriteError::Refused(unknown(id)))
}

#[derive(Debug, Deserialize)]
pub(super) struct UnloadForm {
    #[serde(default)]
    once: String,
    inputs: String,
}

pub(super) async fn unload(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<UnloadForm>,
) -> impl Responder {
    let (id, form) = (id.into_inner(), form.into_inner());
    let (once, back) = (form.once.clone(), format!("/place/{id}"));
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        let place = known(&context.site, &id)?;
        let inputs = form::inputs(tx, context, &form.inputs)?;
        for input in &inputs {
            tx.drop_waste(&input.batch.id.to_string())?;
        }
        Ok(place::unload(tx, context, &place, &inputs)?.into())
    })
    .await
}

#[derive(Debug, Deserialize)]
pub(super) struct DrawForm {
    #[serde(default)]
    once: String,
    to: String,
    #[serde(default)]
    meter: String,
    #[serde(default)]
    start: String,
    #[serde(default)]
    end: String,
    #[serde(default)]
    value: String,
    unit: String,
}

pub(super) async fn draw(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    id: Path<String>,
    form: Form<DrawForm>,
) -> impl Responder {
    let (id, form) = (id.into_inner(), form.into_inner());
    let (once, back) = (form.once.clone(), format!("/place/{id}"));
    let submission = Submission { visitor: &visitor, act: Act::Gate, once: &once, back: &back };
    capture(&page, submission, move |tx, context| {
        let place = known(&context.site, &id)?;
        let to = form::id(&form.to)?
            .ok_or_else(|| refuse("请选择投料去向(节点)", "choose the node that is fed"))?;
        let drawn = drawn(&form)?;
        Ok(place::draw(tx, context, &place, &drawn, (to, form::id(&form.meter)?))?.into())
    })
    .await
}

fn drawn(form: &DrawForm) -> Result<Drawn, WriteError> {
    match (form::text(&form.start), form::text(&form.end), form::text(&form.value)) {
        (None, None, Some(value)) => Ok(Drawn::Mass(form::mass(&value, &form.unit)?)),
        (Some(start), Some(end), None) => Ok(Drawn::Readings {
            start: form::decimal(&start)?,
            end: form::decimal(&end)?,
            unit: form::mass_unit(&form.unit)?,
        }),
        _ => Err(refuse(
            "请填皮带秤累计起、止读数,或只填重量",
            "enter the belt scale's two readings, or the mass alone",
        )),
    }
}
