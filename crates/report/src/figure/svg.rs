//! Building blocks of SVG text: escaping, short numbers, elements. Invariant: what comes out is
//! well-formed XML whatever text goes in. Not a DOM: figures append in drawing order.

/// Fonts of the reader's system; figures embed none.
pub(crate) const FONT_FAMILY: &str =
    "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif";

/// Text made safe for element content and for attributes in double quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(' '),
            // XML 1.0 has no way to write these, not even as references.
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => safe.push(c),
        }
    }
    safe
}

/// A coordinate with at most two decimals, without trailing zeros and without `-0`.
pub(crate) fn num(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" || text.is_empty() { "0".to_owned() } else { text.to_owned() }
}

/// A count as a number to calculate with; counts in figures are bounded far below 2^32.
pub(crate) fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// How a piece of text is set.
pub(crate) struct TextStyle<'a> {
    pub(crate) size: f64,
    /// `start`, `middle` or `end`.
    pub(crate) anchor: &'a str,
    pub(crate) fill: &'a str,
    pub(crate) bold: bool,
    /// Colour of the outline that keeps text readable over ribbons; none if empty.
    pub(crate) halo: &'a str,
}

/// A `<text>` element at its baseline.
pub(crate) fn text(x: f64, y: f64, content: &str, style: &TextStyle<'_>) -> String {
    let TextStyle { size, anchor, fill, bold, halo } = style;
    let weight = if *bold { " font-weight=\"600\"" } else { "" };
    let outline = if halo.is_empty() {
        String::new()
    } else {
        format!(
            " stroke=\"{halo}\" stroke-width=\"3\" stroke-linejoin=\"round\" \
             paint-order=\"stroke\" stroke-opacity=\"0.85\""
        )
    };
    format!(
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{anchor}\" \
         fill=\"{fill}\"{weight}{outline}>{}</text>\n",
        num(x),
        num(y),
        num(*size),
        escape(content)
    )
}

/// The opening of a figure: accessible name and description, view box, font.
/// With links inside it is a group, because a picture hides its contents from assistive software.
pub(crate) fn open(head: &Head<'_>, background: Option<&str>) -> String {
    let Head { id, class, title, description, width, height, has_links } = head;
    let id = escape(id);
    let role = if *has_links { "group" } else { "img" };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tl-figure {class}\" role=\"{role}\" \
         aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {w} {h}\" width=\"100%\" \
         font-family=\"{FONT_FAMILY}\">\n\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        escape(title),
        escape(description),
        w = num(*width),
        h = num(*height),
    );
    if let Some(colour) = background {
        out.push_str(&format!(
            "<rect width=\"{}\" height=\"{}\" fill=\"{colour}\"/>\n",
            num(*width),
            num(*height)
        ));
    }
    out
}

/// What the opening of a figure needs.
pub(crate) struct Head<'a> {
    pub(crate) id: &'a str,
    pub(crate) class: &'a str,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) has_links: bool,
}

/// The pattern `{id}-hatch` of slanted lines, for what is not accounted for.
pub(crate) fn hatch(id: &str, colour: &str) -> String {
    format!(
        "<defs><pattern id=\"{id}-hatch\" width=\"7\" height=\"7\" \
         patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect width=\"7\" height=\"7\" fill=\"{colour}\" fill-opacity=\"0.12\"/>\
         <rect width=\"2.4\" height=\"7\" fill=\"{colour}\" fill-opacity=\"0.75\"/>\
         </pattern></defs>\n"
    )
}

/// Wraps elements into a link, if it leads anywhere.
pub(crate) fn anchored(href: Option<&str>, name: &str, element: &str) -> String {
    match href {
        Some(href) => format!(
            "<a href=\"{}\" aria-label=\"{}\">{}</a>\n",
            escape(href),
            escape(name),
            element.trim_end()
        ),
        None => format!("{}\n", element.trim_end()),
    }
}
