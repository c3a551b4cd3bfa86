//! The saved answer to "which column is what": made once for each weighbridge program, checked
//! when it is saved, used for every file after that. Unit and date format are declared, because
//! the files do not tell 12.45 t from 12.45 kg, nor March 4 from April 3.

use std::fmt::Write as _;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use super::Direction;
use crate::decimal::DecimalText;
use crate::reading::MassUnit;
use crate::table::TextEncoding;

/// How to read one weighbridge program's tickets; fits TOML and JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketMapping {
    /// Unit of all weights of the file: `kg` or `t`.
    pub unit: MassUnit,
    /// How times are written, in strftime marks (`%Y-%m-%d %H:%M:%S`).
    pub date_format: String,
    /// Minutes the file's clock is ahead of UTC.
    #[serde(default = "default_utc_offset_minutes")]
    pub utc_offset_minutes: i32,
    /// What separates cells of a CSV; found by the header if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Encoding of a CSV; found if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<TextEncoding>,
    /// The row of the headers, from 1.
    #[serde(default = "default_header_row")]
    pub header_row: usize,
    /// The direction of every ticket where the file has no column for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_direction: Option<Direction>,
    /// Words of the direction column that mean "in".
    #[serde(default = "default_in_words")]
    pub in_words: Vec<String>,
    /// Words of the direction column that mean "out".
    #[serde(default = "default_out_words")]
    pub out_words: Vec<String>,
    /// Gross weights below this many kg are refused: the unit is probably wrong.
    #[serde(default = "default_gross_min_kg")]
    pub gross_min_kg: DecimalText,
    /// Gross weights above this many kg are refused: the unit is probably wrong.
    #[serde(default = "default_gross_max_kg")]
    pub gross_max_kg: DecimalText,
    /// The column that grows with each change of a row, for tables that are read up to a mark. It
    /// may be one of the mapped columns; it is no part of the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
    /// The headers of the columns.
    pub columns: TicketColumns,
}

fn default_utc_offset_minutes() -> i32 {
    480
}

fn default_header_row() -> usize {
    1
}

fn default_in_words() -> Vec<String> {
    words(&[
        "进",
        "进厂",
        "进货",
        "入",
        "入厂",
        "入库",
        "收货",
        "收料",
        "采购",
        "采购入库",
        "购入",
        "原料",
        "IN",
        "in",
    ])
}

fn default_out_words() -> Vec<String> {
    words(&[
        "出",
        "出厂",
        "出货",
        "出库",
        "发货",
        "发料",
        "销售",
        "销售出库",
        "外运",
        "外售",
        "OUT",
        "out",
    ])
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn default_gross_min_kg() -> DecimalText {
    DecimalText::parse("300").expect("a number")
}

fn default_gross_max_kg() -> DecimalText {
    DecimalText::parse("300000").expect("a number")
}

macro_rules! ticket_fields {
    ($($(#[doc = $doc:literal])+ $field:ident, $variant:ident, $chinese:literal);+ $(;)?) => {
        /// The header of each column; absent where the file has none.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct TicketColumns {
            $($(#[doc = $doc])+
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<String>,)+
        }

        /// What a column can be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum TicketField { $($(#[doc = $doc])+ $variant),+ }

        impl TicketField {
            /// All fields in the order of a ticket.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in mappings.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($field)),+ }
            }

            /// The usual Chinese name.
            pub fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $chinese),+ }
            }
        }

        impl TicketColumns {
            /// The header mapped to a field.
            pub fn header(&self, field: TicketField) -> Option<&str> {
                match field { $(TicketField::$variant => self.$field.as_deref()),+ }
            }

            /// Maps a field to a header, or to none.
            pub fn assign(&mut self, field: TicketField, header: Option<String>) {
                match field { $(TicketField::$variant => self.$field = header),+ }
            }
        }
    };
}

ticket_fields! {
    /// The ticket's number.
    number, Number, "磅单号";
    /// The truck's plate.
    plate, Plate, "车号";
    /// The material.
    material, Material, "货名";
    /// Who sent the load.
    sender, Sender, "发货单位";
    /// Who gets the load.
    receiver, Receiver, "收货单位";
    /// The full truck's weight.
    gross, Gross, "毛重";
    /// The empty truck's weight.
    tare, Tare, "皮重";
    /// The load's weight.
    net, Net, "净重";
    /// When the gross weight was taken.
    gross_at, GrossAt, "毛重时间";
    /// When the tare weight was taken.
    tare_at, TareAt, "皮重时间";
    /// In or out.
    direction, Direction, "流向";
    /// Who weighed.
    weigher, Weigher, "司磅员";
}

/// Fields without which no ticket can be read.
pub const REQUIRED: &[TicketField] = &[TicketField::Number, TicketField::Gross, TicketField::Tare];

/// A mapping that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// A required column is not mapped.
    #[error("no column is mapped to {name} ({chinese})", name = .0.name(), chinese = .0.chinese())]
    Unmapped(TicketField),
    /// One header is mapped twice.
    #[error("header {header:?} is mapped to {} and to {}", .first.name(), .second.name())]
    MappedTwice {
        /// The header.
        header: String,
        /// One field.
        first: TicketField,
        /// The other field.
        second: TicketField,
    },
    /// Neither a column nor a default for the direction.
    #[error("neither a direction column (流向) nor a default direction is given")]
    NoDirection,
    /// A word means both directions.
    #[error("{0:?} is listed for in and for out")]
    AmbiguousWord(String),
    /// A unit trucks are not weighed in.
    #[error("unit {0:?}: weighbridge files are in kg or t")]
    Unit(&'static str),
    /// A date format that cannot be read.
    #[error("date format {0:?} is no valid format, or lacks year, month or day")]
    DateFormat(String),
    /// A number out of its range.
    #[error("{0}")]
    Range(&'static str),
}

impl TicketMapping {
    /// A mapping with the usual defaults.
    pub fn new(unit: MassUnit, date_format: &str, columns: TicketColumns) -> Self {
        Self {
            unit,
            date_format: date_format.to_owned(),
            utc_offset_minutes: default_utc_offset_minutes(),
            delimiter: None,
            encoding: None,
            header_row: default_header_row(),
            default_direction: None,
            in_words: default_in_words(),
            out_words: default_out_words(),
            gross_min_kg: default_gross_min_kg(),
            gross_max_kg: default_gross_max_kg(),
            stamp: None,
            columns,
        }
    }

    /// Checks the mapping as a whole; call it when one is saved.
    pub fn check(&self) -> Result<(), MappingError> {
        if let Some(field) = REQUIRED.iter().find(|it| self.columns.header(**it).is_none()) {
            return Err(MappingError::Unmapped(*field));
        }
        self.check_headers_once()?;
        if self.columns.direction.is_none() && self.default_direction.is_none() {
            return Err(MappingError::NoDirection);
        }
        if let Some(word) = self.in_words.iter().find(|word| self.out_words.contains(word)) {
            return Err(MappingError::AmbiguousWord(word.clone()));
        }
        if !matches!(self.unit, MassUnit::Kg | MassUnit::T) {
            return Err(MappingError::Unit(self.unit.symbol()));
        }
        if !has_a_date(&self.date_format) {
            return Err(MappingError::DateFormat(self.date_format.clone()));
        }
        if self.header_row == 0 {
            return Err(MappingError::Range("header_row is counted from 1"));
        }
        if !(-1439..=1439).contains(&self.utc_offset_minutes) {
            return Err(MappingError::Range("utc_offset_minutes is within a day"));
        }
        if self.gross_min_kg.to_decimal() > self.gross_max_kg.to_decimal() {
            return Err(MappingError::Range("gross_min_kg is above gross_max_kg"));
        }
        if self.delimiter.is_some_and(|it| matches!(it, '"' | '\r' | '\n')) {
            return Err(MappingError::Range("delimiter is a comma, semicolon, tab or bar"));
        }
        Ok(())
    }

    /// A time as the file writes it; a format without a time of day gives midnight.
    pub fn moment(&self, text: &str) -> Option<DateTime<FixedOffset>> {
        let format = &self.date_format;
        let local = NaiveDateTime::parse_from_str(text, format).or_else(|error| {
            let has_time = ["%H", "%I", "%T", "%R", "%M"].iter().any(|mark| format.contains(mark));
            match NaiveDate::parse_from_str(text, format) {
                Ok(day) if !has_time => Ok(day.and_time(NaiveTime::MIN)),
                _ => Err(error),
            }
        });
        local.ok()?.and_local_timezone(self.offset()?).single()
    }

    /// A moment in microseconds as the file would write it; the finer part of it is cut.
    pub fn written(&self, micros: i64) -> Option<String> {
        let at = DateTime::from_timestamp_micros(micros)?.with_timezone(&self.offset()?);
        let mut text = String::new();
        // A format with an offset in it can be read and not written.
        write!(text, "{}", at.naive_local().format(&self.date_format)).ok()?;
        Some(text)
    }

    fn offset(&self) -> Option<FixedOffset> {
        FixedOffset::east_opt(self.utc_offset_minutes.saturating_mul(60))
    }

    fn check_headers_once(&self) -> Result<(), MappingError> {
        let mapped = |field: &TicketField| self.columns.header(*field).map(|it| (*field, it));
        let all: Vec<_> = TicketField::ALL.iter().filter_map(mapped).collect();
        for (index, (first, header)) in all.iter().enumerate() {
            if let Some((second, _)) = all.iter().skip(index + 1).find(|it| it.1 == *header) {
                let (header, first, second) = ((*header).to_owned(), *first, *second);
                return Err(MappingError::MappedTwice { header, first, second });
            }
        }
        Ok(())
    }
}

/// True where the format is valid and fixes a day.
fn has_a_date(format: &str) -> bool {
    let known = !StrftimeItems::new(format).any(|item| matches!(item, Item::Error));
    let has = |marks: &[&str]| marks.iter().any(|mark| format.contains(mark));
    let day = has(&["%Y", "%y"]) && has(&["%m", "%b"]) && has(&["%d", "%e"]);
    known && (day || has(&["%F", "%D"]))
}
