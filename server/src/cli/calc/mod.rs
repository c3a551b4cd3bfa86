//! `calc`: the calculations of the case files, without database and configuration.
//!
//! The answer is JSON with the keys of the case's `expected`, or a table for people. A case
//! without an answer (inconsistent, overdrawn, …) is an answer that says so, code 0; code 2 with
//! one line is only for what is no case at all.

mod table;

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use super::words::Words;

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
    /// 以表格显示 / as a table for people
    #[arg(long)]
    table: bool,
}

/// Calculates and prints.
pub(super) fn run(calc: &Calc, words: Words) -> ExitCode {
    let case = match calc {
        Calc::Accountancy(case) | Calc::Balance(case) | Calc::Trace(case) => case,
    };
    let shown = read(&case.case).and_then(|text| match (case.table, calc) {
        (true, _) => table::of(calc, &text, words),
        (false, Calc::Accountancy(_)) => json(tl_accountancy::case::answer(&text)),
        (false, Calc::Balance(_)) => json(tl_reconcile::case::answer(&text)),
        (false, Calc::Trace(_)) => json(tl_trace::case::answer(&text)),
    });
    match shown {
        Ok(text) => print(&text),
        Err(reason) => {
            eprintln!("{}: {reason}", case.case.display());
            ExitCode::from(NO_CASE)
        }
    }
}

/// An answer as JSON: for a person at a terminal in lines, for programs in one.
fn json<E: std::fmt::Display>(answer: Result<Value, E>) -> Result<String, String> {
    let value = answer.map_err(|error| error.to_string())?;
    Ok(if std::io::stdout().is_terminal() { format!("{value:#}") } else { value.to_string() })
}

fn read(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > CASE_BYTES_MAX {
        return Err(format!("{size} bytes; a case has at most {CASE_BYTES_MAX}"));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| format!("not UTF-8: {error}"))
}

fn print(text: &str) -> ExitCode {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
