//! The signer of heads: a key per tree, and a memory of its own of what it signed last.
//!
//! Invariant: of one origin it signs sizes that only grow, and one size with one root only,
//! whatever the database says; what it signed is on its disk before the signature leaves it. Keys
//! are files of mode 0400 outside the database. A module that keeps keys in hardware (PKCS#11)
//! takes the place of `FileSigner` behind the same trait.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

use tl_ledger::Signer;
use tl_ledger::checkpoint::Checkpoint;
use tl_ledger::merkle::TreeHead;
use tl_ledger::note::{KeyName, NameError, SignatureType, VerifierKey};
use tl_store::{HeadToSign, Permit, SignedHead, Tree};

use crate::files;
use crate::keys::{self, KeyError};

/// File of what was signed last, in the folder of keys.
const SIGNED: &str = "signed-heads";

/// Why a head was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignRefusal {
    /// Another size or root of this origin was signed before.
    #[error("{origin}: size {} was signed with root {}, asked is size {} with root {}",
        signed.size, signed.root, asked.size, asked.root)]
    Fork {
        /// Origin of the tree.
        origin: String,
        /// What was signed.
        signed: TreeHead,
        /// What was asked for.
        asked: TreeHead,
    },
    /// The tree has checkpoints, its key is not there.
    #[error("the key of {0} is missing: restore it, or open a next tree (ledger reopen)")]
    NoKey(String),
    /// The key is not the one that signed before.
    #[error("the key of {0} is another one than signed before")]
    OtherKey(String),
    /// The origin can't name a key.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What was signed last can't be read or kept.
    #[error("{}: {source}", path.display())]
    Memory {
        /// The file.
        path: PathBuf,
        /// What the system said, or which line is wrong.
        source: io::Error,
    },
}

/// Signs heads of trees. It sees origins, sizes and roots, never entries.
pub trait TreeSigner: Send + Sync {
    /// Verifier key of a tree; a tree of which nothing was signed gets a key when it has none.
    ///
    /// # Errors
    /// `NoKey`, `OtherKey`, or where the key is kept.
    fn vkey(&self, tree: &Tree) -> Result<VerifierKey, SignRefusal>;

    /// Whether a tree may be signed from where the database has it: after a crash, the head that
    /// was signed and not stored has to come out again first.
    fn permit(&self, tree: &Tree) -> Permit;

    /// Signs heads; one answer for each.
    fn sign(&self, heads: &[HeadToSign]) -> Vec<Result<SignedHead, SignRefusal>>;
}

/// Keys and memory in files.
pub struct FileSigner {
    folder: PathBuf,
    signed: Mutex<BTreeMap<String, TreeHead>>,
}

impl FileSigner {
    /// Opens the folder of keys.
    ///
    /// # Errors
    /// `Memory` for a file of signed heads that can't be read: going on without it could sign a
    /// fork.
    pub fn open(folder: &Path) -> Result<Self, SignRefusal> {
        let path = folder.join(SIGNED);
        let signed = match fs::read_to_string(&path) {
            Ok(text) => parse(&text).map_err(|line| SignRefusal::Memory {
                path,
                source: io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("line {line}: expected origin, size and root"),
                ),
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(source) => return Err(SignRefusal::Memory { path, source }),
        };
        Ok(Self { folder: folder.to_owned(), signed: Mutex::new(signed) })
    }

    fn key(&self, tree: &Tree) -> Result<(KeyName, Signer), SignRefusal> {
        let path = self.folder.join(format!("tree-{}-{}.key", tree.party, tree.number));
        let name: KeyName = tree.origin.parse()?;
        let signer = match keys::read(&path)? {
            Some(signer) => signer,
            None if tree.head.size == 0 && tree.vkey.is_none() => keys::make(&path)?,
            None => return Err(SignRefusal::NoKey(tree.origin.clone())),
        };
        let vkey = VerifierKey::new(name.clone(), SignatureType::Ed25519, signer.public());
        if tree.vkey.as_ref().is_some_and(|known| *known != vkey.to_string()) {
            return Err(SignRefusal::OtherKey(tree.origin.clone()));
        }
        Ok((name, signer))
    }

    fn remember(&self, signed: &BTreeMap<String, TreeHead>) -> Result<(), SignRefusal> {
        let mut text = String::new();
        for (origin, head) in signed {
            let _ = writeln!(text, "{origin} {} {}", head.size, head.root);
        }
        let path = self.folder.join(SIGNED);
        files::write_whole(&path, text.as_bytes(), files::SECRET_MODE)
            .map_err(|source| SignRefusal::Memory { path, source })
    }
}

impl TreeSigner for FileSigner {
    fn vkey(&self, tree: &Tree) -> Result<VerifierKey, SignRefusal> {
        let (name, signer) = self.key(tree)?;
        Ok(VerifierKey::new(name, SignatureType::Ed25519, signer.public()))
    }

    fn permit(&self, tree: &Tree) -> Permit {
        let signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        match signed.get(&tree.origin) {
            Some(last) if last.size > tree.head.size => Permit::At(last.size),
            _ => Permit::Yes,
        }
    }

    fn sign(&self, heads: &[HeadToSign]) -> Vec<Result<SignedHead, SignRefusal>> {
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = signed.clone();
        let mut prepare = |asked: &HeadToSign| -> Result<(KeyName, Signer), SignRefusal> {
            let key = self.key(&asked.tree)?;
            may_follow(next.get(&asked.tree.origin), asked)?;
            next.insert(asked.tree.origin.clone(), asked.head);
            Ok(key)
        };
        let prepared: Vec<_> = heads.iter().map(&mut prepare).collect();
        if let Err(error) = self.remember(&next) {
            // Nothing leaves that is not remembered.
            tracing::error!(%error, "no head was signed");
            let path = self.folder.join(SIGNED);
            let failed = || io::Error::other("not written");
            return heads
                .iter()
                .map(|_| Err(SignRefusal::Memory { path: path.clone(), source: failed() }))
                .collect();
        }
        *signed = next;
        prepared.into_iter().zip(heads).map(|(key, asked)| note(&key?, asked)).collect()
    }
}

fn may_follow(last: Option<&TreeHead>, asked: &HeadToSign) -> Result<(), SignRefusal> {
    let known = [last, Some(&asked.tree.head)];
    for signed in known.into_iter().flatten() {
        let same = signed.size == asked.head.size && signed.root == asked.head.root;
        if asked.head.size <= signed.size && !same {
            return Err(SignRefusal::Fork {
                origin: asked.tree.origin.clone(),
                signed: *signed,
                asked: asked.head,
            });
        }
    }
    Ok(())
}

fn note((name, signer): &(KeyName, Signer), asked: &HeadToSign) -> Result<SignedHead, SignRefusal> {
    let checkpoint = Checkpoint::new(name, asked.head);
    let signed = checkpoint.sign(name, signer).expect("the name is the origin, and a note's text");
    let vkey = VerifierKey::new(name.clone(), SignatureType::Ed25519, signer.public());
    Ok(SignedHead { note: signed.to_string(), vkey: vkey.to_string() })
}

/// The remembered heads; the error is the number of the line that is none.
fn parse(text: &str) -> Result<BTreeMap<String, TreeHead>, usize> {
    let head = |line: &str| {
        let mut parts = line.split(' ');
        let origin = parts.next()?.to_owned();
        let size = parts.next()?.parse().ok()?;
        let root = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some((origin, TreeHead { size, root }))
    };
    text.lines().enumerate().map(|(at, line)| head(line).ok_or(at + 1)).collect()
}

#[cfg(test)]
mod tests;
