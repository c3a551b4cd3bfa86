//! Result files of a laboratory: each result becomes a report on the sample it names.
//!
//! A name is a sample's code or its name at the laboratory; a result without a sample waits in the
//! unmatched tray until the sample is taken. What the decoder refuses is quarantined with its
//! reason and never becomes a value. The file itself is kept as a blob. A blank above its limit
//! goes with every report of the series as a failed check.

mod determination;
pub(super) mod record;

use serde_json::Value;
use tl_device::{Output, Reading as DeviceReading};
use tl_domain::event::{BlobRef, QualityControl};
use tl_ledger::Hash;

use super::Ports;
use super::folder::{self, Settled, Watch};
use crate::config::LabFolder;
pub(crate) use record::attach;
use record::{Series, Source};

/// The watched folder of one instrument.
pub(crate) struct Lab {
    ports: Ports,
    config: LabFolder,
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
            }) && let Err(error) = record::match_waiting(&self.ports, name)
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
        let name = file.name.clone();
        let counts = self.ports.outbox.write(move |tx| {
            let source = Source::new(&config.name, &config.rules, &config.profile);
            let counts = record::record(tx, &site, &source, &series)?;
            tx.note_read(&config.name, &name, sha256, counts)?;
            Ok(counts)
        })?;
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
        results.retain(|accepted| !record::is_blank(&self.config.rules, accepted));
        Ok(Series {
            origin: file.name.clone(),
            file: Some(BlobRef {
                media: "text/csv".to_owned(),
                name: file.name.clone(),
                sha256,
                size: u64::try_from(bytes.len())?,
            }),
            results,
            refused,
            quality: self.blanks(bytes)?,
        })
    }

    /// Checks of the series' blanks: read once more with no name taken for "no sample".
    fn blanks(&self, bytes: &[u8]) -> anyhow::Result<Vec<QualityControl>> {
        let Some(limit) = &self.config.rules.blank_limit else {
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
            if let Output::Accepted(accepted) = output
                && record::is_blank(&self.config.rules, &accepted)
                && let DeviceReading::Assay(assay) = &accepted.reading
            {
                checks.push(record::blank_check(assay, limit));
            }
        }
        Ok(checks)
    }
}

fn outputs(profile: &Value, bytes: &[u8]) -> anyhow::Result<Vec<Output>> {
    let mut decoder = tl_device::decoder_for(profile)?;
    let mut outputs = Vec::new();
    decoder.push(bytes, &mut outputs);
    decoder.finish(&mut outputs);
    Ok(outputs)
}
