//! The proof on an entry's page: which checkpoint covers it, who signed that, and the two files
//! with which anybody can verify it.

use tl_store::StoredEntry;

use super::super::desk::Desk;
use super::super::format;
use super::super::part::{Cell, Facts, Tone};
use super::super::sheet::{Act, Section};
use crate::app::App;
use crate::error::Failure;
use crate::ledger::Waiting;
use crate::ledger::job::has_devices;
use crate::ledger::proof;
use crate::usecase::ledgers::open_alarms;

/// The section of an entry.
///
/// # Errors
/// The store's.
pub(super) fn section(app: &App, desk: &Desk, stored: &StoredEntry) -> Result<Section, Failure> {
    let (t, view) = (desk.t, &stored.view);
    let party = &desk.party.party;
    let mut facts = Facts::default();
    let bytes = desk.links.to(format!("/api/v1/entries/{}/bytes", view.id));
    let Some(proven) = proof::entry(&app.store, party, view.id)? else {
        facts.add(t.verify_checkpoint(), waiting(app, desk)?);
        facts.add(t.proof_files(), Cell::text(t.proof_bytes()).link(bytes));
        return Ok(Section::new("proof", t.proof_title(), facts));
    };
    let (tree, checkpoint) = (&proven.tree, &proven.checkpoint);
    let size = checkpoint.head.size;
    facts.add(t.verify_checkpoint(), Cell::state(Tone::Good, t.verify_checkpoint_of(size)));
    facts.add(t.verify_index(), Cell::text(t.verify_index_of(proven.proof.index, size)));
    let at = format::precise(checkpoint.signed_at, desk.offset);
    facts.add(t.verify_signed_at(), Cell::text(at));
    facts.add(t.verify_log(), Cell::code(&tree.origin));
    facts.add(t.verify_witness(), witnesses(app, desk, &proven));
    let newest = app.store.trees_of(party)?.last().map_or(tree.number, |newest| newest.number);
    if newest > tree.number {
        let words = t.proof_tree_ended(tree.number, newest);
        facts.add(t.proof_tree(), Cell::text(words));
    } else if tree.number > 1 {
        let why = tree.reason.map(|reason| t.continue_reason(reason)).unwrap_or_default();
        facts.add(t.proof_tree(), Cell::text(t.proof_tree_later(tree.number)).small(why));
    }
    let file = desk.links.to(format!("/api/v1/entries/{}/proof", view.id));
    let files = Cell::text(t.proof_download()).link(file).also(t.proof_bytes(), bytes);
    facts.add(t.proof_files(), files);
    let verify = Act::new(t.verify_title(), "/verify");
    let section = Section::new("proof", t.proof_title(), facts).act(Some(verify));
    Ok(section.note(t.proof_note()))
}

/// Why no checkpoint covers it yet.
fn waiting(app: &App, desk: &Desk) -> Result<Cell, Failure> {
    let t = desk.t;
    let party = &desk.party.party;
    if open_alarms(app, std::slice::from_ref(party))?.iter().any(|open| open.stops) {
        return Ok(Cell::state(Tone::Bad, t.proof_stopped()));
    }
    let trees = app.store.trees_of(party)?;
    let waits = match trees.last() {
        Some(tree) => app.ledger.waits_for(tree, has_devices(app, tree)?),
        None => Waiting::Nobody,
    };
    Ok(match waits {
        Waiting::Nobody => Cell::state(Tone::Plain, t.proof_waiting()),
        _ => Cell::state(Tone::Watch, t.proof_waiting_for_head()),
    })
}

fn witnesses(app: &App, desk: &Desk, proven: &proof::Proven) -> Cell {
    let t = desk.t;
    let note = proven.proof.checkpoint.note();
    let mut lines = Vec::new();
    for witness in &app.ledger.witnesses {
        let Ok(held) = note.verify([&witness.key]) else { continue };
        for time in held.iter().filter_map(|held| held.time_seconds) {
            let micros = i64::try_from(time).unwrap_or(i64::MAX).saturating_mul(1_000_000);
            let at = format::precise(micros, desk.offset);
            lines.push(t.verify_witness_at(witness.key.name(), at));
        }
    }
    if lines.is_empty() { Cell::text(t.verify_no_witness()) } else { Cell::text(lines.join("; ")) }
}
