//! Renewing the certificates long before they end, and asking for new ones when that was missed.
//!
//! A new key, a request over the old certificate, the answer as a file beside it, a call with it,
//! and only then it takes the old one's place. The server retires the old certificate when it
//! first sees the new one, so the new one is on the disk before it is shown. Capture never depends
//! on any of this.

mod lapsed;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tl_domain::time::Micros;
use tl_ledger::Signer;
use tl_wire::device::{LapsedAnswer, LapsedRequest, RenewRequest};

use crate::api::{Api, ApiError, Server};
use crate::clock::{AgentClock, wall};
use crate::enrol::Request;
use crate::home::{CLIENT_NEW_PEM, CLIENT_PEM, Home, PAGE_PEM, SERVER_URL};
use crate::upkeep::validity::validity;

/// Longest pause between tries: a day.
const TRY_EVERY_MICROS: Micros = 24 * 3_600_000_000;
/// Up to this much shorter, drawn at random: boxes that were enrolled together renew apart.
const JITTER_MICROS: Micros = 2 * 3_600_000_000;
const DAY_SECONDS: i64 = 86_400;
const PERMILLE: i64 = 1000;

/// Whole days until the client certificate ends; negative after its end.
///
/// # Errors
/// The certificate is missing or damaged.
pub(crate) fn days_left(home: &Home) -> Result<i64> {
    let (_, ends) = certificate_validity(home)?;
    Ok((ends - wall() / 1_000_000).div_euclid(DAY_SECONDS))
}

/// End of the client certificate, microseconds since 1970.
///
/// # Errors
/// The certificate is missing or damaged.
pub(crate) fn ends_micros(home: &Home) -> Result<i64> {
    Ok(certificate_validity(home)?.1.saturating_mul(1_000_000))
}

/// Begin and end of the client certificate in seconds since 1970.
fn certificate_validity(home: &Home) -> Result<(i64, i64)> {
    let path = home.client_pem();
    let pem = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let der = CertificateDer::from_pem_slice(&pem).context("no certificate in it")?;
    validity(&der).context("the certificate is damaged")
}

/// How the uplink stands when it asks whether its certificate is to be changed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Turn<'a> {
    /// Everything was sent.
    Idle,
    /// The last round failed, for this reason.
    Failed(&'a str),
}

/// What came of it.
pub(crate) struct Turned<S> {
    /// The server with the new certificate, to be used from now on.
    pub(crate) server: Option<S>,
    /// What a person should know.
    pub(crate) note: Option<String>,
}

impl<S> Turned<S> {
    /// Nothing to do.
    pub(crate) fn nothing() -> Self {
        Self { server: None, note: None }
    }

    fn with(server: Option<S>) -> Self {
        Self { server, note: None }
    }
}

/// Makes a server of a certificate with its key.
type Connect<S> = Box<dyn Fn(&[u8]) -> Result<S> + Send>;
/// Asks for a certificate in place of one that has ended.
type Ask = Box<dyn Fn(&LapsedRequest) -> Result<LapsedAnswer, ApiError> + Send>;

/// How servers are reached, so that tests can be the server.
pub(crate) struct Ways<S> {
    /// The device port with a certificate and its key.
    pub(crate) connect: Connect<S>,
    /// The page port, for a box whose certificate has ended.
    pub(crate) ask: Ask,
}

impl Ways<Api> {
    /// The real server of an enrolled directory.
    pub(crate) fn real(home: &Home, clock: &Arc<AgentClock>) -> Self {
        let (near, far) = (home.clone(), home.clone());
        let (clock, other_clock) = (clock.clone(), clock.clone());
        let connect = move |pem: &[u8]| {
            let url = near.identity()?.device_url;
            Api::new(&url, &std::fs::read(near.ca())?, Some(pem), clock.clone())
        };
        let ask = move |request: &LapsedRequest| {
            let unusable = |reason: String| ApiError::Form(reason);
            let url = far.text(SERVER_URL).ok_or_else(|| {
                unusable(format!("{} is missing: enrol again with a token", SERVER_URL))
            })?;
            let ca = std::fs::read(far.ca()).map_err(|error| unusable(error.to_string()))?;
            let api = Api::new(&url, &ca, None, other_clock.clone());
            api.map_err(|error| unusable(format!("{error:#}")))?.lapsed(request)
        };
        Self { connect: Box::new(connect), ask: Box::new(ask) }
    }
}

/// Looks after the certificates of one agent.
pub(crate) struct Renewal<S> {
    home: Home,
    clock: Arc<AgentClock>,
    signer: Signer,
    ways: Ways<S>,
    permille: i64,
    next_try: Option<(Micros, Micros)>,
    lapsed: lapsed::Asking,
}

impl<S: Server> Renewal<S> {
    /// For the agent of a directory; renews when less than `permille` of the validity is left.
    pub(crate) fn new(
        home: &Home,
        clock: &Arc<AgentClock>,
        signer: &Signer,
        permille: u32,
        ways: Ways<S>,
    ) -> Self {
        Self {
            home: home.clone(),
            clock: clock.clone(),
            signer: signer.clone(),
            ways,
            permille: i64::from(permille),
            next_try: None,
            lapsed: lapsed::Asking::default(),
        }
    }

    /// Does what is due; failures are logged and tried again.
    pub(crate) fn turn(&mut self, server: &S, turn: Turn<'_>) -> Turned<S> {
        // A new certificate that was written but not seen to work: the power went in between.
        match self.settle() {
            Ok(Some(renewed)) => return Turned::with(Some(renewed)),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(error = %format!("{error:#}"), "new certificate not tried");
                return Turned::nothing();
            }
        }
        match turn {
            Turn::Idle => Turned::with(self.renew_if_due(server)),
            Turn::Failed(reason) => self.revive(reason),
        }
    }

    fn renew_if_due(&mut self, server: &S) -> Option<S> {
        let now = self.clock.best();
        // A clock that was set back must not put the next try off by years.
        let waits = |(from, to): &(Micros, Micros)| (*from..*to).contains(&now);
        if self.next_try.as_ref().is_some_and(waits) {
            return None;
        }
        self.next_try = Some((now, now + TRY_EVERY_MICROS - jitter()));
        match self.is_due(now) {
            Ok(false) => None,
            Ok(true) => match self.renew(server) {
                Ok(renewed) => renewed,
                Err(error) => {
                    tracing::warn!(error = %format!("{error:#}"), "certificate not renewed");
                    None
                }
            },
            Err(error) => {
                tracing::warn!(%error, "cannot tell how long the certificate is valid");
                None
            }
        }
    }

    /// Whether less than the set share of the certificate's validity is left.
    fn is_due(&self, now: Micros) -> Result<bool> {
        let (begins, ends) = certificate_validity(&self.home)?;
        // The first day lies before it was issued, for clocks that are behind.
        let whole = ends.saturating_sub(begins).saturating_sub(DAY_SECONDS).max(0);
        let left = ends.saturating_sub(now / 1_000_000);
        Ok(left.saturating_mul(PERMILLE) < whole.saturating_mul(self.permille))
    }

    fn renew(&self, server: &S) -> Result<Option<S>> {
        let client = Request::new(&[])?;
        let names = self.home.page_names();
        let has_page = self.home.page_pem().exists() && !names.is_empty();
        let page = if has_page { Some(Request::new(&names)?) } else { None };
        let answer = server.renew(&RenewRequest {
            csr_pem: client.csr_pem.clone(),
            page_csr_pem: page.as_ref().map(|page| page.csr_pem.clone()),
            page_names: if page.is_some() { names } else { Vec::new() },
        })?;
        if let (Some(page), Some(certificate)) = (&page, &answer.page_certificate_pem) {
            self.home.write(PAGE_PEM, page.with(certificate).as_bytes())?;
        }
        self.home.write(CLIENT_NEW_PEM, client.with(&answer.certificate_pem).as_bytes())?;
        self.settle()
    }

    /// Tries a new certificate that lies beside the one in use, and puts it in its place when the
    /// server takes it. `None`: there is none, it is no good, or nobody could be asked.
    fn settle(&self) -> Result<Option<S>> {
        let path = self.home.file(CLIENT_NEW_PEM);
        let Ok(pem) = std::fs::read(&path) else { return Ok(None) };
        let tried = (self.ways.connect)(&pem).map(|server| (server.head(), server));
        match tried {
            Ok((Ok(head), server)) => {
                self.clock.compare(head.server_time_micros);
                self.home.promote(CLIENT_NEW_PEM, CLIENT_PEM)?;
                tracing::info!("client certificate renewed");
                Ok(Some(server))
            }
            Ok((Err(error @ ApiError::Problem { status: 401 | 403, .. }), _)) => {
                self.discard(&error.to_string())
            }
            Ok((Err(ApiError::Unreachable(reason)), _)) if refused(&reason) => {
                self.discard(&reason)
            }
            // Without a clear answer nobody knows whether the server has seen it: both stay.
            Ok((Err(_), _)) => Ok(None),
            Err(error) => self.discard(&format!("{error:#}")),
        }
    }

    fn discard(&self, why: &str) -> Result<Option<S>> {
        tracing::warn!(why, "a new certificate does not work; the one in use stays");
        self.home.remove(CLIENT_NEW_PEM)?;
        Ok(None)
    }
}

/// Whether the server broke the handshake off because of our certificate.
fn refused(reason: &str) -> bool {
    ["CertificateExpired", "CertificateUnknown", "BadCertificate", "UnknownCA"]
        .iter()
        .any(|alert| reason.contains(alert))
}

fn jitter() -> Micros {
    let mut random = [0; 2];
    // Without random bytes the pause is just not jittered.
    let _ = getrandom::fill(&mut random);
    JITTER_MICROS * Micros::from(u16::from_be_bytes(random)) / (1 << 16)
}
