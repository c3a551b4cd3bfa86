//! The judgement of a server's answer against the held checkpoint: pure, and strict.
//!
//! Invariant: what is accepted has grown from what was held, by a proof that was verified here, or
//! continues it as `chain` demands. Only the very first checkpoint is taken on trust, over the
//! connection to the server whose CA was pinned at enrolment.

use tl_domain::ids::PartyId;
use tl_ledger::Hash;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::{TreeHead, verify_consistency};
use tl_ledger::note::VerifierKey;
use tl_wire::device::CheckpointAnswer;

use super::{AlarmCode, Contradiction, Held, NOTE_KEPT_BYTES_MAX, chain, parse, verify};

/// Longest answer that is kept as evidence, as JSON.
const ANSWER_KEPT_BYTES_MAX: usize = 256 * 1024;

/// What is to be done with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// The server has signed nothing yet, or gave no key with the first checkpoint.
    Nothing,
    /// The checkpoint to hold from now on.
    Keep(Box<Kept>),
    /// It contradicts what is held, which stays.
    Alarm(Contradiction),
}

/// A checkpoint that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// What is held now.
    pub(crate) held: Held,
    /// Number in the log at which the oldest tree that was left ends: checkpoints held of it cover
    /// nothing from there on.
    pub(crate) ends: Option<u64>,
    /// The server lost what it had signed: an alarm, though the next tree is followed.
    pub(crate) lost: Option<Contradiction>,
}

/// What an answer means for who holds `held`.
pub(crate) fn judge(party: &PartyId, held: Option<&Held>, answer: &CheckpointAnswer) -> Judgement {
    let Some(note) = &answer.checkpoint else { return Judgement::Nothing };
    let judged = match (held, &answer.vkey) {
        (Some(held), _) => against(party, held, note, answer),
        (None, Some(vkey)) => pin(vkey, note, answer.first_index),
        (None, None) => return Judgement::Nothing,
    };
    match judged {
        Ok(kept) => Judgement::Keep(Box::new(kept)),
        Err((code, detail)) => Judgement::Alarm(evidence(code, detail, held, answer)),
    }
}

/// A code with its detail: what is wrong with an answer.
pub(super) type Wrong = (AlarmCode, String);

/// The first checkpoint, on trust: the server also says where in the log its tree begins.
fn pin(vkey: &str, note: &str, first_index: Option<u64>) -> Result<Kept, Wrong> {
    let unverified = |detail: String| (AlarmCode::Unverified, detail);
    let vkey: VerifierKey = vkey.parse().map_err(|error| unverified(format!("vkey: {error}")))?;
    let held = Held::read(vkey, note, first_index.unwrap_or(0)).map_err(unverified)?;
    Ok(Kept { held, ends: None, lost: None })
}

fn against(
    party: &PartyId,
    held: &Held,
    note: &str,
    answer: &CheckpointAnswer,
) -> Result<Kept, Wrong> {
    let signed = parse(note).map_err(|error| (AlarmCode::Unverified, error))?;
    if signed.checkpoint().origin() == held.origin() {
        let mut held = grown(held, &signed, note, &answer.consistency)?;
        // A server of an earlier version did not say where a tree that was pinned begins.
        if held.first_index == 0 {
            held.first_index = answer.first_index.unwrap_or(0);
        }
        return Ok(Kept { held, ends: None, lost: None });
    }
    let followed = chain::follow(party, held, &signed, &answer.continued)?;
    let lost = followed.lost.map(|detail| evidence(AlarmCode::SetBack, detail, Some(held), answer));
    Ok(Kept { held: followed.held, ends: Some(followed.ends), lost })
}

/// A checkpoint of the held tree itself.
fn grown(
    held: &Held,
    signed: &SignedCheckpoint,
    note: &str,
    proof: &[Hash],
) -> Result<Held, Wrong> {
    verify(signed, &held.vkey).map_err(|error| (AlarmCode::Unverified, error))?;
    let (old, new) = (held.head, signed.head());
    if new.size < old.size {
        let detail = format!("size {} is shown, size {} is held", new.size, old.size);
        return Err((AlarmCode::Smaller, detail));
    }
    follows(&old, &new, proof).map_err(|error| (AlarmCode::Split, error))?;
    Ok(Held { note: note.to_owned(), head: new, ..held.clone() })
}

/// Whether `new` has grown from `old`, which is not larger.
pub(super) fn follows(old: &TreeHead, new: &TreeHead, proof: &[Hash]) -> Result<(), String> {
    if old.size == new.size {
        let (size, held, seen) = (old.size, old.root, new.root);
        return if held == seen {
            Ok(())
        } else {
            Err(format!("at size {size} root {held} is held, {seen} is shown"))
        };
    }
    // Every tree grows from the empty one; there is nothing that a proof could add.
    if old.size == 0 {
        return Ok(());
    }
    verify_consistency(old.size, new.size, &old.root, &new.root, proof)
        .map_err(|error| format!("size {} to size {}: {error}", old.size, new.size))
}

fn evidence(
    code: AlarmCode,
    detail: String,
    held: Option<&Held>,
    answer: &CheckpointAnswer,
) -> Contradiction {
    let whole = serde_json::to_string(answer).ok();
    Contradiction {
        code,
        detail,
        held: held.map(|held| held.note.clone()),
        seen: answer.checkpoint.as_deref().map(shortened),
        answer: whole.filter(|text| text.len() <= ANSWER_KEPT_BYTES_MAX),
    }
}

/// As much of a note as is kept.
fn shortened(note: &str) -> String {
    let mut end = note.len().min(NOTE_KEPT_BYTES_MAX);
    while !note.is_char_boundary(end) {
        end -= 1;
    }
    note[..end].to_owned()
}
