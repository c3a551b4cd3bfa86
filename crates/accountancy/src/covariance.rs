//! The covariance of the MUF sequence, and its Cholesky factor.
//!
//! Invariant: row t of the factor depends on periods up to t alone, so a new period never changes
//! what was computed before. A period without variance of its own is a named fault, never 0.

use crate::fault::Fault;
use crate::source::Sources;

/// What is left of a variance, relatively, must exceed this; below it is rounding.
const PIVOT_FLOOR: f64 = 1e-12;
/// The two halves of a given covariance may differ by this much of their standard deviations.
const ASYMMETRY: f64 = 1e-9;

/// A symmetric matrix, periods by periods, mass units squared.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariance {
    size: usize,
    cells: Vec<f64>,
}

impl Covariance {
    /// The covariance that keyed errors make: V[t,u] = Σ a[t]·a[u].
    #[must_use]
    pub fn of_sources(sources: &Sources) -> Self {
        let size = sources.periods();
        let mut cells = vec![0.0; size * size];
        for (_, effects) in sources.iter() {
            for (n, &(t, left)) in effects.iter().enumerate() {
                for &(u, right) in &effects[..=n] {
                    cells[t * size + u] += left * right;
                }
            }
        }
        for t in 0..size {
            for u in 0..t {
                cells[u * size + t] = cells[t * size + u];
            }
        }
        Self { size, cells }
    }

    /// A given covariance; square, finite and symmetric, with no negative variance.
    pub fn of_rows(rows: &[Vec<f64>]) -> Result<Self, Fault> {
        let size = rows.len();
        let mut cells = Vec::with_capacity(size * size);
        for (t, row) in rows.iter().enumerate() {
            if row.len() != size {
                let place = format!("covariance[{t}]");
                return Err(Fault::Length { place, found: row.len(), wanted: size });
            }
            cells.extend_from_slice(row);
        }
        let matrix = Self { size, cells };
        matrix.check()?;
        Ok(matrix)
    }

    fn check(&self) -> Result<(), Fault> {
        for t in 0..self.size {
            let variance = self.at(t, t);
            if variance < 0.0 {
                let place = format!("covariance[{t}][{t}]");
                return Err(Fault::Negative { place, found: variance });
            }
            for u in 0..=t {
                let (value, mirrored) = (self.at(t, u), self.at(u, t));
                let place = || format!("covariance[{t}][{u}]");
                crate::period::check_figure(value, place)?;
                crate::period::check_figure(mirrored, place)?;
                let scale = (variance * self.at(u, u)).sqrt();
                if (value - mirrored).abs() > ASYMMETRY * scale {
                    return Err(Fault::NotSymmetric { place: place() });
                }
            }
        }
        Ok(())
    }

    /// Number of periods.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Covariance of two periods, counted from 0.
    #[must_use]
    pub fn at(&self, t: usize, u: usize) -> f64 {
        self.cells[t * self.size + u]
    }

    /// Covariances of a period with all of them.
    #[must_use]
    pub fn row(&self, t: usize) -> &[f64] {
        &self.cells[t * self.size..(t + 1) * self.size]
    }

    /// σ of each period.
    #[must_use]
    pub fn sigma(&self) -> Vec<f64> {
        (0..self.size).map(|t| self.at(t, t).max(0.0).sqrt()).collect()
    }

    /// σ of the sum of periods `from`..=t, for each t; 0 before `from`.
    #[must_use]
    pub fn sigma_cumulative(&self, from: usize) -> Vec<f64> {
        let mut variance = 0.0;
        let mut sigma = vec![0.0; self.size];
        for (t, cumulated) in sigma.iter_mut().enumerate().skip(from) {
            let shared: f64 = self.row(t)[from..t].iter().sum();
            variance += self.at(t, t) + 2.0 * shared;
            *cumulated = variance.max(0.0).sqrt();
        }
        sigma
    }

    /// Sums of the rows.
    #[must_use]
    pub fn row_sums(&self) -> Vec<f64> {
        (0..self.size).map(|t| self.row(t).iter().sum()).collect()
    }

    /// V = LLᵀ; faults at the first period that has no variance left given those before.
    pub fn factor(&self) -> Result<Factor, Fault> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(self.size);
        for t in 0..self.size {
            let mut row = Vec::with_capacity(t + 1);
            for (u, above) in rows.iter().enumerate() {
                let known = dot(&row, &above[..u]);
                row.push((self.at(t, u) - known) / above[u]);
            }
            let variance = self.at(t, t);
            let left = variance - dot(&row, &row);
            if left.is_nan() || left <= PIVOT_FLOOR * variance {
                return Err(Fault::NotPositiveDefinite { period: t + 1 });
            }
            row.push(left.sqrt());
            rows.push(row);
        }
        Ok(Factor { rows })
    }
}

/// The lower Cholesky factor of a covariance.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    rows: Vec<Vec<f64>>,
}

impl Factor {
    /// L⁻¹m, period by period.
    #[must_use]
    pub fn standardise(&self, values: &[f64]) -> Vec<f64> {
        let mut standardised = Vec::with_capacity(values.len());
        for (row, value) in self.rows.iter().zip(values) {
            let (pivot, before) = row.split_last().expect("a row ends with its pivot");
            standardised.push((value - dot(before, &standardised)) / pivot);
        }
        standardised
    }

    /// Conditional standard deviation of each period given those before.
    #[must_use]
    pub fn conditional_sigma(&self) -> Vec<f64> {
        self.rows.iter().enumerate().map(|(t, row)| row[t]).collect()
    }

    /// Lz: the sequence with this covariance that independent standard figures make.
    #[must_use]
    pub fn correlate(&self, independent: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| dot(row, &independent[..row.len()])).collect()
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}
