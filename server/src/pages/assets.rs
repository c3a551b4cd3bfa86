//! Static files, embedded in the program: style sheet, scripts, icons.
//!
//! Answers carry the hash of the bytes as their tag, so that browsers keep a file until it changes.

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use tl_ledger::Hash;

use crate::error::{Failure, PageError};

struct Asset {
    name: &'static str,
    media: &'static str,
    bytes: &'static [u8],
}

const ASSETS: &[Asset] = &[
    Asset {
        name: "site.css",
        media: "text/css; charset=utf-8",
        bytes: include_bytes!("../../static/site.css"),
    },
    Asset {
        name: "site.js",
        media: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/site.js"),
    },
    Asset {
        name: "scan.js",
        media: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../../static/scan.js"),
    },
    Asset {
        name: "icons.svg",
        media: "image/svg+xml",
        bytes: include_bytes!("../../static/icons.svg"),
    },
    Asset {
        name: "icon.svg",
        media: "image/svg+xml",
        bytes: include_bytes!("../../static/icon.svg"),
    },
    Asset {
        name: "htmx.min.js",
        media: "text/javascript; charset=utf-8",
        bytes: tl_assets::HTMX_JS,
    },
];

/// How long a browser may keep a file without asking.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=600");

/// `GET /static/{file}`
pub async fn file(
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    static TAGS: LazyLock<Vec<String>> = LazyLock::new(|| {
        ASSETS.iter().map(|asset| format!("\"{}\"", Hash::of(asset.bytes))).collect()
    });
    let found = ASSETS.iter().zip(TAGS.iter()).find(|(asset, _)| asset.name == *name);
    let (asset, tag) = found.ok_or_else(Failure::not_found)?;
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut answer =
        if known == Some(tag.as_str()) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, tag.as_str())).insert_header((header::CACHE_CONTROL, KEEP));
    if known == Some(tag.as_str()) {
        return Ok(answer.finish());
    }
    Ok(answer.content_type(asset.media).body(asset.bytes))
}
