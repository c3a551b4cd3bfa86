//! The session cookie: a random token that only its hash is kept of.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tl_ledger::Hash;

use crate::random;

/// Name of the cookie. `__Host-` makes browsers insist on HTTPS, this host alone and path `/`.
pub const SESSION_COOKIE: &str = "__Host-tl_session";

/// A session token: 256 random bits, shown once.
pub struct SessionToken(String);

impl SessionToken {
    /// A new token.
    #[must_use]
    pub fn draw() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::bytes::<32>()))
    }

    /// The token of a request, when it brings one.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(SESSION_COOKIE)?;
        let value = cookie.value();
        let whole = URL_SAFE_NO_PAD.decode(value).is_ok_and(|bytes| bytes.len() == 32);
        whole.then(|| Self(value.to_owned()))
    }

    /// What is stored: SHA-256 of the token.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(self.0.as_bytes())
    }

    /// The cookie that hands the token to the browser.
    #[must_use]
    pub fn cookie(&self) -> Cookie<'static> {
        build(self.0.clone()).finish()
    }
}

/// The cookie that makes a browser forget its session.
#[must_use]
pub fn forget() -> Cookie<'static> {
    let mut cookie = build(String::new()).finish();
    cookie.make_removal();
    cookie
}

fn build(value: String) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(SESSION_COOKIE, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
}
