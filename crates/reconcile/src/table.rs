//! An answer as aligned lines for a terminal.
//!
//! Invariant: raw stands before reconciled, suspects are marked by a sign and not by colour alone,
//! and columns line up also where names are Chinese. Colour is the caller's choice; nothing here
//! asks what the terminal is.

use unicode_width::UnicodeWidthStr as _;

use crate::answer::{Answer, Estimated, Item};
use crate::flowsheet::Layer;

#[cfg(test)]
mod tests;

/// Language of headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Language {
    /// 中文.
    #[default]
    Chinese,
    /// English.
    English,
}

const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const PLAIN: &str = "\u{1b}[0m";
/// What stands before a suspect.
const MARK: &str = "!";
/// What stands for an absent value.
const ABSENT: &str = "—";

/// Streams and stocks, raw beside reconciled, with the tests above and the raw balances below.
#[must_use]
pub fn table(answer: &Answer, language: Language, colour: bool) -> String {
    let words = Words(language);
    let mut out = summary(answer, words);
    out.push('\n');
    out.push_str(&quantities(answer, words, colour));
    if !answer.raw.is_empty() {
        out.push('\n');
        out.push_str(&balances(answer, words, colour));
    }
    out
}

/// Columns a text takes in a terminal; wide East Asian characters take two.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    fn say(self, chinese: &'static str, english: &'static str) -> &'static str {
        match self.0 {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

fn summary(answer: &Answer, words: Words) -> String {
    let test = &answer.global;
    let verdict = match test.passes {
        Some(true) => words.say("通过", "passes"),
        Some(false) => words.say("不通过", "fails"),
        None => words.say("无冗余，不可检验", "no redundancy, not testable"),
    };
    let mut lines = vec![format!(
        "{}: χ² = {} ({} {}, {} {}), {verdict}",
        words.say("总体检验", "global test"),
        figure(Some(test.chi_squared)),
        words.say("自由度", "dof"),
        test.dof,
        words.say("限值", "limit"),
        figure(test.critical),
    )];
    let errors = &answer.gross_errors;
    let suspects = match errors.suspects.is_empty() {
        true => words.say("无", "none").to_owned(),
        false => errors.suspects.join(", "),
    };
    lines.push(format!(
        "{}: {suspects} ({} {}, {} {})",
        words.say("可疑测量", "suspects"),
        words.say("检验数", "tested"),
        errors.tested,
        words.say("限值", "limit"),
        figure(errors.critical),
    ));
    if !answer.bounds_active.is_empty() {
        let title = words.say("取界限值", "held at a bound");
        lines.push(format!("{title}: {}", answer.bounds_active.join(", ")));
    }
    lines.join("\n") + "\n"
}

fn quantities(answer: &Answer, words: Words, colour: bool) -> String {
    let heads = [
        "",
        words.say("名称", "name"),
        words.say("量", "quantity"),
        words.say("测量值", "measured"),
        words.say("标准差", "sd"),
        words.say("协调值", "reconciled"),
        words.say("标准差", "sd"),
        "z",
        words.say("类别", "class"),
    ];
    let mut rows = vec![(None, heads.map(str::to_owned).to_vec())];
    let mut add = |item: &Item, layer: Layer, unit: &str, value: &Estimated| {
        let label = format!("{}:{}", item.id, layer.name());
        let errors = &answer.gross_errors;
        let (mark, paint) = match (errors.suspects.contains(&label), errors.over.contains(&label)) {
            (true, _) => (MARK, Some(RED)),
            (false, true) => (MARK, Some(YELLOW)),
            (false, false) => ("", None),
        };
        rows.push((
            paint,
            vec![
                mark.to_owned(),
                item.id.clone(),
                unit.to_owned(),
                figure(value.measured.map(|m| m.value)),
                figure(value.measured.map(|m| m.sd)),
                figure(value.value),
                figure(value.sd),
                value.z.map_or_else(|| ABSENT.to_owned(), |z| format!("{z:.2}")),
                class(value, words).to_owned(),
            ],
        ));
    };
    for item in &answer.items {
        add(item, Layer::Mass, "t", &item.mass);
        if let Some(content) = &item.content {
            add(item, Layer::Substance, "g/t", content);
        }
    }
    aligned(&rows, &[3, 4, 5, 6, 7], colour)
}

fn class(value: &Estimated, words: Words) -> &'static str {
    use crate::answer::Class;
    match value.class {
        Class::Redundant => words.say("有冗余", "redundant"),
        Class::Nonredundant => words.say("无冗余", "nonredundant"),
        Class::Observable => words.say("可推算", "observable"),
        Class::Unobservable => words.say("不可推算", "unobservable"),
        Class::Fixed => words.say("精确", "exact"),
        Class::Pseudo | Class::PseudoRedundant => words.say("低于检出限", "below limit"),
        Class::Interval | Class::IntervalUnobservable => words.say("区间", "interval"),
        Class::AtBound => words.say("取界限", "at bound"),
    }
}

fn balances(answer: &Answer, words: Words, colour: bool) -> String {
    let heads = [
        words.say("单元", "unit"),
        words.say("期", "period"),
        words.say("层", "layer"),
        words.say("投入", "input"),
        words.say("产出", "output"),
        words.say("期初", "opening"),
        words.say("期末", "closing"),
        words.say("差额", "unaccounted"),
        words.say("标准差", "sd"),
        "z",
    ];
    let mut rows = vec![(None, heads.map(str::to_owned).to_vec())];
    for balance in &answer.raw {
        let layer = match balance.layer {
            Layer::Mass => "t",
            Layer::Substance => "kg",
        };
        rows.push((
            None,
            vec![
                balance.node.clone(),
                balance.period.to_string(),
                layer.to_owned(),
                figure(Some(balance.input)),
                figure(Some(balance.output)),
                figure(Some(balance.opening)),
                figure(Some(balance.closing)),
                figure(balance.unaccounted),
                figure(balance.sd),
                balance.z.map_or_else(|| ABSENT.to_owned(), |z| format!("{z:.2}")),
            ],
        ));
    }
    aligned(&rows, &[3, 4, 5, 6, 7, 8, 9], colour)
}

/// Lines with columns of one width; those in `right` are pushed to the right.
fn aligned(rows: &[(Option<&str>, Vec<String>)], right: &[usize], colour: bool) -> String {
    let count = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|k| rows.iter().map(|(_, cells)| width(&cells[k])).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for (paint, cells) in rows {
        let mut line = String::new();
        for (k, cell) in cells.iter().enumerate() {
            let space = " ".repeat(widths[k] - width(cell));
            match right.contains(&k) {
                true => line.extend([space.as_str(), cell]),
                false => line.extend([cell.as_str(), &space]),
            }
            line.push_str("  ");
        }
        let line = line.trim_end();
        match paint.filter(|_| colour) {
            Some(paint) => out.extend([paint, line, PLAIN]),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// Six significant digits, without an exponent where that is readable.
fn figure(value: Option<f64>) -> String {
    let Some(value) = value else { return ABSENT.to_owned() };
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e9).contains(&size) {
        return format!("{value:.4e}");
    }
    let before = size.log10().floor();
    let places = (5.0 - before).clamp(0.0, 9.0);
    let places = (0u8..10).find(|p| f64::from(*p) >= places).unwrap_or(9);
    format!("{value:.*}", usize::from(places))
}
