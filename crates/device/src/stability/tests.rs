//! The count of equal frames and everything that must start it again.

use super::*;
use crate::decimal::DecimalText;
use crate::decoder::{Accepted, Rejection};
use crate::reading::{MassUnit, WeightMode, WeightStatus};

const STEP_US: i64 = 100_000;

struct Bench {
    watch: StabilityWatch,
    now_us: i64,
}

impl Bench {
    fn new(stable_frames: u32) -> Self {
        let rule = StabilityRule { stable_frames, silence_max_us: 1_000_000 };
        Self { watch: StabilityWatch::new(rule), now_us: 0 }
    }

    fn show(&mut self, value: &str) -> Option<String> {
        self.show_flag(value, None)
    }

    fn show_flag(&mut self, value: &str, stable: Option<bool>) -> Option<String> {
        self.now_us += STEP_US;
        let weight = Weight {
            value: DecimalText::parse(value).expect("a number"),
            unit: MassUnit::Kg,
            mode: WeightMode::Unknown,
            stable,
            status: WeightStatus::Ok,
            tare: None,
        };
        let output = Output::Accepted(Accepted {
            reading: Reading::Weight(weight),
            raw: value.as_bytes().to_vec(),
            offset: 0,
        });
        self.watch.observe(&output, self.now_us).map(|it| it.weight.value.to_string())
    }

    fn refuse(&mut self, reason: Reason) {
        self.now_us += STEP_US;
        let output = Output::Rejected(Rejection {
            reason,
            detail: String::new(),
            raw: Vec::new(),
            length: 0,
            offset: 0,
        });
        assert_eq!(self.watch.observe(&output, self.now_us), None);
    }

    fn capture(&self) -> Result<CapturedWeight, CaptureRefusal> {
        self.watch.capture(self.now_us)
    }
}

#[test]
fn a_weight_is_stable_at_the_last_of_n_equal_frames_and_once_per_phase() {
    let mut bench = Bench::new(3);
    assert_eq!(bench.capture(), Err(CaptureRefusal::NoSignal));
    assert_eq!(bench.show("1560"), None);
    assert_eq!(bench.show("1560"), None);
    assert_eq!(bench.capture(), Err(CaptureRefusal::Moving { frames: 2, wanted: 3 }));
    assert_eq!(bench.show("1560").as_deref(), Some("1560"));
    assert_eq!(bench.show("1560"), None);
    let first = bench.capture().expect("stable");
    assert_eq!((first.frames, first.phase, first.since_us), (4, 1, STEP_US));
    assert_eq!((first.last_us, first.raw.as_slice()), (4 * STEP_US, b"1560".as_slice()));
    for _ in 0..3 {
        bench.show("1561");
    }
    assert_eq!(bench.capture().expect("stable").phase, 2);
}

#[test]
fn a_swapped_digit_a_refused_frame_and_motion_start_the_count_again() {
    let mut bench = Bench::new(3);
    for value in ["1560", "1560", "1650", "1560", "1560"] {
        assert_eq!(bench.show(value), None);
    }
    bench.refuse(Reason::BadChecksum);
    assert_eq!(bench.show("1560"), None);
    assert_eq!(bench.show("1560"), None);
    assert_eq!(bench.show_flag("1560", Some(false)), None);
    assert_eq!(bench.show_flag("1560", Some(false)), None);
    assert_eq!(bench.show_flag("1560", Some(false)), None);
    assert!(matches!(bench.capture(), Err(CaptureRefusal::Moving { frames: 0, .. })));
}

#[test]
fn silence_ends_a_stable_weight_and_does_not_join_two_runs() {
    let mut bench = Bench::new(2);
    bench.show("1560");
    bench.show("1560");
    assert!(bench.capture().is_ok());
    bench.now_us += 1_000_001;
    assert_eq!(bench.capture(), Err(CaptureRefusal::NoSignal));
    let since_us = Some(2 * STEP_US);
    assert_eq!(bench.watch.state(bench.now_us), ScaleState::NoSignal { since_us });
    assert_eq!(bench.show("1560"), None);
    assert!(matches!(bench.capture(), Err(CaptureRefusal::Moving { frames: 1, .. })));
}

#[test]
fn a_clock_that_goes_back_starts_the_count_again() {
    let mut bench = Bench::new(2);
    bench.show("1560");
    bench.now_us = -5 * STEP_US;
    assert_eq!(bench.show("1560"), None);
}

#[test]
fn overload_negative_and_zero_are_named_and_never_captured() {
    let mut bench = Bench::new(1);
    bench.refuse(Reason::OverRange);
    assert_eq!(bench.watch.state(bench.now_us), ScaleState::Overload);
    assert_eq!(bench.capture(), Err(CaptureRefusal::OutOfRange));
    bench.refuse(Reason::UnderRange);
    assert_eq!(bench.watch.state(bench.now_us), ScaleState::Underload);
    assert_eq!(bench.show("-20").as_deref(), Some("-20"));
    assert_eq!(bench.capture(), Err(CaptureRefusal::Negative("-20".into())));
    assert_eq!(bench.show("0.0").as_deref(), Some("0.0"));
    assert_eq!(bench.capture(), Err(CaptureRefusal::Zero));
}

#[test]
fn bytes_that_never_become_a_frame_are_no_signal() {
    let mut bench = Bench::new(1);
    bench.refuse(Reason::Noise);
    assert_eq!(bench.watch.state(bench.now_us), ScaleState::NoSignal { since_us: None });
}
