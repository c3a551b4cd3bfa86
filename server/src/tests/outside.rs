//! An outside laboratory's report, from the sheet that went out to results that somebody reviews;
//! and the laboratory's forms.

use actix_web::http::header;
use actix_web::test;
use serde_json::{Value, json};
use tl_domain::event::{Body, Master};
use tl_domain::ids::{EntryId, PartyId};
use tl_ledger::Hash;
use tl_testkit as kit;

use super::check::check;
use super::forms::{Sent, read, send, size, values};
use super::world::World;
use crate::serve::page_service;

const TYPE: &str = "multipart/form-data; boundary=x7x7";
const PDF: &[u8] = b"%PDF-1.4 a report with a stamp";
const LAB: &str = "某检测公司";

fn party() -> PartyId {
    "alfa".parse().expect("an id")
}

/// Two pots that went to the laboratory, and one that did not.
fn sent_out(world: &World) -> [EntryId; 3] {
    let take = |number: u64, name: &str| {
        let body = json!({"code": kit::code(number).as_str(), "lab_name": name,
            "subject": {"batches": [{"batch": world.batch.to_string()}]}});
        world.append("alfa", Body::read("sample.take", body).expect("a sample")).0
    };
    let pots = [take(700, "S-A"), take(701, "S-B"), take(702, "S-C")];
    let sheet = json!({"number": "SY-1", "lab_name": LAB, "commission": "W-7",
        "analytes": ["Tl"], "due": "2026-11-20T00:00:00+08:00", "sampled_by": "received",
        "lines": [{"sample": pots[0].to_string(), "seal": "F-1"},
            {"sample": pots[1].to_string(), "seal": "F-2"}]});
    world.append("alfa", Body::read("sample.submit", sheet).expect("a sheet"));
    pots
}

/// The mapping, by its form.
async fn mapped(world: &World) {
    let pairs = [
        ("id", "lab-a"),
        ("name", "某检测 固体"),
        ("lab_name", LAB),
        ("cma_number", "CMA-1"),
        ("header_row", "2"),
        ("sample", "样品编号"),
        ("analyte-0", "Tl"),
        ("column-0", "铊"),
        ("unit-0", "mg/kg"),
        ("basis-0", "dry"),
        ("limit_column-0", "检出限"),
        ("limit_is-0", "detection"),
        ("analyte-1", "moisture"),
        ("column-1", "水分"),
        ("unit-1", "%"),
        ("basis-1", "wet"),
        ("limit_is-1", "detection"),
        ("skip", "空白\n质控"),
        ("active", "true"),
    ];
    let answer = send(world, "ehs", "/lab-mappings/new", &values(world, &pairs)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}

fn table() -> String {
    format!(
        "检测报告,,,\n样品编号,铊(mg/kg),检出限,水分(%)\n{},12.30,0.02,8.5\nf-2,ND,0.02,\n\
         {},4.5,0.02,\nX-9,4.5,0.02,\n空白,ND,0.02,\n",
        kit::code(700).display(),
        kit::code(702)
    )
}

fn multipart(fields: &[(&str, &str)], file: &str, pdf: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--x7x7\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend(head.as_bytes());
        body.extend(value.as_bytes());
        body.extend(b"\r\n");
    }
    for (name, named, bytes) in [("file", "r.csv", file.as_bytes()), ("pdf", "r.pdf", pdf)] {
        let head = format!(
            "--x7x7\r\nContent-Disposition: form-data; name=\"{name}\"; \
             filename=\"{named}\"\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--x7x7--\r\n");
    body
}

async fn post(world: &World, login: &str, path: &str, body: Vec<u8>) -> Sent {
    let service = test::init_service(page_service!(world.app.clone())).await;
    let request = test::TestRequest::post()
        .uri(path)
        .insert_header(("cookie", world.cookie(login)))
        .insert_header((header::CONTENT_TYPE, TYPE))
        .set_payload(body)
        .to_request();
    let answer = test::call_service(&service, request).await;
    let status = answer.status().as_u16();
    let body = test::read_body(answer).await;
    let text = String::from_utf8_lossy(&body).into_owned();
    Sent { status, target: String::new(), text }
}

const FORM: [(&str, &str); 3] =
    [("mapping", "lab-a"), ("number", "R-2026-7"), ("purpose", "receiving")];

/// The hidden values of a preview's first form.
fn hidden(page: &str) -> Vec<(String, String)> {
    let form = page.split("<form").find(|it| it.contains("/submissions/import/")).expect("a form");
    let form = form.split("</form>").next().unwrap_or_default();
    let value = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("{name}=\""))?;
        Some(rest.split('"').next()?.to_owned())
    };
    form.split("<input")
        .skip(1)
        .filter_map(|it| Some((value(it, "name")?, value(it, "value")?)))
        .collect()
}

fn report(world: &World, sample: EntryId) -> Vec<(EntryId, tl_domain::event::AssayReport)> {
    let object = tl_domain::project::Object::Sample(sample.into());
    let rows = world.app.store.assays_of(&party(), &object).expect("store");
    let body = |row: tl_domain::project::AssayRow| {
        let stored = world.app.store.entry(&party(), row.id.entry()).expect("store");
        match stored.expect("an entry").view.entry.body {
            Body::AssayReport(report) => (row.id.entry(), report),
            other => panic!("{other:?}"),
        }
    };
    rows.into_iter().map(body).collect()
}

#[actix_web::test]
async fn a_report_is_previewed_recorded_once_and_reviewed_by_another_person() {
    let world = World::new();
    let pots = sent_out(&world);
    mapped(&world).await;
    let before = size(&world);
    let shown = post(&world, "lab", "/submissions/import", multipart(&FORM, &table(), PDF)).await;
    assert_eq!((shown.status, size(&world)), (200, before), "a preview: {}", shown.text);
    for words in [
        "12.30 mg/kg (dry)",
        "ND(0.02) mg/kg",
        "不在送往该实验室的送样单上",
        "“X-9”不是送样单上的样签",
        "实验室自己的行",
        "送样单没有要求测 moisture",
        "签名入账 2 份报告",
        "SY-1",
    ] {
        assert!(shown.text.contains(words), "{words} in {}", shown.text);
    }
    let named = hidden(&shown.text);
    let done = send(&world, "lab", "/submissions/import/record", &named).await;
    assert_eq!((done.status, size(&world)), (303, before + 2), "{}", done.text);
    let found = report(&world, pots[0]);
    let [(id, first)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(first.report_number.as_deref(), Some("R-2026-7"));
    assert_eq!(first.determinations.len(), 2, "content and moisture of one row");
    assert_eq!(first.determinations[0].result.display(), "12.30", "digits as printed");
    let record = first.record.as_ref().expect("a record");
    assert_eq!(record.submission.as_deref(), Some("SY-1"));
    assert_eq!(record.commission.as_deref(), Some("W-7"));
    let names: Vec<&str> = first.blobs.iter().map(|blob| blob.name.as_str()).collect();
    assert_eq!(names, ["r.csv", "r.pdf"]);
    assert_eq!(first.blobs[1].sha256, Hash::of(PDF), "the PDF by its hash");
    let kept = world.app.store.blob_path(&party(), &first.blobs[1].sha256).expect("store");
    assert_eq!(std::fs::read(kept.expect("kept")).expect("a file"), PDF);
    assert_eq!(report(&world, pots[1])[0].1.determinations[0].result.display(), "ND(0.02)");
    assert!(report(&world, pots[2]).is_empty(), "what is on no sheet is none of this report");
    // The same file, the same form again: nothing new.
    let again = send(&world, "lab", "/submissions/import/record", &named).await;
    assert_eq!((again.status, size(&world)), (303, before + 2), "{}", again.text);
    let shown = post(&world, "lab", "/submissions/import", multipart(&FORM, &table(), PDF)).await;
    assert!(shown.text.contains("已录入过，数值相同"), "{}", shown.text);
    assert!(!shown.text.contains("签名入账"), "nothing is offered: {}", shown.text);
    // Another figure under the same number is no second result.
    let other = table().replace("12.30", "21.30");
    let shown = post(&world, "lab", "/submissions/import", multipart(&FORM, &other, PDF)).await;
    assert!(shown.text.contains("数值不同"), "{}", shown.text);
    let paths = (format!("/assays/{id}/review"), values(&world, &[("decision", "accept")]));
    assert_eq!(send(&world, "lab", &paths.0, &paths.1).await.status, 403);
    assert_eq!(send(&world, "reviewer", &paths.0, &paths.1).await.status, 303);
}

#[actix_web::test]
async fn the_person_gets_the_own_table_back_with_its_reasons() {
    let world = World::new();
    sent_out(&world);
    mapped(&world).await;
    let shown = post(&world, "lab", "/submissions/import", multipart(&FORM, &table(), b"")).await;
    assert!(shown.text.contains("没有附报告 PDF"), "{}", shown.text);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let request = test::TestRequest::post()
        .uri("/submissions/import/marked")
        .insert_header(("cookie", world.cookie("lab")))
        .set_form(hidden(&shown.text))
        .to_request();
    let answer = test::call_service(&service, request).await;
    assert_eq!(answer.status(), 200);
    let bytes = test::read_body(answer).await;
    let book = tl_sheets::book::read(&bytes).expect("a workbook");
    let rows = &book.sheets[0].rows;
    assert_eq!(rows[1].cell(0).text, "导入结果");
    assert_eq!(rows[2].cell(2).text, "12.30", "the table as it was");
    assert!(rows[2].cell(0).text.starts_with("✓ 可录入"), "{:?}", rows[2].cell(0));
    assert!(rows[4].cell(0).text.contains("不在送往该实验室的送样单上"));
}

#[actix_web::test]
async fn what_is_no_report_is_refused_with_words() {
    let world = World::new();
    sent_out(&world);
    mapped(&world).await;
    let before = size(&world);
    let path = "/submissions/import";
    for (form, file, pdf, words) in [
        (&FORM[..], "", PDF, "请选择文件"),
        (&FORM[1..], "a,b\n", PDF, "请填写"),
        (&FORM[..], "样品,铊\n1,2\n", PDF, "没有“样品编号”"),
        (&FORM[..], "PK\u{3}\u{4}broken", PDF, "XLSX"),
        (&FORM[..], "a,b\n", b"MZ", "不是 PDF"),
        (&[("mapping", "lab-z")][..], "a,b\n", PDF, "lab-z"),
    ] {
        let answer = post(&world, "lab", path, multipart(form, file, pdf)).await;
        assert_eq!(answer.status, 422, "{words}: {}", answer.text);
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    assert_eq!(post(&world, "gate", path, multipart(&FORM, "a", PDF)).await.status, 403);
    let other = vec![("file-sha256".to_owned(), Hash::of(b"other").to_string())];
    assert_eq!(send(&world, "lab", "/submissions/import/record", &other).await.status, 404);
    assert_eq!(size(&world), before);
    let large = vec![b'a'; crate::limits::FILES_BYTES_MAX + 1];
    assert_eq!(post(&world, "lab", path, large).await.status, 413);
    let without_number = multipart(&[("mapping", "lab-a")], &table(), PDF);
    let shown = post(&world, "lab", path, without_number).await;
    assert!(shown.text.contains("没有报告编号"), "{}", shown.text);
}

#[actix_web::test]
async fn two_rows_of_one_sample_leave_nothing_half_done() {
    let world = World::new();
    let pots = sent_out(&world);
    mapped(&world).await;
    let file = format!(
        "\n样品编号,铊(mg/kg),检出限,水分(%)\n{},1.0,,\nF-1,2.0,,\nF-2,O.5,,\nS-B,,,7\n",
        kit::code(700)
    );
    let shown = post(&world, "lab", "/submissions/import", multipart(&FORM, &file, PDF)).await;
    assert!(shown.text.contains("未说明以哪个为准"), "{}", shown.text);
    assert!(shown.text.contains("第 5 行有误"), "the moisture waits too: {}", shown.text);
    assert!(!shown.text.contains("签名入账"), "{}", shown.text);
    assert!(report(&world, pots[0]).is_empty() && report(&world, pots[1]).is_empty());
}

#[actix_web::test]
async fn programs_import_by_the_api() {
    let world = World::new();
    sent_out(&world);
    mapped(&world).await;
    let path = "/api/v1/submissions/imports";
    let before = size(&world);
    let document: Value = serde_json::from_str(&crate::openapi::text()).expect("JSON");
    for (store, status, count) in [("false", 200, 0), ("true", 201, 2), ("true", 200, 0)] {
        let fields: Vec<_> = FORM.into_iter().chain([("store", store)]).collect();
        let answer = post(&world, "lab", path, multipart(&fields, &table(), PDF)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        let body: Value = serde_json::from_str(&answer.text).expect("JSON");
        assert_eq!(body["stored"].as_array().map(Vec::len), Some(count));
        let responses = &document["paths"][path]["post"]["responses"];
        let content = &responses[status.to_string().as_str()]["content"];
        let media = content.as_object().expect("documented").values().next().expect("a type");
        let wrong = check(&document, &media["schema"], &body);
        assert!(wrong.is_empty(), "{wrong:#?}\n{body:#}");
        assert_eq!(body["counts"]["refused"], 2);
    }
    assert_eq!(size(&world), before + 2);
}

#[actix_web::test]
async fn a_plan_is_drafted_by_one_person_and_approved_by_another() {
    let world = World::new();
    let pairs = [
        ("id", "plan-9"),
        ("name", "铊检测计划"),
        ("site", "main"),
        ("valid_from", "2026-01-01"),
        ("valid_to", "2027-01-01"),
        ("shift_hours", "8"),
        ("material-0", "zn-conc"),
        ("frequency-0", "each_batch"),
        ("standard-0", "内控"),
        ("material-1", "calcine"),
        ("point-1", "node/roast"),
        ("frequency-1", "weekly_composite"),
        ("standard-1", "HJ 1259"),
        ("term-1", "20"),
        ("moving-1", "true"),
        ("active", "true"),
    ];
    let answer = send(&world, "admin", "/assay-plan/new", &values(&world, &pairs)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let lines = read(&world, "ehs", "/assay-plan").await;
    assert!(lines.contains("/assay-plan/plan-9/approve"), "{lines}");
    let form = read(&world, "ehs", "/assay-plan/plan-9/approve").await;
    let target = form.split("name=\"target\" value=\"").nth(1).expect("a target");
    let target = target.split('"').next().expect("a value");
    let decision = values(&world, &[("decision", "accept"), ("target", target)]);
    let done = send(&world, "ehs", "/assay-plan/plan-9/approve", &decision).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let approved = world.app.store.plans(&party()).expect("store");
    assert_eq!(approved[0].approved.len(), 1);
    let change = read(&world, "ehs", "/assay-plan/plan-9").await;
    assert!(change.contains("HJ 1259") && change.contains("value=\"20\""), "{change}");
    // A version that EHS changed can't be approved by EHS.
    let own = send(&world, "ehs", "/assay-plan/plan-9", &values(&world, &pairs[1..])).await;
    assert_eq!(own.status, 303, "{}", own.text);
    let decision = values(&world, &[("decision", "accept"), ("target", target)]);
    let stale = send(&world, "ehs", "/assay-plan/plan-9/approve", &decision).await;
    assert_eq!(stale.status, 422, "another version by now, of one's own");
    let mut none = pairs[..6].to_vec();
    none[0].1 = "plan-8";
    let empty = send(&world, "ehs", "/assay-plan/new", &values(&world, &none)).await;
    assert!(empty.text.contains("至少填写一个项目"), "{}", empty.text);
}

#[actix_web::test]
async fn a_method_keeps_its_template_and_limits_and_samples_go_out_by_a_form() {
    let world = World::new();
    let pairs = [
        ("id", "icp-9"),
        ("name", "HJ 766"),
        ("analyte", "Tl"),
        ("unit", "mg/kg"),
        ("lod", "0.02"),
        ("loq", "0.08"),
        ("blank-first", "true"),
        ("duplicate-every", "10"),
        ("spike-last", "true"),
        ("duplicate_percent", "20"),
        ("spike-low", "70"),
        ("spike-high", "130"),
        ("digits", "3"),
        ("source", "HJ 766-2015 11"),
        ("active", "true"),
    ];
    let answer = send(&world, "ehs", "/masters/method/new", &values(&world, &pairs)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let row = world.app.store.master(&party(), "method", "icp-9").expect("store").expect("there");
    let Master::Method(method) = row.record else { panic!("a method") };
    let series = method.series.expect("rules");
    assert_eq!(series.template.len(), 3);
    assert_eq!(series.template[1].every, Some(10));
    let spike = series.limits.spike_percent.expect("limits");
    assert_eq!((spike.low.as_str(), spike.high.as_str()), ("70", "130"));
    let form = read(&world, "ehs", "/masters/method/icp-9").await;
    assert!(form.contains("HJ 766-2015 11") && form.contains("value=\"130\""), "{form}");
    let half = [("name", "x"), ("analyte", "Tl"), ("unit", "mg/kg"), ("spike-low", "70")];
    let half = send(&world, "ehs", "/masters/method/icp-9", &values(&world, &half)).await;
    assert_eq!(half.status, 422);
    assert!(half.text.contains("上下限须同时填写"), "{}", half.text);
    sent_out(&world);
    let pots = format!("{} F-9\n{}", kit::code(700).display(), kit::code(702));
    let sheet = |pots: &str| {
        let pairs = [
            ("pots", pots),
            ("lab_name", LAB),
            ("number", "SY-2"),
            ("analytes", "Tl、moisture"),
            ("due", "2026-11-30"),
            ("sampled_by", "on_site"),
        ];
        values(&world, &pairs)
    };
    let done = send(&world, "lab", "/submissions/new", &sheet(&pots)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let shown = read(&world, "lab", done.target.split('?').next().unwrap_or_default()).await;
    assert!(shown.contains("F-9") && shown.contains("现场采样"), "{shown}");
    let taken = send(&world, "lab", "/submissions/new", &sheet(&pots)).await;
    assert!(taken.text.contains("已用过"), "{}", taken.text);
    let odd = send(&world, "lab", "/submissions/new", &sheet("ZZZ")).await;
    assert!(odd.text.contains("“ZZZ”不是本厂的样签"), "{}", odd.text);
}
