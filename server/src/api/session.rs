//! Signing in and out, and a person's sessions.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use tl_ledger::Hash;
use tl_wire::problem::ErrorCode;
use utoipa::ToSchema;

use super::schema::{MeAnswer, Rows, SessionAnswer};
use crate::app::App;
use crate::auth::{Session, cookie};
use crate::error::{ApiError, Failure};
use crate::usecase::sign_in::{self, Attempt, Entered};

/// What a person types.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    login: String,
    password: String,
    /// Digits of the second factor, or a recovery code, where the account has one.
    code: Option<String>,
}

/// Signs in; the answer sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    security(()), responses((status = 204), (status = 401, description = "wrong")))]
pub async fn sign_in(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Json<SignIn>,
) -> Result<HttpResponse, ApiError> {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let SignIn { login, password, code } = body.into_inner();
    let attempt = Attempt {
        login,
        password,
        address: request.peer_addr().map(|address| address.ip()),
        agent: agent.unwrap_or("").to_owned(),
    };
    let token = match sign_in::sign_in(&app, attempt.clone()).await? {
        Entered::In(token, _) => token,
        Entered::SecondFactor(ticket) => {
            let needed = || Failure::new(ErrorCode::SecondFactor, "send the digits as `code`");
            let code = code.ok_or_else(needed)?;
            sign_in::with_second_factor(&app, ticket, code, attempt).await?.0
        }
    };
    Ok(HttpResponse::NoContent().cookie(token.cookie()).finish())
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub async fn sign_out(app: web::Data<App>, session: Session) -> Result<HttpResponse, ApiError> {
    App::run(&app, move |app| sign_in::sign_out(app, &session)).await?;
    Ok(HttpResponse::NoContent().cookie(cookie::forget()).finish())
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = MeAnswer)))]
pub async fn me(session: Session) -> web::Json<MeAnswer> {
    web::Json(MeAnswer::from(&session))
}

/// The person's sessions.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session",
    responses((status = 200, body = Rows<SessionAnswer>)))]
pub async fn list(
    app: web::Data<App>,
    session: Session,
) -> Result<web::Json<Rows<SessionAnswer>>, ApiError> {
    let rows = App::run(&app, move |app| {
        let rows = sign_in::sessions(app, &session)?;
        Ok(rows.into_iter().map(|row| SessionAnswer::new(row, &session)).collect())
    });
    Ok(web::Json(Rows::all(rows.await?)))
}

/// Ends one of the person's sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session",
    params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub async fn end(
    app: web::Data<App>,
    session: Session,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let token: Hash = id.parse().map_err(|_| Failure::not_found())?;
    App::run(&app, move |app| sign_in::end_session(app, &session, &token)).await?;
    Ok(HttpResponse::NoContent().finish())
}
