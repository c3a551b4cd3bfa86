//! Proposals for a mapping, from the header names Chinese weighbridge programs use.
//! Only proposals: a person confirms them, and what is not certain is left open.

use serde::Serialize;

use super::mapping::{TicketColumns, TicketField};
use crate::reading::MassUnit;

/// A proposed mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The columns that were recognised.
    pub columns: TicketColumns,
    /// The unit, where all weight headers name the same one.
    pub unit: Option<MassUnit>,
    /// Fields for which no column, or more than one, was found.
    pub open: Vec<TicketField>,
    /// Headers that were not recognised.
    pub unused: Vec<String>,
}

const NAMES: &[(TicketField, &[&str])] = &[
    (
        TicketField::Number,
        &[
            "磅单号",
            "磅单编号",
            "磅单号码",
            "过磅单号",
            "称重单号",
            "榜单号",
            "计量单号",
            "流水号",
            "过磅流水号",
            "单号",
            "单据号",
            "票号",
            "编号",
        ],
    ),
    (
        TicketField::Plate,
        &["车号", "车牌号", "车牌", "车牌号码", "车号码", "车辆号", "车辆号码", "车辆"],
    ),
    (
        TicketField::Material,
        &[
            "货名",
            "货物名称",
            "货物",
            "物料",
            "物料名称",
            "物料名",
            "物资名称",
            "物资",
            "品名",
            "产品名称",
            "产品",
            "材料名称",
            "品种",
            "货品名称",
        ],
    ),
    (
        TicketField::Sender,
        &["发货单位", "发货方", "发货公司", "供应商", "供应商名称", "供货单位", "供货商", "供方"],
    ),
    (
        TicketField::Receiver,
        &["收货单位", "收货方", "收货公司", "客户", "客户名称", "购货单位", "需方", "购货方"],
    ),
    (TicketField::Gross, &["毛重", "重车重量", "总重"]),
    (TicketField::Tare, &["皮重", "空车重量", "车皮重"]),
    (TicketField::Net, &["净重", "净重量"]),
    (
        TicketField::GrossAt,
        &["毛重时间", "毛重日期", "毛重日期时间", "称毛时间", "过毛时间", "重车时间"],
    ),
    (
        TicketField::TareAt,
        &["皮重时间", "皮重日期", "皮重日期时间", "称皮时间", "回皮时间", "空车时间"],
    ),
    (
        TicketField::Direction,
        &[
            "流向",
            "进出",
            "进出方向",
            "方向",
            "进出类型",
            "收发类型",
            "称重类型",
            "过磅类型",
            "业务类型",
        ],
    ),
    (
        TicketField::Weigher,
        &["司磅员", "司磅", "过磅员", "称重员", "计量员", "操作员", "毛重司磅员"],
    ),
];

/// A header without blanks, byte order mark, and with ASCII brackets: what headers are compared by.
pub fn plain_header(header: &str) -> String {
    header
        .chars()
        .filter(|it| !it.is_whitespace() && *it != '\u{feff}')
        .map(|it| match it {
            '（' | '【' | '[' => '(',
            '）' | '】' | ']' => ')',
            other => other,
        })
        .collect()
}

/// Splits `毛重(吨)` into its name and what stands in the brackets.
fn name_and_bracket(plain: &str) -> (&str, &str) {
    let plain = plain.trim_end_matches([':', '：']);
    match plain.split_once('(') {
        Some((name, rest)) => (name, rest.trim_end_matches(')')),
        None => (plain, ""),
    }
}

/// Proposes columns and unit for a header row.
pub fn suggest_mapping(headers: &[String]) -> Suggestion {
    let mut columns = TicketColumns::default();
    let mut open = Vec::new();
    let mut used = Vec::new();
    for field in TicketField::ALL {
        match best(headers, *field) {
            Some(index) => {
                used.push(index);
                let header = headers.get(index).map(|it| it.trim().to_owned());
                columns.assign(*field, header);
            }
            None => open.push(*field),
        }
    }
    let unused = headers
        .iter()
        .enumerate()
        .filter(|(index, header)| !used.contains(index) && !header.trim().is_empty())
        .map(|(_, header)| header.trim().to_owned())
        .collect();
    Suggestion { unit: unit(&columns), columns, open, unused }
}

/// The only header with the most usual name of a field.
fn best(headers: &[String], field: TicketField) -> Option<usize> {
    let (_, names) = NAMES.iter().find(|(it, _)| *it == field)?;
    for name in *names {
        let mut hits = headers
            .iter()
            .enumerate()
            .filter(|(_, header)| name_and_bracket(&plain_header(header)).0 == *name);
        if let Some((index, _)) = hits.next() {
            return hits.next().is_none().then_some(index);
        }
    }
    None
}

/// The unit all weight headers with brackets agree on.
fn unit(columns: &TicketColumns) -> Option<MassUnit> {
    let mut found = None;
    for header in [&columns.gross, &columns.tare, &columns.net].into_iter().flatten() {
        let plain = plain_header(header);
        let unit = match name_and_bracket(&plain).1 {
            "kg" | "KG" | "Kg" | "千克" | "公斤" => MassUnit::Kg,
            "t" | "T" | "吨" => MassUnit::T,
            _ => continue,
        };
        if found.is_some_and(|it| it != unit) {
            return None;
        }
        found = Some(unit);
    }
    found
}

/// Rows looked at to find the header under titles.
const HEADER_SEARCH_ROWS: usize = 20;

/// The row (from 1) that most looks like headers: at least three known names.
pub fn find_header_row(rows: &[Vec<String>]) -> Option<usize> {
    let known = |row: &Vec<String>| {
        TicketField::ALL.iter().filter(|field| best(row, **field).is_some()).count()
    };
    let mut found: Option<(usize, usize)> = None;
    for (row, number) in rows.iter().take(HEADER_SEARCH_ROWS).zip(1..) {
        let count = known(row);
        if count >= 3 && found.is_none_or(|(_, most)| count > most) {
            found = Some((number, count));
        }
    }
    found.map(|(number, _)| number)
}

/// Date formats that are tried, none of which can be taken for another one.
pub const DATE_FORMATS: &[&str] = &[
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
    "%Y-%m-%dT%H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
];

/// The format that fits every given text; day-first and month-first dates are never guessed.
pub fn guess_date_format(texts: &[&str]) -> Option<&'static str> {
    let texts: Vec<&str> = texts.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
    if texts.is_empty() {
        return None;
    }
    DATE_FORMATS.iter().copied().find(|format| {
        texts.iter().all(|text| chrono::NaiveDateTime::parse_from_str(text, format).is_ok())
    })
}
