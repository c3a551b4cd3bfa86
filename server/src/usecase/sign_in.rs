//! Signing in and out.
//!
//! A wrong login and a wrong password look the same and take the same time. Failures, of the second
//! factor too, are counted in the database, so that a restart or a second server process forgets
//! none; each lock is twice as long as the one before it.

use std::net::IpAddr;

use actix_web::web;
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_store::Account;
use tl_wire::problem::ErrorCode;

use crate::app::App;
use crate::auth::cookie::SessionToken;
use crate::auth::{Session, micros, password, second_factor};
use crate::error::Failure;
use crate::limits::{FAILURES_MAX, LOCKED_FOR, LOCKED_MOST, LOGIN_CHARS_MAX, SESSION_TOTAL};

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

/// What a right password leads to.
pub enum Entered {
    /// A session; its token goes into the cookie.
    In(SessionToken, Box<Account>),
    /// The second factor is owed: a ticket that stands for the password some minutes.
    SecondFactor(String),
}

/// Checks login and password; signs in who has no second factor.
///
/// # Errors
/// `RateLimited`, or `NotSignedIn` with a text that does not tell which part was wrong.
pub async fn sign_in(app: &web::Data<App>, attempt: Attempt) -> Result<Entered, Failure> {
    let now = app.clock.micros();
    take_try(app, attempt.address, now)?;
    let _one_of_few = app.hashing.acquire().await.map_err(|error| Failure::internal(&error))?;
    App::run(app, move |app| check(app, &attempt, now)).await
}

/// Checks the digits, or a recovery code, of who holds a ticket.
///
/// # Errors
/// `RateLimited`, or `NotSignedIn` for a ticket that lapsed and digits that are wrong or used.
pub async fn with_second_factor(
    app: &web::Data<App>,
    ticket: String,
    typed: String,
    attempt: Attempt,
) -> Result<(SessionToken, Account), Failure> {
    let now = app.clock.micros();
    take_try(app, attempt.address, now)?;
    App::run(app, move |app| {
        let account = app.second_steps.account(&ticket, now);
        let account = account.map(|id| app.store.account(&id)).transpose()?.flatten();
        let account = account.filter(|account| account.active).ok_or_else(wrong)?;
        require_unlocked(&account, now)?;
        if !is_second_factor(app, &account, &typed, now)? {
            return Err(note_wrong(app, &account, now)?);
        }
        app.second_steps.close(&ticket);
        open_session(app, account, &attempt, now)
    })
    .await
}

/// Whether digits or a recovery code fit the account; what fits is used up.
///
/// # Errors
/// The store's.
pub fn is_second_factor(
    app: &App,
    account: &Account,
    typed: &str,
    now: Micros,
) -> Result<bool, Failure> {
    let Some(secret) = &account.totp else { return Ok(false) };
    if let Some(step) = second_factor::step_of(secret, typed, now) {
        return Ok(app.store.use_totp_step(&account.id, step)?);
    }
    match second_factor::recovery_hash(typed) {
        Some(code) => Ok(app.store.use_recovery_code(&account.id, &code, now)?),
        None => Ok(false),
    }
}

fn take_try(app: &App, address: Option<IpAddr>, now: Micros) -> Result<(), Failure> {
    let address = address.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    if app.sign_ins.take(address, now) {
        return Ok(());
    }
    Err(Failure::new(ErrorCode::RateLimited, ""))
}

fn check(app: &App, attempt: &Attempt, now: Micros) -> Result<Entered, Failure> {
    let known = attempt.login.chars().count() <= LOGIN_CHARS_MAX;
    let account = if known { app.store.account_by_login(&attempt.login)? } else { None };
    let hash = account.as_ref().map(|account| account.password_hash.as_str());
    let right = password::verify(&attempt.password, hash);
    let Some(account) = account else { return Err(wrong()) };
    require_unlocked(&account, now)?;
    if !right {
        return Err(note_wrong(app, &account, now)?);
    }
    if !account.active {
        return Err(wrong());
    }
    if account.totp.is_some() {
        // Failures are forgotten after the second factor only: a password must not reset them.
        let ticket = app.second_steps.open(&account.id, now);
        let ticket = ticket.ok_or_else(|| Failure::new(ErrorCode::RateLimited, ""))?;
        return Ok(Entered::SecondFactor(ticket));
    }
    let (token, account) = open_session(app, account, attempt, now)?;
    Ok(Entered::In(token, Box::new(account)))
}

fn require_unlocked(account: &Account, now: Micros) -> Result<(), Failure> {
    if account.locked_until.is_some_and(|until| now < until) {
        tracing::warn!(account = %account.id, "sign-in to a locked account");
        return Err(wrong());
    }
    Ok(())
}

fn note_wrong(app: &App, account: &Account, now: Micros) -> Result<Failure, Failure> {
    let (lock, most) = (micros(LOCKED_FOR), micros(LOCKED_MOST));
    let failures = app.store.note_failure(&account.id, now, FAILURES_MAX, lock, most)?;
    tracing::warn!(account = %account.id, failures, "wrong password or second factor");
    Ok(wrong())
}

fn open_session(
    app: &App,
    account: Account,
    attempt: &Attempt,
    now: Micros,
) -> Result<(SessionToken, Account), Failure> {
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
        "账号、密码或动态码不正确；连续 {FAILURES_MAX} 次错误将锁定 {minutes} 分钟，再错加倍 \
         (wrong login, password or code; {FAILURES_MAX} failures lock the account for {minutes} \
         minutes, each further one for twice as long)",
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
