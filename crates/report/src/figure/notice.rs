//! A figure that holds words alone: what is shown where a picture was asked for and there is none.
//! Invariant: the reason is visible text, cut to lines that fit, never an empty frame.

use super::Surface;
use super::palette::{Colour, GAP, PAPER, TEXT};
use super::svg::{self, Head, TextStyle, count};
use super::text;

const SIZE: f64 = 14.0;
const LINE: f64 = 22.0;
const BORDER: f64 = 16.0;
/// Most lines; the last one ends in `…` when there is more to say.
const MAX_LINES: usize = 8;

/// Why there is no picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// Accessible name and first line.
    pub title: String,
    /// The reason.
    pub reason: String,
}

impl Notice {
    /// Draws it as one `<svg>` element of a width in CSS pixels.
    #[must_use]
    pub fn svg(&self, width: f64, surface: Surface) -> String {
        let width = if width.is_finite() { width.clamp(300.0, 4000.0) } else { 960.0 };
        let lines = wrapped(&self.reason, width - 2.0 * BORDER);
        let height = BORDER * 2.0 + LINE * (1.0 + count(lines.len()));
        let paint = |colour: Colour| colour.on(surface);
        let background = (surface == Surface::Standalone).then(|| paint(PAPER));
        let head = Head {
            id: "notice",
            class: "tl-notice",
            title: &self.title,
            description: &self.reason,
            width,
            height,
            has_links: false,
        };
        let mut out = svg::open(&head, background.as_deref());
        let say = |y: f64, words: &str, colour: Colour, bold: bool| {
            let fill = paint(colour);
            let style = TextStyle { size: SIZE, anchor: "start", fill: &fill, bold, halo: "" };
            svg::text(BORDER, y, words, &style)
        };
        let title = text::fit_bold(&self.title, SIZE, width - 2.0 * BORDER);
        out.push_str(&say(BORDER + SIZE, &title, GAP, true));
        for (number, line) in lines.iter().enumerate() {
            let y = BORDER + SIZE + LINE * (1.0 + count(number));
            out.push_str(&say(y, line, TEXT, false));
        }
        out.push_str("</svg>\n");
        out
    }
}

/// Lines that fit; Chinese may break anywhere, other words at blanks where there is one.
fn wrapped(words: &str, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in words.split_inclusive(|c: char| c == ' ' || !c.is_ascii()) {
        if !line.is_empty() && text::width(&format!("{line}{piece}"), SIZE) > room {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(piece);
    }
    lines.push(line);
    let is_cut = lines.len() > MAX_LINES;
    lines.truncate(MAX_LINES);
    if let Some(last) = lines.last_mut().filter(|_| is_cut) {
        last.push('…');
    }
    lines.into_iter().map(|line| text::fit(line.trim_end(), SIZE, room)).collect()
}

#[cfg(test)]
mod tests;
