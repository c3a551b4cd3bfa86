//! The two marks of an enterprise: 数据质量 and 平衡, kept apart (practice §8.1).
//!
//! Invariant: a wide uncertainty never buys green, and a lack of data is never a balance mark of
//! its own colour: it is "undecidable". What waits within its term, stands still by the calendar or
//! is on trial lowers no mark. A serious alarm counts after the enterprise's days to explain it.

use serde::{Deserialize, Serialize};
use tl_domain::time::{DAY_MICROS, Micros};

use crate::evaluate::{Account, AlarmResult};
use crate::periods::Ends;

/// 数据质量.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataMark {
    /// 完整.
    Complete,
    /// 待补: something is awaited within its term.
    Pending,
    /// 不足.
    Insufficient,
}

/// 平衡.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceMark {
    /// 相符.
    Consistent,
    /// 不可判.
    Undecidable,
    /// 关注.
    Watch,
    /// 异常.
    Abnormal,
}

/// Why a mark is what it is; each is shown with the mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There are no periods at all yet.
    NoPeriods,
    /// No stock takes of all nodes with stock.
    NoStockTakes,
    /// The last stock take is longer ago than a month and a half.
    StockTakeOverdue,
    /// Figures are missing, within their term.
    FiguresAwaited,
    /// Figures are missing beyond their term.
    FiguresMissing,
    /// A stock opens differently from how it closed.
    ContinuityBreak,
    /// Errors do not let the figures be standardised.
    NotStandardised,
    /// What could be detected is too large a share of the throughput.
    TooWide,
    /// A serious alarm stands, and its days for an explanation are over.
    Alarm,
    /// A serious alarm stands, and the enterprise still has days to explain it.
    AlarmAwaitsExplanation,
    /// A test passed its lower limit, or the mass condition is not met.
    Warning,
}

/// Both marks with their reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// 数据质量.
    pub data: DataMark,
    /// 平衡.
    pub balance: BalanceMark,
    /// Why, the gravest first.
    pub reasons: Vec<Reason>,
    /// Among the first closings: shown, not ranked (试运行).
    pub trial: bool,
    /// When the next term for an explanation ends.
    pub explain_until: Option<Micros>,
}

/// What the marks rest on besides the account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Circumstances {
    /// Now.
    pub now: Micros,
    /// Until when a figure missing in a period that ended at a moment may be awaited.
    pub pending_until: Option<Micros>,
    /// Time at which stops and repairs of the last two months are over; counts as no delay.
    pub stopped: Micros,
    /// End of the term for each alarm of the account, in the account's order.
    pub explain_until: Vec<Micros>,
    /// First closings that are not ranked.
    pub trial_periods: usize,
}

/// A month and a half: a monthly stock take that is not entered by then is overdue.
const OVERDUE_MICROS: Micros = 45 * DAY_MICROS;
/// How many of the last periods an unexplained alarm stays in the mark.
const ALARM_PERIODS: usize = 12;

/// The marks of an area at a moment.
#[must_use]
pub fn of(account: &Account, at: &Circumstances) -> Marks {
    let mut reasons = Vec::new();
    let data = data(account, at, &mut reasons);
    let (alarm, explain_until) = alarm(account, at, &mut reasons);
    let balance = match alarm {
        Some(mark) => mark,
        None if account.detectable.is_some_and(|d| d.sufficient) && account.fault.is_none() => {
            BalanceMark::Consistent
        }
        None => BalanceMark::Undecidable,
    };
    if balance == BalanceMark::Undecidable && account.detectable.is_some_and(|d| !d.sufficient) {
        reasons.push(Reason::TooWide);
    }
    reasons.sort_unstable_by_key(|reason| std::cmp::Reverse(*reason));
    reasons.dedup();
    let tested = account.periods.len() - account.tested_from.min(account.periods.len());
    Marks { data, balance, reasons, trial: tested <= at.trial_periods, explain_until }
}

fn data(account: &Account, at: &Circumstances, reasons: &mut Vec<Reason>) -> DataMark {
    let before = reasons.len();
    let Some(last) = account.periods.last() else {
        reasons.push(Reason::NoPeriods);
        return DataMark::Insufficient;
    };
    if account.ends == Ends::Months {
        reasons.push(Reason::NoStockTakes);
    } else if at.now - last.span.to - at.stopped > OVERDUE_MICROS {
        reasons.push(Reason::StockTakeOverdue);
    }
    if !account.breaks.is_empty() {
        reasons.push(Reason::ContinuityBreak);
    }
    if account.fault.is_some() {
        reasons.push(Reason::NotStandardised);
    }
    let recent = &account.periods[account.periods.len().saturating_sub(ALARM_PERIODS)..];
    let missing = |period: &&crate::evaluate::PeriodResult| period.missing > 0;
    let (awaited, overdue): (Vec<_>, Vec<_>) = recent
        .iter()
        .filter(missing)
        .partition(|period| at.pending_until.is_some_and(|since| period.span.to >= since));
    if !overdue.is_empty() {
        reasons.push(Reason::FiguresMissing);
    }
    let insufficient = reasons.len() > before;
    if !awaited.is_empty() {
        reasons.push(Reason::FiguresAwaited);
    }
    match (insufficient, awaited.is_empty()) {
        (true, _) => DataMark::Insufficient,
        (false, false) => DataMark::Pending,
        (false, true) => DataMark::Complete,
    }
}

/// The mark that alarms set: serious ones of the last twelve periods until they are explained,
/// cumulative states and warnings only while they last.
fn alarm(
    account: &Account,
    at: &Circumstances,
    reasons: &mut Vec<Reason>,
) -> (Option<BalanceMark>, Option<Micros>) {
    let Some(last) = account.periods.last() else { return (None, None) };
    let recent = account.periods.len().saturating_sub(ALARM_PERIODS);
    let since = account.periods[recent].span.to;
    let stands = |alarm: &AlarmResult| {
        let lasts = alarm.span.to == last.span.to;
        let kept = alarm.is_serious() && !alarm.is_cumulative() && alarm.span.to >= since;
        !alarm.explained && (lasts || kept)
    };
    let mut mark = None;
    let mut explain_until: Option<Micros> = None;
    for (place, alarm) in account.alarms.iter().enumerate().filter(|(_, alarm)| stands(alarm)) {
        let term = at.explain_until.get(place).copied().unwrap_or(Micros::MIN);
        let (found, reason) = match (alarm.is_serious(), at.now >= term) {
            (true, true) => (BalanceMark::Abnormal, Reason::Alarm),
            (true, false) => {
                explain_until = Some(explain_until.map_or(term, |known| known.min(term)));
                (BalanceMark::Watch, Reason::AlarmAwaitsExplanation)
            }
            (false, _) => (BalanceMark::Watch, Reason::Warning),
        };
        reasons.push(reason);
        mark = mark.max(Some(found));
    }
    (mark, explain_until)
}
