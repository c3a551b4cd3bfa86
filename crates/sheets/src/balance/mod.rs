//! 铊平衡填报表: what a plant moved and stored, month by month, and the balance of it.
//!
//! Invariant: a row is one amount of one material in one month and one direction. Figures are
//! retrospective (回溯数据): they rest on a sheet, not on entries, and every answer says so. The
//! balance is the domain's own; nothing of it is computed here.

mod check;
mod columns;
mod read;
mod records;
mod report;
mod words;

#[cfg(test)]
mod tests;

use serde::Serialize;
use tl_domain::event::MaterialClass;
use tl_domain::quantity::{Basis, ContentUnit, DecimalText, Mass, Reading, Volume};

pub use crate::cell::Month;
pub(crate) use columns::{BASES, CLASSES, COLUMNS, DIRECTIONS, METERINGS, TESTINGS, UNITS};
pub use read::read;
pub use records::{Books, records};
pub use report::{Figures, Report, TermFigures, compute};
pub use words::lines;

use crate::problem::Problem;

/// What a row is in the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 期初库存.
    Opening,
    /// 投入.
    Input,
    /// 产出.
    Output,
    /// 排放.
    Discharge,
    /// 期末库存.
    Closing,
}

/// How an amount was found; gives its class of uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metering {
    /// 汽车衡.
    Weighbridge,
    /// 台秤.
    PlatformScale,
    /// 皮带秤.
    BeltScale,
    /// 流量计.
    FlowMeter,
    /// 液位.
    Level,
    /// 测堆.
    Pile,
    /// 清点.
    Count,
    /// 计算.
    Calculated,
    /// 估算, and what nobody said.
    Estimated,
}

/// Where a content comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Testing {
    /// 自行检测.
    Own,
    /// 外委检测.
    Outside,
    /// 供方数据.
    Supplier,
    /// 默认值: no assay at all.
    Default,
}

/// A content as a laboratory or a table gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowContent {
    /// The result with its qualifier.
    pub result: Reading,
    /// Its unit.
    pub unit: ContentUnit,
    /// Basis of a content per mass.
    pub basis: Option<Basis>,
    /// Where it comes from.
    pub testing: Testing,
    /// Relative standard uncertainty in per cent (k = 1), when the sheet has one.
    pub percent: Option<DecimalText>,
}

/// One row of the sheet, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRow {
    /// Its number in the sheet.
    pub number: usize,
    /// Month of a flow; for stocks the month at whose beginning or end they lay.
    pub month: Month,
    /// Name of the material.
    pub material: String,
    /// What it is.
    pub class: MaterialClass,
    /// What the row is in the balance.
    pub direction: Direction,
    /// Where it came from or lay; may be empty.
    pub from: String,
    /// Where it went; may be empty.
    pub to: String,
    /// Mass as weighed.
    pub wet: Option<Mass>,
    /// Volume of water, solution or gas.
    pub volume: Option<Volume>,
    /// Moisture in per cent.
    pub moisture: Option<Reading>,
    /// Content; `None` for a blank.
    pub content: Option<RowContent>,
    /// How the amount was found.
    pub metering: Metering,
    /// 备注.
    pub note: String,
}

/// The rows of a sheet, and what is odd about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceSheet {
    /// Name of the sheet that was read.
    pub name: String,
    /// Rows in the order of the sheet.
    pub rows: Vec<BalanceRow>,
    /// What somebody should look at; nothing was left out for it.
    pub notices: Vec<Problem>,
}
