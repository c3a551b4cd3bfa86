//! The checkpoint that the agent holds of its log: what the server signed and may not take back.
//!
//! `judge` decides about each answer of the server and does nothing else; the outbox keeps what it
//! accepts, and what contradicts it as an alarm with both notes. Nothing here ever stops capture or
//! upload: a contradiction is for the bureau to look into, not for the gate to wait for.

mod chain;
pub(crate) mod command;
mod judge;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use judge::{Judgement, Kept, judge};

use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::{SignatureType, VerifierKey};

use crate::words::Words;

/// Longest note that is kept: a hundred lines of witnesses are a fourth of it.
pub(crate) const NOTE_KEPT_BYTES_MAX: usize = 64 * 1024;

/// A checkpoint whose signature was verified with the pinned key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// The pinned key of the tree; its name is the tree's origin.
    pub(crate) vkey: VerifierKey,
    /// The signed note as it was received.
    pub(crate) note: String,
    /// Size and root.
    pub(crate) head: TreeHead,
    /// Number in the log of the tree's first entry: of the tree that was pinned, what the server
    /// said of it. 0 where a server of an earlier version said nothing, though the log may have had
    /// other trees before: then it is too low, and too little counts as covered.
    pub(crate) first_index: u64,
}

impl Held {
    /// Reads a note and verifies it.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn read(vkey: VerifierKey, note: &str, first_index: u64) -> Result<Self, String> {
        let signed = parse(note)?;
        verify(&signed, &vkey)?;
        Ok(Self { vkey, note: note.to_owned(), head: signed.head(), first_index })
    }

    /// Which tree this is.
    pub(crate) fn origin(&self) -> &str {
        self.vkey.name().as_str()
    }

    /// Entries of the log before this number are under the checkpoint. One less than it may be:
    /// entry 0 of a next tree was written after some that stand behind it.
    pub(crate) fn covers(&self) -> u64 {
        self.first_index.saturating_add(self.head.size.saturating_sub(1))
    }
}

fn parse(note: &str) -> Result<SignedCheckpoint, String> {
    if note.len() > NOTE_KEPT_BYTES_MAX {
        let read = note.len();
        return Err(format!("the note has {read} bytes; at most {NOTE_KEPT_BYTES_MAX} are kept"));
    }
    SignedCheckpoint::parse(note.as_bytes()).map_err(|error| error.to_string())
}

fn verify(signed: &SignedCheckpoint, vkey: &VerifierKey) -> Result<(), String> {
    // A cosigner's key says that somebody saw the log, not that the log says so.
    if vkey.kind() != SignatureType::Ed25519 {
        return Err(format!("{} is the key of a witness, not of a log", vkey.name()));
    }
    signed.verify(vkey, &[]).map(|_| ()).map_err(|error| error.to_string())
}

/// What contradicts the held checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AlarmCode {
    /// A note that does not verify under the pinned key, or is none.
    Unverified,
    /// Two histories: another root for one size, or no proof that one grew from the other.
    Split,
    /// The server shows less than it signed before.
    Smaller,
    /// Another tree, and nothing that shows how it takes up the held one.
    OtherOrigin,
    /// A next tree that takes up the held one before its end: what was signed is lost.
    SetBack,
    /// The server says that the held checkpoint is not one of this log.
    NotKnown,
    /// The copy on this disk does not verify any more.
    Damaged,
}

impl AlarmCode {
    const ALL: [Self; 7] = [
        Self::Unverified,
        Self::Split,
        Self::Smaller,
        Self::OtherOrigin,
        Self::SetBack,
        Self::NotKnown,
        Self::Damaged,
    ];

    /// The code as it is stored and shown.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Split => "split",
            Self::Smaller => "smaller",
            Self::OtherOrigin => "other-origin",
            Self::SetBack => "set-back",
            Self::NotKnown => "not-known",
            Self::Damaged => "damaged",
        }
    }

    /// The code of a stored text.
    pub(crate) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }

    /// What it means and whom to call, for those at the gate.
    pub(crate) fn words(self) -> Words {
        let (zh, en) = match self {
            Self::Unverified => (
                "服务器发来的账本检查点签名不对,可能不是真正的服务器或账本密钥已换",
                "the ledger checkpoint from the server is not signed by the key we know",
            ),
            Self::Split => (
                "服务器签了两份互相矛盾的账本,已记录的数据可能被改动",
                "the server signed two ledgers that contradict each other; records may have been \
                 altered",
            ),
            Self::Smaller => (
                "服务器的账本比它先前签过的短,服务器可能被恢复到旧状态",
                "the server's ledger is shorter than what it signed before; it may have been set \
                 back",
            ),
            Self::OtherOrigin => (
                "服务器换了另一本账,却没有证明它接续原来的账本",
                "the server shows another ledger without proof that it continues the one we know",
            ),
            Self::SetBack => (
                "服务器丢失了它已签名的一部分账本,新账本从更早处接续;本机已改用新账本,\
                 并补传服务器缺少的记录",
                "the server lost a part of the ledger that it had signed and goes on from an \
                 earlier point; this agent follows it and sends again what the server lacks",
            ),
            Self::NotKnown => (
                "服务器不认它自己签过的账本检查点",
                "the server does not know a ledger checkpoint that it signed itself",
            ),
            Self::Damaged => {
                return Words::new(
                    "账本报警:本机保存的检查点已损坏,磁盘可能有故障。采集照常,请通知管理员",
                    "Ledger alarm: the checkpoint kept on this machine is damaged, perhaps by a \
                     failing disk. Capture goes on; tell the administrator",
                );
            }
        };
        Words::new(
            format!(
                "账本报警:{zh}。采集和上传照常,证据已存本机。请致电主管的生态环境局,\
                 由管理员用 tl-edge checkpoint --alarms 取出证据交给该局"
            ),
            format!(
                "Ledger alarm: {en}. Capture and upload go on, the evidence is kept here. Call \
                 the bureau (ecology and environment) in charge; the administrator hands over \
                 what `tl-edge checkpoint --alarms` prints"
            ),
        )
    }
}

/// A contradiction with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// Which kind.
    pub(crate) code: AlarmCode,
    /// What was read, and why it can't be.
    pub(crate) detail: String,
    /// The note that the agent holds.
    pub(crate) held: Option<String>,
    /// The note that the server showed.
    pub(crate) seen: Option<String>,
    /// The server's whole answer as JSON: proofs and entries.
    pub(crate) answer: Option<String>,
}
