//! Signing in and out.
//!
//! A wrong login and a wrong password look the same and take the same time. Failures are counted in
//! the database, so that a restart or a second server process forgets none.

use std::net::IpAddr;

use actix_web::web;
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_store::Account;
use tl_wire::problem::ErrorCode;

use crate::app::App;
use crate::auth::cookie::SessionToken;
use crate::auth::password;
use crate::auth::{Session, micros};
use crate::error::Failure;
use crate::limits::{FAILURES_MAX, LOCKED_FOR, LOGIN_CHARS_MAX, SESSION_TOTAL};

/// Most characters kept of what a browser calls itself.
const AGENT_CHARS_MAX: usize = 200;

/// What somebody typed.
#[derive(Clone)]
pub struct Attempt {
    /// Login.
    pub login: String,
    /// Password.
    pub password: String,
    /// Where it comes from.
    pub address: Option<IpAddr>,
    /// What the browser calls itself.
    pub agent: String,
}

/// Signs a person in; the token goes into the cookie.
///
/// # Errors
/// `RateLimited`, or `NotSignedIn` with a text that does not tell which part was wrong.
pub async fn sign_in(
    app: &web::Data<App>,
    attempt: Attempt,
) -> Result<(SessionToken, Account), Failure> {
    let now = app.clock.micros();
    let address = attempt.address.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    if !app.sign_ins.take(address, now) {
        return Err(Failure::new(ErrorCode::RateLimited, ""));
    }
    let _one_of_few = app.hashing.acquire().await.map_err(|error| Failure::internal(&error))?;
    App::run(app, move |app| check(app, &attempt, now)).await
}

fn check(app: &App, attempt: &Attempt, now: Micros) -> Result<(SessionToken, Account), Failure> {
    let known = attempt.login.chars().count() <= LOGIN_CHARS_MAX;
    let account = if known { app.store.account_by_login(&attempt.login)? } else { None };
    let hash = account.as_ref().map(|account| account.password_hash.as_str());
    let right = password::verify(&attempt.password, hash);
    let Some(account) = account else { return Err(wrong()) };
    if account.locked_until.is_some_and(|until| now < until) {
        tracing::warn!(account = %account.id, "sign-in to a locked account");
        return Err(wrong());
    }
    if !right {
        let lock = micros(LOCKED_FOR);
        let failures = app.store.note_failure(&account.id, now, FAILURES_MAX, lock)?;
        tracing::warn!(account = %account.id, failures, "wrong password");
        return Err(wrong());
    }
    if !account.active {
        return Err(wrong());
    }
    app.store.note_success(&account.id)?;
    let token = SessionToken::draw();
    app.store.add_session(&tl_store::Session {
        token: token.hash(),
        account: account.id.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + micros(SESSION_TOTAL),
        revoked: false,
        agent: attempt.agent.chars().take(AGENT_CHARS_MAX).collect(),
    })?;
    Ok((token, account))
}

fn wrong() -> Failure {
    let detail = format!(
        "账号或密码不正确；连续 {FAILURES_MAX} 次错误将锁定 {minutes} 分钟 \
         (wrong login or password; {FAILURES_MAX} failures lock the account for {minutes} minutes)",
        minutes = LOCKED_FOR.as_secs() / 60
    );
    Failure::new(ErrorCode::NotSignedIn, detail)
}

/// Ends the session of this request.
///
/// # Errors
/// The store's.
pub fn sign_out(app: &App, session: &Session) -> Result<(), Failure> {
    Ok(app.store.revoke_session(&session.token)?)
}

/// The person's sessions that hold, newest first.
///
/// # Errors
/// The store's.
pub fn sessions(app: &App, session: &Session) -> Result<Vec<tl_store::Session>, Failure> {
    Ok(app.store.sessions(&session.account, app.clock.micros())?)
}

/// Ends one of the person's own sessions, named by its token's hash.
///
/// # Errors
/// `NotFound` for one that is not the person's.
pub fn end_session(app: &App, session: &Session, token: &Hash) -> Result<(), Failure> {
    let found = app.store.session(token)?.filter(|found| found.account == session.account);
    if found.is_none() {
        return Err(Failure::not_found());
    }
    Ok(app.store.revoke_session(token)?)
}
