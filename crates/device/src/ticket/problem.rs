//! What can be wrong with a row, in both languages: reason and what to do.
//! Codes are stable; a row error says where, what was read, why, and how to go on.

use serde::Serialize;

/// A row that gives no ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error(
    "row {row}, column {column:?}: read {value:?}: {}. {}",
    .problem.reason(),
    .problem.advice()
)]
pub struct RowError {
    /// The row's number in the file, from 1.
    pub row: usize,
    /// The header of the column.
    pub column: String,
    /// What was read there, cut to a printable length.
    pub value: String,
    /// What would have been right, where it can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// Why the row gives no ticket.
    pub problem: RowProblem,
    /// The ticket's number, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

macro_rules! problems {
    ($($(#[doc = $doc:literal])+ $variant:ident, $code:literal,
       $reason:literal, $advice:literal, $reason_zh:literal, $advice_zh:literal);+ $(;)?) => {
        /// Why a row gives no ticket.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        pub enum RowProblem { $($(#[doc = $doc])+ #[serde(rename = $code)] $variant),+ }

        impl RowProblem {
            /// All problems.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The reason in English.
            pub fn reason(self) -> &'static str {
                match self { $(Self::$variant => $reason),+ }
            }

            /// What to do, in English.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice),+ }
            }

            /// The reason in Chinese.
            pub fn reason_zh(self) -> &'static str {
                match self { $(Self::$variant => $reason_zh),+ }
            }

            /// What to do, in Chinese.
            pub fn advice_zh(self) -> &'static str {
                match self { $(Self::$variant => $advice_zh),+ }
            }
        }
    };
}

problems! {
    /// No ticket number.
    NumberMissing, "number_missing",
        "the ticket has no number",
        "Fill in the number in the weighbridge program and export again.",
        "磅单号为空", "请在地磅软件中补全磅单号后重新导出。";
    /// The number is longer than any real one.
    NumberTooLong, "number_too_long",
        "the ticket number is longer than 64 characters", "Check which column holds the number.",
        "磅单号超过 64 个字符", "请检查磅单号对应的列是否选错。";
    /// The same number stands in the file twice with different contents.
    NumberTwice, "number_twice",
        "the number stands in this file twice with different contents",
        "Find out which row is right and remove the other one.",
        "同一磅单号在文件中出现两次且内容不同", "请核实哪一行正确，删除另一行后重新导入。";
    /// A weight is no number.
    NotANumber, "not_a_number",
        "this is not a plain number", "Export weights without units and thousands separators.",
        "不是纯数字", "导出时重量请勿带单位或千位分隔符。";
    /// A weight below zero.
    NegativeWeight, "negative_weight",
        "a weight cannot be below zero", "Correct the ticket in the weighbridge program.",
        "重量不能为负数", "请在地磅软件中更正该磅单。";
    /// Neither gross nor tare.
    NoWeight, "no_weight",
        "there is neither a gross nor a tare weight", "Weigh the truck or void the ticket.",
        "毛重和皮重均为空", "请补过磅，或作废该磅单。";
    /// The tare is zero though there is a net weight.
    ZeroTare, "zero_tare",
        "the tare is zero but there is a net weight: an empty truck weighs something",
        "Weigh the empty truck, or correct the ticket.",
        "皮重为 0 却有净重：空车必有重量", "请回皮过磅，或更正该磅单。";
    /// The gross weight is below the tare.
    GrossBelowTare, "gross_below_tare",
        "the gross weight is below the tare", "Check whether gross and tare are exchanged.",
        "毛重小于皮重", "请检查毛重与皮重是否颠倒。";
    /// Net is not gross minus tare.
    NetMismatch, "net_mismatch",
        "the net weight is not gross minus tare",
        "Correct the ticket in the weighbridge program; nothing is corrected here.",
        "净重不等于毛重减皮重", "请在地磅软件中更正，本系统不会自动修改。";
    /// The net is missing though both weights are there.
    NetMissing, "net_missing",
        "the net weight is missing though gross and tare are there",
        "Export the net weight, or take its column out of the mapping to have it computed.",
        "有毛重和皮重但缺净重", "请导出净重，或在列映射中去掉净重列由系统计算。";
    /// A net weight on a ticket that is not complete.
    NetWithoutBoth, "net_without_both",
        "there is a net weight though the truck was weighed only once",
        "Complete the weighing, or clear the net weight.",
        "只过磅一次却有净重", "请完成二次过磅，或清空净重。";
    /// The gross weight is out of the plausible range.
    ImplausibleGross, "implausible_gross",
        "no truck weighs this in the declared unit", "Check the declared unit (kg or t).",
        "按所声明的单位，车辆不可能是这个重量", "请检查声明的单位（千克或吨）。";
    /// A time that does not fit the declared format.
    BadTime, "bad_time",
        "the time does not fit the declared date format", "Correct the date format of the mapping.",
        "时间与声明的日期格式不符", "请修改映射中的日期格式。";
    /// A direction word that is not listed.
    UnknownDirection, "unknown_direction",
        "this word is listed neither for in nor for out", "Add the word to the mapping.",
        "无法判断进出方向", "请在映射中为该词指定“进”或“出”。";
    /// The row ends before the last mapped column.
    TooFewCells, "too_few_cells",
        "the row ends before this column: the file is cut or damaged", "Export the file again.",
        "该行在此列之前结束，文件可能不完整", "请重新导出文件。";
    /// The row has more cells than there are headers.
    TooManyCells, "too_many_cells",
        "the row has more cells than the header: a cell may hold the delimiter",
        "Export again with quotes around texts.",
        "该行单元格多于表头，可能有单元格含分隔符", "请重新导出并给文本加引号。";
}
