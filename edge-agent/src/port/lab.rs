//! Result files of a laboratory: each result becomes a report on the sample it names.
//!
//! A name is a sample's code or its name at the laboratory; a result without a sample waits in the
//! unmatched tray until the sample is taken. What the decoder refuses is quarantined with its
//! reason and never becomes a value. The file itself is kept as a blob. A blank above its limit
//! goes with every report of the series as a failed check.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use serde_json::Value;
use tl_device::{Accepted, Assay, Output, Reading as DeviceReading, Rejection};
use tl_domain::event::{AssayReport, BlobRef, Determination, QualityControl, Raw, Side};
use tl_domain::ids::{EntryId, SampleId};
use tl_domain::quantity::{ContentUnit, DecimalText, Reading};
use tl_ledger::Hash;

use super::Ports;
use super::folder::{self, Settled, Watch};
use crate::capture::{record_fact, sample};
use crate::config::{Digest, LabFolder};
use crate::outbox::{Draft, Quarantined, Tx, Unmatched, WriteError, unmatched_names};
use crate::site::Site;

/// Significant digits of a content computed from a digest.
const DIGEST_DIGITS: u32 = 6;

/// The watched folder of one instrument.
pub(crate) struct Lab {
    ports: Ports,
    config: LabFolder,
}

/// What one file gave, before it is recorded.
struct Series {
    file: BlobRef,
    results: Vec<Accepted>,
    refused: Vec<Rejection>,
    quality: Vec<QualityControl>,
}

impl Lab {
    /// Nothing is read yet.
    pub(super) fn new(ports: Ports, config: LabFolder) -> Self {
        Self { ports, config }
    }

    /// Watches until the agent stops.
    pub(super) fn run(self) {
        let name = &self.config.name;
        let mut watch = Watch::new(&self.config.path, &[".csv"], self.config.settle_ms);
        while !self.ports.stopping() {
            if folder::read_ready(&self.ports, name, &mut watch, |file| {
                self.take(file).map(|()| true)
            }) && let Err(error) = self.match_waiting()
            {
                tracing::warn!(port = name, %error, "waiting results were not matched");
            }
            self.ports.pause(folder::LOOK_EVERY);
        }
    }

    /// Reads one file and records everything it gives in one transaction.
    pub(super) fn take(&self, file: &Settled) -> anyhow::Result<()> {
        let (bytes, sha256) = folder::read(file)?;
        if self.ports.outbox.is_read(&self.config.name, sha256)? {
            return Ok(());
        }
        let series = self.decode(file, &bytes, sha256)?;
        self.ports.home.write_blob(&sha256.to_string(), &bytes)?;
        for _ in &series.results {
            self.ports.board.good(&self.config.name);
        }
        for refused in &series.refused {
            self.ports.board.bad(&self.config.name, &format!("{}: {}", file.name, refused.detail));
        }
        let (config, site) = (self.config.clone(), self.ports.site.now());
        let counts = self.ports.outbox.write(move |tx| record(tx, &site, &config, &series))?;
        tracing::info!(file = file.name, reports = counts.0, refused = counts.1, "lab file read");
        Ok(())
    }

    fn decode(&self, file: &Settled, bytes: &[u8], sha256: Hash) -> anyhow::Result<Series> {
        let mut results = Vec::new();
        let mut refused = Vec::new();
        for output in outputs(&self.config.profile, bytes)? {
            match output {
                Output::Accepted(accepted) => results.push(accepted),
                Output::Rejected(rejection) => refused.push(rejection),
                Output::Skipped(_) => {}
            }
        }
        let is_blank = |accepted: &Accepted| match &accepted.reading {
            DeviceReading::Assay(assay) => self.is_blank(&assay.sample),
            _ => false,
        };
        results.retain(|accepted| !is_blank(accepted));
        Ok(Series {
            file: BlobRef {
                media: "text/csv".to_owned(),
                name: file.name.clone(),
                sha256,
                size: u64::try_from(bytes.len())?,
            },
            results,
            refused,
            quality: self.blanks(bytes)?,
        })
    }

    fn is_blank(&self, sample: &str) -> bool {
        let name = sample.to_uppercase();
        self.config.blank_names.iter().any(|blank| name.starts_with(&blank.to_uppercase()))
    }

    /// Checks of the series' blanks: read once more with no name taken for "no sample".
    fn blanks(&self, bytes: &[u8]) -> anyhow::Result<Vec<QualityControl>> {
        let Some(limit) = &self.config.blank_limit else {
            return Ok(Vec::new());
        };
        let mut profile = self.config.profile.clone();
        if let Some(fields) = profile.as_object_mut() {
            fields.insert("skip_names".to_owned(), Value::Array(Vec::new()));
            // Near zero the isotopes of a blank disagree by nature.
            fields.remove("max_isotope_diff_pct");
        }
        let mut checks = Vec::new();
        for output in outputs(&profile, bytes)? {
            if let Output::Accepted(Accepted { reading: DeviceReading::Assay(assay), .. }) = output
                && self.is_blank(&assay.sample)
            {
                checks.push(blank_check(&assay, limit));
            }
        }
        Ok(checks)
    }

    /// Results in the tray whose sample is known by now.
    pub(super) fn match_waiting(&self) -> Result<(), WriteError> {
        let names = self.ports.outbox.read(|db| unmatched_names(db, &self.config.name))?;
        let site = self.ports.site.now();
        for name in names {
            let found = self.ports.outbox.read(|db| sample::by_name(db, &site, &name))?;
            if let Some(id) = found.and_then(|id| id.parse().ok()) {
                let port = self.config.name.clone();
                self.ports.outbox.write(move |tx| attach(tx, &port, &name, id))?;
            }
        }
        Ok(())
    }
}

fn outputs(profile: &Value, bytes: &[u8]) -> anyhow::Result<Vec<Output>> {
    let mut decoder = tl_device::decoder_for(profile)?;
    let mut outputs = Vec::new();
    decoder.push(bytes, &mut outputs);
    decoder.finish(&mut outputs);
    Ok(outputs)
}

fn blank_check(assay: &Assay, limit: &DecimalText) -> QualityControl {
    let figure = assay.value.trim_start_matches('<');
    let passed = Decimal::from_str_exact(figure).is_ok_and(|value| value <= limit.value());
    QualityControl {
        check: "blank".to_owned(),
        passed,
        value: Some(format!("{} {} {} (≤ {limit})", assay.sample, assay.value, assay.unit)),
        deviation: None,
    }
}

/// Records a series: reports, tray, quarantine, and that the file was read.
fn record(
    tx: &mut Tx<'_>,
    site: &Site,
    config: &LabFolder,
    series: &Series,
) -> Result<(i64, i64), WriteError> {
    tx.note_blob(&series.file)?;
    let mut counts = (0, 0);
    for accepted in &series.results {
        let DeviceReading::Assay(assay) = &accepted.reading else {
            continue;
        };
        match determination(config, assay) {
            Ok(found) => {
                let report = report(config, series, accepted, found);
                let found = sample::by_name(tx.connection, site, &assay.sample)?;
                settle(tx, config, series, (assay, report), found)?;
                counts.0 += 1;
            }
            Err(detail) => {
                let aside = aside(config, series, "unusable_value", &detail, &accepted.raw);
                tx.put_aside(&aside)?;
                counts.1 += 1;
            }
        }
    }
    for refused in &series.refused {
        let reason = refused.reason.name();
        tx.put_aside(&aside(config, series, reason, &refused.detail, &refused.raw))?;
        counts.1 += 1;
    }
    tx.note_read(&config.name, &series.file.name, series.file.sha256, counts)?;
    Ok(counts)
}

fn aside(
    config: &LabFolder,
    series: &Series,
    reason: &str,
    detail: &str,
    raw: &[u8],
) -> Quarantined {
    Quarantined {
        port: config.name.clone(),
        source: series.file.name.clone(),
        reason: reason.to_owned(),
        detail: detail.to_owned(),
        raw: raw.to_vec(),
    }
}

/// A report on the sample that was found, else a line of the tray.
fn settle(
    tx: &mut Tx<'_>,
    config: &LabFolder,
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
        port: &config.name,
        sample: &assay.sample,
        report,
        file: &series.file.name,
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

fn report(
    config: &LabFolder,
    series: &Series,
    accepted: &Accepted,
    determination: Determination,
) -> AssayReport {
    let protocol = config.profile.get("protocol").and_then(Value::as_str).unwrap_or_default();
    AssayReport {
        // The sample is filled in when it is found.
        sample: SampleId::from(EntryId(uuid::Uuid::from_u128(NO_SAMPLE))),
        purpose: config.purpose,
        standing: config.standing,
        side: Side::Own,
        lab: None,
        report_number: None,
        cma_number: None,
        analyst: None,
        determinations: vec![determination],
        quality: series.quality.clone(),
        raw: Some(Raw { base64: STANDARD.encode(&accepted.raw), decoder: protocol.to_owned() }),
        blobs: vec![series.file.clone()],
    }
}

/// A version 7 id that no clock gives: 1970-01-01 with all other bits zero.
const NO_SAMPLE: u128 = 0x0000_0000_0000_7000_8000_0000_0000_0000;

/// The result in a unit of ours; digests of solids become contents of the solid.
fn determination(config: &LabFolder, assay: &Assay) -> Result<Determination, String> {
    let (below, figure) = match assay.value.strip_prefix('<') {
        Some(limit) => (true, limit),
        None => (false, assay.value.as_str()),
    };
    let value = Decimal::from_str_exact(figure)
        .map_err(|_| format!("{:?} of sample {:?} is no decimal", assay.value, assay.sample))?;
    if value.is_sign_negative() {
        return Err(format!(
            "{} {} of sample {:?} is negative; report it as below its limit",
            assay.value, assay.unit, assay.sample
        ));
    }
    let (unit, power) = unit(&assay.unit).ok_or_else(|| {
        format!("unit {:?} of sample {:?} is not known", assay.unit, assay.sample)
    })?;
    let (unit, text) = match &config.digest {
        Some(digest) => (ContentUnit::MilligramPerKilogram, solid(digest, value, unit, power)?),
        None => (unit, shifted(figure, value, power)),
    };
    let number: DecimalText = text.parse().map_err(|_| format!("{text:?} is no decimal"))?;
    let result =
        if below { Reading::Below { limit: number } } else { Reading::Value { value: number } };
    let per_mass = unit.per_gram().is_some();
    Ok(Determination {
        analyte: assay.analyte.parse().map_err(|_| "the analyte has no name".to_owned())?,
        result,
        unit,
        basis: config.basis.filter(|_| per_mass),
        method: config.method.clone(),
        uncertainty: Vec::new(),
    })
}

/// A unit of files as one of entries, with the power of ten between them.
fn unit(text: &str) -> Option<(ContentUnit, i32)> {
    match text {
        "ng/kg" => Some((ContentUnit::MicrogramPerKilogram, -3)),
        "ng/g" => Some((ContentUnit::MicrogramPerKilogram, 0)),
        "ug/g" => Some((ContentUnit::MilligramPerKilogram, 0)),
        "g/L" => Some((ContentUnit::MilligramPerLitre, 3)),
        other => other.parse().ok().map(|unit| (unit, 0)),
    }
}

/// Text as written where nothing is converted; else exact, by moving the point.
fn shifted(text: &str, value: Decimal, power: i32) -> String {
    if power == 0 {
        return text.to_owned();
    }
    (value * power_of_ten(power)).normalize().to_string()
}

fn power_of_ten(power: i32) -> Decimal {
    match power {
        3 => Decimal::ONE_THOUSAND,
        -3 => Decimal::new(1, 3),
        _ => Decimal::ONE,
    }
}

/// c × V × D ÷ m in mg/kg.
fn solid(digest: &Digest, value: Decimal, unit: ContentUnit, power: i32) -> Result<String, String> {
    let per_cubic_metre = unit
        .per_cubic_metre()
        .ok_or_else(|| format!("a digest needs a unit per litre, the file has {unit}"))?;
    // g/m³ is µg/mL: times mL gives µg, and µg/g is mg/kg.
    let micrograms = value * power_of_ten(power) * per_cubic_metre * digest.volume_ml.value();
    let content = (micrograms * digest.dilution.value())
        .checked_div(digest.mass_g.value())
        .ok_or_else(|| "the digest's mass is zero".to_owned())?;
    let rounded = content.round_sf(DIGEST_DIGITS).unwrap_or(content);
    Ok(rounded.normalize().to_string())
}
