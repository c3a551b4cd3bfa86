//! What a flow sheet must fulfil before anything is calculated, and where names are.
//!
//! Invariant: after `check` every name resolves, every number is finite, every standard deviation
//! is at least zero. It does not judge whether balances can be met: that is the solver's.

use std::collections::HashMap;

use crate::flowsheet::{Content, Flowsheet, Layer, Measured, Options, Unaccounted};
use crate::limits::{MOST_ITEMS, MOST_PERIODS, MOST_ROWS};
use crate::refusal::{Code, Refusal};

/// Names to positions.
pub(crate) struct Names<'a> {
    pub(crate) nodes: HashMap<&'a str, usize>,
    pub(crate) items: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    /// Checks the flow sheet and learns its names.
    pub(crate) fn check(sheet: &'a Flowsheet, options: &Options) -> Result<Self, Refusal> {
        sizes(sheet)?;
        if !(options.alpha > 0.0 && options.alpha < 1.0) {
            let text = format!("{} is no level between 0 and 1", options.alpha);
            return Err(Refusal::new(Code::Value, "options alpha", text));
        }
        let mut names = Names { nodes: HashMap::new(), items: HashMap::new() };
        for (index, node) in sheet.nodes.iter().enumerate() {
            if names.nodes.insert(&node.id, index).is_some() {
                return Err(duplicate("node", &node.id));
            }
            for layer in [Layer::Mass, Layer::Substance] {
                if let Unaccounted::Weighted(sd) = node.unaccounted(layer) {
                    let place = format!("node {} unaccounted {}", node.id, layer.name());
                    standard_deviation(&place, sd)?;
                }
            }
        }
        for (index, stream) in sheet.streams.iter().enumerate() {
            names.add_item("stream", &stream.id, index)?;
        }
        for (index, stock) in sheet.stocks.iter().enumerate() {
            names.add_item("stock", &stock.id, sheet.streams.len() + index)?;
        }
        names.streams(sheet)?;
        names.stocks(sheet)?;
        names.extras(sheet)?;
        Ok(names)
    }

    /// Position of a unit.
    pub(crate) fn node(&self, place: &str, id: &str) -> Result<usize, Refusal> {
        self.nodes
            .get(id)
            .copied()
            .ok_or_else(|| Refusal::new(Code::UnknownName, place, format!("there is no unit {id}")))
    }

    /// Position of a stream or stock, streams first.
    pub(crate) fn item(&self, place: &str, id: &str) -> Result<usize, Refusal> {
        self.items.get(id).copied().ok_or_else(|| {
            Refusal::new(Code::UnknownName, place, format!("there is no stream or stock {id}"))
        })
    }

    fn add_item(&mut self, what: &str, id: &'a str, index: usize) -> Result<(), Refusal> {
        match self.items.insert(id, index) {
            None => Ok(()),
            Some(_) => Err(duplicate(what, id)),
        }
    }

    fn streams(&self, sheet: &Flowsheet) -> Result<(), Refusal> {
        for stream in &sheet.streams {
            let place = format!("stream {}", stream.id);
            for id in [&stream.from, &stream.to].into_iter().flatten() {
                self.node(&place, id)?;
            }
            if stream.from.is_none() && stream.to.is_none() && sheet.relations.is_empty() {
                let text = "comes from nowhere and goes nowhere: name the unit it leaves or enters";
                return Err(Refusal::new(Code::NowhereToNowhere, place, text));
            }
            if stream.period < 1 || stream.period > sheet.periods {
                let text = format!("period {} is not in 1 to {}", stream.period, sheet.periods);
                return Err(Refusal::new(Code::Period, place, text));
            }
            quantities(&place, stream.mass, stream.content)?;
        }
        Ok(())
    }

    fn stocks(&self, sheet: &Flowsheet) -> Result<(), Refusal> {
        for stock in &sheet.stocks {
            let place = format!("stock {}", stock.id);
            self.node(&place, &stock.node)?;
            if stock.time > sheet.periods {
                let text = format!("time {} is after period {}", stock.time, sheet.periods);
                return Err(Refusal::new(Code::Period, place, text));
            }
            // Several stocks of one unit at one time are fine: bins, yards, tanks.
            quantities(&place, stock.mass, stock.content)?;
        }
        Ok(())
    }

    fn extras(&self, sheet: &Flowsheet) -> Result<(), Refusal> {
        for group in &sheet.groups {
            let place = format!("group {}", group.id);
            for id in &group.nodes {
                self.node(&place, id)?;
            }
            if let Some(bad) = group.periods.iter().find(|p| **p < 1 || **p > sheet.periods) {
                let text = format!("period {bad} is not in 1 to {}", sheet.periods);
                return Err(Refusal::new(Code::Period, place, text));
            }
        }
        for (index, relation) in sheet.relations.iter().enumerate() {
            let place = format!("relation {}", index + 1);
            for (id, coefficient) in &relation.terms {
                self.item(&place, id)?;
                finite(&place, *coefficient)?;
            }
            finite(&place, relation.right_side)?;
        }
        for pair in &sheet.correlations {
            let place = format!("correlation {} {}", pair.first, pair.second);
            let first = self.item(&place, &pair.first)?;
            let second = self.item(&place, &pair.second)?;
            finite(&place, pair.coefficient)?;
            if first == second || pair.coefficient.abs() >= 1.0 {
                let text = format!("{} is no correlation of two", pair.coefficient);
                return Err(Refusal::new(Code::Correlation, place, text));
            }
        }
        Ok(())
    }
}

fn sizes(sheet: &Flowsheet) -> Result<(), Refusal> {
    let items = sheet.streams.len() + sheet.stocks.len();
    if items > MOST_ITEMS {
        let text = format!("{items} streams and stocks; at most {MOST_ITEMS} in one flow sheet");
        return Err(Refusal::new(Code::TooLarge, "streams", text));
    }
    if sheet.periods < 1 || sheet.periods > MOST_PERIODS {
        let text = format!("{} is not in 1 to {MOST_PERIODS}", sheet.periods);
        return Err(Refusal::new(Code::Period, "periods", text));
    }
    let rows = sheet.nodes.len().saturating_mul(sheet.periods as usize).saturating_mul(2);
    if rows > MOST_ROWS {
        let text = format!("{rows} balances; at most {MOST_ROWS} in one flow sheet");
        return Err(Refusal::new(Code::TooLarge, "nodes", text));
    }
    Ok(())
}

fn quantities(place: &str, mass: Option<Measured>, content: Content) -> Result<(), Refusal> {
    if let Some(mass) = mass {
        measured(&format!("{place} mass"), mass)?;
    }
    let place = format!("{place} tl");
    match content {
        Content::Unknown => Ok(()),
        Content::Assayed(value) | Content::Amount(value) => measured(&place, value),
        Content::Below(limit) if limit.is_finite() && limit > 0.0 => Ok(()),
        Content::Below(limit) => {
            let text = format!("{limit} is no limit of detection; it is above zero");
            Err(Refusal::new(Code::Value, place, text))
        }
    }
}

fn measured(place: &str, value: Measured) -> Result<(), Refusal> {
    finite(place, value.value)?;
    standard_deviation(place, value.sd)
}

fn standard_deviation(place: &str, sd: f64) -> Result<(), Refusal> {
    finite(place, sd)?;
    if sd < 0.0 {
        let text = format!("standard deviation {sd} is below zero");
        return Err(Refusal::new(Code::NegativeSd, place, text));
    }
    Ok(())
}

fn finite(place: &str, value: f64) -> Result<(), Refusal> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Refusal::new(Code::NotFinite, place, format!("{value} is no finite number")))
}

fn duplicate(what: &str, id: &str) -> Refusal {
    Refusal::new(Code::DuplicateId, format!("{what} {id}"), "this name is given twice")
}
