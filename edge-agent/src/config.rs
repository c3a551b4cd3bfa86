//! `DIR/config.toml`: what the agent of one plant listens to and how much it may keep.
//!
//! Unknown fields are errors, so that a misspelt setting is never silently ignored. Device layouts
//! are declared here and never guessed. Everything but the ports has a default.
//!
//! ```toml
//! offset_minutes = 480              # clock's offset until the first site snapshot names it
//! node = "gate"                     # node where arrivals are booked; default: first of the site
//!
//! [page]
//! listen = "0.0.0.0:8443"           # HTTPS; port 0: the chosen address is in DIR/page.addr
//!
//! [outbox]
//! quota_bytes = 4294967296          # warn at 80 %, refuse new captures at 95 %
//! ballast_bytes = 67108864          # room kept for marks and verdicts on a full disk; 0 for none
//! keep_days = 90                    # acknowledged entries are kept at least so long
//!
//! [uplink]
//! enabled = true
//! retry_max_seconds = 60            # cap of the jittered back-off
//! poll_seconds = 15                 # how often head and snapshot are asked for when idle
//!
//! [printer]
//! address = "192.168.1.50:9100"     # ZPL over TCP
//!
//! [[port]]                          # a QR scanner on the network
//! kind = "scanner_tcp"
//! name = "gate-scanner"
//! connect = "192.168.1.20:2001"     # or: listen = "0.0.0.0:2001" (port 0: DIR/port-NAME.addr)
//! answer = true                     # send 06h (done) or 15h (refused) back after each scan
//! profile = { suffix = "\r", aim = "required" }
//! [port.station]                    # optional: scans record at once, else they fill forms
//! material = "zinc-concentrate"     # what a code is registered as that is not known yet
//! node = "gate"
//! scale = "weighbridge"             # optional: weigh at each scan with this port's stable weight
//! weigh = "net"                     # net | gross_tare (first scan gross, second scan tare)
//!
//! [[port]]                          # a QR scanner on a serial line
//! kind = "scanner_serial"
//! name = "lab-scanner"
//! path = "/dev/serial/by-id/usb-scanner"
//! baud = 9600
//!
//! [[port]]                          # an indicator that sends all the time
//! kind = "scale_serial"
//! name = "weighbridge"
//! path = "/dev/serial/by-id/usb-scale"
//! baud = 9600
//! data_bits = 8                     # 7 or 8
//! parity = "none"                   # none | even | odd
//! meter = "meter-1"                 # id of the meter's master record
//! calibration = "2026-03"           # calibration block declared at commissioning
//! stable_frames = 5
//! profile = { protocol = "yaohua_tf0", layout = "6d+dp", unit = "kg" }
//!
//! [[port]]                          # tickets of the weighbridge's own software
//! kind = "ticket_folder"
//! name = "tickets"
//! path = "/srv/tickets"             # *.csv and *.xlsx; read, never changed
//! software = "bridge-1"             # key of a ticket = software + its number
//! node = "gate"
//! settle_ms = 2000                  # a file is read when its size was stable for so long
//! approved_by = "weighmaster"       # operator id named in corrections of changed tickets
//! [port.materials]                  # name in the file = id of the material
//! "锌精矿" = "zinc-concentrate"
//! [port.suppliers]                  # name in the file = id of the party (optional)
//! [port.mapping]                    # as saved: columns of the file (see the ticket reader)
//!
//! [[port]]                          # result files of an ICP-MS
//! kind = "lab_folder"
//! name = "icpms"
//! path = "/srv/masshunter"          # *.csv
//! settle_ms = 2000
//! basis = "dry"                     # of contents per mass
//! method = "icpms-tl"               # id of the method's master record (optional)
//! purpose = "process"
//! standing = "preliminary"
//! blank_limit = "0.05"              # in the file's unit; higher blanks fail the series (optional)
//! profile = { protocol = "agilent_masshunter_2row", unit = "ug/L" }
//! [port.digest]                     # optional: digests of solids, c × volume × dilution ÷ mass
//! volume_ml = "50"
//! dilution = "10"
//! mass_g = "0.2000"
//! ```

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use tl_domain::event::{Purpose, Standing};
use tl_domain::ids::{MaterialId, MeterId, MethodId, NodeId, OperatorId, PartyId};
use tl_domain::quantity::{Basis, DecimalText};

/// Name of the file in the agent's directory.
pub(crate) const FILE: &str = "config.toml";

/// What `tl-edge enrol` writes when there is no configuration yet.
pub(crate) const STARTER: &str = "\
# tl-edge: see the agent's manual for ports (scanner_tcp, scanner_serial, scale_serial,
# ticket_folder, lab_folder).
[page]
listen = \"0.0.0.0:8443\"
";

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Offset of the plant's clock in minutes east of UTC, until a snapshot names it.
    #[serde(default = "default_offset")]
    pub(crate) offset_minutes: i32,
    /// Node where arrivals are booked.
    #[serde(default)]
    pub(crate) node: Option<NodeId>,
    /// The page; none without this section.
    #[serde(default)]
    pub(crate) page: Option<PageConfig>,
    /// The outbox.
    #[serde(default)]
    pub(crate) outbox: OutboxConfig,
    /// The uplink.
    #[serde(default)]
    pub(crate) uplink: UplinkConfig,
    /// The label printer.
    #[serde(default)]
    pub(crate) printer: Option<PrinterConfig>,
    /// Devices and folders.
    #[serde(default, rename = "port")]
    pub(crate) ports: Vec<PortConfig>,
}

/// The page on the plant's network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageConfig {
    /// Address to listen on; port 0 lets the system choose.
    pub(crate) listen: SocketAddr,
}

/// How much is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OutboxConfig {
    /// Most bytes of entries and blobs.
    pub(crate) quota_bytes: u64,
    /// Size of the file that keeps room free; 0 for none.
    pub(crate) ballast_bytes: u64,
    /// Days for which acknowledged entries are kept.
    pub(crate) keep_days: u32,
}

impl Default for OutboxConfig {
    fn default() -> Self {
        Self { quota_bytes: 4 << 30, ballast_bytes: 64 << 20, keep_days: 90 }
    }
}

/// How the server is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UplinkConfig {
    /// Whether entries are sent at all.
    pub(crate) enabled: bool,
    /// Longest pause between tries, in seconds.
    pub(crate) retry_max_seconds: u64,
    /// Pause between questions for head and snapshot when nothing waits, in seconds.
    pub(crate) poll_seconds: u64,
}

impl Default for UplinkConfig {
    fn default() -> Self {
        Self { enabled: true, retry_max_seconds: 60, poll_seconds: 15 }
    }
}

/// A label printer that takes ZPL on TCP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrinterConfig {
    /// `host:9100`.
    pub(crate) address: String,
}

/// One device or folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum PortConfig {
    /// QR scanner on TCP.
    ScannerTcp(ScannerTcp),
    /// QR scanner on a serial line.
    ScannerSerial(ScannerSerial),
    /// Indicator on a serial line.
    ScaleSerial(ScaleSerial),
    /// Files of the weighbridge's software.
    TicketFolder(TicketFolder),
    /// Files of a laboratory instrument.
    LabFolder(LabFolder),
}

impl PortConfig {
    /// The port's name, unique in the configuration.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::ScannerTcp(port) => &port.name,
            Self::ScannerSerial(port) => &port.name,
            Self::ScaleSerial(port) => &port.name,
            Self::TicketFolder(port) => &port.name,
            Self::LabFolder(port) => &port.name,
        }
    }

    /// The kind as written in the file.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::ScannerTcp(_) => "scanner_tcp",
            Self::ScannerSerial(_) => "scanner_serial",
            Self::ScaleSerial(_) => "scale_serial",
            Self::TicketFolder(_) => "ticket_folder",
            Self::LabFolder(_) => "lab_folder",
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
    pub(crate) profile: Value,
}

/// Files of the weighbridge's software.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketFolder {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) software: String,
    pub(crate) node: NodeId,
    #[serde(default = "default_settle_ms")]
    pub(crate) settle_ms: u64,
    pub(crate) approved_by: OperatorId,
    #[serde(default)]
    pub(crate) meter: Option<MeterId>,
    #[serde(default)]
    pub(crate) materials: BTreeMap<String, MaterialId>,
    #[serde(default)]
    pub(crate) suppliers: BTreeMap<String, PartyId>,
    pub(crate) mapping: Value,
}

/// Files of a laboratory instrument.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabFolder {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    #[serde(default = "default_settle_ms")]
    pub(crate) settle_ms: u64,
    #[serde(default)]
    pub(crate) basis: Option<Basis>,
    #[serde(default)]
    pub(crate) method: Option<MethodId>,
    #[serde(default = "default_purpose")]
    pub(crate) purpose: Purpose,
    #[serde(default = "default_standing")]
    pub(crate) standing: Standing,
    #[serde(default)]
    pub(crate) blank_limit: Option<DecimalText>,
    #[serde(default = "default_blank_names")]
    pub(crate) blank_names: Vec<String>,
    #[serde(default)]
    pub(crate) digest: Option<Digest>,
    pub(crate) profile: Value,
}

/// How a solid was brought into solution, the same for all samples of a folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Digest {
    /// Volume of the digest in mL.
    pub(crate) volume_ml: DecimalText,
    /// Dilution before the instrument, 1 for none.
    #[serde(default = "default_dilution")]
    pub(crate) dilution: DecimalText,
    /// Mass that was weighed in, in g.
    pub(crate) mass_g: DecimalText,
}

fn default_offset() -> i32 {
    480
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
fn default_settle_ms() -> u64 {
    2000
}
fn default_purpose() -> Purpose {
    Purpose::Process
}
fn default_standing() -> Standing {
    Standing::Preliminary
}
fn default_blank_names() -> Vec<String> {
    ["BLK", "BLANK", "MB", "空白"].map(str::to_owned).to_vec()
}
fn default_dilution() -> DecimalText {
    "1".parse().expect("1 is a decimal")
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file can't be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no valid configuration.
    #[error("{path}: {reason}")]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        reason: String,
    },
}

impl Config {
    /// Reads and checks `DIR/config.toml`.
    ///
    /// # Errors
    /// `ConfigError` names the file and what is wrong in it.
    pub(crate) fn load(directory: &Path) -> Result<Self, ConfigError> {
        let path = directory.join(FILE);
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ConfigError::Read { path: path.clone(), source })?;
        Self::parse(&text).map_err(|reason| ConfigError::Form { path, reason })
    }

    /// Reads and checks the text of a configuration.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let mut names: Vec<&str> = Vec::new();
        for port in &self.ports {
            let name = port.name();
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if name.is_empty() || !name.chars().all(plain) {
                return Err(format!("port name {name:?}: use A-Z a-z 0-9 - _"));
            }
            if names.contains(&name) {
                return Err(format!("two ports are named {name:?}"));
            }
            names.push(name);
            check_port(port).map_err(|reason| format!("port {name:?}: {reason}"))?;
        }
        for port in &self.ports {
            let (PortConfig::ScannerTcp(ScannerTcp { station: Some(station), .. })
            | PortConfig::ScannerSerial(ScannerSerial { station: Some(station), .. })) = port
            else {
                continue;
            };
            let known = |scale: &str| {
                self.ports
                    .iter()
                    .any(|it| matches!(it, PortConfig::ScaleSerial(it) if it.name == scale))
            };
            if let Some(scale) = station.scale.as_deref().filter(|scale| !known(scale)) {
                return Err(format!("port {:?}: no scale port is named {scale:?}", port.name()));
            }
        }
        Ok(())
    }
}

fn check_port(port: &PortConfig) -> Result<(), String> {
    match port {
        PortConfig::ScannerTcp(port) => {
            if port.connect.is_some() == port.listen.is_some() {
                return Err("give either `connect` or `listen`".to_owned());
            }
            scanner_profile(&port.profile).map(|_| ())
        }
        PortConfig::ScannerSerial(port) => {
            check_line(&port.line)?;
            scanner_profile(&port.profile).map(|_| ())
        }
        PortConfig::ScaleSerial(port) => {
            check_line(&port.line)?;
            tl_device::decoder_for(&port.profile).map(|_| ()).map_err(|error| error.to_string())
        }
        PortConfig::TicketFolder(_) => Ok(()),
        PortConfig::LabFolder(port) => {
            if port.digest.as_ref().is_some_and(|it| it.mass_g.value().is_zero()) {
                return Err("digest: `mass_g` is zero".to_owned());
            }
            tl_device::decoder_for(&port.profile).map(|_| ()).map_err(|error| error.to_string())
        }
    }
}

fn check_line(line: &SerialLine) -> Result<(), String> {
    if matches!(line.data_bits, 7 | 8) {
        Ok(())
    } else {
        Err(format!("`data_bits` is 7 or 8, not {}", line.data_bits))
    }
}

/// The scanner's profile with its protocol filled in, checked.
///
/// # Errors
/// What is wrong in the profile.
pub(crate) fn scanner_profile(profile: &Value) -> Result<Value, String> {
    let mut fields = profile.as_object().cloned().ok_or("`profile` is a table")?;
    fields.entry("protocol").or_insert_with(|| Value::from("scanner"));
    let profile = Value::Object(fields);
    tl_device::decoder_for(&profile).map_err(|error| error.to_string())?;
    Ok(profile)
}
