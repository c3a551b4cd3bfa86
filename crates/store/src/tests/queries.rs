//! What screens and the balance read.

use tl_domain::event::{
    BlobRef, Body, Decision, DispatchLine, EntryRef, HandoverDispatch, HandoverKind,
    HandoverReceive, KeyRole, Location, ReceiveLine, StockLine, StockMethod, StockTake, Supersede,
    TicketRef,
};
use tl_domain::ids::PartyId;
use tl_domain::project::{BatchState, FlowKind, Object, Verdict};
use tl_domain::time::{HOUR_MICROS, MicrosSpan};
use tl_ledger::Hash;
use tl_testkit::{
    Backend, Plant, Writer, analysed, assay_report, batch_register, batch_register_coded,
    batch_weigh, code, flow_report, kilograms, part, run_close, run_start, sample_of_batch,
    sample_of_stream,
};

use super::{Fixture, assert_clean, on_both, submission};
use crate::{BatchFilter, Page, StoreError};

const FIRST_TWO: Page = Page { offset: 0, limit: 2 };

fn text(text: &str) -> BatchFilter {
    BatchFilter { text: Some(text.to_owned()), ..BatchFilter::default() }
}

fn dispatch(label: u64, to: Option<&PartyId>) -> HandoverDispatch {
    HandoverDispatch {
        code: code(label),
        kind: HandoverKind::Delivery,
        manifest_number: None,
        from: "yard".parse().expect("a node"),
        to: to.cloned(),
        carrier: None,
        lines: vec![DispatchLine {
            line: 1,
            material: "zn-conc".parse().expect("a material"),
            portion: None,
            place: Some("pile-1".parse().expect("a place")),
            mass: kilograms("1000"),
            moisture: None,
            contents: vec![],
            waste_code: None,
            containers: None,
            uncertainty: vec![],
        }],
        blobs: vec![],
    }
}

fn receive(label: u64, from: &PartyId, dispatch: Option<EntryRef>) -> HandoverReceive {
    HandoverReceive {
        code: code(label),
        from: from.clone(),
        dispatch,
        location: Location { node: "yard".parse().expect("a node"), place: None },
        decision: Decision::Accept,
        reason: None,
        lines: vec![ReceiveLine {
            line: 1,
            mass: kilograms("990"),
            refused: None,
            material: Some("zn-conc".parse().expect("a material")),
            batch: None,
            uncertainty: vec![],
        }],
        raw: None,
        blobs: vec![],
    }
}

on_both! {
    fn batches_are_found_by_what_people_know_of_them(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let labelled =
            fixture.write(batch_register_coded("zn-conc", "yard", Some("10"), &code(7)));
        let mut ticketed = batch_register("dust", "roast", Some("20"));
        let number = "BD_2026%0001".to_owned();
        ticketed.ticket = Some(TicketRef { number, software: "gate".to_owned() });
        let ticketed = fixture.write(ticketed);
        let plain = fixture.write(batch_register("zn-conc", "yard", Some("30")));
        let run = fixture.write(run_start("roast", vec![tl_testkit::whole(plain.id())]));
        assert_clean(&fixture.send(&[labelled.clone(), ticketed.clone(), plain.clone(), run]));
        let found = |filter: &BatchFilter| -> Vec<_> {
            let page = fixture.store.batches(&party, filter, Page::FIRST).expect("read");
            assert_eq!(page.total, page.rows.len() as u64);
            page.rows.into_iter().map(|row| row.id.entry()).collect()
        };
        assert_eq!(found(&BatchFilter::default()), [plain.id(), ticketed.id(), labelled.id()]);
        assert_eq!(found(&text(&code(7).display().to_lowercase())), [labelled.id()]);
        assert_eq!(found(&text("bd_2026%")), [ticketed.id()]);
        assert_eq!(found(&text("bd_%01")), [], "signs of LIKE mean themselves");
        assert_eq!(found(&text("ZN-C")), [plain.id(), labelled.id()]);
        assert_eq!(found(&text(&plain.id().to_string())), [plain.id()]);
        let closed = BatchFilter { state: Some(BatchState::Closed), ..BatchFilter::default() };
        assert_eq!(found(&closed), [plain.id()]);
        let node = BatchFilter { node: "roast".parse().ok(), ..text("dust") };
        assert_eq!(found(&node), [ticketed.id()]);
        let page = fixture.store.batches(&party, &BatchFilter::default(), FIRST_TWO);
        let page = page.expect("read");
        assert_eq!((page.rows.len(), page.total), (2, 3));
        let by_code = fixture.store.batch_by_code(&party, &code(7)).expect("read");
        assert_eq!(by_code.expect("there").id, labelled.id().into());
        let owner = fixture.store.code(&party, &code(7)).expect("read").expect("claimed").owner;
        assert_eq!(owner, labelled.id());
        assert!(fixture.store.batch_by_code(&party, &code(8)).expect("read").is_none());
    }

    fn runs_flows_samples_and_assays_are_found(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let batch = fixture.write(batch_register("zn-conc", "yard", Some("1000")));
        let run = fixture.write(run_start("roast", vec![part(batch.id(), "400")]));
        let output = fixture.write(batch_register("calcine", "roast", None));
        let close = fixture.write(run_close(run.id(), &[(output.id(), "350")]));
        let mut take = sample_of_batch(batch.id());
        take.lab_name = Some("样-1".to_owned());
        take.code = Some(code(40));
        let sample = fixture.write(take);
        let assay = fixture.write(assay_report(sample.id(), vec![analysed("Tl", "20.5")]));
        let from = fixture.clock.now();
        let to = fixture.clock.advance(HOUR_MICROS);
        let flow = fixture.write(flow_report("dust", &from, &to, "70"));
        let stream = fixture.write(sample_of_stream("dust", &from, &to));
        let sent =
            [&batch, &run, &output, &close, &sample, &assay, &flow, &stream].map(Clone::clone);
        fixture.send(&sent);
        let store = &fixture.store;
        let row = store.run(&party, run.id().into()).expect("read").expect("there");
        assert_eq!((row.inputs.len(), row.outputs.len()), (1, 1));
        assert_eq!(store.runs(&party, row.node.as_ref(), Page::FIRST).expect("read").total, 1);
        let flows = store.flows_of(&party, batch.id()).expect("read");
        assert_eq!(flows.iter().map(|f| f.kind).collect::<Vec<_>>(),
            [FlowKind::Arrival, FlowKind::Consume]);
        let span = MicrosSpan { from: from.micros(), to: to.micros() };
        let within = store.flows(&party, span, None).expect("read");
        assert_eq!(within.iter().map(|f| f.owner).collect::<Vec<_>>(), [flow.id()]);
        let before = MicrosSpan { from: 0, to: span.from };
        let roast = "roast".parse().ok();
        assert!(store.flows(&party, before, roast.as_ref()).expect("read").iter().all(|f| {
            f.from.node() == roast.as_ref() || f.to.node() == roast.as_ref()
        }));
        let row = store.sample(&party, sample.id().into()).expect("read").expect("there");
        assert_eq!(row.assays, 1);
        let by_code = store.sample_by_code(&party, &code(40)).expect("read").expect("there");
        assert_eq!(by_code.id, sample.id().into());
        let named = store.samples_by_lab_name(&party, "样-1").expect("read");
        assert_eq!(named.len(), 1);
        let of_batch = store.samples_of(&party, &Object::Batch(batch.id().into())).expect("read");
        assert_eq!(of_batch, named);
        let assays = store.assays_of(&party, &Object::Batch(batch.id().into())).expect("read");
        assert_eq!(assays.iter().map(|a| a.id.entry()).collect::<Vec<_>>(), [assay.id()]);
        let of_sample = Object::Sample(sample.id().into());
        assert_eq!(store.assays_of(&party, &of_sample).expect("read"), assays);
        let dust = Object::Stream("dust".parse().expect("a stream"));
        assert_eq!(store.samples_of(&party, &dust).expect("read").len(), 1);
        assert_eq!(store.samples(&party, Page::FIRST).expect("read").total, 2);
        assert_eq!(store.assays(&party, Page::FIRST).expect("read").rows, assays);
        assert!(!store.holdings(&party).expect("read").is_empty());
        assert_eq!(store.masters(&party).expect("read").len(), fixture.plant.masters.len());
        assert!(store.master(&party, "node", "roast").expect("read").is_some());
        assert_eq!(store.keys(&party).expect("read").len(), 2);
    }

    fn a_correction_shows_on_both_entries(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let batch = fixture.write(batch_register("zn-conc", "yard", None));
        let weigh = fixture.write(batch_weigh(batch.id(), "100"));
        assert_clean(&fixture.send(&[batch.clone(), weigh.clone()]));
        let supersede = Supersede {
            target: weigh.reference(),
            reason: "typed wrong".to_owned(),
            approved_by: "boss".parse().expect("a name"),
            replacement: Some(Body::from(batch_weigh(batch.id(), "90")).to_value()),
        };
        assert_clean(&[fixture.own(&party, supersede)]);
        let history = fixture.store.history(&party, &Object::Batch(batch.id().into()));
        let history = history.expect("read");
        assert_eq!(history.len(), 3);
        assert_eq!(history[1].corrected_by, Some(history[2].id));
        assert_eq!(history[2].corrects, Some(weigh.id()));
        let row = fixture.store.batch(&party, batch.id().into()).expect("read").expect("there");
        assert_eq!(row.wet.expect("weighed").0, kilograms("90").grams());
        let stored = fixture.store.entry(&party, weigh.id()).expect("read").expect("there");
        assert_eq!(stored.bytes, weigh.bytes, "what was signed stays");
        let index = stored.view.index;
        let at = fixture.store.entry_at(&party, index).expect("read");
        assert_eq!(at, Some(stored));
        let newest = fixture.store.recent(&party, FIRST_TWO).expect("read");
        assert_eq!((newest.rows[0].kind.as_str(), newest.total), ("supersede", index + 2));
        let listed = fixture.store.entries(&party, index, 9).expect("read");
        assert_eq!(listed.len(), 2);
        assert!(fixture.store.entry_at(&party, index + 9).expect("read").is_none());
    }

    fn halves_of_a_handover_meet_whatever_comes_first(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let smelter = fixture.plant.party.clone();
        let mine = Plant::smelter("hc-mine");
        let other = Plant::smelter("hc-other");
        fixture.open(&mine);
        fixture.open(&other);
        let pairs = |fixture: &Fixture, party: &PartyId| {
            fixture.store.handovers(party, Page::FIRST).expect("read").rows
        };
        // One whose reception comes first, one that is still under way, one to nobody we know.
        fixture.own(&smelter, receive(1, &mine.party, None));
        fixture.own(&mine.party, dispatch(1, Some(&smelter)));
        fixture.own(&mine.party, dispatch(2, Some(&smelter)));
        fixture.own(&mine.party, dispatch(3, None));
        let seen = pairs(&fixture, &smelter);
        assert_eq!(seen.len(), 2);
        assert_eq!(seen, pairs(&fixture, &mine.party)[1..], "both sides see the same");
        let both = seen.iter().find(|pair| pair.code == code(1)).expect("joined");
        assert!(both.dispatch.is_some() && both.receive.is_some());
        let coming = fixture.store.expected_arrivals(&smelter).expect("read");
        assert_eq!(coming.iter().map(|pair| pair.code.clone()).collect::<Vec<_>>(), [code(2)]);
        assert_eq!(pairs(&fixture, &other.party), [], "a stranger sees nothing");
        let by_code = fixture.store.handovers_by_code(&smelter, &code(1)).expect("read");
        assert_eq!(by_code.first(), Some(both));
        assert_eq!(by_code.len(), 1);
        let not_ours = fixture.store.handovers_by_code(&smelter, &code(3)).expect("read");
        assert_eq!(not_ours, []);
    }

    fn the_balance_gets_what_it_needs_and_nothing_later(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let from = fixture.clock.now();
        let to = fixture.clock.advance(HOUR_MICROS);
        let take = StockTake {
            node: "roast".parse().expect("a node"),
            at: to.clone(),
            lines: vec![StockLine {
                material: "calcine".parse().expect("a material"),
                place: None,
                batch: None,
                method: StockMethod::Pile,
                mass: Some(kilograms("5")),
                volume: None,
                moisture: None,
                content: None,
                measured_at: None,
                uncertainty: vec![],
            }],
            witness: None,
            blobs: vec![],
        };
        let inside = fixture.write(flow_report("feed", &from, &to, "700"));
        let take = fixture.write(take);
        let end = fixture.clock.advance(HOUR_MICROS);
        let later = fixture.write(flow_report("feed", &to, &end, "1"));
        let version = fixture.store.balance_version(&party).expect("read");
        fixture.send(&[inside.clone(), take.clone(), later]);
        let grown = fixture.store.balance_version(&party).expect("read");
        assert_eq!(grown, version + 3, "each entry of the own log makes older answers stale");
        let span = MicrosSpan { from: from.micros(), to: to.micros() };
        let facts = fixture.store.balance_facts(&party, span).expect("read");
        assert_eq!(facts.flows.iter().map(|f| f.owner).collect::<Vec<_>>(), [inside.id()]);
        assert_eq!(facts.stock_takes.iter().map(|s| s.entry).collect::<Vec<_>>(), [take.id()]);
        assert_eq!(facts.masters.len(), fixture.plant.masters.len());
        let node = "roast".parse().ok();
        let takes = fixture.store.stock_takes(&party, node.as_ref(), Some(span)).expect("read");
        assert_eq!(takes, facts.stock_takes);
        let before = MicrosSpan { from: 0, to: span.to - 1 };
        assert_eq!(fixture.store.stock_takes(&party, None, Some(before)).expect("read"), []);
    }

    fn a_file_is_missing_until_its_last_byte_is_there(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let file = b"a photo of the truck";
        let name = Hash::of(file);
        let mut register = batch_register("dust", "yard", None);
        let (size, media) = (file.len() as u64, "image/jpeg".to_owned());
        register.blobs.push(BlobRef { media, name: "truck.jpg".to_owned(), sha256: name, size });
        let entry = fixture.write(register);
        fixture.send(std::slice::from_ref(&entry));
        let verdicts = |fixture: &Fixture| {
            let stored = fixture.store.entry(&party, entry.id()).expect("read").expect("there");
            stored.view.verdicts
        };
        assert_eq!(verdicts(&fixture), [Verdict::BlobMissing]);
        let now = fixture.clock.now().micros();
        let store = fixture.store.clone();
        let put = |offset: usize, piece: &[u8]| {
            let offset = offset as u64;
            store.put_blob_piece(&party, &name, size, offset, piece, now).expect("a piece")
        };
        put(0, &file[..7]);
        assert_eq!(verdicts(&fixture), [Verdict::BlobMissing], "a part is not the file");
        put(7, &file[7..]);
        assert_eq!(verdicts(&fixture), []);
    }

    fn tasks_come_and_go_with_their_cause(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let at = fixture.clock.now();
        let missing = fixture.gate.draw_id(&at);
        let weigh = fixture.write(batch_weigh(missing, "5"));
        fixture.send(&[weigh]);
        let tasks = fixture.store.tasks(&party).expect("read");
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0].object, format!("batch:{missing}"));
        let at = fixture.clock.now();
        let register = fixture.gate.write_as(missing, batch_register("dust", "yard", None), &at);
        fixture.send(&[register]);
        assert_eq!(fixture.store.tasks(&party).expect("read"), []);
    }

    fn keys_are_known_as_soon_as_they_are_enrolled(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let mut lab = Writer::new(&party, "lab-1");
        let at = fixture.clock.now();
        let early = lab.clone().write(batch_register("dust", "yard", None), &at);
        let result = submission(&fixture.store, &party, lab.device(), &early.bytes, at.micros());
        assert!(matches!(&result, crate::Submission::Refused(refused, _)
            if refused.code == tl_wire::problem::ErrorCode::UnknownKey));
        let enrol = lab.enrolment(KeyRole::Lab, &fixture.plant.site);
        assert_clean(&[fixture.own(&party, enrol)]);
        let batch = fixture.write(batch_register("dust", "yard", None));
        fixture.send(std::slice::from_ref(&batch));
        let sample = lab.write(sample_of_batch(batch.id()), &at);
        let result = submission(&fixture.store, &party, lab.device(), &sample.bytes, at.micros());
        assert_clean(&fixture.store.append(vec![result]).expect("stored"));
        assert!(matches!(fixture.store.key_book(&"nobody".parse().expect("a name")),
            Err(StoreError::NoLog(_))));
    }
}
