//! A gate with a laboratory: an agent with a scale and a scanner on serial lines and a watched
//! folder, and a person who signs in at its page.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use tl_domain::code::{Code, CodeKind, qr_text};
use tl_domain::event::{Master, MasterPut};
use tl_store::PageUser;

use crate::agent::Agent;
use crate::http::Client;
use crate::installation::Installation;
use crate::serial::{FakeScale, SerialDevice, yaohua_frame};
use crate::station::{DONE, REFUSED};
use crate::{plant, wait};

/// The person at the gate.
pub const OPERATOR: &str = "u-gate";
/// Their PIN.
pub const PIN: &str = "471108";
/// Moisture of every concentrate in per cent, as the material's record says.
pub const MOISTURE: &str = "8";

/// Memory that an agent spends on a PIN at the most, KiB.
const PIN_MEMORY_KIB: u32 = 4_096;

/// The hash of the PIN, as light as agents want it.
///
/// # Errors
/// argon2's.
pub fn pin_hash() -> Result<String> {
    let wrong = |error: &dyn std::fmt::Display| anyhow::anyhow!("argon2: {error}");
    let params = Params::new(PIN_MEMORY_KIB, 1, 1, None).map_err(|error| wrong(&error))?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(PIN.as_bytes(), b"a salt of tests!")
        .map(|hash| hash.to_string())
        .map_err(|error| wrong(&error))
}

/// A smelter whose concentrate has a default moisture and whose gate has a person; server down.
///
/// # Errors
/// The server's command or the store.
pub fn create(installation: &Installation, party: &str) -> Result<()> {
    let smelter = plant::create(installation, party)?;
    let dried = smelter.masters.iter().filter_map(|master| match master {
        Master::Material(record) if record.id.as_str() == "zn-conc" => {
            let mut record = record.clone();
            record.moisture = MOISTURE.parse().ok();
            Some(MasterPut { record: Master::Material(record), active: true })
        }
        _ => None,
    });
    let dried: Vec<MasterPut> = dried.collect();
    ensure!(dried.len() == 1, "the smelter has one concentrate");
    installation.masters(&smelter.party, dried, &plant::days_ago(1))?;
    let user = PageUser {
        party: smelter.party,
        operator: OPERATOR.parse()?,
        name: "门岗".to_owned(),
        pin_hash: pin_hash()?,
        badge: None,
        roles: vec!["gate".to_owned(), "lab".to_owned()],
        active: true,
        sites: None,
    };
    Ok(installation.store()?.put_page_user(&user)?)
}

/// The gate with its devices.
pub struct Gate {
    /// The agent.
    pub agent: Agent,
    /// The scale, empty at first.
    pub scale: FakeScale,
    /// The scanner.
    pub scanner: SerialDevice,
    /// Where the laboratory's files go.
    pub lab_folder: PathBuf,
}

impl Gate {
    /// Enrols an agent at the running server, connects its devices and starts it.
    ///
    /// # Errors
    /// The server's or the agent's.
    pub fn open(installation: &Installation, party: &str, settings: &str) -> Result<Self> {
        let token = installation.token(party, "main", &format!("{party}-gate"), "plant")?;
        let agent = Agent::enrol(installation, &token)?;
        let scale = FakeScale::sending(&yaohua_frame(0, 0))?;
        let scanner = SerialDevice::new()?;
        let lab_folder = agent.folder().join("lab");
        fs::create_dir(&lab_folder)?;
        let mut gate = Self { agent, scale, scanner, lab_folder };
        gate.agent.configure(&gate.configuration(settings))?;
        gate.agent.start()?;
        Ok(gate)
    }

    fn configuration(&self, settings: &str) -> String {
        format!(
            r#"
node = "yard"
{settings}
[page]
listen = "127.0.0.1:0"
[uplink]
retry_max_seconds = 1
poll_seconds = 1
[[port]]
kind = "scale_serial"
name = "bridge"
path = "{scale}"
meter = "scale-east"
calibration = "scale-east/1"
stable_frames = 5
profile = {{ protocol = "yaohua_tf0", layout = "6d+dp", unit = "kg" }}
[[port]]
kind = "scanner_serial"
name = "hand"
path = "{scanner}"
answer = true
profile = {{ suffix = "\r", aim = "required" }}
[port.station]
material = "zn-conc"
node = "yard"
scale = "bridge"
[[port]]
kind = "lab_folder"
name = "icpms"
path = "{lab}"
settle_ms = 200
basis = "dry"
profile = {{ protocol = "agilent_masshunter_2row", unit = "ug/L", prefer_isotope = "205" }}
[port.digest]
volume_ml = "50"
dilution = "10"
mass_g = "0.2000"
"#,
            scale = self.scale.path().display(),
            scanner = self.scanner.path().display(),
            lab = self.lab_folder.display(),
        )
    }

    /// Waits until a port of the agent is open.
    ///
    /// # Errors
    /// It did not open in time.
    pub fn port_opens(&mut self, port: &str) -> Result<()> {
        wait::until(&format!("port {port} is open"), || {
            self.agent.program()?.require_running()?;
            Ok(self.agent.status_value().ok().filter(|it| it["ports"][port]["state"] == "open"))
        })
        .map(drop)
    }

    /// Waits until the agent has had contact with the server and knows its site.
    ///
    /// # Errors
    /// It had none in time.
    pub fn goes_online(&mut self) -> Result<()> {
        wait::until("the agent is online", || {
            self.agent.program()?.require_running()?;
            // There is no status before the first start has made its files.
            Ok(self.agent.status_value().ok().filter(|status| status["link"] == "online"))
        })
        .map(drop)
    }

    /// Puts a load on the scale that the scale shows as still.
    pub fn load(&self, kilograms: u32) {
        self.scale.show(&yaohua_frame(kilograms, 0));
    }

    /// Scans a batch's label; gives the agent's answer.
    ///
    /// # Errors
    /// No answer came.
    pub fn scan(&mut self, code: &Code) -> Result<u8> {
        self.read(format!("]Q1{}\r", qr_text("localhost", CodeKind::Batch, code)).as_bytes())
    }

    /// The scanner sends bytes; gives the agent's answer.
    ///
    /// # Errors
    /// No answer came.
    pub fn read(&mut self, bytes: &[u8]) -> Result<u8> {
        self.scanner.received()?;
        self.scanner.send(bytes)?;
        let scanner = &mut self.scanner;
        wait::until("the station's answer", || {
            let answer = scanner.received()?;
            Ok(answer.into_iter().find(|byte| [DONE, REFUSED].contains(byte)))
        })
    }

    /// Scans until the weight is still and the scan is recorded.
    ///
    /// # Errors
    /// It was refused for a long time.
    pub fn scan_until_recorded(&mut self, code: &Code) -> Result<()> {
        wait::until("the scan is recorded", || Ok((self.scan(code)? == DONE).then_some(())))
    }

    /// A client of the agent's page with the person signed in.
    ///
    /// # Errors
    /// The sign-in was refused.
    pub fn person(&mut self, installation: &Installation) -> Result<Client> {
        let client = self.agent.client(installation)?;
        let fields = [("operator", OPERATOR), ("pin", PIN)];
        wait::until("the person is known at the page", || {
            Ok((client.post_form("/login", &fields)?.status == 303).then_some(()))
        })?;
        Ok(client)
    }

    /// A laboratory's file appears whole.
    ///
    /// # Errors
    /// The folder can't be written.
    pub fn lab_file(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let beside = self.agent.folder().join(name);
        fs::write(&beside, bytes)?;
        fs::rename(&beside, self.lab_folder.join(name)).context("the laboratory's folder")
    }
}
