//! The power is cut under load: what was acknowledged is there, once, in order, whatever the disk
//! made of what was not synced.
//!
//! A moment is a number of further acknowledgements, drawn by chance. `TL_SOAK_CUTS` says how often
//! the power goes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};
use tl_domain::code::Code;
use tl_testkit::code;
use tl_tests::chance::Chance;
use tl_tests::powercut::{Lost, PowerCut};
use tl_tests::proxy::Link;
use tl_tests::station::{self, Scanner};
use tl_tests::{program, wait};

use super::{Outpost, number_of};

/// Says how often the power is cut.
const CUTS_VARIABLE: &str = "TL_SOAK_CUTS";
const CUTS_BY_DEFAULT: u64 = 6;
/// Most scans that are answered between a start and a cut.
const SCANS_BETWEEN_CUTS: u64 = 50;

/// Scans code after code until the power goes; gives those that were acknowledged.
fn scan_until_cut(
    post: &mut Outpost,
    power: &mut PowerCut,
    chance: &mut Chance,
    first: u64,
) -> Result<(Vec<Code>, Lost)> {
    power.power_on()?;
    post.agent.start()?;
    let mut scanner = post.scanner()?;
    let (stop, answered) = (AtomicBool::new(false), AtomicU64::new(0));
    let codes = thread::scope(|scope| -> Result<Vec<Code>> {
        let scanning = scope.spawn(|| scan_on(&mut scanner, first, &stop, &answered));
        let wanted = chance.pick(1..SCANS_BETWEEN_CUTS);
        let waited = wait::until("answers under load", || {
            Ok((answered.load(Ordering::SeqCst) >= wanted).then_some(()))
        });
        let killed = post.agent.kill_nine();
        stop.store(true, Ordering::SeqCst);
        let codes = scanning.join().expect("scanning does not panic");
        waited.and(killed).map(|()| codes)
    })?;
    Ok((codes, power.cut(chance)?))
}

fn scan_on(
    scanner: &mut Scanner,
    first: u64,
    stop: &AtomicBool,
    answered: &AtomicU64,
) -> Vec<Code> {
    let codes = (first..).map(code);
    let done = codes.take_while(|code| {
        // The last scan dies with the power: it is scanned again after the start.
        let answer = scanner.scan(code);
        answered.fetch_add(1, Ordering::SeqCst);
        let is_done = answer.is_ok_and(|it| it == station::DONE);
        is_done && !stop.load(Ordering::SeqCst)
    });
    done.collect()
}

#[test]
fn power_cuts_lose_nothing_that_was_acknowledged() -> Result<()> {
    let mut chance = Chance::new("power_cut");
    let cuts = number_of(CUTS_VARIABLE, CUTS_BY_DEFAULT);
    let mut post = Outpost::new(|_| Ok(()))?;
    // The ballast is written once and told nobody: a small one keeps the log of writes short.
    let small = format!("{}\n[outbox]\nballast_bytes = 65536\n", station::CONFIGURATION);
    post.agent.configure(&small)?;
    let mut power = PowerCut::of(post.agent.directory())?;
    power.watch(post.agent.environment());
    let mut acknowledged: Vec<Code> = Vec::new();
    let mut lost = Lost::default();
    for round in 0..cuts {
        // With the link up the server knows entries that the box must not have forgotten.
        post.link.set(if round % 2 == 0 { Link::Cut } else { Link::Up });
        let first = u64::try_from(acknowledged.len())? + 1;
        let (codes, gone) = scan_until_cut(&mut post, &mut power, &mut chance, first)?;
        acknowledged.extend(codes);
        lost = Lost { writes: lost.writes + gone.writes, names: lost.names + gone.names };
    }
    ensure!(lost.writes > 0, "no cut met a write that was not synced");
    post.link.set(Link::Up);
    power.power_on()?;
    post.agent.start()?;
    // The scan that died with the last cut may have become an entry: whoever scans it again hears
    // that it is there.
    let next = code(u64::try_from(acknowledged.len())? + 1);
    post.scan(std::slice::from_ref(&next))?;
    acknowledged.push(next);
    post.all_acknowledged()?;
    let log = post.log_with(&acknowledged)?;
    ensure!(log.entries.iter().all(|entry| entry.head.epoch == 1), "a new epoch was opened");
    ensure!(!post.agent.log().contains("chain is broken"), "{}", post.agent.log());
    println!("power_cut: {cuts} cuts, {} scans, each once; lost {lost:?}", acknowledged.len());
    post.close()
}

/// The agent with one word changed: its database does not sync any more.
fn careless_program(post: &Outpost) -> Result<PathBuf> {
    let (careful, careless) = (b"PRAGMA synchronous=FULL;", b"PRAGMA synchronous=OFF ;");
    let mut bytes = fs::read(program::edge()?)?;
    let places: Vec<usize> = bytes
        .windows(careful.len())
        .enumerate()
        .filter_map(|(at, window)| (window == careful).then_some(at))
        .collect();
    ensure!(!places.is_empty(), "the program sets synchronous=FULL nowhere");
    for at in places {
        bytes[at..at + careless.len()].copy_from_slice(careless);
    }
    let path = post.agent.folder().join("careless-edge");
    fs::write(&path, bytes)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

/// What makes the story above worth something: without the sync it is seen to lose entries.
#[test]
fn power_cuts_show_an_agent_that_does_not_sync() -> Result<()> {
    let mut chance = Chance::new("power_cut careless");
    let mut post = Outpost::new(|_| Ok(()))?;
    let alone = "[outbox]\nballast_bytes = 0\n[uplink]\nenabled = false";
    post.agent.configure(&station::CONFIGURATION.replace("[uplink]", alone))?;
    let program = careless_program(&post)?;
    post.agent.use_program(program);
    let mut power = PowerCut::of(post.agent.directory())?;
    power.watch(post.agent.environment());
    let (codes, lost) = scan_until_cut(&mut post, &mut power, &mut chance, 1)?;
    ensure!(lost.writes > 0, "nothing was lost");
    power.power_on()?;
    post.agent.start()?;
    let kept = wait::until("the agent's own count, or its end", || {
        let is_over = post.agent.program()?.require_running().is_err();
        let count = post.agent.status_value().ok().and_then(|status| status["dseq"].as_u64());
        Ok(if is_over { Some(0) } else { count })
    })?;
    let scans = u64::try_from(codes.len()).context("a count")?;
    ensure!(kept < scans, "{scans} scans were acknowledged without a sync, {kept} are there");
    println!("power_cut: an agent that does not sync kept {kept} of {scans} acknowledged scans");
    Ok(())
}
