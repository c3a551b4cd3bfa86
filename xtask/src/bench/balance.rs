//! `bench balance`: reconciliation of generated flow sheets, beside scipy's sparse reference on the
//! same files in the same run.
//!
//! The optimum must be the known one, whatever the time: another χ² is a failure. Times are shown
//! and marked. The reference takes minutes on large files: those only with `--full`.

use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::ExitCode;

use super::mark;
use super::reference::{self, Reference};
use crate::workspace;

/// A flow sheet of the generator with what is known of it.
struct Preset {
    name: &'static str,
    /// Longest solution without bounds, in seconds.
    seconds_wanted: f64,
    /// χ² of the optimum without and with bounds.
    chi_squared: [f64; 2],
    /// Whether the reference is quick enough to run each time.
    reference_is_quick: bool,
}

const PRESETS: &[Preset] = &[
    Preset {
        name: "p200",
        seconds_wanted: 0.05,
        chi_squared: [222.598_460, 224.447_728],
        reference_is_quick: true,
    },
    Preset {
        name: "p10k",
        seconds_wanted: 0.3,
        chi_squared: [13_657.742_921, 13_669.605_263],
        reference_is_quick: true,
    },
    Preset {
        name: "s100k",
        seconds_wanted: 2.0,
        chi_squared: [48_349.468_974, 48_430.804_628],
        reference_is_quick: false,
    },
    Preset {
        name: "province",
        seconds_wanted: 10.0,
        // The record of the reference was 116773.666319; run again it finds what stands here
        // (docs/benchmarks.md).
        chi_squared: [116_570.477_830, 116_773.787_392],
        reference_is_quick: false,
    },
];
/// How near χ² must come, relative.
const CHI_SQUARED_NEAR: f64 = 1e-6;
/// How many times faster than the reference with bounds.
const FASTER_WANTED: f64 = 3.0;

/// Seconds and χ² of one solution.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Solution {
    seconds: f64,
    chi_squared: f64,
}

/// What our program printed.
#[derive(Debug, PartialEq)]
struct Ours {
    read_seconds: f64,
    free: Solution,
    bounded: Solution,
    memory: String,
}

/// What the reference printed; without bounds when it could not be run with them.
struct Theirs {
    free: Solution,
    bounded: Option<Solution>,
    memory_megabytes: f64,
}

/// Measures the presets; `--full` runs the reference on all of them.
pub(super) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut rest = arguments.to_vec();
    let full = workspace::take_flag(&mut rest, "--full");
    let named: Vec<&Preset> =
        PRESETS.iter().filter(|preset| workspace::take_flag(&mut rest, preset.name)).collect();
    workspace::no_more(&rest)?;
    let chosen = if named.is_empty() { PRESETS.iter().collect() } else { named };
    let Some(reference) = Reference::find() else { return Ok(ExitCode::SUCCESS) };
    let mut right = true;
    for preset in chosen {
        let file = generated(&reference, preset)?;
        let path = file.to_str().context("the build folder's path is text")?;
        let printed = reference::example("tl-reconcile", "bench_balance", &[path, "--bounded"])?;
        let ours =
            read(&printed).with_context(|| format!("{}: it printed {printed}", preset.name))?;
        let timed = reference.can_run() && (full || preset.reference_is_quick);
        let theirs = if timed { Some(theirs(&reference, path)?) } else { None };
        right &= report(preset, &ours, theirs.as_ref());
    }
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The file of a preset: the same bytes everywhere, so it is made once.
fn generated(reference: &Reference, preset: &Preset) -> Result<PathBuf> {
    let folder = workspace::target_folder()?.join("bench");
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let file = folder.join(format!("{}.json", preset.name));
    if !file.exists() {
        // Moved into place when whole: a run that is stopped leaves no half file.
        let part = folder.join(format!("{}.part", preset.name));
        let to = part.to_str().context("the build folder's path is text")?;
        reference.require("gen_flowsheet.py", &["--preset", preset.name, "--out", to])?;
        std::fs::rename(&part, &file).with_context(|| file.display().to_string())?;
    }
    Ok(file)
}

fn theirs(reference: &Reference, path: &str) -> Result<Theirs> {
    let bounds = reference.can_bound();
    let arguments: &[&str] = if bounds { &[path, "--bounded"] } else { &[path] };
    let printed = reference.measure("bench_ref.py", arguments)?;
    let number = |key| reference::number(&printed, key);
    let solution = |seconds, chi_squared| -> Result<Solution> {
        Ok(Solution { seconds: number(seconds)?, chi_squared: number(chi_squared)? })
    };
    Ok(Theirs {
        free: solution("equality_solve_s", "equality_chi2")?,
        bounded: match bounds {
            true => Some(solution("bounded_solve_s", "bounded_chi2")?),
            false => None,
        },
        memory_megabytes: number("rss_mb")?,
    })
}

/// Reads our program's lines: a name, seconds, `s`, `chi2` and χ².
fn read(printed: &str) -> Result<Ours> {
    let line = |name: &str| {
        let found = printed.lines().find_map(|line| line.strip_prefix(name));
        found.with_context(|| format!("no line {name:?}"))
    };
    let seconds = |name: &str| -> Result<f64> {
        let word = line(name)?.split_whitespace().next();
        word.and_then(|word| word.parse().ok()).with_context(|| format!("no seconds of {name}"))
    };
    let solution = |name: &str| -> Result<Solution> {
        let mut words = line(name)?.split_whitespace().skip_while(|word| *word != "chi2");
        let chi_squared = words.nth(1).and_then(|word| word.parse().ok());
        let chi_squared = chi_squared.with_context(|| format!("no chi2 of {name}"))?;
        Ok(Solution { seconds: seconds(name)?, chi_squared })
    };
    Ok(Ours {
        read_seconds: seconds("read")?,
        free: solution("equality")?,
        bounded: solution("bounded")?,
        memory: line("peak memory")?.trim().to_owned(),
    })
}

/// Prints the figures of a preset; says whether both optima are the known ones.
fn report(preset: &Preset, ours: &Ours, theirs: Option<&Theirs>) -> bool {
    let name = preset.name;
    let beside = |time: Option<Solution>| match time {
        Some(solution) => format!("reference {:.3} s", solution.seconds),
        None => "reference not run".to_owned(),
    };
    mark(
        &format!(
            "{name}, no bounds: {:.3} s, {}",
            ours.free.seconds,
            beside(theirs.map(|theirs| theirs.free))
        ),
        &format!("≤ {} s", preset.seconds_wanted),
        ours.free.seconds <= preset.seconds_wanted,
    );
    let bounded = theirs.and_then(|theirs| theirs.bounded);
    let figure = format!("{name}, with bounds: {:.3} s, {}", ours.bounded.seconds, beside(bounded));
    match bounded {
        Some(bounded) => {
            let faster = bounded.seconds / ours.bounded.seconds;
            let target = format!("{FASTER_WANTED} × faster than the reference");
            mark(&format!("{figure}: {faster:.1} × faster"), &target, faster >= FASTER_WANTED);
        }
        None => println!("{figure}"),
    }
    let memory = theirs.map_or_else(String::new, |theirs| {
        format!(", reference {:.0} MB", theirs.memory_megabytes)
    });
    println!("{name}: reading {:.3} s, peak memory {}{memory}", ours.read_seconds, ours.memory);
    let found = [("no bounds", ours.free), ("with bounds", ours.bounded)];
    let mut right = true;
    for ((how, solution), known) in found.into_iter().zip(preset.chi_squared) {
        let near = (solution.chi_squared / known - 1.0).abs() <= CHI_SQUARED_NEAR;
        let judged = if near { "as known" } else { "WRONG" };
        println!("{name}, {how}: χ² {:.6}, known {known:.6}: {judged}", solution.chi_squared);
        right &= near;
    }
    right
}

#[cfg(test)]
mod tests;
