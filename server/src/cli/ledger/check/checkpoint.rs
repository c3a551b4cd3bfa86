//! `check checkpoint`: the log signed it, and every witness that was asked for.

use std::path::Path;

use tl_ledger::note::NOTE_BYTES_MAX;
use tl_ledger::{SignedCheckpoint, VerifierKey};

use super::{Failure, Verdict, Words, head_lines, input, signature_lines};

pub(super) fn check(file: &Path, vkey: &str, witnesses: &[String], words: Words) -> Verdict {
    let log = input::verifier_key(vkey)?;
    let witnesses = witnesses
        .iter()
        .map(|witness| input::verifier_key(witness))
        .collect::<Result<Vec<VerifierKey>, _>>()?;
    let bytes = input::bytes(file, NOTE_BYTES_MAX)?;
    let rejected = |error| Failure::rejected_at(file.display(), error);
    let signed = SignedCheckpoint::parse(&bytes).map_err(rejected)?;
    let held = signed.verify(&log, &witnesses).map_err(rejected)?;
    let mut lines = head_lines(signed.checkpoint().origin(), &signed.head(), words);
    lines.extend(signature_lines(&held, words));
    Ok(lines)
}
