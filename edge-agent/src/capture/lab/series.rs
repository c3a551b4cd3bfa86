//! 工作单: a worksheet that is there, who may change it, and what its cells mean now.
//!
//! Only its owner changes cells, and only while it is open; somebody else takes it over first,
//! which is noted.

mod change;
mod open;

use std::collections::HashMap;

use rust_decimal::Decimal;
use tl_domain::ids::OperatorId;
use tl_domain::quantity::ContentUnit;

pub(super) use self::change::put;
pub(crate) use self::change::{
    Change, LEADS, confirm, edit, give_up, retest, state_deviation, take_over,
};
pub(crate) use self::open::{Opening, open};
use super::judge::{Ground, View, judge};
use super::sheet::{Sheet, SheetKind};
use crate::capture::{Context, refuse};
use crate::outbox::lab::{self as rows, OPEN, SheetRecord};
use crate::outbox::{Db, Query, Tx, WriteError};
use crate::site::Site;

/// Earlier results of a material that are looked at.
const HISTORY: i64 = 200;
/// What a moisture is called in entries.
pub(crate) const MOISTURE: &str = "moisture";

fn operator(context: &Context) -> Result<&OperatorId, WriteError> {
    context.operator.as_ref().ok_or_else(|| refuse("请先登录", "sign in first"))
}

/// A worksheet that is there.
///
/// # Errors
/// A refusal when there is none.
pub(crate) fn load(db: &mut Db, id: &str) -> Result<(SheetRecord, Sheet), WriteError> {
    let record = rows::sheet(db, id)?
        .ok_or_else(|| refuse("没有这张工作单", "there is no such worksheet"))?;
    let sheet = Sheet::read(&record.document)?;
    Ok((record, sheet))
}

/// A worksheet that its owner changes.
pub(super) fn own(
    tx: &mut Tx<'_>,
    context: &Context,
    id: &str,
) -> Result<(SheetRecord, Sheet), WriteError> {
    let operator = operator(context)?;
    let (record, sheet) = load(tx.connection, id)?;
    if record.state != OPEN {
        return Err(refuse(
            format!("工作单 {} 已提交或作废,不能再改;更正请复测后另报", record.number),
            format!("worksheet {} is closed: measure again and report anew", record.number),
        ));
    }
    if record.owner != operator.as_str() {
        return Err(refuse(
            format!("工作单 {} 是另一位检测人的;请先点“接手”", record.number),
            format!("worksheet {} is somebody else's; take it over first", record.number),
        ));
    }
    Ok((record, sheet))
}

/// Keeps a worksheet in a new revision.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    mut record: SheetRecord,
    sheet: &Sheet,
) -> Result<SheetRecord, WriteError> {
    record.document = sheet.document()?;
    record.revision += 1;
    record.changed_micros = tx.now();
    tx.change_sheet(&record)?;
    Ok(record)
}

/// Judges a worksheet with the masters and the results that are here.
///
/// # Errors
/// The database's.
pub(crate) fn view(db: &mut Db, site: &Site, sheet: &Sheet) -> Query<View> {
    let method = sheet.method.as_deref().and_then(|id| site.method(id));
    let analyte = analyte(site, sheet);
    let mut of_material: HashMap<String, Vec<(Decimal, ContentUnit)>> = HashMap::new();
    let mut history = HashMap::new();
    for row in sheet.rows.iter().filter(|row| row.check.is_none()) {
        let Some(sample) = &row.sample else { continue };
        let Some(material) = rows::receipt(db, sample)?.and_then(|it| it.material) else {
            continue;
        };
        if !of_material.contains_key(&material) {
            let known = rows::history(db, &material, &analyte, HISTORY)?;
            let read = known.into_iter().filter_map(|(value, unit)| {
                Some((Decimal::from_str_exact(&value).ok()?, unit.parse().ok()?))
            });
            of_material.insert(material.clone(), read.collect());
        }
        history.insert(row.n, of_material[&material].clone());
    }
    Ok(judge(sheet, Ground { method, history: &history }))
}

/// What a worksheet determines.
pub(crate) fn analyte(site: &Site, sheet: &Sheet) -> String {
    if sheet.kind == SheetKind::Moisture {
        return MOISTURE.to_owned();
    }
    let method = sheet.method.as_deref().and_then(|id| site.method(id));
    let substance = || site.snapshot.as_ref().map(|snapshot| snapshot.substance.clone());
    method.map(|it| it.analyte.to_string()).or_else(substance).unwrap_or_default()
}
