//! What must hold for any series: order of time, order of rows, units, shared errors.

use proptest::prelude::*;

use crate::contribution;
use crate::covariance::Covariance;
use crate::evaluation::{Evaluation, Settings};
use crate::gemuf;
use crate::page::Page;
use crate::period::{Line, Period, Series, Term};
use crate::rollup::{self, Node};
use crate::stratum::{self, Role, Stratum};

pub(super) const SETTINGS: Settings = Settings { k: 0.5, h: 3.0, sigmas: 3.0, start: 0 };

/// A plant with streams and a stock whose errors are of all classes, partly shared.
pub(super) fn strata(periods: usize) -> impl Strategy<Value = Vec<Stratum>> {
    let stratum = (
        prop::sample::select(Role::ALL.to_vec()),
        prop::collection::vec(0.1f64..200.0, periods + 1),
        prop::collection::vec(1u32..40, periods + 1),
        (0.005f64..0.1, 0.0f64..0.05, 0.0f64..0.05, 0.0f64..0.5),
        (0usize..3, 0usize..3, 1usize..4),
    );
    prop::collection::vec(stratum, 1..6).prop_map(move |rows| {
        let build = |(n, row): (usize, _)| {
            let (role, mut amounts, lots, (random, short, long, absolute), keys): (
                Role,
                Vec<f64>,
                Vec<u32>,
                _,
                (usize, usize, usize),
            ) = row;
            amounts.truncate(role.figures(periods));
            let figures = amounts.len();
            let mut stratum = Stratum::exact(format!("s{n}"), role, amounts);
            stratum.batches = lots.into_iter().take(figures).map(f64::from).collect();
            stratum.delta_random = random;
            stratum.delta_short = short;
            stratum.delta_long = long;
            stratum.sigma_absolute = absolute;
            stratum.short_blocks = (0..figures).map(|j| (j / keys.2) as i64).collect();
            stratum.short_key = [None, Some("scale".to_owned()), None][keys.0].clone();
            stratum.long_key =
                [None, Some("lab".to_owned()), Some("other".to_owned())][keys.1].clone();
            stratum
        };
        rows.into_iter().enumerate().map(build).collect()
    })
}

fn evaluated(strata: &[Stratum], periods: usize) -> Evaluation {
    Evaluation::of(&stratum::series(strata, periods).unwrap(), SETTINGS)
}

fn shortened(strata: &[Stratum], periods: usize) -> Vec<Stratum> {
    let mut strata = strata.to_vec();
    for stratum in &mut strata {
        let figures = stratum.role.figures(periods);
        stratum.amounts.truncate(figures);
        stratum.batches.truncate(figures);
        stratum.short_blocks.truncate(figures);
    }
    strata
}

pub(super) fn near(left: &[f64], right: &[f64], scale: f64) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(a, b)| (a - b).abs() <= 1e-8 * (scale + a.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_new_period_changes_nothing_before_it(strata in strata(7), known in 1usize..7) {
        let whole = evaluated(&strata, 7);
        let part = evaluated(&shortened(&strata, known), known);
        let (whole, part) = (whole.standardised.unwrap(), part.standardised.unwrap());
        // Bit for bit: nothing that was published may move.
        prop_assert_eq!(&whole.residuals.sitmuf[..known], &part.residuals.sitmuf[..]);
        prop_assert_eq!(&whole.gemuf[..known], &part.gemuf[..]);
        prop_assert_eq!(&whole.page.up[..known], &part.page.up[..]);
        prop_assert_eq!(&whole.page.down[..known], &part.page.down[..]);
    }

    #[test]
    fn the_order_of_strata_does_not_matter(strata in strata(5)) {
        let mut turned = strata.clone();
        turned.reverse();
        let (left, right) = (evaluated(&strata, 5), evaluated(&turned, 5));
        prop_assert!(near(&left.muf, &right.muf, 100.0));
        prop_assert!(near(&left.sigma, &right.sigma, 1.0));
        let (left, right) = (left.standardised.unwrap(), right.standardised.unwrap());
        prop_assert!(near(&left.residuals.sitmuf, &right.residuals.sitmuf, 1.0));
    }

    #[test]
    fn the_unit_does_not_matter(strata in strata(5), factor in 0.001f64..1000.0) {
        let mut scaled = strata.clone();
        for stratum in &mut scaled {
            stratum.amounts.iter_mut().for_each(|amount| *amount *= factor);
            stratum.sigma_absolute *= factor;
        }
        let (left, right) = (evaluated(&strata, 5), evaluated(&scaled, 5));
        let back: Vec<f64> = right.sigma.iter().map(|sigma| sigma / factor).collect();
        prop_assert!(near(&left.sigma, &back, 1.0));
        let (left, right) = (left.standardised.unwrap(), right.standardised.unwrap());
        prop_assert!(near(&left.residuals.sitmuf, &right.residuals.sitmuf, 1.0));
        prop_assert!(near(&left.gemuf, &right.gemuf, 1.0));
    }

    #[test]
    fn contributions_add_up_to_the_variance(
        strata in strata(6),
        first in 0usize..6,
        more in 0usize..6,
    ) {
        let last = (first + more).min(5);
        let evaluation = evaluated(&strata, 6);
        let series = stratum::series(&strata, 6).unwrap();
        let ranked = contribution::ranked(&series.sources(), first..last + 1);
        let sum: f64 = ranked.iter().map(|c| c.variance).sum();
        let variance = evaluation.covariance.sigma_cumulative(first)[last].powi(2);
        prop_assert!((sum / variance - 1.0).abs() < 1e-9, "{} {}", sum, variance);
        prop_assert!((ranked.iter().map(|c| c.share).sum::<f64>() - 1.0).abs() < 1e-12);
        prop_assert!(ranked.windows(2).all(|pair| pair[0].variance >= pair[1].variance));
    }

    #[test]
    fn gemuf_is_the_quadratic_form(strata in strata(4)) {
        let evaluation = evaluated(&strata, 4);
        let standardised = evaluation.standardised.unwrap();
        // V·x = m is checked instead of inverting V: x = L⁻ᵀz.
        let z = &standardised.residuals.sitmuf;
        let rebuilt = evaluation.covariance.factor().unwrap().correlate(z);
        prop_assert!(near(&rebuilt, &evaluation.muf, 10.0));
        let sum: f64 = z.iter().map(|z| z * z).sum();
        prop_assert!((standardised.gemuf[3] - sum).abs() <= 1e-9 * (1.0 + sum));
    }

    #[test]
    fn a_constant_stock_cancels_its_long_term_error(
        stock in 1.0f64..500.0,
        delta in 0.001f64..0.3,
    ) {
        let mut strata = vec![Stratum::exact("stock", Role::Inventory, vec![stock; 5])];
        strata[0].delta_long = delta;
        strata[0].sigma_absolute = 1.0;
        let evaluation = evaluated(&strata, 4);
        prop_assert!(evaluation.sigma.iter().all(|sigma| (sigma - 2f64.sqrt()).abs() < 1e-12));
    }

    #[test]
    fn one_laboratory_for_all_cancels(
        input in prop::collection::vec(1.0f64..300.0, 4),
        share in 0.1f64..0.9,
    ) {
        let stratum = |name: &str, role, amounts: Vec<f64>, key: &str| {
            let mut stratum = Stratum::exact(name, role, amounts);
            stratum.delta_long = 0.05;
            stratum.long_key = Some(key.to_owned());
            stratum
        };
        let output = |part: f64| input.iter().map(|x| x * part).collect::<Vec<_>>();
        let plant = |key: &str| vec![
            stratum("in", Role::Receipt, input.clone(), "lab"),
            stratum("dust", Role::Shipment, output(share), key),
            stratum("slag", Role::Shipment, output(1.0 - share), key),
        ];
        let shared = evaluated(&plant("lab"), 4);
        prop_assert!(shared.sigma.iter().all(|sigma| *sigma < 1e-10));
        let fault = shared.standardised.unwrap_err();
        prop_assert_eq!(fault.code(), "covariance_not_positive_definite");
        prop_assert!(evaluated(&plant("other"), 4).sigma.iter().all(|sigma| *sigma > 0.01));
    }

    #[test]
    fn a_whole_is_the_sum_of_its_parts(
        figures in prop::collection::vec((0.0f64..90.0, 0.0f64..90.0), 3),
        moved in prop::collection::vec((0usize..3, 1usize..3, 0.0f64..90.0, 0.0f64..90.0), 0..8),
    ) {
        let mut periods: std::collections::BTreeMap<String, Vec<Period>> = figures
            .iter()
            .enumerate()
            .map(|(n, (opening, closing))| {
                let terms = vec![
                    Term::exact(Line::Opening, "stock", *opening),
                    Term::exact(Line::Closing, "stock", *closing),
                ];
                (format!("n{n}"), vec![Period { label: "1".into(), terms }])
            })
            .collect();
        for (from, step, sent, received) in moved {
            let (from, to) = (format!("n{from}"), format!("n{}", (from + step) % 3));
            let transfer = rollup::Transfer { from, to, sent, received };
            rollup::enter_transfer(&mut periods, 0, &transfer, "t").unwrap();
        }
        let nodes: Vec<Node> = periods
            .into_iter()
            .map(|(name, periods)| Node { name, series: Series::new(periods).unwrap() })
            .collect();
        let whole = rollup::of(&nodes).unwrap();
        let parts: f64 = whole.node_muf.values().map(|muf| muf[0]).sum();
        prop_assert!((whole.series.muf()[0] - parts - whole.internal_srd[0]).abs() < 1e-9);
        let stocks: f64 = figures.iter().map(|(opening, closing)| opening - closing).sum();
        prop_assert!((whole.series.muf()[0] - stocks).abs() < 1e-9);
    }
}

#[test]
fn page_restarts_at_zero_and_keeps_what_was_before() {
    let z = [2.0, 2.0, -1.0, 2.0, 1.0];
    let page = Page::of(&z, 0.5, 3);
    assert_eq!(page.up, [0.0, 0.0, 0.0, 1.5, 2.0]);
    assert_eq!(Page::of(&z, 0.5, 0).up, [1.5, 3.0, 1.5, 3.0, 3.5]);
    assert_eq!(Page::of(&z, 0.5, 0).down, [0.0, 0.0, 0.5, 0.0, 0.0]);
    assert_eq!(gemuf::of(&z, 3), [0.0, 0.0, 0.0, 4.0, 5.0]);
}

#[test]
fn cumulative_sigma_can_start_later() {
    let rows = vec![vec![4.0, 1.0, 1.0], vec![1.0, 4.0, 1.0], vec![1.0, 1.0, 4.0]];
    let covariance = Covariance::of_rows(&rows).unwrap();
    assert_eq!(covariance.sigma_cumulative(0), [2.0, 10f64.sqrt(), 18f64.sqrt()]);
    assert_eq!(covariance.sigma_cumulative(1), [0.0, 2.0, 10f64.sqrt()]);
}

#[test]
fn a_stock_that_opens_differently_is_a_break() {
    let period = |opening, closing| Period {
        label: String::new(),
        terms: vec![
            Term::exact(Line::Opening, "pile", opening),
            Term::exact(Line::Closing, "pile", closing),
        ],
    };
    let series = Series::new(vec![period(10.0, 12.5), period(12.5, 11.0), period(11.2, 9.0)]);
    let breaks = series.unwrap().continuity_breaks();
    assert_eq!(breaks.len(), 1);
    assert_eq!((breaks[0].period, breaks[0].name.as_str()), (3, "pile"));
    assert!((breaks[0].difference - 0.2).abs() < 1e-12);
}

#[test]
fn smoothed_loss_is_undefined_at_both_ends() {
    let estimate = gemuf::smoothed_loss(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(estimate, [None, None, Some(3.0), Some(4.0), None, None]);
}
