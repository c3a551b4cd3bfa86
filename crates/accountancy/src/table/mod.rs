//! Answers as aligned lines of text for a terminal.
//!
//! Invariant: columns align also where words are Chinese (two columns a character); numbers stand
//! right, alarms carry a mark and, when asked for, a colour. What is shown is what the answer
//! says; nothing is computed here.

mod headings;
mod width;

use serde_json::{Map, Value};

use crate::Language;

pub use self::width::columns;

/// What marks a row that somebody must look at.
const MARK: &str = "!";
const RED: &str = "\u{1b}[31m";
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";
/// Lists inside rows, such as a covariance, are shown up to this many columns.
const MOST_COLUMNS: usize = 14;

/// Lines for an answer of [`crate::case::answer`].
#[must_use]
pub fn lines(answer: &Value, language: Language, is_coloured: bool) -> Vec<String> {
    let paint = Paint { is_coloured };
    let Some(answer) = answer.as_object() else {
        return vec![cell(answer, language)];
    };
    let mut lines = Vec::new();
    if let Some(kind) = answer.get("kind").and_then(Value::as_str) {
        let unit = answer.get("unit").and_then(Value::as_str);
        let unit = unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
        let title = format!("{}{unit}", headings::of(kind, language));
        lines.push(paint.bold(&title));
    }
    if answer.contains_key("error") {
        lines.extend(error_lines(answer, language, paint));
    }
    lines.extend(single_lines(answer, language, paint));
    for (rows, names) in groups(answer) {
        lines.push(String::new());
        lines.extend(column_lines(answer, rows, &names, language, paint));
    }
    for (key, value) in answer {
        if let Some(rows) = objects(value) {
            lines.push(String::new());
            lines.push(paint.bold(&headings::of(key, language)));
            lines.extend(object_lines(&rows, language, paint));
        }
    }
    lines
}

#[derive(Clone, Copy)]
struct Paint {
    is_coloured: bool,
}

impl Paint {
    fn bold(self, text: &str) -> String {
        if self.is_coloured { format!("{BOLD}{text}{PLAIN}") } else { text.to_owned() }
    }

    fn red(self, text: &str) -> String {
        if self.is_coloured { format!("{RED}{text}{PLAIN}") } else { text.to_owned() }
    }
}

fn error_lines(answer: &Map<String, Value>, language: Language, paint: Paint) -> Vec<String> {
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default();
    let message = text(language.pick("message_zh", "message"));
    let head = language.pick("无结果", "no answer");
    vec![
        paint.red(&format!("{MARK} {head}: {}", text("error"))),
        format!("  {message}"),
        format!("  {}: {}", headings::of("where", language), text("where")),
    ]
}

/// Keys that other parts of the page show.
fn is_shown_elsewhere(key: &str) -> bool {
    ["kind", "unit", "error", "where", "message", "message_zh"].contains(&key)
}

/// Figures that stand alone, and objects of such figures.
fn single_lines(answer: &Map<String, Value>, language: Language, paint: Paint) -> Vec<String> {
    let mut pairs = Vec::new();
    let mut shown: Vec<_> = answer.iter().filter(|(key, _)| !is_shown_elsewhere(key)).collect();
    shown.sort_by_key(|(key, _)| (headings::order(key), key.as_str()));
    for (key, value) in shown {
        let heading = headings::of(key, language);
        match value {
            Value::Array(_) => {}
            Value::Object(inner) => {
                for (name, value) in inner {
                    let is_alarm = key == "first_alarm" && !value.is_null();
                    let name = headings::of(name, language);
                    pairs.push((format!("{heading} · {name}"), cell(value, language), is_alarm));
                }
            }
            single => {
                let is_alarm = key.starts_with("first_") && !single.is_null()
                    || headings::is_alarm(key, single);
                let value = match single {
                    Value::String(word) => headings::of(word, language),
                    value => cell(value, language),
                };
                pairs.push((heading, value, is_alarm));
            }
        }
    }
    let left = pairs.iter().map(|(name, ..)| columns(name)).max().unwrap_or(0);
    let right = pairs.iter().map(|(_, value, _)| columns(value)).max().unwrap_or(0);
    let line = |(name, value, is_alarm): (String, String, bool)| {
        let text = format!("  {}  {}", width::left(&name, left), width::right(&value, right));
        if is_alarm { paint.red(&format!("{text} {MARK}")) } else { text }
    };
    pairs.into_iter().map(line).collect()
}

/// Lists of plain values by their length, in the order of the answer.
fn groups(answer: &Map<String, Value>) -> Vec<(usize, Vec<&str>)> {
    let mut groups: Vec<(usize, Vec<&str>)> = Vec::new();
    for (key, value) in answer {
        let Some(list) = value.as_array() else { continue };
        let is_plain = list.iter().all(|value| !value.is_array() && !value.is_object());
        if list.is_empty() || !is_plain || key.starts_with("covariance_") {
            continue;
        }
        match groups.iter_mut().find(|(rows, _)| *rows == list.len()) {
            Some((_, names)) => names.push(key),
            None => groups.push((list.len(), vec![key])),
        }
    }
    for (_, names) in &mut groups {
        names.sort_by_key(|name| (headings::order(name), *name));
    }
    groups
}

fn column_lines(
    answer: &Map<String, Value>,
    rows: usize,
    names: &[&str],
    language: Language,
    paint: Paint,
) -> Vec<String> {
    let number = language.pick("序号", "no.").to_owned();
    let mut header = vec![number];
    let mut table: Vec<Vec<String>> = (1..=rows).map(|row| vec![row.to_string()]).collect();
    let mut is_marked = vec![false; rows];
    for name in names.iter().take(MOST_COLUMNS) {
        header.push(headings::of(name, language));
        for (row, line) in table.iter_mut().enumerate() {
            let value = &answer[*name][row];
            line.push(cell(value, language));
            is_marked[row] |= headings::is_alarm(name, value);
        }
    }
    for (row, mark) in is_marked.iter_mut().enumerate() {
        *mark |= is_in_alarm(answer, row + 1);
    }
    aligned(header, table, &is_marked, paint)
}

/// Whether some test alarmed in this row.
fn is_in_alarm(answer: &Map<String, Value>, row: usize) -> bool {
    let is_row = |value: &Value| value.as_u64() == Some(row as u64);
    let alarms = answer.get("alarms").and_then(Value::as_array);
    if alarms.is_some_and(|alarms| alarms.iter().any(|alarm| is_row(&alarm["period"]))) {
        return true;
    }
    answer.iter().filter(|(key, _)| key.starts_with("first_")).any(|(_, value)| match value {
        Value::Object(inner) => inner.values().any(is_row),
        single => is_row(single),
    })
}

/// The rows of a list of objects.
fn objects(value: &Value) -> Option<Vec<&Map<String, Value>>> {
    let list = value.as_array().filter(|list| !list.is_empty())?;
    list.iter().map(Value::as_object).collect()
}

fn object_lines(rows: &[&Map<String, Value>], language: Language, paint: Paint) -> Vec<String> {
    // Each text comes in two languages; only one is shown.
    let has_zh = |name: &str| rows[0].contains_key(&format!("{name}_zh"));
    let is_shown = |name: &&String| match language {
        Language::Zh => !has_zh(name),
        Language::En => !name.ends_with("_zh"),
    };
    let mut names: Vec<&String> = rows[0].keys().filter(is_shown).collect();
    names.sort_by_key(|name| (headings::order(name), name.as_str()));
    let header = names.iter().map(|name| headings::of(name, language)).collect();
    let row = |row: &&Map<String, Value>| {
        let value = |name: &&String| match row.get(name.as_str()) {
            Some(Value::String(word)) => headings::of(word, language),
            Some(value) => cell(value, language),
            None => String::new(),
        };
        names.iter().map(value).collect()
    };
    aligned(header, rows.iter().map(row).collect(), &vec![false; rows.len()], paint)
}

/// Columns as wide as their widest cell; the first stands left when it holds words.
fn aligned(
    header: Vec<String>,
    table: Vec<Vec<String>>,
    is_marked: &[bool],
    paint: Paint,
) -> Vec<String> {
    let widest = |n: usize| {
        let cells = table.iter().map(|row| columns(&row[n]));
        cells.chain([columns(&header[n])]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(widest).collect();
    let is_number = |n: usize| table.iter().all(|row| is_numeric(&row[n]));
    let right: Vec<bool> = (0..header.len()).map(is_number).collect();
    let join = |cells: &[String]| {
        let place = |(n, text): (usize, &String)| {
            if right[n] { width::right(text, widths[n]) } else { width::left(text, widths[n]) }
        };
        let cells: Vec<String> = cells.iter().enumerate().map(place).collect();
        format!("  {}", cells.join("  "))
    };
    let mut lines = vec![paint.bold(join(&header).trim_end())];
    for (row, cells) in table.iter().enumerate() {
        let text = join(cells);
        lines.push(if is_marked[row] {
            paint.red(&format!("{} {MARK}", text.trim_end()))
        } else {
            text.trim_end().to_owned()
        });
    }
    lines
}

fn is_numeric(text: &str) -> bool {
    text.is_empty() || text == "–" || text.parse::<f64>().is_ok()
}

/// A value in its shortest form that still says what it is.
fn cell(value: &Value, language: Language) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => language.pick("是", "yes").to_owned(),
        Value::Bool(false) => language.pick("否", "no").to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(value) if !number.is_u64() && !number.is_i64() => figure(value),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// Four decimals, or an exponent where those would show nothing or too much.
fn figure(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if (0.001..1e7).contains(&size) {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}
