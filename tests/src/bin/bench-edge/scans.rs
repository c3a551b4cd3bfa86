//! Memory of an idle and a loaded agent, and the time from a scan to its durable answer.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tl_tests::agent::Agent;
use tl_tests::installation::Installation;
use tl_tests::measure::{DiskProbe, milliseconds, quantile};
use tl_tests::station::{self, Scanner};
use tl_tests::{plant, wait};

use crate::mark;
use crate::resident::{IDLE_KIB_WANTED, LOADED_KIB_WANTED, made_of, peak_kib, still_kib};

/// How much longer than one fdatasync a scan may take, at the median and at the slow end.
const MEDIAN_OVER_SYNC_WANTED: Duration = Duration::from_millis(1);
const SLOW_OVER_SYNC_WANTED: Duration = Duration::from_millis(5);
/// Scans of the timed part.
const SCANS: u64 = 1_000;

pub(super) fn run() -> Result<bool> {
    let mut installation = Installation::sqlite()?;
    plant::create(&installation, "smelter")?;
    installation.start()?;
    let token = installation.token("smelter", "main", "gate-1", "plant")?;
    let mut agent = Agent::enrol(&installation, &token)?;
    agent.configure(station::CONFIGURATION)?;
    agent.start()?;
    let address = agent.address(station::ADDRESS_FILE)?;
    wait::until("the agent's first contact", || {
        Ok(agent.status_value()?["link"].as_str().filter(|link| *link == "online").map(drop))
    })?;
    let id = agent.program()?.id();
    let idle = still_kib(id)?;
    println!("idle: {}", made_of(id)?);
    let mut probe = DiskProbe::new(agent.folder())?;
    let (scans, syncs) = timed(&mut Scanner::connect(address)?, &mut probe)?;
    let loaded = peak_kib(id)?;
    let light = mark(
        &format!("memory idle {idle} KiB, peak loaded {loaded} KiB"),
        &format!("≤ {IDLE_KIB_WANTED} and ≤ {LOADED_KIB_WANTED}"),
        idle <= IDLE_KIB_WANTED && loaded <= LOADED_KIB_WANTED,
    );
    let mut quick = true;
    for (name, per_mille, over) in
        [("p50", 500, MEDIAN_OVER_SYNC_WANTED), ("p99", 990, SLOW_OVER_SYNC_WANTED)]
    {
        let (scan, sync) = (quantile(&scans, per_mille), quantile(&syncs, per_mille));
        quick &= mark(
            &format!(
                "scan → durable {name} {}, fdatasync {}",
                milliseconds(scan),
                milliseconds(sync)
            ),
            &format!("≤ the disk's + {}", milliseconds(over)),
            scan <= sync + over,
        );
    }
    agent.stop()?;
    installation.stop()?;
    Ok(light & quick)
}

/// Times of scans, each of a new code, and of durable writes of our own, in turn and then sorted: a
/// disk that is slower now is slower for both.
fn timed(scanner: &mut Scanner, probe: &mut DiskProbe) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let (mut scans, mut syncs) = (Vec::new(), Vec::new());
    for number in 1..=SCANS {
        let code = tl_testkit::code(number);
        let begin = Instant::now();
        let answer = scanner.scan(&code)?;
        scans.push(begin.elapsed());
        ensure!(answer == station::DONE, "scan {number} was refused: {answer:02x}h");
        syncs.push(probe.once()?);
    }
    scans.sort_unstable();
    syncs.sort_unstable();
    Ok((scans, syncs))
}
