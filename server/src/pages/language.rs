//! The language switch: keeps the choice in a cookie and goes back to the page.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::query;
use crate::auth::LANGUAGE_COOKIE;
use crate::error::{Failure, PageError};
use crate::i18n::Lang;

/// `GET /language/{code}?back=PATH`
pub async fn switch(
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let lang = Lang::from_code(&code).ok_or_else(Failure::not_found)?;
    let query = query(&request);
    let back = own_path(query.value("back").unwrap_or("/"));
    let cookie = Cookie::build(LANGUAGE_COOKIE, lang.code())
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish();
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, back)).cookie(cookie).finish())
}

/// A path of this server; anything that a browser could take for another host becomes `/`.
pub(crate) fn own_path(path: &str) -> &str {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte > 0x20 && byte != 0x7f);
    if local { path } else { "/" }
}
