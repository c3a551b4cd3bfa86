//! The page of a failure: what happened, what was read, what to do next.

use askama::Template;
use tl_wire::problem::ErrorCode;

use super::frame::Frame;
use crate::error::Failure;
use crate::i18n::{Lang, Words};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    code: &'static str,
    detail: &'a str,
    advice: &'static str,
}

/// The page of a failure as HTML.
pub(crate) fn failure(failure: &Failure, english: bool) -> String {
    let t = Words(if english { Lang::En } else { Lang::Zh });
    let title = if english { failure.code.en() } else { failure.code.zh() };
    let page = ProblemPage {
        frame: Frame::outside(t, title),
        code: failure.code.code(),
        detail: &failure.detail,
        advice: advice(t, failure.code),
    };
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "the page of a failure can't be rendered");
        title.to_owned()
    })
}

fn advice(t: Words, code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NotFound => t.error_advice_not_found(),
        ErrorCode::Forbidden | ErrorCode::NotSignedIn => t.error_advice_forbidden(),
        ErrorCode::Internal => t.error_advice_internal(),
        ErrorCode::Busy | ErrorCode::Unavailable | ErrorCode::RateLimited => t.error_advice_later(),
        _ => t.error_advice_form(),
    }
}
