//! Certificates and TLS: the installation's own CA, the server's certificate, both ports' settings.
//!
//! Invariant: every certificate of an installation hangs on its one CA; devices and browsers pin
//! it. Revocation is not here: the status of a device is looked up on each request.

mod authority;
mod certificate;
mod ports;

pub use authority::{Authority, AuthorityError};
pub use certificate::{Facts, ServerCertificate, facts_of_pem};
pub use ports::{PeerDevice, device_settings, page_settings, peer_device};

#[cfg(test)]
mod tests;
