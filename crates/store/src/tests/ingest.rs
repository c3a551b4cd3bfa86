//! From bytes to rows: numbering, duplicates, gaps, forks, refusals.

use tl_domain::event::{Body, EntryRef, EpochOpen, EpochReason, KeyRevoke, KeyRole, Supersede};
use tl_domain::project::{BatchState, Object, Verdict};
use tl_domain::time::DAY_MICROS;
use tl_ledger::Hash;
use tl_testkit::{Backend, Plant, Signed, Writer, batch_register, batch_weigh};
use tl_wire::device::EntryResult;
use tl_wire::problem::ErrorCode;

use super::{Fixture, assert_clean, on_both, submission};
use crate::StoreError;

fn stored_index(result: &EntryResult) -> u64 {
    match result {
        EntryResult::Stored { index, .. } => *index,
        other => panic!("not stored: {other:?}"),
    }
}

fn assert_sound(fixture: &Fixture) {
    let report = fixture.store.check(|_, _| {}).expect("read");
    assert_eq!(report.findings, []);
}

fn acked(fixture: &Fixture) -> u64 {
    let head = fixture.store.stream_head(&fixture.plant.party, fixture.gate.device());
    head.expect("read").map_or(0, |head| head.acked_through)
}

/// Registrations that don't depend on each other, as they leave the gate.
fn registrations(fixture: &mut Fixture, count: usize) -> Vec<Signed> {
    (0..count).map(|_| fixture.write(batch_register("zn-conc", "yard", Some("10")))).collect()
}

on_both! {
    fn entries_become_rows(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let register = fixture.write(batch_register("zn-conc", "yard", None));
        let weigh = fixture.write(batch_weigh(register.id(), "32450"));
        let results = fixture.send(&[register.clone(), weigh.clone()]);
        assert_clean(&results);
        let party = &fixture.plant.party;
        let batch = fixture.store.batch(party, register.id().into()).expect("read").expect("there");
        assert_eq!(batch.state, BatchState::Open);
        assert_eq!(batch.left.expect("weighed").0.to_string(), "32450000");
        let head = fixture.store.stream_head(party, fixture.gate.device()).expect("read");
        let head = head.expect("wrote");
        assert_eq!((head.epoch, head.acked_through, head.head), (1, 2, weigh.leaf));
        let again = fixture.send(&[register.clone(), weigh]);
        assert_eq!(again, results, "the same bytes get the same answer");
        let history = fixture.store.history(party, &Object::Batch(register.id().into()));
        let kinds: Vec<_> = history.expect("read").into_iter().map(|view| view.kind).collect();
        assert_eq!(kinds, ["batch.register", "batch.weigh"]);
        let report = fixture.store.check(|_, _| {}).expect("read");
        assert_eq!((report.findings.len(), report.entries), (0, stored_index(&results[1]) + 1));
    }

    fn duplicates_within_one_upload_count_once(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entries = registrations(&mut fixture, 3);
        let twice: Vec<Signed> = entries.iter().chain(&entries).cloned().collect();
        let results = fixture.send(&twice);
        assert_eq!(results[..3], results[3..]);
        assert_eq!(acked(&fixture), 3);
        assert_sound(&fixture);
    }

    fn a_gap_waits_for_what_is_missing(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entries = registrations(&mut fixture, 4);
        assert_clean(&fixture.send(&entries[..1]));
        let waiting = EntryResult::Waiting { expected_dseq: 2 };
        assert_eq!(fixture.send(&entries[2..]), [waiting.clone(), waiting]);
        assert_eq!(acked(&fixture), 1);
        assert_clean(&fixture.send(&entries[1..]));
        assert_eq!(acked(&fixture), 4);
        assert_sound(&fixture);
    }

    fn other_bytes_under_a_number_are_a_fork(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let mut clone = fixture.gate.clone();
        let other_ids = fixture.clock.now();
        for _ in 0..9 {
            clone.draw_id(&other_ids);
        }
        let entries = registrations(&mut fixture, 2);
        assert_clean(&fixture.send(&entries));
        let at = fixture.clock.now();
        let first = clone.write(batch_register("dust", "yard", Some("7")), &at);
        let forks: Vec<Signed> =
            (0..3).map(|_| clone.write(batch_register("dust", "yard", Some("8")), &at)).collect();
        let forked = EntryResult::Forked { leaf: first.leaf, stored: entries[0].leaf };
        let result = fixture.send(std::slice::from_ref(&first));
        assert_eq!(result, [forked]);
        assert_eq!(fixture.send(&[first]), result, "and again");
        // What follows on the fork must not push the true stream aside.
        let results = fixture.send(&forks);
        let stored = entries[1].leaf;
        assert_eq!(results[0], EntryResult::Forked { leaf: forks[0].leaf, stored });
        assert_eq!(results[1..], [3, 3].map(|_| EntryResult::Waiting { expected_dseq: 3 }));
        assert_eq!(acked(&fixture), 2);
        let next = registrations(&mut fixture, 1);
        assert_clean(&fixture.send(&next));
        assert_sound(&fixture);
        let report = fixture.store.check(|_, _| {}).expect("read");
        assert_eq!(report.evidence, 2);
    }

    fn other_bytes_under_an_id_are_a_fork(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entries = registrations(&mut fixture, 1);
        assert_clean(&fixture.send(&entries));
        let at = fixture.clock.now();
        let body = batch_register("dust", "yard", Some("7"));
        let other = fixture.gate.write_as(entries[0].id(), body, &at);
        let forked = EntryResult::Forked { leaf: other.leaf, stored: entries[0].leaf };
        assert_eq!(fixture.send(&[other]), [forked]);
        assert_eq!(acked(&fixture), 1);
        assert_sound(&fixture);
    }

    fn refused_entries_keep_their_number(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let good = registrations(&mut fixture, 1);
        // A kind that the role may not sign, a body without form, bytes that are no envelope.
        let mut lab = fixture.gate.clone();
        let revoke = KeyRevoke {
            device: fixture.gate.device().clone(),
            key: fixture.gate.key(),
            reason: "by itself".to_owned(),
        };
        let at = fixture.clock.advance(1_000_000);
        let not_allowed = lab.write(revoke, &at);
        let formless = Body::Unknown {
            kind: "batch.weigh".to_owned(),
            body: serde_json::json!({"batch": good[0].id().to_string()}),
        };
        let formless = lab.write(formless, &at);
        let mut garbage = lab.write(batch_register("dust", "yard", None), &at);
        garbage.bytes = b"\x00not an envelope".to_vec();
        garbage.leaf = Hash::leaf(&garbage.bytes);
        lab.prev = garbage.leaf;
        lab.prev = Hash::ZERO;
        let broken_chain = lab.write(batch_register("dust", "yard", None), &at);
        let last = lab.write(batch_register("dust", "yard", Some("3")), &at);
        let sent = [good[0].clone(), not_allowed, formless, garbage, broken_chain, last];
        let results = fixture.send(&sent);
        let codes: Vec<&str> = results
            .iter()
            .map(|result| match result {
                EntryResult::Stored { .. } => "stored",
                EntryResult::Refused { code, .. } => code,
                other => panic!("{other:?}"),
            })
            .collect();
        let expected = [
            ErrorCode::KindNotAllowed,
            ErrorCode::EntryForm,
            ErrorCode::EnvelopeForm,
            ErrorCode::BadPrev,
        ];
        assert_eq!(codes[0], "stored");
        assert_eq!(codes[1..5], expected.map(ErrorCode::code));
        assert_eq!(codes[5], "stored", "the chain goes on over what was refused");
        assert_eq!(acked(&fixture), 6);
        assert_eq!(fixture.send(&sent), results, "each again gets its first answer");
        let report = fixture.store.check(|_, _| {}).expect("read");
        assert_eq!((report.findings.len(), report.evidence), (0, 4));
    }

    fn refused_entries_are_the_same_one_by_one(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let first = registrations(&mut fixture, 1);
        assert_clean(&fixture.send(&first));
        fixture.gate.prev = Hash::ZERO;
        let broken = registrations(&mut fixture, 1);
        let result = fixture.send(&broken);
        assert!(matches!(&result[0], EntryResult::Refused { code, .. } if code == "bad-prev"));
        // The device goes on from the bytes that it wrote.
        let next = registrations(&mut fixture, 1);
        assert_clean(&fixture.send(&next));
        assert_sound(&fixture);
    }

    fn a_new_epoch_opens_by_naming_the_old_one(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entries = registrations(&mut fixture, 2);
        assert_clean(&fixture.send(&entries));
        let mut replaced = fixture.gate.clone();
        (replaced.epoch, replaced.dseq, replaced.prev) = (2, 1, Hash::ZERO);
        let at = fixture.clock.advance(1_000_000);
        let open = EpochOpen {
            old_epoch: 1,
            old_dseq: 2,
            old_head: entries[1].leaf,
            reason: EpochReason::Replaced,
        };
        let open = replaced.write(open, &at);
        let next = replaced.write(batch_register("dust", "yard", Some("1")), &at);
        assert_clean(&fixture.send(&[open, next]));
        let mut rash = replaced;
        (rash.epoch, rash.dseq, rash.prev) = (3, 1, Hash::ZERO);
        let unopened = rash.write(batch_register("dust", "yard", Some("2")), &at);
        let results = fixture.send(&[unopened]);
        assert!(matches!(&results[0], EntryResult::Refused { code, .. } if code == "bad-prev"));
        let head = fixture.store.stream_head(&fixture.plant.party, fixture.gate.device());
        assert_eq!(head.expect("read").expect("wrote").epoch, 3);
        assert_sound(&fixture);
    }

    fn a_device_corrects_what_its_role_may_sign_and_nothing_else(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let register = fixture.write(batch_register("dust", "yard", None));
        let weigh = fixture.write(batch_weigh(register.id(), "20000"));
        let correction = |target: EntryRef, body: Option<Body>| Supersede {
            target,
            reason: "the ticket was edited".to_owned(),
            approved_by: "u-7".parse().expect("a name"),
            replacement: body.map(|body| body.to_value()),
        };
        let edited = batch_weigh(register.id(), "20050");
        let supersede = fixture.write(correction(weigh.reference(), Some(edited.into())));
        assert_clean(&fixture.send(&[register.clone(), weigh.clone(), supersede]));
        let wet = |fixture: &Fixture| {
            let batch = fixture.store.batch(&party, register.id().into()).expect("read");
            batch.expect("there").wet.expect("weighed").0.to_string()
        };
        assert_eq!(wet(&fixture), "20050000");

        let master = fixture.store.masters(&party).expect("read").remove(0).entry;
        let master = fixture.store.entry(&party, master).expect("read").expect("there");
        let head = &master.view.entry.head;
        let reference = EntryRef { id: head.id, hash: Hash::leaf(&master.bytes) };
        let foreign = fixture.write(correction(reference, None));
        let mut lab = Writer::new(&party, "lab-1");
        fixture.own(&party, lab.enrolment(KeyRole::Lab, &fixture.plant.site));
        let at = fixture.clock.advance(1_000_000);
        let beside = lab.write(correction(weigh.reference(), None), &at);
        let beside =
            submission(&fixture.store, &party, lab.device(), &beside.bytes, at.micros());
        let mut results = fixture.send(&[foreign]);
        results.extend(fixture.store.append(vec![beside]).expect("kept"));
        for (result, kind) in results.iter().zip(["master.put", "batch.weigh"]) {
            let EntryResult::Refused { code, detail, .. } = result else { panic!("{result:?}") };
            assert!(code == "kind-not-allowed" && detail.contains(kind), "{code}: {detail}");
        }
        assert_eq!(wet(&fixture), "20050000");
        assert_sound(&fixture);
    }

    fn what_a_revoked_key_signs_is_suspect(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entries = registrations(&mut fixture, 2);
        let party = fixture.plant.party.clone();
        // Verified before the revocation, written after it.
        let received = fixture.clock.micros();
        let early = fixture.submission(&entries[0], received);
        let revoke = KeyRevoke {
            device: fixture.gate.device().clone(),
            key: fixture.gate.key(),
            reason: "stolen".to_owned(),
        };
        assert_clean(&[fixture.own(&party, revoke)]);
        let mut results = fixture.store.append(vec![early]).expect("stored");
        results.extend(fixture.send(&entries[1..]));
        for (entry, result) in entries.iter().zip(&results) {
            let EntryResult::Stored { verdicts, .. } = result else { panic!("{result:?}") };
            assert!(verdicts.contains(&Verdict::Suspect.code().to_owned()), "{verdicts:?}");
            let row = fixture.store.batch(&party, entry.id().into()).expect("read");
            assert!(row.is_none(), "suspect entries are in no book");
        }
    }

    fn late_and_future_entries_are_flagged_not_refused(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let entries = registrations(&mut fixture, 2);
        let now = fixture.clock.micros();
        let submissions = vec![
            fixture.submission(&entries[0], now + 10 * DAY_MICROS),
            fixture.submission(&entries[1], now - DAY_MICROS),
        ];
        let results = fixture.store.append(submissions).expect("stored");
        let verdicts = |result: &EntryResult| match result {
            EntryResult::Stored { verdicts, .. } => verdicts.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(verdicts(&results[0]), ["late"]);
        assert_eq!(verdicts(&results[1]), ["future_time"]);
        let stored = fixture.store.entry(&fixture.plant.party, entries[1].id()).expect("read");
        assert_eq!(stored.expect("there").view.verdicts, [Verdict::FutureTime]);
    }

    fn logs_do_not_mix(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let other = Plant::smelter("hc-mine");
        fixture.open(&other);
        let entries = registrations(&mut fixture, 1);
        // The other party does not know this device's key.
        let device = fixture.gate.device();
        let received = fixture.clock.micros();
        let wrong =
            submission(&fixture.store, &other.party, device, &entries[0].bytes, received);
        let results = fixture.store.append(vec![wrong]).expect("kept");
        assert!(matches!(&results[0], EntryResult::Refused { code, .. } if code == "unknown-key"));
        let enrol = fixture.gate.enrolment(KeyRole::Plant, &other.site);
        fixture.own(&other.party, enrol);
        let mut stranger = registrations(&mut fixture, 1);
        let stranger = stranger.remove(0);
        let device = fixture.gate.device();
        let wrong = submission(&fixture.store, &other.party, device, &stranger.bytes, received);
        let results = fixture.store.append(vec![wrong]).expect("kept");
        assert!(matches!(&results[0], EntryResult::Refused { code, .. } if code == "wrong-log"));
        assert_clean(&fixture.send(&[entries[0].clone(), stranger]));
        assert_sound(&fixture);
        assert_eq!(fixture.store.batches(&other.party, &Default::default(), crate::Page::FIRST)
            .expect("read").total, 0);
    }

    fn unknown_logs_and_signers_are_errors_for_their_caller_alone(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let nobody = "nobody".parse().expect("a name");
        assert!(matches!(fixture.store.key_book(&nobody), Err(StoreError::NoLog(_))));
        let at = fixture.clock.now();
        let draft = crate::Draft {
            party: nobody,
            id: fixture.ids.entry(at.micros()),
            body: batch_register("dust", "yard", None).into(),
            operator: None,
            observed_at: at.clone(),
            attest: None,
        };
        let own = vec![crate::Submission::Own(Box::new(draft), at.micros())];
        assert!(matches!(fixture.store.append(own), Err(StoreError::NoLog(_))));
        let key = fixture.gate.signer().clone();
        fixture.store.add_signer(&fixture.plant.party, key);
        let party = fixture.plant.party.clone();
        let draft = crate::Draft {
            party,
            id: fixture.ids.entry(at.micros()),
            body: batch_register("dust", "yard", None).into(),
            operator: None,
            observed_at: at.clone(),
            attest: None,
        };
        let own = vec![crate::Submission::Own(Box::new(draft), at.micros())];
        assert!(matches!(fixture.store.append(own), Err(StoreError::WrongSigner { .. })));
        let opened_again = fixture.store.open_log(
            &fixture.plant.log_open(fixture.gate.key()),
            fixture.ids.entry(at.micros()),
            &at,
            at.micros(),
        );
        assert!(matches!(opened_again, Err(StoreError::LogExists(_))));
        assert_sound(&fixture);
    }
}
