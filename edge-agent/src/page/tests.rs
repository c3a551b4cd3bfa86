//! The page by its forms: sign-in, arrival, weighing, labels, and what it refuses.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::body::to_bytes;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{App, test};
use argon2::password_hash::PasswordHasher as _;
use tl_ledger::{Envelope, SNAPSHOT_TYPE, Signer, canonical};
use tl_wire::snapshot::SnapshotUser;

use super::*;
use crate::capture::tests::site;
use crate::held::tests::log::FakeLog;
use crate::held::{Judgement, judge};
use crate::keeper::ChainState;
use crate::outbox::Mark;
use crate::outbox::tests::{enrolled, open};

/// A page over an outbox with one user, without TLS.
macro_rules! page {
    ($app:ident, $page:ident) => {
        page!($app, $page, "node = 'gate'");
    };
    ($app:ident, $page:ident, $config:expr) => {
        let (_directory, home) = enrolled();
        let (outbox, _writer) = open(&home);
        let $page = web::Data::new(new_page(&outbox, $config));
        let $app = test::init_service(
            App::new()
                .app_data($page.clone())
                .wrap(from_fn(guard::guard))
                .wrap(headers())
                .configure(routes),
        )
        .await;
    };
}

/// The hash of PIN 2468 that takes so much memory.
fn pin_hash(memory_kib: u32) -> String {
    let params = argon2::Params::new(memory_kib, 1, 1, None).expect("parameters");
    let argon2 = argon2::Argon2::new(Default::default(), Default::default(), params);
    argon2.hash_password_with_salt(b"2468", b"0123456789abcdef").expect("hashed").to_string()
}

fn new_page(outbox: &Outbox, config: &str) -> Page {
    let config = Config::parse(config).expect("a configuration");
    let shared = SharedSite::default();
    let mut known = site(Some((1_000_000, 1000)));
    if let Some(snapshot) = &mut known.snapshot {
        snapshot.users.push(SnapshotUser {
            operator: "u-7".parse().expect("an id"),
            name: "韦工".to_owned(),
            pin_hash: pin_hash(4096),
            badge: None,
            roles: vec!["gate".to_owned()],
        });
        snapshot.users.push(SnapshotUser {
            operator: "u-8".parse().expect("an id"),
            name: "旧".to_owned(),
            pin_hash: pin_hash(4097),
            badge: None,
            roles: vec!["gate".to_owned()],
        });
    }
    let payload = canonical::to_vec(&known.snapshot).expect("representable");
    let envelope = Envelope::sign_as(SNAPSHOT_TYPE, payload, &Signer::from_seed(&[9; 32]));
    let bytes = envelope.expect("signed").to_bytes();
    shared.take(bytes, Mark { epoch: 1, through: 0 }, outbox).expect("taken");
    Page::new(
        &config,
        outbox,
        &shared,
        (Arc::new(Board::default()), Arc::new(BTreeMap::new())),
        &Arc::new(LinkStatus::new()),
        &Arc::new(Mutex::new(ChainState::Whole)),
    )
}

struct Answer {
    status: StatusCode,
    location: String,
    cookie: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a request and takes the answer apart.
macro_rules! call {
    ($app:expr, $request:expr) => {{
        let response = test::call_service($app, $request.to_request()).await;
        let status = response.status();
        let header = |name: &str| {
            let value = response.headers().get(name).and_then(|it| it.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let location = header("location") + &header("hx-redirect");
        let cookie = response
            .response()
            .cookies()
            .find(|cookie| cookie.name() == guard::SESSION_COOKIE)
            .map(|cookie| cookie.value().to_owned());
        let body = to_bytes(response.into_body()).await.ok().expect("a body").to_vec();
        Answer { status, location, cookie, body }
    }};
}

/// The token of a session of the one user.
macro_rules! signed_in {
    ($app:expr) => {{
        let form = [("operator", "u-7"), ("pin", "2468"), ("next", "/arrive")];
        let answer = call!($app, post("/login", "", &form));
        let expected = (StatusCode::SEE_OTHER, "/arrive");
        assert_eq!((answer.status, answer.location.as_str()), expected);
        answer.cookie.expect("a session")
    }};
}

fn get(path: &str, token: &str) -> test::TestRequest {
    test::TestRequest::get().uri(path).cookie(Cookie::new(guard::SESSION_COOKIE, token.to_owned()))
}

fn post(path: &str, token: &str, fields: &[(&str, &str)]) -> test::TestRequest {
    test::TestRequest::post()
        .uri(path)
        .insert_header(("host", "edge:8443"))
        .insert_header(("origin", "https://edge:8443"))
        .cookie(Cookie::new(guard::SESSION_COOKIE, token.to_owned()))
        .set_form(fields)
}

#[actix_web::test]
async fn nobody_sees_anything_without_signing_in() {
    page!(app, _page);
    for path in ["/", "/queue", "/arrive", "/batch/x", "/label/batch/00000YGJ34.svg"] {
        let answer = call!(&app, get(path, ""));
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.location.starts_with("/login?next="), "{path}");
    }
    let login = call!(&app, get("/login", "")).text();
    assert!(login.contains("韦工") && login.contains("lang=\"zh-CN\""), "{login}");
    let english = call!(&app, get("/login?lang=en", "")).text();
    assert!(english.contains("Sign in") && !english.contains("登录"), "{english}");
}

#[actix_web::test]
async fn a_pin_that_would_take_too_much_memory_is_not_tried_and_says_what_to_do() {
    page!(app, _page);
    let form = [("operator", "u-8"), ("pin", "2468"), ("next", "/arrive")];
    let answer = call!(&app, post("/login?lang=en", "", &form));
    assert!(answer.cookie.is_none() && answer.text().contains("PIN anew"), "{}", answer.text());
}

#[actix_web::test]
async fn wrong_pins_lock_the_person_out() {
    page!(app, _page);
    for _ in 0..5 {
        let form = [("operator", "u-7"), ("pin", "1111")];
        let answer = call!(&app, post("/login", "", &form));
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.cookie.is_none());
    }
    let right = [("operator", "u-7"), ("pin", "2468")];
    let answer = call!(&app, post("/login", "", &right));
    assert!(answer.text().contains("分钟后再试"), "{}", answer.text());
}

#[actix_web::test]
async fn wrong_pins_that_come_together_count_one_by_one() {
    page!(app, _page);
    let wrong = [("operator", "u-7"), ("pin", "1111")];
    let four = || async {
        let one = || async { call!(&app, post("/login", "", &wrong)).text() };
        let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
        [a, b, c, d]
    };
    // Each is under way before the first one is answered.
    let (a, b, c, d) = tokio::join!(four(), four(), four(), four());
    let answers = [a, b, c, d].concat();
    let looked_at = answers.iter().filter(|text| text.contains("PIN 不正确")).count();
    assert_eq!((answers.len(), looked_at), (16, 5));
}

#[actix_web::test]
async fn who_is_no_user_of_the_site_any_more_is_signed_out() {
    page!(app, page);
    let token = signed_in!(&app);
    assert_eq!(call!(&app, get("/", &token)).status, StatusCode::OK);
    let mut next = page.site.now().snapshot.clone().expect("a snapshot");
    next.version += 1;
    next.users[0].roles = vec!["lab".to_owned()];
    take(&page, &next);
    let form = [("material", "ore"), ("node", "gate")];
    let answer = call!(&app, post("/arrive", &token, &form));
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "another role");
    next.version += 1;
    next.users.clear();
    take(&page, &next);
    assert_eq!(call!(&app, get("/", &token)).status, StatusCode::SEE_OTHER);
}

/// The server sends another snapshot.
fn take(page: &Page, snapshot: &tl_wire::snapshot::Snapshot) {
    let payload = canonical::to_vec(snapshot).expect("representable");
    let envelope = Envelope::sign_as(SNAPSHOT_TYPE, payload, &Signer::from_seed(&[9; 32]));
    let bytes = envelope.expect("signed").to_bytes();
    page.site.take(bytes, Mark { epoch: 1, through: 0 }, &page.outbox).expect("taken");
}

#[actix_web::test]
async fn a_form_of_another_site_is_refused() {
    page!(app, page);
    let token = signed_in!(&app);
    let request = test::TestRequest::post()
        .uri("/arrive")
        .insert_header(("host", "edge:8443"))
        .insert_header(("origin", "https://evil.example"))
        .cookie(Cookie::new(guard::SESSION_COOKIE, token))
        .set_form([("material", "ore"), ("node", "gate")]);
    assert_eq!(call!(&app, request).status, StatusCode::FORBIDDEN);
    assert_eq!(page.outbox.read(crate::outbox::counts).expect("counted").entries, 0);
}

#[actix_web::test]
async fn a_truck_is_registered_weighed_and_labelled() {
    page!(app, page);
    let token = signed_in!(&app);
    let form =
        [("material", "ore"), ("node", "gate"), ("declared", "\u{FF12}\u{FF10}.1"), ("unit", "t")];
    let answer = call!(&app, post("/arrive", &token, &form));
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let card = answer.location;
    assert!(card.starts_with("/batch/"), "{card}");
    let weigh = format!("{card}/weigh");
    let no_reason = [("side", "gross"), ("value", "32450"), ("unit", "kg")];
    let answer = call!(&app, post(&weigh, &token, &no_reason));
    assert!(answer.text().contains("原因"), "{}", answer.text());
    // Full-width digits are digits.
    let gross = [("side", "gross"), ("value", "\u{FF13}2,450"), ("unit", "kg"), ("reason", "秤坏")];
    assert_eq!(call!(&app, post(&weigh, &token, &gross)).location, card);
    let open = call!(&app, get(&card, &token)).text();
    assert!(open.contains("已记 32450 kg,待皮重"), "{open}");
    let tare = [("side", "tare"), ("value", "12450"), ("unit", "kg"), ("reason", "秤坏")];
    let done = call!(&app, post(&weigh, &token, &tare)).location;
    assert!(done.starts_with("/entry/"), "{done}");
    let text = call!(&app, get(&done, &token)).text();
    assert!(text.contains("过磅") && text.contains("data-dseq=\"2\""), "{text}");
    let text = call!(&app, get(&card, &token)).text();
    assert!(text.contains("20.000 t"), "{text}");
    let code = text.split("data-code=\"").nth(1).and_then(|it| it.split('"').next());
    let code = code.expect("a code").to_owned();
    for (ending, begins) in
        [("svg", &b"<svg"[..]), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("zpl", b"^XA")]
    {
        let label = call!(&app, get(&format!("/label/batch/{code}.{ending}"), &token));
        assert_eq!(label.status, StatusCode::OK, "{ending}");
        assert!(label.body.starts_with(begins), "{ending}");
    }
    let found = call!(&app, get(&format!("/find?code={code}"), &token));
    assert_eq!(found.location, card);
    assert_eq!(page.outbox.read(crate::outbox::counts).expect("counted").waiting, 2);
    let queue = call!(&app, get("/queue", &token)).text();
    assert!(queue.contains("data-waiting>2<"), "{queue}");
}

#[actix_web::test]
async fn a_form_sent_twice_counts_once() {
    page!(app, page);
    let token = signed_in!(&app);
    let form = [("once", "abc"), ("material", "ore"), ("node", "gate")];
    let first = call!(&app, post("/arrive", &token, &form)).location;
    let second = call!(&app, post("/arrive", &token, &form)).location;
    assert_eq!(first, second);
    assert_eq!(page.outbox.read(crate::outbox::counts).expect("counted").entries, 1);
    let form = [("once", "abd"), ("material", "ore"), ("node", "gate")];
    let click = || async { call!(&app, post("/arrive", &token, &form)).location };
    let (first, second) = tokio::join!(click(), click());
    assert!(first.starts_with("/batch/"), "{first}");
    assert_eq!(first, second, "both at once");
    assert_eq!(page.outbox.read(crate::outbox::counts).expect("counted").entries, 2);
}

#[actix_web::test]
async fn a_scanned_sample_that_was_taken_elsewhere_is_no_arrival() {
    page!(app, page);
    let token = signed_in!(&app);
    let code = tl_domain::code::Code::issue(7_000_000).expect("issued");
    let mut next = page.site.now().snapshot.clone().expect("a snapshot");
    next.version += 1;
    next.samples.push(tl_wire::snapshot::KnownSample {
        id: tl_domain::ids::EntryId(uuid::Uuid::from_u128((7 << 76) | (2 << 62))),
        code: Some(code.clone()),
        lab_name: Some("W-7".to_owned()),
    });
    take(&page, &next);
    let found = call!(&app, get(&format!("/find?code={}", code.as_str()), &token));
    assert!(found.text().contains("W-7"), "{} {}", found.location, found.text());
    let form = [("material", "ore"), ("node", "gate"), ("code", code.as_str())];
    let answer = call!(&app, post("/arrive", &token, &form));
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
}

#[actix_web::test]
async fn errors_repeat_what_was_read_and_scripts_get_a_fragment() {
    page!(app, _page);
    let token = signed_in!(&app);
    let form = [("material", "ore"), ("node", "gate"), ("code", "00000YGJ35")];
    let request = post("/arrive", &token, &form).insert_header(("HX-Request", "true"));
    let answer = call!(&app, request);
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(text.contains("00000YGJ35") && text.contains("校验位不符"), "{text}");
    assert!(!text.contains("<html"), "a fragment");
    let foreign = call!(&app, get("/find?code=HTTPS://WX.EXAMPLE/abc", &token)).text();
    assert!(foreign.contains("不是本系统的码"), "{foreign}");
}

#[actix_web::test]
async fn every_page_opens_in_both_languages() {
    page!(app, _page);
    let token = signed_in!(&app);
    for path in [
        "/",
        "/arrive",
        "/intake",
        "/sample",
        "/runs",
        "/dispatch",
        "/receive",
        "/stock",
        "/places",
        "/waste",
        "/shift",
        "/shift/handover",
        "/paper",
        "/wall",
        "/camera",
        "/queue",
        "/status",
    ] {
        for lang in ["zh", "en"] {
            let answer = call!(&app, get(&format!("{path}?lang={lang}"), &token));
            assert_eq!(answer.status, StatusCode::OK, "{path} {lang}");
            assert!(answer.text().contains("</html>"), "{path} {lang}");
        }
    }
    assert_eq!(call!(&app, get("/nowhere", &token)).status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn an_alarm_of_the_ledger_stands_on_every_page_in_both_languages() {
    page!(app, page);
    let token = signed_in!(&app);
    let status = call!(&app, get("/status", &token)).text();
    assert!(status.contains("账本检查点") && !status.contains("账本报警"), "{status}");
    let log = FakeLog::new(9);
    let Judgement::Keep(kept) = judge(&log.party, None, &log.answer(None)) else {
        panic!("not kept");
    };
    let held = kept.held.clone();
    let mut shorter = log.clone();
    shorter.tree().leaves.truncate(8);
    let judged = judge(&log.party, Some(&held), &shorter.answer(Some(&held.note)));
    let Judgement::Alarm(found) = judged else { panic!("no alarm") };
    page.outbox
        .write(move |tx| {
            tx.hold(&kept)?;
            tx.raise(&found)
        })
        .expect("kept");
    for path in ["/", "/arrive", "/queue", "/status"] {
        for (lang, words) in [("zh", "请致电主管的生态环境局"), ("en", "Call the bureau")]
        {
            let text = call!(&app, get(&format!("{path}?lang={lang}"), &token)).text();
            let banner = text.split("role=\"alert\"").nth(1).expect("a banner");
            let banner = banner.split("</div>").next().expect("its end");
            assert!(banner.contains('✕') && banner.contains(words), "{path} {lang}: {banner}");
        }
    }
    let status = call!(&app, get("/status?lang=zh", &token)).text();
    assert!(status.contains("tl.example/log/plant-a · 9 · "), "{status}");
    let form = [("material", "ore"), ("node", "gate")];
    let answer = call!(&app, post("/arrive", &token, &form));
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "capture goes on");
    page.outbox.write(|tx| tx.clear_alarms()).expect("cleared");
    assert!(!call!(&app, get("/", &token)).text().contains("账本报警"));
}

mod desk;
mod lab;
mod label;

#[actix_web::test]
async fn what_a_browser_keeps_is_of_one_version_and_asked_for_each_time() {
    page!(app, _page);
    let header = |response: &actix_web::dev::ServiceResponse, name: &str| {
        let value = response.headers().get(name).and_then(|it| it.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    // Nobody has signed in: the browser fetches these for whoever comes next.
    let worker = test::call_service(&app, get("/sw.js", "").to_request()).await;
    assert_eq!(header(&worker, "cache-control"), "no-cache");
    assert!(header(&worker, "content-security-policy").contains("script-src 'self'"));
    let version = header(&worker, "x-tl-version");
    let text = to_bytes(worker.into_body()).await.map_err(|_| "cut").expect("a body");
    let text = String::from_utf8_lossy(&text).into_owned();
    let settings = text.strip_prefix("const SETTINGS = ").and_then(|it| it.split(";\n").next());
    let settings: serde_json::Value =
        serde_json::from_str(settings.expect("settings in front")).expect("JSON");
    assert_eq!(settings["version"], version.as_str());
    for path in settings["shell"].as_array().expect("paths") {
        let path = path.as_str().expect("text");
        let file = test::call_service(&app, get(path, "").to_request()).await;
        assert_eq!(file.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&file, "x-tl-version"), version, "{path}");
        assert_ne!(header(&file, "cache-control"), "max-age=600", "{path}");
        let tag = header(&file, "etag");
        if path != "/away" {
            let again = get(path, "").insert_header(("if-none-match", tag));
            let again = test::call_service(&app, again.to_request()).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        }
    }
    let old = get("/js/edge.js", "").insert_header(("if-none-match", "\"0123456789abcdef\""));
    let old = test::call_service(&app, old.to_request()).await;
    assert_eq!(old.status(), StatusCode::OK, "another version's copy is not the one");
    let away = call!(&app, get("/away", "")).text();
    assert!(away.contains("<body ") && away.contains("终端没有应答"), "{away}");
    assert!(away.contains("Edge agent away") && away.contains("browser-queue"), "{away}");
}
