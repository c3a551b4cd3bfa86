//! An answer for people at a terminal: aligned lines, Chinese or English, coloured if wanted.
//!
//! What is shown is what the answer says; nothing is computed here beyond rounding to six digits.
//! A Chinese character takes two columns. Long lists of origins are cut, and say by how many.

use serde_json::{Map, Value};

use self::layout::{Cell, Layout};

mod layout;

#[cfg(test)]
mod tests;

/// The language of headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// 中文.
    Chinese,
    /// English.
    English,
}

/// Origins or places named in one line.
const NAMED_MAX: usize = 6;

/// The lines for an answer of `case::answer`.
pub fn table(answer: &Value, language: Language, colour: bool) -> String {
    let mut layout = Layout::new(colour);
    let say = |chinese: &'static str, english: &'static str| match language {
        Language::Chinese => chinese,
        Language::English => english,
    };
    if answer["status"] != "ok" {
        refused(answer, &mut layout, say);
    } else if answer.get("holders").is_some() {
        holders(answer, &mut layout, say);
        forward(answer, &mut layout, say);
    } else {
        streams(answer, &mut layout, say);
    }
    layout.text()
}

fn refused(
    answer: &Value,
    layout: &mut Layout,
    say: impl Fn(&'static str, &'static str) -> &'static str,
) {
    layout.alarm(&format!("{}: {}", say("未受理", "Refused"), plain(&answer["reason"])));
    layout.line(&plain(&answer["message"]));
    for key in ["event", "index", "at", "field", "holder", "node", "stream"] {
        if let Some(value) = answer.get(key) {
            layout.line(&format!("  {key}: {}", plain(value)));
        }
    }
}

fn holders(
    answer: &Value,
    layout: &mut Layout,
    say: impl Fn(&'static str, &'static str) -> &'static str,
) {
    layout.heading(say("现存", "What is where"));
    let head = [say("批次/仓位", "batch or place"), "t", "Tl kg", "Tl g/t", say("来源", "origins")];
    let rows = entries(&answer["holders"]).map(|(name, holder)| {
        vec![
            Cell::text(name),
            Cell::number(amount(&holder["mass_t"])),
            Cell::number(amount(&holder["tl_kg"])),
            Cell::number(amount(&holder["tl_g_t"])),
            Cell::text(&largest(&holder["origins_share"], true)),
        ]
    });
    layout.table(&head, rows.collect());
}

fn forward(
    answer: &Value,
    layout: &mut Layout,
    say: impl Fn(&'static str, &'static str) -> &'static str,
) {
    layout.heading(say("去向", "Where it went"));
    let head = [
        say("来源", "origin"),
        "Tl kg",
        say("损失 kg", "lost kg"),
        say("现在何处 (kg)", "where it is now (kg)"),
    ];
    let rows = entries(&answer["forward"]).map(|(origin, places)| {
        let mut kept = places.clone();
        let lost = kept.as_object_mut().and_then(|places| places.remove("LOSS"));
        vec![
            Cell::text(origin),
            Cell::number(amount(&answer["conservation"][origin])),
            Cell::number(lost.map_or_else(|| "–".to_owned(), |lost| amount(&lost))),
            Cell::text(&largest(&kept, false)),
        ]
    });
    layout.table(&head, rows.collect());
}

fn streams(
    answer: &Value,
    layout: &mut Layout,
    say: impl Fn(&'static str, &'static str) -> &'static str,
) {
    let parts = [
        (say("物流", "Streams"), "stream_origins_kg"),
        (say("期末库存", "Closing stocks"), "closing_origins_kg"),
    ];
    for (heading, key) in parts {
        layout.heading(heading);
        let head = [say("名称", "name"), "Tl kg", say("来源 (kg)", "origins (kg)")];
        let rows = entries(&answer[key]).map(|(name, origins)| {
            let total: f64 = entries(origins).filter_map(|(_, value)| float(value)).sum();
            vec![
                Cell::text(name),
                Cell::number(rounded(total)),
                Cell::text(&largest(origins, false)),
            ]
        });
        layout.table(&head, rows.collect());
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// The largest of a list by name, the others counted.
fn largest(amounts: &Value, percent: bool) -> String {
    let mut all: Vec<(&String, f64)> =
        entries(amounts).filter_map(|(name, value)| Some((name, float(value)?))).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let shown = all.iter().take(NAMED_MAX).map(|(name, amount)| match percent {
        true => format!("{name} {} %", rounded(100.0 * amount)),
        false => format!("{name} {}", rounded(*amount)),
    });
    let mut line = shown.collect::<Vec<_>>().join(", ");
    if all.len() > NAMED_MAX {
        line.push_str(&format!(", … +{}", all.len() - NAMED_MAX));
    }
    line
}

fn amount(value: &Value) -> String {
    float(value).map_or_else(|| "–".to_owned(), rounded)
}

fn float(value: &Value) -> Option<f64> {
    use crate::number::{Share, parse};
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => Some(parse(text).ok()?.float()),
        _ => None,
    }
}

/// Six significant digits, without an exponent where that stays short.
fn rounded(value: f64) -> String {
    const DIGITS: i32 = 6;
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor();
    if !(-6.0..12.0).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let decimals = usize::try_from(DIGITS - 1 - magnitude as i32).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
