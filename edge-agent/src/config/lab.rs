//! What is declared of a laboratory's results: from files, and from instruments on a line.
//!
//! How a result is read (basis, method, digest, blanks) is the same for both and stands once.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use tl_domain::event::{Purpose, Standing};
use tl_domain::ids::MethodId;
use tl_domain::quantity::{Basis, DecimalText};

use super::port::{SerialLine, default_settle_ms};

/// Files of a laboratory instrument.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabFolder {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    #[serde(default = "default_settle_ms")]
    pub(crate) settle_ms: u64,
    pub(crate) profile: Value,
    #[serde(flatten)]
    pub(crate) rules: LabRules,
}

/// An instrument on TCP: exactly one of `connect` and `listen`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabTcp {
    pub(crate) name: String,
    /// Address of an instrument that waits for us.
    #[serde(default)]
    pub(crate) connect: Option<String>,
    /// Address on which we wait for instruments.
    #[serde(default)]
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) profile: Value,
    #[serde(flatten)]
    pub(crate) rules: LabRules,
}

/// An instrument on a serial line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabSerial {
    pub(crate) name: String,
    #[serde(flatten)]
    pub(crate) line: SerialLine,
    pub(crate) profile: Value,
    #[serde(flatten)]
    pub(crate) rules: LabRules,
}

/// How results become reports, the same for all results of a port.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LabRules {
    /// Basis of contents per mass.
    #[serde(default)]
    pub(crate) basis: Option<Basis>,
    /// The method's master record; its detection limit is the one of an ND without a limit.
    #[serde(default)]
    pub(crate) method: Option<MethodId>,
    #[serde(default = "default_purpose")]
    pub(crate) purpose: Purpose,
    #[serde(default = "default_standing")]
    pub(crate) standing: Standing,
    /// Highest good blank, in the unit of the results.
    #[serde(default)]
    pub(crate) blank_limit: Option<DecimalText>,
    /// How names of blanks begin.
    #[serde(default = "default_blank_names")]
    pub(crate) blank_names: Vec<String>,
    #[serde(default)]
    pub(crate) digest: Option<Digest>,
}

/// How a solid was brought into solution, the same for all samples of a port.
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
