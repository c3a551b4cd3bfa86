//! Origins and whereabouts: which lots are in this, where did that go.

use actix_web::web::{self, Query};
use serde::Deserialize;
use tl_domain::code::Code;
use tl_domain::ids::{Analyte, EntryId, NodeId, PartyId, PlaceId};
use tl_wire::problem::ErrorCode;
use utoipa::IntoParams;

use super::request::page;
use crate::app::App;
use crate::auth::Session;
use crate::auth::permit::ReadParty;
use crate::error::{ApiError, Failure};
use crate::usecase::trace::{
    self, About, DEPTH_MAX, Direction, GENEALOGY_MAX, Genealogy, Question, Traced,
};

/// What is asked about: exactly one of `batch`, `code`, `place`, `stock` and `handover`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Party; officers name one of their area.
    #[param(value_type = Option<String>)]
    party: Option<PartyId>,
    /// A batch by its id.
    #[param(value_type = Option<String>)]
    batch: Option<EntryId>,
    /// A batch by its label code.
    code: Option<String>,
    /// What lies in a place now.
    #[param(value_type = Option<String>)]
    place: Option<PlaceId>,
    /// What lies in a store node now.
    #[param(value_type = Option<String>)]
    stock: Option<NodeId>,
    /// A handover by its code.
    handover: Option<String>,
    /// Line of the handover; the first when absent.
    line: Option<u32>,
    /// Substance; that of the installation when absent.
    #[param(value_type = Option<String>)]
    substance: Option<Analyte>,
    /// Rows to skip.
    offset: Option<u64>,
    /// Rows to give, at most 500; versions, for a genealogy.
    limit: Option<u32>,
    /// `true` for what became of it, for a genealogy; else what it was made from.
    ahead: Option<bool>,
    /// Steps of a genealogy, at most 20; 3 when absent.
    depth: Option<u32>,
}

/// Steps of a genealogy when the caller names none.
const DEPTH_DEFAULT: u32 = 3;

impl Asked {
    fn question(&self, app: &App) -> Result<Question, Failure> {
        let code = |text: &String| {
            text.parse::<Code>()
                .map_err(|error| Failure::new(ErrorCode::BadRequest, format!("{text:?}: {error}")))
        };
        let mut about = Vec::new();
        about.extend(self.batch.map(About::Batch));
        about.extend(self.code.as_ref().map(code).transpose()?.map(About::Code));
        about.extend(self.place.clone().map(About::Place));
        about.extend(self.stock.clone().map(About::Stock));
        let line = self.line.unwrap_or(1);
        let handover = self.handover.as_ref().map(code).transpose()?;
        about.extend(handover.map(|code| About::Handover(code, line)));
        let count = about.len();
        match (about.pop(), count) {
            (Some(about), 1) => {
                let substance = self.substance.clone();
                let substance = substance.unwrap_or_else(|| app.config.substance.clone());
                Ok(Question { about, substance })
            }
            _ => {
                let detail = format!(
                    "{count} things are named: name one of batch, code, place, stock, handover"
                );
                Err(Failure::new(ErrorCode::BadRequest, detail))
            }
        }
    }
}

/// Which lots are in it: tonnes and grams of each origin, the largest first.
#[utoipa::path(get, path = "/api/v1/trace/backward", tag = "trace", params(Asked),
    responses((status = 200, body = Traced), (status = 404)))]
pub async fn backward(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<web::Json<Traced>, ApiError> {
    shares(&app, session, query.into_inner(), Direction::Backward).await
}

/// Where it is now: tonnes and grams in each batch, place and handover, the largest first.
#[utoipa::path(get, path = "/api/v1/trace/forward", tag = "trace", params(Asked),
    responses((status = 200, body = Traced), (status = 404)))]
pub async fn forward(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<web::Json<Traced>, ApiError> {
    shares(&app, session, query.into_inner(), Direction::Forward).await
}

async fn shares(
    app: &web::Data<App>,
    session: Session,
    asked: Asked,
    direction: Direction,
) -> Result<web::Json<Traced>, ApiError> {
    let page = page(asked.offset, asked.limit)?;
    let done = App::run(app, move |app| {
        let question = asked.question(app)?;
        let party = app.meant_party(&session, asked.party.as_ref())?;
        let permit = app.authorise::<ReadParty>(&session, &party)?;
        trace::shares(app, &session, &permit, &question, (direction, page))
    });
    Ok(web::Json(done.await?))
}

/// The batches, runs and places around it and what went from one to the other, for drawing.
#[utoipa::path(get, path = "/api/v1/trace/genealogy", tag = "trace", params(Asked),
    responses((status = 200, body = Genealogy), (status = 404)))]
pub async fn genealogy(
    app: web::Data<App>,
    session: Session,
    query: Query<Asked>,
) -> Result<web::Json<Genealogy>, ApiError> {
    let asked = query.into_inner();
    let most = page(None, asked.limit)?.limit as usize;
    let most = if asked.limit.is_none() { GENEALOGY_MAX } else { most };
    let depth = asked.depth.unwrap_or(DEPTH_DEFAULT);
    if depth > DEPTH_MAX {
        let detail = format!("depth {depth}: at most {DEPTH_MAX} steps in one answer");
        return Err(Failure::new(ErrorCode::BadRequest, detail).into());
    }
    let direction =
        if asked.ahead == Some(true) { Direction::Forward } else { Direction::Backward };
    let done = App::run(&app, move |app| {
        let question = asked.question(app)?;
        let party = app.meant_party(&session, asked.party.as_ref())?;
        let permit = app.authorise::<ReadParty>(&session, &party)?;
        trace::genealogy(app, &session, &permit, &question, (direction, depth, most))
    });
    Ok(web::Json(done.await?))
}
