//! `calc`: the calculations of the case files, without database and configuration.
//!
//! The answer is JSON with the keys of the case's `expected`, or a table for people. A case
//! without an answer (inconsistent, overdrawn, …) is an answer that says so, code 0; code 2 with
//! one line is only for what is no case at all.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

/// Largest case that is read, in bytes.
const CASE_BYTES_MAX: u64 = 2 << 30;
/// Exit code for what is no case.
const NO_CASE: u8 = 2;

/// Which calculation.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Calc {
    /// 衡算统计 / accountancy
    Accountancy(Case),
    /// 平衡与调和 / balance and reconciliation
    Balance(Case),
    /// 追溯 / trace
    Trace(Case),
}

/// A case and how its answer is shown.
#[derive(Debug, clap::Args)]
pub(super) struct Case {
    /// 案例 / case file
    case: PathBuf,
}

/// Calculates and prints.
pub(super) fn run(calc: &Calc) -> ExitCode {
    let (case, answer): (_, fn(&str) -> Result<Value, String>) = match calc {
        Calc::Accountancy(case) => (case, |text| said(tl_accountancy::case::answer(text))),
        Calc::Balance(case) => (case, |text| said(tl_reconcile::case::answer(text))),
        Calc::Trace(case) => (case, |text| said(tl_trace::case::answer(text))),
    };
    match read(&case.case).and_then(|text| answer(&text)) {
        Ok(value) => print(&value),
        Err(reason) => {
            eprintln!("{}: {reason}", case.case.display());
            ExitCode::from(NO_CASE)
        }
    }
}

fn said<E: std::fmt::Display>(answer: Result<Value, E>) -> Result<Value, String> {
    answer.map_err(|error| error.to_string())
}

fn read(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > CASE_BYTES_MAX {
        return Err(format!("{size} bytes; a case has at most {CASE_BYTES_MAX}"));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))
}

fn print(value: &Value) -> ExitCode {
    let mut out = std::io::stdout().lock();
    let written = if out.is_terminal() {
        serde_json::to_writer_pretty(&mut out, value)
    } else {
        serde_json::to_writer(&mut out, value)
    };
    match written.map_err(std::io::Error::from).and_then(|()| writeln!(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
