//! Scripts and pictures that all pages share; nothing of the plant is in them.
//!
//! Our own scripts are small modules. The camera's decoder comes from npm by lock file and is
//! loaded by the camera's page alone; it travels packed, as it is embedded. A browser asks each
//! time
//! whether its copy is still the one: no old script runs on a new page. The service worker keeps
//! scripts and some pages of one version for when the agent is away; what it does then is its own.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// What the decoder's worker may do: compile WebAssembly, and nothing from elsewhere.
const WORKER_POLICY: &str =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Our own modules by name.
const MODULES: &[(&str, &[u8])] = &[
    ("scan.js", include_bytes!("../../templates/gate/scan.js")),
    ("feedback.js", include_bytes!("../../templates/gate/feedback.js")),
    ("queue.js", include_bytes!("../../templates/gate/queue.js")),
    ("draft.js", include_bytes!("../../templates/gate/draft.js")),
    ("words.js", include_bytes!("../../templates/gate/words.js")),
    ("waiting.js", include_bytes!("../../templates/gate/waiting.js")),
    ("photo.js", include_bytes!("../../templates/gate/photo.js")),
    ("paper.js", include_bytes!("../../templates/gate/paper.js")),
    ("camera.js", include_bytes!("../../templates/gate/camera.js")),
    ("camera-worker.js", include_bytes!("../../templates/gate/camera-worker.js")),
    ("away.js", include_bytes!("../../templates/gate/away.js")),
    ("edge.js", include_bytes!("../../templates/gate/edge.js")),
];
const STYLE: &[u8] = include_bytes!("../../templates/style.css");
const WORKER: &str = include_str!("../../templates/gate/sw.js");
/// What the service worker keeps besides the modules.
const SHELL: &[&str] = &["/away", "/style.css", "/htmx.js"];
/// Pages whose forms a browser may keep and send later; they are shown while the agent is away. A
/// name that ends in a slash stands for all below it.
const KEPT: &[&str] = &[
    "/",
    "/intake",
    "/arrive",
    "/sample",
    "/queue",
    "/runs",
    "/stock",
    "/waste",
    "/shift",
    "/places",
    "/place/",
    "/receive/",
];
/// Pages that are kept ahead, before anybody opens them.
const AHEAD: &[&str] = &["/intake", "/arrive", "/sample", "/queue"];
/// Hexadecimal digits of the version.
const VERSION_DIGITS: usize = 16;

/// Names the program's version and everything in this file; another one replaces what browsers
/// keep.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    let kept = MODULES.iter().map(|(_, bytes)| *bytes);
    for bytes in kept.chain([STYLE, WORKER.as_bytes(), tl_assets::HTMX_JS]) {
        hash.update(Sha256::digest(bytes));
    }
    let mut digits = hex::encode(hash.finalize());
    digits.truncate(VERSION_DIGITS);
    digits
});

/// Version of what browsers keep; every answer names it.
pub(super) fn version() -> &'static str {
    &VERSION
}

pub(super) async fn style(request: HttpRequest) -> impl Responder {
    file(&request, "text/css; charset=utf-8", STYLE)
}

pub(super) async fn htmx(request: HttpRequest) -> impl Responder {
    file(&request, SCRIPT, tl_assets::HTMX_JS)
}

/// The service worker, with what this version keeps.
pub(super) async fn worker() -> impl Responder {
    let modules = MODULES.iter().map(|(name, _)| format!("/js/{name}"));
    let shell: Vec<String> = SHELL.iter().map(|it| (*it).to_owned()).chain(modules).collect();
    let settings = json!({ "version": version(), "shell": shell, "kept": KEPT, "ahead": AHEAD });
    HttpResponse::Ok()
        .content_type(SCRIPT)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(format!("const SETTINGS = {settings};\n{WORKER}"))
}

#[derive(Template)]
#[template(path = "away.html")]
struct AwayTemplate {}

/// What is shown in place of a page that is not kept while the agent is away.
pub(super) async fn away() -> impl Responder {
    super::answer::render(&AwayTemplate {})
}

/// A script by its name.
pub(super) async fn script(request: HttpRequest, name: Path<String>) -> impl Responder {
    let name = name.into_inner();
    match name.as_str() {
        "zxing.js" => file(&request, SCRIPT, tl_assets::ZXING_JS),
        "zxing.wasm" => {
            let mut answer = file(&request, "application/wasm", tl_assets::ZXING_WASM_GZIP);
            let packed = header::HeaderValue::from_static("gzip");
            answer.headers_mut().insert(header::CONTENT_ENCODING, packed);
            answer
        }
        _ => match MODULES.iter().find(|(known, _)| *known == name) {
            Some((_, bytes)) => {
                let mut answer = file(&request, SCRIPT, bytes);
                if name == "camera-worker.js" {
                    let policy = header::HeaderValue::from_static(WORKER_POLICY);
                    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
                }
                answer
            }
            None => HttpResponse::NotFound().finish(),
        },
    }
}

/// A file of the program; without its bytes when the browser has them.
pub(super) fn file(
    request: &HttpRequest,
    kind: &'static str,
    bytes: &'static [u8],
) -> HttpResponse {
    let tag = format!("\"{}\"", version());
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|it| it == tag.as_str());
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::CACHE_CONTROL, "no-cache")).insert_header((header::ETAG, tag));
    if known { answer.finish() } else { answer.content_type(kind).body(bytes) }
}
