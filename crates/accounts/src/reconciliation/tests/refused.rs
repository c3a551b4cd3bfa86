//! Where there are no reconciled figures: the raw ones stay.

use serde_json::json;

use super::super::*;
use super::books::{ENDS, errors, mass, settings, span};
use super::plants::mixer;
use super::{line, of_unit};

#[test]
fn exact_figures_that_contradict_each_other_are_refused_by_name_and_stay_as_measured() {
    let mut plant = mixer();
    for (stream, tonnes) in [("a", "60"), ("b", "40"), ("c", "101")] {
        let body = json!({"stream": stream, "span": span(0), "source": "measured",
            "amount": mass(tonnes), "uncertainty": errors(stream, "0")});
        plant.put(ENDS[1], "flow.report", body);
    }
    let result = plant.reconciled(1);
    assert_eq!(result.status, Status::Refused);
    let refusal = result.refusal.as_ref().expect("a refusal");
    assert_eq!(refusal.code, "inconsistent");
    assert_eq!(refusal.balances, ["mix@1:mass"]);
    assert_eq!(line(&result, "c mix>outside @1").reconciled, None);
    let raw = &of_unit(&result, "mix", 1, Quantity::Mass).raw;
    assert_eq!(raw.unaccounted.as_ref().map(|text| text.as_str()), Some("-1"));
}

#[test]
fn without_a_period_nothing_is_reconciled() {
    let plant = mixer();
    let mut asked = plant.asked(1);
    asked.spans.clear();
    let result = of_party(&plant.records(), &asked, &settings(Censoring::Rectangle));
    assert_eq!((result.status, result.lines.len()), (Status::NoPeriods, 0));
}
