//! What is declared of each port: scanners, scales and watched folders.
//!
//! Types and defaults alone; what does not fit together is said in `check`.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use tl_domain::ids::{MaterialId, MeterId, NodeId};

use super::lab::{LabFolder, LabSerial, LabTcp};
use super::modbus::{ModbusSerial, ModbusTcp};
use super::monitor::MonitorTcp;
use super::tickets::{TicketCommand, TicketFolder, TicketSqlite};

/// One device or folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PortConfig {
    /// QR scanner on TCP.
    ScannerTcp(ScannerTcp),
    /// QR scanner on a serial line.
    ScannerSerial(ScannerSerial),
    /// QR scanner that pretends to be a keyboard.
    ScannerHid(ScannerHid),
    /// Indicator on a serial line.
    ScaleSerial(ScaleSerial),
    /// Indicator whose line belongs to another program: we only listen.
    ScaleTap(ScaleSerial),
    /// Indicator behind a network address.
    ScaleTcp(ScaleTcp),
    /// Files of the weighbridge's software.
    TicketFolder(TicketFolder),
    /// Table of tickets in an SQLite file.
    TicketSqlite(TicketSqlite),
    /// Table of tickets that an outside program reads.
    TicketCommand(TicketCommand),
    /// Files of a laboratory instrument.
    LabFolder(LabFolder),
    /// Laboratory instrument on TCP.
    LabTcp(LabTcp),
    /// Laboratory instrument on a serial line.
    LabSerial(LabSerial),
    /// Online monitors that report to us.
    MonitorTcp(MonitorTcp),
    /// Totalisers on a serial line.
    ModbusSerial(ModbusSerial),
    /// Totalisers behind a network address.
    ModbusTcp(ModbusTcp),
}

impl PortConfig {
    /// The port's name, unique in the configuration.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::ScannerTcp(port) => &port.name,
            Self::ScannerSerial(port) => &port.name,
            Self::ScannerHid(port) => &port.name,
            Self::ScaleSerial(port) | Self::ScaleTap(port) => &port.name,
            Self::ScaleTcp(port) => &port.name,
            Self::TicketFolder(port) => &port.name,
            Self::TicketSqlite(port) => &port.name,
            Self::TicketCommand(port) => &port.name,
            Self::LabFolder(port) => &port.name,
            Self::LabTcp(port) => &port.name,
            Self::LabSerial(port) => &port.name,
            Self::MonitorTcp(port) => &port.name,
            Self::ModbusSerial(port) => &port.name,
            Self::ModbusTcp(port) => &port.name,
        }
    }

    /// The kind as written in the file.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::ScannerTcp(_) => "scanner_tcp",
            Self::ScannerSerial(_) => "scanner_serial",
            Self::ScannerHid(_) => "scanner_hid",
            Self::ScaleSerial(_) => "scale_serial",
            Self::ScaleTap(_) => "scale_tap",
            Self::ScaleTcp(_) => "scale_tcp",
            Self::TicketFolder(_) => "ticket_folder",
            Self::TicketSqlite(_) => "ticket_sqlite",
            Self::TicketCommand(_) => "ticket_command",
            Self::LabFolder(_) => "lab_folder",
            Self::LabTcp(_) => "lab_tcp",
            Self::LabSerial(_) => "lab_serial",
            Self::MonitorTcp(_) => "monitor_tcp",
            Self::ModbusSerial(_) => "modbus_serial",
            Self::ModbusTcp(_) => "modbus_tcp",
        }
    }

    /// What is declared of a scale; none for other ports.
    pub(crate) fn scale(&self) -> Option<ScaleRules> {
        match self {
            Self::ScaleSerial(port) | Self::ScaleTap(port) => Some(port.rules()),
            Self::ScaleTcp(port) => Some(port.rules.clone()),
            _ => None,
        }
    }
}

/// A scanner on TCP: exactly one of `connect` and `listen`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScannerTcp {
    pub(crate) name: String,
    /// Address of a scanner that waits for us.
    #[serde(default)]
    pub(crate) connect: Option<String>,
    /// Address on which we wait for scanners.
    #[serde(default)]
    pub(crate) listen: Option<SocketAddr>,
    /// Whether 06h or 15h goes back after each scan.
    #[serde(default)]
    pub(crate) answer: bool,
    #[serde(default = "default_object")]
    pub(crate) profile: Value,
    #[serde(default)]
    pub(crate) station: Option<Station>,
}

/// A scanner on a serial line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScannerSerial {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) line: SerialLine,
    #[serde(default)]
    pub(crate) answer: bool,
    #[serde(default = "default_object")]
    pub(crate) profile: Value,
    #[serde(default)]
    pub(crate) station: Option<Station>,
}

/// A scanner that pretends to be a keyboard.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScannerHid {
    pub(crate) name: String,
    /// Its event device, by a name that does not change: /dev/input/by-id/…-event-kbd.
    pub(crate) path: PathBuf,
    /// Layout, suffix and identifier as the scanner is set.
    #[serde(default = "default_object")]
    pub(crate) profile: Value,
    #[serde(default)]
    pub(crate) station: Option<Station>,
}

/// What a scan records at once, without a page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Station {
    /// What a code is registered as that is not known yet.
    pub(crate) material: MaterialId,
    /// Where it is booked.
    pub(crate) node: NodeId,
    /// Port of the scale that weighs at each scan.
    #[serde(default)]
    pub(crate) scale: Option<String>,
    /// What a weighing means.
    #[serde(default)]
    pub(crate) weigh: StationWeigh,
}

/// What a station's weighing means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StationWeigh {
    /// The weight is the net mass (bag and platform scales).
    #[default]
    Net,
    /// First scan gross, second scan tare (trucks).
    GrossTare,
}

/// A serial line; any tty or pseudo-terminal.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SerialLine {
    pub(crate) path: PathBuf,
    #[serde(default = "default_baud")]
    pub(crate) baud: u32,
    #[serde(default = "default_data_bits")]
    pub(crate) data_bits: u8,
    #[serde(default)]
    pub(crate) parity: LineParity,
}

/// Parity of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineParity {
    /// No parity bit.
    #[default]
    None,
    /// Even number of ones.
    Even,
    /// Odd number of ones.
    Odd,
}

/// An indicator that sends continuously.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScaleSerial {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) line: SerialLine,
    pub(crate) meter: MeterId,
    #[serde(default)]
    pub(crate) calibration: Option<String>,
    #[serde(default = "default_stable_frames")]
    pub(crate) stable_frames: u32,
    /// Layout; the last commissioning wins, and without both nothing becomes a weight.
    #[serde(default)]
    pub(crate) profile: Value,
}

impl ScaleSerial {
    /// What is declared of the scale itself.
    pub(crate) fn rules(&self) -> ScaleRules {
        ScaleRules {
            meter: self.meter.clone(),
            calibration: self.calibration.clone(),
            stable_frames: self.stable_frames,
            profile: self.profile.clone(),
        }
    }
}

/// An indicator behind a network address, or a serial server that passes its bytes through.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScaleTcp {
    pub(crate) name: String,
    /// `host:port`.
    pub(crate) connect: String,
    #[serde(flatten)]
    pub(crate) rules: ScaleRules,
}

/// What is declared of a scale, whatever its line.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ScaleRules {
    pub(crate) meter: MeterId,
    #[serde(default)]
    pub(crate) calibration: Option<String>,
    #[serde(default = "default_stable_frames")]
    pub(crate) stable_frames: u32,
    /// Layout; the last commissioning wins, and without both nothing becomes a weight.
    #[serde(default)]
    pub(crate) profile: Value,
}

fn default_object() -> Value {
    Value::Object(serde_json::Map::new())
}
fn default_baud() -> u32 {
    9600
}
fn default_data_bits() -> u8 {
    8
}
fn default_stable_frames() -> u32 {
    5
}
pub(super) fn default_settle_ms() -> u64 {
    2000
}
