//! What registers mean, as declared: type, order of words and bytes, scale. Nothing is guessed.
//!
//! A total may have parts (whole cubic metres and thousandths; high and low counters): all of them
//! are read by one request and added. A value keeps the decimals of its scale. A total in floating
//! point moves in steps that grow with it; the step of the value is said with it.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::frame::{Request, RequestError, Table};
use crate::decimal::DecimalText;
use crate::limits::{MODBUS_PARTS_MAX, MODBUS_REGISTERS_MAX};

/// How the number stands in the registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Whole, 16 bits.
    U16,
    /// Whole, 16 bits, two's complement.
    I16,
    /// Whole, 32 bits.
    U32,
    /// Whole, 32 bits, two's complement.
    I32,
    /// Whole, 64 bits.
    U64,
    /// Whole, 64 bits, two's complement.
    I64,
    /// Floating point, 32 bits (IEEE 754): seven digits at best.
    F32,
    /// Floating point, 64 bits.
    F64,
    /// Four decimal digits.
    Bcd16,
    /// Eight decimal digits.
    Bcd32,
    /// Sixteen decimal digits.
    Bcd64,
}

impl Kind {
    /// Registers that it takes.
    pub fn words(self) -> u16 {
        match self {
            Self::U16 | Self::I16 | Self::Bcd16 => 1,
            Self::U32 | Self::I32 | Self::F32 | Self::Bcd32 => 2,
            Self::U64 | Self::I64 | Self::F64 | Self::Bcd64 => 4,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::U16 => "u16",
            Self::I16 => "i16",
            Self::U32 => "u32",
            Self::I32 => "i32",
            Self::U64 => "u64",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Bcd16 => "bcd16",
            Self::Bcd32 => "bcd32",
            Self::Bcd64 => "bcd64",
        }
    }
}

/// Which of several comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The high one, as the standard has it for bytes.
    HighFirst,
    /// The low one.
    LowFirst,
}

impl Order {
    fn name(self) -> &'static str {
        match self {
            Self::HighFirst => "high_first",
            Self::LowFirst => "low_first",
        }
    }
}

/// One number of a total.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// First register, counted from 0 as on the line (40001 in a manual is 0).
    pub address: u16,
    /// How the number is written.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Order of the registers; has to be declared where there is more than one.
    #[serde(default)]
    pub words: Option<Order>,
    /// Order of the bytes within a register.
    #[serde(default = "high_first")]
    pub bytes: Order,
    /// What one step is worth in the total's unit.
    #[serde(default = "one")]
    pub scale: DecimalText,
}

fn high_first() -> Order {
    Order::HighFirst
}

fn one() -> DecimalText {
    DecimalText::parse("1").expect("a number")
}

/// A total as declared: its parts, added.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Layout {
    parts: Vec<Part>,
}

/// A declaration that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// None, or too many.
    #[error("{0} parts; a total has 1 to {MODBUS_PARTS_MAX}")]
    Parts(usize),
    /// More than one register and no order.
    #[error(
        "registers from {0}: `words` is missing; say high_first or low_first, as the manual has it"
    )]
    NoWordOrder(u16),
    /// A step that is worth nothing.
    #[error("registers from {0}: `scale` has to be above zero")]
    Scale(u16),
    /// What a request can't ask for; also where parts lie too far apart.
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// A total as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Total {
    /// The value in the declared unit.
    pub value: Decimal,
    /// The smallest step by which it moves at this value.
    pub resolution: Decimal,
}

/// Registers that are no total.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    /// A nibble that is no digit.
    #[error("registers from {address} hold {value:X}h: no decimal digits; check `type`")]
    NotDigits {
        /// First register.
        address: u16,
        /// What they hold.
        value: u64,
    },
    /// NaN or infinite.
    #[error("registers from {0} hold no number (NaN or infinite): check the meter")]
    NotANumber(u16),
    /// Larger than any total.
    #[error("registers from {0} hold {1}: too large for a total; check `type`, `words`, `bytes`")]
    TooLarge(u16, String),
    /// Below zero.
    #[error("the total is {0}: a totaliser does not go below zero; check `type`, `words`, `bytes`")]
    Negative(Decimal),
    /// Fewer registers than were asked for.
    #[error("register {0} is not in the answer")]
    Missing(u16),
}

impl Layout {
    /// A layout of parts.
    pub fn new(parts: Vec<Part>) -> Self {
        Self { parts }
    }

    /// The one request that reads all parts; the check of the declaration as well.
    pub fn request(&self, device: u8, table: Table) -> Result<Request, LayoutError> {
        if self.parts.is_empty() || self.parts.len() > MODBUS_PARTS_MAX {
            return Err(LayoutError::Parts(self.parts.len()));
        }
        for part in &self.parts {
            if part.kind.words() > 1 && part.words.is_none() {
                return Err(LayoutError::NoWordOrder(part.address));
            }
            if part.scale.is_negative() || part.scale.is_zero() {
                return Err(LayoutError::Scale(part.address));
            }
        }
        let first = self.first();
        let end = self.parts.iter().map(|it| u32::from(it.address) + u32::from(it.kind.words()));
        let count = end.max().unwrap_or_default() - u32::from(first);
        match u16::try_from(count) {
            Ok(count) if count <= MODBUS_REGISTERS_MAX => {
                Ok(Request::new(device, table, first, count)?)
            }
            _ => Err(RequestError::Count(count).into()),
        }
    }

    /// Address of the first register.
    fn first(&self) -> u16 {
        self.parts.iter().map(|part| part.address).min().unwrap_or_default()
    }

    /// The total in the registers that `request` asked for.
    pub fn read(&self, registers: &[u16]) -> Result<Total, ValueFault> {
        let mut value = Decimal::ZERO;
        let (mut finest, mut coarsest_float) = (Decimal::MAX, Decimal::ZERO);
        for part in &self.parts {
            let from = usize::from(part.address - self.first());
            let words = registers.get(from..from + usize::from(part.kind.words()));
            let number = part.read(words.ok_or(ValueFault::Missing(part.address))?)?;
            let too_large = || ValueFault::TooLarge(part.address, number.value.to_string());
            let scale = part.scale.to_decimal();
            let scaled = number.value.checked_mul(scale).ok_or_else(too_large)?;
            value = value.checked_add(scaled).ok_or_else(too_large)?;
            let step = number.step.checked_mul(scale).ok_or_else(too_large)?;
            finest = finest.min(step);
            if matches!(part.kind, Kind::F32 | Kind::F64) {
                coarsest_float = coarsest_float.max(step);
            }
        }
        if value.is_sign_negative() && !value.is_zero() {
            return Err(ValueFault::Negative(value));
        }
        // A part in floating point can be coarser than the others are fine.
        Ok(Total { value, resolution: finest.max(coarsest_float) })
    }

    /// The declaration in one line, for entries: what has to be known to read the bytes again.
    pub fn describe(&self) -> String {
        let parts = self.parts.iter().map(|part| {
            let words = part.words.map_or(String::new(), |it| format!(":words={}", it.name()));
            let bytes = match part.bytes {
                Order::HighFirst => String::new(),
                Order::LowFirst => ":bytes=low_first".to_owned(),
            };
            format!("{}@{}{words}{bytes}:x{}", part.kind.name(), part.address, part.scale)
        });
        parts.collect::<Vec<_>>().join("+")
    }
}

/// A number before its scale, and its smallest step.
struct Number {
    value: Decimal,
    step: Decimal,
}

impl Part {
    fn read(&self, words: &[u16]) -> Result<Number, ValueFault> {
        let mut bytes: Vec<u8> = Vec::with_capacity(8);
        let ordered: Vec<u16> = match self.words {
            Some(Order::LowFirst) => words.iter().rev().copied().collect(),
            _ => words.to_vec(),
        };
        for word in ordered {
            bytes.extend(match self.bytes {
                Order::HighFirst => word.to_be_bytes(),
                Order::LowFirst => word.to_le_bytes(),
            });
        }
        let raw = bytes.iter().fold(0u64, |raw, byte| (raw << 8) | u64::from(*byte));
        let whole = |value: Decimal| Ok(Number { value, step: Decimal::ONE });
        // Each cut keeps exactly the bits that the kind has.
        match self.kind {
            Kind::U16 | Kind::U32 | Kind::U64 => whole(raw.into()),
            Kind::I16 => whole((raw as u16 as i16).into()),
            Kind::I32 => whole((raw as u32 as i32).into()),
            Kind::I64 => whole((raw as i64).into()),
            Kind::Bcd16 | Kind::Bcd32 | Kind::Bcd64 => whole(self.digits(raw)?.into()),
            Kind::F32 => {
                let bits = raw as u32;
                let value = f32::from_bits(bits);
                let exponent = i32::from((bits >> 23) as u8);
                self.float(value.is_finite(), value.to_string(), power_of_two(exponent, 150))
            }
            Kind::F64 => {
                let value = f64::from_bits(raw);
                let exponent = ((raw >> 52) & 0x7ff) as i32;
                self.float(value.is_finite(), value.to_string(), power_of_two(exponent, 1075))
            }
        }
    }

    /// The shortest decimal that is this number in floating point.
    fn float(&self, finite: bool, text: String, step: Decimal) -> Result<Number, ValueFault> {
        if !finite {
            return Err(ValueFault::NotANumber(self.address));
        }
        match Decimal::from_str_exact(&text) {
            Ok(value) => Ok(Number { value, step }),
            // Behind 28 decimals a total is nothing.
            Err(_) if text.trim_start_matches('-').starts_with("0.") => {
                Ok(Number { value: Decimal::ZERO, step })
            }
            Err(_) => Err(ValueFault::TooLarge(self.address, text)),
        }
    }

    fn digits(&self, raw: u64) -> Result<u64, ValueFault> {
        let nibbles = u32::from(self.kind.words()) * 4;
        (0..nibbles).rev().try_fold(0u64, |value, place| match (raw >> (place * 4)) & 15 {
            digit @ 0..=9 => Ok(value * 10 + digit),
            _ => Err(ValueFault::NotDigits { address: self.address, value: raw }),
        })
    }
}

/// 2 to the power of a stored exponent minus its bias and fraction bits, within what a decimal
/// holds; subnormal numbers move by the smallest step.
fn power_of_two(exponent: i32, bias: i32) -> Decimal {
    const POWER_MAX: i32 = 94;
    const HALVINGS_MAX: i32 = 92;
    let power = exponent.max(1) - bias;
    if power >= 0 {
        let shifted = 1i128 << power.min(POWER_MAX);
        return Decimal::try_from_i128_with_scale(shifted, 0).unwrap_or(Decimal::MAX);
    }
    let half = Decimal::new(5, 1);
    (0..power.abs().min(HALVINGS_MAX)).fold(Decimal::ONE, |step, _| step * half).normalize()
}
