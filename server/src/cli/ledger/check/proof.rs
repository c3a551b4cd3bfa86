//! `check proof`: these bytes are an entry of the log. Whether what they say is true is no matter
//! of any proof.

use std::path::Path;

use tl_ledger::proof::PROOF_BYTES_MAX;
use tl_ledger::{ENVELOPE_BYTES_MAX, EntryProof, Hash};

use super::{Failure, Verdict, Words, head_lines, input, pick, signature_lines};

pub(super) fn check(file: &Path, entry: &Path, vkey: &str, words: Words) -> Verdict {
    let log = input::verifier_key(vkey)?;
    let bytes = input::bytes(file, PROOF_BYTES_MAX)?;
    let entry_bytes = input::bytes(entry, ENVELOPE_BYTES_MAX)?;
    if entry_bytes.len() > ENVELOPE_BYTES_MAX {
        let reason = format!("an entry has at most {ENVELOPE_BYTES_MAX} bytes");
        return Err(Failure::rejected_at(entry.display(), reason));
    }
    let rejected = |error| Failure::rejected_at(file.display(), error);
    let proof = EntryProof::parse(&bytes).map_err(rejected)?;
    let held = proof.verify(&entry_bytes, &log, &[]).map_err(rejected)?;
    let mut lines = vec![
        format!("{}: {}", pick(words, "记录序号", "index"), proof.index),
        format!("{}: {}", pick(words, "叶哈希", "leaf"), Hash::leaf(&entry_bytes)),
    ];
    let checkpoint = &proof.checkpoint;
    lines.extend(head_lines(checkpoint.checkpoint().origin(), &checkpoint.head(), words));
    lines.extend(signature_lines(&held, words));
    Ok(lines)
}
