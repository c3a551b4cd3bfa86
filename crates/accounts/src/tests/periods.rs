//! Where periods begin and end.

use proptest::prelude::*;
use tl_domain::balance::Scope;
use tl_domain::time::{DAY_MICROS, MicrosSpan};

use super::{arrival, at, books, later, take};
use crate::periods::{self, Ends};

const NOW: &str = "2026-12-31T00:00:00+08:00";

#[test]
fn a_period_runs_between_takes_of_all_nodes_with_stock() {
    let first = at("2026-09-26T08:00:00+08:00");
    let mut records = books(&["yard", "roast"]);
    records.takes = vec![
        take(1, "yard", first, Some("5")),
        take(2, "roast", first, Some("5")),
        // October: the roaster was forgotten.
        take(3, "yard", later(first, 30), Some("5")),
        take(4, "yard", later(first, 61), Some("5")),
        take(5, "roast", later(first, 61), Some("5")),
    ];
    let found = periods::of(&records, &Scope::Enterprise, at(NOW));
    assert_eq!(found.ends, Ends::StockTakes);
    assert_eq!(found.spans, [MicrosSpan { from: first, to: later(first, 61) }]);
    // The yard alone has all of its takes.
    let yard = Scope::Node("yard".parse().expect("id"));
    assert_eq!(periods::of(&records, &yard, at(NOW)).spans.len(), 2);
    // A take that lies ahead of the moment asked about ends nothing.
    let before = periods::of(&records, &yard, later(first, 40));
    assert_eq!(before.spans, [MicrosSpan { from: first, to: later(first, 30) }]);
}

#[test]
fn a_node_found_empty_needs_no_take_until_something_comes() {
    let first = at("2026-09-26T08:00:00+08:00");
    let mut records = books(&["yard", "shed"]);
    let yard = |n: u128, days| take(n, "yard", later(first, days), Some("5"));
    records.takes = vec![yard(1, 0), yard(2, 30), yard(3, 60), take(4, "shed", first, None)];
    let ends = |records: &_| periods::of(records, &Scope::Enterprise, at(NOW)).spans.len();
    assert_eq!(ends(&records), 2);
    records.flows = vec![arrival(9, "shed", later(first, 45))];
    assert_eq!(ends(&records), 1, "since the arrival nobody looked into the shed");
}

#[test]
fn without_takes_the_months_of_the_site_count() {
    let mut records = books(&["yard"]);
    records.flows = vec![
        arrival(1, "yard", at("2026-09-30T12:00:00+08:00")),
        arrival(2, "yard", at("2026-11-03T12:00:00+08:00")),
    ];
    let found = periods::of(&records, &Scope::Enterprise, at("2026-12-01T00:00:00+08:00"));
    assert_eq!(found.ends, Ends::Months);
    let close = |month: u32| at(&format!("2026-{month:02}-26T08:00:00+08:00"));
    let expected = [
        MicrosSpan { from: close(9), to: close(10) },
        MicrosSpan { from: close(10), to: close(11) },
    ];
    assert_eq!(found.spans, expected);
    assert!(periods::of(&books(&["yard"]), &Scope::Enterprise, at(NOW)).spans.is_empty());
}

proptest! {
    /// Whatever was taken when, periods adjoin, are in order, and end at takes.
    #[test]
    fn periods_adjoin(days in prop::collection::vec((0_i64..400, 0_usize..3), 0..40)) {
        let first = at("2025-09-26T08:00:00+08:00");
        let nodes = ["yard", "roast", "leach"];
        let mut records = books(&nodes);
        records.takes = days
            .iter()
            .zip(1_u128..)
            .map(|((day, node), n)| take(n, nodes[*node], later(first, *day), Some("1")))
            .collect();
        let found = periods::of(&records, &Scope::Enterprise, first + 500 * DAY_MICROS);
        for pair in found.spans.windows(2) {
            prop_assert_eq!(pair[0].to, pair[1].from);
        }
        for span in &found.spans {
            prop_assert!(span.from < span.to);
            if found.ends == Ends::StockTakes {
                prop_assert!(records.takes.iter().any(|take| take.at == span.to));
            }
        }
    }
}
