//! From cells to rows of the balance sheet; every cell that does not fit is a problem.
//!
//! Invariant: what depends on two cells (a content per litre without a volume) is checked only
//! when both could be read, so that one mistake is one problem. What depends on several rows is
//! `check`'s.

use tl_domain::event::MaterialClass;
use tl_domain::quantity::{
    ContentUnit, DecimalText, Mass, MassUnit, Moisture, Reading, Volume, VolumeUnit,
};

use super::columns::{
    BASES, BASIS, CLASS, CLASSES, COLUMNS, CONTENT, DIRECTION, DIRECTIONS, FROM, LIMIT, MATERIAL,
    METERING, METERINGS, MOISTURE, NOTE, PERCENT, PERIOD, TESTING, TESTINGS, TO, UNIT, UNITS,
    VOLUME, WET,
};
use super::{BalanceRow, BalanceSheet, Metering, RowContent, Testing, check};
use crate::book::{Book, CellKind, Sheet};
use crate::cell;
use crate::folded::{folded, plain};
use crate::header::{Grid, Line, likeness};
use crate::limits::TEXT_CHARS_MAX;
use crate::problem::{Problem, Problems, Refused, Words};

/// Sheets of the template that are not data.
const NOT_DATA: [&str; 6] = ["示例", "说明", "选项", "example", "help", "lists"];

/// Reads the balance sheet of a file.
///
/// # Errors
/// Everything that could not be understood, at once.
pub fn read(book: &Book) -> Result<BalanceSheet, Refused> {
    let mut problems = Problems::default();
    let mut notices = Problems::default();
    let Some(sheet) = data_sheet(book) else {
        return Err(Refused::whole(Words::new(
            "文件里没有填报表；请用 sheet template balance 生成的模板",
            "the file has no sheet to read; use the template of `sheet template balance`",
        )));
    };
    let Some(grid) = Grid::find(sheet, COLUMNS, &mut problems, &mut notices) else {
        problems.none_or(())?;
        return Err(Refused::whole(Words::new("没有表头", "no headings")));
    };
    let mut rows = Vec::new();
    let mut is_filled = false;
    for line in grid.lines().filter(|line| !line.is_blank()) {
        is_filled = true;
        let mut reader = RowReader { line, problems: &mut problems, notices: &mut notices };
        rows.extend(reader.row());
    }
    if !is_filled {
        let message = Words::new("表头下面没有数据行", "no rows below the headings");
        problems.add(Problem::of_row(&sheet.name, 0, message));
    }
    check::whole(&sheet.name, &rows, &mut problems, &mut notices);
    let name = sheet.name.clone();
    problems.none_or(BalanceSheet { name, rows, notices: notices.into_kept() })
}

/// The sheet whose headings are most like the template's.
fn data_sheet(book: &Book) -> Option<&Sheet> {
    let is_data = |sheet: &&Sheet| {
        let name = folded(&sheet.name);
        !sheet.rows.is_empty() && !NOT_DATA.contains(&name.as_str())
    };
    let sheets: Vec<&Sheet> = book.sheets.iter().filter(is_data).collect();
    sheets.into_iter().rev().max_by_key(|sheet| likeness(sheet, COLUMNS))
}

struct RowReader<'a, 'p> {
    line: Line<'a>,
    problems: &'p mut Problems,
    notices: &'p mut Problems,
}

impl RowReader<'_, '_> {
    fn row(&mut self) -> Option<BalanceRow> {
        let month = self.needed(PERIOD, cell::month);
        let material = self.needed(MATERIAL, name);
        let class = self.needed(CLASS, |text| cell::choice(text, CLASSES));
        let direction = self.needed(DIRECTION, |text| cell::choice(text, DIRECTIONS));
        let (from, to) = (self.optional(FROM, name), self.optional(TO, name));
        let note = self.optional(NOTE, name);
        let wet = self.amount(WET);
        let volume = self.amount(VOLUME);
        let moisture = self.moisture();
        let content = self.content();
        let metering = self.optional(METERING, |text| cell::choice(text, METERINGS));
        // Whatever could not be read has been noted by now.
        let (month, material, class, direction) = (month?, material?, class?, direction?);
        let (wet, volume, moisture, content) = (wet?, volume?, moisture?, content?);
        let row = BalanceRow {
            number: self.line.row.number,
            month,
            material,
            class,
            direction,
            from: from?.unwrap_or_default(),
            to: to?.unwrap_or_default(),
            wet: wet.map(|value| Mass::wet(value, self.mass_unit())),
            volume: volume.map(|value| Volume { unit: volume_unit(class), value }),
            moisture,
            content,
            metering: metering?.unwrap_or(Metering::Estimated),
            note: note?.unwrap_or_default(),
        };
        self.fits(&row);
        Some(row)
    }

    fn fail<T>(&mut self, column: usize, message: Words) -> Option<T> {
        self.problems.add(self.line.problem(column, message));
        None
    }

    /// The cell's text; a formula's error is a problem.
    fn text(&mut self, column: usize) -> Option<&'_ str> {
        let found = self.line.cell(column);
        if found.kind == CellKind::Error {
            let message = Words::new(
                "公式出错；请改好公式或直接填数",
                "the formula gives an error; repair it or type the figure",
            );
            return self.fail(column, message);
        }
        Some(&found.text)
    }

    fn needed<T>(&mut self, column: usize, read: impl Fn(&str) -> Result<T, Words>) -> Option<T> {
        let text = self.text(column)?.to_owned();
        if text.is_empty() {
            return self.fail(column, Words::new("不能空着", "it must not be blank"));
        }
        match read(&text) {
            Ok(value) => Some(value),
            Err(message) => self.fail(column, message),
        }
    }

    /// `Some(None)` for a blank, `None` for what cannot be read.
    fn optional<T>(
        &mut self,
        column: usize,
        read: impl Fn(&str) -> Result<T, Words>,
    ) -> Option<Option<T>> {
        let text = self.text(column)?.to_owned();
        if text.is_empty() {
            return Some(None);
        }
        match read(&text) {
            Ok(value) => Some(Some(value)),
            Err(message) => self.fail(column, message),
        }
    }

    /// An amount; "not measured" counts as a blank, with the same consequence.
    fn amount(&mut self, column: usize) -> Option<Option<DecimalText>> {
        let unit = self.line.unit(column);
        let known: &[&str] =
            if column == WET { &["", "t", "吨", "kg", "千克"] } else { VOLUME_UNITS };
        if !known.contains(&unit) {
            let message = Words::new(
                format!("表头的单位 {unit} 不认识；湿重用 t 或 kg，体积用 m³"),
                format!("the heading's unit {unit} is not known; use t or kg, m³ for volumes"),
            );
            return self.fail(column, message);
        }
        if cell::is_not_measured(&self.line.cell(column).text) {
            return Some(None);
        }
        self.optional(column, cell::amount)
    }

    fn mass_unit(&self) -> MassUnit {
        match self.line.unit(WET) {
            "kg" | "千克" => MassUnit::Kilogram,
            _ => MassUnit::Tonne,
        }
    }

    fn moisture(&mut self) -> Option<Option<Reading>> {
        let read = |text: &str| {
            let bare = plain(text);
            let bare = bare.strip_suffix('%').unwrap_or(&bare);
            let found = cell::result(bare, None)?.unwrap_or(Reading::NotMeasured);
            match found.bounds() {
                Some(bounds) if Moisture::from_percent(bounds.high).is_err() => Err(Words::new(
                    "含水率应在 0 到 100 % 之间（不含 100）",
                    "moisture lies from 0 to below 100 %",
                )),
                _ => Ok(found),
            }
        };
        let found = self.optional(MOISTURE, read)?;
        let is_number = self.line.cell(MOISTURE).kind == CellKind::Number;
        if let Some(Reading::Value { value }) = &found
            && is_number
            && !value.value().is_zero()
            && value.value() < rust_decimal::Decimal::ONE
        {
            let message = Words::new(
                format!("按 {value} % 读入；若单元格是百分比格式，请改填如 8.5 的数"),
                format!(
                    "read as {value} %; if the cell has a percent format, type a figure like 8.5"
                ),
            );
            self.notices.add(self.line.problem(MOISTURE, message));
        }
        Some(found)
    }

    fn content(&mut self) -> Option<Option<RowContent>> {
        let limit = self.optional(LIMIT, cell::amount);
        // With a limit that cannot be read a bare ND is not a second mistake.
        let lod = match &limit {
            Some(limit) => limit.clone(),
            None => Some(DecimalText::from(rust_decimal::Decimal::ONE)),
        };
        let result = self.optional(CONTENT, |text| cell::result(text, lod.as_ref()));
        let unit = self.unit();
        let basis = self.optional(BASIS, |text| cell::choice(text, BASES));
        let testing = self.optional(TESTING, |text| cell::choice(text, TESTINGS));
        let percent = self.optional(PERCENT, |text| {
            let bare = plain(text);
            cell::amount(bare.strip_suffix('%').unwrap_or(&bare))
        });
        limit?;
        let (result, unit, basis) = (result?.flatten(), unit?, basis?);
        let (testing, percent) = (testing?, percent?);
        let Some(result) = result else { return Some(None) };
        if result == Reading::NotMeasured {
            return Some(None);
        }
        let Some(unit) = unit else {
            let message = Words::new(
                "有含量就要有单位；从列表中选，如 mg/kg",
                "a content needs its unit; choose one, like mg/kg",
            );
            return self.fail(UNIT, message);
        };
        let basis = if unit.per_cubic_metre().is_some() {
            None
        } else {
            basis.or(Some(tl_domain::quantity::Basis::Dry))
        };
        let testing = testing.unwrap_or(Testing::Default);
        Some(Some(RowContent { result, unit, basis, testing, percent }))
    }

    /// The unit of the cell, else that of the heading.
    fn unit(&mut self) -> Option<Option<ContentUnit>> {
        let own = self.optional(UNIT, |text| cell::choice(text, UNITS))?;
        let heading = self.line.unit(CONTENT);
        match (own, heading) {
            (Some(unit), _) => Some(Some(unit)),
            (None, "") => Some(None),
            (None, written) => match cell::choice(written, UNITS) {
                Ok(unit) => Some(Some(unit)),
                Err(message) => self.fail(CONTENT, message),
            },
        }
    }

    /// What depends on several cells.
    fn fits(&mut self, row: &BalanceRow) {
        let per_volume = row.content.as_ref().map(|c| c.unit.per_cubic_metre().is_some());
        match per_volume {
            Some(true) if row.volume.is_none() && row.wet.is_some() => {
                let message = Words::new(
                    "含量按体积计，要填「体积」",
                    "a content per volume needs the volume column",
                );
                self.fail::<()>(VOLUME, message);
            }
            Some(false) if row.wet.is_none() && row.volume.is_some() => {
                let message = Words::new(
                    "含量按质量计，要填「湿重」；1 m³ 不当作 1 t",
                    "a content per mass needs the wet mass; 1 m³ is not taken for 1 t",
                );
                self.fail::<()>(WET, message);
            }
            _ => {}
        }
        if row.wet.is_none() && row.volume.is_none() {
            self.notice(
                WET,
                "没有数量：这一项没有铊量，平衡不可判",
                "no amount: the term stands without a figure, nothing is judged",
            );
        }
        if row.content.is_none() {
            self.notice(
                CONTENT,
                "没有含量：按同一物料 90 天内的均值估计，没有均值则这一项没有铊量",
                "no content: a mean of the same material within 90 days stands in, else no figure",
            );
        }
        let is_dry =
            row.content.as_ref().is_some_and(|c| c.basis == Some(tl_domain::quantity::Basis::Dry));
        let no_moisture = row.moisture.as_ref().is_none_or(|reading| reading.bounds().is_none());
        if is_dry && no_moisture && row.wet.is_some() {
            self.notice(
                MOISTURE,
                "干基含量而没有含水率：这一项没有铊量；干料请填 0",
                "a dry content without moisture: no figure for this term; write 0 when dry",
            );
        }
        if self.line.cell(METERING).text.is_empty() {
            self.notice(METERING, "空白，按估算处理", "blank, taken as estimated");
        }
    }

    fn notice(&mut self, column: usize, zh: &str, en: &str) {
        self.notices.add(self.line.problem(column, Words::new(zh, en)));
    }
}

/// Units that a heading of volumes may name, as they are compared.
const VOLUME_UNITS: &[&str] = &["", "m3", "立方米", "nm3", "标立方米"];

fn volume_unit(class: MaterialClass) -> VolumeUnit {
    match class {
        MaterialClass::Gas => VolumeUnit::StandardCubicMetre,
        _ => VolumeUnit::CubicMetre,
    }
}

fn name(text: &str) -> Result<String, Words> {
    let found = text.chars().count();
    if found > TEXT_CHARS_MAX {
        return Err(Words::new(
            format!("有 {found} 个字，最多 {TEXT_CHARS_MAX} 个"),
            format!("{found} characters, at most {TEXT_CHARS_MAX}"),
        ));
    }
    Ok(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}
