//! The technicians' page on the plant's network: HTTPS with the page's own certificate.
//!
//! Works with the link down. One worker answers; everything that may wait (outbox, PINs, printer)
//! runs on a few blocking threads. Every POST needs a session and the page's own origin.
//!
//! Routes and form fields (stable; forms answer 303 to the result, or 422 with `data-problem`; with
//! the header `HX-Request` a success is 204 with `HX-Redirect`):
//! ```text
//! GET  /login                 POST /login            operator|badge, pin, next?
//! POST /logout                GET  /                 home
//! GET  /find?code=            to the batch, or to an arrival with that code
//! GET  /arrive?code=          POST /arrive           material, node, origin? (arrival|production),
//!                                                    code?, supplier?, declared?, unit?, lot?
//! GET  /batch/{id}            POST /batch/{id}/weigh side (gross|tare|net), scale — or
//!                                                    value, unit (kg|t), reason
//! GET  /sample?batches=       POST /sample           batches (codes by line), code?, increments?,
//!                                                    lab_name?
//! GET  /runs?inputs=          POST /runs/start       node, operation, inputs ("CODE", "CODE 5 t")
//!                             POST /runs/{id}/close  outputs ("CODE 3.2 t [返料|return]")
//! GET  /dispatch?inputs=      POST /dispatch         kind (delivery|manifest), from, inputs, to?,
//!                                                    manifest_number?, code?
//! GET  /receive?code=         list of what is expected
//! GET  /receive/{code}        POST /receive/{code}   node, decision (accept|part|refuse), reason?,
//!                                                    mass_N, unit_N, refused_N? for each line N
//! GET  /stock                 POST /stock            node, lines ("MATERIAL 1200 t pile [PLACE]")
//! GET  /label/{kind}/{code}[.{svg|png|pdf|zpl|tspl}] kind: batch|sample|handover|place
//!                             POST /label/print      kind, code, copies, reason?, paper?
//!                             POST /label/bind       kind, code, label (a pre-printed one)
//! GET  /label/roll            POST /label/roll       kind, count: labels printed ahead
//! GET  /label/waste/{code}    POST /label/waste/{code} national, size, fields of HJ 1276, copies
//! GET  /print  /print/{n}[.pdf]  POST /print/{n}     answer (printed|again|drop)
//! GET  /queue  /status  /entry/{id}                  POST /unmatched  port, sample, code
//! GET  /scale/{port}          fragment with data-weight and data-state
//! GET  /scan?after=N          200 JSON of a newer scan, or 204
//! GET  /sw.js  /away          what a browser keeps for when the agent is away
//! ```
//! All forms take `once`: a second POST with the same value gives the first one's result again.
//! `?lang=en` or `?lang=zh` chooses the language and keeps it in a cookie.

mod answer;
mod badge;
mod camera;
mod difference;
mod draft;
mod files;
mod find;
mod form;
mod gate;
mod guard;
mod home;
mod lab;
mod label;
mod look;
mod paper;
mod place;
mod session;
mod shift;
mod sign_in;
mod undo;
mod wall;
mod waste;
mod work;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::{App, HttpServer, web};
use anyhow::{Context as _, Result};
use rustls::ServerConfig;
use tl_domain::ids::NodeId;

use crate::board::Board;
use crate::capture::Context;
use crate::commission::standing::{Declared, declared};
use crate::config::{Config, GateConfig, PageConfig};
use crate::decode_photo::PICTURE_BYTES_MAX;
use crate::home::Home;
use crate::keeper::SharedChain;
use crate::outbox::Outbox;
use crate::port::Scales;
use crate::print::Printers;
use crate::site::SharedSite;
use crate::upkeep::page_certificate::PageCertificate;
use crate::uplink::LinkStatus;

/// Largest form in bytes.
const FORM_BYTES_MAX: usize = 64 * 1024;
/// Threads for what may wait.
const BLOCKING_THREADS: usize = 4;
/// Connections at a time.
const CONNECTIONS_MAX: usize = 64;
/// File in the agent's directory that holds the chosen address.
const ADDRESS_FILE: &str = "page.addr";

/// What every handler works with.
pub(crate) struct Page {
    pub(crate) outbox: Outbox,
    pub(crate) site: SharedSite,
    pub(crate) board: Arc<Board>,
    pub(crate) scales: Scales,
    pub(crate) link: Arc<LinkStatus>,
    pub(crate) chain: SharedChain,
    pub(crate) node: Option<NodeId>,
    pub(crate) printers: Printers,
    /// Scales as the configuration has them.
    pub(crate) declared: Vec<Declared>,
    pub(crate) gate: GateConfig,
    pub(crate) lab: lab::Desk,
    pub(crate) sessions: session::Sessions,
    /// One PIN at a time: verifying one takes some megabytes of memory.
    pub(crate) pins: Mutex<()>,
    /// One photo at a time: decoding one takes a process.
    pub(crate) photos: Mutex<()>,
    /// One form at a time, from the look whether it was sent before to its result.
    pub(crate) captures: Mutex<()>,
}

impl Page {
    /// The page of a running agent.
    pub(crate) fn new(
        config: &Config,
        outbox: &Outbox,
        site: &SharedSite,
        ports: (Arc<Board>, Scales),
        link: &Arc<LinkStatus>,
        chain: &SharedChain,
    ) -> Self {
        Self {
            outbox: outbox.clone(),
            site: site.clone(),
            board: ports.0,
            scales: ports.1,
            link: link.clone(),
            chain: chain.clone(),
            node: config.node.clone(),
            printers: Printers::new(config),
            declared: declared(config),
            gate: config.gate.clone(),
            lab: lab::Desk::of(config),
            sessions: session::Sessions::default(),
            pins: Mutex::new(()),
            photos: Mutex::new(()),
            captures: Mutex::new(()),
        }
    }

    fn context(&self, visitor: &guard::Visitor) -> Context {
        Context { site: self.site.now(), operator: visitor.operator.clone() }
    }
}

/// Binds the page and writes its address; the server runs once it is awaited.
///
/// # Errors
/// The certificate can't be used, or the address is taken.
pub(crate) fn bind(
    page: Page,
    config: &PageConfig,
    home: &Home,
) -> Result<(actix_web::dev::Server, ServerHandle, String)> {
    let tls = tls(home)?;
    let page = web::Data::new(page);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(page.clone())
            .app_data(web::FormConfig::default().limit(FORM_BYTES_MAX))
            .wrap(from_fn(guard::guard))
            .wrap(headers())
            .configure(routes)
    })
    .workers(1)
    .worker_max_blocking_threads(BLOCKING_THREADS)
    .max_connections(CONNECTIONS_MAX)
    .disable_signals()
    .shutdown_timeout(2)
    .bind_rustls_0_23(config.listen, tls)
    .with_context(|| format!("the page cannot listen on {}", config.listen))?;
    let address = server.addrs().first().context("the page has no address")?.to_string();
    home.write(ADDRESS_FILE, address.as_bytes())?;
    let server = server.run();
    let handle = server.handle();
    Ok((server, handle, format!("https://{address}")))
}

fn tls(home: &Home) -> Result<ServerConfig> {
    let certificate = PageCertificate::open(home)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS versions")?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificate)))
}

fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ))
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "same-origin"))
        .add(("Strict-Transport-Security", "max-age=31536000"))
        .add(("X-TL-Version", files::version()))
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/style.css", web::get().to(files::style))
        .route("/htmx.js", web::get().to(files::htmx))
        .route("/sw.js", web::get().to(files::worker))
        .route("/away", web::get().to(files::away))
        .route("/js/{name}", web::get().to(files::script))
        .route("/login", web::get().to(sign_in::form))
        .route("/login", web::post().to(sign_in::sign_in))
        .route("/logout", web::post().to(sign_in::sign_out))
        .route("/", web::get().to(home::home))
        .route("/find", web::get().to(find::find))
        .configure(desk_routes)
        .route("/arrive", web::get().to(gate::arrive_form))
        .route("/arrive", web::post().to(gate::arrive))
        .route("/batch/{id}", web::get().to(gate::card))
        .route("/batch/{id}/weigh", web::post().to(gate::weigh))
        .route("/sample", web::get().to(work::sample_form))
        .route("/sample", web::post().to(work::sample))
        .route("/runs", web::get().to(work::runs))
        .route("/runs/start", web::post().to(work::start))
        .route("/runs/{id}/close", web::post().to(work::close))
        .route("/dispatch", web::get().to(work::dispatch_form))
        .route("/dispatch", web::post().to(work::dispatch))
        .route("/receive", web::get().to(work::expected))
        .route("/receive/{code}", web::get().to(work::receive_form))
        .route("/receive/{code}", web::post().to(work::receive))
        .route("/stock", web::get().to(work::stock_form))
        .route("/stock", web::post().to(work::stock))
        .configure(label::routes)
        .configure(lab::routes)
        .route("/queue", web::get().to(look::queue))
        .route("/unmatched", web::post().to(look::attach))
        .route("/status", web::get().to(look::status))
        .route("/entry/{id}", web::get().to(look::entry))
        .route("/scale/{port}", web::get().to(look::scale))
        .route("/scan", web::get().to(look::scan))
        .default_service(web::to(home::not_found));
}

/// The desk: undo, drafts, shifts, paper sheets, places, waste, camera.
fn desk_routes(config: &mut web::ServiceConfig) {
    config
        .route("/queue.json", web::get().to(look::queue_file))
        .route("/undo", web::post().to(undo::undo))
        .route("/draft", web::get().to(draft::load))
        .route("/draft", web::post().to(draft::save))
        .route("/pill", web::get().to(draft::pill))
        .route("/intake", web::get().to(gate::intake))
        .route("/batch/{id}/difference", web::get().to(difference::form))
        .route("/batch/{id}/difference", web::post().to(difference::settle))
        .route("/places", web::get().to(place::list))
        .route("/place/{id}", web::get().to(place::card))
        .route("/place/{id}/unload", web::post().to(place::unload))
        .route("/place/{id}/draw", web::post().to(place::draw))
        .route("/waste", web::get().to(waste::form))
        .route("/waste", web::post().to(waste::store))
        .route("/shift", web::get().to(shift::report_form))
        .route("/shift", web::post().to(shift::report))
        .route("/shift/sent", web::post().to(shift::sent))
        .route("/shift/handover", web::get().to(shift::handover_form))
        .route("/shift/handover", web::post().to(shift::hand_over))
        .route("/paper", web::get().to(paper::form))
        .route("/paper", web::post().to(paper::begin))
        .route("/paper/end", web::post().to(paper::end))
        .service(
            web::resource("/paper/photo")
                .app_data(web::PayloadConfig::new(paper::PHOTO_BYTES_MAX))
                .route(web::post().to(paper::keep)),
        )
        .route("/wall", web::get().to(wall::wall))
        .route("/camera", web::get().to(camera::form))
        .service(
            web::resource("/camera/photo")
                .app_data(web::PayloadConfig::new(PICTURE_BYTES_MAX))
                .route(web::post().to(camera::photo)),
        );
}
