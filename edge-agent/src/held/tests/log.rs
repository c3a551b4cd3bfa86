//! A server's log in memory: trees that grow, are set back, continue, and answer as the real one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tl_domain::event::{
    Body, ContinueReason, Entry, Head, LogContinue, TreeHead as NamedHead, VERSION,
};
use tl_domain::ids::{EntryId, PartyId};
use tl_domain::time::Moment;
use tl_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use tl_ledger::merkle::{self, Subtree, TreeHead, prove_consistency, prove_inclusion};
use tl_ledger::note::{KeyName, SignatureType, VerifierKey};
use tl_ledger::{EntryProof, Envelope, Hash, Signer};
use tl_wire::device::{CheckpointAnswer, Continued};

/// One tree: its leaves, and what entry 0 of the next ones says.
#[derive(Clone)]
pub(crate) struct FakeTree {
    pub(crate) name: KeyName,
    pub(crate) signer: Signer,
    pub(crate) leaves: Vec<Hash>,
    /// Entry 0 of a next tree.
    pub(crate) opening: Vec<u8>,
}

/// A log of one party.
#[derive(Clone)]
pub(crate) struct FakeLog {
    pub(crate) party: PartyId,
    pub(crate) trees: Vec<FakeTree>,
}

pub(crate) fn leaf(seed: &str, number: usize) -> Hash {
    Hash::leaf(format!("{seed} {number}").as_bytes())
}

pub(crate) fn vkey_of(name: &KeyName, signer: &Signer) -> VerifierKey {
    VerifierKey::new(name.clone(), SignatureType::Ed25519, signer.public())
}

impl FakeTree {
    pub(crate) fn new(name: &str, seed: u8) -> Self {
        let name = name.parse().expect("a name");
        let signer = Signer::from_seed(&[seed; 32]);
        Self { name, signer, leaves: Vec::new(), opening: Vec::new() }
    }

    pub(crate) fn vkey(&self) -> VerifierKey {
        vkey_of(&self.name, &self.signer)
    }

    pub(crate) fn grow(&mut self, count: usize) {
        let from = self.leaves.len();
        self.leaves.extend((from..from + count).map(|number| leaf(self.name.as_str(), number)));
    }

    pub(crate) fn head(&self, size: usize) -> TreeHead {
        let root = merkle::root(&self.leaves[..size]);
        TreeHead { size: u64::try_from(size).expect("small"), root }
    }

    pub(crate) fn sign(&self, head: TreeHead) -> SignedCheckpoint {
        Checkpoint::new(&self.name, head).sign(&self.name, &self.signer).expect("signed")
    }

    /// The note at a size.
    pub(crate) fn note(&self, size: usize) -> String {
        self.sign(self.head(size)).to_string()
    }

    pub(crate) fn newest(&self) -> String {
        self.note(self.leaves.len())
    }

    fn node(&self, tree: Subtree) -> Result<Hash, String> {
        let width = 1 << tree.level;
        let start = usize::try_from(tree.index).expect("small") * width;
        Ok(merkle::root(&self.leaves[start..start + width]))
    }

    pub(crate) fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        if old == 0 || old >= new {
            return Vec::new();
        }
        prove_consistency(old, new, |tree| self.node(tree)).expect("proven")
    }

    pub(crate) fn proof(&self, index: u64) -> EntryProof {
        let size = u64::try_from(self.leaves.len()).expect("small");
        let hashes = prove_inclusion(index, size, |tree| self.node(tree)).expect("proven");
        let checkpoint = self.sign(self.head(self.leaves.len()));
        EntryProof { extra: None, index, hashes, checkpoint }
    }
}

impl FakeLog {
    /// A log of the test agent's party with so many entries.
    pub(crate) fn new(entries: usize) -> Self {
        let mut tree = FakeTree::new("tl.example/log/plant-a", 21);
        tree.grow(entries);
        Self { party: "plant-a".parse().expect("an id"), trees: vec![tree] }
    }

    pub(crate) fn tree(&mut self) -> &mut FakeTree {
        self.trees.last_mut().expect("a tree")
    }

    /// The entry that opens a next tree, and its key.
    pub(crate) fn opening(&self, body: LogContinue) -> Vec<u8> {
        let head = Head {
            v: VERSION,
            id: EntryId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001)),
            log: self.party.clone(),
            device: "installation".parse().expect("an id"),
            epoch: 1,
            dseq: 1,
            prev: Hash::ZERO,
            observed_at: Moment::from_micros(1_700_000_000_000_000, 28_800).expect("a time"),
            operator: None,
            snapshot: None,
            clock: None,
            attest: None,
        };
        let entry = Entry { head, body: Body::LogContinue(body) };
        let payload = entry.to_payload().expect("representable");
        let signer = Signer::from_seed(&[77; 32]);
        Envelope::sign(payload, &signer).expect("signed").to_bytes()
    }

    /// Opens the next tree at a size of the newest one, whose later entries are lost.
    pub(crate) fn continue_at(&mut self, size: usize) {
        let number = self.trees.len() + 1;
        let before = self.tree();
        before.leaves.truncate(size);
        let (head, origin) = (before.head(size), before.name.to_string());
        let seed = 21 + u8::try_from(number).expect("few");
        let mut next = FakeTree::new(&format!("tl.example/log/plant-a/{number}"), seed);
        next.opening = self.opening(LogContinue {
            origin: next.name.to_string(),
            previous: NamedHead { origin, root: head.root, size: head.size },
            reason: ContinueReason::Restored,
            vkey: next.vkey().to_string(),
        });
        next.leaves.push(Hash::leaf(&next.opening));
        next.grow(2);
        self.trees.push(next);
    }

    /// What the server answers to who holds a note, or nothing.
    pub(crate) fn answer(&self, held: Option<&str>) -> CheckpointAnswer {
        let (newest, before) = self.trees.split_last().expect("a tree");
        let first: usize = before.iter().map(|tree| tree.leaves.len()).sum();
        let mut answer = CheckpointAnswer {
            checkpoint: Some(newest.newest()),
            vkey: Some(newest.vkey().to_string()),
            first_index: u64::try_from(first).ok().filter(|index| *index > 0),
            ..CheckpointAnswer::default()
        };
        let Some(held) = held else { return answer };
        let held = SignedCheckpoint::parse(held.as_bytes()).expect("a checkpoint");
        let named = |tree: &FakeTree| tree.name.as_str() == held.checkpoint().origin();
        let Some(at) = self.trees.iter().position(named) else { return answer };
        if at + 1 == self.trees.len() {
            let size = u64::try_from(newest.leaves.len()).expect("small");
            answer.consistency = newest.consistency(held.head().size, size);
        }
        let mut from = held.head().size;
        for pair in self.trees[at..].windows(2) {
            let [before, next] = pair else { continue };
            let end = u64::try_from(before.leaves.len()).expect("small");
            answer.continued.push(Continued {
                entry: STANDARD.encode(&next.opening),
                proof: next.proof(0).to_string(),
                consistency: before.consistency(from, end),
            });
            from = 0;
        }
        answer
    }
}
