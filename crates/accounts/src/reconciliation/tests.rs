//! Small plants whose truth is known: what is adjusted, what is found, what stays as measured.

mod adjusted;
mod area;
mod books;
mod plants;
mod refused;
mod shared;
mod stocks;
mod suspects;

use super::*;

fn line<'r>(result: &'r Reconciliation, id: &str) -> &'r LineResult {
    let found = result.lines.iter().find(|line| line.id == id);
    found.unwrap_or_else(|| panic!("no {id} among {:?}", ids(result)))
}

fn ids(result: &Reconciliation) -> Vec<&str> {
    result.lines.iter().map(|line| line.id.as_str()).collect()
}

fn reconciled<'r>(result: &'r Reconciliation, id: &str) -> &'r AdjustedLine {
    assert_eq!(result.status, Status::Reconciled, "{:?}", result.refusal);
    line(result, id).reconciled.as_ref().expect("reconciled")
}

fn of_unit<'r>(
    result: &'r Reconciliation,
    unit: &str,
    period: u32,
    quantity: Quantity,
) -> &'r BalanceResult {
    let is = |b: &&BalanceResult| {
        b.of == Of::Unit(unit.to_owned()) && b.period == Some(period) && b.quantity == quantity
    };
    result.balances.iter().find(is).expect("a balance")
}

fn near(found: f64, wanted: f64) {
    let close = (found - wanted).abs() <= 1e-6 * wanted.abs().max(1e-6);
    assert!(close, "{found} instead of {wanted}");
}
