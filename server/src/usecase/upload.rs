//! What devices send: entries and blobs, and where their streams stand.

use std::num::NonZero;
use std::thread;

use tl_ledger::Hash;
use tl_store::{Device, KeyBook, Submission, verify};
use tl_wire::bundle;
use tl_wire::device::{BlobAnswer, HeadAnswer, UploadAnswer};
use tl_wire::problem::ErrorCode;
use tl_wire::{BLOB_BYTES_MAX, BLOB_PIECE_BYTES_MAX};

use super::snapshot;
use crate::app::App;
use crate::error::Failure;

/// Fewest entries that are worth a thread of their own.
const ENTRIES_PER_THREAD_MIN: usize = 16;

/// Verifies the entries of a bundle and appends them in order; answers when they are durable.
///
/// # Errors
/// `BadRequest` for what is no bundle; `Busy` or `Unavailable` when nothing was taken.
pub fn entries(app: &App, device: &Device, bytes: &[u8]) -> Result<UploadAnswer, Failure> {
    let split = bundle::split(bytes)
        .map_err(|error| Failure::new(ErrorCode::BadRequest, error.to_string()))?;
    let book = app.store.key_book(&device.party)?;
    let received_at = app.clock.micros();
    let submissions = verify_all(&split, &book, device, received_at);
    let results =
        if submissions.is_empty() { Vec::new() } else { app.store.append(submissions)? };
    Ok(UploadAnswer { results, head: head(app, device)? })
}

/// Where the device's stream stands.
///
/// # Errors
/// The store's.
pub fn head(app: &App, device: &Device) -> Result<HeadAnswer, Failure> {
    let stream = app.store.stream_head(&device.party, &device.id)?;
    let (epoch, acked_through, head) = match stream {
        Some(head) if head.epoch >= device.epoch => (head.epoch, head.acked_through, head.head),
        _ => (device.epoch, 0, Hash::ZERO),
    };
    Ok(HeadAnswer {
        epoch,
        acked_through,
        head,
        server_time_micros: app.clock.micros(),
        snapshot_version: snapshot::version(app, device)?,
    })
}

/// How much of a blob is there.
///
/// # Errors
/// The store's.
pub fn blob(app: &App, device: &Device, name: &Hash) -> Result<BlobAnswer, Failure> {
    let state = app.store.blob(&device.party, name)?;
    Ok(state.map_or(BlobAnswer { received: 0, complete: false }, |state| BlobAnswer {
        received: state.received,
        complete: state.complete,
    }))
}

/// Takes a piece of a blob; the last one completes it.
///
/// # Errors
/// `TooLarge`, or `Refused` when all bytes are there and have another hash.
pub fn put_blob(
    app: &App,
    device: &Device,
    name: &Hash,
    (offset, size): (u64, u64),
    bytes: &[u8],
) -> Result<BlobAnswer, Failure> {
    if size > BLOB_BYTES_MAX || bytes.len() > BLOB_PIECE_BYTES_MAX {
        let detail = format!(
            "a blob has at most {BLOB_BYTES_MAX} bytes, a piece at most {BLOB_PIECE_BYTES_MAX}"
        );
        return Err(Failure::new(ErrorCode::TooLarge, detail));
    }
    let end = u64::try_from(bytes.len()).ok().and_then(|length| offset.checked_add(length));
    if end.is_none_or(|end| end > size) {
        let detail = "the piece ends behind the size that is announced";
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    let now = app.clock.micros();
    let state = app.store.put_blob_piece(&device.party, name, size, offset, bytes, now)?;
    Ok(BlobAnswer { received: state.received, complete: state.complete })
}

/// Checks form and signature of each entry on all processors; the order stays.
fn verify_all(
    entries: &[&[u8]],
    book: &KeyBook,
    device: &Device,
    received_at: i64,
) -> Vec<Submission> {
    let one = |bytes: &&[u8]| match verify(bytes, book, &device.party, &device.id) {
        Ok(verified) => Submission::Signed(Box::new(verified), received_at),
        Err(refused) => Submission::Refused(refused, received_at),
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = entries.len().div_ceil(threads).max(ENTRIES_PER_THREAD_MIN);
    if entries.len() <= share {
        return entries.iter().map(one).collect();
    }
    thread::scope(|scope| {
        let work = |part: &'_ [&[u8]]| part.iter().map(one).collect::<Vec<_>>();
        let threads: Vec<_> =
            entries.chunks(share).map(|part| scope.spawn(move || work(part))).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined
            .flat_map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
