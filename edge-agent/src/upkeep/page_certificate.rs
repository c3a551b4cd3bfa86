//! The certificate of the agent's own page, read anew when its file was replaced.
//!
//! Renewal writes the file; browsers that connect afterwards see the new one, and nobody has to
//! start the agent again. A file that can't be used changes nothing.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::home::Home;
use crate::outbox::lock;

/// What the page presents.
#[derive(Debug)]
pub(crate) struct PageCertificate {
    path: PathBuf,
    ca: PathBuf,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    written: Option<SystemTime>,
    key: Arc<CertifiedKey>,
}

impl PageCertificate {
    /// Reads the page's certificate and key.
    ///
    /// # Errors
    /// They are missing or can't be used.
    pub(crate) fn open(home: &Home) -> Result<Self> {
        let (path, ca) = (home.page_pem(), home.ca());
        let written = written(&path);
        let key = read(&path, &ca)?;
        Ok(Self { path, ca, current: Mutex::new(Current { written, key }) })
    }
}

impl ResolvesServerCert for PageCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let mut current = lock(&self.current);
        let written = written(&self.path);
        if written != current.written {
            match read(&self.path, &self.ca) {
                Ok(key) => current.key = key,
                Err(error) => {
                    tracing::error!(error = %format!("{error:#}"), "the page's certificate stays");
                }
            }
            current.written = written;
        }
        Some(current.key.clone())
    }
}

fn written(path: &std::path::Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|it| it.modified()).ok()
}

fn read(path: &std::path::Path, ca: &std::path::Path) -> Result<Arc<CertifiedKey>> {
    let pem = std::fs::read(path).with_context(|| {
        format!("{} is missing: enrol gives the page's certificate", path.display())
    })?;
    let mut chain = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| format!("{}: no certificate", path.display()))?;
    // Browsers that trust the CA need nothing more; others see where it comes from.
    let ca = std::fs::read(ca).context("the CA's certificate is missing")?;
    chain.extend(CertificateDer::from_pem_slice(&ca).ok());
    let key = PrivateKeyDer::from_pem_slice(&pem)
        .with_context(|| format!("{}: no key", path.display()))?;
    let key = rustls::crypto::ring::sign::any_supported_type(&key)
        .with_context(|| format!("{}: the key cannot be used", path.display()))?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().context("the page's certificate and key do not fit")?;
    Ok(Arc::new(certified))
}
