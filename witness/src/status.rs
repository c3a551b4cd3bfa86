//! `status`: what the folder holds, told without touching it; a witness may be running.
//!
//! Ends with 0 when all is well, with 1 when there is an alarm or a log whose state can't be used,
//! so that a monitor needs to read nothing. Suspicions alone are shown and change nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::alarm::{Alarms, Evidence, Kind};
use crate::clock;
use crate::folder::Folder;
use crate::words::Words;

/// 显示状态 / show how the witness stands
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// 存储目录 / folder of states and alarms
    #[arg(long)]
    dir: PathBuf,
}

/// What was found, in words, and whether somebody has to act.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// For standard output.
    pub(crate) text: String,
    /// Whether all is well.
    pub(crate) is_well: bool,
}

/// Looks through a folder.
pub(crate) fn run(args: &StatusArgs, words: Words) -> Result<Report> {
    report(&args.dir, words)
}

fn report(dir: &Path, words: Words) -> Result<Report> {
    let folder = Folder::read(dir)?;
    let mut text = format!("{}  {}\n", words.witness(), folder.witness());
    let mut is_well = true;
    let logs = folder.logs()?;
    writeln!(text, "{}  {}", words.logs(), logs.len())?;
    for (hash, state) in &logs {
        match state {
            Ok(state) => {
                let head = state.head();
                writeln!(text, "\n{}", state.origin())?;
                writeln!(text, "  {}  {}", words.size(), head.size)?;
                writeln!(text, "  {}  {}", words.root(), head.root)?;
                writeln!(text, "  {}  {}", words.cosigned(), clock::shown(state.time_seconds()))?;
                writeln!(text, "  {}  {}", words.log_key(), state.log())?;
                if let Some(seconds) = state.first_use_seconds() {
                    writeln!(text, "  {}  {}", words.first_use(), clock::shown(seconds))?;
                }
            }
            Err(error) => {
                is_well = false;
                let origin = folder.origin(hash).unwrap_or_else(|| hash.to_string());
                writeln!(text, "\n{origin}\n  {}  {error}", words.stopped())?;
            }
        }
    }
    let alarms = Alarms::new(folder.alarms());
    let names = alarms.list().with_context(|| alarms.folder().display().to_string())?;
    writeln!(text, "\n{}  {}", words.alarms(), names.len())?;
    for name in names {
        is_well &= !matches!(name.kind, Kind::Split | Kind::Rollback);
        let meaning = words.kind(name.kind);
        writeln!(text, "\n{meaning}\n  {}", alarms.place(name).display())?;
        let told = alarms.read(name, Evidence::Alarm)?;
        for line in String::from_utf8_lossy(&told).lines() {
            writeln!(text, "  {line}")?;
        }
    }
    Ok(Report { text, is_well })
}
