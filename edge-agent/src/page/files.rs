//! Scripts and pictures that all pages share; nothing of the plant is in them.
//!
//! Our own scripts are small modules. The camera's decoder comes from npm by lock file and is
//! loaded by the camera's page alone; it travels packed, as it is embedded.

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpResponse, Responder};

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
    ("edge.js", include_bytes!("../../templates/gate/edge.js")),
];

pub(super) async fn style() -> impl Responder {
    file("text/css; charset=utf-8", include_bytes!("../../templates/style.css"))
}

pub(super) async fn htmx() -> impl Responder {
    file(SCRIPT, tl_assets::HTMX_JS)
}

/// A script by its name.
pub(super) async fn script(name: Path<String>) -> impl Responder {
    let name = name.into_inner();
    match name.as_str() {
        "zxing.js" => file(SCRIPT, tl_assets::ZXING_JS),
        "zxing.wasm" => {
            let mut answer = file("application/wasm", tl_assets::ZXING_WASM_GZIP);
            let packed = header::HeaderValue::from_static("gzip");
            answer.headers_mut().insert(header::CONTENT_ENCODING, packed);
            answer
        }
        _ => match MODULES.iter().find(|(known, _)| *known == name) {
            Some((_, bytes)) => {
                let mut answer = file(SCRIPT, bytes);
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

fn file(kind: &'static str, bytes: &'static [u8]) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CACHE_CONTROL, "max-age=600"))
        .body(bytes)
}
