//! Folders: once, edited, unmatched, quarantined.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use serde_json::Value;
use tl_domain::code::Code;
use tl_domain::event::{Entry, SampleSubject, SampleTake};
use tl_domain::ids::EntryId;
use tl_ledger::{Envelope, SNAPSHOT_TYPE, Signer, canonical};
use tl_wire::snapshot::KnownSample;

use super::folder::{Settled, Watch};
use super::*;
use crate::capture::record_fact;
use crate::capture::tests::site;
use crate::outbox::schema::{blob, entry, quarantine, ticket, unmatched};
use crate::outbox::tests::{enrolled, open};
use crate::outbox::{Counts, Draft, Mark, Writer, counts};

struct Bench {
    directory: tempfile::TempDir,
    ports: Ports,
    _writer: Writer,
    config: Config,
}

impl Bench {
    fn new(ports: &str) -> Self {
        let (directory, home) = enrolled();
        let text = ports.replace("DIR", &directory.path().display().to_string());
        let config = Config::parse(&text).expect("a configuration");
        let (outbox, writer) = open(&home);
        let board = Arc::new(Board::default());
        let stop = Arc::new(AtomicBool::new(false));
        let site = SharedSite::default();
        let ports = Ports::new(&config, &outbox, &site, &board, &stop);
        Self { directory, ports, _writer: writer, config }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> Settled {
        let path = self.directory.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        Settled { path, name: name.to_owned() }
    }

    fn tickets(&self) -> tickets::Tickets {
        let PortConfig::TicketFolder(port) = self.config.ports[0].clone() else {
            panic!("not a ticket folder");
        };
        tickets::Tickets::new(self.ports.clone(), port).expect("a mapping")
    }

    fn lab(&self) -> lab::Lab {
        let PortConfig::LabFolder(port) = self.config.ports[0].clone() else {
            panic!("not a lab folder");
        };
        lab::Lab::new(self.ports.clone(), port)
    }

    fn entries(&self) -> Vec<(String, Value, String)> {
        let rows: Vec<(String, Option<Vec<u8>>)> = self
            .ports
            .outbox
            .read(|db| {
                entry::table.order(entry::position).select((entry::kind, entry::envelope)).load(db)
            })
            .expect("rows");
        rows.into_iter()
            .map(|(kind, bytes)| {
                let envelope = Envelope::parse(&bytes.expect("kept")).expect("an envelope");
                let entry = Entry::read(&envelope.payload).expect("an entry");
                (kind, entry.body.to_value(), entry.head.observed_at.to_string())
            })
            .collect()
    }

    fn kinds(&self) -> Vec<String> {
        self.entries().into_iter().map(|(kind, _, _)| kind).collect()
    }

    fn counts(&self) -> Counts {
        self.ports.outbox.read(counts).expect("counted")
    }

    fn reasons(&self) -> Vec<String> {
        self.ports
            .outbox
            .read(|db| {
                quarantine::table.order(quarantine::number).select(quarantine::reason).load(db)
            })
            .expect("rows")
    }
}

const TICKETS: &str = "
[[port]]
kind = 'ticket_folder'
name = 'tickets'
path = 'DIR'
software = 'bridge-1'
node = 'gate'
approved_by = 'u-7'
[port.materials]
'锌精矿' = 'ore'
[port.mapping]
unit = 'kg'
date_format = '%Y-%m-%d %H:%M:%S'
default_direction = 'in'
[port.mapping.columns]
number = '磅单号'
plate = '车号'
material = '货名'
gross = '毛重'
tare = '皮重'
net = '净重'
gross_at = '毛重时间'
tare_at = '皮重时间'
";
const HEADER: &str = "磅单号,车号,货名,毛重,皮重,净重,毛重时间,皮重时间\r\n";
const FIRST: &str =
    "A001,桂M12345,锌精矿,32450,12450,20000,2026-11-23 08:41:00,2026-11-23 09:30:00\r\n";

#[test]
fn a_ticket_is_recorded_once_and_an_edit_becomes_a_correction() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    let file = bench.file("a.csv", format!("{HEADER}{FIRST}"));
    assert!(tickets.take(&file).expect("read"));
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh"]);
    assert!(tickets.take(&file).expect("read"), "the same bytes again");
    // The file grew: the old row is nothing new.
    let open = "A002,桂M2,锌精矿,30000,,,2026-11-23 10:00:00,\r\n";
    let file = bench.file("a.csv", format!("{HEADER}{FIRST}{open}"));
    assert!(tickets.take(&file).expect("read"));
    assert_eq!(bench.kinds().len(), 2, "a truck weighed once is only listed");
    let edited = FIRST.replace("12450,20000", "12400,20050");
    let file = bench.file("b.csv", format!("{HEADER}{edited}{open}"));
    assert!(tickets.take(&file).expect("read"));
    let entries = bench.entries();
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh", "supersede"]);
    let correction = &entries[2].1;
    assert_eq!(correction["replacement"]["net"]["value"], "20050");
    assert_eq!(correction["replacement"]["batch"], entries[1].1["batch"]);
    assert_eq!(correction["approved_by"], "u-7");
    assert!(correction["reason"].as_str().expect("words").contains("A001"));
    assert!(tickets.take(&file).expect("read"), "and again nothing new");
    assert_eq!(bench.kinds().len(), 3);
}

#[test]
fn a_second_correction_names_the_original() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    for (name, tare, net) in
        [("1.csv", "12450", "20000"), ("2.csv", "12400", "20050"), ("3.csv", "12300", "20150")]
    {
        let row = FIRST.replace("12450,20000", &format!("{tare},{net}"));
        let file = bench.file(name, format!("{HEADER}{row}"));
        assert!(tickets.take(&file).expect("read"));
    }
    let entries = bench.entries();
    assert_eq!(entries.len(), 4);
    assert_eq!(entries[2].1["target"], entries[3].1["target"]);
}

#[test]
fn a_truck_that_comes_back_empty_is_recorded_at_its_time() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    let open = "A001,桂M12345,锌精矿,32450,,,2026-11-23 08:41:00,\r\n";
    tickets.take(&bench.file("1.csv", format!("{HEADER}{open}"))).expect("read");
    assert!(bench.kinds().is_empty());
    let waiting: i64 = bench
        .ports
        .outbox
        .read(|db| ticket::table.filter(ticket::register_id.is_null()).count().get_result(db))
        .expect("counted");
    assert_eq!(waiting, 1);
    tickets.take(&bench.file("2.csv", format!("{HEADER}{FIRST}"))).expect("read");
    let entries = bench.entries();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].2, "2026-11-23T09:30:00.000+08:00");
    assert_eq!(entries[1].1["gross"]["value"], "32450");
}

#[test]
fn rows_that_cannot_be_used_are_set_aside_with_their_reason() {
    let bench = Bench::new(TICKETS);
    let tickets = bench.tickets();
    let wrong = "A003,桂M3,锌精矿,32450,12450,19000,,\r\n";
    let unmapped = FIRST.replace("A001", "A004").replace("锌精矿", "铅精矿");
    let file = bench.file("a.csv", format!("{HEADER}{wrong}{unmapped}{FIRST}"));
    for _ in 0..2 {
        assert!(!tickets.take(&file).expect("read"), "tried again: a mapping may be added");
    }
    assert_eq!(bench.reasons(), ["net_mismatch", "unmapped_material"]);
    assert_eq!(bench.kinds(), ["batch.register", "batch.weigh"]);
}

#[test]
fn a_file_is_read_only_when_it_stands_still() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut watch = Watch::new(directory.path(), &[".csv"], 1000);
    let path = directory.path().join("a.CSV");
    std::fs::write(&path, "1").expect("written");
    std::fs::write(directory.path().join("~a.csv"), "draft").expect("written");
    let start = Instant::now();
    let at = |millis| start + Duration::from_millis(millis);
    let names = |watch: &mut Watch, millis| {
        let files = watch.look(at(millis)).expect("listed");
        files.into_iter().map(|file| file.name).collect::<Vec<_>>()
    };
    assert!(names(&mut watch, 0).is_empty());
    assert!(names(&mut watch, 900).is_empty());
    std::fs::write(&path, "12").expect("written");
    assert!(names(&mut watch, 1100).is_empty(), "it grew");
    assert_eq!(names(&mut watch, 2100), ["a.CSV"]);
    let file = Settled { path, name: "a.CSV".to_owned() };
    watch.done(&file);
    assert!(names(&mut watch, 9000).is_empty());
}

const LAB: &str = "
[[port]]
kind = 'lab_folder'
name = 'icpms'
path = 'DIR'
basis = 'dry'
blank_limit = '0.05'
profile = { protocol = 'agilent_masshunter_2row', unit = 'ug/L', max_isotope_diff_pct = '10' }
";

/// A file in the two-row shape: header rows, then `(name, 203, 205)`.
fn masshunter(rows: &[(&str, &str, &str)]) -> String {
    let mut text = "Sample,,,,203  Tl  [ He ] ,205  Tl  [ He ] \r\n\
                    Rjct,Data File,Sample Name,Type,Conc. [ ug/l ],Conc. [ ug/l ]\r\n"
        .to_owned();
    for (name, light, heavy) in rows {
        text.push_str(&format!(",1.d,{name},Sample,{light},{heavy}\r\n"));
    }
    text
}

impl Bench {
    /// A snapshot of the site that knows these samples.
    fn snapshot(&self, version: u64, samples: Vec<KnownSample>) {
        let mut snapshot = site(None).snapshot.expect("a snapshot");
        (snapshot.version, snapshot.samples) = (version, samples);
        let payload = canonical::to_vec(&snapshot).expect("representable");
        let envelope = Envelope::sign_as(SNAPSHOT_TYPE, payload, &Signer::from_seed(&[9; 32]));
        let bytes = envelope.expect("signed").to_bytes();
        let covers = Mark { epoch: 1, through: 0 };
        self.ports.site.take(bytes, covers, &self.ports.outbox).expect("taken");
    }

    fn sample(&self, code: Option<&Code>, lab_name: Option<&str>) {
        let body = SampleTake {
            code: code.cloned(),
            subject: SampleSubject::Batches(Vec::new()),
            increments: None,
            lab_name: lab_name.map(str::to_owned),
            sampler: None,
            raw: None,
        };
        self.ports
            .outbox
            .write(move |tx| {
                let id = tx.new_id()?;
                record_fact(tx, id, Draft::now(body, None, "sample"))
            })
            .expect("taken");
    }
}

#[test]
fn results_find_their_samples_by_code_and_by_lab_name() {
    let bench = Bench::new(LAB);
    let code = Code::issue(1_000_000).expect("issued");
    bench.sample(Some(&code), None);
    bench.sample(None, Some("W-2026-0117"));
    let text = masshunter(&[
        ("BLK-1", "0.01", "0.02"),
        (&code.display(), "4.22", "4.20"),
        ("W-2026-0117", "0.51", "0.50"),
    ]);
    let file = bench.file("run.csv", &text);
    bench.lab().take(&file).expect("read");
    let reports: Vec<Value> = bench
        .entries()
        .into_iter()
        .filter(|(kind, _, _)| kind == "assay.report")
        .map(|(_, body, _)| body)
        .collect();
    assert_eq!(reports.len(), 2, "{:?}", bench.reasons());
    let first = &reports[0]["determinations"][0];
    assert_eq!((&first["result"]["value"], &first["unit"]), (&"4.20".into(), &"ug/L".into()));
    assert_eq!(first["basis"], Value::Null, "contents per volume have no basis");
    assert_eq!(reports[0]["quality"][0]["passed"], Value::Bool(true));
    assert_eq!(reports[0]["blobs"][0]["name"], "run.csv");
    let named: i64 =
        bench.ports.outbox.read(|db| blob::table.count().get_result(db)).expect("counted");
    assert_eq!(named, 1);
    bench.lab().take(&bench.file("copy.csv", &text)).expect("read");
    assert_eq!(bench.kinds().len(), 4, "the same bytes under another name");
}

#[test]
fn a_result_without_a_sample_waits_and_is_matched_later() {
    let bench = Bench::new(LAB);
    bench.lab().take(&bench.file("run.csv", masshunter(&[("N-1", "1", "1.0")]))).expect("read");
    assert!(bench.kinds().is_empty());
    assert_eq!(bench.counts().unmatched, 1);
    bench.sample(None, Some("N-1"));
    bench.lab().match_waiting().expect("matched");
    assert_eq!(bench.kinds(), ["sample.take", "assay.report"]);
    assert_eq!(bench.counts().unmatched, 0);
    let left: i64 =
        bench.ports.outbox.read(|db| unmatched::table.count().get_result(db)).expect("counted");
    assert_eq!(left, 0);
}

#[test]
fn results_find_samples_that_were_taken_elsewhere_after_own_ones() {
    let bench = Bench::new(LAB);
    bench.sample(None, Some("N-1"));
    let (first, second) = (Code::issue(1_000_000), Code::issue(1_000_001));
    let (first, second) = (first.expect("issued"), second.expect("issued"));
    let text = masshunter(&[
        ("N-1", "1", "1.0"),
        (&second.display(), "2", "2.0"),
        ("G-7", "3", "3.0"),
        ("late", "4", "4.0"),
    ]);
    let known = |n: u128, code: Option<&Code>, name: &str| KnownSample {
        id: EntryId(uuid::Uuid::from_u128((7 << 76) | (2 << 62) | n)),
        code: code.cloned(),
        lab_name: Some(name.to_owned()),
    };
    let samples = vec![
        known(1, Some(&first), "N-1"),
        known(2, Some(&second), "other"),
        known(3, None, "G-7"),
        known(4, None, "G-7"),
    ];
    bench.snapshot(1, samples);
    bench.lab().take(&bench.file("run.csv", text)).expect("read");
    let reported = |bench: &Bench| -> Vec<String> {
        let entries = bench.entries().into_iter().filter(|it| it.0 == "assay.report");
        entries.map(|it| it.1["sample"].as_str().expect("an id").to_owned()).collect()
    };
    let found = reported(&bench);
    let ids: Vec<String> = [2, 3].map(|n| known(n, None, "").id.to_string()).into_iter().collect();
    assert_eq!(found.len(), 3, "{:?}", bench.reasons());
    assert_ne!(found[0], known(1, None, "").id.to_string(), "the own sample comes first");
    assert_eq!(found[1..], ids, "by code; by name the newest");
    assert_eq!(bench.counts().unmatched, 1);
    bench.snapshot(2, vec![known(5, None, "late")]);
    bench.lab().match_waiting().expect("matched");
    assert_eq!(reported(&bench)[3], known(5, None, "").id.to_string());
}

#[test]
fn a_failed_blank_goes_with_every_report() {
    let bench = Bench::new(LAB);
    bench.sample(None, Some("N-1"));
    let text = masshunter(&[("BLANK", "0.4", "0.4"), ("N-1", "1", "1.0")]);
    bench.lab().take(&bench.file("run.csv", text)).expect("read");
    let entries = bench.entries();
    assert_eq!(entries[1].1["quality"][0]["passed"], Value::Bool(false));
    assert_eq!(entries[1].1["quality"][0]["check"], "blank");
}

#[test]
fn isotopes_that_disagree_and_files_without_units_are_quarantined() {
    let bench = Bench::new(LAB);
    bench.sample(None, Some("N-1"));
    let text = masshunter(&[("N-1", "9", "1.0")]);
    bench.lab().take(&bench.file("run.csv", text)).expect("read");
    assert_eq!(bench.reasons(), ["isotope_mismatch"]);
    let cut = masshunter(&[("N-1", "1", "1.0")]).trim_end().to_owned();
    bench.lab().take(&bench.file("cut.csv", cut)).expect("read");
    assert_eq!(bench.reasons()[1], "truncated");
    assert_eq!(bench.kinds(), ["sample.take"], "nothing became a value");
}

#[test]
fn a_digest_of_a_solid_becomes_its_content() {
    let digest = "\n[port.digest]\nvolume_ml = '50'\ndilution = '10'\nmass_g = '0.2000'\n";
    let bench = Bench::new(&format!("{LAB}{digest}"));
    bench.sample(None, Some("N-1"));
    let text = masshunter(&[("N-1", "4.2", "4.20")]);
    bench.lab().take(&bench.file("run.csv", text)).expect("read");
    let found = bench.entries()[1].1["determinations"][0].clone();
    // 4.20 µg/L × 50 mL × 10 ÷ 0.2 g = 10.5 mg/kg.
    assert_eq!(found["result"]["value"], "10.5");
    assert_eq!((&found["unit"], &found["basis"]), (&"mg/kg".into(), &"dry".into()));
}

#[test]
fn a_folder_that_is_not_there_is_an_error_not_a_crash() {
    let mut watch = Watch::new(Path::new("/nonexistent/folder"), &[".csv"], 0);
    assert!(watch.look(Instant::now()).is_err());
}
