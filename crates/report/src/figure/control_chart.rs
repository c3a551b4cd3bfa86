//! Control charts over balance periods: figures with their bands, sums with their threshold.
//! Invariants: zero is always in the picture, every band, limit and mark lies inside its panel, an
//! alarm has another shape as well as another colour, a period without a figure is a gap.
//! Does not judge: bands, thresholds and alarms are the caller's.

mod draw;
mod plot;
#[cfg(test)]
mod tests;

use thiserror::Error;

use super::Surface;

/// Most periods of one figure.
pub const MAX_PERIODS: usize = 1_000;
/// Most panels, one below the other.
pub const MAX_PANELS: usize = 6;
/// Most courses, bands or limits of one panel.
pub const MAX_PARTS: usize = 4;
/// Most marks of one panel; alarms of every period in every course.
pub const MAX_MARKS: usize = MAX_PERIODS * MAX_PARTS;
/// Longest accepted text, in characters.
pub const MAX_TEXT_CHARACTERS: usize = 400;

/// A figure of one or more panels over the same periods.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ControlChart {
    /// Prefix of element ids, unique on the page: ASCII letters, digits, `-`, `_`.
    pub id: String,
    /// Accessible name.
    pub title: String,
    /// One or two sentences that say what is to be seen, alarms included.
    pub description: String,
    /// Names of the periods in their order, such as `2026-10` or `7`.
    pub periods: Vec<String>,
    /// Panels, top to bottom.
    pub panels: Vec<Panel>,
    /// A remark below the panels, such as why one is missing; may be empty.
    pub remark: String,
}

/// One set of axes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    /// What it shows, such as `平衡差 MUF`.
    pub title: String,
    /// Unit of all its values; may be empty.
    pub unit: String,
    /// Values below zero stand for amounts in the other direction: the axis shows no minus.
    pub is_mirrored: bool,
    /// Bands, the widest first.
    pub bands: Vec<Band>,
    /// Thresholds across all periods.
    pub limits: Vec<Limit>,
    /// Figures over the periods.
    pub courses: Vec<Course>,
    /// Alarms.
    pub marks: Vec<Mark>,
}

/// What lies within is no reason to look.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Its words, such as `±2σ`.
    pub name: String,
    /// Half its width around zero, one per period; `None` where nothing is known.
    pub half_widths: Vec<Option<f64>>,
}

/// A threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Where.
    pub value: f64,
    /// Its words, such as `h = 4.14`.
    pub label: String,
}

/// Figures over the periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Name in the legend.
    pub name: String,
    /// One per period; `None` is a gap.
    pub values: Vec<Option<f64>>,
    /// Look of its points.
    pub shape: Shape,
}

/// Look of a course's points; each has a line of its own too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Filled circle, solid line.
    Circle,
    /// Filled square, dashed line.
    Square,
    /// Filled triangle, dotted line.
    Triangle,
}

/// An alarm at a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Index of the course.
    pub course: usize,
    /// Index of the period.
    pub period: usize,
    /// Words beside the point, for the first alarm of a course; empty for the others.
    pub label: String,
}

/// How to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Width that the figure is designed for, in CSS pixels: 960 for a desk, 360 for a phone.
    pub width: f64,
    /// Where it will be shown.
    pub surface: Surface,
    /// Words that the figure itself adds.
    pub words: Words,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 960.0, surface: Surface::Page, words: Words::CHINESE }
    }
}

/// Words that the figure itself adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Shown when there is no figure to draw.
    pub empty: &'static str,
    /// Legend of alarms.
    pub alarm: &'static str,
    /// Name of the axis of periods.
    pub period: &'static str,
}

impl Words {
    /// The words in Chinese.
    pub const CHINESE: Self =
        Self { empty: "没有可画的数值", alarm: "报警", period: "平衡期" };
    /// The words in English.
    pub const ENGLISH: Self =
        Self { empty: "No figures to draw", alarm: "Alarm", period: "Period" };
}

/// Why a chart cannot be drawn.
#[derive(Debug, Error, PartialEq)]
pub enum ControlChartError {
    /// A value is infinite, not a number, or a width below zero.
    #[error("{place}, period {period}: {value} cannot be drawn")]
    NotDrawable {
        /// The course, band or limit.
        place: String,
        /// The period's name; empty for a limit.
        period: String,
        /// The value.
        value: f64,
    },
    /// A course or band has another number of values than there are periods.
    #[error("{place}: {found} values for {periods} periods")]
    Length {
        /// The course or band.
        place: String,
        /// Values given.
        found: usize,
        /// Periods given.
        periods: usize,
    },
    /// A mark at a course or period that is not there, or where the course has no figure.
    #[error("{panel}: a mark at course {course}, period {period}, where no figure stands")]
    NoSuchPoint {
        /// The panel's title.
        panel: String,
        /// Index of the course.
        course: usize,
        /// Index of the period.
        period: usize,
    },
    /// More than fits.
    #[error("{found} {what}, at most {most}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// Number given.
        found: usize,
        /// The bound.
        most: usize,
    },
    /// The figure's id would not be a valid prefix of element ids.
    #[error("figure id {0:?}: use ASCII letters, digits, - and _, beginning with a letter")]
    BadId(String),
}

impl ControlChart {
    /// Draws the figure as one `<svg>` element.
    pub fn svg(&self, options: &Options) -> Result<String, ControlChartError> {
        self.check()?;
        Ok(draw::draw(self, options))
    }

    fn check(&self) -> Result<(), ControlChartError> {
        if !super::is_id(&self.id) {
            return Err(ControlChartError::BadId(self.id.clone()));
        }
        within("periods", self.periods.len(), MAX_PERIODS)?;
        within("panels", self.panels.len(), MAX_PANELS)?;
        let texts = [&self.title, &self.description, &self.remark].into_iter();
        for text in texts.chain(&self.periods) {
            within("characters of text", text.chars().count(), MAX_TEXT_CHARACTERS)?;
        }
        self.panels.iter().try_for_each(|panel| panel.check(&self.periods))
    }
}

impl Panel {
    fn check(&self, periods: &[String]) -> Result<(), ControlChartError> {
        within("courses", self.courses.len(), MAX_PARTS)?;
        within("bands", self.bands.len(), MAX_PARTS)?;
        within("limits", self.limits.len(), MAX_PARTS)?;
        within("marks", self.marks.len(), MAX_MARKS)?;
        for course in &self.courses {
            figures(&course.name, &course.values, periods, f64::NEG_INFINITY)?;
        }
        for band in &self.bands {
            figures(&band.name, &band.half_widths, periods, 0.0)?;
        }
        for Limit { value, label } in &self.limits {
            if !is_drawable(*value) {
                let (place, period) = (label.clone(), String::new());
                return Err(ControlChartError::NotDrawable { place, period, value: *value });
            }
        }
        for Mark { course, period, .. } in &self.marks {
            if self.point(*course, *period).is_none() {
                let (panel, course, period) = (self.title.clone(), *course, *period);
                return Err(ControlChartError::NoSuchPoint { panel, course, period });
            }
        }
        Ok(())
    }

    /// The figure of a course in a period, if it is there.
    pub(crate) fn point(&self, course: usize, period: usize) -> Option<f64> {
        self.courses.get(course)?.values.get(period).copied().flatten()
    }
}

fn within(what: &'static str, found: usize, most: usize) -> Result<(), ControlChartError> {
    if found > most { Err(ControlChartError::TooMany { what, found, most }) } else { Ok(()) }
}

fn figures(
    place: &str,
    values: &[Option<f64>],
    periods: &[String],
    least: f64,
) -> Result<(), ControlChartError> {
    let place = place.to_owned();
    if values.len() != periods.len() {
        let (found, periods) = (values.len(), periods.len());
        return Err(ControlChartError::Length { place, found, periods });
    }
    for (value, period) in values.iter().zip(periods) {
        if let Some(value) = value.filter(|value| !is_drawable(*value) || *value < least) {
            let period = period.clone();
            return Err(ControlChartError::NotDrawable { place, period, value });
        }
    }
    Ok(())
}

/// Largest drawable amount.
const MAX_VALUE: f64 = 1e15;

fn is_drawable(value: f64) -> bool {
    value.is_finite() && value.abs() <= MAX_VALUE
}
