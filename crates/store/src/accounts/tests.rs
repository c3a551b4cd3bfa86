//! Who is due after which change, and what is kept.

use tl_domain::event::{StockTake, Supersede};
use tl_domain::ids::Analyte;
use tl_domain::time::{Micros, Moment};
use tl_testkit::{Backend, analysed, assay_report, batch_register, sample_of_batch};

use super::{AreaPeriods, Due, EVERYTHING, PeriodDoc, STATE_ONLY, StatesOf};
use crate::tests::{Fixture, assert_clean, on_both};

impl Fixture {
    fn due(&self) -> Option<Due> {
        let due = self.store.accounts_due().expect("read");
        due.into_iter().find(|due| due.party == self.plant.party)
    }

    /// Answers what is due with nothing, so that the next change stands alone.
    fn answer(&self) {
        let due = self.due().expect("something is due");
        assert!(self.store.keep_accounts(&due, &thallium(), &[], 0).expect("kept"));
        assert_eq!(self.due(), None);
    }
}

fn thallium() -> Analyte {
    "Tl".parse().expect("a substance")
}

fn area(from: Micros, ends: &[Micros]) -> AreaPeriods {
    let period = |end: &Micros| PeriodDoc { since: end - 10, until: *end, doc: format!("p{end}") };
    AreaPeriods {
        area: "enterprise".to_owned(),
        from,
        periods: ends.iter().map(period).collect(),
        state: format!("{ends:?}"),
        alarms: ends.iter().map(|end| (*end, "muf".to_owned(), "loss".to_owned())).collect(),
    }
}

on_both! {
    fn a_change_marks_the_moment_that_it_touches(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        assert_eq!(fixture.due().expect("masters were put").since, EVERYTHING);
        fixture.answer();

        let arrived = fixture.write(batch_register("zn-conc", "yard", Some("1000")));
        assert_clean(&fixture.send(std::slice::from_ref(&arrived)));
        let at = fixture.due().expect("a flow came").since;
        assert_eq!(at, fixture.clock.micros());
        fixture.answer();

        // A sample and its assay, days later: the batch's flow gets another value.
        fixture.clock.advance(5 * 86_400_000_000);
        let sample = fixture.write(sample_of_batch(arrived.id()));
        fixture.send(std::slice::from_ref(&sample));
        let report = assay_report(sample.id(), vec![analysed("Tl", "12")]);
        let report = fixture.write(report);
        fixture.send(std::slice::from_ref(&report));
        assert_eq!(fixture.due().expect("an assay came").since, at);
        fixture.answer();

        // Corrections touch what was there as well as what is there now.
        let later = fixture.clock.now();
        let node = "yard".parse().expect("a node");
        let first = StockTake {
            node,
            at: Moment::from_micros(at, 8 * 3600).expect("a moment"),
            lines: vec![],
            witness: None,
            blobs: vec![],
        };
        let moved = StockTake { at: later, ..first.clone() };
        let first = fixture.write(first);
        fixture.send(std::slice::from_ref(&first));
        fixture.answer();
        fixture.store.shared.write(|_, engine| {
            engine.forget_logs();
            Ok(())
        })
        .expect("nothing was written");
        let moved = serde_json::to_value(moved).expect("JSON");
        let correction = fixture.write(Supersede {
            target: first.reference(),
            reason: "wrong day".to_owned(),
            approved_by: "u-1".parse().expect("an operator"),
            replacement: Some(moved),
        });
        fixture.send(&[correction]);
        assert_eq!(fixture.due().expect("a take moved").since, at);
    }

    fn an_answer_to_an_older_state_is_not_kept(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let old = fixture.due().expect("masters were put");
        let arrived = fixture.write(batch_register("zn-conc", "yard", Some("1000")));
        fixture.send(&[arrived]);
        let kept = fixture.store.keep_accounts(&old, &thallium(), &[area(0, &[10])], 1);
        assert!(!kept.expect("asked"));
        let all = StatesOf::Area("enterprise");
        assert!(fixture.store.account_states(&thallium(), &all).expect("read").is_empty());
        assert!(fixture.due().is_some_and(|due| due.generation > old.generation));
    }

    fn periods_are_replaced_from_a_moment_on(backend: Backend) {
        let fixture = Fixture::new(backend);
        let (store, party) = (&fixture.store, &fixture.plant.party);
        let keep = |area: AreaPeriods, now: Micros| {
            store.accounts_restate(std::slice::from_ref(party)).expect("marked");
            let due = fixture.due().expect("due");
            assert!(store.keep_accounts(&due, &thallium(), &[area], now).expect("kept"));
        };
        keep(area(EVERYTHING, &[10, 20, 30]), 100);
        keep(area(20, &[40]), 200);
        let periods = store.account_periods(party, "enterprise", &thallium()).expect("read");
        let ends: Vec<_> = periods.iter().map(|period| period.until).collect();
        assert_eq!(ends, [10, 20, 40]);
        // An alarm keeps the moment at which it was first seen, also when its period is no more.
        keep(area(EVERYTHING, &[10]), 300);
        let seen = store.alarms_seen(party, "enterprise", &thallium()).expect("read");
        let seen: Vec<_> = seen.iter().map(|seen| (seen.until, seen.first_seen)).collect();
        assert_eq!(seen, [(10, 100), (20, 100), (30, 100), (40, 200)]);
        let state = store.account_states(&thallium(), &StatesOf::Party(party)).expect("read");
        assert_eq!((state[0].computed_at, state[0].doc.as_str()), (300, "[10]"));
        // An area that is no more is forgotten.
        store.accounts_restate(std::slice::from_ref(party)).expect("marked");
        let due = fixture.due().expect("due");
        assert_eq!(due.since, STATE_ONLY);
        store.keep_accounts(&due, &thallium(), &[], 400).expect("kept");
        assert!(store.account_periods(party, "enterprise", &thallium()).expect("read").is_empty());
    }
}
