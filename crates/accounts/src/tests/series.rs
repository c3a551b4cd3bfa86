//! Kept periods, what they become, and closing them.

use proptest::prelude::*;
use tl_domain::project::PeriodRow;
use tl_domain::quantity::{DryMass, ErrorClass, SubstanceMass};

use super::{at, entry, later};
use crate::close;
use crate::evaluate::evaluate;
use crate::period::{OwnErrors, Part, PeriodAccount, TermAccount, series};
use crate::periods::Ends;
use crate::policy::{Policy, Settled};

fn term(part: Part, name: &str, grams: i64, own: &[(u64, f64)], lab: f64) -> TermAccount {
    TermAccount {
        part,
        name: name.to_owned(),
        stream: None,
        material: None,
        node: None,
        partner: None,
        grams: SubstanceMass(grams.into()),
        dry: DryMass::ZERO,
        sigma: 0.0,
        shared: vec![(0, lab)],
        own: OwnErrors(own.to_vec()),
    }
}

fn default() -> Settled {
    Policy::default().settled().expect("limits")
}

/// A month in which as much left as came; its stocks are measured with errors `own`.
fn month(number: i64, own: [u64; 2], loss: i64) -> PeriodAccount {
    let since = later(at("2026-01-26T08:00:00+08:00"), number * 30);
    let flow = u64::try_from(number).expect("few") * 10 + 1_000;
    PeriodAccount {
        since,
        until: later(since, 30),
        terms: vec![
            term(Part::Opening, "stock", 500, &[(own[0], 5.0)], 2.0),
            term(Part::Input, "ore", 1_000, &[(flow, 8.0)], 20.0),
            term(Part::Output, "slag", 1_000 - loss, &[(flow + 1, 9.0)], 18.0),
            term(Part::Closing, "stock", 500, &[(own[1], 5.0)], 2.0),
        ],
        sources: vec![(ErrorClass::LongTerm, "lab:own/icp-ms".to_owned())],
        missing: 0,
        stock_measured: true,
        assayed_percent: Some(100.0),
    }
}

fn months(count: i64, loss: i64) -> Vec<PeriodAccount> {
    let stock = |number: i64| u64::try_from(number).expect("few");
    (0..count).map(|n| month(n, [stock(n), stock(n + 1)], loss)).collect()
}

#[test]
fn a_closing_stock_s_error_comes_back_with_the_other_sign() {
    let found = series(&months(2, 0)).expect("a series").sources();
    let covariance = tl_accountancy::covariance::Covariance::of_sources(&found);
    // Random: 5² + 8² + 9² + 5²; the laboratory's 2 + 20 − 18 − 2 cancels to 2.
    assert!((covariance.at(0, 0) - (25.0 + 64.0 + 81.0 + 25.0 + 4.0)).abs() < 1e-9);
    // Shared between the months: the stock in the middle, −25, and the laboratory, 4.
    assert!((covariance.at(0, 1) - (-25.0 + 4.0)).abs() < 1e-9);
}

#[test]
fn a_kept_period_reads_back_to_the_last_bit() {
    let mut period = month(0, [u64::MAX, 1], 3);
    period.terms[0].own.0[0].1 = 0.1 + 0.2;
    let text = serde_json::to_string(&period).expect("JSON");
    assert_eq!(serde_json::from_str::<PeriodAccount>(&text).expect("JSON"), period);
    let cut = text.replace(&text[text.find("\"own\":\"").expect("own")..][..9], "\"own\":\"!!");
    assert!(serde_json::from_str::<PeriodAccount>(&cut).is_err(), "no base64");
}

#[test]
fn a_steady_loss_alarms_and_the_periods_before_do_not_change() {
    let policy = Policy { significant_grams: 100.0, ..Policy::default() };
    let policy = policy.settled().expect("limits");
    let of = |count| evaluate(&months(count, 60), Ends::StockTakes, &[], &policy).expect("figures");
    let (short, long) = (of(5), of(9));
    assert!(!short.alarms.is_empty(), "{short:#?}");
    assert_eq!(short.periods[..], long.periods[..5], "a later period changes no earlier one");
    assert_eq!(short.alarms[..], long.alarms[..short.alarms.len()]);
    let calm = evaluate(&months(9, 0), Ends::StockTakes, &[], &policy).expect("figures");
    assert!(calm.alarms.is_empty() && calm.breaks.is_empty());
    assert_eq!(calm.sources_of_last[0].name, "slag", "the largest error of one month");
}

#[test]
fn periods_without_measured_ends_are_not_tested() {
    let mut periods = months(6, 60);
    periods[2].stock_measured = false;
    let account = evaluate(&periods, Ends::StockTakes, &[], &default()).expect("figures");
    assert_eq!(account.tested_from, 3);
    let tested: Vec<bool> = account.periods.iter().map(|p| p.tests.is_some()).collect();
    assert_eq!(tested, [false, false, false, true, true, true]);
    let books = evaluate(&periods, Ends::Months, &[], &default()).expect("figures");
    assert!(books.alarms.is_empty() && books.detectable.is_none());
}

#[test]
fn a_stock_that_opens_differently_is_named() {
    let mut periods = months(3, 0);
    periods[1].terms[0].grams = SubstanceMass(507.into());
    let account = evaluate(&periods, Ends::StockTakes, &[], &default()).expect("figures");
    assert_eq!(account.breaks.len(), 1);
    assert_eq!((account.breaks[0].name.as_str(), account.breaks[0].grams), ("stock", 7.0));
}

#[test]
fn what_was_closed_stays_and_the_difference_is_named() {
    let account = |loss| {
        let periods = months(1, loss);
        evaluate(&periods, Ends::StockTakes, &[], &default()).expect("figures")
    };
    let issued = account(3).periods[0].clone();
    let row = PeriodRow {
        entry: entry(1),
        node: None,
        site: None,
        since: issued.span.from,
        until: issued.span.to,
        substance: "Tl".parse().expect("id"),
        size: 9,
        figures: close::figures(&issued),
    };
    let names: Vec<_> = row.figures.iter().map(|(name, _)| name.as_str()).collect();
    let order = ["opening", "input", "output", "discharge", "book", "closing", "unaccounted"];
    assert_eq!(names[..7], order, "the order of the material balance report");
    assert!(close::adjustments(&row, &issued).is_empty());
    let found = close::adjustments(&row, &account(10).periods[0]);
    let moved: Vec<_> =
        found.iter().map(|one| (one.name.as_str(), one.difference.as_str())).collect();
    assert_eq!(moved, [("output", "-7"), ("book", "7"), ("unaccounted", "7")]);
}

proptest! {
    /// The order of terms within a month changes nothing; a unit changes all figures alike.
    #[test]
    fn order_and_unit_change_nothing(seed in 0_usize..24, loss in 0_i64..80) {
        let policy = default();
        let plain = months(4, loss);
        let mut turned = plain.clone();
        for period in &mut turned {
            period.terms.rotate_left(seed % 4);
        }
        let of = |periods: &[PeriodAccount]| {
            evaluate(periods, Ends::StockTakes, &[], &policy).expect("figures")
        };
        let (plain, turned) = (of(&plain), of(&turned));
        for (a, b) in plain.periods.iter().zip(&turned.periods) {
            let (a, b) = (a.tests.as_ref().expect("tested"), b.tests.as_ref().expect("tested"));
            prop_assert!((a.muf - b.muf).abs() < 1e-9 && (a.sigma - b.sigma).abs() < 1e-9);
            let (x, y) = (a.sitmuf.expect("positive definite"), b.sitmuf.expect("the same"));
            prop_assert!((x - y).abs() < 1e-9);
        }
    }
}
