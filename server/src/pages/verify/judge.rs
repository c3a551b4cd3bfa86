//! What a proof, an entry or a printed checkpoint is worth, in plain words.
//!
//! Whoever holds an entry's bytes learns whether exactly these are in a ledger and under which
//! signed head, which is public anyway; nothing of other entries, and of a party no more than the
//! origin that the proof itself names. A head that the ledger's own key signed and that is not its
//! history is kept as an alarm, whoever brings it: only who has the key can make one.

use tl_domain::event::Entry;
use tl_domain::ids::PartyId;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::note::{NoteError, VerifierKey};
use tl_ledger::proof::EntryProof;
use tl_ledger::{Envelope, Hash};
use tl_store::{AlarmCode, Tree, Which};

use super::super::part::{Cell, Tone};
use super::super::sheet::Act;
use super::super::{format, story};
use super::Viewer;
use super::finding::Finding;
use super::sent::Sent;
use crate::app::App;
use crate::error::Failure;
use crate::i18n::Words;
use crate::ledger::{held, proof};

/// Longest text of a record's own words that is shown, in characters.
const SHOWN_CHARACTERS: usize = 80;

/// Judges what was sent.
///
/// # Errors
/// The store's.
pub(super) fn judge(app: &App, viewer: &Viewer<'_>, sent: &Sent) -> Result<Finding, Failure> {
    let t = viewer.t;
    match (&sent.proof, &sent.entry, &sent.code) {
        (Some(proof), entry, _) => {
            let proof = match EntryProof::parse(proof) {
                Ok(proof) => proof,
                Err(error) => {
                    let finding = Finding::new(Tone::Bad, t.verify_bad_proof());
                    let finding = finding.detail(t.verify_read(error));
                    return Ok(finding.advise(t.verify_advice_file()));
                }
            };
            match entry {
                Some(entry) => proven(app, viewer, &proof, entry),
                None => proof_alone(app, viewer, &proof),
            }
        }
        (None, Some(entry), _) => entry_alone(app, viewer, entry),
        (None, None, Some(code)) => super::code::judge(app, viewer, code),
        (None, None, None) => {
            let finding = Finding::new(Tone::Watch, t.verify_nothing());
            Ok(finding.advise(t.verify_advice_nothing()))
        }
    }
}

/// The bytes of which a leaf may have been made, as sent and as people alter files without
/// meaning to; what an envelope says, when it is one.
struct Read {
    candidates: Vec<Vec<u8>>,
    envelope: Result<Envelope, String>,
}

fn read(bytes: &[u8]) -> Read {
    let trimmed = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    let mut candidates = vec![bytes.to_vec()];
    if trimmed != bytes {
        candidates.push(trimmed.to_vec());
    }
    let envelope = Envelope::parse(trimmed).or_else(|_| Envelope::parse_laid_out(trimmed));
    if let Ok(envelope) = &envelope {
        let canonical = envelope.to_bytes();
        if !candidates.contains(&canonical) {
            candidates.push(canonical);
        }
    }
    Read { candidates, envelope: envelope.map_err(|error| error.to_string()) }
}

/// A record with its proof.
fn proven(
    app: &App,
    viewer: &Viewer<'_>,
    proof: &EntryProof,
    entry: &[u8],
) -> Result<Finding, Failure> {
    let t = viewer.t;
    let read = read(entry);
    let fits = |bytes: &&Vec<u8>| proof.verify_inclusion(&Hash::leaf(bytes)).is_ok();
    let Some(bytes) = read.candidates.iter().find(fits) else {
        let mut finding = Finding::new(Tone::Bad, t.verify_mismatch());
        finding.fact(t.entry_leaf(), Cell::code(Hash::leaf(entry).to_string()));
        head_facts(t, &mut finding, &proof.checkpoint);
        return Ok(finding
            .detail(t.verify_mismatch_why())
            .advise(t.verify_advice_file())
            .advise(t.verify_advice_source()));
    };
    let mut finding = checkpoint(app, viewer, &proof.checkpoint)?;
    let size = proof.checkpoint.head().size;
    finding.fact(t.verify_index(), Cell::text(t.verify_index_of(proof.index, size)));
    finding.fact(t.entry_leaf(), Cell::code(Hash::leaf(bytes).to_string()));
    if bytes.as_slice() != entry.trim_ascii() {
        finding.fact(t.entry_bytes(), Cell::text(t.verify_laid_out()));
    }
    if finding.is_good() {
        let origin = proof.checkpoint.checkpoint().origin();
        finding.proves(t.verify_says_in(origin, proof.index));
        finding.proves(t.verify_says_unchanged());
        bounds(t, &mut finding);
    }
    if let Ok(envelope) = &read.envelope {
        own_words(app, viewer, &mut finding, envelope)?;
    }
    Ok(finding)
}

/// A proof without its record still names a checkpoint.
fn proof_alone(app: &App, viewer: &Viewer<'_>, proof: &EntryProof) -> Result<Finding, Failure> {
    let t = viewer.t;
    let finding = checkpoint(app, viewer, &proof.checkpoint)?;
    if !finding.is_good() {
        return Ok(finding);
    }
    let finding = finding.judged(Tone::Watch, t.verify_only_proof());
    Ok(finding.advise(t.verify_advice_entry()))
}

/// Judges a checkpoint: known log, its signature, its witnesses, the ledger as it is now.
fn checkpoint(
    app: &App,
    viewer: &Viewer<'_>,
    signed: &SignedCheckpoint,
) -> Result<Finding, Failure> {
    let t = viewer.t;
    let origin = signed.checkpoint().origin();
    let mut finding = Finding::new(Tone::Good, t.verify_ok());
    head_facts(t, &mut finding, signed);
    let known = app.store.tree_by_origin(origin)?;
    let key = known.as_ref().and_then(|tree| tree.vkey.as_deref());
    let (Some(tree), Some(key)) = (&known, key) else {
        let finding = finding.judged(Tone::Watch, t.verify_unknown_log());
        return Ok(finding.advise(t.verify_advice_offline(origin)));
    };
    let key: VerifierKey = key.parse().map_err(|error| Failure::internal(&error))?;
    if let Err(error) = signed.verify(&key, &[]) {
        let finding = finding.judged(Tone::Bad, t.verify_bad_signature());
        return Ok(finding.detail(t.verify_read(error)).advise(t.verify_advice_source()));
    }
    finding.fact(t.verify_log_key(), Cell::code(key.to_string()));
    if let Some(finding) = contradiction(app, t, tree, signed, &finding)? {
        return Ok(finding);
    }
    finding.fact(t.verify_now(), Cell::text(t.verify_consistent(tree.head.size)));
    let size = signed.head().size;
    if let Some(stored) = app.store.checkpoint(&tree.party, tree.number, Which::Size(size))? {
        let at = format::precise(stored.signed_at, format::DEFAULT_OFFSET_MINUTES);
        finding.fact(t.verify_signed_at(), Cell::text(at));
    }
    finding.proves(t.verify_says_signed());
    witnesses(app, t, &mut finding, signed);
    Ok(finding)
}

fn head_facts(t: Words, finding: &mut Finding, signed: &SignedCheckpoint) {
    let head = signed.head();
    finding.fact(t.verify_log(), Cell::code(signed.checkpoint().origin()));
    finding.fact(t.verify_checkpoint(), Cell::text(t.verify_checkpoint_of(head.size)));
    finding.fact(t.verify_root(), Cell::code(head.root.to_string()));
}

/// Which of the configured witnesses signed, each judged on its own.
fn witnesses(app: &App, t: Words, finding: &mut Finding, signed: &SignedCheckpoint) {
    let mut any = false;
    let lines = signed.note().signatures().len();
    let mut known = 1;
    for witness in &app.ledger.witnesses {
        match signed.note().verify([&witness.key]) {
            Ok(held) => {
                for time in held.iter().filter_map(|held| held.time_seconds) {
                    let micros = i64::try_from(time).unwrap_or(i64::MAX).saturating_mul(1_000_000);
                    let at = format::precise(micros, format::DEFAULT_OFFSET_MINUTES);
                    let name = witness.key.name().to_string();
                    let cell = Cell::text(t.verify_witness_at(&name, &at));
                    finding.fact(t.verify_witness(), cell);
                    finding.proves(t.verify_says_witnessed(&name, &at));
                    known += 1;
                    any = true;
                }
            }
            Err(NoteError::Signature { name, .. }) => {
                known += 1;
                let words = t.verify_wrong_witness(name);
                finding.fact(t.verify_witness(), Cell::state(Tone::Bad, words));
            }
            Err(_) => {}
        }
    }
    if !any {
        finding.fact(t.verify_witness(), Cell::text(t.verify_no_witness()));
    }
    if lines > known {
        finding.fact(t.details(), Cell::text(t.verify_other_lines(lines - known)));
    }
}

/// A validly signed head that is not on the way to the ledger as it is now.
fn contradiction(
    app: &App,
    t: Words,
    tree: &Tree,
    signed: &SignedCheckpoint,
    finding: &Finding,
) -> Result<Option<Finding>, Failure> {
    let Some(alarm) = held::contradiction(app, tree, &signed.head(), &signed.to_string())? else {
        return Ok(None);
    };
    let grows = app.store.trees_of(&tree.party)?.last().map(|newest| newest.number);
    if grows != Some(tree.number) && alarm.code == AlarmCode::NewerHead {
        let finding = finding.clone().judged(Tone::Watch, t.verify_ended());
        return Ok(Some(finding.advise(t.verify_advice_ended())));
    }
    if app.store.raise_alarm(&alarm)? {
        tracing::error!(party = %alarm.party, code = alarm.code.as_str(), detail = alarm.detail,
            "ALARM: brought to the verify page; the tree is not signed any further");
    }
    let finding = finding.clone().judged(Tone::Bad, t.verify_contradiction());
    Ok(Some(finding.advise(t.verify_advice_contradiction())))
}

/// What no proof says.
fn bounds(t: Words, finding: &mut Finding) {
    finding.leaves_open(t.verify_not_truth());
    finding.leaves_open(t.verify_not_complete());
    finding.leaves_open(t.verify_not_time());
}

/// What the record says of itself: the sender has its bytes.
fn own_words(
    app: &App,
    viewer: &Viewer<'_>,
    finding: &mut Finding,
    envelope: &Envelope,
) -> Result<(), Failure> {
    let t = viewer.t;
    let Ok(entry) = Entry::read(&envelope.payload) else { return Ok(()) };
    let shown = |text: &str| format::shortened(text, SHOWN_CHARACTERS);
    finding.fact(t.verify_kind(), Cell::text(shown(&story::kind(t, entry.body.kind()))));
    finding.fact(t.verify_observed(), Cell::text(shown(entry.head.observed_at.as_str())));
    finding.fact(t.verify_device(), Cell::code(shown(entry.head.device.as_str())));
    let mut id = Cell::code(entry.head.id.to_string());
    if let Some(links) = viewer.links(app, &entry.head.log)?
        && app.store.log_index(&entry.head.log, entry.head.id)?.is_some()
    {
        id = id.link(links.to(format!("/entries/{}", entry.head.id)));
    }
    finding.fact(t.verify_id(), id);
    Ok(())
}

/// A signed record alone: whether exactly these bytes are in a ledger here.
fn entry_alone(app: &App, viewer: &Viewer<'_>, bytes: &[u8]) -> Result<Finding, Failure> {
    let t = viewer.t;
    let read = read(bytes);
    let entry = read.envelope.as_ref().map_err(Clone::clone).and_then(|envelope| {
        let entry = Entry::read(&envelope.payload).map_err(|error| error.to_string())?;
        Ok((envelope, entry))
    });
    let (envelope, entry) = match entry {
        Ok(found) => found,
        Err(error) => {
            let finding = Finding::new(Tone::Bad, t.verify_bad_entry());
            let finding = finding.detail(t.verify_read(error));
            return Ok(finding.advise(t.verify_advice_file()));
        }
    };
    let (party, id) = (&entry.head.log, entry.head.id);
    let links = viewer.links(app, party)?;
    let stored = app.store.entry(party, id)?;
    let leaf = envelope.leaf();
    if stored.as_ref().is_none_or(|stored| stored.view.leaf != leaf) {
        // To others a record that is not there and one that differs look the same.
        let differs = stored.is_some() && links.is_some();
        let words = if differs { t.verify_altered() } else { t.verify_not_here() };
        let mut finding = Finding::new(Tone::Bad, words);
        finding.fact(t.entry_leaf(), Cell::code(leaf.to_string()));
        let finding = finding.advise(t.verify_advice_file()).advise(t.verify_advice_source());
        let signed_in = viewer.session.is_some();
        return Ok(if signed_in { finding } else { finding.advise(t.verify_advice_signed_in()) });
    }
    let Some(proven) = proof::entry(&app.store, party, id)? else {
        let mut finding = Finding::new(Tone::Watch, t.verify_waits());
        own_words(app, viewer, &mut finding, envelope)?;
        return Ok(finding.advise(t.verify_advice_wait()));
    };
    let mut finding = checkpoint(app, viewer, &proven.proof.checkpoint)?;
    finding.fact(t.entry_leaf(), Cell::code(leaf.to_string()));
    let size = proven.proof.checkpoint.head().size;
    finding.fact(t.verify_index(), Cell::text(t.verify_index_of(proven.proof.index, size)));
    if finding.is_good() {
        finding = finding.judged(Tone::Good, t.verify_ok_entry());
        finding.proves(t.verify_says_in(&proven.tree.origin, proven.proof.index));
        finding.proves(t.verify_says_unchanged());
        bounds(t, &mut finding);
    }
    own_words(app, viewer, &mut finding, envelope)?;
    let act =
        links.map(|links| Act::new(t.verify_open_record(), links.to(format!("/entries/{id}"))));
    Ok(finding.act(act).block(t.verify_proof_block(), proven.proof.to_string()))
}

/// A checkpoint as a printed page names it, against the ledger as it is now.
///
/// # Errors
/// The store's.
pub(super) fn printed(
    app: &App,
    t: Words,
    (party, number, size): (&PartyId, u64, u64),
    root: &str,
) -> Result<Finding, Failure> {
    let tree = app.store.tree(party, number)?.filter(|tree| (1..=tree.head.size).contains(&size));
    let Some(tree) = tree else {
        let finding = Finding::new(Tone::Watch, t.verify_printed_unknown());
        return Ok(finding.advise(t.verify_printed_why()));
    };
    let ours = proof::root_at(&app.store, &tree, size)?;
    let fits = ours.to_string().starts_with(root);
    let mut finding = if fits {
        Finding::new(Tone::Good, t.verify_printed_ok())
    } else {
        Finding::new(Tone::Bad, t.verify_printed_bad())
    };
    finding.fact(t.verify_log(), Cell::code(&tree.origin));
    finding.fact(t.verify_printed(), Cell::text(t.verify_checkpoint_of(size)));
    finding.fact(t.verify_printed_root(), Cell::code(root));
    finding.fact(t.verify_root(), Cell::code(ours.to_string()));
    finding.fact(t.verify_now(), Cell::text(t.verify_checkpoint_of(tree.head.size)));
    if fits {
        finding.proves(t.verify_printed_proof());
        finding.leaves_open(t.verify_printed_not());
        finding.leaves_open(t.verify_not_truth());
        return Ok(finding);
    }
    Ok(finding.advise(t.verify_printed_why()).advise(t.verify_printed_alarm()))
}
