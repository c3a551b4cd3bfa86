//! `calc_balance calc balance CASE.json`: the answer of a case as JSON, for comparing programs.
//!
//! Exit 0 with an object for whatever is a case, 2 with one line on standard error otherwise.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(file) = arguments.last() else {
        eprintln!("usage: calc_balance calc balance CASE.json");
        return ExitCode::from(2);
    };
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{file}: {error}");
            return ExitCode::from(2);
        }
    };
    match tl_reconcile::case::answer(&text) {
        Ok(value) => {
            println!("{value}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{file}: {error}");
            ExitCode::from(2)
        }
    }
}
