//! Terms of a balance as a waterfall of level bars, one row each: opening stock, in, out,
//! discharge, what is unaccounted for with its ± band, closing stock. Invariants: rows share one
//! scale, each change starts where the last row ended. Does not compute the unaccounted amount.

mod draw;
#[cfg(test)]
mod tests;

use thiserror::Error;

use super::Surface;

/// Most rows of one figure.
pub const MAX_TERMS: usize = 60;

/// A figure of balance terms.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waterfall {
    /// Prefix of element ids, unique on the page: ASCII letters, digits, `-`, `_`.
    pub id: String,
    /// Accessible name.
    pub title: String,
    /// One or two sentences that say the main numbers in words.
    pub description: String,
    /// Unit of all values, shown at the axis.
    pub unit: String,
    /// Rows from top to bottom.
    pub terms: Vec<Term>,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Name of the row.
    pub label: String,
    /// Amount as text, such as `+1,840 kg`.
    pub text: String,
    /// What it is.
    pub amount: Amount,
    /// Where a click leads: a path (`/…`), a fragment (`#…`), or an `https://` address.
    pub href: Option<String>,
}

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// A measured level: a bar from zero (opening, book, closing stock).
    Level(f64),
    /// A change of the level: positive in, negative out.
    Change(f64),
    /// What is unaccounted for, as the change it makes to the book level (a loss is negative),
    /// with the half width of its uncertainty band, if known.
    Unaccounted {
        /// The change.
        change: f64,
        /// Half width of the band, not negative.
        band: Option<f64>,
    },
}

/// How to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Width that the figure is designed for, in CSS pixels.
    pub width: f64,
    /// Where it will be shown.
    pub surface: Surface,
    /// Shown when there is no term.
    pub empty: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 720.0, surface: Surface::Page, empty: "本期没有平衡项" }
    }
}

/// Why a figure cannot be drawn.
#[derive(Debug, Error, PartialEq)]
pub enum WaterfallError {
    /// A value is infinite, not a number, or a band is negative.
    #[error("{label}: {value} cannot be drawn")]
    NotDrawable {
        /// The row.
        label: String,
        /// The value.
        value: f64,
    },
    /// More rows than [`MAX_TERMS`].
    #[error("{found} terms, at most {MAX_TERMS}: group them first")]
    TooManyTerms {
        /// Rows given.
        found: usize,
    },
    /// The figure's id would not be a valid prefix of element ids.
    #[error("figure id {0:?}: use ASCII letters, digits, - and _, beginning with a letter")]
    BadId(String),
    /// A link's target is neither a path, nor a fragment, nor an https address.
    #[error("target {0:?} is neither a path, nor #fragment, nor https://")]
    BadHref(String),
}

impl Waterfall {
    /// Draws the figure as one `<svg>` element.
    pub fn svg(&self, options: &Options) -> Result<String, WaterfallError> {
        self.check()?;
        Ok(draw::draw(self, options))
    }

    fn check(&self) -> Result<(), WaterfallError> {
        if !super::is_id(&self.id) {
            return Err(WaterfallError::BadId(self.id.clone()));
        }
        let found = self.terms.len();
        if found > MAX_TERMS {
            return Err(WaterfallError::TooManyTerms { found });
        }
        for term in &self.terms {
            let (value, band) = match term.amount {
                Amount::Level(value) | Amount::Change(value) => (value, 0.0),
                Amount::Unaccounted { change, band } => (change, band.unwrap_or(0.0)),
            };
            for (value, fits) in [(value, true), (band, band >= 0.0)] {
                if !value.is_finite() || value.abs() > MAX_VALUE || !fits {
                    return Err(WaterfallError::NotDrawable { label: term.label.clone(), value });
                }
            }
            if let Some(href) = term.href.as_deref().filter(|href| !super::is_href(href)) {
                return Err(WaterfallError::BadHref(href.to_owned()));
            }
        }
        Ok(())
    }

    /// For each row the bar's ends: (where it starts, where it ends).
    pub(crate) fn spans(&self) -> Vec<(f64, f64)> {
        let mut level = 0.0;
        let mut spans = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            let (start, end) = match term.amount {
                Amount::Level(value) => (0.0, value),
                Amount::Change(change) | Amount::Unaccounted { change, .. } => {
                    (level, level + change)
                }
            };
            level = end;
            spans.push((start, end));
        }
        spans
    }
}

/// Largest drawable amount.
const MAX_VALUE: f64 = 1e15;
