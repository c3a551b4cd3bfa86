//! A running server: both ports, jobs beside them, and a stop that loses nothing.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as Service, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use tl_store::{BlobBounds, Options, Store};
use tl_wire::{BLOB_PIECE_BYTES_MAX, UPLOAD_BYTES_MAX};
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{self, ApiError, Failure};
use crate::files;
use crate::jobs;
use crate::keys::KeyFolder;
use crate::ledger::{FileSigner, Ledger, Witness, witness};
use crate::limits::{BODY_BYTES_MAX, HANDSHAKE, REQUEST_HEAD, STOP_SECONDS};
use crate::router;
use crate::tls::{self, Authority, ServerCertificate};
use crate::usecase::installation;

/// Threads that serve each port.
const WORKERS: usize = 2;
/// Use cases at once, per port: more wait.
const BLOCKING_THREADS: usize = 16;

/// The settings of both ports; a macro, because the type of a server names its whole service.
macro_rules! tuned {
    ($server:expr) => {
        $server
            .workers(WORKERS)
            .worker_max_blocking_threads(BLOCKING_THREADS)
            .client_request_timeout(REQUEST_HEAD)
            .tls_handshake_timeout(HANDSHAKE)
            .shutdown_timeout(STOP_SECONDS)
            .disable_signals()
    };
}

/// The service of the page port around an `App`; a macro for the same reason, and because tests
/// call the very same service without sockets.
macro_rules! page_service {
    ($app:expr) => {
        actix_web::App::new()
            .app_data($app)
            .app_data(actix_web::web::JsonConfig::default().limit($crate::limits::BODY_BYTES_MAX))
            .app_data(actix_web::web::FormConfig::default().limit($crate::limits::BODY_BYTES_MAX))
            .app_data(actix_web::web::PayloadConfig::new($crate::limits::BODY_BYTES_MAX))
            .wrap(actix_web::middleware::Compress::default())
            .wrap(actix_web::middleware::from_fn($crate::auth::guard::prompt_body))
            .wrap(actix_web::middleware::from_fn($crate::auth::guard::same_site))
            .wrap(actix_web::middleware::from_fn($crate::error::localise))
            .wrap(actix_web::middleware::from_fn($crate::auth::guard::headers))
            .configure($crate::router::page_routes)
            .default_service(actix_web::web::to($crate::serve::nowhere))
    };
}
#[cfg(test)]
pub(crate) use page_service;

/// Where a server listens.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// Pages and JSON API.
    pub page: SocketAddr,
    /// Devices.
    pub device: SocketAddr,
}

/// Opens the store and everything beside it, as `serve` and the commands of the CLI need it.
///
/// # Errors
/// Files, keys, certificates or the database.
pub fn open(config: Config) -> anyhow::Result<App> {
    open_at(config, Clock::System)
}

/// The same with another clock; tests hold it still.
///
/// # Errors
/// As for `open`.
pub fn open_at(config: Config, clock: Clock) -> anyhow::Result<App> {
    let now = clock.micros();
    files::private_folder(&config.data)
        .with_context(|| format!("cannot make the data folder {}", config.data.display()))?;
    let keys = KeyFolder::open(&config.keys)?;
    let authority = Authority::open(&config.data, &config.keys, now)?;
    let authority = Arc::new(authority.with_device_days(config.device_certificate_days));
    let certificate = Arc::new(ServerCertificate::open(authority.clone(), &config, now)?);
    let store = open_store(&config)?;
    let ledger = open_ledger(&config)?;
    for party in installation::register_signers(&store, &keys)? {
        let path = keys.party_path(&party);
        tracing::error!(%party, path = %path.display(), "signing key is missing: pages can't \
            record for this party until it is restored");
    }
    Ok(App::new(store, config, clock, authority, certificate, keys, ledger))
}

/// What signs heads, and the witnesses of the configuration.
fn open_ledger(config: &Config) -> anyhow::Result<Ledger> {
    let signer = FileSigner::open(&config.keys)?;
    let ca = config.witness_ca.as_ref().map(|path| {
        fs::read(path).with_context(|| format!("witness_ca: cannot read {}", path.display()))
    });
    let client = witness::client(ca.transpose()?.as_deref())?;
    let witnesses = config.witnesses.iter().map(|line| Witness::parse(line, client.clone()));
    Ok(Ledger::new(Box::new(signer), witnesses.collect::<Result<_, _>>()?))
}

/// Opens the store of a configuration; the embedded file in the data folder is made when missing, a
/// database that was named is not.
///
/// # Errors
/// The database's.
pub fn open_store(config: &Config) -> anyhow::Result<Store> {
    let options = Options {
        blob_dir: Some(config.data.join("blobs")),
        create_if_missing: config.embedded(),
        origin_host: Some(config.qr_host.to_ascii_lowercase()),
    };
    let store = Store::open(&config.database, options).context("cannot open the database")?;
    store.bound_blobs(BlobBounds {
        party_bytes_max: config.blob_quota_bytes,
        free_bytes_min: config.disk_free_min_bytes,
        free_bytes: files::free_bytes,
    });
    Ok(store)
}

/// Serves until a signal to stop, or until `stop` of the handles is called.
///
/// # Errors
/// Addresses that can't be bound, or settings of TLS.
pub async fn run(app: App) -> anyhow::Result<()> {
    let (bound, page, device) = start(&web::Data::new(app))?;
    crate::notify::ready();
    println!("page    https://{}", bound.page);
    println!("device  https://{}", bound.device);
    let handles = [page.handle(), device.handle()];
    let stopper = actix_web::rt::spawn(stop_on_signal(handles.to_vec()));
    let (page, device) = tokio::join!(page, device);
    stopper.abort();
    page.context("page port").and(device.context("device port"))
}

/// Binds both ports and starts jobs; the servers run when they are awaited.
///
/// # Errors
/// Addresses that can't be bound, or settings of TLS.
pub fn start(
    app: &web::Data<App>,
) -> anyhow::Result<(Bound, actix_web::dev::Server, actix_web::dev::Server)> {
    let page_tls = tls::page_settings(app.certificate.clone());
    let device_tls = tls::device_settings(&app.authority, app.certificate.clone())?;
    let shared = app.clone();
    let page = HttpServer::new(move || page_service!(shared.clone()));
    let page = tuned!(page)
        .bind_rustls_0_23(app.config.page, page_tls)
        .with_context(|| format!("page port {}", app.config.page))?;
    let shared = app.clone();
    let device = HttpServer::new(move || {
        Service::new()
            .app_data(shared.clone())
            .app_data(web::JsonConfig::default().limit(BODY_BYTES_MAX))
            .app_data(web::PayloadConfig::new(UPLOAD_BYTES_MAX.max(BLOB_PIECE_BYTES_MAX)))
            .wrap(from_fn(error::localise))
            .configure(router::device_routes)
            .default_service(web::to(nowhere))
    });
    let device = tuned!(device)
        .on_connect(tls::peer_device)
        .bind_rustls_0_23(app.config.device, device_tls)
        .with_context(|| format!("device port {}", app.config.device))?;
    let first = |addresses: Vec<SocketAddr>| addresses.into_iter().next();
    let bound = Bound {
        page: first(page.addrs()).context("page port is not bound")?,
        device: first(device.addrs()).context("device port is not bound")?,
    };
    publish(app, bound)?;
    jobs::start(app);
    tracing::info!(page = %bound.page, device = %bound.device, "serving");
    Ok((bound, page.run(), device.run()))
}

/// What no route names: a failure like any other, so that it is shown in the same form.
pub(crate) async fn nowhere() -> Result<HttpResponse, ApiError> {
    Err(Failure::not_found().into())
}

/// Writes the address files and fixes the address under which agents reach the device port.
fn publish(app: &App, bound: Bound) -> anyhow::Result<()> {
    let url = app.config.device_url.clone().unwrap_or_else(|| {
        let host = app.config.names.first().map_or("localhost", String::as_str);
        let bracketed = host.parse::<std::net::Ipv6Addr>().map(|v6| format!("[{v6}]"));
        let host = bracketed.unwrap_or_else(|_| host.to_owned());
        format!("https://{host}:{}", bound.device.port())
    });
    app.device_url.get_or_init(|| url);
    write_address(&app.config.data, "page.addr", bound.page)?;
    write_address(&app.config.data, "device.addr", bound.device)
}

fn write_address(folder: &Path, name: &str, address: SocketAddr) -> anyhow::Result<()> {
    let path = folder.join(name);
    files::write_whole(&path, format!("{address}\n").as_bytes(), files::PUBLIC_MODE)
        .with_context(|| format!("cannot write {}", path.display()))
}

async fn stop_on_signal(handles: Vec<ServerHandle>) {
    let (Ok(mut term), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("cannot listen for signals: stop the process to end it");
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    crate::notify::stopping();
    tracing::info!("stopping: open requests are answered first");
    for handle in handles {
        // Stopping both at once: the first may wait for its clients for `STOP_SECONDS`.
        actix_web::rt::spawn(async move { handle.stop(true).await });
    }
    actix_web::rt::time::sleep(Duration::from_secs(STOP_SECONDS + 1)).await;
}
