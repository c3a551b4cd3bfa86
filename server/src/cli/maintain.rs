//! `rebuild`, `doctor`, `backup`, `restore`: what keeps an installation sound.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::DateTime;
use tl_store::{BackupReport, Options, Store};

use super::words::Words;
use crate::clock::Clock;
use crate::config::Config;
use crate::files;
use crate::keys::KeyFolder;
use crate::serve;
use crate::tls::facts_of_pem;
use crate::usecase::installation::register_signers;

/// Least free disk space that raises no warning, in bytes.
const DISK_LOW_BYTES: u64 = 1 << 30;

/// Makes all projections anew.
pub(super) fn rebuild(config: &Config, words: Words) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let mut last = 0;
    store.rebuild(|done, all| last = show_progress(done, all, last))?;
    println!("{}", words.rebuilt());
    Ok(())
}

/// Checks everything that can be checked without changing it; fails when something is wrong.
pub(super) fn doctor(config: &Config, words: Words) -> anyhow::Result<ExitCode> {
    let mut problems = Vec::new();
    println!("{}: {}", words.database(), without_password(&config.database));
    let store = serve::open_store(config)?;
    let keys = KeyFolder::open(&config.keys)?;
    for party in register_signers(&store, &keys)? {
        let path = keys.party_path(&party);
        problems.push(format!("{} {party}: {}", words.missing_key(), path.display()));
    }
    match certificate(config) {
        Ok(Some(until)) => println!("{}: {until}", words.certificate_until()),
        Ok(None) => {}
        Err(error) => problems.push(format!("{error:#}")),
    }
    if let Some(free) = files::free_bytes(&config.data) {
        println!("{}: {} MiB", words.disk_free(), free >> 20);
        if free < DISK_LOW_BYTES {
            problems.push(words.disk_low().to_owned());
        }
    }
    let mut last = 0;
    let report = store.check(|done, all| last = show_progress(done, all, last))?;
    println!(
        "{} {}, {} {}, {} {}, {} {}",
        report.logs,
        words.logs(),
        report.entries,
        words.entries(),
        report.evidence,
        words.evidence(),
        report.blobs,
        words.blobs()
    );
    problems.extend(report.findings.into_iter().map(|finding| {
        let index = finding.index.map_or_else(String::new, |index| format!(" #{index}"));
        format!("{}{index}: {}", finding.party, finding.message)
    }));
    if problems.is_empty() {
        println!("{}", words.all_good());
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}:", words.problems());
    problems.iter().for_each(|problem| println!("- {problem}"));
    Ok(ExitCode::FAILURE)
}

/// Backs up into a new folder.
pub(super) fn backup(config: &Config, folder: &Path, words: Words) -> anyhow::Result<()> {
    let report = serve::open_store(config)?.backup(folder)?;
    println!("{}: {}", words.backed_up(), folder.display());
    print_report(&report, words);
    Ok(())
}

/// Recomputes every hash and root of a backup.
pub(super) fn verify(folder: &Path, words: Words) -> anyhow::Result<()> {
    let report = Store::verify_backup(folder)?;
    println!("{}: {}", words.backup_good(), folder.display());
    print_report(&report, words);
    Ok(())
}

/// Restores a backup into an empty database; the keys come from their own backup.
pub(super) fn restore(config: &Config, folder: &Path, words: Words) -> anyhow::Result<()> {
    Store::verify_backup(folder).context("the backup is not restored")?;
    files::private_folder(&config.data)?;
    let options = Options {
        blob_dir: Some(config.data.join("blobs")),
        create_if_missing: config.embedded(),
        origin_host: Some(config.qr_host.to_ascii_lowercase()),
    };
    let store = Store::open(&config.database, options).context("cannot open the database")?;
    let report = store.restore(folder)?;
    println!("{}", words.restored());
    print_report(&report, words);
    let keys = KeyFolder::open(&config.keys)?;
    for party in register_signers(&store, &keys)? {
        let path = keys.party_path(&party);
        println!("{} {party}: {}", words.missing_key(), path.display());
    }
    Ok(())
}

fn print_report(report: &BackupReport, words: Words) {
    for log in &report.logs {
        println!(
            "{} {}: {} {}, root {}",
            words.logs(),
            log.party,
            log.size,
            words.entries(),
            log.root
        );
    }
    println!("{}: {}", words.records(), report.records);
    println!("{}: {}", words.blobs(), report.blobs);
}

/// End of the server's certificate, `None` before the first start.
fn certificate(config: &Config) -> anyhow::Result<Option<String>> {
    let path = config.data.join("server.pem");
    if !path.exists() {
        return Ok(None);
    }
    let pem = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let facts =
        facts_of_pem(&pem).with_context(|| format!("{} holds no certificate", path.display()))?;
    if facts.until <= Clock::System.micros() {
        anyhow::bail!("{} has expired: restart the server, it makes a new one", path.display());
    }
    Ok(DateTime::from_timestamp_micros(facts.until).map(|at| at.to_rfc3339()))
}

/// Prints a line for each further tenth.
fn show_progress(done: u64, all: u64, last: u64) -> u64 {
    let tenth = (done * 10).checked_div(all).unwrap_or(10);
    if tenth > last {
        eprintln!("{done} / {all}");
    }
    tenth
}

/// A database address as it may be shown.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, place)) => {
            let user = user.split(':').next().unwrap_or("");
            format!("{scheme}://{user}@{place}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests;
