//! Counters over shifts: complete spans, missed ones, resets, rollovers, clocks that are set.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// 2026-11-23T00:00:00+08:00.
const DAY: i64 = 1_795_363_200_000_000;

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

fn rules() -> Rules {
    let times = ["08:00", "16:00", "00:00"].map(str::to_owned);
    Rules {
        rollover: None,
        rate_max: None,
        shifts: Shifts::parse(&times).expect("shifts"),
        offset_minutes: 480,
        tolerance_us: MINUTE,
    }
}

fn seen(at_us: i64, total: &str) -> Seen {
    let (total, resolution) = (decimal(total), decimal("0.1"));
    Seen { at_us, total, resolution, frame: format!("{at_us:x}") }
}

/// Amount, and the span in minutes of the day.
fn spans(judged: &[Judged]) -> Vec<(String, i64, i64)> {
    let minutes = |at: i64| (at - DAY) / MINUTE;
    judged
        .iter()
        .filter_map(|it| match it {
            Judged::Report(it) => {
                Some((it.amount.to_string(), minutes(it.from_us), minutes(it.to_us)))
            }
            Judged::Broken { .. } => None,
        })
        .collect()
}

fn breaks(judged: &[Judged]) -> Vec<Break> {
    judged
        .iter()
        .filter_map(|it| match it {
            Judged::Broken { why, .. } => Some(*why),
            Judged::Report(_) => None,
        })
        .collect()
}

fn run(readings: &[(i64, &str)], rules: &Rules) -> (Vec<Judged>, Totaliser) {
    let mut readings = readings.iter().map(|(minutes, total)| seen(DAY + minutes * MINUTE, total));
    let mut totaliser = Totaliser::begin(readings.next().expect("a reading"));
    let judged = readings.flat_map(|it| totaliser.take(it, rules)).collect();
    (judged, totaliser)
}

#[test]
fn shifts_begin_at_the_plants_own_hours() {
    let shifts = rules().shifts;
    assert_eq!(shifts.next_after(DAY, 480), DAY + 8 * HOUR);
    assert_eq!(shifts.next_after(DAY + 8 * HOUR - 1, 480), DAY + 8 * HOUR);
    assert_eq!(shifts.next_after(DAY + 8 * HOUR, 480), DAY + 16 * HOUR);
    assert_eq!(shifts.next_after(DAY + 17 * HOUR, 480), DAY + 24 * HOUR);
    assert_eq!(shifts.next_after(-1, 0), 0);
    let wrong = |times: &[&str]| {
        let times: Vec<String> = times.iter().map(|it| (*it).to_owned()).collect();
        Shifts::parse(&times).expect_err("no shifts")
    };
    assert_eq!(wrong(&[]), ShiftError::Count);
    assert_eq!(wrong(&["08:00", "08:00"]), ShiftError::Count);
    assert_eq!(wrong(&["24:00"]), ShiftError::Time("24:00".to_owned()));
    assert_eq!(wrong(&["8:00"]), ShiftError::Time("8:00".to_owned()));
}

#[test]
fn a_shift_is_one_span_with_both_readings() {
    let (judged, totaliser) =
        run(&[(480, "100.0"), (600, "130.0"), (960, "150.5"), (961, "151.0")], &rules());
    assert_eq!(spans(&judged), [("50.5".to_owned(), 480, 960)]);
    let Judged::Report(report) = &judged[0] else { panic!("a report") };
    assert_eq!((report.start.total, report.end.total), (decimal("100.0"), decimal("150.5")));
    assert_eq!(report.end.frame, format!("{:x}", DAY + 960 * MINUTE));
    assert_eq!(totaliser.due_us(&rules()), DAY + 24 * HOUR);
}

#[test]
fn a_missed_span_stays_one_span_up_to_the_first_reading_behind_it() {
    // Down from 14:00 to 18:30, over the change of shift at 16:00.
    let (judged, mut totaliser) = run(&[(480, "0"), (840, "60"), (1110, "105")], &rules());
    assert_eq!(spans(&judged), [("105".to_owned(), 480, 1110)]);
    // The next one begins there and ends on the grid again.
    let next = totaliser.take(seen(DAY + 24 * HOUR, "160"), &rules());
    assert_eq!(spans(&next), [("55".to_owned(), 1110, 1440)]);
}

#[test]
fn a_reset_is_never_bridged() {
    let (judged, mut totaliser) =
        run(&[(480, "500"), (600, "520"), (610, "3"), (700, "10")], &rules());
    assert_eq!(spans(&judged), [("20".to_owned(), 480, 600)]);
    assert_eq!(breaks(&judged), [Break::Reset]);
    let next = totaliser.take(seen(DAY + 16 * HOUR, "12"), &rules());
    assert_eq!(spans(&next), [("9".to_owned(), 610, 960)]);
}

#[test]
fn a_counter_rolls_over_where_that_is_declared_and_can_be() {
    let rolls = Rules {
        rollover: Some(Rollover { at: decimal("10000") }),
        rate_max: Some(decimal("100")),
        ..rules()
    };
    let (judged, _) = run(&[(480, "9950"), (540, "9990"), (600, "20"), (960, "60")], &rolls);
    assert_eq!(spans(&judged), [("110".to_owned(), 480, 960)]);
    let Judged::Report(report) = &judged[0] else { panic!("a report") };
    assert_eq!(report.rollovers, 1);
    // 7 950 in an hour can't be: the counter was reset, or exchanged.
    let (judged, _) = run(&[(480, "2050"), (540, "2060"), (600, "10")], &rolls);
    assert_eq!(breaks(&judged), [Break::Reset]);
    let (judged, _) = run(&[(480, "2050"), (540, "2060"), (600, "7000")], &rolls);
    assert_eq!((breaks(&judged), spans(&judged).len()), (vec![Break::Jump], 1));
    // Undeclared, a fall is a reset.
    let (judged, _) = run(&[(480, "9950"), (600, "20")], &rules());
    assert_eq!(breaks(&judged), [Break::Reset]);
}

#[test]
fn a_clock_that_is_set_back_loses_no_amount() {
    let (judged, mut totaliser) =
        run(&[(480, "0"), (600, "20"), (540, "21"), (660, "30")], &rules());
    assert_eq!(spans(&judged), [("20".to_owned(), 480, 600)]);
    assert_eq!(breaks(&judged), [Break::ClockBack]);
    let next = totaliser.take(seen(DAY + 16 * HOUR, "40"), &rules());
    assert_eq!(spans(&next), [("20".to_owned(), 540, 960)]);
}

#[test]
fn another_declaration_ends_the_span() {
    let (_, mut totaliser) = run(&[(480, "0"), (600, "20")], &rules());
    let judged = totaliser.redeclare(seen(DAY + 610 * MINUTE, "20000"));
    assert_eq!(spans(&judged), [("20".to_owned(), 480, 600)]);
    assert_eq!(breaks(&judged), [Break::Redeclared]);
    assert_eq!(totaliser.last().total, decimal("20000"));
}

#[test]
fn a_state_survives_a_restart() {
    let (_, totaliser) = run(&[(480, "0.0"), (600, "20.5")], &rules());
    let kept = serde_json::to_string(&totaliser).expect("JSON");
    assert_eq!(serde_json::from_str::<Totaliser>(&kept).expect("a state"), totaliser);
}

proptest! {
    /// A counter that only rises: spans without gap or overlap, and no gram lost or doubled.
    #[test]
    fn spans_add_up(steps in prop::collection::vec((1i64..1200, 0u32..100_000), 1..60)) {
        let rules = rules();
        let (mut at_us, mut total) = (DAY, Decimal::ZERO);
        let mut totaliser = Totaliser::begin(seen(at_us, "0"));
        let mut reports = Vec::new();
        for (minutes, tenths) in steps {
            at_us += minutes * MINUTE;
            total += Decimal::new(tenths.into(), 1);
            for judged in totaliser.take(seen(at_us, &total.to_string()), &rules) {
                let Judged::Report(report) = judged else { panic!("nothing breaks") };
                reports.push(report);
            }
        }
        let mut end = DAY;
        let mut sum = Decimal::ZERO;
        for report in &reports {
            prop_assert_eq!(report.from_us, end);
            prop_assert!(report.to_us > report.from_us);
            prop_assert_eq!(report.amount, report.end.total - report.start.total);
            (end, sum) = (report.to_us, sum + report.amount);
        }
        let open = totaliser.last().total - reports.last().map_or(Decimal::ZERO, |it| it.end.total);
        prop_assert_eq!(sum + open, total);
    }

    /// Whatever a counter and a clock do: amounts are never below zero, spans have a length, and
    /// every fall that is no rollover is said.
    #[test]
    fn every_fall_is_said(steps in prop::collection::vec((-300i64..900, 0u32..1000), 1..40)) {
        let rules = Rules {
            rollover: Some(Rollover { at: Decimal::from(1000) }),
            rate_max: Some(Decimal::from(200)),
            ..rules()
        };
        let (mut at_us, mut before) = (DAY, Decimal::ZERO);
        let mut totaliser = Totaliser::begin(seen(at_us, "0"));
        for (minutes, total) in steps {
            at_us += minutes * MINUTE;
            let total = Decimal::from(total);
            let judged = totaliser.take(seen(at_us, &total.to_string()), &rules);
            let rolled = Decimal::from(1000) - before + total;
            let can_roll = rolled <= Decimal::from(200) * Decimal::from(minutes.max(0))
                / Decimal::from(60) + Decimal::ONE;
            if total < before && !can_roll {
                prop_assert!(breaks(&judged).contains(&Break::Reset), "{before} {total}");
            }
            for it in &judged {
                if let Judged::Report(report) = it {
                    prop_assert!(report.amount >= Decimal::ZERO);
                    prop_assert!(report.to_us > report.from_us);
                }
            }
            before = total;
        }
    }
}
