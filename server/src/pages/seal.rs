//! The seal under printed pages: the ledger's newest checkpoint, and a QR that leads a reader to
//! the page which compares it. Exports carry the same address in a `Link` header.
//!
//! It binds the day of the page to the ledger, not the figures on it; the verify page says so.

use tl_report::qr;

use super::desk::Desk;
use crate::app::App;
use crate::error::Failure;

/// Hex digits of the root that are printed: enough that nobody makes another root with them.
const ROOT_DIGITS: usize = 32;

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
    let (host, size) = (&app.config.qr_host, tree.head.size);
    let (party, number) = (&tree.party, tree.number);
    let address =
        format!("https://{host}/verify?log={party}&tree={number}&size={size}&root={root}");
    let t = desk.t;
    let qr = qr::svg(&address, t.seal_scan()).map_err(|error| Failure::internal(&error))?;
    let lines = vec![t.seal_checkpoint(&tree.origin, size), t.seal_root(root)];
    Ok(Some(Seal { qr, lines, address }))
}
