//! Checking the chain: numbers without gaps, each entry's hash, each link to the one before.
//!
//! Run over the last links at every start and over the rest in the background. It reports the
//! first link that does not hold and changes nothing.

use diesel::prelude::*;
use tl_domain::event::Entry;
use tl_ledger::{Envelope, Hash, PublicKey};

use super::from_db;
use super::schema::{entry, stream};

/// Links that are checked at each start before anything else happens.
pub(crate) const TAIL_LINKS: i64 = 1000;
/// Rows read at a time.
const PAGE_ROWS: i64 = 200;

/// The first link that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {dseq} of epoch {epoch}: {what}")]
pub(crate) struct Broken {
    /// Epoch of the entry.
    pub(crate) epoch: u64,
    /// Number of the entry.
    pub(crate) dseq: u64,
    /// What does not hold.
    pub(crate) what: &'static str,
}

#[derive(Queryable)]
struct Link {
    position: i64,
    epoch: i64,
    dseq: i64,
    prev: Vec<u8>,
    leaf: Vec<u8>,
    envelope: Option<Vec<u8>>,
}

/// Checks up to `links` entries backwards from position `before` (`None`: the end); returns the
/// position from which to go on, `None` when the beginning was reached.
///
/// # Errors
/// The database's, or in the inner result the first link that does not hold.
pub(crate) fn check_links(
    connection: &mut SqliteConnection,
    key: &PublicKey,
    before: Option<i64>,
    links: i64,
) -> QueryResult<Result<Option<i64>, Broken>> {
    let from_the_end = before.is_none();
    let mut before = before.unwrap_or(i64::MAX);
    let mut later: Option<Link> = None;
    let head: Vec<u8> = stream::table.select(stream::head).first(connection)?;
    let mut left = links;
    while left > 0 {
        let page: Vec<Link> = entry::table
            .filter(entry::position.lt(before))
            .order(entry::position.desc())
            .limit(PAGE_ROWS.min(left))
            .select((
                entry::position,
                entry::epoch,
                entry::dseq,
                entry::prev,
                entry::leaf,
                entry::envelope,
            ))
            .load(connection)?;
        let Some(last) = page.last() else {
            return Ok(later.map_or(Ok(()), |link| begins(&link)).map(|()| None));
        };
        before = last.position;
        left -= i64::try_from(page.len()).unwrap_or(left);
        for link in page {
            let held = holds(&link, key).and_then(|()| match &later {
                Some(later) => follows(&link, later),
                None => Ok(()),
            });
            if let Err(found) = held {
                return Ok(Err(found));
            }
            if from_the_end && later.is_none() && link.leaf != head {
                return Ok(Err(broken(
                    &link,
                    "it is not the stream's newest entry: rows are missing",
                )));
            }
            later = Some(link);
        }
    }
    // The earliest link of this stretch is the first `later` of the next one.
    Ok(Ok(later.map(|link| link.position + 1)))
}

fn broken(link: &Link, what: &'static str) -> Broken {
    Broken { epoch: from_db(link.epoch), dseq: from_db(link.dseq), what }
}

/// Whether a row is what it says: its bytes hash to the leaf, are signed and hold its numbers.
fn holds(link: &Link, key: &PublicKey) -> Result<(), Broken> {
    let wrong = |what| broken(link, what);
    let Some(bytes) = &link.envelope else {
        return Ok(());
    };
    if Hash::leaf(bytes).0.as_slice() != link.leaf {
        return Err(wrong("its bytes do not have the hash that was stored"));
    }
    let envelope = Envelope::parse(bytes).map_err(|_| wrong("its bytes are no envelope"))?;
    envelope.verify(key).map_err(|_| wrong("its signature is not this agent's"))?;
    let entry = Entry::read(&envelope.payload).map_err(|_| wrong("its payload is no entry"))?;
    let numbers = entry.head.epoch == from_db(link.epoch)
        && entry.head.dseq == from_db(link.dseq)
        && entry.head.prev.0.as_slice() == link.prev;
    if numbers { Ok(()) } else { Err(wrong("its numbers are not those that were stored")) }
}

/// Whether `later` is the next entry of the same stream, or the first of a later epoch.
fn follows(link: &Link, later: &Link) -> Result<(), Broken> {
    if later.epoch > link.epoch {
        return begins(later);
    }
    if later.epoch != link.epoch || later.dseq != link.dseq + 1 {
        return Err(broken(later, "its number does not follow the one before"));
    }
    if later.prev != link.leaf {
        return Err(broken(later, "its prev is not the hash of the entry before"));
    }
    Ok(())
}

fn begins(link: &Link) -> Result<(), Broken> {
    let first = link.dseq == 1 && link.prev == Hash::ZERO.0;
    if first { Ok(()) } else { Err(broken(link, "entries before it are missing")) }
}
