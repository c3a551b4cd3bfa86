//! A file of zeros that keeps room free on the disk.
//!
//! When the disk is full it is given up, so that what the server acknowledged can still be noted
//! and pruned; captures stay refused until it stands again.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use super::room::Room;
use crate::home::Home;

/// Makes the ballast when it is missing; without room for it captures are refused.
pub(super) fn keep(home: &Home, bytes: u64, room: &Room) {
    let path = home.file("ballast");
    if bytes == 0 {
        let _ = fs::remove_file(&path);
        room.set_disk_full(false);
        return;
    }
    if fs::metadata(&path).is_ok_and(|file| file.len() == bytes) {
        room.set_disk_full(false);
        return;
    }
    match fill(&path, bytes) {
        Ok(()) => room.set_disk_full(false),
        Err(error) => {
            tracing::warn!(%error, bytes, "no room for the ballast; captures are refused");
            release(home, room);
        }
    }
}

/// Gives the ballast up.
pub(super) fn release(home: &Home, room: &Room) {
    room.set_disk_full(true);
    // Without a ballast there is nothing to give up.
    let _ = fs::remove_file(home.file("ballast"));
}

fn fill(path: &Path, bytes: u64) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    io::copy(&mut io::repeat(0).take(bytes), &mut file)?;
    file.sync_all()
}
