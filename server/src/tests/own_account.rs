//! The second factor, the own password, and accounts that an administrator keeps.

use actix_web::http::StatusCode;
use actix_web::test;
use serde_json::json;
use totp_rs::{Algorithm, Builder, Secret};

use super::world::World;
use crate::auth::{password, second_factor};
use crate::serve::page_service;

const PASSWORD: &str = "correct-horse-battery";
const MINUTE: i64 = 60_000_000;

/// Account `gate` has a password; with `factor` also a second factor, whose secret comes back.
fn settled(world: &World, factor: bool) -> (String, Vec<String>) {
    let store = &world.app.store;
    let mut account = store.account_by_login("gate").expect("store").expect("account");
    account.password_hash = password::hash_for("gate", PASSWORD).expect("good");
    store.put_account(&account).expect("stored");
    let (secret, codes) = (second_factor::new_secret(), second_factor::new_recovery_codes());
    if factor {
        let hashes: Vec<_> =
            codes.iter().map(|code| second_factor::recovery_hash(code).expect("a code")).collect();
        store.put_second_factor(&account.id, Some(&secret), &hashes).expect("stored");
    }
    (secret, codes)
}

/// What the phone shows now, by a generator of its own.
fn digits(world: &World, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("base32");
    let phone = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6);
    let phone = phone.with_step_duration(30).with_secret(secret).build().expect("fits");
    let seconds = u64::try_from(world.app.clock.micros() / 1_000_000).expect("after 1970");
    phone.generate(seconds).to_string()
}

macro_rules! sign_in {
    ($service:expr, $body:expr) => {{
        let request = test::TestRequest::post()
            .uri("/api/v1/session")
            .peer_addr(([127, 0, 0, 1], 1).into())
            .set_json($body)
            .to_request();
        test::call_service($service, request).await.status()
    }};
}

macro_rules! send_form {
    ($world:expr, $service:expr, $cookie:expr, $uri:expr, $pairs:expr) => {{
        let request = test::TestRequest::post()
            .uri($uri)
            .peer_addr(([127, 0, 0, 1], 1).into())
            .insert_header(("cookie", $cookie))
            .set_form($pairs)
            .to_request();
        let answer = test::call_service($service, request).await;
        // Time refills the address's tries.
        $world.pass(MINUTE);
        let status = answer.status();
        let goal =
            answer.headers().get("location").map(|goal| goal.to_str().expect("text").to_owned());
        let body = test::read_body(answer).await;
        (status, goal, String::from_utf8_lossy(&body).into_owned())
    }};
}

#[actix_web::test]
async fn digits_sign_in_once_and_wrong_ones_lock() {
    let world = World::new();
    let (secret, codes) = settled(&world, true);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let with = |code: &str| json!({"login": "gate", "password": PASSWORD, "code": code});
    let plain = json!({"login": "gate", "password": PASSWORD});
    assert_eq!(sign_in!(&service, &plain), StatusCode::UNAUTHORIZED, "the password is not enough");
    let now = digits(&world, &secret);
    assert_eq!(sign_in!(&service, &with(&now)), StatusCode::NO_CONTENT);
    assert_eq!(sign_in!(&service, &with(&now)), StatusCode::UNAUTHORIZED, "used before");
    assert_eq!(sign_in!(&service, &with(&codes[3])), StatusCode::NO_CONTENT, "recovery code");
    assert_eq!(sign_in!(&service, &with(&codes[3])), StatusCode::UNAUTHORIZED, "used before");
    world.pass(10 * MINUTE);
    let spelt = codes[4].to_uppercase().replace('-', " ");
    assert_eq!(sign_in!(&service, &with(&spelt)), StatusCode::NO_CONTENT, "however typed");
    // A right password forgives no wrong digits, so they can't be tried out.
    for _ in 0..5 {
        world.pass(MINUTE);
        assert_eq!(sign_in!(&service, &with("000000")), StatusCode::UNAUTHORIZED);
    }
    let fresh = digits(&world, &secret);
    assert_eq!(sign_in!(&service, &with(&fresh)), StatusCode::UNAUTHORIZED, "locked");
    world.pass(16 * MINUTE);
    let fresh = digits(&world, &secret);
    assert_eq!(sign_in!(&service, &with(&fresh)), StatusCode::NO_CONTENT);
}

#[actix_web::test]
async fn the_page_asks_for_digits_and_a_ticket_lapses() {
    let world = World::new();
    let (secret, _) = settled(&world, true);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let typed = [("login", "gate"), ("password", PASSWORD), ("back", "/batches")];
    let ticket = |html: &str| {
        let (_, rest) = html.split_once("name=\"ticket\" value=\"").expect("a ticket");
        rest.split('"').next().expect("its end").to_owned()
    };
    let (status, _, html) = send_form!(world, &service, "a=b", "/login", typed);
    assert_eq!(status, StatusCode::OK);
    assert!(!html.contains(PASSWORD), "the password stays out of the second form");
    let first = ticket(&html);
    let code = digits(&world, &secret);
    let pairs = [("ticket", first.as_str()), ("code", &code), ("back", "/batches")];
    let (status, goal, _) = send_form!(world, &service, "a=b", "/login/code", pairs);
    assert_eq!((status, goal.as_deref()), (StatusCode::SEE_OTHER, Some("/batches")));
    let code = digits(&world, &secret);
    let pairs = [("ticket", first.as_str()), ("code", &code)];
    let (status, ..) = send_form!(world, &service, "a=b", "/login/code", pairs);
    assert_eq!(status, StatusCode::UNAUTHORIZED, "a ticket ends with its use");
    let (_, _, html) = send_form!(world, &service, "a=b", "/login", typed);
    world.pass(6 * MINUTE);
    let code = digits(&world, &secret);
    let pairs = [("ticket", ticket(&html)), ("code", code)];
    let (status, ..) = send_form!(world, &service, "a=b", "/login/code", pairs);
    assert_eq!(status, StatusCode::UNAUTHORIZED, "and after five minutes");
}

#[actix_web::test]
async fn a_person_sets_up_and_takes_away_the_second_factor() {
    let world = World::new();
    settled(&world, false);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let (mine, other) = (world.cookie("gate"), world.cookie("gate"));
    let secret = second_factor::new_secret();
    let path = "/me/second-factor";
    let code = digits(&world, &secret);
    let wrong = [("secret", secret.as_str()), ("digits", "000000"), ("present", PASSWORD)];
    let (status, ..) = send_form!(world, &service, mine.clone(), path, wrong);
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = [("secret", secret.as_str()), ("digits", &code), ("present", "guess")];
    let (status, ..) = send_form!(world, &service, mine.clone(), path, wrong);
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = digits(&world, &secret);
    let right = [("secret", secret.as_str()), ("digits", &code), ("present", PASSWORD)];
    let (status, _, html) = send_form!(world, &service, mine.clone(), path, right);
    assert_eq!(status, StatusCode::OK);
    let codes = html.matches("</dd>").count();
    assert_eq!(codes, 8, "eight recovery codes are shown: {html}");
    let account = world.app.store.account_by_login("gate").expect("store").expect("account");
    assert_eq!(account.totp.as_deref(), Some(secret.as_str()));
    let (status, goal, _) = send_form!(world, &service, other, path, right);
    let login = goal.is_some_and(|goal| goal.starts_with("/login"));
    assert!(status == StatusCode::SEE_OTHER && login, "other sessions ended");
    let drop = [("drop_present", PASSWORD)];
    let (status, ..) = send_form!(world, &service, mine, "/me/second-factor/drop", drop);
    assert_eq!(status, StatusCode::SEE_OTHER);
    let account = world.app.store.account_by_login("gate").expect("store").expect("account");
    assert_eq!(account.totp, None);
}

#[actix_web::test]
async fn a_new_password_needs_the_present_one_and_some_length() {
    let world = World::new();
    settled(&world, false);
    let service = test::init_service(page_service!(world.app.clone())).await;
    let cookie = world.cookie("gate");
    for (present, new, again) in [
        ("guess", "a new long password", "a new long password"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"),
        (PASSWORD, "123456789012345", "123456789012345"),
        (PASSWORD, "my gate is closed", "my gate is closed"),
        (PASSWORD, "a new long password", "another long password"),
    ] {
        let pairs = [("present", present), ("new", new), ("again", again)];
        let (status, _, html) = send_form!(world, &service, cookie.clone(), "/me/password", pairs);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(!html.contains(&format!("value=\"{new}\"")), "what was typed does not come back");
    }
    let pairs = [("present", PASSWORD), ("new", "a new long password")];
    let pairs = [pairs[0], pairs[1], ("again", "a new long password")];
    let (status, ..) = send_form!(world, &service, cookie, "/me/password", pairs);
    assert_eq!(status, StatusCode::SEE_OTHER);
    let body = json!({"login": "gate", "password": "a new long password"});
    assert_eq!(sign_in!(&service, &body), StatusCode::NO_CONTENT);
}

#[actix_web::test]
async fn an_administrator_keeps_the_own_enterprise_only() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let admin = world.cookie("admin");
    let (status, _, html) = send_form!(
        world,
        &service,
        admin.clone(),
        "/users/new",
        [("login", "wei"), ("name", "韦技术员"), ("role-gate", "on"), ("role-lab", "on")]
    );
    assert_eq!(status, StatusCode::OK, "{html}");
    let made = world.app.store.account_by_login("wei").expect("store").expect("account");
    assert_eq!(made.party.as_ref().map(ToString::to_string).as_deref(), Some("alfa"));
    assert_eq!(made.roles, ["gate", "lab"]);
    let act = |id: &str, what: &str| format!("/users/{id}/{what}");
    let none: [(&str, &str); 0] = [];
    for (uri, pairs, expected) in [
        // Another enterprise's account is not found, an office is not an enterprise's to give.
        (act("op-partner", "close"), vec![], StatusCode::NOT_FOUND),
        (act("op-officer", "password"), vec![], StatusCode::NOT_FOUND),
        (act("op-admin", "close"), vec![], StatusCode::UNPROCESSABLE_ENTITY),
        (
            "/users/new".to_owned(),
            vec![("login", "x"), ("name", "x"), ("role-sysadmin", "on")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            "/users/new".to_owned(),
            vec![("login", "gate"), ("name", "x"), ("role-gate", "on")],
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (act("op-gate", "nothing"), vec![], StatusCode::NOT_FOUND),
    ] {
        let (status, ..) = send_form!(world, &service, admin.clone(), &uri, pairs);
        assert_eq!(status, expected, "{uri}");
    }
    let gate = world.cookie("gate");
    let (status, ..) = send_form!(world, &service, admin.clone(), &act("op-gate", "close"), none);
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, goal, _) = send_form!(world, &service, gate, "/users/op-lab/close", none);
    assert!(goal.is_some_and(|goal| goal.starts_with("/login")), "closed at once");
    // What was done to accounts stands in the enterprise's record.
    let page = tl_store::Page { offset: 0, limit: 50 };
    let looks = world.app.store.access_records(&"alfa".parse().expect("id"), page).expect("store");
    let closed = looks.rows.iter().any(|look| look.what.contains("/close (gate)"));
    assert!(closed, "{:?}", looks.rows);
}

#[actix_web::test]
async fn a_system_administrator_makes_officers_and_resets_passwords() {
    let world = World::new();
    let service = test::init_service(page_service!(world.app.clone())).await;
    let admin = world.cookie("sysadmin");
    let officer = [
        ("login", "luo"),
        ("name", "罗科长"),
        ("role-officer", "on"),
        ("area", "451200"),
        ("function", "enforcement"),
    ];
    let (status, _, html) = send_form!(world, &service, admin.clone(), "/users/new", officer);
    assert_eq!(status, StatusCode::OK, "{html}");
    let made = world.app.store.account_by_login("luo").expect("store").expect("account");
    assert_eq!(made.roles, ["officer", "level:city", "function:enforcement"]);
    let none: [(&str, &str); 0] = [];
    let uri = format!("/users/{}/password", made.id);
    let (status, _, html) = send_form!(world, &service, admin, &uri, none);
    assert_eq!(status, StatusCode::OK);
    let after = world.app.store.account_by_login("luo").expect("store").expect("account");
    assert_ne!(after.password_hash, made.password_hash);
    let shown = html.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find(|word| {
        password::verify(
            word,
            Some(&after.password_hash).filter(|_| word.len() == 23).map(|h| h.as_str()),
        )
    });
    assert!(shown.is_some(), "the new password stands on the page");
}
