//! `calc_trace calc trace CASE.json`: answers a case on standard output; exit 2 with one line on
//! standard error for what is no case at all. The program's own `calc trace` without the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().next_back() else { return ExitCode::from(2) };
    let answered = std::fs::read_to_string(&path)
        .map_err(|failed| format!("{path}: {failed}"))
        .and_then(|text| tl_trace::case::answer(&text).map_err(|no| format!("{path}: {no}")));
    match answered {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(line) => {
            eprintln!("{line}");
            ExitCode::from(2)
        }
    }
}
