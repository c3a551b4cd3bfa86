//! `check consistency`: the body of an `add-checkpoint` request continues an older checkpoint of
//! the same log; both are signed by it. The same judgement as a witness's.

use std::path::Path;

use tl_ledger::SignedCheckpoint;
use tl_ledger::note::NOTE_BYTES_MAX;
use tl_ledger::witness::{AddCheckpoint, REQUEST_BYTES_MAX};

use super::{Failure, Verdict, Words, head_lines, input, pick};

pub(super) fn check(body: &Path, old: &Path, vkey: &str, words: Words) -> Verdict {
    let log = input::verifier_key(vkey)?;
    let body_bytes = input::bytes(body, REQUEST_BYTES_MAX)?;
    let old_bytes = input::bytes(old, NOTE_BYTES_MAX)?;
    let of_old = |error| Failure::rejected_at(old.display(), error);
    let older = SignedCheckpoint::parse(&old_bytes).map_err(of_old)?;
    older.verify(&log, &[]).map_err(of_old)?;
    let request = AddCheckpoint::parse(&body_bytes)
        .map_err(|error| Failure::rejected_at(body.display(), error))?;
    request
        .judge(Some(&older.head()), &log)
        .map_err(|error| Failure::rejected_at(body.display(), error))?;
    let newer = &request.checkpoint;
    let mut lines = head_lines(newer.checkpoint().origin(), &newer.head(), words);
    let label = pick(words, "较早的记录数", "entries before");
    lines.push(format!("{label}: {}", older.head().size));
    Ok(lines)
}
