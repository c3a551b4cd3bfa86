//! Before every handler: language, session, the page's own origin. Deny by default.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use tl_domain::ids::OperatorId;

use super::Page;
use super::session::Person;
use crate::capture::occasion::Paper;

/// Name of the session's cookie.
pub(super) const SESSION_COOKIE: &str = "tl_edge";
const LANGUAGE_COOKIE: &str = "tl_lang";
/// Paths that need no session.
const OPEN: &[&str] = &["/login", "/style.css", "/htmx.js", "/sw.js", "/away"];
/// Scripts need none either: they hold nothing of the plant.
const SCRIPTS: &str = "/js/";
/// Longest that a form may have waited in a browser.
const AGE_MAX_MILLIS: i64 = 90 * 86_400_000;

/// Who asks, and how.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visitor {
    /// The person, when signed in.
    pub(crate) operator: Option<OperatorId>,
    /// Name on the page.
    pub(crate) name: Option<String>,
    /// What the person may do.
    pub(crate) roles: Vec<String>,
    /// English instead of Chinese.
    pub(crate) en: bool,
    /// The session's token.
    pub(crate) token: String,
    /// The page's script asks: errors go into the page.
    pub(crate) script: bool,
    /// How long ago the form was filled in, when a browser sends it late, in microseconds.
    pub(crate) age_micros: i64,
    /// The paper sheet that is being copied.
    pub(crate) paper: Option<Paper>,
}

impl Visitor {
    /// One of two texts by language.
    pub(crate) fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        if self.en { en } else { zh }
    }

    /// Whether the person may record this.
    pub(crate) fn may(&self, act: Act) -> bool {
        self.roles.iter().any(|role| match role.as_str() {
            "gate" | "ehs" | "enterprise_admin" | "admin" => true,
            "lab" => act == Act::Laboratory,
            _ => false,
        })
    }
}

/// What is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Arrivals, weighings, runs, handovers, stock.
    Gate,
    /// Samples and their labels and results.
    Laboratory,
}

/// The middleware.
pub(super) async fn guard(
    page: web::Data<Page>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let visitor = visitor(&page, &request);
    let chosen = language_of_query(&request);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !own_origin(&request) {
        let words = visitor.t("请求不是来自本页面", "the request does not come from this page");
        let denied = HttpResponse::Forbidden().body(words.to_owned());
        return Ok(request.into_response(denied));
    }
    let open = OPEN.contains(&request.path()) || request.path().starts_with(SCRIPTS);
    if visitor.operator.is_none() && !open {
        let target = format!("/login?next={}", request.path());
        let answer = if visitor.script {
            HttpResponse::NoContent().insert_header(("HX-Redirect", target)).finish()
        } else if matches!(request.path(), "/scan" | "/pill" | "/draft") {
            HttpResponse::NoContent().finish()
        } else {
            HttpResponse::SeeOther().insert_header((header::LOCATION, target)).finish()
        };
        return Ok(request.into_response(answer));
    }
    request.extensions_mut().insert(visitor);
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Some(en) = chosen {
        let cookie = Cookie::build(LANGUAGE_COOKIE, if en { "en" } else { "zh" })
            .path("/")
            .secure(true)
            .same_site(SameSite::Lax)
            .permanent()
            .finish();
        if let Err(error) = response.response_mut().add_cookie(&cookie) {
            tracing::debug!(%error, "the language was not kept");
        }
    }
    Ok(response)
}

fn visitor(page: &Page, request: &ServiceRequest) -> Visitor {
    let token =
        request.cookie(SESSION_COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    let en = language_of_query(request).unwrap_or_else(|| {
        request.cookie(LANGUAGE_COOKIE).is_some_and(|cookie| cookie.value() == "en")
    });
    let script = request.headers().contains_key("HX-Request");
    match page.sessions.person(&token).and_then(|person| still_known(page, person)) {
        Some(Person { operator, name, roles }) => {
            let paper = page.sessions.paper(&token);
            let (operator, name, age_micros) = (Some(operator), Some(name), age(request));
            Visitor { operator, name, roles, en, token, script, age_micros, paper }
        }
        None => Visitor { en, script, ..Visitor::default() },
    }
}

/// How long ago a browser says that the form was filled in; nothing that can't be.
fn age(request: &ServiceRequest) -> i64 {
    let value = request.headers().get("X-Age-Millis").and_then(|it| it.to_str().ok());
    let millis = value.and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    millis.clamp(0, AGE_MAX_MILLIS) * 1000
}

/// The person as the site knows them now: who left is out with the next snapshot, and roles change.
fn still_known(page: &Page, person: Person) -> Option<Person> {
    let site = page.site.now();
    let user = site.users().iter().find(|user| user.operator == person.operator)?;
    Some(Person { roles: user.roles.clone(), ..person })
}

fn language_of_query(request: &ServiceRequest) -> Option<bool> {
    let pairs = request.query_string().split('&');
    pairs.filter_map(|pair| pair.strip_prefix("lang=")).find_map(|value| match value {
        "en" => Some(true),
        "zh" => Some(false),
        _ => None,
    })
}

/// Browsers name the origin of every POST; it must be this very page.
fn own_origin(request: &ServiceRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    match text(header::ORIGIN) {
        Some(origin) => origin.strip_prefix("https://") == Some(host),
        // Programs without a browser have no cookie that another site could misuse.
        None => true,
    }
}
