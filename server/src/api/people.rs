//! People who sign in at agents.

use actix_web::web::Query;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use tl_domain::ids::{OperatorId, SiteId};
use utoipa::ToSchema;

use super::request::Of;
use super::schema::{AgentPersonAnswer, Rows};
use super::with_leave;
use crate::app::App;
use crate::auth::Session;
use crate::error::{ApiError, Failure};
use crate::usecase::people;

/// People who sign in at the party's agents with badge and PIN.
#[utoipa::path(get, path = "/api/v1/people", tag = "parties", params(Of),
    responses((status = 200, body = Rows<AgentPersonAnswer>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Of>,
) -> Result<web::Json<Rows<AgentPersonAnswer>>, ApiError> {
    let party = query.into_inner().party;
    let found = with_leave(&app, session, party, people::list).await?;
    Ok(web::Json(Rows::all(found.into_iter().map(AgentPersonAnswer::from).collect())))
}

/// Where a person works.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonSites {
    /// Ids of sites whose agents hold the person; null for every site of the party.
    #[schema(value_type = Option<Vec<String>>)]
    sites: Option<Vec<SiteId>>,
}

/// Keeps a person to some sites, or to none.
#[utoipa::path(post, path = "/api/v1/people/{id}/sites", tag = "parties",
    params(("id" = String, Path)), request_body = PersonSites,
    responses((status = 204), (status = 404), (status = 422)))]
pub async fn keep_to(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
    body: web::Json<PersonSites>,
) -> Result<HttpResponse, ApiError> {
    let id: OperatorId = id.parse().map_err(|_| Failure::not_found())?;
    let sites = body.into_inner().sites;
    let done = App::run(&app, move |app| {
        let permit = app.authorise(&session, &app.own_party(&session)?)?;
        people::keep_to(app, &permit, &id, sites.as_deref())
    });
    done.await?;
    Ok(HttpResponse::NoContent().finish())
}
