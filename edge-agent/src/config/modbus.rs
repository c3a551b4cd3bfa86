//! What is declared of totalisers that are asked by Modbus: the line, the registers, the shifts.
//!
//! Types, order and scale of registers come from the meter's manual; nothing is found out.

use serde::Deserialize;
use tl_device::modbus::{Layout, Shifts, Table};
use tl_domain::ids::{MeterId, StreamId};
use tl_domain::quantity::{Basis, DecimalText, MassUnit, VolumeUnit};

use super::port::SerialLine;

/// Most meters of one line.
const METERS_MAX: usize = 32;
/// Longest pause between questions, in seconds.
const POLL_SECONDS_MAX: u32 = 3600;
/// Longest wait for an answer, in ms.
const TIMEOUT_MS_MAX: u32 = 10_000;
/// Highest address of a device on a serial line (serial line 1.02, 2.2).
const DEVICE_MAX: u8 = 247;

/// Meters on a serial line (RS-485), Modbus RTU.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModbusSerial {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) line: SerialLine,
    #[serde(flatten)]
    pub(crate) rules: ModbusRules,
}

/// Meters behind a network address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModbusTcp {
    pub(crate) name: String,
    /// `host:502`.
    pub(crate) connect: String,
    /// What stands on the connection.
    #[serde(default)]
    pub(crate) framing: Framed,
    #[serde(flatten)]
    pub(crate) rules: ModbusRules,
}

/// What stands on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Framed {
    /// Modbus TCP.
    #[default]
    Tcp,
    /// RTU frames as they are, behind a serial server that passes bytes through.
    Rtu,
}

/// How meters are asked.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ModbusRules {
    /// Pause between questions.
    #[serde(default = "default_poll_seconds")]
    pub(crate) poll_seconds: u32,
    /// Longest wait for an answer.
    #[serde(default = "default_timeout_ms")]
    pub(crate) timeout_ms: u32,
    /// Times of day at which spans are cut: shifts, or the production day.
    pub(crate) shifts: Shifts,
    pub(crate) meters: Vec<Totalised>,
}

/// A totaliser and what it counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Totalised {
    /// The meter's master record.
    pub(crate) meter: MeterId,
    /// The stream that flows through it.
    pub(crate) stream: StreamId,
    /// Address of the device (unit, slave).
    pub(crate) device: u8,
    /// Which registers: holding (function 03) or input (function 04).
    pub(crate) table: Table,
    /// Where the total stands and how it is written; parts are added.
    pub(crate) total: Layout,
    /// Unit of the total: g, kg, t, L, m3 or Nm3.
    pub(crate) unit: FlowUnit,
    /// Wet or dry; needed for a mass.
    #[serde(default)]
    pub(crate) basis: Option<Basis>,
    /// Density in t/m³ of a volume whose contents are per mass.
    #[serde(default)]
    pub(crate) density: Option<DecimalText>,
    /// The value at which the counter begins again.
    #[serde(default)]
    pub(crate) rollover: Option<DecimalText>,
    /// Most that can flow in an hour, in the unit.
    #[serde(default)]
    pub(crate) rate_max: Option<DecimalText>,
}

/// A unit of mass or of volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum FlowUnit {
    /// Of mass.
    Mass(MassUnit),
    /// Of volume.
    Volume(VolumeUnit),
}

impl FlowUnit {
    /// As written.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Mass(unit) => unit.sign(),
            Self::Volume(unit) => unit.sign(),
        }
    }
}

impl TryFrom<String> for FlowUnit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mass = text.parse().map(Self::Mass);
        mass.or_else(|_| text.parse().map(Self::Volume))
            .map_err(|_| format!("unit {text:?} is none of g, kg, t, L, m3, Nm3"))
    }
}

impl ModbusRules {
    /// `serial`: device addresses are those of a serial line.
    pub(super) fn check(&self, serial: bool) -> Result<(), String> {
        if !(1..=POLL_SECONDS_MAX).contains(&self.poll_seconds) {
            return Err(format!("`poll_seconds` is 1 to {POLL_SECONDS_MAX}"));
        }
        if !(10..=TIMEOUT_MS_MAX).contains(&self.timeout_ms) {
            return Err(format!("`timeout_ms` is 10 to {TIMEOUT_MS_MAX}"));
        }
        if self.meters.is_empty() || self.meters.len() > METERS_MAX {
            return Err(format!("`meters` are 1 to {METERS_MAX}"));
        }
        for (index, meter) in self.meters.iter().enumerate() {
            let before = self.meters.get(..index).unwrap_or_default();
            if before.iter().any(|it| it.meter == meter.meter) {
                return Err(format!("meter {} stands twice", meter.meter));
            }
            meter.check(serial).map_err(|why| format!("meter {}: {why}", meter.meter))?;
        }
        Ok(())
    }
}

impl Totalised {
    fn check(&self, serial: bool) -> Result<(), String> {
        if serial && !(1..=DEVICE_MAX).contains(&self.device) {
            return Err(format!("`device` on a serial line is 1 to {DEVICE_MAX}"));
        }
        self.total.request(self.device, self.table).map_err(|error| error.to_string())?;
        match (self.unit, self.basis) {
            (FlowUnit::Mass(_), None) => {
                return Err("`basis` is missing: is the mass wet or dry?".to_owned());
            }
            (FlowUnit::Volume(_), Some(_)) => {
                return Err("a volume has no `basis`".to_owned());
            }
            _ => {}
        }
        let positive = |value: &Option<DecimalText>| {
            value.as_ref().is_none_or(|it| it.value().is_sign_positive() && !it.value().is_zero())
        };
        if !positive(&self.rollover) || !positive(&self.rate_max) || !positive(&self.density) {
            return Err("`rollover`, `rate_max` and `density` are above 0".to_owned());
        }
        if self.rollover.is_some() && self.rate_max.is_none() {
            return Err("`rate_max` is missing: without the most that can flow in an hour a \
                        counter that was reset looks like one that rolled over"
                .to_owned());
        }
        Ok(())
    }
}

fn default_poll_seconds() -> u32 {
    10
}
fn default_timeout_ms() -> u32 {
    1000
}
