//! Outlines of ribbons: smooth curves through the stops of a forward ribbon, rounded corners for a
//! loop. Invariants: a ribbon leaves and enters level, is everywhere about as thick across its way
//! as at its ends, and stays between the heights of its stops.

use super::loops::CORNER;
use super::place::{Ribbon, Shape};
use crate::figure::svg::num;

type Place = (f64, f64);

/// The outline of a ribbon as path data.
pub(super) fn outline(ribbon: &Ribbon) -> String {
    match &ribbon.shape {
        Shape::Forward(stops) => forward(stops, ribbon.width),
        Shape::Loop { start, down, channel, up, end } => {
            looped(*start, *down, *channel, *up, *end, ribbon.width)
        }
    }
}

/// Height at `x` of the middle of a forward ribbon between two neighbouring stops.
pub(super) fn middle_at(stops: &[Place], step: usize, width: f64, x: f64) -> f64 {
    let Some([a, b, c, d]) = bend(stops, step, 0.0) else { return 0.0 };
    let at = |t: f64, of: fn(Place) -> f64| {
        let u = 1.0 - t;
        u * u * u * of(a) + 3.0 * u * u * t * of(b) + 3.0 * u * t * t * of(c) + t * t * t * of(d)
    };
    // x rises with t: halving finds it.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..24 {
        let t = (low + high) / 2.0;
        if at(t, |place| place.0) < x { low = t } else { high = t }
    }
    at((low + high) / 2.0, |place| place.1) + width / 2.0
}

fn forward(stops: &[Place], width: f64) -> String {
    let mut path = String::new();
    let Some((first, last)) = stops.first().zip(stops.last()) else { return path };
    path.push_str(&format!("M{} {}", num(first.0), num(first.1)));
    let steps = stops.len() - 1;
    for step in 0..steps {
        if let Some([_, b, c, d]) = bend(stops, step, width) {
            path.push_str(&cubic(b, c, d, 0.0));
        }
    }
    path.push_str(&format!("V{}", num(last.1 + width)));
    for step in (0..steps).rev() {
        if let Some([a, b, c, _]) = bend(stops, step, -width) {
            path.push_str(&cubic(c, b, a, width));
        }
    }
    path.push('Z');
    path
}

fn cubic(a: Place, b: Place, c: Place, lower: f64) -> String {
    format!(
        "C{} {} {} {} {} {}",
        num(a.0),
        num(a.1 + lower),
        num(b.0),
        num(b.1 + lower),
        num(c.0),
        num(c.1 + lower)
    )
}

/// Control points of the curve from a stop to the next. The upper edge of a falling ribbon bends a
/// little later, its lower edge (negative thickness) earlier, so that it does not thin out.
fn bend(stops: &[Place], step: usize, thickness: f64) -> Option<[Place; 4]> {
    let (a, d) = (*stops.get(step)?, *stops.get(step + 1)?);
    let (across, down) = (d.0 - a.0, d.1 - a.1);
    // In its middle the curve is about twice as steep as the line between its ends.
    let angle = if across > 0.0 { (2.0 * down / across).atan() } else { 0.0 };
    // Moving both control points moves the middle of the curve by three quarters of it.
    let push = (thickness * (angle / 2.0).tan() / 2.0 / 0.75).clamp(-0.3 * across, 0.3 * across);
    let (before, after) = (across / 2.0 + push, across / 2.0 - push);
    let (leave, arrive) = (slope(stops, step), slope(stops, step + 1));
    let b = (a.0 + before, a.1 + before * leave);
    let c = (d.0 - after, d.1 - after * arrive);
    Some([a, b, c, d])
}

/// Slope at a stop: level at the ends and at turning points, else the harmonic mean of both sides,
/// which keeps the curve between its stops.
fn slope(stops: &[Place], at: usize) -> f64 {
    let rise = |a: &Place, b: &Place| if b.0 > a.0 { (b.1 - a.1) / (b.0 - a.0) } else { 0.0 };
    let Some((before, here, after)) = at
        .checked_sub(1)
        .and_then(|before| Some((stops.get(before)?, stops.get(at)?, stops.get(at + 1)?)))
    else {
        return 0.0;
    };
    let (left, right) = (rise(before, here), rise(here, after));
    if left * right <= 0.0 { 0.0 } else { 2.0 * left * right / (left + right) }
}

/// Outer edge out, inner edge back; all corners turn right (clockwise).
fn looped(start: Place, down: f64, channel: f64, up: f64, end: Place, width: f64) -> String {
    let (inner, outer) = (CORNER, CORNER + width);
    let arc = |radius: f64, sweep: u8, x: f64, y: f64| {
        format!("A{r} {r} 0 0 {sweep} {} {}", num(x), num(y), r = num(radius))
    };
    let mut path = format!("M{} {}H{}", num(start.0), num(start.1), num(down - CORNER));
    path.push_str(&arc(outer, 1, down + width, start.1 + outer));
    path.push_str(&format!("V{}", num(channel - CORNER)));
    path.push_str(&arc(outer, 1, down - CORNER, channel + width));
    path.push_str(&format!("H{}", num(up + outer)));
    path.push_str(&arc(outer, 1, up, channel - CORNER));
    path.push_str(&format!("V{}", num(end.1 + outer)));
    path.push_str(&arc(outer, 1, up + outer, end.1));
    path.push_str(&format!("H{}V{}H{}", num(end.0), num(end.1 + width), num(up + outer)));
    path.push_str(&arc(inner, 0, up + width, end.1 + outer));
    path.push_str(&format!("V{}", num(channel - CORNER)));
    path.push_str(&arc(inner, 0, up + outer, channel));
    path.push_str(&format!("H{}", num(down - CORNER)));
    path.push_str(&arc(inner, 0, down, channel - CORNER));
    path.push_str(&format!("V{}", num(start.1 + outer)));
    path.push_str(&arc(inner, 0, down - CORNER, start.1 + width));
    path.push_str(&format!("H{}Z", num(start.0)));
    path
}
