//! Templates: same bytes, readable, their examples without a problem; filled ones come back.

use proptest::prelude::*;

use super::*;
use crate::balance::{Direction, read};
use crate::book;

#[test]
fn the_template_is_the_same_bytes_and_has_nothing_to_read_but_its_headings() {
    let first = balance().expect("a workbook");
    assert_eq!(first, balance().expect("again"));
    let found = book::read(&first).expect("a book");
    let names: Vec<&str> = found.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["填报", "示例", "说明"]);
    assert_eq!(found.sheets[0].rows.len(), 1);
    let refused = read(&found).expect_err("nothing filled in");
    assert!(refused.to_string().contains("no rows below the headings"), "{refused}");
}

#[test]
fn the_example_is_read_without_a_problem() {
    let filled = balance_with(&example::balance()).expect("a workbook");
    let sheet = read(&book::read(&filled).expect("a book")).expect("rows");
    assert_eq!(sheet.rows.len(), example::balance().len());
    assert!(sheet.notices.is_empty(), "{:?}", sheet.notices);
    let csv = read(&book::read(balance_csv().as_bytes()).expect("a book")).expect("rows");
    assert_eq!(csv.rows, sheet.rows, "XLSX and CSV say the same");
}

#[test]
fn every_flow_sheet_template_is_read_without_a_notice_and_is_the_same_as_a_workbook() {
    let site = "site-1".parse().expect("a name");
    for (name, _) in flowsheets() {
        let csv = flowsheet_csv(name).expect("known");
        let text = book::read(csv.as_bytes()).expect("a book");
        let from_csv = flowsheet::read(&text, &site, &[]).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(from_csv.notices.is_empty(), "{name}");
        let bytes = flowsheet(name).expect("known").expect("a workbook");
        let book = book::read(&bytes).expect("a book");
        let from_xlsx = flowsheet::read(&book, &site, &[]).expect("read");
        assert_eq!(from_csv.records, from_xlsx.records, "{name}");
    }
    assert_eq!(flowsheets().count(), 8);
    assert!(flowsheet_csv("氧压 浸出").is_some() && flowsheet_csv("锡/锑").is_some());
    assert!(flowsheet_csv("没有").is_none());
}

/// A row that a plant could write.
fn row() -> impl Strategy<Value = Vec<String>> {
    let content = prop_oneof![
        (1_u32..100_000, 0_usize..4).prop_map(|(digits, at)| {
            format!("{}.{:0width$}", digits / 100, digits % 100, width = at.max(2))
        }),
        (1_u32..1000).prop_map(|limit| format!("<0.{limit:03}")),
        (1_u32..1000).prop_map(|limit| format!("ND(0.{limit:03})")),
        Just("未测".to_owned()),
        Just(String::new()),
    ];
    let direction = prop::sample::select(vec!["期初库存", "投入", "产出", "排放", "期末库存"]);
    (1_u32..=12, 0_usize..5, direction, 0_u32..1_000_000, 0_u32..9000, content).prop_map(
        |(month, material, direction, grams, moisture, content)| {
            let mut row = vec![String::new(); COLUMNS.len()];
            row[0] = format!("2026-{month:02}");
            row[1] = format!("物料,\"{material}\"");
            row[2] = "原料".to_owned();
            row[3] = direction.to_owned();
            row[6] = format!("{}.{:03}", grams / 1000, grams % 1000);
            row[8] = format!("{}.{:02}", moisture / 100, moisture % 100);
            row[9] = content;
            row[10] = "mg/kg".to_owned();
            row[13] = "汽车衡".to_owned();
            row[14] = "自行检测".to_owned();
            row
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_template_filled_by_machine_reads_back(rows in prop::collection::vec(row(), 1..30)) {
        let bytes = balance_with(&rows).expect("a workbook");
        let sheet = read(&book::read(&bytes).expect("a book")).expect("rows");
        prop_assert_eq!(sheet.rows.len(), rows.len());
        for (read, written) in sheet.rows.iter().zip(&rows) {
            prop_assert_eq!(&read.month.to_string(), &written[0]);
            prop_assert_eq!(&read.material, &written[1]);
            let wet = read.wet.as_ref().expect("a mass");
            prop_assert_eq!(wet.value.as_str(), &written[6], "kept as written");
            match (&read.content, written[9].as_str()) {
                (None, "" | "未测") => {}
                (Some(content), text) => prop_assert_eq!(content.result.display(), text.to_owned()),
                (None, text) => prop_assert!(false, "{} was lost", text),
            }
            let is_stock = matches!(read.direction, Direction::Opening | Direction::Closing);
            prop_assert_eq!(is_stock, written[3].contains("库存"));
        }
        let text = csv(&[vec![COLUMNS.iter().map(|c| c.zh.to_owned()).collect()], rows].concat());
        let from_csv = read(&book::read(text.as_bytes()).expect("a book")).expect("rows");
        prop_assert_eq!(from_csv.rows.len(), sheet.rows.len());
        for (csv, xlsx) in from_csv.rows.iter().zip(&sheet.rows) {
            prop_assert_eq!(&csv.content, &xlsx.content);
            prop_assert_eq!(&csv.wet, &xlsx.wet);
        }
    }
}
