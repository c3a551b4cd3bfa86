//! AIM identifiers: `]`, a code letter, a modifier (ISO/IEC 15424).
//! Only names and facts about the data's form; no judgement about which codes are welcome.

/// A known identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identifier {
    /// The symbology's name.
    pub symbology: &'static str,
    /// The code letter.
    pub code: u8,
    /// The modifier, 0 to 15.
    pub modifier: u8,
}

/// Code letters and names of the symbologies that are told apart.
const SYMBOLOGIES: &[(u8, &str)] = &[
    (b'A', "Code39"),
    (b'C', "Code128"),
    (b'E', "EAN"),
    (b'F', "Codabar"),
    (b'G', "Code93"),
    (b'H', "Code11"),
    (b'I', "ITF"),
    (b'L', "PDF417"),
    (b'M', "MSI"),
    (b'Q', "QR"),
    (b'R', "Code2of5Straight"),
    (b'S', "Code2of5Industrial"),
    (b'U', "MaxiCode"),
    (b'X', "Other"),
    (b'd', "DataMatrix"),
    (b'e', "GS1DataBar"),
    (b'h', "HanXin"),
    (b'j', "DotCode"),
    (b'J', "DotCode"),
    (b'z', "Aztec"),
];

/// The identifier of a code letter and a modifier character, if it is known.
pub fn identifier(code: u8, modifier: u8) -> Option<Identifier> {
    let (_, symbology) = SYMBOLOGIES.iter().find(|(letter, _)| *letter == code)?;
    let modifier = char::from(modifier).to_digit(16).and_then(|it| u8::try_from(it).ok())?;
    Some(Identifier { symbology, code, modifier })
}

/// True where a known identifier stands anywhere in the data.
pub fn appears_in(data: &[u8]) -> bool {
    data.windows(3).any(|window| match window {
        [b']', code, modifier] => identifier(*code, *modifier).is_some(),
        _ => false,
    })
}

impl Identifier {
    /// True where the data follows the GS1 rules (FNC1 in the first position).
    pub fn is_gs1(self) -> bool {
        matches!(
            (self.code, self.modifier),
            (b'C', 1) | (b'Q', 3 | 4) | (b'd', 2 | 5) | (b'e', 0) | (b'J', 1) | (b'z', 1 | 4)
        )
    }

    /// True where the data holds ECI escapes and doubled backslashes.
    pub fn has_eci(self) -> bool {
        matches!(
            (self.code, self.modifier),
            (b'Q', 2 | 4 | 6) | (b'd', 4..=6) | (b'L', 1) | (b'U', 2 | 3) | (b'z', 3..=5)
        )
    }
}
