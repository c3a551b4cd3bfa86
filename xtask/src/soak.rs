//! `cargo xtask soak`: the stories of kills, cut power and days without a link, many times longer
//! than a merge tells them.
//!
//! Invariant: it fails when a story fails, and also when no test answered to a name.

use anyhow::{Result, bail};
use std::process::ExitCode;

use crate::machine;
use crate::postgres::Durability;
use crate::process;
use crate::stage::Stage;
use crate::tally;
use crate::test;
use crate::workspace;

/// A story of the end-to-end tests that can be told longer.
struct Story {
    /// Part of the names of its tests.
    tests: &'static str,
    /// The argument here that says how long.
    argument: &'static str,
    /// The variable that its tests read.
    variable: &'static str,
    by_default: u32,
    unit: &'static str,
}

const STORIES: &[Story] = &[
    Story {
        tests: "kill_nine",
        argument: "--kills",
        variable: "TL_SOAK_KILLS",
        by_default: 50,
        unit: "kills",
    },
    Story {
        tests: "power_cut",
        argument: "--cuts",
        variable: "TL_SOAK_CUTS",
        by_default: 40,
        unit: "power cuts",
    },
    Story {
        tests: "long_cut",
        argument: "--entries",
        variable: "TL_SOAK_ENTRIES",
        by_default: 10_000,
        unit: "entries on each of three days without a link",
    },
];

/// Builds the programs, then tells each story, or the named one.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut rest = arguments.to_vec();
    let mut wanted = Vec::new();
    for story in STORIES {
        let number = workspace::take_number(&mut rest, story.argument)?;
        wanted.push((story, number.unwrap_or(story.by_default)));
    }
    if !rest.is_empty() {
        let name = rest.remove(0);
        wanted.retain(|(story, _)| story.tests == name);
        if wanted.is_empty() {
            let names: Vec<&str> = STORIES.iter().map(|story| story.tests).collect();
            bail!("there is no story {name:?}; there are: {}", names.join(", "));
        }
    }
    workspace::no_more(&rest)?;
    machine::require_build_tools()?;
    let mut build = workspace::cargo(&["build", "--workspace", "--bins"]);
    process::require(&mut build, "building the programs")?;
    let mut stage = Stage::default().with_debug_programs()?;
    if let Some(programs) = machine::postgres_folder() {
        stage = stage.with_postgres(&programs, Durability::Fast)?;
    }
    let mut passed = true;
    for (story, number) in wanted {
        passed &= tell(story, number, &stage)?;
    }
    drop(stage);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(story: &Story, number: u32, stage: &Stage) -> Result<bool> {
    println!("== {}: {number} {}", story.tests, story.unit);
    let mut command = test::runner("soak", Some(story.tests));
    stage.set(command.env(story.variable, number.to_string()));
    let (status, tally) = tally::run(&mut command)?;
    println!("== {}: {} passed, {} failed", story.tests, tally.passed, tally.failed);
    Ok(status.success() && tally.passed > 0 && tally.failed == 0)
}
