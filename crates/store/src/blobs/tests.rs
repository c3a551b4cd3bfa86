use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use tl_domain::ids::PartyId;
use tl_domain::time::Micros;
use tl_ledger::Hash;
use tl_testkit::{TestDatabase, backends};
use tl_wire::BLOB_BYTES_MAX;

use super::{BlobBounds, BlobState};
use crate::sql::Value;
use crate::{Options, Store, StoreError};

const NOW: Micros = 1_793_491_200_000_000;
const PIECE: usize = 1000;

/// A store with empty logs of `plant` and of `..`.
struct Place {
    store: Store,
    database: TestDatabase,
}

fn each(test: impl Fn(&mut Place)) {
    for backend in backends() {
        let database = TestDatabase::new(backend).unwrap();
        let store = Store::create(database.url(), options(&database)).unwrap();
        for party in ["plant", ".."] {
            let sql = "INSERT INTO log (party, kind, name, area, origin, size, root, frontier, \
                       term, own_epoch, projected, opened_at) \
                       VALUES (?, 'enterprise', '', '532300', '', 0, ?, ?, 1, 1, 0, 0)";
            let (root, frontier) = (Value::hash(&Hash::ZERO), Value::bytes(&[]));
            store.write(|conn| conn.run(sql, &[Value::text(party), root, frontier])).unwrap();
        }
        test(&mut Place { store, database });
    }
}

fn options(database: &TestDatabase) -> Options {
    Options { blob_dir: Some(database.blob_dir()), ..Options::default() }
}

impl Place {
    /// As a new process after a kill.
    fn restart(&mut self) {
        self.store = Store::open(self.database.url(), options(&self.database)).unwrap();
    }

    fn put(&self, bytes: &[u8], from: usize, to: usize) -> Result<BlobState, StoreError> {
        self.put_as(&Hash::of(bytes), bytes, from, to)
    }

    fn put_as(
        &self,
        name: &Hash,
        bytes: &[u8],
        from: usize,
        to: usize,
    ) -> Result<BlobState, StoreError> {
        let size = bytes.len() as u64;
        self.store.put_blob_piece(&plant(), name, size, from as u64, &bytes[from..to], NOW)
    }

    fn state(&self, bytes: &[u8]) -> Option<BlobState> {
        self.store.blob(&plant(), &Hash::of(bytes)).unwrap()
    }

    fn path(&self, bytes: &[u8], end: &str) -> std::path::PathBuf {
        let name = Hash::of(bytes).to_string();
        self.database.blob_dir().join("of-plant").join(&name[..2]).join(format!("{name}{end}"))
    }
}

fn plant() -> PartyId {
    "plant".parse().unwrap()
}

fn photo() -> Vec<u8> {
    (0..3 * PIECE).map(|byte| (byte * byte % 251) as u8).collect()
}

fn had(received: usize, size: usize) -> BlobState {
    BlobState { size: size as u64, received: received as u64, complete: received == size }
}

fn reason<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Blob { reason, .. }) => reason,
        other => panic!("expected a refused blob, not {other:?}"),
    }
}

#[test]
fn pieces_become_the_file() {
    each(|place| {
        let bytes = photo();
        assert_eq!(place.state(&bytes), None);
        assert_eq!(place.put(&bytes, 0, PIECE).unwrap(), had(PIECE, 3 * PIECE));
        assert_eq!(place.state(&bytes), Some(had(PIECE, 3 * PIECE)));
        assert_eq!(place.store.blob_path(&plant(), &Hash::of(&bytes)).unwrap(), None);
        assert_eq!(place.put(&bytes, PIECE, 3 * PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
        assert_eq!(fs::read(place.path(&bytes, "")).unwrap(), bytes);
        assert!(!place.path(&bytes, ".part").exists());
        let path = place.store.blob_path(&plant(), &Hash::of(&bytes)).unwrap();
        assert_eq!(path, Some(place.path(&bytes, "")));
        place.restart();
        assert_eq!(place.state(&bytes), Some(had(3 * PIECE, 3 * PIECE)));
        // Sent again, it is there.
        assert_eq!(place.put(&bytes, 0, PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
    });
}

#[test]
fn repeated_pieces_and_gaps_do_no_harm() {
    each(|place| {
        let bytes = photo();
        place.put(&bytes, 0, PIECE).unwrap();
        assert_eq!(place.put(&bytes, 2 * PIECE, 3 * PIECE).unwrap(), had(PIECE, 3 * PIECE));
        assert_eq!(place.put(&bytes, 10, PIECE).unwrap(), had(PIECE, 3 * PIECE));
        assert_eq!(place.put(&bytes, 500, 1700).unwrap(), had(1700, 3 * PIECE));
        assert_eq!(place.put(&bytes, 0, 3 * PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
        assert_eq!(fs::read(place.path(&bytes, "")).unwrap(), bytes);
    });
}

#[test]
fn an_empty_file_is_a_blob() {
    each(|place| {
        assert_eq!(place.put(b"", 0, 0).unwrap(), had(0, 0));
        assert_eq!(fs::read(place.path(b"", "")).unwrap(), b"");
        assert_eq!(place.state(b""), Some(had(0, 0)));
    });
}

#[test]
fn other_bytes_than_named_are_dropped_and_can_be_sent_again() {
    each(|place| {
        let (bytes, mut broken) = (photo(), photo());
        broken[7] ^= 1;
        let name = Hash::of(&bytes);
        place.put_as(&name, &broken, 0, PIECE).unwrap();
        let told = reason(place.put_as(&name, &broken, PIECE, 3 * PIECE));
        assert!(told.contains(&Hash::of(&broken).to_string()), "{told}");
        assert_eq!(
            place.state(&bytes),
            Some(BlobState { size: 3000, received: 0, complete: false })
        );
        assert!(!place.path(&bytes, "").exists());
        assert_eq!(place.put(&bytes, 0, 3 * PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
    });
}

#[test]
fn sizes_hold_from_the_first_byte_on() {
    each(|place| {
        let bytes = photo();
        let name = Hash::of(&bytes);
        let put = |size: u64, offset: u64, piece: &[u8]| {
            place.store.put_blob_piece(&plant(), &name, size, offset, piece, NOW)
        };
        reason(put(10, 5, &bytes[..6]));
        reason(put(u64::MAX, u64::MAX, &bytes[..1]));
        reason(put(BLOB_BYTES_MAX + 1, 0, &bytes[..1]));
        assert_eq!(place.state(&bytes), None, "what does not fit leaves no trace");
        // A size that was wrong before the first byte can be put right.
        put(7, 0, b"").unwrap();
        put(3000, 0, &bytes[..PIECE]).unwrap();
        let told = reason(put(2999, 1000, &bytes[PIECE..2 * PIECE]));
        assert!(told.contains("3000") && told.contains("2999"), "{told}");
        assert_eq!(place.state(&bytes), Some(had(PIECE, 3 * PIECE)));
        assert_eq!(put(3000, 1000, &bytes[PIECE..]).unwrap(), had(3 * PIECE, 3 * PIECE));
    });
}

#[test]
fn each_party_has_its_own_files() {
    each(|place| {
        let bytes = photo();
        let name = Hash::of(&bytes);
        place.put(&bytes, 0, 3 * PIECE).unwrap();
        let other: PartyId = "..".parse().unwrap();
        assert_eq!(place.store.blob(&other, &name).unwrap(), None);
        place.store.put_blob_piece(&other, &name, 3000, 0, &bytes[..1], NOW).unwrap();
        let inside = place.database.blob_dir().join("of-..").join(&name.to_string()[..2]);
        assert!(inside.join(format!("{name}.part")).exists(), "no name leads out of the folder");
        let nobody: PartyId = "nobody".parse().unwrap();
        let stray = place.store.put_blob_piece(&nobody, &name, 3000, 0, &bytes, NOW);
        assert!(matches!(stray, Err(StoreError::NoLog(_))));
    });
}

#[test]
fn a_kill_between_file_and_database_loses_nothing() {
    each(|place| {
        let bytes = photo();
        place.put(&bytes, 0, PIECE).unwrap();
        // Killed while the next piece was written: half of it, with a hole, and never counted.
        let mut torn = bytes[..PIECE].to_vec();
        torn.extend([0; 700]);
        fs::write(place.path(&bytes, ".part"), torn).unwrap();
        place.restart();
        assert_eq!(place.state(&bytes), Some(had(PIECE, 3 * PIECE)));
        assert_eq!(place.put(&bytes, PIECE, PIECE + 300).unwrap(), had(1300, 3 * PIECE));
        assert_eq!(place.put(&bytes, 1300, 3 * PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
        assert_eq!(fs::read(place.path(&bytes, "")).unwrap(), bytes);
    });
}

#[test]
fn a_kill_before_completion_is_finished_by_the_next_question() {
    each(|place| {
        let bytes = photo();
        let uncount = |place: &Place| {
            let sql = "UPDATE blob SET complete = 0 WHERE party = 'plant'";
            assert_eq!(place.store.write(|conn| conn.run(sql, &[])).unwrap(), 1);
        };
        place.put(&bytes, 0, 3 * PIECE).unwrap();
        // Killed after the rename.
        uncount(place);
        place.restart();
        assert_eq!(place.state(&bytes), Some(had(3 * PIECE, 3 * PIECE)));
        // Killed before the rename; now the device asks by sending the last piece again.
        for send in [true, false] {
            uncount(place);
            fs::rename(place.path(&bytes, ""), place.path(&bytes, ".part")).unwrap();
            place.restart();
            let state = match send {
                true => place.put(&bytes, 2 * PIECE, 3 * PIECE).unwrap(),
                false => place.state(&bytes).unwrap(),
            };
            assert_eq!(state, had(3 * PIECE, 3 * PIECE));
            assert_eq!(fs::read(place.path(&bytes, "")).unwrap(), bytes);
        }
        // All bytes were counted but the disk gave other ones back.
        uncount(place);
        fs::remove_file(place.path(&bytes, "")).unwrap();
        fs::write(place.path(&bytes, ".part"), [9; 3 * PIECE]).unwrap();
        assert_eq!(place.state(&bytes).unwrap().received, 0);
        assert_eq!(place.put(&bytes, 0, 3 * PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
    });
}

#[test]
fn what_the_disk_lost_is_asked_for_again() {
    each(|place| {
        let bytes = photo();
        place.put(&bytes, 0, 2 * PIECE).unwrap();
        let short = fs::OpenOptions::new().write(true).open(place.path(&bytes, ".part")).unwrap();
        short.set_len(300).unwrap();
        assert_eq!(place.state(&bytes), Some(had(300, 3 * PIECE)));
        assert_eq!(place.put(&bytes, 2 * PIECE, 3 * PIECE).unwrap(), had(300, 3 * PIECE));
        assert_eq!(place.put(&bytes, 300, 3 * PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
        fs::remove_file(place.path(&bytes, "")).unwrap();
        let gone = place.state(&bytes).unwrap();
        assert_eq!((gone.received, gone.complete), (0, false));
        assert_eq!(place.put(&bytes, 0, PIECE).unwrap(), had(PIECE, 3 * PIECE));
        assert_eq!(place.state(&bytes), Some(had(PIECE, 3 * PIECE)));
        assert_eq!(place.put(&bytes, PIECE, 3 * PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
    });
}

#[test]
fn two_senders_of_one_blob_do_not_disturb_each_other() {
    each(|place| {
        let bytes: Vec<u8> = photo().repeat(10);
        let start = Barrier::new(4);
        thread::scope(|scope| {
            let (place, bytes, start) = (&*place, &bytes, &start);
            for step in [PIECE, 700, 1300, 2 * PIECE] {
                scope.spawn(move || {
                    start.wait();
                    let mut at = 0;
                    while at < bytes.len() {
                        let end = bytes.len().min(at + step);
                        at = place.put(bytes, at, end).unwrap().received as usize;
                    }
                });
            }
        });
        assert_eq!(place.state(&bytes), Some(had(bytes.len(), bytes.len())));
        assert_eq!(fs::read(place.path(&bytes, "")).unwrap(), bytes);
    });
}

#[test]
fn without_a_folder_blobs_are_refused() {
    let database = TestDatabase::sqlite();
    let store = Store::create(database.url(), Options::default()).unwrap();
    reason(store.blob(&plant(), &Hash::ZERO));
    reason(store.put_blob_piece(&plant(), &Hash::ZERO, 1, 0, b"x", NOW));
}

#[test]
fn a_party_has_a_bound_and_the_disk_keeps_room() {
    fn free(folder: &Path) -> Option<u64> {
        // The test says how much in a file beside the blobs.
        fs::read_to_string(folder.join("free")).ok()?.parse().ok()
    }
    each(|place| {
        place.store.bound_blobs(BlobBounds {
            party_bytes_max: 5000,
            free_bytes_min: 1_000_000,
            free_bytes: free,
        });
        let (photo, other): (Vec<u8>, Vec<u8>) = (photo(), vec![7; 2001]);
        place.put(&photo, 0, PIECE).unwrap();
        // The announced size counts, not what came of it.
        let refused = place.put(&other, 0, 1);
        let Err(StoreError::BlobQuota { used: 3000, more: 2001, most: 5000, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(place.state(&other), None, "nothing is kept of it");
        assert_eq!(place.put(&other[..2000], 0, 2000).unwrap(), had(2000, 2000));
        let elsewhere: PartyId = "..".parse().unwrap();
        let name = Hash::of(&other);
        place.store.put_blob_piece(&elsewhere, &name, 2001, 0, &other, NOW).unwrap();

        let left = place.database.blob_dir().join("free");
        fs::write(&left, "1001999").unwrap();
        let refused = place.put(&photo, PIECE, 2 * PIECE);
        let Err(StoreError::DiskLow { free: 1_001_999, more: 2000, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(place.state(&photo), Some(had(PIECE, 3 * PIECE)), "what is there stays");
        fs::write(&left, "1002000").unwrap();
        place.put(&photo, PIECE, 2 * PIECE).unwrap();
        assert_eq!(place.put(&photo, 2 * PIECE, 3 * PIECE).unwrap(), had(3 * PIECE, 3 * PIECE));
        fs::write(&left, "0").unwrap();
        // What is there already needs no room.
        assert!(place.put(&photo, 0, PIECE).unwrap().complete);
    });
}
