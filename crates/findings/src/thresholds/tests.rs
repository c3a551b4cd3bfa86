//! Which bureau's figure holds.

use serde_json::json;

use super::*;

fn ruling(bureau: &str, of: &str, area: &str, figures: serde_json::Value) -> ThresholdRuling {
    let record = json!({"id": area, "figures": figures, "reason": "试"});
    ThresholdRuling {
        bureau: bureau.parse().expect("a bureau"),
        bureau_area: of.to_owned(),
        record: serde_json::from_value(record).expect("a record"),
        entry: "0192f3a1-0000-7000-8000-000000000001".parse().expect("an id"),
    }
}

#[test]
fn every_default_stands_within_its_own_bounds_and_is_read_back() {
    let default = Thresholds::default();
    for figure in Thresholds::FIGURES {
        assert!(!figure.zh.is_empty() && !figure.en.is_empty() && !figure.source_en.is_empty());
        let Some(value) = default.value(figure.name) else { continue };
        let (least, most) = figure.bounds;
        assert!((least..=most).contains(&value), "{}", figure.name);
        let text = Decimal::from_f64(value).expect("a figure");
        let mut again = default;
        assert!(again.put(figure.name, text), "{}", figure.name);
        assert_eq!(again, default, "{}", figure.name);
    }
    assert_eq!(default.value("intake_mg_per_kg"), None, "nothing without a source");
    assert_eq!(default.value("no_such"), None);
}

#[test]
fn the_narrowest_area_wins_figure_by_figure() {
    let rulings = [
        ruling("region", "450000", "45", json!({"storage_days": "180", "mending_days": "20"})),
        ruling("city", "451200", "4512", json!({"storage_days": "90", "intake_mg_per_kg": "50"})),
        ruling("county", "451221", "451221", json!({"mending_days": "5"})),
        ruling("liuzhou", "450200", "4512", json!({"late_entries": "1"})),
    ];
    let nandan = chosen("451221", &rulings);
    assert_eq!(nandan.thresholds.storage_days, 90, "the city's");
    assert_eq!(nandan.thresholds.mending_days, 5, "the county's");
    assert_eq!(nandan.thresholds.intake_mg_per_kg, Some(50.0));
    assert_eq!(nandan.thresholds.late_entries, 20, "a bureau of elsewhere settles nothing here");
    assert_eq!(nandan.sources["storage_days"].bureau.as_str(), "city");
    assert!(!nandan.sources.contains_key("late_entries"));
    let guilin = chosen("450300", &rulings);
    assert_eq!((guilin.thresholds.storage_days, guilin.thresholds.mending_days), (180, 20));
}

#[test]
fn what_is_out_of_bounds_is_refused_and_passed_over() {
    let wrong = json!({"storage_days": "1.5", "digit_chance": "0.5", "nothing": "1"});
    let rulings = [ruling("city", "451200", "4512", wrong)];
    assert_eq!(chosen("451202", &rulings), Chosen::default());
    let faults = faults("451200", &rulings[0].record);
    let named: Vec<&str> = faults.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(named, ["digit_chance", "nothing", "storage_days"]);
    let beyond = ruling("city", "451200", "45", json!({}));
    assert_eq!(super::faults("451200", &beyond.record)[0].0, "id");
    let silent = ThresholdRecord { reason: " ".to_owned(), ..rulings[0].record.clone() };
    assert!(super::faults("451200", &silent).iter().any(|(name, _)| name == "reason"));
}
