//! Errors that measurements share: in the raw balance by their source, as correlations beside it.

use tl_domain::balance::{Question, Scope, balance};
use tl_domain::time::MicrosSpan;

use super::super::*;
use super::books::{ENDS, micros, settings};
use super::plants::shared_plant;
use super::{line, near, of_unit, reconciled};

#[test]
fn raw_is_the_balance_of_the_books_to_the_last_digit_and_source() {
    let plant = shared_plant();
    let records = plant.records();
    let result = plant.reconciled(2);
    assert_eq!(result.status, Status::Reconciled, "{:?}", result.refusal);
    for unit in ["yard", "roast"] {
        for (period, ends) in [(1, (ENDS[0], ENDS[1])), (2, (ENDS[1], ENDS[2]))] {
            let span = MicrosSpan { from: micros(ends.0), to: micros(ends.1) };
            let scope = Scope::Node(unit.parse().expect("a name"));
            let question = Question { scope, span, substance: "Tl".parse().expect("a name") };
            let wanted = balance(&records, &question);
            let raw = &of_unit(&result, unit, period, Quantity::Substance).raw;
            let grams = raw.unaccounted.as_ref().expect("whole").value();
            let grams = grams * rust_decimal::Decimal::ONE_THOUSAND;
            assert_eq!(grams.normalize(), wanted.grams.unaccounted.0.normalize(), "{unit}");
            near(raw.sd.expect("sd") * 1000.0, wanted.sigma_grams);
        }
    }
}

#[test]
fn shared_errors_are_correlations_and_gas_is_measured_by_volume() {
    let result = shared_plant().reconciled(2);
    assert_eq!(result.shared_errors, Shared::Full);
    let open = |unit: &str| result.units.iter().find(|u| u.unit == unit).expect("u").mass_open;
    assert_eq!((open("yard"), open("roast")), (None, Some(MassOpen::WaterOrGas)));
    let gas = line(&result, "gas roast>outside @1");
    assert_eq!(gas.unit, Some("m3"));
    assert_eq!(gas.raw.kilograms.as_ref().map(|text| text.as_str()), Some("0.18"));
    let adjusted = gas.reconciled.as_ref().expect("reconciled");
    assert_eq!(adjusted.content.class, "redundant");
    // One laboratory's error is in all contents: both months are adjusted to the same side.
    let side = |period: u32| {
        let id = format!("calcine roast>outside @{period}");
        reconciled(&result, &id).content.adjustment.expect("adjusted")
    };
    assert!(side(1) / side(2) > 0.9 && side(1) / side(2) < 1.1, "{} {}", side(1), side(2));
    let closed = result.checks.expect("checks");
    assert!(closed.closure < 1e-9, "{closed:?}");
    // By default only stores close on total mass.
    let plant = shared_plant();
    let asked = Asked { mass: MassLayer::Stores, ..plant.asked(2) };
    let result = of_party(&plant.records(), &asked, &settings(Censoring::Rectangle));
    let open: Vec<_> = result.units.iter().map(|unit| unit.mass_open).collect();
    assert_eq!(open, [Some(MassOpen::WaterOrGas), None]);
}
