//! What somebody who has not the log's key can do to an export.

use std::fs;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_ledger::merkle::TreeHead;
use tl_ledger::{Hash, Signer};

use super::export::Export;
use super::judges::Check;
use Check::{Consistency, Event, Fsck, Proof};

pub(super) type Forge = Box<dyn Fn(&Export) -> Result<()>>;

/// A forgery: what was done, how, and which checks see it.
pub(super) type Forgery = (&'static str, Forge, &'static [Check]);

/// What somebody without the log's key can do.
pub(super) fn forgeries(head: TreeHead) -> Vec<Forgery> {
    let mut all = of_checkpoints(head);
    all.extend(of_folders(head.size));
    all.extend(of_proofs());
    all
}

fn of_checkpoints(head: TreeHead) -> Vec<Forgery> {
    let size = head.size;
    let bumped = format!("\n{}\n", size + 1);
    let written = format!("\n{size}\n");
    let (bumped_too, written_too) = (bumped.clone(), written.clone());
    let root = format!("\n{}\n", STANDARD.encode(head.root.0));
    let other_root = format!("\n{}\n", STANDARD.encode(Hash::leaf(b"other").0));
    vec![
        (
            "another size",
            Box::new(move |it| it.replace("log/checkpoint", &written, &bumped)),
            &[Check::Checkpoint, Fsck],
        ),
        (
            "another size in a proof",
            Box::new(move |it| it.replace("one.tlog-proof", &written_too, &bumped_too)),
            &[Proof],
        ),
        (
            "another root",
            Box::new(move |it| it.replace("log/checkpoint", &root, &other_root)),
            &[Check::Checkpoint, Fsck],
        ),
        (
            "an older checkpoint of another size",
            Box::new(|it| {
                it.change("checkpoint.old", |bytes| {
                    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
                    bytes.insert(at + 1, b'1');
                })
            }),
            &[Consistency],
        ),
    ]
}

fn of_folders(size: u64) -> Vec<Forgery> {
    const FULL: &str = "log/tile/entries/000";
    let partial = format!("log/tile/0/001.p/{}", size - 256);
    let bundle = format!("log/tile/entries/001.p/{}", size - 256);
    let (missing_tile, missing_bundle) = (partial.clone(), bundle.clone());
    vec![
        ("one bit of an entry", Box::new(|it| it.change(FULL, |bytes| bytes[700] ^= 1)), &[Fsck]),
        (
            "one bit of a later entry",
            Box::new(move |it| it.change(&bundle, |bytes| bytes[700] ^= 4)),
            &[Fsck],
        ),
        (
            "two hashes of a tile change places",
            Box::new(|it| it.change("log/tile/0/000", |bytes| bytes[..64].rotate_left(32))),
            &[Fsck],
        ),
        (
            "a tile of another level",
            Box::new(|it| it.change("log/tile/1/000.p/1", |bytes| bytes[0] ^= 1)),
            &[Fsck],
        ),
        (
            "a growing tile",
            Box::new(move |it| it.change(&partial, |bytes| bytes[33] ^= 128)),
            &[Fsck],
        ),
        (
            "a tile is gone",
            Box::new(move |it| Ok(fs::remove_file(it.path(&missing_tile))?)),
            &[Fsck],
        ),
        (
            "a bundle is gone",
            Box::new(move |it| Ok(fs::remove_file(it.path(&missing_bundle))?)),
            &[Fsck],
        ),
        (
            "a bundle is cut off",
            Box::new(|it| it.change(FULL, |bytes| bytes.truncate(bytes.len() - 1))),
            &[Fsck],
        ),
        ("a bundle lacks its last entry", Box::new(drop_last_entry), &[Fsck]),
        ("entry and tile are forged together", Box::new(forge_entry_and_tile), &[Fsck]),
    ]
}

fn of_proofs() -> Vec<Forgery> {
    vec![
        (
            "the proof of another entry",
            Box::new(|it| it.swap("one.tlog-proof", "other.tlog-proof")),
            &[Proof],
        ),
        (
            "another entry",
            Box::new(|it| it.swap("one.tlog-proof.entry", "other.tlog-proof.entry")),
            &[Proof],
        ),
        (
            "another index",
            Box::new(|it| it.replace("one.tlog-proof", "index ", "index 1")),
            &[Proof],
        ),
        ("a path without its last hash", Box::new(|it| drop_line(it, "one.tlog-proof")), &[Proof]),
        (
            "a consistency proof without its last hash",
            Box::new(|it| drop_line(it, "consistency")),
            &[Consistency],
        ),
        (
            "one bit of the entry",
            Box::new(|it| it.change("one.tlog-proof.entry", |bytes| bytes[100] ^= 1)),
            &[Proof, Event],
        ),
        (
            "another key has signed the entry",
            Box::new(|it| it.write("one.key", Signer::from_seed(&[9; 32]).public().to_string())),
            &[Event],
        ),
    ]
}

fn drop_last_entry(export: &Export) -> Result<()> {
    export.change("log/tile/entries/000", |bytes| {
        let (mut at, mut last) = (0, 0);
        while let Some([high, low]) = bytes.get(at..at + 2) {
            last = at;
            at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
        }
        bytes.truncate(last);
    })
}

/// A forged entry whose hash stands in the forged tile, under an honest checkpoint: what verifiers
/// with a bad tile reader accept.
fn forge_entry_and_tile(export: &Export) -> Result<()> {
    let mut leaf = None;
    export.change("log/tile/entries/000", |bytes| {
        let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        bytes[100] ^= 1;
        leaf = Some(Hash::leaf(&bytes[2..2 + length]));
    })?;
    let leaf = leaf.context("hashed above")?;
    export.change("log/tile/0/000", |bytes| bytes[..32].copy_from_slice(&leaf.0))
}

/// Drops the line before the blank one.
fn drop_line(export: &Export, name: &str) -> Result<()> {
    let text = export.text(name)?;
    let (hashes, checkpoint) = text.split_once("\n\n").context("a blank line")?;
    let (before, _) = hashes.rsplit_once('\n').context("hashes")?;
    export.write(name, format!("{before}\n\n{checkpoint}"))
}
