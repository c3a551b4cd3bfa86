//! From bytes to rows: numbering, duplicates, gaps, forks, refusals.

use tl_domain::project::BatchState;
use tl_testkit::{Backend, batch_register, batch_weigh};
use tl_wire::device::EntryResult;

use super::{Fixture, assert_clean, on_both};

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
        let again = fixture.send(&[register, weigh]);
        assert_eq!(again, results, "the same bytes get the same answer");
        let report = fixture.store.check(|_, _| {}).expect("read");
        assert_eq!(report.findings, []);
        let EntryResult::Stored { index, .. } = results[1] else { panic!("stored") };
        assert_eq!(report.entries, index + 1);
    }
}
