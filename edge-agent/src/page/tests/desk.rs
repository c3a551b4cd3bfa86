//! The desk by its forms: undo, differences, places, waste, shifts, paper sheets, drafts, changing
//! the user, and the commands of the wall card.

use tl_domain::code::Code;
use tl_domain::event::{
    Endpoint, Entry, Master, MaterialClass, MaterialRecord, PlaceRecord, StreamRecord, StreamRole,
};

use super::*;

fn entries(page: &Page) -> Vec<Entry> {
    let start = Mark { epoch: 0, through: 0 };
    let rows = page.outbox.read(|db| crate::outbox::pending(db, start, 1_000)).expect("rows");
    let read = |bytes: &[u8]| {
        let envelope = Envelope::parse(bytes).expect("an envelope");
        Entry::read(&envelope.payload).expect("an entry")
    };
    rows.iter().map(|row| read(row.envelope.as_deref().expect("kept"))).collect()
}

fn kinds(page: &Page) -> Vec<String> {
    entries(page).iter().map(|entry| entry.body.kind().to_owned()).collect()
}

fn badge() -> Code {
    Code::issue(5_000_000).expect("issued")
}

fn plate() -> Code {
    Code::issue(5_000_001).expect("issued")
}

/// A place, a stream, a waste and a second person with a badge.
fn furnish(page: &Page) {
    let mut next = page.site.now().snapshot.clone().expect("a snapshot");
    next.version += 1;
    next.masters.push(Master::Place(PlaceRecord {
        id: "pile-1".parse().expect("an id"),
        node: "gate".parse().expect("an id"),
        name: "1号料堆".to_owned(),
        material: None,
        code: Some(plate()),
        mixing: None,
    }));
    next.masters.push(Master::Stream(StreamRecord {
        id: "feed".parse().expect("an id"),
        name: "投料".to_owned(),
        from: Endpoint::Outside,
        to: Endpoint::Node("gate".parse().expect("an id")),
        material: "ore".parse().expect("an id"),
        role: StreamRole::Input,
    }));
    next.masters.push(Master::Material(MaterialRecord {
        id: "slag".parse().expect("an id"),
        name: "浸出渣".to_owned(),
        class: MaterialClass::Waste,
        waste_code: Some("321-013-48".to_owned()),
        counted: false,
        moisture: None,
        defaults: Vec::new(),
    }));
    let first = next.users[0].clone();
    let taker = SnapshotUser {
        operator: "u-8".parse().expect("an id"),
        name: "李工".to_owned(),
        badge: Some(badge()),
        ..first
    };
    next.users.push(taker);
    take(page, &next);
}

/// Registers a batch that the papers put at 20 t; gives its card.
macro_rules! arrival {
    ($app:expr, $token:expr, $once:expr) => {{
        let form = [
            ("material", "ore"),
            ("node", "gate"),
            ("declared", "20"),
            ("unit", "t"),
            ("plate", "桂A·12345"),
            ("once", $once),
        ];
        let answer = call!($app, post("/arrive", $token, &form));
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer.location
    }};
}

/// Weighs a batch by hand; gives the answer.
macro_rules! weigh {
    ($app:expr, $token:expr, $card:expr, $kilograms:expr) => {{
        let form = [
            ("side", "net"),
            ("value", $kilograms),
            ("unit", "kg"),
            ("reason", "秤坏"),
            ("plate", "桂A12345"),
            ("once", $kilograms),
        ];
        call!($app, post(&format!("{}/weigh", $card), $token, &form))
    }};
}

fn code_on(text: &str) -> String {
    let code = text.split("data-code=\"").nth(1).and_then(|it| it.split('"').next());
    code.expect("a code").to_owned()
}

#[actix_web::test]
async fn a_large_difference_asks_and_a_refused_load_leaves_the_books() {
    page!(app, page);
    let token = signed_in!(&app);
    let card = arrival!(&app, &token, "a");
    assert!(weigh!(&app, &token, card, "19950").location.starts_with("/entry/"), "0.25 % is fine");
    let card = arrival!(&app, &token, "b");
    let asked = weigh!(&app, &token, card, "19420").location;
    assert_eq!(asked, format!("{card}/difference"));
    let text = call!(&app, get(&asked, &token)).text();
    assert!(text.contains("较申报 −2.9 %(−0.58 t)") && !text.contains("车牌不符"), "{text}");
    let queue = call!(&app, get("/queue", &token)).text();
    assert!(queue.contains("−2.9 %"), "listed until somebody decides");
    let no_reason = call!(&app, post(&asked, &token, &[("choice", "refused")]));
    assert!(no_reason.text().contains("拒收须填写原因"));
    let refused = [("choice", "refused"), ("reason", "水分过高"), ("once", "r")];
    assert!(call!(&app, post(&asked, &token, &refused)).location.starts_with("/entry/"));
    assert_eq!(kinds(&page).last().map(String::as_str), Some("batch.void"));
    assert!(!call!(&app, get("/queue", &token)).text().contains("−2.9 %"));
}

#[actix_web::test]
async fn the_last_act_is_undone_once_and_the_label_is_free_again() {
    page!(app, page);
    let token = signed_in!(&app);
    let card = arrival!(&app, &token, "a");
    let code = code_on(&call!(&app, get(&card, &token)).text());
    weigh!(&app, &token, card, "20000");
    let undo = |once| post("/undo", &token, &[("once", once)]);
    assert!(call!(&app, undo("1")).location.starts_with("/entry/"));
    assert!(call!(&app, get(&card, &token)).text().contains("未过磅"), "the weight is gone");
    assert!(call!(&app, undo("1")).location.starts_with("/entry/"), "sent twice counts once");
    assert_eq!(kinds(&page).iter().filter(|kind| *kind == "supersede").count(), 1);
    assert!(call!(&app, undo("2")).location.starts_with("/entry/"));
    let found = call!(&app, get(&format!("/find?code={code}"), &token)).location;
    assert_eq!(found, format!("/arrive?code={code}"), "the label may be used again");
    let nothing = call!(&app, undo("3"));
    assert!(nothing.text().contains("没有可以撤销"), "{}", nothing.text());
}

#[actix_web::test]
async fn unloading_ends_a_label_and_feeding_names_place_and_belt_scale() {
    page!(app, page);
    furnish(&page);
    let token = signed_in!(&app);
    let card = arrival!(&app, &token, "a");
    let code = code_on(&call!(&app, get(&card, &token)).text());
    weigh!(&app, &token, card, "20000");
    let scan = format!("HTTPS://TL.EXAMPLE/P/{}", plate().as_str());
    let found = call!(&app, get(&format!("/find?code={scan}"), &token)).location;
    assert_eq!(found, "/place/pile-1");
    let form = [("inputs", code.as_str()), ("once", "u")];
    let done = call!(&app, post("/place/pile-1/unload", &token, &form));
    assert!(done.location.starts_with("/entry/"), "{}", done.text());
    assert!(call!(&app, get(&card, &token)).text().contains("0.000 t"));
    let back = [("to", "gate"), ("start", "1200.5"), ("end", "1200.5"), ("unit", "t")];
    let refused = call!(&app, post("/place/pile-1/draw", &token, &back));
    assert!(refused.text().contains("1200.5 不大于起 1200.5"), "{}", refused.text());
    let feed = [
        ("to", "gate"),
        ("meter", "bridge"),
        ("start", "1200.5"),
        ("end", "1212.75"),
        ("unit", "t"),
        ("once", "d"),
    ];
    let fed = call!(&app, post("/place/pile-1/draw", &token, &feed));
    assert!(fed.location.starts_with("/entry/"), "{}", fed.text());
    let drawn = entries(&page).pop().expect("an entry").body.to_value();
    assert_eq!((&drawn["mass"]["value"], &drawn["meter"]), (&"12.25".into(), &"bridge".into()));
}

#[actix_web::test]
async fn waste_is_registered_weighed_and_stored_with_its_register() {
    page!(app, page);
    furnish(&page);
    let token = signed_in!(&app);
    let form = [
        ("material", "slag"),
        ("value", "980"),
        ("unit", "kg"),
        ("container_type", "吨袋"),
        ("container_count", "1"),
        ("destination", "委托处置"),
        ("place", "pile-1"),
        ("once", "w"),
    ];
    let answer = call!(&app, post("/waste", &token, &form));
    assert!(answer.location.starts_with("/entry/"), "{}", answer.text());
    assert_eq!(kinds(&page), ["batch.register", "batch.weigh", "waste.store"]);
    let stored = entries(&page).pop().expect("an entry").body.to_value();
    assert_eq!(stored["waste_code"], "321-013-48");
    assert_eq!(stored["containers"], "吨袋 · 1");
    assert!(call!(&app, get("/waste", &token)).text().contains("data-storage=\"ok\""));
    let undone = call!(&app, post("/undo", &token, &[("once", "x")]));
    assert!(undone.location.starts_with("/entry/"), "{}", undone.text());
    assert!(!call!(&app, get("/waste", &token)).text().contains("data-storage"), "all three");
}

#[actix_web::test]
async fn a_shift_reports_totalisers_and_is_handed_over_by_two() {
    page!(app, page);
    furnish(&page);
    let token = signed_in!(&app);
    let span = [("from", "2026-01-05T00:00"), ("to", "2026-01-05T08:00")];
    let first = [("start_feed", "100"), ("end_feed", "148.5"), ("unit_feed", "t"), ("once", "f")];
    let report = call!(&app, post("/shift", &token, &[&span[..], &first[..]].concat()));
    assert!(report.location.starts_with("/entry/"), "{}", report.text());
    let flow = entries(&page).pop().expect("an entry").body.to_value();
    assert_eq!(flow["amount"]["mass"]["value"], "48.5");
    assert_eq!(flow["reading"]["end"], "148.5");
    let next = call!(&app, get("/shift", &token)).text();
    assert!(next.contains("name=\"start_feed\" value=\"148.5\""), "the next shift starts there");
    let alone = [("operator", "u-7"), ("pin", "2468"), ("once", "h")];
    let refused = call!(&app, post("/shift/handover", &token, &alone));
    assert!(refused.text().contains("不能是同一人"), "{}", refused.text());
    let badge = badge();
    let wrong = [("badge", badge.as_str()), ("pin", "1111")];
    let refused = call!(&app, post("/shift/handover", &token, &wrong));
    assert!(refused.text().contains("PIN 不正确"), "{}", refused.text());
    let both = [("badge", badge.as_str()), ("pin", "2468"), ("remark", "泵异响"), ("once", "i")];
    let done = call!(&app, post("/shift/handover", &token, &both));
    assert!(done.location.starts_with("/entry/"), "{}", done.text());
    let entry = entries(&page).pop().expect("an entry");
    assert_eq!(entry.body.kind(), "shift.handover");
    assert_eq!(entry.head.operator.map(|it| it.to_string()).as_deref(), Some("u-7"));
    assert_eq!(entry.body.to_value()["taken_by"], "u-8");
}

#[actix_web::test]
async fn a_paper_sheet_gives_both_times_and_its_photo() {
    page!(app, page);
    let token = signed_in!(&app);
    let photo = test::TestRequest::post()
        .uri("/paper/photo")
        .cookie(Cookie::new(guard::SESSION_COOKIE, token.clone()))
        .set_payload(&b"\xFF\xD8\xFFphoto"[..]);
    let kept: serde_json::Value = serde_json::from_slice(&call!(&app, photo).body).expect("JSON");
    let sha256 = kept["sha256"].as_str().expect("a hash");
    let future = [("sheet", "G-17"), ("happened", "2999-01-01T08:00")];
    assert!(call!(&app, post("/paper", &token, &future)).text().contains("过去一年"));
    let now = page.outbox.shared().clock.wall();
    let at = page.outbox.shared().clock.moment(now - 7_200_000_000).at();
    let happened = at.format("%Y-%m-%dT%H:%M").to_string();
    let sheet = [("sheet", "G-17"), ("happened", &happened), ("outage", "停电"), ("photo", sha256)];
    assert_eq!(call!(&app, post("/paper", &token, &sheet)).location, "/");
    assert!(call!(&app, get("/", &token)).text().contains("补录纸单 № G-17"));
    arrival!(&app, &token, "a");
    assert_eq!(call!(&app, post("/paper/end", &token, &[])).location, "/");
    arrival!(&app, &token, "b");
    let all = entries(&page);
    let shown = all[0].head.observed_at.at().format("%Y-%m-%dT%H:%M").to_string();
    assert_eq!(shown, happened, "when it happened");
    assert!(all[1].head.observed_at.micros() >= now, "copying has ended");
    let body = all[0].body.to_value();
    assert_eq!(body["raw"]["decoder"], "paper/1");
    assert_eq!(body["blobs"][0]["sha256"], sha256);
    assert!(all[1].body.to_value().get("blobs").is_none());
}

#[actix_web::test]
async fn a_paper_sheet_is_kept_also_for_kinds_without_room_for_it() {
    page!(app, page);
    furnish(&page);
    let token = signed_in!(&app);
    let now = page.outbox.shared().clock.wall();
    let at = page.outbox.shared().clock.moment(now - 7_200_000_000).at();
    let happened = at.format("%Y-%m-%dT%H:%M").to_string();
    let sheet = [("sheet", "G-18"), ("happened", happened.as_str()), ("outage", "断网")];
    call!(&app, post("/paper", &token, &sheet));
    let card = arrival!(&app, &token, "a");
    let code = code_on(&call!(&app, get(&card, &token)).text());
    assert_eq!(kinds(&page), ["batch.register"], "it has room: nothing beside it");
    let form = [("inputs", code.as_str()), ("once", "u")];
    let done = call!(&app, post("/place/pile-1/unload", &token, &form));
    assert!(done.location.starts_with("/entry/"), "{}", done.text());
    assert_eq!(kinds(&page), ["batch.register", "store.put", "evidence.add"]);
    let all = entries(&page);
    let body = all[2].body.to_value();
    assert_eq!(body["about"][0]["id"], all[1].head.id.to_string());
    assert_eq!(body["about"][0]["hash"], all[2].head.prev.to_string(), "the entry before it");
    let form = base64_json(&body["raw"]["base64"]);
    assert_eq!((&form["sheet"], &form["outage"]), (&"G-18".into(), &"断网".into()));
    assert!(form["typed_micros"].as_i64() > form["happened_micros"].as_i64());
    // Taken back it goes with what rests on it.
    let undone = call!(&app, post("/undo", &token, &[("once", "x")]));
    assert!(undone.location.starts_with("/entry/"), "{}", undone.text());
    assert_eq!(kinds(&page)[3..], ["supersede", "supersede"]);
}

fn base64_json(text: &serde_json::Value) -> serde_json::Value {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.as_str().expect("text"));
    serde_json::from_slice(&bytes.expect("base64")).expect("JSON")
}

#[actix_web::test]
async fn fewer_increments_are_signed_with_their_reason() {
    page!(app, page, "node = 'gate'\n[gate.increments]\nore = 12");
    let token = signed_in!(&app);
    let card = arrival!(&app, &token, "a");
    let code = code_on(&call!(&app, get(&card, &token)).text());
    let fields = |increments: &'static str, reason: &'static str| {
        [("batches", code.clone()), ("increments", increments.into()), ("reason", reason.into())]
    };
    let send = |fields: [(&'static str, String); 3]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        post("/sample", &token, &fields)
    };
    let refused = call!(&app, send(fields("8", " ")));
    assert!(refused.text().contains("计划 12 份"), "{}", refused.text());
    assert!(call!(&app, send(fields("8", "车厢结块"))).location.starts_with("/entry/"));
    assert!(call!(&app, send(fields("12", ""))).location.starts_with("/entry/"));
    let all = entries(&page);
    let body = all[1].body.to_value();
    assert_eq!(body["raw"]["decoder"], "sampling-form/1");
    let form = base64_json(&body["raw"]["base64"]);
    let wanted = serde_json::json!({"planned": 12, "taken": 8, "reason": "车厢结块"});
    assert_eq!(form, wanted);
    assert!(all[2].body.to_value().get("raw").is_none(), "as planned: nothing to say");
}

#[actix_web::test]
async fn drafts_are_their_owners_and_a_badge_changes_the_user() {
    page!(app, page);
    furnish(&page);
    let token = signed_in!(&app);
    let draft = [("path", "/arrive#"), ("fields", "{\"lot\":\"L-1\"}")];
    let kept = call!(&app, post("/draft", &token, &draft));
    assert_eq!(kept.status, StatusCode::NO_CONTENT);
    let badge = badge();
    let scanned = call!(&app, get(&format!("/find?code={}", badge.as_str()), &token)).location;
    assert_eq!(scanned, format!("/login?badge={}", badge.as_str()));
    // The page knows a badge by its mark, and holds no code of one, signed in or not.
    for (path, token) in [("/login", ""), ("/", token.as_str())] {
        let text = call!(&app, get(path, token)).text();
        let marks = text.split("data-badges=\"").nth(1).and_then(|it| it.split('"').next());
        assert_eq!(marks.map(str::len), Some(6), "one mark of six digits: {text}");
        assert!(!text.contains(badge.as_str()), "{path} shows the badge's code");
    }
    let by_chance = call!(&app, get("/login?badge=GNSBVKD1SB", &token)).location;
    assert_eq!(by_chance, "/find?code=GNSBVKD1SB", "a label that only looks like a badge");
    let login = [("badge", badge.as_str()), ("pin", "2468")];
    let other = call!(&app, post("/login", &token, &login)).cookie.expect("a session");
    let load = |token: &str| get("/draft?path=/arrive%23", token);
    assert_eq!(call!(&app, load(&other)).status, StatusCode::NO_CONTENT, "not another's");
    let again = signed_in!(&app);
    assert_eq!(call!(&app, load(&again)).text(), "{\"lot\":\"L-1\"}");
    arrival!(&app, &again, "a");
    assert_eq!(call!(&app, load(&again)).status, StatusCode::NO_CONTENT, "recorded by now");
}

#[actix_web::test]
async fn a_label_that_came_before_says_when_and_who_and_a_pot_which_batch() {
    page!(app, page);
    let token = signed_in!(&app);
    let card = arrival!(&app, &token, "a");
    let code = code_on(&call!(&app, get(&card, &token)).text());
    let again = [("material", "ore"), ("node", "gate"), ("code", code.as_str()), ("once", "b")];
    let text = call!(&app, post("/arrive", &token, &again)).text();
    assert!(text.contains("已收过") && text.contains("韦工"), "{text}");
    let pot = Code::issue(6_000_000).expect("issued");
    let sample = |once| [("batches", code.as_str()), ("code", pot.as_str()), ("once", once)];
    let taken = call!(&app, post("/sample", &token, &sample("s")));
    assert!(taken.location.starts_with("/entry/"), "{}", taken.text());
    let text = call!(&app, post("/sample", &token, &sample("t"))).text();
    let shown: Code = code.parse().expect("a code");
    assert!(text.contains("已用于批次") && text.contains(&shown.display()), "{text}");
    let open = call!(&app, get("/shift/handover", &token)).text();
    assert!(open.contains(&shown.display()), "not sent yet");
    assert_eq!(kinds(&page), ["batch.register", "sample.take"]);
}

#[actix_web::test]
async fn the_wall_card_and_the_script_know_the_same_commands() {
    let script = include_str!("../../../templates/gate/edge.js");
    for (place, (name, _, _)) in wall::COMMANDS.iter().enumerate() {
        let code = wall::code_of(place).expect("issued");
        let known = format!("\"{}\": \"{name}\"", code.as_str());
        assert!(script.contains(&known), "{known}");
    }
}
