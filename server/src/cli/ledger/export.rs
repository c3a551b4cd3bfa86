//! `ledger export`: a log as a static folder in tlog-tiles layout, for a stick or any web server.
//!
//! The folder holds what the newest checkpoint covers: checkpoint, tiles, bundles of entries and
//! the verifier key. Later trees lie in folders of their number. `ledger check fsck` and anybody's
//! tools verify it without us.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tl_domain::ids::PartyId;
use tl_ledger::tile::{Bundle, Tile, bundles, push_entry, tile_bytes, tiles};
use tl_store::{Store, Tree, Which};

use crate::cli::words::Words;
use crate::config::Config;
use crate::serve;

/// Writes a party's log into a new or empty folder.
pub(super) fn run(
    config: &Config,
    party: &PartyId,
    folder: &Path,
    words: Words,
) -> anyhow::Result<()> {
    let store = serve::open_store(config)?;
    let trees = store.trees_of(party)?;
    let signed: Vec<&Tree> = trees.iter().filter(|tree| tree.head.size > 0).collect();
    if signed.is_empty() {
        bail!("{}: {party}", words.nothing_signed());
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{}: {}", words.folder_not_empty(), folder.display());
    }
    for tree in signed {
        let place = match tree.number {
            1 => folder.to_owned(),
            number => folder.join(number.to_string()),
        };
        write(&store, tree, &place)?;
        println!("{} · {} {} · {}", tree.origin, tree.head.size, words.entries(), place.display());
    }
    Ok(())
}

fn write(store: &Store, tree: &Tree, folder: &Path) -> anyhow::Result<()> {
    let (party, number, size) = (&tree.party, tree.number, tree.head.size);
    let checkpoint = store
        .checkpoint(party, number, Which::Size(size))?
        .with_context(|| format!("{}: no checkpoint of size {size}", tree.origin))?;
    for tile in tiles(size) {
        put(folder, &tile.to_string(), &hashes(store, tree, tile)?)?;
    }
    for bundle in bundles(size) {
        put(folder, &bundle.to_string(), &entries(store, tree, bundle)?)?;
    }
    let vkey = tree.vkey.as_deref().unwrap_or_default();
    put(folder, "log.vkey", format!("{vkey}\n").as_bytes())?;
    // Last, so that a folder without it was not finished.
    put(folder, "checkpoint", checkpoint.text().as_bytes())
}

fn hashes(store: &Store, tree: &Tree, tile: Tile) -> anyhow::Result<Vec<u8>> {
    let place = (tile.level, tile.index);
    let found = store.tile(&tree.party, tree.number, place, usize::from(tile.width))?;
    Ok(tile_bytes(&found.with_context(|| format!("{}: {tile} is missing", tree.origin))?))
}

fn entries(store: &Store, tree: &Tree, bundle: Bundle) -> anyhow::Result<Vec<u8>> {
    let found = store.bundle(tree, bundle.index, usize::from(bundle.width))?;
    let mut bytes = Vec::new();
    for entry in found.with_context(|| format!("{}: {bundle} is missing", tree.origin))? {
        push_entry(&mut bytes, &entry)?;
    }
    Ok(bytes)
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path: PathBuf = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    }
    fs::write(&path, bytes).with_context(|| path.display().to_string())
}
