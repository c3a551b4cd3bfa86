//! `tl-edge checkpoint`: prints what the agent holds, so that it can be handed to a bureau.
//!
//! The note goes to standard output byte for byte, as any verifier of C2SP notes takes it.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::home::Home;
use crate::outbox::{Db, HeldRow, alarm_rows, newest_held, open_alarms, open_reader};

/// What to print.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckpointArgs {
    /// Directory of the agent
    #[arg(long, default_value = "tl-edge")]
    dir: PathBuf,
    /// The pinned key of the ledger instead of the note
    #[arg(long, conflicts_with = "alarms")]
    vkey: bool,
    /// Every alarm with its evidence as JSON instead of the note
    #[arg(long)]
    alarms: bool,
}

/// Prints the held note, its key, or the alarms.
pub(crate) fn run(args: &CheckpointArgs) -> Result<()> {
    let mut db = open_reader(&Home::new(&args.dir).database())?;
    if args.alarms {
        let rows = known(alarm_rows(&mut db))?.unwrap_or_default();
        println!("{}", serde_json::to_string_pretty(&rows).context("alarms as JSON")?);
        return Ok(());
    }
    let row = known(newest_held(&mut db))?.flatten().context(
        "本机还没有账本检查点:尚未联网,或服务器尚未签发 (no checkpoint is held yet: the server \
         was not reached, or has signed none)",
    )?;
    if let Err(error) = row.verified() {
        eprintln!("注意:本机保存的检查点已损坏 (the kept checkpoint is damaged): {error}");
    }
    if args.vkey {
        println!("{}", row.vkey);
    } else {
        print!("{}", row.note);
    }
    Ok(())
}

/// What status and page show of the held checkpoint.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// The newest accepted one.
    pub(crate) held: Option<HeldRow>,
    /// Alarms that nobody has dealt with.
    pub(crate) alarms: Vec<super::AlarmCode>,
}

/// How the held checkpoint stands.
///
/// # Errors
/// The database's.
pub(crate) fn standing(db: &mut Db) -> Result<Standing> {
    let held = known(newest_held(db))?.flatten();
    Ok(Standing { held, alarms: known(open_alarms(db))?.unwrap_or_default() })
}

/// `None` for an outbox that this version has not run on yet: its tables come with the next start.
fn known<T>(asked: diesel::QueryResult<T>) -> Result<Option<T>> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.to_string().starts_with("no such table") => Ok(None),
        Err(error) => Err(error).context("cannot read the outbox"),
    }
}
