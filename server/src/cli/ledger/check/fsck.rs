//! `check fsck`: a whole log from its entries alone.
//!
//! Every entry is hashed, the root is computed and compared with the signed one, and every stored
//! tile and older bundle is compared with what the entries give. Bundles are hashed on all cores,
//! a window at a time, so that memory stays small for logs of any size.

use std::path::Path;
use std::thread;

use tl_ledger::SignedCheckpoint;
use tl_ledger::audit::{Audit, BundleLeaves, ComputedTile};
use tl_ledger::note::NOTE_BYTES_MAX;
use tl_ledger::tile::{Bundle, bundles};

use super::stored::Stored;
use super::{Failure, Verdict, Words, head_lines, input, pick, signature_lines};

/// Bundles that are hashed before their leaves are used: 8 MiB of leaf hashes.
const WINDOW_BUNDLES: usize = 1_024;
/// More threads than this wait for the disk.
const THREADS_MAX: usize = 16;
/// How many foreign files are named.
const FOREIGN_SHOWN: usize = 5;

pub(super) fn check(folder: &Path, vkey: &str, words: Words) -> Verdict {
    let log = input::verifier_key(vkey)?;
    let path = folder.join("checkpoint");
    let bytes = input::bytes(&path, NOTE_BYTES_MAX)?;
    let rejected = |error| Failure::rejected_at(path.display(), error);
    let signed = SignedCheckpoint::parse(&bytes).map_err(rejected)?;
    let held = signed.verify(&log, &[]).map_err(rejected)?;
    let head = signed.head();

    let mut comparison = Comparison { stored: Stored::find(folder)?, tiles: 0, wrong: None };
    let mut audit = Audit::new(head.size);
    let mut all = bundles(head.size);
    let mut count = 0;
    loop {
        let window: Vec<Bundle> = all.by_ref().take(WINDOW_BUNDLES).collect();
        if window.is_empty() {
            break;
        }
        count += window.len();
        for leaves in hash_window(&window, &comparison.stored) {
            for tile in audit.push(&leaves?).map_err(Failure::rejected)? {
                comparison.add(&tile)?;
            }
        }
    }
    // When the entries themselves are wrong, tiles that differ only say where.
    let right_edge = audit.finish(&head).map_err(|error| match &comparison.wrong {
        Some(first) => Failure::rejected(format!("{error}; the first tile: {first}")),
        None => Failure::rejected(error),
    })?;
    right_edge.iter().try_for_each(|tile| comparison.add(tile))?;
    if let Some(wrong) = comparison.wrong {
        return Err(Failure::Rejected(wrong));
    }
    let (stored, compared) = (comparison.stored, comparison.tiles);

    let mut lines = head_lines(signed.checkpoint().origin(), &head, words);
    lines.extend(signature_lines(&held, words));
    lines.push(format!("{}: {count}", pick(words, "记录包", "bundles hashed")));
    lines.push(format!("{}: {compared}", pick(words, "逐字节比对的哈希块", "tiles compared")));
    let beyond = stored.left_over(u64::try_from(count).unwrap_or(u64::MAX));
    if beyond > 0 {
        let label =
            pick(words, "存证点之后的文件，未判断", "files beyond the checkpoint, not judged");
        lines.push(format!("{label}: {beyond}"));
    }
    if !stored.foreign.is_empty() {
        let label = pick(words, "不属于台账的文件", "files that belong to no log");
        let shown: Vec<_> = stored.foreign.iter().take(FOREIGN_SHOWN).cloned().collect();
        lines.push(format!("{label}: {} ({})", stored.foreign.len(), shown.join(", ")));
    }
    Ok(lines)
}

/// Leaves of the bundles of a window in order, hashed on all cores.
fn hash_window(window: &[Bundle], stored: &Stored) -> Vec<Result<BundleLeaves, Failure>> {
    let threads = thread::available_parallelism().map_or(1, |count| count.get().min(THREADS_MAX));
    let share = window.len().div_ceil(threads);
    thread::scope(|scope| {
        let workers: Vec<_> = window
            .chunks(share)
            .map(|part| {
                let hash = move || part.iter().map(|bundle| leaves_of(*bundle, stored)).collect();
                scope.spawn(hash)
            })
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, Vec<_>>| {
            worker.join().expect("hashing entries does not panic")
        };
        workers.into_iter().flat_map(join).collect()
    })
}

/// Leaves of one bundle as the log's size has it; older or newer files at its place must agree.
fn leaves_of(bundle: Bundle, stored: &Stored) -> Result<BundleLeaves, Failure> {
    let mut hashed = Vec::new();
    for file in stored.bundles(bundle.index) {
        let bytes = stored.read_bundle(file)?;
        hashed.push(BundleLeaves::of(file, &bytes).map_err(Failure::rejected)?);
    }
    let at = hashed.iter().position(|leaves| leaves.bundle().width >= bundle.width);
    let at = at.ok_or_else(|| Failure::rejected_at(bundle, "the file is missing"))?;
    let chosen = hashed.swap_remove(at);
    for other in &hashed {
        chosen.agrees_with(other).map_err(Failure::rejected)?;
    }
    Ok(chosen.shortened(bundle.width))
}

/// Computed tiles held against the stored ones.
struct Comparison {
    stored: Stored,
    /// Files that agree.
    tiles: usize,
    /// The first that does not, in words.
    wrong: Option<String>,
}

impl Comparison {
    /// Compares a tile with every file at its place; one must be as wide as it or wider.
    fn add(&mut self, tile: &ComputedTile) -> Result<(), Failure> {
        let wanted = tile.tile();
        let files = self.stored.take_tiles(wanted.level, wanted.index);
        if files.last().is_none_or(|widest| widest.width < wanted.width) {
            self.note(format!("{wanted}: the file is missing"));
        }
        for file in files {
            match tile.compare(file, &self.stored.read_tile(file)?) {
                Ok(()) => self.tiles += 1,
                Err(error) => self.note(error.to_string()),
            }
        }
        Ok(())
    }

    fn note(&mut self, wrong: String) {
        self.wrong.get_or_insert(wrong);
    }
}
