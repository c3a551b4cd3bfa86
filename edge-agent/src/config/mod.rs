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
//! renew_permille = 675              # renew when less of a certificate's validity is left
//!
//! [update]
//! accept = true                     # take signed programs that the server offers
//! probation_seconds = 120           # how long a new one has to be well before it stays
//! look_seconds = 3600               # how often the server is asked for one
//!
//! [printer]                         # or several: [[printers]]
//! address = "192.168.1.50:9100"
//! name = "东门打印机"               # as people call it
//! language = "zpl"                  # zpl | tspl
//! dpi = 203                         # 203 | 300
//! papers = ["100x70"]               # also 60x40, 50x30, 100x100, 150x150, 200x200
//! gap_mm = 2
//! status = false                    # ask it how it is before and after a job
//!
//! [gate]                            # see `gate.rs`: tolerances, increments, length of a shift
//! net_difference_percent = "0.5"
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
//! [[port]]                          # a QR scanner that pretends to be a keyboard
//! kind = "scanner_hid"
//! name = "desk-scanner"
//! path = "/dev/input/by-id/usb-scanner-event-kbd"   # grabbed: nothing else gets its keys
//! profile = { layout = "us", aim = "required" }
//!
//! [[port]]                          # an indicator whose line belongs to another program
//! kind = "scale_tap"                # as scale_serial, opened for reading alone
//! name = "bridge-tap"
//! path = "/dev/serial/by-id/usb-tap"
//! meter = "meter-2"
//! profile = { protocol = "yaohua_tf0", layout = "6d+dp", unit = "kg" }
//!
//! [[port]]                          # an indicator on the network, or behind a serial server
//! kind = "scale_tcp"
//! name = "bag-scale"
//! connect = "192.168.1.30:4001"
//! meter = "meter-3"
//! profile = { protocol = "mt_sics" }
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
//! [port.mapping]                    # as saved: columns of the file
//! unit = "kg"
//! date_format = "%Y-%m-%d %H:%M:%S"
//! default_direction = "in"
//! columns = { number = "磅单号", gross = "毛重", tare = "皮重", net = "净重" }
//!
//! [[port]]                          # the same from a table in an SQLite file, read only
//! kind = "ticket_sqlite"
//! name = "tickets-db"
//! database = "/srv/bridge/weigh.db"
//! query = "SELECT * FROM v_ticket WHERE 变更时间 >= '{since}' ORDER BY 变更时间 LIMIT {limit}"
//! start = "2026-11-01 00:00:00"     # older rows are never read
//! every_seconds = 60
//! stamps = "time"                   # time | number: what mapping.stamp holds
//! overlap = 72                      # hours (or numbers) that each look reads again
//! deep = 1440                       # and one look a day
//! limit = 1000                      # rows of one page
//! software = "bridge-2"
//! node = "gate"
//! approved_by = "weighmaster"
//! [port.mapping]
//! unit = "kg"
//! date_format = "%Y-%m-%d %H:%M:%S"
//! stamp = "变更时间"                # the column that grows with each change of a row
//! columns = { number = "磅单号", gross = "毛重", tare = "皮重", direction = "流向" }
//!
//! [[port]]                          # the same through a program that asks another database
//! kind = "ticket_command"           # docs/weighbridge.md has it for SQL Server, MySQL, Access
//! name = "tickets-sql"
//! program = "/opt/mssql-tools18/bin/sqlcmd"
//! arguments = ["-S", "192.168.1.9", "-d", "weigh", "-Q", "EXEC tl_tickets '{since}'"]
//! environment = { SQLCMDPASSWORD = "file:/etc/tl-edge/sql.password" }
//! timeout_seconds = 60
//! start = "2026-11-01 00:00:00"
//! software = "bridge-3"
//! node = "gate"
//! approved_by = "weighmaster"
//! [port.mapping]
//! unit = "kg"
//! date_format = "%Y-%m-%d %H:%M:%S"
//! stamp = "变更时间"
//! columns = { number = "磅单号", gross = "毛重", tare = "皮重", direction = "流向" }
//!
//! [[port]]                          # totalisers of belt scales and flow meters, Modbus RTU
//! kind = "modbus_serial"
//! name = "belts"
//! path = "/dev/serial/by-id/usb-rs485"
//! baud = 9600
//! poll_seconds = 10
//! timeout_ms = 1000
//! shifts = ["08:00", "16:00", "00:00"]   # each shift becomes one flow.report
//! [[port.meters]]
//! meter = "belt-1"                  # id of the meter's master record
//! stream = "feed"                   # id of the stream that flows through it
//! device = 1                        # address on the bus
//! table = "holding"                 # holding (function 03) | input (function 04)
//! unit = "t"                        # g, kg, t, L, m3 or Nm3
//! basis = "wet"                     # of a mass
//! rollover = "1000000"              # the counter shows 0 again here (optional, with rate_max)
//! rate_max = "400"                  # most that can flow in an hour
//! total = [{ address = 0, type = "u32", words = "high_first", scale = "0.1" }]
//!
//! [[port]]                          # the same on the network
//! kind = "modbus_tcp"
//! name = "flows"
//! connect = "192.168.1.60:502"
//! framing = "tcp"                   # tcp | rtu (behind a serial server)
//! shifts = ["08:00"]
//! [[port.meters]]
//! meter = "flow-1"
//! stream = "water-out"
//! device = 1
//! table = "input"
//! unit = "m3"
//! total = [                         # parts are added: whole cubic metres and thousandths
//!   { address = 100, type = "u32", words = "low_first" },
//!   { address = 102, type = "u16", scale = "0.001" },
//! ]
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
//!
//! [[port]]                          # an instrument that speaks ASTM E1381/E1394, on the network
//! kind = "lab_tcp"
//! name = "icp-line"
//! listen = "0.0.0.0:4001"           # or: connect = "192.168.1.40:4001"
//! method = "icpms-tl"               # and all other settings of lab_folder but path, settle_ms
//! profile = { protocol = "astm_lis", unit = "ug/L" }
//!
//! [[port]]                          # the same on a serial line
//! kind = "lab_serial"
//! name = "aas"
//! path = "/dev/serial/by-id/usb-aas"
//! baud = 9600
//! profile = { protocol = "astm_lis", unit = "mg/L" }
//!
//! [[port]]                          # monitors that report by HJ 212; the device's role is water
//! kind = "monitor_tcp"
//! name = "outlets"
//! listen = "0.0.0.0:9212"
//! record = ["hour"]                 # minute | hour | day; minute needs minute_span = 10
//! profile = { protocol = "hj212", edition = "2017", units = "standard" }
//! [port.monitors.010000A8900016F000169DC0]   # MN of the monitor
//! stream = "water-out"              # id of the outlet's stream
//! meter = "monitor-1"               # id of the monitor's master record (optional)
//! ```

#[cfg(test)]
mod tests;

mod check;
mod gate;
mod lab;
mod modbus;
mod monitor;
mod port;
mod print;
mod tickets;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tl_domain::ids::NodeId;

pub(crate) use check::{hid_profile, scanner_profile};
pub(crate) use gate::GateConfig;
pub(crate) use lab::{Digest, LabFolder, LabRules, LabSerial, LabTcp};
pub(crate) use modbus::{FlowUnit, Framed, ModbusRules, ModbusSerial, ModbusTcp, Totalised};
pub(crate) use monitor::{MonitorTcp, Outlet, Recorded};
pub(crate) use port::{
    LineParity, PortConfig, ScaleRules, ScaleSerial, ScaleTcp, ScannerHid, ScannerSerial,
    ScannerTcp, SerialLine, Station, StationWeigh,
};
pub(crate) use print::PrinterConfig;
pub(crate) use tickets::{
    Stamps, TicketCommand, TicketFolder, TicketRules, TicketSqlite, TicketWatch,
};

/// Name of the file in the agent's directory.
pub(crate) const FILE: &str = "config.toml";

/// What `tl-edge enrol` writes when there is no configuration yet.
pub(crate) const STARTER: &str = "\
# tl-edge: see the agent's manual for ports (scanner_tcp, scanner_serial, scale_serial,
# scale_tap, scale_tcp, scanner_hid, ticket_folder, ticket_sqlite, ticket_command, lab_folder,
# lab_tcp, lab_serial, monitor_tcp, modbus_serial, modbus_tcp).
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
    /// Updates of this program.
    #[serde(default)]
    pub(crate) update: UpdateConfig,
    /// What the gate's page compares with.
    #[serde(default)]
    pub(crate) gate: GateConfig,
    /// The label printer.
    #[serde(default)]
    pub(crate) printer: Option<PrinterConfig>,
    /// Further label printers.
    #[serde(default)]
    pub(crate) printers: Vec<PrinterConfig>,
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
    /// The certificate is renewed when less than this share of its validity is left, in
    /// thousandths: 675 of 400 days are 270.
    pub(crate) renew_permille: u32,
}

impl Default for UplinkConfig {
    fn default() -> Self {
        Self { enabled: true, retry_max_seconds: 60, poll_seconds: 15, renew_permille: 675 }
    }
}

/// How new programs are taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpdateConfig {
    /// Whether signed programs that the server offers are taken.
    pub(crate) accept: bool,
    /// How long a new program has to be well before it stays, in seconds.
    pub(crate) probation_seconds: u64,
    /// How often the server is asked for a newer program, in seconds.
    pub(crate) look_seconds: u64,
}

impl Default for UpdateConfig {
    fn default() -> Self {
        Self { accept: true, probation_seconds: 120, look_seconds: 3600 }
    }
}

fn default_offset() -> i32 {
    480
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

    /// All label printers, `[printer]` first.
    pub(crate) fn printers(&self) -> impl Iterator<Item = &PrinterConfig> {
        self.printer.iter().chain(&self.printers)
    }

    /// Reads and checks the text of a configuration.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check()?;
        print::check(&config.printers().collect::<Vec<_>>())?;
        Ok(config)
    }
}
