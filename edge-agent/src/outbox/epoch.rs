//! Opening a new epoch: what a restored or replaced box does when the server knows another past.
//!
//! Numbers are never used twice. Entries that the server has not are written again in the new
//! epoch with the same id, time and body; references to each other follow. The old rows stay as
//! evidence, marked `replaced`.

use std::collections::HashMap;

use diesel::prelude::*;
use tl_domain::event::{Body, Entry, EpochOpen, EpochReason};
use tl_ledger::{Envelope, Hash};

use super::schema::{entry, ticket};
use super::transaction::{Draft, Stream};
use super::{Mark, Tx, WriteError, to_db};

impl Tx<'_> {
    /// Opens `epoch` with `opening` and writes everything behind `after` again in it; returns how
    /// many entries were written again.
    ///
    /// # Errors
    /// As `append`; nothing is changed then.
    pub(crate) fn open_epoch(
        &mut self,
        epoch: u64,
        opening: EpochOpen,
        after: Mark,
    ) -> Result<usize, WriteError> {
        let old = self.unacknowledged(after)?;
        let last_micros = self.stream.last_micros;
        *self.stream = Stream { epoch, dseq: 0, head: Hash::ZERO, last_micros };
        self.begin(opening)?;
        let mut renamed: HashMap<String, String> = HashMap::new();
        for (position, bytes, subject, wall) in &old {
            let form = |error: String| WriteError::Form(error);
            let envelope = Envelope::parse(bytes).map_err(|error| form(error.to_string()))?;
            let text = rename_hashes(&String::from_utf8_lossy(&envelope.payload), &renamed);
            let mut again =
                Entry::read(text.as_bytes()).map_err(|error| form(error.to_string()))?;
            again.head.epoch = self.stream.epoch;
            again.head.dseq = self.stream.dseq + 1;
            again.head.prev = self.stream.head;
            let appended = self.seal(again, subject, *wall)?;
            let old_leaf = Hash::leaf(bytes);
            self.rename_tickets(old_leaf, appended.leaf)?;
            renamed.insert(old_leaf.to_string(), appended.leaf.to_string());
            diesel::update(entry::table.find(position))
                .set(entry::state.eq("replaced"))
                .execute(self.connection)?;
        }
        Ok(old.len())
    }

    /// The first entry of an outbox that begins in an epoch after the first, as a box does that
    /// takes the place of another: it names where the other's stream ended.
    ///
    /// # Errors
    /// As `append`.
    pub(super) fn begin_replaced(&mut self) -> Result<(), WriteError> {
        let previous = self.shared.identity.previous.as_ref();
        // Without word of the server nothing but the epoch before is known.
        let (old_epoch, old_dseq, old_head) = previous
            .map_or((self.stream.epoch - 1, 0, Hash::ZERO), |it| (it.epoch, it.dseq, it.head));
        let reason = EpochReason::Replaced;
        self.begin(EpochOpen { old_epoch, old_dseq, old_head, reason })
    }

    fn begin(&mut self, opening: EpochOpen) -> Result<(), WriteError> {
        let subject = format!("epoch {}", self.stream.epoch);
        self.append(Draft::now(Body::EpochOpen(opening), None, subject)).map(drop)
    }

    fn unacknowledged(&mut self, after: Mark) -> Result<Vec<OldRow>, WriteError> {
        let (epoch, through) = (to_db(after.epoch), to_db(after.through));
        let rows: Vec<(i64, Option<Vec<u8>>, String, i64)> = entry::table
            .filter(entry::epoch.eq(epoch).and(entry::dseq.gt(through)).or(entry::epoch.gt(epoch)))
            .filter(entry::state.ne("replaced"))
            .filter(entry::kind.ne("epoch.open"))
            .order((entry::epoch, entry::dseq))
            .select((entry::position, entry::envelope, entry::subject, entry::recorded_micros))
            .load(self.connection)?;
        Ok(rows
            .into_iter()
            .filter_map(|(position, bytes, subject, wall)| Some((position, bytes?, subject, wall)))
            .collect())
    }

    /// Corrections of tickets name the entry they correct by its hash.
    fn rename_tickets(&mut self, old: Hash, new: Hash) -> Result<(), WriteError> {
        let (old, new) = (old.0.to_vec(), new.0.to_vec());
        diesel::update(ticket::table.filter(ticket::register_leaf.eq(&old)))
            .set(ticket::register_leaf.eq(Some(&new)))
            .execute(self.connection)?;
        diesel::update(ticket::table.filter(ticket::weigh_leaf.eq(&old)))
            .set(ticket::weigh_leaf.eq(Some(&new)))
            .execute(self.connection)?;
        Ok(())
    }
}

/// The text with every known hash in it replaced. Each text is read once, however many hashes are
/// known: months of entries may have to be written again.
fn rename_hashes(text: &str, renamed: &HashMap<String, String>) -> String {
    let mut again = String::with_capacity(text.len());
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c| !is_hex(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(digits);
        again.push_str(renamed.get(run).map_or(run, String::as_str));
        let other = after.find(is_hex).unwrap_or(after.len());
        let (between, next) = after.split_at(other);
        again.push_str(between);
        rest = next;
    }
    again
}

/// Position, bytes, subject and time of recording.
type OldRow = (i64, Vec<u8>, String, i64);
