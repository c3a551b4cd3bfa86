//! Boundary totals of groups of units: a plant, a city.
//!
//! Invariant: the standard deviation of a total comes from the posterior covariance of all its
//! parts; what flows between two units of the group is not part of it.

use crate::answer::{GroupTotals, Total};
use crate::flowsheet::{Flowsheet, Group, Layer};
use crate::model::{MassTerm, Names, Problem};
use crate::posterior::Scratch;
use crate::refusal::Refusal;
use crate::solve::Solution;

/// Opening, input, output, closing, with their signs in the balance.
const SIGNS: [f64; 4] = [1.0, 1.0, -1.0, -1.0];

#[derive(Clone, Default)]
struct Sum {
    value: f64,
    gradient: Vec<(usize, f64)>,
}

/// Totals of every group and layer.
pub(crate) fn totals(
    sheet: &Flowsheet,
    names: &Names<'_>,
    problem: &Problem,
    solution: &Solution,
) -> Result<Vec<GroupTotals>, Refusal> {
    if sheet.groups.is_empty() {
        return Ok(Vec::new());
    }
    let mut of_node: Vec<Vec<usize>> = vec![Vec::new(); sheet.nodes.len()];
    for (number, group) in sheet.groups.iter().enumerate() {
        for id in &group.nodes {
            let groups = &mut of_node[names.node("group", id)?];
            if groups.last() != Some(&number) {
                groups.push(number);
            }
        }
    }
    let layers: &[Layer] = match sheet.with_substance {
        true => &[Layer::Mass, Layer::Substance],
        false => &[Layer::Mass],
    };
    let sums = gather(sheet, names, problem, solution, &of_node)?;
    let mut out = Vec::new();
    let mut scratch = Scratch::default();
    for (group, sums) in sheet.groups.iter().zip(&sums) {
        for layer in layers {
            let mut balanced = true;
            for id in &group.nodes {
                balanced &= sheet.nodes[names.node("group", id)?].balances(*layer);
            }
            let sums = &sums[*layer as usize];
            out.push(finish(group, *layer, balanced, sums, solution, &mut scratch));
        }
    }
    Ok(out)
}

type Sums = [[Sum; 4]; 2];

fn gather(
    sheet: &Flowsheet,
    names: &Names<'_>,
    problem: &Problem,
    solution: &Solution,
    of_node: &[Vec<usize>],
) -> Result<Vec<Sums>, Refusal> {
    let mut sums: Vec<Sums> = vec![Sums::default(); sheet.groups.len()];
    let in_period =
        |group: &Group, period: u32| group.periods.is_empty() || group.periods.contains(&period);
    for (item, stream) in sheet.streams.iter().enumerate() {
        let groups = |end: &Option<String>| match end {
            Some(id) => names.node("stream", id).map(|node| of_node[node].as_slice()),
            None => Ok(&[][..]),
        };
        let (from, to) = (groups(&stream.from)?, groups(&stream.to)?);
        for (side, own, other) in [(1, to, from), (2, from, to)] {
            for number in own.iter().filter(|number| !other.contains(number)) {
                if in_period(&sheet.groups[*number], stream.period) {
                    add(&mut sums[*number], side, problem, solution, item);
                }
            }
        }
    }
    for (index, stock) in sheet.stocks.iter().enumerate() {
        let item = sheet.streams.len() + index;
        for number in &of_node[names.node("stock", &stock.node)?] {
            let periods = &sheet.groups[*number].periods;
            let first = periods.first().copied().unwrap_or(1);
            let last = periods.last().copied().unwrap_or(sheet.periods);
            if stock.time + 1 == first {
                add(&mut sums[*number], 0, problem, solution, item);
            }
            if stock.time == last {
                add(&mut sums[*number], 3, problem, solution, item);
            }
        }
    }
    Ok(sums)
}

fn add(sums: &mut Sums, side: usize, problem: &Problem, solution: &Solution, item: usize) {
    let mass = &mut sums[Layer::Mass as usize][side];
    mass.value += problem.mass_at(item, &solution.x);
    if let MassTerm::Variable(index) = problem.mass[item] {
        mass.gradient.push((index, 1.0));
    }
    if let Some((value, gradient)) = problem.amount_at(item, &solution.x) {
        let substance = &mut sums[Layer::Substance as usize][side];
        substance.value += value;
        substance.gradient.extend(gradient);
    }
}

fn finish(
    group: &Group,
    layer: Layer,
    balanced: bool,
    sums: &[Sum; 4],
    solution: &Solution,
    scratch: &mut Scratch,
) -> GroupTotals {
    let [opening, input, output, closing] = sums.each_ref().map(|sum| {
        let sd = solution.variance(&sum.gradient, scratch).map(f64::sqrt);
        Total { value: sd.map(|_| sum.value), sd }
    });
    let mut net = Vec::new();
    let (mut difference, mut size) = (0.0, 0.0);
    for (sum, sign) in sums.iter().zip(SIGNS) {
        difference += sign * sum.value;
        size += sum.value.abs();
        net.extend(sum.gradient.iter().map(|(index, value)| (*index, sign * value)));
    }
    let sd = solution.variance(&net, scratch).map(f64::sqrt);
    let unaccounted = Total {
        value: sd.map(|_| if difference.abs() < 1e-9 * size { 0.0 } else { difference }),
        sd: sd.map(|sd| if sd < 1e-7 * size { 0.0 } else { sd }),
    };
    let id = group.id.clone();
    GroupTotals { id, layer, input, output, opening, closing, balanced, unaccounted }
}
