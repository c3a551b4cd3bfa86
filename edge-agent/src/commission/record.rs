//! The agent's side: what the command found is judged again, signed, and used at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tl_domain::event::{Certificate, DeviceCommission, Raw, WeightCheck};
use tl_domain::ids::OperatorId;

use super::settle::{Loaded, Settled, Written, settle};
use crate::capture::{record, refuse};
use crate::outbox::{Appended, CommissionRow, WriteError, commission_of};
use crate::port::Ports;
use crate::words::Words;

/// Longest text of a certificate or a name.
const TEXT_CHARACTERS_MAX: usize = 64;

/// What `tl-edge commission scale` asks the agent to record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Commissioning {
    pub(super) port: String,
    pub(super) loads: Vec<Loaded>,
    /// Layout that is declared; else the one that is found.
    #[serde(default)]
    pub(super) declared: Option<Value>,
    pub(super) max_error: Written,
    /// Name of the calibration block; else the meter and the moment.
    #[serde(default)]
    pub(super) calibration: Option<String>,
    #[serde(default)]
    pub(super) certificate: Option<String>,
    #[serde(default)]
    pub(super) certified_on: Option<String>,
    #[serde(default)]
    pub(super) next_due: Option<String>,
    #[serde(default)]
    pub(super) operator: Option<String>,
}

/// What was recorded.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    pub(super) entry: Appended,
    pub(super) calibration: String,
    pub(super) profile: Value,
}

/// Judges, signs, keeps and uses a commissioning.
///
/// # Errors
/// Why nothing was recorded.
pub(super) fn commission(ports: &Ports, asked: &Commissioning) -> Result<Recorded, Words> {
    let scale = ports.scales.get(&asked.port).cloned().ok_or_else(|| no_scale(&asked.port))?;
    let operator = asked.operator.as_deref().map(str::parse::<OperatorId>).transpose();
    let operator = operator.map_err(|error| Words::new(error.to_string(), error.to_string()))?;
    let settled = settle(&asked.loads, asked.declared.as_ref(), &asked.max_error)?;
    let certificate = certificate(asked)?;
    let name = text(asked.calibration.as_deref())?;
    let context = ports.context(operator);
    let (port, meter) = (asked.port.clone(), scale.meter().clone());
    let before = scale.calibration();
    let (profile, max_error) = (settled.profile.clone(), asked.max_error.mass());
    let device = ports.outbox.shared().identity.device.clone();
    let written = ports.outbox.write(move |tx| {
        let now = tx.now();
        let moment = tx.moment(now);
        let named = || format!("{meter}/{}", moment.at().format("%Y%m%dT%H%M%S"));
        let calibration = name.unwrap_or_else(named);
        let known = commission_of(tx.connection, &port)?.and_then(|row| row.calibration);
        if [known, before].iter().flatten().any(|it| *it == calibration) {
            return Err(same_block(&calibration));
        }
        let body = DeviceCommission {
            meter: meter.clone(),
            device: Some(device),
            calibration: calibration.clone(),
            profile: profile.as_object().cloned().unwrap_or_default(),
            known: settled.shown.first().map(|(known, _)| known.mass()),
            shown: settled.shown.first().map(|(_, shown)| shown.mass()),
            check: None,
            checks: further(&settled),
            max_error: Some(max_error),
            certificate: certificate.clone(),
            raw: Some(Raw {
                base64: STANDARD.encode(&settled.raw),
                decoder: profile["protocol"].as_str().unwrap_or_default().to_owned(),
            }),
            blobs: Vec::new(),
        };
        let id = tx.new_id()?;
        let (entry, _) = record(tx, &context, id, body, format!("{port} {calibration}"))?;
        let row = CommissionRow {
            port: port.clone(),
            meter: Some(meter.to_string()),
            calibration: Some(calibration.clone()),
            profile: profile.to_string(),
            certificate: certificate.as_ref().map(|it| it.number.clone()),
            next_due: certificate.as_ref().and_then(|it| it.next_due.clone()),
            entry_id: Some(entry.id.to_string()),
            at_micros: now,
        };
        tx.keep_commission(&row)?;
        Ok((entry, row))
    });
    let (entry, row) = written.map_err(|error| error.words())?;
    scale.commissioned(&row);
    tracing::info!(port = asked.port, calibration = row.calibration, "scale commissioned");
    let calibration = row.calibration.unwrap_or_default();
    Ok(Recorded { entry, calibration, profile: scale.profile() })
}

fn further(settled: &Settled) -> Vec<WeightCheck> {
    let pairs = settled.shown.iter().skip(1);
    pairs.map(|(known, shown)| WeightCheck { known: known.mass(), shown: shown.mass() }).collect()
}

fn certificate(asked: &Commissioning) -> Result<Option<Certificate>, Words> {
    let number = text(asked.certificate.as_deref())?;
    let (date, next_due) = (day(asked.certified_on.as_deref())?, day(asked.next_due.as_deref())?);
    match number {
        Some(number) => Ok(Some(Certificate { number, date, next_due })),
        None if date.is_some() || next_due.is_some() => {
            let en = "dates of a certificate need its number (--certificate)";
            Err(Words::new("填写了证书日期,还需要证书编号(--certificate)", en))
        }
        None => Ok(None),
    }
}

fn text(given: Option<&str>) -> Result<Option<String>, Words> {
    let trimmed = given.map(str::trim).filter(|it| !it.is_empty());
    if let Some(long) = trimmed.filter(|it| it.chars().count() > TEXT_CHARACTERS_MAX) {
        return Err(Words::new(
            format!("“{long}”超过 {TEXT_CHARACTERS_MAX} 字"),
            format!("{long:?} has more than {TEXT_CHARACTERS_MAX} characters"),
        ));
    }
    Ok(trimmed.map(str::to_owned))
}

fn day(given: Option<&str>) -> Result<Option<String>, Words> {
    let given = text(given)?;
    if let Some(date) = &given {
        chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(|_| {
            Words::new(
                format!("日期“{date}”应写作 2026-11-23"),
                format!("date {date:?}: write it like 2026-11-23"),
            )
        })?;
    }
    Ok(given)
}

fn no_scale(port: &str) -> Words {
    Words::new(
        format!("配置中没有名为 {port} 的秤端口"),
        format!("no scale port is named {port:?} in the configuration"),
    )
}

fn same_block(calibration: &str) -> WriteError {
    refuse(
        format!("校准段 {calibration} 已经用过;每次校准都开新的校准段,请换名或不填"),
        format!("block {calibration:?} was used already; each calibration opens a new one"),
    )
}
