//! The server's device API over HTTPS, as a trait that the uplink works against.
//!
//! Every call is bounded in time and size. Only the installation's own CA is trusted; proxies of
//! the environment are ignored, because entries go straight to the server.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tl_wire::BUNDLE_MEDIA;
use tl_wire::device::{
    BlobAnswer, CheckpointAnswer, CheckpointRequest, EnrolAnswer, EnrolRequest, HeadAnswer,
    LapsedAnswer, LapsedRequest, RenewAnswer, RenewRequest, UploadAnswer,
};
use tl_wire::problem::Problem;
use tl_wire::report::DeviceReport;
use tl_wire::update::Version;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector as _, TcpConnector};
use ureq::{Agent, Body, http};

use crate::clock::AgentClock;
use crate::upkeep::tls::{PinnedTls, client_config};

/// Longest time for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time for a whole call; a half-open connection ends here.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// Connections idle for longer are not used again.
const IDLE_MAX: Duration = Duration::from_secs(20);
/// Bytes of each of a connection's four buffers, which stay resident between calls: a TLS record.
const BUFFER_BYTES: usize = 16 * 1024;
/// Largest answer: a snapshot of a large site.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiError {
    /// No answer: link down, server away, certificate not accepted.
    #[error("no answer from the server: {0}")]
    Unreachable(String),
    /// The server answered with an error.
    #[error("the server answered {status} {code}: {detail}")]
    Problem {
        /// HTTP status.
        status: u16,
        /// Stable code, or empty.
        code: String,
        /// What the server says.
        detail: String,
    },
    /// The answer is not what was agreed.
    #[error("the server's answer cannot be read: {0}")]
    Form(String),
}

/// What the uplink asks of a server.
pub(crate) trait Server: Send {
    /// Where our stream stands there.
    fn head(&self) -> Result<HeadAnswer, ApiError>;
    /// Uploads a bundle of entries.
    fn upload(&self, bundle: &[u8]) -> Result<UploadAnswer, ApiError>;
    /// Shows the checkpoint that we hold and asks for the newest one.
    fn checkpoint(&self, request: &CheckpointRequest) -> Result<CheckpointAnswer, ApiError>;
    /// The signed snapshot when it is newer than `have`.
    fn snapshot(&self, have: u64) -> Result<Option<Vec<u8>>, ApiError>;
    /// How much of a blob is there.
    fn blob(&self, sha256: &str) -> Result<BlobAnswer, ApiError>;
    /// Sends a piece of a blob.
    fn put_blob(
        &self,
        sha256: &str,
        offset: u64,
        size: u64,
        piece: &[u8],
    ) -> Result<BlobAnswer, ApiError>;
    /// Says how this box stands.
    fn report(&self, report: &DeviceReport) -> Result<(), ApiError>;
    /// The signed manifest of a program for `target` that is newer than `have`.
    fn update(&self, target: &str, have: Version) -> Result<Option<Vec<u8>>, ApiError>;
    /// Bytes of a program from `offset` on.
    fn program(&self, sha256: &str, offset: u64) -> Result<Vec<u8>, ApiError>;
    /// Asks for a new client certificate.
    fn renew(&self, request: &RenewRequest) -> Result<RenewAnswer, ApiError>;
}

/// The real server.
pub(crate) struct Api {
    agent: Agent,
    base: String,
}

impl Api {
    /// A client that trusts `ca_pem` alone; `client_pem` holds certificate and key for mTLS.
    ///
    /// # Errors
    /// The PEM texts can't be used.
    pub(crate) fn new(
        base: &str,
        ca_pem: &[u8],
        client_pem: Option<&[u8]>,
        clock: Arc<AgentClock>,
    ) -> Result<Self> {
        let tls = PinnedTls::new(client_config(ca_pem, client_pem, clock)?);
        let config = Agent::config_builder()
            .https_only(true)
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_age(IDLE_MAX)
            .max_idle_connections(1)
            .input_buffer_size(BUFFER_BYTES)
            .output_buffer_size(BUFFER_BYTES)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(CALL_TIMEOUT))
            .user_agent(concat!("tl-edge/", env!("CARGO_PKG_VERSION")))
            .build();
        let connector = ().chain(TcpConnector::default()).chain(tls);
        let agent = Agent::with_parts(config, connector, DefaultResolver::default());
        Ok(Self { agent, base: base.trim_end_matches('/').to_owned() })
    }

    /// Asks for certificates with a one-time token.
    ///
    /// # Errors
    /// `ApiError`.
    pub(crate) fn enrol(&self, request: &EnrolRequest) -> Result<EnrolAnswer, ApiError> {
        self.post_json("/device/v1/enrol", request)
    }

    /// Asks for certificates after the end of the old ones, with the event key's signature.
    ///
    /// # Errors
    /// `ApiError`.
    pub(crate) fn lapsed(&self, request: &LapsedRequest) -> Result<LapsedAnswer, ApiError> {
        self.post_json("/device/v1/lapsed", request)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        json(self.agent.get(self.url(path)).call())
    }

    fn post_json<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        let body = serde_json::to_vec(body).map_err(|error| ApiError::Form(error.to_string()))?;
        let request = self.agent.post(self.url(path)).content_type("application/json");
        json(request.send(body.as_slice()))
    }
}

impl Server for Api {
    fn head(&self) -> Result<HeadAnswer, ApiError> {
        self.get("/device/v1/head")
    }

    fn upload(&self, bundle: &[u8]) -> Result<UploadAnswer, ApiError> {
        let request = self.agent.post(self.url("/device/v1/entries")).content_type(BUNDLE_MEDIA);
        json(request.send(bundle))
    }

    fn checkpoint(&self, request: &CheckpointRequest) -> Result<CheckpointAnswer, ApiError> {
        self.post_json("/device/v1/checkpoint", request)
    }

    fn snapshot(&self, have: u64) -> Result<Option<Vec<u8>>, ApiError> {
        let url = self.url(&format!("/device/v1/snapshot?have={have}"));
        let (status, bytes) = answer(self.agent.get(url).call())?;
        Ok((status != 204).then_some(bytes))
    }

    fn blob(&self, sha256: &str) -> Result<BlobAnswer, ApiError> {
        self.get(&format!("/device/v1/blobs/{sha256}"))
    }

    fn put_blob(
        &self,
        sha256: &str,
        offset: u64,
        size: u64,
        piece: &[u8],
    ) -> Result<BlobAnswer, ApiError> {
        let path = format!("/device/v1/blobs/{sha256}?offset={offset}&size={size}");
        let request = self.agent.put(self.url(&path)).content_type("application/octet-stream");
        json(request.send(piece))
    }

    fn report(&self, report: &DeviceReport) -> Result<(), ApiError> {
        let body = serde_json::to_vec(report).map_err(|error| ApiError::Form(error.to_string()))?;
        let request = self.agent.post(self.url("/device/v1/report"));
        answer(request.content_type("application/json").send(body.as_slice())).map(drop)
    }

    fn update(&self, target: &str, have: Version) -> Result<Option<Vec<u8>>, ApiError> {
        let url = self.url(&format!("/device/v1/update?target={target}&have={have}"));
        let (status, bytes) = answer(self.agent.get(url).call())?;
        Ok((status != 204).then_some(bytes))
    }

    fn program(&self, sha256: &str, offset: u64) -> Result<Vec<u8>, ApiError> {
        let url = self.url(&format!("/device/v1/update/{sha256}?offset={offset}"));
        Ok(answer(self.agent.get(url).call())?.1)
    }

    fn renew(&self, request: &RenewRequest) -> Result<RenewAnswer, ApiError> {
        self.post_json("/device/v1/renew", request)
    }
}

type Called = Result<http::Response<Body>, ureq::Error>;

fn json<T: DeserializeOwned>(called: Called) -> Result<T, ApiError> {
    let (_, bytes) = answer(called)?;
    serde_json::from_slice(&bytes).map_err(|error| ApiError::Form(error.to_string()))
}

/// Status and body of a good answer; everything else is an error with what the server said.
fn answer(called: Called) -> Result<(u16, Vec<u8>), ApiError> {
    let unreachable = |error: ureq::Error| ApiError::Unreachable(error.to_string());
    let mut response = called.map_err(unreachable)?;
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    let mut reader = response.body_mut().as_reader().take(ANSWER_BYTES_MAX + 1);
    reader.read_to_end(&mut bytes).map_err(|error| ApiError::Unreachable(error.to_string()))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > ANSWER_BYTES_MAX {
        return Err(ApiError::Form(format!("more than {ANSWER_BYTES_MAX} bytes")));
    }
    if (200..300).contains(&status) {
        return Ok((status, bytes));
    }
    let (code, detail) = match serde_json::from_slice::<Problem>(&bytes) {
        Ok(problem) => (problem.code, problem.detail.unwrap_or(problem.title)),
        Err(_) => (String::new(), String::from_utf8_lossy(&bytes).chars().take(200).collect()),
    };
    Err(ApiError::Problem { status, code, detail })
}
