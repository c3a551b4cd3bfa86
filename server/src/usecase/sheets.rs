//! Sheets that people fill in: the balance of one, and the flow sheet of a site.
//!
//! Invariant: a balance sheet is computed and forgotten; a flow sheet is stored whole or not at
//! all, in one transaction, and what is there already is not written again. What a sheet says is
//! read by `tl-sheets`; nothing is judged here.

use tl_domain::event::{Master, MasterPut};
use tl_domain::ids::{Analyte, SiteId};
use tl_sheets::balance::{self, Report};
use tl_sheets::flowsheet::{self, Preview};
use tl_sheets::{Problem, Refused, Words, book};
use tl_wire::problem::ErrorCode;

use super::capture::{Form, Recorded, record_all};
use crate::app::App;
use crate::auth::permit::{Permit, PutMaster};
use crate::error::Failure;

/// Most records of one flow sheet that are stored at once: the store appends at most 512 entries
/// in one transaction.
pub const RECORDS_MAX: usize = 500;

/// The balance of a sheet, month by month; nothing is stored.
///
/// # Errors
/// All that is wrong with the file.
pub fn balance(bytes: &[u8], substance: &Analyte) -> Result<Report, Refused> {
    let sheet = balance::read(&book::read(bytes)?)?;
    Ok(balance::compute(&sheet, substance))
}

/// A flow sheet against the masters of the party.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What would change.
    pub preview: Preview,
    /// What somebody should look at.
    pub notices: Vec<Problem>,
}

/// What became of a flow sheet: compared, or refused cell by cell.
pub type Read = Result<Compared, Refused>;

/// Compares a flow sheet with the party's masters.
///
/// # Errors
/// `BadRequest` for a site that is not declared; the store's.
pub fn compare(
    app: &App,
    permit: &Permit<PutMaster>,
    site: &SiteId,
    bytes: &[u8],
) -> Result<Read, Failure> {
    let rows = app.store.masters(permit.party())?;
    let known: Vec<(Master, bool)> = rows.into_iter().map(|row| (row.record, row.active)).collect();
    let is_declared = |(master, active): &(Master, bool)| {
        *active && matches!(master, Master::Site(record) if record.id == *site)
    };
    if !known.iter().any(is_declared) {
        let detail = format!("site {site}: not declared or out of use; put its master first");
        return Err(Failure::new(ErrorCode::BadRequest, detail));
    }
    Ok(compared(bytes, site, &known))
}

/// Compares a flow sheet with known records.
pub fn compared(bytes: &[u8], site: &SiteId, known: &[(Master, bool)]) -> Read {
    let records: Vec<Master> = known.iter().map(|(record, _)| record.clone()).collect();
    let file = flowsheet::read(&book::read(bytes)?, site, &records)?;
    let preview = flowsheet::preview(&file.records, known);
    if preview.to_write().count() > RECORDS_MAX {
        let found = preview.to_write().count();
        let message = Words::new(
            format!("有 {found} 条要写，最多 {RECORDS_MAX} 条；请分开导入"),
            format!("{found} records to write, at most {RECORDS_MAX}; import them in parts"),
        );
        let none = String::new;
        let (sheet, column, heading, read) = (none(), none(), none(), none());
        let problem = Problem { sheet, row: 0, column, heading, read, message };
        return Err(Refused { problems: vec![problem], more: 0 });
    }
    Ok(Compared { preview, notices: file.notices })
}

/// Stores what a comparison says must be written, as one batch of `master.put`.
///
/// # Errors
/// `Refused` by the rules of capture, and nothing is kept then; the store's.
pub fn store(
    app: &App,
    permit: &Permit<PutMaster>,
    preview: &Preview,
) -> Result<Vec<Recorded>, Failure> {
    let put = |record: &Master| MasterPut { record: record.clone(), active: true }.into();
    let steps = preview.to_write().map(|record| (Form::default(), put(record)));
    record_all(app, permit, steps.collect())
}
