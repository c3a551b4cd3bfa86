//! What the form of a configuration cannot say: names used twice, ports that name no scale, device
//! profiles that no decoder has.
//!
//! Each refusal names the port and what to give instead; nothing is opened here.

use serde_json::Value;
use tl_device::registry::FAMILIES;

use super::{
    Config, Framed, LabRules, MonitorTcp, PortConfig, Recorded, ScannerHid, ScannerSerial,
    ScannerTcp, SerialLine,
};

impl Config {
    pub(super) fn check(&self) -> Result<(), String> {
        self.gate.check()?;
        if !(1..=1000).contains(&self.uplink.renew_permille) {
            let read = self.uplink.renew_permille;
            return Err(format!("uplink.renew_permille is {read}: use 1 to 1000"));
        }
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
            | PortConfig::ScannerHid(ScannerHid { station: Some(station), .. })
            | PortConfig::ScannerSerial(ScannerSerial { station: Some(station), .. })) = port
            else {
                continue;
            };
            let known = |scale: &str| {
                self.ports.iter().any(|it| it.scale().is_some() && it.name() == scale)
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
        PortConfig::ScannerHid(port) => hid_profile(&port.profile).map(|_| ()),
        PortConfig::ScaleTcp(port) => {
            check_profile(&port.rules.profile, |family| family.starts_with("scale_"))
        }
        PortConfig::ScaleSerial(port) | PortConfig::ScaleTap(port) => {
            check_line(&port.line)?;
            check_profile(&port.profile, |family| family.starts_with("scale_"))
        }
        PortConfig::TicketFolder(port) => port.rules.mapping().map(|_| ()),
        PortConfig::TicketSqlite(port) => port.check(),
        PortConfig::TicketCommand(port) => port.check(),
        PortConfig::LabFolder(port) => {
            check_rules(&port.rules)?;
            check_profile(&port.profile, |family| family == "icpms_csv")
        }
        PortConfig::LabTcp(port) => {
            if port.connect.is_some() == port.listen.is_some() {
                return Err("give either `connect` or `listen`".to_owned());
            }
            check_rules(&port.rules)?;
            check_profile(&port.profile, |family| family == "astm")
        }
        PortConfig::LabSerial(port) => {
            check_line(&port.line)?;
            check_rules(&port.rules)?;
            check_profile(&port.profile, |family| family == "astm")
        }
        PortConfig::MonitorTcp(port) => check_monitors(port),
        PortConfig::ModbusSerial(port) => {
            check_line(&port.line)?;
            port.rules.check(true)
        }
        PortConfig::ModbusTcp(port) => port.rules.check(port.framing == Framed::Rtu),
    }
}

fn check_rules(rules: &LabRules) -> Result<(), String> {
    if rules.digest.as_ref().is_some_and(|it| it.mass_g.value().is_zero()) {
        return Err("digest: `mass_g` is zero".to_owned());
    }
    Ok(())
}

fn check_monitors(port: &MonitorTcp) -> Result<(), String> {
    if port.monitors.is_empty() {
        return Err("`monitors` names no monitor (MN) with its outlet's stream".to_owned());
    }
    match (port.record.contains(&Recorded::Minute), port.minute_span) {
        (true, None) => {
            return Err("minute data need `minute_span`, their length in minutes".to_owned());
        }
        (_, Some(minutes)) if minutes == 0 || 60 % minutes != 0 => {
            return Err(format!("`minute_span` divides an hour, {minutes} does not"));
        }
        _ => {}
    }
    check_profile(&port.profile, |family| family == "hj212")
}

/// The profile is whole, and its protocol is of a family that this kind of port reads.
fn check_profile(profile: &Value, fits: impl Fn(&str) -> bool) -> Result<(), String> {
    if profile.is_null() && fits("scale_") {
        // A scale may be left to its commissioning.
        return Ok(());
    }
    tl_device::decoder_for(profile).map_err(|error| error.to_string())?;
    let protocol = profile.get("protocol").and_then(Value::as_str).unwrap_or_default();
    let families = || FAMILIES.iter().filter(|family| fits(family.name));
    if families().any(|family| family.protocols.contains(&protocol)) {
        return Ok(());
    }
    let known: Vec<&str> = families().flat_map(|family| family.protocols).copied().collect();
    Err(format!("protocol {protocol:?} is not for this kind of port; use {}", known.join(", ")))
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
    filled(profile, "scanner")
}

/// The same of a scanner that pretends to be a keyboard.
///
/// # Errors
/// What is wrong in the profile.
pub(crate) fn hid_profile(profile: &Value) -> Result<Value, String> {
    let profile = filled(profile, "hid_boot_keyboard")?;
    check_profile(&profile, |family| family == "scanner_hid").map(|()| profile)
}

fn filled(profile: &Value, protocol: &str) -> Result<Value, String> {
    let mut fields = profile.as_object().cloned().ok_or("`profile` is a table")?;
    fields.entry("protocol").or_insert_with(|| Value::from(protocol));
    let profile = Value::Object(fields);
    tl_device::decoder_for(&profile).map_err(|error| error.to_string())?;
    Ok(profile)
}
