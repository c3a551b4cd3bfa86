//! What the audit rules notice.

use actix_web::web::{self, Query};
use tl_findings::Finding;

use super::request::Listed;
use super::schema::{self, Rows};
use super::with_leave;
use crate::app::App;
use crate::auth::Session;
use crate::error::ApiError;
use crate::usecase::findings;

/// Findings and hints about a party, the gravest first.
#[utoipa::path(get, path = "/api/v1/findings", tag = "accounts", params(Listed),
    responses((status = 200, body = Rows<schema::Finding>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<Finding>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    let viewer = session.clone();
    let found = with_leave(&app, session, party, move |app, permit| {
        findings::list(app, permit, &viewer, &app.config.substance)
    });
    Ok(web::Json(Rows::cut(found.await?, page)))
}
