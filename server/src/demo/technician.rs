//! Somebody at an agent's page: signs in with the PIN and sends forms, as a browser would.
//!
//! Only what the demonstration needs of HTTP: one request on each connection, forms out, status and
//! cookie back. The page's certificate must come from the installation's CA.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::ServerName;

use crate::app::App;

/// Longest wait for the page.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Most bytes of an answer that are looked at.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// A technician at a page.
pub(super) struct Technician {
    address: SocketAddr,
    config: Arc<ClientConfig>,
    cookie: String,
}

impl Technician {
    /// Goes to a page; nobody is signed in yet.
    ///
    /// # Errors
    /// An address that is none, or a CA that can't be used.
    pub(super) fn at(app: &App, page: &str) -> anyhow::Result<Self> {
        let address = page.trim_start_matches("https://").trim_end_matches('/');
        let address = address.parse().with_context(|| format!("the page's address {page:?}"))?;
        let mut roots = RootCertStore::empty();
        roots.add(app.authority.der().clone())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { address, config: Arc::new(config), cookie: String::new() })
    }

    /// Signs in.
    ///
    /// # Errors
    /// The page does not answer.
    pub(super) fn sign_in(&mut self, operator: &str, pin: &str) -> anyhow::Result<bool> {
        let (status, cookie) = self.post("/login", &[("operator", operator), ("pin", pin)])?;
        self.cookie = cookie.unwrap_or_default();
        Ok(status == 303 && !self.cookie.is_empty())
    }

    /// Sends a form; whether the page took it.
    ///
    /// # Errors
    /// The page does not answer.
    pub(super) fn send(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<bool> {
        Ok(self.post(path, fields)?.0 == 303)
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<(u16, Option<String>)> {
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = fields.collect::<Vec<_>>().join("&");
        let (host, cookie) = (self.address, &self.cookie);
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: https://{host}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             Cookie: {cookie}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let socket = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
        socket.set_read_timeout(Some(TIMEOUT))?;
        let name = ServerName::IpAddress(self.address.ip().into());
        let connection = ClientConnection::new(self.config.clone(), name)?;
        let mut stream = StreamOwned::new(connection, socket);
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        // The page may close without a farewell; what came until then is the answer.
        let ended = (&mut stream).take(ANSWER_BYTES_MAX).read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let Some(status) = status else {
            ended.context("the page's answer")?;
            anyhow::bail!("the page's answer is no HTTP");
        };
        Ok((status, cookie_of(&answer)))
    }
}

/// The session's cookie that an answer sets.
fn cookie_of(answer: &str) -> Option<String> {
    let head = answer.split("\r\n\r\n").next()?;
    let set = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("set-cookie").then_some(value.trim())
    })?;
    set.split(';').next().map(str::to_owned)
}

/// Text of a form's field: all but letters and digits as their bytes.
fn encoded(text: &str) -> String {
    let one = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(one).collect()
}
