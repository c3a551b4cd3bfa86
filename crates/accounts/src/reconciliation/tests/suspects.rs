//! Leaks at nodes and gross errors of measurements: found where they are.

use super::super::*;
use super::books::solid;
use super::of_unit;
use super::plants::{chain, mixer};

#[test]
fn a_leak_is_found_at_its_node() {
    let mut plant = chain();
    for (id, content) in [("in", "20"), ("s1", "20"), ("s2", "14"), ("out", "14")] {
        plant.flow(id, 0, "100", solid(id, content, "1"));
    }
    let result = plant.reconciled(1);
    let leak = |unit: &str| of_unit(&result, unit, 1, Quantity::Substance).leak.expect("tested");
    assert!(leak("n2").suspect, "{:?}", leak("n2"));
    assert!(leak("n2").z > leak("n1").z && leak("n2").z > leak("n3").z);
    let raw = |unit: &str| of_unit(&result, unit, 1, Quantity::Substance).raw.clone();
    assert_eq!(raw("n2").unaccounted.expect("whole").as_str(), "0.6");
    assert_eq!(raw("n1").unaccounted.expect("whole").as_str(), "0");
    assert_eq!(result.global.expect("a test").passes, Some(false));
    let mass = |unit: &str| of_unit(&result, unit, 1, Quantity::Mass).leak.expect("tested");
    assert!(["n1", "n2", "n3"].iter().all(|unit| !mass(unit).suspect));
}

#[test]
fn a_leak_that_lasts_shows_over_all_months_together() {
    let mut plant = chain();
    let ways = [("in", "20"), ("s1", "20"), ("s2", "19.5"), ("out", "19.5")];
    for (month, (id, content)) in (0..3).flat_map(|month| ways.map(|way| (month, way))) {
        // Each month has errors of its own, so that months add up.
        let own = format!("{id} {month}");
        plant.flow(id, month, "100", solid(&own, content, "0.5"));
    }
    let result = plant.reconciled(3);
    let n2 = |period: Option<u32>| {
        let is = |b: &&BalanceResult| {
            b.of == Of::Unit("n2".to_owned())
                && b.period == period
                && b.quantity == Quantity::Substance
        };
        result.balances.iter().find(is).and_then(|b| b.leak).expect("tested")
    };
    let most = (1..=3).map(|period| n2(Some(period)).z).fold(0.0, f64::max);
    assert!(n2(None).z > most, "{:?} against {most}", n2(None));
}

#[test]
fn a_stream_that_was_not_measured_in_one_month_has_no_sum_over_all() {
    let mut plant = mixer();
    for month in [0, 1] {
        plant.flow("a", month, "60", solid("a", "10", "1"));
        plant.flow("c", month, "100", solid("c", "18", "1"));
    }
    plant.flow("b", 0, "40", solid("b", "30", "1"));
    let result = plant.reconciled(2);
    let whole = result.balances.iter().find(|b| {
        b.of == Of::Unit("mix".to_owned()) && b.period.is_none() && b.quantity == Quantity::Mass
    });
    let whole = whole.expect("over both");
    assert_eq!((whole.leak, whole.raw.missing.len()), (None, 1));
    assert!(of_unit(&result, "mix", 1, Quantity::Mass).leak.is_some());
}

#[test]
fn a_gross_error_is_among_the_suspects_and_goes_first() {
    let mut plant = mixer();
    plant.stream("d", None, Some("mix"), "ore");
    plant.flow("a", 0, "60", solid("a", "10", "1"));
    plant.flow("b", 0, "40", solid("b", "30", "1"));
    // A decimal point of the laboratory in the wrong place.
    plant.flow("c", 0, "105", solid("c", "172", "1"));
    plant.flow("d", 0, "5", solid("d", "12", "1"));
    let tests = plant.reconciled(1).tests.expect("tests");
    let bad = Named { line: "c mix>outside @1".to_owned(), quantity: Quantity::Substance };
    assert!(tests.suspects.contains(&bad), "{:?}", tests.suspects);
    let removals = tests.removals.expect("done");
    assert!(removals[0].suspects.contains(&bad), "{removals:?}");
    assert_eq!(tests.after.expect("solved").passes, Some(true));
}
