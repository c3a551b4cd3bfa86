//! The installation's CA: made at first start, kept as files, signs servers and devices.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SanType, SerialNumber, date_time_ymd,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tl_domain::time::Micros;
use tl_ledger::Hash;

use crate::files;
use crate::limits::{CA_DAYS, DEVICE_CERTIFICATE_DAYS, PAGE_NAMES_MAX, SERVER_CERTIFICATE_DAYS};
use crate::random;

const DAY: Duration = Duration::from_secs(86_400);

/// The CA with its key, ready to sign.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
    device_days: u64,
}

/// Why the CA can't be used, or why it doesn't sign.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file can't be read or written.
    #[error("file {path} of the certificate authority")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{path} holds no certificate or key of ours: {reason}")]
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// One of the two files is missing: the other one alone is useless.
    #[error("{missing} is missing while {present} exists: restore it from the backup of the keys")]
    Half {
        /// Which is missing.
        missing: PathBuf,
        /// Which is there.
        present: PathBuf,
    },
    /// The request for a certificate can't be taken.
    #[error("certificate request: {0}")]
    Request(String),
}

impl Authority {
    /// Reads the CA from `ca.pem` and `keys/ca.key`, or makes it when neither is there.
    ///
    /// # Errors
    /// `File`, `Content`, or `Half` when one of them is lost.
    pub fn open(data: &Path, keys: &Path, now: Micros) -> Result<Self, AuthorityError> {
        let (certificate, key) = (data.join("ca.pem"), keys.join("ca.key"));
        match (certificate.exists(), key.exists()) {
            (true, true) => Self::read(&certificate, &key),
            (false, false) => {
                Self::make(&certificate, &key, now)?;
                Self::read(&certificate, &key)
            }
            (true, false) => Err(AuthorityError::Half { missing: key, present: certificate }),
            (false, true) => Err(AuthorityError::Half { missing: certificate, present: key }),
        }
    }

    fn make(certificate: &Path, key: &Path, now: Micros) -> Result<(), AuthorityError> {
        let content = |error: rcgen::Error| AuthorityError::Content {
            path: certificate.to_owned(),
            reason: error.to_string(),
        };
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(content)?;
        let mut params = params(now, CA_DAYS);
        // A random mark keeps the names of two installations apart in a browser's store.
        let name = format!("TlTrace CA {}", random::crockford(8));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let made = params.self_signed(&pair).map_err(content)?;
        // The key first: a certificate without its key would look like a loss at the next start.
        write(key, pair.serialize_pem().as_bytes(), files::SECRET_MODE)?;
        write(certificate, made.pem().as_bytes(), files::PUBLIC_MODE)?;
        tracing::info!(path = %certificate.display(), "made the installation's CA");
        Ok(())
    }

    fn read(certificate: &Path, key: &Path) -> Result<Self, AuthorityError> {
        let pem = read(certificate)?;
        let content =
            |path: &Path, reason: String| AuthorityError::Content { path: path.to_owned(), reason };
        let pair = KeyPair::from_pem(&read(key)?).map_err(|e| content(key, e.to_string()))?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|e| content(certificate, e.to_string()))?;
        let issuer = Issuer::from_ca_cert_der(&der, pair)
            .map_err(|e| content(certificate, e.to_string()))?;
        Ok(Self { issuer, pem, der, device_days: DEVICE_CERTIFICATE_DAYS })
    }

    /// The same, with another validity of devices' certificates.
    #[must_use]
    pub fn with_device_days(self, device_days: u64) -> Self {
        Self { device_days, ..self }
    }

    /// The CA's certificate, PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The CA's certificate, DER.
    #[must_use]
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// SHA-256 of the CA's DER: what a device pins at enrolment.
    #[must_use]
    pub fn fingerprint(&self) -> Hash {
        Hash::of(&self.der)
    }

    /// A certificate for the server's own key, PEM.
    ///
    /// # Errors
    /// `Request` for names that fit no certificate.
    pub fn server(
        &self,
        key: &KeyPair,
        names: &[String],
        now: Micros,
    ) -> Result<String, AuthorityError> {
        let mut params = params(now, SERVER_CERTIFICATE_DAYS);
        params.subject_alt_names = alternative_names(names)?;
        let first = names.first().map_or("tl-server", String::as_str);
        params.distinguished_name.push(DnType::CommonName, first);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let made = params.signed_by(key, &self.issuer).map_err(request)?;
        Ok(made.pem())
    }

    /// A client certificate for a device. Of the request only its key and its proof of possession
    /// count: subject and names are ours.
    ///
    /// # Errors
    /// `Request` when it is no request, or not signed by its own key.
    pub fn device(
        &self,
        csr_pem: &str,
        device: &str,
        now: Micros,
    ) -> Result<String, AuthorityError> {
        let usage = ExtendedKeyUsagePurpose::ClientAuth;
        self.sign_request(csr_pem, device, Vec::new(), usage, now)
    }

    /// A server certificate for the page of a device, under names that it gave.
    ///
    /// # Errors
    /// `Request` when it is no request or the names fit no certificate.
    pub fn device_page(
        &self,
        csr_pem: &str,
        device: &str,
        names: &[String],
        now: Micros,
    ) -> Result<String, AuthorityError> {
        let usage = ExtendedKeyUsagePurpose::ServerAuth;
        self.sign_request(csr_pem, device, alternative_names(names)?, usage, now)
    }

    fn sign_request(
        &self,
        csr_pem: &str,
        common_name: &str,
        names: Vec<SanType>,
        usage: ExtendedKeyUsagePurpose,
        now: Micros,
    ) -> Result<String, AuthorityError> {
        let read = CertificateSigningRequestParams::from_pem(csr_pem).map_err(request)?;
        let mut params = params(now, self.device_days);
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.subject_alt_names = names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage];
        params.use_authority_key_identifier_extension = true;
        let ours = CertificateSigningRequestParams { params, public_key: read.public_key };
        Ok(ours.signed_by(&self.issuer).map_err(request)?.pem())
    }
}

/// Empty subject, valid from a day ago: the clocks of plants are often behind.
fn params(now: Micros, days: u64) -> CertificateParams {
    let seconds = u64::try_from(now / 1_000_000).unwrap_or(0);
    let now = date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.not_before = now - DAY;
    params.not_after = now + DAY * u32::try_from(days).unwrap_or(0);
    // Random, because rcgen's own number comes from the key alone; positive and of full length.
    let mut serial = random::bytes::<16>();
    serial[0] = serial[0] & 0x3F | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params
}

fn alternative_names(names: &[String]) -> Result<Vec<SanType>, AuthorityError> {
    if names.len() > PAGE_NAMES_MAX {
        return Err(AuthorityError::Request(format!(
            "{} names; at most {PAGE_NAMES_MAX} are allowed",
            names.len()
        )));
    }
    names
        .iter()
        .map(|name| match name.parse::<IpAddr>() {
            Ok(address) => Ok(SanType::IpAddress(address)),
            Err(_) if is_host(name) => {
                name.as_str().try_into().map(SanType::DnsName).map_err(request)
            }
            Err(_) => Err(AuthorityError::Request(format!(
                "{name:?} is neither a host name nor an IP address"
            ))),
        })
        .collect()
}

/// Labels of letters, digits and dashes; no wildcard, because one page needs none.
fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

fn request(error: rcgen::Error) -> AuthorityError {
    AuthorityError::Request(error.to_string())
}

fn read(path: &Path) -> Result<String, AuthorityError> {
    fs::read_to_string(path)
        .map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), AuthorityError> {
    files::write_whole(path, bytes, mode)
        .map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}
