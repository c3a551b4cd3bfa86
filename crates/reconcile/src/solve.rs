//! A whole problem: its parts solved side by side, put together again.
//!
//! Invariant: the answer does not depend on the number of threads, because parts share nothing.
//! Nothing is reported unless every part settled and every balance closes; what cannot be met is
//! refused with the balances that contradict each other.

mod blame;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::bounded::{Bounded, bounded};
use crate::estimate::Solver;
use crate::flowsheet::Flowsheet;
use crate::limits::CLOSED;
use crate::model::{Problem, Row};
use crate::posterior::{Posterior, Scratch, posterior};
use crate::refusal::{Code, Refusal};
use crate::system::{System, constant_rows, split};

/// A solved part.
pub(crate) struct Part {
    pub(crate) system: System,
    pub(crate) bounded: Bounded,
    /// None where only estimates were asked for.
    pub(crate) posterior: Option<Posterior>,
}

pub(crate) struct Solution {
    pub(crate) parts: Vec<Part>,
    /// Part and place in it of each variable.
    pub(crate) place: Vec<(usize, usize)>,
    /// The same of each row; none for rows without variables.
    pub(crate) row_place: Vec<Option<(usize, usize)>>,
    pub(crate) x: Vec<f64>,
    pub(crate) chi_squared: f64,
    pub(crate) steps: usize,
    pub(crate) programs: usize,
    pub(crate) closure: f64,
    pub(crate) stationarity: f64,
}

/// What is asked of the solver.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) threads: usize,
    /// Covariances, classes and tests as well.
    pub(crate) posterior: bool,
}

/// Solves a problem.
pub(crate) fn solve(sheet: &Flowsheet, problem: &Problem, wish: Wish) -> Result<Solution, Refusal> {
    let broken: Vec<usize> = constant_rows(problem)
        .into_iter()
        .filter(|row| problem.constant[*row].abs() > CLOSED * problem.constant_size[*row])
        .collect();
    if !broken.is_empty() {
        let mut refusal = Refusal::new(Code::Inconsistent, "balances", "exact values do not close");
        refusal.rows = broken.into();
        return Err(named(sheet, problem, refusal));
    }
    let systems = split(problem)?;
    let parts = each(systems, wish).map_err(|refusal| named(sheet, problem, refusal))?;
    Ok(assemble(problem, parts))
}

/// All parts, the largest begun first; the first refusal in the order of the parts wins.
fn each(systems: Vec<System>, wish: Wish) -> Result<Vec<Part>, Refusal> {
    let mut order: Vec<usize> = (0..systems.len()).collect();
    order.sort_by_key(|part| std::cmp::Reverse(systems[*part].width()));
    let count = systems.len();
    let queue: Vec<Mutex<Option<System>>> =
        systems.into_iter().map(|system| Mutex::new(Some(system))).collect();
    let done: Vec<Mutex<Option<Result<Part, Refusal>>>> =
        (0..count).map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(part) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let taken = queue[*part].lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(system) = taken {
                let result = one(system, wish.posterior);
                *done[*part].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            }
        }
    };
    let threads = wish.threads.clamp(1, count.max(1));
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    done.into_iter()
        .map(|cell| {
            let result = cell.into_inner().unwrap_or_else(PoisonError::into_inner);
            result.expect("every part was taken by one thread")
        })
        .collect()
}

fn one(system: System, with_posterior: bool) -> Result<Part, Refusal> {
    let mut solver = Solver::new(&system)?;
    let bounded = bounded(&system, &mut solver)?;
    if !bounded.estimate.settled {
        return Err(blame::unsettled(&system, &bounded));
    }
    let posterior = match with_posterior {
        true => Some(posterior(&system, &bounded.estimate.x, &bounded.active)?),
        false => None,
    };
    Ok(Part { system, bounded, posterior })
}

fn assemble(problem: &Problem, parts: Vec<Part>) -> Solution {
    let mut solution = Solution {
        place: vec![(0, 0); problem.variables.len()],
        row_place: vec![None; problem.rows.len()],
        x: vec![0.0; problem.variables.len()],
        chi_squared: 0.0,
        steps: 0,
        programs: 0,
        closure: 0.0,
        stationarity: 0.0,
        parts: Vec::new(),
    };
    for (number, part) in parts.iter().enumerate() {
        let estimate = &part.bounded.estimate;
        for (local, global) in part.system.variables.iter().enumerate() {
            solution.place[*global] = (number, local);
            solution.x[*global] = estimate.x[local];
        }
        for (local, global) in part.system.rows.iter().enumerate() {
            solution.row_place[*global] = Some((number, local));
        }
        solution.chi_squared += part.system.chi_squared(&estimate.x);
        solution.steps = solution.steps.max(estimate.steps);
        solution.programs = solution.programs.max(part.bounded.programs);
        solution.closure = solution.closure.max(estimate.closure);
        solution.stationarity = solution.stationarity.max(estimate.stationarity);
    }
    solution.parts = parts;
    solution
}

impl Solution {
    pub(crate) fn active(&self, index: usize) -> bool {
        let (part, local) = self.place[index];
        self.parts[part].bounded.active[local]
    }

    /// Posterior of the part a variable lies in.
    pub(crate) fn posterior(&self, index: usize) -> Option<(&Part, &Posterior, usize)> {
        let (part, local) = self.place[index];
        let part = &self.parts[part];
        part.posterior.as_ref().map(|posterior| (part, posterior, local))
    }

    pub(crate) fn unobservable(&self, index: usize) -> bool {
        self.posterior(index).is_some_and(|(_, posterior, local)| posterior.unobservable[local])
    }

    pub(crate) fn dof(&self) -> usize {
        self.parts.iter().filter_map(|part| part.posterior.as_ref()).map(|p| p.dof).sum()
    }

    /// Variance of a sum over variables of any part; none where the balances do not fix it.
    pub(crate) fn variance(&self, gradient: &[(usize, f64)], scratch: &mut Scratch) -> Option<f64> {
        let mut local: Vec<(usize, usize, f64)> = gradient
            .iter()
            .map(|(index, value)| (self.place[*index].0, self.place[*index].1, *value))
            .collect();
        local.sort_by_key(|entry| (entry.0, entry.1));
        let mut sum = 0.0;
        for group in local.chunk_by(|a, b| a.0 == b.0) {
            let gradient: Vec<(usize, f64)> = group.iter().map(|e| (e.1, e.2)).collect();
            let posterior = self.parts[group[0].0].posterior.as_ref()?;
            sum += posterior.variance(&gradient, scratch)?;
        }
        Some(sum)
    }
}

/// Gives the rows of a refusal their names.
fn named(sheet: &Flowsheet, problem: &Problem, mut refusal: Refusal) -> Refusal {
    let mut rows = std::mem::take(&mut refusal.rows).into_vec();
    rows.sort_unstable();
    for row in rows {
        match problem.rows[row] {
            Row::Balance { node, period, layer } => {
                let id = &sheet.nodes[node].id;
                if !refusal.nodes.contains(id) {
                    refusal.nodes.push(id.clone());
                }
                refusal.balances.push(format!("{id}@{period}:{}", layer.name()));
            }
            Row::Relation(index) => refusal.balances.push(format!("relation {}", index + 1)),
        }
    }
    if !refusal.balances.is_empty() {
        refusal.place = refusal.balances.join(", ");
    }
    refusal
}
