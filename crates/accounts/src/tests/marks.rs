//! What sets a mark, and what must not.

use tl_domain::time::{DAY_MICROS, Micros, MicrosSpan};

use super::{at, later};
use crate::evaluate::{Account, AlarmResult, Break, Detectable, Limits, PeriodResult};
use crate::marks::{self, BalanceMark, Circumstances, DataMark, Marks, Reason};
use crate::period::Figures;
use crate::periods::Ends;

const PERIODS: i64 = 6;

fn first() -> Micros {
    at("2026-05-26T08:00:00+08:00")
}

fn span(number: i64) -> MicrosSpan {
    MicrosSpan { from: later(first(), number * 30), to: later(first(), (number + 1) * 30) }
}

/// Six good months that end a week before `now`.
fn good() -> Account {
    let period = |number| PeriodResult {
        span: span(number),
        figures: Figures::default(),
        sigma: 1.0,
        missing: 0,
        stock_measured: true,
        assayed_percent: Some(100.0),
        tests: None,
    };
    Account {
        ends: Ends::StockTakes,
        periods: (0..PERIODS).map(period).collect(),
        tested_from: 0,
        limits: Limits {
            watch_sigmas: 2.0,
            act_sigmas: 3.0,
            page_k: 0.5,
            watch_page: 4.0,
            act_page: 5.0,
            mass_grams: 300.0,
            rate: 0.05,
        },
        alarms: Vec::new(),
        breaks: Vec::new(),
        fault: None,
        detectable: Some(Detectable {
            last_grams: 10.0,
            year_grams: 50.0,
            year_percent: Some(4.0),
            sufficient: true,
        }),
        sources_of_last: Vec::new(),
        sources_of_year: Vec::new(),
        unfit_resolutions: Vec::new(),
    }
}

fn alarm(number: i64, test: &str, level: &str) -> AlarmResult {
    AlarmResult {
        span: span(number),
        test: test.to_owned(),
        direction: "loss".to_owned(),
        level: level.to_owned(),
        statistic: 5.0,
        limit: 3.0,
        grams: 900.0,
        explained: false,
    }
}

fn now() -> Micros {
    later(span(PERIODS - 1).to, 7)
}

fn marked(account: &Account) -> Marks {
    marks::of(account, &calm(account))
}

/// Nothing out of the ordinary; terms for explanations are over.
fn calm(account: &Account) -> Circumstances {
    Circumstances {
        now: now(),
        pending_until: Some(now() - 28 * DAY_MICROS),
        stopped: 0,
        explain_until: vec![now(); account.alarms.len()],
        trial_periods: 3,
    }
}

#[test]
fn good_books_are_complete_and_consistent() {
    let marks = marked(&good());
    assert_eq!((marks.data, marks.balance), (DataMark::Complete, BalanceMark::Consistent));
    assert!(marks.reasons.is_empty() && !marks.trial);
}

#[test]
fn a_wide_uncertainty_does_not_buy_green() {
    let mut account = good();
    account.detectable = account.detectable.map(|d| Detectable { sufficient: false, ..d });
    let marks = marked(&account);
    assert_eq!(marks.balance, BalanceMark::Undecidable);
    assert_eq!(marks.reasons, [Reason::TooWide]);
    account.fault = Some("covariance_not_positive_definite".to_owned());
    assert_eq!(marked(&account).data, DataMark::Insufficient);
}

#[test]
fn what_waits_within_its_term_lowers_no_balance() {
    let mut account = good();
    account.periods[5].missing = 2;
    let marks = marked(&account);
    assert_eq!((marks.data, marks.balance), (DataMark::Pending, BalanceMark::Consistent));
    account.periods[2].missing = 1;
    assert_eq!(marked(&account).data, DataMark::Insufficient, "four months is beyond any term");
}

#[test]
fn an_overdue_take_is_excused_by_a_stop() {
    let account = good();
    let late = Circumstances { now: later(now(), 60), ..calm(&account) };
    let marks = marks::of(&account, &late);
    assert_eq!(marks.reasons, [Reason::StockTakeOverdue]);
    let stopped = Circumstances { stopped: 40 * DAY_MICROS, ..late };
    assert_eq!(marks::of(&account, &stopped).data, DataMark::Complete);
}

#[test]
fn a_serious_alarm_counts_after_its_term_and_until_it_is_explained() {
    let mut account = good();
    account.alarms = vec![alarm(3, "muf", "investigate")];
    assert_eq!(marked(&account).balance, BalanceMark::Abnormal);
    let term = later(now(), 3);
    let waiting = Circumstances { explain_until: vec![term], ..calm(&account) };
    let marks = marks::of(&account, &waiting);
    assert_eq!((marks.balance, marks.explain_until), (BalanceMark::Watch, Some(term)));
    account.alarms[0].explained = true;
    assert_eq!(marked(&account).balance, BalanceMark::Consistent);
    // A cumulated sum that has come back below its limit, and an old warning, stand no more.
    account.alarms = vec![alarm(3, "page", "report"), alarm(4, "muf", "warning")];
    assert_eq!(marked(&account).balance, BalanceMark::Consistent);
    account.alarms = vec![alarm(5, "page", "report"), alarm(5, "muf", "warning")];
    let marks = marked(&account);
    assert_eq!(marks.balance, BalanceMark::Abnormal);
    assert_eq!(marks.reasons, [Reason::Warning, Reason::Alarm]);
}

#[test]
fn no_takes_breaks_and_first_closings_are_named() {
    let mut account = good();
    account.breaks = vec![Break { span: span(1), name: "stock yard ore".to_owned(), grams: 5.0 }];
    assert_eq!(marked(&account).reasons, [Reason::ContinuityBreak]);
    account = good();
    account.tested_from = 4;
    assert!(marked(&account).trial, "two tested closings");
    account.ends = Ends::Months;
    account.detectable = None;
    let marks = marked(&account);
    assert_eq!((marks.data, marks.balance), (DataMark::Insufficient, BalanceMark::Undecidable));
    account.periods.clear();
    account.tested_from = 0;
    assert_eq!(marked(&account).reasons, [Reason::NoPeriods]);
}
