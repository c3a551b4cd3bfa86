//! The program itself: a station's scans over TCP, kill -9 in the middle, status, page, decode.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tl_domain::code::{Code, CodeKind, qr_text};
use tl_ledger::Signer;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tl-edge");
const WAIT: Duration = Duration::from_secs(30);

/// An enrolled directory with one station on TCP and a page, without a server.
fn directory(extra: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("written");
    };
    let identity = serde_json::json!({
        "device": "edge-1", "party": "plant-a", "site": "site-a", "role": "plant", "epoch": 1,
        "device_url": "https://127.0.0.1:1",
        "snapshot_key": Signer::from_seed(&[9; 32]).public().to_string(),
    });
    write("device.json", &identity.to_string());
    write("event.key", &hex::encode([7; 32]));
    let key = rcgen::KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let params = rcgen::CertificateParams::new(names).expect("names");
    let certificate = params.self_signed(&key).expect("signed");
    write("page.pem", &format!("{}{}", certificate.pem(), key.serialize_pem()));
    write("ca.crt", &certificate.pem());
    write("config.toml", &format!("{STATION}{extra}"));
    directory
}

const STATION: &str = "
[page]
listen = '127.0.0.1:0'
[outbox]
ballast_bytes = 65536
[uplink]
enabled = false
[[port]]
kind = 'scanner_tcp'
name = 'bags'
listen = '127.0.0.1:0'
answer = true
[port.station]
material = 'ore'
node = 'gate'
";

struct Agent {
    child: Child,
}

impl Drop for Agent {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Agent {
    /// Starts the agent and waits until it says that it is ready.
    fn start(directory: &Path) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["run", "--dir"])
            .arg(directory)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let stderr = child.stderr.take().expect("piped");
        let (ready, is_ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut log = String::new();
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                log.push_str(&line);
                log.push('\n');
                if line.contains("ready") {
                    let _ = ready.send(Ok(()));
                }
            }
            let _ = ready.send(Err(log));
        });
        match is_ready.recv_timeout(WAIT).expect("ready in time") {
            Ok(()) => Self { child },
            Err(log) => panic!("the agent ended: {log}"),
        }
    }

    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// SIGTERM, as a service manager stops it.
    fn stop(mut self) -> bool {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(sent.success());
        let end = Instant::now() + WAIT;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("waited") {
                return status.success();
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        self.child.kill().expect("killed");
        false
    }
}

fn scanner(directory: &Path) -> TcpStream {
    let address = fs::read_to_string(directory.join("port-bags.addr")).expect("an address");
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(WAIT)).expect("set");
    stream
}

/// Sends a scan and gives the answer, `None` when the agent is gone.
fn scan(stream: &mut TcpStream, code: &Code) -> Option<u8> {
    let text = format!("]Q1{}\r", qr_text("tl.example", CodeKind::Batch, code));
    stream.write_all(text.as_bytes()).ok()?;
    let mut answer = [0];
    stream.read_exact(&mut answer).ok()?;
    Some(answer[0])
}

fn codes() -> impl Iterator<Item = Code> {
    (1_000_000..).filter_map(Code::issue)
}

fn status(directory: &Path) -> Value {
    let output = run(&["status", "--json", "--dir", directory.to_str().expect("text")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().expect("runs")
}

#[test]
fn acknowledged_scans_survive_kills_and_numbers_have_no_gaps() {
    let directory = directory("");
    let mut codes = codes();
    let mut acknowledged = 0_u64;
    for round in 0..4 {
        let agent = Agent::start(directory.path());
        let mut stream = scanner(directory.path());
        for _ in 0..5 + round {
            let code = codes.next().expect("endless");
            assert_eq!(scan(&mut stream, &code), Some(0x06));
            acknowledged += 1;
        }
        // One more is on its way when the agent dies.
        let code = codes.next().expect("endless");
        let text = format!("]Q1{}\r", qr_text("tl.example", CodeKind::Batch, &code));
        stream.write_all(text.as_bytes()).expect("sent");
        agent.kill();
    }
    let stopped = status(directory.path());
    assert_eq!(stopped["running"], false);
    let agent = Agent::start(directory.path());
    let running = status(directory.path());
    assert_eq!(running["running"], true);
    assert_eq!(running["tail"], "ok");
    let recorded = running["dseq"].as_u64().expect("a number");
    assert!((acknowledged..=acknowledged + 4).contains(&recorded), "{recorded} {acknowledged}");
    assert_eq!(running["queue"]["waiting"].as_u64(), Some(recorded));
    assert!(agent.stop(), "SIGTERM ends it cleanly");
    assert!(!directory.path().join("state.json").exists());
}

const OUTLET: &str = "
[[port]]
kind = 'monitor_tcp'
name = 'outlet'
listen = '127.0.0.1:0'
profile = { protocol = 'hj212', edition = '2017', units = 'standard' }
[port.monitors.010000A8900016F000169DC0]
stream = 'water-out'
";

/// A telegram whose 9014 nobody saw, because the agent was killed after its commit.
#[test]
fn a_kill_between_commit_and_answer_leaves_a_telegram_that_is_known() {
    let directory = directory(OUTLET);
    let path = directory.path().join("device.json");
    let identity = fs::read_to_string(&path).expect("read");
    let telegram = tl_device::hj212::frame_of(
        "QN=20261101090000123;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;\
         CP=&&DataTime=20261101080000;w20089-Avg=120,w20089-Flag=N&&",
    );
    let connect = || {
        let address = fs::read_to_string(directory.path().join("port-outlet.addr"));
        let stream = TcpStream::connect(address.expect("an address")).expect("connected");
        stream.set_read_timeout(Some(WAIT)).expect("set");
        stream
    };
    let output = run(&["run", "--dir", directory.path().to_str().expect("text")]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("monitor.reading"), "a plant's key: {text}");
    fs::write(&path, identity.replace("\"plant\"", "\"water\"")).expect("written");
    let agent = Agent::start(directory.path());
    connect().write_all(&telegram).expect("sent");
    let end = Instant::now() + WAIT;
    while status(directory.path())["dseq"] != 1 {
        assert!(Instant::now() < end, "the telegram is never recorded");
    }
    agent.kill();
    let agent = Agent::start(directory.path());
    let mut stream = connect();
    stream.write_all(&telegram).expect("sent");
    let mut answer = [0; 16];
    stream.read_exact(&mut answer).expect("answered");
    assert!(answer.starts_with(b"##"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(status(directory.path())["dseq"], 1, "recorded once");
    assert!(agent.stop());
}

#[test]
fn a_scan_that_is_no_code_is_answered_with_nak() {
    let directory = directory("");
    let agent = Agent::start(directory.path());
    let mut stream = scanner(directory.path());
    for text in ["]Q1HTTPS://WX.EXAMPLE/abc\r", "]Q100000YGJ35\r", "00000YGJ34\r"] {
        stream.write_all(text.as_bytes()).expect("sent");
        let mut answer = [0];
        stream.read_exact(&mut answer).expect("answered");
        assert_eq!(answer[0], 0x15, "{text:?}");
    }
    assert_eq!(status(directory.path())["dseq"], 0);
    assert_eq!(status(directory.path())["checkpoint"], Value::Null);
    let output = run(&["checkpoint", "--dir", directory.path().to_str().expect("text")]);
    assert!(!output.status.success() && output.stdout.is_empty(), "none is held");
    assert!(String::from_utf8_lossy(&output.stderr).contains("检查点"));
    // The board is copied for `status` twice a second.
    let end = Instant::now() + WAIT;
    while status(directory.path())["ports"]["bags"]["rejected"] != 3 {
        assert!(Instant::now() < end, "the refusals are never shown");
    }
    assert!(agent.stop());
}

#[test]
fn the_page_answers_over_https_with_its_own_certificate() {
    let directory = directory("");
    let agent = Agent::start(directory.path());
    let address = fs::read_to_string(directory.path().join("page.addr")).expect("an address");
    let ca = fs::read(directory.path().join("ca.crt")).expect("a certificate");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let root = ureq::tls::Certificate::from_pem(&ca).expect("a certificate");
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::new_with_certs(&[root]))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let client = ureq::Agent::config_builder().tls_config(tls).proxy(None).build().new_agent();
    let mut answer = client.get(format!("https://{address}/login")).call().expect("answered");
    let text = answer.body_mut().read_to_string().expect("text");
    assert!(text.contains("还没有同步到人员名单"), "{text}");
    assert!(answer.headers().contains_key("content-security-policy"));
    assert!(agent.stop());
}

#[test]
fn a_wrong_configuration_and_a_missing_enrolment_are_said_in_one_line() {
    let directory = directory("[[port]]\nkind = 'scale_serial'\nname = 'x'\n");
    let path = directory.path().to_str().expect("text");
    let output = run(&["run", "--dir", path]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("config.toml") && text.contains("meter"), "{text}");
    fs::remove_file(directory.path().join("device.json")).expect("removed");
    let output = run(&["status", "--dir", path]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("tl-edge enrol"), "{text}");
}

#[test]
fn enrol_refuses_a_bad_fingerprint_and_an_absent_server() {
    let directory = tempfile::tempdir().expect("a directory");
    let dir = directory.path().join("edge");
    let dir = dir.to_str().expect("text");
    let common = ["enrol", "--token", "T", "--dir", dir, "--server"];
    let with = |server: &str, print: &str| {
        let mut arguments = common.to_vec();
        arguments.extend([server, "--ca-sha256", print]);
        let output = run(&arguments);
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let zeros = "0".repeat(64);
    assert!(with("https://127.0.0.1:1", "abc").contains("--ca-sha256"));
    assert!(with("http://127.0.0.1:1", &zeros).contains("https://"));
    assert!(with("https://127.0.0.1:1", &zeros).contains("连不上"));
    assert!(!Path::new(dir).exists(), "nothing is left behind");
}

#[test]
fn decode_answers_cases_and_ends_with_two_for_what_is_none() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("case.json");
    let case = serde_json::json!({
        "family": "scale_yaohua_tf0", "input_hex": "022b30303230303032314203",
        "profile": { "protocol": "yaohua_tf0", "layout": "6d+dp", "unit": "kg" },
    });
    fs::write(&path, case.to_string()).expect("written");
    let name = path.to_str().expect("text");
    for split in ["whole", "1", "seed:7"] {
        let output = run(&["decode", name, "--split", split]);
        assert!(output.status.success(), "{split}");
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(answer["accepted"][0]["value"], "20.00", "{split}");
    }
    fs::write(&path, "{}").expect("written");
    let output = run(&["decode", name]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}

#[test]
fn labels_come_in_four_formats() {
    let directory = tempfile::tempdir().expect("a directory");
    let out = directory.path().join("label");
    let out = out.to_str().expect("text");
    for (format, begins) in
        [("svg", &b"<svg"[..]), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("zpl", b"^XA")]
    {
        let output = run(&[
            "label",
            "--code",
            "000-00Y-GJ34",
            "--title",
            "锌精矿",
            "--line",
            "净重=20.000 t",
            "--format",
            format,
            "--out",
            out,
            "--host",
            "TL.EXAMPLE",
        ]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(fs::read(out).expect("written").starts_with(begins), "{format}");
    }
}
