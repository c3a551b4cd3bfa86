//! A start with a million entries behind it, the link down: how soon the first scan is durable.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tl_tests::measure::milliseconds;
use tl_tests::proxy::Link;
use tl_tests::station::{self, Scanner};
use tl_tests::wait;

use crate::backlog::Backlog;
use crate::resident::{LOADED_KIB_WANTED, peak_kib, still_kib};
use crate::{mark, number_of};

const FIRST_SCAN_WANTED: Duration = Duration::from_secs(1);
const ENTRIES_VARIABLE: &str = "TL_BENCH_BACKLOG";
const ENTRIES_BY_DEFAULT: u64 = 1_000_000;
/// Starts, of which the slowest counts.
const STARTS: u64 = 5;

pub(super) fn run() -> Result<bool> {
    let entries = number_of(ENTRIES_VARIABLE, ENTRIES_BY_DEFAULT);
    let mut backlog = Backlog::of(entries)?;
    backlog.link.set(Link::Cut);
    let mut slowest = Duration::ZERO;
    for number in 1..=STARTS {
        let begin = Instant::now();
        backlog.agent.start()?;
        let address = backlog.agent.address(station::ADDRESS_FILE)?;
        let answer = Scanner::connect(address)?.scan(&tl_testkit::code(number))?;
        slowest = slowest.max(begin.elapsed());
        ensure!(answer == station::DONE, "scan {number} was refused");
        // Once killed, once ended: after a kill the journal is read anew.
        if number % 2 == 0 { backlog.agent.stop()? } else { backlog.agent.kill_nine()? }
    }
    backlog.agent.start()?;
    let id = backlog.agent.program()?.id();
    wait::within(10 * wait::PATIENCE, "the whole chain checked", || {
        let text = std::fs::read_to_string(backlog.agent.directory().join("state.json"));
        Ok(text.ok().filter(|text| text.contains("\"whole\"")).map(drop))
    })?;
    let (idle, peak) = (still_kib(id)?, peak_kib(id)?);
    backlog.agent.stop()?;
    backlog.installation.stop()?;
    let quick = mark(
        &format!(
            "first scan {} after a start with {entries} entries, the slowest of {STARTS}",
            milliseconds(slowest)
        ),
        &format!("≤ {}", milliseconds(FIRST_SCAN_WANTED)),
        slowest <= FIRST_SCAN_WANTED,
    );
    let light = mark(
        &format!("memory with {entries} entries {idle} KiB, peak {peak} KiB"),
        &format!("≤ {LOADED_KIB_WANTED}"),
        peak <= LOADED_KIB_WANTED,
    );
    Ok(quick & light)
}
