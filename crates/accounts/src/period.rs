//! One period of an area as it is kept: its terms with every error source that they share.
//!
//! Made from the domain's balance, read by the tests over periods. Sources that other periods can
//! share keep their names; random ones, thousands a month, are 64 bits of their name's SHA-256 with
//! their size: enough to know them again in the next period, where a stock opens or a batch leaves.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use tl_accountancy::Fault;
use tl_accountancy::period::{Line, Period, Series, Term as AccountTerm};
use tl_accountancy::source::{self, ErrorKey, ErrorPart};
use tl_domain::balance::{Balance, Role, Term};
use tl_domain::ids::{MaterialId, NodeId, PartyId, StreamId};
use tl_domain::quantity::{DryMass, ErrorClass, Spread, SubstanceMass};
use tl_domain::time::{Micros, MicrosSpan};
use tl_ledger::Hash;

/// A period of an area, kept until something that it rests on changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeriodAccount {
    /// Beginning.
    pub since: Micros,
    /// End; the span is half-open.
    pub until: Micros,
    /// Terms, in the balance's order.
    pub terms: Vec<TermAccount>,
    /// Names of the sources that `TermAccount::shared` numbers.
    pub sources: Vec<(ErrorClass, String)>,
    /// Parts without a figure.
    pub missing: u64,
    /// Whether both ends rest on stock takes of those moments.
    pub stock_measured: bool,
    /// Share of the turnover in per cent that rests on assays of the material itself, or on what
    /// follows from them; `None` without a turnover.
    pub assayed_percent: Option<f64>,
}

/// One line of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermAccount {
    /// What it is in the balance.
    pub part: Part,
    /// Names the line in its period; a closing stock has the name of the next opening.
    pub name: String,
    /// Stream, when declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamId>,
    /// Material, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<MaterialId>,
    /// Node inside, for a stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    /// Partner beyond the fence, when it is a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartyId>,
    /// Substance in grams.
    pub grams: SubstanceMass,
    /// Dry mass in grams, of what has one.
    pub dry: DryMass,
    /// Standard uncertainty in grams.
    pub sigma: f64,
    /// Sources with names: number and signed size in grams.
    pub shared: Vec<(u32, f64)>,
    /// Random sources.
    pub own: OwnErrors,
}

/// What a term is in the balance; internal movements are in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 期初库存.
    Opening,
    /// 投入.
    Input,
    /// 产出.
    Output,
    /// 排放.
    Discharge,
    /// 期末库存.
    Closing,
}

/// Random errors: 64 bits of the source's name and its size in grams.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OwnErrors(pub Vec<(u64, f64)>);

/// Sums of a period in grams, in the order of the material balance report.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// 期初库存.
    pub opening: SubstanceMass,
    /// 投入.
    pub input: SubstanceMass,
    /// 产出.
    pub output: SubstanceMass,
    /// 排放.
    pub discharge: SubstanceMass,
    /// 账面期末: opening + input − output − discharge.
    pub book: SubstanceMass,
    /// 期末库存.
    pub closing: SubstanceMass,
    /// 平衡差: book − closing; positive = apparent loss.
    pub unaccounted: SubstanceMass,
}

impl PeriodAccount {
    /// The period that a balance describes.
    #[must_use]
    pub fn of(balance: &Balance) -> Self {
        let mut account = Self {
            since: balance.span.from,
            until: balance.span.to,
            terms: Vec::with_capacity(balance.terms.len()),
            sources: Vec::new(),
            missing: balance.coverage.missing,
            stock_measured: balance.stock_measured,
            assayed_percent: assayed(balance),
        };
        for term in &balance.terms {
            if let Some(part) = Part::of(term.role) {
                account.add(part, term);
            }
        }
        account
    }

    fn add(&mut self, part: Part, term: &Term) {
        let (shared, own) = self.errors(&term.spread);
        let node = term.from.as_ref().or(term.to.as_ref());
        self.terms.push(TermAccount {
            part,
            name: name(part, term),
            stream: term.stream.clone(),
            material: term.material.clone(),
            node: node.filter(|_| part.is_stock()).cloned(),
            partner: term.partner.clone(),
            // As they read back: the last bit of a binary figure depends on trailing zeros.
            grams: SubstanceMass(term.substance.0.normalize()),
            dry: DryMass(term.dry.0.normalize()),
            sigma: term.sigma_grams,
            shared,
            own,
        });
    }

    fn errors(&mut self, spread: &Spread) -> (Vec<(u32, f64)>, OwnErrors) {
        let (mut shared, mut own) = (Vec::new(), Vec::new());
        for (class, key, size) in spread.iter().filter(|(.., size)| *size != 0.0) {
            if class == ErrorClass::Random {
                own.push((short(key), size));
                continue;
            }
            let known = self.sources.iter().position(|(c, k)| *c == class && k == key);
            let number = known.unwrap_or_else(|| {
                self.sources.push((class, key.to_owned()));
                self.sources.len() - 1
            });
            shared.push((u32::try_from(number).expect("sources of a month fit 32 bits"), size));
        }
        (shared, OwnErrors(own))
    }

    /// The span.
    #[must_use]
    pub fn span(&self) -> MicrosSpan {
        MicrosSpan { from: self.since, to: self.until }
    }

    /// The sums.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let mut figures = Figures::default();
        for term in &self.terms {
            let sum = match term.part {
                Part::Opening => &mut figures.opening,
                Part::Input => &mut figures.input,
                Part::Output => &mut figures.output,
                Part::Discharge => &mut figures.discharge,
                Part::Closing => &mut figures.closing,
            };
            *sum += term.grams;
        }
        figures.book = figures.opening + figures.input - figures.output - figures.discharge;
        figures.unaccounted = figures.book - figures.closing;
        figures
    }

    /// The same as the tests take it; `owners` says which line a random source goes by.
    pub(crate) fn to_period<'a>(
        &'a self,
        label: String,
        owners: &mut BTreeMap<u64, &'a str>,
    ) -> Period {
        let mut terms = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            for (number, _) in &term.own.0 {
                owners.entry(*number).or_insert(&term.name);
            }
            terms.push(AccountTerm {
                line: term.part.line(),
                name: term.name.clone(),
                amount: term.grams.to_f64(),
                errors: self.parts(term, owners),
                // What is on its way lies with its shipper, whoever is to receive it.
                counterpart: term
                    .partner
                    .as_ref()
                    .filter(|_| !term.part.is_stock())
                    .map(ToString::to_string),
            });
        }
        Period { label, terms }
    }

    fn parts(&self, term: &TermAccount, owners: &BTreeMap<u64, &str>) -> Vec<ErrorPart> {
        let shared = term.shared.iter().filter_map(|(number, size)| {
            let (class, name) = self.sources.get(*number as usize)?;
            let key = ErrorKey { class: class_of(*class), name: name.clone(), block: 0 };
            Some(ErrorPart { key, size: *size })
        });
        let own = term.own.0.iter().map(|(number, size)| ErrorPart {
            key: ErrorKey {
                class: source::ErrorClass::Random,
                name: owners.get(number).map_or_else(String::new, |&owner| owner.to_owned()),
                block: number.cast_signed(),
            },
            size: *size,
        });
        shared.chain(own).collect()
    }
}

/// The series of adjoining periods, in grams, labelled by their numbers from 1.
///
/// A random source goes by the first line that it touches: that line is what to measure better.
///
/// # Errors
/// `Fault` for a figure that is no number, or too many periods.
pub fn series(periods: &[PeriodAccount]) -> Result<Series, Fault> {
    let mut owners = BTreeMap::new();
    let numbered = periods.iter().zip(1_usize..);
    Series::new(numbered.map(|(p, n)| p.to_period(n.to_string(), &mut owners)).collect())
}

impl Part {
    fn of(role: Role) -> Option<Self> {
        Some(match role {
            Role::Opening => Self::Opening,
            Role::Input => Self::Input,
            Role::Output => Self::Output,
            Role::Discharge => Self::Discharge,
            Role::Closing => Self::Closing,
            Role::Internal => return None,
        })
    }

    fn line(self) -> Line {
        match self {
            Self::Opening => Line::Opening,
            Self::Input => Line::Increase,
            Self::Output | Self::Discharge => Line::Decrease,
            Self::Closing => Line::Closing,
        }
    }

    /// Whether it is what lies there, not what moved.
    #[must_use]
    pub fn is_stock(self) -> bool {
        matches!(self, Self::Opening | Self::Closing)
    }
}

fn class_of(class: ErrorClass) -> source::ErrorClass {
    match class {
        ErrorClass::Random => source::ErrorClass::Random,
        ErrorClass::ShortTerm => source::ErrorClass::Short,
        ErrorClass::LongTerm => source::ErrorClass::Long,
    }
}

/// Share of the turnover that rests on assays, or on what follows from them.
fn assayed(balance: &Balance) -> Option<f64> {
    use rust_decimal::prelude::ToPrimitive;
    use tl_domain::balance::Quality;

    let percent = &balance.coverage.percent;
    if percent.is_empty() {
        return None;
    }
    let of = |quality| percent.get(&quality).and_then(ToPrimitive::to_f64).unwrap_or(0.0);
    Some(of(Quality::Assayed) + of(Quality::Calculated) + of(Quality::Censored))
}

fn name(part: Part, term: &Term) -> String {
    let text = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
    let material = text(term.material.as_ref().map(ToString::to_string));
    let partner = text(term.partner.as_ref().map(ToString::to_string));
    let stream = text(term.stream.as_ref().map(ToString::to_string));
    let node = text(term.from.as_ref().or(term.to.as_ref()).map(ToString::to_string));
    match (part.is_stock(), term.transit) {
        (true, true) => format!("transit {partner} {stream} {material}"),
        (true, false) => format!("stock {node} {material}"),
        (false, _) => {
            let returned = if term.returned { " return" } else { "" };
            let way = match part {
                Part::Input => "in",
                Part::Discharge => "discharge",
                _ => "out",
            };
            format!("{way} {stream} {material} {node} {partner}{returned}")
        }
    }
}

/// The first 64 bits of a name's SHA-256.
fn short(name: &str) -> u64 {
    let digest = Hash::of(name.as_bytes());
    let first: [u8; 8] = digest.0[..8].try_into().expect("a digest has 32 bytes");
    u64::from_be_bytes(first)
}

impl Serialize for OwnErrors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(self.0.len() * 16);
        for (number, size) in &self.0 {
            bytes.extend(number.to_be_bytes());
            bytes.extend(size.to_be_bytes());
        }
        serializer.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }
}

impl<'de> Deserialize<'de> for OwnErrors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD_NO_PAD.decode(text).map_err(de::Error::custom)?;
        if bytes.len() % 16 != 0 {
            return Err(de::Error::custom("error sources are 16 bytes each"));
        }
        let pair = |pair: &[u8]| {
            let half = |from: usize| -> [u8; 8] {
                pair[from..from + 8].try_into().expect("chunks have 16 bytes")
            };
            (u64::from_be_bytes(half(0)), f64::from_be_bytes(half(8)))
        };
        Ok(Self(bytes.chunks_exact(16).map(pair).collect()))
    }
}
