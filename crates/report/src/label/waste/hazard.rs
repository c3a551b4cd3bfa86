//! Warning figures of the hazards of waste: our own drawings of the usual symbols on a square that
//! stands on its corner. Invariant: black shapes with blank ones over them, so that they print in
//! one colour; nothing leaves the square. What a figure means stands beside it in words. Recalled
//! and not verified against the standard: the colours of the grounds (red, yellow; SVG and PDF
//! only)
//! and that infectious waste has its own standard and no figure here.

use super::super::Segment;
use super::super::sheet::Sheet;

const WHITE: [u8; 3] = [255, 255, 255];
const RED: [u8; 3] = [255, 0, 0];
const YELLOW: [u8; 3] = [255, 255, 0];
/// Half diagonal inside the square's line.
const INNER: f64 = 0.93;
/// How far a quarter of a circle reaches with one curve.
const ROUND: f64 = 0.552_285;

/// A hazard with a figure (危险特性).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// 毒性 T.
    Toxic,
    /// 腐蚀性 C.
    Corrosive,
    /// 易燃性 I.
    Flammable,
    /// 反应性 R.
    Reactive,
}

impl Hazard {
    const ALL: [(Self, &str, &str); 4] = [
        (Self::Toxic, "毒性", "T"),
        (Self::Corrosive, "腐蚀", "C"),
        (Self::Flammable, "易燃", "I"),
        (Self::Reactive, "反应", "R"),
    ];

    /// The hazards that a text names by word or letter, such as `毒性(T)`, `T/C` or `T,In`; `In`
    /// (感染性) and unknown words have no figure.
    pub fn named(text: &str) -> Vec<Self> {
        let letters: Vec<&str> = text.split(|c: char| !c.is_ascii_alphabetic()).collect();
        let named = |word: &str, letter: &str| text.contains(word) || letters.contains(&letter);
        let all = Self::ALL.into_iter().filter(|(_, word, letter)| named(word, letter));
        all.map(|(hazard, ..)| hazard).collect()
    }

    /// Draws the figure about a middle, `half` being half its diagonal.
    pub(super) fn draw(self, sheet: &mut Sheet, middle: (f64, f64), half: f64) {
        let ground = match self {
            Self::Flammable => RED,
            Self::Reactive => YELLOW,
            Self::Toxic | Self::Corrosive => WHITE,
        };
        let mut pen = Pen { sheet, middle, half, ground };
        pen.black(&square(1.0));
        pen.blank(&square(INNER));
        match self {
            Self::Toxic => skull(&mut pen),
            Self::Corrosive => corrosion(&mut pen),
            Self::Flammable => flame(&mut pen),
            Self::Reactive => burst(&mut pen),
        }
    }
}

struct Pen<'a> {
    sheet: &'a mut Sheet,
    middle: (f64, f64),
    half: f64,
    ground: [u8; 3],
}

impl Pen<'_> {
    fn black(&mut self, outline: &[Segment]) {
        self.sheet.figure(self.middle, self.half, outline, None);
    }

    fn blank(&mut self, outline: &[Segment]) {
        self.sheet.figure(self.middle, self.half, outline, Some(self.ground));
    }
}

/// Skull and crossbones.
fn skull(pen: &mut Pen<'_>) {
    for side in [-1.0, 1.0] {
        let (from, to) = ((-0.42 * side, 0.19), (0.32 * side, 0.46));
        pen.black(&bar(from, to, 0.1));
        for (x, y) in [from, to] {
            pen.black(&ellipse((x - 0.03 * side, y - 0.045), (0.065, 0.065)));
            pen.black(&ellipse((x + 0.03 * side, y + 0.045), (0.065, 0.065)));
        }
    }
    // The bones end behind the skull.
    pen.blank(&ellipse((0.0, -0.2), (0.36, 0.35)));
    pen.blank(&polygon(&[(-0.23, 0.0), (0.23, 0.0), (0.21, 0.22), (-0.21, 0.22)]));
    pen.black(&ellipse((0.0, -0.22), (0.31, 0.3)));
    pen.black(&polygon(&[(-0.18, -0.05), (0.18, -0.05), (0.16, 0.17), (-0.16, 0.17)]));
    for side in [-1.0, 1.0] {
        pen.blank(&ellipse((0.13 * side, -0.2), (0.09, 0.095)));
        pen.blank(&bar((0.055 * side, 0.06), (0.055 * side, 0.18), 0.025));
    }
    pen.blank(&polygon(&[(0.0, -0.1), (0.05, 0.0), (-0.05, 0.0)]));
}

/// Two vessels, from which drops eat into a bar and a hand; black below.
fn corrosion(pen: &mut Pen<'_>) {
    pen.black(&polygon(&[(-0.81, 0.12), (0.81, 0.12), (0.0, INNER)]));
    for side in [-1.0, 1.0] {
        let (bottom, mouth) = ((0.46 * side, -0.38), (0.17 * side, -0.24));
        pen.black(&bar(bottom, mouth, 0.15));
        pen.blank(&bar((0.43 * side, -0.365), (0.15 * side, -0.23), 0.08));
        pen.black(&bar((0.3 * side, -0.28), (0.17 * side, -0.215), 0.06));
        pen.black(&ellipse((0.16 * side, -0.14), (0.025, 0.04)));
        pen.black(&ellipse((0.16 * side, -0.05), (0.025, 0.04)));
    }
    pen.black(&bar((-0.5, 0.05), (-0.02, 0.05), 0.08));
    pen.blank(&ellipse((-0.16, 0.01), (0.07, 0.05)));
    let hand = [(0.04, 0.09), (0.06, 0.03), (0.28, 0.0), (0.5, 0.01), (0.55, 0.09)];
    pen.black(&polygon(&hand));
    pen.blank(&ellipse((0.16, 0.0), (0.06, 0.045)));
}

/// A flame over a line.
fn flame(pen: &mut Pen<'_>) {
    use Segment::{Close, Cubic, Move};
    pen.black(&[
        Move(0.0, 0.36),
        Cubic(-0.36, 0.36, -0.42, 0.06, -0.22, -0.16),
        Cubic(-0.21, -0.04, -0.14, 0.0, -0.1, -0.02),
        Cubic(-0.2, -0.24, -0.04, -0.44, 0.06, -0.6),
        Cubic(0.08, -0.36, 0.36, -0.2, 0.36, 0.08),
        Cubic(0.36, 0.28, 0.2, 0.36, 0.0, 0.36),
        Close,
    ]);
    pen.blank(&[
        Move(0.02, 0.31),
        Cubic(-0.14, 0.31, -0.17, 0.15, -0.05, 0.0),
        Cubic(-0.02, 0.09, 0.06, 0.08, 0.08, -0.06),
        Cubic(0.22, 0.08, 0.2, 0.31, 0.02, 0.31),
        Close,
    ]);
    pen.black(&bar((-0.34, 0.46), (0.34, 0.46), 0.07));
}

/// Something that bursts.
fn burst(pen: &mut Pen<'_>) {
    let spikes = 11;
    let corners: Vec<(f64, f64)> = (0..2 * spikes)
        .map(|corner| {
            let angle = std::f64::consts::PI * f64::from(corner) / f64::from(spikes);
            let reach = if corner % 2 == 0 { 0.6 } else { 0.36 };
            (reach * angle.sin(), -reach * angle.cos())
        })
        .collect();
    pen.black(&polygon(&corners));
    pen.blank(&ellipse((0.0, 0.0), (0.3, 0.3)));
    pen.black(&ellipse((0.0, 0.0), (0.2, 0.2)));
    pen.black(&bar((0.12, -0.12), (0.22, -0.22), 0.09));
}

fn square(half: f64) -> Vec<Segment> {
    polygon(&[(0.0, -half), (half, 0.0), (0.0, half), (-half, 0.0)])
}

fn polygon(corners: &[(f64, f64)]) -> Vec<Segment> {
    let step = |(index, &(x, y)): (usize, &(f64, f64))| match index {
        0 => Segment::Move(x, y),
        _ => Segment::Line(x, y),
    };
    corners.iter().enumerate().map(step).chain([Segment::Close]).collect()
}

/// A line from middle to middle of its ends.
fn bar((x, y): (f64, f64), (to_x, to_y): (f64, f64), width: f64) -> Vec<Segment> {
    let (run, rise) = (to_x - x, to_y - y);
    let length = run.hypot(rise);
    let (a, b) = (-rise / length * width / 2.0, run / length * width / 2.0);
    polygon(&[(x + a, y + b), (to_x + a, to_y + b), (to_x - a, to_y - b), (x - a, y - b)])
}

fn ellipse((x, y): (f64, f64), (wide, high): (f64, f64)) -> Vec<Segment> {
    let (a, b) = (wide * ROUND, high * ROUND);
    vec![
        Segment::Move(x + wide, y),
        Segment::Cubic(x + wide, y + b, x + a, y + high, x, y + high),
        Segment::Cubic(x - a, y + high, x - wide, y + b, x - wide, y),
        Segment::Cubic(x - wide, y - b, x - a, y - high, x, y - high),
        Segment::Cubic(x + a, y - high, x + wide, y - b, x + wide, y),
        Segment::Close,
    ]
}
