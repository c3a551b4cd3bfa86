//! What depends on several rows of the balance sheet.
//!
//! Invariant: only what has no meaning is a problem; oddities that keep their meaning, such as a
//! stock that differs from last month's closing, are notices and nothing is left out for them.

use std::collections::{BTreeMap, BTreeSet};

use tl_domain::event::MaterialClass;

use super::{BalanceRow, Direction, Month};
use crate::limits::MONTHS_MAX;
use crate::problem::{Problem, Problems, Words};

/// Looks at all rows together.
pub(super) fn whole(
    sheet: &str,
    rows: &[BalanceRow],
    problems: &mut Problems,
    notices: &mut Problems,
) {
    check_months(sheet, rows, problems);
    note_copies(sheet, rows, notices);
    note_breaks(sheet, rows, notices);
}

fn check_months(sheet: &str, rows: &[BalanceRow], problems: &mut Problems) {
    let months: BTreeSet<Month> = rows.iter().map(|row| row.month).collect();
    if months.len() > MONTHS_MAX {
        let found = months.len();
        problems.add(Problem::of_row(
            sheet,
            0,
            Words::new(
                format!("有 {found} 个月，最多 {MONTHS_MAX} 个；请拆分"),
                format!("{found} months, at most {MONTHS_MAX}; split the file"),
            ),
        ));
    }
    // One material of two classes would be valued by two rules.
    let mut classes: BTreeMap<&str, (MaterialClass, usize)> = BTreeMap::new();
    for row in rows {
        let (class, first) = *classes.entry(&row.material).or_insert((row.class, row.number));
        if class != row.class {
            problems.add(Problem {
                heading: "物料类别".into(),
                read: row.material.clone(),
                ..Problem::of_row(
                    sheet,
                    row.number,
                    Words::new(
                        format!("同一物料的类别与第 {first} 行不同；请统一"),
                        format!("the material has another class in row {first}; use one"),
                    ),
                )
            });
        }
    }
}

/// What makes two rows the same line of a month.
type Key<'a> = (Month, Direction, &'a str, &'a str, &'a str);

fn key(row: &BalanceRow) -> Key<'_> {
    (row.month, row.direction, &row.material, &row.from, &row.to)
}

fn note_copies(sheet: &str, rows: &[BalanceRow], notices: &mut Problems) {
    let mut seen: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for row in rows {
        let first = *seen.entry(key(row)).or_insert(row.number);
        if first != row.number {
            let message = Words::new(
                format!("与第 {first} 行同月、同向、同物料；两行都计入，重复的请删去"),
                format!("the same month, direction and material as row {first}; both count"),
            );
            notices.add(Problem::of_row(sheet, row.number, message));
        }
    }
}

/// A closing stock that the next month opens with another figure: two measurements, not one.
fn note_breaks(sheet: &str, rows: &[BalanceRow], notices: &mut Problems) {
    let figures = |row: &BalanceRow| {
        let content = row.content.as_ref().map(|content| (content.result.clone(), content.unit));
        (row.wet.clone(), row.volume.clone(), row.moisture.clone(), content)
    };
    let closing: BTreeMap<(Month, &str, &str, &str), &BalanceRow> = rows
        .iter()
        .filter(|row| row.direction == Direction::Closing)
        .map(|row| {
            ((row.month.next(), row.material.as_str(), row.from.as_str(), row.to.as_str()), row)
        })
        .collect();
    for row in rows.iter().filter(|row| row.direction == Direction::Opening) {
        let place = (row.month, row.material.as_str(), row.from.as_str(), row.to.as_str());
        if let Some(before) = closing.get(&place).filter(|before| figures(before) != figures(row)) {
            let first = before.number;
            let message = Words::new(
                format!("期初与上月期末（第 {first} 行）不同：存量不连续，各月按各自的数计算"),
                format!("the opening differs from last month's closing (row {first}): a break"),
            );
            notices.add(Problem::of_row(sheet, row.number, message));
        }
    }
}
