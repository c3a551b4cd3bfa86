//! Alarms, marks and resolutions on a small plant.

use crate::Language;
use crate::alarm::{self, Alarm, Direction, Level, Rules, Test};
use crate::evaluation::{Evaluation, Settings};
use crate::fault::Fault;
use crate::period::{Line, Series};
use crate::quality::{self, Mark, Quality, QualityRule};
use crate::resolution::{self, Evidence, Resolution};
use crate::source::ErrorClass;
use crate::stratum::{self, Role, Stratum};

const PERIODS: usize = 6;

/// 100 kg in each period, all of it out again but for `loss`; the receipts read high by `bias`.
fn plant(loss: [f64; PERIODS], bias: f64, delta: f64) -> Series {
    let mut receipt = Stratum::exact("in", Role::Receipt, vec![100.0 * (1.0 + bias); PERIODS]);
    receipt.delta_random = delta;
    receipt.delta_long = delta;
    receipt.long_key = Some("scale".to_owned());
    let out = loss.iter().map(|loss| 100.0 - loss).collect();
    let mut shipment = Stratum::exact("out", Role::Shipment, out);
    shipment.delta_random = delta;
    let mut stock = Stratum::exact("pile", Role::Inventory, vec![20.0; PERIODS + 1]);
    stock.delta_random = delta;
    stratum::series(&[receipt, shipment, stock], PERIODS).unwrap()
}

fn rules() -> Rules {
    Rules::over(PERIODS, 10.0).unwrap()
}

fn evaluation(series: &Series, start: usize) -> Evaluation {
    let settings = Settings { start, ..Settings::two_sided(PERIODS, 0.05).unwrap() };
    Evaluation::of(series, settings)
}

fn alarms(series: &Series, start: usize) -> Vec<Alarm> {
    alarm::of(&evaluation(series, start), &rules())
}

#[test]
fn a_quiet_plant_has_no_alarm_and_is_consistent() {
    let series = plant([0.0; PERIODS], 0.0, 0.005);
    assert_eq!(alarms(&series, 0), []);
    let quality = quality::of(&series, &evaluation(&series, 0), PERIODS, &QualityRule::default());
    let Quality::Sufficient { share } = quality else { panic!("{quality:?}") };
    assert!(share > 0.0 && share < 0.05, "{share}");
    assert_eq!(quality::mark(&[], PERIODS, quality), Mark::Consistent);
}

#[test]
fn wide_errors_buy_no_green() {
    let series = plant([0.0; PERIODS], 0.0, 0.5);
    let quality = quality::of(&series, &evaluation(&series, 0), PERIODS, &QualityRule::default());
    assert!(matches!(quality, Quality::Insufficient { .. }), "{quality:?}");
    assert_eq!(quality::mark(&[], PERIODS, quality), Mark::Undecidable);
}

#[test]
fn without_errors_quality_is_unknown_and_nothing_is_standardised() {
    let series = plant([0.0; PERIODS], 0.0, 0.0);
    let evaluation = evaluation(&series, 0);
    let fault = evaluation.standardised.clone().unwrap_err();
    assert_eq!(fault, Fault::NotPositiveDefinite { period: 1 });
    assert_eq!(fault.code(), "covariance_not_positive_definite");
    let quality = quality::of(&series, &evaluation, PERIODS, &QualityRule::default());
    assert_eq!(quality, Quality::Unknown);
    assert_eq!(alarm::of(&evaluation, &rules()), []);
}

#[test]
fn an_abrupt_loss_is_reported_in_its_period() {
    let series = plant([0.0, 0.0, 0.0, 30.0, 0.0, 0.0], 0.0, 0.01);
    let alarms = alarms(&series, 0);
    let first = alarms.iter().find(|alarm| alarm.test == Test::Muf).unwrap();
    assert_eq!((first.period, first.level, first.direction), (4, Level::Report, Direction::Loss));
    assert!(first.is_mass_met());
    for language in [Language::Zh, Language::En] {
        let text = first.text(language, "kg");
        assert!(text.contains(language.pick("损失或偏差", "loss or bias")), "{text}");
        assert!(text.contains("30.0000 kg") && text.contains('4'), "{text}");
    }
    let page = alarms.iter().find(|alarm| alarm.test == Test::Page).unwrap();
    assert_eq!((page.period, page.direction), (4, Direction::Loss));
    assert_eq!(quality::mark(&alarms, 4, Quality::Unknown), Mark::Abnormal);
}

#[test]
fn a_gain_alarms_too_and_says_so() {
    let series = plant([0.0, -30.0, 0.0, 0.0, 0.0, 0.0], 0.0, 0.01);
    let alarms = alarms(&series, 0);
    let muf = alarms.iter().find(|alarm| alarm.test == Test::Muf).unwrap();
    assert_eq!((muf.period, muf.direction), (2, Direction::Gain));
    assert!(muf.text(Language::En, "kg").contains("gain or bias"));
    assert!(muf.amount < 0.0);
}

#[test]
fn a_significant_trifle_stays_a_warning() {
    // 0.5 kg against σ of some grams: certain, but below a tenth of the quantity that matters.
    let series = plant([0.0, 0.0, 0.5, 0.0, 0.0, 0.0], 0.0, 1e-4);
    let alarms = alarms(&series, 0);
    let muf = alarms.iter().find(|alarm| alarm.test == Test::Muf).unwrap();
    assert_eq!((muf.level, muf.is_mass_met()), (Level::Warning, false));
    assert!(muf.statistic > 10.0);
    assert!(muf.text(Language::Zh, "kg").contains("低于"));
}

#[test]
fn a_booked_loss_leaves_muf_and_keeps_the_original() {
    let series = plant([0.0, 0.0, 0.0, 30.0, 0.0, 0.0], 0.0, 0.01);
    let booked = Resolution::BookedLoss {
        period: 4,
        name: "spill at the thickener".into(),
        amount: 29.0,
        sigma: 2.0,
    };
    let resolved = resolution::apply(&series, &[booked]).unwrap();
    assert!((resolved.series.muf()[3] - 1.0).abs() < 1e-9);
    assert!((series.muf()[3] - 30.0).abs() < 1e-9);
    let (before, after) = (evaluation(&series, 0), evaluation(&resolved.series, 0));
    let added = after.covariance.at(3, 3) - before.covariance.at(3, 3);
    assert!((added - 4.0).abs() < 1e-9, "{added}");
    assert!(alarms(&resolved.series, 0).iter().all(|alarm| alarm.level == Level::Warning));
    // The residuals after the resolved period no longer swing the other way.
    let z = |e: &Evaluation| e.standardised.as_ref().unwrap().residuals.sitmuf[4];
    assert!(z(&before) < -1.0 && z(&after).abs() < z(&before).abs() / 3.0);
}

#[test]
fn a_bias_found_is_taken_out_of_all_that_carry_it() {
    let series = plant([0.0; PERIODS], 0.04, 0.005);
    assert!(alarms(&series, 0).iter().any(|alarm| alarm.level >= Level::Investigate));
    let check = Resolution::BiasFound {
        evidence: Evidence::ScaleCheck,
        class: ErrorClass::Long,
        name: "scale".into(),
        from: 1,
        to: PERIODS,
        relative: 0.04,
        remaining: 0.001,
    };
    let resolved = resolution::apply(&series, &[check]).unwrap();
    assert!(resolved.series.muf().iter().all(|muf| muf.abs() < 1e-9));
    let after = evaluation(&resolved.series, 0);
    // Random 0.5 of receipts, 0.5 of shipments, two stocks of 0.1, and 0.1 left of the scale.
    let wanted = 0.25 + 0.25 + 0.02 + 0.01;
    assert!((after.covariance.at(0, 0) - wanted).abs() < 1e-9);
    assert_eq!(alarm::of(&after, &rules()), []);
}

#[test]
fn a_corrected_stock_moves_both_periods() {
    let series = plant([0.0; PERIODS], 0.0, 0.01);
    let correction = Resolution::Correction {
        period: 2,
        line: Line::Closing,
        name: "pile".into(),
        amount: 25.0,
    };
    let resolved = resolution::apply(&series, &[correction]).unwrap().series;
    let muf = resolved.muf();
    assert!((muf[1] + 5.0).abs() < 1e-9 && (muf[2] - 5.0).abs() < 1e-9);
    assert_eq!(resolved.continuity_breaks(), []);
}

#[test]
fn a_restart_forgets_for_the_tests_and_not_for_the_books() {
    let series = plant([0.0, 0.0, 30.0, 0.0, 0.0, 0.0], 0.0, 0.01);
    let resolved = resolution::apply(&series, &[Resolution::Restart { period: 4 }]).unwrap();
    assert_eq!(resolved.start, 3);
    let after = evaluation(&resolved.series, resolved.start);
    assert_eq!(after.cumuf[2], 0.0);
    assert!(after.cumuf[5].abs() < 1e-9);
    assert_eq!(after.muf, evaluation(&series, 0).muf);
    let cumulative = alarm::of(&after, &rules());
    assert!(cumulative.iter().all(|alarm| alarm.test != Test::Cumuf));
}

#[test]
fn resolutions_of_what_is_not_there_are_refused_by_name() {
    let series = plant([0.0; PERIODS], 0.0, 0.01);
    let refused = |resolution| resolution::apply(&series, &[resolution]).unwrap_err();
    let fault = refused(Resolution::Restart { period: 7 });
    assert_eq!((fault.code(), fault.place().as_str()), ("out_of_range", "resolutions[0].period"));
    let fault = refused(Resolution::Correction {
        period: 1,
        line: Line::Increase,
        name: "nowhere".into(),
        amount: 1.0,
    });
    assert_eq!(fault.code(), "unknown_name");
    let fault = refused(Resolution::BiasFound {
        evidence: Evidence::Reassay,
        class: ErrorClass::Long,
        name: "nobody".into(),
        from: 1,
        to: 6,
        relative: 0.1,
        remaining: 0.0,
    });
    assert_eq!(fault.code(), "unknown_name");
}

#[test]
fn a_city_shares_its_false_marks() {
    // One false mark a quarter over 111 enterprises: each has 1/111 a quarter.
    let alpha = quality::city_share(1.0, 111, 4);
    assert!((alpha - (1.0 - (1.0 - 1.0 / 111.0_f64).powi(4))).abs() < 1e-15);
    assert!(quality::city_share(1.0, 0, 4).is_nan());
}
