//! Readings over time as lines or steps, with limit lines: stock of a node, monitor readings.
//! Invariants: the axis begins at zero (or below, never above), a result that is not detected is a
//! hollow triangle at its detection limit, a missing reading is a gap, a reading above a limit has
//! another shape as well as another colour. Does not judge: limits are the caller's.

mod draw;
#[cfg(test)]
mod tests;

use chrono::FixedOffset;
use thiserror::Error;

use super::Surface;

/// Most points of one figure; more need a chart that zooms.
pub const MAX_POINTS: usize = 2_000;
/// Most series of one figure.
pub const MAX_SERIES: usize = 4;
/// Most limit lines of one figure.
pub const MAX_LIMITS: usize = 4;

/// A figure of readings over time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// Prefix of element ids, unique on the page: ASCII letters, digits, `-`, `_`.
    pub id: String,
    /// Accessible name.
    pub title: String,
    /// One or two sentences that say what is to be seen.
    pub description: String,
    /// Unit of all values, shown above the axis.
    pub unit: String,
    /// Lines.
    pub series: Vec<Series>,
    /// Limits, drawn as dashed lines across.
    pub limits: Vec<Limit>,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// How neighbours are joined.
    pub course: Course,
    /// Points; drawn in the order of time.
    pub points: Vec<Point>,
}

/// How neighbouring points are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Straight.
    Line,
    /// Level until the next point: stock, settings.
    Step,
}

/// A reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When, µs since the epoch.
    pub at: i64,
    /// What was read.
    pub reading: Reading,
    /// Text on hover, such as `2026-11-23 14:00 1.8 µg/L`.
    pub text: String,
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// A value.
    Value(f64),
    /// Not detected; drawn at the detection limit.
    NotDetected {
        /// The detection limit.
        limit: f64,
    },
    /// Expected, but not there: a gap in the line.
    Missing,
}

/// A limit line.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Where.
    pub value: f64,
    /// Its words, such as `限值 5 µg/L`.
    pub label: String,
}

/// How to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Width that the figure is designed for, in CSS pixels.
    pub width: f64,
    /// Where it will be shown.
    pub surface: Surface,
    /// Offset of the site's clock from UTC, for the time axis.
    pub offset: FixedOffset,
    /// Words that the figure itself adds.
    pub words: Words,
}

/// Words that the figure itself adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Shown when there is no reading.
    pub empty: &'static str,
    /// Legend of hollow triangles.
    pub not_detected: &'static str,
    /// Legend of readings above a limit.
    pub above_limit: &'static str,
}

impl Words {
    /// The words in Chinese.
    pub const CHINESE: Self = Self {
        empty: "本期没有读数",
        not_detected: "未检出(画在检出限处)",
        above_limit: "超过限值",
    };
    /// The words in English.
    pub const ENGLISH: Self = Self {
        empty: "No readings in this period",
        not_detected: "Not detected (at the detection limit)",
        above_limit: "Above a limit",
    };
}

/// Why a figure cannot be drawn.
#[derive(Debug, Error, PartialEq)]
pub enum SeriesError {
    /// A value is infinite or not a number.
    #[error("{place}: {value} cannot be drawn")]
    NotDrawable {
        /// The series or limit.
        place: String,
        /// The value.
        value: f64,
    },
    /// More points than [`MAX_POINTS`].
    #[error("{found} points, at most {MAX_POINTS}: thin them out first")]
    TooManyPoints {
        /// Points given.
        found: usize,
    },
    /// More than [`MAX_SERIES`] series or [`MAX_LIMITS`] limits.
    #[error("{series} series and {limits} limits, at most {MAX_SERIES} and {MAX_LIMITS}")]
    TooMany {
        /// Series given.
        series: usize,
        /// Limits given.
        limits: usize,
    },
    /// The figure's id would not be a valid prefix of element ids.
    #[error("figure id {0:?}: use ASCII letters, digits, - and _, beginning with a letter")]
    BadId(String),
}

impl Chart {
    /// Draws the figure as one `<svg>` element.
    pub fn svg(&self, options: &Options) -> Result<String, SeriesError> {
        self.check()?;
        Ok(draw::draw(self, options))
    }

    fn check(&self) -> Result<(), SeriesError> {
        if !super::is_id(&self.id) {
            return Err(SeriesError::BadId(self.id.clone()));
        }
        let (series, limits) = (self.series.len(), self.limits.len());
        if series > MAX_SERIES || limits > MAX_LIMITS {
            return Err(SeriesError::TooMany { series, limits });
        }
        let found = self.series.iter().map(|series| series.points.len()).sum();
        if found > MAX_POINTS {
            return Err(SeriesError::TooManyPoints { found });
        }
        let points = self.series.iter().flat_map(|series| {
            let values = series.points.iter().filter_map(|point| point.reading.height());
            values.map(|value| (series.name.as_str(), value))
        });
        let limits = self.limits.iter().map(|limit| (limit.label.as_str(), limit.value));
        for (place, value) in points.chain(limits) {
            if !value.is_finite() || value.abs() > MAX_VALUE {
                return Err(SeriesError::NotDrawable { place: place.to_owned(), value });
            }
        }
        Ok(())
    }
}

impl Reading {
    /// Where the mark stands; `None` for what is missing.
    pub(crate) fn height(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::NotDetected { limit } => Some(limit),
            Self::Missing => None,
        }
    }
}

/// Largest drawable amount.
const MAX_VALUE: f64 = 1e15;
