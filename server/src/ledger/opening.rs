//! Entry 0 of a log's next tree: `log.continue`, which commits to the tree before.

use tl_domain::event::{ContinueReason, LogContinue, TreeHead as NamedHead};
use tl_store::{Draft, Tree};
use tl_wire::device::EntryResult;

use super::proof;
use crate::app::App;
use crate::clock::CHINA_OFFSET_SECONDS;
use crate::error::Failure;
use crate::random;

/// Writes entry 0 of every tree that waits for it; gives the trees. Nothing of a tree is signed
/// before it stands in the log.
///
/// # Errors
/// The last failure of the signer or the store: it keeps no other log waiting, what was written
/// stays, and the rest is tried again next time.
pub fn write_all(app: &App) -> Result<Vec<Tree>, Failure> {
    let (mut opened, mut failed) = (Vec::new(), None);
    for (tree, before) in app.store.trees_to_open()? {
        match write(app, &tree, &before) {
            Ok(()) => {
                tracing::warn!(origin = tree.origin, "the log goes on in a new tree");
                opened.push(tree);
            }
            Err(failure) => {
                tracing::error!(origin = tree.origin, %failure, "the tree was not opened");
                failed = Some(failure);
            }
        }
    }
    failed.map_or(Ok(opened), Err)
}

fn write(app: &App, tree: &Tree, before: &Tree) -> Result<(), Failure> {
    let vkey = app.ledger.signer.vkey(tree).map_err(|error| Failure::internal(&error))?;
    let size = tree.first_index - before.first_index;
    let body = LogContinue {
        origin: tree.origin.clone(),
        previous: NamedHead {
            origin: before.origin.clone(),
            root: proof::root_at(&app.store, before, size)?,
            size,
        },
        reason: tree.reason.unwrap_or(ContinueReason::Restored),
        vkey: vkey.to_string(),
    };
    let draft = Draft {
        party: tree.party.clone(),
        id: random::entry_id(&app.clock),
        body: body.into(),
        operator: None,
        observed_at: app.clock.moment(CHINA_OFFSET_SECONDS),
        attest: None,
    };
    match app.append_own(vec![draft])?.as_slice() {
        [EntryResult::Stored { .. }] => Ok(()),
        other => Err(Failure::internal(&format!("log.continue: {other:?}"))),
    }
}
