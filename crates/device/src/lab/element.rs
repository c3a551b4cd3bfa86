//! Column headers of mass spectrometers: `205  Tl  [ He ]`, `75 -> 91  As  [ O2 ]`, `Tl 205`,
//! `205Tl (KED)`. The symbol is compared letter by letter: `TI` and `Ti` are not thallium.

/// Mass numbers of stable thallium.
pub const TL_ISOTOPES: &[&str] = &["203", "205"];

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

/// A header that is probably thallium wrongly typed, such as `205  TI`.
pub fn looks_like_thallium(header: &MassHeader) -> bool {
    header.symbol != "Tl"
        && (TL_ISOTOPES.contains(&header.mass.as_str()) || header.symbol.eq_ignore_ascii_case("tl"))
}
