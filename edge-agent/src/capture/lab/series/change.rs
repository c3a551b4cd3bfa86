//! What people do to a worksheet: cells, confirmations, retests, deviations, changing hands.
//!
//! Cells are kept as typed, right or wrong. The explanation of a failed check is the technical
//! lead's and may come from somebody who does not own the worksheet.

use super::{keep, load, operator, own};
use crate::capture::lab::sheet::{CELL_CHARS_MAX, DEVIATION_CHARS_MAX, Deviation, Field};
use crate::capture::lab::sheet::{ROWS_MAX, Sheet};
use crate::capture::{Context, refuse};
use crate::outbox::lab::{DROPPED, OPEN};
use crate::outbox::{Tx, WriteError};

/// Roles of people who may state a deviation.
pub(crate) const LEADS: &[&str] = &["reviewer", "ehs", "enterprise_admin", "admin"];

/// A cell that was typed or pasted.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Change {
    /// Number of the row.
    pub(crate) n: u32,
    /// Column.
    pub(crate) field: Field,
    /// What it says now.
    pub(crate) text: String,
}

/// Keeps cells as they were typed, right or wrong.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn edit(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    changes: &[Change],
) -> Result<(), WriteError> {
    let (record, mut sheet) = own(tx, context, id)?;
    for change in changes {
        put(&mut sheet, change)?;
    }
    keep(tx, record, &sheet).map(drop)
}

/// Puts a text into a cell.
pub(in crate::capture::lab) fn put(sheet: &mut Sheet, change: &Change) -> Result<(), WriteError> {
    let fields = Field::of(sheet.kind);
    let row = sheet.row_mut(change.n).filter(|_| fields.contains(&change.field));
    let row = row.ok_or_else(|| {
        refuse(
            format!("本单没有第 {} 行,请刷新页面", change.n),
            format!("there is no row {} with this column; load the page again", change.n),
        )
    })?;
    let text: String = change.text.trim().chars().take(CELL_CHARS_MAX).collect();
    if change.field == Field::Result && text != row.text(Field::Result) {
        // What was read from a file is no longer what the cell says.
        row.source = None;
    }
    if text.is_empty() {
        row.cells.remove(&change.field);
    } else {
        row.cells.insert(change.field, text);
    }
    Ok(())
}

/// Somebody says that an odd value is right; holds for these very cells.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn confirm(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    n: u32,
    text: &str,
) -> Result<(), WriteError> {
    let (record, mut sheet) = own(tx, context, id)?;
    let kind = sheet.kind;
    let row = sheet.row_mut(n).filter(|row| row.typed(kind) == text);
    let row = row.ok_or_else(|| {
        refuse("该行已改动,请看新的提示后再确认", "the row changed; look at it again")
    })?;
    row.confirmed = Some(text.to_owned());
    keep(tx, record, &sheet).map(drop)
}

/// Another row for a sample: both results are kept.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn retest(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    n: u32,
    reason: &str,
) -> Result<u32, WriteError> {
    let (record, mut sheet) = own(tx, context, id)?;
    let reason: String = reason.trim().chars().take(CELL_CHARS_MAX).collect();
    if reason.is_empty() {
        return Err(refuse("请写复测原因", "say why it is measured again"));
    }
    let next = sheet.rows.iter().map(|row| row.n).max().unwrap_or_default() + 1;
    let at = sheet.rows.iter().position(|row| row.n == n && row.check.is_none());
    let at = at.ok_or_else(|| refuse("只能复测样品行", "only a sample's row can be repeated"))?;
    if sheet.rows.len() >= ROWS_MAX {
        return Err(refuse("本单已满,请另开工作单复测", "the worksheet is full; open another"));
    }
    let first = &sheet.rows[at];
    let times = sheet.rows.iter().filter(|row| row.sample == first.sample).count();
    let mut row = first.clone();
    row.n = next;
    row.label = format!("{}-R{times}", first.label.split("-R").next().unwrap_or_default());
    row.of = Some(n);
    row.retest = Some(reason);
    for field in [Field::Result, Field::Mass, Field::Pan, Field::Wet, Field::Dry] {
        row.cells.remove(&field);
    }
    (row.confirmed, row.source) = (None, None);
    sheet.rows.insert(at + 1, row);
    keep(tx, record, &sheet)?;
    Ok(next)
}

/// The technical lead explains failed checks.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn state_deviation(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
    words: &str,
) -> Result<(), WriteError> {
    let operator = operator(context)?;
    let (record, mut sheet) = load(tx.connection, id)?;
    if record.state != OPEN {
        return Err(refuse("工作单已关闭", "the worksheet is closed"));
    }
    let words: String = words.trim().chars().take(DEVIATION_CHARS_MAX).collect();
    let operator = operator.to_string();
    sheet.deviation = (!words.is_empty()).then_some(Deviation { words, operator });
    keep(tx, record, &sheet).map(drop)
}

/// A worksheet changes hands; its cells stay as they are.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn take_over(tx: &mut Tx<'_>, context: &Context, id: &str) -> Result<(), WriteError> {
    let operator = operator(context)?.to_string();
    let (mut record, sheet) = load(tx.connection, id)?;
    if record.state != OPEN {
        return Err(refuse("工作单已关闭", "the worksheet is closed"));
    }
    record.owner = operator;
    keep(tx, record, &sheet).map(drop)
}

/// A worksheet is given up; what was typed stays to be looked at.
///
/// # Errors
/// A refusal, or the outbox's.
pub(crate) fn give_up(tx: &mut Tx<'_>, context: &Context, id: &str) -> Result<(), WriteError> {
    let (mut record, sheet) = own(tx, context, id)?;
    record.state = DROPPED.to_owned();
    keep(tx, record, &sheet).map(drop)
}
