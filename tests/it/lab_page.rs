//! The laboratory's desk in a real browser: a day from the pot's scan to reports that another
//! person reviews. Cells of every kind, a failed blank, a stated deviation, five hundred pasted
//! rows, an instrument's file, a moisture, a retest, and pages that screen readers can use.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tl_domain::code::{CodeKind, qr_text};
use tl_domain::event::{Body, Master, MasterPut};
use tl_store::PageUser;
use tl_tests::browser::drive_with;
use tl_tests::gate::{self, Gate};
use tl_tests::installation::Installation;
use tl_tests::{plant, wait};

/// The batch that all samples are of, and the first number of their codes.
const BATCH: u64 = 91_000;
const FIRST_POT: u64 = 92_000;
/// Pots that are worked through by hand; the others are pasted.
const BY_HAND: usize = 3;
/// Rows of the pasted table.
const PASTED: usize = 500;
/// The technical lead.
const LEAD: &str = "u-lead";

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Methods with limits, the lead, and an analyst who has an account at the server as well.
fn furnish(installation: &Installation, analyst: &str) -> Result<()> {
    let icp = json!({"what": "method", "id": "icp", "name": "HJ 766 ICP-MS", "analyte": "Tl",
        "unit": "mg/kg", "lod": "0.05", "loq": "0.20", "series": {"digits": 3, "template": [
            {"check": "blank", "first": true}, {"check": "duplicate", "every": 10},
            {"check": "spike", "last": true}, {"check": "reference", "last": true}],
            "limits": {"duplicate_percent": "20", "spike_percent": {"low": "70", "high": "130"},
                "reference_percent": {"low": "80", "high": "120"}}}});
    let record: Master = serde_json::from_value(icp)?;
    let party = "smelter".parse()?;
    let put = MasterPut { record, active: true };
    installation.masters(&party, [put], &plant::days_ago(1))?;
    let pin_hash = gate::pin_hash()?;
    let people = [(LEAD, "技术负责人", "reviewer"), (analyst, "化验员", "lab")];
    for (operator, name, role) in people {
        installation.store()?.put_page_user(&PageUser {
            party: "smelter".parse()?,
            operator: operator.parse()?,
            name: name.to_owned(),
            pin_hash: pin_hash.clone(),
            badge: None,
            roles: vec![role.to_owned()],
            active: true,
            sites: None,
        })?;
    }
    Ok(())
}

/// Pots of one batch, taken at the gate.
fn take_samples(gate: &mut Gate, installation: &Installation) -> Result<Vec<String>> {
    let person = gate.person(installation)?;
    let batch = tl_testkit::code(BATCH);
    let arrive = [("code", batch.as_str()), ("material", "zn-conc"), ("node", "yard")];
    let answer = person.post_form("/arrive", &arrive)?;
    ensure!((200..400).contains(&answer.status), "arrival: {}", answer.text());
    let mut codes = Vec::new();
    for number in (FIRST_POT..).take(BY_HAND + PASTED) {
        let code = tl_testkit::code(number);
        let fields = [("batches", batch.as_str()), ("code", code.as_str())];
        let answer = person.post_form("/sample", &fields)?;
        ensure!((200..400).contains(&answer.status), "sample: {}", answer.text());
        codes.push(code.as_str().to_owned());
    }
    Ok(codes)
}

/// The instrument's file for the second pot, under the name that its pot has.
fn masshunter(code: &str) -> String {
    format!(
        "Sample,,,,,,,205  Tl  [ He ] ,\r\n\
         ,Rjct,Acq. Date-Time,Type,Level,Sample Name,Comment,Conc. [ ug/l ],Conc. RSD\r\n\
         ,False,2026-11-24 10:02:00,Sample,,{code},,2.40,1.1\r\n\
         ,False,2026-11-24 10:05:00,Sample,,NOBODY-1,,9.9,1.0\r\n"
    )
}

#[test]
fn a_day_at_the_laboratorys_desk() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    gate::create(&installation, "smelter")?;
    let roles = ["--party", "smelter", "--role", "lab", "--role", "reviewer"];
    installation.account("analyst", &roles)?;
    installation.account("second", &["--party", "smelter", "--role", "reviewer"])?;
    let store = installation.store()?;
    let analyst = store.account_by_login("analyst")?.context("the analyst's account")?.id;
    drop(store);
    furnish(&installation, analyst.as_str())?;
    installation.start()?;
    let mut gate = Gate::open(&installation, "smelter", "")?;
    gate.goes_online()?;
    let codes = take_samples(&mut gate, &installation)?;
    let port = gate.agent.page()?.port();
    let file = gate.agent.folder().join("run-1.csv");
    std::fs::write(&file, masshunter(&codes[1]))?;
    let scan = |code: &String| -> Result<String> {
        Ok(qr_text("localhost", CodeKind::Sample, &code.parse()?))
    };
    let plan = json!({
        "base": format!("https://127.0.0.1:{port}"),
        "analyst": analyst.as_str(), "lead": LEAD, "pin": gate::PIN,
        "codes": codes[..BY_HAND],
        "scans": codes[..BY_HAND].iter().map(scan).collect::<Result<Vec<_>>>()?,
        "many": codes[BY_HAND..],
        "file": file.display().to_string(),
        "shots": std::env::var("TL_TEST_SHOTS").ok(),
    });
    let Some(answer) = drive_with(&plan, "lab.mjs")? else { return Ok(()) };
    by_hand(&answer);
    checks(&answer);
    the_rest(&answer)?;
    reviewed(&mut installation, &mut gate)?;
    installation.stop()
}

/// Receipt, opening, cells of every kind, one assay.
fn by_hand(answer: &Value) {
    assert!(text(answer, "/received").contains("已接收"), "{answer}");
    assert!(text(answer, "/again").contains("已接收过"), "{answer}");
    let kinds: Vec<&str> =
        answer["tray"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(kinds, ["空白", "", "", "平行样", "加标回收", "标准物质"], "the method's template");
    for (typed, mark, words) in [
        ("", "blank", "未检出请填 ND"),
        ("0", "warn", "结果为 0"),
        ("ND", "ok", "未检出"),
        ("<0.02", "ok", "低于限值"),
        ("—", "none", "未测"),
        ("O.35", "bad", "不是数字"),
        ("1.2 mg/lg", "bad", "不认识单位"),
    ] {
        let cell = &answer["cells"][typed];
        assert_eq!(cell["mark"], mark, "{typed:?}: {cell}");
        assert!(text(cell, "/words").contains(words), "{typed:?}: {cell}");
    }
    // 1 scan, the digits, Enter: (c × V × D ÷ m) with nothing else to do.
    assert_eq!(answer["assay"]["row"], "2", "the scan finds its row: {}", answer["assay"]);
    assert_eq!(text(answer, "/assay/shown"), "3.00 mg/kg (干基 dry)");
    let formula = text(answer, "/assay/formula");
    for part in ["1.20", "50 mL", "× 10", "0.2000 g", "3.00 mg/kg"] {
        assert!(formula.contains(part), "{part} in {formula}");
    }
    assert_eq!(answer["undone"], "1.20", "Ctrl+Z brings back what was typed over");
}

/// What checks stop and what they let go.
fn checks(answer: &Value) {
    let stopped = text(answer, "/blank/stopped");
    assert!(stopped.contains("空白不合格"), "{stopped}");
    let stated = text(answer, "/blank/stated");
    assert!(stated.contains("空白不合格"), "no words help a blank: {stated}");
    let asked = text(answer, "/deviation/asked");
    assert!(asked.contains("平行样不合格") && !asked.contains("空白"), "{asked}");
    assert_eq!(answer["deviation"]["analyst"], 0, "the analyst has no form for a deviation");
    let strip = text(answer, "/deviation/strip");
    assert!(strip.contains("≤ 20 %") && strip.contains("70–130 %"), "limits are shown: {strip}");
    assert!(text(answer, "/submitted").contains("已提交 3 个结果"), "{}", answer["submitted"]);
    let retest = text(answer, "/retest/label");
    assert!(retest.contains("-R1") && retest.contains("复测"), "{retest}");
    assert!(text(answer, "/retest/notice").contains("两次都保留"), "{}", answer["retest"]);
}

/// Files, moisture, the pasted table, and every page.
fn the_rest(answer: &Value) -> Result<()> {
    assert!(text(answer, "/file/said").contains("1 行待确认,1 行未匹配"), "{}", answer["file"]);
    assert_eq!(answer["file"]["before"], "", "nothing is a result before somebody takes it");
    assert_eq!(answer["file"]["after"], "2.40");
    assert_eq!(answer["file"]["left"], 1, "the line without a pot waits");
    assert!(text(answer, "/moisture/waits").contains("待烘干"), "{}", answer["moisture"]);
    // (65.0000 − 60.0000) ÷ (65.0000 − 40.0000).
    assert!(text(answer, "/moisture/shown").starts_with("20 %"), "{}", answer["moisture"]);
    assert!(text(answer, "/moisture/done").contains("已提交 1 个结果"), "{}", answer["moisture"]);
    assert_eq!(answer["moisture"]["filled"], "20", "the moisture comes to the next worksheet");
    let formula = text(answer, "/moisture/formula");
    assert!(formula.contains("÷ (1 − 0.2)"), "dry basis: {formula}");
    assert_eq!(answer["pasted"]["kept"], PASTED, "{}", answer["pasted"]);
    assert_eq!(answer["pasted"]["there"], PASTED, "after a reload: {}", answer["pasted"]);
    assert!(text(answer, "/pasted/said").contains("500"), "{}", answer["pasted"]);
    assert_eq!(answer["errors"], json!([]), "errors of the scripts");
    let pages = answer["pages"].as_array().context("the pages")?;
    assert!(pages.len() >= 16, "{}", pages.len());
    let fine = |it: &&Value| it["scroll"] == 0 && it["violations"] == json!([]);
    let wrong: Vec<String> = pages.iter().filter(|it| !fine(it)).map(Value::to_string).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// What reached the server: both results, deviation and workings; the analyst can't review it.
fn reviewed(installation: &mut Installation, gate: &mut Gate) -> Result<()> {
    wait::until("all entries are acknowledged", || {
        gate.agent.program()?.require_running()?;
        let Ok(status) = gate.agent.status_value() else { return Ok(None) };
        Ok((status["acked_through"] == status["dseq"]).then_some(()))
    })?;
    let client = installation.signed_in("analyst")?;
    let found = client.get("/api/v1/assays?limit=50")?.json()?;
    let rows = found["rows"].as_array().context("assays")?;
    let store = installation.store()?;
    let party = "smelter".parse()?;
    let mut of_first = Vec::new();
    let mut deviations = 0;
    for row in rows {
        let id = row["id"].as_str().context("an id")?.parse()?;
        let stored = store.entry(&party, id)?.context("its entry")?;
        let Body::AssayReport(report) = stored.view.entry.body else { continue };
        let analyte = report.determinations[0].analyte.as_str().to_owned();
        if analyte == "Tl" {
            let stated = report.quality.iter().filter_map(|check| check.deviation.as_deref());
            deviations += stated.filter(|words| words.contains("称样不均")).count();
            ensure!(report.record.is_some(), "no working: {report:?}");
        }
        of_first.push((report.sample, analyte, report.determinations[0].result.display()));
    }
    assert_eq!(of_first.len(), 4, "three results of the worksheet, one moisture: {of_first:?}");
    assert_eq!(deviations, 3, "each result carries the deviation");
    let twice: Vec<_> = of_first
        .iter()
        .filter(|(sample, analyte, _)| {
            let same = |other: &&(_, String, _)| other.0 == *sample && other.1 == *analyte;
            of_first.iter().filter(same).count() == 2
        })
        .collect();
    assert_eq!(twice.len(), 2, "a retest keeps both results: {of_first:?}");
    let id = rows[0]["id"].as_str().context("an id")?;
    let leaf = store.entry(&party, id.parse()?)?.context("its entry")?.view.leaf;
    let review = json!({"body": {"assay": id, "decision": "accept",
        "target": {"hash": leaf.to_string(), "id": id}}});
    let path = format!("/api/v1/assays/{id}/reviews");
    let own = client.post_json(&path, &review)?;
    assert_eq!(own.status, 422, "the analyst reviews: {}", own.text());
    let other = installation.signed_in("second")?.post_json(&path, &review)?;
    assert_eq!(other.status, 201, "another person reviews: {}", other.text());
    Ok(())
}
