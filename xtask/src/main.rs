//! Development tasks: one verb per file, started as `cargo xtask VERB`.
//!
//! Invariant: whatever a task starts is gone when the task ends, also after a signal, and its
//! exit code is the truth. It knows how to build, run and check the programs; what they do is
//! theirs.

mod bench;
mod demo;
mod fuzz;
mod generate;
mod licences;
mod machine;
mod package;
mod postgres;
mod process;
mod small;
mod soak;
mod stage;
mod tally;
mod test;
mod tidy;
mod workspace;

use anyhow::{Result, bail};
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask demo [ARGS]          build both programs and run the demonstration (Ctrl-C ends it)
cargo xtask test [--quick] [NAME]  everything a merge needs; --quick leaves out PostgreSQL,
                                 Chromium and lints; NAME runs only the tests whose name has it
cargo xtask tidy                 house rules that no compiler checks
cargo xtask licences             licences of everything the programs are linked from
cargo xtask gen [--check]        write, or compare, the files that the programs generate
cargo xtask bench ingest|history|edge|gate|ledger|balance|trace
                                 measure, beside the machine's own limit or a reference
cargo xtask package [x86_64|aarch64]  the agent as static programs, with service, installer, sums
cargo xtask ship [edge]          build both programs as they ship, or the agent alone
cargo xtask soak [STORY] [--kills N] [--cuts N] [--entries N]
                                 kill -9 under load, cut power, days without a link: each
                                 story as long as said, or one of them
cargo xtask fuzz [TARGET] [--seconds N]  fuzz one target, or each in turn";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let (verb, rest) = match arguments.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("help", arguments),
    };
    process::listen()?;
    match verb {
        "demo" => demo::run(rest),
        "test" => test::run(rest),
        "tidy" => tidy::run(rest),
        "licences" => licences::run(rest),
        "gen" => generate::run(rest),
        "bench" => bench::run(rest),
        "package" => package::run(rest),
        "ship" => stage::ship(rest),
        "soak" => soak::run(rest),
        "fuzz" => fuzz::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no task {other:?}\n{USAGE}"),
    }
}
