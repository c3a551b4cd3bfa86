//! Entries per second from scanners through the agent over mTLS to the server's disk, beside what
//! the agent's disk can do alone.

use std::thread;
use std::time::Instant;

use anyhow::{Result, ensure};
use tl_tests::agent::Agent;
use tl_tests::installation::Installation;
use tl_tests::station::{self, Scanner};
use tl_tests::{measure, plant, wait};

use crate::backlog::log_size;
use crate::mark;
use crate::resident::{LOADED_KIB_WANTED, peak_kib};

/// Good enough: so many durable entries per second …
const RATE_WANTED: f64 = 300.0;
/// … or this share of what the disk can do one by one.
const SHARE_WANTED: f64 = 0.5;
/// Scanners at once, and scans of each.
const SCANNERS: u64 = 4;
const SCANS_EACH: u64 = 750;

pub(super) fn run() -> Result<bool> {
    let mut installation = Installation::sqlite()?;
    let smelter = plant::create(&installation, "smelter")?;
    installation.start()?;
    let token = installation.token("smelter", "main", "gate-1", "plant")?;
    let mut agent = Agent::enrol(&installation, &token)?;
    agent.configure(station::CONFIGURATION)?;
    agent.start()?;
    let address = agent.address(station::ADDRESS_FILE)?;
    let store = installation.store()?;
    // What a first scan makes is not timed.
    ensure!(Scanner::connect(address)?.scan(&tl_testkit::code(1))? == station::DONE, "refused");
    let before = wait::until("the first entry at the server", || {
        let status = agent.status_value()?;
        let there = status["acked_through"] == status["dseq"];
        Ok(if there { Some(log_size(&store, &smelter.party)?) } else { None })
    })?;
    let begin = Instant::now();
    thread::scope(|scope| -> Result<()> {
        let scan = |first: u64| -> Result<()> {
            let mut scanner = Scanner::connect(address)?;
            for number in first..first + SCANS_EACH {
                let answer = scanner.scan(&tl_testkit::code(number))?;
                ensure!(answer == station::DONE, "scan {number} was refused");
            }
            Ok(())
        };
        let scanners = (0..SCANNERS).map(|it| scope.spawn(move || scan(2 + it * SCANS_EACH)));
        let scanners: Vec<_> = scanners.collect();
        scanners.into_iter().try_for_each(|it| it.join().expect("scanning does not panic"))
    })?;
    let recorded = begin.elapsed();
    let wanted = before + SCANNERS * SCANS_EACH;
    wait::until("all entries durable at the server", || {
        Ok((log_size(&store, &smelter.party)? >= wanted).then_some(()))
    })?;
    let arrived = begin.elapsed();
    let peak = peak_kib(agent.program()?.id())?;
    let disk = measure::per_second(&measure::fdatasync_times(agent.folder())?);
    let count = (SCANNERS * SCANS_EACH) as f64;
    let rate = count / arrived.as_secs_f64();
    let share = rate / disk;
    println!(
        "recorded at {:.0} entries/s, peak memory {peak} KiB (≤ {LOADED_KIB_WANTED})",
        count / recorded.as_secs_f64()
    );
    agent.stop()?;
    installation.stop()?;
    Ok(mark(
        &format!("durable at the server over mTLS {rate:.0} entries/s, the disk alone {disk:.0}/s"),
        &format!("≥ {RATE_WANTED} or {SHARE_WANTED} of the disk; it is {share:.2}"),
        rate >= RATE_WANTED || share >= SHARE_WANTED,
    ) & (peak <= LOADED_KIB_WANTED))
}
