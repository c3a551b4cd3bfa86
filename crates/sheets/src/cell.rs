//! Cells as values: decimals as written, qualified results, months, words of a list.
//!
//! Invariant: blank, 0, `<x`, ND and "not measured" stay different things; nothing is guessed. What
//! cannot be read says what was expected. Signs may be full-width; thousands may be grouped.

use tl_domain::quantity::{DecimalText, Reading};

use crate::folded::{folded, plain};
use crate::problem::Words;

/// Words that say that nobody measured: not a blank, which says nothing.
const NOT_MEASURED: [&str; 9] =
    ["/", "-", "--", "未测", "未检测", "未检", "notmeasured", "n/a", "na"];
/// Words for "not detected".
const NOT_DETECTED: [&str; 6] = ["未检出", "nd", "n.d.", "n.d", "低于检出限", "notdetected"];

/// A number as it was written, without what carries no information: a plus sign, grouping commas,
/// leading zeros.
pub(crate) fn decimal(text: &str) -> Result<DecimalText, Words> {
    let written = plain(text).replace('−', "-");
    let fail = || {
        Words::new(
            "不是数字；请写成 12、0.35 或 1.20 这样的十进制数，不带单位",
            "no number; write a decimal like 12, 0.35 or 1.20 without unit",
        )
    };
    let (sign, digits) = match written.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", written.strip_prefix('+').unwrap_or(&written)),
    };
    let digits =
        if digits.contains(',') { ungrouped(digits).ok_or_else(fail)? } else { digits.to_owned() };
    let (whole, fraction) =
        digits.split_once('.').map_or((digits.as_str(), None), |(a, b)| (a, Some(b)));
    let trimmed = whole.trim_start_matches('0');
    let whole = if trimmed.is_empty() && !whole.is_empty() { "0" } else { trimmed };
    let mut canonical = String::from(whole);
    if let Some(fraction) = fraction {
        canonical.push('.');
        canonical.push_str(fraction);
    }
    let is_zero = canonical.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if !sign.is_empty() && !is_zero {
        canonical.insert(0, '-');
    }
    canonical.parse().map_err(|_| fail())
}

/// Digits without grouping commas, when every group but the first has three.
fn ungrouped(digits: &str) -> Option<String> {
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let fits = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    (fits && !rest.contains(',')).then(|| format!("{}{rest}", whole.replace(',', "")))
}

/// A number that is not below 0.
pub(crate) fn amount(text: &str) -> Result<DecimalText, Words> {
    let value = decimal(text)?;
    if value.as_str().starts_with('-') {
        return Err(Words::new(
            "不能为负；方向由「方向」一列说明",
            "it cannot be negative; the direction has a column of its own",
        ));
    }
    if value.value() > rust_decimal::Decimal::from(crate::limits::AMOUNT_MAX) {
        return Err(Words::new("数值过大；请检查单位", "too large; check the unit"));
    }
    Ok(value)
}

/// Whether a cell says that nobody measured.
pub(crate) fn is_not_measured(text: &str) -> bool {
    NOT_MEASURED.contains(&folded(text).as_str())
}

/// A laboratory's result; `lod` is the detection limit of the row, for a bare ND.
///
/// A blank is `None`.
pub(crate) fn result(text: &str, lod: Option<&DecimalText>) -> Result<Option<Reading>, Words> {
    let known = folded(text);
    if known.is_empty() {
        return Ok(None);
    }
    if is_not_measured(text) {
        return Ok(Some(Reading::NotMeasured));
    }
    if let Some(limit) = known.strip_prefix('<').or_else(|| known.strip_prefix('≤')) {
        return Ok(Some(Reading::Below { limit: amount(limit)? }));
    }
    // `0.02L` is how laboratories print "below the detection limit 0.02".
    if let Some(limit) = known.strip_suffix('l').filter(|limit| !limit.is_empty()) {
        return Ok(Some(Reading::NotDetected { lod: amount(limit)? }));
    }
    if let Some(rest) = NOT_DETECTED.iter().find_map(|word| known.strip_prefix(word)) {
        let limit = rest.trim_matches(['(', ')', '<', '=', ':', ',']);
        let lod = if limit.is_empty() { lod.cloned() } else { Some(amount(limit)?) };
        let lod = lod.ok_or_else(|| {
            Words::new(
                "未检出要说明检出限；请写成 ND(0.02)，或填「检出限」一列",
                "not detected needs its limit; write ND(0.02) or fill in the detection limit",
            )
        })?;
        return Ok(Some(Reading::NotDetected { lod }));
    }
    amount(&known).map(|value| Some(Reading::Value { value })).map_err(|_| {
        Words::new(
            "不是检测结果；可写 12.3、<0.05、ND(0.02)、未测，空白表示没有数据",
            "no result; write 12.3, <0.05, ND(0.02) or 未测 (not measured); blank means no data",
        )
    })
}

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Year, 1990 to 2100.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u32,
}

impl Month {
    /// The month after this one.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { month: self.month + 1, ..self }
        }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

/// A month written as 2026-01, 2026年1月, 2026/1, 2026.1, 202601 or as a day of it.
pub(crate) fn month(text: &str) -> Result<Month, Words> {
    let fail = || Words::new("不是月份；请写成 2026-01", "no month; write it like 2026-01");
    let known = folded(text).replace(['年', '/', '.'], "-").replace('月', "-").replace('日', "");
    let known = known.trim_end_matches('-');
    let parts: Vec<&str> = match known.split('-').collect::<Vec<_>>().as_slice() {
        [joined] if joined.len() == 6 && joined.is_ascii() => vec![&known[..4], &known[4..]],
        parts if (2..=3).contains(&parts.len()) => parts.to_vec(),
        _ => return Err(fail()),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if parts[0].len() != 4 || parts.iter().any(|part| part.len() > 4 || !digits(part)) {
        return Err(fail());
    }
    let (year, month) = (parts[0].parse(), parts[1].parse());
    let (Ok(year), Ok(month)) = (year, month) else { return Err(fail()) };
    if !(1990..=2100).contains(&year) || !(1..=12).contains(&month) {
        return Err(fail());
    }
    Ok(Month { year, month })
}

/// A word of a list, by any of its spellings.
pub(crate) fn choice<T: Copy>(
    text: &str,
    list: &[(T, &'static [&'static str])],
) -> Result<T, Words> {
    let known = folded(text);
    let found = list.iter().find(|(_, words)| words.iter().any(|word| folded(word) == known));
    found.map(|(value, _)| *value).ok_or_else(|| {
        let words: Vec<&str> =
            list.iter().filter_map(|(_, words)| words.first().copied()).collect();
        let words = words.join("、");
        Words::new(format!("只能填：{words}"), format!("it must be one of: {words}"))
    })
}

#[cfg(test)]
mod tests;
