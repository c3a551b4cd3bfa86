//! From what on a rule speaks: data of bureaus, with the defaults of the program and where those
//! come from.
//!
//! Invariant: a figure that nobody settled is the default; the record of the narrowest area wins,
//! figure by figure; a figure out of its bounds is passed over. What has no source has no default,
//! and its rule is silent until a bureau settles it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};
use serde::{Deserialize, Serialize};
use tl_accounts::ruling::{Source, may_settle, significant};
use tl_domain::event::ThresholdRecord;
use tl_domain::ids::{EntryId, PartyId};

/// What can be a threshold.
trait Settable: Copy {
    /// From a figure of a record.
    fn read(value: Decimal) -> Option<Self>;
    /// As a number; nothing while it is not settled.
    fn number(self) -> Option<f64>;
}

impl Settable for f64 {
    fn read(value: Decimal) -> Option<Self> {
        value.to_f64()
    }

    fn number(self) -> Option<f64> {
        Some(self)
    }
}

impl Settable for Option<f64> {
    fn read(value: Decimal) -> Option<Self> {
        value.to_f64().map(Some)
    }

    fn number(self) -> Option<f64> {
        self
    }
}

impl Settable for u32 {
    fn read(value: Decimal) -> Option<Self> {
        value.is_integer().then(|| value.to_u32()).flatten()
    }

    fn number(self) -> Option<f64> {
        Some(f64::from(self))
    }
}

impl Settable for usize {
    fn read(value: Decimal) -> Option<Self> {
        value.is_integer().then(|| value.to_usize()).flatten()
    }

    fn number(self) -> Option<f64> {
        Decimal::from_usize(self).and_then(|value| value.to_f64())
    }
}

impl Settable for u64 {
    fn read(value: Decimal) -> Option<Self> {
        value.is_integer().then(|| value.to_u64()).flatten()
    }

    fn number(self) -> Option<f64> {
        Decimal::from_u64(self).and_then(|value| value.to_f64())
    }
}

/// A threshold as it is offered for settling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Name in records.
    pub name: &'static str,
    /// What it says, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// Its unit; empty for a count.
    pub unit: &'static str,
    /// Bounds, both allowed.
    pub bounds: (f64, f64),
    /// Where the default comes from, in Chinese.
    pub source_zh: &'static str,
    /// The same in English.
    pub source_en: &'static str,
}

macro_rules! thresholds {
    ($($(#[$doc:meta])* $name:ident: $of:ty = $default:expr, $least:literal..$most:literal
        $unit:literal, $zh:literal, $en:literal, $source_zh:literal, $source_en:literal;)+) => {
        /// Thresholds of the rules.
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Thresholds {
            $($(#[$doc])* pub $name: $of,)+
        }

        impl Default for Thresholds {
            fn default() -> Self {
                Self { $($name: $default),+ }
            }
        }

        impl Thresholds {
            /// Every threshold, in the order of the page.
            pub const FIGURES: &'static [Figure] = &[$(Figure {
                name: stringify!($name),
                zh: $zh,
                en: $en,
                unit: $unit,
                bounds: ($least, $most),
                source_zh: $source_zh,
                source_en: $source_en,
            }),+];

            /// The value of a threshold; nothing while it is not settled.
            #[must_use]
            pub fn value(&self, name: &str) -> Option<f64> {
                match name {
                    $(stringify!($name) => self.$name.number(),)+
                    _ => None,
                }
            }

            /// Sets a threshold; says whether the figure was one.
            fn put(&mut self, name: &str, value: Decimal) -> bool {
                let within = |least: f64, most: f64| {
                    value.to_f64().is_some_and(|value| (least..=most).contains(&value))
                };
                match name {
                    $(stringify!($name) => match <$of>::read(value) {
                        Some(read) if within($least, $most) => {
                            self.$name = read;
                            true
                        }
                        _ => false,
                    },)+
                    _ => false,
                }
            }
        }
    };
}

thresholds! {
    /// Working days until a manifest of hazardous waste has to be received.
    manifest_working_days: u32 = 5, 1.0..60.0 "d",
        "联单签收期限(工作日)", "Working days to receive a manifest",
        "危险废物转移管理办法", "Measures for the transfer of hazardous waste";
    /// Received against shipped mass, per cent of the shipped.
    handover_gap_percent: f64 = 0.5, 0.0..100.0 "%",
        "收发货差(占发货)", "Received against shipped, share",
        "程序缺省", "The program's default";
    /// The same in kilograms; both have to be passed.
    handover_gap_kg: f64 = 50.0, 0.0..100_000.0 "kg",
        "收发货差(质量)", "Received against shipped, mass",
        "程序缺省", "The program's default";
    /// Hours without a word from a device in use.
    device_silent_hours: u32 = 72, 1.0..2160.0 "h",
        "终端失联", "A device that is not heard of",
        "程序缺省", "The program's default";
    /// Days that a label conflict or a failed check may wait for its mending.
    mending_days: u32 = 10, 1.0..365.0 "d",
        "换标、重测期限", "Days to relabel or to repeat an assay",
        "程序缺省", "The program's default";
    /// Days that book stock may stay below zero.
    negative_days: u32 = 31, 1.0..365.0 "d",
        "账面负库存", "Book stock below zero",
        "一个盘点月", "One month between stock takes";
    /// Results that tests of digits and copies need (practice §8.5).
    results_min: usize = 30, 10.0..10000.0 "",
        "数字检验至少结果数", "Results that tests of digits need",
        "统计要求", "What the statistics need";
    /// Share of equal neighbours, in per cent, from which results look copied.
    copied_percent: f64 = 20.0, 1.0..100.0 "%",
        "与前一个相同的结果", "Results that equal the one before",
        "程序缺省", "The program's default";
    /// Chance of last digits as uneven as these, from which digits look preferred.
    digit_chance: f64 = 0.001, 0.000_000_1..0.05 "",
        "末位数字检验的显著性", "Chance of last digits as uneven",
        "程序缺省", "The program's default";
    /// Share of results below a limit, in per cent.
    censored_percent: f64 = 60.0, 1.0..100.0 "%",
        "低于检出限的结果", "Results below a limit",
        "程序缺省", "The program's default";
    /// Late entries in the last thirty days.
    late_entries: u64 = 20, 1.0..100000.0 "",
        "三十天内迟到记录数", "Late entries of thirty days",
        "程序缺省", "The program's default";
    /// Content of material that comes in, above which somebody has to approve it; mg/kg dry.
    intake_mg_per_kg: Option<f64> = None, 0.001..1_000_000.0 "mg/kg",
        "进厂原料内控限值(干基)", "Content of intake that needs an approval (dry)",
        "没有统一标准，由主管部门规定", "No common standard: the bureau settles it";
    /// Days that hazardous waste may lie in store.
    storage_days: u32 = 365, 30.0..1825.0 "d",
        "危险废物贮存期限", "Days that hazardous waste may be stored",
        "固体废物污染环境防治法第八十一条（待核）", "Law on solid waste, art. 81 (to be verified)";
    /// Days after its arrival until a lot has to have a mass.
    unweighed_days: u32 = 7, 1.0..90.0 "d",
        "到厂后过磅期限", "Days to weigh a lot that came",
        "程序缺省", "The program's default";
    /// Days without a report of a stream that is reported otherwise.
    report_gap_days: u32 = 3, 1.0..90.0 "d",
        "流量上报中断", "A stream that is not reported",
        "程序缺省", "The program's default";
    /// Monthly means of an outlet by its monitor and by hand: how many times one is the other.
    monitor_factor: f64 = 2.0, 1.1..100.0 "",
        "在线与手工月均值之比", "Monthly means by monitor and by hand, ratio",
        "程序缺省", "The program's default";
}

/// A bureau's record as its log has it.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdRuling {
    /// The bureau.
    pub bureau: PartyId,
    /// Its own area code.
    pub bureau_area: String,
    /// What it settled.
    pub record: ThresholdRecord,
    /// The entry that says so.
    pub entry: EntryId,
}

/// The thresholds of an area with who settled each; a figure without a source is the default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chosen {
    /// The thresholds.
    pub thresholds: Thresholds,
    /// Who settled which.
    pub sources: BTreeMap<&'static str, Source>,
}

/// Digits of area codes that records are about: region, city, county.
const AREA_DIGITS: [usize; 3] = [2, 4, 6];
/// Longest reason, characters.
const REASON_MAX: usize = 2_000;

/// What holds for an area code: the narrowest record wins, figure by figure.
#[must_use]
pub fn chosen(area: &str, rulings: &[ThresholdRuling]) -> Chosen {
    let mut counting: Vec<&ThresholdRuling> = rulings
        .iter()
        .filter(|ruling| area.starts_with(ruling.record.id.as_str()))
        .filter(|ruling| may_settle(&ruling.bureau_area, ruling.record.id.as_str()))
        .collect();
    let nearness = |ruling: &ThresholdRuling| {
        (ruling.record.id.as_str().len(), significant(&ruling.bureau_area).len())
    };
    counting.sort_by(|a, b| nearness(b).cmp(&nearness(a)).then_with(|| a.bureau.cmp(&b.bureau)));
    let mut chosen = Chosen::default();
    for figure in Thresholds::FIGURES {
        for ruling in &counting {
            let Some(value) = ruling.record.figures.get(figure.name) else { continue };
            if chosen.thresholds.put(figure.name, value.value()) {
                let area = ruling.record.id.as_str().to_owned();
                let (bureau, entry) = (ruling.bureau.clone(), ruling.entry);
                chosen.sources.insert(figure.name, Source { area, bureau, entry });
                break;
            }
        }
    }
    chosen
}

/// What is wrong with a record that a bureau wants to sign: field, and what is accepted there.
#[must_use]
pub fn faults(bureau_area: &str, record: &ThresholdRecord) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let area = record.id.as_str();
    let digits = area.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !AREA_DIGITS.contains(&area.len()) {
        let what = format!("area code of a region (2), city (4) or county (6), not {area:?}");
        found.push(("id".to_owned(), what));
    } else if !may_settle(bureau_area, area) {
        let what = format!("area {area} is not in the bureau's area {bureau_area}");
        found.push(("id".to_owned(), what));
    }
    for (name, value) in &record.figures {
        let figure = Thresholds::FIGURES.iter().find(|figure| figure.name == *name);
        let Some(figure) = figure else {
            found.push((name.clone(), "no threshold of this name".to_owned()));
            continue;
        };
        if !Thresholds::default().put(name, value.value()) {
            let (least, most) = figure.bounds;
            found.push((name.clone(), format!("{least} to {most}, not {value}")));
        }
    }
    let reason = record.reason.chars().count();
    if record.reason.trim().is_empty() || reason > REASON_MAX {
        found.push(("reason".to_owned(), format!("why, in 1 to {REASON_MAX} characters")));
    }
    found
}

#[cfg(test)]
mod tests;
