//! `cargo xtask bench edge`: what the issue asks of the agent, each figure beside its peer: the
//! program's size, its memory, how long a scan takes until it is durable beside the disk's own time
//! for one fdatasync, how much goes through to the server, and a start with a million entries.
//!
//! A real agent, as it ships, sends to a real server; fonts and scripts that it embeds are not
//! counted as program. Parts are named by arguments: `size`, `scans`, `flow`, `drain`, `million`.

mod backlog;
mod drain;
mod flow;
mod million;
mod resident;
mod scans;
mod size;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// One part: its name and what it measures; true when it is good enough.
type Part = (&'static str, fn() -> Result<bool>);

const PARTS: &[Part] = &[
    ("size", size::run),
    ("scans", scans::run),
    ("flow", flow::run),
    ("drain", drain::run),
    ("million", million::run),
];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench-edge: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(name) = wanted.iter().find(|name| PARTS.iter().all(|(known, _)| known != name)) {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        bail!("there is no part {name:?}; there are: {}", names.join(", "));
    }
    let mut good = true;
    for (name, part) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|it| it == name) {
            good &= part()?;
        }
    }
    Ok(good)
}

/// One line: a figure, what is wanted of it, whether it is good.
fn mark(figure: &str, wanted: &str, good: bool) -> bool {
    println!("{figure}: {} ({wanted})", if good { "good" } else { "MISSED" });
    good
}

/// A number of the environment, to try a part out with less.
fn number_of(variable: &str, by_default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(by_default)
}
