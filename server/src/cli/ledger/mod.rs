//! `ledger`: what anybody may do with the logs from the command line.
//!
//! `check` judges files and folders by themselves: it opens no database and reads no
//! configuration, so that a bureau can run it on an enterprise's export and the other way round.

mod check;

use std::process::ExitCode;

use super::words::Words;

/// What to do with a log.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Ledger {
    /// 核验文件，不需要数据库和配置 / verify files: needs no database and no configuration
    #[command(subcommand)]
    Check(check::Check),
}

/// Does it; the exit code is the answer.
pub(super) fn run(ledger: &Ledger, words: Words) -> ExitCode {
    match ledger {
        Ledger::Check(check) => check::run(check, words),
    }
}
