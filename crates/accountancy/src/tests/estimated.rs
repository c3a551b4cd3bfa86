//! Estimates against closed forms, verdicts, refusals.

use std::collections::BTreeMap;

use crate::Language;
use crate::estimate::control::{self, Certified, ChartKey, ControlResult};
use crate::estimate::partners::{self, HandoverLine, Sides};
use crate::estimate::replicates::{self, Replicate};
use crate::estimate::rounds::{self, Round};
use crate::estimate::{Interval, Scatter, Span, Verdict};
use crate::simulation::generator::Generator;
use crate::verification::laboratory::LaboratoryResult;

pub(super) fn pair(n: usize, values: &[f64]) -> Replicate {
    Replicate { label: format!("S{n}"), at: n as i64, values: values.to_vec() }
}

pub(super) fn result(n: usize, block: &str, value: f64) -> ControlResult {
    ControlResult { label: format!("R{n}"), at: n as i64, block: block.into(), value }
}

pub(super) fn line(n: usize, block: &str, figures: [f64; 2], third: Option<f64>) -> HandoverLine {
    let [shipper, receiver] = figures;
    HandoverLine {
        label: format!("H{n}"),
        at: n as i64,
        block: block.into(),
        shipper,
        receiver,
        third,
    }
}

pub(super) fn round(n: usize, value: f64, value_u: f64, reference: f64, reference_u: f64) -> Round {
    let result = LaboratoryResult { value, value_u, reference, reference_u };
    Round { label: format!("PT{n}"), at: n as i64, result }
}

#[track_caller]
fn near(got: f64, wanted: f64) {
    assert!((got - wanted).abs() <= 1e-9 * wanted.abs().max(1e-3), "{got}, wanted {wanted}");
}

#[test]
fn pairs_pool_their_relative_differences() {
    // Differences of 10 %, 20 % and 0 of the mean: δ² = (0.01 + 0.04 + 0)/(2·3).
    let groups = [pair(0, &[95.0, 105.0]), pair(1, &[2.2, 1.8]), pair(2, &[7.0, 7.0])];
    let found = replicates::random(&groups).unwrap();
    near(found.random.value, (0.05_f64 / 6.0).sqrt());
    assert_eq!((found.random.dof, found.equal), (3.0, 1));
    assert_eq!(found.random.evidence.span, Span { first: 0, last: 2 });
    // χ² with 3 degrees of freedom: 0.215795 and 9.348404 (tables).
    assert!((found.random.interval.low - (0.025 / 9.348_404_f64).sqrt()).abs() < 1e-7);
    assert!((found.random.interval.high - (0.025 / 0.215_795_f64).sqrt()).abs() < 1e-5);
    // A triple brings two degrees of freedom: 1, 2 and 3 have s²/mean² = 1/4.
    let found = replicates::random(&[pair(0, &[1.0, 2.0, 3.0]), pair(1, &[4.0, 4.0])]).unwrap();
    near(found.random.value, (0.5_f64 / 3.0).sqrt());
}

#[test]
fn sampling_is_what_field_duplicates_have_more() {
    // δ² of 0.005 in the field and 0.0005 in the laboratory; d = δ√2 of the mean each time.
    let with = |d: f64| pair(0, &[100.0 * (1.0 + d / 2.0), 100.0 * (1.0 - d / 2.0)]);
    let (field, laboratory) = (vec![with(0.1); 20], vec![with(0.1 / 10_f64.sqrt()); 30]);
    let split = replicates::split(&field, &laboratory, 1).unwrap();
    near(split.assay.value, 0.0005_f64.sqrt());
    near(split.sampling.value, 0.0045_f64.sqrt());
    near(split.field.random.value, 0.005_f64.sqrt());
    near(split.sampling.dof, 0.0045 * 0.0045 / (0.005 * 0.005 / 20.0 + 0.0005 * 0.0005 / 30.0));
    // Results that are means of two determinations hold half of the assay's variance.
    let split = replicates::split(&field, &laboratory, 2).unwrap();
    near(split.sampling.value, 0.00475_f64.sqrt());
    // A little less in the field than in the laboratory is chance, a tenth of it is not.
    let field = vec![with(0.1 * 0.9); 20];
    let little = replicates::split(&field, &vec![with(0.1); 30], 1).unwrap().sampling;
    assert!(little.was_negative && little.value == 0.0 && little.interval.high > 0.0);
    let text = little.beside(Some(0.04)).text(Language::En);
    assert!(text.starts_with("The variance came out negative and reads 0"), "{text}");
    let much = replicates::split(&laboratory, &vec![with(0.1); 30], 1).unwrap().sampling;
    assert_eq!(much.beside(Some(0.04)).verdict, Verdict::Contradictory);
    assert_eq!(replicates::split(&field, &laboratory, 0).unwrap_err().code(), "out_of_range");
}

#[test]
fn unequal_blocks_follow_the_textbook() {
    // Blocks of 2, 3 and 1: grand mean 21/6, MS_b and MS_w by hand.
    let blocks: [(&str, &[f64]); 3] = [("a", &[1.0, 3.0]), ("b", &[4.0, 5.0, 6.0]), ("c", &[2.0])];
    let mut results = Vec::new();
    for (block, values) in blocks {
        for value in values {
            results.push(result(results.len(), block, *value));
        }
    }
    let certified = Certified { value: 1.0, uncertainty: 0.3 };
    let chart = control::chart(&results, Some(certified)).unwrap();
    let Scatter::Separated { within, between } = chart.scatter else { panic!("{chart:?}") };
    // SS_w = 2 + 2 + 0 over 3; SS_b = 2(2−3.5)² + 3(5−3.5)² + (2−3.5)² = 13.5 over 2.
    let within_square: f64 = 4.0 / 3.0;
    near(within.value, within_square.sqrt());
    let usual_size = (6.0 - 14.0 / 6.0) / 2.0;
    near(between.value, ((6.75 - within_square) / usual_size).sqrt());
    assert_eq!((within.evidence.count, between.evidence.count), (6, 3));
    // The means 2, 5, 2 less 1: mean 2, variance 3, standard error 1; and 0.3 of the reference.
    let bias = chart.bias.unwrap();
    near(bias.value, 2.0);
    near(bias.uncertainty, 1.0_f64.hypot(0.3));
    near(bias.dof, 2.0 * 1.09 * 1.09);
    near(bias.long_term().value, (4.0_f64 + 1.09).sqrt());
    near(bias.long_term_corrected().value, 1.09_f64.sqrt());
    // t with 2.3762 degrees of freedom at 97.5 %.
    assert!(!bias.is_significant() && bias.interval.low < 0.0);
}

#[test]
fn blocks_that_agree_too_well_show_no_short_term_error() {
    let values = [("a", 9.5), ("a", 11.5), ("b", 8.0), ("b", 12.0), ("c", 9.0), ("c", 10.0)];
    let results: Vec<_> =
        values.iter().enumerate().map(|(n, (block, value))| result(n, block, *value)).collect();
    let chart = control::chart(&results, None).unwrap();
    let Scatter::Separated { within, between } = chart.scatter else { panic!("{chart:?}") };
    assert!(between.was_negative && between.value == 0.0 && between.interval.high > 0.0);
    near(within.value, (10.5_f64 / 3.0).sqrt() / 10.0);
    assert_eq!(between.beside(None).verdict, Verdict::TooFew);
    assert_eq!(chart.bias, None);
}

#[test]
fn what_cannot_be_separated_is_said() {
    let single = [result(0, "a", 1.0), result(1, "b", 1.2)];
    assert!(matches!(control::chart(&single, None).unwrap().scatter, Scatter::Joint(_)));
    let together = [result(0, "a", 1.0), result(1, "a", 1.2)];
    let chart =
        control::chart(&together, Some(Certified { value: 1.0, uncertainty: 0.0 })).unwrap();
    assert!(matches!(chart.scatter, Scatter::OneBlock(_)));
    near(chart.bias.unwrap().value, 0.1);
    let lines: Vec<_> = (0..30).map(|n| line(n, "", [1.0 + n as f64, 1.1], None)).collect();
    let found = partners::evaluate(&lines, 0.0).unwrap();
    assert_eq!(found.sides, Sides::Inseparable { found: 0, least: 4 });
}

#[test]
fn charts_are_kept_apart_by_instrument_and_material() {
    let key = |source: &str, material: &str| ChartKey {
        source: source.into(),
        material: material.into(),
    };
    let rows = [
        (key("icp1", "CRM1"), result(0, "a", 11.0)),
        (key("icp2", "CRM1"), result(1, "a", 9.0)),
        (key("icp1", "CRM1"), result(2, "b", 13.0)),
        (key("icp2", "CRM1"), result(3, "b", 9.0)),
    ];
    let known = |material: &str| {
        (material == "CRM1").then_some(Certified { value: 10.0, uncertainty: 0.1 })
    };
    let charts = control::charts(&rows, known).unwrap();
    near(charts[&key("icp1", "CRM1")].bias.unwrap().value, 0.2);
    let second = charts[&key("icp2", "CRM1")].bias.unwrap();
    near(second.value, -0.1);
    // No scatter at all: what is left is the certificate's, and the normal quantile.
    near(second.uncertainty, 0.01);
    assert_eq!(second.dof, f64::INFINITY);
    near(second.interval.high, -0.1 + 0.01 * 1.959_963_984_540_054);
    assert!(second.is_significant());
    let both: Vec<_> = charts.values().filter_map(|chart| chart.bias).collect();
    let pooled = control::long_term(&both).unwrap();
    let first = both[0].uncertainty.powi(2);
    near(pooled.value, ((0.04 + 0.01 + first + 0.0001) / 2.0_f64).sqrt());
    assert_eq!(control::long_term(&[]), None);
}

#[test]
fn three_columns_separate_by_grubbs() {
    // Logarithms of errors orthogonal by design: variances 4, 1 and 9 e-4 times 8/7.
    let signs = [
        [1.0, 1.0, 1.0],
        [1.0, 1.0, -1.0],
        [1.0, -1.0, 1.0],
        [1.0, -1.0, -1.0],
        [-1.0, 1.0, 1.0],
        [-1.0, 1.0, -1.0],
        [-1.0, -1.0, 1.0],
        [-1.0, -1.0, -1.0],
    ];
    let lines: Vec<_> = signs
        .iter()
        .enumerate()
        .map(|(n, [s, r, t])| {
            let truth = 10.0 + 3.0 * n as f64;
            let figure = |error: f64| truth * error.exp();
            line(n, "", [figure(0.02 * s + 0.05), figure(0.01 * r)], Some(figure(0.03 * t)))
        })
        .collect();
    let found = partners::evaluate(&lines, 0.004).unwrap();
    let Sides::Separated(sides) = &found.sides else { panic!("{found:?}") };
    let factor = (8.0_f64 / 7.0).sqrt();
    near(sides.shipper.random.value, 0.02 * factor);
    near(sides.receiver.random.value, 0.01 * factor);
    near(sides.third.random.value, 0.03 * factor);
    let bias = sides.shipper.bias.unwrap();
    near(bias.value, 0.05);
    near(bias.uncertainty, ((0.0004 + 0.0009) / 7.0_f64).sqrt().hypot(0.004));
    assert_eq!(sides.third.bias, None);
    let Scatter::OneBlock(both) = found.joint.scatter else { panic!("{found:?}") };
    near(both.value, 0.0005_f64.sqrt() * factor);
    near(found.joint.difference.value, 0.05);
}

#[test]
fn rounds_hold_bias_scatter_and_references() {
    let rows = [round(0, 103.0, 1.0, 100.0, 1.0), round(1, 99.0, 1.0, 100.0, 2.0)];
    let found = rounds::long_term(&rows).unwrap();
    near(found.long.value, ((0.0009 + 0.0001) / 2.0 + (0.0001 + 0.0004) / 2.0_f64).sqrt());
    near(found.bias.value, 0.01);
    near(found.en[0].unwrap(), 3.0 / 8.0_f64.sqrt());
    assert_eq!(found.unsatisfactory.len(), 1);
    assert_eq!((found.unsatisfactory[0].index, found.unsatisfactory[0].label.as_str()), (0, "PT0"));
    // The lower end grants the references' uncertainty: here that explains everything.
    assert_eq!(found.long.interval.low, 0.0);
    let unstated = [round(0, 103.0, 0.0, 100.0, 0.0), round(1, 99.0, 0.0, 100.0, 0.0)];
    assert_eq!(rounds::long_term(&unstated).unwrap().en, [None, None]);
}

#[test]
fn verdicts_need_data_and_never_accuse_on_few() {
    let rows = |count: usize, spread: f64| -> Vec<Replicate> {
        (0..count).map(|n| pair(n, &[100.0 - spread, 100.0 + spread])).collect()
    };
    let verdict = |count, spread, class| {
        replicates::random(&rows(count, spread)).unwrap().random.beside(class)
    };
    assert_eq!(verdict(20, 2.0, Some(0.04)).verdict, Verdict::Offered);
    let few = verdict(19, 2.0, Some(0.04));
    assert_eq!(few.verdict, Verdict::TooFew);
    assert!(few.text(Language::Zh).contains("暂定:数据 19 个,应有 20 个"), "{few:?}");
    // 14.1 % against a class figure of 4 %: beyond doubt also with four pairs, not with two.
    assert_eq!(verdict(20, 10.0, Some(0.04)).verdict, Verdict::WorseThanClass);
    assert_eq!(verdict(4, 10.0, Some(0.04)).verdict, Verdict::WorseThanClass);
    assert_eq!(verdict(2, 5.0, Some(0.04)).verdict, Verdict::TooFew);
    assert_eq!(verdict(20, 10.0, None).verdict, Verdict::Offered);
    let bad = verdict(20, 10.0, Some(0.04)).text(Language::En);
    assert!(bad.contains("20 data") && bad.contains("class figure 4.00 %"), "{bad}");
}

#[test]
fn a_wild_pair_is_named_and_counts() {
    let mut groups: Vec<Replicate> = (0..24)
        .map(|n| pair(n, &[100.0, 101.0 + f64::from(u8::try_from(n % 5).unwrap())]))
        .collect();
    groups[7].values = vec![100.0, 220.0];
    let found = replicates::random(&groups).unwrap();
    assert_eq!(found.outliers.len(), 1, "{found:?}");
    assert_eq!((found.outliers[0].label.as_str(), found.outliers[0].index), ("S7", 7));
    assert!(found.random.value > 4.0 * found.without_outliers.unwrap());
    groups[7].values = vec![100.0, 104.0];
    assert_eq!(replicates::random(&groups).unwrap().without_outliers, None);
}

#[test]
fn a_level_where_errors_grow_is_seen() {
    let at = |level: f64, d: f64| [level * (1.0 - d), level * (1.0 + d)];
    let groups: Vec<Replicate> = (0..20)
        .map(|n| {
            let level = 1.0 + n as f64;
            pair(n, &at(level, if n < 10 { 0.2 } else { 0.02 }))
        })
        .collect();
    let levels = replicates::random(&groups).unwrap().levels.unwrap();
    assert!(levels.differ() && levels.low > 9.0 * levels.high, "{levels:?}");
    let even: Vec<Replicate> = (0..20).map(|n| pair(n, &at(1.0 + n as f64, 0.05))).collect();
    let levels = replicates::random(&even).unwrap().levels.unwrap();
    assert!(!levels.differ() && (levels.low - levels.high).abs() < 1e-9, "{levels:?}");
    assert_eq!(replicates::random(&even[..9]).unwrap().levels, None);
}

#[test]
fn what_tells_nothing_is_refused_by_name() {
    let codes = [
        replicates::random(&[pair(0, &[1.0, 2.0])]).unwrap_err(),
        replicates::random(&[pair(0, &[1.0, 2.0]), pair(1, &[1.0])]).unwrap_err(),
        replicates::random(&[pair(0, &[1.0, 2.0]), pair(1, &[1.0, 0.0])]).unwrap_err(),
        replicates::random(&[pair(0, &[1.0, 2.0]), pair(1, &[1.0, f64::NAN])]).unwrap_err(),
        control::chart(&[result(0, "a", 1.0)], None).unwrap_err(),
        partners::evaluate(&vec![line(0, "", [1.0, 1.0], None); 2], -0.1).unwrap_err(),
        rounds::long_term(&[]).unwrap_err(),
    ];
    let found: Vec<(&str, String)> =
        codes.iter().map(|fault| (fault.code(), fault.place())).collect();
    let wanted = [
        ("too_few", "replicates"),
        ("too_few", "replicates[1].values"),
        ("out_of_range", "replicates[1].values[1]"),
        ("not_a_number", "replicates[1].values[1]"),
        ("too_few", "results"),
        ("negative", "third_long"),
        ("too_few", "rounds"),
    ];
    for ((code, place), (wanted_code, wanted_place)) in found.iter().zip(wanted) {
        assert_eq!((*code, place.as_str()), (wanted_code, wanted_place));
    }
    assert!(codes[0].text(Language::Zh).contains("至少要 2 个"));
}

#[test]
fn blocks_are_named_not_numbered() {
    // Blocks out of order in time are still the same blocks.
    let values = [("b", 1.0), ("a", 2.0), ("b", 1.1), ("a", 2.1)];
    let results: Vec<_> =
        values.iter().enumerate().map(|(n, (block, value))| result(n, block, *value)).collect();
    let chart = control::chart(&results, None).unwrap();
    let Scatter::Separated { within, between } = chart.scatter else { panic!("{chart:?}") };
    assert!(between.value > 5.0 * within.value);
    let by_block: BTreeMap<&str, usize> = [("a", 2), ("b", 2)].into();
    assert_eq!(between.evidence.count, by_block.len());
}

#[test]
fn the_document_asks_for_as_many_data() {
    let text = include_str!("../../../../docs/uncertainty.md");
    let wanted = [
        format!("{} pairs", replicates::PAIRS_WANTED),
        format!("{} results in {} calibrations", control::RESULTS_WANTED, control::BLOCKS_WANTED),
        format!("{} lines", partners::LINES_WANTED),
        format!("{} rounds", rounds::ROUNDS_WANTED),
    ];
    for wanted in wanted {
        assert!(text.contains(&wanted), "docs/uncertainty.md does not say {wanted:?}");
    }
}

#[test]
fn as_many_data_as_are_taken_in_are_answered() {
    let most = crate::limits::ROWS;
    let mut generator = Generator::seeded(21);
    let mut figure = || 100.0 * (1.0 + 0.05 * generator.normal());
    let groups: Vec<Replicate> = (0..most).map(|n| pair(n, &[figure(), figure()])).collect();
    let found = replicates::split(&groups, &groups[..most / 2], 2).unwrap();
    // Half of the assay's variance is taken off: 0.05/√2 is left.
    let Interval { low, high } = found.sampling.interval;
    assert!(low > 0.034 && high < 0.037, "{:?}", found.sampling);
    let lines: Vec<HandoverLine> = (0..most)
        .map(|n| line(n, &format!("b{}", n / 3), [figure(), figure()], Some(figure())))
        .collect();
    let found = partners::evaluate(&lines, 0.0).unwrap();
    let Sides::Separated(sides) = found.sides else { panic!("not separated") };
    for side in [sides.shipper, sides.receiver, sides.third] {
        let Interval { low, high } = side.random.interval;
        assert!(low > 0.049 && high < 0.051, "{:?}", side.random);
    }
    let too_many: Vec<Replicate> = groups.iter().cloned().chain([pair(0, &[1.0, 1.0])]).collect();
    assert_eq!(replicates::random(&too_many).unwrap_err().code(), "too_many");
}
