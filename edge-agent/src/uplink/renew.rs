//! Renewing the client certificate long before it ends.
//!
//! A new key, a request over the old certificate, a test call with the new one, and only then the
//! file is replaced. Capture never depends on it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tl_wire::device::RenewRequest;

use super::validity::not_after;
use crate::api::{Api, Server as _};
use crate::clock::wall;
use crate::enrol::Request;
use crate::home::{CLIENT_PEM, Home};

/// Days before the end from which a new certificate is asked for: three 90-day outages.
const RENEW_DAYS: i64 = 270;
/// Pause between tries.
const TRY_EVERY: Duration = Duration::from_secs(24 * 3600);
const DAY_SECONDS: i64 = 86_400;

/// Whole days until the client certificate ends; negative after its end.
///
/// # Errors
/// The certificate is missing or damaged.
pub(crate) fn days_left(home: &Home) -> Result<i64> {
    let path = home.client_pem();
    let pem = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let der = CertificateDer::from_pem_slice(&pem).context("no certificate in it")?;
    let ends = not_after(&der).context("the certificate is damaged")?;
    Ok((ends - wall() / 1_000_000).div_euclid(DAY_SECONDS))
}

/// Tries once a day when the certificate nears its end.
pub(crate) struct Renewal {
    home: Home,
    tried: Option<Instant>,
}

impl Renewal {
    /// For the agent of a directory.
    pub(crate) fn new(home: &Home) -> Self {
        Self { home: home.clone(), tried: None }
    }

    /// A server with the new certificate when one was due and given.
    pub(crate) fn try_now(&mut self, server: &Api) -> Option<Api> {
        if self.tried.is_some_and(|at| at.elapsed() < TRY_EVERY) {
            return None;
        }
        self.tried = Some(Instant::now());
        match days_left(&self.home) {
            Ok(days) if days < RENEW_DAYS => match self.renew(server) {
                Ok(renewed) => {
                    tracing::info!(days, "client certificate renewed");
                    Some(renewed)
                }
                Err(error) => {
                    tracing::warn!(%error, days, "client certificate not renewed");
                    None
                }
            },
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(%error, "cannot tell how long the certificate is valid");
                None
            }
        }
    }

    fn renew(&self, server: &Api) -> Result<Api> {
        let request = Request::new(&[])?;
        let answer = server.renew(&RenewRequest { csr_pem: request.csr_pem.clone() })?;
        let pem = request.with(&answer.certificate_pem);
        let renewed = Api::new(
            &self.home.identity()?.device_url,
            &std::fs::read(self.home.ca())?,
            Some(pem.as_bytes()),
        )?;
        renewed.head().context("the new certificate does not work")?;
        self.home.write(CLIENT_PEM, pem.as_bytes())?;
        Ok(renewed)
    }
}
