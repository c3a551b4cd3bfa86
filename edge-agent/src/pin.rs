//! Finding the installation's CA by its fingerprint, before anything is trusted.
//!
//! One handshake collects the certificates that the server shows; nothing is sent over it. The one
//! with the right SHA-256 becomes the only root for everything that follows, so that a wrong server
//! never sees the token.

use std::io::Write as _;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};
use tl_ledger::Hash;

use crate::outbox::lock;

/// Longest wait for the server.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why the CA was not found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PinError {
    /// The fingerprint is no SHA-256.
    #[error("--ca-sha256 应为 64 位十六进制 (64 hex digits expected), read {0:?}")]
    Fingerprint(String),
    /// The address is no `https://host:port`.
    #[error("--server 应为 https://主机:端口 (expected https://HOST:PORT), read {0:?}")]
    Address(String),
    /// Nobody answers there.
    #[error("连不上服务器 {address}:{reason};请检查地址、网络和防火墙 (server unreachable)")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system says.
        reason: String,
    },
    /// The server shows other certificates.
    #[error(
        "服务器的证书与指纹不符:期望 {expected},服务器给出 {found};\
         可能连错服务器或指纹抄错,口令未发送 (wrong CA; the token was not sent)"
    )]
    WrongCa {
        /// Fingerprint asked for.
        expected: Hash,
        /// Fingerprints that were shown.
        found: String,
    },
}

/// Reads a fingerprint as printed: hex, with or without colons and spaces, any case.
///
/// # Errors
/// `Fingerprint`.
pub(crate) fn fingerprint(text: &str) -> Result<Hash, PinError> {
    let plain: String = text
        .chars()
        .filter(|c| *c != ':' && !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    plain.parse().map_err(|_| PinError::Fingerprint(text.chars().take(80).collect()))
}

/// The DER of the certificate with this SHA-256 among those that the server shows.
///
/// # Errors
/// `PinError`.
pub(crate) fn find_ca(server: &str, expected: Hash) -> Result<Vec<u8>, PinError> {
    let (host, port) = host_and_port(server)?;
    let shown = shown_certificates(&host, port)?;
    let found = shown.iter().find(|der| Hash::of(der) == expected);
    found.cloned().ok_or_else(|| {
        let prints: Vec<String> = shown.iter().map(|der| Hash::of(der).to_string()).collect();
        PinError::WrongCa { expected, found: prints.join(", ") }
    })
}

fn host_and_port(server: &str) -> Result<(String, u16), PinError> {
    let wrong = || PinError::Address(server.chars().take(120).collect());
    let uri: ureq::http::Uri = server.parse().map_err(|_| wrong())?;
    if uri.scheme_str() != Some("https") {
        return Err(wrong());
    }
    let host = uri.host().ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned();
    Ok((host, uri.port_u16().unwrap_or(443)))
}

fn shown_certificates(host: &str, port: u16) -> Result<Vec<Vec<u8>>, PinError> {
    let address = format!("{host}:{port}");
    let unreachable = |reason: String| PinError::Unreachable { address: address.clone(), reason };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let collector = Arc::new(Collector { provider: provider.clone(), shown: Mutex::default() });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports the default versions")
        .dangerous()
        .with_custom_certificate_verifier(collector.clone())
        .with_no_client_auth();
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| PinError::Address(address.clone()))?;
    let mut connection = ClientConnection::new(Arc::new(config), name)
        .map_err(|error| unreachable(error.to_string()))?;
    let mut socket = connect(host, port).map_err(|error| unreachable(error.to_string()))?;
    while connection.is_handshaking() {
        if let Err(error) = connection.complete_io(&mut socket) {
            // A server that wants a client certificate still showed its own before it hung up.
            if lock(&collector.shown).is_empty() {
                return Err(unreachable(error.to_string()));
            }
            break;
        }
    }
    connection.send_close_notify();
    let _ = connection.write_tls(&mut socket).and_then(|_| socket.flush());
    let shown = lock(&collector.shown).clone();
    Ok(shown)
}

fn connect(host: &str, port: u16) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(socket) => {
                socket.set_read_timeout(Some(TIMEOUT))?;
                socket.set_write_timeout(Some(TIMEOUT))?;
                return Ok(socket);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Notes what the server shows; trust is decided by the fingerprint afterwards.
#[derive(Debug)]
struct Collector {
    provider: Arc<CryptoProvider>,
    shown: Mutex<Vec<Vec<u8>>>,
}

impl ServerCertVerifier for Collector {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let all = std::iter::once(end_entity).chain(intermediates);
        *lock(&self.shown) = all.map(|der| der.as_ref().to_vec()).collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
