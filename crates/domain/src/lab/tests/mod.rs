//! The laboratory's rules, file by file.

mod cell;
mod due;
mod formula;
mod quality;
mod worksheet;

use crate::quantity::DecimalText;

fn dec(text: &str) -> DecimalText {
    text.parse().expect("a decimal")
}
