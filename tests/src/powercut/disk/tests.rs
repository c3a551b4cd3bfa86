use super::*;

const PREFIX: &str = "/box";

fn disk() -> Disk {
    let mut disk = Disk::default();
    disk.hold_file("old", 1, vec![b'a'; 2 * SECTOR_BYTES]);
    disk
}

fn apply(disk: &mut Disk, records: &[Record<'_>]) {
    for record in records {
        disk.apply(PREFIX, record).unwrap();
    }
}

/// Files by name, and what is in those that have a content.
type Names = BTreeMap<String, Option<Vec<u8>>>;

/// What cuts of many chances leave of what these records do.
fn leftovers(records: &[Record<'_>]) -> Vec<(Names, Lost)> {
    let mut chance = Chance::seeded(7);
    let left = (0..200).map(|_| {
        let mut disk = disk();
        apply(&mut disk, records);
        let (names, lost) = disk.after_cut(&mut chance);
        (names.into_iter().collect(), lost)
    });
    left.collect()
}

fn file(left: &Names, name: &str) -> Option<Vec<u8>> {
    left.get(name).cloned().flatten()
}

#[test]
fn what_was_synced_is_there_and_the_rest_may_be_torn_by_sectors() {
    let write = |byte, offset| Record::Written { inode: 1, offset, bytes: byte };
    let (first, second) = ([b'b'; 1024], [b'c'; 1024]);
    let records = [write(&first[..], 0), Record::FileSynced { inode: 1 }, write(&second[..], 0)];
    let mut seen = std::collections::BTreeSet::new();
    for (left, lost) in leftovers(&records) {
        let bytes = file(&left, "old").unwrap();
        assert_eq!(bytes.len(), 1024);
        let sectors: Vec<u8> = bytes.chunks(SECTOR_BYTES).map(|sector| sector[0]).collect();
        for (sector, mark) in bytes.chunks(SECTOR_BYTES).zip(&sectors) {
            assert!(sector.iter().all(|byte| byte == mark), "a sector is old or new");
        }
        assert!(sectors.iter().all(|mark| b"bc".contains(mark)), "nothing older than the sync");
        assert_eq!(lost.writes == 0, sectors == b"cc");
        seen.insert(sectors);
    }
    assert_eq!(seen.len(), 4, "lost, whole, and torn both ways");
}

#[test]
fn a_rename_that_was_not_synced_may_be_taken_back_and_is_never_half() {
    let (new, old) = ("/box/old.new", "/box/old");
    let records = [
        Record::Created { inode: 2, path: new },
        Record::Written { inode: 2, offset: 0, bytes: b"new" },
        Record::FileSynced { inode: 2 },
        Record::Renamed { from: new, to: old },
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (left, _) in leftovers(&records) {
        let content = file(&left, "old").unwrap();
        assert!(content == b"new" || content == vec![b'a'; 1024]);
        assert!(file(&left, "old.new").is_none_or(|bytes| bytes == b"new"));
        seen.insert((content.len(), left.contains_key("old.new")));
    }
    assert_eq!(seen.len(), 3, "before, with the new file, and after");
    let synced = [records.as_slice(), &[Record::FolderSynced { path: "/box" }]].concat();
    for (left, lost) in leftovers(&synced) {
        assert_eq!(file(&left, "old").unwrap(), b"new");
        assert_eq!(left.len(), 1);
        assert_eq!(lost, Lost::default());
    }
}

#[test]
fn a_file_in_a_folder_that_was_not_synced_goes_with_it() {
    let records = [
        Record::FolderMade { path: "/box/blobs" },
        Record::Created { inode: 3, path: "/box/blobs/x" },
        Record::Written { inode: 3, offset: 0, bytes: b"x" },
        Record::FileSynced { inode: 3 },
        Record::FolderSynced { path: "/box/blobs" },
    ];
    let left = leftovers(&records);
    assert!(left.iter().any(|(left, _)| !left.contains_key("blobs/x")));
    let whole = left.iter().filter(|(left, _)| left.contains_key("blobs"));
    for (left, _) in whole {
        assert_eq!(file(left, "blobs/x").unwrap(), b"x");
    }
}

#[test]
fn a_number_that_is_used_again_is_another_file() {
    let records = [
        Record::Removed { path: "/box/old" },
        Record::Created { inode: 1, path: "/box/other" },
        Record::Written { inode: 1, offset: 0, bytes: b"other" },
        Record::FileSynced { inode: 1 },
    ];
    for (left, _) in leftovers(&records) {
        if let Some(bytes) = file(&left, "old") {
            assert_eq!(bytes, vec![b'a'; 1024], "taken back, it is what it was");
        }
        assert!(file(&left, "other").is_none_or(|bytes| bytes == b"other"));
    }
}
