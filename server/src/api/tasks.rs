//! Open tasks.

use actix_web::web;
use actix_web::web::Query;
use tl_domain::project::TaskRow;

use super::request::Listed;
use super::schema::{self, Rows};
use super::with_leave;
use crate::app::App;
use crate::auth::Session;
use crate::error::ApiError;
use crate::usecase::tasks;

/// Open tasks, the oldest first.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "tasks", params(Listed),
    responses((status = 200, body = Rows<schema::Task>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
    query: Query<Listed>,
) -> Result<web::Json<Rows<TaskRow>>, ApiError> {
    let page = query.page()?;
    let party = query.into_inner().party;
    Ok(web::Json(Rows::cut(with_leave(&app, session, party, tasks::list).await?, page)))
}
