//! The way of a finding, whatever the order in which its records arrive.

use serde_json::json;
use tl_domain::event::FindingOutcome;
use tl_domain::ids::PartyId;
use tl_domain::project::FindingRow;
use tl_domain::time::Micros;
use tl_ledger::Hash;

use super::{Act, Case, CaseState, follow};

fn party(name: &str) -> PartyId {
    name.parse().expect("a party")
}

fn hash(number: u8) -> Hash {
    Hash::of(&[number])
}

fn row(
    number: u8,
    previous: Option<u8>,
    at: Micros,
    step: serde_json::Value,
) -> (PartyId, FindingRow) {
    let own = step["step"] == "explain";
    let row = json!({
        "entry": format!("00000000-0000-7000-8000-{number:012}"), "hash": hash(number),
        "about": if own { None } else { Some("alfa") },
        "finding": {"rule": "imbalance", "object": "enterprise", "period": "2026-10-31"},
        "at": at, "previous": previous.map(hash), "step": step,
    });
    let row = serde_json::from_value(row).expect("a row");
    (party(if own { "alfa" } else { "hechi" }), row)
}

fn open(number: u8, previous: Option<u8>, at: Micros) -> (PartyId, FindingRow) {
    row(
        number,
        previous,
        at,
        json!({"step": "open", "substance": "Tl", "zh": "少", "en": "less",
        "evidence": [], "explain_by": at + 100, "question": null}),
    )
}

fn explain(number: u8, previous: Option<u8>, at: Micros) -> (PartyId, FindingRow) {
    row(
        number,
        previous,
        at,
        json!({"step": "explain", "words": "scale", "evidence": [],
        "blobs": []}),
    )
}

fn back(number: u8, previous: u8, at: Micros) -> (PartyId, FindingRow) {
    row(
        number,
        Some(previous),
        at,
        json!({"step": "return", "reason": "why", "explain_by": at + 50}),
    )
}

fn close(number: u8, previous: Option<u8>, at: Micros) -> (PartyId, FindingRow) {
    row(number, previous, at, json!({"step": "close", "outcome": "explained", "reason": "seen"}))
}

fn state(rows: &[(PartyId, FindingRow)], latest: Option<Micros>) -> Case {
    follow(&party("alfa"), rows, |bureau| bureau.as_str() == "hechi", latest)
}

#[test]
fn asked_explained_returned_explained_closed_in_any_order_of_arrival() {
    let mut rows = vec![
        open(1, None, 10),
        explain(2, Some(1), 20),
        back(3, 2, 30),
        explain(4, Some(3), 40),
        close(5, Some(4), 50),
    ];
    let states = [
        CaseState::Noticed,
        CaseState::Asked,
        CaseState::Explained,
        CaseState::Returned,
        CaseState::Explained,
        CaseState::Closed,
    ];
    for (count, wanted) in states.into_iter().enumerate() {
        assert_eq!(state(&rows[..count], None).state, wanted, "after {count}");
    }
    let whole = state(&rows, None);
    assert_eq!(whole.outcome, Some(FindingOutcome::Explained));
    assert_eq!((whole.head, whole.moved_at), (Some(hash(5)), Some(50)));
    assert_eq!(whole.sentence(), Some(("少", "less")));
    for _ in 0..rows.len() {
        rows.rotate_left(1);
        assert_eq!(state(&rows, None), whole);
        let turned: Vec<_> = rows.iter().rev().cloned().collect();
        assert_eq!(state(&turned, None), whole);
    }
}

#[test]
fn the_days_run_only_while_the_enterprise_has_to_answer() {
    let rows = [open(1, None, 10), explain(2, Some(1), 20)];
    let asked = state(&rows[..1], None);
    assert_eq!(asked.explain_by, Some(110));
    assert!(!asked.is_overdue(110) && asked.is_overdue(111));
    let explained = state(&rows, None);
    assert_eq!(explained.explain_by, None);
    assert!(!explained.is_overdue(1_000));
}

#[test]
fn of_two_that_follow_the_same_record_the_earlier_counts() {
    let rows = [explain(1, None, 20), open(2, None, 10), close(3, Some(2), 30)];
    let case = state(&rows, None);
    assert_eq!(case.state, CaseState::Closed, "the bureau asked first and closed");
    let stale: Vec<_> = case.steps.iter().filter(|step| !step.counts).collect();
    assert_eq!(stale.len(), 1);
    assert_eq!(stale[0].row.hash, hash(1));
}

#[test]
fn nobody_writes_for_another() {
    let mut foreign = close(1, None, 10);
    foreign.0 = party("liuzhou");
    assert_eq!(state(&[foreign], None).state, CaseState::Noticed, "a bureau of elsewhere");
    let mut forged = close(2, None, 10);
    forged.0 = party("alfa");
    assert_eq!(state(&[forged], None).state, CaseState::Noticed, "an enterprise closes nothing");
    let mut other = close(3, None, 10);
    other.1.about = Some(party("beta"));
    assert_eq!(state(&[other], None).state, CaseState::Noticed, "about somebody else");
    let mut lent = explain(4, None, 10);
    lent.0 = party("beta");
    assert_eq!(state(&[lent], None).state, CaseState::Noticed, "a partner explains nothing");
}

#[test]
fn what_speaks_again_after_the_closing_has_recurred() {
    let rows = [explain(1, None, 10), close(2, Some(1), 20), open(3, Some(2), 40)];
    assert_eq!(state(&rows[..2], Some(20)).state, CaseState::Closed, "nothing new");
    let again = state(&rows[..2], Some(21));
    assert_eq!(again.state, CaseState::Recurred);
    assert!(again.state.takes(Act::Open) && !again.state.takes(Act::Close));
    assert_eq!(state(&rows, Some(21)).state, CaseState::Asked, "opened anew");
}
