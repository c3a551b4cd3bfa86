//! Following a log into its next tree, by the entry with which that tree begins.
//!
//! Each step's entry 0, `log.continue`, names the tree before, the head at which it ends, and the
//! key of the new tree; the proof shows that it is entry 0 under a checkpoint of that very key.
//! The agent does not know the key that signs the installation's entries (only those of snapshots
//! and of its CA), so the entry's own signature is not judged here: what binds is that it commits
//! to a head that the held one is consistent with. Whoever holds the log, the bureau above all,
//! judges the signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_domain::event::{Body, Entry, LogContinue};
use tl_domain::ids::PartyId;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::VerifierKey;
use tl_ledger::{ENVELOPE_BYTES_MAX, EntryProof, Envelope};
use tl_wire::device::Continued;

use super::judge::{Wrong, follows};
use super::{AlarmCode, Held, verify};

/// Most trees that are followed at once; a log has a new one only after a restore.
const STEPS_MAX: usize = 64;

/// Where a chain of trees leads.
#[derive(Debug)]
pub(super) struct Followed {
    /// The checkpoint under which the last tree's entry 0 is proven.
    pub(super) held: Held,
    /// Number in the log at which the first tree that was left ends, or a later one before it.
    pub(super) ends: u64,
    /// What the server had signed and has no more.
    pub(super) lost: Option<String>,
}

/// Follows the trees from the held one to that of `shown`.
pub(super) fn follow(
    party: &PartyId,
    held: &Held,
    shown: &SignedCheckpoint,
    steps: &[Continued],
) -> Result<Followed, Wrong> {
    let origin = shown.checkpoint().origin();
    let other = |detail: String| (AlarmCode::OtherOrigin, detail);
    if steps.is_empty() || steps.len() > STEPS_MAX {
        let (from, count) = (held.origin(), steps.len());
        return Err(other(format!("{origin:?} is shown, {from:?} is held, with {count} steps")));
    }
    let mut at = held.clone();
    let (mut ends, mut lost) = (u64::MAX, None);
    for (number, step) in steps.iter().enumerate() {
        let (next, previous) = read(party, &at, step).map_err(other)?;
        if at.head.size > previous.size {
            lost = lost.or_else(|| Some(loss(&at, &previous)));
        } else if number == 0 || at.head.size == previous.size {
            let split = |error| (AlarmCode::Split, format!("{}: {error}", at.origin()));
            follows(&at.head, &previous, &step.consistency).map_err(split)?;
        }
        // A tree between two that was never held has no proof to give: its end is what the next
        // one commits to.
        ends = ends.min(next.first_index);
        at = next;
    }
    if at.origin() == origin {
        verify(shown, &at.vkey).map_err(|error| (AlarmCode::Unverified, error))?;
        // When the log grew between the two, the next round proves the one from the other.
        if shown.head().size == at.head.size {
            follows(&at.head, &shown.head(), &[]).map_err(|error| (AlarmCode::Split, error))?;
        }
    }
    Ok(Followed { held: at, ends, lost })
}

fn loss(at: &Held, previous: &TreeHead) -> String {
    let (origin, signed, kept) = (at.origin(), at.head.size, previous.size);
    format!("{origin}: size {signed} was signed, the next tree takes it up at size {kept}")
}

/// One step: the next tree's checkpoint, and the head of `before` that its entry 0 names.
fn read(party: &PartyId, before: &Held, step: &Continued) -> Result<(Held, TreeHead), String> {
    if step.entry.len() > ENVELOPE_BYTES_MAX.div_ceil(3) * 4 {
        return Err("entry 0 is longer than an entry may be".to_owned());
    }
    let bytes = STANDARD.decode(&step.entry).map_err(|error| format!("entry 0: {error}"))?;
    let body = opening(party, &bytes)?;
    let expected = before.origin();
    if body.previous.origin != expected || body.origin == expected {
        let (named, own) = (&body.previous.origin, &body.origin);
        return Err(format!("{own:?} continues {named:?}, not {expected:?}"));
    }
    let vkey: VerifierKey =
        body.vkey.parse().map_err(|error| format!("the key in entry 0: {error}"))?;
    if vkey.name().as_str() != body.origin {
        return Err(format!("the key in entry 0 is of {}, not of {:?}", vkey.name(), body.origin));
    }
    let proof =
        EntryProof::parse(step.proof.as_bytes()).map_err(|error| format!("proof: {error}"))?;
    if proof.index != 0 {
        return Err(format!("the proof is of entry {}, not of entry 0", proof.index));
    }
    proof.verify(&bytes, &vkey, &[]).map_err(|error| format!("proof: {error}"))?;
    let previous = TreeHead { size: body.previous.size, root: body.previous.root };
    let first_index = before.first_index.saturating_add(previous.size);
    let held = Held::read(vkey, &proof.checkpoint.to_string(), first_index)?;
    Ok((held, previous))
}

fn opening(party: &PartyId, bytes: &[u8]) -> Result<LogContinue, String> {
    let envelope = Envelope::parse(bytes).map_err(|error| format!("entry 0: {error}"))?;
    let entry = Entry::read(&envelope.payload).map_err(|error| format!("entry 0: {error}"))?;
    if entry.head.log != *party {
        return Err(format!("entry 0 is of the log of {}, not of {party}", entry.head.log));
    }
    match entry.body {
        Body::LogContinue(body) => Ok(body),
        other => Err(format!("entry 0 is a {}, not log.continue", other.kind())),
    }
}
