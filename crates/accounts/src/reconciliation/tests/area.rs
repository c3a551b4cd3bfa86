//! Two enterprises, and what one ships to the other.

use super::super::*;
use super::books::settings;
use super::near;
use super::plants::pair;

fn unit<'r>(result: &'r Reconciliation, name: &str, quantity: Quantity) -> &'r BalanceResult {
    let wanted = Of::Unit(name.to_owned());
    let found = result.balances.iter().find(|b| b.of == wanted && b.quantity == quantity);
    found.expect("a balance")
}

#[test]
fn what_one_ships_and_the_other_receives_is_one_stream_measured_twice() {
    let drafts = pair("49.8", Some("2026-01-22T08:00:00+08:00"));
    let result = of_area(drafts.to_vec(), &settings(Censoring::Rectangle));
    assert_eq!(result.status, Status::Reconciled, "{:?}", result.refusal);
    let on_its_way = unit(&result, "a>>b", Quantity::Mass);
    assert_eq!(on_its_way.raw.unaccounted.as_ref().map(|text| text.as_str()), Some("0.2"));
    let leak = on_its_way.leak.expect("both measured it");
    assert!(!leak.suspect, "{leak:?}");
    let amount = |id: &str| {
        let line = result.lines.iter().find(|line| line.id == id).expect("a line");
        line.reconciled.as_ref().expect("reconciled").amount.value.expect("fixed")
    };
    near(amount("[ore] a/yard>a>>b @1"), amount("[ore] a>>b>b/bay @1"));
    let area = result.balances.iter().find(|b| b.of == Of::Area && b.quantity == Quantity::Mass);
    let area = area.expect("the area");
    assert_eq!(area.raw.input.as_str(), "100", "what moves within the area is no input");
    assert_eq!(area.raw.output.as_str(), "0");
}

#[test]
fn what_gets_lost_on_the_way_is_found_there() {
    let drafts = pair("40", Some("2026-01-22T08:00:00+08:00"));
    let result = of_area(drafts.to_vec(), &settings(Censoring::Rectangle));
    let leak = unit(&result, "a>>b", Quantity::Mass).leak.expect("tested");
    assert!(leak.suspect, "{leak:?}");
}

#[test]
fn what_is_on_its_way_is_the_shipper_s_stock() {
    for received in [None, Some("2026-02-03T08:00:00+08:00")] {
        let drafts = pair("0", received);
        let result = of_area(drafts.to_vec(), &settings(Censoring::Rectangle));
        let on_its_way = unit(&result, "a>>b", Quantity::Mass);
        assert_eq!(on_its_way.raw.closing.as_str(), "50");
        assert_eq!(on_its_way.raw.unaccounted.as_ref().map(|text| text.as_str()), Some("0"));
        let party = Of::Party("a".parse().expect("a name"));
        let of_a = result.balances.iter().find(|b| b.of == party && b.quantity == Quantity::Mass);
        assert_eq!(of_a.expect("a's").raw.closing.as_str(), "110");
    }
}

#[test]
fn the_order_and_the_number_of_threads_change_nothing() {
    let [a, b] = pair("49.8", Some("2026-01-22T08:00:00+08:00"));
    let one = of_area(vec![a.clone(), b.clone()], &settings(Censoring::Rectangle));
    let two = Settings { threads: 2, ..settings(Censoring::Rectangle) };
    assert_eq!(one, of_area(vec![a.clone(), b.clone()], &two));
    let turned = of_area(vec![b, a], &settings(Censoring::Rectangle));
    near(turned.global.expect("t").chi_squared, one.global.expect("t").chi_squared);
}
