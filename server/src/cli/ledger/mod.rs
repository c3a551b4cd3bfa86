//! `ledger`: what anybody may do with the logs from the command line.
//!
//! `check` judges files and folders by themselves: it opens no database and reads no
//! configuration, so that a bureau can run it on an enterprise's export and the other way round.

mod check;
mod export;
mod policy;
mod prove;
mod reopen;

use std::path::PathBuf;
use std::process::ExitCode;

use tl_domain::ids::{EntryId, PartyId};

use super::words::Words;
use crate::config::Config;

/// What to do with a log.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Ledger {
    /// 核验文件，不需要数据库和配置 / verify files: needs no database and no configuration
    #[command(subcommand)]
    Check(check::Check),
    /// 导出台账（tlog-tiles 目录）/ export a log as a tlog-tiles folder
    Export {
        /// 主体 / party
        #[arg(long, value_name = "PARTY")]
        log: PartyId,
        /// 新目录 / new folder
        folder: PathBuf,
    },
    /// 一条记录的存证证明 / the proof of an entry
    Prove {
        /// 主体 / party
        #[arg(long, value_name = "PARTY")]
        log: PartyId,
        /// 记录 / entry
        id: EntryId,
        /// 证明文件，旁边另存原始记录 / proof file; the entry is written beside it
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// 信任策略文件：台账和第三方存证的公钥 / trust policy: keys of logs and witnesses
    Policy,
    /// 停用当前存证树，换新树继续 / stop the newest tree, go on in a next one
    Reopen {
        /// 主体 / party
        #[arg(long, value_name = "PARTY")]
        log: PartyId,
        /// 原因 / why
        #[arg(long, value_enum)]
        reason: reopen::Reason,
    },
}

/// Does it; the exit code is the answer.
///
/// # Errors
/// Configuration, database or files; never of `check`.
pub(super) fn run(
    ledger: Ledger,
    config: impl FnOnce() -> anyhow::Result<Config>,
    words: Words,
) -> anyhow::Result<ExitCode> {
    match ledger {
        Ledger::Check(check) => return Ok(check::run(&check, words)),
        Ledger::Export { log, folder } => export::run(&config()?, &log, &folder, words)?,
        Ledger::Prove { log, id, output } => {
            prove::run(&config()?, &log, id, output.as_deref(), words)?;
        }
        Ledger::Policy => policy::run(&config()?)?,
        Ledger::Reopen { log, reason } => reopen::run(&config()?, &log, reason, words)?,
    }
    Ok(ExitCode::SUCCESS)
}
