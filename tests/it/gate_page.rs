//! The gate's page in a real browser: every way in which a scanner types, scans without a
//! connection, a person who comes back, and pages that gloves and screen readers can use.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tl_domain::code::{CodeKind, qr_text};
use tl_tests::browser::drive_with;
use tl_tests::gate::{self, Gate};
use tl_tests::installation::Installation;

/// First of the codes that are scanned here.
const FIRST: u64 = 90_000;
/// Pages that everybody at the gate sees.
const PAGES: [&str; 19] = [
    "/",
    "/arrive",
    "/intake",
    "/sample",
    "/runs",
    "/dispatch",
    "/receive",
    "/stock",
    "/places",
    "/place/pile-1",
    "/waste",
    "/shift",
    "/shift/handover",
    "/paper",
    "/wall",
    "/camera",
    "/queue",
    "/status",
    "/login",
];

fn scan(nth: u64) -> String {
    qr_text("localhost", CodeKind::Batch, &tl_testkit::code(FIRST + nth))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn a_scanner_is_heard_everywhere_and_nothing_is_lost_or_doubled() -> Result<()> {
    let mut installation = Installation::sqlite()?;
    gate::create(&installation, "smelter")?;
    installation.start()?;
    let mut gate = Gate::open(&installation, "smelter", "")?;
    gate.goes_online()?;
    gate.person(&installation)?;
    let port = gate.agent.page()?.port();
    let fresh = scan(0);
    let last = fresh.len() - 1;
    let wrong = format!("{}{}", &fresh[..last], if fresh.ends_with('0') { '1' } else { '0' });
    let shots = std::env::var("TL_TEST_SHOTS").ok();
    let plan = json!({
        "base": format!("https://127.0.0.1:{port}"),
        "operator": gate::OPERATOR,
        "pin": gate::PIN,
        // 毛重: the third command of the wall card.
        "command": "HTTPS://LOCALHOST/C/0000000033",
        "fresh": fresh,
        "wrong": wrong,
        "twenty": (1..=20).map(scan).collect::<Vec<_>>(),
        "pages": PAGES,
        "shots": shots,
    });
    let Some(answer) = drive_with(&plan, "desk.mjs")? else { return Ok(()) };
    for way in ["burst", "bluetooth", "caps", "ime"] {
        let told = text(&answer, &format!("/scans/{way}/told"));
        assert!(told.contains("毛重"), "{way}: {told}");
        assert_eq!(text(&answer, &format!("/scans/{way}/field")), "note ", "{way}");
    }
    let foreign = text(&answer, "/scans/foreign/told");
    assert!(foreign.contains("不是本系统的码:HTTPS://WX.EXAMPLE/R/ABC"), "{foreign}");
    let check = text(&answer, "/scans/check/told");
    assert!(check.contains("校验位不符"), "{check}");
    assert_eq!(text(&answer, "/typed/told"), "", "typing is no scan");
    assert!(text(&answer, "/typed/field").contains("see sheet 17/B."), "{answer}");
    assert_eq!(text(&answer, "/jump"), tl_testkit::code(FIRST).as_str());
    assert_eq!(text(&answer, "/draft"), "LOT-7", "what was half-filled comes back");
    assert_eq!(answer["kept"], 20, "kept in the browser");
    assert!(text(&answer, "/pill").contains("离线·已存本机 20 条"), "{}", text(&answer, "/pill"));
    assert_eq!((&answer["lost"], &answer["posts"]), (&json!(3), &json!(23)), "answers lost");
    assert_eq!(answer["registered"], 20, "each entry once");
    assert!(text(&answer, "/again").contains("已收过"), "{}", text(&answer, "/again"));
    assert!(text(&answer, "/undone").contains("已撤销"), "{}", text(&answer, "/undone"));
    assert_eq!(answer["errors"], json!([]), "errors of the scripts");
    let pages = answer["pages"].as_array().context("the pages")?;
    assert_eq!(pages.len(), PAGES.len() * 3);
    let fine = |it: &&Value| {
        it["scroll"] == 0 && it["small"] == json!([]) && it["violations"] == json!([])
    };
    let wrong: Vec<String> = pages.iter().filter(|it| !fine(it)).map(Value::to_string).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    installation.stop()
}
