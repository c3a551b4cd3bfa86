//! What is a concern, and what comes first.

use std::collections::BTreeMap;

use tl_domain::event::PartyKind;
use tl_domain::project::Verdict;
use tl_domain::time::HOUR_MICROS;
use tl_ledger::Hash;
use tl_ledger::merkle::TreeHead;
use tl_store::{Alarm, AlarmCode, LogState, LogView, StreamGap, Tree};

use super::{Concern, LedgerView, UNSIGNED_AFTER, concerns, standing};
use crate::ledger::Waiting;

const NOW: i64 = 1_793_491_200_000_000;

fn view(size: u64, signed: u64) -> LedgerView {
    let party: tl_domain::ids::PartyId = "alfa".parse().expect("id");
    let tree = Tree {
        party: party.clone(),
        number: 1,
        origin: "tl.example/log/alfa".to_owned(),
        vkey: None,
        first_index: 0,
        opening_index: None,
        reason: None,
        head: TreeHead { size: signed, root: Hash::ZERO },
        opened_at: 0,
    };
    LedgerView {
        log: LogView {
            party,
            kind: PartyKind::Enterprise,
            name: "alfa".to_owned(),
            area: "451202".to_owned(),
            credit_code: None,
            origin: tree.origin.clone(),
            size,
            root: Hash::ZERO,
            opened_at: 0,
        },
        trees: vec![tree],
        state: LogState {
            signed_at: Some(NOW - 1),
            newest_received: Some(NOW - 1),
            ..LogState::default()
        },
        waiting: Waiting::Nobody,
        alarms: Vec::new(),
        silent: Vec::new(),
        concerns: BTreeMap::new(),
    }
}

fn alarm(number: u64) -> Alarm {
    let party = "alfa".parse().expect("id");
    Alarm::new((&party, number), AlarmCode::SplitView, vec![], NOW)
}

#[test]
fn a_ledger_in_order_has_no_concern() {
    assert_eq!(concerns(&view(9, 9), NOW, false), BTreeMap::new());
    let mut within_a_second = view(10, 9);
    assert_eq!(concerns(&within_a_second, NOW, false), BTreeMap::new(), "the next tick signs it");
    within_a_second.state.newest_received = Some(NOW - UNSIGNED_AFTER - 1);
    let found = concerns(&within_a_second, NOW, false);
    assert_eq!(found, BTreeMap::from([(Concern::Unsigned, 1)]));
    within_a_second.waiting = Waiting::Agent;
    let found = concerns(&within_a_second, NOW, false);
    assert_eq!(found, BTreeMap::from([(Concern::Waiting, 1)]), "the reason is known");
}

#[test]
fn a_witness_is_behind_only_after_an_hour_and_only_where_there_is_one() {
    let mut behind = view(9, 9);
    behind.state.cosigned = vec![("w".to_owned(), 7, NOW - 2 * HOUR_MICROS)];
    behind.state.signed_at = Some(NOW - HOUR_MICROS / 2);
    assert_eq!(concerns(&behind, NOW, true), BTreeMap::new());
    behind.state.signed_at = Some(NOW - 2 * HOUR_MICROS);
    assert_eq!(concerns(&behind, NOW, true), BTreeMap::from([(Concern::Unwitnessed, 2)]));
    assert_eq!(concerns(&behind, NOW, false), BTreeMap::new());
    behind.state.cosigned.push(("v".to_owned(), 9, NOW - 2 * HOUR_MICROS));
    assert_eq!(concerns(&behind, NOW, true), BTreeMap::new());
}

#[test]
fn an_alarm_of_an_ended_tree_is_history() {
    let mut ended = view(9, 9);
    ended.alarms = vec![alarm(1)];
    assert_eq!(concerns(&ended, NOW, false), BTreeMap::from([(Concern::Alarm, 1)]));
    let next = Tree { number: 2, ..ended.trees[0].clone() };
    ended.trees.push(next);
    assert_eq!(concerns(&ended, NOW, false), BTreeMap::from([(Concern::Continued, 1)]));
    assert!(!ended.is_stopped());
    // Noticed while the next tree grows: nothing has answered it.
    ended.alarms = vec![Alarm { newest_then: 2, ..alarm(1) }];
    assert_eq!(concerns(&ended, NOW, false).get(&Concern::Alarm), Some(&1));
    assert!(!ended.is_stopped(), "the newest tree is signed");
}

#[test]
fn the_worst_comes_first_and_then_the_most() {
    let counted = |concern, count| {
        let mut view = view(9, 9);
        view.concerns = BTreeMap::from([(Concern::Late, 9), (concern, count)]);
        view
    };
    let mut ordered = [
        view(9, 9),
        counted(Concern::Late, 4),
        counted(Concern::Gap, 1),
        counted(Concern::Gap, 5),
        counted(Concern::Alarm, 1),
    ];
    ordered.sort_by_key(standing);
    let worst: Vec<_> = ordered.iter().map(|view| view.concerns.iter().next()).collect();
    assert_eq!(
        worst,
        [
            Some((&Concern::Alarm, &1)),
            Some((&Concern::Gap, &5)),
            Some((&Concern::Gap, &1)),
            Some((&Concern::Late, &4)),
            None,
        ]
    );
}

#[test]
fn gaps_and_clocks_are_summed() {
    let mut odd = view(9, 9);
    let device = "gate-1".parse().expect("id");
    odd.state.gaps = vec![StreamGap { device, epoch: 1, acked: 3, written: 8 }];
    odd.state.verdicts = BTreeMap::from([(Verdict::FutureTime, 2), (Verdict::ClockUnsure, 3)]);
    let found = concerns(&odd, NOW, false);
    assert_eq!(found, BTreeMap::from([(Concern::Gap, 5), (Concern::Clock, 5)]));
}
