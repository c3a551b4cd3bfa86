//! Result files of a laboratory: matched, waiting, quarantined, calculated.

use diesel::prelude::*;
use serde_json::Value;
use tl_domain::code::Code;
use tl_domain::event::{SampleSubject, SampleTake};
use tl_domain::ids::EntryId;
use tl_ledger::{Envelope, SNAPSHOT_TYPE, Signer, canonical};
use tl_wire::snapshot::KnownSample;

use super::Bench;
use crate::capture::record_fact;
use crate::capture::tests::site;
use crate::outbox::schema::{blob, unmatched};
use crate::outbox::{Draft, Mark};
use crate::port::lab::record::match_waiting;

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

    pub(super) fn sample(&self, code: Option<&Code>, lab_name: Option<&str>) {
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
    match_waiting(&bench.ports, "icpms").expect("matched");
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
    match_waiting(&bench.ports, "icpms").expect("matched");
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

/// A table of the laboratory's own, with its results as they are written there.
const TABLE: &str = "
[[port]]
kind = 'lab_folder'
name = 'icpms'
path = 'DIR'
METHOD
[port.profile]
protocol = 'generic_csv'
[port.profile.mapping]
sample = 'name'
value = 'result'
unit = 'unit'
detection_limit = 'limit'
";

fn table(method: &str) -> Bench {
    Bench::new(&TABLE.replace("METHOD", method))
}

/// What each row became, with samples that are all known, and the quarantine's reasons.
fn results(bench: &Bench, rows: &[(&str, &str, &str)]) -> (Vec<Value>, Vec<String>) {
    let mut text = "name,result,unit,limit\r\n".to_owned();
    for (number, (result, unit, limit)) in rows.iter().enumerate() {
        bench.sample(None, Some(&format!("N-{number}")));
        text.push_str(&format!("N-{number},{result},{unit},{limit}\r\n"));
    }
    bench.lab().take(&bench.file("table.csv", text)).expect("read");
    let reports = bench.entries().into_iter().filter(|it| it.0 == "assay.report");
    let found = reports.map(|it| it.1["determinations"][0].clone()).collect();
    (found, bench.reasons())
}

fn is(what: &str, field: &str, text: &str) -> Value {
    serde_json::json!({ "is": what, field: text })
}

#[test]
fn a_value_a_limit_and_not_detected_stay_apart() {
    let bench = table("");
    let (found, reasons) = results(
        &bench,
        &[
            ("4.20", "ug/L", ""),
            ("0", "ug/L", "0.02"),
            ("<0.02", "ug/L", "0.01"),
            ("0.00002L", "mg/L", ""),
            ("ND", "ug/L", "0.02"),
            ("未检出", "g/L", "0.00002"),
        ],
    );
    let expected = [
        is("value", "value", "4.20"),
        is("value", "value", "0"),
        is("below", "limit", "0.02"),
        is("not_detected", "lod", "0.00002"),
        is("not_detected", "lod", "0.02"),
        is("not_detected", "lod", "0.02"),
    ];
    let read: Vec<&Value> = found.iter().map(|it| &it["result"]).collect();
    assert_eq!(read, expected.iter().collect::<Vec<_>>(), "{reasons:?}");
    assert_eq!(found[3]["unit"], "mg/L");
    assert!(reasons.is_empty());
}

#[test]
fn without_a_limit_nothing_is_reported_and_the_reason_says_what_is_missing() {
    let rows = [("ND", "ug/L", ""), ("", "ug/L", ""), ("0L", "ug/L", ""), ("<0", "ug/L", "")];
    let bench = table("");
    let (found, reasons) = results(&bench, &rows);
    assert_eq!(found, Vec::<Value>::new());
    let expected = ["detection_limit_missing", "unusable_value", "unusable_value", "bad_value"];
    assert_eq!(reasons, expected);
    let lines = bench.ports.outbox.read(|db| crate::outbox::quarantined(db, 9)).expect("read");
    let detail = &lines[3].3;
    assert!(detail.contains("declares no `method`") && detail.contains("检出限"), "{detail}");
}

impl Bench {
    /// A snapshot of the site whose only method has this limit.
    fn method(&self, analyte: &str, lod: Option<&str>, unit: &str) {
        let mut snapshot = site(None).snapshot.expect("a snapshot");
        let record = serde_json::json!({
            "what": "method", "id": "m-1", "name": "HJ 700", "analyte": analyte, "unit": unit
        });
        let mut record = record.as_object().expect("an object").clone();
        record.extend(lod.map(|lod| ("lod".to_owned(), Value::from(lod))));
        let method = serde_json::from_value(Value::Object(record)).expect("a master");
        snapshot.version = 1;
        snapshot.masters.push(method);
        let payload = canonical::to_vec(&snapshot).expect("representable");
        let envelope = Envelope::sign_as(SNAPSHOT_TYPE, payload, &Signer::from_seed(&[9; 32]));
        let bytes = envelope.expect("signed").to_bytes();
        let covers = Mark { epoch: 1, through: 0 };
        self.ports.site.take(bytes, covers, &self.ports.outbox).expect("taken");
    }
}

#[test]
fn the_limit_of_the_method_is_taken_in_the_unit_of_the_result() {
    let with = |analyte: &str, lod, unit: &str, digest: &str| {
        let bench = table(&format!("method = 'm-1'\n{digest}"));
        bench.method(analyte, lod, unit);
        let (found, reasons) = results(&bench, &[("ND", "ug/L", "")]);
        found.first().map_or_else(|| reasons.concat(), |it| it["result"]["lod"].to_string())
    };
    let digest = "digest = { volume_ml = '50', dilution = '10', mass_g = '0.2000' }";
    assert_eq!(with("Tl", Some("0.02"), "ug/L", ""), "\"0.02\"");
    assert_eq!(with("Tl", Some("0.00002"), "mg/L", ""), "\"0.02\"");
    // 0.02 µg/L × 50 mL × 10 ÷ 0.2 g = 0.05 mg/kg; a limit of the solid is taken as it is.
    assert_eq!(with("Tl", Some("0.02"), "ug/L", digest), "\"0.05\"");
    assert_eq!(with("Tl", Some("0.1"), "mg/kg", digest), "\"0.1\"");
    let missing = "detection_limit_missing";
    assert_eq!(with("Tl", Some("0.1"), "mg/kg", ""), missing, "a solid's limit for water");
    assert_eq!(with("Tl", Some("0.02"), "ug/m3", ""), missing, "a gas is no water");
    assert_eq!(with("Cd", Some("0.02"), "ug/L", ""), missing, "another substance");
    assert_eq!(with("Tl", None, "ug/L", ""), missing);
    let unknown = table("method = 'm-1'");
    assert_eq!(results(&unknown, &[("ND", "ug/L", "")]).1, [missing]);
}
