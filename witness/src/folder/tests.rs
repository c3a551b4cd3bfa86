use tl_ledger::Signer;

use super::*;
use crate::key::CosignKey;

fn vkey(seed: u8) -> VerifierKey {
    let name = "bureau.example/w1".parse().unwrap();
    CosignKey::new(name, Signer::from_seed(&[seed; 32])).verifier().clone()
}

#[test]
fn an_empty_folder_is_begun_only_when_somebody_says_so() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("witness");
    fs::create_dir(&root).unwrap();
    let open = |beginning| Folder::open(&root, &vkey(1), beginning).map(drop);
    assert!(matches!(open(Beginning::IfKeyIsInside), Err(FolderError::NotBegun(_))));
    open(Beginning::Asked).unwrap();
    open(Beginning::IfKeyIsInside).unwrap();
    assert!(matches!(open(Beginning::Asked), Err(FolderError::NotNew(_))));
}

#[test]
fn a_key_inside_says_that_the_folder_is_meant() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join(KEY_FILE), b"any").unwrap();
    Folder::open(place.path(), &vkey(1), Beginning::IfKeyIsInside).unwrap();
}

#[test]
fn two_witnesses_cannot_share_a_folder_and_readers_may_look() {
    let place = tempfile::tempdir().unwrap();
    let first = Folder::open(place.path(), &vkey(1), Beginning::Asked).unwrap();
    let second = Folder::open(place.path(), &vkey(1), Beginning::IfKeyIsInside);
    assert!(matches!(second, Err(FolderError::Locked(_))), "{second:?}");
    assert_eq!(*Folder::read(place.path()).unwrap().witness(), vkey(1));
    drop(first);
    Folder::open(place.path(), &vkey(1), Beginning::IfKeyIsInside).unwrap();
}

#[test]
fn a_folder_belongs_to_one_key() {
    let place = tempfile::tempdir().unwrap();
    drop(Folder::open(place.path(), &vkey(1), Beginning::Asked).unwrap());
    let other = Folder::open(place.path(), &vkey(2), Beginning::IfKeyIsInside);
    assert!(matches!(other, Err(FolderError::OtherKey { .. })), "{other:?}");
}

#[test]
fn parts_that_are_gone_are_not_made_anew() {
    for gone in [VKEY_FILE, KNOWN_FILE] {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), &vkey(1), Beginning::Asked).unwrap();
        folder.remember("tl.example.cn/log/hc-zinc").unwrap();
        drop(folder);
        fs::remove_file(place.path().join(gone)).unwrap();
        fs::write(place.path().join(KEY_FILE), b"any").unwrap();
        for beginning in [Beginning::IfKeyIsInside, Beginning::Asked] {
            let opened = Folder::open(place.path(), &vkey(1), beginning);
            assert!(opened.is_err(), "{gone} was made anew");
            assert!(!place.path().join(gone).exists());
        }
    }
}

#[test]
fn a_beginning_that_was_cut_off_can_be_done_again() {
    let place = tempfile::tempdir().unwrap();
    drop(Folder::open(place.path(), &vkey(1), Beginning::Asked).unwrap());
    fs::remove_file(place.path().join(VKEY_FILE)).unwrap();
    Folder::open(place.path(), &vkey(1), Beginning::Asked).unwrap();
}

#[test]
fn the_list_of_logs_comes_back_and_damage_is_seen() {
    let origins = ["a", "tl.example.cn/log/hc-zinc/2", "铊 迹"];
    let known: Known =
        origins.map(|origin| (Hash::of(origin.as_bytes()), origin.to_owned())).into();
    let text = known::text(&known);
    assert_eq!(known::parse(text.as_bytes()), Ok(known));
    for damaged in ["", "x\n", text.trim_end(), &text.replace("zinc", "zink")] {
        assert!(known::parse(damaged.as_bytes()).is_err(), "{damaged:?}");
    }
}
