//! What a person typed into a form: read field by field, with the error next to its field.
//!
//! Full-width digits and thousands separators are taken; nothing else is guessed. A blank result is
//! refused with words, because blank, 0, ND and "not measured" are different things. Errors name
//! what was read and what to do; values come back as they were typed.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use tl_domain::code::Code;
use tl_domain::ids::EntryId;
use tl_domain::quantity::{Basis, DecimalText, Mass, MassUnit, Reading};
use tl_domain::time::Moment;

use super::part::{Choice, Field, FieldKind};
use super::scan::scan_error;
use super::{format, story};
use crate::i18n::Words;
use crate::usecase::capture::Form as Sent;

/// Characters kept of one value.
const VALUE_CHARS_MAX: usize = 2_000;

/// Values of a form with what is wrong with them.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    /// Words for errors.
    pub(crate) t: Words,
    values: BTreeMap<String, String>,
    errors: BTreeMap<String, String>,
    /// What is wrong with the whole.
    pub(crate) whole: String,
}

impl Typed {
    /// Values as sent; a name that comes twice keeps its last value.
    pub(crate) fn new(t: Words, pairs: Vec<(String, String)>) -> Self {
        let cut = |value: String| value.chars().take(VALUE_CHARS_MAX).collect();
        let values = pairs.into_iter().map(|(name, value)| (name, cut(value))).collect();
        Self { t, values, errors: BTreeMap::new(), whole: String::new() }
    }

    /// Whether something is wrong.
    pub(crate) fn is_wrong(&self) -> bool {
        !self.errors.is_empty() || !self.whole.is_empty()
    }

    /// A value without blanks around it; empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value.trim())
    }

    /// A text that may be left empty.
    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name).to_owned()).filter(|text| !text.is_empty())
    }

    /// Gives a field its default, unless something was sent for it.
    pub(crate) fn usual(&mut self, name: &str, value: impl Into<String>) {
        self.values.entry(name.to_owned()).or_insert_with(|| value.into());
    }

    /// Puts a value into a field that was left empty.
    pub(crate) fn put(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// Marks a field.
    pub(crate) fn error(&mut self, name: &str, words: impl Into<String>) {
        self.errors.entry(name.to_owned()).or_insert_with(|| words.into());
    }

    /// A text that must be there.
    pub(crate) fn required(&mut self, name: &str) -> Option<String> {
        let text = self.optional(name);
        if text.is_none() {
            let words = self.t.fill_in();
            self.error(name, words);
        }
        text
    }

    /// One of a list, or an id.
    pub(crate) fn pick<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let text = self.required(name)?;
        self.parse(name, &text)
    }

    /// One of a list, or nothing.
    pub(crate) fn maybe<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let text = self.optional(name)?;
        self.parse(name, &text)
    }

    fn parse<T: FromStr>(&mut self, name: &str, text: &str) -> Option<T> {
        let read = text.parse().ok();
        if read.is_none() {
            let words = self.t.not_in_list(format::shortened(text, 40));
            self.error(name, words);
        }
        read
    }

    /// A decimal number, or nothing when it was left empty.
    pub(crate) fn decimal(&mut self, name: &str) -> Option<DecimalText> {
        let text = self.optional(name)?;
        let read = normalised(&text).parse().ok();
        if read.is_none() {
            let words = self.t.not_a_number(format::shortened(&text, 40));
            self.error(name, words);
        }
        read
    }

    /// A mass with its unit in `NAME-unit` and its basis in `NAME-basis` (wet when not sent).
    pub(crate) fn mass(&mut self, name: &str, unit_name: &str) -> Option<Mass> {
        let value = self.decimal(name)?;
        let unit = self.pick::<MassUnit>(unit_name)?;
        let basis = self.maybe::<Basis>(&format!("{name}-basis")).unwrap_or(Basis::Wet);
        if value.value().is_sign_negative() {
            let words = self.t.negative_mass(&value);
            self.error(name, words);
            return None;
        }
        Some(Mass { basis, unit, value })
    }

    /// A percentage that may be left empty.
    pub(crate) fn percent(&mut self, name: &str) -> Option<Reading> {
        Some(Reading::Value { value: self.decimal(name)? })
    }

    /// A result with its qualifier in `NAME-is`; blank is refused with words.
    pub(crate) fn reading(&mut self, name: &str) -> Option<Reading> {
        let is = self.text(&format!("{name}-is")).to_owned();
        let text = self.text(name).to_owned();
        if is == "not_measured" {
            if !text.is_empty() {
                let words = self.t.not_measured_but_value(&text);
                self.error(name, words);
                return None;
            }
            return Some(Reading::NotMeasured);
        }
        if text.is_empty() {
            let words = if is == "value" { self.t.blank_result() } else { self.t.blank_limit() };
            self.error(name, words);
            return None;
        }
        // People type `<0.02` as the laboratory prints it.
        if let Some(limit) = text.strip_prefix(['<', '＜']) {
            let limit = normalised(limit).parse().ok();
            return self.number(name, &text, limit).map(|limit| Reading::Below { limit });
        }
        let value = self.number(name, &text, normalised(&text).parse().ok())?;
        match is.as_str() {
            "value" => Some(Reading::Value { value }),
            "below" => Some(Reading::Below { limit: value }),
            "not_detected" => Some(Reading::NotDetected { lod: value }),
            _ => {
                let words = self.t.not_in_list(&is);
                self.error(&format!("{name}-is"), words);
                None
            }
        }
    }

    fn number(
        &mut self,
        name: &str,
        read: &str,
        value: Option<DecimalText>,
    ) -> Option<DecimalText> {
        if value.is_none() {
            let words = self.t.not_a_number(format::shortened(read, 40));
            self.error(name, words);
        }
        value
    }

    /// A label code as typed or scanned, or nothing when it was left empty.
    pub(crate) fn code(&mut self, name: &str) -> Option<Code> {
        let text = self.optional(name)?;
        match tl_domain::code::read_scan(&text) {
            Ok((_, code)) => Some(code),
            Err(error) => {
                let words = scan_error(self.t, &error);
                self.error(name, words);
                None
            }
        }
    }

    /// A local time at the site's offset.
    pub(crate) fn minute(&mut self, name: &str, offset_minutes: i32) -> Option<Moment> {
        let text = self.required(name)?;
        let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
        let offset = i64::from(offset_minutes) * 60_000_000;
        let moment = read.and_then(|local| {
            let micros = local.and_utc().timestamp_micros().checked_sub(offset)?;
            Moment::from_micros(micros, offset_minutes.checked_mul(60)?)
        });
        if moment.is_none() {
            let words = self.t.not_a_time(format::shortened(&text, 40));
            self.error(name, words);
        }
        moment
    }

    /// The beginning of a local day at the site's offset.
    pub(crate) fn day(&mut self, name: &str, offset_minutes: i32) -> Option<Moment> {
        let text = self.required(name)?;
        let read = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        let offset = i64::from(offset_minutes) * 60_000_000;
        let moment = read.and_then(|day| {
            let local = day.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
            Moment::from_micros(local.checked_sub(offset)?, offset_minutes.checked_mul(60)?)
        });
        if moment.is_none() {
            let words = self.t.not_a_time(format::shortened(&text, 40));
            self.error(name, words);
        }
        moment
    }

    /// Lines of a text, each without blanks around it; empty ones are left out.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.text(name).lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    /// Id and time of the entry that the form becomes.
    pub(crate) fn sent(&mut self, offset_minutes: i32) -> Sent {
        let id = self.optional("entry").and_then(|text| text.parse::<EntryId>().ok());
        Sent { id, observed_at: self.minute("observed_at", offset_minutes) }
    }

    /// A field with its value and error.
    pub(crate) fn field(&self, name: &str, label: &str, kind: FieldKind) -> Field {
        let value = self.values.get(name).cloned().unwrap_or_default();
        let error = self.errors.get(name).cloned().unwrap_or_default();
        Field::new(name, label, kind).value(value).error(error)
    }

    /// A figure's field.
    pub(crate) fn number_field(&self, name: &str, label: &str, unit: &str) -> Field {
        self.field(name, label, FieldKind::Number).unit(unit)
    }

    /// A list's field.
    pub(crate) fn list_field(&self, name: &str, label: &str, choices: Vec<Choice>) -> Field {
        self.field(name, label, FieldKind::Choose(choices))
    }

    /// Units of mass for choosing.
    pub(crate) fn unit_field(&self, name: &str) -> Field {
        let units = [MassUnit::Tonne, MassUnit::Kilogram];
        let choices = units.iter().map(|unit| Choice::new(unit.sign(), unit.sign())).collect();
        self.list_field(name, self.t.unit(), choices)
    }

    /// Wet or dry for choosing.
    pub(crate) fn basis_field(&self, name: &str) -> Field {
        let choices = Basis::ALL.iter().map(|b| Choice::new(b.sign(), self.t.basis(*b))).collect();
        self.list_field(name, self.t.basis_word(), choices)
    }

    /// Qualifier of a result for choosing.
    pub(crate) fn qualifier_field(&self, name: &str) -> Field {
        let t = self.t;
        let choices = vec![
            Choice::new("value", t.is_value()),
            Choice::new("below", t.is_below()),
            Choice::new("not_detected", t.is_not_detected()),
            Choice::new("not_measured", story::reading(t, &Reading::NotMeasured)),
        ];
        self.list_field(&format!("{name}-is"), t.qualifier(), choices)
    }

    /// When it happened, and the id that makes a second sending harmless.
    pub(crate) fn when_fields(&self) -> Vec<Field> {
        let when = self.field("observed_at", self.t.happened_at(), FieldKind::Minute).required();
        vec![when, Field::hidden("entry", self.text("entry"))]
    }
}

/// ASCII digits and point, without separators of thousands.
fn normalised(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, ',' | '，' | ' ' | '\u{a0}' | '\u{3000}'))
        .map(|c| match c {
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            '．' | '。' => '.',
            '－' | '−' => '-',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests;
