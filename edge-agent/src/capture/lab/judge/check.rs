//! The series' checks: what each gave, judged by the method's record.
//!
//! A check that waits for its sample, or for its certified figure, is not judged and says so; one
//! that the template asks for and nobody measured has failed.

use rust_decimal::Decimal;
use tl_domain::event::CheckKind;
use tl_domain::lab::cell::{self, Limits};
use tl_domain::lab::quality::{self, Judged, Measured, Outcome};
use tl_domain::quantity::{ContentUnit, Reading};

use super::content::side;
use super::{CheckView, Ground, Mark, RowView, none};
use crate::capture::lab::sheet::{Field, Sheet, SheetRow};
use crate::words::Words;

/// The number of a worked figure.
fn number(view: Option<&RowView>) -> Option<(Decimal, ContentUnit)> {
    let worked = view?.worked.as_ref()?;
    match &worked.reading {
        Reading::Value { value } => Some((value.value(), worked.unit)),
        _ => None,
    }
}

/// The figure as it was typed, in the unit of the solution.
fn typed(row: &SheetRow) -> Option<Decimal> {
    let cell = cell::parse(row.text(Field::Result), Limits::default()).ok()?;
    match cell.reading {
        Reading::Value { value } => Some(value.value()),
        _ => None,
    }
}

/// A check that the method's template asks for and nobody measured.
fn unmeasured(kind: CheckKind) -> Judged {
    let (figure, limit) = ("—".to_owned(), Some("方法要求".to_owned()));
    Judged { kind, figure, limit, outcome: Outcome::Failed }
}

pub(super) fn judge_check(
    sheet: &Sheet,
    ground: Ground<'_>,
    rows: &[RowView],
    row: &SheetRow,
    kind: CheckKind,
) -> CheckView {
    let view = |judged: Option<Judged>, words: Words| CheckView {
        label: row.label.clone(),
        kind,
        judged,
        words,
    };
    let of = |n: u32| rows.iter().find(|it| it.n == n);
    let Some(own) = of(row.n) else { return view(None, none()) };
    if own.mark == Mark::NotMeasured && kind != CheckKind::Blank {
        let words = Words::new("未测;需偏离说明", "not measured; needs a stated deviation");
        return view(Some(unmeasured(kind)), words);
    }
    if own.worked.is_none() {
        return view(None, own.words.clone());
    }
    let measured = match measured(sheet, row, own, row.of.and_then(of), kind) {
        Ok(measured) => measured,
        Err(words) => return view(None, words),
    };
    let Some(method) = ground.method else {
        return view(None, Words::new("没有方法记录,不判定", "no method record: not judged"));
    };
    match quality::judge(method, &measured) {
        Ok(judged) => view(Some(judged), none()),
        Err(error) => view(None, Words::new(error.zh(), error.en())),
    }
}

fn measured(
    sheet: &Sheet,
    row: &SheetRow,
    own: &RowView,
    first: Option<&RowView>,
    kind: CheckKind,
) -> Result<Measured, Words> {
    let numbers = || {
        let waits = || Words::new("等待原样结果", "waits for the sample's own result");
        let (plain, unit) = number(first).ok_or_else(waits)?;
        let limit = || Words::new("低于检出限,不判定", "below the limit: can't be judged");
        let (found, own_unit) = number(Some(own)).ok_or_else(limit)?;
        let other = || Words::new("两次结果单位不同,请统一", "the two results differ in unit");
        (unit == own_unit).then_some((plain, found)).ok_or_else(other)
    };
    let expected = || {
        let words = || Words::new("请填标准值/加标量", "enter the certified or added figure");
        let known = side(row, Field::Expected).map_err(|(_, words)| words)?;
        known.map(|known| known.value()).ok_or_else(words)
    };
    let found = || {
        let limit = || Words::new("低于检出限,不判定", "below the limit: can't be judged");
        number(Some(own)).map(|(value, _)| value).ok_or_else(limit)
    };
    Ok(match kind {
        CheckKind::Blank => {
            let worked = own.worked.as_ref().expect("a blank is judged once it is worked out");
            Measured::Blank { reading: worked.reading.clone(), unit: worked.unit }
        }
        CheckKind::Duplicate => {
            let (first, second) = numbers()?;
            Measured::Duplicate { first, second }
        }
        CheckKind::Spike => {
            // The addition is given in the unit of the solution, as both readings are.
            let plain = row.of.and_then(|n| sheet.row(n)).and_then(typed);
            let waits = || Words::new("等待原样结果", "waits for the sample's own result");
            let (plain, added) = (plain.ok_or_else(waits)?, expected()?);
            let spiked = typed(row).ok_or_else(waits)?;
            Measured::Spike { plain, spiked, added }
        }
        CheckKind::Reference => Measured::Reference { found: found()?, certified: expected()? },
        CheckKind::Drift => Measured::Drift { found: found()?, expected: expected()? },
        CheckKind::Curve => Measured::Curve { r: found()? },
        CheckKind::InternalStandard => Measured::InternalStandard { percent: found()? },
    })
}
