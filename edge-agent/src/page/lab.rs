//! The laboratory's pages: receiving, worksheets, files that wait, submission, sheets on paper.
//!
//! Pages show what `capture::lab` keeps and judges and change nothing themselves. The supplier of a
//! sample is not shown while samples are blind.
//!
//! ```text
//! GET  /lab                        POST /lab/receive            code
//! GET  /lab/new/{content|moisture} POST /lab/sheets             kind, pots, method, unit, …
//! GET  /lab/sheets/{id}            GET  …/print  …/run.csv  …/imports
//! POST /lab/sheets/{id}/cells      JSON {changes: [{n, field, text}]} → the rows as judged
//! POST …/confirm                   JSON {n, text}
//! POST …/pasted                    JSON {lines: [{line, name, cells}]}
//! POST …/file?name=&format=        the bytes; JSON {words, mark}
//! POST …/imports/{n}               line…, act (take|drop)       POST …/imports/{n}/assign
//! POST …/submit …/retest …/deviation …/take-over …/give-up
//! GET  /lab/outside                POST /lab/outside            GET /lab/outside/{entry}
//! ```

mod acts;
mod desk;
mod grid;
mod imports;
mod paper;

use actix_web::{HttpRequest, Responder, web};
use serde_json::Value;

use super::files::file;
use crate::capture::lab::import::FILE_BYTES_MAX;
use crate::config::{Config, PortConfig};

/// What the configuration says of the laboratory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Desk {
    /// Declared formats of the laboratory's ports: name, profile.
    pub(crate) ports: Vec<(String, Value)>,
}

impl Desk {
    /// The laboratory of a configuration.
    pub(crate) fn of(config: &Config) -> Self {
        let ports = config.ports.iter().filter_map(|port| match port {
            PortConfig::LabFolder(port) => Some((port.name.clone(), port.profile.clone())),
            _ => None,
        });
        Self { ports: ports.collect() }
    }
}

/// Largest change of a worksheet in bytes: all cells at once.
const CHANGE_BYTES_MAX: usize = 1 << 20;

/// Routes of the laboratory.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/lab.js", web::get().to(script))
        .route("/lab.css", web::get().to(style))
        .route("/lab", web::get().to(desk::home))
        .route("/lab/receive", web::post().to(desk::receive))
        .route("/lab/new/{kind}", web::get().to(desk::new_sheet))
        .route("/lab/sheets", web::post().to(desk::open_sheet))
        .route("/lab/outside", web::get().to(paper::outside_form))
        .route("/lab/outside", web::post().to(paper::outside))
        .route("/lab/outside/{id}", web::get().to(paper::outside_sheet))
        .route("/lab/sheets/{id}", web::get().to(grid::sheet))
        .route("/lab/sheets/{id}/print", web::get().to(paper::print))
        .route("/lab/sheets/{id}/run.csv", web::get().to(paper::run_csv))
        .route("/lab/sheets/{id}/imports", web::get().to(imports::fragment))
        .route("/lab/sheets/{id}/confirm", web::post().to(acts::confirm))
        .route("/lab/sheets/{id}/submit", web::post().to(acts::submit))
        .route("/lab/sheets/{id}/retest", web::post().to(acts::retest))
        .route("/lab/sheets/{id}/deviation", web::post().to(acts::deviation))
        .route("/lab/sheets/{id}/take-over", web::post().to(acts::take_over))
        .route("/lab/sheets/{id}/give-up", web::post().to(acts::give_up))
        .route("/lab/sheets/{id}/imports/{n}", web::post().to(imports::settle))
        .route("/lab/sheets/{id}/imports/{n}/assign", web::post().to(imports::assign));
    for (path, route) in [
        ("/lab/sheets/{id}/cells", web::post().to(acts::cells)),
        ("/lab/sheets/{id}/pasted", web::post().to(imports::pasted)),
    ] {
        let limit = web::JsonConfig::default().limit(CHANGE_BYTES_MAX);
        config.service(web::resource(path).app_data(limit).route(route));
    }
    config.service(
        web::resource("/lab/sheets/{id}/file")
            .app_data(web::PayloadConfig::new(FILE_BYTES_MAX))
            .route(web::post().to(imports::file)),
    );
}

async fn script(request: HttpRequest) -> impl Responder {
    let bytes = include_bytes!("../../templates/lab.js");
    file(&request, "text/javascript; charset=utf-8", bytes)
}

async fn style(request: HttpRequest) -> impl Responder {
    file(&request, "text/css; charset=utf-8", include_bytes!("../../templates/lab.css"))
}
