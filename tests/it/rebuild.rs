//! Projections are made anew from the logs and come out the same; so does a restored backup.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use tl_store::Store;
use tl_testkit::{Backend, backends};
use tl_tests::installation::Installation;
use tl_tests::ledger::read_checked;
use tl_tests::program;
use tl_tests::served::enter;
use tl_tests::year::{Books, S1, as_batches};

fn filled(backend: Backend) -> Result<(Installation, Books)> {
    let books = as_batches(&S1, "s1-batches", "Tl");
    let mut installation = Installation::new(backend)?;
    enter(&mut installation, &books)?;
    installation.stop()?;
    Ok((installation, books))
}

fn dump(installation: &Installation) -> Result<Vec<String>> {
    let rows = installation.store()?.dump_projections()?;
    ensure!(rows.len() > 500, "{} rows only: the plant's year is not there", rows.len());
    Ok(rows)
}

fn assert_same(left: &[String], right: &[String], what: &str) {
    let differing = left.iter().zip(right).find(|(a, b)| a != b);
    assert!(differing.is_none(), "{what}: {differing:?}");
    assert_eq!(left.len(), right.len(), "{what}");
}

fn rebuilt(backend: Backend) -> Result<()> {
    let (installation, books) = filled(backend)?;
    let before = dump(&installation)?;
    installation.run(&["rebuild"])?;
    assert_same(&before, &dump(&installation)?, "rebuilt");
    read_checked(&installation.store()?, &books.party)?;
    installation.run(&["doctor"]).map(drop)
}

#[test]
fn rebuild_gives_identical_rows() -> Result<()> {
    backends().into_iter().try_for_each(rebuilt)
}

/// Keys have a backup of their own; here it is a copy.
fn copy_keys(from: &Installation, to: &Installation) -> Result<()> {
    let target = to.data().join("keys");
    fs::create_dir_all(&target)?;
    for file in fs::read_dir(from.data().join("keys"))? {
        let file = file?;
        fs::copy(file.path(), target.join(file.file_name()))?;
    }
    fs::copy(from.data().join("ca.pem"), to.data().join("ca.pem"))?;
    Ok(())
}

/// A backup of one database goes into the other: what is there is the same, row by row.
fn restored(from: Backend, into: Backend) -> Result<()> {
    let (source, books) = filled(from)?;
    let folder = source.folder().join("backup");
    let place = folder.to_str().context("temporary folders have plain names")?;
    source.run(&["backup", place])?;
    source.run(&["restore", "--verify", place])?;
    let target = Installation::new(into)?;
    fs::create_dir_all(target.data())?;
    copy_keys(&source, &target)?;
    target.run(&["restore", place])?;
    let store: Store = target.store()?;
    let old = source.store()?.log(&books.party)?.context("the log")?;
    let new = store.log(&books.party)?.context("the restored log")?;
    assert_eq!((old.size, old.root), (new.size, new.root));
    assert_same(&dump(&source)?, &dump(&target)?, "restored");
    read_checked(&store, &books.party)?;
    target.run(&["doctor"])?;
    damaged(&source, &folder)
}

/// One byte changed anywhere in the backup is found by `--verify`, and nothing is restored.
fn damaged(source: &Installation, folder: &Path) -> Result<()> {
    let largest = largest_file(folder)?;
    let mut bytes = fs::read(&largest)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&largest, bytes)?;
    let place = folder.to_str().context("a plain name")?;
    let output = program::run(&mut source.command(&["restore", "--verify", place])?)?;
    ensure!(!output.status.success(), "a damaged backup passed");
    Ok(())
}

fn largest_file(folder: &Path) -> Result<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder)? {
            let item = item?;
            if item.file_type()?.is_dir() {
                folders.push(item.path());
            } else {
                found.push((item.metadata()?.len(), item.path()));
            }
        }
    }
    found.into_iter().max().map(|(_, path)| path).context("the backup holds files")
}

#[test]
fn a_backup_comes_back_in_either_database() -> Result<()> {
    restored(Backend::Sqlite, Backend::Sqlite)?;
    if backends().contains(&Backend::Postgres) {
        restored(Backend::Sqlite, Backend::Postgres)?;
        restored(Backend::Postgres, Backend::Sqlite)?;
    }
    Ok(())
}
