//! `tl-edge enrol`: keys, certificate requests and the one-time token against a certificate.
//!
//! The token goes only to a server whose chain ends in the CA with the fingerprint given. Keys that
//! are there already are used again, so that a try that failed half-way can be repeated; who the
//! agent is comes to the disk last, and only that makes it enrolled.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair};
use serde::{Deserialize, Serialize};
use tl_wire::device::{EnrolAnswer, EnrolRequest, enrol_proof};
use tl_wire::offer::EnrolmentOffer;
use tl_wire::problem::ErrorCode;

use crate::api::{Api, ApiError};
use crate::clock::AgentClock;
use crate::config;
use crate::home::{
    CA_PEM, CLIENT_PEM, Home, Identity, PAGE_NAMES, PAGE_PEM, SERVER_URL, UPDATE_KEY,
};
use crate::pin;

/// Longest line that is read as a code, in bytes.
const LINE_BYTES_MAX: u64 = 4096;

/// What a person gives to enrol an agent: the code of the QR, or its three parts.
#[derive(Debug, clap::Args)]
pub(crate) struct EnrolArgs {
    /// Text of the enrolment QR; `-` or nothing reads one line from standard input
    #[arg(conflicts_with_all = ["server", "token", "ca_sha256"])]
    code: Option<String>,
    /// Server's page port, as printed with the token: https://HOST:PORT
    #[arg(long, requires_all = ["token", "ca_sha256"])]
    server: Option<String>,
    /// One-time token
    #[arg(long, env = "TL_EDGE_TOKEN", hide_env_values = true, requires = "server")]
    token: Option<String>,
    /// SHA-256 of the installation's CA certificate, 64 hex digits
    #[arg(long, requires = "server")]
    ca_sha256: Option<String>,
    /// Directory of the agent
    #[arg(long, default_value = "tl-edge")]
    dir: PathBuf,
    /// Name or address under which the page is reached; may be given several times
    #[arg(long)]
    page_name: Vec<String>,
}

/// Enrols the agent of a directory.
pub(crate) fn run(args: &EnrolArgs) -> Result<()> {
    let home = Home::new(&args.dir);
    if home.is_enrolled() {
        let identity = home.identity()?;
        bail!(
            "{} 已登记为设备 {}(企业 {});如需重新登记,请换一个目录 (already enrolled)",
            args.dir.display(),
            identity.device,
            identity.party
        );
    }
    let offer = offer(args)?;
    let ca = pin::find_ca(&offer.server, offer.ca_sha256)?;
    let ca_pem = pem("CERTIFICATE", &ca);
    home.create()?;
    let signer = home.event_key(true)?;
    let names = page_names(&args.page_name);
    let client = Request::new(&[])?;
    let page = Request::new(&names)?;
    let request = EnrolRequest {
        token: offer.token.clone(),
        csr_pem: client.csr_pem.clone(),
        event_key: signer.public(),
        proof: hex::encode(signer.sign(&enrol_proof(&offer.token, &client.csr_pem))),
        page_names: names.clone(),
        page_csr_pem: Some(page.csr_pem.clone()),
    };
    let clock = Arc::new(AgentClock::new(0));
    let answer = Api::new(&offer.server, ca_pem.as_bytes(), None, clock)?
        .enrol(&request)
        .map_err(|error| explain(&offer.server, &error))?;
    home.write(SERVER_URL, offer.server.as_bytes())?;
    home.write(PAGE_NAMES, names.join("\n").as_bytes())?;
    store(&home, &ca_pem, &answer, &client, &page)?;
    println!("登记成功:设备 {},企业 {},厂区 {}", answer.device, answer.party, answer.site);
    println!("目录:{}", args.dir.display());
    println!("下一步:编辑 {},然后运行 tl-edge run", home.file(config::FILE).display());
    Ok(())
}

/// What enrols the box: three options, or the code as it was given, scanned or pasted.
fn offer(args: &EnrolArgs) -> Result<EnrolmentOffer> {
    if let (Some(server), Some(token), Some(ca)) = (&args.server, &args.token, &args.ca_sha256) {
        let (server, token) = (server.clone(), token.trim().to_owned());
        return Ok(EnrolmentOffer { server, token, ca_sha256: pin::fingerprint(ca)? });
    }
    let text = match args.code.as_deref() {
        Some(code) if code != "-" => code.to_owned(),
        _ => line()?,
    };
    text.parse().context(
        "登记二维码无法识别:请重新扫描,或完整复制服务器给出的那一行 (not an enrolment code)",
    )
}

/// One line of standard input, as a scanner or a person types it.
fn line() -> Result<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!(
            "请扫描或粘贴登记二维码,然后按回车 (scan or paste the enrolment code, then Enter):"
        );
    }
    let mut text = String::new();
    std::io::Read::take(input.lock(), LINE_BYTES_MAX)
        .read_line(&mut text)
        .context("standard input cannot be read")?;
    Ok(text)
}

fn store(
    home: &Home,
    ca_pem: &str,
    answer: &EnrolAnswer,
    client: &Request,
    page: &Request,
) -> Result<()> {
    home.write(CA_PEM, ca_pem.as_bytes())?;
    home.write(CLIENT_PEM, client.with(&answer.certificate_pem).as_bytes())?;
    if let Some(certificate) = &answer.page_certificate_pem {
        home.write(PAGE_PEM, page.with(certificate).as_bytes())?;
    }
    if let Some(key) = &answer.update_key {
        home.write(UPDATE_KEY, key.to_string().as_bytes())?;
    }
    if !home.file(config::FILE).exists() {
        home.write(config::FILE, config::STARTER.as_bytes())?;
    }
    home.write_identity(&Identity {
        device: answer.device.clone(),
        party: answer.party.clone(),
        site: answer.site.clone(),
        role: answer.role,
        epoch: answer.epoch,
        previous: answer.previous.clone(),
        device_url: answer.device_url.clone(),
        snapshot_key: answer.snapshot_key.clone(),
    })
}

/// A fresh P-256 key with its certificate request.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    key_pem: zeroize::Zeroizing<String>,
    /// PEM of the request.
    pub(crate) csr_pem: String,
}

impl Request {
    /// Makes a key and a request; the server ignores its subject and takes its names as a wish.
    ///
    /// # Errors
    /// A name that is neither a host name nor an address.
    pub(crate) fn new(names: &[String]) -> Result<Self> {
        let key = KeyPair::generate().context("cannot make a P-256 key")?;
        let params = CertificateParams::new(names.to_vec())
            .context("a --page-name is neither a host name nor an address")?;
        let csr = params.serialize_request(&key).context("cannot sign the request")?;
        let csr_pem = csr.pem().context("cannot write the request")?;
        Ok(Self { key_pem: zeroize::Zeroizing::new(key.serialize_pem()), csr_pem })
    }

    /// Certificate and key in one text.
    pub(crate) fn with(&self, certificate_pem: &str) -> zeroize::Zeroizing<String> {
        let certificate = certificate_pem.trim_end();
        zeroize::Zeroizing::new(format!("{certificate}\n{}", self.key_pem.as_str()))
    }
}

/// Names of the page: what was given, else this machine's own.
fn page_names(given: &[String]) -> Vec<String> {
    let mut names = given.to_vec();
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = host.trim().to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if given.is_empty() && !host.is_empty() && host.chars().all(plain) {
        names.push(host);
    }
    for own in ["localhost", "127.0.0.1"] {
        if !names.iter().any(|name| name == own) {
            names.push(own.to_owned());
        }
    }
    names
}

fn explain(server: &str, error: &ApiError) -> anyhow::Error {
    match error {
        ApiError::Problem { code, detail, .. } if code == ErrorCode::TokenInvalid.code() => {
            anyhow::anyhow!(
                "登记口令无效、已用过或已过期;请在服务器上重新生成 \
                 (token wrong, used or expired): {detail}"
            )
        }
        ApiError::Problem { status, code, detail } => {
            anyhow::anyhow!("服务器拒绝登记 (refused): {status} {code}: {detail}")
        }
        ApiError::Unreachable(reason) => anyhow::anyhow!(
            "连不上 {server} 或其证书不含该主机名 (unreachable, or its certificate lacks this \
             name): {reason}"
        ),
        ApiError::Form(reason) => anyhow::anyhow!("服务器的回答无法识别 (bad answer): {reason}"),
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}
