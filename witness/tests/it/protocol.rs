//! Every answer of the protocol, over HTTP and HTTPS.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Barrier};

use tl_ledger::note::NoteSignature;
use tl_ledger::{Hash, SignedCheckpoint, cosignature};

use crate::log::Log;
use crate::process::{Place, client, only_alarm, post, program};

const ORIGIN: &str = "tl.example.cn/log/hc-zinc";

fn zinc() -> (Log, Place) {
    let log = Log::new(ORIGIN, 64);
    let place = Place::new(&format!("log {}\n", log.key()));
    (log, place)
}

#[test]
fn a_log_gets_its_cosignatures_and_auditors_the_checkpoint() {
    let (log, place) = zinc();
    let witness = place.start(&[]);
    for (old, new) in [(0, 3), (3, 40), (40, 40)] {
        let request = log.request(0, old, new);
        let answer = witness.post(&request.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        let lines = NoteSignature::parse_lines(&answer.body).unwrap();
        let [line] = lines.as_slice() else { panic!("one line: {answer:?}") };
        assert!(line.is_by(&place.vkey));
        let text = request.checkpoint.note().text();
        let time = cosignature::verify(place.vkey.public_key(), text, &line.bytes);
        assert!(time.is_some_and(|time| time > 1_767_225_600), "{time:?}");
    }
    let kept = witness.checkpoint(ORIGIN);
    kept.verify(&log.key(), std::slice::from_ref(&place.vkey)).unwrap();
    assert_eq!(kept.head(), log.head(0, 40));
    assert_eq!(witness.get(&format!("/{}/checkpoint", Hash::of(b"other"))).status, 404);
    assert_eq!(witness.get("/vkey").body.trim_end(), place.vkey.to_string());
    assert_eq!(witness.get("/alarms").body, "0 alarms\n");
    let health = witness.get("/healthz");
    assert_eq!((health.status, health.body.lines().nth(1)), (200, Some("logs 1")));
    let (is_well, told) = place.status();
    assert!(is_well && told.contains(ORIGIN) && told.contains("size  40"), "{told}");
}

#[test]
fn each_refusal_has_its_status() {
    let (log, place) = zinc();
    let witness = place.start(&[]);
    let status = |body: &str| witness.post(body).status;
    assert_eq!(status(&log.request(0, 0, 20).to_string()), 200);
    let good = log.request(0, 20, 30).to_string();
    let conflict = witness.post(&log.request(0, 10, 30).to_string());
    let told = (conflict.status, conflict.kind.as_str(), conflict.body.as_str());
    assert_eq!(told, (409, "text/x.tlog.size", "20\n"));
    assert_eq!(status(&good.replace("old 20", "old 31")), 400);
    assert_eq!(status(&good.replace("old 20", "old 020")), 400);
    assert_eq!(status(""), 400);
    assert_eq!(status(&good.replace("\n30\n", "\n31\n")), 403);
    let stranger = Log::new("tl.example.cn/log/other", 40);
    assert_eq!(status(&stranger.request(0, 0, 5).to_string()), 404);
    let mut spoilt = log.request(0, 20, 30);
    spoilt.hashes.pop();
    assert_eq!(status(&spoilt.to_string()), 422);
    let padded = format!("{good}{}", "\u{2014} x AAAAAAA=\n".repeat(20_000));
    assert_eq!(status(&padded), 413);
    assert_eq!(witness.get("/add-checkpoint").status, 404);
    assert_eq!(witness.get("/alarms/../witness.key").status, 404);
    assert_eq!(witness.get("/alarms/%2e%2e/witness.key").status, 404);
    assert_eq!(status(&good), 200, "and after all that the right one");
}

#[test]
fn a_split_view_leaves_two_notes_that_convict_the_log() {
    let (log, place) = zinc();
    let witness = place.start(&[]);
    assert_eq!(witness.post(&log.request(0, 0, 20).to_string()).status, 200);
    let fork = log.request(1, 20, 20).to_string();
    assert_eq!(witness.post(&fork).status, 422);
    let alarm = only_alarm(&place.dir());
    let read = |name: &str| SignedCheckpoint::parse(&fs::read(alarm.join(name)).unwrap()).unwrap();
    for (note, branch) in [(read("kept.checkpoint"), 0), (read("offered.checkpoint"), 1)] {
        note.verify(&log.key(), &[]).unwrap();
        assert_eq!(note.head(), log.head(branch, 20));
    }
    let told = witness.get("/alarms").body;
    assert!(told.contains("kind split") && told.contains(ORIGIN), "{told}");
    let name = alarm.file_name().unwrap().to_str().unwrap();
    let offered = witness.get(&format!("/alarms/{name}/offered.checkpoint"));
    assert_eq!(offered.body, read("offered.checkpoint").to_string());
    assert!(place.log().contains("ERROR"), "{}", place.log());
    let (is_well, told) = place.status();
    assert!(!is_well && told.contains("two roots for size 20"), "{told}");
    drop(witness);
    let witness = place.start(&[]);
    assert_eq!(witness.post(&fork).status, 422, "it keeps refusing");
    assert_eq!(witness.post(&log.request(0, 20, 30).to_string()).status, 200);
}

#[test]
fn of_two_contradicting_requests_at_once_exactly_one_wins() {
    let (log, place) = zinc();
    let witness = place.start(&[]);
    let bodies = [log.request(0, 0, 20).to_string(), log.request(1, 0, 20).to_string()];
    let start = Arc::new(Barrier::new(8));
    let askers: Vec<_> = (0..8)
        .map(|at| {
            let (start, address) = (start.clone(), witness.address.clone());
            let body = bodies[at % 2].clone();
            std::thread::spawn(move || {
                let client = client();
                start.wait();
                (at % 2, post(&client, &address, body.as_bytes(), None).unwrap().status)
            })
        })
        .collect();
    let answers: Vec<_> = askers.into_iter().map(|asker| asker.join().unwrap()).collect();
    let won: Vec<_> = answers.iter().filter(|(_, status)| *status == 200).collect();
    let [(branch, _)] = won.as_slice() else { panic!("one winner: {answers:?}") };
    assert!(answers.iter().all(|(_, status)| [200, 409].contains(status)), "{answers:?}");
    assert_eq!(witness.checkpoint(ORIGIN).head(), log.head(*branch, 20));
    assert!(witness.get("/alarms").body.contains("kind split"));
}

#[test]
fn a_key_can_be_pinned_at_first_use() {
    let log = Log::new(ORIGIN, 30);
    let place = Place::new("");
    let witness = place.start(&["--trust-first-use", "tl.example.cn/log/"]);
    let ask = |request: String, key: Option<&str>| {
        post(&client(), &witness.address, request.as_bytes(), key).unwrap().status
    };
    let key = log.key().to_string();
    assert_eq!(ask(log.request(0, 0, 5).to_string(), None), 404);
    assert_eq!(ask(log.request(0, 0, 5).to_string(), Some(&key)), 200);
    assert_eq!(ask(log.request(0, 5, 9).to_string(), None), 200);
    let elsewhere = Log::new("elsewhere.example/log/x", 9);
    let other = elsewhere.key().to_string();
    assert_eq!(ask(elsewhere.request(0, 0, 5).to_string(), Some(&other)), 404);
    assert!(place.status().1.contains("trusted at first use"), "{}", place.status().1);
}

#[test]
fn a_second_witness_and_a_missing_folder_are_refused() {
    let (_log, place) = zinc();
    let witness = place.start(&[]);
    let second = place.serve(&[]).output().unwrap();
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && words.contains("another tl-witness"), "{words}");
    drop(witness);
    // The folder is there but empty, as when a disk is not mounted; the key lies elsewhere.
    let key = place.path("elsewhere.key");
    fs::rename(place.dir().join("witness.key"), &key).unwrap();
    fs::remove_dir_all(place.dir()).unwrap();
    fs::create_dir(place.dir()).unwrap();
    let empty = place.serve(&["--key", key.to_str().unwrap()]).output().unwrap();
    let words = String::from_utf8_lossy(&empty.stderr).into_owned();
    assert!(!empty.status.success() && words.contains("--new"), "{words}");
    drop(place.start(&["--key", key.to_str().unwrap(), "--new"]));
    drop(place.start(&["--key", key.to_str().unwrap()]));
}

#[test]
fn the_same_over_tls() {
    let (log, place) = zinc();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (cert, key) = (place.path("tls.crt"), place.path("tls.key"));
    fs::write(&cert, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let paths = [cert.to_str().unwrap(), key.to_str().unwrap()];
    let witness = place.start(&["--tls-cert", paths[0], "--tls-key", paths[1]]);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let root = ureq::tls::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::new_with_certs(&[root]))
        .build();
    let client = ureq::Agent::config_builder().tls_config(tls).build().new_agent();
    let address = witness.address.replace("127.0.0.1", "localhost");
    assert!(address.starts_with("https://"), "{address}");
    let body = log.request(0, 0, 20).to_string();
    assert_eq!(post(&client, &address, body.as_bytes(), None).unwrap().status, 200);
}

#[test]
fn a_request_cut_off_in_the_middle_changes_nothing() {
    let (log, place) = zinc();
    let witness = place.start(&[]);
    let body = log.request(0, 0, 20).to_string();
    let host = witness.address.trim_start_matches("http://");
    let mut socket = TcpStream::connect(host).unwrap();
    let length = body.len();
    let head = format!("POST /add-checkpoint HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}");
    write!(socket, "{head}\r\n\r\n{}", &body[..body.len() / 2]).unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = String::new();
    let _ = socket.read_to_string(&mut rest);
    assert!(!rest.contains(" 200 "), "{rest}");
    assert_eq!(witness.get(&format!("/{}/checkpoint", Hash::of(ORIGIN.as_bytes()))).status, 404);
    assert_eq!(witness.post(&body).status, 200);
}

#[test]
fn keys_are_printed_again_and_never_replaced() {
    let (_log, place) = zinc();
    let dir = place.dir();
    let printed = program(&["vkey", "--dir", dir.to_str().unwrap()]);
    assert_eq!(String::from_utf8_lossy(&printed.stdout).trim_end(), place.vkey.to_string());
    let key = dir.join("witness.key");
    let again = program(&["keygen", "--name", "other", "--out", key.to_str().unwrap()]);
    let words = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(!again.status.success(), "{words}");
    assert_eq!(words.matches("exists").count(), 1, "a reason is said once: {words}");
    let printed = program(&["vkey", "--key", key.to_str().unwrap()]);
    assert_eq!(String::from_utf8_lossy(&printed.stdout).trim_end(), place.vkey.to_string());
}
