//! The balance of every unit from measured values alone, with its first-order uncertainty.
//!
//! Invariant: this is the regulator's number; nothing reconciled enters it. A missing value makes
//! the difference absent and names what is missing. Shared errors between measurements count.

use std::collections::HashMap;

use crate::answer::RawBalance;
use crate::flowsheet::{Content, Flowsheet, Layer, Measured, Options};
use crate::model::{GRAMS, Names, censored_content, item_id};
use crate::refusal::Refusal;

/// Sides of a balance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Input,
    Output,
    Opening,
    Closing,
}

/// A value with its sensitivities: (layer of the measured quantity, change per sd).
struct Known {
    value: f64,
    parts: Vec<(Layer, f64)>,
}

/// Raw balances of all units, periods and layers that balance.
pub(crate) fn raw(
    sheet: &Flowsheet,
    names: &Names<'_>,
    options: &Options,
) -> Result<Vec<RawBalance>, Refusal> {
    let sides = sides(sheet, names)?;
    let mut correlated: HashMap<(usize, Layer), Vec<(usize, f64)>> = HashMap::new();
    for pair in &sheet.correlations {
        let first = names.item("correlation", &pair.first)?;
        let second = names.item("correlation", &pair.second)?;
        correlated.entry((first, pair.layer)).or_default().push((second, pair.coefficient));
    }
    let layers: &[Layer] = match sheet.with_substance {
        true => &[Layer::Mass, Layer::Substance],
        false => &[Layer::Mass],
    };
    let mut out = Vec::new();
    for (node, unit) in sheet.nodes.iter().enumerate() {
        for period in 1..=sheet.periods {
            let of_node = &sides[node * sheet.periods as usize + period as usize - 1];
            for layer in layers.iter().copied().filter(|layer| unit.balances(*layer)) {
                let mut balance = empty(&unit.id, period, layer);
                balance.fill(sheet, options, of_node, &correlated);
                out.push(balance);
            }
        }
    }
    Ok(out)
}

/// What enters and leaves each unit in each period, streams before stocks.
fn sides(sheet: &Flowsheet, names: &Names<'_>) -> Result<Vec<Vec<(usize, Side)>>, Refusal> {
    let periods = sheet.periods as usize;
    let mut sides: Vec<Vec<(usize, Side)>> = vec![Vec::new(); sheet.nodes.len() * periods];
    for (item, stream) in sheet.streams.iter().enumerate() {
        for (end, side) in [(&stream.to, Side::Input), (&stream.from, Side::Output)] {
            if let Some(id) = end {
                let node = names.node("stream", id)?;
                sides[node * periods + stream.period as usize - 1].push((item, side));
            }
        }
    }
    for (index, stock) in sheet.stocks.iter().enumerate() {
        let node = names.node("stock", &stock.node)?;
        let item = sheet.streams.len() + index;
        if stock.time < sheet.periods {
            sides[node * periods + stock.time as usize].push((item, Side::Opening));
        }
        if stock.time >= 1 {
            sides[node * periods + stock.time as usize - 1].push((item, Side::Closing));
        }
    }
    Ok(sides)
}

fn empty(node: &str, period: u32, layer: Layer) -> RawBalance {
    RawBalance {
        node: node.to_owned(),
        period,
        layer,
        input: 0.0,
        output: 0.0,
        opening: 0.0,
        closing: 0.0,
        unaccounted: None,
        sd: None,
        z: None,
        missing: Vec::new(),
    }
}

impl RawBalance {
    fn fill(
        &mut self,
        sheet: &Flowsheet,
        options: &Options,
        sides: &[(usize, Side)],
        correlated: &HashMap<(usize, Layer), Vec<(usize, f64)>>,
    ) {
        let mut sensitivity: HashMap<(usize, Layer), f64> = HashMap::new();
        let mut order = Vec::new();
        for (item, side) in sides {
            let Some(known) = known(sheet, options, *item, self.layer) else {
                self.missing.push(item_id(sheet, *item).to_owned());
                continue;
            };
            let (sum, sign) = match side {
                Side::Input => (&mut self.input, 1.0),
                Side::Output => (&mut self.output, -1.0),
                Side::Opening => (&mut self.opening, 1.0),
                Side::Closing => (&mut self.closing, -1.0),
            };
            *sum += known.value;
            for (layer, part) in known.parts {
                let entry = sensitivity.entry((*item, layer)).or_insert_with(|| {
                    order.push((*item, layer));
                    0.0
                });
                *entry += sign * part;
            }
        }
        if !self.missing.is_empty() {
            return;
        }
        let mut variance = 0.0;
        for key in order {
            let own = sensitivity[&key];
            variance += own * own;
            for (other, coefficient) in correlated.get(&key).into_iter().flatten() {
                if let Some(value) = sensitivity.get(&(*other, key.1)) {
                    variance += 2.0 * coefficient * own * value;
                }
            }
        }
        let difference = self.opening + self.input - self.output - self.closing;
        let real = difference.abs() > 1e-12 * (self.input + self.output);
        self.unaccounted = Some(if real { difference } else { 0.0 });
        self.sd = Some(variance.max(0.0).sqrt());
        self.z = (variance > 0.0).then(|| difference / variance.sqrt());
    }
}

fn known(sheet: &Flowsheet, options: &Options, item: usize, layer: Layer) -> Option<Known> {
    let (mass, content) = match sheet.streams.get(item) {
        Some(stream) => (stream.mass, stream.content),
        None => {
            let stock = &sheet.stocks[item - sheet.streams.len()];
            (stock.mass, stock.content)
        }
    };
    if layer == Layer::Mass {
        return mass.map(|m| Known { value: m.value, parts: vec![(Layer::Mass, m.sd)] });
    }
    let assay = match content {
        Content::Unknown => return None,
        Content::Amount(amount) => {
            let parts = vec![(Layer::Substance, amount.sd)];
            return Some(Known { value: amount.value, parts });
        }
        Content::Assayed(assay) => assay,
        Content::Below(limit) => {
            let (value, sd) = censored_content(limit, options.censored)?;
            Measured { value, sd }
        }
    };
    if assay.value == 0.0 && assay.sd == 0.0 {
        return Some(Known { value: 0.0, parts: Vec::new() });
    }
    let mass = mass?;
    Some(Known {
        value: mass.value * assay.value / GRAMS,
        parts: vec![
            (Layer::Mass, assay.value * mass.sd / GRAMS),
            (Layer::Substance, mass.value * assay.sd / GRAMS),
        ],
    })
}
