//! Strata: streams and stocks with one measurement method over all periods.
//!
//! Invariant: random errors are per lot, so n equal lots totalling x have x·δ/√n; a stock has one
//! figure more than there are periods, and each closing is the next opening under the same keys.

use std::collections::BTreeSet;

use crate::fault::Fault;
use crate::limits;
use crate::period::{Line, Period, Series, Term};
use crate::source::{ErrorClass, ErrorKey, ErrorPart};

/// What a stratum does to the balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Comes in.
    Receipt,
    /// Goes out to somebody.
    Shipment,
    /// Goes out for good.
    Discard,
    /// Lies there at each closing.
    Inventory,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Receipt, Self::Shipment, Self::Discard, Self::Inventory];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Shipment => "shipment",
            Self::Discard => "discard",
            Self::Inventory => "inventory",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Figures that a stratum of this role has over `periods` periods.
    #[must_use]
    pub fn figures(self, periods: usize) -> usize {
        if self == Self::Inventory { periods + 1 } else { periods }
    }
}

/// A stream or stock over all periods.
#[derive(Clone, Debug, PartialEq)]
pub struct Stratum {
    /// Stream or stock; also its error key unless another is given.
    pub name: String,
    /// What it does to the balance.
    pub role: Role,
    /// One amount per period, for a stock one more, mass units.
    pub amounts: Vec<f64>,
    /// Amounts at which relative errors are taken; empty takes the measured ones. A stock known to
    /// 12 % has errors in its own σ, which skews what follows; its usual level has none.
    pub basis: Vec<f64>,
    /// Lots behind each amount; empty is one each.
    pub batches: Vec<f64>,
    /// Random error per lot, relative.
    pub delta_random: f64,
    /// Random error of the amount, mass units.
    pub sigma_absolute: f64,
    /// Error until the next calibration, relative.
    pub delta_short: f64,
    /// Calibration block of each amount; empty is one block.
    pub short_blocks: Vec<i64>,
    /// Instrument, when it is not the stratum's own.
    pub short_key: Option<String>,
    /// Error of laboratory, instrument or method, relative.
    pub delta_long: f64,
    /// Laboratory or method, when it is not the stratum's own.
    pub long_key: Option<String>,
}

impl Stratum {
    /// A stratum without errors.
    #[must_use]
    pub fn exact(name: impl Into<String>, role: Role, amounts: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            role,
            amounts,
            basis: Vec::new(),
            batches: Vec::new(),
            delta_random: 0.0,
            sigma_absolute: 0.0,
            delta_short: 0.0,
            short_blocks: Vec::new(),
            short_key: None,
            delta_long: 0.0,
            long_key: None,
        }
    }

    /// The errors of figure `j`.
    fn errors(&self, j: usize) -> Vec<ErrorPart> {
        let amount = self.basis.get(j).copied().unwrap_or(self.amounts[j]);
        let lots = self.batches.get(j).copied().unwrap_or(1.0);
        let number = i64::try_from(j).expect("a series is far shorter than 2^63");
        let block = self.short_blocks.get(j).copied().unwrap_or(0);
        let own = |key: &Option<String>| key.clone().unwrap_or_else(|| self.name.clone());
        let mut errors = Vec::new();
        let mut put = |class, name, block, size: f64| {
            if size != 0.0 {
                errors.push(ErrorPart { key: ErrorKey { class, name, block }, size });
            }
        };
        let random = if amount == 0.0 { 0.0 } else { amount * self.delta_random / lots.sqrt() };
        put(ErrorClass::Random, self.name.clone(), number, random);
        put(ErrorClass::Absolute, self.name.clone(), number, self.sigma_absolute);
        put(ErrorClass::Short, own(&self.short_key), block, amount * self.delta_short);
        put(ErrorClass::Long, own(&self.long_key), 0, amount * self.delta_long);
        errors
    }

    fn check(&self, n: usize, periods: usize) -> Result<(), Fault> {
        let wanted = self.role.figures(periods);
        let place = |part: &str| format!("strata[{n}].{part}");
        let lengths = [
            ("x", self.amounts.len(), false),
            ("basis", self.basis.len(), true),
            ("batches", self.batches.len(), true),
            ("short_block", self.short_blocks.len(), true),
        ];
        for (part, found, may_be_empty) in lengths {
            if found != wanted && !(may_be_empty && found == 0) {
                return Err(Fault::Length { place: place(part), found, wanted });
            }
        }
        let deviations = [
            ("delta_r", self.delta_random),
            ("sigma_abs", self.sigma_absolute),
            ("delta_s_short", self.delta_short),
            ("delta_s_long", self.delta_long),
        ];
        for (part, found) in deviations {
            if found < 0.0 {
                return Err(Fault::Negative { place: place(part), found });
            }
        }
        for (j, &found) in self.batches.iter().enumerate() {
            // Nothing moved in no lots; something cannot have.
            let nothing = found == 0.0 && self.amounts[j] == 0.0;
            if !nothing && (found.is_nan() || found <= 0.0) {
                let place = place(&format!("batches[{j}]"));
                return Err(Fault::OutOfRange { place, found, wanted: "more than 0 lots" });
            }
        }
        Ok(())
    }
}

/// The series that strata make over `periods` periods, labelled from 1.
pub fn series(strata: &[Stratum], periods: usize) -> Result<Series, Fault> {
    if periods > limits::PERIODS {
        let place = "periods".to_owned();
        return Err(Fault::TooMany { place, found: periods, most: limits::PERIODS });
    }
    let mut names = BTreeSet::new();
    for (n, stratum) in strata.iter().enumerate() {
        stratum.check(n, periods)?;
        if !names.insert(stratum.name.as_str()) {
            // Two strata of one name would share the keys of their random errors.
            let place = format!("strata[{n}].name");
            return Err(Fault::Repeated { place, found: stratum.name.clone() });
        }
    }
    let mut all: Vec<Period> = (1..=periods)
        .map(|number| Period { label: number.to_string(), terms: Vec::new() })
        .collect();
    for stratum in strata {
        for j in 0..stratum.amounts.len() {
            let term = |line| Term {
                line,
                name: stratum.name.clone(),
                amount: stratum.amounts[j],
                errors: stratum.errors(j),
                counterpart: None,
            };
            match stratum.role {
                Role::Receipt => all[j].terms.push(term(Line::Increase)),
                Role::Shipment | Role::Discard => all[j].terms.push(term(Line::Decrease)),
                Role::Inventory => {
                    if j > 0 {
                        all[j - 1].terms.push(term(Line::Closing));
                    }
                    if j < periods {
                        all[j].terms.push(term(Line::Opening));
                    }
                }
            }
        }
    }
    Series::new(all)
}
