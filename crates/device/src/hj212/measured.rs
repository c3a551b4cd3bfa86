//! Measured values of one telegram: live (2011), minutes (2051), hour (2061), day (2031).
//!
//! A value is taken in the declared unit or, under the standard's units, only in the standard's
//! number format: 0.0042 cannot be ng/L and is refused, never converted by guess. Values with
//! another mark than N are kept and not usable. Codes that are not wanted are named as ignored.

use super::factor::Factor;
use super::profile::{Profile, UnitOf};
use super::telegram::Telegram;
use crate::decimal::DecimalText;
use crate::decoder::Skipped;
use crate::limits::quoted;
use crate::reading::{Reading, Reason, Refusal, Water, WaterLoad};

/// Commands that carry measured values.
pub(super) const COMMANDS: &[&str] = &["2011", "2031", "2051", "2061"];

/// Kinds of concentration.
const STATS: &[&str] = &["Rtd", "Min", "Avg", "Max"];

/// What one item amounts to.
pub(super) enum Judged {
    Reading(Reading),
    Refused(Refusal),
    /// The offset is filled in by the caller.
    Ignored(Skipped),
}

/// All items of one code, in the order sent.
struct Code<'a> {
    code: &'a str,
    items: Vec<(&'a str, &'a str)>,
}

/// Judges every code of a telegram.
pub(super) fn judge(profile: &Profile, telegram: &Telegram) -> Result<Vec<Judged>, Refusal> {
    if let Some(fault) = &telegram.fault {
        return Err(fault.clone());
    }
    let codes = codes(telegram);
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let data_time = data_time(telegram)?;
    let mut judged = Vec::new();
    for code in &codes {
        match profile.wanted(code.code) {
            None => judged.push(ignored(code)),
            Some(factor) => {
                let context = Context { profile, telegram, factor, code, data_time };
                match context.mark() {
                    Ok(mark) => judged.extend(context.values(mark)),
                    Err(refusal) => judged.push(Judged::Refused(refusal)),
                }
            }
        }
    }
    Ok(judged)
}

fn codes(telegram: &Telegram) -> Vec<Code<'_>> {
    let mut found: Vec<Code<'_>> = Vec::new();
    for (name, value) in telegram.groups.iter().flatten() {
        let Some((code, kind)) = name.split_once('-') else { continue };
        match found.iter_mut().find(|it| it.code == code) {
            Some(known) => known.items.push((kind, value)),
            None => found.push(Code { code, items: vec![(kind, value)] }),
        }
    }
    found
}

fn ignored(code: &Code<'_>) -> Judged {
    let items: Vec<String> =
        code.items.iter().map(|(kind, value)| format!("{}-{kind}={value}", code.code)).collect();
    Judged::Ignored(Skipped {
        why: format!("code {:?} is not read here", quoted(code.code)),
        item: Some(code.code.to_owned()),
        raw: items.join(",").into_bytes(),
        offset: 0,
    })
}

/// `DataTime`, 14 digits that name a moment.
fn data_time(telegram: &Telegram) -> Result<&str, Refusal> {
    let text = telegram
        .item("DataTime")
        .ok_or_else(|| Refusal::new(Reason::BadField, "values without DataTime"))?;
    let whole = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole && chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").is_ok() {
        return Ok(text);
    }
    let detail = format!("DataTime={:?} is no moment YYYYMMDDhhmmss", quoted(text));
    Err(Refusal::new(Reason::BadField, detail))
}

struct Context<'a> {
    profile: &'a Profile,
    telegram: &'a Telegram,
    factor: &'static Factor,
    code: &'a Code<'a>,
    data_time: &'a str,
}

impl Context<'_> {
    /// The mark of the code's values; one letter, at most once.
    fn mark(&self) -> Result<Option<char>, Refusal> {
        let bad = |detail: String| Err(Refusal::new(Reason::BadField, detail));
        let mut marks = self.code.items.iter().filter(|(kind, _)| *kind == "Flag");
        let Some((_, text)) = marks.next() else { return Ok(None) };
        if marks.next().is_some() {
            return bad(format!("{}-Flag stands twice", self.code.code));
        }
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(mark), None) if self.profile.edition.marks().contains(mark) => Ok(Some(mark)),
            _ => bad(format!(
                "{}-Flag={:?} is no mark of edition {}",
                self.code.code,
                quoted(text),
                self.profile.edition.name()
            )),
        }
    }

    fn values(&self, mark: Option<char>) -> Vec<Judged> {
        let mut judged = Vec::new();
        for (index, (kind, text)) in self.code.items.iter().enumerate() {
            let stat = STATS.iter().find(|it| *it == kind);
            if stat.is_none() && *kind != "Cou" {
                continue;
            }
            let before = self.code.items.get(..index).unwrap_or_default();
            let reading = if before.iter().any(|(earlier, _)| earlier == kind) {
                let detail = format!("{}-{kind} stands twice", self.code.code);
                Err(Refusal::new(Reason::BadField, detail))
            } else {
                match stat {
                    Some(stat) => self.concentration(stat, text, mark),
                    None => self.load(text, mark),
                }
            };
            judged.push(match reading {
                Ok(reading) => Judged::Reading(reading),
                Err(refusal) => Judged::Refused(refusal),
            });
        }
        judged
    }

    fn number(&self, kind: &str, text: &str) -> Result<DecimalText, Refusal> {
        let bad = |why: &str| {
            let name = format!("{}-{kind}={:?}", self.code.code, quoted(text));
            Refusal::new(Reason::BadValue, format!("{name}: {why}"))
        };
        let value = DecimalText::parse(text).map_err(|error| bad(error.why))?;
        if value.is_negative() {
            return Err(bad("a concentration or mass below zero"));
        }
        Ok(value)
    }

    fn concentration(
        &self,
        stat: &'static str,
        text: &str,
        mark: Option<char>,
    ) -> Result<Reading, Refusal> {
        let value = self.number(stat, text)?;
        let code = self.code.code;
        let (power, unit) = match self.profile.unit_of(code) {
            UnitOf::Declared(unit) => (unit.power + 3, unit.symbol),
            UnitOf::Standard if self.factor.fits(text.trim_start_matches('+')) => {
                (self.factor.power_to_ng_per_l, self.factor.unit())
            }
            UnitOf::Standard => {
                let detail = format!(
                    "{code}-{stat}={text} cannot be {} (format {} of table B.1); find out the \
                     unit the monitor sends and declare it under `units`",
                    self.factor.unit(),
                    self.factor.format()
                );
                return Err(Refusal::new(Reason::UnitConflict, detail));
            }
            UnitOf::Unknown => {
                let detail = format!("{code}-{stat}={text}: no unit is declared under `units`");
                return Err(Refusal::new(Reason::UnitMissing, detail));
            }
        };
        let value_ng_per_l = shifted(&value, power)?;
        Ok(Reading::Water(Water {
            mn: self.telegram.mn.clone(),
            st: self.telegram.st.clone(),
            cn: self.telegram.cn.clone(),
            code: code.to_owned(),
            analyte: self.factor.analyte,
            stat,
            value_ng_per_l,
            as_written: (power != 0).then(|| format!("{text} {unit}")),
            data_time: self.data_time.to_owned(),
            data_flag: mark,
            usable: self.usable(stat, mark),
        }))
    }

    /// The mass of a span; its unit is known only where the standard's units are declared.
    fn load(&self, text: &str, mark: Option<char>) -> Result<Reading, Refusal> {
        let value = self.number("Cou", text)?;
        let code = self.code.code;
        if self.profile.unit_of(code) != UnitOf::Standard {
            let detail =
                format!("{code}-Cou={text}: its unit is known only where `units` is \"standard\"");
            return Err(Refusal::new(Reason::UnitMissing, detail));
        }
        Ok(Reading::WaterLoad(WaterLoad {
            mn: self.telegram.mn.clone(),
            st: self.telegram.st.clone(),
            cn: self.telegram.cn.clone(),
            code: code.to_owned(),
            analyte: self.factor.analyte,
            value_mg: shifted(&value, self.factor.power_to_mg)?,
            data_time: self.data_time.to_owned(),
            data_flag: mark,
            usable: self.usable("Cou", mark),
        }))
    }

    fn usable(&self, stat: &str, mark: Option<char>) -> bool {
        mark.map_or(self.profile.edition.unmarked_is_usable(stat), |mark| mark == 'N')
    }
}

fn shifted(value: &DecimalText, power: i32) -> Result<DecimalText, Refusal> {
    if power == 0 {
        return Ok(value.clone());
    }
    value.shifted(power).map_err(|error| Refusal::new(Reason::BadValue, error.to_string()))
}
