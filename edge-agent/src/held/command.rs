//! `tl-edge checkpoint`: prints what the agent holds, so that it can be handed to a bureau.
//!
//! The note goes to standard output byte for byte, as any verifier of C2SP notes takes it.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::home::Home;
use crate::outbox::{alarm_rows, if_made, newest_held, open_reader};

const READING: &str = "cannot read the outbox";

/// What to print.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckpointArgs {
    /// Directory of the agent
    #[arg(long, default_value = "tl-edge")]
    pub(crate) dir: PathBuf,
    /// The pinned key of the ledger instead of the note
    #[arg(long, conflicts_with = "alarms")]
    pub(crate) vkey: bool,
    /// Every alarm with its evidence as JSON instead of the note
    #[arg(long)]
    pub(crate) alarms: bool,
}

/// Prints the held note, its key, or the alarms.
pub(crate) fn run(args: &CheckpointArgs) -> Result<()> {
    print!("{}", printed(args)?);
    Ok(())
}

/// What is printed.
pub(crate) fn printed(args: &CheckpointArgs) -> Result<String> {
    let mut db = open_reader(&Home::new(&args.dir).database())?;
    if args.alarms {
        let rows = if_made(alarm_rows(&mut db)).context(READING)?;
        let text = serde_json::to_string_pretty(&rows.unwrap_or_default());
        return Ok(text.context("alarms as JSON")? + "\n");
    }
    let row = if_made(newest_held(&mut db)).context(READING)?.flatten().context(
        "本机还没有账本检查点:尚未联网,或服务器尚未签发 (no checkpoint is held yet: the server \
         was not reached, or has signed none)",
    )?;
    if let Err(error) = row.verified() {
        eprintln!("注意:本机保存的检查点已损坏 (the kept checkpoint is damaged): {error}");
    }
    Ok(if args.vkey { row.vkey + "\n" } else { row.note })
}
