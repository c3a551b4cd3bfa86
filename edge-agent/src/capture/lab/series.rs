//! 工作单: opening a worksheet, what people do to its cells, and giving it up.
//!
//! Only its owner changes cells, and only while it is open; somebody else takes it over first,
//! which is noted. The explanation of a failed check is the technical lead's and may come from
//! somebody who does not own the worksheet.

use std::collections::HashMap;

use rust_decimal::Decimal;
use tl_domain::event::{CheckKind, MethodRecord, Purpose, Standing};
use tl_domain::ids::OperatorId;
use tl_domain::lab::worksheet::{self, Stand};
use tl_domain::quantity::ContentUnit;

use super::judge::{Ground, View, judge};
use super::receipt;
use super::sheet::{CELL_CHARS_MAX, DEVIATION_CHARS_MAX, Deviation, Field, ROWS_MAX};
use super::sheet::{Sheet, SheetKind, SheetRow};
use crate::capture::{Context, refuse};
use crate::outbox::lab::{self as rows, DROPPED, OPEN, Receipt, SheetRecord};
use crate::outbox::{Db, Query, Tx, WriteError};
use crate::site::Site;

/// Earlier results of a material that are looked at.
const HISTORY: i64 = 200;
/// Roles of people who may state a deviation.
pub(crate) const LEADS: &[&str] = &["reviewer", "ehs", "enterprise_admin", "admin"];

/// What a new worksheet is to hold.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    /// What it is for.
    pub(crate) kind: SheetKind,
    /// Id of the method; may be empty for moisture.
    pub(crate) method: String,
    /// Pots in tray order, as scanned: one on each line.
    pub(crate) pots: String,
    /// Unit of results that name none.
    pub(crate) unit: String,
    /// The portions were dried before they were weighed.
    pub(crate) dried: bool,
    /// Volume and dilution for all rows.
    pub(crate) volume: String,
    /// Dilution for all rows.
    pub(crate) dilution: String,
    /// Why.
    pub(crate) purpose: Purpose,
    /// How final.
    pub(crate) standing: Standing,
}

/// Opens a worksheet: pots in tray order, with the checks that the method's template inserts.
///
/// # Errors
/// A refusal that names what was read, or the outbox's.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    context: &Context,
    opening: &Opening,
) -> Result<String, WriteError> {
    let operator = operator(context)?;
    let method = method_of(&context.site, opening)?;
    if opening.kind == SheetKind::Content {
        tl_domain::lab::cell::unit(&opening.unit)
            .map_err(|error| refuse(error.zh(), error.en()))?;
    }
    let pots = pots(tx, context, &opening.pots)?;
    let rules = method.and_then(|method| method.series.as_deref());
    let lines = worksheet::run_list(rules, pots.len()).filter(|lines| lines.len() <= ROWS_MAX);
    let lines = lines.ok_or_else(|| {
        refuse(
            format!("一张工作单最多 {} 个样,共 {ROWS_MAX} 行;请分开", worksheet::SAMPLES_MAX),
            format!("at most {} pots and {ROWS_MAX} rows; split it", worksheet::SAMPLES_MAX),
        )
    })?;
    let mut sheet = Sheet {
        kind: opening.kind,
        method: method.map(|method| method.id.to_string()),
        unit: opening.unit.trim().to_owned(),
        dried: opening.dried,
        rows: Vec::new(),
        deviation: None,
        purpose: opening.purpose,
        standing: opening.standing,
    };
    let mut row_of_sample: HashMap<usize, u32> = HashMap::new();
    for (line, n) in lines.iter().zip(1_u32..) {
        let row = match line.stand {
            Stand::Sample(at) => {
                row_of_sample.insert(at, n);
                sample_row(tx, opening, n, &pots[at])?
            }
            Stand::Check(check, of) => {
                let name = worksheet::check_word(check);
                let label = match of {
                    Some(at) => format!("{} {name}", pots[at].number),
                    None => format!("{name} {}", line.position),
                };
                let of = of.and_then(|at| row_of_sample.get(&at)).copied();
                check_row(opening, n, label, check, of)
            }
        };
        sheet.rows.push(row);
    }
    let id = tx.new_id()?.to_string();
    let record = SheetRecord {
        id: id.clone(),
        number: next_number(tx, opening.kind)?,
        owner: operator.to_string(),
        state: OPEN.to_owned(),
        revision: 1,
        document: sheet.document()?,
        opened_micros: tx.now(),
        changed_micros: tx.now(),
    };
    let samples: Vec<String> = pots.into_iter().map(|pot| pot.sample).collect();
    tx.keep_sheet(&record, &samples)?;
    Ok(id)
}

fn method_of<'a>(
    site: &'a Site,
    opening: &Opening,
) -> Result<Option<&'a MethodRecord>, WriteError> {
    let id = opening.method.trim();
    if id.is_empty() {
        return match opening.kind {
            SheetKind::Moisture => Ok(None),
            SheetKind::Content => Err(refuse(
                "请选择检测方法;本厂还没有时,请管理员在市平台录入后同步",
                "choose a method; without one the administrator has to enter it first",
            )),
        };
    }
    site.method(id).map(Some).ok_or_else(|| {
        refuse(format!("没有检测方法“{id}”;请重新选择"), format!("there is no method {id:?}"))
    })
}

/// Pots by their lines; each is received here if it was not.
fn pots(tx: &mut Tx<'_>, context: &Context, text: &str) -> Result<Vec<Receipt>, WriteError> {
    let mut pots: Vec<Receipt> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let pot = receipt::receive(tx, context, line)?.receipt;
        if pots.iter().any(|known| known.sample == pot.sample) {
            return Err(refuse(
                format!("样品 {} 在本单上重复;平行样由方法自动插入", pot.number),
                format!("sample {} is scanned twice; duplicates are put in by method", pot.number),
            ));
        }
        pots.push(pot);
    }
    if pots.is_empty() {
        return Err(refuse("请按样盘顺序扫样签", "scan the pots in tray order"));
    }
    Ok(pots)
}

fn sample_row(
    tx: &mut Tx<'_>,
    opening: &Opening,
    n: u32,
    pot: &Receipt,
) -> Result<SheetRow, WriteError> {
    let mut row = SheetRow {
        n,
        label: pot.number.clone(),
        check: None,
        sample: Some(pot.sample.clone()),
        code: pot.code.clone(),
        lab_name: pot.lab_name.clone(),
        of: None,
        retest: None,
        cells: side_cells(opening),
        confirmed: None,
        source: None,
    };
    if opening.kind == SheetKind::Content && !opening.dried {
        let known = rows::results_of(tx.connection, &pot.sample)?;
        let moisture = known.iter().rev().find(|it| it.analyte == MOISTURE);
        if let Some(value) = moisture.and_then(|it| it.value.clone()) {
            row.cells.insert(Field::Moisture, value);
        }
    }
    Ok(row)
}

fn check_row(
    opening: &Opening,
    n: u32,
    label: String,
    check: CheckKind,
    of: Option<u32>,
) -> SheetRow {
    let digested = matches!(
        check,
        CheckKind::Blank | CheckKind::Duplicate | CheckKind::Spike | CheckKind::Reference
    );
    SheetRow {
        n,
        label,
        check: Some(check),
        sample: None,
        code: None,
        lab_name: None,
        of,
        retest: None,
        cells: if digested { side_cells(opening) } else { Default::default() },
        confirmed: None,
        source: None,
    }
}

fn side_cells(opening: &Opening) -> std::collections::BTreeMap<Field, String> {
    let given = [(Field::Volume, &opening.volume), (Field::Dilution, &opening.dilution)];
    let given = given.into_iter().filter(|_| opening.kind == SheetKind::Content);
    given
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(field, text)| (field, text.trim().to_owned()))
        .collect()
}

/// What a moisture is called in entries.
pub(crate) const MOISTURE: &str = "moisture";

/// `G` or `W` for contents and moistures, the day, a number within it: `G261124-03`.
fn next_number(tx: &mut Tx<'_>, kind: SheetKind) -> Result<String, WriteError> {
    let letter = match kind {
        SheetKind::Content => "G",
        SheetKind::Moisture => "W",
    };
    let day = tx.moment(tx.now()).at().format("%y%m%d").to_string();
    let begin = format!("{letter}{day}-");
    let count = rows::sheets_numbered(tx.connection, &begin)?;
    Ok(format!("{begin}{:02}", count + 1))
}

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

pub(super) fn put(sheet: &mut Sheet, change: &Change) -> Result<(), WriteError> {
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

/// Somebody says that an odd value is right; holds for this very text.
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
    let row = sheet.row_mut(n).filter(|row| row.text(Field::Result) == text.trim());
    let row = row.ok_or_else(|| {
        refuse("该行已改动,请看新的提示后再确认", "the row changed; look at it again")
    })?;
    row.confirmed = Some(text.trim().to_owned());
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
