//! `NaN` and `Infinity` as numbers, which some programs write although JSON has none: quoted, so
//! that the event that carries one can be refused by name.

/// The text with bare `NaN`, `Infinity` and `-Infinity` outside of strings in quotes.
pub fn quote_bare_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    let mut inside = false;
    while let Some(next) = rest.chars().next() {
        if inside && next == '\\' {
            let end = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        if next == '"' {
            inside = !inside;
        } else if !inside
            && let Some(word) =
                ["NaN", "-Infinity", "Infinity"].iter().find(|w| rest.starts_with(*w))
        {
            out.push('"');
            out.push_str(word);
            out.push('"');
            rest = &rest[word.len()..];
            continue;
        }
        out.push(next);
        rest = &rest[next.len_utf8()..];
    }
    out
}
