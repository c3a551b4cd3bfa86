//! Answers as tables for people, in the language of the command line, coloured at a terminal.

use std::io::IsTerminal as _;

use super::Calc;
use crate::cli::words::{Language, Words};

/// The table of a case's answer.
pub(super) fn of(calc: &Calc, text: &str, words: Words) -> Result<String, String> {
    let colour = std::io::stdout().is_terminal();
    match calc {
        Calc::Accountancy(_) => {
            let answer = tl_accountancy::case::answer(text).map_err(|error| error.to_string())?;
            let language = match words.0 {
                Language::Zh => tl_accountancy::Language::Zh,
                Language::En => tl_accountancy::Language::En,
            };
            Ok(tl_accountancy::table::lines(&answer, language, colour).join("\n"))
        }
        Calc::Balance(_) => balance(text, words, colour),
        Calc::Trace(_) => {
            let answer = tl_trace::case::answer(text).map_err(|error| error.to_string())?;
            let language = match words.0 {
                Language::Zh => tl_trace::table::Language::Chinese,
                Language::En => tl_trace::table::Language::English,
            };
            Ok(tl_trace::table::table(&answer, language, colour))
        }
    }
}

/// A balance's table stands beside its measured figures, which its JSON answer does not repeat.
fn balance(text: &str, words: Words, colour: bool) -> Result<String, String> {
    use tl_reconcile::{case, reconcile, table};
    let language = match words.0 {
        Language::Zh => table::Language::Chinese,
        Language::En => table::Language::English,
    };
    let answer = match case::read(text).map_err(|error| error.to_string())? {
        Ok((sheet, options)) => reconcile(&sheet, &options),
        Err(refusal) => Err(refusal),
    };
    Ok(match answer {
        Ok(answer) => table::table(&answer, language, colour),
        Err(refusal) => format!("{:#}", case::refused(&refusal)),
    })
}
