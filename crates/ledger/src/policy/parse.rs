//! Reading a policy: bytes, lines, words; names are opaque bytes and must be defined before use.
//!
//! Every rule of the format is an error with its line: a key given twice, a name given twice, a
//! member in two groups, an unknown word, no quorum or two. Nothing is guessed and nothing skipped
//! but empty lines and comments.

use std::collections::BTreeSet;

use super::{
    NONE, POLICY_BYTES_MAX, POLICY_ITEMS_MAX, Policy, PolicyGroup, PolicyLog, PolicyWitness, shown,
};
use crate::note::{SignatureType, VerifierKey, VerifierKeyError};

/// Where a policy is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy, line {line}: {why}")]
pub struct PolicyLineError {
    /// Line from 1; the last one for what is missing in the whole file.
    pub line: usize,
    /// What is wrong.
    pub why: PolicyFault,
}

/// What can be wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// More than `POLICY_BYTES_MAX`.
    #[error("{0} bytes are too many; at most {POLICY_BYTES_MAX} are read")]
    TooLarge(usize),
    /// More than `POLICY_ITEMS_MAX` of a kind.
    #[error("at most {POLICY_ITEMS_MAX} logs, witnesses or groups are read")]
    TooMany,
    /// A control character other than tab and line feed.
    #[error("control character 0x{0:02x}")]
    Control(u8),
    /// A first word that is none of the four.
    #[error("{0:?} begins no line; log, witness, group and quorum do")]
    UnknownWord(String),
    /// Too few or too many words.
    #[error("this line is written: {0}")]
    Words(&'static str),
    /// A key that can't be read.
    #[error("key: {0}")]
    Key(#[from] VerifierKeyError),
    /// A key for another purpose.
    #[error("a {purpose} has a key of type 0x{expected:02x}, this one is 0x{read:02x}")]
    KeyType {
        /// `log` or `witness`.
        purpose: &'static str,
        /// Type byte that belongs here.
        expected: u8,
        /// Type byte that was read.
        read: u8,
    },
    /// The same public key twice.
    #[error("this public key stands in the policy already")]
    KeyTwice,
    /// A name that is taken or reserved.
    #[error("the name {0:?} is taken")]
    NameTaken(String),
    /// A name that no line before defines.
    #[error("no line before this one defines {0:?}")]
    NameUnknown(String),
    /// A member of two groups.
    #[error("{0:?} is a member of a group already")]
    MemberTwice(String),
    /// A threshold that is none.
    #[error("the threshold is all, any or 1 to {members}, read {read:?}")]
    Threshold {
        /// Number of members.
        members: usize,
        /// What was read.
        read: String,
    },
    /// Two quorum lines.
    #[error("there is a quorum already")]
    QuorumTwice,
    /// None.
    #[error("there is no quorum line; \"quorum none\" asks for no witness")]
    QuorumMissing,
}

#[derive(Default)]
struct Draft<'t> {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<PolicyGroup>,
    quorum: Option<Option<Vec<u8>>>,
    names: BTreeSet<&'t [u8]>,
    members: BTreeSet<&'t [u8]>,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyLineError> {
        if bytes.len() > POLICY_BYTES_MAX {
            return Err(PolicyLineError { line: 1, why: PolicyFault::TooLarge(bytes.len()) });
        }
        let mut draft = Draft::default();
        let mut last = 0;
        for (line, number) in bytes.split(|byte| *byte == b'\n').zip(1..) {
            draft.line(line).map_err(|why| PolicyLineError { line: number, why })?;
            last = number;
        }
        let quorum =
            draft.quorum.ok_or(PolicyLineError { line: last, why: PolicyFault::QuorumMissing })?;
        let Draft { logs, witnesses, groups, .. } = draft;
        Ok(Self { logs, witnesses, groups, quorum })
    }
}

impl<'t> Draft<'t> {
    fn line(&mut self, line: &'t [u8]) -> Result<(), PolicyFault> {
        let allowed = |byte: u8| byte == b'\t' || (byte >= b' ' && byte != 0x7f);
        if let Some(byte) = line.iter().find(|byte| !allowed(**byte)) {
            return Err(PolicyFault::Control(*byte));
        }
        let words = line.split(|byte| matches!(byte, b' ' | b'\t'));
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", rest @ ..] => self.log(rest),
            [b"witness", rest @ ..] => self.witness(rest),
            [b"group", rest @ ..] => self.group(rest),
            [b"quorum", rest @ ..] => self.quorum(rest),
            [other, ..] => Err(PolicyFault::UnknownWord(shown(other))),
        }
    }

    fn log(&mut self, words: &[&[u8]]) -> Result<(), PolicyFault> {
        let (key, url) = match words {
            [key] => (key, None),
            [key, url] => (key, Some(shown(url))),
            _ => return Err(PolicyFault::Words("log VKEY [URL]")),
        };
        let key = read_key(key, "log", SignatureType::Ed25519)?;
        if self.logs.iter().any(|log| log.key.public_key() == key.public_key()) {
            return Err(PolicyFault::KeyTwice);
        }
        push(&mut self.logs, PolicyLog { key, url })
    }

    fn witness(&mut self, words: &[&'t [u8]]) -> Result<(), PolicyFault> {
        let (name, key, url) = match words {
            [name, key] => (name, key, None),
            [name, key, url] => (name, key, Some(shown(url))),
            _ => return Err(PolicyFault::Words("witness NAME VKEY [URL]")),
        };
        let key = read_key(key, "witness", SignatureType::Cosignature)?;
        let same = |known: &PolicyWitness| known.key.public_key() == key.public_key();
        if self.witnesses.iter().any(same) {
            return Err(PolicyFault::KeyTwice);
        }
        self.define(name)?;
        push(&mut self.witnesses, PolicyWitness { name: name.to_vec(), key, url })
    }

    fn group(&mut self, words: &[&'t [u8]]) -> Result<(), PolicyFault> {
        let [name, threshold, members @ ..] = words else {
            return Err(PolicyFault::Words("group NAME all|any|K MEMBER..."));
        };
        if members.is_empty() {
            return Err(PolicyFault::Words("group NAME all|any|K MEMBER..."));
        }
        for member in members {
            if !self.names.contains(member) {
                return Err(PolicyFault::NameUnknown(shown(member)));
            }
            if !self.members.insert(member) {
                return Err(PolicyFault::MemberTwice(shown(member)));
            }
        }
        let count = members.len();
        let threshold = match *threshold {
            b"all" => count,
            b"any" => 1,
            read => read_threshold(read, count)
                .ok_or_else(|| PolicyFault::Threshold { members: count, read: shown(read) })?,
        };
        self.define(name)?;
        let members = members.iter().map(|member| member.to_vec()).collect();
        push(&mut self.groups, PolicyGroup { name: name.to_vec(), threshold, members })
    }

    fn quorum(&mut self, words: &[&'t [u8]]) -> Result<(), PolicyFault> {
        let [name] = words else {
            return Err(PolicyFault::Words("quorum NAME"));
        };
        if self.quorum.is_some() {
            return Err(PolicyFault::QuorumTwice);
        }
        if *name == NONE.as_bytes() {
            self.quorum = Some(None);
        } else if self.names.contains(name) {
            self.quorum = Some(Some(name.to_vec()));
        } else {
            return Err(PolicyFault::NameUnknown(shown(name)));
        }
        Ok(())
    }

    fn define(&mut self, name: &'t [u8]) -> Result<(), PolicyFault> {
        if name == NONE.as_bytes() || !self.names.insert(name) {
            return Err(PolicyFault::NameTaken(shown(name)));
        }
        Ok(())
    }
}

fn read_key(
    word: &[u8],
    purpose: &'static str,
    kind: SignatureType,
) -> Result<VerifierKey, PolicyFault> {
    let key: VerifierKey = shown(word).parse()?;
    if key.kind() != kind {
        let (expected, read) = (kind.byte(), key.kind().byte());
        return Err(PolicyFault::KeyType { purpose, expected, read });
    }
    Ok(key)
}

fn read_threshold(word: &[u8], members: usize) -> Option<usize> {
    let text = std::str::from_utf8(word).ok()?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let threshold = text.parse().ok().filter(|_| digits)?;
    (1..=members).contains(&threshold).then_some(threshold)
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), PolicyFault> {
    if list.len() >= POLICY_ITEMS_MAX {
        return Err(PolicyFault::TooMany);
    }
    list.push(item);
    Ok(())
}
