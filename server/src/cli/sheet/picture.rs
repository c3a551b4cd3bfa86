//! The Sankey of a sheet's balance: materials in and out, stocks, what is unaccounted for.
//!
//! Invariant: amounts are those of the report; all months together when there are several. Terms
//! without a figure are not drawn, the description counts them.

use std::collections::BTreeMap;

use tl_domain::balance::Role;
use tl_report::figure::sankey::{LinkStyle, NodeKind};
use tl_sheets::balance::{Figures, Report};

use crate::cli::calc::picture::{Painter, flows::Flows};
use crate::cli::words::Words;

const PLANT: &str = "plant";

pub(super) fn sankey(report: &Report, name: &str, words: Words) -> Result<String, String> {
    let painter = Painter { name, words };
    let Some(period) = report.total.as_ref().or(report.months.first()) else {
        return Ok(painter.notice(report.mark.zh.as_str()));
    };
    let mut flows = Flows::new("kg");
    flows.node(PLANT, painter.say("全厂", "plant"), NodeKind::Process);
    // What lay there and what lies there now are one node each way: their difference.
    let mut stocks: BTreeMap<&str, f64> = BTreeMap::new();
    for term in &period.terms {
        let kg = number(&term.kg);
        let (id, label) = (format!("{:?}:{}", term.role, term.material), &term.material);
        match term.role {
            Role::Input => {
                flows.node(&id, label, NodeKind::Source);
                flows.flow((&id, PLANT), kg, LinkStyle::Normal, label);
            }
            Role::Output | Role::Discharge => {
                flows.node(&id, label, NodeKind::Sink);
                flows.flow((PLANT, &id), kg, LinkStyle::Normal, label);
            }
            Role::Opening => *stocks.entry(label).or_default() -= kg,
            Role::Closing => *stocks.entry(label).or_default() += kg,
            Role::Internal => {}
        }
    }
    for (material, change) in stocks {
        let id = format!("stock:{material}");
        let label = format!("{material} {}", painter.say("库存", "stock"));
        flows.node(&id, &label, NodeKind::Store);
        flows.flow((PLANT, &id), change, LinkStyle::StockChange, &label);
    }
    let gap = painter.say("平衡差", "imbalance");
    flows.node("gap", gap, NodeKind::Unaccounted);
    flows.flow((PLANT, "gap"), number(&period.unaccounted_kg), LinkStyle::Unaccounted, gap);
    let title = painter.title("铊流向图(回溯数据)", "Substance flows, retrospective data");
    flows.svg(painter, title, description(period, painter), None)
}

fn description(period: &Figures, painter: Painter<'_>) -> String {
    let Figures { period: name, input_kg, output_kg, discharge_kg, unaccounted_kg, .. } = period;
    let missing = period.missing;
    let head = format!(
        "{name}: {} {input_kg} kg, {} {output_kg} kg, {} {discharge_kg} kg, {} {unaccounted_kg} kg",
        painter.say("投入", "in"),
        painter.say("产出", "out"),
        painter.say("排放", "discharge"),
        painter.say("平衡差", "imbalance"),
    );
    if missing == 0 {
        return head;
    }
    format!("{head}; {missing} {}", painter.say("项没有数值", "terms without a figure"))
}

/// A figure of the report; they are decimals.
fn number(text: &str) -> f64 {
    text.parse().unwrap_or(0.0)
}
