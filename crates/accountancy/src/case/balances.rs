//! Cases of plain balances: one period, continuity, entries, roll-up.
//!
//! Invariant: figures go through the same reports and the same roll-up as everywhere else.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::answer::Answer;
use super::input::{Input, at};
use crate::balance::{BalanceReport, ChangeCode, continuity_breaks};
use crate::fault::Fault;
use crate::limits;
use crate::period::{Line, Period, Series, Term};
use crate::rollup::{self, Node, Transfer};

type Object = Map<String, Value>;

pub(super) fn balance(input: &Input<'_>) -> Result<Object, Fault> {
    let report = BalanceReport::of(
        input.field("pb")?.number()?,
        &input.field("increases")?.numbers()?,
        &input.field("decreases")?.numbers()?,
        input.number_or("srd_total", 0.0)?,
        input.field("pe")?.number()?,
    );
    Ok(Answer::default()
        .with("book", report.book)
        .with("adjusted_book", report.adjusted_book)
        .with("muf", report.muf)
        .with("muf_uk_sign", report.muf_uk_sign())
        .done())
}

pub(super) fn continuity(input: &Input<'_>) -> Result<Object, Fault> {
    let periods = input.field("periods")?.rows()?;
    let stocks: Vec<(f64, f64)> = periods
        .iter()
        .map(|period| Ok((period.field("pb")?.number()?, period.field("pe")?.number()?)))
        .collect::<Result<_, Fault>>()?;
    let breaks = continuity_breaks(&stocks);
    let entry = |(period, difference): &(usize, f64)| {
        Value::Object(
            Answer::default().with("period", *period).with("difference", *difference).done(),
        )
    };
    Ok(Answer::default().list("breaks", &breaks, entry).done())
}

pub(super) fn mbr_entries(input: &Input<'_>) -> Result<Object, Fault> {
    let mut by_code: BTreeMap<ChangeCode, Vec<f64>> = BTreeMap::new();
    let (mut increases, mut decreases) = (Vec::new(), Vec::new());
    for entry in input.field("entries")?.rows()? {
        let word = entry.field("code")?;
        let Some(code) = ChangeCode::named(word.text()?) else {
            let known = ChangeCode::ALL.map(ChangeCode::name).join(", ");
            let found = super::shortened(word.text()?);
            return Err(Fault::Unknown { place: word.path(), found, known });
        };
        let value = entry.field("value")?.number()?;
        by_code.entry(code).or_default().push(value);
        if code.is_increase() { increases.push(value) } else { decreases.push(value) }
    }
    let report = BalanceReport::of(
        input.field("pb")?.number()?,
        &increases,
        &decreases,
        input.number_or("srd_total", 0.0)?,
        input.field("pe")?.number()?,
    );
    let mut totals = Answer::default();
    for (code, values) in by_code {
        totals = totals.with(code.name(), tl_statistics::sum::of(values));
    }
    Ok(Answer::default()
        .with("totals", Value::Object(totals.done()))
        .with("increases", report.increases)
        .with("decreases", report.decreases)
        .with("ba", report.book)
        .with("adjusted_ba", report.adjusted_book)
        .with("muf", report.muf)
        .done())
}

pub(super) fn mba_rollup(input: &Input<'_>) -> Result<Object, Fault> {
    let mut periods: BTreeMap<String, Vec<Period>> = BTreeMap::new();
    for node in input.field("nodes")?.rows()? {
        let name = node.field("node")?;
        let terms = vec![
            Term::exact(Line::Opening, "stock", node.field("pb")?.number()?),
            Term::exact(Line::Closing, "stock", node.field("pe")?.number()?),
        ];
        let period = vec![Period { label: "1".into(), terms }];
        if periods.insert(name.text()?.to_owned(), period).is_some() {
            return Err(Fault::Repeated { place: name.path(), found: name.text()?.to_owned() });
        }
    }
    enter_transfers(input, &mut periods)?;
    for (list, line) in [("receipts", Line::Increase), ("removals", Line::Decrease)] {
        let Some(rows) = input.optional(list)? else { continue };
        for row in rows.rows()? {
            let name = row.field("node")?;
            let known = periods.keys().cloned().collect::<Vec<_>>().join(", ");
            let Some(own) = periods.get_mut(name.text()?) else {
                let found = super::shortened(name.text()?);
                return Err(Fault::Unknown { place: name.path(), found, known });
            };
            let term = Term::exact(line, list, row.field("value")?.number()?);
            own[0].terms.push(term);
        }
    }
    whole(periods)
}

fn enter_transfers(
    input: &Input<'_>,
    periods: &mut BTreeMap<String, Vec<Period>>,
) -> Result<(), Fault> {
    let Some(rows) = input.optional("transfers")? else { return Ok(()) };
    for row in rows.list_of(limits::ROWS)? {
        let transfer = Transfer {
            from: row.field("from")?.text()?.to_owned(),
            to: row.field("to")?.text()?.to_owned(),
            sent: row.field("sent")?.number()?,
            received: row.field("received")?.number()?,
        };
        rollup::enter_transfer(periods, 0, &transfer, &row.path())?;
    }
    Ok(())
}

fn whole(periods: BTreeMap<String, Vec<Period>>) -> Result<Object, Fault> {
    let node = |(name, periods)| Ok(Node { name, series: Series::new(periods)? });
    let nodes: Vec<Node> = periods.into_iter().map(node).collect::<Result<_, Fault>>()?;
    let whole = rollup::of(&nodes).map_err(|fault| at(fault, "inputs"))?;
    let mut node_muf = Answer::default();
    for (name, muf) in &whole.node_muf {
        node_muf = node_muf.with(name, muf[0]);
    }
    // Without nodes there is no period, and nothing is unaccounted for.
    let first = |values: &[f64]| values.first().copied().unwrap_or(0.0);
    Ok(Answer::default()
        .with("node_muf", Value::Object(node_muf.done()))
        .with("internal_srd", first(&whole.internal_srd))
        .with("site_muf", first(&whole.series.muf()))
        .done())
}
