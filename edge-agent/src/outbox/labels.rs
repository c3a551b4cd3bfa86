//! Codes in use, with the entry that claims each, and samples by their codes and names.

use diesel::prelude::*;
use tl_domain::code::Code;
use tl_domain::event::{Entry, EntryRef};
use tl_domain::ids::EntryId;
use tl_ledger::{Envelope, Hash};

use super::schema::{batch, entry, sample, used_code};
use super::{Db, Tx, WriteError};

/// Who claims a code: the kind's stored name and the entry's id.
pub(crate) fn owner_of_code(db: &mut Db, code: &Code) -> QueryResult<Option<(String, String)>> {
    used_code::table
        .find(code.as_str())
        .select((used_code::kind, used_code::owner))
        .first(db)
        .optional()
}

/// The code that an entry claims, with the kind's stored name.
pub(crate) fn code_of_entry(db: &mut Db, id: &str) -> QueryResult<Option<(String, String)>> {
    used_code::table
        .filter(used_code::owner.eq(id))
        .select((used_code::code, used_code::kind))
        .first(db)
        .optional()
}

/// A sample as it is known here.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sample)]
pub(crate) struct SampleKnown {
    /// Id.
    pub(crate) id: String,
    /// Code of its pot.
    pub(crate) code: Option<String>,
    /// Name at the laboratory.
    pub(crate) lab_name: Option<String>,
    /// When it was taken, microseconds since 1970.
    pub(crate) taken_micros: i64,
}

/// A sample by its id.
pub(crate) fn sample_by_id(db: &mut Db, id: &str) -> QueryResult<Option<SampleKnown>> {
    sample::table.find(id).select(SampleKnown::as_select()).first(db).optional()
}

/// A sample by the code of its pot.
pub(crate) fn sample_by_code(db: &mut Db, code: &Code) -> QueryResult<Option<SampleKnown>> {
    sample::table
        .filter(sample::code.eq(code.as_str()))
        .select(SampleKnown::as_select())
        .first(db)
        .optional()
}

/// The newest sample that the laboratory calls so.
pub(crate) fn sample_by_lab_name(db: &mut Db, name: &str) -> QueryResult<Option<SampleKnown>> {
    sample::table
        .filter(sample::lab_name.eq(name))
        .order(sample::taken_micros.desc())
        .select(SampleKnown::as_select())
        .first(db)
        .optional()
}

/// An entry of ours with what names it; none when it is not ours, or its bytes were pruned.
pub(crate) fn signed_entry(db: &mut Db, id: &str) -> QueryResult<Option<(EntryRef, Entry)>> {
    let row: Option<(Vec<u8>, Option<Vec<u8>>)> = entry::table
        .filter(entry::id.eq(id))
        .order(entry::position.desc())
        .select((entry::leaf, entry::envelope))
        .first(db)
        .optional()?;
    let read = || {
        let (leaf, envelope) = row?;
        let envelope = Envelope::parse(&envelope?).ok()?;
        let read = Entry::read(&envelope.payload).ok()?;
        let named = EntryRef { hash: Hash::from_slice(&leaf)?, id: read.head.id };
        Some((named, read))
    };
    Ok(read())
}

impl Tx<'_> {
    /// Gives a batch or a sample of ours another code, the one of a label that was printed ahead.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn relabel(
        &mut self,
        code: &Code,
        kind: &str,
        owner: EntryId,
    ) -> Result<(), WriteError> {
        let (id, code_text) = (owner.to_string(), Some(code.as_str()));
        diesel::update(batch::table.find(&id))
            .set(batch::code.eq(code_text))
            .execute(self.connection)?;
        diesel::update(sample::table.find(&id))
            .set(sample::code.eq(code_text))
            .execute(self.connection)?;
        self.claim_code(code, kind, owner)
    }

    /// Marks a code as used by an entry; the first one keeps it.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn claim_code(
        &mut self,
        code: &Code,
        kind: &str,
        owner: EntryId,
    ) -> Result<(), WriteError> {
        diesel::insert_or_ignore_into(used_code::table)
            .values((
                used_code::code.eq(code.as_str()),
                used_code::kind.eq(kind),
                used_code::owner.eq(owner.to_string()),
                used_code::used_micros.eq(self.now()),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    /// Keeps a sample so that its results find it.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn keep_sample(
        &mut self,
        id: EntryId,
        code: Option<&Code>,
        lab_name: Option<&str>,
    ) -> Result<(), WriteError> {
        diesel::insert_into(sample::table)
            .values((
                sample::id.eq(id.to_string()),
                sample::code.eq(code.map(Code::as_str)),
                sample::lab_name.eq(lab_name),
                sample::taken_micros.eq(self.now()),
            ))
            .execute(self.connection)?;
        Ok(())
    }
}
