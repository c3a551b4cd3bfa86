//! Results of one file or message as entries: reports, lines of the tray, quarantine.
//!
//! All of it happens in the caller's transaction. Results of an instrument on a line come again
//! when its answer was lost; they are known by what they say and kept once. Results of a file are
//! known by the file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use serde_json::Value;
use tl_device::lab::value::Measured;
use tl_device::{Accepted, Assay, Reading as DeviceReading, Rejection};
use tl_domain::event::{AssayReport, BlobRef, Determination, QualityControl, Raw, Side};
use tl_domain::ids::{EntryId, SampleId};
use tl_domain::quantity::DecimalText;
use tl_ledger::Hash;

use super::determination::{Unusable, determination};
use crate::capture::{record_fact, sample};
use crate::config::LabRules;
use crate::outbox::{Draft, Quarantined, Tx, Unmatched, WriteError, unmatched_names};
use crate::port::Ports;
use crate::port::exchange::is_damage;
use crate::site::Site;

/// A version 7 id that no clock gives: 1970-01-01 with all other bits zero.
const NO_SAMPLE: u128 = 0x0000_0000_0000_7000_8000_0000_0000_0000;

/// Where results come from, and how they are to be read.
pub(in crate::port) struct Source<'a> {
    /// Port that read them.
    pub(in crate::port) port: &'a str,
    /// What is declared of them.
    pub(in crate::port) rules: &'a LabRules,
    /// Name of the decoder.
    pub(in crate::port) protocol: &'a str,
}

impl<'a> Source<'a> {
    /// A port with its profile.
    pub(in crate::port) fn new(port: &'a str, rules: &'a LabRules, profile: &'a Value) -> Self {
        let protocol = profile.get("protocol").and_then(Value::as_str).unwrap_or_default();
        Self { port, rules, protocol }
    }
}

/// What one file or message gave, before it is recorded.
pub(in crate::port) struct Series {
    /// File or device, for people.
    pub(in crate::port) origin: String,
    /// The file; none for an instrument on a line.
    pub(in crate::port) file: Option<BlobRef>,
    /// Results without the blanks.
    pub(in crate::port) results: Vec<Accepted>,
    /// What the decoder refused.
    pub(in crate::port) refused: Vec<Rejection>,
    /// Checks that go with every report.
    pub(in crate::port) quality: Vec<QualityControl>,
}

/// Whether a result is a blank by its name.
pub(in crate::port) fn is_blank(rules: &LabRules, accepted: &Accepted) -> bool {
    let DeviceReading::Assay(assay) = &accepted.reading else {
        return false;
    };
    let name = assay.sample.to_uppercase();
    rules.blank_names.iter().any(|blank| name.starts_with(&blank.to_uppercase()))
}

/// The check of one blank: a number or limit at most as high as allowed, or nothing detected.
pub(in crate::port) fn blank_check(assay: &Assay, limit: &DecimalText) -> QualityControl {
    let passed = Measured::parse(&assay.value, '.').is_ok_and(|found| {
        let number = found.number().map(|number| number.to_decimal());
        number.unwrap_or(Decimal::ZERO) <= limit.value()
    });
    QualityControl {
        check: "blank".to_owned(),
        passed,
        value: Some(format!("{} {} {} (≤ {limit})", assay.sample, assay.value, assay.unit)),
        deviation: None,
    }
}

/// Records a series; gives how many results became reports or wait, and how many were set aside.
///
/// # Errors
/// The outbox's; then nothing of the series is kept.
pub(in crate::port) fn record(
    tx: &mut Tx<'_>,
    site: &Site,
    source: &Source<'_>,
    series: &Series,
) -> Result<(i64, i64), WriteError> {
    if let Some(file) = &series.file {
        tx.note_blob(file)?;
    }
    let mut counts = (0, 0);
    for accepted in &series.results {
        let DeviceReading::Assay(assay) = &accepted.reading else {
            continue;
        };
        let aside =
            |reason: &str, detail: &str| aside_of(source, series, reason, detail, &accepted.raw);
        match determination(source.rules, site, assay) {
            Ok(_) if series.file.is_none() && repeats(tx, source, assay)? => {
                // Without its time a second measurement can't be told from a lost answer.
                if assay.acquired_at.is_none() {
                    let detail = format!(
                        "{} {} {} came again without a time of measurement: taken as the same \
                         result; if it was measured twice, enter the second one by hand",
                        assay.sample, assay.value, assay.unit
                    );
                    tx.put_aside(&aside("duplicate", &detail))?;
                }
            }
            Ok(found) => {
                let report = report(source, series, accepted, found);
                let found = sample::by_name(tx.connection, site, &assay.sample)?;
                settle(tx, source, series, (assay, report), found)?;
                counts.0 += 1;
            }
            Err(Unusable { reason, detail }) => {
                tx.put_aside(&aside(reason, &detail))?;
                counts.1 += 1;
            }
        }
    }
    for refused in &series.refused {
        let reason = refused.reason.name();
        let aside = aside_of(source, series, reason, &refused.detail, &refused.raw);
        if series.file.is_none() && is_damage(refused.reason) {
            tx.put_damage_aside(&aside)?;
        } else {
            tx.put_aside(&aside)?;
        }
        counts.1 += 1;
    }
    Ok(counts)
}

/// Whether an instrument sent this result before; notes it for the next time.
fn repeats(tx: &mut Tx<'_>, source: &Source<'_>, assay: &Assay) -> Result<bool, WriteError> {
    let key = serde_json::json!([
        "assay",
        assay.sample,
        assay.analyte,
        assay.isotope,
        assay.line,
        assay.value,
        assay.unit,
        assay.acquired_at,
    ]);
    let key = Hash::of(key.to_string().as_bytes());
    if tx.known_as(source.port, key)?.is_some() {
        return Ok(true);
    }
    tx.note_read(source.port, &assay.sample, key, (1, 0))?;
    Ok(false)
}

fn aside_of(
    source: &Source<'_>,
    series: &Series,
    reason: &str,
    detail: &str,
    raw: &[u8],
) -> Quarantined {
    Quarantined {
        port: source.port.to_owned(),
        source: series.origin.clone(),
        reason: reason.to_owned(),
        detail: detail.to_owned(),
        raw: raw.to_vec(),
    }
}

/// A report on the sample that was found, else a line of the tray.
fn settle(
    tx: &mut Tx<'_>,
    source: &Source<'_>,
    series: &Series,
    (assay, mut report): (&Assay, AssayReport),
    found: Option<String>,
) -> Result<(), WriteError> {
    if let Some(sample) = found.and_then(|id| id.parse().ok()) {
        report.sample = sample;
        return append(tx, report, &assay.sample);
    }
    let report =
        serde_json::to_string(&report).map_err(|error| WriteError::Form(error.to_string()))?;
    tx.add_unmatched(&Unmatched {
        port: source.port,
        sample: &assay.sample,
        report,
        file: &series.origin,
        shown: format!("{} {} {}", assay.analyte, assay.value, assay.unit),
    })
}

fn append(tx: &mut Tx<'_>, report: AssayReport, name: &str) -> Result<(), WriteError> {
    let id = tx.new_id()?;
    record_fact(tx, id, Draft::now(report, None, name))?;
    Ok(())
}

/// Turns the tray's lines of one name into reports on a sample.
///
/// # Errors
/// The outbox's.
pub(crate) fn attach(
    tx: &mut Tx<'_>,
    port: &str,
    name: &str,
    sample: SampleId,
) -> Result<(), WriteError> {
    for text in tx.take_unmatched(port, name)? {
        let mut report: AssayReport =
            serde_json::from_str(&text).map_err(|error| WriteError::Form(error.to_string()))?;
        report.sample = sample;
        append(tx, report, name)?;
    }
    Ok(())
}

/// Turns results in a port's tray into reports where the sample is known by now.
///
/// # Errors
/// The outbox's.
pub(in crate::port) fn match_waiting(ports: &Ports, port: &str) -> Result<(), WriteError> {
    let names = ports.outbox.read(|db| unmatched_names(db, port))?;
    let site = ports.site.now();
    for name in names {
        let found = ports.outbox.read(|db| sample::by_name(db, &site, &name))?;
        if let Some(id) = found.and_then(|id| id.parse().ok()) {
            let port = port.to_owned();
            ports.outbox.write(move |tx| attach(tx, &port, &name, id))?;
        }
    }
    Ok(())
}

fn report(
    source: &Source<'_>,
    series: &Series,
    accepted: &Accepted,
    determination: Determination,
) -> AssayReport {
    let decoder = source.protocol.to_owned();
    AssayReport {
        // The sample is filled in when it is found.
        sample: SampleId::from(EntryId(uuid::Uuid::from_u128(NO_SAMPLE))),
        purpose: source.rules.purpose,
        standing: source.rules.standing,
        side: Side::Own,
        lab: None,
        report_number: None,
        cma_number: None,
        analyst: None,
        determinations: vec![determination],
        quality: series.quality.clone(),
        record: None,
        raw: Some(Raw { base64: STANDARD.encode(&accepted.raw), decoder }),
        blobs: series.file.iter().cloned().collect(),
    }
}
