//! The verify page: what anybody may bring, what it says, and what it tells nobody.

use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use tl_domain::ids::PartyId;
use tl_ledger::Hash;
use tl_ledger::checkpoint::Checkpoint;
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::KeyName;
use tl_ledger::proof::EntryProof;
use tl_store::AlarmCode;
use tl_testkit as kit;

use super::world::World;
use crate::keys;
use crate::ledger::proof;
use crate::serve::page_service;

fn alfa() -> PartyId {
    "alfa".parse().expect("an id")
}

/// A batch's entry with its proof, signed.
struct Files {
    entry: Vec<u8>,
    proof: String,
}

fn files(world: &World) -> Files {
    world.sign();
    let entry = world.app.store.entry(&alfa(), world.batch).expect("store").expect("there").bytes;
    let proven = proof::entry(&world.app.store, &alfa(), world.batch).expect("read");
    Files { entry, proof: proven.expect("covered").proof.to_string() }
}

async fn send(
    world: &World,
    login: Option<&str>,
    fields: &[(&str, &[u8])],
) -> (StatusCode, String) {
    let service = init_service(page_service!(world.app.clone())).await;
    let mut body = Vec::new();
    for (name, value) in fields {
        let mut head = String::new();
        write!(head, "--xx\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n")
            .expect("text");
        body.extend(head.into_bytes());
        body.extend(*value);
        body.extend(b"\r\n");
    }
    body.extend(b"--xx--\r\n");
    let mut request = TestRequest::post()
        .uri("/verify")
        .insert_header(("content-type", "multipart/form-data; boundary=xx"))
        .set_payload(body);
    if let Some(login) = login {
        request = request.insert_header(("cookie", world.cookie(login)));
    }
    world.pass(10_000_000);
    let answer = call_service(&service, request.to_request()).await;
    let status = answer.status();
    (status, String::from_utf8_lossy(&read_body(answer).await).into_owned())
}

async fn look(world: &World, login: Option<&str>, path: &str) -> String {
    let service = init_service(page_service!(world.app.clone())).await;
    let mut request = TestRequest::get().uri(path);
    if let Some(login) = login {
        request = request.insert_header(("cookie", world.cookie(login)));
    }
    world.pass(10_000_000);
    let answer = call_service(&service, request.to_request()).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    String::from_utf8_lossy(&read_body(answer).await).into_owned()
}

#[actix_web::test]
async fn a_proof_and_its_record_are_explained_to_anybody() {
    let world = World::new();
    let files = files(&world);
    world.append("alfa", kit::batch_weigh(world.batch, "31841"));
    world.sign();
    let sent = [("proof", files.proof.as_bytes()), ("entry_file", &files.entry[..])];
    let (status, page) = send(&world, None, &sent).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    for words in ["已证明", "不证明所记数字真实", "没有证明什么", "/log/alfa", "尚无第三方签名"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("alfa 厂"), "whose log it is, the proof says; not its name");
    assert!(!page.contains(&format!("/entries/{}", world.batch)), "no way in for strangers");
    let (_, page) = send(&world, Some("ehs"), &sent).await;
    assert!(page.contains(&format!("/entries/{}", world.batch)));
    // As people paste it: CR LF, no last line feed, the record laid out anew.
    let pasted = files.proof.trim_end().replace('\n', "\r\n");
    let value: serde_json::Value = serde_json::from_slice(&files.entry).expect("JSON");
    let laid_out = serde_json::to_string_pretty(&value).expect("JSON");
    let sent = [("proof", pasted.as_bytes()), ("entry", laid_out.as_bytes())];
    let (status, page) = send(&world, None, &sent).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("排版被改过"));
}

#[actix_web::test]
async fn what_was_altered_is_not_proven() {
    let world = World::new();
    let files = files(&world);
    let other = world.app.store.entry(&alfa(), world.run).expect("store").expect("there").bytes;
    let read = EntryProof::parse(files.proof.as_bytes()).expect("a proof");
    let moved = EntryProof { index: read.index + 1, ..read.clone() }.to_string();
    let mut flipped = files.proof.clone().into_bytes();
    let last = flipped.iter().rposition(|byte| byte.is_ascii_alphanumeric()).expect("base64");
    flipped[last - 9] = if flipped[last - 9] == b'A' { b'B' } else { b'A' };
    let foreign = files.proof.replace("/log/alfa", "/log/nobody");
    let mut entry = files.entry.clone();
    entry[20] ^= 1;
    for (proof, entry, words) in [
        (files.proof.as_bytes(), &other[..], "记录与证明不符"),
        (files.proof.as_bytes(), &entry[..], "记录与证明不符"),
        (moved.as_bytes(), &files.entry[..], "记录与证明不符"),
        (&flipped[..], &files.entry[..], "签名不对"),
        (foreign.as_bytes(), &files.entry[..], "没有这个账本"),
        (files.proof.as_bytes(), &b""[..], "缺少记录本身"),
        (&b"c2sp.org/tlog-proof@v1\nindex x\n"[..], &files.entry[..], "证明文件读不出来"),
        (&b""[..], &b"{\"a\":1}"[..], "签名记录读不出来"),
        (&b""[..], &b""[..], "没有收到要核验的内容"),
    ] {
        let (status, page) = send(&world, None, &[("proof", proof), ("entry", entry)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(page.contains(words), "{words}: {page}");
        assert!(!page.contains("已证明"), "{words}");
    }
    assert_eq!(world.app.store.alarms().expect("store"), [], "nothing of it is evidence");
}

#[actix_web::test]
async fn another_history_by_the_ledger_s_own_key_is_an_alarm_whoever_brings_it() {
    let world = World::new();
    let files = files(&world);
    let tree = world.app.store.trees_of(&alfa()).expect("store").pop().expect("a tree");
    let path = world.app.config.keys.join("tree-alfa-1.key");
    let signer = keys::read(&path).expect("read").expect("there");
    let name: KeyName = tree.origin.parse().expect("a name");
    let leaf = Hash::leaf(&files.entry);
    let head = TreeHead { size: 1, root: leaf };
    let checkpoint = Checkpoint::new(&name, head).sign(&name, &signer).expect("signed");
    let forged = EntryProof { extra: None, index: 0, hashes: Vec::new(), checkpoint };
    let sent =
        [("proof", forged.to_string()), ("entry", String::from_utf8(files.entry).expect("text"))];
    let sent: Vec<(&str, &[u8])> =
        sent.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let (status, page) = send(&world, None, &sent).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("警报") && !page.contains("已证明"), "{page}");
    let alarms = world.app.store.alarms().expect("store");
    assert_eq!(alarms.len(), 1);
    assert_eq!((alarms[0].code, alarms[0].number), (AlarmCode::SplitView, 1));
    assert!(alarms[0].evidence.contains(&tree.origin));
    send(&world, None, &sent).await;
    assert_eq!(world.app.store.alarms().expect("store").len(), 1, "said once");
}

#[actix_web::test]
async fn a_record_alone_is_found_by_its_bytes_only() {
    let world = World::new();
    let files = files(&world);
    let (status, page) = send(&world, None, &[("entry", &files.entry)]).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("与存入时逐字节相同") && page.contains("c2sp.org/tlog-proof@v1"));
    // The same id with other bytes: to a stranger as if there were no such record.
    let envelope = tl_ledger::Envelope::parse(&files.entry).expect("an envelope");
    let payload = String::from_utf8(envelope.payload).expect("text");
    let (_, signer) = (0, kit::Writer::new(&alfa(), "gate-1"));
    let mut replies = Vec::new();
    for changed in [
        payload.replacen("32000", "32001", 1),
        payload.replacen(&world.batch.to_string(), &world.run.to_string().replace('0', "1"), 1),
    ] {
        assert_ne!(changed, payload);
        let forged = tl_ledger::Envelope::sign(changed.into_bytes(), signer.signer());
        let bytes = forged.expect("signed").to_bytes();
        let (status, page) = send(&world, None, &[("entry", &bytes)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        replies.push(page.replace(&Hash::leaf(&bytes).to_string(), "LEAF"));
        let (_, own) = send(&world, Some("ehs"), &[("entry", &bytes)]).await;
        replies.push(own);
    }
    assert_eq!(replies[0], replies[2], "a stranger can tell whether an id exists");
    assert!(replies[1].contains("同一标识的记录与提交的不同"), "{}", replies[1]);
    assert!(replies[3].contains("没有逐字节相同的记录"));
}

#[actix_web::test]
async fn a_label_code_tells_strangers_that_it_is_registered_and_nothing_else() {
    let world = World::new();
    world.sign();
    let code = kit::code(1);
    let path = format!("/verify?code={}", code.as_str());
    let size = world.app.store.trees_of(&alfa()).expect("store")[0].head.size;
    for login in [None, Some("stranger"), Some("partner"), Some("sysadmin")] {
        let page = look(&world, login, &path).await;
        assert!(page.contains("编号由本系统登记") && page.contains("已由存证点覆盖"), "{login:?}");
        let secrets = [
            world.batch.to_string(),
            "log/alfa".to_owned(),
            "alfa 厂".to_owned(),
            format!("{size} 条"),
            "锌精矿".to_owned(),
        ];
        for secret in secrets {
            assert!(!page.contains(&secret), "{login:?} reads {secret}: {page}");
        }
    }
    for login in ["ehs", "officer"] {
        let page = look(&world, Some(login), &path).await;
        assert!(page.contains("alfa 厂") && page.contains(&format!("/batches/{}", world.batch)));
    }
    let unknown = look(&world, None, &format!("/verify?code={}", kit::code(4711).as_str())).await;
    assert!(unknown.contains("没有登记这个编号"), "{unknown}");
    let wrong = look(&world, None, "/verify?code=%3Cb%3E0000").await;
    assert!(wrong.contains("读不出来") && !wrong.contains("<b>0000"), "{wrong}");
}

#[actix_web::test]
async fn hostile_forms_are_answered_in_words() {
    let world = World::new();
    let files = files(&world);
    let service = init_service(page_service!(world.app.clone())).await;
    let huge = vec![b'A'; crate::limits::BODY_BYTES_MAX + 1];
    let cases: [(&str, Vec<u8>, StatusCode); 5] = [
        ("text/html", b"<form>".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        ("multipart/form-data", b"--".to_vec(), StatusCode::UNPROCESSABLE_ENTITY),
        ("multipart/form-data; boundary=a", huge, StatusCode::PAYLOAD_TOO_LARGE),
        (
            "application/x-www-form-urlencoded",
            b"entry=%00%ff&proof=%ff".to_vec(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("", Vec::new(), StatusCode::UNPROCESSABLE_ENTITY),
    ];
    for (media, body, expected) in cases {
        world.pass(10_000_000);
        let request = TestRequest::post()
            .uri("/verify")
            .insert_header(("content-type", media))
            .set_payload(body)
            .to_request();
        assert_eq!(call_service(&service, request).await.status(), expected, "{media}");
    }
    let foreign = TestRequest::post()
        .uri("/verify")
        .insert_header(("sec-fetch-site", "cross-site"))
        .to_request();
    assert_eq!(call_service(&service, foreign).await.status(), StatusCode::FORBIDDEN);
    for at in (0..files.proof.len()).step_by(7) {
        let mut bytes = files.proof.clone().into_bytes();
        bytes[at] ^= 0x15;
        let (status, page) =
            send(&world, None, &[("proof", &bytes), ("entry", &files.entry)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "byte {at}: {page}");
    }
    assert_eq!(world.app.store.alarms().expect("store"), []);
}

#[actix_web::test]
async fn look_ups_are_limited_and_the_empty_page_is_not() {
    let world = World::new();
    let service = init_service(page_service!(world.app.clone())).await;
    let ask = |path: &str| {
        TestRequest::get().uri(path).peer_addr(([192, 0, 2, 1], 9).into()).to_request()
    };
    let mut statuses = Vec::new();
    for _ in 0..=crate::limits::VERIFY_BURST {
        statuses.push(call_service(&service, ask("/verify?code=0")).await.status());
    }
    assert_eq!(statuses.pop(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(statuses.iter().all(|status| *status == StatusCode::OK));
    assert_eq!(call_service(&service, ask("/verify")).await.status(), StatusCode::OK);
    let post = TestRequest::post().uri("/verify").peer_addr(([192, 0, 2, 1], 9).into());
    let status = call_service(&service, post.to_request()).await.status();
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    let other = TestRequest::get().uri("/verify?code=0").peer_addr(([192, 0, 2, 2], 9).into());
    assert_eq!(call_service(&service, other.to_request()).await.status(), StatusCode::OK);
}
