//! How fast a backlog reaches the server once the link is back.

use std::time::Instant;

use anyhow::Result;
use tl_tests::proxy::Link;
use tl_tests::wait;

use crate::backlog::{Backlog, log_size};
use crate::resident::{LOADED_KIB_WANTED, peak_kib};
use crate::{mark, number_of};

/// Good enough, in entries per second.
const RATE_WANTED: f64 = 2_000.0;
const ENTRIES_VARIABLE: &str = "TL_BENCH_DRAIN";
const ENTRIES_BY_DEFAULT: u64 = 40_000;

pub(super) fn run() -> Result<bool> {
    let entries = number_of(ENTRIES_VARIABLE, ENTRIES_BY_DEFAULT);
    let mut backlog = Backlog::of(entries)?;
    let store = backlog.installation.store()?;
    let before = log_size(&store, &backlog.party)?;
    backlog.link.set(Link::Cut);
    backlog.agent.start()?;
    backlog.agent.page()?;
    backlog.link.set(Link::Up);
    // From the first bundle on: how soon the link is found to be back is another question.
    let (begin, first) = wait::until("the first entries", || {
        let size = log_size(&store, &backlog.party)?;
        Ok((size > before).then(|| (Instant::now(), size)))
    })?;
    wait::within(10 * wait::PATIENCE, "the whole backlog", || {
        Ok((log_size(&store, &backlog.party)? >= before + entries).then_some(()))
    })?;
    let rate = (before + entries - first) as f64 / begin.elapsed().as_secs_f64();
    let peak = peak_kib(backlog.agent.program()?.id())?;
    backlog.agent.stop()?;
    backlog.installation.stop()?;
    Ok(mark(
        &format!("backlog of {entries} drained at {rate:.0} entries/s, peak memory {peak} KiB"),
        &format!("≥ {RATE_WANTED}/s and ≤ {LOADED_KIB_WANTED} KiB"),
        rate >= RATE_WANTED && peak <= LOADED_KIB_WANTED,
    ))
}
