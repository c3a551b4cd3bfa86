//! `cargo xtask bench NAME`: runs a measuring program on the programs as they ship.
//!
//! Invariant: a measurement never runs on debug programs, and its PostgreSQL commits durably.
//! What is measured, and what is good enough, is the measuring program's.

use anyhow::{Context, Result, bail};
use std::process::ExitCode;

use crate::machine;
use crate::postgres::Durability;
use crate::process::Group;
use crate::stage::Stage;
use crate::workspace;

/// A measurement: its name here, its program in `tests/`, whether it wants a PostgreSQL.
struct Bench {
    name: &'static str,
    program: &'static str,
    wants_postgres: bool,
}

const BENCHES: &[Bench] = &[
    Bench { name: "ingest", program: "bench-ingest", wants_postgres: true },
    Bench { name: "history", program: "bench-history", wants_postgres: true },
    Bench { name: "edge", program: "bench-edge", wants_postgres: false },
];

/// Runs one measurement; further arguments go to its program.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
    let usage = format!("usage: cargo xtask bench {}", names.join("|"));
    let (name, rest) = arguments.split_first().with_context(|| usage.clone())?;
    let Some(bench) = BENCHES.iter().find(|bench| bench.name == name) else {
        bail!("there is no measurement {name:?}; {usage}");
    };
    let mut stage = Stage::default().with_shipped_programs()?;
    if bench.wants_postgres {
        stage = match machine::postgres_folder() {
            Some(programs) => stage.with_postgres(&programs, Durability::Full)?,
            None => {
                println!("no PostgreSQL server here: its figures are left out");
                stage
            }
        };
    }
    let program = ["run", "--release", "--package", "tl-tests", "--bin", bench.program, "--"];
    let mut command = workspace::cargo(&program);
    stage.set(command.args(rest));
    let status = Group::spawn(&mut command)?.wait()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
