//! `tl-edge launch`: picks the program to run and becomes it.
//!
//! The service starts this, always the one that was installed with the box. It counts the start of
//! a program on probation before it runs, so that one that dies, hangs or takes the power with it
//! is tried three times and no more. It never waits, and whatever is wrong it runs something.

#[cfg(test)]
mod tests;

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::probation::PROGRAM_VARIABLE;
use super::programs::{Installed, Journal, Programs, own_version};
use crate::home::Home;

/// How a program knows that the launcher started it, and would start the next one.
const LAUNCHED_VARIABLE: &str = "TL_EDGE_LAUNCHED";

/// Whether the launcher started this process.
pub(crate) fn was_launched() -> bool {
    std::env::var_os(LAUNCHED_VARIABLE).is_some()
}

/// Which agent to run.
#[derive(Debug, clap::Args)]
pub(crate) struct LaunchArgs {
    /// Directory of the agent
    #[arg(long, default_value = "tl-edge")]
    dir: PathBuf,
}

/// What is run.
struct Choice {
    path: PathBuf,
    program: Option<Installed>,
}

/// Becomes the program that is to run; returns only with an error.
pub(crate) fn run(args: &LaunchArgs) -> Result<()> {
    let programs = Programs::of(&Home::new(&args.dir));
    let own = std::env::current_exe().context("cannot tell where this program lies")?;
    let choice = choose(&programs).unwrap_or_else(|error| {
        tracing::error!(error = %format!("{error:#}"), "the program that came with the box runs");
        None
    });
    let on_trial = programs.journal().is_ok_and(|journal| journal.trial.is_some());
    let first = choice.unwrap_or(Choice { path: own.clone(), program: None });
    let error = become_it(&first, &args.dir);
    tracing::error!(%error, path = %first.path.display(), "the program cannot be started");
    let mut next = Choice { path: own, program: None };
    if on_trial && let Some(accepted) = programs.give_up()?.accepted {
        next = Choice { path: programs.path(&accepted)?, program: Some(accepted) };
    }
    Err(become_it(&next, &args.dir)).with_context(|| format!("{}", next.path.display()))
}

/// The program to run; `None` is the one that came with the box.
fn choose(programs: &Programs) -> Result<Option<Choice>> {
    let mut journal = programs.journal()?;
    if let Some(trial) = journal.trial.clone() {
        let intact = programs.path(&trial.program);
        if let Ok(path) = &intact
            && programs.use_start()?
        {
            // The power may have gone between journal and link.
            programs.point(Some(trial.program.sha256))?;
            return Ok(Some(Choice { path: path.clone(), program: Some(trial.program) }));
        }
        tracing::warn!(
            version = %trial.program.version,
            intact = intact.is_ok(),
            "the new program did not prove itself: back to the one before"
        );
        journal = programs.give_up()?;
    }
    accepted(programs, &journal)
}

fn accepted(programs: &Programs, journal: &Journal) -> Result<Option<Choice>> {
    let Some(program) = journal.accepted.clone() else { return Ok(None) };
    // A newer package was installed on the box since: the accepted one stays beside it.
    if program.version < own_version() {
        return Ok(None);
    }
    let path = programs.path(&program)?;
    programs.point(Some(program.sha256))?;
    Ok(Some(Choice { path, program: Some(program) }))
}

/// Replaces this process; gives the reason when that is not possible.
fn become_it(choice: &Choice, dir: &Path) -> std::io::Error {
    let mut command = Command::new(&choice.path);
    command.arg("run").arg("--dir").arg(dir).env(LAUNCHED_VARIABLE, "1");
    match &choice.program {
        Some(program) => command.env(PROGRAM_VARIABLE, program.sha256.to_string()),
        None => command.env_remove(PROGRAM_VARIABLE),
    };
    command.exec()
}
