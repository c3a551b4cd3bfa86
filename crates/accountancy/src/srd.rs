//! Shipper-receiver differences: per line, and cumulated per pair of partners.
//!
//! Invariant: D = shipper − receiver, both measured independently. A difference is significant only
//! when it passes the statistical and the mass condition; the systematic error of each side is
//! shared by all lines of a pair, so the running sum finds a bias that no line shows.

use std::collections::BTreeMap;

use crate::Language;
use crate::fault::Fault;

/// Relative errors of one side, 1σ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Deltas {
    /// New at each line.
    pub random: f64,
    /// The same at all lines.
    pub systematic: f64,
}

impl Deltas {
    /// Both together for one line.
    #[must_use]
    pub fn combined(self) -> f64 {
        self.random.hypot(self.systematic)
    }
}

/// What the two sides measured of one consignment, mass units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consignment {
    /// The shipper's figure.
    pub shipper: f64,
    /// The receiver's figure.
    pub receiver: f64,
}

/// When a difference counts, and the errors of both sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Errors of the shipper.
    pub shipper: Deltas,
    /// Errors of the receiver.
    pub receiver: Deltas,
    /// Limit on |z|.
    pub sigmas: f64,
    /// Limit on |D|, mass units.
    pub de_minimis: f64,
}

/// A difference with its test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Shipper minus receiver, mass units.
    pub value: f64,
    /// Its standard deviation.
    pub sigma: f64,
    /// Their quotient.
    pub z: f64,
    /// Beyond both conditions.
    pub is_significant: bool,
}

impl Difference {
    fn new(value: f64, sigma: f64, rule: &Rule) -> Self {
        let z = value / sigma;
        let is_significant = z.abs() > rule.sigmas && value.abs() > rule.de_minimis;
        Self { value, sigma, z, is_significant }
    }

    /// What a significant difference may mean.
    #[must_use]
    pub fn text(&self, language: Language) -> &'static str {
        match (self.is_significant, self.value > 0.0) {
            (false, _) => language.pick("在测量误差之内", "within the measurement errors"),
            (true, true) => language.pick(
                "途中损失,或一方计量或化验有偏差",
                "loss on the way, or bias of one side's scale or assay",
            ),
            (true, false) => language.pick(
                "收方多于发方:一方计量或化验有偏差,或发方漏记",
                "received more than shipped: bias of one side, or material not entered",
            ),
        }
    }
}

/// One line of a pair, and the pair up to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineResult {
    /// This line.
    pub line: Difference,
    /// All lines so far.
    pub cumulative: Difference,
    /// Inverse-variance weighted mean of both figures.
    pub best_estimate: f64,
    /// Its standard uncertainty.
    pub best_estimate_u: f64,
}

/// Tests the consignments of one pair in their order.
pub fn evaluate(lines: &[Consignment], rule: &Rule) -> Result<Vec<LineResult>, Fault> {
    let (mut difference, mut random, mut shipped, mut received) = (0.0, 0.0, 0.0, 0.0);
    let mut results = Vec::with_capacity(lines.len());
    for (n, line) in lines.iter().enumerate() {
        let (s, r) = (line.shipper, line.receiver);
        let place = || format!("lines[{n}]");
        let (us, ur) = (s.abs() * rule.shipper.combined(), r.abs() * rule.receiver.combined());
        let sigma = us.hypot(ur);
        if sigma == 0.0 {
            return Err(Fault::NoDeviation { place: place() });
        }
        difference += s - r;
        random += (s * rule.shipper.random).powi(2) + (r * rule.receiver.random).powi(2);
        shipped += s;
        received += r;
        let systematic =
            (shipped * rule.shipper.systematic).hypot(received * rule.receiver.systematic);
        let cumulative_sigma = random.sqrt().hypot(systematic);
        let (best_estimate, best_estimate_u) = weighted_mean(&[(s, us), (r, ur)])
            .ok_or_else(|| Fault::NoDeviation { place: place() })?;
        results.push(LineResult {
            line: Difference::new(s - r, sigma, rule),
            cumulative: Difference::new(difference, cumulative_sigma, rule),
            best_estimate,
            best_estimate_u,
        });
    }
    Ok(results)
}

/// Who shipped what to whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partners {
    /// The shipping party.
    pub shipper: String,
    /// The receiving party.
    pub receiver: String,
    /// The material.
    pub material: String,
}

/// Tests the consignments of many pairs, each pair in the order given; places name the pair's line.
pub fn by_partner(
    lines: &[(Partners, Consignment)],
    rule: impl Fn(&Partners) -> Rule,
) -> Result<BTreeMap<Partners, Vec<LineResult>>, Fault> {
    let mut pairs: BTreeMap<Partners, Vec<Consignment>> = BTreeMap::new();
    for (partners, line) in lines {
        pairs.entry(partners.clone()).or_default().push(*line);
    }
    let result = |(partners, lines): (Partners, Vec<Consignment>)| {
        let results = evaluate(&lines, &rule(&partners))?;
        Ok((partners, results))
    };
    pairs.into_iter().map(result).collect()
}

/// Inverse-variance weighted mean of (value, u) and its u: shipper, receiver, referee.
///
/// An exact value wins; None without values, or when exact values disagree.
#[must_use]
pub fn weighted_mean(values: &[(f64, f64)]) -> Option<(f64, f64)> {
    let mut exact = values.iter().filter(|(_, u)| *u == 0.0).map(|(value, _)| *value);
    if let Some(first) = exact.next() {
        return exact.all(|other| other == first).then_some((first, 0.0));
    }
    let weight: f64 = values.iter().map(|(_, u)| 1.0 / (u * u)).sum();
    if weight == 0.0 {
        return None;
    }
    let sum: f64 = values.iter().map(|(value, u)| value / (u * u)).sum();
    Some((sum / weight, 1.0 / weight.sqrt()))
}
