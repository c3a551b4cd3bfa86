//! `cargo xtask bench NAME`: runs a measuring program on the programs as they ship.
//!
//! Invariant: a measurement never runs on debug programs, and its PostgreSQL commits durably.
//! What is measured, and what is good enough, is the measuring program's; only where a reference
//! program stands beside ours (`accountancy`, `balance`, `trace`) both are run and compared here.

mod accountancy;
mod balance;
mod reference;
mod trace;

use anyhow::{Context, Result, bail};
use std::process::{Command, ExitCode};

use crate::machine;
use crate::postgres::Durability;
use crate::process::Group;
use crate::stage::Stage;
use crate::workspace;

/// A measurement: its name here and what runs it.
struct Bench {
    name: &'static str,
    runs: Runs,
}

/// What runs a measurement.
enum Runs {
    /// A program in `tests/`, beside the server and the agent as they ship.
    Program {
        name: &'static str,
        wants_postgres: bool,
        wants_browser: bool,
        /// Of `tests/`, comma-separated; empty for none.
        features: &'static str,
    },
    /// An example of a crate that measures with the crate's own functions, on both databases.
    Example { package: &'static str, name: &'static str },
    /// A pure crate beside its reference program.
    Pure(fn(&[String]) -> Result<ExitCode>),
}

const BENCHES: &[Bench] = &[
    Bench { name: "ingest", runs: program("bench-ingest", true) },
    Bench { name: "history", runs: program("bench-history", true) },
    Bench { name: "edge", runs: program("bench-edge", false) },
    Bench {
        name: "gate",
        runs: Runs::Program {
            name: "bench-gate",
            wants_postgres: false,
            wants_browser: true,
            features: "",
        },
    },
    Bench {
        name: "ledger",
        runs: Runs::Program {
            name: "bench-ledger",
            wants_postgres: false,
            wants_browser: false,
            features: "bench",
        },
    },
    Bench {
        name: "accounts",
        runs: Runs::Example { package: "tl-server", name: "bench_accounts" },
    },
    Bench { name: "accountancy", runs: Runs::Pure(accountancy::run) },
    Bench { name: "balance", runs: Runs::Pure(balance::run) },
    Bench { name: "trace", runs: Runs::Pure(trace::run) },
];

const fn program(name: &'static str, wants_postgres: bool) -> Runs {
    Runs::Program { name, wants_postgres, wants_browser: false, features: "" }
}

/// Runs one measurement; further arguments go to its program.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
    let usage = format!("usage: cargo xtask bench {}", names.join("|"));
    let (name, rest) = arguments.split_first().with_context(|| usage.clone())?;
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        bail!("there is no measurement {name:?}; {usage}");
    };
    match bench.runs {
        Runs::Pure(run) => run(rest),
        Runs::Example { package, name } => {
            let target = ["run", "--release", "--package", package, "--example", name];
            let stage = with_postgres(Stage::default())?;
            started(&stage, workspace::cargo(&target).arg("--").args(rest))
        }
        Runs::Program { name, wants_postgres, wants_browser, features } => {
            let mut stage = Stage::default().with_shipped_programs()?;
            if wants_postgres {
                stage = with_postgres(stage)?;
            }
            if wants_browser {
                stage = with_browser(stage)?;
            }
            on_stage(&stage, name, features, rest)
        }
    }
}

fn on_stage(stage: &Stage, name: &str, features: &str, rest: &[String]) -> Result<ExitCode> {
    let program = ["run", "--release", "--package", "tl-tests", "--bin", name];
    let mut command = workspace::cargo(&program);
    started(stage, command.args(["--features", features, "--"]).args(rest))
}

fn with_browser(stage: Stage) -> Result<Stage> {
    let chromium = machine::chromium().context("no Chromium here: apt-get install chromium")?;
    Ok(stage.with_chromium(chromium))
}

/// The stage with a PostgreSQL server of its own, where the machine has one.
fn with_postgres(stage: Stage) -> Result<Stage> {
    let Some(programs) = machine::postgres_folder() else {
        println!("no PostgreSQL server here: its figures are left out");
        return Ok(stage);
    };
    stage.with_postgres(&programs, Durability::Full)
}

fn started(stage: &Stage, command: &mut Command) -> Result<ExitCode> {
    stage.set(command);
    let status = Group::spawn(command)?.wait()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One line: a figure, its target, whether that is met. A target that is missed fails nothing.
fn mark(figure: &str, target: &str, met: bool) {
    println!("{figure}; target {target}: {}", if met { "met" } else { "NOT MET" });
}
