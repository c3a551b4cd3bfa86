//! `calc`: the calculations of the case files. This version has none of them yet; it says so and
//! ends with code 2, so that nobody takes silence for an answer.

use std::path::PathBuf;
use std::process::ExitCode;

/// Which calculation.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Calc {
    /// 衡算统计 / accountancy
    Accountancy {
        /// 案例 / case file
        case: PathBuf,
    },
    /// 平衡与调和 / balance and reconciliation
    Balance {
        /// 案例 / case file
        case: PathBuf,
    },
    /// 追溯 / trace
    Trace {
        /// 案例 / case file
        case: PathBuf,
    },
}

/// Exit code for what this program can't calculate.
const NOT_HERE: u8 = 2;

/// Says in one line that the calculation is not in this version.
pub(super) fn run(calc: &Calc) -> ExitCode {
    let (name, case) = match calc {
        Calc::Accountancy { case } => ("accountancy", case),
        Calc::Balance { case } => ("balance", case),
        Calc::Trace { case } => ("trace", case),
    };
    let version = env!("CARGO_PKG_VERSION");
    eprintln!("calc {name} {}: not in this version ({version})", case.display());
    ExitCode::from(NOT_HERE)
}
