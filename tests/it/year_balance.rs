//! A plant's year gives the known balance, whether it is kept as batches or as flow reports.

use rust_decimal::Decimal;
use tl_domain::balance::{Balance, Role};
use tl_domain::project::Verdict;
use tl_tests::memory::{apply_all, balance_of};
use tl_tests::year::{Books, S1, T1, T5, as_batches, as_flow_reports};

/// The figures of S1, whatever the way it was entered and whatever the substance is called.
pub(crate) fn assert_s1(balance: &Balance) {
    let grams = |value: i64| Decimal::from(value);
    assert_eq!(balance.grams.input.0, grams(2_104_000), "in");
    let out = balance.grams.output.0 + balance.grams.discharge.0;
    assert_eq!(out, grams(2_019_990), "out and discharge");
    assert_eq!(balance.grams.discharge.0, grams(1_350), "discharge");
    let stock = balance.grams.closing.0 - balance.grams.opening.0;
    assert_eq!(stock, grams(11_040), "more stock");
    assert_eq!(balance.grams.unaccounted.0, grams(72_970), "unaccounted");
    let closure = balance.closure_percent.expect("something came in");
    assert_eq!(closure.round_dp(2), Decimal::new(96_53, 2), "closure");
}

fn whole_year(plant: &Books) -> Balance {
    let applied = apply_all(plant);
    let mut odd: Vec<(&str, &Verdict)> = Vec::new();
    for (signed, verdicts) in plant.entries.iter().zip(&applied.verdicts) {
        let kind = signed.entry.body.kind();
        odd.extend(verdicts.iter().filter(|v| **v != Verdict::Late).map(|v| (kind, v)));
    }
    assert!(odd.is_empty(), "entries that nothing is wrong with: {:?}", odd.first());
    balance_of(plant, &applied, &plant.substance)
}

/// Every gram of every term is linked to entries, and the picture sums to the table.
fn assert_linked(balance: &Balance) {
    for term in &balance.terms {
        assert!(!term.evidence.is_empty(), "{:?} {:?} has no entries", term.role, term.material);
    }
    let sum = |role: Role| -> Decimal {
        let terms = balance.terms.iter().filter(|term| term.role == role);
        terms.map(|term| term.substance.0).sum()
    };
    assert_eq!(sum(Role::Input), balance.grams.input.0);
    assert_eq!(sum(Role::Output), balance.grams.output.0);
}

#[test]
fn zinc_plant_as_batches_gives_s1() {
    let balance = whole_year(&as_batches(&S1, "s1-batches", "Tl"));
    assert_s1(&balance);
    assert_linked(&balance);
    assert!(balance.stock_measured, "{:?}", balance.causes);
    assert!(balance.sigma_grams > 0.0);
}

#[test]
fn zinc_plant_as_daily_flow_reports_gives_s1() {
    let plant = as_flow_reports(&S1, "s1-flows", "Tl");
    let days = plant.entries.iter().filter(|e| e.entry.body.kind() == "flow.report").count();
    assert_eq!(days, 365 * 11);
    let balance = whole_year(&plant);
    assert_s1(&balance);
    assert_linked(&balance);
    assert!(balance.stock_measured, "{:?}", balance.causes);
}

#[test]
fn cadmium_takes_the_same_path_by_setting_alone() {
    let plant = as_batches(&S1, "s1-cadmium", "Cd");
    let applied = apply_all(&plant);
    assert_s1(&balance_of(&plant, &applied, "Cd"));
    let other = balance_of(&plant, &applied, "Tl");
    assert_eq!(other.grams.input.0, Decimal::ZERO, "nobody determined Tl");
    assert!(other.coverage.missing > 0, "and the balance says that it is missing");
    assert_eq!(other.closure_percent, None, "no closure where nothing came in");
}

#[test]
fn pyrite_plant_distributes_60_tonnes() {
    let balance = whole_year(&as_flow_reports(&T1, "t1", "Tl"));
    let kilograms = |role: Role, id: &str| -> Decimal {
        let terms = balance.terms.iter().filter(|term| {
            term.role == role && term.material.as_ref().is_some_and(|m| m.as_str() == id)
        });
        terms.map(|term| term.substance.0).sum::<Decimal>() / Decimal::from(1000)
    };
    assert_eq!(kilograms(Role::Input, "pyrite"), Decimal::from(60_000));
    assert_eq!(kilograms(Role::Discharge, "wash"), Decimal::from(15_000));
    assert_eq!(kilograms(Role::Output, "cinder-active"), Decimal::from(9_000));
    assert_eq!(kilograms(Role::Output, "cinder-stable"), Decimal::from(36_000));
    assert_eq!(balance.grams.unaccounted.0, Decimal::ZERO);
    assert_eq!(balance.closure_percent, Some(Decimal::ONE_HUNDRED));
}

#[test]
fn more_out_than_in_is_shown_as_it_is() {
    let balance = whole_year(&as_flow_reports(&T5, "t5", "Hg"));
    assert_eq!(balance.closure_percent.map(|p| p.round_dp(1)), Some(Decimal::new(1003, 1)));
    assert_eq!(balance.grams.unaccounted.0, Decimal::from(-300), "an apparent gain");
}
