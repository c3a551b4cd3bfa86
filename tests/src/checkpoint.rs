//! Heads of logs as outsiders see them: fetched, verified, waited for, shown by a device.

use anyhow::{Context, Result, ensure};
use serde_json::to_value;
use tl_domain::ids::PartyId;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::TreeHead;
use tl_store::Store;
use tl_wire::device::{CheckpointAnswer, CheckpointRequest};

use crate::device::Device;
use crate::http::Client;
use crate::installation::Installation;
use crate::wait;

/// The newest checkpoint of a tree, as anybody may fetch it; `None` before the first.
///
/// # Errors
/// Another answer than 200 and 404, or no checkpoint.
pub fn fetch(client: &Client, party: &PartyId, tree: u64) -> Result<Option<SignedCheckpoint>> {
    let path = match tree {
        1 => format!("/log/{party}/checkpoint"),
        number => format!("/log/{party}/{number}/checkpoint"),
    };
    let answer = client.get(&path)?;
    if answer.status == 404 {
        return Ok(None);
    }
    ensure!(answer.status == 200, "{path}: {} {}", answer.status, answer.text());
    let signed = SignedCheckpoint::parse(&answer.body).with_context(|| answer.text())?;
    Ok(Some(signed))
}

/// Waits until a tree is signed up to at least a size.
///
/// # Errors
/// It was not within the patience of tests.
pub fn signed_up_to(
    installation: &Installation,
    party: &PartyId,
    tree: u64,
    size: u64,
) -> Result<SignedCheckpoint> {
    let client = installation.client()?;
    wait::until(&format!("a checkpoint of {party}, tree {tree}, size {size}"), || {
        // A server that was just killed does not answer.
        let found = fetch(&client, party, tree).ok().flatten();
        Ok(found.filter(|signed| signed.head().size >= size))
    })
}

/// Waits until everything that a log has is signed in a tree that began with the log.
///
/// # Errors
/// It was not within the patience of tests.
pub fn all_signed(installation: &Installation, party: &PartyId) -> Result<SignedCheckpoint> {
    let size = log_size(&installation.store()?, party)?;
    signed_up_to(installation, party, 1, size)
}

/// How many entries a log has.
///
/// # Errors
/// The store's.
pub fn log_size(store: &Store, party: &PartyId) -> Result<u64> {
    Ok(store.log(party)?.with_context(|| format!("no log of {party}"))?.size)
}

/// Shows what a device holds, as an agent does with each upload; gives the server's answer.
///
/// # Errors
/// Another answer than 200.
pub fn show(device: &Device, held: Option<&SignedCheckpoint>) -> Result<CheckpointAnswer> {
    let request = CheckpointRequest { held: held.map(ToString::to_string) };
    let answer = device.client().post_json("/device/v1/checkpoint", &to_value(request)?)?;
    ensure!(answer.status == 200, "checkpoint: {} {}", answer.status, answer.text());
    serde_json::from_slice(&answer.body).with_context(|| answer.text())
}

/// Heads of all checkpoints of a tree that the store has, by size.
///
/// # Errors
/// The store's.
pub fn stored_heads(store: &Store, party: &PartyId, tree: u64) -> Result<Vec<TreeHead>> {
    let newest = store.tree(party, tree)?.map_or(0, |tree| tree.head.size);
    let mut heads = Vec::new();
    for size in 1..=newest {
        let found = store.checkpoint(party, tree, tl_store::Which::Size(size))?;
        heads.extend(found.map(|checkpoint| checkpoint.head));
    }
    Ok(heads)
}
