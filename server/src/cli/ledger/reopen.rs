//! `ledger reopen`: a log goes on in a next tree, when its newest one must not be signed any more.
//!
//! The next tree commits to the last checkpoint that the stored entries bear out; the server
//! writes its entry 0 and signs it. The old tree, its alarm and its evidence stay.

use tl_domain::event::ContinueReason;
use tl_domain::ids::PartyId;

use crate::cli::words::Words;
use crate::config::Config;
use crate::serve;

/// Why a log is opened anew.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(in crate::cli) enum Reason {
    /// 数据库或整机被退回旧状态 / the store or the machine was set back
    SetBack,
    /// 存证密钥遗失或泄露 / the key of the tree was lost or leaked
    KeyLost,
}

/// Opens the next tree.
pub(super) fn run(
    config: &Config,
    party: &PartyId,
    reason: Reason,
    words: Words,
) -> anyhow::Result<()> {
    let reason = match reason {
        Reason::SetBack => ContinueReason::SetBack,
        Reason::KeyLost => ContinueReason::KeyLost,
    };
    let tree = serve::open_store(config)?.open_next_tree(party, reason)?;
    println!("{}: {} ({})", words.reopened(), tree.origin, tree.first_index);
    Ok(())
}
