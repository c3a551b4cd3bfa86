//! What is told of logs: signed, odd, missing, suspect.

use tl_domain::code::CodeKind;
use tl_domain::event::{EpochOpen, EpochReason, KeyRevoke};
use tl_domain::project::Verdict;
use tl_domain::time::DAY_MICROS;
use tl_ledger::Hash;
use tl_testkit::{Backend, Plant, batch_register, batch_register_coded, code};

use super::LogState;
use crate::tests::{Fixture, assert_clean, on_both};
use crate::{Permit, SignedHead};

fn state(fixture: &Fixture) -> LogState {
    let party = fixture.plant.party.clone();
    let mut states = fixture.store.log_states(std::slice::from_ref(&party)).expect("read");
    states.remove(&party).expect("the log has entries")
}

fn tick(fixture: &Fixture) {
    let sign = &mut |heads: &[crate::HeadToSign]| {
        let signed = heads.iter().map(|head| {
            let origin = &head.tree.origin;
            let note = format!("{origin}\n{}\n\n", head.head.size);
            Some(SignedHead { note, vkey: format!("{origin}+00000000+AQ==") })
        });
        signed.collect()
    };
    fixture.store.tick(fixture.clock.micros(), &|_| Permit::Yes, sign).expect("a tick");
}

on_both! {
    fn the_newest_checkpoint_and_the_last_lines_of_witnesses(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        assert_eq!(state(&fixture).signed_at, None, "nothing was signed yet");
        tick(&fixture);
        let first = fixture.store.trees_of(&fixture.plant.party).expect("read").remove(0);
        let at = |size| (first.number, size);
        let party = &fixture.plant.party;
        let (old, now) = (first.head.size, fixture.clock.micros());
        fixture.store.add_cosignature(party, at(old), "w1", "- w1\n", now + 1).expect("kept");
        let entry = fixture.write(batch_register("dust", "yard", Some("1")));
        assert_clean(&fixture.send(&[entry]));
        let signed_at = fixture.clock.micros();
        tick(&fixture);
        let found = state(&fixture);
        assert_eq!(found.signed_at, Some(signed_at));
        assert_eq!(found.cosigned, [("w1".to_owned(), old, now + 1)]);
        assert!(found.newest_received.is_some_and(|at| at > now));
        let origin = fixture.store.tree_by_origin(&first.origin).expect("read");
        assert_eq!(origin.map(|tree| tree.head.size), Some(old + 1));
        assert_eq!(fixture.store.tree_by_origin("other").expect("read"), None);
    }

    fn what_is_odd_is_counted(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let mut clone = fixture.gate.clone();
        let entry = fixture.write(batch_register("dust", "yard", Some("1")));
        let late = fixture.submission(&entry, fixture.clock.micros() + 10 * DAY_MICROS);
        fixture.store.append(vec![late]).expect("stored");
        let at = fixture.clock.advance(1_000_000);
        clone.draw_id(&at);
        let fork = clone.write(batch_register("dust", "yard", Some("2")), &at);
        fixture.send(&[fork]);
        let found = state(&fixture);
        assert_eq!(found.verdicts.get(&Verdict::Late), Some(&1));
        assert_eq!((found.forks.0, found.refused.0), (1, 0));
        assert!(found.forks.1.is_some());
        let none = fixture.store.log_states(&["nobody".parse().expect("id")]).expect("read");
        assert!(none.is_empty(), "only of the parties asked for: {none:?}");
    }

    fn numbers_that_a_device_wrote_and_never_sent_are_a_gap(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entry = fixture.write(batch_register("dust", "yard", Some("1")));
        let head = entry.leaf;
        assert_clean(&fixture.send(&[entry]));
        assert_eq!(state(&fixture).gaps, []);
        let mut replaced = fixture.gate.clone();
        (replaced.epoch, replaced.dseq, replaced.prev) = (2, 1, Hash::ZERO);
        let at = fixture.clock.advance(1_000_000);
        let open = EpochOpen {
            old_epoch: 1,
            old_dseq: 4,
            old_head: head,
            reason: EpochReason::Replaced,
        };
        fixture.send(&[replaced.write(open, &at)]);
        let gaps = state(&fixture).gaps;
        let [gap] = &gaps[..] else { panic!("one gap, not {gaps:?}") };
        assert_eq!((gap.epoch, gap.acked, gap.written), (1, 1, 4));
        assert_eq!(&gap.device, fixture.gate.device());
    }

    fn a_revoked_key_has_its_window(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entry = fixture.write(batch_register("dust", "yard", Some("1")));
        let party = fixture.plant.party.clone();
        let early = fixture.submission(&entry, fixture.clock.micros() + 60_000_000);
        let revoke = KeyRevoke {
            device: fixture.gate.device().clone(),
            key: fixture.gate.key(),
            reason: "stolen".to_owned(),
        };
        assert_clean(&[fixture.own(&party, revoke)]);
        let windows = state(&fixture).windows;
        assert_eq!((windows.len(), windows[0].entries, windows[0].span), (1, 0, None));
        fixture.store.append(vec![early]).expect("stored");
        let windows = state(&fixture).windows;
        assert_eq!((windows.len(), windows[0].entries), (1, 1));
        assert!(windows[0].revoked_at.is_some() && windows[0].span.is_some());
    }

    fn growth_counts_the_days_asked_for(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let begin = fixture.clock.micros() + 1;
        let whole = fixture.store.log(&party).expect("read").expect("there").size;
        for days in [1, 0, 2] {
            fixture.clock.advance(days * DAY_MICROS);
            let entry = fixture.write(batch_register("dust", "yard", Some("1")));
            assert_clean(&fixture.send(&[entry]));
        }
        let days = fixture.store.growth(&party, begin, 0).expect("read");
        let counts: Vec<u64> = days.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [2, 1]);
        assert_eq!(days[1].0 - days[0].0, 2, "a day without entries is left out");
        let all = fixture.store.growth(&party, 0, 0).expect("read");
        assert_eq!(all.iter().map(|(_, count)| count).sum::<u64>(), whole + 3);
    }

    fn a_code_is_found_with_its_party(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entry = fixture.write(batch_register_coded("dust", "yard", None, &code(5)));
        let id = entry.id();
        assert_clean(&fixture.send(&[entry]));
        let here = fixture.plant.party.clone();
        let other = Plant::smelter("hc-mine").party;
        let all = [other.clone(), here.clone()];
        let found = fixture.store.code_in_use(&all, &code(5)).expect("read");
        assert_eq!(found, [(here, CodeKind::Batch, id)]);
        assert_eq!(fixture.store.code_in_use(&[other], &code(5)).expect("read"), []);
        assert_eq!(fixture.store.code_in_use(&all, &code(6)).expect("read"), []);
    }
}
