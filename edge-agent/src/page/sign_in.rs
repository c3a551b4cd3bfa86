//! Signing in by badge or name and PIN, also with the link down; changing the user in seconds.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::{self, Data, Form, Query, ReqData};
use actix_web::{HttpResponse, Responder};
use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params};
use askama::Template;
use serde::Deserialize;
use tl_wire::snapshot::SnapshotUser;

use super::Page;
use super::answer::{Frame, go, problem, render};
use super::guard::{SESSION_COOKIE, Visitor};
use super::session::Person;
use crate::outbox::lock;
use crate::words::Words;

/// Longest PIN in bytes.
const PIN_BYTES_MAX: usize = 64;
/// Most memory that verifying a PIN takes, in KiB: what the agent may hold is bounded.
const PIN_MEMORY_KIB_MAX: u32 = 4_096;

#[derive(Debug, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
    #[serde(default)]
    badge: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginTemplate<'a> {
    frame: Frame,
    users: &'a [SnapshotUser],
    next: String,
    badge: String,
    name: String,
}

pub(super) async fn form(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    query: Query<Next>,
) -> impl Responder {
    let site = page.site.now();
    let known = find_user(site.users(), &query.badge, "");
    if known.is_none() && visitor.operator.is_some() && !query.badge.is_empty() {
        // A label whose mark is by chance that of a badge.
        if let Ok((_, code)) = tl_domain::code::read_scan(&query.badge) {
            return go(&visitor, &format!("/find?code={}", code.as_str()));
        }
    }
    let frame = Frame::new(&page, &visitor, "登录", "Sign in");
    render(&LoginTemplate {
        frame,
        users: site.users(),
        next: local(&query.next),
        badge: known.map_or_else(String::new, |_| query.badge.clone()),
        name: known.map_or_else(String::new, |user| user.name.clone()),
    })
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    #[serde(default)]
    operator: String,
    #[serde(default)]
    badge: String,
    pin: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn sign_in(
    page: Data<Page>,
    visitor: ReqData<Visitor>,
    form: Form<SignIn>,
) -> impl Responder {
    let form = form.into_inner();
    let fail = |words: &Words| problem(&page, &visitor, words, "/login");
    let site = page.site.now();
    let Some(user) = find_user(site.users(), &form.badge, &form.operator) else {
        return fail(&Words::new(
            "没有这个人员或工牌,请选择姓名或重新扫描",
            "no such person or badge; choose the name or scan again",
        ));
    };
    if let Some(minutes) = page.sessions.locked_minutes(&user.operator) {
        return fail(&locked(minutes));
    }
    let (user, pin, inner) = (user.clone(), form.pin, page.clone());
    let tried = web::block(move || confirm(&inner, user, &pin)).await;
    let user = match tried {
        Ok(Ok(user)) => user,
        Ok(Err(words)) => return fail(&words),
        Err(error) => {
            tracing::error!(%error, "a PIN was not verified");
            return fail(&Words::new("本机繁忙,请重试", "this machine is busy; try again"));
        }
    };
    // Whoever was signed in at this screen before is not any more.
    page.sessions.close(&visitor.token);
    let person = Person { operator: user.operator, name: user.name, roles: user.roles };
    let token = match page.sessions.open(person) {
        Ok(token) => token,
        Err(error) => return fail(&Words::new(error.to_string(), error.to_string())),
    };
    with_cookie(go(&visitor, &local(&form.next)), &token)
}

pub(super) async fn sign_out(page: Data<Page>, visitor: ReqData<Visitor>) -> impl Responder {
    page.sessions.close(&visitor.token);
    with_cookie(go(&visitor, "/login"), "")
}

fn with_cookie(mut answer: HttpResponse, token: &str) -> HttpResponse {
    let cookie = Cookie::build(SESSION_COOKIE, token)
        .path("/")
        .http_only(true)
        .secure(true)
        .same_site(SameSite::Strict)
        .finish();
    if let Err(error) = answer.add_cookie(&cookie) {
        tracing::error!(%error, "the session's cookie was not set");
    }
    answer
}

/// The person of a badge, else of an id.
pub(super) fn find_user<'a>(
    users: &'a [SnapshotUser],
    badge: &str,
    operator: &str,
) -> Option<&'a SnapshotUser> {
    if let Ok((_, badge)) = tl_domain::code::read_scan(badge) {
        return users.iter().find(|user| user.badge.as_ref() == Some(&badge));
    }
    users.iter().find(|user| user.operator.as_str() == operator)
}

/// Verifies a PIN and counts the try before the next one gets its turn: of many that come together
/// no more are looked at than of many that come one by one.
///
/// # Errors
/// What is wrong with the PIN, or for how long the person is locked out.
pub(super) fn confirm(page: &Page, user: SnapshotUser, pin: &str) -> Result<SnapshotUser, Words> {
    let _one_at_a_time = lock(&page.pins);
    if let Some(minutes) = page.sessions.locked_minutes(&user.operator) {
        return Err(locked(minutes));
    }
    let Some(hash) = light(&user.pin_hash) else {
        tracing::error!(operator = %user.operator, "a PIN's hash can't be read or is too heavy");
        return Err(Words::new(
            "本机无法核对此 PIN(散列格式不符或超出内存上限),请在服务器上重新设置 PIN",
            "this machine can't check that PIN (its hash has another form or wants too much \
             memory); set the PIN anew on the server",
        ));
    };
    if !verifies(&hash, pin) {
        page.sessions.wrong(&user.operator);
        return Err(Words::new("PIN 不正确", "the PIN is wrong"));
    }
    page.sessions.right(&user.operator);
    Ok(user)
}

fn locked(minutes: u64) -> Words {
    Words::new(
        format!("PIN 多次错误,请 {minutes} 分钟后再试"),
        format!("too many wrong PINs; try again in {minutes} minutes"),
    )
}

/// A hash that can be verified within `PIN_MEMORY_KIB_MAX`.
fn light(hash: &str) -> Option<PasswordHash> {
    let hash = PasswordHash::new(hash).ok()?;
    let params = Params::try_from(&hash).ok()?;
    (params.m_cost() <= PIN_MEMORY_KIB_MAX).then_some(hash)
}

fn verifies(hash: &PasswordHash, pin: &str) -> bool {
    pin.len() <= PIN_BYTES_MAX && Argon2::default().verify_password(pin.as_bytes(), hash).is_ok()
}

/// Only paths of this page: no other site is ever redirected to.
fn local(next: &str) -> String {
    let own =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    let pages = !next.starts_with("/scan") && !next.starts_with("/scale");
    if own && pages { next.to_owned() } else { "/".to_owned() }
}
