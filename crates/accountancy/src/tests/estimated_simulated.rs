//! Estimates on simulated data with fixed seeds: unbiased, and intervals that hold what they claim.
//!
//! Limits are three standard errors of what is right, with the seed given.

use super::estimated::{line, pair, result};
use crate::estimate::control::{self, Certified};
use crate::estimate::partners::{self, HandoverLine, Sides};
use crate::estimate::replicates::{self, Replicate};
use crate::estimate::rounds::{self, Round};
use crate::estimate::{Estimate, Interval, Scatter};
use crate::simulation::generator::Generator;
use crate::verification::laboratory::LaboratoryResult;

const TRIALS: usize = 600;

/// How often intervals hold the truth, and the mean square of the estimates.
#[derive(Default)]
struct Tally {
    held: usize,
    squares: f64,
    trials: usize,
}

impl Tally {
    fn add(&mut self, estimate: &Estimate, truth: f64) {
        self.hold(estimate.interval, truth);
        self.squares += estimate.value.powi(2);
    }

    fn hold(&mut self, interval: Interval, truth: f64) {
        self.held += usize::from(interval.low <= truth && truth <= interval.high);
        self.trials += 1;
    }

    fn held(&self) -> f64 {
        self.held as f64 / self.trials as f64
    }

    fn root_mean_square(&self) -> f64 {
        (self.squares / self.trials as f64).sqrt()
    }

    /// Intervals of 95 %: three standard errors of the share over the trials, and what the
    /// approximation of a combined variance may lose.
    #[track_caller]
    fn holds(&self, what: &str) {
        let (share, error) = (self.held(), (0.95 * 0.05 / self.trials as f64).sqrt());
        assert!((share - 0.95).abs() < 3.0 * error + 0.005, "{what}: {share}");
    }
}

fn duplicates(generator: &mut Generator, count: usize, error: f64) -> Vec<Replicate> {
    let draw = |n: usize, generator: &mut Generator| {
        let level = 20.0 + 10.0 * n as f64;
        let mut value = || level * (1.0 + error * generator.normal());
        pair(n, &[value(), value()])
    };
    (0..count).map(|n| draw(n, generator)).collect()
}

#[test]
fn duplicates_find_the_error_they_have() {
    let mut generator = Generator::seeded(11);
    let (mut tally, mut named) = (Tally::default(), 0);
    for _ in 0..TRIALS {
        let found = replicates::random(&duplicates(&mut generator, 24, 0.05)).unwrap();
        tally.add(&found.random, 0.05);
        named += usize::from(!found.outliers.is_empty());
    }
    tally.holds("duplicates");
    assert!((tally.root_mean_square() / 0.05 - 1.0).abs() < 0.02, "{}", tally.root_mean_square());
    // Clean data are seldom suspected.
    assert!(named < TRIALS / 40, "{named} of {TRIALS}");
}

#[test]
fn sampling_is_found_behind_the_assay() {
    let mut generator = Generator::seeded(12);
    for (sampling, assay) in [(0.08, 0.03), (0.03, 0.05)] {
        let mut tally = Tally::default();
        for _ in 0..TRIALS {
            let field = duplicates(&mut generator, 30, f64::hypot(sampling, assay));
            let laboratory = duplicates(&mut generator, 40, assay);
            let split = replicates::split(&field, &laboratory, 1).unwrap();
            tally.add(&split.sampling, sampling);
        }
        tally.holds("sampling");
    }
}

#[test]
fn charts_separate_within_from_between_and_find_the_bias() {
    let mut generator = Generator::seeded(13);
    let (random, short, bias, of_certificate) = (0.04, 0.03, 0.02, 0.01);
    let mut tallies = [Tally::default(), Tally::default(), Tally::default()];
    let mut variance_between = 0.0;
    for _ in 0..TRIALS {
        // The certificate is off by its own error: that is what its uncertainty means.
        let truth = 50.0;
        let certified = Certified {
            value: truth * (1.0 + of_certificate * generator.normal()),
            uncertainty: truth * of_certificate,
        };
        let mut results = Vec::new();
        for block in 0..10 {
            let shift = short * generator.normal();
            for _ in 0..2 + block % 4 {
                let value = truth * (1.0 + bias + shift + random * generator.normal());
                results.push(result(results.len(), &format!("b{block}"), value));
            }
        }
        let chart = control::chart(&results, Some(certified)).unwrap();
        let Scatter::Separated { within, between } = chart.scatter else { panic!() };
        tallies[0].add(&within, random);
        tallies[1].add(&between, short);
        tallies[2].hold(chart.bias.unwrap().interval, bias);
        variance_between += between.value.powi(2);
    }
    for (tally, what) in tallies.iter().zip(["within", "between", "bias"]) {
        tally.holds(what);
    }
    // Zeros for negative variances lift the mean a little.
    let ratio = (variance_between / TRIALS as f64).sqrt() / short;
    assert!((0.95..1.10).contains(&ratio), "{ratio}");
}

/// Lines with a third measurement in blocks of `per_block` with errors of their own.
fn handovers(generator: &mut Generator, errors: [f64; 3], short: f64) -> Vec<HandoverLine> {
    let mut lines = Vec::new();
    for block in 0..8 {
        let shifts = [0, 1, 2].map(|_| short * generator.normal());
        for _ in 0..5 {
            let truth = 5.0 * (1.0 + 4.0 * generator.uniform());
            let [s, r, t] = [0, 1, 2]
                .map(|side| truth * (errors[side] * generator.normal() + shifts[side]).exp());
            lines.push(line(lines.len(), &format!("b{block}"), [s, r], Some(t)));
        }
    }
    lines
}

#[test]
fn a_third_measurement_tells_the_sides_apart() {
    let mut generator = Generator::seeded(14);
    let errors = [0.05, 0.02, 0.03];
    let mut tallies = [Tally::default(), Tally::default(), Tally::default()];
    let mut joint = [Tally::default(), Tally::default()];
    for _ in 0..TRIALS {
        let found = partners::evaluate(&handovers(&mut generator, errors, 0.02), 0.0).unwrap();
        let Sides::Separated(sides) = found.sides else { panic!() };
        for ((tally, side), error) in
            tallies.iter_mut().zip([sides.shipper, sides.receiver, sides.third]).zip(errors)
        {
            tally.add(&side.random, error);
        }
        let Scatter::Separated { within, between } = found.joint.scatter else { panic!() };
        joint[0].add(&within, f64::hypot(0.05, 0.02));
        joint[1].add(&between, 0.02 * 2f64.sqrt());
    }
    for (tally, what) in tallies.iter().zip(["shipper", "receiver", "third"]) {
        tally.holds(what);
    }
    joint[0].holds("both, random");
    joint[1].holds("both, short-term");
    assert!((tallies[0].root_mean_square() / 0.05 - 1.0).abs() < 0.03);
}

#[test]
fn rounds_bracket_the_long_term_error() {
    let mut generator = Generator::seeded(15);
    let (long, of_reference) = (0.04, 0.015);
    let mut tally = Tally::default();
    for _ in 0..TRIALS {
        let rounds: Vec<Round> = (0..8)
            .map(|n| {
                let truth = 10.0 * f64::from(n + 1);
                let result = LaboratoryResult {
                    value: truth * (1.0 + long * generator.normal()),
                    value_u: truth * long,
                    reference: truth * (1.0 + of_reference * generator.normal()),
                    reference_u: truth * of_reference,
                };
                Round { label: n.to_string(), at: i64::from(n), result }
            })
            .collect();
        let found = rounds::long_term(&rounds).unwrap();
        tally.hold(found.long.interval, long);
        // U claimed is 2σ: about one round in twenty is beyond.
        assert!(found.unsatisfactory.len() <= 4);
    }
    // Wider than the scatter at both ends, so never less than it claims.
    assert!(tally.held() > 0.94, "{}", tally.held());
}
