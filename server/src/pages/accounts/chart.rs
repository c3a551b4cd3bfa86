//! The tests over the periods as control charts, for desks and for phones.

use tl_accounts::evaluate::{Account, PeriodResult, TestResult};
use tl_report::figure::Surface;
use tl_report::figure::control_chart::{
    Band, ControlChart, Course, Limit, Mark, Options, Panel, Shape, Words as FigureWords,
};

use super::super::desk::Desk;
use super::super::part::Figure;
use super::figure as number;
use crate::error::Failure;
use crate::i18n::{Lang, Words};

const DESK_WIDTH: f64 = 1120.0;
const PHONE_WIDTH: f64 = 340.0;
/// Periods on a desk; older ones stand in the table.
const DESK_PERIODS: usize = 36;
/// Periods on a phone.
const PHONE_PERIODS: usize = 12;

/// The charts of an area.
///
/// # Errors
/// `Internal` when a figure can't be drawn.
pub(super) fn figure(desk: &Desk, account: &Account) -> Result<Figure, Failure> {
    let words = match desk.t.0 {
        Lang::Zh => FigureWords::CHINESE,
        Lang::En => FigureWords::ENGLISH,
    };
    let draw = |id: &str, width: f64, periods: usize| {
        let chart = chart(desk, account, id, periods);
        let options = Options { width, surface: Surface::Page, words };
        chart.svg(&options).map_err(|error| Failure::internal(&error))
    };
    Ok(Figure {
        wide: draw("wide", DESK_WIDTH, DESK_PERIODS)?,
        narrow: draw("narrow", PHONE_WIDTH, PHONE_PERIODS)?,
        caption: desk.t.control_charts_caption().to_owned(),
    })
}

fn chart(desk: &Desk, account: &Account, id: &str, most: usize) -> ControlChart {
    let t = desk.t;
    let first = account.periods.len().saturating_sub(most);
    let periods = &account.periods[first..];
    let name = |period: &PeriodResult| desk.minute(period.span.to).chars().take(10).collect();
    let alarms = account.alarms.iter().filter(|alarm| !alarm.explained).count();
    ControlChart {
        id: id.to_owned(),
        title: t.control_charts().to_owned(),
        description: t.control_charts_say(periods.len(), alarms),
        periods: periods.iter().map(name).collect(),
        panels: panels(t, account, periods),
        remark: account.fault.as_deref().map(|code| t.not_standardised(code)).unwrap_or_default(),
    }
}

fn panels(t: Words, account: &Account, periods: &[PeriodResult]) -> Vec<Panel> {
    let limits = &account.limits;
    let of = |read: fn(&TestResult) -> Option<f64>| -> Vec<Option<f64>> {
        periods.iter().map(|period| period.tests.as_ref().and_then(read)).collect()
    };
    let band = |name: String, sigma: fn(&TestResult) -> Option<f64>, times: f64| Band {
        name,
        half_widths: of(sigma).into_iter().map(|one| one.map(|sigma| sigma * times)).collect(),
    };
    let muf_sigma: fn(&TestResult) -> Option<f64> = |test| Some(test.sigma);
    let cumuf_sigma: fn(&TestResult) -> Option<f64> = |test| Some(test.sigma_cumuf);
    let wide = format!("±{} σ", number(limits.act_sigmas));
    let narrow = format!("±{} σ", number(limits.watch_sigmas));
    let single = |name: &str, values, shape| Course { name: name.to_owned(), values, shape };
    // What was measured, also where no test could run.
    let measured: Vec<Option<f64>> = periods
        .iter()
        .map(|period| {
            let unaccounted = super::number(period.figures.unaccounted.0);
            Some(period.tests.as_ref().map_or(unaccounted, |test| test.muf))
        })
        .collect();
    let muf = Panel {
        title: t.chart_muf().to_owned(),
        unit: "g".to_owned(),
        is_mirrored: false,
        bands: vec![
            band(wide.clone(), muf_sigma, limits.act_sigmas),
            band(narrow.clone(), muf_sigma, limits.watch_sigmas),
        ],
        limits: Vec::new(),
        courses: vec![single(t.chart_muf(), measured, Shape::Circle)],
        marks: marks(account, periods, "muf", 0),
    };
    let cumuf = Panel {
        title: t.chart_cumuf().to_owned(),
        bands: vec![
            band(wide, cumuf_sigma, limits.act_sigmas),
            band(narrow, cumuf_sigma, limits.watch_sigmas),
        ],
        courses: vec![single(t.chart_cumuf(), of(|test| Some(test.cumuf)), Shape::Circle)],
        marks: marks(account, periods, "cumuf", 0),
        ..muf.clone()
    };
    let sitmuf = of(|test| test.sitmuf);
    let (up, down) = (of(|test| test.page_up), of(|test| test.page_down));
    let mut panels = vec![muf, cumuf];
    if sitmuf.iter().any(Option::is_some) {
        panels.push(Panel {
            title: t.chart_sitmuf().to_owned(),
            courses: vec![single(t.chart_sitmuf(), sitmuf, Shape::Circle)],
            ..Panel::default()
        });
    }
    if up.iter().any(Option::is_some) {
        panels.push(page(t, account, periods, (up, down)));
    }
    panels
}

/// Page's sums: against losses above the axis, against gains below it.
fn page(
    t: Words,
    account: &Account,
    periods: &[PeriodResult],
    (up, down): (Vec<Option<f64>>, Vec<Option<f64>>),
) -> Panel {
    let limit =
        |value: f64, name: &str| Limit { value, label: format!("{name} {}", number(value)) };
    let (act, watch) = (account.limits.act_page, account.limits.watch_page);
    let below = |values: Vec<Option<f64>>| values.into_iter().map(|one| one.map(|v| -v)).collect();
    let mut marked = marks_of(account, periods, "page", "loss", 0);
    marked.extend(marks_of(account, periods, "page", "gain", 1));
    Panel {
        title: t.chart_page().to_owned(),
        is_mirrored: true,
        limits: vec![
            limit(act, t.limit_act()),
            limit(watch, t.limit_watch()),
            Limit { value: -act, label: String::new() },
            Limit { value: -watch, label: String::new() },
        ],
        courses: vec![
            Course { name: t.chart_page_loss().to_owned(), values: up, shape: Shape::Circle },
            Course {
                name: t.chart_page_gain().to_owned(),
                values: below(down),
                shape: Shape::Square,
            },
        ],
        marks: marked,
        ..Panel::default()
    }
}

fn marks(account: &Account, periods: &[PeriodResult], test: &str, course: usize) -> Vec<Mark> {
    let mut found = marks_of(account, periods, test, "loss", course);
    found.extend(marks_of(account, periods, test, "gain", course));
    found.sort_by_key(|mark| mark.period);
    found
}

fn marks_of(
    account: &Account,
    periods: &[PeriodResult],
    test: &str,
    direction: &str,
    course: usize,
) -> Vec<Mark> {
    let fired = account.alarms.iter().filter(|alarm| {
        alarm.test == test && alarm.direction == direction && alarm.level != "warning"
    });
    let place = |alarm: &tl_accounts::evaluate::AlarmResult| {
        let period = periods.iter().position(|period| period.span == alarm.span)?;
        Some(Mark { course, period, label: String::new() })
    };
    fired.filter_map(place).collect()
}
