//! Paths, layout, bundles and proofs from tiles, against definitions and the shared logs.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::merkle::{LeafRange, Subtree, TreeHead, root_of_range, verify_inclusion};
use crate::tests::{Stored, shared};
use crate::{EntryProof, SignedCheckpoint};

/// The tiles of a log as the format defines them: MTH(D[(n·256+i)·256^l : (n·256+i+1)·256^l]).
fn tiles_by_definition(stored: &Stored) -> BTreeMap<Tile, Vec<u8>> {
    let mut all = BTreeMap::new();
    for (level, hashes) in stored.0.iter().step_by(8).enumerate() {
        for (index, hashes) in hashes.chunks(256).enumerate() {
            let tile = Tile {
                level: u8::try_from(level).expect("small"),
                index: index as u64,
                width: u16::try_from(hashes.len()).expect("at most 256"),
            };
            all.insert(tile, tile_bytes(hashes));
        }
    }
    all
}

#[test]
fn paths_read_and_print_alike() {
    let tile = |level, index, width| Resource::Tile(Tile { level, index, width });
    let entries = |index, width| Resource::Entries(Bundle { index, width });
    for (path, resource) in [
        ("checkpoint", Resource::Checkpoint),
        ("tile/0/000", tile(0, 0, 256)),
        ("tile/0/x001/x234/067", tile(0, 1_234_067, 256)),
        ("tile/2/000.p/1", tile(2, 0, 1)),
        ("tile/63/x001/000.p/255", tile(63, 1000, 255)),
        ("tile/entries/999", entries(999, 256)),
        ("tile/entries/x010/004.p/210", entries(10_004, 210)),
        ("tile/0/x018/x446/x744/x073/x709/x551/615", tile(0, u64::MAX, 256)),
    ] {
        assert_eq!(path.parse(), Ok(resource), "{path}");
        assert_eq!(resource.to_string(), path);
    }
}

#[test]
fn paths_with_a_second_spelling_are_refused() {
    for path in [
        "",
        "/checkpoint",
        "checkpoint/",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile//000",
        "tile/00/000",
        "tile/+1/000",
        "tile/64/000",
        "tile/x/000",
        "tile/data/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x00/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/x001/x002",
        "tile/0/X001/002",
        "tile/0/00a",
        "tile/0/٣٣٣",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/000/",
        "tile/0/../0/000",
        "tile/0/ 00",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "TILE/0/000",
        "tile/Entries/000",
        "tile/0/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/001",
    ] {
        let error = path.parse::<Resource>().expect_err(path);
        assert!(!error.why.is_empty());
    }
}

#[test]
fn a_log_of_70_000_has_the_tiles_that_the_format_names() {
    let all: Vec<Tile> = tiles(70_000).collect();
    let of = |level| all.iter().filter(move |tile| tile.level == level);
    assert_eq!(of(0).filter(|tile| tile.is_full()).count(), 273);
    let partial: Vec<_> = all.iter().filter(|tile| !tile.is_full()).map(Tile::to_string).collect();
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    assert_eq!(of(1).filter(|tile| tile.is_full()).count(), 1);
    assert_eq!(
        tiles(256).map(|tile| tile.to_string()).collect::<Vec<_>>(),
        ["tile/0/000", "tile/1/000.p/1"]
    );
    assert_eq!(tiles(0).count(), 0);
    assert_eq!(
        bundles(513).map(|bundle| bundle.to_string()).collect::<Vec<_>>(),
        ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/1"]
    );
}

#[test]
fn growth_writes_what_the_larger_log_has_more() {
    let sizes = [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 131_073];
    for (at, old) in sizes.iter().enumerate() {
        for new in &sizes[at..] {
            let before: BTreeSet<_> = tiles(*old).collect();
            let wanted: BTreeSet<_> = tiles(*new).filter(|tile| !before.contains(tile)).collect();
            assert_eq!(new_tiles(*old, *new).collect::<BTreeSet<_>>(), wanted, "{old} to {new}");
            let before: BTreeSet<_> = bundles(*old).collect();
            let wanted: Vec<_> = bundles(*new).filter(|it| !before.contains(it)).collect();
            assert_eq!(new_bundles(*old, *new).collect::<Vec<_>>(), wanted);
        }
    }
}

#[test]
fn bundles_are_read_whole_or_refused_with_entry_and_byte() {
    let mut bytes = Vec::new();
    for entry in [&b""[..], b"one", &[7; ENTRY_MAX]] {
        push_entry(&mut bytes, entry).expect("not too long");
    }
    let bundle = Bundle { index: 4, width: 3 };
    let entries = parse_bundle(bundle, &bytes).expect("own bytes");
    assert_eq!(entries.iter().map(|entry| entry.len()).collect::<Vec<_>>(), [0, 3, ENTRY_MAX]);
    assert_eq!(push_entry(&mut bytes, &[0; ENTRY_MAX + 1]), Err(BundleWriteError(65_536)));
    assert_eq!(
        parse_bundle(bundle, &bytes[..8]),
        Err(BundleError::CutOff { bundle, entry: 1026, at: 7 })
    );
    assert_eq!(
        parse_bundle(bundle, &bytes[..bytes.len() - 1]),
        Err(BundleError::CutOff { bundle, entry: 1026, at: 7 })
    );
    let short = Bundle { width: 2, ..bundle };
    assert_eq!(
        parse_bundle(short, &bytes),
        Err(BundleError::Extra { bundle: short, extra: ENTRY_MAX + 2, at: 7 })
    );
    let long = bundle.full();
    assert_eq!(
        parse_bundle(long, &bytes),
        Err(BundleError::CutOff { bundle: long, entry: 1027, at: bytes.len() })
    );
}

const ENTRY_MAX: usize = 65_535;

#[test]
fn proofs_from_tiles_hold_and_a_changed_tile_gives_none() {
    let stored = Stored::numbered(70_000);
    let tiles = tiles_by_definition(&stored);
    assert_eq!(tiles.keys().copied().collect::<BTreeSet<_>>(), layout::tiles(70_000).collect());
    let read = |tile| tiles.get(&tile).cloned().ok_or("no such tile");
    let root = |size| TileReader::new(70_000, read).root(size).expect("in the log");
    let head = TreeHead { size: 70_000, root: root(70_000) };
    let mut frontier = crate::Frontier::new();
    frontier.extend(stored.0[0].iter().copied());
    assert_eq!(head.root, frontier.root());
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_888, 69_999] {
        let mut reader = TileReader::new(70_000, read);
        let proof = reader.inclusion(index, &head).expect("in the log");
        assert_eq!(proof.leaf, stored.0[0][usize::try_from(index).expect("small")]);
        assert!(reader.tiles_read() <= 5, "{} tiles", reader.tiles_read());
        let first = locate(Subtree { level: 0, index }, 70_000).expect("in the log").0;
        let flipped = |tile| {
            let mut bytes: Vec<u8> = read(tile)?;
            bytes[0] ^= u8::from(tile == first);
            Ok::<_, &str>(bytes)
        };
        let answer = TileReader::new(70_000, flipped).inclusion(index, &head);
        assert!(matches!(answer, Err(TileReadError::Proof(_))), "{answer:?}");
    }
    for old in [1, 255, 256, 300, 65_536, 65_537, 69_999, 70_000] {
        let old = TreeHead { size: old, root: root(old) };
        let mut reader = TileReader::new(70_000, read);
        reader.consistency(&old, &head).expect("one log");
        assert!(reader.tiles_read() <= 6, "{} tiles", reader.tiles_read());
        let other = TreeHead { root: Hash::of(b"other"), ..old };
        assert!(TileReader::new(70_000, read).consistency(&other, &head).is_err());
    }
}

#[test]
fn what_tiles_can_not_answer_is_an_error() {
    let head = TreeHead { size: 300, root: Hash::of(b"any") };
    let none = |_| Err("gone");
    assert!(matches!(
        TileReader::new(300, none).inclusion(0, &head),
        Err(TileReadError::Source { source: "gone", .. })
    ));
    let short = |_| Ok::<_, Infallible>(vec![0; 31]);
    assert!(matches!(
        TileReader::new(300, short).inclusion(0, &head),
        Err(TileReadError::Bytes(TileBytesError { read: 31, .. }))
    ));
    assert!(matches!(
        TileReader::new(300, none).inclusion(300, &head),
        Err(TileReadError::Prove(_))
    ));
    assert!(matches!(
        TileReader::new(299, none).inclusion(299, &head),
        Err(TileReadError::Source { .. } | TileReadError::Place { .. })
    ));
}

/// Every entry the same: each complete subtree of one level has one hash, so that a log of ten
/// millions needs no memory.
#[test]
fn a_proof_in_a_log_of_ten_millions_reads_few_tiles() {
    let size = 10_000_019;
    let mut by_level = vec![Hash::leaf(b"same")];
    for level in 0..40 {
        by_level.push(Hash::node(&by_level[level], &by_level[level]));
    }
    let node = |at: Subtree| Ok::<_, Infallible>(by_level[usize::from(at.level)]);
    let Ok(root) = root_of_range(LeafRange { start: 0, end: size }, node);
    let head = TreeHead { size, root };
    let read = |tile: Tile| {
        let hash = by_level[usize::from(tile.level) * 8];
        Ok::<_, Infallible>(tile_bytes(&vec![hash; usize::from(tile.width)]))
    };
    for index in [0, 5_000_000, 9_999_872, size - 1] {
        let mut reader = TileReader::new(size, read);
        let proof = reader.inclusion(index, &head).expect("in the log");
        assert!(reader.tiles_read() <= 6, "{} tiles", reader.tiles_read());
        assert_eq!(verify_inclusion(index, size, &by_level[0], &proof.hashes, &root), Ok(()));
    }
}

#[test]
fn shared_log_gives_the_proofs_that_its_maker_wrote() {
    let Some(checkpoint) = shared("logs/gz-01/checkpoint") else { return };
    let head = SignedCheckpoint::parse(&checkpoint).expect("a checkpoint").head();
    let read = |tile: Tile| shared(&format!("logs/gz-01/{tile}")).ok_or("no folder");
    let mut reader = TileReader::new(head.size, read);
    assert_eq!(reader.root(head.size), Ok(head.root));
    let file = shared("logs/gz-01/entry.tlog-proof").expect("beside the others");
    let file = EntryProof::parse(&file).expect("a proof file");
    let proof = reader.inclusion(file.index, &head).expect("in the log");
    assert_eq!(proof.hashes, file.hashes);
    let entry = shared("logs/gz-01/entry.bin").expect("beside the others");
    assert_eq!(proof.leaf, Hash::leaf(&entry));
    let old = shared("logs/gz-01/checkpoint.old").expect("beside the others");
    let old = SignedCheckpoint::parse(&old).expect("a checkpoint").head();
    let body = shared("logs/gz-01/consistency.txt").expect("beside the others");
    let body = crate::witness::AddCheckpoint::parse(&body).expect("a request body");
    assert_eq!(reader.consistency(&old, &head), Ok(body.hashes));
}

proptest! {
    #[test]
    fn a_path_that_is_read_prints_as_it_was(path in "(tile/)?[0-9a-z/.]{0,24}") {
        if let Ok(resource) = path.parse::<Resource>() {
            prop_assert_eq!(resource.to_string(), path);
        }
    }

    #[test]
    fn every_place_has_a_path(level in 0_u8..64, index: u64, width in 1_u16..=256) {
        let tile = Resource::Tile(Tile { level, index, width });
        prop_assert_eq!(tile.to_string().parse::<Resource>(), Ok(tile));
    }

    #[test]
    fn a_bundle_that_is_read_is_written_alike(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..20),
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let width = u16::try_from(entries.len()).expect("small");
        let bundle = Bundle { index: 0, width };
        let mut bytes = Vec::new();
        for entry in &entries {
            push_entry(&mut bytes, entry).expect("not too long");
        }
        let slices = entries.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(parse_bundle(bundle, &bytes), Ok(slices));
        if let Ok(read) = parse_bundle(bundle, &noise) {
            let mut again = Vec::new();
            read.iter().for_each(|entry| push_entry(&mut again, entry).expect("not too long"));
            prop_assert_eq!(again, noise);
        }
    }
}
