//! `calibrate [HISTORIES] [SEED] [FILE]`: rates of alarms over simulated histories of the
//! reference smelter, without loss and with a protracted and an abrupt one.
//!
//! With FILE, one JSON line per history of every scenario: the measured strata and what the tests
//! said, so that another program can evaluate the same histories.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result};
use serde_json::json;
use tl_accountancy::simulation::calibration::{self, Basis, Outcome, Rates, Scenario};
use tl_accountancy::simulation::plant::{Grade, Loss};
use tl_accountancy::stratum::Stratum;

const PERIODS: usize = 24;
const ALPHA: f64 = 0.05;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let histories = arguments.next().map_or(Ok(20_000), |n| n.parse()).context("HISTORIES")?;
    let seed = arguments.next().map_or(Ok(20_260_101), |n| n.parse()).context("SEED")?;
    let mut file = match arguments.next() {
        Some(path) => Some(BufWriter::new(File::create(&path).with_context(|| path)?)),
        None => None,
    };
    println!("{histories} histories of {PERIODS} months, alpha {ALPHA} per test, seed {seed}");
    println!("rates in %    page   loss   gain  cumuf  gemuf sitmuf    muf");
    for (name, grade, loss, basis) in scenarios() {
        let scenario =
            Scenario { grade, loss, basis, periods: PERIODS, histories, seed, alpha: ALPHA };
        let mut failed = None;
        let rates = calibration::run(&scenario, |strata, outcome| {
            if let Some(file) = &mut file
                && let Err(error) = writeln!(file, "{}", line(name, strata, outcome))
            {
                failed = Some(error);
            }
        })?;
        if let Some(error) = failed {
            return Err(error).context("writing the histories");
        }
        show(name, &rates);
    }
    Ok(())
}

fn scenarios() -> [(&'static str, Grade, Loss, Basis); 8] {
    let measured = Basis::Measured;
    let protracted = Loss::Protracted { share: 0.02, from: 0 };
    let abrupt = |amount| Loss::Abrupt { amount, period: 13 };
    [
        ("ordinary", Grade::Ordinary, Loss::None, measured),
        ("ordinary 2 %", Grade::Ordinary, protracted, measured),
        ("ordinary 60", Grade::Ordinary, abrupt(60.0), measured),
        ("tight", Grade::Tight, Loss::None, measured),
        ("tight 2 %", Grade::Tight, protracted, measured),
        ("ordin. usual", Grade::Ordinary, Loss::None, Basis::Usual),
        ("tight usual", Grade::Tight, Loss::None, Basis::Usual),
        ("tight 25", Grade::Tight, abrupt(25.0), measured),
    ]
}

fn show(name: &str, rates: &Rates) {
    let figures = [
        rates.page,
        rates.page_up,
        rates.page_down,
        rates.cumuf,
        rates.gemuf,
        rates.sitmuf,
        rates.muf,
    ];
    let figures: Vec<String> = figures.iter().map(|rate| format!("{:6.2}", rate * 100.0)).collect();
    println!("{name:12} {}", figures.join(" "));
}

fn line(name: &str, strata: &[Stratum], outcome: &Outcome) -> serde_json::Value {
    let strata: Vec<_> = strata
        .iter()
        .map(|stratum| {
            json!({"name": stratum.name, "role": stratum.role.name(), "x": stratum.amounts,
                "basis": stratum.basis,
                "batches": stratum.batches, "delta_r": stratum.delta_random,
                "delta_s_short": stratum.delta_short, "short_block": stratum.short_blocks,
                "delta_s_long": stratum.delta_long})
        })
        .collect();
    json!({"scenario": name, "strata": strata, "first_up": outcome.first_up,
        "first_down": outcome.first_down, "cumuf": outcome.cumuf, "gemuf": outcome.gemuf})
}
