//! TLS settings of the two ports, and the device behind a connection.

use std::any::Any;
use std::sync::Arc;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use anyhow::Context as _;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use tl_domain::ids::DeviceId;
use tl_domain::time::Micros;

use super::certificate::facts;
use super::{Authority, ServerCertificate};

/// The device whose certificate opened this connection; lives as long as the connection. Says who
/// connects, not whether it still may: its status is looked up on each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerDevice {
    /// Id in the certificate.
    pub device: DeviceId,
    /// Serial number of the certificate, lower-case hex.
    pub serial: String,
    /// End of the certificate, microseconds since 1970.
    pub until: Micros,
}

/// The page port: browsers and programs, no client certificate.
#[must_use]
pub fn page_settings(certificate: Arc<ServerCertificate>) -> ServerConfig {
    ServerConfig::builder().with_no_client_auth().with_cert_resolver(certificate)
}

/// The device port: a client certificate of our own CA is required, and sessions are never resumed,
/// so that each connection shows its certificate anew.
///
/// # Errors
/// A CA that the verifier can't use.
pub fn device_settings(
    authority: &Authority,
    certificate: Arc<ServerCertificate>,
) -> anyhow::Result<ServerConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).context("the CA's certificate")?;
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots))
        .build()
        .context("verifier of device certificates")?;
    let mut settings =
        ServerConfig::builder().with_client_cert_verifier(verifier).with_cert_resolver(certificate);
    settings.session_storage = Arc::new(NoServerSessionStorage {});
    settings.send_tls13_tickets = 0;
    Ok(settings)
}

/// Puts the device's id into the data of its connection.
pub fn peer_device(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
    let (_, session) = stream.get_ref();
    let leaf = session.peer_certificates().and_then(<[_]>::first);
    let peer = leaf.and_then(facts).and_then(|facts| {
        let device = facts.common_name.parse().ok()?;
        Some(PeerDevice { device, serial: facts.serial, until: facts.until })
    });
    match peer {
        Some(peer) => {
            data.insert(peer);
        }
        None => {
            tracing::warn!("a connection of the device port has no device id in its certificate")
        }
    }
}
