//! `calibrate [--scenario NAME]… [--seed N]… [--histories N] [--file PATH]`: rates of alarms over
//! simulated histories of the reference smelter, without loss and with losses.
//!
//! One JSON line per scenario and seed, all scenarios when none is named. With PATH, the histories
//! themselves and what the tests said of each, so that another program can evaluate the same ones.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tl_accountancy::simulation::calibration::{self, Basis, Limits, Outcome, Rates, Scenario};
use tl_accountancy::simulation::plant::{self, Grade, Loss};
use tl_accountancy::stratum::Stratum;

const PERIODS: usize = 24;
const ALPHA: f64 = 0.05;
const HISTORIES: usize = 20_000;
const SEED: u64 = 20_260_101;

const PROTRACTED: Loss = Loss::Protracted { share: 0.02, from: 0 };
const SCENARIOS: [(&str, Grade, Loss, Basis); 12] = [
    ("ordinary", Grade::Ordinary, Loss::None, Basis::Measured),
    ("tight", Grade::Tight, Loss::None, Basis::Measured),
    ("ordinary-truth", Grade::Ordinary, Loss::None, Basis::Truth),
    ("ordinary-expected", Grade::Ordinary, Loss::None, Basis::Expected),
    ("ordinary-usual", Grade::Ordinary, Loss::None, Basis::Usual),
    ("tight-truth", Grade::Tight, Loss::None, Basis::Truth),
    ("tight-expected", Grade::Tight, Loss::None, Basis::Expected),
    ("tight-usual", Grade::Tight, Loss::None, Basis::Usual),
    ("ordinary-protracted", Grade::Ordinary, PROTRACTED, Basis::Measured),
    ("ordinary-abrupt", Grade::Ordinary, abrupt(60.0), Basis::Measured),
    ("tight-protracted", Grade::Tight, PROTRACTED, Basis::Measured),
    ("tight-abrupt", Grade::Tight, abrupt(25.0), Basis::Measured),
];

const fn abrupt(amount: f64) -> Loss {
    Loss::Abrupt { amount, period: 13 }
}

struct Arguments {
    scenarios: Vec<String>,
    seeds: Vec<u64>,
    histories: usize,
    file: Option<BufWriter<File>>,
}

fn main() -> Result<()> {
    let Arguments { scenarios, seeds, histories, mut file } = arguments()?;
    for name in &scenarios {
        let found = SCENARIOS.iter().find(|(known, ..)| known == name);
        let (name, grade, loss, basis) = *found.with_context(|| format!("no scenario {name:?}"))?;
        for &seed in &seeds {
            let scenario =
                Scenario { grade, loss, basis, periods: PERIODS, histories, seed, alpha: ALPHA };
            if let Some(file) = &mut file {
                writeln!(file, "{}", heading(name, &scenario)?)?;
            }
            let mut failed = None;
            let rates = calibration::run(&scenario, |strata, outcome| {
                if let Some(file) = &mut file
                    && let Err(error) = writeln!(file, "{}", line(strata, outcome))
                {
                    failed = Some(error);
                }
            })?;
            if let Some(error) = failed {
                return Err(error).context("writing the histories");
            }
            println!("{}", result(name, &scenario, &rates));
        }
    }
    if let Some(file) = &mut file {
        file.flush().context("writing the histories")?;
    }
    Ok(())
}

fn arguments() -> Result<Arguments> {
    let mut read =
        Arguments { scenarios: Vec::new(), seeds: Vec::new(), histories: HISTORIES, file: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--scenario" => read.scenarios.push(value),
            "--seed" => read.seeds.push(value.parse().context("--seed")?),
            "--histories" => read.histories = value.parse().context("--histories")?,
            "--file" => {
                read.file = Some(BufWriter::new(File::create(&value).with_context(|| value)?));
            }
            _ => bail!("there is no {name}; known are --scenario, --seed, --histories, --file"),
        }
    }
    if read.scenarios.is_empty() {
        read.scenarios = SCENARIOS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    }
    if read.seeds.is_empty() {
        read.seeds.push(SEED);
    }
    Ok(read)
}

fn result(name: &str, scenario: &Scenario, rates: &Rates) -> Value {
    json!({"scenario": name, "seed": scenario.seed, "histories": scenario.histories,
        "page": rates.page, "loss": rates.page_up, "gain": rates.page_down,
        "cumuf": rates.cumuf, "gemuf": rates.gemuf, "sitmuf": rates.sitmuf, "muf": rates.muf})
}

/// What all histories of a scenario share: errors, and the limits that were applied.
fn heading(name: &str, scenario: &Scenario) -> Result<Value> {
    let limits = Limits::of(scenario.periods, scenario.alpha)?;
    let design = plant::smelter(scenario.grade, scenario.periods);
    let strata: Vec<Value> = design
        .iter()
        .map(|stratum| {
            json!({"name": stratum.name, "role": stratum.role.name(),
                "batches": stratum.batches, "delta_r": stratum.delta_random,
                "delta_s_short": stratum.delta_short, "short_block": stratum.short_blocks,
                "delta_s_long": stratum.delta_long})
        })
        .collect();
    Ok(json!({"scenario": name, "periods": scenario.periods, "alpha": scenario.alpha,
        "k": limits.settings.k, "h": limits.settings.h, "cumuf_limit": limits.normal,
        "gemuf_limit": limits.gemuf, "strata": strata}))
}

fn line(strata: &[Stratum], outcome: &Outcome) -> Value {
    let amounts: Vec<&[f64]> = strata.iter().map(|stratum| stratum.amounts.as_slice()).collect();
    json!({"x": amounts, "first_up": outcome.first_up, "first_down": outcome.first_down,
        "cumuf": outcome.cumuf, "gemuf": outcome.gemuf})
}
