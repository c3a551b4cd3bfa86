//! The laboratory by its pages: a pot, a worksheet, cells of every kind, files, a failed blank.

use serde_json::{Value, json};
use tl_domain::code::Code;
use tl_domain::event::{Body, Entry, Master};

use super::*;

fn pot() -> Code {
    Code::issue(7_000_000).expect("issued")
}

/// A method with a template and a sample that was taken elsewhere.
fn furnish(page: &Page) {
    let mut next = page.site.now().snapshot.clone().expect("a snapshot");
    next.version += 1;
    let method = json!({"what": "method", "id": "icp", "name": "ICP-MS", "analyte": "Tl",
        "unit": "mg/kg", "lod": "0.05", "series": {"digits": 3, "template": [
            {"check": "blank", "first": true, "last": false},
            {"check": "duplicate", "first": false, "last": true}],
            "limits": {"duplicate_percent": "20"}}});
    let method: Master = serde_json::from_value(method).expect("a method");
    next.masters.push(method);
    next.samples.push(tl_wire::snapshot::KnownSample {
        id: tl_domain::ids::EntryId(uuid::Uuid::from_u128((7 << 76) | (2 << 62))),
        code: Some(pot()),
        lab_name: Some("W-7".to_owned()),
    });
    take(page, &next);
}

fn send(path: &str, token: &str, body: &Value) -> test::TestRequest {
    test::TestRequest::post()
        .uri(path)
        .insert_header(("host", "edge:8443"))
        .insert_header(("origin", "https://edge:8443"))
        .insert_header(("HX-Request", "true"))
        .cookie(Cookie::new(guard::SESSION_COOKIE, token.to_owned()))
        .set_json(body)
}

fn upload(path: &str, token: &str, body: Vec<u8>) -> test::TestRequest {
    test::TestRequest::post()
        .uri(path)
        .insert_header(("host", "edge:8443"))
        .insert_header(("origin", "https://edge:8443"))
        .insert_header(("HX-Request", "true"))
        .cookie(Cookie::new(guard::SESSION_COOKIE, token.to_owned()))
        .set_payload(body)
}

macro_rules! sheet {
    ($app:expr, $token:expr) => {{
        let code = pot();
        let form = [
            ("once", "o1"),
            ("kind", "content"),
            ("pots", code.as_str()),
            ("method", "icp"),
            ("unit", "ug/L"),
            ("volume", "50"),
            ("dilution", "10"),
            ("dried", "1"),
            ("purpose", "process"),
            ("standing", "preliminary"),
        ];
        let answer = call!($app, post("/lab/sheets", $token, &form));
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer.location
    }};
}

fn cell(n: u32, field: &str, text: &str) -> Value {
    json!({"n": n, "field": field, "text": text})
}

fn reports(page: &Page) -> Vec<Body> {
    let start = Mark { epoch: 0, through: 0 };
    let rows = page.outbox.read(|db| crate::outbox::pending(db, start, 1_000)).expect("rows");
    let read = |bytes: &[u8]| {
        let envelope = Envelope::parse(bytes).expect("an envelope");
        Entry::read(&envelope.payload).expect("an entry").body
    };
    rows.iter().map(|row| read(row.envelope.as_deref().expect("kept"))).collect()
}

#[actix_web::test]
async fn a_failed_blank_stops_the_worksheet_and_a_good_one_lets_it_go() {
    page!(app, page);
    furnish(&page);
    let token = signed_in!(&app);
    let code = pot();
    let received = call!(&app, post("/lab/receive", &token, &[("code", code.as_str())]));
    assert!(received.location.starts_with("/lab?received="), "{}", received.text());
    let again = call!(&app, post("/lab/receive", &token, &[("code", code.as_str())])).location;
    assert!(again.ends_with("again=1"), "{again}");
    let sheet = sheet!(&app, &token);
    let cells = format!("{sheet}/cells");
    let odd = [
        ("", "blank"),
        ("ND", "ok"),
        ("０.３５", "ok"),
        ("O.35", "bad"),
        ("0", "warn"),
        ("0.35 mg/lg", "bad"),
        ("0.35 mg/kg", "bad"),
        ("—", "none"),
        ("<0.02", "ok"),
    ];
    for (text, mark) in odd {
        let change = json!({"changes": [cell(2, "result", text), cell(2, "mass", "0.5")]});
        let answer = call!(&app, send(&cells, &token, &change));
        let view: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(view["rows"][1]["mark"], mark, "{text}: {}", view["rows"][1]);
    }
    let all = |blank: &str| {
        json!({"changes": [cell(1, "result", blank), cell(2, "result", "1.20"),
            cell(2, "mass", "0.5"), cell(3, "result", "1.25"), cell(3, "mass", "0.5")]})
    };
    call!(&app, send(&cells, &token, &all("0.9")));
    let refused = call!(&app, post(&format!("{sheet}/submit"), &token, &[("once", "s1")]));
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("空白不合格"), "{}", refused.text());
    assert!(reports(&page).is_empty(), "nothing went");
    call!(&app, send(&cells, &token, &all("<0.01")));
    let done = call!(&app, post(&format!("{sheet}/submit"), &token, &[("once", "s2")]));
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let bodies = reports(&page);
    let [Body::AssayReport(report)] = bodies.as_slice() else { panic!("{bodies:?}") };
    // 1.20 µg/L × 50 mL × 10 ÷ 0.5 g.
    assert_eq!(report.determinations[0].result.display(), "1.20");
    assert_eq!(report.quality.iter().filter(|check| check.passed).count(), 2);
    assert_eq!(report.record.as_ref().map(|it| it.workings.len()), Some(1));
    for path in [sheet.clone(), format!("{sheet}/print"), format!("{sheet}/run.csv")] {
        assert_eq!(call!(&app, get(&path, &token)).status, StatusCode::OK, "{path}");
    }
}

#[actix_web::test]
async fn lines_of_a_file_wait_until_somebody_takes_them() {
    page!(app, page);
    furnish(&page);
    let token = signed_in!(&app);
    let sheet = sheet!(&app, &token);
    // 样品,结果(ug/L) in GBK.
    let mut bytes = b"\xd1\xf9\xc6\xb7,\xbd\xe1\xb9\xfb(ug/L)\r\n".to_vec();
    bytes.extend(b"W-7,1.20\r\nX-9,3.4\r\n");
    let path = format!("{sheet}/file?name=a.csv&format=table");
    let read = call!(&app, upload(&path, &token, bytes.clone()));
    assert!(read.text().contains("1 行待确认,1 行未匹配"), "{}", read.text());
    let twice = call!(&app, upload(&path, &token, bytes));
    assert!(twice.text().contains("已经导入过"), "{}", twice.text());
    let text = call!(&app, get(&sheet, &token)).text();
    assert!(!text.contains("value=\"1.20\""), "nothing is a result yet: {text}");
    let form = [("once", "t1"), ("line", "1"), ("line", "2"), ("act", "take")];
    let taken = call!(&app, post(&format!("{sheet}/imports/1"), &token, &form));
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
    let text = call!(&app, get(&sheet, &token)).text();
    assert!(text.contains("value=\"1.20\"") && text.contains("X-9"), "the tray keeps X-9");
    let header =
        b",,,205  Tl  [ He ] ,,\r\nRjct,Acq. Date-Time,Sample Name,Conc. [ ug/l ],Conc. RSD\r\n";
    let read = call!(
        &app,
        upload(&format!("{sheet}/file?name=b.csv&format=masshunter"), &token, header.to_vec())
    );
    assert_eq!(read.status, StatusCode::OK, "{}", read.text());
}
