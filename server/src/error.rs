//! Failures of requests, and how they are shown: problem+json for programs, a page for people.
//!
//! A `Failure` is a stable code with one sentence of detail; the title comes from the table in
//! `tl-wire`. What went wrong inside is logged once, here, and never shown. `ApiError` and
//! `PageError` are the same failure with another face; neither knows the request, so the language
//! is put right by `localise`, which wraps the whole app.

use std::fmt;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use tl_store::StoreError;
use tl_wire::PROBLEM_MEDIA;
use tl_wire::problem::{ErrorCode, Problem};

use crate::auth::language;
use crate::limits::RETRY_AFTER_SECONDS;

/// Why a request was not done.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {detail}", code.code())]
pub struct Failure {
    /// Stable code.
    pub code: ErrorCode,
    /// What was read, where, why and what to do; may be empty.
    pub detail: String,
}

impl Failure {
    /// A failure with its detail.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// What is not there, or what this account may not know of: both look the same.
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "")
    }

    /// Something inside went wrong: logged with its cause, shown without.
    pub fn internal(error: &(impl fmt::Display + ?Sized)) -> Self {
        tracing::error!(error = %error, "request failed inside");
        Self::new(ErrorCode::Internal, "")
    }

    /// HTTP status of its code.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Busy { .. } => ErrorCode::Busy,
            StoreError::Database(_)
            | StoreError::Connect { .. }
            | StoreError::Closed
            | StoreError::Rebuilding(_)
            | StoreError::Fenced(_) => {
                tracing::error!(error = %error, "the database did not answer");
                return Self::new(ErrorCode::Unavailable, "");
            }
            StoreError::NoLog(_) | StoreError::NotFound { .. } => ErrorCode::NotFound,
            StoreError::Taken { .. } | StoreError::LogExists(_) => ErrorCode::Conflict,
            StoreError::BlobQuota { .. } => ErrorCode::QuotaExceeded,
            StoreError::DiskLow { .. } => {
                tracing::error!(error = %error, "a file was not taken");
                ErrorCode::DiskLow
            }
            StoreError::Draft(_) | StoreError::Blob { .. } => ErrorCode::Refused,
            _ => return Self::internal(&error),
        };
        Self::new(code, error.to_string())
    }
}

/// The failure of a handler that answers JSON.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ApiError(#[from] pub Failure);

/// The failure of a handler that answers a page.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct PageError(#[from] pub Failure);

macro_rules! faces {
    ($($face:ident),+) => {$(
        impl From<StoreError> for $face {
            fn from(error: StoreError) -> Self {
                Self(error.into())
            }
        }

        impl From<actix_web::error::BlockingError> for $face {
            fn from(error: actix_web::error::BlockingError) -> Self {
                Self(error.into())
            }
        }
    )+};
}
faces!(ApiError, PageError);

impl From<actix_web::error::BlockingError> for Failure {
    fn from(error: actix_web::error::BlockingError) -> Self {
        Self::internal(&error)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status()
    }

    fn error_response(&self) -> HttpResponse {
        problem_answer(&self.0, false)
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.0.status()
    }

    fn error_response(&self) -> HttpResponse {
        page_answer(&self.0, false)
    }
}

/// The problem+json answer of a failure.
pub fn problem_answer(failure: &Failure, english: bool) -> HttpResponse {
    let mut answer = HttpResponse::build(failure.status());
    if failure.code.status() == 503 {
        answer.insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS));
    }
    answer.content_type(PROBLEM_MEDIA).json(Problem::new(
        failure.code,
        failure.detail.as_str(),
        english,
    ))
}

/// The page of a failure; people who are not signed in are sent to the sign-in page.
fn page_answer(failure: &Failure, english: bool) -> HttpResponse {
    if failure.code == ErrorCode::NotSignedIn {
        return HttpResponse::SeeOther().insert_header((header::LOCATION, "/login")).finish();
    }
    let mut answer = HttpResponse::build(failure.status());
    if failure.code.status() == 503 {
        answer.insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS));
    }
    answer.content_type("text/html; charset=utf-8").body(crate::pages::failure(failure, english))
}

/// Answers failures in the language of the request, and gives errors of the framework (bad JSON,
/// unknown path) the same form as our own.
pub async fn localise(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let program = is_program(request.path());
    let response = next.call(request).await?.map_into_boxed_body();
    let english = language(response.request());
    let Some(error) = response.response().error() else {
        return Ok(response);
    };
    let failure = if let Some(ApiError(failure)) = error.as_error() {
        failure.clone()
    } else if let Some(PageError(failure)) = error.as_error() {
        failure.clone()
    } else {
        framework_failure(error)
    };
    let headers = response.headers().clone();
    let (request, _) = response.into_parts();
    let mut answer =
        if program { problem_answer(&failure, english) } else { page_answer(&failure, english) };
    for (name, value) in headers.iter().filter(|(name, _)| **name == header::SET_COOKIE) {
        answer.headers_mut().append(name.clone(), value.clone());
    }
    Ok(ServiceResponse::new(request, answer.map_into_boxed_body()))
}

/// Whether a program asks: JSON API and device API; everything else is a page.
fn is_program(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/device/")
}

fn framework_failure(error: &actix_web::Error) -> Failure {
    let status = error.as_response_error().status_code();
    let code = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => ErrorCode::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        status if status.is_client_error() => ErrorCode::BadRequest,
        _ => return Failure::internal(error),
    };
    Failure::new(code, error.to_string())
}

#[cfg(test)]
mod tests;
