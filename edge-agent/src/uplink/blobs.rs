//! Uploading files that entries name by hash: resumable, in bounded pieces.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use super::{RoundError, Uplink};
use crate::api::{ApiError, Server};
use crate::outbox::{from_db, open_blobs};

/// Bytes of a blob in one request; small, because they are in memory.
const PIECE_BYTES: usize = 256 * 1024;

impl<S: Server> Uplink<S> {
    /// Uploads every blob that the server has not whole.
    pub(super) fn upload_blobs(&mut self) -> Result<(), RoundError> {
        let open = self.outbox.read(open_blobs)?;
        for (sha256, size) in open {
            match self.upload_blob(&sha256, from_db(size)) {
                Ok(()) => self.outbox.write(move |tx| tx.blob_arrived(&sha256))?,
                // A file that is gone or refused must not hold up the others.
                Err(error @ (RoundError::Blob(..) | RoundError::Api(ApiError::Problem { .. }))) => {
                    tracing::error!(%error, sha256, "a blob was not uploaded");
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
            let offset = there.received;
            file.seek(SeekFrom::Start(offset)).map_err(fail)?;
            let read = file.read(&mut piece).map_err(fail)?;
            there = self.server.put_blob(sha256, offset, size, &piece[..read])?;
            if !there.complete && there.received <= offset {
                let stuck = format!("{} of {size} bytes arrived and no more", there.received);
                return Err(ApiError::Form(format!("blob {sha256}: {stuck}")).into());
            }
        }
        Ok(())
    }
}
