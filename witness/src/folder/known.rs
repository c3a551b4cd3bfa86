//! The list of logs that this witness has ever cosigned for.
//!
//! It exists so that a state file that is gone is noticed: a log in the list without a state is
//! never begun anew. The list only grows; a line is the hash of an origin and the origin.

use std::collections::BTreeMap;

use tl_ledger::Hash;

const HEADER: &str = "tl-witness known logs v1";

/// Origins by their hash.
pub(crate) type Known = BTreeMap<Hash, String>;

/// Why a list can't be trusted: the line, from 1, and what is wrong with it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub(crate) struct KnownError {
    line: usize,
    why: &'static str,
}

/// Reads the list.
pub(crate) fn parse(bytes: &[u8]) -> Result<Known, KnownError> {
    let wrong = |line, why| KnownError { line, why };
    let text = std::str::from_utf8(bytes).map_err(|_| wrong(1, "not UTF-8"))?;
    let body = text.strip_suffix('\n').ok_or(wrong(1, "the last line is cut off"))?;
    let mut lines = body.split('\n').zip(1..);
    if lines.next().map(|(line, _)| line) != Some(HEADER) {
        return Err(wrong(1, "not the first line of a list of known logs"));
    }
    let mut known = Known::new();
    for (line, number) in lines {
        let (hash, origin) =
            line.split_once(' ').ok_or(wrong(number, "a line is: hash, origin"))?;
        if hash.parse() != Ok(Hash::of(origin.as_bytes())) {
            return Err(wrong(number, "the hash does not belong to the origin"));
        }
        known.insert(Hash::of(origin.as_bytes()), origin.to_owned());
    }
    Ok(known)
}

/// Writes the list.
pub(crate) fn text(known: &Known) -> String {
    let lines = known.iter().map(|(hash, origin)| format!("{hash} {origin}\n"));
    std::iter::once(format!("{HEADER}\n")).chain(lines).collect()
}
