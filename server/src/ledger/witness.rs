//! The server's side of the witness protocol (c2sp.org/tlog-witness).
//!
//! Each round shows every witness the newest checkpoint of each tree that it has not cosigned yet,
//! with a proof from the last one that it knows. Its answer either is a line that verifies, or
//! says how far it has got, or is an alarm. Nobody waits for a witness: a checkpoint is served
//! without its line until the line is there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::{NoteSignature, VerifierKey};
use tl_ledger::witness::AddCheckpoint;
use tl_store::{Alarm, AlarmCode, AlarmFact, Tree, Which};

use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::{held, proof};
use crate::app::App;
use crate::error::Failure;

/// Longest wait for a witness.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Verifier key of the log, for a witness that takes logs at first sight; others ignore it.
const LOG_KEY_HEADER: &str = "tl-log-key";
/// Until a witness that did not know a log is asked again, in microseconds: its policy may have
/// got the log's key since.
const UNKNOWN_MICROS: Micros = 15_000_000;
/// Largest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 * 1024;

/// A witness as configured.
pub struct Witness {
    /// Its verifier key, type 0x04.
    pub key: VerifierKey,
    /// Base address; `add-checkpoint` is below it.
    pub url: String,
    client: ureq::Agent,
    /// Size of each origin that it is known to have cosigned.
    sizes: Mutex<BTreeMap<String, u64>>,
    /// When it was last asked about each origin that it does not know.
    unknown: Mutex<BTreeMap<String, Micros>>,
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.key.name(), self.url)
    }
}

/// A line of the configuration that names no witness.
#[derive(Debug, thiserror::Error)]
#[error(
    "witness {line:?}: expected `URL VKEY`, like `https://witness.example:9443 NAME+ID+KEY`: \
    {reason}"
)]
pub struct WitnessError {
    line: String,
    reason: String,
}

impl Witness {
    /// Reads `URL VKEY`; `tls` verifies the witness's certificate.
    ///
    /// # Errors
    /// What the line lacks.
    pub fn parse(line: &str, client: ureq::Agent) -> Result<Self, WitnessError> {
        let wrong = |reason: String| WitnessError { line: line.to_owned(), reason };
        let (url, key) =
            line.trim().split_once(' ').ok_or_else(|| wrong("no space in it".to_owned()))?;
        let key = key.trim().parse().map_err(|error| wrong(format!("{error}")))?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { key, url, client, sizes: Mutex::default(), unknown: Mutex::default() })
    }

    fn known(&self, origin: &str) -> Option<u64> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner).get(origin).copied()
    }

    /// Whether it said last that it does not know a log: its policy lacks the log's key.
    #[must_use]
    pub fn lacks(&self, origin: &str) -> bool {
        self.asked_in_vain(origin).is_some()
    }

    fn asked_in_vain(&self, origin: &str) -> Option<Micros> {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).get(origin).copied()
    }

    /// Notes that it does not know a log; gives whether that is news.
    fn note_unknown(&self, origin: &str, now: Micros) -> bool {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.insert(origin.to_owned(), now).is_none()
    }

    fn learn(&self, origin: &str, size: u64) {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).remove(origin);
        let mut sizes = self.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        sizes.insert(origin.to_owned(), size);
    }

    /// Sends a request; gives status and body.
    fn post(&self, tree: &Tree, body: &AddCheckpoint) -> Result<(u16, String), String> {
        let request = self.client.post(format!("{}/add-checkpoint", self.url));
        let key = tree.vkey.as_deref().unwrap_or_default();
        answered(request.header(LOG_KEY_HEADER, key).send(body.to_string()))
    }

    /// The last checkpoint of an origin that it cosigned; status and body.
    fn last_checkpoint(&self, origin: &str) -> Result<(u16, String), String> {
        let name = Hash::of(origin.as_bytes());
        answered(self.client.get(format!("{}/{name}/checkpoint", self.url)).call())
    }
}

fn answered(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<(u16, String), String> {
    let mut answer = answer.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
    Ok((status, text.map_err(|error| error.to_string())?))
}

/// Client for witnesses. They are known by the certificates in `ca_pem` alone, never by the
/// system's; without any, only plain HTTP within a closed network is left.
///
/// # Errors
/// PEM that holds no certificate.
pub fn client(ca_pem: Option<&[u8]>) -> anyhow::Result<ureq::Agent> {
    let certificates = CertificateDer::pem_slice_iter(ca_pem.unwrap_or_default())
        .collect::<Result<Vec<_>, _>>()
        .context("witness_ca: not a PEM file of certificates")?;
    if ca_pem.is_some() && certificates.is_empty() {
        anyhow::bail!("witness_ca: the file holds no certificate");
    }
    let certificates: Vec<Certificate<'static>> =
        certificates.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    Ok(ureq::Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .timeout_global(Some(TIMEOUT))
        .build()
        .new_agent())
}

/// Shows every witness what it has not cosigned.
///
/// # Errors
/// The store's. A witness that does not answer is logged and asked again next time.
pub fn round(app: &App) -> Result<(), Failure> {
    let trees = app.store.trees()?;
    let newest = trees
        .iter()
        .enumerate()
        .filter(|(at, tree)| trees.get(at + 1).is_none_or(|next| next.party != tree.party));
    let newest: Vec<&Tree> = newest.map(|(_, tree)| tree).collect();
    let now = app.clock.micros();
    for witness in &app.ledger.witnesses {
        for tree in &newest {
            if witness.known(&tree.origin) == Some(tree.head.size) {
                continue;
            }
            let in_vain = witness.asked_in_vain(&tree.origin);
            if in_vain.is_some_and(|at| (0..UNKNOWN_MICROS).contains(&(now - at))) {
                continue;
            }
            let done = match tree.head.size {
                0 => look(app, witness, tree),
                _ => show(app, witness, tree),
            };
            match done {
                Ok(Ok(())) => {}
                Ok(Err(reason)) => {
                    tracing::warn!(?witness, origin = tree.origin, reason, "no cosignature");
                    break;
                }
                // What is wrong with one log keeps no other one waiting.
                Err(failure) => {
                    let reason = failure.to_string();
                    tracing::error!(?witness, origin = tree.origin, reason, "it was not shown");
                }
            }
        }
    }
    Ok(())
}

/// Asks whether a witness has a head of a tree of which nothing was signed here: it must not.
fn look(app: &App, witness: &Witness, tree: &Tree) -> Result<Result<(), String>, Failure> {
    let (status, text) = match witness.last_checkpoint(&tree.origin) {
        Ok(answer) => answer,
        Err(reason) => return Ok(Err(reason)),
    };
    match status {
        404 => {
            app.ledger.shown(&tree.party, tree.number);
            witness.learn(&tree.origin, 0);
            Ok(Ok(()))
        }
        200 => match SignedCheckpoint::parse(text.as_bytes()) {
            Ok(signed) if signed.checkpoint().origin() == tree.origin => {
                if let Some(alarm) = held::contradiction(app, tree, &signed.head(), &text)? {
                    raise(app, &alarm)?;
                }
                Ok(Ok(()))
            }
            _ => Ok(Err(format!("its last checkpoint is none of {}: {text:.200}", tree.origin))),
        },
        _ => Ok(Err(format!("it answered {status}: {text:.200}"))),
    }
}

/// Shows one tree's newest checkpoint; the inner error ends the round with this witness.
fn show(app: &App, witness: &Witness, tree: &Tree) -> Result<Result<(), String>, Failure> {
    let newest = app.store.checkpoint(&tree.party, tree.number, Which::Newest)?;
    let Some(checkpoint) = newest else { return Ok(Ok(())) };
    let signed = SignedCheckpoint::parse(checkpoint.note.as_bytes())
        .map_err(|error| Failure::internal(&error))?;
    // A witness that was not asked since this start is asked whether it has the very same.
    let mut old_size = witness.known(&tree.origin).unwrap_or(checkpoint.head.size);
    for _ in 0..2 {
        let old = head_at(app, tree, old_size)?;
        let body = AddCheckpoint {
            old_size,
            hashes: proof::consistency(&app.store, tree, &old, &checkpoint.head)?,
            checkpoint: signed.clone(),
        };
        let (status, text) = match witness.post(tree, &body) {
            Ok(answer) => answer,
            Err(reason) => return Ok(Err(reason)),
        };
        match status {
            200 => return cosigned(app, witness, tree, &signed, &text),
            409 => match text.trim().parse::<u64>() {
                Ok(size) if size > checkpoint.head.size => {
                    let newer = TreeHead { size, root: checkpoint.head.root };
                    let said = format!("{witness:?} has cosigned size {size}");
                    if let Some(alarm) = held::contradiction(app, tree, &newer, &said)? {
                        raise(app, &alarm)?;
                    }
                    return Ok(Ok(()));
                }
                Ok(size) => old_size = size,
                Err(_) => return Ok(Err(format!("409 with {text:.80?}, expected a size"))),
            },
            422 => {
                raise(app, &split(app, witness, tree, &text))?;
                return Ok(Ok(()));
            }
            404 => {
                if witness.note_unknown(&tree.origin, app.clock.micros()) {
                    tracing::warn!(?witness, origin = tree.origin, "the witness does not know it");
                }
                return Ok(Ok(()));
            }
            _ => return Ok(Err(format!("it answered {status}: {text:.200}"))),
        }
    }
    Ok(Err("its size changed while it was asked".to_owned()))
}

fn head_at(app: &App, tree: &Tree, size: u64) -> Result<TreeHead, Failure> {
    Ok(TreeHead { size, root: proof::root_at(&app.store, tree, size)? })
}

/// Verifies and keeps a witness's line.
fn cosigned(
    app: &App,
    witness: &Witness,
    tree: &Tree,
    signed: &SignedCheckpoint,
    text: &str,
) -> Result<Result<(), String>, Failure> {
    let lines = match NoteSignature::parse_lines(text) {
        Ok(lines) => lines,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let Some(line) = lines.into_iter().find(|line| line.is_by(&witness.key)) else {
        return Ok(Err("none of its lines is by the configured key".to_owned()));
    };
    let mut with_line = signed.clone();
    let written = line.to_string();
    let verified = with_line.add(line).map_err(|error| error.to_string()).and_then(|()| {
        let note = with_line.note();
        note.verify([&witness.key]).map(drop).map_err(|error| error.to_string())
    });
    if let Err(reason) = verified {
        return Ok(Err(format!("its line does not verify: {reason}")));
    }
    let size = signed.head().size;
    let name = witness.key.name().as_str();
    let now = app.clock.micros();
    app.store.add_cosignature(&tree.party, (tree.number, size), name, &written, now)?;
    witness.learn(&tree.origin, size);
    app.ledger.shown(&tree.party, tree.number);
    Ok(Ok(()))
}

fn split(app: &App, witness: &Witness, tree: &Tree, text: &str) -> Alarm {
    let fact = AlarmFact::WitnessDisagrees { witness: witness.key.name().to_string() };
    let (of, now) = ((&tree.party, tree.number), app.clock.micros());
    Alarm::new(of, AlarmCode::SplitView, vec![fact], now).with_evidence(text)
}

fn raise(app: &App, alarm: &Alarm) -> Result<(), Failure> {
    if app.store.raise_alarm(alarm)? {
        tracing::error!(party = %alarm.party, code = alarm.code.as_str(), detail = alarm.detail,
            "ALARM: the tree is not signed any further");
    }
    Ok(())
}
