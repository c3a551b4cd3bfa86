//! The plain fraction that a decimal meant.
//!
//! Invariant: the fraction returned rounds to the very number given. 0.05 arrives as a binary
//! number a little off 1/20; where a probability equals the limit exactly, the fraction decides.

/// Denominators above this are not what anybody typed.
const LARGEST_DENOMINATOR: u64 = 1_000_000_000;

/// Numerator and denominator of a fraction that is `value` to the last bit, for 0 < value < 1:
/// a decimal of up to nine digits, else the simplest with a denominator up to 10⁹, else None.
#[must_use]
pub fn plain(value: f64) -> Option<(u64, u64)> {
    if !(value > 0.0 && value < 1.0) {
        return None;
    }
    if let Some(decimal) = decimal(value) {
        return Some(decimal);
    }
    // Convergents of the continued fraction; f64 keeps enough digits for denominators up to 1e9
    // only when the remainders are exact, so they are taken from the binary fraction itself.
    let (mut above, mut below) = exact(value)?;
    let (mut p0, mut q0, mut p1, mut q1) = (0_u64, 1_u64, 1_u64, 0_u64);
    loop {
        let whole = u64::try_from(above / below).ok()?;
        let p = whole.checked_mul(p1)?.checked_add(p0)?;
        let q = whole.checked_mul(q1)?.checked_add(q0)?;
        if q > LARGEST_DENOMINATOR {
            return None;
        }
        if p as f64 / q as f64 == value {
            return Some((p, q));
        }
        (above, below) = (below, above % below);
        if below == 0 {
            return None;
        }
        (p0, q0, p1, q1) = (p1, q1, p, q);
    }
}

fn decimal(value: f64) -> Option<(u64, u64)> {
    let mut below = 10_u64;
    while below <= LARGEST_DENOMINATOR {
        let above = (value * below as f64).round();
        if above / below as f64 == value {
            return Some((above as u64, below));
        }
        below *= 10;
    }
    None
}

/// The binary number as a fraction, when its denominator fits 120 bits.
fn exact(value: f64) -> Option<(u128, u128)> {
    let bits = value.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    if exponent == 0 {
        return None;
    }
    let mantissa = u128::from((bits & ((1 << 52) - 1)) | (1 << 52));
    let shift = 1075_u64.checked_sub(exponent)?;
    if shift > 120 {
        return None;
    }
    Some((mantissa, 1 << shift))
}
