//! From known weights to what is recorded: one layout, what it showed, and whether that is near
//! enough. The same for the command, which shows it, and for the agent, which signs it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tl_device::commission::{Heard, Judgement, LOAD_BYTES_MAX, Load, grams, hear, judge};
use tl_device::{MassUnit as DeviceUnit, Weight};
use tl_domain::quantity::{DecimalText, Mass, MassUnit};

use crate::words::Words;

/// Most known weights of one commissioning.
pub(super) const LOADS_MAX: usize = 8;

/// A mass as people write it: `12450 kg`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) value: DecimalText,
    pub(super) unit: MassUnit,
}

impl std::str::FromStr for Written {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (value, unit) = text.split_at(split);
        let value = value.trim().replace(',', "");
        let value = value.parse().map_err(|_| format!("{text:?}: write it like `12450 kg`"))?;
        let unit = match unit.trim() {
            "kg" | "KG" => MassUnit::Kilogram,
            "t" | "T" => MassUnit::Tonne,
            "g" | "G" => MassUnit::Gram,
            other => return Err(format!("unit {other:?}: use kg, t or g, like `12450 kg`")),
        };
        Ok(Self { value, unit })
    }
}

impl Written {
    pub(super) fn grams(&self) -> Decimal {
        self.value.value() * self.unit.grams()
    }

    pub(super) fn mass(&self) -> Mass {
        Mass::wet(self.value.clone(), self.unit)
    }
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

/// A known weight and what came on the line, as it goes to the agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Loaded {
    pub(super) known: Written,
    /// Base64.
    pub(super) bytes: String,
}

impl Loaded {
    pub(super) fn new(known: Written, bytes: &[u8]) -> Self {
        Self { known, bytes: STANDARD.encode(bytes) }
    }

    fn load(&self) -> Result<Load, Words> {
        let bytes = STANDARD.decode(&self.bytes).unwrap_or_default();
        if self.known.grams() <= Decimal::ZERO {
            return Err(Words::new(
                "已知重量应大于 0:空秤不能区分数据格式",
                "a known weight is above 0: an empty scale tells layouts apart in no way",
            ));
        }
        let unit = match self.known.unit {
            MassUnit::Gram => DeviceUnit::G,
            MassUnit::Kilogram => DeviceUnit::Kg,
            _ => DeviceUnit::T,
        };
        let end = bytes.len().saturating_sub(LOAD_BYTES_MAX);
        Ok(Load { value: self.known.value.value(), unit, bytes: bytes[end..].to_vec() })
    }
}

/// What is settled: the layout, and of each load what was known and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) profile: Value,
    pub(super) shown: Vec<(Written, Written)>,
    /// The last frame of each load.
    pub(super) raw: Vec<u8>,
}

/// Finds the layout, or checks the declared one, and compares with the largest error.
///
/// # Errors
/// Why nothing can be recorded, and what to do.
pub(super) fn settle(
    loads: &[Loaded],
    declared: Option<&Value>,
    max_error: &Written,
) -> Result<Settled, Words> {
    if loads.is_empty() || loads.len() > LOADS_MAX {
        return Err(Words::new(
            format!("已知重量应为 1 至 {LOADS_MAX} 个"),
            format!("give 1 to {LOADS_MAX} known weights"),
        ));
    }
    let parsed: Vec<Load> = loads.iter().map(Loaded::load).collect::<Result<_, _>>()?;
    let (profile, weights) = match judge(&parsed) {
        Judgement::Agreed { profile, shown } => (profile, shown),
        Judgement::Ambiguous(profiles) => return Err(ambiguous(&profiles)),
        Judgement::NoneFits(heard) => return Err(none_fits(&heard, &parsed)),
        Judgement::Unreadable => return Err(unreadable()),
    };
    let (profile, weights) = match declared {
        Some(wanted) => (wanted.clone(), agree(wanted, &profile, &parsed)?),
        None => (profile, weights),
    };
    let mut shown = Vec::new();
    let mut raw = Vec::new();
    for (loaded, (weight, frame)) in loads.iter().zip(weights) {
        let off = (grams(&weight).unwrap_or_default() - loaded.known.grams()).abs();
        let weight = written(&weight).ok_or_else(unreadable)?;
        if off > max_error.grams() {
            return Err(too_far(&loaded.known, &weight, max_error));
        }
        shown.push((loaded.known.clone(), weight));
        raw.extend(frame);
    }
    Ok(Settled { profile, shown, raw })
}

/// A declared layout has to show what the one that was found shows.
fn agree(wanted: &Value, found: &Value, loads: &[Load]) -> Result<Vec<(Weight, Vec<u8>)>, Words> {
    let read = |profile: &Value| -> Option<Vec<(Weight, Vec<u8>)>> {
        let heard = loads.iter().map(|load| hear(profile, &load.bytes));
        heard.map(|heard| heard.and_then(|it| Some((it.standing?, it.raw)))).collect()
    };
    let all = |shown: &[(Weight, Vec<u8>)]| -> Vec<Option<Decimal>> {
        shown.iter().map(|(weight, _)| grams(weight)).collect()
    };
    let (mine, right) = (read(wanted), read(found));
    match (mine, right) {
        (Some(mine), Some(right)) if all(&mine) == all(&right) => Ok(mine),
        (mine, _) => {
            let values: Vec<String> =
                mine.iter().flatten().map(|(weight, _)| weight.value.to_string()).collect();
            let (shown, wanted) = (values.join(", "), short(wanted));
            let found = short(found);
            Err(Words::new(
                format!("声明的格式 {wanted} 读作 {shown},与已知重量不符;符合的是 {found}"),
                format!("the declared layout {wanted} reads {shown}; what fits is {found}"),
            ))
        }
    }
}

/// A layout in one line.
pub(super) fn short(profile: &Value) -> String {
    let fields = profile.as_object().into_iter().flatten();
    let mut texts: Vec<String> = fields
        .map(|(name, value)| match value {
            Value::String(text) if name == "protocol" => text.clone(),
            Value::String(text) => format!("{name}={text}"),
            other => format!("{name}={other}"),
        })
        .collect();
    texts.sort_by_key(|text| text.contains('='));
    texts.join(" ")
}

fn written(weight: &Weight) -> Option<Written> {
    let unit = match weight.unit {
        DeviceUnit::G => MassUnit::Gram,
        DeviceUnit::Kg => MassUnit::Kilogram,
        DeviceUnit::T => MassUnit::Tonne,
        DeviceUnit::Lb => return None,
    };
    Some(Written { value: weight.value.as_str().parse().ok()?, unit })
}

fn ambiguous(profiles: &[Value]) -> Words {
    let names: Vec<String> = profiles.iter().map(short).collect();
    let names = names.join(" / ");
    Words::new(
        format!("这些字节同时符合几种格式({names}),不能判定;请换一个重量再加一次 --known"),
        format!("several layouts fit ({names}); put another weight on and give it as --known too"),
    )
}

fn none_fits(heard: &[Heard], loads: &[Load]) -> Words {
    let reads: Vec<String> = heard
        .iter()
        .filter_map(|it| Some(format!("{} → {}", short(&it.profile), it.standing.as_ref()?.value)))
        .collect();
    let known: Vec<String> = loads.iter().map(|load| load.value.to_string()).collect();
    let (reads, known) = (reads.join("; "), known.join(", "));
    let moving = if reads.is_empty() { "(重量未稳定)" } else { "" };
    Words::new(
        format!("没有一种格式显示已知重量 {known}{moving}:{reads};请核对放上的重量和单位"),
        format!("no layout shows the known {known}: {reads}; check the weight and its unit"),
    )
}

fn unreadable() -> Words {
    Words::new(
        "线上没有能识别的秤数据;请检查接线、波特率、数据位和校验,秤是否设为连续输出",
        "nothing on the line is a scale's; check cable, baud rate, data bits and parity, and that \
         the indicator sends continuously",
    )
}

fn too_far(known: &Written, shown: &Written, max_error: &Written) -> Words {
    let (known_g, shown_g) = (known.grams(), shown.grams());
    let mut off = ((shown_g - known_g) / known.unit.grams()).normalize();
    if off.is_zero() {
        off = Decimal::ZERO;
    }
    let unit = known.unit;
    Words::new(
        format!(
            "已知 {known},显示 {shown},相差 {off} {unit},超过允许的 {max_error};未记录,请先校准"
        ),
        format!("known {known}, shown {shown}: {off} {unit} off, more than {max_error}; calibrate"),
    )
}
