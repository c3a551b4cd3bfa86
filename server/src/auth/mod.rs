//! Who asks, and what they may do.
//!
//! A `Session` is a person who signed in; a `Device` is a box with a certificate that is still
//! enrolled. What a use case needs is a `Permit`, which only `App::authorise` makes. Deny by
//! default: what no rule allows is refused, and what lies outside a person's sight is not found.

pub mod cookie;
pub mod device;
pub mod guard;
pub mod limiter;
pub mod password;
pub mod permit;
pub mod role;
pub mod second_factor;
mod session;

pub use device::Device;
pub use permit::{Action, Permit};
pub use role::{Level, Role, Roles};
pub(crate) use session::micros;
pub use session::{AccountId, Session};

use actix_web::HttpRequest;
use actix_web::http::header;

/// Cookie that holds the language of the screens: `zh` or `en`.
pub const LANGUAGE_COOKIE: &str = "tl_lang";

/// Whether to answer in English: the cookie decides, then the account, then, for programs only,
/// the `Accept-Language` header. Screens are Chinese unless somebody chose otherwise.
#[must_use]
pub fn language(request: &HttpRequest) -> bool {
    use actix_web::HttpMessage as _;
    if let Some(cookie) = request.cookie(LANGUAGE_COOKIE) {
        return cookie.value() == "en";
    }
    if let Some(session) = request.extensions().get::<Session>() {
        return session.english;
    }
    let program = request.path().starts_with("/api/") || request.path().starts_with("/device/");
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    program && accepted.is_some_and(|text| text.trim_start().starts_with("en"))
}

#[cfg(test)]
mod tests;
