//! Answers as pictures: the control chart of a sequence, the Sankey of a balance or a trace.
//!
//! What is drawn is what the answer says; a case without an answer gives a picture with the reason
//! in words. The same case gives the same bytes.

mod control;
pub(in crate::cli) mod flows;
mod reconciled;
mod traced;

#[cfg(test)]
mod tests;

use serde_json::Value;
use tl_report::figure::Surface;
use tl_report::figure::notice::Notice;

use super::Calc;
use crate::cli::words::{Language, Words};

/// Width that pictures are designed for, in CSS pixels.
const WIDTH: f64 = 960.0;

/// The picture of a case's answer, or one line why this kind of case has none.
pub(super) fn of(calc: &Calc, text: &str, name: &str, words: Words) -> Result<String, String> {
    let painter = Painter { name, words };
    match calc {
        Calc::Accountancy(_) => control::chart(text, painter),
        Calc::Balance(_) => reconciled::sankey(text, painter),
        Calc::Trace(_) => traced::sankey(text, painter),
    }
}

/// What a picture needs besides its figures.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Painter<'a> {
    /// Name of the case.
    pub(in crate::cli) name: &'a str,
    pub(in crate::cli) words: Words,
}

impl Painter<'_> {
    pub(in crate::cli) fn say(&self, chinese: &'static str, english: &'static str) -> &'static str {
        match self.words.0 {
            Language::Zh => chinese,
            Language::En => english,
        }
    }

    pub(in crate::cli) fn title(&self, chinese: &'static str, english: &'static str) -> String {
        const NAME_MAX: usize = 80;
        let name: String = self.name.chars().take(NAME_MAX).collect();
        format!("{} · {name}", self.say(chinese, english))
    }

    /// A picture of words for an answer that is a reason.
    pub(in crate::cli) fn notice(&self, reason: &str) -> String {
        let title = self.title("没有结果", "No answer");
        Notice { title, reason: reason.to_owned() }.svg(WIDTH, Surface::Standalone)
    }

    /// The reason that an answer object gives, in the language of the command line.
    fn reason(&self, answer: &Value) -> String {
        let own = answer.get("message_zh").filter(|_| matches!(self.words.0, Language::Zh));
        let message = own.or(answer.get("message")).and_then(Value::as_str).unwrap_or_default();
        let text = |key: &str| answer.get(key).and_then(Value::as_str);
        let code = text("error").or(text("reason")).or(text("status")).unwrap_or("error");
        format!("{code}: {message}")
    }
}

/// The case as a value; `None` for what the answer has refused already.
fn case(text: &str) -> Option<Value> {
    serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()
}

/// An amount for people: four significant digits, thousands apart.
fn amount(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor();
    let decimals = (3.0 - magnitude).clamp(0.0, 9.0) as usize;
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let rest = rest.trim_end_matches('0').trim_end_matches('.');
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{grouped}{rest}")
}
