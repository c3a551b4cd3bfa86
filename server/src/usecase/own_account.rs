//! What a person changes of the own account: password and second factor.
//!
//! Each change asks for the present password again, so that a screen left open is not enough, and
//! ends the person's other sessions. Hashing takes tens of milliseconds: callers hold one of
//! `App::hashing`.

use tl_store::{Account, StoreError};
use tl_wire::problem::ErrorCode;

use crate::app::App;
use crate::auth::password::{self, PasswordError};
use crate::auth::{Session, micros, second_factor};
use crate::error::Failure;
use crate::limits::{FAILURES_MAX, LOCKED_FOR, LOCKED_MOST};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OwnAccountError {
    /// The present password is wrong.
    #[error("the present password is wrong")]
    WrongPassword,
    /// The new password can't be taken.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The digits do not belong to the secret and this minute.
    #[error("the digits are wrong, or the clock of the phone is")]
    WrongDigits,
    /// Everything else.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<StoreError> for OwnAccountError {
    fn from(error: StoreError) -> Self {
        Self::Failure(error.into())
    }
}

/// The account of a session.
///
/// # Errors
/// `NotFound` when it was closed meanwhile.
pub fn account(app: &App, session: &Session) -> Result<Account, Failure> {
    app.store.account(&session.account)?.ok_or_else(Failure::not_found)
}

/// Recovery codes that the person has left.
///
/// # Errors
/// The store's.
pub fn recovery_codes_left(app: &App, session: &Session) -> Result<u64, Failure> {
    Ok(app.store.recovery_codes_left(&session.account)?)
}

/// Sets another password.
///
/// # Errors
/// `WrongPassword`, `Password`.
pub fn change_password(
    app: &App,
    session: &Session,
    present: &str,
    new: &str,
) -> Result<(), OwnAccountError> {
    let mut account = proved(app, session, present)?;
    account.password_hash = password::hash_for(&account.login, new)?;
    app.store.put_account(&account)?;
    tracing::info!(account = %account.id, "changed the own password");
    Ok(end_other_sessions(app, session)?)
}

/// Sets a second factor that the person's phone already shows; gives the recovery codes, which are
/// shown this once.
///
/// # Errors
/// `WrongPassword`, `WrongDigits`.
pub fn set_second_factor(
    app: &App,
    session: &Session,
    present: &str,
    secret: &str,
    digits: &str,
) -> Result<Vec<String>, OwnAccountError> {
    let account = proved(app, session, present)?;
    let step = second_factor::step_of(secret, digits, app.clock.micros());
    let step = step.ok_or(OwnAccountError::WrongDigits)?;
    let codes = second_factor::new_recovery_codes();
    let hashes: Vec<_> =
        codes.iter().filter_map(|code| second_factor::recovery_hash(code)).collect();
    app.store.put_second_factor(&account.id, Some(secret), &hashes)?;
    // What was typed here must not sign anybody in.
    app.store.use_totp_step(&account.id, step)?;
    tracing::info!(account = %account.id, "set a second factor");
    end_other_sessions(app, session)?;
    Ok(codes)
}

/// Takes the second factor away.
///
/// # Errors
/// `WrongPassword`.
pub fn drop_second_factor(
    app: &App,
    session: &Session,
    present: &str,
) -> Result<(), OwnAccountError> {
    let account = proved(app, session, present)?;
    app.store.put_second_factor(&account.id, None, &[])?;
    tracing::info!(account = %account.id, "took the second factor away");
    Ok(end_other_sessions(app, session)?)
}

/// The account, when the present password is right; a wrong one counts like one at sign-in.
fn proved(app: &App, session: &Session, present: &str) -> Result<Account, OwnAccountError> {
    let account = account(app, session)?;
    let now = app.clock.micros();
    if account.locked_until.is_some_and(|until| now < until) {
        return Err(Failure::new(ErrorCode::RateLimited, "").into());
    }
    if password::verify(present, Some(&account.password_hash)) {
        return Ok(account);
    }
    let (lock, most) = (micros(LOCKED_FOR), micros(LOCKED_MOST));
    app.store.note_failure(&account.id, now, FAILURES_MAX, lock, most)?;
    Err(OwnAccountError::WrongPassword)
}

/// Ends all sessions of the person but this one.
///
/// # Errors
/// The store's.
pub fn end_other_sessions(app: &App, session: &Session) -> Result<(), Failure> {
    for other in app.store.sessions(&session.account, app.clock.micros())? {
        if other.token != session.token {
            app.store.revoke_session(&other.token)?;
        }
    }
    Ok(())
}
