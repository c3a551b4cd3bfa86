//! Audits: logs of many sizes, every tile and entry changed once, the shared logs.

use std::collections::BTreeMap;

use super::*;
use crate::SignedCheckpoint;
use crate::tests::{Stored, shared};
use crate::tile::{bundles, push_entry};

struct Log {
    bundles: Vec<(Bundle, Vec<u8>)>,
    head: TreeHead,
}

/// Entry i is i as 8 bytes, as in `Stored::numbered`.
fn log(size: u64) -> Log {
    let stored = Stored::numbered(size);
    let root = merkle::root(&stored.0[0]);
    let bytes = |bundle: Bundle| {
        let mut bytes = Vec::new();
        for place in 0..u64::from(bundle.width) {
            let entry = (bundle.first_entry() + place).to_be_bytes();
            push_entry(&mut bytes, &entry).expect("short");
        }
        (bundle, bytes)
    };
    Log { bundles: bundles(size).map(bytes).collect(), head: TreeHead { size, root } }
}

fn audit(log: &Log) -> Result<Vec<ComputedTile>, AuditError> {
    let mut audit = Audit::new(log.head.size);
    let mut computed = Vec::new();
    for (bundle, bytes) in &log.bundles {
        computed.extend(audit.push(&BundleLeaves::of(*bundle, bytes)?)?);
    }
    computed.extend(audit.finish(&log.head)?);
    Ok(computed)
}

#[test]
fn gives_every_tile_of_the_log_once() {
    for size in [0, 1, 255, 256, 257, 512, 65_535, 65_536, 65_537, 70_000] {
        let computed = audit(&log(size)).expect("an honest log");
        let computed: BTreeMap<_, _> =
            computed.into_iter().map(|tile| (tile.tile(), tile)).collect();
        assert!(computed.keys().copied().eq({
            let mut all: Vec<_> = tiles(size).collect();
            all.sort();
            all
        }));
        let stored = Stored::numbered(size);
        for tile in computed.values() {
            let Tile { level, index, width } = tile.tile();
            let first = usize::try_from(index).expect("small") * 256;
            let hashes = &stored.0[usize::from(level) * 8][first..first + usize::from(width)];
            assert_eq!(tile.to_bytes(), tile_bytes(hashes));
        }
    }
}

#[test]
fn one_changed_bit_of_an_entry_changes_the_root() {
    for at in [2, 9, 3002, 5129] {
        let mut log = log(513);
        log.bundles[at / 2560].1[at % 2560] ^= 1;
        assert!(matches!(audit(&log), Err(AuditError::Root { .. })), "byte {at}");
    }
}

#[test]
fn one_changed_byte_of_any_tile_is_noticed_and_named() {
    for tile in audit(&log(700)).expect("an honest log") {
        let bytes = tile.to_bytes();
        assert_eq!(tile.compare(tile.tile(), &bytes), Ok(()));
        for at in (0..bytes.len()).step_by(31) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x80;
            let error = tile.compare(tile.tile(), &changed).expect_err("changed");
            let AuditError::TileDiffers { place, entry, .. } = error else { panic!("{error}") };
            assert_eq!(place, (at / 32) as u64);
            let under = 256_u64.pow(u32::from(tile.tile().level));
            assert_eq!(entry, (tile.tile().index * 256 + place) * under);
        }
        let cut = tile.compare(tile.tile(), &bytes[1..]);
        assert!(matches!(cut, Err(AuditError::TileLength { .. })));
    }
}

#[test]
fn shorter_and_longer_tiles_are_compared_as_far_as_they_go() {
    let computed = audit(&log(300)).expect("an honest log");
    let tile = computed.iter().find(|tile| tile.tile().width == 44).expect("300 = 256 + 44");
    let mut longer = tile.to_bytes();
    longer.extend([7; 32]);
    let place = |width| Tile { width, ..tile.tile() };
    assert_eq!(tile.compare(place(45), &longer), Ok(()));
    assert_eq!(tile.compare(place(10), &longer[..320]), Ok(()));
    longer[319] ^= 1;
    assert!(tile.compare(place(45), &longer).is_err());
    assert!(tile.compare(place(10), &longer[..320]).is_err());
    assert_eq!(tile.compare(place(9), &longer[..288]), Ok(()));
}

#[test]
fn bundles_come_in_order_and_completely() {
    let log = log(600);
    let leaves = |at: usize| BundleLeaves::of(log.bundles[at].0, &log.bundles[at].1).expect("own");
    let mut audit = Audit::new(600);
    assert!(matches!(audit.push(&leaves(1)), Err(AuditError::Order { next: 0, .. })));
    audit.push(&leaves(0)).expect("in order");
    assert!(matches!(audit.push(&leaves(0)), Err(AuditError::Order { next: 256, .. })));
    let short = leaves(1).shortened(200);
    assert!(matches!(audit.push(&short), Err(AuditError::Order { .. })));
    audit.push(&leaves(1)).expect("in order");
    let early = audit.clone().finish(&log.head);
    assert_eq!(early, Err(AuditError::Missing { read: 512, size: 600 }));
    audit.push(&leaves(2)).expect("in order");
    assert!(matches!(audit.push(&leaves(2)), Err(AuditError::Order { next: 600, .. })));
    audit.finish(&log.head).expect("the root");
}

#[test]
fn an_older_bundle_must_hold_the_same_entries() {
    let log = log(256);
    let whole = BundleLeaves::of(log.bundles[0].0, &log.bundles[0].1).expect("own");
    let older = whole.clone().shortened(44);
    assert_eq!(older.bundle(), Bundle { index: 0, width: 44 });
    assert_eq!(whole.agrees_with(&older), Ok(()));
    let mut bytes = log.bundles[0].1[..440].to_vec();
    bytes[439] ^= 1;
    let changed = BundleLeaves::of(older.bundle(), &bytes).expect("the form is right");
    let error = whole.agrees_with(&changed);
    assert_eq!(error, Err(AuditError::BundleDiffers { bundle: older.bundle(), entry: 43 }));
}

/// A forged entry with its own forged leaf hash: what some tile readers accept.
#[test]
fn a_forged_entry_with_a_matching_tile_is_refused() {
    let mut log = log(700);
    log.bundles[2].1[9] ^= 1;
    assert!(matches!(audit(&log), Err(AuditError::Root { .. })));
}

fn audit_shared(
    folder: &str,
    checkpoint: &str,
    overlay: Option<(&str, &str)>,
) -> Result<usize, AuditError> {
    let read = |path: &str| {
        let forged = overlay.filter(|(forged, _)| *forged == path);
        let path = forged.map_or(format!("logs/{folder}/{path}"), |(_, instead)| instead.into());
        shared(&path).expect("beside the others")
    };
    let head = SignedCheckpoint::parse(&read(checkpoint)).expect("a checkpoint").head();
    let bundles = bundles(head.size).map(|bundle| (bundle, read(&bundle.to_string()))).collect();
    let computed = audit(&Log { bundles, head })?;
    for tile in &computed {
        tile.compare(tile.tile(), &read(&tile.tile().to_string()))?;
    }
    Ok(computed.len())
}

#[test]
fn shared_logs_are_whole_and_the_altered_bundle_is_found() {
    if shared("README.md").is_none() {
        return;
    }
    assert_eq!(audit_shared("gz-01", "checkpoint", None), Ok(6));
    for size in 0..=15 {
        let checkpoint = format!("checkpoint.{size}");
        let tiles = audit_shared("tessera-testdata", &checkpoint, None);
        assert_eq!(tiles, Ok(usize::from(size > 0)), "size {size}");
    }
    let path = "tile/entries/002";
    let instead = "logs/gz-01-forgeries/bundle-altered/tile/entries/002";
    let forged = audit_shared("gz-01", "checkpoint", Some((path, instead)));
    assert!(matches!(forged, Err(AuditError::Root { .. })), "{forged:?}");
}
