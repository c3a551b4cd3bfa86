//! Writes the rows of a balance as SVG elements. Invariant: all bars and bands lie inside the plot.

use super::{Amount, Options, Waterfall};
use crate::figure::Surface;
use crate::figure::axis::Ticks;
use crate::figure::palette::{Colour, FLOW, GAP, GRID, MUTED, PAPER, PROCESS, SINK, TEXT};
use crate::figure::svg::{self, Head, TextStyle, count, escape, num};
use crate::figure::text;

const SIZE: f64 = 13.0;
const ROW: f64 = 30.0;
const BAR: f64 = 18.0;
const TOP: f64 = 10.0;
const MIN_WIDTH: f64 = 300.0;
const MAX_WIDTH: f64 = 4000.0;
/// Thinnest bar that can be seen.
const THINNEST: f64 = 1.5;

pub(super) fn draw(figure: &Waterfall, options: &Options) -> String {
    let width = if options.width.is_finite() {
        options.width.clamp(MIN_WIDTH, MAX_WIDTH)
    } else {
        MAX_WIDTH
    };
    let plot = Plot::of(figure, width);
    let pen = Pen { figure, surface: options.surface };
    let empty = figure.terms.is_empty();
    let mut out = svg::open(
        &Head {
            id: &figure.id,
            class: "tl-waterfall",
            title: &figure.title,
            description: if empty { options.empty } else { &figure.description },
            width,
            height: plot.bottom + 28.0,
            has_links: figure.terms.iter().any(|term| term.href.is_some()),
        },
        (options.surface == Surface::Standalone).then(|| pen.paint(PAPER)).as_deref(),
    );
    if empty {
        let middle = (plot.bottom + 28.0) / 2.0;
        out.push_str(&pen.text(width / 2.0, middle, options.empty, ("middle", MUTED, false)));
    } else {
        out.push_str(&svg::hatch(&figure.id, &pen.paint(GAP)));
        out.push_str(&pen.axis(&plot));
        out.push_str(&pen.joints(&plot));
        for row in 0..figure.terms.len() {
            out.push_str(&pen.row(row, &plot));
        }
    }
    out.push_str("</svg>\n");
    out
}

struct Plot {
    left: f64,
    right: f64,
    bottom: f64,
    low: f64,
    high: f64,
    label_room: f64,
    text_room: f64,
    spans: Vec<(f64, f64)>,
}

impl Plot {
    fn of(figure: &Waterfall, width: f64) -> Self {
        let widest =
            |texts: Vec<f64>, share: f64| texts.into_iter().fold(0.0, f64::max).min(width * share);
        let labels = figure.terms.iter().map(|term| text::width(&term.label, SIZE)).collect();
        let amounts = figure.terms.iter().map(|term| text::bold_width(&term.text, SIZE)).collect();
        let (label_room, text_room) = (widest(labels, 0.3), widest(amounts, 0.32));
        let spans = figure.spans();
        let bands = figure.terms.iter().zip(&spans).flat_map(|(term, (_, end))| {
            let band = if let Amount::Unaccounted { band, .. } = term.amount { band } else { None };
            let band = band.unwrap_or(0.0);
            [end - band, end + band]
        });
        let ends: Vec<f64> = spans.iter().flat_map(|(a, b)| [*a, *b]).chain(bands).collect();
        let low = ends.iter().copied().fold(0.0, f64::min);
        let high = ends.iter().copied().fold(0.0, f64::max);
        Self {
            left: 10.0 + label_room + 10.0,
            right: width - 10.0 - text_room - 10.0,
            bottom: TOP + ROW * count(figure.terms.len().max(3)),
            low,
            high: if high > low { high } else { low + 1.0 },
            label_room,
            text_room,
            spans,
        }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + (value - self.low) / (self.high - self.low) * (self.right - self.left)
    }

    fn y(row: usize) -> f64 {
        TOP + ROW * count(row) + (ROW - BAR) / 2.0
    }
}

struct Pen<'a> {
    figure: &'a Waterfall,
    surface: Surface,
}

impl Pen<'_> {
    fn paint(&self, colour: Colour) -> String {
        colour.on(self.surface)
    }

    fn text(&self, x: f64, y: f64, content: &str, look: (&str, Colour, bool)) -> String {
        let (anchor, colour, bold) = look;
        let fill = self.paint(colour);
        let style = TextStyle { size: SIZE, anchor, fill: &fill, bold, halo: "" };
        svg::text(x, y, content, &style)
    }

    fn axis(&self, plot: &Plot) -> String {
        let room = plot.right - plot.left;
        let wanted = (room / 76.0).floor().max(1.0) as usize;
        let ticks = Ticks::between(plot.low, plot.high, wanted.min(6));
        let grid = self.paint(GRID);
        let mut out = String::new();
        let mut free = f64::NEG_INFINITY;
        for value in &ticks.values {
            let x = plot.x(*value);
            out.push_str(&format!(
                "<path d=\"M{} {}V{}\" stroke=\"{grid}\"/>\n",
                num(x),
                num(TOP),
                num(plot.bottom + 4.0)
            ));
            let word = ticks.text(*value);
            let half = text::width(&word, SIZE) / 2.0;
            if x - half > free {
                out.push_str(&self.text(x, plot.bottom + 19.0, &word, ("middle", MUTED, false)));
                free = x + half + 8.0;
            }
        }
        let unit = text::fit(&self.figure.unit, SIZE, plot.text_room.max(40.0));
        let x = plot.right + 10.0;
        out.push_str(&self.text(x.max(free), plot.bottom + 19.0, &unit, ("start", MUTED, false)));
        out
    }

    /// Thin lines that carry the level from one row to the next.
    fn joints(&self, plot: &Plot) -> String {
        let mut out = String::new();
        for (row, (_, end)) in plot.spans.iter().enumerate().take(plot.spans.len() - 1) {
            out.push_str(&format!(
                "<path d=\"M{} {}V{}\" stroke=\"{}\" stroke-dasharray=\"2 2\"/>\n",
                num(plot.x(*end)),
                num(Plot::y(row) + BAR),
                num(Plot::y(row + 1)),
                self.paint(MUTED)
            ));
        }
        out
    }

    fn row(&self, row: usize, plot: &Plot) -> String {
        let (Some(term), Some((start, end))) = (self.figure.terms.get(row), plot.spans.get(row))
        else {
            return String::new();
        };
        let y = Plot::y(row);
        let (a, b) = (plot.x(start.min(*end)), plot.x(start.max(*end)));
        let look = match term.amount {
            Amount::Level(_) => format!("class=\"level\" fill=\"{}\"", self.paint(PROCESS)),
            Amount::Change(change) if change >= 0.0 => {
                format!("class=\"in\" fill=\"{}\"", self.paint(FLOW))
            }
            Amount::Change(_) => format!("class=\"out\" fill=\"{}\"", self.paint(SINK)),
            Amount::Unaccounted { .. } => format!(
                "class=\"unaccounted\" fill=\"url(#{}-hatch)\" stroke=\"{}\"",
                self.figure.id,
                self.paint(GAP)
            ),
        };
        let name = format!("{}: {}", term.label, term.text);
        let mut out = format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"1.5\" {look}>\
             <title>{}</title></rect>\n",
            num(a),
            num(y),
            num((b - a).max(THINNEST)),
            num(BAR),
            escape(&name)
        );
        let mut ink = TEXT;
        if let Amount::Unaccounted { band, .. } = term.amount {
            ink = GAP;
            out.push_str(&self.whisker(
                plot.x(end - band.unwrap_or(0.0)),
                plot.x(end + band.unwrap_or(0.0)),
                y,
            ));
        }
        let baseline = y + BAR / 2.0 + SIZE * 0.36;
        let label = text::fit(&term.label, SIZE, plot.label_room);
        let amount = text::fit_bold(&term.text, SIZE, plot.text_room);
        let (x, right) = (plot.left - 10.0, plot.right + 10.0);
        out.push_str(&self.text(x, baseline, &label, ("end", ink, false)));
        out.push_str(&self.text(right, baseline, &amount, ("start", ink, true)));
        svg::anchored(term.href.as_deref(), &name, &out)
    }

    /// The ± band around the end of the unaccounted bar; nothing if it has no width.
    fn whisker(&self, from: f64, to: f64, y: f64) -> String {
        if to <= from {
            return String::new();
        }
        let (top, bottom, middle) = (num(y + 2.0), num(y + BAR - 2.0), num(y + BAR / 2.0));
        format!(
            "<path class=\"band\" d=\"M{a} {top}V{bottom}M{a} {middle}H{b}M{b} {top}V{bottom}\" \
             fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"/>\n",
            self.paint(TEXT),
            a = num(from),
            b = num(to)
        )
    }
}
