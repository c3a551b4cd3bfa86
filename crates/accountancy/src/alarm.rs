//! Alarms: a statistical condition and a mass condition, both kept with the figures.
//!
//! Invariant: no alarm rises above a warning without both conditions; both signs alarm; the text
//! says "loss or bias", because a constant loss and a constant bias look the same in MUF. The
//! ladder: warn, investigate, report.

use crate::Language;
use crate::evaluation::Evaluation;
use crate::fault::Fault;
use crate::page;

/// Which test speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// MUF of the period against its σ.
    Muf,
    /// Cumulated MUF against its σ.
    Cumuf,
    /// Page's sum, either direction.
    Page,
}

/// Which way the figures point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Book above physical.
    Loss,
    /// Physical above book.
    Gain,
}

/// How far up the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The enterprise looks at it.
    Warning,
    /// The enterprise explains it in writing.
    Investigate,
    /// The bureau is told.
    Report,
}

/// The part of the significant quantity from which on an amount must be explained.
pub const MASS_SHARE: f64 = 0.1;

/// When alarms rise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// Limit in σ for a warning.
    pub warn_sigmas: f64,
    /// Limit in σ for an investigation.
    pub act_sigmas: f64,
    /// Page's reference value.
    pub k: f64,
    /// Page's threshold of each side for a warning.
    pub warn_threshold: f64,
    /// Page's threshold of each side for an investigation.
    pub act_threshold: f64,
    /// The amount that matters (SQ), mass units.
    pub significant_quantity: f64,
    /// An investigation needs this part of the significant quantity.
    pub mass_share: f64,
}

impl Rules {
    /// The ladder's defaults: 2σ and 3σ, Page at 10 % and 5 % over `periods` (both sides
    /// together), mass conditions at a tenth of `significant_quantity` and at all of it.
    pub fn over(periods: usize, significant_quantity: f64) -> Result<Self, Fault> {
        let k = page::REFERENCE_VALUE;
        Ok(Self {
            warn_sigmas: 2.0,
            act_sigmas: 3.0,
            k,
            warn_threshold: page::two_sided_threshold(k, periods, 0.10)?,
            act_threshold: page::two_sided_threshold(k, periods, 0.05)?,
            significant_quantity,
            mass_share: MASS_SHARE,
        })
    }
}

/// One test that fired in one period, with both its conditions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alarm {
    /// The period, from 1.
    pub period: usize,
    /// Which test.
    pub test: Test,
    /// Which way.
    pub direction: Direction,
    /// How far up.
    pub level: Level,
    /// The figure, in σ.
    pub statistic: f64,
    /// The statistical limit that it passed, in σ.
    pub limit: f64,
    /// The amount concerned, mass units, signed as MUF.
    pub amount: f64,
    /// The mass condition of an investigation, mass units.
    pub mass_limit: f64,
}

impl Alarm {
    /// Whether the mass condition of an investigation is met too.
    #[must_use]
    pub fn is_mass_met(&self) -> bool {
        self.amount.abs() > self.mass_limit
    }

    /// The sentence for people; `unit` is that of the masses.
    #[must_use]
    pub fn text(&self, language: Language, unit: &str) -> String {
        let Self { period, statistic, limit, .. } = self;
        let amount = self.amount.abs();
        let test = self.test.name(language);
        let cause = self.direction.cause(language);
        let mass = if self.is_mass_met() { "" } else { self.below_mass(language) };
        match language {
            Language::Zh => format!(
                "第 {period} 期,{test} {statistic:.2}(限 {limit:.2}),量 {amount:.4} {unit}:\
                 {cause}{mass}"
            ),
            Language::En => format!(
                "period {period}: {test} {statistic:.2} (limit {limit:.2}), {amount:.4} {unit}: \
                 {cause}{mass}"
            ),
        }
    }

    fn below_mass(&self, language: Language) -> &'static str {
        language.pick("。量低于须查明的下限", "; the amount is below what must be explained")
    }
}

impl Level {
    /// Its stable name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Investigate => "investigate",
            Self::Report => "report",
        }
    }
}

impl Test {
    /// Its stable name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Muf => "muf",
            Self::Cumuf => "cumuf",
            Self::Page => "page",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        match self {
            Self::Muf => language.pick("平衡差检验", "MUF test"),
            Self::Cumuf => language.pick("累计平衡差检验", "cumulative MUF test"),
            Self::Page => language.pick("序贯检验(Page)", "Page's test"),
        }
    }
}

impl Direction {
    /// Its stable name.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Gain => "gain",
        }
    }

    /// The direction of an amount signed as MUF.
    #[must_use]
    pub fn of(amount: f64) -> Self {
        if amount >= 0.0 { Self::Loss } else { Self::Gain }
    }

    /// What it may mean, bias included, and what to look at first.
    #[must_use]
    pub fn cause(self, language: Language) -> &'static str {
        match self {
            Self::Loss => language.pick(
                "损失或偏差。请先核查衡器、标准物质和交接差",
                "loss or bias; check the scale, a reference material and the SRD first",
            ),
            Self::Gain => language.pick(
                "多出或偏差。可能是未化验的投入、以前的库存或偏差",
                "gain or bias; think of feed without assay, older stock and bias first",
            ),
        }
    }
}

/// All alarms of an evaluation, period by period.
///
/// Page's sums are taken with the evaluation's k; without standardised figures Page is silent, and
/// the evaluation says why.
#[must_use]
pub fn of(evaluation: &Evaluation, rules: &Rules) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for t in 0..evaluation.muf.len() {
        let simple = [
            (Test::Muf, evaluation.muf[t], evaluation.sigma[t]),
            (Test::Cumuf, evaluation.cumuf[t], evaluation.sigma_cumuf[t]),
        ];
        for (test, amount, sigma) in simple {
            // No σ, no statement: the fault of the standardised figures names the period.
            if sigma > 0.0 {
                let limits = (rules.warn_sigmas, rules.act_sigmas);
                alarms.extend(judged(t, test, amount.abs() / sigma, limits, amount, rules));
            }
        }
        if let Ok(standardised) = &evaluation.standardised {
            for (sign, sums) in [(1.0, &standardised.page.up), (-1.0, &standardised.page.down)] {
                let start = page::run_start(sums, t + 1);
                let amount: f64 = evaluation.muf[start - 1..=t].iter().sum();
                // A run may carry a sum of the other sign; its direction is the test's.
                let amount = sign * (sign * amount).max(0.0);
                let limits = (rules.warn_threshold, rules.act_threshold);
                let mut found = judged(t, Test::Page, sums[t], limits, amount, rules);
                if let Some(alarm) = &mut found {
                    alarm.direction = Direction::of(sign);
                }
                alarms.extend(found);
            }
        }
    }
    alarms
}

fn judged(
    t: usize,
    test: Test,
    statistic: f64,
    (warn, act): (f64, f64),
    amount: f64,
    rules: &Rules,
) -> Option<Alarm> {
    if statistic <= warn {
        return None;
    }
    let mass_limit = rules.mass_share * rules.significant_quantity;
    let level = if statistic > act && amount.abs() > rules.significant_quantity {
        Level::Report
    } else if statistic > act && amount.abs() > mass_limit {
        Level::Investigate
    } else {
        Level::Warning
    };
    let limit = if statistic > act { act } else { warn };
    let direction = Direction::of(amount);
    let period = t + 1;
    Some(Alarm { period, test, direction, level, statistic, limit, amount, mass_limit })
}
