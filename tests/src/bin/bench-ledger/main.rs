//! `cargo xtask bench ledger`: what the ledger's promises cost: how soon an entry can be proven,
//! how long an audit of a whole exported log takes, a proof out of a log of millions, and the
//! bureau's page over all ledgers of its area.
//!
//! The server and its command line are the real ones. Each figure stands beside what this machine
//! gave in the same run and beside its target; a target that is not met is said and fails nothing,
//! a wrong answer does. Ingest with checkpoints on is `bench ingest`.

mod area;
mod audit;
mod available;
mod cold;
mod depth;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tl_tests::measure::{milliseconds, quantile};

const USAGE: &str = "usage: bench-ledger [--only available|audit|depth|area] [--audited NUMBER] \
                     [--depth NUMBER] [--parties NUMBER]";

/// What is measured.
struct Wanted {
    only: Option<String>,
    audited: u64,
    depth: u64,
    parties: u32,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-ledger: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let wanted = wanted()?;
    let chosen = |name| wanted.only.as_ref().is_none_or(|only| only == name);
    if chosen("available") {
        available::run()?;
    }
    if chosen("audit") {
        audit::run(wanted.audited)?;
    }
    if chosen("depth") {
        depth::run(wanted.depth)?;
    }
    if chosen("area") {
        area::run(wanted.parties)?;
    }
    Ok(())
}

fn wanted() -> Result<Wanted> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut wanted = Wanted {
        only: None,
        audited: audit::ENTRIES,
        depth: depth::ENTRIES,
        parties: area::PARTIES,
    };
    for pair in arguments.chunks(2) {
        match pair {
            [flag, name] if flag == "--only" => match name.as_str() {
                "available" | "audit" | "depth" | "area" => wanted.only = Some(name.clone()),
                other => bail!("there is no part {other:?}; {USAGE}"),
            },
            [flag, number] if flag == "--audited" => {
                wanted.audited = number.parse().context(USAGE)?;
            }
            [flag, number] if flag == "--depth" => wanted.depth = number.parse().context(USAGE)?,
            [flag, number] if flag == "--parties" => {
                wanted.parties = number.parse().context(USAGE)?;
            }
            other => bail!("cannot understand {other:?}; {USAGE}"),
        }
    }
    Ok(wanted)
}

/// One line: a figure, its target, whether that is met.
fn mark(figure: &str, target: &str, met: bool) {
    println!("{figure}; target {target}: {}", if met { "met" } else { "NOT MET" });
}

/// Median, 99th of a hundred and the longest of sorted times.
fn shown(times: &[Duration]) -> String {
    let longest = times.last().copied().unwrap_or_default();
    let [middle, slow, longest] =
        [quantile(times, 500), quantile(times, 990), longest].map(milliseconds);
    format!("p50 {middle}, p99 {slow}, longest {longest}")
}
