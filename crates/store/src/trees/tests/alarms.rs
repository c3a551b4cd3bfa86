//! Rows of checkpoints that are taken away or changed, and what answers an alarm.

use tl_domain::event::ContinueReason;
use tl_ledger::Hash;
use tl_testkit::Backend;

use super::*;
use crate::trees::{Alarm, AlarmFact, AlarmState};

/// Five checkpoints, two entries apart; gives their sizes.
fn five(fixture: &mut Fixture) -> Vec<u64> {
    let grown = (0..5).map(|_| {
        register(fixture, 2);
        tick(fixture);
        newest(fixture).head.size
    });
    grown.collect()
}

fn audited(fixture: &Fixture) -> Vec<Alarm> {
    fixture.store.audit_log(&fixture.plant.party, 1).expect("an audit")
}

fn states(fixture: &Fixture) -> Vec<(String, AlarmState)> {
    let trees = fixture.store.trees_of(&fixture.plant.party).expect("trees");
    let alarms = fixture.store.alarms().expect("alarms").into_iter();
    alarms.map(|alarm| (alarm.mark(), alarm.state(&trees))).collect()
}

/// Opens the next tree and signs its first checkpoint.
fn go_on(fixture: &mut Fixture) {
    let party = fixture.plant.party.clone();
    let old = newest(fixture);
    let next = fixture.store.open_next_tree(&party, ContinueReason::SetBack).expect("opened");
    fixture.own(&party, continues(&next, &old));
    tick(fixture);
    assert_eq!((newest(fixture).number, newest(fixture).head.size > 0), (next.number, true));
}

on_both! {
    fn a_checkpoint_that_was_taken_away_is_missed(backend: Backend) {
        let gone: [(&[usize], AlarmFact); 4] = [
            (&[0], AlarmFact::CheckpointsMissing { count: 1, after: 0, before: 0 }),
            (&[2], AlarmFact::CheckpointsMissing { count: 1, after: 0, before: 0 }),
            (&[1, 2], AlarmFact::CheckpointsMissing { count: 2, after: 0, before: 0 }),
            (&[4], AlarmFact::NewestCheckpointMissing { size: 0 }),
        ];
        for (which, expected) in gone {
            let mut fixture = Fixture::new(backend);
            let sizes = five(&mut fixture);
            assert_eq!(audited(&fixture), []);
            for at in which {
                let sql = format!("DELETE FROM checkpoint WHERE size = {}", sizes[*at]);
                alter(&fixture, backend, &sql);
            }
            let first = which[0];
            let expected = match expected {
                AlarmFact::CheckpointsMissing { count, .. } => AlarmFact::CheckpointsMissing {
                    count,
                    after: first.checked_sub(1).map_or(0, |before| sizes[before]),
                    before: sizes[first + which.len()],
                },
                _ => AlarmFact::NewestCheckpointMissing { size: sizes[first] },
            };
            let alarms = audited(&fixture);
            let [alarm] = &alarms[..] else { panic!("{which:?}: one alarm, not {alarms:?}") };
            assert_eq!(alarm.code, AlarmCode::TreeChanged, "{which:?}");
            assert!(alarm.facts.contains(&expected), "{which:?}: {:?}", alarm.facts);
            assert_eq!(fixture.store.alarms().expect("kept"), alarms, "facts come back as kept");
            let said = fixture.store.check(|_, _| {}).expect("read").findings;
            let named = expected.to_string();
            assert!(said.iter().any(|one| one.message.contains(&named)), "the doctor: {said:?}");
            register(&mut fixture, 1);
            assert_eq!(tick(&fixture).1.0, [], "signed no more");
        }
    }

    fn a_checkpoint_s_row_that_was_changed_is_named(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let sizes = five(&mut fixture);
        // No signature covers the time at which the server says that it signed.
        let (size, other) = (sizes[2], sizes[3]);
        alter(&fixture, backend, &format!(
            "UPDATE checkpoint SET signed_at = signed_at - 1000000 WHERE size = {size}"
        ));
        let alarms = audited(&fixture);
        let [alarm] = &alarms[..] else { panic!("one alarm, not {alarms:?}") };
        assert_eq!(alarm.facts, [AlarmFact::CheckpointChanged { size }]);
        // Neither is it silent where somebody also removes the numbers.
        alter(&fixture, backend, &format!(
            "UPDATE checkpoint SET ordinal = NULL, link = NULL WHERE size = {other}"
        ));
        let said = fixture.store.check(|_, _| {}).expect("read").findings;
        let named = AlarmFact::CheckpointChanged { size: other }.to_string();
        assert!(said.iter().any(|one| one.message.contains(&named)), "{said:?}");
    }

    fn checkpoints_of_an_earlier_version_are_counted_from(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let sizes = five(&mut fixture);
        alter(&fixture, backend, "UPDATE checkpoint SET ordinal = NULL, link = NULL");
        assert_eq!(audited(&fixture), []);
        five(&mut fixture);
        assert_eq!(audited(&fixture), [], "those that follow are numbered from there");
        alter(&fixture, backend, &format!("DELETE FROM checkpoint WHERE size = {}", sizes[1]));
        let alarms = audited(&fixture);
        let [alarm] = &alarms[..] else { panic!("one alarm, not {alarms:?}") };
        let [AlarmFact::CheckpointsMissing { count: 1, after, .. }] = alarm.facts[..] else {
            panic!("{:?}", alarm.facts);
        };
        assert_eq!(after, sizes[4], "the first one with a number tells how many there were");
    }

    fn a_next_tree_answers_what_was_noticed_before_it(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let sizes = five(&mut fixture);
        let raise = |fixture: &Fixture, code, fact: AlarmFact| {
            let alarm = Alarm::new((&party, 1), code, vec![fact], 7).with_evidence("a note");
            fixture.store.raise_alarm(&alarm).expect("kept")
        };
        let newer = AlarmFact::NewerHead { seen: 900, signed: sizes[4] };
        let other = AlarmFact::OtherRoot { size: 3, seen: Hash::ZERO, stored: Hash::of(b"x") };
        assert!(raise(&fixture, AlarmCode::NewerHead, newer.clone()));
        assert!(raise(&fixture, AlarmCode::SplitView, other.clone()));
        let open = AlarmState::Open;
        let both = |state| vec![("newer_head".to_owned(), state), ("split_view".to_owned(), state)];
        assert_eq!(states(&fixture), both(open));
        go_on(&mut fixture);
        assert_eq!(states(&fixture), both(AlarmState::Answered(2)));
        assert_eq!(fixture.store.check(|_, _| {}).expect("read").findings, []);
        for (code, fact) in [(AlarmCode::NewerHead, newer), (AlarmCode::SplitView, other)] {
            assert!(!raise(&fixture, code, fact), "said once");
        }
        // Rows under an ended tree that are altered now are no history.
        alter(&fixture, backend, &format!("DELETE FROM checkpoint WHERE size = {}", sizes[1]));
        let alarms = audited(&fixture);
        let [alarm] = &alarms[..] else { panic!("one alarm, not {alarms:?}") };
        assert_eq!(alarm.number, 1);
        assert!(states(&fixture).contains(&("tree_changed/2".to_owned(), open)));
        let said = fixture.store.check(|_, _| {}).expect("read").findings;
        assert!(said.iter().any(|one| one.message.contains("is not answered")), "{said:?}");
        // What a device lost with the end of the old tree is answered whenever it is shown.
        let late = AlarmFact::NewerHead { seen: 901, signed: sizes[4] };
        assert!(raise(&fixture, AlarmCode::NewerHead, late));
        assert!(states(&fixture).contains(&("newer_head/2".to_owned(), AlarmState::Answered(2))));
        register(&mut fixture, 1);
        assert_eq!(tick(&fixture).0.signed.len(), 1, "the newest tree is signed");
        go_on(&mut fixture);
        assert!(states(&fixture).contains(&("tree_changed/2".to_owned(), AlarmState::Answered(3))));
        assert_eq!(audited(&fixture), [], "said once");
    }

    fn facts_and_numbers_of_checkpoints_survive_a_backup(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        five(&mut fixture);
        let party = fixture.plant.party.clone();
        let fact = AlarmFact::WitnessDisagrees { witness: "w".to_owned() };
        let alarm = Alarm::new((&party, 1), AlarmCode::SplitView, vec![fact], 7);
        assert!(fixture.store.raise_alarm(&alarm).expect("kept"));
        let (store, _database, _folder) = restored(&fixture, backend);
        assert_eq!(store.alarms().expect("alarms"), [alarm]);
        assert_eq!(store.audit_log(&party, 1).expect("an audit"), []);
        let first = "SELECT COUNT(*) AS number FROM checkpoint WHERE ordinal > 0 AND link <> ''";
        assert_eq!(store.read(|conn| conn.number(first, &[])).expect("read"), 5);
    }
}

#[test]
fn facts_are_kept_as_json_that_stays_readable() {
    let kept = r#"{"fact":"checkpoints_missing","count":2,"after":4,"before":10}"#;
    let fact = AlarmFact::CheckpointsMissing { count: 2, after: 4, before: 10 };
    assert_eq!(serde_json::to_string(&fact).expect("JSON"), kept);
    assert_eq!(serde_json::from_str::<AlarmFact>(kept).expect("a fact"), fact);
    assert_eq!(fact.to_string(), "missing checkpoints between those of sizes 4 and 10: 2");
}
