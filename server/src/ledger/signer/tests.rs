use tl_domain::ids::PartyId;
use tl_ledger::Hash;
use tl_ledger::checkpoint::SignedCheckpoint;
use tl_ledger::merkle::TreeHead;
use tl_store::{HeadToSign, Permit, Tree};

use super::{FileSigner, SIGNED, SignRefusal, TreeSigner};

fn head(size: u64, seed: &str) -> TreeHead {
    TreeHead { size, root: Hash::of(seed.as_bytes()) }
}

fn tree(stored: TreeHead) -> Tree {
    Tree {
        party: "smelter".parse::<PartyId>().expect("an id"),
        number: 1,
        origin: "tl.example/log/smelter".to_owned(),
        vkey: None,
        first_index: 0,
        opening_index: None,
        reason: None,
        head: stored,
        opened_at: 0,
    }
}

fn ask(stored: TreeHead, asked: TreeHead) -> [HeadToSign; 1] {
    [HeadToSign { tree: tree(stored), head: asked }]
}

fn sign(signer: &FileSigner, asked: TreeHead) -> Result<String, SignRefusal> {
    let mut all = signer.sign(&ask(TreeHead::empty(), asked));
    all.pop().expect("one answer").map(|signed| signed.note)
}

#[test]
fn what_was_signed_is_a_checkpoint_of_the_tree() {
    let folder = tempfile::tempdir().expect("a folder");
    let signer = FileSigner::open(folder.path()).expect("empty");
    let note = sign(&signer, head(3, "a")).expect("signed");
    let vkey = signer.vkey(&tree(TreeHead::empty())).expect("made");
    let signed = SignedCheckpoint::parse(note.as_bytes()).expect("a checkpoint");
    signed.verify(&vkey, &[]).expect("its own key");
    assert_eq!(signed.head(), head(3, "a"));
}

#[test]
fn no_fork_is_signed_also_after_a_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let signer = FileSigner::open(folder.path()).expect("empty");
    sign(&signer, head(3, "a")).expect("signed");
    sign(&signer, head(3, "a")).expect("the same again");
    for signer in [signer, FileSigner::open(folder.path()).expect("what was signed")] {
        for asked in [head(3, "b"), head(2, "a"), TreeHead::empty()] {
            let refused = sign(&signer, asked).expect_err("a fork");
            assert!(matches!(refused, SignRefusal::Fork { .. }), "{refused}");
        }
    }
    let signer = FileSigner::open(folder.path()).expect("what was signed");
    assert_eq!(signer.permit(&tree(head(2, "x"))), Permit::At(3), "the database lost a head");
    assert_eq!(signer.permit(&tree(head(3, "a"))), Permit::Yes);
    sign(&signer, head(4, "c")).expect("it grew");
    let behind = signer.sign(&ask(head(9, "z"), head(8, "y")));
    assert!(matches!(behind[..], [Err(SignRefusal::Fork { .. })]), "the database is ahead");
}

#[test]
fn a_key_that_is_gone_is_not_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let signer = FileSigner::open(folder.path()).expect("empty");
    sign(&signer, head(3, "a")).expect("signed");
    let known = signer.vkey(&tree(TreeHead::empty())).expect("there").to_string();
    let signed = Tree { vkey: Some(known), ..tree(head(3, "a")) };
    let other = Tree { vkey: Some("other".to_owned()), ..signed.clone() };
    assert!(matches!(signer.vkey(&other), Err(SignRefusal::OtherKey(_))));
    std::fs::remove_file(folder.path().join("tree-smelter-1.key")).expect("there");
    assert!(matches!(signer.vkey(&signed), Err(SignRefusal::NoKey(_))));
}

#[test]
fn a_memory_that_cannot_be_read_stops_the_signer() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(SIGNED), "tl.example/log/a 3\n").expect("written");
    let refused = FileSigner::open(folder.path()).err().expect("cut off").to_string();
    assert!(refused.contains("line 1"), "{refused}");
}
