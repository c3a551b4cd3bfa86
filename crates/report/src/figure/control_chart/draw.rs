//! Writes a control chart as SVG elements. Invariant: shape or dash tells the same as colour, and
//! words never stand on words: a label without free room is left to the point's title.

use super::plot::{self, Plot, SIZE, SWATCH, Sample, TITLE_SIZE, runs};
use super::{Band, ControlChart, Course, Options, Panel, Shape};
use crate::figure::Surface;
use crate::figure::palette::{Colour, FLOW, GAP, GRID, MUTED, PAPER, PROCESS, RETURN, STOCK, TEXT};
use crate::figure::svg::{self, Head, TextStyle, count, escape, num};
use crate::figure::text;

/// More periods than this are drawn without points.
const MAX_DOTS: usize = 120;
/// Opacity of the widest band; narrower ones add to it.
const BAND_OPACITY: &str = "0.16";
/// Room of the remark below the panels.
const REMARK_ROOM: f64 = 24.0;

pub(super) fn draw(chart: &ControlChart, options: &Options) -> String {
    let width = plot::width(options.width);
    let pen = Pen { chart, options };
    let is_empty = chart.periods.is_empty() || chart.panels.is_empty();
    let (plots, bottom) = plot::place(chart, width, &options.words);
    let bottom = if is_empty { 120.0 } else { bottom };
    let remark = text::fit(&chart.remark, SIZE, width - 20.0);
    let height = bottom + if remark.is_empty() { 0.0 } else { REMARK_ROOM };
    let mut out = svg::open(
        &Head {
            id: &chart.id,
            class: "tl-control-chart",
            title: &chart.title,
            description: if is_empty { options.words.empty } else { &chart.description },
            width,
            height,
            has_links: false,
        },
        (options.surface == Surface::Standalone).then(|| pen.paint(PAPER)).as_deref(),
    );
    if is_empty {
        out.push_str(&pen.text((width / 2.0, 60.0), options.words.empty, "middle", MUTED));
    } else {
        for (panel, plot) in chart.panels.iter().zip(&plots) {
            out.push_str(&pen.panel(panel, plot));
        }
    }
    if !remark.is_empty() {
        out.push_str(&pen.text((10.0, height - 10.0), &remark, "start", TEXT));
    }
    out.push_str("</svg>\n");
    out
}

struct Pen<'a> {
    chart: &'a ControlChart,
    options: &'a Options,
}

/// Line and colour of a course.
fn look(shape: Shape) -> (Colour, &'static str) {
    match shape {
        Shape::Circle => (PROCESS, ""),
        Shape::Square => (STOCK, " stroke-dasharray=\"7 3\""),
        Shape::Triangle => (RETURN, " stroke-dasharray=\"2 3\""),
    }
}

impl Pen<'_> {
    fn paint(&self, colour: Colour) -> String {
        colour.on(self.options.surface)
    }

    fn text(&self, (x, y): (f64, f64), content: &str, anchor: &str, colour: Colour) -> String {
        let (fill, halo) = (self.paint(colour), self.paint(PAPER));
        let style = TextStyle { size: SIZE, anchor, fill: &fill, bold: false, halo: &halo };
        svg::text(x, y, content, &style)
    }

    fn panel(&self, panel: &Panel, plot: &Plot) -> String {
        let unit = if panel.unit.is_empty() { "" } else { &format!(" ({})", panel.unit) };
        let title = format!("{}{unit}", panel.title);
        let title = text::fit_bold(&title, TITLE_SIZE, plot.right - 10.0);
        let fill = self.paint(TEXT);
        let style =
            TextStyle { size: TITLE_SIZE, anchor: "start", fill: &fill, bold: true, halo: "" };
        let mut out = svg::text(10.0, plot.head, &title, &style);
        out.push_str(&self.legend(panel, plot));
        for (index, band) in panel.bands.iter().enumerate() {
            out.push_str(&self.band(index, band, plot));
        }
        out.push_str(&self.axes(panel, plot));
        out.push_str(&self.limits(panel, plot));
        for course in &panel.courses {
            out.push_str(&self.course(course, plot));
        }
        for (index, course) in panel.courses.iter().enumerate() {
            out.push_str(&self.points(panel, index, course, plot));
        }
        out.push_str(&self.mark_labels(panel, plot));
        out
    }

    fn legend(&self, panel: &Panel, plot: &Plot) -> String {
        let mut out = String::new();
        for entry in &plot.legend {
            let (x, y) = (entry.x, entry.y);
            out.push_str(&match entry.sample {
                Sample::Course(index) => {
                    let shape = panel.courses[index].shape;
                    let (colour, dash) = look(shape);
                    let line = format!(
                        "<path d=\"M{} {}h22\" stroke=\"{}\" stroke-width=\"1.5\"{dash}/>\n",
                        num(x),
                        num(y),
                        self.paint(colour)
                    );
                    line + &self.point(shape, (x + 11.0, y), "")
                }
                Sample::Band(_) => format!(
                    "<rect x=\"{}\" y=\"{}\" width=\"22\" height=\"12\" fill=\"{fill}\" \
                     fill-opacity=\"{}\" stroke=\"{fill}\"{}/>\n",
                    num(x),
                    num(y - 6.0),
                    band_opacity(entry.sample),
                    band_dash(panel, entry.sample),
                    fill = self.paint(FLOW),
                ),
                Sample::Alarm => self.diamond((x + 11.0, y), ""),
            });
            out.push_str(&self.text((x + SWATCH, y + 4.0), &entry.word, "start", MUTED));
        }
        out
    }

    /// The band as steps, one per period; broken where its width is unknown.
    fn band(&self, index: usize, band: &Band, plot: &Plot) -> String {
        let mut path = String::new();
        for (first, values) in runs(&band.half_widths) {
            let mut back = Vec::with_capacity(values.len());
            for (offset, half) in values.iter().enumerate() {
                let (left, right) = (plot.edge(first + offset), plot.edge(first + offset + 1));
                let start = if offset == 0 { 'M' } else { 'L' };
                let (upper, lower) = (num(plot.y(*half)), num(plot.y(-half)));
                path.push_str(&format!("{start}{} {upper}H{}", num(left), num(right)));
                back.push(format!("L{} {lower}H{}", num(right), num(left)));
            }
            path.extend(back.into_iter().rev());
            path.push('Z');
        }
        format!(
            "<path class=\"band\" d=\"{path}\" fill=\"{fill}\" fill-opacity=\"{BAND_OPACITY}\" \
             stroke=\"{fill}\" stroke-opacity=\"0.7\"{}><title>{}</title></path>\n",
            if index == 0 { "" } else { " stroke-dasharray=\"4 3\"" },
            escape(&band.name),
            fill = self.paint(FLOW),
        )
    }

    fn axes(&self, panel: &Panel, plot: &Plot) -> String {
        let grid = self.paint(GRID);
        let mut out = String::new();
        for value in &plot.ticks.values {
            let y = plot.y(*value);
            let stroke = if *value == 0.0 { self.paint(MUTED) } else { grid.clone() };
            out.push_str(&format!(
                "<path d=\"M{} {}H{}\" stroke=\"{stroke}\"/>\n",
                num(plot.left),
                num(y),
                num(plot.right)
            ));
            let shown = if panel.is_mirrored { value.abs() } else { *value };
            let word = plot.ticks.text(shown);
            out.push_str(&self.text((plot.left - 6.0, y + 4.0), &word, "end", MUTED));
        }
        let mut free = f64::NEG_INFINITY;
        // Dates say themselves what they are; bare numbers do not.
        let is_bare = |word: &String| word.chars().all(|c| c.is_ascii_digit());
        let name = match self.chart.periods.iter().all(is_bare) {
            true => self.options.words.period,
            false => "",
        };
        let last = plot.right + 4.0 - text::width(name, SIZE) - 8.0;
        for (period, word) in self.chart.periods.iter().enumerate().step_by(self.stride(plot)) {
            let word = text::fit(word, SIZE, 90.0);
            let half = text::width(&word, SIZE) / 2.0;
            let x = plot.x(period);
            if x - half > free && x + half < last {
                let tick = format!("M{} {}v5", num(x), num(plot.bottom));
                out.push_str(&format!("<path d=\"{tick}\" stroke=\"{grid}\"/>\n"));
                out.push_str(&self.text((x, plot.bottom + 17.0), &word, "middle", MUTED));
                free = x + half + 6.0;
            }
        }
        if !name.is_empty() {
            out.push_str(&self.text((plot.right, plot.bottom + 17.0), name, "end", MUTED));
        }
        out
    }

    /// Every how many periods a name stands: 1, 2, 5, 10, …
    fn stride(&self, plot: &Plot) -> usize {
        let names = self.chart.periods.iter().map(|word| text::width(word, SIZE).min(90.0));
        let wanted = names.fold(0.0, f64::max) + 8.0;
        let strides = [1_usize, 2, 3, 5, 6, 10, 12, 20, 50, 100, 200, 500];
        let fits = |stride: &usize| plot.step() * count(*stride) >= wanted;
        strides.into_iter().find(fits).unwrap_or(500)
    }

    fn limits(&self, panel: &Panel, plot: &Plot) -> String {
        let mut out = String::new();
        for limit in &panel.limits {
            let y = plot.y(limit.value);
            out.push_str(&format!(
                "<path class=\"limit\" d=\"M{} {}H{}\" stroke=\"{}\" stroke-width=\"1.5\" \
                 stroke-dasharray=\"8 4\"/>\n",
                num(plot.left),
                num(y),
                num(plot.right),
                self.paint(GAP)
            ));
            let word = text::fit(&limit.label, SIZE, plot.right - plot.left);
            // On the side that faces away from zero, where the figures are not yet.
            let below = if limit.value < 0.0 { SIZE + 1.0 } else { -4.0 };
            out.push_str(&self.text((plot.left + 6.0, y + below), &word, "start", GAP));
        }
        out
    }

    /// The line through the figures; broken where one is missing.
    fn course(&self, course: &Course, plot: &Plot) -> String {
        let mut path = String::new();
        for (first, values) in runs(&course.values) {
            for (offset, value) in values.iter().enumerate() {
                let start = if offset == 0 { 'M' } else { 'L' };
                let (x, y) = (plot.x(first + offset), plot.y(*value));
                path.push_str(&format!("{start}{} {}", num(x), num(y)));
            }
        }
        let (colour, dash) = look(course.shape);
        format!(
            "<path class=\"course\" d=\"{path}\" fill=\"none\" stroke=\"{}\" \
             stroke-width=\"1.5\" stroke-linejoin=\"round\"{dash}/>\n",
            self.paint(colour)
        )
    }

    fn points(&self, panel: &Panel, index: usize, course: &Course, plot: &Plot) -> String {
        let mut is_alarm = vec![false; course.values.len()];
        for mark in panel.marks.iter().filter(|mark| mark.course == index) {
            is_alarm[mark.period] = true;
        }
        let dots = course.values.len() <= MAX_DOTS;
        let mut out = String::new();
        for (period, value) in course.values.iter().enumerate() {
            let Some(value) = value else { continue };
            let at = (plot.x(period), plot.y(*value));
            let shown = if panel.is_mirrored { value.abs() } else { *value };
            let unit = if panel.unit.is_empty() { "" } else { &format!(" {}", panel.unit) };
            let name = &self.chart.periods[period];
            let title = format!("{name} {}: {}{unit}", course.name, figure(shown));
            if is_alarm[period] {
                let title = format!("{title} · {}", self.options.words.alarm);
                out.push_str(&self.diamond(at, &title));
            } else if dots {
                out.push_str(&self.point(course.shape, at, &title));
            }
        }
        out
    }

    fn point(&self, shape: Shape, (x, y): (f64, f64), title: &str) -> String {
        let fill = self.paint(look(shape).0);
        let title = titled(title);
        match shape {
            Shape::Circle => format!(
                "<circle cx=\"{}\" cy=\"{}\" r=\"3\" fill=\"{fill}\">{title}</circle>\n",
                num(x),
                num(y)
            ),
            Shape::Square => format!(
                "<path class=\"square\" d=\"M{} {}h5.6v5.6h-5.6z\" fill=\"{fill}\">{title}\
                 </path>\n",
                num(x - 2.8),
                num(y - 2.8)
            ),
            Shape::Triangle => format!(
                "<path class=\"triangle\" d=\"M{} {}h7l-3.5 6z\" fill=\"{fill}\">{title}</path>\n",
                num(x - 3.5),
                num(y - 2.5)
            ),
        }
    }

    fn diamond(&self, (x, y): (f64, f64), title: &str) -> String {
        format!(
            "<path class=\"alarm\" d=\"M{} {}l6 6l-6 6l-6 -6z\" fill=\"{}\" stroke=\"{}\" \
             stroke-width=\"1.2\">{}</path>\n",
            num(x),
            num(y - 6.0),
            self.paint(GAP),
            self.paint(TEXT),
            titled(title)
        )
    }

    /// Words of first alarms near their points, where they hide least.
    fn mark_labels(&self, panel: &Panel, plot: &Plot) -> String {
        let points = panel.courses.iter().flat_map(|course| {
            let shown = course.values.iter().enumerate();
            shown.filter_map(|(period, value)| Some((plot.x(period), plot.y((*value)?))))
        });
        let points: Vec<(f64, f64)> = points.collect();
        let mut taken: Vec<Words> = Vec::new();
        let mut out = String::new();
        for mark in panel.marks.iter().filter(|mark| !mark.label.is_empty()) {
            let Some(value) = panel.point(mark.course, mark.period) else { continue };
            let word = text::fit(&mark.label, SIZE, plot.right - plot.left);
            let half = text::width(&word, SIZE) / 2.0;
            let (x, y) = (plot.x(mark.period), plot.y(value));
            let within = |middle: f64| {
                middle.clamp(plot.left + half, (plot.right - half).max(plot.left + half))
            };
            let heights = [y - 11.0, y + 20.0, y - 26.0, y + 35.0, y - 41.0, y + 50.0];
            let near = heights.map(|baseline| Words { middle: within(x), half, baseline });
            let aside = [x - half - 10.0, x + half + 10.0];
            let aside =
                aside.map(|middle| Words { middle: within(middle), half, baseline: y + 4.0 });
            let is_free = |words: &Words| {
                let inside = words.baseline - SIZE > plot.top && words.baseline + 3.0 < plot.bottom;
                inside && !taken.iter().any(|other| other.meets(words))
            };
            let free = near.into_iter().chain(aside).filter(is_free);
            let hidden = |words: &Words| points.iter().filter(|at| words.hides(**at)).count();
            if let Some(words) = free.min_by_key(hidden) {
                out.push_str(&self.text((words.middle, words.baseline), &word, "middle", TEXT));
                taken.push(words);
            }
        }
        out
    }
}

/// Where words stand.
struct Words {
    middle: f64,
    half: f64,
    baseline: f64,
}

impl Words {
    fn meets(&self, other: &Self) -> bool {
        (self.middle - other.middle).abs() < self.half + other.half + 4.0
            && (self.baseline - other.baseline).abs() < SIZE + 3.0
    }

    fn hides(&self, (x, y): (f64, f64)) -> bool {
        (self.middle - x).abs() < self.half + 5.0
            && (self.baseline - SIZE - 5.0..self.baseline + 7.0).contains(&y)
    }
}

fn band_opacity(sample: Sample) -> &'static str {
    if sample == Sample::Band(0) { BAND_OPACITY } else { "0.3" }
}

fn band_dash(panel: &Panel, sample: Sample) -> &'static str {
    match sample {
        Sample::Band(index) if index > 0 && panel.bands.len() > 1 => " stroke-dasharray=\"4 3\"",
        _ => "",
    }
}

fn titled(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!("<title>{}</title>", escape(title)) }
}

/// A figure in four significant digits, without trailing zeros.
fn figure(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor();
    let decimals = (3.0 - magnitude).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.decimals$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
