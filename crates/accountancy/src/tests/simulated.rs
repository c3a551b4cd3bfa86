//! The simulation repeats, closes its truth, and keeps the rates it is asked for.

use crate::simulation::calibration::{self, Basis, Scenario};
use crate::simulation::generator::Generator;
use crate::simulation::plant::{self, Grade, Loss};
use crate::stratum;

const QUIET: Scenario = Scenario {
    grade: Grade::Ordinary,
    loss: Loss::None,
    basis: Basis::Measured,
    periods: 12,
    histories: 200,
    seed: 7,
    alpha: 0.05,
};

#[test]
fn the_generator_is_the_published_one() {
    // First outputs of xoshiro256++ with the state that splitmix64 makes of seed 0.
    let mut generator = Generator::seeded(0);
    assert_eq!(generator.bits(), 0x53175d61490b23df);
    let mut generator = Generator::seeded(1);
    let draws: Vec<f64> = (0..20_000).map(|_| generator.normal()).collect();
    let mean = draws.iter().sum::<f64>() / 20_000.0;
    let square = draws.iter().map(|x| x * x).sum::<f64>() / 20_000.0;
    assert!(mean.abs() < 0.03 && (square - 1.0).abs() < 0.04, "{mean} {square}");
}

#[test]
fn without_errors_a_history_closes_but_for_its_loss() {
    let mut design = plant::smelter(Grade::Tight, 12);
    for stratum in &mut design {
        (stratum.delta_random, stratum.delta_short, stratum.delta_long) = (0.0, 0.0, 0.0);
    }
    let loss = Loss::Abrupt { amount: 25.0, period: 4 };
    let strata = plant::history(&design, loss, &mut Generator::seeded(3));
    let muf = stratum::series(&strata, 12).unwrap().muf();
    for (t, muf) in muf.iter().enumerate() {
        let wanted = if t == 4 { 25.0 } else { 0.0 };
        assert!((muf - wanted).abs() < 1e-9, "period {t}: {muf}");
    }
}

#[test]
fn a_seed_gives_the_same_rates_and_a_loss_more_alarms() {
    let quiet = calibration::run(&QUIET, |_, _| {}).unwrap();
    assert_eq!(quiet, calibration::run(&QUIET, |_, _| {}).unwrap());
    assert!(quiet.page < 0.12 && quiet.cumuf < 0.12, "{quiet:?}");
    let loss = Loss::Abrupt { amount: 60.0, period: 7 };
    let lossy = calibration::run(&Scenario { loss, ..QUIET }, |_, _| {}).unwrap();
    assert!(lossy.page_up > 0.9, "{lossy:?}");
    assert!(calibration::run(&Scenario { histories: 0, ..QUIET }, |_, _| {}).is_err());
}

#[test]
fn usual_levels_serve_as_well_as_measured_amounts() {
    let usual = Scenario { basis: Basis::Usual, ..QUIET };
    let rates = calibration::run(&usual, |_, _| {}).unwrap();
    assert!(rates.page < 0.12 && rates.cumuf < 0.12, "{rates:?}");
    assert_ne!(rates, calibration::run(&QUIET, |_, _| {}).unwrap());
}

#[test]
fn with_the_true_amounts_the_thresholds_keep_their_rate() {
    let scenario = Scenario { basis: Basis::Truth, histories: 2_000, ..QUIET };
    let rates = calibration::run(&scenario, |_, _| {}).unwrap();
    // Three standard errors of 5 % in 2,000 histories, with a fixed seed.
    let near = |rate: f64| (rate - 0.05).abs() < 3.0 * (0.05 * 0.95 / 2_000.0_f64).sqrt();
    assert!(near(rates.page) && near(rates.cumuf) && near(rates.gemuf), "{rates:?}");
    assert!((rates.page_up - rates.page_down).abs() < 0.015, "{rates:?}");
}

#[test]
fn expected_amounts_lie_between_the_measured_and_the_usual_ones() {
    let design = plant::smelter(Grade::Ordinary, 3);
    let strata = plant::history(&design, Loss::None, &mut Generator::seeded(5));
    for (usual, measured) in design.iter().zip(&strata) {
        let expected = plant::expected(usual, measured);
        for (j, expected) in expected.iter().enumerate() {
            let (a, b) = (usual.amounts[j], measured.amounts[j]);
            assert!(*expected > a.min(b) && *expected < a.max(b), "{}", usual.name);
        }
    }
    // In-process stock: 8 % of variation against an error of √(0.12² + 0.02² + 0.05²).
    let stock = design.iter().position(|stratum| stratum.name == "in_process").unwrap();
    let weight = 0.0064 / (0.0064 + 0.0173);
    let measured = strata[stock].amounts[1];
    let wanted = 55.0 + weight * (measured - 55.0);
    assert!((plant::expected(&design[stock], &strata[stock])[1] - wanted).abs() < 1e-9);
}
