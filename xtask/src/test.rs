//! `cargo xtask test`: everything a merge needs, on a machine that may have nothing but Rust, a C
//! compiler and Node.js.
//!
//! Invariant: the exit code is 0 only when every step was run and passed and at least one test
//! ran. A failed step does not hide the later ones, except that nothing is tested that was not
//! built.

use anyhow::{Result, bail};
use std::io::IsTerminal;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::generate;
use crate::licences;
use crate::machine;
use crate::postgres::Durability;
use crate::process;
use crate::stage::Stage;
use crate::tally::{self, Tally};
use crate::tidy;
use crate::workspace;

/// What the caller asked for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    quick: bool,
    filter: Option<String>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut rest = arguments.to_vec();
        let quick = workspace::take_flag(&mut rest, "--quick");
        if rest.len() > 1 || rest.iter().any(|argument| argument.starts_with('-')) {
            bail!("cannot understand {rest:?}; usage: cargo xtask test [--quick] [NAME]");
        }
        Ok(Self { quick, filter: rest.pop() })
    }

    /// Lints and generated files are for whole runs: neither quick ones nor single tests.
    fn is_whole(&self) -> bool {
        !self.quick && self.filter.is_none()
    }
}

/// The linter over everything, measuring programs too: those that ask for more of the store than
/// products may stand behind a feature. Only this step builds with it.
const CLIPPY: [&str; 8] = [
    "clippy",
    "--workspace",
    "--all-targets",
    "--features",
    "tl-tests/bench",
    "--",
    "-D",
    "warnings",
];

/// Runs the steps, sums up, and answers with an honest exit code.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let options = Options::parse(arguments)?;
    machine::require_build_tools()?;
    let mut run = Run::default();
    let stage = run.prepare(&options)?;
    if options.filter.is_none() {
        run.step("format", || cargo(&["fmt", "--all", "--check"]))?;
        run.step("tidy", tidy::passes)?;
    }
    if options.is_whole() {
        run.step("licences", licences::passes)?;
        run.step("clippy", || cargo(&CLIPPY))?;
    }
    let built = run.step("build", || cargo(&["build", "--workspace", "--bins"]))?;
    if built {
        run.tests(&stage, &options)?;
        if options.is_whole() {
            run.step("generated files", || generate::passes(generate::Mode::Check))?;
        }
    }
    // The cluster goes before the closing line, so that the line is the last.
    drop(stage);
    process::proceed()?;
    Ok(run.close())
}

fn cargo(arguments: &[&str]) -> Result<bool> {
    process::succeeds(&mut workspace::cargo(arguments))
}

/// Steps so far: which failed, and the tests' counts.
#[derive(Default)]
struct Run {
    failed_steps: Vec<&'static str>,
    tally: Option<Tally>,
}

impl Run {
    /// Finds or installs what the tests need and starts PostgreSQL.
    fn prepare(&self, options: &Options) -> Result<Stage> {
        let stage = Stage::default().with_debug_programs()?;
        if options.quick {
            println!("== quick: without PostgreSQL, browser and lints");
            return Ok(stage);
        }
        println!("== machine");
        let tools = machine::provide_test_tools()?;
        stage
            .with_chromium(tools.chromium)
            .with_verifiers(machine::find("go"))?
            .with_postgres(&tools.postgres_folder, Durability::Fast)
    }

    /// Runs one step under a headline with its time; a failure is kept for the end.
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<bool>) -> Result<bool> {
        process::proceed()?;
        println!("== {name}");
        let start = Instant::now();
        let passed = work()?;
        let verdict = if passed { "ok" } else { "FAILED" };
        println!("== {name}: {verdict} in {:.1} s", start.elapsed().as_secs_f64());
        if !passed {
            self.failed_steps.push(name);
        }
        Ok(passed)
    }

    fn tests(&mut self, stage: &Stage, options: &Options) -> Result<()> {
        let mut command = runner("default", options.filter.as_deref());
        stage.set(&mut command);
        let mut counted = None;
        self.step("tests", || {
            let (status, tally) = tally::run(&mut command)?;
            counted = Some(tally);
            if tally.passed + tally.failed == 0 {
                println!("no test ran");
            }
            Ok(status.success() && tally.failed == 0 && tally.passed > 0)
        })?;
        self.tally = counted;
        Ok(())
    }

    /// The summary; the counts stand alone on the last line.
    fn close(&self) -> ExitCode {
        for step in &self.failed_steps {
            println!("failed step: {step}");
        }
        let tally = self.tally.unwrap_or_default();
        println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
        if self.failed_steps.is_empty() && self.tally.is_some() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// cargo-nextest with a profile of ours when it is installed, else cargo's own runner.
pub(crate) fn runner(profile: &str, filter: Option<&str>) -> Command {
    let has_nextest = workspace::cargo(&["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let colour = if std::io::stderr().is_terminal() { "--color=always" } else { "--color=never" };
    let mut command = if has_nextest {
        let config = workspace::root().join("xtask").join("nextest.toml");
        let mut command = workspace::cargo(&["nextest", "run", "--workspace", colour]);
        command.arg("--config-file").arg(config).args(["--profile", profile]);
        command
    } else {
        workspace::cargo(&["test", "--workspace", "--no-fail-fast", colour])
    };
    command.args(filter);
    command
}

#[cfg(test)]
mod tests;
