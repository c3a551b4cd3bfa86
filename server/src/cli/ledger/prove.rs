//! `ledger prove`: the proof file of an entry, and beside it the entry as it was signed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tl_domain::ids::{EntryId, PartyId};

use crate::cli::words::Words;
use crate::config::Config;
use crate::ledger::proof;
use crate::serve;

/// Writes `FILE` and `FILE` with `.entry` behind, or prints the proof.
pub(super) fn run(
    config: &Config,
    party: &PartyId,
    id: EntryId,
    file: Option<&Path>,
    words: Words,
) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let Some(entry) = store.entry(party, id)? else {
        bail!("{}: {id}", words.no_such_entry());
    };
    let Some(proven) = proof::entry(&store, party, id)? else {
        bail!("{}: {id}", words.not_signed_yet());
    };
    let Some(file) = file else {
        print!("{}", proven.proof);
        return Ok(());
    };
    fs::write(file, proven.proof.to_string()).with_context(|| file.display().to_string())?;
    let beside: PathBuf = file.with_added_extension("entry");
    fs::write(&beside, &entry.bytes).with_context(|| beside.display().to_string())?;
    println!("{}\n{}", file.display(), beside.display());
    Ok(())
}
