//! How the scales stand: commissioned or not, due again or not, and whether the configuration says
//! otherwise. For people; nothing is refused for it.

use serde_json::Value;

use crate::config::{Config, PortConfig};
use crate::outbox::CommissionRow;
use crate::words::Words;

/// A scale as the configuration has it.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    name: String,
    meter: String,
    profile: Value,
}

/// The scales of a configuration.
pub(crate) fn declared(config: &Config) -> Vec<Declared> {
    let of = |port: &PortConfig| {
        let rules = port.scale()?;
        let (name, meter) = (port.name().to_owned(), rules.meter.to_string());
        Some(Declared { name, meter, profile: rules.profile })
    };
    config.ports.iter().filter_map(of).collect()
}

/// One line for each scale, with a mark: `ok`, `warn`.
pub(crate) fn scale_lines(
    scales: &[Declared],
    rows: &[CommissionRow],
    today: chrono::NaiveDate,
) -> Vec<(&'static str, Words)> {
    scales.iter().map(|it| line(&it.name, &it.meter, &it.profile, rows, today)).collect()
}

fn line(
    name: &str,
    meter: &str,
    configured: &Value,
    rows: &[CommissionRow],
    today: chrono::NaiveDate,
) -> (&'static str, Words) {
    let known = rows.iter().find(|row| row.port == name && row.meter.as_deref() == Some(meter));
    let Some(row) = known else {
        let (zh, en) = if configured.is_null() {
            ("未检定,也没有声明格式,不能称重", "not commissioned and no layout: nothing is weighed")
        } else {
            ("未检定,使用配置声明的格式", "not commissioned; the configured layout is used")
        };
        return ("warn", Words::new(format!("{name}:{zh}"), format!("{name}: {en}")));
    };
    let block = row.calibration.as_deref().unwrap_or_default();
    let mut zh = format!("{name}:校准段 {block}");
    let mut en = format!("{name}: calibration block {block}");
    let mut mark = "ok";
    if let Some(certificate) = &row.certificate {
        zh.push_str(&format!(",证书 {certificate}"));
        en.push_str(&format!(", certificate {certificate}"));
    }
    if let Some(due) = &row.next_due {
        let past = due.parse::<chrono::NaiveDate>().is_ok_and(|due| due < today);
        zh.push_str(&format!(",{}检定 {due}", if past { "已过期:应于 " } else { "下次" }));
        en.push_str(&format!(", {} {due}", if past { "overdue since" } else { "next due" }));
        mark = if past { "warn" } else { mark };
    }
    let commissioned: Value = serde_json::from_str(&row.profile).unwrap_or(Value::Null);
    if !configured.is_null() && *configured != commissioned {
        let (used, written) =
            (super::settle::short(&commissioned), super::settle::short(configured));
        zh.push_str(&format!(";配置的格式({written})与检定的不同,使用检定的({used})"));
        en.push_str(&format!("; the configuration says {written}, in use is {used}"));
        mark = "warn";
    }
    (mark, Words::new(zh, en))
}
