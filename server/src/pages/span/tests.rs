//! Months and days of a site's calendar.

use super::*;

fn site(day_start_hour: u32, close_day: u32) -> SiteRecord {
    SiteRecord {
        id: "s".parse().expect("a name"),
        name: "厂".to_owned(),
        offset_minutes: 480,
        day_start_hour,
        close_day,
    }
}

fn at(text: &str) -> Micros {
    DateTime::parse_from_rfc3339(text).expect("a moment").timestamp_micros()
}

#[test]
fn a_month_runs_from_production_day_to_production_day() {
    let calendar = Calendar::of(Some(&site(8, 1)));
    let query = Query::new("/balance", "month=2026-10");
    let chosen = calendar.chosen(&query, at("2026-11-23T08:41:00+08:00"), false);
    assert_eq!(chosen.span.from, at("2026-10-01T08:00:00+08:00"));
    assert_eq!(chosen.span.to, at("2026-11-01T08:00:00+08:00"));
    assert_eq!(chosen.month.as_deref(), Some("2026-10"));
}

#[test]
fn a_close_day_ends_the_month_that_it_lies_in() {
    let calendar = Calendar::of(Some(&site(0, 26)));
    let (first, last) = calendar.month(2026, 10).expect("a month");
    assert_eq!(first.to_string(), "2026-09-26");
    assert_eq!(last.to_string(), "2026-10-25");
    assert_eq!(calendar.month_of("2026-10-26".parse().expect("a day")), (2026, 11));
    assert_eq!(calendar.month_of("2026-12-31".parse().expect("a day")), (2027, 1));
}

#[test]
fn before_the_day_begins_it_is_still_yesterday() {
    let calendar = Calendar::of(Some(&site(8, 1)));
    assert_eq!(calendar.day_of(at("2026-11-01T07:59:00+08:00")).to_string(), "2026-10-31");
    let chosen =
        calendar.chosen(&Query::new("/balance", ""), at("2026-11-01T07:59:00+08:00"), true);
    assert_eq!(chosen.month.as_deref(), Some("2026-10"));
}

#[test]
fn what_cannot_be_read_is_named_and_never_guessed_silently() {
    let calendar = Calendar::of(None);
    let now = at("2026-11-23T08:41:00+08:00");
    let back = calendar.chosen(&Query::new("/", "from=2026-10-09&to=2026-10-01"), now, false);
    assert_eq!(back.refused.as_deref(), Some("2026-10-09 – 2026-10-01"));
    let month = calendar.chosen(&Query::new("/", "month=soon"), now, false);
    assert_eq!(month.refused.as_deref(), Some("soon"));
    assert_eq!(month.month.as_deref(), Some("2026-10"));
    let long = calendar.chosen(&Query::new("/", "from=2024-01-01&to=2026-01-01"), now, false);
    assert!(long.refused.is_some());
    let days = calendar.chosen(&Query::new("/", "from=2026-10-01&to=2026-10-02"), now, false);
    assert_eq!(days.span.length(), 2 * tl_domain::time::DAY_MICROS);
}
