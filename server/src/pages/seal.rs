//! The seal under printed pages: the ledger's newest checkpoint, and a QR that leads a reader to
//! the page which compares it. Exports carry the same address in a `Link` header.
//!
//! It binds the day of the page to the ledger, not the figures on it; the verify page says so.

use std::fs;
use std::net::{Ipv6Addr, SocketAddr};

use tl_report::qr;

use super::desk::Desk;
use crate::app::App;
use crate::config::Config;
use crate::error::Failure;

/// Hex digits of the root that are printed: enough that nobody makes another root with them.
const ROOT_DIGITS: usize = 32;

/// Port that an address without one means.
const HTTPS_PORT: u16 = 443;

/// What stands at the foot of a printed page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seal {
    /// QR code as SVG.
    pub(crate) qr: String,
    /// Ledger, size, root.
    pub(crate) lines: Vec<String>,
    /// What the QR encodes.
    pub(crate) address: String,
}

/// The seal of a party's page; none before its first checkpoint.
///
/// # Errors
/// The store's.
pub(crate) fn of(app: &App, desk: &Desk) -> Result<Option<Seal>, Failure> {
    let trees = app.store.trees_of(&desk.party.party)?;
    let Some(tree) = trees.last().filter(|tree| tree.head.size > 0) else { return Ok(None) };
    let root: String = tree.head.root.to_string().chars().take(ROOT_DIGITS).collect();
    let (host, size) = (public_host(&app.config), tree.head.size);
    let (party, number) = (&tree.party, tree.number);
    let address =
        format!("https://{host}/verify?log={party}&tree={number}&size={size}&root={root}");
    let t = desk.t;
    let qr = qr::svg(&address, t.seal_scan()).map_err(|error| Failure::internal(&error))?;
    let lines = vec![t.seal_checkpoint(&tree.origin, size), t.seal_root(root)];
    Ok(Some(Seal { qr, lines, address }))
}

/// Host, with the port where that is not 443, under which readers reach the pages.
///
/// A host that was chosen for QR codes is taken as it was written: the port that it leaves out is
/// that of HTTPS, whatever the server itself listens on behind a proxy. Where none was chosen, the
/// first name is reached at the port on which the pages are served.
fn public_host(config: &Config) -> String {
    let chosen = &config.qr_host;
    let host = match chosen.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => chosen.clone(),
    };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port || config.names.first() != Some(chosen) {
        return host;
    }
    match served_port(config) {
        Some(HTTPS_PORT) | None => host,
        Some(port) => format!("{host}:{port}"),
    }
}

/// Port of the pages; of a port that the system chose, the running server has written it down.
fn served_port(config: &Config) -> Option<u16> {
    match config.page.port() {
        0 => {
            let written = fs::read_to_string(config.data.join("page.addr")).ok()?;
            Some(written.trim().parse::<SocketAddr>().ok()?.port())
        }
        port => Some(port),
    }
}

#[cfg(test)]
mod tests;
