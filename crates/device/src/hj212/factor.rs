//! Metals of table B.1 with their default units and number formats; thallium first.
//!
//! The table says ng/L for thallium and mg/L or µg/L for most others: a value in the wrong unit
//! is wrong by up to a million, so a number that breaks the format of its code is refused.
//! Source: HJ 212-2017 table B.1 (codes of HJ 525-2009, old codes of HJ/T 212-2005).

/// One metal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factor {
    /// The code.
    pub code: &'static str,
    /// The code of the old edition; empty where there is none.
    pub old_code: &'static str,
    /// The chemical symbol.
    pub analyte: &'static str,
    /// Power of ten from the default unit of concentration to ng/L.
    pub power_to_ng_per_l: i32,
    /// Power of ten from the default unit of discharged mass to mg.
    pub power_to_mg: i32,
    /// Digits before and behind the point of a default concentration (`N4` is 4, 0).
    pub digits: (usize, usize),
}

const fn factor(
    code: &'static str,
    old_code: &'static str,
    analyte: &'static str,
    (power_to_ng_per_l, power_to_mg): (i32, i32),
    digits: (usize, usize),
) -> Factor {
    Factor { code, old_code, analyte, power_to_ng_per_l, power_to_mg, digits }
}

/// ng/L and mg.
const NANO: (i32, i32) = (0, 0);
/// µg/L and g.
const MICRO: (i32, i32) = (3, 3);
/// mg/L and kg.
const MILLI: (i32, i32) = (6, 6);

const FACTORS: &[Factor] = &[
    factor("w20089", "041", "Tl", NANO, (4, 0)),
    factor("w20111", "020", "Hg", MICRO, (3, 2)),
    factor("w20115", "022", "Cd", MICRO, (3, 1)),
    factor("w20116", "023", "Cr", MILLI, (3, 3)),
    factor("w20119", "026", "As", MICRO, (2, 3)),
    factor("w20120", "027", "Pb", MICRO, (4, 0)),
    factor("w20121", "028", "Ni", MILLI, (3, 2)),
    factor("w20122", "029", "Cu", MILLI, (3, 2)),
    factor("w20123", "030", "Zn", MILLI, (3, 3)),
    factor("w20124", "031", "Mn", MILLI, (3, 3)),
    factor("w20141", "", "As", MILLI, (3, 3)),
    factor("w20142", "", "Hg", MICRO, (3, 3)),
    factor("w20143", "", "Cd", MICRO, (3, 3)),
    factor("w20144", "", "Pb", MILLI, (3, 3)),
];

/// The metal of a code, new or old.
pub fn of(code: &str) -> Option<&'static Factor> {
    FACTORS.iter().find(|it| it.code == code || (!code.is_empty() && it.old_code == code))
}

/// The known codes, for a message.
pub(super) fn known() -> String {
    let codes: Vec<&str> = FACTORS.iter().map(|it| it.code).collect();
    codes.join(", ")
}

impl Factor {
    /// Whether a number has the default format of this code: that many digits and no more.
    pub fn fits(&self, text: &str) -> bool {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        whole.len() <= self.digits.0 && fraction.len() <= self.digits.1
    }

    /// The default format as the standard writes it.
    pub fn format(&self) -> String {
        match self.digits {
            (whole, 0) => format!("N{whole}"),
            (whole, fraction) => format!("N{whole}.{fraction}"),
        }
    }

    /// The default unit of concentration.
    pub fn unit(&self) -> &'static str {
        match self.power_to_ng_per_l {
            0 => "ng/L",
            3 => "ug/L",
            _ => "mg/L",
        }
    }
}
