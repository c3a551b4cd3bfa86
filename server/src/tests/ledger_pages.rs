//! Ledger pages, proofs on cards, seals under pages, the red line on home pages.

use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use tl_domain::ids::PartyId;
use tl_ledger::Hash;
use tl_store::{Alarm, AlarmCode, AlarmFact, Which};
use tl_testkit as kit;

use super::world::World;
use crate::auth::LANGUAGE_COOKIE;
use crate::ledger::opening;
use crate::serve::page_service;

fn alfa() -> PartyId {
    "alfa".parse().expect("an id")
}

struct Got {
    status: StatusCode,
    link: String,
    text: String,
}

async fn get(world: &World, login: &str, path: &str) -> Got {
    let service = init_service(page_service!(world.app.clone())).await;
    let request = TestRequest::get().uri(path).insert_header(("cookie", world.cookie(login)));
    let answer = call_service(&service, request.to_request()).await;
    let link = answer.headers().get(header::LINK).map(|link| link.to_str().expect("text"));
    let link = link.unwrap_or_default().to_owned();
    let status = answer.status();
    let text = String::from_utf8_lossy(&read_body(answer).await).into_owned();
    Got { status, link, text }
}

fn raise(world: &World, party: &str) {
    let party: PartyId = party.parse().expect("an id");
    let [seen, stored] = [Hash::of(b"seen"), Hash::of(b"stored")];
    let fact = AlarmFact::OtherRoot { size: 3, seen, stored };
    let now = world.app.clock.micros();
    let alarm = Alarm::new((&party, 1), AlarmCode::SplitView, vec![fact], now);
    let alarm = alarm.with_evidence("the other note <b>");
    assert!(world.app.store.raise_alarm(&alarm).expect("kept"));
}

#[actix_web::test]
async fn an_entry_s_card_offers_its_proof_once_a_checkpoint_covers_it() {
    let world = World::new();
    let path = format!("/entries/{}", world.batch);
    let before = get(&world, "ehs", &path).await.text;
    assert!(before.contains("尚未由存证点覆盖"), "{before}");
    assert!(!before.contains("/proof\""), "there is no proof to offer yet");
    world.sign();
    let after = get(&world, "ehs", &path).await.text;
    assert!(after.contains(&format!("/api/v1/entries/{}/proof", world.batch)));
    assert!(after.contains("尚无第三方签名") && after.contains("/verify"));
    let bytes = get(&world, "ehs", &format!("/api/v1/entries/{}/bytes", world.batch)).await;
    let stored = world.app.store.entry(&alfa(), world.batch).expect("store").expect("there");
    assert_eq!(bytes.text.as_bytes(), stored.bytes);
    for outsider in ["partner", "stranger", "sysadmin"] {
        let path = format!("/api/v1/entries/{}/bytes?party=alfa", world.batch);
        assert_ne!(get(&world, outsider, &path).await.status, StatusCode::OK, "{outsider}");
    }
}

#[actix_web::test]
async fn a_card_says_that_the_ledger_goes_on_in_a_later_tree() {
    let world = World::new();
    world.sign();
    let new = world.append("alfa", kit::batch_weigh(world.batch, "31841")).0;
    let reason = tl_domain::event::ContinueReason::Restored;
    world.app.store.open_next_tree(&alfa(), reason).expect("a next tree");
    opening::write_all(&world.app).expect("written");
    world.sign();
    let old = get(&world, "ehs", &format!("/entries/{}", world.batch)).await.text;
    assert!(old.contains("第 1 棵，已停用；账本在第 2 棵继续"), "{old}");
    let new = get(&world, "ehs", &format!("/entries/{new}")).await.text;
    assert!(new.contains("由备份恢复"), "{new}");
    let page = get(&world, "ehs", "/ledger").await.text;
    assert!(page.contains("换树 1 次"), "{page}");
}

#[actix_web::test]
async fn the_worst_ledger_comes_first_for_an_officer_and_others_see_nothing() {
    let world = World::new();
    world.sign();
    let calm = get(&world, "officer", "/ledger").await.text;
    let at = |text: &str, name: &str| text.find(name).unwrap_or_else(|| panic!("{name}: {text}"));
    assert!(at(&calm, "alfa 厂") < at(&calm, "beta 厂"), "by name as long as all are well");
    raise(&world, "beta");
    let page = get(&world, "officer", "/ledger").await.text;
    assert!(at(&page, "beta 厂") < at(&page, "alfa 厂"));
    assert!(page.contains("警报 1"));
    let stranger = get(&world, "stranger", "/ledger").await;
    assert!(!stranger.text.contains("alfa") && !stranger.text.contains("beta"));
    let own = get(&world, "ehs", "/ledger").await.text;
    assert!(own.contains("alfa 厂") && !own.contains("beta"), "{own}");
    for (login, path) in [
        ("stranger", "/ledger?party=alfa"),
        ("partner", "/ledger?party=alfa"),
        ("ehs", "/ledger?party=beta"),
        ("ehs", "/ledger/evidence?party=beta&tree=1&code=split_view"),
        ("stranger", "/ledger/evidence?party=beta&tree=1&code=split_view"),
        ("partner", "/api/v1/ledger?party=alfa"),
    ] {
        assert_eq!(get(&world, login, path).await.status, StatusCode::NOT_FOUND, "{login} {path}");
    }
}

#[actix_web::test]
async fn an_alarm_is_red_on_home_pages_and_says_what_to_do() {
    let world = World::new();
    world.sign();
    let line = "已停止签发存证点";
    for login in ["ehs", "gate", "officer"] {
        assert!(!get(&world, login, "/").await.text.contains(line), "{login}");
    }
    raise(&world, "alfa");
    for login in ["ehs", "gate", "officer"] {
        let home = get(&world, login, "/").await.text;
        assert!(home.contains(line) && home.contains("href=\"/ledger\""), "{login}");
    }
    for (login, path) in [("partner", "/"), ("stranger", "/"), ("ehs", "/batches")] {
        assert!(!get(&world, login, path).await.text.contains(line), "{login} {path}");
    }
    let page = get(&world, "ehs", "/ledger").await.text;
    for words in ["出现两份不一致的历史", "封存服务器和签名密钥", "含 3 条的存证点", "未处理"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("was seen, the store"), "words of the log on a page: {page}");
    let service = init_service(page_service!(world.app.clone())).await;
    let cookies = format!("{}; {LANGUAGE_COOKIE}=en", world.cookie("ehs"));
    let request = TestRequest::get().uri("/ledger").insert_header(("cookie", cookies));
    let answer = call_service(&service, request.to_request()).await;
    let english = String::from_utf8_lossy(&read_body(answer).await).into_owned();
    assert!(english.contains("at 3 records somebody has seen the root"), "{english}");
    let path = "/ledger/evidence?tree=1&code=split_view";
    assert_eq!(get(&world, "ehs", path).await.text, "the other note <b>");
    let none = get(&world, "ehs", "/ledger/evidence?tree=2&code=split_view").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn printed_pages_and_exports_carry_the_newest_checkpoint() {
    let world = World::new();
    assert_eq!(get(&world, "ehs", "/batches.csv").await.link, "", "nothing was signed yet");
    world.sign();
    let newest = world.app.store.checkpoint(&alfa(), 1, Which::Newest).expect("store");
    let head = newest.expect("signed").head;
    let csv = get(&world, "ehs", "/batches.csv").await;
    let root = &head.root.to_string()[..32];
    let query = format!("/verify?log=alfa&tree=1&size={}&root={root}", head.size);
    assert!(csv.link.contains(&query), "{}", csv.link);
    assert!(!csv.text.contains("verify"), "the rows stay pure");
    let page = get(&world, "ehs", "/balance").await.text;
    assert!(page.contains("class=\"seal\"") && page.contains(root), "{page}");
    let compared = get(&world, "stranger", &query).await.text;
    assert!(compared.contains("相符"), "{compared}");
    world.append("alfa", kit::batch_weigh(world.batch, "31841"));
    world.sign();
    assert!(get(&world, "stranger", &query).await.text.contains("相符"), "an older one holds too");
    let other = query.replace(root, &"0".repeat(32));
    assert!(get(&world, "stranger", &other).await.text.contains("不符"));
    for wrong in ["/verify?log=alfa", "/verify?log=alfa&size=1&root=ab", "/verify?log=%00&size=-1"]
    {
        let answer = get(&world, "stranger", wrong).await;
        assert_eq!(answer.status, StatusCode::OK, "{wrong}");
        assert!(answer.text.contains("读到的内容"), "{wrong}");
    }
}

#[actix_web::test]
async fn an_alarm_that_the_next_tree_answered_stays_and_is_no_concern() {
    let world = World::new();
    world.sign();
    raise(&world, "alfa");
    world.append("alfa", kit::batch_weigh(world.batch, "31841"));
    let reason = tl_domain::event::ContinueReason::SetBack;
    world.app.store.open_next_tree(&alfa(), reason).expect("a next tree");
    let api = "/api/v1/ledger?party=alfa";
    let open = get(&world, "ehs", api).await.text;
    assert!(open.contains(r#""state":"open""#), "nothing of tree 2 is signed yet: {open}");
    assert!(get(&world, "ehs", "/").await.text.contains("未处理的警报"), "signed, not answered");
    opening::write_all(&world.app).expect("written");
    world.sign();
    let answered = get(&world, "ehs", api).await.text;
    for part in [r#""state":"answered","answered_by":2"#, r#""fact":"other_root","seen""#] {
        assert!(answered.contains(part), "{part}: {answered}");
    }
    assert!(!answered.contains(r#""code":"alarm""#), "no concern: {answered}");
    let page = get(&world, "ehs", "/ledger").await.text;
    for words in ["已由第 2 棵存证树承接", "出现两份不一致的历史", "最后一个完好存证点"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("封存服务器和签名密钥"), "nothing is left to do: {page}");
    assert!(!get(&world, "ehs", "/").await.text.contains("警报"));
    // The same kind again, under the ended tree: no history.
    let party = alfa();
    let fact = AlarmFact::EntryMissing { index: 2 };
    let alarm = Alarm::new((&party, 1), AlarmCode::SplitView, vec![fact], 9).with_evidence("new");
    assert!(world.app.store.raise_alarm(&alarm).expect("kept"));
    let home = get(&world, "ehs", "/").await.text;
    assert!(home.contains("账本有 1 项未处理的警报"), "{home}");
    let page = get(&world, "ehs", "/ledger").await.text;
    assert!(page.contains("缺第 2 条记录") && page.contains("警报 1"), "{page}");
    let evidence = "/ledger/evidence?tree=1&code=split_view/2";
    assert_eq!(get(&world, "ehs", evidence).await.text, "new");
}
