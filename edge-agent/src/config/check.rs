//! What the form of a configuration cannot say: names used twice, ports that name no scale, device
//! profiles that no decoder has.
//!
//! Each refusal names the port and what to give instead; nothing is opened here.

use serde_json::Value;

use super::{Config, PortConfig, ScannerSerial, ScannerTcp, SerialLine};

impl Config {
    pub(super) fn check(&self) -> Result<(), String> {
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
