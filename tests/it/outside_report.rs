//! An outside laboratory's workbook and PDF, imported in a real browser: chosen, looked at row by
//! row, signed once, given back with its reasons.

use anyhow::{Context, Result};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use tl_domain::event::{Body, Master, MasterPut};
use tl_tests::browser::drive_with;
use tl_tests::installation::{Installation, PASSWORD};
use tl_tests::plant;

/// The laboratory, as sheet and mapping name it.
const LAB: &str = "某检测公司";
/// First of the pots' codes.
const FIRST: u64 = 93_000;

/// Two pots that went out, one that did not, and the laboratory's mapping.
fn furnish(installation: &Installation) -> Result<()> {
    let party = "smelter".parse()?;
    let subject = json!({"stock": {"location": {"node": "yard"}, "material": "zn-conc",
        "at": "2026-01-05T08:00:00+08:00"}});
    let take = |number: u64| {
        let code = tl_testkit::code(FIRST + number);
        Body::read("sample.take", json!({"code": code.as_str(), "subject": subject}))
    };
    let bodies = vec![take(0)?, take(1)?, take(2)?];
    let pots = installation.own_entries(&party, bodies, &plant::days_ago(2))?;
    let sheet = json!({"number": "SY-1", "lab_name": LAB, "analytes": ["Tl"],
        "due": "2030-01-20T00:00:00+08:00", "sampled_by": "received",
        "lines": [{"sample": pots[0], "seal": "F-1"}, {"sample": pots[1], "seal": "F-2"}]});
    let sheet = Body::read("sample.submit", sheet)?;
    installation.own_entries(&party, vec![sheet], &plant::days_ago(1))?;
    let mapping = json!({"what": "lab_mapping", "id": "lab-a", "name": "某检测 固体",
        "lab_name": LAB, "header_row": 2, "sample": "样品编号", "report": "报告编号",
        "results": [{"analyte": "Tl", "column": "铊", "unit": "mg/kg", "basis": "dry",
            "limit_column": "检出限"}]});
    let record: Master = serde_json::from_value(mapping)?;
    installation.masters(&party, [MasterPut { record, active: true }], &plant::days_ago(1))
}

/// The laboratory's workbook: a result, a bare ND, a pot that never went there, a wrong figure.
fn workbook() -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    let page = book.add_worksheet().set_name("结果")?;
    page.write_string(0, 0, "某检测公司 检测报告")?;
    let code = |number: u64| tl_testkit::code(FIRST + number).display();
    for (row, cells) in (1_u32..).zip([
        ["报告编号", "样品编号", "铊(mg/kg，干基)", "检出限"],
        ["R-7", &code(0), "12.30", "0.02"],
        ["R-7", "F-2", "未检出", "0.02"],
        ["R-7", &code(2), "4.5", "0.02"],
        ["R-7", "F-9", "O.35", ""],
    ]) {
        for (column, cell) in (0_u16..).zip(cells) {
            page.write_string(row, column, cell)?;
        }
    }
    Ok(book.save_to_buffer()?)
}

#[test]
fn a_laboratorys_report_is_imported_in_a_browser() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    plant::create(&installation, "smelter")?;
    installation.account("analyst", &["--party", "smelter", "--role", "lab"])?;
    furnish(&installation)?;
    let bound = installation.start()?;
    let (table, pdf) = (installation.folder().join("r.xlsx"), installation.folder().join("r.pdf"));
    std::fs::write(&table, workbook()?)?;
    std::fs::write(&pdf, b"%PDF-1.4 signed and stamped")?;
    let plan = json!({
        "base": format!("https://{}", bound.page), "login": "analyst", "password": PASSWORD,
        "table": table.display().to_string(), "pdf": pdf.display().to_string(),
        "shots": std::env::var("TL_TEST_SHOTS").ok(),
    });
    let Some(answer) = drive_with(&plan, "outside.mjs")? else { return Ok(()) };
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    for words in ["12.30 mg/kg", "ND(0.02) mg/kg", "不在送往该实验室的送样单上", "不是数字"]
    {
        assert!(text("preview").contains(words), "{words}: {}", text("preview"));
    }
    assert!(text("preview").contains("签名入账 2 份报告"), "{}", text("preview"));
    assert!(text("recorded").contains("检测报告已签名入账"), "{}", text("recorded"));
    assert!(text("again").contains("已录入过，数值相同"), "{}", text("again"));
    assert_eq!(answer["offered"], 0, "nothing is left to sign");
    let marked = answer["marked"].as_str().context("the table came back")?;
    let marked: Vec<u8> = hex::decode(marked)?;
    assert!(marked.starts_with(b"PK"), "a workbook");
    assert_eq!(answer["errors"], json!([]), "errors of the scripts");
    let pages = answer["pages"].as_array().context("the pages")?;
    let fine = |it: &&Value| it["scroll"] == 0 && it["violations"] == json!([]);
    let wrong: Vec<String> = pages.iter().filter(|it| !fine(it)).map(Value::to_string).collect();
    assert!(pages.len() == 6 && wrong.is_empty(), "{}", wrong.join("\n"));
    installation.stop()
}
