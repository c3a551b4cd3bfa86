//! One rate per city, shared out.

use crate::policy::{HORIZON_PERIODS, Policy};

#[test]
fn enterprises_share_the_city_s_rate() {
    let of = |enterprises| Policy { enterprises, ..Policy::default() };
    let rates: Vec<f64> = [1, 20, 111, 400].map(|n| of(n).rate()).to_vec();
    assert!(rates.windows(2).all(|pair| pair[1] <= pair[0]), "{rates:?}");
    // Few enterprises get no test looser than 5 % a year.
    assert!((rates[0] - (1.0 - 0.95_f64.powi(2))).abs() < 1e-12);
    // 400 enterprises over eight quarters: together one false mark a quarter.
    let all = 400.0 * (1.0 - (1.0 - rates[3]).powf(1.0 / 8.0));
    assert!((all - 1.0).abs() < 1e-9, "{all}");
}

#[test]
fn limits_follow_the_rate() {
    let rules = |enterprises| {
        Policy { enterprises, ..Policy::default() }.settled().expect("thresholds").rules
    };
    let (few, many) = (rules(1), rules(400));
    assert!(many.act_sigmas > few.act_sigmas && many.act_threshold > few.act_threshold);
    assert!(few.warn_sigmas < few.act_sigmas && few.warn_threshold < few.act_threshold);
    // A third of 9.75 %, over 24 two-sided looks: 0.0685 % each side of 3.2 σ.
    let rate = Policy::default().rate() / 3.0;
    let each = 1.0 - (1.0 - rate).powf(1.0 / HORIZON_PERIODS as f64);
    let tail = tl_statistics::normal::sf(few.act_sigmas);
    assert!((2.0 * tail - each).abs() < 1e-12);
}
