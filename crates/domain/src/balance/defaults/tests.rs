//! The table holds every class once, its figures are those of its sources, and the document says
//! what the table says. `TL_UPDATE_GOLDEN=1` writes the table into the document anew.

use std::path::PathBuf;

use super::table::{AmountKind, AppliesTo, AssayRange, ContentKind, Row};
use super::*;

const METERS: [MeterKind; 6] = [
    MeterKind::Weighbridge,
    MeterKind::PlatformScale,
    MeterKind::BeltScale,
    MeterKind::FlowMeter,
    MeterKind::LevelMeter,
    MeterKind::Monitor,
];
const STOCKS: [StockMethod; 5] = [
    StockMethod::Pile,
    StockMethod::Level,
    StockMethod::Count,
    StockMethod::Estimate,
    StockMethod::Carried,
];
const MATERIALS: [Option<MaterialClass>; 9] = [
    None,
    Some(MaterialClass::Ore),
    Some(MaterialClass::Product),
    Some(MaterialClass::ByProduct),
    Some(MaterialClass::Intermediate),
    Some(MaterialClass::Waste),
    Some(MaterialClass::Water),
    Some(MaterialClass::Gas),
    Some(MaterialClass::Reagent),
];

/// Stops compiling when a class is added, so that the lists above grow with it.
fn are_all_listed(meter: MeterKind, stock: StockMethod, material: MaterialClass) {
    match meter {
        MeterKind::Weighbridge
        | MeterKind::PlatformScale
        | MeterKind::BeltScale
        | MeterKind::FlowMeter
        | MeterKind::LevelMeter
        | MeterKind::Monitor => {}
    }
    match stock {
        StockMethod::Pile
        | StockMethod::Level
        | StockMethod::Count
        | StockMethod::Estimate
        | StockMethod::Carried => {}
    }
    match material {
        MaterialClass::Ore
        | MaterialClass::Product
        | MaterialClass::ByProduct
        | MaterialClass::Intermediate
        | MaterialClass::Waste
        | MaterialClass::Water
        | MaterialClass::Gas
        | MaterialClass::Reagent => {}
    }
}

fn shipped() -> &'static Table {
    Table::shipped()
}

/// Rows about something, by their first day.
fn days(is_about: impl Fn(&AppliesTo) -> bool) -> Vec<chrono::NaiveDate> {
    let rows = shipped().rows.iter().filter(|row| is_about(&row.applies_to));
    rows.map(|row| row.valid_from).collect()
}

#[track_caller]
fn once(what: &str, is_about: impl Fn(&AppliesTo) -> bool) {
    let mut days = days(is_about);
    assert!(!days.is_empty(), "no row for {what}");
    let rows = days.len();
    days.sort_unstable();
    days.dedup();
    assert_eq!(days.len(), rows, "two rows for {what} from the same day");
}

#[test]
fn every_class_has_one_row_for_a_day() {
    are_all_listed(MeterKind::Monitor, StockMethod::Carried, MaterialClass::Reagent);
    for kind in METERS {
        once(&format!("{kind:?}"), |to| matches!(to, AppliesTo::Meter(k) if k.contains(&kind)));
    }
    for method in STOCKS {
        let name = format!("{method:?}");
        once(&name, |to| matches!(to, AppliesTo::Stock(m) if m.contains(&method)));
    }
    for class in MATERIALS {
        let name = format!("sampling of {class:?}");
        once(&name, |to| matches!(to, AppliesTo::Sampling(c) if c.contains(&class)));
        let name = format!("moisture of {class:?}");
        once(&name, |to| matches!(to, AppliesTo::Moisture(c) if c.contains(&class)));
    }
    for kind in [AmountKind::Estimated, AmountKind::Calculated] {
        once(&format!("{kind:?}"), |to| matches!(to, AppliesTo::Amount(k) if k.contains(&kind)));
    }
    for kind in [ContentKind::Mean, ContentKind::Default] {
        once(&format!("{kind:?}"), |to| matches!(to, AppliesTo::Content(k) if k.contains(&kind)));
    }
}

#[test]
fn every_content_has_one_assay_row() {
    let figure = |text: &crate::quantity::DecimalText| text.value().to_string().parse().unwrap();
    let ranges: Vec<&AssayRange> = shipped()
        .rows
        .iter()
        .filter_map(|row| match &row.applies_to {
            AppliesTo::Assay(range) => Some(range),
            _ => None,
        })
        .collect();
    let mut contents: Vec<f64> = vec![0.0, 1e-6, 1e6];
    for range in &ranges {
        for edge in [&range.above_mg_per_kg, &range.up_to_mg_per_kg].into_iter().flatten() {
            let edge: f64 = figure(edge);
            contents.extend([edge * 0.999, edge, edge * 1.001]);
        }
    }
    for per in [Per::Mass, Per::Volume] {
        for &content in &contents {
            once(
                &format!("{content} per {per:?}"),
                |to| matches!(to, AppliesTo::Assay(range) if range_holds(range, per, content)),
            );
        }
    }
}

/// The rule in the test's own words: above the lower edge, up to and with the upper one.
fn range_holds(range: &AssayRange, per: Per, content: f64) -> bool {
    let edge = |text: &Option<crate::quantity::DecimalText>, none: f64| {
        text.as_ref().map_or(none, |text| text.as_str().parse().unwrap())
    };
    range.per == per
        && content > edge(&range.above_mg_per_kg, -1.0)
        && content <= edge(&range.up_to_mg_per_kg, f64::INFINITY)
}

#[test]
fn figures_are_those_of_the_sources() {
    let of = |data: ClassData| [data.random, data.short, data.long];
    assert_eq!(of(meter(MeterKind::Weighbridge)), [0.10, 0.15, 0.05]);
    assert_eq!(of(meter(MeterKind::BeltScale)), [0.3, 0.5, 0.2]);
    assert_eq!(of(meter(MeterKind::Monitor)), [2.0, 3.0, 2.0]);
    assert_eq!(of(stock(StockMethod::Pile)), [5.0, 2.0, 5.0]);
    assert_eq!(of(stock(StockMethod::Estimate)), [15.0, 2.0, 5.0]);
    assert_eq!(of(sampling(Some(MaterialClass::Ore))), [4.0, 0.0, 1.0]);
    assert_eq!(of(sampling(Some(MaterialClass::Intermediate))), [4.0, 0.0, 1.0]);
    assert_eq!(of(sampling(None)), [8.0, 0.0, 2.0]);
    assert_eq!(of(sampling(Some(MaterialClass::Water))), [5.0, 0.0, 3.0]);
    assert_eq!(of(moisture(Some(MaterialClass::Ore))), [0.3, 0.0, 0.1]);
    assert_eq!(of(moisture(Some(MaterialClass::Waste))), [3.0, 0.0, 1.0]);
    assert_eq!(of(moisture(None)), [1.0, 0.0, 0.5]);
    let solid = ContentUnit::MilligramPerKilogram;
    assert_eq!(of(assay(solid, 20.0)), [5.0, 1.0, 2.5]);
    assert_eq!(of(assay(solid, 300.0)), [5.0, 1.0, 2.5]);
    assert_eq!(of(assay(solid, 300.1)), [4.0, 1.0, 2.5]);
    assert_eq!(of(assay(ContentUnit::MicrogramPerLitre, 0.0)), [6.0, 2.0, 5.0]);
}

#[test]
fn constants_are_their_rows() {
    assert_eq!(ESTIMATED_AMOUNT, shipped().amount(AmountKind::Estimated));
    assert_eq!(CALCULATED_AMOUNT, shipped().amount(AmountKind::Calculated));
    assert_eq!(MEAN_CONTENT_PERCENT, shipped().content(ContentKind::Mean).random);
    assert_eq!(DEFAULT_CONTENT_PERCENT, shipped().content(ContentKind::Default).random);
}

#[test]
fn rows_can_be_read_by_people_and_computed_with() {
    for row in &shipped().rows {
        let data = row.data();
        for percent in [data.random, data.short, data.long] {
            assert!((0.0..=50.0).contains(&percent), "{}: {percent}", row.en);
        }
        assert!(data.random > 0.0, "{} has no random error", row.en);
        assert!(row.source.len() > 20, "{} has no source", row.en);
        assert!(!row.zh.is_empty() && !row.zh.is_ascii() && row.en.is_ascii(), "{}", row.en);
        // What is quoted from memory, or is our own working value, is never called verified.
        if row.verified {
            assert!(!row.source.contains("from memory"), "{}", row.en);
        }
    }
}

#[test]
fn a_later_row_takes_over() {
    let mut table = shipped().clone();
    let is_pile = |row: &&Row| row.applies_to == AppliesTo::Stock(vec![StockMethod::Pile]);
    let mut newer = table.rows.iter().find(is_pile).unwrap().clone();
    newer.valid_from = newer.valid_from.succ_opt().unwrap();
    newer.random = "7.5".parse().unwrap();
    table.rows.insert(0, newer);
    assert_eq!(table.stock(StockMethod::Pile).random, 7.5);
    assert_eq!(table.stock(StockMethod::Level), shipped().stock(StockMethod::Level));
}

#[test]
fn without_evidence_horwitz_speaks() {
    let percent = |mg_per_kg| shipped().reproducibility.percent(mg_per_kg);
    assert!((percent(20.0) - 10.19).abs() < 0.01);
    assert!((percent(1000.0) - 5.656_854).abs() < 1e-5);
    assert!((percent(1e6) - 2.0).abs() < 1e-12);
    assert_eq!(percent(0.01), 22.0);
    assert_eq!(percent(f64::NAN), 22.0);
    // The cap begins where the curve meets it.
    assert!((percent(0.12) - 22.0).abs() < 0.05);
    assert!(!shipped().reproducibility.source.is_empty());
    let solid = ContentUnit::MilligramPerKilogram;
    let bare = assay_without_evidence(solid, 20.0);
    assert_eq!((bare.random, bare.short), (5.0, 1.0));
    assert!((bare.long - 10.19).abs() < 0.01);
    assert_eq!(assay_without_evidence(ContentUnit::MicrogramPerLitre, 5.0).long, 22.0);
    // A pure metal: the rule would promise more than the class does.
    assert_eq!(assay_without_evidence(solid, 990_000.0).long, 2.5);
}

const DOCUMENT: &str = "../../docs/uncertainty.md";
const BEGIN: &str = "<!-- table: begin -->\n";
const END: &str = "<!-- table: end -->";

/// The table as the document shows it.
fn rendered() -> String {
    let mut lines = vec![
        "| what | 名称 | random | short | long | source | read | from |".to_owned(),
        "| --- | --- | --: | --: | --: | --- | --- | --- |".to_owned(),
    ];
    for row in &shipped().rows {
        let read = if row.verified { "yes" } else { "no" };
        let figures = [&row.random, &row.short, &row.long].map(|text| match text.as_str() {
            "0" => "–",
            figure => figure,
        });
        let [random, short, long] = figures;
        lines.push(format!(
            "| {} | {} | {random} | {short} | {long} | {} | {read} | {} |",
            row.en, row.zh, row.source, row.valid_from
        ));
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_document_shows_the_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("a mark where the table begins");
    let (shown, after) = rest.split_once(END).expect("a mark where the table ends");
    let wanted = rendered();
    if std::env::var_os("TL_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(shown, wanted, "run with TL_UPDATE_GOLDEN=1 and read the difference");
}
