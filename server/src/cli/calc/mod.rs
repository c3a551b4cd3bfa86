//! `calc`: the calculations of the case files, without database and configuration.
//!
//! The answer is JSON with the keys of the case's `expected`, or a table for people. A case
//! without an answer (inconsistent, overdrawn, …) is an answer that says so, code 0; code 2 with
//! one line is only for what is no case at all, and for a picture that its kind does not have.

pub(super) mod picture;
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
    /// 另存图：流向图或控制图 / also the picture, as SVG: a Sankey or a control chart
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Calculates and prints.
pub(super) fn run(calc: &Calc, words: Words) -> ExitCode {
    let case = match calc {
        Calc::Accountancy(case) | Calc::Balance(case) | Calc::Trace(case) => case,
    };
    let shown = read(&case.case).and_then(|text| {
        let answer = match (case.table, calc) {
            (true, _) => table::of(calc, &text, words),
            (false, Calc::Accountancy(_)) => json(tl_accountancy::case::answer(&text)),
            (false, Calc::Balance(_)) => json(tl_reconcile::case::answer(&text)),
            (false, Calc::Trace(_)) => json(tl_trace::case::answer(&text)),
        }?;
        let drawing = |file: &PathBuf| -> Result<(PathBuf, String), String> {
            let name = case.case.file_stem().unwrap_or_default().to_string_lossy();
            Ok((file.clone(), picture::of(calc, &text, &name, words)?))
        };
        Ok((answer, case.svg.as_ref().map(drawing).transpose()?))
    });
    match shown {
        Ok((answer, None)) => print(&answer),
        Ok((answer, Some((file, drawing)))) => match fs::write(&file, drawing) {
            Ok(()) => print(&answer),
            Err(error) => {
                eprintln!("{}: {error}", file.display());
                ExitCode::FAILURE
            }
        },
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
