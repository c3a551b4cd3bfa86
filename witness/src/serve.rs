//! `serve`: opens the folder for signing, binds the port and runs until it is asked to stop.
//!
//! One worker is enough: requests are judged on a small pool beside it. The address that was bound
//! goes to standard output, logs to standard error.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use actix_web::{App, HttpServer, web};
use anyhow::{Context as _, Result, bail};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tl_ledger::policy::{POLICY_BYTES_MAX, Policy};

use crate::clock::Clock;
use crate::cosign::{Trust, Witness};
use crate::files;
use crate::folder::{Beginning, Folder, KEY_FILE};
use crate::http;
use crate::key::CosignKey;
use crate::limits::{
    BLOCKING_THREADS, CONNECTIONS_MAX, HANDSHAKE_TIME, HEAD_TIME, KEEP_ALIVE, STOP_SECONDS,
};

/// 运行 / run
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// 存储目录 / folder of states and alarms
    #[arg(long)]
    dir: PathBuf,
    /// 监听地址 / address to listen on
    #[arg(long, value_name = "ADDR")]
    listen: SocketAddr,
    /// 信任策略文件（tlog-policy 格式，log 行）/ tlog-policy file; its `log` lines are witnessed
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// 密钥文件，默认 DIR/witness.key / key file, DIR/witness.key unless given
    #[arg(long, value_name = "FILE", env = "TL_WITNESS_KEY_FILE")]
    key: Option<PathBuf>,
    /// 首次使用即信任：来源名以此开头的台账，首次见到时固定其公钥，可重复。谁先到就信谁
    /// / trust on first use: pins the key of each log whose origin begins so, at first sight;
    /// may be repeated. Whoever comes first is believed
    #[arg(long, value_name = "PREFIX")]
    trust_first_use: Vec<String>,
    /// 启用一个全新目录（只用一次）/ begin a folder that no witness has used (once)
    #[arg(long)]
    new: bool,
    /// TLS 证书 / TLS certificate chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// TLS 私钥 / TLS key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

/// Runs the witness until it is told to stop.
pub(crate) fn run(args: &ServeArgs) -> Result<()> {
    let witness = web::Data::new(open(args)?);
    let settings = match (&args.tls_cert, &args.tls_key) {
        (Some(cert), Some(key)) => Some(tls_settings(cert, key)?),
        _ => None,
    };
    actix_web::rt::System::new().block_on(serve(args.listen, settings, witness))
}

fn open(args: &ServeArgs) -> Result<Witness> {
    let path = args.key.clone().unwrap_or_else(|| args.dir.join(KEY_FILE));
    let key = CosignKey::read(&path)?;
    let policy = files::read(&args.policy, POLICY_BYTES_MAX)
        .with_context(|| format!("policy {}", args.policy.display()))?;
    let policy = Policy::parse(&policy).with_context(|| args.policy.display().to_string())?;
    if policy.logs().is_empty() && args.trust_first_use.is_empty() {
        bail!("{} names no log, and no --trust-first-use is given", args.policy.display());
    }
    if args.trust_first_use.iter().any(String::is_empty) {
        bail!("--trust-first-use needs a beginning: an empty one would let every log in");
    }
    for prefix in &args.trust_first_use {
        tracing::warn!(prefix, "logs are taken on trust at first use");
    }
    let beginning = if args.new { Beginning::Asked } else { Beginning::IfKeyIsInside };
    let folder = Folder::open(&args.dir, key.verifier(), beginning)?;
    let trust = Trust::new(policy, args.trust_first_use.clone());
    Ok(Witness::start(key, trust, folder, Clock::System)?)
}

async fn serve(
    address: SocketAddr,
    settings: Option<ServerConfig>,
    witness: web::Data<Witness>,
) -> Result<()> {
    let vkey = witness.verifier().to_string();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(witness.clone())
            .configure(http::routes)
            .default_service(web::to(http::nowhere))
    })
    .workers(1)
    .worker_max_blocking_threads(BLOCKING_THREADS)
    .max_connections(CONNECTIONS_MAX)
    .client_request_timeout(HEAD_TIME)
    .keep_alive(KEEP_ALIVE)
    .tls_handshake_timeout(HANDSHAKE_TIME)
    .shutdown_timeout(STOP_SECONDS);
    let (scheme, server) = match settings {
        Some(settings) => ("https", server.bind_rustls_0_23(address, settings)),
        None => ("http", server.bind(address)),
    };
    let server = server.with_context(|| format!("cannot listen on {address}"))?;
    let bound = server.addrs().into_iter().next().context("no address was bound")?;
    println!("witness  {scheme}://{bound}");
    tracing::info!(%bound, scheme, vkey, "witnessing");
    crate::notify::ready();
    server.run().await.context("the server ended")
}

fn tls_settings(cert: &Path, key: &Path) -> Result<ServerConfig> {
    // One provider for all of rustls; a second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("certificate {}", cert.display()))?;
    let secret =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("TLS key {}", key.display()))?;
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .with_context(|| format!("{} and {}", cert.display(), key.display()))
}
