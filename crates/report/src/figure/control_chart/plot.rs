//! Where the parts of a control chart stand. Invariant: panels follow each other without overlap,
//! and every value of a panel lies between its top and its bottom. Draws nothing.

use super::{ControlChart, Panel, Words};
use crate::figure::axis::Ticks;
use crate::figure::svg::count;
use crate::figure::text;

/// Size of text.
pub(super) const SIZE: f64 = 12.0;
/// Size of a panel's title.
pub(super) const TITLE_SIZE: f64 = 13.5;
/// Height of a line of the legend.
pub(super) const LEGEND_LINE: f64 = 20.0;
/// Width of a sample in the legend, with the gap behind it.
pub(super) const SWATCH: f64 = 28.0;
const TITLE_ROOM: f64 = 26.0;
const AXIS_ROOM: f64 = 30.0;
const BORDER: f64 = 10.0;
const MIN_WIDTH: f64 = 300.0;
const MAX_WIDTH: f64 = 4000.0;
/// Free room above and below the outermost value, as a share of the range.
const MARGIN: f64 = 0.13;

/// One panel in its place.
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) right: f64,
    /// Baseline of the title.
    pub(super) head: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) ticks: Ticks,
    pub(super) legend: Vec<Entry>,
    low: f64,
    high: f64,
    periods: f64,
}

/// A word of the legend.
pub(super) struct Entry {
    pub(super) sample: Sample,
    pub(super) word: String,
    pub(super) x: f64,
    /// Middle of its line.
    pub(super) y: f64,
}

/// What a word of the legend stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    Course(usize),
    Band(usize),
    Alarm,
}

/// The width to draw at.
pub(super) fn width(wanted: f64) -> f64 {
    if wanted.is_finite() { wanted.clamp(MIN_WIDTH, MAX_WIDTH) } else { MAX_WIDTH }
}

/// All panels, and the height that they take.
pub(super) fn place(chart: &ControlChart, width: f64, words: &Words) -> (Vec<Plot>, f64) {
    let ranges: Vec<(f64, f64)> = chart.panels.iter().map(range).collect();
    let ticks = ranges.iter().map(|(low, high)| Ticks::between(*low, *high, 5));
    let ticks: Vec<Ticks> = ticks.collect();
    let widest = ticks.iter().flat_map(|ticks| {
        let widths = ticks.values.iter().map(|value| text::width(&ticks.text(*value), SIZE));
        widths.collect::<Vec<_>>()
    });
    // One left edge for all panels: periods stand below each other.
    let left = BORDER + widest.fold(0.0, f64::max) + 8.0;
    let mut y = 4.0;
    let mut plots = Vec::with_capacity(chart.panels.len());
    for ((panel, (low, high)), ticks) in chart.panels.iter().zip(ranges).zip(ticks) {
        let head = y + TITLE_SIZE + 2.0;
        let legend = legend(panel, words, width, y + TITLE_ROOM);
        let top = legend.last().map_or(y + TITLE_ROOM, |entry| entry.y + LEGEND_LINE * 0.5) + 8.0;
        let bottom = top + (width * 0.24).clamp(150.0, 230.0);
        let periods = count(chart.periods.len().max(1));
        let right = width - BORDER;
        plots.push(Plot { left, right, head, top, bottom, ticks, legend, low, high, periods });
        y = bottom + AXIS_ROOM;
    }
    (plots, y)
}

impl Plot {
    /// Width of a period.
    pub(super) fn step(&self) -> f64 {
        (self.right - self.left) / self.periods
    }

    /// Left edge of a period.
    pub(super) fn edge(&self, period: usize) -> f64 {
        self.left + self.step() * count(period)
    }

    /// Middle of a period.
    pub(super) fn x(&self, period: usize) -> f64 {
        self.edge(period) + self.step() / 2.0
    }

    /// Height of a value.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)
    }
}

/// What the axis must hold, zero included.
fn range(panel: &Panel) -> (f64, f64) {
    let courses = panel.courses.iter().flat_map(|course| course.values.iter().flatten().copied());
    let bands = panel.bands.iter().flat_map(|band| band.half_widths.iter().flatten());
    let bands = bands.flat_map(|half| [-half, *half]);
    let limits = panel.limits.iter().map(|limit| limit.value);
    let all: Vec<f64> = courses.chain(bands).chain(limits).collect();
    let low = all.iter().copied().fold(0.0, f64::min);
    let high = all.iter().copied().fold(0.0, f64::max);
    if high <= low {
        return (-1.0, 1.0);
    }
    let margin = (high - low) * MARGIN;
    (low - margin, high + margin)
}

fn legend(panel: &Panel, words: &Words, width: f64, top: f64) -> Vec<Entry> {
    let courses = panel.courses.iter().enumerate();
    let courses = courses.map(|(index, course)| (Sample::Course(index), course.name.as_str()));
    let bands = panel.bands.iter().enumerate();
    let bands = bands.map(|(index, band)| (Sample::Band(index), band.name.as_str()));
    let alarm = (!panel.marks.is_empty()).then_some((Sample::Alarm, words.alarm));
    let (mut x, mut y) = (BORDER, top + LEGEND_LINE / 2.0);
    let mut entries = Vec::new();
    for (sample, word) in courses.chain(bands).chain(alarm) {
        let word = text::fit(word, SIZE, width - SWATCH - 2.0 * BORDER);
        let long = SWATCH + text::width(&word, SIZE) + 16.0;
        if x > BORDER && x + long > width {
            (x, y) = (BORDER, y + LEGEND_LINE);
        }
        entries.push(Entry { sample, word, x, y });
        x += long;
    }
    entries
}

/// Stretches of neighbouring figures: where each begins, and its values.
pub(super) fn runs(values: &[Option<f64>]) -> Vec<(usize, Vec<f64>)> {
    let mut runs: Vec<(usize, Vec<f64>)> = Vec::new();
    let mut is_open = false;
    for (index, value) in values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some((_, run))) if is_open => run.push(*value),
            (Some(value), _) => runs.push((index, vec![*value])),
            (None, _) => {}
        }
        is_open = value.is_some();
    }
    runs
}
