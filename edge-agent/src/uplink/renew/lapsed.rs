//! A box whose certificate has ended: it asks for a new one, signed by its event key.
//!
//! The server issues it once somebody has agreed there. The request and its keys are kept, so that
//! what was agreed to is what is asked for again, also after a restart.

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tl_domain::time::Micros;
use tl_wire::device::{LapsedAnswer, LapsedRequest};

use super::{Renewal, Turned, certificate_validity, refused};
use crate::api::{ApiError, Server};
use crate::enrol::Request;
use crate::home::{CLIENT_NEW_PEM, Home, PAGE_PEM};

/// The kept request.
const FILE: &str = "lapsed.json";
/// First pause between two questions; doubles up to the last.
const PAUSE_FIRST_MICROS: Micros = 10_000_000;
const PAUSE_LAST_MICROS: Micros = 900_000_000;

/// When it was asked last.
#[derive(Debug, Default)]
pub(super) struct Asking {
    asked: Option<i64>,
    pause: Micros,
    note: Option<String>,
}

/// A request with the keys behind it.
#[derive(Serialize, Deserialize)]
struct Kept {
    request: LapsedRequest,
    client: Request,
    page: Option<Request>,
}

impl<S: Server> Renewal<S> {
    /// Asks for a new certificate when ours has ended.
    pub(super) fn revive(&mut self, reason: &str) -> Turned<S> {
        let ended = certificate_validity(&self.home)
            .is_ok_and(|(_, ends)| ends <= self.clock.best() / 1_000_000);
        if !ended && !reason.contains("CertificateExpired") {
            self.lapsed = Asking::default();
            return Turned::nothing();
        }
        let now = self.clock.monotonic();
        if self.lapsed.asked.is_some_and(|asked| now - asked < self.lapsed.pause) {
            return Turned { server: None, note: self.lapsed.note.clone() };
        }
        self.lapsed.asked = Some(now);
        self.lapsed.pause = (self.lapsed.pause * 2).clamp(PAUSE_FIRST_MICROS, PAUSE_LAST_MICROS);
        let (server, note) = match self.ask() {
            Ok(Asked::Issued(server)) => (server, None),
            Ok(Asked::Waiting(mark)) => {
                let note = format!(
                    "证书已过期,已申请重新签发:请管理员在服务器的“设备”页核对 {mark} 后批准。\
                     采集照常 (certificate ended; waiting for approval of {mark} at the server)"
                );
                (None, Some(note))
            }
            Err(error) => {
                let note = format!(
                    "证书已过期,申请重新签发未成功:{error:#}。采集照常 \
                     (certificate ended; no new one was given)"
                );
                (None, Some(note))
            }
        };
        if note != self.lapsed.note
            && let Some(note) = &note
        {
            tracing::warn!(note, "certificate");
        }
        self.lapsed.note.clone_from(&note);
        Turned { server, note }
    }

    fn ask(&self) -> Result<Asked<S>> {
        let kept = self.kept()?;
        let answer = (self.ways.ask)(&kept.request);
        if let Err(ApiError::Problem { status: 400..=499, .. }) = &answer {
            // What was refused is not asked again in the same words: the names may be the reason.
            self.home.remove(FILE)?;
        }
        match answer.map_err(|error| without_noise(&error))? {
            LapsedAnswer::Waiting { mark } => Ok(Asked::Waiting(mark)),
            LapsedAnswer::Issued { certificate_pem, page_certificate_pem } => {
                if let (Some(page), Some(certificate)) = (&kept.page, &page_certificate_pem) {
                    self.home.write(PAGE_PEM, page.with(certificate).as_bytes())?;
                }
                let pem = kept.client.with(&certificate_pem);
                self.home.write(CLIENT_NEW_PEM, pem.as_bytes())?;
                self.home.remove(FILE)?;
                Ok(Asked::Issued(self.settle()?))
            }
        }
    }

    /// The request as it was sent before, else a new one.
    fn kept(&self) -> Result<Kept> {
        if let Some(kept) = read(&self.home) {
            return Ok(kept);
        }
        let identity = self.home.identity()?;
        let names = self.home.page_names();
        let has_page = self.home.page_pem().exists() && !names.is_empty();
        let client = Request::new(&[])?;
        let page = if has_page { Some(Request::new(&names)?) } else { None };
        let mut request = LapsedRequest {
            device: identity.device,
            event_key: self.signer.public(),
            csr_pem: client.csr_pem.clone(),
            page_csr_pem: page.as_ref().map(|page| page.csr_pem.clone()),
            page_names: if page.is_some() { names } else { Vec::new() },
            proof: String::new(),
        };
        request.proof = hex::encode(self.signer.sign(&request.proof_text()));
        let kept = Kept { request, client, page };
        let text = zeroize::Zeroizing::new(serde_json::to_vec(&kept).context("request as JSON")?);
        self.home.write(FILE, &text)?;
        Ok(kept)
    }
}

enum Asked<S> {
    Waiting(String),
    /// The server with the new certificate, if it could be tried at once.
    Issued(Option<S>),
}

fn read(home: &Home) -> Option<Kept> {
    let text = zeroize::Zeroizing::new(std::fs::read(home.file(FILE)).ok()?);
    serde_json::from_slice(&text).ok()
}

fn without_noise(error: &ApiError) -> anyhow::Error {
    match error {
        ApiError::Problem { detail, .. } => anyhow::anyhow!("{detail}"),
        ApiError::Unreachable(reason) if refused(reason) => anyhow::anyhow!("{reason}"),
        other => anyhow::anyhow!("{other}"),
    }
}
