//! How many columns a text takes on a terminal: Chinese and full-width forms two, combining marks
//! none (Unicode UAX #11).

use unicode_width::UnicodeWidthStr as _;

/// Columns of a text.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.width()
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
