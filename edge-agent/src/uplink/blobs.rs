//! Uploading files that entries name by hash: resumable, in bounded pieces.
//!
//! A file that is gone, damaged or refused holds up nothing else; it is tried again
//! with growing pauses, because the server may have room or a person may bring it back.

use std::collections::HashMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::time::{Duration, Instant};

use super::{RoundError, Uplink};
use crate::api::{ApiError, Server};
use crate::outbox::{from_db, open_blobs};

/// Bytes of a blob in one request; small, because they are in memory.
const PIECE_BYTES: usize = 256 * 1024;

/// Pause before a file is tried again that was not taken; doubles up to the last.
const RETRY_FIRST: Duration = Duration::from_secs(60);
const RETRY_LAST: Duration = Duration::from_secs(3600);

/// Files that were not taken: when each is tried again, and the pause before it.
#[derive(Debug, Default)]
pub(super) struct Held(HashMap<String, (Instant, Duration)>);

impl Held {
    fn waits(&self, sha256: &str, now: Instant) -> bool {
        self.0.get(sha256).is_some_and(|(at, _)| now < *at)
    }

    fn hold(&mut self, sha256: String, now: Instant) {
        let pause =
            self.0.get(&sha256).map_or(RETRY_FIRST, |(_, pause)| (*pause * 2).min(RETRY_LAST));
        self.0.insert(sha256, (now + pause, pause));
    }
}

impl<S: Server> Uplink<S> {
    /// Uploads every blob that the server has not whole.
    pub(super) fn upload_blobs(&mut self, now: Instant) -> Result<(), RoundError> {
        let open = self.outbox.read(open_blobs)?;
        self.unsent.0.retain(|sha256, _| open.iter().any(|(known, _)| known == sha256));
        for (sha256, size) in open {
            if self.unsent.waits(&sha256, now) {
                continue;
            }
            match self.upload_blob(&sha256, from_db(size)) {
                Ok(()) => self.outbox.write(move |tx| tx.blob_arrived(&sha256))?,
                // A file that is gone or refused must not hold up the others.
                Err(error @ (RoundError::Blob(..) | RoundError::Api(ApiError::Problem { .. }))) => {
                    tracing::error!(%error, sha256, "a blob was not uploaded");
                    self.unsent.hold(sha256, now);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn upload_blob(&self, sha256: &str, size: u64) -> Result<(), RoundError> {
        let fail = |error| RoundError::Blob(sha256.to_owned(), error);
        let mut there = self.server.blob(sha256)?;
        if there.complete {
            return Ok(());
        }
        let mut file = File::open(self.outbox.shared().home.blob(sha256)).map_err(fail)?;
        let mut piece = vec![0; PIECE_BYTES];
        while !there.complete {
            self.status.beat();
            let offset = there.received;
            file.seek(SeekFrom::Start(offset)).map_err(fail)?;
            let read = read_full(&mut file, &mut piece).map_err(fail)?;
            if read == 0 && offset < size {
                let what = format!("{offset} of {size} bytes are here");
                return Err(fail(std::io::Error::new(ErrorKind::UnexpectedEof, what)));
            }
            there = self.server.put_blob(sha256, offset, size, &piece[..read])?;
            if !there.complete && there.received <= offset {
                let stuck = format!("{} of {size} bytes arrived and no more", there.received);
                return Err(fail(std::io::Error::other(stuck)));
            }
        }
        Ok(())
    }
}

/// Fills the piece as far as the file goes: one read may give less.
fn read_full(file: &mut File, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = piece.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
