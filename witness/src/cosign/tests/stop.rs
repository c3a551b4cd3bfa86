//! When a witness must stop: its state is damaged, gone, older than its own signatures, or can't be
//! written.

use std::fs;
use std::path::PathBuf;

use super::*;

fn state_path(folder: &TempDir) -> PathBuf {
    let hash = Hash::of(ORIGIN.as_bytes());
    folder.path().join("logs").join(format!("{hash}.state"))
}

/// A folder in which the log was cosigned at 5 and then at 12; the state of the first moment.
fn used() -> (TempDir, Vec<u8>) {
    let (folder, witness) = fresh();
    ask(&witness, &request(1, 0, 5)).unwrap();
    let early = fs::read(state_path(&folder)).unwrap();
    ask(&witness, &request(1, 5, 12)).unwrap();
    (folder, early)
}

#[test]
fn a_state_that_is_damaged_or_gone_stops_its_log_for_good() {
    let (folder, _) = used();
    let path = state_path(&folder);
    let good = fs::read(&path).unwrap();
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let damages: Vec<Option<Vec<u8>>> = vec![
        None,
        Some(Vec::new()),
        Some(good[..good.len() / 2].to_vec()),
        Some(vec![0; good.len()]),
        Some(flipped(40)),
        Some(flipped(good.len() - 60)),
        Some(flipped(good.len() - 260)),
    ];
    for damage in damages {
        match &damage {
            None => fs::remove_file(&path).unwrap(),
            Some(bytes) => fs::write(&path, bytes).unwrap(),
        }
        let witness = open(folder.path(), named(), NOON);
        for (old, new) in [(0, 5), (12, 13), (0, 0), (12, 12)] {
            let refused = ask(&witness, &request(1, old, new)).unwrap_err();
            assert!(matches!(refused, Denial::Stopped(_)), "{refused} after {damage:?}");
        }
        assert_eq!(witness.health().unwrap().stopped, 1);
        assert!(witness.checkpoint(&Hash::of(ORIGIN.as_bytes())).is_err());
        let left = fs::read(&path).ok();
        assert_eq!(left, damage, "what was found is left as it is");
    }
    fs::write(&path, &good).unwrap();
    assert_eq!(status(&open(folder.path(), named(), NOON), &request(1, 12, 13)), 200);
}

#[test]
fn a_state_of_another_log_or_witness_is_not_taken() {
    let (folder, _) = used();
    let text = fs::read(state_path(&folder)).unwrap();
    let hash = Hash::of(ORIGIN.as_bytes());
    assert!(State::parse(&text, witness_key().verifier(), hash).is_ok());
    assert!(State::parse(&text, witness_key().verifier(), Hash::of(b"other")).is_err());
    let stranger =
        CosignKey::new("bureau.example/w1".parse().unwrap(), Signer::from_seed(&[3; 32]));
    assert!(State::parse(&text, stranger.verifier(), hash).is_err());
}

#[test]
fn a_folder_older_than_its_own_signatures_is_noticed_and_stays_stopped() {
    let (folder, early) = used();
    let witness = open(folder.path(), named(), NOON);
    let seen_by_log = kept(&witness);
    drop(witness);
    fs::write(state_path(&folder), early).unwrap();
    let witness = open(folder.path(), named(), NOON);
    let request = AddCheckpoint { checkpoint: seen_by_log, ..request(1, 5, 12) };
    assert!(matches!(ask(&witness, &request), Err(Denial::Stopped(_))));
    assert_eq!(kinds(&witness), [Kind::Rollback]);
    drop(witness);
    let witness = open(folder.path(), named(), NOON);
    assert_eq!(status(&witness, &super::request(1, 5, 6)), 500, "a restart changes nothing");
}

#[test]
fn our_own_signature_on_what_we_know_is_no_reason_to_stop() {
    let (folder, _) = used();
    let witness = open(folder.path(), named(), NOON + 5);
    let request = AddCheckpoint { checkpoint: kept(&witness), ..request(1, 12, 12) };
    assert_eq!(status(&witness, &request), 200);
    assert_eq!(kinds(&witness), []);
}

#[test]
fn nothing_is_signed_that_could_not_be_stored() {
    let (folder, witness) = fresh();
    ask(&witness, &request(1, 0, 5)).unwrap();
    // A folder stands where the new file would be written.
    let blocked = state_path(&folder).with_added_extension("new");
    fs::create_dir(&blocked).unwrap();
    assert_eq!(status(&witness, &request(1, 5, 6)), 503);
    assert_eq!(kept(&witness).head(), head(1, 5), "the old head stands");
    fs::remove_dir(&blocked).unwrap();
    assert_eq!(status(&witness, &request(1, 5, 6)), 200);
}
