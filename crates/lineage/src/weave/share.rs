//! The rule of shares: measured substance over the sum, else by dry mass.

/// What leaves a version: its mass and, where it was measured, its substance (grams).
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) mass: Option<f64>,
    pub(super) measured: Option<f64>,
}

/// Fractions of substance and mass by output, and the grams that the version must have held.
pub(super) struct Shared {
    pub(super) fractions: Vec<(f64, f64)>,
    pub(super) pinned: Option<f64>,
}

/// Shares a version out. An output that nobody measured takes its share of the dry mass; those that
/// were measured take the rest, each by what was measured in it. The mass goes by the outputs over
/// the larger of what went in and what came out, so that every tonne is in one place only.
pub(super) fn share_out(outputs: &[Output], mass_in: f64) -> Shared {
    let mass = |output: &Output| output.mass.unwrap_or(0.0);
    let out: f64 = outputs.iter().map(mass).sum();
    let by_mass = |output: &Output| match out > 0.0 {
        true => mass(output) / out,
        false => 1.0 / outputs.len() as f64,
    };
    let measured: f64 = outputs.iter().filter_map(|output| output.measured).sum();
    let any = outputs.iter().any(|output| output.measured.is_some());
    let others = outputs.iter().filter(|output| output.measured.is_none());
    let unmeasured: f64 = others.map(by_mass).sum();
    // Nothing measured, or nothing found where it was: then the mass decides alone.
    let decides = measured > 0.0 && unmeasured < 1.0;
    let substance = |output: &Output| match output.measured {
        Some(grams) if decides => (1.0 - unmeasured) * grams / measured,
        _ => by_mass(output),
    };
    let base = out.max(mass_in);
    let share = |output: &Output| match base > 0.0 {
        true => mass(output) / base,
        false => by_mass(output),
    };
    let fractions = outputs.iter().map(|output| (substance(output), share(output))).collect();
    let pinned = match (decides, any && unmeasured == 0.0) {
        (true, _) => Some(measured / (1.0 - unmeasured)),
        // All were measured, and nothing was found.
        (false, true) => Some(measured),
        (false, false) => None,
    };
    Shared { fractions, pinned }
}
