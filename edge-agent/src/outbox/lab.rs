//! Tables of the laboratory's desk, and every question to them.
//!
//! Worksheets and files that wait are kept as JSON documents: they are one person's half-done work
//! and never leave the agent. Nothing here decides anything.

use diesel::prelude::*;
use tl_domain::event::{Body, Entry};
use tl_ledger::Envelope;

use super::schema::entry;
use super::{Db, Query, Tx, WriteError};

diesel::table! {
    lab_receipt (sample) {
        sample -> Text,
        number -> Text,
        code -> Nullable<Text>,
        lab_name -> Nullable<Text>,
        material -> Nullable<Text>,
        operator -> Text,
        received_micros -> BigInt,
    }
}

diesel::table! {
    lab_sheet (id) {
        id -> Text,
        number -> Text,
        owner -> Text,
        state -> Text,
        revision -> BigInt,
        document -> Text,
        opened_micros -> BigInt,
        changed_micros -> BigInt,
    }
}

diesel::table! {
    lab_sheet_sample (sheet, sample) {
        sheet -> Text,
        sample -> Text,
    }
}

diesel::table! {
    lab_import (number) {
        number -> BigInt,
        sheet -> Text,
        name -> Text,
        sha256 -> Nullable<Text>,
        operator -> Text,
        open -> Bool,
        document -> Text,
        read_micros -> BigInt,
    }
}

diesel::table! {
    lab_result (entry) {
        entry -> Text,
        sample -> Text,
        sheet -> Text,
        material -> Nullable<Text>,
        analyte -> Text,
        shown -> Text,
        value -> Nullable<Text>,
        unit -> Text,
        operator -> Text,
        recorded_micros -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(lab_receipt, lab_sheet, lab_sheet_sample, lab_result);

/// State of a worksheet that is being filled.
pub(crate) const OPEN: &str = "open";
/// State of a worksheet whose results are entries.
pub(crate) const SUBMITTED: &str = "submitted";
/// State of a worksheet that was given up; its cells stay.
pub(crate) const DROPPED: &str = "dropped";

/// A pot that the laboratory took over.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = lab_receipt)]
pub(crate) struct Receipt {
    /// Id of the sample.
    pub(crate) sample: String,
    /// What the analyst calls it (盲码).
    pub(crate) number: String,
    /// Code of the pot.
    pub(crate) code: Option<String>,
    /// Name at the laboratory.
    pub(crate) lab_name: Option<String>,
    /// Id of its material, when known here.
    pub(crate) material: Option<String>,
    /// Who took it over.
    pub(crate) operator: String,
    /// When, microseconds since 1970.
    pub(crate) received_micros: i64,
}

/// A worksheet as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = lab_sheet)]
pub(crate) struct SheetRecord {
    /// Id.
    pub(crate) id: String,
    /// Number that people use.
    pub(crate) number: String,
    /// Whose it is.
    pub(crate) owner: String,
    /// `open`, `submitted` or `dropped`.
    pub(crate) state: String,
    /// Grows with every change.
    pub(crate) revision: i64,
    /// Its content as JSON.
    pub(crate) document: String,
    /// When it was opened, microseconds since 1970.
    pub(crate) opened_micros: i64,
    /// When it was last changed.
    pub(crate) changed_micros: i64,
}

/// Results that wait for somebody to confirm them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = lab_import)]
pub(crate) struct ImportRecord {
    /// Number.
    pub(crate) number: i64,
    /// The worksheet that they were read for.
    pub(crate) sheet: String,
    /// Name of the file, or what was pasted.
    pub(crate) name: String,
    /// Hash of the file.
    pub(crate) sha256: Option<String>,
    /// Its lines as JSON.
    pub(crate) document: String,
}

/// A result that was submitted here.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = lab_result)]
pub(crate) struct ResultRecord {
    /// Its entry.
    pub(crate) entry: String,
    /// The sample.
    pub(crate) sample: String,
    /// The worksheet.
    pub(crate) sheet: String,
    /// Id of the material, when known here.
    pub(crate) material: Option<String>,
    /// What was determined.
    pub(crate) analyte: String,
    /// As printed, with unit.
    pub(crate) shown: String,
    /// The number of a measured value.
    pub(crate) value: Option<String>,
    /// Its unit.
    pub(crate) unit: String,
    /// Who submitted it.
    pub(crate) operator: String,
    /// When, microseconds since 1970.
    pub(crate) recorded_micros: i64,
}

/// The receipt of a sample.
pub(crate) fn receipt(db: &mut Db, sample: &str) -> Query<Option<Receipt>> {
    lab_receipt::table.find(sample).select(Receipt::as_select()).first(db).optional()
}

/// The receipt that an analyst's number names.
pub(crate) fn receipt_of_number(db: &mut Db, number: &str) -> Query<Option<Receipt>> {
    let of_number = lab_receipt::table.filter(lab_receipt::number.eq(number));
    of_number.select(Receipt::as_select()).first(db).optional()
}

/// Pots that are received, on no open worksheet and without a result, oldest first.
pub(crate) fn waiting_pots(db: &mut Db, limit: i64) -> Query<Vec<Receipt>> {
    let open = lab_sheet::table.filter(lab_sheet::state.eq(OPEN)).select(lab_sheet::id);
    let on_sheet = lab_sheet_sample::table
        .filter(lab_sheet_sample::sheet.eq_any(open))
        .select(lab_sheet_sample::sample);
    let done = lab_result::table.select(lab_result::sample);
    lab_receipt::table
        .filter(lab_receipt::sample.ne_all(on_sheet))
        .filter(lab_receipt::sample.ne_all(done))
        .order(lab_receipt::received_micros)
        .limit(limit)
        .select(Receipt::as_select())
        .load(db)
}

/// How many receipts have a number that begins so.
pub(crate) fn receipts_numbered(db: &mut Db, begin: &str) -> Query<i64> {
    let like = lab_receipt::number.like(format!("{begin}%"));
    lab_receipt::table.filter(like).count().get_result(db)
}

/// Worksheets in a state, the last changed first.
pub(crate) fn sheets(db: &mut Db, state: &str, limit: i64) -> Query<Vec<SheetRecord>> {
    lab_sheet::table
        .filter(lab_sheet::state.eq(state))
        .order(lab_sheet::changed_micros.desc())
        .limit(limit)
        .select(SheetRecord::as_select())
        .load(db)
}

/// A worksheet by its id.
pub(crate) fn sheet(db: &mut Db, id: &str) -> Query<Option<SheetRecord>> {
    lab_sheet::table.find(id).select(SheetRecord::as_select()).first(db).optional()
}

/// How many worksheets have a number that begins so.
pub(crate) fn sheets_numbered(db: &mut Db, begin: &str) -> Query<i64> {
    lab_sheet::table.filter(lab_sheet::number.like(format!("{begin}%"))).count().get_result(db)
}

/// What waits for confirmation on a worksheet, oldest first.
pub(crate) fn imports(db: &mut Db, sheet: &str) -> Query<Vec<ImportRecord>> {
    lab_import::table
        .filter(lab_import::sheet.eq(sheet))
        .filter(lab_import::open.eq(true))
        .order(lab_import::number)
        .select(ImportRecord::as_select())
        .load(db)
}

/// One of them by its number, open or not.
pub(crate) fn import(db: &mut Db, number: i64) -> Query<Option<ImportRecord>> {
    lab_import::table.find(number).select(ImportRecord::as_select()).first(db).optional()
}

/// Whether a worksheet was given this file before.
pub(crate) fn has_file(db: &mut Db, sheet: &str, sha256: &str) -> Query<bool> {
    let rows: i64 = lab_import::table
        .filter(lab_import::sheet.eq(sheet).and(lab_import::sha256.eq(sha256)))
        .count()
        .get_result(db)?;
    Ok(rows > 0)
}

/// Results of a sample that were submitted here, oldest first.
pub(crate) fn results_of(db: &mut Db, sample: &str) -> Query<Vec<ResultRecord>> {
    lab_result::table
        .filter(lab_result::sample.eq(sample))
        .order(lab_result::recorded_micros)
        .select(ResultRecord::as_select())
        .load(db)
}

/// Results that a worksheet gave, oldest first.
pub(crate) fn results_on(db: &mut Db, sheet: &str) -> Query<Vec<ResultRecord>> {
    lab_result::table
        .filter(lab_result::sheet.eq(sheet))
        .order(lab_result::recorded_micros)
        .select(ResultRecord::as_select())
        .load(db)
}

/// The newest measured values of a material with their units.
pub(crate) fn history(
    db: &mut Db,
    material: &str,
    analyte: &str,
    limit: i64,
) -> Query<Vec<(String, String)>> {
    let rows: Vec<(Option<String>, String)> = lab_result::table
        .filter(lab_result::material.eq(material).and(lab_result::analyte.eq(analyte)))
        .filter(lab_result::value.is_not_null())
        .order(lab_result::recorded_micros.desc())
        .limit(limit)
        .select((lab_result::value, lab_result::unit))
        .load(db)?;
    Ok(rows.into_iter().filter_map(|(value, unit)| Some((value?, unit))).collect())
}

/// What an entry says, while its bytes are here.
pub(crate) fn body(db: &mut Db, id: &str) -> Query<Option<Body>> {
    let bytes: Option<Option<Vec<u8>>> =
        entry::table.filter(entry::id.eq(id)).select(entry::envelope).first(db).optional()?;
    Ok(bytes.flatten().and_then(|bytes| {
        let envelope = Envelope::parse(&bytes).ok()?;
        Entry::read(&envelope.payload).ok().map(|entry| entry.body)
    }))
}

impl Tx<'_> {
    /// Keeps a receipt.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_receipt(&mut self, receipt: &Receipt) -> Result<(), WriteError> {
        diesel::insert_into(lab_receipt::table).values(receipt).execute(self.connection)?;
        Ok(())
    }

    /// Keeps a new worksheet with the samples on it.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_sheet(
        &mut self,
        record: &SheetRecord,
        samples: &[String],
    ) -> Result<(), WriteError> {
        diesel::insert_into(lab_sheet::table).values(record).execute(self.connection)?;
        for sample in samples {
            diesel::insert_or_ignore_into(lab_sheet_sample::table)
                .values((
                    lab_sheet_sample::sheet.eq(&record.id),
                    lab_sheet_sample::sample.eq(sample),
                ))
                .execute(self.connection)?;
        }
        Ok(())
    }

    /// Puts a worksheet's state and content in place of what was there.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn change_sheet(&mut self, record: &SheetRecord) -> Result<(), WriteError> {
        diesel::update(lab_sheet::table.find(&record.id))
            .set((
                lab_sheet::owner.eq(&record.owner),
                lab_sheet::state.eq(&record.state),
                lab_sheet::revision.eq(record.revision),
                lab_sheet::document.eq(&record.document),
                lab_sheet::changed_micros.eq(record.changed_micros),
            ))
            .execute(self.connection)?;
        Ok(())
    }

    /// Keeps results that wait for confirmation; gives their number.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn keep_import(
        &mut self,
        sheet: &str,
        name: &str,
        sha256: Option<&str>,
        operator: &str,
        document: &str,
    ) -> Result<i64, WriteError> {
        diesel::insert_into(lab_import::table)
            .values((
                lab_import::sheet.eq(sheet),
                lab_import::name.eq(name),
                lab_import::sha256.eq(sha256),
                lab_import::operator.eq(operator),
                lab_import::open.eq(true),
                lab_import::document.eq(document),
                lab_import::read_micros.eq(self.now()),
            ))
            .execute(self.connection)?;
        let newest: Option<i64> = lab_import::table
            .select(diesel::dsl::max(lab_import::number))
            .first(self.connection)?;
        Ok(newest.unwrap_or_default())
    }

    /// Puts the lines of what waits in place of those before; closed when nothing waits any more.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn change_import(
        &mut self,
        number: i64,
        document: &str,
        open: bool,
    ) -> Result<(), WriteError> {
        diesel::update(lab_import::table.find(number))
            .set((lab_import::document.eq(document), lab_import::open.eq(open)))
            .execute(self.connection)?;
        Ok(())
    }

    /// Notes a result that became an entry.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn note_lab_result(&mut self, result: &ResultRecord) -> Result<(), WriteError> {
        diesel::insert_into(lab_result::table).values(result).execute(self.connection)?;
        Ok(())
    }
}
