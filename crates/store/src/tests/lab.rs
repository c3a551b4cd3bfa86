//! Approved plans and submission sheets: rows, lists, facts, made anew the same.

use serde_json::json;
use tl_domain::event::{Body, SampleSubmit};
use tl_domain::time::{DAY_MICROS, MicrosSpan};
use tl_testkit::{analysed, assay_report, batch_register, sample_of_batch};

use tl_domain::event::EntryRef;
use tl_domain::ids::EntryId;
use tl_testkit::Backend;
use tl_wire::device::EntryResult;

use super::{Fixture, assert_clean, on_both};
use crate::Page;

fn plan(days: u32) -> Body {
    let item = json!({"item": "a", "material": "zn-conc", "frequency": "each_batch",
        "analyte": "Tl", "basis": {"standard": "内控"}, "term_days": days});
    let record = json!({"what": "assay_plan", "id": "plan", "name": "计划", "site": "main",
        "drafted_by": "u-1", "valid_from": "2026-01-01T00:00:00+08:00",
        "valid_to": "2028-01-01T00:00:00+08:00", "items": [item]});
    Body::read("master.put", json!({"active": true, "record": record})).expect("a plan")
}

fn sheet(number: &str, sample: &str) -> SampleSubmit {
    serde_json::from_value(json!({"number": number, "lab_name": "外委", "analytes": ["Tl"],
        "due": "2026-12-01T00:00:00+08:00", "sampled_by": "received",
        "lines": [{"sample": sample, "seal": "F-1"}]}))
    .expect("a sheet")
}

/// Records on a page; gives the entry.
fn own(fixture: &mut Fixture, body: Body) -> EntryRef {
    let party = fixture.plant.party.clone();
    let result = fixture.own(&party, body);
    assert_clean(std::slice::from_ref(&result));
    let EntryResult::Stored { leaf, .. } = result else { panic!("stored: {result:?}") };
    let row = fixture.store.master(&party, "assay_plan", "plan").expect("read");
    EntryRef { hash: leaf, id: row.map_or(EntryId(uuid::Uuid::nil()), |row| row.entry) }
}

on_both! {
    fn plans_and_sheets_are_rows_that_a_rebuild_makes_anew(backend: Backend) {
        let mut fixture = Fixture::new(backend);
        let party = fixture.plant.party.clone();
        let batch = fixture.write(batch_register("zn-conc", "yard", Some("1000")));
        let sample = fixture.write(sample_of_batch(batch.id()));
        let report = fixture.write(assay_report(sample.id(), vec![analysed("Tl", "30")]));
        let first = fixture.write(sheet("SY-1", &sample.id().to_string()));
        let second = fixture.write(sheet("SY-2", &sample.id().to_string()));
        let sent = [batch, sample, report, first.clone(), second];
        assert_clean(&fixture.send(&sent));
        own(&mut fixture, plan(10));
        assert_eq!(fixture.store.plans(&party).expect("plans"), [], "a draft binds nobody");
        let draft = own(&mut fixture, plan(12));
        let approve = json!({"plan": "plan", "decision": "accept", "approved_by": "u-2",
            "target": {"id": draft.id.to_string(), "hash": draft.hash.to_string()}});
        own(&mut fixture, Body::read("plan.approve", approve).expect("an approval"));
        let plans = fixture.store.plans(&party).expect("plans");
        assert_eq!(plans.len(), 1);
        assert_eq!(plans[0].approved[0].entry, draft.id);
        let sheets = fixture.store.submissions(&party, Page { offset: 0, limit: 1 });
        let sheets = sheets.expect("sheets");
        assert_eq!((sheets.rows[0].number.as_str(), sheets.total), ("SY-2", 2));
        let found = fixture.store.submission(&party, first.id()).expect("a sheet");
        assert_eq!(found.expect("there").lines[0].seal.as_deref(), Some("F-1"));
        let at = fixture.clock.micros();
        let span = MicrosSpan { from: at - DAY_MICROS, to: at + DAY_MICROS };
        let facts = fixture.store.plan_facts(&party, span).expect("facts");
        let counts = (facts.batches.len(), facts.samples.len(), facts.assays.len());
        assert_eq!((counts, facts.submissions.len()), ((1, 1, 1), 2));
        let later = MicrosSpan { from: at + 40 * DAY_MICROS, to: at + 41 * DAY_MICROS };
        let none = fixture.store.plan_facts(&party, later).expect("facts");
        assert!(none.batches.is_empty() && none.samples.is_empty() && none.submissions.is_empty());
        let before = fixture.store.dump_projections().expect("read");
        fixture.store.rebuild(|_, _| {}).expect("rebuilt");
        let after = fixture.store.dump_projections().expect("read");
        assert_eq!(before, after, "made anew, the same");
        assert!(before.iter().any(|line| line.contains("SY-1")), "the sheets are among them");
    }
}
