//! Column headers of mass spectrometers: `205  Tl  [ He ]`, `75 -> 91  As  [ O2 ]`, `Tl 205`,
//! `205Tl (KED)`; and the substances a ledger can follow.
//!
//! The symbol is compared letter by letter: `TI` and `Ti` are not thallium.

use serde::{Deserialize, Deserializer};

/// A substance that a ledger can follow, with the isotopes that mass spectrometers measure.
#[derive(Debug, PartialEq, Eq)]
struct Substance {
    symbol: &'static str,
    chinese: &'static str,
    /// Stable isotopes in use, the usual one first.
    isotopes: &'static [&'static str],
}

const fn substance(
    symbol: &'static str,
    chinese: &'static str,
    isotopes: &'static [&'static str],
) -> Substance {
    Substance { symbol, chinese, isotopes }
}

static SUBSTANCES: &[Substance] = &[
    substance("Tl", "铊", &["205", "203"]),
    substance("As", "砷", &["75"]),
    substance("Cd", "镉", &["111", "110", "112", "113", "114"]),
    substance("Cr", "铬", &["52", "50", "53"]),
    substance("Hg", "汞", &["202", "199", "200", "201"]),
    substance("Pb", "铅", &["208", "206", "207"]),
    substance("Sb", "锑", &["121", "123"]),
];

/// The substance whose results are read; thallium unless another one is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Analyte(&'static Substance);

impl Default for Analyte {
    fn default() -> Self {
        Self(SUBSTANCES.first().expect("the table begins with thallium"))
    }
}

impl Analyte {
    /// The substance of a chemical symbol.
    pub fn of(symbol: &str) -> Option<Self> {
        SUBSTANCES.iter().find(|it| it.symbol == symbol).map(Self)
    }

    /// The chemical symbol.
    pub fn symbol(self) -> &'static str {
        self.0.symbol
    }

    /// The isotope that is reported where several were measured and none is declared.
    pub fn usual_isotope(self) -> &'static str {
        self.0.isotopes.first().expect("every substance has an isotope")
    }

    /// True for mass numbers of its isotopes.
    pub fn has_isotope(self, mass: &str) -> bool {
        self.0.isotopes.contains(&mass)
    }

    /// True for its symbol and its Chinese name, exactly.
    pub fn is_named(self, text: &str) -> bool {
        text == self.0.symbol || text == self.0.chinese
    }

    /// True for what was probably meant to be its symbol: another case, or I for l.
    pub fn is_misspelt(self, text: &str) -> bool {
        let plain = |text: &str| text.replace(['I', '1', '|'], "l").to_lowercase();
        text != self.0.symbol && plain(text) == plain(self.0.symbol)
    }

    /// Checks a declared isotope, or takes the usual one.
    pub fn isotope_or_usual(self, declared: Option<&str>) -> Result<&'static str, String> {
        let Some(declared) = declared else { return Ok(self.usual_isotope()) };
        let mut isotopes = self.0.isotopes.iter();
        isotopes.find(|it| **it == declared).copied().ok_or_else(|| {
            format!(
                "`prefer_isotope` of {} is one of {}",
                self.0.symbol,
                self.0.isotopes.join(", ")
            )
        })
    }
}

impl<'de> Deserialize<'de> for Analyte {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::of(&text).ok_or_else(|| {
            let known: Vec<&str> = SUBSTANCES.iter().map(|it| it.symbol).collect();
            let why = format!("analyte {text:?} is not known; known are {}", known.join(", "));
            serde::de::Error::custom(why)
        })
    }
}

/// A header that names an element and a mass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MassHeader {
    /// The symbol as written.
    pub symbol: String,
    /// The mass number the first quadrupole passed.
    pub mass: String,
    /// The gas or cell mode as written, without brackets.
    pub mode: Option<String>,
    /// True for internal standards.
    pub internal_standard: bool,
}

/// Reads a header; `None` where it names no element with a mass.
pub fn mass_header(text: &str) -> Option<MassHeader> {
    let text = text.trim();
    let bracket = text.find(['[', '(']).unwrap_or(text.len());
    let (name, brackets) = text.split_at(bracket);
    let (first, rest) = split_kind(name.trim())?;
    let (symbol, mass) = if first.starts_with(|it: char| it.is_ascii_digit()) {
        // MS/MS writes both masses: `75 -> 91  As`; the first one is the isotope.
        let rest = match rest.trim().strip_prefix("->") {
            Some(shift) => split_kind(shift.trim())?.1,
            None => rest,
        };
        (rest.trim(), first)
    } else {
        (first, rest.trim())
    };
    let symbol_ok =
        (1..=2).contains(&symbol.len()) && symbol.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mass_ok = (1..=3).contains(&mass.len()) && mass.bytes().all(|byte| byte.is_ascii_digit());
    (symbol_ok && mass_ok).then(|| MassHeader {
        symbol: symbol.to_owned(),
        mass: mass.to_owned(),
        mode: mode(brackets),
        internal_standard: brackets.contains("ISTD"),
    })
}

/// Splits behind the leading digits or the leading letters.
fn split_kind(text: &str) -> Option<(&str, &str)> {
    let digits = text.chars().next()?.is_ascii_digit();
    let end = text
        .find(|it: char| if digits { !it.is_ascii_digit() } else { !it.is_ascii_alphabetic() })
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The last bracketed text that is not the mark of an internal standard.
fn mode(brackets: &str) -> Option<String> {
    brackets
        .split(['[', ']', '(', ')'])
        .map(str::trim)
        .rfind(|part| !part.is_empty() && *part != "ISTD")
        .map(str::to_owned)
}
