//! The picture of a trace: origins on the left, where they are now on the right.
//!
//! Invariant: a ribbon is the amount of one origin in one holder, as the answer has it; booked
//! losses stand by themselves. A period's flow sheet is answered the same way: streams over the
//! fence and closing stocks are the holders.

use serde_json::Value;
use tl_report::figure::sankey::{LinkStyle, NodeKind};
use tl_trace::number::{Share, parse};

use super::flows::Flows;
use super::{Painter, amount};
use crate::cli::words::Language;

/// The holder that stands for booked losses in answers.
const LOSS: &str = "LOSS";

pub(super) fn sankey(text: &str, painter: Painter<'_>) -> Result<String, String> {
    let answer = tl_trace::case::answer(text).map_err(|error| error.to_string())?;
    if answer["status"] != "ok" {
        return Ok(painter.notice(&painter.reason(&answer)));
    }
    let mut picture = Picture { painter, flows: Flows::new("kg"), total: 0.0, lost: 0.0 };
    match answer["forward"].as_object() {
        Some(forward) => {
            for (origin, places) in forward {
                for (place, amount) in entries(places) {
                    picture.held(origin, place, amount, NodeKind::Sink);
                }
            }
        }
        None => picture.sheet(text, &answer),
    }
    picture.svg()
}

struct Picture<'a> {
    painter: Painter<'a>,
    flows: Flows,
    total: f64,
    lost: f64,
}

impl Picture<'_> {
    fn held(&mut self, origin: &str, place: &str, amount: f64, kind: NodeKind) {
        if amount <= 0.0 {
            return;
        }
        let (from, to) = (format!("from:{origin}"), format!("in:{place}"));
        self.flows.node(&from, origin, NodeKind::Source);
        self.total += amount;
        let style = if place == LOSS {
            self.lost += amount;
            self.flows.node(&to, self.painter.say("损失", "lost"), NodeKind::Unaccounted);
            LinkStyle::Unaccounted
        } else {
            self.flows.node(&to, place, kind);
            if kind == NodeKind::Store { LinkStyle::StockChange } else { LinkStyle::Normal }
        };
        self.flows.flow((&from, &to), amount, style, origin);
    }

    /// What left the fence, and what lies at the end.
    fn sheet(&mut self, text: &str, answer: &Value) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let case: Value = serde_json::from_str(text)
            .or_else(|_| serde_json::from_str(&tl_trace::case::quote_bare_numbers(text)))
            .unwrap_or_default();
        let streams = case["streams"].as_array().into_iter().flatten();
        for stream in streams.filter(|stream| stream["to"].is_null()) {
            let Some(name) = stream["id"].as_str() else { continue };
            for (origin, amount) in entries(&answer["stream_origins_kg"][name]) {
                self.held(origin, name, amount, NodeKind::Sink);
            }
        }
        for (node, origins) in answer["closing_origins_kg"].as_object().into_iter().flatten() {
            let place = format!("{node} {}", self.painter.say("期末库存", "closing stock"));
            for (origin, amount) in entries(origins) {
                self.held(origin, &place, amount, NodeKind::Store);
            }
        }
    }

    fn svg(self) -> Result<String, String> {
        let title = self.painter.title("铊溯源图:来源与去向", "Trace: origins and whereabouts");
        let (total, lost) = (amount(self.total), amount(self.lost));
        let description = match self.painter.words.0 {
            Language::Zh => format!("各来源共 {total} kg，其中损失 {lost} kg"),
            Language::En => format!("{total} kg of all origins, {lost} kg of it lost"),
        };
        let word = self.painter.say("损失", "Lost");
        self.flows.svg(self.painter, title, description, Some(word))
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, f64)> {
    let all = value.as_object().into_iter().flatten();
    all.filter_map(|(name, amount)| Some((name, float(amount)?)))
}

/// An amount as answers have it: a number, a decimal or a fraction in text.
fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => Some(parse(text).ok()?.float()),
        _ => None,
    }
}
