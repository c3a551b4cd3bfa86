//! `calc_accountancy calc accountancy CASE.json [--table]`: the answer of one case on standard
//! output; exit 2 with one line on standard error for what is no case.
//!
//! It shows the crate's entrance; the server's command of the same form calls the same function.

use std::process::ExitCode;

use tl_accountancy::{Language, case, table};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (path, is_table) = match words.as_slice() {
        ["calc", "accountancy", path] => (*path, false),
        ["calc", "accountancy", path, "--table"] => (*path, true),
        _ => return refuse("usage: calc_accountancy calc accountancy CASE.json [--table]"),
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return refuse(&format!("{path}: {error}")),
    };
    match case::answer(&text) {
        Ok(answer) if is_table => {
            for line in table::lines(&answer, Language::Zh, false) {
                println!("{line}");
            }
        }
        Ok(answer) => println!("{answer}"),
        Err(error) => return refuse(&format!("{path}: {error}")),
    }
    ExitCode::SUCCESS
}

fn refuse(line: &str) -> ExitCode {
    eprintln!("{line}");
    ExitCode::from(2)
}
