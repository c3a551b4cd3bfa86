//! Commissioning beside a running agent, with a scale on a pseudo-terminal: layouts ten times
//! apart, a new calibration block, weighings in it; and a printer that is killed with the agent.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Binary;
use serde_json::Value;
use serialport::{SerialPort as _, TTYPort};
use tl_device::checksum::{XorNibble, xor};
use tl_domain::code::{Code, CodeKind, qr_text};
use tl_domain::event::Entry;
use tl_ledger::{Envelope, Signer};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tl-edge");
const WAIT: Duration = Duration::from_secs(30);

/// Something that listens to frames until the test ends.
struct Scale {
    frame: Arc<Mutex<Vec<u8>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    path: PathBuf,
    // Kept open: a terminal without a reader is gone.
    _line: TTYPort,
}

impl Scale {
    /// Sends seven digits again and again, as an indicator of XK3190 does.
    fn showing(digits: &str) -> Self {
        let (mut device, line) = TTYPort::pair().expect("a pseudo-terminal");
        let path = PathBuf::from(line.name().expect("a name"));
        let frame = Arc::new(Mutex::new(frame(digits)));
        let stop = Arc::new(AtomicBool::new(false));
        let (sent, stopped) = (frame.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Acquire) {
                let bytes = locked(&sent).clone();
                // A full line is an agent that does not read yet.
                let _ = device.write_all(&bytes);
                std::thread::park_timeout(Duration::from_millis(20));
            }
        });
        Self { frame, stop, thread: Some(thread), path, _line: line }
    }

    fn show(&self, digits: &str) {
        *locked(&self.frame) = frame(digits);
    }
}

impl Drop for Scale {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn locked(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().expect("no panic while it is held")
}

fn frame(digits: &str) -> Vec<u8> {
    let mut body = vec![b'+'];
    body.extend(digits.bytes());
    let check = XorNibble::Plus37.characters(xor(&body));
    [&[2][..], &body, &check, &[3]].concat()
}

/// An enrolled directory with a scale and a station that weighs at each scan.
fn directory(scale: &Path, profile: &str, more: &str) -> tempfile::TempDir {
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
    let scale = scale.display();
    write(
        "config.toml",
        &format!(
            "[outbox]\nballast_bytes = 65536\n[uplink]\nenabled = false\n{more}\n\
             [[port]]\nkind = 'scale_serial'\nname = 'bridge'\npath = '{scale}'\n\
             meter = 'meter-1'\n\
             {profile}\n\
             [[port]]\nkind = 'scanner_tcp'\nname = 'bags'\nlisten = '127.0.0.1:0'\nanswer = true\n\
             [port.station]\nmaterial = 'ore'\nnode = 'gate'\nscale = 'bridge'\n"
        ),
    );
    directory
}

struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Agent {
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
                if line.contains("ready") {
                    let _ = ready.send(Ok(()));
                }
            }
            let _ = ready.send(Err(log));
        });
        match is_ready.recv_timeout(WAIT).expect("ready in time") {
            Ok(()) => Self(child),
            Err(log) => panic!("the agent ended: {log}"),
        }
    }
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(&arguments[..2])
        .args(["--dir", directory.to_str().expect("text"), "--port", "bridge"])
        .args(&arguments[2..])
        .stdin(Stdio::null())
        .output()
        .expect("runs")
}

fn commission(directory: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = run(directory, &[&["commission", "scale"], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn status(directory: &Path) -> Value {
    let output = Command::new(PROGRAM)
        .args(["status", "--json", "--dir"])
        .arg(directory)
        .output()
        .expect("runs");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Registers and weighs by one scan; repeats while the weight does not stand yet.
fn weigh(directory: &Path, value: u64) {
    let address = fs::read_to_string(directory.join("port-bags.addr")).expect("an address");
    let code = (value..).find_map(Code::issue).expect("a code");
    let text = format!("]Q1{}\r", qr_text("tl.example", CodeKind::Batch, &code));
    for _ in 0..200 {
        let mut stream = TcpStream::connect(&address).expect("connected");
        stream.set_read_timeout(Some(WAIT)).expect("set");
        stream.write_all(text.as_bytes()).expect("sent");
        let mut answer = [0];
        stream.read_exact(&mut answer).expect("answered");
        if answer == [0x06] {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("the weight never stood");
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Binary)]
    envelope: Vec<u8>,
}

/// Kinds and bodies of all entries.
fn entries(directory: &Path) -> Vec<(String, Value)> {
    let path = directory.join("outbox.db");
    let mut database =
        SqliteConnection::establish(path.to_str().expect("text")).expect("the outbox");
    let rows: Vec<Row> = diesel::sql_query("SELECT envelope FROM entry ORDER BY position")
        .load(&mut database)
        .expect("entries");
    rows.iter()
        .map(|row| {
            let envelope = Envelope::parse(&row.envelope).expect("an envelope");
            let entry = Entry::read(&envelope.payload).expect("an entry");
            (entry.body.kind().to_owned(), entry.body.to_value())
        })
        .collect()
}

const KNOWN: [&str; 5] = ["--known", "12450 kg", "--max-error", "20 kg", "--yes"];

#[test]
fn a_known_weight_declares_the_layout_and_opens_a_block_that_weighings_are_in() {
    let scale = Scale::showing("0124500");
    let directory = directory(&scale.path, "", "");
    let agent = Agent::start(directory.path());
    let look = commission(directory.path(), &["--look"]).expect("shown");
    assert!(look.contains("6d+dp") && look.contains("12450 kg"), "{look}");
    assert!(look.contains("layout=7d") && look.contains("124500 kg"), "{look}");
    let certificate =
        ["--certificate", "JZ-7", "--certified-on", "2026-11-01", "--next-due", "2027-10-31"];
    let done = commission(directory.path(), &[&KNOWN[..], &certificate].concat()).expect("done");
    assert!(done.contains("6d+dp"), "{done}");
    weigh(directory.path(), 1_000_000);
    // The load is taken off and put on again, and the scale is calibrated once more.
    scale.show("0000000");
    let again = [&KNOWN[..], &["--calibration", "meter-1/spring"]].concat();
    scale.show("0124600");
    commission(directory.path(), &again).expect("10 kg off are allowed");
    weigh(directory.path(), 2_000_000);
    drop(agent);
    let all = entries(directory.path());
    let kinds: Vec<&str> = all.iter().map(|(kind, _)| kind.as_str()).collect();
    let expected = [
        "device.commission",
        "batch.register",
        "batch.weigh",
        "device.commission",
        "batch.register",
        "batch.weigh",
    ];
    assert_eq!(kinds, expected);
    let first = &all[0].1;
    assert_eq!(first["known"]["value"], "12450");
    assert_eq!(first["shown"]["value"], "12450");
    assert_eq!(first["profile"]["layout"], "6d+dp");
    assert_eq!(first["certificate"]["next_due"], "2027-10-31");
    assert_eq!(first["max_error"]["value"], "20");
    assert!(first["raw"]["base64"].as_str().is_some_and(|it| !it.is_empty()));
    assert_eq!(all[2].1["calibration"], first["calibration"]);
    assert_eq!(all[2].1["net"]["value"], "12450");
    assert_eq!(all[3].1["shown"]["value"], "12460");
    assert_eq!(all[5].1["calibration"], "meter-1/spring");
    assert_ne!(first["calibration"], "meter-1/spring");
    // The block and the layout outlive a restart.
    let _agent = Agent::start(directory.path());
    scale.show("0200000");
    weigh(directory.path(), 3_000_000);
    let last = entries(directory.path()).pop().expect("entries").1;
    assert_eq!(
        (&last["calibration"], &last["net"]["value"]),
        (&"meter-1/spring".into(), &"20000".into())
    );
}

#[test]
fn what_does_not_fit_is_refused_with_what_to_do() {
    let scale = Scale::showing("0124500");
    let profile = "profile = { protocol = 'yaohua_tf0', layout = '7d', unit = 'kg' }";
    let directory = directory(&scale.path, profile, "");
    let refused =
        |arguments: &[&str]| commission(directory.path(), arguments).expect_err("refused");
    let away = refused(&KNOWN);
    assert!(away.contains("tl-edge run"), "no agent runs: {away}");
    let _agent = Agent::start(directory.path());
    let wrong = refused(&["--known", "5000 kg", "--max-error", "20 kg", "--yes"]);
    assert!(wrong.contains("5000") && wrong.contains("12450"), "{wrong}");
    let far = refused(&["--known", "12400 kg", "--max-error", "20 kg", "--yes"]);
    assert!(far.contains("50 kg") && far.contains("20 kg"), "{far}");
    let seven = "{\"protocol\":\"yaohua_tf0\",\"layout\":\"7d\",\"unit\":\"kg\"}";
    let declared = refused(&[&KNOWN[..], &["--profile", seven]].concat());
    assert!(declared.contains("124500") && declared.contains("6d+dp"), "{declared}");
    let unit = refused(&["--known", "12450 lb", "--max-error", "20 kg", "--yes"]);
    assert!(unit.contains("kg, t or g"), "{unit}");
    let unsure = refused(&["--known", "12450 kg", "--max-error", "20 kg"]);
    assert!(unsure.contains("--yes"), "{unsure}");
    scale.show("0000000");
    let empty = refused(&["--known", "0 kg", "--max-error", "20 kg", "--yes"]);
    assert!(empty.contains("大于 0"), "{empty}");
    assert!(entries(directory.path()).is_empty(), "nothing of all that was recorded");
    scale.show("0124500");
    commission(directory.path(), &KNOWN).expect("fits");
    let shown = status(directory.path())["scales"][0].clone();
    assert_eq!(shown[0], "warn");
    let words = shown[1].as_str().expect("words");
    assert!(words.contains("配置的格式") && words.contains("layout=7d"), "{words}");
}

#[test]
fn a_scanner_passes_only_with_every_character() {
    let scale = Scale::showing("0124500");
    let directory = directory(&scale.path, "", "");
    let _agent = Agent::start(directory.path());
    let svg = directory.path().join("layout.svg");
    let output = Command::new(PROGRAM)
        .args(["commission", "scanner", "--port", "bags", "--sheet"])
        .arg(&svg)
        .output()
        .expect("runs");
    assert!(output.status.success());
    assert!(fs::read_to_string(svg).expect("written").starts_with("<svg"));
    let mut check = Command::new(PROGRAM)
        .args(["commission", "scanner", "--port", "bags", "--dir"])
        .arg(directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut lines = BufReader::new(check.stdout.take().expect("piped")).lines();
    let mut line = || lines.next().expect("a line").expect("text");
    assert!(line().contains("校验码"));
    let address = fs::read_to_string(directory.path().join("port-bags.addr")).expect("an address");
    let layout = "TL-LAYOUT 0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+./:-";
    let send = |data: &str| {
        let mut stream = TcpStream::connect(&address).expect("connected");
        stream.set_read_timeout(Some(WAIT)).expect("set");
        stream.write_all(format!("]Q1{data}\r").as_bytes()).expect("sent");
        let mut answer = [0];
        stream.read_exact(&mut answer).expect("answered");
    };
    send(&layout.to_ascii_lowercase());
    assert!(line().contains("大小写"));
    send(&layout.replace('Y', "z").replace('Z', "Y").replace('z', "Z"));
    assert!(line().contains("美式"));
    send(layout);
    assert!(line().contains("通过"));
    assert!(check.wait().expect("ended").success());
    assert!(entries(directory.path()).is_empty(), "no entry: a scanner measures nothing");
}

/// The agent is killed while its printer is off, again and again: the job is printed once.
#[test]
fn a_queued_label_survives_kills_of_the_agent() {
    let scale = Scale::showing("0124500");
    let off = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = off.local_addr().expect("an address");
    drop(off);
    let printer = format!("[printer]\naddress = '{address}'\n");
    let directory = directory(&scale.path, "", &printer);
    drop(Agent::start(directory.path()));
    let path = directory.path().join("outbox.db");
    let mut database =
        SqliteConnection::establish(path.to_str().expect("text")).expect("the outbox");
    let sheet = serde_json::json!({"ours": {"kind": "batch", "code": "00000YGJ34",
        "host": "tl.example", "title": "锌精矿", "lines": [], "party": "", "at": ""}});
    diesel::sql_query(
        "INSERT INTO print_job (printer, paper, what, code, copies, done, sheet, state, detail, \
         tries, asked_micros) VALUES ('标签打印机', '100x70', 'batch', '00000YGJ34', 1, 0, ?, \
         'waiting', '', 0, 0)",
    )
    .bind::<diesel::sql_types::Text, _>(sheet.to_string())
    .execute(&mut database)
    .expect("queued");
    drop(database);
    for _ in 0..3 {
        drop(Agent::start(directory.path()));
    }
    let listener = TcpListener::bind(address).expect("the same port");
    let _agent = Agent::start(directory.path());
    let (mut stream, _) = listener.accept().expect("a connection");
    stream.set_read_timeout(Some(WAIT)).expect("set");
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).expect("a job");
    let language = tl_device::label::job::Language::Zpl;
    assert_eq!(tl_device::label::job::dots_of(language, &heard).expect("a job").len(), 1);
    drop(stream);
    for _ in 0..600 {
        if entries(directory.path()).iter().any(|(kind, _)| kind == "label.print") {
            listener.set_nonblocking(true).expect("set");
            assert!(listener.accept().is_err(), "no second print");
            return;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("the print became no entry");
}
