//! `cargo xtask bench edge`: size and memory of the agent, and how long a scan takes until it is
//! durable, beside the disk's own time for one fdatasync.
//!
//! A real agent sends to a real server meanwhile; fonts and scripts that it embeds are not counted
//! as program.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tl_tests::agent::Agent;
use tl_tests::installation::Installation;
use tl_tests::measure::{DiskProbe, milliseconds, quantile};
use tl_tests::station::{self, Scanner};
use tl_tests::{plant, program, wait};

/// Largest program without embedded assets, in bytes.
const PROGRAM_BYTES_WANTED: usize = 8_000_000;
/// Most resident memory without and with load, in KiB.
const IDLE_KIB_WANTED: u64 = 10 * 1024;
const LOADED_KIB_WANTED: u64 = 16 * 1024;
/// How much longer than one fdatasync a scan may take, at the median.
const SCAN_OVER_SYNC_WANTED: Duration = Duration::from_millis(1);
/// Scans of the timed part.
const SCANS: u64 = 1_000;
/// Looks in a row at which memory has to be the same before it counts as the idle one: some three
/// seconds, in which the agent asks the server several times.
const STILL_LOOKS: u32 = 150;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench-edge: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let small = size(&program::edge()?)?;
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
    let idle = still_memory_kib(id)?;
    let mut probe = DiskProbe::new(agent.folder())?;
    let (scans, syncs) = timed_scans(&mut Scanner::connect(address)?, &mut probe)?;
    let loaded = memory_kib(id, "VmHWM")?;
    let light = mark(
        &format!("memory idle {idle} KiB (≤ {IDLE_KIB_WANTED}), peak loaded {loaded} KiB"),
        &format!("≤ {LOADED_KIB_WANTED}"),
        idle <= IDLE_KIB_WANTED && loaded <= LOADED_KIB_WANTED,
    );
    let quick = mark(
        &format!("scan → durable {}; fdatasync {}", shown(&scans), shown(&syncs)),
        &format!("p50 ≤ the disk's p50 + {}", milliseconds(SCAN_OVER_SYNC_WANTED)),
        quantile(&scans, 500) <= quantile(&syncs, 500) + SCAN_OVER_SYNC_WANTED,
    );
    agent.stop()?;
    installation.stop()?;
    Ok(small & light & quick)
}

fn mark(figure: &str, wanted: &str, good: bool) -> bool {
    println!("{figure}: {} ({wanted})", if good { "good" } else { "MISSED" });
    good
}

fn shown(times: &[Duration]) -> String {
    let (middle, slow) = (quantile(times, 500), quantile(times, 990));
    format!("p50 {} p99 {}", milliseconds(middle), milliseconds(slow))
}

/// The program's size without what it embeds of others.
fn size(path: &Path) -> Result<bool> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let assets: [&[u8]; 3] =
        [tl_assets::NOTO_SANS_SC_REGULAR, tl_assets::NOTO_SANS_SC_BOLD, tl_assets::HTMX_JS];
    let embedded: usize =
        assets.iter().filter(|asset| holds(&bytes, asset)).map(|asset| asset.len()).sum();
    let own = bytes.len() - embedded;
    let figure = format!("{}: {own} bytes without {embedded} of fonts and scripts", path.display());
    Ok(mark(&figure, &format!("≤ {PROGRAM_BYTES_WANTED}"), own <= PROGRAM_BYTES_WANTED))
}

/// Whether the bytes hold the asset as a whole.
fn holds(bytes: &[u8], asset: &[u8]) -> bool {
    let Some((first, _)) = asset.split_first() else { return false };
    let starts = bytes.iter().enumerate().filter(|(_, byte)| *byte == first);
    starts.map(|(at, _)| &bytes[at..]).any(|rest| rest.starts_with(asset))
}

/// Resident memory once it does not change any more.
fn still_memory_kib(process: u32) -> Result<u64> {
    let (mut last, mut same) = (0, 0);
    wait::until("memory that stands still", || {
        let now = memory_kib(process, "VmRSS")?;
        same = if now == last { same + 1 } else { 0 };
        last = now;
        Ok((same >= STILL_LOOKS).then_some(now))
    })
}

fn memory_kib(process: u32, field: &str) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()).context("no such field")?;
    Ok(number.parse()?)
}

/// Times of scans, each of a new code, and of durable writes of our own, in turn and then sorted: a
/// disk that is slower now is slower for both.
fn timed_scans(
    scanner: &mut Scanner,
    probe: &mut DiskProbe,
) -> Result<(Vec<Duration>, Vec<Duration>)> {
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
