//! How many columns a text takes on a terminal.
//!
//! Invariant: Chinese, its punctuation and full-width forms take two columns, combining marks
//! none, all else one (Unicode UAX #11, the blocks that occur here).

/// Columns of a text.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.chars().map(of_character).sum()
}

fn of_character(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// The text with spaces after it.
pub(super) fn left(text: &str, width: usize) -> String {
    format!("{text}{}", padding(text, width))
}

/// The text with spaces before it.
pub(super) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", padding(text, width))
}

fn padding(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(columns(text)))
}
