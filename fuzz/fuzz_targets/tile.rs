//! Tiled logs: paths, tiles, bundles and an audit of one bundle; no panic, one spelling each.
//! The first byte says what the rest is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tl_ledger::audit::{Audit, BundleLeaves};
use tl_ledger::tile::{Bundle, Resource, Tile, parse_bundle, push_entry, tile_bytes};

fuzz_target!(|input: &[u8]| {
    let Some((first, rest)) = input.split_first() else { return };
    if let Ok(path) = std::str::from_utf8(rest)
        && let Ok(resource) = path.parse::<Resource>()
    {
        assert_eq!(resource.to_string(), path, "a path has one spelling");
    }
    let width = u16::from(*first) + 1;
    if let Ok(hashes) = (Tile { level: 0, index: 0, width }).parse(rest) {
        assert_eq!(tile_bytes(&hashes), rest);
    }
    let bundle = Bundle { index: 0, width };
    let Ok(entries) = parse_bundle(bundle, rest) else { return };
    let mut again = Vec::new();
    entries.iter().for_each(|entry| push_entry(&mut again, entry).expect("it was short enough"));
    assert_eq!(again, rest, "a bundle has one spelling");
    let leaves = BundleLeaves::of(bundle, rest).expect("it was read already");
    let mut audit = Audit::new(u64::from(width));
    let full = audit.push(&leaves).expect("the only bundle");
    assert_eq!(full.len(), usize::from(width == 256));
});
