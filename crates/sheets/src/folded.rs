//! Texts as they are compared: headings, words of lists, units.
//!
//! Invariant: full-width and half-width forms, blanks, case and the many dashes and micro signs
//! make no difference; nothing else is ignored. Only for comparing: what is kept is the original.

/// The text as it is compared.
pub(crate) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match half(character) {
            c if c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' => {}
            'μ' | 'µ' => out.push('u'),
            '³' => out.push('3'),
            '–' | '—' | '−' | '－' | '‐' => out.push('-'),
            '＊' | '*' => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Full-width letters, digits and signs as half-width ones.
pub(crate) fn half(character: char) -> char {
    let code = u32::from(character);
    match code {
        0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(character),
        0x3000 => ' ',
        _ => character,
    }
}

/// A text with half-width signs, without blanks around it.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(half).collect::<String>().trim().to_owned()
}
