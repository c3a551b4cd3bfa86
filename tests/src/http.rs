//! A client for HTTPS that trusts one CA, keeps cookies and shows every answer as it came.
//!
//! No status is an error here: what an answer should be is the test's to say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use ureq::{Agent, Body, http};

/// Longest time for a whole call, on busy cores.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// A client with its cookies.
pub struct Client {
    agent: Agent,
    base: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A certificate with its key, for mutual TLS.
pub struct ClientIdentity<'a> {
    /// Certificate, PEM.
    pub certificate_pem: &'a str,
    /// Its key, PEM.
    pub key_pem: &'a str,
}

impl Client {
    /// A client of a server whose certificate this CA has signed.
    ///
    /// # Errors
    /// Texts that are no PEM.
    pub fn new(base: &str, ca_pem: &str, identity: Option<&ClientIdentity<'_>>) -> Result<Self> {
        let ca = Certificate::from_pem(ca_pem.as_bytes()).context("the CA's certificate")?;
        let client = match identity {
            Some(identity) => Some(ClientCert::new_with_certs(
                &[Certificate::from_pem(identity.certificate_pem.as_bytes())?],
                PrivateKey::from_pem(identity.key_pem.as_bytes())?,
            )),
            None => None,
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[ca]))
            .client_cert(client)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .https_only(true)
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(CALL_TIMEOUT))
            .build()
            .new_agent();
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { agent, base, cookies: Mutex::default() })
    }

    /// GET.
    ///
    /// # Errors
    /// No answer came.
    pub fn get(&self, path: &str) -> Result<Answer> {
        let request = self.agent.get(self.url(path)).header("cookie", self.cookie());
        self.keep(request.call(), path)
    }

    /// GET of a page that must be there; gives its text.
    ///
    /// # Errors
    /// No answer came, or another status than 200.
    pub fn page(&self, path: &str) -> Result<String> {
        let answer = self.get(path)?;
        if answer.status != 200 {
            bail!("GET {path}: {} {}", answer.status, answer.text());
        }
        Ok(answer.text())
    }

    /// POST of a form.
    ///
    /// # Errors
    /// No answer came.
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let request = self.agent.post(self.url(path)).header("cookie", self.cookie());
        self.keep(request.send_form(fields.iter().copied()), path)
    }

    /// POST of JSON.
    ///
    /// # Errors
    /// No answer came.
    pub fn post_json(&self, path: &str, body: &Value) -> Result<Answer> {
        self.post_bytes(path, "application/json", &serde_json::to_vec(body)?)
    }

    /// POST of bytes of a media type.
    ///
    /// # Errors
    /// No answer came.
    pub fn post_bytes(&self, path: &str, media: &str, body: &[u8]) -> Result<Answer> {
        let request = self.agent.post(self.url(path)).header("cookie", self.cookie());
        self.keep(request.content_type(media).send(body), path)
    }

    /// PUT of bytes.
    ///
    /// # Errors
    /// No answer came.
    pub fn put_bytes(&self, path: &str, body: &[u8]) -> Result<Answer> {
        let request = self.agent.put(self.url(path)).header("cookie", self.cookie());
        self.keep(request.content_type("application/octet-stream").send(body), path)
    }

    /// Forgets who is signed in.
    pub fn forget(&self) {
        self.cookies().clear();
    }

    fn cookies(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().expect("no holder panics")
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn cookie(&self) -> String {
        let cookies = self.cookies();
        let pairs: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep(
        &self,
        called: Result<http::Response<Body>, ureq::Error>,
        path: &str,
    ) -> Result<Answer> {
        let mut response = called.with_context(|| format!("no answer from {}{path}", self.base))?;
        let text =
            |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect();
        for (_, value) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = value.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies().insert(name.to_owned(), value.to_owned());
            }
        }
        let body = response
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec()
            .with_context(|| format!("answer of {}{path}", self.base))?;
        Ok(Answer { status: response.status().as_u16(), headers, body })
    }
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// It is none: status and text.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("no JSON: {} {}", self.status, self.text()))
    }

    /// A header's first value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The stable code of a problem answer.
    #[must_use]
    pub fn code(&self) -> String {
        let code = self.json().ok().and_then(|value| Some(value.get("code")?.as_str()?.to_owned()));
        code.unwrap_or_default()
    }
}
