//! Which record counts, and what a bureau may not sign.

use serde_json::{Value, json};
use tl_domain::event::PolicyRecord;

use super::{Ruling, chosen, city, faults};
use crate::policy::Policy;

fn record(fields: Value) -> PolicyRecord {
    serde_json::from_value(fields).expect("a record")
}

fn ruling(number: u64, bureau: &str, bureau_area: &str, fields: Value) -> Ruling {
    Ruling {
        bureau: bureau.parse().expect("an id"),
        bureau_area: bureau_area.to_owned(),
        record: record(fields),
        entry: format!("00000000-0000-7000-8000-{number:012}").parse().expect("an id"),
    }
}

#[test]
fn the_narrowest_area_settles_each_figure_by_itself() {
    let region = ruling(
        1,
        "region",
        "45",
        json!({"id": "45", "significant_grams": "2000", "explanation_days": 7, "reason": "a"}),
    );
    let city = ruling(
        2,
        "hechi",
        "4512",
        json!({"id": "4512", "significant_grams": "1500.5", "reason": "b"}),
    );
    let elsewhere =
        ruling(3, "nanning", "4501", json!({"id": "4501", "explanation_days": 3, "reason": "c"}));
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let all = [region.clone(), city.clone(), elsewhere.clone()];
        let rulings: Vec<Ruling> = order.iter().map(|place| all[*place].clone()).collect();
        let found = chosen("4512", 9, &rulings);
        assert_eq!(found.policy.significant_grams, 1500.5);
        assert_eq!(found.significant_grams.expect("settled").entry, city.entry);
        assert_eq!(found.policy.explanation_days, 7);
        assert_eq!(found.explanation_days.expect("settled").area, "45");
        assert_eq!(found.policy.enterprises, 9);
        assert_eq!(found.policy.false_marks_per_quarter, Policy::default().false_marks_per_quarter);
        assert_eq!(found.false_marks_per_quarter, None, "nobody settled it");
    }
}

#[test]
fn a_bureau_settles_nothing_beyond_its_area() {
    let stranger =
        ruling(1, "nanning", "4501", json!({"id": "45", "explanation_days": 1, "reason": "a"}));
    assert_eq!(chosen("4512", 1, &[stranger]).policy, Policy::default());
    let neighbour = record(json!({"id": "4512", "reason": "a"}));
    assert_eq!(faults("4501", &neighbour).len(), 1);
    assert!(faults("45", &neighbour).is_empty());
    assert!(faults("4512", &neighbour).is_empty());
    assert!(faults("451200", &neighbour).is_empty(), "the city in six digits");
    assert!(faults("450000", &neighbour).is_empty(), "the region in six digits");
    assert_eq!(faults("", &neighbour).len(), 1, "who has no area settles nothing");
}

#[test]
fn figures_that_cannot_be_are_named_and_passed_over() {
    let odd = json!({"id": "4512", "false_marks_per_quarter": "0", "significant_grams": "-3",
        "detectable_percent_max": "100.01", "explanation_days": 0, "reason": " "});
    let fields: Vec<&str> =
        faults("4512", &record(odd.clone())).into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        [
            "false_marks_per_quarter",
            "significant_grams",
            "detectable_percent_max",
            "explanation_days",
            "reason"
        ]
    );
    assert_eq!(chosen("4512", 1, &[ruling(1, "hechi", "4512", odd)]).policy, Policy::default());
    let county = record(json!({"id": "451202", "reason": "a"}));
    assert_eq!(faults("4512", &county)[0].0, "id", "a county has no rate of its own");
    assert_eq!(faults("4512", &record(json!({"id": "45x2", "reason": "a"})))[0].0, "id");
}

#[test]
fn a_city_is_four_digits_of_an_area() {
    assert_eq!(city("451202"), "4512");
    assert_eq!(city("45"), "45");
}
