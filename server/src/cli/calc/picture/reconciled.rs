//! The Sankey of a reconciled balance: the substance where the case has it, else the mass.
//!
//! Invariant: ribbons are reconciled amounts over all periods; a change of stock stands by its
//! node; what a node does not account for is its own hatched ribbon. What nothing fixes is not
//! drawn and is named in the description. Nothing is computed here beyond sums.

use std::collections::BTreeMap;

use tl_reconcile::{Answer, Flowsheet, Item, case, reconcile};
use tl_report::figure::sankey::{LinkStyle, NodeKind};

use super::flows::Flows;
use super::{Painter, amount};
use crate::cli::words::Language;

/// A residual below this share of the node's throughput is rounding of the solver.
const CLOSED: f64 = 1e-6;
/// Names of undrawn streams in the description.
const NAMED_MAX: usize = 6;

pub(super) fn sankey(text: &str, painter: Painter<'_>) -> Result<String, String> {
    let answer = match case::read(text).map_err(|error| error.to_string())? {
        Ok((sheet, options)) => reconcile(&sheet, &options).map(|answer| (sheet, answer)),
        Err(refusal) => Err(refusal),
    };
    match answer {
        Ok((sheet, answer)) => Picture::of(&sheet, &answer, painter).svg(),
        Err(refusal) => Ok(painter.notice(&painter.reason(&case::refused(&refusal)))),
    }
}

/// Sums over the fence and over nodes, while the flows are taken in.
struct Picture<'a> {
    sheet: &'a Flowsheet,
    painter: Painter<'a>,
    passes: bool,
    flows: Flows,
    unit: &'static str,
    nodes: BTreeMap<&'a str, NodeSums>,
    input: f64,
    output: f64,
    stock: f64,
    lost: f64,
    undrawn: Vec<&'a str>,
}

#[derive(Default)]
struct NodeSums {
    /// What came in or lay there, minus what left or lies there.
    residual: f64,
    throughput: f64,
    stock: Option<f64>,
    is_unknown: bool,
}

impl<'a> Picture<'a> {
    fn of(sheet: &'a Flowsheet, answer: &'a Answer, painter: Painter<'a>) -> Self {
        let unit = if answer.with_substance { "kg" } else { "t" };
        let mut picture = Self {
            sheet,
            painter,
            passes: answer.global.passes.unwrap_or(true),
            flows: Flows::new(unit),
            unit,
            nodes: sheet.nodes.iter().map(|node| (node.id.as_str(), NodeSums::default())).collect(),
            input: 0.0,
            output: 0.0,
            stock: 0.0,
            lost: 0.0,
            undrawn: Vec::new(),
        };
        for node in &sheet.nodes {
            picture.flows.node(&node.id, &node.id, NodeKind::Process);
        }
        let amounts: BTreeMap<(&str, bool), Option<f64>> = answer
            .items
            .iter()
            .map(|item| ((item.id.as_str(), item.is_stock), drawn(item, answer.with_substance)))
            .collect();
        let amount_of = |id: &str, is_stock| amounts.get(&(id, is_stock)).copied().flatten();
        for stream in &sheet.streams {
            let ends = (stream.from.as_deref(), stream.to.as_deref());
            picture.stream(&stream.id, ends, amount_of(&stream.id, false));
        }
        for stock in sheet.stocks.iter() {
            let amount = amount_of(&stock.id, true);
            // Stocks between two periods are carried over: they change nothing over the whole.
            if stock.time == 0 {
                picture.lies(&stock.node, &stock.id, amount, 1.0);
            } else if stock.time == sheet.periods {
                picture.lies(&stock.node, &stock.id, amount, -1.0);
            }
        }
        picture.close();
        picture
    }

    fn stream(&mut self, id: &'a str, ends: (Option<&'a str>, Option<&'a str>), sum: Option<f64>) {
        let Some(value) = sum else {
            self.undrawn.push(id);
            for node in [ends.0, ends.1].into_iter().flatten() {
                self.nodes.entry(node).or_default().is_unknown = true;
            }
            return;
        };
        for (node, sign) in [(ends.0, -1.0), (ends.1, 1.0)] {
            if let Some(node) = node {
                let sums = self.nodes.entry(node).or_default();
                sums.residual += sign * value;
                sums.throughput += value.abs();
            }
        }
        // Streams of several periods are called ID@PERIOD in case files; like ones belong together.
        let label = id.split_once('@').map_or(id, |(name, _)| name);
        let (source, sink) = (format!("in:{label}"), format!("out:{label}"));
        let from = ends.0.unwrap_or_else(|| {
            self.flows.node(&source, label, NodeKind::Source);
            self.input += value;
            &source
        });
        let to = ends.1.unwrap_or_else(|| {
            self.flows.node(&sink, label, NodeKind::Sink);
            self.output += value;
            &sink
        });
        self.flows.flow((from, to), value, LinkStyle::Normal, id);
    }

    fn lies(&mut self, node: &'a str, id: &'a str, amount: Option<f64>, sign: f64) {
        let sums = self.nodes.entry(node).or_default();
        match amount {
            Some(amount) => {
                sums.residual += sign * amount;
                sums.throughput += amount.abs();
                *sums.stock.get_or_insert(0.0) -= sign * amount;
            }
            None => {
                sums.is_unknown = true;
                self.undrawn.push(id);
            }
        }
    }

    /// Changes of stock and what is unaccounted for, node by node.
    fn close(&mut self) {
        for node in &self.sheet.nodes {
            let Some(sums) = self.nodes.get(node.id.as_str()) else { continue };
            // A stock with one end unknown has no change.
            if let Some(change) = sums.stock.filter(|_| !sums.is_unknown) {
                let id = format!("stock:{}", node.id);
                let label = format!("{} {}", node.id, self.painter.say("库存", "stock"));
                self.flows.node(&id, &label, NodeKind::Store);
                self.flows.flow((&node.id, &id), change, LinkStyle::StockChange, &label);
                self.stock += change;
            }
            if !sums.is_unknown && sums.residual.abs() > CLOSED * sums.throughput {
                let id = format!("gap:{}", node.id);
                let label = format!("{} {}", node.id, self.painter.say("平衡差", "imbalance"));
                self.flows.node(&id, &label, NodeKind::Unaccounted);
                let ends = (node.id.as_str(), id.as_str());
                self.flows.flow(ends, sums.residual, LinkStyle::Unaccounted, &label);
                self.lost += sums.residual;
            }
        }
    }

    fn svg(self) -> Result<String, String> {
        let title = match self.unit {
            "kg" => self.painter.title("铊流向图(调和后)", "Substance flows, reconciled"),
            _ => self.painter.title("物料流向图(调和后)", "Mass flows, reconciled"),
        };
        let description = self.description();
        self.flows.svg(self.painter, title, description, None)
    }

    fn description(&self) -> String {
        let is_chinese = matches!(self.painter.words.0, Language::Zh);
        let figures = [
            (if is_chinese { "投入" } else { "in" }, self.input),
            (if is_chinese { "产出" } else { "out" }, self.output),
            (if is_chinese { "库存变化" } else { "stock change" }, self.stock),
            (if is_chinese { "平衡差" } else { "imbalance" }, self.lost),
        ];
        let words = figures.map(|(name, value)| format!("{name} {} {}", amount(value), self.unit));
        let mut text = words.join(if is_chinese { "，" } else { ", " });
        if !self.passes {
            text.push_str(self.painter.say("；整体检验未通过", "; the global test fails"));
        }
        if !self.undrawn.is_empty() {
            let names = self.undrawn.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
            let count = self.undrawn.len();
            text.push_str(&match is_chinese {
                true => format!("；{count} 项无法确定、未画：{names}"),
                false => format!("; {count} not fixed by anything, not drawn: {names}"),
            });
        }
        text.chars().take(380).collect()
    }
}

/// The amount that a ribbon shows.
fn drawn(item: &Item, with_substance: bool) -> Option<f64> {
    if with_substance { item.amount.and_then(|total| total.value) } else { item.mass.value }
}
