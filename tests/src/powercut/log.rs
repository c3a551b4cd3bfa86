//! What the library noted, record by record (see `tests/powercut/powercut.c`).

use anyhow::{Result, bail};

/// Bytes before the two texts of a record.
const HEAD_BYTES: usize = 25;

/// One call that changed something or made it durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record<'a> {
    Created { inode: u64, path: &'a str },
    Written { inode: u64, offset: usize, bytes: &'a [u8] },
    Resized { inode: u64, length: usize },
    FileSynced { inode: u64 },
    FolderSynced { path: &'a str },
    Mapped { inode: u64 },
    Renamed { from: &'a str, to: &'a str },
    Removed { path: &'a str },
    FolderMade { path: &'a str },
}

/// All whole records; the last one may be cut off, because the program was killed.
pub(super) fn records(bytes: &[u8]) -> impl Iterator<Item = Result<Record<'_>>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (record, after) = split(rest)?;
        rest = after;
        Some(record)
    })
}

fn split(bytes: &[u8]) -> Option<(Result<Record<'_>>, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
    let number = |at: usize| u64::from_ne_bytes(head[at..at + 8].try_into().expect("8 bytes"));
    let length = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().expect("4 bytes"));
    let (first, rest) = rest.split_at_checked(usize::try_from(length(17)).ok()?)?;
    let (second, rest) = rest.split_at_checked(usize::try_from(length(21)).ok()?)?;
    Some((read(head[0], number(1), number(9), first, second), rest))
}

fn read<'a>(
    kind: u8,
    inode: u64,
    number: u64,
    first: &'a [u8],
    second: &'a [u8],
) -> Result<Record<'a>> {
    let path = || std::str::from_utf8(first);
    Ok(match kind {
        b'C' => Record::Created { inode, path: path()? },
        b'W' => Record::Written { inode, offset: usize::try_from(number)?, bytes: first },
        b'T' => Record::Resized { inode, length: usize::try_from(number)? },
        b'S' => Record::FileSynced { inode },
        b'D' => Record::FolderSynced { path: path()? },
        b'P' => Record::Mapped { inode },
        b'R' => Record::Renamed { from: path()?, to: std::str::from_utf8(second)? },
        b'U' => Record::Removed { path: path()? },
        b'M' => Record::FolderMade { path: path()? },
        other => bail!("a record of kind {other:#04x}: the log is no log"),
    })
}
