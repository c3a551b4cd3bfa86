//! `cargo xtask soak`: the kill -9 tests, many times more than a merge runs them.
//!
//! Invariant: it fails when the tests fail, and also when no test answered to the name.

use anyhow::Result;
use std::process::ExitCode;

use crate::machine;
use crate::postgres::Durability;
use crate::process;
use crate::stage::Stage;
use crate::tally;
use crate::test;
use crate::workspace;

const TEST_NAME: &str = "kill_nine";
/// Read by the tests: how often each program is killed.
const KILLS: &str = "TL_SOAK_KILLS";
const KILLS_BY_DEFAULT: u32 = 50;

/// Builds the programs, then kills them N times.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut rest = arguments.to_vec();
    let kills = workspace::take_number(&mut rest, "--kills")?.unwrap_or(KILLS_BY_DEFAULT);
    workspace::no_more(&rest)?;
    machine::require_build_tools()?;
    let mut build = workspace::cargo(&["build", "--workspace", "--bins"]);
    process::require(&mut build, "building the programs")?;
    let mut stage = Stage::default().with_debug_programs()?;
    if let Some(programs) = machine::postgres_folder() {
        stage = stage.with_postgres(&programs, Durability::Fast)?;
    }
    let mut command = test::runner("soak", Some(TEST_NAME));
    stage.set(command.env(KILLS, kills.to_string()));
    let (status, tally) = tally::run(&mut command)?;
    drop(stage);
    println!("{} passed, {} failed with {kills} kills", tally.passed, tally.failed);
    let passed = status.success() && tally.passed > 0 && tally.failed == 0;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
