//! Opening a worksheet: pots in tray order, with the checks that the method's template inserts.
//!
//! Pots that nobody received yet are received here. A pot stands on a worksheet once; duplicates
//! are the method's business.

use std::collections::HashMap;

use tl_domain::event::{CheckKind, MethodRecord, Purpose, Standing};
use tl_domain::lab::worksheet::{self, Stand};

use super::{MOISTURE, operator};
use crate::capture::lab::receipt;
use crate::capture::lab::sheet::{Field, ROWS_MAX, Sheet, SheetKind, SheetRow};
use crate::capture::{Context, refuse};
use crate::outbox::lab::{self as rows, OPEN, Receipt, SheetRecord};
use crate::outbox::{Tx, WriteError};
use crate::site::Site;

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
