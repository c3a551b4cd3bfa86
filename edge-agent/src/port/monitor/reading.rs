//! What telegrams say, as `monitor.reading` entries: the mean of each code for one span.
//!
//! A telegram's lowest, highest and live values and its discharged mass stay in the bytes that the
//! entry carries. Spans begin at `DataTime`, Beijing time, and are as long as the command says.
//! That a value came before is known for `KNOWN_DAYS`; what is older is set aside, because it could
//! be there already.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{FixedOffset, NaiveDateTime, TimeDelta, Timelike as _};
use tl_device::{Output, Reading as DeviceReading, Reason, Water};
use tl_domain::event::{MonitorReading, MonitorValue, RAW_BYTES_MAX, Raw};
use tl_domain::quantity::{ContentUnit, DecimalText, Reading};
use tl_domain::time::{DAY_MICROS, Moment, Span};
use tl_ledger::Hash;

use super::parts::{self, HELD_PART};
use crate::capture::record_fact;
use crate::config::{MonitorTcp, Outlet, Recorded};
use crate::outbox::{Draft, Quarantined, Tx, WriteError};
use crate::port::exchange::is_damage;

/// Beijing time, in which the standard writes every time.
const BEIJING_SECONDS_EAST: i32 = 8 * 3600;

/// Days for which values are known by their key; monitors send again what is weeks old at most.
pub(super) const KNOWN_DAYS: i64 = 400;
/// Days that a key lives longer than a value is taken: at the edge nothing falls between.
const SPARE_DAYS: i64 = 2;

/// What became of a read.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Entries.
    pub(super) recorded: usize,
    /// What was set aside, and why.
    pub(super) set_aside: Vec<String>,
}

/// Values of one monitor for one span.
#[derive(Default)]
struct Message<'a> {
    water: Vec<&'a Water>,
    /// The telegrams, each once, in the order they came.
    raws: Vec<&'a [u8]>,
}

/// MN, CN and DataTime.
type Key<'a> = (&'a str, &'a str, &'a str);

/// Records what a read gave; all of it, or nothing.
///
/// # Errors
/// The outbox's.
pub(super) fn record(
    tx: &mut Tx<'_>,
    config: &MonitorTcp,
    peer: &str,
    outputs: &[Output],
) -> Result<Kept, WriteError> {
    let mut desk = Desk { config, peer, kept: Kept::default() };
    let mut completed = Vec::new();
    for output in outputs {
        // Codes that are not read are named; a part that waits for others is not.
        if let Output::Skipped(part) = output
            && part.item.is_none()
        {
            tx.put_aside(&desk.aside(HELD_PART, &part.why, &part.raw))?;
            completed.extend(parts::whole(tx, config, &part.raw)?);
        }
    }
    let mut messages: BTreeMap<Key<'_>, Message<'_>> = BTreeMap::new();
    for output in outputs.iter().chain(&completed) {
        match output {
            Output::Accepted(accepted) => {
                let (key, water) = match &accepted.reading {
                    DeviceReading::Water(it) => ((&*it.mn, &*it.cn, &*it.data_time), Some(it)),
                    DeviceReading::WaterLoad(it) => ((&*it.mn, &*it.cn, &*it.data_time), None),
                    _ => continue,
                };
                let message = messages.entry(key).or_default();
                message.water.extend(water);
                if !message.raws.contains(&accepted.raw.as_slice()) {
                    message.raws.push(&accepted.raw);
                }
            }
            // The same bytes again on this connection: they were kept before they were answered.
            Output::Rejected(refused) if refused.reason == Reason::Duplicate => {}
            // Its parts are there already, each kept before it was answered.
            Output::Rejected(it) if it.reason == Reason::IncompleteMessage => {
                desk.kept.set_aside.push(it.detail.clone());
            }
            Output::Rejected(it) if is_damage(it.reason) => {
                desk.kept.set_aside.push(it.detail.clone());
                let damage = desk.aside(it.reason.name(), &it.detail, &it.raw);
                tx.put_damage_aside(&damage)?;
            }
            Output::Rejected(it) => desk.set_aside(tx, it.reason.name(), &it.detail, &it.raw)?,
            Output::Skipped(_) => {}
        }
    }
    for (key, message) in &messages {
        desk.message(tx, *key, message)?;
    }
    Ok(desk.kept)
}

/// Forgets keys of values that would be set aside as too old.
///
/// # Errors
/// The outbox's.
pub(super) fn forget(tx: &mut Tx<'_>, config: &MonitorTcp) -> Result<(), WriteError> {
    let Some(now) = tx.trusted_wall() else {
        return Ok(());
    };
    let keys = tx.forget_read(&config.name, now - (KNOWN_DAYS + SPARE_DAYS) * DAY_MICROS)?;
    if keys > 0 {
        tracing::info!(port = config.name, keys, "keys of old values forgotten");
    }
    Ok(())
}

struct Desk<'a> {
    config: &'a MonitorTcp,
    peer: &'a str,
    kept: Kept,
}

impl Desk<'_> {
    fn message(
        &mut self,
        tx: &mut Tx<'_>,
        key: Key<'_>,
        message: &Message<'_>,
    ) -> Result<(), WriteError> {
        let (mn, cn, data_time) = key;
        let raw = message.raws.concat();
        let Some(outlet) = self.config.monitors.get(mn) else {
            let detail = format!(
                "MN {mn:?} is no monitor of port {}; name it under `monitors` with its outlet's \
                 stream",
                self.config.name
            );
            self.set_aside(tx, "unknown_monitor", &detail, &raw)?;
            return parts::release(tx, self.config, &message.raws);
        };
        let recorded = match cn {
            "2051" => Recorded::Minute,
            "2061" => Recorded::Hour,
            "2031" => Recorded::Day,
            _ => return parts::release(tx, self.config, &message.raws),
        };
        if !self.config.record.contains(&recorded) {
            return parts::release(tx, self.config, &message.raws);
        }
        let span = match span(self.config, recorded, data_time) {
            Ok(span) => span,
            Err(detail) => {
                self.set_aside(tx, "bad_span", &detail, &raw)?;
                return parts::release(tx, self.config, &message.raws);
            }
        };
        let oldest = tx.trusted_wall().map(|now| now - KNOWN_DAYS * DAY_MICROS);
        if oldest.is_some_and(|oldest| span.from.micros() < oldest) {
            let detail = format!(
                "values of {data_time}: older than {KNOWN_DAYS} days, so nobody knows here whether \
                 they were recorded; compare with the ledger and enter them by hand"
            );
            self.set_aside(tx, "too_old", &detail, &raw)?;
            return parts::release(tx, self.config, &message.raws);
        }
        let values = self.values(tx, key, message, &raw)?;
        if values.is_empty() {
            return parts::release(tx, self.config, &message.raws);
        }
        self.append(tx, outlet, span, values, &raw)?;
        // Bytes that did not fit the entry stay where they are.
        if raw.len() <= RAW_BYTES_MAX {
            parts::release(tx, self.config, &message.raws)
        } else {
            Ok(())
        }
    }

    /// The means that are new; what came before is known, what changed is set aside.
    fn values(
        &mut self,
        tx: &mut Tx<'_>,
        key: Key<'_>,
        message: &Message<'_>,
        raw: &[u8],
    ) -> Result<Vec<MonitorValue>, WriteError> {
        let mut values = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for water in &message.water {
            if seen.contains(&water.code.as_str()) {
                continue;
            }
            seen.push(&water.code);
            let mut means =
                message.water.iter().filter(|it| it.code == water.code && it.stat == "Avg");
            let Some(mean) = means.next() else {
                let detail = format!("{} of {}: no mean (Avg) in the message", water.code, key.2);
                self.set_aside(tx, "no_mean", &detail, raw)?;
                continue;
            };
            let value = match value(mean) {
                Ok(value) => value,
                Err(detail) => {
                    self.set_aside(tx, "unusable_value", &detail, raw)?;
                    continue;
                }
            };
            let says = format!("{} {}", mean.value_ng_per_l, value.flag);
            let place = serde_json::json!(["monitor", key.0, key.1, key.2, water.code]);
            let place = Hash::of(place.to_string().as_bytes());
            match tx.known_as(&self.config.name, place)? {
                None => {
                    tx.note_read(&self.config.name, &says, place, (1, 0))?;
                    values.push(value);
                }
                Some(known) if known == says => {}
                Some(known) => {
                    let detail = format!(
                        "{} of {} ({}) came as {says:?} after {known:?} (ng/L and mark) was \
                         recorded: find out which is right and correct the entry by hand",
                        water.code, key.2, key.1
                    );
                    self.set_aside(tx, "changed_value", &detail, raw)?;
                }
            }
        }
        Ok(values)
    }

    fn append(
        &mut self,
        tx: &mut Tx<'_>,
        outlet: &Outlet,
        span: Span,
        values: Vec<MonitorValue>,
        raw: &[u8],
    ) -> Result<(), WriteError> {
        let edition = self.config.profile.get("edition").and_then(|it| it.as_str());
        let subject = format!("{} {}", outlet.stream, span.from);
        let kept = &raw[..raw.len().min(RAW_BYTES_MAX)];
        let body = MonitorReading {
            stream: outlet.stream.clone(),
            span,
            values,
            meter: outlet.meter.clone(),
            raw: Some(Raw {
                base64: STANDARD.encode(kept),
                decoder: format!("hj212:{}", edition.unwrap_or_default()),
            }),
        };
        let id = tx.new_id()?;
        record_fact(tx, id, Draft::now(body, None, subject))?;
        self.kept.recorded += 1;
        Ok(())
    }

    fn set_aside(
        &mut self,
        tx: &mut Tx<'_>,
        reason: &str,
        detail: &str,
        raw: &[u8],
    ) -> Result<(), WriteError> {
        self.kept.set_aside.push(detail.to_owned());
        tx.put_aside(&self.aside(reason, detail, raw))
    }

    fn aside(&self, reason: &str, detail: &str, raw: &[u8]) -> Quarantined {
        Quarantined {
            port: self.config.name.clone(),
            source: self.peer.to_owned(),
            reason: reason.to_owned(),
            detail: detail.to_owned(),
            raw: raw.to_vec(),
        }
    }
}

/// A mean with its mark; a value that the edition leaves without one and counts is marked N.
fn value(mean: &Water) -> Result<MonitorValue, String> {
    let unusable = |_| format!("{} {} is no value", mean.code, mean.value_ng_per_l);
    let number: DecimalText = mean.value_ng_per_l.as_str().parse().map_err(unusable)?;
    let flag = match mean.data_flag {
        Some(mark) => mark.to_string(),
        None if mean.usable => "N".to_owned(),
        None => String::new(),
    };
    Ok(MonitorValue {
        analyte: mean.analyte.parse().map_err(|_| "the analyte has no name".to_owned())?,
        result: Reading::Value { value: number },
        unit: ContentUnit::NanogramPerLitre,
        flag,
    })
}

/// The span that begins at `DataTime`; one that does not begin on its own grid can't be right.
fn span(config: &MonitorTcp, recorded: Recorded, data_time: &str) -> Result<Span, String> {
    let from = NaiveDateTime::parse_from_str(data_time, "%Y%m%d%H%M%S")
        .map_err(|_| format!("DataTime {data_time:?} is no moment"))?;
    let (minutes, name) = match recorded {
        Recorded::Minute => (config.minute_span.map_or(0, u32::from), "minute data"),
        Recorded::Hour => (60, "hour data"),
        Recorded::Day => (24 * 60, "day data"),
    };
    let minute = from.hour() * 60 + from.minute();
    if minutes == 0 || from.second() != 0 || minute % minutes != 0 {
        return Err(format!(
            "DataTime {data_time} is no beginning of {name} of {minutes} min: the monitor's clock \
             or its setting is wrong, or `minute_span` is"
        ));
    }
    let beijing = FixedOffset::east_opt(BEIJING_SECONDS_EAST).expect("eight hours are an offset");
    let moment = |at: NaiveDateTime| at.and_local_timezone(beijing).single().map(Moment::new);
    let to = from.checked_add_signed(TimeDelta::minutes(minutes.into()));
    match (moment(from), to.and_then(moment)) {
        (Some(from), Some(to)) => Ok(Span { from, to }),
        _ => Err(format!("DataTime {data_time} is out of range")),
    }
}
