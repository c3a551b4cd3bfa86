//! Reports of invented laboratories: wide and long, CSV and workbook, and what they get wrong.

use std::collections::BTreeMap;

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use tl_domain::event::{MethodRecord, OpenRecord};
use tl_domain::lab::mapping::{LabMapping, MappingError};

use super::{Line, marked, read};
use crate::book;
use crate::problem::Refused;

fn mapping(change: impl FnOnce(&mut Value)) -> LabMapping {
    let mut fields = json!({"name": "某检测", "lab_name": "某检测公司", "header_row": 3,
        "sample": "样品编号", "results": [
            {"analyte": "Tl", "column": "铊", "unit": "mg/kg", "basis": "dry",
             "limit_column": "检出限"},
            {"analyte": "moisture", "column": "水分", "unit": "%", "basis": "wet"}],
        "not_detected": ["低于检出"], "skip": ["实验室空白"]});
    change(&mut fields);
    let Value::Object(fields) = fields else { unreachable!("an object") };
    let record = OpenRecord { id: "lab-a".parse().expect("an id"), fields };
    LabMapping::read(&record).expect("a mapping")
}

fn lines(text: &str, mapping: &LabMapping) -> Result<Vec<Line>, Refused> {
    let book = book::read(text.as_bytes())?;
    Ok(read(&book, mapping, &[])?.lines)
}

fn shown(line: &Line) -> Vec<String> {
    line.found.iter().map(|d| format!("{} {} {}", d.analyte, d.result.display(), d.unit)).collect()
}

const WIDE: &str = "某检测公司 检测报告,,,,\n报告编号 R-1,,,,\n\
    样品编号,铊（mg/kg，干基）,检出限,水分(%),备注\n\
    ABC-1,12.30,0.02,8.5,\n\
    ABC-2,ND,0.02,,\n\
    ABC-3,<0.02,,7,\n\
    ABC-4,,0.02,,\n\
    ABC-5,0,0.02,6,\n\
    ABC-6,O.35,0.02,6,\n\
    ABC-7,低于检出,,6,\n\
    ,4.5,0.02,,\n\
    实验室空白,ND,0.02,,\n\
    以下空白,,,,\n";

#[test]
fn a_wide_report_gives_what_each_row_says_and_why_not() {
    let found = lines(WIDE, &mapping(|_| {})).expect("a report");
    let of = |row: usize| found.iter().find(|line| line.row == row).expect("the row");
    assert_eq!(shown(of(4)), ["Tl 12.30 mg/kg", "moisture 8.5 %"], "digits stay as printed");
    assert_eq!(shown(of(5)), ["Tl ND(0.02) mg/kg"], "a blank beside a result was not asked for");
    assert_eq!(shown(of(6)), ["Tl <0.02 mg/kg", "moisture 7 %"]);
    let words = |row: usize| of(row).problems.iter().map(|p| p.message.zh.as_str()).collect();
    let blank: Vec<&str> = words(7);
    assert!(blank.iter().all(|it| it.contains("未检出请填 ND")), "{blank:?}");
    assert_eq!(shown(of(8))[0], "Tl 0 mg/kg", "0 is 0");
    assert!(words(9)[0].contains("“O.35”不是数字"), "{:?}", words(9));
    assert_eq!(of(9).problems[0].column, "B");
    assert!(words(10)[0].contains("没有检出限"), "{:?}", words(10));
    assert!(words(11)[0].contains("没有样品编号"), "{:?}", words(11));
    assert!(of(12).skipped.is_some() && of(13).skipped.is_some());
    assert_eq!(found.len(), 10, "no row vanishes");
}

#[test]
fn a_long_report_has_a_row_for_each_item() {
    let long = mapping(|it| {
        it["header_row"] = json!(1);
        it["item"] = json!("检测项目");
        it["report"] = json!("报告编号");
        it["results"] = json!([
            {"analyte": "Tl", "item": "铊", "column": "结果", "unit_column": "单位",
             "basis": "dry", "limit_column": "检出限"},
            {"analyte": "Cd", "item": "镉", "column": "结果", "unit_column": "单位",
             "basis": "dry", "limit_column": "检出限", "limit_is": "quantification"}]);
    });
    let text = "报告编号;样品编号;检测项目;结果;单位;检出限\n\
        R-7;S-1;铊;0.35;mg/kg;0.02\nR-7;S-1;镉;ND;mg/kg;20 µg/kg\n\
        R-7;S-1;砷;5;mg/kg;1\nR-7;S-2;铊;0.00002L;mg/L;\nR-7;S-3;铊;1;mg/lg;\n\
        R-7;S-4;铊;1;;\n";
    let found = lines(text, &long).expect("a report");
    assert_eq!(shown(&found[0]), ["Tl 0.35 mg/kg"]);
    assert_eq!(found[0].report.as_deref(), Some("R-7"));
    assert_eq!(shown(&found[1]), ["Cd <0.02 mg/kg"], "µg/kg is brought to mg/kg");
    assert!(found[2].skipped.is_some(), "arsenic is not mapped: {:?}", found[2]);
    assert_eq!(shown(&found[3]), ["Tl ND(0.00002) mg/L"]);
    assert_eq!(found[3].found[0].basis, None, "water has no basis");
    assert!(found[4].problems[0].message.zh.contains("不认识单位"), "{:?}", found[4]);
    assert!(found[5].problems[0].message.zh.contains("没有单位"), "{:?}", found[5]);
}

#[test]
fn a_method_gives_the_limit_that_the_file_does_not_state() {
    let method = json!({"id": "icp", "name": "ICP", "analyte": "Tl", "unit": "ug/kg",
        "lod": "50"});
    let method: MethodRecord = serde_json::from_value(method).expect("a method");
    let own = mapping(|it| {
        it["header_row"] = json!(1);
        it["results"] = json!([{"analyte": "Tl", "column": "铊", "unit": "mg/kg", "basis": "dry",
            "method": "icp"}]);
    });
    let book = book::read("样品编号,铊\nS-1,未检出\n".as_bytes()).expect("a CSV");
    let found = read(&book, &own, &[method]).expect("a report").lines;
    assert_eq!(shown(&found[0]), ["Tl ND(0.05) mg/kg"]);
}

#[test]
fn what_the_heading_contradicts_refuses_the_file() {
    let why = |text: &str, own: &LabMapping| match lines(text, own) {
        Err(refused) => refused.problems[0].message.zh.clone(),
        Ok(found) => panic!("{found:?}"),
    };
    let other = WIDE.replace("mg/kg，干基", "µg/L");
    assert!(why(&other, &mapping(|_| {})).contains("表头写的单位是 ug/L"));
    let wet = WIDE.replace("干基", "湿基");
    assert!(why(&wet, &mapping(|_| {})).contains("干湿基"));
    let lost = why(WIDE, &mapping(|it| it["sample"] = json!("样品名")));
    assert!(lost.contains("没有“样品名”") && lost.contains("样品编号"), "{lost}");
    let above = why(WIDE, &mapping(|it| it["header_row"] = json!(90)));
    assert!(above.contains("第 90 行是空的"), "{above}");
    let twice = WIDE.replace("备注", "水分(%)");
    assert!(why(&twice, &mapping(|_| {})).contains("都叫"));
}

#[test]
fn a_workbook_comes_back_with_its_reasons_and_can_be_read_again() {
    let mut out = Workbook::new();
    let page = out.add_worksheet().set_name("结果").expect("a name");
    for (column, text) in (0..).zip(["样品编号", "铊", "检出限", "水分"]) {
        page.write_string(2, column, text).expect("a cell");
    }
    page.write_string(3, 0, "S-1").expect("a cell");
    page.write_number(3, 1, 12.3).expect("a cell");
    page.write_number(3, 3, 0.085).expect("a cell");
    let bytes = out.save_to_buffer().expect("a workbook");
    let own = mapping(|_| {});
    let book = book::read(&bytes).expect("a workbook");
    let report = read(&book, &own, &[]).expect("a report");
    assert_eq!(shown(&report.lines[0]), ["Tl 12.3 mg/kg", "moisture 0.085 %"]);
    assert!(report.lines[0].notices[0].message.zh.contains("百分比格式"));
    let said = BTreeMap::from([(4, "✕ 不在送样单上".to_owned())]);
    let back = marked(&book, &report, "导入结果", &said).expect("written");
    let again = book::read(&back).expect("a workbook");
    assert_eq!(again.sheets[0].rows[1].cell(0).text, "✕ 不在送样单上");
    let second = read(&again, &own, &[]).expect("a report");
    assert_eq!(second.lines[0].found, report.lines[0].found, "nothing but a column in front");
}

#[test]
fn a_mapping_that_guesses_is_refused() {
    let read = |fields: Value| {
        let Value::Object(fields) = fields else { unreachable!("an object") };
        LabMapping::read(&OpenRecord { id: "lab-a".parse().expect("an id"), fields })
    };
    let base = |results: Value| {
        json!({"name": "n", "lab_name": "l", "header_row": 1, "sample": "s",
            "results": results})
    };
    let tl = || json!({"analyte": "Tl", "column": "铊", "unit": "mg/kg", "basis": "dry"});
    assert!(read(base(json!([tl()]))).is_ok());
    let mut bare = tl();
    bare.as_object_mut().expect("an object").remove("basis");
    assert!(matches!(read(base(json!([bare]))), Err(MappingError::Basis(_))));
    assert!(matches!(read(base(json!([tl(), tl()]))), Err(MappingError::Twice(_))));
    assert!(matches!(read(base(json!([]))), Err(MappingError::Results(0))));
    let mut item = tl();
    item["item"] = json!("铊");
    assert!(matches!(read(base(json!([item]))), Err(MappingError::Item(_))));
}
