//! Taking back a person's last act: what the working state forgets when an entry is withdrawn.
//!
//! The entry itself stays and is withdrawn by a `supersede`; here only what captures look at goes
//! back to what it was. Only kinds whose effect here is known can be withdrawn.

use diesel::prelude::*;
use tl_domain::event::{Body, Entry, EntryRef};
use tl_ledger::{Envelope, Hash};

use super::schema::{act, arrival, pot, totaliser, waste_kept};
use crate::outbox::schema::{batch, batch_mass, entry, run, sample, used_code};
use crate::outbox::{Db, Tx, WriteError};

/// How long a person can take back an own act.
pub(crate) const UNDO_MICROS: i64 = 10 * 60 * 1_000_000;

/// An act that can be taken back.
#[derive(Debug, Clone)]
pub(crate) struct UndoableAct {
    /// Its number.
    pub(crate) number: i64,
    /// When it was recorded.
    pub(crate) recorded_micros: i64,
    /// Its entries, the last one first.
    pub(crate) entries: Vec<UndoableEntry>,
}

/// An entry of such an act.
#[derive(Debug, Clone)]
pub(crate) struct UndoableEntry {
    /// How a `supersede` names it.
    pub(crate) target: EntryRef,
    /// Where it stands in the stream, as the database has it.
    pub(crate) epoch: i64,
    /// Its number.
    pub(crate) dseq: i64,
    /// What people call it.
    pub(crate) subject: String,
    /// What it says; none when its bytes were pruned.
    pub(crate) body: Option<Body>,
}

/// The last act of a person that recorded something and was not taken back; taking back is none.
pub(crate) fn last_act(db: &mut Db, operator: &str) -> QueryResult<Option<UndoableAct>> {
    let found: Option<(i64, i64, i64, i64, i64)> = act::table
        .filter(act::operator.eq(operator).and(act::undone.eq(false)))
        .filter(act::first_dseq.le(act::last_dseq))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            entry::table
                .filter(entry::epoch.eq(act::epoch))
                .filter(entry::dseq.eq(act::last_dseq))
                .filter(entry::kind.eq("supersede")),
        )))
        .order(act::number.desc())
        .select((act::number, act::recorded_micros, act::epoch, act::first_dseq, act::last_dseq))
        .first(db)
        .optional()?;
    let Some((number, recorded_micros, epoch, first, last)) = found else {
        return Ok(None);
    };
    type Row = (i64, String, String, Vec<u8>, Option<Vec<u8>>);
    let rows: Vec<Row> = entry::table
        .filter(entry::epoch.eq(epoch).and(entry::dseq.between(first, last)))
        .order(entry::dseq.desc())
        .select((entry::dseq, entry::id, entry::subject, entry::leaf, entry::envelope))
        .load(db)?;
    let entries = rows.into_iter().filter_map(|(dseq, id, subject, leaf, envelope)| {
        let target = EntryRef { hash: Hash::from_slice(&leaf)?, id: id.parse().ok()? };
        let body = envelope.and_then(|bytes| {
            let envelope = Envelope::parse(&bytes).ok()?;
            Entry::read(&envelope.payload).ok().map(|entry| entry.body)
        });
        Some(UndoableEntry { target, epoch, dseq, subject, body })
    });
    Ok(Some(UndoableAct { number, recorded_micros, entries: entries.collect() }))
}

/// Whether the working state knows how to forget such an entry.
pub(crate) fn reversible(body: &Body) -> bool {
    matches!(
        body,
        Body::BatchRegister(_)
            | Body::BatchWeigh(_)
            | Body::SampleTake(_)
            | Body::RunStart(_)
            | Body::RunClose(_)
            | Body::HandoverDispatch(_)
            | Body::HandoverReceive(_)
            | Body::StorePut(_)
            | Body::StoreDraw(_)
            | Body::FlowReport(_)
            | Body::WasteStore(_)
            | Body::StockTake(_)
            | Body::EvidenceAdd(_)
    )
}

impl Tx<'_> {
    /// Notes that an act was taken back.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn set_undone(&mut self, number: i64) -> Result<(), WriteError> {
        diesel::update(act::table.find(number))
            .set(act::undone.eq(true))
            .execute(self.connection)?;
        Ok(())
    }

    /// Forgets what an entry changed in the working state.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn reverse(
        &mut self,
        undone: &UndoableEntry,
        body: &Body,
    ) -> Result<(), WriteError> {
        let (epoch, dseq) = (undone.epoch, undone.dseq);
        let of_entry = batch_mass::epoch.eq(epoch).and(batch_mass::dseq.eq(dseq));
        let touched: Vec<(String, String)> = batch_mass::table
            .filter(of_entry)
            .select((batch_mass::batch, batch_mass::act))
            .load(self.connection)?;
        diesel::delete(batch_mass::table.filter(of_entry)).execute(self.connection)?;
        for (id, act) in &touched {
            if act == "emptied" {
                diesel::update(batch::table.find(id))
                    .set(batch::closed.eq(false))
                    .execute(self.connection)?;
            }
        }
        let id = undone.target.id.to_string();
        diesel::delete(used_code::table.filter(used_code::owner.eq(&id)))
            .execute(self.connection)?;
        match body {
            Body::BatchRegister(_) => {
                diesel::delete(batch::table.find(&id)).execute(self.connection)?;
                diesel::delete(arrival::table.find(&id)).execute(self.connection)?;
            }
            Body::BatchWeigh(weigh) => {
                let none: Option<String> = None;
                diesel::update(arrival::table.find(weigh.batch.to_string()))
                    .set((arrival::question.eq(none.clone()), arrival::words.eq(none)))
                    .execute(self.connection)?;
            }
            Body::SampleTake(_) => {
                diesel::delete(sample::table.find(&id)).execute(self.connection)?;
                diesel::delete(pot::table.find(&id)).execute(self.connection)?;
            }
            Body::RunStart(_) => {
                diesel::delete(run::table.find(&id)).execute(self.connection)?;
            }
            Body::RunClose(close) => {
                diesel::update(run::table.find(close.run.to_string()))
                    .set(run::open.eq(true))
                    .execute(self.connection)?;
            }
            Body::FlowReport(flow) => self.reverse_totaliser(flow.stream.as_str(), &id)?,
            Body::WasteStore(_) => {
                diesel::delete(waste_kept::table.filter(waste_kept::entry.eq(&id)))
                    .execute(self.connection)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn reverse_totaliser(&mut self, stream: &str, entry: &str) -> Result<(), WriteError> {
        let row = totaliser::table.find(stream).filter(totaliser::entry.eq(entry));
        let before: Option<(Option<String>, Option<i64>)> = row
            .select((totaliser::before_value, totaliser::before_micros))
            .first(self.connection)
            .optional()?;
        match before {
            Some((Some(value), Some(micros))) => {
                diesel::update(row)
                    .set((totaliser::value.eq(value), totaliser::read_micros.eq(micros)))
                    .execute(self.connection)?;
            }
            Some(_) => {
                diesel::delete(row).execute(self.connection)?;
            }
            None => {}
        }
        Ok(())
    }
}
