//! The server's own certificate: made and renewed by the CA, replaced while the server runs.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context as _;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tl_domain::time::{DAY_MICROS, Micros};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Authority;
use crate::files;
use crate::limits::SERVER_RENEW_DAYS;

/// What both ports present; `renew_if_due` swaps it under running connections.
pub struct ServerCertificate {
    authority: Arc<Authority>,
    names: Vec<String>,
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Current>,
}

struct Current {
    key: Arc<CertifiedKey>,
    ends: Micros,
}

impl ServerCertificate {
    /// Reads the server's certificate, or makes one: when there is none, when it ends soon, or when
    /// it carries other names or another CA's signature, or lost its key.
    ///
    /// # Errors
    /// Files that can't be read or written, names that fit no certificate.
    pub fn open(
        authority: Arc<Authority>,
        config: &crate::config::Config,
        now: Micros,
    ) -> anyhow::Result<Self> {
        let certificate = config.data.join("server.pem");
        let key = config.keys.join("server.key");
        let usable = fs::read_to_string(&certificate)
            .is_ok_and(|pem| still_good(&pem, &authority, &config.names, now));
        let kept = usable.then(|| load(&authority, &certificate, &key)).and_then(Result::ok);
        let current = match kept {
            Some(current) => current,
            None => {
                make(&authority, &certificate, &key, &config.names, now)?;
                load(&authority, &certificate, &key)?
            }
        };
        let current = RwLock::new(current);
        let names = config.names.clone();
        Ok(Self { authority, names, certificate, key, current })
    }

    /// Makes a new certificate when the old one ends within `SERVER_RENEW_DAYS`.
    ///
    /// # Errors
    /// As for `open`; the old certificate stays in use.
    pub fn renew_if_due(&self, now: Micros) -> anyhow::Result<bool> {
        if self.ends() - now > renew_micros() {
            return Ok(false);
        }
        make(&self.authority, &self.certificate, &self.key, &self.names, now)?;
        let fresh = load(&self.authority, &self.certificate, &self.key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(true)
    }

    /// When the certificate ends, microseconds since 1970.
    pub fn ends(&self) -> Micros {
        self.current.read().unwrap_or_else(PoisonError::into_inner).ends
    }
}

impl std::fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerCertificate").field("names", &self.names).finish_non_exhaustive()
    }
}

impl ResolvesServerCert for ServerCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).key.clone())
    }
}

/// What a client certificate says of its device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Its common name: the device's id.
    pub common_name: String,
    /// Its serial number, lower-case hex.
    pub serial: String,
    /// Its end, microseconds since 1970.
    pub until: Micros,
}

/// Reads a certificate; `None` when it has no common name or is damaged.
#[must_use]
pub(super) fn facts(certificate: &CertificateDer<'_>) -> Option<Facts> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let common_name = parsed.subject().iter_common_name().next()?.as_str().ok()?.to_owned();
    let until = parsed.validity().not_after.timestamp() * 1_000_000;
    Some(Facts { common_name, serial: hex::encode(parsed.raw_serial()), until })
}

/// The same for a certificate as PEM.
#[must_use]
pub fn facts_of_pem(pem: &str) -> Option<Facts> {
    facts(&CertificateDer::from_pem_slice(pem.as_bytes()).ok()?)
}

fn renew_micros() -> Micros {
    i64::try_from(SERVER_RENEW_DAYS).unwrap_or(0) * DAY_MICROS
}

fn make(
    authority: &Authority,
    certificate: &std::path::Path,
    key: &std::path::Path,
    names: &[String],
    now: Micros,
) -> anyhow::Result<()> {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).context("server key")?;
    let leaf = authority.server(&pair, names, now).context("`names` of the configuration")?;
    files::write_whole(key, pair.serialize_pem().as_bytes(), files::SECRET_MODE)
        .with_context(|| format!("cannot write {}", key.display()))?;
    files::write_whole(certificate, leaf.as_bytes(), files::PUBLIC_MODE)
        .with_context(|| format!("cannot write {}", certificate.display()))?;
    tracing::info!(path = %certificate.display(), "made the server's certificate");
    Ok(())
}

fn load(
    authority: &Authority,
    certificate: &std::path::Path,
    key: &std::path::Path,
) -> anyhow::Result<Current> {
    let leaf = CertificateDer::from_pem_file(certificate)
        .with_context(|| format!("{} holds no certificate", certificate.display()))?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("{} holds no key", key.display()))?;
    let (_, parsed) = X509Certificate::from_der(&leaf)
        .with_context(|| format!("{} is damaged", certificate.display()))?;
    let ends = parsed.validity().not_after.timestamp() * 1_000_000;
    // The leaf with its CA: a client that pins the CA by hash must see it in the handshake.
    let chain = vec![leaf, authority.der().clone()];
    let key = rustls::crypto::ring::sign::any_ecdsa_type(&secret)
        .with_context(|| format!("{} holds no P-256 key", key.display()))?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().context("server certificate and key do not belong together")?;
    Ok(Current { key: Arc::new(certified), ends })
}

fn still_good(pem: &str, authority: &Authority, names: &[String], now: Micros) -> bool {
    let Ok(der) = CertificateDer::from_pem_slice(pem.as_bytes()) else { return false };
    let Ok((_, leaf)) = X509Certificate::from_der(&der) else { return false };
    let Ok((_, ca)) = X509Certificate::from_der(authority.der()) else { return false };
    let left = leaf.validity().not_after.timestamp() * 1_000_000 - now;
    let Ok(Some(found)) = leaf.subject_alternative_name() else { return false };
    let found: Vec<String> = found.value.general_names.iter().filter_map(name_text).collect();
    left > renew_micros()
        && leaf.verify_signature(Some(ca.public_key())).is_ok()
        && names.iter().all(|name| found.contains(name))
}

fn name_text(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(host) => Some((*host).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|b| std::net::Ipv4Addr::from(b).to_string()),
            16 => {
                <[u8; 16]>::try_from(*bytes).ok().map(|b| std::net::Ipv6Addr::from(b).to_string())
            }
            _ => None,
        },
        _ => None,
    }
}
