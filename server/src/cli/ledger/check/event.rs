//! `check event`: envelope, canonical form and signature of one entry; not what its kind demands.
//!
//! The payload is what is signed and must be canonical to the byte. The envelope around it may
//! have been laid out anew by a person (white space, order); the leaf is that of its own form.

use std::path::Path;

use tl_ledger::{ENVELOPE_BYTES_MAX, Envelope, Hash, PublicKey};

use super::{Failure, Verdict, Words, input, pick};

/// Longest member of the payload that is shown, in characters.
const SHOWN_CHARACTERS: usize = 80;

pub(super) fn check(file: &Path, key: &str, log: Option<&str>, words: Words) -> Verdict {
    let key: PublicKey =
        key.parse().map_err(|error| Failure::Unreadable(format!("--key: {error}")))?;
    let bytes = input::bytes(file, 3 * ENVELOPE_BYTES_MAX)?;
    let rejected = |error| Failure::rejected_at(file.display(), error);
    let envelope = Envelope::parse_laid_out(&bytes).map_err(rejected)?;
    envelope.verify(&key).map_err(rejected)?;
    let payload: serde_json::Value =
        serde_json::from_slice(&envelope.payload).map_err(Failure::rejected)?;
    if let Some(wanted) = log {
        let read = payload["log"].as_str();
        if read != Some(wanted) {
            let reason = match read {
                Some(read) => format!("the entry is addressed to log {read:?}, not to {wanted:?}"),
                None => "the entry names no log".to_owned(),
            };
            return Err(Failure::rejected_at(file.display(), reason));
        }
    }
    let canonical = envelope.to_bytes();
    let mut lines = Vec::new();
    for (zh, en, member) in [
        ("台账", "log", "log"),
        ("种类", "kind", "kind"),
        ("设备", "device", "device"),
        ("设备序号", "device sequence", "dseq"),
        ("观测时间", "observed at", "observed_at"),
    ] {
        if let Some(value) = payload.get(member) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
            lines.push(format!("{}: {shown}", pick(words, zh, en)));
        }
    }
    lines.push(format!("{}: {}", pick(words, "签名密钥", "signed by key"), key.id()));
    lines.push(format!("{}: {}", pick(words, "叶哈希", "leaf"), Hash::leaf(&canonical)));
    if canonical != bytes {
        let note = pick(
            words,
            "文件不是信封的规范字节；叶哈希按规范字节计算",
            "the file is not the envelope's canonical bytes; the leaf is of those",
        );
        lines.push(note.to_owned());
    }
    Ok(lines)
}
