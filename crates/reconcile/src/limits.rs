//! Every bound of this crate in one place.
//!
//! Invariant: whatever a caller hands in, work and memory end at these figures; beyond them the
//! input is refused by name. Numerical tolerances stand here too, each with its reason.

/// Streams and stocks of one flow sheet over all periods; the province of 400 enterprises has
/// 230,000 a year.
pub const MOST_ITEMS: usize = 500_000;
/// Units times periods times layers.
pub const MOST_ROWS: usize = 500_000;
/// Periods of one case: ten years of months.
pub const MOST_PERIODS: u32 = 120;
/// Measurements that are correlated with one another, directly or through others.
pub const MOST_CORRELATED: usize = 400;
/// Measurements that serial elimination may remove.
pub const MOST_REMOVALS: usize = 10;
/// Serial elimination solves again after each removal; above this many variables it is not begun
/// unless nothing else was asked for.
pub const MOST_VARIABLES_FOR_SERIAL: usize = 6_000;
/// Bytes of one case as text.
pub const MOST_BYTES: usize = 512 << 20;
/// Steps of one equality solve.
pub(crate) const MOST_STEPS: usize = 120;
/// Quadratic programs of one bounded solve.
pub(crate) const MOST_PROGRAMS: usize = 40;
/// Variables of a part up to which a saddle is left; it costs as much again as the bounded solve,
/// and a nudge somewhere in a large part moves other places too.
pub(crate) const MOST_VARIABLES_FOR_SADDLES: usize = 40_000;
/// Dependent balances whose null vectors are kept for the leak test of closed systems.
pub(crate) const MOST_DEPENDENT: usize = 64;

/// A balance is closed when its residual is below this share of what passes through it.
pub(crate) const CLOSED: f64 = 1e-9;
/// Proximal weight of an unmeasured variable, in units of its magnitude.
pub(crate) const PROXIMAL: f64 = 1e-7;
/// Proximal weight of a multiplier.
pub(crate) const DUAL: f64 = 1e-12;
/// A scaled coefficient that is smaller than this beside what it was computed from is zero.
pub(crate) const CANCELLED: f64 = 1e-11;
/// Share of its own variance that an adjustment must have for a measurement to be redundant, in a
/// part of a thousand variables or fewer; in larger parts in proportion less.
pub(crate) const REDUNDANT: f64 = 1e-9;
/// Variables up to which `REDUNDANT` holds as it stands.
pub(crate) const SMALL: usize = 1000;
/// What remains of a balance's pivot when it only repeats others.
pub(crate) const DEPENDENT: f64 = 1e-12;
