//! The person behind a request: an extractor that handlers name in their arguments.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use tl_domain::ids::{OperatorId, PartyId};
use tl_ledger::Hash;
use tl_wire::problem::ErrorCode;

use super::cookie::SessionToken;
use super::{Level, Roles, language};
use crate::app::App;
use crate::error::{ApiError, Failure};
use crate::limits::{SESSION_IDLE, SESSION_TOUCH};

/// Names an account; entries carry it as their operator.
pub type AccountId = OperatorId;

/// A person who signed in. Says who it is; what the person may do is a `Permit`.
#[derive(Debug, Clone)]
pub struct Session {
    /// The account.
    pub account: AccountId,
    /// Name on screens.
    pub name: String,
    /// Login.
    pub login: String,
    /// Party; absent for system administrators.
    pub party: Option<PartyId>,
    /// Roles.
    pub roles: Roles,
    /// Area code of an officer's bureau.
    pub area: Option<String>,
    /// Level of an officer's bureau.
    pub level: Option<Level>,
    /// Whether screens are in English.
    pub english: bool,
    /// Hash of the session's token, to end it.
    pub token: Hash,
    /// Method and path of this request, for the record of looks.
    pub request: String,
}

impl FromRequest for Session {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if let Some(session) = request.extensions().get::<Self>() {
            let session = session.clone();
            return Box::pin(async move { Ok(session) });
        }
        let request = request.clone();
        Box::pin(async move {
            let session = sign_in_of(&request).await?;
            request.extensions_mut().insert(session.clone());
            Ok(session)
        })
    }
}

async fn sign_in_of(request: &HttpRequest) -> Result<Session, Failure> {
    let nobody = || Failure::new(ErrorCode::NotSignedIn, "");
    let app = request.app_data::<web::Data<App>>().ok_or_else(nobody)?.clone();
    let token = SessionToken::of(request).ok_or_else(nobody)?.hash();
    let english = language(request);
    let what = format!("{} {}", request.method(), request.path());
    App::run(&app, move |app| find(app, token, english, what)).await?.ok_or_else(nobody)
}

/// The session of a token that still holds: neither ended, idle nor of a closed account.
fn find(
    app: &App,
    token: Hash,
    english: bool,
    request: String,
) -> Result<Option<Session>, Failure> {
    let now = app.clock.micros();
    let Some(session) = app.store.session(&token)? else { return Ok(None) };
    let idle = now - session.last_seen_at > micros(SESSION_IDLE);
    if session.revoked || idle || session.expires_at <= now {
        return Ok(None);
    }
    let Some(account) = app.store.account(&session.account)?.filter(|account| account.active)
    else {
        return Ok(None);
    };
    if now - session.last_seen_at > micros(SESSION_TOUCH) {
        app.store.touch_session(&token, now)?;
    }
    let roles = Roles::from_texts(&account.roles);
    Ok(Some(Session {
        account: account.id,
        name: account.name,
        login: account.login,
        party: account.party,
        level: roles.level(),
        roles,
        area: account.area,
        english,
        token,
        request,
    }))
}

/// A bound as microseconds.
pub(crate) fn micros(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
