//! What an agent holds of its log: compared with ours, and brought up to date.
//!
//! An agent keeps the last checkpoint that it saw and shows it with each upload. When it is newer
//! than ours, this machine was set back; when it is not on the way to ours, two histories were
//! signed. Either is an alarm, kept with the agent's checkpoint as evidence, and nothing of the
//! tree is signed any more. What the agent gets back it verifies itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_domain::ids::PartyId;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::VerifierKey;
use tl_store::{Alarm, AlarmCode, AlarmFact, Device, Tree, Which};
use tl_wire::device::{CheckpointAnswer, CheckpointRequest, Continued};
use tl_wire::problem::ErrorCode;

use super::proof;
use crate::app::App;
use crate::error::Failure;

/// Takes what an agent holds and answers with the newest checkpoint and what leads there.
///
/// # Errors
/// `BadRequest` for a checkpoint that is none or that no key of the log signed; the store's.
pub fn exchange(
    app: &App,
    device: &Device,
    request: &CheckpointRequest,
) -> Result<CheckpointAnswer, Failure> {
    let party = &device.party;
    let trees = app.store.trees_of(party)?;
    let Some(newest) = trees.last() else { return Err(Failure::not_found()) };
    let held = match &request.held {
        None => None,
        Some(text) => Some(read(app, party, &trees, text)?),
    };
    if let Some((tree, head, text)) = &held
        && let Some(alarm) = contradiction(app, tree, head, text)?
    {
        if app.store.raise_alarm(&alarm)? {
            tracing::error!(%party, code = alarm.code.as_str(), detail = alarm.detail,
                device = %device.id, "ALARM: the tree is not signed any further");
        }
        // What an older tree had beyond the point where the next one took it up is lost, and known
        // to be; of the newest tree this device has seen nothing newer.
        if alarm.code != AlarmCode::NewerHead || tree.number == newest.number {
            return answer(app, &trees, newest, None);
        }
    }
    // A tree of which nothing was signed is vouched for by an agent that holds nothing of it.
    let vouches = match &held {
        Some((tree, ..)) => tree.number == newest.number || newest.head.size == 0,
        None => newest.head.size == 0,
    };
    if vouches {
        app.ledger.shown(party, newest.number);
    }
    answer(app, &trees, newest, held.as_ref().map(|(tree, head, _)| (*tree, head)))
}

/// Reads a held checkpoint and verifies that a tree of this log signed it.
fn read<'a>(
    app: &App,
    party: &PartyId,
    trees: &'a [Tree],
    text: &str,
) -> Result<(&'a Tree, TreeHead, String), Failure> {
    let refused = |reason: String| {
        let detail = format!("the checkpoint that the device holds: {reason}");
        tracing::error!(%party, detail, "a held checkpoint was not understood");
        Failure::new(ErrorCode::BadRequest, detail)
    };
    let signed =
        SignedCheckpoint::parse(text.as_bytes()).map_err(|error| refused(error.to_string()))?;
    let origin = signed.checkpoint().origin();
    let Some(tree) = trees.iter().find(|tree| tree.origin == origin) else {
        return Err(refused(format!("{origin:?} is no tree of this log")));
    };
    let vkey = match &tree.vkey {
        Some(text) => text
            .parse::<VerifierKey>()
            .map_err(|error| Failure::internal(&format!("key of {origin}: {error}")))?,
        None => app.ledger.signer.vkey(tree).map_err(|error| Failure::internal(&error))?,
    };
    signed.verify(&vkey, &[]).map_err(|error| refused(error.to_string()))?;
    Ok((tree, signed.head(), text.to_owned()))
}

/// The alarm of a head that is newer than ours or not on the way to it.
pub(crate) fn contradiction(
    app: &App,
    tree: &Tree,
    head: &TreeHead,
    evidence: &str,
) -> Result<Option<Alarm>, Failure> {
    let (code, fact) = if head.size > tree.head.size {
        let (seen, signed) = (head.size, tree.head.size);
        (AlarmCode::NewerHead, AlarmFact::NewerHead { seen, signed })
    } else {
        let stored = proof::root_at(&app.store, tree, head.size)?;
        if stored == head.root {
            return Ok(None);
        }
        let (size, seen) = (head.size, head.root);
        (AlarmCode::SplitView, AlarmFact::OtherRoot { size, seen, stored })
    };
    let alarm = Alarm::new((&tree.party, tree.number), code, vec![fact], app.clock.micros());
    Ok(Some(alarm.with_evidence(evidence)))
}

fn answer(
    app: &App,
    trees: &[Tree],
    newest: &Tree,
    held: Option<(&Tree, &TreeHead)>,
) -> Result<CheckpointAnswer, Failure> {
    let store = &app.store;
    let Some(checkpoint) = store.checkpoint(&newest.party, newest.number, Which::Newest)? else {
        return Ok(CheckpointAnswer::default());
    };
    let mut answer = CheckpointAnswer {
        checkpoint: Some(checkpoint.text()),
        vkey: newest.vkey.clone(),
        first_index: Some(newest.first_index).filter(|index| *index > 0),
        ..CheckpointAnswer::default()
    };
    match held {
        Some((tree, head)) if tree.number == newest.number => {
            answer.consistency = proof::consistency(store, tree, head, &checkpoint.head)?;
        }
        Some((tree, head)) => {
            let mut from = (tree, *head);
            for next in trees.iter().filter(|next| next.number > tree.number) {
                let Some(step) = continued(app, from, next)? else { break };
                answer.continued.push(step);
                from = (next, TreeHead::empty());
            }
        }
        None => {}
    }
    Ok(answer)
}

/// What shows that `next` takes up the tree before: its entry 0 with its proof.
fn continued(
    app: &App,
    (before, held): (&Tree, TreeHead),
    next: &Tree,
) -> Result<Option<Continued>, Failure> {
    let store = &app.store;
    let Some(checkpoint) = store.checkpoint(&next.party, next.number, Which::Newest)? else {
        return Ok(None);
    };
    let Some(entry) = store.bundle(next, 0, 1)?.and_then(|mut bundle| bundle.pop()) else {
        return Ok(None);
    };
    let proof = proof::at_place(store, next, &checkpoint, 0)?;
    let size = next.first_index - before.first_index;
    let end = TreeHead { size, root: proof::root_at(store, before, size)? };
    let consistency = if held.size <= size {
        proof::consistency(store, before, &held, &end)?
    } else {
        Vec::new()
    };
    Ok(Some(Continued { entry: STANDARD.encode(entry), proof: proof.to_string(), consistency }))
}
