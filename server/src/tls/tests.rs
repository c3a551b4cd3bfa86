//! The CA and what it signs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tl_domain::time::{DAY_MICROS, Micros};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{Authority, AuthorityError, ServerCertificate, facts_of_pem};
use crate::config::{Config, Layer};

const NOW: Micros = 1_795_000_000_000_000;

fn authority(folder: &Path) -> Authority {
    fs::create_dir_all(folder.join("keys")).expect("folder");
    Authority::open(folder, &folder.join("keys"), NOW).expect("CA")
}

fn greedy_request() -> String {
    let key = KeyPair::generate().expect("key");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "somebody-else");
    params.subject_alt_names = vec![SanType::DnsName("bank.example".try_into().expect("name"))];
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.serialize_request(&key).expect("request").pem().expect("pem")
}

fn with_leaf(pem: &str, check: impl FnOnce(&X509Certificate<'_>)) {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).expect("certificate");
    let (_, leaf) = X509Certificate::from_der(&der).expect("certificate");
    check(&leaf);
}

#[test]
fn the_ca_is_made_once_with_a_private_key_file() {
    let folder = tempfile::tempdir().expect("folder");
    let first = authority(folder.path()).fingerprint();
    assert_eq!(authority(folder.path()).fingerprint(), first);
    let key = folder.path().join("keys/ca.key");
    assert_eq!(fs::metadata(&key).expect("key").permissions().mode() & 0o777, 0o600);
    fs::remove_file(&key).expect("removed");
    let lost = Authority::open(folder.path(), &folder.path().join("keys"), NOW);
    assert!(matches!(lost, Err(AuthorityError::Half { .. })), "a lost key must not make a new CA");
}

#[test]
fn a_device_certificate_takes_nothing_from_the_request_but_its_key() {
    let folder = tempfile::tempdir().expect("folder");
    let authority = authority(folder.path());
    let pem = authority.device(&greedy_request(), "gate-07", NOW).expect("certificate");
    let facts = facts_of_pem(&pem).expect("facts");
    assert_eq!(facts.common_name, "gate-07");
    with_leaf(&pem, |leaf| {
        assert_eq!(leaf.subject().iter_common_name().count(), 1);
        assert!(leaf.subject_alternative_name().expect("extension").is_none());
        assert!(!leaf.is_ca());
        let usage = leaf.extended_key_usage().expect("extension").expect("usage").value.clone();
        assert!(usage.client_auth && !usage.server_auth && !usage.any);
        let valid = leaf.validity();
        let micros = |at: i64| at * 1_000_000;
        assert_eq!(NOW - micros(valid.not_before.timestamp()), DAY_MICROS);
        assert_eq!(micros(valid.not_after.timestamp()) - NOW, 400 * DAY_MICROS);
        let (_, ca) = X509Certificate::from_der(authority.der()).expect("CA");
        assert!(leaf.verify_signature(Some(ca.public_key())).is_ok());
    });
    let again = authority.device(&greedy_request(), "gate-07", NOW).expect("certificate");
    assert_ne!(facts_of_pem(&again).expect("facts").serial, facts.serial);
}

#[test]
fn requests_without_proof_of_possession_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let authority = authority(folder.path());
    let der =
        rustls_pki_types::CertificateSigningRequestDer::from_pem_slice(greedy_request().as_bytes())
            .expect("request");
    let mut bytes = der.to_vec();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let body = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &bytes);
    let pem =
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n");
    let refused = authority.device(&pem, "gate-07", NOW);
    assert!(matches!(refused, Err(AuthorityError::Request(_))));
    assert!(authority.device("no request", "gate-07", NOW).is_err());
}

#[test]
fn page_certificates_carry_the_names_given_and_no_wildcards() {
    let folder = tempfile::tempdir().expect("folder");
    let authority = authority(folder.path());
    let names = ["gate.plant.lan".to_owned(), "192.168.7.9".to_owned()];
    let pem = authority.device_page(&greedy_request(), "gate-07", &names, NOW).expect("page");
    with_leaf(&pem, |leaf| {
        let names = leaf.subject_alternative_name().expect("extension").expect("names");
        assert_eq!(names.value.general_names.len(), 2);
        let usage = leaf.extended_key_usage().expect("extension").expect("usage").value.clone();
        assert!(usage.server_auth && !usage.client_auth);
    });
    for bad in ["*.plant.lan", "a b", "", "x..y", "-x"] {
        let names = [bad.to_owned()];
        let refused = authority.device_page(&greedy_request(), "gate-07", &names, NOW);
        assert!(matches!(refused, Err(AuthorityError::Request(_))), "{bad:?}");
    }
}

#[test]
fn the_server_certificate_is_kept_until_it_ends_or_names_change() {
    let folder = tempfile::tempdir().expect("folder");
    let authority = Arc::new(authority(folder.path()));
    let config = |names: &[&str]| {
        let layer = Layer {
            data: Some(folder.path().to_owned()),
            names: Some(names.iter().map(|name| (*name).to_owned()).collect()),
            ..Layer::default()
        };
        Config::load(None, layer).expect("settings")
    };
    let pem = || fs::read_to_string(folder.path().join("server.pem")).expect("file");
    let one = config(&["localhost", "127.0.0.1"]);
    let certificate = ServerCertificate::open(authority.clone(), &one, NOW).expect("made");
    let first = pem();
    ServerCertificate::open(authority.clone(), &one, NOW).expect("kept");
    assert_eq!(pem(), first, "a good certificate is kept");
    assert!(!certificate.renew_if_due(NOW + 300 * DAY_MICROS).expect("not due"));
    assert!(certificate.renew_if_due(NOW + 380 * DAY_MICROS).expect("due"));
    let second = pem();
    assert_ne!(second, first);
    ServerCertificate::open(authority, &config(&["tl.example"]), NOW).expect("other names");
    assert_ne!(pem(), second);
}
