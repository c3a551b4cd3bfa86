//! What a counter did between readings: spans with both ends, and breaks that nothing bridges.
//!
//! Spans follow each other without a gap: one ends where the next begins. A span whose end was
//! missed (meter or line down) stays one span, up to the first reading after it. A counter that
//! fell is taken for rolled over only where that is declared and fits the declared largest rate;
//! else it was reset or exchanged: the span ends at the last reading before, a new one begins at
//! the first reading behind, and what flowed between is nobody's guess.
//! Pure: readings and times come in, judgements go out. A state survives a restart as JSON.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::shift::Shifts;

const HOUR_US: i64 = 3_600_000_000;

/// A reading with the frame it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// When it was read, microseconds since 1970.
    pub at_us: i64,
    /// The total in the declared unit.
    pub total: Decimal,
    /// The smallest step by which it moves there.
    pub resolution: Decimal,
    /// The answer as it came, hexadecimal.
    pub frame: String,
}

/// A counter that begins at zero again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollover {
    /// The value at which it shows zero (10000000 for seven digits).
    pub at: Decimal,
}

/// What is declared of a totaliser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Where it begins again; none where it never does.
    pub rollover: Option<Rollover>,
    /// Most that can flow in an hour; needed where it rolls over.
    pub rate_max: Option<Decimal>,
    /// Where spans are cut.
    pub shifts: Shifts,
    /// Minutes of the plant east of UTC.
    pub offset_minutes: i32,
    /// A reading so shortly after a cut stands for it, in microseconds.
    pub tolerance_us: i64,
}

/// What flowed in one span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// First moment of the span.
    pub from_us: i64,
    /// First moment after it.
    pub to_us: i64,
    /// Reading at its start.
    pub start: Seen,
    /// Reading at its end.
    pub end: Seen,
    /// What flowed, rollovers included.
    pub amount: Decimal,
    /// How often the counter began again.
    pub rollovers: u32,
}

/// Why a span ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// The counter fell.
    Reset,
    /// It rose by more than can flow.
    Jump,
    /// The clock was set back; the counter is followed on, its time is not.
    ClockBack,
    /// The registers are declared in another way than before.
    Redeclared,
}

/// What a reading led to, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// A span is complete.
    Report(Report),
    /// Nothing bridges these two readings (a clock set back aside).
    Broken {
        /// Why.
        why: Break,
        /// The last reading before.
        before: Seen,
        /// The first one after.
        after: Seen,
    },
}

/// A totaliser within a span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totaliser {
    start: Seen,
    last: Seen,
    amount: Decimal,
    rollovers: u32,
}

/// What lies between two readings.
enum Step {
    Flowed(Decimal),
    RolledOver(Decimal),
    Broken(Break),
}

impl Totaliser {
    /// A span begins at a first reading.
    pub fn begin(seen: Seen) -> Self {
        let (amount, rollovers) = (Decimal::ZERO, 0);
        Self { start: seen.clone(), last: seen, amount, rollovers }
    }

    /// The newest reading.
    pub fn last(&self) -> &Seen {
        &self.last
    }

    /// When the span that is open should end.
    pub fn due_us(&self, rules: &Rules) -> i64 {
        rules.shifts.next_after(self.start.at_us, rules.offset_minutes)
    }

    /// Takes the next reading.
    pub fn take(&mut self, seen: Seen, rules: &Rules) -> Vec<Judged> {
        let mut judged = Vec::new();
        let back = seen.at_us < self.last.at_us;
        if back {
            judged.extend(self.so_far().map(Judged::Report));
            let (why, before, after) = (Break::ClockBack, self.last.clone(), seen.clone());
            judged.push(Judged::Broken { why, before, after });
            *self = Self::begin(Seen { at_us: seen.at_us, ..self.last.clone() });
        }
        match self.step(&seen, rules, back) {
            Step::Flowed(amount) => self.amount += amount,
            Step::RolledOver(amount) => {
                self.amount += amount;
                self.rollovers = self.rollovers.saturating_add(1);
            }
            Step::Broken(why) => {
                judged.extend(self.so_far().map(Judged::Report));
                let (before, after) = (self.last.clone(), seen.clone());
                judged.push(Judged::Broken { why, before, after });
                *self = Self::begin(seen);
                return judged;
            }
        }
        self.last = seen;
        let due = self.due_us(rules);
        if self.last.at_us >= due {
            let late = self.last.at_us - due > rules.tolerance_us;
            let to_us = if late { self.last.at_us } else { due };
            judged.push(Judged::Report(self.report(to_us)));
            let last = self.last.clone();
            *self = Self::begin(Seen { at_us: to_us, ..last.clone() });
            self.last = last;
        }
        judged
    }

    /// Ends what was read under another declaration, and begins anew.
    pub fn redeclare(&mut self, seen: Seen) -> Vec<Judged> {
        let mut judged: Vec<Judged> = self.so_far().map(Judged::Report).into_iter().collect();
        let (why, before, after) = (Break::Redeclared, self.last.clone(), seen.clone());
        judged.push(Judged::Broken { why, before, after });
        *self = Self::begin(seen);
        judged
    }

    /// The span up to the last reading; none where it has no length.
    fn so_far(&self) -> Option<Report> {
        (self.last.at_us > self.start.at_us).then(|| self.report(self.last.at_us))
    }

    fn report(&self, to_us: i64) -> Report {
        Report {
            from_us: self.start.at_us,
            to_us,
            start: self.start.clone(),
            end: self.last.clone(),
            amount: self.amount,
            rollovers: self.rollovers,
        }
    }

    fn step(&self, seen: &Seen, rules: &Rules, clock_back: bool) -> Step {
        let elapsed_us = seen.at_us.saturating_sub(self.last.at_us).max(0);
        // Both ends may be one step off; after the clock was set back the time is not known.
        let slack = (self.last.resolution + seen.resolution) * Decimal::TWO;
        let fits = |amount: Decimal| {
            let most = rules.rate_max.map(|rate| {
                let hours = Decimal::from(elapsed_us) / Decimal::from(HOUR_US);
                rate.checked_mul(hours).map_or(Decimal::MAX, |most| most.saturating_add(slack))
            });
            clock_back || most.is_none_or(|most| amount <= most)
        };
        if seen.total >= self.last.total {
            let amount = seen.total - self.last.total;
            return if fits(amount) { Step::Flowed(amount) } else { Step::Broken(Break::Jump) };
        }
        let over = rules.rollover.as_ref().filter(|it| self.last.total <= it.at);
        match over.map(|it| it.at - self.last.total + seen.total) {
            // Without a rate and a time any fall would pass for a rollover.
            Some(amount) if rules.rate_max.is_some() && !clock_back && fits(amount) => {
                Step::RolledOver(amount)
            }
            _ => Step::Broken(Break::Reset),
        }
    }
}
