//! Widths of text without a font: figures use the reader's system fonts, so widths are estimates on
//! the wide side. Invariant: cut text never estimates wider than its room, and ends in `…`.

/// The mark of cut text.
const ELLIPSIS: char = '…';

/// How much wider semibold letters run.
const BOLD: f64 = 1.07;

/// Estimated width of a text at a font size, in the unit of the size.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// Estimated width of a semibold text.
pub(crate) fn bold_width(text: &str, size: f64) -> f64 {
    width(text, size * BOLD)
}

/// [`fit`] for semibold text.
pub(crate) fn fit_bold(text: &str, size: f64, room: f64) -> String {
    fit(text, size * BOLD, room)
}

/// The text, or as much of its beginning as fits, with `…`.
pub(crate) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - em(ELLIPSIS) * size;
    let mut kept = String::new();
    for character in text.chars() {
        left -= em(character) * size;
        if left < 0.0 {
            break;
        }
        kept.push(character);
    }
    let mut kept = kept.trim_end().to_owned();
    kept.push(ELLIPSIS);
    kept
}

/// What stands between the parts of a detail line.
const BETWEEN_PARTS: &str = " · ";

/// The first part of a line of amounts such as `1,840 kg · 87.5 %`.
pub(crate) fn first_part(line: &str) -> &str {
    line.split_once(BETWEEN_PARTS).map_or(line, |(first, _)| first)
}

/// A line of amounts that fits: whole, or its first part, or nothing. A number is never cut:
/// what is left of it would be read as another number.
pub(crate) fn fit_parts(line: &str, size: f64, room: f64) -> String {
    let fits = |text: &&str| width(text, size) <= room;
    [line, first_part(line)].into_iter().find(fits).unwrap_or_default().to_owned()
}

/// Advance of a character in ems, on the wide side of common system fonts.
fn em(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '·' | 'I' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.96,
        '+' | '−' | '±' | '×' | '=' | '<' | '>' | '~' => 0.84,
        'A'..='Z' => 0.7,
        '\u{21}'..='\u{7E}' => 0.63,
        '\u{A1}'..='\u{24F}' | '\u{370}'..='\u{4FF}' | '–' => 0.64,
        _ => 1.0,
    }
}
