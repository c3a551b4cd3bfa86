//! `bench accountancy`: false alarms and detections over simulated histories of a smelter, beside
//! the reference program on the same histories in the same run.
//!
//! Rates are what counts here, not times: a false-alarm rate off its nominal one, or another answer
//! than the reference's, is a failure. The reference takes some milliseconds per history, so it
//! gets the first of them only; `--full` gives it all.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

use super::mark;
use super::reference::{self, Reference};
use crate::workspace;

/// Each seed is one run of `HISTORIES` histories; rates are judged over all of them.
const SEEDS: [&str; 5] = ["20260101", "20260102", "20260103", "20260104", "20260105"];
const HISTORIES: usize = 20_000;
/// Histories that the reference evaluates without `--full`.
const HISTORIES_REFERENCE: usize = 2_000;
/// Rate of each test over a history, both sides together.
const ALPHA: f64 = 0.05;
/// How far a false-alarm rate may be from it.
const OFF_NOMINAL: f64 = 0.005;
/// How far a rate of ours may be from the reference's on the same histories.
const OFF_REFERENCE: f64 = 0.015;

/// Without loss, σ from measured amounts, as a balance has it: these are judged.
const LOSS_FREE: [&str; 2] = ["ordinary", "tight"];
/// Without loss, σ from amounts that no balance knows: these explain.
const EXPLAINING: [&str; 6] = [
    "ordinary-truth",
    "ordinary-expected",
    "ordinary-usual",
    "tight-truth",
    "tight-expected",
    "tight-usual",
];
const LOSSES: [&str; 4] =
    ["ordinary-protracted", "ordinary-abrupt", "tight-protracted", "tight-abrupt"];
/// Tests whose nominal rate is ALPHA.
const JUDGED: [&str; 5] = ["page", "cumuf", "gemuf", "sitmuf", "muf"];
const SHOWN: [&str; 7] = ["page", "loss", "gain", "cumuf", "gemuf", "sitmuf", "muf"];
/// Tests that the reference answers too.
const COMPARED: [&str; 5] = ["page", "loss", "gain", "cumuf", "gemuf"];

/// Runs ours, judges its rates, then the reference on the same histories.
pub(super) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut rest = arguments.to_vec();
    let full = workspace::take_flag(&mut rest, "--full");
    workspace::no_more(&rest)?;
    println!("{HISTORIES} histories of 24 months per seed, alpha {ALPHA} per test; rates in %");
    println!("{:34} {}", "", SHOWN.map(|name| format!("{name:>7}")).join(""));
    let mut right = true;
    for scenario in LOSS_FREE {
        right &= judge(scenario, &simulated(scenario)?)?;
    }
    for scenario in EXPLAINING.into_iter().chain(LOSSES) {
        show(&format!("{scenario}, all seeds"), &pooled(&simulated(scenario)?)?);
    }
    if let Some(peer) = Reference::find().filter(Reference::can_run) {
        for scenario in LOSS_FREE.into_iter().chain(LOSSES) {
            right &= compare(&peer, scenario, full)?;
        }
    }
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One JSON object per seed.
fn simulated(scenario: &str) -> Result<Vec<Value>> {
    let histories = HISTORIES.to_string();
    let mut arguments = vec!["--scenario", scenario, "--histories", &histories];
    for seed in SEEDS {
        arguments.extend(["--seed", seed]);
    }
    let printed = reference::example("tl-accountancy", "calibrate", &arguments)?;
    let runs: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("calibrate said {line:?}")))
        .collect::<Result<_>>()?;
    if runs.len() != SEEDS.len() {
        bail!("calibrate ran {} seeds of {}", runs.len(), SEEDS.len());
    }
    Ok(runs)
}

/// Rates over all seeds, which have equally many histories.
fn pooled(runs: &[Value]) -> Result<[f64; SHOWN.len()]> {
    let mut mean = [0.0; SHOWN.len()];
    for run in runs {
        for (mean, name) in mean.iter_mut().zip(SHOWN) {
            *mean += reference::number(run, name)? / runs.len() as f64;
        }
    }
    Ok(mean)
}

fn show(name: &str, rates: &[f64; SHOWN.len()]) {
    let figures = rates.map(|rate| format!("{:7.2}", 100.0 * rate));
    println!("{name:34} {}", figures.join(""));
}

/// Shows a scenario without loss seed by seed, and judges the rates of all seeds together.
fn judge(scenario: &str, runs: &[Value]) -> Result<bool> {
    for (seed, run) in SEEDS.iter().zip(runs) {
        show(&format!("{scenario}, seed {seed}"), &pooled(std::slice::from_ref(run))?);
    }
    let rates = pooled(runs)?;
    show(&format!("{scenario}, all seeds"), &rates);
    let histories = (HISTORIES * runs.len()) as f64;
    let mut right = true;
    for (name, rate) in SHOWN.iter().zip(rates).filter(|(name, _)| JUDGED.contains(name)) {
        let standard_error = (rate * (1.0 - rate) / histories).sqrt();
        let near = (rate - ALPHA).abs() <= OFF_NOMINAL;
        mark(
            &format!(
                "{scenario}, {name}: false alarms {:.2} % ± {:.2}",
                100.0 * rate,
                100.0 * standard_error
            ),
            &format!("{} ± {} %", 100.0 * ALPHA, 100.0 * OFF_NOMINAL),
            near,
        );
        right &= near;
    }
    Ok(right)
}

/// Gives the reference the histories of the first seed; says whether it finds the same.
fn compare(peer: &Reference, scenario: &str, full: bool) -> Result<bool> {
    let histories = if full { HISTORIES } else { HISTORIES_REFERENCE }.to_string();
    let folder = workspace::target_folder()?.join("bench");
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let file = Removed(folder.join(format!("histories-{}.jsonl", std::process::id())));
    let path = file.0.to_str().context("the build folder's path is text")?;
    let ours = ["--scenario", scenario, "--histories", &histories, "--seed", SEEDS[0]];
    let arguments: Vec<&str> = ours.into_iter().chain(["--file", path]).collect();
    reference::example("tl-accountancy", "calibrate", &arguments)?;
    let evaluate = workspace::root().join("xtask/src/bench/accountancy/evaluate.py");
    let answer = peer.evaluate(&evaluate, &[path])?;
    agrees(scenario, &answer)
}

/// Shows both programs' rates; says whether they agree.
fn agrees(scenario: &str, answer: &Value) -> Result<bool> {
    let count = |key| reference::number(answer, key);
    println!(
        "{scenario}, same {} histories: threshold {:.4}, reference {:.4}; other first alarms: {}",
        count("histories")?,
        count("our_h")?,
        count("h")?,
        count("differing")?
    );
    let mut right = true;
    for name in COMPARED {
        let ours = reference::number(&answer["ours"], name)?;
        let theirs = reference::number(&answer["theirs"], name)?;
        let near = (ours - theirs).abs() <= OFF_REFERENCE;
        mark(
            &format!("  {name}: {:.2} %, reference {:.2} %", 100.0 * ours, 100.0 * theirs),
            &format!("± {} points", 100.0 * OFF_REFERENCE),
            near,
        );
        right &= near;
    }
    Ok(right)
}

/// A file that is gone when this is: the histories of one scenario are some hundred megabytes.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        // What can't be removed lies in the build folder and harms nobody.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests;
